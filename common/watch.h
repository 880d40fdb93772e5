// SPDX-License-Identifier: Apache-2.0
// watch: the watched folder: files put into it are taken in, and put aside with what was wrong with
// them.
//
//   <directory>/<kind>/           where files are put that add and change records,
//   <directory>/<kind>-full/      those that have all records of the kind,
//   <directory>/<kind>-changes/   those that say of each row what is to be done (delivery.h)
//   <directory>/done/             files of which all was taken
//   <directory>/bad/              files of which something was refused, each with
//                                 <name>.result.csv beside it
//
// The folders are made at the start, with the directory's own permissions: who may put files there
// is set on it before. Names that are there already, or too long, are changed.
//
// *.csv and *.txt are spreadsheets, *.json, *.ndjson and *.jsonl rows of JSON; workbooks (*.xlsx,
// *.xls, *.et) are put into bad/ with what to do; other files stay. One file at a time, the oldest
// first, in slices, each durable before the next. A file is put aside only when all of it is
// durable: after a crash it is still there, is taken again, and ends in the same state. A mended
// result file may be put in again as it is, also where full lists are put. While the disk is full,
// or a file cannot be read for a while, it stays and waits. Names of files are never logged: they
// may be somebody's.
//
// A file that stands still may not be whole. One that somebody has open is waited for, as is one
// whose last line has no end, for longer; a full list without one is then refused. A file that
// grows after it was put aside is put back. Rows older than what is known are told in a result,
// which alone makes no file bad: it goes into done/ with it.
#ifndef COMMON_WATCH_H
#define COMMON_WATCH_H

#include "committer.h"
#include "intake.h"

struct watch;

struct watch_options {
	const char *directory; // made if missing; all of these stay the caller's
	int64_t stable_ms;     // see inbox.h
	struct loop *loop;
	struct database *database;
	struct committer *committer;
	struct journal *journal;
	struct intake *intake;
	const struct pseudonym *pseudonym;
	const struct catalogue *catalogue;
	bool (*takes)(const struct kind *kind, void *context); // NULL: all kinds
	void *context;
};

// Begins to look once a second. STATUS_IO, STATUS_DENIED: a folder cannot be made.
MUST_CHECK enum status watch_open(struct watch **watch, const struct watch_options *options);

// Files since the start: of which all was taken, and those put into bad/.
struct watch_totals {
	uint64_t done, bad;
};
const struct watch_totals *watch_totals(const struct watch *watch);

// Folders that cannot be read now; files put there are not seen.
size_t watch_unreadable(const struct watch *watch);

// No new file is begun; the one under way goes on as long as it may.
void watch_quiesce(struct watch *watch);

// After the committer. What was under way is left for the next start. Accepts NULL.
void watch_close(struct watch **watch);

#endif
