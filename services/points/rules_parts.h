// SPDX-License-Identifier: Apache-2.0
// rules_parts: what a checked table is made of, for those who check, evaluate and explain it.
#ifndef POINTS_RULES_PARTS_H
#define POINTS_RULES_PARTS_H

#include "arena.h"
#include "json.h"
#include "rules.h"

enum {
	DEFINITIONS_MAX = 512,
	ITEMS_MAX = 256,
	GROUPS_MAX = 64,
	PROGRAMMES_MAX = 16,
	NODES_MAX = 20000,
	MEMBERS_MAX = 512,
	FACTS_MAX = 10000, // a selection
	PAIRS_MAX = 20000, // a join
	SERIES_MAX = 64,
	ID_BYTES_MAX = 48,
	TITLE_BYTES_MAX = 200,
};

// --- types ---------------------------------------------------------------------------------------

// BROKEN: an error was told already; it fits everywhere.
enum value_type {
	TYPE_BROKEN,
	TYPE_NUMBER,
	TYPE_BOOLEAN,
	TYPE_DATE,
	TYPE_MONTH,
	TYPE_TEXT,
	TYPE_SPANS,
	TYPE_FACTS,
	TYPES
};

// ANY is the unit of "unknown".
enum unit {
	UNIT_PLAIN,
	UNIT_MONTHS,
	UNIT_DAYS,
	UNIT_YUAN,
	UNIT_ANY,
	UNITS
};

const char *value_type_name(enum value_type type);
const char *unit_name(enum unit unit);

struct typing {
	enum value_type type;
	enum unit unit;            // of numbers
	const struct field *field; // of the catalogue it comes from, or NULL
	const struct shape *shape; // of facts
	bool never_negative;       // of numbers
	bool never_zero;           // numbers that may be divided by
};

// A number of the table that may be unknown.
struct points {
	bool known;
	struct exact number;
	const char *path;
};

// --- fields of facts -----------------------------------------------------------------------------

struct computed {
	const char *name;
	const struct node *value;
};

// What fields the facts of a list have.
struct shape {
	const struct kind *kind;
	const struct field *rows; // a list field of the kind, or NULL
	size_t rows_index;
	bool has_period;
	const struct shape *partner; // of `via`, or NULL
	struct computed *computed;
	size_t computed_count;
	bool never_in_doubt;          // the application
	struct select *select;        // that made it, or NULL
	const struct shape *narrowed; // what it was narrowed from, or NULL
};

enum field_place {
	IN_RECORD,
	IN_ROW,
	IN_PERIOD,
	IN_COMPUTED,
	IN_PERSON,
	IN_ROLE,
	IN_SUBJECT, // `subject` of `on`
};

struct field_use {
	enum field_place place;
	bool of_partner; // via.X
	size_t index;    // among the fields of kind, list, computed or person
	const struct kind *kind;
	const struct field *field; // or NULL: computed, role
	const char *name;          // as written
	const struct shape *shape; // it was found in
	struct typing typing;
};

// --- tests ---------------------------------------------------------------------------------------

#define BOUND_TABLE(X)      \
	X(FROM, "from")     \
	X(TO, "to")         \
	X(ABOVE, "above")   \
	X(BELOW, "below")   \
	X(AFTER, "after")   \
	X(BEFORE, "before") \
	X(WITHIN, "within") \
	X(LISTED, "listed") \
	X(NOT, "not")       \
	X(ABSENT, "absent")

enum bound_operator {
#define BOUND_ENUM(name, text) BOUND_##name,
	BOUND_TABLE(BOUND_ENUM)
#undef BOUND_ENUM
	BOUND_EQUAL, // to one of the operands
	BOUNDS
};

struct bound {
	enum bound_operator operation;
	const struct node **operands; // of EQUAL: one or more; of comparisons: one
	size_t operand_count;
	const char **divisions; // of WITHIN: codes
	size_t division_count;
	size_t list;             // of LISTED
	const struct test *test; // of NOT
	bool absent;             // of ABSENT
	const char *path;
};

// All of its bounds hold.
struct test {
	struct bound *bounds;
	size_t bound_count;
	const char *path;
};

enum where_operator {
	WHERE_ALL,
	WHERE_ANY,
	WHERE_NOT,
	WHERE_FIELD
};

struct where {
	enum where_operator operation;
	struct where *of; // of ALL, ANY; one of NOT
	size_t count;
	struct field_use field; // of FIELD
	const struct test *test;
};

