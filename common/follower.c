// SPDX-License-Identifier: Apache-2.0
// follower: how a reader keeps up with one department, as a state machine without I/O.
#include "follower.h"

#include "chain.h"

#include <inttypes.h>
#include <stdio.h>

struct follower {
	unsigned department;
	struct follower_calls calls;
	void *context;
	enum follower_state state;
	char reason[256];
	struct position position;
	uint64_t head;
	uint64_t expected; // no less than this is the head: it was followed once
	bool paused, in_gap;
	bool epoch_given;   // by whoever keeps our position; else learnt from the department's
			    // messages
	bool chain_unknown; // nobody kept the hash at our position: learnt from the first batch
			    // that reaches it
	uint64_t gaps, gaps_filled, handed_on;
	int64_t heard_ms, recorded_ms, department_ms;

	uint64_t request;          // number of the last one sent
	uint64_t request_position; // the sequence we stood at when it was sent
	uint64_t request_head;     // the head we knew of then
	uint64_t asked_until;      // the last sequence it gives credit for
	int64_t progress_ms;       // when something last came of it, or it was sent
	bool doubting;             // a head below our position was heard: the answer will tell

	struct buffer held; // live batches behind a gap: size, message, size, message, ...
	uint64_t held_first, held_last;
	struct buffer out;
};

static const char *const state_names[FOLLOWER_STATES] = {
#define FOLLOWER_STATE_NAME(name, text) text,
	FOLLOWER_STATE_TABLE(FOLLOWER_STATE_NAME)
#undef FOLLOWER_STATE_NAME
};

const char *follower_state_name(enum follower_state state)
{
	ENSURE(state < FOLLOWER_STATES);
	return state_names[state];
}

struct follower *follower_new(unsigned department, const struct position *start,
    const struct follower_calls *calls, void *context)
{
	struct follower *follower = allocate(sizeof *follower);
	follower->department = department;
	follower->calls = *calls;
	follower->context = context;
	follower->heard_ms = -1;
	follower_restart(follower, start);
	return follower;
}

void follower_free(struct follower **follower)
{
	if (*follower == NULL)
		return;
	buffer_wipe(&(*follower)->held);
	buffer_deinit(&(*follower)->out);
	free(*follower);
	*follower = NULL;
}

static void drop_held(struct follower *follower)
{
	buffer_clear(&follower->held);
	follower->held_first = follower->held_last = 0;
}

static bool has_epoch(const struct follower *follower)
{
	static const uint8_t none[EPOCH_BYTES];
	return memcmp(follower->position.epoch, none, EPOCH_BYTES) != 0;
}

void follower_restart(struct follower *follower, const struct position *position)
{
	follower->position = *position;
	follower->state = FOLLOWER_WAITING;
	follower->reason[0] = 0;
	follower->head = follower->expected = position->sequence;
	follower->epoch_given = has_epoch(follower);
	follower->chain_unknown = false;
	follower->request++; // answers to what was asked before tell nothing about this position
	follower->asked_until = 0;
	follower->doubting = follower->in_gap = false;
	drop_held(follower);
}

void follower_expect(struct follower *follower, uint64_t sequence)
{
	if (sequence > follower->head)
		follower->head = follower->expected = sequence;
}

void follower_start_at(struct follower *follower, uint64_t sequence)
{
	ENSURE(sequence > 0);
	const struct position before = { .sequence = sequence - 1 };
	follower_restart(follower, &before);
	follower->chain_unknown = sequence > 1; // before the first entry it is zero
}

static bool is_halted(const struct follower *follower)
{
	return follower->state == FOLLOWER_FORK || follower->state == FOLLOWER_STOPPED;
}

static void halt(struct follower *follower, enum follower_state state, const char *reason)
{
	follower->state = state;
	snprintf(follower->reason, sizeof follower->reason, "%s", reason);
	drop_held(follower);
}

