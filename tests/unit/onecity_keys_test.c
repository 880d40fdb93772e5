// SPDX-License-Identifier: Apache-2.0
// onecity_keys_test: a data directory is made once, and what is in it is never lost to a second
// run.
#include "../../services/onecity/configure.c"
#include "../../services/onecity/keys.c"
#include "../../services/onecity/place.c"

#include "certificate.h"
#include "http.h"
#include "pseudonym.h"

#include <setjmp.h>

#include <cmocka.h>

static struct roster_service services[] = {
	{ .type = SERVICE_DEPARTMENT,
	    .name = "tax",
	    .number = 3,
	    .runs = true,
	    .has_token = true,
	    .has_key = true },
	{ .type = SERVICE_DEPARTMENT,
	    .name = "health",
	    .number = 5,
	    .has_token = true,
	    .has_key = true },
	{ .type = SERVICE_AGGREGATOR,
	    .name = "aggregator",
	    .number = AGGREGATOR_NUMBER,
	    .runs = true,
	    .has_token = true,
	    .has_key = true,
	    .follows = true },
	{ .type = SERVICE_PROFILES,
	    .name = "profiles",
	    .number = PROFILES_NUMBER,
	    .runs = true,
	    .has_token = true },
	{ .type = SERVICE_POINTS,
	    .name = "points",
	    .number = POINTS_NUMBER,
	    .runs = true,
	    .has_token = true },
	{ .type = SERVICE_MONITOR, .name = "monitor", .has_key = true, .follows = true },
};
static const struct roster roster = {
	.proto = "/proto",
	.demonstration = "/rules/demo.json",
	.services = services,
	.count = COUNT_OF(services),
};

struct scene {
	char folder[64];
	char text[64 * 1024]; // of the file read last
	unsigned kept;
};

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	strcpy(scene->folder, "/tmp/keys_test.XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	char command[128];
	snprintf(command, sizeof command, "rm -rf '%s'", scene->folder);
	assert_int_equal(system(command), 0);
	free(scene);
	return 0;
}

static const char *path_of(const struct scene *scene, const char *name)
{
	static char path[PLACE_PATH_SIZE];
	place_path(path, scene->folder, "%s", name);
	return path;
}

static const char *content_of(struct scene *scene, const char *name)
{
	FILE *file = fopen(path_of(scene, name), "r");
	assert_non_null(file);
	size_t size = fread(scene->text, 1, sizeof scene->text - 1, file);
	scene->text[size] = 0;
	fclose(file);
	return scene->text;
}

