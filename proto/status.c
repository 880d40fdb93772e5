// SPDX-License-Identifier: Apache-2.0
// status: the table of results, and one reason a thread.
#include "status.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char reason[1024];

static const struct {
	const char *name, *english, *chinese;
} table[STATUS_COUNT] = {
#define STATUS_ROW(name, english, chinese) { #name, english, chinese },
	STATUS_TABLE(STATUS_ROW)
#undef STATUS_ROW
};

const char *status_name(enum status status)
{
	ENSURE(status < STATUS_COUNT);
	return table[status].name;
}

const char *status_text(enum status status, bool chinese)
{
	ENSURE(status < STATUS_COUNT);
	return chinese ? table[status].chinese : table[status].english;
}

enum status fail(enum status status, const char *format, ...)
{
	ENSURE(status != STATUS_OK);
	char fresh[sizeof reason];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(fresh, sizeof fresh, format, arguments); // the old reason may be an argument
	va_end(arguments);
	memcpy(reason, fresh, sizeof reason);
	return status;
}

enum status fail_while(enum status status, const char *format, ...)
{
	ENSURE(status != STATUS_OK);
	char context[256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(context, sizeof context, format, arguments);
	va_end(arguments);
	size_t used = strlen(reason);
	snprintf(reason + used, sizeof reason - used, ", while %s", context);
	return status;
}

const char *status_reason(void)
{
	return reason;
}
