// SPDX-License-Identifier: Apache-2.0
// department_rejects: the quarantine over HTTP: seen, sent through the checks again, dismissed.
#include "carrier.h"
#include "clock.h"
#include "date.h"
#include "department_parts.h"
#include "json.h"
#include "log.h"
#include "mask.h"
#include "row_mask.h"
#include "text.h"

#include <stdio.h>

enum {
	PAGE_ROWS = 100,
	PAGE_ROWS_MAX = 1000,
	SLICE_ROWS = 200,
	REASON_BYTES_MAX = 200,
};

// --- what is there -------------------------------------------------------------------------------

struct wanted {
	unsigned kind; // 0: any
	bool has_code;
	enum problem_code code; // the first problem's
};

static bool is_wanted(const struct wanted *wanted, const struct quarantined *row)
{
	return (wanted->kind == 0 || wanted->kind == row->kind) &&
	       (!wanted->has_code ||
		   (row->problems.count > 0 && row->problems.list[0].code == wanted->code));
}

static bool read_wanted(struct department *department, struct http_request *request,
    struct wanted *wanted, const char *kind_name, const char *code)
{
	*wanted = (struct wanted){ .has_code = code != NULL };
	const struct kind *kind =
	    kind_name != NULL ? catalogue_kind_named(department->catalogue, kind_name) : NULL;
	if (kind != NULL)
		wanted->kind = kind->number;
	if ((kind_name == NULL || kind != NULL) &&
	    (code == NULL || problem_named(code, &wanted->code)))
		return true;
	http_answer_problem(request, 400, "selection", "There is no such kind, or no such code",
	    "没有该数据类别或原因代码");
	return false;
}

static void write_origin(struct json_writer *json, struct bytes origin)
{
	struct buffer masked = { 0 };
	if (bytes_equal_text(origin, "http"))
		buffer_append_bytes(&masked, origin);
	else // people write into names of files whom they are about
		mask_write(MASK_FILE_NAME, origin, &masked);
	json_write_name(json, "origin");
	json_write_bytes(json, buffer_bytes(&masked));
	buffer_deinit(&masked);
}

static void write_problems(struct json_writer *json, const struct problems *problems)
{
	if (problems->count > 0)
		department_write_problem(json, &problems->list[0]);
	json_write_name(json, "problems");
	json_write_begin_array(json);
	for (size_t i = 0; i < problems->count; i++) {
		json_write_begin_object(json);
		department_write_problem(json, &problems->list[i]);
		json_write_end_object(json);
	}
	json_write_end_array(json);
}

// The members of a row, but for its payload.
static void write_row(
    struct json_writer *json, const struct department *department, const struct quarantined *row)
{
	const struct kind *kind = catalogue_kind(department->catalogue, row->kind);
	json_write_member_integer(json, "id", (int64_t)row->id);
	json_write_member_text(json, "kind", kind != NULL ? kind->name : "");
	write_problems(json, &row->problems);
	write_origin(json, row->origin);
	json_write_member_integer(json, "line", (int64_t)row->line);
	department_write_time(json, "first", row->first_ms);
	department_write_time(json, "last", row->last_ms);
	json_write_member_integer(json, "times", (int64_t)row->times);
	json_write_member_integer(json, "redrives", (int64_t)row->redrives);
}

struct page {
	struct department *department;
	struct wanted wanted;
	struct json_writer json;
	uint64_t rows, rows_max, last;
	bool has_more;
};

static bool write_page_row(const struct quarantined *row, void *context)
{
	struct page *page = context;
	if (!is_wanted(&page->wanted, row))
		return true;
	page->has_more = page->rows == page->rows_max;
	if (page->has_more)
		return false;
	page->rows++;
	page->last = row->id;
	json_write_begin_object(&page->json);
	write_row(&page->json, page->department, row);
	json_write_end_object(&page->json);
	return true;
}

// Absent: fallback. False: no number of at most 15 digits.
static bool read_number(const char *text, uint64_t fallback, uint64_t *number)
{
	*number = fallback;
	if (text == NULL)
		return true;
	if (strlen(text) > 15 || strspn(text, "0123456789") != strlen(text) || text[0] == 0)
		return false;
	*number = strtoull(text, NULL, 10);
	return true;
}

static void answer_broken(struct department *department, struct http_request *request)
{
	service_die(department->loop, "%s", status_reason());
	http_answer_problem(
	    request, 500, "failed", "The quarantine cannot be read", "隔离区读取失败");
}

