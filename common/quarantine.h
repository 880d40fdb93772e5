// SPDX-License-Identifier: Apache-2.0
// quarantine: rows that were refused, kept with payload and reasons until they are mended, sent
// again or dismissed.
//
// It stands beside the journal in the department's own database, and its changes go into the same
// batch: a refused row is as durable as a taken one. The same row coming again is the same row:
// counted, not kept twice.
#ifndef COMMON_QUARANTINE_H
#define COMMON_QUARANTINE_H

#include "database.h"
#include "envelope.h"
#include "ledger.h"
#include "problem.h"

// Its table, behind the ledger's.
enum {
	QUARANTINE_TABLE = LEDGER_TABLES,
	QUARANTINE_TABLES
};
#define QUARANTINE_TABLE_NAMES LEDGER_TABLE_NAMES, "quarantine"

enum {
	QUARANTINE_ROWS_MAX = 200 * 1000, // open at once; then intake says full
	QUARANTINE_PAYLOAD_BYTES_MAX = 64 * 1024,
	QUARANTINE_ORIGIN_BYTES_MAX = 200,
};

struct quarantine;

MUST_CHECK enum status quarantine_open(struct quarantine **quarantine, struct database *database);
void quarantine_close(struct quarantine **quarantine);

struct quarantined {
	uint64_t id; // from 1, never used again
	unsigned kind;
	struct bytes subject; // "" where it could not be understood
	struct bytes key;
	bool key_known;
	unsigned
	    part; // of a record that comes in parts, which one the row was: a month; 0: the whole
	int64_t first_ms, last_ms; // when it came first and last
	uint64_t times;            // it came
	uint64_t redrives;         // it was sent again and refused again
	struct bytes origin;       // "http", or the name of a file
	uint64_t line;             // in that file, or the row's number in its request; from 1
	struct bytes payload;      // the row as a JSON object: personal data
	struct problems problems;
};

// Keeps a row (its id, times and dates are not looked at; redrives is what this coming adds).
// *fresh: it was not there already. STATUS_FULL: QUARANTINE_ROWS_MAX are open, *id is 0. A payload
// over the limit is cut.
MUST_CHECK enum status quarantine_add(struct quarantine *quarantine, struct database_batch *batch,
    const struct quarantined *row, int64_t now_ms, bool *fresh, uint64_t *id);

// Removes the open rows of a record that was since taken in, or of the one part of it that was;
// returns how many. *others: rows of the same record that are still open.
size_t quarantine_settle(struct quarantine *quarantine, struct database_batch *batch, unsigned kind,
    const char *subject, const char *key, unsigned part, size_t *others);

// Removes one row. *others: rows of the same record that are still open. STATUS_NOT_FOUND.
MUST_CHECK enum status quarantine_remove(
    struct quarantine *quarantine, struct database_batch *batch, uint64_t id, size_t *others);

// One open row, committed; bytes are borrowed from packed.
MUST_CHECK enum status quarantine_read(
    struct quarantine *quarantine, uint64_t id, struct buffer *packed, struct quarantined *row);

// Visits open, committed rows by id, from first on.
typedef bool quarantine_visit(const struct quarantined *row, void *context);
MUST_CHECK enum status quarantine_scan(
    struct quarantine *quarantine, uint64_t first, quarantine_visit *visit, void *context);

size_t quarantine_count(const struct quarantine *quarantine);
// Open rows of a kind, and when its oldest came first (0: none).
size_t quarantine_count_kind(
    const struct quarantine *quarantine, unsigned kind, int64_t *oldest_ms);

#endif
