// SPDX-License-Identifier: Apache-2.0
// aside: files that are done with.
#include "aside.h"

#include "buffer.h"
#include "log.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FILES_MAX = 256, // looked at again; of more, the oldest are not
	NUMBERS_MAX = 100,
	NAME_BYTES_MAX = 200, // its result's name is longer, and has 255 at most
};

struct moved {
	char *from, *to;
	int64_t size, until_ms;
};

struct aside {
	int64_t recheck_ms;
	struct moved files[FILES_MAX]; // as a ring; without a name: none
	size_t next;
};

struct aside *aside_new(int64_t recheck_ms)
{
	struct aside *aside = allocate(sizeof *aside);
	aside->recheck_ms = recheck_ms;
	return aside;
}

static void forget(struct moved *moved)
{
	free(moved->from);
	free(moved->to);
	*moved = (struct moved){ 0 };
}

void aside_free(struct aside **aside)
{
	if (*aside == NULL)
		return;
	for (size_t i = 0; i < FILES_MAX; i++)
		forget(&(*aside)->files[i]);
	free(*aside);
	*aside = NULL;
}

// --- names ---------------------------------------------------------------------------------------

static bool is_free(struct buffer *path)
{
	size_t size = path->size;
	bool is_free = access(buffer_text(path), F_OK) != 0;
	buffer_append_text(path, ASIDE_RESULT_ENDING);
	is_free = is_free && access(buffer_text(path), F_OK) != 0;
	path->size = size;
	return is_free;
}

char *aside_free_path(const char *folder, const char *name, int64_t now_ms)
{
	struct buffer path = { 0 };
	const char *ending = strrchr(name, '.');
	ENSURE(ending != NULL);
	size_t stem = (size_t)(ending - name);
	if (stem + strlen(ending) > NAME_BYTES_MAX)
		stem = text_fit(name, NAME_BYTES_MAX - strlen(ending));
	for (int64_t number = 1;; number = number < NUMBERS_MAX ? number + 1 : now_ms++) {
		buffer_clear(&path);
		buffer_printf(&path, "%s/%.*s", folder, (int)stem, name);
		if (number > 1)
			buffer_printf(&path, "-%lld", (long long)number);
		buffer_append_text(&path, ending);
		if (is_free(&path))
			break;
	}
	char *text = text_copy(buffer_text(&path));
	buffer_deinit(&path);
	return text;
}

// --- moving --------------------------------------------------------------------------------------

// Where the kernel or the file system cannot refuse to overwrite, the name is taken first: by a
// link, or by an empty file that is then replaced.
static int move_without_help(const char *from, const char *to)
{
	if (link(from, to) == 0)
		return unlink(from);
	if (errno == EEXIST)
		return -1;
	int file = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file < 0)
		return -1;
	close(file);
	return rename(from, to);
}

static enum status move_file(const char *from, const char *to)
{
	int error = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
	if (error != 0 && (errno == EINVAL || errno == ENOSYS)) // some network file systems
		error = move_without_help(from, to);
	return error == 0 ? STATUS_OK
			  : fail(STATUS_IO, "a file cannot be put aside: %s", strerror(errno));
}

enum status aside_move(
    struct aside *aside, const char *from, const char *to, int64_t size, int64_t now_ms)
{
	enum status status = move_file(from, to);
	if (status != STATUS_OK)
		return status;
	struct moved *moved = &aside->files[aside->next];
	aside->next = (aside->next + 1) % FILES_MAX;
	forget(moved);
	*moved = (struct moved){ text_copy(from), text_copy(to), size, now_ms + aside->recheck_ms };
	return STATUS_OK;
}

// --- the second look -----------------------------------------------------------------------------

static void remove_result(const char *path)
{
	struct buffer result = { 0 };
	buffer_printf(&result, "%s" ASIDE_RESULT_ENDING, path);
	(void)unlink(buffer_text(&result));
	buffer_deinit(&result);
}

static bool move_back(const struct moved *moved, int64_t now_ms)
{
	const char *name = strrchr(moved->from, '/');
	char *folder = bytes_copy_text(bytes_make(moved->from, (size_t)(name - moved->from)));
	char *to = aside_free_path(folder, name + 1, now_ms);
	enum status status = move_file(moved->to, to);
	if (status == STATUS_OK)
		remove_result(moved->to);
	else
		log_error("a file that grew after it was taken cannot be moved back: %s",
		    status_reason());
	free(folder);
	free(to);
	return status == STATUS_OK;
}

size_t aside_look(struct aside *aside, int64_t now_ms)
{
	size_t count = 0;
	for (size_t i = 0; i < FILES_MAX; i++) {
		struct moved *moved = &aside->files[i];
		struct stat status;
		if (moved->to == NULL)
			continue;
		bool is_there = fstatat(AT_FDCWD, moved->to, &status, AT_SYMLINK_NOFOLLOW) == 0;
		bool has_grown = is_there && (int64_t)status.st_size > moved->size;
		if (has_grown)
			count += move_back(moved, now_ms);
		if (!is_there || has_grown || now_ms >= moved->until_ms)
			forget(moved);
	}
	return count;
}
