// SPDX-License-Identifier: Apache-2.0
// rules_times: operators on dates, months and spans.
#include "rules_parser.h"

enum {
	SHIFT_MAX = 400 * 366 // whatever the unit; beyond it no date is left
};

static const struct node *read_one(struct parser *parser, const struct spot *up, const char *name,
    const struct scope *scope, unsigned want)
{
	struct spot spot = spot_member(up, name);
	return read_expression(parser, &spot, scope, want);
}

static void set_one(struct parser *parser, struct node *node, const struct node *operand)
{
	node_set_operands(parser, node, &operand, 1);
}

void read_length(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	const char *name = operator_name(node->operation);
	set_one(parser, node, read_one(parser, spot, name, scope, WANT_SPANS));
	node->typing.type = TYPE_NUMBER;
	node->typing.unit = node->operation == OP_LENGTH ? UNIT_MONTHS : UNIT_DAYS;
	node->typing.never_negative = true;
}

void read_between(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot list = spot_member(spot, operator_name(node->operation));
	node->typing.type = TYPE_NUMBER;
	node->typing.unit = node->operation == OP_BETWEEN ? UNIT_MONTHS : UNIT_DAYS;
	if (!read_is(parser, &list, JSON_ARRAY))
		return;
	if (json_size(list.value) != 2) {
		complain(parser, &list, CODE_MEMBER_TYPE, "应有两个日期", "two dates are needed");
		return;
	}
	const struct json_value *first = json_first(list.value);
	struct spot from = spot_index(&list, 0, first), to = spot_index(&list, 1, json_next(first));
	const struct node *operands[] = { read_expression(parser, &from, scope, WANT_DATE),
		read_expression(parser, &to, scope, WANT_DATE) };
	node_set_operands(parser, node, operands, 2);
}

void read_shift(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot years = spot_member(spot, "years"), months = spot_member(spot, "months"),
		    days = spot_member(spot, "days");
	int64_t year = 0, month = 0, day = 0;
	set_one(parser, node, read_one(parser, spot, "shift", scope, WANT_DATE));
	node->typing.type = TYPE_DATE;
	if (years.value == NULL && months.value == NULL && days.value == NULL)
		complain(parser, spot, CODE_MEMBER_MISSING, "须有 years、months 或 days",
		    "years, months or days");
	if (years.value != NULL)
		read_whole(parser, &years, -SHIFT_MAX, SHIFT_MAX, &year);
	if (months.value != NULL)
		read_whole(parser, &months, -SHIFT_MAX, SHIFT_MAX, &month);
	if (days.value != NULL)
		read_whole(parser, &days, -SHIFT_MAX, SHIFT_MAX, &day);
	node->shift.months = year * 12 + month;
	node->shift.days = day;
}

void read_edge(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	static const char *const words[] = { "month", "year" };
	struct spot what = spot_member(spot, operator_name(node->operation));
	set_one(parser, node, read_one(parser, spot, "of", scope, WANT_TIME));
	node->typing.type = TYPE_DATE;
	node->of_year = read_word(parser, &what, words, COUNT_OF(words)) == 1;
}

void read_month(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	set_one(parser, node, read_one(parser, spot, "month", scope, WANT_DATE));
	node->typing.type = TYPE_MONTH;
}

// --- spans ---------------------------------------------------------------------------------------

static void want_fields(
    struct parser *parser, const struct spot *spot, const struct field_list *fields, unsigned want)
{
	for (size_t i = 0; i < fields->count; i++) {
		enum value_type type = fields->list[i].typing.type;
		if (!(want & 1u << type))
			complain(parser, spot, CODE_TYPE, "%s 是 %s", "%s is a %s",
			    fields->list[i].name, value_type_name(type));
	}
}

static void read_spans_by_month(struct parser *parser, const struct spot *spot,
    const struct shape *shape, struct spans_of *spans)
{
	struct spot month = spot_member(spot, "months");
	struct spot others[] = { spot_member(spot, "from"), spot_member(spot, "to") };
	spans->by_month = true;
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (others[i].value != NULL)
			complain(parser, &others[i], CODE_MEMBER_UNKNOWN, "与 months 不能同用",
			    "not beside \"months\"");
	if (read_field_name(parser, &month, shape, &spans->month)) {
		struct field_list list = { &spans->month, 1 };
		want_fields(parser, &month, &list, WANT_TIME);
	}
}

