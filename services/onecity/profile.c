// SPDX-License-Identifier: Apache-2.0
// profile: onecity profile: what the departments have said about a person.
#include "commands.h"

#include "call.h"
#include "options.h"
#include "outline.h"
#include "say.h"
#include "who.h"

enum {
	TIMEOUT_MS = 30 * 1000,
	HTTP_NOT_FOUND = 404
};

static void write_question(struct buffer *body, const struct who *who)
{
	struct json_writer writer = json_writer_make(body);
	buffer_reserve(body, 1024); // so that it never moves and leaves a copy behind
	json_write_begin_object(&writer);
	json_write_member_text(&writer, who_member(who), who_value(who));
	json_write_end_object(&writer);
}

static int print_answer(
    const struct service_place *profiles, const struct answer *answer, bool json)
{
	if (!answer_is_success(answer))
		return answer_give_up(profiles, answer);
	if (answer->json == NULL)
		return give_up(say("the answer is no JSON", "应答不是 JSON"));
	if (json)
		printf("%.*s\n", BYTES_ARGS(buffer_bytes(&answer->content)));
	else
		outline_print(stdout, json_root(answer->json));
	return EXIT_SUCCESS;
}

static int show(const struct service_place *profiles, const struct who *who, bool json)
{
	struct buffer body = { 0 };
	struct answer answer;
	write_question(&body, who);
	struct question question = {
		.service = profiles,
		.method = "POST",
		.path = "/v1/profile",
		.content_type = "application/json",
		.body = buffer_bytes(&body),
		.timeout_ms = TIMEOUT_MS,
	};
	enum status status = question_ask(&question, &answer);
	int exit_code =
	    status == STATUS_OK ? print_answer(profiles, &answer, json) : give_up_with(status);
	if (status == STATUS_OK && answer.code == HTTP_NOT_FOUND)
		exit_code = EXIT_NOBODY;
	answer_deinit(&answer);
	buffer_wipe(&body);
	return exit_code;
}

static int show_at(const char *data, const struct who *who, bool json)
{
	struct place place;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	const struct service_place *profiles = place_find(&place, "profiles");
	int exit_code =
	    profiles != NULL
		? show(profiles, who, json)
		: give_up(say("%s has no profiles service", "%s 没有档案服务"), place.directory);
	place_deinit(&place);
	return exit_code;
}

int command_profile(int argc, char **argv)
{
	const char *data = NULL;
	bool json = false;
	struct who who = { 0 };
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		OPTION_SUBJECT(&who.subject),
		OPTION_JSON(&json),
	};
	const struct usage usage = {
		.command = "profile",
		.operands = "- | ID_NUMBER | --subject PID",
		.operands_max = 1,
		.english = "Shows what the departments have said about a person, and how fresh it "
			   "is. With - the ID\n"
			   "number is read from standard input, which is the way to do it: one on "
			   "a command line can be\n"
			   "seen by everybody on the machine for a moment, and stays in the "
			   "shell's history.",
		.chinese = "显示各部门关于一个人的事实及其新鲜程度。请用 - "
			   "从标准输入读取身份证号：写在命令行上的号码\n"
			   "会短暂被本机其他人看到，并留在命令历史里。",
		.exits_english = "0 shown; 3 nobody reported anything; 1 failed",
		.exits_chinese = "0 已显示；3 无人上报；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if (who_take(&who, &usage, operands[0], &exit_code))
		exit_code = show_at(data, &who, json);
	who_deinit(&who);
	return exit_code;
}
