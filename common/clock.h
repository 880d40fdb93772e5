// SPDX-License-Identifier: Apache-2.0
// clock: the one place that reads the time of day. Everything else is given it as a value.
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include "base.h"

int64_t clock_wall_ms(void); // milliseconds since 1970 UTC

// Microseconds since some moment, for measuring how long something takes. On any thread.
int64_t clock_steady_us(void);

#endif
