// SPDX-License-Identifier: Apache-2.0
// scope: the part of a kind's records that a list is about: those with one value in one field.
#ifndef COMMON_SCOPE_H
#define COMMON_SCOPE_H

#include "record.h"

struct scope {        // { 0 }: all records
	size_t index; // of the field in kind->fields
	struct buffer value;
	bool given;
};

// text: "FIELD=VALUE", the field by name or by the header of a column, the value as in a row.
// STATUS_INVALID: no such field, one that says who somebody is (a scope stands in URLs), or no
// value of it; never says the value.
MUST_CHECK enum status scope_read(struct scope *scope, const struct kind *kind, const char *text,
    const struct record_context *context);
void scope_deinit(struct scope *scope);

bool scope_holds(const struct scope *scope, const struct record *record);

#endif
