// SPDX-License-Identifier: Apache-2.0
// inbox: folders into which others put files, and which of these are complete.
//
// A file is complete once its size and time have not changed for a while: since it was first seen,
// or, if its time is that old already, at once, as with a rename into place. Looked at are regular
// files by their endings; no hidden ones, no *.part. The time of day is given as a value.
#ifndef COMMON_INBOX_H
#define COMMON_INBOX_H

#include "status.h"

#include <sys/stat.h>

enum {
	INBOX_FILES_MAX = 10000 // known at once; further ones wait until these are gone
};

struct inbox;

struct inbox_file {
	size_t folder; // as given to inbox_new
	char *name;
	struct timespec modified;
	int64_t size;
	int64_t unchanged_ms; // it has stood still, when it was given
};

// Copies paths and endings (".csv", in any case). The folders may come later.
struct inbox *inbox_new(const char *const *paths, size_t path_count, const char *const *endings,
    size_t ending_count, int64_t stable_ms);
void inbox_free(struct inbox **inbox);

// The next complete file, by time and then name, of those that the last look found; looks anew when
// there is none left. False: none. file->name is borrowed until the next call.
bool inbox_next(struct inbox *inbox, int64_t now_ms, struct inbox_file *file);

// Not this file again before until_ms, unless it changes.
void inbox_hold(struct inbox *inbox, const struct inbox_file *file, int64_t until_ms);

// How many of the folders could not be read at the last look. Each is logged once for each
// reason.
size_t inbox_unreadable(const struct inbox *inbox);

// Is the file at path as it was when it was found?
bool inbox_is_unchanged(const struct inbox_file *file, const char *path);

#endif
