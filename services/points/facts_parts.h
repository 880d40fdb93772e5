// SPDX-License-Identifier: Apache-2.0
// facts_parts: what the files that read a facts file share.
#ifndef POINTS_FACTS_PARTS_H
#define POINTS_FACTS_PARTS_H

#include "facts_file.h"
#include "facts_kinds.h"

enum {
	FACTS_NO_ROLE = ROLES // of subjects that are no persons of the file
};

struct facts_reader {
	const struct rules *rules;
	struct facts_kinds *kinds;
	const struct facts_kind *application;
};

// A subject of the dossier, by its number there.
struct known_subject {
	enum field_type type;
	size_t role;
};

struct facts_reading {
	const struct facts_reader *reader;
	const struct facts_given *given;
	struct facts_place place;
	struct dossier *dossier;
	const struct programme *programme;
	int64_t as_of;
	size_t rows_left;
	struct known_subject *subjects;
	size_t subject_count;
	uint8_t *known[ROLES + 1]; // by role and the kind's index: enum dossier_known
	size_t subject;            // whose rows are read
};

// All return false after they told what is wrong.

typedef bool facts_read_value(struct facts_reading *reading, const struct json_value *value);

struct facts_member {
	const char *name;
	facts_read_value *read;
};

// --- members and values --------------------------------------------------------------------------

// Reads every member of an object, or element of a list, at its place.
bool facts_each_member(
    struct facts_reading *reading, const struct json_value *object, facts_read_value *read);
bool facts_each_element(
    struct facts_reading *reading, const struct json_value *array, facts_read_value *read);
// Reads members in the order of the table, whatever their order in the file; others are unknown.
bool facts_read_members(struct facts_reading *reading, const struct json_value *object,
    const struct facts_member *members, size_t count);
bool facts_refuse_unknown(struct facts_reading *reading, const struct json_value *member);

bool facts_read_date(struct facts_reading *reading, const struct json_value *value, int64_t *date);
bool facts_read_exact(
    struct facts_reading *reading, const struct json_value *value, struct exact *exact);
// By the member's name; NULL: told.
const struct facts_kind *facts_find_kind(
    struct facts_reading *reading, const struct json_value *member);
bool facts_find_role(
    struct facts_reading *reading, const struct json_value *member, enum role *role);

// --- coverage ------------------------------------------------------------------------------------

// memory: a byte for each role, and none, and each kind; borrowed.
void facts_coverage_init(struct facts_reading *reading, uint8_t *memory);
bool facts_read_coverage(struct facts_reading *reading, const struct json_value *value);
// Tells the dossier what is known of every subject.
void facts_know_all(struct facts_reading *reading);

// --- assumed -------------------------------------------------------------------------------------

bool facts_read_series(struct facts_reading *reading, const struct json_value *value);
bool facts_read_lists(struct facts_reading *reading, const struct json_value *value);

// --- subjects ------------------------------------------------------------------------------------

size_t facts_add_subject(
    struct facts_reading *reading, enum field_type type, const char *name, size_t role);
bool facts_read_persons(struct facts_reading *reading, const struct json_value *persons);
bool facts_read_enterprises(struct facts_reading *reading, const struct json_value *value);
bool facts_read_dwellings(struct facts_reading *reading, const struct json_value *value);

#endif
