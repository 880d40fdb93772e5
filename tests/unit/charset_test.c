// SPDX-License-Identifier: Apache-2.0
// charset_test: strict decoding, the choice of encoding, and that pieces make no difference.
#include "charset.h" // before cmocka.h, which makes a macro of fail

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct bytes literal(const char *text)
{
	return bytes_of_text(text);
}

static void assert_bytes(struct bytes got, struct bytes wanted)
{
	assert_int_equal(got.size, wanted.size);
	if (got.size > 0)
		assert_memory_equal(got.data, wanted.data, got.size);
}

// Decodes in pieces of piece_bytes; 0: in one.
static struct buffer decode(enum charset charset, struct bytes input, size_t piece_bytes)
{
	struct charset_decoder *decoder;
	struct buffer utf8 = { 0 };
	assert_int_equal(charset_decoder_open(&decoder, charset), STATUS_OK);
	size_t step = piece_bytes > 0 ? piece_bytes : input.size + 1;
	for (size_t at = 0; at < input.size; at += step) {
		size_t left = input.size - at;
		struct bytes piece = bytes_make(input.data + at, left < step ? left : step);
		charset_decode(decoder, piece, false, &utf8);
	}
	charset_decode(decoder, bytes_make(NULL, 0), true, &utf8);
	charset_decoder_close(&decoder);
	assert_null(decoder);
	return utf8;
}

static void assert_decodes(enum charset charset, struct bytes input, const char *wanted)
{
	for (size_t piece_bytes = 0; piece_bytes <= input.size; piece_bytes++) {
		struct buffer utf8 = decode(charset, input, piece_bytes);
		assert_bytes(buffer_bytes(&utf8), literal(wanted));
		buffer_deinit(&utf8);
	}
}

static enum status encode(enum charset charset, struct bytes utf8, struct buffer *out)
{
	struct charset_encoder *encoder;
	assert_int_equal(charset_encoder_open(&encoder, charset), STATUS_OK);
	enum status status = charset_encode(encoder, utf8, out);
	charset_encoder_close(&encoder);
	return status;
}

static enum status detect(struct bytes input, enum charset *charset, bool *has_mark)
{
	struct charset_detector *detector;
	assert_int_equal(charset_detector_open(&detector), STATUS_OK);
	bool wanted = true;
	int64_t line;
	for (size_t at = 0; wanted && at < input.size; at += 4096) {
		size_t left = input.size - at;
		struct bytes piece = bytes_make(input.data + at, left < 4096 ? left : 4096);
		wanted = charset_detector_feed(detector, piece);
	}
	enum status status = charset_detector_finish(detector, charset, has_mark, &line);
	charset_detector_close(&detector);
	assert_null(detector);
	return status;
}

static void assert_detects(struct bytes input, enum charset wanted)
{
	enum charset charset;
	bool has_mark;
	assert_int_equal(detect(input, &charset, &has_mark), STATUS_OK);
	assert_int_equal(charset, wanted);
	assert_false(has_mark);
}

