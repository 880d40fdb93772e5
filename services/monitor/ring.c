// SPDX-License-Identifier: Apache-2.0
// ring: the last events, so many and no more.
#include "ring.h"

struct ring {
	struct event *events;
	size_t capacity;
	uint64_t next;
};

struct ring *ring_new(size_t capacity)
{
	ENSURE(capacity > 0);
	struct ring *ring = allocate(sizeof *ring);
	ring->events = allocate(capacity * sizeof *ring->events);
	ring->capacity = capacity;
	ring->next = 1;
	return ring;
}

void ring_free(struct ring **ring)
{
	if (*ring == NULL)
		return;
	free((*ring)->events);
	free(*ring);
	*ring = NULL;
}

uint64_t ring_add(struct ring *ring, const struct event *event)
{
	struct event *slot = &ring->events[ring->next % ring->capacity];
	*slot = *event;
	slot->number = ring->next;
	return ring->next++;
}

uint64_t ring_first(const struct ring *ring)
{
	return ring->next > ring->capacity ? ring->next - ring->capacity : 1;
}

uint64_t ring_next(const struct ring *ring)
{
	return ring->next;
}

size_t ring_capacity(const struct ring *ring)
{
	return ring->capacity;
}

const struct event *ring_at(const struct ring *ring, uint64_t number)
{
	ENSURE(number >= ring_first(ring) && number < ring->next);
	return &ring->events[number % ring->capacity];
}

uint64_t ring_back(const struct ring *ring, uint64_t count)
{
	uint64_t held = ring->next - ring_first(ring);
	return ring->next - (count < held ? count : held);
}
