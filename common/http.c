// SPDX-License-Identifier: Apache-2.0
// http: the server side of HTTP/1.1 on a loop (libmicrohttpd).
#include "http.h"

#include "json.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	HEADER_BYTES_MAX = 16 * 1024,
	CONNECTION_MEMORY_BYTES =
	    64 * 1024, // the headers, their index, and room to read a body in large pieces
	SILENCE_SECONDS_MAX = 30,
	RUN_AT_LEAST_MS = 60 * 1000,
	CLOSING_RUNS = 4,
	TOKEN_BYTES_MIN = 16,
	TOKEN_BYTES_MAX = 128,
	ALLOW_BYTES_MAX = 128,
};

#define RETRY_AFTER_SECONDS "5"
#define TOKEN_LINE_START "Authorization: Bearer "

struct http_server {
	struct loop *loop;
	struct MHD_Daemon *daemon;
	struct loop_watch *watch;
	struct loop_timer *timer;
	struct http_route *routes;
	size_t route_count;
	char *token;
	bool loopback; // else a unix socket
	size_t body_bytes_max;
	void *context;
	http_admit *admit;
	int port;
	char *unix_path;
	struct stat unix_file;        // as we made it, so that a successor's is left alone
	struct http_request *waiting; // suspended: not answered yet
	struct http_stream *streams;  // that are not closed yet
	bool running;                 // inside MHD_run()
	bool resumed;                 // a request was answered: MHD_run() has to be called for it
	unsigned connections;         // after the last MHD_run()
	bool quiesced;
	bool closing;
};

struct http_request {
	struct http_server *server;
	struct MHD_Connection *connection; // NULL until the headers are there
	const struct http_route *route;
	char *path; // as it came, without the query
	char *tail;
	struct buffer body;
	size_t dropped; // bytes of a body that is refused
	struct MHD_Response *response;
	int code;
	bool is_head;
	bool handled; // its handler was called
	bool suspended;
	struct http_request *next, *previous; // in server->waiting
};

struct http_stream {
	struct http_server *server;
	struct MHD_Connection *connection;
	http_stream_fill *fill;
	http_stream_closed *closed;
	void *context;
	struct buffer piece; // filled in
	size_t sent;         // of it
	bool suspended;      // nothing to send
	bool ended;
	struct http_stream *next, *previous; // in server->streams
};

// --- the address --------------------------------------------------------------------------------

struct address {
	struct sockaddr_storage socket;
	socklen_t size;
	const char *unix_path; // inside the listen text, or NULL
};

static bool port_parse(const char *text, in_port_t *port)
{
	char *end;
	if (text[0] < '0' || text[0] > '9')
		return false;
	unsigned long number = strtoul(text, &end, 10);
	if (*end != 0 || number > UINT16_MAX)
		return false;
	*port = htons((uint16_t)number);
	return true;
}

static enum status address_parse_unix(struct address *address, const char *path)
{
	struct sockaddr_un *name = (struct sockaddr_un *)&address->socket;
	if (path[0] == 0 || strlen(path) >= sizeof name->sun_path)
		return fail(STATUS_INVALID,
		    "the path of a unix socket has 1 to %zu bytes, not %zu: \"%s\"",
		    sizeof name->sun_path - 1, strlen(path), path);
	name->sun_family = AF_UNIX;
	strcpy(name->sun_path, path);
	address->size = sizeof *name;
	address->unix_path = path;
	return STATUS_OK;
}

static enum status address_require_loopback(bool loopback, const char *listen)
{
	if (loopback)
		return STATUS_OK;
	return fail(STATUS_DENIED,
	    "HTTP listens on 127.0.0.0/8, [::1] or a unix socket only, not on \"%s\": "
	    "put a proxy that speaks TLS in front",
	    listen);
}

