// SPDX-License-Identifier: Apache-2.0
// facts_members: reading members and elements of a facts file, each at its place.
#include "facts_parts.h"

#include "value.h"

enum {
	NUMBER_SIZE = 48
};

// Calls read for every member of an object, at its place.
bool facts_each_member(struct facts_reading *reading, const struct json_value *object,
    bool (*read)(struct facts_reading *reading, const struct json_value *member))
{
	bool good = true;
	if (!facts_is_object(&reading->place, object))
		return false;
	for (const struct json_value *member = json_first(object); member != NULL;
	     member = json_next(member)) {
		struct facts_step step = facts_enter(&reading->place, json_name(member));
		good &= read(reading, member);
		facts_leave(&reading->place, step);
	}
	return good;
}

bool facts_each_element(struct facts_reading *reading, const struct json_value *array,
    bool (*read)(struct facts_reading *reading, const struct json_value *value))
{
	size_t index = 0;
	bool good = facts_is_array(&reading->place, array);
	if (!good)
		return false;
	for (const struct json_value *one = json_first(array); one != NULL; one = json_next(one)) {
		struct facts_step step = facts_enter_index(&reading->place, index++);
		good &= read(reading, one);
		facts_leave(&reading->place, step);
	}
	return good;
}

bool facts_refuse_unknown(struct facts_reading *reading, const struct json_value *member)
{
	return facts_refuse(&reading->place, member, "没有这一项", "there is no such member");
}

bool facts_read_date(struct facts_reading *reading, const struct json_value *value, int64_t *date)
{
	static const struct field field = {
		.name = "", .type = FIELD_DATE, .title = { "日期", "the value" }
	};
	static const struct record_context context = { .pseudonym = NULL, .today = 0 };
	struct value read = { 0 };
	struct value_reading result;
	const char *text = json_string(value);
	bool good = text != NULL &&
		    value_read(&read, &field, bytes_of_text(text), &context, &result) &&
		    read.present;
	*date = read.integer;
	value_deinit(&read, &field);
	return good || facts_refuse(&reading->place, value, "应为日期，如 \"2015-04-30\"",
			   "a date is expected, such as \"2015-04-30\"");
}

bool facts_read_exact(
    struct facts_reading *reading, const struct json_value *value, struct exact *exact)
{
	char text[NUMBER_SIZE];
	const char *string = json_string(value);
	if (string == NULL && json_decimal(value, text, sizeof text))
		string = text;
	if (string != NULL && exact_read(exact, bytes_of_text(string)))
		return true;
	return facts_refuse(&reading->place, value, "应为数，最多 %d 位小数",
	    "a number of at most %d decimals is expected", EXACT_DECIMALS_MAX);
}

const struct facts_kind *facts_find_kind(
    struct facts_reading *reading, const struct json_value *member)
{
	const struct facts_kind *kind =
	    facts_kinds_named(reading->reader->kinds, json_name(member));
	if (kind == NULL)
		facts_refuse(&reading->place, member,
		    "没有这一数据类别；应为“部门.类别”，见 onecity catalogue",
		    "there is no such kind; DEPARTMENT.KIND of the catalogues is expected");
	return kind;
}

bool facts_find_role(
    struct facts_reading *reading, const struct json_value *member, enum role *role)
{
	return role_named(json_name(member), role) ||
	       facts_refuse(&reading->place, member, "没有这一角色：应为 self、spouse、child 等",
		   "there is no such role: self, spouse, child or another is expected");
}

// Reads members in the order of the table, whatever their order in the file.
bool facts_read_members(struct facts_reading *reading, const struct json_value *object,
    const struct facts_member *members, size_t count)
{
	bool good = true;
	for (size_t i = 0; i < count; i++) {
		const struct json_value *value = json_member(object, members[i].name);
		if (value == NULL)
			continue;
		struct facts_step step = facts_enter(&reading->place, members[i].name);
		good &= members[i].read(reading, value);
		facts_leave(&reading->place, step);
	}
	for (const struct json_value *one = json_first(object); one != NULL; one = json_next(one)) {
		size_t i = 0;
		while (i < count && strcmp(members[i].name, json_name(one)) != 0)
			i++;
		if (i < count)
			continue;
		struct facts_step step = facts_enter(&reading->place, json_name(one));
		good = facts_refuse_unknown(reading, one);
		facts_leave(&reading->place, step);
	}
	return good;
}
