// SPDX-License-Identifier: Apache-2.0
// envelope_test: what travels and lies in journals: bytes that decode for ever, and the limits of
// every member.
#include "envelope.h"

#include "scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// --- fixed values, and the golden bytes they became ---

static const uint8_t epoch[EPOCH_BYTES] = { 0x0e, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15 };
static const uint8_t chain[CHAIN_BYTES] = { 0xc0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };
static const uint8_t salt[SALT_BYTES] = { 0x5a, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static const uint8_t hash[BODY_HASH_BYTES] = { 0xba, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 };
static const uint8_t body[] = { 0x93, 0x01, 0xa3, 'a', 'b', 'c', 0xcd, 0x12, 0x34 };

#define TEXT(text)                                        \
	{                                                 \
		(const uint8_t *)(text), sizeof(text) - 1 \
	}

static const struct entry entry_put = {
	.operation = OPERATION_PUT,
	.recorded_ms = 1795478400123,
	.kind = 7,
	.subject = TEXT("p10123456789abcdef"),
	.key = TEXT("2026\x1f"
		    "03"),
	.has_version = true,
	.version = 18446744073709551615u,
	.valid_since = 20260301,
	.previous = 4711,
	.salt = { salt, sizeof salt },
	.body = { body, sizeof body },
};
static const struct entry entry_retract = {
	.operation = OPERATION_RETRACT,
	.recorded_ms = 1795478400124,
	.kind = 65535,
	.subject = TEXT("d1zzzzzzzzzzzzzzzz"),
	.key = TEXT(""),
	.previous = 9223372036854775807,
};
static const struct entry entry_reject = {
	.operation = OPERATION_REJECT,
	.recorded_ms = -1,
	.kind = 1,
	.subject = TEXT("s10000000000000003"),
	.key = TEXT("k"),
	.note = TEXT("check_digit"),
};
static const struct entry entry_erased = {
	.operation = OPERATION_PUT,
	.recorded_ms = 0,
	.kind = 300,
	.subject = TEXT("e1aaaaaaaaaaaaaaaa"),
	.key = TEXT("合同"),
	.has_version = true,
	.version = 0,
	.erased = true,
	.body = { hash, sizeof hash },
};
static const struct input inputs[] = {
	{ .kind = 1,
	    .quarantined = 3,
	    .oldest_quarantined_ms = 1795478400000,
	    .last_input_ms = 1795478400100 },
	{ .kind = 65535, .quarantined = 0 },
};

static void write_put(struct buffer *out)
{
	envelope_write_entry(out, &entry_put);
}

static void write_retract(struct buffer *out)
{
	envelope_write_entry(out, &entry_retract);
}

static void write_reject(struct buffer *out)
{
	envelope_write_entry(out, &entry_reject);
}

static void write_erased(struct buffer *out)
{
	envelope_write_entry(out, &entry_erased);
}

static struct batch golden_batch(void)
{
	struct batch batch = { .department = 3,
		.first = 4712,
		.count = 2,
		.head = 5000,
		.time_ms = 1795478400999,
		.answer = 17 };
	memcpy(batch.epoch, epoch, sizeof epoch);
	memcpy(batch.chain, chain, sizeof chain);
	return batch;
}

static void write_batch(struct buffer *out)
{
	struct buffer entries = { 0 };
	write_put(&entries);
	write_retract(&entries);
	struct batch batch = golden_batch();
	batch.entries = buffer_bytes(&entries);
	envelope_write_batch(out, &batch, NULL, 0);
	buffer_deinit(&entries);
}

static struct batch golden_heartbeat(void)
{
	struct batch batch = golden_batch();
	batch.first = 5001;
	batch.count = 0;
	batch.answer = 0;
	return batch;
}

static void write_heartbeat(struct buffer *out)
{
	struct batch batch = golden_heartbeat();
	envelope_write_batch(out, &batch, inputs, COUNT_OF(inputs));
}

static const struct replay_request golden_replay = {
	.has_epoch = true, .from = 4712, .credit = 16384, .request = 18
};

static void write_replay(struct buffer *out)
{
	struct replay_request request = golden_replay;
	memcpy(request.epoch, epoch, sizeof epoch);
	envelope_write_replay(out, &request);
}

static const struct golden {
	const char *name;
	void (*write)(struct buffer *out);
} golden[] = {
	{ "entry-put", write_put },
	{ "entry-retract", write_retract },
	{ "entry-reject", write_reject },
	{ "entry-erased", write_erased },
	{ "batch", write_batch },
	{ "heartbeat", write_heartbeat },
	{ "replay", write_replay },
};
enum {
	GOLDEN_ENTRIES = 4
}; // they come first in the table

static void golden_path(const struct golden *file, char path[512])
{
	snprintf(path, 512, "%s/proto/golden/%d/%s.bin", PROJECT_DIR, ENVELOPE_FORMAT, file->name);
}

static void golden_read(const struct golden *file, struct buffer *out)
{
	char path[512];
	golden_path(file, path);
	FILE *in = fopen(path, "rb");
	if (in == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	buffer_clear(out);
	out->size = fread(buffer_reserve(out, 8192), 1, 8192, in);
	fclose(in);
}

// With ONECITY_MAKE_GOLDEN set: only ever what is not there.
static void golden_make(void)
{
	for (size_t i = 0; i < COUNT_OF(golden); i++) {
		char path[512];
		struct buffer bytes = { 0 };
		golden_path(&golden[i], path);
		golden[i].write(&bytes);
		int file = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
		if (file >= 0)
			ENSURE(write(file, bytes.data, bytes.size) == (ssize_t)bytes.size &&
			       close(file) == 0);
		buffer_deinit(&bytes);
	}
}

// --- comparing ---

static bool entries_equal(const struct entry *a, const struct entry *b)
{
	return a->operation == b->operation && a->recorded_ms == b->recorded_ms &&
	       a->kind == b->kind && bytes_equal(a->subject, b->subject) &&
	       bytes_equal(a->key, b->key) && a->has_version == b->has_version &&
	       a->version == b->version && a->valid_since == b->valid_since &&
	       a->previous == b->previous && bytes_equal(a->note, b->note) &&
	       a->erased == b->erased && bytes_equal(a->salt, b->salt) &&
	       bytes_equal(a->body, b->body);
}

static bool batches_equal(const struct batch *a, const struct batch *b)
{
	return a->department == b->department && memcmp(a->epoch, b->epoch, EPOCH_BYTES) == 0 &&
	       a->first == b->first && a->count == b->count && a->head == b->head &&
	       a->time_ms == b->time_ms && memcmp(a->chain, b->chain, CHAIN_BYTES) == 0 &&
	       a->answer == b->answer && bytes_equal(a->entries, b->entries);
}

static bool inputs_equal(const struct input *a, const struct input *b)
{
	return a->kind == b->kind && a->quarantined == b->quarantined &&
	       a->oldest_quarantined_ms == b->oldest_quarantined_ms &&
	       a->last_input_ms == b->last_input_ms;
}

static bool replays_equal(const struct replay_request *a, const struct replay_request *b)
{
	return a->has_epoch == b->has_epoch && memcmp(a->epoch, b->epoch, EPOCH_BYTES) == 0 &&
	       a->from == b->from && a->credit == b->credit && a->request == b->request;
}

// --- golden ---

static void envelope_writes_the_golden_bytes_for_ever(void **state)
{
	(void)state;
	struct buffer bytes = { 0 }, written = { 0 };
	for (size_t i = 0; i < COUNT_OF(golden); i++) {
		golden_read(&golden[i], &bytes);
		buffer_clear(&written);
		golden[i].write(&written);
		assert_true(bytes.size > 0);
		assert_true(bytes_equal(buffer_bytes(&bytes), buffer_bytes(&written)));
	}
	buffer_deinit(&bytes);
	buffer_deinit(&written);
}

static void envelope_reads_the_golden_entries_for_ever(void **state)
{
	(void)state;
	const struct entry *const expected[GOLDEN_ENTRIES] = { &entry_put, &entry_retract,
		&entry_reject, &entry_erased };
	struct buffer bytes = { 0 };
	for (size_t i = 0; i < GOLDEN_ENTRIES; i++) {
		struct entry entry;
		golden_read(&golden[i], &bytes);
		assert_int_equal(envelope_read_entry(&entry, buffer_bytes(&bytes)), STATUS_OK);
		assert_true(entries_equal(&entry, expected[i]));
		// The header is all that is before salt and body, without the array's own mark.
		assert_ptr_equal(entry.header.data, bytes.data + 1);
		size_t behind = entry.body.size == 0 ? 2
				: entry.erased       ? 1 + 2 + 32
						     : 2 + 16 + 2 + entry.body.size;
		assert_int_equal(entry.header.size, bytes.size - 1 - behind);
	}
	buffer_deinit(&bytes);
}

static void envelope_reads_the_golden_messages_for_ever(void **state)
{
	(void)state;
	struct buffer bytes = { 0 }, entries = { 0 };
	struct batch batch, expected = golden_batch();
	struct input read_inputs[BATCH_INPUTS_MAX];
	struct replay_request request;
	size_t count;
	write_put(&entries);
	write_retract(&entries);
	expected.entries = buffer_bytes(&entries);
	golden_read(&golden[4], &bytes);
	assert_int_equal(envelope_read_batch(&batch, buffer_bytes(&bytes)), STATUS_OK);
	assert_true(batches_equal(&batch, &expected));
	assert_int_equal(envelope_read_inputs(batch.inputs, read_inputs, &count), STATUS_OK);
	assert_int_equal(count, 0);

	golden_read(&golden[5], &bytes);
	expected = golden_heartbeat();
	assert_int_equal(envelope_read_batch(&batch, buffer_bytes(&bytes)), STATUS_OK);
	assert_true(batches_equal(&batch, &expected));
	assert_int_equal(envelope_read_inputs(batch.inputs, read_inputs, &count), STATUS_OK);
	assert_int_equal(count, COUNT_OF(inputs));
	for (size_t i = 0; i < count; i++)
		assert_true(inputs_equal(&read_inputs[i], &inputs[i]));

	golden_read(&golden[6], &bytes);
	assert_int_equal(envelope_read_replay(&request, buffer_bytes(&bytes)), STATUS_OK);
	assert_memory_equal(request.epoch, epoch, EPOCH_BYTES);
	memset(request.epoch, 0, EPOCH_BYTES);
	assert_true(replays_equal(&request, &golden_replay));
	buffer_deinit(&bytes);
	buffer_deinit(&entries);
}

static void envelope_walks_the_entries_of_a_batch(void **state)
{
	(void)state;
	struct buffer bytes = { 0 };
	struct batch batch;
	struct entry entry;
	struct bytes packed;
	golden_read(&golden[4], &bytes);
	assert_int_equal(envelope_read_batch(&batch, buffer_bytes(&bytes)), STATUS_OK);
	struct bytes entries = batch.entries;
	assert_int_equal(envelope_next_entry(&entry, &entries, &packed), STATUS_OK);
	assert_true(entries_equal(&entry, &entry_put));
	assert_int_equal(packed.size + entries.size, batch.entries.size);
	assert_int_equal(envelope_next_entry(&entry, &entries, &packed), STATUS_OK);
	assert_true(entries_equal(&entry, &entry_retract));
	assert_int_equal(entries.size, 0);
	assert_int_equal(envelope_next_entry(&entry, &entries, &packed), STATUS_CORRUPT);
	buffer_deinit(&bytes);
}

// --- limits of an entry ---

// An entry as somebody else may write it, member by member.
struct raw_entry {
	size_t members;
	uint64_t operation;
	int64_t recorded_ms;
	uint64_t kind;
	struct bytes subject, key;
	bool has_valid_since;
	uint64_t valid_since, previous;
	struct bytes note; // no data: nil
	struct bytes salt, body;
	size_t trailing;
};

static struct raw_entry sound_entry(void)
{
	return (struct raw_entry){ .members = 11,
		.operation = OPERATION_PUT,
		.recorded_ms = 1,
		.kind = 1,
		.subject = entry_put.subject,
		.key = entry_put.key,
		.salt = entry_put.salt,
		.body = entry_put.body };
}

static void text_or_nil(struct buffer *out, struct bytes text)
{
	if (text.data != NULL)
		pack_text(out, text);
	else
		pack_nil(out);
}

static void binary_or_nil(struct buffer *out, struct bytes binary)
{
	if (binary.data != NULL)
		pack_binary(out, binary);
	else
		pack_nil(out);
}

static enum status read_raw(const struct raw_entry *raw)
{
	struct buffer out = { 0 };
	struct entry entry;
	pack_array(&out, raw->members);
	pack_unsigned(&out, raw->operation);
	pack_integer(&out, raw->recorded_ms);
	pack_unsigned(&out, raw->kind);
	pack_text(&out, raw->subject);
	pack_text(&out, raw->key);
	pack_nil(&out);
	if (raw->has_valid_since)
		pack_unsigned(&out, raw->valid_since);
	else
		pack_nil(&out);
	pack_unsigned(&out, raw->previous);
	text_or_nil(&out, raw->note);
	binary_or_nil(&out, raw->salt);
	binary_or_nil(&out, raw->body);
	for (size_t i = 0; i < raw->trailing; i++)
		pack_nil(&out);
	enum status status = envelope_read_entry(&entry, buffer_bytes(&out));
	buffer_deinit(&out);
	return status;
}

static uint8_t large[BODY_BYTES_MAX + 2];

#define CHECK_ENTRY(member, value, expected)                \
	do {                                                \
		struct raw_entry raw = sound_entry();       \
		raw.member = value;                         \
		assert_int_equal(read_raw(&raw), expected); \
	} while (0)

static void envelope_holds_every_member_of_an_entry_to_its_limit(void **state)
{
	(void)state;
	struct raw_entry sound = sound_entry();
	assert_int_equal(read_raw(&sound), STATUS_OK);
	CHECK_ENTRY(members, 10, STATUS_CORRUPT);
	CHECK_ENTRY(members, 12, STATUS_CORRUPT);
	CHECK_ENTRY(trailing, 1, STATUS_CORRUPT);
	CHECK_ENTRY(operation, OPERATION_COUNT, STATUS_CORRUPT);
	CHECK_ENTRY(operation, (uint64_t)1 << 32, STATUS_CORRUPT); // whose low half says "put"
	CHECK_ENTRY(operation, OPERATION_RETRACT, STATUS_CORRUPT); // with a body
	CHECK_ENTRY(recorded_ms, INT64_MIN, STATUS_OK);
	CHECK_ENTRY(kind, 0, STATUS_CORRUPT);
	CHECK_ENTRY(kind, UINT16_MAX, STATUS_OK);
	CHECK_ENTRY(kind, UINT16_MAX + 1, STATUS_CORRUPT);
	CHECK_ENTRY(kind, ((uint64_t)1 << 32) + 1, STATUS_CORRUPT);
	CHECK_ENTRY(subject, bytes_make("p1", 2), STATUS_CORRUPT);
	CHECK_ENTRY(subject, bytes_make(large, SUBJECT_BYTES + 1), STATUS_CORRUPT);
	CHECK_ENTRY(key, bytes_make(large, KEY_BYTES_MAX), STATUS_OK);
	CHECK_ENTRY(key, bytes_make(large, KEY_BYTES_MAX + 1), STATUS_CORRUPT);
	CHECK_ENTRY(note, bytes_make(large, NOTE_BYTES_MAX), STATUS_OK);
	CHECK_ENTRY(note, bytes_make(large, NOTE_BYTES_MAX + 1), STATUS_CORRUPT);
	CHECK_ENTRY(previous, UINT64_MAX, STATUS_OK);
	CHECK_ENTRY(salt, bytes_make(large, SALT_BYTES - 1), STATUS_CORRUPT);
	CHECK_ENTRY(salt, bytes_make(large, SALT_BYTES + 1), STATUS_CORRUPT);
	CHECK_ENTRY(salt, bytes_make(large, 0), STATUS_CORRUPT);
	CHECK_ENTRY(salt, bytes_make(NULL, 0), STATUS_CORRUPT); // erased, but no hash
	CHECK_ENTRY(body, bytes_make(NULL, 0), STATUS_CORRUPT);
	CHECK_ENTRY(body, bytes_make(large, 0), STATUS_CORRUPT);
	CHECK_ENTRY(body, bytes_make(large, BODY_BYTES_MAX), STATUS_OK);
	CHECK_ENTRY(body, bytes_make(large, BODY_BYTES_MAX + 1), STATUS_CORRUPT);
}

static void envelope_refuses_dates_that_do_not_fit(void **state)
{
	(void)state;
	struct raw_entry raw = sound_entry();
	raw.has_valid_since = true;
	raw.valid_since = INT64_MAX;
	assert_int_equal(read_raw(&raw), STATUS_OK);
	raw.valid_since = (uint64_t)INT64_MAX + 1;
	assert_int_equal(read_raw(&raw), STATUS_CORRUPT);
	raw.valid_since = UINT64_MAX;
	assert_int_equal(read_raw(&raw), STATUS_CORRUPT);
}

static void envelope_takes_the_hash_for_an_erased_body_and_nothing_else(void **state)
{
	(void)state;
	struct raw_entry raw = sound_entry();
	raw.salt = bytes_make(NULL, 0);
	raw.body = bytes_make(large, BODY_HASH_BYTES);
	assert_int_equal(read_raw(&raw), STATUS_OK);
	raw.body.size--;
	assert_int_equal(read_raw(&raw), STATUS_CORRUPT);
	raw.body.size += 2;
	assert_int_equal(read_raw(&raw), STATUS_CORRUPT);
	raw.body.size = BODY_HASH_BYTES;
	raw.operation = OPERATION_RETRACT;
	assert_int_equal(read_raw(&raw), STATUS_CORRUPT);
	raw.body = bytes_make(NULL, 0);
	assert_int_equal(read_raw(&raw), STATUS_OK);
	raw.salt = bytes_make(large, SALT_BYTES); // a salt for nothing
	assert_int_equal(read_raw(&raw), STATUS_CORRUPT);
}

static void envelope_largest_entry_fits_its_limit_and_a_batch(void **state)
{
	(void)state;
	struct entry entry = entry_put;
	struct buffer packed = { 0 }, message = { 0 };
	entry.recorded_ms = INT64_MIN;
	entry.kind = UINT16_MAX;
	entry.key = bytes_make(large, KEY_BYTES_MAX);
	entry.note = bytes_make(large, NOTE_BYTES_MAX);
	entry.valid_since = INT64_MAX;
	entry.previous = UINT64_MAX;
	entry.body = bytes_make(large, BODY_BYTES_MAX);
	envelope_write_entry(&packed, &entry);
	assert_true(packed.size <= ENTRY_BYTES_MAX);
	struct entry again;
	assert_int_equal(envelope_read_entry(&again, buffer_bytes(&packed)), STATUS_OK);
	assert_true(entries_equal(&entry, &again));

	struct batch batch = golden_batch();
	size_t one = packed.size;
	for (batch.count = 1; packed.size + one <= BATCH_BYTES_MAX; batch.count++)
		envelope_write_entry(&packed, &entry);
	batch.entries = buffer_bytes(&packed);
	envelope_write_batch(&message, &batch, NULL, 0);
	assert_true(message.size <= MESSAGE_BYTES_MAX);
	assert_int_equal(envelope_read_batch(&batch, buffer_bytes(&message)), STATUS_OK);
	buffer_deinit(&packed);
	buffer_deinit(&message);
}

// --- limits of a batch ---

struct raw_batch {
	size_t members;
	uint64_t format, department;
	struct bytes epoch;
	uint64_t first, count, head;
	struct bytes chain;
	uint64_t entries; // really there
	size_t trailing;
};

static struct raw_batch sound_batch(void)
{
	return (struct raw_batch){ 11, ENVELOPE_FORMAT, 3, { epoch, sizeof epoch }, 11, 2, 20,
		{ chain, sizeof chain }, 2, 0 };
}

static enum status read_raw_batch(const struct raw_batch *raw)
{
	struct buffer out = { 0 };
	struct batch batch;
	pack_array(&out, raw->members);
	pack_unsigned(&out, raw->format);
	pack_unsigned(&out, raw->department);
	pack_binary(&out, raw->epoch);
	pack_unsigned(&out, raw->first);
	pack_unsigned(&out, raw->count);
	pack_unsigned(&out, raw->head);
	pack_integer(&out, 1);
	pack_binary(&out, raw->chain);
	pack_unsigned(&out, 0);
	pack_array(&out, raw->entries);
	for (uint64_t i = 0; i < raw->entries; i++)
		envelope_write_entry(&out, &entry_retract);
	pack_array(&out, 0);
	for (size_t i = 0; i < raw->trailing; i++)
		pack_nil(&out);
	enum status status = envelope_read_batch(&batch, buffer_bytes(&out));
	buffer_deinit(&out);
	return status;
}

#define CHECK_BATCH(member, value, expected)                      \
	do {                                                      \
		struct raw_batch raw = sound_batch();             \
		raw.member = value;                               \
		assert_int_equal(read_raw_batch(&raw), expected); \
	} while (0)

static void envelope_holds_every_member_of_a_batch_to_its_limit(void **state)
{
	(void)state;
	static const uint8_t none[EPOCH_BYTES];
	struct raw_batch sound = sound_batch();
	assert_int_equal(read_raw_batch(&sound), STATUS_OK);
	CHECK_BATCH(members, 10, STATUS_CORRUPT);
	CHECK_BATCH(members, 12, STATUS_CORRUPT);
	CHECK_BATCH(trailing, 1, STATUS_CORRUPT);
	CHECK_BATCH(format, 0, STATUS_CORRUPT);
	CHECK_BATCH(format, ENVELOPE_FORMAT + 1, STATUS_INVALID);
	CHECK_BATCH(department, 0, STATUS_CORRUPT);
	CHECK_BATCH(department, UINT16_MAX + 1, STATUS_CORRUPT);
	CHECK_BATCH(department, ((uint64_t)1 << 32) + 3, STATUS_CORRUPT);
	CHECK_BATCH(epoch, bytes_make(epoch, EPOCH_BYTES - 1), STATUS_CORRUPT);
	CHECK_BATCH(epoch, bytes_make(large, EPOCH_BYTES + 1), STATUS_CORRUPT);
	CHECK_BATCH(epoch, bytes_make(none, EPOCH_BYTES), STATUS_CORRUPT); // stands for "none"
	CHECK_BATCH(chain, bytes_make(chain, CHAIN_BYTES - 1), STATUS_CORRUPT);
	CHECK_BATCH(chain, bytes_make(large, CHAIN_BYTES + 1), STATUS_CORRUPT);
	CHECK_BATCH(first, 0, STATUS_CORRUPT);
	CHECK_BATCH(first, 19, STATUS_OK);
	CHECK_BATCH(first, 20, STATUS_CORRUPT); // its last would be beyond the head
	CHECK_BATCH(first, UINT64_MAX, STATUS_CORRUPT);
	CHECK_BATCH(head, 12, STATUS_OK);
	CHECK_BATCH(head, 11, STATUS_CORRUPT);
	CHECK_BATCH(head, (uint64_t)INT64_MAX + 1, STATUS_CORRUPT);
	CHECK_BATCH(count, 1, STATUS_CORRUPT);
	CHECK_BATCH(count, 3, STATUS_CORRUPT);
	CHECK_BATCH(count, UINT64_MAX, STATUS_CORRUPT);
	CHECK_BATCH(entries, 1, STATUS_CORRUPT);
}

static void envelope_heartbeat_begins_behind_the_head(void **state)
{
	(void)state;
	struct raw_batch raw = sound_batch();
	raw.count = raw.entries = 0;
	raw.first = 21;
	assert_int_equal(read_raw_batch(&raw), STATUS_OK);
	raw.first = 20;
	assert_int_equal(read_raw_batch(&raw), STATUS_CORRUPT);
	raw.first = 22;
	assert_int_equal(read_raw_batch(&raw), STATUS_CORRUPT);
	raw.first = 1;
	raw.head = 0;
	assert_int_equal(read_raw_batch(&raw), STATUS_OK);
}

static void envelope_takes_as_many_entries_as_the_limit_says(void **state)
{
	(void)state;
	struct raw_batch raw = sound_batch();
	raw.head = 10000;
	raw.count = raw.entries = BATCH_ENTRIES_MAX;
	assert_int_equal(read_raw_batch(&raw), STATUS_OK);
	raw.count = raw.entries = BATCH_ENTRIES_MAX + 1;
	assert_int_equal(read_raw_batch(&raw), STATUS_CORRUPT);
}

static void envelope_refuses_messages_over_the_limit(void **state)
{
	(void)state;
	uint8_t *message = calloc(1, MESSAGE_BYTES_MAX + 1);
	struct batch batch;
	assert_int_equal(envelope_read_batch(&batch, bytes_make(message, MESSAGE_BYTES_MAX + 1)),
	    STATUS_CORRUPT);
	assert_non_null(strstr(status_reason(), "limit"));
	free(message);
	struct entry entry;
	uint8_t *packed = calloc(1, ENTRY_BYTES_MAX + 1);
	assert_int_equal(
	    envelope_read_entry(&entry, bytes_make(packed, ENTRY_BYTES_MAX + 1)), STATUS_CORRUPT);
	free(packed);
}

static void envelope_tells_newer_from_damaged(void **state)
{
	(void)state;
	struct batch batch;
	struct replay_request request;
	const struct bytes newer[] = { bytes_make("\x93\x02\xc0\xc0", 4),
		bytes_make("\x95\xcd\x01\x00\xc0\xc0\xc0\xc0", 8) };
	const struct bytes damaged[] = { bytes_make("", 0), bytes_make("\x81\x02\xc0", 3),
		bytes_make("\x92\xc0\x02", 3), bytes_make("\x91\x00", 2), bytes_make("\x91\x01", 2),
		bytes_make("\x91\xd0\xff", 3) };
	assert_int_equal(envelope_read_batch(&batch, newer[0]), STATUS_INVALID);
	assert_non_null(strstr(status_reason(), "newer"));
	for (size_t i = 0; i < COUNT_OF(newer); i++) {
		assert_int_equal(envelope_read_batch(&batch, newer[i]), STATUS_INVALID);
		assert_int_equal(envelope_read_replay(&request, newer[i]), STATUS_INVALID);
	}
	for (size_t i = 0; i < COUNT_OF(damaged); i++) {
		assert_int_equal(envelope_read_batch(&batch, damaged[i]), STATUS_CORRUPT);
		assert_int_equal(envelope_read_replay(&request, damaged[i]), STATUS_CORRUPT);
	}
}

// --- inputs and replays ---

static void envelope_takes_inputs_up_to_the_limit(void **state)
{
	(void)state;
	struct input read[BATCH_INPUTS_MAX];
	struct buffer out = { 0 };
	size_t count = 99;
	for (size_t members = BATCH_INPUTS_MAX; members <= BATCH_INPUTS_MAX + 1; members++) {
		buffer_clear(&out);
		pack_array(&out, members);
		for (size_t i = 0; i < members; i++) {
			pack_array(&out, 4);
			pack_unsigned(&out, i + 1);
			pack_unsigned(&out, UINT64_MAX);
			pack_nil(&out);
			pack_integer(&out, INT64_MAX);
		}
		bool fits = members <= BATCH_INPUTS_MAX;
		assert_int_equal(envelope_read_inputs(buffer_bytes(&out), read, &count),
		    fits ? STATUS_OK : STATUS_CORRUPT);
		assert_int_equal(count, fits ? members : 0);
	}
	buffer_deinit(&out);
}

static enum status read_input(size_t members, uint64_t kind)
{
	struct input read[BATCH_INPUTS_MAX];
	struct buffer out = { 0 };
	size_t count;
	pack_array(&out, 1);
	pack_array(&out, members);
	pack_unsigned(&out, kind);
	for (size_t i = 1; i < members; i++)
		pack_unsigned(&out, 0);
	enum status status = envelope_read_inputs(buffer_bytes(&out), read, &count);
	assert_int_equal(count, status == STATUS_OK);
	buffer_deinit(&out);
	return status;
}

static void envelope_refuses_inputs_of_another_shape(void **state)
{
	(void)state;
	struct input read[BATCH_INPUTS_MAX];
	size_t count;
	assert_int_equal(read_input(4, 1), STATUS_OK);
	assert_int_equal(read_input(4, UINT16_MAX), STATUS_OK);
	assert_int_equal(read_input(3, 1), STATUS_CORRUPT);
	assert_int_equal(read_input(5, 1), STATUS_CORRUPT);
	assert_int_equal(read_input(4, 0), STATUS_CORRUPT);
	assert_int_equal(read_input(4, UINT16_MAX + 1), STATUS_CORRUPT);
	assert_int_equal(envelope_read_inputs(bytes_make("\xc0", 1), read, &count), STATUS_CORRUPT);
	assert_int_equal(envelope_read_inputs(bytes_make(NULL, 0), read, &count), STATUS_CORRUPT);
}

static enum status read_raw_replay(
    size_t members, struct bytes request_epoch, uint64_t from, uint64_t credit, uint64_t number)
{
	struct buffer out = { 0 };
	struct replay_request request;
	pack_array(&out, members);
	pack_unsigned(&out, ENVELOPE_FORMAT);
	binary_or_nil(&out, request_epoch);
	pack_unsigned(&out, from);
	pack_unsigned(&out, credit);
	pack_unsigned(&out, number);
	enum status status = envelope_read_replay(&request, buffer_bytes(&out));
	buffer_deinit(&out);
	return status;
}

static void envelope_holds_every_member_of_a_replay_request_to_its_limit(void **state)
{
	(void)state;
	const struct bytes good = { epoch, EPOCH_BYTES }, none = { NULL, 0 },
			   brief = { epoch, EPOCH_BYTES - 1 };
	assert_int_equal(read_raw_replay(5, good, 1, 1, 1), STATUS_OK);
	assert_int_equal(read_raw_replay(5, none, 1, UINT64_MAX, UINT64_MAX), STATUS_OK);
	assert_int_equal(read_raw_replay(5, good, INT64_MAX, 1, 1), STATUS_OK);
	assert_int_equal(read_raw_replay(5, good, (uint64_t)INT64_MAX + 1, 1, 1), STATUS_CORRUPT);
	assert_int_equal(read_raw_replay(5, good, 0, 1, 1), STATUS_CORRUPT);
	assert_int_equal(read_raw_replay(5, good, 1, 0, 1), STATUS_CORRUPT);
	assert_int_equal(read_raw_replay(5, good, 1, 1, 0), STATUS_CORRUPT);
	assert_int_equal(read_raw_replay(5, brief, 1, 1, 1), STATUS_CORRUPT);
	assert_int_equal(read_raw_replay(4, good, 1, 1, 1), STATUS_CORRUPT);
	assert_int_equal(read_raw_replay(6, good, 1, 1, 1), STATUS_CORRUPT);
}

// --- damage ---

static void check_entry_again(struct bytes message)
{
	struct entry entry, again;
	struct buffer out = { 0 };
	if (envelope_read_entry(&entry, message) != STATUS_OK)
		return;
	envelope_write_entry(&out, &entry);
	assert_int_equal(envelope_read_entry(&again, buffer_bytes(&out)), STATUS_OK);
	assert_true(entries_equal(&entry, &again));
	buffer_deinit(&out);
}

static void check_batch_again(struct bytes message)
{
	struct batch batch, again;
	struct input read[BATCH_INPUTS_MAX], read_again[BATCH_INPUTS_MAX];
	struct buffer out = { 0 };
	struct entry entry;
	struct bytes packed;
	size_t count, count_again;
	if (envelope_read_batch(&batch, message) != STATUS_OK)
		return;
	if (envelope_read_inputs(batch.inputs, read, &count) != STATUS_OK)
		assert_int_equal(count, 0);
	envelope_write_batch(&out, &batch, read, count);
	assert_int_equal(envelope_read_batch(&again, buffer_bytes(&out)), STATUS_OK);
	assert_true(batches_equal(&batch, &again));
	assert_int_equal(envelope_read_inputs(again.inputs, read_again, &count_again), STATUS_OK);
	assert_int_equal(count, count_again);
	for (size_t i = 0; i < count; i++)
		assert_true(inputs_equal(&read[i], &read_again[i]));
	struct bytes entries = batch.entries;
	for (size_t i = 0; i < batch.count; i++)
		if (envelope_next_entry(&entry, &entries, &packed) == STATUS_OK)
			check_entry_again(packed);
	buffer_deinit(&out);
}

static void check_replay_again(struct bytes message)
{
	struct replay_request request, again;
	struct buffer out = { 0 };
	if (envelope_read_replay(&request, message) != STATUS_OK)
		return;
	envelope_write_replay(&out, &request);
	assert_int_equal(envelope_read_replay(&again, buffer_bytes(&out)), STATUS_OK);
	assert_true(replays_equal(&request, &again));
	buffer_deinit(&out);
}

static void damage(struct dice *dice, struct buffer *bytes)
{
	for (uint64_t left = 1 + dice_below(dice, 4); left > 0 && bytes->size > 0; left--) {
		size_t at = dice_below(dice, bytes->size);
		switch (dice_below(dice, 5)) {
		case 0:
			bytes->data[at] ^= (uint8_t)(1u << dice_below(dice, 8));
			break;
		case 1:
			bytes->data[at] = (uint8_t)dice_roll(dice);
			break;
		case 2:
			bytes->data[at] = (uint8_t)(0xc0 + dice_below(dice, 0x20));
			break;
		case 3: // one byte gone
			memmove(bytes->data + at, bytes->data + at + 1, --bytes->size - at);
			break;
		default:
			bytes->size = at;
		}
	}
}

static void envelope_survives_any_damage_and_means_what_it_accepts(void **state)
{
	(void)state;
	struct dice dice = { 11 };
	struct buffer bytes = { 0 }, damaged = { 0 };
	for (size_t i = 0; i < COUNT_OF(golden); i++) {
		golden_read(&golden[i], &bytes);
		for (int turn = 0; turn < 12000; turn++) {
			buffer_clear(&damaged);
			buffer_append_bytes(&damaged, buffer_bytes(&bytes));
			if (turn > 0)
				damage(&dice, &damaged);
			uint8_t *exact = malloc(damaged.size);
			memcpy(exact, damaged.data, damaged.size);
			struct bytes message = bytes_make(exact, damaged.size);
			check_entry_again(message);
			check_batch_again(message);
			check_replay_again(message);
			free(exact);
		}
	}
	buffer_deinit(&bytes);
	buffer_deinit(&damaged);
}

static void envelope_every_truncation_is_refused(void **state)
{
	(void)state;
	struct buffer bytes = { 0 };
	for (size_t i = 0; i < COUNT_OF(golden); i++) {
		golden_read(&golden[i], &bytes);
		for (size_t size = 0; size < bytes.size; size++) {
			struct entry entry;
			struct batch batch;
			struct replay_request request;
			struct bytes message = bytes_make(bytes.data, size);
			assert_int_not_equal(envelope_read_entry(&entry, message), STATUS_OK);
			assert_int_not_equal(envelope_read_batch(&batch, message), STATUS_OK);
			assert_int_not_equal(envelope_read_replay(&request, message), STATUS_OK);
		}
	}
	buffer_deinit(&bytes);
}

int main(void)
{
	if (getenv("ONECITY_MAKE_GOLDEN") != NULL)
		golden_make();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(envelope_writes_the_golden_bytes_for_ever),
		cmocka_unit_test(envelope_reads_the_golden_entries_for_ever),
		cmocka_unit_test(envelope_reads_the_golden_messages_for_ever),
		cmocka_unit_test(envelope_walks_the_entries_of_a_batch),
		cmocka_unit_test(envelope_holds_every_member_of_an_entry_to_its_limit),
		cmocka_unit_test(envelope_refuses_dates_that_do_not_fit),
		cmocka_unit_test(envelope_takes_the_hash_for_an_erased_body_and_nothing_else),
		cmocka_unit_test(envelope_largest_entry_fits_its_limit_and_a_batch),
		cmocka_unit_test(envelope_holds_every_member_of_a_batch_to_its_limit),
		cmocka_unit_test(envelope_heartbeat_begins_behind_the_head),
		cmocka_unit_test(envelope_takes_as_many_entries_as_the_limit_says),
		cmocka_unit_test(envelope_refuses_messages_over_the_limit),
		cmocka_unit_test(envelope_tells_newer_from_damaged),
		cmocka_unit_test(envelope_takes_inputs_up_to_the_limit),
		cmocka_unit_test(envelope_refuses_inputs_of_another_shape),
		cmocka_unit_test(envelope_holds_every_member_of_a_replay_request_to_its_limit),
		cmocka_unit_test(envelope_survives_any_damage_and_means_what_it_accepts),
		cmocka_unit_test(envelope_every_truncation_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
