// SPDX-License-Identifier: Apache-2.0
// simulate: an invented city: the exports of its departments, or what happens in it today.
#include "changes.h"
#include "clock.h"
#include "date.h"
#include "exports.h"
#include "service.h"
#include "written.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
	PEOPLE = 2000,
	MISTAKES_PERMILLE = 5,
	EXIT_USAGE = 2,
};

struct settings {
	const char *out;
	bool changes;
	int64_t people, seed, today, mistakes, count;
	const struct export_format *format;
};

static const char usage[] =
    "Usage: onecity-simulate --out DIR | --changes [OPTION]...\n\n"
    "Invents a city: a function of people, seed and today, the same bytes each time.\n\n"
    "  --out DIR             write the departments' exports to DIR, which is made\n"
    "  --changes             write what happens today, \"<department> <kind> {row}\" lines, for "
    "ever\n"
    "  --count N             ... but only N of them\n"
    "  --people N            how many people (2000)\n"
    "  --seed S              another city (1)\n"
    "  --today YYYY-MM-DD    the day that it is (in China, now)\n"
    "  --format FORMAT       gb18030 (default), utf8, utf8-bom, utf16: CSV; ndjson\n"
    "  --mistakes PERMILLE   rows with a mistake (5)\n"
    "  --version, --help\n";

static bool mistaken(const char *option, const char *expected)
{
	fprintf(stderr, "onecity-simulate: --%s: expected %s\n", option, expected);
	return false;
}

static bool read_number(
    const char *option, const char *text, int64_t minimum, int64_t maximum, int64_t *number)
{
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	char expected[96];
	snprintf(expected, sizeof expected, "a number from %lld to %lld", (long long)minimum,
	    (long long)maximum);
	if (errno != 0 || end == text || *end != 0 || value < minimum || value > maximum)
		return mistaken(option, expected);
	*number = value;
	return true;
}

// Far enough from both ends of what the calendar knows for people's lives to fit.
static bool read_today(const char *text, int64_t *today)
{
	bool good = written_date(text, today) && *today >= 20200101 && *today <= 20991231;
	return good || mistaken("today", "a date such as 2026-11-23, from 2020 to 2099");
}

static bool read_format(const char *text, const struct export_format **format)
{
	*format = export_format_named(text);
	return *format != NULL || mistaken("format", "gb18030, utf8, utf8-bom, utf16 or ndjson");
}

enum option_value {
	OPTION_OUT = 256,
	OPTION_CHANGES,
	OPTION_COUNT,
	OPTION_PEOPLE,
	OPTION_SEED,
	OPTION_TODAY,
	OPTION_FORMAT,
	OPTION_MISTAKES,
	OPTION_VERSION,
	OPTION_HELP,
};

static const struct option options[] = {
	{ "out", required_argument, NULL, OPTION_OUT },
	{ "changes", no_argument, NULL, OPTION_CHANGES },
	{ "count", required_argument, NULL, OPTION_COUNT },
	{ "people", required_argument, NULL, OPTION_PEOPLE },
	{ "seed", required_argument, NULL, OPTION_SEED },
	{ "today", required_argument, NULL, OPTION_TODAY },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "mistakes", required_argument, NULL, OPTION_MISTAKES },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ 0 },
};

// False: the program ends, with *exit_code.
static bool take_option(struct settings *settings, int option, int *exit_code)
{
	*exit_code = EXIT_USAGE;
	switch (option) {
	case OPTION_OUT:
		settings->out = optarg;
		return true;
	case OPTION_CHANGES:
		settings->changes = true;
		return true;
	case OPTION_COUNT:
		return read_number("count", optarg, 1, INT64_C(1000000000), &settings->count);
	case OPTION_PEOPLE:
		return read_number("people", optarg, 1, PEOPLE_MAX, &settings->people);
	case OPTION_SEED:
		return read_number("seed", optarg, 0, INT64_MAX, &settings->seed);
	case OPTION_TODAY:
		return read_today(optarg, &settings->today);
	case OPTION_FORMAT:
		return read_format(optarg, &settings->format);
	case OPTION_MISTAKES:
		return read_number("mistakes", optarg, 0, 1000, &settings->mistakes);
	case OPTION_VERSION:
		*exit_code = EXIT_SUCCESS;
		puts("onecity-simulate " ONECITY_VERSION);
		return false;
	case OPTION_HELP:
		*exit_code = EXIT_SUCCESS;
		fputs(usage, stdout);
		return false;
	default:
		return false; // getopt has said what it did not understand
	}
}

static bool read_options(int argc, char **argv, struct settings *settings, int *exit_code)
{
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		if (!take_option(settings, option, exit_code))
			return false;
	if (optind == argc && (settings->out != NULL) != settings->changes)
		return true;
	fputs(usage, stderr);
	*exit_code = EXIT_USAGE;
	return false;
}

static enum status write_exports(const struct settings *settings, struct city *city)
{
	const struct exports_options exports_options = {
		.directory = settings->out,
		.format = settings->format,
		.seed = city->seed,
		.today = city->today,
		.mistakes_permille = (unsigned)settings->mistakes,
	};
	struct exports *exports = NULL;
	struct exports_counts counts;
	enum status status = exports_open(&exports, &exports_options);
	if (status != STATUS_OK)
		return status;
	city->take = exports_take;
	city->context = exports;
	status = city_report(city);
	if (status == STATUS_OK)
		status = exports_finish(exports, &counts);
	if (status == STATUS_OK)
		printf("%llu rows in %llu files, %llu of them to be refused, %llu with harmless "
		       "mistakes\n",
		    (unsigned long long)counts.rows, (unsigned long long)counts.files,
		    (unsigned long long)counts.refused, (unsigned long long)counts.harmless);
	exports_close(&exports);
	return status;
}

static enum status run(const struct settings *settings)
{
	char proto[4096];
	struct catalogue_set *catalogues = NULL;
	struct city city = { .seed = (uint64_t)settings->seed,
		.people = settings->people,
		.today = settings->today };
	enum status status = catalogue_directory(proto, sizeof proto);
	if (status == STATUS_OK)
		status = catalogue_set_read(&catalogues, proto);
	city.catalogues = catalogues;
	if (status == STATUS_OK && settings->changes)
		status = changes_write(&city, (uint64_t)settings->count);
	else if (status == STATUS_OK)
		status = write_exports(settings, &city);
	catalogue_set_free(&catalogues);
	return status;
}

int main(int argc, char **argv)
{
	struct settings settings = {
		.people = PEOPLE,
		.seed = 1,
		.mistakes = MISTAKES_PERMILLE,
		.format = export_format_named("gb18030"),
	};
	int exit_code;
	umask(0077); // invented or not: files with ID numbers
	settings.today = date_in_china(clock_wall_ms());
	if (!read_options(argc, argv, &settings, &exit_code))
		return exit_code;
	if (run(&settings) == STATUS_OK)
		return EXIT_SUCCESS;
	fprintf(stderr, "onecity-simulate: %s\n", status_reason());
	return EXIT_FAILURE;
}
