// SPDX-License-Identifier: Apache-2.0
// intake: a department's decision on each row that arrives: taken, unchanged, stale or quarantined.
//
// It owns the department's ledger and quarantine and collects their changes in one batch, which the
// caller commits. Nothing it says is true before that commit. No I/O but reading its database.
#ifndef COMMON_INTAKE_H
#define COMMON_INTAKE_H

#include "ledger.h"
#include "quarantine.h"
#include "record.h"

// What a department decides beyond what its catalogue can say: adds problems, or none. Pure. Not
// asked about withdrawals.
typedef void intake_decide(const struct record *record, int64_t today, struct problems *problems);

struct intake;

struct intake_options {
	const struct catalogue *catalogue; // stays the caller's, as the others do
	const struct pseudonym *pseudonym;
	intake_decide *decide;
	struct database *database; // opened with QUARANTINE_TABLES tables
	struct journal *journal;
};

MUST_CHECK enum status intake_open(struct intake **intake, const struct intake_options *options);
void intake_close(struct intake **intake);

// Where rows come from and when.
struct intake_origin {
	const char *name; // "http", or a file's name
	int64_t now_ms;
	bool redrive; // the row was in quarantine
};

enum {
	INTAKE_REPORTS_MAX = 20
};

// What became of a kind's rows since the start, redriven ones included.
struct intake_totals {
	uint64_t accepted, unchanged, stale, quarantined;
};

// What became of some rows. Counts add up over calls; { 0 } to begin.
struct intake_counts {
	uint64_t accepted, unchanged, stale, quarantined;
	uint64_t not_kept;     // refused, and the quarantine is full
	struct intake_report { // of the first refused ones
		uint64_t line;
		struct problem problem; // the first of the row's
	} reports[INTAKE_REPORTS_MAX];
	size_t report_count;
};

// Would this row be taken? Nothing is changed. False: *problems says why not.
bool intake_would_take(struct intake *intake, const struct kind *kind, const struct json_value *row,
    int64_t now_ms, struct problems *problems);

// One row. line: its place in its origin, from 1. STATUS_IO, STATUS_CORRUPT: the database failed:
// stop, and commit nothing.
MUST_CHECK enum status intake_row(struct intake *intake, struct database_batch *batch,
    const struct kind *kind, const struct json_value *row, uint64_t line,
    const struct intake_origin *origin, struct intake_counts *counts);

// A row that could not be read at all: payload is what there was of it.
MUST_CHECK enum status intake_unreadable(struct intake *intake, struct database_batch *batch,
    const struct kind *kind, struct bytes payload, const struct problems *problems, uint64_t line,
    const struct intake_origin *origin, struct intake_counts *counts);

// --- a row in steps, for those who look at it in between ---

// What a row says. False: it is to be refused, *problems says why. The caller owns *record either
// way.
bool intake_read(struct intake *intake, struct record *record, const struct kind *kind,
    const struct json_value *row, int64_t now_ms, struct problems *problems);
bool intake_read_cells(struct intake *intake, struct record *record, const struct kind *kind,
    const struct field *const *header, const struct bytes *cells, size_t count, int64_t now_ms,
    struct problems *problems);

// Of a record whose list is sent row by row: which part of it (the month) the row is. 0: the whole.
unsigned intake_part(const struct record *record);

// A row that was read well becomes its record's state, and the row in quarantine that it is a
// mended one of (record->reject) is gone. Changes *record. Fails as intake_row() does.
MUST_CHECK enum status intake_take(struct intake *intake, struct database_batch *batch,
    struct record *record, const struct intake_origin *origin, struct intake_counts *counts);

// What intake_take() would hand to the ledger; borrowed from record and intake until either is used
// again. Changes *record.
MUST_CHECK enum status intake_preview(
    struct intake *intake, struct record *record, struct ledger_change *change);

// A row to be refused. payload: the row as a JSON object. *id: its number in quarantine, where it
// takes the place of the row that it says it mends; 0: the quarantine is full. Fails as
// intake_row() does.
MUST_CHECK enum status intake_refuse(struct intake *intake, struct database_batch *batch,
    const struct record *record, struct bytes payload, const struct problems *problems,
    uint64_t line, const struct intake_origin *origin, struct intake_counts *counts, uint64_t *id);

// After the last row of a file or request: remembers in the batch when each kind had its last good
// input.
void intake_finish(struct intake *intake, struct database_batch *batch);

struct ledger *intake_ledger(struct intake *intake);
struct quarantine *intake_quarantine(struct intake *intake);

// kind: its place in the catalogue.
const struct intake_totals *intake_totals(const struct intake *intake, size_t kind);

// How each kind is doing, for the heartbeat. At most BATCH_INPUTS_MAX.
size_t intake_inputs(const struct intake *intake, struct input *inputs);

#endif
