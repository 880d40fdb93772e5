// SPDX-License-Identifier: Apache-2.0
// up: onecity up: the whole suite on one machine, from nothing, until it is stopped.
#include "commands.h"

#include "call.h"
#include "configure.h"
#include "keys.h"
#include "lock.h"
#include "loop.h"
#include "options.h"
#include "say.h"
#include "supervisor.h"
#include "table.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum {
	POLL_EVERY_MS = 100,
	POLL_TIMEOUT_MS = 1000,
	WAITING_TOLD_EVERY_MS = 10 * 1000,
	SIGNAL_EXIT_BASE = 128,
	SETTINGS_EXIT_CODE = 2, // settings or a catalogue are wrong: ours, or a service's
	REDIS_STAGE = 0,        // stopped last
	SERVICE_STAGE = 1,
};

// One program that runs, at the same index as in the supervisor.
struct unit {
	const char *name;
	char *log_path;
	const struct service_place
	    *place; // NULL: redis, which the services' own readiness speaks for
	bool ready;
	unsigned lives; // how often it has ended
	// Of the poll under way; `answered` is written on its thread, and read when it is done.
	bool asked, answered;
	unsigned asked_in_life;
};

struct up {
	const char *data, *proto, *rules; // as given, or NULL
	int64_t port_base;
	char *directory; // absolute
	int lock;
	struct roster roster;
	struct place place;
	struct loop *loop;
	struct supervisor *supervisor;
	struct unit *units;
	size_t unit_count;
	struct loop_timer *poll_timer, *waiting_timer;
	bool polling, announced, stopping;
	int64_t started_ms;
	int exit_code;
};

// --- what it says -------------------------------------------------------------------------------

static void print_addresses(const struct up *up)
{
	static const struct table_column columns[] = {
		{ "SERVICE", "服务", false },
		{ "URL", "地址", false },
		{ "TOKEN", "令牌", false },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	char text[PLACE_PATH_SIZE + 16];
	for (size_t i = 0; i < up->unit_count; i++) {
		const struct service_place *place = up->units[i].place;
		if (place != NULL)
			snprintf(text, sizeof text, "%s%s",
			    strncmp(place->address, "unix:", 5) == 0 ? "" : "http://",
			    place->address);
		else
			snprintf(text, sizeof text, "unix:%s/redis/redis.sock", up->directory);
		table_add(table, up->units[i].name);
		table_add(table, text);
		table_add(
		    table, place != NULL && place->token_path != NULL ? place->token_path : "");
	}
	table_print(table, stdout);
	table_free(&table);
}

static const struct roster_service *first_department(const struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		if (roster->services[i].type == SERVICE_DEPARTMENT && roster->services[i].runs)
			return &roster->services[i];
	return NULL;
}

static void print_examples(const struct up *up)
{
	char option[PLACE_PATH_SIZE + 16] = "";
	const struct roster_service *department = first_department(&up->roster);
	if (up->data != NULL)
		snprintf(option, sizeof option, " --data %s", up->directory);
	puts("");
	if (department != NULL)
		printf("  onecity push%s %s %s rows.ndjson\n", option, department->name,
		    department->example_kind);
	printf("  onecity profile%s -\n", option);
	printf("  onecity status%s\n", option);
	printf(say("\nCtrl-C stops all.\n", "\n按 Ctrl-C 全部停止。\n"));
	fflush(stdout);
}

static void announce(struct up *up)
{
	up->announced = true;
	loop_timer_close(&up->waiting_timer);
	double seconds = (double)(loop_now_ms(up->loop) - up->started_ms) / 1000;
	printf(say("ready after %.1f s: %s\n\n", "%.1f 秒后就绪：%s\n\n"), seconds, up->directory);
	print_addresses(up);
	print_examples(up);
}

static void tell_waiting(void *context)
{
	struct up *up = context;
	struct buffer names = { 0 };
	for (size_t i = 0; i < up->unit_count; i++)
		if (!up->units[i].ready)
			buffer_printf(&names, " %s", up->units[i].name);
	tell(say("not ready yet:%s (see %s/logs)", "尚未就绪：%s（见 %s/logs）"),
	    buffer_text(&names), up->directory);
	buffer_deinit(&names);
}

// The last line of a log, where a service says why it ended; "" if there is none.
static void last_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	line[0] = 0;
	if (file == NULL)
		return;
	char tail[1024];
	if (fseek(file, -(long)sizeof tail, SEEK_END) != 0)
		rewind(file);
	size_t got = fread(tail, 1, sizeof tail, file);
	fclose(file);
	while (got > 0 && tail[got - 1] == '\n')
		got--;
	const char *newline = memrchr(tail, '\n', got);
	const char *begin = newline != NULL ? newline + 1 : tail;
	snprintf(line, size, "%.*s", (int)(tail + got - begin), begin);
	for (; *line != 0; line++)
		if ((unsigned char)*line < ' ' || *line == 0x7f)
			*line = '?';
}

