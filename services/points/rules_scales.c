// SPDX-License-Identifier: Apache-2.0
// rules_scales: what turns a number into points.
#include "rules_parser.h"

// The scale's number is the first operand.
static const struct node *read_subject(struct parser *parser, const struct spot *spot,
    const struct scope *scope, unsigned want, struct node *node)
{
	struct spot subject = spot_member(spot, operator_name(node->operation));
	const struct node *operand = read_expression(parser, &subject, scope, want);
	node->scale = parser_allocate(parser, sizeof *node->scale);
	node_set_operands(parser, node, &operand, 1);
	node->typing = (struct typing){ .type = TYPE_NUMBER };
	return operand;
}

// Above 0; where it is unknown, 1 stands for it.
static void read_step_size(
    struct parser *parser, const struct spot *spot, enum unit unit, struct points *amount)
{
	struct spot member = spot_member(spot, "each");
	*amount = read_amount(parser, &member, unit);
	if (member.value != NULL && amount->known && amount->number.numerator <= 0)
		complain(parser, &member, CODE_STEP, "这里须为正数", "a positive number is needed");
	if (!amount->known || amount->number.numerator <= 0)
		amount->number = exact_of(1);
}

static struct points read_points_of(
    struct parser *parser, const struct spot *spot, const char *name)
{
	struct spot member = spot_member(spot, name);
	return read_points(parser, &member);
}

static enum unit_part read_part(struct parser *parser, const struct spot *spot, size_t count)
{
	static const char *const words[] = { "completed", "count", "up" };
	struct spot part = spot_member(spot, "part");
	return (enum unit_part)read_word(parser, &part, words, count);
}

void read_per_unit(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	const struct node *operand = read_subject(parser, spot, scope, WANT_NUMBER, node);
	struct spot wait = spot_member(spot, "wait");
	enum unit unit = is_broken(operand) ? UNIT_ANY : operand->typing.unit;
	read_step_size(parser, spot, unit, &node->scale->each);
	node->scale->points = read_points_of(parser, spot, "points");
	node->scale->part = read_part(parser, spot, 3);
	node->scale->has_wait = wait.value != NULL;
	if (node->scale->has_wait)
		node->scale->wait = read_amount(parser, &wait, unit);
}

void read_step(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	const struct node *operand = read_subject(parser, spot, scope, WANT_NUMBER, node);
	struct spot at = spot_member(spot, "at");
	enum unit unit = is_broken(operand) ? UNIT_ANY : operand->typing.unit;
	node->scale->at = read_amount(parser, &at, unit);
	read_step_size(parser, spot, unit, &node->scale->each);
	node->scale->base = read_points_of(parser, spot, "base");
	node->scale->points = read_points_of(parser, spot, "points");
}

// --- tiers ---------------------------------------------------------------------------------------

static void read_tier(struct parser *parser, const struct spot *spot, const struct scope *scope,
    const struct typing *subject, struct scale_row *row)
{
	static const struct member members[] = { { "is", true }, { "points", true },
		{ NULL, false } };
	struct spot is = spot_member(spot, "is"), points = spot_member(spot, "points");
	row->path = spot_path(parser, spot);
	read_members(parser, spot, members);
	row->test = read_test(parser, &is, scope, subject);
	row->points = read_expression(parser, &points, scope, WANT_NUMBER);
	want_unit(parser, &points, row->points->typing, UNIT_PLAIN);
}

static void check_scale_rows(
    struct parser *parser, const struct spot *rows, const struct node *node)
{
	const struct scale *scale = node->scale;
	const struct test **tests = allocate(scale->row_count * sizeof *tests);
	for (size_t i = 0; i < scale->row_count; i++)
		tests[i] = scale->rows[i].test;
	check_rows(parser, rows, node->of[0], tests, scale->row_count);
	free(tests);
}

void read_tiers(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	const struct node *operand = read_subject(
	    parser, spot, scope, WANT_NUMBER | WANT_DATE | WANT_TEXT | WANT_BOOLEAN, node);
	struct spot rows = spot_member(spot, "rows"), otherwise = spot_member(spot, "otherwise");
	struct scale *scale = node->scale;
	scale->row_count = read_array(parser, &rows, MEMBERS_MAX);
	scale->rows = parser_allocate(parser, scale->row_count * sizeof *scale->rows);
	const struct json_value *value = scale->row_count > 0 ? json_first(rows.value) : NULL;
	for (size_t i = 0; i < scale->row_count; i++, value = json_next(value)) {
		struct spot row = spot_index(&rows, i, value);
		read_tier(parser, &row, scope, &operand->typing, &scale->rows[i]);
	}
	if (otherwise.value != NULL) {
		scale->otherwise = read_expression(parser, &otherwise, scope, WANT_NUMBER);
		want_unit(parser, &otherwise, scale->otherwise->typing, UNIT_PLAIN);
	}
	if (!is_broken(operand))
		check_scale_rows(parser, &rows, node);
}

// --- bands ---------------------------------------------------------------------------------------

static void check_band(struct parser *parser, const struct spot *spot, const struct scale *scale,
    size_t index, struct exact *before)
{
	const struct scale_row *row = &scale->rows[index];
	struct exact units;
	bool last = index + 1 == scale->row_count;
	if (!row->has_to) {
		if (!last)
			complain(parser, spot, CODE_BANDS, "只有最后一段可以没有 to",
			    "only the last band may be without \"to\"");
		return;
	}
	if (exact_compare(row->to, *before) <= 0 ||
	    !exact_divide(&units, row->to, scale->each.number) || !exact_is_whole(units))
		complain(parser, spot, CODE_BANDS, "第 %zu 段", "band %zu", index + 1);
	*before = row->to;
}

