// SPDX-License-Identifier: Apache-2.0
// service_centre: what this department accepts or refuses beyond what its catalogue can say.
#ifndef SERVICE_CENTRE_SERVICE_CENTRE_H
#define SERVICE_CENTRE_SERVICE_CENTRE_H

#include "record.h"

// Adds problems, or none. Pure: same record and day, same decision.
void service_centre_decide(const struct record *record, int64_t today, struct problems *problems);

#endif
