// SPDX-License-Identifier: Apache-2.0
// social_insurance_conformance: the rows of this department, good and bad.
#include "conformance.h"

#include "social_insurance.h"

static const struct good_row good[] = {
	{ "contribution", MAN,
	    "'insurance':'养老保险','year':2025,'months':[{'month':2,'base':4494.5},{'month':1,"
	    "'base':4494.5,'payment':'正常缴费','payer':'" ENTERPRISE "'}]",
	    .changed = "'insurance':'pension','year':2025,'months':[{'month':1,'base':4494.5}]" },
	{ "contribution", MAN, "'insurance':'医疗保险','period':'2026-06','base':'4494.50'",
	    .changed =
		"'insurance':'medical','period':'2026-06','base':'5000.00','payment':'补缴'" },
	{ "contribution", CHILD,
	    "'insurance':'居民医保','year':2018,'months':[{'month':1},{'month':12}]",
	    .changed = "'insurance':'居民医保','year':2018,'months':[{'month':5},{'month':12}]" },
	{ "employment", MAN,
	    "'employer':'" ENTERPRISE "','from':'2019-08-01','to':'2027-07-31',"
	    "'registered_from':'2019-08-05','occupation':'车工'",
	    .changed = "'employer':'" ENTERPRISE "','from':'2019-08-01','to':'2027-07-31',"
		       "'ended_on':'2026-03-31','registered_from':'2019-08-05','registered_to':'"
		       "2026-04-02'" },
	{ "qualification", MAN,
	    "'certificate':'" MAN "','class':'职业技能','skill_level':'3',"
	    "'issued_on':'2021-11-01'",
	    .changed = "'certificate':'" MAN
		       "','class':'skill','skill_level':'4','issued_on':'2021-11-01',"
		       "'valid_to':'2031-11-01'" },
	{ "employer_rating", MAN,
	    "'employer':'" ENTERPRISE "','rated_on':'2023-01-10','skill_level':'4'",
	    .changed = "'employer':'" ENTERPRISE "','rated_on':'2023-01-10','skill_level':'3',"
		       "'valid_to':'2026-01-09'" },
	{ "housing_fund", MAN,
	    "'year':2025,'months':[{'month':12,'base':6000}],'account_open':true",
	    .changed = "'year':2025,'months':[{'month':11,'base':6000}],'account_open':false" },
	{ "housing_fund", MAN, "'period':'2026-05','base':6000,'opened_on':'2019-09-01'",
	    .changed = "'period':'2026-05','base':6100,'opened_on':'2019-09-01'" },
};

