// SPDX-License-Identifier: Apache-2.0
// endpoints: where the departments of a data directory can be followed.
#ifndef ONECITY_ENDPOINTS_H
#define ONECITY_ENDPOINTS_H

#include "place.h"

enum {
	ENDPOINT_SIZE = 256,
	ENDPOINT_NAME_SIZE = 64
};

struct endpoint {
	char department[ENDPOINT_NAME_SIZE];
	char publish[ENDPOINT_SIZE], replay[ENDPOINT_SIZE]; // to connect to
};

struct endpoints {
	struct endpoint *list;
	size_t count;
};

// Those that the aggregator follows; where there is no aggregator, the departments that are here.
// STATUS_NOT_FOUND: neither. STATUS_INVALID: a line that is no `follow`.
MUST_CHECK enum status endpoints_read(struct endpoints *endpoints, const struct place *place);
void endpoints_deinit(struct endpoints *endpoints);

#endif
