// SPDX-License-Identifier: Apache-2.0
// profiles_metrics: what the profiles service counts, for Prometheus.
#include "metrics.h"
#include "profiles.h"

static void write_reads(struct metrics_page *page, const void *context)
{
	const struct profiles *profiles = context;
	metrics_write(page, LABELS("found"), profiles->reads - profiles->nobody);
	metrics_write(page, LABELS("nobody"), profiles->nobody);
	for (enum reading_outcome i = 0; i < READING_OUTCOMES; i++)
		if (i != READING_DONE)
			metrics_write(page, LABELS(reading_outcome_code(i)), profiles->failed[i]);
}

static void write_waiting(struct metrics_page *page, const void *context)
{
	const struct profiles *profiles = context;
	metrics_write(page, NO_LABELS, readings_waiting(profiles->readings));
}

static void write_ready(struct metrics_page *page, const void *context)
{
	const struct profiles *profiles = context;
	metrics_write(page, NO_LABELS, strcmp(readings_state(profiles->readings), "ready") == 0);
}

static void write_commands(struct metrics_page *page, const void *context)
{
	const struct profiles *profiles = context;
	metrics_write_histogram(page, NO_LABELS, readings_redis_durations(profiles->readings));
}

static void write_failures(struct metrics_page *page, const void *context)
{
	const struct profiles *profiles = context;
	metrics_write(page, NO_LABELS, readings_redis_failures(profiles->readings));
}

static const struct metric metrics[] = {
	{ "onecity_profile_reads_total", METRIC_COUNTER, METRIC_COUNT, { "outcome" }, write_reads,
	    "Questions for a profile, by outcome." },
	{ "onecity_profile_reads_waiting", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_waiting,
	    "Readers who have no answer yet." },
	{ "onecity_redis_ready", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_ready,
	    "1 while Redis is there and set up, else 0." },
	{ "onecity_redis_command_seconds", METRIC_HISTOGRAM, METRIC_SECONDS, { NULL },
	    write_commands, "How long Redis takes to answer a command." },
	{ "onecity_redis_failures_total", METRIC_COUNTER, METRIC_COUNT, { NULL }, write_failures,
	    "Commands that Redis answered with an error, or not at all." },
};

void profiles_get_metrics(struct http_request *request, void *context)
{
	metrics_answer(request, "profiles", metrics, COUNT_OF(metrics), context);
}
