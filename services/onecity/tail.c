// SPDX-License-Identifier: Apache-2.0
// tail: onecity tail: the stream of the departments, as it goes over the bus.
//
// It follows the departments itself, with a key of its own, so that it shows what they say whether
// or not anybody puts it into profiles.
#include "commands.h"

#include "call.h"
#include "certificate.h"
#include "clock.h"
#include "endpoints.h"
#include "history.h"
#include "merge.h"
#include "options.h"
#include "stream_filter.h"

#include <inttypes.h>
#include <signal.h>

enum {
	COUNT = 20,
	COUNT_MAX = 10000,
	TICK_MS = 250,
	ABSENT_MS = 4000, // without a word since the start: it is not waited for
	REOPEN_MS = 10 * 1000,
};

static const char key_name[] = "monitor";

struct tail;

// One department.
struct feed {
	struct tail *tail;
	size_t place;
	const struct catalogue *catalogue;
	const struct endpoint *endpoint;
	char server_key[BUS_KEY_SIZE];
	struct history *history;
	struct bus_socket *subscription, *requests;
	int64_t opened_ms;
	uint64_t gaps, gaps_filled; // told
	bool absent, silent, stopped, paused, ended;
};

struct tail {
	struct entry_filter filter;
	const char *terms; // of --filter, or NULL
	struct stream_filter stream_filter;
	enum entry_form form;
	bool follow;
	uint64_t count;
	struct catalogue_set *catalogues;
	struct endpoints endpoints;
	struct loop *loop;
	struct bus *bus;
	struct loop_timer *tick;
	struct feed *feeds;
	size_t feed_count;
	struct merge *merge;
	bool incomplete; // something could not be shown
};

// --- giving out ---------------------------------------------------------------------------------

static void pause_feed(struct feed *feed, bool paused)
{
	feed->paused = paused;
	if (feed->subscription != NULL)
		bus_socket_pause(feed->subscription, paused);
	if (feed->requests != NULL)
		bus_socket_pause(feed->requests, paused);
}

static void give_out(struct tail *tail)
{
	struct entry_view view;
	bool any = false;
	for (; merge_next(tail->merge, &view); any = true)
		entry_view_write(&view, tail->form, stdout);
	if (any)
		fflush(stdout);
	for (size_t i = 0; i < tail->feed_count; i++) {
		struct feed *feed = &tail->feeds[i];
		bool full = merge_is_full(tail->merge, i);
		if (full != feed->paused)
			pause_feed(feed, full);
	}
	if (ferror(stdout) || (!tail->follow && merge_is_over(tail->merge)))
		loop_stop(tail->loop);
}

// Its past is over, or is not waited for any more.
static void end_past(struct feed *feed)
{
	if (!feed->ended)
		merge_end(feed->tail->merge, feed->place);
	feed->ended = true;
}

// --- what is told besides -----------------------------------------------------------------------

static void tell_gaps(struct feed *feed, const struct follower_report *report)
{
	if (report->gaps > feed->gaps)
		tell(say("%s: a gap behind %" PRIu64 "; asking for what is missing",
			 "%s：%" PRIu64 " 之后有缺口，正在补读"),
		    feed->catalogue->name, report->position.sequence);
	if (report->gaps_filled > feed->gaps_filled)
		tell(say("%s: the gap is filled, up to %" PRIu64, "%s：缺口已补至 %" PRIu64),
		    feed->catalogue->name, report->position.sequence);
	feed->gaps = report->gaps;
	feed->gaps_filled = report->gaps_filled;
}

static void tell_silence(struct feed *feed, bool silent)
{
	if (silent != feed->silent && feed->tail->follow && !feed->absent)
		tell(silent ? say("%s is silent", "%s 无声") : say("%s is heard again", "%s 恢复"),
		    feed->catalogue->name);
	feed->silent = silent;
}

static void stop_feed(struct feed *feed, const char *reason)
{
	if (!feed->stopped)
		tell("%s: %s", feed->catalogue->name, reason);
	feed->stopped = feed->tail->incomplete = true;
	end_past(feed);
}

static void skip_fork(struct feed *feed, const char *reason)
{
	tell(say("%s: another history from here on: %s", "%s：此后为另一段历史：%s"),
	    feed->catalogue->name, reason);
	history_skip(feed->history);
	end_past(feed);
}

static void finish_past(struct feed *feed)
{
	if (!feed->ended && history_is_cut(feed->history))
		tell(say("%s: the last %d entries were looked at", "%s：只查找了最近 %d 条"),
		    feed->catalogue->name, HISTORY_ENTRIES_MAX);
	end_past(feed);
}

