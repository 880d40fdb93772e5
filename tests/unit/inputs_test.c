// SPDX-License-Identifier: Apache-2.0
// inputs_test: every input that the rule tables ask for has a field that carries it, and what no
// catalogue may hold is in none.
//
// tests/support/inputs.json lists both.
#include "catalogue.h"
#include "json.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct catalogue_set *set;
static struct json *inputs;

static int setup(void **state)
{
	(void)state;
	if (catalogue_set_read(&set, PROJECT_DIR "/proto") != STATUS_OK ||
	    json_read_file(&inputs, PROJECT_DIR "/tests/support/inputs.json", 1 << 20) !=
		STATUS_OK) {
		print_error("%s\n", status_reason());
		return -1;
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	catalogue_set_free(&set);
	json_free(&inputs);
	return 0;
}

static const struct json_value *tables(void)
{
	return json_member(json_root(inputs), "tables");
}

static const char *text_of(const struct json_value *object, const char *name)
{
	const char *text = json_string(json_member(object, name));
	if (text == NULL)
		fail_msg("inputs.json:%d: \"%s\" is missing", json_line(inputs, object), name);
	return text;
}

static const struct kind *kind_of(const struct json_value *input)
{
	const struct catalogue *catalogue = catalogue_set_named(set, text_of(input, "department"));
	const struct kind *kind =
	    catalogue != NULL ? catalogue_kind_named(catalogue, text_of(input, "kind")) : NULL;
	if (kind == NULL)
		fail_msg("inputs.json:%d: there is no such kind", json_line(inputs, input));
	return kind;
}

static const struct field *field_among(
    const struct field *fields, size_t count, const char *name, size_t size)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal_text(bytes_make(name, size), fields[i].name))
			return &fields[i];
	return NULL;
}

// "amount", or "months.base" inside a list.
static const struct field *field_named(const struct kind *kind, const char *name)
{
	size_t size = strcspn(name, ".");
	const struct field *field = field_among(kind->fields, kind->field_count, name, size);
	if (field == NULL || name[size] == 0)
		return field;
	return field_among(
	    field->fields, field->field_count, name + size + 1, strlen(name + size + 1));
}

static void check_codes(const struct field *field, const struct json_value *codes)
{
	assert_non_null(field);
	for (const struct json_value *code = json_first(codes); code; code = json_next(code))
		if (field->codes == NULL ||
		    code_list_find(field->codes, bytes_of_text(json_string(code))) == NULL)
			fail_msg("inputs.json:%d: no such code", json_line(inputs, code));
}

static void check_carried(const struct json_value *input)
{
	const struct kind *kind = kind_of(input);
	const struct json_value *fields = json_member(input, "fields");
	assert_true(json_size(fields) > 0);
	for (const struct json_value *name = json_first(fields); name; name = json_next(name))
		if (field_named(kind, json_string(name)) == NULL)
			fail_msg("inputs.json:%d: there is no field \"%s\"",
			    json_line(inputs, name), json_string(name));
	const struct json_value *codes = json_first(json_member(input, "codes"));
	for (; codes != NULL; codes = json_next(codes))
		check_codes(field_named(kind, json_name(codes)), codes);
}

static void every_input_of_the_rule_tables_is_carried_or_says_why_not(void **state)
{
	(void)state;
	assert_int_equal(json_size(tables()), 4);
	for (const struct json_value *table = json_first(tables()); table;
	     table = json_next(table)) {
		const struct json_value *input = json_first(json_member(table, "inputs"));
		for (assert_non_null(input); input != NULL; input = json_next(input)) {
			text_of(input, "item");
			text_of(input, "input");
			if (json_member(input, "not_carried") != NULL)
				assert_true(strlen(text_of(input, "not_carried")) > 20);
			else
				check_carried(input);
		}
	}
}

static bool item_has_carrier(const struct json_value *table, const char *item)
{
	const struct json_value *input = json_first(json_member(table, "inputs"));
	for (; input != NULL; input = json_next(input))
		if (strcmp(text_of(input, "item"), item) == 0 &&
		    json_member(input, "not_carried") == NULL)
			return true;
	return false;
}

