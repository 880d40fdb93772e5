// SPDX-License-Identifier: Apache-2.0
// engine_score: one applicant: the profiles that are needed, the scores they give, and one write of
// all of them.
#include "engine.h"

#include "clock.h"
#include "log.h"
#include "rank_key.h"
#include "service_centre_fields.h"
#include "view_parts.h"

// --- gathering -----------------------------------------------------------------------------------

struct gather_task {
	struct engine *engine;
	struct gathering *gathering;
	struct loaded *loaded;
	gather_done *done;
	void *context;
};

static void gather_on(struct gather_task *task);

static void gather_end(struct gather_task *task, enum reading_outcome outcome)
{
	struct gather_task ended = *task;
	free(task);
	if (outcome != READING_DONE)
		gathering_free(&ended.gathering);
	ended.done(outcome, ended.gathering, ended.loaded, ended.context);
	loaded_leave(&ended.loaded);
}

static void got_view(enum reading_outcome outcome, struct view *view, void *context)
{
	struct gather_task *task = context;
	if (outcome != READING_DONE) {
		gather_end(task, outcome);
		return;
	}
	view_judge(view, clock_wall_ms());
	if (view_unreadable(view) > 0)
		log_warn("a profile holds %zu fields that cannot be read", view_unreadable(view));
	gathering_add(task->gathering, view);
	gather_on(task);
}

static void gather_on(struct gather_task *task)
{
	char subject[SUBJECT_SIZE];
	const char *next = gathering_next(task->gathering);
	if (next == NULL) {
		gather_end(task, READING_DONE);
		return;
	}
	memcpy(subject, next, SUBJECT_SIZE);
	readings_read(task->engine->readings, subject, got_view, task);
}

void engine_gather(
    struct engine *engine, const char *subject, int64_t as_of, gather_done *done, void *context)
{
	struct gather_task *task = allocate(sizeof *task);
	*task = (struct gather_task){ engine, NULL, loaded_use(engine->loaded), done, context };
	task->gathering =
	    gathering_new(&task->loaded->tables.wants, engine->catalogues, subject, as_of);
	gather_on(task);
}

// --- the scores ----------------------------------------------------------------------------------

static void add_score(struct redis_arguments *arguments, const struct rules *rules,
    const struct programme *programme, const struct record *application, const struct score *score,
    int64_t as_of, const char *applicant)
{
	const struct ranking *ranking = programme_ranking(programme);
	const struct value *receipt = view_value(application, SERVICE_CENTRE_APPLICATION_RECEIPT);
	const char *receipt_text = receipt != NULL ? receipt->text : "";
	struct standing_score standing;
	output_make_score(&standing, rules, score, as_of);
	output_write_score_name(redis_arguments_begin(arguments), rules_id(rules),
	    programme_id(programme), receipt_text);
	redis_arguments_end(arguments);
	output_write_score(redis_arguments_begin(arguments), &standing);
	redis_arguments_end(arguments);
	if (ranking == NULL || !output_is_ranked(standing.outcome)) {
		redis_arguments_add_text(arguments, "");
		redis_arguments_add_text(arguments, "");
		return;
	}
	output_write_list_name(
	    redis_arguments_begin(arguments), rules_id(rules), programme, application);
	redis_arguments_end(arguments);
	struct buffer *member = redis_arguments_begin(arguments);
	rank_key_write(member, ranking, score);
	buffer_printf(member, "%s%s", applicant, receipt_text);
	redis_arguments_end(arguments);
}

struct one {
	struct engine *engine;
	unsigned life;
	int64_t begun_us;
	enum scoring scoring;
	char applicant[SUBJECT_SIZE];
};

static void score_application(struct redis_arguments *arguments, const struct gathering *gathering,
    size_t application, const struct rules *rules, const char *applicant)
{
	struct dossier *dossier = NULL;
	for (size_t i = 0; i < rules_programme_count(rules); i++) {
		const struct programme *programme = rules_programme(rules, i);
		struct score *score;
		if (!gathering_is_scored(gathering, application, programme))
			continue;
		if (dossier == NULL)
			dossier = gathering_make(gathering, application, rules, false);
		score_make(&score, rules, programme, dossier);
		add_score(arguments, rules, programme,
		    gathering_application(gathering, application), score,
		    gathering_as_of(gathering), applicant);
		score_free(&score);
	}
	dossier_free(&dossier);
}

