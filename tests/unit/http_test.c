// SPDX-License-Identifier: Apache-2.0
// http_test: what the HTTP server promises, asked through raw sockets by a second thread.
#include "http.h"
#include "json.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	CLIENT_PATIENCE_MS = 20000,
	BODY_BYTES_MAX = 100000,
	CROWD = 200,
	LONG_ANSWER_BYTES = 8 << 20,
};

#define TOKEN "Test-token.0123456789"
#define HOST "Host: 127.0.0.1\r\n"
#define AUTHORIZATION "Authorization: Bearer " TOKEN "\r\n"
#define USUAL HOST AUTHORIZATION

struct scene {
	struct loop *loop;
	struct http_server *server;
	char directory[32];
	char listen[128];
	// the client's thread
	void (*client)(struct scene *);
	const char *request; // what ask() sends
	struct buffer answer;
	int client_done; // eventfd
	struct loop_watch *client_watch;
	struct loop_timer *patience;
	bool late;
	int value; // whatever a client found
	// the handlers'
	struct http_request *pending[CROWD + 1];
	size_t pending_count;
	struct loop_timer *timer;
	int handled;
	// the stream's
	struct http_stream *stream;
	const char *line;       // to be filled in next, or NULL
	volatile size_t filled; // bytes
	int closed;
};

// --- handlers -----------------------------------------------------------------------------------

static void answer_text(struct http_request *request, const char *text)
{
	http_answer(request, 200, "text/plain", bytes_of_text(text), NULL);
}

static void handle_now(struct http_request *request, void *context)
{
	((struct scene *)context)->handled++;
	answer_text(request, "now");
}

static void handle_echo(struct http_request *request, void *context)
{
	((struct scene *)context)->handled++;
	http_answer(request, 200, http_header(request, "Content-Type"), http_body(request), NULL);
}

static void handle_row(struct http_request *request, void *context)
{
	struct buffer text = { 0 };
	const char *mode = http_query(request, "mode");
	(void)context;
	buffer_printf(
	    &text, "tail=%s mode=%s", http_path_tail(request), mode != NULL ? mode : "(none)");
	http_answer(request, 200, "text/plain", buffer_bytes(&text), NULL);
	buffer_deinit(&text);
}

static void handle_kind(struct http_request *request, void *context)
{
	(void)context;
	answer_text(request, http_content_type_is(request, "text/csv") ? "csv" : "else");
}

static void handle_language(struct http_request *request, void *context)
{
	(void)context;
	answer_text(request, http_wants_chinese(request) ? "zh" : "en");
}

static void answer_all_pending(void *context)
{
	struct scene *scene = context;
	for (size_t i = 0; i < scene->pending_count; i++)
		answer_text(scene->pending[i], "late");
	scene->pending_count = 0;
	loop_timer_close(&scene->timer);
}

static void handle_keep(struct http_request *request, void *context)
{
	struct scene *scene = context;
	scene->handled++;
	assert_true(scene->pending_count < COUNT_OF(scene->pending));
	scene->pending[scene->pending_count++] = request;
}

static void handle_later(struct http_request *request, void *context)
{
	struct scene *scene = context;
	handle_keep(request, scene);
	if (scene->timer == NULL)
		scene->timer = loop_timer_open(scene->loop, 50, 0, answer_all_pending, scene);
}

static void handle_crowd(struct http_request *request, void *context)
{
	struct scene *scene = context;
	handle_keep(request, scene);
	if (scene->pending_count == CROWD) // all are here at once
		answer_all_pending(scene);
}

static void handle_release(struct http_request *request, void *context)
{
	answer_all_pending(context);
	answer_text(request, "released");
}

static void handle_quiesce(struct http_request *request, void *context)
{
	http_server_quiesce(((struct scene *)context)->server);
	answer_text(request, "quiesced");
}

static void handle_busy(struct http_request *request, void *context)
{
	(void)context;
	http_answer_problem(request, 503, "disk_full", "A \"quoted\"\nreason", "磁盘已满");
}

static void handle_headers(struct http_request *request, void *context)
{
	const char *const headers[] = { "Location", "/v1/now", "X-Two", "2", NULL };
	(void)context;
	http_answer(request, 201, NULL, (struct bytes){ 0 }, headers);
}

static void handle_long(struct http_request *request, void *context)
{
	struct buffer content = { 0 };
	(void)context;
	memset(buffer_reserve(&content, LONG_ANSWER_BYTES), 'x', LONG_ANSWER_BYTES);
	content.size = LONG_ANSWER_BYTES;
	http_answer(request, 200, "text/plain", buffer_bytes(&content), NULL);
	buffer_deinit(&content);
}

static void handle_stored(struct http_request *request, void *context)
{
	const char *const headers[] = { "Cache-Control", "no-cache", NULL };
	(void)context;
	http_answer(request, 200, "text/plain", bytes_of_text("x"), headers);
}

// --- streams ---

static void stream_closed(void *context)
{
	struct scene *scene = context;
	scene->stream = NULL;
	scene->closed++;
}

static void fill_line(struct buffer *out, void *context)
{
	struct scene *scene = context;
	if (scene->line != NULL)
		buffer_append_text(out, scene->line);
	scene->line = NULL;
}

static void send_next_line(void *context)
{
	static const char *const lines[] = { "two\n", "three\n" };
	struct scene *scene = context;
	if (scene->handled < (int)COUNT_OF(lines)) {
		scene->line = lines[scene->handled++];
		http_stream_wake(scene->stream);
	} else if (scene->stream != NULL) {
		http_stream_end(scene->stream);
		loop_timer_close(&scene->timer);
	}
}

static void handle_stream(struct http_request *request, void *context)
{
	const char *const headers[] = { "X-Two", "2", NULL };
	struct scene *scene = context;
	scene->line = "one\n";
	scene->stream = http_answer_stream(
	    request, "text/event-stream", headers, fill_line, stream_closed, scene);
	scene->timer = loop_timer_open(scene->loop, 30, 30, send_next_line, scene);
}

static void handle_still_stream(struct http_request *request, void *context)
{
	struct scene *scene = context;
	scene->stream =
	    http_answer_stream(request, "text/plain", NULL, fill_line, stream_closed, scene);
}

static void fill_long(struct buffer *out, void *context)
{
	struct scene *scene = context;
	memset(buffer_reserve(out, HTTP_STREAM_PIECE_BYTES), 'x', HTTP_STREAM_PIECE_BYTES);
	out->size += HTTP_STREAM_PIECE_BYTES;
	scene->filled += HTTP_STREAM_PIECE_BYTES;
	if (scene->filled >= LONG_ANSWER_BYTES)
		http_stream_end(scene->stream);
}

static void handle_long_stream(struct http_request *request, void *context)
{
	struct scene *scene = context;
	scene->stream =
	    http_answer_stream(request, "text/plain", NULL, fill_long, stream_closed, scene);
}

static void tell_again(void *context)
{
	struct scene *scene = context;
	scene->line = "again\n";
	if (scene->stream != NULL)
		http_stream_wake(scene->stream);
}

static void handle_chatty_stream(struct http_request *request, void *context)
{
	struct scene *scene = context;
	handle_still_stream(request, scene);
	scene->timer = loop_timer_open(scene->loop, 10, 10, tell_again, scene);
}

static const struct http_route routes[] = {
	{ "GET", "/v1/stored", handle_stored, false },
	{ "GET", "/v1/stream", handle_stream, false },
	{ "GET", "/v1/still-stream", handle_still_stream, false },
	{ "GET", "/v1/long-stream", handle_long_stream, false },
	{ "GET", "/v1/chatty-stream", handle_chatty_stream, false },
	{ "GET", "/healthz", handle_now, true },
	{ "GET", "/v1/now", handle_now, false },
	{ "POST", "/v1/echo", handle_echo, false },
	{ "POST", "/v1/rows/{}", handle_row, false },
	{ "GET", "/v1/rows/{}", handle_row, false },
	{ "POST", "/v1/kind", handle_kind, false },
	{ "GET", "/v1/language", handle_language, false },
	{ "GET", "/v1/later", handle_later, false },
	{ "POST", "/v1/later", handle_later, false },
	{ "GET", "/v1/keep", handle_keep, false },
	{ "GET", "/v1/crowd", handle_crowd, false },
	{ "GET", "/v1/release", handle_release, false },
	{ "GET", "/v1/quiesce", handle_quiesce, false },
	{ "GET", "/v1/busy", handle_busy, false },
	{ "GET", "/v1/headers", handle_headers, false },
	{ "GET", "/v1/long", handle_long, false },
};

