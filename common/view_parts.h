// SPDX-License-Identifier: Apache-2.0
// view_parts: what a view is made of, for those who write it down or score it.
#ifndef COMMON_VIEW_PARTS_H
#define COMMON_VIEW_PARTS_H

#include "freshness.h"
#include "pseudonym.h"
#include "record.h"
#include "view.h"

// How far a department's entries are in one partition.
struct standing {
	bool has_position, rebuild;
	uint64_t sequence;
};

// What Redis holds of one subject; facts borrow from its memory.
struct piece {
	char subject[SUBJECT_SIZE];
	unsigned depth; // links followed to come here
	bool added, opened;
	size_t unreadable;          // fields that cannot be read, or are of no kind that is known
	struct standing *standings; // by place among the catalogues
	uint8_t *memory;
	size_t memory_size;
};

struct fact {
	const struct piece *piece;
	const struct kind *kind;
	struct profile_field field;
	struct profile_value value;
	bool damaged; // neither value nor body is to be relied upon
};

// Facts or marks; { 0 } is none.
struct facts {
	struct fact *list;
	size_t count, capacity;
};

// A coverage record: the data of a kind are complete through a day.
struct statement {
	const struct fact *fact;
	const struct kind *about;
	int64_t complete_through;
	bool says_none, denies_none; // neither: it leaves that to the facts
};

// name, as programs see it
#define KIND_STATE_TABLE(X)                                                               \
	X(FACTS, "facts")                                                                 \
	X(REJECTED, "rejected")         /* rows came, and none was good */                \
	X(ERASED, "erased")             /* there were facts, their content was removed */ \
	X(NONE, "none")                 /* the department says that there are none */     \
	X(NOT_REPORTED, "not_reported") /* it has said nothing */

enum kind_state {
#define KIND_STATE_ENUM(name, text) KIND_##name,
	KIND_STATE_TABLE(KIND_STATE_ENUM)
#undef KIND_STATE_ENUM
	KIND_STATES
};

struct kind_view {
	const struct kind *kind;
	enum kind_state state;
	const struct fact *facts; // in order, erased ones included
	size_t fact_count;
	const struct fact *marks;
	size_t mark_count;
	int64_t complete_through; // 0: not said of all the subject's numbers
	bool late;
};

struct department_view {
	const struct catalogue *catalogue;
	bool source_found, source_damaged;
	struct profile_source source; // borrows from source_packed
	struct buffer source_packed;
	struct piece coverage;          // the department's own
	struct facts statements_of_all; // in it
	struct statement *statements;
	size_t statement_count;
	struct freshness freshness;
	struct kind_view *kinds;
	size_t kind_count;
};

struct view {
	const struct catalogue_set *catalogues;
	struct department_view *departments; // by place among the catalogues
	struct piece subjects[VIEW_SUBJECTS_MAX];
	size_t subject_count;
	struct facts facts; // of all subjects
	size_t field_count;
	bool links_cut; // there are more than are followed
};

// The value of a field of a fact's record, or NULL.
const struct value *view_value(const struct record *record, unsigned field);

// Sorts the facts, judges freshness, and finds each kind's state. Once, when all subjects are
// added.
void view_judge(struct view *view, int64_t now_ms);

const char *kind_state_name(enum kind_state state);

#endif
