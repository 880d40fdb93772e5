// SPDX-License-Identifier: Apache-2.0
// gathering: what profiles say of an applicant and of those the rules look at, on its way to a
// dossier. No I/O, no clock.
//
// It says whose profile is needed next, and is given it, until it needs no more: first the
// applicant, then the persons of the roles (docs/rules.md, Roles), then the enterprises and
// dwellings that their facts name where a table looks at these.
#ifndef POINTS_GATHERING_H
#define POINTS_GATHERING_H

#include "dossier.h"
#include "rules.h"
#include "view.h"

enum {
	GATHERING_SUBJECTS_MAX =
	    512, // further ones are left out, as if nobody had reported on them
};

// What some tables read, together; { 0 } is nothing.
struct wants {
	struct rules_reading *readings;
	size_t count;
	unsigned roles;
};
void wants_add(struct wants *wants, const struct rules *rules);
void wants_deinit(struct wants *wants);

struct gathering;

// wants must outlive it; applicant is copied.
struct gathering *gathering_new(const struct wants *wants, const struct catalogue_set *catalogues,
    const char *applicant, int64_t as_of);
void gathering_free(struct gathering **gathering); // overwrites; accepts NULL

int64_t gathering_as_of(const struct gathering *gathering);

// The subject whose view is to be added next; NULL: no more. Valid until then.
const char *gathering_next(struct gathering *gathering);
void gathering_add(struct gathering *gathering, const struct view *view); // judged; copies

// Every subject, former numbers included, that was looked at: what the scores depend on.
size_t gathering_needs(const struct gathering *gathering, const char *const **subjects);

// The applications on record, refused ones included, by receipt number.
size_t gathering_application_count(const struct gathering *gathering);
const struct record *gathering_application(const struct gathering *gathering, size_t index);

// Does a programme score this application? Accepted or being completed, for this programme (and
// grade), of this year or a later one: nobody else is scored.
bool gathering_is_scored(
    const struct gathering *gathering, size_t application, const struct programme *programme);

// Every fact that the table reads, a line for each person and kind: department, whether it is the
// applicant's or somebody else's, kind, and the sequence numbers by which the journal is asked.
void gathering_write_facts(
    const struct gathering *gathering, const struct rules *rules, bool chinese, struct buffer *out);

// Makes a sealed dossier of one application, with the fields only that the table reads. The caller
// frees it. freshness false: as if no department were behind.
struct dossier *gathering_make(const struct gathering *gathering, size_t application,
    const struct rules *rules, bool freshness);

#endif
