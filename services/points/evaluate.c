// SPDX-License-Identifier: Apache-2.0
// evaluate: one step for each node, by one table of operations. Nothing in here can fail.
#include "evaluation.h"

static evaluate_step *const evaluators[OPERATORS] = {
	[OP_SELECT] = evaluate_select,
	[OP_COUNT] = evaluate_count,
	[OP_EXISTS] = evaluate_count,
	[OP_SUM] = evaluate_sum,
	[OP_BEST] = evaluate_best,
	[OP_LEAST] = evaluate_best,
	[OP_NEWEST] = evaluate_newest,
	[OP_OLDEST] = evaluate_newest,
	[OP_ADD] = evaluate_add,
	[OP_MINUS] = evaluate_minus,
	[OP_MULTIPLY] = evaluate_multiply,
	[OP_DIVIDE] = evaluate_divide,
	[OP_MAX] = evaluate_extremes,
	[OP_MIN] = evaluate_extremes,
	[OP_FIRST] = evaluate_first,
	[OP_CAP] = evaluate_limit,
	[OP_FLOOR] = evaluate_limit,
	[OP_ROUND] = evaluate_rounded,
	[OP_IF] = evaluate_if,
	[OP_LENGTH] = evaluate_length,
	[OP_DAY_COUNT] = evaluate_length,
	[OP_BETWEEN] = evaluate_between,
	[OP_DAYS_BETWEEN] = evaluate_between,
	[OP_YEAR] = evaluate_year,
	[OP_SERIES] = evaluate_series,
	[OP_AS] = evaluate_as,
	[OP_PER_UNIT] = evaluate_per_unit,
	[OP_STEP] = evaluate_step_scale,
	[OP_TIERS] = evaluate_tiers,
	[OP_BANDS] = evaluate_bands,
	[OP_MATRIX] = evaluate_matrix,
	[OP_ALL] = evaluate_all,
	[OP_ANY] = evaluate_all,
	[OP_NOT] = evaluate_not,
	[OP_TEST] = evaluate_test,
	[OP_SHIFT] = evaluate_shift,
	[OP_START_OF] = evaluate_edge,
	[OP_END_OF] = evaluate_edge,
	[OP_MONTH] = evaluate_month,
	[OP_SPANS] = evaluate_spans,
	[OP_UNION] = evaluate_spans_sets,
	[OP_INTERSECT] = evaluate_spans_sets,
	[OP_WITHOUT] = evaluate_spans_sets,
	[OP_CLIP] = evaluate_clip,
	[OP_BRIDGE] = evaluate_bridge,
	[OP_LAST_RUN] = evaluate_last_run,
	[OP_LONGEST_RUN] = evaluate_longest_run,
	[OP_FIELD] = evaluate_field,
	[OP_LITERAL] = evaluate_literal,
	[OP_UNKNOWN] = evaluate_unknown,
	[OP_NAME] = evaluate_name,
	[OP_GIVEN] = evaluate_given,
	[OP_ITEM] = evaluate_item,
	[OP_GROUP] = evaluate_group,
};

struct step *evaluate(struct evaluation *evaluation, const struct node *node)
{
	struct step *step = arena_allocate(&evaluation->arena, sizeof *step);
	step->node = node;
	step->row = step->column = -1;
	evaluators[node->operation](evaluation, step);
	return step;
}

const struct cell *step_operand(
    struct evaluation *evaluation, struct step *step, const struct node *operand)
{
	struct step **of = arena_allocate(&evaluation->arena, (step->count + 1) * sizeof *of);
	if (step->count > 0)
		memcpy(of, step->of, step->count * sizeof *of);
	step->of = of;
	struct step *one = evaluate(evaluation, operand);
	step->of[step->count++] = one;
	cell_take_doubts(evaluation, &step->cell, &one->cell);
	return &one->cell;
}

void step_operands(struct evaluation *evaluation, struct step *step)
{
	const struct node *node = step->node;
	step->of = arena_allocate(&evaluation->arena, node->count * sizeof *step->of);
	for (size_t i = 0; i < node->count; i++) {
		if (node->of[i] == NULL)
			continue;
		struct step *one = evaluate(evaluation, node->of[i]);
		step->of[step->count++] = one;
		cell_take_doubts(evaluation, &step->cell, &one->cell);
	}
}

void step_set_number(
    struct evaluation *evaluation, struct step *step, bool fits, struct exact number)
{
	step->cell.present = fits;
	if (fits)
		step->cell.number = number;
	else
		cell_doubt(evaluation, &step->cell, DOUBT_OVERFLOW, step->node->path);
}

