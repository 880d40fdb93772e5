// SPDX-License-Identifier: Apache-2.0
// tax: what this department accepts or refuses beyond what its catalogue can say.
#ifndef TAX_TAX_H
#define TAX_TAX_H

#include "record.h"

// Adds problems, or none. Pure: same record and day, same decision.
void tax_decide(const struct record *record, int64_t today, struct problems *problems);

#endif
