// SPDX-License-Identifier: Apache-2.0
// publisher_test: nothing leaves that is not durable, and a replay is what was asked for and no
// more.
#include "publisher.h"
#include "store.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
	DEPARTMENT = 3,
	SENT_MAX = 4000
};

// A message that was sent, without its entries.
struct sent {
	char peer[16];
	struct batch batch;
	size_t message_bytes;
};

struct scene {
	struct store store;
	struct publisher *publisher;
	struct sent sent[SENT_MAX];
	size_t sent_count;
	uint64_t next;      // the entry that must come next, for whoever checks; 0: nobody does
	enum status answer; // what sending says
	const char *answer_peer; // to this peer only, if set
	struct input inputs[BATCH_INPUTS_MAX];
	size_t input_count;
};

static void check_entries(struct scene *scene, const struct batch *batch)
{
	struct bytes entries = batch->entries, packed;
	struct entry entry;
	for (size_t i = 0; i < batch->count; i++) {
		char key[24];
		snprintf(key, sizeof key, "%llu", (unsigned long long)(batch->first + i));
		assert_int_equal(envelope_next_entry(&entry, &entries, &packed), STATUS_OK);
		assert_true(bytes_equal_text(entry.key, key));
	}
	if (scene->next > 0 && batch->count > 0) {
		assert_int_equal(batch->first, scene->next);
		scene->next += batch->count;
	}
}

static enum status send_message(struct bytes peer, struct bytes message, void *context)
{
	struct scene *scene = context;
	bool meant = scene->answer_peer == NULL || bytes_equal_text(peer, scene->answer_peer);
	if (scene->answer != STATUS_OK && meant)
		return scene->answer;
	struct sent *sent = &scene->sent[scene->sent_count++];
	assert_true(scene->sent_count < SENT_MAX);
	snprintf(sent->peer, sizeof sent->peer, "%.*s", BYTES_ARGS(peer));
	sent->message_bytes = message.size;
	assert_int_equal(envelope_read_batch(&sent->batch, message), STATUS_OK);
	assert_int_equal(sent->batch.department, DEPARTMENT);
	assert_true(sent->batch.head <= journal_durable(scene->store.journal).sequence);
	check_entries(scene, &sent->batch);
	if (sent->batch.count == 0)
		assert_int_equal(
		    envelope_read_inputs(sent->batch.inputs, scene->inputs, &scene->input_count),
		    STATUS_OK);
	return STATUS_OK;
}

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	store_open(&scene->store);
	scene->publisher = publisher_new(scene->store.journal, DEPARTMENT, send_message, scene);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	publisher_free(&scene->publisher);
	store_close(&scene->store);
	free(scene);
	return 0;
}

static void append(struct scene *scene, uint64_t count, size_t body_size)
{
	for (uint64_t i = 0; i < count; i++)
		store_append(
		    &scene->store, journal_head(scene->store.journal).sequence + 1, body_size);
}

static void publish(struct scene *scene)
{
	assert_int_equal(publisher_publish(scene->publisher, 77), STATUS_OK);
	journal_release(scene->store.journal);
}

static void commit_and_publish(struct scene *scene, uint64_t count)
{
	append(scene, count, 10);
	store_commit(&scene->store);
	publish(scene);
}

static void request(
    struct scene *scene, const char *peer, uint64_t from, uint64_t credit, uint64_t number)
{
	struct replay_request wanted = {
		.has_epoch = true, .from = from, .credit = credit, .request = number
	};
	struct buffer message = { 0 };
	memcpy(wanted.epoch, journal_head(scene->store.journal).epoch, EPOCH_BYTES);
	envelope_write_replay(&message, &wanted);
	assert_int_equal(
	    publisher_request(scene->publisher, bytes_of_text(peer), buffer_bytes(&message)),
	    STATUS_OK);
	buffer_deinit(&message);
}

static void work(struct scene *scene)
{
	assert_int_equal(publisher_work(scene->publisher, 78), STATUS_OK);
}