static void read_band(
    struct parser *parser, const struct spot *spot, enum unit unit, struct scale_row *row)
{
	static const struct member members[] = { { "to", false }, { "points", true },
		{ NULL, false } };
	struct spot to = spot_member(spot, "to");
	read_members(parser, spot, members);
	row->path = spot_path(parser, spot);
	row->has_to = to.value != NULL && read_quantity(parser, &to, unit, &row->to);
	row->rate = read_points_of(parser, spot, "points");
}

void read_bands(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	const struct node *operand = read_subject(parser, spot, scope, WANT_NUMBER, node);
	struct spot rows = spot_member(spot, "rows");
	struct scale *scale = node->scale;
	enum unit unit = is_broken(operand) ? UNIT_ANY : operand->typing.unit;
	struct exact before = EXACT_ZERO;
	read_step_size(parser, spot, unit, &scale->each);
	scale->part = read_part(parser, spot, 2);
	scale->row_count = read_array(parser, &rows, MEMBERS_MAX);
	scale->rows = parser_allocate(parser, scale->row_count * sizeof *scale->rows);
	const struct json_value *value = scale->row_count > 0 ? json_first(rows.value) : NULL;
	if (rows.value != NULL && scale->row_count == 0)
		complain(parser, &rows, CODE_BANDS, "没有分段", "there is no band");
	for (size_t i = 0; i < scale->row_count; i++, value = json_next(value)) {
		struct spot row = spot_index(&rows, i, value);
		read_band(parser, &row, unit, &scale->rows[i]);
		check_band(parser, &row, scale, i, &before);
	}
}

// --- matrices ------------------------------------------------------------------------------------

static void read_cells(struct parser *parser, const struct spot *spot, const struct scale *scale,
    struct scale_row *row)
{
	struct spot points = spot_member(spot, "points");
	size_t count = read_array(parser, &points, MEMBERS_MAX);
	row->cells = parser_allocate(parser, scale->column_count * sizeof *row->cells);
	if (points.value != NULL && count != scale->column_count) {
		complain(parser, &points, CODE_MEMBER_TYPE, "应有 %zu 个", "%zu are needed",
		    scale->column_count);
		return;
	}
	const struct json_value *value = count > 0 ? json_first(points.value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot cell = spot_index(&points, i, value);
		row->cells[i] = read_points(parser, &cell);
	}
}

static void read_columns(struct parser *parser, const struct spot *spot, const struct scope *scope,
    const struct node *subject, struct scale *scale)
{
	struct spot columns = spot_member(spot, "columns");
	scale->column_count = read_array(parser, &columns, MEMBERS_MAX);
	scale->columns = parser_allocate(parser, scale->column_count * sizeof *scale->columns);
	const struct json_value *value = scale->column_count > 0 ? json_first(columns.value) : NULL;
	for (size_t i = 0; i < scale->column_count; i++, value = json_next(value)) {
		struct spot column = spot_index(&columns, i, value);
		scale->columns[i] = read_test(parser, &column, scope, &subject->typing);
	}
	if (!is_broken(subject))
		check_rows(parser, &columns, subject, scale->columns, scale->column_count);
}

static void read_matrix_rows(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	static const struct member members[] = { { "is", true }, { "points", true },
		{ NULL, false } };
	struct spot rows = spot_member(spot, "rows");
	struct scale *scale = node->scale;
	scale->row_count = read_array(parser, &rows, MEMBERS_MAX);
	scale->rows = parser_allocate(parser, scale->row_count * sizeof *scale->rows);
	const struct json_value *value = scale->row_count > 0 ? json_first(rows.value) : NULL;
	for (size_t i = 0; i < scale->row_count; i++, value = json_next(value)) {
		struct spot row = spot_index(&rows, i, value), is = spot_member(&row, "is");
		read_members(parser, &row, members);
		scale->rows[i].path = spot_path(parser, &row);
		scale->rows[i].test = read_test(parser, &is, scope, &node->of[0]->typing);
		read_cells(parser, &row, scale, &scale->rows[i]);
	}
	if (!is_broken(node->of[0]))
		check_scale_rows(parser, &rows, node);
}

void read_matrix(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	const unsigned want = WANT_NUMBER | WANT_DATE | WANT_TEXT | WANT_BOOLEAN;
	struct spot list = spot_member(spot, "matrix");
	node->scale = parser_allocate(parser, sizeof *node->scale);
	node->typing = (struct typing){ .type = TYPE_NUMBER };
	if (!read_is(parser, &list, JSON_ARRAY))
		return;
	if (json_size(list.value) != 2) {
		complain(parser, &list, CODE_MEMBER_TYPE, "应有两个", "two are needed");
		return;
	}
	const struct json_value *first = json_first(list.value);
	struct spot row = spot_index(&list, 0, first),
		    column = spot_index(&list, 1, json_next(first));
	const struct node *operands[] = { read_expression(parser, &row, scope, want),
		read_expression(parser, &column, scope, want) };
	node_set_operands(parser, node, operands, 2);
	read_columns(parser, spot, scope, operands[1], node->scale);
	read_matrix_rows(parser, spot, scope, node);
}
