// SPDX-License-Identifier: Apache-2.0
// rules_programmes: what points are for: who may apply, what is enough, how long it holds.
#include "rules_parser.h"

#include <stdio.h>

static const struct scope of_everything = { .items = true, .total = true };

static void read_condition(
    struct parser *parser, const struct spot *spot, const char *test, struct condition *condition)
{
	static const char *const effects[] = { "refused", "zero" };
	struct spot id = spot_member(spot, "id"), title = spot_member(spot, "title"),
		    holds = spot_member(spot, test), until = spot_member(spot, "until"),
		    effect = spot_member(spot, "effect");
	condition->id = id.value != NULL ? read_id(parser, &id) : "";
	condition->path = spot_path(parser, spot);
	condition->title = read_title(parser, &title);
	condition->holds = read_expression(parser, &holds, &of_everything, WANT_BOOLEAN);
	if (until.value != NULL)
		condition->until = read_expression(parser, &until, &of_everything, WANT_DATE);
	struct in_force in_force = read_in_force(parser, spot);
	condition->from = in_force.from;
	condition->to = in_force.to;
	condition->ended_by = in_force.ended_by;
	condition->makes_zero = read_word(parser, &effect, effects, COUNT_OF(effects)) == 1;
}

static void check_ids(
    struct parser *parser, const struct spot *spot, const struct conditions *conditions)
{
	for (size_t i = 1; i < conditions->count; i++)
		for (size_t k = 0; k < i; k++)
			if (*conditions->list[i].id != 0 &&
			    strcmp(conditions->list[i].id, conditions->list[k].id) == 0)
				complain(parser, spot, CODE_ID_TWICE, "%s", "%s",
				    conditions->list[i].id);
}

// test: the member that holds the condition.
static struct conditions read_conditions(
    struct parser *parser, const struct spot *spot, const struct member *members, const char *test)
{
	struct conditions conditions = { 0 };
	size_t count = read_array(parser, spot, MEMBERS_MAX);
	conditions.list = parser_allocate(parser, count * sizeof *conditions.list);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		if (read_members(parser, &one, members))
			read_condition(parser, &one, test, &conditions.list[conditions.count++]);
	}
	check_ids(parser, spot, &conditions);
	return conditions;
}

static void read_all_conditions(
    struct parser *parser, const struct spot *spot, struct programme *programme)
{
	static const struct member gate[] = { { "id", true }, { "title", true }, { "holds", true },
		{ "from", false }, { "to", false }, { "ended_by", false }, { NULL, false } };
	static const struct member veto[] = { { "id", true }, { "title", true }, { "when", true },
		{ "effect", true }, { "until", false }, { "from", false }, { "to", false },
		{ "ended_by", false }, { NULL, false } };
	static const struct member freeze[] = { { "id", true }, { "title", true }, { "when", true },
		{ "until", false }, { "from", false }, { "to", false }, { "ended_by", false },
		{ NULL, false } };
	struct spot gates = spot_member(spot, "gates"), vetoes = spot_member(spot, "vetoes"),
		    freezes = spot_member(spot, "freezes");
	programme->gates = read_conditions(parser, &gates, gate, "holds");
	programme->vetoes = read_conditions(parser, &vetoes, veto, "when");
	programme->freezes = read_conditions(parser, &freezes, freeze, "when");
}

static void read_validity(
    struct parser *parser, const struct spot *spot, struct programme *programme)
{
	static const struct member members[] = { { "until", false }, { "ends_when", false },
		{ NULL, false } };
	static const struct member ending[] = { { "id", true }, { "title", true }, { "when", true },
		{ "from", false }, { "to", false }, { "ended_by", false }, { NULL, false } };
	if (spot->value == NULL || !read_members(parser, spot, members))
		return;
	struct spot until = spot_member(spot, "until"), ends = spot_member(spot, "ends_when");
	if (until.value != NULL)
		programme->until = read_expression(parser, &until, &of_everything, WANT_DATE);
	programme->ends_when = read_conditions(parser, &ends, ending, "when");
}

// "MM-DD"; not 02-29, which most years have not.
static void read_as_of(struct parser *parser, const struct spot *spot, struct programme *programme)
{
	const char *text = spot->value != NULL ? read_text(parser, spot) : NULL;
	int month = 0, day = 0, end = 0;
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (text == NULL)
		return;
	if (strlen(text) == 5 && sscanf(text, "%2d-%2d%n", &month, &day, &end) == 2 && end == 5 &&
	    month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1]) {
		programme->as_of_month = month;
		programme->as_of_day = day;
		return;
	}
	complain(parser, spot, CODE_LITERAL, "写作 \"12-31\"", "it is written \"12-31\"");
}

