// SPDX-License-Identifier: Apache-2.0
// mask: what stays of a number, a name, a text.
#include "mask.h"

#include "text.h"

enum {
	NUMBER_DIGITS_MIN = 7, // from so many on, a number may be a person's
	OLD_ID_DIGITS = 15,
	CUT_ID_DIGITS = 17, // as it is where Excel or a typist lost the last
	ID_DIGITS = 18,
	PHONE_DIGITS = 11,
};

static void write_stars(size_t count, struct buffer *out)
{
	while (count-- > 0)
		buffer_append_byte(out, '*');
}

// --- characters ----------------------------------------------------------------------------------

// Characters that belong to the one before: accents, variation selectors, joiners.
static bool extends_character(int32_t character)
{
	static const struct {
		int32_t first, last;
	} ranges[] = {
		{ 0x0300, 0x036F }, { 0x1160, 0x11FF }, // Hangul vowels and finals
		{ 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x200C, 0x200D }, { 0x20D0, 0x20FF },
		{ 0x302A, 0x302F }, { 0x3099, 0x309A }, { 0xFE00, 0xFE0F }, { 0xFE20, 0xFE2F },
		{ 0xE0100, 0xE01EF }, // variants of Chinese characters
	};
	for (size_t i = 0; i < COUNT_OF(ranges); i++)
		if (character >= ranges[i].first && character <= ranges[i].last)
			return true;
	return false;
}

// The end of the grapheme at `at`.
static size_t grapheme_end(struct bytes text, size_t at)
{
	if (text_next(text, &at) < 0)
		return at;
	while (at < text.size) {
		size_t next = at;
		if (!extends_character(text_next(text, &next)))
			break;
		at = next;
	}
	return at;
}

static size_t count_graphemes(struct bytes text)
{
	size_t count = 0;
	for (size_t at = 0; at < text.size; at = grapheme_end(text, at))
		count++;
	return count;
}

static void write_grapheme(struct bytes text, size_t at, size_t end, struct buffer *out)
{
	struct bytes grapheme = bytes_make(text.data + at, end - at);
	if (text_valid(grapheme) && !text_has_controls(grapheme))
		buffer_append_bytes(out, grapheme);
	else
		buffer_append_byte(out, '*');
}

// The first head and the last tail graphemes, stars between.
static void write_ends(struct bytes text, size_t head, size_t tail, struct buffer *out)
{
	size_t count = count_graphemes(text), place = 0;
	ENSURE(head + tail <= count);
	for (size_t at = 0; at < text.size; place++) {
		size_t end = grapheme_end(text, at);
		if (place < head || place >= count - tail)
			write_grapheme(text, at, end, out);
		else
			buffer_append_byte(out, '*');
		at = end;
	}
}

// --- numbers -------------------------------------------------------------------------------------

static bool is_digit_at(struct bytes text, size_t at, size_t *next)
{
	*next = at;
	if (at >= text.size)
		return false;
	int32_t character = character_narrow(text_next(text, next));
	return character >= '0' && character <= '9';
}

static bool is_check_letter_at(struct bytes text, size_t at, size_t *next)
{
	*next = at;
	if (at >= text.size)
		return false;
	int32_t character = character_narrow(text_next(text, next));
	return character == 'x' || character == 'X';
}

static void write_number(struct bytes number, struct buffer *out)
{
	size_t count = count_graphemes(number);
	if (count == OLD_ID_DIGITS || count == CUT_ID_DIGITS || count == ID_DIGITS)
		write_ends(number, 6, 4, out);
	else if (count == PHONE_DIGITS)
		write_ends(number, 3, 4, out);
	else if (count >= NUMBER_DIGITS_MIN)
		write_ends(number, 2, 2, out);
	else
		write_stars(count, out);
}

static bool is_number(struct bytes text)
{
	size_t at = 0, next;
	while (is_digit_at(text, at, &next))
		at = next;
	if (at > 0 && is_check_letter_at(text, at, &next))
		at = next;
	return at > 0 && at == text.size;
}

static void write_id_number(struct bytes text, struct buffer *out)
{
	if (is_number(text))
		write_number(text, out);
	else if (count_graphemes(text) >= NUMBER_DIGITS_MIN)
		write_ends(text, 2, 2, out);
	else
		write_stars(count_graphemes(text), out);
}

