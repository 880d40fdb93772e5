// SPDX-License-Identifier: Apache-2.0
// city: who lives in the city, since when, where, and what they work.
#include "city.h"

#include "date.h"
#include "reports.h"

#include <stdio.h>

// Streams of random numbers: one for each thing that is drawn.
enum purpose {
	OF_HOUSEHOLD = 1,
	OF_PERSON,
	OF_STAYS,
	OF_JOBS,
	OF_REPORTS = 100 // and the departments' numbers
};

const struct town towns[TOWNS] = {
	{ "320582-01", "杨舍", 320582100, 38 },
	{ "320582-02", "塘桥", 320582101, 11 },
	{ "320582-03", "金港", 320582001, 19 },
	{ "320582-04", "锦丰", 320582103, 14 },
	{ "320582-05", "乐余", 320582104, 4 },
	{ "320582-06", "凤凰", 320582105, 5 },
	{ "320582-07", "南丰", 320582106, 4 },
	{ "320582-08", "大新", 320582107, 4 },
	{ "320582-09", "常阴沙", 320582400, 1 },
};

// Households by their members, in permille.
static const struct plan {
	unsigned weight;
	bool spouse, ex_spouse, parent;
	unsigned children;
} plans[] = {
	{ 400, false, false, false, 0 }, // who came alone
	{ 150, true, false, false, 0 },  // couples
	{ 220, true, false, false, 1 },
	{ 120, true, false, false, 2 },
	{ 70, true, false, true, 1 },  // three generations
	{ 30, false, true, false, 1 }, // divorced, both parents in the city
	{ 10, false, true, false, 0 },
};

// Ages of those who came to work.
static const struct {
	unsigned weight;
	int64_t from, to;
} ages[] = { { 300, 19, 28 }, { 420, 29, 38 }, { 210, 39, 48 }, { 70, 49, 58 } };

// Days since they came.
static const struct {
	unsigned weight;
	int64_t from, to;
} arrivals[] = {
	{ 250, 5, 365 },
	{ 320, 366, 1095 },
	{ 260, 1096, 2190 },
	{ 120, 2191, 3650 },
	{ 50, 3651, 6570 },
};

static const struct {
	const char *code; // GB/T 3304
	unsigned weight;
} peoples[] = {
	{ "01", 930 },
	{ "03", 13 },
	{ "15", 12 },
	{ "06", 10 },
	{ "08", 8 },
	{ "11", 7 },
	{ "07", 6 },
	{ "09", 5 },
	{ "02", 3 },
	{ "05", 3 },
	{ "12", 2 },
	{ "17", 1 },
};

static const struct {
	const char *code; // GB/T 4658
	unsigned weight;
} educations[] = {
	{ "14", 12 },
	{ "21", 130 },
	{ "31", 190 },
	{ "41", 90 },
	{ "44", 40 },
	{ "47", 50 },
	{ "61", 140 },
	{ "71", 300 },
	{ "81", 38 },
	{ "23", 5 },
	{ "11", 2 },
	{ "32", 3 },
};

static const struct {
	const char *code; // GB/T 31000
	unsigned weight;
} dwelling_kinds[] = {
	{ "02", 620 },
	{ "05", 150 },
	{ "01", 110 },
	{ "07", 50 },
	{ "04", 40 },
	{ "06", 30 },
};

static const struct trade trades[] = {
	{ "车工", "数控操作工", 150, 6800, false, true },
	{ "焊工", "焊接班组", 110, 7400, false, true },
	{ "纺织工", "挡车工", 130, 5600, false, false },
	{ "电工", "设备维修", 70, 7200, false, true },
	{ "炼钢工", "转炉操作", 60, 8600, false, true },
	{ "质检员", "检验员", 70, 6200, false, false },
	{ "仓管员", "仓库管理", 60, 5400, false, false },
	{ "餐厅服务员", "前厅服务", 80, 4800, true, false },
	{ "中式烹调师", "厨师", 40, 6500, true, true },
	{ "保洁员", "保洁", 50, 4200, true, false },
	{ "货车司机", "配送", 60, 7600, false, false },
	{ "会计", "财务", 40, 7000, false, true },
	{ "软件工程师", "研发", 25, 14500, false, true },
	{ "机械工程师", "工艺", 30, 11800, false, true },
	{ "化工工程师", "生产技术", 25, 12600, false, true },
};

#define DRAW_WEIGHTED(random, table) \
	draw_weighted((random), &(table)[0].weight, sizeof(table)[0], COUNT_OF(table))

static size_t draw_weighted(
    struct random *random, const unsigned *first, size_t stride, size_t count)
{
	unsigned weights[32];
	ENSURE(count <= COUNT_OF(weights));
	for (size_t i = 0; i < count; i++)
		weights[i] = *(const unsigned *)((const char *)first + i * stride);
	return random_weighted(random, weights, count);
}

