// SPDX-License-Identifier: Apache-2.0
// monitor_source_test: how a source is in one word, what a filter passes, who may use a session.
#include "event.h"
#include "session.h"
#include "source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct catalogue_set *catalogues;

static int read_catalogues(void **state)
{
	(void)state;
	return catalogue_set_read(&catalogues, PROJECT_DIR "/proto") == STATUS_OK ? 0 : 1;
}

static int free_catalogues(void **state)
{
	(void)state;
	catalogue_set_free(&catalogues);
	return 0;
}

static struct event event_of(
    const char *department, const char *kind, enum operation operation, const char *note)
{
	const struct catalogue *catalogue = catalogue_set_named(catalogues, department);
	struct event event = { .catalogue = catalogue,
		.kind = catalogue_kind_named(catalogue, kind),
		.operation = operation };
	snprintf(event.note, sizeof event.note, "%s", note);
	assert_non_null(event.kind);
	return event;
}

static void skipped_entries_are_held_against_sources_only(void **state)
{
	static const struct {
		const char *filter;
		bool entry, skipped;
	} rows[] = {
		{ "", true, true },
		{ "status:rejected reason:check_digit", true, true },
		{ "status:accepted", false, true },
		{ "kind:coverage", false, true },
		{ "source:tax -reason:check_digit", false, true },
		{ "source:health", false, false },
		{ "-source:tax", false, false },
	};
	const struct event entry = event_of("tax", "income_tax", OPERATION_REJECT, "check_digit");
	const struct event skipped = { .catalogue = entry.catalogue, .skipped = 7 };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct stream_filter filter;
		assert_int_equal(
		    stream_filter_parse(&filter, rows[i].filter, catalogues), STATUS_OK);
		if (event_passes(&entry, &filter) != rows[i].entry ||
		    event_passes(&skipped, &filter) != rows[i].skipped)
			fail_msg("\"%s\"", rows[i].filter);
	}
}

// --- how a source is ----------------------------------------------------------------------------

static void quiet_is_never_taken_for_dead_nor_dead_for_anything_less(void **state)
{
	const struct source_facts quiet = {
		.heard = true, .silent_ms = 1000, .still_ms = 86400000, .quiet_ms = 60000
	};
	struct source_facts facts = quiet;
	(void)state;
	assert_int_equal(source_judge(&facts), SOURCE_QUIET);
	facts.silent_ms = SOURCE_SILENT_MS - 1;
	assert_int_equal(source_judge(&facts), SOURCE_QUIET);
	facts.silent_ms = SOURCE_SILENT_MS;
	facts.gap_open = true;
	facts.lag_ms = SOURCE_BEHIND_MS + 1;
	assert_int_equal(source_judge(&facts), SOURCE_DEAD);
	facts.fork = true;
	assert_int_equal(source_judge(&facts), SOURCE_FORK);
	facts = quiet;
	facts.lag_ms = SOURCE_BEHIND_MS + 1;
	assert_int_equal(source_judge(&facts), SOURCE_BEHIND);
	facts.gap_open = true;
	assert_int_equal(source_judge(&facts), SOURCE_GAP);
	facts = quiet;
	facts.still_ms = 0;
	assert_int_equal(source_judge(&facts), SOURCE_OK);
	facts.heard = false;
	assert_int_equal(source_judge(&facts), SOURCE_WAITING);
}

static const char *trend_of(uint64_t first, uint64_t step, unsigned count)
{
	struct trend trend = { 0 };
	for (unsigned i = 0; i < count; i++)
		trend_add(&trend, first + i * step);
	return trend_name(&trend);
}

static void trend_tells_the_way_and_not_the_noise(void **state)
{
	(void)state;
	assert_string_equal(trend_of(0, 0, 0), "steady");
	assert_string_equal(trend_of(5, 0, 200), "steady");
	assert_string_equal(trend_of(0, 100, 60), "rising");
	assert_string_equal(trend_of(0, 100, 500), "rising");
	assert_string_equal(trend_of(1000000, UINT64_MAX - 99, 100), "steady"); // 1 in 10,000
	assert_string_equal(trend_of(10000, UINT64_MAX - 99, 60), "falling");
}

// --- sessions -----------------------------------------------------------------------------------

static void code_is_good_once_and_for_a_minute(void **state)
{
	struct sessions sessions = { 0 };
	char code[SESSION_TEXT_SIZE], cookie[SESSION_TEXT_SIZE], header[128];
	(void)state;
	session_make_code(&sessions, 1000, code);
	assert_false(session_begin(&sessions, "", 1000, cookie));
	assert_false(session_begin(&sessions, code, 1000 + SESSION_CODE_MS, cookie));
	assert_true(session_begin(&sessions, code, 1000 + SESSION_CODE_MS - 1, cookie));
	assert_false(session_begin(&sessions, code, 1001, cookie));
	snprintf(header, sizeof header, "a=b; onecity_monitor=%s; c=d", cookie);
	assert_true(session_is_open(&sessions, header, 2000));
	assert_false(session_is_open(&sessions, header, 2 * (int64_t)SESSION_MS));
	assert_false(session_is_open(&sessions, NULL, 2000));
	assert_false(session_is_open(&sessions, "onecity_monitor=", 2000));
	assert_false(session_is_open(&sessions, code, 2000));
	session_end(&sessions, header);
	assert_false(session_is_open(&sessions, header, 2000));
}

static void too_many_codes_and_sessions_push_the_oldest_out(void **state)
{
	struct sessions sessions = { 0 };
	char codes[SESSION_CODES_MAX + 1][SESSION_TEXT_SIZE], cookie[SESSION_TEXT_SIZE];
	(void)state;
	for (int i = 0; i <= SESSION_CODES_MAX; i++)
		session_make_code(&sessions, i, codes[i]);
	assert_false(session_begin(&sessions, codes[0], 100, cookie));
	assert_true(session_begin(&sessions, codes[1], 100, cookie));
	assert_true(session_begin(&sessions, codes[SESSION_CODES_MAX], 100, cookie));
}

static void only_the_own_page_may_use_a_session(void **state)
{
	(void)state;
	assert_true(session_is_own_page(NULL, NULL, "127.0.0.1:7490"));
	assert_true(session_is_own_page("http://127.0.0.1:7490", "same-origin", "127.0.0.1:7490"));
	assert_true(session_is_own_page(NULL, "none", "127.0.0.1:7490"));
	assert_false(session_is_own_page("http://127.0.0.1:7491", NULL, "127.0.0.1:7490"));
	assert_false(session_is_own_page("http://127.0.0.1:74901", NULL, "127.0.0.1:7490"));
	assert_false(session_is_own_page("https://127.0.0.1:7490", NULL, "127.0.0.1:7490"));
	assert_false(session_is_own_page("null", NULL, "127.0.0.1:7490"));
	assert_false(session_is_own_page("http://127.0.0.1:7490", NULL, NULL));
	assert_false(session_is_own_page(NULL, "same-site", "127.0.0.1:7490"));
	assert_false(session_is_own_page(NULL, "cross-site", "127.0.0.1:7490"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(skipped_entries_are_held_against_sources_only),
		cmocka_unit_test(quiet_is_never_taken_for_dead_nor_dead_for_anything_less),
		cmocka_unit_test(trend_tells_the_way_and_not_the_noise),
		cmocka_unit_test(code_is_good_once_and_for_a_minute),
		cmocka_unit_test(too_many_codes_and_sessions_push_the_oldest_out),
		cmocka_unit_test(only_the_own_page_may_use_a_session),
	};
	return cmocka_run_group_tests(tests, read_catalogues, free_catalogues);
}
