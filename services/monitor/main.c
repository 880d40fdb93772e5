// SPDX-License-Identifier: Apache-2.0
// monitor: follows every department and the aggregator, and shows operators the stream.
#include "certificate.h"
#include "clock.h"
#include "digest.h"
#include "inspect.h"
#include "monitor.h"
#include "rejects.h"
#include "stream.h"

#include <stdio.h>

enum {
	TICK_MS = 1000,
	LINGER_MS = 0,
	RUN_BYTES = 5,
	PATH_SIZE = 4096,
};

#define TEXT(name, type, fallback, description)                                                   \
	{                                                                                         \
#name, type, offsetof(struct monitor_settings, name), fallback, 0, 0, description \
	}

static const struct setting settings_table[] = {
	SERVICE_SETTINGS,
	TEXT(proto, SETTING_PATH, NULL, "folder of the catalogues"),
	TEXT(http, SETTING_TEXT, NULL, "where it can be asked: 127.0.0.1:PORT or unix:/PATH"),
	TEXT(token, SETTING_PATH, NULL, "file with the bearer token, mode 0600"),
	TEXT(key, SETTING_PATH, NULL, "this daemon's CURVE key, NAME.key_secret"),
	TEXT(keys, SETTING_PATH, NULL, "folder of the departments' public keys, DEPARTMENT.key"),
	TEXT(tokens, SETTING_PATH, NULL,
	    "folder of the tokens of the aggregator and the departments, by name"),
	TEXT(aggregator, SETTING_TEXT, NULL, "where the aggregator can be asked"),
	TEXT(web, SETTING_PATH, "", "folder of the page; else beside the catalogues"),
	TEXT(library, SETTING_PATH, "/usr/share/javascript/dygraphs",
	    "folder of the chart library, Debian's libjs-dygraphs"),
	{ "ring_events", SETTING_INTEGER, offsetof(struct monitor_settings, ring_events), "20000",
	    RING_EVENTS_MIN, RING_EVENTS_MAX, "how many of the last entries are kept" },
	{ "look_at_per_s", SETTING_INTEGER, offsetof(struct monitor_settings, look_at_per_s),
	    "20000", 100, 1000 * 1000,
	    "so many entries are looked at in a second; more are only counted" },
	{ "quiet_s", SETTING_INTEGER, offsetof(struct monitor_settings, quiet_s), "60", 1, 86400,
	    "so long without an entry a department is called quiet" },
	TEXT(follow, SETTING_LIST, NULL,
	    "DEPARTMENT PUBLISH REPLAY: a department's name and its two ZeroMQ endpoints; one line "
	    "each"),
	TEXT(ask, SETTING_LIST, "",
	    "DEPARTMENT ADDRESS: where a department's HTTP is, for its quarantine; one line each"),
};

struct feed *monitor_feed(const struct monitor *monitor, const char *department)
{
	for (size_t i = 0; i < monitor->feed_count; i++)
		if (strcmp(monitor->feeds[i].catalogue->name, department) == 0)
			return &monitor->feeds[i];
	return NULL;
}

// --- the departments ----------------------------------------------------------------------------

static enum status parse_feed(struct monitor *monitor, const char *line)
{
	char name[64], extra[2], path[PATH_SIZE];
	struct feed *feed = &monitor->feeds[monitor->feed_count];
	*feed = (struct feed){ .monitor = monitor, .place = monitor->feed_count };
	if (sscanf(line, "%63s %255s %255s %1s", name, feed->publish, feed->replay, extra) != 3)
		return fail(
		    STATUS_INVALID, "follow = %s: expected DEPARTMENT PUBLISH REPLAY", line);
	feed->catalogue = catalogue_set_named(monitor->catalogues, name);
	if (feed->catalogue == NULL)
		return fail(STATUS_NOT_FOUND,
		    "follow = %s: there is no catalogue of that department", line);
	if (monitor_feed(monitor, name) != NULL)
		return fail(STATUS_INVALID, "follow = %s: that department is there already", line);
	snprintf(path, sizeof path, "%s/%s.key", monitor->settings->keys, name);
	monitor->feed_count++;
	return certificate_read_public(feed->server_key, path);
}

static enum status parse_ask(struct monitor *monitor, const char *line)
{
	char name[64], address[FEED_ENDPOINT_SIZE], extra[2];
	if (sscanf(line, "%63s %255s %1s", name, address, extra) != 2)
		return fail(STATUS_INVALID, "ask = %s: expected DEPARTMENT ADDRESS", line);
	struct feed *feed = monitor_feed(monitor, name);
	if (feed == NULL)
		return fail(STATUS_NOT_FOUND, "ask = %s: that department is not followed", line);
	memcpy(feed->ask, address, sizeof feed->ask);
	return STATUS_OK;
}

