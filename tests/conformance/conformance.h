// SPDX-License-Identifier: Apache-2.0
// conformance: what every department promises about the rows it is sent, whatever they are about.
#ifndef CONFORMANCE_CONFORMANCE_H
#define CONFORMANCE_CONFORMANCE_H

#include "door.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// Invented people: the numbers are valid, and nobody's.
#define MAN "340123199003071533"        // born 1990-03-07
#define WOMAN "411502199208210241"      // born 1992-08-21
#define CHILD "320582201805200489"      // born 2018-05-20, a girl
#define YOUTH "320582200601103113"      // born 2006-01-10: twenty years old
#define MAN_BEFORE "340123199003081571" // the man's number before it was corrected
#define TRAVELLER "H12345678"           // a number that tells neither birth date nor sex

#define ENTERPRISE "91320582MA1N00X12G"
#define OTHER_ENTERPRISE "91320582MA1N00X3K7"

// Rows as door_push() takes them.
struct good_row {
	const char *kind, *subject;
	const char *row;
	const char *changed; // the same record in another state
};

struct bad_row {
	const char *kind, *subject;
	const char *row;
	enum problem_code code; // of the one thing that is wrong with it
	const char *mended;     // the same record, right; NULL: mending makes another record of it
};

struct conformance {
	intake_decide *decide;
	const struct good_row *good;
	size_t good_count;
	const struct bad_row *bad;
	size_t bad_count;
	const struct CMUnitTest *more; // what only this department promises
	size_t more_count;
};

// Runs the suite, and more, for the department DEPARTMENT.
int conformance_main(const struct conformance *conformance);

// The door of a test: *state.
struct door *door_of(void **state);

#endif
