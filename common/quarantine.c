// SPDX-License-Identifier: Apache-2.0
// quarantine: rows that were refused, kept until they are mended, sent again or dismissed.
#include "quarantine.h"

#include "digest.h"
#include "index.h"

#include <stdio.h>

enum {
	FORMAT = 1,
	ROW_MEMBERS = 14,
	PROBLEM_MEMBERS = 5,
	PLACES_SLACK = 64,
	INDEX_SLACK = 1024
};

// What is known of an open row without reading it.
struct open_row {
	uint64_t id;
	uint64_t content; // hash of kind and payload
	uint64_t record;  // hash of kind, subject and key; 0: unknown
	int64_t first_ms;
	uint64_t times, redrives;
	unsigned kind;
	unsigned part; // 0: the whole record
	bool gone;     // its place is closed later, with many others at once
};

struct quarantine {
	struct database *database;
	struct open_row *rows;  // by id
	size_t count, capacity; // of places
	size_t gone_count;      // of them
	uint64_t last_id;
	// Hash -> id. Ids of rows that are gone stay in here, and lead nowhere, until there are too
	// many of them.
	struct index contents, records;
	enum status scan_status;
	struct buffer packed;
};

static const struct bytes last_id_key = { (const uint8_t *)"quarantine_last", 15 };

static struct database_number row_key(uint64_t id)
{
	return database_number(id);
}

static uint64_t hash_of(unsigned kind, const struct bytes *parts, size_t count)
{
	uint8_t mark[4] = { (uint8_t)(kind >> 24), (uint8_t)(kind >> 16), (uint8_t)(kind >> 8),
		(uint8_t)kind };
	struct buffer name = { 0 };
	buffer_append(&name, mark, sizeof mark);
	for (size_t i = 0; i < count; i++) {
		buffer_append_bytes(&name, parts[i]);
		buffer_append_byte(&name, 0); // no part holds a NUL
	}
	uint64_t hash = digest_short(buffer_bytes(&name));
	buffer_wipe(&name);
	return hash ? hash : 1;
}

static uint64_t content_hash(unsigned kind, struct bytes payload)
{
	return hash_of(kind, &payload, 1);
}

static uint64_t record_hash(unsigned kind, struct bytes subject, struct bytes key)
{
	struct bytes parts[] = { subject, key };
	return subject.size > 0 ? hash_of(kind, parts, COUNT_OF(parts)) : 0;
}

// --- packing ---

static void pack_problem(struct buffer *out, const struct problem *problem)
{
	pack_array(out, PROBLEM_MEMBERS);
	pack_text(out, bytes_of_text(problem_name(problem->code)));
	pack_text(out, bytes_of_text(problem->field));
	pack_text(out, bytes_of_text(problem->column_en));
	pack_text(out, bytes_of_text(problem->column_zh));
	pack_text(out, bytes_of_text(problem->expected));
}

static void pack_row(struct buffer *out, const struct quarantined *row)
{
	buffer_clear(out);
	pack_array(out, ROW_MEMBERS);
	pack_unsigned(out, FORMAT);
	pack_unsigned(out, row->kind);
	pack_text(out, row->subject);
	pack_text(out, row->key);
	pack_boolean(out, row->key_known);
	pack_unsigned(out, row->part);
	pack_integer(out, row->first_ms);
	pack_integer(out, row->last_ms);
	pack_unsigned(out, row->times);
	pack_unsigned(out, row->redrives);
	pack_text(out, row->origin);
	pack_unsigned(out, row->line);
	pack_text(out, row->payload);
	pack_array(out, row->problems.count);
	for (size_t i = 0; i < row->problems.count; i++)
		pack_problem(out, &row->problems.list[i]);
}

static void read_short_text(struct pack_reader *reader, char *text, size_t size)
{
	struct bytes read = pack_read_text(reader);
	if (read.size >= size) {
		reader->failed = true;
		return;
	}
	snprintf(text, size, "%.*s", BYTES_ARGS(read));
}

static void unpack_problem(struct pack_reader *reader, struct problem *problem)
{
	char name[PROBLEM_COLUMN_BYTES] = "";
	if (pack_read_array(reader) != PROBLEM_MEMBERS)
		reader->failed = true;
	read_short_text(reader, name, sizeof name);
	read_short_text(reader, problem->field, sizeof problem->field);
	read_short_text(reader, problem->column_en, sizeof problem->column_en);
	read_short_text(reader, problem->column_zh, sizeof problem->column_zh);
	read_short_text(reader, problem->expected, sizeof problem->expected);
	if (!reader->failed && !problem_named(name, &problem->code))
		reader->failed = true;
}

