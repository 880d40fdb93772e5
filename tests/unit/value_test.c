// SPDX-License-Identifier: Apache-2.0
// value_test: what value.h promises, type by type: what offices write is understood, nothing is
// guessed.
#include "value.h"

#include "citizen_id.h"
#include "words.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *const married_aliases[] = { "已婚（初婚）", "有配偶" };
static const struct code marriage_codes[] = {
	{ .code = "10", .title = { "未婚", "unmarried" } },
	{ .code = "20",
	    .title = { "已婚", "married" },
	    .aliases = married_aliases,
	    .alias_count = 2 },
	{ .code = "01", .title = { "旧码", "an old code" }, .from = 19900101, .to = 20031231 },
	{ .code = "77", .title = { "新码", "a new code" }, .from = 20270101 },
};
static struct code_list marriage = {
	.name = "marriage",
	.codes = marriage_codes,
	.code_count = COUNT_OF(marriage_codes),
};

static const struct field text_field = { .type = FIELD_TEXT, .bytes_max = 30 };
static const struct field code_field = { .type = FIELD_CODE, .codes = &marriage };
static const struct field boolean_field = { .type = FIELD_BOOLEAN };
static const struct field integer_field = { .type = FIELD_INTEGER, .minimum = 0, .maximum = 12 };
static const struct field free_integer_field = { .type = FIELD_INTEGER };
static const struct field decimal_field = { .type = FIELD_DECIMAL, .scale = 1, .maximum = 5000 };
static const struct field money_field = {
	.type = FIELD_MONEY, .minimum = -100000000, .maximum = 100000000
};
static const struct field free_money_field = { .type = FIELD_MONEY };
static const struct field date_field = { .type = FIELD_DATE, .not_future = true };
static const struct field free_date_field = { .type = FIELD_DATE };
static const struct field late_date_field = {
	.type = FIELD_DATE, .minimum = 20000101, .maximum = 20301231
};
static const struct field month_field = { .type = FIELD_MONTH, .not_future = true };
static const struct field year_field = {
	.type = FIELD_YEAR, .not_future = true, .minimum = 2000, .maximum = 2100
};
static const struct field id_field = { .type = FIELD_ID_NUMBER };
static const struct field credit_field = { .type = FIELD_CREDIT_CODE };
static const struct field person_field = { .type = FIELD_PERSON };
static const struct field dwelling_field = { .type = FIELD_DWELLING };
static const struct field enterprise_field = { .type = FIELD_ENTERPRISE };
static const struct field reference_field = { .type = FIELD_REFERENCE };

static struct record_context context = { .today = 20261123 };

static struct words *words;

static int open_context(void **state)
{
	static const uint8_t secret[32] = { 1, 2, 3 };
	(void)state;
	marriage.words = words = words_new(WORDS_OF_CODES);
	for (size_t i = 0; i < marriage.code_count; i++) {
		words_put(words, marriage_codes[i].code, &marriage_codes[i]);
		words_put(words, marriage_codes[i].title.zh, &marriage_codes[i]);
		words_put(words, marriage_codes[i].title.en, &marriage_codes[i]);
		for (size_t alias = 0; alias < marriage_codes[i].alias_count; alias++)
			words_put(words, marriage_codes[i].aliases[alias], &marriage_codes[i]);
	}
	context.pseudonym = pseudonym_new(secret, '1');
	return 0;
}

static int close_context(void **state)
{
	struct pseudonym *pseudonym = (struct pseudonym *)context.pseudonym;
	(void)state;
	pseudonym_close(&pseudonym);
	words_free(&words);
	return 0;
}

static void expect_integer(const struct field *field, const char *text, int64_t expected)
{
	struct value value;
	struct value_reading reading;
	if (!value_read(&value, field, bytes_of_text(text), &context, &reading))
		fail_msg("\"%s\" is refused: %s", text, problem_name(reading.problem));
	assert_true(value.present);
	if (value.integer != expected)
		fail_msg("\"%s\" is taken as %lld", text, (long long)value.integer);
	value_deinit(&value, field);
}

