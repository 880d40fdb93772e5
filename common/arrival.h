// SPDX-License-Identifier: Apache-2.0
// arrival: has a file arrived whole, beyond having stood still for a while? A copy can stall for
// longer.
#ifndef COMMON_ARRIVAL_H
#define COMMON_ARRIVAL_H

#include "base.h"

// Does somebody on this machine have it open for writing? Known where the file is this user's own,
// or the user may take leases of others', and the file system has leases; else false. On some
// network file systems true says nothing: do not wait for ever.
bool arrival_is_open(const char *path);

// Does its last line end as lines do (LF or CR, in UTF-16 too; or DOS' end-of-file)? Empty files
// and what cannot be read: true.
bool arrival_ends_a_line(const char *path);

#endif