static void send_request(struct follower *follower, uint64_t from, int64_t now_ms)
{
	struct replay_request request = { has_epoch(follower), { 0 }, from, FOLLOWER_CREDIT,
		++follower->request };
	memcpy(request.epoch, follower->position.epoch, EPOCH_BYTES);
	follower->request_position = follower->position.sequence;
	follower->request_head = follower->head;
	follower->asked_until = from + FOLLOWER_CREDIT - 1;
	follower->progress_ms = now_ms;
	envelope_write_replay(&follower->out, &request);
	follower->calls.request(buffer_bytes(&follower->out), follower->context);
}

// Asks from our position on, unless that is under way already.
static void ask(struct follower *follower, int64_t now_ms)
{
	if (follower->state == FOLLOWER_REPLAYING || follower->paused)
		return;
	follower->state = FOLLOWER_REPLAYING;
	send_request(follower, follower->position.sequence + 1, now_ms);
}

// Is this the hash at our position?
static bool chain_fits(struct follower *follower, const uint8_t chain[CHAIN_BYTES])
{
	if (follower->chain_unknown)
		memcpy(follower->position.chain, chain, CHAIN_BYTES);
	follower->chain_unknown = false;
	return memcmp(follower->position.chain, chain, CHAIN_BYTES) == 0;
}

// Hands on the entries of a batch that are new, until it is halted, or paused by whoever takes
// them. False: it does not fit, which is a fork; but a batch that was held may be of a history that
// was rewritten since, and the replay tells which one is the department's now.
static bool hand_on(struct follower *follower, const struct batch *batch, bool was_held)
{
	struct bytes entries = batch->entries, packed;
	uint8_t chain[CHAIN_BYTES];
	memcpy(chain, batch->chain, CHAIN_BYTES);
	for (uint64_t sequence = batch->first;
	     sequence < batch->first + batch->count && !follower->paused; sequence++) {
		struct entry entry;
		bool is_new = sequence > follower->position.sequence;
		if (sequence == follower->position.sequence + 1 && !chain_fits(follower, chain)) {
			if (!was_held)
				halt(follower, FOLLOWER_FORK,
				    "the hash chain before a batch is not the one followed so far");
			return false;
		}
		if (envelope_next_entry(&entry, &entries, &packed) != STATUS_OK) {
			halt(follower, FOLLOWER_STOPPED, status_reason());
			return false;
		}
		chain_add(chain, sequence, &entry);
		if (!is_new)
			continue;
		follower->position.sequence = sequence;
		memcpy(follower->position.chain, chain, CHAIN_BYTES);
		follower->recorded_ms = entry.recorded_ms;
		follower->handed_on++;
		follower->calls.entry(sequence, &entry, chain, follower->context);
	}
	return true;
}

// A batch that begins at or before our next entry. False: it does not fit.
static bool take(struct follower *follower, const struct batch *batch, bool was_held)
{
	uint64_t last = batch->first + batch->count - 1, before = follower->position.sequence;
	if (batch->count == 0 || last <= follower->position.sequence)
		return true;
	bool fitted = hand_on(follower, batch, was_held);
	if (follower->position.sequence > before) // what came before a halt is whole, too
		follower->calls.batch_end(&follower->position, follower->context);
	return fitted;
}

static void hold(struct follower *follower, const struct batch *batch, struct bytes message)
{
	uint64_t last = batch->first + batch->count - 1;
	uint32_t size = (uint32_t)message.size;
	if (follower->held.size > 0 && last <= follower->held_last)
		return;
	bool joins = follower->held.size > 0 && batch->first <= follower->held_last + 1;
	if (!joins || follower->held.size + sizeof size + message.size > FOLLOWER_HELD_BYTES_MAX) {
		drop_held(follower); // the replay will bring what is dropped here
		follower->held_first = batch->first;
	}
	follower->held_last = last;
	buffer_append(&follower->held, &size, sizeof size);
	buffer_append_bytes(&follower->held, message);
}

