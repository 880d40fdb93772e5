// SPDX-License-Identifier: Apache-2.0
// profiles: the one door through which people read a profile.
#ifndef PROFILES_PROFILES_H
#define PROFILES_PROFILES_H

#include "catalogue.h"
#include "http.h"
#include "pseudonym.h"
#include "redis.h"
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
	struct redis *redis;
	struct loop_timer *retry, *leaving;
	unsigned partitions; // as Redis says; 0: it has not said yet
	bool told_lost;      // so that each loss is logged once
	struct http_server *http;
	size_t readings;   // under way
	size_t unanswered; // of them, those whose reader still waits
	uint64_t reads;    // profiles read, nobody's included
	int64_t started_ms;
};

// "ready"; "unreachable"; "empty": there, but no aggregator has set it up yet.
const char *profiles_redis_state(const struct profiles *profiles);

// Reads the number of partitions from Redis's answer; false: there is none in it.
bool profiles_read_partitions(const struct redis_reply *reply, unsigned *partitions);

MUST_CHECK enum status profiles_http_open(struct profiles *profiles);

// Reads a subject's profile and answers the request with it, now or later. Copies subject.
void profiles_read(struct profiles *profiles, struct http_request *request, const char *subject);

#endif
