// SPDX-License-Identifier: Apache-2.0
// store: coming to Redis, reading the positions, and seeing to it that they are still there.
#include "store_parts.h"

#include "clock.h"
#include "facts_lua.h" // made from facts.lua
#include "log.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	RETRY_MS = 500,
	CHECKED_AT_A_TIME = 8, // partitions
	LISTPACK_VALUE_MIN = 256,
};

// --- leaving and coming back ---

void store_forget_collected(struct department *department)
{
	buffer_clear(&department->changes);
	buffer_clear(&department->texts);
}

static void open_again(void *context)
{
	struct store *store = context;
	if (redis_is_connected(store->redis))
		store_begin_opening(store);
}

void store_fail(struct store *store, enum store_state state, const char *reason)
{
	bool was_ready = store->state == STORE_READY;
	snprintf(store->reason, sizeof store->reason, "%s", reason);
	store->state = state;
	for (size_t i = 0; i < store->department_count; i++)
		store_forget_collected(&store->departments[i]);
	if (was_ready)
		store->events.lost(store->reason, store->context);
	if (state == STORE_OPENING)
		loop_timer_again(store->retry, RETRY_MS);
}

void store_fail_reply(struct store *store, const struct redis_reply *reply, const char *doing)
{
	if (reply == NULL) // the connection is lost: told by its own event
		return;
	char reason[200];
	snprintf(reason, sizeof reason, "Redis says %.*s, while %s",
	    BYTES_ARGS(redis_reply_text(reply)), doing);
	if (store->state != STORE_OPENING || strcmp(reason, store->reason) != 0)
		log_warn("%s", reason);
	store_fail(store, STORE_OPENING, reason);
}

bool store_is_error(const struct redis_reply *reply)
{
	return reply == NULL || redis_reply_type(reply) == REDIS_ERROR;
}

void store_add_position_key(struct store *store, unsigned partition)
{
	profile_position_key(redis_arguments_begin(&store->arguments), partition);
	redis_arguments_end(&store->arguments);
}

// --- opening ---

struct opening {
	struct store *store;
	unsigned partition;
};

static struct department *department_by_number(struct store *store, struct bytes number)
{
	char text[12];
	for (size_t i = 0; i < store->department_count; i++) {
		snprintf(text, sizeof text, "%u", store->departments[i].number);
		if (bytes_equal_text(number, text))
			return &store->departments[i];
	}
	return NULL;
}

static void read_positions(struct store *store, unsigned partition, const struct redis_reply *reply)
{
	for (size_t i = 0; i < store->department_count; i++) {
		store->departments[i].positions[partition] = (struct position){ 0 };
		store->departments[i].rebuild[partition] = false;
	}
	for (size_t i = 0; i + 1 < redis_reply_count(reply); i += 2) {
		struct department *department =
		    department_by_number(store, redis_reply_text(redis_reply_at(reply, i)));
		struct bytes text = redis_reply_text(redis_reply_at(reply, i + 1));
		if (department == NULL)
			continue;
		if (!position_parse(&department->positions[partition], text)) {
			// A rebuild that was interrupted; or a position that is damaged, which a
			// rebuild mends.
			department->positions[partition] = (struct position){ 0 };
			department->rebuild[partition] = true;
		}
	}
}

static bool must_rebuild(struct store *store)
{
	bool any = false;
	for (size_t i = 0; i < store->department_count; i++) {
		for (unsigned partition = 0; partition < store->partitions; partition++)
			store->rebuilding[i] |= store->departments[i].rebuild[partition];
		any |= store->rebuilding[i];
	}
	return any;
}

static void become_ready(struct store *store)
{
	store->reason[0] = 0;
	if (must_rebuild(store)) {
		store_begin_rebuild(store);
		return;
	}
	for (size_t i = 0; i < store->department_count; i++) {
		struct position lowest;
		store->departments[i].applied =
		    store_position(store, i, &lowest) == STATUS_OK ? lowest.sequence : 0;
		store->departments[i].collected = lowest;
	}
	store->state = STORE_READY;
	store->events.ready(store->context);
}

static void partition_opened(const struct redis_reply *reply, void *context)
{
	struct opening opening = *(struct opening *)context;
	struct store *store = opening.store;
	free(context);
	if (store_is_error(reply)) {
		store_fail_reply(store, reply, "reading a partition's positions");
		return;
	}
	read_positions(store, opening.partition, reply);
	if (++store->opened == store->partitions && store->state == STORE_OPENING)
		become_ready(store);
}

static void call_open(struct store *store, unsigned partition, struct bytes run)
{
	struct opening *opening = allocate(sizeof *opening);
	*opening = (struct opening){ store, partition };
	char now[24];
	snprintf(now, sizeof now, "%" PRId64, clock_wall_ms());
	redis_arguments_add_text(&store->arguments, "FCALL");
	redis_arguments_add_text(&store->arguments, "onecity_open");
	redis_arguments_add_text(&store->arguments, "1");
	store_add_position_key(store, partition);
	redis_arguments_add(&store->arguments, run);
	redis_arguments_add_text(&store->arguments, now);
	redis_command_arguments(store->redis, &store->arguments, partition_opened, opening);
}

