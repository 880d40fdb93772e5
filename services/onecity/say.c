// SPDX-License-Identifier: Apache-2.0
// say: what the command line says to people, in English or Chinese.
#include "say.h"

#include "language.h"
#include "text.h"

#include <stdarg.h>
#include <unistd.h>

static const char *environment(const char *name)
{
	const char *value = getenv(name);
	return value != NULL && value[0] != 0 ? value : NULL;
}

bool say_in_chinese(void)
{
	return language_is_chinese();
}

const char *say(const char *english, const char *chinese)
{
	return say_in_chinese() ? chinese : english;
}

static void tell_arguments(const char *format, va_list arguments)
{
	fflush(stdout);
	fputs("onecity: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void tell(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	tell_arguments(format, arguments);
	va_end(arguments);
}

int give_up(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	tell_arguments(format, arguments);
	va_end(arguments);
	return EXIT_FAILURE;
}

int give_up_with(enum status status)
{
	return give_up("%s: %s", status_text(status, say_in_chinese()), status_reason());
}

// The next character as it may be shown.
static struct bytes next_shown(struct bytes text, size_t *at)
{
	size_t from = *at;
	int32_t character = text_next(text, at);
	struct bytes one = bytes_make(text.data + from, *at - from);
	return character < 0 || text_has_controls(one) ? bytes_of_text("?") : one;
}

void say_text(FILE *file, const char *text)
{
	struct bytes bytes = bytes_of_text(text);
	for (size_t at = 0; at < bytes.size;) {
		struct bytes one = next_shown(bytes, &at);
		fwrite(one.data, 1, one.size, file);
	}
}

void say_append(struct buffer *out, const char *text)
{
	struct bytes bytes = bytes_of_text(text);
	for (size_t at = 0; at < bytes.size;)
		buffer_append_bytes(out, next_shown(bytes, &at));
}

bool colours_shown(FILE *file)
{
	const char *terminal = environment("TERM");
	return isatty(fileno(file)) && environment("NO_COLOR") == NULL && terminal != NULL &&
	       strcmp(terminal, "dumb") != 0;
}

const char *colour_code(FILE *file, enum colour colour)
{
	static const char *const codes[] = {
		[COLOUR_PLAIN] = "\033[0m",
		[COLOUR_GOOD] = "\033[32m",
		[COLOUR_WARNING] = "\033[33m",
		[COLOUR_BAD] = "\033[31m",
		[COLOUR_FAINT] = "\033[2m",
	};
	return colours_shown(file) ? codes[colour] : "";
}
