// SPDX-License-Identifier: Apache-2.0
// rejects_settle: rows of one department: seen, counted before, sent through the checks again,
// dismissed.
#include "log.h"
#include "monitor.h"
#include "reject_groups.h"
#include "reject_scan.h"
#include "rejects.h"

#include <inttypes.h>

enum {
	IDS_MAX = 1000,
	WORD_BYTES_MAX = 64,
	NUMBER_DIGITS_MAX = 15,
};

// --- what is shared -----------------------------------------------------------------------------

static struct feed *find_feed(
    struct monitor *monitor, struct http_request *request, const char *department)
{
	struct feed *feed = department != NULL ? monitor_feed(monitor, department) : NULL;
	if (feed == NULL)
		http_answer_problem(request, 404, "unknown_department",
		    "No such department is followed", "没有订阅该部门");
	return feed;
}

static void answer_selection(struct http_request *request)
{
	http_answer_problem(request, 400, "selection",
	    "Say which rows: {\"department\": \"D\", \"ids\": [1, 2]} or {\"department\": \"D\", "
	    "\"code\": \"check_digit\", \"kind\": \"K\"}",
	    "请指明部门和数据行：{\"department\": \"D\", \"ids\": [1, 2]} 或 {\"department\": "
	    "\"D\", \"code\": \"check_digit\", \"kind\": \"K\"}");
}

static void answer_busy(struct http_request *request)
{
	http_answer_problem(request, 429, "busy",
	    "Too many calls are under way, or no setting says where the department's HTTP is",
	    "进行中的请求过多，或设置中没有该部门的 HTTP 地址");
}

// True: the department answered with what was asked.
static bool has_answer(struct http_request *request, const struct call_answer *answer)
{
	if (answer->code == 200)
		return true;
	if (answer->no_token)
		http_answer_problem(request, 503, "no_token",
		    "The monitor has no token for this department", "监控服务没有该部门的令牌");
	else if (answer->code >= 400 && answer->code < 600 && answer->code != 401)
		http_answer(request, answer->code, "application/problem+json", answer->body, NULL);
	else
		http_answer_problem(request, 502, "department",
		    "The department does not answer, or not as it should",
		    "该部门无应答或应答异常");
	return false;
}

static bool is_word(const char *text)
{
	return strlen(text) <= WORD_BYTES_MAX &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(text);
}

static bool is_number(const char *text)
{
	size_t size = strlen(text);
	return size > 0 && size <= NUMBER_DIGITS_MAX && strspn(text, "0123456789") == size;
}

// A request that is passed on.
struct passing {
	struct monitor *monitor;
	struct feed *feed;
	struct http_request *request;
	void (*write)(
	    struct passing *passing, const struct json_value *root, struct json_writer *json);
	bool settles;
};

static void take_answer(const struct call_answer *answer, void *context)
{
	struct passing *passing = context;
	struct json *json = NULL;
	struct buffer out = { 0 };
	if (passing->settles)
		rejects_forget(passing->monitor);
	if (!has_answer(passing->request, answer)) {
		free(passing);
		return;
	}
	struct json_writer writer = json_writer_make(&out);
	if (json_parse(&json, answer->body) == STATUS_OK) {
		passing->write(passing, json_root(json), &writer);
		http_answer(passing->request, 200, "application/json", buffer_bytes(&out), NULL);
	} else {
		http_answer_problem(passing->request, 502, "department",
		    "The department does not answer as it should", "该部门应答异常");
	}
	json_free(&json);
	buffer_wipe(&out);
	free(passing);
}

static void pass(const struct passing *passing, const char *path, struct bytes body)
{
	struct passing *kept = allocate(sizeof *kept);
	*kept = *passing;
	const char *method = body.size > 0 ? "POST" : "GET";
	if (reject_call(kept->feed, method, path, body, take_answer, kept))
		return;
	answer_busy(kept->request);
	free(kept);
}

// --- rows ---------------------------------------------------------------------------------------

static void write_rows(
    struct passing *passing, const struct json_value *root, struct json_writer *json)
{
	json_write_begin_object(json);
	json_write_member_text(json, "department", passing->feed->catalogue->name);
	for (const struct json_value *member = json_first(root); member != NULL;
	     member = json_next(member)) {
		json_write_name(json, json_name(member));
		if (strcmp(json_name(member), "rejects") != 0) {
			json_write_value(json, member);
			continue;
		}
		json_write_begin_array(json);
		for (const struct json_value *row = json_first(member); row != NULL;
		     row = json_next(row))
			reject_write_row(row, json);
		json_write_end_array(json);
	}
	json_write_end_object(json);
}

// Appends "&name=value". False: it is there and not what it must be.
static bool add_query(struct buffer *path, const struct http_request *request, const char *name,
    bool (*valid)(const char *text))
{
	const char *value = http_query(request, name);
	if (value == NULL || value[0] == 0)
		return true;
	if (!valid(value))
		return false;
	buffer_printf(path, "&%s=%s", name, value);
	return true;
}

