// SPDX-License-Identifier: Apache-2.0
// try: onecity try: a rehearsal of a push: what was understood, what is wrong, what would leave the
// building. Nothing is taken.
#include "commands.h"

#include "list.h"
#include "outline.h"
#include "table.h"

#include <inttypes.h>

enum {
	TIMEOUT_MS = 15 * 60 * 1000,
	SAMPLES_SHOWN_MAX = 3, // the answer has more
};

struct rehearsal {
	const struct rows_format *format;
	struct list list;
	const char *kind, *file_name;
	bool json;
};

// --- for people ---------------------------------------------------------------------------------

static void print_columns(const struct json_value *root)
{
	static const struct table_column columns[] = {
		{ "COLUMN", "列", false },
		{ "READ AS", "对应字段", false },
	};
	const struct json_value *column = json_first(json_member(root, "columns"));
	if (column == NULL)
		return;
	printf(say("Encoding: %s\n\n", "编码：%s\n\n"), member_text(root, "encoding"));
	struct table *table = table_new(columns, COUNT_OF(columns));
	for (; column != NULL; column = json_next(column)) {
		const char *field = json_string(json_member(column, "field"));
		table_add(table, member_text(column, "header"));
		if (field != NULL)
			table_add(table, field);
		else
			table_add_coloured(table, COLOUR_WARNING,
			    say("dropped: it does not leave the building", "舍弃：不会送出本单位"));
	}
	table_print(table, stdout);
	table_free(&table);
	putchar('\n');
}

// What is wrong with the columns belongs to no row.
static void print_problem(const struct json_value *problem)
{
	bool chinese = say_in_chinese();
	int64_t row = member_integer(problem, "row", 0);
	if (row > 0)
		printf(say("row %" PRId64 ": ", "第 %" PRId64 " 行："), row);
	say_text(stdout, member_text(problem, chinese ? "zh" : "en"));
	printf(" (%s)\n    ", member_text(problem, "code"));
	say_text(stdout, member_text(problem, chinese ? "hint_zh" : "hint_en"));
	putchar('\n');
}

static void print_problems(const struct json_value *root)
{
	const struct json_value *problem = json_first(json_member(root, "problems"));
	int64_t row = 0, rows = 0;
	if (problem == NULL)
		return;
	for (; problem != NULL; problem = json_next(problem)) {
		int64_t at = member_integer(problem, "row", 0);
		rows += at > 0 && at != row; // a row's problems stand together
		row = at;
		print_problem(problem);
	}
	if (member_integer(root, "quarantined", 0) > rows)
		printf(
		    say("more rows are bad than are shown here\n", "还有更多有误的行未在此列出\n"));
	putchar('\n');
}

static void print_samples(const struct json_value *root)
{
	const struct json_value *sample = json_first(json_member(root, "published"));
	if (sample == NULL)
		return;
	printf(say("What would leave the building (the first %d rows at most):\n\n",
		   "将送出本单位的内容（最多显示前 %d 行）：\n\n"),
	    SAMPLES_SHOWN_MAX);
	for (int i = 0; i < SAMPLES_SHOWN_MAX && sample != NULL; i++) {
		outline_print(stdout, sample);
		putchar('\n');
		sample = json_next(sample);
	}
}

static void print_counts(const struct json_value *root)
{
	printf(say("%" PRId64 " rows: %" PRId64 " would be accepted, %" PRId64
		   " unchanged, %" PRId64 " stale, %" PRId64 " quarantined\n",
		   "共 %" PRId64 " 行：将接收 %" PRId64 "，未变 %" PRId64 "，过旧 %" PRId64
		   "，隔离 %" PRId64 "\n"),
	    member_integer(root, "rows", 0), member_integer(root, "accepted", 0),
	    member_integer(root, "unchanged", 0), member_integer(root, "stale", 0),
	    member_integer(root, "quarantined", 0));
	if (json_member(root, "in_scope") != NULL)
		printf(say("full list: %" PRId64 " records in scope, %" PRId64
			   " missing from the list\n",
			   "全量清单：范围内 %" PRId64 " 条记录，清单缺少 %" PRId64 " 条\n"),
		    member_integer(root, "in_scope", 0), member_integer(root, "missing", 0));
	puts(say("Nothing was taken.", "未提交任何数据。"));
}

