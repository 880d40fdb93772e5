// SPDX-License-Identifier: Apache-2.0
// door: a department's intake over a real database, without sockets.
#include "door.h"

#include "citizen_id.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	ID_SIZE_MIN = 9, // shorter ones look like a date
	MAP_BYTES_MAX = 256 << 20
};

static void open_state(struct door *door)
{
	static const char *const tables[QUARANTINE_TABLES] = { QUARANTINE_TABLE_NAMES };
	struct database_options options = {
		.directory = door->directory,
		.tables = tables,
		.table_count = COUNT_OF(tables),
		.map_bytes_max = MAP_BYTES_MAX,
	};
	assert_int_equal(database_open(&door->database, &options), STATUS_OK);
	assert_int_equal(journal_open(&door->journal, door->database), STATUS_OK);
	struct intake_options intake = {
		.catalogue = door->catalogue,
		.pseudonym = door->pseudonym,
		.decide = door->decide,
		.database = door->database,
		.journal = door->journal,
	};
	assert_int_equal(intake_open(&door->intake, &intake), STATUS_OK);
	door->batch = database_batch_new();
}

static void close_state(struct door *door)
{
	database_batch_free(&door->batch);
	intake_close(&door->intake);
	journal_close(&door->journal);
	database_close(&door->database);
}

void door_open(struct door *door, const char *department, intake_decide *decide)
{
	static const uint8_t secret[32] = "a secret that is no secret";
	*door = (struct door){ .department = department, .decide = decide };
	snprintf(door->directory, sizeof door->directory, "/tmp/onecity-door-XXXXXX");
	assert_non_null(mkdtemp(door->directory));
	assert_int_equal(catalogue_set_read(&door->catalogues, PROJECT_DIR "/proto"), STATUS_OK);
	door->catalogue = catalogue_set_named(door->catalogues, department);
	assert_non_null(door->catalogue);
	door->pseudonym = pseudonym_new(secret, '1');
	open_state(door);
}

void door_reopen(struct door *door)
{
	close_state(door);
	open_state(door);
}

// --- what holds of every journal -----------------------------------------------------------------

static bool keeps_id_number(const struct kind *kind)
{
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].type == FIELD_ID_NUMBER)
			return true;
	return false;
}

static bool holds_a_number(const struct door *door, struct bytes bytes)
{
	const char *number = (const char *)door->numbers.data, *end = number + door->numbers.size;
	for (; number < end; number += strlen(number) + 1)
		if (memmem(bytes.data, bytes.size, number, strlen(number)) != NULL)
			return true;
	return false;
}

static bool check_entry(struct bytes key, struct bytes value, void *context)
{
	struct door *door = context;
	struct entry entry = door_entry(door, database_number_read(key));
	const struct kind *kind = catalogue_kind(door->catalogue, entry.kind);
	assert_non_null(kind);
	bool may_hold = keeps_id_number(kind) && entry.operation == OPERATION_PUT;
	assert_int_equal(holds_a_number(door, value), may_hold && holds_a_number(door, entry.body));
	return true;
}

// The numbers were really looked for: where they may be, they are found.
static bool find_in_quarantine(const struct quarantined *row, void *context)
{
	struct door *door = context;
	assert_true(door->numbers.size == 0 || row->subject.size == 0 ||
		    row->subject.data[0] != SUBJECT_PERSON || holds_a_number(door, row->payload));
	return true;
}

static void check_journal(struct door *door)
{
	for (size_t i = 0; i < door->catalogue->kind_count; i++)
		if (keeps_id_number(&door->catalogue->kinds[i]))
			assert_string_equal(door->department, "public-security");
	assert_int_equal(journal_verify(door->journal), STATUS_OK);
	assert_int_equal(database_scan(door->database, JOURNAL_TABLE_ENTRIES, bytes_make(NULL, 0),
			     check_entry, door),
	    STATUS_OK);
	assert_int_equal(
	    quarantine_scan(intake_quarantine(door->intake), 1, find_in_quarantine, door),
	    STATUS_OK);
}

static void remove_files(const char *directory)
{
	DIR *files = opendir(directory);
	assert_non_null(files);
	for (const struct dirent *file = readdir(files); file != NULL; file = readdir(files))
		unlinkat(dirfd(files), file->d_name, 0);
	closedir(files);
}

void door_empty(struct door *door)
{
	check_journal(door);
	close_state(door);
	remove_files(door->directory);
	open_state(door);
}

