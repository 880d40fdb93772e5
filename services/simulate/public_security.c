// SPDX-License-Identifier: Apache-2.0
// public_security: who people are, where they live, and what their permits say.
#include "reports.h"

#include "date.h"
#include "public_security_fields.h"

enum {
	PERMITS_SINCE = 20110401, // before it there were temporary permits only
	PERMIT_WAIT_DAYS = 185,   // of residence, before a permit is issued
	ENDORSEMENTS_MAX = 15,
};

static void report_person(struct report *report, const struct person *person)
{
	struct row *row = begin_row(report, PUBLIC_SECURITY_PERSON, person);
	int64_t home = person->hukou_since != 0 ? ZHANGJIAGANG : person->home_division;
	row_put_text(row, PUBLIC_SECURITY_PERSON_ID_NUMBER, "%s", person->number);
	row_put_text(row, PUBLIC_SECURITY_PERSON_NAME, "%s", person->name);
	row_put_text(row, PUBLIC_SECURITY_PERSON_SEX, "%s", person->male ? "1" : "2");
	row_put_number(row, PUBLIC_SECURITY_PERSON_BIRTH_DATE, person->born);
	row_put_text(row, PUBLIC_SECURITY_PERSON_ETHNIC, "%s", person->ethnic);
	row_put_number(row, PUBLIC_SECURITY_PERSON_HUKOU_DIVISION, home);
	row_put_day(row, PUBLIC_SECURITY_PERSON_HUKOU_SINCE, person->hukou_since);
	row_put_day(row, PUBLIC_SECURITY_PERSON_DIED_ON, person->died);
	send_row(report);
}

static const char *cause_of(struct report *report, const struct person *person)
{
	static const char *const by_role[] = {
		[ROLE_HEAD] = "01",
		[ROLE_SPOUSE] = "05",
		[ROLE_EX_SPOUSE] = "01",
		[ROLE_CHILD] = "06",
		[ROLE_PARENT] = "08",
	};
	if (person->role == ROLE_HEAD && random_chance(&report->random, 150))
		return random_chance(&report->random, 600) ? "03" : "09";
	return by_role[person->role];
}

static void report_stay(struct report *report, const struct person *person, const struct stay *stay)
{
	struct row *row = begin_row(report, PUBLIC_SECURITY_RESIDENCE, person);
	const struct town *town = &towns[stay->town];
	row_put_number(row, PUBLIC_SECURITY_RESIDENCE_FROM, stay->from);
	row_put_day(row, PUBLIC_SECURITY_RESIDENCE_TO, stay->to);
	row_put_number(
	    row, PUBLIC_SECURITY_RESIDENCE_REGISTERED_ON, some_days_after(report, stay->from, 60));
	row_put_text(row, PUBLIC_SECURITY_RESIDENCE_TOWN, "%s", town->code);
	if (random_chance(&report->random, 850))
		row_put_text(row, PUBLIC_SECURITY_RESIDENCE_GRID, "%d-G%03d", (int)town->division,
		    (int)random_between(&report->random, 1, 160));
	row_put_number(row, PUBLIC_SECURITY_RESIDENCE_DIVISION, town->division);
	row_put_text(row, PUBLIC_SECURITY_RESIDENCE_DWELLING, "%s", stay->dwelling);
	row_put_text(row, PUBLIC_SECURITY_RESIDENCE_DWELLING_KIND, "%s", stay->dwelling_kind);
	row_put_text(row, PUBLIC_SECURITY_RESIDENCE_INFLOW_CAUSE, "%s", cause_of(report, person));
	send_row(report);
}

static void report_lease(
    struct report *report, const struct person *person, const struct stay *stay)
{
	int64_t to = years_later(stay->from, (int)random_between(&report->random, 1, 3));
	struct row *row = begin_row_on(report, PUBLIC_SECURITY_LEASE, person, stay->from);
	row_put_text(row, PUBLIC_SECURITY_LEASE_DWELLING, "%s", stay->dwelling);
	row_put_number(row, PUBLIC_SECURITY_LEASE_FROM, stay->from);
	row_put_number(row, PUBLIC_SECURITY_LEASE_TO, to);
	row_put_number(
	    row, PUBLIC_SECURITY_LEASE_FILED_ON, some_days_after(report, stay->from, 45));
	row_put_text(row, PUBLIC_SECURITY_LEASE_FILING, "张租备（%d）第%09llu号",
	    (int)(stay->from / 10000), paper_number(report));
	if (stay->to != 0 && stay->to < to)
		row_put_number(row, PUBLIC_SECURITY_LEASE_ENDED_ON, stay->to);
	row_put_number(
	    row, PUBLIC_SECURITY_LEASE_AREA, random_between(&report->random, 1200, 11000));
	row_put_text(row, PUBLIC_SECURITY_LEASE_TOWN, "%s", towns[stay->town].code);
	row_put_number(row, PUBLIC_SECURITY_LEASE_DIVISION, towns[stay->town].division);
	send_row(report);
}

