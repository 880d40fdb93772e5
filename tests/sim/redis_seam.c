// SPDX-License-Identifier: Apache-2.0
// redis_seam: redis.h over connections that break: commands under way may have been carried out or
// not.
#include "redis_server.h"
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	CONNECT_MS = 150,
	WAY_MS_MAX = 8, // to Redis; and back
	LATE_MS_MAX = 3000,
};

struct span {
	size_t at, size;
};

// A command on its way there, or its answer on the way back.
struct request {
	struct request *next;
	struct redis *redis; // NULL: whoever asked is not listening any more
	struct redis_arguments arguments;
	struct redis_reply reply;
	redis_answer *answer;
	void *context;
	bool executed;
};

struct redis {
	struct redis *next_everywhere;
	struct process *process;
	struct redis_events events;
	void *context;
	bool connected;
	struct request *first, **end; // in the order they were sent
	size_t pending;
	int64_t there_ms, back_ms; // when the last one arrives: none overtakes another
	struct histogram durations;
	uint64_t failures;
};

static struct redis *everywhere;

static void request_free(void *context)
{
	struct request *request = context;
	redis_arguments_deinit(&request->arguments);
	redis_reply_deinit(&request->reply);
	free(request);
}

static void take_from(struct redis *redis)
{
	redis->first = redis->first->next;
	redis->pending--;
	if (redis->first == NULL)
		redis->end = &redis->first;
}

static void answer(void *context)
{
	struct request *request = context;
	struct redis *redis = request->redis;
	ENSURE(redis->first == request);
	take_from(redis);
	redis->failures += request->reply.type == REDIS_ERROR;
	if (request->answer != NULL)
		request->answer(&request->reply, request->context);
	request_free(request);
}

static void execute(void *context)
{
	struct request *request = context;
	struct redis *redis = request->redis;
	const struct span *spans = (const struct span *)(const void *)request->arguments.spans.data;
	size_t count = request->arguments.spans.size / sizeof *spans;
	struct bytes *arguments = allocate(count * sizeof *arguments);
	for (size_t i = 0; i < count; i++)
		arguments[i] =
		    bytes_make(request->arguments.texts.data + spans[i].at, spans[i].size);
	redis_server_execute(sim->redis, arguments, count, &request->reply);
	free(arguments);
	request->executed = true;
	if (redis == NULL) {
		request_free(request);
		return;
	}
	int64_t back_ms = sim->now_ms + 1 + (int64_t)dice_below(&sim->chance, WAY_MS_MAX);
	redis->back_ms = back_ms > redis->back_ms ? back_ms : redis->back_ms;
	sim_event_add(redis->back_ms, redis->process, answer, NULL, request);
}

static void send(struct redis *redis, struct request *request)
{
	*redis->end = request;
	redis->end = &request->next;
	redis->pending++;
	int64_t there_ms = sim->now_ms + 1 + (int64_t)dice_below(&sim->chance, WAY_MS_MAX);
	redis->there_ms = there_ms > redis->there_ms ? there_ms : redis->there_ms;
	sim_event_add(redis->there_ms, NULL, execute, NULL, request);
}

// Whoever sent it has hung up. Redis reads what came before it sees the end of a connection; over a
// network that was parted it may come much later.
static void arrive_all_the_same(struct request *request, int64_t late_ms)
{
	request->redis = NULL;
	request->answer = NULL;
	if (late_ms > 0)
		sim_event_add(sim->now_ms + late_ms, NULL, execute, request_free, request);
	else
		execute(request);
}

// Of what is on its way the first so many arrive all the same.
static void hang_up(struct redis *redis)
{
	size_t arriving = 0;
	redis->connected = false;
	for (const struct request *request = redis->first; request != NULL; request = request->next)
		arriving += !request->executed;
	if (arriving > 0)
		arriving = dice_below(&sim->chance, arriving + 1);
	int64_t late_ms =
	    sim_chance(FAULT_REDIS_LATE) ? (int64_t)dice_below(&sim->chance, LATE_MS_MAX) : 0;
	if (!redis_server_is_up(sim->redis))
		arriving = 0;
	while (redis->first != NULL) {
		struct request *request = redis->first;
		redis_answer *told = request->answer;
		void *context = request->context;
		take_from(redis);
		sim_event_cancel(request);
		redis->failures++;
		if (!request->executed && arriving > 0) {
			arriving--;
			arrive_all_the_same(request, late_ms);
		} else {
			request_free(request);
		}
		if (told != NULL)
			told(NULL, context);
	}
}

// --- connections ---

