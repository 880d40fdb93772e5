// SPDX-License-Identifier: Apache-2.0
// rules_tests: what may be asked of a value, by one table.
#include "rules_parser.h"

enum {
	WANT_ORDERED = WANT_NUMBER | WANT_TIME
};

typedef void bound_read(struct parser *parser, const struct spot *spot, const struct scope *scope,
    const struct typing *subject, struct bound *bound);

static bound_read read_comparison, read_within, read_listed, read_negation, read_absent;

static const struct {
	const char *name;
	bound_read *read;
	unsigned types; // that it fits
} bounds[BOUND_EQUAL] = {
	[BOUND_FROM] = { "from", read_comparison, WANT_ORDERED },
	[BOUND_TO] = { "to", read_comparison, WANT_ORDERED },
	[BOUND_ABOVE] = { "above", read_comparison, WANT_NUMBER },
	[BOUND_BELOW] = { "below", read_comparison, WANT_NUMBER },
	[BOUND_AFTER] = { "after", read_comparison, WANT_TIME },
	[BOUND_BEFORE] = { "before", read_comparison, WANT_TIME },
	[BOUND_WITHIN] = { "within", read_within, WANT_NUMBER },
	[BOUND_LISTED] = { "listed", read_listed, WANT_TEXT | WANT_NUMBER },
	[BOUND_NOT] = { "not", read_negation, WANT_SCALAR },
	[BOUND_ABSENT] = { "absent", read_absent, WANT_SCALAR },
};

// --- operands ------------------------------------------------------------------------------------

static const struct node *text_operand(
    struct parser *parser, const struct spot *spot, const struct typing *subject)
{
	const char *text = json_string(spot->value);
	struct node *node = node_new(parser, spot, OP_LITERAL);
	if (text == NULL) {
		complain(parser, spot, CODE_TEST, "应为代码或文字", "expected a code or a text");
		return node_broken(parser, spot);
	}
	node->typing.type = TYPE_TEXT;
	node->literal.text = text;
	const struct code_list *codes = subject->field != NULL && subject->field->type == FIELD_CODE
					    ? subject->field->codes
					    : NULL;
	for (size_t i = 0; codes != NULL && i < codes->code_count; i++)
		if (strcmp(codes->codes[i].code, text) == 0)
			return node;
	if (codes == NULL)
		return node;
	const struct code *meant = code_list_find(codes, bytes_of_text(text));
	complain(parser, spot, CODE_CODE_UNKNOWN, "%s 不在 %s 中%s%s", "%s is not in %s%s%s", text,
	    codes->name, meant != NULL ? "; " : "", meant != NULL ? meant->code : "");
	return node;
}

static const struct node *ordered_operand(struct parser *parser, const struct spot *spot,
    const struct scope *scope, const struct typing *subject)
{
	unsigned want = subject->type == TYPE_NUMBER ? (unsigned)WANT_NUMBER : (unsigned)WANT_TIME;
	const struct node *node = read_expression(parser, spot, scope, want);
	if (subject->type == TYPE_NUMBER)
		want_unit(parser, spot, node->typing, subject->unit);
	return node;
}

static const struct node *operand(struct parser *parser, const struct spot *spot,
    const struct scope *scope, const struct typing *subject)
{
	if (subject->type == TYPE_TEXT)
		return text_operand(parser, spot, subject);
	if (subject->type == TYPE_BOOLEAN) {
		if (json_type(spot->value) != JSON_BOOLEAN)
			complain(parser, spot, CODE_TEST, "应为 true 或 false",
			    "expected true or false");
		return read_expression(parser, spot, scope, WANT_BOOLEAN);
	}
	return ordered_operand(parser, spot, scope, subject);
}

static void set_operands(
    struct parser *parser, struct bound *bound, const struct node *const *operands, size_t count)
{
	bound->operands = arena_copy(&parser->rules->arena, operands, count * sizeof *operands);
	bound->operand_count = count;
}

// --- bounds --------------------------------------------------------------------------------------

static void read_comparison(struct parser *parser, const struct spot *spot,
    const struct scope *scope, const struct typing *subject, struct bound *bound)
{
	const struct node *node = operand(parser, spot, scope, subject);
	set_operands(parser, bound, &node, 1);
}

static const char *read_division(struct parser *parser, const struct spot *spot)
{
	const char *text = json_string(spot->value);
	size_t size = text != NULL ? strlen(text) : 0;
	if (size < 6 || size > 12 || strspn(text, "0123456789") != size) {
		complain(parser, spot, CODE_LITERAL, "区划代码写作 \"442000\"",
		    "a division is written \"442000\"");
		return "?";
	}
	return text;
}

static void want_division(
    struct parser *parser, const struct spot *spot, const struct typing *subject)
{
	const struct field *field = subject->field;
	if (field == NULL || field->type != FIELD_INTEGER || field->codes == NULL ||
	    strcmp(field->codes->name, "division") != 0)
		complain(parser, spot, CODE_TEST, "%s 用于数值时只用于行政区划",
		    "\"%s\" of numbers is for administrative divisions", spot->name);
}

static void read_within(struct parser *parser, const struct spot *spot, const struct scope *scope,
    const struct typing *subject, struct bound *bound)
{
	(void)scope;
	want_division(parser, spot, subject);
	bool several = json_type(spot->value) == JSON_ARRAY;
	size_t count = several ? read_array(parser, spot, MEMBERS_MAX) : 1;
	bound->divisions = parser_allocate(parser, count * sizeof *bound->divisions);
	bound->division_count = count;
	const struct json_value *value = several ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = several ? spot_index(spot, i, value) : *spot;
		bound->divisions[i] = read_division(parser, &one);
	}
}

