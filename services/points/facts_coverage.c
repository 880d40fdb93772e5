// SPDX-License-Identifier: Apache-2.0
// facts_coverage: what the departments are taken to have said of their data.
#include "facts_parts.h"

static const struct {
	const char *name;
	unsigned known;
} states[] = {
	{ "complete", DOSSIER_STATED },
	{ "not_reported", DOSSIER_NOT_STATED },
	{ "behind", DOSSIER_BEHIND },
	{ "rejected", DOSSIER_REJECTED },
	{ "erased", DOSSIER_ERASED },
};

static bool read_state(
    struct facts_reading *reading, const struct json_value *value, uint8_t *known)
{
	const char *name = json_string(value);
	for (size_t i = 0; name != NULL && i < COUNT_OF(states); i++)
		if (strcmp(states[i].name, name) == 0) {
			*known = (uint8_t)states[i].known;
			return true;
		}
	return facts_refuse(&reading->place, value,
	    "应为 complete、not_reported、behind、rejected 或 erased",
	    "complete, not_reported, behind, rejected or erased is expected");
}

static void know_everywhere(struct facts_reading *reading, size_t kind, uint8_t known)
{
	for (size_t role = 0; role <= FACTS_NO_ROLE; role++)
		reading->known[role][kind] = known;
}

static bool read_default(struct facts_reading *reading, const struct json_value *value)
{
	uint8_t known;
	if (!read_state(reading, value, &known))
		return false;
	for (size_t i = 0; i < facts_kinds_count(reading->reader->kinds); i++)
		know_everywhere(reading, i, known);
	return true;
}

static bool read_department(struct facts_reading *reading, const struct json_value *member)
{
	uint8_t known;
	bool found = false;
	if (!read_state(reading, member, &known))
		return false;
	for (size_t i = 0; i < facts_kinds_count(reading->reader->kinds); i++) {
		const struct kind *kind = facts_kinds_at(reading->reader->kinds, i)->kind;
		if (strcmp(kind->catalogue->name, json_name(member)) != 0)
			continue;
		know_everywhere(reading, i, known);
		found = true;
	}
	return found ||
	       facts_refuse(&reading->place, member, "没有这个部门", "there is no such department");
}

static bool read_departments(struct facts_reading *reading, const struct json_value *value)
{
	return facts_each_member(reading, value, read_department);
}

static bool read_covered_kind(struct facts_reading *reading, const struct json_value *member)
{
	uint8_t known;
	const struct facts_kind *kind = facts_find_kind(reading, member);
	if (kind == NULL || !read_state(reading, member, &known))
		return false;
	know_everywhere(reading, kind->index, known);
	return true;
}

static bool read_covered_kinds(struct facts_reading *reading, const struct json_value *value)
{
	return facts_each_member(reading, value, read_covered_kind);
}

static bool read_covered_role(struct facts_reading *reading, const struct json_value *member)
{
	enum role role;
	bool good = true;
	if (!facts_find_role(reading, member, &role) || !facts_is_object(&reading->place, member))
		return false;
	for (const struct json_value *one = json_first(member); one != NULL; one = json_next(one)) {
		struct facts_step step = facts_enter(&reading->place, json_name(one));
		const struct facts_kind *kind = facts_find_kind(reading, one);
		good &=
		    kind != NULL && read_state(reading, one, &reading->known[role][kind->index]);
		facts_leave(&reading->place, step);
	}
	return good;
}

static bool read_covered_roles(struct facts_reading *reading, const struct json_value *value)
{
	return facts_each_member(reading, value, read_covered_role);
}

// From the most general to the most specific, which holds.
bool facts_read_coverage(struct facts_reading *reading, const struct json_value *value)
{
	static const struct facts_member members[] = {
		{ "default", read_default },
		{ "departments", read_departments },
		{ "kinds", read_covered_kinds },
		{ "roles", read_covered_roles },
	};
	return facts_is_object(&reading->place, value) &&
	       facts_read_members(reading, value, members, COUNT_OF(members));
}

void facts_coverage_init(struct facts_reading *reading, uint8_t *memory)
{
	size_t kinds = facts_kinds_count(reading->reader->kinds);
	memset(memory, DOSSIER_STATED, (FACTS_NO_ROLE + 1) * kinds);
	for (size_t role = 0; role <= FACTS_NO_ROLE; role++)
		reading->known[role] = memory + role * kinds;
}

void facts_know_all(struct facts_reading *reading)
{
	const struct facts_kinds *kinds = reading->reader->kinds;
	for (size_t subject = 0; subject < reading->subject_count; subject++) {
		const struct known_subject *of = &reading->subjects[subject];
		for (size_t i = 0; i < facts_kinds_count(kinds); i++) {
			const struct kind *kind = facts_kinds_at(kinds, i)->kind;
			if (kind->subject.type == of->type)
				dossier_know(
				    reading->dossier, subject, kind, reading->known[of->role][i]);
		}
	}
}
