// SPDX-License-Identifier: Apache-2.0
// monitor_http: the monitor's front door.
#include "files.h"
#include "handlers.h"
#include "monitor.h"
#include "readiness.h"
#include "rejects.h"
#include "stream.h"

#include <stdio.h>

enum {
	CONNECTIONS_MAX = 128,
	REQUEST_BYTES_MAX = 64 * 1024,
	COOKIE_SIZE = 160,
	PATH_SIZE = 4096,
};

void answer_json(struct http_request *request, int code, struct buffer *out)
{
	http_answer(request, code, "application/json", buffer_bytes(out), NULL);
	buffer_wipe(out);
}

// --- sessions -----------------------------------------------------------------------------------

static bool admit(const struct http_request *request, void *context)
{
	const struct monitor *monitor = context;
	return session_is_own_page(http_header(request, "Origin"),
		   http_header(request, "Sec-Fetch-Site"), http_header(request, "Host")) &&
	       session_is_open(
		   &monitor->sessions, http_header(request, "Cookie"), loop_now_ms(monitor->loop));
}

static void post_code(struct http_request *request, void *context)
{
	struct monitor *monitor = context;
	char code[SESSION_TEXT_SIZE];
	struct buffer out = { 0 };
	if (http_header(request, "Authorization") == NULL) {
		http_answer_problem(request, 403, "token_only",
		    "A code is given to who has the token", "只有持有令牌者可以获取登录码");
		return;
	}
	session_make_code(&monitor->sessions, loop_now_ms(monitor->loop), code);
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_member_text(&json, "code", code);
	json_write_member_integer(&json, "expires_s", SESSION_CODE_MS / 1000);
	json_write_end_object(&json);
	answer_json(request, 200, &out);
	explicit_bzero(code, sizeof code);
}

static void answer_cookie(struct http_request *request, const char *cookie, int64_t age_s)
{
	char text[COOKIE_SIZE];
	snprintf(text, sizeof text,
	    "onecity_monitor=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%lld", cookie,
	    (long long)age_s);
	const char *const headers[] = { "Set-Cookie", text, NULL };
	http_answer(request, 204, NULL, (struct bytes){ 0 }, headers);
	explicit_bzero(text, sizeof text);
}

static void post_session(struct http_request *request, void *context)
{
	struct monitor *monitor = context;
	char cookie[SESSION_TEXT_SIZE];
	struct json *json = NULL;
	const char *code = NULL;
	if (json_parse(&json, http_body(request)) == STATUS_OK)
		code = json_string(json_member(json_root(json), "code"));
	bool begun = code != NULL &&
		     session_is_own_page(http_header(request, "Origin"),
			 http_header(request, "Sec-Fetch-Site"), http_header(request, "Host")) &&
		     session_begin(&monitor->sessions, code, loop_now_ms(monitor->loop), cookie);
	json_free(&json);
	if (begun)
		answer_cookie(request, cookie, SESSION_MS / 1000);
	else
		http_answer_problem(request, 403, "code",
		    "This link was used, or is too old: ask for a new one",
		    "该链接已使用或已过期，请重新获取");
	explicit_bzero(cookie, sizeof cookie);
}

static void delete_session(struct http_request *request, void *context)
{
	struct monitor *monitor = context;
	session_end(&monitor->sessions, http_header(request, "Cookie"));
	answer_cookie(request, "", 0);
}

// --- files and streams --------------------------------------------------------------------------

static void get_file(struct http_request *request, void *context)
{
	const struct monitor *monitor = context;
	char found[PATH_SIZE];
	const char *web = monitor->settings->web;
	if (web[0] == 0)
		web = files_find_web(monitor->settings->proto, found, sizeof found) ? found : "";
	files_answer(request, web, monitor->settings->library, http_path_tail(request));
}

static void get_stream(struct http_request *request, void *context)
{
	stream_begin(context, request);
}

// --- the monitor itself -------------------------------------------------------------------------

