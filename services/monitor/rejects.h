// SPDX-License-Identifier: Apache-2.0
// rejects: the quarantines of all departments as one work queue, over HTTP.
#ifndef MONITOR_REJECTS_H
#define MONITOR_REJECTS_H

#include "http.h"

enum {
	REJECTS_PREVIEW_MAX = 1000,
	REJECTS_PAGE_MAX = 200,
	REJECTS_KEPT_MS = 2000, // the groups; so often the departments are asked at most
	REJECTS_WAITING_MAX = 32,
};

struct monitor;
struct reject_groups;

void rejects_open(struct monitor *monitor);
void rejects_close(struct monitor *monitor);

// The counts are asked for anew: something was settled.
void rejects_forget(struct monitor *monitor);

http_handler rejects_get_groups, rejects_get_rows, rejects_get_row;
http_handler rejects_post_preview, rejects_post_redrive, rejects_post_dismiss;

#endif
