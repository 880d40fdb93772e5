// SPDX-License-Identifier: Apache-2.0
// reading: profiles on their way from Redis to those who read them, as views.
//
// Each is what was there at one moment for the subject, and for each number it had before; how
// fresh that is was asked before it, so that nothing in a view is older than it says.
#ifndef COMMON_READING_H
#define COMMON_READING_H

#include "catalogue.h"
#include "histogram.h"
#include "loop.h"
#include "view.h"

enum {
	READINGS_MAX = 512,         // at a time
	READING_DEADLINE_MS = 5000, // then it is given up
};

// name, code, English, Chinese
#define READING_TABLE(X)                                                                       \
	X(DONE, "", "", "")                                                                    \
	X(UNREACHABLE, "redis_unreachable",                                                    \
	    "Redis cannot be reached; nobody can tell what has been reported",                 \
	    "无法连接 Redis，暂时无法查询")                                                    \
	X(EMPTY, "not_set_up",                                                                 \
	    "No aggregator has set Redis up yet; nobody can tell what has been reported",      \
	    "聚合服务尚未初始化 Redis，暂时无法查询")                                          \
	X(FAILED, "redis_failed", "Redis did not answer as it should; try again",              \
	    "Redis 应答异常，请稍后重试")                                                      \
	X(SLOW, "redis_slow", "Redis did not answer in time; try again",                       \
	    "Redis 应答超时，请稍后重试")                                                      \
	X(BUSY, "busy", "Too many profiles are being read; try again", "查询过多，请稍后重试") \
	X(TOO_LARGE, "profile_too_large", "The profile is larger than can be shown",           \
	    "档案超出可显示的大小")

enum reading_outcome {
#define READING_ENUM(name, code, english, chinese) READING_##name,
	READING_TABLE(READING_ENUM)
#undef READING_ENUM
	READING_OUTCOMES
};
const char *reading_outcome_code(enum reading_outcome outcome);
const char *reading_outcome_text(enum reading_outcome outcome, bool chinese);

struct readings;

// Connects, and comes back by itself when the connection is lost. catalogues must outlive it.
MUST_CHECK enum status readings_open(struct readings **readings, struct loop *loop,
    const char *redis, const struct catalogue_set *catalogues);
// Who still waits is told READING_UNREACHABLE first. Accepts NULL; sets *readings to NULL. Not
// inside a reading_done.
void readings_close(struct readings **readings);

// "ready"; "unreachable"; "empty": there, but no aggregator has set it up yet.
const char *readings_state(const struct readings *readings);
unsigned readings_partitions(const struct readings *readings); // 0: not known yet
size_t readings_waiting(const struct readings *readings);      // readers who have no answer yet

// See redis.h.
const struct histogram *readings_redis_durations(const struct readings *readings);
uint64_t readings_redis_failures(const struct readings *readings);

// view: borrowed, not judged yet; NULL unless the outcome is READING_DONE.
typedef void reading_done(enum reading_outcome outcome, struct view *view, void *context);

// Copies subject. done may be called before it returns.
void readings_read(
    struct readings *readings, const char *subject, reading_done *done, void *context);

#endif
