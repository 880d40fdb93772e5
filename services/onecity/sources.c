// SPDX-License-Identifier: Apache-2.0
// sources: onecity sources: each department as the aggregator sees it, and whether its own systems
// still send.
//
// "Quiet" and "dead" are two things: a daemon that lives says every second when each kind last had
// a good row, and the catalogue says how often one is expected.
#include "commands.h"

#include "catalogue.h"
#include "city.h"
#include "clock.h"
#include "date.h"
#include "lateness.h"
#include "options.h"

enum {
	TEXT_SIZE = 64
};

// One kind of one department.
struct kind_view {
	const struct department_view *department;
	const struct kind *kind;
	bool heard; // else nobody knows how its source is
	enum lateness_state state;
	int64_t last_input_ms, late_ms; // 0: never; not
	int64_t quarantined;
	const char *oldest_quarantined; // or ""
};

struct sources {
	struct city city;
	struct catalogue_set *catalogues;
	struct kind_view *kinds;
	size_t count;
};

static const struct {
	const char *english, *chinese;
	enum colour colour;
} words[LATENESS_STATES] = {
	[LATENESS_NOTHING_YET] = { "nothing yet", "尚无数据", COLOUR_FAINT },
	[LATENESS_IN_TIME] = { "in time", "按时", COLOUR_GOOD },
	[LATENESS_LATE] = { "late", "逾期", COLOUR_BAD },
};

// --- finding out --------------------------------------------------------------------------------

static const struct json_value *input_of(
    const struct department_view *department, const struct kind *kind)
{
	const struct json_value *list = json_member(department->value, "kinds");
	for (const struct json_value *input = json_first(list); input != NULL;
	     input = json_next(input))
		if (strcmp(member_text(input, "kind"), kind->name) == 0)
			return input;
	return NULL;
}

static int64_t member_time(const struct json_value *object, const char *name)
{
	int64_t wall_us;
	return time_parse(bytes_of_text(member_text(object, name)), &wall_us) ? wall_us / 1000 : 0;
}

// What nobody expects is shown once it came.
static bool is_shown(const struct kind *kind, const struct json_value *input)
{
	return input != NULL || (kind->cadence_days > 0 && !kind->off_by_default);
}

static void add_kinds(
    struct sources *sources, const struct department_view *department, int64_t now_ms)
{
	const struct catalogue *catalogue =
	    catalogue_set_named(sources->catalogues, department->name);
	for (size_t i = 0; catalogue != NULL && i < catalogue->kind_count; i++) {
		const struct kind *kind = &catalogue->kinds[i];
		const struct json_value *input = input_of(department, kind);
		if (!is_shown(kind, input))
			continue;
		sources->kinds =
		    reallocate(sources->kinds, (sources->count + 1) * sizeof *sources->kinds);
		struct kind_view *view = &sources->kinds[sources->count++];
		*view = (struct kind_view){
			.department = department,
			.kind = kind,
			.heard = state_is_heard(department->state),
			.last_input_ms = member_time(input, "last_input"),
			.quarantined = member_integer(input, "quarantined", 0),
			.oldest_quarantined = member_text(input, "oldest_quarantined"),
		};
		view->state =
		    lateness_judge(kind->cadence_days, view->last_input_ms, now_ms, &view->late_ms);
	}
}

static enum status sources_read(struct sources *sources, const struct place *place)
{
	const char *proto = place_proto(place);
	int64_t now_ms = clock_wall_ms();
	*sources = (struct sources){ 0 };
	if (proto == NULL)
		return fail(STATUS_NOT_FOUND, "%s: no settings say where the catalogues are",
		    place->directory);
	enum status status = catalogue_set_read(&sources->catalogues, proto);
	if (status == STATUS_OK)
		status = city_read(&sources->city, place);
	for (size_t i = 0; status == STATUS_OK && i < sources->city.count; i++)
		add_kinds(sources, &sources->city.departments[i], now_ms);
	return status;
}

static void sources_deinit(struct sources *sources)
{
	free(sources->kinds);
	city_deinit(&sources->city);
	catalogue_set_free(&sources->catalogues);
}

// --- for people ---------------------------------------------------------------------------------

static void print_departments(const struct city *city)
{
	static const struct table_column columns[] = {
		{ "DEPARTMENT", "部门", false },
		{ "STATE", "状态", false },
		{ "APPLIED", "已写入", true },
		{ "GAPS", "缺口", true },
		{ "LAST HEARTBEAT", "最近心跳", false },
		{ "EPOCH", "日志标识", false },
		{ "REASON", "原因", false },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < city->count; i++) {
		const struct department_view *department = &city->departments[i];
		table_add(table, department->name);
		table_add_state(table, department->state);
		table_add_number(table, department->applied);
		table_add_number(table, department->gaps);
		table_add(table, department->last_heartbeat[0] ? department->last_heartbeat : "-");
		table_add(table, department->epoch);
		table_add(table, department->reason);
	}
	table_print(table, stdout);
	table_free(&table);
}

