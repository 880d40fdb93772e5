// SPDX-License-Identifier: Apache-2.0
// reject_groups: refused rows counted by department, kind and reason.
#include "reject_groups.h"

#include "text.h"

#include <stdio.h>

// Cut between characters.
static void copy(char *to, size_t size, const struct json_value *row, const char *member)
{
	const char *text = json_string(json_member(row, member));
	size_t used = text != NULL ? text_fit(text, size - 1) : 0;
	if (used > 0)
		memcpy(to, text, used);
	to[used] = 0;
}

uint64_t reject_redrives(const struct json_value *row)
{
	int64_t number;
	const struct json_value *member = json_member(row, "redrives");
	return member != NULL && json_integer(member, &number) && number > 0 ? (uint64_t)number : 0;
}

static struct reject_group *find(
    struct groups *groups, const char *department, const struct json_value *row)
{
	const char *kind = json_string(json_member(row, "kind"));
	const char *code = json_string(json_member(row, "code"));
	for (size_t i = 0; i < groups->count; i++) {
		struct reject_group *group = &groups->list[i];
		if (strcmp(group->department, department) == 0 && kind != NULL &&
		    strcmp(group->kind, kind) == 0 &&
		    strcmp(group->code, code != NULL ? code : "") == 0)
			return group;
	}
	return NULL;
}

static struct reject_group *add(
    struct groups *groups, const char *department, const struct json_value *row)
{
	if (groups->count == REJECT_GROUPS_MAX)
		return NULL;
	groups->list = reallocate(groups->list, (groups->count + 1) * sizeof *groups->list);
	struct reject_group *group = &groups->list[groups->count++];
	*group = (struct reject_group){ .department = department };
	copy(group->kind, sizeof group->kind, row, "kind");
	copy(group->code, sizeof group->code, row, "code");
	copy(group->en, sizeof group->en, row, "en");
	copy(group->zh, sizeof group->zh, row, "zh");
	copy(group->hint_en, sizeof group->hint_en, row, "hint_en");
	copy(group->hint_zh, sizeof group->hint_zh, row, "hint_zh");
	copy(group->first, sizeof group->first, row, "first");
	return group;
}

// Times are RFC 3339 of one form: they sort as texts.
static void widen(struct reject_group *group, const struct json_value *row)
{
	char first[REJECT_TIME_SIZE], last[REJECT_TIME_SIZE];
	copy(first, sizeof first, row, "first");
	copy(last, sizeof last, row, "last");
	if (first[0] != 0 && strcmp(first, group->first) < 0)
		strcpy(group->first, first);
	if (strcmp(last, group->last) > 0)
		strcpy(group->last, last);
}

void groups_add(struct groups *groups, const char *department, const struct json_value *row)
{
	struct reject_group *group = find(groups, department, row);
	if (group == NULL)
		group = add(groups, department, row);
	if (group == NULL)
		return;
	uint64_t redrives = reject_redrives(row);
	group->rows++;
	group->loops += redrives > 0;
	if (redrives > group->redrives_max)
		group->redrives_max = redrives;
	widen(group, row);
}

void groups_write_one(const struct reject_group *group, struct json_writer *json)
{
	const struct {
		const char *name, *text;
	} texts[] = {
		{ "department", group->department },
		{ "kind", group->kind },
		{ "code", group->code },
		{ "en", group->en },
		{ "zh", group->zh },
		{ "hint_en", group->hint_en },
		{ "hint_zh", group->hint_zh },
		{ "first", group->first },
		{ "last", group->last },
	};
	json_write_begin_object(json);
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		json_write_member_text(json, texts[i].name, texts[i].text);
	json_write_member_integer(json, "rows", (int64_t)group->rows);
	json_write_member_integer(json, "loops", (int64_t)group->loops);
	json_write_member_integer(json, "redrives_max", (int64_t)group->redrives_max);
	json_write_end_object(json);
}

void groups_deinit(struct groups *groups)
{
	free(groups->list);
	*groups = (struct groups){ 0 };
}

void reject_write_row(const struct json_value *row, struct json_writer *json)
{
	json_write_begin_object(json);
	for (const struct json_value *member = json_first(row); member != NULL;
	     member = json_next(member)) {
		json_write_name(json, json_name(member));
		json_write_value(json, member);
	}
	json_write_member_boolean(json, "loop", reject_redrives(row) > 0);
	json_write_end_object(json);
}
