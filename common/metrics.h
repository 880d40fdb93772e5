// SPDX-License-Identifier: Apache-2.0
// metrics: what a daemon counts, as Prometheus reads it (text format 0.0.4).
//
// A daemon has a static table of what it counts; each row knows how to write its samples, from
// what the daemon counts anyway:
//
//   static void write_reads(struct metrics_page *page, const void *context)
//   {
//       const struct profiles *profiles = context;
//       metrics_write(page, LABELS("found"), profiles->found);
//   }
//   static const struct metric metrics[] = {
//       { "onecity_profile_reads_total", METRIC_COUNTER, METRIC_COUNT, { "outcome" }, write_reads,
//           "Questions for a profile, by outcome." },
//   };
//
// and a route { "GET", "/metrics", get_metrics, true }, whose handler calls metrics_answer(). It
// needs no token: whoever scrapes must not have to hold the right to push rows.
//
// Names: onecity_WHAT[_UNIT][_total], in seconds and bytes. The values of labels come from closed
// lists of ours (a catalogue, an enum): never a person, a file, a peer or an error's text.
#ifndef COMMON_METRICS_H
#define COMMON_METRICS_H

#include "histogram.h"
#include "http.h"

enum {
	METRIC_LABELS_MAX = 3,
};

enum metric_type {
	METRIC_COUNTER,
	METRIC_GAUGE,
	METRIC_HISTOGRAM,
};

enum metric_unit {
	METRIC_COUNT,   // of things
	METRIC_BYTES,   // the name says _bytes
	METRIC_SECONDS, // the name says _seconds; values are handed over in milliseconds
};

struct metrics_page;

struct metric {
	const char *name;
	enum metric_type type;
	enum metric_unit unit;
	const char *labels[METRIC_LABELS_MAX];
	void (*write)(struct metrics_page *page, const void *context);
	const char *help; // one plain line
};

// The values of a sample's labels, in the order of the metric's.
#define LABELS(...) ((const char *const[METRIC_LABELS_MAX]){ __VA_ARGS__ })
#define NO_LABELS LABELS(NULL)

// Inside a metric's write only.
void metrics_write(
    struct metrics_page *page, const char *const values[METRIC_LABELS_MAX], uint64_t value);
void metrics_write_histogram(struct metrics_page *page, const char *const values[METRIC_LABELS_MAX],
    const struct histogram *histogram);

// Appends the page: first what is the same for all daemons (version, memory, processor time), then
// the table. service: a daemon's name.
void metrics_write_page(struct buffer *out, const char *service, const struct metric *metrics,
    size_t count, const void *context);

// Answers with the page.
void metrics_answer(struct http_request *request, const char *service, const struct metric *metrics,
    size_t count, const void *context);

#endif
