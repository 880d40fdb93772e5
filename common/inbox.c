// SPDX-License-Identifier: Apache-2.0
// inbox: what a look at the folders shows, held against the look before.
#include "inbox.h"

#include "log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <strings.h>

struct known {
	struct inbox_file file; // owns its name
	int64_t since_ms;       // it is as it is
	int64_t held_until_ms;
};

struct inbox {
	char **paths;
	size_t path_count;
	char **endings;
	size_t ending_count;
	int64_t stable_ms;
	struct known *known; // in order of folder and name
	size_t count;
	struct known **ready; // in order of time and name; of known
	size_t ready_count, ready_next;
	int *troubles; // why each folder could not be read; 0: it was
};

static char **copy_texts(const char *const *texts, size_t count)
{
	char **copies = allocate(count * sizeof *copies);
	for (size_t i = 0; i < count; i++)
		copies[i] = text_copy(texts[i]);
	return copies;
}

static void free_texts(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

struct inbox *inbox_new(const char *const *paths, size_t path_count, const char *const *endings,
    size_t ending_count, int64_t stable_ms)
{
	struct inbox *inbox = allocate(sizeof *inbox);
	*inbox = (struct inbox){
		.paths = copy_texts(paths, path_count),
		.path_count = path_count,
		.endings = copy_texts(endings, ending_count),
		.ending_count = ending_count,
		.stable_ms = stable_ms,
		.troubles = allocate((path_count + 1) * sizeof(int)),
	};
	return inbox;
}

static void free_known(struct known *known, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(known[i].file.name);
	free(known);
}

void inbox_free(struct inbox **inbox)
{
	if (*inbox == NULL)
		return;
	free_known((*inbox)->known, (*inbox)->count);
	free((*inbox)->ready);
	free((*inbox)->troubles);
	free_texts((*inbox)->paths, (*inbox)->path_count);
	free_texts((*inbox)->endings, (*inbox)->ending_count);
	free(*inbox);
	*inbox = NULL;
}

// --- one look ------------------------------------------------------------------------------------

struct look {
	struct known *found;
	size_t count, capacity;
};

static bool ends_with(const char *name, const char *ending)
{
	size_t size = strlen(name), ending_size = strlen(ending);
	return size > ending_size && strcasecmp(name + size - ending_size, ending) == 0;
}

static bool is_wanted(const struct inbox *inbox, const char *name)
{
	if (name[0] == '.')
		return false;
	for (size_t i = 0; i < inbox->ending_count; i++)
		if (ends_with(name, inbox->endings[i]))
			return true;
	return false;
}

static void keep(struct look *look, size_t folder, const char *name, const struct stat *status)
{
	if (look->count == look->capacity) {
		look->capacity = look->capacity > 0 ? 2 * look->capacity : 16;
		look->found = reallocate(look->found, look->capacity * sizeof *look->found);
	}
	look->found[look->count++] = (struct known){
		.file = { folder, text_copy(name), status->st_mtim, status->st_size, 0 },
	};
}

// The folder's own name is the administrator's, and nobody's.
static void note_trouble(struct inbox *inbox, size_t folder, int trouble)
{
	if (inbox->troubles[folder] == trouble)
		return;
	inbox->troubles[folder] = trouble;
	if (trouble != 0)
		log_warn("the watched folder %s cannot be read: %s", inbox->paths[folder],
		    strerror(trouble));
	else
		log_info("the watched folder %s can be read again", inbox->paths[folder]);
}

size_t inbox_unreadable(const struct inbox *inbox)
{
	size_t count = 0;
	for (size_t i = 0; i < inbox->path_count; i++)
		count += inbox->troubles[i] != 0;
	return count;
}

// A folder that cannot be read has no files: it may be mounted later.
static void look_into(struct inbox *inbox, size_t folder, struct look *look)
{
	DIR *directory = opendir(inbox->paths[folder]);
	const struct dirent *entry;
	struct stat status;
	note_trouble(inbox, folder, directory == NULL ? errno : 0);
	while (directory != NULL && look->count < INBOX_FILES_MAX &&
	       (entry = readdir(directory)) != NULL)
		if (is_wanted(inbox, entry->d_name) &&
		    fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(status.st_mode))
			keep(look, folder, entry->d_name, &status);
	if (directory != NULL)
		closedir(directory);
}

static int compare_places(const void *a, const void *b)
{
	const struct known *left = a, *right = b;
	if (left->file.folder != right->file.folder)
		return left->file.folder < right->file.folder ? -1 : 1;
	return strcmp(left->file.name, right->file.name);
}

// Not by inode: some network file systems number their files anew at every look.
static bool is_same(const struct inbox_file *a, const struct inbox_file *b)
{
	return a->size == b->size && a->modified.tv_sec == b->modified.tv_sec &&
	       a->modified.tv_nsec == b->modified.tv_nsec;
}

static void remember(struct inbox *inbox, struct look *look, int64_t now_ms)
{
	if (look->count > 0)
		qsort(look->found, look->count, sizeof *look->found, compare_places);
	for (size_t i = 0; i < look->count; i++) {
		struct known *found = &look->found[i], *before = NULL;
		if (inbox->count > 0)
			before = bsearch(
			    found, inbox->known, inbox->count, sizeof *found, compare_places);
		found->since_ms = now_ms;
		if (before == NULL || !is_same(&before->file, &found->file))
			continue;
		found->held_until_ms = before->held_until_ms;
		if (before->since_ms < now_ms) // else the clock was put back
			found->since_ms = before->since_ms;
	}
	free_known(inbox->known, inbox->count);
	inbox->known = look->found;
	inbox->count = look->count;
}

// By its own time or by ours, whichever is longer.
static int64_t unchanged_ms(const struct known *known, int64_t now_ms)
{
	int64_t modified_ms =
	    (int64_t)known->file.modified.tv_sec * 1000 + known->file.modified.tv_nsec / 1000000;
	int64_t since_ms = modified_ms < known->since_ms ? modified_ms : known->since_ms;
	return now_ms - since_ms;
}

static bool is_complete(const struct inbox *inbox, struct known *known, int64_t now_ms)
{
	known->file.unchanged_ms = unchanged_ms(known, now_ms);
	return known->held_until_ms <= now_ms && known->file.unchanged_ms >= inbox->stable_ms;
}

static int compare_times(const void *a, const void *b)
{
	const struct inbox_file *left = &(*(struct known *const *)a)->file;
	const struct inbox_file *right = &(*(struct known *const *)b)->file;
	if (left->modified.tv_sec != right->modified.tv_sec)
		return left->modified.tv_sec < right->modified.tv_sec ? -1 : 1;
	if (left->modified.tv_nsec != right->modified.tv_nsec)
		return left->modified.tv_nsec < right->modified.tv_nsec ? -1 : 1;
	return compare_places(*(struct known *const *)a, *(struct known *const *)b);
}

static void look_around(struct inbox *inbox, int64_t now_ms)
{
	struct look look = { 0 };
	for (size_t folder = 0; folder < inbox->path_count; folder++)
		look_into(inbox, folder, &look);
	remember(inbox, &look, now_ms);
	inbox->ready_next = inbox->ready_count = 0;
	inbox->ready = reallocate(inbox->ready, (inbox->count + 1) * sizeof *inbox->ready);
	for (size_t i = 0; i < inbox->count; i++)
		if (is_complete(inbox, &inbox->known[i], now_ms))
			inbox->ready[inbox->ready_count++] = &inbox->known[i];
	qsort(inbox->ready, inbox->ready_count, sizeof *inbox->ready, compare_times);
}

// --- what was found ------------------------------------------------------------------------------

bool inbox_next(struct inbox *inbox, int64_t now_ms, struct inbox_file *file)
{
	if (inbox->ready_next == inbox->ready_count)
		look_around(inbox, now_ms);
	if (inbox->ready_next == inbox->ready_count)
		return false;
	*file = inbox->ready[inbox->ready_next++]->file;
	return true;
}

void inbox_hold(struct inbox *inbox, const struct inbox_file *file, int64_t until_ms)
{
	struct known wanted = { .file = *file }, *known = NULL;
	if (inbox->count > 0)
		known = bsearch(&wanted, inbox->known, inbox->count, sizeof wanted, compare_places);
	if (known != NULL)
		known->held_until_ms = until_ms;
}

bool inbox_is_unchanged(const struct inbox_file *file, const char *path)
{
	struct stat status;
	if (fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return false;
	struct inbox_file now = { .modified = status.st_mtim, .size = status.st_size };
	return is_same(file, &now);
}