static enum status unpack_row(struct quarantined *row, uint64_t id, struct bytes packed)
{
	struct pack_reader reader = pack_reader_make(packed);
	*row = (struct quarantined){ .id = id };
	size_t members = pack_read_array(&reader);
	uint64_t format = pack_read_unsigned(&reader);
	if (!reader.failed && format > FORMAT)
		return fail(STATUS_INVALID,
		    "quarantined row %llu has format %llu, newer than this program knows (%d): "
		    "update it",
		    (unsigned long long)id, (unsigned long long)format, FORMAT);
	if (members != ROW_MEMBERS || format != FORMAT)
		reader.failed = true;
	row->kind = (unsigned)pack_read_unsigned(&reader);
	row->subject = pack_read_text(&reader);
	row->key = pack_read_text(&reader);
	row->key_known = pack_read_boolean(&reader);
	row->part = (unsigned)pack_read_unsigned(&reader);
	row->first_ms = pack_read_integer(&reader);
	row->last_ms = pack_read_integer(&reader);
	row->times = pack_read_unsigned(&reader);
	row->redrives = pack_read_unsigned(&reader);
	row->origin = pack_read_text(&reader);
	row->line = pack_read_unsigned(&reader);
	row->payload = pack_read_text(&reader);
	row->problems.count = pack_read_array(&reader);
	if (row->problems.count > PROBLEMS_MAX)
		reader.failed = true;
	for (size_t i = 0; i < row->problems.count && !reader.failed; i++)
		unpack_problem(&reader, &row->problems.list[i]);
	if (!pack_ended(&reader))
		return fail(
		    STATUS_CORRUPT, "quarantined row %llu is damaged", (unsigned long long)id);
	return STATUS_OK;
}

// --- the open rows in memory ---

