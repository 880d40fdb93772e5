// SPDX-License-Identifier: Apache-2.0
// rules_gather: one value made of many facts.
#include "rules_parser.h"

static struct scope scope_of_fact(const struct scope *scope, const struct node *facts)
{
	struct scope inside = *scope;
	inside.fact = facts->typing.shape;
	return inside;
}

// The keys of `per`: names of fields, or expressions on the fact.
static void read_per(struct parser *parser, const struct spot *spot, const struct scope *inside,
    struct gather *gather)
{
	struct spot per = spot_member(spot, "per");
	size_t count = read_array(parser, &per, MEMBERS_MAX);
	if (per.value != NULL && json_type(per.value) == JSON_ARRAY && count == 0)
		complain(parser, &per, CODE_MEMBER_MISSING, "per 为空", "\"per\" is empty");
	gather->per = parser_allocate(parser, count * sizeof *gather->per);
	const struct json_value *value = count > 0 ? json_first(per.value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(&per, i, value);
		struct per_key *key = &gather->per[gather->per_count];
		if (json_type(value) == JSON_OBJECT) {
			key->value = read_expression(parser, &one, inside, WANT_SCALAR);
			gather->per_count += !is_broken(key->value);
		} else {
			gather->per_count +=
			    read_field_name(parser, &one, inside->fact, &key->field);
		}
	}
}

void read_count(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot facts = spot_member(spot, operator_name(node->operation));
	const struct node *operand = read_facts(parser, &facts, scope);
	node_set_operands(parser, node, &operand, 1);
	node->gather = parser_allocate(parser, sizeof *node->gather);
	node->typing.type = node->operation == OP_COUNT ? TYPE_NUMBER : TYPE_BOOLEAN;
	node->typing.never_negative = true;
	struct scope inside = scope_of_fact(scope, operand);
	if (!is_broken(operand) && node->operation == OP_COUNT)
		read_per(parser, spot, &inside, node->gather);
}

static void read_each(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	static const char *const words[] = { "sum", "best", "least" };
	struct spot each = spot_member(spot, "each"), cap = spot_member(spot, "each_cap");
	node->gather->each = (enum per_each)read_word(parser, &each, words, COUNT_OF(words));
	if (cap.value != NULL) {
		node->gather->each_cap = read_expression(parser, &cap, scope, WANT_NUMBER);
		want_unit(parser, &cap, node->gather->each_cap->typing, node->typing.unit);
	}
	if (node->gather->per_count == 0 && (each.value != NULL || cap.value != NULL))
		complain(parser, spot, CODE_MEMBER_MISSING, "each 须与 per 同用",
		    "\"each\" needs \"per\"");
}

// sum, best, least. The facts are the first operand, what is read of each is the second.
void read_sum(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot value = spot_member(spot, operator_name(node->operation)),
		    over = spot_member(spot, "over");
	bool sums = node->operation == OP_SUM;
	const struct node *facts = read_facts(parser, &over, scope);
	node->gather = parser_allocate(parser, sizeof *node->gather);
	if (is_broken(facts))
		return;
	struct scope inside = scope_of_fact(scope, facts);
	const struct node *operands[] = { facts,
		read_expression(parser, &value, &inside,
		    sums ? (unsigned)WANT_NUMBER : WANT_NUMBER | WANT_DATE) };
	node_set_operands(parser, node, operands, 2);
	node->typing = operands[1]->typing;
	node->typing.never_zero = node->typing.never_negative = false;
	if (!sums)
		return;
	read_per(parser, spot, &inside, node->gather);
	read_each(parser, spot, scope, node);
}

void read_newest(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot field = spot_member(spot, operator_name(node->operation)),
		    over = spot_member(spot, "over"), by = spot_member(spot, "by");
	const struct node *facts = read_facts(parser, &over, scope);
	struct gather *gather = node->gather = parser_allocate(parser, sizeof *gather);
	node_set_operands(parser, node, &facts, 1);
	if (is_broken(facts))
		return;
	if (read_field_name(parser, &by, facts->typing.shape, &gather->by) &&
	    !((WANT_NUMBER | WANT_TIME) & 1u << gather->by.typing.type))
		complain(parser, &by, CODE_TYPE, "by 须为日期、月份或数值",
		    "\"by\" is a date, a month or a number");
	if (read_field_name(parser, &field, facts->typing.shape, &gather->field))
		node->typing = gather->field.typing;
	node->typing.never_zero = node->typing.never_negative = false;
}