static void add_lateness(struct table *table, const struct kind_view *view)
{
	char text[TEXT_SIZE];
	if (!view->heard) {
		table_add_coloured(table, COLOUR_WARNING, say("unknown", "未知"));
		table_add(table, "-");
		return;
	}
	table_add_coloured(table, words[view->state].colour,
	    say_in_chinese() ? words[view->state].chinese : words[view->state].english);
	duration_format(view->state == LATENESS_LATE ? view->late_ms : -1, text, sizeof text);
	table_add(table, text);
}

static void print_kinds(const struct sources *sources)
{
	static const struct table_column columns[] = {
		{ "DEPARTMENT", "部门", false },
		{ "KIND", "类别", false },
		{ "INPUT", "数据", false },
		{ "OVERDUE", "逾期", true },
		{ "LAST GOOD ROW", "最近有效数据", false },
		{ "EVERY", "周期", true },
		{ "QUARANTINED", "隔离", true },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < sources->count; i++) {
		const struct kind_view *view = &sources->kinds[i];
		char last[TEXT_SIZE] = "-", cadence[TEXT_SIZE] = "-";
		if (view->last_input_ms > 0)
			time_format(view->last_input_ms, last, sizeof last);
		if (view->kind->cadence_days > 0)
			snprintf(cadence, sizeof cadence, "%d d", view->kind->cadence_days);
		table_add(table, view->department->name);
		table_add(table, say_in_chinese() ? view->kind->title.zh : view->kind->name);
		add_lateness(table, view);
		table_add(table, last);
		table_add(table, cadence);
		table_add_number(table, view->quarantined);
	}
	table_print(table, stdout);
	table_free(&table);
}

// --- for programs -------------------------------------------------------------------------------

static void write_kind(struct json_writer *json, const struct kind_view *view)
{
	char last[TEXT_SIZE];
	json_write_begin_object(json);
	json_write_member_text(json, "kind", view->kind->name);
	json_write_member_text(
	    json, "input", view->heard ? lateness_state_name(view->state) : "unknown");
	if (view->state == LATENESS_LATE && view->heard)
		json_write_member_integer(json, "late_ms", view->late_ms);
	json_write_member_integer(json, "cadence_days", view->kind->cadence_days);
	if (view->last_input_ms > 0) {
		time_format(view->last_input_ms, last, sizeof last);
		json_write_member_text(json, "last_input", last);
	}
	json_write_member_integer(json, "quarantined", view->quarantined);
	if (view->oldest_quarantined[0] != 0)
		json_write_member_text(json, "oldest_quarantined", view->oldest_quarantined);
	json_write_end_object(json);
}

// All that the aggregator says of a department, but of its kinds what the catalogue adds to it.
static void write_department(struct json_writer *json, const struct sources *sources,
    const struct department_view *department)
{
	json_write_begin_object(json);
	for (const struct json_value *member = json_first(department->value); member != NULL;
	     member = json_next(member)) {
		if (strcmp(json_name(member), "kinds") == 0)
			continue;
		json_write_name(json, json_name(member));
		json_write_value(json, member);
	}
	json_write_name(json, "kinds");
	json_write_begin_array(json);
	for (size_t i = 0; i < sources->count; i++)
		if (sources->kinds[i].department == department)
			write_kind(json, &sources->kinds[i]);
	json_write_end_array(json);
	json_write_end_object(json);
}

static void print_json(const struct sources *sources)
{
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_name(&json, "departments");
	json_write_begin_array(&json);
	for (size_t i = 0; i < sources->city.count; i++)
		write_department(&json, sources, &sources->city.departments[i]);
	json_write_end_array(&json);
	json_write_end_object(&json);
	puts(buffer_text(&out));
	buffer_deinit(&out);
}

// --- the command --------------------------------------------------------------------------------

static int show(const char *data, bool json)
{
	struct place place;
	struct sources sources;
	int exit_code = EXIT_SUCCESS;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	status = sources_read(&sources, &place);
	if (status != STATUS_OK) {
		exit_code = give_up_with(status);
	} else if (json) {
		print_json(&sources);
	} else {
		print_departments(&sources.city);
		putchar('\n');
		print_kinds(&sources);
	}
	sources_deinit(&sources);
	place_deinit(&place);
	return exit_code;
}

int command_sources(int argc, char **argv)
{
	const char *data = NULL;
	bool json = false;
	const struct option_row rows[] = { OPTION_DATA(&data), OPTION_JSON(&json) };
	const struct usage usage = {
		.command = "sources",
		.operands = "",
		.english = "Shows each department as the aggregator sees it, and of each kind "
			   "whether its source still\n"
			   "sends as often as the catalogue expects: in time, late, or nothing "
			   "yet.",
		.chinese = "显示聚合器所见的各部门，以及各类别的数据是否按目录规定的周期送达：\n"
			   "按时、逾期或尚无数据。",
		.exits_english = "0 shown; 1 the aggregator does not answer",
		.exits_chinese = "0 已显示；1 聚合器无应答",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	return show(data, json);
}
