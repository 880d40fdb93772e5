// SPDX-License-Identifier: Apache-2.0
// push: onecity push: rows from a file or a pipe to a department.
//
// NDJSON goes in pieces of whole lines, in constant memory; from a pipe that is quiet, what is
// there goes at once. A piece that may have been taken without our hearing of it is sent again:
// records are states, so the second time nothing changes. What means something as a whole goes in
// one piece (list.h).
#include "commands.h"

#include "list.h"
#include "say.h"

#include <inttypes.h>
#include <poll.h>
#include <unistd.h>

enum {
	PIECE_BYTES_MAX = 4 * 1024 * 1024,
	QUIET_MS = 100,
	PIECE_TIMEOUT_MS = 120 * 1000,
	WHOLE_TIMEOUT_MS = 15 * 60 * 1000,
	WAIT_SECONDS = 30,
	WAIT_SECONDS_MAX = 24 * 3600,
	PROBLEMS_TOLD_MAX = 20,
};

// The counts of a department's answer, by their names in it.
enum {
	ACCEPTED,
	UNCHANGED,
	QUARANTINED,
	STALE,
	NOT_KEPT,
	COUNTS
};
static const char *const count_names[COUNTS] = { "accepted", "unchanged", "quarantined", "stale",
	"not_kept" };

struct push {
	const struct service_place *service;
	const struct rows_format *format;
	struct list list;
	const char *file_name;
	const char *path; // of the URL
	bool whole, json;
	int64_t wait_ms;
	struct answer last; // what was said to the last piece
	int64_t counts[COUNTS];
	int64_t requests, first_sequence, last_sequence;
	char epoch[64];
	int64_t lines; // sent and taken
	unsigned problems_told;
	bool shows_progress;
};

// --- sending one piece --------------------------------------------------------------------------

static void take_counts(struct push *push, const struct answer *answer)
{
	const struct json_value *root = answer_root(answer);
	for (int i = 0; i < COUNTS; i++)
		push->counts[i] += member_integer(root, count_names[i], 0);
	push->requests++;
	if (member_integer(root, "accepted", 0) == 0)
		return;
	if (push->first_sequence == 0)
		push->first_sequence = member_integer(root, "first_sequence", 0);
	push->last_sequence = member_integer(root, "last_sequence", 0);
	snprintf(push->epoch, sizeof push->epoch, "%s", member_text(root, "epoch"));
}

// The row as in the whole input; what is wrong with the list's columns belongs to none.
static void tell_problem(const struct push *push, const struct json_value *problem)
{
	bool chinese = say_in_chinese();
	int64_t row = member_integer(problem, "row", 0);
	const char *hint = member_text(problem, chinese ? "hint_zh" : "hint_en");
	char place[64] = "";
	if (row > 0)
		snprintf(place, sizeof place, say("row %" PRId64 ": ", "第 %" PRId64 " 行："),
		    push->lines + row);
	tell(say("%s%s: %s%s%s", "%s%s：%s%s%s"), place, member_text(problem, "code"),
	    member_text(problem, chinese ? "zh" : "en"), hint[0] != 0 ? say(". ", "。") : "", hint);
}

static void tell_problems(struct push *push, const struct answer *answer)
{
	const struct json_value *list = json_member(answer_root(answer), "problems");
	const struct json_value *problem = json_first(list);
	for (; problem != NULL && push->problems_told < PROBLEMS_TOLD_MAX;
	     problem = json_next(problem)) {
		push->problems_told++;
		tell_problem(push, problem);
	}
	if (problem != NULL && push->problems_told++ == PROBLEMS_TOLD_MAX)
		tell(say("more rows are bad than are shown here", "还有更多有误的行未在此列出"));
}

static void show_progress(const struct push *push)
{
	if (push->shows_progress)
		fprintf(stderr, say("\r%" PRId64 " rows", "\r%" PRId64 " 行"), push->lines);
}

static int64_t lines_of(struct bytes body)
{
	int64_t lines = 0;
	for (size_t i = 0; i < body.size; i++)
		lines += body.data[i] == '\n';
	return body.size > 0 && body.data[body.size - 1] != '\n' ? lines + 1 : lines;
}

static int take_answer(struct push *push, struct bytes body)
{
	struct list_refusal refusal;
	bool is_refused = list_refused(&push->last, &refusal);
	if (!is_refused && !answer_is_success(&push->last))
		return push->whole ? list_give_up(push->service, &push->last)
				   : answer_give_up(push->service, &push->last);
	take_counts(push, &push->last);
	list_tell_unused_columns(answer_root(&push->last));
	tell_problems(push, &push->last);
	push->lines += lines_of(body);
	show_progress(push);
	if (is_refused)
		list_tell_refusal(&refusal);
	return is_refused ? EXIT_REFUSED : EXIT_SUCCESS;
}

