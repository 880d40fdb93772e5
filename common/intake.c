// SPDX-License-Identifier: Apache-2.0
// intake: a department's decision on each row that arrives.
#include "intake.h"

#include "date.h"
#include "decision.h"
#include "row_columns.h"

enum {
	MONTHS = 12, // the parts of a record that comes in parts
	DAY_MS = 24 * 3600 * 1000
};

struct intake {
	struct intake_options options;
	struct ledger *ledger;
	struct quarantine *quarantine;
	int64_t last_input_ms[CATALOGUE_KINDS_MAX]; // by place in the catalogue
	bool input_is_new[CATALOGUE_KINDS_MAX];
	struct intake_totals totals[CATALOGUE_KINDS_MAX];
	struct buffer body, earlier, payload;
};

// "input" and the kind's number -> when it had its last good input.
static struct bytes input_key(unsigned kind, uint8_t key[7])
{
	memcpy(key, "input", 5);
	key[5] = (uint8_t)(kind >> 8);
	key[6] = (uint8_t)kind;
	return bytes_make(key, 7);
}

static enum status load_inputs(struct intake *intake)
{
	const struct catalogue *catalogue = intake->options.catalogue;
	for (size_t i = 0; i < catalogue->kind_count; i++) {
		uint8_t key[7];
		buffer_clear(&intake->body);
		enum status status = database_get(intake->options.database, JOURNAL_TABLE_META,
		    input_key(catalogue->kinds[i].number, key), &intake->body);
		if (status == STATUS_OK && intake->body.size == 8)
			intake->last_input_ms[i] =
			    (int64_t)database_number_read(buffer_bytes(&intake->body));
		else if (status != STATUS_NOT_FOUND)
			return status == STATUS_OK
				   ? fail(STATUS_CORRUPT, "the time of the last input is damaged")
				   : status;
	}
	return STATUS_OK;
}

void intake_finish(struct intake *intake, struct database_batch *batch)
{
	const struct catalogue *catalogue = intake->options.catalogue;
	for (size_t i = 0; i < catalogue->kind_count; i++) {
		if (!intake->input_is_new[i])
			continue;
		uint8_t key[7];
		struct database_number time = database_number((uint64_t)intake->last_input_ms[i]);
		database_batch_put(batch, JOURNAL_TABLE_META,
		    input_key(catalogue->kinds[i].number, key),
		    bytes_make(time.bytes, sizeof time.bytes));
		intake->input_is_new[i] = false;
	}
}

enum status intake_open(struct intake **intake, const struct intake_options *options)
{
	*intake = NULL;
	struct intake *fresh = allocate(sizeof *fresh);
	fresh->options = *options;
	enum status status = ledger_open(&fresh->ledger, options->journal, options->database);
	if (status == STATUS_OK)
		status = quarantine_open(&fresh->quarantine, options->database);
	if (status == STATUS_OK)
		status = load_inputs(fresh);
	if (status == STATUS_OK)
		*intake = fresh;
	else
		intake_close(&fresh);
	return status;
}

void intake_close(struct intake **intake)
{
	if (*intake == NULL)
		return;
	quarantine_close(&(*intake)->quarantine);
	ledger_close(&(*intake)->ledger);
	buffer_wipe(&(*intake)->body);
	buffer_wipe(&(*intake)->earlier);
	buffer_wipe(&(*intake)->payload);
	free(*intake);
	*intake = NULL;
}

struct ledger *intake_ledger(struct intake *intake)
{
	return intake->ledger;
}

struct quarantine *intake_quarantine(struct intake *intake)
{
	return intake->quarantine;
}

// --- deciding ---

static struct record_context context_at(const struct intake *intake, int64_t now_ms)
{
	return (struct record_context){ intake->options.pseudonym, date_in_china(now_ms) };
}

static bool judge(const struct intake *intake, const struct record *record, int64_t today,
    struct problems *problems)
{
	if (problems->count > 0 || record->operation != RECORD_PUT)
		return problems->count == 0;
	decision_apply_shared(record, problems);
	if (intake->options.decide != NULL)
		intake->options.decide(record, today, problems);
	return problems->count == 0;
}

// It would stand above all that is to come.
static void judge_version(const struct record *record, int64_t now_ms, struct problems *problems)
{
	if (record->has_version && record->version_is_time &&
	    record->version / 1000 > (uint64_t)(now_ms + DAY_MS))
		problems_add(problems, PROBLEM_future_version, version_column.name,
		    version_column.title.en, version_column.title.zh, NULL);
}

bool intake_read(struct intake *intake, struct record *record, const struct kind *kind,
    const struct json_value *row, int64_t now_ms, struct problems *problems)
{
	struct record_context context = context_at(intake, now_ms);
	record_from_json(record, kind, row, &context, problems);
	judge_version(record, now_ms, problems);
	return judge(intake, record, context.today, problems);
}