// The value of "run_id:" in the answer to INFO.
static struct bytes find_run_id(struct bytes info)
{
	static const char name[] = "run_id:";
	const uint8_t *at = memmem(info.data, info.size, name, sizeof name - 1);
	if (at == NULL)
		return bytes_make("", 0);
	at += sizeof name - 1;
	size_t size = 0, left = (size_t)(info.data + info.size - at);
	while (size < left && at[size] > ' ')
		size++;
	return bytes_make(at, size);
}

static void got_run_id(const struct redis_reply *reply, void *context)
{
	struct store *store = context;
	if (store_is_error(reply)) {
		store_fail_reply(store, reply, "asking who it is");
		return;
	}
	struct bytes run = find_run_id(redis_reply_text(reply));
	store->opened = 0;
	for (unsigned partition = 0; partition < store->partitions && store->state == STORE_OPENING;
	     partition++)
		call_open(store, partition, run);
}

static void got_partitions(const struct redis_reply *reply, void *context)
{
	struct store *store = context;
	char expected[12], reason[160];
	if (store_is_error(reply)) {
		store_fail_reply(store, reply, "asking for the number of partitions");
		return;
	}
	snprintf(expected, sizeof expected, "%u", store->partitions);
	if (bytes_equal_text(redis_reply_text(reply), expected))
		return;
	snprintf(reason, sizeof reason,
	    "this Redis was set up with %.*s partitions, the settings say %s: they are chosen once "
	    "for ever",
	    BYTES_ARGS(redis_reply_text(reply)), expected);
	if (strcmp(reason, store->reason) != 0)
		log_error("%s", reason);
	store_fail(
	    store, STORE_UNREACHABLE, reason); // stops the opening; somebody may set it right
	loop_timer_again(store->retry, RETRY_MS);
}

static void must_succeed(const struct redis_reply *reply, void *context)
{
	if (store_is_error(reply))
		store_fail_reply(context, reply, "setting up");
}

static void got_listpack(const struct redis_reply *reply, void *context)
{
	(void)context;
	if (store_is_error(reply) || redis_reply_count(reply) != 2)
		return; // not every Redis lets its settings be read
	struct bytes value = redis_reply_text(redis_reply_at(reply, 1));
	char text[16];
	snprintf(text, sizeof text, "%.*s", BYTES_ARGS(value));
	if (atoi(text) < LISTPACK_VALUE_MIN)
		log_warn("Redis has hash-max-listpack-value %s: set it to %d, or profiles take "
			 "twice the memory",
		    text, LISTPACK_VALUE_MIN);
}

static void got_eviction(const struct redis_reply *reply, void *context)
{
	(void)context;
	if (store_is_error(reply) || redis_reply_count(reply) != 2)
		return;
	struct bytes value = redis_reply_text(redis_reply_at(reply, 1));
	if (!bytes_equal_text(value, "noeviction"))
		log_warn("Redis has maxmemory-policy %.*s: set it to noeviction, or profiles lose "
			 "facts without a word when memory is short",
		    BYTES_ARGS(value));
}

void store_begin_opening(struct store *store)
{
	char partitions[12];
	snprintf(partitions, sizeof partitions, "%u", store->partitions);
	store->state = STORE_OPENING;
	redis_command_texts(
	    store->redis, must_succeed, store, "FUNCTION", "LOAD", "REPLACE", facts_lua, NULL);
	redis_command_texts(
	    store->redis, NULL, NULL, "SET", PROFILE_PARTITIONS_KEY, partitions, "NX", NULL);
	redis_command_texts(
	    store->redis, got_partitions, store, "GET", PROFILE_PARTITIONS_KEY, NULL);
	redis_command_texts(
	    store->redis, got_listpack, store, "CONFIG", "GET", "hash-max-listpack-value", NULL);
	redis_command_texts(
	    store->redis, got_eviction, store, "CONFIG", "GET", "maxmemory-policy", NULL);
	redis_command_texts(store->redis, got_run_id, store, "INFO", "server", NULL);
}

static void connected(void *context)
{
	struct store *store = context;
	log_info("Redis is there");
	store_begin_opening(store);
}

static void connection_lost(const char *reason, void *context)
{
	struct store *store = context;
	if (store->state != STORE_UNREACHABLE)
		log_warn("Redis cannot be reached: %s", reason);
	store->calls = 0;
	store_fail(store, STORE_UNREACHABLE, reason);
}

