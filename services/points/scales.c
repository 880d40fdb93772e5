// SPDX-License-Identifier: Apache-2.0
// scales: numbers turned into points.
#include "evaluation.h"

// False: it is unknown, which *unknown says.
static bool is_known(const struct points *points, const struct points **unknown)
{
	if (!points->known)
		*unknown = points;
	return points->known;
}

// Units of x: pro rata, begun or completed. False: too large.
static bool units_of(struct exact x, struct exact each, enum unit_part part, struct exact *units)
{
	int64_t whole;
	if (!exact_divide(units, x, each))
		return false;
	if (part == PART_COUNT)
		return true;
	if (part == PART_COMPLETED)
		whole = exact_floor(*units);
	else if (!exact_ceiling(*units, &whole))
		return false;
	*units = exact_of(whole);
	return true;
}

bool per_unit_points(
    const struct scale *scale, struct exact x, struct exact *points, const struct points **unknown)
{
	struct exact units;
	*points = EXACT_ZERO;
	*unknown = NULL;
	if (x.numerator <= 0)
		return true;
	if (scale->has_wait && !is_known(&scale->wait, unknown))
		return false;
	if (scale->has_wait && exact_compare(x, scale->wait.number) < 0)
		return true;
	if (!is_known(&scale->each, unknown) ||
	    !units_of(x, scale->each.number, scale->part, &units))
		return false;
	return units.numerator == 0 || (is_known(&scale->points, unknown) &&
					   exact_multiply(points, units, scale->points.number));
}

bool step_points(
    const struct scale *scale, struct exact x, struct exact *points, const struct points **unknown)
{
	struct exact beyond, units;
	*points = EXACT_ZERO;
	*unknown = NULL;
	if (!is_known(&scale->at, unknown))
		return false;
	if (exact_compare(x, scale->at.number) < 0)
		return true;
	if (!is_known(&scale->base, unknown) || !is_known(&scale->each, unknown) ||
	    !exact_minus(&beyond, x, scale->at.number) ||
	    !units_of(beyond, scale->each.number, PART_COMPLETED, &units))
		return false;
	*points = scale->base.number;
	return units.numerator == 0 || (is_known(&scale->points, unknown) &&
					   exact_multiply(&units, units, scale->points.number) &&
					   exact_add(points, *points, units));
}

// The band's end in units; false: it has none.
static bool band_end(const struct scale *scale, size_t index, struct exact *end)
{
	return scale->rows[index].has_to &&
	       exact_divide(end, scale->rows[index].to, scale->each.number);
}

// Needed are the rates of the bands that x reaches.
bool bands_points(
    const struct scale *scale, struct exact x, struct exact *points, const struct points **unknown)
{
	struct exact begin = EXACT_ZERO, part, units;
	*points = EXACT_ZERO;
	*unknown = NULL;
	if (x.numerator <= 0)
		return true;
	if (!is_known(&scale->each, unknown) ||
	    !units_of(x, scale->each.number, scale->part, &units))
		return false;
	for (size_t i = 0; i < scale->row_count; i++) {
		const struct points *rate = &scale->rows[i].rate;
		struct exact end = units;
		if (band_end(scale, i, &end) && exact_compare(end, units) > 0)
			end = units;
		if (exact_compare(end, begin) <= 0)
			return true;
		if (!is_known(rate, unknown) || !exact_minus(&part, end, begin) ||
		    !exact_multiply(&part, part, rate->number) || !exact_add(points, *points, part))
			return false;
		begin = end;
	}
	return true;
}

static void take_points(
    struct evaluation *evaluation, struct step *step, const struct points *points)
{
	step->cell.present = points->known;
	step->cell.number = points->number;
	if (!points->known)
		cell_doubt(evaluation, &step->cell, DOUBT_TABLE_UNKNOWN, points->path);
}

// x, or NULL if it is absent: then there are no points.
static const struct cell *subject_of(struct evaluation *evaluation, struct step *step)
{
	const struct cell *x = step_operand(evaluation, step, step->node->of[0]);
	step->cell.present = true;
	step->cell.number = EXACT_ZERO;
	return x->present ? x : NULL;
}

static void evaluate_scale(
    struct evaluation *evaluation, struct step *step, scale_points *points_at)
{
	const struct cell *x = subject_of(evaluation, step);
	const struct points *unknown;
	struct exact points;
	if (x == NULL)
		return;
	bool fits = points_at(step->node->scale, x->number, &points, &unknown);
	if (fits || unknown == NULL)
		step_set_number(evaluation, step, fits, points);
	else
		take_points(evaluation, step, unknown);
}

void evaluate_per_unit(struct evaluation *evaluation, struct step *step)
{
	evaluate_scale(evaluation, step, per_unit_points);
}

void evaluate_step_scale(struct evaluation *evaluation, struct step *step)
{
	evaluate_scale(evaluation, step, step_points);
}

void evaluate_bands(struct evaluation *evaluation, struct step *step)
{
	evaluate_scale(evaluation, step, bands_points);
}

// The place of the test that x passes; -1: none. What is absent passes where that is said only.
static int place_of(
    struct bound_test *const *tests, size_t count, const struct cell *x, enum value_type type)
{
	for (size_t i = 0; i < count; i++)
		if ((x->present || test_takes_absent(tests[i])) && test_holds(tests[i], x, type))
			return (int)i;
	return -1;
}

static struct bound_test **bind_rows(struct evaluation *evaluation, struct step *step)
{
	const struct scale *scale = step->node->scale;
	struct bound_test **tests =
	    arena_allocate(&evaluation->arena, scale->row_count * sizeof *tests);
	for (size_t i = 0; i < scale->row_count; i++)
		tests[i] = test_bind(evaluation, scale->rows[i].test, &step->cell);
	return tests;
}

static struct bound_test **bind_columns(struct evaluation *evaluation, struct step *step)
{
	const struct scale *scale = step->node->scale;
	struct bound_test **tests =
	    arena_allocate(&evaluation->arena, scale->column_count * sizeof *tests);
	for (size_t i = 0; i < scale->column_count; i++)
		tests[i] = test_bind(evaluation, scale->columns[i], &step->cell);
	return tests;
}

// All tests are worked out; points of the row that holds only.
void evaluate_tiers(struct evaluation *evaluation, struct step *step)
{
	const struct scale *scale = step->node->scale;
	static const struct cell absent = { 0 };
	const struct cell *x = subject_of(evaluation, step);
	step->tests = bind_rows(evaluation, step);
	step->row = place_of(
	    step->tests, scale->row_count, x != NULL ? x : &absent, step->node->of[0]->typing.type);
	const struct node *points = step->row >= 0 ? scale->rows[step->row].points
				    : x != NULL    ? scale->otherwise
						   : NULL;
	if (points == NULL)
		return;
	const struct cell *cell = step_operand(evaluation, step, points);
	step->cell.present = cell->present;
	step->cell.number = cell->number;
}

void evaluate_matrix(struct evaluation *evaluation, struct step *step)
{
	const struct scale *scale = step->node->scale;
	step_operands(evaluation, step);
	struct bound_test **rows = bind_rows(evaluation, step);
	struct bound_test **columns = bind_columns(evaluation, step);
	step->row =
	    place_of(rows, scale->row_count, &step->of[0]->cell, step->of[0]->node->typing.type);
	step->column = place_of(
	    columns, scale->column_count, &step->of[1]->cell, step->of[1]->node->typing.type);
	step->cell.present = true;
	step->cell.number = EXACT_ZERO;
	if (step->row >= 0 && step->column >= 0)
		take_points(evaluation, step, &scale->rows[step->row].cells[step->column]);
}
