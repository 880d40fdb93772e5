// SPDX-License-Identifier: Apache-2.0
// ring: the last events, so many and no more; all its memory is taken at the start.
#ifndef MONITOR_RING_H
#define MONITOR_RING_H

#include "event.h"

enum {
	RING_EVENTS_MIN = 1000,
	RING_EVENTS_MAX = 200 * 1000,
};

struct ring;

struct ring *ring_new(size_t capacity);
void ring_free(struct ring **ring);

// Copies event and gives it the next number; the oldest goes if there is no room. Returns its
// number.
uint64_t ring_add(struct ring *ring, const struct event *event);

// Events are numbered from 1; there are those from first to next - 1.
uint64_t ring_first(const struct ring *ring);
uint64_t ring_next(const struct ring *ring);
size_t ring_capacity(const struct ring *ring);

// One that is there. Borrowed until the next ring_add.
const struct event *ring_at(const struct ring *ring, uint64_t number);

// Where to begin to see the last count of them.
uint64_t ring_back(const struct ring *ring, uint64_t count);

#endif
