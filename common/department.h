// SPDX-License-Identifier: Apache-2.0
// department: the daemon that every department runs; only its decisions and its catalogue differ.
//
//   wait -> take what arrived, decide on each row, append -> one commit for all -> then acknowledge
//   and publish -> wait
#ifndef COMMON_DEPARTMENT_H
#define COMMON_DEPARTMENT_H

#include "intake.h"

// name: of its catalogue. decide may be NULL.
int department_main(int argument_count, char **arguments, const char *name, intake_decide *decide);

#endif
