// SPDX-License-Identifier: Apache-2.0
// view_judge: what the gathered pieces mean: the state of each kind, the freshness of each
// department.
#include "view_parts.h"

#include "date.h"
#include "lateness.h"

#include "every_department_fields.h"

const char *kind_state_name(enum kind_state state)
{
	static const char *const names[KIND_STATES] = {
#define KIND_STATE_NAME(name, text) text,
		KIND_STATE_TABLE(KIND_STATE_NAME)
#undef KIND_STATE_NAME
	};
	ENSURE(state < KIND_STATES);
	return names[state];
}

// --- order ---------------------------------------------------------------------------------------

static int order_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int order_texts(struct bytes a, struct bytes b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order = size > 0 ? memcmp(a.data, b.data, size) : 0;
	return order != 0 ? order : order_numbers(a.size, b.size);
}

// The order people read in, and always the same: by kind, facts before marks, by day, by sequence.
// What is damaged has neither day nor sequence, so that its key decides.
static int compare_facts(const void *left, const void *right)
{
	const struct fact *a = left, *b = right;
	const int orders[] = {
		order_numbers(a->field.department, b->field.department),
		order_numbers(a->field.kind, b->field.kind),
		order_numbers(a->field.mark, b->field.mark),
		order_numbers((uint64_t)a->value.valid_since, (uint64_t)b->value.valid_since),
		order_numbers(a->value.sequence, b->value.sequence),
		order_texts(a->field.key, b->field.key),
		strcmp(a->piece->subject, b->piece->subject),
	};
	for (size_t i = 0; i < COUNT_OF(orders); i++)
		if (orders[i] != 0)
			return orders[i];
	return 0;
}

static void find_facts(const struct view *view, struct kind_view *found)
{
	const struct fact *list = view->facts.list;
	size_t at = 0, end = view->facts.count;
	while (at < end && list[at].kind != found->kind)
		at++;
	if (at == end)
		return;
	found->facts = &list[at];
	for (; at < end && list[at].kind == found->kind && !list[at].field.mark; at++)
		found->fact_count++;
	found->marks = found->facts + found->fact_count;
	for (; at < end && list[at].kind == found->kind; at++)
		found->mark_count++;
}

// --- coverage ------------------------------------------------------------------------------------

static bool read_statement(struct statement *statement, const struct fact *fact)
{
	struct record record;
	*statement = (struct statement){ .fact = fact };
	if (fact->kind->number != EVERY_DEPARTMENT_COVERAGE ||
	    fact->value.body.size == 0) // a mark, erased or damaged
		return false;
	bool sound = record_unpack(&record, fact->kind, fact->value.body) == STATUS_OK;
	ENSURE(sound); // it was looked into when it was added
	const struct value *about = view_value(&record, EVERY_DEPARTMENT_COVERAGE_KIND);
	const struct value *through =
	    view_value(&record, EVERY_DEPARTMENT_COVERAGE_COMPLETE_THROUGH);
	const struct value *none = view_value(&record, EVERY_DEPARTMENT_COVERAGE_NONE);
	if (about != NULL)
		statement->about = catalogue_kind_named(fact->kind->catalogue, about->text);
	if (through != NULL)
		statement->complete_through = through->integer;
	statement->says_none = none != NULL && none->integer != 0;
	statement->denies_none = none != NULL && none->integer == 0;
	record_deinit(&record);
	return statement->about != NULL && statement->complete_through > 0;
}

static void read_statements(
    struct department_view *department, const struct fact *facts, size_t count, uint64_t position)
{
	for (size_t i = 0; i < count; i++) {
		struct statement statement;
		if (facts[i].kind->catalogue == department->catalogue &&
		    facts[i].value.sequence <= position && read_statement(&statement, &facts[i]))
			department->statements[department->statement_count++] = statement;
	}
}

// A statement about all lies in another partition than the facts, and may have overtaken them: it
// counts once everything before it is known to be in. A subject's own came with its facts.
static void gather_statements(const struct view *view, struct department_view *department)
{
	const struct facts *of_all = &department->statements_of_all;
	department->statements =
	    allocate((of_all->count + view->facts.count) * sizeof *department->statements);
	read_statements(department, of_all->list, of_all->count, department->freshness.position);
	read_statements(department, view->facts.list, view->facts.count, UINT64_MAX);
}

// Through which day a kind is complete for one of the subject's numbers; 0: not said.
static int64_t complete_through(
    const struct department_view *department, const struct kind *kind, const struct piece *subject)
{
	int64_t through = 0;
	for (size_t i = 0; i < department->statement_count; i++) {
		const struct statement *statement = &department->statements[i];
		const struct piece *piece = statement->fact->piece;
		bool speaks = piece == subject || piece == &department->coverage;
		if (speaks && statement->about == kind && statement->complete_through > through)
			through = statement->complete_through;
	}
	return through;
}

// That no number of a person has a record needs to be said of each of them.
static int64_t complete_through_for_all(
    const struct view *view, const struct department_view *department, const struct kind *kind)
{
	int64_t earliest = INT64_MAX;
	for (size_t i = 0; i < view->subject_count; i++) {
		int64_t through = complete_through(department, kind, &view->subjects[i]);
		earliest = through < earliest ? through : earliest;
	}
	return earliest;
}

// "Complete, and it is not that there are none", while there are none: something is missing.
static bool denies_none(const struct department_view *department, const struct kind *kind)
{
	for (size_t i = 0; i < department->statement_count; i++) {
		const struct statement *statement = &department->statements[i];
		if (statement->about == kind && statement->denies_none &&
		    statement->fact->piece != &department->coverage)
			return true;
	}
	return false;
}

