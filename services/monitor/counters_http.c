// SPDX-License-Identifier: Apache-2.0
// counters_http: 24 hours of counters, as columns for a chart.
#include "clock.h"
#include "date.h"
#include "handlers.h"
#include "monitor.h"

enum {
	POINTS_MAX = 1000,
	DIGITS_MAX = 6
};

#define HOUR_MS INT64_C(3600000)

struct columns {
	struct monitor *monitor;
	int64_t from_ms, step_ms;
	size_t count;
	struct series_sum *sums;
	bool *known;
};

// --- the range ----------------------------------------------------------------------------------

static bool read_time(
    const struct http_request *request, const char *name, int64_t fallback_ms, int64_t *time_ms)
{
	int64_t time_us;
	const char *text = http_query(request, name);
	*time_ms = fallback_ms;
	if (text == NULL)
		return true;
	if (!time_parse(bytes_of_text(text), &time_us))
		return false;
	*time_ms = time_us / 1000;
	return true;
}

static bool read_step(const struct http_request *request, int64_t *step_ms)
{
	const char *text = http_query(request, "step");
	*step_ms = SERIES_SLOT_MS;
	if (text == NULL)
		return true;
	size_t size = strlen(text);
	if (size == 0 || size > DIGITS_MAX || strspn(text, "0123456789") != size)
		return false;
	*step_ms = strtoll(text, NULL, 10) * 1000;
	return *step_ms > 0 && *step_ms % SERIES_SLOT_MS == 0;
}

static bool read_range(struct columns *columns, const struct http_request *request)
{
	int64_t to_ms, now_ms = clock_wall_ms();
	if (!read_step(request, &columns->step_ms) || !read_time(request, "to", now_ms, &to_ms) ||
	    !read_time(request, "from", to_ms - HOUR_MS, &columns->from_ms))
		return false;
	if (columns->from_ms < 0 || to_ms <= columns->from_ms)
		return false;
	columns->from_ms -= columns->from_ms % columns->step_ms;
	int64_t count = (to_ms - columns->from_ms + columns->step_ms - 1) / columns->step_ms;
	columns->count = (size_t)count;
	return count <= POINTS_MAX;
}

// --- the columns --------------------------------------------------------------------------------

// A number of a point, or -1: none.
typedef int64_t pick(const struct series_sum *sum, size_t which);

static int64_t pick_published(const struct series_sum *sum, size_t which)
{
	return (int64_t)sum->published[which];
}

static int64_t pick_skipped(const struct series_sum *sum, size_t which)
{
	(void)which;
	return (int64_t)sum->skipped;
}

static int64_t pick_rejected(const struct series_sum *sum, size_t which)
{
	return (int64_t)sum->rejected[which];
}

static int64_t pick_percentile(const struct series_sum *sum, size_t which)
{
	return series_percentile_ms(sum, (unsigned)which);
}

static int64_t pick_delay_count(const struct series_sum *sum, size_t which)
{
	(void)which;
	return (int64_t)series_delay_count(sum);
}

static void write_column(const struct columns *columns, const char *name, pick *picked,
    size_t which, struct json_writer *json)
{
	json_write_name(json, name);
	json_write_begin_array(json);
	for (size_t i = 0; i < columns->count; i++) {
		int64_t number = columns->known[i] ? picked(&columns->sums[i], which) : -1;
		if (number >= 0)
			json_write_integer(json, number);
		else
			json_write_null(json);
	}
	json_write_end_array(json);
}

static bool any_rejected(const struct columns *columns, size_t reason)
{
	for (size_t i = 0; i < columns->count; i++)
		if (columns->known[i] && columns->sums[i].rejected[reason] > 0)
			return true;
	return false;
}

static void write_published(const struct columns *columns, struct json_writer *json)
{
	json_write_name(json, "published");
	json_write_begin_object(json);
	for (size_t i = 0; i < columns->monitor->feed_count; i++)
		write_column(
		    columns, columns->monitor->feeds[i].catalogue->name, pick_published, i, json);
	json_write_end_object(json);
}

static void write_rejected(const struct columns *columns, struct json_writer *json)
{
	json_write_name(json, "rejected");
	json_write_begin_object(json);
	for (size_t i = 0; i < SERIES_REASONS; i++)
		if (any_rejected(columns, i))
			write_column(columns,
			    i < PROBLEM_COUNT ? problem_name((enum problem_code)i) : "other",
			    pick_rejected, i, json);
	json_write_end_object(json);
}

static void write_delay(const struct columns *columns, struct json_writer *json)
{
	json_write_name(json, "delay");
	json_write_begin_object(json);
	write_column(columns, "p50_ms", pick_percentile, 50, json);
	write_column(columns, "p99_ms", pick_percentile, 99, json);
	write_column(columns, "count", pick_delay_count, 0, json);
	json_write_end_object(json);
}

static void sum_up(struct columns *columns)
{
	int64_t now_ms = clock_wall_ms();
	columns->sums = allocate(columns->count * sizeof *columns->sums);
	columns->known = allocate(columns->count * sizeof *columns->known);
	for (size_t i = 0; i < columns->count; i++)
		columns->known[i] = series_sum(columns->monitor->series,
		    columns->from_ms + (int64_t)i * columns->step_ms, columns->step_ms, now_ms,
		    &columns->sums[i]);
}

static void answer(struct columns *columns, struct http_request *request)
{
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	sum_up(columns);
	json_write_begin_object(&json);
	event_write_time(&json, "from", columns->from_ms);
	json_write_member_integer(&json, "step_s", columns->step_ms / 1000);
	json_write_member_integer(&json, "points", (int64_t)columns->count);
	event_write_time(
	    &json, "complete_from", series_begin_ms(columns->monitor->series, clock_wall_ms()));
	write_published(columns, &json);
	write_column(columns, "skipped", pick_skipped, 0, &json);
	write_rejected(columns, &json);
	write_delay(columns, &json);
	json_write_end_object(&json);
	answer_json(request, 200, &out);
	free(columns->sums);
	free(columns->known);
}

void counters_get(struct http_request *request, void *context)
{
	struct columns columns = { .monitor = context };
	if (read_range(&columns, request))
		answer(&columns, request);
	else
		http_answer_problem(request, 400, "range",
		    "from and to are times (RFC 3339), step is seconds in tens; at most 1000 "
		    "points",
		    "from 与 to 应为 RFC 3339 时间，step 应为 10 秒的倍数；最多 1000 个点");
}
