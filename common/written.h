// SPDX-License-Identifier: Apache-2.0
// written: numbers, days and months as offices write them, read exactly or not at all.
//
// Texts are folded before (text_fold, TEXT_KEEP_SPACES). Nothing is rounded and nothing guessed:
// what could mean two things is refused.
#ifndef COMMON_WRITTEN_H
#define COMMON_WRITTEN_H

#include "problem.h"

enum {
	WRITTEN_DIGITS_MAX = 15,
	WRITTEN_SCALE_MAX = 6
};

// "4,494.00", "-12", "12.0"; *scaled is the number times 10^scale. On false *code is
// PROBLEM_number_form, _decimals, _numeric_damage (exponents) or _number_range (more than 15
// digits).
bool written_number(const char *text, int scale, int64_t *scaled, enum problem_code *code);

// The same in fen, with a currency sign before or 元 behind.
bool written_money(const char *text, int64_t *fen, enum problem_code *code);

// 2026-11-23, 2026/11/23, 2026.11.23, 20261123, 2026年11月23日, Excel's serial days, each but the
// last with a time of day, which is dropped; with an offset from UTC, the day it was in China.
// Digits alone may have a ".0" behind them, as months may.
bool written_date(const char *text, int64_t *date);

// 2026-11, 2026/11, 2026.11 (two digits: Excel makes 2026.1 of 2026.10), 202611, 2026年11月, or a
// date.
bool written_month(const char *text, int64_t *month);

bool written_year(const char *text, int64_t *year); // 2026, 2026年, 2026.0

// What Excel leaves of a long number ("3.20582E+17"), of a failed formula ("#N/A") and of a column
// too narrow ("####").
bool written_is_damaged(const char *text);

#endif
