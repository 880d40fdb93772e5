// SPDX-License-Identifier: Apache-2.0
// engine_sources: how fresh the departments are, asked every second.
//
// Scores in Redis are made as if every department were current: a department that falls behind, or
// comes back, changes what readers are told and no score. Only what a department says of all its
// data counts late: once everything before it is in.
#include "engine.h"

#include "clock.h"
#include "lateness.h"
#include "log.h"
#include "family_planning_fields.h"
#include "public_security_fields.h"
#include "service_centre_fields.h"

struct asked {
	struct engine *engine;
	size_t place;
};

static void judge_statement(struct engine *engine, struct watch *watch)
{
	if (!watch->statement || !watch->found || watch->source.written_ms <= watch->statement_ms)
		return;
	if (watch->statement_head == 0)
		watch->statement_head = watch->source.head;
	if (watch->source.position < watch->statement_head)
		return;
	watch->statement = false;
	engine->all_again = true;
}

static void got_source(const struct redis_reply *reply, void *context)
{
	struct asked asked = *(struct asked *)context;
	struct watch *watch = &asked.engine->watches[asked.place];
	free(context);
	if (reply == NULL || redis_reply_type(reply) == REDIS_ERROR)
		return;
	buffer_clear(&watch->packed);
	buffer_append_bytes(&watch->packed, redis_reply_text(reply));
	bool is_there = redis_reply_type(reply) == REDIS_TEXT;
	watch->found = is_there && profile_read_source(
				       &watch->source, buffer_bytes(&watch->packed)) == STATUS_OK;
	watch->damaged = is_there && !watch->found;
	judge_statement(asked.engine, watch);
}

void engine_ask_sources(struct engine *engine)
{
	for (size_t i = 0; i < engine->catalogues->count; i++) {
		struct redis_arguments arguments = { 0 };
		struct asked *asked = allocate(sizeof *asked);
		*asked = (struct asked){ engine, i };
		redis_arguments_add_text(&arguments, "GET");
		profile_source_key(
		    redis_arguments_begin(&arguments), engine->catalogues->catalogues[i]->number);
		redis_arguments_end(&arguments);
		redis_command_arguments(engine->output, &arguments, got_source, asked);
		redis_arguments_deinit(&arguments);
	}
}

static void touch(struct watch *watch)
{
	watch->statement = true;
	watch->statement_ms = clock_wall_ms();
	watch->statement_head = 0;
}

void engine_touch_source(struct engine *engine, const char *subject)
{
	for (size_t i = 0; i < engine->catalogues->count; i++) {
		char source[SUBJECT_SIZE];
		pseudonym_source(engine->catalogues->catalogues[i]->number, source);
		if (strcmp(source, subject) == 0)
			touch(&engine->watches[i]);
	}
}

void engine_touch_all_sources(struct engine *engine)
{
	for (size_t i = 0; i < engine->catalogues->count; i++)
		touch(&engine->watches[i]);
}

// --- who is behind -------------------------------------------------------------------------------

static bool is_late(const struct watch *watch, const struct kind *kind, int64_t now_ms)
{
	int64_t late_ms;
	for (size_t i = 0; watch->found && i < watch->source.input_count; i++)
		if (watch->source.inputs[i].kind == kind->number)
			return lateness_judge(kind->cadence_days,
				   watch->source.inputs[i].last_input_ms, now_ms,
				   &late_ms) == LATENESS_LATE;
	return false;
}

static bool aggregator_lives(const struct engine *engine, int64_t now_ms)
{
	for (size_t i = 0; i < engine->catalogues->count; i++)
		if (engine->watches[i].found &&
		    freshness_is_checked(&engine->watches[i].source, now_ms))
			return true;
	return false;
}

// Whom the roles are found by, too.
static bool finds_roles(const struct kind *kind)
{
	static const struct {
		const char *department;
		unsigned kind;
	} finding[] = {
		{ "public-security", PUBLIC_SECURITY_KINSHIP },
		{ "family-planning", FAMILY_PLANNING_MARRIAGE },
		{ "family-planning", FAMILY_PLANNING_CHILD },
		{ "service-centre", SERVICE_CENTRE_APPLICATION },
	};
	for (size_t i = 0; i < COUNT_OF(finding); i++)
		if (strcmp(kind->catalogue->name, finding[i].department) == 0 &&
		    kind->number == finding[i].kind)
			return true;
	return false;
}

static bool is_read(const struct rules *rules, const struct kind *kind)
{
	for (size_t i = 0; i < rules_reading_count(rules); i++)
		if (rules_reading(rules, i).kind == kind)
			return true;
	return finds_roles(kind);
}

static bool is_behind(const struct engine *engine, size_t place, const struct rules *rules)
{
	const struct watch *watch = &engine->watches[place];
	const struct catalogue *catalogue = engine->catalogues->catalogues[place];
	int64_t now_ms = clock_wall_ms();
	bool reads = false, late = false;
	for (size_t i = 0; i < catalogue->kind_count; i++)
		if (is_read(rules, &catalogue->kinds[i])) {
			reads = true;
			late |= is_late(watch, &catalogue->kinds[i], now_ms);
		}
	struct freshness_basis basis = {
		.source = watch->found ? &watch->source : NULL,
		.source_damaged = watch->damaged,
		.aggregator_lives = aggregator_lives(engine, now_ms),
		.opened = true,
		.has_position = true,
		.position = watch->found ? watch->source.position : 0,
		.late = late,
	};
	struct freshness freshness;
	freshness_judge(&freshness, &basis, now_ms);
	return reads && freshness.state != FRESHNESS_CURRENT;
}

bool engine_write_behind(
    const struct engine *engine, const struct rules *rules, struct json_writer *writer)
{
	bool any = false;
	if (writer != NULL)
		json_write_begin_array(writer);
	for (size_t i = 0; i < engine->catalogues->count; i++) {
		if (!is_behind(engine, i, rules))
			continue;
		any = true;
		if (writer != NULL)
			json_write_text(writer, engine->catalogues->catalogues[i]->name);
	}
	if (writer != NULL)
		json_write_end_array(writer);
	return any;
}