static enum status address_of_inet(
    struct address *address, const char *host, in_port_t port, const char *listen)
{
	struct sockaddr_in *name = (struct sockaddr_in *)&address->socket;
	if (inet_pton(AF_INET, host, &name->sin_addr) != 1)
		return fail(STATUS_INVALID,
		    "\"%s\" is no address to listen on: expected 127.0.0.1:PORT, "
		    "[::1]:PORT or unix:/PATH",
		    listen);
	name->sin_family = AF_INET;
	name->sin_port = port;
	address->size = sizeof *name;
	return address_require_loopback(
	    ntohl(name->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET, listen);
}

static enum status address_of_inet6(
    struct address *address, const char *host, in_port_t port, const char *listen)
{
	struct sockaddr_in6 *name = (struct sockaddr_in6 *)&address->socket;
	if (inet_pton(AF_INET6, host, &name->sin6_addr) != 1)
		return fail(STATUS_INVALID, "\"%s\" holds no IPv6 address", listen);
	name->sin6_family = AF_INET6;
	name->sin6_port = port;
	address->size = sizeof *name;
	return address_require_loopback(IN6_IS_ADDR_LOOPBACK(&name->sin6_addr), listen);
}

static enum status address_parse(struct address *address, const char *listen)
{
	char host[INET6_ADDRSTRLEN + 2];
	in_port_t port;
	*address = (struct address){ 0 };
	if (strncmp(listen, "unix:", 5) == 0)
		return address_parse_unix(address, listen + 5);
	const char *colon = strrchr(listen, ':');
	if (colon == NULL || (size_t)(colon - listen) >= sizeof host ||
	    !port_parse(colon + 1, &port))
		return fail(STATUS_INVALID,
		    "\"%s\" is no address to listen on: expected 127.0.0.1:PORT, "
		    "[::1]:PORT or unix:/PATH",
		    listen);
	size_t size = (size_t)(colon - listen);
	memcpy(host, listen, size);
	host[size] = 0;
	if (host[0] != '[' || host[size - 1] != ']')
		return address_of_inet(address, host, port, listen);
	host[size - 1] = 0;
	return address_of_inet6(address, host + 1, port, listen);
}

// --- the listening socket -----------------------------------------------------------------------

// Removes a socket file that nobody listens on, as kill -9 leaves it behind.
static enum status unix_remove_stale(const struct address *address)
{
	struct stat file;
	if (lstat(address->unix_path, &file) != 0)
		return STATUS_OK; // bind() tells what else may be wrong
	if (!S_ISSOCK(file.st_mode))
		return fail(
		    STATUS_DENIED, "%s is there already and is no socket", address->unix_path);
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return fail(STATUS_IO, "no socket can be made: %s", strerror(errno));
	int error = connect(probe, (const struct sockaddr *)&address->socket, address->size) == 0
			? 0
			: errno;
	close(probe);
	if (error == 0 || error == EAGAIN)
		return fail(STATUS_BUSY, "somebody listens on %s already", address->unix_path);
	if (error != ECONNREFUSED)
		return fail(
		    STATUS_IO, "%s cannot be probed: %s", address->unix_path, strerror(error));
	if (unlink(address->unix_path) != 0)
		return fail(
		    STATUS_IO, "%s cannot be removed: %s", address->unix_path, strerror(errno));
	return STATUS_OK;
}

static enum status socket_bind_unix(
    struct http_server *server, int descriptor, const struct address *address)
{
	enum status status = unix_remove_stale(address);
	if (status != STATUS_OK)
		return status;
	// Narrow from the first moment: bind() takes the mode from the socket.
	if (fchmod(descriptor, 0660) != 0 ||
	    bind(descriptor, (const struct sockaddr *)&address->socket, address->size) != 0)
		return fail(
		    STATUS_IO, "%s cannot be bound: %s", address->unix_path, strerror(errno));
	if (chmod(address->unix_path, 0660) != 0 ||
	    lstat(address->unix_path, &server->unix_file) != 0) {
		enum status failed = fail(STATUS_IO, "%s cannot be given its mode: %s",
		    address->unix_path, strerror(errno));
		unlink(address->unix_path);
		return failed;
	}
	server->unix_path = text_copy(address->unix_path);
	return STATUS_OK;
}

static enum status socket_bind_inet(
    struct http_server *server, int descriptor, const struct address *address, const char *listen)
{
	int yes = 1;
	struct sockaddr_storage bound;
	socklen_t size = sizeof bound;
	if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
	    bind(descriptor, (const struct sockaddr *)&address->socket, address->size) != 0 ||
	    getsockname(descriptor, (struct sockaddr *)&bound, &size) != 0)
		return fail(errno == EADDRINUSE ? STATUS_BUSY : STATUS_IO, "%s cannot be bound: %s",
		    listen, strerror(errno));
	server->port =
	    ntohs(bound.ss_family == AF_INET ? ((struct sockaddr_in *)&bound)->sin_port
					     : ((struct sockaddr_in6 *)&bound)->sin6_port);
	server->loopback = true;
	return STATUS_OK;
}

static enum status socket_listen(struct http_server *server, const char *where, int *listening)
{
	struct address address;
	enum status status = address_parse(&address, where);
	if (status != STATUS_OK)
		return status;
	int descriptor =
	    socket(address.socket.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0)
		return fail(STATUS_IO, "no socket can be made: %s", strerror(errno));
	status = address.unix_path != NULL ? socket_bind_unix(server, descriptor, &address)
					   : socket_bind_inet(server, descriptor, &address, where);
	if (status == STATUS_OK && listen(descriptor, SOMAXCONN) != 0)
		status = fail(errno == EADDRINUSE ? STATUS_BUSY : STATUS_IO,
		    "%s cannot be listened on: %s", where, strerror(errno));
	if (status != STATUS_OK)
		close(descriptor);
	else
		*listening = descriptor;
	return status;
}

