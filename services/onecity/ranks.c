// SPDX-License-Identifier: Apache-2.0
// ranks: onecity ranks: the live lists, and one of them.
#include "commands.h"

#include "call.h"
#include "options.h"
#include "say.h"
#include "table.h"

#include <ctype.h>

struct request {
	const char *data;
	int64_t after, limit;
	bool json;
};

// --- the question --------------------------------------------------------------------------------

static void write_encoded(struct buffer *out, const char *text)
{
	for (; *text != 0; text++) {
		if (isalnum((unsigned char)*text) || strchr("-._~", *text) != NULL)
			buffer_append_byte(out, (uint8_t)*text);
		else
			buffer_printf(out, "%%%02X", (unsigned char)*text);
	}
}

// Each operand is NAME=VALUE. False: one is not.
static bool write_path(struct buffer *path, const struct request *request, char **operands)
{
	buffer_append_text(path, "/v1/ranks");
	for (size_t i = 0; operands[i] != NULL; i++) {
		char *equals = strchr(operands[i], '=');
		if (equals == NULL)
			return false;
		buffer_append_byte(path, i == 0 ? '?' : '&');
		*equals = 0;
		write_encoded(path, operands[i]);
		*equals = '=';
		buffer_append_byte(path, '=');
		write_encoded(path, equals + 1);
	}
	if (operands[0] != NULL)
		buffer_printf(path, "&after=%d&limit=%d", (int)request->after, (int)request->limit);
	return true;
}

// --- words ---------------------------------------------------------------------------------------

static const struct word {
	const char *name, *english, *chinese;
} word_list[] = {
	{ "candidate", "candidate", "参加排名" },
	{ "open", "open: a condition is not known", "待核实" },
	{ "demonstration", "demonstration", "演示" },
	{ "live", "in force", "现行" },
};

static const char *word_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(word_list); i++)
		if (strcmp(word_list[i].name, name) == 0)
			return say_in_chinese() ? word_list[i].chinese : word_list[i].english;
	return name;
}

static void print_label(const struct json_value *label)
{
	if (json_type(label) != JSON_OBJECT)
		return;
	printf("*** ");
	say_text(stdout, member_text(label, say_in_chinese() ? "zh" : "en"));
	printf(" ***\n");
}

// --- all lists -----------------------------------------------------------------------------------

static void print_list_words(struct buffer *out, const struct json_value *list)
{
	buffer_printf(out, "table=%s programme=%s year=%s", member_text(list, "table"),
	    member_text(list, "programme"), member_text(list, "year"));
	const struct json_value *among = json_member(list, "among");
	for (const struct json_value *one = json_first(among); one != NULL; one = json_next(one))
		buffer_printf(out, " %s=%s", json_name(one), json_string(one));
}

// Of each table once; the lists of a table stand together.
static void print_labels(const struct json_value *lists)
{
	const char *last = "";
	for (const struct json_value *one = json_first(lists); one != NULL; one = json_next(one)) {
		if (strcmp(last, member_text(one, "table")) != 0)
			print_label(json_member(one, "label"));
		last = member_text(one, "table");
	}
}