static void expect_text(const struct field *field, const char *text, const char *expected)
{
	struct value value;
	struct value_reading reading;
	if (!value_read(&value, field, bytes_of_text(text), &context, &reading))
		fail_msg("\"%s\" is refused: %s", text, problem_name(reading.problem));
	assert_true(value.present);
	assert_string_equal(value.text, expected);
	value_deinit(&value, field);
}

static void expect_hashed(
    const struct field *field, const char *text, enum subject_type type, const char *normalised)
{
	char subject[SUBJECT_SIZE];
	pseudonym_subject(context.pseudonym, type, bytes_of_text(normalised), subject);
	expect_text(field, text, subject);
}

static void expect_refused(
    const struct field *field, const char *text, enum problem_code code, const char *expected)
{
	struct value value;
	struct value_reading reading;
	if (value_read(&value, field, bytes_of_text(text), &context, &reading))
		fail_msg("\"%s\" is taken as %lld", text, (long long)value.integer);
	assert_false(value.present);
	assert_null(value.text);
	if (reading.problem != code)
		fail_msg("\"%s\": %s", text, problem_name(reading.problem));
	assert_string_equal(reading.expected, expected);
}

static void value_of_white_space_is_absent_and_no_problem(void **state)
{
	static const char *const blanks[] = { "", "   ", "\t\r\n", "　", "\xc2\xa0", "'",
		"\xef\xbb\xbf" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(blanks); i++) {
		struct value value;
		struct value_reading reading;
		assert_true(
		    value_read(&value, &date_field, bytes_of_text(blanks[i]), &context, &reading));
		assert_false(value.present);
		assert_true(
		    value_read(&value, &text_field, bytes_of_text(blanks[i]), &context, &reading));
		assert_false(value.present);
	}
}

static void value_of_a_text_is_kept_as_it_is_but_for_the_white_space_around(void **state)
{
	(void)state;
	expect_text(&text_field, " 　杨舍镇　Ａ１ 幢\xc2\xa0\t", "杨舍镇　Ａ１ 幢");
	expect_text(
	    &text_field, "123456789012345678901234567890", "123456789012345678901234567890");
	expect_refused(&text_field, "1234567890123456789012345678901", PROBLEM_too_long, "≤ 30");
	expect_refused(&text_field, "a\nb", PROBLEM_text_form, "");
	expect_refused(&text_field, "a\x7f", PROBLEM_text_form, "");
	expect_refused(&text_field, "a\xc2\x85z", PROBLEM_text_form, "");
	expect_refused(&text_field, "a\u202ez", PROBLEM_text_form, "");
	expect_refused(&text_field, "a\xffz", PROBLEM_encoding, "");
	expect_refused(&text_field, "\xed\xa0\x80z", PROBLEM_encoding, "");
	expect_refused(&text_field, "\xc0\xaf", PROBLEM_encoding, "");
	expect_refused(&text_field, "见320582199003071232", PROBLEM_id_number_in_text, "");
	expect_refused(
	    &text_field, "１１０１０５１９４９１２３１００２ｘ", PROBLEM_too_long, "≤ 30");
	expect_refused(&reference_field, "a\xffz", PROBLEM_encoding, "");
	expect_refused(&date_field, "2026-11-23\xff", PROBLEM_encoding, "");
}

static void value_of_a_code_is_found_by_code_title_and_alias(void **state)
{
	(void)state;
	expect_text(&code_field, "20", "20");
	expect_text(&code_field, "２０", "20");
	expect_text(&code_field, "已婚", "20");
	expect_text(&code_field, "married", "20");
	expect_text(&code_field, "有配偶", "20");
	expect_text(&code_field, "1", "01"); // Excel drops the zero
}

static void value_of_a_code_may_be_of_the_past_but_not_of_the_future(void **state)
{
	(void)state;
	expect_text(&code_field, "01", "01");
	expect_refused(&code_field, "77", PROBLEM_code_not_in_force, "");
	expect_refused(
	    &code_field, "30", PROBLEM_unknown_code, "10 未婚, 20 已婚, 01 旧码, 77 新码");
	expect_refused(
	    &code_field, "0", PROBLEM_unknown_code, "10 未婚, 20 已婚, 01 旧码, 77 新码");
}

