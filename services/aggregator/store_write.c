// SPDX-License-Identifier: Apache-2.0
// store_write: entries collected by partition and subject, and written one call a partition.
#include "store_parts.h"

#include "clock.h"

#include <inttypes.h>

enum {
	COLLECTED_MAX =
	    1024, // entries of one department that make a write even while others are under way
	CALLS_MAX = 1024, // calls under way at which the store is full
};

// --- taking entries in ---

// What an operation does to the profile: sets or deletes the fact's field or the mark's.
static const struct effect {
	bool set, mark;
} effects[OPERATION_COUNT] = {
	[OPERATION_PUT] = { true, false },
	[OPERATION_RETRACT] = { false, false },
	[OPERATION_REJECT] = { true, true },
	[OPERATION_SETTLE] = { false, true },
};

static void collect(
    struct department *department, unsigned partition, uint64_t sequence, const struct entry *entry)
{
	const struct effect *effect = &effects[entry->operation];
	struct buffer *texts = &department->texts;
	struct change change = { .partition = partition,
		.set = effect->set,
		.order = department->changes.size,
		.field_at = texts->size };
	memcpy(change.subject, entry->subject.data, SUBJECT_BYTES);
	profile_write_field(texts, effect->mark, department->number, entry->kind, entry->key);
	change.field_size = texts->size - change.field_at;
	change.value_at = texts->size;
	if (effect->set)
		(effect->mark ? profile_write_mark : profile_write_fact)(texts, sequence, entry);
	change.value_size = texts->size - change.value_at;
	buffer_append(&department->changes, &change, sizeof change);
}

// What came before it in its batch is not whole, and must not be written with what comes next.
static enum status refuse_fork(struct store *store, size_t place, uint64_t sequence)
{
	struct department *department = &store->departments[place];
	store_forget_collected(department);
	enum status status = store_position(store, place, &department->collected);
	return status != STATUS_OK
		   ? status
		   : fail(STATUS_FORK,
			 "entry %" PRIu64 " is another one than the store has applied", sequence);
}

enum status store_add(struct store *store, size_t place, uint64_t sequence,
    const struct entry *entry, const uint8_t chain[CHAIN_BYTES])
{
	struct department *department = &store->departments[place];
	// Positions in the middle of what is replayed must lie on the same history.
	for (unsigned i = 0; i < store->partitions; i++)
		if (department->positions[i].sequence == sequence &&
		    memcmp(department->positions[i].chain, chain, CHAIN_BYTES) != 0)
			return refuse_fork(store, place, sequence);
	char subject[SUBJECT_SIZE] = "";
	memcpy(subject, entry->subject.data, SUBJECT_BYTES);
	unsigned partition = subject_partition(subject, store->partitions);
	if (sequence <= department->positions[partition].sequence)
		return STATUS_OK;
	if (department->changes.size == 0)
		department->oldest_ms = entry->recorded_ms;
	collect(department, partition, sequence, entry);
	return STATUS_OK;
}

// --- writing ---

// The last call of a write tells how far the department is applied.
struct flight {
	struct store *store;
	struct department *department;
	uint64_t sequence;
	int64_t oldest_ms; // see struct department
	bool last;
};

static void write_collected(struct store *store, struct department *department);

static void tell_room(struct store *store)
{
	if (store->was_full && !store_is_full(store)) {
		store->was_full = false;
		store->events.room(store->context);
	}
}

static void finish_write(const struct flight *flight)
{
	flight->department->applied = flight->sequence;
	histogram_add(&flight->department->delays, (clock_wall_ms() - flight->oldest_ms) * 1000);
}