// While we still listen: after that the name may be a successor's.
static void unix_remove_own(struct http_server *server)
{
	struct stat file;
	if (server->unix_path == NULL)
		return;
	if (lstat(server->unix_path, &file) == 0 && file.st_dev == server->unix_file.st_dev &&
	    file.st_ino == server->unix_file.st_ino)
		unlink(server->unix_path);
	free(server->unix_path);
	server->unix_path = NULL;
}

// --- routes -------------------------------------------------------------------------------------

static bool path_matches(const char *pattern, const char *path)
{
	size_t fixed = strlen(pattern);
	if (fixed < 2 || strcmp(pattern + fixed - 2, "{}") != 0)
		return strcmp(pattern, path) == 0;
	fixed -= 2;
	return strncmp(pattern, path, fixed) == 0 && path[fixed] != 0 &&
	       strchr(path + fixed, '/') == NULL;
}

static const struct http_route *route_find(const struct http_request *request, const char *method)
{
	const struct http_server *server = request->server;
	if (strcmp(method, "HEAD") == 0)
		method = "GET"; // libmicrohttpd leaves the body out
	for (size_t i = 0; i < server->route_count; i++)
		if (strcmp(server->routes[i].method, method) == 0 &&
		    path_matches(server->routes[i].path, request->path))
			return &server->routes[i];
	return NULL;
}

// "GET, HEAD, POST": what the path can be asked with. Empty: nothing.
static void allowed_methods(const struct http_request *request, char allowed[ALLOW_BYTES_MAX])
{
	const struct http_server *server = request->server;
	size_t used = 0;
	allowed[0] = 0;
	for (size_t i = 0; i < server->route_count; i++) {
		const char *method = server->routes[i].method;
		if (!path_matches(server->routes[i].path, request->path))
			continue;
		int size = snprintf(allowed + used, ALLOW_BYTES_MAX - used, "%s%s%s",
		    used > 0 ? ", " : "", method, strcmp(method, "GET") == 0 ? ", HEAD" : "");
		ENSURE(size > 0 && used + (size_t)size < ALLOW_BYTES_MAX);
		used += (size_t)size;
	}
}

static void routes_copy(struct http_server *server, const struct http_options *options)
{
	server->routes = allocate(options->route_count * sizeof *server->routes);
	server->route_count = options->route_count;
	for (size_t i = 0; i < options->route_count; i++) {
		server->routes[i] = options->routes[i];
		server->routes[i].method = text_copy(options->routes[i].method);
		server->routes[i].path = text_copy(options->routes[i].path);
	}
}

static void routes_free(struct http_server *server)
{
	for (size_t i = 0; i < server->route_count; i++) {
		free((char *)(uintptr_t)server->routes[i].method);
		free((char *)(uintptr_t)server->routes[i].path);
	}
	free(server->routes);
}

// --- answers ------------------------------------------------------------------------------------

static void request_wait(struct http_request *request)
{
	struct http_server *server = request->server;
	request->suspended = true;
	request->next = server->waiting;
	if (request->next != NULL)
		request->next->previous = request;
	server->waiting = request;
	MHD_suspend_connection(request->connection);
}

// Resuming signals nothing by itself, and MHD_run() must not be called inside a handler: next turn.
static void connection_resume(struct http_server *server, struct MHD_Connection *connection)
{
	MHD_resume_connection(connection);
	server->resumed = true;
	if (server->timer != NULL)
		loop_timer_again(server->timer, 0);
}

static void request_wake(struct http_request *request)
{
	struct http_server *server = request->server;
	request->suspended = false;
	if (request->previous != NULL)
		request->previous->next = request->next;
	else
		server->waiting = request->next;
	if (request->next != NULL)
		request->next->previous = request->previous;
	request->next = request->previous = NULL;
	connection_resume(server, request->connection);
}

static void response_add(struct MHD_Response *response, const char *name, const char *value)
{
	enum MHD_Result added = MHD_add_response_header(response, name, value);
	ENSURE(added == MHD_YES);
}

static bool names_cache_control(const char *const *headers)
{
	for (; headers != NULL && headers[0] != NULL; headers += 2)
		if (strcasecmp(headers[0], "Cache-Control") == 0)
			return true;
	return false;
}

static void request_answer(struct http_request *request, int code, const char *content_type,
    struct MHD_Response *response, const char *const *headers)
{
	ENSURE(response != NULL && request->response == NULL);
	if (content_type != NULL)
		response_add(response, "Content-Type", content_type);
	if (!names_cache_control(headers))
		response_add(response, "Cache-Control", "no-store");
	response_add(response, "X-Content-Type-Options", "nosniff");
	if (request->server->quiesced || code == 413)
		response_add(response, "Connection", "close");
	for (; headers != NULL && headers[0] != NULL; headers += 2)
		response_add(response, headers[0], headers[1]);
	request->code = code;
	request->response = response;
	if (request->suspended)
		request_wake(request);
}

