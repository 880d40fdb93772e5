// SPDX-License-Identifier: Apache-2.0
// roster: the services that make up a city.
#include "roster.h"

#include "catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static const struct {
	enum service_type type;
	const char *name;
	unsigned number;
	bool has_token, has_key, follows;
} others[] = {
	{ SERVICE_AGGREGATOR, "aggregator", AGGREGATOR_NUMBER, true, true, true },
	{ SERVICE_PROFILES, "profiles", PROFILES_NUMBER, true, false, false },
	{ SERVICE_POINTS, "points", POINTS_NUMBER, true, false, false },
	{ SERVICE_MONITOR, "monitor", MONITOR_NUMBER, true, true, true },
};

enum status roster_program_directory(char path[ROSTER_PATH_SIZE])
{
	ssize_t size = readlink("/proc/self/exe", path, ROSTER_PATH_SIZE);
	if (size <= 0 || size >= ROSTER_PATH_SIZE)
		return fail(
		    STATUS_IO, "/proc/self/exe: %s", size < 0 ? strerror(errno) : "too long");
	path[size] = 0;
	*strrchr(path, '/') = 0;
	return STATUS_OK;
}

static enum status find_proto(struct roster *roster, const char *proto)
{
	char found[ROSTER_PATH_SIZE];
	if (proto == NULL) {
		enum status status = catalogue_directory(found, sizeof found);
		if (status != STATUS_OK)
			return status;
		proto = found;
	}
	char *absolute = realpath(proto, NULL);
	if (absolute == NULL || strlen(absolute) >= sizeof roster->proto) {
		free(absolute);
		return fail(STATUS_NOT_FOUND, "%s: no folder with catalogues", proto);
	}
	strcpy(roster->proto, absolute);
	free(absolute);
	return STATUS_OK;
}

// The services do not run where this one does.
static enum status find_rules(struct roster *roster, const char *rules)
{
	char beside[ROSTER_PATH_SIZE + 64];
	snprintf(beside, sizeof beside, "%s/../rules/zhangjiagang-demo.json", roster->proto);
	char *absolute = realpath(rules != NULL ? rules : beside, NULL);
	bool fits = absolute != NULL && strlen(absolute) < sizeof roster->rules;
	if (fits)
		strcpy(rules != NULL ? roster->rules : roster->demonstration, absolute);
	free(absolute);
	return fits || rules == NULL ? STATUS_OK
				     : fail(STATUS_NOT_FOUND, "%s: no such rule table", rules);
}

static enum status find_program(struct roster_service *service, const char *programs)
{
	int size = snprintf(
	    service->program, sizeof service->program, "%s/onecity-%s", programs, service->name);
	if (size >= (int)sizeof service->program)
		return fail(STATUS_TOO_LARGE, "%s: the path is too long", programs);
	service->runs = access(service->program, X_OK) == 0;
	return STATUS_OK;
}

static struct roster_service *roster_add(
    struct roster *roster, enum service_type type, const char *name, unsigned number)
{
	struct roster_service *service = &roster->services[roster->count++];
	*service = (struct roster_service){ .type = type, .number = number };
	snprintf(service->name, sizeof service->name, "%s", name);
	return service;
}

static enum status add_department(
    struct roster *roster, const struct catalogue *catalogue, const char *programs)
{
	if (catalogue->number == 0 || catalogue->number > DEPARTMENT_NUMBER_MAX)
		return fail(STATUS_INVALID,
		    "%s/records/%s.json: a department's number is from 1 to %d", roster->proto,
		    catalogue->name, DEPARTMENT_NUMBER_MAX);
	if (strlen(catalogue->name) >= ROSTER_NAME_SIZE)
		return fail(STATUS_INVALID,
		    "%s/records: a department's name has at most %d characters", roster->proto,
		    ROSTER_NAME_SIZE - 1);
	struct roster_service *service =
	    roster_add(roster, SERVICE_DEPARTMENT, catalogue->name, catalogue->number);
	service->has_token = service->has_key = true;
	if (catalogue->kind_count > 0)
		snprintf(service->example_kind, sizeof service->example_kind, "%s",
		    catalogue->kinds[0].name);
	return find_program(service, programs);
}

static enum status add_others(struct roster *roster, const char *programs)
{
	enum status status = STATUS_OK;
	for (size_t i = 0; i < COUNT_OF(others) && status == STATUS_OK; i++) {
		struct roster_service *service =
		    roster_add(roster, others[i].type, others[i].name, others[i].number);
		service->has_token = others[i].has_token;
		service->has_key = others[i].has_key;
		service->follows = others[i].follows;
		status = find_program(service, programs);
	}
	return status;
}

enum status roster_read(struct roster *roster, const char *proto, const char *rules)
{
	char programs[ROSTER_PATH_SIZE];
	struct catalogue_set *set = NULL;
	*roster = (struct roster){ 0 };
	enum status status = roster_program_directory(programs);
	if (status == STATUS_OK)
		status = find_proto(roster, proto);
	if (status == STATUS_OK)
		status = find_rules(roster, rules);
	if (status == STATUS_OK)
		status = catalogue_set_read(&set, roster->proto);
	if (status != STATUS_OK)
		return status;
	roster->services = allocate((set->count + COUNT_OF(others)) * sizeof *roster->services);
	for (size_t i = 0; i < set->count && status == STATUS_OK; i++)
		status = add_department(roster, set->catalogues[i], programs);
	if (status == STATUS_OK)
		status = add_others(roster, programs);
	catalogue_set_free(&set);
	if (status != STATUS_OK)
		roster_deinit(roster);
	return status;
}

void roster_deinit(struct roster *roster)
{
	free(roster->services);
	*roster = (struct roster){ 0 };
}
