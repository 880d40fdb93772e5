// SPDX-License-Identifier: Apache-2.0
// terminal: what the verbs share.
#include "terminal.h"

#include "language.h"
#include "text.h"

#include <stdarg.h>

enum {
	PATH_SIZE = 4096
};

const char *say(const char *english, const char *chinese)
{
	return language_is_chinese() ? chinese : english;
}

const char *say_title(struct title title)
{
	const char *text = language_is_chinese() ? title.zh : title.en;
	return text != NULL ? text : "";
}

int give_up(const char *format, ...)
{
	struct buffer text = { 0 };
	char line[2048];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	buffer_printf(&text, "onecity-points: %s\n", line);
	fflush(stdout);
	print_clean(stderr, buffer_bytes(&text));
	buffer_deinit(&text);
	return EXIT_FAILURE;
}

void print_clean(FILE *file, struct bytes text)
{
	for (size_t at = 0; at < text.size;) {
		size_t from = at;
		int32_t character = text_next(text, &at);
		struct bytes one = bytes_make(text.data + from, at - from);
		if (character == '\n' || (character >= 0 && !text_has_controls(one)))
			fwrite(one.data, 1, one.size, file);
		else
			fputc('?', file);
	}
}

static void tell_errors(const struct rules_errors *errors)
{
	struct buffer text = { 0 };
	rules_errors_write(errors, language_is_chinese(), &text);
	fflush(stdout);
	print_clean(stderr, buffer_bytes(&text));
	buffer_deinit(&text);
}

bool terminal_table_open(struct terminal_table *table, const char *path)
{
	char directory[PATH_SIZE];
	struct rules_errors errors;
	*table = (struct terminal_table){ 0 };
	enum status status = catalogue_directory(directory, sizeof directory);
	if (status == STATUS_OK)
		status = catalogue_set_read(&table->catalogues, directory);
	if (status != STATUS_OK) {
		give_up("%s", status_reason());
		return false;
	}
	status = rules_read(&table->rules, table->catalogues, path, &errors);
	if (status != STATUS_OK)
		tell_errors(&errors);
	rules_errors_deinit(&errors);
	if (status == STATUS_OK)
		return true;
	terminal_table_close(table);
	return false;
}

void terminal_table_close(struct terminal_table *table)
{
	rules_free(&table->rules);
	catalogue_set_free(&table->catalogues);
}