static void work_to_the_end(struct scene *scene)
{
	while (publisher_has_work(scene->publisher) == PUBLISHER_READY)
		work(scene);
}

static const struct sent *last_sent(const struct scene *scene)
{
	assert_true(scene->sent_count > 0);
	return &scene->sent[scene->sent_count - 1];
}

static void publisher_publishes_what_is_durable_and_nothing_else(void **state)
{
	struct scene *scene = *state;
	append(scene, 3, 10);
	publish(scene);
	assert_int_equal(scene->sent_count, 0);
	assert_int_equal(database_commit(scene->store.database, scene->store.batch), STATUS_OK);
	publish(scene);
	assert_int_equal(scene->sent_count, 0);
	journal_committed(scene->store.journal, 2);
	publish(scene);
	assert_int_equal(scene->sent_count, 1);
	assert_string_equal(last_sent(scene)->peer, "");
	assert_int_equal(last_sent(scene)->batch.first, 1);
	assert_int_equal(last_sent(scene)->batch.count, 2);
	assert_int_equal(last_sent(scene)->batch.head, 2);
	assert_int_equal(last_sent(scene)->batch.answer, 0);
	assert_int_equal(last_sent(scene)->batch.time_ms, 77);
	publish(scene);
	assert_int_equal(scene->sent_count, 1);
}

static void publisher_begins_where_the_journal_stands(void **state)
{
	struct scene *scene = *state;
	append(scene, 5, 10);
	store_commit(&scene->store);
	publisher_free(&scene->publisher);
	store_reopen(&scene->store);
	scene->publisher = publisher_new(scene->store.journal, DEPARTMENT, send_message, scene);
	publish(scene);
	assert_int_equal(scene->sent_count, 0);
	commit_and_publish(scene, 1);
	assert_int_equal(last_sent(scene)->batch.first, 6);
}

static void publisher_cuts_a_large_commit_into_batches(void **state)
{
	struct scene *scene = *state;
	scene->next = 1;
	append(scene, 2500, 10);
	append(scene, 40, BODY_BYTES_MAX);
	store_commit(&scene->store);
	publish(scene);
	assert_int_equal(scene->next, 2541);
	assert_true(scene->sent_count >= 5);
	for (size_t i = 0; i < scene->sent_count; i++) {
		assert_true(scene->sent[i].message_bytes <= MESSAGE_BYTES_MAX);
		assert_true(scene->sent[i].batch.count > 0);
	}
}

static void publisher_goes_on_over_a_full_queue(void **state)
{
	struct scene *scene = *state;
	scene->answer = STATUS_BUSY;
	commit_and_publish(scene, 5);
	assert_int_equal(publisher_heartbeat(scene->publisher, 1, NULL, 0), STATUS_OK);
	scene->answer = STATUS_OK;
	commit_and_publish(scene, 5);
	assert_int_equal(scene->sent_count, 1);
	assert_int_equal(last_sent(scene)->batch.first, 6);
	scene->answer = STATUS_IO;
	append(scene, 1, 10);
	store_commit(&scene->store);
	assert_int_equal(publisher_publish(scene->publisher, 1), STATUS_IO);
}

static void publisher_heartbeat_tells_the_durable_head_and_the_sources(void **state)
{
	struct scene *scene = *state;
	const struct input inputs[] = { { 1, 2, 3, 4 }, { 5, 0, 0, 0 } };
	append(scene, 4, 10);
	store_commit(&scene->store);
	append(scene, 1, 10);
	assert_int_equal(
	    publisher_heartbeat(scene->publisher, 99, inputs, COUNT_OF(inputs)), STATUS_OK);
	const struct batch *batch = &last_sent(scene)->batch;
	struct position durable = journal_durable(scene->store.journal);
	assert_int_equal(batch->count, 0);
	assert_int_equal(batch->first, 5);
	assert_int_equal(batch->head, 4);
	assert_int_equal(batch->time_ms, 99);
	assert_memory_equal(batch->chain, durable.chain, CHAIN_BYTES);
	assert_memory_equal(batch->epoch, durable.epoch, EPOCH_BYTES);
	assert_int_equal(scene->input_count, 2);
	assert_int_equal(scene->inputs[0].last_input_ms, 4);
}

