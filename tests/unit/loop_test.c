// SPDX-License-Identifier: Apache-2.0
// loop_test: what the loop promises about time, descriptors, sources, work, signals and children.
#include "loop.h"
#include "buffer.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	DEADLINE_MS = 20000
};

// What the callbacks of a test share.
struct scene {
	struct loop *loop;
	struct loop_timer *timer, *other, *deadline;
	struct loop_watch *watch;
	struct loop_source *source;
	struct loop_child *child;
	int descriptor;
	int count, other_count, left;
	int events, last_signal;
	int64_t exit_code, at_ms;
	pthread_t thread;
	bool late;
	char order[16];
};

static void deadline_missed(void *context)
{
	struct scene *scene = context;
	scene->late = true;
	loop_stop(scene->loop);
}

static int scene_set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	assert_int_equal(loop_open(&scene->loop), STATUS_OK);
	scene->deadline = loop_timer_open(scene->loop, DEADLINE_MS, 0, deadline_missed, scene);
	*state = scene;
	return 0;
}

static int scene_tear_down(void **state)
{
	struct scene *scene = *state;
	bool late = scene->late;
	loop_close(&scene->loop);
	free(scene);
	return late ? 1 : 0;
}

static void stop(void *context)
{
	loop_stop(((struct scene *)context)->loop);
}

static void run_for(struct scene *scene, int64_t ms)
{
	struct loop_timer *timer = loop_timer_open(scene->loop, ms, 0, stop, scene);
	loop_run(scene->loop);
	loop_timer_close(&timer);
}

static int64_t clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void count(void *context)
{
	((struct scene *)context)->count++;
}

// --- timers -------------------------------------------------------------------------------------

static void count_to_three(void *context)
{
	struct scene *scene = context;
	if (++scene->count == 3)
		loop_stop(scene->loop);
}

static void loop_timer_calls_back_after_first_and_then_each_interval(void **state)
{
	struct scene *scene = *state;
	int64_t start = clock_ms();
	scene->timer = loop_timer_open(scene->loop, 30, 10, count_to_three, scene);
	loop_run(scene->loop);
	assert_int_equal(scene->count, 3);
	assert_true(clock_ms() - start >= 49);
	loop_timer_close(&scene->timer);
	assert_null(scene->timer);
	run_for(scene, 30);
	assert_int_equal(scene->count, 3);
}

static void loop_timer_without_interval_calls_back_once(void **state)
{
	struct scene *scene = *state;
	scene->timer = loop_timer_open(scene->loop, 1, 0, count, scene);
	run_for(scene, 40);
	assert_int_equal(scene->count, 1);
	loop_timer_again(scene->timer, 1);
	run_for(scene, 40);
	assert_int_equal(scene->count, 2);
	loop_timer_close(&scene->timer);
}

static void note_a(void *context)
{
	strcat(((struct scene *)context)->order, "a");
}

static void note_b(void *context)
{
	strcat(((struct scene *)context)->order, "b");
}

static void loop_timers_call_back_in_order_of_time(void **state)
{
	struct scene *scene = *state;
	scene->timer = loop_timer_open(scene->loop, 20, 0, note_b, scene);
	scene->other = loop_timer_open(scene->loop, 10, 0, note_a, scene);
	run_for(scene, 40);
	assert_string_equal(scene->order, "ab");
	loop_timer_close(&scene->timer);
	loop_timer_close(&scene->other);
}

static void put_other_off(void *context)
{
	struct scene *scene = context;
	loop_timer_again(scene->other, 60);
}

static void loop_timer_again_starts_over(void **state)
{
	struct scene *scene = *state;
	scene->other = loop_timer_open(scene->loop, 60, 0, count, scene);
	scene->timer = loop_timer_open(scene->loop, 10, 20, put_other_off, scene);
	run_for(scene, 150);
	assert_int_equal(scene->count, 0);
	loop_timer_close(&scene->timer);
	run_for(scene, 90);
	assert_int_equal(scene->count, 1);
	loop_timer_close(&scene->other);
}

