// SPDX-License-Identifier: Apache-2.0
// explain: onecity score explain: a person's live scores, with the reasons.
#include "explain.h"

#include "call.h"
#include "commands.h"
#include "say.h"
#include "who.h"

enum {
	TIMEOUT_MS = 30 * 1000,
	HTTP_NOT_FOUND = 404
};

struct request {
	const char *data, *programme;
	bool json;
	struct who who;
};

static void write_question(struct buffer *body, const struct request *request)
{
	struct json_writer writer = json_writer_make(body);
	buffer_reserve(body, 1024); // so that it never moves and leaves a copy behind
	json_write_begin_object(&writer);
	json_write_member_text(&writer, who_member(&request->who), who_value(&request->who));
	if (request->programme != NULL)
		json_write_member_text(&writer, "programme", request->programme);
	if (!request->json)
		json_write_member_text(&writer, "report", say_in_chinese() ? "zh" : "en");
	json_write_end_object(&writer);
}

// What the service says may hold what departments wrote: lines stay, what steers a terminal does
// not.
static void print_report(struct bytes text)
{
	size_t begin = 0;
	for (size_t i = 0; i <= text.size; i++) {
		if (i < text.size && text.data[i] != '\n')
			continue;
		char *line = bytes_copy_text(bytes_make(text.data + begin, i - begin));
		say_text(stdout, line);
		if (i < text.size)
			fputc('\n', stdout);
		free(line);
		begin = i + 1;
	}
}

static int print_answer(const struct service_place *points, const struct answer *answer, bool json)
{
	if (answer->code == HTTP_NOT_FOUND) {
		(void)answer_give_up(points, answer);
		return EXIT_NOBODY;
	}
	if (!answer_is_success(answer))
		return answer_give_up(points, answer);
	if (json)
		printf("%.*s\n", BYTES_ARGS(buffer_bytes(&answer->content)));
	else
		print_report(buffer_bytes(&answer->content));
	return EXIT_SUCCESS;
}

static int ask(const struct service_place *points, const struct request *request)
{
	struct buffer body = { 0 };
	struct answer answer;
	write_question(&body, request);
	struct question question = {
		.service = points,
		.method = "POST",
		.path = "/v1/score",
		.content_type = "application/json",
		.body = buffer_bytes(&body),
		.timeout_ms = TIMEOUT_MS,
	};
	enum status status = question_ask(&question, &answer);
	int exit_code = status == STATUS_OK ? print_answer(points, &answer, request->json)
					    : give_up_with(status);
	answer_deinit(&answer);
	buffer_wipe(&body);
	return exit_code;
}

static int ask_at(const struct request *request)
{
	struct place place;
	enum status status = place_read(&place, request->data);
	if (status != STATUS_OK)
		return give_up_with(status);
	const struct service_place *points = place_find(&place, "points");
	int exit_code = points != NULL ? ask(points, request)
				       : give_up(say("%s has no points service", "%s 没有积分服务"),
					     place.directory);
	place_deinit(&place);
	return exit_code;
}

int explain(int argc, char **argv)
{
	struct request request = { 0 };
	const struct option_row rows[] = {
		OPTION_DATA(&request.data),
		OPTION_SUBJECT(&request.who.subject),
		{ "programme", 'p', OPTION_TEXT, &request.programme, 0, 0, "ID",
		    "this programme only", "仅此积分项目" },
		OPTION_JSON(&request.json),
	};
	const struct usage usage = {
		.command = "score explain",
		.operands = "- | ID_NUMBER | --subject PID",
		.operands_max = 1,
		.english = "Explains the live scores of somebody who has applied, item by item, "
			   "down to the entries of\n"
			   "the departments' journals, and the place in the live list. With - the "
			   "ID number is read\n"
			   "from standard input, which is the way to do it.",
		.chinese = "逐项说明申请人的当前积分、所据数据在部门日志中的序号以及当前名次。\n"
			   "请用 - 从标准输入读取身份证号。",
		.exits_english = "0 explained; 3 nobody whose application is scored; 1 failed",
		.exits_chinese = "0 已说明；3 没有正在计分的申请；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if (who_take(&request.who, &usage, operands[0], &exit_code))
		exit_code = ask_at(&request);
	who_deinit(&request.who);
	return exit_code;
}
