// SPDX-License-Identifier: Apache-2.0
// bus_test: who is on the list gets in, who is not gets nothing, and every message arrives whole or
// not at all.
#include "bus.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <zmq.h>

#include <cmocka.h>

enum {
	BEAT_MS = 20,
	DEADLINE_MS = 20000,
	LARGE = 500 * 1024
};

struct scene {
	char folder[SCRATCH_PATH_SIZE];
	char publish_endpoint[128], answer_endpoint[128];
	struct loop *loop;
	struct loop_timer *deadline, *beat, *end;
	char server_public[BUS_KEY_SIZE], server_secret[BUS_KEY_SIZE];
	char client_public[BUS_KEY_SIZE], client_secret[BUS_KEY_SIZE];
	bool admitted;
	struct bus *server, *client;
	struct bus_socket *publishing, *answering, *subscription, *requests;
	int beats, received, asked, stop_at;
	size_t answer_bytes;
	struct buffer last, peer;
	bool late, close_inside, only_count;
	enum status last_sent;
};

static bool admit(const char *public_key, void *context)
{
	const struct scene *scene = context;
	assert_int_equal(strlen(public_key), BUS_KEY_SIZE - 1);
	return scene->admitted && strcmp(public_key, scene->client_public) == 0;
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

static void run_until(struct scene *scene, int received)
{
	scene->stop_at = received;
	loop_run(scene->loop);
	assert_false(scene->late);
	assert_true(scene->received >= received); // several may come at once
	scene->stop_at = 0;
}

static void received(struct bytes peer, struct bytes topic, struct bytes body, void *context)
{
	struct scene *scene = context;
	assert_int_equal(peer.size, 0);
	buffer_clear(&scene->last);
	buffer_append_bytes(&scene->last, topic);
	buffer_append_text(&scene->last, "|");
	buffer_append_bytes(&scene->last, body);
	if (scene->close_inside) {
		bus_socket_close(&scene->subscription);
		bus_socket_close(&scene->requests);
	}
	scene->received++;
	if (scene->stop_at > 0 && scene->received >= scene->stop_at)
		loop_stop(scene->loop);
}

static void asked(struct bytes peer, struct bytes topic, struct bytes body, void *context)
{
	struct scene *scene = context;
	assert_true(peer.size > 0);
	assert_int_equal(topic.size, 0);
	scene->asked++;
	buffer_clear(&scene->peer);
	buffer_append_bytes(&scene->peer, peer);
	if (scene->close_inside) {
		bus_socket_close(&scene->answering);
		loop_stop(scene->loop);
		return;
	}
	uint8_t *answer = (uint8_t *)allocate(scene->answer_bytes + 1);
	memcpy(
	    answer, body.data, body.size < scene->answer_bytes ? body.size : scene->answer_bytes);
	size_t size = scene->answer_bytes > 0 ? scene->answer_bytes : body.size;
	scene->last_sent = bus_send(scene->answering, peer, bytes_of_text("tax"),
	    scene->answer_bytes > 0 ? bytes_make(answer, size) : body);
	free(answer);
}

static void publish_something(void *context)
{
	struct scene *scene = context;
	struct bytes none = { NULL, 0 };
	char body[32];
	snprintf(body, sizeof body, "%d", ++scene->beats);
	assert_int_equal(
	    bus_send(scene->publishing, none, bytes_of_text("health"), bytes_of_text(body)),
	    STATUS_OK);
	assert_int_equal(
	    bus_send(scene->publishing, none, bytes_of_text("tax"), bytes_of_text(body)),
	    STATUS_OK);
}

static void open_server(struct scene *scene)
{
	assert_int_equal(bus_open(&scene->server, scene->loop, scene->server_public,
			     scene->server_secret, admit, scene),
	    STATUS_OK);
	assert_int_equal(
	    bus_publish_open(&scene->publishing, scene->server, scene->publish_endpoint),
	    STATUS_OK);
	assert_int_equal(
	    bus_answer_open(&scene->answering, scene->server, scene->answer_endpoint, asked, scene),
	    STATUS_OK);
}

static void open_client(struct scene *scene, const char *server_key)
{
	assert_int_equal(bus_open(&scene->client, scene->loop, scene->client_public,
			     scene->client_secret, NULL, NULL),
	    STATUS_OK);
	assert_int_equal(bus_subscribe_open(&scene->subscription, scene->client,
			     scene->publish_endpoint, server_key, "tax", received, scene),
	    STATUS_OK);
	assert_int_equal(bus_request_open(&scene->requests, scene->client, scene->answer_endpoint,
			     server_key, received, scene),
	    STATUS_OK);
}

static void begin_to_publish(struct scene *scene)
{
	scene->beat = loop_timer_open(scene->loop, 0, BEAT_MS, publish_something, scene);
}

static enum status ask(struct scene *scene, struct bytes body)
{
	static const struct bytes none;
	return bus_send(scene->requests, none, none, body);
}

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	scratch_make(scene->folder);
	snprintf(scene->publish_endpoint, sizeof scene->publish_endpoint, "ipc://%s/publish",
	    scene->folder);
	snprintf(scene->answer_endpoint, sizeof scene->answer_endpoint, "ipc://%s/answer",
	    scene->folder);
	bus_keypair(scene->server_public, scene->server_secret);
	bus_keypair(scene->client_public, scene->client_secret);
	scene->admitted = true;
	*state = scene;
	if (loop_open(&scene->loop) != STATUS_OK)
		return 1;
	scene->deadline = loop_timer_open(scene->loop, DEADLINE_MS, 0, too_late, scene);
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	loop_timer_close(&scene->beat);
	bus_close(&scene->client, 0);
	bus_close(&scene->server, 0);
	bus_close(&scene->server, 0);
	loop_close(&scene->loop);
	buffer_deinit(&scene->last);
	buffer_deinit(&scene->peer);
	scratch_remove(scene->folder);
	free(scene);
	return 0;
}

