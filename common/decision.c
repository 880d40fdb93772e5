// SPDX-License-Identifier: Apache-2.0
// decision: what departments check in a record beyond its catalogue.
#include "decision.h"

#include "date.h"
#include "every_department_fields.h"

#include <stdio.h>

enum {
	ADULT_YEARS = 18
};

void decision_apply(const struct decision_rule *rules, size_t count, const struct record *record,
    int64_t today, struct problems *problems)
{
	struct decision decision = { record, today, problems };
	for (size_t i = 0; i < count; i++)
		if (rules[i].kind == record->kind->number)
			rules[i].check(&decision, &rules[i]);
}

static void check_coverage_kind(const struct decision *decision, const struct decision_rule *rule)
{
	const struct value *name = decision_value(decision, rule->field);
	const struct kind *kind = decision->record->kind;
	if (name == NULL)
		return;
	const struct kind *named = catalogue_kind_named(kind->catalogue, name->text);
	if (named == NULL || named == kind)
		decision_refuse(decision, rule->field, PROBLEM_coverage_kind, NULL);
}

void decision_apply_shared(const struct record *record, struct problems *problems)
{
	static const struct decision_rule rules[] = {
		{ EVERY_DEPARTMENT_COVERAGE, EVERY_DEPARTMENT_COVERAGE_KIND, check_coverage_kind,
		    0 },
	};
	decision_apply(rules, COUNT_OF(rules), record, 0, problems);
}

// --- values --------------------------------------------------------------------------------------

static const struct field *find_field(const struct decision *decision, unsigned field)
{
	return field == 0 ? NULL : kind_field(decision->record->kind, field);
}

static const struct value *value_at(const struct decision *decision, const struct field *field)
{
	return &decision->record->values[field - decision->record->kind->fields];
}

const struct value *decision_value(const struct decision *decision, unsigned number)
{
	const struct field *field = find_field(decision, number);
	if (field == NULL || !value_at(decision, field)->present)
		return NULL;
	return value_at(decision, field);
}

static int64_t first_day(enum field_type type, int64_t integer)
{
	return type == FIELD_DATE    ? integer
	       : type == FIELD_MONTH ? integer * 100 + 1
	       : type == FIELD_YEAR  ? integer * 10000 + 101
				     : 0;
}

static int64_t last_day(enum field_type type, int64_t integer)
{
	if (type == FIELD_YEAR)
		return integer * 10000 + 1231;
	if (type != FIELD_MONTH)
		return first_day(type, integer);
	int64_t next_month = date_add_months(first_day(type, integer), 1);
	return date_from_days(date_to_days(next_month) - 1);
}

int64_t decision_first_day(const struct decision *decision, unsigned number)
{
	const struct value *value = decision_value(decision, number);
	return value == NULL ? 0 : first_day(find_field(decision, number)->type, value->integer);
}

static int64_t field_last_day(const struct decision *decision, unsigned number)
{
	const struct value *value = decision_value(decision, number);
	return value == NULL ? 0 : last_day(find_field(decision, number)->type, value->integer);
}

static const struct field *entry_field(const struct field *list, unsigned number)
{
	for (size_t i = 0; list != NULL && i < list->field_count; i++)
		if (list->fields[i].number == number)
			return &list->fields[i];
	return NULL;
}

const struct value *decision_entry_value(
    const struct decision *decision, unsigned list_number, size_t row, unsigned number)
{
	const struct field *list = find_field(decision, list_number);
	const struct field *field = entry_field(list, number);
	if (field == NULL)
		return NULL;
	const struct value *rows = value_at(decision, list);
	ENSURE(rows->present && row < (size_t)rows->integer);
	const struct value *value =
	    &rows->rows[row * list->field_count + (size_t)(field - list->fields)];
	return value->present ? value : NULL;
}

// --- refusing ------------------------------------------------------------------------------------

void decision_refuse(
    const struct decision *decision, unsigned number, enum problem_code code, const char *expected)
{
	const struct field *field = find_field(decision, number);
	ENSURE(field != NULL);
	problems_add(
	    decision->problems, code, field->name, field->title.en, field->title.zh, expected);
}

