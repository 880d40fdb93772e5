// SPDX-License-Identifier: Apache-2.0
// watch: what the aggregator says of itself, asked four times a second.
#include "watch.h"

#include "clock.h"
#include "log.h"
#include "monitor.h"

#include <stdio.h>

static void copy_text(char *to, size_t size, const struct json_value *value)
{
	const char *text = json_string(value);
	snprintf(to, size, "%s", text != NULL ? text : "");
}

static uint64_t read_number(const struct json_value *value)
{
	int64_t number;
	return value != NULL && json_integer(value, &number) && number > 0 ? (uint64_t)number : 0;
}

static void take_department(struct watch *watch, const struct json_value *value)
{
	const char *name = json_string(json_member(value, "department"));
	struct feed *feed = name != NULL ? monitor_feed(watch->monitor, name) : NULL;
	if (feed == NULL)
		return;
	struct watched *department = &watch->departments[feed->place];
	department->known = true;
	copy_text(department->state, sizeof department->state, json_member(value, "state"));
	copy_text(department->reason, sizeof department->reason, json_member(value, "reason"));
	department->position = read_number(json_member(value, "position"));
	department->gaps = read_number(json_member(value, "gaps"));
	department->gaps_filled = read_number(json_member(value, "gaps_filled"));
	if (strcmp(department->state, "fork") != 0)
		feed_applied(feed, department->position);
}

static void take_status(struct watch *watch, const struct json_value *root)
{
	watch->state = WATCH_OK;
	watch->checked_ms = clock_wall_ms();
	copy_text(watch->redis, sizeof watch->redis, json_member(root, "redis"));
	copy_text(watch->reason, sizeof watch->reason, json_member(root, "reason"));
	for (const struct json_value *each = json_first(json_member(root, "departments"));
	     each != NULL; each = json_next(each))
		take_department(watch, each);
}

static void lose(struct watch *watch, const char *reason)
{
	if (watch->state == WATCH_OK)
		log_warn("the aggregator cannot be asked: %s", reason);
	watch->state = WATCH_UNREACHABLE;
	watch->redis[0] = 0;
	snprintf(watch->reason, sizeof watch->reason, "%s", reason);
	for (size_t i = 0; i < watch->monitor->feed_count; i++)
		watch->departments[i].known = false;
}

static void take_answer(const struct call_answer *answer, void *context)
{
	struct watch *watch = context;
	struct json *json = NULL;
	watch->asking = false;
	if (answer->code == 0) {
		lose(watch, answer->reason);
	} else if (answer->code != 200) {
		lose(watch, "it refuses the token, or does not know what it is asked");
	} else if (json_parse(&json, answer->body) != STATUS_OK) {
		lose(watch, status_reason());
	} else {
		take_status(watch, json_root(json));
	}
	json_free(&json);
}

static void ask(void *context)
{
	struct watch *watch = context;
	const struct monitor_settings *settings = watch->monitor->settings;
	char token_path[4096];
	if (watch->asking)
		return;
	snprintf(token_path, sizeof token_path, "%s/aggregator", settings->tokens);
	const struct call_options options = { settings->aggregator, token_path, "GET", "/v1/status",
		{ 0 }, WATCH_TIMEOUT_MS, watch->asked };
	watch->asking = calls_start(&watch->monitor->calls, &options, take_answer, watch);
}

void watch_open(struct watch *watch, struct monitor *monitor)
{
	*watch = (struct watch){ .monitor = monitor };
	watch->departments = allocate((monitor->feed_count + 1) * sizeof *watch->departments);
	watch->timer = loop_timer_open(monitor->loop, 0, WATCH_EVERY_MS, ask, watch);
}

void watch_deinit(struct watch *watch)
{
	loop_timer_close(&watch->timer);
	free(watch->departments);
	watch->departments = NULL;
}

const char *watch_state_name(enum watch_state state)
{
	static const char *const names[] = {
		[WATCH_WAITING] = "waiting",
		[WATCH_OK] = "ok",
		[WATCH_UNREACHABLE] = "unreachable",
	};
	return names[state];
}

void watch_write(const struct watch *watch, struct json_writer *json)
{
	json_write_begin_object(json);
	json_write_member_text(json, "state", watch_state_name(watch->state));
	json_write_name(json, "redis");
	if (watch->redis[0] != 0)
		json_write_text(json, watch->redis);
	else
		json_write_null(json);
	json_write_member_text(json, "reason", watch->reason);
	event_write_time(json, "checked", watch->checked_ms);
	json_write_end_object(json);
}