static void bus_subscriber_gets_its_topic_and_no_other(void **state)
{
	struct scene *scene = *state;
	open_server(scene);
	open_client(scene, scene->server_public);
	begin_to_publish(scene);
	run_until(scene, 5);
	assert_true(strncmp(buffer_text(&scene->last), "tax|", 4) == 0);
	assert_int_equal(bus_refused(scene->server), 0);
}

static void bus_requests_are_answered_each_to_its_peer(void **state)
{
	struct scene *scene = *state;
	open_server(scene);
	open_client(scene, scene->server_public);
	for (int i = 0; i < 5; i++)
		assert_int_equal(ask(scene, bytes_of_text("what?")), STATUS_OK);
	run_until(scene, 5);
	assert_string_equal(buffer_text(&scene->last), "tax|what?");
	assert_int_equal(scene->asked, 5);
}

static void bus_answers_may_be_large(void **state)
{
	struct scene *scene = *state;
	scene->answer_bytes = LARGE;
	open_server(scene);
	open_client(scene, scene->server_public);
	assert_int_equal(ask(scene, bytes_make("\0\1\2", 3)), STATUS_OK);
	run_until(scene, 1);
	assert_int_equal(scene->last.size, 4 + LARGE);
	assert_memory_equal(scene->last.data, "tax|\0\1\2\0", 8);
}

static void bus_key_that_is_not_on_the_list_gets_nothing_until_it_is(void **state)
{
	struct scene *scene = *state;
	scene->admitted = false;
	open_server(scene);
	open_client(scene, scene->server_public);
	begin_to_publish(scene);
	(void)ask(scene, bytes_of_text("let me in"));
	run_for(scene, 300);
	assert_int_equal(scene->received, 0);
	assert_int_equal(scene->asked, 0);
	assert_true(bus_refused(scene->server) >= 2); // both sockets
	scene->admitted = true; // an operator added it: nobody has to be started again
	run_until(scene, 3);
	assert_true(scene->asked <= 1);
}

