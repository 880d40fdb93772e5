// SPDX-License-Identifier: Apache-2.0
// select: which facts are taken, in the order of docs/rules.md.
#include "evaluation.h"

#include "calendar.h"

// --- subjects ------------------------------------------------------------------------------------

static void add_subject(struct fact_list *list, struct consulted consulted)
{
	for (size_t i = 0; i < list->subject_count; i++)
		if (list->subjects[i].subject == consulted.subject && consulted.subject != SIZE_MAX)
			return;
	list->subjects[list->subject_count++] = consulted;
}

static void take_persons(struct evaluation *evaluation, struct step *step, struct fact_list *list)
{
	const struct select *select = step->node->select;
	const struct perspective *perspective = evaluation->perspective;
	size_t count = 0;
	for (size_t i = 0; i < select->role_count; i++)
		count += perspective->roles[select->roles[i]].count;
	list->subjects = arena_allocate(&evaluation->arena, count * sizeof *list->subjects);
	step->cell.looked = true;
	for (size_t i = 0; i < select->role_count; i++) {
		const struct cast_role *role = &perspective->roles[select->roles[i]];
		step->cell.doubts = doubts_unite(evaluation, step->cell.doubts, role->doubts);
		for (size_t k = 0; k < role->count; k++)
			add_subject(
			    list, (struct consulted){ role->persons[k].subject,
				      (int)role->persons[k].label, (int)select->roles[i], false });
	}
}

static const struct join *subject_join(const struct select *select)
{
	for (size_t i = 0; i < select->on_count; i++)
		if (select->on[i].mine.place == IN_SUBJECT)
			return &select->on[i];
	return NULL;
}

// The enterprises or dwellings that the partners name.
static void take_named(struct evaluation *evaluation, struct step *step, struct fact_list *list,
    const struct fact_list *partners)
{
	const struct select *select = step->node->select;
	const struct join *join = subject_join(select);
	step->cell.looked = true;
	list->subjects =
	    arena_allocate(&evaluation->arena, partners->count * sizeof *list->subjects);
	for (size_t i = 0; i < partners->count; i++) {
		struct cell cell =
		    row_field(evaluation, &partners->rows[i], &join->theirs, &step->cell);
		if (!cell.present)
			continue;
		size_t subject =
		    dossier_find(evaluation->dossier, select->kind->subject.type, cell.text);
		add_subject(list, (struct consulted){ subject, -1, -1, false });
	}
}

// --- facts and rows ------------------------------------------------------------------------------

struct rows {
	struct row *list;
	size_t count, capacity;
};

// False: there are as many as may be.
static bool rows_add(struct evaluation *evaluation, struct rows *rows, struct row row)
{
	if (rows->count == FACTS_MAX)
		return false;
	if (rows->count == rows->capacity) {
		size_t capacity = rows->capacity > 0 ? rows->capacity * 2 : 16;
		struct row *list = arena_allocate(&evaluation->arena, capacity * sizeof *list);
		if (rows->count > 0)
			memcpy(list, rows->list, rows->count * sizeof *list);
		rows->list = list;
		rows->capacity = capacity;
	}
	rows->list[rows->count++] = row;
	return true;
}

static int64_t period_of(
    const struct kind *kind, const struct dossier_fact *fact, const struct value *values)
{
	const struct value *year = &fact->values[kind->fold->into];
	const struct value *month = &values[kind->fold->by];
	return year->present && month->present ? year->integer * 100 + month->integer : 0;
}

static bool add_list_rows(struct evaluation *evaluation, const struct shape *shape,
    struct rows *rows, const struct row *record)
{
	const struct value *list = &record->fact->values[shape->rows_index];
	int64_t this_month = calendar_month(evaluation->dossier->as_of);
	for (size_t i = 0; list->present && i < (size_t)list->integer; i++) {
		struct row row = *record;
		row.values = list->rows + i * shape->rows->field_count;
		row.number = i;
		if (shape->has_period)
			row.period = period_of(shape->kind, row.fact, row.values);
		if (row.period > this_month)
			continue;
		if (!rows_add(evaluation, rows, row))
			return false;
	}
	return true;
}

static int compare_periods(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	if (a->fact->valid_since != b->fact->valid_since)
		return a->fact->valid_since < b->fact->valid_since ? -1 : 1;
	int order = strcmp(a->fact->key, b->fact->key);
	if (order != 0)
		return order;
	if (a->period != b->period)
		return a->period < b->period ? -1 : 1;
	if (a->fact != b->fact)
		return a->fact < b->fact ? -1 : 1; // in the dossier the one that stands is first
	return a->number < b->number ? -1 : a->number > b->number;
}

