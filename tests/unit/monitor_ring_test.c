// SPDX-License-Identifier: Apache-2.0
// monitor_ring_test: the ring keeps the last events, gaps and marks are bounded, and numbers stay.
#include "gaps.h"
#include "marks.h"
#include "ring.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct catalogue one = { .number = 1, .name = "one" },
			      two = { .number = 2, .name = "two" };

static void fill(struct ring *ring, uint64_t count)
{
	for (uint64_t i = 1; i <= count; i++) {
		const struct event event = { .catalogue = &one, .sequence = 1000 + i };
		assert_int_equal(ring_add(ring, &event), i);
	}
}

static void ring_that_is_not_full_holds_all(void **state)
{
	struct ring *ring = ring_new(10);
	(void)state;
	assert_int_equal(ring_first(ring), 1);
	assert_int_equal(ring_next(ring), 1);
	fill(ring, 10);
	assert_int_equal(ring_first(ring), 1);
	assert_int_equal(ring_at(ring, 1)->sequence, 1001);
	assert_int_equal(ring_at(ring, 10)->sequence, 1010);
	ring_free(&ring);
	assert_null(ring);
}

static void ring_that_is_full_loses_the_oldest_and_keeps_the_numbers(void **state)
{
	struct ring *ring = ring_new(10);
	(void)state;
	fill(ring, 1234);
	assert_int_equal(ring_first(ring), 1225);
	assert_int_equal(ring_next(ring), 1235);
	for (uint64_t i = ring_first(ring); i < ring_next(ring); i++) {
		assert_int_equal(ring_at(ring, i)->number, i);
		assert_int_equal(ring_at(ring, i)->sequence, 1000 + i);
	}
	ring_free(&ring);
}

static void ring_goes_back_no_further_than_it_holds(void **state)
{
	struct ring *ring = ring_new(10);
	(void)state;
	assert_int_equal(ring_back(ring, 5), 1);
	fill(ring, 25);
	assert_int_equal(ring_back(ring, 0), 26);
	assert_int_equal(ring_back(ring, 4), 22);
	assert_int_equal(ring_back(ring, 4000), 16);
	ring_free(&ring);
}

static void ids_are_of_one_run_and_nothing_else_is_an_id(void **state)
{
	static const char *const bad[] = { "", "-", "-1", "abc", "abc-", "abc-x", "abc-1x",
		"abc--1", "ABC-1", "abc-1234567890123456", "0123456789abcdef0-1", " abc-1" };
	char id[EVENT_ID_SIZE];
	uint64_t number;
	bool ours;
	(void)state;
	event_format_id("18c3f0a1b2", 1057, id);
	assert_string_equal(id, "18c3f0a1b2-1057");
	assert_true(event_parse_id(id, "18c3f0a1b2", &ours, &number) && ours);
	assert_int_equal(number, 1057);
	assert_true(event_parse_id(id, "18c3f0a1b", &ours, &number) && !ours);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(event_parse_id(bad[i], "abc", &ours, &number));
}

static void notes_lose_what_people_wrote_behind_the_code(void **state)
{
	struct event event;
	const struct entry entry = { .operation = OPERATION_SETTLE,
		.kind = 9,
		.note = bytes_of_text("dismissed: Zhang San called") };
	const struct catalogue catalogue = { .number = 1, .name = "one" };
	(void)state;
	event_make(&event, &catalogue, 1, &entry, 0);
	assert_string_equal(event.note, "dismissed");
}

// --- gaps ---------------------------------------------------------------------------------------

static void gap_is_open_until_it_ends_and_is_its_departments(void **state)
{
	struct gaps gaps = { 0 };
	(void)state;
	gaps_add(&gaps, &one, 5, 17, GAP_OPEN, 100);
	assert_null(gaps_open(&gaps, &two));
	gaps_end(&gaps, &two, GAP_FILLED, 150);
	assert_non_null(gaps_open(&gaps, &one));
	gaps_end(&gaps, &one, GAP_FILLED, 200);
	assert_null(gaps_open(&gaps, &one));
	const struct gap *gap = gaps_at(&gaps, 0);
	assert_int_equal(gap->state, GAP_FILLED);
	assert_int_equal(gap->noticed_ms, 100);
	assert_int_equal(gap->ended_ms, 200);
	assert_string_equal(gap_state_how(gap->state), "replay");
}

static void gaps_keep_the_last_hundred_newest_first(void **state)
{
	static struct gaps gaps;
	(void)state;
	for (uint64_t i = 1; i <= 250; i++)
		gaps_add(&gaps, &one, i, i, GAP_SKIPPED, (int64_t)i);
	assert_int_equal(gaps_kept(&gaps), GAPS_MAX);
	assert_int_equal(gaps_at(&gaps, 0)->id, 250);
	assert_int_equal(gaps_at(&gaps, GAPS_MAX - 1)->id, 151);
	assert_int_equal(gaps_at(&gaps, 0)->ended_ms, 250);
}

// --- marks --------------------------------------------------------------------------------------

static void marks_are_taken_in_order_when_all_of_them_is_applied(void **state)
{
	static struct marks marks;
	struct mark mark;
	(void)state;
	marks_add(&marks, 10, 10, 1000);
	marks_add(&marks, 12, 2, 2000);
	assert_int_equal(marks_oldest_ms(&marks), 1000);
	assert_false(marks_take(&marks, 9, &mark));
	assert_true(marks_take(&marks, 11, &mark));
	assert_int_equal(mark.count, 10);
	assert_false(marks_take(&marks, 11, &mark));
	assert_true(marks_take(&marks, 12, &mark));
	assert_int_equal(mark.recorded_ms, 2000);
	assert_int_equal(marks_oldest_ms(&marks), 0);
}

static void marks_that_are_full_say_more_delay_never_less(void **state)
{
	static struct marks marks;
	struct mark mark;
	uint64_t count = 0;
	(void)state;
	for (uint64_t i = 1; i <= 3 * MARKS_MAX; i++)
		marks_add(&marks, i, 1, (int64_t)i);
	while (marks_take(&marks, 3 * MARKS_MAX, &mark)) {
		count += mark.count;
		assert_true(mark.recorded_ms <= (int64_t)mark.sequence);
	}
	assert_int_equal(count, 3 * MARKS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ring_that_is_not_full_holds_all),
		cmocka_unit_test(ring_that_is_full_loses_the_oldest_and_keeps_the_numbers),
		cmocka_unit_test(ring_goes_back_no_further_than_it_holds),
		cmocka_unit_test(ids_are_of_one_run_and_nothing_else_is_an_id),
		cmocka_unit_test(notes_lose_what_people_wrote_behind_the_code),
		cmocka_unit_test(gap_is_open_until_it_ends_and_is_its_departments),
		cmocka_unit_test(gaps_keep_the_last_hundred_newest_first),
		cmocka_unit_test(marks_are_taken_in_order_when_all_of_them_is_applied),
		cmocka_unit_test(marks_that_are_full_say_more_delay_never_less),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
