// SPDX-License-Identifier: Apache-2.0
// rules: what others ask of a checked table.
#include "rules_parts.h"

const char *rules_id(const struct rules *rules)
{
	return rules->id;
}

struct title rules_title(const struct rules *rules)
{
	return rules->title;
}

const char *rules_city(const struct rules *rules)
{
	return rules->city;
}

enum rules_status rules_status(const struct rules *rules)
{
	return rules->status;
}

const char *rules_status_name(enum rules_status status)
{
	static const char *const names[] = {
		[RULES_LIVE] = "live",
		[RULES_HISTORICAL] = "historical",
		[RULES_DEMONSTRATION] = "demonstration",
	};
	return names[status];
}

struct title rules_label(const struct rules *rules)
{
	return rules->label;
}

const char *rules_hash(const struct rules *rules)
{
	return rules->hash;
}

int64_t rules_valid_from(const struct rules *rules)
{
	return rules->valid_from;
}

int64_t rules_valid_to(const struct rules *rules)
{
	return rules->valid_to;
}

bool rules_in_force(const struct rules *rules, int64_t day)
{
	return day >= rules->valid_from && (rules->valid_to == 0 || day <= rules->valid_to);
}

const struct catalogue_set *rules_catalogues(const struct rules *rules)
{
	return rules->catalogues;
}

struct bytes rules_text(const struct rules *rules)
{
	return buffer_bytes(&rules->text);
}

const struct json_value *rules_json(const struct rules *rules)
{
	return json_root(rules->json);
}

// --- items, groups, definitions ------------------------------------------------------------------

size_t rules_item_count(const struct rules *rules)
{
	return rules->item_count;
}

const struct rules_item *rules_item(const struct rules *rules, size_t index)
{
	ENSURE(index < rules->item_count);
	return &rules->items[index];
}

const struct rules_item *rules_item_named(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->item_count; i++)
		if (strcmp(rules->items[i].id, id) == 0)
			return &rules->items[i];
	return NULL;
}

const char *rules_item_id(const struct rules_item *item)
{
	return item->id;
}

struct title rules_item_title(const struct rules_item *item)
{
	return item->title;
}

const char *rules_item_group(const struct rules_item *item)
{
	return item->group_id;
}

const char *rules_item_path(const struct rules_item *item)
{
	return item->path;
}

size_t rules_group_count(const struct rules *rules)
{
	return rules->group_count;
}

const char *rules_group_id(const struct rules *rules, size_t index)
{
	ENSURE(index < rules->group_count);
	return rules->groups[index].id;
}

struct title rules_group_title(const struct rules *rules, size_t index)
{
	ENSURE(index < rules->group_count);
	return rules->groups[index].title;
}

size_t rules_definition_count(const struct rules *rules)
{
	return rules->definition_count;
}

const char *rules_definition_id(const struct rules *rules, size_t index)
{
	ENSURE(index < rules->definition_count);
	return rules->definitions[index].id;
}

size_t rules_register_count(const struct rules *rules)
{
	return rules->register_count;
}

struct rules_register rules_register(const struct rules *rules, size_t index)
{
	ENSURE(index < rules->register_count);
	return rules->registers[index].what;
}

// --- what it reads -------------------------------------------------------------------------------

size_t rules_reading_count(const struct rules *rules)
{
	return rules->reading_count;
}

struct rules_reading rules_reading(const struct rules *rules, size_t index)
{
	ENSURE(index < rules->reading_count);
	return rules->readings[index];
}

bool rules_reads_field(const struct rules *rules, const struct kind *kind, const char *name)
{
	for (size_t i = 0; i < rules->read_field_count; i++)
		if (rules->read_fields[i].kind == kind &&
		    strcmp(rules->read_fields[i].name, name) == 0)
			return true;
	return false;
}

// --- programmes ----------------------------------------------------------------------------------

size_t rules_programme_count(const struct rules *rules)
{
	return rules->programme_count;
}

const struct programme *rules_programme(const struct rules *rules, size_t index)
{
	ENSURE(index < rules->programme_count);
	return &rules->programmes[index];
}

const struct programme *rules_programme_named(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->programme_count; i++)
		if (strcmp(rules->programmes[i].id, id) == 0)
			return &rules->programmes[i];
	return NULL;
}

const char *programme_id(const struct programme *programme)
{
	return programme->id;
}

const char *programme_code(const struct programme *programme)
{
	return programme->code;
}

struct rules_fields programme_grades(const struct programme *programme)
{
	return programme->grades;
}

struct title programme_title(const struct programme *programme)
{
	return programme->title;
}

bool programme_has_threshold(const struct programme *programme, struct exact *threshold)
{
	*threshold = programme->threshold.number;
	return programme->has_threshold && programme->threshold.known;
}

bool programme_as_of(const struct programme *programme, int *month, int *day)
{
	*month = programme->as_of_month;
	*day = programme->as_of_day;
	return programme->as_of_month != 0;
}

int64_t programme_publish_days(const struct programme *programme)
{
	return programme->publish_days;
}

bool programme_has_ranking(const struct programme *programme)
{
	return programme->has_ranking;
}

const struct ranking *programme_ranking(const struct programme *programme)
{
	return programme->has_ranking ? &programme->ranking : NULL;
}

const struct quotas *programme_quotas(const struct programme *programme)
{
	return programme->has_quotas ? &programme->quotas : NULL;
}

size_t programme_round_count(const struct programme *programme)
{
	return programme->round_count;
}

const struct ranking_round *programme_round(const struct programme *programme, size_t index)
{
	ENSURE(index < programme->round_count);
	return &programme->rounds[index];
}

size_t programme_ends_when_count(const struct programme *programme)
{
	return programme->ends_when.count;
}

struct rules_condition_name programme_ends_when(const struct programme *programme, size_t index)
{
	ENSURE(index < programme->ends_when.count);
	const struct condition *condition = &programme->ends_when.list[index];
	return (struct rules_condition_name){ condition->id, condition->title };
}
