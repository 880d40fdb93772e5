// SPDX-License-Identifier: Apache-2.0
// onecity_supervisor_test: what ends is started again, and all is stopped in order.
#include "../../services/onecity/supervisor.c"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	EVENTS_MAX = 16,
	DEADLINE_MS = 20 * 1000
};

struct event {
	size_t index;
	int64_t exit_code, pause_ms;
	int64_t at_ms;
};

struct scene {
	struct loop *loop;
	struct supervisor *supervisor;
	struct event events[EVENTS_MAX];
	size_t event_count;
	size_t stop_after; // events; 0: not by itself
	bool stopped;
	char log_path[64];
	struct loop_timer *timer;
};

static void deadline(void *context)
{
	(void)context;
	fail_msg("the supervisor did not come to an end");
}

static void scene_ended(size_t index, int64_t exit_code, int64_t pause_ms, void *context)
{
	struct scene *scene = context;
	assert_true(scene->event_count < EVENTS_MAX);
	scene->events[scene->event_count++] =
	    (struct event){ index, exit_code, pause_ms, loop_now_ms(scene->loop) };
	if (scene->stop_after != 0 && scene->event_count == scene->stop_after)
		supervisor_stop(scene->supervisor);
}

static void scene_stopped(void *context)
{
	struct scene *scene = context;
	scene->stopped = true;
	loop_stop(scene->loop);
}

static void stop_now(void *context)
{
	struct scene *scene = context;
	loop_timer_close(&scene->timer);
	supervisor_stop(scene->supervisor);
}

static void kill_now(void *context)
{
	struct scene *scene = context;
	loop_timer_close(&scene->timer);
	supervisor_stop(scene->supervisor);
	supervisor_kill(scene->supervisor);
}

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	strcpy(scene->log_path, "/tmp/supervisor_test.XXXXXX");
	int log = mkstemp(scene->log_path);
	assert_true(log >= 0);
	close(log);
	assert_int_equal(loop_open(&scene->loop), STATUS_OK);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	loop_timer_close(&scene->timer);
	supervisor_close(&scene->supervisor);
	loop_close(&scene->loop);
	unlink(scene->log_path);
	free(scene);
	return 0;
}

static void begin(struct scene *scene, int64_t stop_grace_ms)
{
	struct supervisor_options options = {
		.loop = scene->loop,
		.stop_grace_ms = stop_grace_ms,
		.ended = scene_ended,
		.stopped = scene_stopped,
		.context = scene,
	};
	supervisor_open(&scene->supervisor, &options);
}

static void add_shell(struct scene *scene, const char *script, int stage)
{
	const char *const arguments[] = { "/bin/sh", "-c", script, NULL };
	struct supervised supervised = { arguments, scene->log_path, stage };
	supervisor_add(scene->supervisor, &supervised);
}

static void run(struct scene *scene)
{
	struct loop_timer *timer = loop_timer_open(scene->loop, DEADLINE_MS, 0, deadline, NULL);
	loop_run(scene->loop);
	loop_timer_close(&timer);
	assert_true(scene->stopped);
}

static void supervisor_pauses_longer_each_time_and_forgives(void **state)
{
	(void)state;
	static const int64_t expected[] = { 250, 500, 1000, 2000, 4000, 8000, 10000, 10000 };
	int64_t pause_ms = 0;
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		pause_ms = supervisor_pause_ms(pause_ms, 10);
		assert_int_equal(pause_ms, expected[i]);
	}
	assert_int_equal(supervisor_pause_ms(10000, RESTART_FORGIVEN_MS - 1), 10000);
	assert_int_equal(supervisor_pause_ms(10000, RESTART_FORGIVEN_MS), 250);
}

static void supervisor_starts_again_what_ended_and_says_how(void **state)
{
	struct scene *scene = *state;
	begin(scene, 1000);
	scene->stop_after = 3;
	add_shell(scene, "exit 3", 0);
	run(scene);
	assert_int_equal(scene->event_count, 3);
	assert_int_equal(scene->events[0].exit_code, 3);
	assert_int_equal(scene->events[0].pause_ms, 250);
	assert_int_equal(scene->events[1].pause_ms, 500);
	assert_true(scene->events[2].at_ms - scene->events[1].at_ms >= 500);
}

