// SPDX-License-Identifier: Apache-2.0
// citizen_id: ID numbers of people in China: GB 11643-1999 and its kin.
#ifndef COMMON_CITIZEN_ID_H
#define COMMON_CITIZEN_ID_H

#include "problem.h"

enum {
	CITIZEN_ID_SIZE = 24
};

struct citizen_id {
	char number[CITIZEN_ID_SIZE]; // normalised: ASCII, upper case, 18 digits where it was an
				      // old 15-digit number
	int64_t birth_date;           // YYYYMMDD; 0: the number does not tell
	char sex; // '1' male, '2' female, 0: the number does not tell (GB/T 2261.1)
	bool was_15_digits;
};

// Takes an ID number as offices write it: full-width digits, spaces, a leading apostrophe,
// lower-case x. Knows: 18 digits (residents; HK, Macau and Taiwan residence permits 81/82/83;
// foreign permanent residents from 2023: 9...), 15 old digits (century 19, or 18 for sequence
// 996-999), the foreign permanent resident's old form (3 letters + 12 digits), travel permits (H or
// M + 8 or 10 digits; Taiwan 8 digits). An unknown area code is no error. On false *code is
// PROBLEM_id_number_form, _check_digit, _id_number_date or _excel_damage (3.20582E+17, or zeros
// where Excel keeps but 15 digits and the check digit fails).
bool citizen_id_parse(struct citizen_id *id, struct bytes text, enum problem_code *code);

// Does a text hold an 18-digit ID number anywhere (bounded by non-digits, valid date, valid check
// digit), ASCII or full-width? So that none slips through in a remark.
bool citizen_id_inside(struct bytes text);

// The check digit for the first 17 digits.
char citizen_id_check_digit(const char digits[17]);

#endif
