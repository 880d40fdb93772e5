// SPDX-License-Identifier: Apache-2.0
// aggregator: follows every department and keeps each subject's combined profile current in Redis.
#ifndef AGGREGATOR_AGGREGATOR_H
#define AGGREGATOR_AGGREGATOR_H

#include "bus.h"
#include "catalogue.h"
#include "follower.h"
#include "http.h"
#include "service.h"
#include "store.h"

struct aggregator_settings {
	struct service_settings common;
	char *proto, *data, *http, *token, *key, *keys, *redis;
	int64_t partitions;
	struct setting_list follow;
};

// One department that is followed: its feed.
struct feed {
	struct aggregator *aggregator;
	size_t place; // among the feeds, and in the store
	const struct catalogue *catalogue;
	char *publish, *replay;
	char server_key[BUS_KEY_SIZE];
	struct follower *follower;
	struct bus_socket *subscription, *requests;
	int64_t opened_ms; // when the sockets were last opened
	struct input inputs[BATCH_INPUTS_MAX];
	size_t input_count;
	char problem[256]; // a fork that the store found; else ""
	const char *logged_state;
};

struct aggregator {
	const struct aggregator_settings *settings;
	struct loop *loop;
	struct catalogue_set *catalogues;
	struct feed *feeds;
	size_t feed_count;
	struct store *store;
	struct bus *bus;
	struct http_server *http;
	struct loop_timer *tick;
	bool draining;
	int64_t started_ms;
};

// What is known of a feed right now, in the words that people and programs see.
struct feed_report {
	struct follower_report follower;
	const char *state; // a follower's, or "silent", "rebuilding", "unreachable"
	const char *reason;
	uint64_t applied;
	uint64_t lag;
	int64_t lag_ms;
};
void aggregator_report(const struct feed *feed, struct feed_report *report);

http_handler aggregator_get_metrics;

MUST_CHECK enum status aggregator_http_open(struct aggregator *aggregator);

#endif
