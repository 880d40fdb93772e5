// SPDX-License-Identifier: Apache-2.0
// redis_test: answers in order, NULL for what was lost, and coming back, against a redis-server of
// its own.
#include "redis.h"
#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

enum {
	DEADLINE_MS = 20000,
	COMMANDS_MAX = 5000
};

struct scene {
	char folder[SCRATCH_PATH_SIZE], address[128];
	struct loop *loop;
	struct loop_timer *deadline, *end;
	struct redis *redis;
	pid_t server;
	int connected, lost, stop_connected, stop_lost, stop_answered;
	char reason[256];
	struct buffer log; // what happened, in order
	int answered, nulls;
	int expected; // the next number that INCR must answer
	void (*look)(const struct redis_reply *reply);
	int64_t lost_ms[16];
	bool late, ask_again;
};

static char redis_server[256];

static bool find_redis_server(void)
{
	const char *path = getenv("PATH");
	for (size_t size; path != NULL && *path != 0; path += size + (path[size] == ':')) {
		size = strcspn(path, ":");
		snprintf(redis_server, sizeof redis_server, "%.*s/redis-server", (int)size, path);
		if (access(redis_server, X_OK) == 0)
			return true;
	}
	return false;
}

static void start_server(struct scene *scene)
{
	char socket[128];
	snprintf(socket, sizeof socket, "%s/redis.sock", scene->folder);
	scene->server = fork();
	if (scene->server == 0) {
		int nowhere = open("/dev/null", O_RDWR);
		dup2(nowhere, STDOUT_FILENO);
		dup2(nowhere, STDERR_FILENO);
		execl(redis_server, redis_server, "--port", "0", "--unixsocket", socket, "--save",
		    "", "--appendonly", "no", "--dir", scene->folder, (char *)NULL);
		_exit(127);
	}
	assert_true(scene->server > 0);
}

static void stop_server(struct scene *scene)
{
	if (scene->server <= 0)
		return;
	kill(scene->server, SIGKILL);
	waitpid(scene->server, NULL, 0);
	scene->server = 0;
}

static void too_late(void *context)
{
	struct scene *scene = context;
	scene->late = true;
	loop_stop(scene->loop);
}

static void stop(void *context)
{
	struct scene *scene = context;
	loop_stop(scene->loop);
}

static void run_for(struct scene *scene, int64_t ms)
{
	scene->end = loop_timer_open(scene->loop, ms, 0, stop, scene);
	loop_run(scene->loop);
	loop_timer_close(&scene->end);
}

static void on_connected(void *context)
{
	struct scene *scene = context;
	assert_true(redis_is_connected(scene->redis));
	buffer_append_text(&scene->log, "C");
	if (++scene->connected == scene->stop_connected)
		loop_stop(scene->loop);
}

static void on_lost(const char *reason, void *context)
{
	struct scene *scene = context;
	if (scene->redis != NULL)
		assert_false(redis_is_connected(scene->redis));
	snprintf(scene->reason, sizeof scene->reason, "%s", reason);
	buffer_append_text(&scene->log, "L");
	if (scene->lost < (int)COUNT_OF(scene->lost_ms))
		scene->lost_ms[scene->lost] = loop_now_ms(scene->loop);
	if (++scene->lost == scene->stop_lost)
		loop_stop(scene->loop);
}

static const struct redis_events events = { on_connected, on_lost };

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	scratch_make(scene->folder);
	snprintf(scene->address, sizeof scene->address, "unix:%s/redis.sock", scene->folder);
	*state = scene;
	if (loop_open(&scene->loop) != STATUS_OK)
		return 1;
	scene->deadline = loop_timer_open(scene->loop, DEADLINE_MS, 0, too_late, scene);
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	redis_close(&scene->redis);
	redis_close(&scene->redis);
	loop_close(&scene->loop);
	stop_server(scene);
	buffer_deinit(&scene->log);
	scratch_remove(scene->folder);
	free(scene);
	return 0;
}

