// SPDX-License-Identifier: Apache-2.0
// journal_test: numbers without gaps, nothing lost that was committed, and damage that is named.
#include "journal.h"
#include "chain.h"
#include "store.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

struct scene {
	struct store store;
	struct buffer packed, other;
	struct batch batch;
	struct entry entry;
};

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	store_open(&scene->store);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	store_close(&scene->store);
	buffer_deinit(&scene->packed);
	buffer_deinit(&scene->other);
	free(scene);
	return 0;
}

static void append_many(struct scene *scene, uint64_t from, uint64_t to, size_t body_size)
{
	for (uint64_t number = from; number <= to; number++)
		assert_int_equal(store_append(&scene->store, number, body_size), number);
}

static enum status read_entry(struct scene *scene, uint64_t sequence)
{
	return journal_read(scene->store.journal, sequence, &scene->packed, &scene->entry);
}

static enum status read_batch(struct scene *scene, uint64_t first, size_t entries_max)
{
	return journal_read_batch(
	    scene->store.journal, first, entries_max, &scene->packed, &scene->batch);
}

static void journal_makes_an_identity_once(void **state)
{
	struct scene *scene = *state;
	static const uint8_t none[EPOCH_BYTES];
	struct position head = journal_head(scene->store.journal);
	assert_memory_not_equal(head.epoch, none, EPOCH_BYTES);
	assert_true(position_is_start(&head));
	store_reopen(&scene->store);
	struct position again = journal_head(scene->store.journal);
	assert_true(position_equal(&head, &again));
	struct store other;
	store_open(&other);
	struct position foreign = journal_head(other.journal);
	assert_memory_not_equal(head.epoch, foreign.epoch, EPOCH_BYTES);
	store_close(&other);
}

static void journal_keeps_committed_entries_over_a_restart(void **state)
{
	struct scene *scene = *state;
	append_many(scene, 1, 50, 30);
	store_commit(&scene->store);
	struct position head = journal_head(scene->store.journal),
			durable = journal_durable(scene->store.journal);
	assert_int_equal(head.sequence, 50);
	assert_true(position_equal(&head, &durable));
	append_many(scene, 51, 60, 30); // never committed
	store_reopen(&scene->store);
	struct position again = journal_head(scene->store.journal);
	assert_true(position_equal(&head, &again));
	for (uint64_t sequence = 1; sequence <= 50; sequence++) {
		assert_int_equal(read_entry(scene, sequence), STATUS_OK);
		assert_true(store_entry_is(&scene->entry, sequence, 30));
	}
	assert_int_equal(read_entry(scene, 51), STATUS_NOT_FOUND);
	assert_int_equal(read_entry(scene, 0), STATUS_NOT_FOUND);
	assert_int_equal(store_append(&scene->store, 51, 5), 51);
}

static void journal_reads_staged_entries_one_by_one_but_never_in_batches(void **state)
{
	struct scene *scene = *state;
	append_many(scene, 1, 3, 10);
	assert_int_equal(journal_head(scene->store.journal).sequence, 3);
	assert_int_equal(journal_durable(scene->store.journal).sequence, 0);
	assert_int_equal(read_entry(scene, 2), STATUS_OK);
	assert_true(store_entry_is(&scene->entry, 2, 10));
	assert_int_equal(read_batch(scene, 1, 10), STATUS_OK);
	assert_int_equal(scene->batch.count, 0);
	assert_int_equal(scene->batch.head, 0);
	assert_int_equal(read_batch(scene, 2, 10), STATUS_NOT_FOUND);
	assert_int_equal(database_commit(scene->store.database, scene->store.batch), STATUS_OK);
	assert_int_equal(read_batch(scene, 1, 10), STATUS_OK);
	assert_int_equal(scene->batch.count, 0); // committed, but that was not told yet
	journal_committed(scene->store.journal, 2);
	assert_int_equal(read_batch(scene, 1, 10), STATUS_OK);
	assert_int_equal(scene->batch.count, 2);
	assert_int_equal(scene->batch.head, 2);
	journal_committed(scene->store.journal, 1); // late news
	assert_int_equal(journal_durable(scene->store.journal).sequence, 2);
}

