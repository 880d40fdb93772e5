// SPDX-License-Identifier: Apache-2.0
// catalogue_read: from the file of a department to its catalogue.
#include "catalogue_check.h"
#include "catalogue_field.h"

#include <stdio.h>

enum {
	PATH_BYTES_MAX = 4096,
	FORMAT = 1,
	TITLES_MAX = 16,
	CADENCE_DAYS_MAX = 3660,
	DEPARTMENT_NUMBER_MAX = 99,
	KIND_NUMBER_MAX = 199,        // of a department's own kinds
	COMMON_KIND_NUMBER_MAX = 299, // of those that every department has, from 200
};

static const char every_department[] = "every-department";

// --- kinds ---

struct kind_draft {
	const char *name, *valid_since, *predecessor;
	int64_t number, cadence_days;
	struct title title, legal_basis;
	bool off_by_default;
	const struct json_value *subject, *key, *attested_by, *fold, *fields;
};

static const struct attribute kind_attributes[] = {
	{ "kind", catalogue_read_name, offsetof(struct kind_draft, name), true },
	{ "number", catalogue_read_integer, offsetof(struct kind_draft, number), true },
	{ "title", catalogue_read_title, offsetof(struct kind_draft, title), true },
	{ "legal_basis", catalogue_read_title, offsetof(struct kind_draft, legal_basis), true },
	{ "cadence_days", catalogue_read_integer, offsetof(struct kind_draft, cadence_days), true },
	{ "off_by_default", catalogue_read_flag, offsetof(struct kind_draft, off_by_default),
	    false },
	{ "subject", catalogue_read_later, offsetof(struct kind_draft, subject), true },
	{ "key", catalogue_read_later, offsetof(struct kind_draft, key), true },
	{ "valid_since", catalogue_read_name, offsetof(struct kind_draft, valid_since), false },
	{ "predecessor", catalogue_read_name, offsetof(struct kind_draft, predecessor), false },
	{ "attested_by", catalogue_read_later, offsetof(struct kind_draft, attested_by), false },
	{ "fold", catalogue_read_later, offsetof(struct kind_draft, fold), false },
	{ "fields", catalogue_read_later, offsetof(struct kind_draft, fields), true },
};

