// SPDX-License-Identifier: Apache-2.0
// keys: everything secret in a data directory: the pseudonym secret, CURVE keys, the allow-list,
// bearer tokens.
#ifndef ONECITY_KEYS_H
#define ONECITY_KEYS_H

#include "roster.h"

struct keys_made {
	unsigned keys, tokens;
	bool secret;
};

// Makes what is missing, in order of the roster; never changes what is there. When the pseudonym
// secret is missing though other keys are there: STATUS_NOT_FOUND, because with another one nobody
// would be found again.
MUST_CHECK enum status keys_make(
    const char *directory, const struct roster *roster, struct keys_made *made);

// Makes a folder that only its owner can enter, unless it is there. An existing one that others
// could enter is closed to them when it is empty, and refused when not.
MUST_CHECK enum status keys_make_folder(const char *path);

#endif
