// SPDX-License-Identifier: Apache-2.0
// profile: how a subject's facts, and what is known of the departments, lie in Redis.
//
//   oc:partitions                   how many partitions there are, chosen once for ever
//   oc:{17}:p1...                   a subject's profile: a hash of facts and marks
//   oc:{17}:position                hash: department's number -> position (or "rebuild"); run,
//   generation, counter oc:{17}:changes                 stream: which subjects were touched
//   oc:source:4                     what the aggregator last knew of department 4
//
//   fact    field "<department>.<kind>" or "<department>.<kind>:<key>" -> [sequence, recorded,
//   valid_since|nil, body|nil] mark    the same with "!" before it: a row for this record is in
//   quarantine -> [sequence, recorded, code]
//
// A fact without a body was erased.
#ifndef COMMON_PROFILE_H
#define COMMON_PROFILE_H

#include "envelope.h"

enum {
	PROFILE_PARTITIONS = 64,
	PROFILE_PARTITIONS_MAX = 1024
};

#define PROFILE_PARTITIONS_KEY "oc:partitions"
#define PROFILE_REBUILD \
	"rebuild" // in place of a position: this department's facts are being taken out

// Appends a key.
void profile_key(struct buffer *out, unsigned partition, const char *subject);
void profile_position_key(struct buffer *out, unsigned partition);
void profile_changes_key(struct buffer *out, unsigned partition);
void profile_source_key(struct buffer *out, unsigned department);

// Appends the name of a fact's field, or with mark of its mark's.
void profile_write_field(
    struct buffer *out, bool mark, unsigned department, unsigned kind, struct bytes key);

struct profile_field {
	bool mark;
	unsigned department, kind;
	struct bytes key; // borrowed from the name
};
MUST_CHECK enum status profile_read_field(struct profile_field *field, struct bytes name);

void profile_write_fact(struct buffer *out, uint64_t sequence, const struct entry *entry);
void profile_write_mark(struct buffer *out, uint64_t sequence, const struct entry *entry);

struct profile_value {
	uint64_t sequence;
	int64_t recorded_ms;
	int64_t valid_since; // YYYYMMDD, or 0
	struct bytes body;   // of a fact; empty: erased
	struct bytes code;   // of a mark: why
};
MUST_CHECK enum status profile_read_value(
    struct profile_value *value, bool mark, struct bytes packed);

// What the aggregator last knew of a department.
struct profile_source {
	int64_t written_ms; // when the aggregator wrote this, by its clock
	struct bytes state; // a follower's state
	bool silent, rebuilding;
	uint64_t position, head;
	int64_t heard_ms;    // when the department was last heard of, wall clock; 0: never
	int64_t recorded_ms; // of the last entry applied; 0: none
	struct input inputs[BATCH_INPUTS_MAX];
	size_t input_count;
};
void profile_write_source(struct buffer *out, const struct profile_source *source);
MUST_CHECK enum status profile_read_source(struct profile_source *source, struct bytes packed);

#endif
