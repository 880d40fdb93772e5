// SPDX-License-Identifier: Apache-2.0
// session: how a browser gets in: a code that is good once and soon, for a cookie that is good a
// while. All in memory: a restart ends them.
#ifndef MONITOR_SESSION_H
#define MONITOR_SESSION_H

#include "base.h"

enum {
	SESSION_TEXT_SIZE = 33, // 128 random bits in hex
	SESSIONS_MAX = 64,
	SESSION_CODES_MAX = 16,
	SESSION_CODE_MS = 60 * 1000,
	SESSION_MS = 12 * 3600 * 1000,
};

struct session_secret {
	char text[SESSION_TEXT_SIZE];
	int64_t until_ms; // 0: unused
};

// { 0 } holds none.
struct sessions {
	struct session_secret codes[SESSION_CODES_MAX];
	struct session_secret cookies[SESSIONS_MAX];
};

// now_ms: monotonic. The one that ends first goes if there are too many.
void session_make_code(struct sessions *sessions, int64_t now_ms, char code[SESSION_TEXT_SIZE]);
// False: no such code, or it was used, or is too old.
bool session_begin(
    struct sessions *sessions, const char *code, int64_t now_ms, char cookie[SESSION_TEXT_SIZE]);
// cookies: the header's content, or NULL.
bool session_is_open(const struct sessions *sessions, const char *cookies, int64_t now_ms);
void session_end(struct sessions *sessions, const char *cookies);
void sessions_wipe(struct sessions *sessions);

// May a browser's request do something here? origin, site (Sec-Fetch-Site): those headers, or
// NULL; host: the Host it asked.
bool session_is_own_page(const char *origin, const char *site, const char *host);

#endif
