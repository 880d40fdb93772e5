// SPDX-License-Identifier: Apache-2.0
// verbs: what onecity-points does at once, without a daemon: from files alone, nothing sent,
// nothing kept.
//
// argv[0] is the verb. Each returns the exit code: 0 done, 1 it cannot be, EXIT_USAGE. Data goes to
// standard output, messages to standard error.
#ifndef POINTS_VERBS_H
#define POINTS_VERBS_H

#include "base.h"

enum {
	EXIT_USAGE = 64 // as in sysexits.h, and as onecity ends
};

int verb_check(int argc, char **argv);
int verb_diff(int argc, char **argv);
int verb_show(int argc, char **argv);
int verb_simulate(int argc, char **argv);

#endif
