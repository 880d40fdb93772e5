// SPDX-License-Identifier: Apache-2.0
// carrier_test: long work in slices, each durable before the next, and others in between.
#include "carrier.h"

#include "store.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
	SLICES = 5,
	NEVER = 1000
};

struct scene {
	struct store store;
	struct loop *loop;
	struct loop_timer *deadline;
	struct committer *committer;
	struct carrier *carrier;
	int slices, slices_max, full_at;
	bool writes, late;
	int ended, others;
	enum status status;
};

static void committed(void *context)
{
	(void)context;
}

static void too_late(void *context)
{
	struct scene *scene = context;
	scene->late = true;
	loop_stop(scene->loop);
}

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	store_open(&scene->store);
	assert_int_equal(loop_open(&scene->loop), STATUS_OK);
	scene->deadline = loop_timer_open(scene->loop, 30000, 0, too_late, scene);
	scene->committer = committer_new(
	    scene->loop, scene->store.database, scene->store.journal, committed, scene);
	scene->slices_max = SLICES;
	scene->full_at = NEVER;
	scene->writes = true;
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	bool late = scene->late;
	committer_free(&scene->committer);
	carrier_free(&scene->carrier);
	loop_close(&scene->loop);
	store_close(&scene->store);
	free(scene);
	return late;
}

static enum status work(struct database_batch *batch, bool *done, void *context)
{
	struct scene *scene = context;
	uint64_t head = journal_head(scene->store.journal).sequence;
	assert_int_equal(journal_durable(scene->store.journal).sequence, head);
	*done = ++scene->slices == scene->slices_max;
	if (!scene->writes)
		return STATUS_OK;
	struct database_batch *own = scene->store.batch;
	scene->store.batch = batch;
	(void)store_append(&scene->store, (uint64_t)scene->slices, 10);
	scene->store.batch = own;
	return scene->slices == scene->full_at ? STATUS_FULL : STATUS_OK;
}

static void ended(enum status status, void *context)
{
	struct scene *scene = context;
	scene->ended++;
	scene->status = status;
	assert_int_equal(journal_durable(scene->store.journal).sequence,
	    journal_head(scene->store.journal).sequence);
	carrier_free(&scene->carrier);
	loop_stop(scene->loop);
}

static void count_other(void *context)
{
	((struct scene *)context)->others++;
}

static void start(struct scene *scene)
{
	struct carrier_options options = { scene->loop, scene->store.database, scene->committer,
		work, ended, scene };
	scene->carrier = carrier_new(&options);
	carrier_start(scene->carrier);
}

static void each_slice_is_durable_before_the_next_and_others_have_their_turn(void **state)
{
	struct scene *scene = *state;
	struct loop_timer *other = loop_timer_open(scene->loop, 0, 1, count_other, scene);
	start(scene);
	assert_int_equal(scene->slices, 1);
	assert_int_equal(scene->ended, 0);
	loop_run(scene->loop);
	assert_int_equal(scene->ended, 1);
	assert_int_equal(scene->status, STATUS_OK);
	assert_int_equal(scene->slices, SLICES);
	assert_true(scene->others > 0);
	loop_timer_close(&other);
}

static void work_that_changes_nothing_and_has_one_slice_is_over_at_once(void **state)
{
	struct scene *scene = *state;
	scene->writes = false;
	scene->slices_max = 1;
	start(scene);
	assert_int_equal(scene->ended, 1);
	assert_null(scene->carrier);
}

static void what_was_done_before_it_was_full_is_durable(void **state)
{
	struct scene *scene = *state;
	scene->full_at = 3;
	start(scene);
	loop_run(scene->loop);
	assert_int_equal(scene->status, STATUS_FULL);
	assert_int_equal(scene->slices, 3);
	assert_int_equal(journal_durable(scene->store.journal).sequence, 3);
}

// More free space is wanted than there is on any disk.
static void a_full_disk_ends_it_before_the_next_slice(void **state)
{
	struct scene *scene = *state;
	struct database_options options = { scene->store.folder, store_tables,
		COUNT_OF(store_tables), 64 << 20, UINT64_MAX / 2 };
	committer_free(&scene->committer);
	store_close_but_keep(&scene->store);
	assert_int_equal(database_open(&scene->store.database, &options), STATUS_OK);
	assert_int_equal(journal_open(&scene->store.journal, scene->store.database), STATUS_OK);
	scene->store.batch = database_batch_new();
	scene->committer = committer_new(
	    scene->loop, scene->store.database, scene->store.journal, committed, scene);
	start(scene);
	assert_int_equal(scene->ended, 1);
	assert_int_equal(scene->status, STATUS_FULL);
	assert_int_equal(scene->slices, 0);
}

static void one_that_is_freed_with_a_slice_under_way_tells_nobody(void **state)
{
	struct scene *scene = *state;
	start(scene);
	committer_free(&scene->committer);
	carrier_free(&scene->carrier);
	assert_null(scene->carrier);
	carrier_free(&scene->carrier);
	assert_int_equal(scene->ended, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(each_slice_is_durable_before_the_next_and_others_have_their_turn),
		TEST(work_that_changes_nothing_and_has_one_slice_is_over_at_once),
		TEST(what_was_done_before_it_was_full_is_durable),
		TEST(a_full_disk_ends_it_before_the_next_slice),
		TEST(one_that_is_freed_with_a_slice_under_way_tells_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