void http_answer(struct http_request *request, int code, const char *content_type,
    struct bytes content, const char *const *headers)
{
	ENSURE(code >= 200 && code <= 599);
	struct MHD_Response *response = MHD_create_response_from_buffer(content.size,
	    content.size > 0 ? (void *)(uintptr_t)content.data : "", MHD_RESPMEM_MUST_COPY);
	request_answer(request, code, content_type, response, headers);
}

// --- streams ------------------------------------------------------------------------------------

// libmicrohttpd's callback: as much as there is, at most size bytes.
static ssize_t stream_read(void *context, uint64_t position, char *data, size_t size)
{
	struct http_stream *stream = context;
	(void)position;
	if (stream->sent == stream->piece.size) {
		buffer_clear(&stream->piece);
		stream->sent = 0;
		if (!stream->ended)
			stream->fill(&stream->piece, stream->context);
	}
	size_t left = stream->piece.size - stream->sent;
	if (left == 0 && stream->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (left == 0) {
		stream->suspended = true;
		MHD_suspend_connection(stream->connection);
		return 0;
	}
	if (left > size)
		left = size;
	memcpy(data, stream->piece.data + stream->sent, left);
	stream->sent += left;
	return (ssize_t)left;
}

static void stream_closed(void *context)
{
	struct http_stream *stream = context;
	if (stream->previous != NULL)
		stream->previous->next = stream->next;
	else
		stream->server->streams = stream->next;
	if (stream->next != NULL)
		stream->next->previous = stream->previous;
	stream->closed(stream->context);
	buffer_deinit(&stream->piece);
	free(stream);
}

struct http_stream *http_answer_stream(struct http_request *request, const char *content_type,
    const char *const *headers, http_stream_fill *fill, http_stream_closed *closed, void *context)
{
	struct http_server *server = request->server;
	if (request->is_head) { // libmicrohttpd would send the end of a chunked body
		request_answer(request, 200, content_type,
		    MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT), headers);
		return NULL;
	}
	struct http_stream *stream = allocate(sizeof *stream);
	*stream = (struct http_stream){
		.server = server,
		.connection = request->connection,
		.fill = fill,
		.closed = closed,
		.context = context,
		.next = server->streams,
	};
	if (stream->next != NULL)
		stream->next->previous = stream;
	server->streams = stream;
	struct MHD_Response *response = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, HTTP_STREAM_PIECE_BYTES, stream_read, stream, stream_closed);
	request_answer(request, 200, content_type, response, headers);
	return stream;
}

void http_stream_wake(struct http_stream *stream)
{
	if (!stream->suspended)
		return;
	stream->suspended = false;
	connection_resume(stream->server, stream->connection);
}

void http_stream_end(struct http_stream *stream)
{
	stream->ended = true;
	http_stream_wake(stream);
}

// --- problems -----------------------------------------------------------------------------------

static const struct {
	int status;
	const char *chinese;
} titles[] = {
	{ 400, "请求有误" },
	{ 401, "需要身份验证" },
	{ 403, "禁止访问" },
	{ 404, "未找到" },
	{ 405, "不支持的请求方法" },
	{ 406, "无法提供所要求的格式" },
	{ 408, "请求超时" },
	{ 409, "与当前状态冲突" },
	{ 410, "已不存在" },
	{ 412, "前提条件不成立" },
	{ 413, "请求正文过大" },
	{ 415, "不支持的内容类型" },
	{ 422, "内容无法处理" },
	{ 428, "缺少前提条件" },
	{ 429, "请求过多" },
	{ 431, "请求头过大" },
	{ 500, "服务内部错误" },
	{ 502, "上游服务出错" },
	{ 503, "服务暂不可用" },
	{ 504, "上游服务超时" },
	{ 507, "存储空间不足" },
};

static const char *title_chinese(int status)
{
	for (size_t i = 0; i < COUNT_OF(titles); i++)
		if (titles[i].status == status)
			return titles[i].chinese;
	return status < 500 ? titles[0].chinese : "服务内部错误";
}

static void answer_problem(struct http_request *request, int status, const char *code,
    const char *english, const char *chinese, const char *const *headers)
{
	struct buffer document = { 0 };
	struct json_writer writer = json_writer_make(&document);
	json_write_begin_object(&writer);
	json_write_member_text(&writer, "type", "about:blank");
	json_write_member_integer(&writer, "status", status);
	json_write_member_text(&writer, "code", code);
	json_write_member_text(&writer, "title", MHD_get_reason_phrase_for((unsigned)status));
	json_write_member_text(&writer, "title_zh", title_chinese(status));
	json_write_member_text(&writer, "detail", english);
	if (chinese != NULL)
		json_write_member_text(&writer, "detail_zh", chinese);
	json_write_end_object(&writer);
	http_answer(request, status, "application/problem+json", buffer_bytes(&document), headers);
	buffer_deinit(&document);
}

