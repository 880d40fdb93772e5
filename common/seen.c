// SPDX-License-Identifier: Apache-2.0
// seen: records by the hash of their name, each with the hash of its content.
#include "seen.h"

#include "buffer.h"
#include "digest.h"

enum {
	CONTENT_UNKNOWN = 1,
	FIRST_YEAR = 1800
};

void seen_deinit(struct seen *seen)
{
	index_deinit(&seen->records);
	*seen = (struct seen){ 0 };
}

// Subjects have one size, so nothing is ambiguous.
static uint64_t hash_of(struct bytes subject, struct bytes key, unsigned part)
{
	struct buffer name = { 0 };
	buffer_append_byte(&name, (uint8_t)part);
	buffer_append_bytes(&name, subject);
	buffer_append_bytes(&name, key);
	uint64_t hash = digest_short(buffer_bytes(&name));
	buffer_wipe(&name);
	return hash;
}

static bool put(struct seen *seen, uint64_t name, uint64_t content)
{
	size_t cursor = 0;
	uint64_t known;
	if (!index_next(&seen->records, name, &cursor, &known)) {
		index_add(&seen->records, name, content);
		seen->count++;
		return true;
	}
	if (known == CONTENT_UNKNOWN)
		index_change(&seen->records, name, cursor, content);
	return known == CONTENT_UNKNOWN || content == CONTENT_UNKNOWN || known == content;
}

void seen_name(struct seen *seen, const char *subject, const char *key, unsigned part)
{
	(void)put(seen, hash_of(bytes_of_text(subject), bytes_of_text(key), part), CONTENT_UNKNOWN);
}

bool seen_add(
    struct seen *seen, const char *subject, const char *key, unsigned part, struct bytes content)
{
	uint64_t hash = digest_short(content);
	if (hash <= CONTENT_UNKNOWN)
		hash += CONTENT_UNKNOWN + 1;
	return put(seen, hash_of(bytes_of_text(subject), bytes_of_text(key), part), hash);
}

bool seen_has(const struct seen *seen, struct bytes subject, struct bytes key, unsigned part)
{
	size_t cursor = 0;
	uint64_t content;
	return index_next(&seen->records, hash_of(subject, key, part), &cursor, &content);
}

// False: no month that a record can have.
static bool place_of(int64_t year, unsigned month, size_t *place)
{
	if (year < FIRST_YEAR || month < 1 || month > 12)
		return false;
	*place = (size_t)(year - FIRST_YEAR) * 12 + month - 1;
	return *place < SEEN_MONTHS;
}

void seen_cover(struct seen *seen, int64_t year, unsigned month)
{
	size_t place;
	if (place_of(year, month, &place))
		seen->months[place / 8] |= (uint8_t)(1 << place % 8);
}

bool seen_covers(const struct seen *seen, int64_t year, unsigned month)
{
	size_t place;
	return place_of(year, month, &place) && (seen->months[place / 8] >> place % 8 & 1) != 0;
}
