// SPDX-License-Identifier: Apache-2.0
// key_mask_test: a key shows what many share and hides what leads to a person.
#include "key_mask.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct field fields[] = {
	{ .number = 1,
	    .name = "insurance",
	    .type = FIELD_CODE,
	    .sensitivity = SENSITIVITY_PERSONAL },
	{ .number = 2, .name = "year", .type = FIELD_YEAR, .sensitivity = SENSITIVITY_PERSONAL },
	{ .number = 3, .name = "day", .type = FIELD_DATE, .sensitivity = SENSITIVITY_PERSONAL },
	{ .number = 4, .name = "paper", .type = FIELD_TEXT, .sensitivity = SENSITIVITY_PERSONAL },
	{ .number = 5,
	    .name = "illness",
	    .type = FIELD_CODE,
	    .sensitivity = SENSITIVITY_SENSITIVE },
	{ .number = 6, .name = "office", .type = FIELD_TEXT, .sensitivity = SENSITIVITY_PUBLIC },
};

static void assert_masked(const size_t *key, size_t key_count, const char *text, const char *masked)
{
	const struct kind kind = { .fields = fields,
		.field_count = COUNT_OF(fields),
		.key = key,
		.key_count = key_count };
	struct buffer out = { 0 };
	key_mask_write(key_count > 0 ? &kind : NULL, bytes_of_text(text), &out);
	assert_string_equal(buffer_text(&out), masked);
	buffer_deinit(&out);
}

static void key_shows_codes_and_years_that_many_share(void **state)
{
	static const size_t key[] = { 0, 1 };
	(void)state;
	assert_masked(key, 2, "pension|2024", "pension|2024");
}

static void key_hides_days_papers_and_what_is_sensitive(void **state)
{
	static const size_t key[] = { 2, 3, 4 };
	(void)state;
	assert_masked(key, 3, "20240131|A-17|hiv", "*|*|*");
}

static void key_hides_numbers_that_somebody_wrote_into_a_public_part(void **state)
{
	static const size_t key[] = { 5 };
	struct buffer out = { 0 };
	const struct kind kind = {
		.fields = fields, .field_count = COUNT_OF(fields), .key = key, .key_count = 1
	};
	(void)state;
	key_mask_write(&kind, bytes_of_text("office 320582199003071232"), &out);
	assert_null(strstr(buffer_text(&out), "19900307"));
	assert_non_null(strstr(buffer_text(&out), "office"));
	buffer_deinit(&out);
}

static void key_of_another_form_or_of_an_unknown_kind_is_hidden_whole(void **state)
{
	static const size_t key[] = { 0, 1 };
	(void)state;
	assert_masked(key, 2, "pension", "*");
	assert_masked(key, 2, "pension|2024|x", "*");
	assert_masked(NULL, 0, "anything|2024", "*");
	assert_masked(NULL, 0, "", "");
	assert_masked(key, 2, "", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_shows_codes_and_years_that_many_share),
		cmocka_unit_test(key_hides_days_papers_and_what_is_sensitive),
		cmocka_unit_test(key_hides_numbers_that_somebody_wrote_into_a_public_part),
		cmocka_unit_test(key_of_another_form_or_of_an_unknown_kind_is_hidden_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
