// SPDX-License-Identifier: Apache-2.0
// simulate: onecity simulate: an invented city's exports, or its changes, live.
//
// The city itself is made by a program of its own, onecity-simulate, which knows no network.
#include "simulate.h"

#include "commands.h"
#include "options.h"
#include "roster.h"
#include "say.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

enum {
	PEOPLE_MAX = 1000000,
	RATE = 50,
	RATE_MAX = 100000,
	SECONDS_MAX = 1000000,
	PERMILLE = 1000,
};

struct request {
	const char *out, *today, *format, *data;
	int64_t people, seed, mistakes, rate, seconds; // negative: not given
	bool live, json;
};

#define REQUEST_NOTHING                                                              \
	{                                                                            \
		.people = -1, .seed = -1, .mistakes = -1, .rate = RATE, .seconds = 0 \
	}

static void add(struct simulate_arguments *arguments, const char *text)
{
	ENSURE(arguments->count < SIMULATE_ARGUMENTS_MAX);
	arguments->list[arguments->count++] = text_copy(text);
}

static void add_text(struct simulate_arguments *arguments, const char *option, const char *value)
{
	if (value == NULL)
		return;
	add(arguments, option);
	add(arguments, value);
}

static void add_number(struct simulate_arguments *arguments, const char *option, int64_t value)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRId64, value);
	add_text(arguments, option, value >= 0 ? text : NULL);
}

static void arguments_make(
    struct simulate_arguments *arguments, const char *program, const struct request *request)
{
	*arguments = (struct simulate_arguments){ 0 };
	add(arguments, program);
	add_text(arguments, "--out", request->out);
	if (request->live)
		add(arguments, "--changes");
	add_number(arguments, "--people", request->people);
	add_number(arguments, "--seed", request->seed);
	add_text(arguments, "--today", request->today);
	add_text(arguments, "--format", request->format);
	add_number(arguments, "--mistakes", request->mistakes);
}

static void arguments_deinit(struct simulate_arguments *arguments)
{
	for (size_t i = 0; i < arguments->count; i++)
		free(arguments->list[i]);
}

static int run_program(const struct simulate_arguments *arguments)
{
	execv(arguments->list[0], arguments->list);
	return give_up(say("%s cannot be started: %s", "无法启动 %s：%s"), arguments->list[0],
	    strerror(errno));
}

static int simulate(const struct request *request)
{
	char directory[ROSTER_PATH_SIZE], program[ROSTER_PATH_SIZE + 32];
	struct simulate_arguments arguments;
	enum status status = roster_program_directory(directory);
	if (status != STATUS_OK)
		return give_up_with(status);
	snprintf(program, sizeof program, "%s/onecity-simulate", directory);
	arguments_make(&arguments, program, request);
	const struct simulate_live live = { request->data, request->rate, request->seconds,
		request->json };
	int exit_code = request->live ? simulate_live(&live, &arguments) : run_program(&arguments);
	arguments_deinit(&arguments);
	return exit_code;
}

int command_simulate(int argc, char **argv)
{
	struct request request = REQUEST_NOTHING;
	const struct option_row rows[] = {
		{ "out", 'o', OPTION_TEXT, &request.out, 0, 0, "DIR",
		    "write the departments' exports there; it is made",
		    "将各部门导出文件写入此目录（自动创建）" },
		{ "live", 'l', OPTION_FLAG, &request.live, 0, 0, NULL,
		    "send what happens today to the departments", "向各部门服务推送当日变更" },
		{ "people", 'n', OPTION_INTEGER, &request.people, 1, PEOPLE_MAX, "N",
		    "how many people (2000)", "人数（2000）" },
		{ "seed", 's', OPTION_INTEGER, &request.seed, 0, INT64_MAX, "S",
		    "another seed, another city (1)", "种子，不同种子即不同城市（1）" },
		{ "today", 0, OPTION_TEXT, &request.today, 0, 0, "DATE",
		    "the day that it is there (today in China)", "模拟的当天日期（中国今天）" },
		{ "format", 'f', OPTION_TEXT, &request.format, 0, 0, "FORMAT",
		    "gb18030 (default), utf8, utf8-bom, utf16: CSV; ndjson",
		    "gb18030（默认）、utf8、utf8-bom、utf16：CSV；ndjson" },
		{ "mistakes", 'm', OPTION_INTEGER, &request.mistakes, 0, PERMILLE, "PERMILLE",
		    "rows with a mistake (5)", "出错行的千分比（5）" },
		OPTION_DATA(&request.data),
		{ "rate", 'r', OPTION_INTEGER, &request.rate, 1, RATE_MAX, "R",
		    "live: rows a second (50)", "实时：每秒行数（50）" },
		{ "seconds", 0, OPTION_INTEGER, &request.seconds, 0, SECONDS_MAX, "T",
		    "live: for so long (0: until Ctrl-C)", "实时：持续秒数（0 为直到 Ctrl-C）" },
		OPTION_JSON(&request.json),
	};
	const struct usage usage = {
		.command = "simulate",
		.operands = "",
		.english =
		    "Invents a city: a function of people, seed and today, the same bytes "
		    "each time. With --out:\n"
		    "exports as offices produce them, mistakes included, to be put into "
		    "watched folders or pushed.\n"
		    "With --live: changes of the same city, sent to the departments of a data "
		    "directory.",
		.chinese = "虚构一座城市：由人数、种子和日期决定，每次结果逐字节相同。--out "
			   "生成各部门导出文件（含常见差错），\n可放入监视目录或推送；--live "
			   "向数据目录中的各部门服务推送同一城市的变更。",
		.exits_english = "0 done; 1 failed; 2 the city cannot be made so",
		.exits_chinese = "0 完成；1 失败；2 参数无法使用",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if ((request.out != NULL) == request.live)
		return options_mistaken(
		    &usage, "%s", say("give --out or --live", "请指定 --out 或 --live 之一"));
	return simulate(&request);
}
