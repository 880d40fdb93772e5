// SPDX-License-Identifier: Apache-2.0
// delivery: rows read one by one, once to judge the list, once to give them to intake; then what is
// missing.
#include "delivery.h"

#include "date.h"
#include "missing.h"
#include "sheet.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	SLICE_ROWS = 1000,
	SLICE_BYTES = 4 * 1024 * 1024
};

struct delivery;
struct arrived;
typedef enum status delivery_stage(
    struct delivery *delivery, struct database_batch *batch, bool *done);

// What is done with each row of one reading of the list.
struct pass {
	enum status (*good)(struct delivery *delivery, struct database_batch *batch,
	    const struct arrived *row, struct record *record);
	enum status (*bad)(struct delivery *delivery, struct database_batch *batch,
	    const struct arrived *row, const struct record *record,
	    const struct problems *problems);
	bool names;           // notes which records a full list has
	bool compares;        // with the rows before
	delivery_stage *next; // once it is read
};

struct delivery {
	struct delivery_options options;
	char *origin;
	struct csv *csv;
	struct sheet sheet;
	struct rows *rows;
	struct scope scope;
	struct seen seen;
	struct missing *missing; // of a full list
	delivery_stage *stage;   // NULL: done
	const struct pass *pass;
	bool ended, has_unknown_rows;
	struct buffer payload, content;
	struct delivery_result result;
};

static const struct {
	const char *code, *text[2];
} refusals[] = {
#define DELIVERY_REFUSAL_ROW(name, code, english, chinese) { code, { english, chinese } },
	DELIVERY_REFUSAL_TABLE(DELIVERY_REFUSAL_ROW)
#undef DELIVERY_REFUSAL_ROW
};

const char *delivery_refusal_code(enum delivery_refusal refusal)
{
	return refusals[refusal].code;
}

const char *delivery_refusal_text(enum delivery_refusal refusal, bool chinese)
{
	return refusals[refusal].text[chinese];
}

bool delivery_mode_parse(const char *text, enum delivery_mode *mode)
{
	static const char *const names[] = { "upsert", "changes", "full" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strcmp(names[i], text) != 0)
			continue;
		*mode = (enum delivery_mode)i;
		return true;
	}
	return false;
}

const struct delivery_result *delivery_result(const struct delivery *delivery)
{
	return &delivery->result;
}

const struct csv *delivery_csv(const struct delivery *delivery)
{
	return delivery->csv;
}

const struct sheet *delivery_sheet(const struct delivery *delivery)
{
	return delivery->csv != NULL ? &delivery->sheet : NULL;
}

// --- one row -------------------------------------------------------------------------------------

// A row as it came, of either form.
struct arrived {
	uint64_t line;
	const struct json_value *json;
	const struct bytes *cells;
	size_t count;
	struct bytes raw; // of what could not be read: all there is of it
	bool is_readable;
	enum problem_code problem; // of what could not be read
};

static void tell(struct delivery *delivery, const struct arrived *row,
    const struct problems *problems, uint64_t id, const struct ledger_change *change,
    enum ledger_outcome outcome)
{
	struct delivery_row told = { row->line, row->cells, row->count, problems, id, change,
		outcome };
	if (delivery->options.told != NULL)
		delivery->options.told(&told, delivery->options.context);
}

// In a list that is full, or a spreadsheet that says no order, a record has one row.
static bool has_one_row_each(const struct delivery *delivery)
{
	enum delivery_mode mode = delivery->options.mode;
	return mode == DELIVERY_FULL || (delivery->csv != NULL && mode == DELIVERY_UPSERT);
}

static void name_parts(struct delivery *delivery, const struct record *record)
{
	const struct fold *fold = record->kind->fold;
	const struct value *list = &record->values[fold->list_index];
	int64_t year = record->values[fold->into].integer;
	for (size_t i = 0; i < (size_t)list->integer; i++) {
		unsigned part =
		    (unsigned)list->rows[i * fold->list->field_count + fold->by].integer;
		seen_name(&delivery->seen, record->subject, record->key, part);
		seen_cover(&delivery->seen, year, part);
	}
}

// Notes of which record the row is, as far as can be told; false: it cannot.
static bool note_record(struct delivery *delivery, const struct record *record)
{
	if (record->subject[0] == 0 || !record->key_known)
		return false;
	unsigned part = intake_part(record);
	seen_name(&delivery->seen, record->subject, record->key, part);
	if (record->kind->fold == NULL)
		return true;
	name_parts(delivery, record);
	return record->values[record->kind->fold->list_index].present ||
	       record->operation == RECORD_RETRACT;
}

