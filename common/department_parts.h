// SPDX-License-Identifier: Apache-2.0
// department_parts: what department.c and department_http.c share; for them only.
#ifndef COMMON_DEPARTMENT_PARTS_H
#define COMMON_DEPARTMENT_PARTS_H

#include "bus.h"
#include "certificate.h"
#include "committer.h"
#include "department.h"
#include "http.h"
#include "publisher.h"
#include "service.h"

struct department_settings {
	struct service_settings common;
	char *proto, *data, *http, *token, *publish, *replay, *key, *allowed, *pseudonym;
	int64_t map_gib, disk_reserve_mib, body_mib;
	struct setting_list enable;
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
	struct allowed allowed;
	struct bus *bus;
	struct bus_socket *publishing, *replaying;
	struct http_server *http;
	struct loop_timer *heartbeat, *replay_work;
	int64_t started_ms;
	bool draining;
};

// Kinds that are off by default are taken only where the settings name them.
bool department_takes(const struct department *department, const struct kind *kind);

MUST_CHECK enum status department_http_open(struct department *department);

#endif
