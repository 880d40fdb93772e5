// SPDX-License-Identifier: Apache-2.0
// publisher: what a department says on the bus, as a state machine without I/O.
#include "publisher.h"

enum {
	PEER_BYTES_MAX = 255,
	CREDIT_MAX = 1 << 20
};

// A replay that is running for one peer: entries next..end are still to be sent.
struct reader {
	uint8_t peer[PEER_BYTES_MAX];
	size_t peer_size; // 0: a free place
	uint64_t request;
	uint64_t next, end;
	uint64_t touched; // turn of the last progress
	bool busy;        // its queue was full in the last turn
};

struct publisher {
	struct journal *journal;
	unsigned department;
	publisher_send *send;
	void *context;
	uint64_t published; // the last sequence sent to all
	struct publisher_totals totals;
	uint64_t turn;
	struct reader readers[PUBLISHER_READERS_MAX];
	struct buffer packed, message;
};

struct publisher *publisher_new(
    struct journal *journal, unsigned department, publisher_send *send, void *context)
{
	struct publisher *publisher = allocate(sizeof *publisher);
	publisher->journal = journal;
	publisher->department = department;
	publisher->send = send;
	publisher->context = context;
	publisher->published = journal_durable(journal).sequence;
	return publisher;
}

void publisher_free(struct publisher **publisher)
{
	if (*publisher == NULL)
		return;
	buffer_wipe(&(*publisher)->packed);
	buffer_wipe(&(*publisher)->message);
	free(*publisher);
	*publisher = NULL;
}

static enum status send_batch(struct publisher *publisher, struct bytes peer, struct batch *batch,
    uint64_t answer, int64_t now_ms)
{
	batch->department = publisher->department;
	batch->time_ms = now_ms;
	batch->answer = answer;
	envelope_write_batch(&publisher->message, batch, NULL, 0);
	return publisher->send(peer, buffer_bytes(&publisher->message), publisher->context);
}

const struct publisher_totals *publisher_totals(const struct publisher *publisher)
{
	return &publisher->totals;
}

static const struct bytes everybody;

enum status publisher_publish(struct publisher *publisher, int64_t now_ms)
{
	uint64_t durable = journal_durable(publisher->journal).sequence;
	while (publisher->published < durable) {
		struct batch batch;
		enum status status = journal_read_batch(publisher->journal,
		    publisher->published + 1, BATCH_ENTRIES_MAX, &publisher->packed, &batch);
		if (status != STATUS_OK)
			return status;
		// A full queue loses the message; readers see the gap by the sequence and replay.
		status = send_batch(publisher, everybody, &batch, 0, now_ms);
		if (status != STATUS_OK && status != STATUS_BUSY)
			return status;
		publisher->published += batch.count;
		publisher->totals.batches++;
		publisher->totals.entries += batch.count;
		publisher->totals.batches_lost += status == STATUS_BUSY;
	}
	return STATUS_OK;
}

static struct batch empty_batch(const struct publisher *publisher)
{
	struct position durable = journal_durable(publisher->journal);
	struct batch batch = { .department = publisher->department,
		.first = durable.sequence + 1,
		.head = durable.sequence };
	memcpy(batch.epoch, durable.epoch, EPOCH_BYTES);
	memcpy(batch.chain, durable.chain, CHAIN_BYTES);
	return batch;
}

enum status publisher_heartbeat(
    struct publisher *publisher, int64_t now_ms, const struct input *inputs, size_t count)
{
	struct batch batch = empty_batch(publisher);
	batch.time_ms = now_ms;
	envelope_write_batch(&publisher->message, &batch, inputs, count);
	enum status status =
	    publisher->send(everybody, buffer_bytes(&publisher->message), publisher->context);
	return status == STATUS_BUSY ? STATUS_OK : status;
}

