// SPDX-License-Identifier: Apache-2.0
// lock: one suite a data directory.
//
// The lock is a descriptor that every program started here inherits: it is free only when the last
// of them has ended. Else a new redis-server could begin to write the files that the old one is
// just closing.
#ifndef ONECITY_LOCK_H
#define ONECITY_LOCK_H

#include "status.h"

// STATUS_BUSY: an `onecity up` runs there. Waits up to 15 s for programs that outlived one.
MUST_CHECK enum status lock_take(int *lock, const char *directory);
void lock_release(int *lock);

#endif
