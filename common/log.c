// SPDX-License-Identifier: Apache-2.0
// log: one line an event on standard error.
//
// A line goes out with a single write(2), so that the lines of several threads and processes that
// share a pipe do not mix.
#include "log.h"

#include "utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
	LINE_BYTES_MAX = 2048, // with its line feed; a pipe takes up to 4096 bytes in one piece
	SERVICE_BYTES_MAX = 32,
};

static const char CUT_MARK[] = "...\n";

static struct {
	char service[SERVICE_BYTES_MAX];
	enum log_level level;
} settings = { "onecity", LOG_INFO };

static const struct {
	const char *setting, *shown;
} levels[] = {
	[LOG_ERROR] = { "error", "ERROR" },
	[LOG_WARN] = { "warn", "WARN" },
	[LOG_INFO] = { "info", "INFO" },
	[LOG_DEBUG] = { "debug", "DEBUG" },
};

void log_open(const char *service, enum log_level level)
{
	ENSURE(level < COUNT_OF(levels));
	snprintf(settings.service, sizeof settings.service, "%s", service);
	settings.level = level;
}

bool log_level_parse(const char *text, enum log_level *level)
{
	for (size_t i = 0; i < COUNT_OF(levels); i++) {
		if (strcmp(text, levels[i].setting) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

struct line {
	char text[LINE_BYTES_MAX];
	size_t size;
	size_t cut; // the end of the last piece behind which CUT_MARK would still fit
};

static size_t write_stamp(char *out, size_t size)
{
	struct timespec now;
	struct tm utc;
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	size_t used = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &utc);
	return used +
	       (size_t)snprintf(out + used, size - used, ".%03dZ", (int)(now.tv_nsec / 1000000));
}

// ASCII's, Unicode's second set (which terminals obey too), and the line and paragraph separators.
static bool is_control(const uint8_t *at, size_t size)
{
	if (size == 1)
		return at[0] < 0x20 || at[0] == 0x7f;
	if (size == 2)
		return at[0] == 0xc2 && at[1] < 0xa0;
	return size == 3 && memcmp(at, "\xe2\x80", 2) == 0 && (at[2] == 0xa8 || at[2] == 0xa9);
}

// Adds one character, which stays whole. False: the line is full.
static bool line_add(struct line *line, const char *piece, size_t size)
{
	if (line->size + size > LINE_BYTES_MAX - 1)
		return false;
	memcpy(line->text + line->size, piece, size);
	line->size += size;
	if (line->size + strlen(CUT_MARK) <= LINE_BYTES_MAX)
		line->cut = line->size;
	return true;
}

static bool line_add_escaped(struct line *line, const uint8_t *bytes, size_t size)
{
	char escapes[3 * sizeof "\\x00"];
	for (size_t i = 0; i < size; i++)
		snprintf(escapes + 4 * i, 5, "\\x%02x", bytes[i]);
	return line_add(line, escapes, 4 * size);
}

static void line_add_message(struct line *line, const char *message)
{
	const uint8_t *at = (const uint8_t *)message, *end = at + strlen(message);
	while (at < end) {
		size_t size = utf8_size(at, (size_t)(end - at));
		bool escape = size == 0 || is_control(at, size);
		size += size == 0;
		bool fits = escape ? line_add_escaped(line, at, size)
				   : line_add(line, (const char *)at, size);
		if (!fits) {
			memcpy(line->text + line->cut, CUT_MARK, strlen(CUT_MARK));
			line->size = line->cut + strlen(CUT_MARK);
			return;
		}
		at += size;
	}
	line->text[line->size++] = '\n';
}

static void PRINTF_LIKE(2, 0)
    write_line(enum log_level level, const char *format, va_list arguments)
{
	if (level > settings.level)
		return;
	int errno_before = errno; // a log line between a failed call and its errno must not disturb
	char message[LINE_BYTES_MAX + 4]; // with the stamp, what is cut here would not fit anyway
	vsnprintf(message, sizeof message, format, arguments);
	struct line line = { .size = 0 };
	line.size = write_stamp(line.text, sizeof line.text);
	line.size += (size_t)snprintf(line.text + line.size, sizeof line.text - line.size,
	    " %s %s: ", levels[level].shown, settings.service);
	line.cut = line.size;
	line_add_message(&line, message);
	while (write(STDERR_FILENO, line.text, line.size) < 0 && errno == EINTR)
		continue; // any other failure has nowhere to be told
	errno = errno_before;
}

void log_error(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	write_line(LOG_ERROR, format, arguments);
	va_end(arguments);
}

void log_warn(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	write_line(LOG_WARN, format, arguments);
	va_end(arguments);
}

void log_info(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	write_line(LOG_INFO, format, arguments);
	va_end(arguments);
}

void log_debug(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	write_line(LOG_DEBUG, format, arguments);
	va_end(arguments);
}
