// SPDX-License-Identifier: Apache-2.0
// index_test: hashes that collide, all the numbers under one of them, and growth.
#include "index.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static size_t count_under(const struct index *index, uint64_t hash, uint64_t wanted, size_t *found)
{
	size_t cursor = 0, count = 0;
	uint64_t number;
	*found = 0;
	while (index_next(index, hash, &cursor, &number)) {
		count++;
		*found += number == wanted;
	}
	return count;
}

static void index_empty_holds_nothing(void **state)
{
	(void)state;
	struct index index = { 0 };
	size_t found;
	assert_int_equal(count_under(&index, 0, 1, &found), 0);
	index_deinit(&index);
	index_deinit(&index);
}

static void index_gives_each_number_under_its_hash_once(void **state)
{
	(void)state;
	struct index index = { 0 };
	size_t found;
	for (uint64_t number = 1; number <= 50000; number++)
		index_add(&index, number * 0x9e3779b97f4a7c15u, number);
	assert_int_equal(index.used, 50000);
	assert_true(index.place_count >= 50000 && index.place_count <= 4 * 50000);
	for (uint64_t number = 1; number <= 50000; number++) {
		assert_int_equal(
		    count_under(&index, number * 0x9e3779b97f4a7c15u, number, &found), 1);
		assert_int_equal(found, 1);
	}
	assert_int_equal(count_under(&index, 12345, 1, &found), 0);
	index_deinit(&index);
}

// The same hash, and hashes that only share a place: 0, the last place, and what wraps around
// behind it.
static void index_keeps_what_collides_apart(void **state)
{
	(void)state;
	struct index index = { 0 };
	size_t found;
	static const uint64_t hashes[] = { 0, 1, 1023, 1024, 2047, UINT64_MAX, UINT64_MAX - 1023,
		4096, 1047552 };
	for (uint64_t number = 1; number <= 100; number++)
		for (size_t i = 0; i < COUNT_OF(hashes); i++)
			index_add(&index, hashes[i], 1000 * i + number);
	for (size_t i = 0; i < COUNT_OF(hashes); i++) {
		for (uint64_t number = 1; number <= 100; number++) {
			assert_int_equal(
			    count_under(&index, hashes[i], 1000 * i + number, &found), 100);
			assert_int_equal(found, 1);
		}
	}
	index_deinit(&index);
}

static void index_changes_the_one_last_given(void **state)
{
	(void)state;
	struct index index = { 0 };
	size_t found;
	for (uint64_t number = 1; number <= 5; number++)
		index_add(&index, 77, number);
	for (uint64_t wanted = 1; wanted <= 5; wanted++) {
		size_t cursor = 0;
		uint64_t number = 0;
		while (index_next(&index, 77, &cursor, &number) && number != wanted)
			;
		assert_int_equal(number, wanted);
		index_change(&index, 77, cursor, wanted + 100);
		assert_int_equal(count_under(&index, 77, wanted, &found), 5);
		assert_int_equal(found, 0);
		assert_int_equal(count_under(&index, 77, wanted + 100, &found), 5);
		assert_int_equal(found, 1);
	}
	index_deinit(&index);
}

enum {
	MODEL_PLACES = 3000
};

static void index_agrees_with_a_plain_list(void **state)
{
	(void)state;
	struct dice dice = { 21 };
	struct index index = { 0 };
	struct {
		uint64_t hash, number;
	} *model = allocate(MODEL_PLACES * sizeof *model);
	size_t count = 0;
	for (size_t turn = 0; turn < 6000; turn++) {
		uint64_t hash = dice_below(&dice, 40) * (dice_chance(&dice, 50) ? 1 : 0x100000001);
		if (dice_chance(&dice, 50) && count < MODEL_PLACES) {
			index_add(&index, hash, turn + 1);
			model[count].hash = hash;
			model[count++].number = turn + 1;
		} else if (count > 0) {
			size_t at = dice_below(&dice, count), cursor = 0;
			uint64_t number = 0;
			while (index_next(&index, model[at].hash, &cursor, &number) &&
			       number != model[at].number)
				;
			assert_true(number == model[at].number);
			index_change(&index, model[at].hash, cursor, turn + 1);
			model[at].number = turn + 1;
		}
	}
	for (size_t i = 0; i < count; i++) {
		size_t found, same = 0;
		for (size_t j = 0; j < count; j++)
			same += model[j].hash == model[i].hash;
		assert_int_equal(count_under(&index, model[i].hash, model[i].number, &found), same);
		assert_int_equal(found, 1);
	}
	free(model);
	index_deinit(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_empty_holds_nothing),
		cmocka_unit_test(index_gives_each_number_under_its_hash_once),
		cmocka_unit_test(index_keeps_what_collides_apart),
		cmocka_unit_test(index_changes_the_one_last_given),
		cmocka_unit_test(index_agrees_with_a_plain_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
