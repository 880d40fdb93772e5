// SPDX-License-Identifier: Apache-2.0
// journal: the durable, ordered memory of one publisher.
//
// Entries are numbered from 1 without gaps, under an epoch made when the journal is; a hash chain
// runs over them, and the database checks each in every read. Appending puts an entry into the
// caller's batch; it is durable once the batch is committed and journal_committed() was told.
// Nothing may be acknowledged or published before. Loop thread only.
#ifndef COMMON_JOURNAL_H
#define COMMON_JOURNAL_H

#include "database.h"
#include "envelope.h"

// Its tables; the owner of the database may have more behind them.
enum {
	JOURNAL_TABLE_META,
	JOURNAL_TABLE_ENTRIES,
	JOURNAL_TABLES
};
#define JOURNAL_TABLE_NAMES "meta", "entries"

struct journal;

// Makes the epoch of a new journal (one commit); checks the last entry of an old one. database
// stays the caller's.
MUST_CHECK enum status journal_open(struct journal **journal, struct database *database);
void journal_close(struct journal **journal);

struct position journal_head(const struct journal *journal);    // appended
struct position journal_durable(const struct journal *journal); // committed

// Gives the entry the next number and a salt, and puts it into batch. Copies it.
void journal_append(struct journal *journal, struct database_batch *batch,
    const struct entry *entry, uint64_t *sequence);

// All appended up to sequence is committed.
void journal_committed(struct journal *journal, uint64_t sequence);
// Entries up to the durable head need no longer be kept in memory for journal_read_batch.
void journal_release(struct journal *journal);

// One entry, durable or not; its bytes go into packed, which entry borrows from. STATUS_NOT_FOUND:
// beyond the head. STATUS_CORRUPT.
MUST_CHECK enum status journal_read(
    struct journal *journal, uint64_t sequence, struct buffer *packed, struct entry *entry);

// Durable entries from first on, at most entries_max and BATCH_BYTES_MAX, as a batch whose entries
// lie in packed. Fills epoch, first, count, head, chain and entries. first = head + 1 gives no
// entries; beyond that STATUS_NOT_FOUND.
MUST_CHECK enum status journal_read_batch(struct journal *journal, uint64_t first,
    size_t entries_max, struct buffer *packed, struct batch *batch);

// Visits all durable entries from first on, in order, until visit returns false.
typedef bool journal_visit(uint64_t sequence, const struct entry *entry, void *context);
MUST_CHECK enum status journal_scan(
    struct journal *journal, uint64_t first, journal_visit *visit, void *context);

// Follows the chain through all entries: STATUS_CORRUPT names the first that is changed, missing or
// out of order.
MUST_CHECK enum status journal_verify(struct journal *journal);

#endif
