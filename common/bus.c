// SPDX-License-Identifier: Apache-2.0
// bus: authenticated, encrypted message sockets on a loop (ZeroMQ with CURVE).
#include "bus.h"

#include <errno.h>
#include <zmq.h>

// Hidden behind the draft interface in Debian's header, and working: without it a missing ZAP
// handler lets everybody in.
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

enum {
	MESSAGES_A_TURN = 64,
	ADMISSION_FRAMES = 8, // routing id, empty, version, request, domain, address, identity,
			      // mechanism; then the key
};

struct bus {
	struct loop *loop;
	void *context;
	char public_key[BUS_KEY_SIZE], secret_key[BUS_KEY_SIZE];
	bus_admit *admit;
	void *admit_context;
	uint64_t refused;
	void *door; // the ZAP handler's socket
	struct loop_source *door_source;
	struct bus_socket *sockets;
};

struct bus_socket {
	struct bus *bus;
	struct bus_socket *next;
	void *socket;
	struct loop_source *source;
	bus_receive *receive;
	void *context;
	bool has_peer, has_topic; // which frames come before a body that arrives
	bool running, closed;     // closed inside its own callback: freed behind it
	bool paused;
};

void bus_keypair(char public_key[BUS_KEY_SIZE], char secret_key[BUS_KEY_SIZE])
{
	ENSURE(zmq_curve_keypair(public_key, secret_key) == 0);
}

static enum status bus_fail(const char *doing, const char *endpoint)
{
	return fail(
	    STATUS_UNAVAILABLE, "%s: %s, while %s", endpoint, zmq_strerror(zmq_errno()), doing);
}

static bool readable(void *socket)
{
	int events = 0;
	size_t size = sizeof events;
	return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0 &&
	       (events & ZMQ_POLLIN) != 0;
}

// --- the door: ZAP (RFC 27) ---

struct frames {
	zmq_msg_t list[ADMISSION_FRAMES + 2];
	size_t count;
};

static struct bytes frame(const struct frames *frames, size_t at)
{
	zmq_msg_t *message = (zmq_msg_t *)(uintptr_t)&frames->list[at];
	return bytes_make(zmq_msg_data(message), zmq_msg_size(message));
}

static void frames_close(struct frames *frames)
{
	for (size_t i = 0; i < frames->count; i++)
		zmq_msg_close(&frames->list[i]);
	frames->count = 0;
}

// Receives one whole message; what has more frames than fit is dropped. False: nothing was waiting.
static bool frames_receive(void *socket, struct frames *frames, bool *whole)
{
	*whole = true;
	frames->count = 0;
	for (bool more = true; more;) {
		zmq_msg_t extra, *message = frames->count < COUNT_OF(frames->list)
						? &frames->list[frames->count]
						: &extra;
		zmq_msg_init(message);
		if (zmq_msg_recv(message, socket, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(message);
			frames_close(frames);
			return false;
		}
		more = zmq_msg_more(message);
		if (message == &extra) {
			*whole = false;
			zmq_msg_close(message);
		} else {
			frames->count++;
		}
	}
	return true;
}

static bool admits(const struct bus *bus, const struct frames *frames)
{
	char key[BUS_KEY_SIZE];
	if (frames->count != ADMISSION_FRAMES + 1 || !bytes_equal_text(frame(frames, 2), "1.0") ||
	    !bytes_equal_text(frame(frames, 7), "CURVE") || frame(frames, 8).size != 32)
		return false;
	return zmq_z85_encode(key, frame(frames, 8).data, 32) != NULL && bus->admit != NULL &&
	       bus->admit(key, bus->admit_context);
}

static void send_frame(void *socket, struct bytes bytes, bool more)
{
	zmq_send(socket, bytes.data, bytes.size, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0));
}

static void answer_at_door(struct bus *bus, const struct frames *frames)
{
	bool admitted = admits(bus, frames);
	if (!admitted)
		bus->refused++;
	// 300 lets a client whose key is added later try again; 400 would silence it for good.
	const char *answer[] = { "1.0", NULL, admitted ? "200" : "300",
		admitted ? "" : "not on the list", "", "" };
	send_frame(bus->door, frame(frames, 0), true);
	send_frame(bus->door, bytes_make("", 0), true);
	for (size_t i = 0; i < COUNT_OF(answer); i++)
		send_frame(bus->door, i == 1 ? frame(frames, 3) : bytes_of_text(answer[i]),
		    i + 1 < COUNT_OF(answer));
}

