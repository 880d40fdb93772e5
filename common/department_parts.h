// SPDX-License-Identifier: Apache-2.0
// department_parts: what the files department*.c share; for them only.
#ifndef COMMON_DEPARTMENT_PARTS_H
#define COMMON_DEPARTMENT_PARTS_H

#include "bus.h"
#include "certificate.h"
#include "committer.h"
#include "department.h"
#include "http.h"
#include "publisher.h"
#include "service.h"
#include "watch.h"

struct department_settings {
	struct service_settings common;
	char *proto, *data, *http, *token, *publish, *replay, *key, *allowed, *pseudonym, *watch;
	int64_t map_gib, disk_reserve_mib, body_mib, watch_stable_s;
	struct setting_list enable;
};

// A request that takes more than one turn of the loop: dropped at the end if it has none itself.
struct task {
	void (*drop)(struct task *task); // frees it; it has been removed
	struct task *next, **place;
};

struct department {
	const struct department_settings *settings;
	struct loop *loop;
	struct catalogue_set
	    *catalogues; // all of them: a foreign department's kind has its own error
	const struct catalogue *catalogue;
	struct pseudonym *pseudonym;
	struct database *database;
	struct journal *journal;
	struct intake *intake;
	struct committer *committer;
	struct publisher *publisher;
	struct watch *watch; // NULL: no folder is watched
	struct allowed allowed;
	struct bus *bus;
	struct bus_socket *publishing, *replaying;
	struct http_server *http;
	struct loop_timer *heartbeat, *replay_work;
	struct task *tasks; // requests that take more than one turn of the loop
	int64_t started_ms;
	bool draining;
};

// Kinds that are off by default are taken only where the settings name them.
bool department_takes(const struct department *department, const struct kind *kind);

MUST_CHECK enum status department_http_open(struct department *department);

void department_add_task(struct department *department, struct task *task);
// Drops it. The last one ends a department that drains.
void department_end_task(struct department *department, struct task *task);
void department_drop_tasks(struct department *department); // those that will never end

// Stops the loop when nothing is under way any more.
void department_stop_when_idle(struct department *department);

// --- what handlers share ---

http_handler department_post_rows, department_post_try;
http_handler department_get_rejects, department_get_reject;
http_handler department_post_redrive, department_post_dismiss;
http_handler department_get_entry, department_get_metrics;

// False: the request was answered with the problem.
bool department_find_kind(struct department *department, struct http_request *request,
    const struct kind **kind); // named by the path's tail
bool department_accepts_kind(
    struct department *department, struct http_request *request, const struct kind *kind);
bool department_has_room(struct department *department, struct http_request *request);

// application/json; overwrites and frees out.
void department_answer(struct http_request *request, int code, struct buffer *out);

// The members code, field, en, zh, hint_en and hint_zh.
void department_write_problem(struct json_writer *json, const struct problem *problem);
// RFC 3339, or null for 0.
void department_write_time(struct json_writer *json, const char *name, int64_t wall_ms);

#endif