static bool count_entries(uint64_t sequence, const struct entry *entry, void *context)
{
	uint64_t *count = context;
	assert_int_equal(sequence, *count + 1);
	assert_true(store_entry_is(entry, sequence, 10));
	return ++*count != 7;
}

static void journal_scans_durable_entries_only_until_told_to_stop(void **state)
{
	struct scene *scene = *state;
	uint64_t count = 0;
	assert_int_equal(journal_scan(scene->store.journal, 1, count_entries, &count), STATUS_OK);
	assert_int_equal(count, 0);
	append_many(scene, 1, 9, 10);
	assert_int_equal(database_commit(scene->store.database, scene->store.batch), STATUS_OK);
	journal_committed(
	    scene->store.journal, 5); // what is behind is on the disk, but nobody was told
	assert_int_equal(journal_scan(scene->store.journal, 1, count_entries, &count), STATUS_OK);
	assert_int_equal(count, 5);
	assert_int_equal(journal_verify(scene->store.journal), STATUS_OK);
	journal_committed(scene->store.journal, 9);
	count = 3;
	assert_int_equal(journal_scan(scene->store.journal, 4, count_entries, &count), STATUS_OK);
	assert_int_equal(count, 7);
	count = 9;
	assert_int_equal(journal_scan(scene->store.journal, 10, count_entries, &count), STATUS_OK);
	assert_int_equal(count, 9);
}

static void check_batch(struct scene *scene, uint64_t first, size_t count, size_t body_size)
{
	struct bytes entries = scene->batch.entries, packed;
	struct entry entry;
	assert_int_equal(scene->batch.first, first);
	assert_int_equal(scene->batch.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(envelope_next_entry(&entry, &entries, &packed), STATUS_OK);
		assert_true(store_entry_is(&entry, first + i, body_size));
	}
	assert_int_equal(entries.size, 0);
}

static void journal_batches_end_at_the_number_of_entries(void **state)
{
	struct scene *scene = *state;
	append_many(scene, 1, 3000, 10);
	store_commit(&scene->store);
	for (int turn = 0; turn < 2; turn++) { // from memory, and from the disk
		assert_int_equal(read_batch(scene, 1, 1), STATUS_OK);
		check_batch(scene, 1, 1, 10);
		assert_int_equal(read_batch(scene, 5, 100), STATUS_OK);
		check_batch(scene, 5, 100, 10);
		assert_int_equal(read_batch(scene, 1, SIZE_MAX), STATUS_OK);
		check_batch(scene, 1, BATCH_ENTRIES_MAX, 10);
		assert_int_equal(read_batch(scene, 2999, 100), STATUS_OK);
		check_batch(scene, 2999, 2, 10);
		assert_int_equal(scene->batch.head, 3000);
		journal_release(scene->store.journal);
	}
}

static void journal_batches_end_before_too_many_bytes(void **state)
{
	struct scene *scene = *state;
	append_many(scene, 1, 40, BODY_BYTES_MAX);
	store_commit(&scene->store);
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(read_batch(scene, 3, 100), STATUS_OK);
		check_batch(scene, 3, 15, BODY_BYTES_MAX); // 16 and their headers are over 512 KiB
		assert_true(scene->batch.entries.size <= BATCH_BYTES_MAX);
		assert_true(scene->batch.entries.size + BODY_BYTES_MAX > BATCH_BYTES_MAX);
		assert_int_equal(read_batch(scene, 40, 100), STATUS_OK);
		check_batch(scene, 40, 1, BODY_BYTES_MAX);
		journal_release(scene->store.journal);
	}
}

static void journal_batches_are_the_same_from_memory_and_from_the_disk(void **state)
{
	struct scene *scene = *state;
	append_many(scene, 1, 200, 100);
	store_commit(&scene->store);
	for (uint64_t first = 1; first <= 201; first += 40) {
		assert_int_equal(read_batch(scene, first, 60), STATUS_OK);
		struct batch memory = scene->batch;
		buffer_clear(&scene->other);
		buffer_append_bytes(&scene->other, memory.entries);
		store_reopen(&scene->store);
		assert_int_equal(read_batch(scene, first, 60), STATUS_OK);
		assert_true(bytes_equal(scene->batch.entries, buffer_bytes(&scene->other)));
		assert_memory_equal(scene->batch.chain, memory.chain, CHAIN_BYTES);
		assert_memory_equal(scene->batch.epoch, memory.epoch, EPOCH_BYTES);
		assert_int_equal(scene->batch.count, memory.count);
	}
}

