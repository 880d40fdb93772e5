// SPDX-License-Identifier: Apache-2.0
// aggregator_metrics: what the aggregator counts, for Prometheus.
#include "aggregator.h"

#include "clock.h"
#include "metrics.h"

// --- by department ---

// What is written of one department: a number of its report.
typedef uint64_t feed_number(const struct feed *feed, const struct feed_report *report);

static void write_feeds(struct metrics_page *page, const void *context, feed_number *number)
{
	const struct aggregator *aggregator = context;
	for (size_t i = 0; i < aggregator->feed_count; i++) {
		const struct feed *feed = &aggregator->feeds[i];
		struct feed_report report;
		aggregator_report(feed, &report);
		metrics_write(page, LABELS(feed->catalogue->name), number(feed, &report));
	}
}

static uint64_t position_of(const struct feed *feed, const struct feed_report *report)
{
	(void)feed;
	return report->applied;
}

static void write_positions(struct metrics_page *page, const void *context)
{
	write_feeds(page, context, position_of);
}

static uint64_t head_of(const struct feed *feed, const struct feed_report *report)
{
	(void)feed;
	return report->follower.head;
}

static void write_heads(struct metrics_page *page, const void *context)
{
	write_feeds(page, context, head_of);
}

static uint64_t lag_of(const struct feed *feed, const struct feed_report *report)
{
	(void)feed;
	return report->lag_ms > 0 ? (uint64_t)report->lag_ms : 0;
}

static void write_lags(struct metrics_page *page, const void *context)
{
	write_feeds(page, context, lag_of);
}

static uint64_t gaps_of(const struct feed *feed, const struct feed_report *report)
{
	(void)feed;
	return report->follower.gaps;
}

static void write_gaps(struct metrics_page *page, const void *context)
{
	write_feeds(page, context, gaps_of);
}

static uint64_t gaps_filled_of(const struct feed *feed, const struct feed_report *report)
{
	(void)feed;
	return report->follower.gaps_filled;
}

static void write_gaps_filled(struct metrics_page *page, const void *context)
{
	write_feeds(page, context, gaps_filled_of);
}

static uint64_t received_of(const struct feed *feed, const struct feed_report *report)
{
	(void)feed;
	return report->follower.handed_on;
}

static void write_received(struct metrics_page *page, const void *context)
{
	write_feeds(page, context, received_of);
}

static uint64_t heard_of(const struct feed *feed, const struct feed_report *report)
{
	int64_t heard_ms = report->follower.heard_ms;
	if (heard_ms < 0)
		return 0;
	return (uint64_t)(clock_wall_ms() - (loop_now_ms(feed->aggregator->loop) - heard_ms));
}

static void write_heard(struct metrics_page *page, const void *context)
{
	write_feeds(page, context, heard_of);
}

// One series for each state, so that a rule can ask for one by its name.
static void write_states(struct metrics_page *page, const void *context)
{
	static const char *const states[] = {
#define STATE_NAME(name, text) text,
		FOLLOWER_STATE_TABLE(STATE_NAME)
#undef STATE_NAME
		    "silent",
		"rebuilding",
	};
	const struct aggregator *aggregator = context;
	for (size_t i = 0; i < aggregator->feed_count; i++) {
		const struct feed *feed = &aggregator->feeds[i];
		struct feed_report report;
		aggregator_report(feed, &report);
		for (size_t j = 0; j < COUNT_OF(states); j++)
			metrics_write(page, LABELS(feed->catalogue->name, states[j]),
			    strcmp(report.state, states[j]) == 0);
	}
}

static void write_delays(struct metrics_page *page, const void *context)
{
	const struct aggregator *aggregator = context;
	for (size_t i = 0; i < aggregator->feed_count; i++)
		metrics_write_histogram(page, LABELS(aggregator->feeds[i].catalogue->name),
		    store_delays(aggregator->store, i));
}

// --- Redis ---

static void write_ready(struct metrics_page *page, const void *context)
{
	const struct aggregator *aggregator = context;
	metrics_write(page, NO_LABELS, store_state(aggregator->store) == STORE_READY);
}

static void write_commands(struct metrics_page *page, const void *context)
{
	const struct aggregator *aggregator = context;
	metrics_write_histogram(page, NO_LABELS, store_redis_durations(aggregator->store));
}

static void write_failures(struct metrics_page *page, const void *context)
{
	const struct aggregator *aggregator = context;
	metrics_write(page, NO_LABELS, store_redis_failures(aggregator->store));
}

#define OF_DEPARTMENT        \
	{                    \
		"department" \
	}

static const struct metric metrics[] = {
	{ "onecity_feed_state", METRIC_GAUGE, METRIC_COUNT, { "department", "state" }, write_states,
	    "1 for the state that a department is in, 0 for the others." },
	{ "onecity_feed_position", METRIC_GAUGE, METRIC_COUNT, OF_DEPARTMENT, write_positions,
	    "The number of the last entry that is in the profiles." },
	{ "onecity_feed_head", METRIC_GAUGE, METRIC_COUNT, OF_DEPARTMENT, write_heads,
	    "The number of the last entry that the department is known to have." },
	{ "onecity_feed_lag_seconds", METRIC_GAUGE, METRIC_SECONDS, OF_DEPARTMENT, write_lags,
	    "How long ago the last entry that was taken in was recorded; 0 with nothing behind." },
	{ "onecity_feed_gaps_total", METRIC_COUNTER, METRIC_COUNT, OF_DEPARTMENT, write_gaps,
	    "Gaps noticed in a department's messages." },
	{ "onecity_feed_gaps_filled_total", METRIC_COUNTER, METRIC_COUNT, OF_DEPARTMENT,
	    write_gaps_filled, "Gaps of which all came again." },
	{ "onecity_feed_entries_total", METRIC_COUNTER, METRIC_COUNT, OF_DEPARTMENT, write_received,
	    "Entries taken in, in order, from the bus or a replay." },
	{ "onecity_feed_heard_timestamp_seconds", METRIC_GAUGE, METRIC_SECONDS, OF_DEPARTMENT,
	    write_heard, "When the department was last heard; 0: never since the start." },
	{ "onecity_apply_delay_seconds", METRIC_HISTOGRAM, METRIC_SECONDS, OF_DEPARTMENT,
	    write_delays,
	    "From the recording of the oldest entry of a write until it is in the profiles." },
	{ "onecity_redis_ready", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_ready,
	    "1 while Redis is there and its positions are read, else 0." },
	{ "onecity_redis_command_seconds", METRIC_HISTOGRAM, METRIC_SECONDS, { NULL },
	    write_commands, "How long Redis takes to answer a command." },
	{ "onecity_redis_failures_total", METRIC_COUNTER, METRIC_COUNT, { NULL }, write_failures,
	    "Commands that Redis answered with an error, or not at all." },
};

void aggregator_get_metrics(struct http_request *request, void *context)
{
	metrics_answer(request, "aggregator", metrics, COUNT_OF(metrics), context);
}
