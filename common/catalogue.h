// SPDX-License-Identifier: Apache-2.0
// catalogue: what a department publishes (政务数据目录), read from proto/records/ and proto/codes/.
//
// One source of truth for validation, CSV headers, masking, pages, the rule checker and the served
// documentation. Everything in here is read-only and lives until catalogue_free().
#ifndef COMMON_CATALOGUE_H
#define COMMON_CATALOGUE_H

#include "buffer.h"
#include "status.h"

enum {
	CATALOGUE_KINDS_MAX = 32,  // per department
	CATALOGUE_FIELDS_MAX = 48, // per kind, and per list
	CATALOGUE_KEY_BYTES_MAX = 128,
};

// name in the JSON, what a value is
#define FIELD_TYPE_TABLE(X)                                                                        \
	X(TEXT, "text") /* UTF-8 without control characters, trimmed */                            \
	X(CODE, "code") /* one of a code list */                                                   \
	X(BOOLEAN, "boolean")                                                                      \
	X(INTEGER, "integer") /* within minimum..maximum */                                        \
	X(DECIMAL, "decimal") /* scaled by 10^scale */                                             \
	X(MONEY, "money")     /* yuan with at most two decimals; kept in fen */                    \
	X(DATE, "date")       /* kept as YYYYMMDD */                                               \
	X(MONTH, "month")     /* kept as YYYYMM */                                                 \
	X(YEAR, "year")                                                                            \
	X(ID_NUMBER, "id_number")     /* the subject's own number, kept: public security's person  \
					 only; no column of its own */                             \
	X(CREDIT_CODE, "credit_code") /* GB 32100 */                                               \
	X(PERSON, "person")           /* an ID number, hashed at the door to a subject "p..." */   \
	X(DWELLING,                                                                                \
	    "dwelling") /* a title, contract or address code, hashed to a subject "d..." */        \
	X(ENTERPRISE, "enterprise") /* a credit code, hashed to a subject "e..." */                \
	X(REFERENCE, "reference") /* any number of a paper that might hold an ID number, hashed to \
				     "r..." */                                                     \
	X(LIST, "list")           /* rows of fields of its own */

enum field_type {
#define FIELD_TYPE_ENUM(name, text) FIELD_##name,
	FIELD_TYPE_TABLE(FIELD_TYPE_ENUM)
#undef FIELD_TYPE_ENUM
	FIELD_TYPE_COUNT
};

const char *field_type_name(enum field_type type);

enum sensitivity {
	SENSITIVITY_PUBLIC,
	SENSITIVITY_PERSONAL,
	SENSITIVITY_SENSITIVE
};

struct title {
	const char *zh, *en;
};

struct code {
	const char *code;
	struct title title;
	const char *const *aliases; // other words that spreadsheets use for it
	size_t alias_count;
	int64_t from, to; // YYYYMMDD it was in force; 0: open
};

struct code_list {
	const char *name;     // file proto/codes/<name>.json
	const char *standard; // "GB/T 2261.1"
	struct title title;
	const struct code *codes;
	size_t code_count;
	const struct words *words; // for code_list_find
};

struct field {
	unsigned number; // from 1, never used again; its place in the body. 0: the subject field,
			 // which is in no body
	const char *name;
	enum field_type type;
	struct title title;
	const char *const *aliases; // column names of real spreadsheets, besides name and titles
	size_t alias_count;
	bool required;
	bool not_future; // dates, months, years
	enum sensitivity sensitivity;
	const struct code_list
	    *codes; // CODE; INTEGER: titles of those that are known, others are as good
	int64_t minimum, maximum;   // INTEGER, DECIMAL and MONEY (scaled), YEAR, DATE
	int scale;                  // DECIMAL; 2 for MONEY, else 0
	size_t bytes_max;           // TEXT
	const struct field *fields; // LIST
	size_t field_count;
	size_t list_max;
	const struct words *columns; // LIST: for field_column
};

// Rows of a list field that offices send one by one: a row with the column `from` (a month) becomes
// the entry of the list whose field `by` is its month number, in the record whose key field `into`
// is its year.
struct fold {
	const struct field *list;
	size_t list_index;
	struct field from; // type MONTH, number 0
	size_t by;         // index in list->fields
	size_t into;       // index in kind->fields
};

