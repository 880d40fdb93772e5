// SPDX-License-Identifier: Apache-2.0
// system_calls: what a test's libraries write and sync, recorded, or failing by plan.
//
// Defined in the test program itself: its names come before libc's, for liblmdb's calls too.
#ifndef FAULT_SYSTEM_CALLS_H
#define FAULT_SYSTEM_CALLS_H

#include "buffer.h"

#include <sys/types.h>

// --- recording: of files called data.mdb ---

enum recorded_kind {
	RECORDED_WRITE,
	RECORDED_SYNC,
	RECORDED_ACKNOWLEDGED // told by the test
};

struct recorded {
	enum recorded_kind kind;
	bool synced_itself; // a write through a descriptor with O_DSYNC
	off_t offset;
	struct buffer data;
	uint64_t acknowledged; // entries that were, by now
};

void system_calls_record(bool on);
void system_calls_acknowledge(uint64_t entries);
const struct recorded *system_calls_recorded(size_t *count);
void system_calls_forget(void);

// --- failing ---

enum failure {
	FAILURE_NONE,
	FAILURE_IO,
	FAILURE_NO_SPACE,
	FAILURE_SHORT, // a write writes half
	FAILURES
};

// The n-th call from now on (1: the next) fails; with lasting, all after it too.
void system_calls_fail(enum failure failure, uint64_t n, bool lasting);
bool system_calls_failed(void); // it came to that

#endif
