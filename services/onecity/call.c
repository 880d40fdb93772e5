// SPDX-License-Identifier: Apache-2.0
// call: one question to a service of this place, and its answer.
#include "call.h"

#include "http.h"
#include "http_client.h"
#include "say.h"
#include "secret.h"

#include <time.h>
#include <unistd.h>

enum {
	GET_TIMEOUT_MS = 5000,
	PAUSE_MIN_MS = 250,
	PAUSE_MAX_MS = 5 * 1000,
};

const struct service_place *department_find(const struct place *place, const char *name)
{
	const struct service_place *found = place_find(place, name);
	struct buffer names = { 0 };
	if (found != NULL && place_is_department(found))
		return found;
	for (size_t i = 0; i < place->count; i++)
		if (place_is_department(&place->services[i]))
			buffer_printf(&names, " %s", place->services[i].name);
	tell(say("there is no department %s here; there are:%s", "此处没有部门 %s；现有：%s"), name,
	    buffer_text(&names));
	buffer_deinit(&names);
	return NULL;
}

int department_call(const char *data, const char *name, department_visit *visit, void *context)
{
	struct place place;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	const struct service_place *department = department_find(&place, name);
	int exit_code = department != NULL ? visit(department, context) : EXIT_FAILURE;
	place_deinit(&place);
	return exit_code;
}

enum status question_ask(const struct question *question, struct answer *answer)
{
	char *token = NULL;
	enum status status = STATUS_OK;
	*answer = (struct answer){ 0 };
	if (question->service->token_path != NULL)
		status = http_token_read(question->service->token_path, &token);
	if (status == STATUS_OK) {
		struct http_call call = {
			.address = question->service->address,
			.method = question->method,
			.path = question->path,
			.token = token,
			.content_type = question->content_type,
			.body = question->body,
			.timeout_ms = question->timeout_ms,
		};
		status = http_client_call(&call, &answer->code, &answer->content);
	}
	secret_free(&token);
	if (status == STATUS_OK &&
	    json_parse(&answer->json, buffer_bytes(&answer->content)) != STATUS_OK)
		answer->json = NULL; // who needs JSON looks
	return status;
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool worth_another_try(enum status status, const struct answer *answer)
{
	enum {
		TOO_MANY_REQUESTS = 429,
		SERVICE_UNAVAILABLE = 503
	};
	if (status != STATUS_OK)
		return status == STATUS_UNAVAILABLE;
	return answer->code == SERVICE_UNAVAILABLE || answer->code == TOO_MANY_REQUESTS;
}

enum status question_ask_patiently(
    const struct question *question, int64_t wait_ms, struct answer *answer)
{
	int64_t until_ms = now_ms() + wait_ms;
	for (int64_t pause_ms = PAUSE_MIN_MS;; pause_ms *= 2) {
		enum status status = question_ask(question, answer);
		if (pause_ms > PAUSE_MAX_MS)
			pause_ms = PAUSE_MAX_MS;
		if (!worth_another_try(status, answer) || now_ms() + pause_ms > until_ms)
			return status;
		if (pause_ms == PAUSE_MIN_MS)
			tell(say("%s cannot take rows now; trying again",
				 "%s 暂时无法接收；正在重试"),
			    question->service->name);
		answer_deinit(answer);
		usleep((useconds_t)pause_ms * 1000);
	}
}

static const char *problem_text(
    const struct answer *answer, const char *english, const char *chinese)
{
	const struct json_value *root = answer->json ? json_root(answer->json) : NULL;
	const char *text = say_in_chinese() ? json_string(json_member(root, chinese)) : NULL;
	if (text == NULL || text[0] == 0)
		text = json_string(json_member(root, english));
	return text != NULL ? text : "";
}

// The detail says more than the title, where there is one.
static const char *problem_of(const struct answer *answer)
{
	const char *detail = problem_text(answer, "detail", "detail_zh");
	return detail[0] != 0 ? detail : problem_text(answer, "title", "title_zh");
}

enum status question_get(
    const struct service_place *service, const char *path, struct answer *answer)
{
	struct question question = {
		.service = service, .method = "GET", .path = path, .timeout_ms = GET_TIMEOUT_MS
	};
	enum status status = question_ask(&question, answer);
	if (status != STATUS_OK)
		return status;
	if (!answer_is_success(answer))
		return fail(STATUS_UNAVAILABLE, "%s %s: %d %s", service->name, path, answer->code,
		    problem_of(answer));
	if (answer->json == NULL)
		return fail(STATUS_INVALID, "%s %s: the answer is no JSON", service->name, path);
	return STATUS_OK;
}

void answer_deinit(struct answer *answer)
{
	json_free(&answer->json);
	buffer_wipe(&answer->content);
}

bool answer_is_success(const struct answer *answer)
{
	return answer->code >= 200 && answer->code <= 299;
}

const struct json_value *answer_root(const struct answer *answer)
{
	return answer->json != NULL ? json_root(answer->json) : NULL;
}

int answer_give_up(const struct service_place *service, const struct answer *answer)
{
	const char *problem = problem_of(answer);
	return give_up(say("%s answered %d%s%s", "%s 回答 %d%s%s"), service->name, answer->code,
	    problem[0] ? ": " : "", problem);
}

int64_t member_integer(const struct json_value *object, const char *name, int64_t fallback)
{
	int64_t integer;
	return json_integer(json_member(object, name), &integer) ? integer : fallback;
}

const char *member_text(const struct json_value *object, const char *name)
{
	const char *text = json_string(json_member(object, name));
	return text != NULL ? text : "";
}
