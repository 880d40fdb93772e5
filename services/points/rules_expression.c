// SPDX-License-Identifier: Apache-2.0
// rules_expression: literals, names, and objects with one operator, by one table.
#include "rules_parser.h"

#include <stdio.h>

static const char *const type_names[TYPES] = {
	[TYPE_BROKEN] = "?",
	[TYPE_NUMBER] = "number",
	[TYPE_BOOLEAN] = "boolean",
	[TYPE_DATE] = "date",
	[TYPE_MONTH] = "month",
	[TYPE_TEXT] = "text",
	[TYPE_SPANS] = "spans",
	[TYPE_FACTS] = "facts",
};

const char *value_type_name(enum value_type type)
{
	return type_names[type];
}

// Which members an operator takes beside the one that names it, separated by spaces; those behind
// a
// "?" may be left out.
static const struct operator_row {
	const char *name;
	operator_read *read;
	const char *members;
} operators[OPERATORS_WRITTEN] = {
	[OP_SELECT] = { "select", read_select,
	    "? of rows via with where unless unused needs later" },
	[OP_COUNT] = { "count", read_count, "? per" },
	[OP_EXISTS] = { "exists", read_count, "" },
	[OP_SUM] = { "sum", read_sum, "over ? per each each_cap" },
	[OP_BEST] = { "best", read_sum, "over" },
	[OP_LEAST] = { "least", read_sum, "over" },
	[OP_NEWEST] = { "newest", read_newest, "over by" },
	[OP_OLDEST] = { "oldest", read_newest, "over by" },
	[OP_ADD] = { "add", read_add, "" },
	[OP_MINUS] = { "minus", read_minus, "" },
	[OP_MULTIPLY] = { "multiply", read_multiply, "" },
	[OP_DIVIDE] = { "divide", read_divide, "? if_zero" },
	[OP_MAX] = { "max", read_extremes, "" },
	[OP_MIN] = { "min", read_extremes, "" },
	[OP_FIRST] = { "first", read_first, "" },
	[OP_CAP] = { "cap", read_limit, "at" },
	[OP_FLOOR] = { "floor", read_limit, "at" },
	[OP_ROUND] = { "round", read_rounded, "to how" },
	[OP_IF] = { "if", read_if, "then ? else" },
	[OP_LENGTH] = { "length", read_length, "" },
	[OP_DAY_COUNT] = { "day_count", read_length, "" },
	[OP_BETWEEN] = { "between", read_between, "" },
	[OP_DAYS_BETWEEN] = { "days_between", read_between, "" },
	[OP_YEAR] = { "year", read_year, "" },
	[OP_SERIES] = { "series", read_series_value, "at" },
	[OP_AS] = { "as", read_as, "value" },
	[OP_PER_UNIT] = { "per_unit", read_per_unit, "each points ? part wait" },
	[OP_STEP] = { "step", read_step, "at base each points" },
	[OP_TIERS] = { "tiers", read_tiers, "rows ? otherwise" },
	[OP_BANDS] = { "bands", read_bands, "each rows ? part" },
	[OP_MATRIX] = { "matrix", read_matrix, "columns rows" },
	[OP_ALL] = { "all", read_all, "" },
	[OP_ANY] = { "any", read_all, "" },
	[OP_NOT] = { "not", read_not, "" },
	[OP_TEST] = { "test", read_test_of, "is" },
	[OP_SHIFT] = { "shift", read_shift, "? years months days" },
	[OP_START_OF] = { "start_of", read_edge, "of" },
	[OP_END_OF] = { "end_of", read_edge, "of" },
	[OP_MONTH] = { "month", read_month, "" },
	[OP_SPANS] = { "spans", read_spans, "? from to months" },
	[OP_UNION] = { "union", read_spans_sets, "" },
	[OP_INTERSECT] = { "intersect", read_spans_sets, "" },
	[OP_WITHOUT] = { "without", read_spans_sets, "" },
	[OP_CLIP] = { "clip", read_clip, "? from to" },
	[OP_BRIDGE] = { "bridge", read_gap, "gap" },
	[OP_LAST_RUN] = { "last_run", read_last_run, "gap ? at" },
	[OP_LONGEST_RUN] = { "longest_run", read_gap, "gap" },
	[OP_FIELD] = { "field", read_field, "" },
};