static void applied(const struct redis_reply *reply, void *context)
{
	struct flight flight = *(struct flight *)context;
	struct store *store = flight.store;
	free(context);
	if (store->calls > 0)
		store->calls--;
	if (store->state != STORE_READY)
		return;
	if (store_is_error(reply)) {
		store_fail_reply(store, reply, "writing facts");
		return;
	}
	if (flight.last)
		finish_write(&flight);
	for (size_t i = 0; i < store->department_count && store->calls == 0; i++)
		write_collected(store, &store->departments[i]);
	if (store->state == STORE_READY)
		tell_room(store);
}

static int compare_changes(const void *left, const void *right, void *context)
{
	const struct change *a = left, *b = right;
	const struct buffer *texts = context;
	if (a->partition != b->partition)
		return a->partition < b->partition ? -1 : 1;
	int order = memcmp(a->subject, b->subject, SUBJECT_BYTES);
	if (order == 0)
		order = (a->field_size > b->field_size) - (a->field_size < b->field_size);
	if (order == 0)
		order = memcmp(texts->data + a->field_at, texts->data + b->field_at, a->field_size);
	return order ? order : (a->order > b->order) - (a->order < b->order);
}

// Of several changes of one field only the last counts.
static size_t drop_overtaken(struct change *changes, size_t count, struct buffer *texts)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		bool overtaken = false;
		if (i + 1 < count) {
			struct change later = changes[i + 1];
			later.order = changes[i].order;
			overtaken = compare_changes(&changes[i], &later, texts) == 0;
		}
		if (!overtaken)
			changes[kept++] = changes[i];
	}
	return kept;
}

static size_t same_partition(const struct change *changes, size_t count)
{
	size_t same = 1;
	while (same < count && changes[same].partition == changes[0].partition)
		same++;
	return same;
}

static size_t same_subject(const struct change *changes, size_t count)
{
	size_t same = 1;
	while (
	    same < count && memcmp(changes[same].subject, changes[0].subject, SUBJECT_BYTES) == 0)
		same++;
	return same;
}

static size_t count_subjects(const struct change *changes, size_t count)
{
	size_t subjects = 0;
	for (size_t i = 0; i < count; i += same_subject(changes + i, count - i))
		subjects++;
	return subjects;
}

static void add_profile_keys(
    struct redis_arguments *arguments, const struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i += same_subject(changes + i, count - i)) {
		profile_key(
		    redis_arguments_begin(arguments), changes[i].partition, changes[i].subject);
		redis_arguments_end(arguments);
	}
}

static void add_subjects(
    struct redis_arguments *arguments, const struct change *changes, size_t count)
{
	struct buffer *texts = redis_arguments_begin(arguments);
	for (size_t i = 0; i < count; i += same_subject(changes + i, count - i))
		buffer_append(texts, changes[i].subject, SUBJECT_BYTES);
	redis_arguments_end(arguments);
}

// How many fields one profile sets and deletes; the pairs to set; the names to delete.
static void add_profile(struct redis_arguments *arguments, const struct buffer *texts,
    const struct change *changes, size_t count)
{
	size_t sets = 0;
	for (size_t i = 0; i < count; i++)
		sets += changes[i].set;
	redis_arguments_add_number(arguments, sets);
	redis_arguments_add_number(arguments, count - sets);
	for (int set = 1; set >= 0; set--) {
		for (size_t i = 0; i < count; i++) {
			if (changes[i].set != (bool)set)
				continue;
			redis_arguments_add(arguments,
			    bytes_make(texts->data + changes[i].field_at, changes[i].field_size));
			if (set)
				redis_arguments_add(
				    arguments, bytes_make(texts->data + changes[i].value_at,
						   changes[i].value_size));
		}
	}
}

