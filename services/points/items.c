// SPDX-License-Identifier: Apache-2.0
// items: the points of items and groups, and the total made of them.
#include "score_parts.h"

static bool is_in_force(const struct rules_item *item, int64_t day)
{
	return (item->from == 0 || day >= item->from) && (item->to == 0 || day <= item->to);
}

static const char *why_not(const struct score *score, const struct rules_item *item)
{
	if (item->programmes != NULL && !item->programmes[score->programme->number])
		return "programme";
	return is_in_force(item, score->dossier->as_of) ? NULL : "date";
}

// False: it does not fit.
static bool round_points(struct exact *points, const struct rounding *round)
{
	return round->exact || exact_round(points, *points, round->to, round->how);
}

// *cap_cut: what the cap took. What is unknown does not cut.
static void limit_number(struct exact *number, const struct points *cap, const struct points *floor,
    struct exact *cap_cut)
{
	*cap_cut = EXACT_ZERO;
	if (cap != NULL && cap->known && exact_compare(*number, cap->number) > 0) {
		if (!exact_minus(cap_cut, *number, cap->number))
			*cap_cut = EXACT_ZERO;
		*number = cap->number;
	}
	if (floor != NULL && floor->known && exact_compare(*number, floor->number) < 0)
		*number = floor->number;
}

static void doubt_limits(struct evaluation *evaluation, struct cell *cell, const struct points *cap,
    const struct points *floor)
{
	if (cap != NULL && !cap->known)
		cell_doubt(evaluation, cell, DOUBT_TABLE_UNKNOWN, cap->path);
	if (floor != NULL && !floor->known)
		cell_doubt(evaluation, cell, DOUBT_TABLE_UNKNOWN, floor->path);
}

// After round, cap and floor.
static bool limit_points(const struct rules_item *item, struct exact *points, struct exact *cap_cut)
{
	*cap_cut = EXACT_ZERO;
	if (!round_points(points, &item->round))
		return false;
	limit_number(points, item->has_cap ? &item->cap : NULL,
	    item->has_floor ? &item->floor : NULL, cap_cut);
	return true;
}

// --- states --------------------------------------------------------------------------------------

static enum item_state state_of(const struct score *score, const struct item_result *result)
{
	const struct cell *points = &result->points;
	enum doubt_reason first = DOUBT_REASONS;
	if (!result->applies)
		return ITEM_NOT_APPLICABLE;
	if (result->override != NULL)
		return ITEM_OVERRIDDEN;
	for (size_t i = 0; i < points->doubts.count; i++) {
		enum doubt_reason reason = score->evaluation.doubts[points->doubts.list[i]].reason;
		first = reason < first ? reason : first;
	}
	if (first < DOUBT_REASONS)
		return (enum item_state)(ITEM_OVERFLOW + first);
	return points->looked && !points->found ? ITEM_NONE : ITEM_COMPUTED;
}

// --- next steps ----------------------------------------------------------------------------------

struct next_search {
	const struct rules_item *item;
	struct item_result *result;
};

static bool is_listed(
    const struct item_result *result, const struct step *step, const struct node *scale)
{
	for (size_t i = 0; i < result->next_count; i++)
		if (result->next[i].step.step == step && result->next[i].step.scale == scale)
			return true;
	return false;
}

static void take_next(const struct step *step, const struct node *scale, void *context)
{
	struct next_search *search = context;
	struct item_result *result = search->result;
	struct item_next next;
	struct exact cut;
	if (result->next_count == NEXT_MAX || is_listed(result, step, scale) ||
	    !scale_next(step, scale, &next.step))
		return;
	struct cell cell = step_with_more(result->step, step, next.step.gives);
	if (!cell.present || !limit_points(search->item, &cell.number, &cut) ||
	    !exact_minus(&next.gives, cell.number, result->points.number) ||
	    next.gives.numerator <= 0)
		return;
	result->next[result->next_count++] = next;
}

// --- items ---------------------------------------------------------------------------------------

