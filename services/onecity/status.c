// SPDX-License-Identifier: Apache-2.0
// status: onecity status: how all services of a place are.
#include "commands.h"

#include "city.h"
#include "options.h"

enum {
	EXIT_BEHIND = 1,
	EXIT_DOWN = 2,
	READY_TIMEOUT_MS = 3000,
};

struct service_view {
	const struct service_place *place;
	const char *state; // as in city.c
	char reason[256];
	int64_t position, head, lag, quarantined; // -1: unknown, or it has none
};

// --- asking -------------------------------------------------------------------------------------

static void ask_ready(struct service_view *view)
{
	struct question question = { .service = view->place,
		.method = "GET",
		.path = "/readyz",
		.timeout_ms = READY_TIMEOUT_MS };
	struct answer answer;
	enum status status = question_ask(&question, &answer);
	if (status != STATUS_OK) {
		view->state = "down";
		snprintf(view->reason, sizeof view->reason, "%s", status_reason());
	} else {
		view->state = answer_is_success(&answer) ? "ready" : "unready";
	}
	answer_deinit(&answer);
}

static void ask_department(struct service_view *view)
{
	struct answer answer;
	if (question_get(view->place, "/v1/status", &answer) == STATUS_OK) {
		const struct json_value *root = json_root(answer.json);
		view->head = member_integer(root, "sequence", -1);
		view->quarantined = member_integer(root, "quarantined", -1);
	} else {
		view->state = "unready";
		snprintf(view->reason, sizeof view->reason, "%s", status_reason());
	}
	answer_deinit(&answer);
}

static void ask(struct service_view *view)
{
	ask_ready(view);
	if (strcmp(view->state, "down") != 0 && place_is_department(view->place))
		ask_department(view);
}

// The department's own head was asked for before, so that what it counts beyond the aggregator's
// position is truly behind.
static void take_follower(struct service_view *view, const struct department_view *department)
{
	view->position = department->position;
	view->head = department->head > view->head ? department->head : view->head;
	view->lag = view->head > view->position ? view->head - view->position : 0;
	if (strcmp(view->state, "ready") != 0)
		return;
	view->state = department->state;
	snprintf(view->reason, sizeof view->reason, "%s", department->reason);
}

static void take_aggregator(struct service_view *view, const struct city *city)
{
	if (strcmp(view->state, "down") == 0)
		return;
	if (city->rebuilding)
		view->state = "rebuilding";
	else if (strcmp(city->redis, "ready") != 0)
		view->state = "unready";
	if (strcmp(city->redis, "ready") != 0)
		snprintf(view->reason, sizeof view->reason, "redis: %s", city->redis);
}

static void take_city(struct service_view *view, const struct city *city)
{
	const struct department_view *department = city_find(city, view->place->name);
	if (strcmp(view->place->name, "aggregator") == 0)
		take_aggregator(view, city);
	else if (place_is_department(view->place) && department != NULL)
		take_follower(view, department);
	else if (place_is_department(view->place) && strcmp(view->state, "ready") == 0)
		view->state = "unfollowed";
}

// --- showing ------------------------------------------------------------------------------------

static bool is_well(const struct service_view *view)
{
	bool good = state_is_live(view->state) || strcmp(view->state, "ready") == 0;
	return good && view->lag <= 0;
}

static int verdict(const struct service_view *views, size_t count)
{
	int exit_code = EXIT_SUCCESS;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(views[i].state, "down") == 0)
			return EXIT_DOWN;
		if (!is_well(&views[i]))
			exit_code = EXIT_BEHIND;
	}
	return exit_code;
}

static void print_table(const struct service_view *views, size_t count)
{
	static const struct table_column columns[] = {
		{ "SERVICE", "服务", false },
		{ "STATE", "状态", false },
		{ "POSITION", "位置", true },
		{ "HEAD", "最新", true },
		{ "LAG", "落后", true },
		{ "QUARANTINED", "隔离", true },
		{ "REASON", "原因", false },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < count; i++) {
		table_add(table, views[i].place->name);
		table_add_state(table, views[i].state);
		table_add_number(table, views[i].position);
		table_add_number(table, views[i].head);
		table_add_number(table, views[i].lag);
		table_add_number(table, views[i].quarantined);
		table_add(table, views[i].reason);
	}
	table_print(table, stdout);
	table_free(&table);
}

static void write_number(struct json_writer *writer, const char *name, int64_t number)
{
	if (number >= 0)
		json_write_member_integer(writer, name, number);
}

static void print_json(const struct service_view *views, size_t count, int exit_code)
{
	static const char *const verdicts[] = { "well", "behind", "down" };
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	json_write_begin_object(&writer);
	json_write_member_text(&writer, "state", verdicts[exit_code]);
	json_write_name(&writer, "services");
	json_write_begin_array(&writer);
	for (size_t i = 0; i < count; i++) {
		json_write_begin_object(&writer);
		json_write_member_text(&writer, "service", views[i].place->name);
		json_write_member_text(&writer, "address", views[i].place->address);
		json_write_member_text(&writer, "state", views[i].state);
		json_write_member_text(&writer, "reason", views[i].reason);
		write_number(&writer, "position", views[i].position);
		write_number(&writer, "head", views[i].head);
		write_number(&writer, "lag", views[i].lag);
		write_number(&writer, "quarantined", views[i].quarantined);
		json_write_end_object(&writer);
	}
	json_write_end_array(&writer);
	json_write_end_object(&writer);
	puts(buffer_text(&out));
	buffer_deinit(&out);
}

// --- the command --------------------------------------------------------------------------------

static int show(const struct place *place, bool json)
{
	struct city city;
	struct service_view *views = allocate(place->count * sizeof *views);
	for (size_t i = 0; i < place->count; i++) {
		views[i] = (struct service_view){ &place->services[i], "down", "", -1, -1, -1, -1 };
		ask(&views[i]);
	}
	bool has_city =
	    city_read(&city, place) == STATUS_OK; // one that is down shows in its own row
	for (size_t i = 0; i < place->count && has_city; i++)
		take_city(&views[i], &city);
	int exit_code = verdict(views, place->count);
	if (json)
		print_json(views, place->count, exit_code);
	else
		print_table(views, place->count);
	if (has_city)
		city_deinit(&city);
	free(views);
	return exit_code;
}

int command_status(int argc, char **argv)
{
	const char *data = NULL;
	bool json = false;
	const struct option_row rows[] = { OPTION_DATA(&data), OPTION_JSON(&json) };
	const struct usage usage = {
		.command = "status",
		.operands = "",
		.english = "Shows how all services are, and how far the profiles are behind each "
			   "department.",
		.chinese = "显示各服务状态，以及档案落后各部门多少。",
		.exits_english =
		    "0 all is well; 1 something is behind or not ready; 2 something is down",
		.exits_chinese = "0 一切正常；1 有落后或未就绪；2 有服务不可达",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	struct place place;
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK) {
		give_up_with(status);
		return EXIT_DOWN;
	}
	exit_code = show(&place, json);
	place_deinit(&place);
	return exit_code;
}
