// SPDX-License-Identifier: Apache-2.0
// text: UTF-8 as offices type it: strict characters, white space of every kind, full-width forms.
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include "base.h"

// The character at *at (which lies inside), and *at behind it; -1: no UTF-8 there, and *at one byte
// on.
int32_t text_next(struct bytes text, size_t *at);

bool text_valid(struct bytes text);         // UTF-8 from end to end
bool text_has_controls(struct bytes text);  // C0, C1, or marks that turn the direction of writing
bool character_is_space(int32_t character); // ideographic, no-break and zero-width ones too

// The ASCII character of a full-width form; others as they are.
int32_t character_narrow(int32_t character);

// Without the white space around it; borrowed from text.
struct bytes text_trim(struct bytes text);

// Full-width ASCII forms become ASCII, white space is dropped or becomes ' ', what surrounds the
// text goes, a leading apostrophe (Excel's mark of a text) too. False: no UTF-8, or longer than
// size with its NUL.
enum text_spaces {
	TEXT_DROP_SPACES,
	TEXT_KEEP_SPACES
};
bool text_fold(struct bytes text, enum text_spaces spaces, char *out, size_t size);

// ASCII letters only.
void text_upper(char *text);

// The size of the longest beginning of text that has at most size bytes and ends between
// characters.
size_t text_fit(const char *text, size_t size);

#endif