static void override_item(struct item_result *result)
{
	result->points.number = result->override->points;
	result->points.doubts = (struct doubts){ 0 };
	result->cap_cut = EXACT_ZERO;
	result->nullified = false;
}

static void assess_points(
    struct score *score, const struct rules_item *item, struct item_result *result)
{
	struct evaluation *evaluation = &score->evaluation;
	struct cell *points = &result->points;
	result->step = evaluate(evaluation, item->points);
	cell_take_doubts(evaluation, points, &result->step->cell);
	if (result->step->cell.present)
		points->number = result->step->cell.number;
	result->raw = points->number;
	if (item->nullified_by != NULL) {
		result->nullifier = evaluate(evaluation, item->nullified_by);
		cell_take_doubts(evaluation, points, &result->nullifier->cell);
		result->nullified = result->nullifier->cell.boolean;
	}
	if (result->nullified)
		points->number = EXACT_ZERO;
	doubt_limits(evaluation, points, item->has_cap ? &item->cap : NULL,
	    item->has_floor ? &item->floor : NULL);
	if (!limit_points(item, &points->number, &result->cap_cut)) {
		points->number = EXACT_ZERO;
		cell_doubt(evaluation, points, DOUBT_OVERFLOW, item->path);
	}
}

static void assess_item(
    struct score *score, const struct rules_item *item, struct item_result *result)
{
	struct evaluation *evaluation = &score->evaluation;
	result->points.present = true;
	result->points.number = EXACT_ZERO;
	result->raw = result->cap_cut = EXACT_ZERO;
	result->why_not = why_not(score, item);
	result->applies = result->counted = result->why_not == NULL;
	if (!result->applies)
		return;
	assess_points(score, item, result);
	if (dossier_is_disputed(score->dossier, item->id))
		cell_doubt(evaluation, &result->points, DOUBT_DISPUTED, item->path);
	result->override = dossier_override(score->dossier, item->id);
	if (result->override != NULL)
		override_item(result);
	else if (!result->nullified) {
		struct next_search search = { item, result };
		step_each_scale(result->step, take_next, &search);
	}
	result->state = state_of(score, result);
}

// --- groups --------------------------------------------------------------------------------------

// What a group is made of: its items that apply, and the groups in it.
struct group_sum {
	struct evaluation *evaluation;
	struct cell *into;
	bool highest, fits;
	size_t chosen; // of highest: which part; SIZE_MAX: none
};

static void group_take(struct group_sum *sum, const struct cell *part, size_t number)
{
	cell_take_doubts(sum->evaluation, sum->into, part);
	if (!sum->highest) {
		sum->fits =
		    sum->fits && exact_add(&sum->into->number, sum->into->number, part->number);
	} else if (sum->chosen == SIZE_MAX || exact_compare(part->number, sum->into->number) > 0) {
		sum->into->number = part->number;
		sum->chosen = number;
	}
}

static bool has_items(const struct score *score, const struct assessed *assessed, size_t group)
{
	for (size_t i = 0; i < score->rules->item_count; i++)
		if (score->rules->items[i].group == group && assessed->items[i].applies)
			return true;
	for (size_t k = group + 1; k < score->rules->group_count; k++)
		if (score->rules->groups[k].in == (int)group && has_items(score, assessed, k))
			return true;
	return false;
}

static void uncount(const struct score *score, struct assessed *assessed, size_t group)
{
	for (size_t i = 0; i < score->rules->item_count; i++)
		if (score->rules->items[i].group == group)
			assessed->items[i].counted = false;
	for (size_t k = group + 1; k < score->rules->group_count; k++)
		if (score->rules->groups[k].in == (int)group)
			uncount(score, assessed, k);
}

static void uncount_others(
    const struct score *score, struct assessed *assessed, size_t group, size_t chosen)
{
	const struct rules *rules = score->rules;
	for (size_t i = 0; i < rules->item_count; i++)
		if (rules->items[i].group == group && i != chosen)
			assessed->items[i].counted = false;
	for (size_t k = group + 1; k < rules->group_count; k++)
		if (rules->groups[k].in == (int)group && rules->item_count + k != chosen)
			uncount(score, assessed, k);
}

