// SPDX-License-Identifier: Apache-2.0
// stream: the live tail of one reader, as server-sent events.
#include "stream.h"

#include "clock.h"
#include "monitor.h"

#include <stdio.h>

enum {
	NUMBER_DIGITS_MAX = 4
};

// What was told of a feed.
struct told {
	uint64_t heartbeats;
	enum source_state state;
};

struct stream {
	struct stream *next, *previous;
	struct monitor *monitor;
	struct http_stream *http;
	struct stream_filter filter;
	uint64_t place;       // in the ring: what comes next
	uint64_t whole_until; // up to there nothing is left out: a reader who comes back
	const char *missed;   // why something was missed before the beginning; or NULL
	unsigned allowance;   // of events, in this second
	bool greeted;
	int64_t sent_ms;          // of the loop
	uint64_t gaps, gaps_open; // told
	struct told *told;
};

// --- events -------------------------------------------------------------------------------------

static void begin_event(struct buffer *out, const char *name)
{
	buffer_printf(out, "event: %s\ndata: ", name);
}

static void end_event(struct buffer *out)
{
	buffer_append_text(out, "\n\n");
}

static void write_hello(const struct stream *stream, struct buffer *out)
{
	const struct monitor *monitor = stream->monitor;
	begin_event(out, "hello");
	struct json_writer json = json_writer_make(out);
	json_write_begin_object(&json);
	json_write_member_text(&json, "run", monitor->run);
	json_write_member_integer(&json, "first", (int64_t)ring_first(monitor->ring));
	json_write_member_integer(&json, "next", (int64_t)ring_next(monitor->ring));
	event_write_time(&json, "at", clock_wall_ms());
	json_write_end_object(&json);
	end_event(out);
}

// count 0: nobody knows.
static void write_missed(struct buffer *out, const char *reason, uint64_t count)
{
	begin_event(out, "skipped");
	struct json_writer json = json_writer_make(out);
	json_write_begin_object(&json);
	json_write_name(&json, "count");
	if (count > 0)
		json_write_integer(&json, (int64_t)count);
	else
		json_write_null(&json);
	json_write_member_text(&json, "reason", reason);
	json_write_end_object(&json);
	end_event(out);
}

static void write_pressure(const struct event *event, struct buffer *out)
{
	begin_event(out, "skipped");
	struct json_writer json = json_writer_make(out);
	json_write_begin_object(&json);
	json_write_member_integer(&json, "count", (int64_t)event->skipped);
	json_write_member_text(&json, "reason", "pressure");
	json_write_member_text(&json, "department", event->catalogue->name);
	json_write_member_integer(&json, "from", (int64_t)event->sequence);
	json_write_member_integer(&json, "to", (int64_t)(event->sequence + event->skipped - 1));
	json_write_end_object(&json);
	end_event(out);
}

static void write_event(const struct stream *stream, const struct event *event, struct buffer *out)
{
	char id[EVENT_ID_SIZE];
	event_format_id(stream->monitor->run, event->number, id);
	buffer_printf(out, "id: %s\n", id);
	if (event->skipped > 0) {
		write_pressure(event, out);
		return;
	}
	begin_event(out, "entry");
	struct json_writer json = json_writer_make(out);
	event_write_json(event, stream->monitor->run, &json);
	end_event(out);
}

static void write_heartbeat(const struct feed *feed, struct buffer *out)
{
	begin_event(out, "heartbeat");
	struct json_writer json = json_writer_make(out);
	json_write_begin_object(&json);
	json_write_member_text(&json, "department", feed->catalogue->name);
	json_write_member_integer(&json, "head", (int64_t)feed->head);
	event_write_time(&json, "at", clock_wall_ms());
	json_write_end_object(&json);
	end_event(out);
}

static void write_state(const struct feed *feed, enum source_state before, struct buffer *out)
{
	begin_event(out, "state");
	struct json_writer json = json_writer_make(out);
	json_write_begin_object(&json);
	json_write_member_text(&json, "department", feed->catalogue->name);
	json_write_member_text(&json, "state", source_state_name(feed->state));
	json_write_member_text(&json, "before", source_state_name(before));
	json_write_end_object(&json);
	end_event(out);
}