void http_answer_problem(struct http_request *request, int status, const char *code,
    const char *english, const char *chinese)
{
	const char *const headers[] = { "Retry-After", RETRY_AFTER_SECONDS, NULL };
	answer_problem(request, status, code, english, chinese, status == 503 ? headers : NULL);
}

// --- what a request is asked before anybody handles it ------------------------------------------

// Each check says true, or answers the request and says false.

static bool check_header_size(struct http_request *request)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	if (info != NULL && info->header_size <= HEADER_BYTES_MAX)
		return true;
	http_answer_problem(request, 431, "headers_too_large",
	    "The headers are larger than 16 KiB.", "请求头超过 16 KiB。");
	return false;
}

// "localhost", "127.1.2.3" or "[::1]", with or without a port. Any other name means that a browser
// was led here by somebody else's page (DNS rebinding).
static bool host_names_loopback(const char *host)
{
	char name[sizeof "255.255.255.255"];
	struct in_addr address;
	in_port_t port;
	size_t size = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	if (size >= sizeof name || size > strlen(host))
		return false;
	memcpy(name, host, size);
	name[size] = 0;
	if (host[size] != 0 && (host[size] != ':' || !port_parse(host + size + 1, &port)))
		return false;
	if (strcasecmp(name, "localhost") == 0 || strcmp(name, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, name, &address) == 1 &&
	       ntohl(address.s_addr) >> 24 == IN_LOOPBACKNET;
}

static bool check_host(struct http_request *request)
{
	if (!request->server->loopback)
		return true;
	const char *host = http_header(request, "Host");
	if (host != NULL && host_names_loopback(host))
		return true;
	http_answer_problem(request, 403, "misdirected",
	    "The Host header must name this machine: 127.0.0.1, localhost or [::1].",
	    "Host 请求头必须指向本机：127.0.0.1、localhost 或 [::1]。");
	return false;
}

// Takes the same time wherever the first difference is.
static bool token_equal(const char *expected, const char *given)
{
	size_t size = strlen(expected), given_size = strlen(given);
	volatile unsigned char difference = size != given_size;
	for (size_t i = 0; i < size; i++)
		difference |=
		    (unsigned char)(expected[i] ^ given[given_size > 0 ? i % given_size : 0]);
	return difference == 0;
}

static bool token_given(const struct http_request *request)
{
	const char *authorization = http_header(request, "Authorization");
	if (authorization == NULL || strncasecmp(authorization, "Bearer ", 7) != 0)
		return false;
	authorization += 7;
	return token_equal(request->server->token, authorization + strspn(authorization, " "));
}

static bool check_token(struct http_request *request)
{
	const struct http_server *server = request->server;
	if (!server->loopback || (request->route != NULL && request->route->open) ||
	    token_given(request) ||
	    (server->admit != NULL && server->admit(request, server->context)))
		return true;
	const char *const headers[] = { "WWW-Authenticate", "Bearer", NULL };
	answer_problem(request, 401, "token_required",
	    "The header \"Authorization: Bearer TOKEN\" is missing or its token is not this "
	    "service's.",
	    "缺少请求头 Authorization: Bearer 令牌，或令牌与本服务不符。", headers);
	return false;
}

static bool check_route(struct http_request *request)
{
	char allowed[ALLOW_BYTES_MAX];
	if (request->route != NULL)
		return true;
	allowed_methods(request, allowed);
	const char *const headers[] = { "Allow", allowed, NULL };
	if (allowed[0] == 0)
		http_answer_problem(request, 404, "no_such_path", "There is nothing at this path.",
		    "此路径不存在。");
	else
		answer_problem(request, 405, "method_not_allowed",
		    "This path is not asked with this method.", "此路径不支持该请求方法。",
		    headers);
	return false;
}

static int hexadecimal(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

// NULL: a "%" without two hexadecimal digits, or a NUL.
static char *percent_decode(const char *text)
{
	char *decoded = allocate(strlen(text) + 1), *end = decoded;
	for (; *text != 0; text++) {
		int value = (unsigned char)*text;
		if (*text == '%') {
			int high = hexadecimal(text[1]), low = high < 0 ? -1 : hexadecimal(text[2]);
			value = low < 0 ? 0 : high * 16 + low;
			text += 2;
		}
		if (value == 0) {
			free(decoded);
			return NULL;
		}
		*end++ = (char)value;
	}
	return decoded;
}

static bool check_tail(struct http_request *request)
{
	size_t size = strlen(request->route->path);
	if (size < 2 || strcmp(request->route->path + size - 2, "{}") != 0)
		return true;
	request->tail = percent_decode(request->path + size - 2);
	if (request->tail != NULL)
		return true;
	http_answer_problem(request, 400, "path_encoding",
	    "The path is not percent-encoded correctly.", "路径的百分号编码有误。");
	return false;
}

static enum MHD_Result query_value_visit(void *context, enum MHD_ValueKind kind, const char *name,
    size_t name_size, const char *value, size_t value_size)
{
	(void)kind;
	bool *clean = context;
	*clean =
	    *clean && strlen(name) == name_size && (value == NULL || strlen(value) == value_size);
	return MHD_YES;
}

static bool check_query(struct http_request *request)
{
	bool clean = true;
	MHD_get_connection_values_n(
	    request->connection, MHD_GET_ARGUMENT_KIND, query_value_visit, &clean);
	if (!clean)
		http_answer_problem(request, 400, "query_encoding",
		    "The query holds a NUL character.", "查询参数含有 NUL 字符。");
	return clean;
}

static uint64_t announced_size(const struct http_request *request)
{
	const char *length = http_header(request, "Content-Length");
	return length != NULL ? strtoull(length, NULL, 10) : 0; // libmicrohttpd checks its form
}

static void refuse_size(struct http_request *request)
{
	char english[96], chinese[96];
	snprintf(english, sizeof english, "The body is larger than %zu bytes.",
	    request->server->body_bytes_max);
	snprintf(
	    chinese, sizeof chinese, "请求正文超过 %zu 字节。", request->server->body_bytes_max);
	http_answer_problem(request, 413, "body_too_large", english, chinese);
}

static bool check_announced_size(struct http_request *request)
{
	if (announced_size(request) <= request->server->body_bytes_max)
		return true;
	refuse_size(request);
	return false;
}

// In this order: a stranger does not learn which paths there are.
static bool (*const checks[])(struct http_request *request) = {
	check_header_size,
	check_host,
	check_token,
	check_route,
	check_tail,
	check_query,
	check_announced_size,
};

// --- the life of a request ----------------------------------------------------------------------
// libmicrohttpd calls: request_new with the request line, request_advance once with the headers,
// then with each piece of the body, then without any; and again without any when a suspended
// request is resumed; request_completed.

static void *request_new(void *context, const char *uri, struct MHD_Connection *connection)
{
	(void)connection;
	struct http_request *request = allocate(sizeof *request);
	request->server = context;
	request->path = bytes_copy_text(bytes_make(uri, strcspn(uri, "?")));
	return request;
}

static void request_completed(void *context, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode why)
{
	(void)context, (void)connection, (void)why;
	struct http_request *request = *state;
	if (request == NULL)
		return;
	if (request->response != NULL)
		MHD_destroy_response(request->response);
	buffer_wipe(&request->body);
	free(request->path);
	free(request->tail);
	free(request);
	*state = NULL;
}

static enum MHD_Result request_send(struct http_request *request)
{
	return MHD_queue_response(request->connection, (unsigned)request->code, request->response);
}

// A refusal goes out before the body only when nothing of the body is on its way yet, or too much
// of it would come: a client that is still sending may lose the answer when the connection is
// closed under it.
static bool refusal_cannot_wait(const struct http_request *request)
{
	return http_header(request, "Expect") != NULL ||
	       announced_size(request) > request->server->body_bytes_max;
}

static enum MHD_Result request_begin(
    struct http_request *request, struct MHD_Connection *connection, const char *method)
{
	request->connection = connection;
	request->route = route_find(request, method);
	request->is_head = strcmp(method, "HEAD") == 0;
	for (size_t i = 0; i < COUNT_OF(checks); i++)
		if (!checks[i](request))
			break;
	if (request->response != NULL && refusal_cannot_wait(request))
		return request_send(request);
	return MHD_YES;
}

static enum MHD_Result request_collect(struct http_request *request, const char *data, size_t size)
{
	size_t limit = request->server->body_bytes_max;
	if (request->response == NULL && size <= limit - request->body.size) {
		buffer_append(&request->body, data, size);
		return MHD_YES;
	}
	if (request->response == NULL)
		refuse_size(request);
	buffer_wipe(&request->body);
	request->dropped += size;
	return request->dropped <= limit ? MHD_YES : MHD_NO;
}

static enum MHD_Result request_finish(struct http_request *request)
{
	if (request->response == NULL && request->server->closing)
		return MHD_NO;
	if (request->response == NULL) {
		ENSURE(!request->handled);
		request->handled = true;
		request->route->handler(request, request->server->context);
	}
	if (request->response != NULL)
		return request_send(request);
	request_wait(request);
	return MHD_YES;
}

static enum MHD_Result request_advance(void *context, struct MHD_Connection *connection,
    const char *url, const char *method, const char *version, const char *data, size_t *size,
    void **state)
{
	(void)context, (void)url, (void)version;
	struct http_request *request = *state;
	ENSURE(request != NULL);
	if (request->connection == NULL)
		return request_begin(request, connection, method);
	if (*size == 0)
		return request_finish(request);
	enum MHD_Result result = request_collect(request, data, *size);
	*size = 0;
	return result;
}

// --- the server ---------------------------------------------------------------------------------

static void server_run(struct http_server *server)
{
	server->running = true;
	server->resumed = false;
	MHD_run(server->daemon);
	server->running = false;
}

// At its limit libmicrohttpd lets go of the listening socket, and takes it back only in the next
// MHD_run() after a connection has ended, which nothing else would bring about.
static bool server_lost_connection(struct http_server *server)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
	unsigned before = server->connections;
	server->connections = info->num_connections;
	return server->connections < before;
}

static void server_turn(void *context)
{
	struct http_server *server = context;
	MHD_UNSIGNED_LONG_LONG timeout_ms;
	server_run(server);
	if (MHD_get_timeout(server->daemon, &timeout_ms) != MHD_YES || timeout_ms > RUN_AT_LEAST_MS)
		timeout_ms = RUN_AT_LEAST_MS;
	if (server->resumed || server_lost_connection(server))
		timeout_ms = 0;
	loop_timer_again(server->timer, (int64_t)timeout_ms);
}

static void server_watched(int events, void *context)
{
	(void)events;
	server_turn(context);
}

static enum status token_check(const char *token, const char *where)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~+/=-";
	size_t size = strlen(token);
	if (size >= TOKEN_BYTES_MIN && size <= TOKEN_BYTES_MAX && strspn(token, alphabet) == size)
		return STATUS_OK;
	return fail(STATUS_INVALID,
	    "%s: a token has %d to %d characters of A-Z a-z 0-9 . _ ~ + / = -", where,
	    TOKEN_BYTES_MIN, TOKEN_BYTES_MAX);
}

