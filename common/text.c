// SPDX-License-Identifier: Apache-2.0
// text: decoding, and folding by code point.
#include "text.h"

#include "utf8.h"

int32_t text_next(struct bytes text, size_t *at)
{
	static const uint8_t payload[] = { 0x00, 0x7F, 0x1F, 0x0F, 0x07 };
	const uint8_t *start = text.data + *at;
	size_t size = utf8_size(start, text.size - *at);
	*at += size > 0 ? size : 1;
	if (size == 0)
		return -1;
	int32_t character = start[0] & payload[size];
	for (size_t i = 1; i < size; i++)
		character = character << 6 | (start[i] & 0x3F);
	return character;
}

bool text_valid(struct bytes text)
{
	for (size_t at = 0; at < text.size;)
		if (text_next(text, &at) < 0)
			return false;
	return true;
}

static bool character_in(int32_t character, const int32_t ranges[][2], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (character >= ranges[i][0] && character <= ranges[i][1])
			return true;
	return false;
}

bool character_is_space(int32_t character)
{
	static const int32_t ranges[][2] = {
		{ 0x09, 0x0D },
		{ 0x20, 0x20 },
		{ 0x85, 0x85 },
		{ 0xA0, 0xA0 },
		{ 0x2000, 0x200B },
		{ 0x2028, 0x2029 },
		{ 0x202F, 0x202F },
		{ 0x205F, 0x2060 },
		{ 0x3000, 0x3000 },
		{ 0xFEFF, 0xFEFF },
	};
	return character_in(character, ranges, COUNT_OF(ranges));
}

bool text_has_controls(struct bytes text)
{
	static const int32_t ranges[][2] = {
		{ 0x00, 0x1F },
		{ 0x7F, 0x9F },
		{ 0x2028, 0x2029 },
		{ 0x202A, 0x202E },
		{ 0x2066, 0x2069 },
	};
	for (size_t at = 0; at < text.size;)
		if (character_in(text_next(text, &at), ranges, COUNT_OF(ranges)))
			return true;
	return false;
}

struct bytes text_trim(struct bytes text)
{
	size_t first = text.size, end = text.size;
	for (size_t at = 0; at < text.size;) {
		size_t begin = at;
		if (character_is_space(text_next(text, &at)))
			continue;
		if (first == text.size)
			first = begin;
		end = at;
	}
	return first == text.size ? (struct bytes){ 0 }
				  : bytes_make(text.data + first, end - first);
}

static bool is_apostrophe(int32_t character)
{
	return character == '\'' || character == 0xFF07 || character == 0x2018 ||
	       character == 0x2019;
}

static struct bytes without_apostrophe(struct bytes text)
{
	size_t at = 0;
	if (text.size == 0 || !is_apostrophe(text_next(text, &at)))
		return text;
	return text_trim(bytes_make(text.data + at, text.size - at));
}

int32_t character_narrow(int32_t character)
{
	return character >= 0xFF01 && character <= 0xFF5E ? character - 0xFF01 + '!' : character;
}

bool text_fold(struct bytes text, enum text_spaces spaces, char *out, size_t size)
{
	text = without_apostrophe(text_trim(text));
	size_t used = 0;
	for (size_t at = 0; at < text.size;) {
		size_t begin = at;
		int32_t character = text_next(text, &at);
		if (character < 0)
			return false;
		if (character_is_space(character)) {
			if (spaces == TEXT_DROP_SPACES)
				continue;
			character = ' ';
		}
		char ascii = (char)character_narrow(character);
		bool is_ascii = character_narrow(character) < 0x80;
		size_t width = is_ascii ? 1 : at - begin;
		if (used + width + 1 > size)
			return false;
		memcpy(out + used, is_ascii ? &ascii : (const char *)text.data + begin, width);
		used += width;
	}
	out[used] = 0;
	return true;
}

void text_upper(char *text)
{
	for (; *text != 0; text++)
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text - 'a' + 'A');
}

size_t text_fit(const char *text, size_t size)
{
	size_t fit = strnlen(text, size + 1);
	if (fit <= size)
		return fit;
	for (fit = size; fit > 0 && (text[fit] & 0xC0) == 0x80;)
		fit--;
	return fit;
}
