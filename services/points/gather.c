// SPDX-License-Identifier: Apache-2.0
// gather: one value made of many facts.
#include "evaluation.h"

// --- keys ----------------------------------------------------------------------------------------

static enum value_type key_type(const struct per_key *key)
{
	return key->value != NULL ? key->value->typing.type : key->field.typing.type;
}

static struct cell *keys_of(struct evaluation *evaluation, struct step *step, const struct row *row)
{
	const struct gather *gather = step->node->gather;
	struct cell *keys = arena_allocate(&evaluation->arena, gather->per_count * sizeof *keys);
	for (size_t i = 0; i < gather->per_count; i++) {
		const struct per_key *key = &gather->per[i];
		if (key->value != NULL) {
			keys[i] = evaluate_on_fact(evaluation, key->value, row);
			cell_take_doubts(evaluation, &step->cell, &keys[i]);
		} else {
			keys[i] = row_field(evaluation, row, &key->field, &step->cell);
		}
	}
	return keys;
}

static bool same_keys(const struct gather *gather, const struct cell *a, const struct cell *b)
{
	for (size_t i = 0; i < gather->per_count; i++)
		if (!cells_equal(&a[i], &b[i], key_type(&gather->per[i])))
			return false;
	return true;
}

struct heap {
	struct cell *keys;
	bool any;
	struct exact number;
};

struct heaps {
	struct heap *list;
	size_t count;
};

// The heap that a row belongs to, made anew in the order of first rows.
static struct heap *heap_of(
    struct evaluation *evaluation, struct step *step, struct heaps *heaps, const struct row *row)
{
	struct cell *keys = keys_of(evaluation, step, row);
	for (size_t i = 0; i < heaps->count; i++)
		if (same_keys(step->node->gather, heaps->list[i].keys, keys))
			return &heaps->list[i];
	heaps->list[heaps->count] = (struct heap){ .keys = keys, .number = EXACT_ZERO };
	return &heaps->list[heaps->count++];
}

static struct heaps heaps_new(struct evaluation *evaluation, size_t rows)
{
	return (struct heaps){ arena_allocate(&evaluation->arena, rows * sizeof(struct heap)), 0 };
}

void evaluate_count(struct evaluation *evaluation, struct step *step)
{
	step_operands(evaluation, step);
	const struct fact_list *facts = step->of[0]->cell.facts;
	size_t count = facts->count;
	step->cell.present = true;
	if (step->node->operation == OP_EXISTS) {
		step->cell.boolean = count > 0;
		return;
	}
	if (step->node->gather->per_count > 0) {
		struct heaps heaps = heaps_new(evaluation, count);
		for (size_t i = 0; i < count; i++)
			(void)heap_of(evaluation, step, &heaps, &facts->rows[i]);
		count = heaps.count;
	}
	step->cell.number = exact_of((int64_t)count);
}

// --- sums ----------------------------------------------------------------------------------------

static bool heap_take(struct heap *heap, enum per_each each, struct exact number)
{
	bool first = !heap->any;
	heap->any = true;
	if (each == EACH_SUM)
		return exact_add(&heap->number, heap->number, number);
	int order = exact_compare(number, heap->number);
	if (first || (each == EACH_BEST ? order > 0 : order < 0))
		heap->number = number;
	return true;
}

static bool heaps_sum(struct exact *sum, const struct heaps *heaps, const struct cell *cap)
{
	for (size_t i = 0; i < heaps->count; i++) {
		struct exact number = heaps->list[i].number;
		if (!heaps->list[i].any)
			continue;
		if (cap != NULL && cap->present && exact_compare(number, cap->number) > 0)
			number = cap->number;
		if (!exact_add(sum, *sum, number))
			return false;
	}
	return true;
}

void evaluate_sum(struct evaluation *evaluation, struct step *step)
{
	const struct node *node = step->node;
	const struct gather *gather = node->gather;
	const struct fact_list *facts = step_operand(evaluation, step, node->of[0])->facts;
	struct heaps heaps = heaps_new(evaluation, facts->count + 1);
	struct heap *heap = &heaps.list[0];
	struct exact sum = EXACT_ZERO;
	bool fits = true;
	heaps.count = gather->per_count == 0;
	heap->number = EXACT_ZERO;
	for (size_t i = 0; i < facts->count; i++) {
		struct cell cell = evaluate_on_fact(evaluation, node->of[1], &facts->rows[i]);
		cell_take_doubts(evaluation, &step->cell, &cell);
		if (gather->per_count > 0)
			heap = heap_of(evaluation, step, &heaps, &facts->rows[i]);
		if (cell.present)
			fits = heap_take(heap, gather->each, cell.number) && fits;
	}
	const struct cell *cap =
	    gather->each_cap != NULL ? step_operand(evaluation, step, gather->each_cap) : NULL;
	fits = fits && heaps_sum(&sum, &heaps, cap);
	step_set_number(evaluation, step, fits, sum);
}

// --- best, newest --------------------------------------------------------------------------------

// The step of the fact that was chosen is kept, for the explanation.
static void keep_step(struct evaluation *evaluation, struct step *step, const struct row *row)
{
	const struct row *outside = evaluation->fact;
	struct doubts doubts = step->cell.doubts;
	evaluation->fact = row;
	(void)step_operand(evaluation, step, step->node->of[1]);
	evaluation->fact = outside;
	step->cell.doubts = doubts;
}

void evaluate_best(struct evaluation *evaluation, struct step *step)
{
	const struct node *node = step->node;
	int wanted = node->operation == OP_BEST ? 1 : -1;
	const struct fact_list *facts = step_operand(evaluation, step, node->of[0])->facts;
	struct cell chosen = { 0 };
	for (size_t i = 0; i < facts->count; i++) {
		struct cell cell = evaluate_on_fact(evaluation, node->of[1], &facts->rows[i]);
		cell_take_doubts(evaluation, &step->cell, &cell);
		if (!cell.present ||
		    (chosen.present && cells_compare(&cell, &chosen, node->typing.type) != wanted))
			continue;
		chosen = cell;
		step->row = (int)i;
	}
	if (!chosen.present)
		return;
	keep_step(evaluation, step, &facts->rows[step->row]);
	step->cell.present = true;
	if (node->typing.type == TYPE_NUMBER)
		step->cell.number = chosen.number;
	else
		step->cell.date = chosen.date;
}

// An absent `by` is beaten by every present one; of equals the first stands.
void evaluate_newest(struct evaluation *evaluation, struct step *step)
{
	const struct gather *gather = step->node->gather;
	int wanted = step->node->operation == OP_NEWEST ? 1 : -1;
	step_operands(evaluation, step);
	const struct fact_list *facts = step->of[0]->cell.facts;
	struct cell chosen = { 0 };
	for (size_t i = 0; i < facts->count; i++) {
		struct cell by = row_field(evaluation, &facts->rows[i], &gather->by, &step->cell);
		bool better =
		    step->row < 0 || (by.present && !chosen.present) ||
		    (by.present && cells_compare(&by, &chosen, gather->by.typing.type) == wanted);
		if (!better)
			continue;
		chosen = by;
		step->row = (int)i;
	}
	if (step->row < 0)
		return;
	struct cell value =
	    row_field(evaluation, &facts->rows[step->row], &gather->field, &step->cell);
	cell_take_doubts(evaluation, &value, &step->cell);
	step->cell = value;
}
