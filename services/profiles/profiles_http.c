// SPDX-License-Identifier: Apache-2.0
// profiles_http: what a reader asks, in a body and never in a path: a path ends up in logs.
#include "profiles.h"

#include "clock.h"
#include "date.h"
#include "json.h"
#include "log.h"
#include "readiness.h"
#include "view_json.h"
#include "whom.h"

enum {
	CONNECTIONS_MAX = 128,
	REQUEST_BYTES_MAX = 4096
};

// --- whom they ask for ---------------------------------------------------------------------------

// A department itself has no profile.
static const char letters[] = { SUBJECT_PERSON, SUBJECT_DWELLING, SUBJECT_ENTERPRISE, 0 };

// False: the request was answered with what is wrong.
static bool find_subject(const struct profiles *profiles, struct http_request *request,
    const struct json_value *question, char subject[SUBJECT_SIZE])
{
	struct whom_problem problem;
	const struct json_value *member = whom_member(question);
	if (member == NULL || json_size(question) != 1)
		http_answer_problem(request, 400, "question",
		    "Send an object with one member: id_number, subject or credit_code, a text",
		    "请提交仅含一个成员的对象：id_number、subject 或 credit_code，值为文本");
	else if (whom_find(member, letters, profiles->pseudonym, subject, &problem))
		return true;
	else
		http_answer_problem(request, 422, problem.code, problem.english, problem.chinese);
	return false;
}

static bool read_question(
    const struct profiles *profiles, struct http_request *request, char subject[SUBJECT_SIZE])
{
	struct json *json;
	if (json_parse(&json, http_body(request)) != STATUS_OK) {
		http_answer_problem(
		    request, 400, "not_json", status_reason(), "请求正文不是有效的 JSON");
		return false;
	}
	bool found = find_subject(profiles, request, json_root(json), subject);
	json_free(&json);
	return found;
}

// --- the answer ----------------------------------------------------------------------------------

struct question {
	struct profiles *profiles;
	struct http_request *request;
};

static void answer_profile(const struct question *question, struct view *view)
{
	struct buffer out = { 0 };
	bool found = view_write(view, clock_wall_ms(), &out);
	if (view_unreadable(view) > 0)
		log_warn("a profile holds %zu fields that cannot be read", view_unreadable(view));
	question->profiles->reads++;
	question->profiles->nobody += !found;
	http_answer(question->request, found ? 200 : 404,
	    found ? "application/json" : "application/problem+json", buffer_bytes(&out), NULL);
	buffer_wipe(&out);
}

static void got_profile(enum reading_outcome outcome, struct view *view, void *context)
{
	struct question *question = context;
	question->profiles->failed[outcome] += outcome != READING_DONE;
	if (outcome == READING_DONE)
		answer_profile(question, view);
	else
		http_answer_problem(question->request, outcome == READING_TOO_LARGE ? 500 : 503,
		    reading_outcome_code(outcome), reading_outcome_text(outcome, false),
		    reading_outcome_text(outcome, true));
	free(question);
}

static void post_profile(struct http_request *request, void *context)
{
	struct profiles *profiles = context;
	char subject[SUBJECT_SIZE];
	if (!http_content_type_is(request, "application/json")) {
		http_answer_problem(request, 415, "content_type", "Send application/json",
		    "请使用 application/json");
		return;
	}
	if (read_question(profiles, request, subject)) {
		struct question *question = allocate(sizeof *question);
		*question = (struct question){ profiles, request };
		readings_read(profiles->readings, subject, got_profile, question);
	}
	explicit_bzero(subject, sizeof subject);
}

// --- what it can say of itself -------------------------------------------------------------------

static void answer_json(struct http_request *request, int code, struct buffer *out)
{
	http_answer(request, code, "application/json", buffer_bytes(out), NULL);
	buffer_deinit(out);
}

static void get_status(struct http_request *request, void *context)
{
	const struct profiles *profiles = context;
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	char started[32];
	time_format(profiles->started_ms, started, sizeof started);
	json_write_begin_object(&json);
	json_write_member_text(&json, "service", "profiles");
	json_write_member_text(&json, "version", ONECITY_VERSION);
	json_write_member_text(&json, "redis", readings_state(profiles->readings));
	json_write_member_integer(&json, "partitions", readings_partitions(profiles->readings));
	json_write_member_integer(&json, "reads", (int64_t)profiles->reads);
	json_write_member_text(&json, "started", started);
	json_write_end_object(&json);
	answer_json(request, 200, &out);
}

static void get_readyz(struct http_request *request, void *context)
{
	const struct profiles *profiles = context;
	const char *state = readings_state(profiles->readings);
	const struct readiness_check check = { "redis", strcmp(state, "ready") == 0, state };
	readiness_answer(request, &check, 1);
}

static const struct http_route routes[] = {
	{ "POST", "/v1/profile", post_profile, false },
	{ "GET", "/v1/status", get_status, false },
	{ "GET", "/metrics", profiles_get_metrics, true },
	{ "GET", "/healthz", readiness_answer_alive, true },
	{ "GET", "/readyz", get_readyz, true },
};

enum status profiles_http_open(struct profiles *profiles)
{
	char *token;
	enum status status = http_token_read(profiles->settings->token, &token);
	if (status != STATUS_OK)
		return status;
	struct http_options options = {
		.listen = profiles->settings->http,
		.token = token,
		.body_bytes_max = REQUEST_BYTES_MAX,
		.connections_max = CONNECTIONS_MAX,
		.routes = routes,
		.route_count = COUNT_OF(routes),
		.context = profiles,
	};
	status = http_server_open(&profiles->http, profiles->loop, &options);
	explicit_bzero(token, strlen(token));
	free(token);
	return status;
}