static struct reader *find_reader(struct publisher *publisher, struct bytes peer)
{
	struct reader *oldest = &publisher->readers[0];
	for (size_t i = 0; i < PUBLISHER_READERS_MAX; i++) {
		struct reader *reader = &publisher->readers[i];
		if (bytes_equal(bytes_make(reader->peer, reader->peer_size), peer))
			return reader;
		if (reader->peer_size == 0
			? oldest->peer_size != 0
			: oldest->peer_size != 0 && reader->touched < oldest->touched)
			oldest = reader;
	}
	oldest->peer_size = peer.size;
	memcpy(oldest->peer, peer.data, peer.size);
	oldest->next = oldest->end = 0;
	return oldest;
}

enum status publisher_request(struct publisher *publisher, struct bytes peer, struct bytes message)
{
	struct replay_request request;
	enum status status = envelope_read_replay(&request, message);
	if (status != STATUS_OK)
		return status;
	if (peer.size == 0 || peer.size > PEER_BYTES_MAX)
		return fail(STATUS_CORRUPT, "a replay request without an address");
	struct reader *reader = find_reader(publisher, peer);
	uint64_t credit = request.credit < CREDIT_MAX ? request.credit : CREDIT_MAX;
	bool extends =
	    reader->end > 0 && request.from == reader->end + 1 && reader->next <= reader->end;
	struct position durable = journal_durable(publisher->journal);
	bool foreign = request.has_epoch && memcmp(request.epoch, durable.epoch, EPOCH_BYTES) != 0;
	reader->request = request.request;
	reader->end = request.from + credit - 1;
	if (!extends)
		reader->next = request.from;
	if (foreign) // of another history: an empty answer tells which one this is
		reader->next = durable.sequence + 1;
	reader->busy = false;
	reader->touched = publisher->turn;
	return STATUS_OK;
}

enum publisher_work publisher_has_work(const struct publisher *publisher)
{
	enum publisher_work work = PUBLISHER_IDLE;
	for (size_t i = 0; i < PUBLISHER_READERS_MAX; i++) {
		const struct reader *reader = &publisher->readers[i];
		if (reader->peer_size > 0 && !reader->busy)
			return PUBLISHER_READY;
		if (reader->peer_size > 0)
			work = PUBLISHER_WAITING;
	}
	return work;
}

// What to send next: entries, or, at the end of what there is, a batch of none.
static enum status next_batch(
    struct publisher *publisher, const struct reader *reader, struct batch *batch)
{
	uint64_t durable = journal_durable(publisher->journal).sequence;
	if (reader->next > durable) {
		*batch = empty_batch(publisher);
		return STATUS_OK;
	}
	uint64_t left = reader->end - reader->next + 1;
	size_t entries_max = left < BATCH_ENTRIES_MAX ? (size_t)left : BATCH_ENTRIES_MAX;
	return journal_read_batch(
	    publisher->journal, reader->next, entries_max, &publisher->packed, batch);
}

static enum status serve(struct publisher *publisher, struct reader *reader, int64_t now_ms)
{
	struct batch batch;
	enum status status = next_batch(publisher, reader, &batch);
	if (status != STATUS_OK)
		return status;
	status = send_batch(publisher, bytes_make(reader->peer, reader->peer_size), &batch,
	    reader->request, now_ms);
	reader->busy = status == STATUS_BUSY;
	if (reader->busy)
		return STATUS_OK;
	reader->touched = publisher->turn;
	reader->next += batch.count;
	publisher->totals.replayed_entries += batch.count;
	bool done = status != STATUS_OK || batch.count == 0 || reader->next > reader->end;
	if (done)
		reader->peer_size = 0;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status; // who is gone asks again when back
}

enum status publisher_work(struct publisher *publisher, int64_t now_ms)
{
	publisher->turn++;
	for (size_t i = 0; i < PUBLISHER_READERS_MAX; i++) {
		if (publisher->readers[i].peer_size == 0)
			continue;
		enum status status = serve(publisher, &publisher->readers[i], now_ms);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}
