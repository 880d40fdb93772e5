// SPDX-License-Identifier: Apache-2.0
// exact: products of two 64-bit integers fit 128 bits, and so does the sum of two of them, halved;
// the sums themselves are checked.
#include "exact.h"

#include <stdio.h>

__extension__ typedef __int128 wide; // ISO C has no name for it

static const char *const rounding_names[EXACT_ROUNDINGS] = {
#define ROUNDING_NAME(name, text) [EXACT_##name] = text,
	EXACT_ROUNDING_TABLE(ROUNDING_NAME)
#undef ROUNDING_NAME
};

const char *exact_rounding_name(enum exact_rounding rounding)
{
	return rounding_names[rounding];
}

static wide wide_gcd(wide a, wide b)
{
	if (a < 0)
		a = -a;
	while (b != 0) {
		wide rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

static bool fits(wide number)
{
	return number >= INT64_MIN && number <= INT64_MAX;
}

// denominator is above 0.
static bool reduce(struct exact *out, wide numerator, wide denominator)
{
	wide divisor = wide_gcd(denominator, numerator < 0 ? -numerator : numerator);
	numerator /= divisor;
	denominator /= divisor;
	if (!fits(numerator) || !fits(denominator))
		return false;
	*out = (struct exact){ (int64_t)numerator, (int64_t)denominator };
	return true;
}

struct exact exact_of(int64_t whole)
{
	return (struct exact){ whole, 1 };
}

bool exact_make(struct exact *out, int64_t numerator, int64_t denominator)
{
	ENSURE(denominator != 0);
	if (denominator < 0)
		return reduce(out, -(wide)numerator, -(wide)denominator);
	return reduce(out, numerator, denominator);
}

bool exact_add(struct exact *out, struct exact a, struct exact b)
{
	wide left = (wide)a.numerator * b.denominator, right = (wide)b.numerator * a.denominator;
	wide sum;
	if (__builtin_add_overflow(left, right, &sum))
		return false;
	return reduce(out, sum, (wide)a.denominator * b.denominator);
}

bool exact_minus(struct exact *out, struct exact a, struct exact b)
{
	wide left = (wide)a.numerator * b.denominator, right = (wide)b.numerator * a.denominator;
	wide difference;
	if (__builtin_sub_overflow(left, right, &difference))
		return false;
	return reduce(out, difference, (wide)a.denominator * b.denominator);
}

// The smallest integer twice over makes 2^126, which fits.
bool exact_multiply(struct exact *out, struct exact a, struct exact b)
{
	return reduce(out, (wide)a.numerator * b.numerator, (wide)a.denominator * b.denominator);
}

bool exact_divide(struct exact *out, struct exact a, struct exact b)
{
	ENSURE(b.numerator != 0);
	wide numerator = (wide)a.numerator * b.denominator;
	wide denominator = (wide)a.denominator * b.numerator;
	if (denominator < 0)
		return reduce(out, -numerator, -denominator);
	return reduce(out, numerator, denominator);
}

int exact_compare(struct exact a, struct exact b)
{
	wide left = (wide)a.numerator * b.denominator, right = (wide)b.numerator * a.denominator;
	return left < right ? -1 : left > right;
}

bool exact_is_whole(struct exact a)
{
	return a.denominator == 1;
}

static wide floor_of(wide numerator, wide denominator)
{
	wide whole = numerator / denominator;
	return numerator % denominator < 0 ? whole - 1 : whole;
}

int64_t exact_floor(struct exact a)
{
	return (int64_t)floor_of(a.numerator, a.denominator);
}

bool exact_ceiling(struct exact a, int64_t *whole)
{
	wide ceiling = floor_of(a.numerator, a.denominator) + !exact_is_whole(a);
	if (!fits(ceiling))
		return false;
	*whole = (int64_t)ceiling;
	return true;
}

// How the whole number below, `whole` with `rest` of `denominator` left, is to go up: 0 or 1.
static int step_up(wide whole, wide rest, wide denominator, enum exact_rounding rounding)
{
	if (rest == 0 || rounding == EXACT_DOWN)
		return 0;
	if (rounding == EXACT_UP)
		return 1;
	wide other = denominator - rest; // instead of doubling, which might overflow
	if (rest != other)
		return rest > other;
	return rounding == EXACT_HALF_EVEN ? whole % 2 != 0 : whole >= 0;
}

bool exact_round(struct exact *out, struct exact a, struct exact step, enum exact_rounding rounding)
{
	ENSURE(step.numerator > 0);
	wide numerator = (wide)a.numerator * step.denominator;
	wide denominator = (wide)a.denominator * step.numerator;
	wide whole = floor_of(numerator, denominator);
	whole += step_up(whole, numerator - whole * denominator, denominator, rounding);
	if (!fits(whole))
		return false;
	return exact_multiply(out, exact_of((int64_t)whole), step);
}

// --- texts ---------------------------------------------------------------------------------------

static bool read_digit(struct bytes text, size_t at, int64_t *digits)
{
	if (at >= text.size || text.data[at] < '0' || text.data[at] > '9')
		return false;
	return !__builtin_mul_overflow(*digits, 10, digits) &&
	       !__builtin_add_overflow(*digits, text.data[at] - '0', digits);
}

// Digits from *at on, at least one and at most count; false: none, or too many.
static bool read_digits(struct bytes text, size_t *at, size_t count, int64_t *digits)
{
	size_t first = *at;
	while (*at < text.size && text.data[*at] >= '0' && text.data[*at] <= '9') {
		if (*at - first == count || !read_digit(text, *at, digits))
			return false;
		(*at)++;
	}
	return *at > first;
}

bool exact_read(struct exact *out, struct bytes text)
{
	size_t at = text.size > 0 && text.data[0] == '-';
	bool negative = at == 1;
	int64_t numerator = 0, denominator = 1;
	if (!read_digits(text, &at, SIZE_MAX, &numerator))
		return false;
	if (at < text.size && text.data[at] == '.') {
		size_t point = ++at;
		if (!read_digits(text, &at, EXACT_DECIMALS_MAX, &numerator))
			return false;
		for (; point < at; point++)
			denominator *= 10;
	} else if (at < text.size && text.data[at] == '/') {
		at++;
		denominator = 0;
		if (!read_digits(text, &at, SIZE_MAX, &denominator) || denominator == 0)
			return false;
	}
	return at == text.size && exact_make(out, negative ? -numerator : numerator, denominator);
}

// The decimals that make a exact, or -1.
static int decimals_of(struct exact a)
{
	int64_t power = 1;
	for (int decimals = 0; decimals <= EXACT_DECIMALS_MAX; decimals++, power *= 10)
		if (power % a.denominator == 0)
			return decimals;
	return -1;
}

static wide power_of_ten(int exponent)
{
	wide power = 1;
	while (exponent-- > 0)
		power *= 10;
	return power;
}

void exact_write(struct exact a, char text[EXACT_TEXT_SIZE])
{
	int decimals = decimals_of(a);
	if (decimals < 0) {
		snprintf(text, EXACT_TEXT_SIZE, "%lld/%lld", (long long)a.numerator,
		    (long long)a.denominator);
		return;
	}
	if (decimals == 0) {
		snprintf(text, EXACT_TEXT_SIZE, "%lld", (long long)a.numerator);
		return;
	}
	wide scaled = (wide)a.numerator * (power_of_ten(decimals) / a.denominator);
	wide power = power_of_ten(decimals);
	const char *sign = scaled < 0 ? "-" : "";
	scaled = scaled < 0 ? -scaled : scaled;
	snprintf(text, EXACT_TEXT_SIZE, "%s%lld.%0*lld", sign, (long long)(scaled / power),
	    decimals, (long long)(scaled % power));
}

void exact_write_mixed(struct exact a, bool chinese, char text[EXACT_MIXED_SIZE])
{
	uint64_t size = a.numerator < 0 ? -(uint64_t)a.numerator : (uint64_t)a.numerator;
	uint64_t denominator = (uint64_t)a.denominator;
	if (decimals_of(a) >= 0 || size < denominator) {
		exact_write(a, text);
		return;
	}
	snprintf(text, EXACT_MIXED_SIZE, "%s%llu%s%llu/%llu", a.numerator < 0 ? "-" : "",
	    (unsigned long long)(size / denominator), chinese ? "又" : " ",
	    (unsigned long long)(size % denominator), (unsigned long long)denominator);
}
