// SPDX-License-Identifier: Apache-2.0
// reports: what each department knows of a household, and of the city.
#ifndef SIMULATE_REPORTS_H
#define SIMULATE_REPORTS_H

#include "city.h"

enum {
	REPORTERS = 6,
	PAPERS_MAX = 4096, // numbers of papers that one department gives out to one household
};

struct report {
	const struct city *city;
	const struct catalogue *catalogue;
	const struct household *household; // NULL: of the city as a whole
	struct random random;
	uint64_t paper; // the next number
	struct row row;
	enum status status; // the first failure of city->take
};

struct reporter {
	const char *department;
	void (*household)(struct report *report);
	void (*city)(struct report *report);
	void (*change)(struct report *report); // one thing that happened today
};
extern const struct reporter reporters[REPORTERS];

// Begins a row about a person, under his number of today, or the one he had on a day; send_row()
// ends it.
struct row *begin_row(struct report *report, unsigned kind, const struct person *person);
struct row *begin_row_on(
    struct report *report, unsigned kind, const struct person *person, int64_t day);
// About an enterprise.
struct row *begin_row_of(struct report *report, unsigned kind, const char *credit_code);
void send_row(struct report *report);

// A number that this department gives to no other paper.
unsigned long long paper_number(struct report *report);

// The department searched for a kind and found nothing about someone.
void report_none(struct report *report, unsigned kind, const struct person *person);
// Through when each kind of the department is complete.
void report_coverage(struct report *report);

// A day some days after another, none of them in the future.
int64_t days_after(const struct report *report, int64_t date, int64_t days);
int64_t some_days_after(struct report *report, int64_t date, int64_t days_max);
int64_t days_before(int64_t date, int64_t days);

// Whoever lives in the household and of whom something happens today.
const struct person *draw_adult(struct report *report);
const struct person *other_parent(const struct household *household, const struct person *person);
bool is_parent(const struct household *household, const struct person *person);
const struct stay *latest_stay(const struct person *person);
const struct job *latest_job(const struct person *person); // NULL: has none today
int64_t month_after(int64_t month);
int64_t last_whole_month(const struct report *report);
int age_on(const struct person *person, int64_t day);

void public_security_report(struct report *report);
void public_security_change(struct report *report);
void family_planning_report(struct report *report);
void family_planning_change(struct report *report);
void tax_report(struct report *report);
void tax_report_city(struct report *report);
void tax_change(struct report *report);
void social_insurance_report(struct report *report);
void social_insurance_change(struct report *report);
void health_report(struct report *report);
void health_change(struct report *report);
void service_centre_report(struct report *report);
void service_centre_change(struct report *report);

#endif
