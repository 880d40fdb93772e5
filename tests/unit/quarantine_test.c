// SPDX-License-Identifier: Apache-2.0
// quarantine_test: refused rows are kept once, counted, settled by their record, and never take an
// old id.
#include "quarantine.h"
#include "store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

enum {
	KIND = 3
};
static const char person[] = "p10123456789abcdef";

struct scene {
	struct store store;
	struct quarantine *quarantine;
	struct buffer packed;
	struct quarantined row;
};

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	store_open(&scene->store);
	*state = scene;
	return quarantine_open(&scene->quarantine, scene->store.database) != STATUS_OK;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	quarantine_close(&scene->quarantine);
	store_close(&scene->store);
	buffer_deinit(&scene->packed);
	free(scene);
	return 0;
}

static void commit(struct scene *scene)
{
	assert_int_equal(database_commit(scene->store.database, scene->store.batch), STATUS_OK);
	database_batch_clear(scene->store.batch);
}

static void reopen(struct scene *scene)
{
	commit(scene);
	quarantine_close(&scene->quarantine);
	assert_int_equal(quarantine_open(&scene->quarantine, scene->store.database), STATUS_OK);
}

static struct quarantined row_of(const char *payload, const char *key)
{
	struct quarantined row = { .kind = KIND,
		.subject = bytes_of_text(key ? person : ""),
		.key = bytes_of_text(key ? key : ""),
		.key_known = key != NULL,
		.origin = bytes_of_text("http"),
		.line = 7,
		.payload = bytes_of_text(payload) };
	problems_add(&row.problems, PROBLEM_check_digit, "id_number", "ID number", "身份证号",
	    "17 digits and a check character");
	return row;
}

static bool add_row(struct scene *scene, const struct quarantined *row, int64_t now_ms)
{
	bool fresh;
	uint64_t id;
	assert_int_equal(
	    quarantine_add(scene->quarantine, scene->store.batch, row, now_ms, &fresh, &id),
	    STATUS_OK);
	return fresh;
}

static bool add(struct scene *scene, const char *payload, const char *key, int64_t now_ms)
{
	struct quarantined row = row_of(payload, key);
	return add_row(scene, &row, now_ms);
}

static enum status read_row(struct scene *scene, uint64_t id)
{
	return quarantine_read(scene->quarantine, id, &scene->packed, &scene->row);
}

static size_t settle(struct scene *scene, const char *key, unsigned part, size_t *others)
{
	return quarantine_settle(
	    scene->quarantine, scene->store.batch, KIND, person, key, part, others);
}

static enum status remove_row(struct scene *scene, uint64_t id, size_t *others)
{
	return quarantine_remove(scene->quarantine, scene->store.batch, id, others);
}

static void quarantine_keeps_a_row_with_all_there_is_to_know(void **state)
{
	struct scene *scene = *state;
	struct quarantined row = row_of("{\"身份证号\":\"x\"}", "k");
	row.part = 12;
	row.redrives = 1;
	for (int i = 0; i < PROBLEMS_MAX + 3; i++)
		problems_add(&row.problems, PROBLEM_check_digit, "months[3].base", "", "", "");
	assert_true(add_row(scene, &row, 1000));
	assert_int_equal(read_row(scene, 1), STATUS_NOT_FOUND); // not before it is durable
	reopen(scene);
	assert_int_equal(read_row(scene, 1), STATUS_OK);
	assert_int_equal(scene->row.id, 1);
	assert_int_equal(scene->row.kind, KIND);
	assert_true(bytes_equal_text(scene->row.subject, person));
	assert_true(bytes_equal_text(scene->row.key, "k"));
	assert_true(scene->row.key_known);
	assert_int_equal(scene->row.part, 12);
	assert_int_equal(scene->row.first_ms, 1000);
	assert_int_equal(scene->row.last_ms, 1000);
	assert_int_equal(scene->row.times, 1);
	assert_int_equal(scene->row.redrives, 1);
	assert_true(bytes_equal_text(scene->row.origin, "http"));
	assert_int_equal(scene->row.line, 7);
	assert_true(bytes_equal_text(scene->row.payload, "{\"身份证号\":\"x\"}"));
	assert_int_equal(scene->row.problems.count, PROBLEMS_MAX);
	assert_int_equal(scene->row.problems.list[0].code, PROBLEM_check_digit);
	assert_string_equal(scene->row.problems.list[0].column_zh, "身份证号");
	assert_string_equal(scene->row.problems.list[1].field, "months[3].base");
}

