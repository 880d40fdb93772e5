// SPDX-License-Identifier: Apache-2.0
// score: items, total, then the conditions on them, then the outcome.
#include "score_parts.h"

static const char *const item_states[ITEM_STATES] = {
#define STATE_NAME(name, text) [ITEM_##name] = text,
	ITEM_STATE_TABLE(STATE_NAME)
#undef STATE_NAME
};

static const char *const outcomes[OUTCOMES] = {
#define OUTCOME_NAME(name, text) [OUTCOME_##name] = text,
	OUTCOME_TABLE(OUTCOME_NAME)
#undef OUTCOME_NAME
};

const char *item_state_name(enum item_state state)
{
	return item_states[state];
}

const char *outcome_name(enum outcome outcome)
{
	return outcomes[outcome];
}

// --- making --------------------------------------------------------------------------------------

// The score counts for self, or for the spouse whose total is higher.
static void assess_family(struct score *score)
{
	struct evaluation *evaluation = &score->evaluation;
	struct perspective *self = evaluation->perspective;
	score->assessed = assess(score, self);
	score->scored = ROLE_SELF;
	score->total = score->assessed->total;
	if (!score->programme->higher_spouse)
		return;
	score->other_total.doubts = self->roles[ROLE_SPOUSE].doubts;
	if (self->roles[ROLE_SPOUSE].count == 0)
		return;
	struct assessed *spouse = assess(score, perspective_as(evaluation, ROLE_SPOUSE));
	bool higher = exact_compare(spouse->total.number, score->total.number) > 0;
	const struct assessed *other = higher ? score->assessed : spouse;
	struct doubts doubts = score->other_total.doubts;
	score->other_total = other->total;
	score->other_total.doubts = doubts_unite(evaluation, doubts, other->total.doubts);
	if (!higher)
		return;
	score->assessed = spouse;
	score->scored = ROLE_SPOUSE;
	score->total = spouse->total;
}

static enum condition_state condition_state(const struct cell *cell)
{
	if (cell->doubts.count > 0)
		return CONDITION_OPEN;
	return cell->boolean ? CONDITION_YES : CONDITION_NO;
}

static bool is_in_force(const struct condition *condition, int64_t day)
{
	return (condition->from == 0 || day >= condition->from) &&
	       (condition->to == 0 || day <= condition->to);
}

static struct condition_results judge(struct score *score, const struct conditions *conditions)
{
	struct evaluation *evaluation = &score->evaluation;
	struct condition_results results = { 0 };
	results.list =
	    arena_allocate(&evaluation->lasting, conditions->count * sizeof *results.list);
	for (size_t i = 0; i < conditions->count; i++) {
		const struct condition *condition = &conditions->list[i];
		if (!is_in_force(condition, score->dossier->as_of))
			continue;
		struct condition_result *result = &results.list[results.count++];
		result->condition = condition;
		result->step = evaluate(evaluation, condition->holds);
		result->state = condition_state(&result->step->cell);
		if (condition->until != NULL)
			result->until = evaluate(evaluation, condition->until);
	}
	return results;
}

static bool any_is(const struct condition_results *results, enum condition_state state)
{
	for (size_t i = 0; i < results->count; i++)
		if (results->list[i].state == state)
			return true;
	return false;
}

static bool is_made_zero(const struct score *score)
{
	for (size_t i = 0; i < score->vetoes.count; i++)
		if (score->vetoes.list[i].state == CONDITION_YES &&
		    score->vetoes.list[i].condition->makes_zero)
			return true;
	return false;
}

static enum outcome outcome_of(const struct score *score)
{
	const struct programme *programme = score->programme;
	if (any_is(&score->vetoes, CONDITION_YES))
		return OUTCOME_REFUSED;
	if (any_is(&score->gates, CONDITION_NO))
		return OUTCOME_NOT_ELIGIBLE;
	if (any_is(&score->gates, CONDITION_OPEN) || any_is(&score->vetoes, CONDITION_OPEN) ||
	    any_is(&score->freezes, CONDITION_OPEN) ||
	    (programme->has_threshold && !programme->threshold.known))
		return OUTCOME_OPEN;
	if (any_is(&score->freezes, CONDITION_YES))
		return OUTCOME_FROZEN;
	if (programme->has_threshold &&
	    exact_compare(score->total.number, programme->threshold.number) < 0)
		return OUTCOME_BELOW_THRESHOLD;
	return programme->has_ranking ? OUTCOME_CANDIDATE : OUTCOME_ENTITLED;
}

