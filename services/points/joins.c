// SPDX-License-Identifier: Apache-2.0
// joins: facts that are kept or dropped because of others.
#include "evaluation.h"

#include "calendar.h"

// Absent equals nothing.
static bool agrees(struct evaluation *evaluation, const struct row *mine, const struct row *theirs,
    const struct join *on, size_t count, const struct select *select, struct cell *doubted)
{
	for (size_t i = 0; i < count; i++) {
		struct cell a = row_field_needed(evaluation, mine, &on[i].mine, select, doubted);
		if (!a.present)
			return false;
		struct cell b = row_field(evaluation, theirs, &on[i].theirs, doubted);
		if (!b.present || cells_compare(&a, &b, on[i].mine.typing.type) != 0)
			return false;
	}
	return true;
}

// Below, at or above 0; by months if either is one.
static int compare(int64_t a, enum value_type a_type, int64_t b, enum value_type b_type)
{
	if (a_type != b_type) {
		a = a_type == TYPE_DATE ? calendar_month(a) : a;
		b = b_type == TYPE_DATE ? calendar_month(b) : b;
	}
	return (a > b) - (a < b);
}

// Is the time of mine in the partner's?
static bool is_during(struct evaluation *evaluation, const struct row *mine,
    const struct row *theirs, const struct select *select, struct cell *doubted)
{
	enum value_type type = select->during.typing.type, from_type = TYPE_DATE,
			to_type = TYPE_DATE;
	struct cell at = row_field_needed(evaluation, mine, &select->during, select, doubted);
	int64_t from =
	    row_first_date(evaluation, theirs, &select->during_from, &from_type, doubted);
	int64_t to = row_earliest_date(evaluation, theirs, &select->during_to, &to_type, doubted);
	if (!at.present || from == 0 || compare(at.date, type, from, from_type) < 0)
		return false;
	return to == 0 || compare(at.date, type, to, to_type) <= 0;
}

struct pairs {
	struct row *list;
	size_t count, capacity;
};

// False: there are as many as may be.
static bool pairs_add(struct evaluation *evaluation, struct pairs *pairs, const struct row *mine,
    const struct row *theirs)
{
	if (pairs->count == PAIRS_MAX)
		return false;
	if (pairs->count == pairs->capacity) {
		size_t capacity = pairs->capacity > 0 ? pairs->capacity * 2 : 16;
		struct row *list = arena_allocate(&evaluation->arena, capacity * sizeof *list);
		if (pairs->count > 0)
			memcpy(list, pairs->list, pairs->count * sizeof *list);
		pairs->list = list;
		pairs->capacity = capacity;
	}
	pairs->list[pairs->count] = *mine;
	pairs->list[pairs->count++].partner = theirs;
	return true;
}

void select_join(struct evaluation *evaluation, struct step *step, struct fact_list *list,
    const struct fact_list *partners)
{
	const struct select *select = step->node->select;
	struct pairs pairs = { 0 };
	bool fits = true;
	for (size_t i = 0; i < list->count && fits; i++)
		for (size_t k = 0; k < partners->count && fits; k++) {
			const struct row *mine = &list->rows[i], *theirs = &partners->rows[k];
			if (!agrees(evaluation, mine, theirs, select->on, select->on_count, select,
				&step->cell))
				continue;
			if (select->has_during &&
			    !is_during(evaluation, mine, theirs, select, &step->cell))
				continue;
			fits = pairs_add(evaluation, &pairs, mine, theirs);
		}
	if (!fits)
		cell_doubt(evaluation, &step->cell, DOUBT_OVERFLOW, step->node->path);
	list->rows = pairs.list;
	list->count = pairs.count;
}

static bool is_same_record(const struct row *a, const struct row *b)
{
	return a->subject == b->subject && a->fact->kind == b->fact->kind &&
	       strcmp(a->fact->key, b->fact->key) == 0;
}

static bool is_dropped(struct evaluation *evaluation, struct step *step, const struct row *row,
    const struct fact_list *partners, const struct unless *unless)
{
	for (size_t i = 0; i < partners->count; i++) {
		const struct row *theirs = &partners->rows[i];
		if (unless->on_count == 0 ? is_same_record(row, theirs)
					  : agrees(evaluation, row, theirs, unless->on,
						unless->on_count, step->node->select, &step->cell))
			return true;
	}
	return false;
}

void select_drop(struct evaluation *evaluation, struct step *step, struct fact_list *list)
{
	const struct select *select = step->node->select;
	for (size_t k = 0; k < select->unless_count; k++) {
		const struct unless *unless = &select->unless[k];
		const struct fact_list *partners =
		    step_operand(evaluation, step, unless->facts)->facts;
		size_t kept = 0;
		for (size_t i = 0; i < list->count; i++)
			if (!is_dropped(evaluation, step, &list->rows[i], partners, unless))
				list->rows[kept++] = list->rows[i];
		list->count = kept;
	}
}
