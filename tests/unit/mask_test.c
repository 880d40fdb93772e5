// SPDX-License-Identifier: Apache-2.0
// mask_test: what may be seen of a number, a name, a text; and never more.
#include "mask.h"

#include "citizen_id.h"
#include "scratch.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void expect(enum mask mask, const char *text, const char *expected)
{
	struct buffer out = { 0 };
	mask_write(mask, bytes_of_text(text), &out);
	assert_string_equal(buffer_text(&out), expected);
	buffer_deinit(&out);
}

static void id_numbers_show_six_and_four(void **state)
{
	(void)state;
	expect(MASK_ID_NUMBER, "320582199003071234", "320582********1234");
	expect(MASK_ID_NUMBER, "32058219900307123X", "320582********123X");
	expect(MASK_ID_NUMBER, "32058219900307123x", "320582********123x");
	expect(MASK_ID_NUMBER, "320582900307123", "320582*****7123");
	expect(
	    MASK_ID_NUMBER, "３２０５８２１９９００３０７１２３Ｘ", "３２０５８２********１２３Ｘ");
	expect(MASK_ID_NUMBER, "", "");
}

static void what_is_no_id_number_shows_two_at_either_end_at_most(void **state)
{
	(void)state;
	expect(MASK_ID_NUMBER, "3.20582E+17", "3.*******17");
	expect(MASK_ID_NUMBER, "H12345678", "H1*****78");
	expect(MASK_ID_NUMBER, "张三", "**");
	expect(MASK_ID_NUMBER, "123456", "******");
	expect(MASK_ID_NUMBER, "3205821990030712345", "32***************45");
}

static void names_show_their_first_character_however_long_they_are(void **state)
{
	(void)state;
	expect(MASK_NAME, "张三", "张*");
	expect(MASK_NAME, "张三丰", "张*");
	expect(MASK_NAME, "欧阳修", "欧*");
	expect(MASK_NAME, "阿不都·热合曼", "阿*");
	expect(MASK_NAME, " 䶮明 ", "䶮*");
	expect(MASK_NAME, "张", "*");
	expect(MASK_NAME, "", "");
	expect(MASK_NAME, "320582199003071234", "**");
}

static void a_character_is_what_people_see_as_one(void **state)
{
	(void)state;
	expect(MASK_NAME, "葛\U000E0100小明", "葛\U000E0100*"); // a variant of the character
	expect(MASK_NAME, "e\u0301milie", "e\u0301*");
}

static void phone_numbers_show_three_and_four(void **state)
{
	(void)state;
	expect(MASK_PHONE, "13812345678", "138****5678");
	expect(MASK_PHONE, "0512-58123456", "05*********56");
	expect(MASK_PHONE, "12345", "*****");
}

static void texts_lose_the_numbers_that_may_be_a_persons(void **state)
{
	(void)state;
	expect(MASK_TEXT, "身份证320582199003071234，电话13812345678。",
	    "身份证320582********1234，电话138****5678。");
	expect(MASK_TEXT, "138 1234 5678", "13*********78");
	expect(MASK_TEXT, "3栋402室", "3栋402室");
	expect(MASK_TEXT, "4494.50", "4494.50");
	expect(MASK_TEXT,
	    "a\x01"
	    "b",
	    "a*b");
	expect(MASK_ALL, "anything", "***");
	expect(MASK_ALL, "", "");
}

static void bytes_that_are_no_text_are_never_shown(void **state)
{
	(void)state;
	for (enum mask mask = MASK_ID_NUMBER; mask <= MASK_ALL; mask++) {
		struct buffer out = { 0 };
		mask_write(mask, bytes_of_text("\xff\xfe\xc3(\xed\xa0\x80 abcdefgh"), &out);
		assert_true(text_valid(buffer_bytes(&out)));
		buffer_deinit(&out);
	}
}

// A number with a valid check digit, put into rubbish of every kind.
static void no_mask_ever_lets_a_whole_id_number_through(void **state)
{
	static const char *const rubbish[] = { "", " ", "张", "1", "X", "-", "０", "\xff", "\t",
		"a" };
	struct dice dice = { 7 };
	(void)state;
	for (int round = 0; round < 20000; round++) {
		char id[19], day[9];
		struct buffer text = { 0 }, out = { 0 };
		snprintf(id, sizeof id, "3205821990%02u%02u%03u",
		    (unsigned)dice_below(&dice, 12) + 1, (unsigned)dice_below(&dice, 28) + 1,
		    (unsigned)dice_below(&dice, 1000));
		id[17] = citizen_id_check_digit(id);
		id[18] = 0;
		memcpy(day, id + 6, 8);
		day[8] = 0;
		for (int i = 0; i < 3; i++)
			buffer_append_text(&text, rubbish[dice_below(&dice, COUNT_OF(rubbish))]);
		buffer_append_text(&text, id);
		for (int i = 0; i < 3; i++)
			buffer_append_text(&text, rubbish[dice_below(&dice, COUNT_OF(rubbish))]);
		for (enum mask mask = MASK_ID_NUMBER; mask <= MASK_ALL; mask++) {
			buffer_clear(&out);
			mask_write(mask, buffer_bytes(&text), &out);
			assert_true(text_valid(buffer_bytes(&out)));
			assert_null(strstr(buffer_text(&out), day));
		}
		buffer_deinit(&text);
		buffer_deinit(&out);
	}
}

static void names_of_files_show_dates_and_the_first_of_each_word(void **state)
{
	(void)state;
	expect(MASK_FILE_NAME, "张三丰.csv", "张*.csv");
	expect(MASK_FILE_NAME, "income_2026-10.csv", "i*_2026-10.csv");
	expect(MASK_FILE_NAME, "张三320582199003071234.xlsx", "张*320582********1234.xlsx");
	expect(MASK_FILE_NAME, ".张三的补缴名单", ".张*");
	expect(MASK_FILE_NAME, "", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_files_show_dates_and_the_first_of_each_word),
		cmocka_unit_test(id_numbers_show_six_and_four),
		cmocka_unit_test(what_is_no_id_number_shows_two_at_either_end_at_most),
		cmocka_unit_test(names_show_their_first_character_however_long_they_are),
		cmocka_unit_test(a_character_is_what_people_see_as_one),
		cmocka_unit_test(phone_numbers_show_three_and_four),
		cmocka_unit_test(texts_lose_the_numbers_that_may_be_a_persons),
		cmocka_unit_test(bytes_that_are_no_text_are_never_shown),
		cmocka_unit_test(no_mask_ever_lets_a_whole_id_number_through),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
