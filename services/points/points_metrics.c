// SPDX-License-Identifier: Apache-2.0
// points_metrics: what the points engine counts, for Prometheus.
#include "engine.h"
#include "metrics.h"

static const char *const scoring_names[] = {
#define SCORING_NAME(name, text) text,
	SCORING_TABLE(SCORING_NAME)
#undef SCORING_NAME
};

static const char *const question_names[] = {
#define QUESTION_NAME(name, text) text,
	QUESTION_TABLE(QUESTION_NAME)
#undef QUESTION_NAME
};

static const char *const reply_names[] = {
#define REPLY_NAME(name, text) text,
	REPLY_TABLE(REPLY_NAME)
#undef REPLY_NAME
};

// --- scoring -------------------------------------------------------------------------------------

static void write_scorings(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	for (size_t i = 0; i < SCORINGS; i++)
		metrics_write(page, LABELS(scoring_names[i]), engine->scorings[i]);
}

static void write_durations(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	metrics_write_histogram(page, NO_LABELS, &engine->durations);
}

static void write_waiting(struct metrics_page *page, const void *context)
{
	metrics_write(page, NO_LABELS, engine_waiting(context));
}

static void write_sweeps(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	metrics_write(page, NO_LABELS, engine->sweeps);
}

static void write_phases(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	for (enum engine_phase i = 0; i < ENGINE_PHASES; i++)
		metrics_write(page, LABELS(engine_phase_name(i)), engine->phase == i);
}

// --- the change streams --------------------------------------------------------------------------

static void write_positions(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	uint64_t sum = 0;
	for (unsigned i = 0; engine->marks != NULL && i < engine->partitions; i++)
		sum += engine->marks[i].counter;
	metrics_write(page, NO_LABELS, sum);
}

static void write_lag(struct metrics_page *page, const void *context)
{
	metrics_write(page, NO_LABELS, engine_lag(context));
}

static void write_behind(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	int64_t behind_ms = loop_now_ms(engine->loop) - engine->current_ms;
	metrics_write(page, NO_LABELS, behind_ms > 0 ? (uint64_t)behind_ms : 0);
}

// --- rule tables, lists --------------------------------------------------------------------------

static void write_tables(struct metrics_page *page, const void *context)
{
	static const enum rules_status loadable[] = { RULES_LIVE, RULES_DEMONSTRATION };
	const struct tables *tables = &((const struct engine *)context)->loaded->tables;
	for (size_t i = 0; i < COUNT_OF(loadable); i++) {
		uint64_t count = 0;
		for (size_t j = 0; j < tables->count; j++)
			count += rules_status(tables->list[j]) == loadable[i];
		metrics_write(page, LABELS(rules_status_name(loadable[i])), count);
	}
}

static void write_reloads(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	metrics_write(page, LABELS("taken"), engine->reloads_taken);
	metrics_write(page, LABELS("refused"), engine->reloads_refused);
}

static void write_refused(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	metrics_write(page, NO_LABELS, engine->reload_refused);
}

static void write_lists(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	metrics_write(page, NO_LABELS, engine->list_count > 0 ? (uint64_t)engine->list_count : 0);
}

static void write_questions(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	for (size_t i = 0; i < QUESTIONS; i++)
		for (size_t j = 0; j < REPLIES; j++)
			metrics_write(page, LABELS(question_names[i], reply_names[j]),
			    engine->questions[i][j]);
}

// --- Redis ---------------------------------------------------------------------------------------

static void write_ready(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	metrics_write(page, NO_LABELS, strcmp(readings_state(engine->readings), "ready") == 0);
}

// Without the connection that waits for changes: it waits on purpose.
static void write_commands(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	struct histogram sum = *redis_durations(engine->output);
	const struct histogram *reading = readings_redis_durations(engine->readings);
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
		sum.counts[i] += reading->counts[i];
	sum.sum_us += reading->sum_us;
	metrics_write_histogram(page, NO_LABELS, &sum);
}

static void write_failures(struct metrics_page *page, const void *context)
{
	const struct engine *engine = context;
	metrics_write(page, NO_LABELS,
	    redis_failures(engine->output) + redis_failures(engine->stream) +
		readings_redis_failures(engine->readings));
}

static const struct metric metrics[] = {
	{ "onecity_points_scorings_total", METRIC_COUNTER, METRIC_COUNT, { "outcome" },
	    write_scorings, "Applicants scored, by what became of it." },
	{ "onecity_points_scoring_seconds", METRIC_HISTOGRAM, METRIC_SECONDS, { NULL },
	    write_durations,
	    "From the first look at an applicant's profile until all is written." },
	{ "onecity_points_waiting", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_waiting,
	    "Applicants who are to be scored again." },
	{ "onecity_points_sweeps_total", METRIC_COUNTER, METRIC_COUNT, { NULL }, write_sweeps,
	    "How often everybody was looked at." },
	{ "onecity_points_phase", METRIC_GAUGE, METRIC_COUNT, { "phase" }, write_phases,
	    "1 for what the engine is doing, 0 for the others." },
	{ "onecity_points_stream_position", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_positions,
	    "Entries of the change streams that were read, summed over the partitions." },
	{ "onecity_points_stream_lag", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_lag,
	    "Entries of the change streams that were not read yet." },
	{ "onecity_points_behind_seconds", METRIC_GAUGE, METRIC_SECONDS, { NULL }, write_behind,
	    "How long ago all changes known of were in the scores." },
	{ "onecity_points_tables", METRIC_GAUGE, METRIC_COUNT, { "status" }, write_tables,
	    "Rule tables in use." },
	{ "onecity_points_reloads_total", METRIC_COUNTER, METRIC_COUNT, { "outcome" },
	    write_reloads, "How often the rule tables were read again." },
	{ "onecity_points_tables_refused", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_refused,
	    "1 while the tables in use are not those of the files, which were refused, else 0." },
	{ "onecity_points_lists", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_lists,
	    "Live rank lists." },
	{ "onecity_points_questions_total", METRIC_COUNTER, METRIC_COUNT, { "question", "outcome" },
	    write_questions, "Questions, by what became of them." },
	{ "onecity_redis_ready", METRIC_GAUGE, METRIC_COUNT, { NULL }, write_ready,
	    "1 while Redis is there and set up, else 0." },
	{ "onecity_redis_command_seconds", METRIC_HISTOGRAM, METRIC_SECONDS, { NULL },
	    write_commands, "How long Redis takes to answer a command." },
	{ "onecity_redis_failures_total", METRIC_COUNTER, METRIC_COUNT, { NULL }, write_failures,
	    "Commands that Redis answered with an error, or not at all." },
};

void engine_get_metrics(struct http_request *request, void *context)
{
	metrics_answer(request, "points", metrics, COUNT_OF(metrics), context);
}
