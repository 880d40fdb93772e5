// SPDX-License-Identifier: Apache-2.0
// rules_rows: can two rows of a scale both hold, and can each hold at all?
//
// Decided where the tests are literal; what depends on other values is left to the score, where the
// first row that holds stands.
#include "rules_parser.h"

// Numbers, dates and months alike.
struct range {
	bool has_low, has_high, low_open, high_open;
	struct exact low, high;
};

// What a test lets through. Neither ranges nor texts: cannot be told.
struct passing {
	struct range *ranges;
	size_t range_count;
	const char **texts;
	size_t text_count;
	bool told;
};

static struct exact place_of(const struct node *literal)
{
	return literal->typing.type == TYPE_NUMBER ? literal->literal.number
						   : exact_of(literal->literal.date);
}

static bool all_literal(const struct test *test)
{
	for (size_t i = 0; i < test->bound_count; i++) {
		const struct bound *bound = &test->bounds[i];
		if (bound->operation > BOUND_BEFORE && bound->operation != BOUND_EQUAL)
			return false;
		for (size_t k = 0; k < bound->operand_count; k++)
			if (bound->operands[k]->operation != OP_LITERAL ||
			    bound->operands[k]->typing.type != bound->operands[0]->typing.type)
				return false;
	}
	return test->bound_count > 0;
}

static void narrow(struct range *range, const struct bound *bound)
{
	enum bound_operator operation = bound->operation;
	struct exact at = place_of(bound->operands[0]);
	if (operation == BOUND_FROM || operation == BOUND_ABOVE || operation == BOUND_AFTER) {
		range->has_low = true;
		range->low = at;
		range->low_open = operation != BOUND_FROM;
	} else {
		range->has_high = true;
		range->high = at;
		range->high_open = operation != BOUND_TO;
	}
}

static void passing_of_texts(struct passing *passing, const struct bound *bound)
{
	passing->text_count = bound->operand_count;
	passing->texts = allocate(bound->operand_count * sizeof *passing->texts);
	for (size_t i = 0; i < bound->operand_count; i++)
		passing->texts[i] = bound->operands[i]->literal.text;
}

static void passing_of_places(struct passing *passing, const struct bound *bound)
{
	passing->range_count = bound->operand_count;
	passing->ranges = allocate(bound->operand_count * sizeof *passing->ranges);
	for (size_t i = 0; i < bound->operand_count; i++) {
		struct exact at = bound->operands[i]->typing.type == TYPE_BOOLEAN
				      ? exact_of(bound->operands[i]->literal.boolean)
				      : place_of(bound->operands[i]);
		passing->ranges[i] = (struct range){ true, true, false, false, at, at };
	}
}

static struct passing passing_of(const struct test *test)
{
	struct passing passing = { 0 };
	if (test == NULL || !all_literal(test))
		return passing;
	const struct bound *first = &test->bounds[0];
	passing.told = true;
	if (first->operation == BOUND_EQUAL) {
		if (first->operands[0]->typing.type == TYPE_TEXT)
			passing_of_texts(&passing, first);
		else
			passing_of_places(&passing, first);
		return passing;
	}
	passing.range_count = 1;
	passing.ranges = allocate(sizeof *passing.ranges);
	for (size_t i = 0; i < test->bound_count; i++)
		narrow(passing.ranges, &test->bounds[i]);
	return passing;
}

static void passing_deinit(struct passing *passing)
{
	free(passing->ranges);
	free(passing->texts);
}

// Does one end before the other begins?
static bool ends_before(const struct range *a, const struct range *b)
{
	if (!a->has_high || !b->has_low)
		return false;
	int order = exact_compare(a->high, b->low);
	return order < 0 || (order == 0 && (a->high_open || b->low_open));
}

static bool ranges_meet(const struct range *a, const struct range *b)
{
	return !ends_before(a, b) && !ends_before(b, a);
}