static int index_named(const struct field *fields, size_t count, const char *name)
{
	for (size_t i = 0; name != NULL && i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return (int)i;
	return -1;
}

static enum status find_field(const struct catalogue_reader *reader, const struct json_value *value,
    const struct field *fields, size_t count, size_t *index)
{
	int found = index_named(fields, count, json_string(value));
	if (found < 0)
		return catalogue_refuse(reader, value, "the name of a field is expected");
	*index = (size_t)found;
	return STATUS_OK;
}

static enum status read_key(
    struct catalogue_reader *reader, const struct json_value *array, struct kind *kind)
{
	if (json_type(array) != JSON_ARRAY || json_size(array) > kind->field_count)
		return catalogue_refuse(reader, array, "an array of names of fields is expected");
	size_t *key = catalogue_keep(reader->store, json_size(array) * sizeof *key);
	kind->key = key;
	for (const struct json_value *value = json_first(array); value != NULL;
	     value = json_next(value)) {
		enum status status = find_field(
		    reader, value, kind->fields, kind->field_count, &key[kind->key_count]);
		if (status != STATUS_OK)
			return status;
		if (!kind->fields[key[kind->key_count++]].required)
			return catalogue_refuse(
			    reader, value, "a field of the key must be required");
	}
	return STATUS_OK;
}

static enum status read_attested_by(
    struct catalogue_reader *reader, const struct json_value *value, struct kind *kind)
{
	kind->attested_by = -1;
	if (value == NULL)
		return STATUS_OK;
	if (json_type(value) == JSON_OBJECT)
		return catalogue_read_title(reader, value, &kind->attested);
	size_t index;
	enum status status = find_field(reader, value, kind->fields, kind->field_count, &index);
	if (status != STATUS_OK)
		return status;
	kind->attested_by = (int)index;
	return STATUS_OK;
}

struct fold_draft {
	const struct json_value *list, *by, *into;
	struct field from;
};

static const struct attribute fold_attributes[] = {
	{ "list", catalogue_read_later, offsetof(struct fold_draft, list), true },
	{ "from", catalogue_read_month, offsetof(struct fold_draft, from), true },
	{ "by", catalogue_read_later, offsetof(struct fold_draft, by), true },
	{ "into", catalogue_read_later, offsetof(struct fold_draft, into), true },
};

static enum status read_fold(
    struct catalogue_reader *reader, const struct json_value *object, struct kind *kind)
{
	struct fold_draft draft = { 0 };
	if (object == NULL)
		return STATUS_OK;
	struct fold *fold = catalogue_keep(reader->store, sizeof *fold);
	enum status status = catalogue_read_members(
	    reader, object, fold_attributes, COUNT_OF(fold_attributes), &draft);
	if (status == STATUS_OK)
		status = find_field(
		    reader, draft.list, kind->fields, kind->field_count, &fold->list_index);
	if (status != STATUS_OK)
		return status;
	fold->from = draft.from;
	fold->list = &kind->fields[fold->list_index];
	status =
	    find_field(reader, draft.by, fold->list->fields, fold->list->field_count, &fold->by);
	if (status == STATUS_OK)
		status =
		    find_field(reader, draft.into, kind->fields, kind->field_count, &fold->into);
	kind->fold = fold;
	return status;
}

static enum status read_kind_parts(
    struct catalogue_reader *reader, const struct kind_draft *draft, struct kind *kind)
{
	struct rows fields = { 0 };
	enum status status = catalogue_read_fields(reader, draft->fields, &fields);
	if (status != STATUS_OK)
		return status;
	kind->fields = fields.data;
	kind->field_count = fields.count;
	status = catalogue_read_subject(reader, draft->subject, kind);
	if (status == STATUS_OK)
		status = read_key(reader, draft->key, kind);
	if (status == STATUS_OK)
		status = read_attested_by(reader, draft->attested_by, kind);
	if (status == STATUS_OK)
		status = read_fold(reader, draft->fold, kind);
	return status;
}

// What a field is for its kind; -1: the kind names none.
static enum status read_role(const struct catalogue_reader *reader, const struct json_value *value,
    const char *attribute, const struct kind *kind, const char *name, int *index)
{
	*index = index_named(kind->fields, kind->field_count, name);
	if (name != NULL && *index < 0)
		return catalogue_refuse(
		    reader, json_member(value, attribute), "the name of a field is expected");
	return STATUS_OK;
}

static enum status read_kind(
    struct catalogue_reader *reader, const struct json_value *value, struct kind *kind)
{
	struct kind_draft draft = { 0 };
	enum status status = catalogue_read_members(
	    reader, value, kind_attributes, COUNT_OF(kind_attributes), &draft);
	if (status == STATUS_OK)
		status = catalogue_check_range(
		    reader, value, "number", draft.number, 1, COMMON_KIND_NUMBER_MAX);
	if (status == STATUS_OK)
		status = catalogue_check_range(
		    reader, value, "cadence_days", draft.cadence_days, 0, CADENCE_DAYS_MAX);
	if (status != STATUS_OK)
		return status;
	*kind = (struct kind){
		.catalogue = &reader->store->catalogue,
		.number = (unsigned)draft.number,
		.name = draft.name,
		.title = draft.title,
		.legal_basis = draft.legal_basis,
		.cadence_days = (int)draft.cadence_days,
		.off_by_default = draft.off_by_default,
	};
	status = read_kind_parts(reader, &draft, kind);
	if (status != STATUS_OK)
		return status;
	status =
	    read_role(reader, value, "valid_since", kind, draft.valid_since, &kind->valid_since);
	if (status == STATUS_OK)
		status = read_role(
		    reader, value, "predecessor", kind, draft.predecessor, &kind->predecessor);
	if (status != STATUS_OK)
		return status;
	struct words *columns = catalogue_keep_words(reader->store, WORDS_OF_COLUMNS);
	kind->columns = columns;
	if (kind_check(kind) != STATUS_OK || kind_put_columns(columns, kind) != STATUS_OK)
		return catalogue_refuse(reader, value, "%s", status_reason());
	return STATUS_OK;
}

static bool kinds_clash(const struct kind *a, const struct kind *b)
{
	return a->number == b->number || strcmp(a->name, b->name) == 0;
}

static enum status check_new_kind(const struct catalogue_reader *reader,
    const struct json_value *value, const struct kind *kind, unsigned number_min,
    unsigned number_max)
{
	const struct catalogue *catalogue = &reader->store->catalogue;
	for (size_t i = 0; i < catalogue->kind_count; i++)
		if (kinds_clash(&catalogue->kinds[i], kind))
			return catalogue_refuse(reader, value,
			    "number %u or name \"%s\" is used twice", kind->number, kind->name);
	return catalogue_check_range(reader, value, "number", kind->number, number_min, number_max);
}

// Appends a file's kinds to the catalogue's: each is read where it stays, since its words point to
// it.
static enum status read_kinds(struct catalogue_reader *reader, const struct json_value *array,
    unsigned number_min, unsigned number_max)
{
	struct catalogue *catalogue = &reader->store->catalogue;
	if (json_type(array) != JSON_ARRAY)
		return catalogue_refuse(reader, array, "an array is expected");
	for (const struct json_value *value = json_first(array); value != NULL;
	     value = json_next(value)) {
		struct kind *kind = &catalogue->kinds[catalogue->kind_count];
		if (catalogue->kind_count == CATALOGUE_KINDS_MAX)
			return catalogue_refuse(
			    reader, value, "there are more than %d kinds", CATALOGUE_KINDS_MAX);
		enum status status = read_kind(reader, value, kind);
		if (status == STATUS_OK)
			status = check_new_kind(reader, value, kind, number_min, number_max);
		if (status != STATUS_OK)
			return status;
		catalogue->kind_count++;
	}
	return STATUS_OK;
}

// --- files ---

static const struct attribute department_title_attributes[] = {
	{ "zh", catalogue_read_text, offsetof(struct department_title, title.zh), true },
	{ "en", catalogue_read_text, offsetof(struct department_title, title.en), true },
	{ "from", catalogue_read_date, offsetof(struct department_title, from), false },
	{ "to", catalogue_read_date, offsetof(struct department_title, to), false },
};

static enum status read_department_title(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	return catalogue_read_members(reader, value, department_title_attributes,
	    COUNT_OF(department_title_attributes), place);
}

static enum status read_titles(
    struct catalogue_reader *reader, const struct json_value *array, void *place)
{
	struct rows *rows = place;
	enum status status = catalogue_read_rows(reader, array, TITLES_MAX,
	    sizeof(struct department_title), read_department_title, rows);
	if (status != STATUS_OK)
		return status;
	const struct department_title *titles = rows->data;
	if (rows->count == 0)
		return catalogue_refuse(reader, array, "a department needs a title");
	const struct json_value *value = json_first(array);
	for (size_t i = 1; i < rows->count; i++) {
		value = json_next(value);
		if (titles[i - 1].to == 0 || titles[i].from <= titles[i - 1].to)
			return catalogue_refuse(
			    reader, value, "a title begins after the one before it has ended");
	}
	return STATUS_OK;
}

static enum status check_format(const struct catalogue_reader *reader, int64_t format)
{
	if (format == FORMAT)
		return STATUS_OK;
	return catalogue_refuse(reader, json_member(json_root(reader->json), "format"),
	    "format %lld is not known, only %d", (long long)format, FORMAT);
}

struct file_draft {
	int64_t format, number;
	const char *department;
	struct rows titles;
	const struct json_value *kinds;
};

static const struct attribute department_attributes[] = {
	{ "format", catalogue_read_integer, offsetof(struct file_draft, format), true },
	{ "department", catalogue_read_text, offsetof(struct file_draft, department), true },
	{ "number", catalogue_read_integer, offsetof(struct file_draft, number), true },
	{ "titles", read_titles, offsetof(struct file_draft, titles), true },
	{ "kinds", catalogue_read_later, offsetof(struct file_draft, kinds), true },
};

static const struct attribute every_department_attributes[] = {
	{ "format", catalogue_read_integer, offsetof(struct file_draft, format), true },
	{ "kinds", catalogue_read_later, offsetof(struct file_draft, kinds), true },
};

static enum status read_department(struct catalogue_reader *reader, const char *department)
{
	struct file_draft draft = { 0 };
	struct catalogue *catalogue = &reader->store->catalogue;
	const struct json_value *root = json_root(reader->json);
	enum status status = catalogue_read_members(
	    reader, root, department_attributes, COUNT_OF(department_attributes), &draft);
	if (status == STATUS_OK)
		status = check_format(reader, draft.format);
	if (status == STATUS_OK)
		status = catalogue_check_range(
		    reader, root, "number", draft.number, 1, DEPARTMENT_NUMBER_MAX);
	if (status != STATUS_OK)
		return status;
	if (strcmp(draft.department, department) != 0)
		return catalogue_refuse(reader, json_member(root, "department"),
		    "the file's name says \"%s\"", department);
	catalogue->number = (unsigned)draft.number;
	catalogue->name = draft.department;
	catalogue->titles = draft.titles.data;
	catalogue->title_count = draft.titles.count;
	return read_kinds(reader, draft.kinds, 1, KIND_NUMBER_MAX);
}

static enum status read_every_department(struct catalogue_reader *reader, const char *department)
{
	(void)department;
	struct file_draft draft = { 0 };
	enum status status = catalogue_read_members(reader, json_root(reader->json),
	    every_department_attributes, COUNT_OF(every_department_attributes), &draft);
	if (status == STATUS_OK)
		status = check_format(reader, draft.format);
	if (status == STATUS_OK)
		status =
		    read_kinds(reader, draft.kinds, KIND_NUMBER_MAX + 1, COMMON_KIND_NUMBER_MAX);
	return status;
}

static enum status read_file(struct catalogue_reader *reader, const char *file,
    const char *department,
    enum status (*read)(struct catalogue_reader *reader, const char *department))
{
	char path[PATH_BYTES_MAX];
	struct catalogue_reader nested;
	snprintf(path, sizeof path, "%s/records/%s.json", reader->directory, file);
	enum status status = catalogue_open_file(reader, path, &nested);
	if (status == STATUS_OK)
		status = read(&nested, department);
	json_free(&nested.json);
	return status;
}

static bool department_name_valid(const char *name)
{
	return *name >= 'a' && *name <= 'z' && strlen(name) <= CATALOGUE_NAME_BYTES_MAX &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz-")] == 0 &&
	       strcmp(name, every_department) != 0;
}

enum status catalogue_read(
    struct catalogue **catalogue, const char *proto_directory, const char *department)
{
	*catalogue = NULL;
	if (!department_name_valid(department))
		return fail(STATUS_INVALID, "a department's name has letters a-z and hyphens only");
	if (strlen(proto_directory) > PATH_BYTES_MAX - 256)
		return fail(STATUS_TOO_LARGE, "the path of the catalogues is too long");
	struct catalogue_store *store = allocate(sizeof *store);
	struct catalogue *read = &store->catalogue;
	struct catalogue_reader reader = { store, proto_directory, "", NULL };
	read->kinds = catalogue_keep(store, CATALOGUE_KINDS_MAX * sizeof(struct kind));
	enum status status = read_file(&reader, department, department, read_department);
	if (status == STATUS_OK)
		status = read_file(&reader, every_department, department, read_every_department);
	if (status == STATUS_OK)
		*catalogue = read;
	else
		catalogue_free(&read);
	return status;
}