static bool write_rows_path(struct buffer *path, const struct http_request *request)
{
	const char *limit = http_query(request, "limit");
	uint64_t rows = REJECTS_PAGE_MAX / 2;
	if (limit != NULL && is_number(limit))
		rows = strtoull(limit, NULL, 10);
	buffer_printf(path, "/v1/rejects?limit=%" PRIu64, rows);
	return (limit == NULL || is_number(limit)) && rows >= 1 && rows <= REJECTS_PAGE_MAX &&
	       add_query(path, request, "after", is_number) &&
	       add_query(path, request, "kind", is_word) &&
	       add_query(path, request, "code", is_word);
}

void rejects_get_rows(struct http_request *request, void *context)
{
	struct monitor *monitor = context;
	struct feed *feed = find_feed(monitor, request, http_query(request, "department"));
	struct buffer path = { 0 };
	if (feed == NULL)
		return;
	const struct passing passing = { monitor, feed, request, write_rows, false };
	if (write_rows_path(&path, request))
		pass(&passing, buffer_text(&path), (struct bytes){ 0 });
	else
		http_answer_problem(request, 400, "page", "after is an id, limit is 1 to 200",
		    "after 应为编号，limit 应为 1 至 200");
	buffer_deinit(&path);
}

static void write_row(
    struct passing *passing, const struct json_value *root, struct json_writer *json)
{
	(void)passing;
	reject_write_row(root, json);
}

// "DEPARTMENT:ID"
void rejects_get_row(struct http_request *request, void *context)
{
	struct monitor *monitor = context;
	const char *tail = http_path_tail(request), *colon = strrchr(tail, ':');
	struct buffer path = { 0 };
	if (colon == NULL || !is_number(colon + 1)) {
		http_answer_problem(request, 404, "not_in_quarantine",
		    "There is no such row in quarantine: DEPARTMENT:ID",
		    "隔离区中没有该编号：部门:编号");
		return;
	}
	char *department = bytes_copy_text(bytes_make(tail, (size_t)(colon - tail)));
	struct feed *feed = find_feed(monitor, request, department);
	free(department);
	if (feed == NULL)
		return;
	const struct passing passing = { monitor, feed, request, write_row, false };
	buffer_printf(&path, "/v1/rejects/%s", colon + 1);
	pass(&passing, buffer_text(&path), (struct bytes){ 0 });
	buffer_deinit(&path);
}

// --- which rows ---------------------------------------------------------------------------------

// What a request says of the rows it means.
struct selection {
	struct feed *feed;
	const struct json_value *ids;
	const char *kind, *code, *reason;
};

static bool are_ids(const struct json_value *ids)
{
	int64_t id;
	if (json_type(ids) != JSON_ARRAY || json_size(ids) == 0 || json_size(ids) > IDS_MAX)
		return false;
	for (const struct json_value *each = json_first(ids); each != NULL; each = json_next(each))
		if (!json_integer(each, &id) || id < 1)
			return false;
	return true;
}

// False: the request was answered.
static bool read_selection(struct monitor *monitor, struct http_request *request,
    const struct json_value *root, struct selection *selection)
{
	*selection = (struct selection){
		.ids = json_member(root, "ids"),
		.kind = json_string(json_member(root, "kind")),
		.code = json_string(json_member(root, "code")),
		.reason = json_string(json_member(root, "reason")),
	};
	bool by_words = selection->kind != NULL || selection->code != NULL;
	bool good = (selection->ids != NULL) != by_words &&
		    (selection->ids == NULL || are_ids(selection->ids)) &&
		    (selection->kind == NULL || is_word(selection->kind)) &&
		    (selection->code == NULL || is_word(selection->code));
	if (!good) {
		answer_selection(request);
		return false;
	}
	selection->feed = find_feed(monitor, request, json_string(json_member(root, "department")));
	return selection->feed != NULL;
}

static void write_selection(const struct selection *selection, struct buffer *body)
{
	struct json_writer json = json_writer_make(body);
	json_write_begin_object(&json);
	if (selection->ids != NULL) {
		json_write_name(&json, "ids");
		json_write_value(&json, selection->ids);
	}
	if (selection->kind != NULL)
		json_write_member_text(&json, "kind", selection->kind);
	if (selection->code != NULL)
		json_write_member_text(&json, "code", selection->code);
	if (selection->reason != NULL)
		json_write_member_text(&json, "reason", selection->reason);
	json_write_end_object(&json);
}

// --- preview ------------------------------------------------------------------------------------

struct preview {
	struct http_request *request;
	struct reject_scan scan;
	struct buffer query;
	struct buffer wanted; // of int64_t; empty: all that are found
	struct buffer ids;    // the JSON array's content
	uint64_t count, loops;
};