const char *operator_name(enum operation operation)
{
	static const char *const others[OPERATORS] = {
		[OP_LITERAL] = "literal",
		[OP_UNKNOWN] = "unknown",
		[OP_NAME] = "name",
		[OP_GIVEN] = "given",
		[OP_ITEM] = "item",
		[OP_GROUP] = "group",
		[OP_BROKEN] = "broken",
	};
	return operation < OPERATORS_WRITTEN ? operators[operation].name : others[operation];
}

// --- nodes ---------------------------------------------------------------------------------------

struct node *node_new(struct parser *parser, const struct spot *spot, enum operation operation)
{
	struct node *node = parser_allocate(parser, sizeof *node);
	node->operation = operation;
	node->path = spot_path(parser, spot);
	node->source = spot->value;
	if (parser->rules->node_count++ == NODES_MAX)
		complain(parser, spot, CODE_LIMIT, "至多 %d 个表达式", "at most %d expressions",
		    NODES_MAX);
	return node;
}

const struct node *node_broken(struct parser *parser, const struct spot *spot)
{
	return node_new(parser, spot, OP_BROKEN);
}

void node_set_operands(
    struct parser *parser, struct node *node, const struct node *const *operands, size_t count)
{
	node->of = arena_copy(&parser->rules->arena, operands, count * sizeof *operands);
	node->count = count;
}

bool is_broken(const struct node *node)
{
	return node->typing.type == TYPE_BROKEN;
}

bool units_fit(enum unit a, enum unit b)
{
	return a == b || a == UNIT_ANY || b == UNIT_ANY;
}

void want_unit(struct parser *parser, const struct spot *spot, struct typing typing, enum unit unit)
{
	static const char *const examples[UNITS] = {
		[UNIT_PLAIN] = "6",
		[UNIT_MONTHS] = "\"6 months\"",
		[UNIT_DAYS] = "\"30 days\"",
		[UNIT_YUAN] = "\"1000 yuan\"",
		[UNIT_ANY] = "6",
	};
	if (typing.type != TYPE_NUMBER || units_fit(typing.unit, unit))
		return;
	const char *is = unit_name(typing.unit), *should = unit_name(unit);
	complain(parser, spot, CODE_UNIT, "单位是“%s”，应为“%s”，如 %s",
	    "its unit is \"%s\" and should be \"%s\": write %s", is, should, examples[unit]);
}

// --- objects -------------------------------------------------------------------------------------

// Does the operator take a member of this name?
static bool takes(const struct operator_row *row, const char *name)
{
	size_t size = strlen(name);
	for (const char *at = row->members; *at != 0;) {
		size_t word = strcspn(at, " ");
		if (word == size && strncmp(at, name, size) == 0)
			return true;
		at += word + (at[word] == ' ');
	}
	return false;
}

// Does it take, or is it named by, every member that could name an operator?
static bool takes_all_operators(const struct operator_row *row, const struct json_value *object)
{
	const struct json_value *value = json_first(object);
	for (; value != NULL; value = json_next(value)) {
		bool names = false;
		for (size_t i = 0; i < OPERATORS_WRITTEN; i++)
			names = names || strcmp(operators[i].name, json_name(value)) == 0;
		if (names && strcmp(row->name, json_name(value)) != 0 &&
		    !takes(row, json_name(value)))
			return false;
	}
	return true;
}

// No operator takes a member that is named like another.
static enum operation find_operator(const struct json_value *object)
{
	for (size_t i = 0; i < OPERATORS_WRITTEN; i++)
		if (json_member(object, operators[i].name) != NULL &&
		    takes_all_operators(&operators[i], object))
			return (enum operation)i;
	return OPERATORS;
}