// --- the command --------------------------------------------------------------------------------

static int show(const struct rehearsal *rehearsal, const struct answer *answer)
{
	const struct json_value *root = answer_root(answer);
	struct list_refusal refusal;
	bool is_refused = list_refused(answer, &refusal);
	if (rehearsal->json) {
		printf("%.*s\n", BYTES_ARGS(buffer_bytes(&answer->content)));
	} else {
		print_columns(root);
		print_problems(root);
		print_samples(root);
		print_counts(root);
	}
	if (is_refused)
		list_tell_refusal(&refusal);
	bool has_bad = member_integer(root, "quarantined", 0) > 0;
	bool has_stale = member_integer(root, "stale", 0) > 0;
	return is_refused  ? EXIT_REFUSED
	       : has_bad   ? EXIT_QUARANTINED
	       : has_stale ? EXIT_STALE
			   : EXIT_SUCCESS;
}

static int take_answer(const struct rehearsal *rehearsal, const struct service_place *department,
    const struct answer *answer)
{
	struct list_refusal refusal;
	if (answer_is_success(answer))
		return show(rehearsal, answer);
	if (!list_refused(answer, &refusal))
		return list_give_up(department, answer);
	list_tell_refusal(&refusal);
	return EXIT_REFUSED;
}

static int ask(
    const struct rehearsal *rehearsal, const struct service_place *department, struct bytes content)
{
	struct buffer path = { 0 };
	struct answer answer;
	list_write_path(&rehearsal->list, "/v1/try/", rehearsal->kind, &path);
	struct question question = {
		.service = department,
		.method = "POST",
		.path = buffer_text(&path),
		.content_type = rehearsal->format->content_type,
		.body = content,
		.timeout_ms = TIMEOUT_MS,
	};
	enum status status = question_ask(&question, &answer);
	int exit_code = status == STATUS_OK ? take_answer(rehearsal, department, &answer)
					    : give_up_with(status);
	answer_deinit(&answer);
	buffer_deinit(&path);
	return exit_code;
}

static int try_at(const struct service_place *department, void *context)
{
	const struct rehearsal *rehearsal = context;
	struct buffer content = { 0 };
	int exit_code = list_read(rehearsal->file_name, &content);
	if (exit_code == EXIT_SUCCESS)
		exit_code = ask(rehearsal, department, buffer_bytes(&content));
	buffer_wipe(&content);
	return exit_code;
}

int command_try(int argc, char **argv)
{
	const char *data = NULL, *type = NULL;
	struct rehearsal rehearsal = { 0 };
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		OPTION_TYPE(&type),
		OPTION_MODE(&rehearsal.list.mode),
		OPTION_SCOPE(&rehearsal.list.scope),
		OPTION_CONFIRM(&rehearsal.list.confirmed),
		OPTION_JSON(&rehearsal.json),
	};
	const struct usage usage = {
		.command = "try",
		.operands = "DEPARTMENT KIND [FILE|-]",
		.operands_min = 2,
		.operands_max = 3,
		.english =
		    "Rehearses a push at the department: how each column is read, which rows "
		    "are bad and how to\n"
		    "mend them, and what would leave the building. Nothing is taken.",
		.chinese = "在部门服务上试推送：各列如何识别、哪些行有误及如何更正、哪些内容会送出"
			   "本单位。不提交任何数据。",
		.exits_english = "0 all would be taken; 3 some rows would be quarantined; 4 the "
				 "list as a whole would\n"
				 "be refused; 5 some rows are older than what is known; 1 failed",
		.exits_chinese = "0 将全部接收；3 部分将被隔离；4 清单整体将被拒绝；"
				 "5 部分早于已有版本；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	rehearsal.kind = operands[1];
	rehearsal.file_name = operands[2] != NULL ? operands[2] : "-";
	rehearsal.format = rows_format_of(type, rehearsal.file_name);
	if (rehearsal.format == NULL)
		return options_mistaken(&usage, "%s", rows_format_missing());
	exit_code = list_check(&rehearsal.list, &usage);
	if (exit_code == EXIT_SUCCESS)
		exit_code = department_call(data, operands[0], try_at, &rehearsal);
	return exit_code;
}