// --- the scene ----------------------------------------------------------------------------------

static bool admit_friends(const struct http_request *request, void *context)
{
	const char *cookie = http_header(request, "Cookie");
	(void)context;
	return cookie != NULL && strcmp(cookie, "friend=1") == 0;
}

static struct http_options options_for(struct scene *scene, const char *listen)
{
	return (struct http_options){
		.listen = listen,
		.token = TOKEN,
		.body_bytes_max = BODY_BYTES_MAX,
		.connections_max = CROWD + 50,
		.routes = routes,
		.route_count = COUNT_OF(routes),
		.context = scene,
		.admit = admit_friends,
	};
}

static void open_server(struct scene *scene, const char *listen)
{
	struct http_options options = options_for(scene, listen);
	if (http_server_open(&scene->server, scene->loop, &options) != STATUS_OK)
		fail_msg("%s", status_reason());
}

static int scene_set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	strcpy(scene->directory, "/tmp/http_test_XXXXXX");
	assert_non_null(mkdtemp(scene->directory));
	assert_int_equal(loop_open(&scene->loop), STATUS_OK);
	scene->client_done = eventfd(0, EFD_CLOEXEC);
	open_server(scene, "127.0.0.1:0");
	*state = scene;
	return 0;
}

static int scene_tear_down(void **state)
{
	struct scene *scene = *state;
	bool late = scene->late;
	loop_timer_close(&scene->timer);
	http_server_close(&scene->server);
	loop_close(&scene->loop);
	close(scene->client_done);
	buffer_deinit(&scene->answer);
	rmdir(scene->directory);
	free(scene);
	return late ? 1 : 0;
}

static void *client_main(void *context)
{
	struct scene *scene = context;
	uint64_t one = 1;
	scene->client(scene);
	if (write(scene->client_done, &one, sizeof one) != sizeof one)
		abort();
	return NULL;
}

static void client_is_done(int events, void *context)
{
	struct scene *scene = context;
	uint64_t value;
	(void)events;
	if (read(scene->client_done, &value, sizeof value) == sizeof value)
		loop_stop(scene->loop);
}

static void patience_ended(void *context)
{
	((struct scene *)context)->late = true;
}

// Runs the loop until the client, on a thread of its own, has come to its end.
static void serve(struct scene *scene, void (*client)(struct scene *))
{
	pthread_t thread;
	scene->client = client;
	buffer_clear(&scene->answer);
	scene->patience =
	    loop_timer_open(scene->loop, 2 * CLIENT_PATIENCE_MS, 0, patience_ended, scene);
	assert_int_equal(loop_watch_open(&scene->client_watch, scene->loop, scene->client_done,
			     LOOP_READABLE, client_is_done, scene),
	    STATUS_OK);
	assert_int_equal(pthread_create(&thread, NULL, client_main, scene), 0);
	loop_run(scene->loop);
	pthread_join(thread, NULL);
	loop_watch_close(&scene->client_watch);
	loop_timer_close(&scene->patience);
}

// --- the client ---------------------------------------------------------------------------------

static int client_connect(const struct scene *scene)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)http_server_port(scene->server)) };
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor >= 0 &&
	    connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) {
		close(descriptor);
		return -1;
	}
	return descriptor;
}

static bool client_send(int descriptor, const void *data, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(descriptor, data, size, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		data = (const char *)data + sent;
		size -= (size_t)sent;
	}
	return true;
}

static bool client_send_text(int descriptor, const char *text)
{
	return client_send(descriptor, text, strlen(text));
}

// Appends what comes next; 0: closed, -1: an error or nothing in time.
static ssize_t client_read(int descriptor, struct buffer *answer)
{
	struct pollfd wait = { .fd = descriptor, .events = POLLIN };
	if (poll(&wait, 1, CLIENT_PATIENCE_MS) != 1)
		return -1;
	ssize_t got = recv(descriptor, buffer_reserve(answer, 65536), 65536, 0);
	if (got > 0)
		answer->size += (size_t)got;
	return got;
}

static void client_read_to_end(int descriptor, struct buffer *answer)
{
	while (client_read(descriptor, answer) > 0)
		continue;
}

// Is the answer that begins at start whole? If so, *end is where the next one begins.
static bool answer_whole(struct buffer *answer, size_t start, size_t *end)
{
	const char *text = buffer_text(answer) + start;
	const char *body = strstr(text, "\r\n\r\n");
	if (body == NULL)
		return false;
	const char *length = strcasestr(text, "\r\nContent-Length:");
	size_t size = length != NULL && length < body ? strtoul(length + 17, NULL, 10) : 0;
	size_t whole = start + (size_t)(body - text) + 4 + size;
	if (answer->size < whole)
		return false;
	*end = whole;
	return true;
}

// Reads until count whole answers are there, or no more comes.
static void client_read_answers(int descriptor, struct buffer *answer, int count)
{
	size_t end = 0;
	while (count > 0) {
		if (answer_whole(answer, end, &end))
			count--;
		else if (client_read(descriptor, answer) <= 0)
			return;
	}
}

static void client_ask(struct scene *scene)
{
	int descriptor = client_connect(scene);
	client_send_text(descriptor, scene->request);
	client_read_answers(
	    descriptor, &scene->answer, strncmp(scene->request, "HEAD", 4) == 0 ? 0 : 1);
	if (strncmp(scene->request, "HEAD", 4) == 0)
		client_read_to_end(descriptor, &scene->answer);
	close(descriptor);
}

// Sends one request on a connection of its own; the answer lives until the next ask.
static const char *ask(struct scene *scene, const char *request)
{
	scene->request = request;
	serve(scene, client_ask);
	return buffer_text(&scene->answer);
}

static const char *ask_with_headers(struct scene *scene, const char *path, const char *headers)
{
	char request[2048];
	snprintf(request, sizeof request, "%s HTTP/1.1\r\n%s\r\n", path, headers);
	return ask(scene, request);
}

static void assert_code(const char *answer, int code)
{
	char expected[32];
	snprintf(expected, sizeof expected, "HTTP/1.1 %d ", code);
	if (strncmp(answer, expected, strlen(expected)) != 0)
		fail_msg("expected %s, got: %.200s", expected, answer);
}

static void assert_holds(const char *answer, const char *part)
{
	if (strstr(answer, part) == NULL)
		fail_msg("\"%s\" is not in: %.1000s", part, answer);
}

static const char *body_of(const char *answer)
{
	const char *body = strstr(answer, "\r\n\r\n");
	return body != NULL ? body + 4 : "(no body)";
}

// The answer is an RFC 9457 document in both languages, with this code.
static void assert_problem(const char *answer, int status, const char *code)
{
	struct json *json;
	int64_t number = 0;
	assert_code(answer, status);
	assert_holds(answer, "Content-Type: application/problem+json\r\n");
	assert_int_equal(json_parse(&json, bytes_of_text(body_of(answer))), STATUS_OK);
	const struct json_value *root = json_root(json);
	assert_string_equal(json_string(json_member(root, "type")), "about:blank");
	assert_true(json_integer(json_member(root, "status"), &number));
	assert_int_equal(number, status);
	assert_string_equal(json_string(json_member(root, "code")), code);
	assert_non_null(json_string(json_member(root, "title")));
	assert_non_null(json_string(json_member(root, "title_zh")));
	assert_non_null(json_string(json_member(root, "detail")));
	assert_non_null(json_string(json_member(root, "detail_zh")));
	json_free(&json);
}

