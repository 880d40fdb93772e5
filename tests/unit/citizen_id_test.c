// SPDX-License-Identifier: Apache-2.0
// citizen_id_test: what citizen_id.h promises. The numbers are vectors of the standards, or made
// up.
#include "citizen_id.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void citizen_id_takes_valid_numbers_of_all_kinds(void **state)
{
	static const struct {
		const char *number;
		int64_t birth_date;
		char sex;
	} good[] = {
		{ "11010519491231002X", 19491231, '2' },
		{ "440524188001010014", 18800101, '1' },
		{ "34052419800101001X", 19800101, '1' },
		{ "320582199003071232", 19900307, '1' },
		{ "320582198812310016", 19881231, '1' },
		{ "320582201506010028", 20150601, '2' },
		{ "810000199408230021", 19940823, '2' },
		{ "830000199201300022", 19920130, '2' },
		{ "820000199001010010", 19900101, '1' },
		{ "932682198501010017", 19850101, '1' },
		{ "USA320582900307", 0, 0 },
		{ "H12345678", 0, 0 },
		{ "M1234567890", 0, 0 },
		{ "12345678", 0, 0 },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct citizen_id id;
		enum problem_code code;
		assert_true(citizen_id_parse(&id, bytes_of_text(good[i].number), &code));
		assert_string_equal(id.number, good[i].number);
		assert_int_equal(id.birth_date, good[i].birth_date);
		assert_int_equal(id.sex, good[i].sex);
		assert_false(id.was_15_digits);
	}
}

static void citizen_id_takes_what_offices_write(void **state)
{
	static const char *const written[] = { "11010519491231002x", "'11010519491231002X",
		" 110105 19491231 002X\t", "１１０１０５１９４９１２３１００２Ｘ",
		"　11010519491231002ｘ\xc2\xa0",
		"\xef\xbb\xbf\x31\x31\x30\x31\x30\x35\x31\x39\x34\x39\x31\x32\x33\x31\x30\x30\x32"
		"\x58" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(written); i++) {
		struct citizen_id id;
		enum problem_code code;
		assert_true(citizen_id_parse(&id, bytes_of_text(written[i]), &code));
		assert_string_equal(id.number, "11010519491231002X");
	}
}

static void citizen_id_converts_old_numbers_and_says_so(void **state)
{
	struct citizen_id id;
	enum problem_code code;
	(void)state;
	assert_true(citizen_id_parse(&id, bytes_of_text("320582900307123"), &code));
	assert_string_equal(id.number, "320582199003071232");
	assert_int_equal(id.birth_date, 19900307);
	assert_int_equal(id.sex, '1');
	assert_true(id.was_15_digits);
	assert_true(citizen_id_parse(&id, bytes_of_text("320582900307998"), &code));
	assert_int_equal(id.birth_date, 18900307); // 996 to 999: born before 1900
	assert_false(citizen_id_parse(&id, bytes_of_text("320582900231123"), &code));
	assert_int_equal(code, PROBLEM_id_number_date);
}

static void citizen_id_says_what_is_wrong(void **state)
{
	static const struct {
		const char *number;
		enum problem_code code;
	} bad[] = {
		{ "320582199003071233", PROBLEM_check_digit },
		{ "11010519491231002", PROBLEM_id_number_form },
		{ "110105194912310021X", PROBLEM_id_number_form },
		{ "110105194912310X21", PROBLEM_id_number_form },
		{ "", PROBLEM_id_number_form },
		{ "张三", PROBLEM_id_number_form },
		{ "H1234567", PROBLEM_id_number_form },
		{ "X12345678", PROBLEM_id_number_form },
		{ "123456789012345678901234567890", PROBLEM_id_number_form },
		{ "\xff", PROBLEM_id_number_form },
		{ "320582199013071232", PROBLEM_id_number_date },
		{ "320582199002301232", PROBLEM_id_number_date },
		{ "3.20582E+17", PROBLEM_excel_damage },
		{ "3.20582e+17", PROBLEM_excel_damage },
		{ "3.20582199003071E17", PROBLEM_excel_damage },
		{ "320582199003071000", PROBLEM_excel_damage },
		{ "########", PROBLEM_excel_damage },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct citizen_id id;
		enum problem_code code = PROBLEM_COUNT;
		assert_false(citizen_id_parse(&id, bytes_of_text(bad[i].number), &code));
		assert_string_equal(problem_name(code), problem_name(bad[i].code));
	}
}

static void citizen_id_finds_every_wrong_digit(void **state)
{
	char number[] = "320582199003071232";
	(void)state;
	for (size_t place = 0; place < 18; place++) {
		char right = number[place];
		for (char digit = '0'; digit <= '9'; digit++) {
			struct citizen_id id;
			enum problem_code code;
			number[place] = digit;
			assert_int_equal(
			    citizen_id_parse(&id, bytes_of_text(number), &code), digit == right);
		}
		number[place] = right;
	}
}

static void citizen_id_finds_numbers_inside_texts(void **state)
{
	static const char *const holds[] = { "320582199003071232", "配偶320582199003071232，已婚",
		"ID:11010519491231002x.", "身份证１１０１０５１９４９１２３１００２Ｘ",
		"a11010519491231002Xb", "13812345678 320582199003071232",
		"\xff"
		"320582199003071232\xff" };
	static const char *const holds_none[] = { "", "320582199003071233", "3205821990030712320",
		"1320582199003071232", "320582199013071232", "张家港市杨舍镇人民中路1号",
		"11010519491231002", "6222021102020020123456", "11010519491231002X5", "\xff\xfe" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(holds); i++)
		assert_true(citizen_id_inside(bytes_of_text(holds[i])));
	for (size_t i = 0; i < COUNT_OF(holds_none); i++)
		assert_false(citizen_id_inside(bytes_of_text(holds_none[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(citizen_id_takes_valid_numbers_of_all_kinds),
		cmocka_unit_test(citizen_id_takes_what_offices_write),
		cmocka_unit_test(citizen_id_converts_old_numbers_and_says_so),
		cmocka_unit_test(citizen_id_says_what_is_wrong),
		cmocka_unit_test(citizen_id_finds_every_wrong_digit),
		cmocka_unit_test(citizen_id_finds_numbers_inside_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