static enum status options_check(const struct http_options *options)
{
	bool loopback = strncmp(options->listen, "unix:", 5) != 0;
	if (!loopback)
		return STATUS_OK;
	if (options->token == NULL)
		return fail(STATUS_DENIED, "a token is needed to listen on %s", options->listen);
	return token_check(options->token, options->listen);
}

static enum status daemon_start(
    struct http_server *server, const struct http_options *options, int listening)
{
	// No MHD_USE_ERROR_LOG: libmicrohttpd would write of every client that leaves.
	server->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
	    request_advance, NULL, MHD_OPTION_LISTEN_SOCKET, (MHD_socket)listening,
	    MHD_OPTION_URI_LOG_CALLBACK, request_new, server, MHD_OPTION_NOTIFY_COMPLETED,
	    request_completed, NULL, MHD_OPTION_CONNECTION_LIMIT, options->connections_max,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENCE_SECONDS_MAX,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
	if (server->daemon != NULL)
		return STATUS_OK;
	// It depends on what failed whether libmicrohttpd has closed it.
	if (fcntl(listening, F_GETFD) >= 0)
		close(listening);
	return fail(STATUS_IO, "the HTTP server cannot be started on %s", options->listen);
}

static enum status daemon_attach(struct http_server *server)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	ENSURE(info != NULL);
	server->timer = loop_timer_open(server->loop, 0, 0, server_turn, server);
	return loop_watch_open(
	    &server->watch, server->loop, info->epoll_fd, LOOP_READABLE, server_watched, server);
}