static bool passings_meet(const struct passing *a, const struct passing *b)
{
	for (size_t i = 0; i < a->range_count; i++)
		for (size_t k = 0; k < b->range_count; k++)
			if (ranges_meet(&a->ranges[i], &b->ranges[k]))
				return true;
	for (size_t i = 0; i < a->text_count; i++)
		for (size_t k = 0; k < b->text_count; k++)
			if (strcmp(a->texts[i], b->texts[k]) == 0)
				return true;
	return false;
}

static void check_itself(
    struct parser *parser, const struct spot *spot, const struct passing *passing)
{
	for (size_t i = 0; i < passing->range_count; i++) {
		if (ends_before(&passing->ranges[i], &passing->ranges[i]))
			complain(parser, spot, CODE_TIER_UNREACHABLE, "范围是空的",
			    "the range is empty");
		for (size_t k = 0; k < i; k++)
			if (ranges_meet(&passing->ranges[i], &passing->ranges[k]))
				complain(parser, spot, CODE_TIER_OVERLAP, "同一值写了两次",
				    "the same value twice");
	}
	for (size_t i = 1; i < passing->text_count; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(passing->texts[i], passing->texts[k]) == 0)
				complain(parser, spot, CODE_TIER_OVERLAP, "%s 写了两次",
				    "%s stands twice", passing->texts[i]);
}

// --- against the facts' own tests ----------------------------------------------------------------

static bool is_same_field(const struct field_use *a, const struct field_use *b)
{
	return a->place == b->place && a->index == b->index && a->of_partner == b->of_partner;
}

// Some of what the row lets through is kept out by a test that every fact has passed.
static void check_against(struct parser *parser, const struct spot *spot,
    const struct passing *passing, const struct test *passed)
{
	bool excludes = passed->bound_count == 1 && passed->bounds[0].operation == BOUND_NOT;
	struct passing let = passing_of(excludes ? passed->bounds[0].test : passed);
	for (size_t i = 0; let.told && i < passing->text_count; i++) {
		struct passing one = { .texts = &passing->texts[i], .text_count = 1 };
		if (passings_meet(&one, &let) == excludes)
			complain(parser, spot, CODE_TIER_UNREACHABLE, "%s 已被 where 排除",
			    "\"where\" keeps %s out", passing->texts[i]);
	}
	if (let.told && !excludes && passing->range_count > 0 && !passings_meet(passing, &let))
		complain(parser, spot, CODE_TIER_UNREACHABLE, "已被 where 排除",
		    "\"where\" keeps it out");
	passing_deinit(&let);
}

static void check_facts_tests(struct parser *parser, const struct spot *spot,
    const struct field_use *field, const struct shape *shape, const struct passing *passing)
{
	for (; shape != NULL; shape = shape->narrowed) {
		const struct where *where = shape->select != NULL ? shape->select->where : NULL;
		for (size_t i = 0; where != NULL && i < where->count; i++)
			if (where->of[i].operation == WHERE_FIELD &&
			    is_same_field(&where->of[i].field, field))
				check_against(parser, spot, passing, where->of[i].test);
	}
}

// The shape that a {"field": X} was read of: the operand of the operators between is the fact's.
static void check_reached(struct parser *parser, const struct spot *spot,
    const struct node *subject, const struct passing *passing)
{
	if (subject->operation == OP_FIELD && subject->field != NULL)
		check_facts_tests(parser, spot, subject->field, subject->field->shape, passing);
}

void check_rows(struct parser *parser, const struct spot *spot, const struct node *subject,
    const struct test *const *tests, size_t count)
{
	struct passing *rows = allocate(count * sizeof *rows);
	const struct json_value *value = json_first(spot->value);
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot row = spot_index(spot, i, value);
		rows[i] = passing_of(tests[i]);
		check_itself(parser, &row, &rows[i]);
		check_reached(parser, &row, subject, &rows[i]);
		for (size_t k = 0; k < i; k++)
			if (passings_meet(&rows[i], &rows[k]))
				complain(parser, &row, CODE_TIER_OVERLAP, "与第 %zu 行重叠",
				    "it overlaps row %zu", k);
	}
	for (size_t i = 0; i < count; i++)
		passing_deinit(&rows[i]);
	free(rows);
}
