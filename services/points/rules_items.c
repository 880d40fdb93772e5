// SPDX-License-Identifier: Apache-2.0
// rules_items: what gives points.
#include "rules_parser.h"

static void check_id_new(struct parser *parser, const struct spot *up, const char *id)
{
	struct spot spot = spot_member(up, "id");
	for (size_t i = 0; i < parser->rules->item_count; i++)
		if (*id != 0 && strcmp(parser->rules->items[i].id, id) == 0)
			complain(parser, &spot, CODE_ID_TWICE, "%s", "%s", id);
}

static const struct json_value *programme_at(const struct parser *parser, size_t index)
{
	const struct json_value *root = json_root(parser->rules->json);
	const struct json_value *value = json_first(json_member(root, "programmes"));
	while (value != NULL && index-- > 0)
		value = json_next(value);
	return value;
}

// Programmes stand further down, so they are looked for in the text. SIZE_MAX: none.
static size_t find_programme(const struct parser *parser, const char *id)
{
	for (size_t i = 0; i < PROGRAMMES_MAX; i++) {
		const struct json_value *programme = programme_at(parser, i);
		const struct json_value *name =
		    programme != NULL ? json_member(programme, "id") : NULL;
		const char *text = name != NULL ? json_string(name) : NULL;
		if (text != NULL && strcmp(text, id) == 0)
			return i;
	}
	return SIZE_MAX;
}

static void read_item_programmes(
    struct parser *parser, const struct spot *spot, struct rules_item *item)
{
	if (spot->value == NULL)
		return;
	size_t count = read_array(parser, spot, PROGRAMMES_MAX);
	item->programmes = parser_allocate(parser, PROGRAMMES_MAX * sizeof *item->programmes);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		const char *id = read_text(parser, &one);
		size_t index = id != NULL ? find_programme(parser, id) : SIZE_MAX;
		if (index != SIZE_MAX)
			item->programmes[index] = true;
		else if (id != NULL)
			complain(parser, &one, CODE_NAME_UNKNOWN, "%s", "%s", id);
	}
}

struct in_force read_in_force(struct parser *parser, const struct spot *spot)
{
	struct in_force read = { 0 };
	struct spot from = spot_member(spot, "from"), to = spot_member(spot, "to"),
		    ended_by = spot_member(spot, "ended_by");
	const struct rules *rules = parser->rules;
	read.from = from.value != NULL ? read_date(parser, &from) : 0;
	read.to = to.value != NULL ? read_date(parser, &to) : 0;
	read.ended_by = read_title(parser, &ended_by);
	bool late = read.to != 0 && read.to < (read.from != 0 ? read.from : rules->valid_from);
	if (read.from != 0 && read.to != 0 && read.to < read.from)
		complain(parser, &to, CODE_PERIOD, "止于始之前", "it ends before it begins");
	else if ((read.from != 0 && (read.from < rules->valid_from ||
					(rules->valid_to != 0 && read.from > rules->valid_to))) ||
		 late || (read.to != 0 && rules->valid_to != 0 && read.to > rules->valid_to))
		complain(parser, spot, CODE_PERIOD, "在规则有效期之外",
		    "outside of the table's validity");
	if (read.to != 0 && read.to != rules->valid_to && ended_by.value == NULL)
		complain(
		    parser, spot, CODE_ENDED, "注明由哪部法律终止", "name the law that ended it");
	return read;
}

static void read_notes(struct parser *parser, const struct spot *spot)
{
	size_t count = read_array(parser, spot, MEMBERS_MAX);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot note = spot_index(spot, i, value);
		(void)read_title(parser, &note);
	}
}

static void read_item_group(struct parser *parser, const struct spot *spot, struct rules_item *item)
{
	const char *id = spot->value != NULL ? read_id(parser, spot) : "";
	item->group = find_group(parser->rules, id);
	item->group_id = id;
	if (item->group != SIZE_MAX) {
		parser->rules->groups[item->group].has_items = true;
		return;
	}
	item->group = 0;
	if (*id != 0)
		complain(parser, spot, CODE_GROUP, "没有分组 %s", "no group %s", id);
}

static void read_points_of_item(
    struct parser *parser, const struct spot *spot, struct rules_item *item)
{
	static const struct scope scope = { 0 };
	struct spot points = spot_member(spot, "points"),
		    nullified = spot_member(spot, "nullified_by"), cap = spot_member(spot, "cap"),
		    floor = spot_member(spot, "floor"), round = spot_member(spot, "round");
	item->points = read_expression(parser, &points, &scope, WANT_NUMBER);
	want_unit(parser, &points, item->points->typing, UNIT_PLAIN);
	if (nullified.value != NULL)
		item->nullified_by = read_expression(parser, &nullified, &scope, WANT_BOOLEAN);
	item->has_cap = cap.value != NULL;
	item->cap = read_points(parser, &cap);
	item->has_floor = floor.value != NULL;
	item->floor = read_points(parser, &floor);
	item->round = round.value != NULL ? read_round(parser, &round) : parser->rules->round;
}

static void read_item(struct parser *parser, const struct spot *spot, struct rules_item *item)
{
	struct spot id = spot_member(spot, "id"), title = spot_member(spot, "title"),
		    group = spot_member(spot, "group"),
		    programmes = spot_member(spot, "programmes"),
		    notes = spot_member(spot, "notes");
	item->id = id.value != NULL ? read_id(parser, &id) : "";
	check_id_new(parser, spot, item->id);
	item->path = spot_path(parser, spot);
	item->title = read_title(parser, &title);
	read_item_group(parser, &group, item);
	read_item_programmes(parser, &programmes, item);
	read_points_of_item(parser, spot, item);
	struct in_force in_force = read_in_force(parser, spot);
	item->from = in_force.from;
	item->to = in_force.to;
	item->ended_by = in_force.ended_by;
	read_notes(parser, &notes);
}

void read_items(struct parser *parser, const struct spot *spot)
{
	static const struct member members[] = { { "id", true }, { "title", true },
		{ "group", true }, { "points", true }, { "programmes", false }, { "cap", false },
		{ "floor", false }, { "round", false }, { "from", false }, { "to", false },
		{ "ended_by", false }, { "nullified_by", false }, { "notes", false },
		{ NULL, false } };
	struct rules *rules = parser->rules;
	size_t count = read_array(parser, spot, ITEMS_MAX);
	rules->items = parser_allocate(parser, count * sizeof *rules->items);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		if (!read_members(parser, &one, members))
			continue;
		struct rules_item item = { 0 };
		read_item(parser, &one, &item);
		rules->items[rules->item_count++] = item;
	}
}