static void close_both_timers(void *context)
{
	struct scene *scene = context;
	scene->count++;
	loop_timer_close(&scene->timer);
	loop_timer_close(&scene->other);
}

static void loop_timer_can_be_closed_inside_its_callback(void **state)
{
	struct scene *scene = *state;
	scene->timer = loop_timer_open(scene->loop, 5, 1, close_both_timers, scene);
	scene->other = loop_timer_open(scene->loop, 5, 1, close_both_timers, scene);
	run_for(scene, 40);
	assert_int_equal(scene->count, 1);
	assert_null(scene->timer);
	loop_timer_close(&scene->timer);
}

static void note_time(void *context)
{
	struct scene *scene = context;
	scene->at_ms = clock_ms();
}

static void loop_timer_does_not_count_the_time_before_it_was_opened(void **state)
{
	struct scene *scene = *state;
	usleep(60 * 1000); // a slow start, while the loop does not turn
	int64_t start = clock_ms();
	scene->timer = loop_timer_open(scene->loop, 50, 0, note_time, scene);
	run_for(scene, 100);
	assert_true(scene->at_ms - start >= 49);
	loop_timer_close(&scene->timer);
}

static void loop_timer_takes_a_time_already_past_as_now(void **state)
{
	struct scene *scene = *state;
	scene->timer = loop_timer_open(scene->loop, -5, 0, stop, scene);
	int64_t start = clock_ms();
	loop_run(scene->loop);
	assert_true(clock_ms() - start < DEADLINE_MS / 2);
	loop_timer_close(&scene->timer);
}

static void note_now(void *context)
{
	struct scene *scene = context;
	scene->at_ms = loop_now_ms(scene->loop);
	usleep(20 * 1000);
	scene->count = loop_now_ms(scene->loop) == scene->at_ms;
	loop_stop(scene->loop);
}

static void loop_now_stands_still_within_a_turn(void **state)
{
	struct scene *scene = *state;
	scene->timer = loop_timer_open(scene->loop, 1, 0, note_now, scene);
	loop_run(scene->loop);
	assert_int_equal(scene->count, 1);
	run_for(scene, 1);
	assert_true(loop_now_ms(scene->loop) >= scene->at_ms + 20);
	loop_timer_close(&scene->timer);
}

// --- watches ------------------------------------------------------------------------------------

static void watch_note(int events, void *context)
{
	struct scene *scene = context;
	scene->events |= events;
	if (++scene->count == 2)
		loop_stop(scene->loop);
}

