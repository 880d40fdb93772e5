// SPDX-License-Identifier: Apache-2.0
// committer: group commit: what arrives while one batch is being made durable becomes the next.
#include "committer.h"

#include "clock.h"
#include "service.h"

#include <semaphore.h>
#include <stdio.h>

struct waiter {
	committer_done *done;
	void *context;
};

// A batch, the sequence it reaches to, and who waits for it.
struct group {
	struct database_batch *batch;
	uint64_t sequence;
	struct buffer waiters; // of struct waiter
};

struct committer {
	struct loop *loop;
	struct database *database;
	struct journal *journal;
	committer_committed *committed;
	void *context;
	struct group groups[2], *filling, *committing;
	bool busy, failed;
	bool orphan;            // freed while a commit was running: finish() buries it
	sem_t committed_or_not; // raised by the thread of the pool at its end
	enum status status;     // of the commit, written by the thread of the pool
	int64_t took_us;        // so is this
	struct histogram durations;
	char reason[512];
};

struct committer *committer_new(struct loop *loop, struct database *database,
    struct journal *journal, committer_committed *committed, void *context)
{
	struct committer *committer = allocate(sizeof *committer);
	*committer = (struct committer){ .loop = loop,
		.database = database,
		.journal = journal,
		.committed = committed,
		.context = context };
	for (size_t i = 0; i < COUNT_OF(committer->groups); i++)
		committer->groups[i].batch = database_batch_new();
	ENSURE(sem_init(&committer->committed_or_not, 0, 0) == 0);
	committer->filling = &committer->groups[0];
	committer->committing = &committer->groups[1];
	return committer;
}

static void bury(struct committer *committer)
{
	for (size_t i = 0; i < COUNT_OF(committer->groups); i++) {
		database_batch_free(&committer->groups[i].batch);
		buffer_deinit(&committer->groups[i].waiters);
	}
	sem_destroy(&committer->committed_or_not);
	free(committer);
}

static void wait_for_thread(struct committer *committer)
{
	while (sem_wait(&committer->committed_or_not) != 0)
		; // interrupted by a signal
}

void committer_free(struct committer **committer)
{
	struct committer *old = *committer;
	*committer = NULL;
	if (old == NULL)
		return;
	if (!old->busy) {
		bury(old);
		return;
	}
	wait_for_thread(old); // it uses the database, which the caller will close
	old->orphan = true;
}

struct database_batch *committer_batch(struct committer *committer)
{
	return committer->filling->batch;
}

size_t committer_backlog_bytes(const struct committer *committer)
{
	return database_batch_bytes(committer->filling->batch) +
	       database_batch_bytes(committer->committing->batch);
}

const struct histogram *committer_durations(const struct committer *committer)
{
	return &committer->durations;
}

bool committer_is_idle(const struct committer *committer)
{
	return !committer->busy && database_batch_is_empty(committer->filling->batch);
}

static void commit(void *context) // on a thread of the pool
{
	struct committer *committer = context;
	int64_t begun_us = clock_steady_us();
	committer->status = database_commit(committer->database, committer->committing->batch);
	committer->took_us = clock_steady_us() - begun_us;
	if (committer->status != STATUS_OK) // the reason is kept by the thread
		snprintf(committer->reason, sizeof committer->reason, "%s", status_reason());
	sem_post(&committer->committed_or_not);
}

static void finish(void *context);

static void begin(struct committer *committer)
{
	if (committer->busy || committer->failed ||
	    database_batch_is_empty(committer->filling->batch))
		return;
	struct group *group = committer->filling;
	committer->filling = committer->committing;
	committer->committing = group;
	group->sequence = journal_head(committer->journal).sequence;
	committer->busy = true;
	loop_work(committer->loop, commit, finish, committer);
}

static void release(struct group *group, bool durable)
{
	struct buffer waiters = group->waiters; // who is released may wait anew
	group->waiters = (struct buffer){ 0 };
	for (size_t at = 0; at < waiters.size; at += sizeof(struct waiter)) {
		struct waiter waiter;
		memcpy(&waiter, waiters.data + at, sizeof waiter);
		waiter.done(durable, waiter.context);
	}
	buffer_deinit(&waiters);
}

static void finish(void *context)
{
	struct committer *committer = context;
	if (committer->orphan) {
		bury(committer);
		return;
	}
	wait_for_thread(committer);
	committer->busy = false;
	if (committer->status != STATUS_OK) {
		// The disk cannot be trusted: nothing of this batch was promised to anybody, and
		// nothing will be.
		committer->failed = true;
		service_die(committer->loop, "a commit failed: %s", committer->reason);
		release(committer->committing, false);
		release(committer->filling, false);
		return;
	}
	histogram_add(&committer->durations, committer->took_us);
	database_batch_clear(committer->committing->batch);
	journal_committed(committer->journal, committer->committing->sequence);
	committer->committed(committer->context);
	struct group *group = committer->committing;
	begin(committer); // swaps the groups: the waiters of this one go first, but the disk need
			  // not wait for them
	release(group, true);
}

void committer_wait(struct committer *committer, committer_done *done, void *context)
{
	struct waiter waiter = { done, context };
	if (committer->failed || committer_is_idle(committer)) {
		done(!committer->failed, context);
		return;
	}
	bool only_committing = database_batch_is_empty(committer->filling->batch);
	struct group *group = only_committing ? committer->committing : committer->filling;
	buffer_append(&group->waiters, &waiter, sizeof waiter);
	begin(committer);
}
