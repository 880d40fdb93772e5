// SPDX-License-Identifier: Apache-2.0
// place: where the services of a data directory are.
#include "place.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>

static const char suffix[] = ".conf";

const char *place_directory(const char *data)
{
	const char *environment = getenv("ONECITY_DATA");
	if (data != NULL)
		return data;
	return environment != NULL && environment[0] != 0 ? environment : "onecity-data";
}

void place_path(char path[PLACE_PATH_SIZE], const char *directory, const char *format, ...)
{
	va_list arguments;
	int used = snprintf(path, PLACE_PATH_SIZE, "%s/", directory);
	ENSURE(used > 0 && used < PLACE_PATH_SIZE);
	va_start(arguments, format);
	int added = vsnprintf(path + used, (size_t)(PLACE_PATH_SIZE - used), format, arguments);
	va_end(arguments);
	ENSURE(added >= 0 && used + added < PLACE_PATH_SIZE);
}

// --- one settings file --------------------------------------------------------------------------

static char *trimmed(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	size_t size = strlen(text);
	while (size > 0 && isspace((unsigned char)text[size - 1]))
		text[--size] = 0;
	return text;
}

// Relative to the settings' folder; "../tokens/tax" is shown to people as DIR/tokens/tax.
static char *resolved(const char *directory, const char *path)
{
	char joined[PLACE_PATH_SIZE];
	if (path[0] == '/')
		return text_copy(path);
	if (strncmp(path, "../", 3) == 0)
		place_path(joined, directory, "%s", path + 3);
	else
		place_path(joined, directory, "settings/%s", path);
	return text_copy(joined);
}

static const struct {
	const char *name;
	size_t offset; // of a char * in struct service_place
	bool is_path;
} line_names[] = {
	{ "http", offsetof(struct service_place, address), false },
	{ "token", offsetof(struct service_place, token_path), true },
	{ "proto", offsetof(struct service_place, proto), true },
	{ "publish", offsetof(struct service_place, publish), false },
	{ "replay", offsetof(struct service_place, replay), false },
};

static char **member_of(struct service_place *service, size_t offset)
{
	return (char **)((char *)service + offset);
}

static void take_follow(struct service_place *service, const char *value)
{
	if (service->follow_count == PLACE_SERVICES_MAX)
		return; // the aggregator itself would refuse them
	service->follows =
	    reallocate(service->follows, (service->follow_count + 1) * sizeof *service->follows);
	service->follows[service->follow_count++] = text_copy(value);
}

static void take_line(struct service_place *service, const char *directory, char *line)
{
	char *equals = strchr(line, '=');
	if (line[0] == '#' || equals == NULL)
		return;
	*equals = 0;
	const char *name = trimmed(line), *value = trimmed(equals + 1);
	if (strcmp(name, "follow") == 0)
		take_follow(service, value);
	for (size_t i = 0; i < COUNT_OF(line_names); i++) {
		char **member = member_of(service, line_names[i].offset);
		if (strcmp(name, line_names[i].name) == 0 && *member == NULL)
			*member =
			    line_names[i].is_path ? resolved(directory, value) : text_copy(value);
	}
}

static enum status service_read(
    struct service_place *service, const char *directory, const char *file_name)
{
	char path[PLACE_PATH_SIZE];
	char line[PLACE_PATH_SIZE];
	place_path(path, directory, "settings/%s", file_name);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return fail(STATUS_IO, "%s: %s", path, strerror(errno));
	service->name = bytes_copy_text(bytes_make(file_name, strlen(file_name) - strlen(suffix)));
	while (fgets(line, sizeof line, file) != NULL)
		take_line(service, directory, line);
	bool failed = ferror(file) != 0;
	fclose(file);
	if (failed)
		return fail(STATUS_IO, "%s: cannot be read", path);
	return service->address != NULL
		   ? STATUS_OK
		   : fail(STATUS_INVALID, "%s: has no line `http = ADDRESS`", path);
}