static void supervisor_tells_a_signal_and_a_program_that_is_not_there(void **state)
{
	struct scene *scene = *state;
	const char *const arguments[] = { "/nonexistent/program", NULL };
	struct supervised missing = { arguments, scene->log_path, 0 };
	begin(scene, 1000);
	scene->stop_after = 2;
	supervisor_add(scene->supervisor, &missing);
	add_shell(scene, "kill -9 $$", 0);
	run(scene);
	assert_int_equal(scene->events[0].exit_code, START_FAILED_CODE);
	assert_int_equal(scene->events[0].index, 0);
	assert_int_equal(scene->events[1].exit_code, 128 + SIGKILL);
	assert_int_equal(scene->events[1].index, 1);
}

static void supervisor_stops_the_higher_stage_first(void **state)
{
	struct scene *scene = *state;
	begin(scene, 10000);
	add_shell(scene, "exec sleep 60", 0);
	add_shell(scene, "trap 'sleep 0.3; exit 0' TERM; while :; do sleep 0.05; done", 1);
	add_shell(scene, "exec sleep 60", 1);
	scene->timer = loop_timer_open(scene->loop, 300, 0, stop_now, scene);
	run(scene);
	assert_int_equal(scene->event_count, 3);
	assert_int_equal(scene->events[0].index, 2);
	assert_int_equal(scene->events[0].exit_code, 128 + SIGTERM);
	assert_int_equal(scene->events[0].pause_ms, -1);
	assert_int_equal(scene->events[1].index, 1);
	assert_int_equal(scene->events[1].exit_code, 0);
	assert_int_equal(scene->events[2].index, 0);
}

static void supervisor_kills_what_does_not_listen(void **state)
{
	struct scene *scene = *state;
	begin(scene, 300);
	add_shell(scene, "trap '' TERM; while :; do sleep 0.05; done", 1);
	add_shell(scene, "trap '' TERM; while :; do sleep 0.05; done", 0);
	scene->timer = loop_timer_open(scene->loop, 300, 0, stop_now, scene);
	run(scene);
	assert_int_equal(scene->event_count, 2);
	assert_int_equal(scene->events[0].index, 0);
	assert_int_equal(scene->events[0].exit_code, 128 + SIGKILL);
	assert_int_equal(scene->events[1].index, 1);
	assert_int_equal(scene->events[1].exit_code, 128 + SIGKILL);
}

static void supervisor_kills_all_at_once_when_asked(void **state)
{
	struct scene *scene = *state;
	begin(scene, DEADLINE_MS);
	add_shell(scene, "trap '' TERM; while :; do sleep 0.05; done", 1);
	add_shell(scene, "trap '' TERM; while :; do sleep 0.05; done", 0);
	scene->timer = loop_timer_open(scene->loop, 300, 0, kill_now, scene);
	run(scene);
	assert_int_equal(scene->event_count, 2);
}

static void supervisor_stops_while_it_waits_to_start_again(void **state)
{
	struct scene *scene = *state;
	begin(scene, 1000);
	scene->stop_after = 1;
	add_shell(scene, "exit 0", 0);
	run(scene);
	assert_int_equal(scene->event_count, 1);
}

static void supervisor_with_nothing_to_stop_is_stopped(void **state)
{
	struct scene *scene = *state;
	begin(scene, 1000);
	supervisor_stop(scene->supervisor);
	assert_true(scene->stopped);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(supervisor_pauses_longer_each_time_and_forgives),
		TEST(supervisor_starts_again_what_ended_and_says_how),
		TEST(supervisor_tells_a_signal_and_a_program_that_is_not_there),
		TEST(supervisor_stops_the_higher_stage_first),
		TEST(supervisor_kills_what_does_not_listen),
		TEST(supervisor_kills_all_at_once_when_asked),
		TEST(supervisor_stops_while_it_waits_to_start_again),
		TEST(supervisor_with_nothing_to_stop_is_stopped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
