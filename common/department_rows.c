// SPDX-License-Identifier: Apache-2.0
// department_rows: rows in over HTTP, and their rehearsal.
#include "clock.h"
#include "carrier.h"
#include "date.h"
#include "delivery.h"
#include "department_parts.h"
#include "scope.h"
#include "sheet.h"

#include <stdio.h>

enum {
	PROBLEMS_TOLD_MAX = 20,   // rows, in the answer to a push
	PROBLEMS_TRIED_MAX = 200, // and to a rehearsal, which is for mending them
	SAMPLES_MAX = 20
};

// A request with rows.
struct push {
	struct task task;
	struct department *department;
	struct http_request *request;
	struct delivery_options options;
	enum delivery_form form;
	bool is_try;
	bool rejects; // nothing is to be taken if anything is bad: it is rehearsed first
	struct delivery *delivery;
	struct carrier *carrier;
	size_t told_max, told, samples;
	struct buffer problems, published; // JSON, as told
	struct json_writer problem_writer, published_writer;
};

static void push_forget(struct push *push)
{
	carrier_free(&push->carrier);
	delivery_close(&push->delivery);
	buffer_deinit(&push->problems);
	buffer_wipe(&push->published);
	push->told = push->samples = 0;
	push->problem_writer = json_writer_make(&push->problems);
	push->published_writer = json_writer_make(&push->published);
}

static void push_drop(struct task *task)
{
	struct push *push = (struct push *)(void *)task; // its first member
	push_forget(push);
	free(push);
}

static void push_free(struct push *push)
{
	department_end_task(push->department, &push->task);
}

// --- row by row ----------------------------------------------------------------------------------

static void tell_problems(struct push *push, const struct delivery_row *row)
{
	struct json_writer *json = &push->problem_writer;
	size_t count = push->is_try ? row->problems->count : 1;
	if (push->told == push->told_max)
		return;
	push->told++;
	for (size_t i = 0; i < count; i++) {
		json_write_begin_object(json);
		json_write_member_integer(json, "row", (int64_t)row->line);
		department_write_problem(json, &row->problems->list[i]);
		json_write_end_object(json);
	}
}

static void write_body(struct push *push, const struct ledger_change *change)
{
	struct buffer body = { 0 };
	struct json_writer inside = json_writer_make(&body);
	json_write_name(&push->published_writer, "body");
	if (change->operation == OPERATION_PUT &&
	    record_write_json(push->options.kind, change->body, NULL, NULL, &inside) == STATUS_OK)
		json_write_raw(&push->published_writer, buffer_bytes(&body));
	else
		json_write_null(&push->published_writer);
	buffer_wipe(&body);
}

// What would leave the building.
static void tell_sample(struct push *push, const struct delivery_row *row)
{
	static const char *const outcomes[LEDGER_OUTCOMES] = {
		[LEDGER_ACCEPTED] = "accepted",
		[LEDGER_UNCHANGED] = "unchanged",
		[LEDGER_STALE] = "stale",
	};
	struct json_writer *json = &push->published_writer;
	if (!push->is_try || push->samples == SAMPLES_MAX)
		return;
	push->samples++;
	bool is_put = row->change->operation == OPERATION_PUT;
	json_write_begin_object(json);
	json_write_member_integer(json, "row", (int64_t)row->line);
	json_write_member_text(json, "outcome", outcomes[row->outcome]);
	json_write_member_text(json, "operation", is_put ? "put" : "retract");
	json_write_member_text(json, "subject", row->change->subject);
	json_write_member_text(json, "key", row->change->key);
	write_body(push, row->change);
	json_write_end_object(json);
}

static void row_told(const struct delivery_row *row, void *context)
{
	struct push *push = context;
	if (row->problems->count > 0)
		tell_problems(push, row);
	else
		tell_sample(push, row);
}

// --- answers -------------------------------------------------------------------------------------

static void write_list(struct json_writer *json, const char *name, const struct buffer *members)
{
	struct buffer list = { 0 };
	buffer_append_byte(&list, '[');
	buffer_append_bytes(&list, buffer_bytes(members));
	buffer_append_byte(&list, ']');
	json_write_name(json, name);
	json_write_raw(json, buffer_bytes(&list));
	buffer_wipe(&list);
}

static void write_counts(struct json_writer *json, const struct intake_counts *counts)
{
	json_write_member_integer(json, "accepted", (int64_t)counts->accepted);
	json_write_member_integer(json, "unchanged", (int64_t)counts->unchanged);
	json_write_member_integer(json, "stale", (int64_t)counts->stale);
	json_write_member_integer(json, "quarantined", (int64_t)counts->quarantined);
	if (counts->not_kept >
	    0) // the quarantine is full: they stand in problems, and nowhere else
		json_write_member_integer(json, "not_kept", (int64_t)counts->not_kept);
}