static bool stands_behind(const struct row *row, const struct row *before, bool has_period)
{
	return row->fact != before->fact && strcmp(row->fact->key, before->fact->key) == 0 &&
	       (!has_period || row->period == before->period);
}

// Of a kind that folds, the same month, or record, may be there under several numbers of a person.
static void settle_folds(const struct shape *shape, struct rows *rows, size_t first)
{
	size_t kept = first;
	if (shape->kind->fold == NULL || rows->count - first < 2)
		return;
	if (shape->has_period)
		qsort(rows->list + first, rows->count - first, sizeof *rows->list, compare_periods);
	for (size_t i = first + 1; i < rows->count; i++)
		if (!stands_behind(&rows->list[i], &rows->list[kept], shape->has_period))
			rows->list[++kept] = rows->list[i];
	rows->count = kept + 1;
}

static bool take_subject(struct evaluation *evaluation, const struct select *select,
    struct rows *rows, struct fact_list *list, size_t place)
{
	struct consulted *consulted = &list->subjects[place];
	const struct dossier_fact *facts;
	size_t first = rows->count;
	bool fits = true;
	if (consulted->subject == SIZE_MAX)
		return true;
	size_t count = dossier_facts(evaluation->dossier, consulted->subject, select->kind, &facts);
	for (size_t i = 0; fits && i < count; i++) {
		struct row record = { .fact = &facts[i],
			.consulted = place,
			.subject = consulted->subject,
			.role = consulted->role,
			.label = consulted->label };
		if (facts[i].valid_since > evaluation->dossier->as_of && !select->later)
			continue;
		consulted->any = true;
		fits = select->shape->rows != NULL
			   ? add_list_rows(evaluation, select->shape, rows, &record)
			   : rows_add(evaluation, rows, record);
	}
	settle_folds(select->shape, rows, first);
	return fits;
}

static void take_facts(struct evaluation *evaluation, struct step *step, struct fact_list *list)
{
	struct rows rows = { 0 };
	bool fits = true;
	for (size_t i = 0; fits && i < list->subject_count; i++)
		fits = take_subject(evaluation, step->node->select, &rows, list, i);
	if (!fits)
		cell_doubt(evaluation, &step->cell, DOUBT_OVERFLOW, step->node->path);
	list->rows = rows.list;
	list->count = rows.count;
}

static void take_base(struct evaluation *evaluation, struct step *step, struct fact_list *list)
{
	const struct fact_list *base =
	    step_operand(evaluation, step, step->node->select->base)->facts;
	list->rows = arena_copy(&evaluation->arena, base->rows, base->count * sizeof *list->rows);
	list->count = base->count;
	list->subjects = base->subjects;
	list->subject_count = base->subject_count;
}

// --- computed fields and conditions --------------------------------------------------------------

static void compute(struct evaluation *evaluation, struct step *step, struct fact_list *list)
{
	const struct select *select = step->node->select;
	const struct shape *shape = select->shape;
	if (shape->computed_count == select->first_computed)
		return;
	const struct select *outside = evaluation->needing;
	evaluation->needing = select;
	for (size_t i = 0; i < list->count; i++) {
		struct row *row = &list->rows[i];
		struct cell *cells =
		    arena_allocate(&evaluation->arena, shape->computed_count * sizeof *cells);
		if (select->first_computed > 0)
			memcpy(cells, row->computed, select->first_computed * sizeof *cells);
		row->computed = cells;
		for (size_t k = select->first_computed; k < shape->computed_count; k++)
			cells[k] = evaluate_on_fact(evaluation, shape->computed[k].value, row);
	}
	evaluation->needing = outside;
}

struct bound_where {
	const struct where *where;
	struct bound_where *of;
	struct bound_test *test;
	struct cell operands; // doubts of what is compared with
};

static void where_bind(
    struct evaluation *evaluation, const struct where *where, struct bound_where *bound)
{
	bound->where = where;
	if (where->operation == WHERE_FIELD)
		bound->test = test_bind(evaluation, where->test, &bound->operands);
	bound->of = arena_allocate(&evaluation->arena, where->count * sizeof *bound->of);
	for (size_t i = 0; i < where->count; i++)
		where_bind(evaluation, &where->of[i], &bound->of[i]);
}

static bool where_holds(struct evaluation *evaluation, const struct select *select,
    const struct bound_where *bound, const struct row *row, struct cell *doubted);

static bool field_holds(struct evaluation *evaluation, const struct select *select,
    const struct bound_where *bound, const struct row *row, struct cell *doubted)
{
	const struct field_use *use = &bound->where->field;
	struct cell cell = row_field_needed(evaluation, row, use, select, doubted);
	cell_take_doubts(evaluation, doubted, &bound->operands);
	return test_holds(bound->test, &cell, use->typing.type);
}

