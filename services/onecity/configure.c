// SPDX-License-Identifier: Apache-2.0
// configure: the settings files that `onecity up` writes.
#include "configure.h"

#include "buffer.h"
#include "keys.h"
#include "place.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum {
	SETTINGS_BYTES_MAX = 1024 * 1024
};

// The first line of every file written here; a file without it belongs to somebody else.
static const char mark[] = "# written by onecity up; delete this line to make the file your own\n";

// --- generated files ----------------------------------------------------------------------------

static enum status file_read(struct buffer *content, const char *path)
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return errno == ENOENT ? STATUS_NOT_FOUND
				       : fail(STATUS_IO, "%s: %s", path, strerror(errno));
	content->size =
	    fread(buffer_reserve(content, SETTINGS_BYTES_MAX), 1, SETTINGS_BYTES_MAX, file);
	bool whole = feof(file) != 0;
	fclose(file);
	return whole ? STATUS_OK
		     : fail(STATUS_IO, "%s: cannot be read, or is larger than 1 MiB", path);
}

static bool is_marked(const struct buffer *content)
{
	return content->size >= strlen(mark) && memcmp(content->data, mark, strlen(mark)) == 0;
}

// By way of a file beside it, so that nobody ever reads half of it.
static enum status file_replace(const char *path, struct bytes content)
{
	char fresh[PLACE_PATH_SIZE];
	if (snprintf(fresh, sizeof fresh, "%s.new", path) >= (int)sizeof fresh)
		return fail(STATUS_TOO_LARGE, "%s: the path is too long", path);
	int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	if (file < 0)
		return fail(STATUS_IO, "%s: %s", fresh, strerror(errno));
	bool written =
	    write(file, content.data, content.size) == (ssize_t)content.size && fsync(file) == 0;
	int error = errno;
	close(file);
	if (written && rename(fresh, path) == 0)
		return STATUS_OK;
	error = written ? errno : error;
	unlink(fresh);
	return fail(STATUS_IO, "%s: %s", path, strerror(error));
}

struct writer {
	const struct configuration *configuration;
	configure_kept *kept;
	void *context;
};

static enum status generate(
    const struct writer *writer, const char *path, const struct buffer *content)
{
	struct buffer old = { 0 };
	enum status status = file_read(&old, path);
	if (status == STATUS_NOT_FOUND)
		status = file_replace(path, buffer_bytes(content));
	else if (status == STATUS_OK && !is_marked(&old))
		writer->kept(path, writer->context);
	else if (status == STATUS_OK && !bytes_equal(buffer_bytes(&old), buffer_bytes(content)))
		status = file_replace(path, buffer_bytes(content));
	buffer_deinit(&old);
	return status;
}

// --- what is in them ----------------------------------------------------------------------------

static unsigned http_port(
    const struct configuration *configuration, const struct roster_service *service)
{
	return configuration->port_base + service->number;
}

static unsigned publish_port(
    const struct configuration *configuration, const struct roster_service *service)
{
	return configuration->port_base + 100 + service->number;
}

static unsigned replay_port(
    const struct configuration *configuration, const struct roster_service *service)
{
	return configuration->port_base + 200 + service->number;
}

static void write_common(struct buffer *out, const struct configuration *configuration,
    const struct roster_service *service)
{
	buffer_append_text(out, mark);
	buffer_printf(out, "proto = %s\n", configuration->roster->proto);
	buffer_printf(out, "http = 127.0.0.1:%u\n", http_port(configuration, service));
	buffer_printf(out, "token = ../tokens/%s\n", service->name);
	buffer_append_text(out, "log_level = info\n");
}

static void write_department(struct buffer *out, const struct configuration *configuration,
    const struct roster_service *service)
{
	buffer_printf(out, "data = ../%s\n", service->name);
	buffer_printf(out, "key = ../keys/%s.key_secret\n", service->name);
	buffer_printf(out, "publish = tcp://127.0.0.1:%u\n", publish_port(configuration, service));
	buffer_printf(out, "replay = tcp://127.0.0.1:%u\n", replay_port(configuration, service));
	buffer_append_text(out, "allowed = ../keys/allowed\n");
	buffer_append_text(out, "pseudonym = ../keys/pseudonym.secret\n");
	buffer_printf(out, "watch = ../inbox/%s\n", service->name);
}

