// SPDX-License-Identifier: Apache-2.0
// evaluate_numbers: operators on numbers and booleans.
#include "evaluation.h"

// Absent ones are skipped; all absent: absent.
void evaluate_add(struct evaluation *evaluation, struct step *step)
{
	struct exact sum = EXACT_ZERO;
	bool any = false, fits = true;
	step_operands(evaluation, step);
	for (size_t i = 0; i < step->count; i++) {
		const struct cell *cell = &step->of[i]->cell;
		any = any || cell->present;
		if (cell->present)
			fits = fits && exact_add(&sum, sum, cell->number);
	}
	if (any)
		step_set_number(evaluation, step, fits, sum);
}

static bool all_present(const struct step *step)
{
	for (size_t i = 0; i < step->count; i++)
		if (!step->of[i]->cell.present)
			return false;
	return true;
}

void evaluate_minus(struct evaluation *evaluation, struct step *step)
{
	struct exact difference = EXACT_ZERO;
	step_operands(evaluation, step);
	if (!all_present(step))
		return;
	bool fits = exact_minus(&difference, step->of[0]->cell.number, step->of[1]->cell.number);
	step_set_number(evaluation, step, fits, difference);
}

void evaluate_multiply(struct evaluation *evaluation, struct step *step)
{
	struct exact product = exact_of(1);
	bool fits = true;
	step_operands(evaluation, step);
	if (!all_present(step))
		return;
	for (size_t i = 0; i < step->count; i++)
		fits = fits && exact_multiply(&product, product, step->of[i]->cell.number);
	step_set_number(evaluation, step, fits, product);
}

// The third operand, where there is one, stands for a division by zero.
void evaluate_divide(struct evaluation *evaluation, struct step *step)
{
	struct exact quotient = EXACT_ZERO;
	step_operands(evaluation, step);
	const struct cell *top = &step->of[0]->cell, *bottom = &step->of[1]->cell;
	if (!top->present || !bottom->present)
		return;
	if (bottom->number.numerator != 0) {
		bool fits = exact_divide(&quotient, top->number, bottom->number);
		step_set_number(evaluation, step, fits, quotient);
		return;
	}
	if (step->count < 3)
		return; // a part of the divisor that is never 0 is absent
	step->cell.present = step->of[2]->cell.present;
	step->cell.number = step->of[2]->cell.number;
}

// The value of one of the operands, with the doubts of all.
static void take_value(struct step *step, const struct cell *from)
{
	struct cell own = step->cell;
	step->cell = *from;
	step->cell.doubts = own.doubts;
	step->cell.looked = own.looked;
	step->cell.found = own.found;
}

void evaluate_extremes(struct evaluation *evaluation, struct step *step)
{
	int wanted = step->node->operation == OP_MAX ? 1 : -1;
	enum value_type type = step->node->typing.type;
	const struct cell *chosen = NULL;
	step_operands(evaluation, step);
	for (size_t i = 0; i < step->count; i++) {
		const struct cell *cell = &step->of[i]->cell;
		if (cell->present &&
		    (chosen == NULL || cells_compare(cell, chosen, type) == wanted))
			chosen = cell;
	}
	if (chosen != NULL)
		take_value(step, chosen);
}

void evaluate_first(struct evaluation *evaluation, struct step *step)
{
	step_operands(evaluation, step);
	for (size_t i = 0; i < step->count; i++)
		if (step->of[i]->cell.present) {
			take_value(step, &step->of[i]->cell);
			return;
		}
}

void evaluate_limit(struct evaluation *evaluation, struct step *step)
{
	bool caps = step->node->operation == OP_CAP;
	step_operands(evaluation, step);
	if (!step->node->at.known)
		cell_doubt(evaluation, &step->cell, DOUBT_TABLE_UNKNOWN, step->node->at.path);
	if (!step->of[0]->cell.present)
		return;
	struct exact number = step->of[0]->cell.number, at = step->node->at.number;
	int order = exact_compare(number, at);
	step->cell.present = true;
	step->cell.number = number;
	if (!step->node->at.known)
		return;
	step->cell.number = (caps ? order > 0 : order < 0) ? at : number;
}

void evaluate_rounded(struct evaluation *evaluation, struct step *step)
{
	struct exact rounded = EXACT_ZERO;
	step_operands(evaluation, step);
	if (!step->of[0]->cell.present)
		return;
	bool fits = exact_round(
	    &rounded, step->of[0]->cell.number, step->node->round.to, step->node->round.how);
	step_set_number(evaluation, step, fits, rounded);
}

// Only the branch that is taken.
void evaluate_if(struct evaluation *evaluation, struct step *step)
{
	const struct node *node = step->node;
	bool holds = step_operand(evaluation, step, node->of[0])->boolean;
	const struct node *branch = holds ? node->of[1] : node->of[2];
	if (branch != NULL)
		take_value(step, step_operand(evaluation, step, branch));
}

void evaluate_year(struct evaluation *evaluation, struct step *step)
{
	step_operands(evaluation, step);
	const struct cell *cell = &step->of[0]->cell;
	bool is_month = step->node->of[0]->typing.type == TYPE_MONTH;
	step->cell.present = cell->present;
	step->cell.number = exact_of(cell->present ? cell->date / (is_month ? 100 : 10000) : 0);
}

void evaluate_series(struct evaluation *evaluation, struct step *step)
{
	const struct series *series = &evaluation->rules->series[step->node->index];
	step_operands(evaluation, step);
	const struct cell *at = &step->of[0]->cell;
	if (!at->present)
		return;
	const struct dossier_number *assumed =
	    exact_is_whole(at->number)
		? dossier_number(evaluation->dossier, series->id, at->number.numerator)
		: NULL;
	if (assumed != NULL) {
		step->cell.present = true;
		step->cell.number = assumed->number;
		return;
	}
	int64_t place = exact_is_whole(at->number) ? at->number.numerator - series->first : -1;
	if (place >= 0 && (uint64_t)place < series->count && series->values[place].known) {
		step->cell.present = true;
		step->cell.number = series->values[place].number;
		return;
	}
	cell_doubt(evaluation, &step->cell, DOUBT_TABLE_UNKNOWN, step->node->path);
}

// --- booleans ------------------------------------------------------------------------------------

// A member that decides and has no doubt leaves none.
void evaluate_all(struct evaluation *evaluation, struct step *step)
{
	bool decides = step->node->operation == OP_ANY, certain = false;
	step_operands(evaluation, step);
	step->cell.present = true;
	step->cell.boolean = !decides;
	for (size_t i = 0; i < step->count; i++) {
		const struct cell *cell = &step->of[i]->cell;
		if (cell->boolean != decides)
			continue;
		step->cell.boolean = decides;
		certain = certain || cell->doubts.count == 0;
	}
	if (certain)
		step->cell.doubts = (struct doubts){ 0 };
}

void evaluate_not(struct evaluation *evaluation, struct step *step)
{
	step_operands(evaluation, step);
	step->cell.present = true;
	step->cell.boolean = !step->of[0]->cell.boolean;
}

void evaluate_test(struct evaluation *evaluation, struct step *step)
{
	step_operands(evaluation, step);
	const struct bound_test *test =
	    test_bind(evaluation, step->node->scale->rows[0].test, &step->cell);
	step->cell.present = true;
	step->cell.boolean = test_holds(test, &step->of[0]->cell, step->node->of[0]->typing.type);
}