struct kind {
	const struct catalogue *catalogue;
	unsigned number; // from 1, never used again
	const char *name;
	struct title title;
	struct title legal_basis;
	int cadence_days;           // input is expected at least this often; 0: no expectation
	struct field subject;       // type PERSON, DWELLING or ENTERPRISE; number 0
	bool subject_optional;      // without one the record is about the department itself
	const struct field *fields; // in order of number; numbers may have holes
	size_t field_count;
	const size_t *key; // indices into fields, in key order
	size_t key_count;
	int valid_since;       // index of the field that says since when the fact holds, or -1
	int predecessor;       // index of the field that names who the subject was before, or -1
	int attested_by;       // index of the field that names the attesting organisation, or -1
	struct title attested; // a constant attesting organisation, or NULLs: the department itself
	bool off_by_default;   // taken in only where the department's settings name it: penalties
	const struct fold *fold;     // or NULL
	const struct words *columns; // for kind_column
};

struct department_title {
	struct title title;
	int64_t from, to; // YYYYMMDD; 0: open
};

struct catalogue {
	unsigned number;  // of the department, from 1 to 99, never used again
	const char *name; // "tax"
	const struct department_title *titles;
	size_t title_count;
	struct kind *kinds;
	size_t kind_count;
};

struct catalogue_set {
	const struct catalogue *const *catalogues; // in order of number
	size_t count;
};

// Reads proto_directory/records/<department>.json, the kinds that every department has
// (records/every-department.json) and the code lists they name. An unknown attribute, a number used
// twice, a missing title, an unknown code list, a key that is no required field, ...:
// STATUS_INVALID with "path:line: ..." as the reason.
MUST_CHECK enum status catalogue_read(
    struct catalogue **catalogue, const char *proto_directory, const char *department);
void catalogue_free(struct catalogue **catalogue);

// Reads all departments of proto_directory/records/; checks that numbers and names are unique.
MUST_CHECK enum status catalogue_set_read(struct catalogue_set **set, const char *proto_directory);
void catalogue_set_free(struct catalogue_set **set);
const struct catalogue *catalogue_set_find(const struct catalogue_set *set, unsigned number);
const struct catalogue *catalogue_set_named(const struct catalogue_set *set, const char *name);

const struct kind *catalogue_kind(const struct catalogue *catalogue, unsigned number); // or NULL
const struct kind *catalogue_kind_named(const struct catalogue *catalogue, const char *name);
const struct field *kind_field(const struct kind *kind, unsigned number); // or NULL
int kind_field_index(const struct kind *kind, const char *name);          // or -1

// The department's title in force on a day (YYYYMMDD).
struct title catalogue_title_on(const struct catalogue *catalogue, int64_t day);

// By code, title or alias; full-width digits and letters are taken as ASCII. NULL: not in the list.
const struct code *code_list_find(const struct code_list *list, struct bytes text);

// The field that a column header means: name, titles, aliases; spaces, full-width forms, case, the
// asterisk of a required column and `(...)` units at its end do not matter. The subject field
// included; of a folding kind also fold->from and the fields of its list. Never a FIELD_ID_NUMBER:
// its column is the subject's. NULL: none.
const struct field *kind_column(const struct kind *kind, struct bytes header);
// The same among the fields of a list.
const struct field *field_column(const struct field *list, struct bytes header);

// JSON Schema 2020-12 of the rows of a kind, as POST /v1/rows/{kind} takes them.
void kind_write_schema(const struct kind *kind, struct buffer *out);
// The catalogue as served by GET /v1/catalogue: resolved, titles in both languages, code lists
// included.
void catalogue_write_json(const struct catalogue *catalogue, struct buffer *out);

// Where the catalogues are: the environment's ONECITY_PROTO, else beside the program
// (../share/onecity/proto, ../../proto as seen from its folder). Writes at most size bytes.
MUST_CHECK enum status catalogue_directory(char *path, size_t size);

#endif