// --- answers ------------------------------------------------------------------------------------

static void http_answers_are_never_stored_nor_sniffed(void **state)
{
	const char *answer = ask(*state, "GET /v1/now HTTP/1.1\r\n" USUAL "\r\n");
	assert_code(answer, 200);
	assert_holds(answer, "Cache-Control: no-store\r\n");
	assert_holds(answer, "X-Content-Type-Options: nosniff\r\n");
	assert_holds(answer, "Content-Type: text/plain\r\n");
	assert_string_equal(body_of(answer), "now");
	answer = ask(*state, "GET /nowhere HTTP/1.1\r\n" USUAL "\r\n");
	assert_holds(answer, "Cache-Control: no-store\r\n");
	assert_holds(answer, "X-Content-Type-Options: nosniff\r\n");
}

static void http_answer_carries_the_handlers_headers(void **state)
{
	const char *answer = ask(*state, "GET /v1/headers HTTP/1.1\r\n" USUAL "\r\n");
	assert_code(answer, 201);
	assert_holds(answer, "Location: /v1/now\r\n");
	assert_holds(answer, "X-Two: 2\r\n");
	assert_holds(answer, "Content-Length: 0\r\n");
}

static void http_head_is_get_without_body(void **state)
{
	const char *answer =
	    ask(*state, "HEAD /v1/now HTTP/1.1\r\n" USUAL "Connection: close\r\n\r\n");
	assert_code(answer, 200);
	assert_holds(answer, "Content-Length: 3\r\n");
	assert_string_equal(body_of(answer), "");
}

static void http_problem_escapes_its_texts_and_503_says_when_to_retry(void **state)
{
	const char *answer = ask(*state, "GET /v1/busy HTTP/1.1\r\n" USUAL "\r\n");
	assert_problem(answer, 503, "disk_full");
	assert_holds(answer, "Retry-After: 5\r\n");
	struct json *json;
	assert_int_equal(json_parse(&json, bytes_of_text(body_of(answer))), STATUS_OK);
	assert_string_equal(
	    json_string(json_member(json_root(json), "detail")), "A \"quoted\"\nreason");
	json_free(&json);
	assert_holds(answer, "\"detail_zh\":\"磁盘已满\"");
}

static void client_read_slowly(struct scene *scene)
{
	int descriptor = client_connect(scene);
	client_send_text(descriptor, "GET /v1/long HTTP/1.1\r\n" USUAL "\r\n");
	usleep(100 * 1000);
	client_read_answers(descriptor, &scene->answer, 1);
	close(descriptor);
}

static void http_long_answer_reaches_a_slow_reader_whole(void **state)
{
	struct scene *scene = *state;
	serve(scene, client_read_slowly);
	const char *body = body_of(buffer_text(&scene->answer));
	assert_int_equal(strlen(body), LONG_ANSWER_BYTES);
	assert_int_equal(strspn(body, "x"), LONG_ANSWER_BYTES);
}

// --- the guards ---------------------------------------------------------------------------------

static void http_refuses_requests_without_the_token(void **state)
{
	struct scene *scene = *state;
	static const char *const wrong[] = {
		"",
		"Authorization: Bearer\r\n",
		"Authorization: Bearer \r\n",
		"Authorization: Bearer Test-token.012345678\r\n",
		"Authorization: Bearer Test-token.01234567890\r\n",
		"Authorization: Bearer " TOKEN TOKEN "\r\n",
		"Authorization: Bearer test-token.0123456789\r\n",
		"Authorization: Basic " TOKEN "\r\n",
		"X-Authorization: Bearer " TOKEN "\r\n",
	};
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char headers[256];
		snprintf(headers, sizeof headers, HOST "%s", wrong[i]);
		const char *answer = ask_with_headers(scene, "GET /v1/now", headers);
		assert_problem(answer, 401, "token_required");
		assert_holds(answer, "WWW-Authenticate: Bearer\r\n");
	}
	assert_int_equal(scene->handled, 0);
	assert_code(
	    ask_with_headers(scene, "GET /v1/now", HOST "authorization: bearer " TOKEN "\r\n"),
	    200);
}

static void http_tells_strangers_nothing_about_its_paths(void **state)
{
	assert_problem(ask(*state, "GET /nowhere HTTP/1.1\r\n" HOST "\r\n"), 401, "token_required");
	assert_problem(
	    ask(*state, "DELETE /healthz HTTP/1.1\r\n" HOST "\r\n"), 401, "token_required");
}

static void http_open_route_needs_no_token(void **state)
{
	assert_code(ask(*state, "GET /healthz HTTP/1.1\r\n" HOST "\r\n"), 200);
}

static void http_refuses_hosts_that_are_not_this_machine(void **state)
{
	struct scene *scene = *state;
	static const char *const wrong[] = { "city.example", "127.0.0.1.city.example",
		"localhost.city.example:80", "10.0.0.1", "[::2]", "127.0.0.1:", "127.0.0.1:http",
		"127.0.0.1:70000", "[::1", "[::1]x", "localhosts", "0.0.0.0", "127.1",
		"user@127.0.0.1" };
	char headers[256];
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		snprintf(headers, sizeof headers, "Host: %s\r\n" AUTHORIZATION, wrong[i]);
		assert_problem(ask_with_headers(scene, "GET /v1/now", headers), 403, "misdirected");
		assert_problem(
		    ask_with_headers(scene, "GET /healthz", headers), 403, "misdirected");
	}
	assert_problem(
	    ask(scene, "GET /v1/now HTTP/1.0\r\n" AUTHORIZATION "\r\n"), 403, "misdirected");
	assert_int_equal(scene->handled, 0);
}

static void http_takes_every_name_of_this_machine(void **state)
{
	static const char *const right[] = { "127.0.0.1", "127.0.0.1:7401", "127.255.1.2:1",
		"localhost", "LocalHost:7401", "[::1]", "[::1]:7401" };
	char headers[256];
	for (size_t i = 0; i < COUNT_OF(right); i++) {
		snprintf(headers, sizeof headers, "Host: %s\r\n" AUTHORIZATION, right[i]);
		assert_code(ask_with_headers(*state, "GET /v1/now", headers), 200);
	}
}

static void http_refuses_large_headers(void **state)
{
	struct scene *scene = *state;
	struct buffer request = { 0 };
	buffer_append_text(&request, "GET /v1/now HTTP/1.1\r\n" USUAL);
	for (int i = 0; i < 15; i++)
		buffer_printf(&request, "X-Filler-%d: %01000d\r\n", i, 0);
	size_t most = request.size;
	buffer_append_text(&request, "\r\n");
	assert_code(ask(scene, buffer_text(&request)), 200);
	request.size = most;
	buffer_printf(&request, "X-Filler: %02000d\r\n\r\n", 0);
	assert_problem(ask(scene, buffer_text(&request)), 431, "headers_too_large");
	request.size = most;
	buffer_printf(&request, "X-Filler: %0200000d\r\n\r\n", 0);
	assert_code(ask(scene, buffer_text(&request)), 431);
	buffer_deinit(&request);
}

static void http_survives_what_is_no_http(void **state)
{
	static const char *const garbage[] = { "\r\n\r\n\r\n", "GET\r\n\r\n",
		"\x16\x03\x01\x02\x01", "GET / HTTP/9.9\r\n\r\n",
		"GET /v1/now HTTP/1.1\r\nHost\r\n\r\n",
		"POST /v1/echo HTTP/1.1\r\n" USUAL "Content-Length: -1\r\n\r\n",
		"POST /v1/echo HTTP/1.1\r\n" USUAL
		"Content-Length: 99999999999999999999999\r\n\r\n",
		"POST /v1/echo HTTP/1.1\r\n" USUAL "Transfer-Encoding: chunked\r\n\r\nzz\r\n" };
	struct scene *scene = *state;
	for (size_t i = 0; i < COUNT_OF(garbage); i++) {
		char request[512];
		snprintf(request, sizeof request, "%sGET /v1/now HTTP/1.1\r\n\r\n\r\n", garbage[i]);
		const char *answer = ask(scene, request);
		assert_null(strstr(answer, " 200 "));
	}
	assert_int_equal(scene->handled, 0);
	assert_code(ask(scene, "GET /v1/now HTTP/1.1\r\n" USUAL "\r\n"), 200);
}

