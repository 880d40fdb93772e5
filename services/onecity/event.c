// SPDX-License-Identifier: Apache-2.0
// event: onecity event show: one entry of a department's journal.
#include "commands.h"

#include "call.h"
#include "options.h"
#include "outline.h"
#include "points.h"
#include "rejects.h"
#include "say.h"

#include <inttypes.h>

enum {
	TIMEOUT_MS = 30 * 1000,
	HTTP_NOT_FOUND = 404
};

struct showing {
	int64_t sequence;
	bool json;
};

static const struct {
	const char *name, *english, *chinese;
} operations[] = {
	{ "put", "added or changed", "新增或变更" },
	{ "retract", "withdrawn", "撤回" },
	{ "reject", "a row went into quarantine", "有数据行进入隔离区" },
	{ "settle", "a row left quarantine", "有数据行移出隔离区" },
};

static const char *operation_words(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(operations); i++)
		if (strcmp(operations[i].name, name) == 0)
			return say_in_chinese() ? operations[i].chinese : operations[i].english;
	return name;
}

static void print_head(const struct json_value *entry)
{
	const struct json_value *title = json_member(entry, "title");
	say_text(stdout, member_text(entry, "department"));
	printf(say(" %" PRId64 ": ", " %" PRId64 "："), member_integer(entry, "sequence", 0));
	if (title != NULL)
		say_text(stdout, member_text(title, say_in_chinese() ? "zh" : "en"));
	else
		printf(say("kind %" PRId64 ", which this catalogue does not know",
			   "类别 %" PRId64 "，本目录未收录"),
		    member_integer(entry, "kind_number", 0));
	printf(say(", %s, recorded %s\n", "，%s，记录于 %s\n"),
	    operation_words(member_text(entry, "operation")), member_text(entry, "recorded"));
}

static void print_origin(const struct json_value *entry)
{
	int64_t previous = member_integer(entry, "previous", 0);
	const char *since = member_text(entry, "valid_since");
	printf("%s", say("Subject: ", "对象："));
	say_text(stdout, member_text(entry, "subject"));
	printf("%s", say("; key: ", "；键："));
	const char *key = member_text(entry, "key");
	say_text(stdout, key[0] != 0 ? key : say("none", "无"));
	putchar('\n');
	if (since[0] != 0)
		printf(say("Valid since: %s\n", "自此日起有效：%s\n"), since);
	if (previous > 0)
		printf(say("Replaces entry %" PRId64 "\n", "替换第 %" PRId64 " 条\n"), previous);
	const struct json_value *note = json_member(entry, "note");
	if (note != NULL) {
		say_text(stdout, member_text(note, "code"));
		printf(": ");
		say_text(stdout, member_text(note, say_in_chinese() ? "zh" : "en"));
		putchar('\n');
	}
}

static void print_entry(const struct json_value *entry)
{
	const struct json_value *fields = json_member(entry, "fields"),
				*erased = json_member(entry, "erased");
	print_head(entry);
	print_origin(entry);
	if (json_type(fields) == JSON_OBJECT) {
		puts(say("\nWhat it says. What is sensitive or could name somebody is withheld, "
			 "and named at the end;\nonecity profile shows it. \"-\" is nothing, or "
			 "withheld.",
		    "\n内容：敏感及可识别个人的字段不显示，名称列于末行（withheld），"
		    "可用 onecity profile 查看；\n“-”表示未填写或不显示。"));
		outline_print(stdout, fields);
	} else if (erased != NULL && json_type(erased) == JSON_BOOLEAN && json_boolean(erased)) {
		puts(say("\nWhat it said was erased.", "\n其内容已删除。"));
	} else {
		puts(say("\nIt has no content.", "\n没有内容。"));
	}
}

static int show_at(const struct service_place *department, void *context)
{
	const struct showing *showing = context;
	struct answer answer;
	char path[64];
	snprintf(path, sizeof path, "/v1/entries/%" PRId64, showing->sequence);
	struct question question = {
		.service = department, .method = "GET", .path = path, .timeout_ms = TIMEOUT_MS
	};
	int exit_code = EXIT_SUCCESS;
	enum status status = question_ask(&question, &answer);
	if (status != STATUS_OK)
		exit_code = give_up_with(status);
	else if (!answer_is_success(&answer))
		exit_code = answer_give_up(department, &answer);
	else if (showing->json)
		printf("%.*s\n", BYTES_ARGS(buffer_bytes(&answer.content)));
	else
		print_entry(answer_root(&answer));
	if (status == STATUS_OK && answer.code == HTTP_NOT_FOUND)
		exit_code = EXIT_NOBODY;
	answer_deinit(&answer);
	return exit_code;
}

static int show(int argc, char **argv)
{
	const char *data = NULL;
	struct showing showing = { 0 };
	const struct option_row rows[] = { OPTION_DATA(&data), OPTION_JSON(&showing.json) };
	const struct usage usage = {
		.command = "event show",
		.operands = "DEPARTMENT SEQUENCE",
		.operands_min = 2,
		.operands_max = 2,
		.english = "Shows one entry of a department's journal: where the sequence numbers "
			   "of an explanation, of a\n"
			   "profile or of the stream lead. What is sensitive or could name "
			   "somebody is withheld.",
		.chinese = "显示部门日志中的一条记录：积分说明、档案和事件流中的序号即指向它。\n"
			   "敏感及可识别个人的字段不显示。",
		.exits_english = "0 shown; 3 there is no such entry; 1 failed",
		.exits_chinese = "0 已显示；3 没有该序号；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if (!reject_id_parse(operands[1], &showing.sequence))
		return options_mistaken(
		    &usage, say("expected the sequence number of an entry", "应为日志序号"));
	return department_call(data, operands[0], show_at, &showing);
}

int command_event(int argc, char **argv)
{
	static const struct points_part parts[] = {
		{ "show", show, "DEPARTMENT SEQUENCE", "show an entry", "显示一条记录" },
	};
	return points_parts_run("event", parts, COUNT_OF(parts),
	    "One entry of a department's journal.", "部门日志中的一条记录。", argc, argv);
}
