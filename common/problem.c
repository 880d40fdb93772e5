// SPDX-License-Identifier: Apache-2.0
// problem: the table of problems, and one problem put into words.
#include "problem.h"

#include "text.h"

static const struct {
	const char *name;
	const char *text[2], *hint[2]; // English, Chinese
} table[PROBLEM_COUNT] = {
#define PROBLEM(code, en, zh, hint_en, hint_zh) { #code, { en, zh }, { hint_en, hint_zh } },
#include "problem_table.h"
#undef PROBLEM
};

const char *problem_name(enum problem_code code)
{
	ENSURE(code < PROBLEM_COUNT);
	return table[code].name;
}

bool problem_named(const char *name, enum problem_code *code)
{
	for (size_t i = 0; i < PROBLEM_COUNT; i++)
		if (strcmp(table[i].name, name) == 0) {
			*code = (enum problem_code)i;
			return true;
		}
	return false;
}

static void copy_text(char *to, size_t size, const char *from)
{
	if (from == NULL)
		from = "";
	size_t fit = text_fit(from, size - 1);
	memcpy(to, from, fit);
	to[fit] = 0;
}

void problems_add(struct problems *problems, enum problem_code code, const char *field,
    const char *column_en, const char *column_zh, const char *expected)
{
	ENSURE(code < PROBLEM_COUNT);
	if (problems->count == PROBLEMS_MAX)
		return;
	struct problem *problem = &problems->list[problems->count++];
	problem->code = code;
	copy_text(problem->column_en, sizeof problem->column_en, column_en);
	copy_text(problem->column_zh, sizeof problem->column_zh, column_zh);
	copy_text(problem->field, sizeof problem->field, field);
	copy_text(problem->expected, sizeof problem->expected, expected);
}

static const char *column_of(const struct problem *problem, bool chinese)
{
	const char *column = chinese ? problem->column_zh : problem->column_en;
	if (column[0] == 0)
		column = problem->field;
	if (column[0] != 0)
		return column;
	return chinese ? "内容" : "the content";
}

static void write_with_column(
    const struct problem *problem, bool chinese, const char *text, struct buffer *out)
{
	const char *place = strstr(text, "%s");
	if (place == NULL) {
		buffer_append_text(out, text);
		return;
	}
	buffer_append(out, text, (size_t)(place - text));
	buffer_append_text(out, column_of(problem, chinese));
	buffer_append_text(out, place + strlen("%s"));
}

void problem_write_text(const struct problem *problem, bool chinese, struct buffer *out)
{
	ENSURE(problem->code < PROBLEM_COUNT);
	write_with_column(problem, chinese, table[problem->code].text[chinese], out);
	if (problem->expected[0] == 0)
		return;
	buffer_append_text(out, chinese ? "，应为 " : "; expected: ");
	buffer_append_text(out, problem->expected);
}

void problem_write_hint(const struct problem *problem, bool chinese, struct buffer *out)
{
	ENSURE(problem->code < PROBLEM_COUNT);
	write_with_column(problem, chinese, table[problem->code].hint[chinese], out);
}
