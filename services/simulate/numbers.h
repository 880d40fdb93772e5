// SPDX-License-Identifier: Apache-2.0
// numbers: invented ID numbers and credit codes with right check digits, none given out twice.
#ifndef SIMULATE_NUMBERS_H
#define SIMULATE_NUMBERS_H

#include "base.h"

enum {
	ID_NUMBER_SIZE = 19,
	ENTERPRISE_CODE_SIZE = 19,
	NUMBER_SLOTS = 8, // numbers that one household can have
};

struct birth_place {
	uint64_t seed, household;
	unsigned slot;    // below NUMBER_SLOTS
	unsigned of_slot; // the member whose home county this one shares
};

// The birthday within a year that a slot has: YYYYMMDD, never 29 February.
int64_t birthday_in(const struct birth_place *place, int64_t year);

int64_t home_division(const struct birth_place *place); // six digits, GB/T 2260

void id_number_make(
    const struct birth_place *place, int64_t birth_date, bool male, char number[ID_NUMBER_SIZE]);

// index: below ENTERPRISES_MAX.
enum {
	ENTERPRISES_MAX = 2000000
};
void enterprise_code_make(uint64_t seed, uint64_t index, char code[ENTERPRISE_CODE_SIZE]);

#endif
