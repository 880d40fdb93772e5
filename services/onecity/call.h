// SPDX-License-Identifier: Apache-2.0
// call: one question to a service of this place, and its answer.
#ifndef ONECITY_CALL_H
#define ONECITY_CALL_H

#include "buffer.h"
#include "json.h"
#include "place.h"

struct question {
	const struct service_place *service;
	const char *method;
	const char *path;
	const char *content_type; // or NULL
	struct bytes body;
	int64_t timeout_ms;
};

struct answer {
	int code;
	struct buffer content;
	struct json *json; // NULL when it is no JSON
};

// Any answer: STATUS_OK; the caller calls answer_deinit, always. STATUS_UNAVAILABLE: there was
// none.
MUST_CHECK enum status question_ask(const struct question *question, struct answer *answer);

// The same, again and again with pauses that grow, for wait_ms, while there is no answer or the
// service says "not now"; told once.
MUST_CHECK enum status question_ask_patiently(
    const struct question *question, int64_t wait_ms, struct answer *answer);

// GET a path within a few seconds; an answer that is not 200 with JSON is a failure with the
// problem as its reason.
MUST_CHECK enum status question_get(
    const struct service_place *service, const char *path, struct answer *answer);

// The department of this name, or NULL: told, with those that there are.
const struct service_place *department_find(const struct place *place, const char *name);

// Calls visit with the department of this name; what it returns is the exit code. EXIT_FAILURE:
// there is none, which was told.
typedef int department_visit(const struct service_place *department, void *context);
int department_call(const char *data, const char *name, department_visit *visit, void *context);

void answer_deinit(struct answer *answer); // overwrites

bool answer_is_success(const struct answer *answer); // 200..299

// Its JSON, or NULL.
const struct json_value *answer_root(const struct answer *answer);

// Tells by the problem document, in the user's language, what the service did not like. Returns
// EXIT_FAILURE.
int answer_give_up(const struct service_place *service, const struct answer *answer);

// An integer member of a JSON object, or fallback.
int64_t member_integer(const struct json_value *object, const char *name, int64_t fallback);
// A text member, or "".
const char *member_text(const struct json_value *object, const char *name);

#endif