// --- nodes ---------------------------------------------------------------------------------------

// The operators that a table writes by name.
#define OPERATOR_TABLE(X)               \
	X(SELECT, "select")             \
	X(COUNT, "count")               \
	X(EXISTS, "exists")             \
	X(SUM, "sum")                   \
	X(BEST, "best")                 \
	X(LEAST, "least")               \
	X(NEWEST, "newest")             \
	X(OLDEST, "oldest")             \
	X(ADD, "add")                   \
	X(MINUS, "minus")               \
	X(MULTIPLY, "multiply")         \
	X(DIVIDE, "divide")             \
	X(MAX, "max")                   \
	X(MIN, "min")                   \
	X(FIRST, "first")               \
	X(CAP, "cap")                   \
	X(FLOOR, "floor")               \
	X(ROUND, "round")               \
	X(IF, "if")                     \
	X(LENGTH, "length")             \
	X(DAY_COUNT, "day_count")       \
	X(BETWEEN, "between")           \
	X(DAYS_BETWEEN, "days_between") \
	X(YEAR, "year")                 \
	X(SERIES, "series")             \
	X(AS, "as")                     \
	X(PER_UNIT, "per_unit")         \
	X(STEP, "step")                 \
	X(TIERS, "tiers")               \
	X(BANDS, "bands")               \
	X(MATRIX, "matrix")             \
	X(ALL, "all")                   \
	X(ANY, "any")                   \
	X(NOT, "not")                   \
	X(TEST, "test")                 \
	X(SHIFT, "shift")               \
	X(START_OF, "start_of")         \
	X(END_OF, "end_of")             \
	X(MONTH, "month")               \
	X(SPANS, "spans")               \
	X(UNION, "union")               \
	X(INTERSECT, "intersect")       \
	X(WITHOUT, "without")           \
	X(CLIP, "clip")                 \
	X(BRIDGE, "bridge")             \
	X(LAST_RUN, "last_run")         \
	X(LONGEST_RUN, "longest_run")   \
	X(FIELD, "field")

enum operation {
#define OPERATOR_ENUM(name, text) OP_##name,
	OPERATOR_TABLE(OPERATOR_ENUM)
#undef OPERATOR_ENUM
	OPERATORS_WRITTEN,
	OP_LITERAL = OPERATORS_WRITTEN,
	OP_UNKNOWN,
	OP_NAME,  // of a definition
	OP_GIVEN, // as_of, application, total ...
	OP_ITEM,
	OP_GROUP,
	OP_BROKEN,
	OPERATORS
};

const char *operator_name(enum operation operation);

enum given {
	GIVEN_AS_OF,
	GIVEN_ACCEPTED_ON,
	GIVEN_APPLIED_ON,
	GIVEN_APPLICATION,
	GIVEN_TOTAL,
	GIVEN_OTHER_TOTAL,
	GIVENS
};

struct literal {
	struct exact number;
	bool boolean;
	int64_t date; // or month
	const char *text;
};

struct join {
	struct field_use mine, theirs;
};

struct field_list {
	struct field_use *list;
	size_t count;
};

struct select {
	const struct node *base; // what is narrowed, or NULL
	const struct kind *kind;
	struct shape *shape;
	enum role roles[ROLES];
	size_t role_count;
	bool later;
	bool reads_person;          // some field person.X of its facts is read
	const struct node *partner; // of via, or NULL
	struct join *on;
	size_t on_count;
	bool has_during;
	struct field_use during;
	struct field_list during_from, during_to;
	size_t first_computed; // in shape: those above come from base
	struct where *where;   // or NULL
	struct unless {
		const struct node *facts;
		struct join *on; // none: the same record
		size_t on_count;
	} * unless;
	size_t unless_count;
	bool has_unused;
	size_t unused_register;
	struct field_use unused_key;
	struct field_list needs;
};

// A key of `per`: a field, or an expression on the fact.
struct per_key {
	const struct node *value; // or NULL
	struct field_use field;
};

enum per_each {
	EACH_SUM,
	EACH_BEST,
	EACH_LEAST
};

struct gather {
	struct per_key *per;
	size_t per_count;
	enum per_each each;
	const struct node *each_cap; // or NULL
	struct field_use field, by;  // of NEWEST and OLDEST
};

enum unit_part {
	PART_COMPLETED,
	PART_COUNT,
	PART_UP
};

