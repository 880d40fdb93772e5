// SPDX-License-Identifier: Apache-2.0
// points_rank_key_test: texts that Redis sorts as the ranking's keys do.
#include "../../services/points/exact.c"
#include "../../services/points/rank_key.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct score_key scored[8];
static bool present[8];

bool score_ranking_key(const struct score *score, size_t index, struct score_key *key)
{
	(void)score;
	*key = scored[index];
	return present[index];
}

static char *text_of(bool is_present, struct exact value, bool high_first)
{
	struct buffer out = { 0 };
	rank_key_add(&out, is_present, value, high_first);
	assert_int_equal(out.size, RANK_KEY_PART);
	char *text = text_copy(buffer_text(&out));
	buffer_deinit(&out);
	return text;
}

static int sign(int number)
{
	return (number > 0) - (number < 0);
}

static void check_order(struct exact a, struct exact b)
{
	for (int high = 0; high < 2; high++) {
		char *left = text_of(true, a, high), *right = text_of(true, b, high);
		int expected = exact_compare(a, b) * (high ? -1 : 1);
		assert_int_equal(sign(strcmp(left, right)), sign(expected));
		free(left);
		free(right);
	}
}

static void fractions_sort_as_they_are_however_close(void **state)
{
	static const struct exact values[] = {
		{ INT64_MIN + 1, 1 },
		{ -1, 1 },
		{ -1, 3 },
		{ -1, INT64_MAX },
		{ 0, 1 },
		{ 1, INT64_MAX },
		{ 1, INT64_MAX - 1 },
		{ 1, 3 },
		{ 1, 2 },
		{ 4611686018427387903, 9223372036854775807 },
		{ 4611686018427387902, 9223372036854775805 },
		{ 1, 1 },
		{ 65, 2 },
		{ 100, 1 },
		{ INT64_MAX, 2 },
		{ INT64_MAX, 1 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(values); i++)
		for (size_t j = 0; j < COUNT_OF(values); j++)
			check_order(values[i], values[j]);
}

static void what_is_absent_comes_last_either_way(void **state)
{
	(void)state;
	for (int high = 0; high < 2; high++) {
		char *absent = text_of(false, EXACT_ZERO, high);
		char *last =
		    text_of(true, (struct exact){ high ? INT64_MIN + 1 : INT64_MAX, 1 }, high);
		assert_true(strcmp(last, absent) < 0);
		free(absent);
		free(last);
	}
}

static char *rank_text(struct exact total, int64_t date)
{
	static const struct ranking_key keys[] = {
		{ .id = "total", .high_first = true },
		{ .id = "registered", .is_date = true },
	};
	static const struct ranking ranking = { .keys = keys, .key_count = 2 };
	struct buffer out = { 0 };
	scored[0] = (struct score_key){ .number = total };
	scored[1] = (struct score_key){ .is_date = true, .date = date };
	present[0] = true;
	present[1] = date != 0;
	rank_key_write(&out, &ranking, NULL);
	assert_int_equal(out.size, rank_key_size(&ranking));
	char *text = text_copy(buffer_text(&out));
	buffer_deinit(&out);
	return text;
}

static void keys_are_compared_one_after_the_other(void **state)
{
	// total high first, then the date low first: in the order of the list
	static const struct {
		struct exact total;
		int64_t date;
	} order[] = {
		{ { 120, 1 }, 0 },
		{ { 100, 1 }, 20110301 },
		{ { 100, 1 }, 20110302 },
		{ { 100, 1 }, 20200101 },
		{ { 100, 1 }, 0 },
		{ { 199, 2 }, 20000101 },
	};
	(void)state;
	for (size_t i = 0; i + 1 < COUNT_OF(order); i++) {
		char *a = rank_text(order[i].total, order[i].date);
		char *b = rank_text(order[i + 1].total, order[i + 1].date);
		assert_true(strcmp(a, b) < 0);
		free(a);
		free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fractions_sort_as_they_are_however_close),
		cmocka_unit_test(what_is_absent_comes_last_either_way),
		cmocka_unit_test(keys_are_compared_one_after_the_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
