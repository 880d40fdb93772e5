// SPDX-License-Identifier: Apache-2.0
// decision: what departments check in a record beyond its catalogue, as rows of tables.
//
// Refused is only what cannot be true; what is merely unlikely goes on, for a person to judge.
// Fields are named by their numbers, from the headers made of the catalogues. A field that the
// record lacks, or that is unknown to the catalogue in use, is never a problem.
#ifndef COMMON_DECISION_H
#define COMMON_DECISION_H

#include "record.h"

struct decision {
	const struct record *record;
	int64_t today; // YYYYMMDD in China
	struct problems *problems;
};

struct decision_rule;

// Adds problems, or none.
typedef void decision_check(const struct decision *decision, const struct decision_rule *rule);

struct decision_rule {
	unsigned kind;
	unsigned field; // whose problem it is
	decision_check *check;
	unsigned with; // the field or number that it is held against; 0: none
};

// Makes the checks of the rules that are for the record's kind.
void decision_apply(const struct decision_rule *rules, size_t count, const struct record *record,
    int64_t today, struct problems *problems);

// What holds in every department: that a coverage names one of the department's kinds.
void decision_apply_shared(const struct record *record, struct problems *problems);

// --- checks for the tables -----------------------------------------------------------------------
// Dates, months and years may be held against each other: a month is the time from its first day to
// its last.

// The field does not end before the field `with` begins.
decision_check decision_interval;
// The field does not end before the person's birth. with: the field with the birth date, for ID
// numbers that do not tell it.
decision_check decision_after_birth;
// On the field the person was at least `with` years old.
decision_check decision_age;
// The field is the birth date that the ID number tells.
decision_check decision_birth_date;
// The field is somebody else than the subject.
decision_check decision_other_person;
// The field counts years back from the field `with`, and not to before the eighteenth birthday. The
// most years that the catalogue allows mean "ever as an adult".
decision_check decision_adult_window;

// --- for checks that a department writes itself --------------------------------------------------

// NULL: absent.
const struct value *decision_value(const struct decision *decision, unsigned field);
// YYYYMMDD; 0: absent.
int64_t decision_first_day(const struct decision *decision, unsigned field);

void decision_refuse(
    const struct decision *decision, unsigned field, enum problem_code code, const char *expected);

// One row of a list. The list is there and has this row.
const struct value *decision_entry_value(
    const struct decision *decision, unsigned list, size_t row, unsigned field);
void decision_refuse_entry(const struct decision *decision, unsigned list, size_t row,
    unsigned field, enum problem_code code, const char *expected);

// For `expected`: "≥ " and the name of the field.
enum {
	DECISION_TEXT_SIZE = 64
};
void decision_write_at_least(
    const struct decision *decision, unsigned field, char text[DECISION_TEXT_SIZE]);

#endif
