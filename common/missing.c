// SPDX-License-Identifier: Apache-2.0
// missing: one walk over the journal to find what a full list leaves out, then the withdrawals.
#include "missing.h"

#include <stdio.h>

enum {
	LOOK_ENTRIES = 4000,
	RETRACT_RECORDS = 200
};

struct range {
	uint64_t first, last;
};

struct missing {
	struct missing_options options;
	uint64_t begun_at; // the journal's head when the list began
	struct buffer own; // of struct range, in order
	uint64_t next;     // entry to be looked at
	size_t looked;     // in this call
	uint64_t in_scope, count;
	struct buffer found; // sequences of the entries of records that miss something
	size_t retracted;    // of them
	enum status status;  // of the walk
	struct buffer packed;
};

struct missing *missing_new(const struct missing_options *options)
{
	struct missing *missing = allocate(sizeof *missing);
	missing->options = *options;
	missing->begun_at = journal_head(options->journal).sequence;
	missing->next = 1;
	return missing;
}

void missing_free(struct missing **missing)
{
	if (*missing == NULL)
		return;
	buffer_deinit(&(*missing)->own);
	buffer_deinit(&(*missing)->found);
	buffer_wipe(&(*missing)->packed);
	free(*missing);
	*missing = NULL;
}

void missing_own(struct missing *missing, uint64_t first, uint64_t last)
{
	struct range range = { first, last }, *before = NULL;
	if (first > last)
		return;
	if (missing->own.size > 0)
		before = (struct range *)(void *)(missing->own.data + missing->own.size) - 1;
	if (before != NULL && before->last + 1 == first)
		before->last = last;
	else
		buffer_append(&missing->own, &range, sizeof range);
}