static void write_redis_address(struct buffer *out, const struct configuration *configuration)
{
	buffer_printf(out, "redis = unix:%s/redis/redis.sock\n", configuration->directory);
}

static void write_follow(struct buffer *out, const struct configuration *configuration,
    const struct roster_service *department)
{
	buffer_printf(out, "follow = %s tcp://127.0.0.1:%u tcp://127.0.0.1:%u\n", department->name,
	    publish_port(configuration, department), replay_port(configuration, department));
}

static void write_aggregator(struct buffer *out, const struct configuration *configuration,
    const struct roster_service *service)
{
	const struct roster *roster = configuration->roster;
	buffer_printf(out, "data = ../%s\n", service->name);
	buffer_printf(out, "key = ../keys/%s.key_secret\n", service->name);
	buffer_append_text(out, "keys = ../keys\n");
	write_redis_address(out, configuration);
	for (size_t i = 0; i < roster->count; i++)
		if (roster->services[i].type == SERVICE_DEPARTMENT && roster->services[i].runs)
			write_follow(out, configuration, &roster->services[i]);
}

static void write_profiles(struct buffer *out, const struct configuration *configuration,
    const struct roster_service *service)
{
	(void)service;
	write_redis_address(out, configuration);
	buffer_append_text(out, "pseudonym = ../keys/pseudonym.secret\n");
}

static void write_points(struct buffer *out, const struct configuration *configuration,
    const struct roster_service *service)
{
	const struct roster *roster = configuration->roster;
	(void)service;
	write_redis_address(out, configuration);
	buffer_append_text(out, "pseudonym = ../keys/pseudonym.secret\n");
	if (roster->rules[0] != 0)
		buffer_printf(out, "rules = %s\n", roster->rules);
	if (roster->demonstration[0] != 0)
		buffer_printf(out, "demonstration = %s\n", roster->demonstration);
}

static void write_monitor(struct buffer *out, const struct configuration *configuration,
    const struct roster_service *service)
{
	const struct roster *roster = configuration->roster;
	buffer_printf(out, "key = ../keys/%s.key_secret\n", service->name);
	buffer_append_text(out, "keys = ../keys\ntokens = ../tokens\n");
	buffer_printf(
	    out, "aggregator = 127.0.0.1:%u\n", configuration->port_base + AGGREGATOR_NUMBER);
	for (size_t i = 0; i < roster->count; i++) {
		const struct roster_service *department = &roster->services[i];
		if (department->type != SERVICE_DEPARTMENT || !department->runs)
			continue;
		write_follow(out, configuration, department);
		buffer_printf(out, "ask = %s 127.0.0.1:%u\n", department->name,
		    http_port(configuration, department));
	}
}

typedef void settings_write(struct buffer *out, const struct configuration *configuration,
    const struct roster_service *service);

static settings_write *const settings_writers[] = {
	[SERVICE_DEPARTMENT] = write_department,
	[SERVICE_AGGREGATOR] = write_aggregator,
	[SERVICE_PROFILES] = write_profiles,
	[SERVICE_MONITOR] = write_monitor,
	[SERVICE_POINTS] = write_points,
};

// Everything is in memory anyway and made again from the journals: the append-only file only saves
// the time.
static void write_redis(struct buffer *out, const struct configuration *configuration)
{
	buffer_append_text(out, mark);
	buffer_append_text(out, "port 0\n");
	buffer_printf(out, "unixsocket \"%s/redis/redis.sock\"\n", configuration->directory);
	buffer_append_text(out, "unixsocketperm 700\n");
	buffer_printf(out, "dir \"%s/redis\"\n", configuration->directory);
	buffer_append_text(out, "daemonize no\n"
				"logfile \"\"\n"
				"save \"\"\n"
				"appendonly yes\n"
				"appendfsync everysec\n"
				"aof-load-truncated yes\n"
				"maxmemory-policy noeviction\n"
				"hash-max-listpack-value 256\n");
}

// --- writing them -------------------------------------------------------------------------------

