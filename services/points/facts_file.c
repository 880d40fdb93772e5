// SPDX-License-Identifier: Apache-2.0
// facts_file: one function for each member of a facts file.
#include "facts_parts.h"

#include "facts_rows.h"
#include "value.h"

enum {
	REASON_BYTES_MAX = 400, // of an override
};

struct facts_reader *facts_reader_new(const struct rules *rules)
{
	struct facts_reader *reader = allocate(sizeof *reader);
	reader->rules = rules;
	reader->kinds = facts_kinds_new(rules_catalogues(rules));
	reader->application = facts_kinds_named(reader->kinds, "service-centre.application");
	return reader;
}

void facts_reader_free(struct facts_reader **reader)
{
	if (*reader == NULL)
		return;
	facts_kinds_free(&(*reader)->kinds);
	free(*reader);
	*reader = NULL;
}

// --- the application -----------------------------------------------------------------------------

static bool put_accepted_on(
    struct facts_reading *reading, const struct json_value *value, struct record *record)
{
	int64_t date;
	int index = kind_field_index(record->kind, "accepted_on");
	struct facts_step step = facts_enter(&reading->place, "accepted_on");
	bool good = facts_read_date(reading, value, &date);
	if (good && index >= 0) {
		struct value *field = &record->values[index];
		if (field->present && field->integer != date)
			good = facts_refuse(&reading->place, value,
			    "与 application.accepted_on 不一致",
			    "application.accepted_on says otherwise");
		*field = (struct value){ .present = true, .integer = date };
		record->valid_since = date;
	}
	facts_leave(&reading->place, step);
	return good;
}

static bool read_application_row(
    struct facts_reading *reading, const struct json_value *row, struct record *record)
{
	struct facts_step step = facts_enter(&reading->place, "application");
	bool good = facts_row_read(&reading->place, reading->reader->application, row, record);
	facts_leave(&reading->place, step);
	return good;
}

static bool read_application(struct facts_reading *reading, const struct json_value *root)
{
	const struct json_value *row = json_member(root, "application");
	const struct json_value *accepted_on = json_member(root, "accepted_on");
	struct record record = { 0 };
	bool good = true;
	if (row == NULL && accepted_on == NULL)
		return true;
	if (reading->reader->application == NULL)
		return facts_refuse(&reading->place, row != NULL ? row : accepted_on,
		    "数据目录中没有 service-centre.application",
		    "the catalogues hold no service-centre.application");
	record.kind = reading->reader->application->kind;
	if (row != NULL)
		good = read_application_row(reading, row, &record);
	if (accepted_on != NULL)
		good &= put_accepted_on(reading, accepted_on, &record);
	if (good) {
		const struct dossier_source source = { .valid_since = record.valid_since };
		dossier_set_application(reading->dossier, &record, &source);
	}
	record_deinit(&record);
	return good;
}

// --- registers, overrides, disputes --------------------------------------------------------------

static bool has_register(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules_register_count(rules); i++)
		if (strcmp(rules_register(rules, i).id, id) == 0)
			return true;
	return false;
}

static bool read_register(struct facts_reading *reading, const struct json_value *member)
{
	size_t index = 0;
	bool good = true;
	if (!has_register(reading->reader->rules, json_name(member)))
		return facts_refuse(&reading->place, member, "规则表中没有这个登记簿",
		    "the table has no such register");
	if (!facts_is_array(&reading->place, member))
		return false;
	for (const struct json_value *one = json_first(member); one != NULL; one = json_next(one)) {
		const char *text;
		struct facts_step step = facts_enter_index(&reading->place, index++);
		bool read = facts_text(&reading->place, one, DOSSIER_SUBJECT_BYTES_MAX, &text);
		if (read)
			dossier_add_used(reading->dossier, json_name(member), text);
		good &= read;
		facts_leave(&reading->place, step);
	}
	return good;
}

static bool read_registers(struct facts_reading *reading, const struct json_value *value)
{
	return facts_each_member(reading, value, read_register);
}

static bool read_item(
    struct facts_reading *reading, const struct json_value *value, const char **item)
{
	*item = json_string(value);
	if (*item != NULL && rules_item_named(reading->reader->rules, *item) != NULL)
		return true;
	return facts_refuse(&reading->place, value, "应为规则表中的项目 id",
	    "the id of an item of the table is expected");
}

static bool is_missing(
    struct facts_reading *reading, const struct json_value *object, const char *name)
{
	if (json_member(object, name) != NULL)
		return false;
	facts_refuse(&reading->place, object, "缺少 %s", "%s is missing", name);
	return true;
}

static bool read_override_member(struct facts_reading *reading, const struct json_value *member,
    struct dossier_override *override)
{
	const char *name = json_name(member);
	if (strcmp(name, "item") == 0)
		return read_item(reading, member, &override->item);
	if (strcmp(name, "points") == 0)
		return facts_read_exact(reading, member, &override->points);
	if (strcmp(name, "by") == 0)
		return facts_text(&reading->place, member, REASON_BYTES_MAX, &override->by);
	if (strcmp(name, "reason") == 0)
		return facts_text(&reading->place, member, REASON_BYTES_MAX, &override->reason);
	if (strcmp(name, "date") == 0)
		return facts_read_date(reading, member, &override->date);
	return facts_refuse_unknown(reading, member);
}

