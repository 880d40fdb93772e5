// SPDX-License-Identifier: Apache-2.0
// feed: one department as the monitor follows it.
#include "feed.h"

#include "clock.h"
#include "log.h"
#include "monitor.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	REOPEN_MS = 10 * 1000,
};

static int64_t now_ms(const struct feed *feed)
{
	return loop_now_ms(feed->monitor->loop);
}

// --- counting -----------------------------------------------------------------------------------

static void learn_head(struct feed *feed, uint64_t head)
{
	if (head <= feed->head)
		return;
	series_add_published(
	    feed->monitor->series, feed->place, head - feed->head, clock_wall_ms());
	feed->head = head;
	feed->last_event_ms = clock_wall_ms();
	feed->last_event_loop_ms = now_ms(feed);
}

static void tell_skipped(struct feed *feed, uint64_t first, uint64_t count)
{
	struct event event;
	int64_t wall_ms = clock_wall_ms();
	feed->skipped += count;
	series_add_skipped(feed->monitor->series, count, wall_ms);
	event_make_skipped(&event, feed->catalogue, first, count, wall_ms);
	ring_add(feed->monitor->ring, &event);
	monitor_wake_streams(feed->monitor);
}

static uint64_t position(const struct feed *feed)
{
	struct follower_report report;
	follower_report(feed->follower, now_ms(feed), &report);
	return report.position.sequence;
}

// Goes on from there. A gap that was open is one that will not be filled.
static void start_at(struct feed *feed, uint64_t sequence)
{
	struct follower_report report;
	follower_start_at(feed->follower, sequence);
	follower_report(feed->follower, now_ms(feed), &report);
	feed->gaps = report.gaps;
	feed->unfilled = report.gaps - report.gaps_filled;
}

// --- skipping -----------------------------------------------------------------------------------

static void begin_skipping(struct feed *feed)
{
	feed->skipping = true;
	follower_pause(feed->follower, true); // allowed inside its own call
}

// Goes on with the last entries before the head. What lies between is counted, as far as it is new.
static void jump(struct feed *feed)
{
	uint64_t reached = position(feed), next = reached + 1;
	uint64_t last = feed->head >= FEED_PAST_ENTRIES ? feed->head + 1 - FEED_PAST_ENTRIES : 1;
	if (last > next) {
		tell_skipped(feed, next, last - next);
		next = last;
	}
	follower_pause(feed->follower, false);
	start_at(feed, next);
	follower_tick(feed->follower, now_ms(feed));
}

static void end_skipping(struct feed *feed)
{
	if (!feed->skipping)
		return;
	feed->skipping = false;
	jump(feed);
}

// --- gaps and forks -----------------------------------------------------------------------------

static void tell_state(struct feed *feed)
{
	struct source_facts facts;
	feed_facts(feed, &facts);
	enum source_state state = source_judge(&facts);
	if (state == feed->state)
		return;
	log_info("%s is %s", feed->catalogue->name, source_state_name(state));
	feed->state = state;
	monitor_wake_streams(feed->monitor);
}

static void note_fork(struct feed *feed, const char *reason)
{
	struct monitor *monitor = feed->monitor;
	log_warn("%s: another history from here on: %s", feed->catalogue->name, reason);
	gaps_end(&monitor->gaps, feed->catalogue, GAP_FORK, clock_wall_ms());
	gaps_add(
	    &monitor->gaps, feed->catalogue, feed->head, feed->head, GAP_FORK, clock_wall_ms());
	feed->gap_open = false;
	feed->forked = true;
	feed->forked_ms = now_ms(feed);
	snprintf(feed->reason, sizeof feed->reason, "%s", reason);
	feed->heard = false; // begins again with the next message
	feed->marks = (struct marks){ 0 };
	monitor_wake_streams(monitor);
}

static void look_at_gaps(struct feed *feed, const struct batch *batch)
{
	struct gaps *gaps = &feed->monitor->gaps;
	bool was_open = feed->gap_open;
	struct follower_report report;
	follower_report(feed->follower, now_ms(feed), &report);
	bool begun = report.gaps > feed->gaps;
	bool ended = feed->gap_open && report.gaps - report.gaps_filled == feed->unfilled;
	feed->gaps = report.gaps;
	if (report.state == FOLLOWER_FORK || report.state == FOLLOWER_STOPPED) {
		note_fork(feed, report.reason);
	} else if (begun && !feed->gap_open) {
		uint64_t to = batch->count > 0 ? batch->first - 1 : batch->head;
		log_info("%s: entries from %" PRIu64 " to %" PRIu64 " are missing: asked for",
		    feed->catalogue->name, report.position.sequence + 1, to);
		gaps_add(gaps, feed->catalogue, report.position.sequence + 1, to, GAP_OPEN,
		    clock_wall_ms());
		feed->gap_open = true;
		monitor_wake_streams(feed->monitor);
	} else if (ended) {
		log_info("%s: the gap is filled", feed->catalogue->name);
		gaps_end(gaps, feed->catalogue, GAP_FILLED, clock_wall_ms());
		feed->gap_open = false;
		monitor_wake_streams(feed->monitor);
	}
	if (feed->gap_open != was_open)
		tell_state(feed);
}

