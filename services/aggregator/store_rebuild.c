// SPDX-License-Identifier: Apache-2.0
// store_rebuild: all positions marked, the facts taken out, the positions begun anew.
#include "store_parts.h"

#include "clock.h"

#include <stdio.h>

enum {
	SCAN_COUNT = 1000
};

static void scan_on(struct store *store);
static void finish_rebuild(struct store *store);

// A step of a rebuild is done; the last one of a round leads on.
static void step_done(const struct redis_reply *reply, void *context)
{
	struct store *store = context;
	if (store->steps > 0)
		store->steps--;
	if (store->state != STORE_REBUILDING)
		return;
	if (store_is_error(reply)) {
		store_fail_reply(store, reply, "rebuilding");
		return;
	}
	if (store->steps == 0)
		scan_on(store);
}

static void for_each_rebuilding(
    struct store *store, void (*add)(struct redis_arguments *, unsigned))
{
	for (size_t i = 0; i < store->department_count; i++)
		if (store->rebuilding[i])
			add(&store->arguments, store->departments[i].number);
}

static void add_mark(struct redis_arguments *arguments, unsigned department)
{
	redis_arguments_add_number(arguments, department);
	redis_arguments_add_text(arguments, PROFILE_REBUILD);
}

static void add_prefix(struct redis_arguments *arguments, unsigned department)
{
	buffer_printf(redis_arguments_begin(arguments), "%u.", department);
	redis_arguments_end(arguments);
}

static void add_department(struct redis_arguments *arguments, unsigned department)
{
	redis_arguments_add_number(arguments, department);
}

void store_begin_rebuild(struct store *store)
{
	store->state = STORE_REBUILDING;
	snprintf(store->reason, sizeof store->reason, "rebuilding");
	strcpy(store->cursor, "0");
	store->steps = store->partitions;
	for (unsigned partition = 0;
	     partition < store->partitions && store->state == STORE_REBUILDING; partition++) {
		redis_arguments_add_text(&store->arguments, "HSET");
		store_add_position_key(store, partition);
		for_each_rebuilding(store, add_mark);
		redis_command_arguments(store->redis, &store->arguments, step_done, store);
	}
}

static void forget_facts(struct store *store, struct bytes key)
{
	redis_arguments_add_text(&store->arguments, "FCALL");
	redis_arguments_add_text(&store->arguments, "onecity_forget");
	redis_arguments_add_text(&store->arguments, "2");
	redis_arguments_add(&store->arguments, key);
	struct buffer *position_key = redis_arguments_begin(&store->arguments);
	buffer_append(position_key, key.data, key.size - SUBJECT_BYTES);
	buffer_append_text(position_key, "position");
	redis_arguments_end(&store->arguments);
	for_each_rebuilding(store, add_prefix);
	store->steps++;
	redis_command_arguments(store->redis, &store->arguments, step_done, store);
}

// Others keep things by subject, too, with more between the slot and the subject.
static bool is_profile(struct bytes key)
{
	return key.size > SUBJECT_BYTES + 2 && key.data[key.size - SUBJECT_BYTES - 2] == '}' &&
	       subject_valid(bytes_make(key.data + key.size - SUBJECT_BYTES, SUBJECT_BYTES));
}

static void scanned(const struct redis_reply *reply, void *context)
{
	struct store *store = context;
	store->steps--;
	if (store->state != STORE_REBUILDING)
		return;
	if (store_is_error(reply) || redis_reply_count(reply) != 2) {
		store_fail_reply(store, reply, "looking through the profiles");
		return;
	}
	snprintf(store->cursor, sizeof store->cursor, "%.*s",
	    BYTES_ARGS(redis_reply_text(redis_reply_at(reply, 0))));
	const struct redis_reply *keys = redis_reply_at(reply, 1);
	bool done = strcmp(store->cursor, "0") == 0;
	if (done)
		store->cursor[0] = 0;
	for (size_t i = 0; i < redis_reply_count(keys); i++) {
		struct bytes key = redis_reply_text(redis_reply_at(keys, i));
		if (is_profile(key))
			forget_facts(store, key);
	}
	if (store->steps == 0)
		scan_on(store);
}

static void scan_on(struct store *store)
{
	char count[12];
	if (store->cursor[0] == 0) {
		finish_rebuild(store);
		return;
	}
	snprintf(count, sizeof count, "%d", SCAN_COUNT);
	store->steps = 1;
	redis_command_texts(store->redis, scanned, store, "SCAN", store->cursor, "MATCH",
	    "oc:{*}:*", "COUNT", count, NULL);
}

static void reset_done(const struct redis_reply *reply, void *context)
{
	struct store *store = context;
	if (store->steps > 0)
		store->steps--;
	if (store->state != STORE_REBUILDING)
		return;
	if (store_is_error(reply)) {
		store_fail_reply(store, reply, "setting positions back");
		return;
	}
	if (store->steps > 0)
		return;
	memset(store->rebuilding, 0, store->department_count * sizeof *store->rebuilding);
	store_begin_opening(store); // reads what is there now, rather than trusting what should be
}

static void finish_rebuild(struct store *store)
{
	store->steps = store->partitions;
	for (unsigned partition = 0;
	     partition < store->partitions && store->state == STORE_REBUILDING; partition++) {
		redis_arguments_add_text(&store->arguments, "FCALL");
		redis_arguments_add_text(&store->arguments, "onecity_reset");
		redis_arguments_add_text(&store->arguments, "1");
		store_add_position_key(store, partition);
		redis_arguments_add_number(&store->arguments, (uint64_t)clock_wall_ms());
		for_each_rebuilding(store, add_department);
		redis_command_arguments(store->redis, &store->arguments, reset_done, store);
	}
}

bool store_is_rebuilding(const struct store *store, size_t department)
{
	return store->rebuilding[department];
}

void store_rebuild(struct store *store, const bool *departments)
{
	for (size_t i = 0; i < store->department_count; i++)
		store->rebuilding[i] |= departments[i];
	// One that runs begins again: facts are taken out only where all positions are marked.
	// Otherwise it begins when the store is next opened.
	if (store->state == STORE_READY || store->state == STORE_REBUILDING)
		store_fail(store, STORE_OPENING, "rebuilding");
}