static int send_piece(struct push *push, struct bytes body)
{
	const struct question question = {
		.service = push->service,
		.method = "POST",
		.path = push->path,
		.content_type = push->format->content_type,
		.body = body,
		.timeout_ms = push->whole ? WHOLE_TIMEOUT_MS : PIECE_TIMEOUT_MS,
	};
	answer_deinit(&push->last);
	enum status status = question_ask_patiently(&question, push->wait_ms, &push->last);
	return status == STATUS_OK ? take_answer(push, body) : give_up_with(status);
}

// --- reading ------------------------------------------------------------------------------------

static bool is_quiet(int file)
{
	struct pollfd descriptor = { .fd = file, .events = POLLIN };
	return poll(&descriptor, 1, QUIET_MS) == 0;
}

static size_t whole_lines(const struct buffer *pending)
{
	const uint8_t *newline =
	    pending->size > 0 ? memrchr(pending->data, '\n', pending->size) : NULL;
	return newline != NULL ? (size_t)(newline - pending->data) + 1 : 0;
}

static bool is_blank(struct bytes rows)
{
	for (size_t i = 0; i < rows.size; i++)
		if (strchr(" \t\r\n", rows.data[i]) == NULL || rows.data[i] == 0)
			return false;
	return true;
}

static int push_piece(struct push *push, struct buffer *pending, size_t size)
{
	struct bytes rows = bytes_make(pending->data, size);
	int exit_code = is_blank(rows) ? EXIT_SUCCESS : send_piece(push, rows);
	buffer_drop(pending, size);
	return exit_code;
}

static int push_lines(struct push *push, int file)
{
	struct buffer pending = { 0 };
	int exit_code = EXIT_SUCCESS;
	bool ended = false;
	buffer_reserve(&pending, PIECE_BYTES_MAX);
	while (!ended && exit_code == EXIT_SUCCESS) {
		size_t whole = whole_lines(&pending);
		if (pending.size == PIECE_BYTES_MAX && whole == 0)
			exit_code =
			    give_up(say("line %" PRId64
					" has more than %d bytes; those before it were taken",
					"第 %" PRId64 " 行超过 %d 字节；此前各行已接收"),
				push->lines + 1, PIECE_BYTES_MAX);
		else if (pending.size == PIECE_BYTES_MAX || (whole > 0 && is_quiet(file)))
			exit_code = push_piece(push, &pending, whole);
		else if (rows_file_read(file, &pending, PIECE_BYTES_MAX, &ended) != STATUS_OK)
			exit_code = give_up_with(STATUS_IO);
	}
	if (exit_code == EXIT_SUCCESS)
		exit_code = push_piece(push, &pending, pending.size);
	buffer_wipe(&pending);
	return exit_code;
}

static int push_pieces(struct push *push)
{
	int file;
	enum status status = rows_file_open(&file, push->file_name);
	if (status != STATUS_OK)
		return give_up_with(status);
	int exit_code = push_lines(push, file);
	rows_file_close(file);
	return exit_code;
}

static int push_whole(struct push *push)
{
	struct buffer content = { 0 };
	int exit_code = list_read(push->file_name, &content);
	if (exit_code == EXIT_SUCCESS)
		exit_code = send_piece(push, buffer_bytes(&content));
	buffer_wipe(&content);
	return exit_code;
}

// --- the result ---------------------------------------------------------------------------------

// What is said of a list as a whole, as it was said.
static void write_list(struct json_writer *writer, const struct push *push)
{
	static const char *const names[] = { "encoding", "columns", "in_scope", "missing",
		"retracted" };
	const struct json_value *root = answer_root(&push->last);
	struct list_refusal refusal;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct json_value *member = json_member(root, names[i]);
		if (member == NULL)
			continue;
		json_write_name(writer, names[i]);
		json_write_value(writer, member);
	}
	if (!list_refused(&push->last, &refusal))
		return;
	json_write_name(writer, "refused");
	json_write_begin_object(writer);
	json_write_member_text(writer, "code", refusal.code);
	json_write_member_text(writer, "en", refusal.english);
	json_write_member_text(writer, "zh", refusal.chinese);
	json_write_end_object(writer);
}

static void print_json(const struct push *push)
{
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	json_write_begin_object(&writer);
	for (int i = 0; i < COUNTS; i++)
		if (i != NOT_KEPT || push->counts[i] > 0)
			json_write_member_integer(&writer, count_names[i], push->counts[i]);
	json_write_member_integer(&writer, "requests", push->requests);
	if (push->first_sequence > 0) {
		json_write_member_integer(&writer, "first_sequence", push->first_sequence);
		json_write_member_integer(&writer, "last_sequence", push->last_sequence);
		json_write_member_text(&writer, "epoch", push->epoch);
	}
	write_list(&writer, push);
	json_write_end_object(&writer);
	puts(buffer_text(&out));
	buffer_deinit(&out);
}

