// SPDX-License-Identifier: Apache-2.0
// database_test: batches whole or not at all, what is read is what was written, and no room is said
// before there is none.
#include "database.h"

#include "scratch.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

enum {
	TABLE_A,
	TABLE_B,
	TABLES
};
static const char *const tables[TABLES] = { "a", "b" };

struct scene {
	char folder[SCRATCH_PATH_SIZE];
	struct database *database;
	struct database_batch *batch;
	struct buffer key, value;
};

static enum status open_database(
    struct database **database, const char *folder, uint64_t map_bytes, uint64_t reserve)
{
	struct database_options options = { folder, tables, TABLES, map_bytes, reserve };
	return database_open(database, &options);
}

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	scratch_make(scene->folder);
	scene->batch = database_batch_new();
	*state = scene;
	return open_database(&scene->database, scene->folder, 64 << 20, 0) != STATUS_OK;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	database_batch_free(&scene->batch);
	database_close(&scene->database);
	buffer_deinit(&scene->key);
	buffer_deinit(&scene->value);
	scratch_remove(scene->folder);
	free(scene);
	return 0;
}

static void reopen(struct scene *scene)
{
	database_close(&scene->database);
	assert_int_equal(open_database(&scene->database, scene->folder, 64 << 20, 0), STATUS_OK);
}

static void put(struct scene *scene, unsigned table, const char *key, const char *value)
{
	database_batch_put(scene->batch, table, bytes_of_text(key), bytes_of_text(value));
}

static void commit(struct scene *scene)
{
	assert_int_equal(database_commit(scene->database, scene->batch), STATUS_OK);
	database_batch_clear(scene->batch);
}

static const char *get(struct scene *scene, unsigned table, const char *key)
{
	buffer_clear(&scene->value);
	enum status status =
	    database_get(scene->database, table, bytes_of_text(key), &scene->value);
	if (status == STATUS_NOT_FOUND)
		return "(none)";
	assert_int_equal(status, STATUS_OK);
	return buffer_text(&scene->value);
}

static bool list_key(struct bytes key, struct bytes value, void *context)
{
	struct buffer *list = context;
	buffer_printf(list, "%.*s=%.*s ", BYTES_ARGS(key), BYTES_ARGS(value));
	return !bytes_equal_text(value, "stop");
}

static const char *list(struct scene *scene, unsigned table, const char *from)
{
	buffer_clear(&scene->key);
	assert_int_equal(
	    database_scan(scene->database, table, bytes_of_text(from), list_key, &scene->key),
	    STATUS_OK);
	return buffer_text(&scene->key);
}

static void database_reads_what_was_committed_and_nothing_before(void **state)
{
	struct scene *scene = *state;
	put(scene, TABLE_A, "k", "1");
	assert_string_equal(get(scene, TABLE_A, "k"), "(none)");
	commit(scene);
	assert_string_equal(get(scene, TABLE_A, "k"), "1");
	assert_string_equal(get(scene, TABLE_B, "k"), "(none)");
	reopen(scene);
	assert_string_equal(get(scene, TABLE_A, "k"), "1");
}

static void database_applies_a_batch_in_its_order(void **state)
{
	struct scene *scene = *state;
	put(scene, TABLE_A, "k", "1");
	database_batch_delete(scene->batch, TABLE_A, bytes_of_text("k"));
	database_batch_delete(scene->batch, TABLE_A, bytes_of_text("never there"));
	put(scene, TABLE_A, "k", "22");
	put(scene, TABLE_B, "gone", "x");
	database_batch_delete(scene->batch, TABLE_B, bytes_of_text("gone"));
	commit(scene);
	assert_string_equal(get(scene, TABLE_A, "k"), "22");
	assert_string_equal(get(scene, TABLE_B, "gone"), "(none)");
}

static void database_values_may_be_empty_or_hold_anything(void **state)
{
	struct scene *scene = *state;
	put(scene, TABLE_A, "empty", "");
	database_batch_put(scene->batch, TABLE_A, bytes_of_text("nul"), bytes_make("a\0b", 3));
	commit(scene);
	assert_string_equal(get(scene, TABLE_A, "empty"), "");
	(void)get(scene, TABLE_A, "nul");
	assert_true(bytes_equal(buffer_bytes(&scene->value), bytes_make("a\0b", 3)));
}

