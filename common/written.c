// SPDX-License-Identifier: Apache-2.0
// written: small readers that move on over a text only where they succeed.
#include "written.h"

#include "date.h"

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

static size_t count_digits(const char *at)
{
	return strspn(at, "0123456789");
}

static void skip_spaces(const char **at)
{
	*at += strspn(*at, " ");
}

static bool take_word(const char **at, const char *word)
{
	size_t size = strlen(word);
	if (strncmp(*at, word, size) != 0)
		return false;
	*at += size;
	return true;
}

static bool take_any_word(const char **at, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (take_word(at, words[i]))
			return true;
	return false;
}

// Digits of which there are minimum to maximum, at most 9.
static bool take_digits(const char **at, size_t minimum, size_t maximum, int64_t *number)
{
	size_t count = count_digits(*at);
	if (count < minimum || count > maximum)
		return false;
	for (*number = 0; count > 0; count--, (*at)++)
		*number = *number * 10 + **at - '0';
	return true;
}

static bool is_error_sign(const char *text)
{
	static const char *const signs[] = { "#N/A", "#REF!", "#NUM!", "#VALUE!", "#DIV/0!",
		"#NAME?", "#NULL!" };
	for (size_t i = 0; i < COUNT_OF(signs); i++)
		if (strcmp(text, signs[i]) == 0)
			return true;
	return text[0] == '#' && text[strspn(text, "#")] == 0;
}

bool written_is_damaged(const char *text)
{
	if (!is_digit(text[0]))
		return is_error_sign(text);
	const char *at = text + 1;
	if (*at == '.')
		at += 1 + count_digits(at + 1);
	return (take_word(&at, "E+") || take_word(&at, "e+")) && count_digits(at) >= 2 &&
	       at[count_digits(at)] == 0;
}

// --- numbers -------------------------------------------------------------------------------------

// Commas, where there are any, must part groups of three: "4,5" is somebody's decimal comma.
static bool groups_well(const char *at, size_t size)
{
	size_t group = strcspn(at, ",");
	if (group >= size)
		return true;
	if (group < 1 || group > 3)
		return false;
	while (group < size) {
		if (count_digits(at + group + 1) != 3)
			return false;
		group += 4;
	}
	return group == size;
}

static bool take_whole_part(
    const char **at, size_t digits_max, int64_t *whole, enum problem_code *code)
{
	size_t size = strspn(*at, "0123456789,");
	size_t significant = 0;
	if (!groups_well(*at, size))
		return false;
	for (const char *end = *at + size; *at < end; (*at)++) {
		if (**at == ',')
			continue;
		significant += significant > 0 || **at != '0';
		if (significant > digits_max) {
			*code = PROBLEM_number_range;
			return false;
		}
		*whole = *whole * 10 + **at - '0';
	}
	return true;
}

// Appends scale decimals to *scaled; zeros behind them change nothing and are allowed.
static bool take_decimals(const char **at, int scale, int64_t *scaled, enum problem_code *code)
{
	bool has_point = take_word(at, ".");
	if (has_point && !is_digit(**at))
		return false;
	for (int i = 0; i < scale; i++) {
		bool has_digit = has_point && is_digit(**at);
		*scaled = *scaled * 10 + (has_digit ? **at - '0' : 0);
		*at += has_digit;
	}
	if (has_point)
		*at += strspn(*at, "0");
	if (has_point && is_digit(**at)) {
		*at += count_digits(*at);
		*code = **at == 0 ? PROBLEM_decimals : PROBLEM_number_form;
		if (**at == 'E' || **at == 'e')
			*code = PROBLEM_numeric_damage;
		return false;
	}
	return true;
}

static bool take_sign(const char **at)
{
	bool negative = take_word(at, "-") || take_word(at, "\u2212");
	if (!negative)
		take_word(at, "+");
	return negative;
}

static bool take_number(const char **at, int scale, int64_t *scaled, enum problem_code *code)
{
	ENSURE(scale >= 0 && scale <= WRITTEN_SCALE_MAX);
	*scaled = 0;
	*code = PROBLEM_number_form;
	bool is_number = is_digit(**at) || (**at == '.' && is_digit((*at)[1]));
	size_t room = 18 - (size_t)scale; // int64_t holds any 18 digits
	size_t digits_max = room < WRITTEN_DIGITS_MAX ? room : WRITTEN_DIGITS_MAX;
	return is_number && take_whole_part(at, digits_max, scaled, code) &&
	       take_decimals(at, scale, scaled, code);
}

