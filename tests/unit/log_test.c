// SPDX-License-Identifier: Apache-2.0
// log_test: one event is one line and one write, whatever the message holds.
#include "log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	LINE_BYTES_MAX = 2048,
	STAMP_BYTES = 24
};

// Standard error becomes a socket that keeps messages apart, so that each write shows as one.
static struct {
	int ends[2], kept_stderr;
	char line[2 * LINE_BYTES_MAX];
} capture;

static int capture_begin(void **state)
{
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, capture.ends), 0);
	capture.kept_stderr = dup(STDERR_FILENO);
	assert_true(capture.kept_stderr >= 0);
	assert_int_equal(dup2(capture.ends[1], STDERR_FILENO), STDERR_FILENO);
	log_open("tax", LOG_INFO);
	return 0;
}

static int capture_end(void **state)
{
	(void)state;
	dup2(capture.kept_stderr, STDERR_FILENO);
	close(capture.kept_stderr);
	close(capture.ends[0]);
	close(capture.ends[1]);
	return 0;
}

// The next single write, as a text; NULL: there was none.
static const char *next_write(void)
{
	ssize_t got = recv(capture.ends[0], capture.line, sizeof capture.line - 1, MSG_DONTWAIT);
	if (got < 0)
		return NULL;
	capture.line[got] = 0;
	return capture.line;
}

static void expect_line(const char *rest)
{
	const char *line = next_write();
	assert_non_null(line);
	assert_true(strlen(line) > STAMP_BYTES);
	assert_string_equal(line + STAMP_BYTES, rest);
	assert_null(next_write());
}

static void log_line_begins_with_stamp_level_and_service(void **state)
{
	(void)state;
	int year, month, day, hour, minute, second, millisecond, used = 0;
	log_info("listening http=%s", "127.0.0.1:7403");
	const char *line = next_write();
	assert_non_null(line);
	assert_int_equal(sscanf(line, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &year, &month, &day, &hour,
			     &minute, &second, &millisecond, &used),
	    7);
	assert_int_equal(used, STAMP_BYTES);
	assert_in_range(year, 2024, 9999);
	assert_in_range(month, 1, 12);
	assert_string_equal(line + used, " INFO tax: listening http=127.0.0.1:7403\n");
}

static void log_tells_only_what_its_level_asks_for(void **state)
{
	(void)state;
	log_open("health", LOG_WARN);
	log_debug("no");
	log_info("no");
	assert_null(next_write());
	log_warn("w");
	expect_line(" WARN health: w\n");
	log_error("e");
	expect_line(" ERROR health: e\n");
	log_open("health", LOG_DEBUG);
	log_debug("d");
	expect_line(" DEBUG health: d\n");
}

static void log_levels_are_read_by_name(void **state)
{
	(void)state;
	static const char *const names[] = { "error", "warn", "info", "debug" };
	enum log_level level;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_true(log_level_parse(names[i], &level));
		assert_int_equal(level, i);
	}
	assert_false(log_level_parse("INFO", &level));
	assert_false(log_level_parse("", &level));
}

static void log_keeps_one_event_on_one_line(void **state)
{
	(void)state;
	log_info("%s", "a\nERROR tax: forged\r\t\x1b[2J\x7f"
		       "b");
	expect_line(" INFO tax: a\\x0aERROR tax: forged\\x0d\\x09\\x1b[2J\\x7fb\n");
	log_info("%s", "\xc2\x85|\xc2\x9b"
		       "2J|\xe2\x80\xa8|\xe2\x80\xa9|\xe2\x80\xaa|\xc2\xa0");
	expect_line(" INFO tax: \\xc2\\x85|\\xc2\\x9b"
		    "2J|\\xe2\\x80\\xa8|\\xe2\\x80\\xa9|\xe2\x80\xaa|\xc2\xa0\n");
}

static void log_keeps_valid_utf8_and_escapes_what_is_none(void **state)
{
	(void)state;
	log_info("%s", "新市民 \xc3\xa9 𠮷");
	expect_line(" INFO tax: 新市民 \xc3\xa9 𠮷\n");
	log_info("%s",
	    "\x80|\xc0\xaf|\xed\xa0\x80|\xf4\x90\x80\x80|\xf5|\xd5\xc5|\xe5\xbc|\xf0\xa0\xae");
	expect_line(
	    " INFO tax: "
	    "\\x80|\\xc0\\xaf|\\xed\\xa0\\x80|\\xf4\\x90\\x80\\x80|\\xf5|\\xd5\\xc5|\\xe5\\xbc|"
	    "\\xf0\\xa0\\xae\n");
}

