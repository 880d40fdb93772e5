// SPDX-License-Identifier: Apache-2.0
// http_client_test: what goes out, what comes back, and that nothing but this machine is asked.
#include "http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

// A server for one connection: keeps the request, sends the answer as it is, closes.
struct server {
	int listener;
	char address[128];
	struct bytes answer;
	bool silent; // answers nothing until the client gives up
	pthread_t thread;
	struct buffer request;
};

static bool request_is_whole(struct buffer *request)
{
	const char *text = buffer_text(request), *end = strstr(text, "\r\n\r\n");
	if (end == NULL)
		return false;
	const char *length = strstr(text, "Content-Length: ");
	size_t body = length != NULL && length < end ? (size_t)atol(strchr(length, ' ')) : 0;
	return request->size >= (size_t)(end + 4 - text) + body;
}

static void send_continue_if_expected(struct buffer *request, int connection)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const char *text = buffer_text(request);
	if (strstr(text, "\r\n\r\n") != NULL && strstr(text, "Expect: 100-continue") != NULL)
		(void)!send(connection, go_on, strlen(go_on), MSG_NOSIGNAL);
}

static void *serve(void *context)
{
	struct server *server = context;
	int connection = accept(server->listener, NULL, NULL);
	bool first = true;
	while (!request_is_whole(&server->request)) {
		uint8_t *room = buffer_reserve(&server->request, 65536);
		ssize_t got = recv(connection, room, 65536, 0);
		if (got <= 0)
			break;
		server->request.size += (size_t)got;
		if (first)
			send_continue_if_expected(&server->request, connection);
		first = false;
	}
	char byte;
	if (server->silent)
		(void)!recv(connection, &byte, 1, 0);
	else
		(void)!send(connection, server->answer.data, server->answer.size, MSG_NOSIGNAL);
	close(connection);
	return NULL;
}

static void server_listen_on_loopback(struct server *server)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof name;
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&name, size), 0);
	assert_int_equal(getsockname(server->listener, (struct sockaddr *)&name, &size), 0);
	snprintf(server->address, sizeof server->address, "127.0.0.1:%d", ntohs(name.sin_port));
}

static void server_listen_on_unix(struct server *server)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	snprintf(name.sun_path, sizeof name.sun_path, "/tmp/http_client_test.%d", (int)getpid());
	unlink(name.sun_path);
	server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&name, sizeof name), 0);
	snprintf(server->address, sizeof server->address, "unix:%s", name.sun_path);
}

static void server_start(struct server *server, const char *answer)
{
	server->answer = bytes_of_text(answer);
	assert_int_equal(listen(server->listener, 1), 0);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

// The request it got, as a text, until server_free().
static const char *server_join(struct server *server)
{
	assert_int_equal(pthread_join(server->thread, NULL), 0);
	close(server->listener);
	return buffer_text(&server->request);
}

static void server_free(struct server *server)
{
	if (strncmp(server->address, "unix:", 5) == 0)
		unlink(server->address + 5);
	buffer_deinit(&server->request);
}

static struct http_call make_call(const char *address, const char *method, const char *path)
{
	return (struct http_call){
		.address = address, .method = method, .path = path, .timeout_ms = 20000
	};
}

// One GET to a server that sends this answer.
static enum status ask(const char *answer, int *code, struct buffer *content)
{
	struct server server = { 0 };
	server_listen_on_loopback(&server);
	server_start(&server, answer);
	struct http_call call = make_call(server.address, "GET", "/");
	enum status status = http_client_call(&call, code, content);
	server_join(&server);
	server_free(&server);
	return status;
}

static void http_client_sends_the_request_and_appends_the_answer(void **state)
{
	(void)state;
	struct server server = { 0 };
	struct buffer answer = { 0 };
	int code;
	server_listen_on_loopback(&server);
	server_start(
	    &server, "HTTP/1.1 202 Accepted\r\nContent-Length: 14\r\n\r\n{\"accepted\":1}");
	struct http_call call =
	    make_call(server.address, "POST", "/v1/rows/contribution?on_error=reject");
	call.token = "t0ken";
	call.content_type = "application/json";
	call.body = bytes_make("{\"a\":\0 1}", 9);
	buffer_append_text(&answer, "before:");
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_OK);
	const char *request = server_join(&server);
	assert_int_equal(code, 202);
	assert_string_equal(buffer_text(&answer), "before:{\"accepted\":1}");
	const char *head = "POST /v1/rows/contribution?on_error=reject HTTP/1.1\r\n";
	assert_ptr_equal(strstr(request, head), request);
	char host[160];
	snprintf(host, sizeof host, "\r\nHost: %s\r\n", server.address);
	assert_non_null(strstr(request, host));
	assert_non_null(strstr(request, "\r\nAuthorization: Bearer t0ken\r\n"));
	assert_non_null(strstr(request, "\r\nContent-Type: application/json\r\n"));
	assert_null(strstr(request, "Expect:"));
	assert_memory_equal(strstr(request, "\r\n\r\n") + 4, "{\"a\":\0 1}", 9);
	server_free(&server);
	buffer_deinit(&answer);
}

