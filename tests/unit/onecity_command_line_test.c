// SPDX-License-Identifier: Apache-2.0
// onecity_command_line_test: options, tables, outlines, and where the services of a data directory
// are.
#include "../../services/onecity/city.c"
#include "../../services/onecity/call.c"
#include "../../services/onecity/commands.h"
#include "../../services/onecity/options.c"
#include "../../services/onecity/outline.c"
#include "../../services/onecity/place.c"
#include "../../services/onecity/say.c"
#include "../../services/onecity/table.c"

#include <setjmp.h>
#include <sys/stat.h>

#include <cmocka.h>

static int in_english(void **state)
{
	(void)state;
	setenv("LC_ALL", "C", 1);
	unsetenv("ONECITY_DATA");
	return 0;
}

// --- options ------------------------------------------------------------------------------------

struct taken {
	const char *data;
	int64_t number;
	bool flag;
	char **operands;
	int exit_code;
	bool goes_on;
};

static struct taken take(const char *const *arguments)
{
	static char *argv[16];
	int argc = 0;
	struct taken taken = { .number = 7 };
	const struct option_row rows[] = {
		OPTION_DATA(&taken.data),
		{ "number", 'n', OPTION_INTEGER, &taken.number, -5, 100, "N", "a number", "数" },
		OPTION_JSON(&taken.flag),
	};
	const struct usage usage = {
		.command = "test",
		.operands = "ONE [TWO]",
		.operands_min = 1,
		.operands_max = 2,
		.english = "",
		.chinese = "",
		.exits_english = "",
		.exits_chinese = "",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	argv[argc++] = (char *)"test";
	for (; arguments[argc - 1] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)arguments[argc - 1];
	argv[argc] = NULL;
	taken.goes_on = options_parse(&usage, argc, argv, &taken.operands, &taken.exit_code);
	return taken;
}
#define TAKE(...) take((const char *const[]){ __VA_ARGS__, NULL })

static void options_are_taken_wherever_they_stand(void **state)
{
	(void)state;
	struct taken taken = TAKE("one", "--data", "here", "-n-3", "two", "--json");
	assert_true(taken.goes_on);
	assert_string_equal(taken.data, "here");
	assert_int_equal(taken.number, -3);
	assert_true(taken.flag);
	assert_string_equal(taken.operands[0], "one");
	assert_string_equal(taken.operands[1], "two");
	assert_null(taken.operands[2]);
}

static void options_left_out_keep_their_defaults(void **state)
{
	(void)state;
	struct taken taken = TAKE("-");
	assert_true(taken.goes_on);
	assert_null(taken.data);
	assert_int_equal(taken.number, 7);
	assert_false(taken.flag);
	assert_string_equal(taken.operands[0], "-");
}

static void options_refuse_what_they_do_not_know(void **state)
{
	(void)state;
	const struct taken refused[] = {
		TAKE("one", "--nope"),
		TAKE("one", "-z"),
		TAKE("one", "--data"),
		TAKE("one", "--number", "101"),
		TAKE("one", "--number", "-6"),
		TAKE("one", "--number", "1x"),
		TAKE("one", "--number", ""),
		TAKE("one", "--number", "99999999999999999999"),
		TAKE("one", "two", "three"),
		TAKE("--json"),
	};
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		assert_false(refused[i].goes_on);
		assert_int_equal(refused[i].exit_code, EXIT_USAGE);
	}
}

static void options_help_ends_with_success(void **state)
{
	(void)state;
	struct taken taken = TAKE("--help");
	assert_false(taken.goes_on);
	assert_int_equal(taken.exit_code, EXIT_SUCCESS);
}

// --- words --------------------------------------------------------------------------------------

static void the_language_follows_the_environment(void **state)
{
	(void)state;
	setenv("LANG", "zh_CN.UTF-8", 1);
	assert_false(say_in_chinese()); // LC_ALL goes before
	setenv("LC_ALL", "zh_TW.UTF-8", 1);
	assert_string_equal(say("yes", "是"), "是");
	setenv("LC_ALL", "", 1);
	unsetenv("LC_MESSAGES");
	assert_true(say_in_chinese());
	setenv("LC_MESSAGES", "en_US.UTF-8", 1);
	assert_false(say_in_chinese());
	unsetenv("LANG");
	unsetenv("LC_MESSAGES");
	assert_false(say_in_chinese());
}

static char *printed(void (*print)(FILE *file))
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	assert_non_null(file);
	print(file);
	fclose(file);
	return text;
}

static void print_people(FILE *file)
{
	static const struct table_column columns[] = { { "NAME", "名称", false },
		{ "N", "数", true }, { "WHY", "原因", false } };
	struct table *table = table_new(columns, COUNT_OF(columns));
	table_add(table, "公安");
	table_add_number(table, 12);
	table_add(table, "");
	table_add(table, "tax");
	table_add_number(table, -1);
	table_add_coloured(table, COLOUR_BAD, "a\033[2Jb");
	table_print(table, file);
	table_free(&table);
}

static void a_table_is_aligned_and_harmless(void **state)
{
	(void)state;
	char *text = printed(print_people);
	assert_string_equal(text, "NAME   N  WHY\n公安  12\ntax    -  a?[2Jb\n");
	free(text);
}

static void what_goes_into_a_message_is_harmless(void **state)
{
	(void)state;
	struct buffer message = { 0 };
	say_append(&message, "备注\033[31m\xff\n");
	assert_string_equal(buffer_text(&message), "备注?[31m??");
	buffer_deinit(&message);
}

static void chinese_characters_take_two_columns(void **state)
{
	(void)state;
	assert_int_equal(text_columns("abc"), 3);
	assert_int_equal(text_columns("税务局"), 6);
	assert_int_equal(text_columns("（a）"), 5);
	assert_int_equal(text_columns(""), 0);
}