static bool ends(const char *at, enum problem_code *code)
{
	*code = *at == 'E' || *at == 'e' ? PROBLEM_numeric_damage : PROBLEM_number_form;
	return *at == 0;
}

bool written_number(const char *text, int scale, int64_t *scaled, enum problem_code *code)
{
	const char *at = text;
	bool negative = take_sign(&at);
	if (!take_number(&at, scale, scaled, code) || !ends(at, code))
		return false;
	*scaled = negative ? -*scaled : *scaled;
	return true;
}

bool written_money(const char *text, int64_t *fen, enum problem_code *code)
{
	static const char *const before[] = { "￥", "¥", "RMB", "CNY" };
	static const char *const behind[] = { "元整", "元", "圆" };
	const char *at = text;
	bool negative = take_sign(&at);
	skip_spaces(&at);
	if (take_any_word(&at, before, COUNT_OF(before)) && !negative) {
		skip_spaces(&at);
		negative = take_sign(&at);
	}
	skip_spaces(&at);
	if (!take_number(&at, 2, fen, code))
		return false;
	skip_spaces(&at);
	take_any_word(&at, behind, COUNT_OF(behind));
	*fen = negative ? -*fen : *fen;
	return ends(at, code);
}

// --- days ----------------------------------------------------------------------------------------

enum {
	SECONDS_OF_DAY = 86400,
	SECONDS_OF_HOUR = 3600,
	CHINA_SECONDS = 8 * SECONDS_OF_HOUR
};

struct clock {
	int64_t seconds;
	bool has_offset;
	int64_t offset; // seconds east of UTC
};

static bool take_offset(const char **at, struct clock *clock)
{
	int64_t hours, minutes = 0;
	skip_spaces(at);
	if (**at == 0)
		return true;
	clock->has_offset = true;
	if (take_word(at, "Z") || take_word(at, "z"))
		return true;
	int64_t sign = **at == '-' ? -1 : 1;
	if (!take_word(at, "+") && !take_word(at, "-"))
		return false;
	if (count_digits(*at) == 4) {
		if (!take_digits(at, 4, 4, &hours))
			return false;
		minutes = hours % 100;
		hours /= 100;
	} else if (!take_digits(at, 2, 2, &hours) ||
		   (take_word(at, ":") && !take_digits(at, 2, 2, &minutes))) {
		return false;
	}
	clock->offset = sign * (hours * SECONDS_OF_HOUR + minutes * 60);
	return hours < 24 && minutes < 60;
}

static bool take_clock(const char **at, struct clock *clock)
{
	int64_t hour, minute, second = 0;
	if (!take_digits(at, 1, 2, &hour) || !take_word(at, ":") ||
	    !take_digits(at, 2, 2, &minute) ||
	    (take_word(at, ":") && !take_digits(at, 2, 2, &second)))
		return false;
	if (take_word(at, ".") || take_word(at, ",")) {
		if (!is_digit(**at))
			return false;
		*at += count_digits(*at);
	}
	clock->seconds = hour * SECONDS_OF_HOUR + minute * 60 + second;
	return hour < 24 && minute < 60 && second <= 60 && take_offset(at, clock);
}

// The day in China of a moment. China had summer time from 1986 to 1991: a day's midnight that a
// system knowing of it wrote in UTC is 23:00 by UTC+8, and it is the day that begins then that was
// meant.
static int64_t day_of_moment(int64_t date, const struct clock *clock)
{
	int64_t local =
	    date_to_days(date) * SECONDS_OF_DAY + clock->seconds - clock->offset + CHINA_SECONDS;
	int64_t days = (local - (local < 0 ? SECONDS_OF_DAY - 1 : 0)) / SECONDS_OF_DAY;
	int64_t day = date_from_days(days);
	bool in_summer = day / 10000 >= 1986 && day / 10000 <= 1991 && day / 100 % 100 >= 4 &&
			 day / 100 % 100 <= 9;
	if (in_summer && local - days * SECONDS_OF_DAY == 23 * SECONDS_OF_HOUR)
		day = date_from_days(days + 1);
	return day;
}