static bool door_ready(void *context)
{
	return readable(((struct bus *)context)->door);
}

static void door_run(void *context)
{
	struct bus *bus = context;
	struct frames frames;
	bool whole;
	for (int i = 0; i < MESSAGES_A_TURN && frames_receive(bus->door, &frames, &whole); i++) {
		if (whole && frames.count >= 4)
			answer_at_door(bus, &frames);
		frames_close(&frames);
	}
}

static enum status open_source(struct loop_source **source, struct loop *loop, void *socket,
    loop_ready *ready, loop_callback *run, void *context)
{
	int descriptor = -1;
	size_t size = sizeof descriptor;
	if (zmq_getsockopt(socket, ZMQ_FD, &descriptor, &size) != 0)
		return bus_fail("asking for its descriptor", "a socket");
	return loop_source_open(source, loop, descriptor, ready, run, context);
}

enum status bus_open(struct bus **bus, struct loop *loop, const char *public_key,
    const char *secret_key, bus_admit *admit, void *context)
{
	*bus = NULL;
	struct bus *fresh = allocate(sizeof *fresh);
	fresh->loop = loop;
	fresh->admit = admit;
	fresh->admit_context = context;
	ENSURE(strlen(public_key) < BUS_KEY_SIZE && strlen(secret_key) < BUS_KEY_SIZE);
	strcpy(fresh->public_key, public_key);
	strcpy(fresh->secret_key, secret_key);
	enum status status = STATUS_OK;
	fresh->context = zmq_ctx_new();
	ENSURE(fresh->context != NULL);
	fresh->door = zmq_socket(fresh->context, ZMQ_ROUTER);
	// Before any other socket: a server that binds first would let everybody in.
	if (fresh->door == NULL || zmq_bind(fresh->door, "inproc://zeromq.zap.01") != 0)
		status = bus_fail("opening the door", "inproc://zeromq.zap.01");
	if (status == STATUS_OK)
		status = open_source(
		    &fresh->door_source, loop, fresh->door, door_ready, door_run, fresh);
	if (status == STATUS_OK)
		*bus = fresh;
	else
		bus_close(&fresh, 0);
	return status;
}

