// SPDX-License-Identifier: Apache-2.0
// city: the people of an invented Zhangjiagang, a household at a time.
//
// Everything is a function of seed, number of people and today. Nothing is remembered from one
// household to the next, so that a city of any size fits.
#ifndef SIMULATE_CITY_H
#define SIMULATE_CITY_H

#include "names.h"
#include "numbers.h"
#include "row.h"
#include "status.h"

enum {
	HOUSEHOLD_PEOPLE_MAX = 6,
	STAYS_MAX = 4,
	JOBS_MAX = 4,
	PEOPLE_MAX = 1000000,
	TOWNS = 9, // eight towns and the district
};

struct town {
	const char *code;   // the management unit
	const char *called; // as in names of schools
	int64_t division;
	unsigned weight; // of a hundred people
};
extern const struct town towns[TOWNS];

enum {
	ZHANGJIAGANG = 320582
};

// Where a household lived in the city, from when to when; to 0: to this day.
struct stay {
	int64_t from, to;
	unsigned town;
	bool rented;
	const char *dwelling_kind; // GB/T 31000
	char dwelling[48];
};

// A job, from when to when; ended 0: to this day.
struct job {
	int64_t from, ended;
	char employer[ENTERPRISE_CODE_SIZE];
	unsigned town;
	const struct trade *trade;
	int64_t salary; // fen a month
	bool insured;
};

struct trade {
	const char *occupation, *post;
	unsigned weight;
	int64_t salary; // yuan a month, about
	bool needs_health_certificate;
	bool skilled;
};

enum role {
	ROLE_HEAD,
	ROLE_SPOUSE,
	ROLE_EX_SPOUSE,
	ROLE_CHILD,
	ROLE_PARENT
};

struct person {
	char number[ID_NUMBER_SIZE];
	char former[ID_NUMBER_SIZE]; // a wrong one that was his before corrected_on; or ""
	int64_t corrected_on;
	char name[NAME_SIZE];
	enum role role;
	bool male;
	int64_t born, died; // died 0: alive
	int64_t arrived;
	const char *ethnic;
	int64_t home_division, hukou_since; // hukou_since 0: where he was born
	const char *education;              // GB/T 4658; NULL: none to tell of
	struct stay stays[STAYS_MAX];
	size_t stay_count;
	struct job jobs[JOBS_MAX];
	size_t job_count;
};

struct household {
	uint64_t index;
	struct person people[HOUSEHOLD_PEOPLE_MAX];
	size_t count;
	int64_t married, divorced; // 0: never
};

struct city;

// A row as a department would send it. Borrowed until the call returns.
typedef enum status city_take(const struct row *row, void *context);

struct city {
	uint64_t seed;
	int64_t people;
	int64_t today; // YYYYMMDD
	const struct catalogue_set *catalogues;
	city_take *take;
	void *context;
};

// The household of an index, with at most room people.
void household_make(
    struct household *household, const struct city *city, uint64_t index, int64_t room);

// Lets every department report all it knows: the households one by one, then what concerns none.
MUST_CHECK enum status city_report(const struct city *city);

uint64_t city_employers(const struct city *city); // they have the enterprise indices below it

bool person_is_adult(const struct person *person, int64_t today);
int64_t years_later(int64_t date, int years);
int64_t earlier(int64_t a, int64_t b);
int64_t later(int64_t a, int64_t b);

#endif
