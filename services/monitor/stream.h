// SPDX-License-Identifier: Apache-2.0
// stream: the live tail of one reader, as server-sent events.
//
// A reader has a place in the ring and nothing else: who is slow loses his place and is told how
// much he missed; nothing piles up for him.
#ifndef MONITOR_STREAM_H
#define MONITOR_STREAM_H

#include "http.h"

enum {
	STREAMS_MAX = 32,
	STREAM_PAST_EVENTS = 100,
	STREAM_PAST_EVENTS_MAX = 1000,
	STREAM_EVENTS_PER_S = 2000, // more nobody can read
	STREAM_BACKLOG_MAX = 5000,  // then it goes on with the last ones
	STREAM_COMMENT_MS = 10 * 1000,
};

struct monitor;

// Answers the request: begins a stream, or refuses.
void stream_begin(struct monitor *monitor, struct http_request *request);
// Once a second: there is a new allowance.
void stream_tick(struct monitor *monitor);
// Ends them all.
void stream_end_all(struct monitor *monitor);

#endif
