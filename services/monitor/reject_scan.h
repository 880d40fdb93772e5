// SPDX-License-Identifier: Apache-2.0
// reject_scan: the rows in a department's quarantine, read page by page up to a limit.
#ifndef MONITOR_REJECT_SCAN_H
#define MONITOR_REJECT_SCAN_H

#include "buffer.h"
#include "calls.h"
#include "json.h"

enum {
	REJECTS_GROUPED_MAX = 5000, // rows of a department that are looked at
	REJECT_REASON_SIZE = 200,
};

struct feed;

struct reject_scan {
	struct feed *feed;
	const char *query; // "&code=...", encoded, or ""; borrowed
	void (*row)(const struct json_value *row, void *context);
	void (*done)(struct reject_scan *scan, void *context); // the scan may be gone after it
	void *context;
	// what came of it
	const char *state; // "ok", "unreachable", "no_token", "failed"; NULL: under way
	char reason[REJECT_REASON_SIZE];
	int64_t total; // in quarantine; -1: not known
	bool complete;
	uint64_t rows, after;
};

// feed, query, row, done and context are set. done is called later, or, if nothing can be asked, at
// once.
void reject_scan_start(struct reject_scan *scan);

// Asks a department something. False: it cannot be asked now.
bool reject_call(struct feed *feed, const char *method, const char *path, struct bytes body,
    call_done *done, void *context);

#endif
