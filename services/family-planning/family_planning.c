// SPDX-License-Identifier: Apache-2.0
// family_planning: what this department accepts or refuses beyond what its catalogue can say.
#include "family_planning.h"

#include "decision.h"
#include "family_planning_fields.h"

// Not the ages of the law, which has changed and which not all kept, but those below which a date
// or a number is wrong.
enum {
	MARRIED_YEARS = 14,
	PARENT_YEARS = 12,
};

// GB/T 2261.2: what the codes of the marital status begin with.
enum {
	NEVER_MARRIED = '1',
	NOT_STATED = '9',
};

static char marriage_group(const struct decision *decision)
{
	const struct value *status = decision_value(decision, FAMILY_PLANNING_MARRIAGE_STATUS);
	return status == NULL ? NOT_STATED : status->text[0];
}

// Being single may have begun at birth.
static void check_married_age(const struct decision *decision, const struct decision_rule *rule)
{
	char group = marriage_group(decision);
	if (group == NEVER_MARRIED || group == NOT_STATED)
		decision_after_birth(decision, rule);
	else
		decision_age(decision, rule);
}

static void check_spouse_of_single(
    const struct decision *decision, const struct decision_rule *rule)
{
	if (marriage_group(decision) == NEVER_MARRIED && decision_value(decision, rule->field))
		decision_refuse(decision, rule->field, PROBLEM_contradicts_row, NULL);
}

static const struct decision_rule rules[] = {
	{ FAMILY_PLANNING_MARRIAGE, FAMILY_PLANNING_MARRIAGE_SPOUSE, decision_other_person, 0 },
	{ FAMILY_PLANNING_MARRIAGE, FAMILY_PLANNING_MARRIAGE_SPOUSE, check_spouse_of_single, 0 },
	{ FAMILY_PLANNING_MARRIAGE, FAMILY_PLANNING_MARRIAGE_SINCE, check_married_age,
	    MARRIED_YEARS },

	{ FAMILY_PLANNING_CHILD, FAMILY_PLANNING_CHILD_CHILD, decision_other_person, 0 },
	{ FAMILY_PLANNING_CHILD, FAMILY_PLANNING_CHILD_BIRTH_DATE, decision_age, PARENT_YEARS },

	{ FAMILY_PLANNING_SETTLEMENT, FAMILY_PLANNING_SETTLEMENT_ASSESSED_ON, decision_after_birth,
	    0 },

	{ FAMILY_PLANNING_CHECK, FAMILY_PLANNING_CHECK_ASSESSED_ON, decision_after_birth, 0 },
	{ FAMILY_PLANNING_CHECK, FAMILY_PLANNING_CHECK_VALID_TO, decision_after_birth, 0 },
};

void family_planning_decide(const struct record *record, int64_t today, struct problems *problems)
{
	decision_apply(rules, COUNT_OF(rules), record, today, problems);
}
