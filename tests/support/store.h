// SPDX-License-Identifier: Apache-2.0
// store: a department's database and journal in a scratch folder.
#ifndef TESTS_STORE_H
#define TESTS_STORE_H

#include "journal.h"
#include "quarantine.h"

#include "scratch.h"

struct store {
	char folder[SCRATCH_PATH_SIZE];
	struct database *database;
	struct journal *journal;
	struct database_batch *batch;
};

static const char *const store_tables[QUARANTINE_TABLES] = { QUARANTINE_TABLE_NAMES };

static inline enum status store_open_database(
    struct database **database, const char *folder, uint64_t map_bytes)
{
	struct database_options options = { folder, store_tables, COUNT_OF(store_tables), map_bytes,
		0 };
	return database_open(database, &options);
}

static inline void store_open_again(struct store *store)
{
	ENSURE(store_open_database(&store->database, store->folder, 64 << 20) == STATUS_OK);
	ENSURE(journal_open(&store->journal, store->database) == STATUS_OK);
	store->batch = database_batch_new();
}

static inline void store_open(struct store *store)
{
	scratch_make(store->folder);
	store_open_again(store);
}

static inline void store_close_but_keep(struct store *store)
{
	database_batch_free(&store->batch);
	journal_close(&store->journal);
	database_close(&store->database);
}

static inline void store_close(struct store *store)
{
	store_close_but_keep(store);
	scratch_remove(store->folder);
}

static inline void store_reopen(struct store *store)
{
	store_close_but_keep(store);
	store_open_again(store);
}

static inline void store_commit(struct store *store)
{
	ENSURE(database_commit(store->database, store->batch) == STATUS_OK);
	database_batch_clear(store->batch);
	journal_committed(store->journal, journal_head(store->journal).sequence);
}

// An entry that can be told from others: its key and body are made of number.
static inline uint64_t store_append(struct store *store, uint64_t number, size_t body_size)
{
	char key[24];
	uint8_t *body = (uint8_t *)allocate(body_size + 1);
	uint64_t sequence;
	snprintf(key, sizeof key, "%llu", (unsigned long long)number);
	struct dice dice = { number };
	dice_fill(&dice, body, body_size);
	struct entry entry = { .operation = body_size > 0 ? OPERATION_PUT : OPERATION_RETRACT,
		.recorded_ms = (int64_t)number,
		.kind = 1,
		.subject = bytes_of_text("p10123456789abcdef"),
		.key = bytes_of_text(key),
		.body = bytes_make(body, body_size) };
	journal_append(store->journal, store->batch, &entry, &sequence);
	free(body);
	return sequence;
}

static inline bool store_entry_is(const struct entry *entry, uint64_t number, size_t body_size)
{
	char key[24];
	uint8_t *body = (uint8_t *)allocate(body_size + 1);
	snprintf(key, sizeof key, "%llu", (unsigned long long)number);
	struct dice dice = { number };
	dice_fill(&dice, body, body_size);
	bool same = bytes_equal_text(entry->key, key) && entry->recorded_ms == (int64_t)number &&
		    bytes_equal(entry->body, bytes_make(body, body_size)) &&
		    entry->operation == (body_size > 0 ? OPERATION_PUT : OPERATION_RETRACT);
	free(body);
	return same;
}

#endif
