// SPDX-License-Identifier: Apache-2.0
// facts_assumed: numbers and lists that a facts file assumes instead of the table's.
#include "facts_parts.h"

enum {
	YEAR_DIGITS = 4,
	ASSUMED_MAX = 512, // members of a series or a list, as in tables
	ASSUMED_BYTES_MAX = 200
};

static bool is_in_table(
    struct facts_reading *reading, const struct json_value *member, const char *section)
{
	const struct json_value *table = rules_json(reading->reader->rules);
	if (json_member(json_member(table, section), json_name(member)) != NULL)
		return true;
	return facts_refuse(
	    &reading->place, member, "规则表中没有这一项", "the table has nothing of this id");
}

static bool is_small(struct facts_reading *reading, const struct json_value *value)
{
	return json_size(value) <= ASSUMED_MAX || facts_refuse(&reading->place, value, "最多 %d 项",
						      "at most %d of them", ASSUMED_MAX);
}

static bool read_year(
    struct facts_reading *reading, const char *series, const struct json_value *member)
{
	const char *name = json_name(member);
	struct exact number;
	if (strlen(name) != YEAR_DIGITS || strspn(name, "0123456789") != YEAR_DIGITS)
		return facts_refuse(&reading->place, member, "应为四位年份：数",
		    "a year of four digits and its number are expected");
	if (!facts_read_exact(reading, member, &number))
		return false;
	dossier_assume_number(reading->dossier, series, strtol(name, NULL, 10), number);
	return true;
}

static bool read_series(struct facts_reading *reading, const struct json_value *member)
{
	bool good = is_in_table(reading, member, "series") &&
		    facts_is_object(&reading->place, member) && is_small(reading, member);
	if (!good)
		return false;
	for (const struct json_value *one = json_first(member); one != NULL; one = json_next(one)) {
		struct facts_step step = facts_enter(&reading->place, json_name(one));
		good &= read_year(reading, json_name(member), one);
		facts_leave(&reading->place, step);
	}
	return good;
}

bool facts_read_series(struct facts_reading *reading, const struct json_value *value)
{
	return facts_each_member(reading, value, read_series);
}

static bool read_list(struct facts_reading *reading, const struct json_value *member)
{
	size_t index = 0;
	bool good = is_in_table(reading, member, "lists") &&
		    facts_is_array(&reading->place, member) && is_small(reading, member);
	if (!good)
		return false;
	dossier_assume_list(reading->dossier, json_name(member));
	for (const struct json_value *one = json_first(member); one != NULL; one = json_next(one)) {
		const char *text;
		struct facts_step step = facts_enter_index(&reading->place, index++);
		bool read = facts_text(&reading->place, one, ASSUMED_BYTES_MAX, &text);
		if (read)
			dossier_assume_entry(reading->dossier, json_name(member), text);
		good &= read;
		facts_leave(&reading->place, step);
	}
	return good;
}

bool facts_read_lists(struct facts_reading *reading, const struct json_value *value)
{
	return facts_each_member(reading, value, read_list);
}
