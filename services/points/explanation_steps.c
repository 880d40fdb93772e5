// SPDX-License-Identifier: Apache-2.0
// explanation_steps: how a value came about, step by step.
#include "explanation.h"

#include "date.h"

#include <stdio.h>

enum {
	FACTS_SHOWN_MAX = 100,
	FACTS_KEPT_MAX = 2000 // of one item: further ones have no number
};

void explaining_open(struct explaining *explaining)
{
	size_t definitions = explaining->score->rules->definition_count;
	explaining->facts = allocate(FACTS_KEPT_MAX * sizeof(const struct row *));
	explaining->named = allocate(definitions * sizeof *explaining->named);
}

void explaining_close(struct explaining *explaining)
{
	free(explaining->facts);
	free(explaining->named);
}

void explaining_begin(struct explaining *explaining)
{
	size_t definitions = explaining->score->rules->definition_count;
	explaining->fact_count = 0;
	memset(explaining->named, 0, definitions * sizeof *explaining->named);
}

// --- facts ---------------------------------------------------------------------------------------

static bool is_same_fact(const struct row *a, const struct row *b)
{
	return a->fact == b->fact && a->values == b->values;
}

// Its number, or 0: there are too many.
static size_t fact_number(struct explaining *explaining, const struct row *row)
{
	for (size_t i = 0; i < explaining->fact_count; i++)
		if (is_same_fact(explaining->facts[i], row))
			return i + 1;
	if (explaining->fact_count == FACTS_KEPT_MAX)
		return 0;
	explaining->facts[explaining->fact_count++] = row;
	return explaining->fact_count;
}

static void write_references(struct explaining *explaining, const struct step *step)
{
	struct json_writer *writer = explaining->writer;
	const struct fact_list *list = step->cell.facts;
	json_write_name(writer, "facts");
	json_write_begin_array(writer);
	size_t shown = 0;
	for (; shown < list->count && shown < FACTS_SHOWN_MAX; shown++) {
		size_t number = fact_number(explaining, &list->rows[shown]);
		if (number == 0)
			break;
		json_write_integer(writer, (int64_t)number);
	}
	json_write_end_array(writer);
	if (shown < list->count)
		json_write_member_integer(writer, "more", (int64_t)(list->count - shown));
}

static void write_month(struct json_writer *writer, const char *name, int64_t month)
{
	char text[16];
	date_format(month * 100 + 1, text, sizeof text);
	text[strlen("2026-11")] = 0;
	json_write_member_text(writer, name, text);
}

static void write_value(struct json_writer *writer, const struct field *field,
    const struct value *value, const char *name)
{
	static const bool is_scaled[FIELD_TYPE_COUNT] = {
		[FIELD_MONEY] = true, [FIELD_DECIMAL] = true
	};
	if (value->text != NULL) {
		json_write_member_text(writer, name, value->text);
	} else if (field->type == FIELD_BOOLEAN) {
		json_write_member_boolean(writer, name, value->integer != 0);
	} else if (field->type == FIELD_DATE) {
		write_date_member(writer, name, value->integer);
	} else if (field->type == FIELD_MONTH) {
		write_month(writer, name, value->integer);
	} else if (is_scaled[field->type]) {
		json_write_name(writer, name);
		json_write_decimal(
		    writer, value->integer, field->type == FIELD_MONEY ? 2 : field->scale);
	} else {
		json_write_member_integer(writer, name, value->integer);
	}
}

static bool is_withheld(
    const struct explaining *explaining, const struct row *row, const struct field *field)
{
	const struct score_view *view = explaining->view;
	enum role role = row->label >= 0 ? (enum role)row->label : ROLE_SELF;
	return view->withhold != NULL &&
	       view->withhold(row->fact->kind, field, role, view->context);
}

static void write_field(struct explaining *explaining, const struct row *row,
    const struct field *field, const struct value *value, const struct field *list)
{
	char name[128];
	const struct kind *kind = row->fact->kind;
	int size = list != NULL ? snprintf(name, sizeof name, "%s.%s", list->name, field->name)
				: snprintf(name, sizeof name, "%s", field->name);
	if (size < 0 || !rules_reads_field(explaining->score->rules, kind, name) ||
	    field->type == FIELD_LIST)
		return;
	if (is_withheld(explaining, row, field))
		write_text_member(explaining->writer, name, NULL);
	else if (value->present)
		write_value(explaining->writer, field, value, name);
}

