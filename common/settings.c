// SPDX-License-Identifier: Apache-2.0
// settings: a service's settings file, read into a struct by a table.
#include "settings.h"

#include "utf8.h"

#include "buffer.h"

#include <errno.h>
#include <stdio.h>

enum {
	FILE_BYTES_MAX = 256 * 1024,
	LIST_VALUES_MAX = 1024,
	NAME_BYTES_SHOWN = 40,
};

struct reading {
	const char *path;
	int line; // the one being read, from 1
	const struct setting *table;
	size_t count;
	int *first_line; // by setting: where it was given first, 0: not yet
	void *target;
};

// --- values: how each type is stored -------------------------------------------------

static void *member_of(const struct setting *setting, void *target)
{
	return (char *)target + setting->offset;
}

static bool set_text(
    const struct reading *reading, const struct setting *setting, struct bytes value)
{
	char **text = member_of(setting, reading->target);
	*text = bytes_copy_text(value);
	return true;
}

static bool set_path(
    const struct reading *reading, const struct setting *setting, struct bytes value)
{
	const char *slash = strrchr(reading->path, '/');
	bool relative = value.size > 0 && value.data[0] != '/';
	struct buffer joined = { 0 };
	if (relative && slash != NULL)
		buffer_append(&joined, reading->path, (size_t)(slash - reading->path) + 1);
	buffer_append_bytes(&joined, value);
	set_text(reading, setting, buffer_bytes(&joined));
	buffer_deinit(&joined);
	return true;
}

static bool set_integer(
    const struct reading *reading, const struct setting *setting, struct bytes value)
{
	int64_t *integer = member_of(setting, reading->target);
	char text[24], *end;
	if (value.size == 0 || value.size >= sizeof text)
		return false;
	memcpy(text, value.data, value.size);
	text[value.size] = 0;
	// strtoll() alone would take white space and a plus sign.
	if (strspn(text, "-0123456789") != value.size)
		return false;
	errno = 0;
	*integer = strtoll(text, &end, 10);
	return errno == 0 && *end == 0 && end != text && *integer >= setting->minimum &&
	       *integer <= setting->maximum;
}

static bool set_boolean(
    const struct reading *reading, const struct setting *setting, struct bytes value)
{
	bool *boolean = member_of(setting, reading->target);
	*boolean = bytes_equal_text(value, "yes");
	return *boolean || bytes_equal_text(value, "no");
}

static bool set_list(
    const struct reading *reading, const struct setting *setting, struct bytes value)
{
	struct setting_list *list = member_of(setting, reading->target);
	if (value.size == 0 || list->count == LIST_VALUES_MAX)
		return false;
	list->values = reallocate(list->values, (list->count + 1) * sizeof *list->values);
	list->values[list->count++] = bytes_copy_text(value);
	return true;
}

static void deinit_text(const struct setting *setting, void *target)
{
	char **text = member_of(setting, target);
	free(*text);
	*text = NULL;
}

static void deinit_list(const struct setting *setting, void *target)
{
	struct setting_list *list = member_of(setting, target);
	for (size_t i = 0; i < list->count; i++)
		free(list->values[i]);
	free(list->values);
	*list = (struct setting_list){ 0 };
}

static void deinit_nothing(const struct setting *setting, void *target)
{
	(void)setting;
	(void)target;
}

static const struct {
	bool (*set)(
	    const struct reading *reading, const struct setting *setting, struct bytes value);
	void (*deinit)(const struct setting *setting, void *target);
	const char *expected;
} types[] = {
	[SETTING_TEXT] = { set_text, deinit_text, "a text" },
	[SETTING_PATH] = { set_path, deinit_text, "a path" },
	[SETTING_INTEGER] = { set_integer, deinit_nothing, "a whole number" },
	[SETTING_BOOLEAN] = { set_boolean, deinit_nothing, "yes or no" },
	[SETTING_LIST] = { set_list, deinit_list, "a text; may be given on up to 1024 lines" },
};

static void expected_write(const struct setting *setting, struct buffer *out)
{
	buffer_append_text(out, types[setting->type].expected);
	if (setting->type == SETTING_INTEGER)
		buffer_printf(out, " from %lld to %lld", (long long)setting->minimum,
		    (long long)setting->maximum);
}

// --- lines ---------------------------------------------------------------------------

