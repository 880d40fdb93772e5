// SPDX-License-Identifier: Apache-2.0
// department_metrics: what a department counts, for Prometheus.
#include "department_parts.h"

#include "clock.h"
#include "lateness.h"
#include "metrics.h"

static const char *name_of(const struct department *department)
{
	return department->catalogue->name;
}

// --- rows ---

static void write_rows(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	for (size_t i = 0; i < department->catalogue->kind_count; i++) {
		const struct kind *kind = &department->catalogue->kinds[i];
		const struct intake_totals *totals = intake_totals(department->intake, i);
		const struct {
			const char *outcome;
			uint64_t rows;
		} outcomes[] = {
			{ "accepted", totals->accepted },
			{ "unchanged", totals->unchanged },
			{ "stale", totals->stale },
			{ "quarantined", totals->quarantined },
		};
		for (size_t j = 0; j < COUNT_OF(outcomes); j++)
			metrics_write(page,
			    LABELS(name_of(department), kind->name, outcomes[j].outcome),
			    outcomes[j].rows);
	}
}

static void write_quarantined(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	const struct quarantine *quarantine = intake_quarantine(department->intake);
	for (size_t i = 0; i < department->catalogue->kind_count; i++) {
		const struct kind *kind = &department->catalogue->kinds[i];
		int64_t oldest_ms;
		metrics_write(page, LABELS(name_of(department), kind->name),
		    quarantine_count_kind(quarantine, kind->number, &oldest_ms));
	}
}

// What is written of a kind: its number, or false for none.
typedef bool input_number(const struct kind *kind, const struct input *input, uint64_t *number);

static void write_inputs(struct metrics_page *page, const void *context, input_number *of)
{
	const struct department *department = context;
	struct input inputs[BATCH_INPUTS_MAX];
	size_t count = intake_inputs(department->intake, inputs);
	for (size_t i = 0; i < count; i++) {
		const struct kind *kind = catalogue_kind(department->catalogue, inputs[i].kind);
		uint64_t number;
		if (of(kind, &inputs[i], &number))
			metrics_write(page, LABELS(name_of(department), kind->name), number);
	}
}

static bool oldest_quarantined(const struct kind *kind, const struct input *input, uint64_t *number)
{
	(void)kind;
	*number = (uint64_t)input->oldest_quarantined_ms;
	return input->quarantined > 0;
}

static void write_oldest_quarantined(struct metrics_page *page, const void *context)
{
	write_inputs(page, context, oldest_quarantined);
}

static bool last_input(const struct kind *kind, const struct input *input, uint64_t *number)
{
	(void)kind;
	*number = (uint64_t)input->last_input_ms;
	return input->last_input_ms > 0;
}

static void write_last_input(struct metrics_page *page, const void *context)
{
	write_inputs(page, context, last_input);
}

static bool is_late(const struct kind *kind, const struct input *input, uint64_t *number)
{
	int64_t late_ms;
	enum lateness_state state =
	    lateness_judge(kind->cadence_days, input->last_input_ms, clock_wall_ms(), &late_ms);
	*number = state == LATENESS_LATE;
	return state != LATENESS_NOTHING_YET;
}

static void write_late(struct metrics_page *page, const void *context)
{
	write_inputs(page, context, is_late);
}

static void write_files(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	if (department->watch == NULL)
		return;
	const struct watch_totals *totals = watch_totals(department->watch);
	metrics_write(page, LABELS(name_of(department), "done"), totals->done);
	metrics_write(page, LABELS(name_of(department), "bad"), totals->bad);
}

// --- the journal and the disk ---

static void write_sequence(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	metrics_write(
	    page, LABELS(name_of(department)), journal_durable(department->journal).sequence);
}

static void write_records(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	metrics_write(
	    page, LABELS(name_of(department)), ledger_records(intake_ledger(department->intake)));
}

static void write_commits(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	metrics_write_histogram(
	    page, LABELS(name_of(department)), committer_durations(department->committer));
}

static void write_backlog(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	metrics_write(
	    page, LABELS(name_of(department)), committer_backlog_bytes(department->committer));
}

// Of a disk that does not answer there is no sample.
static void write_space(struct metrics_page *page, const void *context, size_t member)
{
	const struct department *department = context;
	struct database_space space;
	uint64_t value;
	if (database_space(&space, department->database) != STATUS_OK)
		return;
	memcpy(&value, (const char *)&space + member, sizeof value);
	metrics_write(page, LABELS(name_of(department)), value);
}

static void write_disk_free(struct metrics_page *page, const void *context)
{
	write_space(page, context, offsetof(struct database_space, disk_free_bytes));
}

static void write_disk_reserve(struct metrics_page *page, const void *context)
{
	write_space(page, context, offsetof(struct database_space, disk_reserve_bytes));
}

static void write_map_used(struct metrics_page *page, const void *context)
{
	write_space(page, context, offsetof(struct database_space, map_used_bytes));
}

