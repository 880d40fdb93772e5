// SPDX-License-Identifier: Apache-2.0
// social_insurance: contributions month by month, jobs, skills and the housing fund.
#include "reports.h"

#include "date.h"
#include "social_insurance_fields.h"

// An employee's insurances, always in this order.
static const char *const insurances[] = { "pension", "medical", "unemployment", "work_injury",
	"maternity" };

// The lowest base of a year, in yuan; below the first year as in it, above the last as in that.
static const struct {
	int64_t year, yuan;
} floors[] = { { 2017, 2940 }, { 2018, 3030 }, { 2019, 3368 }, { 2021, 3800 }, { 2022, 4250 },
	{ 2023, 4494 }, { 2024, 4879 }, { 2026, 5080 } };

static int64_t base_in(int64_t salary, int64_t year)
{
	int64_t lowest = floors[0].yuan * 100;
	for (size_t i = 0; i < COUNT_OF(floors); i++)
		if (floors[i].year <= year)
			lowest = floors[i].yuan * 100;
	return later(salary, lowest);
}

// --- contributions -------------------------------------------------------------------------------

struct month_paid {
	int64_t month, base;         // base 0: not told
	const char *payment, *payer; // payer NULL: none
	int64_t place;
};

enum {
	MONTHS_MAX = 12 * 20
};

// What somebody paid, the same for each of an employee's insurances.
struct history {
	struct month_paid months[MONTHS_MAX];
	size_t count;
};

static void add_month(struct history *history, const struct month_paid *month)
{
	if (history->count < MONTHS_MAX)
		history->months[history->count++] = *month;
}

// From before the city: brought along by one in twelve.
static void add_transferred(
    struct report *report, const struct person *person, struct history *history)
{
	int months = (int)random_between(&report->random, 3, 30);
	int64_t last = person->arrived / 100;
	int64_t month = date_add_months(last * 100 + 1, -months) / 100;
	month = later(month, years_later(person->born, 18) / 100);
	for (; month < last; month = month_after(month))
		add_month(history, &(struct month_paid){ month, base_in(0, month / 100),
				       "transferred_in", NULL, person->home_division });
}

// Three months in a hundred were not paid in time; of those two in five were paid later.
static void add_job_months(
    struct report *report, const struct job *job, int64_t from, struct history *history)
{
	int64_t last = job->ended != 0 ? job->ended / 100 : last_whole_month(report);
	last = earlier(last, last_whole_month(report));
	for (int64_t month = later(job->from / 100, from); month <= last;
	     month = month_after(month)) {
		bool missed = random_chance(&report->random, 30);
		if (missed && !random_chance(&report->random, 400))
			continue;
		if (history->count > 0 && history->months[history->count - 1].month >= month)
			continue; // a month in two jobs is the first one's
		add_month(
		    history, &(struct month_paid){ month, base_in(job->salary, month / 100),
				 missed ? "back_paid" : "normal", job->employer, ZHANGJIAGANG });
	}
}

// Many were insured some time after they began to work.
static void make_history(
    struct report *report, const struct person *person, struct history *history)
{
	history->count = 0;
	if (person->job_count == 0)
		return;
	if (random_chance(&report->random, 80))
		add_transferred(report, person, history);
	int64_t from = random_day(&report->random, person->jobs[0].from, report->city->today);
	for (size_t i = 0; i < person->job_count; i++)
		if (person->jobs[i].insured)
			add_job_months(report, &person->jobs[i], from / 100, history);
}

static void report_month(struct report *report, const struct person *person, const char *insurance,
    const struct month_paid *paid)
{
	int64_t day = paid->month * 100 + 28;
	struct row *row = begin_row_on(report, SOCIAL_INSURANCE_CONTRIBUTION, person, day);
	row->period = paid->month;
	row_put_text(row, SOCIAL_INSURANCE_CONTRIBUTION_INSURANCE, "%s", insurance);
	row_put_number(row, SOCIAL_INSURANCE_CONTRIBUTION_YEAR, paid->month / 100);
	row_add_entry(row);
	row_entry_number(row, SOCIAL_INSURANCE_CONTRIBUTION_MONTHS_MONTH, paid->month % 100);
	if (paid->base > 0)
		row_entry_number(row, SOCIAL_INSURANCE_CONTRIBUTION_MONTHS_BASE, paid->base);
	row_entry_text(row, SOCIAL_INSURANCE_CONTRIBUTION_MONTHS_PAYMENT, "%s", paid->payment);
	if (paid->payer != NULL)
		row_entry_text(row, SOCIAL_INSURANCE_CONTRIBUTION_MONTHS_PAYER, "%s", paid->payer);
	row_entry_number(row, SOCIAL_INSURANCE_CONTRIBUTION_MONTHS_PLACE, paid->place);
	send_row(report);
}

