// SPDX-License-Identifier: Apache-2.0
// mask: a person's data as it may be shown to those who need to recognise it, not to know it.
//
// Counts in characters as people see them (graphemes). When in doubt more is hidden. Bytes that are
// no UTF-8 are never shown.
#ifndef COMMON_MASK_H
#define COMMON_MASK_H

#include "buffer.h"

enum mask {
	MASK_ID_NUMBER, // 320582********1234; of what is no ID number, the two at either end at
			// most
	MASK_NAME,      // 张*: the first character only, however long, of compound surnames too
	MASK_PHONE,     // 138****5678
	MASK_TEXT,      // any text: the numbers in it that are long enough to be a person's
	MASK_FILE_NAME, // 张*_2026-10.csv: of each word the first character, and the ending
	MASK_ALL,       // ***
};

// Appends.
void mask_write(enum mask mask, struct bytes text, struct buffer *out);

#endif