// --- filling in ---------------------------------------------------------------------------------

static void fill_greeting(struct stream *stream, struct buffer *out)
{
	if (stream->greeted)
		return;
	stream->greeted = true;
	write_hello(stream, out);
	if (stream->missed != NULL)
		write_missed(out, stream->missed, 0);
}

static void fill_feeds(struct stream *stream, struct buffer *out)
{
	const struct monitor *monitor = stream->monitor;
	for (size_t i = 0; i < monitor->feed_count; i++) {
		const struct feed *feed = &monitor->feeds[i];
		struct told *told = &stream->told[i];
		if (feed->state != told->state)
			write_state(feed, told->state, out);
		if (feed->heartbeats != told->heartbeats && !stream->filter.no_heartbeat &&
		    stream_filter_passes_source(&stream->filter, feed->catalogue))
			write_heartbeat(feed, out);
		*told = (struct told){ feed->heartbeats, feed->state };
	}
}

static uint64_t count_open_gaps(const struct monitor *monitor)
{
	uint64_t open = 0;
	for (size_t i = 0; i < monitor->feed_count; i++)
		open += monitor->feeds[i].gap_open;
	return open;
}

static void fill_gaps(struct stream *stream, struct buffer *out)
{
	uint64_t total = stream->monitor->gaps.count, open = count_open_gaps(stream->monitor);
	if (total == stream->gaps && open == stream->gaps_open)
		return;
	stream->gaps = total;
	stream->gaps_open = open;
	begin_event(out, "gap");
	struct json_writer json = json_writer_make(out);
	json_write_begin_object(&json);
	json_write_member_integer(&json, "open", (int64_t)open);
	json_write_member_integer(&json, "total", (int64_t)total);
	json_write_end_object(&json);
	end_event(out);
}

static void move_on(struct stream *stream, uint64_t place, const char *reason, struct buffer *out)
{
	if (stream->place >= place)
		return;
	write_missed(out, reason, place - stream->place);
	stream->place = place;
}

static void fill_events(struct stream *stream, struct buffer *out)
{
	const struct ring *ring = stream->monitor->ring;
	move_on(stream, ring_first(ring), "moved_on", out);
	if (stream->place >= stream->whole_until &&
	    ring_next(ring) - stream->place > STREAM_BACKLOG_MAX)
		move_on(stream, ring_back(ring, STREAM_PAST_EVENTS_MAX), "slow", out);
	for (; stream->place < ring_next(ring) && stream->allowance > 0 &&
	       out->size < HTTP_STREAM_PIECE_BYTES;
	     stream->place++) {
		const struct event *event = ring_at(ring, stream->place);
		if (!event_passes(event, &stream->filter))
			continue;
		write_event(stream, event, out);
		stream->allowance--;
	}
}

static void fill(struct buffer *out, void *context)
{
	struct stream *stream = context;
	int64_t now_ms = loop_now_ms(stream->monitor->loop);
	fill_greeting(stream, out);
	fill_feeds(stream, out);
	fill_gaps(stream, out);
	fill_events(stream, out);
	if (out->size == 0 && now_ms - stream->sent_ms >= STREAM_COMMENT_MS)
		buffer_append_text(out, ":\n\n");
	if (out->size > 0)
		stream->sent_ms = now_ms;
}

// --- its life -----------------------------------------------------------------------------------

static void closed(void *context)
{
	struct stream *stream = context;
	struct monitor *monitor = stream->monitor;
	if (stream->previous != NULL)
		stream->previous->next = stream->next;
	else
		monitor->streams = stream->next;
	if (stream->next != NULL)
		stream->next->previous = stream->previous;
	monitor->stream_count--;
	free(stream->told);
	free(stream);
}

