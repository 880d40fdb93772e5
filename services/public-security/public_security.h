// SPDX-License-Identifier: Apache-2.0
// public_security: what this department accepts or refuses beyond what its catalogue can say.
#ifndef PUBLIC_SECURITY_PUBLIC_SECURITY_H
#define PUBLIC_SECURITY_PUBLIC_SECURITY_H

#include "record.h"

// Adds problems, or none. Pure: same record and day, same decision.
void public_security_decide(const struct record *record, int64_t today, struct problems *problems);

#endif
