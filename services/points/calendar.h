// SPDX-License-Identifier: Apache-2.0
// calendar: months and years between civil days (YYYYMMDD), exactly. No clock in here.
#ifndef POINTS_CALENDAR_H
#define POINTS_CALENDAR_H

#include "exact.h"

// The same day number, months on, or that month's last day if it has fewer; then days on. False:
// outside of DATE_MINIMUM to DATE_MAXIMUM.
MUST_CHECK bool calendar_shift(int64_t *out, int64_t date, int64_t months, int64_t days);

// Completed months and the part of the month that is begun; negative if to is before from.
struct exact calendar_months_between(int64_t from, int64_t to);

int64_t calendar_days_between(int64_t from, int64_t to);

int64_t calendar_month(int64_t date);      // YYYYMM
int64_t calendar_first_day(int64_t month); // of YYYYMM
int64_t calendar_last_day(int64_t month);
int64_t calendar_next_month(int64_t month);

#endif
