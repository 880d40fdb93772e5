// SPDX-License-Identifier: Apache-2.0
// spoken: a department in memory: entries with a hash chain, and the batches that it would send.
#ifndef TESTS_SPOKEN_H
#define TESTS_SPOKEN_H

#include "chain.h"
#include "envelope.h"

enum {
	SPOKEN_DEPARTMENT = 3,
	SPOKEN_ENTRIES_MAX = 20000,
	SPOKEN_BATCH = 100
};

struct spoken {
	uint8_t epoch[EPOCH_BYTES];
	uint64_t head;
	int64_t first_ms, step_ms; // when entry 1 was recorded, and the time between two
	uint8_t chains[SPOKEN_ENTRIES_MAX + 1][CHAIN_BYTES]; // behind each entry
};

static inline struct entry spoken_entry(const struct spoken *spoken, uint64_t sequence)
{
	return (struct entry){
		.operation = OPERATION_PUT,
		.recorded_ms = spoken->first_ms + (int64_t)(sequence - 1) * spoken->step_ms,
		.kind = 1 + (unsigned)(sequence % 2),
		.subject = bytes_of_text("p10123456789abcdef"),
		.key = bytes_of_text("pension|2024"),
		.salt = bytes_of_text("0123456789abcdef"),
		.body = bytes_of_text("\x90"),
	};
}

static inline void spoken_append(struct spoken *spoken, uint64_t count)
{
	for (; count > 0; count--) {
		struct buffer packed = { 0 };
		struct entry entry = spoken_entry(spoken, spoken->head + 1), read;
		envelope_write_entry(&packed, &entry);
		ENSURE(envelope_read_entry(&read, buffer_bytes(&packed)) == STATUS_OK);
		ENSURE(spoken->head < SPOKEN_ENTRIES_MAX);
		spoken->head++;
		memcpy(spoken->chains[spoken->head], spoken->chains[spoken->head - 1], CHAIN_BYTES);
		chain_add(spoken->chains[spoken->head], spoken->head, &read);
		buffer_deinit(&packed);
	}
}

// count entries from first on; none: a heartbeat.
static inline void spoken_batch(const struct spoken *spoken, uint64_t first, uint64_t count,
    uint64_t answer, struct buffer *message)
{
	struct buffer entries = { 0 };
	for (uint64_t sequence = first; sequence < first + count; sequence++) {
		struct entry entry = spoken_entry(spoken, sequence);
		envelope_write_entry(&entries, &entry);
	}
	struct batch batch = { .department = SPOKEN_DEPARTMENT,
		.first = first,
		.count = count,
		.head = spoken->head,
		.answer = answer,
		.entries = buffer_bytes(&entries) };
	memcpy(batch.epoch, spoken->epoch, EPOCH_BYTES);
	memcpy(batch.chain, spoken->chains[first - 1], CHAIN_BYTES);
	envelope_write_batch(message, &batch, NULL, 0);
	buffer_deinit(&entries);
}

// Answers a request with all it gives credit for. say: each message.
static inline void spoken_answer(const struct spoken *spoken, struct bytes request,
    void (*say_message)(struct bytes message, void *context), void *context)
{
	struct replay_request asked;
	struct buffer message = { 0 };
	ENSURE(envelope_read_replay(&asked, request) == STATUS_OK);
	uint64_t next = asked.from, end = asked.from + asked.credit - 1;
	while (next <= end && next <= spoken->head) {
		uint64_t last = next + SPOKEN_BATCH - 1;
		last = last < end ? last : end;
		last = last < spoken->head ? last : spoken->head;
		spoken_batch(spoken, next, last - next + 1, asked.request, &message);
		say_message(buffer_bytes(&message), context);
		next = last + 1;
	}
	if (next <= end) {
		spoken_batch(spoken, spoken->head + 1, 0, asked.request, &message);
		say_message(buffer_bytes(&message), context);
	}
	buffer_deinit(&message);
}

#endif
