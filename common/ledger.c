// SPDX-License-Identifier: Apache-2.0
// ledger: the current state of every record of one department, over its journal.
#include "ledger.h"

#include "digest.h"
#include "index.h"

struct ledger {
	struct journal *journal;
	struct index latest;   // record -> sequence of its latest entry
	struct index versions; // record or part of one -> a version that the record's latest entry
			       // does not tell
	uint64_t records;
	int64_t last_ms;
	struct buffer name, packed;
	enum status scan_status;
};

// What a record is called: kind, subject and key. Kind and subject have fixed sizes, so nothing is
// ambiguous.
static struct bytes record_name(
    struct ledger *ledger, unsigned kind, struct bytes subject, struct bytes key)
{
	uint8_t number[2] = { (uint8_t)(kind >> 8), (uint8_t)kind };
	buffer_clear(&ledger->name);
	buffer_append(&ledger->name, number, sizeof number);
	buffer_append_bytes(&ledger->name, subject);
	buffer_append_bytes(&ledger->name, key);
	return buffer_bytes(&ledger->name);
}

static bool same_record(
    const struct entry *entry, unsigned kind, struct bytes subject, struct bytes key)
{
	return entry->kind == kind && bytes_equal(entry->subject, subject) &&
	       bytes_equal(entry->key, key);
}

// A hash is not a name: what it leads to is read and compared.
static enum status find(struct ledger *ledger, uint64_t hash, unsigned kind, struct bytes subject,
    struct bytes key, struct buffer *packed, struct entry *entry, size_t *cursor,
    uint64_t *sequence)
{
	*cursor = 0;
	while (index_next(&ledger->latest, hash, cursor, sequence)) {
		enum status status = journal_read(ledger->journal, *sequence, packed, entry);
		if (status != STATUS_OK)
			return status;
		if (same_record(entry, kind, subject, key))
			return STATUS_OK;
	}
	*sequence = 0;
	return fail(STATUS_NOT_FOUND, "no such record");
}

static bool counts_as_state(enum operation operation)
{
	return operation == OPERATION_PUT || operation == OPERATION_RETRACT;
}

static bool index_entry(uint64_t sequence, const struct entry *entry, void *context)
{
	struct ledger *ledger = context;
	if (entry->recorded_ms > ledger->last_ms)
		ledger->last_ms = entry->recorded_ms;
	if (!counts_as_state(entry->operation))
		return true;
	uint64_t hash = digest_short(record_name(ledger, entry->kind, entry->subject, entry->key)),
		 number;
	size_t cursor = 0;
	while (index_next(&ledger->latest, hash, &cursor, &number)) {
		if (number == entry->previous) { // the entry says itself which one it replaces:
						 // nothing is to be read
			index_change(&ledger->latest, hash, cursor, sequence);
			return true;
		}
	}
	if (entry->previous != 0) {
		ledger->scan_status =
		    fail(STATUS_CORRUPT, "entry %llu replaces %llu, which is no latest entry",
			(unsigned long long)sequence, (unsigned long long)entry->previous);
		return false;
	}
	index_add(&ledger->latest, hash, sequence);
	ledger->records++;
	return true;
}

static bool load_version(struct bytes name, struct bytes value, void *context)
{
	struct ledger *ledger = context;
	if (value.size != 8 || database_number_read(value) == UINT64_MAX) {
		ledger->scan_status = fail(STATUS_CORRUPT, "a stored version is damaged");
		return false;
	}
	index_add(&ledger->versions, digest_short(name), database_number_read(value) + 1);
	return true;
}

enum status ledger_open(struct ledger **ledger, struct journal *journal, struct database *database)
{
	*ledger = NULL;
	struct ledger *fresh = allocate(sizeof *fresh);
	fresh->journal = journal;
	enum status status = journal_scan(journal, 1, index_entry, fresh);
	if (status == STATUS_OK)
		status = fresh->scan_status;
	if (status == STATUS_OK)
		status = database_scan(
		    database, LEDGER_TABLE_VERSIONS, bytes_make(NULL, 0), load_version, fresh);
	if (status == STATUS_OK)
		status = fresh->scan_status;
	if (status == STATUS_OK)
		*ledger = fresh;
	else
		ledger_close(&fresh);
	return status;
}

void ledger_close(struct ledger **ledger)
{
	if (*ledger == NULL)
		return;
	index_deinit(&(*ledger)->latest);
	index_deinit(&(*ledger)->versions);
	buffer_deinit(&(*ledger)->name);
	buffer_wipe(&(*ledger)->packed);
	free(*ledger);
	*ledger = NULL;
}

uint64_t ledger_records(const struct ledger *ledger)
{
	return ledger->records;
}

// Times in a journal never run backwards, whatever the clock does.
static int64_t recorded_ms(struct ledger *ledger, int64_t now_ms)
{
	if (now_ms > ledger->last_ms)
		ledger->last_ms = now_ms;
	return ledger->last_ms;
}

