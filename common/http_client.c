// SPDX-License-Identifier: Apache-2.0
// http_client: one HTTP request at a time, waiting for the answer (libcurl).
//
// The token goes over the wire in clear, so nothing but this machine is ever called.
#include "http_client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <sys/un.h>

enum {
	ANSWER_BYTES_MAX = 256 * 1024 * 1024,
	EXPECT_BYTES_MIN = 1024 * 1024, // from here on it is worth asking before sending
	PORT_DIGITS_MAX = 5,
	PORT_MAX = 65535,
	UNIX_PATH_BYTES_MAX = sizeof((struct sockaddr_un *)0)->sun_path - 1,
};

static const char UNIX_PREFIX[] = "unix:";

// --- checks: what must not reach a request line or header ----------------------------

static const char *unix_path(const char *address)
{
	size_t prefix = strlen(UNIX_PREFIX);
	return strncmp(address, UNIX_PREFIX, prefix) == 0 ? address + prefix : NULL;
}

static bool is_port(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > PORT_DIGITS_MAX || text[digits] != 0)
		return false;
	return atoi(text) >= 1 && atoi(text) <= PORT_MAX;
}

static bool is_loopback(const char *address)
{
	static const char *const hosts[] = { "127.0.0.1:", "[::1]:", "localhost:" };
	for (size_t i = 0; i < COUNT_OF(hosts); i++)
		if (strncmp(address, hosts[i], strlen(hosts[i])) == 0)
			return is_port(address + strlen(hosts[i]));
	return false;
}

static bool is_visible_ascii(const char *text)
{
	for (; *text != 0; text++)
		if (*text < 0x21 || *text > 0x7e)
			return false;
	return true;
}

static enum status check_address(const char *address)
{
	const char *path = unix_path(address);
	if (path == NULL && !is_loopback(address))
		return fail(STATUS_INVALID,
		    "expected 127.0.0.1:PORT, [::1]:PORT or unix:/PATH as the address to call");
	if (path != NULL && (path[0] == 0 || strlen(path) > UNIX_PATH_BYTES_MAX))
		return fail(STATUS_INVALID, "expected unix: and a path of 1 to %d bytes",
		    (int)UNIX_PATH_BYTES_MAX);
	return STATUS_OK;
}

static enum status check_call(const struct http_call *call)
{
	ENSURE(call->timeout_ms > 0 && is_visible_ascii(call->method));
	if (call->path[0] != '/' || !is_visible_ascii(call->path))
		return fail(STATUS_INVALID, "expected an encoded path that begins with /");
	if (call->token != NULL && (call->token[0] == 0 || !is_visible_ascii(call->token)))
		return fail(STATUS_INVALID, "expected a token of visible ASCII characters");
	return check_address(call->address);
}

// --- the exchange --------------------------------------------------------------------

struct exchange {
	const struct http_call *call;
	CURL *curl;
	struct curl_slist *headers;
	struct buffer url;
	struct buffer *answer;
	size_t answer_start; // the caller's content before it
};

static void header_add(struct exchange *exchange, const char *name, const char *value)
{
	struct buffer line = { 0 };
	buffer_printf(&line, "%s%s", name, value);
	struct curl_slist *longer = curl_slist_append(exchange->headers, buffer_text(&line));
	ENSURE(longer != NULL);
	exchange->headers = longer;
	buffer_wipe(&line);
}

static void headers_wipe(struct curl_slist *headers)
{
	for (struct curl_slist *header = headers; header != NULL; header = header->next)
		explicit_bzero(header->data, strlen(header->data));
	curl_slist_free_all(headers);
}

// libcurl's callback: anything but size * count ends the transfer.
static size_t take_answer(char *data, size_t size, size_t count, void *context)
{
	struct exchange *exchange = context;
	size_t so_far = exchange->answer->size - exchange->answer_start;
	if (size * count > ANSWER_BYTES_MAX - so_far)
		return 0;
	buffer_append(exchange->answer, data, size * count);
	return size * count;
}

// A name with nothing behind its colon tells libcurl not to send that header.
static void headers_make(struct exchange *exchange)
{
	const struct http_call *call = exchange->call;
	header_add(
	    exchange, "Content-Type: ", call->content_type != NULL ? call->content_type : "");
	if (call->body.size < EXPECT_BYTES_MIN)
		header_add(exchange, "Expect: ", "");
	if (call->token != NULL)
		header_add(exchange, "Authorization: Bearer ", call->token);
}

static void set_limits(struct exchange *exchange)
{
	CURL *curl = exchange->curl;
	int failed = 0; // an option can only fail when libcurl does not know it or memory is gone
	failed |= curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
	failed |= curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	failed |= curl_easy_setopt(curl, CURLOPT_PROXY, "");
	failed |= curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	failed |= curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	failed |= curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	failed |= curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)exchange->call->timeout_ms);
	failed |= curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)ANSWER_BYTES_MAX);
	failed |= curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
	failed |= curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
	ENSURE(failed == 0);
}

