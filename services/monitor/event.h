// SPDX-License-Identifier: Apache-2.0
// event: one entry of the stream as operators see it: what happened to which kind of record, never
// whom it is about nor what it says of them.
#ifndef MONITOR_EVENT_H
#define MONITOR_EVENT_H

#include "catalogue.h"
#include "envelope.h"
#include "json.h"
#include "stream_filter.h"

enum {
	EVENT_KEY_SIZE = 80,
	EVENT_NOTE_SIZE = 40,
	EVENT_RUN_SIZE = 17,
	EVENT_ID_SIZE = EVENT_RUN_SIZE + 21,
};

struct event {
	uint64_t number; // in the ring, from 1
	const struct catalogue *catalogue;
	uint64_t sequence; // of the first if some were skipped
	uint64_t skipped;  // so many were counted and not looked at; 0: this is an entry
	enum operation operation;
	unsigned kind_number;
	const struct kind *kind; // NULL: a later catalogue's
	int64_t recorded_ms, received_ms;
	char key[EVENT_KEY_SIZE];   // masked, and cut if it is too long; "" where there is none
	char note[EVENT_NOTE_SIZE]; // a code; "" where there is none. Free text is left out
};

// Sets all but number.
void event_make(struct event *event, const struct catalogue *catalogue, uint64_t sequence,
    const struct entry *entry, int64_t received_ms);
void event_make_skipped(struct event *event, const struct catalogue *catalogue, uint64_t first,
    uint64_t count, int64_t received_ms);

const char *event_operation_name(enum operation operation);

// Entries that were skipped are held against the filter's sources only.
bool event_passes(const struct event *event, const struct stream_filter *filter);

// "RUN-NUMBER", by which a client goes on.
void event_format_id(const char *run, uint64_t number, char id[EVENT_ID_SIZE]);
// False: no such id. *run_is_ours: of this run; if not, the number means nothing.
bool event_parse_id(const char *id, const char *run, bool *run_is_ours, uint64_t *number);

void event_write_json(const struct event *event, const char *run, struct json_writer *json);
void event_write_csv(const struct event *event, const char *run, struct buffer *out);

// RFC 3339, or null for 0.
void event_write_time(struct json_writer *json, const char *name, int64_t wall_ms);
void event_write_title(struct json_writer *json, struct title title); // the member "title"
// The members en and zh, if note is a known code.
void event_write_note_texts(struct json_writer *json, const char *note);

#endif
