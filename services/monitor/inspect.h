// SPDX-License-Identifier: Apache-2.0
// inspect: one entry looked at: read again from its department's journal, and the one before it.
//
// An entry after the other is asked for by a replay of one entry, so that a department is asked
// little; one inspection at a time for each department, the others wait.
#ifndef MONITOR_INSPECT_H
#define MONITOR_INSPECT_H

#include "http.h"

enum {
	INSPECTIONS_MAX = 16,
	INSPECTION_MS = 3000,
};

struct monitor;
struct feed;

// Answers the request, later.
void inspect_begin(struct feed *feed, uint64_t sequence, struct http_request *request);
// Ends those that took too long.
void inspect_tick(struct monitor *monitor);
// Drops all; their requests are dropped with the server.
void inspect_drop(struct monitor *monitor);

#endif
