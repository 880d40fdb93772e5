// SPDX-License-Identifier: Apache-2.0
// catalogue: looking things up, and the catalogues of all departments together.
#include "catalogue.h"

#include "words.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum {
	DEPARTMENTS_MAX = 99,
	PATH_BYTES_MAX = 4096
};

static const char *const type_names[FIELD_TYPE_COUNT] = {
#define FIELD_TYPE_NAME(name, text) text,
	FIELD_TYPE_TABLE(FIELD_TYPE_NAME)
#undef FIELD_TYPE_NAME
};

const char *field_type_name(enum field_type type)
{
	ENSURE(type < FIELD_TYPE_COUNT);
	return type_names[type];
}

// --- looking up ---

const struct kind *catalogue_kind(const struct catalogue *catalogue, unsigned number)
{
	for (size_t i = 0; i < catalogue->kind_count; i++)
		if (catalogue->kinds[i].number == number)
			return &catalogue->kinds[i];
	return NULL;
}

const struct kind *catalogue_kind_named(const struct catalogue *catalogue, const char *name)
{
	for (size_t i = 0; i < catalogue->kind_count; i++)
		if (strcmp(catalogue->kinds[i].name, name) == 0)
			return &catalogue->kinds[i];
	return NULL;
}

const struct field *kind_field(const struct kind *kind, unsigned number)
{
	for (size_t i = 0; i < kind->field_count; i++)
		if (kind->fields[i].number == number)
			return &kind->fields[i];
	return NULL;
}

int kind_field_index(const struct kind *kind, const char *name)
{
	for (size_t i = 0; i < kind->field_count; i++)
		if (strcmp(kind->fields[i].name, name) == 0)
			return (int)i;
	return -1;
}

struct title catalogue_title_on(const struct catalogue *catalogue, int64_t day)
{
	const struct department_title *titles = catalogue->titles;
	for (size_t i = 0; i < catalogue->title_count; i++)
		if (titles[i].from <= day && (titles[i].to == 0 || day <= titles[i].to))
			return titles[i].title;
	return titles[catalogue->title_count - 1].title; // between two titles, or after the last
}

const struct code *code_list_find(const struct code_list *list, struct bytes text)
{
	return words_find(list->words, text);
}

const struct field *kind_column(const struct kind *kind, struct bytes header)
{
	return words_find(kind->columns, header);
}

const struct field *field_column(const struct field *list, struct bytes header)
{
	ENSURE(list->type == FIELD_LIST);
	return words_find(list->columns, header);
}

// --- all departments ---

struct set {
	struct catalogue_set set; // first: it is what callers hold
	struct catalogue *catalogues[DEPARTMENTS_MAX];
};

void catalogue_set_free(struct catalogue_set **set)
{
	struct set *whole = (struct set *)*set;
	if (whole == NULL)
		return;
	for (size_t i = 0; i < whole->set.count; i++)
		catalogue_free(&whole->catalogues[i]);
	free(whole);
	*set = NULL;
}

// The name of the department in "tax.json"; false: no file of a department.
static bool department_of(const char *file, char *name, size_t size)
{
	static const char ending[] = ".json";
	size_t length = strlen(file);
	if (length < sizeof ending || length >= size || *file == '.' ||
	    strcmp(file + length - (sizeof ending - 1), ending) != 0)
		return false;
	memcpy(name, file, length - (sizeof ending - 1));
	name[length - (sizeof ending - 1)] = 0;
	return strcmp(name, "every-department") != 0;
}

// Keeps the order by number; takes the catalogue, or frees it.
static enum status insert(struct set *set, struct catalogue *catalogue)
{
	size_t at = set->set.count;
	while (at > 0 && set->catalogues[at - 1]->number > catalogue->number)
		at--;
	if (at > 0 && set->catalogues[at - 1]->number == catalogue->number) {
		enum status status =
		    fail(STATUS_INVALID, "departments \"%s\" and \"%s\" both have number %u",
			set->catalogues[at - 1]->name, catalogue->name, catalogue->number);
		catalogue_free(&catalogue);
		return status;
	}
	ENSURE(set->set.count < DEPARTMENTS_MAX); // as many as there are numbers
	memmove(&set->catalogues[at + 1], &set->catalogues[at],
	    (set->set.count - at) * sizeof(struct catalogue *));
	set->catalogues[at] = catalogue;
	set->set.count++;
	return STATUS_OK;
}

