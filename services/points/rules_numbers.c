// SPDX-License-Identifier: Apache-2.0
// rules_numbers: operators on numbers and booleans.
#include "rules_parser.h"

// Reads the member that names the operation as a list of operands. False: told.
static bool read_list(struct parser *parser, const struct spot *list, const struct scope *scope,
    unsigned want, size_t minimum, size_t maximum, struct node *node)
{
	if (!read_is(parser, list, JSON_ARRAY))
		return false;
	size_t count = json_size(list->value);
	if (count < minimum || count > maximum) {
		complain(parser, list, CODE_MEMBER_TYPE, "应有 %zu 至 %zu 个",
		    "%zu to %zu are needed", minimum, maximum);
		return false;
	}
	const struct node **operands = allocate(count * sizeof *operands);
	const struct json_value *value = json_first(list->value);
	bool good = true;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot spot = spot_index(list, i, value);
		operands[i] = read_expression(parser, &spot, scope, want);
		good = good && !is_broken(operands[i]);
	}
	node_set_operands(parser, node, operands, count);
	free(operands);
	return good;
}

static struct spot operand_spot(const struct spot *list, const struct node *node, size_t index)
{
	return spot_index(list, index, node->of[index]->source);
}

// All operands of one type, and numbers of one unit, which become the node's.
static void same_types(struct parser *parser, const struct spot *list, struct node *node)
{
	node->typing = node->of[0]->typing;
	node->typing.never_zero = node->typing.never_negative = false;
	for (size_t i = 1; i < node->count; i++) {
		struct spot spot = operand_spot(list, node, i);
		const struct typing *typing = &node->of[i]->typing;
		if (typing->type != node->typing.type)
			complain(parser, &spot, CODE_TYPE, "%s 与 %s 不能混用", "%s beside %s",
			    value_type_name(typing->type), value_type_name(node->typing.type));
		else if (node->typing.unit == UNIT_ANY)
			node->typing.unit = typing->unit;
		else
			want_unit(parser, &spot, *typing, node->typing.unit);
		if (typing->field != node->typing.field)
			node->typing.field = NULL;
	}
}

void read_add(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot list = spot_member(spot, "add");
	if (!read_list(parser, &list, scope, WANT_NUMBER, 1, MEMBERS_MAX, node))
		return;
	same_types(parser, &list, node);
	bool any = false, all = true;
	for (size_t i = 0; i < node->count; i++) {
		const struct typing *typing = &node->of[i]->typing;
		any = any || (typing->never_zero && typing->never_negative);
		all = all && typing->never_negative;
	}
	node->typing.never_negative = all;
	node->typing.never_zero = any && all;
}

void read_minus(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot list = spot_member(spot, "minus");
	if (read_list(parser, &list, scope, WANT_NUMBER, 2, 2, node))
		same_types(parser, &list, node);
}

void read_multiply(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot list = spot_member(spot, "multiply");
	if (!read_list(parser, &list, scope, WANT_NUMBER, 1, MEMBERS_MAX, node))
		return;
	node->typing = (struct typing){ .type = TYPE_NUMBER, .never_zero = true };
	for (size_t i = 0; i < node->count; i++) {
		struct spot operand = operand_spot(&list, node, i);
		const struct typing *typing = &node->of[i]->typing;
		node->typing.never_zero = node->typing.never_zero && typing->never_zero;
		if (typing->unit == UNIT_PLAIN || typing->unit == UNIT_ANY)
			continue;
		if (node->typing.unit != UNIT_PLAIN)
			complain(parser, &operand, CODE_UNIT, "乘积中至多一个因数带单位",
			    "at most one factor has a unit");
		node->typing.unit = typing->unit;
	}
}

void read_divide(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot list = spot_member(spot, "divide"), zero = spot_member(spot, "if_zero");
	if (!read_list(parser, &list, scope, WANT_NUMBER, 2, 2, node))
		return;
	enum unit top = node->of[0]->typing.unit, bottom = node->of[1]->typing.unit;
	struct spot divisor = operand_spot(&list, node, 1);
	node->typing = (struct typing){ .type = TYPE_NUMBER, .unit = top };
	if (bottom != UNIT_PLAIN && bottom != UNIT_ANY) {
		want_unit(parser, &divisor, node->of[1]->typing, top);
		node->typing.unit = UNIT_PLAIN;
	}
	if (zero.value == NULL) {
		if (!node->of[1]->typing.never_zero)
			complain(parser, &divisor, CODE_DIVIDE, "须写 if_zero",
			    "\"if_zero\" must say what then");
		return;
	}
	const struct node *operands[] = { node->of[0], node->of[1],
		read_expression(parser, &zero, scope, WANT_NUMBER) };
	want_unit(parser, &zero, operands[2]->typing, node->typing.unit);
	node_set_operands(parser, node, operands, 3);
}

void read_extremes(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot list = spot_member(spot, operator_name(node->operation));
	if (read_list(parser, &list, scope, WANT_NUMBER | WANT_DATE, 1, MEMBERS_MAX, node))
		same_types(parser, &list, node);
}

void read_first(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot list = spot_member(spot, "first");
	if (read_list(parser, &list, scope, WANT_SCALAR, 1, MEMBERS_MAX, node))
		same_types(parser, &list, node);
}