static void loop_watch_tells_again_while_unread(void **state)
{
	struct scene *scene = *state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(
	    loop_watch_open(&scene->watch, scene->loop, ends[0], LOOP_READABLE, watch_note, scene),
	    STATUS_OK);
	run_for(scene, 20);
	assert_int_equal(scene->count, 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	loop_run(scene->loop);
	assert_int_equal(scene->count, 2);
	assert_int_equal(scene->events, LOOP_READABLE);
	loop_watch_close(&scene->watch);
	assert_null(scene->watch);
	close(ends[0]);
	close(ends[1]);
}

static void loop_watch_is_silent_while_paused(void **state)
{
	struct scene *scene = *state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_int_equal(
	    loop_watch_open(&scene->watch, scene->loop, ends[0], 0, watch_note, scene), STATUS_OK);
	run_for(scene, 20);
	assert_int_equal(scene->count, 0);
	loop_watch_change(scene->watch, LOOP_READABLE);
	loop_run(scene->loop);
	assert_int_equal(scene->count, 2);
	loop_watch_change(scene->watch, 0);
	run_for(scene, 20);
	assert_int_equal(scene->count, 2);
	loop_watch_close(&scene->watch);
	close(ends[0]);
	close(ends[1]);
}

static void loop_watch_tells_an_error_as_readable_and_writable(void **state)
{
	struct scene *scene = *state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	close(ends[0]); // nobody will read: the kernel reports an error on the other end
	assert_int_equal(
	    loop_watch_open(&scene->watch, scene->loop, ends[1], LOOP_WRITABLE, watch_note, scene),
	    STATUS_OK);
	loop_run(scene->loop);
	assert_int_equal(scene->count, 2); // again, until somebody deals with it
	assert_int_equal(scene->events, LOOP_READABLE | LOOP_WRITABLE);
	loop_watch_close(&scene->watch);
	close(ends[1]);
}

static void watch_close_with_descriptor(int events, void *context)
{
	struct scene *scene = context;
	(void)events;
	scene->count++;
	loop_watch_close(&scene->watch);
	close(scene->descriptor);
}

static void loop_watch_can_be_closed_with_its_descriptor_inside_its_callback(void **state)
{
	struct scene *scene = *state;
	for (int round = 1; round <= 3; round++) { // the descriptor's number comes back each time
		int ends[2];
		assert_int_equal(pipe(ends), 0);
		assert_int_equal(write(ends[1], "x", 1), 1);
		scene->descriptor = ends[0];
		assert_int_equal(loop_watch_open(&scene->watch, scene->loop, ends[0], LOOP_READABLE,
				     watch_close_with_descriptor, scene),
		    STATUS_OK);
		run_for(scene, 20);
		assert_int_equal(scene->count, round);
		close(ends[1]);
	}
}

static void loop_watch_refuses_what_cannot_be_watched(void **state)
{
	struct scene *scene = *state;
	int file = open("/proc/self/exe", O_RDONLY);
	assert_int_equal(
	    loop_watch_open(&scene->watch, scene->loop, file, LOOP_READABLE, watch_note, scene),
	    STATUS_IO);
	assert_null(scene->watch);
	close(file);
	assert_int_equal(
	    loop_watch_open(&scene->watch, scene->loop, file, LOOP_READABLE, watch_note, scene),
	    STATUS_IO);
	assert_non_null(strstr(status_reason(), "cannot be watched"));
}

// --- sources ------------------------------------------------------------------------------------

static bool source_has_left(void *context)
{
	return ((struct scene *)context)->left > 0;
}

static void source_do_one(void *context)
{
	struct scene *scene = context;
	scene->left--;
	scene->count++;
}

static void source_open(struct scene *scene, loop_ready *ready, loop_callback *run)
{
	scene->descriptor = eventfd(0, EFD_NONBLOCK);
	assert_true(scene->descriptor >= 0);
	assert_int_equal(
	    loop_source_open(&scene->source, scene->loop, scene->descriptor, ready, run, scene),
	    STATUS_OK);
}

static void loop_source_runs_while_ready_though_its_descriptor_is_silent(void **state)
{
	struct scene *scene = *state;
	source_open(scene, source_has_left, source_do_one);
	scene->left = 1000;
	run_for(scene, 200);
	assert_int_equal(scene->count, 1000);
	loop_source_close(&scene->source);
	assert_null(scene->source);
	close(scene->descriptor);
}

static void source_do_slowly(void *context)
{
	source_do_one(context);
	usleep(2000);
}

static void count_other(void *context)
{
	((struct scene *)context)->other_count++;
}

static void loop_source_leaves_turns_to_others(void **state)
{
	struct scene *scene = *state;
	source_open(scene, source_has_left, source_do_slowly);
	scene->left = 100000;
	scene->timer = loop_timer_open(scene->loop, 10, 10, count_other, scene);
	run_for(scene, 200);
	assert_true(scene->other_count >= 5);
	assert_true(scene->left > 0);
	loop_timer_close(&scene->timer);
	loop_source_close(&scene->source);
	close(scene->descriptor);
}

static bool source_count_questions(void *context)
{
	struct scene *scene = context;
	scene->other_count++;
	return scene->left > 0;
}

static void loop_source_that_is_not_ready_lets_the_loop_sleep(void **state)
{
	struct scene *scene = *state;
	source_open(scene, source_count_questions, source_do_one);
	scene->left = 3; // awake first, then asleep
	run_for(scene, 100);
	assert_int_equal(scene->count, 3);
	assert_true(scene->other_count < 20);
	loop_source_close(&scene->source);
	close(scene->descriptor);
}

static bool source_descriptor_signalled(void *context)
{
	struct pollfd descriptor = { .fd = ((struct scene *)context)->descriptor,
		.events = POLLIN };
	return poll(&descriptor, 1, 0) ==
	       1; // to ask must change nothing: the loop asks more than once
}

static void source_wake(void *context)
{
	struct scene *scene = context;
	uint64_t one = 1;
	assert_int_equal(write(scene->descriptor, &one, sizeof one), sizeof one);
}

static void count_and_stop(void *context)
{
	count(context);
	stop(context);
}

static void loop_source_is_asked_when_its_descriptor_wakes_the_loop(void **state)
{
	struct scene *scene = *state;
	source_open(scene, source_descriptor_signalled, count_and_stop);
	loop_work(scene->loop, source_wake, count_other, scene);
	loop_run(scene->loop);
	assert_int_equal(scene->count, 1);
	loop_source_close(&scene->source);
	close(scene->descriptor);
}

static bool source_close_when_asked(void *context)
{
	struct scene *scene = context;
	loop_source_close(&scene->source);
	close(scene->descriptor);
	return true;
}

static bool source_close_when_asked_again(void *context)
{
	struct scene *scene = context;
	return ++scene->other_count % 2 == 0 && source_close_when_asked(scene);
}

static void source_close_when_run(void *context)
{
	struct scene *scene = context;
	scene->count++;
	(void)source_close_when_asked(scene);
}

static void loop_source_can_be_closed_inside_its_callbacks(void **state)
{
	struct scene *scene = *state;
	source_open(scene, source_close_when_asked, source_do_one);
	run_for(scene, 20);
	assert_null(scene->source);
	source_open(scene, source_close_when_asked_again, source_do_one); // after the sleep
	run_for(scene, 20);
	assert_null(scene->source);
	assert_int_equal(scene->count, 0);
	scene->left = 5;
	source_open(scene, source_has_left, source_close_when_run);
	run_for(scene, 20);
	assert_null(scene->source);
	assert_int_equal(scene->count, 1);
}

// --- work ---------------------------------------------------------------------------------------

static void work_note_thread(void *context)
{
	((struct scene *)context)->thread = pthread_self();
}

static void done_check_thread(void *context)
{
	struct scene *scene = context;
	scene->count = pthread_equal(scene->thread, pthread_self()) ? -1 : 1;
	scene->thread = pthread_self();
	loop_stop(scene->loop);
}

static void loop_work_works_elsewhere_and_is_done_here(void **state)
{
	struct scene *scene = *state;
	loop_work(scene->loop, work_note_thread, done_check_thread, scene);
	loop_run(scene->loop);
	assert_int_equal(scene->count, 1);
	assert_true(pthread_equal(scene->thread, pthread_self()));
}

static void work_slowly(void *context)
{
	(void)context;
	usleep(50 * 1000);
}

// Uses what it holds, as an owner would that does not know that the loop is being closed.
static void done_use_everything(void *context)
{
	struct scene *scene = context;
	scene->count++;
	loop_timer_again(scene->timer, 1);
	loop_watch_change(scene->watch, 0);
	loop_child_signal(scene->child, SIGCONT);
	loop_timer_close(&scene->timer);
	loop_watch_close(&scene->watch);
	scene->other = loop_timer_open(scene->loop, 0, 1, count_other, scene);
	usleep(5 * 1000); // it is due within this turn
}

static void child_note_exit(int64_t exit_code, void *context)
{
	struct scene *scene = context;
	scene->exit_code = exit_code;
	scene->count++;
	loop_stop(scene->loop);
}

static void loop_close_waits_for_work_and_says_that_it_is_done(void **state)
{
	struct scene *scene = *state;
	const char *const sleeper[] = { "sleep", "30", NULL };
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	assert_int_equal(
	    loop_child_open(&scene->child, scene->loop, sleeper, NULL, child_note_exit, scene),
	    STATUS_OK);
	int id = loop_child_id(scene->child);
	assert_int_equal(
	    loop_watch_open(&scene->watch, scene->loop, ends[0], LOOP_READABLE, watch_note, scene),
	    STATUS_OK);
	scene->timer = loop_timer_open(scene->loop, 1, 1, count_other, scene);
	loop_work(scene->loop, work_slowly, done_use_everything, scene);
	loop_close(&scene->loop);
	assert_null(scene->loop);
	assert_int_equal(scene->count, 1);       // done, and neither watch nor exit
	assert_int_equal(scene->other_count, 0); // and no timer
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(kill(id, SIGKILL), 0);
	assert_int_equal(waitpid(id, NULL, 0), id);
}

static void loop_close_closes_what_is_left_open(void **state)
{
	struct scene *scene = *state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(loop_on_signal(scene->loop, NULL, NULL), STATUS_OK);
	assert_int_equal(
	    loop_watch_open(&scene->watch, scene->loop, ends[0], LOOP_READABLE, watch_note, scene),
	    STATUS_OK);
	source_open(scene, source_has_left, source_do_one);
	scene->timer = loop_timer_open(scene->loop, 1, 1, count_other, scene);
	run_for(scene, 10);
	loop_close(&scene->loop);
	loop_close(&scene->loop);
	close(scene->descriptor);
	close(ends[0]);
	close(ends[1]);
}

static void loop_run_ends_when_nothing_is_left_to_wait_for(void **state)
{
	struct scene *scene = *state;
	loop_timer_close(&scene->deadline);
	loop_run(scene->loop);
}

// --- signals ------------------------------------------------------------------------------------

static void signal_note(int number, void *context)
{
	struct scene *scene = context;
	scene->last_signal = number;
	scene->count++;
	loop_stop(scene->loop);
}

static void loop_tells_each_signal_that_comes(void **state)
{
	struct scene *scene = *state;
	const int expected[] = { SIGTERM, SIGINT, SIGHUP, SIGTERM };
	assert_int_equal(loop_on_signal(scene->loop, signal_note, scene), STATUS_OK);
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		kill(getpid(), expected[i]);
		loop_run(scene->loop);
		assert_int_equal(scene->last_signal, expected[i]);
		assert_int_equal(scene->count, i + 1);
	}
}

