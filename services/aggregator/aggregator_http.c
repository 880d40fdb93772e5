// SPDX-License-Identifier: Apache-2.0
// aggregator_http: what the aggregator can say of itself, and the rebuild.
#include "aggregator.h"

#include "clock.h"
#include "date.h"
#include "json.h"
#include "log.h"
#include "readiness.h"

enum {
	CONNECTIONS_MAX = 64,
	REQUEST_BYTES_MAX = 64 * 1024
};

static const char *const store_names[] = {
	[STORE_UNREACHABLE] = "unreachable",
	[STORE_OPENING] = "loading",
	[STORE_READY] = "ready",
	[STORE_REBUILDING] = "rebuilding",
};

static void answer_json(struct http_request *request, int code, struct buffer *out)
{
	http_answer(request, code, "application/json", buffer_bytes(out), NULL);
	buffer_deinit(out);
}

static void write_time(struct json_writer *json, const char *name, int64_t wall_ms)
{
	char text[32];
	json_write_name(json, name);
	if (wall_ms == 0) {
		json_write_null(json);
		return;
	}
	time_format(wall_ms, text, sizeof text);
	json_write_text(json, text);
}

static void write_inputs(struct json_writer *json, const struct feed *feed)
{
	json_write_name(json, "kinds");
	json_write_begin_array(json);
	for (size_t i = 0; i < feed->input_count; i++) {
		const struct input *input = &feed->inputs[i];
		const struct kind *kind = catalogue_kind(feed->catalogue, input->kind);
		json_write_begin_object(json);
		json_write_member_text(json, "kind", kind ? kind->name : "unknown");
		json_write_member_integer(json, "quarantined", (int64_t)input->quarantined);
		write_time(json, "oldest_quarantined", input->oldest_quarantined_ms);
		write_time(json, "last_input", input->last_input_ms);
		json_write_end_object(json);
	}
	json_write_end_array(json);
}

static void write_feed(struct json_writer *json, const struct feed *feed)
{
	struct feed_report report;
	char epoch[2 * EPOCH_BYTES + 1];
	aggregator_report(feed, &report);
	const struct follower_report *follower = &report.follower;
	hex_format(follower->position.epoch, EPOCH_BYTES, epoch);
	int64_t since_ms = loop_now_ms(feed->aggregator->loop) - follower->heard_ms;
	json_write_begin_object(json);
	json_write_member_text(json, "department", feed->catalogue->name);
	json_write_member_integer(json, "number", feed->catalogue->number);
	json_write_member_text(json, "state", report.state);
	json_write_member_text(json, "reason", report.reason);
	json_write_member_text(json, "epoch", epoch);
	json_write_member_integer(json, "position", (int64_t)report.applied);
	json_write_member_integer(json, "head", (int64_t)follower->head);
	json_write_member_integer(json, "lag", (int64_t)report.lag);
	json_write_member_integer(json, "lag_ms", report.lag_ms);
	json_write_member_integer(json, "gaps", (int64_t)follower->gaps);
	json_write_member_integer(json, "gaps_filled", (int64_t)follower->gaps_filled);
	write_time(json, "last_heartbeat", follower->heard_ms < 0 ? 0 : clock_wall_ms() - since_ms);
	json_write_member_integer(json, "applied", (int64_t)follower->handed_on);
	write_inputs(json, feed);
	json_write_end_object(json);
}

static bool is_rebuilding(const struct aggregator *aggregator)
{
	for (size_t i = 0; i < aggregator->feed_count; i++)
		if (store_is_rebuilding(aggregator->store, i))
			return true;
	return false;
}

static void get_status(struct http_request *request, void *context)
{
	struct aggregator *aggregator = context;
	enum store_state store = store_state(aggregator->store);
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_member_text(&json, "service", "aggregator");
	json_write_member_text(&json, "version", ONECITY_VERSION);
	json_write_member_text(&json, "redis", store_names[store]);
	json_write_member_text(&json, "reason", store_reason(aggregator->store));
	json_write_member_boolean(&json, "rebuilding", is_rebuilding(aggregator));
	write_time(&json, "started", aggregator->started_ms);
	json_write_name(&json, "departments");
	json_write_begin_array(&json);
	for (size_t i = 0; i < aggregator->feed_count; i++)
		write_feed(&json, &aggregator->feeds[i]);
	json_write_end_array(&json);
	json_write_end_object(&json);
	answer_json(request, 200, &out);
}

static void post_rebuild(struct http_request *request, void *context)
{
	struct aggregator *aggregator = context;
	const char *only = http_query(request, "department");
	bool wanted[STORE_DEPARTMENTS_MAX] = { false }, any = false;
	for (size_t i = 0; i < aggregator->feed_count; i++) {
		wanted[i] = only == NULL || strcmp(only, aggregator->feeds[i].catalogue->name) == 0;
		any |= wanted[i];
	}
	if (!any) {
		http_answer_problem(request, 404, "unknown_department",
		    "No such department is followed", "没有订阅该部门");
		return;
	}
	if (store_state(aggregator->store) == STORE_UNREACHABLE) {
		http_answer_problem(
		    request, 503, "store", "Redis cannot be reached", "无法连接 Redis");
		return;
	}
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_name(&json, "rebuilding");
	json_write_begin_array(&json);
	for (size_t i = 0; i < aggregator->feed_count; i++) {
		if (!wanted[i])
			continue;
		log_info("%s is rebuilt: asked for", aggregator->feeds[i].catalogue->name);
		json_write_text(&json, aggregator->feeds[i].catalogue->name);
	}
	json_write_end_array(&json);
	json_write_end_object(&json);
	store_rebuild(aggregator->store, wanted);
	answer_json(request, 202, &out);
}

static void get_readyz(struct http_request *request, void *context)
{
	const struct aggregator *aggregator = context;
	enum store_state state = store_state(aggregator->store);
	const struct readiness_check check = { "redis", state == STORE_READY, store_names[state] };
	readiness_answer(request, &check, 1);
}

static const struct http_route routes[] = {
	{ "GET", "/v1/status", get_status, false },
	{ "POST", "/v1/rebuild", post_rebuild, false },
	{ "GET", "/metrics", aggregator_get_metrics, true },
	{ "GET", "/healthz", readiness_answer_alive, true },
	{ "GET", "/readyz", get_readyz, true },
};

enum status aggregator_http_open(struct aggregator *aggregator)
{
	char *token;
	enum status status = http_token_read(aggregator->settings->token, &token);
	if (status != STATUS_OK)
		return status;
	struct http_options options = {
		.listen = aggregator->settings->http,
		.token = token,
		.body_bytes_max = REQUEST_BYTES_MAX,
		.connections_max = CONNECTIONS_MAX,
		.routes = routes,
		.route_count = COUNT_OF(routes),
		.context = aggregator,
	};
	status = http_server_open(&aggregator->http, aggregator->loop, &options);
	explicit_bzero(token, strlen(token));
	free(token);
	return status;
}
