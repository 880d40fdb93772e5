// SPDX-License-Identifier: Apache-2.0
// views: onecity lag and onecity gaps: two views of the aggregator's status.
#include "commands.h"

#include "city.h"
#include "options.h"

#include <unistd.h>

enum {
	WATCH_SECONDS = 2,
	WATCH_SECONDS_MAX = 3600
};

typedef void view_print(const struct city *city);

static void print_lag(const struct city *city)
{
	static const struct table_column columns[] = {
		{ "DEPARTMENT", "部门", false },
		{ "STATE", "状态", false },
		{ "POSITION", "位置", true },
		{ "HEAD", "最新", true },
		{ "LAG", "落后", true },
		{ "TIME", "落后时间", true },
		{ "GAPS", "缺口", true },
		{ "FILLED", "已补", true },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < city->count; i++) {
		const struct department_view *department = &city->departments[i];
		char duration[32];
		duration_format(department->lag_ms, duration, sizeof duration);
		table_add(table, department->name);
		table_add_state(table, department->state);
		table_add_number(table, department->position);
		table_add_number(table, department->head);
		table_add_number(table, department->lag);
		table_add(table, duration);
		table_add_number(table, department->gaps);
		table_add_number(table, department->gaps_filled);
	}
	table_print(table, stdout);
	table_free(&table);
}

static void print_gaps(const struct city *city)
{
	static const struct table_column columns[] = {
		{ "DEPARTMENT", "部门", false },
		{ "STATE", "状态", false },
		{ "GAPS", "缺口", true },
		{ "FILLED", "已补", true },
		{ "OPEN", "未补", true },
		{ "MISSING", "缺少条数", true },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < city->count; i++) {
		const struct department_view *department = &city->departments[i];
		int64_t open = department->gaps - department->gaps_filled;
		table_add(table, department->name);
		table_add_state(table, department->state);
		table_add_number(table, department->gaps);
		table_add_number(table, department->gaps_filled);
		table_add_number(table, open);
		table_add_number(table, open > 0 ? department->lag : 0);
	}
	table_print(table, stdout);
	table_free(&table);
}

static int show(const struct place *place, view_print *print, bool json, bool clear)
{
	struct city city;
	enum status status = city_read(&city, place);
	if (clear)
		fputs("\033[H\033[2J", stdout);
	if (status != STATUS_OK)
		return give_up_with(status);
	if (json)
		printf("%.*s\n", BYTES_ARGS(buffer_bytes(&city.answer.content)));
	else
		print(&city);
	fflush(stdout);
	city_deinit(&city);
	return EXIT_SUCCESS;
}

// With watch it goes on through times when the aggregator does not answer, until standard output is
// closed.
static int show_place(const char *data, view_print *print, bool json, bool watch, int64_t every_s)
{
	struct place place;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	bool clear = watch && !json && isatty(STDOUT_FILENO);
	int exit_code = show(&place, print, json, clear);
	while (watch && !ferror(stdout)) {
		sleep((unsigned)every_s);
		exit_code = show(&place, print, json, clear);
	}
	place_deinit(&place);
	return exit_code;
}

int command_lag(int argc, char **argv)
{
	const char *data = NULL;
	bool json = false, watch = false;
	int64_t every_s = WATCH_SECONDS;
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		{ "watch", 'w', OPTION_FLAG, &watch, 0, 0, NULL, "show it again and again",
		    "持续刷新" },
		{ "every", 'n', OPTION_INTEGER, &every_s, 1, WATCH_SECONDS_MAX, "SECONDS",
		    "how often (2)", "刷新间隔秒数（2）" },
		OPTION_JSON(&json),
	};
	const struct usage usage = {
		.command = "lag",
		.operands = "",
		.english = "Shows how far the profiles are behind each department, in records and "
			   "in time.",
		.chinese = "显示档案落后各部门多少（条数与时间）。",
		.exits_english = "0 shown; 1 the aggregator does not answer",
		.exits_chinese = "0 已显示；1 聚合器无应答",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	return show_place(data, print_lag, json, watch, every_s);
}

int command_gaps(int argc, char **argv)
{
	const char *data = NULL;
	bool json = false;
	const struct option_row rows[] = { OPTION_DATA(&data), OPTION_JSON(&json) };
	const struct usage usage = {
		.command = "gaps",
		.operands = "",
		.english =
		    "Shows how often messages of each department were missing since the aggregator "
		    "started, and\n"
		    "whether they have been asked for again and came. A gap loses nothing.",
		.chinese = "显示聚合器启动以来各部门消息出现缺口的次数，以及是否已补齐。"
			   "缺口不会丢失数据。",
		.exits_english = "0 shown; 1 the aggregator does not answer",
		.exits_chinese = "0 已显示；1 聚合器无应答",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	return show_place(data, print_gaps, json, false, 0);
}
