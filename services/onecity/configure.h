// SPDX-License-Identifier: Apache-2.0
// configure: the settings files that `onecity up` writes, one for each service that it starts, and
// redis.conf.
#ifndef ONECITY_CONFIGURE_H
#define ONECITY_CONFIGURE_H

#include "roster.h"

enum {
	PORT_BASE = 7400,
	PORT_BASE_MIN = 1024,
	PORT_BASE_MAX = 65535 - 299,
	REDIS_SOCKET_BYTES_MAX = 107, // what the address of a unix socket holds
};

struct configuration {
	const char *directory; // absolute
	const struct roster *roster;
	unsigned port_base;
};

// Told of each file that was left alone because somebody took it over by deleting its first line.
typedef void configure_kept(const char *path, void *context);

// Writes the files that are missing or would be different now, and removes those it wrote for
// services that do not run any more. Makes the services' folders, logs/, and inbox/, in which the
// departments watch for files.
MUST_CHECK enum status configure_write(
    const struct configuration *configuration, configure_kept *kept, void *context);

#endif
