// SPDX-License-Identifier: Apache-2.0
// engine: starting, stopping, and reading the rule tables again.
#include "engine.h"

#include "clock.h"
#include "date.h"
#include "digest.h"
#include "log.h"

#include <stdio.h>

enum {
	TICK_MS = 200
};

static const struct setting settings_table[] = {
	SERVICE_SETTINGS,
	{ "proto", SETTING_PATH, offsetof(struct engine_settings, proto), NULL, 0, 0,
	    "folder of the catalogues" },
	{ "http", SETTING_TEXT, offsetof(struct engine_settings, http), NULL, 0, 0,
	    "where it can be asked: 127.0.0.1:PORT or unix:/PATH" },
	{ "token", SETTING_PATH, offsetof(struct engine_settings, token), NULL, 0, 0,
	    "file with the bearer token, mode 0600" },
	{ "redis", SETTING_TEXT, offsetof(struct engine_settings, redis), NULL, 0, 0,
	    "unix:/PATH or HOST:PORT" },
	{ "pseudonym", SETTING_PATH, offsetof(struct engine_settings, pseudonym), NULL, 0, 0,
	    "file with the city's secret, mode 0600" },
	{ "rules", SETTING_LIST, offsetof(struct engine_settings, rules), "", 0, 0,
	    "a rule table in force: absolute path; one line each" },
	{ "demonstration", SETTING_LIST, offsetof(struct engine_settings, demonstration), "", 0, 0,
	    "a rule table with made-up numbers: absolute path; one line each" },
};

static const char *const phase_names[] = {
#define ENGINE_PHASE_NAME(name, text) [ENGINE_##name] = text,
	ENGINE_PHASE_TABLE(ENGINE_PHASE_NAME)
#undef ENGINE_PHASE_NAME
};

const char *engine_phase_name(enum engine_phase phase)
{
	return phase_names[phase];
}

int64_t engine_today(void)
{
	return date_in_china(clock_wall_ms());
}

// --- rule tables ---------------------------------------------------------------------------------

struct loaded *loaded_use(struct loaded *loaded)
{
	loaded->users++;
	return loaded;
}

void loaded_leave(struct loaded **loaded)
{
	struct loaded *old = *loaded;
	*loaded = NULL;
	if (old == NULL || --old->users > 0)
		return;
	tables_deinit(&old->tables);
	free(old);
}

static enum status load(struct engine *engine, struct loaded **loaded)
{
	struct loaded *fresh = loaded_use(allocate(sizeof *fresh));
	*loaded = NULL;
	enum status status = tables_read(&fresh->tables, engine->catalogues,
	    &engine->settings->rules, &engine->settings->demonstration);
	if (status != STATUS_OK) {
		loaded_leave(&fresh);
		return status;
	}
	for (size_t i = 0; i < fresh->tables.count; i++)
		log_info("rules: %s, %s, %.16s", rules_id(fresh->tables.list[i]),
		    rules_status_name(rules_status(fresh->tables.list[i])),
		    rules_hash(fresh->tables.list[i]));
	if (fresh->tables.count == 0)
		log_warn("no rule table: nobody is scored; name one with `rules`");
	*loaded = fresh;
	return STATUS_OK;
}

static void engine_reload(void *state)
{
	struct engine *engine = state;
	struct loaded *fresh;
	engine->reload_refused = load(engine, &fresh) != STATUS_OK;
	engine->reloads_refused += engine->reload_refused;
	engine->reloads_taken += !engine->reload_refused;
	if (engine->reload_refused) {
		log_error("the rule tables stay as they were: %s", status_reason());
		return;
	}
	bool same = bytes_equal(buffer_bytes(&fresh->tables.made_from),
	    buffer_bytes(&engine->loaded->tables.made_from));
	loaded_leave(&engine->loaded);
	engine->loaded = fresh;
	if (!same)
		engine_begin(engine, "the rule tables changed");
}

// --- the connections -----------------------------------------------------------------------------

