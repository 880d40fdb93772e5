// SPDX-License-Identifier: Apache-2.0
// database: ordered tables of bytes on disk, changed a batch at a time (LMDB).
//
// The disk seam: the simulator links another file for this header. A batch is collected in memory
// by the loop's thread and committed whole or not at all, on any one thread at a time; reads see
// what was committed, on the loop's thread. Each value is stored with a check over its table, key
// and bytes: what a disk has changed is STATUS_CORRUPT in every read, never a wrong value.
#ifndef COMMON_DATABASE_H
#define COMMON_DATABASE_H

#include "buffer.h"
#include "status.h"

enum {
	DATABASE_TABLES_MAX = 8,
	DATABASE_KEY_BYTES_MAX = 500,
};

struct database;

struct database_options {
	const char *directory; // made if missing (0700); belongs to this process alone while open
	const char *const
	    *tables; // names, at most DATABASE_TABLES_MAX; a table is then called by its index
	size_t table_count;
	uint64_t map_bytes_max; // sparse: address space, not disk
	uint64_t reserve_bytes; // free disk space below which database_room() says full
};

// STATUS_BUSY: another process has it open. On STATUS_OK the caller owns *database.
MUST_CHECK enum status database_open(
    struct database **database, const struct database_options *options);
void database_close(struct database **database);

// STATUS_FULL: less than the reserve is free on the disk, or more than 80 % of the map is used;
// nothing new should be taken in.
MUST_CHECK enum status database_room(struct database *database);

struct database_space {
	uint64_t disk_free_bytes, disk_reserve_bytes;
	uint64_t map_used_bytes, map_bytes;
};
MUST_CHECK enum status database_space(struct database_space *space, struct database *database);

// --- reading; bytes are borrowed until the callback returns ---

// STATUS_NOT_FOUND, or the value appended to value.
MUST_CHECK enum status database_get(
    struct database *database, unsigned table, struct bytes key, struct buffer *value);

// Visits in the order of keys, from the first key >= from, until visit returns false or an error of
// its own.
typedef bool database_visit(struct bytes key, struct bytes value, void *context);
MUST_CHECK enum status database_scan(struct database *database, unsigned table, struct bytes from,
    database_visit *visit, void *context);

// The greatest key. STATUS_NOT_FOUND: the table is empty.
MUST_CHECK enum status database_last(
    struct database *database, unsigned table, struct buffer *key, struct buffer *value);

MUST_CHECK enum status database_count(struct database *database, unsigned table, uint64_t *count);

// --- writing ---

struct database_batch;

struct database_batch *database_batch_new(void);
void database_batch_free(struct database_batch **batch); // overwrites
bool database_batch_is_empty(const struct database_batch *batch);
size_t database_batch_bytes(const struct database_batch *batch);
void database_batch_clear(struct database_batch *batch);

// Copy key and value.
void database_batch_put(
    struct database_batch *batch, unsigned table, struct bytes key, struct bytes value);
void database_batch_append(struct database_batch *batch, unsigned table, struct bytes key,
    struct bytes value); // greatest key so far
void database_batch_delete(
    struct database_batch *batch, unsigned table, struct bytes key); // no error if it is not there

// Makes the whole batch durable, in order, or none of it. Any failure means that the disk cannot be
// trusted: the caller acknowledges nothing and stops. Blocks; may run on another thread than the
// reads, one commit at a time.
MUST_CHECK enum status database_commit(
    struct database *database, const struct database_batch *batch);

// Big-endian, so that numbers sort as they count.
struct database_number {
	uint8_t bytes[8];
};
struct database_number database_number(uint64_t number);
uint64_t database_number_read(struct bytes key);

#endif