static void loop_survives_writing_to_a_closed_pipe(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	assert_int_equal(write(ends[1], "x", 1), -1);
	close(ends[1]);
}

// --- children -----------------------------------------------------------------------------------

static void child_run(struct scene *scene, const char *script, const char *log_path)
{
	const char *const arguments[] = { "sh", "-c", script, NULL };
	assert_int_equal(loop_child_open(&scene->child, scene->loop, arguments, log_path,
			     child_note_exit, scene),
	    STATUS_OK);
	assert_true(loop_child_id(scene->child) > 0);
	loop_run(scene->loop);
}

static void loop_child_tells_its_exit_code(void **state)
{
	struct scene *scene = *state;
	child_run(scene, "exit 42", NULL);
	assert_int_equal(scene->exit_code, 42);
	child_run(scene, "kill -9 $$", NULL);
	assert_int_equal(scene->exit_code, 128 + SIGKILL);
	assert_int_equal(scene->count, 2);
}

static void child_end(void *context)
{
	loop_child_signal(((struct scene *)context)->child, SIGTERM);
}

static void loop_child_can_be_signalled(void **state)
{
	struct scene *scene = *state;
	scene->timer = loop_timer_open(scene->loop, 30, 0, child_end, scene);
	child_run(scene, "exec sleep 30", NULL);
	assert_int_equal(scene->exit_code, 128 + SIGTERM);
	loop_timer_close(&scene->timer);
}