// Both files are made of lines, and redis.conf has quotes with escapes.
static enum status check_directory(const char *directory)
{
	for (const char *at = directory; *at; at++)
		if (iscntrl((unsigned char)*at) || *at == '"' || *at == '\\')
			return fail(STATUS_INVALID, "the data directory's path may hold no quote, "
						    "backslash or control character");
	size_t size = strlen(directory) + strlen("/redis/redis.sock");
	if (size > REDIS_SOCKET_BYTES_MAX)
		return fail(STATUS_TOO_LARGE,
		    "%s: this path is %zu bytes too long: redis.sock in it would pass the %d bytes "
		    "that a "
		    "unix socket's address holds",
		    directory, size - REDIS_SOCKET_BYTES_MAX, REDIS_SOCKET_BYTES_MAX);
	return STATUS_OK;
}

static enum status make_folder(const struct configuration *configuration, const char *name)
{
	char path[PLACE_PATH_SIZE];
	place_path(path, configuration->directory, "%s", name);
	return keys_make_folder(path);
}

static enum status configure_redis(const struct writer *writer)
{
	char path[PLACE_PATH_SIZE];
	struct buffer content = { 0 };
	place_path(path, writer->configuration->directory, "redis/redis.conf");
	write_redis(&content, writer->configuration);
	enum status status = generate(writer, path, &content);
	buffer_deinit(&content);
	return status;
}

static enum status configure_service(
    const struct writer *writer, const struct roster_service *service)
{
	char path[PLACE_PATH_SIZE];
	struct buffer content = { 0 };
	place_path(path, writer->configuration->directory, "settings/%s.conf", service->name);
	write_common(&content, writer->configuration, service);
	settings_writers[service->type](&content, writer->configuration, service);
	enum status status = STATUS_OK;
	if (service->type == SERVICE_DEPARTMENT || service->type == SERVICE_AGGREGATOR)
		status = make_folder(writer->configuration, service->name);
	if (status == STATUS_OK)
		status = generate(writer, path, &content);
	buffer_deinit(&content);
	return status;
}

static const struct roster_service *running(const struct roster *roster, const char *name)
{
	for (size_t i = 0; i < roster->count; i++)
		if (roster->services[i].runs && strcmp(roster->services[i].name, name) == 0)
			return &roster->services[i];
	return NULL;
}

static enum status remove_generated(const char *path)
{
	struct buffer content = { 0 };
	enum status status = file_read(&content, path);
	if (status == STATUS_OK && is_marked(&content) && unlink(path) != 0)
		status = fail(STATUS_IO, "%s: %s", path, strerror(errno));
	buffer_deinit(&content);
	return status;
}

// Else `onecity status` would show a service for ever that nobody starts.
static enum status remove_left_over(const struct configuration *configuration)
{
	char folder_path[PLACE_PATH_SIZE], path[PLACE_PATH_SIZE], name[ROSTER_NAME_SIZE];
	enum status status = STATUS_OK;
	struct dirent *entry;
	place_path(folder_path, configuration->directory, "settings");
	DIR *folder = opendir(folder_path);
	if (folder == NULL)
		return fail(STATUS_IO, "%s: %s", folder_path, strerror(errno));
	while (status == STATUS_OK && (entry = readdir(folder)) != NULL) {
		size_t size = strlen(entry->d_name);
		if (size <= 5 || size >= sizeof name ||
		    strcmp(entry->d_name + size - 5, ".conf") != 0)
			continue;
		snprintf(name, sizeof name, "%.*s", (int)(size - 5), entry->d_name);
		place_path(path, folder_path, "%s", entry->d_name);
		if (running(configuration->roster, name) == NULL)
			status = remove_generated(path);
	}
	closedir(folder);
	return status;
}

enum status configure_write(
    const struct configuration *configuration, configure_kept *kept, void *context)
{
	static const char *const folders[] = { "settings", "redis", "logs", "inbox" };
	struct writer writer = { configuration, kept, context };
	const struct roster *roster = configuration->roster;
	enum status status = check_directory(configuration->directory);
	for (size_t i = 0; i < COUNT_OF(folders) && status == STATUS_OK; i++)
		status = make_folder(configuration, folders[i]);
	if (status == STATUS_OK)
		status = configure_redis(&writer);
	for (size_t i = 0; i < roster->count && status == STATUS_OK; i++)
		if (roster->services[i].runs)
			status = configure_service(&writer, &roster->services[i]);
	return status == STATUS_OK ? remove_left_over(configuration) : status;
}