static void tell_end(const struct unit *unit, int64_t exit_code, int64_t pause_ms)
{
	char how[64], line[1024], again[64] = "";
	int number = exit_code > SIGNAL_EXIT_BASE ? (int)(exit_code - SIGNAL_EXIT_BASE) : 0;
	const char *signal_name = number != 0 ? sigabbrev_np(number) : NULL;
	if (number != 0)
		snprintf(how, sizeof how, say("by signal %s", "，信号 %s"),
		    signal_name ? signal_name : "?");
	else
		snprintf(how, sizeof how, say("with exit code %d", "，退出码 %d"), (int)exit_code);
	if (pause_ms >= 0)
		snprintf(again, sizeof again,
		    say("; it starts again in %.2f s", "；%.2f 秒后重新启动"),
		    (double)pause_ms / 1000);
	tell(say("%s ended %s%s", "%s 已结束%s%s"), unit->name, how, again);
	last_line(unit->log_path, line, sizeof line);
	if (number == 0 && line[0] != 0)
		fprintf(stderr, "    %s\n", line);
}

// --- readiness ----------------------------------------------------------------------------------

static bool answers_ready(const struct service_place *place)
{
	struct service_place open_place = { .address = place->address }; // readiness needs no token
	struct question question = { .service = &open_place,
		.method = "GET",
		.path = "/readyz",
		.timeout_ms = POLL_TIMEOUT_MS };
	struct answer answer;
	bool ready = question_ask(&question, &answer) == STATUS_OK && answer_is_success(&answer);
	answer_deinit(&answer);
	return ready;
}

static void poll_work(void *context)
{
	struct up *up = context;
	for (size_t i = 0; i < up->unit_count; i++)
		if (up->units[i].asked)
			up->units[i].answered = answers_ready(up->units[i].place);
}

static void take_answer(const struct up *up, struct unit *unit)
{
	bool still = unit->asked && unit->asked_in_life == unit->lives;
	if (!still || !unit->answered)
		return;
	unit->ready = true;
	if (up->announced)
		tell(say("%s is ready again", "%s 已恢复就绪"), unit->name);
}

static void poll_done(void *context)
{
	struct up *up = context;
	bool all = true;
	up->polling = false;
	if (up->stopping)
		return;
	for (size_t i = 0; i < up->unit_count; i++) {
		take_answer(up, &up->units[i]);
		all = all && up->units[i].ready;
	}
	if (all && !up->announced)
		announce(up);
}

static void poll_due(void *context)
{
	struct up *up = context;
	bool any = false;
	if (up->polling || up->stopping)
		return;
	for (size_t i = 0; i < up->unit_count; i++) {
		struct unit *unit = &up->units[i];
		unit->asked = !unit->ready;
		unit->answered = false;
		unit->asked_in_life = unit->lives;
		any = any || unit->asked;
	}
	up->polling = any;
	if (any)
		loop_work(up->loop, poll_work, poll_done, up);
}

// --- running ------------------------------------------------------------------------------------

static void stop(struct up *up)
{
	up->stopping = true;
	loop_timer_close(&up->poll_timer);
	loop_timer_close(&up->waiting_timer);
	supervisor_stop(up->supervisor);
}

static void all_stopped(void *context)
{
	struct up *up = context;
	loop_stop(up->loop);
}