static void look_at(struct feed *feed)
{
	struct follower_report report;
	history_report(feed->history, loop_now_ms(feed->tail->loop), &report);
	tell_gaps(feed, &report);
	if (report.state == FOLLOWER_STOPPED)
		stop_feed(feed, report.reason);
	else if (report.state == FOLLOWER_FORK)
		skip_fork(feed, report.reason);
	else if (history_is_complete(feed->history))
		finish_past(feed);
	if (history_is_heard(feed->history) && !feed->paused)
		tell_silence(feed, report.silent);
}

// --- one department -----------------------------------------------------------------------------

static bool passes(const struct tail *tail, const struct entry_view *view)
{
	const struct stream_subject subject = { view->catalogue, view->kind, view->operation,
		view->note };
	return entry_filter_passes(&tail->filter, view) &&
	       stream_filter_passes(&tail->stream_filter, &subject);
}

static bool take_entry(uint64_t sequence, const struct entry *entry, void *context)
{
	struct feed *feed = context;
	struct entry_view view;
	entry_view_make(&view, feed->catalogue, sequence, entry);
	bool wanted = passes(feed->tail, &view);
	if (wanted)
		merge_add(feed->tail->merge, feed->place, &view);
	return wanted;
}

static void begin_again(void *context)
{
	struct feed *feed = context;
	merge_clear(feed->tail->merge, feed->place);
}

// What cannot be sent now is asked for again by the next tick.
static void send_request(struct bytes message, void *context)
{
	static const struct bytes none;
	struct feed *feed = context;
	enum status ignored = bus_send(feed->requests, none, none, message);
	(void)ignored;
}

static void hear(struct bytes peer, struct bytes topic, struct bytes message, void *context)
{
	struct feed *feed = context;
	(void)peer;
	(void)topic;
	history_message(feed->history, message, loop_now_ms(feed->tail->loop));
	look_at(feed);
	give_out(feed->tail);
}

static enum status open_sockets(struct feed *feed)
{
	struct tail *tail = feed->tail;
	bus_socket_close(&feed->subscription);
	bus_socket_close(&feed->requests);
	feed->opened_ms = loop_now_ms(tail->loop);
	enum status status = bus_subscribe_open(&feed->subscription, tail->bus,
	    feed->endpoint->publish, feed->server_key, feed->catalogue->name, hear, feed);
	if (status == STATUS_OK)
		status = bus_request_open(&feed->requests, tail->bus, feed->endpoint->replay,
		    feed->server_key, hear, feed);
	if (status == STATUS_OK && !history_is_heard(feed->history))
		history_probe(feed->history);
	return status;
}

static enum status feed_open(struct feed *feed, const char *directory)
{
	static const struct history_calls calls = { take_entry, begin_again, send_request };
	const struct history_options options = { feed->catalogue->number, feed->tail->count,
		feed->tail->filter.since_ms };
	char path[PLACE_PATH_SIZE];
	place_path(path, directory, "keys/%s.key", feed->catalogue->name);
	enum status status = certificate_read_public(feed->server_key, path);
	if (status != STATUS_OK)
		return status;
	feed->history = history_new(&options, &calls, feed);
	return open_sockets(feed);
}

static void feed_deinit(struct feed *feed)
{
	bus_socket_close(&feed->subscription);
	bus_socket_close(&feed->requests);
	history_free(&feed->history);
}

// It may come back: then its past is not shown any more, which would come amid what is new.
static void give_up_waiting(struct feed *feed)
{
	tell(say("%s does not answer: is it running, and does it allow the key %s?",
		 "%s 无应答：是否在运行？是否允许密钥 %s？"),
	    feed->catalogue->name, key_name);
	feed->absent = feed->tail->incomplete = true;
	history_skip(feed->history);
	end_past(feed);
}

static void tick_feed(struct feed *feed, int64_t now_ms)
{
	if (feed->paused)
		return;
	history_tick(feed->history, now_ms);
	look_at(feed);
	bool heard = history_is_heard(feed->history);
	if (heard && feed->absent)
		feed->absent = false;
	if (!feed->ended && now_ms - feed->opened_ms >= ABSENT_MS && !heard)
		give_up_waiting(feed);
	bool stuck = heard ? feed->silent : feed->absent;
	if (stuck && now_ms - feed->opened_ms >= REOPEN_MS && open_sockets(feed) != STATUS_OK)
		stop_feed(feed, status_reason());
}

static void tick(void *context)
{
	struct tail *tail = context;
	for (size_t i = 0; i < tail->feed_count; i++)
		tick_feed(&tail->feeds[i], loop_now_ms(tail->loop));
	give_out(tail);
}

// --- all of them --------------------------------------------------------------------------------

static void stop(int number, void *context)
{
	struct tail *tail = context;
	(void)number;
	loop_stop(tail->loop);
}

