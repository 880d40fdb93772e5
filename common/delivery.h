// SPDX-License-Identifier: Apache-2.0
// delivery: one list of rows, a file or a request's body, on its way through intake, a slice at a
// time.
//
// Modes: upsert (what is not there stays), changes (a spreadsheet says of each row what is to be
// done), full (what the list does not have is withdrawn, after its last row). A full list of a kind
// whose rows are months is full for the months that appear in it, and with a scope only for records
// in which a field has a value.
//
// A list is surveyed before it is taken: spreadsheets, files and full lists are read twice (JSON
// that a machine sends goes through once). A list is refused as a whole, nothing of it is taken or
// kept, and the result says why (enum delivery_refusal), if
// - it could not be read to its end;
// - more than DELIVERY_BAD_MAX of its rows are bad, and more than half of them;
// and a full list too, if
// - any row could not be understood far enough to know its record (a record whose row was merely
// refused is not missing);
// - more than 10 records and more than 2 % of those that are there, or more than 20 % of them, or
// all, are missing, unless that was confirmed.
// Of a refused list the first DELIVERY_BAD_MAX bad rows are told.
//
// Judged is what was there before anything of the list is taken; so a list that is refused is
// refused again, and one that a crash interrupted had been found good: its own rows, and the
// withdrawals that were begun, only ever make less of it missing.
//
// A result file (result_file.h) is some rows of a list: in mode full it is taken as upsert.
//
// The same record twice in one spreadsheet, or in any full list, with different content and no
// version: the later row is refused. In changes, and in JSON that is no full list, order decides.
#ifndef COMMON_DELIVERY_H
#define COMMON_DELIVERY_H

#include "csv.h"
#include "intake.h"
#include "rows.h"

enum delivery_mode {
	DELIVERY_UPSERT,
	DELIVERY_CHANGES,
	DELIVERY_FULL
};
bool delivery_mode_parse(const char *text, enum delivery_mode *mode); // "upsert", "changes", "full"

enum delivery_form {
	DELIVERY_JSON,
	DELIVERY_NDJSON,
	DELIVERY_CSV
};

enum {
	DELIVERY_ROWS_MAX = 10 * 1000 * 1000,
	DELIVERY_MISSING_PER_CENT = 2, // may be missing from a full list,
	DELIVERY_FEW_MISSING = 10,     // or so many,
	DELIVERY_FEW_PER_CENT = 20,    // if they are no larger a share
	DELIVERY_BAD_MAX = 10 * 1000,  // rows, if they are more than half of all
};

// name, English, Chinese
#define DELIVERY_REFUSAL_TABLE(X)                                                                \
	X(NONE, "", "", "")                                                                      \
	X(MISSING_COLUMN, "missing_column", "A column is missing; nothing was taken",            \
	    "缺少必需的列，整个文件未接收")                                                      \
	X(TOO_MANY_ROWS, "too_many_rows", "The list is too long; nothing was taken: split it",   \
	    "行数超出上限，整个清单未接收，请拆分后提交")                                        \
	X(TOO_MANY_BAD, "too_many_bad",                                                          \
	    "Most rows of the list are bad, so nothing of it was taken: it may be another list " \
	    "than it should be, or have its columns exchanged",                                  \
	    "清单中大部分行有误，整个清单未接收；请检查是否放错清单或列的顺序有误")              \
	X(UNKNOWN_ROWS, "unknown_rows",                                                          \
	    "Of some rows it cannot be told which record they are, so nothing of this full "     \
	    "list was taken: mend them and send the list again",                                 \
	    "部分行无法辨认属于哪条记录，整个全量清单未接收；请更正后重新提交全量清单")          \
	X(TOO_MANY_MISSING, "too_many_missing",                                                  \
	    "Too much is missing from this full list, so nothing of it was taken: check it, "    \
	    "then send it again with a confirmation",                                            \
	    "全量清单缺少的记录过多，整个清单未接收；请核对，确认无误后加确认标志重新提交")      \
	X(CUT_OFF, "cut_off",                                                                    \
	    "The last line of this full list has no line end, so it may have been cut off; "     \
	    "nothing of it was taken",                                                           \
	    "全量清单的最后一行没有换行符，文件可能不完整，整个清单未接收")                      \
	X(UNREADABLE, "unreadable",                                                              \
	    "The list could not be read to its end; what was not read was not taken, and "       \
	    "nothing was withdrawn",                                                             \
	    "清单未能完整读取，未读取部分未接收，也未撤回任何记录")

enum delivery_refusal {
#define DELIVERY_REFUSAL_ENUM(name, code, english, chinese) DELIVERY_REFUSED_##name,
	DELIVERY_REFUSAL_TABLE(DELIVERY_REFUSAL_ENUM)
#undef DELIVERY_REFUSAL_ENUM
};
const char *delivery_refusal_code(enum delivery_refusal refusal); // "too_many_missing"
const char *delivery_refusal_text(enum delivery_refusal refusal, bool chinese);

// A row that was refused, or found stale; in a rehearsal, any row. Borrowed.
struct delivery_row {
	uint64_t line;
	const struct bytes *cells; // of a spreadsheet; NULL: none, or they could not be read
	size_t count;
	const struct problems *problems; // none: the row is good
	uint64_t id;                     // in quarantine; 0: it is not kept there
	const struct ledger_change
	    *change;                 // of a good one, in a rehearsal: what would be published
	enum ledger_outcome outcome; // of a good one; in a rehearsal, were it the only one
};
typedef void delivery_told(const struct delivery_row *row, void *context);

struct delivery_options {
	struct intake *intake; // stay the caller's, as the others do
	struct journal *journal;
	const struct pseudonym *pseudonym;
	const struct kind *kind;
	enum delivery_mode mode;
	const char *scope;           // "FIELD=VALUE", or NULL
	bool confirmed;              // however much is missing
	bool rehearsal;              // changes nothing
	struct intake_origin origin; // its name is copied
	delivery_told *told;         // may be NULL
	void *context;
};

struct delivery;

// STATUS_INVALID: the scope is none, or csv.h or rows.h could not open it; their other failures
// too. A spreadsheet whose columns do not do is opened, and refused by its result.
MUST_CHECK enum status delivery_open_file(struct delivery **delivery,
    const struct delivery_options *options, const char *path, enum delivery_form form);
MUST_CHECK enum status delivery_open_memory(struct delivery **delivery,
    const struct delivery_options *options, struct bytes body, enum delivery_form form);
void delivery_close(struct delivery **delivery);

// The next slice, into batch, which must be committed before the next call. *done: nothing is left.
// STATUS_IO, STATUS_CORRUPT: the database failed: stop, and commit nothing.
MUST_CHECK enum status delivery_work(
    struct delivery *delivery, struct database_batch *batch, bool *done);

struct delivery_result {
	struct intake_counts counts; // of rows; in a rehearsal, as if each were the only one
	uint64_t rows;
	uint64_t in_scope, missing, retracted;  // of a full list; in_scope: were there before it
	uint64_t bad;                           // rows, of a list that was surveyed
	bool nothing_taken;                     // it was refused before
	uint64_t first_sequence, last_sequence; // of its entries, others' between them; 0: none
	enum delivery_refusal refused;
	struct problems problems; // the columns that are missing
	enum status reading; // how the reading ended: STATUS_BUSY: the file was changed meanwhile
	char reason[160];    // of that; no personal data
};
const struct delivery_result *delivery_result(const struct delivery *delivery);

// The spreadsheet; NULL: it is none.
struct sheet;
const struct csv *delivery_csv(const struct delivery *delivery);
const struct sheet *delivery_sheet(const struct delivery *delivery);

#endif
