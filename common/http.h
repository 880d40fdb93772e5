// SPDX-License-Identifier: Apache-2.0
// http: the server side of HTTP/1.1 on a loop (libmicrohttpd).
//
// Listens on loopback ("127.0.0.1:7401", "[::1]:7401") or a unix socket ("unix:/path", mode 0660),
// on nothing else. On loopback every request must bring `Authorization: Bearer TOKEN` and a Host
// that names loopback (DNS rebinding); on a unix socket its file mode is the guard. Refusals (401,
// 403, 404, 405, 413, ...) are RFC 9457 problem documents with zh and en texts; every answer is
// `Cache-Control: no-store`. HEAD is served as GET. Limits: body_bytes_max (413 at once if
// announced, at its end if chunked; one of more than twice the limit is cut off), headers 16 KiB,
// connections_max (further ones wait), 30 s of silence.
#ifndef COMMON_HTTP_H
#define COMMON_HTTP_H

#include "buffer.h"
#include "loop.h"
#include "status.h"

struct http_server;
struct http_request;

typedef void http_handler(struct http_request *request, void *context);
typedef bool http_admit(const struct http_request *request, void *context);

// path: exact, or with one last "{}" segment ("/v1/rows/{}") that matches one non-empty segment.
struct http_route {
	const char *method;
	const char *path;
	http_handler *handler; // called with the whole body; answers now or later, exactly once
	bool open;             // needs no token ("/healthz")
};

struct http_options {
	const char *listen; // port 0: any free one
	const char
	    *token; // 0600 file's content, see http_token_read; may be NULL with a unix socket
	size_t body_bytes_max;
	unsigned connections_max; // so many bodies may be in memory
	const struct http_route *routes;
	size_t route_count;
	void *context;     // for the handlers
	http_admit *admit; // asked about a request on loopback that brings no good token: may it in
			   // all the same? May be NULL: no
};

// Copies options. On STATUS_OK the caller owns *server. STATUS_DENIED: not loopback, or no token;
// STATUS_BUSY: somebody listens there. A unix socket's file that nobody listens on is replaced.
MUST_CHECK enum status http_server_open(
    struct http_server **server, struct loop *loop, const struct http_options *options);

int http_server_port(const struct http_server *server); // as bound; 0 with a unix socket

// New connections are refused, those in flight may still be answered.
void http_server_quiesce(struct http_server *server);
// Answers already given still leave; unanswered requests are dropped and no longer valid. Not
// inside a handler. Accepts NULL; sets *server to NULL.
void http_server_close(struct http_server **server);

// --- a request: valid from its handler until http_answer(), also when its client has left ---

struct bytes http_body(const struct http_request *request);
const char *http_path_tail(
    const struct http_request *request); // what "{}" matched, percent-decoded; else ""
const char *http_query(
    const struct http_request *request, const char *name); // percent-decoded; or NULL
const char *http_header(const struct http_request *request, const char *name); // or NULL
bool http_content_type_is(
    const struct http_request *request, const char *type);   // parameters ignored
bool http_wants_chinese(const struct http_request *request); // Accept-Language

// Ends the request. Copies content. headers: NULL, or name, value, name, value, ..., NULL; no line
// breaks inside; a Cache-Control among them stands instead of no-store.
void http_answer(struct http_request *request, int code, const char *content_type,
    struct bytes content, const char *const *headers);

// Answers with an RFC 9457 problem document:
// {"type":"about:blank","status":422,"code":CODE,"title":the status in words,
// "title_zh":...,"detail":ENGLISH,"detail_zh":CHINESE}. chinese may be NULL. A 503 brings
// Retry-After.
void http_answer_problem(struct http_request *request, int status, const char *code,
    const char *english, const char *chinese);

// --- an answer without end: the client takes it as fast as it can, and nothing piles up ---

struct http_stream;

enum {
	HTTP_STREAM_PIECE_BYTES = 16 * 1024 // about so much at a time
};

// Appends to out what the client is to get next, when all before has left; nothing: it is asked
// again after http_stream_wake(). May end the stream.
typedef void http_stream_fill(struct buffer *out, void *context);
// The client has left, or the stream was ended, or the server is closed: not valid any more. A
// client that leaves is noticed when something is sent to it.
typedef void http_stream_closed(void *context);

// Ends the request with code 200 and begins the stream. A client that takes nothing for 30 s is cut
// off. Nothing is called back before this returns. NULL for a HEAD request: there is no stream.
struct http_stream *http_answer_stream(struct http_request *request, const char *content_type,
    const char *const *headers, http_stream_fill *fill, http_stream_closed *closed, void *context);
void http_stream_wake(struct http_stream *stream);
// What was filled in still leaves; closed is called later.
void http_stream_end(struct http_stream *stream);

// --- the token file: one line "Authorization: Bearer TOKEN", as `curl -H @FILE` reads it ---

// Refuses a file that others may use (mode & 077). TOKEN: 16 to 128 characters of A-Z a-z 0-9 . _ ~
// + / = - *token: the caller frees.
MUST_CHECK enum status http_token_read(const char *path, char **token);

#endif
