// SPDX-License-Identifier: Apache-2.0
// social_insurance: what this department accepts or refuses beyond what its catalogue can say.
#ifndef SOCIAL_INSURANCE_SOCIAL_INSURANCE_H
#define SOCIAL_INSURANCE_SOCIAL_INSURANCE_H

#include "record.h"

// Adds problems, or none. Pure: same record and day, same decision.
void social_insurance_decide(const struct record *record, int64_t today, struct problems *problems);

#endif