// Reads one operand by the member that names the operation; its typing becomes the node's.
static bool read_operand(struct parser *parser, const struct spot *operand,
    const struct scope *scope, unsigned want, struct node *node)
{
	const struct node *read = read_expression(parser, operand, scope, want);
	node_set_operands(parser, node, &read, 1);
	node->typing = read->typing;
	node->typing.never_zero = node->typing.never_negative = false;
	return !is_broken(read);
}

void read_limit(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot operand = spot_member(spot, operator_name(node->operation));
	struct spot at = spot_member(spot, "at");
	if (!read_operand(parser, &operand, scope, WANT_NUMBER, node))
		return;
	node->at = read_amount(parser, &at, node->typing.unit);
}

void read_rounded(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot operand = spot_member(spot, "round"), to = spot_member(spot, "to"),
		    how = spot_member(spot, "how");
	const char *names[EXACT_ROUNDINGS];
	for (size_t i = 0; i < EXACT_ROUNDINGS; i++)
		names[i] = exact_rounding_name((enum exact_rounding)i);
	if (!read_operand(parser, &operand, scope, WANT_NUMBER, node))
		return;
	node->round.how = (enum exact_rounding)read_word(parser, &how, names, EXACT_ROUNDINGS);
	if (!read_positive(parser, &to, node->typing.unit, &node->round.to))
		node->round.to = exact_of(1);
}

void read_if(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot condition = spot_member(spot, "if"), then = spot_member(spot, "then"),
		    otherwise = spot_member(spot, "else");
	const struct node *operands[3] = {
		read_expression(parser, &condition, scope, WANT_BOOLEAN),
		read_expression(parser, &then, scope, WANT_SCALAR),
		NULL,
	};
	bool good = !is_broken(operands[0]) && !is_broken(operands[1]);
	node->typing = operands[1]->typing;
	node->typing.never_zero = node->typing.never_negative = false;
	if (otherwise.value != NULL) {
		operands[2] = read_expression(parser, &otherwise, scope, WANT_SCALAR);
		good = good && !is_broken(operands[2]);
		if (good && operands[2]->typing.type != node->typing.type)
			complain(parser, &otherwise, CODE_TYPE, "应与 then 同为 %s",
			    "\"then\" is a %s", value_type_name(node->typing.type));
		else if (good && node->typing.unit == UNIT_ANY)
			node->typing.unit = operands[2]->typing.unit;
		else if (good)
			want_unit(parser, &otherwise, operands[2]->typing, node->typing.unit);
	}
	node_set_operands(parser, node, operands, 3);
	if (!good)
		node->typing = (struct typing){ 0 };
}

void read_year(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot operand = spot_member(spot, "year");
	if (read_operand(parser, &operand, scope, WANT_TIME, node))
		node->typing = (struct typing){ .type = TYPE_NUMBER, .never_zero = true };
}

void read_series_value(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot id = spot_member(spot, "series"), at = spot_member(spot, "at");
	const char *name = read_text(parser, &id);
	if (!read_operand(parser, &at, scope, WANT_NUMBER, node) || name == NULL)
		return;
	want_unit(parser, &at, node->typing, UNIT_PLAIN);
	node->index = find_series(parser->rules, name);
	node->typing = (struct typing){ 0 };
	if (node->index == SIZE_MAX) {
		complain(parser, &id, CODE_NAME_UNKNOWN, "%s", "%s", name);
		return;
	}
	struct series *series = &parser->rules->series[node->index];
	series->used = true;
	node->typing = (struct typing){
		.type = TYPE_NUMBER, .unit = series->unit, .never_zero = series->never_zero
	};
}

void read_as(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot role = spot_member(spot, "as"), value = spot_member(spot, "value");
	const char *name = read_text(parser, &role);
	if (name == NULL)
		return;
	if (!role_named(name, &node->role) || node->role == ROLE_SELF) {
		complain(parser, &role, CODE_NAME_UNKNOWN, "%s", "%s", name);
		return;
	}
	parser->contains_as = false;
	read_operand(parser, &value, scope, WANT_SCALAR, node);
	if (parser->contains_as)
		complain(parser, &value, CODE_AS_NESTED, "%s", "%s", name);
	parser->contains_as = true;
}

// --- booleans ------------------------------------------------------------------------------------

void read_all(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot list = spot_member(spot, operator_name(node->operation));
	read_list(parser, &list, scope, WANT_BOOLEAN, 1, MEMBERS_MAX, node);
	node->typing.type = TYPE_BOOLEAN;
}

void read_not(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot operand = spot_member(spot, "not");
	read_operand(parser, &operand, scope, WANT_BOOLEAN, node);
	node->typing.type = TYPE_BOOLEAN;
}

void read_test_of(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot operand = spot_member(spot, "test"), is = spot_member(spot, "is");
	bool good = read_operand(parser, &operand, scope, WANT_SCALAR, node);
	struct typing typing = node->typing;
	node->typing = (struct typing){ .type = TYPE_BOOLEAN };
	if (!good)
		return;
	node->scale = parser_allocate(parser, sizeof *node->scale);
	node->scale->rows = parser_allocate(parser, sizeof *node->scale->rows);
	node->scale->row_count = 1;
	node->scale->rows[0].test = read_test(parser, &is, scope, &typing);
}