static void write_fields(struct explaining *explaining, const struct row *row)
{
	const struct kind *kind = row->fact->kind;
	json_write_name(explaining->writer, "fields");
	json_write_begin_object(explaining->writer);
	for (size_t i = 0; i < kind->field_count; i++)
		write_field(explaining, row, &kind->fields[i], &row->fact->values[i], NULL);
	const struct field *list = NULL;
	for (size_t i = 0; row->values != NULL && i < kind->field_count; i++) {
		const struct value *value = &row->fact->values[i];
		if (kind->fields[i].type != FIELD_LIST || !value->present ||
		    row->values < value->rows ||
		    row->values >=
			value->rows + (size_t)value->integer * kind->fields[i].field_count)
			continue;
		list = &kind->fields[i];
	}
	for (size_t i = 0; list != NULL && i < list->field_count; i++)
		write_field(explaining, row, &list->fields[i], &row->values[i], list);
	json_write_end_object(explaining->writer);
}

static void write_row(struct json_writer *writer, const struct row *row)
{
	if (row->values != NULL && row->period != 0) {
		write_month(writer, "row", row->period);
		return;
	}
	json_write_name(writer, "row");
	if (row->values != NULL)
		json_write_integer(writer, (int64_t)row->number);
	else
		json_write_null(writer);
}

static void write_fact(struct explaining *explaining, size_t number)
{
	struct json_writer *writer = explaining->writer;
	const struct row *row = explaining->facts[number];
	const struct dossier_fact *fact = row->fact;
	char recorded[32];
	json_write_begin_object(writer);
	json_write_member_integer(writer, "ref", (int64_t)number + 1);
	write_text_member(
	    writer, "role", row->label >= 0 ? role_name((enum role)row->label) : NULL);
	json_write_member_text(writer, "department", fact->kind->catalogue->name);
	json_write_member_text(writer, "kind", fact->kind->name);
	json_write_member_text(writer, "key", fact->key);
	write_row(writer, row);
	json_write_name(writer, "sequence");
	if (fact->sequence != 0)
		json_write_integer(writer, (int64_t)fact->sequence);
	else
		json_write_null(writer);
	if (fact->recorded_ms != 0)
		time_format(fact->recorded_ms, recorded, sizeof recorded);
	write_text_member(writer, "recorded", fact->recorded_ms != 0 ? recorded : NULL);
	write_date_member(writer, "valid_since", fact->valid_since);
	write_fields(explaining, row);
	json_write_end_object(writer);
}

void explaining_write_facts(struct explaining *explaining)
{
	json_write_name(explaining->writer, "facts");
	json_write_begin_array(explaining->writer);
	for (size_t i = 0; i < explaining->fact_count; i++)
		write_fact(explaining, i);
	json_write_end_array(explaining->writer);
}

// --- steps: what is absent is left out -----------------------------------------------------------

static void write_step_value(struct json_writer *writer, const struct step *step)
{
	const struct cell *cell = &step->cell;
	char text[EXACT_TEXT_SIZE] = "";
	enum value_type type = step->node->typing.type;
	if (!cell->present || type == TYPE_FACTS || type == TYPE_SPANS)
		return;
	json_write_name(writer, "value");
	if (type == TYPE_BOOLEAN) {
		json_write_boolean(writer, cell->boolean);
		return;
	}
	if (type == TYPE_NUMBER)
		exact_write(cell->number, text);
	if (type == TYPE_DATE || type == TYPE_MONTH)
		date_format(
		    type == TYPE_DATE ? cell->date : cell->date * 100 + 1, text, sizeof text);
	if (type == TYPE_MONTH)
		text[strlen("2026-11")] = 0;
	json_write_text(writer, type == TYPE_TEXT ? cell->text : text);
}

static void write_step_unit(struct json_writer *writer, const struct step *step)
{
	if (step->node->typing.type == TYPE_NUMBER)
		json_write_member_text(writer, "unit", unit_name(step->node->typing.unit));
}

// Members of the table's own text that are no operands: numbers, words, rows.
static bool is_parameter(const struct node *node, const struct json_value *member)
{
	enum json_type type = json_type(member);
	for (size_t i = 0; i < node->count; i++)
		if (node->of[i] != NULL && node->of[i]->source == member)
			return false;
	if (strcmp(json_name(member), operator_name(node->operation)) == 0)
		return type != JSON_ARRAY && type != JSON_OBJECT;
	return true;
}