static const struct bad_row bad[] = {
	{ "contribution", MAN,
	    "'insurance':'pension','year':2026,'months':[{'month':6},{'month':7}]",
	    PROBLEM_month_in_future,
	    .mended = "'insurance':'pension','year':2026,'months':[{'month':6}]" },
	{ "contribution", MAN, "'insurance':'pension','period':'2026-07','base':4494.5",
	    PROBLEM_month_in_future, .mended = NULL },
	{ "contribution", CHILD,
	    "'insurance':'resident_medical','year':2017,'months':[{'month':12}]",
	    PROBLEM_before_birth, .mended = NULL },
	{ "contribution", MAN, "'insurance':'pension','period':'2026-03','base':'-1'",
	    PROBLEM_number_range, .mended = "'insurance':'pension','period':'2026-03','base':1" },
	{ "employment", CHILD, "'employer':'" ENTERPRISE "','from':'2018-05-19'",
	    PROBLEM_before_birth, .mended = NULL },
	{ "employment", MAN,
	    "'employer':'" OTHER_ENTERPRISE "','from':'2019-08-01','to':'2019-07-31'",
	    PROBLEM_interval_order,
	    .mended = "'employer':'" OTHER_ENTERPRISE "','from':'2019-08-01'" },
	{ "employment", MAN,
	    "'employer':'" OTHER_ENTERPRISE "','from':'2019-08-01','ended_on':'2019-07-31'",
	    PROBLEM_interval_order,
	    .mended =
		"'employer':'" OTHER_ENTERPRISE "','from':'2019-08-01','ended_on':'2019-08-01'" },
	{ "employment", MAN,
	    "'employer':'" OTHER_ENTERPRISE "','from':'2019-08-01',"
	    "'registered_from':'1990-03-06'",
	    PROBLEM_before_birth,
	    .mended = "'employer':'" OTHER_ENTERPRISE "','from':'2019-08-01',"
		      "'registered_from':'2019-07-01'" },
	{ "employment", MAN,
	    "'employer':'" OTHER_ENTERPRISE "','from':'2019-08-01',"
	    "'registered_from':'2019-08-02','registered_to':'2019-08-01'",
	    PROBLEM_interval_order,
	    .mended = "'employer':'" OTHER_ENTERPRISE "','from':'2019-08-01',"
		      "'registered_from':'2019-08-02'" },
	{ "qualification", MAN, "'certificate':'ZS-0009','class':'skill','issued_on':'1990-03-06'",
	    PROBLEM_before_birth,
	    .mended = "'certificate':'ZS-0009','class':'skill','issued_on':'2010-03-06'" },
	{ "qualification", MAN,
	    "'certificate':'ZS-0009','class':'skill','issued_on':'2010-03-06',"
	    "'valid_to':'2010-03-05'",
	    PROBLEM_interval_order,
	    .mended = "'certificate':'ZS-0009','class':'skill','issued_on':'2010-03-06'" },
	{ "employer_rating", CHILD, "'employer':'" ENTERPRISE "','rated_on':'2018-05-19'",
	    PROBLEM_before_birth, .mended = NULL },
	{ "employer_rating", MAN,
	    "'employer':'" OTHER_ENTERPRISE "','rated_on':'2023-01-10','valid_to':'2023-01-09'",
	    PROBLEM_interval_order,
	    .mended = "'employer':'" OTHER_ENTERPRISE "','rated_on':'2023-01-10'" },
	{ "housing_fund", CHILD, "'year':2017", PROBLEM_before_birth, .mended = NULL },
	{ "housing_fund", MAN, "'year':2026,'months':[{'month':12}]", PROBLEM_month_in_future,
	    .mended = "'year':2026,'months':[{'month':2}]" },
	{ "housing_fund", CHILD, "'year':2026,'opened_on':'2018-05-19'", PROBLEM_before_birth,
	    .mended = "'year':2026,'opened_on':'2019-05-19'" },
	{ "contribution", MAN,
	    "'insurance':'pension','year':2026,'months':[{'month':6,'payer':'" MAN "'}]",
	    PROBLEM_id_number_in_text,
	    .mended = "'insurance':'pension','year':2026,'months':[{'month':6}]" },
	{ "employment", MAN,
	    "'employer':'" OTHER_ENTERPRISE "','from':'2019-08-01','post':'同" WOMAN "'",
	    PROBLEM_id_number_in_text,
	    .mended = "'employer':'" OTHER_ENTERPRISE "','from':'2019-08-01','post':'车工'" },
};

// --- lists that are sent month by month ----------------------------------------------------------

#define MONTH(month, rest) "'insurance':'pension','period':'2026-" month "'," rest

static void take_body(struct door *door, struct buffer *body)
{
	struct entry entry = door_entry(door, door_head(door));
	assert_int_equal(entry.operation, OPERATION_PUT);
	buffer_append_bytes(body, entry.body);
}

static void months_sent_one_by_one_are_the_year_that_is_sent_whole(void **state)
{
	struct door *door = door_of(state);
	struct buffer by_month = { 0 }, whole = { 0 };
	const struct door_row months[] = {
		{ "contribution", MAN, MONTH("03", "'base':3") },
		{ "contribution", MAN, MONTH("01", "'base':1") },
		{ "contribution", MAN, MONTH("02", "'base':2") },
	};
	assert_int_equal(door_push_rows(door, months, COUNT_OF(months)).accepted, 3);
	assert_int_equal(ledger_records(intake_ledger(door->intake)), 1);
	assert_int_equal(door_entry(door, 3).previous, 2);
	take_body(door, &by_month);
	const char *year = "'insurance':'pension','year':2026,'months':["
			   "{'month':1,'base':1},{'month':2,'base':2},{'month':3,'base':3}]";
	assert_int_equal(door_push(door, "contribution", MAN, year, NULL).unchanged, 1);
	door_push(door, "contribution", MAN, year, "'_op':'retract'");
	assert_int_equal(door_push(door, "contribution", MAN, year, NULL).accepted, 1);
	take_body(door, &whole);
	assert_true(bytes_equal(buffer_bytes(&by_month), buffer_bytes(&whole)));
	buffer_deinit(&by_month);
	buffer_deinit(&whole);
}

