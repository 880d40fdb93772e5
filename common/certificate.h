// SPDX-License-Identifier: Apache-2.0
// certificate: CURVE keys in files, and the list of those who may connect.
//
// A pair is two files in czmq's ZPL form, which pyzmq and every other binding reads too: NAME.key
// is public, and NAME.key_secret, mode 0600, holds both halves.
#ifndef COMMON_CERTIFICATE_H
#define COMMON_CERTIFICATE_H

#include "bus.h"
#include "status.h"

enum {
	CERTIFICATE_NAME_SIZE = 64,
	ALLOWED_MAX = 1024,
};

struct certificate {
	char public_key[BUS_KEY_SIZE];
	char secret_key[BUS_KEY_SIZE];
};

// A fresh pair.
void certificate_make(struct certificate *certificate);

// Overwrites the keys.
void certificate_wipe(struct certificate *certificate);

// Writes both files; path is that of the public one. Neither may exist: STATUS_BUSY.
MUST_CHECK enum status certificate_write(
    const struct certificate *certificate, const char *path, const char *name);

// Writes the public file only.
MUST_CHECK enum status certificate_write_public(
    const struct certificate *certificate, const char *path, const char *name);

// Reads NAME.key_secret, which nobody else may be able to read. The caller wipes.
MUST_CHECK enum status certificate_read_secret(struct certificate *certificate, const char *path);

// Reads the public key out of NAME.key.
MUST_CHECK enum status certificate_read_public(char public_key[BUS_KEY_SIZE], const char *path);

// --- the allow-list: lines "<public key> <name> <role>"; '#' begins a comment line --------------

#define ALLOWED_ROLE_TABLE(X) X(SUBSCRIBER, "subscriber")

enum allowed_role {
#define ALLOWED_ROLE_ENUM(name, text) ROLE_##name,
	ALLOWED_ROLE_TABLE(ALLOWED_ROLE_ENUM)
#undef ALLOWED_ROLE_ENUM
	ROLE_COUNT
};

struct allowed_peer {
	char public_key[BUS_KEY_SIZE];
	char name[CERTIFICATE_NAME_SIZE];
	enum allowed_role role;
};

struct allowed {
	struct allowed_peer *peers;
	size_t count;
};

// A line that is no peer, a key given twice: STATUS_INVALID with "path:line:" as the reason.
MUST_CHECK enum status allowed_read(struct allowed *allowed, const char *path);
void allowed_deinit(struct allowed *allowed);

// The peer with this public key, or NULL.
const struct allowed_peer *allowed_find(const struct allowed *allowed, const char *public_key);

// Adds a line at the end of the file, which is made when missing, and syncs it.
MUST_CHECK enum status allowed_append(const char *path, const struct allowed_peer *peer);

#endif
