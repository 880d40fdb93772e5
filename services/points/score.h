// SPDX-License-Identifier: Apache-2.0
// score: what a table makes of a dossier, with the reason for every point.
//
// The same table, programme and dossier give the same score and the same explanation, byte for
// byte.
#ifndef POINTS_SCORE_H
#define POINTS_SCORE_H

#include "dossier.h"
#include "rules.h"

// name, as programs see it
#define DOUBT_TABLE(X)                                                                \
	X(OVERFLOW, "overflow")           /* a limit was reached */                   \
	X(TABLE_UNKNOWN, "table_unknown") /* a number, series or list of the table */ \
	X(DISPUTED, "disputed")                                                       \
	X(ERASED, "erased")                                                           \
	X(REJECTED, "rejected") /* rows are in quarantine */                          \
	X(BEHIND, "behind")                                                           \
	X(NOT_REPORTED, "not_reported")

enum doubt_reason {
#define DOUBT_ENUM(name, text) DOUBT_##name,
	DOUBT_TABLE(DOUBT_ENUM)
#undef DOUBT_ENUM
	DOUBT_REASONS
};

const char *doubt_name(enum doubt_reason reason);

// Why a value may change although nothing in the world does.
struct doubt {
	enum doubt_reason reason;
	const struct kind *kind; // NULL: of the table
	int role;                // enum role, or -1
	const char *path;        // of the table, or NULL
};

// An item's state: the doubts' names in their order stand between.
#define ITEM_STATE_TABLE(X)                 \
	X(NOT_APPLICABLE, "not_applicable") \
	X(OVERRIDDEN, "overridden")         \
	X(OVERFLOW, "overflow")             \
	X(TABLE_UNKNOWN, "table_unknown")   \
	X(DISPUTED, "disputed")             \
	X(ERASED, "erased")                 \
	X(REJECTED, "rejected")             \
	X(BEHIND, "behind")                 \
	X(NOT_REPORTED, "not_reported")     \
	X(NONE, "none")                     \
	X(COMPUTED, "computed")

enum item_state {
#define ITEM_STATE_ENUM(name, text) ITEM_##name,
	ITEM_STATE_TABLE(ITEM_STATE_ENUM)
#undef ITEM_STATE_ENUM
	ITEM_STATES
};

const char *item_state_name(enum item_state state);

#define OUTCOME_TABLE(X)                      \
	X(REFUSED, "refused")                 \
	X(NOT_ELIGIBLE, "not_eligible")       \
	X(OPEN, "open")                       \
	X(FROZEN, "frozen")                   \
	X(BELOW_THRESHOLD, "below_threshold") \
	X(ENTITLED, "entitled")               \
	X(CANDIDATE, "candidate")

enum outcome {
#define OUTCOME_ENUM(name, text) OUTCOME_##name,
	OUTCOME_TABLE(OUTCOME_ENUM)
#undef OUTCOME_ENUM
	OUTCOMES
};

const char *outcome_name(enum outcome outcome);

// A gate is met, not met or open; a veto or a freeze holds, holds not or is open.
enum condition_state {
	CONDITION_YES,
	CONDITION_NO,
	CONDITION_OPEN
};

struct score;

// dossier must be sealed; it, rules and programme (one of rules') must outlive the score. Cannot
// fail.
void score_make(struct score **score, const struct rules *rules, const struct programme *programme,
    const struct dossier *dossier);
void score_free(struct score **score); // overwrites; accepts NULL, sets *score to NULL

struct exact score_total(const struct score *score);
struct exact score_sum(const struct score *score); // before round, cap and floor
bool score_is_final(const struct score *score);    // nothing in it carries a doubt
bool score_is_complete(const struct score *score); // no number of the table is unknown
enum outcome score_outcome(const struct score *score);
enum role score_scored(const struct score *score); // self or spouse, by the programme's family
bool score_other_total(const struct score *score, struct exact *total);
const struct programme *score_programme(const struct score *score);

// The doubts of everything, each once, in order of reason, department, kind, role and path.
size_t score_doubts(const struct score *score, const struct doubt **doubts);

// By the items' and groups' places in the table.
struct score_item {
	enum item_state state;
	struct exact points;
	struct exact raw; // before round and cap
	bool counted;     // false: not applicable, or a group takes another
	bool nullified;
};
struct score_item score_item(const struct score *score, size_t index);
struct exact score_group(const struct score *score, size_t index);

// What an item needs for its next step; index 0 is the item's first. False: none.
struct score_next {
	const char *path; // of the scale in the table
	bool has_needs;
	struct exact needs;
	const char *unit; // "months", "days", "yuan", "" (plain); NULL without needs
	struct exact gives;
	int row; // of tiers on codes; -1: none
};
bool score_item_next(const struct score *score, size_t item, size_t index, struct score_next *next);

// In the order of the programme's own lists. NULL behind the last; text: "met", "not_met", "holds",
// "holds_not", "open".
const char *score_gate(const struct score *score, size_t index, const char **state);
const char *score_veto(const struct score *score, size_t index, const char **state);
const char *score_freeze(const struct score *score, size_t index, const char **state);

// A key of the programme's ranking, by its place in it. False: absent, it comes last.
struct score_key {
	bool is_date;
	int64_t date; // YYYYMMDD
	struct exact number;
};
bool score_ranking_key(const struct score *score, size_t index, struct score_key *key);

// How long a decision made on this score holds, and what ended it. 0: no `until`.
int64_t score_valid_until(const struct score *score);
enum condition_state score_ends(const struct score *score, size_t index); // by ends_when

// The explanation of docs/rules.md, one JSON object. withheld: may be NULL; fields for which it is
// true are named but not shown.
typedef bool score_withhold(
    const struct kind *kind, const struct field *field, enum role role, void *context);
struct score_view {
	const char *engine; // version, for "engine"
	score_withhold *withhold;
	void *context;
};
void score_write_json(const struct score *score, const struct score_view *view, struct buffer *out);

// One sentence on an item, in a language.
void score_write_sentence(const struct score *score, size_t item, bool chinese, struct buffer *out);

#endif
