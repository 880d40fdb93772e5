// SPDX-License-Identifier: Apache-2.0
// explain: onecity score explain: a person's live scores, with the reasons.
#ifndef ONECITY_EXPLAIN_H
#define ONECITY_EXPLAIN_H

int explain(int argc, char **argv);

#endif
