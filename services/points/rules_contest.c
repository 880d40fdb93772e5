// SPDX-License-Identifier: Apache-2.0
// rules_contest: ranking, quotas and rounds. Carried by the engine, used by assessments.
#include "rules_parser.h"

static const struct kind *application_kind(const struct rules *rules)
{
	const struct catalogue *centre = catalogue_set_named(rules->catalogues, "service-centre");
	return centre != NULL ? catalogue_kind_named(centre, "application") : NULL;
}

static const struct field *application_field(
    struct parser *parser, const struct spot *spot, const char *name)
{
	const struct kind *kind = application_kind(parser->rules);
	int index = kind != NULL ? kind_field_index(kind, name) : -1;
	if (index >= 0 && kind->fields[index].type != FIELD_LIST)
		return &kind->fields[index];
	complain(
	    parser, spot, CODE_QUOTA, "申请没有字段 %s", "no application has a field %s", name);
	return NULL;
}

static struct rules_fields read_application_fields(struct parser *parser, const struct spot *spot)
{
	size_t count = read_array(parser, spot, MEMBERS_MAX), kept = 0;
	const char **names = parser_allocate(parser, count * sizeof *names);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		const char *name = read_text(parser, &one);
		if (name != NULL && application_field(parser, &one, name) != NULL)
			names[kept++] = name;
	}
	return (struct rules_fields){ names, kept };
}

// --- ranking -------------------------------------------------------------------------------------

static void read_key(struct parser *parser, const struct spot *spot, const struct scope *scope,
    struct ranking_key *key, const struct node **value)
{
	static const struct member members[] = { { "id", true }, { "title", true }, { "key", true },
		{ "first", true }, { NULL, false } };
	static const char *const words[] = { "high", "low" };
	struct spot id = spot_member(spot, "id"), title = spot_member(spot, "title"),
		    expression = spot_member(spot, "key"), first = spot_member(spot, "first");
	*value = read_expression(parser, &expression, scope, WANT_NUMBER | WANT_DATE);
	if (!read_members(parser, spot, members))
		return;
	key->id = id.value != NULL ? read_id(parser, &id) : "";
	key->title = read_title(parser, &title);
	key->high_first = read_word(parser, &first, words, COUNT_OF(words)) == 0;
	key->is_date = (*value)->typing.type == TYPE_DATE;
}

static void read_keys(struct parser *parser, const struct spot *spot, const struct scope *scope,
    struct programme *programme)
{
	size_t count = read_array(parser, spot, MEMBERS_MAX);
	struct ranking_key *keys = parser_allocate(parser, count * sizeof *keys);
	programme->keys = parser_allocate(parser, count * sizeof *programme->keys);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		read_key(parser, &one, scope, &keys[i], &programme->keys[i]);
	}
	programme->ranking.keys = keys;
	programme->ranking.key_count = count;
}

static void read_ranking(struct parser *parser, const struct spot *spot, const struct scope *scope,
    struct programme *programme)
{
	static const struct member members[] = { { "among", true }, { "by", true },
		{ "ties", true }, { NULL, false } };
	static const char *const words[] = { "admit_all", "admit_none", "lottery" };
	struct spot among = spot_member(spot, "among"), by = spot_member(spot, "by"),
		    ties = spot_member(spot, "ties");
	if (spot->value == NULL || !read_members(parser, spot, members))
		return;
	programme->has_ranking = true;
	programme->ranking.among = read_application_fields(parser, &among);
	read_keys(parser, &by, scope, programme);
	programme->ranking.ties =
	    (enum ranking_ties)read_word(parser, &ties, words, COUNT_OF(words));
}

// --- quotas --------------------------------------------------------------------------------------