void decision_refuse_entry(const struct decision *decision, unsigned list_number, size_t row,
    unsigned number, enum problem_code code, const char *expected)
{
	char name[2 * PROBLEM_COLUMN_BYTES], en[2 * PROBLEM_COLUMN_BYTES],
	    zh[2 * PROBLEM_COLUMN_BYTES];
	const struct field *list = find_field(decision, list_number);
	const struct field *field = entry_field(list, number);
	ENSURE(field != NULL);
	if (decision->record->folds) { // what came was a row with columns, not a list
		problems_add(decision->problems, code, field->name, field->title.en,
		    field->title.zh, expected);
		return;
	}
	snprintf(name, sizeof name, "%s[%zu].%s", list->name, row, field->name);
	snprintf(en, sizeof en, "%s (entry %zu)", field->title.en, row + 1);
	snprintf(zh, sizeof zh, "第 %zu 条明细的%s", row + 1, field->title.zh);
	problems_add(decision->problems, code, name, en, zh, expected);
}

void decision_write_at_least(
    const struct decision *decision, unsigned number, char text[DECISION_TEXT_SIZE])
{
	const struct field *field = find_field(decision, number);
	ENSURE(field != NULL);
	snprintf(text, DECISION_TEXT_SIZE, "≥ %s", field->name);
}

// --- checks --------------------------------------------------------------------------------------

void decision_interval(const struct decision *decision, const struct decision_rule *rule)
{
	int64_t begins = decision_first_day(decision, rule->with),
		ends = field_last_day(decision, rule->field);
	if (begins == 0 || ends == 0 || ends >= begins)
		return;
	char expected[DECISION_TEXT_SIZE];
	decision_write_at_least(decision, rule->with, expected);
	decision_refuse(decision, rule->field, PROBLEM_interval_order, expected);
}

void decision_after_birth(const struct decision *decision, const struct decision_rule *rule)
{
	int64_t birth_date = decision->record->birth_date,
		ends = field_last_day(decision, rule->field);
	if (birth_date == 0)
		birth_date = decision_first_day(decision, rule->with);
	if (ends != 0 && ends < birth_date)
		decision_refuse(decision, rule->field, PROBLEM_before_birth, NULL);
}

void decision_age(const struct decision *decision, const struct decision_rule *rule)
{
	int64_t birth_date = decision->record->birth_date,
		ends = field_last_day(decision, rule->field);
	if (birth_date == 0 || ends == 0 ||
	    ends >= date_add_months(birth_date, 12 * (int)rule->with))
		return;
	char expected[DECISION_TEXT_SIZE];
	snprintf(expected, sizeof expected, "≥ %u", rule->with);
	decision_refuse(decision, rule->field, PROBLEM_too_young, expected);
}

void decision_birth_date(const struct decision *decision, const struct decision_rule *rule)
{
	const struct value *date = decision_value(decision, rule->field);
	int64_t birth_date = decision->record->birth_date;
	if (date != NULL && birth_date != 0 && date->integer != birth_date)
		decision_refuse(decision, rule->field, PROBLEM_contradicts_id_number, NULL);
}

void decision_other_person(const struct decision *decision, const struct decision_rule *rule)
{
	const struct value *person = decision_value(decision, rule->field);
	if (person != NULL && strcmp(person->text, decision->record->subject) == 0)
		decision_refuse(decision, rule->field, PROBLEM_same_person, NULL);
}

// Whatever was counted: if only counts above zero were refused, the refusal would tell them.
void decision_adult_window(const struct decision *decision, const struct decision_rule *rule)
{
	const struct value *years = decision_value(decision, rule->field);
	int64_t birth_date = decision->record->birth_date,
		ends = decision_first_day(decision, rule->with);
	if (years == NULL || ends == 0 || birth_date == 0)
		return;
	int64_t adult_since = date_add_months(birth_date, 12 * ADULT_YEARS);
	bool is_ever = years->integer == find_field(decision, rule->field)->maximum;
	int64_t begins = is_ever ? adult_since : date_add_months(ends, -12 * (int)years->integer);
	if (begins < adult_since || ends < adult_since)
		decision_refuse(decision, rule->field, PROBLEM_juvenile_window, NULL);
}