// What a source's version belongs to: the record (part 0), or a part of it.
static struct bytes version_name(
    struct ledger *ledger, const struct ledger_change *change, unsigned part)
{
	uint8_t mark[3] = { 0, (uint8_t)(part >> 8), (uint8_t)part }; // no key holds a NUL
	record_name(
	    ledger, change->kind, bytes_of_text(change->subject), bytes_of_text(change->key));
	if (part != 0)
		buffer_append(&ledger->name, mark, sizeof mark);
	return buffer_bytes(&ledger->name);
}

// Raises *version to the one that is kept; false: none is. Numbers in an index are above zero, so
// versions are kept one higher.
static bool raise_to_kept(
    struct ledger *ledger, const struct ledger_change *change, unsigned part, uint64_t *version)
{
	uint64_t hash = digest_short(version_name(ledger, change, part)), number;
	size_t cursor = 0;
	bool known = false;
	while (index_next(&ledger->versions, hash, &cursor, &number)) {
		known = true;
		if (number - 1 > *version)
			*version = number - 1;
	}
	return known;
}

// The newest version that is known of the whole record and, if the change is of a part, of that;
// false: none is. latest: the record's latest entry, or NULL.
static bool newest_version(struct ledger *ledger, const struct ledger_change *change,
    const struct entry *latest, uint64_t *version)
{
	bool known = latest != NULL && latest->has_version;
	*version = known ? latest->version : 0;
	known |= raise_to_kept(ledger, change, 0, version);
	if (change->part != 0)
		known |= raise_to_kept(ledger, change, change->part, version);
	return known;
}

static bool is_stale(
    struct ledger *ledger, const struct ledger_change *change, const struct entry *latest)
{
	uint64_t newest;
	if (!change->has_version)
		return false;
	bool known = newest_version(ledger, change, latest, &newest);
	for (unsigned part = 1; change->part == 0 && part <= change->parts; part++)
		known |= raise_to_kept(ledger, change, part, &newest);
	return known && change->version < newest;
}

static bool is_unchanged(const struct ledger_change *change, const struct entry *latest)
{
	return change->operation == latest->operation && !latest->erased &&
	       bytes_equal(change->body, latest->body) &&
	       (change->operation == OPERATION_RETRACT ||
		   change->valid_since == latest->valid_since);
}

// Only ever raises it. The highest number there is stands for the two highest versions.
static void keep_version(
    struct ledger *ledger, struct database_batch *batch, struct bytes name, uint64_t version)
{
	uint64_t hash = digest_short(name), number;
	uint64_t kept = version < UINT64_MAX - 1 ? version : UINT64_MAX - 1;
	size_t cursor = 0;
	bool there = index_next(&ledger->versions, hash, &cursor, &number);
	if (there && number > kept)
		return;
	struct database_number value = database_number(kept);
	database_batch_put(
	    batch, LEDGER_TABLE_VERSIONS, name, bytes_make(value.bytes, sizeof value.bytes));
	if (there)
		index_change(&ledger->versions, hash, cursor, kept + 1);
	else
		index_add(&ledger->versions, hash, kept + 1);
}

// A version that no entry tells is remembered beside the journal, so that an older one that comes
// late is still refused: a newer one of the same content or of a withdrawal of what is not there,
// which are no new entries, and those of parts, of which an entry has many.
static void remember_version(struct ledger *ledger, struct database_batch *batch,
    const struct ledger_change *change, const struct entry *latest)
{
	uint64_t newest;
	if (!change->has_version ||
	    (newest_version(ledger, change, latest, &newest) && change->version <= newest))
		return;
	keep_version(ledger, batch, version_name(ledger, change, change->part), change->version);
}

// The entry to come tells no version of the whole record, but the one it replaces does.
static void remember_replaced(struct ledger *ledger, struct database_batch *batch,
    const struct ledger_change *change, const struct entry *latest)
{
	if (latest->has_version && (change->part != 0 || !change->has_version))
		keep_version(ledger, batch,
		    record_name(ledger, change->kind, latest->subject, latest->key),
		    latest->version);
}

static uint64_t append(struct ledger *ledger, struct database_batch *batch,
    const struct ledger_change *change, uint64_t previous, int64_t now_ms)
{
	struct entry entry = {
		.operation = change->operation,
		.recorded_ms = recorded_ms(ledger, now_ms),
		.kind = change->kind,
		.subject = bytes_of_text(change->subject),
		.key = bytes_of_text(change->key),
		.has_version = change->has_version && change->part == 0,
		.version = change->part == 0 ? change->version : 0,
		.valid_since = change->valid_since,
		.previous = previous,
		.body = change->body,
	};
	uint64_t sequence;
	journal_append(ledger->journal, batch, &entry, &sequence);
	return sequence;
}

// What a change meets.
struct meeting {
	struct entry latest;
	const struct entry *known; // the latest entry, or NULL
	uint64_t hash, sequence;   // of it
	size_t cursor;
};