static void answer_page(struct page *page, struct http_request *request, uint64_t after)
{
	struct quarantine *quarantine = intake_quarantine(page->department->intake);
	struct buffer out = { 0 };
	page->json = json_writer_make(&out);
	json_write_begin_object(&page->json);
	json_write_member_integer(&page->json, "total", (int64_t)quarantine_count(quarantine));
	json_write_name(&page->json, "rejects");
	json_write_begin_array(&page->json);
	if (quarantine_scan(quarantine, after + 1, write_page_row, page) != STATUS_OK) {
		answer_broken(page->department, request);
		buffer_wipe(&out);
		return;
	}
	json_write_end_array(&page->json);
	json_write_name(&page->json, "next");
	if (page->has_more)
		json_write_integer(&page->json, (int64_t)page->last);
	else
		json_write_null(&page->json);
	json_write_end_object(&page->json);
	department_answer(request, 200, &out);
}

void department_get_rejects(struct http_request *request, void *context)
{
	struct page page = { .department = context };
	uint64_t after;
	if (!read_wanted(context, request, &page.wanted, http_query(request, "kind"),
		http_query(request, "code")))
		return;
	if (!read_number(http_query(request, "after"), 0, &after) ||
	    !read_number(http_query(request, "limit"), PAGE_ROWS, &page.rows_max) ||
	    page.rows_max < 1 || page.rows_max > PAGE_ROWS_MAX) {
		http_answer_problem(request, 400, "page", "after is an id, limit is 1 to 1000",
		    "after 应为编号，limit 应为 1 至 1000");
		return;
	}
	answer_page(&page, request, after);
}

static void answer_row(
    struct department *department, struct http_request *request, const struct quarantined *row)
{
	const struct kind *kind = catalogue_kind(department->catalogue, row->kind);
	struct record_context reading = { department->pseudonym, date_in_china(clock_wall_ms()) };
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	write_row(&json, department, row);
	json_write_name(&json, "payload");
	if (kind != NULL)
		row_mask_write(kind, row->payload, &reading, &json);
	else
		json_write_null(&json);
	json_write_end_object(&json);
	department_answer(request, 200, &out);
}

void department_get_reject(struct http_request *request, void *context)
{
	struct department *department = context;
	struct buffer packed = { 0 };
	struct quarantined row;
	uint64_t id;
	enum status status = STATUS_NOT_FOUND;
	if (read_number(http_path_tail(request), 0, &id))
		status = quarantine_read(intake_quarantine(department->intake), id, &packed, &row);
	if (status == STATUS_OK)
		answer_row(department, request, &row);
	else if (status == STATUS_NOT_FOUND)
		http_answer_problem(request, 404, "not_in_quarantine",
		    "There is no such row in quarantine", "隔离区中没有该编号");
	else
		answer_broken(department, request);
	buffer_wipe(&packed);
}

// --- what is done about it -----------------------------------------------------------------------

// Rows to be sent through the checks again, or to be dismissed.
struct settling {
	struct task task;
	struct department *department;
	struct http_request *request;
	struct carrier *carrier;
	struct wanted wanted;
	struct buffer ids; // of uint64_t
	size_t next;       // of them
	bool dismisses;
	char note[NOTE_BYTES_MAX + 1]; // for the journal
	struct intake_counts counts;   // of those sent again
	uint64_t dismissed, gone;      // gone: were there no more
};

static void settling_drop(struct task *task)
{
	struct settling *settling = (struct settling *)(void *)task; // its first member
	carrier_free(&settling->carrier);
	buffer_deinit(&settling->ids);
	free(settling);
}

static void settling_free(struct settling *settling)
{
	department_end_task(settling->department, &settling->task);
}

// The row is gone; its record too is no longer one of which a row was refused, if that was the
// last.
static void close_row(struct settling *settling, struct database_batch *batch,
    const struct quarantined *row, int64_t now_ms)
{
	struct intake *intake = settling->department->intake;
	size_t others;
	if (quarantine_remove(intake_quarantine(intake), batch, row->id, &others) != STATUS_OK)
		return; // settled with its record
	if (others > 0 || row->subject.size == 0)
		return;
	char *subject = bytes_copy_text(row->subject), *key = bytes_copy_text(row->key);
	ledger_note(intake_ledger(intake), batch, OPERATION_SETTLE, row->kind, subject, key,
	    settling->note, now_ms);
	free(subject);
	free(key);
}

