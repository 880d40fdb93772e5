// SPDX-License-Identifier: Apache-2.0
// http_client: one HTTP request at a time, waiting for the answer (libcurl). For the command line.
//
// Calls this machine only: the token goes over the wire in clear.
#ifndef COMMON_HTTP_CLIENT_H
#define COMMON_HTTP_CLIENT_H

#include "buffer.h"
#include "status.h"

struct http_call {
	const char *address; // "127.0.0.1:7401", "[::1]:7401", "localhost:7401" or "unix:/path"
	const char *method;  // "GET", "POST"
	const char *path;    // with query, already encoded
	const char *token;   // or NULL
	const char *content_type; // or NULL
	struct bytes body;
	int64_t timeout_ms; // for all of it; more than 0
};

// The answer of the server, whatever its code: STATUS_OK, *code and answer (the caller's buffer,
// appended). STATUS_UNAVAILABLE: no whole answer came (in time); the reason says what was tried.
// STATUS_TOO_LARGE: an answer of more than 256 MiB. STATUS_INVALID: an address, path or token that
// cannot be sent. After any failure answer is as it was. No proxy is ever used, no redirect
// followed.
MUST_CHECK enum status http_client_call(
    const struct http_call *call, int *code, struct buffer *answer);

// Percent-encodes one path segment or query value; appends.
void http_client_encode(struct buffer *out, const char *text);

#endif
