// SPDX-License-Identifier: Apache-2.0
// committer_test: many wait for one sync, in order, and nobody is told of anything that is not on
// the disk.
#include "committer.h"
#include "store.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
	WAITERS_MAX = 2000
};

struct waiter {
	struct scene *scene;
	uint64_t sequence; // what it waits for
	bool called, durable;
	size_t place; // among those called
};

struct scene {
	struct store store;
	struct loop *loop;
	struct loop_timer *deadline, *timer;
	struct committer *committer;
	struct waiter waiters[WAITERS_MAX];
	size_t waiting, called, stop_at;
	size_t commits;
	uint64_t told; // the durable head of the last commit that was told
	bool late;
};

static void on_committed(void *context)
{
	struct scene *scene = context;
	uint64_t count;
	scene->commits++;
	assert_int_equal(
	    database_count(scene->store.database, JOURNAL_TABLE_ENTRIES, &count), STATUS_OK);
	assert_true(count >= journal_durable(scene->store.journal).sequence);
	for (size_t i = 0; i < scene->waiting; i++) // first the world, then who waits
		assert_int_equal(
		    scene->waiters[i].called, scene->waiters[i].sequence <= scene->told);
	scene->told = journal_durable(scene->store.journal).sequence;
	journal_release(scene->store.journal);
}

static void too_late(void *context)
{
	struct scene *scene = context;
	scene->late = true;
	loop_stop(scene->loop);
}

static void open_scene(struct scene *scene, uint64_t map_bytes)
{
	scratch_make(scene->store.folder);
	assert_int_equal(
	    store_open_database(&scene->store.database, scene->store.folder, map_bytes), STATUS_OK);
	assert_int_equal(journal_open(&scene->store.journal, scene->store.database), STATUS_OK);
	assert_int_equal(loop_open(&scene->loop), STATUS_OK);
	scene->deadline = loop_timer_open(scene->loop, 30000, 0, too_late, scene);
	scene->committer = committer_new(
	    scene->loop, scene->store.database, scene->store.journal, on_committed, scene);
}

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	*state = scene;
	open_scene(scene, 64 << 20);
	return 0;
}

static int set_up_tiny(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	*state = scene;
	open_scene(scene, 96 << 10);
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	committer_free(&scene->committer);
	loop_close(&scene->loop);
	store_close(&scene->store);
	bool late = scene->late;
	free(scene);
	return late;
}

static uint64_t append(struct scene *scene, size_t body_size)
{
	struct store store = scene->store;
	store.batch = committer_batch(scene->committer);
	return store_append(&store, journal_head(store.journal).sequence + 1, body_size);
}

static void done(bool durable, void *context)
{
	struct waiter *waiter = context;
	struct scene *scene = waiter->scene;
	uint64_t count;
	assert_false(waiter->called);
	waiter->called = true;
	waiter->durable = durable;
	waiter->place = scene->called++;
	if (durable) {
		assert_true(journal_durable(scene->store.journal).sequence >= waiter->sequence);
		assert_int_equal(
		    database_count(scene->store.database, JOURNAL_TABLE_ENTRIES, &count),
		    STATUS_OK);
		assert_true(count >= waiter->sequence);
	}
	if (scene->called == scene->stop_at)
		loop_stop(scene->loop);
}

static struct waiter *wait_for(struct scene *scene, uint64_t sequence)
{
	struct waiter *waiter = &scene->waiters[scene->waiting++];
	assert_true(scene->waiting <= WAITERS_MAX);
	*waiter = (struct waiter){ .scene = scene, .sequence = sequence };
	committer_wait(scene->committer, done, waiter);
	return waiter;
}

static void committer_idle_calls_back_at_once(void **state)
{
	struct scene *scene = *state;
	assert_true(committer_is_idle(scene->committer));
	assert_int_equal(committer_backlog_bytes(scene->committer), 0);
	struct waiter *waiter = wait_for(scene, 0);
	assert_true(waiter->called && waiter->durable);
	assert_int_equal(scene->commits, 0);
}

static void committer_tells_one_who_waits_when_it_is_durable(void **state)
{
	struct scene *scene = *state;
	struct waiter *waiter = wait_for(scene, 0);
	scene->stop_at = 2;
	waiter = wait_for(scene, append(scene, 100));
	assert_false(waiter->called);
	assert_false(committer_is_idle(scene->committer));
	assert_true(committer_backlog_bytes(scene->committer) > 100);
	loop_run(scene->loop);
	assert_true(waiter->called && waiter->durable);
	assert_int_equal(scene->commits, 1);
	assert_true(committer_is_idle(scene->committer));
	assert_int_equal(committer_backlog_bytes(scene->committer), 0);
}

static void committer_makes_one_group_of_what_arrives_during_a_commit(void **state)
{
	struct scene *scene = *state;
	scene->stop_at = 500;
	for (int i = 0; i < 500; i++)
		wait_for(scene, append(scene, 50));
	loop_run(scene->loop);
	assert_int_equal(scene->called, 500);
	assert_int_equal(scene->commits, 2); // the first one alone, all the others together
	for (size_t i = 0; i < 500; i++) {
		assert_true(scene->waiters[i].durable);
		assert_int_equal(scene->waiters[i].place, i);
	}
}

static void committer_waits_for_a_commit_that_is_under_way(void **state)
{
	struct scene *scene = *state;
	scene->stop_at = 2;
	uint64_t sequence = append(scene, 50);
	wait_for(scene, sequence);
	struct waiter *second =
	    wait_for(scene, sequence); // nothing new: goes with the one on its way
	assert_false(second->called);
	loop_run(scene->loop);
	assert_true(second->durable);
	assert_int_equal(scene->commits, 1);
}

