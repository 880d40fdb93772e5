// SPDX-License-Identifier: Apache-2.0
// rules: a checked rule table. The language is docs/rules.md.
//
// Read-only once read; may be used by several threads.
#ifndef POINTS_RULES_H
#define POINTS_RULES_H

#include "buffer.h"
#include "catalogue.h"
#include "exact.h"
#include "roles.h"

enum {
	RULES_BYTES_MAX = 1024 * 1024,
	RULES_ERRORS_MAX = 100, // further ones are counted only
	RULES_HASH_TEXT_SIZE = 65
};

// --- errors --------------------------------------------------------------------------------------

struct rules_error {
	int line;         // from 1; 0: of the file as a whole
	char *path;       // JSON pointer; "" is the whole
	const char *code; // "TIER_OVERLAP", as in docs/rules.md
	char *zh, *en;
};

// { 0 } is none. In the order of the table's lines.
struct rules_errors {
	char *file;
	struct rules_error *list;
	size_t count, left_out;
};

void rules_errors_deinit(struct rules_errors *errors);
// "file:line: /path: CODE: reason", one a line.
void rules_errors_write(const struct rules_errors *errors, bool chinese, struct buffer *out);

// --- reading -------------------------------------------------------------------------------------

struct rules;

// Reads and checks a table. *errors is made anew, the caller deinits it either way. STATUS_OK: no
// error, the caller owns *rules, catalogues must outlive it. STATUS_INVALID: *errors says all;
// status_reason() gives the first. Others: the file cannot be read (also in *errors, code JSON).
MUST_CHECK enum status rules_read(struct rules **rules, const struct catalogue_set *catalogues,
    const char *path, struct rules_errors *errors);

// The same from memory. name stands where the file's name would; the table's id is not held against
// it.
MUST_CHECK enum status rules_parse(struct rules **rules, const struct catalogue_set *catalogues,
    struct bytes text, const char *name, struct rules_errors *errors);

void rules_free(struct rules **rules); // accepts NULL

// Adds TABLES_OVERLAP to *errors if two live tables of one city and programme are in force on the
// same day. False: so it is.
bool rules_agree(const struct rules *const *tables, size_t count, struct rules_errors *errors);

// --- the table -----------------------------------------------------------------------------------

enum rules_status {
	RULES_LIVE,
	RULES_HISTORICAL,
	RULES_DEMONSTRATION
};

const char *rules_id(const struct rules *rules);
struct title rules_title(const struct rules *rules);
const char *rules_city(const struct rules *rules); // "442000"
enum rules_status rules_status(const struct rules *rules);
const char *rules_status_name(enum rules_status status);
struct title rules_label(const struct rules *rules); // NULLs where live
const char *rules_hash(const struct rules *rules);   // BLAKE2b-256 of the file, hex
int64_t rules_valid_from(const struct rules *rules); // YYYYMMDD
int64_t rules_valid_to(const struct rules *rules);   // 0: open
bool rules_in_force(const struct rules *rules, int64_t day);
const struct catalogue_set *rules_catalogues(const struct rules *rules);
// The table as it was read, for show and diff: borrowed from rules.
struct bytes rules_text(const struct rules *rules);
const struct json_value *rules_json(const struct rules *rules);

struct rules_item;
size_t rules_item_count(const struct rules *rules);
const struct rules_item *rules_item(const struct rules *rules, size_t index);
const struct rules_item *rules_item_named(const struct rules *rules, const char *id); // or NULL
const char *rules_item_id(const struct rules_item *item);
struct title rules_item_title(const struct rules_item *item);
const char *rules_item_group(const struct rules_item *item);
const char *rules_item_path(const struct rules_item *item); // "/items/3"

size_t rules_group_count(const struct rules *rules);
const char *rules_group_id(const struct rules *rules, size_t index);
struct title rules_group_title(const struct rules *rules, size_t index);

size_t rules_definition_count(const struct rules *rules);
const char *rules_definition_id(const struct rules *rules, size_t index);

struct rules_register {
	const char *id;
	struct title title;
	int64_t limit; // a value that others used this often is used up
};
size_t rules_register_count(const struct rules *rules);
struct rules_register rules_register(const struct rules *rules, size_t index);

// --- what it reads: the view by purpose ----------------------------------------------------------

// A kind is read about the persons of some roles; or, if it is not about persons, about the
// subjects that the field `partner_field` of the kind `partner` names in what is read of it.
struct rules_reading {
	const struct kind *kind;
	unsigned roles;             // bit 1 << enum role, `as` included; 0: by partner
	const struct kind *partner; // NULL where roles are given
	const struct field *partner_field;
};
size_t rules_reading_count(const struct rules *rules);
struct rules_reading rules_reading(const struct rules *rules, size_t index);
// Does the table look at this field of the kind (of a list's: any)? Others have no place in an
// explanation. Fields of public-security.person read as person.X count for that kind.
bool rules_reads_field(const struct rules *rules, const struct kind *kind, const char *name);

// --- programmes ----------------------------------------------------------------------------------

struct programme;

size_t rules_programme_count(const struct rules *rules);
const struct programme *rules_programme(const struct rules *rules, size_t index);
const struct programme *rules_programme_named(const struct rules *rules, const char *id); // or NULL

const char *programme_id(const struct programme *programme);
// The code of `programme` in the applications that it scores, or NULL: none are filed.
const char *programme_code(const struct programme *programme);
struct title programme_title(const struct programme *programme);
bool programme_has_threshold(const struct programme *programme, struct exact *threshold);
bool programme_as_of(const struct programme *programme, int *month, int *day); // of assessments
int64_t programme_publish_days(const struct programme *programme);             // 0: not said
bool programme_has_ranking(const struct programme *programme);

// Names of fields of service-centre.application; borrowed.
struct rules_fields {
	const char *const *names;
	size_t count;
};

enum ranking_ties {
	TIES_ADMIT_ALL,
	TIES_ADMIT_NONE,
	TIES_LOTTERY
};

// Of the codes of `grade` that applications must be for; none: any.
struct rules_fields programme_grades(const struct programme *programme);

struct ranking_key {
	const char *id;
	struct title title;
	bool high_first;
	bool is_date; // else a number
};

struct ranking {
	struct rules_fields among;
	const struct ranking_key *keys;
	size_t key_count;
	enum ranking_ties ties;
};
const struct ranking *programme_ranking(const struct programme *programme); // or NULL

struct quota_place {
	const char *const *values; // by quotas->per, as text
	int64_t places;
};

struct quotas {
	struct rules_fields per;
	bool unknown; // nobody has published them
	const struct quota_place *places;
	size_t place_count;
	bool has_total;
	int64_t total;
	int64_t year; // 0: not said
};
const struct quotas *programme_quotas(const struct programme *programme); // or NULL

enum wishes_mode {
	WISHES_NONE,
	WISHES_PARALLEL,
	WISHES_SEQUENTIAL
};

struct ranking_round {
	const char *id;
	struct title title;
	struct rules_fields among;
	bool left; // what earlier rounds left, pooled over among; else the quota
	bool has_limit;
	struct exact limit; // at most this part of each quota may be received
	enum wishes_mode wishes;
	struct rules_fields wish_fields;
	const char *adjust; // boolean field, or NULL
};
size_t programme_round_count(const struct programme *programme);
const struct ranking_round *programme_round(const struct programme *programme, size_t index);

// Gates, vetoes and freezes of all kinds have an id and a title.
struct rules_condition_name {
	const char *id;
	struct title title;
};
size_t programme_ends_when_count(const struct programme *programme);
struct rules_condition_name programme_ends_when(const struct programme *programme, size_t index);

#endif
