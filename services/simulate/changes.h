// SPDX-License-Identifier: Apache-2.0
// changes: what happens in the city today, one thing after the other, spread over the departments.
#ifndef SIMULATE_CHANGES_H
#define SIMULATE_CHANGES_H

#include "city.h"

// Writes "<department> <kind> {row}" lines to standard output: count of them, or 0: until nobody
// reads any more.
MUST_CHECK enum status changes_write(const struct city *city, uint64_t count);

#endif