static void socket_free(struct bus_socket *socket, int linger_ms)
{
	loop_source_close(&socket->source); // before its descriptor goes
	if (socket->socket != NULL) {
		zmq_setsockopt(socket->socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
		zmq_close(socket->socket);
	}
	free(socket);
}

void bus_close(struct bus **bus, int linger_ms)
{
	if (*bus == NULL)
		return;
	struct bus *old = *bus;
	while (old->sockets != NULL) {
		struct bus_socket *socket = old->sockets;
		old->sockets = socket->next;
		socket_free(socket, linger_ms);
	}
	loop_source_close(&old->door_source);
	if (old->door != NULL) {
		zmq_setsockopt(old->door, ZMQ_LINGER, &(int){ 0 }, sizeof(int));
		zmq_close(old->door);
	}
	zmq_ctx_term(old->context);
	explicit_bzero(old->secret_key, sizeof old->secret_key);
	free(old);
	*bus = NULL;
}

uint64_t bus_refused(const struct bus *bus)
{
	return bus->refused;
}

// --- sockets ---

struct option {
	int name;
	int value;
};

// Queue lengths count messages, of MESSAGE_BYTES_MAX at most: they bound memory, and what they drop
// is replayed. No ZMTP heartbeats: they abort the process when a queue is full (libzmq issues 3937
// and 4364); departments send their own.
static const struct option common_options[] = {
	{ ZMQ_HANDSHAKE_IVL, 5000 },
	{ ZMQ_LINGER, 0 },
	{ ZMQ_TCP_KEEPALIVE, 1 },
	{ ZMQ_TCP_KEEPALIVE_IDLE, 15 },
	{ ZMQ_TCP_KEEPALIVE_INTVL, 5 },
	{ ZMQ_TCP_KEEPALIVE_CNT, 3 },
};
static const struct option publish_options[] = { { ZMQ_SNDHWM, 256 } };
static const struct option answer_options[] = { { ZMQ_SNDHWM, 16 }, { ZMQ_RCVHWM, 256 },
	{ ZMQ_ROUTER_MANDATORY, 1 } };
static const struct option subscribe_options[] = {
	{ ZMQ_RCVHWM, 256 },
	{ ZMQ_RECONNECT_IVL, 100 },
	{ ZMQ_RECONNECT_IVL_MAX, 5000 },
	{ ZMQ_CONNECT_TIMEOUT, 5000 },
};
static const struct option request_options[] = {
	{ ZMQ_SNDHWM, 16 },
	{ ZMQ_RCVHWM, 256 },
	{ ZMQ_RECONNECT_IVL, 100 },
	{ ZMQ_RECONNECT_IVL_MAX, 5000 },
	{ ZMQ_CONNECT_TIMEOUT, 5000 },
};

enum {
	SERVER_MESSAGE_BYTES_MAX = 64 * 1024,
	CLIENT_MESSAGE_BYTES_MAX = 2 * 1024 * 1024
};

static const struct role {
	int type;
	bool serves, has_peer, has_topic;
	const struct option *options;
	size_t option_count;
	int64_t message_bytes_max; // applies before authentication, too
} roles[] = {
	{ ZMQ_PUB, true, false, false, publish_options, COUNT_OF(publish_options),
	    SERVER_MESSAGE_BYTES_MAX },
	{ ZMQ_ROUTER, true, true, false, answer_options, COUNT_OF(answer_options),
	    SERVER_MESSAGE_BYTES_MAX },
	{ ZMQ_SUB, false, false, true, subscribe_options, COUNT_OF(subscribe_options),
	    CLIENT_MESSAGE_BYTES_MAX },
	{ ZMQ_DEALER, false, false, true, request_options, COUNT_OF(request_options),
	    CLIENT_MESSAGE_BYTES_MAX },
};

static bool set_options(void *socket, const struct option *options, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (zmq_setsockopt(
			socket, options[i].name, &options[i].value, sizeof options[i].value) != 0)
			return false;
	return true;
}

static bool set_text(void *socket, int name, const char *text)
{
	return zmq_setsockopt(socket, name, text, strlen(text)) == 0;
}

static bool secure(
    const struct bus *bus, void *socket, const struct role *role, const char *server_key)
{
	const struct option server[] = { { ZMQ_CURVE_SERVER, 1 }, { ZMQ_ZAP_ENFORCE_DOMAIN, 1 } };
	if (role->serves)
		return set_options(socket, server, COUNT_OF(server)) &&
		       set_text(socket, ZMQ_ZAP_DOMAIN, "onecity") &&
		       set_text(socket, ZMQ_CURVE_SECRETKEY, bus->secret_key);
	return set_text(socket, ZMQ_CURVE_SERVERKEY, server_key) &&
	       set_text(socket, ZMQ_CURVE_PUBLICKEY, bus->public_key) &&
	       set_text(socket, ZMQ_CURVE_SECRETKEY, bus->secret_key);
}

static bool socket_ready(void *context)
{
	struct bus_socket *socket = context;
	bool waiting =
	    !socket->closed &&
	    readable(socket->socket); // asked while paused, too: else its descriptor stays awake
	return waiting && !socket->paused;
}

static void hand_over(struct bus_socket *socket, const struct frames *frames)
{
	size_t at = 0;
	struct bytes none = { (const uint8_t *)"", 0 };
	if (frames->count != 1 + (size_t)socket->has_peer + socket->has_topic ||
	    socket->receive == NULL)
		return;
	struct bytes peer = socket->has_peer ? frame(frames, at++) : none;
	struct bytes topic = socket->has_topic ? frame(frames, at++) : none;
	socket->receive(peer, topic, frame(frames, at), socket->context);
}

static void socket_run(void *context)
{
	struct bus_socket *socket = context;
	struct frames frames;
	bool whole;
	socket->running = true;
	for (int i = 0; i < MESSAGES_A_TURN && !socket->closed && !socket->paused; i++) {
		if (!frames_receive(socket->socket, &frames, &whole))
			break;
		if (whole)
			hand_over(socket, &frames);
		frames_close(&frames);
	}
	socket->running = false;
	if (socket->closed)
		socket_free(socket, 0);
}

static enum status connect_or_bind(struct bus_socket *socket, const struct role *role,
    const char *endpoint, const char *server_key, const char *topic)
{
	const struct bus *bus = socket->bus;
	if (!set_options(socket->socket, common_options, COUNT_OF(common_options)) ||
	    !set_options(socket->socket, role->options, role->option_count) ||
	    zmq_setsockopt(socket->socket, ZMQ_MAXMSGSIZE, &role->message_bytes_max,
		sizeof role->message_bytes_max) != 0)
		return bus_fail("setting its limits", endpoint);
	if (!secure(bus, socket->socket, role, server_key))
		return bus_fail("setting its keys", endpoint);
	if (role->type == ZMQ_SUB && !set_text(socket->socket, ZMQ_SUBSCRIBE, topic))
		return bus_fail("subscribing", endpoint);
	if ((role->serves ? zmq_bind : zmq_connect)(socket->socket, endpoint) != 0)
		return bus_fail(role->serves ? "binding" : "connecting", endpoint);
	return open_source(
	    &socket->source, bus->loop, socket->socket, socket_ready, socket_run, socket);
}

static enum status socket_open(struct bus_socket **socket, struct bus *bus, const struct role *role,
    const char *endpoint, const char *server_key, const char *topic, bus_receive *receive,
    void *context)
{
	*socket = NULL;
	struct bus_socket *fresh = allocate(sizeof *fresh);
	*fresh = (struct bus_socket){ .bus = bus,
		.receive = receive,
		.context = context,
		.has_peer = role->has_peer,
		.has_topic = role->has_topic };
	fresh->socket = zmq_socket(bus->context, role->type);
	enum status status = fresh->socket == NULL
				 ? bus_fail("making a socket", endpoint)
				 : connect_or_bind(fresh, role, endpoint, server_key, topic);
	if (status != STATUS_OK) {
		socket_free(fresh, 0);
		return status;
	}
	fresh->next = bus->sockets;
	bus->sockets = fresh;
	*socket = fresh;
	return STATUS_OK;
}

enum status bus_publish_open(struct bus_socket **socket, struct bus *bus, const char *endpoint)
{
	return socket_open(socket, bus, &roles[0], endpoint, NULL, NULL, NULL, NULL);
}

enum status bus_answer_open(struct bus_socket **socket, struct bus *bus, const char *endpoint,
    bus_receive *receive, void *context)
{
	return socket_open(socket, bus, &roles[1], endpoint, NULL, NULL, receive, context);
}

enum status bus_subscribe_open(struct bus_socket **socket, struct bus *bus, const char *endpoint,
    const char *server_key, const char *topic, bus_receive *receive, void *context)
{
	return socket_open(socket, bus, &roles[2], endpoint, server_key, topic, receive, context);
}

enum status bus_request_open(struct bus_socket **socket, struct bus *bus, const char *endpoint,
    const char *server_key, bus_receive *receive, void *context)
{
	return socket_open(socket, bus, &roles[3], endpoint, server_key, NULL, receive, context);
}

void bus_socket_pause(struct bus_socket *socket, bool paused)
{
	socket->paused = paused;
}

void bus_socket_close(struct bus_socket **socket)
{
	struct bus_socket *old = *socket;
	if (old == NULL)
		return;
	*socket = NULL;
	for (struct bus_socket **at = &old->bus->sockets; *at != NULL; at = &(*at)->next) {
		if (*at == old) {
			*at = old->next;
			break;
		}
	}
	old->closed = true;
	if (!old->running)
		socket_free(old, 0);
}

static enum status send_status(int code)
{
	if (code >= 0)
		return STATUS_OK;
	if (zmq_errno() == EAGAIN)
		return fail(STATUS_BUSY, "the queue is full");
	if (zmq_errno() == EHOSTUNREACH)
		return fail(STATUS_NOT_FOUND, "the peer is gone");
	return fail(STATUS_IO, "%s, while sending", zmq_strerror(zmq_errno()));
}

// Only the first frame can be refused: the frames of one message are taken together.
enum status bus_send(
    struct bus_socket *socket, struct bytes peer, struct bytes topic, struct bytes body)
{
	const struct bytes parts[] = { peer, topic, body };
	const bool present[] = { peer.size > 0, topic.size > 0, true };
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		if (!present[i])
			continue;
		int flags = ZMQ_DONTWAIT | (i + 1 < COUNT_OF(parts) ? ZMQ_SNDMORE : 0);
		enum status status =
		    send_status(zmq_send(socket->socket, parts[i].data, parts[i].size, flags));
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}
