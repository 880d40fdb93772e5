// SPDX-License-Identifier: Apache-2.0
// follower_start_test: following from the middle, without a position that anybody kept.
#include "follower.h"

#include "spoken.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct reader {
	struct follower *follower;
	struct spoken spoken;
	struct buffer request; // the last one, not answered yet
	uint64_t first, last, count;
};

static void take_entry(
    uint64_t sequence, const struct entry *entry, const uint8_t chain[CHAIN_BYTES], void *context)
{
	struct reader *reader = context;
	(void)entry;
	assert_true(reader->count == 0 || sequence == reader->last + 1);
	assert_memory_equal(chain, reader->spoken.chains[sequence], CHAIN_BYTES);
	reader->first = reader->count++ == 0 ? sequence : reader->first;
	reader->last = sequence;
}

static void take_batch_end(const struct position *position, void *context)
{
	const struct reader *reader = context;
	assert_memory_equal(
	    position->chain, reader->spoken.chains[position->sequence], CHAIN_BYTES);
	assert_memory_equal(position->epoch, reader->spoken.epoch, EPOCH_BYTES);
}

static void take_request(struct bytes message, void *context)
{
	struct reader *reader = context;
	buffer_clear(&reader->request);
	buffer_append_bytes(&reader->request, message);
}

static void pass_message(struct bytes message, void *context)
{
	struct reader *reader = context;
	follower_message(reader->follower, message, 0);
}

static void answer_all(struct reader *reader)
{
	while (reader->request.size > 0) {
		struct buffer request = reader->request;
		reader->request = (struct buffer){ 0 };
		spoken_answer(&reader->spoken, buffer_bytes(&request), pass_message, reader);
		buffer_deinit(&request);
	}
}

static void publish(struct reader *reader, uint64_t first, uint64_t count)
{
	struct buffer message = { 0 };
	spoken_batch(&reader->spoken, first, count, 0, &message);
	follower_message(reader->follower, buffer_bytes(&message), 0);
	buffer_deinit(&message);
}

static struct follower_report report_of(const struct reader *reader)
{
	struct follower_report report;
	follower_report(reader->follower, 0, &report);
	return report;
}

static int set_up(void **state)
{
	static const struct follower_calls calls = { take_entry, take_batch_end, NULL,
		take_request };
	static const struct position beginning;
	struct reader *reader = allocate(sizeof *reader);
	memset(reader->spoken.epoch, 7, EPOCH_BYTES);
	reader->spoken.first_ms = reader->spoken.step_ms = 1000;
	spoken_append(&reader->spoken, 1000);
	reader->follower = follower_new(SPOKEN_DEPARTMENT, &beginning, &calls, reader);
	*state = reader;
	return 0;
}

static int tear_down(void **state)
{
	struct reader *reader = *state;
	follower_free(&reader->follower);
	buffer_deinit(&reader->request);
	free(reader);
	return 0;
}

static void follower_starts_at_a_sequence_and_goes_on_from_there(void **state)
{
	struct reader *reader = *state;
	follower_start_at(reader->follower, 901);
	follower_tick(reader->follower, 0);
	answer_all(reader);
	assert_int_equal(reader->first, 901);
	assert_int_equal(reader->count, 100);
	spoken_append(&reader->spoken, 5);
	publish(reader, 1001, 5);
	assert_int_equal(reader->last, 1005);
	assert_int_equal(report_of(reader).state, FOLLOWER_LIVE);
}

static void follower_starts_inside_a_batch(void **state)
{
	struct reader *reader = *state;
	follower_start_at(reader->follower, 950);
	publish(reader, 901, 100);
	assert_int_equal(reader->first, 950);
	assert_int_equal(reader->last, 1000);
}

static void follower_starts_behind_the_last_entry(void **state)
{
	struct reader *reader = *state;
	follower_start_at(reader->follower, 1001);
	publish(reader, 1001, 0);
	assert_int_equal(report_of(reader).state, FOLLOWER_LIVE);
	spoken_append(&reader->spoken, 1);
	publish(reader, 1001, 1);
	assert_int_equal(reader->first, 1001);
}

static void follower_starts_at_the_first_entry_as_any_other(void **state)
{
	struct reader *reader = *state;
	follower_start_at(reader->follower, 1);
	follower_tick(reader->follower, 0);
	answer_all(reader);
	assert_int_equal(reader->first, 1);
	assert_int_equal(reader->count, 1000);
}

// Goes on from entry 900, of which somebody else once followed the journal up to highest.
static void restart_and_expect(struct reader *reader, uint64_t highest)
{
	struct position position = { .sequence = 900 };
	memcpy(position.epoch, reader->spoken.epoch, EPOCH_BYTES);
	memcpy(position.chain, reader->spoken.chains[900], CHAIN_BYTES);
	follower_restart(reader->follower, &position);
	follower_expect(reader->follower, highest);
	follower_tick(reader->follower, 0);
	answer_all(reader);
}

static void follower_tells_a_journal_that_ends_before_what_was_followed_once(void **state)
{
	struct reader *reader = *state;
	restart_and_expect(reader, 1001);
	assert_int_equal(report_of(reader).state, FOLLOWER_FORK);
	assert_int_equal(reader->count, 0);
	restart_and_expect(reader, 1000);
	assert_int_equal(report_of(reader).state, FOLLOWER_LIVE);
	assert_int_equal(reader->last, 1000);
}

static void follower_trusts_only_the_first_hash_it_hears(void **state)
{
	struct reader *reader = *state;
	follower_start_at(reader->follower, 901);
	follower_tick(reader->follower, 0);
	answer_all(reader);
	reader->spoken.chains[1000][0] ^= 1;
	spoken_append(&reader->spoken, 1);
	publish(reader, 1001, 1);
	assert_int_equal(report_of(reader).state, FOLLOWER_FORK);
	assert_int_equal(reader->last, 1000);
}

static void follower_that_trusted_once_trusts_no_more_after_a_restart(void **state)
{
	struct reader *reader = *state;
	struct position kept = { .sequence = 1000 };
	memcpy(kept.epoch, reader->spoken.epoch, EPOCH_BYTES);
	follower_start_at(reader->follower, 901);
	follower_restart(reader->follower, &kept); // with a hash that is not the department's
	publish(reader, 1001, 0);
	assert_int_equal(report_of(reader).state, FOLLOWER_FORK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    follower_starts_at_a_sequence_and_goes_on_from_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(follower_starts_inside_a_batch, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    follower_starts_behind_the_last_entry, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    follower_starts_at_the_first_entry_as_any_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    follower_tells_a_journal_that_ends_before_what_was_followed_once, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    follower_trusts_only_the_first_hash_it_hears, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    follower_that_trusted_once_trusts_no_more_after_a_restart, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
