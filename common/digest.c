// SPDX-License-Identifier: Apache-2.0
// digest: hashes and random bytes (libsodium).
#include "digest.h"

#include <sodium.h>

static void ensure_ready(void)
{
	ENSURE(sodium_init() >= 0);
}

static void hash(uint8_t out[DIGEST_BYTES], const uint8_t *key, size_t key_size,
    const struct bytes *parts, size_t count)
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, key, key_size, DIGEST_BYTES);
	for (size_t i = 0; i < count; i++)
		crypto_generichash_update(&state, parts[i].data, parts[i].size);
	crypto_generichash_final(&state, out, DIGEST_BYTES);
}

void digest(uint8_t out[DIGEST_BYTES], const struct bytes *parts, size_t count)
{
	hash(out, NULL, 0, parts, count);
}

void digest_keyed(
    uint8_t out[DIGEST_BYTES], const uint8_t key[32], const struct bytes *parts, size_t count)
{
	hash(out, key, 32, parts, count);
}

// Random bytes are drawn by the block: a salt for each entry would be a system call for each entry.
void random_bytes(void *data, size_t size)
{
	static _Thread_local uint8_t pool[1024];
	static _Thread_local size_t left;
	if (size > sizeof pool / 4) {
		ensure_ready();
		randombytes_buf(data, size);
		return;
	}
	if (left < size) {
		ensure_ready();
		randombytes_buf(pool, sizeof pool);
		left = sizeof pool;
	}
	left -= size;
	memcpy(data, pool + left, size);
	sodium_memzero(pool + left, size);
}

uint64_t digest_short(struct bytes bytes)
{
	static uint8_t key[crypto_shorthash_KEYBYTES];
	static bool keyed;
	if (!keyed) { // first called on the loop's thread, before any other
		random_bytes(key, sizeof key);
		keyed = true;
	}
	uint64_t hash_value;
	crypto_shorthash((uint8_t *)&hash_value, bytes.data, bytes.size, key);
	return hash_value;
}

bool digest_equal(const void *a, const void *b, size_t size)
{
	return sodium_memcmp(a, b, size) == 0;
}
