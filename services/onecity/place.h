// SPDX-License-Identifier: Apache-2.0
// place: where the services of a data directory are.
//
// Each service has its own settings table; the command line only wants to know where it listens,
// where its token is, and who can be followed where. So this looks for these lines in
// DIR/settings/*.conf and passes over all others.
#ifndef ONECITY_PLACE_H
#define ONECITY_PLACE_H

#include "status.h"

enum {
	PLACE_SERVICES_MAX = 128,
	PLACE_PATH_SIZE = 4096,
};

struct service_place {
	char *name;       // "tax": the settings file's name without ".conf"
	char *address;    // as http_client_call takes it
	char *token_path; // or NULL
	char *proto;      // the catalogues' folder, or NULL
	char *publish;    // a department's endpoint, as it is bound; or NULL
	char *replay;     // the same
	char **follows;   // of the aggregator: "DEPARTMENT PUBLISH REPLAY"
	size_t follow_count;
};

struct place {
	char *directory;
	struct service_place *services; // by port, which is the order of the departments' numbers
	size_t count;
};

// The data directory: data if not NULL, else the environment's ONECITY_DATA, else "onecity-data".
const char *place_directory(const char *data);

// Joins a directory and a formatted rest with '/'; a path that does not fit ends the process: it
// was too long to be opened anyway.
void place_path(char path[PLACE_PATH_SIZE], const char *directory, const char *format, ...)
    PRINTF_LIKE(3, 4);

// STATUS_NOT_FOUND: nothing was ever set up there; the reason says how to.
MUST_CHECK enum status place_read(struct place *place, const char *data);
void place_deinit(struct place *place);

// The catalogues' folder, as the services' settings name it; or NULL.
const char *place_proto(const struct place *place);

const struct service_place *place_find(const struct place *place, const char *name); // or NULL

// "aggregator", "profiles", "points": the services that are no departments.
bool place_is_department(const struct service_place *service);

#endif