static void publisher_replays_as_far_as_the_credit_goes(void **state)
{
	struct scene *scene = *state;
	append(scene, 5000, 10);
	store_commit(&scene->store);
	journal_release(scene->store.journal);
	scene->next = 11;
	request(scene, "a", 11, 2000, 7);
	work_to_the_end(scene);
	assert_int_equal(scene->next, 2011);
	assert_int_equal(publisher_has_work(scene->publisher), PUBLISHER_IDLE);
	for (size_t i = 0; i < scene->sent_count; i++) {
		assert_string_equal(scene->sent[i].peer, "a");
		assert_int_equal(scene->sent[i].batch.answer, 7);
		assert_int_equal(scene->sent[i].batch.head, 5000);
		assert_true(scene->sent[i].batch.count > 0);
	}
}

static void publisher_ends_a_replay_with_an_empty_answer(void **state)
{
	struct scene *scene = *state;
	append(scene, 100, 10);
	store_commit(&scene->store);
	scene->next = 1;
	request(scene, "a", 1, 16384, 7);
	work_to_the_end(scene);
	assert_int_equal(scene->next, 101);
	assert_int_equal(last_sent(scene)->batch.count, 0);
	assert_int_equal(last_sent(scene)->batch.first, 101);
	assert_int_equal(last_sent(scene)->batch.answer, 7);
	scene->sent_count = 0;
	request(
	    scene, "a", 5000, 10, 8); // beyond the end: so the reader sees how far the journal goes
	work_to_the_end(scene);
	assert_int_equal(scene->sent_count, 1);
	assert_int_equal(last_sent(scene)->batch.count, 0);
	assert_int_equal(last_sent(scene)->batch.head, 100);
}

static void publisher_extends_a_running_replay_and_replaces_any_other(void **state)
{
	struct scene *scene = *state;
	append(scene, 9000, 10);
	store_commit(&scene->store);
	scene->next = 1;
	request(scene, "a", 1, 2000, 1);
	work(scene);
	request(scene, "a", 2001, 2000, 2); // goes on behind what is running
	work_to_the_end(scene);
	assert_int_equal(scene->next, 4001);
	assert_int_equal(last_sent(scene)->batch.answer, 2);
	request(scene, "a", 1, 3000, 3);
	scene->next = 1;
	work(scene);
	request(scene, "a", 8000, 10, 4); // something else
	scene->next = 8000;
	work_to_the_end(scene);
	assert_int_equal(scene->next, 8010);
}

static void publisher_tells_a_reader_of_another_history_which_one_this_is(void **state)
{
	struct scene *scene = *state;
	struct replay_request wanted = {
		.has_epoch = true, .epoch = { 1 }, .from = 1, .credit = 100, .request = 9
	};
	struct buffer message = { 0 };
	commit_and_publish(scene, 10);
	scene->sent_count = 0;
	envelope_write_replay(&message, &wanted);
	assert_int_equal(
	    publisher_request(scene->publisher, bytes_of_text("a"), buffer_bytes(&message)),
	    STATUS_OK);
	work_to_the_end(scene);
	assert_int_equal(scene->sent_count, 1);
	assert_int_equal(last_sent(scene)->batch.count, 0);
	assert_int_equal(last_sent(scene)->batch.answer, 9);
	wanted.has_epoch = false; // knows none yet
	envelope_write_replay(&message, &wanted);
	assert_int_equal(
	    publisher_request(scene->publisher, bytes_of_text("a"), buffer_bytes(&message)),
	    STATUS_OK);
	scene->next = 1;
	work_to_the_end(scene);
	assert_int_equal(scene->next, 11);
	buffer_deinit(&message);
}