static void read_listed(struct parser *parser, const struct spot *spot, const struct scope *scope,
    const struct typing *subject, struct bound *bound)
{
	(void)scope;
	if (subject->type == TYPE_NUMBER)
		want_division(parser, spot, subject);
	const char *id = read_text(parser, spot);
	bound->list = id != NULL ? find_list(parser->rules, id) : SIZE_MAX;
	if (bound->list != SIZE_MAX)
		parser->rules->lists[bound->list].used = true;
	else if (id != NULL)
		complain(parser, spot, CODE_NAME_UNKNOWN, "%s", "%s", id);
}

static void read_negation(struct parser *parser, const struct spot *spot, const struct scope *scope,
    const struct typing *subject, struct bound *bound)
{
	bound->test = read_test(parser, spot, scope, subject);
}

static void read_absent(struct parser *parser, const struct spot *spot, const struct scope *scope,
    const struct typing *subject, struct bound *bound)
{
	(void)scope;
	(void)subject;
	bound->absent = read_is(parser, spot, JSON_BOOLEAN) && json_boolean(spot->value);
}

// --- tests ---------------------------------------------------------------------------------------

static size_t find_bound(const char *name)
{
	for (size_t i = 0; i < BOUND_EQUAL; i++)
		if (strcmp(bounds[i].name, name) == 0)
			return i;
	return BOUND_EQUAL;
}

static void read_bound(struct parser *parser, const struct spot *spot, const struct scope *scope,
    const struct typing *subject, struct test *test)
{
	size_t index = find_bound(spot->name);
	if (index == BOUND_EQUAL) {
		complain(
		    parser, spot, CODE_TEST, "没有 %s 这种条件", "there is no test %s", spot->name);
		return;
	}
	if (!(bounds[index].types & 1u << subject->type)) {
		complain(parser, spot, CODE_TEST, "%s 不能用于 %s", "%s is not for a %s",
		    spot->name, value_type_name(subject->type));
		return;
	}
	struct bound *bound = &test->bounds[test->bound_count++];
	bound->operation = (enum bound_operator)index;
	bound->path = spot_path(parser, spot);
	bounds[index].read(parser, spot, scope, subject, bound);
}

static void read_equal(struct parser *parser, const struct spot *spot, const struct scope *scope,
    const struct typing *subject, struct test *test)
{
	bool several = json_type(spot->value) == JSON_ARRAY;
	size_t count = several ? read_array(parser, spot, MEMBERS_MAX) : 1;
	const struct node **operands = allocate(count * sizeof *operands);
	const struct json_value *value = several ? json_first(spot->value) : NULL;
	if (several && json_size(spot->value) == 0)
		complain(
		    parser, spot, CODE_TEST, "空列表永远不成立", "nothing is in an empty list");
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = several ? spot_index(spot, i, value) : *spot;
		operands[i] = operand(parser, &one, scope, subject);
	}
	struct bound *bound = &test->bounds[test->bound_count++];
	bound->operation = BOUND_EQUAL;
	bound->path = test->path;
	set_operands(parser, bound, operands, count);
	free(operands);
}

// Where both ends are literal: can anything lie between them?
static void check_range(struct parser *parser, const struct spot *spot, const struct test *test)
{
	const struct literal *low = NULL, *high = NULL;
	bool open = false;
	enum value_type type = TYPE_BROKEN;
	for (size_t i = 0; i < test->bound_count; i++) {
		const struct bound *bound = &test->bounds[i];
		enum bound_operator operation = bound->operation;
		if (operation > BOUND_BEFORE || bound->operands[0]->operation != OP_LITERAL)
			continue;
		bool is_low =
		    operation == BOUND_FROM || operation == BOUND_ABOVE || operation == BOUND_AFTER;
		*(is_low ? &low : &high) = &bound->operands[0]->literal;
		type = bound->operands[0]->typing.type;
		open = open || (operation != BOUND_FROM && operation != BOUND_TO);
	}
	if (low == NULL || high == NULL)
		return;
	int order = type == TYPE_NUMBER ? exact_compare(low->number, high->number)
					: (low->date > high->date) - (low->date < high->date);
	if (order > 0 || (order == 0 && open))
		complain(parser, spot, CODE_TEST, "上限低于下限，永远不成立",
		    "it ends before it begins, nothing can pass");
}

const struct test *read_test(struct parser *parser, const struct spot *spot,
    const struct scope *scope, const struct typing *subject)
{
	struct test *test = parser_allocate(parser, sizeof *test);
	test->path = spot_path(parser, spot);
	test->bounds = parser_allocate(parser, BOUNDS * sizeof *test->bounds);
	if (spot->value == NULL || subject->type == TYPE_BROKEN)
		return test;
	if (json_type(spot->value) == JSON_NULL || !(WANT_SCALAR & 1u << subject->type)) {
		complain(parser, spot, CODE_TEST, "%s 不能这样判断", "a %s cannot be tested so",
		    value_type_name(subject->type));
		return test;
	}
	if (json_type(spot->value) != JSON_OBJECT) {
		read_equal(parser, spot, scope, subject, test);
		return test;
	}
	const struct json_value *value = json_first(spot->value);
	if (value == NULL)
		complain(parser, spot, CODE_TEST, "没有条件", "it asks nothing");
	for (; value != NULL && test->bound_count < BOUNDS; value = json_next(value)) {
		struct spot member = { spot, json_name(value), 0, value };
		read_bound(parser, &member, scope, subject, test);
	}
	check_range(parser, spot, test);
	return test;
}