static void journal_reads_nothing_at_its_end_and_refuses_what_is_beyond(void **state)
{
	struct scene *scene = *state;
	append_many(scene, 1, 4, 10);
	store_commit(&scene->store);
	struct position durable = journal_durable(scene->store.journal);
	assert_int_equal(read_batch(scene, 5, 10), STATUS_OK);
	assert_int_equal(scene->batch.count, 0);
	assert_int_equal(scene->batch.entries.size, 0);
	assert_memory_equal(scene->batch.chain, durable.chain, CHAIN_BYTES);
	assert_int_equal(read_batch(scene, 6, 10), STATUS_NOT_FOUND);
	assert_int_equal(read_batch(scene, UINT64_MAX, 10), STATUS_NOT_FOUND);
}

static void journal_chain_is_what_a_reader_computes(void **state)
{
	struct scene *scene = *state;
	uint8_t chain[CHAIN_BYTES] = { 0 };
	append_many(scene, 1, 30, 20);
	store_append(&scene->store, 31, 0); // a withdrawal
	store_commit(&scene->store);
	for (uint64_t sequence = 1; sequence <= 31; sequence++) {
		assert_int_equal(read_batch(scene, sequence, 1), STATUS_OK);
		assert_memory_equal(scene->batch.chain, chain, CHAIN_BYTES);
		assert_int_equal(read_entry(scene, sequence), STATUS_OK);
		assert_int_equal(scene->entry.salt.size, sequence <= 30 ? SALT_BYTES : 0);
		chain_add(chain, sequence, &scene->entry);
	}
	assert_memory_equal(journal_head(scene->store.journal).chain, chain, CHAIN_BYTES);
	assert_int_equal(journal_verify(scene->store.journal), STATUS_OK);
}

static void journal_salts_the_same_body_differently(void **state)
{
	struct scene *scene = *state;
	store_append(&scene->store, 1, 40);
	store_append(&scene->store, 1, 40);
	assert_int_equal(
	    journal_read(scene->store.journal, 1, &scene->packed, &scene->entry), STATUS_OK);
	struct entry second;
	assert_int_equal(journal_read(scene->store.journal, 2, &scene->other, &second), STATUS_OK);
	assert_true(bytes_equal(scene->entry.body, second.body));
	assert_false(bytes_equal(scene->entry.salt, second.salt));
}

// --- against a plain list
// ------------------------------------------------------------------------------

struct model {
	size_t body_sizes[3000];
	uint64_t head, durable;
};

static void check_model(struct scene *scene, const struct model *model, struct dice *dice)
{
	assert_int_equal(journal_head(scene->store.journal).sequence, model->head);
	assert_int_equal(journal_durable(scene->store.journal).sequence, model->durable);
	if (model->head == 0)
		return;
	uint64_t sequence = 1 + dice_below(dice, model->head);
	assert_int_equal(read_entry(scene, sequence), STATUS_OK);
	assert_true(store_entry_is(&scene->entry, sequence, model->body_sizes[sequence]));
	uint64_t first = 1 + dice_below(dice, model->durable + 1);
	assert_int_equal(read_batch(scene, first, 1 + dice_below(dice, 50)), STATUS_OK);
	struct bytes entries = scene->batch.entries, packed;
	for (size_t i = 0; i < scene->batch.count; i++) {
		assert_int_equal(envelope_next_entry(&scene->entry, &entries, &packed), STATUS_OK);
		assert_true(store_entry_is(&scene->entry, first + i, model->body_sizes[first + i]));
	}
	assert_true(scene->batch.count > 0 || first == model->durable + 1);
}