static void judge_all(struct score *score)
{
	const struct rules *rules = score->rules;
	const struct programme *programme = score->programme;
	struct evaluation *evaluation = &score->evaluation;
	struct arena *arena = &evaluation->lasting;
	struct cell *items = arena_allocate(arena, rules->item_count * sizeof *items);
	struct cell *groups = arena_allocate(arena, rules->group_count * sizeof *groups);
	for (size_t i = 0; i < rules->item_count; i++)
		items[i] = score->assessed->items[i].points;
	for (size_t i = 0; i < rules->group_count; i++)
		groups[i] = score->assessed->groups[i].points;
	struct tally tally = { items, groups, score->total, score->other_total };
	evaluation->tally = &tally;
	score->gates = judge(score, &programme->gates);
	score->vetoes = judge(score, &programme->vetoes);
	score->freezes = judge(score, &programme->freezes);
	if (is_made_zero(score))
		tally.total.number = score->total.number = EXACT_ZERO;
	score->ends = judge(score, &programme->ends_when);
	if (programme->until != NULL)
		score->until = evaluate(evaluation, programme->until)->cell;
	score->keys = arena_allocate(arena, programme->ranking.key_count * sizeof *score->keys);
	for (size_t i = 0; i < programme->ranking.key_count; i++)
		score->keys[i] = evaluate(evaluation, programme->keys[i])->cell;
	evaluation->tally = NULL;
}

// --- doubts --------------------------------------------------------------------------------------