static void http_client_sends_only_the_headers_it_was_given(void **state)
{
	(void)state;
	static const char *const methods[] = { "GET", "POST" };
	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		struct server server = { 0 };
		struct buffer answer = { 0 };
		int code;
		server_listen_on_loopback(&server);
		server_start(&server, OK_ANSWER);
		struct http_call call = make_call(server.address, methods[i], "/a/../b%20c/.");
		assert_int_equal(http_client_call(&call, &code, &answer), STATUS_OK);
		const char *request = server_join(&server);
		assert_non_null(strstr(request, " /a/../b%20c/. HTTP/1.1\r\n"));
		assert_null(strstr(request, "Content-Type"));
		assert_null(strstr(request, "Authorization"));
		assert_ptr_equal(strstr(request, methods[i]), request);
		server_free(&server);
		buffer_deinit(&answer);
	}
}

static void http_client_speaks_over_a_unix_socket(void **state)
{
	(void)state;
	struct server server = { 0 };
	struct buffer answer = { 0 };
	int code;
	server_listen_on_unix(&server);
	server_start(&server, OK_ANSWER);
	struct http_call call = make_call(server.address, "GET", "/healthz");
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_OK);
	const char *request = server_join(&server);
	assert_int_equal(code, 200);
	assert_string_equal(buffer_text(&answer), "ok");
	assert_non_null(strstr(request, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n"));
	server_free(&server);
	buffer_deinit(&answer);
}

static void http_client_uses_no_proxy(void **state)
{
	(void)state;
	struct buffer answer = { 0 };
	int code;
	assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
	assert_int_equal(ask(OK_ANSWER, &code, &answer), STATUS_OK);
	assert_int_equal(code, 200);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	buffer_deinit(&answer);
}

static void http_client_follows_no_redirect_and_gives_every_code(void **state)
{
	(void)state;
	static const struct {
		const char *answer;
		int code;
	} cases[] = {
		{ "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: "
		  "2\r\n\r\nok",
		    302 },
		{ "HTTP/1.1 422 No\r\nContent-Length: 2\r\n\r\nok", 422 },
		{ "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nok", 503 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
		  "chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
		    200 },
		{ "HTTP/1.0 200 OK\r\n\r\nok", 200 },
	};
	struct buffer answer = { 0 };
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int code;
		buffer_clear(&answer);
		assert_int_equal(ask(cases[i].answer, &code, &answer), STATUS_OK);
		assert_int_equal(code, cases[i].code);
		assert_string_equal(buffer_text(&answer), "ok");
	}
	buffer_deinit(&answer);
}

static void http_client_leaves_the_buffer_as_it_was_when_an_answer_fails(void **state)
{
	(void)state;
	static const struct {
		const char *answer;
		enum status status;
		const char *reason;
	} cases[] = {
		{ "", STATUS_UNAVAILABLE, "the connection was closed without an answer" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", STATUS_UNAVAILABLE,
		    "the connection broke before the answer was whole" },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
		    STATUS_UNAVAILABLE, "the connection broke before the answer was whole" },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 268435457\r\n\r\nx", STATUS_TOO_LARGE,
		    "the answer is larger than 256 MiB" },
		{ "SSH-2.0-OpenSSH_9.2\r\n", STATUS_IO, "what answers does not speak HTTP/1.1" },
	};
	struct buffer answer = { 0 };
	buffer_append_text(&answer, "before");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int code = 1;
		assert_int_equal(ask(cases[i].answer, &code, &answer), cases[i].status);
		assert_non_null(strstr(status_reason(), cases[i].reason));
		assert_non_null(strstr(status_reason(), "127.0.0.1:"));
		assert_int_equal(code, 0);
		assert_string_equal(buffer_text(&answer), "before");
	}
	buffer_deinit(&answer);
}

