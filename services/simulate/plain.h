// SPDX-License-Identifier: Apache-2.0
// plain: a row's values as the catalogue has them: field names, codes, 2026-11-23, 4494.50.
#ifndef SIMULATE_PLAIN_H
#define SIMULATE_PLAIN_H

#include "json.h"
#include "row.h"

// The value as a text, and whether JSON has it without quotes.
void plain_write_text(const struct field *field, const struct cell *cell, struct buffer *out);
bool plain_is_bare(const struct field *field);

// The value as JSON.
void plain_write_json(
    const struct field *field, const struct cell *cell, struct json_writer *writer);

// The row's list as JSON, by field names, or by Chinese titles as a spreadsheet has it.
void plain_write_list(const struct row *row, bool by_titles, struct json_writer *writer);

// {"id_number": ..., ...}: the whole row as POST /v1/rows/{kind} takes it.
void plain_write_row(const struct row *row, struct json_writer *writer);

#endif
