// SPDX-License-Identifier: Apache-2.0
// database: ordered tables of bytes on disk, changed a batch at a time (LMDB).
#include "database.h"

#include "digest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct database {
	MDB_env *environment;
	MDB_dbi tables[DATABASE_TABLES_MAX];
	char *names[DATABASE_TABLES_MAX];
	size_t table_count;
	MDB_txn *reader; // reset between reads: a reader that lingers keeps old pages alive
	uint64_t reserve_bytes;
	int lock;
	char *directory;
};

// No NOSYNC, WRITEMAP or NOMEMINIT: acknowledgements are promises, and pages hold personal data.
enum {
	ENVIRONMENT_FLAGS = MDB_NOTLS
};

static enum status database_fail(int code, const struct database *database, const char *doing)
{
	enum status status = code == MDB_MAP_FULL || code == ENOSPC ? STATUS_FULL
			     : code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND ||
				     code == MDB_INVALID || code == MDB_VERSION_MISMATCH
				 ? STATUS_CORRUPT
				 : STATUS_IO;
	return fail(status, "%s: %s, while %s", database->directory, mdb_strerror(code), doing);
}

// LMDB syncs its file, not the name of it.
static enum status sync_directory(const char *directory)
{
	int file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = file >= 0 && fsync(file) == 0;
	enum status status =
	    synced ? STATUS_OK : fail(STATUS_IO, "%s: %s", directory, strerror(errno));
	if (file >= 0)
		close(file);
	return status;
}

// A new directory's own name is in its parent.
static enum status make_directory(const char *directory)
{
	if (mkdir(directory, 0700) != 0)
		return errno == EEXIST ? STATUS_OK
				       : fail(STATUS_IO, "%s: %s", directory, strerror(errno));
	struct buffer parent = { 0 };
	buffer_printf(&parent, "%s/..", directory);
	enum status status = sync_directory(buffer_text(&parent));
	buffer_deinit(&parent);
	return status;
}

