// SPDX-License-Identifier: Apache-2.0
// journal: the durable, ordered memory of one publisher.
#include "journal.h"

#include "chain.h"
#include "digest.h"

#include <inttypes.h>

// A stored entry: format, chain hash behind the entry, packed entry.
enum {
	FORMAT = 1,
	CHAIN_AT = 1,
	ENTRY_AT = CHAIN_AT + CHAIN_BYTES
};

// What was appended and is kept in memory: not yet committed, or committed and not yet published.
struct staged {
	size_t offset, size; // of the stored form, in staged_bytes
};

struct journal {
	struct database *database;
	struct position head, durable;
	struct buffer staged_bytes;
	struct buffer staged_list; // of struct staged
	uint64_t staged_first;     // sequence of the first in the list
	struct buffer scratch;
};

static const struct bytes epoch_key = { (const uint8_t *)"epoch", 5 };

// An epoch that is lost is not made anew: everybody who follows would see another history.
static enum status make_epoch(struct journal *journal)
{
	uint64_t count;
	enum status status = database_count(journal->database, JOURNAL_TABLE_ENTRIES, &count);
	if (status == STATUS_OK && count > 0)
		status = fail(STATUS_CORRUPT,
		    "the journal's epoch is missing, %" PRIu64 " entries are there", count);
	if (status != STATUS_OK)
		return status;
	random_bytes(journal->head.epoch, EPOCH_BYTES);
	uint8_t value[1 + EPOCH_BYTES] = { FORMAT };
	memcpy(value + 1, journal->head.epoch, EPOCH_BYTES);
	struct database_batch *batch = database_batch_new();
	database_batch_put(batch, JOURNAL_TABLE_META, epoch_key, bytes_make(value, sizeof value));
	status = database_commit(journal->database, batch);
	database_batch_free(&batch);
	return status;
}

static enum status check_format(uint8_t format)
{
	if (format > FORMAT)
		return fail(STATUS_INVALID,
		    "format %d is newer than this program knows (%d): update it", format, FORMAT);
	return format == FORMAT ? STATUS_OK
				: fail(STATUS_CORRUPT, "format %d was never written", format);
}

static enum status read_epoch(struct journal *journal)
{
	struct buffer value = { 0 };
	enum status status = database_get(journal->database, JOURNAL_TABLE_META, epoch_key, &value);
	if (status == STATUS_NOT_FOUND)
		status = make_epoch(journal);
	else if (status == STATUS_OK)
		status = check_format(value.size > 0 ? value.data[0] : 0);
	if (status == STATUS_OK && value.size != 0 && value.size != 1 + EPOCH_BYTES)
		status = fail(STATUS_CORRUPT, "it has %zu bytes", value.size);
	if (status == STATUS_OK && value.size != 0)
		memcpy(journal->head.epoch, value.data + 1, EPOCH_BYTES);
	buffer_deinit(&value);
	return status == STATUS_OK ? status : fail_while(status, "reading the journal's epoch");
}

static enum status check_stored(uint64_t sequence, struct bytes stored)
{
	enum status status = check_format(stored.size > 0 ? stored.data[0] : 0);
	if (status == STATUS_OK && stored.size <= ENTRY_AT)
		status = fail(STATUS_CORRUPT, "%zu bytes are no entry", stored.size);
	return status == STATUS_OK ? status
				   : fail_while(status, "reading entry %" PRIu64, sequence);
}

// A key of the entries: what stands in a file is not ours to be sure of.
static enum status read_key(struct bytes key, uint64_t *sequence)
{
	*sequence = 0;
	if (key.size != sizeof(struct database_number))
		return fail(STATUS_CORRUPT, "the journal holds a key of %zu bytes", key.size);
	*sequence = database_number_read(key);
	return STATUS_OK;
}

static struct bytes stored_entry(struct bytes stored)
{
	return bytes_make(stored.data + ENTRY_AT, stored.size - ENTRY_AT);
}