static void connect_again(void *context)
{
	struct redis *redis = context;
	if (!redis_server_is_up(sim->redis)) {
		sim_event_add(sim->now_ms + CONNECT_MS, redis->process, connect_again, NULL, redis);
		redis->events.lost("it does not listen", redis->context);
		return;
	}
	redis->connected = true;
	redis->there_ms = redis->back_ms = sim->now_ms;
	redis->events.connected(redis->context);
}

static void lose(void *context)
{
	struct redis *redis = context;
	if (!redis->connected)
		return;
	hang_up(redis);
	sim_event_add(sim->now_ms + CONNECT_MS, redis->process, connect_again, NULL, redis);
	redis->events.lost("the connection broke", redis->context);
}

void redis_server_break(struct redis_server *server)
{
	(void)server;
	for (struct redis *redis = everywhere; redis != NULL; redis = redis->next_everywhere) {
		sim->current = redis->process;
		lose(redis);
		sim->current = NULL;
	}
}

enum status redis_open(struct redis **redis, struct loop *loop, const char *address,
    const struct redis_events *events, void *context)
{
	(void)loop;
	(void)address;
	struct redis *fresh = allocate(sizeof *fresh);
	*fresh = (struct redis){ .next_everywhere = everywhere,
		.process = sim->current,
		.events = *events,
		.context = context };
	fresh->end = &fresh->first;
	everywhere = fresh;
	sim_event_add(sim->now_ms + 1, fresh->process, connect_again, NULL, fresh);
	*redis = fresh;
	return STATUS_OK;
}

void redis_close(struct redis **redis)
{
	struct redis *old = *redis;
	*redis = NULL;
	if (old == NULL)
		return;
	hang_up(old);
	sim_event_cancel(old);
	for (struct redis **at = &everywhere; *at != NULL; at = &(*at)->next_everywhere)
		if (*at == old) {
			*at = old->next_everywhere;
			break;
		}
	free(old);
}

bool redis_is_connected(const struct redis *redis)
{
	return redis->connected;
}

size_t redis_pending(const struct redis *redis)
{
	return redis->pending;
}

const struct histogram *redis_durations(const struct redis *redis)
{
	return &redis->durations;
}

uint64_t redis_failures(const struct redis *redis)
{
	return redis->failures;
}

// --- commands ---

void redis_command(struct redis *redis, const struct bytes *arguments, size_t count,
    redis_answer *answer_to, void *context)
{
	if (!redis->connected || !sim_effect()) {
		redis->failures++;
		if (answer_to != NULL)
			answer_to(NULL, context);
		return;
	}
	struct request *request = allocate(sizeof *request);
	*request = (struct request){ .redis = redis, .answer = answer_to, .context = context };
	for (size_t i = 0; i < count; i++)
		redis_arguments_add(&request->arguments, arguments[i]);
	send(redis, request);
}

void redis_command_texts(struct redis *redis, redis_answer *answer_to, void *context, ...)
{
	struct bytes arguments[16];
	size_t count = 0;
	va_list texts;
	va_start(texts, context);
	for (const char *text; (text = va_arg(texts, const char *)) != NULL;) {
		ENSURE(count < COUNT_OF(arguments));
		arguments[count++] = bytes_of_text(text);
	}
	va_end(texts);
	redis_command(redis, arguments, count, answer_to, context);
}

void redis_command_arguments(
    struct redis *redis, struct redis_arguments *arguments, redis_answer *answer_to, void *context)
{
	const struct span *spans = (const struct span *)(const void *)arguments->spans.data;
	size_t count = arguments->spans.size / sizeof *spans;
	struct bytes *list = allocate((count + 1) * sizeof *list);
	for (size_t i = 0; i < count; i++)
		list[i] = bytes_make(arguments->texts.data + spans[i].at, spans[i].size);
	redis_command(redis, list, count, answer_to, context);
	free(list);
	redis_arguments_clear(arguments);
}

void redis_arguments_deinit(struct redis_arguments *arguments)
{
	buffer_deinit(&arguments->texts);
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
	snprintf(text, sizeof text, "%llu", (unsigned long long)argument);
	redis_arguments_add_text(arguments, text);
}

// --- replies ---

enum redis_type redis_reply_type(const struct redis_reply *reply)
{
	return reply->type;
}

int64_t redis_reply_integer(const struct redis_reply *reply)
{
	return reply->integer;
}

struct bytes redis_reply_text(const struct redis_reply *reply)
{
	bool has_text = reply->type == REDIS_TEXT || reply->type == REDIS_ERROR;
	return has_text ? buffer_bytes(&reply->text) : bytes_make("", 0);
}

size_t redis_reply_count(const struct redis_reply *reply)
{
	return reply->type == REDIS_ARRAY ? reply->count : 0;
}

const struct redis_reply *redis_reply_at(const struct redis_reply *reply, size_t index)
{
	ENSURE(index < reply->count);
	return &reply->items[index];
}
