// SPDX-License-Identifier: Apache-2.0
// position: how far somebody has followed a department.
#include "position.h"

#include <inttypes.h>
#include <stdio.h>

bool position_equal(const struct position *a, const struct position *b)
{
	return a->sequence == b->sequence && memcmp(a->epoch, b->epoch, EPOCH_BYTES) == 0 &&
	       memcmp(a->chain, b->chain, CHAIN_BYTES) == 0;
}

bool position_is_start(const struct position *position)
{
	return position->sequence == 0;
}

void hex_format(const uint8_t *data, size_t size, char *text)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 15];
	}
	text[2 * size] = 0;
}

static int hex_digit(uint8_t character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	return -1;
}

bool hex_parse(struct bytes text, uint8_t *data, size_t size)
{
	if (text.size != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(text.data[2 * i]), low = hex_digit(text.data[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		data[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void position_format(const struct position *position, char text[POSITION_TEXT_SIZE])
{
	char epoch[2 * EPOCH_BYTES + 1], chain[2 * CHAIN_BYTES + 1];
	hex_format(position->epoch, EPOCH_BYTES, epoch);
	hex_format(position->chain, CHAIN_BYTES, chain);
	snprintf(text, POSITION_TEXT_SIZE, "%s.%" PRIu64 ".%s", epoch, position->sequence, chain);
}

static bool parse_sequence(struct bytes text, uint64_t *sequence)
{
	*sequence = 0;
	if (text.size == 0 || text.size > 19 ||
	    (text.size > 1 && text.data[0] == '0')) // one text a position
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*sequence = *sequence * 10 + (text.data[i] - '0');
	}
	return *sequence <= INT64_MAX;
}

bool position_parse(struct position *position, struct bytes text)
{
	size_t epoch_size = 2 * EPOCH_BYTES, chain_size = 2 * CHAIN_BYTES;
	if (text.size < epoch_size + 3 + chain_size)
		return false;
	size_t dot = text.size - chain_size - 1;
	return text.data[epoch_size] == '.' && text.data[dot] == '.' &&
	       hex_parse(bytes_make(text.data, epoch_size), position->epoch, EPOCH_BYTES) &&
	       parse_sequence(bytes_make(text.data + epoch_size + 1, dot - epoch_size - 1),
		   &position->sequence) &&
	       hex_parse(bytes_make(text.data + dot + 1, chain_size), position->chain, CHAIN_BYTES);
}
