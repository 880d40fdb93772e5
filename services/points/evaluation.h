// SPDX-License-Identifier: Apache-2.0
// evaluation: a table's expressions worked out on a dossier, with a step for everything that was
// worked out, for the explanation.
#ifndef POINTS_EVALUATION_H
#define POINTS_EVALUATION_H

#include "dossier_parts.h"
#include "rules_parts.h"
#include "score.h"
#include "spans.h"

// --- doubts --------------------------------------------------------------------------------------

// A set, by the places of its members in the score's table, ascending. Never changed once made.
struct doubts {
	const uint16_t *list;
	size_t count;
};

// --- values --------------------------------------------------------------------------------------

// What an expression is worth; the node says of what type. Absent spans and facts are empty ones.
struct cell {
	bool present;
	bool looked, found; // facts were looked for; at least one is there
	union {
		struct exact number;
		bool boolean;
		int64_t date; // YYYYMMDD, or a month YYYYMM
		const char *text;
		const struct spans *spans;
		const struct fact_list *facts;
	};
	struct doubts doubts;
};

struct row {
	const struct dossier_fact *fact;
	size_t consulted;           // place in the list's subjects
	size_t subject;             // of the dossier
	int role, label;            // in the perspective; as the dossier has it. -1: no person
	const struct value *values; // of the list's row, or NULL
	int64_t period;             // of rows that have one
	size_t number;              // of the row in its list
	const struct row *partner;
	struct cell *computed;
};

struct consulted {
	size_t subject; // SIZE_MAX: nothing is known of it
	int label;      // enum role, or -1
	int role;
	bool any; // a fact of the kind exists
};

struct fact_list {
	const struct shape *shape;
	struct row *rows;
	size_t count;
	struct consulted *subjects;
	size_t subject_count;
};

struct step {
	const struct node *node;
	struct cell cell;
	struct step **of;
	size_t count;
	int row, column;           // that a scale took; -1: none
	struct bound_test **tests; // of tiers, by row
};

// --- who is who ----------------------------------------------------------------------------------

struct person {
	size_t subject;
	enum role label; // as the dossier has it
};

struct cast_role {
	const struct person *persons;
	size_t count;
	struct doubts doubts; // of having looked for them
};

// The roles as seen from the one who is self, and what definitions are worth from there.
struct perspective {
	struct cast_role roles[ROLES];
	struct step **memo; // by definition
	struct perspective *as[ROLES];
};

// What OP_ITEM, OP_GROUP, and the totals stand for; NULL where they may not be named.
struct tally {
	const struct cell *items, *groups;
	struct cell total, other_total;
};

struct evaluation {
	const struct rules *rules;
	const struct dossier *dossier;
	struct arena arena;   // steps; some of it is released on the way
	struct arena lasting; // doubts, perspectives
	struct doubt *doubts;
	size_t doubt_count, doubt_capacity;
	struct perspective *perspective;
	const struct row *fact;       // that `field` reads
	const struct select *needing; // whose computed fields are worked out
	const struct tally *tally;
	size_t memo_count;
	const struct kind *person_kind; // public-security.person
};

void evaluation_init(
    struct evaluation *evaluation, const struct rules *rules, const struct dossier *dossier);
void evaluation_deinit(struct evaluation *evaluation);

// Works out a node. The step lives as long as the evaluation, but for those inside of
// evaluate_on_fact().
struct step *evaluate(struct evaluation *evaluation, const struct node *node);
// The same for a scalar, without keeping its steps.
struct cell evaluate_cell(struct evaluation *evaluation, const struct node *node);
struct cell evaluate_on_fact(
    struct evaluation *evaluation, const struct node *node, const struct row *fact);

struct perspective *perspective_as(struct evaluation *evaluation, enum role role);

// What fills in a step whose node is of an operation.
typedef void evaluate_step(struct evaluation *evaluation, struct step *step);

evaluate_step evaluate_literal, evaluate_unknown, evaluate_name, evaluate_given, evaluate_item,
    evaluate_group, evaluate_as, evaluate_add, evaluate_minus, evaluate_multiply, evaluate_divide,
    evaluate_extremes, evaluate_first, evaluate_limit, evaluate_rounded, evaluate_if,
    evaluate_length, evaluate_between, evaluate_year, evaluate_series, evaluate_all, evaluate_not,
    evaluate_test, evaluate_shift, evaluate_edge, evaluate_month, evaluate_spans,
    evaluate_spans_sets, evaluate_clip, evaluate_bridge, evaluate_last_run, evaluate_longest_run,
    evaluate_select, evaluate_count, evaluate_sum, evaluate_best, evaluate_newest, evaluate_field,
    evaluate_per_unit, evaluate_step_scale, evaluate_tiers, evaluate_bands, evaluate_matrix;