static int order_of(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_doubts(const void *left, const void *right)
{
	const struct doubt *a = left, *b = right;
	int order = order_of(a->reason, b->reason);
	if (order == 0 && a->kind != b->kind) {
		if (a->kind == NULL || b->kind == NULL)
			return a->kind == NULL ? -1 : 1;
		order = order_of(a->kind->catalogue->number, b->kind->catalogue->number);
		order = order != 0 ? order : order_of(a->kind->number, b->kind->number);
	}
	order = order != 0 ? order : order_of(a->role, b->role);
	if (order != 0 || a->path == b->path)
		return order;
	if (a->path == NULL || b->path == NULL)
		return a->path == NULL ? -1 : 1;
	return strcmp(a->path, b->path);
}

size_t doubts_in_order(struct evaluation *evaluation, struct doubts doubts, struct doubt **list)
{
	*list = arena_allocate(&evaluation->lasting, doubts.count * sizeof **list);
	for (size_t i = 0; i < doubts.count; i++)
		(*list)[i] = evaluation->doubts[doubts.list[i]];
	if (doubts.count > 1)
		qsort(*list, doubts.count, sizeof **list, compare_doubts);
	return doubts.count;
}

static void take_conditions(
    struct evaluation *evaluation, struct doubts *all, const struct condition_results *results)
{
	for (size_t i = 0; i < results->count; i++)
		*all = doubts_unite(evaluation, *all, results->list[i].step->cell.doubts);
}

static void take_doubts(struct score *score)
{
	struct evaluation *evaluation = &score->evaluation;
	struct doubts all =
	    doubts_unite(evaluation, score->total.doubts, score->other_total.doubts);
	for (size_t i = 0; i < score->rules->item_count; i++)
		all = doubts_unite(evaluation, all, score->assessed->items[i].points.doubts);
	struct doubts points = all;
	const struct points *threshold = &score->programme->threshold;
	if (score->programme->has_threshold && !threshold->known)
		all = doubts_unite(evaluation, all,
		    doubts_of(evaluation, DOUBT_TABLE_UNKNOWN, NULL, -1, threshold->path));
	take_conditions(evaluation, &all, &score->gates);
	take_conditions(evaluation, &all, &score->vetoes);
	take_conditions(evaluation, &all, &score->freezes);
	score->doubt_count = doubts_in_order(evaluation, all, &score->doubts);
	score->final = all.count == 0;
	score->complete = true;
	for (size_t i = 0; i < points.count; i++)
		if (evaluation->doubts[points.list[i]].reason == DOUBT_TABLE_UNKNOWN)
			score->complete = false;
}

void score_make(struct score **score, const struct rules *rules, const struct programme *programme,
    const struct dossier *dossier)
{
	ENSURE(dossier->sealed && programme->rules == rules);
	struct score *it = *score = allocate(sizeof *it);
	it->rules = rules;
	it->programme = programme;
	it->dossier = dossier;
	evaluation_init(&it->evaluation, rules, dossier);
	assess_family(it);
	judge_all(it);
	take_doubts(it);
	it->outcome = outcome_of(it);
}

void score_free(struct score **score)
{
	if (*score == NULL)
		return;
	evaluation_deinit(&(*score)->evaluation);
	free(*score);
	*score = NULL;
}

// --- asking --------------------------------------------------------------------------------------

struct exact score_total(const struct score *score)
{
	return score->total.number;
}

struct exact score_sum(const struct score *score)
{
	return score->assessed->sum;
}

bool score_is_final(const struct score *score)
{
	return score->final;
}

bool score_is_complete(const struct score *score)
{
	return score->complete;
}

enum outcome score_outcome(const struct score *score)
{
	return score->outcome;
}

enum role score_scored(const struct score *score)
{
	return score->scored;
}

bool score_other_total(const struct score *score, struct exact *total)
{
	*total = score->other_total.present ? score->other_total.number : EXACT_ZERO;
	return score->other_total.present;
}

const struct programme *score_programme(const struct score *score)
{
	return score->programme;
}

size_t score_doubts(const struct score *score, const struct doubt **doubts)
{
	*doubts = score->doubts;
	return score->doubt_count;
}

struct score_item score_item(const struct score *score, size_t index)
{
	ENSURE(index < score->rules->item_count);
	const struct item_result *result = &score->assessed->items[index];
	return (struct score_item){ result->state, result->points.number, result->raw,
		result->counted, result->nullified };
}

struct exact score_group(const struct score *score, size_t index)
{
	ENSURE(index < score->rules->group_count);
	return score->assessed->groups[index].points.number;
}

bool score_item_next(const struct score *score, size_t item, size_t index, struct score_next *next)
{
	ENSURE(item < score->rules->item_count);
	const struct item_result *result = &score->assessed->items[item];
	*next = (struct score_next){ .row = -1 };
	if (index >= result->next_count)
		return false;
	const struct item_next *found = &result->next[index];
	const struct node *node = found->step.scale;
	*next = (struct score_next){
		.path = node->path,
		.has_needs = found->step.has_needs,
		.needs = found->step.has_needs ? found->step.needs : EXACT_ZERO,
		.unit = found->step.has_needs ? unit_name(node->of[0]->typing.unit) : NULL,
		.gives = found->gives,
		.row = found->step.row,
	};
	return true;
}

static const char *condition_at(const struct condition_results *results, size_t index,
    const char *const names[], const char **state)
{
	*state = NULL;
	if (index >= results->count)
		return NULL;
	*state = names[results->list[index].state];
	return results->list[index].condition->id;
}

static const char *const gate_names[] = { "met", "not_met", "open" };
static const char *const veto_names[] = { "holds", "holds_not", "open" };

const char *score_gate(const struct score *score, size_t index, const char **state)
{
	return condition_at(&score->gates, index, gate_names, state);
}

const char *score_veto(const struct score *score, size_t index, const char **state)
{
	return condition_at(&score->vetoes, index, veto_names, state);
}

const char *score_freeze(const struct score *score, size_t index, const char **state)
{
	return condition_at(&score->freezes, index, veto_names, state);
}

bool score_ranking_key(const struct score *score, size_t index, struct score_key *key)
{
	ENSURE(index < score->programme->ranking.key_count);
	const struct cell *cell = &score->keys[index];
	*key = (struct score_key){ .is_date = score->programme->ranking.keys[index].is_date,
		.number = EXACT_ZERO };
	if (!cell->present)
		return false;
	if (key->is_date)
		key->date = cell->date;
	else
		key->number = cell->number;
	return true;
}

int64_t score_valid_until(const struct score *score)
{
	return score->until.present ? score->until.date : 0;
}

enum condition_state score_ends(const struct score *score, size_t index)
{
	ENSURE(index < score->programme->ends_when.count);
	for (size_t i = 0; i < score->ends.count; i++)
		if (score->ends.list[i].condition == &score->programme->ends_when.list[index])
			return score->ends.list[i].state;
	return CONDITION_NO; // not in force on this day
}
