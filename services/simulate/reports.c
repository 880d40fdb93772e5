// SPDX-License-Identifier: Apache-2.0
// reports: the reporters, and what they all need.
#include "reports.h"

#include "date.h"
#include "every_department_fields.h"

#include <stdio.h>

const struct reporter reporters[REPORTERS] = {
	{ "public-security", public_security_report, report_coverage, public_security_change },
	{ "family-planning", family_planning_report, report_coverage, family_planning_change },
	{ "tax", tax_report, tax_report_city, tax_change },
	{ "social-insurance", social_insurance_report, report_coverage, social_insurance_change },
	{ "health", health_report, report_coverage, health_change },
	{ "service-centre", service_centre_report, report_coverage, service_centre_change },
};

// --- rows ----------------------------------------------------------------------------------------

static struct row *begin(struct report *report, unsigned number, const char *subject)
{
	const struct kind *kind = catalogue_kind(report->catalogue, number);
	ENSURE(kind != NULL && !kind->off_by_default);
	row_begin(&report->row, kind, subject);
	return &report->row;
}

struct row *begin_row_on(
    struct report *report, unsigned kind, const struct person *person, int64_t day)
{
	bool was_another = person->former[0] != 0 && day != 0 && day < person->corrected_on;
	struct row *row = begin(report, kind, was_another ? person->former : person->number);
	row->name = person->name;
	return row;
}

struct row *begin_row(struct report *report, unsigned kind, const struct person *person)
{
	return begin_row_on(report, kind, person, 0);
}

struct row *begin_row_of(struct report *report, unsigned kind, const char *credit_code)
{
	return begin(report, kind, credit_code);
}

void send_row(struct report *report)
{
	if (report->status == STATUS_OK)
		report->status = report->city->take(&report->row, report->city->context);
}

unsigned long long paper_number(struct report *report)
{
	ENSURE(report->household == NULL || report->paper % PAPERS_MAX < PAPERS_MAX - 1);
	return (unsigned long long)report->paper++;
}

// --- what was searched ---------------------------------------------------------------------------

enum {
	DAYS_BEHIND = 2 // what departments have entered by today
};

static void add_coverage(struct report *report, unsigned kind)
{
	struct row *row = &report->row;
	row_put_text(row, EVERY_DEPARTMENT_COVERAGE_KIND, "%s",
	    catalogue_kind(report->catalogue, kind)->name);
	row_put_number(row, EVERY_DEPARTMENT_COVERAGE_COMPLETE_THROUGH,
	    days_before(report->city->today, DAYS_BEHIND));
}

void report_none(struct report *report, unsigned kind, const struct person *person)
{
	begin_row(report, EVERY_DEPARTMENT_COVERAGE, person);
	add_coverage(report, kind);
	row_put_number(&report->row, EVERY_DEPARTMENT_COVERAGE_NONE, true);
	send_row(report);
}

void report_coverage(struct report *report)
{
	for (size_t i = 0; i < report->catalogue->kind_count; i++) {
		const struct kind *kind = &report->catalogue->kinds[i];
		if (kind->off_by_default || kind->number == EVERY_DEPARTMENT_COVERAGE)
			continue;
		begin_row_of(report, EVERY_DEPARTMENT_COVERAGE, "");
		add_coverage(report, kind->number);
		send_row(report);
	}
}

// --- days and months -----------------------------------------------------------------------------

int64_t days_before(int64_t date, int64_t days)
{
	return date_from_days(date_to_days(date) - days);
}

int64_t days_after(const struct report *report, int64_t date, int64_t days)
{
	return earlier(days_before(date, -days), report->city->today);
}

int64_t some_days_after(struct report *report, int64_t date, int64_t days_max)
{
	return days_after(report, date, random_between(&report->random, 0, days_max));
}

int64_t month_after(int64_t month)
{
	return month % 100 == 12 ? month + 100 - 11 : month + 1;
}

int64_t last_whole_month(const struct report *report)
{
	return date_add_months(report->city->today / 100 * 100 + 1, -1) / 100;
}

int age_on(const struct person *person, int64_t day)
{
	return (int)((day - person->born) / 10000);
}

// --- people --------------------------------------------------------------------------------------

const struct person *draw_adult(struct report *report)
{
	const struct household *household = report->household;
	const struct person *person = NULL;
	while (person == NULL || person->role == ROLE_CHILD) // the head is none
		person = &household->people[random_between(
		    &report->random, 0, (int64_t)household->count - 1)];
	return person;
}

bool is_parent(const struct household *household, const struct person *person)
{
	bool grown_up = person->role == ROLE_HEAD || person->role == ROLE_SPOUSE ||
			person->role == ROLE_EX_SPOUSE;
	for (size_t i = 0; grown_up && i < household->count; i++)
		if (household->people[i].role == ROLE_CHILD)
			return true;
	return false;
}

const struct person *other_parent(const struct household *household, const struct person *person)
{
	for (size_t i = 0; i < household->count; i++) {
		const struct person *other = &household->people[i];
		if (other != person && is_parent(household, other))
			return other;
	}
	return NULL;
}

const struct stay *latest_stay(const struct person *person)
{
	ENSURE(person->stay_count > 0);
	return &person->stays[person->stay_count - 1];
}

const struct job *latest_job(const struct person *person)
{
	const struct job *job = person->job_count > 0 ? &person->jobs[person->job_count - 1] : NULL;
	return job != NULL && job->ended == 0 ? job : NULL;
}