static void run_until_connected(struct scene *scene, int times)
{
	scene->stop_connected = times;
	if (scene->connected < times)
		loop_run(scene->loop);
	assert_false(scene->late);
	assert_int_equal(scene->connected, times);
}

static void open_connected(struct scene *scene)
{
	start_server(scene);
	assert_int_equal(
	    redis_open(&scene->redis, scene->loop, scene->address, &events, scene), STATUS_OK);
	assert_false(redis_is_connected(scene->redis));
	run_until_connected(scene, 1);
	buffer_clear(&scene->log);
	scene->lost = 0;
}

static void on_answer(const struct redis_reply *reply, void *context)
{
	struct scene *scene = context;
	if (reply == NULL) {
		scene->nulls++;
		buffer_append_text(&scene->log, "N");
		if (scene->ask_again) // is answered with NULL at once, too
			redis_command_texts(scene->redis, NULL, NULL, "PING", NULL);
	} else if (scene->look != NULL) {
		scene->look(reply);
	}
	if (++scene->answered == scene->stop_answered)
		loop_stop(scene->loop);
}

static void run_until_answered(struct scene *scene, int answers)
{
	scene->stop_answered = answers;
	if (scene->answered < answers)
		loop_run(scene->loop);
	assert_false(scene->late);
	assert_int_equal(scene->answered, answers);
	assert_int_equal(redis_pending(scene->redis), 0);
}

// --- answers
// -----------------------------------------------------------------------------------------

static void on_number(const struct redis_reply *reply, void *context)
{
	struct scene *scene = context;
	assert_non_null(reply);
	assert_int_equal(redis_reply_type(reply), REDIS_INTEGER);
	assert_int_equal(redis_reply_integer(reply), ++scene->expected);
	on_answer(reply, scene);
}

static void redis_answers_come_in_the_order_of_the_commands(void **state)
{
	struct scene *scene = *state;
	open_connected(scene);
	for (int i = 0; i < COMMANDS_MAX; i++)
		redis_command_texts(scene->redis, on_number, scene, "INCR", "n", NULL);
	assert_int_equal(redis_pending(scene->redis), COMMANDS_MAX);
	run_until_answered(scene, COMMANDS_MAX);
}

static void look_at_kinds(const struct redis_reply *reply)
{
	assert_int_equal(redis_reply_type(reply), REDIS_ARRAY);
	assert_int_equal(redis_reply_count(reply), 5);
	assert_int_equal(redis_reply_text(reply).size, 0);
	assert_int_equal(redis_reply_integer(reply), 0);
	assert_int_equal(redis_reply_type(redis_reply_at(reply, 0)), REDIS_INTEGER);
	assert_int_equal(redis_reply_integer(redis_reply_at(reply, 0)), -7);
	assert_int_equal(redis_reply_count(redis_reply_at(reply, 0)), 0);
	assert_int_equal(redis_reply_type(redis_reply_at(reply, 1)), REDIS_TEXT);
	assert_true(bytes_equal(redis_reply_text(redis_reply_at(reply, 1)), bytes_make("a\0b", 3)));
	assert_int_equal(redis_reply_type(redis_reply_at(reply, 2)), REDIS_NIL);
	assert_int_equal(redis_reply_text(redis_reply_at(reply, 2)).size, 0);
	assert_int_equal(redis_reply_type(redis_reply_at(reply, 3)), REDIS_TEXT);
	assert_true(bytes_equal_text(redis_reply_text(redis_reply_at(reply, 3)), "OK"));
	const struct redis_reply *inner = redis_reply_at(reply, 4);
	assert_int_equal(redis_reply_count(inner), 1);
	assert_int_equal(redis_reply_type(redis_reply_at(inner, 0)), REDIS_ERROR);
	assert_true(bytes_equal_text(redis_reply_text(redis_reply_at(inner, 0)), "ERR mine"));
}

static void redis_replies_of_every_kind_can_be_read(void **state)
{
	struct scene *scene = *state;
	open_connected(scene);
	scene->look = look_at_kinds;
	redis_command_texts(scene->redis, on_answer, scene, "EVAL",
	    "return {-7, 'a\\0b', false, {ok='OK'}, {{err='ERR mine'}}}", "0", NULL);
	run_until_answered(scene, 1);
}

