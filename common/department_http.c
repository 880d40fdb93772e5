// SPDX-License-Identifier: Apache-2.0
// department_http: a department's front door: rows in, and what it can say of itself.
#include "clock.h"
#include "date.h"
#include "department_parts.h"
#include "log.h"
#include "readiness.h"

#include <stdio.h>

enum {
	CONNECTIONS_MAX = 256,
	BACKLOG_BYTES_MAX = 64 * 1024 * 1024
};

static const char json_type_name[] = "application/json";

void department_answer(struct http_request *request, int code, struct buffer *out)
{
	http_answer(request, code, json_type_name, buffer_bytes(out), NULL);
	buffer_wipe(out);
}

void department_write_problem(struct json_writer *json, const struct problem *problem)
{
	static const struct {
		const char *name;
		void (*write)(const struct problem *problem, bool chinese, struct buffer *out);
		bool chinese;
	} texts[] = {
		{ "en", problem_write_text, false },
		{ "zh", problem_write_text, true },
		{ "hint_en", problem_write_hint, false },
		{ "hint_zh", problem_write_hint, true },
	};
	struct buffer text = { 0 };
	json_write_member_text(json, "code", problem_name(problem->code));
	if (problem->field[0] != 0)
		json_write_member_text(json, "field", problem->field);
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		buffer_clear(&text);
		texts[i].write(problem, texts[i].chinese, &text);
		json_write_member_text(json, texts[i].name, buffer_text(&text));
	}
	buffer_deinit(&text);
}

void department_write_time(struct json_writer *json, const char *name, int64_t wall_ms)
{
	char text[32];
	if (wall_ms == 0) {
		json_write_name(json, name);
		json_write_null(json);
		return;
	}
	time_format(wall_ms, text, sizeof text);
	json_write_member_text(json, name, text);
}

void department_add_task(struct department *department, struct task *task)
{
	task->next = department->tasks;
	task->place = &department->tasks;
	if (task->next != NULL)
		task->next->place = &task->next;
	department->tasks = task;
}

static void drop_task(struct task *task)
{
	*task->place = task->next;
	if (task->next != NULL)
		task->next->place = task->place;
	task->drop(task);
}

void department_end_task(struct department *department, struct task *task)
{
	drop_task(task);
	if (department->draining)
		department_stop_when_idle(department);
}

void department_drop_tasks(struct department *department)
{
	while (department->tasks != NULL)
		drop_task(department->tasks);
}

// Is there room, on the disk and in memory, for what a request brings?
bool department_has_room(struct department *department, struct http_request *request)
{
	if (department->draining) {
		http_answer_problem(
		    request, 503, "stopping", "The service is stopping", "服务正在停止");
		return false;
	}
	if (committer_backlog_bytes(department->committer) > BACKLOG_BYTES_MAX) {
		http_answer_problem(request, 503, "busy",
		    "Too much is waiting for the disk; try again",
		    "等待写盘的数据过多，请稍后重试");
		return false;
	}
	enum status status = database_room(department->database);
	if (status == STATUS_OK)
		return true;
	log_error("rows are refused: %s", status_reason());
	http_answer_problem(request, 503, "full",
	    "The disk is full; nothing was taken, try again later",
	    "磁盘空间不足，本次提交未接收，请稍后重试");
	return false;
}

bool department_find_kind(
    struct department *department, struct http_request *request, const struct kind **kind)
{
	const char *name = http_path_tail(request);
	*kind = catalogue_kind_named(department->catalogue, name);
	if (*kind != NULL)
		return true;
	for (size_t i = 0; i < department->catalogues->count; i++) {
		if (catalogue_kind_named(department->catalogues->catalogues[i], name) != NULL) {
			http_answer_problem(request, 403, "foreign_kind",
			    "This kind of record is another department's to publish",
			    "该类数据应由其他部门发布");
			return false;
		}
	}
	http_answer_problem(request, 404, "unknown_kind",
	    "This department publishes no such kind of record; see /v1/catalogue",
	    "本部门没有该数据类别，参见 /v1/catalogue");
	return false;
}

// What the law lets be kept only where a rule asks for it.
bool department_accepts_kind(
    struct department *department, struct http_request *request, const struct kind *kind)
{
	if (department_takes(department, kind))
		return true;
	http_answer_problem(request, 403, "kind_off",
	    "This kind of record is off: the department's settings must enable it",
	    "该数据类别默认关闭，须在部门设置中启用");
	return false;
}

// --- what it can say of itself ---

static void get_catalogue(struct http_request *request, void *context)
{
	struct department *department = context;
	struct buffer out = { 0 };
	catalogue_write_json(department->catalogue, &out);
	department_answer(request, 200, &out);
}

