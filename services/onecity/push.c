// SPDX-License-Identifier: Apache-2.0
// push: onecity push: rows from a file or a pipe to a department.
//
// NDJSON goes in pieces of whole lines, in constant memory; from a pipe that is quiet, what is
// there goes at once. A piece that may have been taken without our hearing of it is sent again:
// records are states, so the second time nothing changes.
#include "commands.h"

#include "call.h"
#include "http_client.h"
#include "options.h"
#include "rows_file.h"
#include "say.h"

#include <inttypes.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

enum {
	PIECE_BYTES_MAX = 4 * 1024 * 1024,
	QUIET_MS = 100,
	POST_TIMEOUT_MS = 120 * 1000,
	PAUSE_MIN_MS = 250,
	PAUSE_MAX_MS = 5 * 1000,
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
	COUNTS
};
static const char *const count_names[COUNTS] = { "accepted", "unchanged", "quarantined", "stale" };

struct push {
	const struct service_place *service;
	const struct rows_format *format;
	const char *path; // of the URL
	int64_t wait_ms;
	int64_t counts[COUNTS];
	int64_t requests, first_sequence, last_sequence;
	char epoch[64];
	int64_t lines; // sent and taken
	unsigned problems_told;
	bool shows_progress;
};

// --- sending one piece --------------------------------------------------------------------------

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void take_counts(struct push *push, const struct answer *answer)
{
	const struct json_value *root = answer->json ? json_root(answer->json) : NULL;
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

// What was wrong with the first bad rows, numbered as in the whole input.
static void tell_problems(struct push *push, const struct answer *answer)
{
	const struct json_value *root = answer->json ? json_root(answer->json) : NULL;
	const struct json_value *problem = json_first(json_member(root, "problems"));
	bool chinese = say_in_chinese();
	for (; problem != NULL && push->problems_told < PROBLEMS_TOLD_MAX;
	     problem = json_next(problem)) {
		push->problems_told++;
		const char *hint = member_text(problem, chinese ? "hint_zh" : "hint_en");
		tell(say("row %" PRId64 ": %s: %s%s%s", "第 %" PRId64 " 行：%s：%s%s%s"),
		    push->lines + member_integer(problem, "row", 0), member_text(problem, "code"),
		    member_text(problem, chinese ? "zh" : "en"),
		    hint[0] != 0 ? say(". ", "。") : "", hint);
	}
	if (problem != NULL && push->problems_told++ == PROBLEMS_TOLD_MAX)
		tell(say("more rows are in the quarantine", "隔离区中还有更多行"));
}

static bool worth_another_try(enum status status, const struct answer *answer)
{
	enum {
		TOO_MANY_REQUESTS = 429,
		SERVICE_UNAVAILABLE = 503
	};
	if (status != STATUS_OK)
		return status == STATUS_UNAVAILABLE;
	return answer->code == SERVICE_UNAVAILABLE || answer->code == TOO_MANY_REQUESTS;
}

// Asks again, with pauses that grow, until something else than "not now" comes or the time is over.
static enum status ask_patiently(const struct push *push, struct bytes body, struct answer *answer)
{
	const struct question question = {
		.service = push->service,
		.method = "POST",
		.path = push->path,
		.content_type = push->format->content_type,
		.body = body,
		.timeout_ms = POST_TIMEOUT_MS,
	};
	int64_t until_ms = now_ms() + push->wait_ms;
	for (int64_t pause_ms = PAUSE_MIN_MS;; pause_ms *= 2) {
		enum status status = question_ask(&question, answer);
		if (pause_ms > PAUSE_MAX_MS)
			pause_ms = PAUSE_MAX_MS;
		if (!worth_another_try(status, answer) || now_ms() + pause_ms > until_ms)
			return status;
		if (pause_ms == PAUSE_MIN_MS)
			tell(say("%s cannot take rows now; trying again",
				 "%s 暂时无法接收；正在重试"),
			    push->service->name);
		answer_deinit(answer);
		usleep((useconds_t)pause_ms * 1000);
	}
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

static int send_piece(struct push *push, struct bytes body)
{
	struct answer answer;
	int exit_code = EXIT_SUCCESS;
	enum status status = ask_patiently(push, body, &answer);
	if (status == STATUS_OK && answer_is_success(&answer)) {
		take_counts(push, &answer);
		tell_problems(push, &answer);
		push->lines += lines_of(body);
		show_progress(push);
	} else {
		exit_code = status != STATUS_OK ? give_up_with(status)
						: answer_give_up(push->service, &answer);
	}
	answer_deinit(&answer);
	return exit_code;
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

static int push_whole(struct push *push, int file)
{
	struct buffer content = { 0 };
	enum status status = rows_file_read_whole(file, &content);
	int exit_code =
	    status == STATUS_OK ? send_piece(push, buffer_bytes(&content)) : give_up_with(status);
	buffer_wipe(&content);
	return exit_code;
}

// --- the result ---------------------------------------------------------------------------------

static void print_json(const struct push *push)
{
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	json_write_begin_object(&writer);
	for (int i = 0; i < COUNTS; i++)
		json_write_member_integer(&writer, count_names[i], push->counts[i]);
	json_write_member_integer(&writer, "requests", push->requests);
	if (push->first_sequence > 0) {
		json_write_member_integer(&writer, "first_sequence", push->first_sequence);
		json_write_member_integer(&writer, "last_sequence", push->last_sequence);
		json_write_member_text(&writer, "epoch", push->epoch);
	}
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
}

// Printed after a failure too: what was taken before it is durable.
static int report(const struct push *push, int exit_code, bool json)
{
	if (push->shows_progress && push->lines > 0)
		fputs("\r\033[K", stderr);
	if (json)
		print_json(push);
	else
		print_counts(push);
	if (exit_code == EXIT_SUCCESS && push->counts[QUARANTINED] > 0)
		exit_code = EXIT_QUARANTINED;
	return exit_code;
}

// --- the command --------------------------------------------------------------------------------

static int push_file(struct push *push, const char *file_name, bool json)
{
	int file;
	enum status status = rows_file_open(&file, file_name);
	if (status != STATUS_OK)
		return give_up_with(status);
	int exit_code = push->format->in_pieces ? push_lines(push, file) : push_whole(push, file);
	rows_file_close(file);
	return report(push, exit_code, json);
}

static int push_to(
    struct push *push, char **operands, const char *data, const char *file_name, bool json)
{
	struct place place;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	push->service = department_find(&place, operands[0]);
	int exit_code = push->service != NULL ? push_file(push, file_name, json) : EXIT_FAILURE;
	place_deinit(&place);
	return exit_code;
}

int command_push(int argc, char **argv)
{
	const char *data = NULL, *type = NULL;
	bool json = false;
	int64_t wait_s = WAIT_SECONDS;
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		OPTION_TYPE(&type),
		{ "wait", 'w', OPTION_INTEGER, &wait_s, 0, WAIT_SECONDS_MAX, "SECONDS",
		    "how long to try when the department cannot take rows (30)",
		    "部门服务暂不可用时重试的秒数（30）" },
		OPTION_JSON(&json),
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
		.exits_english = "0 all taken; 3 some were quarantined; 1 failed",
		.exits_chinese = "0 全部接收；3 部分被隔离；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	const char *file_name = operands[2] != NULL ? operands[2] : "-";
	struct push push = { .format = rows_format_of(type, file_name), .wait_ms = wait_s * 1000 };
	if (push.format == NULL)
		return options_mistaken(&usage, "%s", rows_format_missing());
	push.shows_progress = isatty(STDERR_FILENO) && !json;
	struct buffer path = { 0 };
	buffer_append_text(&path, "/v1/rows/");
	http_client_encode(&path, operands[1]);
	push.path = buffer_text(&path);
	exit_code = push_to(&push, operands, data, file_name, json);
	buffer_deinit(&path);
	return exit_code;
}
