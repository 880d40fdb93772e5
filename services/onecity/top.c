// SPDX-License-Identifier: Apache-2.0
// top: onecity top: all departments on one screen, again and again, until q.
#include "commands.h"

#include "city.h"
#include "clock.h"
#include "options.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum {
	EVERY_SECONDS = 1,
	EVERY_SECONDS_MAX = 60,
	DEPARTMENTS_MAX = 99,
	SCREEN_BYTES = 16 * 1024,
};

#define TO_OTHER_SCREEN "\033[?1049h\033[?25l"
#define TO_FIRST_SCREEN "\033[?25h\033[?1049l"
#define CLEAR "\033[H\033[J"

// Where a department was at the look before.
struct before {
	char name[64];
	int64_t head, position;
};

struct top {
	int64_t every_ms;
	struct before before[DEPARTMENTS_MAX];
	size_t before_count;
	int64_t looked_us; // when; 0: not yet
	bool failed;       // at the last look
};

static volatile sig_atomic_t ended;

static void end(int number)
{
	(void)number;
	ended = 1;
}

// --- what is shown ------------------------------------------------------------------------------

static const struct before *find_before(const struct top *top, const char *name)
{
	for (size_t i = 0; i < top->before_count; i++)
		if (strcmp(top->before[i].name, name) == 0)
			return &top->before[i];
	return NULL;
}

// Of something that counted on since the look before; at the first look, or behind a new beginning,
// nothing is known.
static void add_rate(struct table *table, int64_t now, int64_t before, int64_t passed_us)
{
	char text[32] = "-";
	if (before >= 0 && now >= before && passed_us > 0)
		snprintf(
		    text, sizeof text, "%.1f/s", (double)(now - before) * 1e6 / (double)passed_us);
	table_add(table, text);
}

static int64_t quarantined_of(const struct department_view *department)
{
	int64_t sum = 0;
	const struct json_value *kinds = json_member(department->value, "kinds");
	for (const struct json_value *kind = json_first(kinds); kind != NULL;
	     kind = json_next(kind))
		sum += member_integer(kind, "quarantined", 0);
	return sum;
}

static void add_department(struct table *table, const struct top *top,
    const struct department_view *department, int64_t passed_us)
{
	const struct before *before = find_before(top, department->name);
	char duration[32];
	duration_format(department->lag_ms, duration, sizeof duration);
	table_add(table, department->name);
	table_add_state(table, department->state);
	add_rate(table, department->head, before != NULL ? before->head : -1, passed_us);
	add_rate(table, department->position, before != NULL ? before->position : -1, passed_us);
	table_add_number(table, department->head);
	table_add_number(table, department->lag);
	table_add(table, duration);
	table_add_number(table, department->gaps - department->gaps_filled);
	table_add_number(table, quarantined_of(department));
}

static void print_city(const struct top *top, const struct city *city, int64_t passed_us)
{
	static const struct table_column columns[] = {
		{ "DEPARTMENT", "部门", false },
		{ "STATE", "状态", false },
		{ "PUBLISHED", "发布", true },
		{ "APPLIED", "入档", true },
		{ "HEAD", "最新", true },
		{ "LAG", "落后", true },
		{ "TIME", "落后时间", true },
		{ "OPEN GAPS", "未补缺口", true },
		{ "QUARANTINED", "隔离", true },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < city->count; i++)
		add_department(table, top, &city->departments[i], passed_us);
	table_print(table, stdout);
	table_free(&table);
}

static void print_title(const struct city *city)
{
	char now[32];
	time_t seconds = (time_t)(clock_wall_ms() / 1000);
	struct tm local;
	localtime_r(&seconds, &local);
	strftime(now, sizeof now, "%T", &local);
	printf("onecity  %s  redis: %s%s  %s\n\n", now, city != NULL ? city->redis : "-",
	    city != NULL && city->rebuilding ? say(", rebuilding", "，重建中") : "",
	    say("q quits", "按 q 退出"));
}

