// SPDX-License-Identifier: Apache-2.0
// history: what became durable, as a tree, and the promises, one function each.
#include "history.h"

#include "profile.h"
#include "pseudonym.h"
#include "sim.h"

#include <stdio.h>

static struct node *nodes;
static const unsigned numbers[SIM_DEPARTMENTS] = { 3, 5 }; // tax, health, by their catalogues

void history_begin(void)
{
	nodes = NULL;
}

void history_end(void)
{
	while (nodes != NULL) {
		struct node *node = nodes;
		nodes = node->next_made;
		buffer_deinit(&node->packed);
		buffer_deinit(&node->field);
		buffer_deinit(&node->value);
		free(node);
	}
}

// What each operation does to a profile, said once more and more simply than the store says it.
static void work_out(struct node *node)
{
	const struct entry *entry = &node->entry;
	char subject[SUBJECT_SIZE] = "";
	bool mark = entry->operation == OPERATION_REJECT || entry->operation == OPERATION_SETTLE;
	memcpy(subject, entry->subject.data, SUBJECT_BYTES);
	node->partition = subject_partition(subject, SIM_PARTITIONS);
	node->sets = entry->operation == OPERATION_PUT || entry->operation == OPERATION_REJECT;
	profile_write_field(&node->field, mark, numbers[node->department], entry->kind, entry->key);
	if (entry->operation == OPERATION_PUT)
		profile_write_fact(&node->value, node->sequence, entry);
	if (entry->operation == OPERATION_REJECT)
		profile_write_mark(&node->value, node->sequence, entry);
}

const struct node *history_add(const struct node *before, unsigned department,
    const uint8_t epoch[EPOCH_BYTES], uint64_t sequence, struct bytes stored)
{
	struct position position = { .sequence = sequence };
	memcpy(position.epoch, epoch, EPOCH_BYTES);
	memcpy(position.chain, stored.data + 1, CHAIN_BYTES);
	const struct node *known = history_find(&position);
	if (known != NULL)
		return known;
	if (sequence != (before == NULL ? 0 : before->sequence) + 1)
		sim_violation("entry %llu of department %u follows no entry before it",
		    (unsigned long long)sequence, department);
	struct node *node = allocate(sizeof *node);
	*node = (struct node){
		.before = before, .next_made = nodes, .sequence = sequence, .department = department
	};
	memcpy(node->epoch, epoch, EPOCH_BYTES);
	memcpy(node->chain, position.chain, CHAIN_BYTES);
	buffer_append(&node->packed, stored.data + 1 + CHAIN_BYTES, stored.size - 1 - CHAIN_BYTES);
	ENSURE(envelope_read_entry(&node->entry, buffer_bytes(&node->packed)) == STATUS_OK);
	work_out(node);
	nodes = node;
	sim_trace("department %u entry %llu: operation %d version %llu of %.*s %.*s", department,
	    (unsigned long long)sequence, node->entry.operation,
	    (unsigned long long)node->entry.version, BYTES_ARGS(node->entry.subject),
	    BYTES_ARGS(node->entry.key));
	return node;
}

const struct node *history_find(const struct position *position)
{
	const struct node *node = nodes;
	while (node != NULL && (node->sequence != position->sequence ||
				   memcmp(node->chain, position->chain, CHAIN_BYTES) != 0 ||
				   memcmp(node->epoch, position->epoch, EPOCH_BYTES) != 0))
		node = node->next_made;
	return node;
}

bool history_is_before(const struct node *earlier, const struct node *later)
{
	while (later != NULL && later->sequence > earlier->sequence)
		later = later->before;
	return later == earlier;
}

uint64_t history_version(const struct node *head, const char *subject, struct bytes key)
{
	for (const struct node *node = head; node != NULL; node = node->before)
		if (node->entry.has_version && bytes_equal_text(node->entry.subject, subject) &&
		    bytes_equal(node->entry.key, key))
			return node->entry.version;
	return 0;
}

// --- the promises ---

void promise_acknowledged_is_kept(unsigned department, const char *when)
{
	const struct sim_department *of = &sim->departments[department];
	uint64_t kept[SIM_RECORDS] = { 0 };
	for (const struct node *node = of->head; node != NULL; node = node->before) {
		unsigned record = sim_record_of(&node->entry);
		if (record < SIM_RECORDS && kept[record] == 0 && node->entry.has_version)
			kept[record] = node->entry.version;
	}
	for (unsigned i = 0; i < SIM_RECORDS; i++)
		if (kept[i] < of->acknowledged[i])
			sim_violation("department %u has lost an acknowledged record %s: version "
				      "%llu of record %u, the journal has %llu",
			    department, when, (unsigned long long)of->acknowledged[i], i,
			    (unsigned long long)kept[i]);
}

static struct bytes key_of(struct buffer *key, const struct node *node)
{
	char subject[SUBJECT_SIZE] = "";
	memcpy(subject, node->entry.subject.data, SUBJECT_BYTES);
	buffer_clear(key);
	profile_key(key, node->partition, subject);
	return buffer_bytes(key);
}

// Whether a later entry up to head says what this field of this profile is.
static bool is_overtaken(const struct node *head, const struct node *node)
{
	for (; head != node; head = head->before)
		if (head->partition == node->partition &&
		    bytes_equal(head->entry.subject, node->entry.subject) &&
		    bytes_equal(buffer_bytes(&head->field), buffer_bytes(&node->field)))
			return true;
	return false;
}

