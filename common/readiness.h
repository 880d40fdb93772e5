// SPDX-License-Identifier: Apache-2.0
// readiness: what a daemon says of being alive and of being ready.
//
//   /healthz   200 {"ok":true}: the loop turns, whatever else is wrong
//   /readyz    200, or 503 while a check fails: {"ok":false,"journal":"writable","disk":"..."}
//
// Both are asked without a token and tell nothing but that.
#ifndef COMMON_READINESS_H
#define COMMON_READINESS_H

#include "http.h"

// The handler of /healthz, for any context.
void readiness_answer_alive(struct http_request *request, void *context);

// One thing that has to be so.
struct readiness_check {
	const char *name; // "redis"
	bool good;
	const char *state; // in a word or a line: "ready", or what is wrong
};

// For /readyz.
void readiness_answer(
    struct http_request *request, const struct readiness_check *checks, size_t count);

#endif