static bool read_override(struct facts_reading *reading, const struct json_value *value)
{
	static const char *const names[] = { "item", "points", "by", "reason", "date" };
	struct dossier_override override = { 0 };
	bool good = facts_is_object(&reading->place, value);
	for (size_t i = 0; good && i < COUNT_OF(names); i++)
		good = !is_missing(reading, value, names[i]);
	if (!good)
		return false;
	for (const struct json_value *one = json_first(value); one != NULL; one = json_next(one)) {
		struct facts_step step = facts_enter(&reading->place, json_name(one));
		good &= read_override_member(reading, one, &override);
		facts_leave(&reading->place, step);
	}
	if (good)
		dossier_add_override(reading->dossier, &override);
	return good;
}

static bool read_dispute(struct facts_reading *reading, const struct json_value *value)
{
	const char *item;
	if (!read_item(reading, value, &item))
		return false;
	dossier_add_dispute(reading->dossier, item);
	return true;
}

static bool read_overrides(struct facts_reading *reading, const struct json_value *value)
{
	return facts_each_element(reading, value, read_override);
}

static bool read_disputes(struct facts_reading *reading, const struct json_value *value)
{
	return facts_each_element(reading, value, read_dispute);
}

// --- the whole file ------------------------------------------------------------------------------

static bool read_as_of(struct facts_reading *reading, const struct json_value *root)
{
	const struct json_value *value = json_member(root, "as_of");
	reading->as_of = reading->given->as_of;
	if (reading->as_of != 0)
		return true;
	if (is_missing(reading, root, "as_of"))
		return false;
	struct facts_step step = facts_enter(&reading->place, "as_of");
	bool good = facts_read_date(reading, value, &reading->as_of);
	facts_leave(&reading->place, step);
	return good;
}

static void write_programmes(const struct rules *rules, struct buffer *out)
{
	for (size_t i = 0; i < rules_programme_count(rules); i++)
		buffer_printf(
		    out, "%s%s", i > 0 ? ", " : "", programme_id(rules_programme(rules, i)));
}

static bool read_programme(struct facts_reading *reading, const struct json_value *root)
{
	const struct rules *rules = reading->reader->rules;
	const struct json_value *value = json_member(root, "programme");
	const char *id = reading->given->programme;
	if (id == NULL && is_missing(reading, root, "programme"))
		return false;
	if (id == NULL)
		id = json_string(value);
	reading->programme = id != NULL ? rules_programme_named(rules, id) : NULL;
	if (reading->programme != NULL)
		return true;
	struct buffer known = { 0 };
	write_programmes(rules, &known);
	struct facts_step step = facts_enter(&reading->place, "programme");
	facts_refuse(&reading->place, value, "规则表中没有这个项目；有：%s",
	    "the table has no such programme; it has: %s", buffer_text(&known));
	facts_leave(&reading->place, step);
	buffer_deinit(&known);
	return false;
}

// Members that read_as_of(), read_programme() and read_application() have read.
static bool read_before(struct facts_reading *reading, const struct json_value *value)
{
	(void)reading;
	(void)value;
	return true;
}

static bool read_content(struct facts_reading *reading, const struct json_value *root)
{
	static const struct facts_member members[] = {
		{ "as_of", read_before },
		{ "programme", read_before },
		{ "accepted_on", read_before },
		{ "application", read_before },
		{ "coverage", facts_read_coverage },
		{ "persons", facts_read_persons },
		{ "enterprises", facts_read_enterprises },
		{ "dwellings", facts_read_dwellings },
		{ "series", facts_read_series },
		{ "lists", facts_read_lists },
		{ "registers", read_registers },
		{ "overrides", read_overrides },
		{ "disputes", read_disputes },
	};
	size_t self = facts_add_subject(reading, FIELD_PERSON, "self/0", ROLE_SELF);
	dossier_add_to_role(reading->dossier, ROLE_SELF, self);
	bool good = read_application(reading, root);
	return facts_read_members(reading, root, members, COUNT_OF(members)) && good;
}

static bool read_root(struct facts_reading *reading, const struct json_value *root)
{
	if (!facts_is_object(&reading->place, root))
		return false;
	bool good = read_programme(reading, root);
	if (!read_as_of(reading, root))
		return false;
	reading->dossier = dossier_new(rules_catalogues(reading->reader->rules), reading->as_of);
	good &= read_content(reading, root);
	if (!good)
		return false;
	facts_know_all(reading);
	dossier_seal(reading->dossier);
	return true;
}

enum status facts_read(struct facts *facts, const struct facts_reader *reader,
    const struct json *json, const struct facts_given *given, struct facts_errors *errors)
{
	*facts = (struct facts){ 0 };
	*errors = (struct facts_errors){ 0 };
	struct facts_reading reading = {
		.reader = reader,
		.given = given,
		.place = { .json = json, .errors = errors },
		.rows_left = FACTS_ROWS_MAX,
	};
	uint8_t *coverage = allocate((FACTS_NO_ROLE + 1) * facts_kinds_count(reader->kinds));
	facts_coverage_init(&reading, coverage);
	bool good = read_root(&reading, json_root(json));
	free(coverage);
	free(reading.subjects);
	buffer_deinit(&reading.place.path);
	if (good) {
		*facts = (struct facts){ reading.dossier, reading.programme };
		return STATUS_OK;
	}
	dossier_free(&reading.dossier);
	return fail(STATUS_INVALID, "the facts have %zu errors", errors->count + errors->left_out);
}
