// SPDX-License-Identifier: Apache-2.0
// chain: the hash chain over the entries of a journal.
//
//   chain(n) = H(chain(n-1) || n as 8 bytes big-endian || header of entry n || H(salt || body))
//
// An entry without a body ends with its header. The body goes in by its salted hash, so that an
// erased entry, which keeps the hash and drops salt and body, still verifies.
#ifndef COMMON_CHAIN_H
#define COMMON_CHAIN_H

#include "envelope.h"

// Moves chain over the entry with this sequence.
void chain_add(uint8_t chain[CHAIN_BYTES], uint64_t sequence, const struct entry *entry);

#endif
