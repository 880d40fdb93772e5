// SPDX-License-Identifier: Apache-2.0
// catalogue_reader: blocks of memory, and the loop over an object's members.
#include "catalogue_reader.h"

#include "date.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	FILE_BYTES_MAX = 1 << 20,
	TEXT_BYTES_MAX = 512,
	ALIASES_MAX = 64
};

// --- memory ---

struct catalogue_block {
	struct catalogue_block *next;
	max_align_t data[];
};

struct catalogue_words {
	struct catalogue_words *next;
	struct words *words;
};

void *catalogue_keep(struct catalogue_store *store, size_t size)
{
	struct catalogue_block *block = allocate(sizeof *block + size);
	block->next = store->blocks;
	store->blocks = block;
	return block->data;
}

static const char *keep_text(struct catalogue_store *store, const char *text)
{
	size_t size = strlen(text) + 1;
	return memcpy(catalogue_keep(store, size), text, size);
}

struct words *catalogue_keep_words(struct catalogue_store *store, enum words_of of)
{
	struct catalogue_words *kept = catalogue_keep(store, sizeof *kept);
	*kept = (struct catalogue_words){ store->words, words_new(of) };
	store->words = kept;
	return kept->words;
}

void catalogue_free(struct catalogue **catalogue)
{
	struct catalogue_store *store = (struct catalogue_store *)*catalogue;
	if (store == NULL)
		return;
	for (struct catalogue_words *kept = store->words; kept != NULL; kept = kept->next)
		words_free(&kept->words);
	for (struct catalogue_block *block = store->blocks, *next; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(store);
	*catalogue = NULL;
}

// --- reading ---

enum status catalogue_refuse(
    const struct catalogue_reader *reader, const struct json_value *value, const char *format, ...)
{
	char why[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(why, sizeof why, format, arguments);
	va_end(arguments);
	return fail(STATUS_INVALID, "%s:%d: %s", reader->path, json_line(reader->json, value), why);
}

static const struct attribute *attribute_named(
    const struct attribute *table, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

enum status catalogue_read_members(struct catalogue_reader *reader, const struct json_value *object,
    const struct attribute *table, size_t count, void *target)
{
	if (json_type(object) != JSON_OBJECT)
		return catalogue_refuse(reader, object, "an object is expected");
	for (const struct json_value *member = json_first(object); member != NULL;
	     member = json_next(member)) {
		const struct attribute *attribute =
		    attribute_named(table, count, json_name(member));
		if (attribute == NULL)
			return catalogue_refuse(
			    reader, member, "unknown attribute \"%s\"", json_name(member));
		enum status status =
		    attribute->read(reader, member, (char *)target + attribute->offset);
		if (status != STATUS_OK)
			return status;
	}
	for (size_t i = 0; i < count; i++)
		if (table[i].required && json_member(object, table[i].name) == NULL)
			return catalogue_refuse(reader, object, "\"%s\" is missing", table[i].name);
	return STATUS_OK;
}

enum status catalogue_read_rows(struct catalogue_reader *reader, const struct json_value *array,
    size_t count_max, size_t size, catalogue_read_value *read, struct rows *rows)
{
	if (json_type(array) != JSON_ARRAY)
		return catalogue_refuse(reader, array, "an array is expected");
	if (json_size(array) > count_max)
		return catalogue_refuse(
		    reader, array, "%zu are more than %zu", json_size(array), count_max);
	rows->data = catalogue_keep(reader->store, json_size(array) * size);
	for (const struct json_value *value = json_first(array); value != NULL;
	     value = json_next(value)) {
		enum status status = read(reader, value, (char *)rows->data + rows->count * size);
		if (status != STATUS_OK)
			return status;
		rows->count++;
	}
	return STATUS_OK;
}

enum status catalogue_read_text(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	const char *text = json_string(value);
	if (text == NULL || *text == 0)
		return catalogue_refuse(reader, value, "a text is expected");
	if (strlen(text) > TEXT_BYTES_MAX)
		return catalogue_refuse(
		    reader, value, "a text of at most %d bytes is expected", TEXT_BYTES_MAX);
	*(const char **)place = keep_text(reader->store, text);
	return STATUS_OK;
}

enum status catalogue_read_name(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	const char *name = json_string(value);
	if (name == NULL || strlen(name) > CATALOGUE_NAME_BYTES_MAX || *name < 'a' || *name > 'z' ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] != 0)
		return catalogue_refuse(
		    reader, value, "a name of a-z, 0-9 and _ is expected, beginning with a letter");
	return catalogue_read_text(reader, value, place);
}

enum status catalogue_read_flag(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	if (json_type(value) != JSON_BOOLEAN)
		return catalogue_refuse(reader, value, "true or false is expected");
	*(bool *)place = json_boolean(value);
	return STATUS_OK;
}

enum status catalogue_read_integer(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	if (!json_integer(value, place))
		return catalogue_refuse(reader, value, "an integer is expected");
	return STATUS_OK;
}

enum status catalogue_read_later(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	(void)reader;
	*(const struct json_value **)place = value;
	return STATUS_OK;
}

enum status catalogue_read_date(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	int year, month, day, end = 0;
	const char *text = json_string(value);
	if (text == NULL || strspn(text, "0123456789-") != 10 ||
	    sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 || text[end] != 0 ||
	    !date_valid(year * 10000 + month * 100 + day))
		return catalogue_refuse(reader, value, "a date like 2018-03-27 is expected");
	*(int64_t *)place = year * 10000 + month * 100 + day;
	return STATUS_OK;
}

enum status catalogue_read_aliases(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	return catalogue_read_rows(
	    reader, value, ALIASES_MAX, sizeof(const char *), catalogue_read_text, place);
}

static const struct attribute title_attributes[] = {
	{ "zh", catalogue_read_text, offsetof(struct title, zh), true },
	{ "en", catalogue_read_text, offsetof(struct title, en), true },
};

enum status catalogue_read_title(
    struct catalogue_reader *reader, const struct json_value *value, void *place)
{
	return catalogue_read_members(
	    reader, value, title_attributes, COUNT_OF(title_attributes), place);
}

enum status catalogue_check_range(const struct catalogue_reader *reader,
    const struct json_value *value, const char *what, int64_t number, int64_t minimum,
    int64_t maximum)
{
	if (number >= minimum && number <= maximum)
		return STATUS_OK;
	return catalogue_refuse(reader, value, "\"%s\" must be %lld..%lld", what,
	    (long long)minimum, (long long)maximum);
}

// A file of its own inside the reading of another; nested is valid until json_free(&nested->json).
enum status catalogue_open_file(
    const struct catalogue_reader *reader, const char *path, struct catalogue_reader *nested)
{
	*nested = *reader;
	nested->path = path;
	nested->json = NULL;
	return json_read_file(&nested->json, path, FILE_BYTES_MAX);
}
