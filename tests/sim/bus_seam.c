// SPDX-License-Identifier: Apache-2.0
// bus_seam: the sockets of bus.h over a network that loses, doubles, delays and parts.
#include "sim.h"

#include <stdio.h>

enum {
	QUEUE_MAX = 20, // messages that wait in a paused socket; what comes more is lost
	NEAR_MS = 1,    // a connection keeps the order
	FAR_MS_MAX = 3000,
};

enum socket_kind {
	SOCKET_PUBLISH,
	SOCKET_ANSWER,
	SOCKET_SUBSCRIBE,
	SOCKET_REQUEST
};

struct bus {
	struct process *process;
	struct bus_socket *sockets;
};

struct bus_socket {
	struct bus_socket *next, *next_everywhere;
	struct bus *bus;
	enum socket_kind kind;
	uint64_t number; // never used again
	char endpoint[16];
	bus_receive *receive;
	void *context;
	bool paused;
	struct flight *queue, **queue_end;
	size_t queued;
};

// A message on its way.
struct flight {
	struct flight *next;
	uint64_t to, from; // sockets
	struct buffer message;
};

static struct bus_socket *everywhere;
static uint64_t sockets_made;

static void flight_free(void *context)
{
	struct flight *flight = context;
	buffer_deinit(&flight->message);
	free(flight);
}

static struct bus_socket *find_socket(uint64_t number)
{
	struct bus_socket *socket = everywhere;
	while (socket != NULL && socket->number != number)
		socket = socket->next_everywhere;
	return socket;
}

// --- arriving ---

static void receive(struct bus_socket *socket, struct flight *flight)
{
	char peer[24] = "";
	if (socket->kind == SOCKET_ANSWER)
		snprintf(peer, sizeof peer, "%llu", (unsigned long long)flight->from);
	socket->receive(bytes_of_text(peer), bytes_make("", 0), buffer_bytes(&flight->message),
	    socket->context);
	flight_free(flight);
}

static void arrive(void *context)
{
	struct flight *flight = context;
	struct bus_socket *socket = find_socket(flight->to);
	if (socket == NULL || (socket->paused && socket->queued == QUEUE_MAX)) {
		flight_free(flight);
	} else if (socket->paused) {
		flight->next = NULL;
		*socket->queue_end = flight;
		socket->queue_end = &flight->next;
		socket->queued++;
	} else {
		sim_trace("%u/%u hears %zu bytes", socket->bus->process->kind,
		    socket->bus->process->place, flight->message.size);
		receive(socket, flight);
	}
}

void bus_socket_pause(struct bus_socket *socket, bool paused)
{
	socket->paused = paused;
	struct flight *next;
	for (struct flight *flight = socket->queue; !paused && flight != NULL; flight = next) {
		next = flight->next;
		sim_event_add(sim->now_ms, socket->bus->process, arrive, flight_free, flight);
	}
	if (!paused) {
		socket->queue = NULL;
		socket->queue_end = &socket->queue;
		socket->queued = 0;
	}
}

// --- leaving ---

static bool is_cut(const struct bus_socket *a, const struct bus_socket *b)
{
	const struct process *x = a->bus->process, *y = b->bus->process;
	const struct process *department = x->kind == PROCESS_DEPARTMENT ? x : y;
	const struct process *aggregator = department == x ? y : x;
	return !sim->quiet && sim->cut[department->place][aggregator->place];
}

static void fly(const struct bus_socket *from, const struct bus_socket *to, struct bytes message)
{
	int copies = sim_chance(FAULT_DOUBLING) ? 2 : 1;
	if (sim_chance(FAULT_LOSS) || is_cut(from, to))
		return;
	for (; copies > 0; copies--) {
		struct flight *flight = allocate(sizeof *flight);
		*flight = (struct flight){ .to = to->number, .from = from->number };
		buffer_append_bytes(&flight->message, message);
		int64_t late_ms = NEAR_MS;
		if (sim_chance(FAULT_DELAY))
			late_ms += (int64_t)dice_below(&sim->chance, FAR_MS_MAX);
		sim_event_add(sim->now_ms + late_ms, to->bus->process, arrive, flight_free, flight);
	}
}