static bool is_space(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

static struct bytes trim(struct bytes text)
{
	while (text.size > 0 && is_space(text.data[0]))
		text = bytes_make(text.data + 1, text.size - 1);
	while (text.size > 0 && is_space(text.data[text.size - 1]))
		text.size--;
	return text;
}

// UTF-8 without control characters other than white space.
static bool is_clean_text(struct bytes text)
{
	for (size_t at = 0, size; at < text.size; at += size) {
		uint8_t first = text.data[at];
		size = utf8_size(text.data + at, text.size - at);
		if (size == 0 || (first < 0x20 && !is_space(first)) || first == 0x7f)
			return false;
	}
	return true;
}

static enum status set(struct reading *reading, size_t index, struct bytes value)
{
	const struct setting *setting = &reading->table[index];
	int *first_line = &reading->first_line[index];
	if (*first_line != 0 && setting->type != SETTING_LIST)
		return fail(STATUS_INVALID, "%s:%d: %s was given before, in line %d", reading->path,
		    reading->line, setting->name, *first_line);
	bool needed = setting->fallback == NULL && value.size == 0;
	if (!needed && types[setting->type].set(reading, setting, value)) {
		*first_line = *first_line != 0 ? *first_line : reading->line;
		return STATUS_OK;
	}
	struct buffer expected = { 0 };
	expected_write(setting, &expected);
	enum status status = fail(STATUS_INVALID, "%s:%d: %s: expected %s", reading->path,
	    reading->line, setting->name, buffer_text(&expected));
	buffer_deinit(&expected);
	return status;
}

static enum status read_line(struct reading *reading, struct bytes line)
{
	if (!is_clean_text(line))
		return fail(STATUS_INVALID, "%s:%d: expected UTF-8 without control characters",
		    reading->path, reading->line);
	line = trim(line);
	if (line.size == 0 || line.data[0] == '#')
		return STATUS_OK;
	const uint8_t *equals = memchr(line.data, '=', line.size);
	if (equals == NULL)
		return fail(
		    STATUS_INVALID, "%s:%d: expected name = value", reading->path, reading->line);
	size_t name_size = (size_t)(equals - line.data);
	struct bytes name = trim(bytes_make(line.data, name_size));
	for (size_t i = 0; i < reading->count; i++)
		if (bytes_equal_text(name, reading->table[i].name))
			return set(
			    reading, i, trim(bytes_make(equals + 1, line.size - name_size - 1)));
	if (name.size > NAME_BYTES_SHOWN)
		name.size = NAME_BYTES_SHOWN;
	return fail(STATUS_INVALID, "%s:%d: no setting has the name \"%.*s\"; --help lists them",
	    reading->path, reading->line, BYTES_ARGS(name));
}

static struct bytes without_byte_order_mark(struct bytes text)
{
	if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
		return bytes_make(text.data + 3, text.size - 3);
	return text;
}

static enum status read_lines(struct reading *reading, struct bytes text)
{
	text = without_byte_order_mark(text);
	while (text.size > 0) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t size = end != NULL ? (size_t)(end - text.data) : text.size;
		size_t taken = size + (end != NULL);
		enum status status = read_line(reading, bytes_make(text.data, size));
		if (status != STATUS_OK)
			return status;
		text = bytes_make(text.data + taken, text.size - taken);
		reading->line++;
	}
	return STATUS_OK;
}

static enum status take_fallbacks(struct reading *reading)
{
	for (size_t i = 0; i < reading->count; i++) {
		const struct setting *setting = &reading->table[i];
		if (reading->first_line[i] != 0)
			continue;
		if (setting->fallback == NULL)
			return fail(STATUS_INVALID, "%s:%d: the file ends without %s = ... (%s)",
			    reading->path, reading->line, setting->name, setting->description);
		bool empty_list = setting->type == SETTING_LIST && setting->fallback[0] == 0;
		ENSURE(empty_list || types[setting->type].set(
					 reading, setting, bytes_of_text(setting->fallback)));
	}
	return STATUS_OK;
}

static enum status file_read(const char *path, struct buffer *content)
{
	enum status status = STATUS_OK;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return fail(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path,
		    strerror(errno));
	content->size =
	    fread(buffer_reserve(content, FILE_BYTES_MAX + 1), 1, FILE_BYTES_MAX + 1, file);
	if (ferror(file))
		status = fail(STATUS_IO, "%s: %s", path, strerror(errno));
	else if (content->size > FILE_BYTES_MAX)
		status = fail(STATUS_TOO_LARGE, "%s: larger than %d bytes", path, FILE_BYTES_MAX);
	fclose(file);
	return status;
}

enum status settings_read(const char *path, const struct setting *table, size_t count, void *target)
{
	struct buffer content = { 0 };
	int *first_line = allocate(count * sizeof *first_line);
	struct reading reading = { path, 1, table, count, first_line, target };
	enum status status = file_read(path, &content);
	if (status == STATUS_OK)
		status = read_lines(&reading, buffer_bytes(&content));
	if (status == STATUS_OK)
		status = take_fallbacks(&reading);
	if (status != STATUS_OK)
		settings_deinit(table, count, target);
	free(first_line);
	buffer_deinit(&content);
	return status;
}

void settings_deinit(const struct setting *table, size_t count, void *target)
{
	for (size_t i = 0; i < count; i++)
		types[table[i].type].deinit(&table[i], target);
}

static void print_fallback(const struct setting *setting)
{
	if (setting->fallback == NULL)
		printf("required");
	else if (setting->fallback[0] == 0)
		printf("none unless given");
	else
		printf("%s unless given", setting->fallback);
}

void settings_print_help(const struct setting *table, size_t count)
{
	struct buffer expected = { 0 };
	for (size_t i = 0; i < count; i++) {
		buffer_clear(&expected);
		expected_write(&table[i], &expected);
		printf("  %s = ...\n      %s\n      %s; ", table[i].name, table[i].description,
		    buffer_text(&expected));
		print_fallback(&table[i]);
		printf("\n");
	}
	buffer_deinit(&expected);
}