static void add_needs(struct redis_arguments *arguments, const struct gathering *gathering)
{
	const char *const *subjects;
	size_t count = gathering_needs(gathering, &subjects);
	struct buffer *text = redis_arguments_begin(arguments);
	for (size_t i = 0; i < count; i++)
		buffer_printf(text, "%s%s", i > 0 ? " " : "", subjects[i]);
	redis_arguments_end(arguments);
}

static void begin_writing(struct redis_arguments *arguments, const struct one *one)
{
	redis_arguments_add_text(arguments, "FCALL");
	redis_arguments_add_text(arguments, "onecity_points_write");
	redis_arguments_add_text(arguments, "2");
	redis_arguments_add_text(arguments, OUTPUT_PREFIX "state");
	buffer_printf(
	    redis_arguments_begin(arguments), OUTPUT_PREFIX "applicant:%s", one->applicant);
	redis_arguments_end(arguments);
	redis_arguments_add_text(arguments, one->engine->writer);
	redis_arguments_add_text(arguments, one->applicant);
}

// --- one of the batch ----------------------------------------------------------------------------

static void written(const struct redis_reply *reply, void *context)
{
	struct one one = *(struct one *)context;
	free(context);
	if (one.life != one.engine->life || engine_is_error(one.engine, reply, "writing a score"))
		return;
	one.engine->scorings[one.scoring]++;
	histogram_add(&one.engine->durations, clock_steady_us() - one.begun_us);
	one.engine->work.running--;
	engine_pump(one.engine);
}

static void write_scores(
    struct one *one, const struct gathering *gathering, const struct loaded *loaded)
{
	struct redis_arguments arguments = { 0 };
	begin_writing(&arguments, one);
	add_needs(&arguments, gathering);
	for (size_t i = 0; i < loaded->tables.count; i++) {
		const struct rules *rules = loaded->tables.list[i];
		if (!rules_in_force(rules, gathering_as_of(gathering)))
			continue;
		for (size_t j = 0; j < gathering_application_count(gathering); j++)
			score_application(&arguments, gathering, j, rules, one->applicant);
	}
	redis_command_arguments(one->engine->output, &arguments, written, one);
	redis_arguments_deinit(&arguments);
}

// A profile that is too large gives no score: better none than one of a part of it.
static void write_none(struct one *one)
{
	struct redis_arguments arguments = { 0 };
	begin_writing(&arguments, one);
	redis_arguments_add_text(&arguments, "");
	redis_command_arguments(one->engine->output, &arguments, written, one);
	redis_arguments_deinit(&arguments);
}

static void gathered_one(
    enum reading_outcome outcome, struct gathering *gathering, struct loaded *loaded, void *context)
{
	struct one *one = context;
	struct work_list *batch = &one->engine->work;
	if (one->life != one->engine->life) {
		free(one);
	} else if (outcome == READING_DONE) {
		write_scores(one, gathering, loaded);
	} else if (outcome == READING_TOO_LARGE) {
		log_warn("an applicant is not scored: a profile is too large");
		one->scoring = SCORING_TOO_LARGE;
		write_none(one);
	} else { // again, a little later
		names_add(&batch->applicants, bytes_of_text(one->applicant));
		one->engine->scorings[SCORING_PUT_OFF]++;
		batch->paused = true;
		batch->running--;
		free(one);
	}
	gathering_free(&gathering);
}

void engine_score(struct engine *engine, const char *applicant)
{
	struct one *one = allocate(sizeof *one);
	*one =
	    (struct one){ .engine = engine, .life = engine->life, .begun_us = clock_steady_us() };
	memcpy(one->applicant, applicant, SUBJECT_SIZE);
	engine_gather(engine, applicant, engine->work.as_of, gathered_one, one);
}