static bool is_duplicate(
    struct delivery *delivery, const struct record *record, struct problems *problems)
{
	if (!has_one_row_each(delivery) || record->has_version)
		return false;
	buffer_clear(&delivery->content);
	buffer_printf(
	    &delivery->content, "%d %" PRId64 " ", (int)record->operation, record->valid_since);
	if (record->operation == RECORD_PUT)
		record_pack(record, &delivery->content);
	if (seen_add(&delivery->seen, record->subject, record->key, intake_part(record),
		buffer_bytes(&delivery->content)))
		return false;
	problems_add(problems, PROBLEM_duplicate_in_file, NULL, NULL, NULL, NULL);
	return true;
}

static bool read_arrived(struct delivery *delivery, const struct arrived *row,
    struct record *record, struct problems *problems)
{
	const struct delivery_options *options = &delivery->options;
	int64_t now_ms = options->origin.now_ms;
	if (!row->is_readable) {
		*record = (struct record){ .kind = options->kind };
		problems_add(problems, row->problem, NULL, NULL, NULL, NULL);
		return false;
	}
	if (row->json != NULL)
		return intake_read(
		    options->intake, record, options->kind, row->json, now_ms, problems);
	return intake_read_cells(options->intake, record, options->kind, delivery->sheet.columns,
	    row->cells, row->count, now_ms, problems);
}

// What is kept of a row that was refused. Of cells that could not be read nothing is there; their
// place keeps them apart.
static struct bytes payload_of(struct delivery *delivery, const struct arrived *row)
{
	struct buffer *out = &delivery->payload;
	struct json_writer writer = json_writer_make(out);
	buffer_clear(out);
	if (row->cells != NULL)
		sheet_write_row(&delivery->sheet, row->cells, row->count, out);
	else if (row->json != NULL)
		json_write_value(&writer, row->json);
	else if (delivery->csv == NULL)
		return row->raw;
	else
		buffer_printf(out, "%" PRIu64 " %s", row->line, delivery->origin);
	return buffer_bytes(out);
}

static const struct problems no_problems;

static enum status refuse(struct delivery *delivery, struct database_batch *batch,
    const struct arrived *row, const struct record *record, const struct problems *problems)
{
	const struct delivery_options *options = &delivery->options;
	uint64_t id;
	enum status status =
	    intake_refuse(options->intake, batch, record, payload_of(delivery, row), problems,
		row->line, &options->origin, &delivery->result.counts, &id);
	if (status == STATUS_OK)
		tell(delivery, row, problems, id, NULL, LEDGER_UNCHANGED);
	return status;
}

static enum status take(struct delivery *delivery, struct database_batch *batch,
    const struct arrived *row, struct record *record)
{
	const struct delivery_options *options = &delivery->options;
	uint64_t stale = delivery->result.counts.stale;
	enum status status =
	    intake_take(options->intake, batch, record, &options->origin, &delivery->result.counts);
	if (status == STATUS_OK && delivery->result.counts.stale > stale)
		tell(delivery, row, &no_problems, 0, NULL, LEDGER_STALE);
	return status;
}

static enum status foresee_refusal(struct delivery *delivery, struct database_batch *batch,
    const struct arrived *row, const struct record *record, const struct problems *problems)
{
	(void)batch;
	(void)record;
	delivery->result.counts.quarantined++;
	delivery->result.bad++;
	tell(delivery, row, problems, 0, NULL, LEDGER_UNCHANGED);
	return STATUS_OK;
}

static enum status foresee(struct delivery *delivery, struct database_batch *batch,
    const struct arrived *row, struct record *record)
{
	struct intake *intake = delivery->options.intake;
	struct ledger_change change;
	enum ledger_outcome outcome;
	struct intake_counts *counts = &delivery->result.counts;
	(void)batch;
	enum status status = intake_preview(intake, record, &change);
	if (status == STATUS_OK)
		status = ledger_preview(intake_ledger(intake), &change, &outcome);
	if (status != STATUS_OK)
		return status;
	counts->accepted += outcome == LEDGER_ACCEPTED;
	counts->unchanged += outcome == LEDGER_UNCHANGED;
	counts->stale += outcome == LEDGER_STALE;
	tell(delivery, row, &no_problems, 0, &change, outcome);
	return STATUS_OK;
}

static enum status pass_over(struct delivery *delivery, struct database_batch *batch,
    const struct arrived *row, struct record *record)
{
	(void)delivery;
	(void)batch;
	(void)row;
	(void)record;
	return STATUS_OK;
}

