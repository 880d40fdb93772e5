// SPDX-License-Identifier: Apache-2.0
// readiness: what a daemon says of being alive and of being ready.
#include "readiness.h"

#include "json.h"

static const char type_name[] = "application/json";

void readiness_answer_alive(struct http_request *request, void *context)
{
	(void)context;
	http_answer(request, 200, type_name, bytes_of_text("{\"ok\":true}"), NULL);
}

void readiness_answer(
    struct http_request *request, const struct readiness_check *checks, size_t count)
{
	bool ready = true;
	for (size_t i = 0; i < count; i++)
		ready = ready && checks[i].good;
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_member_boolean(&json, "ok", ready);
	for (size_t i = 0; i < count; i++)
		json_write_member_text(&json, checks[i].name, checks[i].state);
	json_write_end_object(&json);
	http_answer(request, ready ? 200 : 503, type_name, buffer_bytes(&out), NULL);
	buffer_deinit(&out);
}
