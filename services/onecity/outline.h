// SPDX-License-Identifier: Apache-2.0
// outline: JSON for people: names and values, indented; of a bilingual title, the language that the
// user reads.
#ifndef ONECITY_OUTLINE_H
#define ONECITY_OUTLINE_H

#include "json.h"

#include <stdio.h>

void outline_print(FILE *file, const struct json_value *value);

#endif