static enum status read_tail(struct journal *journal)
{
	struct buffer key = { 0 }, value = { 0 };
	uint64_t count = 0;
	enum status status = database_last(journal->database, JOURNAL_TABLE_ENTRIES, &key, &value);
	if (status == STATUS_NOT_FOUND) {
		status = STATUS_OK;
		goto cleanup;
	}
	if (status != STATUS_OK)
		goto cleanup;
	status = read_key(buffer_bytes(&key), &journal->head.sequence);
	if (status == STATUS_OK)
		status = check_stored(journal->head.sequence, buffer_bytes(&value));
	if (status != STATUS_OK)
		goto cleanup;
	memcpy(journal->head.chain, value.data + CHAIN_AT, CHAIN_BYTES);
	status = database_count(journal->database, JOURNAL_TABLE_ENTRIES, &count);
	if (status == STATUS_OK && count != journal->head.sequence)
		status = fail(STATUS_CORRUPT,
		    "the journal ends at %" PRIu64 " and holds %" PRIu64 " entries",
		    journal->head.sequence, count);
cleanup:
	buffer_deinit(&key);
	buffer_deinit(&value);
	return status;
}

enum status journal_open(struct journal **journal, struct database *database)
{
	*journal = NULL;
	struct journal *fresh = allocate(sizeof *fresh);
	fresh->database = database;
	enum status status = read_epoch(fresh);
	if (status == STATUS_OK)
		status = read_tail(fresh);
	if (status != STATUS_OK) {
		journal_close(&fresh);
		return status;
	}
	fresh->durable = fresh->head;
	fresh->staged_first = fresh->head.sequence + 1;
	*journal = fresh;
	return STATUS_OK;
}

void journal_close(struct journal **journal)
{
	if (*journal == NULL)
		return;
	buffer_wipe(&(*journal)->staged_bytes);
	buffer_deinit(&(*journal)->staged_list);
	buffer_wipe(&(*journal)->scratch);
	free(*journal);
	*journal = NULL;
}

struct position journal_head(const struct journal *journal)
{
	return journal->head;
}

struct position journal_durable(const struct journal *journal)
{
	return journal->durable;
}

static size_t staged_count(const struct journal *journal)
{
	return journal->staged_list.size / sizeof(struct staged);
}

// The stored form of a staged entry, or no bytes.
static struct bytes staged_find(const struct journal *journal, uint64_t sequence)
{
	if (sequence < journal->staged_first ||
	    sequence - journal->staged_first >= staged_count(journal))
		return bytes_make(NULL, 0);
	struct staged staged;
	memcpy(&staged,
	    journal->staged_list.data + (sequence - journal->staged_first) * sizeof staged,
	    sizeof staged);
	return bytes_make(journal->staged_bytes.data + staged.offset, staged.size);
}

void journal_append(struct journal *journal, struct database_batch *batch,
    const struct entry *entry, uint64_t *sequence)
{
	uint8_t salt[SALT_BYTES], space[ENTRY_AT] = { FORMAT };
	struct entry salted = *entry;
	if (entry->body.size > 0) {
		random_bytes(salt, sizeof salt);
		salted.salt = bytes_make(salt, sizeof salt);
	}
	struct buffer *bytes = &journal->staged_bytes;
	struct staged staged = { bytes->size, 0 };
	buffer_append(bytes, space, sizeof space);
	envelope_write_entry(bytes, &salted);
	staged.size = bytes->size - staged.offset;

	// Read back what was written: the chain runs over the packed bytes of the header.
	uint8_t *stored = bytes->data + staged.offset;
	struct entry packed;
	ENSURE(envelope_read_entry(&packed, stored_entry(bytes_make(stored, staged.size))) ==
	       STATUS_OK);
	journal->head.sequence++;
	chain_add(journal->head.chain, journal->head.sequence, &packed);
	memcpy(stored + CHAIN_AT, journal->head.chain, CHAIN_BYTES);

	buffer_append(&journal->staged_list, &staged, sizeof staged);
	struct database_number number = database_number(journal->head.sequence);
	database_batch_append(batch, JOURNAL_TABLE_ENTRIES,
	    bytes_make(number.bytes, sizeof number.bytes), bytes_make(stored, staged.size));
	*sequence = journal->head.sequence;
}