static void publisher_drops_what_is_no_request(void **state)
{
	struct scene *scene = *state;
	struct replay_request wanted = { .from = 1, .credit = 1, .request = 1 };
	struct buffer message = { 0 };
	uint8_t long_name[300] = { 1 };
	assert_int_equal(
	    publisher_request(scene->publisher, bytes_of_text("a"), bytes_of_text("garbage")),
	    STATUS_CORRUPT);
	envelope_write_replay(&message, &wanted);
	assert_int_equal(
	    publisher_request(scene->publisher, bytes_make(long_name, 256), buffer_bytes(&message)),
	    STATUS_CORRUPT);
	assert_int_equal(
	    publisher_request(scene->publisher, bytes_make(NULL, 0), buffer_bytes(&message)),
	    STATUS_CORRUPT);
	assert_int_equal(publisher_has_work(scene->publisher), PUBLISHER_IDLE);
	assert_int_equal(
	    publisher_request(scene->publisher, bytes_make(long_name, 255), buffer_bytes(&message)),
	    STATUS_OK);
	work_to_the_end(scene);
	assert_int_equal(scene->sent_count, 1);
	buffer_deinit(&message);
}

static void publisher_takes_credit_of_any_size(void **state)
{
	struct scene *scene = *state;
	append(scene, 3, 10);
	store_commit(&scene->store);
	request(scene, "a", INT64_MAX, UINT64_MAX, UINT64_MAX);
	request(scene, "b", 1, UINT64_MAX, 1);
	work_to_the_end(scene);
	assert_int_equal(scene->sent_count, 3); // an empty one for each, and entries for b
}

static void publisher_waits_for_a_full_queue_and_forgets_who_is_gone(void **state)
{
	struct scene *scene = *state;
	append(scene, 3000, 10);
	store_commit(&scene->store);
	scene->next = 1;
	request(scene, "a", 1, 3000, 1);
	work(scene);
	scene->answer = STATUS_BUSY;
	work(scene);
	assert_int_equal(publisher_has_work(scene->publisher), PUBLISHER_WAITING);
	work(scene);
	assert_int_equal(publisher_has_work(scene->publisher), PUBLISHER_WAITING);
	request(scene, "b", 1, 10, 1);
	assert_int_equal(publisher_has_work(scene->publisher), PUBLISHER_READY);
	scene->answer_peer = "a"; // b has room
	scene->next = 0;
	work(scene);
	assert_string_equal(last_sent(scene)->peer, "b");
	assert_int_equal(publisher_has_work(scene->publisher), PUBLISHER_WAITING);
	scene->answer = STATUS_OK;
	scene->next = 1025; // not a message was skipped
	work(scene);
	work_to_the_end(scene);
	assert_int_equal(scene->next, 3001);

	request(scene, "a", 1, 3000, 2);
	scene->answer = STATUS_NOT_FOUND;
	work(scene);
	assert_int_equal(publisher_has_work(scene->publisher), PUBLISHER_IDLE);
}

static void publisher_serves_all_in_turn_and_more_than_it_has_places_for(void **state)
{
	struct scene *scene = *state;
	enum {
		PEERS = PUBLISHER_READERS_MAX + 6
	};
	size_t finished[PEERS] = { 0 };
	append(scene, 2048, 10);
	store_commit(&scene->store);
	for (int turn = 0; turn < 3; turn++) { // who was pushed out asks again
		for (unsigned peer = 0; peer < PEERS; peer++) {
			char name[16];
			snprintf(name, sizeof name, "%u", peer);
			if (finished[peer] < 2048)
				request(scene, name, 1 + finished[peer], 2048, 1 + (uint64_t)turn);
		}
		scene->sent_count = 0;
		work_to_the_end(scene);
		for (size_t i = 0; i < scene->sent_count; i++) {
			size_t peer = (size_t)atoi(scene->sent[i].peer);
			if (scene->sent[i].batch.count > 0)
				assert_int_equal(scene->sent[i].batch.first, finished[peer] + 1);
			finished[peer] += scene->sent[i].batch.count;
		}
		size_t unfinished = 0;
		for (unsigned peer = 0; peer < PEERS; peer++)
			unfinished += finished[peer] < 2048;
		assert_int_equal(unfinished, turn == 0 ? 6 : 0);
	}
}

