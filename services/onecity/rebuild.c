// SPDX-License-Identifier: Apache-2.0
// rebuild: onecity rebuild: the profiles made again from the departments' journals.
#include "commands.h"

#include "city.h"
#include "http_client.h"
#include "options.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

enum {
	POLL_MS = 250,
	POST_TIMEOUT_MS = 60 * 1000,
	TOLD_EVERY_S = 5, // where progress cannot be shown on one line
	REFUSALS_MAX =
	    8, // answers in a row saying that a department cannot go on, before we believe it
	FAILURES_MAX = 40, // polls in a row without an answer: ten seconds, enough for a restart
	TIMEOUT_SECONDS_MAX = 7 * 24 * 3600,
};

struct rebuild {
	const struct place *place;
	const char *department; // NULL: all
	int64_t timeout_s;      // 0: none
	bool on_terminal;
	time_t started, told;
	unsigned refusals, failures;
};

static int ask(const struct rebuild *rebuild, const struct service_place *aggregator)
{
	struct buffer path = { 0 };
	struct answer answer;
	int exit_code = EXIT_SUCCESS;
	buffer_append_text(&path, "/v1/rebuild");
	if (rebuild->department != NULL) {
		buffer_append_text(&path, "?department=");
		http_client_encode(&path, rebuild->department);
	}
	struct question question = { .service = aggregator,
		.method = "POST",
		.path = buffer_text(&path),
		.timeout_ms = POST_TIMEOUT_MS };
	enum status status = question_ask(&question, &answer);
	if (status != STATUS_OK)
		exit_code = give_up_with(status);
	else if (!answer_is_success(&answer))
		exit_code = answer_give_up(aggregator, &answer);
	answer_deinit(&answer);
	buffer_deinit(&path);
	return exit_code;
}

static bool concerns(const struct rebuild *rebuild, const struct department_view *department)
{
	return rebuild->department == NULL || strcmp(rebuild->department, department->name) == 0;
}

struct progress {
	bool done;
	int64_t position, head;
	const struct department_view *refused; // cannot go on
};

static struct progress progress_of(const struct rebuild *rebuild, const struct city *city)
{
	// Between the request and its beginning the profiles still look as before, but the store is
	// being opened.
	struct progress progress = { .done = city_is_settled(city) };
	for (size_t i = 0; i < city->count; i++) {
		const struct department_view *department = &city->departments[i];
		if (!concerns(rebuild, department))
			continue;
		progress.position += department->position > 0 ? department->position : 0;
		progress.head += department->head > 0 ? department->head : 0;
		progress.done =
		    progress.done && state_is_live(department->state) && department->lag == 0;
		if (strcmp(department->state, "fork") == 0 ||
		    strcmp(department->state, "stopped") == 0)
			progress.refused = department;
	}
	return progress;
}

static void show(struct rebuild *rebuild, const struct progress *progress)
{
	time_t now = time(NULL);
	if (!rebuild->on_terminal && now - rebuild->told < TOLD_EVERY_S)
		return;
	rebuild->told = now;
	int percent = progress->head > 0 ? (int)(100 * progress->position / progress->head) : 0;
	fprintf(stderr,
	    say("%sonecity: rebuilding: %" PRId64 " of %" PRId64 " records (%d %%)%s",
		"%sonecity：重建中：%" PRId64 " / %" PRId64 " 条（%d %%）%s"),
	    rebuild->on_terminal ? "\r\033[K" : "", progress->position, progress->head, percent,
	    rebuild->on_terminal ? "" : "\n");
}

enum outcome {
	OUTCOME_GOES_ON,
	OUTCOME_DONE,
	OUTCOME_FAILED
};

static enum outcome refused(struct rebuild *rebuild, const struct department_view *department)
{
	if (++rebuild->refusals < REFUSALS_MAX)
		return OUTCOME_GOES_ON;
	give_up(say("%s cannot be rebuilt: %s %s", "%s 无法重建：%s %s"), department->name,
	    department->state, department->reason);
	return OUTCOME_FAILED;
}

static enum outcome unanswered(struct rebuild *rebuild, enum status status)
{
	if (++rebuild->failures < FAILURES_MAX)
		return OUTCOME_GOES_ON;
	give_up_with(status);
	return OUTCOME_FAILED;
}

static enum outcome poll_once(struct rebuild *rebuild)
{
	struct city city;
	enum status status = city_read(&city, rebuild->place);
	if (status != STATUS_OK)
		return unanswered(rebuild, status);
	rebuild->failures = 0;
	struct progress progress = progress_of(rebuild, &city);
	enum outcome outcome = progress.done ? OUTCOME_DONE : OUTCOME_GOES_ON;
	show(rebuild, &progress);
	if (progress.refused != NULL && city_is_settled(&city))
		outcome = refused(rebuild, progress.refused);
	else
		rebuild->refusals = 0;
	city_deinit(&city);
	return outcome;
}

static int wait_until_done(struct rebuild *rebuild)
{
	enum outcome outcome;
	rebuild->started = rebuild->told = time(NULL);
	while ((outcome = poll_once(rebuild)) == OUTCOME_GOES_ON) {
		if (rebuild->timeout_s > 0 && time(NULL) - rebuild->started >= rebuild->timeout_s)
			return give_up(say("not done after %" PRId64 " s; it goes on",
					   "%" PRId64 " 秒内未完成；重建仍在继续"),
			    rebuild->timeout_s);
		usleep(POLL_MS * 1000);
	}
	if (rebuild->on_terminal)
		fputc('\n', stderr);
	return outcome == OUTCOME_DONE ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int rebuild_at(struct rebuild *rebuild, const char *data)
{
	struct place place;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	const struct service_place *aggregator = place_find(&place, "aggregator");
	rebuild->place = &place;
	int exit_code = aggregator != NULL ? ask(rebuild, aggregator)
					   : give_up(say("%s has no aggregator", "%s 没有聚合器"),
						 place.directory);
	if (exit_code == EXIT_SUCCESS)
		exit_code = wait_until_done(rebuild);
	if (exit_code == EXIT_SUCCESS)
		puts(say("rebuilt", "重建完成"));
	place_deinit(&place);
	return exit_code;
}

int command_rebuild(int argc, char **argv)
{
	const char *data = NULL;
	struct rebuild rebuild = { 0 };
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		{ "department", 0, OPTION_TEXT, &rebuild.department, 0, 0, "NAME",
		    "only this one's facts", "仅重建该部门的事实" },
		{ "timeout", 0, OPTION_INTEGER, &rebuild.timeout_s, 0, TIMEOUT_SECONDS_MAX,
		    "SECONDS", "how long to wait for the end (no limit)",
		    "等待完成的秒数（不限）" },
	};
	const struct usage usage = {
		.command = "rebuild",
		.operands = "",
		.english = "Removes the profiles' facts and makes them again from the departments' "
			   "journals; waits until\n"
			   "every department is live again and nothing is behind.",
		.chinese = "清除档案中的事实并由各部门日志重建；等到各部门恢复正常且无落后为止。",
		.exits_english = "0 rebuilt; 1 failed, or not done in time",
		.exits_chinese = "0 已重建；1 失败或超时",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	rebuild.on_terminal = isatty(STDERR_FILENO);
	return rebuild_at(&rebuild, data);
}
