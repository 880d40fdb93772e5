// SPDX-License-Identifier: Apache-2.0
// follower_test: a publisher and its followers over a network that loses, doubles, reorders and
// delays, with journals that are restored from old copies and replaced.
//
// The same seed is the same story, hashes aside. ONECITY_SEED=<number> tells one of them again;
// ONECITY_SEEDS=<count> many.
#include "follower.h"
#include "publisher.h"
#include "store.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
	DEPARTMENT = 3,
	FOLLOWERS_MAX = 3,
	STEPS = 120,
	ENTRIES_MAX = 3000,
	POSITIONS_MAX = 50,
	SEEDS = 2000,
};

// --- the world
// ----------------------------------------------------------------------------------------

// A message on its way: to the department if from is set, else to a follower.
struct flight {
	struct flight *next;
	int64_t due_ms;
	uint64_t order;
	unsigned follower;
	unsigned generation; // of the follower's connection
	bool to_department, is_answer;
	struct buffer message;
};

struct reader {
	struct world *world;
	unsigned place, generation;
	struct follower *follower;
	uint8_t epoch[EPOCH_BYTES];
	uint8_t (*chains)[CHAIN_BYTES]; // behind each entry handed on; 0: before the first
	uint64_t sequence;              // the last handed on
	uint64_t ended;                 // the last that a batch_end told of
	struct position positions[POSITIONS_MAX]; // that were told
	size_t position_count;
	uint64_t requests, received;
	bool paused;
	bool rewritten; // the department's history was rewritten in this reader's life
};

struct world {
	struct dice dice;
	uint64_t seed;
	int64_t now_ms, beat_ms;
	char folder[SCRATCH_PATH_SIZE], copy[SCRATCH_PATH_SIZE];
	bool has_copy;
	uint64_t copied; // the head of the copy
	struct database *database;
	struct database_batch *batch;
	struct journal *journal;
	struct publisher *publisher;
	uint8_t (*chains)[CHAIN_BYTES]; // the history as it is
	uint64_t head;
	struct reader readers[FOLLOWERS_MAX];
	size_t reader_count;
	struct flight *flights;
	uint64_t order;
	unsigned loss, doubling, busy; // per cent
	int64_t delay_ms;
	bool ordered;   // each channel delivers in order
	bool keeps_old; // what was on its way arrives even after the department was restored
	bool may_rewrite, may_restart, may_burst;
	uint64_t forks, replaced;
	bool quiet; // the faults are over
};

static _Noreturn void report_seed(
    const struct world *world, const char *what, const char *file, int line)
{
	fprintf(stderr,
	    "%s:%d: %s\nONECITY_SEED=%" PRIu64 " tells this story again (at %" PRId64 " ms)\n",
	    file, line, what, world->seed, world->now_ms);
	abort();
}

