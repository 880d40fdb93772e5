// SPDX-License-Identifier: Apache-2.0
// calls: HTTP requests to the other daemons of this machine, which may take their time.
#include "calls.h"

#include "http.h"
#include "http_client.h"

#include <stdio.h>

struct call {
	struct calls *calls; // NULL: dropped
	struct call *next;
	char *address, *token_path, *method, *path;
	struct buffer body;
	int64_t timeout_ms;
	uint64_t *counts;
	call_done *done;
	void *context;
	// what came of it; written on another thread
	int code;
	bool no_token;
	char reason[CALL_REASON_SIZE];
	struct buffer answer;
};

static void call_free(struct call *call)
{
	free(call->address);
	free(call->token_path);
	free(call->method);
	free(call->path);
	buffer_wipe(&call->body);
	buffer_wipe(&call->answer);
	free(call);
}

static void remove_call(struct call *call)
{
	struct call **place = &call->calls->list;
	while (*place != call)
		place = &(*place)->next;
	*place = call->next;
	call->calls->count--;
}

// On a thread of the pool.
static void work(void *context)
{
	struct call *call = context;
	char *token = NULL;
	enum status status = http_token_read(call->token_path, &token);
	call->no_token = status != STATUS_OK;
	if (status == STATUS_OK) {
		const struct http_call request = {
			.address = call->address,
			.method = call->method,
			.path = call->path,
			.token = token,
			.content_type = call->body.size > 0 ? "application/json" : NULL,
			.body = buffer_bytes(&call->body),
			.timeout_ms = call->timeout_ms,
		};
		status = http_client_call(&request, &call->code, &call->answer);
		explicit_bzero(token, strlen(token));
	}
	if (status != STATUS_OK)
		snprintf(call->reason, sizeof call->reason, "%s", status_reason());
	free(token);
}

static enum call_outcome outcome_of(const struct call *call)
{
	if (call->no_token)
		return CALL_NO_TOKEN;
	if (call->code == 0)
		return CALL_SILENT;
	return call->code == 200 ? CALL_ANSWERED : CALL_REFUSED;
}

static void finish(void *context)
{
	struct call *call = context;
	if (call->calls != NULL) {
		remove_call(call);
		call->counts[outcome_of(call)]++;
		const struct call_answer answer = { call->code, call->no_token, call->reason,
			buffer_bytes(&call->answer) };
		call->done(&answer, call->context);
	}
	call_free(call);
}

bool calls_start(
    struct calls *calls, const struct call_options *options, call_done *done, void *context)
{
	if (calls->count == CALLS_MAX) {
		options->counts[CALL_BUSY]++;
		return false;
	}
	struct call *call = allocate(sizeof *call);
	*call = (struct call){
		.calls = calls,
		.next = calls->list,
		.address = text_copy(options->address),
		.token_path = text_copy(options->token_path),
		.method = text_copy(options->method),
		.path = text_copy(options->path),
		.timeout_ms = options->timeout_ms,
		.counts = options->counts,
		.done = done,
		.context = context,
	};
	buffer_append_bytes(&call->body, options->body);
	calls->list = call;
	calls->count++;
	loop_work(calls->loop, work, finish, call);
	return true;
}

void calls_drop(struct calls *calls)
{
	for (struct call *call = calls->list; call != NULL; call = call->next)
		call->calls = NULL;
	calls->list = NULL;
	calls->count = 0;
}