// More is missing than is read again. True: it was skipped.
static bool skip_large_gap(struct feed *feed, const struct batch *batch)
{
	uint64_t before = batch->count > 0 ? batch->first - 1 : batch->head;
	uint64_t reached = position(feed);
	if (before < reached + FEED_GAP_ENTRIES_MAX)
		return false;
	gaps_end(&feed->monitor->gaps, feed->catalogue, GAP_SKIPPED, clock_wall_ms());
	gaps_add(&feed->monitor->gaps, feed->catalogue, reached + 1, before, GAP_SKIPPED,
	    clock_wall_ms());
	feed->gap_open = false;
	jump(feed);
	return true;
}

// --- what the follower hands on -----------------------------------------------------------------

static void take_entry(
    uint64_t sequence, const struct entry *entry, const uint8_t chain[CHAIN_BYTES], void *context)
{
	struct feed *feed = context;
	struct monitor *monitor = feed->monitor;
	struct event event;
	(void)chain;
	event_make(&event, feed->catalogue, sequence, entry, clock_wall_ms());
	ring_add(monitor->ring, &event);
	if (sequence <= feed->begun)
		return; // of the past
	feed->seen++;
	if (feed->batch_entries++ == 0)
		feed->batch_recorded_ms = entry->recorded_ms;
	if (entry->operation == OPERATION_REJECT)
		series_add_rejected(monitor->series, event.note, clock_wall_ms());
	if (--monitor->look_at <= 0)
		begin_skipping(feed);
}

static void take_batch_end(const struct position *reached, void *context)
{
	struct feed *feed = context;
	if (feed->batch_entries > 0)
		marks_add(
		    &feed->marks, reached->sequence, feed->batch_entries, feed->batch_recorded_ms);
	feed->batch_entries = 0;
	monitor_wake_streams(feed->monitor);
}

// What cannot be sent now is asked for again by a later tick.
static void send_request(struct bytes message, void *context)
{
	static const struct bytes none;
	struct feed *feed = context;
	if (bus_send(feed->requests, none, none, message) != STATUS_OK)
		log_debug("%s: a replay request could not be sent: %s", feed->catalogue->name,
		    status_reason());
}

// --- messages -----------------------------------------------------------------------------------

// From the end on, with some entries of the past for a beginning.
static void begin(struct feed *feed, const struct batch *batch)
{
	uint64_t head = batch->count > 0 ? batch->first - 1 : batch->head;
	feed->heard = true;
	memcpy(feed->epoch, batch->epoch, EPOCH_BYTES);
	feed->begun = feed->head = head;
	for (size_t i = 0; i < COUNT_OF(feed->heads); i++)
		feed->heads[i] = head;
	feed->last_event_loop_ms = now_ms(feed);
	start_at(feed, head >= FEED_PAST_ENTRIES ? head + 1 - FEED_PAST_ENTRIES : 1);
}

static void take_inputs(struct feed *feed, const struct batch *batch)
{
	struct input inputs[BATCH_INPUTS_MAX];
	size_t count;
	if (batch->count > 0 || batch->answer != 0 ||
	    envelope_read_inputs(batch->inputs, inputs, &count) != STATUS_OK)
		return;
	memcpy(feed->inputs, inputs, count * sizeof *inputs);
	feed->input_count = count;
	feed->heartbeats++;
	monitor_wake_streams(feed->monitor);
}

static void take_batch(struct feed *feed, const struct batch *batch, struct bytes message)
{
	feed->heard_ms = now_ms(feed);
	feed->clock_off_ms = batch->time_ms - clock_wall_ms();
	if (feed->heard && memcmp(feed->epoch, batch->epoch, EPOCH_BYTES) != 0)
		note_fork(feed, "the department has another journal now: its epoch changed");
	if (!feed->heard)
		begin(feed, batch);
	learn_head(feed, batch->head);
	take_inputs(feed, batch);
	if (feed->skipping || skip_large_gap(feed, batch))
		return;
	follower_message(feed->follower, message, now_ms(feed));
	look_at_gaps(feed, batch);
}

static void hear(struct bytes peer, struct bytes topic, struct bytes message, void *context)
{
	struct feed *feed = context;
	struct batch batch;
	(void)peer;
	(void)topic; // a message says itself which department it is of
	enum status status = envelope_read_batch(&batch, message);
	if (status == STATUS_INVALID && !feed->forked)
		note_fork(feed, status_reason());
	if (status == STATUS_OK && batch.department == feed->catalogue->number)
		take_batch(feed, &batch, message);
}

// --- opening ------------------------------------------------------------------------------------

