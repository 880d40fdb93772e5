// SPDX-License-Identifier: Apache-2.0
// feed: one department as the monitor follows it: from now on, with its last entries for a
// beginning.
//
// All it publishes is counted, by its sequence numbers. What is more than may be looked at in a
// second is skipped and told, and so is a gap too large to be read again: the monitor falls behind
// rather than to grow or to ask much of a department.
#ifndef MONITOR_FEED_H
#define MONITOR_FEED_H

#include "bus.h"
#include "calls.h"
#include "follower.h"
#include "http.h"
#include "marks.h"
#include "source.h"

enum {
	FEED_PAST_ENTRIES = 100, // to begin with, and after skipping
	FEED_GAP_ENTRIES_MAX = 20 * 1000,
	FEED_ENDPOINT_SIZE = 256,
	FEED_REASON_SIZE = 200,
	FEED_RATE_SECONDS = 10,
};

struct monitor;
struct catalogue;

struct feed {
	struct monitor *monitor;
	size_t place;
	const struct catalogue *catalogue;
	char publish[FEED_ENDPOINT_SIZE], replay[FEED_ENDPOINT_SIZE];
	char ask[FEED_ENDPOINT_SIZE]; // its HTTP; "": not known
	uint64_t asked[CALL_OUTCOMES];
	char server_key[BUS_KEY_SIZE];
	struct follower *follower;
	struct bus_socket *subscription, *requests;
	struct bus_socket *lookups; // for the inspector; opened when first used
	int64_t opened_ms;

	bool heard;
	int64_t heard_ms;     // of the loop
	uint64_t heartbeats;  // heard
	int64_t clock_off_ms; // the department's clock before ours
	uint8_t epoch[EPOCH_BYTES];
	uint64_t begun; // the head when it was first heard: what is after is counted
	uint64_t head;
	uint64_t seen, skipped;
	int64_t last_event_ms; // wall clock
	int64_t last_event_loop_ms;
	struct input inputs[BATCH_INPUTS_MAX];
	size_t input_count;
	uint64_t heads[FEED_RATE_SECONDS + 1]; // of the last seconds, newest first

	bool skipping; // until the next second
	bool gap_open;
	uint64_t gaps;     // the follower's, as last looked at
	uint64_t unfilled; // of them, that were given up
	bool forked;
	int64_t forked_ms;
	char reason[FEED_REASON_SIZE]; // for a fork; else ""

	struct marks marks;        // on the way into profiles
	uint64_t batch_entries;    // since the last mark
	int64_t batch_recorded_ms; // of the first of them
	struct trend trend;
	enum source_state state; // as last told
};

MUST_CHECK enum status feed_open(struct feed *feed);
void feed_deinit(struct feed *feed);

// Once a second, when there is a new allowance of entries to be looked at.
void feed_tick(struct feed *feed);

// Connects anew and asks again. False: nothing is open.
bool feed_repair(struct feed *feed, uint64_t *from);

// The aggregator has applied all up to here. Counts how long it took.
void feed_applied(struct feed *feed, uint64_t position);

void feed_facts(const struct feed *feed, struct source_facts *facts);
// Age of the oldest entry that is not applied; 0: all are.
int64_t feed_lag_ms(const struct feed *feed);
uint64_t feed_lag(const struct feed *feed);
// Entries a second in hundredths, over the last seconds.
int64_t feed_rate_hundredths(const struct feed *feed);

#endif