static void write_ring(const struct monitor *monitor, struct json_writer *json)
{
	json_write_name(json, "ring");
	json_write_begin_object(json);
	json_write_member_integer(json, "first", (int64_t)ring_first(monitor->ring));
	json_write_member_integer(json, "next", (int64_t)ring_next(monitor->ring));
	json_write_member_integer(json, "capacity", (int64_t)ring_capacity(monitor->ring));
	json_write_end_object(json);
}

static void get_status(struct http_request *request, void *context)
{
	const struct monitor *monitor = context;
	uint64_t skipped = 0;
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	for (size_t i = 0; i < monitor->feed_count; i++)
		skipped += monitor->feeds[i].skipped;
	json_write_begin_object(&json);
	json_write_member_text(&json, "service", "monitor");
	json_write_member_text(&json, "version", ONECITY_VERSION);
	event_write_time(&json, "started", monitor->started_ms);
	json_write_member_text(&json, "run", monitor->run);
	write_ring(monitor, &json);
	json_write_member_integer(&json, "streams", (int64_t)monitor->stream_count);
	json_write_member_integer(&json, "skipped", (int64_t)skipped);
	json_write_name(&json, "aggregator");
	watch_write(&monitor->watch, &json);
	json_write_end_object(&json);
	answer_json(request, 200, &out);
}

// Redis is the aggregator's word. One that is being filled is there: the aggregator itself says
// that the profiles are not.
static void get_readyz(struct http_request *request, void *context)
{
	const struct watch *watch = &((const struct monitor *)context)->watch;
	const char *redis = watch->redis[0] != 0 ? watch->redis : "unknown";
	const struct readiness_check checks[] = {
		{ "aggregator", watch->state == WATCH_OK, watch_state_name(watch->state) },
		{ "redis", watch->redis[0] != 0 && strcmp(redis, "unreachable") != 0, redis },
	};
	readiness_answer(request, checks, COUNT_OF(checks));
}

// The page's files come last: their pattern takes any name.
static const struct http_route routes[] = {
	{ "GET", "/v1/sources", sources_get, false },
	{ "GET", "/v1/stream", get_stream, false },
	{ "GET", "/v1/events", events_get, false },
	{ "GET", "/v1/events/{}", events_get_one, false },
	{ "GET", "/v1/gaps", gaps_get, false },
	{ "POST", "/v1/gaps/repair", gaps_post_repair, false },
	{ "GET", "/v1/rejects", rejects_get_groups, false },
	{ "GET", "/v1/rejects/rows", rejects_get_rows, false },
	{ "GET", "/v1/rejects/{}", rejects_get_row, false },
	{ "POST", "/v1/rejects/preview", rejects_post_preview, false },
	{ "POST", "/v1/rejects/redrive", rejects_post_redrive, false },
	{ "POST", "/v1/rejects/dismiss", rejects_post_dismiss, false },
	{ "GET", "/v1/counters", counters_get, false },
	{ "GET", "/v1/status", get_status, false },
	{ "POST", "/v1/session/code", post_code, false },
	{ "POST", "/v1/session", post_session, true },
	{ "DELETE", "/v1/session", delete_session, false },
	{ "GET", "/healthz", readiness_answer_alive, true },
	{ "GET", "/readyz", get_readyz, true },
	{ "GET", "/metrics", metrics_get, true },
	{ "GET", "/", get_file, true },
	{ "GET", "/{}", get_file, true },
};

enum status monitor_http_open(struct monitor *monitor)
{
	char *token;
	enum status status = http_token_read(monitor->settings->token, &token);
	if (status != STATUS_OK)
		return status;
	const struct http_options options = {
		.listen = monitor->settings->http,
		.token = token,
		.body_bytes_max = REQUEST_BYTES_MAX,
		.connections_max = CONNECTIONS_MAX,
		.routes = routes,
		.route_count = COUNT_OF(routes),
		.context = monitor,
		.admit = admit,
	};
	status = http_server_open(&monitor->http, monitor->loop, &options);
	explicit_bzero(token, strlen(token));
	free(token);
	return status;
}
