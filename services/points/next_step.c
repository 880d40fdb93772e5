// SPDX-License-Identifier: Apache-2.0
// next_step: the smallest further amount that gives more points.
#include "evaluation.h"

// From x to target, by a scale's own points.
static bool next_at(
    const struct step *scale, scale_points *points_at, struct exact target, struct next_step *next)
{
	struct exact x = scale->of[0]->cell.number, points;
	const struct points *unknown;
	next->has_needs = true;
	return points_at(scale->node->scale, target, &points, &unknown) &&
	       exact_minus(&next->needs, target, x) && next->needs.numerator > 0 &&
	       exact_minus(&next->gives, points, scale->cell.number) && next->gives.numerator > 0;
}

// (floor(x / each) + more) * each
static bool unit_behind(struct exact x, struct exact each, int64_t more, struct exact *target)
{
	struct exact units;
	return exact_divide(&units, x, each) &&
	       exact_add(&units, exact_of(exact_floor(units)), exact_of(more)) &&
	       exact_multiply(target, units, each);
}

static bool next_per_unit(const struct step *step, struct next_step *next)
{
	const struct scale *scale = step->node->scale;
	struct exact x = step->of[0]->cell.number, target;
	if (scale->part != PART_COMPLETED || !scale->each.known ||
	    (scale->has_wait && !scale->wait.known) ||
	    !unit_behind(x.numerator < 0 ? EXACT_ZERO : x, scale->each.number, 1, &target))
		return false;
	if (scale->has_wait && exact_compare(target, scale->wait.number) < 0)
		target = scale->wait.number;
	return next_at(step, per_unit_points, target, next);
}

// The first at or behind `at` whose points are more than now.
static bool next_of_step(const struct step *step, struct next_step *next)
{
	const struct scale *scale = step->node->scale;
	struct exact x = step->of[0]->cell.number, beyond, target = scale->at.number;
	int64_t units = 0;
	if (!scale->at.known || !scale->base.known || !scale->each.known || !scale->points.known)
		return false;
	if (exact_compare(step->cell.number, scale->base.number) >= 0) {
		if (scale->points.number.numerator <= 0 ||
		    !exact_minus(&beyond, step->cell.number, scale->base.number) ||
		    !exact_divide(&beyond, beyond, scale->points.number))
			return false;
		units = exact_floor(beyond) + 1;
	}
	if (!exact_multiply(&beyond, exact_of(units), scale->each.number) ||
	    !exact_add(&target, scale->at.number, beyond) || exact_compare(target, x) <= 0)
		return false;
	return next_at(step, step_points, target, next);
}

// In each band that gives points, one unit more than there is.
static bool next_bands(const struct step *step, struct next_step *next)
{
	const struct scale *scale = step->node->scale;
	struct exact x = step->of[0]->cell.number, begin = EXACT_ZERO, target;
	if (scale->part == PART_COUNT || !scale->each.known)
		return false;
	x = x.numerator < 0 ? EXACT_ZERO : x;
	for (size_t i = 0; i < scale->row_count; i++) {
		const struct scale_row *row = &scale->rows[i];
		struct exact from = exact_compare(begin, x) > 0 ? begin : x;
		bool inside = unit_behind(from, scale->each.number, 1, &target) &&
			      (!row->has_to || exact_compare(target, row->to) <= 0);
		if (inside && row->rate.known && row->rate.number.numerator > 0 &&
		    next_at(step, bands_points, target, next))
			return true;
		begin = row->to;
	}
	return false;
}

// --- tiers ---------------------------------------------------------------------------------------

static bool gives_more(const struct scale_row *row, struct exact now, struct exact *gives)
{
	return row->points->operation == OP_LITERAL &&
	       exact_compare(row->points->literal.number, now) > 0 &&
	       exact_minus(gives, row->points->literal.number, now);
}

// The nearest row above x. Where it begins just above its bound no amount is the smallest.
static bool next_tier_of_numbers(const struct step *step, struct next_step *next)
{
	const struct scale *scale = step->node->scale;
	struct exact x = step->of[0]->cell.number, nearest = EXACT_ZERO;
	bool found = false, nearest_open = false;
	for (size_t i = 0; i < scale->row_count; i++) {
		struct exact begin, gives;
		bool open;
		if (!test_begins(step->tests[i], x, &begin, &open) ||
		    !gives_more(&scale->rows[i], step->cell.number, &gives))
			continue;
		int order = found ? exact_compare(begin, nearest) : -1;
		if (order > 0 || (order == 0 && (open || !nearest_open)))
			continue;
		nearest = begin;
		nearest_open = open;
		next->gives = gives;
		found = true;
	}
	next->has_needs = true;
	return found && !nearest_open && exact_minus(&next->needs, nearest, x);
}