static enum status open_sockets(struct feed *feed)
{
	struct bus *bus = feed->monitor->bus;
	bus_socket_close(&feed->subscription);
	bus_socket_close(&feed->requests);
	feed->opened_ms = now_ms(feed);
	enum status status = bus_subscribe_open(&feed->subscription, bus, feed->publish,
	    feed->server_key, feed->catalogue->name, hear, feed);
	if (status == STATUS_OK)
		status = bus_request_open(
		    &feed->requests, bus, feed->replay, feed->server_key, hear, feed);
	return status;
}

enum status feed_open(struct feed *feed)
{
	static const struct follower_calls calls = { take_entry, take_batch_end, NULL,
		send_request };
	static const struct position beginning;
	feed->state = SOURCE_WAITING;
	feed->follower = follower_new(feed->catalogue->number, &beginning, &calls, feed);
	feed->heard_ms = feed->last_event_loop_ms = now_ms(feed);
	return open_sockets(feed);
}

void feed_deinit(struct feed *feed)
{
	bus_socket_close(&feed->subscription);
	bus_socket_close(&feed->requests);
	bus_socket_close(&feed->lookups);
	follower_free(&feed->follower);
}

// A subscription that an oversized message ended says nothing, and comes back only if it is opened
// anew.
static void reopen_if_silent(struct feed *feed)
{
	bool silent = now_ms(feed) - feed->heard_ms >= SOURCE_SILENT_MS;
	if (!silent || now_ms(feed) - feed->opened_ms < REOPEN_MS)
		return;
	if (open_sockets(feed) != STATUS_OK)
		service_die(feed->monitor->loop, "%s", status_reason());
}

bool feed_repair(struct feed *feed, uint64_t *from)
{
	if (!feed->gap_open && !feed->forked)
		return false;
	*from = position(feed) + 1;
	if (open_sockets(feed) != STATUS_OK) {
		service_die(feed->monitor->loop, "%s", status_reason());
		return true;
	}
	follower_pause(feed->follower, true); // forgets what was asked for
	follower_pause(feed->follower, false);
	follower_tick(feed->follower, now_ms(feed));
	return true;
}

// --- every second -------------------------------------------------------------------------------

// The aggregator looks at the same history: a fork of which it says nothing after a while is over.
static void forget_fork(struct feed *feed)
{
	const struct watched *watched = &feed->monitor->watch.departments[feed->place];
	bool fits = watched->known && strcmp(watched->state, "fork") != 0;
	if (!feed->forked || !fits || now_ms(feed) - feed->forked_ms < REOPEN_MS)
		return;
	feed->forked = false;
	feed->reason[0] = 0;
}

void feed_tick(struct feed *feed)
{
	end_skipping(feed);
	if (feed->heard)
		follower_tick(feed->follower, now_ms(feed));
	reopen_if_silent(feed);
	memmove(feed->heads + 1, feed->heads, sizeof feed->heads - sizeof feed->heads[0]);
	feed->heads[0] = feed->head;
	if (feed->monitor->watch.departments[feed->place].known)
		trend_add(&feed->trend, feed_lag(feed));
	forget_fork(feed);
	tell_state(feed);
}

// --- what is known ------------------------------------------------------------------------------

void feed_applied(struct feed *feed, uint64_t reached)
{
	struct mark mark;
	int64_t wall_ms = clock_wall_ms();
	while (marks_take(&feed->marks, reached, &mark))
		series_add_delay(
		    feed->monitor->series, wall_ms - mark.recorded_ms, mark.count, wall_ms);
}

uint64_t feed_lag(const struct feed *feed)
{
	const struct watched *watched = &feed->monitor->watch.departments[feed->place];
	return feed->heard && feed->head > watched->position ? feed->head - watched->position : 0;
}

int64_t feed_lag_ms(const struct feed *feed)
{
	int64_t oldest_ms = marks_oldest_ms(&feed->marks);
	int64_t age_ms = oldest_ms > 0 ? clock_wall_ms() - oldest_ms : 0;
	return feed_lag(feed) > 0 && age_ms > 0 ? age_ms : 0;
}

int64_t feed_rate_hundredths(const struct feed *feed)
{
	uint64_t count = feed->head - feed->heads[FEED_RATE_SECONDS];
	return (int64_t)(count * 100 / FEED_RATE_SECONDS);
}

void feed_facts(const struct feed *feed, struct source_facts *facts)
{
	const struct monitor *monitor = feed->monitor;
	const struct watched *watched = &monitor->watch.departments[feed->place];
	bool fork_there = watched->known && strcmp(watched->state, "fork") == 0;
	*facts = (struct source_facts){
		.fork = feed->forked || fork_there,
		.heard = feed->heard,
		.gap_open = feed->gap_open,
		.silent_ms = now_ms(feed) - feed->heard_ms,
		.lag_ms = watched->known ? feed_lag_ms(feed) : 0,
		.still_ms = now_ms(feed) - feed->last_event_loop_ms,
		.quiet_ms = monitor->settings->quiet_s * 1000,
	};
}
