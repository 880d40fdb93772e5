// SPDX-License-Identifier: Apache-2.0
// charset: which encoding a text from outside is in, and its way to UTF-8 and back.
//
// UTF-8 is strict (no overlong forms, no surrogates, nothing past U+10FFFF). GB18030 is the C
// library's: 䶮 is FE9F and nothing else, both ways (GBK has no such character; it has no four-byte
// form: 82358731 and 82358732 are its neighbours U+4DAD and U+4DAF, 82359833 is U+A000). 24 private
// use characters of the older editions (among them U+E864) cannot be written as GB18030.
#ifndef COMMON_CHARSET_H
#define COMMON_CHARSET_H

#include "buffer.h"
#include "status.h"

enum charset {
	CHARSET_UTF8,
	CHARSET_UTF16LE,
	CHARSET_UTF16BE,
	CHARSET_GB18030
};

// What a decoder puts in place of bytes that are no text: a byte that no UTF-8 holds.
enum {
	CHARSET_BAD = 0xFF
};

// --- which one: fed with the whole input, piece by piece ----------------------------------------
//
// 1. A byte order mark decides.
// 2. Zero bytes in the first 4 KiB: one half of the UTF-16 units is zero at least twice, in at
// least
//    one unit of 20, and at least twice as often as the other half: UTF-16.
// 3. No bad place as UTF-8: UTF-8.
// 4. Characters beyond ASCII at least CHARSET_DAMAGE_RATIO times as many as bad places: UTF-8 with
//    damage. GB18030 text never looks like this by chance, while damaged UTF-8 may well decode as
//    GB18030, into nonsense.
// 5. Some of it is UTF-8 all the same: refused. A line is, if it has no bad place and two
// characters
//    of three bytes: GB18030 text of common characters never looks like that (their first bytes
//    begin none), of rare ones hardly ever, so one line in CHARSET_MIXED_LINES is too many; as is
//    one such character for every CHARSET_MIXED_CHARACTERS of GB18030's. Pairs that look like
//    two-byte characters are frequent there and say nothing.
// 6. Characters at least CHARSET_DAMAGE_RATIO times as many as bad places as GB18030: GB18030.

enum {
	CHARSET_DAMAGE_RATIO = 10,
	CHARSET_MIXED_LINES = 50,
	CHARSET_MIXED_CHARACTERS = 8
};

struct charset_detector;

// STATUS_UNAVAILABLE: the C library's GB18030 converter is not installed.
MUST_CHECK enum status charset_detector_open(struct charset_detector **detector);
void charset_detector_close(struct charset_detector **detector);

// The first piece holds 4 KiB, or all. False: decided, no more pieces are needed.
bool charset_detector_feed(struct charset_detector *detector, struct bytes piece);

// STATUS_INVALID: none fits; the reason gives byte offset and line of the first bad places. *line:
// the first that does not fit with those before it; 0: unknown.
MUST_CHECK enum status charset_detector_finish(
    struct charset_detector *detector, enum charset *charset, bool *has_mark, int64_t *line);

// --- to UTF-8 -----------------------------------------------------------------------------------

struct charset_decoder;

// STATUS_UNAVAILABLE: as above.
MUST_CHECK enum status charset_decoder_open(struct charset_decoder **decoder, enum charset charset);
void charset_decoder_close(struct charset_decoder **decoder);

// Appends the piece as UTF-8, each bad place as one CHARSET_BAD. A character that the piece breaks
// off in is kept for the next one; if this is the last piece, it is a bad place. A byte order mark
// comes out as U+FEFF. Appends at most twice the bytes of the piece, and 8.
void charset_decode(
    struct charset_decoder *decoder, struct bytes piece, bool last, struct buffer *utf8);

// --- from UTF-8 ---------------------------------------------------------------------------------

struct charset_encoder;

// STATUS_UNAVAILABLE: as above.
MUST_CHECK enum status charset_encoder_open(struct charset_encoder **encoder, enum charset charset);
void charset_encoder_close(struct charset_encoder **encoder);

// Appends whole characters. STATUS_INVALID (no UTF-8, or not in this charset) appends nothing.
MUST_CHECK enum status charset_encode(
    struct charset_encoder *encoder, struct bytes utf8, struct buffer *out);

#endif