// --- routes -------------------------------------------------------------------------------------

static void http_unknown_path_is_404_and_unknown_method_405(void **state)
{
	assert_problem(ask(*state, "GET /nowhere HTTP/1.1\r\n" USUAL "\r\n"), 404, "no_such_path");
	assert_problem(ask(*state, "GET /v1/rows/ HTTP/1.1\r\n" USUAL "\r\n"), 404, "no_such_path");
	assert_problem(
	    ask(*state, "GET /v1/rows/a/b HTTP/1.1\r\n" USUAL "\r\n"), 404, "no_such_path");
	assert_problem(ask(*state, "GET /v1/now/ HTTP/1.1\r\n" USUAL "\r\n"), 404, "no_such_path");
	const char *answer = ask(*state, "DELETE /v1/rows/tax HTTP/1.1\r\n" USUAL "\r\n");
	assert_problem(answer, 405, "method_not_allowed");
	assert_holds(answer, "Allow: POST, GET, HEAD\r\n");
	answer = ask(*state, "HEAD /v1/echo HTTP/1.1\r\n" USUAL "Connection: close\r\n\r\n");
	assert_code(answer, 405);
	assert_holds(answer, "Allow: POST\r\n");
}

static void http_path_tail_and_query_are_decoded(void **state)
{
	struct scene *scene = *state;
	static const char *const cases[][2] = {
		{ "/v1/rows/tax", "tail=tax mode=(none)" },
		{ "/v1/rows/%E7%A8%8E?mode=%E5%85%A8+x", "tail=税 mode=全 x" },
		{ "/v1/rows/a%2fb?other=1&mode=a%26b", "tail=a/b mode=a&b" },
		{ "/v1/rows/a?mode", "tail=a mode=" },
		{ "/v1/rows/a?mode=", "tail=a mode=" },
		{ "/v1/rows/a+b", "tail=a+b mode=(none)" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char path[128];
		snprintf(path, sizeof path, "GET %s", cases[i][0]);
		assert_string_equal(body_of(ask_with_headers(scene, path, USUAL)), cases[i][1]);
	}
}

static void http_refuses_paths_and_queries_that_do_not_decode(void **state)
{
	static const char *const wrong[] = { "/v1/rows/%", "/v1/rows/%4", "/v1/rows/%zz",
		"/v1/rows/a%00b" };
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		char path[128];
		snprintf(path, sizeof path, "GET %s", wrong[i]);
		assert_problem(ask_with_headers(*state, path, USUAL), 400, "path_encoding");
	}
	assert_problem(
	    ask_with_headers(*state, "GET /v1/now?a=b%00c", USUAL), 400, "query_encoding");
}

static void http_content_type_is_compared_without_its_parameters(void **state)
{
	static const char *const cases[][2] = { { "text/csv", "csv" },
		{ "Text/CSV; charset=gb18030", "csv" }, { "text/csv;header=present", "csv" },
		{ "text/csvx", "else" }, { "text/cs", "else" } };
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char headers[256];
		snprintf(headers, sizeof headers, USUAL "Content-Type: %s\r\nContent-Length: 0\r\n",
		    cases[i][0]);
		assert_string_equal(
		    body_of(ask_with_headers(*state, "POST /v1/kind", headers)), cases[i][1]);
	}
}

static void http_language_is_the_one_preferred(void **state)
{
	static const char *const cases[][2] = { { "zh-CN,zh;q=0.9,en;q=0.8", "zh" },
		{ "en-US,en;q=0.9,zh;q=0.8", "en" }, { "en;q=0.5, zh;q=0.55", "zh" },
		{ "zh;q=0", "en" }, { "ZH", "zh" }, { "zha", "en" }, { "*", "en" },
		{ "fr;q=1.0, zh;q=0.999", "en" }, { ",,;q=,zh;q=x", "en" },
		{ "en;q=0.1,zh-Hans", "zh" } };
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char headers[256];
		snprintf(headers, sizeof headers, USUAL "Accept-Language: %s\r\n", cases[i][0]);
		assert_string_equal(
		    body_of(ask_with_headers(*state, "GET /v1/language", headers)), cases[i][1]);
	}
	assert_string_equal(body_of(ask_with_headers(*state, "GET /v1/language", USUAL)), "en");
}

// --- bodies -------------------------------------------------------------------------------------

static void body_request(struct buffer *request, const char *head, size_t size)
{
	buffer_clear(request);
	buffer_append_text(request, head);
	buffer_printf(request, "Content-Length: %zu\r\n\r\n", size);
	memset(buffer_reserve(request, size), 'b', size);
	request->size += size;
}

static void http_takes_a_body_up_to_the_limit(void **state)
{
	struct scene *scene = *state;
	struct buffer request = { 0 };
	static const size_t sizes[] = { 0, 1, 70000, BODY_BYTES_MAX };
	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		body_request(&request, "POST /v1/echo HTTP/1.1\r\n" USUAL, sizes[i]);
		const char *answer = ask(scene, buffer_text(&request));
		assert_code(answer, 200);
		assert_int_equal(strspn(body_of(answer), "b"), sizes[i]);
	}
	buffer_deinit(&request);
}

static void http_refuses_an_announced_large_body_at_once(void **state)
{
	struct scene *scene = *state;
	const char *answer =
	    ask(scene, "POST /v1/echo HTTP/1.1\r\n" USUAL "Content-Length: 100001\r\n\r\n");
	assert_problem(answer, 413, "body_too_large"); // though not a byte of it was sent
	assert_holds(answer, "Connection: close\r\n");
	assert_holds(answer, "100000 bytes");
	assert_int_equal(scene->handled, 0);
}

