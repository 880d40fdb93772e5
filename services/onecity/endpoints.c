// SPDX-License-Identifier: Apache-2.0
// endpoints: where the departments of a data directory can be followed.
#include "endpoints.h"

#include "buffer.h"

#include <stdio.h>

static struct endpoint *endpoint_add(struct endpoints *endpoints)
{
	endpoints->list =
	    reallocate(endpoints->list, (endpoints->count + 1) * sizeof *endpoints->list);
	struct endpoint *endpoint = &endpoints->list[endpoints->count++];
	*endpoint = (struct endpoint){ 0 };
	return endpoint;
}

static enum status add_followed(struct endpoints *endpoints, const char *line)
{
	struct endpoint *endpoint = endpoint_add(endpoints);
	char extra[2];
	if (sscanf(line, "%63s %255s %255s %1s", endpoint->department, endpoint->publish,
		endpoint->replay, extra) != 3)
		return fail(
		    STATUS_INVALID, "follow = %s: expected DEPARTMENT PUBLISH REPLAY", line);
	return STATUS_OK;
}

// What is bound on all interfaces is reached on this machine's own.
static bool write_connectable(char endpoint[ENDPOINT_SIZE], const char *bound)
{
	static const char *const everywhere[] = { "tcp://*:", "tcp://0.0.0.0:" };
	for (size_t i = 0; i < COUNT_OF(everywhere); i++) {
		size_t size = strlen(everywhere[i]);
		if (strncmp(bound, everywhere[i], size) == 0)
			return snprintf(endpoint, ENDPOINT_SIZE, "tcp://127.0.0.1:%s",
				   bound + size) < ENDPOINT_SIZE;
	}
	return snprintf(endpoint, ENDPOINT_SIZE, "%s", bound) < ENDPOINT_SIZE;
}

static enum status add_bound(struct endpoints *endpoints, const struct service_place *service)
{
	struct endpoint *endpoint = endpoint_add(endpoints);
	bool fits = strlen(service->name) < sizeof endpoint->department &&
		    write_connectable(endpoint->publish, service->publish) &&
		    write_connectable(endpoint->replay, service->replay);
	if (!fits)
		return fail(STATUS_TOO_LARGE, "settings/%s.conf: a name or endpoint is too long",
		    service->name);
	strcpy(endpoint->department, service->name);
	return STATUS_OK;
}

enum status endpoints_read(struct endpoints *endpoints, const struct place *place)
{
	const struct service_place *aggregator = place_find(place, "aggregator");
	enum status status = STATUS_OK;
	*endpoints = (struct endpoints){ 0 };
	for (size_t i = 0; aggregator && i < aggregator->follow_count && status == STATUS_OK; i++)
		status = add_followed(endpoints, aggregator->follows[i]);
	for (size_t i = 0; aggregator == NULL && i < place->count && status == STATUS_OK; i++)
		if (place->services[i].publish != NULL && place->services[i].replay != NULL)
			status = add_bound(endpoints, &place->services[i]);
	if (status == STATUS_OK && endpoints->count == 0)
		status =
		    fail(STATUS_NOT_FOUND, "%s: no department can be followed", place->directory);
	if (status != STATUS_OK)
		endpoints_deinit(endpoints);
	return status;
}

void endpoints_deinit(struct endpoints *endpoints)
{
	free(endpoints->list);
	*endpoints = (struct endpoints){ 0 };
}