// --- days ----------------------------------------------------------------------------------------

int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t years_later(int64_t date, int years)
{
	return date_add_months(date, 12 * years);
}

static int64_t days_earlier(int64_t date, int64_t days)
{
	return date_from_days(date_to_days(date) - days);
}

bool person_is_adult(const struct person *person, int64_t today)
{
	return years_later(person->born, 18) <= today;
}

uint64_t city_employers(const struct city *city)
{
	return (uint64_t)city->people / 25 + 3;
}

// --- people --------------------------------------------------------------------------------------

struct making {
	struct household *household;
	const struct city *city;
	struct random random;
};

static struct birth_place place_of(const struct making *making, size_t member, bool shares_home)
{
	return (struct birth_place){
		.seed = making->city->seed,
		.household = making->household->index,
		.slot = (unsigned)member,
		.of_slot = shares_home ? 0 : (unsigned)member,
	};
}

// A number that was typed wrongly once, and corrected: one in a hundred of those who came long ago.
static void correct_number(
    const struct making *making, struct person *person, size_t member, struct random *random)
{
	struct birth_place place = place_of(making, HOUSEHOLD_PEOPLE_MAX + member, false);
	place.of_slot = (unsigned)member;
	int64_t born = birthday_in(&place, person->born / 10000);
	id_number_make(&place, born, person->male, person->former);
	int64_t today = making->city->today;
	person->corrected_on = random_day(random, person->arrived, today);
}

static struct person *add_person(
    struct making *making, enum role role, bool male, int64_t birth_year, int64_t arrived)
{
	struct household *household = making->household;
	ENSURE(household->count < HOUSEHOLD_PEOPLE_MAX);
	size_t member = household->count++;
	struct person *person = &household->people[member];
	uint64_t key = household->index * HOUSEHOLD_PEOPLE_MAX + member;
	struct random random = random_make(making->city->seed, OF_PERSON, key);
	bool shares_home = role == ROLE_CHILD || role == ROLE_PARENT || random_chance(&random, 550);
	struct birth_place place = place_of(making, member, shares_home);
	*person = (struct person){ .role = role, .male = male };
	person->born = birthday_in(&place, birth_year);
	if (person->born > making->city->today)
		person->born = birthday_in(&place, birth_year - 1);
	person->arrived =
	    later(arrived, earlier(days_earlier(person->born, -20), making->city->today));
	person->home_division = home_division(&place);
	id_number_make(&place, person->born, male, person->number);
	const struct person *kin = shares_home && member > 0 ? &household->people[0] : NULL;
	person->ethnic = kin ? kin->ethnic : peoples[DRAW_WEIGHTED(&random, peoples)].code;
	if (role != ROLE_CHILD)
		person->education = educations[DRAW_WEIGHTED(&random, educations)].code;
	if (random_chance(&random, 35))
		person->hukou_since = random_day(&random, person->arrived, making->city->today);
	if (member < NUMBER_SLOTS - HOUSEHOLD_PEOPLE_MAX && random_chance(&random, 12))
		correct_number(making, person, member, &random);
	return person;
}

static void name_person(const struct making *making, struct person *person, const char *surname)
{
	size_t member = (size_t)(person - making->household->people);
	uint64_t key = making->household->index * HOUSEHOLD_PEOPLE_MAX + member;
	struct random random = random_make(making->city->seed, OF_PERSON, ~key);
	const char *own = surname != NULL ? surname : surname_draw(&random);
	name_make(&random, own, person->male, person->ethnic, person->name);
}

static int64_t year_of(const struct making *making)
{
	return making->city->today / 10000;
}

static struct person *add_head(struct making *making, const struct plan *plan)
{
	struct random *random = &making->random;
	size_t age_group = DRAW_WEIGHTED(random, ages);
	int64_t age = random_between(random, ages[age_group].from, ages[age_group].to);
	if (plan->children > 0 && age < 25)
		age += 8;
	size_t arrival = DRAW_WEIGHTED(random, arrivals);
	int64_t days = random_between(random, arrivals[arrival].from, arrivals[arrival].to);
	int64_t grown = (age - 17) * 365;
	int64_t today = making->city->today;
	return add_person(making, ROLE_HEAD, random_chance(random, 550), year_of(making) - age,
	    days_earlier(today, days < grown ? days : grown));
}

static struct person *add_partner(struct making *making, enum role role)
{
	struct random *random = &making->random;
	const struct person *head = &making->household->people[0];
	int64_t today = making->city->today;
	int64_t year = head->born / 10000 + random_between(random, -3, 3);
	year = earlier(year, year_of(making) - 19);
	int64_t arrived = head->arrived;
	if (random_chance(random, 500))
		arrived = random_day(random, arrived, earlier(days_earlier(arrived, -700), today));
	return add_person(making, role, !head->male, year, arrived);
}

