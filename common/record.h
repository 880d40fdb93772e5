// SPDX-License-Identifier: Apache-2.0
// record: a row from outside, checked by the catalogue, as the state of one thing about one
// subject.
//
// A row comes in as texts (every cell of a spreadsheet, every JSON scalar) and leaves as a subject,
// a key and a packed body. Nothing of a row that has a problem goes on.
#ifndef COMMON_RECORD_H
#define COMMON_RECORD_H

#include "buffer.h"
#include "catalogue.h"
#include "json.h"
#include "problem.h"
#include "pseudonym.h"

struct value {
	bool present;
	int64_t integer; // BOOLEAN 0/1, INTEGER, DECIMAL and MONEY scaled, DATE, MONTH, YEAR; LIST:
			 // its rows
	char *text; // TEXT, CODE, ID_NUMBER, CREDIT_CODE and what was hashed; owned by the record
	struct value *rows; // LIST: integer * field->field_count values, row by row; owned
};

enum record_operation {
	RECORD_PUT,
	RECORD_RETRACT
};

struct record {
	const struct kind *kind;
	enum record_operation operation;
	char subject[SUBJECT_SIZE]; // "" while unknown
	char key[CATALOGUE_KEY_BYTES_MAX +
		 1]; // values of the key fields joined by "|"; "" where the kind has no key
	bool key_known;
	bool has_version;
	uint64_t version; // the source's own: an integer, or microseconds of an RFC 3339 time
	bool version_is_time;
	uint64_t reject;     // the row in quarantine that this is a mended one of; 0: none
	int64_t valid_since; // YYYYMMDD or 0
	int64_t birth_date;  // of the subject, YYYYMMDD, for checks at the door only; 0: its number
			     // does not tell
	bool old_id_number;  // a 15-digit one was converted: flagged, not refused
	bool folds; // by kind->fold: exactly one row is in the list, to be put into the record's
		    // others
	struct value values[CATALOGUE_FIELDS_MAX]; // by index in kind->fields
};

struct record_context {
	const struct pseudonym *pseudonym;
	int64_t today; // YYYYMMDD in China
};

void record_deinit(struct record *record); // overwrites

// A row as texts. header: the field each of the count cells belongs to, NULL for columns to be
// dropped; the fold's columns and those of row_columns.h included. Empty cells are absent. Sets
// *problems anew; false: it says why, and subject and key are set as far as they could be
// understood. The caller owns *record either way.
bool record_from_cells(struct record *record, const struct kind *kind,
    const struct field *const *header, const struct bytes *cells, size_t count,
    const struct record_context *context, struct problems *problems);

// A row as a JSON object: members by field name, or by a column title or alias; numbers or texts
// alike. `_op`: "put" or "retract"; `_version`; `_reject`. An unknown member is a problem.
bool record_from_json(struct record *record, const struct kind *kind, const struct json_value *row,
    const struct record_context *context, struct problems *problems);

// The body: a MessagePack array, field number n at n - 1, absent nil, none after the last present.
// The same values give the same bytes.
void record_pack(const struct record *record, struct buffer *body);

// Reads a body that record_pack wrote, now or under an earlier catalogue: into a record of this
// kind with values only.
MUST_CHECK enum status record_unpack(
    struct record *record, const struct kind *kind, struct bytes body);

// For a folding record: earlier, the body of the year's record so far (or empty), and this one's
// row, become this record's values. With RECORD_RETRACT the row is taken out, if it is there; an
// empty list leaves RECORD_RETRACT, else RECORD_PUT.
MUST_CHECK enum status record_fold(struct record *record, struct bytes earlier);

// A body as a JSON object by field name: codes, and integers that have codes, with their titles
// ({"code":"pension","zh":...,"en":...}; null where unknown), dates as "2026-11-23", money
// as 4494.50. A field for which allow() is false is null, present or not, and named in the list
// "withheld" ("base", or "months.base" in a list). allow NULL: all fields, no such list. A body
// that cannot be read writes nothing.
typedef bool record_allow(const struct field *field, void *context);
MUST_CHECK enum status record_write_json(const struct kind *kind, struct bytes body,
    record_allow *allow, void *context, struct json_writer *writer);

#endif