static void value_of_a_boolean_takes_the_words_of_offices(void **state)
{
	static const char *const yes[] = { "true", "TRUE", "yes", "Y", "1", "是", "有", " １ ",
		"t" };
	static const char *const no[] = { "false", "no", "N", "0", "否", "无", "Ｎ", "f" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(yes); i++)
		expect_integer(&boolean_field, yes[i], 1);
	for (size_t i = 0; i < COUNT_OF(no); i++)
		expect_integer(&boolean_field, no[i], 0);
	expect_refused(&boolean_field, "2", PROBLEM_boolean_form, "");
	expect_refused(&boolean_field, "是的", PROBLEM_boolean_form, "");
}

static void value_of_an_integer_is_exact_or_refused(void **state)
{
	(void)state;
	expect_integer(&integer_field, "12", 12);
	expect_integer(&integer_field, "12.0", 12);
	expect_integer(&integer_field, "１２", 12);
	expect_integer(&integer_field, "007", 7);
	expect_integer(&integer_field, "+7", 7);
	expect_integer(&free_integer_field, "-1,234,567", -1234567);
	expect_integer(&free_integer_field, "999999999999999", INT64_C(999999999999999));
	expect_integer(&free_integer_field, "0000000000000000000001", 1);
	expect_refused(&free_integer_field, "1000000000000000", PROBLEM_number_range, "");
	expect_refused(&integer_field, "13", PROBLEM_number_range, "0..12");
	expect_refused(&integer_field, "-1", PROBLEM_number_range, "0..12");
	expect_refused(&integer_field, "12.5", PROBLEM_decimals, "0");
	expect_refused(&integer_field, "1 2", PROBLEM_number_form, "");
	expect_refused(&integer_field, "0x0c", PROBLEM_number_form, "");
	expect_refused(&integer_field, "12个月", PROBLEM_number_form, "");
	expect_refused(&integer_field, "1.2E+01", PROBLEM_numeric_damage, "");
	expect_refused(&integer_field, "12e0", PROBLEM_numeric_damage, "");
	expect_refused(&integer_field, "#N/A", PROBLEM_numeric_damage, "");
	expect_refused(&integer_field, "####", PROBLEM_numeric_damage, "");
}

static void value_of_money_is_kept_in_fen_and_never_rounded(void **state)
{
	(void)state;
	expect_integer(&money_field, "4,494.00", 449400);
	expect_integer(&money_field, "￥4494", 449400);
	expect_integer(&money_field, "¥ 4494.5", 449450);
	expect_integer(&money_field, "4494元", 449400);
	expect_integer(&money_field, "4494.05 元整", 449405);
	expect_integer(&money_field, "RMB 1", 100);
	expect_integer(&money_field, "-￥0.01", -1);
	expect_integer(&money_field, "￥-0.01", -1);
	expect_integer(&money_field, "４，４９４．００", 449400);
	expect_integer(&money_field, "4494.0000", 449400); // as databases write numeric(18,4)
	expect_integer(&money_field, ".5", 50);
	expect_integer(&free_money_field, "999999999999999.99", INT64_C(99999999999999999));
	expect_refused(&money_field, "4494.005", PROBLEM_decimals, "≤ 2");
	expect_refused(&money_field, "4494.0000001", PROBLEM_decimals, "≤ 2");
	expect_refused(&money_field, "4.494E+03", PROBLEM_numeric_damage, "");
	expect_refused(&money_field, "4494.001E3", PROBLEM_numeric_damage, "");
	expect_refused(&money_field, "4,49", PROBLEM_number_form, "");
	expect_refused(&money_field, "4494,00", PROBLEM_number_form, "");
	expect_refused(&money_field, "1,2345", PROBLEM_number_form, "");
	expect_refused(&money_field, ",123", PROBLEM_number_form, "");
	expect_refused(&money_field, "1,234,", PROBLEM_number_form, "");
	expect_refused(&money_field, "1.", PROBLEM_number_form, "");
	expect_refused(&money_field, "1.2.3", PROBLEM_number_form, "");
	expect_refused(&money_field, "0.45万元", PROBLEM_number_form, "");
	expect_refused(&money_field, "--1", PROBLEM_number_form, "");
	expect_refused(&money_field, "元", PROBLEM_number_form, "");
	expect_refused(&money_field, "$1", PROBLEM_number_form, "");
	expect_refused(&money_field, "NaN", PROBLEM_number_form, "");
	expect_refused(&money_field, "1000000.01", PROBLEM_number_range, "-1000000.00..1000000.00");
	expect_refused(&free_money_field, "320582199003071232", PROBLEM_number_range, "");
	expect_integer(&decimal_field, "89.5", 895);
	expect_integer(&decimal_field, "500", 5000);
	expect_refused(&decimal_field, "500.1", PROBLEM_number_range, "0.0..500.0");
}

