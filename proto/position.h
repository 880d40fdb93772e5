// SPDX-License-Identifier: Apache-2.0
// position: how far somebody has followed a department: one token of epoch, sequence and chain
// hash.
//
// Two positions with the same epoch and sequence but another hash come from two different
// histories: a fork.
#ifndef PROTO_POSITION_H
#define PROTO_POSITION_H

#include "base.h"

enum {
	EPOCH_BYTES = 16,
	CHAIN_BYTES = 32,
	POSITION_TEXT_SIZE = 2 * EPOCH_BYTES + 1 + 20 + 1 + 2 * CHAIN_BYTES + 1
};

struct position {
	uint8_t
	    epoch[EPOCH_BYTES]; // the journal's identity, random; all zero: nothing followed yet
	uint64_t sequence;      // the last entry seen; 0: none
	uint8_t chain[CHAIN_BYTES]; // the chain hash behind that entry; all zero for sequence 0
};

bool position_equal(const struct position *a, const struct position *b);
bool position_is_start(const struct position *position); // sequence 0, whatever the epoch

// "<epoch in hex>.<sequence>.<hash in hex>"
void position_format(const struct position *position, char text[POSITION_TEXT_SIZE]);
bool position_parse(
    struct position *position, struct bytes text); // false: *position is not to be used

void hex_format(const uint8_t *data, size_t size, char *text); // 2 * size characters and a NUL
bool hex_parse(struct bytes text, uint8_t *data, size_t size); // exactly 2 * size digits

#endif