static void take_held(struct follower *follower)
{
	if (follower->held.size == 0 || follower->held_first > follower->position.sequence + 1)
		return;
	struct buffer held = follower->held; // a halt inside empties the follower's own
	follower->held = (struct buffer){ 0 };
	drop_held(follower);
	bool fitted = true;
	for (size_t at = 0; at < held.size && fitted && !follower->paused;) {
		uint32_t size;
		struct batch batch;
		memcpy(&size, held.data + at, sizeof size);
		ENSURE(envelope_read_batch(
			   &batch, bytes_make(held.data + at + sizeof size, size)) == STATUS_OK);
		fitted = take(follower, &batch, true);
		at += sizeof size + size;
	}
	buffer_wipe(&held);
}

// Behind the known head: keeps the replay going. At it: live.
static void settle(struct follower *follower, int64_t now_ms)
{
	if (is_halted(follower) || follower->paused)
		return;
	if (follower->position.sequence >= follower->head && !follower->doubting) {
		if (follower->in_gap)
			follower->gaps_filled++;
		follower->in_gap = false;
		follower->state = FOLLOWER_LIVE;
		drop_held(follower);
	} else if (follower->state != FOLLOWER_REPLAYING) {
		ask(follower, now_ms);
	} else if (follower->position.sequence + FOLLOWER_CREDIT / 2 > follower->asked_until) {
		send_request(follower, follower->asked_until + 1, now_ms);
	}
}

// A message of another epoch, or of our epoch with another hash at our position, is of another
// history.
static bool fits(struct follower *follower, const struct batch *batch)
{
	bool same = memcmp(follower->position.epoch, batch->epoch, EPOCH_BYTES) == 0;
	bool may_adopt = !has_epoch(follower) ||
			 (position_is_start(&follower->position) && !follower->epoch_given);
	if (!same && may_adopt) {
		memcpy(follower->position.epoch, batch->epoch, EPOCH_BYTES);
		follower->head = 0; // what was learnt of another journal
		drop_held(follower);
		return true;
	}
	if (!same) {
		halt(follower, FOLLOWER_FORK,
		    "the department has another journal now: its epoch changed");
		return false;
	}
	if (batch->first == follower->position.sequence + 1 &&
	    !chain_fits(follower, batch->chain)) {
		halt(follower, FOLLOWER_FORK,
		    "the hash chain at our position is not the one followed so far");
		return false;
	}
	return true;
}

// The answer to our last request was sent after all that we had heard before it: if the head it
// tells is below what we knew then, and nothing since told of more, the department lost entries
// that we never had. That is no fork of ours.
static void learn_head(struct follower *follower, const struct batch *batch, bool answers_last)
{
	bool went_back = answers_last && batch->head < follower->head &&
			 follower->head == follower->request_head;
	if (batch->head > follower->head || went_back)
		follower->head = batch->head;
}

// A head below our position may be a message that was overtaken; the answer to a request sent since
// is no such thing.
static void look_at_head(struct follower *follower, const struct batch *batch, int64_t now_ms)
{
	bool answers_last = batch->answer != 0 && batch->answer == follower->request;
	uint64_t followed = follower->expected > follower->request_position
				? follower->expected
				: follower->request_position;
	if (answers_last && batch->head < followed) {
		char reason[160];
		snprintf(reason, sizeof reason,
		    "the department's journal ends at %" PRIu64 ", but %" PRIu64
		    " was followed: restored from an old copy?",
		    batch->head, followed);
		halt(follower, FOLLOWER_FORK, reason);
	} else if (answers_last) {
		follower->doubting = false;
	} else if (batch->head < follower->position.sequence && !follower->doubting &&
		   !follower->paused) {
		follower->doubting = true;
		follower->state = FOLLOWER_REPLAYING;
		send_request(follower, follower->position.sequence + 1, now_ms);
	}
	learn_head(follower, batch, answers_last);
}

