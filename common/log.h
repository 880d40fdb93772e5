// SPDX-License-Identifier: Apache-2.0
// log: one line an event on standard error.
//
// "2026-11-23T08:15:02.123Z INFO tax: listening http=127.0.0.1:7403". Never a person's data: no ID
// number, no name, no row content. Control characters in a message are escaped, so that one event
// stays one line.
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include "base.h"

enum log_level {
	LOG_ERROR,
	LOG_WARN,
	LOG_INFO,
	LOG_DEBUG
};

// The name that stands in each line; copied. Default level: LOG_INFO.
void log_open(const char *service, enum log_level level);
bool log_level_parse(const char *text, enum log_level *level); // "error", "warn", "info", "debug"

void log_error(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *format, ...) PRINTF_LIKE(1, 2);
void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