static void value_of_a_date_takes_every_form_of_offices(void **state)
{
	static const char *const same[] = { "2026-11-03", "2026/11/03", "20261103",
		"2026年11月03日", "2026-11-3", "2026/11/3", "2026.11.3", "2026年11月3日",
		"2026 年 11 月 3 日", "2026年11月3号", "２０２６－１１－０３", "'20261103",
		"2026-11-03 00:00:00", "2026/11/3 0:00", "2026-11-03T00:00:00",
		"2026-11-03T23:59:59.999", "2026年11月3日 10:00", "20261103 00:00:00",
		"2026-11-03T00:00:00+08:00", "2026-11-03T00:00:00Z", "2026-11-02T16:00:00Z",
		"2026-11-02T16:00:00.000+0000", "2026-11-03 00:00:00+08", "46329" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(same); i++)
		expect_integer(&date_field, same[i], 20261103);
}

static void value_of_a_date_knows_excels_calendar(void **state)
{
	(void)state;
	expect_integer(&date_field, "1", 19000101);
	expect_integer(&date_field, "59", 19000228);
	expect_refused(
	    &date_field, "60", PROBLEM_date_form, "2026-11-23"); // the day that never was
	expect_integer(&date_field, "61", 19000301);
	expect_integer(&date_field, "32939", 19900307);
	expect_integer(&free_date_field, "73050", 20991231);
	expect_refused(&date_field, "73051", PROBLEM_date_form, "2026-11-23");
	expect_refused(&date_field, "0", PROBLEM_date_form, "2026-11-23");
	expect_refused(&date_field, "2026", PROBLEM_date_form, "2026-11-23"); // a year
	expect_refused(&date_field, "32939.5", PROBLEM_date_form, "2026-11-23");
}

// Born at a midnight of China's summer time and carried in UTC: 15:00 of the day before.
static void value_of_a_date_knows_chinas_summer_time(void **state)
{
	(void)state;
	expect_integer(&date_field, "1988-05-31T15:00:00Z", 19880601);
	expect_integer(&date_field, "1988-05-31T16:00:00Z", 19880601);
	expect_integer(&date_field, "1988-01-31T15:00:00Z", 19880131);
	expect_integer(&date_field, "1995-05-31T15:00:00Z", 19950531);
	expect_integer(&date_field, "1969-12-31T15:00:00Z", 19691231);
}

