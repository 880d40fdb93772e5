// SPDX-License-Identifier: Apache-2.0
// missing: what a full list does not have any more, found and withdrawn.
//
// Looked at are the records as they were when the list began, before anything of it is taken: its
// own rows must not make the loss of others look small. What somebody else changed since is newer
// than the list and stays. Of records that come in parts, only the parts (months) that the list is
// about count.
#ifndef COMMON_MISSING_H
#define COMMON_MISSING_H

#include "intake.h"
#include "scope.h"
#include "seen.h"

struct missing;

struct missing_options {
	struct intake *intake; // stay the caller's, as the others do
	struct journal *journal;
	const struct kind *kind;
	const struct seen *seen;
	const struct scope *scope;
};

// The list begins.
struct missing *missing_new(const struct missing_options *options);
void missing_free(struct missing **missing);

// Once all of the list's rows are named in seen, what was there when it began is committed, and
// nothing of it is taken: looks at a bounded number of entries. *done: at all.
MUST_CHECK enum status missing_look(struct missing *missing, bool *done);

// Records, or parts of them, that the list should have.
uint64_t missing_in_scope(const struct missing *missing);
uint64_t missing_count(const struct missing *missing); // of these, those that it has not

// The list itself made entries from first to last, in order of calls.
void missing_own(struct missing *missing, uint64_t first, uint64_t last);

// After the list's last row: withdraws a bounded number of them.
MUST_CHECK enum status missing_retract(struct missing *missing, struct database_batch *batch,
    const struct intake_origin *origin, struct intake_counts *counts, bool *done);

#endif