static enum status open_bus(struct tail *tail, const char *directory)
{
	struct certificate certificate;
	char path[PLACE_PATH_SIZE];
	place_path(path, directory, "keys/%s.key_secret", key_name);
	enum status status = certificate_read_secret(&certificate, path);
	if (status == STATUS_OK)
		status = loop_open(&tail->loop);
	if (status == STATUS_OK)
		status = loop_on_signal(tail->loop, stop, tail);
	if (status == STATUS_OK)
		status = bus_open(&tail->bus, tail->loop, certificate.public_key,
		    certificate.secret_key, NULL, NULL);
	certificate_wipe(&certificate);
	signal(SIGPIPE, SIG_DFL); // as in any pipe: `onecity tail -f | head` ends with head
	return status;
}

static bool is_wanted(const struct tail *tail, const struct endpoint *endpoint, const char *source)
{
	const struct catalogue *catalogue =
	    catalogue_set_named(tail->catalogues, endpoint->department);
	return (source == NULL || strcmp(source, endpoint->department) == 0) &&
	       (catalogue == NULL || stream_filter_passes_source(&tail->stream_filter, catalogue));
}

static enum status open_feeds(struct tail *tail, const char *directory, const char *source)
{
	tail->feeds = allocate(tail->endpoints.count * sizeof *tail->feeds);
	tail->merge = merge_new(
	    tail->endpoints.count, tail->count > COUNT_MAX ? MERGE_ALL : (size_t)tail->count);
	for (size_t i = 0; i < tail->endpoints.count; i++) {
		const struct endpoint *endpoint = &tail->endpoints.list[i];
		if (!is_wanted(tail, endpoint, source))
			continue;
		struct feed *feed = &tail->feeds[tail->feed_count];
		*feed = (struct feed){ .tail = tail,
			.place = tail->feed_count++,
			.endpoint = endpoint,
			.catalogue = catalogue_set_named(tail->catalogues, endpoint->department) };
		enum status status = feed->catalogue != NULL
					 ? feed_open(feed, directory)
					 : fail(STATUS_NOT_FOUND, "there is no catalogue of %s",
					       endpoint->department);
		if (status != STATUS_OK)
			return status;
	}
	for (size_t i = tail->feed_count; i < tail->endpoints.count; i++)
		merge_end(tail->merge, i);
	return STATUS_OK;
}

static void tail_deinit(struct tail *tail)
{
	for (size_t i = 0; i < tail->feed_count; i++)
		feed_deinit(&tail->feeds[i]);
	free(tail->feeds);
	merge_free(&tail->merge);
	loop_timer_close(&tail->tick);
	bus_close(&tail->bus, 0);
	loop_close(&tail->loop);
	endpoints_deinit(&tail->endpoints);
	catalogue_set_free(&tail->catalogues);
}

static enum status read_catalogues(struct tail *tail, const struct place *place)
{
	const char *proto = place_proto(place);
	if (proto == NULL)
		return fail(STATUS_NOT_FOUND, "%s: no settings say where the catalogues are",
		    place->directory);
	return catalogue_set_read(&tail->catalogues, proto);
}

static bool is_source(const struct tail *tail, const char *source)
{
	for (size_t i = 0; i < tail->endpoints.count; i++)
		if (is_wanted(tail, &tail->endpoints.list[i], source))
			return true;
	return false;
}

static bool is_kind(const struct tail *tail, const char *source)
{
	bool found = tail->filter.kind == NULL;
	for (size_t i = 0; i < tail->catalogues->count && !found; i++) {
		const struct catalogue *catalogue = tail->catalogues->catalogues[i];
		found = (source == NULL || strcmp(source, catalogue->name) == 0) &&
			catalogue_kind_named(catalogue, tail->filter.kind) != NULL;
	}
	return found;
}

