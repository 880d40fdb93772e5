// SPDX-License-Identifier: Apache-2.0
// session: how a browser gets in.
#include "session.h"

#include "digest.h"
#include "position.h"

static const char cookie_name[] = "onecity_monitor=";
static const char scheme[] = "http://";

// A free place, or that of the one which ends first.
static struct session_secret *place_for_new(struct session_secret *secrets, size_t count)
{
	struct session_secret *first = &secrets[0];
	for (size_t i = 1; i < count; i++)
		if (secrets[i].until_ms < first->until_ms)
			first = &secrets[i];
	return first;
}

static void make(struct session_secret *secret, int64_t until_ms, char text[SESSION_TEXT_SIZE])
{
	uint8_t random[(SESSION_TEXT_SIZE - 1) / 2];
	random_bytes(random, sizeof random);
	hex_format(random, sizeof random, secret->text);
	secret->until_ms = until_ms;
	memcpy(text, secret->text, SESSION_TEXT_SIZE);
}

static struct session_secret *find(
    struct session_secret *secrets, size_t count, const char *text, size_t size, int64_t now_ms)
{
	struct session_secret *found = NULL;
	if (size != SESSION_TEXT_SIZE - 1)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (secrets[i].until_ms > now_ms && digest_equal(secrets[i].text, text, size))
			found = &secrets[i];
	return found;
}

static void forget(struct session_secret *secret)
{
	explicit_bzero(secret, sizeof *secret);
}

void session_make_code(struct sessions *sessions, int64_t now_ms, char code[SESSION_TEXT_SIZE])
{
	make(place_for_new(sessions->codes, SESSION_CODES_MAX), now_ms + SESSION_CODE_MS, code);
}

bool session_begin(
    struct sessions *sessions, const char *code, int64_t now_ms, char cookie[SESSION_TEXT_SIZE])
{
	struct session_secret *found =
	    find(sessions->codes, SESSION_CODES_MAX, code, strlen(code), now_ms);
	if (found == NULL)
		return false;
	forget(found);
	make(place_for_new(sessions->cookies, SESSIONS_MAX), now_ms + SESSION_MS, cookie);
	return true;
}

static struct session_secret *find_cookie(
    struct sessions *sessions, const char *cookies, int64_t now_ms)
{
	while (cookies != NULL && *cookies != 0) {
		cookies += strspn(cookies, "; ");
		size_t size = strcspn(cookies, ";"), name = strlen(cookie_name);
		struct session_secret *found =
		    size > name && strncmp(cookies, cookie_name, name) == 0
			? find(sessions->cookies, SESSIONS_MAX, cookies + name, size - name, now_ms)
			: NULL;
		if (found != NULL)
			return found;
		cookies += size;
	}
	return NULL;
}

bool session_is_open(const struct sessions *sessions, const char *cookies, int64_t now_ms)
{
	return find_cookie((struct sessions *)(uintptr_t)sessions, cookies, now_ms) != NULL;
}

void session_end(struct sessions *sessions, const char *cookies)
{
	struct session_secret *found = find_cookie(sessions, cookies, 0);
	if (found != NULL)
		forget(found);
}

void sessions_wipe(struct sessions *sessions)
{
	explicit_bzero(sessions, sizeof *sessions);
}

bool session_is_own_page(const char *origin, const char *site, const char *host)
{
	if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return false;
	if (origin == NULL)
		return true;
	return host != NULL && strncmp(origin, scheme, strlen(scheme)) == 0 &&
	       strcmp(origin + strlen(scheme), host) == 0;
}
