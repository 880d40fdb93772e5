// SPDX-License-Identifier: Apache-2.0
// catalogue_check: what must hold of a kind of record beyond the form of its file, and the words
// that mean its columns and codes.
//
// STATUS_INVALID comes with a reason, for the reader of the file to put the place in front.
#ifndef COMMON_CATALOGUE_CHECK_H
#define COMMON_CATALOGUE_CHECK_H

#include "catalogue.h"
#include "words.h"

const char *sensitivity_name(enum sensitivity sensitivity);

MUST_CHECK enum status kind_check(const struct kind *kind);

// A word may mean one column only.
MUST_CHECK enum status kind_put_columns(struct words *columns, const struct kind *kind);
MUST_CHECK enum status list_put_columns(struct words *columns, const struct field *list);

// A word may mean one code only, or several that were in force one after the other: then the
// latest.
MUST_CHECK enum status code_put_words(struct words *words, const struct code *code);

#endif