static int run(struct tail *tail, const char *directory, const char *source)
{
	enum status status = open_bus(tail, directory);
	if (status == STATUS_OK)
		status = open_feeds(tail, directory, source);
	if (status != STATUS_OK)
		return give_up_with(status);
	tail->tick = loop_timer_open(tail->loop, TICK_MS, TICK_MS, tick, tail);
	entry_view_write_heading(tail->form, stdout);
	loop_run(tail->loop);
	return tail->incomplete && !tail->follow ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run_at(struct tail *tail, const char *data, const char *source)
{
	struct place place;
	int exit_code;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	status = read_catalogues(tail, &place);
	if (status == STATUS_OK)
		status = stream_filter_parse(&tail->stream_filter, tail->terms, tail->catalogues);
	if (status == STATUS_OK)
		status = endpoints_read(&tail->endpoints, &place);
	if (status != STATUS_OK)
		exit_code = give_up_with(status);
	else if (!is_source(tail, source))
		exit_code = give_up(say("nobody follows %s here", "此处没有订阅 %s"),
		    source != NULL ? source
				   : say("what the filter asks for", "筛选条件所指的部门"));
	else if (!is_kind(tail, source))
		exit_code = give_up(
		    say("no catalogue has the kind %s", "目录中没有类别 %s"), tail->filter.kind);
	else
		exit_code = run(tail, place.directory, source);
	tail_deinit(tail);
	place_deinit(&place);
	return exit_code;
}

// --- the command --------------------------------------------------------------------------------

struct tail_arguments {
	const char *data, *source, *kind, *operation, *filter, *since;
	int64_t count;
	bool follow, json, csv;
};

static int take_arguments(
    struct tail *tail, const struct usage *usage, const struct tail_arguments *arguments)
{
	tail->follow = arguments->follow;
	tail->terms = arguments->filter;
	tail->filter = (struct entry_filter){ .kind = arguments->kind, .operation = -1 };
	tail->form = arguments->json ? ENTRY_JSON : arguments->csv ? ENTRY_CSV : ENTRY_FOR_PEOPLE;
	if (arguments->json && arguments->csv)
		return options_mistaken(
		    usage, say("one of --json and --csv", "--json 与 --csv 只能选一"));
	if (arguments->operation != NULL &&
	    !operation_named(arguments->operation, &tail->filter.operation))
		return options_mistaken(
		    usage, say("--operation: expected put, retract, reject or settle",
			       "--operation：应为 put、retract、reject 或 settle"));
	if (arguments->since != NULL &&
	    !since_parse(arguments->since, clock_wall_ms(), &tail->filter.since_ms))
		return options_mistaken(usage,
		    say("--since: expected the likes of 90s, 5m, 2h, 3d or 2026-11-23T08:15:00",
			"--since：应为 90s、5m、2h、3d 或 2026-11-23T08:15:00 这样的值"));
	if (arguments->count >= 0)
		tail->count = (uint64_t)arguments->count;
	else
		tail->count = arguments->since != NULL ? UINT64_MAX : COUNT;
	return EXIT_SUCCESS;
}

int command_tail(int argc, char **argv)
{
	struct tail_arguments arguments = { .count = -1 };
	const struct option_row rows[] = {
		OPTION_DATA(&arguments.data),
		{ "follow", 'f', OPTION_FLAG, &arguments.follow, 0, 0, NULL,
		    "go on with what comes, until Ctrl-C", "持续显示新到的记录，直到 Ctrl-C" },
		{ "source", 's', OPTION_TEXT, &arguments.source, 0, 0, "DEPARTMENT",
		    "of this department only", "只看该部门" },
		{ "kind", 'k', OPTION_TEXT, &arguments.kind, 0, 0, "KIND", "of this kind only",
		    "只看该类别" },
		{ "operation", 'o', OPTION_TEXT, &arguments.operation, 0, 0, "OPERATION",
		    "put, retract, reject or settle", "put、retract、reject 或 settle" },
		{ "filter", 'F', OPTION_TEXT, &arguments.filter, 0, 0, "TERMS",
		    "source:X kind:X status:accepted|rejected|settled operation:X reason:CODE; "
		    "-TERM: "
		    "not those",
		    "source:X kind:X status:accepted|rejected|settled operation:X "
		    "reason:CODE；-TERM "
		    "为排除" },
		{ "since", 0, OPTION_TEXT, &arguments.since, 0, 0, "WHEN",
		    "recorded since 90s, 5m, 2h, 3d ago, or since a time",
		    "自 90s、5m、2h、3d 前，或自某时刻起" },
		{ "count", 'n', OPTION_INTEGER, &arguments.count, 0, COUNT_MAX, "N",
		    "the last N of each department (20; with --since all)",
		    "每部门最近 N 条（20；有 --since 时为全部）" },
		OPTION_JSON(&arguments.json),
		{ "csv", 0, OPTION_FLAG, &arguments.csv, 0, 0, NULL, "print CSV", "输出 CSV" },
	};
	const struct usage usage = {
		.command = "tail",
		.operands = "",
		.english =
		    "Shows the stream of the departments as it goes over the bus: when, which "
		    "department, number,\n"
		    "what happened to which kind of record. Never whom it is about, nor what it "
		    "says: of a key, \"*\"\n"
		    "stands for what could lead to a person.",
		.chinese = "显示总线上各部门的事件流：时间、部门、序号、操作与数据类别。\n"
			   "不显示涉及何人及其内容；键中可能指向个人的部分以 \"*\" 代替。",
		.exits_english = "0 shown, or ended by Ctrl-C; 1 a department did not answer",
		.exits_chinese = "0 已显示，或以 Ctrl-C 结束；1 有部门无应答",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	struct tail tail = { 0 };
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	exit_code = take_arguments(&tail, &usage, &arguments);
	return exit_code == EXIT_SUCCESS ? run_at(&tail, arguments.data, arguments.source)
					 : exit_code;
}
