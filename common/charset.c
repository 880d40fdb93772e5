// SPDX-License-Identifier: Apache-2.0
// charset: which encoding a text from outside is in, and its way to UTF-8 and back.
#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <inttypes.h>

enum {
	ZERO_SAMPLE_BYTES = 4096,
	ZERO_UNITS_PER_HIT = 20,
	ZERO_LEAD = 2,
	ZERO_HITS_MIN = 2,
	WHOLE_LINE_WIDE = 2,
	MIXED_WIDE_MIN = 4,
};

static const iconv_t no_iconv = (iconv_t)-1;

struct charset_decoder {
	enum charset charset;
	iconv_t iconv;         // GB18030 only
	struct buffer pending; // at most one unfinished character between two pieces
	uint64_t offset;       // of pending in the whole input
	uint64_t bad;          // places so far
	uint64_t first_bad;    // offset of the first
};

struct charset_encoder {
	enum charset charset;
	iconv_t iconv; // GB18030 only
};

static enum status iconv_make(iconv_t *iconv, enum charset charset, bool decoding)
{
	*iconv = no_iconv;
	if (charset != CHARSET_GB18030)
		return STATUS_OK;
	*iconv = decoding ? iconv_open("UTF-8", "GB18030") : iconv_open("GB18030", "UTF-8");
	if (*iconv == no_iconv)
		return fail(
		    STATUS_UNAVAILABLE, "the C library has no GB18030 converter (gconv modules)");
	return STATUS_OK;
}

static void iconv_unmake(iconv_t iconv)
{
	if (iconv != no_iconv)
		iconv_close(iconv);
}

// --- UTF-8 --------------------------------------------------------------------------------------

// The bytes that belong together at one place: a character, the beginning of one, or neither.
struct sequence {
	size_t size;
	bool whole;
	bool unfinished;
};

// Unicode, table 3-7: which second bytes a first byte may have.
static const struct {
	uint8_t first, last, size, second_first, second_last;
} utf8_forms[] = {
	{ 0xC2, 0xDF, 2, 0x80, 0xBF },
	{ 0xE0, 0xE0, 3, 0xA0, 0xBF },
	{ 0xE1, 0xEC, 3, 0x80, 0xBF },
	{ 0xED, 0xED, 3, 0x80, 0x9F },
	{ 0xEE, 0xEF, 3, 0x80, 0xBF },
	{ 0xF0, 0xF0, 4, 0x90, 0xBF },
	{ 0xF1, 0xF3, 4, 0x80, 0xBF },
	{ 0xF4, 0xF4, 4, 0x80, 0x8F },
};

static struct sequence utf8_sequence_of_form(struct bytes text, size_t form)
{
	uint8_t first = utf8_forms[form].second_first, last = utf8_forms[form].second_last;
	size_t size = 1;
	while (size < utf8_forms[form].size && size < text.size) {
		if (text.data[size] < first || text.data[size] > last)
			return (struct sequence){ .size = size };
		first = 0x80;
		last = 0xBF;
		size++;
	}
	bool whole = size == utf8_forms[form].size;
	return (struct sequence){ .size = size, .whole = whole, .unfinished = !whole };
}

// A bad place ends before the first byte that does not fit, so that it never eats a separator.
static struct sequence utf8_sequence(struct bytes text)
{
	uint8_t lead = text.data[0];
	if (lead < 0x80)
		return (struct sequence){ .size = 1, .whole = true };
	for (size_t form = 0; form < COUNT_OF(utf8_forms); form++)
		if (lead >= utf8_forms[form].first && lead <= utf8_forms[form].last)
			return utf8_sequence_of_form(text, form);
	return (struct sequence){ .size = 1 };
}