// The place of the row with this id, or where it would stand.
static size_t place_of(const struct quarantine *quarantine, uint64_t id)
{
	size_t low = 0, high = quarantine->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (quarantine->rows[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct open_row *find_row(struct quarantine *quarantine, uint64_t id)
{
	size_t place = place_of(quarantine, id);
	if (place == quarantine->count || quarantine->rows[place].id != id ||
	    quarantine->rows[place].gone)
		return NULL;
	return &quarantine->rows[place];
}

static void index_row(struct quarantine *quarantine, const struct open_row *row)
{
	index_add(&quarantine->contents, row->content, row->id);
	if (row->record != 0)
		index_add(&quarantine->records, row->record, row->id);
}

// Rows come and go for years: what leads nowhere must not pile up.
static void sweep_indexes(struct quarantine *quarantine)
{
	size_t used_max = INDEX_SLACK + 4 * quarantine_count(quarantine);
	if (quarantine->contents.used < used_max && quarantine->records.used < used_max)
		return;
	index_deinit(&quarantine->contents);
	index_deinit(&quarantine->records);
	for (size_t i = 0; i < quarantine->count; i++)
		if (!quarantine->rows[i].gone)
			index_row(quarantine, &quarantine->rows[i]);
}

// One pass for many rows: a file that mends thousands does not move the rest thousands of times.
static void close_places(struct quarantine *quarantine)
{
	size_t kept = 0;
	if (quarantine->gone_count < PLACES_SLACK || 2 * quarantine->gone_count < quarantine->count)
		return;
	for (size_t i = 0; i < quarantine->count; i++)
		if (!quarantine->rows[i].gone)
			quarantine->rows[kept++] = quarantine->rows[i];
	quarantine->count = kept;
	quarantine->gone_count = 0;
}

static void remember(struct quarantine *quarantine, const struct open_row *row)
{
	if (quarantine->count == quarantine->capacity) {
		quarantine->capacity = quarantine->capacity ? 2 * quarantine->capacity : 64;
		quarantine->rows =
		    reallocate(quarantine->rows, quarantine->capacity * sizeof *quarantine->rows);
	}
	ENSURE(row->id > quarantine->last_id);
	quarantine->rows[quarantine->count++] = *row;
	quarantine->last_id = row->id;
	index_row(quarantine, row);
	sweep_indexes(quarantine);
}

static void forget(struct quarantine *quarantine, struct database_batch *batch, uint64_t id)
{
	struct open_row *row = find_row(quarantine, id);
	ENSURE(row != NULL);
	row->gone = true;
	quarantine->gone_count++;
	close_places(quarantine);
	struct database_number key = row_key(id);
	database_batch_delete(batch, QUARANTINE_TABLE, bytes_make(key.bytes, sizeof key.bytes));
	if (id == quarantine->last_id) // else the highest id is told by the rows themselves
		database_batch_put(batch, JOURNAL_TABLE_META, last_id_key,
		    bytes_make(key.bytes, sizeof key.bytes));
}

static enum status read_key(struct bytes key, uint64_t *id)
{
	*id = key.size == sizeof(struct database_number) ? database_number_read(key) : 0;
	return *id > 0 ? STATUS_OK
		       : fail(STATUS_CORRUPT, "the quarantine holds a key that is no row's");
}

static struct open_row open_row_of(const struct quarantined *row)
{
	return (struct open_row){
		.id = row->id,
		.content = content_hash(row->kind, row->payload),
		.record = record_hash(row->kind, row->subject, row->key),
		.first_ms = row->first_ms,
		.times = row->times,
		.redrives = row->redrives,
		.kind = row->kind,
		.part = row->part,
	};
}

static bool load_row(struct bytes key, struct bytes value, void *context)
{
	struct quarantine *quarantine = context;
	struct quarantined row;
	uint64_t id;
	quarantine->scan_status = read_key(key, &id);
	if (quarantine->scan_status == STATUS_OK)
		quarantine->scan_status = unpack_row(&row, id, value);
	if (quarantine->scan_status != STATUS_OK)
		return false;
	struct open_row open = open_row_of(&row);
	remember(quarantine, &open);
	return true;
}

static enum status load_last_id(struct quarantine *quarantine)
{
	struct buffer value = { 0 };
	enum status status =
	    database_get(quarantine->database, JOURNAL_TABLE_META, last_id_key, &value);
	if (status == STATUS_OK && value.size != 8)
		status = fail(STATUS_CORRUPT, "the quarantine's last id is damaged");
	else if (status == STATUS_OK &&
		 database_number_read(buffer_bytes(&value)) > quarantine->last_id)
		quarantine->last_id = database_number_read(buffer_bytes(&value));
	buffer_deinit(&value);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

enum status quarantine_open(struct quarantine **quarantine, struct database *database)
{
	*quarantine = NULL;
	struct quarantine *fresh = allocate(sizeof *fresh);
	fresh->database = database;
	enum status status =
	    database_scan(database, QUARANTINE_TABLE, bytes_make(NULL, 0), load_row, fresh);
	if (status == STATUS_OK)
		status = fresh->scan_status;
	if (status == STATUS_OK)
		status = load_last_id(fresh);
	if (status == STATUS_OK)
		*quarantine = fresh;
	else
		quarantine_close(&fresh);
	return status;
}

void quarantine_close(struct quarantine **quarantine)
{
	if (*quarantine == NULL)
		return;
	free((*quarantine)->rows);
	index_deinit(&(*quarantine)->contents);
	index_deinit(&(*quarantine)->records);
	buffer_wipe(&(*quarantine)->packed);
	free(*quarantine);
	*quarantine = NULL;
}

static struct open_row *find_content(struct quarantine *quarantine, uint64_t content)
{
	size_t cursor = 0;
	uint64_t id;
	while (index_next(&quarantine->contents, content, &cursor, &id)) {
		struct open_row *row = find_row(quarantine, id);
		if (row != NULL)
			return row;
	}
	return NULL;
}

static void put(
    struct quarantine *quarantine, struct database_batch *batch, const struct quarantined *row)
{
	struct database_number key = row_key(row->id);
	pack_row(&quarantine->packed, row);
	database_batch_put(batch, QUARANTINE_TABLE, bytes_make(key.bytes, sizeof key.bytes),
	    buffer_bytes(&quarantine->packed));
}

// Never in the middle of a UTF-8 character.
static struct bytes cut_text(struct bytes text, size_t size_max)
{
	if (text.size <= size_max)
		return text;
	text.size = size_max;
	for (int i = 0; i < 3 && (text.data[text.size] & 0xc0) == 0x80; i++)
		text.size--;
	return text;
}

// The same row may be understood further than when it came first, under a newer catalogue.
static void move_to_record(
    struct quarantine *quarantine, struct open_row *row, const struct quarantined *kept)
{
	uint64_t record = record_hash(kept->kind, kept->subject, kept->key), id;
	size_t cursor = 0;
	row->part = kept->part;
	if (record == row->record)
		return;
	row->record = record;
	while (record != 0 && index_next(&quarantine->records, record, &cursor, &id))
		if (id == row->id)
			return;
	if (record != 0)
		index_add(&quarantine->records, record, row->id);
}

enum status quarantine_add(struct quarantine *quarantine, struct database_batch *batch,
    const struct quarantined *row, int64_t now_ms, bool *fresh, uint64_t *id)
{
	struct quarantined kept = *row;
	kept.payload = cut_text(row->payload, QUARANTINE_PAYLOAD_BYTES_MAX);
	kept.origin = cut_text(row->origin, QUARANTINE_ORIGIN_BYTES_MAX);
	struct open_row *known = find_content(quarantine, content_hash(kept.kind, kept.payload));
	*fresh = known == NULL;
	*id = 0;
	if (known == NULL && quarantine_count(quarantine) >= QUARANTINE_ROWS_MAX)
		return fail(STATUS_FULL, "%d rows are in quarantine: mend or dismiss some",
		    QUARANTINE_ROWS_MAX);
	kept.last_ms = now_ms;
	if (known != NULL) {
		kept.id = known->id;
		kept.first_ms = known->first_ms;
		kept.times = ++known->times;
		kept.redrives = known->redrives += row->redrives;
		move_to_record(quarantine, known, &kept);
	} else {
		kept.id = quarantine->last_id + 1;
		kept.first_ms = now_ms;
		kept.times = 1;
		struct open_row open = open_row_of(&kept);
		remember(quarantine, &open);
	}
	put(quarantine, batch, &kept);
	*id = kept.id;
	return STATUS_OK;
}

// The next open row of a record.
static const struct open_row *next_of_record(
    struct quarantine *quarantine, uint64_t record, size_t *cursor)
{
	uint64_t id;
	while (record != 0 && index_next(&quarantine->records, record, cursor, &id)) {
		const struct open_row *row = find_row(quarantine, id);
		if (row != NULL && row->record == record)
			return row;
	}
	return NULL;
}

static size_t count_record(struct quarantine *quarantine, uint64_t record)
{
	size_t cursor = 0, count = 0;
	while (next_of_record(quarantine, record, &cursor) != NULL)
		count++;
	return count;
}

size_t quarantine_settle(struct quarantine *quarantine, struct database_batch *batch, unsigned kind,
    const char *subject, const char *key, unsigned part, size_t *others)
{
	*others = 0;
	if (quarantine_count(quarantine) == 0)
		return 0;
	uint64_t record = record_hash(kind, bytes_of_text(subject), bytes_of_text(key));
	size_t cursor = 0, settled = 0;
	const struct open_row *row;
	while ((row = next_of_record(quarantine, record, &cursor)) != NULL) {
		if (part != 0 && row->part != part)
			continue;
		forget(quarantine, batch, row->id);
		settled++;
	}
	*others = count_record(quarantine, record);
	return settled;
}

enum status quarantine_remove(
    struct quarantine *quarantine, struct database_batch *batch, uint64_t id, size_t *others)
{
	struct open_row *row = find_row(quarantine, id);
	*others = 0;
	if (row == NULL)
		return fail(
		    STATUS_NOT_FOUND, "row %llu is not in quarantine", (unsigned long long)id);
	uint64_t record = row->record;
	forget(quarantine, batch, id);
	*others = count_record(quarantine, record);
	return STATUS_OK;
}

enum status quarantine_read(
    struct quarantine *quarantine, uint64_t id, struct buffer *packed, struct quarantined *row)
{
	struct database_number key = row_key(id);
	buffer_clear(packed);
	if (find_row(quarantine, id) == NULL) // or its removal is not committed yet
		return fail(
		    STATUS_NOT_FOUND, "row %llu is not in quarantine", (unsigned long long)id);
	enum status status = database_get(quarantine->database, QUARANTINE_TABLE,
	    bytes_make(key.bytes, sizeof key.bytes), packed);
	if (status == STATUS_NOT_FOUND)
		return fail(status, "row %llu is not in quarantine", (unsigned long long)id);
	return status == STATUS_OK ? unpack_row(row, id, buffer_bytes(packed)) : status;
}

struct walk {
	struct quarantine *quarantine;
	quarantine_visit *visit;
	void *context;
	enum status status;
};

static bool visit_row(struct bytes key, struct bytes value, void *context)
{
	struct walk *walk = context;
	struct quarantined row;
	uint64_t id;
	walk->status = read_key(key, &id);
	if (walk->status != STATUS_OK)
		return false;
	if (find_row(walk->quarantine, id) == NULL)
		return true; // removed, and the removal is not committed yet
	walk->status = unpack_row(&row, id, value);
	return walk->status == STATUS_OK && walk->visit(&row, walk->context);
}

enum status quarantine_scan(
    struct quarantine *quarantine, uint64_t first, quarantine_visit *visit, void *context)
{
	struct walk walk = { quarantine, visit, context, STATUS_OK };
	struct database_number key = row_key(first);
	enum status status = database_scan(quarantine->database, QUARANTINE_TABLE,
	    bytes_make(key.bytes, sizeof key.bytes), visit_row, &walk);
	return status == STATUS_OK ? walk.status : status;
}

size_t quarantine_count(const struct quarantine *quarantine)
{
	return quarantine->count - quarantine->gone_count;
}

size_t quarantine_count_kind(const struct quarantine *quarantine, unsigned kind, int64_t *oldest_ms)
{
	size_t count = 0;
	*oldest_ms = 0;
	for (size_t i = 0; i < quarantine->count; i++) {
		if (quarantine->rows[i].gone || quarantine->rows[i].kind != kind)
			continue;
		if (count++ == 0)
			*oldest_ms = quarantine->rows[i].first_ms; // by id is by time
	}
	return count;
}