static void set_request(struct exchange *exchange)
{
	CURL *curl = exchange->curl;
	const struct http_call *call = exchange->call;
	const char *socket_path = unix_path(call->address);
	buffer_printf(&exchange->url, "http://%s%s",
	    socket_path != NULL ? "localhost" : call->address, call->path);
	int failed = 0;
	failed |= curl_easy_setopt(curl, CURLOPT_URL, buffer_text(&exchange->url));
	failed |= curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_path);
	failed |= curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	failed |= curl_easy_setopt(curl, CURLOPT_USERAGENT, "onecity");
	failed |= curl_easy_setopt(curl, CURLOPT_HTTPHEADER, exchange->headers);
	if (call->body.size > 0 || strcmp(call->method, "POST") == 0) {
		const char *body = call->body.size > 0 ? (const char *)call->body.data : "";
		failed |= curl_easy_setopt(
		    curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.size);
		failed |= curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	}
	failed |= curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
	ENSURE(failed == 0);
}

static enum status fail_to_connect(const struct exchange *exchange)
{
	long cause = 0;
	curl_easy_getinfo(exchange->curl, CURLINFO_OS_ERRNO, &cause);
	return fail(STATUS_UNAVAILABLE, "nothing answers at %s%s%s", exchange->call->address,
	    cause != 0 ? ": " : "", cause != 0 ? strerror((int)cause) : "");
}

static enum status fail_transfer(const struct exchange *exchange, CURLcode code)
{
	static const struct {
		CURLcode code;
		enum status status;
		const char *what;
	} failures[] = {
		{ CURLE_GOT_NOTHING, STATUS_UNAVAILABLE,
		    "the connection was closed without an answer" },
		{ CURLE_SEND_ERROR, STATUS_UNAVAILABLE, "the connection broke while asking" },
		{ CURLE_RECV_ERROR, STATUS_UNAVAILABLE,
		    "the connection broke before the answer was whole" },
		{ CURLE_PARTIAL_FILE, STATUS_UNAVAILABLE,
		    "the connection broke before the answer was whole" },
		{ CURLE_FILESIZE_EXCEEDED, STATUS_TOO_LARGE, "the answer is larger than 256 MiB" },
		{ CURLE_WRITE_ERROR, STATUS_TOO_LARGE, "the answer is larger than 256 MiB" },
		{ CURLE_UNSUPPORTED_PROTOCOL, STATUS_IO, "what answers does not speak HTTP/1.1" },
		{ CURLE_WEIRD_SERVER_REPLY, STATUS_IO, "what answers does not speak HTTP/1.1" },
	};
	const char *address = exchange->call->address;
	if (code == CURLE_COULDNT_CONNECT)
		return fail_to_connect(exchange);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return fail(STATUS_UNAVAILABLE, "%s: no whole answer within %lld ms", address,
		    (long long)exchange->call->timeout_ms);
	for (size_t i = 0; i < COUNT_OF(failures); i++)
		if (failures[i].code == code)
			return fail(failures[i].status, "%s: %s", address, failures[i].what);
	return fail(STATUS_IO, "%s: %s", address, curl_easy_strerror(code));
}

static enum status perform(struct exchange *exchange, int *code)
{
	long answered = 0;
	CURLcode result = curl_easy_perform(exchange->curl);
	if (result != CURLE_OK) {
		exchange->answer->size = exchange->answer_start;
		return fail_transfer(exchange, result);
	}
	curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &answered);
	*code = (int)answered;
	return STATUS_OK;
}

enum status http_client_call(const struct http_call *call, int *code, struct buffer *answer)
{
	struct exchange exchange = { .call = call, .answer = answer, .answer_start = answer->size };
	*code = 0;
	enum status status = check_call(call);
	if (status != STATUS_OK)
		return status;
	exchange.curl = curl_easy_init();
	ENSURE(exchange.curl != NULL);
	headers_make(&exchange);
	set_limits(&exchange);
	set_request(&exchange);
	status = perform(&exchange, code);
	curl_easy_cleanup(exchange.curl);
	headers_wipe(exchange.headers);
	buffer_deinit(&exchange.url);
	return status;
}

void http_client_encode(struct buffer *out, const char *text)
{
	static const char unreserved[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	for (; *text != 0; text++) {
		if (strchr(unreserved, *text) != NULL)
			buffer_append_byte(out, (uint8_t)*text);
		else
			buffer_printf(out, "%%%02X", (uint8_t)*text);
	}
}
