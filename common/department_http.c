// SPDX-License-Identifier: Apache-2.0
// department_http: a department's front door: rows in, and what it can say of itself.
#include "clock.h"
#include "date.h"
#include "department_parts.h"
#include "log.h"
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	CONNECTIONS_MAX = 256,
	BACKLOG_BYTES_MAX = 64 * 1024 * 1024
};

static const char json_type_name[] = "application/json";

static void answer_json(struct http_request *request, int code, struct buffer *out)
{
	http_answer(request, code, json_type_name, buffer_bytes(out), NULL);
	buffer_wipe(out);
}

// --- rows ---

// A request whose rows are in a batch and whose answer waits for the commit.
struct push {
	struct department *department;
	struct http_request *request;
	const struct kind *kind;
	struct intake_origin origin;
	struct intake_counts counts;
	uint64_t first_sequence, last_sequence;
	size_t bad_rows; // with on_error=reject
};

static void write_report(struct json_writer *json, const struct intake_report *report)
{
	struct buffer text = { 0 };
	const struct problem *problem = &report->problem;
	json_write_begin_object(json);
	json_write_member_integer(json, "row", (int64_t)report->line);
	json_write_member_text(json, "code", problem_name(problem->code));
	if (problem->field[0] != 0)
		json_write_member_text(json, "field", problem->field);
	problem_write_text(problem, false, &text);
	json_write_member_text(json, "en", buffer_text(&text));
	buffer_clear(&text);
	problem_write_text(problem, true, &text);
	json_write_member_text(json, "zh", buffer_text(&text));
	buffer_clear(&text);
	problem_write_hint(problem, false, &text);
	json_write_member_text(json, "hint_en", buffer_text(&text));
	buffer_clear(&text);
	problem_write_hint(problem, true, &text);
	json_write_member_text(json, "hint_zh", buffer_text(&text));
	json_write_end_object(json);
	buffer_deinit(&text);
}

static void write_reports(struct json_writer *json, const struct intake_counts *counts)
{
	json_write_name(json, "problems");
	json_write_begin_array(json);
	for (size_t i = 0; i < counts->report_count; i++)
		write_report(json, &counts->reports[i]);
	json_write_end_array(json);
}

static void answer_taken(struct push *push)
{
	const struct intake_counts *counts = &push->counts;
	char epoch[2 * EPOCH_BYTES + 1];
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	hex_format(journal_head(push->department->journal).epoch, EPOCH_BYTES, epoch);
	json_write_begin_object(&json);
	json_write_member_integer(&json, "accepted", (int64_t)counts->accepted);
	json_write_member_integer(&json, "unchanged", (int64_t)counts->unchanged);
	json_write_member_integer(&json, "stale", (int64_t)counts->stale);
	json_write_member_integer(&json, "quarantined", (int64_t)counts->quarantined);
	json_write_member_text(&json, "epoch", epoch);
	if (push->last_sequence >= push->first_sequence) {
		json_write_member_integer(&json, "first_sequence", (int64_t)push->first_sequence);
		json_write_member_integer(&json, "last_sequence", (int64_t)push->last_sequence);
	}
	if (counts->quarantined > 0)
		write_reports(&json, counts);
	json_write_end_object(&json);
	answer_json(push->request, 202, &out);
}

static void push_is_decided(bool durable, void *context)
{
	struct push *push = context;
	if (durable)
		answer_taken(push);
	else
		http_answer_problem(push->request, 503, "disk",
		    "The disk failed: this was not taken for sure; send it again",
		    "写盘失败，本次提交未确认接收，请重新提交");
	free(push);
}

static void make_unreadable(struct problems *problems, const char *reason)
{
	(void)reason; // it is told to people by the code; the text itself may be part of the row
	problems_add(problems, PROBLEM_row_form, "", "", "", "");
}

static enum status take_row(const struct json_value *value, struct bytes text, const char *reason,
    uint64_t line, void *context)
{
	struct push *push = context;
	struct department *department = push->department;
	struct database_batch *batch = committer_batch(department->committer);
	if (value != NULL)
		return intake_row(department->intake, batch, push->kind, value, line, &push->origin,
		    &push->counts);
	struct problems problems = { 0 };
	make_unreadable(&problems, reason);
	return intake_unreadable(department->intake, batch, push->kind, text, &problems, line,
	    &push->origin, &push->counts);
}

static enum status rehearse_row(const struct json_value *value, struct bytes text,
    const char *reason, uint64_t line, void *context)
{
	struct push *push = context;
	struct problems problems = { 0 };
	(void)text;
	if (value == NULL)
		make_unreadable(&problems, reason);
	else
		intake_would_take(
		    push->department->intake, push->kind, value, push->origin.now_ms, &problems);
	if (problems.count == 0)
		return STATUS_OK;
	push->bad_rows++;
	if (push->counts.report_count < INTAKE_REPORTS_MAX)
		push->counts.reports[push->counts.report_count++] =
		    (struct intake_report){ line, problems.list[0] };
	return STATUS_OK;
}

// People who send by hand would rather have nothing taken than half of it.
static void answer_rejected(struct push *push)
{
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	char detail[80];
	snprintf(detail, sizeof detail, "%zu rows cannot be taken; nothing was", push->bad_rows);
	json_write_begin_object(&json);
	json_write_member_text(&json, "type", "about:blank");
	json_write_member_integer(&json, "status", 422);
	json_write_member_text(&json, "code", "rejected");
	json_write_member_text(&json, "title", "Unprocessable Content");
	json_write_member_text(&json, "detail", detail);
	snprintf(detail, sizeof detail, "%zu 行有误，本次提交全部未接收", push->bad_rows);
	json_write_member_text(&json, "detail_zh", detail);
	write_reports(&json, &push->counts);
	json_write_end_object(&json);
	http_answer(push->request, 422, "application/problem+json", buffer_bytes(&out), NULL);
	buffer_wipe(&out);
}

