// SPDX-License-Identifier: Apache-2.0
// family_planning: what this department accepts or refuses beyond what its catalogue can say.
#ifndef FAMILY_PLANNING_FAMILY_PLANNING_H
#define FAMILY_PLANNING_FAMILY_PLANNING_H

#include "record.h"

// Adds problems, or none. Pure: same record and day, same decision.
void family_planning_decide(const struct record *record, int64_t today, struct problems *problems);

#endif
