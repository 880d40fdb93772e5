// SPDX-License-Identifier: Apache-2.0
// certificate_test: keys that go through files unharmed, and a list that lets nobody in by mistake.
#include "certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// From RFC 26: the test keys of CurveZMQ.
#define PUBLIC "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define SECRET "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs"
#define MONITOR "B5$A$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"
#define HASHED "$ne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID" // its first five are past 32 bits
#define OTHER "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7"

struct scene {
	char folder[64];
	char path[128], secret_path[128], list[128];
};

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	strcpy(scene->folder, "/tmp/certificate_test.XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	snprintf(scene->path, sizeof scene->path, "%s/tax.key", scene->folder);
	snprintf(scene->secret_path, sizeof scene->secret_path, "%s/tax.key_secret", scene->folder);
	snprintf(scene->list, sizeof scene->list, "%s/allowed", scene->folder);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	unlink(scene->path);
	unlink(scene->secret_path);
	unlink(scene->list);
	assert_int_equal(rmdir(scene->folder), 0);
	free(scene);
	return 0;
}

static void put(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0, 1);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void assert_reason(const char *part)
{
	if (strstr(status_reason(), part) == NULL)
		fail_msg("\"%s\" is not in the reason \"%s\"", part, status_reason());
}

static void certificate_survives_its_files(void **state)
{
	struct scene *scene = *state;
	struct certificate made, read;
	char public_key[BUS_KEY_SIZE];
	certificate_make(&made);
	assert_int_equal(certificate_write(&made, scene->path, "tax"), STATUS_OK);
	assert_int_equal(certificate_read_secret(&read, scene->secret_path), STATUS_OK);
	assert_string_equal(read.public_key, made.public_key);
	assert_string_equal(read.secret_key, made.secret_key);
	assert_int_equal(certificate_read_public(public_key, scene->path), STATUS_OK);
	assert_string_equal(public_key, made.public_key);
}

static void certificate_makes_another_pair_each_time(void **state)
{
	(void)state;
	struct certificate first, second;
	certificate_make(&first);
	certificate_make(&second);
	assert_int_equal(strlen(first.public_key), 40);
	assert_int_equal(strlen(first.secret_key), 40);
	assert_string_not_equal(first.secret_key, second.secret_key);
	assert_string_not_equal(first.public_key, first.secret_key);
}

static void certificate_keeps_the_secret_to_its_owner(void **state)
{
	struct scene *scene = *state;
	struct certificate certificate = { PUBLIC, SECRET };
	struct stat facts;
	assert_int_equal(certificate_write(&certificate, scene->path, "tax"), STATUS_OK);
	assert_int_equal(stat(scene->secret_path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0600);
	char text[1024] = "";
	FILE *file = fopen(scene->path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, sizeof text - 1, file) > 0);
	fclose(file);
	assert_null(strstr(text, SECRET));
	assert_non_null(strstr(text, PUBLIC));
	assert_int_equal(chmod(scene->secret_path, 0640), 0);
	assert_int_equal(certificate_read_secret(&certificate, scene->secret_path), STATUS_DENIED);
	assert_string_equal(certificate.secret_key, "");
}

static void certificate_never_overwrites(void **state)
{
	struct scene *scene = *state;
	struct certificate first = { PUBLIC, SECRET }, second, read;
	certificate_make(&second);
	assert_int_equal(certificate_write(&first, scene->path, "tax"), STATUS_OK);
	assert_int_equal(certificate_write(&second, scene->path, "tax"), STATUS_BUSY);
	assert_int_equal(unlink(scene->path), 0);
	assert_int_equal(certificate_write(&second, scene->path, "tax"), STATUS_BUSY);
	assert_int_equal(certificate_read_secret(&read, scene->secret_path), STATUS_OK);
	assert_string_equal(read.secret_key, SECRET);
	assert_int_equal(unlink(scene->secret_path), 0);
	assert_int_equal(certificate_write_public(&first, scene->path, "tax"), STATUS_OK);
	assert_int_equal(certificate_write(&second, scene->path, "tax"), STATUS_BUSY);
	assert_int_not_equal(access(scene->secret_path, F_OK), 0);
}