static const char *place_value(struct parser *parser, const struct spot *spot, const char *name)
{
	const struct field *field = application_field(parser, spot, name);
	char text[24] = "";
	const char *value = json_string(spot->value);
	if (value == NULL && json_decimal(spot->value, text, sizeof text))
		value = arena_text(&parser->rules->arena, text);
	if (value == NULL || field == NULL) {
		complain(parser, spot, CODE_QUOTA, "%s 应为代码", "%s: expected a code", name);
		return "";
	}
	bool known = field->type != FIELD_CODE;
	for (size_t i = 0; !known && i < field->codes->code_count; i++)
		known = strcmp(field->codes->codes[i].code, value) == 0;
	if (!known)
		complain(parser, spot, CODE_CODE_UNKNOWN, "%s 不在 %s 中", "%s is not in %s", value,
		    field->codes->name);
	return value;
}

static void check_place_members(
    struct parser *parser, const struct spot *spot, const struct rules_fields *per)
{
	const struct json_value *value = json_first(spot->value);
	for (; value != NULL; value = json_next(value)) {
		struct spot member = { spot, json_name(value), 0, value };
		bool known = strcmp(member.name, "places") == 0;
		for (size_t i = 0; i < per->count; i++)
			known = known || strcmp(member.name, per->names[i]) == 0;
		if (!known)
			complain(parser, &member, CODE_MEMBER_UNKNOWN, "%s", "%s", member.name);
	}
}

static void read_place(struct parser *parser, const struct spot *spot, struct quotas *quotas,
    struct quota_place *place)
{
	const char **values = parser_allocate(parser, quotas->per.count * sizeof *values);
	struct spot places = spot_member(spot, "places");
	place->values = values;
	if (!read_is(parser, spot, JSON_OBJECT))
		return;
	check_place_members(parser, spot, &quotas->per);
	for (size_t i = 0; i < quotas->per.count; i++) {
		struct spot member = spot_member(spot, quotas->per.names[i]);
		values[i] = "";
		if (member.value != NULL)
			values[i] = place_value(parser, &member, quotas->per.names[i]);
		else
			complain(parser, spot, CODE_QUOTA, "缺 %s", "%s is missing",
			    quotas->per.names[i]);
	}
	if (places.value == NULL)
		complain(parser, spot, CODE_MEMBER_MISSING, "places", "places");
	else
		read_whole(parser, &places, 0, 1000 * 1000, &place->places);
}

static bool same_place(
    const struct quotas *quotas, const struct quota_place *a, const struct quota_place *b)
{
	for (size_t i = 0; i < quotas->per.count; i++)
		if (a->values[i] == NULL || b->values[i] == NULL ||
		    strcmp(a->values[i], b->values[i]) != 0)
			return false;
	return true;
}

static void read_places(struct parser *parser, const struct spot *spot, struct quotas *quotas)
{
	const char *text = spot->value != NULL ? json_string(spot->value) : NULL;
	quotas->unknown = text != NULL && strcmp(text, "unknown") == 0;
	if (quotas->unknown)
		note_unknown(parser, spot);
	if (quotas->unknown || spot->value == NULL)
		return;
	size_t count = read_array(parser, spot, MEMBERS_MAX);
	struct quota_place *places = parser_allocate(parser, count * sizeof *places);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		read_place(parser, &one, quotas, &places[i]);
		for (size_t k = 0; k < i; k++)
			if (same_place(quotas, &places[i], &places[k]))
				complain(parser, &one, CODE_QUOTA, "同一组合写了两次",
				    "the same combination twice");
	}
	quotas->places = places;
	quotas->place_count = count;
}

static void read_quotas(struct parser *parser, const struct spot *spot, struct programme *programme)
{
	static const struct member members[] = { { "per", true }, { "places", true },
		{ "total", false }, { "year", false }, { NULL, false } };
	struct spot year = spot_member(spot, "year"), per = spot_member(spot, "per"),
		    places = spot_member(spot, "places"), total = spot_member(spot, "total");
	struct quotas *quotas = &programme->quotas;
	if (spot->value == NULL || !read_members(parser, spot, members))
		return;
	programme->has_quotas = true;
	if (year.value != NULL)
		read_whole(parser, &year, 1800, 2200, &quotas->year);
	quotas->per = read_application_fields(parser, &per);
	read_places(parser, &places, quotas);
	quotas->has_total =
	    total.value != NULL && read_whole(parser, &total, 0, 1000 * 1000, &quotas->total);
}