static struct stream *stream_new(struct monitor *monitor, const struct stream_filter *filter)
{
	struct stream *stream = allocate(sizeof *stream);
	*stream = (struct stream){
		.next = monitor->streams,
		.monitor = monitor,
		.filter = *filter,
		.allowance = STREAM_EVENTS_PER_S,
		.gaps = monitor->gaps.count,
		.gaps_open = count_open_gaps(monitor),
	};
	stream->told = allocate((monitor->feed_count + 1) * sizeof *stream->told);
	for (size_t i = 0; i < monitor->feed_count; i++)
		stream->told[i] =
		    (struct told){ monitor->feeds[i].heartbeats, monitor->feeds[i].state };
	if (stream->next != NULL)
		stream->next->previous = stream;
	monitor->streams = stream;
	monitor->stream_count++;
	return stream;
}

// Where a reader begins who was here before, or not.
struct beginning {
	uint64_t place, whole_until;
	const char *missed;
};

static bool read_past(struct http_request *request, uint64_t *past)
{
	const char *text = http_query(request, "last");
	*past = STREAM_PAST_EVENTS;
	if (text == NULL)
		return true;
	size_t size = strlen(text);
	if (size == 0 || size > NUMBER_DIGITS_MAX || strspn(text, "0123456789") != size)
		return false;
	*past = strtoull(text, NULL, 10);
	return *past <= STREAM_PAST_EVENTS_MAX;
}

static bool read_beginning(
    const struct monitor *monitor, struct http_request *request, struct beginning *beginning)
{
	uint64_t past, number = 0, next = ring_next(monitor->ring);
	bool ours = false;
	const char *after = http_header(request, "Last-Event-ID");
	*beginning = (struct beginning){ 0 };
	if (after == NULL || after[0] == 0)
		after = http_query(request, "after");
	if (!read_past(request, &past) ||
	    (after != NULL && !event_parse_id(after, monitor->run, &ours, &number)))
		return false;
	beginning->place = ring_back(monitor->ring, past);
	if (after != NULL && (!ours || number >= next))
		beginning->missed = "restarted";
	else if (after != NULL)
		*beginning = (struct beginning){ number + 1, next, NULL };
	return true;
}

void stream_begin(struct monitor *monitor, struct http_request *request)
{
	struct stream_filter filter;
	struct beginning beginning;
	if (stream_filter_parse(&filter, http_query(request, "filter"), monitor->catalogues) !=
	    STATUS_OK) {
		http_answer_problem(request, 400, "filter", status_reason(),
		    "筛选条件有误：可按来源、类别、状态、原因筛选，不能按人筛选");
		return;
	}
	if (!read_beginning(monitor, request, &beginning)) {
		http_answer_problem(request, 400, "page",
		    "last is 0 to 1000; Last-Event-ID and after are RUN-NUMBER",
		    "last 应为 0 至 1000；Last-Event-ID 与 after 应为 RUN-NUMBER 形式");
		return;
	}
	if (monitor->stream_count == STREAMS_MAX) {
		http_answer_problem(request, 503, "too_many_streams",
		    "Too many streams are open; close a page", "打开的实时流过多，请关闭部分页面");
		return;
	}
	struct stream *stream = stream_new(monitor, &filter);
	stream->place = beginning.place;
	stream->whole_until = beginning.whole_until;
	stream->missed = beginning.missed;
	stream->http = http_answer_stream(request, "text/event-stream", NULL, fill, closed, stream);
	if (stream->http == NULL) // a HEAD request
		closed(stream);
}

void monitor_wake_streams(struct monitor *monitor)
{
	for (struct stream *each = monitor->streams; each != NULL; each = each->next)
		if (each->http != NULL)
			http_stream_wake(each->http);
}

void stream_tick(struct monitor *monitor)
{
	for (struct stream *each = monitor->streams; each != NULL; each = each->next)
		each->allowance = STREAM_EVENTS_PER_S;
	monitor_wake_streams(monitor);
}

void stream_end_all(struct monitor *monitor)
{
	for (struct stream *each = monitor->streams; each != NULL; each = each->next)
		if (each->http != NULL)
			http_stream_end(each->http);
}
