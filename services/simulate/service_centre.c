// SPDX-License-Identifier: Apache-2.0
// service_centre: applications, and what other organisations attest to.
#include "reports.h"

#include "date.h"
#include "service_centre_fields.h"

// --- education -----------------------------------------------------------------------------------

static const char *const majors[] = { "机电一体化技术", "会计学", "计算机科学与技术", "护理",
	"工商管理", "纺织工程", "冶金工程", "汉语言文学", "物流管理", "电气工程及其自动化" };

static const char *degree_of(const char *level)
{
	static const struct {
		const char *level, *degree;
	} degrees[] = { { "11", "doctor" }, { "14", "master" }, { "21", "bachelor" } };
	for (size_t i = 0; i < COUNT_OF(degrees); i++)
		if (strcmp(level, degrees[i].level) == 0)
			return degrees[i].degree;
	return NULL;
}

static void report_education(struct report *report, const struct person *person)
{
	bool higher = person->education[0] <= '3';
	int64_t age = higher ? 22 : person->education[0] <= '6' ? 18 : 15;
	int64_t graduated_on = (person->born / 10000 + age) * 10000 + 630;
	if (graduated_on > report->city->today)
		return;
	struct row *row = begin_row(report, SERVICE_CENTRE_EDUCATION, person);
	const char *degree = degree_of(person->education);
	size_t major = (size_t)random_between(&report->random, 0, COUNT_OF(majors) - 1);
	row_put_text(row, SERVICE_CENTRE_EDUCATION_LEVEL, "%s", person->education);
	row_put_number(row, SERVICE_CENTRE_EDUCATION_GRADUATED_ON, graduated_on);
	if (higher)
		row_put_text(row, SERVICE_CENTRE_EDUCATION_DEGREE, "%s", degree ? degree : "none");
	if (higher)
		row_put_text(row, SERVICE_CENTRE_EDUCATION_MAJOR, "%s", majors[major]);
	row_put_number(
	    row, SERVICE_CENTRE_EDUCATION_FULL_TIME, random_chance(&report->random, 780));
	row_put_number(row, SERVICE_CENTRE_EDUCATION_FRESH,
	    years_later(graduated_on, 1) > report->city->today);
	if (higher)
		row_put_text(row, SERVICE_CENTRE_EDUCATION_CERTIFICATE, "%05u%012llu", 11117U,
		    paper_number(report));
	row_put_text(row, SERVICE_CENTRE_EDUCATION_STATE, "%s",
	    random_chance(&report->random, 870) ? "verified" : "declared");
	send_row(report);
}

// --- homes ---------------------------------------------------------------------------------------

static const struct person *co_owner_of(struct report *report, const struct person *person)
{
	const struct household *household = report->household;
	bool married = household->count > 1 && household->people[1].role == ROLE_SPOUSE;
	if (!married || person != &household->people[0] || !random_chance(&report->random, 600))
		return NULL;
	return &household->people[1];
}

static void report_home_of(struct report *report, const struct person *owner,
    const struct person *other, unsigned long long title, int64_t area, int64_t registered_on)
{
	const struct stay *stay = latest_stay(owner);
	struct row *row = begin_row(report, SERVICE_CENTRE_HOME, owner);
	row_put_text(row, SERVICE_CENTRE_HOME_DWELLING, "苏（%d）张家港市不动产权第%010llu号",
	    (int)(registered_on / 10000), title);
	row_put_number(row, SERVICE_CENTRE_HOME_SHARE, other != NULL ? 500000 : 1000000);
	row_put_number(row, SERVICE_CENTRE_HOME_AREA, area);
	if (other != NULL) {
		row_add_entry(row);
		row_entry_text(row, SERVICE_CENTRE_HOME_OWNERS_OWNER, "%s", other->number);
		row_entry_number(row, SERVICE_CENTRE_HOME_OWNERS_SHARE, 500000);
	}
	row_put_number(row, SERVICE_CENTRE_HOME_LIVED_IN, true);
	row_put_number(row, SERVICE_CENTRE_HOME_FAMILY_SIZE, (int64_t)report->household->count);
	row_put_number(row, SERVICE_CENTRE_HOME_REGISTERED_ON, registered_on);
	row_put_number(row, SERVICE_CENTRE_HOME_DIVISION, towns[stay->town].division);
	row_put_text(row, SERVICE_CENTRE_HOME_TOWN, "%s", towns[stay->town].code);
	row_put_number(row, SERVICE_CENTRE_HOME_ILLEGAL_BUILDING, false);
	send_row(report);
}