static void bus_without_a_list_lets_nobody_in(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(bus_open(&scene->server, scene->loop, scene->server_public,
			     scene->server_secret, NULL, NULL),
	    STATUS_OK);
	assert_int_equal(
	    bus_publish_open(&scene->publishing, scene->server, scene->publish_endpoint),
	    STATUS_OK);
	open_client(scene, scene->server_public);
	begin_to_publish(scene);
	run_for(scene, 300);
	assert_int_equal(scene->received, 0);
	assert_true(bus_refused(scene->server) > 0);
}

static void bus_server_with_another_key_is_not_believed(void **state)
{
	struct scene *scene = *state;
	char other_public[BUS_KEY_SIZE], other_secret[BUS_KEY_SIZE];
	bus_keypair(other_public, other_secret);
	open_server(scene);
	open_client(scene, other_public);
	begin_to_publish(scene);
	run_for(scene, 300);
	assert_int_equal(scene->received, 0);
	assert_int_equal(scene->asked, 0);
}

static void bus_lets_nobody_in_who_does_not_speak_curve(void **state)
{
	struct scene *scene = *state;
	open_server(scene);
	void *context = zmq_ctx_new(), *plain = zmq_socket(context, ZMQ_SUB),
	     *dealer = zmq_socket(context, ZMQ_DEALER);
	int none = 0;
	zmq_setsockopt(plain, ZMQ_SUBSCRIBE, "", 0);
	zmq_setsockopt(plain, ZMQ_LINGER, &none, sizeof none);
	zmq_setsockopt(dealer, ZMQ_LINGER, &none, sizeof none);
	assert_int_equal(zmq_connect(plain, scene->publish_endpoint), 0);
	assert_int_equal(zmq_connect(dealer, scene->answer_endpoint), 0);
	assert_int_equal(zmq_send(dealer, "x", 1, ZMQ_DONTWAIT), 1);
	begin_to_publish(scene);
	run_for(scene, 300);
	char byte;
	assert_int_equal(zmq_recv(plain, &byte, 1, ZMQ_DONTWAIT), -1);
	assert_int_equal(scene->asked, 0);
	zmq_close(plain);
	zmq_close(dealer);
	zmq_ctx_term(context);
}

static void bus_request_over_the_limit_reaches_nobody_and_harms_nobody(void **state)
{
	struct scene *scene = *state;
	uint8_t *large = (uint8_t *)allocate(65 * 1024);
	open_server(scene);
	open_client(scene, scene->server_public);
	assert_int_equal(ask(scene, bytes_of_text("before")), STATUS_OK);
	run_until(scene, 1);
	assert_int_equal(ask(scene, bytes_make(large, 65 * 1024)), STATUS_OK);
	run_for(scene, 300);
	assert_int_equal(scene->asked, 1);
	assert_int_equal(ask(scene, bytes_of_text("after")), STATUS_OK);
	run_until(scene, 2);
	assert_string_equal(buffer_text(&scene->last), "tax|after");
	free(large);
}

static void bus_socket_may_be_closed_inside_its_own_callback(void **state)
{
	struct scene *scene = *state;
	open_server(scene);
	open_client(scene, scene->server_public);
	scene->close_inside = true;
	begin_to_publish(scene);
	run_until(scene, 1);
	assert_null(scene->subscription);
	assert_null(scene->requests);
	run_for(scene, 100);
	assert_int_equal(scene->received, 1);
	assert_int_equal(bus_request_open(&scene->requests, scene->client, scene->answer_endpoint,
			     scene->server_public, received, scene),
	    STATUS_OK);
	for (int i = 0; i < 5; i++)
		assert_int_equal(ask(scene, bytes_of_text("what?")), STATUS_OK);
	loop_run(scene->loop);
	assert_false(scene->late);
	assert_int_equal(scene->asked, 1);
	assert_null(scene->answering);
	bus_socket_close(&scene->answering);
}

