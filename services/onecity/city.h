// SPDX-License-Identifier: Apache-2.0
// city: the departments as the aggregator sees them, read from its status.
#ifndef ONECITY_CITY_H
#define ONECITY_CITY_H

#include "call.h"
#include "table.h"

struct department_view {
	const char *name;
	const char *state; // as the aggregator says it: "live"
	const char *reason;
	const char *epoch;
	const char *last_heartbeat;                                      // "" if none came yet
	int64_t position, head, lag, lag_ms, gaps, gaps_filled, applied; // -1: unknown
	const struct json_value *value;                                  // all that was said of it
};

struct city {
	struct answer answer; // what the texts are borrowed from
	const char *redis;
	bool rebuilding;
	struct department_view *departments;
	size_t count;
};

MUST_CHECK enum status city_read(struct city *city, const struct place *place);
void city_deinit(struct city *city);

const struct department_view *city_find(const struct city *city, const char *name); // or NULL

// Redis is there, and no rebuild is under way.
bool city_is_settled(const struct city *city);

bool state_is_live(const char *state);

// The aggregator hears its heartbeats.
bool state_is_heard(const char *state);

// Adds a state to a table: its word in the user's language, in its colour.
void table_add_state(struct table *table, const char *state);

// "0.4 s", "12.0 s", "3 min", "5 h", "2 d"; "-" for a negative one.
void duration_format(int64_t duration_ms, char *text, size_t size);

#endif