#define CHECK(world, condition) \
	((condition) ? (void)0 : report_seed(world, #condition, __FILE__, __LINE__))

static bool same_chain(const uint8_t a[CHAIN_BYTES], const uint8_t b[CHAIN_BYTES])
{
	return memcmp(a, b, CHAIN_BYTES) == 0;
}

static bool position_is_in_history(const struct world *world, const struct position *position)
{
	struct position durable = journal_durable(world->journal);
	return (position->sequence == 0 ||
		   memcmp(position->epoch, durable.epoch, EPOCH_BYTES) == 0) &&
	       position->sequence <= world->head &&
	       same_chain(position->chain, world->chains[position->sequence]);
}

// --- the network
// ------------------------------------------------------------------------------------------

static void fly_once(struct world *world, const struct reader *reader, bool to_department,
    bool is_answer, struct bytes message)
{
	struct flight *flight = allocate(sizeof *flight);
	int64_t delay_ms = 1 + (int64_t)dice_below(&world->dice, (uint64_t)world->delay_ms);
	*flight = (struct flight){ .due_ms = world->now_ms + delay_ms,
		.order = ++world->order,
		.follower = reader->place,
		.generation = reader->generation,
		.to_department = to_department,
		.is_answer = is_answer };
	buffer_append_bytes(&flight->message, message);
	for (struct flight *other = world->flights; world->ordered && other != NULL;
	     other = other->next)
		if (other->follower == reader->place && other->to_department == to_department &&
		    other->is_answer == is_answer && other->due_ms > flight->due_ms)
			flight->due_ms = other->due_ms;
	flight->next = world->flights;
	world->flights = flight;
}

static void fly(struct world *world, const struct reader *reader, bool to_department,
    bool is_answer, struct bytes message)
{
	if (!world->quiet && dice_chance(&world->dice, world->loss))
		return;
	fly_once(world, reader, to_department, is_answer, message);
	if (!world->quiet && dice_chance(&world->dice, world->doubling))
		fly_once(world, reader, to_department, is_answer, message);
}

static void flight_free(struct flight *flight)
{
	buffer_deinit(&flight->message);
	free(flight);
}

static void drop_flights(struct world *world)
{
	while (world->flights != NULL) {
		struct flight *flight = world->flights;
		world->flights = flight->next;
		flight_free(flight);
	}
}

static void name_peer(const struct reader *reader, char name[16])
{
	snprintf(name, 16, "%u.%u", reader->place, reader->generation);
}

static enum status send_from_department(struct bytes peer, struct bytes message, void *context)
{
	struct world *world = context;
	if (peer.size > 0 && !world->quiet && dice_chance(&world->dice, world->busy))
		return STATUS_BUSY;
	bool found = peer.size == 0;
	for (size_t i = 0; i < world->reader_count; i++) {
		char name[16];
		name_peer(&world->readers[i], name);
		if (peer.size > 0 && !bytes_equal_text(peer, name))
			continue;
		found = true;
		fly(world, &world->readers[i], false, peer.size > 0, message);
	}
	return found ? STATUS_OK : STATUS_NOT_FOUND;
}

static void land(struct world *world, struct flight *flight)
{
	struct reader *reader = &world->readers[flight->follower];
	char name[16];
	if (flight->generation != reader->generation)
		return; // that connection is gone
	if (flight->to_department) {
		name_peer(reader, name);
		CHECK(world, publisher_request(world->publisher, bytes_of_text(name),
				 buffer_bytes(&flight->message)) == STATUS_OK);
		return;
	}
	reader->received++;
	follower_message(reader->follower, buffer_bytes(&flight->message), world->now_ms);
}

static struct flight *next_due(struct world *world)
{
	struct flight **best = NULL;
	for (struct flight **at = &world->flights; *at != NULL; at = &(*at)->next)
		if ((*at)->due_ms <= world->now_ms &&
		    (best == NULL || (*at)->due_ms < (*best)->due_ms ||
			((*at)->due_ms == (*best)->due_ms && (*at)->order < (*best)->order)))
			best = at;
	if (best == NULL)
		return NULL;
	struct flight *flight = *best;
	*best = flight->next;
	return flight;
}

static void land_all(struct world *world)
{
	struct flight *flight;
	while ((flight = next_due(world)) != NULL) {
		land(world, flight);
		flight_free(flight);
	}
}

// --- the department
// --------------------------------------------------------------------------------------------

static void open_department(struct world *world)
{
	static const char *const tables[JOURNAL_TABLES] = { JOURNAL_TABLE_NAMES };
	struct database_options options = { world->folder, tables, COUNT_OF(tables), 16 << 20, 0 };
	CHECK(world, database_open(&world->database, &options) == STATUS_OK);
	CHECK(world, journal_open(&world->journal, world->database) == STATUS_OK);
	world->batch = database_batch_new();
	world->publisher = publisher_new(world->journal, DEPARTMENT, send_from_department, world);
	world->head = journal_durable(world->journal).sequence;
}

static void close_department(struct world *world)
{
	publisher_free(&world->publisher);
	database_batch_free(&world->batch);
	journal_close(&world->journal);
	database_close(&world->database);
}

static void append_entries(struct world *world, uint64_t count)
{
	for (; count > 0 && world->head < ENTRIES_MAX - 1; count--) {
		uint64_t sequence, number = dice_roll(&world->dice);
		bool withdraws = dice_chance(&world->dice, 5);
		struct entry entry = { .operation = withdraws ? OPERATION_RETRACT : OPERATION_PUT,
			.recorded_ms = world->now_ms,
			.kind = 1,
			.subject = bytes_of_text("p10123456789abcdef"),
			.key = bytes_of_text("k"),
			.previous = number,
			.body = bytes_make(&number, withdraws ? 0 : sizeof number) };
		journal_append(world->journal, world->batch, &entry, &sequence);
		world->head = sequence;
		memcpy(world->chains[sequence], journal_head(world->journal).chain, CHAIN_BYTES);
	}
}

static void commit_and_publish(struct world *world)
{
	CHECK(world, database_commit(world->database, world->batch) == STATUS_OK);
	database_batch_clear(world->batch);
	journal_committed(world->journal, world->head);
	CHECK(world, publisher_publish(world->publisher, world->now_ms) == STATUS_OK);
	journal_release(world->journal);
}

static void copy_path(
    const struct world *world, const char *folder, char path[SCRATCH_PATH_SIZE + 16])
{
	(void)world;
	snprintf(path, SCRATCH_PATH_SIZE + 16, "%s/data.mdb", folder);
}

static void copy_journal(struct world *world, const char *from, const char *to)
{
	char from_path[SCRATCH_PATH_SIZE + 16], to_path[SCRATCH_PATH_SIZE + 16];
	copy_path(world, from, from_path);
	copy_path(world, to, to_path);
	CHECK(world, scratch_copy(from_path, to_path));
}

static void restart_department(struct world *world)
{
	close_department(world);
	open_department(world);
}

static void keep_copy(struct world *world)
{
	close_department(world);
	copy_journal(world, world->folder, world->copy);
	world->has_copy = true;
	open_department(world);
	world->copied = world->head;
}

static void rewrite_begins(struct world *world)
{
	close_department(world);
	if (!world->keeps_old)
		drop_flights(world);
}

static void rewrite_ends(struct world *world)
{
	open_department(world);
	world->replaced++;
	for (size_t i = 0; i < world->reader_count; i++)
		world->readers[i].rewritten = true;
}

static void restore_copy(struct world *world)
{
	if (!world->has_copy)
		return;
	rewrite_begins(world);
	copy_journal(world, world->copy, world->folder);
	rewrite_ends(world);
}

static void replace_journal(struct world *world)
{
	char path[SCRATCH_PATH_SIZE + 16];
	rewrite_begins(world);
	copy_path(world, world->folder, path);
	CHECK(world, unlink(path) == 0);
	world->has_copy = false;
	rewrite_ends(world);
}

// --- the followers
// -----------------------------------------------------------------------------------------------

static void take_entry(
    uint64_t sequence, const struct entry *entry, const uint8_t chain[CHAIN_BYTES], void *context)
{
	struct reader *reader = context;
	CHECK(reader->world, sequence == reader->sequence + 1);
	CHECK(reader->world, sequence < ENTRIES_MAX);
	CHECK(reader->world, !reader->paused);
	CHECK(reader->world, entry->kind == 1);
	// Of a history that never was: not even of one that is no more.
	CHECK(
	    reader->world, reader->rewritten || same_chain(chain, reader->world->chains[sequence]));
	memcpy(reader->chains[sequence], chain, CHAIN_BYTES);
	reader->sequence = sequence;
}

static void take_batch_end(const struct position *position, void *context)
{
	struct reader *reader = context;
	CHECK(reader->world,
	    position->sequence == reader->sequence && position->sequence > reader->ended);
	CHECK(reader->world, same_chain(position->chain, reader->chains[position->sequence]));
	reader->ended = position->sequence;
	reader->positions[reader->position_count++ % POSITIONS_MAX] = *position;
}

static void take_inputs(const struct input *inputs, size_t count, void *context)
{
	const struct reader *reader = context;
	CHECK(reader->world, count == 1 && inputs[0].kind == 9);
}

static void send_request(struct bytes message, void *context)
{
	struct reader *reader = context;
	CHECK(reader->world, !reader->paused);
	reader->requests++;
	fly(reader->world, reader, true, false, message);
}

static const struct follower_calls calls = { take_entry, take_batch_end, take_inputs,
	send_request };

// Goes on from a position, in the same process or in a new one with a new connection.
static void start_reader(struct reader *reader, const struct position *position, bool new_process)
{
	reader->sequence = reader->ended = position->sequence;
	reader->position_count = 0;
	reader->paused = false;
	if (new_process) {
		follower_free(&reader->follower);
		reader->generation++;
		reader->follower = follower_new(DEPARTMENT, position, &calls, reader);
	} else {
		follower_pause(reader->follower, false);
		follower_restart(reader->follower, position);
	}
}

static struct follower_report report_of(const struct reader *reader)
{
	struct follower_report report;
	follower_report(reader->follower, reader->world->now_ms, &report);
	return report;
}

// What the operator does about a fork.
static void rebuild(struct reader *reader)
{
	static const struct position beginning;
	reader->rewritten =
	    reader->world->keeps_old; // what is on its way may still be of the old history
	start_reader(reader, &beginning, !reader->world->keeps_old);
}

static void check_reader(struct reader *reader)
{
	struct world *world = reader->world;
	struct follower_report report = report_of(reader);
	CHECK(world, report.state != FOLLOWER_STOPPED);
	CHECK(world,
	    report.position.sequence == reader->sequence && reader->ended == reader->sequence);
	CHECK(world, report.gaps_filled <= report.gaps);
	CHECK(world, (report.state == FOLLOWER_FORK) == (report.reason[0] != 0));
	if (report.state != FOLLOWER_FORK)
		return;
	// With cause: our entries are not those of the department; or old and new messages of it
	// were both about.
	CHECK(world, reader->rewritten);
	CHECK(world, world->keeps_old || !position_is_in_history(world, &report.position));
	world->forks++;
	rebuild(reader);
}

static void restart_reader(struct reader *reader)
{
	static const struct position beginning;
	size_t kept =
	    reader->position_count < POSITIONS_MAX ? reader->position_count : POSITIONS_MAX;
	struct position position =
	    kept > 0 ? reader->positions[dice_below(&reader->world->dice, kept)] : beginning;
	start_reader(reader, &position, dice_chance(&reader->world->dice, 50));
}

static void toggle_pause(struct reader *reader)
{
	reader->paused = !reader->paused;
	follower_pause(reader->follower, reader->paused);
}

// --- the story
// -----------------------------------------------------------------------------------------------------

static void do_something(struct world *world)
{
	struct reader *reader = &world->readers[dice_below(&world->dice, world->reader_count)];
	uint64_t what = dice_below(&world->dice, 1000);
	if (what < 300) {
		append_entries(world, 1 + dice_below(&world->dice, 12));
		commit_and_publish(world);
	} else if (what < 310 && world->may_burst) {
		append_entries(world, 1100 + dice_below(&world->dice, 300)); // more than one batch
		commit_and_publish(world);
	} else if (what < 340) {
		toggle_pause(reader);
	} else if (!world->may_restart) {
		return;
	} else if (what < 360) {
		restart_reader(reader);
	} else if (what < 370) {
		restart_department(world);
	} else if (!world->may_rewrite) {
		return;
	} else if (what < 380) {
		keep_copy(world);
	} else if (what < 390) {
		restore_copy(world);
	} else if (what < 393) {
		replace_journal(world);
	}
}

static void tick(struct world *world)
{
	static const struct input input = { .kind = 9, .quarantined = 1 };
	if (world->now_ms < world->beat_ms)
		return;
	world->beat_ms = world->now_ms + 1000;
	CHECK(world, publisher_heartbeat(world->publisher, world->now_ms, &input, 1) == STATUS_OK);
	for (size_t i = 0; i < world->reader_count; i++)
		follower_tick(world->readers[i].follower, world->now_ms);
}

static void step(struct world *world)
{
	world->now_ms += 1 + (int64_t)dice_below(&world->dice, 150);
	if (!world->quiet)
		do_something(world);
	tick(world);
	land_all(world);
	for (int i = 0; i < 3 && publisher_has_work(world->publisher) != PUBLISHER_IDLE; i++)
		CHECK(world, publisher_work(world->publisher, world->now_ms) == STATUS_OK);
	for (size_t i = 0; i < world->reader_count; i++)
		check_reader(&world->readers[i]);
}

static bool is_live_at_the_end(struct reader *reader)
{
	struct follower_report report = report_of(reader);
	return report.state == FOLLOWER_LIVE && report.position.sequence == reader->world->head;
}

static void check_end(struct reader *reader)
{
	struct world *world = reader->world;
	struct follower_report report = report_of(reader);
	CHECK(world, is_live_at_the_end(reader));
	CHECK(world, report.head == world->head && !report.silent);
	CHECK(world, position_is_in_history(world, &report.position));
	for (uint64_t sequence = 1; sequence <= world->head; sequence++)
		CHECK(world, same_chain(reader->chains[sequence], world->chains[sequence]));
	CHECK(world, report.gaps == report.gaps_filled || world->may_restart);
	// One request for each message and tick would be a storm.
	CHECK(world, reader->requests <= 20 + (uint64_t)world->now_ms / 1000 +
					     reader->received / 2 + 2 * world->forks);
	bool perfect =
	    world->loss == 0 && world->ordered && !world->may_restart && world->delay_ms < 1000;
	CHECK(world, !perfect || report.gaps == 0);
}

static void world_open(struct world *world, uint64_t seed)
{
	static const unsigned rates[] = { 0, 0, 3, 10, 30, 50 };
	static const int64_t delays[] = { 1, 50, 400, 1500 };
	*world = (struct world){ .seed = seed, .dice = { seed } };
	struct dice *dice = &world->dice;
	world->loss = rates[dice_below(dice, COUNT_OF(rates))];
	world->doubling = rates[dice_below(dice, COUNT_OF(rates))];
	world->busy = rates[dice_below(dice, COUNT_OF(rates))];
	world->delay_ms = delays[dice_below(dice, COUNT_OF(delays))];
	world->ordered = dice_chance(dice, 40);
	world->keeps_old = dice_chance(dice, 30);
	world->may_restart = dice_chance(dice, 80);
	world->may_rewrite = dice_chance(dice, 60);
	world->may_burst = dice_chance(dice, 8);
	world->reader_count = 1 + dice_below(dice, FOLLOWERS_MAX);
	world->chains = allocate(ENTRIES_MAX * sizeof *world->chains);
	bool fast = access("/dev/shm", W_OK) == 0; // what a sync costs is not what is tested here
	const char *root = fast ? "/dev/shm" : "/tmp";
	snprintf(world->folder, sizeof world->folder, "%s/onecity-test.XXXXXX", root);
	snprintf(world->copy, sizeof world->copy, "%s/onecity-test.XXXXXX", root);
	CHECK(world, mkdtemp(world->folder) != NULL && mkdtemp(world->copy) != NULL);
	open_department(world);
	for (size_t i = 0; i < world->reader_count; i++) {
		static const struct position beginning;
		struct reader *reader = &world->readers[i];
		reader->world = world;
		reader->place = (unsigned)i;
		reader->chains = allocate(ENTRIES_MAX * sizeof *reader->chains);
		reader->follower = follower_new(DEPARTMENT, &beginning, &calls, reader);
	}
}

static void world_close(struct world *world)
{
	drop_flights(world);
	close_department(world);
	for (size_t i = 0; i < world->reader_count; i++) {
		follower_free(&world->readers[i].follower);
		free(world->readers[i].chains);
	}
	free(world->chains);
	scratch_remove(world->folder);
	scratch_remove(world->copy);
}

struct totals {
	uint64_t entries, gaps, forks, replaced;
};

static void tell_story(uint64_t seed, struct totals *totals)
{
	struct world *world = allocate(sizeof *world);
	world_open(world, seed);
	for (int i = 0; i < STEPS; i++)
		step(world);
	world->quiet = true;
	for (size_t i = 0; i < world->reader_count; i++)
		if (world->readers[i].paused)
			toggle_pause(&world->readers[i]);
	for (int i = 0; i < 400; i++) {
		step(world);
		bool all = world->flights == NULL || i < 40;
		for (size_t j = 0; j < world->reader_count; j++)
			all = all && is_live_at_the_end(&world->readers[j]);
		if (all && i >= 40)
			break;
	}
	for (size_t i = 0; i < world->reader_count; i++) {
		check_end(&world->readers[i]);
		totals->entries += world->readers[i].sequence;
		totals->gaps += report_of(&world->readers[i]).gaps;
	}
	totals->forks += world->forks;
	totals->replaced += world->replaced;
	world_close(world);
	free(world);
}

static void follower_hands_on_every_entry_once_whatever_the_network_does(void **state)
{
	(void)state;
	struct totals totals = { 0, 0, 0, 0 };
	const char *one = getenv("ONECITY_SEED"), *many = getenv("ONECITY_SEEDS");
	uint64_t first = one ? strtoull(one, NULL, 10) : 1;
	uint64_t count = one ? 1 : many ? strtoull(many, NULL, 10) : SEEDS;
	for (uint64_t seed = first; seed < first + count; seed++)
		tell_story(seed, &totals);
	print_message("%" PRIu64 " stories: %" PRIu64 " entries, %" PRIu64 " gaps, %" PRIu64
		      " forks of %" PRIu64 " rewrites\n",
	    count, totals.entries, totals.gaps, totals.forks, totals.replaced);
	if (count >= 1000)
		assert_true(totals.gaps > count && totals.forks > count / 4);
}

// --- one step at a time: a follower, and messages made by hand
// -------------------------------------------

struct bench {
	struct store store;
	struct follower *follower;
	struct publisher *publisher;
	uint64_t sequence, ended, entries, batches;
	uint64_t pause_at;          // pauses itself inside the call with this entry
	struct buffer requests[64]; // all that were sent
	size_t request_count;
	struct buffer held, scratch;
	size_t input_count;
	bool lose; // what the publisher sends is lost
	int64_t now_ms;
};

static void bench_entry(
    uint64_t sequence, const struct entry *entry, const uint8_t chain[CHAIN_BYTES], void *context)
{
	struct bench *bench = context;
	(void)entry;
	(void)chain;
	assert_int_equal(sequence, bench->sequence + 1);
	bench->sequence = sequence;
	bench->entries++;
	if (sequence == bench->pause_at)
		follower_pause(bench->follower, true);
}

static void bench_batch_end(const struct position *position, void *context)
{
	struct bench *bench = context;
	assert_int_equal(position->sequence, bench->sequence);
	bench->ended = position->sequence;
	bench->batches++;
}

static void bench_inputs(const struct input *inputs, size_t count, void *context)
{
	struct bench *bench = context;
	(void)inputs;
	bench->input_count = count;
}

static void bench_request(struct bytes message, void *context)
{
	struct bench *bench = context;
	assert_true(bench->request_count < COUNT_OF(bench->requests));
	buffer_append_bytes(&bench->requests[bench->request_count++], message);
}

static const struct follower_calls bench_calls = { bench_entry, bench_batch_end, bench_inputs,
	bench_request };

static enum status bench_send(struct bytes peer, struct bytes message, void *context)
{
	struct bench *bench = context;
	(void)peer;
	if (!bench->lose)
		follower_message(bench->follower, message, bench->now_ms);
	return STATUS_OK;
}

static int bench_open(void **state)
{
	static const struct position beginning;
	struct bench *bench = allocate(sizeof *bench);
	store_open(&bench->store);
	bench->publisher = publisher_new(bench->store.journal, DEPARTMENT, bench_send, bench);
	bench->follower = follower_new(DEPARTMENT, &beginning, &bench_calls, bench);
	*state = bench;
	return 0;
}

static int bench_close(void **state)
{
	struct bench *bench = *state;
	follower_free(&bench->follower);
	follower_free(&bench->follower);
	publisher_free(&bench->publisher);
	store_close(&bench->store);
	for (size_t i = 0; i < COUNT_OF(bench->requests); i++)
		buffer_deinit(&bench->requests[i]);
	buffer_deinit(&bench->held);
	buffer_deinit(&bench->scratch);
	free(bench);
	return 0;
}

static struct follower_report look(const struct bench *bench)
{
	struct follower_report report;
	follower_report(bench->follower, bench->now_ms, &report);
	return report;
}

static void bench_commit(struct bench *bench, uint64_t count)
{
	for (; count > 0; count--)
		store_append(&bench->store, journal_head(bench->store.journal).sequence + 1, 10);
	store_commit(&bench->store);
}

static void bench_publish(struct bench *bench, uint64_t count)
{
	bench_commit(bench, count);
	assert_int_equal(publisher_publish(bench->publisher, 1), STATUS_OK);
	journal_release(bench->store.journal);
}

static void lose_published(struct bench *bench, uint64_t count)
{
	bench->lose = true;
	bench_publish(bench, count);
	bench->lose = false;
}

static void beat(struct bench *bench)
{
	assert_int_equal(publisher_heartbeat(bench->publisher, 5, NULL, 0), STATUS_OK);
}

// Passes the requests since the last call on to the publisher and lets it work; how many there
// were.
static size_t answer_requests(struct bench *bench)
{
	size_t answered = 0;
	while (bench->request_count > 0) {
		struct buffer request = bench->requests[0];
		memmove(&bench->requests[0], &bench->requests[1],
		    sizeof bench->requests - sizeof request);
		bench->requests[--bench->request_count] = (struct buffer){ 0 };
		bench->requests[COUNT_OF(bench->requests) - 1] = (struct buffer){ 0 };
		assert_int_equal(publisher_request(bench->publisher, bytes_of_text("reader"),
				     buffer_bytes(&request)),
		    STATUS_OK);
		buffer_deinit(&request);
		answered++;
		while (publisher_has_work(bench->publisher) == PUBLISHER_READY)
			assert_int_equal(publisher_work(bench->publisher, 1), STATUS_OK);
	}
	return answered;
}

static void be_live(struct bench *bench, uint64_t entries)
{
	bench_commit(bench, entries);
	follower_tick(bench->follower, bench->now_ms);
	assert_int_equal(answer_requests(bench), 1);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	assert_int_equal(look(bench).position.sequence, entries);
	publisher_free(&bench->publisher);
	bench->publisher = publisher_new(bench->store.journal, DEPARTMENT, bench_send, bench);
}

static void follower_waits_then_replays_then_is_live(void **state)
{
	struct bench *bench = *state;
	bench_commit(bench, 10);
	assert_int_equal(look(bench).state, FOLLOWER_WAITING);
	assert_true(look(bench).silent);
	assert_int_equal(look(bench).heard_ms, -1);
	bench->now_ms = 100;
	follower_tick(bench->follower, 100);
	assert_int_equal(look(bench).state, FOLLOWER_REPLAYING);
	assert_int_equal(answer_requests(bench), 1);
	struct follower_report report = look(bench);
	assert_int_equal(report.state, FOLLOWER_LIVE);
	assert_int_equal(report.handed_on, 10);
	assert_int_equal(report.head, 10);
	assert_int_equal(report.gaps, 0);
	assert_int_equal(report.heard_ms, 100);
	assert_int_equal(report.recorded_ms, 10);
	assert_string_equal(report.reason, "");
	struct position head = journal_head(bench->store.journal);
	assert_true(position_equal(&report.position, &head));
	bench->now_ms = 100 + FOLLOWER_SILENT_MS - 1;
	assert_false(look(bench).silent);
	bench->now_ms++;
	assert_true(look(bench).silent);
}

static void follower_of_an_empty_department_is_live(void **state)
{
	struct bench *bench = *state;
	beat(bench);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	bench_publish(bench, 1);
	assert_int_equal(bench->sequence, 1);
	assert_int_equal(bench->request_count, 0);
}

static void follower_counts_and_fills_a_gap(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	lose_published(bench, 3);
	bench_publish(bench, 2);
	struct follower_report report = look(bench);
	assert_int_equal(report.state, FOLLOWER_REPLAYING);
	assert_int_equal(report.gaps, 1);
	assert_int_equal(report.gaps_filled, 0);
	assert_int_equal(report.position.sequence, 5);
	assert_int_equal(report.head, 10);
	bench_publish(bench, 2); // held meanwhile: the same gap
	assert_int_equal(look(bench).gaps, 1);
	assert_int_equal(answer_requests(bench), 1);
	report = look(bench);
	assert_int_equal(report.state, FOLLOWER_LIVE);
	assert_int_equal(report.gaps_filled, 1);
	assert_int_equal(bench->sequence, 12);
}

static void follower_sees_by_a_heartbeat_that_the_last_batch_was_lost(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	lose_published(bench, 3);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	beat(bench);
	assert_int_equal(look(bench).state, FOLLOWER_REPLAYING);
	assert_int_equal(look(bench).gaps, 1);
	assert_int_equal(answer_requests(bench), 1);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	assert_int_equal(look(bench).gaps_filled, 1);
}

static void follower_takes_a_large_commit_without_a_gap(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	bench_publish(bench, 5000); // published as five batches, each of which tells the head
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	assert_int_equal(look(bench).gaps, 0);
	assert_int_equal(bench->request_count, 0);
	assert_int_equal(bench->sequence, 5005);
}

static void keep_next_heartbeat(struct bench *bench)
{
	struct batch batch = { .department = DEPARTMENT };
	struct position durable = journal_durable(bench->store.journal);
	batch.first = durable.sequence + 1;
	batch.head = durable.sequence;
	memcpy(batch.epoch, durable.epoch, EPOCH_BYTES);
	memcpy(batch.chain, durable.chain, CHAIN_BYTES);
	envelope_write_batch(&bench->held, &batch, NULL, 0);
}

static void follower_asks_before_it_takes_an_overtaken_heartbeat_for_a_fork(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	keep_next_heartbeat(bench);
	bench_publish(bench, 3);
	follower_message(bench->follower, buffer_bytes(&bench->held), 1);
	assert_int_equal(look(bench).state, FOLLOWER_REPLAYING);
	assert_int_equal(look(bench).position.sequence, 8);
	follower_message(bench->follower, buffer_bytes(&bench->held), 1); // asks once
	assert_int_equal(answer_requests(bench), 1);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	assert_int_equal(look(bench).gaps, 0);
}

// The same epoch, with less or other history behind what both have.
static void restore(struct bench *bench, uint64_t kept)
{
	for (uint64_t sequence = journal_head(bench->store.journal).sequence; sequence > kept;
	     sequence--) {
		struct database_number key = database_number(sequence);
		database_batch_delete(
		    bench->store.batch, JOURNAL_TABLE_ENTRIES, bytes_make(key.bytes, 8));
	}
	assert_int_equal(database_commit(bench->store.database, bench->store.batch), STATUS_OK);
	publisher_free(&bench->publisher);
	store_reopen(&bench->store);
	bench->publisher = publisher_new(bench->store.journal, DEPARTMENT, bench_send, bench);
}

static void follower_finds_a_journal_that_ends_before_its_position(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 10);
	restore(bench, 7);
	beat(bench);
	assert_int_equal(look(bench).state, FOLLOWER_REPLAYING); // it may have been overtaken
	assert_int_equal(answer_requests(bench), 1);
	assert_int_equal(look(bench).state, FOLLOWER_FORK);
	assert_non_null(strstr(look(bench).reason, "ends at 7, but 10 was followed"));
	bench_publish(bench, 9); // nothing more is taken, or asked for
	beat(bench);
	follower_tick(bench->follower, 100000);
	assert_int_equal(bench->sequence, 10);
	assert_int_equal(bench->request_count, 0);
}

static void follower_finds_another_history_behind_its_position(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 10);
	restore(bench, 7);
	bench_commit(bench, 3); // as long as before, and not the same
	beat(bench);
	assert_int_equal(look(bench).state, FOLLOWER_FORK);
	static const struct position beginning;
	bench->sequence = 0;
	follower_restart(bench->follower, &beginning);
	assert_int_equal(look(bench).state, FOLLOWER_WAITING);
	assert_string_equal(look(bench).reason, "");
	follower_tick(bench->follower, 1);
	assert_int_equal(answer_requests(bench), 1);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	assert_int_equal(bench->sequence, 10);
}