static void quarantine_counts_the_same_row_and_keeps_it_once(void **state)
{
	struct scene *scene = *state;
	assert_true(add(scene, "{}", "k", 1000));
	assert_false(add(scene, "{}", "k", 2000));
	reopen(scene);
	struct quarantined again = row_of("{}", "k");
	again.redrives = 1;
	again.line = 99;
	assert_false(add_row(scene, &again, 3000));
	commit(scene);
	assert_int_equal(read_row(scene, 1), STATUS_OK);
	assert_int_equal(scene->row.times, 3);
	assert_int_equal(scene->row.redrives, 1);
	assert_int_equal(scene->row.first_ms, 1000);
	assert_int_equal(scene->row.last_ms, 3000);
	assert_int_equal(scene->row.line, 99);
	assert_int_equal(quarantine_count(scene->quarantine), 1);
	again.kind = KIND + 1; // the same row elsewhere is another
	assert_true(add_row(scene, &again, 4000));
	assert_int_equal(quarantine_count(scene->quarantine), 2);
}

static void quarantine_settles_the_rows_of_a_record(void **state)
{
	struct scene *scene = *state;
	size_t others = 9;
	assert_true(add(scene, "1", "k", 1));
	assert_true(add(scene, "2", "k", 2));
	assert_true(add(scene, "3", "other", 3));
	assert_true(add(scene, "4", NULL, 4)); // nobody knows whose
	assert_int_equal(settle(scene, "unknown", 0, &others), 0);
	assert_int_equal(settle(scene, "k", 0, &others), 2);
	assert_int_equal(others, 0);
	assert_int_equal(settle(scene, "k", 0, &others), 0);
	assert_int_equal(quarantine_count(scene->quarantine), 2);
	reopen(scene);
	assert_int_equal(quarantine_count(scene->quarantine), 2);
	assert_int_equal(read_row(scene, 1), STATUS_NOT_FOUND);
	assert_int_equal(read_row(scene, 3), STATUS_OK);
	assert_int_equal(
	    quarantine_settle(scene->quarantine, scene->store.batch, KIND, "", "", 0, &others), 0);
	assert_int_equal(quarantine_settle(scene->quarantine, scene->store.batch, KIND + 1, person,
			     "other", 0, &others),
	    0);
	assert_int_equal(settle(scene, "other", 0, &others), 1);
	assert_true(add(scene, "1", "k", 9)); // settled and wrong again: a new row
	commit(scene);
	assert_int_equal(read_row(scene, 5), STATUS_OK);
}

static void quarantine_settles_one_part_of_a_record(void **state)
{
	struct scene *scene = *state;
	size_t others;
	struct quarantined row = row_of("1", "k");
	row.part = 1;
	assert_true(add_row(scene, &row, 1));
	row = row_of("2", "k");
	row.part = 2;
	assert_true(add_row(scene, &row, 1));
	assert_int_equal(settle(scene, "k", 3, &others), 0);
	assert_int_equal(others, 2);
	reopen(scene);
	assert_int_equal(settle(scene, "k", 2, &others), 1);
	assert_int_equal(others, 1);
	assert_int_equal(settle(scene, "k", 0, &others), 1);
	assert_int_equal(others, 0);
}

static void quarantine_removes_one_row_and_tells_of_its_record(void **state)
{
	struct scene *scene = *state;
	size_t others = 9;
	assert_true(add(scene, "1", "k", 1));
	assert_true(add(scene, "2", "k", 1));
	assert_true(add(scene, "3", NULL, 1));
	assert_true(add(scene, "4", NULL, 1));
	assert_int_equal(remove_row(scene, 1, &others), STATUS_OK);
	assert_int_equal(others, 1);
	assert_int_equal(remove_row(scene, 1, &others), STATUS_NOT_FOUND);
	assert_int_equal(others, 0);
	assert_int_equal(remove_row(scene, 2, &others), STATUS_OK);
	assert_int_equal(others, 0);
	assert_int_equal(remove_row(scene, 3, &others), STATUS_OK);
	assert_int_equal(others, 0); // rows of nobody are nobody's others
	assert_int_equal(remove_row(scene, 0, &others), STATUS_NOT_FOUND);
	assert_int_equal(remove_row(scene, 77, &others), STATUS_NOT_FOUND);
	assert_int_equal(quarantine_count(scene->quarantine), 1);
}

static void quarantine_shows_no_row_whose_removal_is_under_way(void **state)
{
	struct scene *scene = *state;
	size_t others;
	assert_true(add(scene, "1", "k", 1));
	commit(scene);
	assert_int_equal(remove_row(scene, 1, &others), STATUS_OK);
	assert_int_equal(read_row(scene, 1), STATUS_NOT_FOUND);
}

