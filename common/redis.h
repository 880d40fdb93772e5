// SPDX-License-Identifier: Apache-2.0
// redis: one connection to Redis on a loop, pipelined, which comes back by itself (hiredis).
//
// Answers come in the order of the commands. When the connection is lost every command under way is
// answered with NULL: it may have been carried out or not. Nothing is sent again by itself.
#ifndef COMMON_REDIS_H
#define COMMON_REDIS_H

#include "buffer.h"
#include "histogram.h"
#include "loop.h"
#include "status.h"

struct redis;
struct redis_reply; // borrowed; valid inside the callback

typedef void redis_answer(const struct redis_reply *reply, void *context);

struct redis_events {
	void (*connected)(void *context);
	void (*lost)(
	    const char *reason, void *context); // after the answers; also for each failed attempt
};

// address: "unix:/path" or "127.0.0.1:6379". Attempts begin at once and go on for ever, 100 ms to 5
// s apart.
MUST_CHECK enum status redis_open(struct redis **redis, struct loop *loop, const char *address,
    const struct redis_events *events, void *context);
// Commands under way are answered with NULL first. Accepts NULL; sets *redis to NULL. Not inside an
// answer or an event.
void redis_close(struct redis **redis);

bool redis_is_connected(const struct redis *redis);
size_t redis_pending(const struct redis *redis); // commands without an answer yet

// How long Redis took to answer, and how many answers were errors or never came.
const struct histogram *redis_durations(const struct redis *redis);
uint64_t redis_failures(const struct redis *redis);

// Copies the arguments. Not connected: answered with NULL before it returns. answer may be NULL.
void redis_command(struct redis *redis, const struct bytes *arguments, size_t count,
    redis_answer *answer, void *context);
// The same with texts; the last argument is NULL.
void redis_command_texts(struct redis *redis, redis_answer *answer, void *context, ...)
    __attribute__((sentinel));

// A command that is put together piece by piece; { 0 } is empty.
struct redis_arguments {
	struct buffer texts, spans;
};
void redis_arguments_deinit(struct redis_arguments *arguments); // overwrites
void redis_arguments_clear(struct redis_arguments *arguments);
void redis_arguments_add(struct redis_arguments *arguments, struct bytes argument); // copies
void redis_arguments_add_text(struct redis_arguments *arguments, const char *argument);
void redis_arguments_add_number(struct redis_arguments *arguments, uint64_t argument);
// For what is written straight into texts: begin, append to the buffer, end.
struct buffer *redis_arguments_begin(struct redis_arguments *arguments);
void redis_arguments_end(struct redis_arguments *arguments);
// Sends it and empties it.
void redis_command_arguments(
    struct redis *redis, struct redis_arguments *arguments, redis_answer *answer, void *context);

enum redis_type {
	REDIS_NIL,
	REDIS_INTEGER,
	REDIS_TEXT,
	REDIS_ARRAY,
	REDIS_ERROR
};
enum redis_type redis_reply_type(const struct redis_reply *reply);
int64_t redis_reply_integer(const struct redis_reply *reply);
struct bytes redis_reply_text(
    const struct redis_reply *reply); // of REDIS_TEXT and REDIS_ERROR; else empty
size_t redis_reply_count(const struct redis_reply *reply); // of REDIS_ARRAY; else 0
const struct redis_reply *redis_reply_at(const struct redis_reply *reply, size_t index);

#endif
