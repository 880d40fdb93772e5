// SPDX-License-Identifier: Apache-2.0
// disk_seam: database.h in memory: a commit is whole or not at all, and a copy can be kept.
//
// Why no LMDB here: a run with it takes a second, and what LMDB makes of torn and lost writes is
// tested below it, at the system calls (tests/fault/). Here thousands of runs a minute test what is
// built on its promise, and what happens when the disk broke it (LOST_WRITES, RESTORE_COPY).
#include "database.h"
#include "history.h"
#include "sim.h"

#include <stdio.h>

enum {
	UNDO_MAX = 64, // commits that a disk can still lose
};

struct item {
	unsigned table;
	struct buffer key, value;
};

struct disk {
	struct item *items; // in order
	size_t count, room;
	const struct node *head; // of the journal on it
	struct disk *before;     // as it was before the last commit
};

struct database {
	struct disk *disk;
	struct sim_department *department;
	unsigned place;
	uint8_t epoch[EPOCH_BYTES];
};

struct change {
	struct change *next;
	bool deletes;
	struct item item;
};

struct database_batch {
	struct change *first, **end;
	size_t bytes;
};

// --- disks ---

static void item_deinit(struct item *item)
{
	buffer_deinit(&item->key);
	buffer_deinit(&item->value);
}

struct disk *disk_new(void)
{
	return allocate(sizeof(struct disk));
}

static void free_one(struct disk *disk)
{
	for (size_t i = 0; i < disk->count; i++)
		item_deinit(&disk->items[i]);
	free(disk->items);
	free(disk);
}

void disk_free(struct disk **disk)
{
	struct disk *before;
	for (struct disk *at = *disk; at != NULL; at = before) {
		before = at->before;
		free_one(at);
	}
	*disk = NULL;
}

struct disk *disk_copy(const struct disk *disk)
{
	struct disk *copy = disk_new();
	copy->items = allocate((disk->count + 1) * sizeof *copy->items);
	copy->count = disk->count;
	copy->room = disk->count + 1;
	copy->head = disk->head;
	for (size_t i = 0; i < disk->count; i++) {
		copy->items[i].table = disk->items[i].table;
		buffer_append_bytes(&copy->items[i].key, buffer_bytes(&disk->items[i].key));
		buffer_append_bytes(&copy->items[i].value, buffer_bytes(&disk->items[i].value));
	}
	return copy;
}

static void forget_old(struct disk *disk)
{
	for (int kept = 0; disk != NULL && kept < UNDO_MAX; kept++)
		disk = disk->before;
	if (disk != NULL)
		disk_free(&disk->before);
}

// Only where a fault will ask for it: it costs a copy for each commit.
static void remember(struct disk *disk)
{
	if (!sim->disks_lose)
		return;
	struct disk *before = disk_copy(disk);
	before->before = disk->before;
	disk->before = before;
	forget_old(disk);
}

size_t disk_lose(struct disk *disk, size_t commits)
{
	size_t lost = 0;
	for (; lost < commits && disk->before != NULL; lost++) {
		struct disk *before = disk->before;
		struct disk now = *disk;
		*disk = *before;
		*before = now;
		free_one(before);
	}
	return lost;
}

static int compare(const struct item *item, unsigned table, struct bytes key)
{
	if (item->table != table)
		return item->table < table ? -1 : 1;
	size_t size = item->key.size < key.size ? item->key.size : key.size;
	int order = size > 0 ? memcmp(item->key.data, key.data, size) : 0;
	return order != 0 ? order : (item->key.size > key.size) - (item->key.size < key.size);
}

