// SPDX-License-Identifier: Apache-2.0
// value: one text from outside, as one value of a field.
#ifndef COMMON_VALUE_H
#define COMMON_VALUE_H

#include "record.h"

struct value_reading {
	enum problem_code problem; // where the text was refused
	char expected[96];         // for problems_add; may be ""
	bool old_id_number;        // a 15-digit ID number was converted
	int64_t birth_date;        // of a person, YYYYMMDD; 0: the number does not tell
};

// Takes a text as the value of a field that is no list. White space alone is no value, and no
// problem. False: refused, *value is empty and *reading says why. On true the caller owns *value.
bool value_read(struct value *value, const struct field *field, struct bytes text,
    const struct record_context *context, struct value_reading *reading);

// What is wrong with something that is no text at all where a field's value should be.
enum problem_code value_form_problem(const struct field *field);

// Overwrites. Lists too.
void value_deinit(struct value *value, const struct field *field);

// The canonical text of a value that is no list, as keys hold it: 20261123, 202611, 12.50, true;
// '%' and '|' of texts as %25 and %7C.
void value_write_key(const struct value *value, const struct field *field, struct buffer *out);

#endif
