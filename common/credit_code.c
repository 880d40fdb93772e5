// SPDX-License-Identifier: Apache-2.0
// credit_code: unified social credit codes by GB 32100-2015, old licences by GS 15-2006.
#include "credit_code.h"

#include "text.h"

static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY"; // without I, O, S, V and Z

static int value_of(char character)
{
	const char *found = character == 0 ? NULL : strchr(alphabet, character);
	return found == NULL ? -1 : (int)(found - alphabet);
}

char credit_code_check_digit(const char first[17])
{
	static const int weights[17] = { 1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30,
		28 };
	int sum = 0;
	for (size_t i = 0; i < COUNT_OF(weights); i++)
		sum += value_of(first[i]) * weights[i];
	return alphabet[(31 - sum % 31) % 31];
}

// ISO 7064 MOD 11,10 over all 15 digits.
static bool licence_checks(const char *digits)
{
	int product = 10;
	for (size_t i = 0; i < 14; i++) {
		int sum = (product + digits[i] - '0') % 10;
		product = (sum == 0 ? 10 : sum) * 2 % 11;
	}
	return (product + digits[14] - '0') % 10 == 1;
}

bool credit_code_parse(struct bytes text, char code[CREDIT_CODE_SIZE], bool *checks)
{
	if (!text_fold(text, TEXT_DROP_SPACES, code, CREDIT_CODE_SIZE))
		return false;
	text_upper(code);
	size_t size = strlen(code);
	if (size == 15 && strspn(code, "0123456789") == size) {
		*checks = licence_checks(code);
		return true;
	}
	if (size != 18 || strspn(code, alphabet) != size)
		return false;
	*checks = credit_code_check_digit(code) == code[17];
	return true;
}
