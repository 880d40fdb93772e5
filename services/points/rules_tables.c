// SPDX-License-Identifier: Apache-2.0
// rules_tables: series, lists, registers, definitions and groups.
#include "rules_parser.h"

#include <stdio.h>

// An id that none of the first `count` of its kind has; `ids` gives theirs.
static const char *read_new_id(struct parser *parser, const struct spot *up,
    size_t (*find)(const struct rules *rules, const char *id))
{
	struct spot spot = spot_member(up, "id");
	const char *id = spot.value != NULL ? read_id(parser, &spot) : "";
	if (*id != 0 && find(parser->rules, id) != SIZE_MAX)
		complain(parser, &spot, CODE_ID_TWICE, "%s", "%s", id);
	return id;
}

static bool name_is_id(struct parser *parser, const struct spot *spot)
{
	const char *name = spot->name;
	size_t size = strlen(name);
	if (size > 0 && size <= ID_BYTES_MAX && name[0] >= 'a' && name[0] <= 'z' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == size)
		return true;
	complain(parser, spot, CODE_ID_FORM, "%s", "%s", name);
	return false;
}

// --- series --------------------------------------------------------------------------------------

enum {
	YEAR_FIRST = 1800,
	YEAR_LAST = 2200
};

static bool read_years(struct parser *parser, const struct spot *spot, struct series *series)
{
	int64_t years[2] = { 0, 0 };
	if (read_array(parser, spot, 2) != 2) {
		complain(parser, spot, CODE_SERIES_GAP, "years 写作 [2010, 2014]",
		    "\"years\" is written [2010, 2014]");
		return false;
	}
	const struct json_value *value = json_first(spot->value);
	for (size_t i = 0; i < 2; i++, value = json_next(value)) {
		struct spot year = spot_index(spot, i, value);
		if (!read_whole(parser, &year, YEAR_FIRST, YEAR_LAST, &years[i]))
			return false;
	}
	if (years[1] < years[0]) {
		complain(parser, spot, CODE_PERIOD, "止于始之前", "it ends before it begins");
		return false;
	}
	series->first = years[0];
	series->count = (size_t)(years[1] - years[0] + 1);
	return true;
}

static struct points read_series_number(
    struct parser *parser, const struct spot *spot, const struct series *series)
{
	struct points points = { .number = EXACT_ZERO, .path = spot_path(parser, spot) };
	const char *text = json_string(spot->value);
	if (text != NULL && strcmp(text, "unknown") == 0) {
		note_unknown(parser, spot);
		return points;
	}
	enum unit unit = UNIT_PLAIN;
	points.known = read_number(parser, spot, &points.number, &unit);
	if (unit != UNIT_PLAIN && unit != series->unit)
		complain(parser, spot, CODE_UNIT, "单位是 %s", "the unit is %s",
		    unit_name(series->unit));
	return points;
}

static void read_values(struct parser *parser, const struct spot *spot, struct series *series)
{
	char name[24];
	series->values = parser_allocate(parser, series->count * sizeof *series->values);
	series->never_zero = true;
	for (size_t i = 0; i < series->count; i++) {
		snprintf(name, sizeof name, "%lld", (long long)series->first + (long long)i);
		struct spot value = spot_member(spot, name);
		if (value.value == NULL) {
			complain(parser, spot, CODE_SERIES_GAP, "缺 %s", "%s is missing", name);
			continue;
		}
		series->values[i] = read_series_number(parser, &value, series);
		series->never_zero =
		    series->never_zero &&
		    (!series->values[i].known || series->values[i].number.numerator != 0);
	}
	if (spot->value != NULL && json_size(spot->value) > series->count)
		complain(parser, spot, CODE_SERIES_GAP, "有 years 以外的年份",
		    "years that are not in \"years\"");
}

void read_series(struct parser *parser, const struct spot *spot)
{
	static const char *const units[] = { "plain", "months", "days", "yuan" };
	static const struct member members[] = { { "title", true }, { "unit", false },
		{ "years", true }, { "values", true }, { NULL, false } };
	struct rules *rules = parser->rules;
	if (spot->value == NULL || !read_is(parser, spot, JSON_OBJECT))
		return;
	rules->series = parser_allocate(parser, json_size(spot->value) * sizeof *rules->series);
	const struct json_value *value = json_first(spot->value);
	for (; value != NULL; value = json_next(value)) {
		struct spot one = { spot, json_name(value), 0, value };
		struct spot title = spot_member(&one, "title"), unit = spot_member(&one, "unit"),
			    years = spot_member(&one, "years"),
			    values = spot_member(&one, "values");
		struct series *series = &rules->series[rules->series_count];
		if (!name_is_id(parser, &one) || !read_members(parser, &one, members))
			continue;
		series->id = one.name;
		series->title = read_title(parser, &title);
		series->unit = (enum unit)read_word(parser, &unit, units, COUNT_OF(units));
		if (years.value != NULL && read_years(parser, &years, series) &&
		    values.value != NULL && read_is(parser, &values, JSON_OBJECT))
			read_values(parser, &values, series);
		rules->series_count++;
	}
}

// --- lists and registers -------------------------------------------------------------------------

static void read_list_values(
    struct parser *parser, const struct spot *spot, struct external_list *list)
{
	const char *text = spot->value != NULL ? json_string(spot->value) : NULL;
	list->unknown = text != NULL && strcmp(text, "unknown") == 0;
	if (list->unknown)
		note_unknown(parser, spot);
	if (list->unknown || spot->value == NULL)
		return;
	size_t count = read_array(parser, spot, MEMBERS_MAX);
	list->values = parser_allocate(parser, count * sizeof *list->values);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		const char *entry = read_text(parser, &one);
		if (entry != NULL)
			list->values[list->count++] = entry;
	}
}

