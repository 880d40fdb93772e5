// SPDX-License-Identifier: Apache-2.0
// rank_key: where a score stands among others, as text that Redis sorts byte by byte.
//
// Every key of a ranking takes RANK_KEY_PART characters, so that texts of one ranking are equally
// long. No fraction is rounded: two that differ give texts that differ, in the same order.
#ifndef POINTS_RANK_KEY_H
#define POINTS_RANK_KEY_H

#include "buffer.h"
#include "score.h"

enum {
	RANK_KEY_PART = 1 + 3 * 16
};

// Appends one key. An absent one comes last, whichever comes first.
void rank_key_add(struct buffer *out, bool is_present, struct exact value, bool high_first);

// Appends all keys of the programme's ranking.
void rank_key_write(struct buffer *out, const struct ranking *ranking, const struct score *score);
size_t rank_key_size(const struct ranking *ranking);

#endif