static enum status redrive_payload(struct settling *settling, struct database_batch *batch,
    const struct kind *kind, const struct quarantined *row, const struct intake_origin *origin)
{
	struct intake *intake = settling->department->intake;
	struct json *json = NULL;
	enum status status;
	if (json_parse(&json, row->payload) == STATUS_OK &&
	    json_type(json_root(json)) == JSON_OBJECT)
		status = intake_row(
		    intake, batch, kind, json_root(json), row->line, origin, &settling->counts);
	else
		status = intake_unreadable(intake, batch, kind, row->payload, &row->problems,
		    row->line, origin, &settling->counts);
	json_free(&json);
	return status;
}

static enum status redrive(struct settling *settling, struct database_batch *batch,
    const struct quarantined *row, int64_t now_ms)
{
	const struct kind *kind = catalogue_kind(settling->department->catalogue, row->kind);
	uint64_t refused = settling->counts.quarantined;
	if (kind == NULL || !department_takes(settling->department, kind)) {
		settling->counts.quarantined++;
		return STATUS_OK;
	}
	char *name = bytes_copy_text(row->origin);
	struct intake_origin origin = { name, now_ms, true };
	enum status status = redrive_payload(settling, batch, kind, row, &origin);
	free(name);
	if (status == STATUS_OK && settling->counts.quarantined == refused)
		close_row(settling, batch, row, now_ms);
	return status;
}

static enum status settle(
    struct settling *settling, struct database_batch *batch, uint64_t id, int64_t now_ms)
{
	struct buffer packed = { 0 };
	struct quarantined row;
	enum status status =
	    quarantine_read(intake_quarantine(settling->department->intake), id, &packed, &row);
	if (status == STATUS_NOT_FOUND) {
		settling->gone++;
		status = STATUS_OK;
	} else if (status == STATUS_OK && settling->dismisses) {
		settling->dismissed++;
		close_row(settling, batch, &row, now_ms);
	} else if (status == STATUS_OK) {
		status = redrive(settling, batch, &row, now_ms);
	}
	buffer_wipe(&packed);
	return status;
}

static enum status settling_work(struct database_batch *batch, bool *done, void *context)
{
	struct settling *settling = context;
	size_t count = settling->ids.size / sizeof(uint64_t);
	int64_t now_ms = clock_wall_ms();
	enum status status = STATUS_OK;
	for (size_t i = 0; i < SLICE_ROWS && settling->next < count && status == STATUS_OK; i++) {
		uint64_t id;
		memcpy(&id, settling->ids.data + settling->next++ * sizeof id, sizeof id);
		status = settle(settling, batch, id, now_ms);
	}
	*done = settling->next == count;
	intake_finish(settling->department->intake, batch);
	return status;
}

static void answer_settled(struct settling *settling)
{
	const struct intake_counts *counts = &settling->counts;
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	if (settling->dismisses) {
		json_write_member_integer(&json, "dismissed", (int64_t)settling->dismissed);
	} else {
		json_write_member_integer(&json, "accepted", (int64_t)counts->accepted);
		json_write_member_integer(&json, "unchanged", (int64_t)counts->unchanged);
		json_write_member_integer(&json, "stale", (int64_t)counts->stale);
		json_write_member_integer(&json, "quarantined", (int64_t)counts->quarantined);
	}
	json_write_member_integer(&json, "gone", (int64_t)settling->gone);
	json_write_end_object(&json);
	department_answer(settling->request, 200, &out);
}

static void settling_ended(enum status status, void *context)
{
	struct settling *settling = context;
	if (status == STATUS_OK)
		answer_settled(settling);
	else if (status == STATUS_FULL)
		http_answer_problem(settling->request, 503, "full",
		    "The disk or the quarantine is full; what was done is safe, try again later",
		    "磁盘或隔离区已满，已处理部分已保存，请稍后重试");
	else
		http_answer_problem(settling->request, 503, "disk",
		    "The disk failed: this was not done for sure; try again",
		    "写盘失败，本次操作未确认完成，请重试");
	settling_free(settling);
}

// --- which rows ----------------------------------------------------------------------------------

static bool take_id(const struct quarantined *row, void *context)
{
	struct settling *settling = context;
	if (is_wanted(&settling->wanted, row))
		buffer_append(&settling->ids, &row->id, sizeof row->id);
	return true;
}

static int compare_ids(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
	return (left > right) - (left < right);
}

