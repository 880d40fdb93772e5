// SPDX-License-Identifier: Apache-2.0
// redis: one connection to Redis on a loop, pipelined, which comes back by itself (hiredis).
#include "redis.h"

#include "clock.h"

#include <hiredis/async.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	RETRY_MS_MIN = 100,
	RETRY_MS_MAX = 5000,
	CONNECT_MS_MAX = 5000,
	ARGUMENTS_MAX = 32
};

struct redis {
	struct loop *loop;
	char *address;
	struct redis_events events;
	void *context;
	redisAsyncContext *connection; // NULL between attempts
	struct loop_watch *watch;
	int watched;
	struct loop_timer *retry;
	int64_t retry_ms;
	bool connected, closing;
	size_t pending;
	struct histogram durations;
	uint64_t failures;
	char reason[256];
};

struct call {
	struct redis *redis;
	redis_answer *answer;
	void *context;
	int64_t sent_us;
};

// --- hiredis on our loop ---

static void watch(struct redis *redis, int events)
{
	redis->watched = events;
	if (redis->watch != NULL)
		loop_watch_change(redis->watch, events);
}

static void add_read(void *data)
{
	struct redis *redis = data;
	watch(redis, redis->watched | LOOP_READABLE);
}

static void delete_read(void *data)
{
	struct redis *redis = data;
	watch(redis, redis->watched & ~LOOP_READABLE);
}

static void add_write(void *data)
{
	struct redis *redis = data;
	watch(redis, redis->watched | LOOP_WRITABLE);
}

static void delete_write(void *data)
{
	struct redis *redis = data;
	watch(redis, redis->watched & ~LOOP_WRITABLE);
}

static void clean_up(void *data)
{
	struct redis *redis = data;
	redis->watched = 0;
	loop_watch_close(&redis->watch); // before hiredis closes the descriptor
}

static void handle(int events, void *context)
{
	struct redis *redis = context;
	redisAsyncContext *connection = redis->connection;
	if (events & LOOP_READABLE)
		redisAsyncHandleRead(connection);
	if ((events & LOOP_WRITABLE) && redis->connection == connection && redis->watch != NULL)
		redisAsyncHandleWrite(connection);
}

// --- coming and going ---

static void lose(struct redis *redis, const char *reason)
{
	snprintf(redis->reason, sizeof redis->reason, "%s: %s", redis->address, reason);
	redis->connection = NULL;
	redis->connected = false;
	if (redis->closing)
		return;
	loop_timer_again(redis->retry, redis->retry_ms);
	redis->retry_ms = redis->retry_ms * 2 < RETRY_MS_MAX ? redis->retry_ms * 2 : RETRY_MS_MAX;
	redis->events.lost(redis->reason, redis->context);
}

static void on_connect(const redisAsyncContext *connection, int status)
{
	struct redis *redis = connection->data;
	if (status != REDIS_OK) { // hiredis frees it
		lose(redis, connection->errstr[0] ? connection->errstr : "cannot connect");
		return;
	}
	redis->connected = true;
	redis->retry_ms = RETRY_MS_MIN;
	redis->events.connected(redis->context);
}

static void on_disconnect(const redisAsyncContext *connection, int status)
{
	struct redis *redis = connection->data;
	lose(redis,
	    status == REDIS_OK || connection->errstr[0] == 0 ? "closed" : connection->errstr);
}

enum {
	HOST_BYTES_MAX = 255
};

// "HOST:PORT", of which the port is 1..65535.
static bool read_host(const char *address, char host[HOST_BYTES_MAX + 1], int *port)
{
	const char *colon = strrchr(address, ':'), *digit = colon;
	size_t size = colon != NULL ? (size_t)(colon - address) : 0;
	if (size == 0 || size > HOST_BYTES_MAX || colon[1] == 0 || strlen(colon) > 6)
		return false;
	*port = 0;
	while (*++digit != 0) {
		if (*digit < '0' || *digit > '9')
			return false;
		*port = 10 * *port + (*digit - '0');
	}
	snprintf(host, HOST_BYTES_MAX + 1, "%.*s", (int)size, address);
	return *port > 0 && *port < 65536;
}

static redisAsyncContext *begin_connection(const char *address)
{
	char host[HOST_BYTES_MAX + 1];
	int port;
	if (strncmp(address, "unix:", 5) == 0)
		return redisAsyncConnectUnix(address + 5);
	ENSURE(read_host(address, host, &port)); // or it had not been opened
	return redisAsyncConnect(host, port);
}