// The row with the least points above the present ones.
static bool next_row(const struct scale *scale, struct exact now, struct next_step *next)
{
	for (size_t i = 0; i < scale->row_count; i++) {
		struct exact gives;
		if (!gives_more(&scale->rows[i], now, &gives) ||
		    (next->row >= 0 && exact_compare(gives, next->gives) >= 0))
			continue;
		next->row = (int)i;
		next->gives = gives;
	}
	return next->row >= 0;
}

static bool next_tiers(const struct step *step, struct next_step *next)
{
	enum value_type type = step->node->of[0]->typing.type;
	if (type == TYPE_TEXT)
		return next_row(step->node->scale, step->cell.number, next);
	return type == TYPE_NUMBER && step->of[0]->cell.present && next_tier_of_numbers(step, next);
}

static bool is_scale(const struct node *node)
{
	return node->operation >= OP_PER_UNIT && node->operation <= OP_MATRIX;
}

bool scale_next(const struct step *step, const struct node *scale, struct next_step *next)
{
	static bool (*const by_operation[OPERATORS])(
	    const struct step *step, struct next_step *next) = {
		[OP_PER_UNIT] = next_per_unit,
		[OP_STEP] = next_of_step,
		[OP_BANDS] = next_bands,
		[OP_TIERS] = next_tiers,
	};
	*next = (struct next_step){ .step = step, .scale = scale, .row = -1 };
	if (step->node->operation == OP_BEST)
		return next_row(
		    scale->scale, step->cell.present ? step->cell.number : EXACT_ZERO, next);
	if (by_operation[scale->operation] == NULL || !step->cell.present)
		return false;
	if (scale->operation != OP_TIERS && !step->of[0]->cell.present)
		return false;
	return by_operation[scale->operation](step, next);
}

// --- the scales under an item --------------------------------------------------------------------

static bool is_passed_through(enum operation operation)
{
	return operation == OP_NAME || operation == OP_CAP || operation == OP_ADD ||
	       operation == OP_MAX;
}

// What a fact needs to be better by can be told of codes: of tiers on them, alone or in a `max`.
static void each_scale_of_codes(
    const struct step *step, const struct node *node, scale_visit *visit, void *context)
{
	if (node->operation == OP_TIERS && node->of[0]->typing.type == TYPE_TEXT)
		visit(step, node, context);
	for (size_t i = 0; node->operation == OP_MAX && i < node->count; i++)
		each_scale_of_codes(step, node->of[i], visit, context);
}

void step_each_scale(const struct step *step, scale_visit *visit, void *context)
{
	const struct node *node = step->node;
	if (is_scale(node))
		visit(step, node, context);
	if (node->operation == OP_BEST)
		each_scale_of_codes(step, node->of[1], visit, context);
	for (size_t i = 0; is_passed_through(node->operation) && i < step->count; i++)
		step_each_scale(step->of[i], visit, context);
}

static struct cell more_of_all(
    const struct step *step, const struct step *inside, struct exact more)
{
	struct cell cell = { 0 };
	bool adds = step->node->operation == OP_ADD, fits = true;
	for (size_t i = 0; i < step->count; i++) {
		struct cell one = step_with_more(step->of[i], inside, more);
		if (!one.present)
			continue;
		if (!cell.present)
			cell = one;
		else if (adds)
			fits = fits && exact_add(&cell.number, cell.number, one.number);
		else if (exact_compare(one.number, cell.number) > 0)
			cell = one;
	}
	cell.present = cell.present && fits;
	return cell;
}

struct cell step_with_more(const struct step *step, const struct step *inside, struct exact more)
{
	enum operation operation = step->node->operation;
	struct cell cell = step->cell;
	if (step == inside) {
		cell.number = cell.present ? cell.number : EXACT_ZERO;
		cell.present = exact_add(&cell.number, cell.number, more);
		return cell;
	}
	if (!is_passed_through(operation))
		return cell;
	if (operation == OP_ADD || operation == OP_MAX)
		return more_of_all(step, inside, more);
	cell = step_with_more(step->of[0], inside, more);
	const struct points *at = &step->node->at;
	if (operation == OP_CAP && at->known && cell.present &&
	    exact_compare(cell.number, at->number) > 0)
		cell.number = at->number;
	return cell;
}