static void write_parameters(struct json_writer *writer, const struct node *node)
{
	const struct json_value *member = NULL;
	bool any = false;
	if (node->operation < OPERATORS_WRITTEN)
		member = json_first(node->source);
	for (; member != NULL; member = json_next(member)) {
		if (!is_parameter(node, member))
			continue;
		if (!any) {
			json_write_name(writer, "params");
			json_write_begin_object(writer);
		}
		any = true;
		json_write_name(writer, json_name(member));
		json_write_value(writer, member);
	}
	if (any)
		json_write_end_object(writer);
}

static void write_spans(struct json_writer *writer, const struct step *step)
{
	char text[16];
	json_write_name(writer, "spans");
	json_write_begin_array(writer);
	const struct spans *spans = step->cell.spans;
	for (size_t i = 0; spans != NULL && i < spans->count; i++) {
		json_write_begin_array(writer);
		date_format(date_from_days(spans->list[i].from), text, sizeof text);
		json_write_text(writer, text);
		date_format(date_from_days(spans->list[i].until - 1), text, sizeof text);
		json_write_text(writer, text);
		json_write_end_array(writer);
	}
	json_write_end_array(writer);
}

static void write_scale(struct json_writer *writer, const struct step *step)
{
	struct next_step next;
	bool is_scale = step->node->operation >= OP_PER_UNIT && step->node->operation <= OP_MATRIX;
	if (is_scale && step->row >= 0)
		json_write_member_integer(writer, "row", step->row);
	if (!is_scale || !scale_next(step, step->node, &next))
		return;
	json_write_name(writer, "next");
	json_write_begin_object(writer);
	if (next.has_needs) {
		write_number_member(writer, "needs", true, next.needs);
		json_write_member_text(writer, "unit", unit_name(step->node->of[0]->typing.unit));
	}
	write_number_member(writer, "gives", true, next.gives);
	if (next.row >= 0)
		json_write_member_integer(writer, "row", next.row);
	json_write_end_object(writer);
}

static void write_step(struct explaining *explaining, const struct step *step);

// A definition that the item has shown already.
static void write_again(struct explaining *explaining, const struct step *step)
{
	struct json_writer *writer = explaining->writer;
	json_write_begin_object(writer);
	json_write_member_text(writer, "op", "name");
	json_write_member_text(writer, "name", step->node->definition->id);
	write_step_value(writer, step);
	write_step_unit(writer, step);
	json_write_end_object(writer);
}

static void write_operands(struct explaining *explaining, const struct step *step)
{
	if (step->count == 0)
		return;
	json_write_name(explaining->writer, "of");
	json_write_begin_array(explaining->writer);
	for (size_t i = 0; i < step->count; i++)
		write_step(explaining, step->of[i]);
	json_write_end_array(explaining->writer);
}

static void write_step(struct explaining *explaining, const struct step *step)
{
	struct json_writer *writer = explaining->writer;
	const struct node *node = step->node;
	const struct definition *definition = node->operation == OP_NAME ? node->definition : NULL;
	if (definition != NULL && explaining->named[definition->number]) {
		write_again(explaining, step);
		return;
	}
	if (definition != NULL)
		explaining->named[definition->number] = true;
	json_write_begin_object(writer);
	json_write_member_text(writer, "op", operator_name(node->operation));
	json_write_member_text(writer, "path", node->path);
	if (definition != NULL)
		json_write_member_text(writer, "name", definition->id);
	if (definition != NULL && definition->title.zh != NULL)
		write_title_member(writer, "title", definition->title);
	write_step_value(writer, step);
	write_step_unit(writer, step);
	write_parameters(writer, node);
	if (definition == NULL && node->typing.type == TYPE_FACTS)
		write_references(explaining, step);
	if (definition == NULL && node->typing.type == TYPE_SPANS)
		write_spans(writer, step);
	write_scale(writer, step);
	write_operands(explaining, step);
	json_write_end_object(writer);
}

void explaining_write_step(struct explaining *explaining, const char *name, const struct step *step)
{
	json_write_name(explaining->writer, name);
	if (step != NULL)
		write_step(explaining, step);
	else
		json_write_null(explaining->writer);
}
