// SPDX-License-Identifier: Apache-2.0
// facts_file: what is known of some people, written down by hand, as a dossier. docs/rules.md, "The
// facts file", says what stands in it.
//
// Needs no key, no network and no clock. Nothing of it is kept.
#ifndef POINTS_FACTS_FILE_H
#define POINTS_FACTS_FILE_H

#include "dossier.h"
#include "facts_place.h"
#include "rules.h"

enum {
	FACTS_BYTES_MAX = 4 * 1024 * 1024,
	FACTS_PERSONS_MAX = 100, // of a role
};

struct facts_reader;

// Reads facts files for one table; rules must outlive it. May be used for any number of files.
struct facts_reader *facts_reader_new(const struct rules *rules);
void facts_reader_free(struct facts_reader **reader); // accepts NULL

// What was said outside of the file, and stands instead of its members, which may then be missing.
struct facts_given {
	const char *programme; // NULL: the file's
	int64_t as_of;         // YYYYMMDD; 0: the file's
};

struct facts {
	struct dossier *dossier; // sealed
	const struct programme *programme;
};

// *errors is made anew, the caller deinits it either way. STATUS_OK: the caller owns
// facts->dossier. STATUS_INVALID: *errors says all that is wrong, and status_reason() how much.
MUST_CHECK enum status facts_read(struct facts *facts, const struct facts_reader *reader,
    const struct json *json, const struct facts_given *given, struct facts_errors *errors);

#endif