void journal_committed(struct journal *journal, uint64_t sequence)
{
	ENSURE(sequence <= journal->head.sequence);
	if (sequence <= journal->durable.sequence)
		return;
	struct bytes stored = staged_find(journal, sequence);
	ENSURE(stored.size > 0);
	journal->durable.sequence = sequence;
	memcpy(journal->durable.chain, stored.data + CHAIN_AT, CHAIN_BYTES);
}

void journal_release(struct journal *journal)
{
	size_t count = 0, staged_total = staged_count(journal);
	if (journal->durable.sequence >= journal->staged_first)
		count = (size_t)(journal->durable.sequence - journal->staged_first + 1);
	if (count == 0)
		return;
	struct staged *list = (struct staged *)(void *)journal->staged_list.data;
	size_t dropped = count == staged_total ? journal->staged_bytes.size : list[count].offset;
	buffer_drop(&journal->staged_bytes, dropped);
	buffer_drop(&journal->staged_list, count * sizeof *list);
	for (size_t i = 0; i < staged_total - count; i++)
		list[i].offset -= dropped;
	journal->staged_first += count;
}

// The stored form, checked: from memory, or appended to value.
static enum status read_stored(
    struct journal *journal, uint64_t sequence, struct buffer *value, struct bytes *stored)
{
	*stored = staged_find(journal, sequence);
	if (stored->size > 0)
		return STATUS_OK;
	struct database_number number = database_number(sequence);
	size_t before = value->size;
	enum status status = database_get(journal->database, JOURNAL_TABLE_ENTRIES,
	    bytes_make(number.bytes, sizeof number.bytes), value);
	if (status == STATUS_NOT_FOUND && sequence > 0 && sequence <= journal->head.sequence)
		return fail(STATUS_CORRUPT, "entry %" PRIu64 " is missing", sequence);
	if (status != STATUS_OK)
		return fail_while(status, "reading entry %" PRIu64, sequence);
	*stored = bytes_make(value->data + before, value->size - before);
	return check_stored(sequence, *stored);
}

enum status journal_read(
    struct journal *journal, uint64_t sequence, struct buffer *packed, struct entry *entry)
{
	struct bytes stored;
	buffer_clear(&journal->scratch);
	enum status status = read_stored(journal, sequence, &journal->scratch, &stored);
	if (status != STATUS_OK)
		return status;
	buffer_clear(packed);
	buffer_append_bytes(packed, stored_entry(stored));
	return envelope_read_entry(entry, buffer_bytes(packed));
}

static enum status chain_before(struct journal *journal, uint64_t first, uint8_t chain[CHAIN_BYTES])
{
	memset(chain, 0, CHAIN_BYTES);
	if (first == 1)
		return STATUS_OK;
	struct bytes stored;
	buffer_clear(&journal->scratch);
	enum status status = read_stored(journal, first - 1, &journal->scratch, &stored);
	if (status == STATUS_OK)
		memcpy(chain, stored.data + CHAIN_AT, CHAIN_BYTES);
	return status;
}

struct batch_reader {
	struct buffer *packed;
	size_t count, count_max;
	uint64_t next, last;
	enum status status;
};

// Adds one stored entry; false when the batch is full or something is wrong.
static bool add_to_batch(struct batch_reader *reader, uint64_t sequence, struct bytes stored)
{
	if (sequence != reader->next) {
		reader->status = fail(STATUS_CORRUPT, "entry %" PRIu64 " is missing", reader->next);
		return false;
	}
	reader->status = check_stored(sequence, stored);
	if (reader->status != STATUS_OK)
		return false;
	struct bytes entry = stored_entry(stored);
	if (reader->count > 0 && reader->packed->size + entry.size > BATCH_BYTES_MAX)
		return false;
	buffer_append_bytes(reader->packed, entry);
	reader->count++;
	reader->next++;
	return reader->count < reader->count_max && reader->next <= reader->last;
}

static bool add_from_disk(struct bytes key, struct bytes value, void *context)
{
	struct batch_reader *reader = context;
	uint64_t sequence;
	reader->status = read_key(key, &sequence);
	return reader->status == STATUS_OK && add_to_batch(reader, sequence, value);
}

