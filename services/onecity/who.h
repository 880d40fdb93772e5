// SPDX-License-Identifier: Apache-2.0
// who: the person that a command is about: by pseudonym, or by an ID number that is read without
// being seen.
#ifndef ONECITY_WHO_H
#define ONECITY_WHO_H

#include "options.h"

enum {
	ID_NUMBER_SIZE = 64
};

// One of the two.
struct who {
	const char *subject; // set by the option --subject
	char id_number[ID_NUMBER_SIZE];
};

#define OPTION_SUBJECT(target)                                                                     \
	{                                                                                          \
		"subject", 's', OPTION_TEXT, (target), 0, 0, "PID", "by pseudonym instead: p1...", \
		    "改按假名查询：p1..."                                                   \
	}

// operand: what stood on the command line, which is "-" to read the number from standard input, or
// the number itself, which is wiped there; NULL with a subject. False: told, with *exit_code.
MUST_CHECK bool who_take(struct who *who, const struct usage *usage, char *operand, int *exit_code);
void who_deinit(struct who *who); // overwrites

// The member by which services are asked, as "name", "value".
const char *who_member(const struct who *who);
const char *who_value(const struct who *who);

#endif
