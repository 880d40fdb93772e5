// SPDX-License-Identifier: Apache-2.0
// aside: files that are done with, moved to another folder, and a second look at them there.
//
// Who still writes a file writes it under its new name. One that grows in the time after it was
// moved is moved back, without the result beside it, to be taken whole.
#ifndef COMMON_ASIDE_H
#define COMMON_ASIDE_H

#include "status.h"

#include <stdint.h>

struct aside;

// recheck_ms: how long a file is looked at after it was moved.
struct aside *aside_new(int64_t recheck_ms);
void aside_free(struct aside **aside); // accepts NULL

// What a file's result is called: "october.csv.result.csv".
#define ASIDE_RESULT_ENDING ".result.csv"

// "<folder>/<name>", or, where that is there already, alone or with a result, with -2, -3, ... and
// then with the time; names too long are cut. name has an ending. To be freed.
char *aside_free_path(const char *folder, const char *name, int64_t now_ms);

// Never over another file. STATUS_IO.
MUST_CHECK enum status aside_move(
    struct aside *aside, const char *from, const char *to, int64_t size, int64_t now_ms);

// Looks once. Returns how many files were moved back.
size_t aside_look(struct aside *aside, int64_t now_ms);

#endif
