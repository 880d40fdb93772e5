// SPDX-License-Identifier: Apache-2.0
// social_insurance: what this department accepts or refuses beyond what its catalogue can say.
#include "social_insurance.h"

#include "decision.h"
#include "social_insurance_fields.h"

#include <stdio.h>

static void check_months_begun(const struct decision *decision, const struct decision_rule *rule)
{
	const struct value *months = decision_value(decision, rule->field);
	const struct value *year = decision_value(decision, rule->with);
	const struct fold *fold = decision->record->kind->fold;
	if (months == NULL || year == NULL || fold == NULL)
		return;
	unsigned number = fold->list->fields[fold->by].number;
	int64_t this_month = decision->today / 100;
	char expected[DECISION_TEXT_SIZE];
	snprintf(expected, sizeof expected, "≤ %04d-%02d", (int)(this_month / 100),
	    (int)(this_month % 100));
	for (size_t row = 0; row < (size_t)months->integer; row++) {
		const struct value *month =
		    decision_entry_value(decision, rule->field, row, number);
		if (month != NULL && year->integer * 100 + month->integer > this_month)
			decision_refuse_entry(
			    decision, rule->field, row, number, PROBLEM_month_in_future, expected);
	}
}

static const struct decision_rule rules[] = {
	{ SOCIAL_INSURANCE_CONTRIBUTION, SOCIAL_INSURANCE_CONTRIBUTION_YEAR, decision_after_birth,
	    0 },
	{ SOCIAL_INSURANCE_CONTRIBUTION, SOCIAL_INSURANCE_CONTRIBUTION_MONTHS, check_months_begun,
	    SOCIAL_INSURANCE_CONTRIBUTION_YEAR },

	{ SOCIAL_INSURANCE_EMPLOYMENT, SOCIAL_INSURANCE_EMPLOYMENT_FROM, decision_after_birth, 0 },
	{ SOCIAL_INSURANCE_EMPLOYMENT, SOCIAL_INSURANCE_EMPLOYMENT_TO, decision_interval,
	    SOCIAL_INSURANCE_EMPLOYMENT_FROM },
	{ SOCIAL_INSURANCE_EMPLOYMENT, SOCIAL_INSURANCE_EMPLOYMENT_ENDED_ON, decision_interval,
	    SOCIAL_INSURANCE_EMPLOYMENT_FROM },
	{ SOCIAL_INSURANCE_EMPLOYMENT, SOCIAL_INSURANCE_EMPLOYMENT_REGISTERED_FROM,
	    decision_after_birth, 0 },
	{ SOCIAL_INSURANCE_EMPLOYMENT, SOCIAL_INSURANCE_EMPLOYMENT_REGISTERED_TO, decision_interval,
	    SOCIAL_INSURANCE_EMPLOYMENT_REGISTERED_FROM },

	{ SOCIAL_INSURANCE_QUALIFICATION, SOCIAL_INSURANCE_QUALIFICATION_ISSUED_ON,
	    decision_after_birth, 0 },
	{ SOCIAL_INSURANCE_QUALIFICATION, SOCIAL_INSURANCE_QUALIFICATION_VALID_TO,
	    decision_interval, SOCIAL_INSURANCE_QUALIFICATION_ISSUED_ON },

	{ SOCIAL_INSURANCE_EMPLOYER_RATING, SOCIAL_INSURANCE_EMPLOYER_RATING_RATED_ON,
	    decision_after_birth, 0 },
	{ SOCIAL_INSURANCE_EMPLOYER_RATING, SOCIAL_INSURANCE_EMPLOYER_RATING_VALID_TO,
	    decision_interval, SOCIAL_INSURANCE_EMPLOYER_RATING_RATED_ON },

	{ SOCIAL_INSURANCE_HOUSING_FUND, SOCIAL_INSURANCE_HOUSING_FUND_YEAR, decision_after_birth,
	    0 },
	{ SOCIAL_INSURANCE_HOUSING_FUND, SOCIAL_INSURANCE_HOUSING_FUND_MONTHS, check_months_begun,
	    SOCIAL_INSURANCE_HOUSING_FUND_YEAR },
	{ SOCIAL_INSURANCE_HOUSING_FUND, SOCIAL_INSURANCE_HOUSING_FUND_OPENED_ON,
	    decision_after_birth, 0 },
};

void social_insurance_decide(const struct record *record, int64_t today, struct problems *problems)
{
	decision_apply(rules, COUNT_OF(rules), record, today, problems);
}
