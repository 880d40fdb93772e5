// SPDX-License-Identifier: Apache-2.0
// engine_http: the routes, and what the engine can say of itself.
#include "engine.h"

#include "clock.h"
#include "date.h"
#include "facts_file.h"
#include "json.h"
#include "readiness.h"

enum {
	CONNECTIONS_MAX = 32,
	REQUEST_BYTES_MAX = FACTS_BYTES_MAX + 4096 // a facts file and what stands around it
};

void engine_answer(struct http_request *request, int code, struct buffer *out)
{
	http_answer(request, code, "application/json", buffer_bytes(out), NULL);
	buffer_wipe(out);
}

void engine_count(struct engine *engine, enum question_kind question, enum reply reply)
{
	engine->questions[question][reply]++;
}

void engine_write_title(struct json_writer *writer, const char *name, struct title title)
{
	json_write_name(writer, name);
	if (title.zh == NULL) {
		json_write_null(writer);
		return;
	}
	json_write_begin_object(writer);
	json_write_member_text(writer, "zh", title.zh);
	json_write_member_text(writer, "en", title.en);
	json_write_end_object(writer);
}

void engine_write_table(struct json_writer *writer, const struct rules *rules)
{
	json_write_member_text(writer, "id", rules_id(rules));
	json_write_member_text(writer, "hash", rules_hash(rules));
	json_write_member_text(writer, "status", rules_status_name(rules_status(rules)));
	engine_write_title(writer, "title", rules_title(rules));
	engine_write_title(writer, "label", rules_label(rules));
}

// --- rules ---------------------------------------------------------------------------------------

static void write_date(struct json_writer *writer, const char *name, int64_t date)
{
	char text[16];
	json_write_name(writer, name);
	date_format(date, text, sizeof text);
	if (date != 0)
		json_write_text(writer, text);
	else
		json_write_null(writer);
}

static void write_programme(struct json_writer *writer, const struct programme *programme)
{
	const struct ranking *ranking = programme_ranking(programme);
	json_write_begin_object(writer);
	json_write_member_text(writer, "id", programme_id(programme));
	engine_write_title(writer, "title", programme_title(programme));
	json_write_name(writer, "among");
	if (ranking != NULL) {
		json_write_begin_array(writer);
		for (size_t i = 0; i < ranking->among.count; i++)
			json_write_text(writer, ranking->among.names[i]);
		json_write_end_array(writer);
	} else {
		json_write_null(writer);
	}
	json_write_end_object(writer);
}

static void write_rules(struct json_writer *writer, const struct rules *rules)
{
	json_write_begin_object(writer);
	engine_write_table(writer, rules);
	json_write_member_text(writer, "city", rules_city(rules));
	write_date(writer, "from", rules_valid_from(rules));
	write_date(writer, "to", rules_valid_to(rules));
	json_write_member_boolean(writer, "in_force", rules_in_force(rules, engine_today()));
	json_write_name(writer, "programmes");
	json_write_begin_array(writer);
	for (size_t i = 0; i < rules_programme_count(rules); i++)
		write_programme(writer, rules_programme(rules, i));
	json_write_end_array(writer);
	json_write_end_object(writer);
}

static void get_rules(struct http_request *request, void *context)
{
	const struct engine *engine = context;
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_name(&json, "tables");
	json_write_begin_array(&json);
	for (size_t i = 0; i < engine->loaded->tables.count; i++)
		write_rules(&json, engine->loaded->tables.list[i]);
	json_write_end_array(&json);
	json_write_end_object(&json);
	engine_answer(request, 200, &out);
}

size_t engine_waiting(const struct engine *engine)
{
	const struct work_list *work = &engine->work;
	return work->applicants.count - work->next + work->running;
}

// --- itself --------------------------------------------------------------------------------------

static void get_status(struct http_request *request, void *context)
{
	const struct engine *engine = context;
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	char started[32];
	time_format(engine->started_ms, started, sizeof started);
	json_write_begin_object(&json);
	json_write_member_text(&json, "service", "points");
	json_write_member_text(&json, "version", ONECITY_VERSION);
	json_write_member_text(&json, "redis", readings_state(engine->readings));
	json_write_member_text(&json, "phase", engine_phase_name(engine->phase));
	write_date(&json, "as_of", engine->as_of);
	json_write_member_integer(&json, "tables", (int64_t)engine->loaded->tables.count);
	json_write_member_integer(&json, "partitions", engine->partitions);
	json_write_member_integer(&json, "scored", (int64_t)engine->scorings[SCORING_WRITTEN]);
	json_write_member_integer(&json, "sweeps", (int64_t)engine->sweeps);
	json_write_member_integer(&json, "waiting", (int64_t)engine_waiting(engine));
	json_write_member_integer(&json, "lag", (int64_t)engine_lag(engine));
	json_write_member_boolean(&json, "tables_refused", engine->reload_refused);
	json_write_member_text(&json, "started", started);
	json_write_end_object(&json);
	engine_answer(request, 200, &out);
}

static void get_readyz(struct http_request *request, void *context)
{
	const struct engine *engine = context;
	const char *redis = readings_state(engine->readings);
	const struct readiness_check checks[] = {
		{ "redis", strcmp(redis, "ready") == 0, redis },
		{ "phase", engine->phase == ENGINE_FOLLOWING, engine_phase_name(engine->phase) },
	};
	readiness_answer(request, checks, COUNT_OF(checks));
}

static const struct http_route routes[] = {
	{ "POST", "/v1/score", engine_post_score, false },
	{ "POST", "/v1/calculator", engine_post_calculator, false },
	{ "GET", "/v1/ranks", engine_get_ranks, false },
	{ "GET", "/v1/rules", get_rules, false },
	{ "GET", "/v1/status", get_status, false },
	{ "GET", "/metrics", engine_get_metrics, true },
	{ "GET", "/healthz", readiness_answer_alive, true },
	{ "GET", "/readyz", get_readyz, true },
};

enum status engine_http_open(struct engine *engine)
{
	char *token;
	enum status status = http_token_read(engine->settings->token, &token);
	if (status != STATUS_OK)
		return status;
	struct http_options options = {
		.listen = engine->settings->http,
		.token = token,
		.body_bytes_max = REQUEST_BYTES_MAX,
		.connections_max = CONNECTIONS_MAX,
		.routes = routes,
		.route_count = COUNT_OF(routes),
		.context = engine,
	};
	status = http_server_open(&engine->http, engine->loop, &options);
	explicit_bzero(token, strlen(token));
	free(token);
	return status;
}