// A message of a's with the given tail, so that the whole line has `size` bytes with its line feed.
static void fill_message(char *message, size_t size, const char *tail)
{
	size_t prefix = STAMP_BYTES + strlen(" INFO tax: ");
	size_t fill = size - prefix - strlen(tail) - 1;
	memset(message, 'a', fill);
	strcpy(message + fill, tail);
}

static void log_cuts_long_lines_between_characters(void **state)
{
	(void)state;
	char message[3 * LINE_BYTES_MAX];
	fill_message(message, LINE_BYTES_MAX, "张");
	log_info("%s", message);
	const char *line = next_write();
	assert_int_equal(strlen(line), LINE_BYTES_MAX);
	assert_string_equal(line + LINE_BYTES_MAX - 5, "a张\n");
	fill_message(message, LINE_BYTES_MAX + 1, "张");
	log_info("%s", message);
	line = next_write();
	assert_int_equal(strlen(line), LINE_BYTES_MAX);
	assert_string_equal(line + LINE_BYTES_MAX - 5, "a...\n");
	fill_message(message, LINE_BYTES_MAX + 1, "张bc");
	log_info("%s", message);
	line = next_write();
	assert_string_equal(line + strlen(line) - 5, "a...\n");
	assert_int_equal(strlen(line), LINE_BYTES_MAX - 1);
	assert_null(next_write());
}

static void log_cuts_lines_of_any_length(void **state)
{
	(void)state;
	char message[3 * LINE_BYTES_MAX];
	for (size_t size = LINE_BYTES_MAX - 20; size < LINE_BYTES_MAX + 20; size++) {
		static const char *const tails[] = { "𠮷𠮷𠮷", "\x01\x02", "\xff\xff\xff",
			"\xc2\x85"
			"a" };
		for (size_t i = 0; i < COUNT_OF(tails); i++) {
			fill_message(message, size, tails[i]);
			log_info("%s", message);
			const char *line = next_write();
			assert_non_null(line);
			assert_true(strlen(line) <= LINE_BYTES_MAX);
			assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
			assert_null(next_write());
		}
	}
	memset(message, 1, sizeof message - 1);
	message[sizeof message - 1] = 0;
	log_info("%s", message);
	assert_non_null(next_write());
	assert_in_range(strlen(capture.line), LINE_BYTES_MAX - 4, LINE_BYTES_MAX);
	assert_string_equal(capture.line + strlen(capture.line) - 8, "\\x01...\n");
}

static void log_leaves_errno_as_it_was(void **state)
{
	(void)state;
	errno = ENOSPC;
	log_info("saved: %m");
	assert_int_equal(errno, ENOSPC);
	expect_line(" INFO tax: saved: No space left on device\n");
	int kept = dup(STDERR_FILENO);
	close(STDERR_FILENO);
	errno = ENOSPC;
	log_info("to nobody");
	assert_int_equal(errno, ENOSPC);
	dup2(kept, STDERR_FILENO);
	close(kept);
}

static void log_cuts_a_service_name_that_is_too_long(void **state)
{
	(void)state;
	log_open("0123456789012345678901234567890123456789", LOG_INFO);
	log_info("x");
	expect_line(" INFO 0123456789012345678901234567890: x\n");
}

#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, capture_begin, capture_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOG_TEST(log_line_begins_with_stamp_level_and_service),
		LOG_TEST(log_tells_only_what_its_level_asks_for),
		LOG_TEST(log_levels_are_read_by_name),
		LOG_TEST(log_keeps_one_event_on_one_line),
		LOG_TEST(log_keeps_valid_utf8_and_escapes_what_is_none),
		LOG_TEST(log_cuts_long_lines_between_characters),
		LOG_TEST(log_cuts_lines_of_any_length),
		LOG_TEST(log_leaves_errno_as_it_was),
		LOG_TEST(log_cuts_a_service_name_that_is_too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