static void add_children(struct making *making, unsigned count)
{
	struct random *random = &making->random;
	const struct household *household = making->household;
	int64_t youngest = 0;
	for (size_t i = 0; i < household->count; i++)
		if (household->people[i].role != ROLE_PARENT)
			youngest = later(youngest, household->people[i].born / 10000);
	int64_t first = later(youngest + 21, year_of(making) - 17);
	int64_t year = random_between(random, first, later(first, year_of(making)));
	for (unsigned i = 0; i < count && year <= year_of(making); i++) {
		int64_t came = random_day(random, household->people[0].arrived,
		    earlier(days_earlier(household->people[0].arrived, -400), making->city->today));
		add_person(making, ROLE_CHILD, random_chance(random, 515), year, came);
		year += random_between(random, 2, 6);
	}
}

static void add_parent(struct making *making)
{
	struct random *random = &making->random;
	const struct person *head = &making->household->people[0];
	int64_t year = head->born / 10000 - random_between(random, 22, 31);
	int64_t came = random_day(random, head->arrived, making->city->today);
	struct person *parent =
	    add_person(making, ROLE_PARENT, random_chance(random, 350), year, came);
	if (random_chance(random, 30))
		parent->died = random_day(random, parent->arrived, making->city->today);
}

// --- marriage ------------------------------------------------------------------------------------

static void marry(struct making *making, bool divorced)
{
	struct random *random = &making->random;
	struct household *household = making->household;
	int64_t last = making->city->today, of_age = 0;
	for (size_t i = 0; i < household->count; i++) {
		const struct person *person = &household->people[i];
		if (person->role == ROLE_CHILD)
			last = earlier(last, person->born);
		else if (person->role != ROLE_PARENT)
			of_age = later(of_age, years_later(person->born, 18));
	}
	int64_t first = later(of_age, years_later(last, -8));
	household->married = random_day(random, first, last);
	if (divorced)
		household->divorced = random_day(random, household->married, making->city->today);
	for (size_t i = 0; divorced && i < household->count; i++)
		if (household->people[i].role == ROLE_CHILD)
			household->divorced = later(household->divorced, household->people[i].born);
}

// --- homes ---------------------------------------------------------------------------------------

static unsigned draw_town(struct random *random)
{
	return (unsigned)DRAW_WEIGHTED(random, towns);
}

static void add_stay(struct person *person, const struct household *household,
    struct random *random, int64_t from, const char *kind)
{
	size_t number = person->stay_count++;
	struct stay *stay = &person->stays[number];
	*stay = (struct stay){ .from = from, .town = draw_town(random), .dwelling_kind = kind };
	stay->rented = strcmp(kind, "02") == 0;
	snprintf(stay->dwelling, sizeof stay->dwelling, "ZJG-%02u-%08llu-%d-%zu", stay->town + 1,
	    (unsigned long long)household->index, (int)person->role, number);
	if (number > 0)
		person->stays[number - 1].to = days_earlier(from, 1);
}

static void settle_alone(const struct making *making, struct person *person)
{
	size_t member = (size_t)(person - making->household->people);
	uint64_t key = making->household->index * HOUSEHOLD_PEOPLE_MAX + member;
	struct random random = random_make(making->city->seed, OF_STAYS, key);
	int64_t today = making->city->today, from = person->arrived;
	do {
		const char *kind = dwelling_kinds[DRAW_WEIGHTED(&random, dwelling_kinds)].code;
		add_stay(person, making->household, &random, from, kind);
		from = days_earlier(from, -random_between(&random, 300, 2200));
	} while (from < today && person->stay_count < STAYS_MAX);
}

// With the household's head, from when they came.
static void settle_with(struct person *person, const struct person *head)
{
	for (size_t i = 0; i < head->stay_count; i++) {
		struct stay stay = head->stays[i];
		if (stay.to != 0 && stay.to < person->arrived)
			continue;
		stay.from = later(stay.from, person->arrived);
		person->stays[person->stay_count++] = stay;
	}
}

// --- work ----------------------------------------------------------------------------------------

static void add_job(const struct making *making, struct person *person, struct random *random,
    int64_t from, const struct trade *trade)
{
	struct job *job = &person->jobs[person->job_count++];
	uint64_t employers = city_employers(making->city);
	uint64_t first = random_next(random) % employers, second = random_next(random) % employers;
	*job = (struct job){ .from = from, .trade = trade };
	// The smaller of two: a few employers have many people.
	enterprise_code_make(making->city->seed, first < second ? first : second, job->employer);
	job->town = draw_town(random);
	job->salary = trade->salary * random_between(random, 80, 130);
	job->insured = random_chance(random, 780);
}

