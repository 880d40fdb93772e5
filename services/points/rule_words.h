// SPDX-License-Identifier: Apache-2.0
// rule_words: an expression of a rule table in words, as a points officer reads a notice.
//
// For reading only: what counts is the table. Works on checked tables.
#ifndef POINTS_RULE_WORDS_H
#define POINTS_RULE_WORDS_H

#include "json.h"
#include "rules.h"

// An expression, facts or spans; definitions stand in it by their titles, or by their ids in
// quotes.
void rule_words_write(const struct rules *rules, const struct json_value *expression, bool chinese,
    struct buffer *out);

// What a row of the scale at a path of the table asks for.
void rule_words_write_row(
    const struct rules *rules, const char *path, int row, bool chinese, struct buffer *out);

#endif
