// SPDX-License-Identifier: Apache-2.0
// history: what became durable, as a tree, and the promises, one function each.
#ifndef SIM_HISTORY_H
#define SIM_HISTORY_H

#include "envelope.h"
#include "redis_server.h"

// An entry. Branches come from journals restored from copies: they share what was before.
struct node {
	const struct node *before; // NULL: the first
	struct node *next_made;
	uint8_t epoch[EPOCH_BYTES];
	uint64_t sequence;
	uint8_t chain[CHAIN_BYTES];
	unsigned department;
	unsigned partition;
	struct buffer packed;
	struct entry entry;         // borrows from packed
	struct buffer field, value; // what it does to the profile; no value: it deletes
	bool sets;
};

void history_begin(void);
void history_end(void);

// An entry as the journal stored it became durable after before. The same again is the same node.
const struct node *history_add(const struct node *before, unsigned department,
    const uint8_t epoch[EPOCH_BYTES], uint64_t sequence, struct bytes stored);

// NULL: there never was such an entry. The start of a journal is NULL, too: ask for the sequence.
const struct node *history_find(const struct position *position);
bool history_is_before(const struct node *earlier, const struct node *later); // or the same

// The greatest version of a record up to head; 0: none.
uint64_t history_version(const struct node *head, const char *subject, struct bytes key);

// Whether all partitions stand at their journals' ends.
bool history_is_caught_up(const struct redis_server *server);

// --- the promises ---

// Durable before acknowledged: what a pusher was told is kept is in the journal.
void promise_acknowledged_is_kept(unsigned department, const char *when);
// Exactly once, in order, no gap unseen: the facts of a partition are those of the journal up to
// its position, after each change.
void promise_partition_is_fold(
    const struct redis_server *server, unsigned partition, unsigned department);
// A position only ever moves on along one history: a fork is never stepped over.
void promise_position_moves_on(unsigned department, struct bytes from, struct bytes to);
// Redis is a view: when all is quiet, all of it equals a fold of the journals.
void promise_quiet_is_equal(const struct redis_server *server);

#endif