bool intake_read_cells(struct intake *intake, struct record *record, const struct kind *kind,
    const struct field *const *header, const struct bytes *cells, size_t count, int64_t now_ms,
    struct problems *problems)
{
	struct record_context context = context_at(intake, now_ms);
	record_from_cells(record, kind, header, cells, count, &context, problems);
	judge_version(record, now_ms, problems);
	return judge(intake, record, context.today, problems);
}

bool intake_would_take(struct intake *intake, const struct kind *kind, const struct json_value *row,
    int64_t now_ms, struct problems *problems)
{
	struct record record = { 0 };
	bool taken = intake_read(intake, &record, kind, row, now_ms, problems);
	record_deinit(&record);
	return taken;
}

// Of a record whose list is sent row by row: which part of it the row is. 0: the whole.
unsigned intake_part(const struct record *record)
{
	const struct fold *fold = record->kind->fold;
	return record->folds ? (unsigned)record->values[fold->list_index].rows[fold->by].integer
			     : 0;
}

// Such a row becomes part of what is there already.
static enum status fold_in(struct intake *intake, struct record *record)
{
	struct entry entry = { 0 };
	uint64_t sequence;
	enum status status = ledger_latest(intake->ledger, record->kind->number, record->subject,
	    record->key, &intake->earlier, &entry, &sequence);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return status;
	bool there = status == STATUS_OK && entry.operation == OPERATION_PUT && !entry.erased;
	return record_fold(record, there ? entry.body : bytes_make(NULL, 0));
}

// The record as it would be published: what it would leave, in intake->body, and how.
static enum status make_change(
    struct intake *intake, struct record *record, struct ledger_change *change)
{
	unsigned part = intake_part(record);
	if (record->folds) {
		enum status status = fold_in(intake, record);
		if (status != STATUS_OK)
			return status;
	}
	bool put = record->operation == RECORD_PUT;
	buffer_clear(&intake->body);
	if (put)
		record_pack(record, &intake->body);
	ENSURE(intake->body.size <= BODY_BYTES_MAX); // the catalogue's limits add up to less
	*change = (struct ledger_change){
		.operation = put ? OPERATION_PUT : OPERATION_RETRACT,
		.kind = record->kind->number,
		.subject = record->subject,
		.key = record->key,
		.part = part,
		.parts = record->kind->fold != NULL ? MONTHS : 0,
		.has_version = record->has_version,
		.version = record->version,
		.valid_since = put ? record->valid_since : 0,
		.body = buffer_bytes(&intake->body),
	};
	return STATUS_OK;
}

static enum status apply(struct intake *intake, struct database_batch *batch, struct record *record,
    int64_t now_ms, enum ledger_outcome *outcome)
{
	struct ledger_change change;
	enum status status = make_change(intake, record, &change);
	return status == STATUS_OK ? ledger_apply(intake->ledger, batch, &change, now_ms, outcome)
				   : status;
}

enum status intake_preview(
    struct intake *intake, struct record *record, struct ledger_change *change)
{
	return make_change(intake, record, change);
}

static void count_outcome(
    struct intake_counts *counts, struct intake_totals *totals, enum ledger_outcome outcome)
{
	const struct {
		uint64_t *count, *total;
	} counters[LEDGER_OUTCOMES] = {
		[LEDGER_ACCEPTED] = { &counts->accepted, &totals->accepted },
		[LEDGER_UNCHANGED] = { &counts->unchanged, &totals->unchanged },
		[LEDGER_STALE] = { &counts->stale, &totals->stale },
	};
	++*counters[outcome].count;
	++*counters[outcome].total;
}

static size_t place_of(const struct kind *kind)
{
	return (size_t)(kind - kind->catalogue->kinds);
}

// The record is no longer one of which a row was refused, once no row of it is left.
static void settle(struct intake *intake, struct database_batch *batch, const struct record *record,
    unsigned part, int64_t now_ms)
{
	size_t others;
	unsigned kind = record->kind->number;
	size_t settled = quarantine_settle(
	    intake->quarantine, batch, kind, record->subject, record->key, part, &others);
	if (settled > 0 && others == 0)
		ledger_note(intake->ledger, batch, OPERATION_SETTLE, kind, record->subject,
		    record->key, "mended", now_ms);
}

// A row says which one in quarantine it is a mended one of: that one may be another record's, by
// the very mistake in it.
static enum status close_mended(struct intake *intake, struct database_batch *batch,
    const struct kind *kind, uint64_t id, int64_t now_ms)
{
	struct buffer packed = { 0 };
	struct quarantined row;
	size_t others;
	if (id == 0)
		return STATUS_OK;
	enum status status = quarantine_read(intake->quarantine, id, &packed, &row);
	if (status == STATUS_OK && row.kind == kind->number) {
		char *subject = bytes_copy_text(row.subject), *key = bytes_copy_text(row.key);
		status = quarantine_remove(intake->quarantine, batch, id, &others);
		if (status == STATUS_OK && subject[0] != 0 && others == 0)
			ledger_note(intake->ledger, batch, OPERATION_SETTLE, row.kind, subject, key,
			    "mended", now_ms);
		free(subject);
		free(key);
	}
	buffer_wipe(&packed);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status; // it was settled before
}

