// SPDX-License-Identifier: Apache-2.0
// points: hands a part of the command line to onecity-points, which reads rule tables and scores.
#ifndef ONECITY_POINTS_H
#define ONECITY_POINTS_H

#include "options.h"

// Checks the options by usage, explains them with --help, then becomes onecity-points with argv,
// whose first is the verb. Returns the exit code if it cannot.
int points_run(const struct usage *usage, int argc, char **argv);

// A command that is nothing but its parts.
struct points_part {
	const char *name;
	int (*run)(int argc, char **argv); // argv[0] is the part's name
	const char *operands, *english, *chinese;
};
// english, chinese: a sentence on the command.
int points_parts_run(const char *command, const struct points_part *parts, size_t count,
    const char *english, const char *chinese, int argc, char **argv);

#endif
