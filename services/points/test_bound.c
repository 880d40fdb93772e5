// SPDX-License-Identifier: Apache-2.0
// test_bound: a test with what it compares with worked out once, to be asked of many values.
#include "evaluation.h"

#include "calendar.h"

#include <stdio.h>

struct bound_cells {
	const struct bound *bound;
	struct cell *operands;
	enum value_type *types;
	const struct external_list *list;
	const struct dossier *assumed; // stands for the list, or NULL
	struct bound_test *test;
};

struct bound_test {
	struct bound_cells *bounds;
	size_t count;
};

static void bind_operands(
    struct evaluation *evaluation, struct bound_cells *cells, struct cell *cell)
{
	const struct bound *bound = cells->bound;
	cells->operands =
	    arena_allocate(&evaluation->arena, bound->operand_count * sizeof *cells->operands);
	cells->types =
	    arena_allocate(&evaluation->arena, bound->operand_count * sizeof *cells->types);
	for (size_t i = 0; i < bound->operand_count; i++) {
		cells->operands[i] = evaluate_cell(evaluation, bound->operands[i]);
		cells->types[i] = bound->operands[i]->typing.type;
		cell_take_doubts(evaluation, cell, &cells->operands[i]);
	}
}

struct bound_test *test_bind(
    struct evaluation *evaluation, const struct test *test, struct cell *cell)
{
	struct bound_test *bound_test = arena_allocate(&evaluation->arena, sizeof *bound_test);
	bound_test->count = test->bound_count;
	bound_test->bounds =
	    arena_allocate(&evaluation->arena, test->bound_count * sizeof *bound_test->bounds);
	for (size_t i = 0; i < test->bound_count; i++) {
		struct bound_cells *cells = &bound_test->bounds[i];
		cells->bound = &test->bounds[i];
		bind_operands(evaluation, cells, cell);
		if (cells->bound->operation == BOUND_NOT)
			cells->test = test_bind(evaluation, cells->bound->test, cell);
		if (cells->bound->operation != BOUND_LISTED)
			continue;
		cells->list = &evaluation->rules->lists[cells->bound->list];
		cells->assumed = dossier_assumes_list(evaluation->dossier, cells->list->id)
				     ? evaluation->dossier
				     : NULL;
		if (cells->list->unknown && cells->assumed == NULL)
			cell_doubt(evaluation, cell, DOUBT_TABLE_UNKNOWN, cells->bound->path);
	}
	return bound_test;
}

// A date stands for its month where it is compared with a month.
static int compare_times(int64_t a, enum value_type a_type, int64_t b, enum value_type b_type)
{
	if (a_type != b_type) {
		a = a_type == TYPE_DATE ? calendar_month(a) : a;
		b = b_type == TYPE_DATE ? calendar_month(b) : b;
	}
	return (a > b) - (a < b);
}

static int compare_with(
    const struct bound_cells *cells, size_t operand, const struct cell *cell, enum value_type type)
{
	const struct cell *other = &cells->operands[operand];
	if (type == TYPE_DATE || type == TYPE_MONTH)
		return compare_times(cell->date, type, other->date, cells->types[operand]);
	return cells_compare(cell, other, type);
}

// Does the division lie in one whose code is this? Zeros at the end of six digits stand for all.
static bool lies_in(const struct cell *cell, const char *division)
{
	char code[24];
	size_t size = strlen(division);
	while (strlen(division) == 6 && size > 2 && strncmp(division + size - 2, "00", 2) == 0)
		size -= 2;
	snprintf(code, sizeof code, "%lld", (long long)cell->number.numerator);
	return strncmp(code, division, size) == 0;
}

static bool is_within(const struct bound *bound, const struct cell *cell)
{
	for (size_t i = 0; i < bound->division_count; i++)
		if (lies_in(cell, bound->divisions[i]))
			return true;
	return false;
}

