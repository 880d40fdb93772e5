// SPDX-License-Identifier: Apache-2.0
// tax: tax paid on wages, and the enterprises of those who came to found one.
#include "reports.h"

#include "date.h"
#include "tax_fields.h"

enum {
	MONTHS_TOLD = 18,   // of wages tax, at most
	EXEMPT_YUAN = 5000, // a month
	OWNERS = 70,        // in a thousand heads of households
	PAYING_DAY = 15,
};

static int64_t fen_of(int64_t yuan)
{
	return yuan * 100;
}

static bool is_taxed(const struct job *job)
{
	return job->insured && job->salary > fen_of(EXEMPT_YUAN);
}

// Three per cent above the exemption: the first step of the schedule, month by month.
static int64_t tax_on(int64_t salary)
{
	return (salary - fen_of(EXEMPT_YUAN)) * 3 / 100;
}

static void report_wages_tax(
    struct report *report, const struct person *person, const struct job *job, int64_t month)
{
	int64_t paid_on = month_after(month) * 100 + PAYING_DAY;
	if (paid_on > report->city->today)
		return;
	struct row *row = begin_row_on(report, TAX_INCOME_TAX, person, paid_on);
	row_put_text(row, TAX_INCOME_TAX_VOUCHER, "332058%012llu", paper_number(report));
	row_put_text(row, TAX_INCOME_TAX_ITEM, "wages");
	row_put_number(row, TAX_INCOME_TAX_PERIOD, month);
	row_put_number(row, TAX_INCOME_TAX_PERIOD_TO, month);
	row_put_number(row, TAX_INCOME_TAX_PAID_ON, paid_on);
	row_put_number(row, TAX_INCOME_TAX_AMOUNT, tax_on(job->salary));
	row_put_number(row, TAX_INCOME_TAX_INCOME, job->salary);
	row_put_text(row, TAX_INCOME_TAX_WITHHOLDER, "%s", job->employer);
	row_put_number(row, TAX_INCOME_TAX_PLACE, ZHANGJIAGANG);
	send_row(report);
}

static void report_wages_taxes(struct report *report, const struct person *person)
{
	int64_t first = date_add_months(report->city->today, -MONTHS_TOLD) / 100;
	for (size_t i = 0; i < person->job_count; i++) {
		const struct job *job = &person->jobs[i];
		int64_t last = job->ended != 0 ? job->ended / 100 : report->city->today / 100;
		int64_t month = later(job->from / 100, first);
		for (; is_taxed(job) && month <= last; month = month_after(month))
			report_wages_tax(report, person, job, month);
	}
}

// --- enterprises ---------------------------------------------------------------------------------

static const char *const branches[] = { "机械", "纺织", "商贸", "物流", "餐饮", "五金", "电子" };

struct enterprise {
	char code[ENTERPRISE_CODE_SIZE];
	uint64_t index;
	int64_t established_on, closed_on;
	int64_t capital; // fen
	bool is_small;
};

static void report_enterprise(struct report *report, const struct enterprise *enterprise)
{
	size_t branch = (size_t)random_between(&report->random, 0, COUNT_OF(branches) - 1);
	struct row *row = begin_row_of(report, TAX_ENTERPRISE, enterprise->code);
	row_put_text(row, TAX_ENTERPRISE_NAME, "张家港市%05llu号%s%s",
	    (unsigned long long)enterprise->index, branches[branch],
	    enterprise->is_small ? "经营部" : "有限公司");
	row_put_number(row, TAX_ENTERPRISE_ESTABLISHED_ON, enterprise->established_on);
	row_put_day(row, TAX_ENTERPRISE_CLOSED_ON, enterprise->closed_on);
	row_put_number(row, TAX_ENTERPRISE_REGISTERED_CAPITAL, enterprise->capital);
	row_put_number(row, TAX_ENTERPRISE_PAID_IN_CAPITAL,
	    enterprise->capital / 10 * random_between(&report->random, 2, 10));
	row_put_number(row, TAX_ENTERPRISE_PLACE, ZHANGJIAGANG);
	send_row(report);
}

static void report_enterprise_tax(struct report *report, const struct enterprise *enterprise,
    const char *tax, int64_t month, int64_t amount)
{
	int64_t paid_on = month_after(month_after(month_after(month))) * 100 + PAYING_DAY;
	if (paid_on > report->city->today)
		return;
	struct row *row = begin_row_of(report, TAX_ENTERPRISE_TAX, enterprise->code);
	row_put_text(row, TAX_ENTERPRISE_TAX_VOUCHER, "No.%llu", paper_number(report));
	row_put_text(row, TAX_ENTERPRISE_TAX_TAX, "%s", tax);
	row_put_number(row, TAX_ENTERPRISE_TAX_PERIOD, month);
	row_put_number(row, TAX_ENTERPRISE_TAX_PERIOD_TO, month_after(month_after(month)));
	row_put_number(row, TAX_ENTERPRISE_TAX_PAID_ON, paid_on);
	row_put_number(row, TAX_ENTERPRISE_TAX_AMOUNT, amount);
	row_put_number(row, TAX_ENTERPRISE_TAX_PLACE, ZHANGJIAGANG);
	send_row(report);
}

