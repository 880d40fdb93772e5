// SPDX-License-Identifier: Apache-2.0
// redis_server: as much of Redis as the aggregator uses, in memory, with facts.lua in a real Lua.
#ifndef SIM_REDIS_SERVER_H
#define SIM_REDIS_SERVER_H

#include "redis.h"

struct redis_server;

struct redis_reply {
	enum redis_type type;
	int64_t integer;
	struct buffer text;
	struct redis_reply *items;
	size_t count;
};
void redis_reply_deinit(struct redis_reply *reply);

// One command, whole or not at all, as Redis does it.
void redis_server_execute(struct redis_server *server, const struct bytes *arguments, size_t count,
    struct redis_reply *reply);

// Everything is a value under a key and a field; of what is no hash the field is empty.
struct redis_item {
	struct buffer key, field, value;
};
// NULL: not there.
const struct redis_item *redis_server_find(
    const struct redis_server *server, struct bytes key, struct bytes field);
const struct redis_item *redis_server_items(const struct redis_server *server, size_t *count);

// Changes it and remembers what was, for the time it forgets. value.data NULL: deletes.
void redis_server_put(
    struct redis_server *server, struct bytes key, struct bytes field, struct bytes value);

const char *redis_server_run_id(const struct redis_server *server);

// The functions of a library and their calls (redis_functions.c).
struct redis_functions;
void redis_functions_load(struct redis_functions **functions, struct bytes code);
void redis_functions_free(struct redis_functions **functions);
void redis_functions_call(struct redis_functions *functions, struct redis_server *server,
    const struct bytes *arguments, size_t count, struct redis_reply *reply);

#endif
