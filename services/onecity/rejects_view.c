// SPDX-License-Identifier: Apache-2.0
// rejects_view: onecity rejects ls and show: the rows in quarantine, masked.
#include "rejects.h"

#include "call.h"
#include "commands.h"
#include "http_client.h"
#include "options.h"
#include "outline.h"
#include "table.h"

#include <inttypes.h>

enum {
	TIMEOUT_MS = 60 * 1000,
	PAGE_ROWS = 1000,
	LIMIT_MAX = 1000 * 1000,
};

static int ask(const struct service_place *department, const char *path, struct answer *answer)
{
	struct question question = {
		.service = department, .method = "GET", .path = path, .timeout_ms = TIMEOUT_MS
	};
	enum status status = question_ask(&question, answer);
	if (status != STATUS_OK)
		return give_up_with(status);
	if (!answer_is_success(answer))
		return answer_give_up(department, answer);
	if (answer->json == NULL)
		return give_up(say("the answer is no JSON", "应答不是 JSON"));
	return EXIT_SUCCESS;
}

static const char *words_of(const struct json_value *problem)
{
	return member_text(problem, say_in_chinese() ? "zh" : "en");
}

// --- ls -----------------------------------------------------------------------------------------

static const struct table_column columns[] = {
	{ "ID", "编号", true },
	{ "KIND", "类别", false },
	{ "CODE", "原因代码", false },
	{ "FROM", "来源", false },
	{ "LINE", "行号", true },
	{ "TIMES", "次数", true },
	{ "LAST", "最近", false },
	{ "PROBLEM", "问题", false },
};

struct listing {
	const char *kind, *code;
	int64_t limit; // 0: all
	bool json;
	int64_t after, rows, total; // so far
	bool has_more;
	struct table *table;
	struct buffer out;
	struct json_writer writer;
};

static void write_path(const struct listing *listing, struct buffer *path)
{
	const struct {
		const char *name, *value;
	} wanted[] = { { "kind", listing->kind }, { "code", listing->code } };
	int64_t left = listing->limit > 0 ? listing->limit - listing->rows : PAGE_ROWS;
	buffer_printf(path, "/v1/rejects?after=%" PRId64 "&limit=%" PRId64, listing->after,
	    left < PAGE_ROWS ? left : PAGE_ROWS);
	for (size_t i = 0; i < COUNT_OF(wanted); i++) {
		if (wanted[i].value == NULL)
			continue;
		buffer_printf(path, "&%s=", wanted[i].name);
		http_client_encode(path, wanted[i].value);
	}
}

static void add_row(struct listing *listing, const struct json_value *row)
{
	struct table *table = listing->table;
	table_add_number(table, member_integer(row, "id", -1));
	table_add(table, member_text(row, "kind"));
	table_add(table, member_text(row, "code"));
	table_add(table, member_text(row, "origin"));
	table_add_number(table, member_integer(row, "line", -1));
	table_add_number(table, member_integer(row, "times", -1));
	table_add(table, member_text(row, "last"));
	table_add(table, words_of(row));
}

static void take_page(struct listing *listing, const struct json_value *root)
{
	const struct json_value *row = json_first(json_member(root, "rejects"));
	for (; row != NULL; row = json_next(row)) {
		listing->rows++;
		if (listing->json)
			json_write_value(&listing->writer, row);
		else
			add_row(listing, row);
	}
	listing->total = member_integer(root, "total", 0);
	int64_t before = listing->after;
	listing->after = member_integer(root, "next", before);
	listing->has_more = listing->after > before;
}

static int read_pages(struct listing *listing, const struct service_place *department)
{
	int exit_code;
	do {
		struct answer answer;
		struct buffer path = { 0 };
		write_path(listing, &path);
		exit_code = ask(department, buffer_text(&path), &answer);
		if (exit_code == EXIT_SUCCESS)
			take_page(listing, answer_root(&answer));
		answer_deinit(&answer);
		buffer_deinit(&path);
	} while (exit_code == EXIT_SUCCESS && listing->has_more &&
		 (listing->limit == 0 || listing->rows < listing->limit));
	return exit_code;
}

static void end_json(struct listing *listing)
{
	struct json_writer *writer = &listing->writer;
	json_write_end_array(writer);
	json_write_member_integer(writer, "total", listing->total);
	json_write_name(writer, "next");
	if (listing->has_more)
		json_write_integer(writer, listing->after);
	else
		json_write_null(writer);
	json_write_end_object(writer);
	puts(buffer_text(&listing->out));
}