// Who is not employed pays for a year at once.
static void report_resident(struct report *report, const struct person *person)
{
	int64_t year = report->city->today / 10000;
	if (random_chance(&report->random, 400))
		return;
	if (person->arrived / 10000 == year)
		return;
	struct month_paid paid = { year * 100 + 1, 0, "normal", NULL, ZHANGJIAGANG };
	report_month(report, person, "resident_medical", &paid);
}

// --- housing fund --------------------------------------------------------------------------------

static void report_fund_month(struct report *report, const struct person *person,
    const struct month_paid *paid, int64_t opened_on, unsigned long long account)
{
	struct row *row = begin_row(report, SOCIAL_INSURANCE_HOUSING_FUND, person);
	row->period = paid->month;
	row_put_number(row, SOCIAL_INSURANCE_HOUSING_FUND_YEAR, paid->month / 100);
	row_put_number(row, SOCIAL_INSURANCE_HOUSING_FUND_ACCOUNT_OPEN, true);
	row_put_number(row, SOCIAL_INSURANCE_HOUSING_FUND_OPENED_ON, opened_on);
	row_put_text(row, SOCIAL_INSURANCE_HOUSING_FUND_ACCOUNT, "GJJ%012llu", account);
	row_add_entry(row);
	row_entry_number(row, SOCIAL_INSURANCE_HOUSING_FUND_MONTHS_MONTH, paid->month % 100);
	row_entry_number(row, SOCIAL_INSURANCE_HOUSING_FUND_MONTHS_BASE, paid->base);
	row_entry_text(row, SOCIAL_INSURANCE_HOUSING_FUND_MONTHS_PAYMENT, "%s", paid->payment);
	row_entry_text(row, SOCIAL_INSURANCE_HOUSING_FUND_MONTHS_PAYER, "%s", paid->payer);
	row_entry_number(row, SOCIAL_INSURANCE_HOUSING_FUND_MONTHS_PLACE, paid->place);
	send_row(report);
}

// One in three of the insured, from their first insured month here.
static void report_fund(
    struct report *report, const struct person *person, const struct history *history)
{
	if (history->count == 0 || !random_chance(&report->random, 330))
		return;
	unsigned long long account = paper_number(report);
	int64_t opened_on = 0;
	for (size_t i = 0; i < history->count; i++) {
		const struct month_paid *paid = &history->months[i];
		if (paid->payer == NULL)
			continue;
		if (opened_on == 0)
			opened_on = paid->month * 100 + 1;
		report_fund_month(report, person, paid, opened_on, account);
	}
}

// --- jobs and skills -----------------------------------------------------------------------------

static void report_job(struct report *report, const struct person *person, const struct job *job)
{
	struct row *row = begin_row_on(report, SOCIAL_INSURANCE_EMPLOYMENT, person, job->from);
	row_put_text(row, SOCIAL_INSURANCE_EMPLOYMENT_EMPLOYER, "%s", job->employer);
	row_put_number(row, SOCIAL_INSURANCE_EMPLOYMENT_FROM, job->from);
	if (random_chance(&report->random, 850))
		row_put_number(row, SOCIAL_INSURANCE_EMPLOYMENT_TO,
		    years_later(job->from, (int)random_between(&report->random, 1, 5)));
	row_put_day(row, SOCIAL_INSURANCE_EMPLOYMENT_ENDED_ON, job->ended);
	int64_t registered = some_days_after(report, job->from, 30);
	row_put_number(row, SOCIAL_INSURANCE_EMPLOYMENT_REGISTERED_FROM, registered);
	if (job->ended != 0)
		row_put_number(row, SOCIAL_INSURANCE_EMPLOYMENT_REGISTERED_TO,
		    later(registered, some_days_after(report, job->ended, 15)));
	row_put_text(row, SOCIAL_INSURANCE_EMPLOYMENT_OCCUPATION, "%s", job->trade->occupation);
	row_put_text(row, SOCIAL_INSURANCE_EMPLOYMENT_POST, "%s", job->trade->post);
	row_put_number(row, SOCIAL_INSURANCE_EMPLOYMENT_PLACE, ZHANGJIAGANG);
	row_put_text(row, SOCIAL_INSURANCE_EMPLOYMENT_TOWN, "%s", towns[job->town].code);
	send_row(report);
}

// A degree leads to a title, practice to a level of skill.
static const unsigned levels[] = { 45, 30, 18, 5, 2 };
static const char *const skill_levels[] = { "5", "4", "3", "2", "1" };
static const char *const title_levels[] = { "junior", "intermediate", "senior", "associate_senior",
	"full_senior" };