static void send_apply(struct store *store, struct department *department, unsigned partition,
    const struct change *changes, size_t count, bool last)
{
	struct redis_arguments *arguments = &store->arguments;
	struct position *position = &department->positions[partition];
	char expected[POSITION_TEXT_SIZE] = "", next[POSITION_TEXT_SIZE];
	if (!position_is_start(position))
		position_format(position, expected);
	position_format(&department->collected, next);
	redis_arguments_add_text(arguments, "FCALL");
	redis_arguments_add_text(arguments, "onecity_apply");
	redis_arguments_add_number(arguments, 2 + count_subjects(changes, count));
	store_add_position_key(store, partition);
	profile_changes_key(redis_arguments_begin(arguments), partition);
	redis_arguments_end(arguments);
	add_profile_keys(arguments, changes, count);
	redis_arguments_add_number(arguments, department->number);
	redis_arguments_add_text(arguments, expected);
	redis_arguments_add_text(arguments, next);
	add_subjects(arguments, changes, count);
	for (size_t i = 0; i < count; i += same_subject(changes + i, count - i))
		add_profile(arguments, &department->texts, changes + i,
		    same_subject(changes + i, count - i));

	struct flight *flight = allocate(sizeof *flight);
	*flight = (struct flight){ store, department, department->collected.sequence,
		department->oldest_ms, last };
	*position = department->collected;
	store->calls++;
	redis_command_arguments(store->redis, arguments, applied, flight);
}

// One call for each partition that has something; a department with nothing collected is left
// alone.
static void write_collected(struct store *store, struct department *department)
{
	size_t count = department->changes.size / sizeof(struct change);
	if (count == 0) {
		if (store->calls ==
		    0) // nothing of it is under way either: what came needed no writing
			department->applied = department->collected.sequence;
		return;
	}
	struct change *changes = (struct change *)(void *)department->changes.data;
	qsort_r(changes, count, sizeof *changes, compare_changes, &department->texts);
	count = drop_overtaken(changes, count, &department->texts);
	for (size_t at = 0; at < count && store->state == STORE_READY;) {
		size_t same = same_partition(changes + at, count - at);
		send_apply(store, department, changes[at].partition, changes + at, same,
		    at + same == count);
		at += same;
	}
	store_forget_collected(department);
}

void store_batch_end(struct store *store, size_t place, const struct position *position)
{
	struct department *department = &store->departments[place];
	department->collected = *position;
	if (store->state == STORE_READY &&
	    (store->calls == 0 ||
		department->changes.size >= COLLECTED_MAX * sizeof(struct change)))
		write_collected(store, department);
	store->was_full |= store_is_full(store);
}

void store_advance(struct store *store, size_t place)
{
	struct department *department = &store->departments[place];
	if (store->state != STORE_READY || department->changes.size > 0 ||
	    position_is_start(&department->collected))
		return;
	for (unsigned partition = 0; partition < store->partitions && store->state == STORE_READY;
	     partition++)
		if (department->positions[partition].sequence < department->collected.sequence)
			send_apply(store, department, partition, NULL, 0, false);
}

uint64_t store_applied(const struct store *store, size_t department)
{
	return store->departments[department].applied;
}

const struct histogram *store_delays(const struct store *store, size_t department)
{
	return &store->departments[department].delays;
}

const struct histogram *store_redis_durations(const struct store *store)
{
	return redis_durations(store->redis);
}

uint64_t store_redis_failures(const struct store *store)
{
	return redis_failures(store->redis);
}

void store_write_source(struct store *store, size_t department, const struct profile_source *source)
{
	if (!redis_is_connected(store->redis))
		return;
	struct redis_arguments *arguments = &store->arguments;
	redis_arguments_add_text(arguments, "SET");
	profile_source_key(redis_arguments_begin(arguments), store->departments[department].number);
	redis_arguments_end(arguments);
	profile_write_source(redis_arguments_begin(arguments), source);
	redis_arguments_end(arguments);
	redis_command_arguments(store->redis, arguments, NULL, NULL);
}

bool store_is_full(const struct store *store)
{
	return store->calls >= CALLS_MAX;
}

bool store_is_idle(const struct store *store)
{
	for (size_t i = 0; i < store->department_count; i++)
		if (store->departments[i].changes.size > 0)
			return false;
	return store->calls == 0;
}