static void look_at_error(const struct redis_reply *reply)
{
	assert_int_equal(redis_reply_type(reply), REDIS_ERROR);
	assert_true(
	    strncmp((const char *)redis_reply_text(reply).data, "ERR unknown command", 19) == 0);
}

static void redis_error_is_an_answer_and_not_the_end(void **state)
{
	struct scene *scene = *state;
	open_connected(scene);
	scene->look = look_at_error;
	redis_command_texts(scene->redis, on_answer, scene, "NONSENSE", NULL);
	run_until_answered(scene, 1);
	assert_true(redis_is_connected(scene->redis));
	scene->look = NULL;
	redis_command_texts(scene->redis, NULL, NULL, "PING", NULL); // who does not want to know
	redis_command_texts(scene->redis, on_number, scene, "INCR", "n", NULL);
	run_until_answered(scene, 2);
}

static uint8_t every_byte[256];

static void look_at_every_byte(const struct redis_reply *reply)
{
	assert_int_equal(redis_reply_count(reply), 4);
	assert_true(
	    bytes_equal(redis_reply_text(redis_reply_at(reply, 0)), bytes_make(every_byte, 256)));
	assert_int_equal(redis_reply_type(redis_reply_at(reply, 1)), REDIS_TEXT);
	assert_int_equal(redis_reply_text(redis_reply_at(reply, 1)).size, 0);
	assert_true(
	    bytes_equal_text(redis_reply_text(redis_reply_at(reply, 2)), "18446744073709551615"));
	assert_true(bytes_equal_text(redis_reply_text(redis_reply_at(reply, 3)), "in pieces"));
}

static void redis_arguments_hold_any_bytes(void **state)
{
	struct scene *scene = *state;
	struct redis_arguments arguments = { { 0 }, { 0 } };
	open_connected(scene);
	for (size_t i = 0; i < sizeof every_byte; i++)
		every_byte[i] = (uint8_t)i;
	redis_arguments_add_text(&arguments, "to be forgotten");
	redis_arguments_clear(&arguments);
	redis_arguments_add_text(&arguments, "RPUSH");
	redis_arguments_add(&arguments, bytes_make("key\0\r\n", 6));
	redis_arguments_add(&arguments, bytes_make(every_byte, sizeof every_byte));
	redis_arguments_add(&arguments, bytes_make(NULL, 0));
	redis_arguments_add_number(&arguments, UINT64_MAX);
	struct buffer *texts = redis_arguments_begin(&arguments);
	buffer_append_text(texts, "in ");
	buffer_append_text(texts, "pieces");
	redis_arguments_end(&arguments);
	redis_command_arguments(scene->redis, &arguments, NULL, NULL);
	redis_arguments_add_text(&arguments, "LRANGE"); // it is empty again
	redis_arguments_add(&arguments, bytes_make("key\0\r\n", 6));
	redis_arguments_add_text(&arguments, "0");
	redis_arguments_add_text(&arguments, "-1");
	scene->look = look_at_every_byte;
	redis_command_arguments(scene->redis, &arguments, on_answer, scene);
	run_until_answered(scene, 1);
	redis_arguments_deinit(&arguments);
	redis_arguments_deinit(&arguments);
}

static void look_at_length(const struct redis_reply *reply)
{
	assert_int_equal(redis_reply_integer(reply), 3000);
}

static void redis_commands_may_have_thousands_of_arguments(void **state)
{
	struct scene *scene = *state;
	struct redis_arguments arguments = { { 0 }, { 0 } };
	open_connected(scene);
	redis_arguments_add_text(&arguments, "RPUSH");
	redis_arguments_add_text(&arguments, "list");
	for (uint64_t i = 0; i < 3000; i++)
		redis_arguments_add_number(&arguments, i);
	scene->look = look_at_length;
	redis_command_arguments(scene->redis, &arguments, on_answer, scene);
	run_until_answered(scene, 1);
	redis_arguments_deinit(&arguments);
}