static bool is_wanted(const struct preview *preview, int64_t id)
{
	size_t count = preview->wanted.size / sizeof id;
	for (size_t i = 0; i < count; i++)
		if (memcmp(preview->wanted.data + i * sizeof id, &id, sizeof id) == 0)
			return true;
	return count == 0;
}

static void preview_row(const struct json_value *row, void *context)
{
	struct preview *preview = context;
	int64_t id;
	const struct json_value *member = json_member(row, "id");
	if (member == NULL || !json_integer(member, &id) || !is_wanted(preview, id))
		return;
	preview->loops += reject_redrives(row) > 0;
	if (preview->count++ < REJECTS_PREVIEW_MAX)
		buffer_printf(&preview->ids, "%s%" PRId64, preview->ids.size > 0 ? "," : "", id);
}

static void answer_preview(const struct preview *preview)
{
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	struct buffer list = { 0 };
	buffer_append_byte(&list, '[');
	buffer_append_bytes(&list, buffer_bytes(&preview->ids));
	buffer_append_byte(&list, ']');
	json_write_begin_object(&json);
	json_write_member_text(&json, "department", preview->scan.feed->catalogue->name);
	json_write_member_integer(&json, "count", (int64_t)preview->count);
	json_write_member_integer(&json, "loops", (int64_t)preview->loops);
	json_write_name(&json, "ids");
	json_write_raw(&json, buffer_bytes(&list));
	json_write_member_boolean(
	    &json, "complete", preview->scan.complete && preview->count <= REJECTS_PREVIEW_MAX);
	json_write_end_object(&json);
	http_answer(preview->request, 200, "application/json", buffer_bytes(&out), NULL);
	buffer_deinit(&list);
	buffer_deinit(&out);
}

static void end_preview(struct reject_scan *scan, void *context)
{
	struct preview *preview = context;
	if (strcmp(scan->state, "ok") == 0)
		answer_preview(preview);
	else if (strcmp(scan->state, "no_token") == 0)
		http_answer_problem(preview->request, 503, "no_token",
		    "The monitor has no token for this department", "监控服务没有该部门的令牌");
	else
		http_answer_problem(preview->request, 502, "department",
		    "The department does not answer, or not as it should",
		    "该部门无应答或应答异常");
	buffer_deinit(&preview->query);
	buffer_deinit(&preview->wanted);
	buffer_deinit(&preview->ids);
	free(preview);
}

static void begin_preview(const struct selection *selection, struct http_request *request)
{
	struct preview *preview = allocate(sizeof *preview);
	preview->request = request;
	if (selection->kind != NULL)
		buffer_printf(&preview->query, "&kind=%s", selection->kind);
	if (selection->code != NULL)
		buffer_printf(&preview->query, "&code=%s", selection->code);
	for (const struct json_value *each = json_first(selection->ids); each != NULL;
	     each = json_next(each)) {
		int64_t id = 0;
		if (json_integer(each, &id))
			buffer_append(&preview->wanted, &id, sizeof id);
	}
	preview->scan = (struct reject_scan){ .feed = selection->feed,
		.query = buffer_text(&preview->query),
		.row = preview_row,
		.done = end_preview,
		.context = preview };
	reject_scan_start(&preview->scan);
}

void rejects_post_preview(struct http_request *request, void *context)
{
	struct json *json = NULL;
	struct selection selection;
	if (json_parse(&json, http_body(request)) != STATUS_OK)
		answer_selection(request);
	else if (read_selection(context, request, json_root(json), &selection))
		begin_preview(&selection, request);
	json_free(&json);
}

// --- settling -----------------------------------------------------------------------------------

static void write_settled(
    struct passing *passing, const struct json_value *root, struct json_writer *json)
{
	json_write_begin_object(json);
	json_write_member_text(json, "department", passing->feed->catalogue->name);
	for (const struct json_value *member = json_first(root); member != NULL;
	     member = json_next(member)) {
		json_write_name(json, json_name(member));
		json_write_value(json, member);
	}
	json_write_end_object(json);
}

static void settle(struct http_request *request, struct monitor *monitor, const char *path)
{
	struct json *json = NULL;
	struct selection selection;
	struct buffer body = { 0 };
	if (json_parse(&json, http_body(request)) != STATUS_OK) {
		answer_selection(request);
	} else if (read_selection(monitor, request, json_root(json), &selection)) {
		const struct passing passing = { monitor, selection.feed, request, write_settled,
			true };
		write_selection(&selection, &body);
		log_info("%s: asked of %s", path, selection.feed->catalogue->name);
		pass(&passing, path, buffer_bytes(&body));
	}
	buffer_wipe(&body);
	json_free(&json);
}

void rejects_post_redrive(struct http_request *request, void *context)
{
	settle(request, context, "/v1/rejects/redrive");
}

void rejects_post_dismiss(struct http_request *request, void *context)
{
	settle(request, context, "/v1/rejects/dismiss");
}
