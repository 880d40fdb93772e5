// SPDX-License-Identifier: Apache-2.0
// decision_test: what decision.h promises.
#include "decision.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// --- one kind with a field of each sort ----------------------------------------------------------

enum {
	KIND = 7,
	COVERAGE = 200,
	TODAY = 20260615,
};

// Numbers of fields; they have holes, as those of catalogues may.
enum {
	FROM = 1,
	TO = 2,
	PERIOD = 4,
	YEAR = 5,
	BIRTH_DATE = 6,
	RELATIVE = 8,
	WINDOW_YEARS = 9,
	ENTRIES = 11,
	ENTRY_DAY = 3,
	UNKNOWN = 40,
};

#define FIELD(number_, name_, type_)                                        \
	{                                                                   \
		.number = number_, .name = name_, .type = type_, .title = { \
			"列" name_,                                         \
			"the " name_                                        \
		}                                                           \
	}

static const struct field entry_fields[] = {
	FIELD(1, "note", FIELD_TEXT),
	FIELD(ENTRY_DAY, "day", FIELD_DATE),
};

static const struct field fields[] = {
	FIELD(FROM, "from", FIELD_DATE),
	FIELD(TO, "to", FIELD_DATE),
	FIELD(PERIOD, "period", FIELD_MONTH),
	FIELD(YEAR, "year", FIELD_YEAR),
	FIELD(BIRTH_DATE, "birth_date", FIELD_DATE),
	FIELD(RELATIVE, "relative", FIELD_PERSON),
	{ .number = WINDOW_YEARS,
	    .name = "years",
	    .type = FIELD_INTEGER,
	    .minimum = 1,
	    .maximum = 99 },
	{ .number = ENTRIES,
	    .name = "entries",
	    .type = FIELD_LIST,
	    .fields = entry_fields,
	    .field_count = COUNT_OF(entry_fields),
	    .list_max = 4 },
};

static struct kind kinds[2];
static const struct catalogue catalogue = {
	.number = 9,
	.name = "test",
	.kinds = kinds,
	.kind_count = COUNT_OF(kinds),
};

static const struct field coverage_fields[] = { FIELD(1, "kind", FIELD_TEXT) };

static struct kind kinds[] = {
	{ .catalogue = &catalogue,
	    .number = KIND,
	    .name = "thing",
	    .fields = fields,
	    .field_count = COUNT_OF(fields) },
	{ .catalogue = &catalogue,
	    .number = COVERAGE,
	    .name = "coverage",
	    .fields = coverage_fields,
	    .field_count = COUNT_OF(coverage_fields) },
};

static struct record record;
static struct problems problems;

static void begin(int64_t birth_date)
{
	record = (struct record){ .kind = &kinds[0], .birth_date = birth_date };
	memcpy(record.subject, "p1aaaaaaaaaaaaaaaa", SUBJECT_SIZE);
	problems = (struct problems){ 0 };
}

static struct value *value_of(unsigned number)
{
	const struct field *field = kind_field(record.kind, number);
	assert_non_null(field);
	return &record.values[field - record.kind->fields];
}

static void set(unsigned number, int64_t integer)
{
	*value_of(number) = (struct value){ .present = true, .integer = integer };
}

static void set_text(unsigned number, char *text)
{
	*value_of(number) = (struct value){ .present = true, .text = text };
}

static void check(decision_check *check_field, unsigned field, unsigned with)
{
	const struct decision_rule rules[] = {
		{ KIND + 1, field, check_field, with }, // is for another kind
		{ KIND, field, check_field, with },
	};
	problems = (struct problems){ 0 };
	decision_apply(rules, COUNT_OF(rules), &record, TODAY, &problems);
}

static void assert_good(decision_check *check_field, unsigned field, unsigned with)
{
	check(check_field, field, with);
	assert_int_equal(problems.count, 0);
}

static void assert_refused(
    decision_check *check_field, unsigned field, unsigned with, enum problem_code code)
{
	check(check_field, field, with);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problem_name(problems.list[0].code), problem_name(code));
	assert_string_equal(problems.list[0].field, kind_field(record.kind, field)->name);
}

// --- checks --------------------------------------------------------------------------------------

static void an_interval_may_last_a_day_and_no_less(void **state)
{
	(void)state;
	begin(0);
	set(FROM, 20260301);
	set(TO, 20260301);
	assert_good(decision_interval, TO, FROM);
	set(TO, 20260228);
	assert_refused(decision_interval, TO, FROM, PROBLEM_interval_order);
	assert_string_equal(problems.list[0].expected, "≥ from");
	assert_string_equal(problems.list[0].column_en, "the to");
	assert_string_equal(problems.list[0].column_zh, "列to");
}