static void certificate_refuses_names_that_would_break_the_file(void **state)
{
	struct scene *scene = *state;
	struct certificate certificate = { PUBLIC, SECRET };
	const char *const names[] = { "", "a b", "a\"b", "a\nb",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		assert_int_equal(
		    certificate_write(&certificate, scene->path, names[i]), STATUS_INVALID);
	assert_int_not_equal(access(scene->secret_path, F_OK), 0);
}

static void certificate_reads_what_czmq_and_pyzmq_write(void **state)
{
	struct scene *scene = *state;
	static const char *const texts[] = {
		"#   ****  Generated on 2026-11-23 10:00:00 by CZMQ  ****\n"
		"#   ZeroMQ CURVE **Secret** Certificate\n"
		"#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.\n\n"
		"metadata\n    name = \"tax\"\n    public-key = \"not this one\"\ncurve\n"
		"    public-key = \"" PUBLIC "\"\n    secret-key = \"" SECRET "\"\n",
		"metadata\r\ncurve\r\n    public-key='" PUBLIC "'\r\n    secret-key = " SECRET
		"\r\n",
	};
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct certificate read;
		put(scene->secret_path, texts[i], 0600);
		assert_int_equal(certificate_read_secret(&read, scene->secret_path), STATUS_OK);
		assert_string_equal(read.public_key, PUBLIC);
		assert_string_equal(read.secret_key, SECRET);
	}
}

static void certificate_refuses_files_without_a_whole_key(void **state)
{
	struct scene *scene = *state;
	static const char *const texts[] = {
		"",
		"curve\n",
		"public-key = \"" PUBLIC "\"\n",
		"other\n    public-key = \"" PUBLIC "\"\n",
		"curve\n    public-key = \"" PUBLIC "\n",
		"curve\n    public-key = \"short\"\n",
		"curve\n    public-key = \"" PUBLIC "x\"\n",
		"curve\n    public-key = \"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{h~D\"\n",
		"curve\n    public-key = \"#####w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID\"\n",
		"curve\n    #public-key = \"" PUBLIC "\"\n",
	};
	char public_key[BUS_KEY_SIZE];
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		put(scene->path, texts[i], 0644);
		assert_int_equal(certificate_read_public(public_key, scene->path), STATUS_INVALID);
		assert_string_equal(public_key, "");
		assert_reason(scene->path);
	}
	put(scene->secret_path, "curve\n    public-key = \"" PUBLIC "\"\n", 0600);
	struct certificate read;
	assert_int_equal(certificate_read_secret(&read, scene->secret_path), STATUS_INVALID);
	assert_reason("secret-key");
	assert_string_equal(read.public_key, "");
}

static void certificate_tells_a_missing_file_and_an_enormous_one(void **state)
{
	struct scene *scene = *state;
	char public_key[BUS_KEY_SIZE];
	assert_int_equal(certificate_read_public(public_key, scene->path), STATUS_NOT_FOUND);
	put(scene->path, "", 0644);
	assert_int_equal(truncate(scene->path, 1 << 20), 0);
	assert_int_equal(certificate_read_public(public_key, scene->path), STATUS_TOO_LARGE);
}

static void allowed_lets_in_whom_it_names_and_nobody_else(void **state)
{
	struct scene *scene = *state;
	struct allowed allowed;
	put(scene->list,
	    "# who may connect\n\n  " PUBLIC "  aggregator\tsubscriber \r\n#" OTHER
	    " retired subscriber\n########################################\n" MONITOR
	    " monitor subscriber",
	    0644);
	assert_int_equal(allowed_read(&allowed, scene->list), STATUS_OK);
	assert_int_equal(allowed.count, 2);
	assert_string_equal(allowed_find(&allowed, PUBLIC)->name, "aggregator");
	assert_int_equal(allowed_find(&allowed, PUBLIC)->role, ROLE_SUBSCRIBER);
	assert_string_equal(allowed_find(&allowed, MONITOR)->name, "monitor");
	assert_null(allowed_find(&allowed, OTHER));
	assert_null(allowed_find(&allowed, ""));
	allowed_deinit(&allowed);
	assert_null(allowed_find(&allowed, PUBLIC));
}