static void print_lists(const struct json_value *root)
{
	static const struct table_column columns[] = {
		{ "COUNT", "人数", true },
		{ "STATUS", "性质", false },
		{ "LIST", "名单", false },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	const struct json_value *lists = json_member(root, "lists");
	print_labels(lists);
	if (json_first(lists) == NULL)
		tell(say("nobody is in a live list: no application of this year is accepted that a "
			 "table in force ranks",
		    "没有名单：本年度没有已受理且由现行规则排名的申请"));
	for (const struct json_value *one = json_first(lists); one != NULL; one = json_next(one)) {
		struct buffer words = { 0 };
		print_list_words(&words, one);
		table_add_number(table, member_integer(one, "count", -1));
		table_add(table, word_of(member_text(one, "status")));
		table_add(table, buffer_text(&words));
		buffer_deinit(&words);
	}
	table_print(table, stdout);
	table_free(&table);
}

// --- one list ------------------------------------------------------------------------------------

static bool member_is(const struct json_value *row, const char *name)
{
	const struct json_value *member = json_member(row, name);
	return member != NULL && json_type(member) == JSON_BOOLEAN && json_boolean(member);
}

static void add_row(struct table *table, const struct json_value *row)
{
	char rank[32];
	snprintf(rank, sizeof rank, "%d%s", (int)member_integer(row, "rank", -1),
	    member_is(row, "tied") ? "=" : "");
	table_add(table, rank);
	table_add(table, member_text(row, "subject"));
	table_add(table, member_text(row, "receipt"));
	table_add(table, member_text(row, "total"));
	table_add(table, word_of(member_text(row, "outcome")));
	bool final = member_is(row, "final");
	table_add_coloured(table, final ? COLOUR_GOOD : COLOUR_WARNING,
	    final ? say("final", "确定") : say("not final", "未定"));
}

static void tell_of_list(const struct json_value *root)
{
	const struct json_value *behind = json_member(root, "behind");
	print_label(json_member(json_member(root, "table"), "label"));
	for (const struct json_value *one = json_first(behind); one != NULL; one = json_next(one))
		tell(say("%s is behind: no score is final", "%s 数据未及时更新：积分均未定"),
		    json_string(one));
}

static void print_list(const struct json_value *root)
{
	static const struct table_column columns[] = {
		{ "RANK", "名次", true },
		{ "SUBJECT", "假名", false },
		{ "RECEIPT", "受理编号", false },
		{ "TOTAL", "总分", true },
		{ "OUTCOME", "结果", false },
		{ "STATE", "状态", false },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	tell_of_list(root);
	const struct json_value *rows = json_member(root, "rows");
	for (const struct json_value *one = json_first(rows); one != NULL; one = json_next(one))
		add_row(table, one);
	table_print(table, stdout);
	table_free(&table);
	int64_t next = member_integer(root, "next", -1);
	if (next >= 0)
		tell(say("%d in all; the next page: --after %d", "共 %d 人；下一页：--after %d"),
		    (int)member_integer(root, "count", -1), (int)next);
}

// --- the command ---------------------------------------------------------------------------------

static int show(const struct service_place *points, const char *path, bool json)
{
	struct answer answer;
	enum status status = question_get(points, path, &answer);
	if (status != STATUS_OK) {
		answer_deinit(&answer);
		return give_up_with(status);
	}
	const struct json_value *root = answer_root(&answer);
	if (json)
		printf("%.*s\n", BYTES_ARGS(buffer_bytes(&answer.content)));
	else if (json_member(root, "lists") != NULL)
		print_lists(root);
	else
		print_list(root);
	answer_deinit(&answer);
	return EXIT_SUCCESS;
}

int command_ranks(int argc, char **argv)
{
	struct request request = { .limit = 50 };
	const struct option_row rows[] = {
		OPTION_DATA(&request.data),
		{ "after", 0, OPTION_INTEGER, &request.after, 0, 100 * 1000 * 1000, "N",
		    "pass over the first N", "跳过前 N 人" },
		{ "limit", 'n', OPTION_INTEGER, &request.limit, 1, 500, "N", "show at most N (50)",
		    "最多显示 N 人（50）" },
		OPTION_JSON(&request.json),
	};
	const struct usage usage = {
		.command = "ranks",
		.operands = "[NAME=VALUE]...",
		.operands_max = 32,
		.english = "Lists the live lists; with the words that stand there (table=... "
			   "programme=... year=...), one\n"
			   "of them. Live lists change as departments report; only an assessment "
			   "decides.",
		.chinese = "列出全部当前名单；加上其中所列条件（table=... programme=... "
			   "year=...）则显示该名单。\n当前名单随各部门数据变化，不作为评定结果。",
		.exits_english = "0 shown; 1 failed",
		.exits_chinese = "0 已显示；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	struct place place;
	struct buffer path = { 0 };
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if (!write_path(&path, &request, operands)) {
		buffer_deinit(&path);
		return options_mistaken(&usage, say("expected %s", "应为 %s"), usage.operands);
	}
	enum status status = place_read(&place, request.data);
	if (status == STATUS_OK) {
		const struct service_place *points = place_find(&place, "points");
		exit_code = points != NULL
				? show(points, buffer_text(&path), request.json)
				: give_up(say("%s has no points service", "%s 没有积分服务"),
				      place.directory);
		place_deinit(&place);
	} else {
		exit_code = give_up_with(status);
	}
	buffer_deinit(&path);
	return exit_code;
}