static bool item_is_listed(const struct json_value *table, const char *name)
{
	const struct json_value *item = json_first(json_member(table, "items"));
	for (; item != NULL; item = json_next(item))
		if (strcmp(json_string(item), name) == 0)
			return true;
	return false;
}

static void no_item_is_without_a_carrier(void **state)
{
	(void)state;
	for (const struct json_value *table = json_first(tables()); table;
	     table = json_next(table)) {
		const struct json_value *items = json_member(table, "items");
		assert_true(json_size(items) > 0);
		for (const struct json_value *item = json_first(items); item;
		     item = json_next(item))
			if (!item_has_carrier(table, json_string(item)))
				fail_msg("%s: nothing carries %s", text_of(table, "table"),
				    json_string(item));
		const struct json_value *input = json_first(json_member(table, "inputs"));
		for (; input != NULL; input = json_next(input))
			assert_true(item_is_listed(table, text_of(input, "item")));
	}
}

// --- what no catalogue may hold ---

static void lower(const char *text, char *out, size_t size)
{
	size_t i = 0;
	for (; text[i] != 0 && i + 1 < size; i++)
		out[i] = (char)tolower((unsigned char)text[i]);
	out[i] = 0;
}

static bool is_forbidden(const char *text)
{
	char small[1024];
	const struct json_value *words =
	    json_member(json_member(json_root(inputs), "forbidden"), "words");
	assert_true(json_size(words) > 40);
	lower(text, small, sizeof small);
	for (const struct json_value *word = json_first(words); word; word = json_next(word))
		if (strstr(small, json_string(word)) != NULL)
			return true;
	return false;
}

static void check_words(const char *where, const char *text)
{
	if (is_forbidden(text))
		fail_msg("%s: no catalogue may hold \"%s\"", where, text);
}

static void check_title(const char *where, struct title title)
{
	check_words(where, title.zh);
	check_words(where, title.en);
}

static void check_code_list(const struct code_list *list)
{
	check_title(list->name, list->title);
	for (size_t i = 0; i < list->code_count; i++) {
		check_words(list->name, list->codes[i].code);
		check_title(list->name, list->codes[i].title);
		for (size_t j = 0; j < list->codes[i].alias_count; j++)
			check_words(list->name, list->codes[i].aliases[j]);
	}
}

static void check_field(const struct kind *kind, const struct field *field)
{
	check_words(kind->name, field->name);
	check_title(kind->name, field->title);
	for (size_t i = 0; i < field->alias_count; i++)
		check_words(kind->name, field->aliases[i]);
	if (field->codes != NULL)
		check_code_list(field->codes);
	for (size_t i = 0; i < field->field_count; i++)
		check_field(kind, &field->fields[i]);
}

typedef void visit_kind(const struct kind *kind);

static void each_kind(visit_kind *visit)
{
	for (size_t i = 0; i < set->count; i++)
		for (size_t j = 0; j < set->catalogues[i]->kind_count; j++)
			visit(&set->catalogues[i]->kinds[j]);
}

static void check_kind_words(const struct kind *kind)
{
	check_words(kind->name, kind->name);
	check_title(kind->name, kind->title);
	check_field(kind, &kind->subject);
	for (size_t i = 0; i < kind->field_count; i++)
		check_field(kind, &kind->fields[i]);
	if (kind->fold != NULL)
		check_field(kind, &kind->fold->from);
}

static void no_catalogue_speaks_of_what_it_may_not_hold(void **state)
{
	(void)state;
	assert_true(is_forbidden("政治面貌"));
	assert_true(is_forbidden("Political_affiliation"));
	assert_false(is_forbidden("residence permit"));
	each_kind(check_kind_words);
}

static size_t id_number_fields;

static void count_id_numbers(const struct kind *kind)
{
	for (size_t i = 0; i < kind->field_count; i++) {
		if (kind->fields[i].type != FIELD_ID_NUMBER)
			continue;
		assert_string_equal(kind->catalogue->name, "public-security");
		assert_string_equal(kind->name, "person");
		assert_int_equal(kind->fields[i].sensitivity, SENSITIVITY_SENSITIVE);
		id_number_fields++;
	}
}

