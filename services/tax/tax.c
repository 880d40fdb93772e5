// SPDX-License-Identifier: Apache-2.0
// tax: what this department accepts or refuses beyond what its catalogue can say.
#include "tax.h"

#include "decision.h"
#include "tax_fields.h"

static void check_not_negative(const struct decision *decision, const struct decision_rule *rule)
{
	const struct value *amount = decision_value(decision, rule->field);
	if (amount != NULL && amount->integer < 0)
		decision_refuse(decision, rule->field, PROBLEM_negative_payment, "≥ 0");
}

// Instalments are paid before a period is over, but not before it has begun.
static void check_paid_in_time(const struct decision *decision, const struct decision_rule *rule)
{
	int64_t begins = decision_first_day(decision, rule->with);
	int64_t paid_on = decision_first_day(decision, rule->field);
	if (begins == 0 || paid_on == 0 || paid_on >= begins)
		return;
	char expected[DECISION_TEXT_SIZE];
	decision_write_at_least(decision, rule->with, expected);
	decision_refuse(decision, rule->field, PROBLEM_before_period, expected);
}

static const struct decision_rule rules[] = {
	{ TAX_INCOME_TAX, TAX_INCOME_TAX_AMOUNT, check_not_negative, 0 },
	{ TAX_INCOME_TAX, TAX_INCOME_TAX_PERIOD_TO, decision_interval, TAX_INCOME_TAX_PERIOD },
	{ TAX_INCOME_TAX, TAX_INCOME_TAX_PAID_ON, check_paid_in_time, TAX_INCOME_TAX_PERIOD },
	{ TAX_INCOME_TAX, TAX_INCOME_TAX_PAID_ON, decision_after_birth, 0 },

	{ TAX_ENTERPRISE, TAX_ENTERPRISE_CLOSED_ON, decision_interval,
	    TAX_ENTERPRISE_ESTABLISHED_ON },

	{ TAX_ENTERPRISE_TAX, TAX_ENTERPRISE_TAX_AMOUNT, check_not_negative, 0 },
	{ TAX_ENTERPRISE_TAX, TAX_ENTERPRISE_TAX_PERIOD_TO, decision_interval,
	    TAX_ENTERPRISE_TAX_PERIOD },
	{ TAX_ENTERPRISE_TAX, TAX_ENTERPRISE_TAX_PAID_ON, check_paid_in_time,
	    TAX_ENTERPRISE_TAX_PERIOD },

	{ TAX_SHAREHOLDING, TAX_SHAREHOLDING_FROM, decision_after_birth, 0 },
	{ TAX_SHAREHOLDING, TAX_SHAREHOLDING_TO, decision_interval, TAX_SHAREHOLDING_FROM },
};

void tax_decide(const struct record *record, int64_t today, struct problems *problems)
{
	decision_apply(rules, COUNT_OF(rules), record, today, problems);
}
