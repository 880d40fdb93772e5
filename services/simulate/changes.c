// SPDX-License-Identifier: Apache-2.0
// changes: the n-th change is a function of seed, people, today and n.
#include "changes.h"

#include "plain.h"
#include "reports.h"

#include <errno.h>
#include <stdio.h>

enum {
	OF_CHANGES = 60 // a stream of random numbers
};

static const uint64_t papers_from = UINT64_C(10000000000); // behind all those that reports give out

static enum status write_line(const struct row *row, void *context)
{
	struct buffer *line = context;
	buffer_clear(line);
	buffer_printf(line, "%s %s ", row->kind->catalogue->name, row->kind->name);
	struct json_writer writer = json_writer_make(line);
	plain_write_row(row, &writer);
	buffer_append_byte(line, '\n');
	fwrite(line->data, 1, line->size, stdout);
	if (ferror(stdout))
		return fail(STATUS_IO, "standard output: %s", strerror(errno));
	return STATUS_OK;
}

// Households that the end of the city did not make smaller: their people can be made anew from the
// index alone. A city too small for that has one of them.
static uint64_t whole_households(const struct city *city)
{
	struct household household;
	uint64_t count = 0;
	for (int64_t left = city->people; left >= HOUSEHOLD_PEOPLE_MAX;) {
		household_make(&household, city, count, left);
		left -= (int64_t)household.count;
		count++;
	}
	return count > 0 ? count : 1;
}

static enum status write_change(const struct city *city, uint64_t number, uint64_t households)
{
	struct household household;
	struct random random = random_make(city->seed, OF_CHANGES, number);
	const struct reporter *reporter = &reporters[number % REPORTERS];
	uint64_t index = random_next(&random) % households;
	household_make(&household, city, index, city->people);
	struct report report = {
		.city = city,
		.catalogue = catalogue_set_named(city->catalogues, reporter->department),
		.household = &household,
		.random = random,
		.paper = papers_from + number * PAPERS_MAX,
	};
	ENSURE(report.catalogue != NULL);
	reporter->change(&report);
	return report.status;
}

enum status changes_write(const struct city *city, uint64_t count)
{
	struct buffer line = { 0 };
	struct city changing = *city;
	enum status status = STATUS_OK;
	changing.take = write_line;
	changing.context = &line;
	uint64_t households = whole_households(city);
	for (uint64_t i = 0; (count == 0 || i < count) && status == STATUS_OK; i++)
		status = write_change(&changing, i, households);
	if (status == STATUS_OK && fflush(stdout) != 0)
		status = fail(STATUS_IO, "standard output: %s", strerror(errno));
	buffer_wipe(&line);
	return status;
}