static void charset_utf8_is_strict(void **state)
{
	(void)state;
	static const struct {
		const char *input, *output;
	} cases[] = {
		{ "a\xC3\xA9\xE5\xBC\xA0\xF0\xA0\x80\x80z", "aé张\U00020000z" },
		{ "\xC0\xAF", "\xFF\xFF" },                 // overlong
		{ "\xE0\x80\xAF,", "\xFF\xFF\xFF," },       // overlong
		{ "\xF0\x80\x80\xAF", "\xFF\xFF\xFF\xFF" }, // overlong
		{ "\xED\xA0\x80", "\xFF\xFF\xFF" },         // a surrogate
		{ "\xF4\x90\x80\x80", "\xFF\xFF\xFF\xFF" }, // past U+10FFFF
		{ "\xF4\x8F\xBF\xBF", "\U0010FFFF" },
		{ "\xE5\xBC,b", "\xFF,b" }, // the separator survives
		{ "\xE5\xBC\n", "\xFF\n" },
		{ "x\xE5\xBC", "x\xFF" }, // breaks off
		{ "\x80\xFE\xFF", "\xFF\xFF\xFF" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_decodes(CHARSET_UTF8, literal(cases[i].input), cases[i].output);
}

static void charset_utf16_takes_surrogate_pairs_and_marks_lone_ones(void **state)
{
	(void)state;
	static const uint8_t good[] = { 'a', 0, 0x20, 0x5F, 0x40, 0xD8, 0x00, 0xDC };
	static const uint8_t lone_high[] = { 0xD8, 0x40, 0x00, ',', 0xD8, 0x40 };
	static const uint8_t lone_low[] = { 0x00, 0xDC, ',', 0, 'x' };
	assert_decodes(CHARSET_UTF16LE, bytes_make(good, sizeof good), "a张\U00020000");
	assert_decodes(CHARSET_UTF16BE, bytes_make(lone_high, sizeof lone_high), "\xFF,\xFF");
	assert_decodes(CHARSET_UTF16LE, bytes_make(lone_low, sizeof lone_low), "\xFF,\xFF");
}

// The C library's tables, as charset.h documents them.
static void charset_gb18030_knows_the_name_character_yan(void **state)
{
	(void)state;
	assert_decodes(CHARSET_GB18030, literal("\xFE\x9F"), "䶮");
	assert_decodes(CHARSET_GB18030, literal("\x82\x35\x87\x31"), "\u4DAD");
	assert_decodes(CHARSET_GB18030, literal("\x82\x35\x87\x32"), "\u4DAF");
	assert_decodes(CHARSET_GB18030, literal("\x82\x35\x98\x33"), "\uA000");
	assert_decodes(CHARSET_GB18030, literal("\x83\x36\xCF\x39"), "\uE863");
	struct buffer out = { 0 };
	assert_int_equal(encode(CHARSET_GB18030, literal("䶮"), &out), STATUS_OK);
	assert_bytes(buffer_bytes(&out), literal("\xFE\x9F"));
	buffer_deinit(&out);
}

static void charset_gb18030_marks_bad_bytes_and_keeps_what_follows(void **state)
{
	(void)state;
	static const struct {
		const char *input, *output;
	} cases[] = {
		{ "\xD5\xC5,\xC8\xFD", "张,三" },
		{ "\xD5,b\n", "\xFF,b\n" }, // cut in the middle by a fixed-length field
		{ "\x80\xFF", "\xFF\xFF" },
		{ "\x81\x30", "\xFF"
			      "0" },
		{ "\x95\x32\x82\x36", "\U00020000" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_decodes(CHARSET_GB18030, literal(cases[i].input), cases[i].output);
}

static void append_code(struct buffer *utf8, uint32_t code)
{
	uint8_t four[] = { 0xF0 | code >> 18, 0x80 | (code >> 12 & 63), 0x80 | (code >> 6 & 63),
		0x80 | (code & 63) };
	if (code < 0x80)
		buffer_append_byte(utf8, (uint8_t)code);
	else if (code < 0x800)
		buffer_append(utf8, (uint8_t[]){ 0xC0 | code >> 6, four[3] }, 2);
	else if (code < 0x10000)
		buffer_append(utf8, (uint8_t[]){ 0xE0 | code >> 12, four[2], four[3] }, 3);
	else
		buffer_append(utf8, four, 4);
}

static void charset_every_character_survives_the_way_there_and_back(void **state)
{
	(void)state;
	for (enum charset charset = CHARSET_UTF8; charset <= CHARSET_GB18030; charset++) {
		struct charset_encoder *encoder;
		struct buffer utf8 = { 0 }, all = { 0 }, encoded = { 0 };
		size_t refused = 0;
		assert_int_equal(charset_encoder_open(&encoder, charset), STATUS_OK);
		for (uint32_t code = 0; code <= 0x10FFFF; code++) {
			if (code == 0xD800)
				code = 0xE000;
			buffer_clear(&utf8);
			append_code(&utf8, code);
			if (charset_encode(encoder, buffer_bytes(&utf8), &encoded) == STATUS_OK)
				buffer_append_bytes(&all, buffer_bytes(&utf8));
			else
				refused++;
		}
		assert_int_equal(refused, charset == CHARSET_GB18030 ? 24 : 0);
		struct buffer back = decode(charset, buffer_bytes(&encoded), 65536);
		assert_bytes(buffer_bytes(&back), buffer_bytes(&all));
		charset_encoder_close(&encoder);
		buffer_deinit(&utf8);
		buffer_deinit(&all);
		buffer_deinit(&encoded);
		buffer_deinit(&back);
	}
}

static void charset_encoder_refuses_what_is_no_utf8_and_appends_nothing(void **state)
{
	(void)state;
	for (enum charset charset = CHARSET_UTF8; charset <= CHARSET_GB18030; charset++) {
		struct buffer out = { 0 };
		buffer_append_text(&out, "kept");
		assert_int_equal(encode(charset, literal("ab\xE5\xBC"), &out), STATUS_INVALID);
		assert_int_equal(encode(charset, literal("ab\xFF"), &out), STATUS_INVALID);
		assert_bytes(buffer_bytes(&out), literal("kept"));
		buffer_deinit(&out);
	}
}

static void charset_detects_marks(void **state)
{
	(void)state;
	static const struct {
		const char *input;
		enum charset charset;
	} cases[] = {
		{ "\xEF\xBB\xBF"
		  "a",
		    CHARSET_UTF8 },
		{ "\xFF\xFE"
		  "a",
		    CHARSET_UTF16LE },
		{ "\xFE\xFF"
		  "a",
		    CHARSET_UTF16BE },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		enum charset charset;
		bool has_mark;
		assert_int_equal(detect(literal(cases[i].input), &charset, &has_mark), STATUS_OK);
		assert_int_equal(charset, cases[i].charset);
		assert_true(has_mark);
	}
}

static void charset_detects_utf16_without_a_mark(void **state)
{
	(void)state;
	// 一 (U+4E00) has a zero lower half.
	const char *text = "姓名,序号,地址\r\n一一,1,一村11组\r\n";
	for (enum charset charset = CHARSET_UTF16LE; charset <= CHARSET_UTF16BE; charset++) {
		struct buffer out = { 0 };
		assert_int_equal(encode(charset, literal(text), &out), STATUS_OK);
		assert_detects(buffer_bytes(&out), charset);
		buffer_deinit(&out);
	}
}

static void charset_detects_utf8_and_gb18030(void **state)
{
	(void)state;
	assert_detects(literal(""), CHARSET_UTF8);
	assert_detects(literal("plain,ascii\r\n"), CHARSET_UTF8);
	assert_detects(literal("姓名,证件号码\n"), CHARSET_UTF8);
	assert_detects(literal("\xD0\xD5\xC3\xFB,\xD6\xA4\xBC\xFE\n"), CHARSET_GB18030);
	assert_detects(literal("\xFE\x9F\n"), CHARSET_GB18030);
}

static void assert_mixed(const struct buffer *input)
{
	enum charset charset;
	bool has_mark;
	assert_int_equal(detect(buffer_bytes(input), &charset, &has_mark), STATUS_INVALID);
	assert_non_null(strstr(status_reason(), "two encodings in one file"));
}

// 张张 in UTF-8 is valid GB18030 too, so that only the rule stands between it and nonsense.
static void charset_prefers_damaged_utf8_to_nonsense_in_gb18030(void **state)
{
	(void)state;
	struct buffer input = { 0 };
	for (int row = 0; row < 5; row++)
		buffer_append_text(&input, "张张\n");
	buffer_append_text(&input, "\xE5\xBC\n"); // one bad place, ten good characters
	assert_detects(buffer_bytes(&input), CHARSET_UTF8);
	buffer_append_text(&input, "\xE5\xBC\n"); // two: no longer ten to one
	assert_mixed(&input);
	buffer_deinit(&input);
}

// Somebody pasted a row of another system's into the list.
static void charset_refuses_two_encodings_in_one_file(void **state)
{
	(void)state;
	struct buffer rows = { 0 }, input = { 0 };
	for (int row = 0; row < 8; row++)
		buffer_append_text(&rows, "张三丰,张家港市杨舍镇,养老保险,正常\n");
	assert_int_equal(encode(CHARSET_GB18030, buffer_bytes(&rows), &input), STATUS_OK);
	assert_detects(buffer_bytes(&input), CHARSET_GB18030);
	buffer_append_text(&input, "李四,塘桥镇\n");
	assert_mixed(&input);
	assert_non_null(strstr(status_reason(), "UTF-8 (line 9), partly not (line 1)"));
	buffer_deinit(&input);
	buffer_deinit(&rows);
}

// 隆 is C2A1, 陆 C2BD and 目 C4BF: good characters of two bytes in UTF-8, each of them.
static void charset_knows_gb18030_that_looks_like_utf8_in_places(void **state)
{
	(void)state;
	struct buffer rows = { 0 }, input = { 0 };
	buffer_append_text(&rows, "姓名\n陆隆\n目\n陆目隆陆\n");
	assert_int_equal(encode(CHARSET_GB18030, buffer_bytes(&rows), &input), STATUS_OK);
	buffer_append_text(&input, "\xD6\xA4\xBC\xFE\xBA\xC5\xC2\xEB\n");
	assert_detects(buffer_bytes(&input), CHARSET_GB18030);
	buffer_deinit(&input);
	buffer_deinit(&rows);
}

static void charset_takes_gb18030_with_a_character_cut_in_half(void **state)
{
	(void)state;
	struct buffer rows = { 0 }, input = { 0 };
	for (int row = 0; row < 5; row++)
		buffer_append_text(&rows, "张三\n");
	assert_int_equal(encode(CHARSET_GB18030, buffer_bytes(&rows), &input), STATUS_OK);
	buffer_append_text(&input, "\xD5,\n"); // ten good ones
	assert_detects(buffer_bytes(&input), CHARSET_GB18030);
	buffer_append_text(&input, "\xD5,\n");
	enum charset charset;
	bool has_mark;
	assert_int_equal(detect(buffer_bytes(&input), &charset, &has_mark), STATUS_INVALID);
	buffer_deinit(&input);
	buffer_deinit(&rows);
}

static void charset_says_where_the_first_bad_places_are(void **state)
{
	(void)state;
	enum charset charset;
	bool has_mark;
	const char *input = "a\r\nb\rc\n\xD5\xC5\n\xD5,\n";
	assert_int_equal(detect(literal(input), &charset, &has_mark), STATUS_INVALID);
	assert_non_null(strstr(status_reason(), "the first at byte 7, line 4)"));
	assert_non_null(strstr(status_reason(), "GB18030 (1, the first at byte 10, line 5)"));
}

static void charset_finds_a_bad_place_far_behind_and_across_pieces(void **state)
{
	(void)state;
	struct buffer input = { 0 };
	while (input.size < 3 * 4096 - 1)
		buffer_append_text(&input, "abc,def\n");
	buffer_append_text(&input, "\xD5\xC5\n");
	for (int shift = 0; shift < 4; shift++) { // every place relative to a border of pieces
		assert_detects(buffer_bytes(&input), CHARSET_GB18030);
		buffer_drop(&input, 1);
	}
	buffer_append_text(&input, "\xD5");
	enum charset charset;
	bool has_mark;
	assert_int_equal(detect(buffer_bytes(&input), &charset, &has_mark), STATUS_INVALID);
	buffer_deinit(&input);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(charset_utf8_is_strict),
		cmocka_unit_test(charset_utf16_takes_surrogate_pairs_and_marks_lone_ones),
		cmocka_unit_test(charset_gb18030_knows_the_name_character_yan),
		cmocka_unit_test(charset_gb18030_marks_bad_bytes_and_keeps_what_follows),
		cmocka_unit_test(charset_every_character_survives_the_way_there_and_back),
		cmocka_unit_test(charset_encoder_refuses_what_is_no_utf8_and_appends_nothing),
		cmocka_unit_test(charset_detects_marks),
		cmocka_unit_test(charset_detects_utf16_without_a_mark),
		cmocka_unit_test(charset_detects_utf8_and_gb18030),
		cmocka_unit_test(charset_prefers_damaged_utf8_to_nonsense_in_gb18030),
		cmocka_unit_test(charset_refuses_two_encodings_in_one_file),
		cmocka_unit_test(charset_knows_gb18030_that_looks_like_utf8_in_places),
		cmocka_unit_test(charset_takes_gb18030_with_a_character_cut_in_half),
		cmocka_unit_test(charset_says_where_the_first_bad_places_are),
		cmocka_unit_test(charset_finds_a_bad_place_far_behind_and_across_pieces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