static size_t expect_facts(
    const struct redis_server *server, unsigned partition, const struct node *head)
{
	size_t expected = 0;
	struct buffer key = { 0 };
	for (const struct node *node = head; node != NULL; node = node->before) {
		if (node->partition != partition || is_overtaken(head, node))
			continue;
		const struct redis_item *item =
		    redis_server_find(server, key_of(&key, node), buffer_bytes(&node->field));
		bool same = node->sets ? item != NULL && bytes_equal(buffer_bytes(&item->value),
							     buffer_bytes(&node->value))
				       : item == NULL;
		if (!same)
			sim_violation(
			    "partition %u of department %u stands at entry %llu, but what "
			    "entry %llu %s is %s",
			    partition, head->department, (unsigned long long)head->sequence,
			    (unsigned long long)node->sequence, node->sets ? "set" : "deleted",
			    item == NULL ? "not there" : "another");
		expected += node->sets;
	}
	buffer_deinit(&key);
	return expected;
}

static size_t count_facts(
    const struct redis_server *server, unsigned partition, unsigned department)
{
	char prefix[24], of[12];
	size_t count, facts = 0;
	const struct redis_item *items = redis_server_items(server, &count);
	snprintf(prefix, sizeof prefix, "oc:{%u}:p1", partition);
	snprintf(of, sizeof of, "%u.", numbers[department]);
	for (size_t i = 0; i < count; i++) {
		struct bytes field = buffer_bytes(&items[i].field),
			     key = buffer_bytes(&items[i].key);
		bool mark = field.size > 0 && field.data[0] == '!';
		facts += key.size > strlen(prefix) &&
			 memcmp(key.data, prefix, strlen(prefix)) == 0 &&
			 field.size > strlen(of) + mark &&
			 memcmp(field.data + mark, of, strlen(of)) == 0;
	}
	return facts;
}

static const struct redis_item *find_position(
    const struct redis_server *server, unsigned partition, unsigned department)
{
	char number[12];
	struct buffer key = { 0 };
	snprintf(number, sizeof number, "%u", numbers[department]);
	profile_position_key(&key, partition);
	const struct redis_item *item =
	    redis_server_find(server, buffer_bytes(&key), bytes_of_text(number));
	buffer_deinit(&key);
	return item;
}

void promise_partition_is_fold(
    const struct redis_server *server, unsigned partition, unsigned department)
{
	struct position position = { 0 };
	const struct node *head = NULL;
	const struct redis_item *item = find_position(server, partition, department);
	if (item != NULL && bytes_equal_text(buffer_bytes(&item->value), PROFILE_REBUILD))
		return; // its facts are being taken out, and are told to be
	if (item != NULL) {
		ENSURE(position_parse(&position, buffer_bytes(&item->value)));
		head = history_find(&position);
		if (head == NULL)
			sim_violation("partition %u of department %u stands at an entry %llu that "
				      "never was durable",
			    partition, department, (unsigned long long)position.sequence);
	}
	size_t expected = expect_facts(server, partition, head);
	size_t found = count_facts(server, partition, department);
	if (found != expected)
		sim_violation(
		    "partition %u of department %u stands at entry %llu and has %zu facts, "
		    "its journal %zu",
		    partition, department, (unsigned long long)position.sequence, found, expected);
}

void promise_position_moves_on(unsigned department, struct bytes from, struct bytes to)
{
	struct position before, after;
	if (from.size == 0)
		return;
	bool parsed = position_parse(&before, from) && position_parse(&after, to);
	const struct node *earlier = parsed ? history_find(&before) : NULL;
	const struct node *later = parsed ? history_find(&after) : NULL;
	if (earlier == NULL || later == NULL || !history_is_before(earlier, later) ||
	    earlier == later)
		sim_violation("a position of department %u moved from entry %llu to %llu, which do "
			      "not lie on one history",
		    department, (unsigned long long)before.sequence,
		    (unsigned long long)after.sequence);
}

static bool is_caught_up(const struct redis_server *server, unsigned partition, unsigned department)
{
	struct position position;
	const struct node *head = sim->departments[department].head;
	const struct redis_item *item = find_position(server, partition, department);
	return head == NULL ||
	       (item != NULL && position_parse(&position, buffer_bytes(&item->value)) &&
		   history_find(&position) == head);
}

bool history_is_caught_up(const struct redis_server *server)
{
	for (unsigned department = 0; department < SIM_DEPARTMENTS; department++)
		for (unsigned partition = 0; partition < SIM_PARTITIONS; partition++)
			if (!is_caught_up(server, partition, department))
				return false;
	return true;
}

void promise_quiet_is_equal(const struct redis_server *server)
{
	for (unsigned department = 0; department < SIM_DEPARTMENTS; department++) {
		promise_acknowledged_is_kept(department, "at the end");
		for (unsigned partition = 0; partition < SIM_PARTITIONS; partition++) {
			if (!is_caught_up(server, partition, department))
				sim_violation(
				    "all is quiet, and partition %u of department %u is not "
				    "at its journal's end",
				    partition, department);
			promise_partition_is_fold(server, partition, department);
		}
	}
}