static void put(const struct scene *scene, const char *name, const char *text)
{
	FILE *file = fopen(path_of(scene, name), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct keys_made make(const struct scene *scene)
{
	struct keys_made made;
	assert_int_equal(keys_make(scene->folder, &roster, &made), STATUS_OK);
	return made;
}

static mode_t mode_of(const struct scene *scene, const char *name)
{
	struct stat facts;
	assert_int_equal(stat(path_of(scene, name), &facts), 0);
	return facts.st_mode & 0777;
}

// --- keys ---------------------------------------------------------------------------------------

static void keys_are_such_as_the_services_read(void **state)
{
	struct scene *scene = *state;
	struct keys_made made = make(scene);
	struct pseudonym *pseudonym;
	struct certificate certificate;
	struct allowed allowed;
	char *token;
	assert_true(made.secret);
	assert_int_equal(made.keys, 4);
	assert_int_equal(made.tokens, 5);
	assert_int_equal(
	    pseudonym_open(&pseudonym, path_of(scene, "keys/pseudonym.secret")), STATUS_OK);
	pseudonym_close(&pseudonym);
	assert_int_equal(allowed_read(&allowed, path_of(scene, "keys/allowed")), STATUS_OK);
	assert_int_equal(allowed.count, 2);
	assert_int_equal(
	    certificate_read_secret(&certificate, path_of(scene, "keys/aggregator.key_secret")),
	    STATUS_OK);
	assert_string_equal(allowed_find(&allowed, certificate.public_key)->name, "aggregator");
	assert_int_equal(
	    certificate_read_secret(&certificate, path_of(scene, "keys/tax.key_secret")),
	    STATUS_OK);
	assert_null(
	    allowed_find(&allowed, certificate.public_key)); // a department connects to nobody
	allowed_deinit(&allowed);
	assert_int_equal(http_token_read(path_of(scene, "tokens/profiles"), &token), STATUS_OK);
	assert_int_equal(strlen(token), 43);
	free(token);
	assert_int_not_equal(access(path_of(scene, "keys/profiles.key"), F_OK), 0);
	assert_int_not_equal(access(path_of(scene, "tokens/monitor"), F_OK), 0);
}

static void keys_are_for_the_owner_only(void **state)
{
	struct scene *scene = *state;
	make(scene);
	assert_int_equal(mode_of(scene, "keys"), 0700);
	assert_int_equal(mode_of(scene, "tokens"), 0700);
	assert_int_equal(mode_of(scene, "keys/pseudonym.secret"), 0600);
	assert_int_equal(mode_of(scene, "keys/tax.key_secret"), 0600);
	assert_int_equal(mode_of(scene, "tokens/tax"), 0600);
}

static void keys_that_are_there_never_change(void **state)
{
	struct scene *scene = *state;
	static const char *const names[] = { "keys/pseudonym.secret", "keys/tax.key_secret",
		"keys/allowed", "tokens/tax" };
	char *before[COUNT_OF(names)];
	make(scene);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		before[i] = text_copy(content_of(scene, names[i]));
	struct keys_made made = make(scene);
	assert_false(made.secret);
	assert_int_equal(made.keys + made.tokens, 0);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_string_equal(content_of(scene, names[i]), before[i]);
		free(before[i]);
	}
}

static void keys_that_are_missing_are_made_and_let_in(void **state)
{
	struct scene *scene = *state;
	struct allowed allowed;
	char public_key[BUS_KEY_SIZE];
	make(scene);
	assert_int_equal(unlink(path_of(scene, "keys/monitor.key")), 0);
	assert_int_equal(unlink(path_of(scene, "keys/monitor.key_secret")), 0);
	assert_int_equal(unlink(path_of(scene, "tokens/tax")), 0);
	struct keys_made made = make(scene);
	assert_int_equal(made.keys, 1);
	assert_int_equal(made.tokens, 1);
	assert_int_equal(
	    certificate_read_public(public_key, path_of(scene, "keys/monitor.key")), STATUS_OK);
	assert_int_equal(allowed_read(&allowed, path_of(scene, "keys/allowed")), STATUS_OK);
	assert_non_null(allowed_find(&allowed, public_key));
	allowed_deinit(&allowed);
}

static void somebody_shut_out_stays_out(void **state)
{
	struct scene *scene = *state;
	make(scene);
	put(scene, "keys/allowed", "# nobody\n");
	make(scene);
	assert_string_equal(content_of(scene, "keys/allowed"), "# nobody\n");
}

static void a_public_key_is_restored_from_its_secret_file(void **state)
{
	struct scene *scene = *state;
	make(scene);
	char *before = text_copy(content_of(scene, "keys/tax.key"));
	assert_int_equal(unlink(path_of(scene, "keys/tax.key")), 0);
	assert_int_equal(make(scene).keys, 0);
	assert_string_equal(content_of(scene, "keys/tax.key"), before);
	free(before);
}

static void a_lost_pseudonym_secret_is_not_replaced(void **state)
{
	struct scene *scene = *state;
	struct keys_made made;
	make(scene);
	assert_int_equal(unlink(path_of(scene, "keys/pseudonym.secret")), 0);
	assert_int_equal(keys_make(scene->folder, &roster, &made), STATUS_NOT_FOUND);
	assert_int_not_equal(access(path_of(scene, "keys/pseudonym.secret"), F_OK), 0);
}

static void a_folder_that_others_can_enter_is_no_place_for_keys(void **state)
{
	struct scene *scene = *state;
	struct keys_made made;
	assert_int_equal(chmod(scene->folder, 0755), 0);
	put(scene, "other", "something");
	assert_int_equal(keys_make(scene->folder, &roster, &made), STATUS_DENIED);
	assert_int_equal(unlink(path_of(scene, "other")), 0);
	make(scene);
	assert_int_equal(mode_of(scene, "."), 0700);
}

// --- settings -----------------------------------------------------------------------------------

static void count_kept(const char *path, void *context)
{
	struct scene *scene = context;
	(void)path;
	scene->kept++;
}

static enum status configure(struct scene *scene, unsigned port_base)
{
	struct configuration configuration = { scene->folder, &roster, port_base };
	return configure_write(&configuration, count_kept, scene);
}

static void settings_say_all_that_a_service_needs(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(configure(scene, 7400), STATUS_OK);
	const char *tax = content_of(scene, "settings/tax.conf");
	static const char *const lines[] = { "proto = /proto\n", "http = 127.0.0.1:7403\n",
		"token = ../tokens/tax\n", "data = ../tax\n", "key = ../keys/tax.key_secret\n",
		"publish = tcp://127.0.0.1:7503\n", "replay = tcp://127.0.0.1:7603\n",
		"allowed = ../keys/allowed\n", "pseudonym = ../keys/pseudonym.secret\n" };
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		assert_non_null(strstr(tax, lines[i]));
	assert_int_equal(mode_of(scene, "tax"), 0700);
	const char *aggregator = content_of(scene, "settings/aggregator.conf");
	assert_non_null(
	    strstr(aggregator, "follow = tax tcp://127.0.0.1:7503 tcp://127.0.0.1:7603\n"));
	assert_non_null(strstr(aggregator, "keys = ../keys\n"));
	assert_null(strstr(aggregator, "health")); // it has no program
	assert_int_not_equal(access(path_of(scene, "settings/health.conf"), F_OK), 0);
	assert_non_null(strstr(content_of(scene, "settings/profiles.conf"), "/redis/redis.sock\n"));
	const char *points = content_of(scene, "settings/points.conf");
	assert_non_null(strstr(points, "\ndemonstration = /rules/demo.json\n"));
	assert_null(strstr(points, "\nrules = "));
	const char *redis = content_of(scene, "redis/redis.conf");
	assert_non_null(strstr(redis, "\nport 0\n"));
	assert_non_null(strstr(redis, "\nappendonly yes\n"));
	assert_non_null(strstr(redis, "\nunixsocketperm 700\n"));
}

static void settings_follow_the_port(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(configure(scene, 7400), STATUS_OK);
	assert_int_equal(configure(scene, 9000), STATUS_OK);
	assert_non_null(strstr(content_of(scene, "settings/tax.conf"), "http = 127.0.0.1:9003\n"));
	assert_int_equal(scene->kept, 0);
}

static void settings_that_somebody_took_over_stay(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(configure(scene, 7400), STATUS_OK);
	put(scene, "settings/tax.conf", "http = 127.0.0.1:1\n");
	put(scene, "settings/mine.conf", "http = 127.0.0.1:2\n");
	assert_int_equal(configure(scene, 9000), STATUS_OK);
	assert_int_equal(scene->kept, 1);
	assert_string_equal(content_of(scene, "settings/tax.conf"), "http = 127.0.0.1:1\n");
	assert_string_equal(content_of(scene, "settings/mine.conf"), "http = 127.0.0.1:2\n");
}

static void settings_of_a_service_that_is_gone_go_too(void **state)
{
	struct scene *scene = *state;
	services[1].runs = true;
	assert_int_equal(configure(scene, 7400), STATUS_OK);
	assert_int_equal(access(path_of(scene, "settings/health.conf"), F_OK), 0);
	services[1].runs = false;
	assert_int_equal(configure(scene, 7400), STATUS_OK);
	assert_int_not_equal(access(path_of(scene, "settings/health.conf"), F_OK), 0);
}

static void paths_that_would_break_a_file_or_a_socket_are_refused(void **state)
{
	struct scene *scene = *state;
	char deep[256];
	snprintf(deep, sizeof deep, "%s/%0120d", scene->folder, 0);
	struct configuration configuration = { deep, &roster, 7400 };
	assert_int_equal(configure_write(&configuration, count_kept, scene), STATUS_TOO_LARGE);
	static const char *const paths[] = { "/tmp/a\"b", "/tmp/a\nb", "/tmp/a\\b" };
	for (size_t i = 0; i < COUNT_OF(paths); i++) {
		configuration.directory = paths[i];
		assert_int_equal(
		    configure_write(&configuration, count_kept, scene), STATUS_INVALID);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_are_such_as_the_services_read),
		TEST(keys_are_for_the_owner_only),
		TEST(keys_that_are_there_never_change),
		TEST(keys_that_are_missing_are_made_and_let_in),
		TEST(somebody_shut_out_stays_out),
		TEST(a_public_key_is_restored_from_its_secret_file),
		TEST(a_lost_pseudonym_secret_is_not_replaced),
		TEST(a_folder_that_others_can_enter_is_no_place_for_keys),
		TEST(settings_say_all_that_a_service_needs),
		TEST(settings_follow_the_port),
		TEST(settings_that_somebody_took_over_stay),
		TEST(settings_of_a_service_that_is_gone_go_too),
		TEST(paths_that_would_break_a_file_or_a_socket_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
