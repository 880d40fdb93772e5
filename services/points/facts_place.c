// SPDX-License-Identifier: Apache-2.0
// facts_place: a JSON pointer that grows and shrinks with the reader, and the errors found on it.
#include "facts_place.h"

#include "text.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	NAME_BYTES_MAX = 64,
	NAME_DIGITS_MAX = 4,
	REASON_SIZE = 512
};

void facts_errors_deinit(struct facts_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		free(errors->list[i].path);
		free(errors->list[i].zh);
		free(errors->list[i].en);
	}
	free(errors->list);
	*errors = (struct facts_errors){ 0 };
}

void facts_errors_write(
    const struct facts_errors *errors, const char *file, bool chinese, struct buffer *out)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct facts_error *error = &errors->list[i];
		buffer_append_text(out, file);
		if (error->line > 0)
			buffer_printf(out, ":%d", error->line);
		buffer_printf(out, ": %s%s%s\n", error->path, error->path[0] != 0 ? ": " : "",
		    chinese ? error->zh : error->en);
	}
	if (errors->left_out > 0)
		buffer_printf(out, chinese ? "%s: 另有 %zu 处错误\n" : "%s: %zu more errors\n",
		    file, errors->left_out);
}

// --- where ---------------------------------------------------------------------------------------

// Codes of enterprises and dwellings are names here, too, and may be anything.
static bool is_showable(const char *name)
{
	size_t digits = 0;
	for (const char *at = name; *at != 0; at++)
		digits += *at >= '0' && *at <= '9';
	return digits <= NAME_DIGITS_MAX && strlen(name) <= NAME_BYTES_MAX &&
	       !text_has_controls(bytes_of_text(name));
}

struct facts_step facts_enter(struct facts_place *place, const char *name)
{
	struct facts_step step = { place->path.size };
	buffer_append_byte(&place->path, '/');
	if (!is_showable(name))
		name = "...";
	for (; *name != 0; name++) {
		if (*name == '~' || *name == '/')
			buffer_append_text(&place->path, *name == '~' ? "~0" : "~1");
		else
			buffer_append_byte(&place->path, (uint8_t)*name);
	}
	return step;
}

struct facts_step facts_enter_index(struct facts_place *place, size_t index)
{
	struct facts_step step = { place->path.size };
	buffer_printf(&place->path, "/%zu", index);
	return step;
}

void facts_leave(struct facts_place *place, struct facts_step step)
{
	place->path.size = step.size;
}

// --- what ----------------------------------------------------------------------------------------

bool facts_refuse_with(
    struct facts_place *place, const struct json_value *value, const char *zh, const char *en)
{
	struct facts_errors *errors = place->errors;
	if (errors->count == FACTS_ERRORS_MAX) {
		errors->left_out++;
		return false;
	}
	if (errors->list == NULL)
		errors->list = allocate(FACTS_ERRORS_MAX * sizeof *errors->list);
	errors->list[errors->count++] = (struct facts_error){
		.line = value != NULL && place->json != NULL ? json_line(place->json, value) : 0,
		.path = text_copy(place->path.size > 0 ? buffer_text(&place->path) : ""),
		.zh = text_copy(zh),
		.en = text_copy(en),
	};
	return false;
}

bool facts_refuse(
    struct facts_place *place, const struct json_value *value, const char *zh, const char *en, ...)
{
	char reason_zh[REASON_SIZE], reason_en[REASON_SIZE];
	va_list arguments;
	va_start(arguments, en);
	vsnprintf(reason_zh, sizeof reason_zh, zh, arguments);
	va_end(arguments);
	va_start(arguments, en);
	vsnprintf(reason_en, sizeof reason_en, en, arguments);
	va_end(arguments);
	return facts_refuse_with(place, value, reason_zh, reason_en);
}

bool facts_is_object(struct facts_place *place, const struct json_value *value)
{
	return json_type(value) == JSON_OBJECT ||
	       facts_refuse(place, value, "应为对象 {...}", "an object {...} is expected");
}

bool facts_is_array(struct facts_place *place, const struct json_value *value)
{
	return json_type(value) == JSON_ARRAY ||
	       facts_refuse(place, value, "应为列表 [...]", "a list [...] is expected");
}

bool facts_text(
    struct facts_place *place, const struct json_value *value, size_t bytes_max, const char **text)
{
	*text = json_string(value);
	if (*text != NULL && **text != 0 && strlen(*text) <= bytes_max &&
	    !text_has_controls(bytes_of_text(*text)))
		return true;
	return facts_refuse(place, value, "应为不空的文字，不超过 %zu 字节，不含控制字符",
	    "a text is expected, not empty, of at most %zu bytes, without control characters",
	    bytes_max);
}
