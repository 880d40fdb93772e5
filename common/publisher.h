// SPDX-License-Identifier: Apache-2.0
// publisher: what a department says on the bus, as a state machine without I/O.
//
// It is told what became durable, who asks for a replay and what time it is; it says which messages
// to send. Nothing that is not durable ever leaves it. A replay is answered with the very same
// batches, as far as the reader's credit goes.
#ifndef COMMON_PUBLISHER_H
#define COMMON_PUBLISHER_H

#include "journal.h"

enum {
	PUBLISHER_READERS_MAX = 64
};

struct publisher;

// Sends a message to one peer, or to all with an empty peer. STATUS_BUSY: its queue is full, ask
// again later; STATUS_NOT_FOUND: gone.
typedef enum status publisher_send(struct bytes peer, struct bytes message, void *context);

struct publisher *publisher_new(
    struct journal *journal, unsigned department, publisher_send *send, void *context);
void publisher_free(struct publisher **publisher);

// Since the start. lost: a full queue took the batch from all; readers ask for it again.
struct publisher_totals {
	uint64_t batches, entries, batches_lost;
	uint64_t replayed_entries;
};
const struct publisher_totals *publisher_totals(const struct publisher *publisher);

// Publishes what became durable since the last call. STATUS_CORRUPT or STATUS_IO: the journal
// cannot be read; stop.
MUST_CHECK enum status publisher_publish(struct publisher *publisher, int64_t now_ms);

// A batch of no entries, with how the department's sources are doing.
MUST_CHECK enum status publisher_heartbeat(
    struct publisher *publisher, int64_t now_ms, const struct input *inputs, size_t count);

// A replay request. STATUS_CORRUPT: it is none; it is dropped. A request that begins where the
// peer's running replay ends extends it; any other replaces it. With all places taken the one
// longest without progress goes.
MUST_CHECK enum status publisher_request(
    struct publisher *publisher, struct bytes peer, struct bytes message);

enum publisher_work {
	PUBLISHER_IDLE,
	PUBLISHER_WAITING,
	PUBLISHER_READY
};

// READY: publisher_work() has something to send; WAITING: all replays wait for full queues, try
// again in some milliseconds.
enum publisher_work publisher_has_work(const struct publisher *publisher);
// Sends at most one batch to each peer that has a replay running.
MUST_CHECK enum status publisher_work(struct publisher *publisher, int64_t now_ms);

#endif
