// SPDX-License-Identifier: Apache-2.0
// simulate: what `onecity simulate` hands to the program that invents the city.
#ifndef ONECITY_SIMULATE_H
#define ONECITY_SIMULATE_H

#include "base.h"

enum {
	SIMULATE_ARGUMENTS_MAX = 16
};

// The program's arguments, its name first, ending with NULL.
struct simulate_arguments {
	char *list[SIMULATE_ARGUMENTS_MAX + 1];
	size_t count;
};

struct simulate_live {
	const char *data; // of the suite that gets the changes
	int64_t rate;     // rows a second
	int64_t seconds;  // 0: until INT or TERM
	bool json;
};

// Runs the program and sends what it says happens to the departments. Returns the exit code.
int simulate_live(const struct simulate_live *live, const struct simulate_arguments *arguments);

#endif
