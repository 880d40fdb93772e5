// SPDX-License-Identifier: Apache-2.0
// settings_test: what a settings file may say, and that what is wrong stops the start with its
// place.
#include "buffer.h"
#include "settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

struct example {
	char *listen, *title, *data, *secret;
	int64_t batch_max;
	bool tls;
	struct setting_list peers, allowed;
};

static const struct setting table[] = {
	{ "listen", SETTING_TEXT, offsetof(struct example, listen), NULL, 0, 0,
	    "Where HTTP is served." },
	{ "title", SETTING_TEXT, offsetof(struct example, title), "", 0, 0, "What pages show." },
	{ "data", SETTING_PATH, offsetof(struct example, data), "data", 0, 0,
	    "Where the journal is." },
	{ "secret", SETTING_PATH, offsetof(struct example, secret), "", 0, 0,
	    "The city's secret." },
	{ "batch_max", SETTING_INTEGER, offsetof(struct example, batch_max), "1000", -5, 10000,
	    "Records a commit." },
	{ "tls", SETTING_BOOLEAN, offsetof(struct example, tls), "no", 0, 0,
	    "Whether to use TLS." },
	{ "peer", SETTING_LIST, offsetof(struct example, peers), "", 0, 0, "Who is followed." },
	{ "allow", SETTING_LIST, offsetof(struct example, allowed), "operator", 0, 0,
	    "Who may read." },
};

static char folder[] = "/tmp/settings_test.XXXXXX";
static char path[sizeof folder + 16];

static int make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof path, "%s/tax.conf", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void write_file(struct bytes content)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.size, file), content.size);
	assert_int_equal(fclose(file), 0);
}

static enum status read_text(const char *text, struct example *example)
{
	*example = (struct example){ 0 };
	write_file(bytes_of_text(text));
	return settings_read(path, table, COUNT_OF(table), example);
}

static void expect_nothing_left(const struct example *example)
{
	assert_null(example->listen);
	assert_null(example->title);
	assert_null(example->data);
	assert_null(example->secret);
	assert_null(example->peers.values);
	assert_int_equal(example->peers.count, 0);
	assert_null(example->allowed.values);
}

static void expect_refused_bytes(struct bytes text, const char *reason)
{
	struct example example = { 0 };
	char expected[256];
	write_file(text);
	assert_int_equal(settings_read(path, table, COUNT_OF(table), &example), STATUS_INVALID);
	snprintf(expected, sizeof expected, "%s:%s", path, reason);
	assert_string_equal(status_reason(), expected);
	expect_nothing_left(&example);
}

static void expect_refused(const char *text, const char *reason)
{
	expect_refused_bytes(bytes_of_text(text), reason);
}

static void settings_are_read_by_the_table(void **state)
{
	(void)state;
	struct example example;
	static const char text[] = "\xef\xbb\xbf# 税务局\n\n  # indented comment\n"
				   "listen = unix:/run/tax.sock\r\n"
				   "title=税务 = 好 # kept\n"
				   "\tdata\t=  /var/lib/tax  \n"
				   "secret = keys/city\n"
				   "batch_max = -5\n"
				   "tls = yes\n"
				   "peer = a=1\n"
				   "peer = b\n"
				   "allow = auditor";
	assert_int_equal(read_text(text, &example), STATUS_OK);
	assert_string_equal(example.listen, "unix:/run/tax.sock");
	assert_string_equal(example.title, "税务 = 好 # kept");
	assert_string_equal(example.data, "/var/lib/tax");
	char expected[64];
	snprintf(expected, sizeof expected, "%s/keys/city", folder);
	assert_string_equal(example.secret, expected);
	assert_int_equal(example.batch_max, -5);
	assert_true(example.tls);
	assert_int_equal(example.peers.count, 2);
	assert_string_equal(example.peers.values[0], "a=1");
	assert_string_equal(example.peers.values[1], "b");
	assert_int_equal(example.allowed.count, 1);
	assert_string_equal(example.allowed.values[0], "auditor");
	settings_deinit(table, COUNT_OF(table), &example);
	expect_nothing_left(&example);
	settings_deinit(table, COUNT_OF(table), &example);
}

static void settings_not_given_have_their_fallback(void **state)
{
	(void)state;
	struct example example;
	assert_int_equal(read_text("listen = x\ntitle =\n", &example), STATUS_OK);
	assert_string_equal(example.title, "");
	char expected[64];
	snprintf(expected, sizeof expected, "%s/data", folder);
	assert_string_equal(example.data, expected);
	assert_string_equal(example.secret, "");
	assert_int_equal(example.batch_max, 1000);
	assert_false(example.tls);
	assert_int_equal(example.peers.count, 0);
	assert_int_equal(example.allowed.count, 1);
	assert_string_equal(example.allowed.values[0], "operator");
	settings_deinit(table, COUNT_OF(table), &example);
}

static void settings_that_are_wrong_stop_the_start_with_their_place(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "", "1: the file ends without listen = ... (Where HTTP is served.)" },
		{ "\n\ntls = no\n",
		    "4: the file ends without listen = ... (Where HTTP is served.)" },
		{ "listen = \n", "1: listen: expected a text" },
		{ "listen x\n", "1: expected name = value" },
		{ "listen = x\nlisten = y\n", "2: listen was given before, in line 1" },
		{ "listen = x\ntitle =\ntitle = y\n", "3: title was given before, in line 2" },
		{ "Listen = x\n", "1: no setting has the name \"Listen\"; --help lists them" },
		{ "= x\n", "1: no setting has the name \"\"; --help lists them" },
		{ "peer = a\n\npeer =\n",
		    "3: peer: expected a text; may be given on up to 1024 lines" },
		{ "tls = true\n", "1: tls: expected yes or no" },
		{ "tls =\n", "1: tls: expected yes or no" },
		{ "# x\nlisten = x\ndata = \xd5\xc5\n",
		    "3: expected UTF-8 without control characters" },
		{ "listen = x\x01\n", "1: expected UTF-8 without control characters" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_refused(cases[i][0], cases[i][1]);
	expect_refused_bytes(
	    bytes_make("listen = a\0b\n", 13), "1: expected UTF-8 without control characters");
}