static double processor_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void bus_paused_socket_receives_later_and_costs_nothing_meanwhile(void **state)
{
	struct scene *scene = *state;
	open_server(scene);
	open_client(scene, scene->server_public);
	begin_to_publish(scene);
	run_until(scene, 2);
	bus_socket_pause(scene->subscription, true);
	run_for(scene, 100);
	loop_timer_close(&scene->beat);
	run_for(scene, 50);
	int before = scene->received, beats = scene->beats;
	double begun = processor_seconds();
	run_for(scene, 500); // messages are waiting, and nobody looks at them
	assert_true(processor_seconds() - begun < 0.25);
	assert_int_equal(scene->received, before);
	bus_socket_pause(scene->subscription, false);
	run_until(scene, before + 2);
	char expected[32];
	run_for(scene, 100);
	snprintf(expected, sizeof expected, "tax|%d", beats);
	assert_string_equal(buffer_text(&scene->last), expected); // the last one, too
}

static void bus_idle_costs_nothing(void **state)
{
	struct scene *scene = *state;
	open_server(scene);
	open_client(scene, scene->server_public);
	assert_int_equal(ask(scene, bytes_of_text("hello")), STATUS_OK);
	run_until(scene, 1);
	double begun = processor_seconds();
	run_for(scene, 500);
	assert_true(processor_seconds() - begun < 0.25);
}

static void bus_send_tells_of_full_queues_and_peers_that_are_gone(void **state)
{
	struct scene *scene = *state;
	open_client(scene, scene->server_public); // to a server that is not there yet
	int sent = 0;
	while (sent < 1000 && ask(scene, bytes_of_text("early")) == STATUS_OK)
		sent++;
	assert_in_range(sent, 1, 100);
	assert_int_equal(ask(scene, bytes_of_text("early")), STATUS_BUSY);
	open_server(scene);
	run_until(scene, sent); // they waited for it
	assert_int_equal(ask(scene, bytes_of_text("again")), STATUS_OK);
	run_until(scene, sent + 1);
	bus_close(&scene->client, 0);
	scene->subscription = scene->requests = NULL;
	run_for(scene, 200);
	assert_int_equal(bus_send(scene->answering, buffer_bytes(&scene->peer),
			     bytes_of_text("tax"), bytes_of_text("x")),
	    STATUS_NOT_FOUND);
	assert_int_equal(bus_send(scene->answering, bytes_of_text("nobody"), bytes_of_text("tax"),
			     bytes_of_text("x")),
	    STATUS_NOT_FOUND);
}

static void bus_slow_reader_makes_its_own_queue_full_only(void **state)
{
	struct scene *scene = *state;
	uint8_t *large = (uint8_t *)allocate(LARGE);
	open_server(scene);
	open_client(scene, scene->server_public);
	assert_int_equal(ask(scene, bytes_of_text("hello")), STATUS_OK);
	run_until(scene, 1);
	bus_socket_pause(scene->requests, true);
	struct bytes peer = buffer_bytes(&scene->peer);
	enum status status = STATUS_OK;
	int sent = 0;
	for (; sent < 2000 && status == STATUS_OK; sent++) {
		status = bus_send(
		    scene->answering, peer, bytes_of_text("tax"), bytes_make(large, LARGE));
		if (sent % 10 == 0)
			run_for(scene, 1);
	}
	assert_int_equal(status, STATUS_BUSY);
	assert_in_range(sent, 10, 600);
	begin_to_publish(scene); // others are served
	int before = scene->received;
	run_until(scene, before + 3);
	bus_socket_pause(scene->requests, false);
	loop_timer_close(&scene->beat);
	run_for(scene, 1000);
	assert_true(scene->received >= before + sent - 1); // nothing of what was taken is lost
	free(large);
}

static void bus_comes_back_after_the_server_was_away(void **state)
{
	struct scene *scene = *state;
	open_server(scene);
	open_client(scene, scene->server_public);
	begin_to_publish(scene);
	run_until(scene, 3);
	loop_timer_close(&scene->beat);
	bus_close(&scene->server, 100);
	run_for(scene, 200);
	open_server(scene);
	begin_to_publish(scene);
	int before = scene->received;
	run_until(scene, before + 3);
	assert_int_equal(ask(scene, bytes_of_text("again")), STATUS_OK);
}

