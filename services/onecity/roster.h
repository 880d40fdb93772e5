// SPDX-License-Identifier: Apache-2.0
// roster: the services that make up a city: the departments of the catalogues, and those that serve
// them all.
#ifndef ONECITY_ROSTER_H
#define ONECITY_ROSTER_H

#include "status.h"

enum {
	ROSTER_NAME_SIZE = 64,
	ROSTER_PATH_SIZE = 4096,
	DEPARTMENT_NUMBER_MAX = 89, // the numbers behind are the ports of the others
	MONITOR_NUMBER = 90,
	AGGREGATOR_NUMBER = 91,
	PROFILES_NUMBER = 92,
	POINTS_NUMBER = 93,
};

enum service_type {
	SERVICE_DEPARTMENT,
	SERVICE_AGGREGATOR,
	SERVICE_PROFILES,
	SERVICE_POINTS,
	SERVICE_MONITOR
};

struct roster_service {
	enum service_type type;
	char name[ROSTER_NAME_SIZE];
	unsigned number; // the catalogue's, or one of the above: its ports come from it
	char example_kind[ROSTER_NAME_SIZE]; // of a department: its first kind
	char program[ROSTER_PATH_SIZE];
	bool runs; // there is such a program
	bool has_token;
	bool has_key;
	bool follows; // subscribes to the departments
};

struct roster {
	char proto[ROSTER_PATH_SIZE];         // absolute
	char rules[ROSTER_PATH_SIZE];         // a rule table in force, absolute; or ""
	char demonstration[ROSTER_PATH_SIZE]; // one with made-up numbers, if no other is named; or
					      // ""
	struct roster_service *services;      // departments by number, then the others
	size_t count;
};

// proto: where the catalogues are; NULL: beside the program. rules: a rule table in force; NULL:
// the demonstration that lies beside the catalogues, if it does. Programs are looked for beside
// this one.
MUST_CHECK enum status roster_read(struct roster *roster, const char *proto, const char *rules);
void roster_deinit(struct roster *roster);

// The folder of the program that runs.
MUST_CHECK enum status roster_program_directory(char path[ROSTER_PATH_SIZE]);

#endif