static void write_map(struct metrics_page *page, const void *context)
{
	write_space(page, context, offsetof(struct database_space, map_bytes));
}

// --- the bus ---

static void write_batches(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	metrics_write(
	    page, LABELS(name_of(department)), publisher_totals(department->publisher)->batches);
}

static void write_batches_lost(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	metrics_write(page, LABELS(name_of(department)),
	    publisher_totals(department->publisher)->batches_lost);
}

static void write_entries(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	metrics_write(
	    page, LABELS(name_of(department)), publisher_totals(department->publisher)->entries);
}

static void write_replayed(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	metrics_write(page, LABELS(name_of(department)),
	    publisher_totals(department->publisher)->replayed_entries);
}

static void write_refused_keys(struct metrics_page *page, const void *context)
{
	const struct department *department = context;
	metrics_write(page, LABELS(name_of(department)), bus_refused(department->bus));
}

#define OF_DEPARTMENT        \
	{                    \
		"department" \
	}
#define OF_KIND                      \
	{                            \
		"department", "kind" \
	}

static const struct metric metrics[] = {
	{ "onecity_rows_total", METRIC_COUNTER, METRIC_COUNT, { "department", "kind", "outcome" },
	    write_rows, "Rows that arrived since the start, by what became of them." },
	{ "onecity_quarantined_rows", METRIC_GAUGE, METRIC_COUNT, OF_KIND, write_quarantined,
	    "Rows in quarantine now." },
	{ "onecity_quarantine_oldest_timestamp_seconds", METRIC_GAUGE, METRIC_SECONDS, OF_KIND,
	    write_oldest_quarantined, "Since when the oldest row has been in quarantine." },
	{ "onecity_last_input_timestamp_seconds", METRIC_GAUGE, METRIC_SECONDS, OF_KIND,
	    write_last_input, "When the last good row came in." },
	{ "onecity_input_late", METRIC_GAUGE, METRIC_COUNT, OF_KIND, write_late,
	    "1 once the source is overdue by the catalogue's cadence, else 0." },
	{ "onecity_watch_files_total", METRIC_COUNTER, METRIC_COUNT, { "department", "result" },
	    write_files, "Files taken from the watched folder, by where they were put." },
	{ "onecity_journal_sequence", METRIC_GAUGE, METRIC_COUNT, OF_DEPARTMENT, write_sequence,
	    "The number of the last durable entry." },
	{ "onecity_records", METRIC_GAUGE, METRIC_COUNT, OF_DEPARTMENT, write_records,
	    "Records that the department stands by now." },
	{ "onecity_journal_commit_seconds", METRIC_HISTOGRAM, METRIC_SECONDS, OF_DEPARTMENT,
	    write_commits, "How long the commits of the journal take." },
	{ "onecity_journal_backlog_bytes", METRIC_GAUGE, METRIC_BYTES, OF_DEPARTMENT, write_backlog,
	    "What waits to be made durable." },
	{ "onecity_disk_free_bytes", METRIC_GAUGE, METRIC_BYTES, OF_DEPARTMENT, write_disk_free,
	    "Free space on the journal's disk." },
	{ "onecity_disk_reserve_bytes", METRIC_GAUGE, METRIC_BYTES, OF_DEPARTMENT,
	    write_disk_reserve, "Free space below which nothing new is taken." },
	{ "onecity_journal_map_used_bytes", METRIC_GAUGE, METRIC_BYTES, OF_DEPARTMENT,
	    write_map_used, "How much of the journal's map is in use." },
	{ "onecity_journal_map_bytes", METRIC_GAUGE, METRIC_BYTES, OF_DEPARTMENT, write_map,
	    "The journal's map: at 80 % of it nothing new is taken (map_gib)." },
	{ "onecity_published_batches_total", METRIC_COUNTER, METRIC_COUNT, OF_DEPARTMENT,
	    write_batches, "Batches published, without heartbeats and replays." },
	{ "onecity_published_batches_lost_total", METRIC_COUNTER, METRIC_COUNT, OF_DEPARTMENT,
	    write_batches_lost, "Published batches that a full queue took from all readers." },
	{ "onecity_published_entries_total", METRIC_COUNTER, METRIC_COUNT, OF_DEPARTMENT,
	    write_entries, "Entries published." },
	{ "onecity_replayed_entries_total", METRIC_COUNTER, METRIC_COUNT, OF_DEPARTMENT,
	    write_replayed, "Entries sent again to readers who asked." },
	{ "onecity_bus_refused_keys_total", METRIC_COUNTER, METRIC_COUNT, OF_DEPARTMENT,
	    write_refused_keys, "Handshakes turned away: the key may not follow." },
};

void department_get_metrics(struct http_request *request, void *context)
{
	const struct department *department = context;
	metrics_answer(request, name_of(department), metrics, COUNT_OF(metrics), department);
}
