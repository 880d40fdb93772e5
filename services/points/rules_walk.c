// SPDX-License-Identifier: Apache-2.0
// rules_walk: what a node is made of, wherever it is kept.
#include "rules_parser.h"

static void test_each(const struct test *test, node_visit *visit, void *context)
{
	for (size_t i = 0; test != NULL && i < test->bound_count; i++) {
		const struct bound *bound = &test->bounds[i];
		for (size_t k = 0; k < bound->operand_count; k++)
			visit(bound->operands[k], context);
		test_each(bound->test, visit, context);
	}
}

static void where_each(const struct where *where, node_visit *visit, void *context)
{
	if (where->operation == WHERE_FIELD)
		test_each(where->test, visit, context);
	for (size_t i = 0; i < where->count; i++)
		where_each(&where->of[i], visit, context);
}

static void select_each(const struct select *select, node_visit *visit, void *context)
{
	if (select->base != NULL)
		visit(select->base, context);
	if (select->partner != NULL)
		visit(select->partner, context);
	for (size_t i = select->first_computed;
	     select->shape != NULL && i < select->shape->computed_count; i++)
		visit(select->shape->computed[i].value, context);
	if (select->where != NULL)
		where_each(select->where, visit, context);
	for (size_t i = 0; i < select->unless_count; i++)
		visit(select->unless[i].facts, context);
}

static void gather_each(const struct gather *gather, node_visit *visit, void *context)
{
	for (size_t i = 0; i < gather->per_count; i++)
		if (gather->per[i].value != NULL)
			visit(gather->per[i].value, context);
	if (gather->each_cap != NULL)
		visit(gather->each_cap, context);
}

static void scale_each(const struct scale *scale, node_visit *visit, void *context)
{
	for (size_t i = 0; i < scale->row_count; i++) {
		test_each(scale->rows[i].test, visit, context);
		if (scale->rows[i].points != NULL)
			visit(scale->rows[i].points, context);
	}
	for (size_t i = 0; i < scale->column_count; i++)
		test_each(scale->columns[i], visit, context);
	if (scale->otherwise != NULL)
		visit(scale->otherwise, context);
}

static bool is_gather(enum operation operation)
{
	return operation >= OP_COUNT && operation <= OP_OLDEST;
}

static bool is_scale(enum operation operation)
{
	return (operation >= OP_PER_UNIT && operation <= OP_MATRIX) || operation == OP_TEST;
}

void node_each(const struct node *node, node_visit *visit, void *context)
{
	if (node->operation == OP_SELECT && node->select != NULL)
		select_each(node->select, visit, context);
	for (size_t i = 0; i < node->count; i++)
		if (node->of[i] != NULL)
			visit(node->of[i], context);
	if (is_gather(node->operation) && node->gather != NULL)
		gather_each(node->gather, visit, context);
	if (is_scale(node->operation) && node->scale != NULL)
		scale_each(node->scale, visit, context);
}
