// SPDX-License-Identifier: Apache-2.0
// public_security: what this department accepts or refuses beyond what its catalogue can say.
#include "public_security.h"

#include "citizen_id.h"
#include "decision.h"
#include "public_security_fields.h"

// GB/T 2261.1: its other codes, "unknown" and "not stated", contradict nothing.
enum {
	MALE = '1',
	FEMALE = '2'
};

static bool is_told(char sex)
{
	return sex == MALE || sex == FEMALE;
}

static void check_sex(const struct decision *decision, const struct decision_rule *rule)
{
	const struct value *sex = decision_value(decision, rule->field);
	const struct value *number = decision_value(decision, rule->with);
	struct citizen_id id;
	enum problem_code code;
	if (sex == NULL || number == NULL ||
	    !citizen_id_parse(&id, bytes_of_text(number->text), &code))
		return;
	if (is_told(id.sex) && is_told(sex->text[0]) && id.sex != sex->text[0])
		decision_refuse(decision, rule->field, PROBLEM_contradicts_id_number, NULL);
	explicit_bzero(&id, sizeof id);
}

// The time in which a permit may have been endorsed.
struct permit {
	int64_t begins;
	int64_t cancelled_on; // or 0
};

static struct permit permit_of(const struct decision *decision)
{
	int64_t issued_on =
	    decision_first_day(decision, PUBLIC_SECURITY_RESIDENCE_PERMIT_ISSUED_ON);
	int64_t valid_from =
	    decision_first_day(decision, PUBLIC_SECURITY_RESIDENCE_PERMIT_VALID_FROM);
	return (struct permit){
		.begins = valid_from != 0 && valid_from < issued_on ? valid_from : issued_on,
		.cancelled_on =
		    decision_first_day(decision, PUBLIC_SECURITY_RESIDENCE_PERMIT_CANCELLED_ON),
	};
}

static bool is_inside(const struct permit *permit, int64_t day)
{
	return day >= permit->begins && (permit->cancelled_on == 0 || day <= permit->cancelled_on);
}

static int64_t day_of(const struct decision *decision, unsigned list, size_t row, unsigned field)
{
	const struct value *value = decision_entry_value(decision, list, row, field);
	return value == NULL ? 0 : value->integer;
}

static void check_endorsement(
    const struct decision *decision, unsigned list, size_t row, const struct permit *permit)
{
	static const unsigned inside[] = {
		PUBLIC_SECURITY_RESIDENCE_PERMIT_ENDORSEMENTS_ENDORSED_ON,
		PUBLIC_SECURITY_RESIDENCE_PERMIT_ENDORSEMENTS_FROM,
	};
	for (size_t i = 0; i < COUNT_OF(inside); i++) {
		int64_t day = day_of(decision, list, row, inside[i]);
		if (day != 0 && !is_inside(permit, day))
			decision_refuse_entry(
			    decision, list, row, inside[i], PROBLEM_outside_permit, NULL);
	}
	int64_t from =
	    day_of(decision, list, row, PUBLIC_SECURITY_RESIDENCE_PERMIT_ENDORSEMENTS_FROM);
	int64_t to = day_of(decision, list, row, PUBLIC_SECURITY_RESIDENCE_PERMIT_ENDORSEMENTS_TO);
	if (to != 0 && to < from)
		decision_refuse_entry(decision, list, row,
		    PUBLIC_SECURITY_RESIDENCE_PERMIT_ENDORSEMENTS_TO, PROBLEM_interval_order, NULL);
}

// An endorsement extends the permit, so that its end is held against nothing.
static void check_endorsements(const struct decision *decision, const struct decision_rule *rule)
{
	const struct value *endorsements = decision_value(decision, rule->field);
	struct permit permit = permit_of(decision);
	for (size_t row = 0; endorsements != NULL && row < (size_t)endorsements->integer; row++)
		check_endorsement(decision, rule->field, row, &permit);
}