static void report_qualification(
    struct report *report, const struct person *person, const struct job *job)
{
	size_t level = random_weighted(&report->random, levels, COUNT_OF(levels));
	bool has_title = job->trade->salary > 10000;
	int64_t issued_on =
	    random_day(&report->random, years_later(person->born, 18), report->city->today);
	struct row *row = begin_row_on(report, SOCIAL_INSURANCE_QUALIFICATION, person, issued_on);
	row_put_text(row, SOCIAL_INSURANCE_QUALIFICATION_CERTIFICATE, "%s%011llu",
	    has_title ? "ZC" : "S0000", paper_number(report));
	row_put_text(
	    row, SOCIAL_INSURANCE_QUALIFICATION_CLASS, "%s", has_title ? "title" : "skill");
	if (has_title)
		row_put_text(
		    row, SOCIAL_INSURANCE_QUALIFICATION_TITLE_LEVEL, "%s", title_levels[level]);
	else
		row_put_text(
		    row, SOCIAL_INSURANCE_QUALIFICATION_SKILL_LEVEL, "%s", skill_levels[level]);
	row_put_text(row, SOCIAL_INSURANCE_QUALIFICATION_TRADE, "%s", job->trade->occupation);
	row_put_number(row, SOCIAL_INSURANCE_QUALIFICATION_ISSUED_ON, issued_on);
	row_put_number(row, SOCIAL_INSURANCE_QUALIFICATION_PLACE,
	    issued_on < person->arrived ? person->home_division : ZHANGJIAGANG);
	row_put_text(row, SOCIAL_INSURANCE_QUALIFICATION_STATE, "%s",
	    random_chance(&report->random, 900) ? "verified" : "declared");
	send_row(report);
}

static void report_rating(struct report *report, const struct person *person, const struct job *job)
{
	size_t level = random_weighted(&report->random, levels, COUNT_OF(levels));
	int64_t last = job->ended != 0 ? job->ended : report->city->today;
	int64_t rated_on = random_day(&report->random, job->from, last);
	struct row *row = begin_row_on(report, SOCIAL_INSURANCE_EMPLOYER_RATING, person, rated_on);
	row_put_text(row, SOCIAL_INSURANCE_EMPLOYER_RATING_EMPLOYER, "%s", job->employer);
	row_put_number(row, SOCIAL_INSURANCE_EMPLOYER_RATING_RATED_ON, rated_on);
	row_put_text(row, SOCIAL_INSURANCE_EMPLOYER_RATING_SKILL_LEVEL, "%s", skill_levels[level]);
	row_put_text(row, SOCIAL_INSURANCE_EMPLOYER_RATING_TRADE, "%s", job->trade->occupation);
	row_put_number(
	    row, SOCIAL_INSURANCE_EMPLOYER_RATING_FILED_ON, some_days_after(report, rated_on, 90));
	row_put_text(
	    row, SOCIAL_INSURANCE_EMPLOYER_RATING_FILING, "PD%010llu", paper_number(report));
	row_put_number(row, SOCIAL_INSURANCE_EMPLOYER_RATING_VALID_TO, years_later(rated_on, 3));
	row_put_number(
	    row, SOCIAL_INSURANCE_EMPLOYER_RATING_LISTED, random_chance(&report->random, 400));
	send_row(report);
}

// --- all of it -----------------------------------------------------------------------------------

static void report_skills(struct report *report, const struct person *person)
{
	const struct job *job = &person->jobs[0];
	unsigned permille = job->trade->skilled ? 450 : 60;
	if (random_chance(&report->random, permille))
		report_qualification(report, person, job);
	else if (random_chance(&report->random, 60))
		report_none(report, SOCIAL_INSURANCE_QUALIFICATION, person);
	if (job->trade->skilled && random_chance(&report->random, 90))
		report_rating(report, person, job);
}

static void report_one(struct report *report, const struct person *person)
{
	struct history history;
	make_history(report, person, &history);
	for (size_t i = 0; i < COUNT_OF(insurances); i++)
		for (size_t month = 0; month < history.count; month++)
			report_month(report, person, insurances[i], &history.months[month]);
	if (history.count == 0)
		report_resident(report, person);
	report_fund(report, person, &history);
	for (size_t i = 0; i < person->job_count; i++)
		report_job(report, person, &person->jobs[i]);
	if (person->job_count > 0)
		report_skills(report, person);
	else if (person_is_adult(person, report->city->today) &&
		 random_chance(&report->random, 200))
		report_none(report, SOCIAL_INSURANCE_EMPLOYMENT, person);
}

void social_insurance_report(struct report *report)
{
	for (size_t i = 0; i < report->household->count; i++)
		report_one(report, &report->household->people[i]);
}

// This month is paid, on a base that changes a little.
void social_insurance_change(struct report *report)
{
	const struct person *person = draw_adult(report);
	const struct job *job = latest_job(person);
	size_t insurance = (size_t)random_between(&report->random, 0, COUNT_OF(insurances) - 1);
	int64_t month = report->city->today / 100;
	int64_t more = 100 * random_between(&report->random, 0, 5000);
	struct month_paid paid = { month, base_in(0, month / 100) + more, "normal",
		job != NULL ? job->employer : NULL, ZHANGJIAGANG };
	report_month(report, person, insurances[insurance], &paid);
}