static void print_counts(const struct push *push)
{
	const int64_t *counts = push->counts;
	printf(say("%" PRId64 " accepted, %" PRId64 " unchanged, %" PRId64 " quarantined, %" PRId64
		   " stale\n",
		   "接收 %" PRId64 "，未变 %" PRId64 "，隔离 %" PRId64 "，过旧 %" PRId64 "\n"),
	    counts[ACCEPTED], counts[UNCHANGED], counts[QUARANTINED], counts[STALE]);
	if (counts[STALE] > 0)
		tell(
		    say("%" PRId64 " rows were not taken because they are older than what is "
			"known; nothing is to be mended in them: export the current state again",
			"%" PRId64 " 行早于系统中已有的版本，未采用；无需更正，请重新导出最新数据"),
		    counts[STALE]);
	if (counts[NOT_KEPT] > 0)
		tell(say("the quarantine is full: %" PRId64 " bad rows were not kept; mend or "
			 "dismiss some there, mend these at their source and send them again",
			 "隔离区已满：%" PRId64
			 " 行有误的数据未能保留；请先处理隔离区，再更正并重新提交这些数据"),
		    counts[NOT_KEPT]);
}

static void print_full_list(const struct push *push)
{
	const struct json_value *root = answer_root(&push->last);
	if (json_member(root, "in_scope") == NULL)
		return;
	printf(say("full list: %" PRId64 " records in scope, %" PRId64 " missing from the list, "
		   "%" PRId64 " withdrawn\n",
		   "全量清单：范围内 %" PRId64 " 条记录，清单缺少 %" PRId64 " 条，已撤回 %" PRId64
		   " 条\n"),
	    member_integer(root, "in_scope", 0), member_integer(root, "missing", 0),
	    member_integer(root, "retracted", 0));
}

// Printed after a failure too: what was taken before it is durable.
static int report(const struct push *push, int exit_code)
{
	if (push->shows_progress && push->lines > 0)
		fputs("\r\033[K", stderr);
	if (push->json) {
		print_json(push);
	} else {
		print_counts(push);
		print_full_list(push);
	}
	bool has_bad = push->counts[QUARANTINED] > 0 || push->counts[NOT_KEPT] > 0;
	if (exit_code == EXIT_SUCCESS && has_bad)
		exit_code = EXIT_QUARANTINED;
	else if (exit_code == EXIT_SUCCESS && push->counts[STALE] > 0)
		exit_code = EXIT_STALE;
	return exit_code;
}

// --- the command --------------------------------------------------------------------------------

static int push_to(const struct service_place *department, void *context)
{
	struct push *push = context;
	push->service = department;
	return report(push, push->whole ? push_whole(push) : push_pieces(push));
}

static int push_list(struct push *push, char **operands, const char *data)
{
	struct buffer path = { 0 };
	list_write_path(&push->list, "/v1/rows/", operands[1], &path);
	push->path = buffer_text(&path);
	push->whole = list_goes_whole(&push->list, push->format);
	push->shows_progress = isatty(STDERR_FILENO) && !push->json;
	int exit_code = department_call(data, operands[0], push_to, push);
	answer_deinit(&push->last);
	buffer_deinit(&path);
	return exit_code;
}

int command_push(int argc, char **argv)
{
	const char *data = NULL, *type = NULL;
	int64_t wait_s = WAIT_SECONDS;
	struct push push = { 0 };
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		OPTION_TYPE(&type),
		OPTION_MODE(&push.list.mode),
		OPTION_SCOPE(&push.list.scope),
		OPTION_CONFIRM(&push.list.confirmed),
		{ "on-error", 0, OPTION_TEXT, &push.list.on_error, 0, 0, "ACTION",
		    "quarantine: bad rows are put aside (the default); reject: then\n"
		    "                             nothing is taken",
		    "quarantine：有误的行进入隔离区（默认）；reject：有误则全部不接收" },
		{ "wait", 'w', OPTION_INTEGER, &wait_s, 0, WAIT_SECONDS_MAX, "SECONDS",
		    "how long to try when the department cannot take rows (30)",
		    "部门服务暂不可用时重试的秒数（30）" },
		OPTION_JSON(&push.json),
	};
	const struct usage usage = {
		.command = "push",
		.operands = "DEPARTMENT KIND [FILE|-]",
		.operands_min = 2,
		.operands_max = 3,
		.english = "Sends rows to a department. What is counted as accepted is durable "
			   "there. Without FILE, or\n"
			   "with -, rows are read from standard input.",
		.chinese = "向部门服务推送数据行。计为“接收”的已在该处持久保存。不给 FILE 或给 - "
			   "时从标准输入读取。",
		.exits_english = "0 all taken; 3 some were quarantined; 4 the list as a whole was "
				 "refused; 5 some were older than what is known; 1 failed",
		.exits_chinese =
		    "0 全部接收；3 部分被隔离；4 清单整体被拒绝；5 部分早于已有版本；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	push.file_name = operands[2] != NULL ? operands[2] : "-";
	push.format = rows_format_of(type, push.file_name);
	push.wait_ms = wait_s * 1000;
	if (push.format == NULL)
		return options_mistaken(&usage, "%s", rows_format_missing());
	exit_code = list_check(&push.list, &usage);
	return exit_code == EXIT_SUCCESS ? push_list(&push, operands, data) : exit_code;
}
