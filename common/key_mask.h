// SPDX-License-Identifier: Apache-2.0
// key_mask: a record's key as operators may see it: what many share, never what leads to a person.
#ifndef COMMON_KEY_MASK_H
#define COMMON_KEY_MASK_H

#include "catalogue.h"

// Is a value of this field public, or shared by so many that it leads to nobody? A day together
// with a kind, a number of a paper or a pseudonym may lead to one person.
bool key_mask_shows(const struct field *field);

// Appends the key; "*" stands for each part that is not shown, and for the whole of a key that is
// not of the form of its kind. kind NULL: a later catalogue's.
void key_mask_write(const struct kind *kind, struct bytes key, struct buffer *out);

#endif
