// SPDX-License-Identifier: Apache-2.0
// redis_server: as much of Redis as the aggregator uses, in memory; it can forget.
#include "redis_server.h"

#include "history.h"
#include "sim.h"

#include <stdio.h>

enum {
	SCANNED_AT_A_TIME = 3,
};

// What was there before a change, for a Redis that forgets its last second.
struct undo {
	int64_t at_ms;
	uint64_t command; // a command, or a function's call, is forgotten whole
	struct redis_item item;
	bool was_there;
};

struct redis_server {
	struct redis_item *items;
	size_t count, room;
	struct undo *undos;
	size_t undo_count, undo_room;
	uint64_t commands;
	unsigned restarts;
	int64_t up_ms; // down until then
	char run_id[24];
	struct redis_functions *functions;
};

static void item_deinit(struct redis_item *item)
{
	buffer_deinit(&item->key);
	buffer_deinit(&item->field);
	buffer_deinit(&item->value);
}

static void name_run(struct redis_server *server)
{
	snprintf(server->run_id, sizeof server->run_id, "run%u", server->restarts);
}

struct redis_server *redis_server_new(void)
{
	struct redis_server *server = allocate(sizeof *server);
	name_run(server);
	return server;
}

static void drop_undo(struct undo *undo)
{
	item_deinit(&undo->item);
}

void redis_server_free(struct redis_server **server)
{
	for (size_t i = 0; i < (*server)->count; i++)
		item_deinit(&(*server)->items[i]);
	for (size_t i = 0; i < (*server)->undo_count; i++)
		drop_undo(&(*server)->undos[i]);
	redis_functions_free(&(*server)->functions);
	free((*server)->items);
	free((*server)->undos);
	free(*server);
	*server = NULL;
}

bool redis_server_is_up(const struct redis_server *server)
{
	return sim->now_ms >= server->up_ms;
}

const char *redis_server_run_id(const struct redis_server *server)
{
	return server->run_id;
}

// --- what is in it ---

static size_t place_of(const struct redis_server *server, struct bytes key, struct bytes field)
{
	size_t at = 0;
	while (
	    at < server->count && !(bytes_equal(buffer_bytes(&server->items[at].key), key) &&
				      bytes_equal(buffer_bytes(&server->items[at].field), field)))
		at++;
	return at;
}

const struct redis_item *redis_server_find(
    const struct redis_server *server, struct bytes key, struct bytes field)
{
	size_t at = place_of(server, key, field);
	return at < server->count ? &server->items[at] : NULL;
}

const struct redis_item *redis_server_items(const struct redis_server *server, size_t *count)
{
	*count = server->count;
	return server->items;
}

static void change(
    struct redis_server *server, struct bytes key, struct bytes field, struct bytes value)
{
	size_t at = place_of(server, key, field);
	bool there = at < server->count;
	if (value.data == NULL) {
		if (there) {
			item_deinit(&server->items[at]);
			server->items[at] = server->items[--server->count];
		}
		return;
	}
	if (!there) {
		if (server->count == server->room) {
			server->room = 2 * server->room + 64;
			server->items =
			    reallocate(server->items, server->room * sizeof *server->items);
		}
		server->items[server->count++] = (struct redis_item){ 0 };
		buffer_append_bytes(&server->items[at].key, key);
		buffer_append_bytes(&server->items[at].field, field);
	}
	buffer_clear(&server->items[at].value);
	buffer_append_bytes(&server->items[at].value, value);
}

static void drop_old_undos(struct redis_server *server)
{
	size_t old = 0;
	while (old < server->undo_count && server->undos[old].at_ms < sim->now_ms - 1000)
		drop_undo(&server->undos[old++]);
	server->undo_count -= old;
	if (old > 0)
		memmove(
		    server->undos, server->undos + old, server->undo_count * sizeof *server->undos);
}