static void database_get_appends_to_what_is_there(void **state)
{
	struct scene *scene = *state;
	put(scene, TABLE_A, "k", "value");
	commit(scene);
	buffer_append_text(&scene->value, "before ");
	assert_int_equal(
	    database_get(scene->database, TABLE_A, bytes_of_text("k"), &scene->value), STATUS_OK);
	assert_int_equal(database_get(scene->database, TABLE_A, bytes_of_text("x"), &scene->value),
	    STATUS_NOT_FOUND);
	assert_string_equal(buffer_text(&scene->value), "before value");
}

static void database_scans_in_order_from_anywhere_until_told_to_stop(void **state)
{
	struct scene *scene = *state;
	assert_string_equal(list(scene, TABLE_A, ""), "");
	put(scene, TABLE_A, "b", "2");
	put(scene, TABLE_A, "d", "stop");
	put(scene, TABLE_A, "a", "1");
	put(scene, TABLE_A, "e", "5");
	put(scene, TABLE_A, "c", "3");
	put(scene, TABLE_B, "aa", "other");
	commit(scene);
	assert_string_equal(list(scene, TABLE_A, ""), "a=1 b=2 c=3 d=stop ");
	assert_string_equal(list(scene, TABLE_A, "b"), "b=2 c=3 d=stop ");
	assert_string_equal(list(scene, TABLE_A, "bb"), "c=3 d=stop ");
	assert_string_equal(list(scene, TABLE_A, "e"), "e=5 ");
	assert_string_equal(list(scene, TABLE_A, "f"), "");
}

static void database_tells_the_last_and_counts(void **state)
{
	struct scene *scene = *state;
	uint64_t count = 9;
	assert_int_equal(
	    database_last(scene->database, TABLE_A, &scene->key, &scene->value), STATUS_NOT_FOUND);
	assert_int_equal(database_count(scene->database, TABLE_A, &count), STATUS_OK);
	assert_int_equal(count, 0);
	put(scene, TABLE_A, "b", "2");
	put(scene, TABLE_A, "c", "3");
	put(scene, TABLE_A, "a", "1");
	put(scene, TABLE_A, "a", "11");
	commit(scene);
	assert_int_equal(
	    database_last(scene->database, TABLE_A, &scene->key, &scene->value), STATUS_OK);
	assert_string_equal(buffer_text(&scene->key), "c");
	assert_string_equal(buffer_text(&scene->value), "3");
	assert_int_equal(database_count(scene->database, TABLE_A, &count), STATUS_OK);
	assert_int_equal(count, 3);
}

static bool read_inside(struct bytes key, struct bytes value, void *context)
{
	struct scene *scene = context;
	char name[8];
	(void)value;
	snprintf(name, sizeof name, "%.*s", BYTES_ARGS(key));
	assert_string_equal(get(scene, TABLE_B, name), "of b");
	put(scene, TABLE_A, "later", "x");
	commit(scene); // what a scan sees does not change under it
	buffer_clear(&scene->key);
	buffer_clear(&scene->value);
	assert_int_equal(
	    database_last(scene->database, TABLE_A, &scene->key, &scene->value), STATUS_OK);
	return true;
}

static void database_may_be_read_and_written_inside_a_scan(void **state)
{
	struct scene *scene = *state;
	put(scene, TABLE_A, "1", "x");
	put(scene, TABLE_A, "2", "x");
	put(scene, TABLE_B, "1", "of b");
	put(scene, TABLE_B, "2", "of b");
	commit(scene);
	assert_int_equal(
	    database_scan(scene->database, TABLE_A, bytes_make(NULL, 0), read_inside, scene),
	    STATUS_OK);
}

