// SPDX-License-Identifier: Apache-2.0
// facts_kinds: the catalogues' kinds as a facts file writes them (docs/rules.md, The facts file).
//
// A row of a facts file is read by record.h, as one of POST /v1/rows is, but by a kind that asks
// for less: no subject, nothing required but key fields, and any text where a number would be
// hashed at the door.
#ifndef POINTS_FACTS_KINDS_H
#define POINTS_FACTS_KINDS_H

#include "catalogue.h"

struct facts_kind {
	const struct kind *kind; // of the catalogue
	size_t index;            // among all kinds
	struct kind shape;       // how its rows are read; fields have the places they have in kind
	struct fold fold;
	struct words *columns;
	size_t *key;
};

struct facts_kinds;

// catalogues must outlive it.
struct facts_kinds *facts_kinds_new(const struct catalogue_set *catalogues);
void facts_kinds_free(struct facts_kinds **kinds); // accepts NULL

size_t facts_kinds_count(const struct facts_kinds *kinds);
const struct facts_kind *facts_kinds_at(const struct facts_kinds *kinds, size_t index);
// "tax.income_tax"; NULL: there is none.
const struct facts_kind *facts_kinds_named(const struct facts_kinds *kinds, const char *name);

#endif