static bool is_own(const struct missing *missing, uint64_t sequence)
{
	const struct range *ranges = (const struct range *)(const void *)missing->own.data;
	size_t low = 0, high = missing->own.size / sizeof *ranges;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (sequence > ranges[middle].last)
			low = middle + 1;
		else if (sequence < ranges[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

// --- looking -------------------------------------------------------------------------------------

static size_t part_count(const struct record *record)
{
	const struct fold *fold = record->kind->fold;
	return fold != NULL ? (size_t)record->values[fold->list_index].integer : 0;
}

static unsigned part_at(const struct record *record, size_t place)
{
	const struct fold *fold = record->kind->fold;
	const struct value *row =
	    record->values[fold->list_index].rows + place * fold->list->field_count;
	return (unsigned)row[fold->by].integer;
}

// Is this part of the record one that the list should have?
static bool is_covered(const struct missing *missing, const struct record *record, unsigned part)
{
	int64_t year = record->values[record->kind->fold->into].integer;
	return seen_covers(missing->options.seen, year, part);
}

static bool part_is_missing(const struct missing *missing, const struct entry *entry,
    const struct record *record, unsigned part)
{
	return is_covered(missing, record, part) &&
	       !seen_has(missing->options.seen, entry->subject, entry->key, part);
}

// What the list should have of the record, and what of that it has not.
static enum status count(
    struct missing *missing, const struct entry *entry, uint64_t *covered, uint64_t *lacking)
{
	struct record record = { 0 };
	enum status status = record_unpack(&record, missing->options.kind, entry->body);
	bool is_in = status == STATUS_OK && scope_holds(missing->options.scope, &record);
	*covered = *lacking = 0;
	if (is_in && missing->options.kind->fold == NULL) {
		*covered = 1;
		*lacking = !seen_has(missing->options.seen, entry->subject, entry->key, 0);
	}
	for (size_t i = 0; is_in && i < part_count(&record); i++) {
		unsigned part = part_at(&record, i);
		*covered += is_covered(missing, &record, part);
		*lacking += part_is_missing(missing, entry, &record, part);
	}
	record_deinit(&record);
	return status;
}

static bool look_at(struct missing *missing, uint64_t sequence, const struct entry *entry)
{
	uint64_t covered, lacking;
	missing->status = count(missing, entry, &covered, &lacking);
	missing->in_scope += covered;
	missing->count += lacking;
	if (lacking > 0)
		buffer_append(&missing->found, &sequence, sizeof sequence);
	return missing->status == STATUS_OK;
}

static bool is_looked_at(
    const struct missing *missing, uint64_t sequence, const struct entry *entry)
{
	return entry->kind == missing->options.kind->number && entry->operation == OPERATION_PUT &&
	       !entry->erased &&
	       ledger_is_latest(intake_ledger(missing->options.intake), sequence, entry);
}

static bool visit(uint64_t sequence, const struct entry *entry, void *context)
{
	struct missing *missing = context;
	if (missing->looked == LOOK_ENTRIES || sequence > missing->begun_at)
		return false;
	missing->looked++;
	missing->next = sequence + 1;
	return !is_looked_at(missing, sequence, entry) || look_at(missing, sequence, entry);
}

enum status missing_look(struct missing *missing, bool *done)
{
	missing->looked = 0;
	enum status status = journal_scan(missing->options.journal, missing->next, visit, missing);
	*done = missing->looked < LOOK_ENTRIES;
	return status == STATUS_OK ? missing->status : status;
}

uint64_t missing_in_scope(const struct missing *missing)
{
	return missing->in_scope;
}

uint64_t missing_count(const struct missing *missing)
{
	return missing->count;
}

// --- withdrawing ---------------------------------------------------------------------------------

struct withdrawal {
	struct missing *missing;
	struct database_batch *batch;
	const struct intake_origin *origin;
	struct intake_counts *counts;
};

static void name_record(struct record *record, const struct kind *kind, const struct entry *entry)
{
	*record = (struct record){ .kind = kind, .operation = RECORD_RETRACT, .key_known = true };
	ENSURE(
	    entry->subject.size < sizeof record->subject && entry->key.size < sizeof record->key);
	memcpy(record->subject, entry->subject.data, entry->subject.size);
	if (entry->key.size > 0)
		memcpy(record->key, entry->key.data, entry->key.size);
}

static enum status take(const struct withdrawal *withdrawal, struct record *record)
{
	enum status status = intake_take(withdrawal->missing->options.intake, withdrawal->batch,
	    record, withdrawal->origin, withdrawal->counts);
	record_deinit(record);
	return status;
}

// As if a row had come that takes this part out.
static enum status retract_part(
    const struct withdrawal *withdrawal, const struct entry *entry, unsigned part)
{
	const struct kind *kind = withdrawal->missing->options.kind;
	struct record record;
	name_record(&record, kind, entry);
	record.folds = true;
	struct value *list = &record.values[kind->fold->list_index];
	*list = (struct value){ .present = true, .integer = 1 };
	list->rows = allocate(kind->fold->list->field_count * sizeof(struct value));
	list->rows[kind->fold->by] = (struct value){ .present = true, .integer = part };
	return take(withdrawal, &record);
}

static enum status retract_parts(const struct withdrawal *withdrawal, const struct entry *entry)
{
	struct record before = { 0 };
	enum status status = record_unpack(&before, withdrawal->missing->options.kind, entry->body);
	for (size_t i = 0; status == STATUS_OK && i < part_count(&before); i++)
		if (part_is_missing(withdrawal->missing, entry, &before, part_at(&before, i)))
			status = retract_part(withdrawal, entry, part_at(&before, i));
	record_deinit(&before);
	return status;
}

static enum status retract_whole(const struct withdrawal *withdrawal, const struct entry *entry)
{
	struct record record;
	name_record(&record, withdrawal->missing->options.kind, entry);
	return take(withdrawal, &record);
}

// What is to be withdrawn is what was found, or what the list's other rows made of it; what
// somebody else made of it in the meantime stays.
static enum status retract(const struct withdrawal *withdrawal, uint64_t found)
{
	struct missing *missing = withdrawal->missing;
	struct record record;
	struct entry entry;
	uint64_t sequence;
	enum status status =
	    journal_read(missing->options.journal, found, &missing->packed, &entry);
	if (status != STATUS_OK)
		return status;
	name_record(&record, missing->options.kind, &entry);
	status = ledger_latest(intake_ledger(missing->options.intake), record.kind->number,
	    record.subject, record.key, &missing->packed, &entry, &sequence);
	if (status != STATUS_OK || entry.operation != OPERATION_PUT ||
	    (sequence != found && !is_own(missing, sequence)))
		return status;
	return missing->options.kind->fold != NULL ? retract_parts(withdrawal, &entry)
						   : retract_whole(withdrawal, &entry);
}

enum status missing_retract(struct missing *missing, struct database_batch *batch,
    const struct intake_origin *origin, struct intake_counts *counts, bool *done)
{
	struct withdrawal withdrawal = { missing, batch, origin, counts };
	size_t count = missing->found.size / sizeof(uint64_t);
	enum status status = STATUS_OK;
	for (size_t i = 0; status == STATUS_OK && i < RETRACT_RECORDS && missing->retracted < count;
	     i++) {
		uint64_t sequence;
		memcpy(&sequence, missing->found.data + missing->retracted * sizeof sequence,
		    sizeof sequence);
		status = retract(&withdrawal, sequence);
		missing->retracted++;
	}
	*done = missing->retracted == count;
	return status;
}
