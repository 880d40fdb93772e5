// SPDX-License-Identifier: Apache-2.0
// digest: hashes and random bytes (libsodium). The hash is BLAKE2b with 256 bits.
#ifndef COMMON_DIGEST_H
#define COMMON_DIGEST_H

#include "base.h"

enum {
	DIGEST_BYTES = 32
};

// The hash of the parts, one after the other; the caller keeps them unambiguous (fixed sizes or one
// open end).
void digest(uint8_t out[DIGEST_BYTES], const struct bytes *parts, size_t count);

// The same under a secret key of 32 bytes.
void digest_keyed(
    uint8_t out[DIGEST_BYTES], const uint8_t key[32], const struct bytes *parts, size_t count);

void random_bytes(void *data, size_t size);

// A 64-bit hash for tables in memory, under a key made afresh in each process.
uint64_t digest_short(struct bytes bytes);

// Does not stop at the first difference.
bool digest_equal(const void *a, const void *b, size_t size);

#endif
