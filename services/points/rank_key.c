// SPDX-License-Identifier: Apache-2.0
// rank_key: where a score stands among others, as text that Redis sorts byte by byte.
//
// A fraction is written as its whole part and 128 binary places. Denominators have 63 bits, so two
// fractions that differ do so by more than 2^-126: what is cut off behind never makes them equal.
#include "rank_key.h"

#include <inttypes.h>

static void add_words(struct buffer *out, const uint64_t words[3], bool high_first)
{
	for (int i = 0; i < 3; i++)
		buffer_printf(out, "%016" PRIx64, high_first ? ~words[i] : words[i]);
}

// 64 binary places of rest / denominator; what is left stands in *rest.
static uint64_t next_places(uint64_t *rest, uint64_t denominator)
{
	unsigned __int128 shifted = (unsigned __int128)*rest << 64;
	*rest = (uint64_t)(shifted % denominator);
	return (uint64_t)(shifted / denominator);
}

void rank_key_add(struct buffer *out, bool is_present, struct exact value, bool high_first)
{
	uint64_t words[3] = { 0 };
	buffer_append_byte(out, is_present ? '0' : '1');
	if (!is_present) {
		add_words(out, words, false);
		return;
	}
	int64_t whole = exact_floor(value);
	uint64_t denominator = (uint64_t)value.denominator;
	uint64_t rest = (uint64_t)((__int128)value.numerator - (__int128)whole * denominator);
	words[0] = (uint64_t)whole ^ UINT64_C(1) << 63; // negative ones first
	words[1] = next_places(&rest, denominator);
	words[2] = next_places(&rest, denominator);
	add_words(out, words, high_first);
}

void rank_key_write(struct buffer *out, const struct ranking *ranking, const struct score *score)
{
	for (size_t i = 0; i < ranking->key_count; i++) {
		struct score_key key;
		bool is_present = score_ranking_key(score, i, &key);
		struct exact value = is_present && key.is_date ? exact_of(key.date) : key.number;
		rank_key_add(out, is_present, value, ranking->keys[i].high_first);
	}
}

size_t rank_key_size(const struct ranking *ranking)
{
	return ranking->key_count * RANK_KEY_PART;
}
