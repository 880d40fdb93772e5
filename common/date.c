// SPDX-License-Identifier: Apache-2.0
// date: the Gregorian calendar by counting days, the year taken to begin in March.
//
// With March first, the leap day is a year's last and the lengths of the months follow one formula.
#include "date.h"

#include <stdio.h>

enum {
	DAYS_OF_400_YEARS = 146097,
	DAYS_FROM_0000_03_01_TO_1970 = 719468,
	SECONDS_OF_DAY = 86400,
	CHINA_SECONDS = 8 * 3600,
};

static int64_t floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int days_of_month(int64_t year, int64_t month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	return days[month - 1] + (month == 2 && leap);
}

bool month_valid(int64_t month)
{
	return month >= DATE_MINIMUM / 100 && month <= DATE_MAXIMUM / 100 && month % 100 >= 1 &&
	       month % 100 <= 12;
}

bool date_valid(int64_t date)
{
	return date >= DATE_MINIMUM && date <= DATE_MAXIMUM && month_valid(date / 100) &&
	       date % 100 >= 1 && date % 100 <= days_of_month(date / 10000, date / 100 % 100);
}

int64_t date_to_days(int64_t date)
{
	int64_t month = date / 100 % 100;
	int64_t year = date / 10000 - (month <= 2);
	int64_t era = floor_divide(year, 400);
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + date % 100 - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * DAYS_OF_400_YEARS + day_of_era - DAYS_FROM_0000_03_01_TO_1970;
}

int64_t date_from_days(int64_t days)
{
	days += DAYS_FROM_0000_03_01_TO_1970;
	int64_t era = floor_divide(days, DAYS_OF_400_YEARS);
	int64_t day = days - era * DAYS_OF_400_YEARS;
	int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t day_of_year = day - (365 * year + year / 4 - year / 100);
	int64_t march_month = (5 * day_of_year + 2) / 153;
	int64_t month = march_month + (march_month < 10 ? 3 : -9);
	year += era * 400 + (month <= 2);
	return year * 10000 + month * 100 + day_of_year - (153 * march_month + 2) / 5 + 1;
}

int64_t date_add_months(int64_t date, int months)
{
	int64_t count = date / 10000 * 12 + date / 100 % 100 - 1 + months;
	int64_t year = floor_divide(count, 12);
	int64_t month = count - year * 12 + 1;
	int64_t day = date % 100;
	int64_t last = days_of_month(year, month);
	return year * 10000 + month * 100 + (day < last ? day : last);
}

int64_t date_in_china(int64_t wall_ms)
{
	int64_t seconds = floor_divide(wall_ms, 1000) + CHINA_SECONDS;
	return date_from_days(floor_divide(seconds, SECONDS_OF_DAY));
}

void date_format(int64_t date, char *text, size_t size)
{
	snprintf(text, size, "%04d-%02d-%02d", (int)(date / 10000), (int)(date / 100 % 100),
	    (int)(date % 100));
}

void time_format(int64_t wall_ms, char *text, size_t size)
{
	int64_t seconds = floor_divide(wall_ms, 1000);
	int64_t days = floor_divide(seconds, SECONDS_OF_DAY);
	int of_day = (int)(seconds - days * SECONDS_OF_DAY);
	char date[16];
	date_format(date_from_days(days), date, sizeof date);
	snprintf(text, size, "%sT%02d:%02d:%02d.%03dZ", date, of_day / 3600, of_day / 60 % 60,
	    of_day % 60, (int)(wall_ms - seconds * 1000));
}

// What is left to read; the readers move it on only where they succeed.
static bool take_digits(struct bytes *text, size_t count, int64_t *number)
{
	int64_t value = 0;
	if (text->size < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (text->data[i] < '0' || text->data[i] > '9')
			return false;
		value = value * 10 + text->data[i] - '0';
	}
	*number = value;
	*text = bytes_make(text->data + count, text->size - count);
	return true;
}

static bool take_one_of(struct bytes *text, const char *characters, char *found)
{
	if (text->size == 0 || text->data[0] == 0 || strchr(characters, text->data[0]) == NULL)
		return false;
	*found = (char)text->data[0];
	*text = bytes_make(text->data + 1, text->size - 1);
	return true;
}

static bool take_date(struct bytes *text, int64_t *date)
{
	int64_t year, month, day;
	char dash;
	if (!take_digits(text, 4, &year) || !take_one_of(text, "-", &dash) ||
	    !take_digits(text, 2, &month) || !take_one_of(text, "-", &dash) ||
	    !take_digits(text, 2, &day))
		return false;
	*date = year * 10000 + month * 100 + day;
	return month <= 12 && date_valid(*date);
}

static bool take_clock(struct bytes *text, int64_t *seconds)
{
	int64_t hour, minute, second;
	char colon;
	if (!take_digits(text, 2, &hour) || !take_one_of(text, ":", &colon) ||
	    !take_digits(text, 2, &minute) || !take_one_of(text, ":", &colon) ||
	    !take_digits(text, 2, &second))
		return false;
	*seconds = hour * 3600 + minute * 60 + second;
	return hour < 24 && minute < 60 && second <= 60; // RFC 3339 knows leap seconds
}

// At most nine digits; those behind the microseconds are read and dropped.
static bool take_fraction(struct bytes *text, int64_t *micros)
{
	char found;
	*micros = 0;
	if (!take_one_of(text, ".,", &found))
		return true;
	int64_t digit, unit = 100000;
	int count = 0;
	for (; count < 9 && take_digits(text, 1, &digit); count++, unit /= 10)
		*micros += digit * unit;
	return count > 0;
}

// "Z", "+08:00", "+0800" or "+08" (as PostgreSQL writes it); none is China's.
static bool take_offset(struct bytes *text, int64_t *seconds)
{
	int64_t hours, minutes = 0;
	char sign, colon;
	*seconds = CHINA_SECONDS;
	if (text->size == 0)
		return true;
	*seconds = 0;
	if (take_one_of(text, "Zz", &sign))
		return true;
	if (!take_one_of(text, "+-", &sign) || !take_digits(text, 2, &hours))
		return false;
	bool has_minutes = take_one_of(text, ":", &colon) || text->size > 0;
	if (has_minutes && !take_digits(text, 2, &minutes))
		return false;
	*seconds = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
	return hours < 24 && minutes < 60;
}

bool time_parse(struct bytes text, int64_t *wall_us)
{
	int64_t date, seconds, micros, offset;
	char separator;
	if (!take_date(&text, &date) || !take_one_of(&text, "Tt ", &separator) ||
	    !take_clock(&text, &seconds) || !take_fraction(&text, &micros) ||
	    !take_offset(&text, &offset) || text.size != 0)
		return false;
	int64_t wall_s = date_to_days(date) * SECONDS_OF_DAY + seconds - offset;
	*wall_us = wall_s * 1000000 + micros;
	return true;
}