// A space or a hyphen inside a number, as in 138 1234 5678.
static bool is_joint_at(struct bytes text, size_t at, size_t *next)
{
	*next = at;
	if (at >= text.size)
		return false;
	int32_t character = character_narrow(text_next(text, next));
	return character == '-' || character == ' ' || character_is_space(character);
}

// The end of the number that begins at `at`, and how many digits it has; it may be grouped.
static size_t number_end(struct bytes text, size_t at, size_t *digits)
{
	size_t end = at, next;
	*digits = 0;
	for (;;) {
		if (is_digit_at(text, end, &next)) {
			end = next;
			++*digits;
		} else if (*digits == 0 || !is_joint_at(text, end, &next) ||
			   !is_digit_at(text, next, &next)) {
			break;
		} else {
			end = next;
			++*digits;
		}
	}
	if (*digits >= NUMBER_DIGITS_MIN && is_check_letter_at(text, end, &next)) {
		end = next;
		++*digits;
	}
	return end;
}

static void write_text(struct bytes text, struct buffer *out)
{
	size_t digits;
	for (size_t at = 0; at < text.size;) {
		size_t end = number_end(text, at, &digits);
		if (digits >= NUMBER_DIGITS_MIN) {
			write_number(bytes_make(text.data + at, end - at), out);
		} else if (digits > 0) {
			buffer_append(out, text.data + at, end - at);
		} else {
			end = grapheme_end(text, at);
			write_grapheme(text, at, end, out);
		}
		at = end;
	}
}

// --- the rest ------------------------------------------------------------------------------------

static void write_name(struct bytes text, struct buffer *out)
{
	struct bytes name = text_trim(text);
	if (name.size == 0)
		return;
	size_t end = grapheme_end(name, 0), digit;
	if (is_digit_at(name, 0, &digit)) // no name at all
		buffer_append_byte(out, '*');
	else if (end < name.size)
		write_grapheme(name, 0, end, out);
	buffer_append_byte(out, '*');
}

static void write_phone(struct bytes text, struct buffer *out)
{
	if (is_number(text))
		write_number(text, out);
	else
		write_text(text, out);
}

static bool is_word(uint8_t byte)
{
	return byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

static void write_words(struct bytes text, struct buffer *out)
{
	size_t end;
	for (size_t at = 0; at < text.size; at = end) {
		if (!is_word(text.data[at])) {
			buffer_append_byte(out, text.data[at]);
			end = at + 1;
			continue;
		}
		write_grapheme(text, at, grapheme_end(text, at), out);
		for (end = grapheme_end(text, at); end < text.size && is_word(text.data[end]);
		     end++) {
		}
		buffer_append_byte(out, '*');
	}
}

// Exports are called by what they are about; files that people make, by whom.
static void write_file_name(struct bytes text, struct buffer *out)
{
	enum {
		ENDING_BYTES_MAX = 8
	};
	struct buffer words = { 0 };
	const uint8_t *dot = text.size > 0 ? memrchr(text.data, '.', text.size) : NULL;
	size_t stem = dot != NULL ? (size_t)(dot - text.data) : text.size;
	if (text.size - stem > ENDING_BYTES_MAX)
		stem = text.size;
	write_words(bytes_make(text.data, stem), &words);
	buffer_append(&words, text.data + stem, text.size - stem);
	write_text(buffer_bytes(&words), out); // numbers as everywhere
	buffer_wipe(&words);
}

static void write_all(struct bytes text, struct buffer *out)
{
	write_stars(text.size > 0 ? 3 : 0, out);
}

void mask_write(enum mask mask, struct bytes text, struct buffer *out)
{
	static void (*const writers[])(struct bytes text, struct buffer * out) = {
		[MASK_ID_NUMBER] = write_id_number,
		[MASK_NAME] = write_name,
		[MASK_PHONE] = write_phone,
		[MASK_TEXT] = write_text,
		[MASK_FILE_NAME] = write_file_name,
		[MASK_ALL] = write_all,
	};
	ENSURE((size_t)mask < COUNT_OF(writers));
	writers[mask](text, out);
}
