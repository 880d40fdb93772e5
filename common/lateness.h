// SPDX-License-Identifier: Apache-2.0
// lateness: is a department's own source of a kind overdue, by the cadence of its catalogue?
//
// It speaks of their exports, not of the daemon, which may well live: so it is asked only where the
// department is heard. No clock in here.
#ifndef COMMON_LATENESS_H
#define COMMON_LATENESS_H

#include "base.h"

// name, as programs see it
#define LATENESS_TABLE(X)                                                      \
	X(NOTHING_YET, "nothing_yet") /* never a good row: it has not begun */ \
	X(IN_TIME, "in_time")                                                  \
	X(LATE, "late")

enum lateness_state {
#define LATENESS_ENUM(name, text) LATENESS_##name,
	LATENESS_TABLE(LATENESS_ENUM)
#undef LATENESS_ENUM
	LATENESS_STATES
};

const char *lateness_state_name(enum lateness_state state);

// cadence_days: 0: none is expected. last_input_ms: of the last good row; 0: never. *late_ms: how
// long it is overdue, 0 if it is not.
enum lateness_state lateness_judge(
    int cadence_days, int64_t last_input_ms, int64_t now_ms, int64_t *late_ms);

#endif