static void value_of_a_date_guesses_nothing(void **state)
{
	static const char *const bad[] = { "2026-02-30", "2026-13-01", "26-11-23", "11/23/2026",
		"2026-11/23", "2026-11", "202611", "2026-11-233", "2026-11-23x", "2026-11-23 25:00",
		"2026-11-23T", "一月", "00000000", "99999999", "-2026-11-23",
		"2026-11-23 00:00:00 CST", "17991231", "2026年11-23" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		expect_refused(&date_field, bad[i], PROBLEM_date_form, "2026-11-23");
	expect_refused(&date_field, "2.02611E+07", PROBLEM_numeric_damage, "");
	expect_integer(&date_field, "2026-11-23", 20261123);
	expect_refused(&date_field, "2026-11-24", PROBLEM_future_date, "≤ 2026-11-23");
	expect_integer(&free_date_field, "2026-11-24", 20261124);
	expect_refused(
	    &late_date_field, "1999-12-31", PROBLEM_date_range, "2000-01-01..2030-12-31");
}

static void value_of_a_month_takes_every_form_of_offices(void **state)
{
	static const char *const same[] = { "2026-10", "2026/10", "202610", "2026年10月", "2026.10",
		"2026-10-31", "20261001", "2026年10月1日", "2026-10-01 00:00:00", "46296",
		"２０２６１０", "202610.0", "202610.00", "20261001.0", "46296.0" };
	static const char *const bad[] = { "2026", "2026-13", "2026-0", "10月", "Oct-26", "2026.1",
		"2026年", "202613", "1-2026", "202610.", "202610.5", "202610.0x", "202613.0",
		"20261301.0" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(same); i++)
		expect_integer(&month_field, same[i], 202610);
	expect_integer(&month_field, "2026-1", 202601);
	expect_integer(&month_field, "2026.01", 202601);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		expect_refused(&month_field, bad[i], PROBLEM_month_form, "2026-11");
	expect_integer(&month_field, "202611", 202611);
	expect_refused(&month_field, "202612", PROBLEM_month_in_future, "≤ 2026-11");
}

static void value_of_a_year_has_four_digits(void **state)
{
	(void)state;
	expect_integer(&year_field, "2026", 2026);
	expect_integer(&year_field, "2026年", 2026);
	expect_integer(&year_field, "2026.0", 2026);
	expect_refused(&year_field, "26", PROBLEM_year_form, "2026");
	expect_refused(&year_field, "2026-01", PROBLEM_year_form, "2026");
	expect_refused(&year_field, "2027", PROBLEM_future_date, "≤ 2026");
	expect_refused(&year_field, "1999", PROBLEM_date_range, "2000..2100");
}

static void value_of_an_id_number_is_normalised(void **state)
{
	struct value value;
	struct value_reading reading;
	(void)state;
	expect_text(&id_field, "'11010519491231002x ", "11010519491231002X");
	expect_refused(&id_field, "320582199003071233", PROBLEM_check_digit, "");
	expect_refused(&id_field, "3.20582E+17", PROBLEM_excel_damage, "");
	expect_refused(&id_field, "320582199003071000", PROBLEM_excel_damage, "");
	assert_true(
	    value_read(&value, &id_field, bytes_of_text("320582900307123"), &context, &reading));
	assert_true(reading.old_id_number);
	assert_string_equal(value.text, "320582199003071232");
	value_deinit(&value, &id_field);
}

static void value_refuses_who_is_not_born_yet(void **state)
{
	char number[] = "11010120991231001?";
	(void)state;
	number[17] = citizen_id_check_digit(number);
	expect_refused(&person_field, number, PROBLEM_id_number_date, "");
	expect_refused(&id_field, number, PROBLEM_id_number_date, "");
}

static void value_of_a_person_is_the_same_however_it_was_written(void **state)
{
	(void)state;
	expect_hashed(&person_field, "11010519491231002X", SUBJECT_PERSON, "11010519491231002X");
	expect_hashed(&person_field, "１１０１０５１９４９１２３１００２ｘ", SUBJECT_PERSON,
	    "11010519491231002X");
	expect_hashed(&person_field, "320582900307123", SUBJECT_PERSON, "320582199003071232");
}

static void value_of_a_paper_is_hashed_without_its_accidents_of_writing(void **state)
{
	(void)state;
	expect_hashed(&dwelling_field, " 苏（2020）张家港市 不动产权第 00１２３ａ号",
	    SUBJECT_DWELLING, "苏(2020)张家港市不动产权第00123A号");
	expect_hashed(&reference_field, "ab 12\t", SUBJECT_REFERENCE, "AB12");
	expect_hashed(&dwelling_field, "#3-201", SUBJECT_DWELLING, "#3-201");
	expect_refused(&reference_field, "3.20582E+17", PROBLEM_numeric_damage, "");
	expect_refused(&reference_field, "a\x01z", PROBLEM_text_form, "");
}

static void value_of_an_enterprise_needs_the_form_but_no_check_digit(void **state)
{
	(void)state;
	expect_hashed(
	    &enterprise_field, "91350203m0001qay9b", SUBJECT_ENTERPRISE, "91350203M0001QAY9B");
	expect_text(&credit_field, "91350203M0001QAY9B", "91350203M0001QAY9B");
	expect_text(&credit_field, "110108000000016", "110108000000016");
	expect_refused(&credit_field, "9135", PROBLEM_credit_code_form, "");
	expect_refused(&enterprise_field, "一", PROBLEM_credit_code_form, "");
}

// Small traders were registered under their owner's ID number.
static void value_of_a_credit_code_is_never_an_id_number(void **state)
{
	(void)state;
	expect_refused(&credit_field, "320582199003071232", PROBLEM_id_number_in_text, "");
	expect_refused(&credit_field, "320582900307123", PROBLEM_id_number_in_text, "");
	expect_refused(&credit_field, "11010519491231002X", PROBLEM_id_number_in_text, "");
}

static void value_refuses_texts_of_any_length_and_bytes(void **state)
{
	static const struct field *const fields[] = { &text_field, &code_field, &boolean_field,
		&integer_field, &decimal_field, &money_field, &date_field, &month_field,
		&year_field, &id_field, &credit_field, &person_field, &dwelling_field,
		&enterprise_field, &reference_field };
	char text[5000];
	(void)state;
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		for (int byte = 0; byte < 256; byte++) {
			struct value value;
			struct value_reading reading;
			memset(text, byte, sizeof text);
			bool taken = value_read(
			    &value, fields[i], bytes_make(text, sizeof text), &context, &reading);
			assert_true(!taken || !value.present);
		}
}

static void assert_key(const struct field *field, const char *text, const char *expected)
{
	struct buffer key = { 0 };
	struct value value;
	struct value_reading reading;
	assert_true(value_read(&value, field, bytes_of_text(text), &context, &reading));
	value_write_key(&value, field, &key);
	assert_string_equal(buffer_text(&key), expected);
	buffer_deinit(&key);
	value_deinit(&value, field);
}

static void value_in_a_key_has_one_form(void **state)
{
	(void)state;
	assert_key(&date_field, "2026年11月3日", "20261103");
	assert_key(&month_field, "2026/9", "202609");
	assert_key(&integer_field, "07.0", "7");
	assert_key(&money_field, "-￥0.5", "-0.50");
	assert_key(&decimal_field, "7", "7.0");
	assert_key(&boolean_field, "是", "true");
	assert_key(&boolean_field, "否", "false");
	assert_key(&code_field, "已婚", "20");
	assert_key(&text_field, "50%|a/b", "50%25%7Ca/b");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_of_white_space_is_absent_and_no_problem),
		cmocka_unit_test(value_of_a_text_is_kept_as_it_is_but_for_the_white_space_around),
		cmocka_unit_test(value_of_a_code_is_found_by_code_title_and_alias),
		cmocka_unit_test(value_of_a_code_may_be_of_the_past_but_not_of_the_future),
		cmocka_unit_test(value_of_a_boolean_takes_the_words_of_offices),
		cmocka_unit_test(value_of_an_integer_is_exact_or_refused),
		cmocka_unit_test(value_of_money_is_kept_in_fen_and_never_rounded),
		cmocka_unit_test(value_of_a_date_takes_every_form_of_offices),
		cmocka_unit_test(value_of_a_date_knows_excels_calendar),
		cmocka_unit_test(value_of_a_date_knows_chinas_summer_time),
		cmocka_unit_test(value_of_a_date_guesses_nothing),
		cmocka_unit_test(value_of_a_month_takes_every_form_of_offices),
		cmocka_unit_test(value_of_a_year_has_four_digits),
		cmocka_unit_test(value_of_an_id_number_is_normalised),
		cmocka_unit_test(value_refuses_who_is_not_born_yet),
		cmocka_unit_test(value_of_a_person_is_the_same_however_it_was_written),
		cmocka_unit_test(value_of_a_paper_is_hashed_without_its_accidents_of_writing),
		cmocka_unit_test(value_of_an_enterprise_needs_the_form_but_no_check_digit),
		cmocka_unit_test(value_of_a_credit_code_is_never_an_id_number),
		cmocka_unit_test(value_refuses_texts_of_any_length_and_bytes),
		cmocka_unit_test(value_in_a_key_has_one_form),
	};
	return cmocka_run_group_tests(tests, open_context, close_context);
}
