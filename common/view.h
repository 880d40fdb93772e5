// SPDX-License-Identifier: Apache-2.0
// view: what Redis holds about a subject, gathered piece by piece. No I/O, no clock.
//
// First come the sources and the departments' own coverage, then the subject and the numbers it had
// before: so nothing in the view is older than its freshness says. Facts that a department
// rejected, erased, said there are none of, or said nothing of are told apart.
#ifndef COMMON_VIEW_H
#define COMMON_VIEW_H

#include "buffer.h"
#include "catalogue.h"

enum {
	VIEW_LINKS_MAX = 4,          // how deep identity links are followed
	VIEW_SUBJECTS_MAX = 16,      // one subject and those it was known as
	VIEW_FIELDS_MAX = 100 * 1000 // fields of all hashes together
};

struct view;

// A hash as Redis answers HGETALL: name, value, name, value, ...
struct view_hash {
	const struct bytes *texts;
	size_t count; // of texts
};

// catalogues must outlive the view; subject is copied.
struct view *view_new(const struct catalogue_set *catalogues, const char *subject);
void view_free(struct view **view); // overwrites; accepts NULL, sets *view to NULL

// By the department's place among the catalogues. Both copy; a source that is not there is not
// added.
void view_add_source(struct view *view, size_t department, struct bytes packed);
MUST_CHECK enum status view_add_coverage(
    struct view *view, size_t department, struct view_hash profile);

// The subject to read next: the one asked about, then the persons it was known as. NULL: no more.
const char *view_next(const struct view *view);

// What Redis holds of view_next(): its profile and the position hash of its partition, read in one
// transaction. Copies. STATUS_TOO_LARGE: more than VIEW_FIELDS_MAX.
MUST_CHECK enum status view_add_subject(
    struct view *view, struct view_hash profile, struct view_hash position);

// How many of the subjects' fields could not be read or are of no kind that the catalogues know.
size_t view_unreadable(const struct view *view);

#endif
