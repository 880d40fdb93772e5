// SPDX-License-Identifier: Apache-2.0
// carrier: carries long work through the loop, a slice a turn, each durable before the next.
//
// Between two slices everything else has its turn: heartbeats, requests, other carriers.
#ifndef COMMON_CARRIER_H
#define COMMON_CARRIER_H

#include "committer.h"

struct carrier;

struct carrier_options {
	struct loop *loop; // stay the caller's, as the others do
	struct database *database;
	struct committer *committer;
	// One slice, into batch. *done: nothing is left. STATUS_FULL: it cannot go on, but what is
	// in batch is good. Any other failure ends the service.
	enum status (*work)(struct database_batch *batch, bool *done, void *context);
	// Once: all is durable; or STATUS_FULL, with what was done so far durable; or the service
	// is ending. May free the carrier.
	void (*ended)(enum status status, void *context);
	void *context;
};

// To be freed when it has ended, or after the committer.
struct carrier *carrier_new(const struct carrier_options *options);
void carrier_free(struct carrier **carrier);

// The first slice is done before it returns; if that was all and nothing waits for the disk, so is
// ended().
void carrier_start(struct carrier *carrier);

#endif