static enum status meet(struct ledger *ledger, const struct ledger_change *change,
    struct meeting *meeting, enum ledger_outcome *outcome)
{
	ENSURE(counts_as_state(change->operation));
	struct bytes subject = bytes_of_text(change->subject), key = bytes_of_text(change->key);
	meeting->hash = digest_short(record_name(ledger, change->kind, subject, key));
	enum status status = find(ledger, meeting->hash, change->kind, subject, key,
	    &ledger->packed, &meeting->latest, &meeting->cursor, &meeting->sequence);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	const struct entry *known = status == STATUS_OK ? &meeting->latest : NULL;
	meeting->known = known;
	bool is_so =
	    known != NULL ? is_unchanged(change, known) : change->operation == OPERATION_RETRACT;
	*outcome = is_so ? LEDGER_UNCHANGED : LEDGER_ACCEPTED;
	if (!is_so && is_stale(ledger, change, known))
		*outcome = LEDGER_STALE;
	return STATUS_OK;
}

enum status ledger_preview(
    struct ledger *ledger, const struct ledger_change *change, enum ledger_outcome *outcome)
{
	struct meeting meeting;
	return meet(ledger, change, &meeting, outcome);
}

enum status ledger_apply(struct ledger *ledger, struct database_batch *batch,
    const struct ledger_change *change, int64_t now_ms, enum ledger_outcome *outcome)
{
	struct meeting meeting;
	enum status status = meet(ledger, change, &meeting, outcome);
	if (status != STATUS_OK || *outcome == LEDGER_STALE)
		return status;
	if (*outcome == LEDGER_UNCHANGED || change->part != 0)
		remember_version(ledger, batch, change, meeting.known);
	if (*outcome == LEDGER_UNCHANGED)
		return STATUS_OK;
	if (meeting.known != NULL)
		remember_replaced(ledger, batch, change, meeting.known);
	uint64_t appended = append(ledger, batch, change, meeting.sequence, now_ms);
	if (meeting.known != NULL) {
		index_change(&ledger->latest, meeting.hash, meeting.cursor, appended);
	} else {
		index_add(&ledger->latest, meeting.hash, appended);
		ledger->records++;
	}
	return STATUS_OK;
}

void ledger_note(struct ledger *ledger, struct database_batch *batch, enum operation operation,
    unsigned kind, const char *subject, const char *key, const char *note, int64_t now_ms)
{
	ENSURE(!counts_as_state(operation));
	struct entry entry = {
		.operation = operation,
		.recorded_ms = recorded_ms(ledger, now_ms),
		.kind = kind,
		.subject = bytes_of_text(subject),
		.key = bytes_of_text(key),
		.note = bytes_of_text(note),
	};
	uint64_t sequence;
	journal_append(ledger->journal, batch, &entry, &sequence);
}

enum status ledger_latest(struct ledger *ledger, unsigned kind, const char *subject,
    const char *key, struct buffer *packed, struct entry *entry, uint64_t *sequence)
{
	struct bytes subject_bytes = bytes_of_text(subject), key_bytes = bytes_of_text(key);
	size_t cursor;
	uint64_t hash = digest_short(record_name(ledger, kind, subject_bytes, key_bytes));
	return find(ledger, hash, kind, subject_bytes, key_bytes, packed, entry, &cursor, sequence);
}

struct kind_visit {
	struct ledger *ledger;
	unsigned kind;
	journal_visit *visit;
	void *context;
	bool stopped;
};

// Known by the index alone: nothing is to be read.
bool ledger_is_latest(struct ledger *ledger, uint64_t sequence, const struct entry *entry)
{
	struct bytes name = record_name(ledger, entry->kind, entry->subject, entry->key);
	size_t cursor = 0;
	uint64_t hash = digest_short(name), number;
	while (index_next(&ledger->latest, hash, &cursor, &number))
		if (number == sequence)
			return true;
	return false;
}

// The journal is walked once, in order, and then what is on its way to the disk: a record that is
// being changed is not left out.
static bool visit_if_latest(uint64_t sequence, const struct entry *entry, void *context)
{
	struct kind_visit *visit = context;
	if (entry->kind != visit->kind || entry->operation != OPERATION_PUT ||
	    !ledger_is_latest(visit->ledger, sequence, entry))
		return true;
	visit->stopped = !visit->visit(sequence, entry, visit->context);
	return !visit->stopped;
}

enum status ledger_visit_kind(
    struct ledger *ledger, unsigned kind, journal_visit *visit, void *context)
{
	struct kind_visit walk = { ledger, kind, visit, context, false };
	struct buffer packed = { 0 };
	struct entry entry;
	uint64_t durable = journal_durable(ledger->journal).sequence,
		 head = journal_head(ledger->journal).sequence;
	enum status status = journal_scan(ledger->journal, 1, visit_if_latest, &walk);
	for (uint64_t sequence = durable + 1;
	     sequence <= head && status == STATUS_OK && !walk.stopped; sequence++) {
		status = journal_read(ledger->journal, sequence, &packed, &entry);
		if (status == STATUS_OK)
			visit_if_latest(sequence, &entry, &walk);
	}
	buffer_wipe(&packed);
	return status;
}
