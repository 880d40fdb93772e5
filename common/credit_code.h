// SPDX-License-Identifier: Apache-2.0
// credit_code: unified social credit codes, GB 32100-2015.
#ifndef COMMON_CREDIT_CODE_H
#define COMMON_CREDIT_CODE_H

#include "base.h"

enum {
	CREDIT_CODE_SIZE = 19
};

// Normalises (full-width, spaces, case) and checks the form: 18 characters of the alphabet, or an
// old business licence of 15 digits. *checks tells whether the check digit is right: codes in
// official use fail it, so that is a warning, never a refusal.
bool credit_code_parse(struct bytes text, char code[CREDIT_CODE_SIZE], bool *checks);

char credit_code_check_digit(const char first[17]);

#endif
