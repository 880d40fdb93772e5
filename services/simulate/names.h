// SPDX-License-Identifier: Apache-2.0
// names: names of people, drawn from common surnames and characters; all invented.
#ifndef SIMULATE_NAMES_H
#define SIMULATE_NAMES_H

#include "random.h"

enum {
	NAME_SIZE = 96
};

const char *surname_draw(struct random *random);

// ethnic: the code by GB/T 3304; some peoples' names have no surname and a "·".
void name_make(struct random *random, const char *surname, bool male, const char *ethnic,
    char name[NAME_SIZE]);

#endif