enum status intake_take(struct intake *intake, struct database_batch *batch, struct record *record,
    const struct intake_origin *origin, struct intake_counts *counts)
{
	unsigned part = intake_part(record);
	enum ledger_outcome outcome;
	enum status status = apply(intake, batch, record, origin->now_ms, &outcome);
	if (status != STATUS_OK)
		return status;
	size_t place = place_of(record->kind);
	count_outcome(counts, &intake->totals[place], outcome);
	intake->last_input_ms[place] = origin->now_ms;
	intake->input_is_new[place] = true;
	if (outcome == LEDGER_STALE)
		return STATUS_OK;
	settle(intake, batch, record, part, origin->now_ms);
	return close_mended(intake, batch, record->kind, record->reject, origin->now_ms);
}

// --- refusing ---

static void report(struct intake_counts *counts, uint64_t line, const struct problems *problems)
{
	if (counts->report_count < INTAKE_REPORTS_MAX)
		counts->reports[counts->report_count++] =
		    (struct intake_report){ line, problems->list[0] };
}

// The row was put into quarantine, or was there already.
static enum status note_refused(struct intake *intake, struct database_batch *batch,
    const struct record *record, const struct quarantined *row, bool is_fresh, int64_t now_ms,
    uint64_t id)
{
	intake->totals[place_of(record->kind)].quarantined++;
	if (is_fresh && record->subject[0] != 0) // the profile can say that something was refused
		ledger_note(intake->ledger, batch, OPERATION_REJECT, row->kind, record->subject,
		    record->key_known ? record->key : "", problem_name(row->problems.list[0].code),
		    now_ms);
	return record->reject != id
		   ? close_mended(intake, batch, record->kind, record->reject, now_ms)
		   : STATUS_OK;
}

enum status intake_refuse(struct intake *intake, struct database_batch *batch,
    const struct record *record, struct bytes payload, const struct problems *problems,
    uint64_t line, const struct intake_origin *origin, struct intake_counts *counts, uint64_t *id)
{
	struct quarantined row = {
		.kind = record->kind->number,
		.subject = bytes_of_text(record->subject),
		.key = bytes_of_text(record->key_known ? record->key : ""),
		.key_known = record->key_known,
		.part = intake_part(record),
		.redrives = origin->redrive,
		.origin = bytes_of_text(origin->name),
		.line = line,
		.payload = payload,
		.problems = *problems,
	};
	bool fresh;
	enum status status =
	    quarantine_add(intake->quarantine, batch, &row, origin->now_ms, &fresh, id);
	report(counts, line, problems);
	counts->quarantined += status == STATUS_OK;
	counts->not_kept += status == STATUS_FULL;
	if (status != STATUS_OK)
		return status == STATUS_FULL ? STATUS_OK : status;
	return note_refused(intake, batch, record, &row, fresh, origin->now_ms, *id);
}

enum status intake_row(struct intake *intake, struct database_batch *batch, const struct kind *kind,
    const struct json_value *row, uint64_t line, const struct intake_origin *origin,
    struct intake_counts *counts)
{
	struct record record = { 0 };
	struct problems problems = { 0 };
	uint64_t id;
	enum status status;
	if (intake_read(intake, &record, kind, row, origin->now_ms, &problems)) {
		status = intake_take(intake, batch, &record, origin, counts);
	} else {
		record.kind = kind;
		buffer_clear(&intake->payload);
		struct json_writer writer = json_writer_make(&intake->payload);
		json_write_value(&writer, row);
		status = intake_refuse(intake, batch, &record, buffer_bytes(&intake->payload),
		    &problems, line, origin, counts, &id);
	}
	record_deinit(&record);
	return status;
}

enum status intake_unreadable(struct intake *intake, struct database_batch *batch,
    const struct kind *kind, struct bytes payload, const struct problems *problems, uint64_t line,
    const struct intake_origin *origin, struct intake_counts *counts)
{
	struct record nothing = { .kind = kind };
	uint64_t id;
	return intake_refuse(intake, batch, &nothing, payload, problems, line, origin, counts, &id);
}

const struct intake_totals *intake_totals(const struct intake *intake, size_t kind)
{
	ENSURE(kind < intake->options.catalogue->kind_count);
	return &intake->totals[kind];
}

size_t intake_inputs(const struct intake *intake, struct input *inputs)
{
	const struct catalogue *catalogue = intake->options.catalogue;
	size_t count = 0;
	for (size_t i = 0; i < catalogue->kind_count && count < BATCH_INPUTS_MAX; i++) {
		struct input input = { .kind = catalogue->kinds[i].number,
			.last_input_ms = intake->last_input_ms[i] };
		input.quarantined = quarantine_count_kind(
		    intake->quarantine, input.kind, &input.oldest_quarantined_ms);
		if (input.quarantined > 0 || input.last_input_ms > 0)
			inputs[count++] = input;
	}
	return count;
}
