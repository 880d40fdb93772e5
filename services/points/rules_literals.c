// SPDX-License-Identifier: Apache-2.0
// rules_literals: numbers with their units, dates, months.
#include "rules_parser.h"

#include "date.h"

#include <stdio.h>

static const struct unit_word {
	const char *word;
	enum unit unit;
	int64_t times;
} unit_words[] = {
	{ "month", UNIT_MONTHS, 1 },
	{ "months", UNIT_MONTHS, 1 },
	{ "year", UNIT_MONTHS, 12 },
	{ "years", UNIT_MONTHS, 12 },
	{ "day", UNIT_DAYS, 1 },
	{ "days", UNIT_DAYS, 1 },
	{ "yuan", UNIT_YUAN, 1 },
};

static const char *const unit_names[UNITS] = {
	[UNIT_PLAIN] = "",
	[UNIT_MONTHS] = "months",
	[UNIT_DAYS] = "days",
	[UNIT_YUAN] = "yuan",
	[UNIT_ANY] = "",
};

const char *unit_name(enum unit unit)
{
	return unit_names[unit];
}

static bool read_with_unit(const char *text, struct exact *number, enum unit *unit)
{
	const char *space = strchr(text, ' ');
	size_t size = space != NULL ? (size_t)(space - text) : strlen(text);
	*unit = UNIT_PLAIN;
	if (!exact_read(number, bytes_make(text, size)))
		return false;
	if (space == NULL)
		return true;
	for (size_t i = 0; i < COUNT_OF(unit_words); i++)
		if (strcmp(unit_words[i].word, space + 1) == 0) {
			*unit = unit_words[i].unit;
			return exact_multiply(number, *number, exact_of(unit_words[i].times));
		}
	return false;
}

// "2017-01-01", "2017-01".
static bool read_time(const char *text, struct typing *typing, struct literal *literal)
{
	int year, month, day = 1, end = 0;
	size_t size = strlen(text);
	if (strspn(text, "0123456789-") != size || (size != 10 && size != 7))
		return false;
	if (size == 10 ? sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3
		       : sscanf(text, "%4d-%2d%n", &year, &month, &end) != 2)
		return false;
	int64_t date = (int64_t)year * 10000 + month * 100 + day;
	char again[16];
	if (end != (int)size || year < 0 || month < 0 || day < 0 || !date_valid(date))
		return false;
	date_format(date, again, sizeof again);
	typing->type = size == 10 ? TYPE_DATE : TYPE_MONTH;
	literal->date = size == 10 ? date : date / 100;
	return strncmp(text, again, size) == 0;
}

static enum literal_result tell(struct parser *parser, const struct spot *spot)
{
	complain(parser, spot, CODE_LITERAL,
	    "写作 5、1.5（至多 6 位小数）、\"1/3\"、\"6 months\"、\"1000 yuan\"、\"2017-01-01\"",
	    "write 5, 1.5 (at most 6 decimals), \"1/3\", \"6 months\", \"1000 yuan\", "
	    "\"2017-01-01\"");
	return LITERAL_BROKEN;
}

static enum literal_result read_text_literal(
    struct parser *parser, const struct spot *spot, struct typing *typing, struct literal *literal)
{
	const char *text = json_string(spot->value);
	if (*text != '-' && (*text < '0' || *text > '9'))
		return LITERAL_NONE;
	if (read_time(text, typing, literal))
		return LITERAL_READ;
	typing->type = TYPE_NUMBER;
	return read_with_unit(text, &literal->number, &typing->unit) ? LITERAL_READ
								     : tell(parser, spot);
}

enum literal_result read_literal(
    struct parser *parser, const struct spot *spot, struct typing *typing, struct literal *literal)
{
	char text[64];
	*typing = (struct typing){ 0 };
	*literal = (struct literal){ .number = EXACT_ZERO };
	switch (json_type(spot->value)) {
	case JSON_STRING:
		return read_text_literal(parser, spot, typing, literal);
	case JSON_BOOLEAN:
		typing->type = TYPE_BOOLEAN;
		literal->boolean = json_boolean(spot->value);
		return LITERAL_READ;
	case JSON_NUMBER:
		typing->type = TYPE_NUMBER;
		if (json_decimal(spot->value, text, sizeof text) &&
		    exact_read(&literal->number, bytes_of_text(text)))
			return LITERAL_READ;
		return tell(parser, spot);
	default:
		return LITERAL_NONE;
	}
}

bool read_number(
    struct parser *parser, const struct spot *spot, struct exact *number, enum unit *unit)
{
	struct typing typing;
	struct literal literal;
	*number = EXACT_ZERO;
	*unit = UNIT_PLAIN;
	if (spot->value == NULL)
		return false;
	enum literal_result result = read_literal(parser, spot, &typing, &literal);
	if (result == LITERAL_READ && typing.type == TYPE_NUMBER) {
		*number = literal.number;
		*unit = typing.unit;
		return true;
	}
	if (result != LITERAL_BROKEN)
		complain(parser, spot, CODE_LITERAL, "应为数值", "expected a number");
	return false;
}

bool read_quantity(
    struct parser *parser, const struct spot *spot, enum unit unit, struct exact *number)
{
	enum unit found;
	if (!read_number(parser, spot, number, &found))
		return false;
	struct typing typing = { .type = TYPE_NUMBER, .unit = found };
	want_unit(parser, spot, typing, unit);
	return true;
}

bool read_positive(
    struct parser *parser, const struct spot *spot, enum unit unit, struct exact *number)
{
	if (!read_quantity(parser, spot, unit, number))
		return false;
	if (number->numerator > 0)
		return true;
	complain(parser, spot, CODE_STEP, "这里须为正数", "a positive number is needed");
	return false;
}

struct points read_amount(struct parser *parser, const struct spot *spot, enum unit unit)
{
	struct points points = { .number = EXACT_ZERO, .path = spot_path(parser, spot) };
	const char *text = spot->value != NULL ? json_string(spot->value) : NULL;
	if (text != NULL && strcmp(text, "unknown") == 0) {
		note_unknown(parser, spot);
		return points;
	}
	read_quantity(parser, spot, unit, &points.number);
	points.known = true;
	return points;
}

struct points read_points(struct parser *parser, const struct spot *spot)
{
	return read_amount(parser, spot, UNIT_PLAIN);
}