struct scale_row {
	const struct test *test;   // of tiers and matrix
	const struct node *points; // of tiers
	struct exact to;           // of bands
	bool has_to;
	struct points rate;   // of bands
	struct points *cells; // of matrix
	const char *path;
};

struct scale {
	enum unit_part part;
	struct points at, each, wait;
	bool has_wait;
	struct points base, points;
	struct scale_row *rows;
	size_t row_count;
	const struct test **columns;
	size_t column_count;
	const struct node *otherwise; // of tiers, or NULL
};

struct spans_of {
	bool by_month;
	struct field_use month;
	struct field_list from, to;
};

// NULL operands in `of` were not written.
struct node {
	enum operation operation;
	struct typing typing;
	const char *path;
	const struct json_value *source;
	const struct node **of;
	size_t count;
	union {
		struct literal literal;
		const struct definition *definition;
		enum given given;
		size_t index; // of an item, a group, a series
		struct field_use *field;
		struct select *select;
		struct gather *gather;
		struct scale *scale;
		struct spans_of *spans;
		enum role role;
		int64_t months;   // of gaps
		struct points at; // of cap and floor
		struct {
			struct exact to;
			enum exact_rounding how;
		} round;
		struct {
			int64_t months, days;
		} shift;
		bool of_year; // start_of, end_of
	};
};

// --- the table -----------------------------------------------------------------------------------

struct definition {
	const char *id;
	struct title title;
	const struct node *value;
	const char *path;
	size_t number;
	bool used, contains_as;
};

struct series {
	const char *id;
	struct title title;
	enum unit unit;
	int64_t first;
	size_t count;
	struct points *values; // by year - first
	bool used, never_zero;
};

struct external_list {
	const char *id;
	struct title title;
	bool unknown;
	const char **values;
	size_t count;
	bool used;
};

struct register_of {
	struct rules_register what;
	bool used;
};

struct group {
	const char *id, *path;
	struct title title;
	int in; // index, or -1
	bool highest;
	bool has_cap, has_floor;
	struct points cap, floor;
	bool used, has_items;
};

struct rounding {
	bool exact;
	struct exact to;
	enum exact_rounding how;
};

struct rules_item {
	const char *id, *path;
	struct title title, ended_by;
	size_t group;
	const char *group_id;
	const struct node *points, *nullified_by;
	bool *programmes; // by place in the table; NULL: all
	bool has_cap, has_floor;
	struct points cap, floor;
	struct rounding round;
	int64_t from, to; // 0: open
};

struct condition {
	const char *id, *path;
	struct title title;
	const struct node *holds, *until;
	bool makes_zero; // a veto's effect
	struct title ended_by;
	int64_t from, to; // 0: open
};

struct conditions {
	struct condition *list;
	size_t count;
};

struct programme {
	const struct rules *rules;
	const char *id, *path;
	const char *code; // of applications, or NULL
	struct rules_fields grades;
	struct title title;
	const struct node *total;
	bool has_cap, has_floor, has_threshold;
	struct points cap, floor, threshold;
	struct rounding round;
	bool higher_spouse;
	int as_of_month, as_of_day; // 0: any day
	struct conditions gates, vetoes, freezes, ends_when;
	const struct node *until;
	bool has_ranking, has_quotas;
	struct ranking ranking;
	const struct node **keys; // of the ranking
	struct quotas quotas;
	struct ranking_round *rounds;
	size_t round_count;
	int64_t publish_days;
	size_t number;
};

struct read_field {
	const struct kind *kind;
	const char *name;
};

struct rules {
	const struct catalogue_set *catalogues;
	struct arena arena; // of all below
	struct buffer text;
	struct json *json;
	char hash[RULES_HASH_TEXT_SIZE];
	const char *id, *city;
	struct title title, label;
	enum rules_status status;
	int64_t valid_from, valid_to;
	struct rounding round;
	struct series *series;
	size_t series_count;
	struct external_list *lists;
	size_t list_count;
	struct register_of *registers;
	size_t register_count;
	struct definition *definitions;
	size_t definition_count;
	struct group *groups;
	size_t group_count;
	struct rules_item *items;
	size_t item_count;
	struct programme *programmes;
	size_t programme_count;
	size_t node_count;
	struct rules_reading *readings;
	size_t reading_count;
	struct read_field *read_fields;
	size_t read_field_count;
};

#endif
