// SPDX-License-Identifier: Apache-2.0
// metrics: what a daemon counts, as Prometheus reads it.
#include "metrics.h"

#include "service.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

struct metrics_page {
	struct buffer *out;
	const char *service;
	const struct metric *metric;
};

// --- samples ------------------------------------------------------------------------------------

static void write_value_of_label(struct buffer *out, const char *value)
{
	for (; *value != 0; value++) {
		if (*value == '\\' || *value == '"')
			buffer_append_byte(out, '\\');
		if (*value == '\n')
			buffer_append_text(out, "\\n");
		else
			buffer_append_byte(out, (uint8_t)*value);
	}
}

static void write_label(struct buffer *out, size_t place, const char *name, const char *value)
{
	buffer_printf(out, "%c%s=\"", place == 0 ? '{' : ',', name);
	write_value_of_label(out, value);
	buffer_append_byte(out, '"');
}

// bound: of a bucket, or NULL.
static void write_series(struct metrics_page *page, const char *ending,
    const char *const values[METRIC_LABELS_MAX], const char *bound)
{
	const struct metric *metric = page->metric;
	size_t count = 0;
	buffer_printf(page->out, "%s%s", metric->name, ending);
	for (; count < METRIC_LABELS_MAX && metric->labels[count] != NULL; count++) {
		ENSURE(values[count] != NULL);
		write_label(page->out, count, metric->labels[count], values[count]);
	}
	if (bound != NULL)
		write_label(page->out, count++, "le", bound);
	buffer_append_text(page->out, count > 0 ? "} " : " ");
}

static void write_number(struct metrics_page *page, uint64_t value)
{
	buffer_printf(page->out, "%" PRIu64 "\n", value);
}

void metrics_write(
    struct metrics_page *page, const char *const values[METRIC_LABELS_MAX], uint64_t value)
{
	ENSURE(page->metric->type != METRIC_HISTOGRAM);
	write_series(page, "", values, NULL);
	if (page->metric->unit != METRIC_SECONDS)
		write_number(page, value);
	else
		buffer_printf(page->out, "%" PRIu64 ".%03" PRIu64 "\n", value / 1000, value % 1000);
}

void metrics_write_histogram(struct metrics_page *page, const char *const values[METRIC_LABELS_MAX],
    const struct histogram *histogram)
{
	ENSURE(page->metric->type == METRIC_HISTOGRAM);
	uint64_t count = 0;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		count += histogram->counts[i];
		write_series(page, "_bucket", values, histogram_bound(i));
		write_number(page, count);
	}
	write_series(page, "_sum", values, NULL);
	buffer_printf(page->out, "%" PRIu64 ".%06" PRIu64 "\n", histogram->sum_us / 1000000,
	    histogram->sum_us % 1000000);
	write_series(page, "_count", values, NULL);
	write_number(page, count);
}

// --- what is the same for all -------------------------------------------------------------------

static void write_info(struct metrics_page *page, const void *context)
{
	(void)context;
	metrics_write(page, LABELS(page->service, ONECITY_VERSION), 1);
}

static void write_memory(struct metrics_page *page, const void *context)
{
	unsigned long long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");
	(void)context;
	if (file == NULL)
		return;
	if (fscanf(file, "%*u %llu", &pages) == 1)
		metrics_write(page, NO_LABELS, pages * (uint64_t)sysconf(_SC_PAGESIZE));
	fclose(file);
}

static uint64_t milliseconds(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000 + (uint64_t)time->tv_usec / 1000;
}

static void write_processor(struct metrics_page *page, const void *context)
{
	struct rusage usage;
	(void)context;
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		metrics_write(
		    page, NO_LABELS, milliseconds(&usage.ru_utime) + milliseconds(&usage.ru_stime));
}

// The last two have the names that Prometheus's own clients give them.
static const struct metric common_metrics[] = {
	{ "onecity_info", METRIC_GAUGE, METRIC_COUNT, { "service", "version" }, write_info,
	    "Always 1; its labels say which program this is." },
	{ "process_resident_memory_bytes", METRIC_GAUGE, METRIC_BYTES, { NULL }, write_memory,
	    "Memory that the process holds." },
	{ "process_cpu_seconds_total", METRIC_COUNTER, METRIC_SECONDS, { NULL }, write_processor,
	    "Processor time that the process has used." },
};

// --- the page -----------------------------------------------------------------------------------

static void write_table(
    struct metrics_page *page, const struct metric *metrics, size_t count, const void *context)
{
	static const char *const types[] = {
		[METRIC_COUNTER] = "counter",
		[METRIC_GAUGE] = "gauge",
		[METRIC_HISTOGRAM] = "histogram",
	};
	for (size_t i = 0; i < count; i++) {
		page->metric = &metrics[i];
		buffer_printf(page->out, "# HELP %s %s\n# TYPE %s %s\n", metrics[i].name,
		    metrics[i].help, metrics[i].name, types[metrics[i].type]);
		metrics[i].write(page, context);
	}
}

void metrics_write_page(struct buffer *out, const char *service, const struct metric *metrics,
    size_t count, const void *context)
{
	struct metrics_page page = { .out = out, .service = service };
	write_table(&page, common_metrics, COUNT_OF(common_metrics), NULL);
	write_table(&page, metrics, count, context);
}

void metrics_answer(struct http_request *request, const char *service, const struct metric *metrics,
    size_t count, const void *context)
{
	struct buffer out = { 0 };
	metrics_write_page(&out, service, metrics, count, context);
	http_answer(
	    request, 200, "text/plain; version=0.0.4; charset=utf-8", buffer_bytes(&out), NULL);
	buffer_deinit(&out);
}
