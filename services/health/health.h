// SPDX-License-Identifier: Apache-2.0
// health: what this department accepts or refuses beyond what its catalogue can say.
#ifndef HEALTH_HEALTH_H
#define HEALTH_HEALTH_H

#include "record.h"

// Adds problems, or none. Pure: same record and day, same decision.
void health_decide(const struct record *record, int64_t today, struct problems *problems);

#endif