static const struct code_list *application_codes(const struct rules *rules, const char *field)
{
	const struct catalogue *centre = catalogue_set_named(rules->catalogues, "service-centre");
	const struct kind *kind =
	    centre != NULL ? catalogue_kind_named(centre, "application") : NULL;
	int index = kind != NULL ? kind_field_index(kind, field) : -1;
	return index >= 0 ? kind->fields[index].codes : NULL;
}

static const char *read_application_code(
    struct parser *parser, const struct spot *spot, const char *field)
{
	const struct code_list *codes = application_codes(parser->rules, field);
	const char *text = spot->value != NULL ? read_text(parser, spot) : NULL;
	for (size_t i = 0; text != NULL && codes != NULL && i < codes->code_count; i++)
		if (strcmp(codes->codes[i].code, text) == 0)
			return text;
	if (text != NULL)
		complain(parser, spot, CODE_CODE_UNKNOWN, "%s 不在 %s 中", "%s is not in %s", text,
		    field);
	return NULL;
}

static struct rules_fields read_grades(struct parser *parser, const struct spot *spot)
{
	size_t count = read_array(parser, spot, MEMBERS_MAX), kept = 0;
	const char **names = parser_allocate(parser, count * sizeof *names);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		names[kept] = read_application_code(parser, &one, "grade");
		kept += names[kept] != NULL;
	}
	return (struct rules_fields){ names, kept };
}

static void read_programme_id(
    struct parser *parser, const struct spot *up, struct programme *programme)
{
	struct spot id = spot_member(up, "id"), code = spot_member(up, "code"),
		    grades = spot_member(up, "grades");
	programme->id = id.value != NULL ? read_id(parser, &id) : "";
	programme->code = read_application_code(parser, &code, "programme");
	programme->grades = read_grades(parser, &grades);
	for (size_t i = 0; i < parser->rules->programme_count; i++)
		if (*programme->id != 0 &&
		    strcmp(parser->rules->programmes[i].id, programme->id) == 0)
			complain(parser, &id, CODE_ID_TWICE, "%s", "%s", programme->id);
}

static void read_total(struct parser *parser, const struct spot *spot, struct programme *programme)
{
	static const struct scope scope = { .items = true };
	struct spot total = spot_member(spot, "total"), round = spot_member(spot, "round"),
		    cap = spot_member(spot, "cap"), floor = spot_member(spot, "floor"),
		    threshold = spot_member(spot, "threshold");
	programme->total = read_expression(parser, &total, &scope, WANT_NUMBER);
	want_unit(parser, &total, programme->total->typing, UNIT_PLAIN);
	programme->round = read_round(parser, &round);
	programme->has_cap = cap.value != NULL;
	programme->cap = read_points(parser, &cap);
	programme->has_floor = floor.value != NULL;
	programme->floor = read_points(parser, &floor);
	programme->has_threshold = threshold.value != NULL;
	programme->threshold = read_points(parser, &threshold);
}

static void read_programme(
    struct parser *parser, const struct spot *spot, struct programme *programme)
{
	static const char *const families[] = { "own", "higher_spouse" };
	struct spot title = spot_member(spot, "title"), family = spot_member(spot, "family"),
		    as_of = spot_member(spot, "as_of"), validity = spot_member(spot, "validity"),
		    days = spot_member(spot, "publish_days");
	programme->rules = parser->rules;
	programme->path = spot_path(parser, spot);
	read_programme_id(parser, spot, programme);
	programme->title = read_title(parser, &title);
	programme->higher_spouse = read_word(parser, &family, families, COUNT_OF(families)) == 1;
	read_total(parser, spot, programme);
	read_as_of(parser, &as_of, programme);
	read_all_conditions(parser, spot, programme);
	read_validity(parser, &validity, programme);
	if (days.value != NULL)
		read_whole(parser, &days, 1, 366, &programme->publish_days);
	struct scope keys = { .items = true, .total = true, .other_total = true };
	read_contest(parser, spot, &keys, programme);
}

void read_programmes(struct parser *parser, const struct spot *spot)
{
	static const struct member members[] = { { "id", true }, { "title", true },
		{ "code", false }, { "grades", false }, { "total", true }, { "round", true },
		{ "floor", false }, { "cap", false }, { "family", false }, { "as_of", false },
		{ "gates", false }, { "vetoes", false }, { "freezes", false },
		{ "threshold", false }, { "ranking", false }, { "quotas", false },
		{ "rounds", false }, { "validity", false }, { "publish_days", false },
		{ NULL, false } };
	struct rules *rules = parser->rules;
	size_t count = read_array(parser, spot, PROGRAMMES_MAX);
	rules->programmes = parser_allocate(parser, count * sizeof *rules->programmes);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		struct programme programme = { .number = i };
		if (!read_members(parser, &one, members))
			continue;
		read_programme(parser, &one, &programme);
		rules->programmes[rules->programme_count++] = programme;
	}
}