enum status journal_read_batch(struct journal *journal, uint64_t first, size_t entries_max,
    struct buffer *packed, struct batch *batch)
{
	ENSURE(first > 0 && entries_max > 0);
	*batch = (struct batch){ .first = first, .head = journal->durable.sequence };
	memcpy(batch->epoch, journal->head.epoch, EPOCH_BYTES);
	buffer_clear(packed);
	if (first > journal->durable.sequence + 1)
		return fail(STATUS_NOT_FOUND, "entry %" PRIu64 " is beyond the end", first);
	enum status status = chain_before(journal, first, batch->chain);
	if (status != STATUS_OK || first > journal->durable.sequence)
		return status;
	struct batch_reader reader = { packed, 0,
		entries_max < BATCH_ENTRIES_MAX ? entries_max : BATCH_ENTRIES_MAX, first,
		journal->durable.sequence, STATUS_OK };
	if (first >= journal->staged_first) {
		while (add_to_batch(&reader, reader.next, staged_find(journal, reader.next)))
			;
	} else {
		struct database_number number = database_number(first);
		status = database_scan(journal->database, JOURNAL_TABLE_ENTRIES,
		    bytes_make(number.bytes, sizeof number.bytes), add_from_disk, &reader);
	}
	if (status != STATUS_OK)
		return fail_while(status, "reading entry %" PRIu64, reader.next);
	if (reader.status != STATUS_OK)
		return reader.status;
	if (reader.count == 0)
		return fail(STATUS_CORRUPT, "entry %" PRIu64 " is missing", first);
	batch->count = reader.count;
	batch->entries = buffer_bytes(packed);
	return STATUS_OK;
}

struct scan {
	journal_visit *visit;
	void *context;
	uint64_t next, last; // a commit that runs may have put more behind the last
	uint8_t chain[CHAIN_BYTES];
	bool follow_chain, stopped;
	enum status status;
};

static enum status read_scanned(
    struct scan *scan, struct bytes key, struct bytes value, struct entry *entry)
{
	uint64_t sequence;
	enum status status = read_key(key, &sequence);
	if (status == STATUS_OK && sequence != scan->next)
		status = fail(STATUS_CORRUPT, "entry %" PRIu64 " is missing", scan->next);
	if (status == STATUS_OK)
		status = check_stored(sequence, value);
	if (status == STATUS_OK)
		status = envelope_read_entry(entry, stored_entry(value));
	if (status != STATUS_OK || !scan->follow_chain)
		return status;
	chain_add(scan->chain, sequence, entry);
	if (memcmp(scan->chain, value.data + CHAIN_AT, CHAIN_BYTES) != 0)
		return fail(STATUS_CORRUPT, "entry %" PRIu64 " does not fit the chain", sequence);
	return STATUS_OK;
}

static bool scan_entry(struct bytes key, struct bytes value, void *context)
{
	struct scan *scan = context;
	struct entry entry;
	if (scan->next > scan->last)
		return false;
	scan->status = read_scanned(scan, key, value, &entry);
	if (scan->status != STATUS_OK)
		return false;
	uint64_t sequence = scan->next++;
	scan->stopped = scan->visit != NULL && !scan->visit(sequence, &entry, scan->context);
	return !scan->stopped;
}

static enum status run_scan(struct journal *journal, struct scan *scan)
{
	struct database_number number = database_number(scan->next);
	scan->last = journal->durable.sequence;
	enum status status = database_scan(journal->database, JOURNAL_TABLE_ENTRIES,
	    bytes_make(number.bytes, sizeof number.bytes), scan_entry, scan);
	if (status != STATUS_OK)
		return fail_while(status, "reading entry %" PRIu64, scan->next);
	if (scan->status == STATUS_OK && !scan->stopped && scan->next <= scan->last)
		return fail(STATUS_CORRUPT, "entry %" PRIu64 " is missing", scan->next);
	return scan->status;
}

enum status journal_scan(
    struct journal *journal, uint64_t first, journal_visit *visit, void *context)
{
	ENSURE(first > 0);
	struct scan scan = { .visit = visit, .context = context, .next = first };
	return run_scan(journal, &scan);
}

enum status journal_verify(struct journal *journal)
{
	struct scan scan = { .next = 1, .follow_chain = true };
	return run_scan(journal, &scan);
}
