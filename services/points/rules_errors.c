// SPDX-License-Identifier: Apache-2.0
// rules_errors: what is wrong with a table, where, and why.
#include "rules_parser.h"

#include "text.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	PARTICULARS_BYTES_MAX = 300 // longer ones are cut between characters
};

static const struct {
	const char *name, *zh, *en;
} codes[RULES_CODES] = {
#define CODE_ROW(name, zh, en) [CODE_##name] = { #name, zh, en },
	RULES_CODE_TABLE(CODE_ROW)
#undef CODE_ROW
};

void rules_errors_deinit(struct rules_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		free(errors->list[i].path);
		free(errors->list[i].zh);
		free(errors->list[i].en);
	}
	free(errors->list);
	free(errors->file);
	*errors = (struct rules_errors){ 0 };
}

void rules_errors_write(const struct rules_errors *errors, bool chinese, struct buffer *out)
{
	for (size_t i = 0; i < errors->count; i++) {
		const struct rules_error *error = &errors->list[i];
		buffer_printf(out, "%s:%d: %s: %s: %s\n", errors->file ? errors->file : "",
		    error->line, *error->path != 0 ? error->path : "/", error->code,
		    chinese ? error->zh : error->en);
	}
	if (errors->left_out > 0)
		buffer_printf(out, chinese ? "另有 %zu 处\n" : "and %zu more\n", errors->left_out);
}

// Names in a table may hold anything; a terminal shall not be told by them what to do.
static char *without_controls(char *text)
{
	for (char *at = text; *at != 0; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	return text;
}

static char *reason(const char *general, const char *colon, const char *particulars)
{
	struct buffer text = { 0 };
	buffer_append_text(&text, general);
	if (*particulars != 0) {
		buffer_append_text(&text, colon);
		buffer_append_text(&text, particulars);
	}
	char *copy = without_controls(text_copy(buffer_text(&text)));
	buffer_deinit(&text);
	return copy;
}

void errors_add(struct rules_errors *errors, int line, const char *path, enum rules_code code,
    const char *zh, const char *en)
{
	if (errors->count == RULES_ERRORS_MAX) {
		errors->left_out++;
		return;
	}
	errors->list = reallocate(errors->list, (errors->count + 1) * sizeof *errors->list);
	errors->list[errors->count++] = (struct rules_error){
		.line = line,
		.path = without_controls(text_copy(path)),
		.code = codes[code].name,
		.zh = reason(codes[code].zh, "：", zh),
		.en = reason(codes[code].en, ": ", en),
	};
}

// --- places --------------------------------------------------------------------------------------

struct spot spot_member(const struct spot *up, const char *name)
{
	const struct json_value *value = up->value != NULL ? json_member(up->value, name) : NULL;
	return (struct spot){ up, name, 0, value };
}

struct spot spot_index(const struct spot *up, size_t index, const struct json_value *value)
{
	return (struct spot){ up, NULL, index, value };
}

static void write_pointer(const struct spot *spot, struct buffer *out)
{
	if (spot->up == NULL)
		return;
	write_pointer(spot->up, out);
	buffer_append_byte(out, '/');
	if (spot->name == NULL) {
		buffer_printf(out, "%zu", spot->index);
		return;
	}
	for (const char *at = spot->name; *at != 0; at++) {
		if (*at == '~' || *at == '/')
			buffer_append_text(out, *at == '~' ? "~0" : "~1");
		else
			buffer_append_byte(out, (uint8_t)*at);
	}
}

const char *spot_path(struct parser *parser, const struct spot *spot)
{
	struct buffer text = { 0 };
	write_pointer(spot, &text);
	const char *path = arena_text(&parser->rules->arena, buffer_text(&text));
	buffer_deinit(&text);
	return path;
}

// The line of the nearest value that is there.
static int line_of(struct parser *parser, const struct spot *spot)
{
	while (spot != NULL && spot->value == NULL)
		spot = spot->up;
	return spot != NULL ? json_line(parser->rules->json, spot->value) : 0;
}

void complain(struct parser *parser, const struct spot *spot, enum rules_code code, const char *zh,
    const char *en, ...)
{
	char zh_text[PARTICULARS_BYTES_MAX + 5], en_text[PARTICULARS_BYTES_MAX + 5];
	va_list arguments, again;
	va_start(arguments, en);
	va_copy(again, arguments);
	vsnprintf(zh_text, sizeof zh_text, zh, arguments);
	vsnprintf(en_text, sizeof en_text, en, again);
	zh_text[text_fit(zh_text, PARTICULARS_BYTES_MAX)] = 0;
	en_text[text_fit(en_text, PARTICULARS_BYTES_MAX)] = 0;
	va_end(again);
	va_end(arguments);
	if (parser->errors->count == RULES_ERRORS_MAX) {
		parser->errors->left_out++;
		return;
	}
	errors_add(
	    parser->errors, line_of(parser, spot), spot_path(parser, spot), code, zh_text, en_text);
}

void note_unknown(struct parser *parser, const struct spot *spot)
{
	if (parser->rules->status == RULES_LIVE)
		complain(parser, spot, CODE_UNKNOWN_LIVE, "先补齐数值，或改 status",
		    "fill in the number, or change \"status\"");
}

void *parser_allocate(struct parser *parser, size_t size)
{
	return arena_allocate(&parser->rules->arena, size);
}