static void allowed_stops_at_a_line_it_does_not_understand(void **state)
{
	struct scene *scene = *state;
	static const struct {
		const char *line, *reason;
	} cases[] = {
		{ "somebody subscriber", ":2: expected a public key" },
		{ PUBLIC, ":2: expected a name" },
		{ PUBLIC " aggregator", ":2: expected a role" },
		{ PUBLIC " aggregator king", ":2: expected a role" },
		{ PUBLIC " aggregator subscriber too", ":2: expected nothing behind" },
		{ OTHER " again subscriber", ":2: this key has been given already" },
		{ HASHED " aggregator subscriber", ":2: expected a public key" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct allowed allowed;
		char text[256];
		snprintf(text, sizeof text, "%s other subscriber\n%s\n", OTHER, cases[i].line);
		put(scene->list, text, 0644);
		assert_int_equal(allowed_read(&allowed, scene->list), STATUS_INVALID);
		assert_reason(cases[i].reason);
		assert_reason(scene->list);
		assert_null(allowed.peers);
		assert_int_equal(allowed.count, 0);
	}
	struct allowed allowed;
	unlink(scene->list);
	assert_int_equal(allowed_read(&allowed, scene->list), STATUS_NOT_FOUND);
}

static void allowed_has_a_limit(void **state)
{
	struct scene *scene = *state;
	struct allowed allowed;
	FILE *file = fopen(scene->list, "w");
	assert_non_null(file);
	for (int i = 0; i <= ALLOWED_MAX; i++)
		fprintf(file, "%05d%s peer subscriber\n", i, PUBLIC + 5);
	fclose(file);
	assert_int_equal(allowed_read(&allowed, scene->list), STATUS_INVALID);
	assert_reason(":1025: more peers than");
}

static void allowed_grows_at_its_end(void **state)
{
	struct scene *scene = *state;
	struct allowed allowed;
	struct allowed_peer first = { PUBLIC, "aggregator", ROLE_SUBSCRIBER };
	struct allowed_peer second = { OTHER, "monitor", ROLE_SUBSCRIBER };
	assert_int_equal(allowed_append(scene->list, &first), STATUS_OK);
	assert_int_equal(allowed_append(scene->list, &second), STATUS_OK);
	assert_int_equal(allowed_read(&allowed, scene->list), STATUS_OK);
	assert_int_equal(allowed.count, 2);
	assert_string_equal(allowed.peers[1].name, "monitor");
	allowed_deinit(&allowed);
}

static void allowed_append_begins_a_new_line_behind_an_unfinished_one(void **state)
{
	struct scene *scene = *state;
	struct allowed allowed;
	struct allowed_peer second = { OTHER, "monitor", ROLE_SUBSCRIBER };
	put(scene->list, PUBLIC " aggregator subscriber", 0644);
	assert_int_equal(allowed_append(scene->list, &second), STATUS_OK);
	assert_int_equal(allowed_read(&allowed, scene->list), STATUS_OK);
	assert_int_equal(allowed.count, 2);
	allowed_deinit(&allowed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(certificate_survives_its_files),
		TEST(certificate_makes_another_pair_each_time),
		TEST(certificate_keeps_the_secret_to_its_owner),
		TEST(certificate_never_overwrites),
		TEST(certificate_refuses_names_that_would_break_the_file),
		TEST(certificate_reads_what_czmq_and_pyzmq_write),
		TEST(certificate_refuses_files_without_a_whole_key),
		TEST(certificate_tells_a_missing_file_and_an_enormous_one),
		TEST(allowed_lets_in_whom_it_names_and_nobody_else),
		TEST(allowed_stops_at_a_line_it_does_not_understand),
		TEST(allowed_has_a_limit),
		TEST(allowed_grows_at_its_end),
		TEST(allowed_append_begins_a_new_line_behind_an_unfinished_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