static void publisher_pushes_out_the_one_longest_without_progress(void **state)
{
	struct scene *scene = *state;
	append(scene, 3000, 10);
	store_commit(&scene->store);
	scene->answer = STATUS_BUSY;
	scene->answer_peer = "33"; // which never reads
	for (unsigned peer = 0; peer < PUBLISHER_READERS_MAX; peer++) {
		char name[16];
		snprintf(name, sizeof name, "%u", peer);
		request(scene, name, 1, 3000, 1);
	}
	work(scene);
	request(scene, "new", 1, 10, 1);
	work_to_the_end(scene);
	assert_int_equal(
	    publisher_has_work(scene->publisher), PUBLISHER_IDLE); // nobody waits for 33
	size_t batches = 0;
	for (size_t i = 0; i < scene->sent_count; i++)
		batches += scene->sent[i].batch.count > 0;
	assert_int_equal(batches, 3 * (PUBLISHER_READERS_MAX - 1) + 1);
}

static void publisher_sees_entries_that_became_durable_during_a_replay(void **state)
{
	struct scene *scene = *state;
	append(scene, 1500, 10);
	store_commit(&scene->store);
	request(scene, "a", 1, 16384, 1);
	work(scene);
	append(scene, 500, 10);
	work(scene);
	assert_int_equal(last_sent(scene)->batch.first + last_sent(scene)->batch.count - 1, 1500);
	store_commit(&scene->store);
	work(scene);
	assert_int_equal(last_sent(scene)->batch.first, 1501);
	assert_int_equal(last_sent(scene)->batch.count, 500);
	work_to_the_end(scene);
	assert_int_equal(last_sent(scene)->batch.count, 0);
}

static void publisher_stops_at_a_journal_it_cannot_read(void **state)
{
	struct scene *scene = *state;
	append(scene, 10, 10);
	store_commit(&scene->store);
	journal_release(scene->store.journal);
	struct database_number key = database_number(5);
	database_batch_delete(scene->store.batch, JOURNAL_TABLE_ENTRIES, bytes_make(key.bytes, 8));
	assert_int_equal(database_commit(scene->store.database, scene->store.batch), STATUS_OK);
	database_batch_clear(scene->store.batch);
	request(scene, "a", 1, 10, 1);
	assert_int_equal(publisher_work(scene->publisher, 1), STATUS_CORRUPT);
	assert_int_equal(publisher_publish(scene->publisher, 1), STATUS_CORRUPT);
	assert_int_equal(scene->sent_count, 0);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(publisher_publishes_what_is_durable_and_nothing_else),
		SCENE(publisher_begins_where_the_journal_stands),
		SCENE(publisher_cuts_a_large_commit_into_batches),
		SCENE(publisher_goes_on_over_a_full_queue),
		SCENE(publisher_heartbeat_tells_the_durable_head_and_the_sources),
		SCENE(publisher_replays_as_far_as_the_credit_goes),
		SCENE(publisher_ends_a_replay_with_an_empty_answer),
		SCENE(publisher_extends_a_running_replay_and_replaces_any_other),
		SCENE(publisher_tells_a_reader_of_another_history_which_one_this_is),
		SCENE(publisher_drops_what_is_no_request),
		SCENE(publisher_takes_credit_of_any_size),
		SCENE(publisher_waits_for_a_full_queue_and_forgets_who_is_gone),
		SCENE(publisher_serves_all_in_turn_and_more_than_it_has_places_for),
		SCENE(publisher_pushes_out_the_one_longest_without_progress),
		SCENE(publisher_sees_entries_that_became_durable_during_a_replay),
		SCENE(publisher_stops_at_a_journal_it_cannot_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