static enum status read_feeds(struct monitor *monitor)
{
	const struct setting_list *follow = &monitor->settings->follow;
	const struct setting_list *asked = &monitor->settings->ask;
	enum status status = STATUS_OK;
	if (follow->count > SERIES_SOURCES_MAX)
		return fail(STATUS_TOO_LARGE,
		    "%zu departments are to be followed, at most %d can be", follow->count,
		    SERIES_SOURCES_MAX);
	monitor->feeds = allocate((follow->count + 1) * sizeof *monitor->feeds);
	for (size_t i = 0; i < follow->count && status == STATUS_OK; i++)
		status = parse_feed(monitor, follow->values[i]);
	for (size_t i = 0; i < asked->count && status == STATUS_OK; i++)
		status = parse_ask(monitor, asked->values[i]);
	return status;
}

static enum status open_feeds(struct monitor *monitor)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < monitor->feed_count && status == STATUS_OK; i++)
		status = feed_open(&monitor->feeds[i]);
	return status;
}

// --- the service --------------------------------------------------------------------------------

static void tick(void *context)
{
	struct monitor *monitor = context;
	monitor->look_at = monitor->settings->look_at_per_s;
	for (size_t i = 0; i < monitor->feed_count; i++)
		feed_tick(&monitor->feeds[i]);
	inspect_tick(monitor);
	stream_tick(monitor);
}

static enum status open_bus(struct monitor *monitor)
{
	struct certificate certificate;
	enum status status = certificate_read_secret(&certificate, monitor->settings->key);
	if (status != STATUS_OK)
		return status;
	status = bus_open(&monitor->bus, monitor->loop, certificate.public_key,
	    certificate.secret_key, NULL, NULL);
	certificate_wipe(&certificate);
	return status;
}

static void begin_run(struct monitor *monitor, struct loop *loop, const void *settings)
{
	uint8_t run[RUN_BYTES];
	monitor->settings = settings;
	monitor->loop = loop;
	monitor->started_ms = clock_wall_ms();
	monitor->opened_ms = loop_now_ms(loop);
	monitor->look_at = monitor->settings->look_at_per_s;
	monitor->ring = ring_new((size_t)monitor->settings->ring_events);
	monitor->series = series_new(monitor->started_ms);
	monitor->calls.loop = loop;
	random_bytes(run, sizeof run);
	hex_format(run, sizeof run, monitor->run);
}

static enum status monitor_open(void **state, struct loop *loop, const void *settings)
{
	struct monitor *monitor = allocate(sizeof *monitor);
	*state = monitor;
	begin_run(monitor, loop, settings);
	enum status status = catalogue_set_read(&monitor->catalogues, monitor->settings->proto);
	if (status == STATUS_OK)
		status = open_bus(monitor);
	if (status == STATUS_OK)
		status = read_feeds(monitor);
	if (status != STATUS_OK)
		return status;
	rejects_open(monitor);
	watch_open(&monitor->watch, monitor);
	status = open_feeds(monitor);
	if (status != STATUS_OK)
		return status;
	monitor->tick = loop_timer_open(loop, TICK_MS, TICK_MS, tick, monitor);
	return monitor_http_open(monitor);
}

// Nothing is under way that must not be lost.
static void monitor_drain(void *state)
{
	struct monitor *monitor = state;
	http_server_quiesce(monitor->http);
	stream_end_all(monitor);
	loop_stop(monitor->loop);
}

static void monitor_close(void **state)
{
	struct monitor *monitor = *state;
	calls_drop(&monitor->calls);
	inspect_drop(monitor);
	http_server_close(&monitor->http);
	loop_timer_close(&monitor->tick);
	watch_deinit(&monitor->watch);
	rejects_close(monitor);
	for (size_t i = 0; i < monitor->feed_count; i++)
		feed_deinit(&monitor->feeds[i]);
	free(monitor->feeds);
	bus_close(&monitor->bus, LINGER_MS);
	ring_free(&monitor->ring);
	series_free(&monitor->series);
	sessions_wipe(&monitor->sessions);
	catalogue_set_free(&monitor->catalogues);
	free(monitor);
	*state = NULL;
}

int main(int argument_count, char **arguments)
{
	const struct service service = {
		.name = "monitor",
		.settings = settings_table,
		.setting_count = COUNT_OF(settings_table),
		.settings_size = sizeof(struct monitor_settings),
		.open = monitor_open,
		.drain = monitor_drain,
		.close = monitor_close,
	};
	return service_main(argument_count, arguments, &service);
}