static void http_client_sends_large_bodies_whole(void **state)
{
	(void)state;
	struct server server = { 0 };
	struct buffer body = { 0 }, answer = { 0 };
	int code;
	for (int i = 0; i < 1000000; i++)
		buffer_append_text(&body, "[1],");
	server_listen_on_loopback(&server);
	server_start(&server, OK_ANSWER);
	struct http_call call = make_call(server.address, "POST", "/");
	call.body = buffer_bytes(&body);
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_OK);
	const char *request = server_join(&server);
	assert_int_equal(code, 200);
	assert_non_null(strstr(request, "\r\nExpect: 100-continue\r\n"));
	const char *got = strstr(request, "\r\n\r\n") + 4;
	assert_int_equal(request + server.request.size - got, body.size);
	assert_memory_equal(got, body.data, body.size);
	server_free(&server);
	buffer_deinit(&body);
	buffer_deinit(&answer);
}

static void http_client_says_what_it_tried_when_nothing_answers(void **state)
{
	(void)state;
	struct buffer answer = { 0 };
	struct server server = { 0 };
	char expected[192];
	int code;
	server_listen_on_loopback(&server); // bound, so that nobody else is there; listens not
	struct http_call call = make_call(server.address, "GET", "/");
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_UNAVAILABLE);
	snprintf(
	    expected, sizeof expected, "nothing answers at %s: Connection refused", server.address);
	assert_string_equal(status_reason(), expected);
	close(server.listener);
	call.address = "unix:/tmp/no/such.sock";
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_UNAVAILABLE);
	assert_non_null(strstr(status_reason(), "nothing answers at unix:/tmp/no/such.sock"));
	assert_int_equal(answer.size, 0);
}

static void http_client_waits_no_longer_than_told(void **state)
{
	(void)state;
	struct server server = { .silent = true };
	struct buffer answer = { 0 };
	int code;
	server_listen_on_loopback(&server);
	server_start(&server, "");
	struct http_call call = make_call(server.address, "GET", "/");
	call.timeout_ms = 200;
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_UNAVAILABLE);
	assert_non_null(strstr(status_reason(), "no whole answer within 200 ms"));
	server_join(&server);
	server_free(&server);
	assert_int_equal(answer.size, 0);
}

static void http_client_calls_this_machine_only(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0",
		"127.0.0.1:65536", "127.0.0.1:80x", "127.0.0.1:80/x", "127.0.0.1:80@example.org",
		"example.org:80", "localhost.example.org:80", "0.0.0.0:80", "10.0.0.1:80",
		"[::]:80", "http://127.0.0.1:80", "unix:" };
	struct buffer answer = { 0 };
	int code;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct http_call call = make_call(wrong[i], "GET", "/");
		assert_int_equal(http_client_call(&call, &code, &answer), STATUS_INVALID);
	}
	char path[160] = "unix:/";
	memset(path + 6, 'a', 107);
	struct http_call call = make_call(path, "GET", "/");
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_INVALID);
	assert_string_equal(status_reason(), "expected unix: and a path of 1 to 107 bytes");
}

static void http_client_refuses_what_would_forge_a_header(void **state)
{
	(void)state;
	struct buffer answer = { 0 };
	int code;
	struct http_call call = make_call("127.0.0.1:1", "GET", "/a b");
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_INVALID);
	call.path = "/a\r\nX: y";
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_INVALID);
	call.path = "a";
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_INVALID);
	call.path = "/";
	call.token = "secret\r\nX: y";
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_INVALID);
	assert_null(strstr(status_reason(), "secret"));
	call.token = "";
	assert_int_equal(http_client_call(&call, &code, &answer), STATUS_INVALID);
}

static void http_client_encodes_all_but_unreserved_bytes(void **state)
{
	(void)state;
	struct buffer out = { 0 };
	buffer_append_text(&out, "/v1/");
	http_client_encode(&out, "aZ09-._~/?#&=+% 张\n");
	assert_string_equal(buffer_text(&out), "/v1/aZ09-._~%2F%3F%23%26%3D%2B%25%20%E5%BC%A0%0A");
	buffer_deinit(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http_client_sends_the_request_and_appends_the_answer),
		cmocka_unit_test(http_client_sends_only_the_headers_it_was_given),
		cmocka_unit_test(http_client_speaks_over_a_unix_socket),
		cmocka_unit_test(http_client_uses_no_proxy),
		cmocka_unit_test(http_client_follows_no_redirect_and_gives_every_code),
		cmocka_unit_test(http_client_leaves_the_buffer_as_it_was_when_an_answer_fails),
		cmocka_unit_test(http_client_sends_large_bodies_whole),
		cmocka_unit_test(http_client_says_what_it_tried_when_nothing_answers),
		cmocka_unit_test(http_client_waits_no_longer_than_told),
		cmocka_unit_test(http_client_calls_this_machine_only),
		cmocka_unit_test(http_client_refuses_what_would_forge_a_header),
		cmocka_unit_test(http_client_encodes_all_but_unreserved_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