static void journal_agrees_with_a_plain_list(void **state)
{
	struct scene *scene = *state;
	struct dice dice = { 41 };
	struct model *model = allocate(sizeof *model);
	for (int turn = 0; turn < 700; turn++) {
		struct journal *journal = scene->store.journal;
		uint64_t what = dice_below(&dice, 100);
		if (what < 50) {
			for (uint64_t i = dice_below(&dice, 6); i > 0 && model->head < 2900; i--) {
				model->body_sizes[++model->head] =
				    dice_chance(&dice, 20) ? 0 : dice_below(&dice, 300);
				store_append(
				    &scene->store, model->head, model->body_sizes[model->head]);
			}
		} else if (what < 75) {
			assert_int_equal(
			    database_commit(scene->store.database, scene->store.batch), STATUS_OK);
			database_batch_clear(scene->store.batch);
			uint64_t committed = model->head;
			if (dice_chance(&dice, 40) &&
			    committed < 2900) { // more arrives before the commit is told
				model->body_sizes[++model->head] = 7;
				store_append(&scene->store, model->head, 7);
			}
			journal_committed(journal, committed);
			model->durable = committed;
		} else if (what < 95) {
			journal_release(journal);
		} else {
			store_reopen(&scene->store);
			model->head = model->durable;
		}
		check_model(scene, model, &dice);
	}
	assert_true(model->durable > 300);
	free(model);
}

// --- death in the middle
// -----------------------------------------------------------------------------------

// Commits for ever; says each sequence that is durable.
static _Noreturn void commit_until_killed(const char *folder, int told)
{
	struct store store;
	snprintf(store.folder, sizeof store.folder, "%s", folder);
	store_open_again(&store);
	struct dice dice = { journal_head(store.journal).sequence };
	for (;;) {
		for (uint64_t i = 1 + dice_below(&dice, 20); i > 0; i--)
			store_append(&store, journal_head(store.journal).sequence + 1,
			    1 + dice_below(&dice, 2000));
		store_commit(&store);
		journal_release(store.journal);
		uint64_t sequence = journal_durable(store.journal).sequence;
		if (write(told, &sequence, sizeof sequence) != sizeof sequence)
			_exit(1);
	}
}

static bool check_key(uint64_t sequence, const struct entry *entry, void *context)
{
	char key[24];
	uint64_t *count = context;
	snprintf(key, sizeof key, "%llu", (unsigned long long)sequence);
	assert_true(bytes_equal_text(entry->key, key));
	++*count;
	return true;
}

static void journal_keeps_acknowledged_entries_after_kill(void **state)
{
	struct scene *scene = *state;
	struct dice dice = { 51 };
	uint64_t acknowledged = 0;
	store_close_but_keep(&scene->store);
	for (int turn = 0; turn < 8; turn++) {
		int told[2];
		assert_int_equal(pipe(told), 0);
		pid_t child = fork();
		if (child == 0)
			commit_until_killed(scene->store.folder, told[1]);
		close(told[1]);
		uint64_t sequence, reports = 2 + dice_below(&dice, 20);
		while (
		    reports-- > 0 && read(told[0], &sequence, sizeof sequence) == sizeof sequence)
			acknowledged = sequence;
		usleep((useconds_t)dice_below(&dice, 3000));
		kill(child, SIGKILL);
		while (read(told[0], &sequence, sizeof sequence) == sizeof sequence)
			acknowledged = sequence;
		int status;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		close(told[0]);

		store_open_again(&scene->store);
		uint64_t head = journal_head(scene->store.journal).sequence, count = 0;
		assert_true(head >= acknowledged);
		assert_int_equal(journal_verify(scene->store.journal), STATUS_OK);
		assert_int_equal(
		    journal_scan(scene->store.journal, 1, check_key, &count), STATUS_OK);
		assert_int_equal(count, head);
		store_close_but_keep(&scene->store);
	}
	assert_true(acknowledged > 100);
	store_open_again(&scene->store);
}

// --- damage that has a good check of the database: a wrong program's, or a wrong hand's
// --------------------------

static void get_stored(struct scene *scene, uint64_t sequence, struct buffer *out)
{
	struct database_number key = database_number(sequence);
	buffer_clear(out);
	assert_int_equal(database_get(scene->store.database, JOURNAL_TABLE_ENTRIES,
			     bytes_make(key.bytes, 8), out),
	    STATUS_OK);
}

