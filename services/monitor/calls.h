// SPDX-License-Identifier: Apache-2.0
// calls: HTTP requests to the other daemons of this machine, which may take their time.
#ifndef MONITOR_CALLS_H
#define MONITOR_CALLS_H

#include "buffer.h"
#include "loop.h"

enum {
	CALLS_MAX = 16,
	CALL_TIMEOUT_MS = 10 * 1000,
	CALL_REASON_SIZE = 200,
};

// What became of a call: name, as metrics have it.
#define CALL_OUTCOME_TABLE(X)                                      \
	X(ANSWERED, "answered") /* with 200 */                     \
	X(REFUSED, "refused")   /* with another code */            \
	X(SILENT, "silent")     /* nobody there, or not in time */ \
	X(NO_TOKEN, "no_token")                                    \
	X(BUSY, "busy") /* not asked: too many are under way */

enum call_outcome {
#define CALL_OUTCOME_ENUM(name, text) CALL_##name,
	CALL_OUTCOME_TABLE(CALL_OUTCOME_ENUM)
#undef CALL_OUTCOME_ENUM
	CALL_OUTCOMES
};

struct call;

// Those under way. { loop } is none.
struct calls {
	struct loop *loop;
	struct call *list;
	size_t count;
};

// code 0: no answer; the reason says why, and no_token whether there was no token to ask with.
struct call_answer {
	int code;
	bool no_token;
	const char *reason;
	struct bytes body; // borrowed
};
typedef void call_done(const struct call_answer *answer, void *context);

struct call_options {
	const char *address;
	const char *token_path;
	const char *method;
	const char *path; // with query, encoded
	struct bytes body;
	int64_t timeout_ms;
	uint64_t *counts; // CALL_OUTCOMES, of whom it goes to; stays until calls_drop()
};

// Copies options; done is called once on the loop, later. False: CALLS_MAX are under way, done is
// not called.
bool calls_start(
    struct calls *calls, const struct call_options *options, call_done *done, void *context);

// Nobody is called back any more.
void calls_drop(struct calls *calls);

#endif
