// SPDX-License-Identifier: Apache-2.0
// aggregator: follows every department and keeps each subject's combined profile current in Redis.
#include "aggregator.h"

#include "certificate.h"
#include "clock.h"
#include "log.h"

#include <stdio.h>

enum {
	TICK_MS = 1000,
	REOPEN_MS = 10 * 1000,
	LINGER_MS = 200
};

#define TEXT(name, type, fallback, description)                                          \
	{                                                                                \
#name, type, offsetof(struct aggregator_settings, name), fallback, 0, 0, \
		    description                                                          \
	}

static const struct setting settings_table[] = {
	SERVICE_SETTINGS,
	TEXT(proto, SETTING_PATH, NULL, "folder of the catalogues"),
	TEXT(data, SETTING_PATH, NULL, "folder of this daemon's own"),
	TEXT(http, SETTING_TEXT, NULL, "where it can be asked: 127.0.0.1:PORT or unix:/PATH"),
	TEXT(token, SETTING_PATH, NULL, "file with the bearer token, mode 0600"),
	TEXT(key, SETTING_PATH, NULL, "this daemon's CURVE key, NAME.key_secret"),
	TEXT(keys, SETTING_PATH, NULL, "folder of the departments' public keys, DEPARTMENT.key"),
	TEXT(redis, SETTING_TEXT, NULL, "unix:/PATH or HOST:PORT"),
	{ "partitions", SETTING_INTEGER, offsetof(struct aggregator_settings, partitions), "64", 1,
	    PROFILE_PARTITIONS_MAX,
	    "how many parts the profiles are cut into; chosen once for ever" },
	TEXT(follow, SETTING_LIST, NULL,
	    "DEPARTMENT PUBLISH REPLAY: a department's name and its two ZeroMQ endpoints; one line "
	    "each"),
};

// --- feeds ---

static void hand_over(struct bytes peer, struct bytes topic, struct bytes message, void *context)
{
	struct feed *feed = context;
	(void)peer;
	(void)topic; // a message says itself which department it is of
	follower_message(feed->follower, message, loop_now_ms(feed->aggregator->loop));
}

static enum status open_sockets(struct feed *feed)
{
	struct aggregator *aggregator = feed->aggregator;
	bus_socket_close(&feed->subscription);
	bus_socket_close(&feed->requests);
	feed->opened_ms = loop_now_ms(aggregator->loop);
	enum status status = bus_subscribe_open(&feed->subscription, aggregator->bus, feed->publish,
	    feed->server_key, feed->catalogue->name, hand_over, feed);
	if (status == STATUS_OK)
		status = bus_request_open(&feed->requests, aggregator->bus, feed->replay,
		    feed->server_key, hand_over, feed);
	return status;
}

static void pause_sockets(struct aggregator *aggregator, bool paused)
{
	for (size_t i = 0; i < aggregator->feed_count; i++) {
		bus_socket_pause(aggregator->feeds[i].subscription, paused);
		bus_socket_pause(aggregator->feeds[i].requests, paused);
	}
}

static void stop_feed(struct feed *feed, const char *problem)
{
	if (feed->problem[0] == 0)
		log_error("%s stops: %s; `onecity rebuild --department %s` begins it anew",
		    feed->catalogue->name, problem, feed->catalogue->name);
	snprintf(feed->problem, sizeof feed->problem, "%s", problem);
	follower_pause(feed->follower, true);
}

static void take_entry(
    uint64_t sequence, const struct entry *entry, const uint8_t chain[CHAIN_BYTES], void *context)
{
	struct feed *feed = context;
	if (feed->problem[0] == 0 &&
	    store_add(feed->aggregator->store, feed->place, sequence, entry, chain) != STATUS_OK)
		stop_feed(feed, status_reason());
}

static void take_batch_end(const struct position *position, void *context)
{
	struct feed *feed = context;
	struct aggregator *aggregator = feed->aggregator;
	if (feed->problem[0] != 0)
		return;
	store_batch_end(aggregator->store, feed->place, position);
	if (store_is_full(aggregator->store))
		pause_sockets(aggregator, true);
}

static void take_inputs(const struct input *inputs, size_t count, void *context)
{
	struct feed *feed = context;
	memcpy(feed->inputs, inputs, count * sizeof *inputs);
	feed->input_count = count;
}

static void send_request(struct bytes message, void *context)
{
	struct feed *feed = context;
	static const struct bytes none;
	if (bus_send(feed->requests, none, none, message) != STATUS_OK)
		log_debug("%s: a replay request could not be sent: %s", feed->catalogue->name,
		    status_reason());
}

static const struct follower_calls follower_calls = { take_entry, take_batch_end, take_inputs,
	send_request };

