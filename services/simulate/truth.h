// SPDX-License-Identifier: Apache-2.0
// truth: what the profiles must say in the end, one JSON line for each record.
//
// {"department":"tax","kind":"income_tax","subject":"...","key":["..."],"fields":{...}}
#ifndef SIMULATE_TRUTH_H
#define SIMULATE_TRUTH_H

#include "row.h"
#include "status.h"

struct truth;

MUST_CHECK enum status truth_open(struct truth **truth, const char *path);

// Rows of one record that folds come one after the other.
void truth_add(struct truth *truth, const struct row *row);

// Writes what is left; fails if anything could not be written. Frees in any case.
MUST_CHECK enum status truth_finish(struct truth **truth);
void truth_abandon(struct truth **truth);

#endif
