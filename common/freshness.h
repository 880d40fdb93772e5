// SPDX-License-Identifier: Apache-2.0
// freshness: how far what a profile shows of a department can be relied upon. No I/O, no clock.
#ifndef COMMON_FRESHNESS_H
#define COMMON_FRESHNESS_H

#include "profile.h"

// The aggregator writes once a second; what is older than this is no news.
enum {
	FRESHNESS_CHECKED_MS = 5000
};

// name, as programs see it
#define FRESHNESS_TABLE(X)                                                                    \
	X(CURRENT, "current")       /* all that the department has made durable is here */    \
	X(BEHIND, "behind")         /* not all of it yet */                                   \
	X(LATE, "late")             /* all of it, but its own systems are overdue */          \
	X(SILENT, "silent")         /* its daemon is not heard of any more */                 \
	X(REBUILDING, "rebuilding") /* its facts were taken out and are being put in again */ \
	X(FORK, "fork")             /* its history was rewritten: it waits for people */      \
	X(STOPPED, "stopped")       /* it sent what the aggregator must not guess at */       \
	X(NEVER_HEARD, "never_heard")                                                         \
	X(UNKNOWN, "unknown") /* the aggregator has not said lately */

enum freshness_state {
#define FRESHNESS_ENUM(name, text) FRESHNESS_##name,
	FRESHNESS_TABLE(FRESHNESS_ENUM)
#undef FRESHNESS_ENUM
	FRESHNESS_STATES
};

const char *freshness_state_name(enum freshness_state state);

// What is known of one department, seen from the partitions that a profile lies in.
struct freshness_basis {
	const struct profile_source *source; // NULL: none is there, or it cannot be read
	bool source_damaged;                 // the latter
	bool aggregator_lives;               // it has just written, be it of another department
	bool opened;                         // the aggregator has set these partitions up
	bool rebuild;                        // one of them bears the mark of a rebuild
	bool has_position;                   // the department has one in each of them
	uint64_t position;                   // the lowest of these
	bool late;                           // a kind that is shown is overdue
};

struct freshness {
	enum freshness_state state;
	bool settled; // what is not here now has not been reported, as far as anybody can know
	uint64_t position, head, behind;
	int64_t heard_ms, input_ms, checked_ms; // 0: never
};

void freshness_judge(
    struct freshness *freshness, const struct freshness_basis *basis, int64_t now_ms);

// Did the aggregator write this just now? A time too far ahead is no better than one long ago.
bool freshness_is_checked(const struct profile_source *source, int64_t now_ms);

#endif
