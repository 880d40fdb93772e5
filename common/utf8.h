// SPDX-License-Identifier: Apache-2.0
// utf8: which bytes are a character (RFC 3629): no overlong forms, no surrogates, nothing past
// U+10FFFF.
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include "base.h"

static inline bool utf8_continues(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

// The size, 1 to 4, of the character that begins here; 0: none does. Looks at no byte behind the
// first that does not fit.
size_t utf8_size(const uint8_t *at, size_t left);

#endif