static void set_stored(struct scene *scene, uint64_t sequence, struct bytes stored)
{
	struct database_number key = database_number(sequence);
	database_batch_clear(scene->store.batch);
	if (stored.size > 0)
		database_batch_put(
		    scene->store.batch, JOURNAL_TABLE_ENTRIES, bytes_make(key.bytes, 8), stored);
	else
		database_batch_delete(
		    scene->store.batch, JOURNAL_TABLE_ENTRIES, bytes_make(key.bytes, 8));
	assert_int_equal(database_commit(scene->store.database, scene->store.batch), STATUS_OK);
	database_batch_clear(scene->store.batch);
}

static void ten_entries(struct scene *scene)
{
	append_many(scene, 1, 10, 20);
	store_commit(&scene->store);
	journal_release(scene->store.journal);
}

static enum status open_journal(struct scene *scene)
{
	journal_close(&scene->store.journal);
	return journal_open(&scene->store.journal, scene->store.database);
}

static void journal_verify_names_the_first_entry_that_was_changed(void **state)
{
	struct scene *scene = *state;
	ten_entries(scene);
	get_stored(scene, 4, &scene->packed);
	scene->packed.data[scene->packed.size - 1] ^= 1; // in the body
	set_stored(scene, 4, buffer_bytes(&scene->packed));
	assert_int_equal(journal_verify(scene->store.journal), STATUS_CORRUPT);
	assert_non_null(strstr(status_reason(), "entry 4 does not fit the chain"));
}

static void journal_verify_names_entries_that_changed_places(void **state)
{
	struct scene *scene = *state;
	ten_entries(scene);
	get_stored(scene, 6, &scene->packed);
	get_stored(scene, 7, &scene->other);
	set_stored(scene, 6, buffer_bytes(&scene->other));
	set_stored(scene, 7, buffer_bytes(&scene->packed));
	assert_int_equal(journal_verify(scene->store.journal), STATUS_CORRUPT);
	assert_non_null(strstr(status_reason(), "entry 6 "));
}

static void journal_names_an_entry_that_is_missing(void **state)
{
	struct scene *scene = *state;
	uint64_t count = 0;
	ten_entries(scene);
	set_stored(scene, 5, bytes_make(NULL, 0));
	assert_int_equal(read_entry(scene, 5), STATUS_CORRUPT); // not merely "not found"
	assert_non_null(strstr(status_reason(), "entry 5 is missing"));
	assert_int_equal(journal_verify(scene->store.journal), STATUS_CORRUPT);
	assert_non_null(strstr(status_reason(), "entry 5 is missing"));
	assert_int_equal(journal_scan(scene->store.journal, 1, check_key, &count), STATUS_CORRUPT);
	assert_int_equal(count, 4);
	assert_int_equal(read_batch(scene, 3, 10), STATUS_CORRUPT);
	assert_int_equal(read_batch(scene, 5, 10), STATUS_CORRUPT);
	assert_int_equal(
	    read_batch(scene, 6, 10), STATUS_CORRUPT); // the chain before it is gone, too
	assert_int_equal(read_batch(scene, 7, 10), STATUS_OK);
	assert_int_equal(open_journal(scene), STATUS_CORRUPT);
	assert_null(scene->store.journal);
	assert_non_null(strstr(status_reason(), "ends at 10 and holds 9"));
}

static void journal_names_what_is_missing_at_its_end(void **state)
{
	struct scene *scene = *state;
	uint64_t count = 0;
	ten_entries(scene);
	set_stored(scene, 10, bytes_make(NULL, 0));
	assert_int_equal(journal_verify(scene->store.journal), STATUS_CORRUPT);
	assert_non_null(strstr(status_reason(), "entry 10 is missing"));
	assert_int_equal(journal_scan(scene->store.journal, 1, check_key, &count), STATUS_CORRUPT);
	assert_int_equal(read_batch(scene, 10, 10), STATUS_CORRUPT);
}

static void journal_says_newer_of_a_newer_format(void **state)
{
	struct scene *scene = *state;
	ten_entries(scene);
	get_stored(scene, 3, &scene->packed);
	scene->packed.data[0] = 2;
	set_stored(scene, 3, buffer_bytes(&scene->packed));
	assert_int_equal(read_entry(scene, 3), STATUS_INVALID);
	assert_non_null(strstr(status_reason(), "newer"));
	assert_non_null(strstr(status_reason(), "entry 3"));
	assert_int_equal(read_batch(scene, 1, 10), STATUS_INVALID);
	assert_int_equal(journal_verify(scene->store.journal), STATUS_INVALID);
	scene->packed.data[0] = 0;
	set_stored(scene, 3, buffer_bytes(&scene->packed));
	assert_int_equal(read_entry(scene, 3), STATUS_CORRUPT);
	get_stored(scene, 10, &scene->packed);
	scene->packed.data[0] = 2;
	set_stored(scene, 10, buffer_bytes(&scene->packed));
	assert_int_equal(open_journal(scene), STATUS_INVALID);
}

