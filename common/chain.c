// SPDX-License-Identifier: Apache-2.0
// chain: the hash chain over the entries of a journal.
#include "chain.h"

#include "digest.h"

void chain_add(uint8_t chain[CHAIN_BYTES], uint64_t sequence, const struct entry *entry)
{
	uint8_t number[8], body_hash[DIGEST_BYTES];
	for (int i = 0; i < 8; i++)
		number[i] = (uint8_t)(sequence >> (56 - 8 * i));
	struct bytes body = entry->body;
	if (body.size > 0 && !entry->erased) {
		struct bytes salted[] = { entry->salt, entry->body };
		digest(body_hash, salted, COUNT_OF(salted));
		body = bytes_make(body_hash, sizeof body_hash);
	}
	struct bytes parts[] = { bytes_make(chain, CHAIN_BYTES), bytes_make(number, sizeof number),
		entry->header, body };
	digest(chain, parts, COUNT_OF(parts));
}
