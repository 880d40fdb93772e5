// SPDX-License-Identifier: Apache-2.0
// status: how a call ended, and why.
//
// What can fail returns enum status and is marked MUST_CHECK. The origin gives the reason with
// fail(), with numbers; the frames between may add "while ..." with fail_while(); the frame that
// decides logs status_reason() once. A reason never holds a person's data.
#ifndef PROTO_STATUS_H
#define PROTO_STATUS_H

#include "base.h"

// name, English, Chinese
#define STATUS_TABLE(X)                                        \
	X(OK, "ok", "成功")                                    \
	X(INVALID, "not in the expected form", "格式不符")     \
	X(NOT_FOUND, "not found", "未找到")                    \
	X(TOO_LARGE, "larger than the limit", "超出上限")      \
	X(FULL, "no space left", "空间不足")                   \
	X(IO, "input or output failed", "读写失败")            \
	X(CORRUPT, "stored data is damaged", "存储数据已损坏") \
	X(FORK, "history was rewritten", "历史记录已被改写")   \
	X(STALE, "older than what is known", "版本过旧")       \
	X(BUSY, "busy, try again", "繁忙，请重试")             \
	X(DENIED, "not allowed", "不允许")                     \
	X(UNAVAILABLE, "cannot be reached", "无法连接")

enum status {
#define STATUS_ENUM(name, english, chinese) STATUS_##name,
	STATUS_TABLE(STATUS_ENUM)
#undef STATUS_ENUM
	STATUS_COUNT
};

const char *status_name(enum status status); // "NOT_FOUND"
const char *status_text(enum status status, bool chinese);

// Keeps the reason for this thread and returns status, so that `return fail(...)` is one line.
enum status fail(enum status status, const char *format, ...) PRINTF_LIKE(2, 3);

// Puts "while <format>" behind the reason kept by fail() and returns status.
enum status fail_while(enum status status, const char *format, ...) PRINTF_LIKE(2, 3);

// The reason of this thread's last failure. Valid until its next fail().
const char *status_reason(void);

#endif