static void database_commits_all_of_a_batch_or_nothing(void **state)
{
	struct scene *scene = *state;
	put(scene, TABLE_A, "5", "x");
	commit(scene);
	put(scene, TABLE_B, "first", "x");
	database_batch_append(
	    scene->batch, TABLE_A, bytes_of_text("4"), bytes_of_text("not the greatest"));
	assert_int_not_equal(database_commit(scene->database, scene->batch), STATUS_OK);
	assert_string_equal(get(scene, TABLE_B, "first"), "(none)");
	assert_string_equal(get(scene, TABLE_A, "4"), "(none)");
	database_batch_clear(scene->batch);
	assert_true(database_batch_is_empty(scene->batch));
	database_batch_append(scene->batch, TABLE_A, bytes_of_text("6"), bytes_of_text("y"));
	assert_false(database_batch_is_empty(scene->batch));
	assert_true(database_batch_bytes(scene->batch) > 0);
	commit(scene);
	assert_string_equal(list(scene, TABLE_A, ""), "5=x 6=y ");
}

static void database_batches_copy_what_they_are_given(void **state)
{
	struct scene *scene = *state;
	char key[] = "key", value[] = "value";
	put(scene, TABLE_A, key, value);
	memset(key, 'x', 3);
	memset(value, 'x', 5);
	commit(scene);
	assert_string_equal(get(scene, TABLE_A, "key"), "value");
}

static void database_belongs_to_one_at_a_time(void **state)
{
	struct scene *scene = *state;
	struct database *second;
	int status;
	assert_int_equal(open_database(&second, scene->folder, 64 << 20, 0), STATUS_BUSY);
	assert_null(second);
	pid_t child = fork();
	if (child == 0)
		_exit(open_database(&second, scene->folder, 64 << 20, 0));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), STATUS_BUSY);
	assert_string_equal(get(scene, TABLE_A, "k"), "(none)"); // and the first goes on
	reopen(scene);
}

