// SPDX-License-Identifier: Apache-2.0
// service_centre: what this department accepts or refuses beyond what its catalogue can say.
#include "service_centre.h"

#include "decision.h"
#include "service_centre_fields.h"

#include <stdio.h>

// Primary school begins at six, and the quickest on record left it at seven.
enum {
	GRADUATE_YEARS = 6
};

static int64_t sum_of_shares(
    const struct decision *decision, unsigned list, size_t count, bool *has_subject)
{
	int64_t sum = 0;
	*has_subject = false;
	for (size_t row = 0; row < count; row++) {
		const struct value *owner =
		    decision_entry_value(decision, list, row, SERVICE_CENTRE_HOME_OWNERS_OWNER);
		const struct value *share =
		    decision_entry_value(decision, list, row, SERVICE_CENTRE_HOME_OWNERS_SHARE);
		sum += share != NULL ? share->integer : 0;
		*has_subject |=
		    owner != NULL && strcmp(owner->text, decision->record->subject) == 0;
	}
	return sum;
}

// The subject stands among the owners, or only the others do. Offices round shares, to whole
// percents at the worst: up to half a percent too much for each owner.
static void check_shares(const struct decision *decision, const struct decision_rule *rule)
{
	const struct value *owners = decision_value(decision, rule->field);
	const struct value *own = decision_value(decision, rule->with);
	const struct field *share = kind_field(decision->record->kind, rule->with);
	if (owners == NULL || share == NULL)
		return;
	bool has_subject;
	size_t count = (size_t)owners->integer;
	int64_t whole = share->maximum;
	int64_t sum = sum_of_shares(decision, rule->field, count, &has_subject);
	if (!has_subject && own != NULL)
		sum += own->integer;
	if (sum > whole + whole / 200 * (int64_t)(count + 1))
		decision_refuse(decision, rule->field, PROBLEM_shares_exceed_whole, NULL);
}

static void check_position(const struct decision *decision, const struct decision_rule *rule)
{
	const struct value *position = decision_value(decision, rule->field);
	const struct value *participants = decision_value(decision, rule->with);
	if (position == NULL || participants == NULL || position->integer <= participants->integer)
		return;
	char expected[DECISION_TEXT_SIZE];
	snprintf(expected, sizeof expected, "≤ %s",
	    kind_field(decision->record->kind, rule->with)->name);
	decision_refuse(decision, rule->field, PROBLEM_number_range, expected);
}

static const struct decision_rule rules[] = {
	{ SERVICE_CENTRE_APPLICATION, SERVICE_CENTRE_APPLICATION_APPLIED_ON, decision_after_birth,
	    0 },
	{ SERVICE_CENTRE_APPLICATION, SERVICE_CENTRE_APPLICATION_ACCEPTED_ON, decision_interval,
	    SERVICE_CENTRE_APPLICATION_APPLIED_ON },
	{ SERVICE_CENTRE_APPLICATION, SERVICE_CENTRE_APPLICATION_COMPLETE_BY, decision_interval,
	    SERVICE_CENTRE_APPLICATION_APPLIED_ON },
	{ SERVICE_CENTRE_APPLICATION, SERVICE_CENTRE_APPLICATION_CHILD, decision_other_person, 0 },

	{ SERVICE_CENTRE_EDUCATION, SERVICE_CENTRE_EDUCATION_GRADUATED_ON, decision_age,
	    GRADUATE_YEARS },

	{ SERVICE_CENTRE_HOME, SERVICE_CENTRE_HOME_REGISTERED_ON, decision_after_birth, 0 },
	{ SERVICE_CENTRE_HOME, SERVICE_CENTRE_HOME_DISPOSED_ON, decision_interval,
	    SERVICE_CENTRE_HOME_REGISTERED_ON },
	{ SERVICE_CENTRE_HOME, SERVICE_CENTRE_HOME_OWNERS, check_shares,
	    SERVICE_CENTRE_HOME_SHARE },

	{ SERVICE_CENTRE_PUPIL, SERVICE_CENTRE_PUPIL_FROM, decision_after_birth, 0 },
	{ SERVICE_CENTRE_PUPIL, SERVICE_CENTRE_PUPIL_TO, decision_interval,
	    SERVICE_CENTRE_PUPIL_FROM },

	{ SERVICE_CENTRE_ATTESTED_FACT, SERVICE_CENTRE_ATTESTED_FACT_DATE, decision_after_birth,
	    0 },
	{ SERVICE_CENTRE_ATTESTED_FACT, SERVICE_CENTRE_ATTESTED_FACT_FROM, decision_after_birth,
	    0 },
	{ SERVICE_CENTRE_ATTESTED_FACT, SERVICE_CENTRE_ATTESTED_FACT_TO, decision_interval,
	    SERVICE_CENTRE_ATTESTED_FACT_FROM },
	{ SERVICE_CENTRE_ATTESTED_FACT, SERVICE_CENTRE_ATTESTED_FACT_POSITION, check_position,
	    SERVICE_CENTRE_ATTESTED_FACT_PARTICIPANTS },
};

void service_centre_decide(const struct record *record, int64_t today, struct problems *problems)
{
	decision_apply(rules, COUNT_OF(rules), record, today, problems);
}