static uint32_t utf8_code(const uint8_t *data, size_t size)
{
	static const uint8_t lead_masks[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	uint32_t code = data[0] & lead_masks[size];
	for (size_t at = 1; at < size; at++)
		code = code << 6 | (data[at] & 0x3F);
	return code;
}

static void utf8_append_code(struct buffer *utf8, uint32_t code)
{
	uint8_t bytes[4] = { 0xF0 | code >> 18, 0x80 | (code >> 12 & 0x3F),
		0x80 | (code >> 6 & 0x3F), 0x80 | (code & 0x3F) };
	if (code < 0x80) {
		buffer_append_byte(utf8, (uint8_t)code);
	} else if (code < 0x800) {
		bytes[2] = 0xC0 | code >> 6;
		buffer_append(utf8, bytes + 2, 2);
	} else if (code < 0x10000) {
		bytes[1] = 0xE0 | code >> 12;
		buffer_append(utf8, bytes + 1, 3);
	} else {
		buffer_append(utf8, bytes, 4);
	}
}

static void decoder_mark_bad(struct charset_decoder *decoder, size_t at, struct buffer *utf8)
{
	if (decoder->bad++ == 0)
		decoder->first_bad = decoder->offset + at;
	buffer_append_byte(utf8, CHARSET_BAD);
}

static size_t utf8_decode(
    struct charset_decoder *decoder, struct bytes data, bool last, struct buffer *utf8)
{
	size_t at = 0, copied = 0;
	while (at < data.size) {
		if (data.data[at] < 0x80) {
			at++;
			continue;
		}
		struct sequence sequence =
		    utf8_sequence(bytes_make(data.data + at, data.size - at));
		if (sequence.unfinished && !last)
			break;
		if (!sequence.whole) {
			buffer_append(utf8, data.data + copied, at - copied);
			decoder_mark_bad(decoder, at, utf8);
			copied = at + sequence.size;
		}
		at += sequence.size;
	}
	buffer_append(utf8, data.data + copied, at - copied);
	return at;
}

static enum status utf8_encode(
    struct charset_encoder *encoder, struct bytes utf8, struct buffer *out)
{
	(void)encoder;
	for (size_t at = 0; at < utf8.size;) {
		struct sequence sequence =
		    utf8_sequence(bytes_make(utf8.data + at, utf8.size - at));
		if (!sequence.whole)
			return fail(STATUS_INVALID, "no UTF-8 at byte %zu", at);
		at += sequence.size;
	}
	buffer_append_bytes(out, utf8);
	return STATUS_OK;
}

// --- UTF-16 -------------------------------------------------------------------------------------

static uint32_t utf16_unit(const uint8_t *data, bool big_endian)
{
	return big_endian ? (uint32_t)data[0] << 8 | data[1] : (uint32_t)data[1] << 8 | data[0];
}

static bool is_high_surrogate(uint32_t unit)
{
	return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low_surrogate(uint32_t unit)
{
	return unit >= 0xDC00 && unit < 0xE000;
}

static struct sequence utf16_sequence(struct bytes text, bool big_endian, uint32_t *code)
{
	if (text.size < 2)
		return (struct sequence){ .size = text.size, .unfinished = true };
	*code = utf16_unit(text.data, big_endian);
	if (!is_high_surrogate(*code))
		return (struct sequence){ .size = 2, .whole = !is_low_surrogate(*code) };
	if (text.size < 4)
		return (struct sequence){ .size = 2, .unfinished = true };
	uint32_t low = utf16_unit(text.data + 2, big_endian);
	if (!is_low_surrogate(low))
		return (struct sequence){ .size = 2 };
	*code = 0x10000 + ((*code - 0xD800) << 10) + (low - 0xDC00);
	return (struct sequence){ .size = 4, .whole = true };
}

static size_t utf16_decode(
    struct charset_decoder *decoder, struct bytes data, bool last, struct buffer *utf8)
{
	bool big_endian = decoder->charset == CHARSET_UTF16BE;
	size_t at = 0;
	while (at < data.size) {
		uint32_t code = 0;
		struct sequence sequence =
		    utf16_sequence(bytes_make(data.data + at, data.size - at), big_endian, &code);
		if (sequence.unfinished && !last)
			break;
		if (sequence.whole)
			utf8_append_code(utf8, code);
		else
			decoder_mark_bad(decoder, at, utf8);
		at += sequence.size;
	}
	return at;
}

static void utf16_append_unit(struct buffer *out, uint32_t unit, bool big_endian)
{
	buffer_append_byte(out, (uint8_t)(big_endian ? unit >> 8 : unit));
	buffer_append_byte(out, (uint8_t)(big_endian ? unit : unit >> 8));
}

static enum status utf16_encode(
    struct charset_encoder *encoder, struct bytes utf8, struct buffer *out)
{
	bool big_endian = encoder->charset == CHARSET_UTF16BE;
	for (size_t at = 0; at < utf8.size;) {
		struct sequence sequence =
		    utf8_sequence(bytes_make(utf8.data + at, utf8.size - at));
		if (!sequence.whole)
			return fail(STATUS_INVALID, "no UTF-8 at byte %zu", at);
		uint32_t code = utf8_code(utf8.data + at, sequence.size);
		if (code >= 0x10000)
			utf16_append_unit(out, 0xD800 + ((code - 0x10000) >> 10), big_endian);
		utf16_append_unit(
		    out, code < 0x10000 ? code : 0xDC00 + ((code - 0x10000) & 0x3FF), big_endian);
		at += sequence.size;
	}
	return STATUS_OK;
}

// --- GB18030 ------------------------------------------------------------------------------------

// Converts until the end or the first place that cannot be: then 0, EINVAL (the input breaks off
// in a character) or EILSEQ. Both ways, a character at most doubles its bytes.
static int iconv_run(iconv_t iconv_handle, struct bytes *input, struct buffer *out)
{
	while (input->size > 0) {
		char *from = (char *)(uintptr_t)input->data; // iconv's signature; it only reads
		size_t room = 2 * input->size;
		char *to = (char *)buffer_reserve(out, room), *start = to;
		size_t result = iconv(iconv_handle, &from, &input->size, &to, &room);
		int problem = errno;
		input->data = (const uint8_t *)from;
		out->size += (size_t)(to - start);
		if (result == (size_t)-1)
			return problem;
	}
	return 0;
}

// One byte is given up at a bad place: no byte of a line end or separator can be inside a
// character, so those are always found again.
static size_t gb18030_decode(
    struct charset_decoder *decoder, struct bytes data, bool last, struct buffer *utf8)
{
	struct bytes rest = data;
	for (;;) {
		int problem = iconv_run(decoder->iconv, &rest, utf8);
		if (problem == 0 || (problem == EINVAL && !last))
			return data.size - rest.size;
		ENSURE(problem == EINVAL || problem == EILSEQ);
		decoder_mark_bad(decoder, data.size - rest.size, utf8);
		rest = bytes_make(rest.data + 1, rest.size - 1);
	}
}

static enum status gb18030_encode(
    struct charset_encoder *encoder, struct bytes utf8, struct buffer *out)
{
	struct bytes rest = utf8;
	if (iconv_run(encoder->iconv, &rest, out) == 0)
		return STATUS_OK;
	iconv(encoder->iconv, NULL, NULL, NULL, NULL);
	return fail(STATUS_INVALID, "no UTF-8, or not to be written as GB18030, at byte %zu",
	    utf8.size - rest.size);
}

// --- decoder and encoder ------------------------------------------------------------------------

static const struct {
	size_t (*decode)(
	    struct charset_decoder *decoder, struct bytes data, bool last, struct buffer *utf8);
	enum status (*encode)(
	    struct charset_encoder *encoder, struct bytes utf8, struct buffer *out);
} forms[] = {
	[CHARSET_UTF8] = { utf8_decode, utf8_encode },
	[CHARSET_UTF16LE] = { utf16_decode, utf16_encode },
	[CHARSET_UTF16BE] = { utf16_decode, utf16_encode },
	[CHARSET_GB18030] = { gb18030_decode, gb18030_encode },
};

enum status charset_decoder_open(struct charset_decoder **decoder, enum charset charset)
{
	*decoder = NULL;
	iconv_t iconv;
	enum status status = iconv_make(&iconv, charset, true);
	if (status != STATUS_OK)
		return status;
	*decoder = allocate(sizeof **decoder);
	(*decoder)->charset = charset;
	(*decoder)->iconv = iconv;
	return STATUS_OK;
}

void charset_decoder_close(struct charset_decoder **decoder)
{
	if (*decoder == NULL)
		return;
	iconv_unmake((*decoder)->iconv);
	buffer_wipe(&(*decoder)->pending);
	free(*decoder);
	*decoder = NULL;
}

void charset_decode(
    struct charset_decoder *decoder, struct bytes piece, bool last, struct buffer *utf8)
{
	struct buffer *pending = &decoder->pending;
	buffer_append_bytes(pending, piece);
	size_t used = forms[decoder->charset].decode(decoder, buffer_bytes(pending), last, utf8);
	buffer_drop(pending, used);
	decoder->offset += used;
}

enum status charset_encoder_open(struct charset_encoder **encoder, enum charset charset)
{
	*encoder = NULL;
	iconv_t iconv;
	enum status status = iconv_make(&iconv, charset, false);
	if (status != STATUS_OK)
		return status;
	*encoder = allocate(sizeof **encoder);
	(*encoder)->charset = charset;
	(*encoder)->iconv = iconv;
	return STATUS_OK;
}

void charset_encoder_close(struct charset_encoder **encoder)
{
	if (*encoder == NULL)
		return;
	iconv_unmake((*encoder)->iconv);
	free(*encoder);
	*encoder = NULL;
}

enum status charset_encode(struct charset_encoder *encoder, struct bytes utf8, struct buffer *out)
{
	size_t before = out->size;
	enum status status = forms[encoder->charset].encode(encoder, utf8, out);
	if (status != STATUS_OK)
		out->size = before;
	return status;
}

// --- detector -----------------------------------------------------------------------------------

// One encoding under trial over the whole input.
struct trial {
	struct charset_decoder *decoder;
	uint64_t characters; // beyond ASCII
	int64_t line;        // until the first bad place, then its line
	bool after_return;   // the last byte was CR: an LF now belongs to it
	bool line_found;
};

// Which lines are UTF-8 beyond doubt.
struct lines {
	int64_t number;     // of this one, from 1
	uint64_t wide, bad; // of this one: characters of three bytes; bad places
	uint64_t all_wide;  // of all
	uint64_t whole, broken;
	int64_t first_whole; // 0: none
	bool after_return;
};

struct charset_detector {
	bool begun, decided;
	enum charset charset;
	bool has_mark;
	struct trial utf8, gb18030;
	struct lines lines;
	struct buffer scratch; // what the trials decode; only counted
};

static const struct {
	const char *bytes;
	enum charset charset;
} marks[] = {
	{ "\xEF\xBB\xBF", CHARSET_UTF8 },
	{ "\xFF\xFE", CHARSET_UTF16LE },
	{ "\xFE\xFF", CHARSET_UTF16BE },
};

static bool detect_by_mark(struct charset_detector *detector, struct bytes head)
{
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		size_t size = strlen(marks[i].bytes);
		if (head.size < size || memcmp(head.data, marks[i].bytes, size) != 0)
			continue;
		detector->charset = marks[i].charset;
		detector->has_mark = true;
		return true;
	}
	return false;
}

// Separators, digits and line ends have a zero upper half. A lower half is zero now and then too
// (一 is U+4E00), hence the lead that is asked for.
static bool detect_by_zeros(struct charset_detector *detector, struct bytes head)
{
	size_t units = (head.size < ZERO_SAMPLE_BYTES ? head.size : ZERO_SAMPLE_BYTES) / 2;
	size_t zeros[2] = { 0, 0 };
	for (size_t at = 0; at < 2 * units; at++)
		zeros[at % 2] += head.data[at] == 0;
	bool big_endian = zeros[0] > zeros[1];
	size_t more = zeros[big_endian ? 0 : 1], fewer = zeros[big_endian ? 1 : 0];
	detector->charset = big_endian ? CHARSET_UTF16BE : CHARSET_UTF16LE;
	return more >= ZERO_HITS_MIN && more * ZERO_UNITS_PER_HIT >= units &&
	       more >= ZERO_LEAD * fewer;
}

static void trial_count_line(struct trial *trial, uint8_t byte)
{
	trial->line_found = trial->line_found || byte == CHARSET_BAD;
	if (trial->line_found)
		return;
	bool starts_line = byte == '\r' || (byte == '\n' && !trial->after_return);
	trial->line += starts_line;
	trial->after_return = byte == '\r';
}

static void trial_feed(struct trial *trial, struct bytes piece, bool last, struct buffer *scratch)
{
	buffer_clear(scratch);
	charset_decode(trial->decoder, piece, last, scratch);
	for (size_t at = 0; at < scratch->size; at++) {
		uint8_t byte = scratch->data[at];
		trial->characters += byte >= 0xC0 && byte != CHARSET_BAD;
		trial_count_line(trial, byte);
	}
}

static void end_line(struct lines *lines)
{
	bool is_whole = lines->bad == 0 && lines->wide >= WHOLE_LINE_WIDE;
	lines->whole += is_whole;
	lines->broken += lines->bad > 0;
	if (is_whole && lines->first_whole == 0)
		lines->first_whole = lines->number;
	lines->all_wide += lines->wide;
	lines->wide = lines->bad = 0;
	lines->number++;
}

static void judge_lines(struct lines *lines, struct bytes decoded, bool last)
{
	for (size_t at = 0; at < decoded.size; at++) {
		uint8_t byte = decoded.data[at];
		lines->bad += byte == CHARSET_BAD;
		lines->wide += byte >= 0xE0 && byte < 0xF0;
		if (byte == '\r' || (byte == '\n' && !lines->after_return))
			end_line(lines);
		lines->after_return = byte == '\r';
	}
	if (last)
		end_line(lines);
}

static void detector_feed_trials(struct charset_detector *detector, struct bytes piece, bool last)
{
	trial_feed(&detector->utf8, piece, last, &detector->scratch);
	judge_lines(&detector->lines, buffer_bytes(&detector->scratch), last);
	trial_feed(&detector->gb18030, piece, last, &detector->scratch);
}

enum status charset_detector_open(struct charset_detector **detector)
{
	struct charset_detector *made = allocate(sizeof *made);
	*detector = NULL;
	made->utf8.line = made->gb18030.line = made->lines.number = 1;
	enum status status = charset_decoder_open(&made->utf8.decoder, CHARSET_UTF8);
	if (status == STATUS_OK)
		status = charset_decoder_open(&made->gb18030.decoder, CHARSET_GB18030);
	if (status != STATUS_OK)
		charset_detector_close(&made);
	*detector = made;
	return status;
}

void charset_detector_close(struct charset_detector **detector)
{
	if (*detector == NULL)
		return;
	charset_decoder_close(&(*detector)->utf8.decoder);
	charset_decoder_close(&(*detector)->gb18030.decoder);
	buffer_wipe(&(*detector)->scratch);
	free(*detector);
	*detector = NULL;
}

bool charset_detector_feed(struct charset_detector *detector, struct bytes piece)
{
	if (!detector->begun) {
		detector->begun = true;
		detector->decided =
		    detect_by_mark(detector, piece) || detect_by_zeros(detector, piece);
	}
	if (!detector->decided)
		detector_feed_trials(detector, piece, false);
	return !detector->decided;
}

static bool is_mixed(const struct charset_detector *detector)
{
	const struct lines *lines = &detector->lines;
	return (lines->whole > 0 && lines->whole * CHARSET_MIXED_LINES >= lines->broken) ||
	       (lines->all_wide >= MIXED_WIDE_MIN &&
		   lines->all_wide * CHARSET_MIXED_CHARACTERS >= detector->gb18030.characters);
}

static bool is_only_damaged(const struct trial *trial)
{
	return trial->characters / CHARSET_DAMAGE_RATIO >= trial->decoder->bad;
}

static enum status detector_decide(struct charset_detector *detector, int64_t *line)
{
	const struct trial *utf8 = &detector->utf8, *gb18030 = &detector->gb18030;
	detector->charset = CHARSET_UTF8;
	if (is_only_damaged(utf8))
		return STATUS_OK;
	if (is_mixed(detector)) {
		int64_t whole = detector->lines.first_whole;
		*line = whole > utf8->line ? whole : utf8->line;
		return fail(STATUS_INVALID,
		    "partly UTF-8 (line %" PRId64 "), partly not (line %" PRId64
		    "): two encodings in one file",
		    whole, utf8->line);
	}
	detector->charset = CHARSET_GB18030;
	if (is_only_damaged(gb18030))
		return STATUS_OK;
	*line = gb18030->line;
	return fail(STATUS_INVALID,
	    "neither UTF-8 (%" PRIu64 " bad places, the first at byte %" PRIu64 ", line %" PRId64
	    ") nor GB18030 (%" PRIu64 ", the first at byte %" PRIu64 ", line %" PRId64 ")",
	    utf8->decoder->bad, utf8->decoder->first_bad, utf8->line, gb18030->decoder->bad,
	    gb18030->decoder->first_bad, gb18030->line);
}

enum status charset_detector_finish(
    struct charset_detector *detector, enum charset *charset, bool *has_mark, int64_t *line)
{
	enum status status = STATUS_OK;
	*line = 0;
	if (!detector->decided) {
		detector_feed_trials(detector, bytes_make(NULL, 0), true);
		status = detector_decide(detector, line);
	}
	*charset = status == STATUS_OK ? detector->charset : CHARSET_UTF8;
	*has_mark = detector->has_mark;
	return status;
}