static void quarantine_moves_a_row_that_is_understood_further(void **state)
{
	struct scene *scene = *state;
	size_t others;
	assert_true(add(scene, "{}", NULL, 1));
	assert_int_equal(settle(scene, "k", 0, &others), 0);
	assert_false(add(scene, "{}", "k", 2)); // the same row, and now its record is known
	assert_false(add(scene, "{}", "other", 2));
	assert_false(add(scene, "{}", "k", 2));
	assert_int_equal(settle(scene, "other", 0, &others), 0);
	assert_int_equal(others, 0);
	assert_int_equal(settle(scene, "k", 0, &others), 1);
	assert_int_equal(quarantine_count(scene->quarantine), 0);
}

static void quarantine_never_uses_an_id_again(void **state)
{
	struct scene *scene = *state;
	size_t others;
	uint64_t expected = 0;
	struct dice dice = { 81 };
	for (int turn = 0; turn < 60; turn++) {
		char payload[16];
		for (uint64_t i = dice_below(&dice, 4); i > 0; i--) {
			snprintf(payload, sizeof payload, "%llu", (unsigned long long)++expected);
			assert_true(add(scene, payload, "k", 1));
		}
		if (dice_chance(&dice, 50)) // the highest one, too
			(void)settle(scene, "k", 0, &others);
		else if (expected > 0 && dice_chance(&dice, 50))
			(void)remove_row(scene, expected, &others);
		if (dice_chance(&dice, 50))
			reopen(scene);
	}
	assert_true(add(scene, "last", "k", 1));
	commit(scene);
	assert_int_equal(read_row(scene, expected + 1), STATUS_OK);
	assert_true(bytes_equal_text(scene->row.payload, "last"));
}

static void quarantine_cuts_what_is_too_long_between_characters(void **state)
{
	struct scene *scene = *state;
	enum {
		CHARACTERS = 30000
	};
	char *payload = (char *)allocate(3 * CHARACTERS + 1), *raw = (char *)allocate(100001);
	for (int i = 0; i < CHARACTERS; i++)
		memcpy(payload + 3 * i, "市", 3);
	struct quarantined row = row_of(payload, "k");
	row.origin = bytes_of_text(payload);
	assert_true(add_row(scene, &row, 1));
	assert_false(add_row(scene, &row, 2));
	memset(raw, 0x80, 100000); // no UTF-8 at all
	row = row_of(raw, "k");
	assert_true(add_row(scene, &row, 1));
	reopen(scene);
	assert_int_equal(read_row(scene, 1), STATUS_OK);
	assert_int_equal(scene->row.payload.size, QUARANTINE_PAYLOAD_BYTES_MAX / 3 * 3);
	assert_int_equal(scene->row.origin.size, QUARANTINE_ORIGIN_BYTES_MAX / 3 * 3);
	assert_int_equal(scene->row.times, 2);
	assert_int_equal(read_row(scene, 2), STATUS_OK);
	assert_in_range(scene->row.payload.size, QUARANTINE_PAYLOAD_BYTES_MAX - 3,
	    QUARANTINE_PAYLOAD_BYTES_MAX);
	free(payload);
	free(raw);
}

static bool list_row(const struct quarantined *row, void *context)
{
	struct buffer *list = context;
	buffer_printf(list, "%llu ", (unsigned long long)row->id);
	return !bytes_equal_text(row->payload, "stop");
}

static const char *list_rows(struct scene *scene, uint64_t first)
{
	buffer_clear(&scene->packed);
	assert_int_equal(
	    quarantine_scan(scene->quarantine, first, list_row, &scene->packed), STATUS_OK);
	return buffer_text(&scene->packed);
}

static void quarantine_visits_open_durable_rows_from_any_id(void **state)
{
	struct scene *scene = *state;
	size_t others;
	for (int i = 0; i < 4; i++)
		assert_true(add(scene, (const char *const[]){ "1", "2", "3", "stop" }[i], "k", 1));
	assert_string_equal(list_rows(scene, 1), "");
	commit(scene);
	assert_true(add(scene, "5", "k", 1));
	assert_int_equal(remove_row(scene, 2, &others), STATUS_OK);
	assert_string_equal(list_rows(scene, 0), "1 3 4 ");
	assert_string_equal(list_rows(scene, 3), "3 4 ");
	assert_string_equal(list_rows(scene, 5), "");
}