static bool is_listed(
    const struct bound_cells *cells, const struct cell *cell, enum value_type type)
{
	const struct external_list *list = cells->list;
	if (cells->assumed != NULL && type == TYPE_TEXT)
		return dossier_assumes_entry(cells->assumed, list->id, cell->text);
	for (size_t i = 0; cells->assumed != NULL && i < cells->assumed->entry_count; i++) {
		const struct dossier_entry *entry = &cells->assumed->entries[i];
		if (entry->entry != NULL && strcmp(entry->list, list->id) == 0 &&
		    lies_in(cell, entry->entry))
			return true;
	}
	for (size_t i = 0; cells->assumed == NULL && i < list->count; i++)
		if (type == TYPE_NUMBER ? lies_in(cell, list->values[i])
					: strcmp(list->values[i], cell->text) == 0)
			return true;
	return false;
}

static bool equals_one(
    const struct bound_cells *cells, const struct cell *cell, enum value_type type)
{
	for (size_t i = 0; i < cells->bound->operand_count; i++)
		if (cells->operands[i].present && compare_with(cells, i, cell, type) == 0)
			return true;
	return false;
}

static bool compares(const struct bound_cells *cells, const struct cell *cell, enum value_type type)
{
	if (!cells->operands[0].present)
		return false;
	int order = compare_with(cells, 0, cell, type);
	switch (cells->bound->operation) {
	case BOUND_FROM:
		return order >= 0;
	case BOUND_TO:
		return order <= 0;
	case BOUND_ABOVE:
	case BOUND_AFTER:
		return order > 0;
	default:
		return order < 0;
	}
}

static bool bound_holds(
    const struct bound_cells *cells, const struct cell *cell, enum value_type type)
{
	enum bound_operator operation = cells->bound->operation;
	if (operation == BOUND_NOT)
		return !test_holds(cells->test, cell, type);
	if (operation == BOUND_ABSENT)
		return cell->present != cells->bound->absent;
	if (!cell->present)
		return false;
	if (operation == BOUND_WITHIN)
		return is_within(cells->bound, cell);
	if (operation == BOUND_LISTED)
		return is_listed(cells, cell, type);
	if (operation == BOUND_EQUAL)
		return equals_one(cells, cell, type);
	return compares(cells, cell, type);
}

bool test_takes_absent(const struct bound_test *test)
{
	for (size_t i = 0; i < test->count; i++)
		if (test->bounds[i].bound->operation == BOUND_ABSENT)
			return test->bounds[i].bound->absent;
	return false;
}

// The least of the values that is above x.
static bool equal_begins(const struct bound_cells *cells, struct exact x, struct exact *begin)
{
	bool found = false;
	for (size_t i = 0; i < cells->bound->operand_count; i++) {
		const struct cell *one = &cells->operands[i];
		if (!one->present || exact_compare(one->number, x) <= 0 ||
		    (found && exact_compare(one->number, *begin) >= 0))
			continue;
		*begin = one->number;
		found = true;
	}
	return found;
}

// False: absent, nothing passes. The greater of two lower bounds counts.
static bool raise_begin(
    const struct bound_cells *cells, bool *found, struct exact *begin, bool *open)
{
	bool above = cells->bound->operation == BOUND_ABOVE;
	const struct cell *at = &cells->operands[0];
	if (!at->present)
		return false;
	int order = *found ? exact_compare(at->number, *begin) : 1;
	if (order > 0 || (order == 0 && above)) {
		*begin = at->number;
		*open = above;
	}
	*found = true;
	return true;
}

bool test_begins(const struct bound_test *test, struct exact x, struct exact *begin, bool *open)
{
	bool found = false;
	*open = false;
	for (size_t i = 0; i < test->count; i++) {
		const struct bound_cells *cells = &test->bounds[i];
		enum bound_operator operation = cells->bound->operation;
		if (operation == BOUND_EQUAL)
			return equal_begins(cells, x, begin);
		if ((operation == BOUND_FROM || operation == BOUND_ABOVE) &&
		    !raise_begin(cells, &found, begin, open))
			return false;
	}
	int order = found ? exact_compare(*begin, x) : -1;
	return order > 0 || (order == 0 && *open);
}

bool test_holds(const struct bound_test *test, const struct cell *cell, enum value_type type)
{
	for (size_t i = 0; i < test->count; i++)
		if (!bound_holds(&test->bounds[i], cell, type))
			return false;
	return true;
}