static void follower_finds_another_history_inside_a_batch(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 10);
	restore(bench, 7);
	publisher_free(&bench->publisher);
	bench->publisher = publisher_new(bench->store.journal, DEPARTMENT, bench_send, bench);
	bench_publish(bench, 8); // 8 to 15: begins before our position
	assert_int_equal(look(bench).state, FOLLOWER_FORK);
	assert_int_equal(bench->sequence, 10);
}

static void follower_behind_a_restored_journal_goes_on_at_its_end(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	lose_published(bench, 5);
	beat(bench); // it learns that there are 10
	restore(bench, 7);
	assert_int_equal(answer_requests(bench), 1);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	assert_int_equal(look(bench).head, 7);
	assert_int_equal(bench->sequence, 7);
}

static void follower_finds_a_foreign_epoch(void **state)
{
	struct bench *bench = *state;
	struct store other;
	be_live(bench, 5);
	store_open(&other);
	struct publisher *foreign = publisher_new(other.journal, DEPARTMENT, bench_send, bench);
	assert_int_equal(publisher_heartbeat(foreign, 1, NULL, 0), STATUS_OK);
	assert_int_equal(look(bench).state, FOLLOWER_FORK);
	assert_non_null(strstr(look(bench).reason, "epoch"));
	publisher_free(&foreign);
	store_close(&other);
}