static enum status read_all(struct set *set, DIR *records, const char *proto_directory)
{
	char name[256];
	const struct dirent *entry;
	for (errno = 0; (entry = readdir(records)) != NULL; errno = 0) {
		struct catalogue *catalogue;
		if (!department_of(entry->d_name, name, sizeof name))
			continue;
		enum status status = catalogue_read(&catalogue, proto_directory, name);
		if (status == STATUS_OK)
			status = insert(set, catalogue);
		if (status != STATUS_OK)
			return status;
	}
	if (errno != 0)
		return fail(STATUS_IO, "%s/records: %s", proto_directory, strerror(errno));
	if (set->set.count == 0)
		return fail(STATUS_NOT_FOUND, "%s/records: no catalogue is in it", proto_directory);
	return STATUS_OK;
}

enum status catalogue_set_read(struct catalogue_set **set, const char *proto_directory)
{
	char path[PATH_BYTES_MAX];
	*set = NULL;
	if (snprintf(path, sizeof path, "%s/records", proto_directory) >= (int)sizeof path)
		return fail(STATUS_TOO_LARGE, "the path of the catalogues is too long");
	DIR *records = opendir(path);
	if (records == NULL)
		return fail(STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
	struct set *whole = allocate(sizeof *whole);
	whole->set.catalogues = (const struct catalogue *const *)whole->catalogues;
	enum status status = read_all(whole, records, proto_directory);
	struct catalogue_set *read = &whole->set;
	if (status == STATUS_OK)
		*set = read;
	else
		catalogue_set_free(&read);
	closedir(records);
	return status;
}

const struct catalogue *catalogue_set_find(const struct catalogue_set *set, unsigned number)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->catalogues[i]->number == number)
			return set->catalogues[i];
	return NULL;
}

const struct catalogue *catalogue_set_named(const struct catalogue_set *set, const char *name)
{
	for (size_t i = 0; i < set->count; i++)
		if (strcmp(set->catalogues[i]->name, name) == 0)
			return set->catalogues[i];
	return NULL;
}

// --- where they are ---

static bool has_records(const char *directory)
{
	char path[PATH_BYTES_MAX];
	return snprintf(path, sizeof path, "%s/records", directory) < (int)sizeof path &&
	       access(path, R_OK | X_OK) == 0;
}

// The folder that the running program is in.
static bool program_directory(char path[PATH_BYTES_MAX])
{
	ssize_t size = readlink("/proc/self/exe", path, PATH_BYTES_MAX - 1);
	if (size <= 0)
		return false;
	path[size] = 0;
	char *slash = strrchr(path, '/');
	if (slash != NULL)
		*slash = 0;
	return slash != NULL;
}

static enum status use_directory(const char *found, char *path, size_t size)
{
	if (snprintf(path, size, "%s", found) >= (int)size)
		return fail(STATUS_TOO_LARGE, "the path of the catalogues is too long");
	return STATUS_OK;
}

enum status catalogue_directory(char *path, size_t size)
{
	static const char *const beside[] = { "../share/onecity/proto", "../../proto" };
	char program[PATH_BYTES_MAX], candidate[PATH_BYTES_MAX + 64];
	const char *given = getenv("ONECITY_PROTO");
	if (given != NULL && *given != 0)
		return has_records(given)
			   ? use_directory(given, path, size)
			   : fail(STATUS_NOT_FOUND,
				 "ONECITY_PROTO names %s, but it holds no records/", given);
	if (!program_directory(program))
		return fail(STATUS_IO, "/proc/self/exe cannot be read: %s", strerror(errno));
	for (size_t i = 0; i < COUNT_OF(beside); i++) {
		snprintf(candidate, sizeof candidate, "%s/%s", program, beside[i]);
		if (has_records(candidate))
			return use_directory(candidate, path, size);
	}
	return fail(STATUS_NOT_FOUND,
	    "no catalogues beside the program in %s; set ONECITY_PROTO to their folder", program);
}