enum status store_open(struct store **store, struct loop *loop, const struct store_options *options,
    const struct store_events *events, void *context)
{
	static const struct redis_events redis_events = { connected, connection_lost };
	ENSURE(options->department_count <= STORE_DEPARTMENTS_MAX);
	ENSURE(options->partitions > 0 && options->partitions <= PROFILE_PARTITIONS_MAX);
	*store = NULL;
	struct store *fresh = allocate(sizeof *fresh);
	*fresh = (struct store){ .loop = loop,
		.partitions = options->partitions,
		.events = *events,
		.context = context,
		.department_count = options->department_count };
	snprintf(fresh->reason, sizeof fresh->reason, "not connected yet");
	fresh->departments = allocate(options->department_count * sizeof *fresh->departments);
	fresh->rebuilding = allocate(options->department_count * sizeof *fresh->rebuilding);
	for (size_t i = 0; i < options->department_count; i++) {
		fresh->departments[i].number = options->departments[i];
		fresh->departments[i].positions =
		    allocate(options->partitions * sizeof(struct position));
		fresh->departments[i].rebuild = allocate(options->partitions * sizeof(bool));
	}
	fresh->retry = loop_timer_open(loop, INT32_MAX, 0, open_again, fresh);
	enum status status = redis_open(&fresh->redis, loop, options->redis, &redis_events, fresh);
	if (status == STATUS_OK)
		*store = fresh;
	else
		store_close(&fresh);
	return status;
}

void store_close(struct store **store)
{
	struct store *old = *store;
	if (old == NULL)
		return;
	*store = NULL;
	old->events = (struct store_events){ 0 };
	old->state = STORE_UNREACHABLE; // answers that come while closing change nothing
	redis_close(&old->redis);
	loop_timer_close(&old->retry);
	for (size_t i = 0; i < old->department_count; i++) {
		free(old->departments[i].positions);
		free(old->departments[i].rebuild);
		buffer_deinit(&old->departments[i].changes);
		buffer_wipe(&old->departments[i].texts);
	}
	free(old->departments);
	free(old->rebuilding);
	redis_arguments_deinit(&old->arguments);
	free(old);
}

enum store_state store_state(const struct store *store)
{
	return store->state;
}

const char *store_reason(const struct store *store)
{
	return store->reason;
}

enum status store_position(struct store *store, size_t department, struct position *position)
{
	const struct position *positions = store->departments[department].positions;
	const struct position *lowest = &positions[0], *highest = &positions[0];
	for (unsigned i = 1; i < store->partitions; i++) {
		if (positions[i].sequence < lowest->sequence)
			lowest = &positions[i];
		if (positions[i].sequence > highest->sequence)
			highest = &positions[i];
	}
	*position = *lowest;
	for (unsigned i = 0; i < store->partitions; i++)
		if (positions[i].sequence > 0 &&
		    memcmp(positions[i].epoch, highest->epoch, EPOCH_BYTES) != 0)
			return fail(STATUS_FORK,
			    "the partitions of the store were written from different journals");
	memcpy(position->epoch, highest->epoch, EPOCH_BYTES);
	return STATUS_OK;
}

uint64_t store_highest(const struct store *store, size_t department)
{
	const struct position *positions = store->departments[department].positions;
	uint64_t highest = 0;
	for (unsigned i = 0; i < store->partitions; i++)
		if (positions[i].sequence > highest)
			highest = positions[i].sequence;
	return highest;
}

// --- looking after Redis ---

static void checked(const struct redis_reply *reply, void *context)
{
	struct opening check = *(struct opening *)context;
	struct store *store = check.store;
	free(context);
	if (store->state != STORE_READY || store->calls > 0)
		return;
	if (store_is_error(reply)) {
		store_fail_reply(store, reply, "checking a partition's positions");
		return;
	}
	for (size_t i = 0; i < store->department_count; i++) {
		char expected[POSITION_TEXT_SIZE] = "";
		const struct position *position = &store->departments[i].positions[check.partition];
		if (!position_is_start(position))
			position_format(position, expected);
		if (!bytes_equal_text(redis_reply_text(redis_reply_at(reply, i)), expected)) {
			log_warn("Redis no longer has what was written to it: reading its "
				 "positions again");
			store_fail(store, STORE_OPENING, "Redis was emptied or set back");
			return;
		}
	}
}

void store_check(struct store *store)
{
	if (store->state != STORE_READY || !store_is_idle(store))
		return;
	for (int i = 0; i < CHECKED_AT_A_TIME; i++) {
		struct opening *check = allocate(sizeof *check);
		*check = (struct opening){ store, store->check_next++ % store->partitions };
		redis_arguments_add_text(&store->arguments, "HMGET");
		store_add_position_key(store, check->partition);
		for (size_t j = 0; j < store->department_count; j++)
			redis_arguments_add_number(&store->arguments, store->departments[j].number);
		redis_command_arguments(store->redis, &store->arguments, checked, check);
	}
}