static bool attach(struct redis *redis, redisAsyncContext *connection)
{
	connection->data = redis;
	connection->ev.data = redis;
	connection->ev.addRead = add_read;
	connection->ev.delRead = delete_read;
	connection->ev.addWrite = add_write;
	connection->ev.delWrite = delete_write;
	connection->ev.cleanup = clean_up;
	redis->connection = connection;
	return loop_watch_open(&redis->watch, redis->loop, connection->c.fd, 0, handle, redis) ==
		   STATUS_OK &&
	       redisAsyncSetDisconnectCallback(connection, on_disconnect) == REDIS_OK &&
	       redisAsyncSetConnectCallback(connection, on_connect) == REDIS_OK;
}

// An address that swallows what is sent to it would keep us waiting for minutes.
static void give_up(struct redis *redis)
{
	redisAsyncContext *connection = redis->connection;
	redis->connection = NULL;
	redisAsyncFree(connection);
	lose(redis, "no answer to connecting");
}

static void try_to_connect(void *context)
{
	struct redis *redis = context;
	if (redis->connected)
		return;
	if (redis->connection != NULL) {
		give_up(redis);
		return;
	}
	redisAsyncContext *connection = begin_connection(redis->address);
	ENSURE(connection != NULL);
	if (connection->err == 0 && attach(redis, connection)) {
		loop_timer_again(redis->retry, CONNECT_MS_MAX);
		return;
	}
	char reason[160];
	snprintf(
	    reason, sizeof reason, "%s", connection->err ? connection->errstr : status_reason());
	redis->connection = NULL;
	redisAsyncFree(connection);
	loop_watch_close(&redis->watch);
	lose(redis, reason);
}

static bool address_is_sound(const char *address)
{
	char host[HOST_BYTES_MAX + 1];
	int port;
	return strncmp(address, "unix:/", 6) == 0 ||
	       (strncmp(address, "unix:", 5) != 0 && read_host(address, host, &port));
}

enum status redis_open(struct redis **redis, struct loop *loop, const char *address,
    const struct redis_events *events, void *context)
{
	*redis = NULL;
	if (!address_is_sound(address))
		return fail(STATUS_INVALID, "redis: %s: expected unix:/PATH or HOST:PORT", address);
	struct redis *fresh = allocate(sizeof *fresh);
	fresh->loop = loop;
	fresh->address = text_copy(address);
	fresh->events = *events;
	fresh->context = context;
	fresh->retry_ms = RETRY_MS_MIN;
	fresh->retry = loop_timer_open(loop, 0, 0, try_to_connect, fresh);
	*redis = fresh;
	return STATUS_OK;
}

void redis_close(struct redis **redis)
{
	struct redis *old = *redis;
	if (old == NULL)
		return;
	*redis = NULL;
	old->closing = true;
	loop_timer_close(&old->retry);
	if (old->connection != NULL)
		redisAsyncFree(old->connection); // answers what is under way with NULL
	loop_watch_close(&old->watch);
	free(old->address);
	free(old);
}

bool redis_is_connected(const struct redis *redis)
{
	return redis->connected;
}

const struct histogram *redis_durations(const struct redis *redis)
{
	return &redis->durations;
}

uint64_t redis_failures(const struct redis *redis)
{
	return redis->failures;
}

size_t redis_pending(const struct redis *redis)
{
	return redis->pending;
}

// --- commands ---

static void measure(struct redis *redis, const redisReply *reply, int64_t sent_us)
{
	if (reply != NULL)
		histogram_add(&redis->durations, clock_steady_us() - sent_us);
	redis->failures += reply == NULL || reply->type == REDIS_REPLY_ERROR;
}

static void answered(redisAsyncContext *connection, void *reply, void *context)
{
	struct call call = *(struct call *)context;
	(void)connection;
	free(context);
	call.redis->pending--;
	measure(call.redis, reply, call.sent_us);
	if (call.answer != NULL)
		call.answer(reply, call.context);
}

void redis_command(struct redis *redis, const struct bytes *arguments, size_t count,
    redis_answer *answer, void *context)
{
	if (!redis->connected) {
		if (answer != NULL)
			answer(NULL, context);
		return;
	}
	ENSURE(count > 0); // Redis answers nothing to nothing, and answers come in order
	const char *texts_small[ARGUMENTS_MAX];
	size_t sizes_small[ARGUMENTS_MAX];
	bool small = count <= ARGUMENTS_MAX;
	const char **texts = small ? texts_small : allocate(count * sizeof *texts);
	size_t *sizes = small ? sizes_small : allocate(count * sizeof *sizes);
	for (size_t i = 0; i < count; i++) {
		texts[i] = (const char *)arguments[i].data;
		sizes[i] = arguments[i].size;
	}
	struct call *call = allocate(sizeof *call);
	*call = (struct call){ redis, answer, context, clock_steady_us() };
	redis->pending++;
	if (redisAsyncCommandArgv(redis->connection, answered, call, (int)count, texts, sizes) !=
	    REDIS_OK)
		answered(NULL, NULL, call); // being closed
	if (!small) {
		free(texts);
		free(sizes);
	}
}