static bool drop_time(const char *at, int64_t *date)
{
	struct clock clock = { 0 };
	if (*at == 0)
		return date_valid(*date);
	if (!date_valid(*date) || (!take_word(&at, "T") && !take_word(&at, " ")))
		return false;
	skip_spaces(&at);
	if (!take_clock(&at, &clock) || *at != 0)
		return false;
	if (clock.has_offset)
		*date = day_of_moment(*date, &clock);
	return date_valid(*date);
}

// Day 1 is 1900-01-01; Excel counts 1900-02-29, which never was. A serial that reads like a year is
// more likely one, so it is refused: it would be a day of 1904 to 1906.
static bool date_of_serial(int64_t serial, int64_t *date)
{
	if (serial < 1 || serial > 73050 || serial == 60 || (serial >= 1800 && serial <= 2200))
		return false;
	*date = date_from_days(date_to_days(18991231) + serial - (serial > 60));
	return true;
}

static bool take_separator(const char **at, const char *chinese, char *separator)
{
	skip_spaces(at);
	bool is_chinese = take_word(at, chinese);
	char found = is_chinese ? 'c' : **at;
	if (!is_chinese && (found == 0 || strchr("-/.", found) == NULL))
		return false;
	if (*separator != 0 && found != *separator)
		return false;
	*separator = found;
	*at += !is_chinese;
	skip_spaces(at);
	return true;
}

static bool take_year_and_month(const char **at, int64_t *month, char *separator)
{
	int64_t year, of_year;
	*separator = 0;
	if (!take_digits(at, 4, 4, &year) || !take_separator(at, "年", separator) ||
	    !take_digits(at, 1, 2, &of_year))
		return false;
	*month = year * 100 + of_year;
	return month_valid(*month);
}

static bool date_in_parts(const char *at, int64_t *date)
{
	int64_t month, day;
	char separator;
	if (!take_year_and_month(&at, &month, &separator) ||
	    !take_separator(&at, "月", &separator) || !take_digits(&at, 1, 2, &day))
		return false;
	*date = month * 100 + day;
	const char *unit = at;
	skip_spaces(&unit);
	if (separator == 'c' && (take_word(&unit, "日") || take_word(&unit, "号")))
		at = unit;
	return drop_time(at, date);
}

// Nothing follows, or what a column of decimals adds: "20261123.0".
static bool ends_whole(const char *at)
{
	return *at == 0 || (at[0] == '.' && at[1] == '0' && at[1 + strspn(at + 1, "0")] == 0);
}

bool written_date(const char *text, int64_t *date)
{
	const char *at = text;
	size_t size = count_digits(text);
	if (size >= 1 && size <= 5 && ends_whole(text + size))
		return take_digits(&at, 1, 5, date) && date_of_serial(*date, date);
	if (size == 8)
		return take_digits(&at, 8, 8, date) &&
		       (ends_whole(at) ? date_valid(*date) : drop_time(at, date));
	return date_in_parts(text, date);
}

static bool month_in_parts(const char *text, int64_t *month)
{
	const char *at = text;
	char separator;
	if (!take_year_and_month(&at, month, &separator))
		return false;
	if (separator == '.' && !is_digit(at[-2]))
		return false;
	skip_spaces(&at);
	if (separator == 'c')
		take_word(&at, "月");
	return *at == 0;
}

bool written_month(const char *text, int64_t *month)
{
	const char *at = text;
	int64_t date;
	if (count_digits(text) == 6 && ends_whole(text + 6))
		return take_digits(&at, 6, 6, month) && month_valid(*month);
	if (month_in_parts(text, month))
		return true;
	if (!written_date(text, &date))
		return false;
	*month = date / 100;
	return true;
}

bool written_year(const char *text, int64_t *year)
{
	const char *at = text;
	if (!take_digits(&at, 4, 4, year))
		return false;
	if (take_word(&at, "."))
		at += strspn(at, "0");
	skip_spaces(&at);
	take_word(&at, "年");
	return *at == 0 && *year >= DATE_MINIMUM / 10000 && *year <= DATE_MAXIMUM / 10000;
}