static void look_at_large(const struct redis_reply *reply)
{
	assert_int_equal(redis_reply_text(reply).size, 5 << 20);
}

static void redis_takes_values_of_megabytes(void **state)
{
	struct scene *scene = *state;
	open_connected(scene);
	uint8_t *large = (uint8_t *)allocate(5 << 20);
	struct bytes set[] = { bytes_of_text("SET"), bytes_of_text("k"),
		bytes_make(large, 5 << 20) };
	redis_command(scene->redis, set, 3, NULL, NULL);
	free(large); // it was copied
	scene->look = look_at_large;
	redis_command_texts(scene->redis, on_answer, scene, "GET", "k", NULL);
	run_until_answered(scene, 1);
}

// --- coming and going
// --------------------------------------------------------------------------------------

static void redis_command_without_a_connection_is_answered_with_null_at_once(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(
	    redis_open(&scene->redis, scene->loop, scene->address, &events, scene), STATUS_OK);
	redis_command_texts(scene->redis, on_answer, scene, "PING", NULL);
	assert_int_equal(scene->nulls, 1);
	redis_command_texts(scene->redis, NULL, NULL, "PING", NULL);
	assert_int_equal(redis_pending(scene->redis), 0);
}

static void redis_answers_null_for_what_was_under_way_and_comes_back(void **state)
{
	struct scene *scene = *state;
	open_connected(scene);
	redis_command_texts(scene->redis, on_answer, scene, "SET", "before", "1", NULL);
	run_until_answered(scene, 1);
	buffer_clear(&scene->log);
	kill(scene->server, SIGSTOP); // so that nothing is answered any more
	for (int i = 0; i < 5; i++)
		redis_command_texts(scene->redis, on_answer, scene, "PING", NULL);
	run_for(scene, 50);
	assert_int_equal(scene->answered, 1);
	assert_int_equal(redis_pending(scene->redis), 5);
	scene->ask_again = true;
	scene->stop_lost = 1;
	stop_server(scene);
	loop_run(scene->loop);
	assert_false(scene->late);
	assert_string_equal(buffer_text(&scene->log), "NNNNNL"); // first the answers, then the news
	assert_int_equal(redis_pending(scene->redis), 0);
	assert_non_null(strstr(scene->reason, scene->address));
	start_server(scene);
	run_until_connected(scene, 2);
	scene->ask_again = false;
	redis_command_texts(scene->redis, on_number, scene, "INCR", "n", NULL);
	run_until_answered(scene, 7);
}

static void redis_survives_being_killed_again_and_again(void **state)
{
	struct scene *scene = *state;
	open_connected(scene);
	for (int turn = 0; turn < 5; turn++) {
		scene->stop_answered = scene->stop_lost = 0;
		for (int i = 0; i < 200; i++)
			redis_command_texts(scene->redis, on_answer, scene, "INCR", "n", NULL);
		run_for(scene, turn);
		stop_server(scene);
		scene->stop_lost = scene->lost + 1;
		loop_run(scene->loop);
		assert_int_equal(
		    scene->answered, 200 * (turn + 1)); // each once, with or without a reply
		start_server(scene);
		run_until_connected(scene, turn + 2);
	}
	assert_false(scene->late);
}

static void redis_that_is_not_there_is_tried_again_less_and_less_often(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(
	    redis_open(&scene->redis, scene->loop, scene->address, &events, scene), STATUS_OK);
	scene->stop_lost = 5; // at 0, 100, 300, 700 and 1500 ms
	loop_run(scene->loop);
	assert_false(scene->late);
	assert_int_equal(scene->connected, 0);
	assert_true(strlen(scene->reason) > strlen(scene->address));
	for (int i = 1; i < 5; i++)
		assert_in_range(scene->lost_ms[i] - scene->lost_ms[i - 1], (100 << (i - 1)) - 20,
		    (100 << (i - 1)) + 400);
	start_server(scene);
	run_until_connected(scene, 1);
}

