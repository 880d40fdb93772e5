// SPDX-License-Identifier: Apache-2.0
// store: the profiles in Redis, written so that every entry takes effect once.
//
// Each partition keeps, for each department, the position up to which its entries are in the
// profiles. A write is one call of a Redis function that compares this position with the expected
// one, writes the facts, and moves it: a duplicate, or a second aggregator, is refused. Whenever an
// answer is not as expected the store goes back to reading the positions.
#ifndef AGGREGATOR_STORE_H
#define AGGREGATOR_STORE_H

#include "envelope.h"
#include "histogram.h"
#include "loop.h"
#include "profile.h"

enum {
	STORE_DEPARTMENTS_MAX = 99
};

struct store;

struct store_events {
	void (*ready)(void *context); // positions are known: followers may begin
	void (*lost)(
	    const char *reason, void *context); // take in nothing more until ready() comes again
	void (*room)(void *context);            // store_is_full() turned false
};

struct store_options {
	const char *redis;
	unsigned partitions;
	const unsigned *departments; // their numbers
	size_t department_count;
};

// Copies options.
MUST_CHECK enum status store_open(struct store **store, struct loop *loop,
    const struct store_options *options, const struct store_events *events, void *context);
void store_close(struct store **store);

enum store_state {
	STORE_UNREACHABLE,
	STORE_OPENING,
	STORE_READY,
	STORE_REBUILDING
};
enum store_state store_state(const struct store *store);
const char *store_reason(const struct store *store); // why it is not ready; else ""

// --- for one department, by its place in options.departments; only while ready ---

// The lowest position of all partitions: from where to follow. STATUS_FORK: the partitions come
// from different histories.
MUST_CHECK enum status store_position(
    struct store *store, size_t department, struct position *position);

// The greatest sequence that any partition has.
uint64_t store_highest(const struct store *store, size_t department);

// An entry, in order. Partitions that have it already pass it over. STATUS_FORK: one of them has it
// from another history.
MUST_CHECK enum status store_add(struct store *store, size_t department, uint64_t sequence,
    const struct entry *entry, const uint8_t chain[CHAIN_BYTES]);

// What was added since is whole up to this position and may be written.
void store_batch_end(struct store *store, size_t department, const struct position *position);

// Moves the positions of partitions that had nothing to write, if all is written.
void store_advance(struct store *store, size_t department);

uint64_t store_applied(
    const struct store *store, size_t department); // the sequence that is in the profiles for sure

// Since the start: how old the oldest entry of each write was when it was in the profiles.
const struct histogram *store_delays(const struct store *store, size_t department);

void store_write_source(
    struct store *store, size_t department, const struct profile_source *source);

// --- for all ---

bool store_is_full(const struct store *store); // feed nothing more for now
bool store_is_idle(const struct store *store); // nothing collected, nothing under way

// See redis.h.
const struct histogram *store_redis_durations(const struct store *store);
uint64_t store_redis_failures(const struct store *store);

// Looks whether Redis still has what was written; else goes back to opening. For a quiet second.
void store_check(struct store *store);

// Takes the facts of these departments out of all profiles and sets their positions back to the
// beginning, then comes back ready. It survives a crash halfway: it is taken up again when the
// store is next opened.
void store_rebuild(struct store *store, const bool *departments);
bool store_is_rebuilding(const struct store *store, size_t department); // asked for, or under way

#endif
