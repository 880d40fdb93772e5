// SPDX-License-Identifier: Apache-2.0
// stream_filter: which entries of the departments' stream an operator wants to see: by source,
// kind, status, operation and reason, never by person.
//
//   source:tax source:health -kind:coverage status:rejected reason:check_digit -heartbeat
//
// Terms of one name are alternatives; different names must all pass; of the -TERMs none may match.
#ifndef COMMON_STREAM_FILTER_H
#define COMMON_STREAM_FILTER_H

#include "catalogue.h"
#include "envelope.h"

enum {
	STREAM_FILTER_TERMS_MAX = 16,
	STREAM_FILTER_BYTES_MAX = 512,
	STREAM_FILTER_VALUE_SIZE = 64,
};

struct stream_term {
	unsigned name; // its place in a table of ours
	bool negated;
	char value[STREAM_FILTER_VALUE_SIZE];
};

// { 0 } passes all.
struct stream_filter {
	struct stream_term terms[STREAM_FILTER_TERMS_MAX];
	size_t count;
	bool no_heartbeat;
};

// STATUS_INVALID: the reason says which term by its number, and never repeats it: anything may be
// in it. text: terms with blanks between them; NULL or empty: all pass.
MUST_CHECK enum status stream_filter_parse(
    struct stream_filter *filter, const char *text, const struct catalogue_set *catalogues);

// What a filter can ask of an entry.
struct stream_subject {
	const struct catalogue *catalogue; // of the department
	const struct kind *kind;           // NULL: a later catalogue's
	enum operation operation;
	const char *note;
};
bool stream_filter_passes(const struct stream_filter *filter, const struct stream_subject *subject);

// Could anything of this department pass?
bool stream_filter_passes_source(
    const struct stream_filter *filter, const struct catalogue *catalogue);

#endif