enum status http_server_open(
    struct http_server **server, struct loop *loop, const struct http_options *options)
{
	int listening = -1;
	*server = NULL;
	struct http_server *fresh = allocate(sizeof *fresh);
	fresh->loop = loop;
	fresh->token = options->token != NULL ? text_copy(options->token) : NULL;
	fresh->body_bytes_max = options->body_bytes_max;
	fresh->context = options->context;
	fresh->admit = options->admit;
	routes_copy(fresh, options);
	enum status status = options_check(options);
	if (status == STATUS_OK)
		status = socket_listen(fresh, options->listen, &listening);
	if (status == STATUS_OK)
		status = daemon_start(fresh, options, listening);
	if (status == STATUS_OK)
		status = daemon_attach(fresh);
	if (status == STATUS_OK)
		*server = fresh;
	else
		http_server_close(&fresh);
	return status;
}

int http_server_port(const struct http_server *server)
{
	return server->port;
}

void http_server_quiesce(struct http_server *server)
{
	if (server->quiesced)
		return;
	server->quiesced = true;
	unix_remove_own(server);
	MHD_socket listening = MHD_quiesce_daemon(server->daemon);
	if (listening != MHD_INVALID_SOCKET)
		close(listening);
}

static void daemon_stop(struct http_server *server)
{
	http_server_quiesce(server);
	server->closing = true;
	for (struct http_stream *stream = server->streams; stream != NULL; stream = stream->next)
		http_stream_end(stream);
	// What was answered in this very turn still leaves, as far as the sockets take it at once.
	for (int i = 0; i < CLOSING_RUNS; i++)
		server_run(server);
	while (server->waiting != NULL)
		request_wake(server->waiting);
	MHD_stop_daemon(server->daemon);
}