static void report_home(struct report *report, const struct person *person)
{
	bool bought = strcmp(latest_stay(person)->dwelling_kind, "01") == 0;
	if (!bought) {
		if (random_chance(&report->random, 250))
			report_none(report, SERVICE_CENTRE_HOME, person);
		return;
	}
	const struct person *other = co_owner_of(report, person);
	unsigned long long title = paper_number(report);
	int64_t area = random_between(&report->random, 4500, 14500);
	int64_t from = latest_stay(person)->from;
	int64_t registered_on = random_day(&report->random, from, report->city->today);
	report_home_of(report, person, other, title, area, registered_on);
	if (other != NULL)
		report_home_of(report, other, person, title, area, registered_on);
}

// --- school --------------------------------------------------------------------------------------

static const struct stage {
	int years; // of age, at its beginning
	int last;  // at its end
	const char *stage, *school;
	const char *grades[6];
} stages[] = {
	{ 3, 6, "kindergarten", "幼儿园",
	    { "kindergarten_1", "kindergarten_2", "kindergarten_3" } },
	{ 6, 12, "primary", "小学",
	    { "primary_1", "primary_2", "primary_3", "primary_4", "primary_5", "primary_6" } },
	{ 12, 15, "junior", "初级中学", { "junior_1", "junior_2", "junior_3" } },
	{ 15, 18, "senior", "高级中学", { NULL } },
};

// The school year begins on the first of September, for those who have the age on the day before.
static int64_t school_begins(const struct person *child, int years)
{
	int64_t year = child->born / 10000 + years;
	return (child->born % 10000 > 831 ? year + 1 : year) * 10000 + 901;
}

static void put_school(struct row *row, unsigned field, const struct person *child,
    const struct stage *stage, int64_t number)
{
	row_put_text(row, field, "%s第%d%s", towns[latest_stay(child)->town].called, (int)number,
	    stage->school);
}

static void report_pupil(
    struct report *report, const struct person *child, const struct stage *stage)
{
	int64_t from = school_begins(child, stage->years);
	int64_t to = school_begins(child, stage->last) / 10000 * 10000 + 630;
	int64_t today = report->city->today;
	size_t year = (size_t)(today - from) / 10000;
	struct row *row = begin_row(report, SERVICE_CENTRE_PUPIL, child);
	row_put_text(row, SERVICE_CENTRE_PUPIL_STAGE, "%s", stage->stage);
	row_put_number(row, SERVICE_CENTRE_PUPIL_FROM, from);
	if (to <= today)
		row_put_number(row, SERVICE_CENTRE_PUPIL_TO, to);
	else if (year < COUNT_OF(stage->grades) && stage->grades[year] != NULL)
		row_put_text(row, SERVICE_CENTRE_PUPIL_GRADE, "%s", stage->grades[year]);
	put_school(
	    row, SERVICE_CENTRE_PUPIL_SCHOOL, child, stage, random_between(&report->random, 1, 9));
	row_put_number(
	    row, SERVICE_CENTRE_PUPIL_NATIONAL_RECORD, random_chance(&report->random, 930));
	row_put_number(row, SERVICE_CENTRE_PUPIL_DIVISION, ZHANGJIAGANG);
	row_put_text(row, SERVICE_CENTRE_PUPIL_TOWN, "%s", towns[latest_stay(child)->town].code);
	send_row(report);
}

// The stages that were begun in the city.
static void report_schooling(struct report *report, const struct person *child)
{
	for (size_t i = 0; i < COUNT_OF(stages); i++) {
		int64_t from = school_begins(child, stages[i].years);
		if (from >= child->arrived && from <= report->city->today)
			report_pupil(report, child, &stages[i]);
	}
}

// --- applications --------------------------------------------------------------------------------

static struct row *begin_application(
    struct report *report, const struct person *person, const char *programme)
{
	static const struct {
		const char *state;
		unsigned weight;
	} states[] = { { "accepted", 860 }, { "completion", 90 }, { "refused", 50 } };
	static const unsigned weights[] = { 860, 90, 50 };
	const char *state =
	    states[random_weighted(&report->random, weights, COUNT_OF(weights))].state;
	int64_t year = report->city->today / 10000;
	int64_t last = earlier(year * 10000 + 530, report->city->today);
	int64_t applied_on = random_day(&report->random, year * 10000 + 101, last);
	struct row *row = begin_row(report, SERVICE_CENTRE_APPLICATION, person);
	row_put_text(row, SERVICE_CENTRE_APPLICATION_RECEIPT, "JF%d-%02u-%010llu", (int)year,
	    latest_stay(person)->town + 1, paper_number(report));
	row_put_text(row, SERVICE_CENTRE_APPLICATION_PROGRAMME, "%s", programme);
	row_put_number(row, SERVICE_CENTRE_APPLICATION_YEAR, year);
	row_put_text(
	    row, SERVICE_CENTRE_APPLICATION_TOWN, "%s", towns[latest_stay(person)->town].code);
	row_put_text(row, SERVICE_CENTRE_APPLICATION_STATE, "%s", state);
	row_put_number(row, SERVICE_CENTRE_APPLICATION_APPLIED_ON, applied_on);
	if (strcmp(state, "accepted") == 0)
		row_put_number(row, SERVICE_CENTRE_APPLICATION_ACCEPTED_ON,
		    some_days_after(report, applied_on, 14));
	if (strcmp(state, "completion") == 0)
		row_put_number(
		    row, SERVICE_CENTRE_APPLICATION_COMPLETE_BY, days_before(applied_on, -30));
	return row;
}

