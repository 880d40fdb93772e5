// SPDX-License-Identifier: Apache-2.0
// events_http: what is in the ring, as a file to take away; and one entry looked at.
#include "date.h"
#include "handlers.h"
#include "inspect.h"
#include "monitor.h"

#include <stdio.h>

enum {
	EVENTS_LIMIT = 500,
	EVENTS_LIMIT_MAX = 5000,
	LIMIT_DIGITS_MAX = 4,
	SEQUENCE_DIGITS_MAX = 15,
};

// --- what is asked for --------------------------------------------------------------------------

struct export
{
	const struct monitor *monitor;
	struct stream_filter filter;
	int64_t since_ms;
	uint64_t limit, place; // the next to be looked at
	uint64_t skipped, count;
	bool other_run;
};

static bool read_limit(struct http_request *request, uint64_t *limit)
{
	const char *text = http_query(request, "limit");
	*limit = EVENTS_LIMIT;
	if (text == NULL)
		return true;
	size_t size = strlen(text);
	if (size == 0 || size > LIMIT_DIGITS_MAX || strspn(text, "0123456789") != size)
		return false;
	*limit = strtoull(text, NULL, 10);
	return *limit >= 1 && *limit <= EVENTS_LIMIT_MAX;
}

static bool read_since(struct http_request *request, int64_t *since_ms)
{
	int64_t since_us = 0;
	const char *text = http_query(request, "since");
	bool good = text == NULL || time_parse(bytes_of_text(text), &since_us);
	*since_ms = since_us / 1000;
	return good;
}

static bool read_page(struct export *export, struct http_request *request)
{
	const struct ring *ring = export->monitor->ring;
	const char *after = http_query(request, "after");
	bool ours = true;
	uint64_t number = ring_first(ring) - 1;
	if (after != NULL && !event_parse_id(after, export->monitor->run, &ours, &number))
		return false;
	export->other_run = !ours || number >= ring_next(ring);
	export->place = number + 1;
	if (!export->other_run && export->place < ring_first(ring)) {
		export->skipped = ring_first(ring) - export->place;
		export->place = ring_first(ring);
	}
	return read_limit(request, &export->limit) && read_since(request, &export->since_ms);
}

// False: the request was answered.
static bool read_export(struct export *export, struct http_request *request)
{
	if (stream_filter_parse(&export->filter, http_query(request, "filter"),
		export->monitor->catalogues) != STATUS_OK)
		http_answer_problem(request, 400, "filter", status_reason(),
		    "筛选条件有误：可按来源、类别、状态、原因筛选，不能按人筛选");
	else if (!read_page(export, request))
		http_answer_problem(request, 400, "page",
		    "after is RUN-NUMBER, limit is 1 to 5000, since is a time (RFC 3339)",
		    "after 应为 RUN-NUMBER，limit 应为 1 至 5000，since 应为 RFC 3339 时间");
	else if (export->other_run)
		http_answer_problem(request, 410, "other_run",
		    "The monitor was started anew: leave after out to begin with the oldest",
		    "监控服务已重新启动：请去掉 after，从最早的记录开始");
	else
		return true;
	return false;
}

// --- writing ------------------------------------------------------------------------------------

// The next event that passes, or NULL.
static const struct event *next_event(struct export *export)
{
	const struct ring *ring = export->monitor->ring;
	while (export->place < ring_next(ring) && export->count < export->limit) {
		const struct event *event = ring_at(ring, export->place++);
		if (!event_passes(event, &export->filter) || event->received_ms < export->since_ms)
			continue;
		export->count++;
		return event;
	}
	return NULL;
}

static void write_json(struct export *export, struct buffer *out)
{
	const struct monitor *monitor = export->monitor;
	struct json_writer json = json_writer_make(out);
	json_write_begin_object(&json);
	json_write_member_text(&json, "run", monitor->run);
	json_write_member_integer(&json, "first", (int64_t)ring_first(monitor->ring));
	json_write_member_integer(&json, "skipped", (int64_t) export->skipped);
	json_write_name(&json, "events");
	json_write_begin_array(&json);
	for (const struct event *event; (event = next_event(export)) != NULL;)
		event_write_json(event, monitor->run, &json);
	json_write_end_array(&json);
	char id[EVENT_ID_SIZE];
	event_format_id(monitor->run, export->place - 1, id);
	json_write_member_text(&json, "next", id);
	json_write_member_boolean(&json, "more", export->place < ring_next(monitor->ring));
	json_write_end_object(&json);
}

static void write_ndjson(struct export *export, struct buffer *out)
{
	for (const struct event *event; (event = next_event(export)) != NULL;) {
		struct json_writer json = json_writer_make(out);
		event_write_json(event, export->monitor->run, &json);
		buffer_append_byte(out, '\n');
	}
}

static void write_csv(struct export *export, struct buffer *out)
{
	buffer_append_text(out, "recorded,department,sequence,operation,kind,key,note,id\r\n");
	for (const struct event *event; (event = next_event(export)) != NULL;)
		if (event->skipped == 0)
			event_write_csv(event, export->monitor->run, out);
}

static const struct {
	const char *name, *type;
	void (*write)(struct export *export, struct buffer *out);
} formats[] = {
	{ "json", "application/json", write_json },
	{ "ndjson", "application/x-ndjson", write_ndjson },
	{ "csv", "text/csv; charset=utf-8", write_csv },
};

static void answer_export(struct export *export, struct http_request *request, size_t format)
{
	struct buffer out = { 0 };
	char id[EVENT_ID_SIZE];
	formats[format].write(export, &out);
	event_format_id(export->monitor->run, export->place - 1, id);
	bool more = export->place < ring_next(export->monitor->ring);
	const char *const headers[] = { "X-Next", id, "X-More", more ? "true" : "false", NULL };
	http_answer(request, 200, formats[format].type, buffer_bytes(&out), headers);
	buffer_deinit(&out);
}

void events_get(struct http_request *request, void *context)
{
	struct export export = { .monitor = context };
	const char *name = http_query(request, "format");
	size_t format = 0;
	while (
	    name != NULL && format < COUNT_OF(formats) && strcmp(formats[format].name, name) != 0)
		format++;
	if (format == COUNT_OF(formats))
		http_answer_problem(request, 400, "page", "format is json, ndjson or csv",
		    "format 应为 json、ndjson 或 csv");
	else if (read_export(&export, request))
		answer_export(&export, request, format);
}

// --- one ----------------------------------------------------------------------------------------

// "DEPARTMENT:SEQUENCE"
void events_get_one(struct http_request *request, void *context)
{
	const char *tail = http_path_tail(request), *colon = strrchr(tail, ':');
	size_t digits = colon != NULL ? strspn(colon + 1, "0123456789") : 0;
	uint64_t sequence =
	    digits > 0 && digits <= SEQUENCE_DIGITS_MAX ? strtoull(colon + 1, NULL, 10) : 0;
	if (sequence == 0 || colon[1 + digits] != 0) {
		http_answer_problem(request, 404, "no_such_entry",
		    "There is no such entry: DEPARTMENT:SEQUENCE", "没有此记录：部门:序号");
		return;
	}
	char *department = bytes_copy_text(bytes_make(tail, (size_t)(colon - tail)));
	struct feed *feed = monitor_feed(context, department);
	free(department);
	if (feed != NULL)
		inspect_begin(feed, sequence, request);
	else
		http_answer_problem(request, 404, "unknown_department",
		    "No such department is followed", "没有订阅该部门");
}