static void follower_that_has_nothing_adopts_a_new_epoch(void **state)
{
	struct bench *bench = *state;
	struct store other;
	store_open(&other);
	store_append(&other, 1, 10);
	store_append(&other, 2, 10);
	store_commit(&other);
	struct publisher *old = publisher_new(other.journal, DEPARTMENT, bench_send, bench);
	store_append(&other, 3, 10);
	store_commit(&other);
	assert_int_equal(publisher_publish(old, 1), STATUS_OK); // held: 1 and 2 are missing
	publisher_free(&old);
	store_close(&other);
	assert_int_equal(look(bench).head, 3);
	bench_commit(bench, 2);
	beat(bench);
	assert_int_equal(look(bench).head, 2);
	(void)answer_requests(bench);
	bench->now_ms += FOLLOWER_RETRY_MS;
	follower_tick(bench->follower, bench->now_ms);
	(void)answer_requests(bench);
	assert_int_equal(
	    look(bench).state, FOLLOWER_LIVE); // and what was held of the old one is forgotten
	assert_int_equal(bench->sequence, 2);
}

static void follower_with_an_epoch_and_no_entries_keeps_to_it(void **state)
{
	struct bench *bench = *state;
	struct position start = { .epoch = { 7 } };
	follower_restart(bench->follower, &start);
	beat(bench);
	assert_int_equal(look(bench).state, FOLLOWER_FORK);
}