// "DEPARTMENT PUBLISH REPLAY"
static enum status parse_feed(struct aggregator *aggregator, struct feed *feed, const char *line)
{
	char name[64], publish[256], replay[256], path[4096], extra[2];
	if (sscanf(line, "%63s %255s %255s %1s", name, publish, replay, extra) != 3)
		return fail(
		    STATUS_INVALID, "follow = %s: expected DEPARTMENT PUBLISH REPLAY", line);
	feed->catalogue = catalogue_set_named(aggregator->catalogues, name);
	if (feed->catalogue == NULL)
		return fail(STATUS_NOT_FOUND,
		    "follow = %s: there is no catalogue of that department", line);
	for (const struct feed *other = aggregator->feeds; other < feed; other++)
		if (other->catalogue == feed->catalogue)
			return fail(
			    STATUS_INVALID, "follow = %s: that department is there already", line);
	feed->publish = text_copy(publish);
	feed->replay = text_copy(replay);
	snprintf(path, sizeof path, "%s/%s.key", aggregator->settings->keys, name);
	return certificate_read_public(feed->server_key, path);
}

static enum status open_feeds(struct aggregator *aggregator)
{
	const struct setting_list *lines = &aggregator->settings->follow;
	static const struct position beginning;
	if (lines->count > STORE_DEPARTMENTS_MAX)
		return fail(STATUS_TOO_LARGE,
		    "%zu departments are to be followed, at most %d can be", lines->count,
		    STORE_DEPARTMENTS_MAX);
	aggregator->feeds = allocate(lines->count * sizeof *aggregator->feeds);
	for (size_t i = 0; i < lines->count; i++) {
		struct feed *feed = &aggregator->feeds[i];
		aggregator->feed_count++;
		feed->aggregator = aggregator;
		feed->place = i;
		enum status status = parse_feed(aggregator, feed, lines->values[i]);
		if (status != STATUS_OK)
			return status;
		feed->follower =
		    follower_new(feed->catalogue->number, &beginning, &follower_calls, feed);
		follower_pause(feed->follower, true); // until the store says where to begin
		status = open_sockets(feed);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static void feed_deinit(struct feed *feed)
{
	bus_socket_close(&feed->subscription);
	bus_socket_close(&feed->requests);
	follower_free(&feed->follower);
	free(feed->publish);
	free(feed->replay);
}

// --- the store ---

static void store_is_ready(void *context)
{
	struct aggregator *aggregator = context;
	log_info("the store is ready");
	for (size_t i = 0; i < aggregator->feed_count; i++) {
		struct feed *feed = &aggregator->feeds[i];
		struct position position;
		feed->problem[0] = 0;
		enum status status = store_position(aggregator->store, feed->place, &position);
		follower_restart(feed->follower, &position);
		follower_expect(feed->follower, store_highest(aggregator->store, feed->place));
		if (status != STATUS_OK) {
			stop_feed(feed, status_reason());
			continue;
		}
		follower_pause(feed->follower, aggregator->draining);
		follower_tick(feed->follower, loop_now_ms(aggregator->loop));
	}
	pause_sockets(aggregator, false);
}

static void store_is_lost(const char *reason, void *context)
{
	struct aggregator *aggregator = context;
	log_warn("the store is not ready: %s", reason);
	for (size_t i = 0; i < aggregator->feed_count; i++)
		follower_pause(aggregator->feeds[i].follower, true);
	pause_sockets(aggregator, false); // heads are still learnt
}

static void store_has_room(void *context)
{
	pause_sockets(context, false);
}

static enum status open_store(struct aggregator *aggregator)
{
	static const struct store_events events = { store_is_ready, store_is_lost, store_has_room };
	unsigned departments[STORE_DEPARTMENTS_MAX];
	for (size_t i = 0; i < aggregator->feed_count; i++)
		departments[i] = aggregator->feeds[i].catalogue->number;
	struct store_options options = { aggregator->settings->redis,
		(unsigned)aggregator->settings->partitions, departments, aggregator->feed_count };
	return store_open(&aggregator->store, aggregator->loop, &options, &events, aggregator);
}

// --- what is known ---

static const char *state_of(
    const struct feed *feed, const struct follower_report *follower, const char **reason)
{
	*reason = follower->reason;
	if (store_is_rebuilding(feed->aggregator->store, feed->place))
		return "rebuilding";
	if (feed->problem[0] != 0) {
		*reason = feed->problem;
		return follower_state_name(FOLLOWER_FORK);
	}
	bool halted = follower->state == FOLLOWER_FORK || follower->state == FOLLOWER_STOPPED;
	return follower->silent && !halted ? "silent" : follower_state_name(follower->state);
}

void aggregator_report(const struct feed *feed, struct feed_report *report)
{
	*report =
	    (struct feed_report){ .applied = store_applied(feed->aggregator->store, feed->place) };
	follower_report(feed->follower, loop_now_ms(feed->aggregator->loop), &report->follower);
	report->state = state_of(feed, &report->follower, &report->reason);
	uint64_t head = report->follower.head;
	report->lag = head > report->applied ? head - report->applied : 0;
	if (report->lag > 0 && report->follower.recorded_ms > 0)
		report->lag_ms = clock_wall_ms() - report->follower.recorded_ms;
}

static void write_source(const struct feed *feed)
{
	struct feed_report report;
	aggregator_report(feed, &report);
	int64_t now_ms = clock_wall_ms(), heard_ms = report.follower.heard_ms;
	struct profile_source source = {
		.written_ms = now_ms,
		.state = bytes_of_text(report.state),
		.silent = report.follower.silent,
		.rebuilding = store_is_rebuilding(feed->aggregator->store, feed->place),
		.position = report.applied,
		.head = report.follower.head,
		.heard_ms =
		    heard_ms < 0 ? 0 : now_ms - (loop_now_ms(feed->aggregator->loop) - heard_ms),
		.recorded_ms = report.follower.recorded_ms,
		.input_count = feed->input_count,
	};
	memcpy(source.inputs, feed->inputs, feed->input_count * sizeof *feed->inputs);
	store_write_source(feed->aggregator->store, feed->place, &source);
}

// A subscription that an oversized message ended says nothing, and comes back only if it is opened
// anew.
static void reopen_if_silent(struct feed *feed, int64_t now_ms)
{
	struct follower_report report;
	follower_report(feed->follower, now_ms, &report);
	if (!report.silent || now_ms - feed->opened_ms < REOPEN_MS)
		return;
	log_warn("%s is silent: connecting anew", feed->catalogue->name);
	if (open_sockets(feed) != STATUS_OK)
		service_die(feed->aggregator->loop, "%s", status_reason());
}

static void log_state(struct feed *feed)
{
	struct feed_report report;
	aggregator_report(feed, &report);
	if (feed->logged_state == report.state)
		return;
	feed->logged_state = report.state;
	bool bad = report.reason[0] != 0;
	(bad ? log_error : log_info)("%s is %s at %llu of %llu%s%s", feed->catalogue->name,
	    report.state, (unsigned long long)report.applied,
	    (unsigned long long)report.follower.head, bad ? ": " : "", report.reason);
}

static void tick(void *context)
{
	struct aggregator *aggregator = context;
	int64_t now_ms = loop_now_ms(aggregator->loop);
	for (size_t i = 0; i < aggregator->feed_count; i++) {
		struct feed *feed = &aggregator->feeds[i];
		follower_tick(feed->follower, now_ms);
		reopen_if_silent(feed, now_ms);
		write_source(feed);
		log_state(feed);
	}
	store_check(aggregator->store);
	for (size_t i = 0; i < aggregator->feed_count; i++)
		store_advance(aggregator->store, i);
}

// --- the service ---

static enum status open_bus(struct aggregator *aggregator)
{
	struct certificate certificate;
	enum status status = certificate_read_secret(&certificate, aggregator->settings->key);
	if (status != STATUS_OK)
		return status;
	status = bus_open(&aggregator->bus, aggregator->loop, certificate.public_key,
	    certificate.secret_key, NULL, NULL);
	certificate_wipe(&certificate);
	return status;
}

static enum status aggregator_open(void **state, struct loop *loop, const void *settings)
{
	struct aggregator *aggregator = allocate(sizeof *aggregator);
	*state = aggregator;
	aggregator->settings = settings;
	aggregator->loop = loop;
	aggregator->started_ms = clock_wall_ms();
	enum status status =
	    catalogue_set_read(&aggregator->catalogues, aggregator->settings->proto);
	if (status == STATUS_OK)
		status = open_bus(aggregator);
	if (status == STATUS_OK)
		status = open_feeds(aggregator);
	if (status == STATUS_OK)
		status = open_store(aggregator);
	if (status != STATUS_OK)
		return status;
	aggregator->tick = loop_timer_open(loop, TICK_MS, TICK_MS, tick, aggregator);
	return aggregator_http_open(aggregator);
}

static void stop_when_written(void *context)
{
	struct aggregator *aggregator = context;
	bool ready = store_state(aggregator->store) == STORE_READY;
	if (!ready || store_is_idle(aggregator->store))
		loop_stop(aggregator->loop);
}

// What is collected is written and all positions moved, so that the next start begins at the end.
static void aggregator_drain(void *state)
{
	struct aggregator *aggregator = state;
	aggregator->draining = true;
	http_server_quiesce(aggregator->http);
	for (size_t i = 0; i < aggregator->feed_count; i++) {
		follower_pause(aggregator->feeds[i].follower, true);
		store_advance(aggregator->store, i);
	}
	loop_timer_close(&aggregator->tick);
	aggregator->tick = loop_timer_open(aggregator->loop, 0, 10, stop_when_written, aggregator);
}

static void aggregator_close(void **state)
{
	struct aggregator *aggregator = *state;
	http_server_close(&aggregator->http);
	loop_timer_close(&aggregator->tick);
	store_close(&aggregator->store);
	for (size_t i = 0; i < aggregator->feed_count; i++)
		feed_deinit(&aggregator->feeds[i]);
	free(aggregator->feeds);
	bus_close(&aggregator->bus, LINGER_MS);
	catalogue_set_free(&aggregator->catalogues);
	free(aggregator);
	*state = NULL;
}

int main(int argument_count, char **arguments)
{
	const struct service service = {
		.name = "aggregator",
		.settings = settings_table,
		.setting_count = COUNT_OF(settings_table),
		.settings_size = sizeof(struct aggregator_settings),
		.open = aggregator_open,
		.drain = aggregator_drain,
		.close = aggregator_close,
	};
	return service_main(argument_count, arguments, &service);
}
