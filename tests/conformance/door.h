// SPDX-License-Identifier: Apache-2.0
// door: a department's intake over a real database in a folder of its own, as its daemon puts them
// together, without sockets: what is pushed is committed before the call returns.
#ifndef CONFORMANCE_DOOR_H
#define CONFORMANCE_DOOR_H

#include "intake.h"

// The day and the moment of all tests: 2026-06-15, noon in China.
#define DOOR_NOW_MS INT64_C(1781496000000)

struct door {
	const char *department;
	intake_decide *decide;
	char directory[64];
	struct catalogue_set *catalogues; // of all departments
	const struct catalogue *catalogue;
	struct pseudonym *pseudonym;
	struct database *database;
	struct journal *journal;
	struct intake *intake;
	struct database_batch *batch;
	struct buffer numbers; // the ID numbers that were pushed, each with its NUL
	struct buffer packed;  // of the entry read last
};

void door_open(struct door *door, const char *department, intake_decide *decide);
// Closes and opens the same journal.
void door_reopen(struct door *door);
// Begins a new journal.
void door_empty(struct door *door);
// Removes the folder too.
//
// Before a journal goes, it is checked for what must hold of every one, however it came about: that
// its chain holds, and that no ID number that was pushed is in any entry but public security's
// persons.
void door_close(struct door *door);

// A row about a subject, by its number or code, or about none (NULL). row is the other members, and
// extra, which may be NULL, is more of them: JSON with ' for ".
struct intake_counts door_push(
    struct door *door, const char *kind, const char *subject, const char *row, const char *extra);

// Several rows in one batch, as one request brings them.
struct door_row {
	const char *kind, *subject, *row;
};
struct intake_counts door_push_rows(struct door *door, const struct door_row *rows, size_t count);

uint64_t door_head(const struct door *door);
// Borrowed until the next read.
struct entry door_entry(struct door *door, uint64_t sequence);

// The rows in quarantine; *last is the newest of them, borrowed until the next read.
size_t door_quarantined(struct door *door, struct quarantined *last);

const struct kind *door_kind(const struct door *door, const char *name);

#endif
