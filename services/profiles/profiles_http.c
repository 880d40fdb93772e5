// SPDX-License-Identifier: Apache-2.0
// profiles_http: what a reader asks, in a body and never in a path: a path ends up in logs.
#include "profiles.h"

#include "citizen_id.h"
#include "credit_code.h"
#include "clock.h"
#include "date.h"
#include "json.h"
#include "log.h"
#include "problem.h"
#include "view_json.h"

enum {
	CONNECTIONS_MAX = 128,
	REQUEST_BYTES_MAX = 4096
};

// --- whom they ask for ---------------------------------------------------------------------------

// Each finds the subject, or answers the request with what is wrong and returns false.
typedef bool find_subject(const struct profiles *profiles, struct http_request *request,
    const char *text, char subject[SUBJECT_SIZE]);

static void refuse_number(struct http_request *request, enum problem_code code,
    const char *english_column, const char *chinese_column)
{
	struct problems problems = { 0 };
	struct buffer english = { 0 }, chinese = { 0 };
	problems_add(&problems, code, "", english_column, chinese_column, "");
	problem_write_text(&problems.list[0], false, &english);
	problem_write_text(&problems.list[0], true, &chinese);
	http_answer_problem(
	    request, 422, problem_name(code), buffer_text(&english), buffer_text(&chinese));
	buffer_deinit(&english);
	buffer_deinit(&chinese);
}

static bool find_by_id_number(const struct profiles *profiles, struct http_request *request,
    const char *text, char subject[SUBJECT_SIZE])
{
	struct citizen_id id;
	enum problem_code code;
	bool sound = citizen_id_parse(&id, bytes_of_text(text), &code);
	if (sound)
		pseudonym_subject(
		    profiles->pseudonym, SUBJECT_PERSON, bytes_of_text(id.number), subject);
	else
		refuse_number(request, code, "The ID number", "身份证号");
	explicit_bzero(&id, sizeof id);
	return sound;
}

static bool find_by_credit_code(const struct profiles *profiles, struct http_request *request,
    const char *text, char subject[SUBJECT_SIZE])
{
	char code[CREDIT_CODE_SIZE];
	bool checks;
	bool sound = credit_code_parse(bytes_of_text(text), code, &checks);
	if (sound)
		pseudonym_subject(
		    profiles->pseudonym, SUBJECT_ENTERPRISE, bytes_of_text(code), subject);
	else
		refuse_number(
		    request, PROBLEM_credit_code_form, "The credit code", "统一社会信用代码");
	return sound;
}

// A department itself has no profile.
static bool find_by_subject(const struct profiles *profiles, struct http_request *request,
    const char *text, char subject[SUBJECT_SIZE])
{
	(void)profiles;
	if (!subject_valid(bytes_of_text(text)) || text[0] == SUBJECT_SOURCE) {
		http_answer_problem(request, 422, "subject_form",
		    "The subject is not of the form p1, d1 or e1 and 16 characters",
		    "对象标识格式不符，应为 p1、d1 或 e1 加 16 个字符");
		return false;
	}
	memcpy(subject, text, SUBJECT_SIZE);
	return true;
}

static const struct way {
	const char *member;
	find_subject *find;
} ways[] = {
	{ "id_number", find_by_id_number },
	{ "subject", find_by_subject },
	{ "credit_code", find_by_credit_code },
};

static const struct way *find_way(const struct json_value *question)
{
	const struct json_value *member = json_first(question);
	if (json_type(question) != JSON_OBJECT || json_size(question) != 1 ||
	    json_string(member) == NULL)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (strcmp(json_name(member), ways[i].member) == 0)
			return &ways[i];
	return NULL;
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
	bool found = false;
	const struct way *way = find_way(json_root(json));
	if (way != NULL)
		found =
		    way->find(profiles, request, json_string(json_first(json_root(json))), subject);
	else
		http_answer_problem(request, 400, "question",
		    "Send an object with one member: id_number, subject or credit_code, a text",
		    "请提交仅含一个成员的对象：id_number、subject 或 credit_code，值为文本");
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
	http_answer(question->request, found ? 200 : 404,
	    found ? "application/json" : "application/problem+json", buffer_bytes(&out), NULL);
	buffer_wipe(&out);
}

static void got_profile(enum reading_outcome outcome, struct view *view, void *context)
{
	struct question *question = context;
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

static void get_healthz(struct http_request *request, void *context)
{
	(void)context;
	http_answer(request, 200, "application/json", bytes_of_text("{\"ok\":true}"), NULL);
}

static void get_readyz(struct http_request *request, void *context)
{
	const struct profiles *profiles = context;
	const char *state = readings_state(profiles->readings);
	bool ready = strcmp(state, "ready") == 0;
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_member_boolean(&json, "ok", ready);
	json_write_member_text(&json, "redis", state);
	json_write_end_object(&json);
	answer_json(request, ready ? 200 : 503, &out);
}

static const struct http_route routes[] = {
	{ "POST", "/v1/profile", post_profile, false },
	{ "GET", "/v1/status", get_status, false },
	{ "GET", "/healthz", get_healthz, true },
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