static enum status count_bad(struct delivery *delivery, struct database_batch *batch,
    const struct arrived *row, const struct record *record, const struct problems *problems)
{
	(void)batch;
	(void)row;
	(void)record;
	(void)problems;
	delivery->result.bad++;
	return STATUS_OK;
}

static enum status tell_bad(struct delivery *delivery, struct database_batch *batch,
    const struct arrived *row, const struct record *record, const struct problems *problems)
{
	struct intake_counts *counts = &delivery->result.counts;
	(void)batch;
	(void)record;
	counts->not_kept++;
	tell(delivery, row, problems, 0, NULL, LEDGER_UNCHANGED);
	if (counts->not_kept == DELIVERY_BAD_MAX)
		delivery->ended = true;
	return STATUS_OK;
}

static enum status treat(
    struct delivery *delivery, struct database_batch *batch, const struct arrived *row)
{
	const struct pass *pass = delivery->pass;
	struct record record = { 0 };
	struct problems problems = { 0 };
	bool is_good = read_arrived(delivery, row, &record, &problems);
	if (pass->names && delivery->missing != NULL && !note_record(delivery, &record))
		delivery->has_unknown_rows = true;
	if (is_good && pass->compares && is_duplicate(delivery, &record, &problems))
		is_good = false;
	delivery->result.rows++;
	enum status status = is_good ? pass->good(delivery, batch, row, &record)
				     : pass->bad(delivery, batch, row, &record, &problems);
	record_deinit(&record);
	return status;
}

// --- the next row --------------------------------------------------------------------------------

static void end_reading(struct delivery *delivery, enum status status)
{
	delivery->ended = true;
	delivery->result.reading = status;
	if (status == STATUS_OK)
		return;
	snprintf(delivery->result.reason, sizeof delivery->result.reason, "%s", status_reason());
	delivery->result.refused = DELIVERY_REFUSED_UNREADABLE;
}

// False: the reading ended.
static bool next_cells(struct delivery *delivery, struct arrived *row)
{
	enum status status = csv_next(delivery->csv, &row->cells, &row->count);
	row->line = (uint64_t)csv_line(delivery->csv);
	row->is_readable = status == STATUS_OK;
	if (status == STATUS_INVALID || status == STATUS_TOO_LARGE) {
		row->cells = NULL;
		row->count = 0;
		row->problem = status != STATUS_INVALID            ? PROBLEM_too_large
			       : csv_row_is_no_text(delivery->csv) ? PROBLEM_row_encoding
								   : PROBLEM_row_form;
		return true;
	}
	if (status == STATUS_OK && row->count > 0)
		return true;
	end_reading(delivery, status);
	return false;
}

static bool next_json(struct delivery *delivery, struct arrived *row)
{
	struct row next;
	bool ended;
	enum status status = rows_next(delivery->rows, &next, &ended);
	if (status != STATUS_OK || ended) {
		end_reading(delivery, status);
		return false;
	}
	row->line = next.line;
	row->json = next.value;
	row->raw = next.text;
	row->is_readable = next.value != NULL;
	row->problem = next.problem;
	return true;
}

static bool next_row(struct delivery *delivery, struct arrived *row)
{
	*row = (struct arrived){ 0 };
	if (delivery->ended)
		return false;
	if (delivery->result.rows == DELIVERY_ROWS_MAX) {
		delivery->ended = true;
		delivery->result.refused = DELIVERY_REFUSED_TOO_MANY_ROWS;
		return false;
	}
	return delivery->csv != NULL ? next_cells(delivery, row) : next_json(delivery, row);
}

// --- stages --------------------------------------------------------------------------------------

// Some of the entries made since the call began are the delivery's own: all of them, as nobody else
// has had a turn.
static void note_entries(struct delivery *delivery, uint64_t before)
{
	uint64_t last = journal_head(delivery->options.journal).sequence;
	if (last == before)
		return;
	if (delivery->result.first_sequence == 0)
		delivery->result.first_sequence = before + 1;
	delivery->result.last_sequence = last;
	if (delivery->missing != NULL)
		missing_own(delivery->missing, before + 1, last);
}

static delivery_stage read_slice, end_survey;

static enum status retract_missing(
    struct delivery *delivery, struct database_batch *batch, bool *done)
{
	struct intake_counts counts = { 0 };
	enum status status =
	    missing_retract(delivery->missing, batch, &delivery->options.origin, &counts, done);
	delivery->result.retracted += counts.accepted;
	return status;
}

