// SPDX-License-Identifier: Apache-2.0
// committer: group commit: what arrives while one batch is being made durable becomes the next.
//
// No timer: an idle committer begins at once, so one lone record waits for one sync, and under load
// each sync carries all that arrived during the one before. The commit runs on a thread of the
// pool; everything else on the loop's.
#ifndef COMMON_COMMITTER_H
#define COMMON_COMMITTER_H

#include "database.h"
#include "journal.h"
#include "histogram.h"
#include "loop.h"

struct committer;

// Called after each commit, before those who wait: entries up to the journal's durable head may now
// leave the process.
typedef void committer_committed(void *context);

// loop, database and journal stay the caller's. A commit that fails ends the service:
// service_die().
struct committer *committer_new(struct loop *loop, struct database *database,
    struct journal *journal, committer_committed *committed, void *context);
// Waits for a commit that is running; who waits is not called. To be called before the loop is
// closed.
void committer_free(struct committer **committer);

// The batch that is being filled. Valid until the loop's callback returns.
struct database_batch *committer_batch(struct committer *committer);
size_t committer_backlog_bytes(const struct committer *committer);

// durable: else the commit failed, and the service is ending.
typedef void committer_done(bool durable, void *context);

// Calls done once everything that is in the batch now, and in the one on its way to the disk, is
// durable, or will never be: before returning, if both are empty or a commit has failed.
void committer_wait(struct committer *committer, committer_done *done, void *context);

// How long the commits took that made their batch durable.
const struct histogram *committer_durations(const struct committer *committer);

bool committer_is_idle(const struct committer *committer);

#endif
