// SPDX-License-Identifier: Apache-2.0
// batch_fuzz: what a publisher may send: batches, their entries, their inputs.
#include "fuzz.h"

#include "envelope.h"

// What was read is written in one way only, and read back as the same.
static void check_entry(const struct entry *entry)
{
	struct buffer once = { 0 }, twice = { 0 };
	struct entry again;
	envelope_write_entry(&once, entry);
	ENSURE(envelope_read_entry(&again, buffer_bytes(&once)) == STATUS_OK);
	envelope_write_entry(&twice, &again);
	ENSURE(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
	ENSURE(again.operation == entry->operation && again.kind == entry->kind);
	ENSURE(bytes_equal(again.subject, entry->subject) && bytes_equal(again.key, entry->key));
	ENSURE(bytes_equal(again.body, entry->body) && again.previous == entry->previous);
	buffer_deinit(&once);
	buffer_deinit(&twice);
}

static size_t check_entries(struct bytes entries)
{
	struct entry entry;
	struct bytes packed;
	size_t count = 0;
	while (count < BATCH_ENTRIES_MAX && entries.size > 0 &&
	       envelope_next_entry(&entry, &entries, &packed) == STATUS_OK) {
		ENSURE(packed.size > 0 && packed.size <= ENTRY_BYTES_MAX);
		check_entry(&entry);
		count++;
	}
	return count;
}

static void check_batch(const struct batch *batch)
{
	struct input inputs[BATCH_INPUTS_MAX];
	size_t input_count;
	ENSURE(batch->count <= BATCH_ENTRIES_MAX);
	if (envelope_read_inputs(batch->inputs, inputs, &input_count) != STATUS_OK)
		return;
	struct buffer out = { 0 };
	struct batch again;
	if (check_entries(batch->entries) != batch->count)
		return;
	envelope_write_batch(&out, batch, inputs, input_count);
	ENSURE(envelope_read_batch(&again, buffer_bytes(&out)) == STATUS_OK);
	ENSURE(again.first == batch->first && again.head == batch->head);
	ENSURE(again.count == batch->count && bytes_equal(again.entries, batch->entries));
	buffer_deinit(&out);
}

static void check_request(const struct replay_request *request)
{
	struct buffer out = { 0 };
	struct replay_request again;
	envelope_write_replay(&out, request);
	ENSURE(envelope_read_replay(&again, buffer_bytes(&out)) == STATUS_OK);
	ENSURE(again.from == request->from && again.credit == request->credit);
	ENSURE(again.request == request->request && again.has_epoch == request->has_epoch);
	buffer_deinit(&out);
}

void fuzz_once(struct bytes input)
{
	struct batch batch;
	struct entry entry;
	struct replay_request request;
	if (envelope_read_batch(&batch, input) == STATUS_OK)
		check_batch(&batch);
	if (envelope_read_entry(&entry, input) == STATUS_OK)
		check_entry(&entry);
	if (envelope_read_replay(&request, input) == STATUS_OK)
		check_request(&request);
}