static void find_work(const struct making *making, struct person *person)
{
	size_t member = (size_t)(person - making->household->people);
	uint64_t key = making->household->index * HOUSEHOLD_PEOPLE_MAX + member;
	struct random random = random_make(making->city->seed, OF_JOBS, key);
	unsigned working = person->role == ROLE_SPOUSE ? 780 : 930;
	int64_t today = making->city->today;
	int64_t from = later(person->arrived, years_later(person->born, 18));
	if (person->role == ROLE_CHILD || person->role == ROLE_PARENT ||
	    !random_chance(&random, working))
		return;
	from = days_earlier(from, -random_between(&random, 0, 120));
	const struct trade *trade = &trades[DRAW_WEIGHTED(&random, trades)];
	while (from <= today && person->job_count < JOBS_MAX) {
		add_job(making, person, &random, from, trade);
		int64_t until = days_earlier(from, -random_between(&random, 200, 3000));
		if (until >= today)
			return;
		person->jobs[person->job_count - 1].ended = until;
		from = days_earlier(until, -random_between(&random, 3, 150));
	}
}

// --- the household -------------------------------------------------------------------------------

static size_t size_of(const struct plan *plan)
{
	return 1 + plan->spouse + plan->ex_spouse + plan->parent + plan->children;
}

// A child has its father's surname; who marries in and who raised them have their own.
static void name_people(const struct making *making)
{
	struct household *household = making->household;
	uint64_t key = household->index;
	struct random random = random_make(making->city->seed, OF_HOUSEHOLD, ~key);
	const char *of_head = surname_draw(&random), *of_partner = surname_draw(&random);
	const char *of_children = household->people[0].male ? of_head : of_partner;
	for (size_t i = 0; i < household->count; i++) {
		const char *const by_role[] = {
			[ROLE_HEAD] = of_head,
			[ROLE_SPOUSE] = of_partner,
			[ROLE_EX_SPOUSE] = of_partner,
			[ROLE_CHILD] = of_children,
			[ROLE_PARENT] = household->people[i].male ? of_head : NULL,
		};
		name_person(making, &household->people[i], by_role[household->people[i].role]);
	}
}

void household_make(
    struct household *household, const struct city *city, uint64_t index, int64_t room)
{
	*household = (struct household){ .index = index };
	struct making making = { household, city, random_make(city->seed, OF_HOUSEHOLD, index) };
	const struct plan *plan = &plans[DRAW_WEIGHTED(&making.random, plans)];
	if ((int64_t)size_of(plan) > room)
		plan = &plans[0];
	add_head(&making, plan);
	if (plan->spouse)
		add_partner(&making, ROLE_SPOUSE);
	if (plan->ex_spouse)
		add_partner(&making, ROLE_EX_SPOUSE);
	add_children(&making, plan->children);
	if (plan->parent)
		add_parent(&making);
	if (plan->spouse || plan->ex_spouse)
		marry(&making, plan->ex_spouse);
	name_people(&making);
	for (size_t i = 0; i < household->count; i++) {
		struct person *person = &household->people[i];
		if (person->role == ROLE_HEAD || person->role == ROLE_EX_SPOUSE)
			settle_alone(&making, person);
		else
			settle_with(person, &household->people[0]);
		find_work(&making, person);
	}
}

// --- reports -------------------------------------------------------------------------------------

static struct report report_make(const struct city *city, const struct reporter *reporter,
    const struct household *household, uint64_t index)
{
	const struct catalogue *catalogue =
	    catalogue_set_named(city->catalogues, reporter->department);
	ENSURE(catalogue != NULL);
	return (struct report){
		.city = city,
		.catalogue = catalogue,
		.household = household,
		.random = random_make(city->seed, OF_REPORTS + catalogue->number, index),
		.paper = index * PAPERS_MAX,
	};
}

enum status city_report(const struct city *city)
{
	struct household household;
	uint64_t index = 0;
	for (int64_t left = city->people; left > 0; left -= (int64_t)household.count) {
		household_make(&household, city, index, left);
		for (size_t i = 0; i < REPORTERS; i++) {
			struct report report = report_make(city, &reporters[i], &household, index);
			reporters[i].household(&report);
			if (report.status != STATUS_OK)
				return report.status;
		}
		index++;
	}
	for (size_t i = 0; i < REPORTERS; i++) {
		struct report report = report_make(city, &reporters[i], NULL, index);
		reporters[i].city(&report);
		if (report.status != STATUS_OK)
			return report.status;
	}
	return STATUS_OK;
}