// --- kinds ---------------------------------------------------------------------------------------

static size_t count_present(const struct kind_view *kind)
{
	size_t count = 0;
	for (size_t i = 0; i < kind->fact_count; i++)
		count += kind->facts[i].damaged || kind->facts[i].value.body.size > 0;
	return count;
}

static enum kind_state state_of(
    const struct department_view *department, const struct kind_view *kind)
{
	const struct {
		bool holds;
		enum kind_state state;
	} states[] = {
		{ count_present(kind) > 0, KIND_FACTS },
		{ kind->mark_count > 0, KIND_REJECTED },
		{ kind->fact_count > 0, KIND_ERASED },
		{ kind->complete_through > 0 && !denies_none(department, kind->kind), KIND_NONE },
		{ true, KIND_NOT_REPORTED },
	};
	size_t i = 0;
	while (!states[i].holds)
		i++;
	return states[i].state;
}

// Overdue is a word about the department's own systems: while its daemon cannot be heard, nobody
// knows what they have sent; and what never came has never begun.
static bool is_late(
    const struct department_view *department, const struct kind *kind, int64_t now_ms)
{
	const struct profile_source *source = &department->source;
	int64_t late_ms;
	if (!department->source_found || !freshness_is_checked(source, now_ms) || source->silent)
		return false;
	for (size_t i = 0; i < source->input_count; i++) {
		const struct input *input = &source->inputs[i];
		if (input->kind == kind->number)
			return lateness_judge(kind->cadence_days, input->last_input_ms, now_ms,
				   &late_ms) == LATENESS_LATE;
	}
	return false;
}

static enum field_type subject_type_of(const char *subject)
{
	static const struct {
		char letter;
		enum field_type type;
	} types[] = {
		{ SUBJECT_PERSON, FIELD_PERSON },
		{ SUBJECT_DWELLING, FIELD_DWELLING },
		{ SUBJECT_ENTERPRISE, FIELD_ENTERPRISE },
	};
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (types[i].letter == subject[0])
			return types[i].type;
	return FIELD_TYPE_COUNT;
}

// Kinds that could be said of such a subject, and whatever was. What only some rule table with a
// legal basis may ask for is not even named where nothing is there; coverage speaks through the
// kinds it is about.
static bool is_shown(const struct view *view, const struct kind_view *kind)
{
	bool expected = kind->kind->subject.type == subject_type_of(view->subjects[0].subject) &&
			!kind->kind->off_by_default &&
			kind->kind->number != EVERY_DEPARTMENT_COVERAGE;
	return expected || kind->fact_count > 0 || kind->mark_count > 0;
}

static void find_kinds(const struct view *view, struct department_view *department, int64_t now_ms)
{
	const struct catalogue *catalogue = department->catalogue;
	department->kinds = allocate(catalogue->kind_count * sizeof *department->kinds);
	for (size_t i = 0; i < catalogue->kind_count; i++) {
		struct kind_view kind = { .kind = &catalogue->kinds[i] };
		find_facts(view, &kind);
		if (!is_shown(view, &kind))
			continue;
		kind.late = is_late(department, kind.kind, now_ms);
		department->kinds[department->kind_count++] = kind;
	}
}

static void judge_kinds(const struct view *view, struct department_view *department)
{
	for (size_t i = 0; i < department->kind_count; i++) {
		struct kind_view *kind = &department->kinds[i];
		kind->complete_through = complete_through_for_all(view, department, kind->kind);
		kind->state = state_of(department, kind);
	}
}

// --- departments ---------------------------------------------------------------------------------

static bool aggregator_lives(const struct view *view, int64_t now_ms)
{
	for (size_t i = 0; i < view->catalogues->count; i++)
		if (view->departments[i].source_found &&
		    freshness_is_checked(&view->departments[i].source, now_ms))
			return true;
	return false;
}

static bool any_is_late(const struct department_view *department)
{
	for (size_t i = 0; i < department->kind_count; i++)
		if (department->kinds[i].late)
			return true;
	return false;
}

static void judge_freshness(
    const struct view *view, struct department_view *department, int64_t now_ms)
{
	size_t place = (size_t)(department - view->departments);
	struct freshness_basis basis = {
		.source = department->source_found ? &department->source : NULL,
		.source_damaged = department->source_damaged,
		.aggregator_lives = aggregator_lives(view, now_ms),
		.opened = true,
		.has_position = true,
		.position = UINT64_MAX,
		.late = any_is_late(department),
	};
	for (size_t i = 0; i < view->subject_count; i++) {
		const struct piece *piece = &view->subjects[i];
		const struct standing *standing = &piece->standings[place];
		basis.opened &= piece->opened;
		basis.rebuild |= standing->rebuild;
		basis.has_position &= standing->has_position;
		if (standing->sequence < basis.position)
			basis.position = standing->sequence;
	}
	freshness_judge(&department->freshness, &basis, now_ms);
}

void view_judge(struct view *view, int64_t now_ms)
{
	ENSURE(view_next(view) == NULL);
	if (view->facts.count > 0)
		qsort(view->facts.list, view->facts.count, sizeof *view->facts.list, compare_facts);
	for (size_t i = 0; i < view->catalogues->count; i++) {
		struct department_view *department = &view->departments[i];
		ENSURE(department->kinds == NULL); // once
		find_kinds(view, department, now_ms);
		judge_freshness(view, department, now_ms);
		gather_statements(view, department);
		judge_kinds(view, department);
	}
}