static int list_at(const struct service_place *department, void *context)
{
	struct listing *listing = context;
	listing->table = table_new(columns, COUNT_OF(columns));
	listing->writer = json_writer_make(&listing->out);
	json_write_begin_object(&listing->writer);
	json_write_name(&listing->writer, "rejects");
	json_write_begin_array(&listing->writer);
	int exit_code = read_pages(listing, department);
	if (exit_code == EXIT_SUCCESS && listing->json) {
		end_json(listing);
	} else if (exit_code == EXIT_SUCCESS) {
		table_print(listing->table, stdout);
		if (listing->rows < listing->total)
			tell(say("%" PRId64 " of the %" PRId64 " rows in quarantine are shown",
				 "显示 %" PRId64 " 行，隔离区共 %" PRId64 " 行"),
			    listing->rows, listing->total);
	}
	table_free(&listing->table);
	buffer_wipe(&listing->out);
	return exit_code;
}

int rejects_list(int argc, char **argv)
{
	const char *data = NULL;
	struct listing listing = { 0 };
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		OPTION_KIND(&listing.kind),
		OPTION_CODE(&listing.code),
		{ "limit", 'n', OPTION_INTEGER, &listing.limit, 1, LIMIT_MAX, "N",
		    "the first N rows (else all)", "前 N 行（默认全部）" },
		OPTION_JSON(&listing.json),
	};
	const struct usage usage = {
		.command = "rejects ls",
		.operands = "DEPARTMENT",
		.operands_min = 1,
		.operands_max = 1,
		.english = "Lists the rows in a department's quarantine, the oldest first.",
		.chinese = "列出部门隔离区中的数据行，最早的在前。",
		.exits_english = "0 listed, if any; 1 failed",
		.exits_chinese = "0 已列出（可能没有）；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	return department_call(data, operands[0], list_at, &listing);
}

// --- show ---------------------------------------------------------------------------------------

struct showing {
	int64_t id;
	bool json;
};

static void print_problems(const struct json_value *row)
{
	const struct json_value *problem = json_first(json_member(row, "problems"));
	for (; problem != NULL; problem = json_next(problem)) {
		say_text(stdout, words_of(problem));
		printf(" (%s)\n    ", member_text(problem, "code"));
		say_text(stdout, member_text(problem, say_in_chinese() ? "hint_zh" : "hint_en"));
		putchar('\n');
	}
}

static void print_row(const struct json_value *row)
{
	printf(say("Row %" PRId64 " of kind %s, from ", "编号 %" PRId64 "，类别 %s，来源 "),
	    member_integer(row, "id", 0), member_text(row, "kind"));
	say_text(stdout, member_text(row, "origin"));
	printf(
	    say(", line %" PRId64 "\n", "，第 %" PRId64 " 行\n"), member_integer(row, "line", 0));
	printf(say("Came: %" PRId64 " (first %s, last %s); sent through the checks again: %" PRId64
		   "\n\n",
		   "收到 %" PRId64 " 次（最早 %s，最近 %s）；重新校验 %" PRId64 " 次\n\n"),
	    member_integer(row, "times", 0), member_text(row, "first"), member_text(row, "last"),
	    member_integer(row, "redrives", 0));
	print_problems(row);
	const struct json_value *payload = json_member(row, "payload");
	if (json_type(payload) != JSON_OBJECT)
		return;
	puts(say("\nWhat it said, masked:", "\n内容（已脱敏）："));
	outline_print(stdout, payload);
}

static int show_at(const struct service_place *department, void *context)
{
	const struct showing *showing = context;
	struct answer answer;
	char path[64];
	snprintf(path, sizeof path, "/v1/rejects/%" PRId64, showing->id);
	int exit_code = ask(department, path, &answer);
	if (exit_code == EXIT_SUCCESS && showing->json)
		printf("%.*s\n", BYTES_ARGS(buffer_bytes(&answer.content)));
	else if (exit_code == EXIT_SUCCESS)
		print_row(answer_root(&answer));
	answer_deinit(&answer);
	return exit_code;
}

int rejects_show(int argc, char **argv)
{
	const char *data = NULL;
	struct showing showing = { 0 };
	const struct option_row rows[] = { OPTION_DATA(&data), OPTION_JSON(&showing.json) };
	const struct usage usage = {
		.command = "rejects show",
		.operands = "DEPARTMENT ID",
		.operands_min = 2,
		.operands_max = 2,
		.english = "Shows a row in quarantine, masked, with all that is wrong with it and "
			   "how to mend it.",
		.chinese = "查看隔离区中的一行（已脱敏）、全部问题及更正办法。",
		.exits_english = "0 shown; 1 failed, or there is no such row",
		.exits_chinese = "0 已显示；1 失败或没有该编号",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if (!reject_id_parse(operands[1], &showing.id))
		return options_mistaken(
		    &usage, say("expected the number of a row", "应为数据行的编号"));
	return department_call(data, operands[0], show_at, &showing);
}