// --- all of them --------------------------------------------------------------------------------

static void service_deinit(struct service_place *service)
{
	free(service->name);
	for (size_t i = 0; i < COUNT_OF(line_names); i++)
		free(*member_of(service, line_names[i].offset));
	for (size_t i = 0; i < service->follow_count; i++)
		free(service->follows[i]);
	free(service->follows);
}

void place_deinit(struct place *place)
{
	for (size_t i = 0; i < place->count; i++)
		service_deinit(&place->services[i]);
	free(place->services);
	free(place->directory);
	*place = (struct place){ 0 };
}

static bool is_settings_file(const char *name)
{
	size_t size = strlen(name);
	return name[0] != '.' && size > strlen(suffix) &&
	       strcmp(name + size - strlen(suffix), suffix) == 0;
}

static enum status place_add(struct place *place, const char *file_name)
{
	if (place->count == PLACE_SERVICES_MAX)
		return fail(STATUS_TOO_LARGE, "%s/settings: more than %d services",
		    place->directory, PLACE_SERVICES_MAX);
	place->services = reallocate(place->services, (place->count + 1) * sizeof *place->services);
	struct service_place *service = &place->services[place->count++];
	*service = (struct service_place){ 0 };
	return service_read(service, place->directory, file_name);
}

static long port_of(const struct service_place *service)
{
	const char *colon = strrchr(service->address, ':');
	long port = colon ? strtol(colon + 1, NULL, 10) : 0;
	return port > 0 ? port : LONG_MAX; // unix sockets last
}

static int compare(const void *a, const void *b)
{
	const struct service_place *first = a, *second = b;
	long first_port = port_of(first), second_port = port_of(second);
	return first_port != second_port ? (first_port > second_port ? 1 : -1)
					 : strcmp(first->name, second->name);
}

static enum status add_all(struct place *place, DIR *folder)
{
	enum status status = STATUS_OK;
	struct dirent *entry;
	while (status == STATUS_OK && (entry = readdir(folder)) != NULL)
		if (is_settings_file(entry->d_name))
			status = place_add(place, entry->d_name);
	return status;
}

static enum status nothing_there(const char *directory)
{
	return fail(STATUS_NOT_FOUND,
	    "%s holds no services; `onecity up --data %s` makes and starts them", directory,
	    directory);
}

enum status place_read(struct place *place, const char *data)
{
	char path[PLACE_PATH_SIZE];
	const char *directory = place_directory(data);
	*place = (struct place){ 0 };
	if (strlen(directory) > PLACE_PATH_SIZE / 2)
		return fail(STATUS_TOO_LARGE, "the data directory's path has more than %d bytes",
		    PLACE_PATH_SIZE / 2);
	place_path(path, directory, "settings");
	DIR *folder = opendir(path);
	if (folder == NULL)
		return errno == ENOENT ? nothing_there(directory)
				       : fail(STATUS_IO, "%s: %s", path, strerror(errno));
	place->directory = text_copy(directory);
	enum status status = add_all(place, folder);
	closedir(folder);
	if (status == STATUS_OK && place->count == 0)
		status = nothing_there(directory);
	if (status != STATUS_OK)
		place_deinit(place);
	else
		qsort(place->services, place->count, sizeof *place->services, compare);
	return status;
}

const char *place_proto(const struct place *place)
{
	for (size_t i = 0; i < place->count; i++)
		if (place->services[i].proto != NULL)
			return place->services[i].proto;
	return NULL;
}

const struct service_place *place_find(const struct place *place, const char *name)
{
	for (size_t i = 0; i < place->count; i++)
		if (strcmp(place->services[i].name, name) == 0)
			return &place->services[i];
	return NULL;
}

bool place_is_department(const struct service_place *service)
{
	static const char *const others[] = { "aggregator", "monitor", "profiles", "points" };
	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (strcmp(service->name, others[i]) == 0)
			return false;
	return true;
}
