// SPDX-License-Identifier: Apache-2.0
// health: what this department accepts or refuses beyond what its catalogue can say.
#include "health.h"

#include "decision.h"
#include "health_fields.h"

// Below it nobody may give blood anywhere in China: 18 on the mainland, 17 in Taiwan, 16 in Hong
// Kong.
enum {
	DONOR_YEARS = 16
};

static const struct decision_rule rules[] = {
	{ HEALTH_VACCINATION, HEALTH_VACCINATION_BIRTH_DATE, decision_birth_date, 0 },
	{ HEALTH_VACCINATION, HEALTH_VACCINATION_GIVEN_ON, decision_after_birth,
	    HEALTH_VACCINATION_BIRTH_DATE },
	{ HEALTH_VACCINATION, HEALTH_VACCINATION_ASSESSED_ON, decision_after_birth,
	    HEALTH_VACCINATION_BIRTH_DATE },

	{ HEALTH_BLOOD_DONATION, HEALTH_BLOOD_DONATION_DONATED_ON, decision_age, DONOR_YEARS },

	{ HEALTH_TISSUE_DONATION, HEALTH_TISSUE_DONATION_REGISTERED_ON, decision_after_birth, 0 },
	{ HEALTH_TISSUE_DONATION, HEALTH_TISSUE_DONATION_DONATED_ON, decision_after_birth, 0 },

	{ HEALTH_MOTHER_CHILD_CARD, HEALTH_MOTHER_CHILD_CARD_ASSESSED_ON, decision_after_birth, 0 },

	{ HEALTH_HEALTH_RECORD, HEALTH_HEALTH_RECORD_ASSESSED_ON, decision_after_birth, 0 },

	{ HEALTH_WORK_HEALTH_CERTIFICATE, HEALTH_WORK_HEALTH_CERTIFICATE_ISSUED_ON,
	    decision_after_birth, 0 },
	{ HEALTH_WORK_HEALTH_CERTIFICATE, HEALTH_WORK_HEALTH_CERTIFICATE_VALID_TO,
	    decision_interval, HEALTH_WORK_HEALTH_CERTIFICATE_ISSUED_ON },
	{ HEALTH_WORK_HEALTH_CERTIFICATE, HEALTH_WORK_HEALTH_CERTIFICATE_CANCELLED_ON,
	    decision_interval, HEALTH_WORK_HEALTH_CERTIFICATE_ISSUED_ON },

	{ HEALTH_PENALTY, HEALTH_PENALTY_WINDOW_YEARS, decision_adult_window,
	    HEALTH_PENALTY_WINDOW_TO },
};

void health_decide(const struct record *record, int64_t today, struct problems *problems)
{
	decision_apply(rules, COUNT_OF(rules), record, today, problems);
}