static void get_schema(struct http_request *request, void *context)
{
	struct department *department = context;
	const struct kind *kind;
	if (!department_find_kind(department, request, &kind))
		return;
	struct buffer out = { 0 };
	kind_write_schema(kind, &out);
	http_answer(request, 200, "application/schema+json", buffer_bytes(&out), NULL);
	buffer_deinit(&out);
}

static void write_kinds(struct json_writer *json, struct department *department)
{
	struct input inputs[BATCH_INPUTS_MAX];
	size_t count = intake_inputs(department->intake, inputs);
	json_write_name(json, "kinds");
	json_write_begin_array(json);
	for (size_t i = 0; i < count; i++) {
		json_write_begin_object(json);
		json_write_member_text(
		    json, "kind", catalogue_kind(department->catalogue, inputs[i].kind)->name);
		json_write_member_integer(json, "quarantined", (int64_t)inputs[i].quarantined);
		department_write_time(json, "oldest_quarantined", inputs[i].oldest_quarantined_ms);
		department_write_time(json, "last_input", inputs[i].last_input_ms);
		json_write_end_object(json);
	}
	json_write_end_array(json);
}

static void get_status(struct http_request *request, void *context)
{
	struct department *department = context;
	struct position head = journal_durable(department->journal);
	char hex[2 * CHAIN_BYTES + 1];
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_member_text(&json, "service", department->catalogue->name);
	json_write_member_integer(&json, "number", department->catalogue->number);
	json_write_member_text(&json, "version", ONECITY_VERSION);
	hex_format(head.epoch, EPOCH_BYTES, hex);
	json_write_member_text(&json, "epoch", hex);
	json_write_member_integer(&json, "sequence", (int64_t)head.sequence);
	hex_format(head.chain, CHAIN_BYTES, hex);
	json_write_member_text(&json, "chain", hex);
	json_write_member_integer(
	    &json, "records", (int64_t)ledger_records(intake_ledger(department->intake)));
	json_write_member_integer(
	    &json, "quarantined", (int64_t)quarantine_count(intake_quarantine(department->intake)));
	json_write_member_integer(&json, "refused_keys", (int64_t)bus_refused(department->bus));
	department_write_time(&json, "started", department->started_ms);
	json_write_member_integer(
	    &json, "uptime_s", (clock_wall_ms() - department->started_ms) / 1000);
	write_kinds(&json, department);
	json_write_end_object(&json);
	department_answer(request, 200, &out);
}

// Nobody writes to a journal whose commit failed: the service is ending then.
static void get_readyz(struct http_request *request, void *context)
{
	struct department *department = context;
	bool room = database_room(department->database) == STATUS_OK;
	bool sees = department->watch == NULL || watch_unreadable(department->watch) == 0;
	const struct readiness_check checks[] = {
		{ "journal", !department->draining, department->draining ? "closing" : "writable" },
		{ "disk", room, room ? "room" : status_reason() },
		{ "watch", sees,
		    sees ? "readable" : "a watched folder cannot be read, see the log" },
	};
	readiness_answer(request, checks, COUNT_OF(checks));
}

static const struct http_route routes[] = {
	{ "POST", "/v1/rows/{}", department_post_rows, false },
	{ "POST", "/v1/try/{}", department_post_try, false },
	{ "GET", "/v1/rejects", department_get_rejects, false },
	{ "GET", "/v1/rejects/{}", department_get_reject, false },
	{ "POST", "/v1/rejects/redrive", department_post_redrive, false },
	{ "POST", "/v1/rejects/dismiss", department_post_dismiss, false },
	{ "GET", "/v1/entries/{}", department_get_entry, false },
	{ "GET", "/v1/catalogue", get_catalogue, false },
	{ "GET", "/v1/schemas/{}", get_schema, false },
	{ "GET", "/v1/status", get_status, false },
	{ "GET", "/metrics", department_get_metrics, true },
	{ "GET", "/healthz", readiness_answer_alive, true },
	{ "GET", "/readyz", get_readyz, true },
};

enum status department_http_open(struct department *department)
{
	char *token;
	enum status status = http_token_read(department->settings->token, &token);
	if (status != STATUS_OK)
		return status;
	struct http_options options = {
		.listen = department->settings->http,
		.token = token,
		.body_bytes_max = (size_t)department->settings->body_mib << 20,
		.connections_max = CONNECTIONS_MAX,
		.routes = routes,
		.route_count = COUNT_OF(routes),
		.context = department,
	};
	status = http_server_open(&department->http, department->loop, &options);
	explicit_bzero(token, strlen(token));
	free(token);
	return status;
}