static enum status finish(struct delivery *delivery, struct database_batch *batch, bool *done)
{
	(void)delivery;
	(void)batch;
	*done = true;
	return STATUS_OK;
}

// The rows were read, and are durable before anything is withdrawn.
static enum status end_taking(struct delivery *delivery, struct database_batch *batch, bool *done)
{
	bool withdraws = delivery->missing != NULL && delivery->result.missing > 0 &&
			 delivery->result.refused == DELIVERY_REFUSED_NONE;
	(void)batch;
	*done = !withdraws;
	delivery->stage = retract_missing;
	return STATUS_OK;
}

static const struct pass survey = { pass_over, count_bad, true, false, end_survey };
static const struct pass taking = { take, refuse, false, true, end_taking };
static const struct pass telling = { pass_over, tell_bad, false, true, finish };
static const struct pass rehearsal = { foresee, foresee_refusal, true, true, end_survey };

static void begin_pass(struct delivery *delivery, const struct pass *pass)
{
	delivery->pass = pass;
	delivery->stage = read_slice;
}

static void begin_again(struct delivery *delivery, const struct pass *pass)
{
	enum status status =
	    delivery->csv != NULL ? csv_rewind(delivery->csv) : rows_rewind(delivery->rows);
	delivery->ended = false;
	delivery->result.rows = 0;
	if (status != STATUS_OK)
		end_reading(delivery, status);
	begin_pass(delivery, pass);
}

static bool has_too_many_bad(const struct delivery_result *result)
{
	return result->bad > DELIVERY_BAD_MAX && 2 * result->bad > result->rows;
}

// Some per cent and a few may be a normal month; all of it is a mistake, however little it is.
static bool has_too_much_missing(const struct delivery_result *result)
{
	uint64_t missing = result->missing, in_scope = result->in_scope;
	bool is_few =
	    missing <= DELIVERY_FEW_MISSING && missing * 100 <= in_scope * DELIVERY_FEW_PER_CENT;
	return missing > 0 &&
	       (missing == in_scope ||
		   (!is_few && missing * 100 > in_scope * DELIVERY_MISSING_PER_CENT));
}

// Nothing was taken yet. What is refused is read once more, to tell what is wrong with it; what
// could not be read is not.
static void judge(struct delivery *delivery, bool *done)
{
	struct delivery_result *result = &delivery->result;
	if (result->refused == DELIVERY_REFUSED_NONE && has_too_many_bad(result))
		result->refused = DELIVERY_REFUSED_TOO_MANY_BAD;
	if (result->refused == DELIVERY_REFUSED_NONE && delivery->has_unknown_rows)
		result->refused = DELIVERY_REFUSED_UNKNOWN_ROWS;
	if (result->refused == DELIVERY_REFUSED_NONE && has_too_much_missing(result) &&
	    !delivery->options.confirmed)
		result->refused = DELIVERY_REFUSED_TOO_MANY_MISSING;
	result->nothing_taken = result->refused != DELIVERY_REFUSED_NONE;
	*done = delivery->options.rehearsal || result->reading != STATUS_OK;
	if (!*done)
		begin_again(delivery, result->nothing_taken ? &telling : &taking);
}

static enum status judge_full_list(
    struct delivery *delivery, struct database_batch *batch, bool *done)
{
	struct delivery_result *result = &delivery->result;
	bool looked;
	(void)batch;
	enum status status = missing_look(delivery->missing, &looked);
	*done = false;
	if (status != STATUS_OK || !looked)
		return status;
	result->in_scope = missing_in_scope(delivery->missing);
	result->missing = missing_count(delivery->missing);
	judge(delivery, done);
	return STATUS_OK;
}

static enum status end_survey(struct delivery *delivery, struct database_batch *batch, bool *done)
{
	bool is_whole = delivery->result.refused == DELIVERY_REFUSED_NONE;
	(void)batch;
	delivery->stage = judge_full_list;
	if (delivery->missing == NULL || !is_whole)
		judge(delivery, done);
	return STATUS_OK;
}

static enum status read_slice(struct delivery *delivery, struct database_batch *batch, bool *done)
{
	struct arrived row;
	enum status status = STATUS_OK;
	for (size_t i = 0; i < SLICE_ROWS && status == STATUS_OK; i++) {
		bool is_enough = i > 0 && database_batch_bytes(batch) >= SLICE_BYTES;
		if (is_enough || !next_row(delivery, &row))
			break;
		status = treat(delivery, batch, &row);
	}
	*done = false;
	return status == STATUS_OK && delivery->ended ? delivery->pass->next(delivery, batch, done)
						      : status;
}

