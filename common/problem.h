// SPDX-License-Identifier: Apache-2.0
// problem: what can be wrong with a row, in words that help to mend it.
//
// Codes are for programs and stay; texts are for people. No text holds the offending value.
#ifndef COMMON_PROBLEM_H
#define COMMON_PROBLEM_H

#include "buffer.h"

// code, English, Chinese, hint in English, hint in Chinese. "%s" in a text stands for the column's
// title. The table itself is in problem_table.h.
enum problem_code {
#define PROBLEM(code, en, zh, hint_en, hint_zh) PROBLEM_##code,
#include "problem_table.h"
#undef PROBLEM
	PROBLEM_COUNT
};

enum {
	PROBLEMS_MAX = 8,
	PROBLEM_COLUMN_BYTES = 64
};

struct problem {
	enum problem_code code;
	char column_en[PROBLEM_COLUMN_BYTES]; // the field's title, or ""
	char column_zh[PROBLEM_COLUMN_BYTES];
	char field[PROBLEM_COLUMN_BYTES]; // its name: "months[3].base"
	char expected[96];                // what was expected, e.g. "0..12"; never the value found
};

// What is wrong with one row; { 0 } is nothing. At most PROBLEMS_MAX are kept.
struct problems {
	struct problem list[PROBLEMS_MAX];
	size_t count;
};

const char *problem_name(enum problem_code code); // "check_digit"
bool problem_named(const char *name, enum problem_code *code);

void problems_add(struct problems *problems, enum problem_code code, const char *field,
    const char *column_en, const char *column_zh, const char *expected);

// Appends one problem's text or hint in a language.
void problem_write_text(const struct problem *problem, bool chinese, struct buffer *out);
void problem_write_hint(const struct problem *problem, bool chinese, struct buffer *out);

#endif
