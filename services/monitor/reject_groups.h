// SPDX-License-Identifier: Apache-2.0
// reject_groups: refused rows counted by department, kind and reason. No I/O.
#ifndef MONITOR_REJECT_GROUPS_H
#define MONITOR_REJECT_GROUPS_H

#include "json.h"

enum {
	REJECT_GROUPS_MAX = 500, // then what comes is only in the total
	REJECT_WORD_SIZE = 64,
	REJECT_TEXT_SIZE = 256,
	REJECT_TIME_SIZE = 32,
};

struct reject_group {
	const char *department; // borrowed
	char kind[REJECT_WORD_SIZE], code[REJECT_WORD_SIZE];
	char en[REJECT_TEXT_SIZE], zh[REJECT_TEXT_SIZE];
	char hint_en[REJECT_TEXT_SIZE], hint_zh[REJECT_TEXT_SIZE];
	char first[REJECT_TIME_SIZE], last[REJECT_TIME_SIZE];
	uint64_t rows, loops, redrives_max;
};

// { 0 } is none.
struct groups {
	struct reject_group *list;
	size_t count;
};

// Counts a row as the department's HTTP gives it.
void groups_add(struct groups *groups, const char *department, const struct json_value *row);
void groups_write_one(const struct reject_group *group, struct json_writer *json);
void groups_deinit(struct groups *groups);

// How often the row was sent again and refused again: more than never is a loop.
uint64_t reject_redrives(const struct json_value *row);

// The row with the member "loop" added.
void reject_write_row(const struct json_value *row, struct json_writer *json);

#endif