static void journal_never_takes_a_stub_for_an_entry(void **state)
{
	struct scene *scene = *state;
	ten_entries(scene);
	get_stored(scene, 3, &scene->other);
	for (size_t size = 1; size < scene->other.size; size++) {
		set_stored(scene, 3, bytes_make(scene->other.data, size));
		assert_int_equal(read_entry(scene, 3), STATUS_CORRUPT);
		assert_int_equal(journal_verify(scene->store.journal), STATUS_CORRUPT);
	}
}

static void set_meta(struct scene *scene, struct bytes value)
{
	database_batch_clear(scene->store.batch);
	if (value.size > 0)
		database_batch_put(
		    scene->store.batch, JOURNAL_TABLE_META, bytes_of_text("epoch"), value);
	else
		database_batch_delete(
		    scene->store.batch, JOURNAL_TABLE_META, bytes_of_text("epoch"));
	assert_int_equal(database_commit(scene->store.database, scene->store.batch), STATUS_OK);
	database_batch_clear(scene->store.batch);
}

static void journal_with_entries_never_gets_a_new_epoch(void **state)
{
	struct scene *scene = *state;
	uint8_t value[1 + EPOCH_BYTES] = { 2 };
	ten_entries(scene);
	set_meta(scene, bytes_make(NULL, 0));
	assert_int_equal(open_journal(scene), STATUS_CORRUPT);
	set_meta(scene, bytes_make(value, sizeof value));
	assert_int_equal(open_journal(scene), STATUS_INVALID);
	assert_non_null(strstr(status_reason(), "newer"));
	value[0] = 1;
	set_meta(scene, bytes_make(value, sizeof value - 1));
	assert_int_equal(open_journal(scene), STATUS_CORRUPT);
}

static void journal_refuses_keys_that_are_no_numbers(void **state)
{
	struct scene *scene = *state;
	uint64_t count = 0;
	ten_entries(scene);
	database_batch_put(
	    scene->store.batch, JOURNAL_TABLE_ENTRIES, bytes_of_text("odd"), bytes_of_text("x"));
	assert_int_equal(database_commit(scene->store.database, scene->store.batch), STATUS_OK);
	database_batch_clear(scene->store.batch);
	assert_int_equal(journal_scan(scene->store.journal, 1, check_key, &count), STATUS_OK);
	assert_int_equal(open_journal(scene), STATUS_CORRUPT);
}

// --- damage on the disk, anywhere
// -----------------------------------------------------------------------------------

enum {
	DAMAGED_ENTRIES = 120,
	META_PAGES = 2 * 4096
};
enum {
	ALL_GOOD,
	REFUSED,
	SHORTER,
	WRONG
};

static uint64_t read_good;

static bool check_good(uint64_t sequence, const struct entry *entry, void *context)
{
	bool *wrong = context;
	*wrong = !store_entry_is(entry, sequence, 10 + sequence);
	read_good = sequence;
	return !*wrong;
}

// What a process makes of a file that was changed: all as it was, an error, only the beginning, or
// something else.
static int judge_file(const char *folder)
{
	struct database *database;
	struct journal *journal;
	struct buffer packed = { 0 };
	struct entry entry;
	bool wrong = false;
	if (store_open_database(&database, folder, 16 << 20) != STATUS_OK ||
	    journal_open(&journal, database) != STATUS_OK)
		return REFUSED;
	bool verified = journal_verify(journal) == STATUS_OK;
	bool scanned = journal_scan(journal, 1, check_good, &wrong) == STATUS_OK;
	if (wrong)
		return WRONG;
	uint64_t head = journal_head(journal).sequence;
	for (uint64_t sequence = 1; sequence <= head; sequence++) {
		enum status status = journal_read(journal, sequence, &packed, &entry);
		if (status == STATUS_OK && !store_entry_is(&entry, sequence, 10 + sequence))
			return WRONG;
		if (status != STATUS_OK)
			return status == STATUS_NOT_FOUND ? WRONG : REFUSED;
	}
	if (!verified || !scanned)
		return REFUSED;
	if (head != read_good || head > DAMAGED_ENTRIES)
		return WRONG;
	return head < DAMAGED_ENTRIES ? SHORTER : ALL_GOOD;
}