// A member that decides for certain leaves no doubt, as in `all` and `any`.
static bool members_hold(struct evaluation *evaluation, const struct select *select,
    const struct bound_where *bound, const struct row *row, struct cell *doubted)
{
	bool decides = bound->where->operation == WHERE_ANY, holds = !decides, certain = false;
	struct cell all = { 0 };
	for (size_t i = 0; i < bound->where->count; i++) {
		struct cell one = { 0 };
		bool member = where_holds(evaluation, select, &bound->of[i], row, &one);
		cell_take_doubts(evaluation, &all, &one);
		if (member != decides)
			continue;
		holds = decides;
		certain = certain || one.doubts.count == 0;
	}
	if (certain)
		all.doubts = (struct doubts){ 0 };
	cell_take_doubts(evaluation, doubted, &all);
	return holds;
}

static bool where_holds(struct evaluation *evaluation, const struct select *select,
    const struct bound_where *bound, const struct row *row, struct cell *doubted)
{
	if (bound->where->operation == WHERE_FIELD)
		return field_holds(evaluation, select, bound, row, doubted);
	if (bound->where->operation == WHERE_NOT)
		return !where_holds(evaluation, select, &bound->of[0], row, doubted);
	return members_hold(evaluation, select, bound, row, doubted);
}

static void keep_where(struct evaluation *evaluation, struct step *step, struct fact_list *list)
{
	const struct select *select = step->node->select;
	struct bound_where bound = { 0 };
	size_t kept = 0;
	if (select->where == NULL)
		return;
	where_bind(evaluation, select->where, &bound);
	for (size_t i = 0; i < list->count; i++)
		if (where_holds(evaluation, select, &bound, &list->rows[i], &step->cell))
			list->rows[kept++] = list->rows[i];
	list->count = kept;
}

static void keep_unused(struct evaluation *evaluation, struct step *step, struct fact_list *list)
{
	const struct select *select = step->node->select;
	size_t kept = 0;
	if (!select->has_unused)
		return;
	const struct rules_register *what =
	    &evaluation->rules->registers[select->unused_register].what;
	for (size_t i = 0; i < list->count; i++) {
		struct cell cell =
		    row_field(evaluation, &list->rows[i], &select->unused_key, &step->cell);
		bool used = cell.present &&
			    dossier_uses(evaluation->dossier, what->id, cell.text) >= what->limit;
		if (!used)
			list->rows[kept++] = list->rows[i];
	}
	list->count = kept;
}

static void check_needs(struct evaluation *evaluation, struct step *step, struct fact_list *list)
{
	const struct select *select = step->node->select;
	for (size_t i = 0; i < list->count; i++)
		for (size_t k = 0; k < select->needs.count; k++)
			(void)row_field_needed(evaluation, &list->rows[i], &select->needs.list[k],
			    select, &step->cell);
}

static void consult(struct evaluation *evaluation, struct step *step, struct fact_list *list)
{
	bool *in_result =
	    arena_allocate(&evaluation->arena, list->subject_count * sizeof *in_result);
	for (size_t i = 0; i < list->count; i++)
		if (list->rows[i].consulted < list->subject_count)
			in_result[list->rows[i].consulted] = true;
	for (size_t i = 0; i < list->subject_count; i++)
		cell_consult(evaluation, &step->cell, step->node->select->kind, &list->subjects[i],
		    in_result[i]);
}

void evaluate_select(struct evaluation *evaluation, struct step *step)
{
	const struct select *select = step->node->select;
	struct fact_list *list = arena_allocate(&evaluation->arena, sizeof *list);
	const struct fact_list *partners = NULL;
	list->shape = select->shape;
	if (select->base != NULL)
		take_base(evaluation, step, list);
	if (select->partner != NULL)
		partners = step_operand(evaluation, step, select->partner)->facts;
	if (select->base == NULL && select->kind->subject.type == FIELD_PERSON)
		take_persons(evaluation, step, list);
	else if (select->base == NULL)
		take_named(evaluation, step, list, partners);
	if (select->base == NULL)
		take_facts(evaluation, step, list);
	if (partners != NULL)
		select_join(evaluation, step, list, partners);
	compute(evaluation, step, list);
	keep_where(evaluation, step, list);
	select_drop(evaluation, step, list);
	keep_unused(evaluation, step, list);
	check_needs(evaluation, step, list);
	consult(evaluation, step, list);
	step->cell.present = true;
	step->cell.facts = list;
}