static void only_public_securitys_person_keeps_the_id_number(void **state)
{
	(void)state;
	id_number_fields = 0;
	each_kind(count_id_numbers);
	assert_int_equal(id_number_fields, 1);
}

static void check_own_names(const struct kind *kind)
{
	bool is_person = strcmp(kind->catalogue->name, "public-security") == 0 &&
			 strcmp(kind->name, "person") == 0;
	bool is_enterprise = kind->subject.type == FIELD_ENTERPRISE;
	for (size_t i = 0; i < kind->field_count; i++)
		if (strcmp(kind->fields[i].name, "name") == 0)
			assert_true(is_person || is_enterprise);
}

static void only_public_securitys_person_keeps_a_persons_name(void **state)
{
	(void)state;
	each_kind(check_own_names);
}

static void sanctions_are_counts_in_a_window_and_off_by_default(void **state)
{
	(void)state;
	const struct json_value *counts =
	    json_member(json_member(json_root(inputs), "forbidden"), "counts_only");
	assert_int_equal(json_size(counts), 2);
	for (const struct json_value *count = json_first(counts); count; count = json_next(count)) {
		const struct kind *kind = kind_of(count);
		const struct json_value *fields = json_member(count, "fields");
		assert_true(kind->off_by_default);
		assert_int_equal(kind->field_count, json_size(fields));
		for (const struct json_value *name = json_first(fields); name;
		     name = json_next(name)) {
			const struct field *field = field_named(kind, json_string(name));
			assert_non_null(field);
			assert_int_equal(field->sensitivity, SENSITIVITY_SENSITIVE);
		}
	}
}

static void check_off(const struct kind *kind)
{
	bool counts_penalties =
	    strcmp(kind->name, "sanction") == 0 || strcmp(kind->name, "penalty") == 0;
	assert_int_equal(kind->off_by_default, counts_penalties);
}

static void nothing_but_sanctions_is_off_by_default(void **state)
{
	(void)state;
	each_kind(check_off);
}

// Whom somebody reported, or served with, would need a person in the fact.
static void an_attested_fact_names_no_other_person_and_holds_no_free_text(void **state)
{
	(void)state;
	const struct kind *kind =
	    catalogue_kind_named(catalogue_set_named(set, "service-centre"), "attested_fact");
	assert_non_null(kind);
	for (size_t i = 0; i < kind->field_count; i++) {
		assert_int_not_equal(kind->fields[i].type, FIELD_PERSON);
		assert_int_not_equal(kind->fields[i].type, FIELD_TEXT);
	}
}

static void check_health_field(const struct field *field)
{
	if (field->sensitivity != SENSITIVITY_SENSITIVE)
		fail_msg("health: \"%s\" must be sensitive", field->name);
	assert_int_not_equal(field->type, FIELD_TEXT);
}

static void check_health_kind(const struct kind *kind)
{
	if (strcmp(kind->catalogue->name, "health") != 0 || strcmp(kind->name, "coverage") == 0)
		return;
	for (size_t i = 0; i < kind->field_count; i++)
		check_health_field(&kind->fields[i]);
}

static void every_health_field_is_sensitive_and_none_is_free_text(void **state)
{
	(void)state;
	each_kind(check_health_kind);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_input_of_the_rule_tables_is_carried_or_says_why_not),
		cmocka_unit_test(no_item_is_without_a_carrier),
		cmocka_unit_test(no_catalogue_speaks_of_what_it_may_not_hold),
		cmocka_unit_test(only_public_securitys_person_keeps_the_id_number),
		cmocka_unit_test(only_public_securitys_person_keeps_a_persons_name),
		cmocka_unit_test(sanctions_are_counts_in_a_window_and_off_by_default),
		cmocka_unit_test(nothing_but_sanctions_is_off_by_default),
		cmocka_unit_test(an_attested_fact_names_no_other_person_and_holds_no_free_text),
		cmocka_unit_test(every_health_field_is_sensitive_and_none_is_free_text),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
