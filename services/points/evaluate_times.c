// SPDX-License-Identifier: Apache-2.0
// evaluate_times: operators on dates, months and spans.
#include "evaluation.h"

#include "calendar.h"
#include "date.h"

void evaluate_length(struct evaluation *evaluation, struct step *step)
{
	struct exact length = EXACT_ZERO;
	step_operands(evaluation, step);
	const struct spans *spans = step->of[0]->cell.spans;
	if (step->node->operation == OP_LENGTH)
		step_set_number(evaluation, step, spans_length(&length, spans), length);
	else
		step_set_number(evaluation, step, true, exact_of(spans_days(spans)));
}

void evaluate_between(struct evaluation *evaluation, struct step *step)
{
	step_operands(evaluation, step);
	const struct cell *from = &step->of[0]->cell, *to = &step->of[1]->cell;
	if (!from->present || !to->present)
		return;
	step->cell.present = true;
	step->cell.number = step->node->operation == OP_BETWEEN
				? calendar_months_between(from->date, to->date)
				: exact_of(calendar_days_between(from->date, to->date));
}

void evaluate_shift(struct evaluation *evaluation, struct step *step)
{
	step_operands(evaluation, step);
	const struct cell *cell = &step->of[0]->cell;
	step->cell.present = cell->present && calendar_shift(&step->cell.date, cell->date,
						  step->node->shift.months, step->node->shift.days);
}

void evaluate_edge(struct evaluation *evaluation, struct step *step)
{
	bool is_start = step->node->operation == OP_START_OF;
	step_operands(evaluation, step);
	const struct cell *cell = &step->of[0]->cell;
	if (!cell->present)
		return;
	bool is_month = step->node->of[0]->typing.type == TYPE_MONTH;
	int64_t month = is_month ? cell->date : calendar_month(cell->date);
	if (step->node->of_year)
		month = month / 100 * 100 + (is_start ? 1 : 12);
	step->cell.present = true;
	step->cell.date = is_start ? calendar_first_day(month) : calendar_last_day(month);
}

void evaluate_month(struct evaluation *evaluation, struct step *step)
{
	step_operands(evaluation, step);
	step->cell.present = step->of[0]->cell.present;
	step->cell.date = step->cell.present ? calendar_month(step->of[0]->cell.date) : 0;
}

// --- spans ---------------------------------------------------------------------------------------

// Moves a set into the evaluation's own memory.
static void set_spans(struct evaluation *evaluation, struct step *step, struct spans *spans)
{
	struct spans *kept = arena_allocate(&evaluation->arena, sizeof *kept);
	kept->list =
	    arena_copy(&evaluation->arena, spans->list, spans->count * sizeof *spans->list);
	kept->count = spans->count;
	spans_deinit(spans);
	step->cell.present = true;
	step->cell.spans = kept;
}

static void append_months(
    struct evaluation *evaluation, struct step *step, const struct row *row, struct spans *spans)
{
	const struct field_use *use = &step->node->spans->month;
	struct cell cell = row_field(evaluation, row, use, &step->cell);
	if (!cell.present)
		return;
	int64_t month = use->typing.type == TYPE_MONTH ? cell.date : calendar_month(cell.date);
	if (month > calendar_month(evaluation->dossier->as_of))
		return;
	spans_append(spans, date_to_days(calendar_first_day(month)),
	    date_to_days(calendar_last_day(month)) + 1);
}

static void append_days(
    struct evaluation *evaluation, struct step *step, const struct row *row, struct spans *spans)
{
	const struct spans_of *of = step->node->spans;
	int64_t today = date_to_days(evaluation->dossier->as_of) + 1;
	enum value_type type;
	int64_t from = row_first_date(evaluation, row, &of->from, &type, &step->cell);
	int64_t to = row_earliest_date(evaluation, row, &of->to, &type, &step->cell);
	if (from == 0) {
		step->cell.doubts = doubts_unite(evaluation, step->cell.doubts,
		    doubts_of(evaluation, DOUBT_NOT_REPORTED, row->fact->kind, row->label, NULL));
		return;
	}
	int64_t until = to != 0 ? date_to_days(to) + 1 : today;
	spans_append(spans, date_to_days(from), until < today ? until : today);
}

void evaluate_spans(struct evaluation *evaluation, struct step *step)
{
	struct spans spans = { 0 };
	step_operands(evaluation, step);
	const struct fact_list *facts = step->of[0]->cell.facts;
	for (size_t i = 0; i < facts->count; i++)
		(step->node->spans->by_month ? append_months : append_days)(
		    evaluation, step, &facts->rows[i], &spans);
	spans_settle(&spans);
	set_spans(evaluation, step, &spans);
}

void evaluate_spans_sets(struct evaluation *evaluation, struct step *step)
{
	static void (*const combine[OPERATORS])(
	    struct spans * out, const struct spans *a, const struct spans *b) = {
		[OP_UNION] = spans_unite,
		[OP_INTERSECT] = spans_intersect,
		[OP_WITHOUT] = spans_without,
	};
	struct spans none = { 0 }, so_far, next;
	step_operands(evaluation, step);
	spans_unite(&so_far, step->of[0]->cell.spans, &none);
	for (size_t i = 1; i < step->count; i++) {
		combine[step->node->operation](&next, &so_far, step->of[i]->cell.spans);
		spans_deinit(&so_far);
		so_far = next;
	}
	set_spans(evaluation, step, &so_far);
}

// Both days count; an absent one does not cut.
void evaluate_clip(struct evaluation *evaluation, struct step *step)
{
	const struct node *node = step->node;
	struct spans clipped;
	int64_t from = INT64_MIN, until = INT64_MAX;
	const struct spans *spans = step_operand(evaluation, step, node->of[0])->spans;
	if (node->of[1] != NULL) {
		const struct cell *cell = step_operand(evaluation, step, node->of[1]);
		from = cell->present ? date_to_days(cell->date) : from;
	}
	if (node->of[2] != NULL) {
		const struct cell *cell = step_operand(evaluation, step, node->of[2]);
		until = cell->present ? date_to_days(cell->date) + 1 : until;
	}
	spans_clip(&clipped, spans, from, until);
	set_spans(evaluation, step, &clipped);
}

void evaluate_bridge(struct evaluation *evaluation, struct step *step)
{
	struct spans bridged;
	step_operands(evaluation, step);
	spans_bridge(&bridged, step->of[0]->cell.spans, step->node->months);
	set_spans(evaluation, step, &bridged);
}

// An absent day is no day to go back from: nothing is left.
void evaluate_last_run(struct evaluation *evaluation, struct step *step)
{
	const struct node *node = step->node;
	struct spans run = { 0 };
	const struct spans *spans = step_operand(evaluation, step, node->of[0])->spans;
	int64_t day = evaluation->dossier->as_of;
	bool present = true;
	if (node->of[1] != NULL) {
		const struct cell *cell = step_operand(evaluation, step, node->of[1]);
		present = cell->present;
		day = cell->date;
	}
	if (present)
		spans_last_run(&run, spans, date_to_days(day) + 1, node->months);
	set_spans(evaluation, step, &run);
}

void evaluate_longest_run(struct evaluation *evaluation, struct step *step)
{
	struct spans run;
	step_operands(evaluation, step);
	spans_longest_run(&run, step->of[0]->cell.spans, step->node->months);
	set_spans(evaluation, step, &run);
}