static void assert_file_holds(const char *path, const char *expected)
{
	char content[256] = "";
	int file = open(path, O_RDONLY);
	assert_true(file >= 0);
	assert_true(read(file, content, sizeof content - 1) >= 0);
	close(file);
	assert_string_equal(content, expected);
}

static void loop_child_appends_its_output_to_the_log(void **state)
{
	struct scene *scene = *state;
	char directory[] = "/tmp/loop_test_XXXXXX", path[64];
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/log", directory);
	mode_t mask = umask(0);
	child_run(
	    scene, "echo out; echo err >&2; cat", path); // cat ends at once: its input is empty
	child_run(scene, "echo again", path);
	umask(mask);
	struct stat about;
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0640);
	assert_file_holds(path, "out\nerr\nagain\n");
	unlink(path);
	rmdir(directory);
}

static void loop_child_holds_the_log_as_output_and_error_only(void **state)
{
	struct scene *scene = *state;
	char path[] = "/tmp/loop_test_XXXXXX", script[256];
	int file = mkstemp(path);
	assert_true(file >= 0);
	close(file);
	snprintf(script, sizeof script,
	    "n=0; for f in /proc/$$/fd/*; do [ \"$(readlink $f)\" = %s ] && n=$((n+1)); done; exit "
	    "$n",
	    path);
	child_run(scene, script, path);
	assert_int_equal(scene->exit_code, 2);
	unlink(path);
}

