// SPDX-License-Identifier: Apache-2.0
// redis_functions: a Redis library in a real Lua, as FUNCTION LOAD and FCALL run it.
#include "redis_server.h"
#include "sim.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

enum {
	ARGUMENTS_MAX = 256,
};

struct redis_functions {
	lua_State *lua;
	struct redis_server *server; // while a call runs
};

static struct redis_functions *functions_of(lua_State *lua)
{
	lua_getfield(lua, LUA_REGISTRYINDEX, "functions");
	struct redis_functions *functions = lua_touserdata(lua, -1);
	lua_pop(lua, 1);
	return functions;
}

static void push_bytes(lua_State *lua, struct bytes bytes)
{
	lua_pushlstring(lua, bytes.size > 0 ? (const char *)bytes.data : "", bytes.size);
}

// As Redis makes Lua values of replies.
static void push_reply(lua_State *lua, const struct redis_reply *reply)
{
	if (reply->type == REDIS_INTEGER) {
		lua_pushnumber(lua, (lua_Number)reply->integer);
	} else if (reply->type == REDIS_TEXT || reply->type == REDIS_ERROR) {
		push_bytes(lua, buffer_bytes(&reply->text));
	} else if (reply->type == REDIS_NIL) {
		lua_pushboolean(lua, 0);
	} else {
		lua_createtable(lua, (int)reply->count, 0);
		for (size_t i = 0; i < reply->count; i++) {
			push_reply(lua, &reply->items[i]);
			lua_rawseti(lua, -2, (int)i + 1);
		}
	}
}

// redis.call(...)
static int call_command(lua_State *lua)
{
	struct bytes arguments[ARGUMENTS_MAX];
	struct redis_reply reply;
	int count = lua_gettop(lua);
	ENSURE(count > 0 && count <= ARGUMENTS_MAX);
	for (int i = 0; i < count; i++) {
		size_t size;
		const char *text = lua_tolstring(lua, i + 1, &size);
		ENSURE(text != NULL);
		arguments[i] = bytes_make(text, size);
	}
	redis_server_execute(functions_of(lua)->server, arguments, (size_t)count, &reply);
	push_reply(lua, &reply);
	bool failed = reply.type == REDIS_ERROR;
	redis_reply_deinit(&reply);
	return failed ? lua_error(lua) : 1;
}

// redis.error_reply(text), redis.status_reply(text): a table of one member.
static int make_reply(lua_State *lua, const char *member)
{
	lua_newtable(lua);
	lua_pushvalue(lua, 1);
	lua_setfield(lua, -2, member);
	return 1;
}

static int error_reply(lua_State *lua)
{
	return make_reply(lua, "err");
}

static int status_reply(lua_State *lua)
{
	return make_reply(lua, "ok");
}

static int register_function(lua_State *lua)
{
	lua_pushvalue(lua, 2);
	lua_setfield(lua, LUA_REGISTRYINDEX, lua_tostring(lua, 1));
	return 0;
}

static void take_text(lua_State *lua, struct redis_reply *reply, enum redis_type type)
{
	size_t size;
	const char *text = lua_tolstring(lua, -1, &size);
	reply->type = type;
	buffer_append(&reply->text, text, size);
}

static void take_array(lua_State *lua, struct redis_reply *reply);

// As Redis makes replies of what a function returns.
static void take_value(lua_State *lua, struct redis_reply *reply)
{
	*reply = (struct redis_reply){ .type = REDIS_NIL };
	if (lua_type(lua, -1) == LUA_TNUMBER) {
		reply->type = REDIS_INTEGER;
		reply->integer = (int64_t)lua_tonumber(lua, -1);
	} else if (lua_isstring(lua, -1)) {
		take_text(lua, reply, REDIS_TEXT);
	} else if (lua_istable(lua, -1)) {
		take_array(lua, reply);
	}
}

static void take_array(lua_State *lua, struct redis_reply *reply)
{
	static const struct {
		const char *name;
		enum redis_type type;
	} members[] = { { "err", REDIS_ERROR }, { "ok", REDIS_TEXT } };
	for (size_t i = 0; i < COUNT_OF(members); i++) {
		lua_getfield(lua, -1, members[i].name);
		bool there = lua_isstring(lua, -1);
		if (there)
			take_text(lua, reply, members[i].type);
		lua_pop(lua, 1);
		if (there)
			return;
	}
	reply->type = REDIS_ARRAY;
	reply->count = lua_objlen(lua, -1);
	reply->items = allocate((reply->count + 1) * sizeof *reply->items);
	for (size_t i = 0; i < reply->count; i++) {
		lua_rawgeti(lua, -1, (int)i + 1);
		take_value(lua, &reply->items[i]);
		lua_pop(lua, 1);
	}
}

void redis_functions_load(struct redis_functions **functions, struct bytes code)
{
	static const luaL_Reg of_redis[] = { { "call", call_command },
		{ "error_reply", error_reply }, { "status_reply", status_reply },
		{ "register_function", register_function }, { NULL, NULL } };
	if (*functions != NULL)
		return; // the suite's own, always the same
	const uint8_t *line_end = memchr(code.data, '\n', code.size);
	ENSURE(line_end != NULL); // behind "#!lua name=..."
	struct redis_functions *fresh = allocate(sizeof *fresh);
	fresh->lua = luaL_newstate();
	luaL_openlibs(fresh->lua);
	luaL_register(fresh->lua, "redis", of_redis);
	lua_pushlightuserdata(fresh->lua, fresh);
	lua_setfield(fresh->lua, LUA_REGISTRYINDEX, "functions");
	if (luaL_loadbuffer(fresh->lua, (const char *)line_end,
		code.size - (size_t)(line_end - code.data), "facts.lua") != 0 ||
	    lua_pcall(fresh->lua, 0, 0, 0) != 0)
		sim_violation("a library does not load: %s", lua_tostring(fresh->lua, -1));
	*functions = fresh;
}

void redis_functions_free(struct redis_functions **functions)
{
	if (*functions != NULL)
		lua_close((*functions)->lua);
	free(*functions);
	*functions = NULL;
}

static void push_table(lua_State *lua, const struct bytes *values, size_t count)
{
	lua_createtable(lua, (int)count, 0);
	for (size_t i = 0; i < count; i++) {
		push_bytes(lua, values[i]);
		lua_rawseti(lua, -2, (int)i + 1);
	}
}

// arguments: function, number of keys, key..., argument...
void redis_functions_call(struct redis_functions *functions, struct redis_server *server,
    const struct bytes *arguments, size_t count, struct redis_reply *reply)
{
	lua_State *lua = functions->lua;
	size_t keys = strtoul((const char *)arguments[1].data, NULL, 10);
	ENSURE(2 + keys <= count);
	functions->server = server;
	push_bytes(lua, arguments[0]);
	lua_rawget(lua, LUA_REGISTRYINDEX);
	push_table(lua, arguments + 2, keys);
	push_table(lua, arguments + 2 + keys, count - 2 - keys);
	if (lua_pcall(lua, 2, 1, 0) == 0) {
		take_value(lua, reply);
	} else {
		*reply = (struct redis_reply){ 0 };
		take_text(lua, reply, REDIS_ERROR);
	}
	lua_pop(lua, 1);
}
