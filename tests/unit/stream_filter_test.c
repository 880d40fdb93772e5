// SPDX-License-Identifier: Apache-2.0
// stream_filter_test: what passes a filter, and that no filter asks for a person.
#include "stream_filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static struct catalogue_set *catalogues;

static int read_catalogues(void **state)
{
	(void)state;
	return catalogue_set_read(&catalogues, PROJECT_DIR "/proto") != STATUS_OK;
}

static int free_catalogues(void **state)
{
	(void)state;
	catalogue_set_free(&catalogues);
	return 0;
}

static struct stream_subject subject_of(
    const char *source, const char *kind, enum operation operation, const char *note)
{
	const struct catalogue *catalogue = catalogue_set_named(catalogues, source);
	assert_non_null(catalogue);
	return (struct stream_subject){ catalogue,
		kind != NULL ? catalogue_kind_named(catalogue, kind) : NULL, operation, note };
}

static bool passes(const char *text, const struct stream_subject *subject)
{
	struct stream_filter filter;
	assert_int_equal(stream_filter_parse(&filter, text, catalogues), STATUS_OK);
	return stream_filter_passes(&filter, subject);
}

static void without_terms_all_pass(void **state)
{
	(void)state;
	struct stream_subject subject = subject_of("tax", NULL, OPERATION_REJECT, "check_digit");
	const struct stream_filter none = { 0 };
	assert_true(stream_filter_passes(&none, &subject));
	assert_true(passes(NULL, &subject));
	assert_true(passes("", &subject));
	assert_true(passes("   ", &subject));
	assert_true(passes("-heartbeat", &subject));
}

static void terms_of_one_name_are_alternatives_and_names_must_all_pass(void **state)
{
	(void)state;
	struct stream_subject put = subject_of("tax", "income_tax", OPERATION_PUT, "");
	struct stream_subject reject =
	    subject_of("tax", "income_tax", OPERATION_REJECT, "check_digit");
	static const struct {
		const char *text;
		bool put, reject;
	} cases[] = {
		{ "source:tax", true, true },
		{ "source:health", false, false },
		{ "source:health source:tax", true, true },
		{ "source:tax kind:coverage", false, false },
		{ "  source:tax   kind:income_tax  ", true, true },
		{ "status:accepted", true, false },
		{ "status:rejected", false, true },
		{ "status:settled", false, false },
		{ "operation:put operation:settle", true, false },
		{ "reason:check_digit", false, true },
		{ "reason:unknown_code", false, false },
		{ "-status:rejected", true, false },
		{ "-source:tax", false, false },
		{ "source:tax -kind:income_tax", false, false },
		{ "-kind:coverage -heartbeat", true, true },
		{ "source:tax -source:tax", false, false },
		{ "-source:health", true, true },
		{ "-operation:put", false, true },
		{ "-reason:check_digit", true, false },
		{ "reason:of_tomorrow", false, false },
		{ "source:tax status:rejected reason:check_digit -heartbeat", false, true },
		{ "  source:tax   -status:rejected ", true, false },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_int_equal(passes(cases[i].text, &put), cases[i].put);
		assert_int_equal(passes(cases[i].text, &reject), cases[i].reject);
	}
}

static void a_later_catalogues_kind_is_no_kind_that_is_asked_for(void **state)
{
	(void)state;
	struct stream_subject subject = subject_of("tax", NULL, OPERATION_PUT, "");
	assert_false(passes("kind:income_tax", &subject));
	assert_true(passes("-kind:income_tax", &subject));
	assert_true(passes("source:tax", &subject));
}

static void a_department_of_which_nothing_can_pass_is_known(void **state)
{
	(void)state;
	struct stream_filter filter;
	assert_int_equal(
	    stream_filter_parse(&filter, "source:tax kind:income_tax", catalogues), STATUS_OK);
	assert_true(stream_filter_passes_source(&filter, catalogue_set_named(catalogues, "tax")));
	assert_false(
	    stream_filter_passes_source(&filter, catalogue_set_named(catalogues, "health")));
	assert_int_equal(stream_filter_parse(&filter, "-source:tax", catalogues), STATUS_OK);
	assert_false(stream_filter_passes_source(&filter, catalogue_set_named(catalogues, "tax")));
}

static void what_is_not_understood_is_told_by_its_number_and_never_repeated(void **state)
{
	(void)state;
	static const char *const terms[] = { "person:320582199003071232", "320582199003071232",
		"subject:p10123456789abcdef", "key:1", "source:weather", "source:", ":tax", "-",
		"--source:tax", "kind:person2", "status:put", "operation:accepted", "reason:a-b",
		"heartbeat", "-:", "source:tax\tkind:person" };
	for (size_t i = 0; i < COUNT_OF(terms); i++) {
		struct stream_filter filter;
		char text[128];
		snprintf(text, sizeof text, "source:tax  %s", terms[i]);
		assert_int_equal(stream_filter_parse(&filter, text, catalogues), STATUS_INVALID);
		assert_non_null(strstr(status_reason(), "term 2 "));
		assert_null(strstr(status_reason(), "320582"));
		assert_null(strstr(status_reason(), "weather"));
	}
}

static void a_filter_has_its_limits(void **state)
{
	(void)state;
	struct stream_filter filter;
	struct buffer text = { 0 };
	for (int i = 0; i < STREAM_FILTER_TERMS_MAX; i++)
		buffer_append_text(&text, "source:tax ");
	assert_int_equal(stream_filter_parse(&filter, buffer_text(&text), catalogues), STATUS_OK);
	assert_int_equal(filter.count, STREAM_FILTER_TERMS_MAX);
	buffer_append_text(&text, "source:tax");
	assert_int_equal(
	    stream_filter_parse(&filter, buffer_text(&text), catalogues), STATUS_INVALID);
	buffer_clear(&text);
	buffer_append_text(&text, "reason:");
	for (int i = 0; i < STREAM_FILTER_VALUE_SIZE; i++)
		buffer_append_text(&text, "a");
	assert_int_equal(
	    stream_filter_parse(&filter, buffer_text(&text), catalogues), STATUS_INVALID);
	while (text.size <= STREAM_FILTER_BYTES_MAX)
		buffer_append_text(&text, " ");
	assert_int_equal(
	    stream_filter_parse(&filter, buffer_text(&text), catalogues), STATUS_INVALID);
	assert_non_null(strstr(status_reason(), "512"));
	buffer_deinit(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_terms_all_pass),
		cmocka_unit_test(terms_of_one_name_are_alternatives_and_names_must_all_pass),
		cmocka_unit_test(a_later_catalogues_kind_is_no_kind_that_is_asked_for),
		cmocka_unit_test(a_department_of_which_nothing_can_pass_is_known),
		cmocka_unit_test(what_is_not_understood_is_told_by_its_number_and_never_repeated),
		cmocka_unit_test(a_filter_has_its_limits),
	};
	return cmocka_run_group_tests(tests, read_catalogues, free_catalogues);
}
