// SPDX-License-Identifier: Apache-2.0
// roles: who a person is to the one who is scored.
#ifndef POINTS_ROLES_H
#define POINTS_ROLES_H

#include "base.h"

// name in tables and facts files, title in Chinese and English, several persons?
#define ROLE_TABLE(X)                                                             \
	X(SELF, "self", "本人", "applicant", false)                               \
	X(SPOUSE, "spouse", "配偶", "spouse", false)                              \
	X(FORMER_SPOUSES, "former_spouses", "前配偶", "former spouses", true)     \
	X(CHILD, "child", "申请子女", "child of the application", false)          \
	X(CHILDREN, "children", "子女", "children", true)                         \
	X(PARENTS, "parents", "父母", "parents", true)                            \
	X(SPOUSE_PARENTS, "spouse_parents", "配偶父母", "spouse's parents", true) \
	X(GRANDPARENTS, "grandparents", "祖父母、外祖父母", "grandparents", true) \
	X(GRANDCHILDREN, "grandchildren", "孙子女、外孙子女", "grandchildren", true)

enum role {
#define ROLE_ENUM(name, text, zh, en, several) ROLE_##name,
	ROLE_TABLE(ROLE_ENUM)
#undef ROLE_ENUM
	ROLES
};

const char *role_name(enum role role);
const char *role_title(enum role role, bool chinese);
bool role_is_plural(enum role role);
bool role_named(const char *name, enum role *role);

#endif