static void durations_are_short(void **state)
{
	(void)state;
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = { { -1, "-" }, { 0, "0.0 s" }, { 59999, "59.9 s" }, { 60000, "1 min" },
		{ 7200000, "2 h" }, { 86400000 * 3LL, "3 d" } };
	char text[32];
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		duration_format(cases[i].ms, text, sizeof text);
		assert_string_equal(text, cases[i].text);
	}
}

static struct json *outlined;

static void print_outline(FILE *file)
{
	outline_print(file, json_root(outlined));
}

static void an_outline_shows_every_value(void **state)
{
	(void)state;
	static const char document[] =
	    "{\"a\":1.50,\"b\":{\"c\":true,\"d\":null},\"e\":[],\"f\":[1,\"x\"],"
	    "\"g\":[{\"h\":\"\",\"i\":2},[3]],"
	    "\"j\":{\"code\":\"1\",\"zh\":\"男\",\"en\":\"male\"}}";
	assert_int_equal(json_parse(&outlined, bytes_of_text(document)), STATUS_OK);
	char *text = printed(print_outline);
	assert_string_equal(text,
	    "a: 1.5\nb:\n  c: yes\n  d: -\ne: -\nf: 1, x\ng:\n  - h: -\n    i: 2\n  - 3\n"
	    "j: male (1)\n");
	free(text);
	setenv("LC_ALL", "zh_CN", 1);
	text = printed(print_outline);
	assert_non_null(strstr(text, "j: 男 (1)"));
	assert_non_null(strstr(text, "c: 是"));
	free(text);
	json_free(&outlined);
}

// --- places -------------------------------------------------------------------------------------

static void put(const char *folder, const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void remove_all(const char *folder)
{
	char command[256];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	assert_int_equal(system(command), 0);
}

static void make_place(char folder[64])
{
	char settings[128];
	strcpy(folder, "/tmp/place_test.XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(settings, sizeof settings, "%s/settings", folder);
	assert_int_equal(mkdir(settings, 0700), 0);
}

static void a_place_knows_where_its_services_are(void **state)
{
	(void)state;
	char folder[64], expected[128];
	struct place place;
	make_place(folder);
	put(folder, "settings/aggregator.conf",
	    "http = 127.0.0.1:7491\ntoken=/t/aggregator\nfollow = tax http = 1\n");
	put(folder, "settings/tax.conf",
	    "# http = no\nunknown = x\n  http  =  127.0.0.1:7403  \ntoken = ../tokens/tax\nhttp = "
	    "second\n");
	put(folder, "settings/desk.conf", "http = unix:/run/desk.sock");
	put(folder, "settings/.hidden.conf", "");
	put(folder, "settings/tax.conf.new", "");
	assert_int_equal(place_read(&place, folder), STATUS_OK);
	assert_int_equal(place.count, 3);
	assert_string_equal(place.services[0].name, "tax");
	assert_string_equal(place.services[1].name, "aggregator");
	assert_string_equal(place.services[2].address, "unix:/run/desk.sock");
	const struct service_place *tax = place_find(&place, "tax");
	snprintf(expected, sizeof expected, "%s/tokens/tax", folder);
	assert_string_equal(tax->address, "127.0.0.1:7403");
	assert_string_equal(tax->token_path, expected);
	assert_true(place_is_department(tax));
	assert_string_equal(place_find(&place, "aggregator")->token_path, "/t/aggregator");
	assert_false(place_is_department(place_find(&place, "aggregator")));
	assert_null(place_find(&place, "desk")->token_path);
	assert_null(place_find(&place, "health"));
	place_deinit(&place);
	remove_all(folder);
}

static void a_place_without_services_says_how_to_make_some(void **state)
{
	(void)state;
	char folder[64];
	struct place place;
	assert_int_equal(place_read(&place, "/nonexistent"), STATUS_NOT_FOUND);
	assert_non_null(strstr(status_reason(), "onecity up --data /nonexistent"));
	make_place(folder);
	assert_int_equal(place_read(&place, folder), STATUS_NOT_FOUND);
	put(folder, "settings/tax.conf", "token = x\n");
	assert_int_equal(place_read(&place, folder), STATUS_INVALID);
	assert_non_null(strstr(status_reason(), "tax.conf: has no line `http = ADDRESS`"));
	remove_all(folder);
}

static void the_data_directory_is_said_then_inherited_then_here(void **state)
{
	(void)state;
	assert_string_equal(place_directory(NULL), "onecity-data");
	setenv("ONECITY_DATA", "", 1);
	assert_string_equal(place_directory(NULL), "onecity-data");
	setenv("ONECITY_DATA", "/srv/city", 1);
	assert_string_equal(place_directory(NULL), "/srv/city");
	assert_string_equal(place_directory("x"), "x");
	unsetenv("ONECITY_DATA");
}

#define TEST(name) cmocka_unit_test_setup(name, in_english)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(options_are_taken_wherever_they_stand),
		TEST(options_left_out_keep_their_defaults),
		TEST(options_refuse_what_they_do_not_know),
		TEST(options_help_ends_with_success),
		TEST(the_language_follows_the_environment),
		TEST(a_table_is_aligned_and_harmless),
		TEST(what_goes_into_a_message_is_harmless),
		TEST(chinese_characters_take_two_columns),
		TEST(durations_are_short),
		TEST(an_outline_shows_every_value),
		TEST(a_place_knows_where_its_services_are),
		TEST(a_place_without_services_says_how_to_make_some),
		TEST(the_data_directory_is_said_then_inherited_then_here),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
