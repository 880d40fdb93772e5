// SPDX-License-Identifier: Apache-2.0
// report: a score with its reasons, for people in a terminal.
#ifndef POINTS_REPORT_H
#define POINTS_REPORT_H

#include "score.h"

// Appends, in the language of who reads it.
void report_write(const struct score *score, const struct rules *rules,
    const struct dossier *dossier, bool chinese, struct buffer *out);

#endif