// In order, and each once.
static void sort_ids(struct buffer *buffer)
{
	uint64_t *ids = (uint64_t *)(void *)buffer->data;
	size_t count = buffer->size / sizeof *ids, kept = 0;
	if (count > 0)
		qsort(ids, count, sizeof *ids, compare_ids);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || ids[kept - 1] != ids[i])
			ids[kept++] = ids[i];
	buffer->size = kept * sizeof *ids;
}

static bool read_ids(struct settling *settling, const struct json_value *list)
{
	if (json_type(list) != JSON_ARRAY || json_size(list) > QUARANTINE_ROWS_MAX)
		return false;
	for (const struct json_value *each = json_first(list); each != NULL;
	     each = json_next(each)) {
		int64_t number;
		if (!json_integer(each, &number) || number < 1)
			return false;
		uint64_t id = (uint64_t)number;
		buffer_append(&settling->ids, &id, sizeof id);
	}
	sort_ids(&settling->ids);
	return true;
}

static void answer_selection(struct http_request *request)
{
	http_answer_problem(request, 400, "selection",
	    "Say which rows: {\"ids\": [1, 2]} or {\"code\": \"check_digit\", \"kind\": "
	    "\"person\"}",
	    "请指明数据行：{\"ids\": [1, 2]} 或 {\"code\": \"check_digit\", \"kind\": \"person\"}");
}

// False: the request was answered.
static bool select_rows(struct settling *settling, const struct json_value *root)
{
	const struct json_value *ids = json_member(root, "ids");
	const char *code = json_string(json_member(root, "code"));
	const char *kind = json_string(json_member(root, "kind"));
	struct department *department = settling->department;
	if ((ids != NULL) == (code != NULL || kind != NULL) ||
	    (ids != NULL && !read_ids(settling, ids))) {
		answer_selection(settling->request);
		return false;
	}
	if (ids != NULL)
		return true;
	if (!read_wanted(department, settling->request, &settling->wanted, kind, code))
		return false;
	if (quarantine_scan(intake_quarantine(department->intake), 1, take_id, settling) ==
	    STATUS_OK)
		return true;
	answer_broken(department, settling->request);
	return false;
}

// The journal tells why, without what looks like a number of a person.
static bool read_reason(struct settling *settling, const struct json_value *root)
{
	const char *reason = json_string(json_member(root, "reason"));
	struct buffer masked = { 0 };
	if (reason == NULL || strlen(reason) > REASON_BYTES_MAX ||
	    text_trim(bytes_of_text(reason)).size == 0 ||
	    text_has_controls(bytes_of_text(reason))) {
		http_answer_problem(settling->request, 400, "reason",
		    "Say why: \"reason\", a text of at most 200 bytes",
		    "请在 reason 中说明理由，不超过 200 字节");
		return false;
	}
	buffer_append_text(&masked, "dismissed: ");
	mask_write(MASK_TEXT, bytes_of_text(reason), &masked);
	size_t size = text_fit(buffer_text(&masked), NOTE_BYTES_MAX);
	memcpy(settling->note, masked.data, size);
	settling->note[size] = 0;
	buffer_deinit(&masked);
	return true;
}

static bool settling_read(struct settling *settling)
{
	struct json *json = NULL;
	bool good = false;
	snprintf(settling->note, sizeof settling->note, "mended");
	if (json_parse(&json, http_body(settling->request)) != STATUS_OK)
		answer_selection(settling->request);
	else
		good = (!settling->dismisses || read_reason(settling, json_root(json))) &&
		       select_rows(settling, json_root(json));
	json_free(&json);
	return good;
}

static void post(struct http_request *request, struct department *department, bool dismisses)
{
	if (!department_has_room(department, request))
		return;
	struct settling *settling = allocate(sizeof *settling);
	*settling = (struct settling){
		.task = { .drop = settling_drop },
		.department = department,
		.request = request,
		.dismisses = dismisses,
	};
	department_add_task(department, &settling->task);
	if (!settling_read(settling)) {
		settling_free(settling);
		return;
	}
	log_info("%zu rows in quarantine are %s", settling->ids.size / sizeof(uint64_t),
	    dismisses ? "dismissed" : "sent through the checks again");
	struct carrier_options carrier = { department->loop, department->database,
		department->committer, settling_work, settling_ended, settling };
	settling->carrier = carrier_new(&carrier);
	carrier_start(settling->carrier);
}

void department_post_redrive(struct http_request *request, void *context)
{
	post(request, context, false);
}

void department_post_dismiss(struct http_request *request, void *context)
{
	post(request, context, true);
}