// LMDB's own lock file tells nobody that two programs write the same journal.
static enum status take_lock(struct database *database)
{
	struct buffer path = { 0 };
	buffer_printf(&path, "%s/lock", database->directory);
	database->lock = open(buffer_text(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	enum status status = STATUS_OK;
	if (database->lock < 0)
		status = fail(STATUS_IO, "%s: %s", buffer_text(&path), strerror(errno));
	else if (flock(database->lock, LOCK_EX | LOCK_NB) != 0)
		status = fail(STATUS_BUSY, "%s: another process has it open", database->directory);
	buffer_deinit(&path);
	return status;
}

static MDB_val to_value(struct bytes bytes)
{
	return (MDB_val){ bytes.size, (void *)(uintptr_t)bytes.data };
}

static struct bytes from_value(MDB_val value)
{
	return bytes_make(value.mv_data, value.mv_size);
}

// --- the check before each stored value ---

enum {
	CHECK_BYTES = 8
};

static void make_check(
    uint8_t check[DIGEST_BYTES], const char *table, struct bytes key, struct bytes value)
{
	uint8_t key_size[2] = { (uint8_t)(key.size >> 8), (uint8_t)key.size };
	struct bytes parts[] = { bytes_make(table, strlen(table) + 1),
		bytes_make(key_size, sizeof key_size), key, value };
	digest(check, parts, COUNT_OF(parts));
}

static enum status check_stored(const struct database *database, const char *table,
    struct bytes key, struct bytes stored, struct bytes *value)
{
	uint8_t check[DIGEST_BYTES];
	*value = bytes_make(NULL, 0);
	if (stored.size < CHECK_BYTES)
		return fail(STATUS_CORRUPT, "%s: a value in table %s is cut short",
		    database->directory, table);
	*value = bytes_make(stored.data + CHECK_BYTES, stored.size - CHECK_BYTES);
	make_check(check, table, key, *value);
	if (memcmp(check, stored.data, CHECK_BYTES) == 0)
		return STATUS_OK;
	*value = bytes_make(NULL, 0);
	return fail(STATUS_CORRUPT, "%s: a value in table %s is damaged: its check does not match",
	    database->directory, table);
}

static int put_checked(MDB_txn *transaction, MDB_dbi table, const char *name, struct bytes key,
    struct bytes value, unsigned flags)
{
	uint8_t check[DIGEST_BYTES];
	make_check(check, name, key, value);
	MDB_val to_key = to_value(key), space = { CHECK_BYTES + value.size, NULL };
	int code = mdb_put(transaction, table, &to_key, &space, MDB_RESERVE | flags);
	if (code != 0)
		return code;
	memcpy(space.mv_data, check, CHECK_BYTES);
	if (value.size > 0)
		memcpy((uint8_t *)space.mv_data + CHECK_BYTES, value.data, value.size);
	return 0;
}

// --- tables ---

// What was ever made is written down in LMDB's own table of tables: one that is not found again is
// lost, and must not be taken for new, and empty.
static const struct bytes names_key = { (const uint8_t *)"names of all tables", 19 };

static enum status read_names(
    const struct database *database, MDB_txn *transaction, MDB_dbi own, struct buffer *names)
{
	MDB_val key = to_value(names_key), stored;
	MDB_stat facts;
	struct bytes value;
	int code = mdb_get(transaction, own, &key, &stored);
	if (code == 0) {
		enum status status =
		    check_stored(database, "", names_key, from_value(stored), &value);
		buffer_append_bytes(names, value);
		return status;
	}
	if (code == MDB_NOTFOUND)
		code = mdb_stat(transaction, own, &facts);
	if (code != 0)
		return database_fail(code, database, "reading the names of its tables");
	return facts.ms_entries == 0 ? STATUS_OK
				     : fail(STATUS_CORRUPT, "%s: the names of its tables are lost",
					   database->directory);
}

// Each name ends with a NUL.
static bool names_hold(const struct buffer *names, const char *name)
{
	for (size_t at = 0; at < names->size; at += strlen((const char *)names->data + at) + 1)
		if (strcmp((const char *)names->data + at, name) == 0)
			return true;
	return false;
}

static enum status open_table(
    struct database *database, MDB_txn *transaction, const char *name, struct buffer *names)
{
	size_t table = database->table_count++;
	bool known = names_hold(names, name);
	database->names[table] = text_copy(name);
	int code =
	    mdb_dbi_open(transaction, name, known ? 0 : MDB_CREATE, &database->tables[table]);
	if (code == MDB_NOTFOUND || code == MDB_INCOMPATIBLE)
		return fail(STATUS_CORRUPT, "%s: the table %s is lost", database->directory, name);
	if (code != 0)
		return database_fail(code, database, "opening a table");
	if (!known)
		buffer_append(names, name, strlen(name) + 1);
	return STATUS_OK;
}

static enum status open_tables(struct database *database, const struct database_options *options)
{
	MDB_txn *transaction = NULL;
	MDB_dbi own = 0;
	struct buffer names = { 0 };
	int code = mdb_txn_begin(database->environment, NULL, 0, &transaction);
	if (code == 0)
		code = mdb_dbi_open(transaction, NULL, 0, &own);
	enum status status = code == 0 ? read_names(database, transaction, own, &names)
				       : database_fail(code, database, "opening its tables");
	size_t known_size = names.size;
	for (size_t i = 0; i < options->table_count && status == STATUS_OK; i++)
		status = open_table(database, transaction, options->tables[i], &names);
	if (status == STATUS_OK && names.size > known_size)
		code = put_checked(transaction, own, "", names_key, buffer_bytes(&names), 0);
	if (status == STATUS_OK && code == 0)
		code = mdb_txn_commit(transaction);
	else
		mdb_txn_abort(transaction);
	buffer_deinit(&names);
	return status == STATUS_OK && code != 0 ? database_fail(code, database, "making its tables")
						: status;
}

// --- opening ---

static enum status open_environment(
    struct database *database, const struct database_options *options)
{
	int dead_readers;
	int code = mdb_env_create(&database->environment);
	if (code == 0)
		code = mdb_env_set_mapsize(database->environment, options->map_bytes_max);
	if (code == 0)
		code = mdb_env_set_maxdbs(database->environment, DATABASE_TABLES_MAX);
	if (code == 0)
		code = mdb_env_open(
		    database->environment, database->directory, ENVIRONMENT_FLAGS, 0600);
	if (code == 0)
		code = mdb_reader_check(database->environment, &dead_readers);
	if (code != 0)
		return database_fail(code, database, "opening");
	enum status status = open_tables(database, options);
	if (status != STATUS_OK)
		return status;
	code = mdb_txn_begin(database->environment, NULL, MDB_RDONLY, &database->reader);
	if (code != 0)
		return database_fail(code, database, "opening");
	mdb_txn_reset(database->reader);
	return STATUS_OK;
}

enum status database_open(struct database **database, const struct database_options *options)
{
	ENSURE(options->table_count <= DATABASE_TABLES_MAX);
	*database = NULL;
	struct database *fresh = allocate(sizeof *fresh);
	fresh->lock = -1;
	fresh->directory = text_copy(options->directory);
	fresh->reserve_bytes = options->reserve_bytes;
	enum status status = make_directory(options->directory);
	if (status == STATUS_OK)
		status = take_lock(fresh);
	if (status == STATUS_OK)
		status = open_environment(fresh, options);
	if (status == STATUS_OK)
		status = sync_directory(options->directory);
	if (status == STATUS_OK)
		*database = fresh;
	else
		database_close(&fresh);
	return status;
}

void database_close(struct database **database)
{
	if (*database == NULL)
		return;
	if ((*database)->reader != NULL)
		mdb_txn_abort((*database)->reader);
	if ((*database)->environment != NULL)
		mdb_env_close((*database)->environment);
	if ((*database)->lock >= 0)
		close((*database)->lock);
	for (size_t i = 0; i < DATABASE_TABLES_MAX; i++)
		free((*database)->names[i]);
	free((*database)->directory);
	free(*database);
	*database = NULL;
}

enum status database_space(struct database_space *space, struct database *database)
{
	struct statvfs disk;
	MDB_envinfo info;
	MDB_stat pages;
	*space = (struct database_space){ 0 };
	if (statvfs(database->directory, &disk) != 0)
		return fail(STATUS_IO, "%s: %s", database->directory, strerror(errno));
	mdb_env_info(database->environment, &info);
	mdb_env_stat(database->environment, &pages);
	space->disk_free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
	space->disk_reserve_bytes = database->reserve_bytes;
	space->map_used_bytes = (uint64_t)info.me_last_pgno * pages.ms_psize;
	space->map_bytes = info.me_mapsize;
	return STATUS_OK;
}

enum status database_room(struct database *database)
{
	struct database_space space;
	enum status status = database_space(&space, database);
	if (status != STATUS_OK)
		return status;
	if (space.disk_free_bytes < space.disk_reserve_bytes)
		return fail(STATUS_FULL,
		    "%" PRIu64 " MiB are free on the disk, %" PRIu64 " MiB are kept in reserve",
		    space.disk_free_bytes >> 20, space.disk_reserve_bytes >> 20);
	if (space.map_used_bytes > space.map_bytes / 10 * 8)
		return fail(STATUS_FULL,
		    "%" PRIu64 " MiB of a map of %" PRIu64 " MiB are used: raise map_gib",
		    space.map_used_bytes >> 20, space.map_bytes >> 20);
	return STATUS_OK;
}

enum status database_get(
    struct database *database, unsigned table, struct bytes key, struct buffer *value)
{
	int code = mdb_txn_renew(database->reader);
	if (code != 0)
		return database_fail(code, database, "beginning to read");
	MDB_val wanted = to_value(key), found;
	struct bytes checked;
	enum status status = STATUS_OK;
	code = mdb_get(database->reader, database->tables[table], &wanted, &found);
	if (code == 0)
		status = check_stored(
		    database, database->names[table], key, from_value(found), &checked);
	if (code == 0 && status == STATUS_OK)
		buffer_append_bytes(value, checked);
	mdb_txn_reset(database->reader);
	if (code == MDB_NOTFOUND)
		return fail(STATUS_NOT_FOUND, "no such key");
	return code == 0 ? status : database_fail(code, database, "reading");
}

// A table knows how many values it has: a page that is lost takes some with it, without a word.
static enum status check_count(
    const struct database *database, unsigned table, MDB_cursor *cursor, uint64_t visited)
{
	MDB_stat facts;
	int code = mdb_stat(mdb_cursor_txn(cursor), database->tables[table], &facts);
	if (code != 0)
		return database_fail(code, database, "counting");
	if (facts.ms_entries != visited)
		return fail(STATUS_CORRUPT, "%s: table %s has %zu values, %" PRIu64 " were found",
		    database->directory, database->names[table], facts.ms_entries, visited);
	return STATUS_OK;
}

static enum status walk(const struct database *database, unsigned table, MDB_cursor *cursor,
    struct bytes from, database_visit *visit, void *context)
{
	MDB_val key = to_value(from), stored;
	uint64_t visited = 0;
	int code = mdb_cursor_get(cursor, &key, &stored, from.size > 0 ? MDB_SET_RANGE : MDB_FIRST);
	for (; code == 0; visited++) {
		struct bytes value;
		enum status status = check_stored(
		    database, database->names[table], from_value(key), from_value(stored), &value);
		if (status != STATUS_OK || !visit(from_value(key), value, context))
			return status;
		code = mdb_cursor_get(cursor, &key, &stored, MDB_NEXT);
	}
	if (code != MDB_NOTFOUND)
		return database_fail(code, database, "scanning");
	return from.size > 0 ? STATUS_OK : check_count(database, table, cursor, visited);
}

enum status database_scan(struct database *database, unsigned table, struct bytes from,
    database_visit *visit, void *context)
{
	MDB_cursor *cursor = NULL;
	MDB_txn *transaction = NULL; // of its own, so that visit may read other things
	int code = mdb_txn_begin(database->environment, NULL, MDB_RDONLY, &transaction);
	if (code == 0)
		code = mdb_cursor_open(transaction, database->tables[table], &cursor);
	enum status status = code == 0 ? walk(database, table, cursor, from, visit, context)
				       : database_fail(code, database, "scanning");
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	if (transaction != NULL)
		mdb_txn_abort(transaction);
	return status;
}

enum status database_last(
    struct database *database, unsigned table, struct buffer *key, struct buffer *value)
{
	MDB_cursor *cursor = NULL;
	int code = mdb_txn_renew(database->reader);
	if (code != 0)
		return database_fail(code, database, "beginning to read");
	code = mdb_cursor_open(database->reader, database->tables[table], &cursor);
	MDB_val found_key, found;
	struct bytes checked;
	enum status status = STATUS_OK;
	if (code == 0)
		code = mdb_cursor_get(cursor, &found_key, &found, MDB_LAST);
	if (code == 0)
		status = check_stored(database, database->names[table], from_value(found_key),
		    from_value(found), &checked);
	if (code == 0 && status == STATUS_OK) {
		buffer_append_bytes(key, from_value(found_key));
		buffer_append_bytes(value, checked);
	}
	if (cursor != NULL)
		mdb_cursor_close(cursor);
	mdb_txn_reset(database->reader);
	if (code == MDB_NOTFOUND)
		return fail(STATUS_NOT_FOUND, "the table is empty");
	return code == 0 ? status : database_fail(code, database, "reading the end");
}

enum status database_count(struct database *database, unsigned table, uint64_t *count)
{
	*count = 0;
	MDB_stat facts;
	int code = mdb_txn_renew(database->reader);
	if (code == 0)
		code = mdb_stat(database->reader, database->tables[table], &facts);
	mdb_txn_reset(database->reader);
	if (code != 0)
		return database_fail(code, database, "counting");
	*count = facts.ms_entries;
	return STATUS_OK;
}

// A batch is its operations one after the other in one buffer, so that collecting one costs no
// allocations.
enum change {
	CHANGE_PUT,
	CHANGE_APPEND,
	CHANGE_DELETE
};

struct change_head {
	uint32_t table;
	uint32_t change;
	uint32_t key_size;
	uint32_t value_size;
};

struct database_batch {
	struct buffer changes;
};

struct database_batch *database_batch_new(void)
{
	return allocate(sizeof(struct database_batch));
}

void database_batch_free(struct database_batch **batch)
{
	if (*batch == NULL)
		return;
	buffer_wipe(&(*batch)->changes);
	free(*batch);
	*batch = NULL;
}

bool database_batch_is_empty(const struct database_batch *batch)
{
	return batch->changes.size == 0;
}

size_t database_batch_bytes(const struct database_batch *batch)
{
	return batch->changes.size;
}

void database_batch_clear(struct database_batch *batch)
{
	buffer_clear(&batch->changes);
}

static void add_change(struct database_batch *batch, enum change change, unsigned table,
    struct bytes key, struct bytes value)
{
	ENSURE(key.size > 0 && key.size <= DATABASE_KEY_BYTES_MAX && value.size <= UINT32_MAX);
	struct change_head head = { table, change, (uint32_t)key.size, (uint32_t)value.size };
	buffer_append(&batch->changes, &head, sizeof head);
	buffer_append_bytes(&batch->changes, key);
	buffer_append_bytes(&batch->changes, value);
}

void database_batch_put(
    struct database_batch *batch, unsigned table, struct bytes key, struct bytes value)
{
	add_change(batch, CHANGE_PUT, table, key, value);
}

void database_batch_append(
    struct database_batch *batch, unsigned table, struct bytes key, struct bytes value)
{
	add_change(batch, CHANGE_APPEND, table, key, value);
}

void database_batch_delete(struct database_batch *batch, unsigned table, struct bytes key)
{
	add_change(batch, CHANGE_DELETE, table, key, bytes_make(NULL, 0));
}

static int apply_change(const struct database *database, MDB_txn *transaction,
    const struct change_head *head, struct bytes key, struct bytes value)
{
	MDB_dbi table = database->tables[head->table];
	if (head->change != CHANGE_DELETE)
		return put_checked(transaction, table, database->names[head->table], key, value,
		    head->change == CHANGE_APPEND ? MDB_APPEND : 0);
	MDB_val gone = to_value(key);
	int code = mdb_del(transaction, table, &gone, NULL);
	return code == MDB_NOTFOUND ? 0 : code;
}

static int apply_changes(struct database *database, MDB_txn *transaction, struct bytes changes)
{
	int code = 0;
	for (size_t at = 0; at < changes.size && code == 0;) {
		struct change_head head;
		memcpy(&head, changes.data + at, sizeof head);
		at += sizeof head;
		struct bytes key = bytes_make(changes.data + at, head.key_size);
		struct bytes value = bytes_make(changes.data + at + head.key_size, head.value_size);
		ENSURE(head.table < database->table_count);
		code = apply_change(database, transaction, &head, key, value);
		at += head.key_size + head.value_size;
	}
	return code;
}

enum status database_commit(struct database *database, const struct database_batch *batch)
{
	MDB_txn *transaction = NULL;
	int code = mdb_txn_begin(database->environment, NULL, 0, &transaction);
	if (code != 0)
		return database_fail(code, database, "beginning a commit");
	code = apply_changes(database, transaction, buffer_bytes(&batch->changes));
	if (code != 0) {
		mdb_txn_abort(transaction);
		return database_fail(code, database, "writing a batch");
	}
	code = mdb_txn_commit(transaction);
	return code == 0 ? STATUS_OK : database_fail(code, database, "committing a batch");
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
	ENSURE(key.size == 8);
	uint64_t number = 0;
	for (int i = 0; i < 8; i++)
		number = number << 8 | key.data[i];
	return number;
}
