// SPDX-License-Identifier: Apache-2.0
// say: what the command line says to people, in English or Chinese.
//
// Data goes to standard output, messages to standard error. Never a person's data in a message.
#ifndef ONECITY_SAY_H
#define ONECITY_SAY_H

#include "buffer.h"
#include "status.h"

#include <stdio.h>

// LC_ALL, else LC_MESSAGES, else LANG begins with "zh".
bool say_in_chinese(void);

// The one of the two that the user reads. Both are formats for the same arguments, held against
// them by the compiler.
const char *say(const char *english, const char *chinese)
    __attribute__((format_arg(1), format_arg(2)));

// One line on standard error, "onecity: " before it.
void tell(const char *format, ...) PRINTF_LIKE(1, 2);

// The same; returns EXIT_FAILURE.
int give_up(const char *format, ...) PRINTF_LIKE(1, 2);

// Tells a status and its reason; returns EXIT_FAILURE.
int give_up_with(enum status status);

// Prints a text that came from elsewhere: control characters, which could steer the terminal, as
// '?'.
void say_text(FILE *file, const char *text);
void say_append(struct buffer *out, const char *text); // the same, for a message

enum colour {
	COLOUR_PLAIN,
	COLOUR_GOOD,
	COLOUR_WARNING,
	COLOUR_BAD,
	COLOUR_FAINT
};

// A terminal that shows colours, and nobody said NO_COLOR.
bool colours_shown(FILE *file);

// The characters that switch a colour on, or back with COLOUR_PLAIN; "" where none are shown.
const char *colour_code(FILE *file, enum colour colour);

#endif