static void database_can_be_opened_after_its_owner_was_killed(void **state)
{
	struct scene *scene = *state;
	int ready[2], status;
	char byte;
	database_close(&scene->database);
	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		struct database *owned;
		if (open_database(&owned, scene->folder, 64 << 20, 0) == STATUS_OK &&
		    write(ready[1], "x", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(open_database(&scene->database, scene->folder, 64 << 20, 0), STATUS_BUSY);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(open_database(&scene->database, scene->folder, 64 << 20, 0), STATUS_OK);
	close(ready[0]);
	close(ready[1]);
}

static void database_makes_its_folder_for_its_owner_alone(void **state)
{
	struct scene *scene = *state;
	struct database *database;
	struct stat facts;
	char path[SCRATCH_PATH_SIZE + 16];
	snprintf(path, sizeof path, "%s/new", scene->folder);
	assert_int_equal(open_database(&database, path, 64 << 20, 0), STATUS_OK);
	assert_int_equal(stat(path, &facts), 0);
	assert_int_equal(facts.st_mode & 0777, 0700);
	database_close(&database);
	database_close(&database);
	snprintf(path, sizeof path, "%s/a/b", scene->folder);
	assert_int_equal(open_database(&database, path, 64 << 20, 0), STATUS_IO);
	assert_null(database);
	snprintf(path, sizeof path, "%s/lock", scene->folder); // a file
	assert_int_equal(open_database(&database, path, 64 << 20, 0), STATUS_IO);
}

static void put_number(struct database_batch *batch, uint64_t number, const char *filler)
{
	struct database_number key = database_number(number);
	database_batch_append(batch, TABLE_A, bytes_make(key.bytes, 8), bytes_of_text(filler));
}

static void database_says_full_long_before_a_commit_fails(void **state)
{
	struct scene *scene = *state;
	char filler[1001];
	uint64_t number = 0, fullness = 0;
	memset(filler, 'f', 1000);
	filler[1000] = 0;
	database_close(&scene->database);
	scratch_remove(scene->folder);
	assert_int_equal(open_database(&scene->database, scene->folder, 1 << 20, 0), STATUS_OK);
	while (database_room(scene->database) == STATUS_OK) {
		for (int i = 0; i < 20; i++)
			put_number(scene->batch, ++number, filler);
		commit(scene);
	}
	fullness = number;
	assert_in_range(fullness, 300, 900);
	assert_int_equal(database_room(scene->database), STATUS_FULL);
	assert_non_null(strstr(status_reason(), "map"));
	enum status status = STATUS_OK;
	while (status == STATUS_OK) {
		database_batch_clear(scene->batch);
		for (int i = 0; i < 20; i++)
			put_number(scene->batch, ++number, filler);
		status = database_commit(scene->database, scene->batch);
	}
	assert_int_equal(status, STATUS_FULL);
	assert_true(number >= fullness + 60);
	uint64_t count;
	assert_int_equal(database_count(scene->database, TABLE_A, &count), STATUS_OK);
	assert_int_equal(count, number - 20);
	database_batch_clear(scene->batch);
}

static void database_says_full_when_the_disk_reserve_is_touched(void **state)
{
	struct scene *scene = *state;
	database_close(&scene->database);
	assert_int_equal(
	    open_database(&scene->database, scene->folder, 64 << 20, (uint64_t)1 << 60), STATUS_OK);
	assert_int_equal(database_room(scene->database), STATUS_FULL);
	assert_non_null(strstr(status_reason(), "reserve"));
}

struct writer {
	struct database *database;
	bool failed, done;
};

static void *write_pairs(void *context)
{
	struct writer *writer = context;
	struct database_batch *batch = database_batch_new();
	for (uint64_t number = 1; number <= 400 && !writer->failed; number++) {
		struct database_number value = database_number(number);
		database_batch_clear(batch);
		database_batch_put(
		    batch, TABLE_A, bytes_of_text("left"), bytes_make(value.bytes, 8));
		database_batch_put(batch, TABLE_B, bytes_make(value.bytes, 8), bytes_of_text("x"));
		writer->failed = database_commit(writer->database, batch) != STATUS_OK;
	}
	database_batch_free(&batch);
	__atomic_store_n(&writer->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void database_reads_while_another_thread_commits(void **state)
{
	struct scene *scene = *state;
	struct writer writer = { scene->database, false, false };
	pthread_t thread;
	uint64_t seen = 0;
	assert_int_equal(pthread_create(&thread, NULL, write_pairs, &writer), 0);
	while (!__atomic_load_n(&writer.done, __ATOMIC_ACQUIRE)) {
		uint64_t count;
		buffer_clear(&scene->value);
		if (database_get(scene->database, TABLE_A, bytes_of_text("left"), &scene->value) !=
		    STATUS_OK)
			continue;
		uint64_t number = database_number_read(buffer_bytes(&scene->value));
		assert_true(number >= seen);
		seen = number;
		assert_int_equal(database_count(scene->database, TABLE_B, &count), STATUS_OK);
		assert_true(count >= number);
		assert_int_equal(database_room(scene->database), STATUS_OK);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_false(writer.failed);
	assert_true(seen > 0);
}

// --- damage on the disk ---

enum {
	VALUES = 60,
	LARGEST = 9000
};

static size_t value_size(unsigned i)
{
	return i % 10 == 9 ? LARGEST - i
			   : 10 + 7 * i; // some so large that they have pages of their own
}

static void value_make(unsigned i, uint8_t *value)
{
	struct dice dice = { 1000 + i };
	dice_fill(&dice, value, value_size(i));
}

static void key_make(unsigned i, char key[16])
{
	snprintf(key, 16, "key-%04u", i);
}

static void write_values(struct scene *scene)
{
	uint8_t value[LARGEST];
	char key[16];
	for (unsigned i = 0; i < VALUES; i++) {
		value_make(i, value);
		key_make(i, key);
		database_batch_put(
		    scene->batch, TABLE_A, bytes_of_text(key), bytes_make(value, value_size(i)));
	}
	commit(scene);
}

struct reading {
	unsigned count, damaged;
};

static bool check_scanned(struct bytes key, struct bytes stored, void *context)
{
	struct reading *reading = context;
	uint8_t value[LARGEST];
	char expected[16];
	value_make(reading->count, value);
	key_make(reading->count, expected);
	assert_true(bytes_equal_text(key, expected));
	assert_true(bytes_equal(stored, bytes_make(value, value_size(reading->count))));
	reading->count++;
	return true;
}

// Every value is as written, or corrupt; how many are corrupt.
static unsigned count_damaged(struct scene *scene)
{
	uint8_t value[LARGEST];
	char key[16];
	struct reading reading = { 0, 0 };
	for (unsigned i = 0; i < VALUES; i++) {
		value_make(i, value);
		key_make(i, key);
		buffer_clear(&scene->value);
		enum status status =
		    database_get(scene->database, TABLE_A, bytes_of_text(key), &scene->value);
		assert_true(status == STATUS_OK || status == STATUS_CORRUPT);
		assert_true(status == STATUS_CORRUPT ? scene->value.size == 0
						     : bytes_equal(buffer_bytes(&scene->value),
							   bytes_make(value, value_size(i))));
		reading.damaged += status == STATUS_CORRUPT;
	}
	enum status status =
	    database_scan(scene->database, TABLE_A, bytes_make(NULL, 0), check_scanned, &reading);
	assert_int_equal(status, reading.damaged > 0 ? STATUS_CORRUPT : STATUS_OK);
	assert_true(reading.damaged > 0 || reading.count == VALUES);
	return reading.damaged;
}

static void read_file(const char *path, struct buffer *out)
{
	FILE *file = fopen(path, "rb");
	size_t size;
	assert_non_null(file);
	buffer_clear(out);
	while ((size = fread(buffer_reserve(out, 65536), 1, 65536, file)) > 0)
		out->size += size;
	fclose(file);
}

static void flip_in_file(const char *path, size_t offset, unsigned bit)
{
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, (long)offset, SEEK_SET), 0);
	int byte = fgetc(file);
	assert_int_equal(fseek(file, (long)offset, SEEK_SET), 0);
	assert_int_equal(fputc(byte ^ (int)(1u << bit), file), byte ^ (int)(1u << bit));
	fclose(file);
}

// Wherever these bytes stand in the file, in pages that were left behind too: flips a bit so far
// from their beginning.
static void flip_everywhere(
    const char *path, const struct buffer *file, struct bytes wanted, int distance, unsigned bit)
{
	size_t found = 0;
	const uint8_t *at = file->data, *end = file->data + file->size;
	while ((at = memmem(at, (size_t)(end - at), wanted.data, wanted.size)) != NULL) {
		flip_in_file(path, (size_t)(at - file->data + distance), bit);
		found++;
		at++;
	}
	assert_true(found > 0);
}

static void database_never_reads_a_changed_value_as_good(void **state)
{
	struct scene *scene = *state;
	struct dice dice = { 31 };
	struct buffer file = { 0 };
	uint8_t value[LARGEST];
	char path[SCRATCH_PATH_SIZE + 16];
	snprintf(path, sizeof path, "%s/data.mdb", scene->folder);
	write_values(scene);
	database_close(&scene->database);
	read_file(path, &file);
	for (unsigned turn = 0; turn < 180; turn++) {
		unsigned i = turn % VALUES;
		value_make(i, value);
		struct bytes stored = bytes_make(value, value_size(i));
		int distance = (int)dice_below(&dice, 8 + stored.size) - 8; // its check, too
		unsigned bit = (unsigned)dice_below(&dice, 8);
		flip_everywhere(path, &file, stored, distance, bit);
		assert_int_equal(
		    open_database(&scene->database, scene->folder, 64 << 20, 0), STATUS_OK);
		assert_int_equal(count_damaged(scene), 1);
		database_close(&scene->database);
		flip_everywhere(path, &file, stored, distance, bit);
	}
	assert_int_equal(open_database(&scene->database, scene->folder, 64 << 20, 0), STATUS_OK);
	assert_int_equal(count_damaged(scene), 0);
	buffer_deinit(&file);
}

static void database_notices_a_value_under_another_key(void **state)
{
	struct scene *scene = *state;
	struct buffer file = { 0 };
	char path[SCRATCH_PATH_SIZE + 16];
	snprintf(path, sizeof path, "%s/data.mdb", scene->folder);
	put(scene, TABLE_A, "somebody-1", "value");
	commit(scene);
	database_close(&scene->database);
	read_file(path, &file);
	flip_everywhere(path, &file, bytes_of_text("somebody-1"), 9, 1); // '1' becomes '3'
	assert_int_equal(open_database(&scene->database, scene->folder, 64 << 20, 0), STATUS_OK);
	buffer_clear(&scene->value);
	assert_int_equal(
	    database_get(scene->database, TABLE_A, bytes_of_text("somebody-3"), &scene->value),
	    STATUS_CORRUPT);
	assert_int_equal(
	    database_last(scene->database, TABLE_A, &scene->key, &scene->value), STATUS_CORRUPT);
	assert_null(strstr(status_reason(), "somebody"));
	buffer_deinit(&file);
}

static void database_never_takes_a_lost_table_for_a_new_one(void **state)
{
	struct scene *scene = *state;
	struct buffer file = { 0 };
	char path[SCRATCH_PATH_SIZE + 16];
	static const char *const more[] = { "a", "b", "long name" };
	struct database_options options = { scene->folder, more, COUNT_OF(more), 64 << 20, 0 };
	snprintf(path, sizeof path, "%s/data.mdb", scene->folder);
	put(scene, TABLE_B, "k", "1");
	commit(scene);
	database_close(&scene->database);
	assert_int_equal(
	    database_open(&scene->database, &options), STATUS_OK); // a newer program has one more
	assert_string_equal(get(scene, TABLE_B, "k"), "1");
	put(scene, 2, "k", "2");
	commit(scene);
	reopen(scene); // an older one does not mind
	database_close(&scene->database);
	read_file(path, &file);
	flip_everywhere(path, &file, bytes_of_text("long name"), 4, 0);
	assert_int_equal(database_open(&scene->database, &options), STATUS_CORRUPT);
	assert_null(scene->database);
	flip_everywhere(path, &file, bytes_of_text("long name"), 4, 0);
	flip_everywhere(path, &file, bytes_of_text("names of all tables"), 3, 0);
	assert_int_equal(database_open(&scene->database, &options), STATUS_CORRUPT);
	flip_everywhere(path, &file, bytes_of_text("names of all tables"), 3, 0);
	assert_int_equal(database_open(&scene->database, &options), STATUS_OK);
	assert_string_equal(get(scene, 2, "k"), "2");
	buffer_deinit(&file);
}

static void database_numbers_sort_as_they_count(void **state)
{
	(void)state;
	const uint64_t numbers[] = { 0, 1, 255, 256, 65535, 65536, INT64_MAX, UINT64_MAX };
	for (size_t i = 0; i < COUNT_OF(numbers); i++) {
		struct database_number key = database_number(numbers[i]);
		assert_true(database_number_read(bytes_make(key.bytes, 8)) == numbers[i]);
		if (i > 0) {
			struct database_number before = database_number(numbers[i - 1]);
			assert_true(memcmp(before.bytes, key.bytes, 8) < 0);
		}
	}
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(database_reads_what_was_committed_and_nothing_before),
		SCENE(database_applies_a_batch_in_its_order),
		SCENE(database_values_may_be_empty_or_hold_anything),
		SCENE(database_get_appends_to_what_is_there),
		SCENE(database_scans_in_order_from_anywhere_until_told_to_stop),
		SCENE(database_tells_the_last_and_counts),
		SCENE(database_may_be_read_and_written_inside_a_scan),
		SCENE(database_commits_all_of_a_batch_or_nothing),
		SCENE(database_batches_copy_what_they_are_given),
		SCENE(database_belongs_to_one_at_a_time),
		SCENE(database_can_be_opened_after_its_owner_was_killed),
		SCENE(database_makes_its_folder_for_its_owner_alone),
		SCENE(database_says_full_long_before_a_commit_fails),
		SCENE(database_says_full_when_the_disk_reserve_is_touched),
		SCENE(database_reads_while_another_thread_commits),
		SCENE(database_never_reads_a_changed_value_as_good),
		SCENE(database_notices_a_value_under_another_key),
		SCENE(database_never_takes_a_lost_table_for_a_new_one),
		cmocka_unit_test(database_numbers_sort_as_they_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
