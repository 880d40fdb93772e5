// SPDX-License-Identifier: Apache-2.0
// whom: the subject that a question names: by ID number, by credit code, or by pseudonym.
#ifndef COMMON_WHOM_H
#define COMMON_WHOM_H

#include "json.h"
#include "pseudonym.h"

// Why there is no such subject: for http_answer_problem(). It holds nothing of what was sent.
struct whom_problem {
	const char *code;
	char english[160], chinese[160];
};

// The member by which an object names one subject: the text "id_number", "subject" or
// "credit_code". NULL: question is no object, or there is none of them, more than one, or it is no
// text. Other members are the caller's to look at.
const struct json_value *whom_member(const struct json_value *question);

// Whom the member means. letters: the kinds of subject that may be asked for, "pde" or "p". False:
// it is nobody, with *problem.
MUST_CHECK bool whom_find(const struct json_value *member, const char *letters,
    const struct pseudonym *pseudonym, char subject[SUBJECT_SIZE], struct whom_problem *problem);

#endif
