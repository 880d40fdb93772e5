// SPDX-License-Identifier: Apache-2.0
// sources_http: how every department is, and what was missing.
#include "clock.h"
#include "date.h"
#include "handlers.h"
#include "lateness.h"
#include "monitor.h"

// --- sources ------------------------------------------------------------------------------------

static void write_lateness(struct json_writer *json, const struct feed *feed,
    const struct kind *kind, const struct input *input)
{
	int64_t late_ms;
	enum lateness_state state =
	    lateness_judge(kind->cadence_days, input->last_input_ms, clock_wall_ms(), &late_ms);
	bool known = feed->state != SOURCE_DEAD && feed->state != SOURCE_WAITING;
	json_write_member_integer(json, "cadence_days", kind->cadence_days);
	json_write_name(json, "lateness");
	if (known)
		json_write_text(json, lateness_state_name(state));
	else
		json_write_null(json);
	json_write_member_integer(json, "late_ms", known ? late_ms : 0);
}

// NULL: nothing of the kind came yet.
static const struct input *input_of(const struct feed *feed, const struct kind *kind)
{
	for (size_t i = 0; i < feed->input_count; i++)
		if (feed->inputs[i].kind == kind->number)
			return &feed->inputs[i];
	return NULL;
}

static void write_kind(struct json_writer *json, const struct feed *feed, const struct kind *kind,
    const struct input *input)
{
	json_write_begin_object(json);
	json_write_member_text(json, "kind", kind->name);
	event_write_title(json, kind->title);
	json_write_member_integer(json, "quarantined", (int64_t)input->quarantined);
	event_write_time(json, "oldest_quarantined", input->oldest_quarantined_ms);
	event_write_time(json, "last_input", input->last_input_ms);
	write_lateness(json, feed, kind, input);
	json_write_end_object(json);
}

static void write_lag(
    struct json_writer *json, const struct feed *feed, const struct watched *watched)
{
	json_write_name(json, "lag");
	if (!watched->known) {
		json_write_null(json);
		return;
	}
	json_write_begin_object(json);
	json_write_member_integer(json, "count", (int64_t)feed_lag(feed));
	json_write_member_integer(json, "ms", feed_lag_ms(feed));
	json_write_member_text(json, "trend", trend_name(&feed->trend));
	json_write_end_object(json);
}

static const char *reason_of(const struct feed *feed, const struct watched *watched)
{
	if (feed->state != SOURCE_FORK)
		return "";
	return feed->reason[0] != 0 ? feed->reason : watched->reason;
}

static void write_counts(
    struct json_writer *json, const struct feed *feed, const struct watched *watched)
{
	json_write_member_integer(json, "head", (int64_t)feed->head);
	json_write_name(json, "position");
	if (watched->known)
		json_write_integer(json, (int64_t)watched->position);
	else
		json_write_null(json);
	json_write_member_integer(json, "counted", (int64_t)(feed->head - feed->begun));
	json_write_member_integer(json, "seen", (int64_t)feed->seen);
	json_write_member_integer(json, "skipped", (int64_t)feed->skipped);
	json_write_name(json, "rate");
	json_write_decimal(json, feed_rate_hundredths(feed), 2);
}

static void write_times(struct json_writer *json, const struct feed *feed)
{
	int64_t since_ms = loop_now_ms(feed->monitor->loop) - feed->heard_ms;
	event_write_time(json, "last_event", feed->last_event_ms);
	event_write_time(
	    json, "last_heartbeat", feed->heartbeats > 0 ? clock_wall_ms() - since_ms : 0);
	json_write_member_integer(json, "clock_off_ms", feed->clock_off_ms);
}

// All that the department may publish: what is off until its settings name it only once it came.
static void write_quarantine(struct json_writer *json, const struct feed *feed)
{
	static const struct input none;
	uint64_t quarantined = 0;
	for (size_t i = 0; i < feed->input_count; i++)
		quarantined += feed->inputs[i].quarantined;
	json_write_member_integer(json, "quarantined", (int64_t)quarantined);
	json_write_name(json, "kinds");
	json_write_begin_array(json);
	for (size_t i = 0; i < feed->catalogue->kind_count; i++) {
		const struct kind *kind = &feed->catalogue->kinds[i];
		const struct input *input = input_of(feed, kind);
		if (input != NULL || !kind->off_by_default)
			write_kind(json, feed, kind, input != NULL ? input : &none);
	}
	json_write_end_array(json);
}