void door_close(struct door *door)
{
	check_journal(door);
	close_state(door);
	remove_files(door->directory);
	assert_int_equal(rmdir(door->directory), 0);
	buffer_deinit(&door->numbers);
	buffer_deinit(&door->packed);
	pseudonym_close(&door->pseudonym);
	catalogue_set_free(&door->catalogues);
}

// --- pushing -------------------------------------------------------------------------------------

const struct kind *door_kind(const struct door *door, const char *name)
{
	const struct kind *kind = catalogue_kind_named(door->catalogue, name);
	assert_non_null(kind);
	return kind;
}

static void remember_numbers(struct door *door, const char *text)
{
	while ((text = strchr(text, '"')) != NULL) {
		struct citizen_id id;
		enum problem_code code;
		size_t size = strcspn(++text, "\"");
		if (size >= ID_SIZE_MIN && citizen_id_parse(&id, bytes_make(text, size), &code))
			buffer_append(&door->numbers, id.number, strlen(id.number) + 1);
	}
}

static struct json *parse_row(
    struct door *door, const struct door_row *row, const struct kind *kind, const char *extra)
{
	struct json *json;
	struct buffer text = { 0 };
	buffer_append_text(&text, "{");
	if (row->subject != NULL)
		buffer_printf(&text, "'%s':'%s',", kind->subject.name, row->subject);
	if (extra != NULL)
		buffer_printf(&text, "%s,", extra);
	buffer_printf(&text, "%s}", row->row);
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] == '\'')
			text.data[i] = '"';
	remember_numbers(door, buffer_text(&text));
	if (json_parse(&json, buffer_bytes(&text)) != STATUS_OK)
		fail_msg("%s: %s", row->row, status_reason());
	buffer_deinit(&text);
	return json;
}

static void take_row(struct door *door, const struct door_row *row, const char *extra,
    uint64_t line, struct intake_counts *counts)
{
	const struct intake_origin origin = { .name = "door", .now_ms = DOOR_NOW_MS };
	const struct kind *kind = door_kind(door, row->kind);
	struct json *json = parse_row(door, row, kind, extra);
	struct problems problems = { 0 };
	uint64_t head = door_head(door), refused = counts->quarantined;
	bool would_take =
	    intake_would_take(door->intake, kind, json_root(json), DOOR_NOW_MS, &problems);
	assert_int_equal(door_head(door), head);
	assert_int_equal(would_take, problems.count == 0);
	assert_int_equal(
	    intake_row(door->intake, door->batch, kind, json_root(json), line, &origin, counts),
	    STATUS_OK);
	assert_int_equal(counts->quarantined, refused + !would_take);
	json_free(&json);
}

static void commit(struct door *door)
{
	intake_finish(door->intake, door->batch);
	assert_int_equal(database_commit(door->database, door->batch), STATUS_OK);
	database_batch_clear(door->batch);
	journal_committed(door->journal, door_head(door));
	journal_release(door->journal);
}

struct intake_counts door_push(
    struct door *door, const char *kind, const char *subject, const char *row, const char *extra)
{
	struct intake_counts counts = { 0 };
	take_row(door, &(struct door_row){ kind, subject, row }, extra, 1, &counts);
	commit(door);
	return counts;
}

struct intake_counts door_push_rows(struct door *door, const struct door_row *rows, size_t count)
{
	struct intake_counts counts = { 0 };
	for (size_t i = 0; i < count; i++)
		take_row(door, &rows[i], NULL, i + 1, &counts);
	commit(door);
	return counts;
}

// --- looking -------------------------------------------------------------------------------------

uint64_t door_head(const struct door *door)
{
	return journal_head(door->journal).sequence;
}

struct entry door_entry(struct door *door, uint64_t sequence)
{
	struct entry entry;
	assert_int_equal(journal_read(door->journal, sequence, &door->packed, &entry), STATUS_OK);
	return entry;
}

static bool note_id(const struct quarantined *row, void *context)
{
	*(uint64_t *)context = row->id;
	return true;
}

size_t door_quarantined(struct door *door, struct quarantined *last)
{
	uint64_t id = 0;
	struct quarantine *quarantine = intake_quarantine(door->intake);
	assert_int_equal(quarantine_scan(quarantine, 1, note_id, &id), STATUS_OK);
	if (id != 0)
		assert_int_equal(quarantine_read(quarantine, id, &door->packed, last), STATUS_OK);
	return quarantine_count(quarantine);
}
