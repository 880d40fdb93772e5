// SPDX-License-Identifier: Apache-2.0
// explanation: what the files that write an explanation share.
#ifndef POINTS_EXPLANATION_H
#define POINTS_EXPLANATION_H

#include "json.h"
#include "score_parts.h"

struct explaining {
	struct score *score;
	const struct score_view *view;
	struct json_writer *writer;
	const struct row **facts; // of the item that is being written
	size_t fact_count;
	bool *named; // definitions that it has shown in full
};

void explaining_open(struct explaining *explaining);
void explaining_close(struct explaining *explaining);

// An item, or a condition, begins: its facts are numbered from 1.
void explaining_begin(struct explaining *explaining);
// A member with a step and all below; NULL: null.
void explaining_write_step(
    struct explaining *explaining, const char *name, const struct step *step);
// The facts that the steps named, as the member "facts".
void explaining_write_facts(struct explaining *explaining);

void write_number_member(
    struct json_writer *writer, const char *name, bool present, struct exact number);
void write_text_member(struct json_writer *writer, const char *name, const char *text);
void write_date_member(struct json_writer *writer, const char *name, int64_t date);
void write_title_member(struct json_writer *writer, const char *name, struct title title);

#endif