// Answers go to a socket by its number, everything else by endpoint.
static bool is_meant(
    const struct bus_socket *from, struct bytes peer, const struct bus_socket *other)
{
	static const enum socket_kind meant[] = { [SOCKET_PUBLISH] = SOCKET_SUBSCRIBE,
		[SOCKET_REQUEST] = SOCKET_ANSWER,
		[SOCKET_ANSWER] = SOCKET_REQUEST };
	char number[24];
	snprintf(number, sizeof number, "%llu", (unsigned long long)other->number);
	return other->kind == meant[from->kind] && strcmp(other->endpoint, from->endpoint) == 0 &&
	       (peer.size == 0 || bytes_equal_text(peer, number));
}

enum status bus_send(
    struct bus_socket *socket, struct bytes peer, struct bytes topic, struct bytes body)
{
	bool found = false;
	(void)topic;
	if (!sim_effect())
		return STATUS_OK;
	if (sim_chance(FAULT_FULL_QUEUE))
		return fail(STATUS_BUSY, "the queue is full");
	for (const struct bus_socket *other = everywhere; other != NULL;
	     other = other->next_everywhere)
		if (is_meant(socket, peer, other)) {
			found = true;
			fly(socket, other, body);
		}
	return found || peer.size == 0 ? STATUS_OK : fail(STATUS_NOT_FOUND, "that peer is gone");
}

// --- opening, closing ---

enum status bus_open(struct bus **bus, struct loop *loop, const char *public_key,
    const char *secret_key, bus_admit *admit, void *context)
{
	(void)loop;
	(void)public_key;
	(void)secret_key;
	(void)admit;
	(void)context;
	*bus = allocate(sizeof **bus);
	(*bus)->process = sim->current;
	return STATUS_OK;
}

static enum status open_socket(struct bus_socket **socket, struct bus *bus, enum socket_kind kind,
    const char *endpoint, bus_receive *receive_message, void *context)
{
	struct bus_socket *fresh = allocate(sizeof *fresh);
	*fresh = (struct bus_socket){ bus->sockets, everywhere, bus, kind, ++sockets_made, "",
		receive_message, context, false, NULL, NULL, 0 };
	fresh->queue_end = &fresh->queue;
	snprintf(fresh->endpoint, sizeof fresh->endpoint, "%s", endpoint);
	bus->sockets = everywhere = fresh;
	*socket = fresh;
	return STATUS_OK;
}

enum status bus_publish_open(struct bus_socket **socket, struct bus *bus, const char *endpoint)
{
	return open_socket(socket, bus, SOCKET_PUBLISH, endpoint, NULL, NULL);
}

enum status bus_answer_open(struct bus_socket **socket, struct bus *bus, const char *endpoint,
    bus_receive *receive_message, void *context)
{
	return open_socket(socket, bus, SOCKET_ANSWER, endpoint, receive_message, context);
}

enum status bus_subscribe_open(struct bus_socket **socket, struct bus *bus, const char *endpoint,
    const char *server_key, const char *topic, bus_receive *receive_message, void *context)
{
	(void)server_key;
	(void)topic;
	return open_socket(socket, bus, SOCKET_SUBSCRIBE, endpoint, receive_message, context);
}

enum status bus_request_open(struct bus_socket **socket, struct bus *bus, const char *endpoint,
    const char *server_key, bus_receive *receive_message, void *context)
{
	(void)server_key;
	return open_socket(socket, bus, SOCKET_REQUEST, endpoint, receive_message, context);
}

void bus_socket_close(struct bus_socket **socket)
{
	struct bus_socket *old = *socket;
	*socket = NULL;
	if (old == NULL)
		return;
	for (struct bus_socket **at = &everywhere; *at != NULL; at = &(*at)->next_everywhere)
		if (*at == old) {
			*at = old->next_everywhere;
			break;
		}
	for (struct bus_socket **at = &old->bus->sockets; *at != NULL; at = &(*at)->next)
		if (*at == old) {
			*at = old->next;
			break;
		}
	while (old->queue != NULL) {
		struct flight *flight = old->queue;
		old->queue = flight->next;
		flight_free(flight);
	}
	free(old);
}

void bus_close(struct bus **bus, int linger_ms)
{
	(void)linger_ms;
	if (*bus == NULL)
		return;
	while ((*bus)->sockets != NULL) {
		struct bus_socket *socket = (*bus)->sockets;
		bus_socket_close(&socket);
	}
	free(*bus);
	*bus = NULL;
}

void bus_forget_all(void)
{
	sockets_made = 0;
}
