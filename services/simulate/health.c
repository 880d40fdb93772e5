// SPDX-License-Identifier: Apache-2.0
// health: what was given, and what was checked.
#include "reports.h"

#include "date.h"
#include "health_fields.h"

static int64_t some_day_here(struct report *report, const struct person *person)
{
	return random_day(&report->random, person->arrived, report->city->today);
}

static void report_vaccination(struct report *report, const struct person *child)
{
	int64_t given_on = some_day_here(report, child);
	struct row *row = begin_row(report, HEALTH_VACCINATION, child);
	row_put_number(row, HEALTH_VACCINATION_COMPLETE, random_chance(&report->random, 880));
	row_put_number(row, HEALTH_VACCINATION_BIRTH_DATE, child->born);
	row_put_number(row, HEALTH_VACCINATION_GIVEN_ON, given_on);
	row_put_number(row, HEALTH_VACCINATION_ASSESSED_ON, some_days_after(report, given_on, 400));
	row_put_text(row, HEALTH_VACCINATION_CARD, "3205%010llu", paper_number(report));
	send_row(report);
}

static void report_donation(struct report *report, const struct person *person, int64_t donated_on)
{
	bool platelets = random_chance(&report->random, 180);
	struct row *row = begin_row_on(report, HEALTH_BLOOD_DONATION, person, donated_on);
	row_put_number(row, HEALTH_BLOOD_DONATION_DONATED_ON, donated_on);
	row_put_text(
	    row, HEALTH_BLOOD_DONATION_COMPONENT, "%s", platelets ? "platelets" : "whole_blood");
	if (platelets)
		row_put_number(row, HEALTH_BLOOD_DONATION_UNITS,
		    random_chance(&report->random, 300) ? 20 : 10);
	else
		row_put_number(
		    row, HEALTH_BLOOD_DONATION_VOLUME, 100 * random_between(&report->random, 2, 4));
	row_put_number(row, HEALTH_BLOOD_DONATION_PLACE,
	    random_chance(&report->random, 850) ? ZHANGJIAGANG : 320500);
	row_put_text(row, HEALTH_BLOOD_DONATION_CERTIFICATE, "0512%012llu", paper_number(report));
	send_row(report);
}

// At least half a year lies between two donations.
static void report_donations(struct report *report, const struct person *person)
{
	int64_t today = report->city->today;
	int64_t day = later(person->arrived, years_later(person->born, 18));
	if (!random_chance(&report->random, 130))
		return;
	int64_t count = random_between(&report->random, 1, 4);
	for (; count > 0; count--) {
		day = days_before(day, -random_between(&report->random, 185, 700));
		if (day > today)
			return;
		report_donation(report, person, day);
	}
}

static void report_tissue(struct report *report, const struct person *person, const char *tissue)
{
	int64_t registered_on = some_day_here(report, person);
	struct row *row = begin_row_on(report, HEALTH_TISSUE_DONATION, person, registered_on);
	row_put_text(row, HEALTH_TISSUE_DONATION_TISSUE, "%s", tissue);
	row_put_number(row, HEALTH_TISSUE_DONATION_REGISTERED_ON, registered_on);
	if (random_chance(&report->random, 60))
		row_put_number(row, HEALTH_TISSUE_DONATION_DONATED_ON,
		    random_day(&report->random, registered_on, report->city->today));
	row_put_number(row, HEALTH_TISSUE_DONATION_PLACE, ZHANGJIAGANG);
	row_put_text(row, HEALTH_TISSUE_DONATION_CERTIFICATE, "HSZ-%08llu", paper_number(report));
	send_row(report);
}

static void report_card(struct report *report, const struct person *mother)
{
	struct row *row = begin_row(report, HEALTH_MOTHER_CHILD_CARD, mother);
	row_put_number(
	    row, HEALTH_MOTHER_CHILD_CARD_CARD_SATISFIED, random_chance(&report->random, 840));
	row_put_number(
	    row, HEALTH_MOTHER_CHILD_CARD_CHECKS_SATISFIED, random_chance(&report->random, 760));
	row_put_number(row, HEALTH_MOTHER_CHILD_CARD_ASSESSED_ON, some_day_here(report, mother));
	send_row(report);
}

static void report_record(struct report *report, const struct person *person)
{
	static const unsigned stars[] = { 5, 15, 25, 35, 15, 5 };
	struct row *row = begin_row(report, HEALTH_HEALTH_RECORD, person);
	row_put_number(row, HEALTH_HEALTH_RECORD_STARS,
	    (int64_t)random_weighted(&report->random, stars, COUNT_OF(stars)));
	if (person->role == ROLE_CHILD)
		row_put_number(
		    row, HEALTH_HEALTH_RECORD_CHILD_CHECKS, random_chance(&report->random, 800));
	row_put_number(row, HEALTH_HEALTH_RECORD_ASSESSED_ON, some_day_here(report, person));
	send_row(report);
}

static void report_certificate(
    struct report *report, const struct person *person, int64_t issued_on, int64_t cancelled_on)
{
	struct row *row = begin_row_on(report, HEALTH_WORK_HEALTH_CERTIFICATE, person, issued_on);
	row_put_number(row, HEALTH_WORK_HEALTH_CERTIFICATE_ISSUED_ON, issued_on);
	row_put_number(row, HEALTH_WORK_HEALTH_CERTIFICATE_VALID_TO, years_later(issued_on, 1));
	row_put_text(
	    row, HEALTH_WORK_HEALTH_CERTIFICATE_CERTIFICATE, "JKZ%09llu", paper_number(report));
	row_put_day(row, HEALTH_WORK_HEALTH_CERTIFICATE_CANCELLED_ON, cancelled_on);
	send_row(report);
}

// Once a year while the trade asks for it; the last one is handed back with the job.
static void report_certificates(
    struct report *report, const struct person *person, const struct job *job)
{
	int64_t last = job->ended != 0 ? job->ended : report->city->today;
	for (int64_t day = job->from; day <= last; day = years_later(day, 1)) {
		bool until_the_end = years_later(day, 1) > last && job->ended != 0;
		report_certificate(report, person, day, until_the_end ? job->ended : 0);
	}
}

// --- all of it -----------------------------------------------------------------------------------

static void report_child(struct report *report, const struct person *child)
{
	if (random_chance(&report->random, 900))
		report_vaccination(report, child);
	if (random_chance(&report->random, 650))
		report_record(report, child);
}

static void report_adult(struct report *report, const struct person *person)
{
	report_donations(report, person);
	if (random_chance(&report->random, 12))
		report_tissue(report, person, "marrow");
	if (random_chance(&report->random, 4))
		report_tissue(report, person, "organ");
	if (!person->male && is_parent(report->household, person) &&
	    random_chance(&report->random, 700))
		report_card(report, person);
	if (random_chance(&report->random, 350))
		report_record(report, person);
	else if (random_chance(&report->random, 100))
		report_none(report, HEALTH_HEALTH_RECORD, person);
	for (size_t i = 0; i < person->job_count; i++)
		if (person->jobs[i].trade->needs_health_certificate)
			report_certificates(report, person, &person->jobs[i]);
}

void health_report(struct report *report)
{
	for (size_t i = 0; i < report->household->count; i++) {
		const struct person *person = &report->household->people[i];
		if (person->role == ROLE_CHILD)
			report_child(report, person);
		else
			report_adult(report, person);
	}
}

// Somebody gives blood today.
void health_change(struct report *report)
{
	report_donation(report, draw_adult(report), report->city->today);
}