static void lost(const char *reason, void *context)
{
	struct engine *engine = context;
	if (!engine->told_lost)
		log_warn("Redis cannot be reached: %s", reason);
	engine->told_lost = true;
	engine->opened = false;
	engine->reading_stream = false;
	engine->phase = ENGINE_WAITING;
	engine->life++;
}

static void connected(void *context)
{
	struct engine *engine = context;
	engine->told_lost = false;
}

static enum status open_redis(struct engine *engine)
{
	static const struct redis_events events = { connected, lost };
	const char *address = engine->settings->redis;
	enum status status = redis_open(&engine->output, engine->loop, address, &events, engine);
	if (status == STATUS_OK)
		status = redis_open(&engine->stream, engine->loop, address, &events, engine);
	if (status == STATUS_OK)
		status =
		    readings_open(&engine->readings, engine->loop, address, engine->catalogues);
	return status;
}

// --- the service ---------------------------------------------------------------------------------

static void name_writer(struct engine *engine)
{
	uint8_t random[16];
	random_bytes(random, sizeof random);
	for (size_t i = 0; i < sizeof random; i++)
		snprintf(engine->writer + 2 * i, 3, "%02x", random[i]);
}

static enum status engine_open(void **state, struct loop *loop, const void *settings)
{
	struct engine *engine = allocate(sizeof *engine);
	*state = engine;
	engine->settings = settings;
	engine->loop = loop;
	engine->started_ms = clock_wall_ms();
	engine->current_ms = loop_now_ms(loop);
	name_writer(engine);
	enum status status = catalogue_set_read(&engine->catalogues, engine->settings->proto);
	if (status != STATUS_OK)
		return status;
	engine->watches = allocate(engine->catalogues->count * sizeof *engine->watches);
	status = load(engine, &engine->loaded);
	if (status == STATUS_OK)
		status = pseudonym_open(&engine->pseudonym, engine->settings->pseudonym);
	if (status == STATUS_OK)
		status = open_redis(engine);
	if (status == STATUS_OK)
		status = engine_http_open(engine);
	if (status == STATUS_OK)
		engine->tick = loop_timer_open(loop, TICK_MS, TICK_MS, engine_tick, engine);
	return status;
}

static void stop_when_answered(void *context)
{
	struct engine *engine = context;
	if (engine->requests == 0)
		loop_stop(engine->loop);
}

// Scores that are not written yet are made again at the next start.
static void engine_drain(void *state)
{
	struct engine *engine = state;
	engine->leaving_now = true;
	http_server_quiesce(engine->http);
	engine->leaving = loop_timer_open(engine->loop, 0, 10, stop_when_answered, engine);
}

static void engine_close(void **state)
{
	struct engine *engine = *state;
	*state = NULL;
	engine->leaving_now = true;
	engine->phase = ENGINE_WAITING; // answers that come while closing begin nothing
	engine->life++;
	loop_timer_close(&engine->leaving);
	loop_timer_close(&engine->tick);
	readings_close(&engine->readings); // whoever still waits is told so
	redis_close(&engine->output);
	redis_close(&engine->stream);
	http_server_close(&engine->http);
	names_deinit(&engine->work.touched);
	names_deinit(&engine->work.applicants);
	loaded_leave(&engine->loaded);
	for (size_t i = 0; engine->watches != NULL && i < engine->catalogues->count; i++)
		buffer_deinit(&engine->watches[i].packed);
	free(engine->watches);
	free(engine->marks);
	free(engine->heads);
	pseudonym_close(&engine->pseudonym);
	catalogue_set_free(&engine->catalogues);
	free(engine);
}

int engine_main(int argument_count, char **arguments)
{
	const struct service service = {
		.name = "points",
		.settings = settings_table,
		.setting_count = COUNT_OF(settings_table),
		.settings_size = sizeof(struct engine_settings),
		.open = engine_open,
		.drain = engine_drain,
		.reload = engine_reload,
		.close = engine_close,
	};
	return service_main(argument_count, arguments, &service);
}
