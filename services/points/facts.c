// SPDX-License-Identifier: Apache-2.0
// facts: what can be read of one fact.
#include "evaluation.h"

#include "calendar.h"

static struct exact power_of_ten(int exponent)
{
	int64_t power = 1;
	while (exponent-- > 0)
		power *= 10;
	return exact_of(power);
}

static void take_number(struct cell *cell, const struct field *field, const struct value *value)
{
	int scale = field->type == FIELD_MONEY     ? 2
		    : field->type == FIELD_DECIMAL ? field->scale
						   : 0;
	cell->present = exact_divide(&cell->number, exact_of(value->integer), power_of_ten(scale));
}

static struct cell cell_of_value(
    const struct field *field, const struct value *value, enum value_type type)
{
	struct cell cell = { 0 };
	if (!value->present)
		return cell;
	cell.present = true;
	switch (type) {
	case TYPE_NUMBER:
		take_number(&cell, field, value);
		break;
	case TYPE_BOOLEAN:
		cell.boolean = value->integer != 0;
		break;
	case TYPE_TEXT:
		cell.text = value->text;
		cell.present = value->text != NULL;
		break;
	default:
		cell.date = value->integer;
		break;
	}
	return cell;
}

// The record of public security about the row's person.
static struct cell person_field(struct evaluation *evaluation, const struct row *row,
    const struct field_use *use, struct cell *doubted)
{
	const struct dossier_fact *facts;
	size_t count = dossier_facts(evaluation->dossier, row->subject, use->kind, &facts);
	struct consulted consulted = { row->subject, row->label, row->role, count > 0 };
	cell_consult(evaluation, doubted, use->kind, &consulted, count > 0);
	if (count == 0)
		return (struct cell){ 0 };
	return cell_of_value(use->field, &facts[0].values[use->index], use->typing.type);
}

static struct cell text_cell(const char *text)
{
	return (struct cell){ .present = text != NULL, .text = text };
}

struct cell row_field(struct evaluation *evaluation, const struct row *row,
    const struct field_use *use, struct cell *doubted)
{
	if (use->of_partner)
		row = row->partner;
	if (row == NULL)
		return (struct cell){ 0 };
	switch (use->place) {
	case IN_RECORD:
		return cell_of_value(use->field, &row->fact->values[use->index], use->typing.type);
	case IN_ROW:
		return cell_of_value(use->field, &row->values[use->index], use->typing.type);
	case IN_PERIOD:
		return (struct cell){ .present = row->period != 0, .date = row->period };
	case IN_COMPUTED:
		cell_take_doubts(evaluation, doubted, &row->computed[use->index]);
		return row->computed[use->index];
	case IN_PERSON:
		return person_field(evaluation, row, use, doubted);
	case IN_ROLE:
		return text_cell(row->role >= 0 ? role_name((enum role)row->role) : NULL);
	case IN_SUBJECT:
		break;
	}
	return text_cell(dossier_subject_name(evaluation->dossier, row->subject));
}

static bool is_needed(const struct select *select, const struct field_use *use)
{
	for (size_t i = 0; i < select->needs.count; i++) {
		const struct field_use *need = &select->needs.list[i];
		if (need->place == use->place && need->index == use->index &&
		    need->of_partner == use->of_partner && need->kind == use->kind)
			return true;
	}
	return false;
}

struct cell row_field_needed(struct evaluation *evaluation, const struct row *row,
    const struct field_use *use, const struct select *select, struct cell *doubted)
{
	struct cell cell = row_field(evaluation, row, use, doubted);
	if (!cell.present && is_needed(select, use))
		doubted->doubts = doubts_unite(evaluation, doubted->doubts,
		    doubts_of(evaluation, DOUBT_NOT_REPORTED, select->kind, row->label, NULL));
	return cell;
}

void evaluate_field(struct evaluation *evaluation, struct step *step)
{
	struct cell doubted = { 0 };
	ENSURE(evaluation->fact != NULL);
	step->cell = evaluation->needing != NULL
			 ? row_field_needed(evaluation, evaluation->fact, step->node->field,
			       evaluation->needing, &doubted)
			 : row_field(evaluation, evaluation->fact, step->node->field, &doubted);
	cell_take_doubts(evaluation, &step->cell, &doubted);
}

int cells_compare(const struct cell *a, const struct cell *b, enum value_type type)
{
	switch (type) {
	case TYPE_NUMBER:
		return exact_compare(a->number, b->number);
	case TYPE_BOOLEAN:
		return (int)a->boolean - (int)b->boolean;
	case TYPE_TEXT: {
		int order = strcmp(a->text, b->text);
		return (order > 0) - (order < 0);
	}
	default:
		return (a->date > b->date) - (a->date < b->date);
	}
}

bool cells_equal(const struct cell *a, const struct cell *b, enum value_type type)
{
	if (!a->present || !b->present)
		return a->present == b->present;
	return cells_compare(a, b, type) == 0;
}

int64_t row_first_date(struct evaluation *evaluation, const struct row *row,
    const struct field_list *fields, enum value_type *type, struct cell *doubted)
{
	for (size_t i = 0; i < fields->count; i++) {
		struct cell cell = row_field(evaluation, row, &fields->list[i], doubted);
		*type = fields->list[i].typing.type;
		if (cell.present)
			return cell.date;
	}
	return 0;
}

// Months end with their last day.
static int64_t end_of(int64_t date, enum value_type type)
{
	return type == TYPE_MONTH ? calendar_last_day(date) : date;
}

int64_t row_earliest_date(struct evaluation *evaluation, const struct row *row,
    const struct field_list *fields, enum value_type *type, struct cell *doubted)
{
	int64_t earliest = 0;
	for (size_t i = 0; i < fields->count; i++) {
		enum value_type one = fields->list[i].typing.type;
		struct cell cell = row_field(evaluation, row, &fields->list[i], doubted);
		if (!cell.present ||
		    (earliest != 0 && end_of(cell.date, one) >= end_of(earliest, *type)))
			continue;
		earliest = cell.date;
		*type = one;
	}
	return earliest;
}