void redis_command_texts(struct redis *redis, redis_answer *answer, void *context, ...)
{
	struct bytes arguments[ARGUMENTS_MAX];
	size_t count = 0;
	va_list list;
	va_start(list, context);
	for (const char *text = va_arg(list, const char *); text != NULL;
	     text = va_arg(list, const char *)) {
		ENSURE(count < ARGUMENTS_MAX);
		arguments[count++] = bytes_of_text(text);
	}
	va_end(list);
	redis_command(redis, arguments, count, answer, context);
}

// Where an argument lies in texts; a span is closed when the next one begins.
struct span {
	size_t at, size;
};

void redis_arguments_deinit(struct redis_arguments *arguments)
{
	buffer_wipe(&arguments->texts);
	buffer_deinit(&arguments->spans);
}

void redis_arguments_clear(struct redis_arguments *arguments)
{
	buffer_clear(&arguments->texts);
	buffer_clear(&arguments->spans);
}

struct buffer *redis_arguments_begin(struct redis_arguments *arguments)
{
	struct span span = { arguments->texts.size, 0 };
	buffer_append(&arguments->spans, &span, sizeof span);
	return &arguments->texts;
}

void redis_arguments_end(struct redis_arguments *arguments)
{
	ENSURE(arguments->spans.size >= sizeof(struct span));
	struct span *span =
	    (struct span *)(void *)(arguments->spans.data + arguments->spans.size - sizeof *span);
	span->size = arguments->texts.size - span->at;
}

void redis_arguments_add(struct redis_arguments *arguments, struct bytes argument)
{
	buffer_append_bytes(redis_arguments_begin(arguments), argument);
	redis_arguments_end(arguments);
}

void redis_arguments_add_text(struct redis_arguments *arguments, const char *argument)
{
	redis_arguments_add(arguments, bytes_of_text(argument));
}

void redis_arguments_add_number(struct redis_arguments *arguments, uint64_t argument)
{
	char text[24];
	snprintf(text, sizeof text, "%" PRIu64, argument);
	redis_arguments_add_text(arguments, text);
}

void redis_command_arguments(
    struct redis *redis, struct redis_arguments *arguments, redis_answer *answer, void *context)
{
	size_t count = arguments->spans.size / sizeof(struct span);
	struct bytes *list = allocate(count * sizeof *list);
	const struct span *spans = (const struct span *)(const void *)arguments->spans.data;
	for (size_t i = 0; i < count; i++)
		list[i] = bytes_make(arguments->texts.data + spans[i].at, spans[i].size);
	redis_command(redis, list, count, answer, context);
	free(list);
	redis_arguments_clear(arguments);
}

// --- replies ---

static const redisReply *raw(const struct redis_reply *reply)
{
	return (const redisReply *)(const void *)reply;
}

enum redis_type redis_reply_type(const struct redis_reply *reply)
{
	static const enum redis_type types[] = {
		[REDIS_REPLY_STRING] = REDIS_TEXT,
		[REDIS_REPLY_ARRAY] = REDIS_ARRAY,
		[REDIS_REPLY_INTEGER] = REDIS_INTEGER,
		[REDIS_REPLY_NIL] = REDIS_NIL,
		[REDIS_REPLY_STATUS] = REDIS_TEXT,
		[REDIS_REPLY_ERROR] = REDIS_ERROR,
	};
	int type = raw(reply)->type;
	ENSURE(type > 0 && (size_t)type < COUNT_OF(types));
	return types[type];
}

int64_t redis_reply_integer(const struct redis_reply *reply)
{
	return raw(reply)->type == REDIS_REPLY_INTEGER ? raw(reply)->integer : 0;
}

struct bytes redis_reply_text(const struct redis_reply *reply)
{
	enum redis_type type = redis_reply_type(reply);
	if (type != REDIS_TEXT && type != REDIS_ERROR)
		return bytes_make("", 0);
	return bytes_make(raw(reply)->str, (size_t)raw(reply)->len);
}

size_t redis_reply_count(const struct redis_reply *reply)
{
	return raw(reply)->type == REDIS_REPLY_ARRAY ? raw(reply)->elements : 0;
}

const struct redis_reply *redis_reply_at(const struct redis_reply *reply, size_t index)
{
	ENSURE(index < redis_reply_count(reply));
	return (const struct redis_reply *)(const void *)raw(reply)->element[index];
}
