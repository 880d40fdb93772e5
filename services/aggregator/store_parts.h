// SPDX-License-Identifier: Apache-2.0
// store_parts: what store.c, store_write.c and store_rebuild.c share; for them only.
#ifndef AGGREGATOR_STORE_PARTS_H
#define AGGREGATOR_STORE_PARTS_H

#include "pseudonym.h"
#include "redis.h"
#include "store.h"

// One change of one field of one profile; its texts lie in the department's buffer.
struct change {
	unsigned partition;
	char subject[SUBJECT_SIZE];
	bool set;
	size_t order; // in which it came
	size_t field_at, field_size, value_at, value_size;
};

struct department {
	unsigned number;
	struct position *positions; // of each partition, as written or on its way
	bool *rebuild;              // of each partition: the mark of a rebuild was found
	struct position collected;  // up to which entries are whole
	struct buffer changes;      // of struct change
	struct buffer texts;
	int64_t oldest_ms; // when the first of the changes was recorded
	uint64_t applied;
	struct histogram delays;
};

struct store {
	struct loop *loop;
	struct redis *redis;
	unsigned partitions;
	struct department *departments;
	size_t department_count;
	struct store_events events;
	void *context;
	enum store_state state;
	char reason[256];
	struct loop_timer *retry;
	size_t calls; // applies under way
	bool was_full;
	unsigned opened; // partitions whose positions were read
	unsigned check_next;
	bool *rebuilding; // by department
	size_t steps;     // of a rebuild, under way
	char cursor[32];
	struct redis_arguments arguments;
};

bool store_is_error(const struct redis_reply *reply); // NULL too: the connection was lost

// Logs what Redis says and goes back to opening. NULL: told by the connection's own event.
void store_fail_reply(struct store *store, const struct redis_reply *reply, const char *doing);
void store_fail(struct store *store, enum store_state state, const char *reason);

// Reads all positions, then becomes ready, or rebuilds if that is due.
void store_begin_opening(struct store *store);
void store_begin_rebuild(struct store *store);

void store_forget_collected(struct department *department);
void store_add_position_key(
    struct store *store, unsigned partition); // to the command being put together

#endif
