// SPDX-License-Identifier: Apache-2.0
// metrics_test: what Prometheus is told, to the letter.
#include "metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct sample {
	uint64_t count;
	struct histogram histogram;
};

static void write_two(struct metrics_page *page, const void *context)
{
	const struct sample *sample = context;
	metrics_write(page, LABELS("tax", "accepted"), sample->count);
	metrics_write(page, LABELS("tax", "a\"b\\c\nd"), UINT64_MAX);
}

static void write_plain(struct metrics_page *page, const void *context)
{
	const struct sample *sample = context;
	metrics_write(page, NO_LABELS, sample->count);
}

static void write_nothing(struct metrics_page *page, const void *context)
{
	(void)page;
	(void)context;
}

static void write_histogram(struct metrics_page *page, const void *context)
{
	const struct sample *sample = context;
	metrics_write_histogram(page, LABELS("tax"), &sample->histogram);
}

static const char *page_of(
    struct buffer *out, const struct metric *metric, const struct sample *sample)
{
	char beginning[160];
	metrics_write_page(out, "tax", metric, 1, sample);
	snprintf(beginning, sizeof beginning, "# HELP %s ", metric->name);
	const char *found = strstr(buffer_text(out), beginning);
	assert_non_null(found);
	return found;
}

static void samples_carry_their_labels_escaped(void **state)
{
	(void)state;
	static const struct metric metric = { "onecity_rows_total", METRIC_COUNTER, METRIC_COUNT,
		{ "department", "outcome" }, write_two, "Rows." };
	struct buffer out = { 0 };
	assert_string_equal(page_of(&out, &metric, &(struct sample){ .count = 7 }),
	    "# HELP onecity_rows_total Rows.\n# TYPE onecity_rows_total counter\n"
	    "onecity_rows_total{department=\"tax\",outcome=\"accepted\"} 7\n"
	    "onecity_rows_total{department=\"tax\",outcome=\"a\\\"b\\\\c\\nd\"} "
	    "18446744073709551615\n");
	buffer_deinit(&out);
}

static void seconds_are_handed_over_in_milliseconds(void **state)
{
	(void)state;
	static const struct metric metric = { "onecity_lag_seconds", METRIC_GAUGE, METRIC_SECONDS,
		{ NULL }, write_plain, "Lag." };
	struct buffer out = { 0 };
	assert_string_equal(page_of(&out, &metric, &(struct sample){ .count = 61007 }),
	    "# HELP onecity_lag_seconds Lag.\n# TYPE onecity_lag_seconds gauge\n"
	    "onecity_lag_seconds 61.007\n");
	buffer_deinit(&out);
}

static void bytes_stay_as_they_are(void **state)
{
	(void)state;
	static const struct metric metric = { "onecity_free_bytes", METRIC_GAUGE, METRIC_BYTES,
		{ NULL }, write_plain, "Free." };
	struct buffer out = { 0 };
	assert_non_null(strstr(page_of(&out, &metric, &(struct sample){ .count = 61007 }),
	    "\nonecity_free_bytes 61007\n"));
	buffer_deinit(&out);
}

static void a_metric_without_samples_is_announced_all_the_same(void **state)
{
	(void)state;
	static const struct metric metric = { "onecity_none", METRIC_GAUGE, METRIC_COUNT, { NULL },
		write_nothing, "None." };
	struct buffer out = { 0 };
	assert_string_equal(page_of(&out, &metric, &(struct sample){ 0 }),
	    "# HELP onecity_none None.\n# TYPE onecity_none gauge\n");
	buffer_deinit(&out);
}

static void the_buckets_of_a_histogram_add_up(void **state)
{
	(void)state;
	static const struct metric metric = { "onecity_commit_seconds", METRIC_HISTOGRAM,
		METRIC_SECONDS, { "department" }, write_histogram, "Commits." };
	static const int64_t durations_us[] = { -5, 0, 100, 101, 2500000, 300000001, 300000001 };
	struct sample sample = { 0 };
	struct buffer out = { 0 };
	for (size_t i = 0; i < COUNT_OF(durations_us); i++)
		histogram_add(&sample.histogram, durations_us[i]);
	const char *page = page_of(&out, &metric, &sample);
	static const char *const lines[] = {
		"\nonecity_commit_seconds_bucket{department=\"tax\",le=\"0.0001\"} 3\n",
		"\nonecity_commit_seconds_bucket{department=\"tax\",le=\"0.00025\"} 4\n",
		"\nonecity_commit_seconds_bucket{department=\"tax\",le=\"1\"} 4\n",
		"\nonecity_commit_seconds_bucket{department=\"tax\",le=\"2.5\"} 5\n",
		"\nonecity_commit_seconds_bucket{department=\"tax\",le=\"300\"} 5\n",
		"\nonecity_commit_seconds_bucket{department=\"tax\",le=\"+Inf\"} 7\n",
		"\nonecity_commit_seconds_sum{department=\"tax\"} 602.500203\n",
		"\nonecity_commit_seconds_count{department=\"tax\"} 7\n",
	};
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		assert_non_null(strstr(page, lines[i]));
	buffer_deinit(&out);
}

static void the_bounds_of_a_histogram_rise_to_infinity(void **state)
{
	(void)state;
	double before = 0;
	for (size_t i = 0; i + 1 < HISTOGRAM_BUCKETS; i++) {
		double bound = strtod(histogram_bound(i), NULL);
		assert_true(bound > before);
		before = bound;
		struct histogram at = { 0 }, above = { 0 };
		histogram_add(&at, (int64_t)(bound * 1000000 + 0.5));
		histogram_add(&above, (int64_t)(bound * 1000000 + 0.5) + 1);
		assert_int_equal(at.counts[i], 1);
		assert_int_equal(above.counts[i + 1], 1);
	}
	assert_string_equal(histogram_bound(HISTOGRAM_BUCKETS - 1), "+Inf");
}

static void every_page_says_which_program_it_is_and_what_it_uses(void **state)
{
	(void)state;
	struct buffer out = { 0 };
	metrics_write_page(&out, "tax", NULL, 0, NULL);
	const char *page = buffer_text(&out);
	assert_non_null(strstr(page, "\nonecity_info{service=\"tax\",version=\""));
	const char *memory = strstr(page, "\nprocess_resident_memory_bytes ");
	assert_non_null(memory);
	assert_true(strtod(strchr(memory + 1, ' '), NULL) > 1e6);
	assert_non_null(strstr(page, "\nprocess_cpu_seconds_total "));
	buffer_deinit(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples_carry_their_labels_escaped),
		cmocka_unit_test(seconds_are_handed_over_in_milliseconds),
		cmocka_unit_test(bytes_stay_as_they_are),
		cmocka_unit_test(a_metric_without_samples_is_announced_all_the_same),
		cmocka_unit_test(the_buckets_of_a_histogram_add_up),
		cmocka_unit_test(the_bounds_of_a_histogram_rise_to_infinity),
		cmocka_unit_test(every_page_says_which_program_it_is_and_what_it_uses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