static void write_sequences(struct json_writer *json, struct push *push)
{
	const struct delivery_result *result = delivery_result(push->delivery);
	char epoch[2 * EPOCH_BYTES + 1];
	hex_format(journal_head(push->department->journal).epoch, EPOCH_BYTES, epoch);
	json_write_member_text(json, "epoch", epoch);
	if (result->first_sequence == 0)
		return;
	json_write_member_integer(json, "first_sequence", (int64_t)result->first_sequence);
	json_write_member_integer(json, "last_sequence", (int64_t)result->last_sequence);
}

static void write_columns(struct json_writer *json, const struct push *push)
{
	const struct csv *csv = delivery_csv(push->delivery);
	if (csv == NULL)
		return;
	json_write_member_text(json, "encoding", csv_encoding_name(csv_encoding(csv)));
	json_write_name(json, "columns");
	sheet_write_columns(delivery_sheet(push->delivery), json);
}

static void write_full_list(struct json_writer *json, const struct push *push)
{
	const struct delivery_result *result = delivery_result(push->delivery);
	if (push->options.mode != DELIVERY_FULL)
		return;
	json_write_member_integer(json, "in_scope", (int64_t)result->in_scope);
	json_write_member_integer(json, "missing", (int64_t)result->missing);
	json_write_member_integer(json, "retracted", (int64_t)result->retracted);
}

static void write_refusal(struct json_writer *json, enum delivery_refusal refused)
{
	if (refused == DELIVERY_REFUSED_NONE)
		return;
	json_write_name(json, "refused");
	json_write_begin_object(json);
	json_write_member_text(json, "code", delivery_refusal_code(refused));
	json_write_member_text(json, "en", delivery_refusal_text(refused, false));
	json_write_member_text(json, "zh", delivery_refusal_text(refused, true));
	json_write_end_object(json);
}

// Columns that are missing belong to no row.
static void write_missing_columns(struct push *push, const struct problems *problems)
{
	struct json_writer *json = &push->problem_writer;
	for (size_t i = 0; i < problems->count; i++) {
		json_write_begin_object(json);
		department_write_problem(json, &problems->list[i]);
		json_write_end_object(json);
	}
}

static void answer_taken(struct push *push)
{
	const struct delivery_result *result = delivery_result(push->delivery);
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	if (push->is_try)
		json_write_member_integer(&json, "rows", (int64_t)result->rows);
	write_counts(&json, &result->counts);
	if (!push->is_try)
		write_sequences(&json, push);
	write_columns(&json, push);
	write_full_list(&json, push);
	write_refusal(&json, result->refused);
	write_missing_columns(push, &result->problems);
	if (push->is_try || push->problems.size > 0)
		write_list(&json, "problems", &push->problems);
	if (push->is_try)
		write_list(&json, "published", &push->published);
	json_write_end_object(&json);
	department_answer(push->request, push->is_try ? 200 : 202, &out);
}

static void answer_unprocessable(
    struct push *push, const char *code, const char *english, const char *chinese)
{
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_member_text(&json, "type", "about:blank");
	json_write_member_integer(&json, "status", 422);
	json_write_member_text(&json, "code", code);
	json_write_member_text(&json, "title", "Unprocessable Content");
	json_write_member_text(&json, "title_zh", "内容无法处理");
	json_write_member_text(&json, "detail", english);
	json_write_member_text(&json, "detail_zh", chinese);
	write_columns(&json, push);
	write_full_list(&json, push);
	write_list(&json, "problems", &push->problems);
	json_write_end_object(&json);
	http_answer(push->request, 422, "application/problem+json", buffer_bytes(&out), NULL);
	buffer_wipe(&out);
}

// People who send by hand would rather have nothing taken than half of it.
static void answer_rejected(struct push *push)
{
	char english[80], chinese[80];
	unsigned long long bad = delivery_result(push->delivery)->counts.quarantined;
	snprintf(english, sizeof english, "%llu rows cannot be taken; nothing was", bad);
	snprintf(chinese, sizeof chinese, "%llu 行有误，本次提交全部未接收", bad);
	answer_unprocessable(push, "rejected", english, chinese);
}

static void answer_refused(struct push *push, enum delivery_refusal refused)
{
	write_missing_columns(push, &delivery_result(push->delivery)->problems);
	answer_unprocessable(push, delivery_refusal_code(refused),
	    delivery_refusal_text(refused, false), delivery_refusal_text(refused, true));
}

static void answer_failed(struct push *push, enum status status)
{
	if (status == STATUS_FULL)
		http_answer_problem(push->request, 503, "full",
		    "The disk is full; what was taken is safe, send all of it again later",
		    "磁盘空间不足，已接收部分已保存，请稍后整体重新提交");
	else
		http_answer_problem(push->request, 503, "disk",
		    "The disk failed: this was not taken for sure; send it again",
		    "写盘失败，本次提交未确认接收，请重新提交");
}

// --- its way -------------------------------------------------------------------------------------

static void push_begin(struct push *push, bool rehearsal);

static enum status push_work(struct database_batch *batch, bool *done, void *context)
{
	struct push *push = context;
	return delivery_work(push->delivery, batch, done);
}