// Works out an operand and adds its doubts and step; NULL is no operand.
const struct cell *step_operand(
    struct evaluation *evaluation, struct step *step, const struct node *operand);
void step_operands(struct evaluation *evaluation, struct step *step); // all, in order
void step_set_number(
    struct evaluation *evaluation, struct step *step, bool fits, struct exact number);

// --- doubts (doubts.c) ---------------------------------------------------------------------------

struct doubts doubts_of(struct evaluation *evaluation, enum doubt_reason reason,
    const struct kind *kind, int role, const char *path);
struct doubts doubts_unite(struct evaluation *evaluation, struct doubts a, struct doubts b);
void cell_doubt(struct evaluation *evaluation, struct cell *cell, enum doubt_reason reason,
    const char *path); // of the table
void cell_take_doubts(struct evaluation *evaluation, struct cell *cell, const struct cell *from);
// Doubts, looked and found of having consulted a subject. found: a fact of it is in the result.
void cell_consult(struct evaluation *evaluation, struct cell *cell, const struct kind *kind,
    const struct consulted *consulted, bool in_result);

// --- facts (facts.c) -----------------------------------------------------------------------------

// What a field of a row is; doubts of reading person.X are added to *doubted.
struct cell row_field(struct evaluation *evaluation, const struct row *row,
    const struct field_use *use, struct cell *doubted);
// The same for a select: an absent field that it needs is doubted.
struct cell row_field_needed(struct evaluation *evaluation, const struct row *row,
    const struct field_use *use, const struct select *select, struct cell *doubted);
bool cells_equal(const struct cell *a, const struct cell *b, enum value_type type);
int cells_compare(const struct cell *a, const struct cell *b, enum value_type type);
// The first that is present, and the earliest, of some date or month fields; 0: none.
int64_t row_first_date(struct evaluation *evaluation, const struct row *row,
    const struct field_list *fields, enum value_type *type, struct cell *doubted);
int64_t row_earliest_date(struct evaluation *evaluation, const struct row *row,
    const struct field_list *fields, enum value_type *type, struct cell *doubted);

// --- tests (test_bound.c) ------------------------------------------------------------------------

struct bound_test;

// Works out what the test compares with; doubts go to *cell, steps to step (may be NULL).
struct bound_test *test_bind(
    struct evaluation *evaluation, const struct test *test, struct cell *cell);
bool test_holds(const struct bound_test *test, const struct cell *cell, enum value_type type);
// The least number from x on that passes, as far as the lower bounds tell; *open: any above it.
// False: none.
bool test_begins(const struct bound_test *test, struct exact x, struct exact *begin, bool *open);
// Is it said of what is absent that it passes?
bool test_takes_absent(const struct bound_test *test);

// --- joins (joins.c) -----------------------------------------------------------------------------

void select_join(struct evaluation *evaluation, struct step *step, struct fact_list *list,
    const struct fact_list *partners);
void select_drop(struct evaluation *evaluation, struct step *step, struct fact_list *list);

// --- next steps (next_step.c) --------------------------------------------------------------------

struct next_step {
	const struct step *step;
	const struct node *scale; // the step's own, or of a `best` one of those in it
	bool has_needs;
	struct exact needs, gives;
	int row;
};

// What a scale needs to give more points; gives: how many more the step gives. False: none.
bool scale_next(const struct step *step, const struct node *scale, struct next_step *next);

// What the step would be worth if the one inside gave that much more. The scales that count are
// those that are reached through names, cap, add and max; of `best` the tiers on codes in it.
struct cell step_with_more(const struct step *step, const struct step *inside, struct exact more);
typedef void scale_visit(const struct step *step, const struct node *scale, void *context);
void step_each_scale(const struct step *step, scale_visit *visit, void *context);

// What the points of a scale are at x. False: too large, or a number that is needed is unknown:
// then *unknown says which, else it is NULL.
typedef bool scale_points(
    const struct scale *scale, struct exact x, struct exact *points, const struct points **unknown);
scale_points per_unit_points, step_points, bands_points;

#endif
