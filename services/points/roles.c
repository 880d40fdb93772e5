// SPDX-License-Identifier: Apache-2.0
// roles: the table of roles.h, by name and by number.
#include "roles.h"

static const struct {
	const char *name, *zh, *en;
	bool plural;
} roles[ROLES] = {
#define ROLE_ROW(name, text, zh, en, several) [ROLE_##name] = { text, zh, en, several },
	ROLE_TABLE(ROLE_ROW)
#undef ROLE_ROW
};

const char *role_name(enum role role)
{
	return roles[role].name;
}

const char *role_title(enum role role, bool chinese)
{
	return chinese ? roles[role].zh : roles[role].en;
}

bool role_is_plural(enum role role)
{
	return roles[role].plural;
}

bool role_named(const char *name, enum role *role)
{
	for (*role = 0; *role < ROLES; (*role)++)
		if (strcmp(roles[*role].name, name) == 0)
			return true;
	*role = ROLE_SELF;
	return false;
}