void redis_server_put(
    struct redis_server *server, struct bytes key, struct bytes field, struct bytes value)
{
	const struct redis_item *item = redis_server_find(server, key, field);
	if (server->undo_count == server->undo_room) {
		drop_old_undos(server);
		server->undo_room = 2 * server->undo_room + 64;
		server->undos =
		    reallocate(server->undos, server->undo_room * sizeof *server->undos);
	}
	struct undo *undo = &server->undos[server->undo_count++];
	*undo = (struct undo){
		.at_ms = sim->now_ms, .command = server->commands, .was_there = item != NULL
	};
	buffer_append_bytes(&undo->item.key, key);
	buffer_append_bytes(&undo->item.field, field);
	if (item != NULL)
		buffer_append_bytes(&undo->item.value, buffer_bytes(&item->value));
	change(server, key, field, value);
}

static void undo_last(struct redis_server *server)
{
	struct undo *undo = &server->undos[--server->undo_count];
	struct bytes value = undo->was_there
				 ? bytes_make(undo->item.value.data == NULL ? (const uint8_t *)""
									    : undo->item.value.data,
				       undo->item.value.size)
				 : bytes_make(NULL, 0);
	change(server, buffer_bytes(&undo->item.key), buffer_bytes(&undo->item.field), value);
	drop_undo(undo);
}

void redis_server_restart(struct redis_server *server, int64_t forget_ms, int64_t down_ms)
{
	size_t forgotten = 0;
	redis_server_break(server);
	if (forget_ms < 0) {
		while (server->count > 0)
			item_deinit(&server->items[--server->count]);
		while (server->undo_count > 0)
			drop_undo(&server->undos[--server->undo_count]);
	}
	while (server->undo_count > 0 &&
	       server->undos[server->undo_count - 1].at_ms > sim->now_ms - forget_ms) {
		uint64_t command = server->undos[server->undo_count - 1].command;
		while (server->undo_count > 0 &&
		       server->undos[server->undo_count - 1].command == command)
			undo_last(server);
		forgotten++;
	}
	redis_functions_free(&server->functions); // they are loaded again
	server->restarts++;
	name_run(server);
	server->up_ms = sim->now_ms + down_ms;
	sim_trace("Redis restarts and has forgotten %zu commands", forgotten);
}

// --- replies ---

void redis_reply_deinit(struct redis_reply *reply)
{
	for (size_t i = 0; i < reply->count; i++)
		redis_reply_deinit(&reply->items[i]);
	free(reply->items);
	buffer_deinit(&reply->text);
	*reply = (struct redis_reply){ 0 };
}

static void reply_text(struct redis_reply *reply, enum redis_type type, struct bytes text)
{
	reply->type = type;
	buffer_append_bytes(&reply->text, text);
}

static struct redis_reply *reply_item(struct redis_reply *reply)
{
	reply->type = REDIS_ARRAY;
	reply->items = reallocate(reply->items, (reply->count + 1) * sizeof *reply->items);
	reply->items[reply->count] = (struct redis_reply){ .type = REDIS_NIL };
	return &reply->items[reply->count++];
}

static void reply_value(struct redis_reply *reply, const struct redis_item *item)
{
	if (item != NULL)
		reply_text(reply, REDIS_TEXT, buffer_bytes(&item->value));
}

// --- commands ---

struct call {
	struct redis_server *server;
	const struct bytes *arguments;
	size_t count;
	struct redis_reply *reply;
};

static const struct bytes whole = { (const uint8_t *)"", 0 }; // the field of what is no hash

static void do_get(const struct call *call)
{
	reply_value(call->reply, redis_server_find(call->server, call->arguments[1], whole));
}

static void do_set(const struct call *call)
{
	bool only_new = call->count == 4 && bytes_equal_text(call->arguments[3], "NX");
	if (!only_new || redis_server_find(call->server, call->arguments[1], whole) == NULL)
		redis_server_put(call->server, call->arguments[1], whole, call->arguments[2]);
	reply_text(call->reply, REDIS_TEXT, bytes_of_text("OK"));
}

static void do_hget(const struct call *call)
{
	reply_value(
	    call->reply, redis_server_find(call->server, call->arguments[1], call->arguments[2]));
}

static void do_hmget(const struct call *call)
{
	for (size_t i = 2; i < call->count; i++)
		reply_value(reply_item(call->reply),
		    redis_server_find(call->server, call->arguments[1], call->arguments[i]));
}

