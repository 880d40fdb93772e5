// SPDX-License-Identifier: Apache-2.0
// files: the page's files, and nothing else of the disk.
#ifndef MONITOR_FILES_H
#define MONITOR_FILES_H

#include "http.h"

enum {
	FILES_BYTES_MAX = 1024 * 1024,
	FILES_NAME_MAX = 64,
};

// Where the page is when no setting says so: beside the catalogues, as they are installed or in
// the tree. Writes at most size bytes. False: there is none.
bool files_find_web(const char *proto, char *path, size_t size);

// name: "" is index.html. web, library: folders.
void files_answer(
    struct http_request *request, const char *web, const char *library, const char *name);

#endif