// A port that nobody listens on: the refusal comes later than with a socket file.
static int free_port(bool listening, int *descriptor)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	*descriptor = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(*descriptor, (struct sockaddr *)&address, sizeof address), 0);
	if (listening)
		assert_int_equal(listen(*descriptor, 0), 0);
	assert_int_equal(getsockname(*descriptor, (struct sockaddr *)&address, &size), 0);
	return ntohs(address.sin_port);
}

static void redis_refused_over_tcp_is_told_and_tried_again(void **state)
{
	struct scene *scene = *state;
	int descriptor, port = free_port(false, &descriptor);
	snprintf(scene->address, sizeof scene->address, "127.0.0.1:%d", port);
	assert_int_equal(
	    redis_open(&scene->redis, scene->loop, scene->address, &events, scene), STATUS_OK);
	scene->stop_lost = 3;
	loop_run(scene->loop);
	assert_false(scene->late);
	assert_non_null(strstr(scene->reason, "refused"));
	close(descriptor);
}

// A server whose queue of new connections is full neither takes nor refuses.
static void redis_that_never_answers_a_connection_is_given_up(void **state)
{
	struct scene *scene = *state;
	int listener, fillers[8], port = free_port(true, &listener);
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)port) };
	for (size_t i = 0; i < COUNT_OF(fillers); i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)connect(fillers[i], (struct sockaddr *)&address, sizeof address);
	}
	snprintf(scene->address, sizeof scene->address, "127.0.0.1:%d", port);
	assert_int_equal(
	    redis_open(&scene->redis, scene->loop, scene->address, &events, scene), STATUS_OK);
	scene->stop_lost = 1;
	int64_t begun_ms = loop_now_ms(scene->loop);
	loop_run(scene->loop);
	assert_false(scene->late);
	assert_int_equal(scene->connected, 0);
	assert_in_range(scene->lost_ms[0] - begun_ms, 4000, 8000);
	for (size_t i = 0; i < COUNT_OF(fillers); i++)
		close(fillers[i]);
	close(listener);
}

static void redis_close_answers_what_is_under_way_with_null(void **state)
{
	struct scene *scene = *state;
	open_connected(scene);
	for (int i = 0; i < 10; i++)
		redis_command_texts(scene->redis, on_answer, scene, "PING", NULL);
	redis_close(&scene->redis);
	assert_null(scene->redis);
	assert_int_equal(scene->nulls, 10);
	assert_int_equal(scene->lost, 0); // who closes knows
	run_for(scene, 300);
	assert_int_equal(scene->connected, 1);
}

static void redis_refuses_addresses_of_another_form(void **state)
{
	struct scene *scene = *state;
	static const char *const wrong[] = { "", "localhost", "unix:", "unix:relative", ":6379",
		"127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", "127.0.0.1:6379x",
		"127.0.0.1:-1" };
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		assert_int_equal(redis_open(&scene->redis, scene->loop, wrong[i], &events, scene),
		    STATUS_INVALID);
		assert_null(scene->redis);
	}
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	if (!find_redis_server()) {
		printf("skipped: there is no redis-server in the PATH\n");
		return 0;
	}
	const struct CMUnitTest tests[] = {
		SCENE(redis_answers_come_in_the_order_of_the_commands),
		SCENE(redis_replies_of_every_kind_can_be_read),
		SCENE(redis_error_is_an_answer_and_not_the_end),
		SCENE(redis_arguments_hold_any_bytes),
		SCENE(redis_commands_may_have_thousands_of_arguments),
		SCENE(redis_takes_values_of_megabytes),
		SCENE(redis_command_without_a_connection_is_answered_with_null_at_once),
		SCENE(redis_answers_null_for_what_was_under_way_and_comes_back),
		SCENE(redis_survives_being_killed_again_and_again),
		SCENE(redis_that_is_not_there_is_tried_again_less_and_less_often),
		SCENE(redis_refused_over_tcp_is_told_and_tried_again),
		SCENE(redis_that_never_answers_a_connection_is_given_up),
		SCENE(redis_close_answers_what_is_under_way_with_null),
		SCENE(redis_refuses_addresses_of_another_form),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
