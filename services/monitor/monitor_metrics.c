// SPDX-License-Identifier: Apache-2.0
// monitor_metrics: what the monitor counts, for Prometheus.
#include "handlers.h"
#include "metrics.h"
#include "monitor.h"

// --- the departments ----------------------------------------------------------------------------

static void write_entries(struct metrics_page *page, const void *context)
{
	const struct monitor *monitor = context;
	for (size_t i = 0; i < monitor->feed_count; i++) {
		const struct feed *feed = &monitor->feeds[i];
		metrics_write(page, LABELS(feed->catalogue->name, "seen"), feed->seen);
		metrics_write(page, LABELS(feed->catalogue->name, "skipped"), feed->skipped);
	}
}

static void write_sources(struct metrics_page *page, const void *context)
{
	const struct monitor *monitor = context;
	uint64_t counts[SOURCE_STATES] = { 0 };
	for (size_t i = 0; i < monitor->feed_count; i++)
		counts[monitor->feeds[i].state]++;
	for (int i = 0; i < SOURCE_STATES; i++)
		metrics_write(page, LABELS(source_state_name((enum source_state)i)), counts[i]);
}

static void write_gaps(struct metrics_page *page, const void *context)
{
	const struct monitor *monitor = context;
	metrics_write(page, NO_LABELS, monitor->gaps.count);
}

static void write_open_gaps(struct metrics_page *page, const void *context)
{
	const struct monitor *monitor = context;
	for (size_t i = 0; i < monitor->feed_count; i++)
		metrics_write(
		    page, LABELS(monitor->feeds[i].catalogue->name), monitor->feeds[i].gap_open);
}

// --- asking -------------------------------------------------------------------------------------

static void write_asked(
    struct metrics_page *page, const char *service, const uint64_t asked[CALL_OUTCOMES])
{
	static const char *const outcomes[CALL_OUTCOMES] = {
#define OUTCOME_NAME(name, text) text,
		CALL_OUTCOME_TABLE(OUTCOME_NAME)
#undef OUTCOME_NAME
	};
	for (size_t i = 0; i < CALL_OUTCOMES; i++)
		metrics_write(page, LABELS(service, outcomes[i]), asked[i]);
}

static void write_asks(struct metrics_page *page, const void *context)
{
	const struct monitor *monitor = context;
	for (size_t i = 0; i < monitor->feed_count; i++)
		write_asked(page, monitor->feeds[i].catalogue->name, monitor->feeds[i].asked);
	write_asked(page, "aggregator", monitor->watch.asked);
}

// --- readers ------------------------------------------------------------------------------------

static void write_streams(struct metrics_page *page, const void *context)
{
	const struct monitor *monitor = context;
	metrics_write(page, NO_LABELS, monitor->stream_count);
}

static void write_ring(struct metrics_page *page, const void *context)
{
	const struct ring *ring = ((const struct monitor *)context)->ring;
	metrics_write(page, NO_LABELS, ring_next(ring) - ring_first(ring));
}

static void write_capacity(struct metrics_page *page, const void *context)
{
	const struct monitor *monitor = context;
	metrics_write(page, NO_LABELS, ring_capacity(monitor->ring));
}

static const struct metric metrics[] = {
	{ "onecity_monitor_entries_total", METRIC_COUNTER, METRIC_COUNT,
	    { "department", "outcome" }, write_entries,
	    "Entries of the bus that were looked at, and that were only counted." },
	{ "onecity_monitor_sources", METRIC_GAUGE, METRIC_COUNT, { "state" }, write_sources,
	    "Departments, by how they are." },
	{ "onecity_monitor_gaps_total", METRIC_COUNTER, METRIC_COUNT, { NULL }, write_gaps,
	    "Gaps noticed in what departments publish." },
	{ "onecity_monitor_gap_open", METRIC_GAUGE, METRIC_COUNT, { "department" }, write_open_gaps,
	    "1 while something is missing and was asked for, else 0." },
	{ "onecity_monitor_asks_total", METRIC_COUNTER, METRIC_COUNT, { "service", "outcome" },
	    write_asks, "Questions over HTTP, by whom was asked and what became of them." },
	{ "onecity_monitor_streams", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_streams,
	    "Streams of events that are open." },
	{ "onecity_monitor_ring_entries", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_ring,
	    "Events that are kept." },
	{ "onecity_monitor_ring_capacity", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_capacity,
	    "So many events are kept at most." },
};

void metrics_get(struct http_request *request, void *context)
{
	metrics_answer(request, "monitor", metrics, COUNT_OF(metrics), context);
}
