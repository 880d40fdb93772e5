// SPDX-License-Identifier: Apache-2.0
// chain_test: the hash chain over golden entries, as another implementation computed it.
#include "chain.h"
#include "digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void read_golden(const char *name, struct buffer *packed, struct entry *entry)
{
	char path[512];
	snprintf(path, sizeof path, "%s/proto/golden/1/%s.bin", PROJECT_DIR, name);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	buffer_clear(packed);
	packed->size = fread(buffer_reserve(packed, 4096), 1, 4096, file);
	fclose(file);
	assert_int_equal(envelope_read_entry(entry, buffer_bytes(packed)), STATUS_OK);
}

static void check_chain(const uint8_t chain[CHAIN_BYTES], const char *expected)
{
	char text[2 * CHAIN_BYTES + 1];
	hex_format(chain, CHAIN_BYTES, text);
	assert_string_equal(text, expected);
}

static void chain_over_golden_entries_never_changes(void **state)
{
	(void)state;
	uint8_t chain[CHAIN_BYTES] = { 0 };
	struct buffer packed = { 0 };
	struct entry entry;
	read_golden("entry-put", &packed, &entry);
	chain_add(chain, 1, &entry);
	check_chain(chain, "067a86c981f6fe95b71d5aa94e8943ba612b61ab9ebdfc22cc8bfe8be18c690f");
	read_golden("entry-retract", &packed, &entry);
	chain_add(chain, 2, &entry);
	check_chain(chain, "c3dbf59d57fb61b99371ec3b6cc9d2909bc45ade475413422ac8d7e6b7169572");
	read_golden("entry-erased", &packed, &entry);
	chain_add(chain, 0x0102030405060708, &entry);
	check_chain(chain, "63da1574526b0a159209d752588ca72b4f1688c2cc07e11c14fdde7406182ff5");
	buffer_deinit(&packed);
}

static void chain_is_the_same_after_an_entry_was_erased(void **state)
{
	(void)state;
	uint8_t whole[CHAIN_BYTES] = { 0 }, erased_chain[CHAIN_BYTES] = { 0 }, hash[DIGEST_BYTES];
	struct buffer packed = { 0 }, erased_packed = { 0 };
	struct entry entry, erased;
	read_golden("entry-put", &packed, &entry);
	struct bytes salted[] = { entry.salt, entry.body };
	digest(hash, salted, COUNT_OF(salted));
	erased = entry;
	erased.erased = true;
	erased.salt = bytes_make(NULL, 0);
	erased.body = bytes_make(hash, sizeof hash);
	envelope_write_entry(&erased_packed, &erased);
	assert_int_equal(envelope_read_entry(&erased, buffer_bytes(&erased_packed)), STATUS_OK);
	assert_true(erased.erased);
	chain_add(whole, 5, &entry);
	chain_add(erased_chain, 5, &erased);
	assert_memory_equal(whole, erased_chain, CHAIN_BYTES);
	buffer_deinit(&packed);
	buffer_deinit(&erased_packed);
}

static void chain_changes_with_every_bit_of_an_entry(void **state)
{
	(void)state;
	struct buffer packed = { 0 };
	struct entry entry, changed;
	uint8_t chain[CHAIN_BYTES] = { 0 }, other[CHAIN_BYTES];
	read_golden("entry-put", &packed, &entry);
	chain_add(chain, 1, &entry);
	size_t accepted = 0;
	for (size_t bit = 0; bit < 8 * packed.size; bit++) {
		packed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (envelope_read_entry(&changed, buffer_bytes(&packed)) == STATUS_OK) {
			memset(other, 0, sizeof other);
			chain_add(other, 1, &changed);
			assert_memory_not_equal(other, chain, CHAIN_BYTES);
			accepted++;
		}
		packed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_true(accepted > 200);
	memset(other, 0, sizeof other);
	assert_int_equal(envelope_read_entry(&entry, buffer_bytes(&packed)), STATUS_OK);
	chain_add(other, 2, &entry); // another number
	assert_memory_not_equal(other, chain, CHAIN_BYTES);
	memset(other, 1, sizeof other);
	chain_add(other, 1, &entry); // another beginning
	assert_memory_not_equal(other, chain, CHAIN_BYTES);
	buffer_deinit(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_over_golden_entries_never_changes),
		cmocka_unit_test(chain_is_the_same_after_an_entry_was_erased),
		cmocka_unit_test(chain_changes_with_every_bit_of_an_entry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
