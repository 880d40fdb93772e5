// SPDX-License-Identifier: Apache-2.0
// secret: files that nobody else may read.
#ifndef COMMON_SECRET_H
#define COMMON_SECRET_H

#include "status.h"

// Reads a regular file of at most size_max bytes whose mode gives nothing to group and others; else
// STATUS_DENIED. STATUS_NOT_FOUND. The text ends with a NUL and holds none inside; free it with
// secret_free.
MUST_CHECK enum status secret_read(char **text, const char *path, size_t size_max);

// Overwrites and frees. Accepts NULL inside; sets *text to NULL.
void secret_free(char **text);

// Creates a file with mode 0600 that must not exist yet (STATUS_BUSY), and syncs it and its name.
MUST_CHECK enum status secret_write(const char *path, const char *text);

#endif