// --- permits -------------------------------------------------------------------------------------

static struct row *begin_permit(
    struct report *report, const struct person *person, const char *certificate, int64_t issued_on)
{
	struct row *row = begin_row(report, PUBLIC_SECURITY_RESIDENCE_PERMIT, person);
	row_put_text(row, PUBLIC_SECURITY_RESIDENCE_PERMIT_CERTIFICATE, "%s", certificate);
	row_put_number(row, PUBLIC_SECURITY_RESIDENCE_PERMIT_ISSUED_ON, issued_on);
	row_put_text(row, PUBLIC_SECURITY_RESIDENCE_PERMIT_NUMBER, "JZ%s-%010llu", certificate,
	    paper_number(report));
	row_put_number(row, PUBLIC_SECURITY_RESIDENCE_PERMIT_VALID_FROM, issued_on);
	row_put_number(row, PUBLIC_SECURITY_RESIDENCE_PERMIT_PLACE, ZHANGJIAGANG);
	row_put_text(row, PUBLIC_SECURITY_RESIDENCE_PERMIT_TOWN, "%s",
	    towns[latest_stay(person)->town].code);
	return row;
}

// The former permit, from before 2011, replaced by the new one.
static void report_temporary_permit(struct report *report, const struct person *person)
{
	int64_t issued_on = some_days_after(report, person->arrived, 40);
	struct row *row = begin_permit(report, person, "02", issued_on);
	row_put_number(row, PUBLIC_SECURITY_RESIDENCE_PERMIT_VALID_TO, years_later(issued_on, 1));
	row_put_number(
	    row, PUBLIC_SECURITY_RESIDENCE_PERMIT_CANCELLED_ON, later(PERMITS_SINCE, issued_on));
	send_row(report);
}

// Endorsed every year, mostly in time; one in eight stopped at some time, and the permit lapsed.
static int64_t add_endorsements(struct report *report, struct row *row, int64_t issued_on)
{
	int64_t valid_to = years_later(issued_on, 1);
	for (int i = 0; i < ENDORSEMENTS_MAX; i++) {
		if (random_chance(&report->random, 60))
			break;
		int64_t endorsed_on =
		    days_before(valid_to, random_between(&report->random, -20, 30));
		if (endorsed_on > report->city->today)
			break;
		int64_t from = later(endorsed_on, valid_to);
		valid_to = years_later(from, 1);
		row_add_entry(row);
		row_entry_number(
		    row, PUBLIC_SECURITY_RESIDENCE_PERMIT_ENDORSEMENTS_ENDORSED_ON, endorsed_on);
		row_entry_number(row, PUBLIC_SECURITY_RESIDENCE_PERMIT_ENDORSEMENTS_FROM, from);
		row_entry_number(row, PUBLIC_SECURITY_RESIDENCE_PERMIT_ENDORSEMENTS_TO, valid_to);
	}
	return valid_to;
}

static void report_permit(struct report *report, const struct person *person)
{
	int64_t today = report->city->today;
	if (person->arrived < PERMITS_SINCE)
		report_temporary_permit(report, person);
	int64_t issued_on = later(days_before(person->arrived, -PERMIT_WAIT_DAYS), PERMITS_SINCE);
	issued_on = days_before(issued_on, -random_between(&report->random, 0, 200));
	if (issued_on > today || random_chance(&report->random, 60))
		return;
	struct row *row = begin_permit(report, person, "01", issued_on);
	int64_t valid_to = add_endorsements(report, row, issued_on);
	row_put_number(row, PUBLIC_SECURITY_RESIDENCE_PERMIT_VALID_TO, valid_to);
	if (person->hukou_since > valid_to)
		row_put_number(
		    row, PUBLIC_SECURITY_RESIDENCE_PERMIT_CANCELLED_ON, person->hukou_since);
	send_row(report);
}

