// SPDX-License-Identifier: Apache-2.0
// facts_subjects: persons, enterprises and dwellings, and the rows about them.
#include "facts_parts.h"

#include "facts_rows.h"

#include <stdio.h>

size_t facts_add_subject(
    struct facts_reading *reading, enum field_type type, const char *name, size_t role)
{
	size_t subject = dossier_subject(reading->dossier, type, name);
	if (subject < reading->subject_count)
		return subject;
	size_t count = reading->subject_count;
	if ((count & (count - 1)) == 0)
		reading->subjects = reallocate(
		    reading->subjects, (count > 0 ? 2 * count : 1) * sizeof *reading->subjects);
	reading->subjects[reading->subject_count++] = (struct known_subject){ type, role };
	return subject;
}

// Enterprises and dwellings that a value names exist, whether or not the file says more of them.
static void mention(struct facts_reading *reading, const struct field *fields,
    const struct value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *field = &fields[i];
		if (!values[i].present)
			continue;
		if (field->type == FIELD_ENTERPRISE || field->type == FIELD_DWELLING)
			facts_add_subject(reading, field->type, values[i].text, FACTS_NO_ROLE);
		for (size_t row = 0; field->type == FIELD_LIST && row < (size_t)values[i].integer;
		     row++)
			mention(reading, field->fields, values[i].rows + row * field->field_count,
			    field->field_count);
	}
}

static struct dossier_source source_of(const struct record *record)
{
	return (struct dossier_source){
		.key = bytes_of_text(record->key),
		.valid_since = record->valid_since,
	};
}

static void take_fact(struct record *record, void *context)
{
	struct facts_reading *reading = context;
	struct dossier_source source = source_of(record);
	char key[CATALOGUE_KEY_BYTES_MAX + 1];
	snprintf(key, sizeof key, "%s", record->key); // the record is emptied
	source.key = bytes_of_text(key);
	mention(reading, record->kind->fields, record->values, record->kind->field_count);
	dossier_add_fact(reading->dossier, reading->subject, record, &source);
}

// By the type of the subject whose rows they are.
static bool refuse_foreign(
    struct facts_reading *reading, const struct json_value *member, enum field_type type)
{
	if (type == FIELD_PERSON)
		return facts_refuse(&reading->place, member, "该类数据不是关于人的",
		    "this kind is not about persons: see enterprises and dwellings");
	if (type == FIELD_ENTERPRISE)
		return facts_refuse(&reading->place, member, "该类数据不是关于企业的",
		    "this kind is not about enterprises");
	return facts_refuse(
	    &reading->place, member, "该类数据不是关于房屋的", "this kind is not about dwellings");
}

static bool read_rows(struct facts_reading *reading, const struct json_value *member)
{
	const struct facts_kind *kind = facts_find_kind(reading, member);
	if (kind == NULL)
		return false;
	enum field_type type = reading->subjects[reading->subject].type;
	if (kind->kind->subject.type != type)
		return refuse_foreign(reading, member, type);
	return facts_rows_read(
	    &reading->place, kind, member, &reading->rows_left, take_fact, reading);
}

static bool read_person(
    struct facts_reading *reading, enum role role, size_t number, const struct json_value *person)
{
	char name[DOSSIER_SUBJECT_BYTES_MAX];
	snprintf(name, sizeof name, "%s/%zu", role_name(role), number);
	reading->subject = facts_add_subject(reading, FIELD_PERSON, name, role);
	dossier_add_to_role(reading->dossier, role, reading->subject);
	if (role == ROLE_CHILD)
		dossier_add_to_role(reading->dossier, ROLE_CHILDREN, reading->subject);
	return facts_each_member(reading, person, read_rows);
}

static bool read_several(
    struct facts_reading *reading, enum role role, const struct json_value *persons)
{
	size_t number = 0;
	bool good = true;
	if (json_size(persons) > FACTS_PERSONS_MAX)
		return facts_refuse(&reading->place, persons, "最多 %d 人", "at most %d persons",
		    FACTS_PERSONS_MAX);
	for (const struct json_value *person = json_first(persons); person != NULL;
	     person = json_next(person)) {
		struct facts_step step = facts_enter_index(&reading->place, number);
		good &= read_person(reading, role, number++, person);
		facts_leave(&reading->place, step);
	}
	return good;
}

static bool read_role(struct facts_reading *reading, enum role role, const struct json_value *given)
{
	if (json_type(given) != JSON_ARRAY)
		return read_person(reading, role, 0, given);
	if (role_is_plural(role))
		return read_several(reading, role, given);
	return facts_refuse(&reading->place, given, "应为一个人 {...}，不是列表",
	    "one person {...} is expected, no list");
}

// In the order of the roles: the child is the first of the children.
bool facts_read_persons(struct facts_reading *reading, const struct json_value *persons)
{
	bool good = facts_is_object(&reading->place, persons);
	for (enum role role = 0; good && role < ROLES; role++) {
		const struct json_value *given = json_member(persons, role_name(role));
		if (given == NULL)
			continue;
		struct facts_step step = facts_enter(&reading->place, role_name(role));
		good = read_role(reading, role, given);
		facts_leave(&reading->place, step);
	}
	for (const struct json_value *one = json_first(persons); one != NULL;
	     one = json_next(one)) {
		enum role role;
		struct facts_step step = facts_enter(&reading->place, json_name(one));
		good &= facts_find_role(reading, one, &role);
		facts_leave(&reading->place, step);
	}
	return good;
}

static bool read_others(
    struct facts_reading *reading, const struct json_value *member, enum field_type type)
{
	const char *name = json_name(member);
	if (*name == 0 || strlen(name) > DOSSIER_SUBJECT_BYTES_MAX)
		return facts_refuse(&reading->place, member, "代码应为 1 至 %d 字节",
		    "a code of 1 to %d bytes is expected", DOSSIER_SUBJECT_BYTES_MAX);
	reading->subject = facts_add_subject(reading, type, name, FACTS_NO_ROLE);
	return facts_each_member(reading, member, read_rows);
}

static bool read_enterprise(struct facts_reading *reading, const struct json_value *member)
{
	return read_others(reading, member, FIELD_ENTERPRISE);
}

bool facts_read_enterprises(struct facts_reading *reading, const struct json_value *value)
{
	return facts_each_member(reading, value, read_enterprise);
}

static bool read_dwelling(struct facts_reading *reading, const struct json_value *member)
{
	return read_others(reading, member, FIELD_DWELLING);
}

bool facts_read_dwellings(struct facts_reading *reading, const struct json_value *value)
{
	return facts_each_member(reading, value, read_dwelling);
}
