// SPDX-License-Identifier: Apache-2.0
// date: civil dates as YYYYMMDD integers; no clock in here.
#ifndef COMMON_DATE_H
#define COMMON_DATE_H

#include "base.h"

enum {
	DATE_MINIMUM = 18000101,
	DATE_MAXIMUM = 22001231
};

bool date_valid(int64_t date);      // a day of the Gregorian calendar within the limits
int64_t date_to_days(int64_t date); // since 1970-01-01
int64_t date_from_days(int64_t days);
bool month_valid(int64_t month);                   // YYYYMM
int64_t date_add_months(int64_t date, int months); // the last day of the month if it has fewer

// The day in China (UTC+8, no summer time since 1991) of milliseconds since 1970 UTC.
int64_t date_in_china(int64_t wall_ms);

// "2026-11-23"; size at least 11.
void date_format(int64_t date, char *text, size_t size);
// RFC 3339 in UTC with milliseconds: "2026-11-23T08:15:02.123Z"; size at least 25.
void time_format(int64_t wall_ms, char *text, size_t size);
// RFC 3339 with any offset, or without one (then China's time): microseconds since 1970.
bool time_parse(struct bytes text, int64_t *wall_us);

#endif