static void hand_on_inputs(struct follower *follower, const struct batch *batch)
{
	struct input inputs[BATCH_INPUTS_MAX];
	size_t count;
	if (batch->count == 0 && batch->answer == 0 && follower->calls.inputs != NULL &&
	    envelope_read_inputs(batch->inputs, inputs, &count) == STATUS_OK)
		follower->calls.inputs(inputs, count, follower->context);
}

static void take_batch(struct follower *follower, const struct batch *batch, struct bytes message)
{
	if (batch->count == 0)
		return;
	if (batch->first > follower->position.sequence + 1) {
		if (follower->state == FOLLOWER_LIVE && !follower->in_gap) {
			follower->in_gap = true;
			follower->gaps++;
		}
		hold(follower, batch, message);
		return;
	}
	if (take(follower, batch, false))
		take_held(follower);
}

void follower_message(struct follower *follower, struct bytes message, int64_t now_ms)
{
	struct batch batch;
	enum status status = envelope_read_batch(&batch, message);
	if (status == STATUS_INVALID && !is_halted(follower))
		halt(follower, FOLLOWER_STOPPED, status_reason());
	if (status != STATUS_OK || batch.department != follower->department)
		return; // as good as lost: the next heartbeat shows the gap
	follower->heard_ms = now_ms;
	follower->department_ms = batch.time_ms;
	if (is_halted(follower) || !fits(follower, &batch))
		return;
	uint64_t before = follower->position.sequence;
	bool was_live = follower->state == FOLLOWER_LIVE;
	look_at_head(follower, &batch, now_ms);
	if (is_halted(follower))
		return;
	hand_on_inputs(follower, &batch);
	if (follower->paused)
		return;
	take_batch(follower, &batch, message);
	if (follower->position.sequence > before)
		follower->progress_ms = now_ms;
	// What was committed together is published in several batches: the rest is on its way, in
	// order, before the next heartbeat.
	bool rest_follows = was_live && batch.answer == 0 && batch.count > 0 && !follower->in_gap;
	if (is_halted(follower) || (rest_follows && follower->state == FOLLOWER_LIVE))
		return;
	if (was_live && follower->head > follower->position.sequence && !follower->in_gap) {
		follower->in_gap = true; // a heartbeat told of entries that never came
		follower->gaps++;
	}
	settle(follower, now_ms);
}

void follower_tick(struct follower *follower, int64_t now_ms)
{
	if (is_halted(follower) || follower->paused)
		return;
	if (follower->state == FOLLOWER_WAITING) {
		ask(follower, now_ms); // the department may be there and have nothing to publish
	} else if (follower->state == FOLLOWER_REPLAYING &&
		   now_ms - follower->progress_ms >= FOLLOWER_RETRY_MS) {
		send_request(follower, follower->position.sequence + 1, now_ms);
	}
}

void follower_pause(struct follower *follower, bool paused)
{
	if (follower->paused == paused)
		return;
	follower->paused = paused;
	if (paused)
		drop_held(follower);
	if (!is_halted(follower))
		follower->state =
		    FOLLOWER_WAITING; // on going on, the next tick asks from our position
}

void follower_report(
    const struct follower *follower, int64_t now_ms, struct follower_report *report)
{
	*report = (struct follower_report){
		.state = follower->state,
		.silent =
		    follower->heard_ms < 0 || now_ms - follower->heard_ms >= FOLLOWER_SILENT_MS,
		.reason = follower->reason,
		.position = follower->position,
		.head = follower->head > follower->position.sequence ? follower->head
								     : follower->position.sequence,
		.gaps = follower->gaps,
		.gaps_filled = follower->gaps_filled,
		.handed_on = follower->handed_on,
		.heard_ms = follower->heard_ms,
		.recorded_ms = follower->recorded_ms,
		.department_ms = follower->department_ms,
	};
}
