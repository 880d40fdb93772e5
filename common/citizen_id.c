// SPDX-License-Identifier: Apache-2.0
// citizen_id: ID numbers by GB 11643-1999, and the papers of those who have none.
#include "citizen_id.h"

#include "date.h"
#include "text.h"

#include <stdio.h>

static const char digits[] = "0123456789";

static bool all_of(const char *text, size_t count, const char *characters)
{
	return strspn(text, characters) >= count;
}

static int64_t number_of(const char *text, size_t count)
{
	int64_t number = 0;
	for (size_t i = 0; i < count; i++)
		number = number * 10 + text[i] - '0';
	return number;
}

char citizen_id_check_digit(const char first[17])
{
	static const int weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = 0;
	for (size_t i = 0; i < COUNT_OF(weights); i++)
		sum += (first[i] - '0') * weights[i];
	return "10X98765432"[sum % 11];
}

static char sex_of(char sequence_digit)
{
	return (sequence_digit - '0') % 2 == 1 ? '1' : '2';
}

static bool has_form_18(const char *text)
{
	return all_of(text, 17, digits) && strchr("0123456789X", text[17]) != NULL;
}

static bool read_18(struct citizen_id *id, enum problem_code *code)
{
	bool checks = citizen_id_check_digit(id->number) == id->number[17];
	int64_t birth_date = number_of(id->number + 6, 8);
	*code = PROBLEM_excel_damage;
	if (!checks && strcmp(id->number + 15, "000") == 0)
		return false;
	*code = PROBLEM_id_number_date;
	if (!date_valid(birth_date))
		return false;
	*code = PROBLEM_check_digit;
	id->birth_date = birth_date;
	id->sex = sex_of(id->number[16]);
	return checks;
}

static bool has_form_15(const char *text)
{
	return all_of(text, 15, digits);
}

// The sequence numbers 996 to 999 were kept for those born before 1900.
static bool read_15(struct citizen_id *id, enum problem_code *code)
{
	const char *century = number_of(id->number + 12, 3) >= 996 ? "18" : "19";
	char old[16], number[CITIZEN_ID_SIZE];
	memcpy(old, id->number, sizeof old);
	snprintf(number, sizeof number, "%.6s%s%s", old, century, old + 6);
	number[17] = citizen_id_check_digit(number);
	number[18] = 0;
	memcpy(id->number, number, sizeof number);
	explicit_bzero(old, sizeof old);
	explicit_bzero(number, sizeof number);
	id->was_15_digits = true;
	return read_18(id, code);
}

static bool has_form_old_permit(const char *text)
{
	return all_of(text, 3, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && all_of(text + 3, 12, digits);
}

static bool has_form_travel_permit(const char *text)
{
	return (text[0] == 'H' || text[0] == 'M') && all_of(text + 1, strlen(text) - 1, digits);
}

static bool has_form_taiwan_permit(const char *text)
{
	return all_of(text, 8, digits);
}

static const struct form {
	size_t size;
	bool (*matches)(const char *text);
	bool (*read)(
	    struct citizen_id *id, enum problem_code *code); // NULL: tells nothing, checks nothing
} forms[] = {
	{ 18, has_form_18, read_18 },
	{ 15, has_form_15, read_15 },
	{ 15, has_form_old_permit, NULL },
	{ 9, has_form_travel_permit, NULL },
	{ 11, has_form_travel_permit, NULL },
	{ 8, has_form_taiwan_permit, NULL },
};

static const struct form *form_of(const char *text)
{
	size_t size = strlen(text);
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		if (forms[i].size == size && forms[i].matches(text))
			return &forms[i];
	return NULL;
}

// "3.20582E+17", and "######" where a column was too narrow.
static bool is_excel_damage(const char *text)
{
	if (text[0] == '#')
		return true;
	size_t mantissa = strspn(text, "0123456789.");
	if (mantissa == 0 || text[mantissa] != 'E')
		return false;
	const char *exponent = text + mantissa + 1;
	exponent += exponent[0] == '+';
	size_t size = strspn(exponent, digits);
	return size > 0 && exponent[size] == 0;
}

bool citizen_id_parse(struct citizen_id *id, struct bytes text, enum problem_code *code)
{
	*id = (struct citizen_id){ 0 };
	*code = PROBLEM_id_number_form;
	if (!text_fold(text, TEXT_DROP_SPACES, id->number, sizeof id->number))
		return false;
	text_upper(id->number);
	if (is_excel_damage(id->number)) {
		*code = PROBLEM_excel_damage;
		return false;
	}
	const struct form *form = form_of(id->number);
	return form != NULL && (form->read == NULL || form->read(id, code));
}

static bool is_whole_number(const char *number, size_t size)
{
	return size == 18 && date_valid(number_of(number + 6, 8)) &&
	       citizen_id_check_digit(number) == number[17];
}

bool citizen_id_inside(struct bytes text)
{
	char run[19]; // one more than a number has: it tells a longer run of digits from a number
	size_t size = 0;
	bool found = false;
	for (size_t at = 0; at < text.size && !found;) {
		int32_t character = character_narrow(text_next(text, &at));
		bool is_x = (character == 'x' || character == 'X') && size == 17;
		if ((character >= '0' && character <= '9') || is_x) {
			if (size < sizeof run)
				run[size++] = is_x ? 'X' : (char)character;
			continue;
		}
		found = is_whole_number(run, size);
		size = 0;
	}
	found = found || is_whole_number(run, size);
	explicit_bzero(run, sizeof run);
	return found;
}
