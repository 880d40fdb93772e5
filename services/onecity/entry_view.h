// SPDX-License-Identifier: Apache-2.0
// entry_view: an entry of the stream as operators see it: what happened to which kind of record,
// never whom it is about nor what it says of them.
#ifndef ONECITY_ENTRY_VIEW_H
#define ONECITY_ENTRY_VIEW_H

#include "catalogue.h"
#include "envelope.h"
#include "say.h"

enum {
	ENTRY_VIEW_KEY_SIZE = KEY_BYTES_MAX + 16, // a "*" may be longer than what it hides
};

struct entry_view {
	const struct catalogue *catalogue;
	const struct kind *kind; // NULL: a later catalogue's
	unsigned kind_number;
	uint64_t sequence;
	enum operation operation;
	int64_t recorded_ms;
	char key[ENTRY_VIEW_KEY_SIZE]; // parts that could lead to a person are "*"; "" where there
				       // is none
	char note[NOTE_BYTES_MAX + 1];
};

void entry_view_make(struct entry_view *view, const struct catalogue *catalogue, uint64_t sequence,
    const struct entry *entry);

struct entry_filter {
	const char *kind; // or NULL
	int operation;    // or -1
	int64_t since_ms; // or 0
};

bool entry_filter_passes(const struct entry_filter *filter, const struct entry_view *view);

bool operation_named(const char *name, int *operation);

enum entry_form {
	ENTRY_FOR_PEOPLE,
	ENTRY_JSON,
	ENTRY_CSV
};

// One line with its end. coloured: for a terminal.
void entry_view_write(const struct entry_view *view, enum entry_form form, FILE *file);
void entry_view_write_heading(enum entry_form form, FILE *file); // CSV's names; else nothing

// "90s", "5m", "2h", "3d" before now, or a time by RFC 3339: milliseconds since 1970, more than 0.
bool since_parse(const char *text, int64_t now_ms, int64_t *since_ms);

#endif
