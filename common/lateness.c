// SPDX-License-Identifier: Apache-2.0
// lateness: is a department's own source of a kind overdue, by the cadence of its catalogue?
#include "lateness.h"

static const int64_t day_ms = 24 * 60 * 60 * 1000;

const char *lateness_state_name(enum lateness_state state)
{
	static const char *const names[LATENESS_STATES] = {
#define LATENESS_NAME(name, text) text,
		LATENESS_TABLE(LATENESS_NAME)
#undef LATENESS_NAME
	};
	ENSURE(state < LATENESS_STATES);
	return names[state];
}

enum lateness_state lateness_judge(
    int cadence_days, int64_t last_input_ms, int64_t now_ms, int64_t *late_ms)
{
	int64_t overdue_ms = now_ms - last_input_ms - cadence_days * day_ms;
	*late_ms = 0;
	if (last_input_ms <= 0)
		return LATENESS_NOTHING_YET;
	if (cadence_days == 0 || overdue_ms <= 0)
		return LATENESS_IN_TIME;
	*late_ms = overdue_ms;
	return LATENESS_LATE;
}