static const struct decision_rule rules[] = {
	{ PUBLIC_SECURITY_PERSON, PUBLIC_SECURITY_PERSON_BIRTH_DATE, decision_birth_date, 0 },
	{ PUBLIC_SECURITY_PERSON, PUBLIC_SECURITY_PERSON_SEX, check_sex,
	    PUBLIC_SECURITY_PERSON_ID_NUMBER },
	{ PUBLIC_SECURITY_PERSON, PUBLIC_SECURITY_PERSON_HUKOU_SINCE, decision_after_birth,
	    PUBLIC_SECURITY_PERSON_BIRTH_DATE },
	{ PUBLIC_SECURITY_PERSON, PUBLIC_SECURITY_PERSON_DIED_ON, decision_after_birth,
	    PUBLIC_SECURITY_PERSON_BIRTH_DATE },

	{ PUBLIC_SECURITY_RESIDENCE, PUBLIC_SECURITY_RESIDENCE_FROM, decision_after_birth, 0 },
	{ PUBLIC_SECURITY_RESIDENCE, PUBLIC_SECURITY_RESIDENCE_TO, decision_interval,
	    PUBLIC_SECURITY_RESIDENCE_FROM },
	{ PUBLIC_SECURITY_RESIDENCE, PUBLIC_SECURITY_RESIDENCE_REGISTERED_ON, decision_after_birth,
	    0 },

	{ PUBLIC_SECURITY_RESIDENCE_PERMIT, PUBLIC_SECURITY_RESIDENCE_PERMIT_ISSUED_ON,
	    decision_after_birth, 0 },
	{ PUBLIC_SECURITY_RESIDENCE_PERMIT, PUBLIC_SECURITY_RESIDENCE_PERMIT_VALID_TO,
	    decision_interval, PUBLIC_SECURITY_RESIDENCE_PERMIT_ISSUED_ON },
	{ PUBLIC_SECURITY_RESIDENCE_PERMIT, PUBLIC_SECURITY_RESIDENCE_PERMIT_VALID_TO,
	    decision_interval, PUBLIC_SECURITY_RESIDENCE_PERMIT_VALID_FROM },
	{ PUBLIC_SECURITY_RESIDENCE_PERMIT, PUBLIC_SECURITY_RESIDENCE_PERMIT_CANCELLED_ON,
	    decision_interval, PUBLIC_SECURITY_RESIDENCE_PERMIT_ISSUED_ON },
	{ PUBLIC_SECURITY_RESIDENCE_PERMIT, PUBLIC_SECURITY_RESIDENCE_PERMIT_ENDORSEMENTS,
	    check_endorsements, 0 },

	{ PUBLIC_SECURITY_LEASE, PUBLIC_SECURITY_LEASE_FROM, decision_after_birth, 0 },
	{ PUBLIC_SECURITY_LEASE, PUBLIC_SECURITY_LEASE_TO, decision_interval,
	    PUBLIC_SECURITY_LEASE_FROM },
	{ PUBLIC_SECURITY_LEASE, PUBLIC_SECURITY_LEASE_ENDED_ON, decision_interval,
	    PUBLIC_SECURITY_LEASE_FROM },

	{ PUBLIC_SECURITY_KINSHIP, PUBLIC_SECURITY_KINSHIP_RELATIVE, decision_other_person, 0 },
	{ PUBLIC_SECURITY_KINSHIP, PUBLIC_SECURITY_KINSHIP_FROM, decision_after_birth, 0 },
	{ PUBLIC_SECURITY_KINSHIP, PUBLIC_SECURITY_KINSHIP_TO, decision_interval,
	    PUBLIC_SECURITY_KINSHIP_FROM },

	{ PUBLIC_SECURITY_SANCTION, PUBLIC_SECURITY_SANCTION_WINDOW_YEARS, decision_adult_window,
	    PUBLIC_SECURITY_SANCTION_WINDOW_TO },

	{ PUBLIC_SECURITY_IDENTITY_LINK, PUBLIC_SECURITY_IDENTITY_LINK_PREDECESSOR,
	    decision_other_person, 0 },
	{ PUBLIC_SECURITY_IDENTITY_LINK, PUBLIC_SECURITY_IDENTITY_LINK_LINKED_ON,
	    decision_after_birth, 0 },
};

void public_security_decide(const struct record *record, int64_t today, struct problems *problems)
{
	decision_apply(rules, COUNT_OF(rules), record, today, problems);
}