static void follower_is_not_misled_by_answers_from_before_its_restart(void **state)
{
	struct bench *bench = *state;
	static const struct position beginning;
	struct store other;
	be_live(bench, 100);
	keep_next_heartbeat(bench);
	lose_published(bench, 1);
	beat(bench); // asks
	struct buffer asked = bench->requests[0];
	bench->requests[0] = (struct buffer){ 0 };
	bench->request_count = 0;
	store_open(&other);
	store_append(&other, 1, 10);
	store_commit(&other);
	struct publisher *foreign = publisher_new(other.journal, DEPARTMENT, bench_send, bench);
	bench->sequence = 0;
	follower_restart(bench->follower,
	    &beginning); // the operator's rebuild; then the old question is answered
	assert_int_equal(
	    publisher_request(foreign, bytes_of_text("reader"), buffer_bytes(&asked)), STATUS_OK);
	while (publisher_has_work(foreign) == PUBLISHER_READY)
		assert_int_equal(publisher_work(foreign, 1), STATUS_OK);
	assert_int_not_equal(look(bench).state, FOLLOWER_FORK);
	buffer_deinit(&asked);
	publisher_free(&foreign);
	store_close(&other);
}

static void follower_stops_at_a_newer_format(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	follower_message(bench->follower, bytes_make("\x92\x02\xc0", 3), 1);
	assert_int_equal(look(bench).state, FOLLOWER_STOPPED);
	assert_non_null(strstr(look(bench).reason, "newer"));
	bench_publish(bench, 1);
	assert_int_equal(bench->sequence, 5);
}

