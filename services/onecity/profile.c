// SPDX-License-Identifier: Apache-2.0
// profile: onecity profile: what the departments have said about a person.
#include "commands.h"

#include "call.h"
#include "options.h"
#include "outline.h"
#include "say.h"

#include <unistd.h>

enum {
	TIMEOUT_MS = 30 * 1000,
	ID_NUMBER_SIZE = 64,
	HTTP_NOT_FOUND = 404
};

// What to ask for; one of the two.
struct wanted {
	const char *subject;
	char id_number[ID_NUMBER_SIZE];
};

static void trim(char *text)
{
	size_t begin = strspn(text, " \t\r\n"), size = strlen(text);
	while (size > begin && strchr(" \t\r\n", text[size - 1]) != NULL)
		size--;
	memmove(text, text + begin, size - begin);
	memset(text + size - begin, 0, begin);
	text[size - begin] = 0;
}

static bool read_id_number(struct wanted *wanted)
{
	if (isatty(STDIN_FILENO))
		fputs(say("ID number: ", "身份证号："), stderr);
	bool got = fgets(wanted->id_number, sizeof wanted->id_number, stdin) != NULL;
	trim(wanted->id_number);
	return got && wanted->id_number[0] != 0;
}

// Everybody on the machine can read the command lines of others, so it stands there no longer than
// need be.
static bool take_id_number(struct wanted *wanted, char *argument)
{
	size_t size = strlen(argument);
	if (size >= sizeof wanted->id_number)
		return false;
	memcpy(wanted->id_number, argument, size + 1);
	memset(argument, '*', size);
	trim(wanted->id_number);
	return wanted->id_number[0] != 0;
}

static void write_question(struct buffer *body, const struct wanted *wanted)
{
	struct json_writer writer = json_writer_make(body);
	buffer_reserve(body, 1024); // so that it never moves and leaves a copy behind
	json_write_begin_object(&writer);
	if (wanted->subject != NULL)
		json_write_member_text(&writer, "subject", wanted->subject);
	else
		json_write_member_text(&writer, "id_number", wanted->id_number);
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

static int show(const struct service_place *profiles, const struct wanted *wanted, bool json)
{
	struct buffer body = { 0 };
	struct answer answer;
	write_question(&body, wanted);
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

static int show_at(const char *data, const struct wanted *wanted, bool json)
{
	struct place place;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	const struct service_place *profiles = place_find(&place, "profiles");
	int exit_code =
	    profiles != NULL
		? show(profiles, wanted, json)
		: give_up(say("%s has no profiles service", "%s 没有档案服务"), place.directory);
	place_deinit(&place);
	return exit_code;
}

int command_profile(int argc, char **argv)
{
	const char *data = NULL;
	bool json = false;
	struct wanted wanted = { 0 };
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		{ "subject", 's', OPTION_TEXT, &wanted.subject, 0, 0, "PID",
		    "by pseudonym instead: p1...", "改按假名查询：p1..." },
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
	if ((wanted.subject != NULL) == (operands[0] != NULL))
		return options_mistaken(&usage, say("expected %s", "应为 %s"), usage.operands);
	bool given = wanted.subject != NULL ||
		     (strcmp(operands[0], "-") == 0 ? read_id_number(&wanted)
						    : take_id_number(&wanted, operands[0]));
	exit_code = given ? show_at(data, &wanted, json)
			  : options_mistaken(&usage, say("expected an ID number", "应为身份证号"));
	explicit_bzero(&wanted, sizeof wanted);
	return exit_code;
}
