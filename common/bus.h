// SPDX-License-Identifier: Apache-2.0
// bus: authenticated, encrypted message sockets on a loop (ZeroMQ with CURVE).
//
// Every socket speaks CURVE; there is no way to open one without. A serving socket asks the
// allow-list (ZAP, fail closed); a connecting one accepts only the server key it was given. Queues
// drop when full, in both directions: whoever needs every message counts them.
#ifndef COMMON_BUS_H
#define COMMON_BUS_H

#include "buffer.h"
#include "loop.h"
#include "status.h"

enum {
	BUS_KEY_SIZE = 41
}; // 40 characters of Z85 and a NUL

struct bus; // one a process: the context, the keys and the door
struct bus_socket;

void bus_keypair(char public_key[BUS_KEY_SIZE], char secret_key[BUS_KEY_SIZE]);

// Is this public key (40 characters) one of those that may connect? Asked on every handshake.
typedef bool bus_admit(const char *public_key, void *context);

// Copies keys. admit may be NULL when nothing is served: then nobody gets in.
MUST_CHECK enum status bus_open(struct bus **bus, struct loop *loop, const char *public_key,
    const char *secret_key, bus_admit *admit, void *context);
// Closes its sockets first; waits at most linger_ms for what is queued to leave.
void bus_close(struct bus **bus, int linger_ms);

uint64_t bus_refused(const struct bus *bus); // handshakes turned away since the start

// One message of a topic and a body; peer is empty but for replay servers, where it addresses the
// answer. All borrowed.
typedef void bus_receive(struct bytes peer, struct bytes topic, struct bytes body, void *context);

// Serving: publishes to whoever is subscribed.
MUST_CHECK enum status bus_publish_open(
    struct bus_socket **socket, struct bus *bus, const char *endpoint);
// Serving: takes requests (no topic) and answers each peer.
MUST_CHECK enum status bus_answer_open(struct bus_socket **socket, struct bus *bus,
    const char *endpoint, bus_receive *receive, void *context);
// Connecting: subscribes to one topic.
MUST_CHECK enum status bus_subscribe_open(struct bus_socket **socket, struct bus *bus,
    const char *endpoint, const char *server_key, const char *topic, bus_receive *receive,
    void *context);
// Connecting: sends requests, gets answers.
MUST_CHECK enum status bus_request_open(struct bus_socket **socket, struct bus *bus,
    const char *endpoint, const char *server_key, bus_receive *receive, void *context);

// While paused nothing is received: what arrives waits in the queue, and past its end is lost.
void bus_socket_pause(struct bus_socket *socket, bool paused);

// Accepts NULL; sets *socket to NULL. Allowed inside its own callback.
void bus_socket_close(struct bus_socket **socket);

// Copies. STATUS_BUSY: the queue of that peer is full, nothing was sent. STATUS_NOT_FOUND: that
// peer is gone. On a publishing socket peer is empty; on a requesting one peer and topic are.
MUST_CHECK enum status bus_send(
    struct bus_socket *socket, struct bytes peer, struct bytes topic, struct bytes body);

#endif