// A batch of three good entries and something else.
static void write_bad_batch(struct bench *bench, struct bytes bad)
{
	struct entry entry = { .operation = OPERATION_RETRACT,
		.recorded_ms = 1,
		.kind = 1,
		.subject = bytes_of_text("p10123456789abcdef") };
	struct position at = look(bench).position;
	struct batch batch = { .department = DEPARTMENT,
		.first = at.sequence + 1,
		.count = 4,
		.head = at.sequence + 4 };
	memcpy(batch.epoch, at.epoch, EPOCH_BYTES);
	memcpy(batch.chain, at.chain, CHAIN_BYTES);
	buffer_clear(&bench->held);
	for (int i = 0; i < 3; i++)
		envelope_write_entry(&bench->held, &entry);
	buffer_append_bytes(&bench->held, bad);
	batch.entries = buffer_bytes(&bench->held);
	envelope_write_batch(&bench->scratch, &batch, NULL, 0);
}

static void follower_stops_at_an_entry_it_cannot_read(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	write_bad_batch(bench, bytes_make("\x93\x01\x02\x03", 4));
	follower_message(bench->follower, buffer_bytes(&bench->scratch), 1);
	assert_int_equal(look(bench).state, FOLLOWER_STOPPED);
	assert_int_equal(bench->sequence, 8); // what came before is whole
	assert_int_equal(bench->ended, 8);
}

