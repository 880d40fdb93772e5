// SPDX-License-Identifier: Apache-2.0
// outline: JSON for people.
//
// Whoever answers adds members as it learns more, and catalogues add fields: so nothing here knows
// any of them by name but the two languages of a title.
#include "outline.h"

#include "say.h"

#include <inttypes.h>

enum {
	INDENT_COLUMNS = 2,
	LEVELS_MAX = JSON_DEPTH_MAX
};

static void print_value(FILE *file, const struct json_value *value, int level, bool on_own_lines);

static bool is_title(const struct json_value *value)
{
	return json_string(json_member(value, "zh")) != NULL &&
	       json_string(json_member(value, "en")) != NULL;
}

static bool is_container(const struct json_value *value)
{
	enum json_type type = json_type(value);
	return (type == JSON_OBJECT && !is_title(value)) || type == JSON_ARRAY;
}

static bool has_containers(const struct json_value *value)
{
	for (const struct json_value *child = json_first(value); child != NULL;
	     child = json_next(child))
		if (is_container(child))
			return true;
	return false;
}

// --- one line -----------------------------------------------------------------------------------

static void print_title(FILE *file, const struct json_value *title)
{
	const char *code = json_string(json_member(title, "code"));
	const char *text = json_string(json_member(title, say_in_chinese() ? "zh" : "en"));
	say_text(file, text);
	if (code != NULL) {
		fputs(" (", file);
		say_text(file, code);
		fputc(')', file);
	}
}

static void print_scalar(FILE *file, const struct json_value *value)
{
	char number[64];
	const char *text = json_string(value);
	if (text != NULL)
		say_text(file, text[0] != 0 ? text : "-");
	else if (is_title(value))
		print_title(file, value);
	else if (json_decimal(value, number, sizeof number))
		fputs(number, file);
	else if (json_type(value) == JSON_BOOLEAN)
		fputs(json_boolean(value) ? say("yes", "是") : say("no", "否"), file);
	else
		fputc('-', file);
}

static void print_inline_list(FILE *file, const struct json_value *list)
{
	for (const struct json_value *child = json_first(list); child != NULL;
	     child = json_next(child)) {
		print_scalar(file, child);
		fputs(json_next(child) != NULL ? ", " : "", file);
	}
	fputc('\n', file);
}

// --- several ------------------------------------------------------------------------------------

static void print_members(
    FILE *file, const struct json_value *object, int level, bool indented_already)
{
	for (const struct json_value *member = json_first(object); member != NULL;
	     member = json_next(member)) {
		fprintf(file, "%*s", indented_already ? 0 : level * INDENT_COLUMNS, "");
		indented_already = false;
		fputs(colour_code(file, COLOUR_FAINT), file);
		say_text(file, json_name(member));
		fputs(colour_code(file, COLOUR_PLAIN), file);
		fputc(':', file);
		print_value(file, member, level + 1, false);
	}
}

static void print_elements(FILE *file, const struct json_value *list, int level)
{
	for (const struct json_value *child = json_first(list); child != NULL;
	     child = json_next(child)) {
		fprintf(file, "%*s- ", level * INDENT_COLUMNS, "");
		print_value(file, child, level + 1, true);
	}
}

// on_own_lines: the cursor stands behind a "- " where the value's first line goes; else behind
// "name:".
static void print_value(FILE *file, const struct json_value *value, int level, bool on_own_lines)
{
	if (!is_container(value) || json_size(value) == 0) {
		fputs(on_own_lines ? "" : " ", file);
		print_scalar(file, value);
		fputc('\n', file);
	} else if (json_type(value) == JSON_ARRAY && !has_containers(value)) {
		fputs(on_own_lines ? "" : " ", file);
		print_inline_list(file, value);
	} else {
		fputs(on_own_lines ? "" : "\n", file);
		if (json_type(value) == JSON_OBJECT)
			print_members(file, value, level, on_own_lines);
		else
			print_elements(file, value, level);
	}
}

void outline_print(FILE *file, const struct json_value *value)
{
	if (json_type(value) == JSON_OBJECT && !is_title(value))
		print_members(file, value, 0, false);
	else
		print_value(file, value, 0, true);
}
