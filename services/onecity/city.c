// SPDX-License-Identifier: Apache-2.0
// city: the departments as the aggregator sees them.
#include "city.h"

#include <inttypes.h>

// Those of a follower, and those that `onecity status` adds for services.
static const struct {
	const char *state, *english, *chinese;
	enum colour colour;
} states[] = {
	{ "live", "live", "正常", COLOUR_GOOD },
	{ "ready", "ready", "就绪", COLOUR_GOOD },
	{ "waiting", "waiting", "等待中", COLOUR_WARNING },
	{ "replaying", "replaying", "补读中", COLOUR_WARNING },
	{ "rebuilding", "rebuilding", "重建中", COLOUR_WARNING },
	{ "unready", "unready", "未就绪", COLOUR_WARNING },
	{ "unfollowed", "not followed", "未被订阅", COLOUR_WARNING },
	{ "unreachable", "unreachable", "连不上", COLOUR_BAD },
	{ "silent", "silent", "无声", COLOUR_BAD },
	{ "fork", "fork", "历史分叉", COLOUR_BAD },
	{ "stopped", "stopped", "已停止", COLOUR_BAD },
	{ "down", "down", "不可达", COLOUR_BAD },
};

bool city_is_settled(const struct city *city)
{
	return strcmp(city->redis, "ready") == 0 && !city->rebuilding;
}

bool state_is_live(const char *state)
{
	return strcmp(state, "live") == 0;
}

bool state_is_heard(const char *state)
{
	static const char *const unheard[] = { "waiting", "silent", "unreachable" };
	for (size_t i = 0; i < COUNT_OF(unheard); i++)
		if (strcmp(state, unheard[i]) == 0)
			return false;
	return true;
}

void table_add_state(struct table *table, const char *state)
{
	for (size_t i = 0; i < COUNT_OF(states); i++) {
		if (strcmp(states[i].state, state) == 0) {
			table_add_coloured(table, states[i].colour,
			    say_in_chinese() ? states[i].chinese : states[i].english);
			return;
		}
	}
	table_add(table, state);
}

void duration_format(int64_t duration_ms, char *text, size_t size)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "min" } };
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (duration_ms >= units[i].ms) {
			snprintf(
			    text, size, "%" PRId64 " %s", duration_ms / units[i].ms, units[i].unit);
			return;
		}
	}
	if (duration_ms >= 0)
		snprintf(text, size, "%" PRId64 ".%" PRId64 " s", duration_ms / 1000,
		    duration_ms % 1000 / 100);
	else
		snprintf(text, size, "-");
}

static void take_department(struct department_view *view, const struct json_value *value)
{
	view->value = value;
	view->name = member_text(value, "department");
	view->state = member_text(value, "state");
	view->reason = member_text(value, "reason");
	view->epoch = member_text(value, "epoch");
	view->last_heartbeat = member_text(value, "last_heartbeat");
	view->position = member_integer(value, "position", -1);
	view->head = member_integer(value, "head", -1);
	view->lag = member_integer(value, "lag", -1);
	view->lag_ms = member_integer(value, "lag_ms", -1);
	view->gaps = member_integer(value, "gaps", -1);
	view->gaps_filled = member_integer(value, "gaps_filled", -1);
	view->applied = member_integer(value, "applied", -1);
}

enum status city_read(struct city *city, const struct place *place)
{
	const struct service_place *aggregator = place_find(place, "aggregator");
	*city = (struct city){ 0 };
	if (aggregator == NULL)
		return fail(STATUS_NOT_FOUND, "%s has no aggregator", place->directory);
	enum status status = question_get(aggregator, "/v1/status", &city->answer);
	if (status != STATUS_OK) {
		city_deinit(city);
		return status;
	}
	const struct json_value *root = json_root(city->answer.json);
	const struct json_value *list = json_member(root, "departments");
	city->redis = member_text(root, "redis");
	city->rebuilding = json_boolean(json_member(root, "rebuilding"));
	city->departments = allocate(json_size(list) * sizeof *city->departments);
	for (const struct json_value *value = json_first(list); value != NULL;
	     value = json_next(value))
		take_department(&city->departments[city->count++], value);
	return STATUS_OK;
}

void city_deinit(struct city *city)
{
	free(city->departments);
	answer_deinit(&city->answer);
	*city = (struct city){ 0 };
}

const struct department_view *city_find(const struct city *city, const char *name)
{
	for (size_t i = 0; i < city->count; i++)
		if (strcmp(city->departments[i].name, name) == 0)
			return &city->departments[i];
	return NULL;
}