static void follower_stops_at_an_entry_that_is_too_large(void **state)
{
	struct bench *bench = *state;
	struct buffer large = { 0 };
	be_live(bench, 5);
	pack_array(&large, 1);
	buffer_reserve(&large, ENTRY_BYTES_MAX + 100);
	memset(large.data + large.size, 0, ENTRY_BYTES_MAX);
	struct buffer binary = { 0 };
	pack_binary(&binary, bytes_make(large.data, ENTRY_BYTES_MAX));
	buffer_append_bytes(&large, buffer_bytes(&binary));
	write_bad_batch(bench, buffer_bytes(&large));
	follower_message(bench->follower, buffer_bytes(&bench->scratch), 1);
	assert_int_equal(look(bench).state, FOLLOWER_STOPPED);
	assert_int_equal(bench->sequence, 8);
	buffer_deinit(&large);
	buffer_deinit(&binary);
}

static void follower_takes_what_is_no_message_for_lost(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	uint8_t *large = calloc(1, MESSAGE_BYTES_MAX + 1);
	bench->now_ms = 50;
	follower_message(bench->follower, bytes_make(large, MESSAGE_BYTES_MAX + 1), 50);
	follower_message(bench->follower, bytes_of_text("garbage"), 50);
	follower_message(bench->follower, bytes_make(NULL, 0), 50);
	free(large);
	struct publisher *other =
	    publisher_new(bench->store.journal, DEPARTMENT + 1, bench_send, bench);
	assert_int_equal(
	    publisher_heartbeat(other, 1, NULL, 0), STATUS_OK); // of another department
	publisher_free(&other);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	assert_int_equal(look(bench).heard_ms, 0);
	assert_int_equal(bench->request_count, 0);
}

static void follower_asks_for_no_more_than_its_credit(void **state)
{
	struct bench *bench = *state;
	enum {
		BACKLOG = 50000
	};
	bench_commit(bench, BACKLOG);
	journal_release(bench->store.journal);
	follower_tick(bench->follower, 0);
	struct replay_request request;
	uint64_t allowed = 0;
	size_t asked = 0, passed = 0;
	for (int turn = 0; turn < 200 && look(bench).state != FOLLOWER_LIVE; turn++) {
		for (; passed < bench->request_count; passed++, asked++) {
			struct bytes message = buffer_bytes(&bench->requests[passed]);
			assert_int_equal(envelope_read_replay(&request, message), STATUS_OK);
			assert_int_equal(request.from, allowed + 1);
			allowed = request.from + request.credit - 1;
			assert_true(allowed <= bench->sequence + 2 * FOLLOWER_CREDIT);
			assert_int_equal(
			    publisher_request(bench->publisher, bytes_of_text("r"), message),
			    STATUS_OK);
		}
		assert_int_equal(publisher_work(bench->publisher, 1), STATUS_OK);
		assert_true(bench->sequence <= allowed);
	}
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	assert_int_equal(bench->sequence, BACKLOG);
	assert_in_range(asked, BACKLOG / FOLLOWER_CREDIT, BACKLOG / FOLLOWER_CREDIT + 3);
	assert_int_equal(look(bench).gaps, 0);
}

static void follower_joins_a_stream_that_does_not_pause_for_it(void **state)
{
	struct bench *bench = *state;
	bench_commit(bench, 20000);
	publisher_free(&bench->publisher);
	bench->publisher = publisher_new(bench->store.journal, DEPARTMENT, bench_send, bench);
	follower_tick(bench->follower, 0);
	for (int turn = 0; turn < 100 && look(bench).state != FOLLOWER_LIVE; turn++) {
		bench_publish(bench, 200); // as fast as it can be
		if (bench->request_count > 0)
			(void)answer_requests(bench);
	}
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	assert_int_equal(bench->sequence, journal_head(bench->store.journal).sequence);
}