static int judge_in_child(const char *folder)
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		FILE *nowhere = freopen("/dev/null", "w", stderr);
		(void)nowhere;
		for (int number = 1; number < 32; number++)
			signal(number, SIG_DFL);
		alarm(20);
		_exit(judge_file(folder));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	// LMDB trusts its pages: some damage stops the process, which is loud enough.
	return WIFEXITED(status) && WEXITSTATUS(status) <= WRONG ? WEXITSTATUS(status) : REFUSED;
}

static void flip_bit(const char *path, size_t offset, unsigned bit)
{
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, (long)offset, SEEK_SET), 0);
	int byte = fgetc(file);
	assert_int_equal(fseek(file, (long)offset, SEEK_SET), 0);
	assert_true(fputc(byte ^ (int)(1u << bit), file) >= 0);
	fclose(file);
}

static void journal_with_a_flipped_bit_is_refused_or_unharmed(void **state)
{
	struct scene *scene = *state;
	struct dice dice = { 61 };
	char path[SCRATCH_PATH_SIZE + 16];
	struct stat facts;
	int counts[4] = { 0 };
	for (uint64_t number = 1; number <= DAMAGED_ENTRIES; number++) {
		store_append(&scene->store, number, 10 + number);
		if (number % 10 == 0)
			store_commit(&scene->store);
	}
	store_close_but_keep(&scene->store);
	snprintf(path, sizeof path, "%s/data.mdb", scene->store.folder);
	assert_int_equal(stat(path, &facts), 0);
	for (int turn = 0; turn < 100; turn++) {
		size_t offset = turn % 5 == 0 ? dice_below(&dice, 200)
					      : dice_below(&dice, (uint64_t)facts.st_size);
		unsigned bit = (unsigned)dice_below(&dice, 8);
		flip_bit(path, offset, bit);
		int judged = judge_in_child(scene->store.folder);
		flip_bit(path, offset, bit);
		counts[judged]++;
		assert_int_not_equal(judged, WRONG);
		// Damage to the newest of LMDB's two roots brings back the one before: readers find
		// that head too low.
		assert_true(judged != SHORTER || offset < META_PAGES);
	}
	assert_int_equal(judge_in_child(scene->store.folder), ALL_GOOD);
	assert_true(counts[ALL_GOOD] > 0 && counts[REFUSED] > 0);
	store_open_again(&scene->store);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(journal_makes_an_identity_once),
		SCENE(journal_keeps_committed_entries_over_a_restart),
		SCENE(journal_reads_staged_entries_one_by_one_but_never_in_batches),
		SCENE(journal_scans_durable_entries_only_until_told_to_stop),
		SCENE(journal_batches_end_at_the_number_of_entries),
		SCENE(journal_batches_end_before_too_many_bytes),
		SCENE(journal_batches_are_the_same_from_memory_and_from_the_disk),
		SCENE(journal_reads_nothing_at_its_end_and_refuses_what_is_beyond),
		SCENE(journal_chain_is_what_a_reader_computes),
		SCENE(journal_salts_the_same_body_differently),
		SCENE(journal_agrees_with_a_plain_list),
		SCENE(journal_keeps_acknowledged_entries_after_kill),
		SCENE(journal_verify_names_the_first_entry_that_was_changed),
		SCENE(journal_verify_names_entries_that_changed_places),
		SCENE(journal_names_an_entry_that_is_missing),
		SCENE(journal_names_what_is_missing_at_its_end),
		SCENE(journal_says_newer_of_a_newer_format),
		SCENE(journal_never_takes_a_stub_for_an_entry),
		SCENE(journal_with_entries_never_gets_a_new_epoch),
		SCENE(journal_refuses_keys_that_are_no_numbers),
		SCENE(journal_with_a_flipped_bit_is_refused_or_unharmed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