enum status delivery_work(struct delivery *delivery, struct database_batch *batch, bool *done)
{
	uint64_t before = journal_head(delivery->options.journal).sequence;
	*done = true;
	if (delivery->stage == NULL)
		return STATUS_OK;
	enum status status = delivery->stage(delivery, batch, done);
	note_entries(delivery, before);
	if (*done || status != STATUS_OK)
		delivery->stage = NULL;
	if (*done && !delivery->options.rehearsal)
		intake_finish(delivery->options.intake, batch);
	return status;
}

// --- opening and closing -------------------------------------------------------------------------

// Not what machines send all day: for them one reading is enough.
static bool is_to_be_surveyed(const struct delivery *delivery, bool is_file)
{
	return delivery->pass == &taking &&
	       (is_file || delivery->csv != NULL || delivery->missing != NULL);
}

static struct delivery *delivery_new(const struct delivery_options *options)
{
	struct delivery *delivery = allocate(sizeof *delivery);
	delivery->options = *options;
	begin_pass(delivery, options->rehearsal ? &rehearsal : &taking);
	delivery->origin = text_copy(options->origin.name);
	delivery->options.origin.name = delivery->origin;
	delivery->options.scope = NULL; // was read
	return delivery;
}

static void begin_sheet(struct delivery *delivery)
{
	enum delivery_mode *mode = &delivery->options.mode;
	if (!sheet_make(&delivery->sheet, delivery->csv, delivery->options.kind,
		*mode == DELIVERY_CHANGES, &delivery->result.problems)) {
		delivery->result.refused = DELIVERY_REFUSED_MISSING_COLUMN;
		delivery->result.nothing_taken = true;
		delivery->stage = NULL;
	}
	if (*mode == DELIVERY_FULL && sheet_is_result(&delivery->sheet))
		*mode = DELIVERY_UPSERT; // all the others would be missing
}

static enum status begin(struct delivery *delivery, const char *scope)
{
	const struct delivery_options *options = &delivery->options;
	struct record_context context = { options->pseudonym,
		date_in_china(options->origin.now_ms) };
	enum status status = STATUS_OK;
	if (scope != NULL)
		status = scope_read(&delivery->scope, options->kind, scope, &context);
	if (status != STATUS_OK)
		return status;
	if (delivery->csv != NULL)
		begin_sheet(delivery);
	if (options->mode == DELIVERY_FULL) {
		struct missing_options missing = { options->intake, options->journal, options->kind,
			&delivery->seen, &delivery->scope };
		delivery->missing = missing_new(&missing);
	}
	return STATUS_OK;
}

static enum status finish_opening(struct delivery **delivery, struct delivery *fresh,
    enum status status, const char *scope, bool is_file)
{
	if (status == STATUS_OK)
		status = begin(fresh, scope);
	if (status == STATUS_OK && fresh->stage != NULL && is_to_be_surveyed(fresh, is_file))
		begin_pass(fresh, &survey);
	*delivery = NULL;
	if (status == STATUS_OK)
		*delivery = fresh;
	else
		delivery_close(&fresh);
	return status;
}

static enum rows_form rows_form_of(enum delivery_form form)
{
	return form == DELIVERY_JSON ? ROWS_JSON : ROWS_NDJSON;
}

enum status delivery_open_file(struct delivery **delivery, const struct delivery_options *options,
    const char *path, enum delivery_form form)
{
	struct delivery *fresh = delivery_new(options);
	enum status status = form == DELIVERY_CSV
				 ? csv_open_file(&fresh->csv, path)
				 : rows_open_file(&fresh->rows, path, rows_form_of(form));
	return finish_opening(delivery, fresh, status, options->scope, true);
}

enum status delivery_open_memory(struct delivery **delivery, const struct delivery_options *options,
    struct bytes body, enum delivery_form form)
{
	struct delivery *fresh = delivery_new(options);
	enum status status = STATUS_OK;
	if (form == DELIVERY_CSV)
		status = csv_open_memory(&fresh->csv, body);
	else
		fresh->rows = rows_open_memory(body, rows_form_of(form));
	return finish_opening(delivery, fresh, status, options->scope, true);
}

void delivery_close(struct delivery **delivery)
{
	struct delivery *old = *delivery;
	*delivery = NULL;
	if (old == NULL)
		return;
	missing_free(&old->missing);
	seen_deinit(&old->seen);
	scope_deinit(&old->scope);
	csv_close(&old->csv);
	rows_close(&old->rows);
	buffer_wipe(&old->payload);
	buffer_wipe(&old->content);
	free(old->origin);
	free(old);
}