static void write_source(struct json_writer *json, const struct feed *feed)
{
	const struct watched *watched = &feed->monitor->watch.departments[feed->place];
	json_write_begin_object(json);
	json_write_member_text(json, "department", feed->catalogue->name);
	json_write_member_integer(json, "number", feed->catalogue->number);
	event_write_title(
	    json, catalogue_title_on(feed->catalogue, date_in_china(clock_wall_ms())));
	json_write_member_text(json, "state", source_state_name(feed->state));
	json_write_member_text(json, "reason", reason_of(feed, watched));
	write_lag(json, feed, watched);
	write_counts(json, feed, watched);
	write_times(json, feed);
	json_write_name(json, "gaps");
	json_write_begin_object(json);
	json_write_member_integer(json, "open", feed->gap_open);
	json_write_member_integer(json, "total", (int64_t)feed->gaps);
	json_write_end_object(json);
	write_quarantine(json, feed);
	json_write_end_object(json);
}

void sources_get(struct http_request *request, void *context)
{
	const struct monitor *monitor = context;
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	event_write_time(&json, "at", clock_wall_ms());
	json_write_name(&json, "aggregator");
	watch_write(&monitor->watch, &json);
	json_write_name(&json, "sources");
	json_write_begin_array(&json);
	for (size_t i = 0; i < monitor->feed_count; i++)
		write_source(&json, &monitor->feeds[i]);
	json_write_end_array(&json);
	json_write_end_object(&json);
	answer_json(request, 200, &out);
}

// --- gaps ---------------------------------------------------------------------------------------

static void write_gap(struct json_writer *json, const struct gap *gap)
{
	json_write_begin_object(json);
	json_write_member_integer(json, "id", (int64_t)gap->id);
	json_write_member_text(json, "department", gap->catalogue->name);
	json_write_member_integer(json, "from", (int64_t)gap->from);
	json_write_member_integer(json, "to", (int64_t)gap->to);
	json_write_member_integer(json, "count", (int64_t)(gap->to + 1 - gap->from));
	json_write_member_text(json, "state", gap_state_name(gap->state));
	event_write_time(json, "noticed", gap->noticed_ms);
	event_write_time(json, "ended", gap->ended_ms);
	json_write_member_text(json, "how", gap_state_how(gap->state));
	json_write_end_object(json);
}

static void write_watched(
    struct json_writer *json, const struct feed *feed, const struct watched *watched)
{
	if (!watched->known)
		return;
	json_write_begin_object(json);
	json_write_member_text(json, "department", feed->catalogue->name);
	json_write_member_text(json, "state", watched->state);
	json_write_member_integer(json, "gaps", (int64_t)watched->gaps);
	json_write_member_integer(json, "gaps_filled", (int64_t)watched->gaps_filled);
	json_write_member_text(json, "reason", watched->reason);
	json_write_end_object(json);
}

void gaps_get(struct http_request *request, void *context)
{
	const struct monitor *monitor = context;
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_name(&json, "gaps");
	json_write_begin_array(&json);
	for (size_t i = 0; i < gaps_kept(&monitor->gaps); i++)
		write_gap(&json, gaps_at(&monitor->gaps, i));
	json_write_end_array(&json);
	json_write_name(&json, "aggregator");
	json_write_begin_array(&json);
	for (size_t i = 0; i < monitor->feed_count; i++)
		write_watched(&json, &monitor->feeds[i], &monitor->watch.departments[i]);
	json_write_end_array(&json);
	json_write_end_object(&json);
	answer_json(request, 200, &out);
}

static void repair(struct http_request *request, struct feed *feed)
{
	uint64_t from;
	struct buffer out = { 0 };
	if (!feed_repair(feed, &from)) {
		http_answer_problem(
		    request, 409, "no_gap", "Nothing is missing there", "该部门没有待补的缺口");
		return;
	}
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_member_text(&json, "department", feed->catalogue->name);
	json_write_member_integer(&json, "from", (int64_t)from);
	json_write_end_object(&json);
	answer_json(request, 202, &out);
}

void gaps_post_repair(struct http_request *request, void *context)
{
	struct json *json = NULL;
	const char *department = NULL;
	if (json_parse(&json, http_body(request)) == STATUS_OK)
		department = json_string(json_member(json_root(json), "department"));
	struct feed *feed = department != NULL ? monitor_feed(context, department) : NULL;
	if (feed == NULL)
		http_answer_problem(request, 404, "unknown_department",
		    "Say which: {\"department\": \"D\"}, one that is followed",
		    "请指明已订阅的部门：{\"department\": \"D\"}");
	else
		repair(request, feed);
	json_free(&json);
}