static void quarantine_counts_by_kind_and_knows_the_oldest(void **state)
{
	struct scene *scene = *state;
	int64_t oldest_ms = 9;
	size_t others;
	assert_int_equal(quarantine_count_kind(scene->quarantine, KIND, &oldest_ms), 0);
	assert_int_equal(oldest_ms, 0);
	assert_true(add(scene, "1", "k", 100));
	assert_true(add(scene, "2", "l", 200));
	assert_true(add(scene, "3", "m", 300));
	assert_false(add(scene, "1", "k", 400));
	assert_int_equal(quarantine_count_kind(scene->quarantine, KIND, &oldest_ms), 3);
	assert_int_equal(oldest_ms, 100);
	assert_int_equal(remove_row(scene, 1, &others), STATUS_OK);
	assert_int_equal(quarantine_count_kind(scene->quarantine, KIND, &oldest_ms), 2);
	assert_int_equal(oldest_ms, 200);
	assert_int_equal(quarantine_count_kind(scene->quarantine, KIND + 1, &oldest_ms), 0);
	reopen(scene);
	assert_int_equal(quarantine_count_kind(scene->quarantine, KIND, &oldest_ms), 2);
	assert_int_equal(oldest_ms, 200);
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// The batch is emptied on the way: what is on the disk is another test's.
static void quarantine_says_full_and_empties_as_fast_as_it_filled(void **state)
{
	struct scene *scene = *state;
	char text[24];
	bool fresh;
	size_t others;
	uint64_t id;
	double begun = seconds();
	for (unsigned i = 0; i < QUARANTINE_ROWS_MAX; i++) {
		snprintf(text, sizeof text, "%u", i);
		assert_true(add(scene, text, text, 1));
		if (i % 1000 == 0)
			database_batch_clear(scene->store.batch);
	}
	struct quarantined one_more = row_of("one more", "k"), known = row_of("17", "17");
	database_batch_clear(scene->store.batch);
	assert_int_equal(
	    quarantine_add(scene->quarantine, scene->store.batch, &one_more, 1, &fresh, &id),
	    STATUS_FULL);
	assert_true(database_batch_is_empty(scene->store.batch));
	assert_int_equal(id, 0);
	assert_int_equal(
	    quarantine_add(scene->quarantine, scene->store.batch, &known, 1, &fresh, &id),
	    STATUS_OK);
	assert_int_equal(id, 18);
	assert_false(fresh);
	double filled = seconds();
	for (unsigned i = 0; i < QUARANTINE_ROWS_MAX;
	     i++) { // from the oldest on, as a mended file does
		snprintf(text, sizeof text, "%u", i);
		assert_int_equal(settle(scene, text, 0, &others), 1);
		if (i % 1000 == 0)
			database_batch_clear(scene->store.batch);
	}
	assert_int_equal(quarantine_count(scene->quarantine), 0);
	assert_true(seconds() - filled < 2 + 3 * (filled - begun));
	assert_int_equal(
	    quarantine_add(scene->quarantine, scene->store.batch, &one_more, 1, &fresh, &id),
	    STATUS_OK);
	database_batch_clear(scene->store.batch);
}

// One row that is mended and wrong again, for years: as fast at the end as at the beginning.
static void quarantine_does_not_slow_down_with_what_is_gone(void **state)
{
	struct scene *scene = *state;
	size_t others;
	double times[2];
	for (int half = 0; half < 2; half++) {
		double begun = seconds();
		for (int turn = 0; turn < 20000; turn++) {
			assert_true(add(scene, "{}", "k", 1));
			assert_int_equal(settle(scene, "k", 0, &others), 1);
			database_batch_clear(scene->store.batch);
		}
		times[half] = seconds() - begun;
	}
	assert_true(times[1] < 1 + 3 * times[0]);
	assert_int_equal(quarantine_count(scene->quarantine), 0);
}

static void replace(struct scene *scene, struct bytes key, struct bytes value)
{
	database_batch_put(scene->store.batch, QUARANTINE_TABLE, key, value);
	commit(scene);
	quarantine_close(&scene->quarantine);
}

static void quarantine_refuses_damage_and_newer_rows(void **state)
{
	struct scene *scene = *state;
	struct buffer good = { 0 };
	struct database_number id = database_number(1);
	struct bytes key = bytes_make(id.bytes, 8);
	assert_true(add(scene, "{}", "k", 1));
	commit(scene);
	assert_int_equal(
	    database_get(scene->store.database, QUARANTINE_TABLE, key, &good), STATUS_OK);
	for (size_t size = 0; size < good.size; size += 3) {
		replace(scene, key, bytes_make(good.data, size));
		assert_int_equal(
		    quarantine_open(&scene->quarantine, scene->store.database), STATUS_CORRUPT);
		assert_null(scene->quarantine);
		assert_non_null(strstr(status_reason(), "row 1 is damaged"));
	}
	good.data[1] = 2; // its format
	replace(scene, key, buffer_bytes(&good));
	assert_int_equal(
	    quarantine_open(&scene->quarantine, scene->store.database), STATUS_INVALID);
	assert_non_null(strstr(status_reason(), "newer"));
	good.data[1] = 1;
	replace(scene, key, buffer_bytes(&good));
	assert_int_equal(quarantine_open(&scene->quarantine, scene->store.database), STATUS_OK);
	replace(scene, bytes_of_text("odd"), buffer_bytes(&good));
	assert_int_equal(
	    quarantine_open(&scene->quarantine, scene->store.database), STATUS_CORRUPT);
	buffer_deinit(&good);
}

// --- against a plain list
// ---------------------------------------------------------------------------

enum {
	PAYLOADS = 400,
	KEYS = 40
};

struct model {
	uint64_t ids[PAYLOADS]; // 0: not open
	uint64_t times[PAYLOADS];
	uint64_t last_id;
};

static size_t model_settle(struct model *model, unsigned key)
{
	size_t settled = 0;
	for (unsigned payload = key; payload < PAYLOADS; payload += KEYS) {
		settled += model->ids[payload] != 0;
		model->ids[payload] = 0;
	}
	return settled;
}

static void check_model(struct scene *scene, const struct model *model)
{
	size_t count = 0;
	for (unsigned payload = 0; payload < PAYLOADS; payload++) {
		if (model->ids[payload] == 0)
			continue;
		char text[16];
		count++;
		snprintf(text, sizeof text, "%u", payload);
		assert_int_equal(read_row(scene, model->ids[payload]), STATUS_OK);
		assert_true(bytes_equal_text(scene->row.payload, text));
		assert_int_equal(scene->row.times, model->times[payload]);
	}
	assert_int_equal(quarantine_count(scene->quarantine), count);
}

static void quarantine_agrees_with_a_plain_list(void **state)
{
	struct scene *scene = *state;
	struct dice dice = { 91 };
	struct model model = { { 0 }, { 0 }, 0 };
	for (int turn = 0; turn < 8000; turn++) {
		unsigned payload = (unsigned)dice_below(&dice, PAYLOADS);
		char text[16], key[16];
		size_t others;
		snprintf(text, sizeof text, "%u", payload);
		snprintf(key, sizeof key, "%u", payload % KEYS);
		uint64_t what = dice_below(&dice, 100);
		if (what < 70) {
			bool fresh = model.ids[payload] == 0;
			assert_int_equal(add(scene, text, key, turn), fresh);
			model.ids[payload] = fresh ? ++model.last_id : model.ids[payload];
			model.times[payload] = fresh ? 1 : model.times[payload] + 1;
		} else if (what < 80) {
			assert_int_equal(
			    settle(scene, key, 0, &others), model_settle(&model, payload % KEYS));
		} else if (what < 98) {
			uint64_t id = model.ids[payload];
			assert_int_equal(
			    remove_row(scene, id, &others), id ? STATUS_OK : STATUS_NOT_FOUND);
			model.ids[payload] = 0;
		} else if (what < 99) {
			commit(scene);
		} else {
			reopen(scene);
			check_model(scene, &model);
		}
	}
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(quarantine_keeps_a_row_with_all_there_is_to_know),
		SCENE(quarantine_counts_the_same_row_and_keeps_it_once),
		SCENE(quarantine_settles_the_rows_of_a_record),
		SCENE(quarantine_settles_one_part_of_a_record),
		SCENE(quarantine_removes_one_row_and_tells_of_its_record),
		SCENE(quarantine_shows_no_row_whose_removal_is_under_way),
		SCENE(quarantine_moves_a_row_that_is_understood_further),
		SCENE(quarantine_never_uses_an_id_again),
		SCENE(quarantine_cuts_what_is_too_long_between_characters),
		SCENE(quarantine_visits_open_durable_rows_from_any_id),
		SCENE(quarantine_counts_by_kind_and_knows_the_oldest),
		SCENE(quarantine_says_full_and_empties_as_fast_as_it_filled),
		SCENE(quarantine_does_not_slow_down_with_what_is_gone),
		SCENE(quarantine_refuses_damage_and_newer_rows),
		SCENE(quarantine_agrees_with_a_plain_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