static void put_child(struct row *row, const struct person *child)
{
	row_put_text(row, SERVICE_CENTRE_APPLICATION_CHILD, "%s", child->number);
	row_put_text(row, SERVICE_CENTRE_APPLICATION_GUARDIAN_BASIS, "parent");
}

static void apply_for_school(struct report *report, const struct person *parent,
    const struct person *child, const struct stage *stage)
{
	struct row *row = begin_application(report, parent, "school");
	put_child(row, child);
	row_put_text(row, SERVICE_CENTRE_APPLICATION_GRADE, "%s", stage->grades[0]);
	int64_t first = random_between(&report->random, 1, 7);
	put_school(row, SERVICE_CENTRE_APPLICATION_SCHOOL, child, stage, first);
	put_school(row, SERVICE_CENTRE_APPLICATION_SECOND_SCHOOL, child, stage, first + 1);
	if (random_chance(&report->random, 500))
		put_school(row, SERVICE_CENTRE_APPLICATION_THIRD_SCHOOL, child, stage, first + 2);
	row_put_number(
	    row, SERVICE_CENTRE_APPLICATION_ADJUSTABLE, random_chance(&report->random, 700));
	send_row(report);
}

static bool begins_this_year(
    const struct report *report, const struct person *child, const struct stage *stage)
{
	return stage->grades[0] != NULL &&
	       school_begins(child, stage->years) / 10000 == report->city->today / 10000;
}

static void apply_for_child(
    struct report *report, const struct person *parent, const struct person *child)
{
	int64_t today = report->city->today;
	bool lives_here = years_later(child->arrived, 1) <= today;
	if (!lives_here)
		return;
	for (size_t i = 0; i < COUNT_OF(stages); i++)
		if (begins_this_year(report, child, &stages[i]) &&
		    random_chance(&report->random, 750))
			apply_for_school(report, parent, child, &stages[i]);
	if (random_chance(&report->random, 120)) {
		put_child(begin_application(report, parent, "medical"), child);
		send_row(report);
	}
}

static void report_applications(struct report *report, const struct person *head)
{
	const struct household *household = report->household;
	for (size_t i = 0; i < household->count; i++)
		if (household->people[i].role == ROLE_CHILD)
			apply_for_child(report, head, &household->people[i]);
	bool long_here = years_later(head->arrived, 3) <= report->city->today;
	if (long_here && head->hukou_since == 0 && random_chance(&report->random, 180)) {
		begin_application(report, head, "hukou");
		send_row(report);
	}
}

// --- attested facts ------------------------------------------------------------------------------

// What is attested, by whom, and of how many in a thousand adults.
static const struct attestation {
	unsigned permille;
	const char *fact, *by;
	const char *level, *unit;       // NULL: without
	int64_t quantity_max, yuan_max; // 0: without
	bool lasts, invented;           // from and to; one of several inventors
} attestations[] = {
	{ 90, "volunteering", "civility_office", NULL, "hours", 300, 0, false, false },
	{ 25, "commendation_general", "town", "town", NULL, 0, 0, false, false },
	{ 12, "commendation_special", "human_resources", "county", NULL, 0, 0, false, false },
	{ 15, "charity_donation", "civil_affairs", NULL, NULL, 0, 20000, false, false },
	{ 12, "military_service", "veterans", NULL, NULL, 0, 0, true, false },
	{ 10, "patent_utility_model", "intellectual_property", NULL, NULL, 0, 0, false, true },
	{ 4, "patent_invention", "intellectual_property", NULL, NULL, 0, 0, false, true },
	{ 12, "talent_list", "talent_office", NULL, NULL, 0, 0, false, false },
	{ 10, "association_membership", "association", NULL, NULL, 0, 0, true, false },
	{ 8, "post_community", "community", NULL, NULL, 0, 0, true, false },
	{ 6, "job_sanitation", "city_management", NULL, "months", 60, 0, true, false },
	{ 4, "skill_contest", "trade_union", "city", NULL, 0, 0, false, false },
	{ 3, "good_deed", "civility_office", "county", NULL, 0, 0, false, false },
	{ 3, "disability", "disabled_federation", NULL, NULL, 0, 0, false, false },
	{ 3, "dishonest_debtor", "court", NULL, NULL, 0, 0, true, false },
	{ 30, "course", "education", NULL, "hours", 48, 0, false, false },
};

