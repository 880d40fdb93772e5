// SPDX-License-Identifier: Apache-2.0
// row_mask: a refused row as it may be shown to those who are to mend it where it came from.
//
// ID numbers, names and what identifies people by hashing show their ends, other texts lose the
// numbers in them, sensitive values and what nobody knows are stars. A value that is wrong for its
// column may be any other column's: it shows its digits at most.
#ifndef COMMON_ROW_MASK_H
#define COMMON_ROW_MASK_H

#include "record.h"

// Writes the row, a JSON object, masked; null if payload is none.
void row_mask_write(const struct kind *kind, struct bytes payload,
    const struct record_context *context, struct json_writer *writer);

#endif