void read_lists(struct parser *parser, const struct spot *spot)
{
	static const struct member members[] = { { "title", true }, { "values", true },
		{ NULL, false } };
	struct rules *rules = parser->rules;
	if (spot->value == NULL || !read_is(parser, spot, JSON_OBJECT))
		return;
	rules->lists = parser_allocate(parser, json_size(spot->value) * sizeof *rules->lists);
	const struct json_value *value = json_first(spot->value);
	for (; value != NULL; value = json_next(value)) {
		struct spot one = { spot, json_name(value), 0, value };
		struct spot title = spot_member(&one, "title"),
			    values = spot_member(&one, "values");
		if (!name_is_id(parser, &one) || !read_members(parser, &one, members))
			continue;
		struct external_list *list = &rules->lists[rules->list_count++];
		list->id = one.name;
		list->title = read_title(parser, &title);
		read_list_values(parser, &values, list);
	}
}

void read_registers(struct parser *parser, const struct spot *spot)
{
	static const struct member members[] = { { "title", true }, { "limit", true },
		{ NULL, false } };
	struct rules *rules = parser->rules;
	if (spot->value == NULL || !read_is(parser, spot, JSON_OBJECT))
		return;
	rules->registers =
	    parser_allocate(parser, json_size(spot->value) * sizeof *rules->registers);
	const struct json_value *value = json_first(spot->value);
	for (; value != NULL; value = json_next(value)) {
		struct spot one = { spot, json_name(value), 0, value };
		struct spot title = spot_member(&one, "title"), limit = spot_member(&one, "limit");
		if (!name_is_id(parser, &one) || !read_members(parser, &one, members))
			continue;
		struct rules_register *entry = &rules->registers[rules->register_count++].what;
		entry->id = one.name;
		entry->title = read_title(parser, &title);
		read_whole(parser, &limit, 1, 1000 * 1000, &entry->limit);
	}
}

// --- definitions ---------------------------------------------------------------------------------

static size_t find_definition(const struct rules *rules, const char *id)
{
	static const char *const reserved[] = { "as_of", "accepted_on", "applied_on", "application",
		"total", "other_total", "unknown" };
	for (size_t i = 0; i < COUNT_OF(reserved); i++)
		if (strcmp(reserved[i], id) == 0)
			return i;
	for (size_t i = 0; i < rules->definition_count; i++)
		if (strcmp(rules->definitions[i].id, id) == 0)
			return i;
	return SIZE_MAX;
}

void read_definitions(struct parser *parser, const struct spot *spot)
{
	static const struct member members[] = { { "id", true }, { "title", false },
		{ "value", true }, { NULL, false } };
	static const struct scope scope = { 0 };
	struct rules *rules = parser->rules;
	size_t count = read_array(parser, spot, DEFINITIONS_MAX);
	rules->definitions = parser_allocate(parser, count * sizeof *rules->definitions);
	const struct json_value *json = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, json = json_next(json)) {
		struct spot one = spot_index(spot, i, json);
		struct definition definition = { .number = i, .path = spot_path(parser, &one) };
		if (!read_members(parser, &one, members))
			continue;
		struct spot title = spot_member(&one, "title"), value = spot_member(&one, "value");
		definition.id = read_new_id(parser, &one, find_definition);
		definition.title = read_title(parser, &title);
		parser->contains_as = false;
		definition.value = read_expression(parser, &value, &scope, WANT_ANY);
		definition.contains_as = parser->contains_as;
		definition.number = rules->definition_count;
		rules->definitions[rules->definition_count++] = definition;
	}
}

// --- groups --------------------------------------------------------------------------------------

static void read_group(struct parser *parser, const struct spot *spot, struct group *group)
{
	static const char *const words[] = { "sum", "highest" };
	struct spot title = spot_member(spot, "title"), in = spot_member(spot, "in"),
		    take = spot_member(spot, "take"), cap = spot_member(spot, "cap"),
		    floor = spot_member(spot, "floor");
	group->id = read_new_id(parser, spot, find_group);
	group->title = read_title(parser, &title);
	group->path = spot_path(parser, spot);
	group->in = -1;
	const char *parent = in.value != NULL ? read_id(parser, &in) : "";
	size_t index = find_group(parser->rules, parent);
	if (index != SIZE_MAX)
		group->in = (int)index;
	else if (*parent != 0)
		complain(
		    parser, &in, CODE_GROUP, "%s 须在前面定义", "%s must stand before it", parent);
	group->highest = read_word(parser, &take, words, COUNT_OF(words)) == 1;
	group->has_cap = cap.value != NULL;
	group->cap = read_points(parser, &cap);
	group->has_floor = floor.value != NULL;
	group->floor = read_points(parser, &floor);
}

void read_groups(struct parser *parser, const struct spot *spot)
{
	static const struct member members[] = { { "id", true }, { "title", true }, { "in", false },
		{ "take", false }, { "cap", false }, { "floor", false }, { NULL, false } };
	struct rules *rules = parser->rules;
	size_t count = read_array(parser, spot, GROUPS_MAX);
	rules->groups = parser_allocate(parser, count * sizeof *rules->groups);
	const struct json_value *json = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, json = json_next(json)) {
		struct spot one = spot_index(spot, i, json);
		struct group group = { 0 };
		if (!read_members(parser, &one, members))
			continue;
		read_group(parser, &one, &group);
		rules->groups[rules->group_count++] = group;
	}
}