static void remember(struct top *top, const struct city *city)
{
	top->before_count = city->count < DEPARTMENTS_MAX ? city->count : DEPARTMENTS_MAX;
	for (size_t i = 0; i < top->before_count; i++) {
		struct before *before = &top->before[i];
		snprintf(before->name, sizeof before->name, "%s", city->departments[i].name);
		before->head = city->departments[i].head;
		before->position = city->departments[i].position;
	}
}

// A city that does not answer is told on the screen and looked at again.
static void look(struct top *top, const struct place *place)
{
	struct city city;
	top->failed = city_read(&city, place) != STATUS_OK;
	int64_t now_us = clock_steady_us();
	fputs(CLEAR, stdout);
	print_title(top->failed ? NULL : &city);
	if (top->failed) {
		printf("%s%s%s\n", colour_code(stdout, COLOUR_BAD), status_reason(),
		    colour_code(stdout, COLOUR_PLAIN));
	} else {
		print_city(top, &city, top->looked_us > 0 ? now_us - top->looked_us : 0);
		remember(top, &city);
		top->looked_us = now_us;
		city_deinit(&city);
	}
	fflush(stdout);
}

// --- the terminal -------------------------------------------------------------------------------

// Keys come one by one and unseen; Ctrl-C stays a signal.
static bool take_terminal(struct termios *as_it_was)
{
	if (tcgetattr(STDIN_FILENO, as_it_was) != 0)
		return false;
	struct termios raw = *as_it_was;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) == 0;
}

// False: q was typed, or nobody types any more.
static bool wait_for_key(int64_t until_us)
{
	int64_t left_us;
	while (!ended && (left_us = until_us - clock_steady_us()) > 0) {
		struct pollfd keyboard = { .fd = STDIN_FILENO, .events = POLLIN };
		char key;
		if (poll(&keyboard, 1, (int)(left_us / 1000) + 1) > 0 &&
		    (read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q'))
			return false;
	}
	return !ended;
}

static void go_on(struct top *top, const struct place *place)
{
	int64_t next_us;
	do {
		next_us = clock_steady_us() + top->every_ms * 1000;
		look(top, place);
	} while (!ferror(stdout) && wait_for_key(next_us));
}

static int show(struct top *top, const struct place *place)
{
	struct termios as_it_was;
	struct sigaction action = { .sa_handler = end }; // no SA_RESTART: poll() is to end
	if (!isatty(STDOUT_FILENO) || !take_terminal(&as_it_was))
		return give_up(say("this needs a terminal; onecity lag --watch does not",
		    "须在终端中运行；onecity lag --watch 则不必"));
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	setvbuf(stdout, NULL, _IOFBF, SCREEN_BYTES); // a screen at a time: no flicker
	fputs(TO_OTHER_SCREEN, stdout);
	go_on(top, place);
	fputs(TO_FIRST_SCREEN, stdout);
	fflush(stdout);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &as_it_was);
	return top->failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int command_top(int argc, char **argv)
{
	const char *data = NULL;
	int64_t every_s = EVERY_SECONDS;
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		{ "every", 'n', OPTION_INTEGER, &every_s, 1, EVERY_SECONDS_MAX, "SECONDS",
		    "how often (1)", "刷新间隔秒数（1）" },
	};
	const struct usage usage = {
		.command = "top",
		.operands = "",
		.english = "Shows all departments on a full screen: what they publish a second, "
			   "what of it reaches the\nprofiles, how far those are behind, what is in "
			   "quarantine. q or Ctrl-C ends it.",
		.chinese = "全屏显示各部门：每秒发布与入档条数、落后情况、隔离行数。"
			   "按 q 或 Ctrl-C 退出。",
		.exits_english = "0 ended; 1 no terminal, or the aggregator did not answer at last",
		.exits_chinese = "0 已退出；1 非终端，或最后聚合器无应答",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	struct place place;
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	struct top top = { .every_ms = every_s * 1000 };
	exit_code = show(&top, &place);
	place_deinit(&place);
	return exit_code;
}