// Before all were ready once, a service that refuses its settings will go on refusing them.
static void unit_ended(size_t index, int64_t exit_code, int64_t pause_ms, void *context)
{
	struct up *up = context;
	struct unit *unit = &up->units[index];
	bool refused = exit_code == SETTINGS_EXIT_CODE && !up->announced && !up->stopping;
	unit->ready = unit->place == NULL;
	unit->lives++;
	if (!up->stopping || exit_code != 0)
		tell_end(unit, exit_code, refused ? -1 : pause_ms);
	if (refused) {
		up->exit_code = SETTINGS_EXIT_CODE;
		stop(up);
	}
}

static void signal_came(int number, void *context)
{
	struct up *up = context;
	(void)number;
	if (up->stopping) {
		tell(say("stopping at once", "立即停止"));
		supervisor_kill(up->supervisor);
		return;
	}
	tell(say("stopping; once more stops at once", "正在停止；再按一次立即停止"));
	stop(up);
}

static void add_unit(
    struct up *up, const char *name, const char *program, const char *argument, int stage)
{
	struct unit *unit = &up->units[up->unit_count++];
	char log_path[PLACE_PATH_SIZE], parent[24];
	place_path(log_path, up->directory, "logs/%s.log", name);
	snprintf(parent, sizeof parent, "%ld", (long)getpid());
	*unit = (struct unit){
		.name = name, .log_path = text_copy(log_path), .place = place_find(&up->place, name)
	};
	unit->ready = unit->place == NULL;
	const char *const arguments[] = { "/proc/self/exe", "run-child", "--", parent, program,
		argument, NULL };
	struct supervised supervised = {
		.arguments = arguments, .log_path = log_path, .stage = stage
	};
	supervisor_add(up->supervisor, &supervised);
}

static void add_units(struct up *up)
{
	char path[PLACE_PATH_SIZE];
	up->units = allocate((up->roster.count + 1) * sizeof *up->units);
	place_path(path, up->directory, "redis/redis.conf");
	add_unit(up, "redis", "redis-server", path, REDIS_STAGE);
	for (size_t i = 0; i < up->roster.count; i++) {
		const struct roster_service *service = &up->roster.services[i];
		place_path(path, up->directory, "settings/%s.conf", service->name);
		if (service->runs)
			add_unit(up, service->name, service->program, path, SERVICE_STAGE);
	}
}

static enum status run(struct up *up)
{
	enum status status = loop_open(&up->loop);
	if (status == STATUS_OK)
		status = loop_on_signal(up->loop, signal_came, up);
	if (status != STATUS_OK)
		return status;
	struct supervisor_options options = {
		.loop = up->loop,
		.stop_grace_ms = STOP_GRACE_MS,
		.ended = unit_ended,
		.stopped = all_stopped,
		.context = up,
	};
	supervisor_open(&up->supervisor, &options);
	up->started_ms = loop_now_ms(up->loop);
	up->poll_timer = loop_timer_open(up->loop, POLL_EVERY_MS, POLL_EVERY_MS, poll_due, up);
	up->waiting_timer = loop_timer_open(
	    up->loop, WAITING_TOLD_EVERY_MS, WAITING_TOLD_EVERY_MS, tell_waiting, up);
	add_units(up);
	loop_run(up->loop);
	return STATUS_OK;
}

// --- setting up ---------------------------------------------------------------------------------

static void tell_kept(const char *path, void *context)
{
	(void)context;
	tell(say("%s is your own: left as it is", "%s 由您自行维护：保持不变"), path);
}

static enum status find_redis(void)
{
	const char *path = getenv("PATH");
	char *folders = text_copy(path != NULL ? path : ""), *rest = folders, *folder;
	bool found = false;
	while (!found && (folder = strsep(&rest, ":")) != NULL) {
		char program[PLACE_PATH_SIZE];
		int size = snprintf(program, sizeof program, "%s/redis-server", folder);
		found = size < (int)sizeof program && access(program, X_OK) == 0;
	}
	free(folders);
	return found ? STATUS_OK
		     : fail(STATUS_NOT_FOUND, "there is no redis-server in the PATH (on Debian: "
					      "apt install redis-server)");
}

static enum status check_programs(const struct roster *roster)
{
	for (size_t i = 0; i < roster->count; i++)
		if (roster->services[i].runs)
			return STATUS_OK;
	return fail(STATUS_NOT_FOUND, "no service's program is beside this one: %s and the like",
	    roster->services[0].program);
}

