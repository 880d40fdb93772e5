// SPDX-License-Identifier: Apache-2.0
// ledger: the current state of every record of one department, over its journal.
//
// A record is state, not a command: pushing what is already there changes nothing; what differs
// becomes the journal's next entry, with a pointer to the one it replaces.
//
// A source's own version, where it gives one, only ever goes up. A part of a record is older than
// what is known if that part, or the whole record, is known in a newer version; the whole record,
// if it or any of its parts is: what it says of that part would be old.
#ifndef COMMON_LEDGER_H
#define COMMON_LEDGER_H

#include "journal.h"

// Its table, behind the journal's.
enum {
	LEDGER_TABLE_VERSIONS = JOURNAL_TABLES,
	LEDGER_TABLES
};
#define LEDGER_TABLE_NAMES JOURNAL_TABLE_NAMES, "versions"

struct ledger;

// Rebuilds the index by a scan of the journal. journal and database stay the caller's.
MUST_CHECK enum status ledger_open(
    struct ledger **ledger, struct journal *journal, struct database *database);
void ledger_close(struct ledger **ledger);

uint64_t ledger_records(const struct ledger *ledger); // records ever seen, withdrawn ones included

struct ledger_change {
	enum operation operation; // OPERATION_PUT or OPERATION_RETRACT
	unsigned kind;
	const char *subject;
	const char *key;
	unsigned part; // of a record that comes in parts, which one this change is of: a month; 0:
		       // the whole
	unsigned parts;   // so many parts records of this kind can have: 1 to parts
	bool has_version; // of what came: the part or the whole
	uint64_t version;
	int64_t valid_since;
	struct bytes body;
};

enum ledger_outcome {
	LEDGER_ACCEPTED,  // a new entry in the batch
	LEDGER_UNCHANGED, // it is so already; or there is nothing to withdraw
	LEDGER_STALE,     // the record is known in a newer version of its source
	LEDGER_OUTCOMES
};

// STATUS_CORRUPT, STATUS_IO: the journal cannot be read; nothing was changed.
MUST_CHECK enum status ledger_apply(struct ledger *ledger, struct database_batch *batch,
    const struct ledger_change *change, int64_t now_ms, enum ledger_outcome *outcome);

// What ledger_apply() would say; changes nothing.
MUST_CHECK enum status ledger_preview(
    struct ledger *ledger, const struct ledger_change *change, enum ledger_outcome *outcome);

// Publishes that a row for this record is in quarantine (OPERATION_REJECT, note: why) or no longer
// (OPERATION_SETTLE).
void ledger_note(struct ledger *ledger, struct database_batch *batch, enum operation operation,
    unsigned kind, const char *subject, const char *key, const char *note, int64_t now_ms);

// The record's latest entry, a withdrawal included; its bytes go into packed. STATUS_NOT_FOUND:
// never seen.
MUST_CHECK enum status ledger_latest(struct ledger *ledger, unsigned kind, const char *subject,
    const char *key, struct buffer *packed, struct entry *entry, uint64_t *sequence);

// Is this entry, number sequence of the journal, its record's latest?
bool ledger_is_latest(struct ledger *ledger, uint64_t sequence, const struct entry *entry);

// Visits the latest entries of all records of a kind that are not withdrawn, in the order they were
// recorded, until visit returns false.
MUST_CHECK enum status ledger_visit_kind(
    struct ledger *ledger, unsigned kind, journal_visit *visit, void *context);

#endif