// Quarter by quarter, for as many quarters as are told.
static void report_enterprise_taxes(
    struct report *report, const struct enterprise *enterprise, int quarters)
{
	int64_t now = report->city->today;
	int64_t quarter = now / 10000 * 100 + (now / 100 % 100 - 1) / 3 * 3 + 1;
	int64_t month = date_add_months(quarter * 100 + 1, -3 * quarters) / 100;
	int64_t end = enterprise->closed_on != 0 ? enterprise->closed_on / 100 : quarter;
	for (; month < end; month = date_add_months(month * 100 + 1, 3) / 100) {
		if (month < enterprise->established_on / 100)
			continue;
		int64_t vat = random_between(&report->random, 200000, enterprise->capital / 40);
		report_enterprise_tax(report, enterprise, "vat", month, vat);
		report_enterprise_tax(report, enterprise, "city_maintenance", month, vat * 7 / 100);
	}
}

static void report_share(struct report *report, const struct person *person,
    const struct enterprise *enterprise, int64_t share)
{
	struct row *row = begin_row(report, TAX_SHAREHOLDING, person);
	row_put_text(row, TAX_SHAREHOLDING_ENTERPRISE, "%s", enterprise->code);
	row_put_number(row, TAX_SHAREHOLDING_SHARE, share);
	row_put_number(row, TAX_SHAREHOLDING_PAID_IN, enterprise->capital / 1000000 * share);
	row_put_number(row, TAX_SHAREHOLDING_FROM, enterprise->established_on);
	row_put_day(row, TAX_SHAREHOLDING_TO, enterprise->closed_on);
	send_row(report);
}

static struct enterprise found(struct report *report, uint64_t index, int64_t first)
{
	int64_t today = report->city->today;
	struct enterprise enterprise = {
		.index = index,
		.established_on = random_day(&report->random, first, today),
		.capital = fen_of(10000) * random_between(&report->random, 10, 500),
	};
	enterprise.is_small = enterprise.capital < fen_of(500000);
	if (random_chance(&report->random, 120))
		enterprise.closed_on =
		    random_day(&report->random, enterprise.established_on, today);
	enterprise_code_make(report->city->seed, index, enterprise.code);
	return enterprise;
}

// The husband alone, or with his wife.
static void report_own_enterprise(struct report *report)
{
	enum {
		WHOLE = 1000000 // 100.0000 per cent
	};
	const struct household *household = report->household;
	const struct person *head = &household->people[0];
	int64_t first = later(head->arrived, years_later(head->born, 18));
	uint64_t index = city_employers(report->city) + household->index;
	struct enterprise enterprise = found(report, index, first);
	bool shared = household->count > 1 && household->people[1].role == ROLE_SPOUSE &&
		      random_chance(&report->random, 350);
	int64_t own = shared ? 10000 * random_between(&report->random, 40, 80) : WHOLE;
	report_enterprise(report, &enterprise);
	report_enterprise_taxes(report, &enterprise, 8);
	report_share(report, head, &enterprise, own);
	if (shared)
		report_share(report, &household->people[1], &enterprise, WHOLE - own);
}

void tax_report(struct report *report)
{
	for (size_t i = 0; i < report->household->count; i++)
		report_wages_taxes(report, &report->household->people[i]);
	if (random_chance(&report->random, OWNERS))
		report_own_enterprise(report);
	else if (random_chance(&report->random, 50))
		report_none(report, TAX_SHAREHOLDING, &report->household->people[0]);
}

// The employers: enterprises that nobody here owns.
void tax_report_city(struct report *report)
{
	for (uint64_t index = 0; index < city_employers(report->city); index++) {
		struct enterprise enterprise = found(report, index, 19980101);
		enterprise.is_small = false;
		enterprise.closed_on = 0;
		enterprise.capital *= 20;
		report_enterprise(report, &enterprise);
		report_enterprise_taxes(report, &enterprise, 4);
	}
	report_coverage(report);
}

// Somebody pays today for a job on the side.
void tax_change(struct report *report)
{
	int64_t today = report->city->today;
	int64_t income = fen_of(random_between(&report->random, 900, 9000));
	struct row *row = begin_row(report, TAX_INCOME_TAX, draw_adult(report));
	row_put_text(row, TAX_INCOME_TAX_VOUCHER, "332059%013llu", paper_number(report));
	row_put_text(row, TAX_INCOME_TAX_ITEM, "labour");
	row_put_number(row, TAX_INCOME_TAX_PERIOD, today / 100);
	row_put_number(row, TAX_INCOME_TAX_PAID_ON, today);
	row_put_number(row, TAX_INCOME_TAX_AMOUNT, income / 5);
	row_put_number(row, TAX_INCOME_TAX_INCOME, income);
	row_put_number(row, TAX_INCOME_TAX_PLACE, ZHANGJIAGANG);
	send_row(report);
}