static void limit_group(
    struct evaluation *evaluation, const struct group *group, struct group_result *result)
{
	const struct points *cap = group->has_cap ? &group->cap : NULL;
	const struct points *floor = group->has_floor ? &group->floor : NULL;
	result->sum = result->points.number;
	limit_number(&result->points.number, cap, floor, &result->cap_cut);
	doubt_limits(evaluation, &result->points, cap, floor);
}

static void assess_group(struct score *score, struct assessed *assessed, size_t index)
{
	const struct rules *rules = score->rules;
	const struct group *group = &rules->groups[index];
	struct group_result *result = &assessed->groups[index];
	struct group_sum sum = { &score->evaluation, &result->points, group->highest, true,
		SIZE_MAX };
	result->points.present = true;
	result->points.number = EXACT_ZERO;
	for (size_t i = 0; i < rules->item_count; i++)
		if (rules->items[i].group == index && assessed->items[i].applies)
			group_take(&sum, &assessed->items[i].points, i);
	for (size_t k = index + 1; k < rules->group_count; k++)
		if (rules->groups[k].in == (int)index && has_items(score, assessed, k))
			group_take(&sum, &assessed->groups[k].points, rules->item_count + k);
	if (!sum.fits) {
		result->points.number = EXACT_ZERO;
		cell_doubt(&score->evaluation, &result->points, DOUBT_OVERFLOW, group->path);
	}
	limit_group(&score->evaluation, group, result);
	if (group->highest)
		uncount_others(score, assessed, index, sum.chosen);
}

// --- the total -----------------------------------------------------------------------------------

static void limit_total(struct score *score, struct cell *total)
{
	const struct programme *programme = score->programme;
	if (!round_points(&total->number, &programme->round)) {
		total->number = EXACT_ZERO;
		cell_doubt(&score->evaluation, total, DOUBT_OVERFLOW, programme->path);
	}
	const struct points *cap = programme->has_cap ? &programme->cap : NULL;
	const struct points *floor = programme->has_floor ? &programme->floor : NULL;
	struct exact cut;
	limit_number(&total->number, cap, floor, &cut);
	doubt_limits(&score->evaluation, total, cap, floor);
}

static void assess_total(struct score *score, struct assessed *assessed)
{
	const struct rules *rules = score->rules;
	struct arena *arena = &score->evaluation.lasting;
	struct cell *items = arena_allocate(arena, rules->item_count * sizeof *items);
	struct cell *groups = arena_allocate(arena, rules->group_count * sizeof *groups);
	for (size_t i = 0; i < rules->item_count; i++)
		items[i] = assessed->items[i].points;
	for (size_t i = 0; i < rules->group_count; i++)
		groups[i] = assessed->groups[i].points;
	struct tally tally = { .items = items, .groups = groups };
	score->evaluation.tally = &tally;
	assessed->total_step = evaluate(&score->evaluation, score->programme->total);
	score->evaluation.tally = NULL;
	assessed->total = assessed->total_step->cell;
	if (!assessed->total.present)
		assessed->total.number = EXACT_ZERO;
	assessed->total.present = true;
	assessed->sum = assessed->total.number;
	limit_total(score, &assessed->total);
}

struct assessed *assess(struct score *score, struct perspective *perspective)
{
	const struct rules *rules = score->rules;
	struct arena *arena = &score->evaluation.lasting;
	struct assessed *assessed = arena_allocate(arena, sizeof *assessed);
	struct perspective *outside = score->evaluation.perspective;
	assessed->perspective = perspective;
	assessed->items = arena_allocate(arena, rules->item_count * sizeof *assessed->items);
	assessed->groups = arena_allocate(arena, rules->group_count * sizeof *assessed->groups);
	score->evaluation.perspective = perspective;
	for (size_t i = 0; i < rules->item_count; i++)
		assess_item(score, &rules->items[i], &assessed->items[i]);
	for (size_t i = rules->group_count; i-- > 0;)
		assess_group(score, assessed, i);
	assess_total(score, assessed);
	score->evaluation.perspective = outside;
	return assessed;
}