static void a_withdrawn_month_leaves_the_others(void **state)
{
	struct door *door = door_of(state);
	const char *retract = "'_op':'retract'";
	door_push(door, "contribution", MAN, MONTH("01", "'base':1"), NULL);
	door_push(door, "contribution", MAN, MONTH("02", "'base':2"), NULL);
	assert_int_equal(
	    door_push(door, "contribution", MAN, MONTH("01", "'base':1"), retract).accepted, 1);
	assert_int_equal(door_entry(door, 3).operation, OPERATION_PUT);
	assert_int_equal(
	    door_push(door, "contribution", MAN, MONTH("01", "'base':1"), retract).unchanged, 1);
	assert_int_equal(
	    door_push(door, "contribution", MAN, MONTH("02", "'base':2"), NULL).unchanged, 1);
	assert_int_equal(
	    door_push(door, "contribution", MAN, MONTH("02", "'base':2"), retract).accepted, 1);
	assert_int_equal(door_entry(door, 4).operation, OPERATION_RETRACT);
}

static void a_good_month_leaves_the_refused_rows_of_other_months(void **state)
{
	struct door *door = door_of(state);
	struct quarantined kept;
	const struct door_row rows[] = {
		{ "contribution", MAN, MONTH("01", "'base':'much'") },
		{ "contribution", MAN, MONTH("02", "'base':'more'") },
		{ "contribution", MAN, MONTH("03", "'base':3") },
	};
	assert_int_equal(door_push_rows(door, rows, COUNT_OF(rows)).quarantined, 2);
	assert_int_equal(door_quarantined(door, &kept), 2);
	door_reopen(door);
	door_push(door, "contribution", MAN, MONTH("01", "'base':1"), NULL);
	assert_int_equal(door_quarantined(door, &kept), 1);
	assert_int_equal(kept.part, 2);
	assert_int_equal(
	    door_head(door), 4); // one is left: the record is still one with a refused row
	door_push(door, "contribution", MAN, MONTH("02", "'base':2"), NULL);
	assert_int_equal(door_quarantined(door, &kept), 0);
	assert_int_equal(door_head(door), 6);
	assert_int_equal(door_entry(door, 6).operation, OPERATION_SETTLE);
}

static void a_whole_year_settles_the_refused_rows_of_its_months(void **state)
{
	struct door *door = door_of(state);
	struct quarantined kept;
	door_push(door, "contribution", MAN, MONTH("01", "'base':'much'"), NULL);
	door_push(door, "contribution", MAN, MONTH("02", "'base':'more'"), NULL);
	assert_int_equal(door_quarantined(door, &kept), 2);
	door_push(door, "contribution", MAN,
	    "'insurance':'pension','year':2026,'months':[{'month':1}]", NULL);
	assert_int_equal(door_quarantined(door, &kept), 0);
	assert_int_equal(door_entry(door, door_head(door)).operation, OPERATION_SETTLE);
}

static void a_version_is_of_the_month_that_it_came_with(void **state)
{
	struct door *door = door_of(state);
	door_push(door, "contribution", MAN, MONTH("01", "'base':1"), "'_version':100");
	assert_int_equal(
	    door_push(door, "contribution", MAN, MONTH("02", "'base':2"), "'_version':50").accepted,
	    1);
	door_reopen(door);
	assert_int_equal(
	    door_push(door, "contribution", MAN, MONTH("01", "'base':9"), "'_version':99").stale,
	    1);
	assert_int_equal(
	    door_push(door, "contribution", MAN, MONTH("02", "'base':9"), "'_version':49").stale,
	    1);
	assert_int_equal(
	    door_push(door, "contribution", MAN, MONTH("02", "'base':9"), "'_version':51").accepted,
	    1);
	assert_int_equal(
	    door_push(door, "contribution", MAN, MONTH("02", "'base':2"), "'_version':50").stale,
	    1);
	assert_int_equal(
	    door_push(door, "contribution", MAN, MONTH("03", "'base':3"), "'_version':1").accepted,
	    1);
}

static const struct CMUnitTest months[] = {
	cmocka_unit_test(months_sent_one_by_one_are_the_year_that_is_sent_whole),
	cmocka_unit_test(a_withdrawn_month_leaves_the_others),
	cmocka_unit_test(a_good_month_leaves_the_refused_rows_of_other_months),
	cmocka_unit_test(a_whole_year_settles_the_refused_rows_of_its_months),
	cmocka_unit_test(a_version_is_of_the_month_that_it_came_with),
};

int main(void)
{
	const struct conformance conformance = {
		.decide = social_insurance_decide,
		.good = good,
		.good_count = COUNT_OF(good),
		.bad = bad,
		.bad_count = COUNT_OF(bad),
		.more = months,
		.more_count = COUNT_OF(months),
	};
	return conformance_main(&conformance);
}