// Memory that a definition's memo may lie in is not released.
static struct cell evaluate_released(struct evaluation *evaluation, const struct node *node)
{
	struct arena_mark mark = arena_mark(&evaluation->arena);
	size_t memos = evaluation->memo_count;
	struct cell cell = evaluate(evaluation, node)->cell;
	if (memos == evaluation->memo_count)
		arena_release(&evaluation->arena, mark);
	return cell;
}

struct cell evaluate_cell(struct evaluation *evaluation, const struct node *node)
{
	if (node->operation != OP_LITERAL)
		return evaluate_released(evaluation, node);
	struct step step = { .node = node };
	evaluate_literal(evaluation, &step);
	return step.cell;
}

struct cell evaluate_on_fact(
    struct evaluation *evaluation, const struct node *node, const struct row *fact)
{
	const struct row *outside = evaluation->fact;
	evaluation->fact = fact;
	struct cell cell = evaluate_cell(evaluation, node);
	evaluation->fact = outside;
	return cell;
}

// --- names ---------------------------------------------------------------------------------------

void evaluate_literal(struct evaluation *evaluation, struct step *step)
{
	const struct literal *literal = &step->node->literal;
	(void)evaluation;
	step->cell.present = true;
	switch (step->node->typing.type) {
	case TYPE_NUMBER:
		step->cell.number = literal->number;
		break;
	case TYPE_BOOLEAN:
		step->cell.boolean = literal->boolean;
		break;
	case TYPE_TEXT:
		step->cell.text = literal->text;
		break;
	default:
		step->cell.date = literal->date;
		break;
	}
}

void evaluate_unknown(struct evaluation *evaluation, struct step *step)
{
	cell_doubt(evaluation, &step->cell, DOUBT_TABLE_UNKNOWN, step->node->path);
}

void evaluate_name(struct evaluation *evaluation, struct step *step)
{
	const struct definition *definition = step->node->definition;
	struct step **memo = &evaluation->perspective->memo[definition->number];
	if (*memo == NULL) {
		const struct row *outside = evaluation->fact;
		const struct select *needing = evaluation->needing;
		evaluation->fact = NULL;
		evaluation->needing = NULL;
		*memo = evaluate(evaluation, definition->value);
		evaluation->fact = outside;
		evaluation->needing = needing;
		evaluation->memo_count++;
	}
	step->of = memo;
	step->count = 1;
	step->cell = (*memo)->cell;
}

static void give_date(struct step *step, int64_t date)
{
	step->cell.present = true;
	step->cell.date = date;
}

// The scored application as a list of one fact, or of none.
static const struct fact_list *application_of(
    struct evaluation *evaluation, const struct step *step)
{
	const struct dossier *dossier = evaluation->dossier;
	struct fact_list *list = arena_allocate(&evaluation->arena, sizeof *list);
	list->shape = step->node->typing.shape;
	if (!dossier->has_application)
		return list;
	list->rows = arena_allocate(&evaluation->arena, sizeof *list->rows);
	list->rows[0] = (struct row){ .fact = &dossier->application_fact,
		.subject = dossier->roles[ROLE_SELF].list[0],
		.role = ROLE_SELF,
		.label = ROLE_SELF,
		.consulted = SIZE_MAX };
	list->count = 1;
	return list;
}

void evaluate_given(struct evaluation *evaluation, struct step *step)
{
	const struct dossier *dossier = evaluation->dossier;
	switch (step->node->given) {
	case GIVEN_AS_OF:
		give_date(step, dossier->as_of);
		break;
	case GIVEN_ACCEPTED_ON:
		give_date(step, dossier_accepted_on(dossier));
		break;
	case GIVEN_APPLIED_ON:
		give_date(step, dossier_applied_on(dossier));
		break;
	case GIVEN_APPLICATION:
		step->cell.present = true;
		step->cell.facts = application_of(evaluation, step);
		break;
	case GIVEN_TOTAL:
		step->cell = evaluation->tally->total;
		break;
	default:
		step->cell = evaluation->tally->other_total;
		break;
	}
}

void evaluate_item(struct evaluation *evaluation, struct step *step)
{
	step->cell = evaluation->tally->items[step->node->index];
}

void evaluate_group(struct evaluation *evaluation, struct step *step)
{
	step->cell = evaluation->tally->groups[step->node->index];
}

void evaluate_as(struct evaluation *evaluation, struct step *step)
{
	struct perspective *outside = evaluation->perspective;
	const struct cast_role *role = &outside->roles[step->node->role];
	step->cell.doubts = role->doubts;
	step->cell.looked = role->count == 0;
	if (role->count == 0)
		return;
	evaluation->perspective = perspective_as(evaluation, step->node->role);
	const struct cell *cell = step_operand(evaluation, step, step->node->of[0]);
	evaluation->perspective = outside;
	struct cell own = step->cell;
	step->cell = *cell;
	step->cell.doubts = own.doubts;
	step->cell.looked = own.looked;
	step->cell.found = own.found;
}