static void bus_endpoints_that_cannot_be_are_errors_with_their_name(void **state)
{
	struct scene *scene = *state;
	struct bus_socket *socket;
	open_server(scene);
	assert_int_equal(
	    bus_publish_open(&socket, scene->server, "tcp://256.0.0.1:1"), STATUS_UNAVAILABLE);
	assert_null(socket);
	assert_non_null(strstr(status_reason(), "tcp://256.0.0.1:1"));
	assert_int_equal(bus_publish_open(&socket, scene->server, "nonsense"), STATUS_UNAVAILABLE);
	assert_int_equal(
	    bus_answer_open(&socket, scene->server, "ipc:///nonexistent/socket", asked, scene),
	    STATUS_UNAVAILABLE);
	assert_int_equal(bus_subscribe_open(&socket, scene->server, "nonsense",
			     scene->server_public, "x", received, scene),
	    STATUS_UNAVAILABLE);
	assert_int_equal(bus_request_open(&socket, scene->server, scene->answer_endpoint, "no key",
			     received, scene),
	    STATUS_UNAVAILABLE);
	assert_null(socket);
}

static void bus_close_lets_what_was_sent_leave(void **state)
{
	struct scene *scene = *state;
	static const struct bytes none;
	open_server(scene);
	open_client(scene, scene->server_public);
	begin_to_publish(scene);
	run_until(scene, 1);
	loop_timer_close(&scene->beat);
	assert_int_equal(
	    bus_send(scene->publishing, none, bytes_of_text("tax"), bytes_of_text("last words")),
	    STATUS_OK);
	bus_close(&scene->server, 1000);
	assert_null(scene->server);
	run_for(scene, 200);
	assert_string_equal(buffer_text(&scene->last), "tax|last words");
}

// Client and server in two processes: the keys are all that they share.
static void bus_joins_two_processes(void **state)
{
	struct scene *scene = *state;
	int status;
	pid_t child = fork();
	if (child == 0) {
		alarm(15);
		open_client(scene, scene->server_public);
		(void)ask(scene, bytes_of_text("from a child"));
		scene->stop_at = 1;
		loop_run(scene->loop);
		_exit(strcmp(buffer_text(&scene->last), "tax|from a child") == 0 ? 0 : 3);
	}
	// No socket before the fork: a context does not live in two processes.
	open_server(scene);
	run_for(scene, 100);
	for (int i = 0; i < 150 && waitpid(child, &status, WNOHANG) == 0; i++)
		run_for(scene, 100);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(bus_joins_two_processes),
		SCENE(bus_subscriber_gets_its_topic_and_no_other),
		SCENE(bus_requests_are_answered_each_to_its_peer),
		SCENE(bus_answers_may_be_large),
		SCENE(bus_key_that_is_not_on_the_list_gets_nothing_until_it_is),
		SCENE(bus_without_a_list_lets_nobody_in),
		SCENE(bus_server_with_another_key_is_not_believed),
		SCENE(bus_lets_nobody_in_who_does_not_speak_curve),
		SCENE(bus_request_over_the_limit_reaches_nobody_and_harms_nobody),
		SCENE(bus_socket_may_be_closed_inside_its_own_callback),
		SCENE(bus_paused_socket_receives_later_and_costs_nothing_meanwhile),
		SCENE(bus_idle_costs_nothing),
		SCENE(bus_send_tells_of_full_queues_and_peers_that_are_gone),
		SCENE(bus_slow_reader_makes_its_own_queue_full_only),
		SCENE(bus_comes_back_after_the_server_was_away),
		SCENE(bus_endpoints_that_cannot_be_are_errors_with_their_name),
		SCENE(bus_close_lets_what_was_sent_leave),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