static void check_taken(
    struct parser *parser, const struct spot *spot, const struct operator_row *row)
{
	const struct json_value *value = json_first(spot->value);
	for (; value != NULL; value = json_next(value)) {
		struct spot member = { spot, json_name(value), 0, value };
		if (strcmp(member.name, row->name) != 0 && !takes(row, member.name))
			complain(parser, &member, CODE_MEMBER_UNKNOWN, "%s 没有 %s",
			    "%s takes no %s", row->name, member.name);
	}
}

static bool check_needed(
    struct parser *parser, const struct spot *spot, const struct operator_row *row)
{
	bool all = true;
	char name[32];
	for (const char *at = row->members; *at != 0 && *at != '?';) {
		size_t word = strcspn(at, " ");
		snprintf(name, sizeof name, "%.*s", (int)word, at);
		if (json_member(spot->value, name) == NULL) {
			all = false;
			complain(parser, spot, CODE_MEMBER_MISSING, "%s 须有 %s", "%s needs %s",
			    row->name, name);
		}
		at += word + (at[word] == ' ');
	}
	return all;
}

static const struct node *read_object(
    struct parser *parser, const struct spot *spot, const struct scope *scope)
{
	enum operation operation = find_operator(spot->value);
	if (operation == OPERATORS) {
		const struct json_value *first = json_first(spot->value);
		complain(parser, spot, CODE_OPERATOR, "%s", "%s",
		    first != NULL ? json_name(first) : "{ }");
		return node_broken(parser, spot);
	}
	struct node *node = node_new(parser, spot, operation);
	check_taken(parser, spot, &operators[operation]);
	if (check_needed(parser, spot, &operators[operation]))
		operators[operation].read(parser, spot, scope, node);
	return node;
}

static const struct node *read_words(
    struct parser *parser, const struct spot *spot, const struct scope *scope)
{
	struct typing typing;
	struct literal literal;
	if (json_type(spot->value) == JSON_STRING &&
	    strcmp(json_string(spot->value), "unknown") == 0) {
		struct node *node = node_new(parser, spot, OP_UNKNOWN);
		note_unknown(parser, spot);
		node->typing = (struct typing){ .type = TYPE_NUMBER, .unit = UNIT_ANY };
		return node;
	}
	enum literal_result result = read_literal(parser, spot, &typing, &literal);
	if (result == LITERAL_BROKEN)
		return node_broken(parser, spot);
	if (result == LITERAL_READ) {
		struct node *node = node_new(parser, spot, OP_LITERAL);
		node->typing = typing;
		node->typing.never_negative =
		    typing.type == TYPE_NUMBER && literal.number.numerator >= 0;
		node->typing.never_zero =
		    typing.type == TYPE_NUMBER && literal.number.numerator != 0;
		node->literal = literal;
		return node;
	}
	if (json_type(spot->value) == JSON_STRING)
		return read_name(parser, spot, scope);
	complain(parser, spot, CODE_MEMBER_TYPE, "应为表达式", "expected an expression");
	return node_broken(parser, spot);
}

static void want_type(
    struct parser *parser, const struct spot *spot, const struct node *node, unsigned want)
{
	char wanted[96] = "";
	for (size_t type = TYPE_NUMBER; type < TYPES; type++)
		if (want & 1u << type) {
			size_t used = strlen(wanted);
			snprintf(wanted + used, sizeof wanted - used, "%s%s", used > 0 ? ", " : "",
			    type_names[type]);
		}
	complain(parser, spot, CODE_TYPE, "这里是 %s，应为 %s", "it is %s, needed: %s",
	    type_names[node->typing.type], wanted);
}

const struct node *read_expression(
    struct parser *parser, const struct spot *spot, const struct scope *scope, unsigned want)
{
	if (spot->value == NULL)
		return node_broken(parser, spot);
	const struct node *node = json_type(spot->value) == JSON_OBJECT
				      ? read_object(parser, spot, scope)
				      : read_words(parser, spot, scope);
	if (is_broken(node) || (want & 1u << node->typing.type))
		return node;
	want_type(parser, spot, node, want);
	return node_broken(parser, spot);
}
