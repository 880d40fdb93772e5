// SPDX-License-Identifier: Apache-2.0
// envelope: what travels on the bus and lies in the journals, as MessagePack arrays.
//
//   entry   [operation, recorded, kind, subject, key, version|nil, valid_since|nil, previous,
//   note|nil, salt|nil, body|nil] batch   [format, department, epoch, first, count, head, time,
//   chain, answer, [entry, ...], [input, ...]] input   [kind, quarantined, oldest_quarantined|nil,
//   last_input|nil] replay  [format, epoch|nil, from, credit, request]
//
// A batch of no entries is a heartbeat. A message is two frames: the department's name, and the
// batch. Bodies are opaque here. All readers check bounds and limits; what they hand out is
// borrowed from the message.
#ifndef PROTO_ENVELOPE_H
#define PROTO_ENVELOPE_H

#include "pack.h"
#include "position.h"
#include "status.h"

enum {
	ENVELOPE_FORMAT = 1,
	SUBJECT_BYTES = 18,
	KEY_BYTES_MAX = 128,
	NOTE_BYTES_MAX = 64,
	SALT_BYTES = 16,
	BODY_HASH_BYTES = 32,
	BODY_BYTES_MAX = 32 * 1024,
	ENTRY_BYTES_MAX = BODY_BYTES_MAX + 1024,
	BATCH_ENTRIES_MAX = 1024,
	BATCH_BYTES_MAX =
	    512 * 1024, // a batch is closed before it would pass this; one entry always fits
	MESSAGE_BYTES_MAX = BATCH_BYTES_MAX + ENTRY_BYTES_MAX,
	BATCH_INPUTS_MAX = 64,
};

enum operation {
	OPERATION_PUT,     // the record's state is the body
	OPERATION_RETRACT, // the record is withdrawn
	OPERATION_REJECT,  // a row for this record is in the department's quarantine; note: the
			   // problem's code
	OPERATION_SETTLE,  // it is no longer: mended under another key, or dismissed
	OPERATION_COUNT
};

struct entry {
	enum operation operation;
	int64_t recorded_ms; // wall clock of the department, milliseconds since 1970 UTC
	unsigned kind;
	struct bytes subject; // SUBJECT_BYTES
	struct bytes key;
	bool has_version;
	uint64_t version;
	int64_t valid_since; // YYYYMMDD, or 0
	uint64_t previous;   // the sequence this one replaces, or 0
	struct bytes note;
	bool erased;         // salt and body were removed: body is their hash
	struct bytes salt;   // SALT_BYTES where there is a body
	struct bytes body;   // empty for what has none
	struct bytes header; // of a read entry: the bytes the chain covers besides the body
};

// Appends an entry (its header member is not looked at).
void envelope_write_entry(struct buffer *out, const struct entry *entry);

// STATUS_CORRUPT: not an entry.
MUST_CHECK enum status envelope_read_entry(struct entry *entry, struct bytes packed);

struct batch {
	unsigned department; // its catalogue number
	uint8_t epoch[EPOCH_BYTES];
	uint64_t first; // sequence of the first entry; head + 1 in a heartbeat
	size_t count;
	uint64_t head;              // the last sequence that is durable at the department
	int64_t time_ms;            // wall clock of sending
	uint8_t chain[CHAIN_BYTES]; // the chain hash before the first entry
	uint64_t answer;            // the replay request this answers; 0: published to all
	struct bytes entries;       // count packed entries, one after the other
	struct bytes inputs;        // packed array; see envelope_read_inputs
};

// How a department's own sources are doing, one for each kind that has something to say.
struct input {
	unsigned kind;
	uint64_t quarantined;          // open rows
	int64_t oldest_quarantined_ms; // or 0
	int64_t last_input_ms;         // when something was last taken in without complaint; or 0
};

// Replaces out's content. batch->entries are count packed entries; inputs may be NULL.
void envelope_write_batch(
    struct buffer *out, const struct batch *batch, const struct input *inputs, size_t input_count);

// STATUS_CORRUPT, or STATUS_INVALID for a format that is newer than this program. The entries are
// not looked into.
MUST_CHECK enum status envelope_read_batch(struct batch *batch, struct bytes message);
MUST_CHECK enum status envelope_read_inputs(
    struct bytes packed, struct input *inputs, size_t *count);

// The next of the packed entries, which moves past it.
MUST_CHECK enum status envelope_next_entry(
    struct entry *entry, struct bytes *entries, struct bytes *packed);

struct replay_request {
	bool has_epoch;
	uint8_t epoch[EPOCH_BYTES];
	uint64_t from;    // first sequence wanted
	uint64_t credit;  // entries the reader has room for
	uint64_t request; // the reader's own counter, from 1; comes back in the answers
};

void envelope_write_replay(struct buffer *out, const struct replay_request *request);
MUST_CHECK enum status envelope_read_replay(struct replay_request *request, struct bytes message);

#endif