static void follower_asks_again_when_nothing_comes(void **state)
{
	struct bench *bench = *state;
	bench_commit(bench, 5);
	follower_tick(bench->follower, 0);
	assert_int_equal(bench->request_count, 1);
	follower_tick(bench->follower, FOLLOWER_RETRY_MS - 1);
	assert_int_equal(bench->request_count, 1);
	follower_tick(bench->follower, FOLLOWER_RETRY_MS);
	assert_int_equal(bench->request_count, 2);
	(void)answer_requests(bench);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	follower_tick(bench->follower, 10 * FOLLOWER_RETRY_MS);
	assert_int_equal(bench->request_count, 0);
}

static void follower_keeps_bounded_memory_behind_a_gap(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	lose_published(bench, 1);
	for (int turn = 0; turn < 40; turn++) { // 40 * 16 * 32 KiB are 20 MiB
		for (uint64_t i = 0; i < 16; i++)
			store_append(&bench->store, journal_head(bench->store.journal).sequence + 1,
			    BODY_BYTES_MAX);
		bench_publish(bench, 0);
	}
	assert_int_equal(bench->sequence, 5);
	assert_int_equal(bench->request_count, 1);
	(void)answer_requests(bench);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	assert_int_equal(bench->sequence, 6 + 40 * 16);
}

static void follower_paused_learns_the_head_and_nothing_else(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	follower_pause(bench->follower, true);
	bench_publish(bench, 3);
	beat(bench);
	follower_tick(bench->follower, 100000);
	assert_int_equal(bench->sequence, 5);
	assert_int_equal(bench->request_count, 0);
	assert_int_equal(look(bench).head, 8);
	follower_pause(bench->follower, false);
	follower_tick(bench->follower, 100001);
	(void)answer_requests(bench);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
	assert_int_equal(bench->sequence, 8);
}

static void follower_may_be_paused_by_whoever_takes_an_entry(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	bench->pause_at = 7;
	bench_publish(bench, 10);
	assert_int_equal(bench->sequence, 7);
	assert_int_equal(bench->ended, 7);
	follower_pause(bench->follower, false);
	follower_tick(bench->follower, 1);
	(void)answer_requests(bench);
	assert_int_equal(bench->sequence, 15);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
}

static void follower_takes_doubles_and_overlaps_once(void **state)
{
	struct bench *bench = *state;
	be_live(bench, 5);
	bench_publish(bench, 4);
	for (uint64_t first = 1; first <= 9; first++) {
		struct batch batch;
		assert_int_equal(
		    journal_read_batch(bench->store.journal, first, 100, &bench->held, &batch),
		    STATUS_OK);
		batch.department = DEPARTMENT;
		envelope_write_batch(&bench->scratch, &batch, NULL, 0);
		follower_message(bench->follower, buffer_bytes(&bench->scratch), 1);
	}
	assert_int_equal(bench->sequence, 9);
	assert_int_equal(bench->entries, 9);
	assert_int_equal(look(bench).state, FOLLOWER_LIVE);
}

static void follower_hands_on_the_inputs_of_heartbeats(void **state)
{
	struct bench *bench = *state;
	const struct input inputs[] = { { 1, 2, 3, 4 }, { 5, 0, 0, 0 } };
	be_live(bench, 5);
	assert_int_equal(publisher_heartbeat(bench->publisher, 1, inputs, 2), STATUS_OK);
	assert_int_equal(bench->input_count, 2);
	beat(bench);
	assert_int_equal(bench->input_count, 0);
}

static void follower_states_have_names(void **state)
{
	(void)state;
	assert_string_equal(follower_state_name(FOLLOWER_WAITING), "waiting");
	assert_string_equal(follower_state_name(FOLLOWER_STOPPED), "stopped");
}

#define BENCH(test) cmocka_unit_test_setup_teardown(test, bench_open, bench_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH(follower_waits_then_replays_then_is_live),
		BENCH(follower_of_an_empty_department_is_live),
		BENCH(follower_counts_and_fills_a_gap),
		BENCH(follower_sees_by_a_heartbeat_that_the_last_batch_was_lost),
		BENCH(follower_takes_a_large_commit_without_a_gap),
		BENCH(follower_asks_before_it_takes_an_overtaken_heartbeat_for_a_fork),
		BENCH(follower_finds_a_journal_that_ends_before_its_position),
		BENCH(follower_finds_another_history_behind_its_position),
		BENCH(follower_finds_another_history_inside_a_batch),
		BENCH(follower_behind_a_restored_journal_goes_on_at_its_end),
		BENCH(follower_finds_a_foreign_epoch),
		BENCH(follower_that_has_nothing_adopts_a_new_epoch),
		BENCH(follower_with_an_epoch_and_no_entries_keeps_to_it),
		BENCH(follower_is_not_misled_by_answers_from_before_its_restart),
		BENCH(follower_stops_at_a_newer_format),
		BENCH(follower_stops_at_an_entry_it_cannot_read),
		BENCH(follower_stops_at_an_entry_that_is_too_large),
		BENCH(follower_takes_what_is_no_message_for_lost),
		BENCH(follower_asks_for_no_more_than_its_credit),
		BENCH(follower_joins_a_stream_that_does_not_pause_for_it),
		BENCH(follower_asks_again_when_nothing_comes),
		BENCH(follower_keeps_bounded_memory_behind_a_gap),
		BENCH(follower_paused_learns_the_head_and_nothing_else),
		BENCH(follower_may_be_paused_by_whoever_takes_an_entry),
		BENCH(follower_takes_doubles_and_overlaps_once),
		BENCH(follower_hands_on_the_inputs_of_heartbeats),
		cmocka_unit_test(follower_states_have_names),
		cmocka_unit_test(follower_hands_on_every_entry_once_whatever_the_network_does),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