void http_server_close(struct http_server **server)
{
	struct http_server *closed = *server;
	*server = NULL;
	if (closed == NULL)
		return;
	ENSURE(!closed->running);
	loop_watch_close(&closed->watch);
	loop_timer_close(&closed->timer);
	if (closed->daemon != NULL)
		daemon_stop(closed);
	unix_remove_own(closed);
	routes_free(closed);
	if (closed->token != NULL)
		explicit_bzero(closed->token, strlen(closed->token));
	free(closed->token);
	free(closed);
}

// --- what handlers ask --------------------------------------------------------------------------

struct bytes http_body(const struct http_request *request)
{
	return buffer_bytes(&request->body);
}

const char *http_path_tail(const struct http_request *request)
{
	return request->tail != NULL ? request->tail : "";
}

const char *http_query(const struct http_request *request, const char *name)
{
	const char *value = NULL;
	enum MHD_Result found = MHD_lookup_connection_value_n(
	    request->connection, MHD_GET_ARGUMENT_KIND, name, strlen(name), &value, NULL);
	return found == MHD_YES && value == NULL ? "" : value;
}

const char *http_header(const struct http_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

bool http_content_type_is(const struct http_request *request, const char *type)
{
	const char *given = http_header(request, "Content-Type");
	return given != NULL && strcspn(given, "; \t") == strlen(type) &&
	       strncasecmp(given, type, strlen(type)) == 0;
}

// The weight of one entry of Accept-Language in thousandths: "zh-CN;q=0.9" is 900.
static int language_weight(const char *entry, size_t size)
{
	char text[64];
	snprintf(text, sizeof text, "%.*s", (int)(size < sizeof text ? size : 0), entry);
	const char *weight = strstr(text, "q=");
	if (weight == NULL)
		return 1000;
	int thousandths = weight[2] == '1' ? 1000 : 0, unit = 100;
	for (const char *digit = weight + 4;
	     weight[2] == '0' && weight[3] == '.' && *digit >= '0' && *digit <= '9';
	     digit++, unit /= 10)
		thousandths += (*digit - '0') * unit;
	return thousandths;
}

bool http_wants_chinese(const struct http_request *request)
{
	const char *entry = http_header(request, "Accept-Language");
	int best = 0;
	bool chinese = false;
	while (entry != NULL && *entry != 0) {
		entry += strspn(entry, " \t,");
		size_t size = strcspn(entry, ",");
		int weight = size > 0 ? language_weight(entry, size) : 0;
		if (weight > best) {
			best = weight;
			chinese =
			    strncasecmp(entry, "zh", 2) == 0 && strchr("-; \t,", entry[2]) != NULL;
		}
		entry += size;
	}
	return chinese;
}

// --- the token file -----------------------------------------------------------------------------

static enum status token_file_read(int descriptor, const char *path, char *line, size_t size)
{
	struct stat file;
	if (fstat(descriptor, &file) != 0)
		return fail(STATUS_IO, "%s cannot be examined: %s", path, strerror(errno));
	if (!S_ISREG(file.st_mode))
		return fail(STATUS_DENIED, "%s is no regular file", path);
	if ((file.st_mode & 077) != 0)
		return fail(STATUS_DENIED, "%s has mode %03o: others may use it; give it mode 600",
		    path, (unsigned)(file.st_mode & 0777));
	ssize_t got = read(descriptor, line, size - 1);
	if (got < 0)
		return fail(STATUS_IO, "%s cannot be read: %s", path, strerror(errno));
	line[got] = 0;
	if (strlen(line) != (size_t)got || (size_t)got == size - 1)
		return fail(STATUS_INVALID, "%s holds more than one line with a token", path);
	return STATUS_OK;
}

static enum status token_line_parse(const char *path, char *line, char **token)
{
	char *start = line + strlen(TOKEN_LINE_START);
	if (strncmp(line, TOKEN_LINE_START, strlen(TOKEN_LINE_START)) != 0)
		return fail(
		    STATUS_INVALID, "%s: expected one line \"" TOKEN_LINE_START "TOKEN\"", path);
	size_t size = strcspn(start, "\r\n");
	const char *end = start + size;
	if (strcmp(end, "") != 0 && strcmp(end, "\n") != 0 && strcmp(end, "\r\n") != 0)
		return fail(STATUS_INVALID, "%s holds more than one line with a token", path);
	start[size] = 0;
	enum status status = token_check(start, path);
	if (status == STATUS_OK)
		*token = text_copy(start);
	return status;
}

enum status http_token_read(const char *path, char **token)
{
	char line[sizeof TOKEN_LINE_START + TOKEN_BYTES_MAX + 3];
	*token = NULL;
	int descriptor =
	    open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a pipe must not make us wait
	if (descriptor < 0)
		return fail(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO,
		    "%s cannot be opened: %s", path, strerror(errno));
	enum status status = token_file_read(descriptor, path, line, sizeof line);
	if (status == STATUS_OK)
		status = token_line_parse(path, line, token);
	close(descriptor);
	explicit_bzero(line, sizeof line);
	return status;
}
