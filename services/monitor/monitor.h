// SPDX-License-Identifier: Apache-2.0
// monitor: what its parts share: the settings, the departments that are followed, what is kept.
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include "bus.h"
#include "calls.h"
#include "feed.h"
#include "gaps.h"
#include "http.h"
#include "ring.h"
#include "series.h"
#include "service.h"
#include "session.h"
#include "watch.h"

struct monitor_settings {
	struct service_settings common;
	char *proto, *http, *token, *key, *keys, *tokens, *aggregator, *web, *library;
	int64_t ring_events, look_at_per_s, quiet_s;
	struct setting_list follow, ask;
};

struct inspection;
struct stream;
struct reject_groups;

struct monitor {
	const struct monitor_settings *settings;
	struct loop *loop;
	struct catalogue_set *catalogues;
	struct bus *bus;
	struct feed *feeds;
	size_t feed_count;
	int64_t look_at; // entries that may still be looked at in this second
	struct ring *ring;
	struct series *series;
	struct gaps gaps;
	struct watch watch;
	struct calls calls;
	struct sessions sessions;
	struct http_server *http;
	struct stream *streams;
	size_t stream_count;
	struct inspection *inspections;
	uint64_t inspection_count; // since the start
	struct reject_groups *reject_groups;
	struct loop_timer *tick;
	char run[EVENT_RUN_SIZE]; // which start of the monitor this is
	int64_t started_ms;       // wall clock
	int64_t opened_ms;        // of the loop
};

struct feed *monitor_feed(const struct monitor *monitor, const char *department); // or NULL

// Something came that streams may have to send.
void monitor_wake_streams(struct monitor *monitor);

MUST_CHECK enum status monitor_http_open(struct monitor *monitor);

#endif