static void loop_child_that_cannot_start_is_a_failure_with_its_name(void **state)
{
	struct scene *scene = *state;
	const char *const arguments[] = { "no-such-program-anywhere", NULL };
	assert_int_equal(
	    loop_child_open(&scene->child, scene->loop, arguments, NULL, child_note_exit, scene),
	    STATUS_IO);
	assert_null(scene->child);
	assert_non_null(strstr(status_reason(), "no-such-program-anywhere"));
	assert_int_equal(loop_child_open(&scene->child, scene->loop, arguments, "/nowhere/log",
			     child_note_exit, scene),
	    STATUS_IO);
	assert_non_null(strstr(status_reason(), "/nowhere/log"));
	run_for(scene, 20);
	assert_int_equal(scene->count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(loop_timer_calls_back_after_first_and_then_each_interval),
		TEST(loop_timer_without_interval_calls_back_once),
		TEST(loop_timers_call_back_in_order_of_time),
		TEST(loop_timer_again_starts_over),
		TEST(loop_timer_can_be_closed_inside_its_callback),
		TEST(loop_timer_does_not_count_the_time_before_it_was_opened),
		TEST(loop_timer_takes_a_time_already_past_as_now),
		TEST(loop_now_stands_still_within_a_turn),
		TEST(loop_watch_tells_again_while_unread),
		TEST(loop_watch_is_silent_while_paused),
		TEST(loop_watch_tells_an_error_as_readable_and_writable),
		TEST(loop_watch_can_be_closed_with_its_descriptor_inside_its_callback),
		TEST(loop_watch_refuses_what_cannot_be_watched),
		TEST(loop_source_runs_while_ready_though_its_descriptor_is_silent),
		TEST(loop_source_leaves_turns_to_others),
		TEST(loop_source_that_is_not_ready_lets_the_loop_sleep),
		TEST(loop_source_is_asked_when_its_descriptor_wakes_the_loop),
		TEST(loop_source_can_be_closed_inside_its_callbacks),
		TEST(loop_work_works_elsewhere_and_is_done_here),
		TEST(loop_close_waits_for_work_and_says_that_it_is_done),
		TEST(loop_close_closes_what_is_left_open),
		TEST(loop_run_ends_when_nothing_is_left_to_wait_for),
		TEST(loop_tells_each_signal_that_comes),
		TEST(loop_survives_writing_to_a_closed_pipe),
		TEST(loop_child_tells_its_exit_code),
		TEST(loop_child_can_be_signalled),
		TEST(loop_child_appends_its_output_to_the_log),
		TEST(loop_child_holds_the_log_as_output_and_error_only),
		TEST(loop_child_that_cannot_start_is_a_failure_with_its_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