// Is there room, on the disk and in memory, for what a request brings?
static bool has_room(struct department *department, struct http_request *request)
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

static bool find_kind(
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
static bool is_taken(
    struct department *department, struct http_request *request, const struct kind *kind)
{
	if (department_takes(department, kind))
		return true;
	http_answer_problem(request, 403, "kind_off",
	    "This kind of record is off: the department's settings must enable it",
	    "该数据类别默认关闭，须在部门设置中启用");
	return false;
}

static bool find_form(struct http_request *request, enum rows_form *form)
{
	static const struct {
		const char *type;
		enum rows_form form;
	} forms[] = {
		{ "application/json", ROWS_JSON },
		{ "application/x-ndjson", ROWS_NDJSON },
		{ "application/ndjson", ROWS_NDJSON },
		{ "application/jsonl", ROWS_NDJSON },
	};
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		if (http_content_type_is(request, forms[i].type)) {
			*form = forms[i].form;
			return true;
		}
	}
	http_answer_problem(request, 415, "content_type",
	    "Send application/json (an object or an array) or application/x-ndjson (an object a "
	    "line)",
	    "请使用 application/json（对象或数组）或 application/x-ndjson（每行一个对象）");
	return false;
}

static void take_push(struct push *push, enum rows_form form)
{
	struct department *department = push->department;
	push->first_sequence = journal_head(department->journal).sequence + 1;
	enum status status = rows_read(http_body(push->request), form, take_row, push);
	push->last_sequence = journal_head(department->journal).sequence;
	if (status == STATUS_FULL) {
		// What was taken before the quarantine was full is good; who sends it again finds
		// it unchanged.
		log_error("rows are refused: %s", status_reason());
		http_answer_problem(push->request, 503, "quarantine_full",
		    "Too many rows are in quarantine; mend or dismiss some, then send this again",
		    "待处理的问题数据过多，请先处理后再重新提交");
		free(push);
		return;
	}
	if (status != STATUS_OK) {
		service_die(department->loop, "%s", status_reason());
		http_answer_problem(push->request, 500, "failed",
		    "The journal cannot be read; nothing was taken",
		    "日志读取失败，本次提交未接收");
		free(push);
		return;
	}
	intake_finish(department->intake, committer_batch(department->committer));
	committer_wait(department->committer, push_is_decided, push);
}

static void post_rows(struct http_request *request, void *context)
{
	struct department *department = context;
	const struct kind *kind;
	enum rows_form form;
	if (!find_kind(department, request, &kind) || !is_taken(department, request, kind) ||
	    !find_form(request, &form) || !has_room(department, request))
		return;
	struct push *push = allocate(sizeof *push);
	*push = (struct push){ .department = department,
		.request = request,
		.kind = kind,
		.origin = { "http", clock_wall_ms(), false } };
	const char *on_error = http_query(request, "on_error");
	if (on_error != NULL && strcmp(on_error, "reject") == 0 &&
	    rows_read(http_body(request), form, rehearse_row, push) == STATUS_OK &&
	    push->bad_rows > 0) {
		answer_rejected(push);
		free(push);
		return;
	}
	take_push(push, form);
}

// --- what it can say of itself ---

static void get_catalogue(struct http_request *request, void *context)
{
	struct department *department = context;
	struct buffer out = { 0 };
	catalogue_write_json(department->catalogue, &out);
	answer_json(request, 200, &out);
}

static void get_schema(struct http_request *request, void *context)
{
	struct department *department = context;
	const struct kind *kind;
	if (!find_kind(department, request, &kind))
		return;
	struct buffer out = { 0 };
	kind_write_schema(kind, &out);
	http_answer(request, 200, "application/schema+json", buffer_bytes(&out), NULL);
	buffer_deinit(&out);
}

static void write_time(struct json_writer *json, const char *name, int64_t wall_ms)
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
		write_time(json, "oldest_quarantined", inputs[i].oldest_quarantined_ms);
		write_time(json, "last_input", inputs[i].last_input_ms);
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
	write_time(&json, "started", department->started_ms);
	json_write_member_integer(
	    &json, "uptime_s", (clock_wall_ms() - department->started_ms) / 1000);
	write_kinds(&json, department);
	json_write_end_object(&json);
	answer_json(request, 200, &out);
}

static void get_healthz(struct http_request *request, void *context)
{
	(void)context;
	http_answer(request, 200, json_type_name, bytes_of_text("{\"ok\":true}"), NULL);
}

static void get_readyz(struct http_request *request, void *context)
{
	struct department *department = context;
	enum status room = database_room(department->database);
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_member_boolean(&json, "ok", room == STATUS_OK);
	json_write_member_text(&json, "journal", room == STATUS_OK ? "writable" : status_reason());
	json_write_end_object(&json);
	answer_json(request, room == STATUS_OK ? 200 : 503, &out);
}

static const struct http_route routes[] = {
	{ "POST", "/v1/rows/{}", post_rows, false },
	{ "GET", "/v1/catalogue", get_catalogue, false },
	{ "GET", "/v1/schemas/{}", get_schema, false },
	{ "GET", "/v1/status", get_status, false },
	{ "GET", "/healthz", get_healthz, true },
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
