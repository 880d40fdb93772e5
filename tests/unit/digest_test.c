// SPDX-License-Identifier: Apache-2.0
// digest_test: hashes as another implementation makes them, and random bytes that do not repeat.
#include "digest.h"
#include "position.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void check_hash(const uint8_t hash[DIGEST_BYTES], const char *expected)
{
	char text[2 * DIGEST_BYTES + 1];
	hex_format(hash, DIGEST_BYTES, text);
	assert_string_equal(text, expected);
}

static void digest_is_blake2b_with_256_bits(void **state)
{
	(void)state;
	uint8_t hash[DIGEST_BYTES], key[32];
	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (uint8_t)i;
	struct bytes whole = bytes_of_text("abc");
	digest(hash, &whole, 1);
	check_hash(hash, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
	digest(hash, NULL, 0);
	check_hash(hash, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
	digest_keyed(hash, key, &whole, 1);
	check_hash(hash, "d63a32d3e44738d7907f964316c241adaba0abfeabc32349677578a15a203f7f");
}

static void digest_of_parts_is_that_of_the_whole(void **state)
{
	(void)state;
	uint8_t hash[DIGEST_BYTES];
	struct bytes parts[] = { bytes_of_text("a"), bytes_make(NULL, 0), bytes_of_text("bc") };
	digest(hash, parts, COUNT_OF(parts));
	check_hash(hash, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return left < right ? -1 : left > right;
}

static void digest_random_bytes_do_not_repeat(void **state)
{
	(void)state;
	enum {
		COUNT = 20000
	};
	uint64_t *numbers = allocate(COUNT * sizeof *numbers);
	for (size_t i = 0; i < COUNT; i++) // of all sizes, so that blocks are used up at odd places
		random_bytes(&numbers[i], i % 3 == 0 ? 8 : 7);
	qsort(numbers, COUNT, sizeof *numbers, compare_numbers);
	for (size_t i = 1; i < COUNT; i++)
		assert_true(numbers[i] != numbers[i - 1]);
	free(numbers);
	uint8_t large[2][4096], zeros[4096] = { 0 };
	random_bytes(large[0], sizeof large[0]);
	random_bytes(large[1], sizeof large[1]);
	assert_memory_not_equal(large[0], large[1], sizeof large[0]);
	assert_memory_not_equal(large[0] + 2048, zeros, 2048);
	random_bytes(large, 0);
}

static void digest_short_is_the_same_for_the_same_bytes_only(void **state)
{
	(void)state;
	assert_true(digest_short(bytes_of_text("abc")) == digest_short(bytes_make("abcd", 3)));
	assert_true(digest_short(bytes_of_text("abc")) != digest_short(bytes_of_text("abd")));
	assert_true(digest_short(bytes_make(NULL, 0)) == digest_short(bytes_of_text("")));
}

static void digest_equal_compares_all(void **state)
{
	(void)state;
	assert_true(digest_equal("abcd", "abcd", 4));
	assert_false(digest_equal("abcd", "abce", 4));
	assert_false(digest_equal("abcd", "bbcd", 4));
	assert_true(digest_equal("a", "b", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest_is_blake2b_with_256_bits),
		cmocka_unit_test(digest_of_parts_is_that_of_the_whole),
		cmocka_unit_test(digest_random_bytes_do_not_repeat),
		cmocka_unit_test(digest_short_is_the_same_for_the_same_bytes_only),
		cmocka_unit_test(digest_equal_compares_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