static void a_month_and_a_year_last_to_their_last_day(void **state)
{
	(void)state;
	begin(0);
	set(FROM, 20240229);
	set(PERIOD, 202402);
	assert_good(decision_interval, PERIOD, FROM);
	assert_good(decision_interval, FROM, PERIOD);
	set(PERIOD, 202401);
	assert_refused(decision_interval, PERIOD, FROM, PROBLEM_interval_order);
	set(PERIOD, 202403);
	assert_refused(decision_interval, FROM, PERIOD, PROBLEM_interval_order);
	set(FROM, 20251231);
	set(PERIOD, 202512);
	set(YEAR, 2025);
	assert_good(decision_interval, PERIOD, FROM);
	assert_good(decision_interval, YEAR, FROM);
	assert_good(decision_interval, FROM, YEAR);
	set(YEAR, 2024);
	assert_refused(decision_interval, YEAR, FROM, PROBLEM_interval_order);
	set(YEAR, 2026);
	assert_refused(decision_interval, FROM, YEAR, PROBLEM_interval_order);
}

static void what_is_absent_or_unknown_is_never_a_problem(void **state)
{
	static decision_check *const checks[] = { decision_interval, decision_after_birth,
		decision_age, decision_birth_date, decision_other_person, decision_adult_window };
	(void)state;
	begin(19900307);
	for (size_t i = 0; i < COUNT_OF(checks); i++) {
		assert_good(checks[i], FROM, TO);
		assert_good(checks[i], UNKNOWN, UNKNOWN + 1);
		assert_good(checks[i], RELATIVE, 0);
	}
	set(FROM, 18500101);
	assert_good(decision_interval, FROM, TO);
	assert_good(decision_interval, TO, FROM);
	assert_good(decision_interval, FROM, UNKNOWN);
}

static void nothing_happens_before_the_birth(void **state)
{
	(void)state;
	begin(19900307);
	set(FROM, 19900307);
	assert_good(decision_after_birth, FROM, 0);
	set(FROM, 19900306);
	assert_refused(decision_after_birth, FROM, 0, PROBLEM_before_birth);
	set(PERIOD, 199003);
	assert_good(decision_after_birth, PERIOD, 0);
	set(YEAR, 1989);
	assert_refused(decision_after_birth, YEAR, 0, PROBLEM_before_birth);
}

static void a_field_tells_the_birth_date_where_the_number_does_not(void **state)
{
	(void)state;
	begin(0);
	set(FROM, 19900306);
	assert_good(decision_after_birth, FROM, BIRTH_DATE);
	set(BIRTH_DATE, 19900307);
	assert_refused(decision_after_birth, FROM, BIRTH_DATE, PROBLEM_before_birth);
	assert_good(decision_after_birth, FROM, 0);
	record.birth_date = 19900306;
	assert_good(decision_after_birth, FROM, BIRTH_DATE);
}

static void an_age_is_reached_on_the_birthday(void **state)
{
	(void)state;
	begin(20080229);
	set(FROM, 20240228);
	assert_refused(decision_age, FROM, 16, PROBLEM_too_young);
	assert_string_equal(problems.list[0].expected, "≥ 16");
	set(FROM, 20240229);
	assert_good(decision_age, FROM, 16);
	set(FROM, 20260228); // no leap year
	assert_good(decision_age, FROM, 18);
	record.birth_date = 0;
	set(FROM, 19000101);
	assert_good(decision_age, FROM, 16);
}

static void a_birth_date_is_the_one_of_the_id_number(void **state)
{
	(void)state;
	begin(19900307);
	set(BIRTH_DATE, 19900307);
	assert_good(decision_birth_date, BIRTH_DATE, 0);
	set(BIRTH_DATE, 19900308);
	assert_refused(decision_birth_date, BIRTH_DATE, 0, PROBLEM_contradicts_id_number);
	assert_string_equal(problems.list[0].expected, ""); // it would be the person's
	record.birth_date = 0;
	assert_good(decision_birth_date, BIRTH_DATE, 0);
}

static void nobody_is_a_relative_of_themselves(void **state)
{
	char other[] = "p1aaaaaaaaaaaaaaab", self[] = "p1aaaaaaaaaaaaaaaa";
	(void)state;
	begin(0);
	set_text(RELATIVE, other);
	assert_good(decision_other_person, RELATIVE, 0);
	set_text(RELATIVE, self);
	assert_refused(decision_other_person, RELATIVE, 0, PROBLEM_same_person);
}