static enum status make_directory(struct up *up)
{
	const char *directory = place_directory(up->data);
	enum status status = keys_make_folder(directory);
	if (status != STATUS_OK)
		return status;
	up->directory = realpath(directory, NULL);
	if (up->directory == NULL || strlen(up->directory) > PLACE_PATH_SIZE / 2)
		return fail(STATUS_IO, "%s: %s", directory,
		    up->directory ? "the path is too long" : strerror(errno));
	return STATUS_OK;
}

static enum status set_up(struct up *up)
{
	struct keys_made made;
	enum status status = find_redis();
	if (status == STATUS_OK)
		status = check_programs(&up->roster);
	if (status == STATUS_OK)
		status = make_directory(up);
	if (status == STATUS_OK)
		status = lock_take(&up->lock, up->directory);
	if (status == STATUS_OK)
		status = keys_make(up->directory, &up->roster, &made);
	if (status != STATUS_OK)
		return status;
	if (made.secret)
		tell(say("made keys and tokens in %s; keep a copy of keys/ in a safe place",
			 "已在 %s 生成密钥与令牌；请另存 keys/ 的备份"),
		    up->directory);
	struct configuration configuration = { up->directory, &up->roster,
		(unsigned)up->port_base };
	status = configure_write(&configuration, tell_kept, up);
	return status == STATUS_OK ? place_read(&up->place, up->directory) : status;
}

static void up_deinit(struct up *up)
{
	loop_timer_close(&up->poll_timer);
	loop_timer_close(&up->waiting_timer);
	supervisor_close(&up->supervisor);
	loop_close(&up->loop);
	for (size_t i = 0; i < up->unit_count; i++)
		free(up->units[i].log_path);
	free(up->units);
	place_deinit(&up->place);
	roster_deinit(&up->roster);
	lock_release(&up->lock);
	free(up->directory);
}

int command_up(int argc, char **argv)
{
	struct up up = { .port_base = PORT_BASE, .lock = -1 };
	const struct option_row rows[] = {
		OPTION_DATA(&up.data),
		{ "port", 'p', OPTION_INTEGER, &up.port_base, PORT_BASE_MIN, PORT_BASE_MAX, "BASE",
		    "the ports begin here (7400): HTTP of department n at BASE+n",
		    "端口起点（7400）：n 号部门的 HTTP 为 BASE+n" },
		{ "proto", 0, OPTION_TEXT, &up.proto, 0, 0, "DIR",
		    "where the catalogues are (else beside the program)",
		    "目录文件所在目录（默认程序旁）" },
		{ "rules", 0, OPTION_TEXT, &up.rules, 0, 0, "FILE",
		    "the rule table to score by (else the demonstration, as such); for several, "
		    "take\n"
		    "                             settings/points.conf over",
		    "评分所用规则表（默认演示规则，并如此标注）；多个规则表请自行维护\n"
		    "                             settings/points.conf" },
	};
	const struct usage usage = {
		.command = "up",
		.operands = "",
		.english = "Runs the whole suite on this machine: makes keys and settings in the "
			   "data directory, starts a\n"
			   "redis-server of its own and every service, starts again what ends, and "
			   "stops all on Ctrl-C.",
		.chinese = "在本机运行整套服务：在数据目录中生成密钥与设置，启动自带的 "
			   "redis-server 和各服务，\n"
			   "意外结束的自动重启，按 Ctrl-C 全部停止。",
		.exits_english =
		    "0 stopped as asked; 1 failed; 2 a service refused its settings or a catalogue",
		.exits_chinese = "0 按要求停止；1 失败；2 某服务的设置或目录有误",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	int failure_code = SETTINGS_EXIT_CODE;
	enum status status = roster_read(&up.roster, up.proto, up.rules);
	if (status == STATUS_OK) {
		failure_code = EXIT_FAILURE;
		status = set_up(&up);
	}
	if (status == STATUS_OK)
		status = run(&up);
	if (status != STATUS_OK) {
		give_up_with(status);
		up.exit_code = failure_code;
	}
	up_deinit(&up);
	return up.exit_code;
}
