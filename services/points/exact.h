// SPDX-License-Identifier: Apache-2.0
// exact: fractions of 64-bit integers, without binary floating point.
//
// Always in lowest terms, with a denominator above 0. Steps between are of 128 bits; a result that
// does not fit is refused and leaves *out as it was.
#ifndef POINTS_EXACT_H
#define POINTS_EXACT_H

#include "base.h"

struct exact {
	int64_t numerator, denominator;
};

#define EXACT_ZERO ((struct exact){ 0, 1 })

enum {
	EXACT_DECIMALS_MAX = 6, // that are read and written
	EXACT_TEXT_SIZE = 48,
	EXACT_MIXED_SIZE = 72
};

// name in a table
#define EXACT_ROUNDING_TABLE(X)                                \
	X(DOWN, "down")           /* towards minus infinity */ \
	X(UP, "up")               /* towards plus infinity */  \
	X(HALF_UP, "half_up")     /* half away from zero */    \
	X(HALF_EVEN, "half_even") /* half to the even one */

enum exact_rounding {
#define EXACT_ROUNDING_ENUM(name, text) EXACT_##name,
	EXACT_ROUNDING_TABLE(EXACT_ROUNDING_ENUM)
#undef EXACT_ROUNDING_ENUM
	EXACT_ROUNDINGS
};

const char *exact_rounding_name(enum exact_rounding rounding);

struct exact exact_of(int64_t whole);
// numerator / denominator, which is not 0.
MUST_CHECK bool exact_make(struct exact *out, int64_t numerator, int64_t denominator);

MUST_CHECK bool exact_add(struct exact *out, struct exact a, struct exact b);
MUST_CHECK bool exact_minus(struct exact *out, struct exact a, struct exact b);
MUST_CHECK bool exact_multiply(struct exact *out, struct exact a, struct exact b);
MUST_CHECK bool exact_divide(struct exact *out, struct exact a, struct exact b); // b is not 0

int exact_compare(struct exact a, struct exact b); // below, at or above 0
bool exact_is_whole(struct exact a);

// The whole number at or below a, and at or above it.
int64_t exact_floor(struct exact a);
MUST_CHECK bool exact_ceiling(struct exact a, int64_t *whole);

// To a multiple of step, which is above 0.
MUST_CHECK bool exact_round(
    struct exact *out, struct exact a, struct exact step, enum exact_rounding rounding);

// "5", "-1.50", "1/3": digits, at most EXACT_DECIMALS_MAX behind the point, no exponent, no plus.
// False: no such number, or too large.
MUST_CHECK bool exact_read(struct exact *out, struct bytes text);

// Whole, or with a point where EXACT_DECIMALS_MAX decimals are exact, else "a/b".
void exact_write(struct exact a, char text[EXACT_TEXT_SIZE]);
// For people: "83 11/30" (83又11/30 in Chinese) instead of "2501/30".
void exact_write_mixed(struct exact a, bool chinese, char text[EXACT_MIXED_SIZE]);

#endif
