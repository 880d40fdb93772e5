// SPDX-License-Identifier: Apache-2.0
// utf8: which bytes are a character (RFC 3629).
#include "utf8.h"

size_t utf8_size(const uint8_t *at, size_t left)
{
	if (left == 0)
		return 0;
	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || left < 2 || !utf8_continues(at[1]))
		return 0;
	if (at[0] < 0xe0)
		return 2;
	if (left < 3 || !utf8_continues(at[2]))
		return 0;
	if (at[0] < 0xf0) {
		bool overlong = at[0] == 0xe0 && at[1] < 0xa0;
		bool surrogate = at[0] == 0xed && at[1] >= 0xa0;
		return overlong || surrogate ? 0 : 3;
	}
	if (at[0] > 0xf4 || left < 4 || !utf8_continues(at[3]))
		return 0;
	bool overlong = at[0] == 0xf0 && at[1] < 0x90;
	bool beyond = at[0] == 0xf4 && at[1] >= 0x90;
	return overlong || beyond ? 0 : 4;
}