static void do_hset(const struct call *call)
{
	for (size_t i = 2; i + 1 < call->count; i += 2)
		redis_server_put(
		    call->server, call->arguments[1], call->arguments[i], call->arguments[i + 1]);
	call->reply->type = REDIS_INTEGER;
}

static void do_hdel(const struct call *call)
{
	for (size_t i = 2; i < call->count; i++)
		if (redis_server_find(call->server, call->arguments[1], call->arguments[i]) != NULL)
			redis_server_put(call->server, call->arguments[1], call->arguments[i],
			    bytes_make(NULL, 0));
	call->reply->type = REDIS_INTEGER;
}

static void reply_hash(const struct call *call, bool values)
{
	call->reply->type = REDIS_ARRAY;
	for (size_t i = 0; i < call->server->count; i++) {
		const struct redis_item *item = &call->server->items[i];
		if (!bytes_equal(buffer_bytes(&item->key), call->arguments[1]))
			continue;
		reply_text(reply_item(call->reply), REDIS_TEXT, buffer_bytes(&item->field));
		if (values)
			reply_value(reply_item(call->reply), item);
	}
}

static void do_hkeys(const struct call *call)
{
	reply_hash(call, false);
}

static void do_hgetall(const struct call *call)
{
	reply_hash(call, true);
}

static void do_hincrby(const struct call *call)
{
	char text[24], before[24] = "0";
	const struct redis_item *item =
	    redis_server_find(call->server, call->arguments[1], call->arguments[2]);
	if (item != NULL)
		snprintf(before, sizeof before, "%.*s", BYTES_ARGS(buffer_bytes(&item->value)));
	call->reply->type = REDIS_INTEGER;
	call->reply->integer = atoll(before) + 1;
	snprintf(text, sizeof text, "%lld", (long long)call->reply->integer);
	redis_server_put(call->server, call->arguments[1], call->arguments[2], bytes_of_text(text));
}

// Of a stream only its last id is kept: ids must go up.
static void do_xadd(const struct call *call)
{
	unsigned long long last[2] = { 0, 0 }, next[2];
	char text[64];
	const struct redis_item *item = redis_server_find(call->server, call->arguments[1], whole);
	snprintf(text, sizeof text, "%.*s", BYTES_ARGS(call->arguments[5]));
	bool read = sscanf(text, "%llu-%llu", &next[0], &next[1]) == 2;
	if (item != NULL) {
		snprintf(text, sizeof text, "%.*s", BYTES_ARGS(buffer_bytes(&item->value)));
		read = sscanf(text, "%llu-%llu", &last[0], &last[1]) == 2 && read;
	}
	ENSURE(read);
	if (next[0] < last[0] || (next[0] == last[0] && next[1] <= last[1])) {
		reply_text(call->reply, REDIS_ERROR,
		    bytes_of_text("ERR The ID specified in XADD is equal or smaller than the "
				  "target stream top item"));
		return;
	}
	redis_server_put(call->server, call->arguments[1], whole, call->arguments[5]);
	reply_text(call->reply, REDIS_TEXT, call->arguments[5]);
}

static uint32_t hash_of(struct bytes key)
{
	uint32_t hash = 2166136261u;
	for (size_t i = 0; i < key.size; i++)
		hash = (hash ^ key.data[i]) * 16777619u;
	return hash | 1;
}

// In the order of their hashes: what is there all the while is told, whatever comes and goes.
static void do_scan(const struct call *call)
{
	char text[24];
	uint64_t from = strtoull((const char *)call->arguments[1].data, NULL, 10);
	uint32_t next = 0;
	struct redis_reply cursor = { .type = REDIS_TEXT }, keys = { .type = REDIS_ARRAY };
	size_t count = 0;
	for (;;) {
		const struct redis_item *best = NULL;
		for (size_t i = 0; i < call->server->count; i++) {
			struct bytes key = buffer_bytes(&call->server->items[i].key);
			uint32_t hash = hash_of(key);
			if (hash > from && (best == NULL || hash < next) &&
			    memcmp(key.data, "oc:{", 4) == 0) {
				best = &call->server->items[i];
				next = hash;
			}
		}
		if (best == NULL || count == SCANNED_AT_A_TIME) {
			snprintf(text, sizeof text, "%llu",
			    (unsigned long long)(best == NULL ? 0 : from));
			break;
		}
		count++;
		from = next;
		reply_text(reply_item(&keys), REDIS_TEXT, buffer_bytes(&best->key));
	}
	buffer_append_text(&cursor.text, text);
	*reply_item(call->reply) = cursor;
	*reply_item(call->reply) = keys;
}