// --- rounds --------------------------------------------------------------------------------------

static void read_limit_part(
    struct parser *parser, const struct spot *spot, struct ranking_round *round)
{
	if (spot->value == NULL || !read_quantity(parser, spot, UNIT_PLAIN, &round->limit))
		return;
	round->has_limit = true;
	if (round->limit.numerator < 0 || exact_compare(round->limit, exact_of(1)) > 0)
		complain(parser, spot, CODE_QUOTA, "limit 应在 0 与 1 之间",
		    "a limit is a part, from 0 to 1");
}

static void read_wishes(struct parser *parser, const struct spot *spot, struct ranking_round *round)
{
	static const struct member members[] = { { "fields", true }, { "mode", true },
		{ NULL, false } };
	static const char *const modes[] = { "parallel", "sequential" };
	if (spot->value == NULL || !read_members(parser, spot, members))
		return;
	struct spot fields = spot_member(spot, "fields"), mode = spot_member(spot, "mode");
	round->wish_fields = read_application_fields(parser, &fields);
	round->wishes = WISHES_PARALLEL + read_word(parser, &mode, modes, COUNT_OF(modes));
}

static void read_adjust(struct parser *parser, const struct spot *spot, struct ranking_round *round)
{
	round->adjust = spot->value != NULL ? read_text(parser, spot) : NULL;
	if (round->adjust == NULL)
		return;
	const struct field *field = application_field(parser, spot, round->adjust);
	if (field != NULL && field->type != FIELD_BOOLEAN)
		complain(
		    parser, spot, CODE_QUOTA, "%s 不是布尔字段", "%s is no boolean", round->adjust);
}

static void read_round_of(
    struct parser *parser, const struct spot *spot, struct ranking_round *round)
{
	static const char *const words[] = { "own", "left" };
	struct spot id = spot_member(spot, "id"), title = spot_member(spot, "title"),
		    among = spot_member(spot, "among"), places = spot_member(spot, "places"),
		    limit = spot_member(spot, "limit"), wishes = spot_member(spot, "wishes"),
		    adjust = spot_member(spot, "adjust");
	round->id = id.value != NULL ? read_id(parser, &id) : "";
	round->title = read_title(parser, &title);
	round->among = read_application_fields(parser, &among);
	round->left = read_word(parser, &places, words, COUNT_OF(words)) == 1;
	read_limit_part(parser, &limit, round);
	read_wishes(parser, &wishes, round);
	read_adjust(parser, &adjust, round);
}

static void read_rounds(struct parser *parser, const struct spot *spot, struct programme *programme)
{
	static const struct member members[] = { { "id", true }, { "title", true },
		{ "among", true }, { "places", true }, { "limit", false }, { "wishes", false },
		{ "adjust", false }, { NULL, false } };
	size_t count = read_array(parser, spot, MEMBERS_MAX);
	programme->rounds = parser_allocate(parser, count * sizeof *programme->rounds);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		if (read_members(parser, &one, members))
			read_round_of(parser, &one, &programme->rounds[programme->round_count++]);
	}
}

void read_contest(struct parser *parser, const struct spot *spot, const struct scope *scope,
    struct programme *programme)
{
	struct spot ranking = spot_member(spot, "ranking"), quotas = spot_member(spot, "quotas"),
		    rounds = spot_member(spot, "rounds");
	read_ranking(parser, &ranking, scope, programme);
	read_quotas(parser, &quotas, programme);
	read_rounds(parser, &rounds, programme);
	if (programme->has_ranking)
		return;
	if (quotas.value != NULL)
		complain(parser, &quotas, CODE_QUOTA, "没有 ranking", "there is no \"ranking\"");
	if (rounds.value != NULL)
		complain(parser, &rounds, CODE_QUOTA, "没有 ranking", "there is no \"ranking\"");
}