// --- kin -----------------------------------------------------------------------------------------

struct tie {
	const char *relation; // of the second to the first
	int64_t from, to;
};

static struct tie tie_of_partners(const struct household *household, const struct person *partner)
{
	bool parted = partner->role == ROLE_EX_SPOUSE;
	return (struct tie){ parted ? "ex_spouse" : "spouse", household->married,
		parted ? household->divorced : 0 };
}

static bool is_partner(const struct person *person)
{
	return person->role == ROLE_SPOUSE || person->role == ROLE_EX_SPOUSE;
}

// What the second person is to the first; "" nothing that is told.
static struct tie tie_between(
    const struct household *household, const struct person *one, const struct person *other)
{
	if (one->role == ROLE_HEAD && is_partner(other))
		return tie_of_partners(household, other);
	if (is_partner(one) && other->role == ROLE_HEAD)
		return tie_of_partners(household, one);
	if (other->role == ROLE_CHILD && is_parent(household, one))
		return (struct tie){ "child", other->born, 0 };
	if (one->role == ROLE_CHILD && is_parent(household, other))
		return (struct tie){ "parent", one->born, 0 };
	if (one->role == ROLE_HEAD && other->role == ROLE_PARENT)
		return (struct tie){ "parent", one->born, 0 };
	if (one->role == ROLE_PARENT && other->role == ROLE_HEAD)
		return (struct tie){ "child", other->born, 0 };
	if (one->role == ROLE_CHILD && other->role == ROLE_PARENT)
		return (struct tie){ "grandparent", one->born, 0 };
	return (struct tie){ "", 0, 0 };
}

static void report_tie(struct report *report, const struct person *one, const struct person *other)
{
	struct tie tie = tie_between(report->household, one, other);
	if (tie.relation[0] == 0)
		return;
	struct row *row = begin_row(report, PUBLIC_SECURITY_KINSHIP, one);
	row_put_text(row, PUBLIC_SECURITY_KINSHIP_RELATION, "%s", tie.relation);
	row_put_text(row, PUBLIC_SECURITY_KINSHIP_RELATIVE, "%s", other->number);
	row_put_day(row, PUBLIC_SECURITY_KINSHIP_FROM, tie.from);
	row_put_day(row, PUBLIC_SECURITY_KINSHIP_TO, tie.to);
	send_row(report);
}

static void report_link(struct report *report, const struct person *person)
{
	struct row *row = begin_row(report, PUBLIC_SECURITY_IDENTITY_LINK, person);
	row_put_text(row, PUBLIC_SECURITY_IDENTITY_LINK_PREDECESSOR, "%s", person->former);
	row_put_number(row, PUBLIC_SECURITY_IDENTITY_LINK_LINKED_ON, person->corrected_on);
	row_put_text(row, PUBLIC_SECURITY_IDENTITY_LINK_REASON, "corrected");
	send_row(report);
}

// --- all of it -----------------------------------------------------------------------------------

static void report_leases(struct report *report, const struct person *person)
{
	for (size_t i = 0; i < person->stay_count; i++)
		if (person->stays[i].rented && random_chance(&report->random, 800))
			report_lease(report, person, &person->stays[i]);
}

static void report_one(struct report *report, const struct person *person)
{
	report_person(report, person);
	for (size_t i = 0; i < person->stay_count; i++)
		report_stay(report, person, &person->stays[i]);
	if (person_is_adult(person, report->city->today))
		report_permit(report, person);
	if (person->role == ROLE_HEAD || person->role == ROLE_EX_SPOUSE)
		report_leases(report, person);
	for (size_t i = 0; i < report->household->count; i++)
		if (&report->household->people[i] != person)
			report_tie(report, person, &report->household->people[i]);
	if (person->former[0] != 0)
		report_link(report, person);
}

void public_security_report(struct report *report)
{
	for (size_t i = 0; i < report->household->count; i++)
		report_one(report, &report->household->people[i]);
}

// Somebody moves house today.
void public_security_change(struct report *report)
{
	const struct person *person = draw_adult(report);
	struct stay stay = *latest_stay(person);
	stay.from = report->city->today;
	stay.to = 0;
	stay.town = (unsigned)random_between(&report->random, 0, TOWNS - 1);
	report_stay(report, person, &stay);
}