void read_spans(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot facts = spot_member(spot, "spans"), from = spot_member(spot, "from"),
		    to = spot_member(spot, "to");
	const struct node *operand = read_facts(parser, &facts, scope);
	set_one(parser, node, operand);
	node->typing.type = TYPE_SPANS;
	node->spans = parser_allocate(parser, sizeof *node->spans);
	if (is_broken(operand))
		return;
	const struct shape *shape = operand->typing.shape;
	if (json_member(spot->value, "months") != NULL) {
		read_spans_by_month(parser, spot, shape, node->spans);
		return;
	}
	if (from.value == NULL)
		complain(parser, spot, CODE_MEMBER_MISSING, "spans 须有 from 或 months",
		    "spans needs \"from\" or \"months\"");
	node->spans->from = read_field_names(parser, &from, shape);
	node->spans->to = read_field_names(parser, &to, shape);
	want_fields(parser, &from, &node->spans->from, WANT_DATE);
	want_fields(parser, &to, &node->spans->to, WANT_DATE);
}

void read_spans_sets(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot list = spot_member(spot, operator_name(node->operation));
	node->typing.type = TYPE_SPANS;
	size_t count = read_array(parser, &list, MEMBERS_MAX);
	bool two = node->operation == OP_WITHOUT;
	if (count == 0 || (two && count != 2)) {
		complain(parser, &list, CODE_MEMBER_TYPE, two ? "应有两个" : "至少一个",
		    two ? "two are needed" : "at least one is needed");
		return;
	}
	const struct node **operands = allocate(count * sizeof *operands);
	const struct json_value *value = json_first(list.value);
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot operand = spot_index(&list, i, value);
		operands[i] = read_expression(parser, &operand, scope, WANT_SPANS);
	}
	node_set_operands(parser, node, operands, count);
	free(operands);
}

// An operand that may be left out.
static const struct node *read_optional_date(
    struct parser *parser, const struct spot *up, const char *name, const struct scope *scope)
{
	struct spot spot = spot_member(up, name);
	return spot.value != NULL ? read_expression(parser, &spot, scope, WANT_DATE) : NULL;
}

void read_clip(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	const struct node *operands[] = { read_one(parser, spot, "clip", scope, WANT_SPANS),
		read_optional_date(parser, spot, "from", scope),
		read_optional_date(parser, spot, "to", scope) };
	if (operands[1] == NULL && operands[2] == NULL)
		complain(parser, spot, CODE_MEMBER_MISSING, "须有 from 或 to", "from or to");
	node_set_operands(parser, node, operands, 3);
	node->typing.type = TYPE_SPANS;
}

static void read_gap_months(struct parser *parser, const struct spot *spot, struct node *node)
{
	struct spot gap = spot_member(spot, "gap");
	struct exact months;
	if (!read_quantity(parser, &gap, UNIT_MONTHS, &months))
		return;
	if (exact_is_whole(months) && months.numerator >= 0)
		node->months = months.numerator;
	else
		complain(parser, &gap, CODE_LITERAL, "gap 须为整月，不小于 0",
		    "a gap is whole months, 0 or more");
}

void read_gap(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	const char *name = operator_name(node->operation);
	set_one(parser, node, read_one(parser, spot, name, scope, WANT_SPANS));
	node->typing.type = TYPE_SPANS;
	read_gap_months(parser, spot, node);
}

// Without `at`: the second operand is NULL, and the as-of day stands for it.
void read_last_run(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	const struct node *operands[] = { read_one(parser, spot, "last_run", scope, WANT_SPANS),
		read_optional_date(parser, spot, "at", scope) };
	node_set_operands(parser, node, operands, 2);
	node->typing.type = TYPE_SPANS;
	read_gap_months(parser, spot, node);
}
