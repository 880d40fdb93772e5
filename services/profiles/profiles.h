// SPDX-License-Identifier: Apache-2.0
// profiles: the one door through which people read a profile.
#ifndef PROFILES_PROFILES_H
#define PROFILES_PROFILES_H

#include "catalogue.h"
#include "http.h"
#include "pseudonym.h"
#include "reading.h"
#include "service.h"

struct profiles_settings {
	struct service_settings common;
	char *proto, *http, *token, *redis, *pseudonym;
};

struct profiles {
	const struct profiles_settings *settings;
	struct loop *loop;
	struct catalogue_set *catalogues;
	struct pseudonym *pseudonym;
	struct readings *readings;
	struct loop_timer *leaving;
	struct http_server *http;
	uint64_t reads; // profiles read, nobody's included
	uint64_t nobody;
	uint64_t failed[READING_OUTCOMES];
	int64_t started_ms;
};

http_handler profiles_get_metrics;

MUST_CHECK enum status profiles_http_open(struct profiles *profiles);

#endif
