// SPDX-License-Identifier: Apache-2.0
// follower_fuzz: a department that says anything in any order: what is handed on is in order, once.
#include "fuzz.h"

#include "follower.h"

enum {
	DEPARTMENT = 3,
	STEP_MS = 500
};

struct reader {
	uint64_t sequence;
	size_t requests;
};

static void take_entry(
    uint64_t sequence, const struct entry *entry, const uint8_t chain[CHAIN_BYTES], void *context)
{
	struct reader *reader = context;
	(void)entry;
	(void)chain;
	ENSURE(sequence == reader->sequence + 1);
	reader->sequence = sequence;
}

static void take_end(const struct position *position, void *context)
{
	const struct reader *reader = context;
	ENSURE(position->sequence == reader->sequence);
}

static void take_inputs(const struct input *inputs, size_t count, void *context)
{
	(void)inputs;
	(void)context;
	ENSURE(count <= BATCH_INPUTS_MAX);
}

static void take_request(struct bytes message, void *context)
{
	struct reader *reader = context;
	struct replay_request request;
	ENSURE(envelope_read_replay(&request, message) == STATUS_OK);
	ENSURE(request.from == reader->sequence + 1 || request.from > reader->sequence);
	reader->requests++;
}

// Two bytes of length, then a message; a length of 0 is a tick.
void fuzz_once(struct bytes input)
{
	static const struct follower_calls calls = { take_entry, take_end, take_inputs,
		take_request };
	static const struct position beginning;
	struct reader reader = { 0 };
	struct follower *follower = follower_new(DEPARTMENT, &beginning, &calls, &reader);
	int64_t now_ms = 1000;
	while (input.size >= 2) {
		size_t size = (size_t)input.data[0] << 8 | input.data[1];
		size = size < input.size - 2 ? size : input.size - 2;
		if (size > 0)
			follower_message(follower, bytes_make(input.data + 2, size), now_ms);
		else
			follower_tick(follower, now_ms);
		input = bytes_make(input.data + 2 + size, input.size - 2 - size);
		now_ms += STEP_MS;
	}
	struct follower_report report;
	follower_report(follower, now_ms, &report);
	ENSURE(report.position.sequence == reader.sequence);
	follower_free(&follower);
}