static void do_info(const struct call *call)
{
	char text[64];
	snprintf(text, sizeof text, "# Server\r\nrun_id:%s\r\n", call->server->run_id);
	reply_text(call->reply, REDIS_TEXT, bytes_of_text(text));
}

static void do_config(const struct call *call)
{
	reply_text(reply_item(call->reply), REDIS_TEXT, call->arguments[2]);
	bool policy = bytes_equal_text(call->arguments[2], "maxmemory-policy");
	reply_text(
	    reply_item(call->reply), REDIS_TEXT, bytes_of_text(policy ? "noeviction" : "256"));
}

static void do_function(const struct call *call)
{
	redis_functions_load(&call->server->functions, call->arguments[call->count - 1]);
	reply_text(call->reply, REDIS_TEXT, bytes_of_text("onecity"));
}

static void watch_call(const struct call *call);

static const struct command {
	const char *name;
	void (*run)(const struct call *call);
} commands[] = {
	{ "GET", do_get },
	{ "SET", do_set },
	{ "HGET", do_hget },
	{ "HMGET", do_hmget },
	{ "HSET", do_hset },
	{ "HDEL", do_hdel },
	{ "HKEYS", do_hkeys },
	{ "HGETALL", do_hgetall },
	{ "HINCRBY", do_hincrby },
	{ "XADD", do_xadd },
	{ "SCAN", do_scan },
	{ "INFO", do_info },
	{ "CONFIG", do_config },
	{ "FUNCTION", do_function },
	{ "FCALL", watch_call },
};

void redis_server_execute(struct redis_server *server, const struct bytes *arguments, size_t count,
    struct redis_reply *reply)
{
	*reply = (struct redis_reply){ .type = REDIS_NIL };
	const struct call call = { server, arguments, count, reply };
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (bytes_equal_text(arguments[0], commands[i].name)) {
			commands[i].run(&call);
			return;
		}
	sim_violation("the simulated Redis does not know %.*s", BYTES_ARGS(arguments[0]));
}

// --- looking at what functions do ---

static unsigned partition_of(struct bytes key)
{
	return (unsigned)strtoul((const char *)key.data + strlen("oc:{"), NULL, 10);
}

static int place_of_department(struct bytes number)
{
	return bytes_equal_text(number, "3") ? 0 : bytes_equal_text(number, "5") ? 1 : -1;
}

// After each call the promises are held against what is there.
static void watch_call(const struct call *call)
{
	const struct bytes *arguments = call->arguments;
	call->server->commands++;
	if (call->server->functions == NULL) {
		reply_text(call->reply, REDIS_ERROR, bytes_of_text("ERR Function not found"));
		return;
	}
	redis_functions_call(
	    call->server->functions, call->server, arguments + 1, call->count - 1, call->reply);
	bool failed = call->reply->type == REDIS_ERROR;
	sim_trace("Redis %.*s of %.*s: %s", BYTES_ARGS(arguments[1]), BYTES_ARGS(arguments[3]),
	    failed ? buffer_text(&call->reply->text) : "done");
	if (bytes_equal_text(arguments[1], "onecity_apply") && !failed) {
		size_t keys = strtoul((const char *)arguments[2].data, NULL, 10);
		int department = place_of_department(arguments[3 + keys]);
		ENSURE(department >= 0);
		sim_trace("  department %d from %.9s... to %.*s", department,
		    arguments[4 + keys].size > 33 ? (const char *)arguments[4 + keys].data + 33
						  : "",
		    4, (const char *)arguments[5 + keys].data + 33);
		promise_position_moves_on(
		    (unsigned)department, arguments[4 + keys], arguments[5 + keys]);
	}
	for (unsigned i = 0; i < SIM_DEPARTMENTS; i++)
		promise_partition_is_fold(call->server, partition_of(arguments[3]), i);
}