static void put_details(struct report *report, struct row *row, const struct attestation *what)
{
	struct random *random = &report->random;
	if (what->level != NULL)
		row_put_text(row, SERVICE_CENTRE_ATTESTED_FACT_LEVEL, "%s", what->level);
	if (what->quantity_max > 0)
		row_put_number(row, SERVICE_CENTRE_ATTESTED_FACT_QUANTITY,
		    50 * random_between(random, 2, 2 * what->quantity_max));
	if (what->unit != NULL)
		row_put_text(row, SERVICE_CENTRE_ATTESTED_FACT_UNIT, "%s", what->unit);
	if (what->yuan_max > 0)
		row_put_number(row, SERVICE_CENTRE_ATTESTED_FACT_AMOUNT,
		    100 * random_between(random, 100, what->yuan_max));
	if (what->invented) {
		int64_t participants = random_between(random, 1, 6);
		row_put_number(row, SERVICE_CENTRE_ATTESTED_FACT_POSITION,
		    random_between(random, 1, participants));
		row_put_number(row, SERVICE_CENTRE_ATTESTED_FACT_PARTICIPANTS, participants);
	}
}

static void put_days(struct report *report, struct row *row, const struct attestation *what,
    const struct person *person, int64_t day)
{
	row_put_number(row, SERVICE_CENTRE_ATTESTED_FACT_DATE, day);
	if (!what->lasts)
		return;
	int64_t from = later(years_later(person->born, 18), days_before(day, 700));
	row_put_number(row, SERVICE_CENTRE_ATTESTED_FACT_FROM, earlier(from, day));
	row_put_number(row, SERVICE_CENTRE_ATTESTED_FACT_TO,
	    days_before(day, -random_between(&report->random, 0, 700)));
}

static void report_fact(
    struct report *report, const struct person *person, const struct attestation *what, int64_t day)
{
	struct row *row = begin_row_on(report, SERVICE_CENTRE_ATTESTED_FACT, person, day);
	row_put_text(row, SERVICE_CENTRE_ATTESTED_FACT_FACT, "%s", what->fact);
	row_put_text(row, SERVICE_CENTRE_ATTESTED_FACT_DOCUMENT, "ZM(%d)%010llu",
	    (int)(day / 10000), paper_number(report));
	row_put_text(row, SERVICE_CENTRE_ATTESTED_FACT_STATE, "%s",
	    random_chance(&report->random, 850) ? "verified" : "declared");
	put_days(report, row, what, person, day);
	put_details(report, row, what);
	row_put_number(row, SERVICE_CENTRE_ATTESTED_FACT_PLACE, ZHANGJIAGANG);
	row_put_text(
	    row, SERVICE_CENTRE_ATTESTED_FACT_TOWN, "%s", towns[latest_stay(person)->town].code);
	row_put_text(row, SERVICE_CENTRE_ATTESTED_FACT_ATTESTED_BY, "%s", what->by);
	if (what->invented && person->job_count > 0)
		row_put_text(
		    row, SERVICE_CENTRE_ATTESTED_FACT_ENTERPRISE, "%s", person->jobs[0].employer);
	send_row(report);
}

static void report_facts(struct report *report, const struct person *person)
{
	for (size_t i = 0; i < COUNT_OF(attestations); i++)
		if (random_chance(&report->random, attestations[i].permille))
			report_fact(report, person, &attestations[i],
			    random_day(&report->random, person->arrived, report->city->today));
}

// --- all of it -----------------------------------------------------------------------------------

static void report_adult(struct report *report, const struct person *person)
{
	if (random_chance(&report->random, 620))
		report_education(report, person);
	if (person->role == ROLE_HEAD || person->role == ROLE_EX_SPOUSE)
		report_home(report, person);
	if (person->role == ROLE_HEAD)
		report_applications(report, person);
	report_facts(report, person);
}

void service_centre_report(struct report *report)
{
	for (size_t i = 0; i < report->household->count; i++) {
		const struct person *person = &report->household->people[i];
		if (person->role == ROLE_CHILD)
			report_schooling(report, person);
		else if (person_is_adult(person, report->city->today))
			report_adult(report, person);
	}
}

// Hours of volunteering today.
void service_centre_change(struct report *report)
{
	report_fact(report, draw_adult(report), &attestations[0], report->city->today);
}