static void committer_commits_what_nobody_waits_for_with_the_next(void **state)
{
	struct scene *scene = *state;
	append(scene, 50);
	assert_false(committer_is_idle(scene->committer));
	scene->stop_at = 1;
	wait_for(scene, append(scene, 50));
	loop_run(scene->loop);
	assert_int_equal(journal_durable(scene->store.journal).sequence, 2);
}

static void done_and_again(bool durable, void *context)
{
	struct waiter *waiter = context;
	struct scene *scene = waiter->scene;
	done(durable, waiter);
	if (scene->waiting < 100) {
		struct waiter *next = &scene->waiters[scene->waiting++];
		*next = (struct waiter){ .scene = scene, .sequence = append(scene, 20) };
		committer_wait(scene->committer, done_and_again, next);
	}
}

static void committer_may_be_waited_for_again_by_who_was_just_told(void **state)
{
	struct scene *scene = *state;
	scene->stop_at = 100;
	for (int i = 0; i < 2; i++) {
		struct waiter *waiter = &scene->waiters[scene->waiting++];
		*waiter = (struct waiter){ .scene = scene, .sequence = append(scene, 20) };
		committer_wait(scene->committer, done_and_again, waiter);
	}
	loop_run(scene->loop);
	assert_int_equal(scene->called, 100);
	assert_int_equal(journal_durable(scene->store.journal).sequence, 100);
	assert_int_equal(journal_verify(scene->store.journal), STATUS_OK);
}

static void arrive(void *context)
{
	struct scene *scene = context;
	for (int i = 0; i < 7 && scene->waiting < 1500; i++)
		wait_for(scene, append(scene, 1 + scene->waiting % 300));
}

static void committer_keeps_the_order_of_who_waits_under_load(void **state)
{
	struct scene *scene = *state;
	scene->stop_at = 1500;
	scene->timer = loop_timer_open(scene->loop, 0, 1, arrive, scene);
	loop_run(scene->loop);
	loop_timer_close(&scene->timer);
	assert_int_equal(scene->called, 1500);
	assert_in_range(scene->commits, 2, 1499);
	for (size_t i = 0; i < 1500; i++)
		assert_true(scene->waiters[i].durable && scene->waiters[i].place == i);
	assert_int_equal(journal_verify(scene->store.journal), STATUS_OK);
}

static void committer_tells_nobody_anything_good_after_a_failed_commit(void **state)
{
	struct scene *scene = *state;
	wait_for(scene, append(scene, 1000));
	for (int i = 0; i < 30; i++) // more than the map takes
		wait_for(scene, append(scene, 20000));
	loop_run(scene->loop); // service_die() stops it
	assert_int_equal(scene->commits, 1);
	assert_int_equal(scene->called, 31);
	for (size_t i = 0; i < 31; i++)
		assert_int_equal(scene->waiters[i].durable, i == 0);
	struct waiter *late = wait_for(scene, append(scene, 10));
	assert_true(late->called);
	assert_false(late->durable);
	assert_int_equal(journal_durable(scene->store.journal).sequence, 1);
	committer_free(&scene->committer);
	loop_close(&scene->loop);
	journal_close(&scene->store.journal);
	assert_int_equal(journal_open(&scene->store.journal, scene->store.database), STATUS_OK);
	assert_int_equal(journal_head(scene->store.journal).sequence, 1);
}

static void committer_freed_during_a_commit_waits_for_the_disk_and_tells_nobody(void **state)
{
	struct scene *scene = *state;
	for (int i = 0; i < 20; i++)
		wait_for(scene, append(scene, 2000));
	committer_free(&scene->committer);
	committer_free(&scene->committer);
	uint64_t count;
	assert_int_equal(
	    database_count(scene->store.database, JOURNAL_TABLE_ENTRIES, &count), STATUS_OK);
	assert_int_equal(count, 1); // what was under way is there
	loop_close(&scene->loop);
	assert_int_equal(scene->called, 0);
	assert_int_equal(scene->commits, 0);
}

static void committer_is_freed_at_any_moment(void **state)
{
	struct scene *scene = *state;
	for (int turn = 0; turn < 60; turn++) {
		struct scene one = { .stop_at = 1 + (size_t)turn % 3 };
		open_scene(&one, 64 << 20);
		for (int i = 0; i < 5; i++)
			wait_for(&one, append(&one, 20));
		if (turn % 2 == 0)
			loop_run(one.loop);
		else
			usleep((useconds_t)turn * 20);
		committer_free(&one.committer);
		loop_close(&one.loop);
		store_close(&one.store);
	}
	scene->called = 0;
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(committer_idle_calls_back_at_once),
		SCENE(committer_tells_one_who_waits_when_it_is_durable),
		SCENE(committer_makes_one_group_of_what_arrives_during_a_commit),
		SCENE(committer_waits_for_a_commit_that_is_under_way),
		SCENE(committer_commits_what_nobody_waits_for_with_the_next),
		SCENE(committer_may_be_waited_for_again_by_who_was_just_told),
		SCENE(committer_keeps_the_order_of_who_waits_under_load),
		cmocka_unit_test_setup_teardown(
		    committer_tells_nobody_anything_good_after_a_failed_commit, set_up_tiny,
		    tear_down),
		SCENE(committer_freed_during_a_commit_waits_for_the_disk_and_tells_nobody),
		SCENE(committer_is_freed_at_any_moment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
