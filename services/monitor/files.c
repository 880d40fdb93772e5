// SPDX-License-Identifier: Apache-2.0
// files: the page's files, and nothing else of the disk.
#include "files.h"

#include "digest.h"
#include "position.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PATH_SIZE = 4096,
	TAG_BYTES = 8,
	TAG_SIZE = 2 * TAG_BYTES + 3
};

static const struct {
	const char *ending, *type;
} types[] = {
	{ ".html", "text/html; charset=utf-8" },
	{ ".js", "text/javascript; charset=utf-8" },
	{ ".css", "text/css; charset=utf-8" },
	{ ".svg", "image/svg+xml" },
};

// Of Debian's libjs-dygraphs.
static const struct {
	const char *name, *file;
} library_files[] = {
	{ "dygraph.js", "dygraph.min.js" },
	{ "dygraph.css", "dygraph.min.css" },
};

static const char *type_of(const char *name)
{
	const char *ending = strrchr(name, '.');
	for (size_t i = 0; ending != NULL && i < COUNT_OF(types); i++)
		if (strcmp(ending, types[i].ending) == 0)
			return types[i].type;
	return NULL;
}

// Nothing that leads out of the folder, and nothing hidden in it.
static bool is_name(const char *name)
{
	size_t size = strlen(name);
	return size > 0 && size <= FILES_NAME_MAX && name[0] != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-.") == size &&
	       type_of(name) != NULL;
}

static bool is_folder(const char *path)
{
	struct stat folder;
	return stat(path, &folder) == 0 && S_ISDIR(folder.st_mode);
}

bool files_find_web(const char *proto, char *path, size_t size)
{
	static const char *const places[] = { "../monitor", "../services/monitor/web" };
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		int used = snprintf(path, size, "%s/%s", proto, places[i]);
		if (used > 0 && (size_t)used < size && is_folder(path))
			return true;
	}
	return false;
}

static enum status read_file(const char *path, struct buffer *content)
{
	struct stat file;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (descriptor < 0)
		return fail(STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
	enum status status = STATUS_OK;
	if (fstat(descriptor, &file) != 0 || !S_ISREG(file.st_mode))
		status = fail(STATUS_NOT_FOUND, "%s is no regular file", path);
	else if (file.st_size > FILES_BYTES_MAX)
		status = fail(STATUS_TOO_LARGE, "%s is larger than 1 MiB", path);
	ssize_t got = status == STATUS_OK
			  ? read(descriptor, buffer_reserve(content, (size_t)file.st_size),
				(size_t)file.st_size)
			  : 0;
	if (status == STATUS_OK && got != file.st_size)
		status = fail(STATUS_IO, "%s cannot be read", path);
	content->size = got > 0 ? (size_t)got : 0;
	close(descriptor);
	return status;
}

static void answer_content(
    struct http_request *request, const char *name, const struct buffer *content)
{
	uint8_t hash[DIGEST_BYTES];
	char hex[2 * TAG_BYTES + 1], tag[TAG_SIZE];
	struct bytes part = buffer_bytes(content);
	digest(hash, &part, 1);
	hex_format(hash, TAG_BYTES, hex);
	snprintf(tag, sizeof tag, "\"%s\"", hex);
	const char *const headers[] = { "Cache-Control", "no-cache", "ETag", tag,
		"Content-Security-Policy",
		"default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
		"Referrer-Policy", "no-referrer", NULL };
	const char *known = http_header(request, "If-None-Match");
	if (known != NULL && strcmp(known, tag) == 0)
		http_answer(request, 304, NULL, (struct bytes){ 0 }, headers);
	else
		http_answer(request, 200, type_of(name), part, headers);
}

static const char *library_file(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(library_files); i++)
		if (strcmp(library_files[i].name, name) == 0)
			return library_files[i].file;
	return NULL;
}

void files_answer(
    struct http_request *request, const char *web, const char *library, const char *name)
{
	char path[PATH_SIZE];
	struct buffer content = { 0 };
	enum status status = STATUS_NOT_FOUND;
	const char *wanted = name[0] == 0 ? "index.html" : name;
	const char *of_library = library_file(wanted);
	snprintf(path, sizeof path, "%s/%s", of_library != NULL ? library : web,
	    of_library != NULL ? of_library : wanted);
	if (is_name(wanted))
		status = read_file(path, &content);
	if (status == STATUS_OK)
		answer_content(request, wanted, &content);
	else if (of_library != NULL)
		http_answer_problem(request, 404, "not_installed",
		    "The chart library is not installed: apt install libjs-dygraphs",
		    "未安装图表库：apt install libjs-dygraphs");
	else if (status == STATUS_NOT_FOUND)
		http_answer_problem(request, 404, "no_such_path", "There is nothing at this path.",
		    "此路径不存在。");
	else
		http_answer_problem(
		    request, 500, "failed", "The file cannot be read", "文件无法读取");
	buffer_deinit(&content);
}
