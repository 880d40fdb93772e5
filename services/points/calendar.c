// SPDX-License-Identifier: Apache-2.0
// calendar: everything comes from calendar_shift, so that completed months and the part that is
// begun can never disagree.
#include "calendar.h"

#include "date.h"

enum {
	MONTHS_A_YEAR = 12,
	MONTHS_MAX = 12 * 1000, // either way; beyond it no date is left
};

static bool add_months(int64_t *out, int64_t date, int64_t months)
{
	if (months > MONTHS_MAX || months < -MONTHS_MAX)
		return false;
	int64_t count = date / 10000 * MONTHS_A_YEAR + date / 100 % 100 - 1 + months;
	if (count < DATE_MINIMUM / 10000 * MONTHS_A_YEAR ||
	    count >= (DATE_MAXIMUM / 10000 + 1) * MONTHS_A_YEAR)
		return false;
	*out = date_add_months(date, (int)months);
	return true;
}

bool calendar_shift(int64_t *out, int64_t date, int64_t months, int64_t days)
{
	int64_t shifted;
	static const int64_t days_max = INT64_C(400) * 366;
	if (!add_months(&shifted, date, months) || days > days_max || days < -days_max)
		return false;
	int64_t day = date_to_days(shifted) + days;
	if (day < date_to_days(DATE_MINIMUM) || day > date_to_days(DATE_MAXIMUM))
		return false;
	*out = days == 0 ? shifted : date_from_days(day);
	return true;
}

// As calendar_shift by months, in days since 1970; the month behind DATE_MAXIMUM too, so that a
// part of the last month can be told.
static int64_t shifted_days(int64_t date, int64_t months)
{
	int64_t shifted;
	if (add_months(&shifted, date, months))
		return date_to_days(shifted);
	ENSURE(add_months(&shifted, date, months - MONTHS_A_YEAR));
	return date_to_days(shifted) + 365; // 2201 is a common year
}

static struct exact months_forward(int64_t from, int64_t to)
{
	int64_t months =
	    (to / 10000 - from / 10000) * MONTHS_A_YEAR + to / 100 % 100 - from / 100 % 100;
	int64_t end = date_to_days(to);
	if (shifted_days(from, months) > end)
		months--;
	int64_t begun = shifted_days(from, months);
	struct exact part, whole = exact_of(months);
	ENSURE(exact_make(&part, end - begun, shifted_days(from, months + 1) - begun));
	ENSURE(exact_add(&whole, whole, part));
	return whole;
}

struct exact calendar_months_between(int64_t from, int64_t to)
{
	if (from <= to)
		return months_forward(from, to);
	struct exact back = months_forward(to, from);
	back.numerator = -back.numerator;
	return back;
}

int64_t calendar_days_between(int64_t from, int64_t to)
{
	return date_to_days(to) - date_to_days(from);
}

int64_t calendar_month(int64_t date)
{
	return date / 100;
}

int64_t calendar_first_day(int64_t month)
{
	return month * 100 + 1;
}

int64_t calendar_next_month(int64_t month)
{
	return month % 100 == MONTHS_A_YEAR ? month + 100 - (MONTHS_A_YEAR - 1) : month + 1;
}

int64_t calendar_last_day(int64_t month)
{
	int64_t day = month * 100 + 31;
	while (!date_valid(day))
		day--;
	return day;
}