// The first that is not before it.
static size_t lower(const struct disk *disk, unsigned table, struct bytes key)
{
	size_t low = 0, high = disk->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (compare(&disk->items[middle], table, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct item *find(const struct disk *disk, unsigned table, struct bytes key)
{
	size_t at = lower(disk, table, key);
	bool there = at < disk->count && compare(&disk->items[at], table, key) == 0;
	return there ? &disk->items[at] : NULL;
}

static void apply(struct disk *disk, const struct change *change)
{
	struct bytes key = buffer_bytes(&change->item.key);
	size_t at = lower(disk, change->item.table, key);
	bool there = at < disk->count && compare(&disk->items[at], change->item.table, key) == 0;
	if (change->deletes && there) {
		item_deinit(&disk->items[at]);
		memmove(&disk->items[at], &disk->items[at + 1],
		    (--disk->count - at) * sizeof *disk->items);
	}
	if (change->deletes)
		return;
	if (disk->count == disk->room) {
		disk->room = 2 * disk->room + 16;
		disk->items = reallocate(disk->items, disk->room * sizeof *disk->items);
	}
	if (!there) {
		memmove(&disk->items[at + 1], &disk->items[at],
		    (disk->count++ - at) * sizeof *disk->items);
		disk->items[at] = (struct item){ .table = change->item.table };
		buffer_append_bytes(&disk->items[at].key, key);
	}
	buffer_clear(&disk->items[at].value);
	buffer_append_bytes(&disk->items[at].value, buffer_bytes(&change->item.value));
}

// --- database.h ---

enum status database_open(struct database **database, const struct database_options *options)
{
	*database = allocate(sizeof **database);
	(*database)->place = (unsigned)atoi(options->directory);
	(*database)->department = &sim->departments[(*database)->place];
	(*database)->disk = (*database)->department->disk;
	return STATUS_OK;
}

void database_close(struct database **database)
{
	free(*database);
	*database = NULL;
}

enum status database_room(struct database *database)
{
	(void)database;
	return STATUS_OK;
}

enum status database_get(
    struct database *database, unsigned table, struct bytes key, struct buffer *value)
{
	const struct item *item = find(database->disk, table, key);
	if (item == NULL)
		return fail(STATUS_NOT_FOUND, "no such key");
	buffer_append_bytes(value, buffer_bytes(&item->value));
	return STATUS_OK;
}

enum status database_scan(struct database *database, unsigned table, struct bytes from,
    database_visit *visit, void *context)
{
	const struct disk *disk = database->disk;
	for (size_t i = lower(disk, table, from); i < disk->count && disk->items[i].table == table;
	     i++)
		if (!visit(buffer_bytes(&disk->items[i].key), buffer_bytes(&disk->items[i].value),
			context))
			break;
	return STATUS_OK;
}

enum status database_last(
    struct database *database, unsigned table, struct buffer *key, struct buffer *value)
{
	const struct disk *disk = database->disk;
	size_t end = lower(disk, table + 1, bytes_make("", 0));
	if (end == 0 || disk->items[end - 1].table != table)
		return fail(STATUS_NOT_FOUND, "the table is empty");
	buffer_append_bytes(key, buffer_bytes(&disk->items[end - 1].key));
	buffer_append_bytes(value, buffer_bytes(&disk->items[end - 1].value));
	return STATUS_OK;
}

enum status database_count(struct database *database, unsigned table, uint64_t *count)
{
	*count = lower(database->disk, table + 1, bytes_make("", 0)) -
		 lower(database->disk, table, bytes_make("", 0));
	return STATUS_OK;
}

struct database_batch *database_batch_new(void)
{
	struct database_batch *batch = allocate(sizeof *batch);
	batch->end = &batch->first;
	return batch;
}

void database_batch_clear(struct database_batch *batch)
{
	while (batch->first != NULL) {
		struct change *change = batch->first;
		batch->first = change->next;
		item_deinit(&change->item);
		free(change);
	}
	batch->end = &batch->first;
	batch->bytes = 0;
}

void database_batch_free(struct database_batch **batch)
{
	if (*batch == NULL)
		return;
	database_batch_clear(*batch);
	free(*batch);
	*batch = NULL;
}

bool database_batch_is_empty(const struct database_batch *batch)
{
	return batch->first == NULL;
}

size_t database_batch_bytes(const struct database_batch *batch)
{
	return batch->bytes;
}

static void add_change(struct database_batch *batch, unsigned table, struct bytes key,
    struct bytes value, bool deletes)
{
	struct change *change = allocate(sizeof *change);
	change->deletes = deletes;
	change->item.table = table;
	buffer_append_bytes(&change->item.key, key);
	buffer_append_bytes(&change->item.value, value);
	*batch->end = change;
	batch->end = &change->next;
	batch->bytes += key.size + value.size;
}

void database_batch_put(
    struct database_batch *batch, unsigned table, struct bytes key, struct bytes value)
{
	add_change(batch, table, key, value, false);
}

void database_batch_append(
    struct database_batch *batch, unsigned table, struct bytes key, struct bytes value)
{
	add_change(batch, table, key, value, false);
}

void database_batch_delete(struct database_batch *batch, unsigned table, struct bytes key)
{
	add_change(batch, table, key, bytes_make("", 0), true);
}

static void learn_epoch(struct database *database)
{
	static const struct bytes key = { (const uint8_t *)"epoch", 5 };
	const struct item *item = find(database->disk, JOURNAL_TABLE_META, key);
	if (item != NULL && item->value.size == 1 + EPOCH_BYTES)
		memcpy(database->epoch, item->value.data + 1, EPOCH_BYTES);
}

enum status database_commit(struct database *database, const struct database_batch *batch)
{
	struct disk *disk = database->disk;
	bool refuses = database->department->commit_fails;
	database->department->commit_fails = false;
	if (!sim_effect() || (refuses && dice_chance(&sim->chance, 50)))
		return fail(STATUS_IO, "the disk refuses");
	remember(disk);
	for (const struct change *change = batch->first; change != NULL; change = change->next) {
		apply(disk, change);
		learn_epoch(database);
		if (change->item.table != JOURNAL_TABLE_ENTRIES)
			continue;
		disk->head = history_add(disk->head, database->place, database->epoch,
		    database_number_read(buffer_bytes(&change->item.key)),
		    buffer_bytes(&change->item.value));
	}
	database->department->head = disk->head;
	// A disk may have written what it then says it has not.
	return refuses ? fail(STATUS_IO, "the disk refuses") : STATUS_OK;
}

struct database_number database_number(uint64_t number)
{
	struct database_number key;
	for (int i = 0; i < 8; i++)
		key.bytes[i] = (uint8_t)(number >> (56 - 8 * i));
	return key;
}

uint64_t database_number_read(struct bytes key)
{
	uint64_t number = 0;
	ENSURE(key.size == 8);
	for (int i = 0; i < 8; i++)
		number = number << 8 | key.data[i];
	return number;
}

// What a department's disk holds became another one: restored, lost, made anew.
const struct node *disk_head(const struct disk *disk)
{
	return disk->head;
}
