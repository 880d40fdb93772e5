// SPDX-License-Identifier: Apache-2.0
// family_planning: marriages, children, and what was checked.
#include "reports.h"

#include "date.h"
#include "family_planning_fields.h"

static bool was_married(const struct report *report, const struct person *person)
{
	return report->household->married != 0 && person->role != ROLE_PARENT;
}

static const struct person *partner_of(const struct household *household, const struct person *one)
{
	for (size_t i = 0; i < household->count; i++) {
		const struct person *other = &household->people[i];
		bool partner = other->role == ROLE_SPOUSE || other->role == ROLE_EX_SPOUSE;
		if (one->role == ROLE_HEAD ? partner : other->role == ROLE_HEAD)
			return other;
	}
	return NULL;
}

static void report_married(struct report *report, const struct person *person)
{
	const struct household *household = report->household;
	const struct person *partner = partner_of(household, person);
	struct row *row = begin_row(report, FAMILY_PLANNING_MARRIAGE, person);
	bool divorced = household->divorced != 0;
	bool again = !divorced && random_chance(&report->random, 60);
	row_put_text(row, FAMILY_PLANNING_MARRIAGE_STATUS, "%s",
	    divorced ? "40"
	    : again  ? "22"
		     : "21");
	row_put_number(row, FAMILY_PLANNING_MARRIAGE_SINCE,
	    divorced ? household->divorced : household->married);
	if (!divorced)
		row_put_text(row, FAMILY_PLANNING_MARRIAGE_SPOUSE, "%s", partner->number);
	row_put_number(row, FAMILY_PLANNING_MARRIAGE_PLACE, household->people[0].home_division);
	send_row(report);
}

static void report_marriage(struct report *report, const struct person *person)
{
	if (was_married(report, person)) {
		report_married(report, person);
		return;
	}
	bool old = person->role == ROLE_PARENT;
	bool widowed = old && random_chance(&report->random, 300);
	struct row *row = begin_row(report, FAMILY_PLANNING_MARRIAGE, person);
	row_put_text(row, FAMILY_PLANNING_MARRIAGE_STATUS, "%s",
	    widowed ? "30"
	    : old   ? "20"
		    : "10");
	send_row(report);
}

// Both parents have the same children; some children have no number yet.
static void report_child(
    struct report *report, const struct person *parent, const struct person *child, int64_t order)
{
	struct row *row = begin_row(report, FAMILY_PLANNING_CHILD, parent);
	row_put_number(row, FAMILY_PLANNING_CHILD_BIRTH_DATE, child->born);
	row_put_number(row, FAMILY_PLANNING_CHILD_BIRTH_ORDER, order);
	if (years_later(child->born, 1) < report->city->today)
		row_put_text(row, FAMILY_PLANNING_CHILD_CHILD, "%s", child->number);
	send_row(report);
}

static int64_t report_children(struct report *report, const struct person *parent)
{
	int64_t count = 0;
	for (size_t i = 0; i < report->household->count; i++)
		if (report->household->people[i].role == ROLE_CHILD)
			report_child(report, parent, &report->household->people[i], ++count);
	return count;
}

static void report_settlement(struct report *report, const struct person *person)
{
	bool violated = random_chance(&report->random, 35);
	struct row *row = begin_row(report, FAMILY_PLANNING_SETTLEMENT, person);
	row_put_text(
	    row, FAMILY_PLANNING_SETTLEMENT_STATUS, "%s", violated ? "settled" : "no_violation");
	row_put_number(row, FAMILY_PLANNING_SETTLEMENT_COUNTED, violated);
	row_put_number(row, FAMILY_PLANNING_SETTLEMENT_ASSESSED_ON,
	    random_day(&report->random, person->arrived, report->city->today));
	send_row(report);
}

static void report_check(struct report *report, const struct person *person, const char *item)
{
	int64_t assessed_on = random_day(&report->random, person->arrived, report->city->today);
	struct row *row = begin_row(report, FAMILY_PLANNING_CHECK, person);
	row_put_text(row, FAMILY_PLANNING_CHECK_ITEM, "%s", item);
	row_put_number(row, FAMILY_PLANNING_CHECK_SATISFIED, random_chance(&report->random, 930));
	row_put_number(row, FAMILY_PLANNING_CHECK_GRADE, random_between(&report->random, 1, 3));
	row_put_number(row, FAMILY_PLANNING_CHECK_YEARS, random_between(&report->random, 0, 5));
	row_put_text(row, FAMILY_PLANNING_CHECK_CERTIFICATE, "HY-%09llu", paper_number(report));
	row_put_number(row, FAMILY_PLANNING_CHECK_ASSESSED_ON, assessed_on);
	row_put_number(row, FAMILY_PLANNING_CHECK_VALID_TO, years_later(assessed_on, 3));
	send_row(report);
}

// What is checked, and of how many in a thousand adults.
static const struct {
	const char *item;
	unsigned permille;
} checks[] = {
	{ "marriage_birth_certificate", 250 },
	{ "compliance_certificate", 120 },
	{ "regular_check", 120 },
	{ "premarital_check", 80 },
};

static void report_one(struct report *report, const struct person *person)
{
	report_marriage(report, person);
	if (person->role == ROLE_PARENT)
		return;
	if (report_children(report, person) == 0 && random_chance(&report->random, 300))
		report_none(report, FAMILY_PLANNING_CHILD, person);
	if (random_chance(&report->random, 450))
		report_settlement(report, person);
	for (size_t i = 0; i < COUNT_OF(checks); i++)
		if (random_chance(&report->random, checks[i].permille))
			report_check(report, person, checks[i].item);
}

void family_planning_report(struct report *report)
{
	for (size_t i = 0; i < report->household->count; i++)
		if (report->household->people[i].role != ROLE_CHILD)
			report_one(report, &report->household->people[i]);
}

// A check today.
void family_planning_change(struct report *report)
{
	size_t item = (size_t)random_between(&report->random, 0, COUNT_OF(checks) - 1);
	report_check(report, draw_adult(report), checks[item].item);
}