static void settings_name_is_shown_only_in_part_when_it_is_long(void **state)
{
	(void)state;
	expect_refused("0123456789012345678901234567890123456789x = 1\n",
	    "1: no setting has the name \"0123456789012345678901234567890123456789\"; --help lists "
	    "them");
}

static void settings_integers_are_held_against_their_range(void **state)
{
	(void)state;
	static const char *const wrong[] = { "-6", "10001", "", "1.0", "1e3", "+1", "0x10", "1 0",
		"1k", "-", "--1", "1-", "99999999999999999999", "-99999999999999999999",
		"000000000000000000000000001" };
	char text[64];
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		snprintf(text, sizeof text, "batch_max = %s\n", wrong[i]);
		expect_refused(text, "1: batch_max: expected a whole number from -5 to 10000");
	}
	struct example example;
	assert_int_equal(read_text("listen = x\nbatch_max = 10000", &example), STATUS_OK);
	assert_int_equal(example.batch_max, 10000);
	settings_deinit(table, COUNT_OF(table), &example);
}

static void settings_required_list_needs_a_value(void **state)
{
	(void)state;
	static const struct setting required[] = {
		{ "peer", SETTING_LIST, 0, NULL, 0, 0, "Who is followed." },
	};
	struct setting_list list = { 0 };
	write_file(bytes_of_text("# none\n"));
	assert_int_equal(settings_read(path, required, 1, &list), STATUS_INVALID);
	assert_non_null(strstr(status_reason(), ":2: the file ends without peer = ..."));
}

static void settings_of_a_file_beside_us_have_paths_beside_us(void **state)
{
	(void)state;
	struct example example = { 0 };
	char before[512];
	assert_non_null(getcwd(before, sizeof before));
	write_file(bytes_of_text("listen = x\n"));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(settings_read("tax.conf", table, COUNT_OF(table), &example), STATUS_OK);
	assert_string_equal(example.data, "data");
	settings_deinit(table, COUNT_OF(table), &example);
	assert_int_equal(chdir(before), 0);
}

static void settings_file_that_cannot_be_read_is_told(void **state)
{
	(void)state;
	struct example example = { 0 };
	assert_int_equal(
	    settings_read("/tmp/no/such.conf", table, COUNT_OF(table), &example), STATUS_NOT_FOUND);
	assert_string_equal(status_reason(), "/tmp/no/such.conf: No such file or directory");
	assert_int_equal(settings_read(folder, table, COUNT_OF(table), &example), STATUS_IO);
	expect_nothing_left(&example);
}

static void settings_file_has_a_largest_size(void **state)
{
	(void)state;
	struct buffer text = { 0 };
	struct example example = { 0 };
	buffer_append_text(&text, "listen = x\n");
	while (text.size < 256 * 1024)
		buffer_append_byte(&text, '\n');
	write_file(buffer_bytes(&text));
	assert_int_equal(settings_read(path, table, COUNT_OF(table), &example), STATUS_OK);
	settings_deinit(table, COUNT_OF(table), &example);
	buffer_append_byte(&text, '\n');
	write_file(buffer_bytes(&text));
	assert_int_equal(settings_read(path, table, COUNT_OF(table), &example), STATUS_TOO_LARGE);
	buffer_clear(&text);
	for (int i = 0; i < 1025; i++)
		buffer_append_text(&text, "peer = x\n");
	expect_refused_bytes(
	    buffer_bytes(&text), "1025: peer: expected a text; may be given on up to 1024 lines");
	buffer_deinit(&text);
}

static void settings_help_lists_every_setting(void **state)
{
	(void)state;
	char shown[4096] = "";
	FILE *file = fopen(path, "w+");
	assert_non_null(file);
	fflush(stdout);
	int kept = dup(STDOUT_FILENO);
	dup2(fileno(file), STDOUT_FILENO);
	settings_print_help(table, COUNT_OF(table));
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	rewind(file);
	size_t size = fread(shown, 1, sizeof shown - 1, file);
	fclose(file);
	assert_true(size > 0);
	assert_ptr_equal(
	    strstr(shown, "  listen = ...\n      Where HTTP is served.\n      a text; required\n"),
	    shown);
	assert_non_null(strstr(shown, "a whole number from -5 to 10000; 1000 unless given\n"));
	assert_non_null(strstr(
	    shown, "  secret = ...\n      The city's secret.\n      a path; none unless given\n"));
	for (size_t i = 0; i < COUNT_OF(table); i++)
		assert_non_null(strstr(shown, table[i].description));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_read_by_the_table),
		cmocka_unit_test(settings_not_given_have_their_fallback),
		cmocka_unit_test(settings_that_are_wrong_stop_the_start_with_their_place),
		cmocka_unit_test(settings_name_is_shown_only_in_part_when_it_is_long),
		cmocka_unit_test(settings_integers_are_held_against_their_range),
		cmocka_unit_test(settings_required_list_needs_a_value),
		cmocka_unit_test(settings_of_a_file_beside_us_have_paths_beside_us),
		cmocka_unit_test(settings_file_that_cannot_be_read_is_told),
		cmocka_unit_test(settings_file_has_a_largest_size),
		cmocka_unit_test(settings_help_lists_every_setting),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