static void push_ended(enum status status, void *context)
{
	struct push *push = context;
	const struct delivery_result *result = delivery_result(push->delivery);
	bool is_first_pass = push->rejects && push->options.rehearsal;
	if (status == STATUS_OK && is_first_pass && result->counts.quarantined == 0 &&
	    result->refused == DELIVERY_REFUSED_NONE) {
		push_forget(push);
		push_begin(push, false);
		return;
	}
	if (status != STATUS_OK)
		answer_failed(push, status);
	else if ((is_first_pass && result->refused != DELIVERY_REFUSED_NONE) ||
		 (result->nothing_taken && !push->is_try))
		answer_refused(push, result->refused);
	else if (is_first_pass)
		answer_rejected(push);
	else
		answer_taken(push);
	push_free(push);
}

static void push_begin(struct push *push, bool rehearsal)
{
	struct department *department = push->department;
	push->options.rehearsal = rehearsal;
	if (delivery_open_memory(&push->delivery, &push->options, http_body(push->request),
		push->form) != STATUS_OK) {
		http_answer_problem(push->request, 422, "unreadable", status_reason(),
		    "文件无法读取：请检查编码与表头，Excel 工作簿请另存为 CSV");
		push_free(push);
		return;
	}
	enum delivery_refusal refused = delivery_result(push->delivery)->refused;
	if (refused != DELIVERY_REFUSED_NONE && !push->is_try) {
		answer_refused(push, refused);
		push_free(push);
		return;
	}
	struct carrier_options carrier = { department->loop, department->database,
		department->committer, push_work, push_ended, push };
	push->carrier = carrier_new(&carrier);
	carrier_start(push->carrier);
}

// --- requests ------------------------------------------------------------------------------------

static bool find_form(struct http_request *request, enum delivery_form *form)
{
	static const struct {
		const char *type;
		enum delivery_form form;
	} forms[] = {
		{ "application/json", DELIVERY_JSON },
		{ "application/x-ndjson", DELIVERY_NDJSON },
		{ "application/ndjson", DELIVERY_NDJSON },
		{ "application/jsonl", DELIVERY_NDJSON },
		{ "text/csv", DELIVERY_CSV },
	};
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		if (http_content_type_is(request, forms[i].type)) {
			*form = forms[i].form;
			return true;
		}
	}
	http_answer_problem(request, 415, "content_type",
	    "Send application/json (an object or an array), application/x-ndjson (an object a "
	    "line) or text/csv",
	    "请使用 application/json（对象或数组）、application/x-ndjson（每行一个对象）或 "
	    "text/csv");
	return false;
}

static bool is_yes(const char *text)
{
	return text != NULL && (strcmp(text, "yes") == 0 || strcmp(text, "true") == 0);
}

static bool read_mode(struct http_request *request, struct delivery_options *options)
{
	const char *mode = http_query(request, "mode");
	options->confirmed = is_yes(http_query(request, "confirm"));
	if (mode == NULL || delivery_mode_parse(mode, &options->mode))
		return true;
	http_answer_problem(request, 400, "mode", "mode is one of upsert, changes, full",
	    "mode 应为 upsert、changes 或 full");
	return false;
}

static bool read_scope(struct http_request *request, struct delivery_options *options)
{
	struct record_context context = { options->pseudonym,
		date_in_china(options->origin.now_ms) };
	struct scope scope;
	options->scope = http_query(request, "scope");
	if (options->scope == NULL)
		return true;
	enum status status = scope_read(&scope, options->kind, options->scope, &context);
	scope_deinit(&scope);
	if (status == STATUS_OK)
		return true;
	http_answer_problem(request, 400, "scope", status_reason(),
	    "scope 应为“字段=值”，字段须属于该数据类别，值须有效");
	return false;
}

static void post(struct http_request *request, struct department *department, bool is_try)
{
	struct delivery_options options = {
		.intake = department->intake,
		.journal = department->journal,
		.pseudonym = department->pseudonym,
		.origin = { "http", clock_wall_ms(), false },
		.told = row_told,
	};
	enum delivery_form form;
	if (!department_find_kind(department, request, &options.kind) ||
	    !department_accepts_kind(department, request, options.kind) ||
	    !find_form(request, &form) || !read_mode(request, &options) ||
	    !read_scope(request, &options) || !department_has_room(department, request))
		return;
	const char *on_error = http_query(request, "on_error");
	struct push *push = allocate(sizeof *push);
	*push = (struct push){
		.task = { .drop = push_drop },
		.department = department,
		.request = request,
		.options = options,
		.form = form,
		.is_try = is_try,
		.rejects = !is_try && on_error != NULL && strcmp(on_error, "reject") == 0,
		.told_max = is_try ? PROBLEMS_TRIED_MAX : PROBLEMS_TOLD_MAX,
	};
	push->options.context = push;
	department_add_task(department, &push->task);
	push_forget(push);
	push_begin(push, is_try || push->rejects);
}

void department_post_rows(struct http_request *request, void *context)
{
	post(request, context, false);
}

void department_post_try(struct http_request *request, void *context)
{
	post(request, context, true);
}