static void client_send_chunks(struct scene *scene)
{
	char chunk[1000];
	int descriptor = client_connect(scene);
	memset(chunk, 'c', sizeof chunk);
	client_send_text(
	    descriptor, "POST /v1/echo HTTP/1.1\r\n" USUAL "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < scene->value; i++)
		if (!client_send_text(descriptor, "3e8\r\n") ||
		    !client_send(descriptor, chunk, sizeof chunk) ||
		    !client_send_text(descriptor, "\r\n"))
			break;
	client_send_text(descriptor, "0\r\n\r\n");
	client_read_answers(descriptor, &scene->answer, 1);
	close(descriptor);
}

static void http_takes_a_chunked_body_up_to_the_limit(void **state)
{
	struct scene *scene = *state;
	scene->value = BODY_BYTES_MAX / 1000;
	serve(scene, client_send_chunks);
	assert_code(buffer_text(&scene->answer), 200);
	assert_int_equal(strspn(body_of(buffer_text(&scene->answer)), "c"), BODY_BYTES_MAX);
}

static void http_refuses_a_chunked_body_over_the_limit(void **state)
{
	struct scene *scene = *state;
	scene->value = BODY_BYTES_MAX / 1000 + 1;
	serve(scene, client_send_chunks);
	assert_problem(buffer_text(&scene->answer), 413, "body_too_large");
	assert_int_equal(scene->handled, 0);
}

static void http_cuts_off_a_chunked_body_without_end(void **state)
{
	struct scene *scene = *state;
	scene->value = 1000000; // a gigabyte
	serve(scene, client_send_chunks);
	assert_int_equal(scene->answer.size, 0);
	assert_int_equal(scene->handled, 0);
	assert_code(ask(scene, "GET /v1/now HTTP/1.1\r\n" USUAL "\r\n"), 200);
}

static void client_refused_then_served(struct scene *scene)
{
	struct buffer request = { 0 };
	int descriptor = client_connect(scene);
	body_request(&request, "POST /v1/echo HTTP/1.1\r\n" HOST, BODY_BYTES_MAX);
	buffer_append_text(&request, "GET /v1/now HTTP/1.1\r\n" USUAL "\r\n");
	client_send(descriptor, request.data, request.size);
	client_read_answers(descriptor, &scene->answer, 2);
	close(descriptor);
	buffer_deinit(&request);
}

static void http_refusal_reaches_a_client_that_is_still_sending(void **state)
{
	struct scene *scene = *state;
	serve(scene, client_refused_then_served);
	const char *answer = buffer_text(&scene->answer);
	assert_code(answer, 401);
	assert_holds(answer, "HTTP/1.1 200 "); // and its connection goes on
	assert_int_equal(scene->handled, 1);
}

static void client_expect_continue(struct scene *scene)
{
	int descriptor = client_connect(scene);
	client_send_text(descriptor, scene->request);
	client_read_answers(descriptor, &scene->answer, 1);
	if (strstr(buffer_text(&scene->answer), " 100 ") != NULL) {
		client_send_text(descriptor, "hello");
		client_read_answers(descriptor, &scene->answer, 2);
	}
	close(descriptor);
}

static const char *ask_expecting(struct scene *scene, const char *request)
{
	scene->request = request;
	serve(scene, client_expect_continue);
	return buffer_text(&scene->answer);
}

static void http_asks_for_a_body_only_if_it_will_take_it(void **state)
{
	struct scene *scene = *state;
	const char *answer = ask_expecting(scene,
	    "POST /v1/echo HTTP/1.1\r\n" USUAL "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
	assert_code(answer, 100);
	assert_holds(answer, "HTTP/1.1 200 ");
	assert_holds(answer, "hello");
	answer = ask_expecting(scene, "POST /v1/echo HTTP/1.1\r\n" USUAL
				      "Expect: 100-continue\r\nContent-Length: 100001\r\n\r\n");
	assert_problem(answer, 413, "body_too_large");
	answer = ask_expecting(scene,
	    "POST /v1/echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
	assert_problem(answer, 401, "token_required");
}

static void client_send_bytewise(struct scene *scene)
{
	static const char request[] = "POST /v1/echo HTTP/1.1\r\n" USUAL
				      "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
	int descriptor = client_connect(scene);
	for (size_t i = 0; i + 1 < sizeof request; i++) {
		client_send(descriptor, request + i, 1);
		usleep(500);
	}
	client_read_answers(descriptor, &scene->answer, 1);
	close(descriptor);
}

static void http_takes_a_request_byte_by_byte(void **state)
{
	struct scene *scene = *state;
	serve(scene, client_send_bytewise);
	assert_code(buffer_text(&scene->answer), 200);
	assert_string_equal(body_of(buffer_text(&scene->answer)), "hello");
}

// --- now or later -------------------------------------------------------------------------------

static void http_answer_may_come_later(void **state)
{
	struct scene *scene = *state;
	const char *answer = ask(scene, "GET /v1/later HTTP/1.1\r\n" USUAL "\r\n");
	assert_code(answer, 200);
	assert_string_equal(body_of(answer), "late");
	answer = ask(scene, "POST /v1/later HTTP/1.1\r\n" USUAL "Content-Length: 5\r\n\r\nhello");
	assert_string_equal(body_of(answer), "late");
	assert_int_equal(scene->handled, 2);
}

static void client_wait_for_release(struct scene *scene)
{
	int waiting = client_connect(scene), releasing = client_connect(scene);
	struct buffer released = { 0 };
	client_send_text(waiting, "GET /v1/keep HTTP/1.1\r\n" USUAL "\r\n");
	usleep(50 * 1000);
	client_send_text(releasing, "GET /v1/release HTTP/1.1\r\n" USUAL "\r\n");
	client_read_answers(waiting, &scene->answer, 1);
	client_read_answers(releasing, &released, 1);
	scene->value = strstr(buffer_text(&released), "released") != NULL;
	buffer_deinit(&released);
	close(waiting);
	close(releasing);
}

static void http_answer_may_come_from_another_requests_handler(void **state)
{
	struct scene *scene = *state;
	serve(scene, client_wait_for_release);
	assert_string_equal(body_of(buffer_text(&scene->answer)), "late");
	assert_int_equal(scene->value, 1);
}

static void client_leave_while_waiting(struct scene *scene)
{
	struct linger at_once = { .l_onoff = 1 };
	for (int i = 0; i < 20; i++) {
		int descriptor = client_connect(scene);
		if (i % 2 == 0) // half of them with a reset
			setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
		client_send_text(descriptor, "GET /v1/keep HTTP/1.1\r\n" USUAL "\r\n");
		usleep(5 * 1000);
		close(descriptor);
	}
	usleep(50 * 1000);
}

static void http_request_outlives_its_client(void **state)
{
	struct scene *scene = *state;
	serve(scene, client_leave_while_waiting);
	assert_int_equal(scene->pending_count, 20);
	for (size_t i = 0; i < scene->pending_count; i++)
		assert_non_null(http_header(scene->pending[i], "Host"));
	answer_all_pending(scene);
	assert_code(ask(scene, "GET /v1/now HTTP/1.1\r\n" USUAL "\r\n"), 200);
}

static void client_leave_while_sending(struct scene *scene)
{
	for (int i = 0; i < 10; i++) {
		int descriptor = client_connect(scene);
		client_send_text(descriptor,
		    "POST /v1/echo HTTP/1.1\r\n" USUAL "Content-Length: 5000\r\n\r\nhalf");
		usleep(2 * 1000);
		close(descriptor);
	}
}

static void http_body_that_breaks_off_is_never_handled(void **state)
{
	struct scene *scene = *state;
	serve(scene, client_leave_while_sending);
	assert_int_equal(scene->handled, 0);
	assert_code(ask(scene, "GET /v1/now HTTP/1.1\r\n" USUAL "\r\n"), 200);
}

// --- many ---------------------------------------------------------------------------------------

static void client_crowd(struct scene *scene)
{
	int descriptors[CROWD];
	scene->value = 0;
	for (int i = 0; i < CROWD; i++) {
		descriptors[i] = client_connect(scene);
		client_send_text(descriptors[i], scene->request);
	}
	for (int i = 0; i < CROWD; i++) {
		buffer_clear(&scene->answer);
		client_read_answers(descriptors[i], &scene->answer, 1);
		scene->value += strncmp(buffer_text(&scene->answer), "HTTP/1.1 200 ", 13) == 0;
		close(descriptors[i]);
	}
}

static void http_serves_two_hundred_waiting_connections_at_once(void **state)
{
	struct scene *scene = *state;
	scene->request = "GET /v1/crowd HTTP/1.1\r\n" USUAL "\r\n";
	serve(scene, client_crowd);
	assert_int_equal(scene->value, CROWD);
	assert_int_equal(scene->handled, CROWD);
}

static void client_wait_for_the_only_place(struct scene *scene)
{
	struct buffer first = { 0 };
	int holding = client_connect(scene), waiting = client_connect(scene);
	client_send_text(holding, scene->request);
	client_send_text(waiting, scene->request);
	client_read_answers(holding, &first, 1);
	close(holding);
	client_read_answers(waiting, &scene->answer, 1);
	close(waiting);
	buffer_deinit(&first);
}

static void reopen_with_connections(struct scene *scene, unsigned connections_max)
{
	struct http_options options = options_for(scene, "127.0.0.1:0");
	options.connections_max = connections_max;
	http_server_close(&scene->server);
	assert_int_equal(http_server_open(&scene->server, scene->loop, &options), STATUS_OK);
}

static void http_connections_over_the_limit_wait_for_their_turn(void **state)
{
	struct scene *scene = *state;
	reopen_with_connections(scene, 1);
	scene->request = "GET /v1/now HTTP/1.1\r\n" USUAL "\r\n";
	serve(scene, client_wait_for_the_only_place);
	assert_code(buffer_text(&scene->answer), 200);
	reopen_with_connections(scene, 4);
	scene->request = "GET /v1/now HTTP/1.1\r\n" USUAL "Connection: close\r\n\r\n";
	serve(scene, client_crowd);
	assert_int_equal(scene->value, CROWD);
}

static void client_keep_alive(struct scene *scene)
{
	int descriptor = client_connect(scene);
	for (int i = 0; i < 50; i++) {
		buffer_clear(&scene->answer);
		client_send_text(descriptor, i % 10 == 9 ? "GET /v1/later HTTP/1.1\r\n" USUAL "\r\n"
							 : "POST /v1/echo HTTP/1.1\r\n" USUAL
							   "Content-Length: 5\r\n\r\nhello");
		client_read_answers(descriptor, &scene->answer, 1);
		const char *body = body_of(buffer_text(&scene->answer));
		scene->value += strcmp(body, i % 10 == 9 ? "late" : "hello") == 0;
	}
	close(descriptor);
}

static void http_connection_serves_many_requests(void **state)
{
	struct scene *scene = *state;
	serve(scene, client_keep_alive);
	assert_int_equal(scene->value, 50);
}

static void client_pipeline(struct scene *scene)
{
	int descriptor = client_connect(scene);
	client_send_text(descriptor,
	    "GET /v1/later HTTP/1.1\r\n" USUAL "\r\n"
	    "GET /nowhere HTTP/1.1\r\n" USUAL "\r\n"
	    "POST /v1/echo HTTP/1.1\r\n" USUAL "Content-Length: 5\r\n\r\nhello");
	client_read_answers(descriptor, &scene->answer, 3);
	close(descriptor);
}

static void http_answers_pipelined_requests_in_order(void **state)
{
	struct scene *scene = *state;
	serve(scene, client_pipeline);
	const char *text = buffer_text(&scene->answer);
	const char *first = strstr(text, "late"), *second = strstr(text, "no_such_path"),
		   *third = strstr(text, "hello");
	assert_true(first != NULL && second != NULL && third != NULL);
	assert_true(first < second && second < third);
}

// --- the end ------------------------------------------------------------------------------------

static void turn_over(void *context)
{
	loop_stop(((struct scene *)context)->loop);
}

static void wait_for_pending(struct scene *scene, size_t count)
{
	struct loop_timer *patience =
	    loop_timer_open(scene->loop, CLIENT_PATIENCE_MS, 0, patience_ended, scene);
	struct loop_timer *turn = loop_timer_open(scene->loop, 5, 5, turn_over, scene);
	while (scene->pending_count < count && !scene->late)
		loop_run(scene->loop);
	loop_timer_close(&turn);
	loop_timer_close(&patience);
	assert_int_equal(scene->pending_count, count);
}

static int connect_and_send(struct scene *scene, const char *request)
{
	int descriptor = client_connect(scene);
	assert_true(descriptor >= 0);
	assert_true(client_send_text(descriptor, request));
	return descriptor;
}

static void http_server_close_drops_unanswered_requests(void **state)
{
	struct scene *scene = *state;
	int kept = connect_and_send(scene, "GET /v1/keep HTTP/1.1\r\n" USUAL "\r\n");
	int gone = connect_and_send(scene, "GET /v1/keep HTTP/1.1\r\n" USUAL "\r\n");
	int half = connect_and_send(
	    scene, "POST /v1/echo HTTP/1.1\r\n" USUAL "Content-Length: 100\r\n\r\nhalf");
	wait_for_pending(scene, 2);
	close(gone);
	http_server_close(&scene->server);
	assert_null(scene->server);
	client_read_to_end(kept, &scene->answer);
	client_read_to_end(half, &scene->answer);
	assert_int_equal(scene->answer.size, 0);
	close(kept);
	close(half);
	http_server_close(&scene->server);
}

static void http_server_close_still_sends_answers_already_given(void **state)
{
	struct scene *scene = *state;
	int descriptor = connect_and_send(scene, "GET /v1/keep HTTP/1.1\r\n" USUAL "\r\n");
	wait_for_pending(scene, 1);
	answer_all_pending(scene);
	http_server_close(&scene->server);
	client_read_to_end(descriptor, &scene->answer);
	assert_code(buffer_text(&scene->answer), 200);
	assert_string_equal(body_of(buffer_text(&scene->answer)), "late");
	close(descriptor);
}

static void http_server_close_handles_no_new_request(void **state)
{
	struct scene *scene = *state;
	int descriptor = connect_and_send(scene, "GET /v1/keep HTTP/1.1\r\n" USUAL "\r\n");
	wait_for_pending(scene, 1);
	assert_true(client_send_text(descriptor, "GET /v1/now HTTP/1.1\r\n" USUAL "\r\n"));
	answer_all_pending(scene);
	http_server_close(&scene->server);
	assert_int_equal(scene->handled, 1);
	close(descriptor);
}

static void http_quiesced_server_refuses_new_connections_and_answers_old_ones(void **state)
{
	struct scene *scene = *state;
	int descriptor = connect_and_send(scene, "GET /v1/keep HTTP/1.1\r\n" USUAL "\r\n");
	wait_for_pending(scene, 1);
	http_server_quiesce(scene->server);
	http_server_quiesce(scene->server);
	assert_int_equal(client_connect(scene), -1);
	assert_int_equal(errno, ECONNREFUSED);
	answer_all_pending(scene);
	http_server_close(&scene->server);
	client_read_to_end(descriptor, &scene->answer);
	assert_code(buffer_text(&scene->answer), 200);
	assert_holds(buffer_text(&scene->answer), "Connection: close\r\n");
	close(descriptor);
}

static void client_ask_while_quiescing(struct scene *scene)
{
	int asking = client_connect(scene), waiting;
	client_send_text(asking, "GET /v1/quiesce HTTP/1.1\r\n" USUAL "\r\n");
	waiting = client_connect(scene); // may still be taken, or not
	client_read_answers(asking, &scene->answer, 1);
	close(waiting);
	close(asking);
	scene->value = client_connect(scene);
}

static void http_server_can_be_quiesced_inside_a_handler(void **state)
{
	struct scene *scene = *state;
	serve(scene, client_ask_while_quiescing);
	assert_string_equal(body_of(buffer_text(&scene->answer)), "quiesced");
	assert_int_equal(scene->value, -1);
}

// --- where it listens ---------------------------------------------------------------------------

static enum status try_to_listen(struct scene *scene, const char *listen, const char *token)
{
	struct http_options options = options_for(scene, listen);
	struct http_server *server;
	options.token = token;
	enum status status = http_server_open(&server, scene->loop, &options);
	assert_true((status == STATUS_OK) == (server != NULL));
	http_server_close(&server);
	return status;
}

static void http_listens_on_this_machine_only(void **state)
{
	static const char *const denied[] = { "0.0.0.0:7401", "192.0.2.1:7401", "128.0.0.1:0",
		"[::]:7401", "[2001:db8::1]:7401", "[::ffff:127.0.0.1]:7401" };
	static const char *const invalid[] = { "", ":", "7401", "127.0.0.1",
		"127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "localhost:7401",
		"::1:7401", "[::1:7401", "[]:1",
		"unix:", "[00000000000000000000000000000000000000000000000000::1]:1" };
	for (size_t i = 0; i < COUNT_OF(denied); i++) {
		assert_int_equal(try_to_listen(*state, denied[i], TOKEN), STATUS_DENIED);
		assert_holds(status_reason(), denied[i]);
	}
	for (size_t i = 0; i < COUNT_OF(invalid); i++)
		assert_int_equal(try_to_listen(*state, invalid[i], TOKEN), STATUS_INVALID);
	assert_int_equal(try_to_listen(*state, "127.5.6.7:0", TOKEN), STATUS_OK);
}

static void http_listens_on_ipv6_loopback(void **state)
{
	struct scene *scene = *state;
	int probe = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 address = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	if (probe < 0 || bind(probe, (struct sockaddr *)&address, sizeof address) != 0) {
		close(probe);
		skip(); // a machine without IPv6
	}
	close(probe);
	http_server_close(&scene->server);
	open_server(scene, "[::1]:0");
	address.sin6_port = htons((uint16_t)http_server_port(scene->server));
	probe = socket(AF_INET6, SOCK_STREAM, 0);
	assert_int_equal(connect(probe, (struct sockaddr *)&address, sizeof address), 0);
	close(probe);
}

static void http_does_not_listen_on_loopback_without_a_good_token(void **state)
{
	assert_int_equal(try_to_listen(*state, "127.0.0.1:0", NULL), STATUS_DENIED);
	assert_int_equal(try_to_listen(*state, "127.0.0.1:0", "short"), STATUS_INVALID);
	assert_null(strstr(status_reason(), "short"));
}

static void http_says_busy_when_somebody_listens_there(void **state)
{
	struct scene *scene = *state;
	char listen[64];
	snprintf(listen, sizeof listen, "127.0.0.1:%d", http_server_port(scene->server));
	assert_int_equal(try_to_listen(scene, listen, TOKEN), STATUS_BUSY);
}

static void http_start_that_fails_leaves_nothing_open(void **state)
{
	struct scene *scene = *state;
	struct rlimit limit, low;
	int next = dup(0);
	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int room = 0; room < 6; room++) { // more than the server needs
		low = (struct rlimit){ .rlim_cur = (rlim_t)(next + room),
			.rlim_max = limit.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
		enum status status = try_to_listen(scene, "127.0.0.1:0", TOKEN);
		int after = dup(0);
		close(after);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
		assert_true(status == STATUS_IO || (status == STATUS_OK && room > 1));
		assert_true(room == 0 || after == next);
	}
}

static void unix_name(struct scene *scene, struct sockaddr_un *name)
{
	*name = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(name->sun_path, sizeof name->sun_path, "%s/http", scene->directory);
	snprintf(scene->listen, sizeof scene->listen, "unix:%s", name->sun_path);
}

static void client_ask_unix(struct scene *scene)
{
	struct sockaddr_un name;
	unix_name(scene, &name);
	int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
	if (connect(descriptor, (struct sockaddr *)&name, sizeof name) == 0) {
		client_send_text(descriptor, "GET /v1/later HTTP/1.1\r\nHost: onecity\r\n\r\n");
		client_read_answers(descriptor, &scene->answer, 1);
	}
	close(descriptor);
}

static void http_unix_socket_is_guarded_by_its_mode(void **state)
{
	struct scene *scene = *state;
	struct sockaddr_un name;
	struct stat file;
	unix_name(scene, &name);
	http_server_close(&scene->server);
	struct http_options options = options_for(scene, scene->listen);
	options.token = NULL;
	assert_int_equal(http_server_open(&scene->server, scene->loop, &options), STATUS_OK);
	assert_int_equal(http_server_port(scene->server), 0);
	assert_int_equal(stat(name.sun_path, &file), 0);
	assert_int_equal(file.st_mode, S_IFSOCK | 0660);
	serve(scene, client_ask_unix);
	assert_string_equal(body_of(buffer_text(&scene->answer)), "late");
	http_server_close(&scene->server);
	assert_int_equal(stat(name.sun_path, &file), -1); // removed with the server
}

static void http_replaces_a_socket_file_nobody_listens_on(void **state)
{
	struct scene *scene = *state;
	struct sockaddr_un name;
	unix_name(scene, &name);
	int stale = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(stale, (struct sockaddr *)&name, sizeof name), 0);
	close(stale); // the file stays, as after kill -9
	http_server_close(&scene->server);
	open_server(scene, scene->listen);
	serve(scene, client_ask_unix);
	assert_string_equal(body_of(buffer_text(&scene->answer)), "late");
}

static void http_leaves_files_of_others_alone(void **state)
{
	struct scene *scene = *state;
	struct sockaddr_un name;
	struct stat file;
	unix_name(scene, &name);
	close(open(name.sun_path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(try_to_listen(scene, scene->listen, NULL), STATUS_DENIED);
	assert_int_equal(stat(name.sun_path, &file), 0);
	unlink(name.sun_path);

	http_server_close(&scene->server);
	open_server(scene, scene->listen);
	assert_int_equal(try_to_listen(scene, scene->listen, NULL), STATUS_BUSY);
	unlink(name.sun_path); // a successor takes the name
	close(open(name.sun_path, O_CREAT | O_WRONLY, 0600));
	http_server_close(&scene->server);
	assert_int_equal(stat(name.sun_path, &file), 0);
	unlink(name.sun_path);
}

static void http_unix_path_must_fit(void **state)
{
	char listen[256];
	snprintf(listen, sizeof listen, "unix:/tmp/%0120d", 0);
	assert_int_equal(try_to_listen(*state, listen, NULL), STATUS_INVALID);
	assert_int_equal(try_to_listen(*state, "unix:/nowhere/at/all", NULL), STATUS_IO);
}

// --- the token file -----------------------------------------------------------------------------

static enum status token_read(
    const struct scene *scene, const char *content, mode_t mode, char **token)
{
	char path[64];
	snprintf(path, sizeof path, "%s/token", scene->directory);
	int file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	assert_int_equal(write(file, content, strlen(content)), strlen(content));
	assert_int_equal(fchmod(file, mode), 0);
	close(file);
	enum status status = http_token_read(path, token);
	unlink(path);
	return status;
}

static void http_token_file_is_read_as_curl_reads_it(void **state)
{
	static const char *const right[] = { AUTHORIZATION, "Authorization: Bearer " TOKEN "\n",
		"Authorization: Bearer " TOKEN };
	char *token;
	for (size_t i = 0; i < COUNT_OF(right); i++) {
		assert_int_equal(token_read(*state, right[i], 0600, &token), STATUS_OK);
		assert_string_equal(token, TOKEN);
		free(token);
	}
	assert_int_equal(token_read(*state, right[1], 0400, &token), STATUS_OK);
	free(token);
}

static void http_token_has_16_to_128_characters(void **state)
{
	char content[256];
	char *token;
	for (int size = 15; size <= 129; size++) {
		snprintf(content, sizeof content, "Authorization: Bearer %0*d\n", size, 0);
		enum status expected = size >= 16 && size <= 128 ? STATUS_OK : STATUS_INVALID;
		assert_int_equal(token_read(*state, content, 0600, &token), expected);
		free(token);
	}
}

static void http_refuses_other_token_files_without_telling_the_token(void **state)
{
	static const char *const wrong[] = { "", "\n", TOKEN "\n", "Bearer " TOKEN "\n",
		"authorization: Bearer " TOKEN "\n",
		"Authorization: Bearer Test token 0123456789\n",
		"Authorization: Bearer " TOKEN "\n\n",
		"Authorization: Bearer " TOKEN "\nX-Other: 1\n",
		"Authorization: Bearer Test-token:0123456789\n" };
	char *token;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		assert_int_equal(token_read(*state, wrong[i], 0600, &token), STATUS_INVALID);
		assert_null(token);
		assert_null(strstr(status_reason(), "0123456789"));
	}
}

static void http_refuses_a_token_file_that_others_may_use(void **state)
{
	static const mode_t modes[] = { 0640, 0604, 0620, 0601, 0644 };
	char *token;
	for (size_t i = 0; i < COUNT_OF(modes); i++)
		assert_int_equal(
		    token_read(*state, AUTHORIZATION, modes[i], &token), STATUS_DENIED);
	assert_int_equal(http_token_read("/nowhere/token", &token), STATUS_NOT_FOUND);
	assert_int_equal(http_token_read("/", &token), STATUS_DENIED);
	char path[64];
	snprintf(path, sizeof path, "%s/pipe", ((struct scene *)*state)->directory);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(
	    http_token_read(path, &token), STATUS_DENIED); // and does not wait for a writer
	unlink(path);
}

// --- streams ------------------------------------------------------------------------------------

static void client_read_stream(struct scene *scene)
{
	int descriptor = client_connect(scene);
	client_send_text(descriptor, scene->request);
	while (strstr(buffer_text(&scene->answer), "\r\n0\r\n") == NULL)
		if (client_read(descriptor, &scene->answer) <= 0)
			break;
	close(descriptor);
}

static void http_stream_sends_each_piece_when_it_is_woken_until_its_end(void **state)
{
	struct scene *scene = *state;
	scene->request = "GET /v1/stream HTTP/1.1\r\n" USUAL "\r\n";
	serve(scene, client_read_stream);
	const char *answer = buffer_text(&scene->answer);
	assert_code(answer, 200);
	assert_holds(answer, "Content-Type: text/event-stream\r\n");
	assert_holds(answer, "X-Two: 2\r\n");
	assert_holds(answer, "Cache-Control: no-store\r\n");
	assert_string_equal(
	    body_of(answer), "4\r\none\n\r\n4\r\ntwo\n\r\n6\r\nthree\n\r\n0\r\n\r\n");
}

static void client_wait_then_read_stream(struct scene *scene)
{
	int descriptor = client_connect(scene);
	client_send_text(descriptor, "GET /v1/long-stream HTTP/1.1\r\n" USUAL "\r\n");
	size_t before;
	do {
		before = scene->filled;
		poll(NULL, 0, 200);
	} while (before == 0 || before != scene->filled);
	scene->value = (int)before; // no more is asked for while nobody reads
	for (bool ended = false; !ended && client_read(descriptor, &scene->answer) > 0;)
		ended = memcmp(scene->answer.data + scene->answer.size - 5, "0\r\n\r\n", 5) == 0;
	close(descriptor);
}

static void http_stream_asks_for_no_more_than_its_client_takes(void **state)
{
	struct scene *scene = *state;
	size_t count = 0;
	serve(scene, client_wait_then_read_stream);
	assert_in_range(scene->value, 1, LONG_ANSWER_BYTES - 1);
	for (size_t i = 0; i < scene->answer.size; i++)
		count += scene->answer.data[i] == 'x';
	const char *body = body_of(buffer_text(&scene->answer));
	for (const char *head = (const char *)scene->answer.data; head < body; head++)
		count -= *head == 'x';
	assert_int_equal(count, LONG_ANSWER_BYTES);
}

static void client_leave_stream(struct scene *scene)
{
	int descriptor = client_connect(scene);
	client_send_text(descriptor, "GET /v1/chatty-stream HTTP/1.1\r\n" USUAL "\r\n");
	client_read(descriptor, &scene->answer);
	close(descriptor);
	poll(NULL, 0, 500);
}

static void http_stream_is_closed_when_its_client_has_left(void **state)
{
	struct scene *scene = *state;
	serve(scene, client_leave_stream);
	assert_int_equal(scene->closed, 1);
	assert_null(scene->stream);
}

static void client_begin_stream(struct scene *scene)
{
	int descriptor = client_connect(scene);
	client_send_text(descriptor, "GET /v1/still-stream HTTP/1.1\r\n" USUAL "\r\n");
	poll(NULL, 0, 200);
	scene->value = descriptor;
}

static void http_server_close_closes_streams_that_wait(void **state)
{
	struct scene *scene = *state;
	serve(scene, client_begin_stream);
	assert_non_null(scene->stream);
	http_server_close(&scene->server);
	assert_int_equal(scene->closed, 1);
	close(scene->value);
}

static void http_head_of_a_stream_has_no_body_and_ends(void **state)
{
	struct scene *scene = *state;
	const char *answer =
	    ask(scene, "HEAD /v1/long-stream HTTP/1.1\r\n" USUAL "Connection: close\r\n\r\n");
	assert_code(answer, 200);
	assert_string_equal(body_of(answer), "");
	assert_int_equal(scene->filled, 0);
}

static void http_lets_in_without_a_token_whom_the_server_admits(void **state)
{
	const char *answer =
	    ask(*state, "GET /v1/now HTTP/1.1\r\n" HOST "Cookie: friend=1\r\n\r\n");
	assert_code(answer, 200);
	answer = ask(*state, "GET /v1/now HTTP/1.1\r\n" HOST "Cookie: friend=2\r\n\r\n");
	assert_problem(answer, 401, "token_required");
	answer =
	    ask(*state, "GET /v1/now HTTP/1.1\r\nHost: example.org\r\nCookie: friend=1\r\n\r\n");
	assert_problem(answer, 403, "misdirected");
}

static void http_answer_may_say_itself_how_it_is_stored(void **state)
{
	const char *answer = ask(*state, "GET /v1/stored HTTP/1.1\r\n" USUAL "\r\n");
	assert_holds(answer, "Cache-Control: no-cache\r\n");
	assert_null(strstr(answer, "no-store"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_set_up, scene_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(http_answers_are_never_stored_nor_sniffed),
		TEST(http_answer_carries_the_handlers_headers),
		TEST(http_head_is_get_without_body),
		TEST(http_problem_escapes_its_texts_and_503_says_when_to_retry),
		TEST(http_long_answer_reaches_a_slow_reader_whole),
		TEST(http_refuses_requests_without_the_token),
		TEST(http_tells_strangers_nothing_about_its_paths),
		TEST(http_open_route_needs_no_token),
		TEST(http_refuses_hosts_that_are_not_this_machine),
		TEST(http_takes_every_name_of_this_machine),
		TEST(http_refuses_large_headers),
		TEST(http_survives_what_is_no_http),
		TEST(http_unknown_path_is_404_and_unknown_method_405),
		TEST(http_path_tail_and_query_are_decoded),
		TEST(http_refuses_paths_and_queries_that_do_not_decode),
		TEST(http_content_type_is_compared_without_its_parameters),
		TEST(http_language_is_the_one_preferred),
		TEST(http_takes_a_body_up_to_the_limit),
		TEST(http_refuses_an_announced_large_body_at_once),
		TEST(http_takes_a_chunked_body_up_to_the_limit),
		TEST(http_refuses_a_chunked_body_over_the_limit),
		TEST(http_cuts_off_a_chunked_body_without_end),
		TEST(http_refusal_reaches_a_client_that_is_still_sending),
		TEST(http_asks_for_a_body_only_if_it_will_take_it),
		TEST(http_takes_a_request_byte_by_byte),
		TEST(http_answer_may_come_later),
		TEST(http_answer_may_come_from_another_requests_handler),
		TEST(http_request_outlives_its_client),
		TEST(http_body_that_breaks_off_is_never_handled),
		TEST(http_serves_two_hundred_waiting_connections_at_once),
		TEST(http_connections_over_the_limit_wait_for_their_turn),
		TEST(http_connection_serves_many_requests),
		TEST(http_answers_pipelined_requests_in_order),
		TEST(http_server_close_drops_unanswered_requests),
		TEST(http_server_close_still_sends_answers_already_given),
		TEST(http_server_close_handles_no_new_request),
		TEST(http_quiesced_server_refuses_new_connections_and_answers_old_ones),
		TEST(http_server_can_be_quiesced_inside_a_handler),
		TEST(http_listens_on_this_machine_only),
		TEST(http_listens_on_ipv6_loopback),
		TEST(http_does_not_listen_on_loopback_without_a_good_token),
		TEST(http_says_busy_when_somebody_listens_there),
		TEST(http_start_that_fails_leaves_nothing_open),
		TEST(http_unix_socket_is_guarded_by_its_mode),
		TEST(http_replaces_a_socket_file_nobody_listens_on),
		TEST(http_leaves_files_of_others_alone),
		TEST(http_unix_path_must_fit),
		TEST(http_stream_sends_each_piece_when_it_is_woken_until_its_end),
		TEST(http_stream_asks_for_no_more_than_its_client_takes),
		TEST(http_stream_is_closed_when_its_client_has_left),
		TEST(http_server_close_closes_streams_that_wait),
		TEST(http_head_of_a_stream_has_no_body_and_ends),
		TEST(http_lets_in_without_a_token_whom_the_server_admits),
		TEST(http_answer_may_say_itself_how_it_is_stored),
		TEST(http_token_file_is_read_as_curl_reads_it),
		TEST(http_token_has_16_to_128_characters),
		TEST(http_refuses_other_token_files_without_telling_the_token),
		TEST(http_refuses_a_token_file_that_others_may_use),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