static void a_window_begins_no_sooner_than_adult_life(void **state)
{
	(void)state;
	begin(20060110);
	set(WINDOW_YEARS, 2);
	set(TO, 20260110);
	assert_good(decision_adult_window, WINDOW_YEARS, TO);
	set(TO, 20260109);
	assert_refused(decision_adult_window, WINDOW_YEARS, TO, PROBLEM_juvenile_window);
	assert_string_equal(problems.list[0].expected, ""); // it would tell the age
	record.birth_date = 0;
	assert_good(decision_adult_window, WINDOW_YEARS, TO);
}

static void the_widest_window_is_all_adult_life(void **state)
{
	(void)state;
	begin(20060110);
	set(WINDOW_YEARS, 99);
	set(TO, 20240110);
	assert_good(decision_adult_window, WINDOW_YEARS, TO);
	set(TO, 20240109);
	assert_refused(decision_adult_window, WINDOW_YEARS, TO, PROBLEM_juvenile_window);
	set(TO, 20240110);
	set(WINDOW_YEARS, 98);
	assert_refused(decision_adult_window, WINDOW_YEARS, TO, PROBLEM_juvenile_window);
}

// --- checks of a department's own ----------------------------------------------------------------

static void refuse_second_entry(const struct decision *decision, const struct decision_rule *rule)
{
	assert_int_equal(decision->today, TODAY);
	assert_null(decision_entry_value(decision, rule->field, 0, ENTRY_DAY));
	assert_null(decision_entry_value(decision, rule->field, 1, UNKNOWN));
	assert_int_equal(
	    decision_entry_value(decision, rule->field, 1, ENTRY_DAY)->integer, 20260102);
	decision_refuse_entry(
	    decision, rule->field, 1, ENTRY_DAY, PROBLEM_interval_order, "a later day");
}

static void check_entries(void)
{
	struct value rows[2 * COUNT_OF(entry_fields)] = {
		[3] = { .present = true, .integer = 20260102 },
	};
	const struct decision_rule rule = { KIND, ENTRIES, refuse_second_entry, 0 };
	*value_of(ENTRIES) = (struct value){ .present = true, .integer = 2, .rows = rows };
	decision_apply(&rule, 1, &record, TODAY, &problems);
	assert_int_equal(problems.count, 1);
}

static void an_entry_of_a_list_is_refused_by_its_place(void **state)
{
	(void)state;
	begin(0);
	check_entries();
	assert_string_equal(problems.list[0].field, "entries[1].day");
	assert_string_equal(problems.list[0].column_en, "the day (entry 2)");
	assert_string_equal(problems.list[0].column_zh, "第 2 条明细的列day");
	assert_string_equal(problems.list[0].expected, "a later day");
}

static void an_entry_that_came_as_a_row_is_refused_by_its_column(void **state)
{
	(void)state;
	begin(0);
	record.folds = true;
	check_entries();
	assert_string_equal(problems.list[0].field, "day");
	assert_string_equal(problems.list[0].column_en, "the day");
}

// --- coverage ------------------------------------------------------------------------------------

static size_t refused_coverage(char *kind)
{
	begin(0);
	record.kind = &kinds[1];
	record.values[0] = (struct value){ .present = true, .text = kind };
	decision_apply_shared(&record, &problems);
	assert_true(problems.count == 0 || problems.list[0].code == PROBLEM_coverage_kind);
	return problems.count;
}

static void coverage_names_a_kind_of_its_department(void **state)
{
	char thing[] = "thing", other[] = "other", itself[] = "coverage", upper[] = "Thing";
	(void)state;
	assert_int_equal(refused_coverage(thing), 0);
	assert_int_equal(refused_coverage(other), 1);
	assert_int_equal(refused_coverage(itself), 1);
	assert_int_equal(refused_coverage(upper), 1);
	begin(0); // of any other kind
	decision_apply_shared(&record, &problems);
	assert_int_equal(problems.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interval_may_last_a_day_and_no_less),
		cmocka_unit_test(a_month_and_a_year_last_to_their_last_day),
		cmocka_unit_test(what_is_absent_or_unknown_is_never_a_problem),
		cmocka_unit_test(nothing_happens_before_the_birth),
		cmocka_unit_test(a_field_tells_the_birth_date_where_the_number_does_not),
		cmocka_unit_test(an_age_is_reached_on_the_birthday),
		cmocka_unit_test(a_birth_date_is_the_one_of_the_id_number),
		cmocka_unit_test(nobody_is_a_relative_of_themselves),
		cmocka_unit_test(a_window_begins_no_sooner_than_adult_life),
		cmocka_unit_test(the_widest_window_is_all_adult_life),
		cmocka_unit_test(an_entry_of_a_list_is_refused_by_its_place),
		cmocka_unit_test(an_entry_that_came_as_a_row_is_refused_by_its_column),
		cmocka_unit_test(coverage_names_a_kind_of_its_department),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
