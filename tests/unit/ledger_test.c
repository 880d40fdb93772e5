// SPDX-License-Identifier: Apache-2.0
// ledger_test: a record is state: what is taken, what is unchanged, and what comes too late.
#include "ledger.h"
#include "store.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
	KIND = 3,
	NOW = 1000000
};
static const char person[] = "p10123456789abcdef", other_person[] = "p1zzzzzzzzzzzzzzzz";

struct scene {
	struct store store;
	struct ledger *ledger;
	struct buffer packed;
	struct entry entry;
	uint64_t sequence;
};

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	store_open(&scene->store);
	*state = scene;
	return ledger_open(&scene->ledger, scene->store.journal, scene->store.database) !=
	       STATUS_OK;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	ledger_close(&scene->ledger);
	store_close(&scene->store);
	buffer_deinit(&scene->packed);
	free(scene);
	return 0;
}

static void reopen(struct scene *scene)
{
	store_commit(&scene->store);
	ledger_close(&scene->ledger);
	store_reopen(&scene->store);
	assert_int_equal(
	    ledger_open(&scene->ledger, scene->store.journal, scene->store.database), STATUS_OK);
}

static struct ledger_change put_of(const char *body)
{
	return (struct ledger_change){ .operation = OPERATION_PUT,
		.kind = KIND,
		.subject = person,
		.key = "k",
		.body = bytes_of_text(body) };
}

static enum ledger_outcome apply(struct scene *scene, struct ledger_change change)
{
	enum ledger_outcome outcome = LEDGER_OUTCOMES;
	assert_int_equal(
	    ledger_apply(scene->ledger, scene->store.batch, &change, NOW, &outcome), STATUS_OK);
	return outcome;
}

static enum ledger_outcome put(struct scene *scene, const char *body)
{
	return apply(scene, put_of(body));
}

static enum ledger_outcome put_version(struct scene *scene, const char *body, uint64_t version)
{
	struct ledger_change change = put_of(body);
	change.has_version = true;
	change.version = version;
	return apply(scene, change);
}

static enum ledger_outcome retract(struct scene *scene)
{
	struct ledger_change change = {
		.operation = OPERATION_RETRACT, .kind = KIND, .subject = person, .key = "k"
	};
	return apply(scene, change);
}

static enum ledger_outcome retract_version(struct scene *scene, uint64_t version)
{
	struct ledger_change change = { .operation = OPERATION_RETRACT,
		.kind = KIND,
		.subject = person,
		.key = "k",
		.has_version = true,
		.version = version };
	return apply(scene, change);
}

static void check_latest(struct scene *scene, uint64_t sequence, enum operation operation,
    const char *body, uint64_t previous)
{
	assert_int_equal(ledger_latest(scene->ledger, KIND, person, "k", &scene->packed,
			     &scene->entry, &scene->sequence),
	    STATUS_OK);
	assert_int_equal(scene->sequence, sequence);
	assert_int_equal(scene->entry.operation, operation);
	assert_int_equal(scene->entry.previous, previous);
	assert_true(bytes_equal_text(scene->entry.body, body));
}

static uint64_t head(const struct scene *scene)
{
	return journal_head(scene->store.journal).sequence;
}

// --- what is taken
// ----------------------------------------------------------------------------------

static void ledger_takes_a_change_and_leaves_what_is_so_already(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(put(scene, "a"), LEDGER_ACCEPTED);
	check_latest(scene, 1, OPERATION_PUT, "a", 0);
	assert_int_equal(put(scene, "a"), LEDGER_UNCHANGED);
	assert_int_equal(put(scene, "b"), LEDGER_ACCEPTED);
	check_latest(scene, 2, OPERATION_PUT, "b", 1);
	reopen(scene);
	assert_int_equal(put(scene, "b"), LEDGER_UNCHANGED);
	assert_int_equal(put(scene, "a"), LEDGER_ACCEPTED);
	check_latest(scene, 3, OPERATION_PUT, "a", 2);
	assert_int_equal(head(scene), 3);
	assert_int_equal(ledger_records(scene->ledger), 1);
}

static void ledger_takes_another_date_for_a_change(void **state)
{
	struct scene *scene = *state;
	struct ledger_change change = put_of("a");
	assert_int_equal(apply(scene, change), LEDGER_ACCEPTED);
	change.valid_since = 20260101;
	assert_int_equal(apply(scene, change), LEDGER_ACCEPTED);
	assert_int_equal(apply(scene, change), LEDGER_UNCHANGED);
	check_latest(scene, 2, OPERATION_PUT, "a", 1);
	assert_int_equal(scene->entry.valid_since, 20260101);
}

static void ledger_withdraws_and_takes_again_with_pointers_back(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(retract(scene), LEDGER_UNCHANGED); // nothing is there
	assert_int_equal(head(scene), 0);
	assert_int_equal(put(scene, "a"), LEDGER_ACCEPTED);
	assert_int_equal(retract(scene), LEDGER_ACCEPTED);
	check_latest(scene, 2, OPERATION_RETRACT, "", 1);
	assert_int_equal(retract(scene), LEDGER_UNCHANGED);
	reopen(scene);
	assert_int_equal(retract(scene), LEDGER_UNCHANGED);
	assert_int_equal(put(scene, "a"), LEDGER_ACCEPTED);
	check_latest(scene, 3, OPERATION_PUT, "a", 2);
	assert_int_equal(ledger_records(scene->ledger), 1);
}

static void ledger_tells_records_apart_by_kind_subject_and_key(void **state)
{
	struct scene *scene = *state;
	struct ledger_change change = put_of("a");
	assert_int_equal(apply(scene, change), LEDGER_ACCEPTED);
	change.kind = KIND + 256;
	assert_int_equal(apply(scene, change), LEDGER_ACCEPTED);
	change.kind = KIND;
	change.subject = other_person;
	assert_int_equal(apply(scene, change), LEDGER_ACCEPTED);
	change.key = "";
	assert_int_equal(apply(scene, change), LEDGER_ACCEPTED);
	change.key = "kk";
	assert_int_equal(apply(scene, change), LEDGER_ACCEPTED);
	assert_int_equal(ledger_records(scene->ledger), 5);
	assert_int_equal(ledger_latest(scene->ledger, KIND, other_person, "", &scene->packed,
			     &scene->entry, &scene->sequence),
	    STATUS_OK);
	assert_int_equal(scene->sequence, 4);
	assert_int_equal(ledger_latest(scene->ledger, KIND + 1, person, "k", &scene->packed,
			     &scene->entry, &scene->sequence),
	    STATUS_NOT_FOUND);
	assert_int_equal(scene->sequence, 0);
}

static void ledger_times_never_run_backwards(void **state)
{
	struct scene *scene = *state;
	enum ledger_outcome outcome;
	const int64_t clocks[] = { 500, 400, 600, 1 }, recorded[] = { 500, 500, 600, 600 };
	for (size_t i = 0; i < COUNT_OF(clocks); i++) {
		char body[8];
		snprintf(body, sizeof body, "%zu", i);
		struct ledger_change change = put_of(body);
		assert_int_equal(
		    ledger_apply(scene->ledger, scene->store.batch, &change, clocks[i], &outcome),
		    STATUS_OK);
		check_latest(scene, i + 1, OPERATION_PUT, body, i);
		assert_int_equal(scene->entry.recorded_ms, recorded[i]);
		if (i == 1)
			reopen(scene);
	}
	ledger_note(
	    scene->ledger, scene->store.batch, OPERATION_REJECT, KIND, person, "k", "why", 2);
	assert_int_equal(
	    journal_read(scene->store.journal, 5, &scene->packed, &scene->entry), STATUS_OK);
	assert_int_equal(scene->entry.recorded_ms, 600);
}

static void ledger_notes_change_no_state(void **state)
{
	struct scene *scene = *state;
	ledger_note(scene->ledger, scene->store.batch, OPERATION_REJECT, KIND, person, "k",
	    "check_digit", NOW);
	assert_int_equal(ledger_latest(scene->ledger, KIND, person, "k", &scene->packed,
			     &scene->entry, &scene->sequence),
	    STATUS_NOT_FOUND);
	assert_int_equal(put(scene, "a"), LEDGER_ACCEPTED);
	ledger_note(
	    scene->ledger, scene->store.batch, OPERATION_SETTLE, KIND, person, "k", "mended", NOW);
	reopen(scene);
	check_latest(scene, 2, OPERATION_PUT, "a", 0);
	assert_int_equal(
	    journal_read(scene->store.journal, 1, &scene->packed, &scene->entry), STATUS_OK);
	assert_int_equal(scene->entry.operation, OPERATION_REJECT);
	assert_true(bytes_equal_text(scene->entry.note, "check_digit"));
	assert_int_equal(put(scene, "a"), LEDGER_UNCHANGED);
	assert_int_equal(ledger_records(scene->ledger), 1);
}

// --- versions of the source
// ---------------------------------------------------------------------------

static void ledger_refuses_an_older_version(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(put_version(scene, "a", 5), LEDGER_ACCEPTED);
	assert_int_equal(put_version(scene, "b", 4), LEDGER_STALE);
	assert_int_equal(put_version(scene, "b", 5), LEDGER_ACCEPTED); // no older
	assert_int_equal(put_version(scene, "c", 6), LEDGER_ACCEPTED);
	reopen(scene);
	assert_int_equal(put_version(scene, "b", 5), LEDGER_STALE);
	assert_int_equal(retract_version(scene, 5), LEDGER_STALE);
	check_latest(scene, 3, OPERATION_PUT, "c", 2);
	assert_int_equal(put_version(scene, "c", 1), LEDGER_UNCHANGED); // it is so
	assert_int_equal(retract_version(scene, 7), LEDGER_ACCEPTED);
	assert_int_equal(put_version(scene, "c", 6), LEDGER_STALE);
	assert_int_equal(put_version(scene, "c", 8), LEDGER_ACCEPTED);
}

// Twice: with the index as it grew, and as it is rebuilt.
static void check_stale_between(struct scene *scene, uint64_t stale, uint64_t newest)
{
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(put_version(scene, "in between", stale), LEDGER_STALE);
		reopen(scene);
	}
	assert_int_equal(put_version(scene, "newer", newest + 1), LEDGER_ACCEPTED);
}

static void ledger_remembers_a_newer_version_of_the_same_content(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(put_version(scene, "a", 1), LEDGER_ACCEPTED);
	assert_int_equal(put_version(scene, "a", 9), LEDGER_UNCHANGED);
	assert_int_equal(put_version(scene, "a", 3), LEDGER_UNCHANGED);
	check_stale_between(scene, 8, 9);
}

static void ledger_remembers_a_version_over_a_change_without_one(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(put_version(scene, "a", 9), LEDGER_ACCEPTED);
	assert_int_equal(put(scene, "by hand"), LEDGER_ACCEPTED);
	assert_int_equal(put(scene, "by hand again"), LEDGER_ACCEPTED);
	check_stale_between(scene, 8, 9);
}

static void ledger_remembers_the_version_of_unchanged_content_that_had_none(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(put(scene, "a"), LEDGER_ACCEPTED);
	assert_int_equal(put_version(scene, "a", 9), LEDGER_UNCHANGED);
	check_stale_between(scene, 8, 9);
}

static void ledger_remembers_a_withdrawal_that_came_before_its_record(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(retract_version(scene, 9), LEDGER_UNCHANGED);
	assert_int_equal(head(scene), 0);
	check_stale_between(scene, 8, 9);
	check_latest(scene, 1, OPERATION_PUT, "newer", 0);
}

static void ledger_takes_versions_of_any_size(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(put_version(scene, "a", 0), LEDGER_ACCEPTED);
	assert_int_equal(put_version(scene, "a", UINT64_MAX), LEDGER_UNCHANGED);
	reopen(scene);
	assert_int_equal(put_version(scene, "b", UINT64_MAX - 2), LEDGER_STALE);
	assert_int_equal(put_version(scene, "b", UINT64_MAX), LEDGER_ACCEPTED);
	reopen(scene);
	assert_int_equal(put_version(scene, "c", UINT64_MAX - 1), LEDGER_STALE);
}

enum {
	PARTS = 300
};

static enum ledger_outcome put_whole(struct scene *scene, const char *body, uint64_t version)
{
	struct ledger_change change = put_of(body);
	change.parts = PARTS;
	change.has_version = true;
	change.version = version;
	return apply(scene, change);
}

static enum ledger_outcome put_part(
    struct scene *scene, const char *body, unsigned part, uint64_t version)
{
	struct ledger_change change = put_of(body);
	change.part = part;
	change.parts = PARTS;
	change.has_version = true;
	change.version = version;
	return apply(scene, change);
}

static void ledger_compares_a_part_with_no_other_part(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(put_part(scene, "1", 1, 5), LEDGER_ACCEPTED);
	assert_int_equal(put_part(scene, "12", 2, 3), LEDGER_ACCEPTED);
	reopen(scene);
	assert_int_equal(put_part(scene, "x", 1, 4), LEDGER_STALE);
	assert_int_equal(put_part(scene, "x", 2, 2), LEDGER_STALE);
	assert_int_equal(put_part(scene, "123", 2, 4), LEDGER_ACCEPTED);
	assert_int_equal(put_part(scene, "123", 256 + 1, 1), LEDGER_UNCHANGED);
	assert_int_equal(put_part(scene, "x", 256 + 1, 0), LEDGER_STALE);
	check_latest(scene, 3, OPERATION_PUT, "123", 2);
	assert_false(scene->entry.has_version);
}

static void ledger_keeps_the_version_of_the_whole_over_its_parts(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(put_version(scene, "whole", 9), LEDGER_ACCEPTED);
	assert_int_equal(put_part(scene, "with part", 1, 9), LEDGER_ACCEPTED);
	check_stale_between(scene, 8, 9);
}

static void ledger_takes_no_part_that_is_older_than_the_whole(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(put_part(scene, "1", 1, 5), LEDGER_ACCEPTED);
	assert_int_equal(put_whole(scene, "whole", 9), LEDGER_ACCEPTED);
	for (int time = 0; time < 2; time++) { // the whole's version in its entry, then beside it
		assert_int_equal(put_part(scene, "x", 1, 8), LEDGER_STALE);
		assert_int_equal(put_part(scene, "x", 2, 8), LEDGER_STALE);
		assert_int_equal(put_part(scene, time == 0 ? "12" : "123", 3, 9), LEDGER_ACCEPTED);
		reopen(scene);
	}
}

static void ledger_takes_no_whole_that_is_older_than_one_of_its_parts(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(put_whole(scene, "whole", 3), LEDGER_ACCEPTED);
	assert_int_equal(put_part(scene, "1", 1, 5), LEDGER_ACCEPTED);
	assert_int_equal(put_part(scene, "12", PARTS, 7), LEDGER_ACCEPTED);
	reopen(scene);
	assert_int_equal(put_whole(scene, "x", 6), LEDGER_STALE);
	assert_int_equal(put_whole(scene, "12", 6), LEDGER_UNCHANGED); // and it is that new
	reopen(scene);
	assert_int_equal(put_part(scene, "x", 2, 5), LEDGER_STALE);
	assert_int_equal(put_part(scene, "x", 1, 5), LEDGER_STALE);
	assert_int_equal(put_whole(scene, "new", 7), LEDGER_ACCEPTED);
	struct ledger_change retraction = put_of("");
	retraction.operation = OPERATION_RETRACT;
	retraction.parts = PARTS;
	retraction.has_version = true;
	retraction.version = 6;
	assert_int_equal(apply(scene, retraction), LEDGER_STALE);
}

// --- visiting and history
// --------------------------------------------------------------------------------

static bool list_entry(uint64_t sequence, const struct entry *entry, void *context)
{
	struct buffer *list = context;
	buffer_printf(list, "%llu:%.*s ", (unsigned long long)sequence, BYTES_ARGS(entry->body));
	return !bytes_equal_text(entry->body, "stop");
}

static const char *list_kind(struct scene *scene, unsigned kind)
{
	buffer_clear(&scene->packed);
	assert_int_equal(
	    ledger_visit_kind(scene->ledger, kind, list_entry, &scene->packed), STATUS_OK);
	return buffer_text(&scene->packed);
}

static void put_key(struct scene *scene, const char *key, const char *body)
{
	struct ledger_change change = put_of(body);
	change.key = key;
	assert_int_equal(apply(scene, change), LEDGER_ACCEPTED);
}

static void ledger_visits_the_state_of_a_kind_durable_or_not(void **state)
{
	struct scene *scene = *state;
	put_key(scene, "a", "1");
	put_key(scene, "b", "2");
	put_key(scene, "c", "3");
	store_commit(&scene->store);
	assert_string_equal(list_kind(scene, KIND), "1:1 2:2 3:3 ");
	put_key(scene, "b", "4"); // being changed: neither missing nor twice
	assert_string_equal(list_kind(scene, KIND), "1:1 3:3 4:4 ");
	struct ledger_change change = {
		.operation = OPERATION_RETRACT, .kind = KIND, .subject = person, .key = "a"
	};
	assert_int_equal(apply(scene, change), LEDGER_ACCEPTED);
	put_key(scene, "d", "stop");
	put_key(scene, "e", "7");
	assert_string_equal(list_kind(scene, KIND), "3:3 4:4 6:stop ");
	assert_string_equal(list_kind(scene, KIND + 1), "");
	store_commit(&scene->store);
	assert_string_equal(list_kind(scene, KIND), "3:3 4:4 6:stop ");
}

static void ledger_knows_which_entry_is_the_latest(void **state)
{
	struct scene *scene = *state;
	put_key(scene, "k", "1");
	put_key(scene, "k", "2");
	put_key(scene, "other", "3");
	const bool expected[] = { false, false, true, true };
	for (uint64_t sequence = 1; sequence <= 3; sequence++) {
		assert_int_equal(
		    journal_read(scene->store.journal, sequence, &scene->packed, &scene->entry),
		    STATUS_OK);
		assert_int_equal(
		    ledger_is_latest(scene->ledger, sequence, &scene->entry), expected[sequence]);
	}
}

// --- against a plain list
// -----------------------------------------------------------------------------------

enum {
	RECORDS = 300
};

struct model_record {
	uint64_t latest, version;
	int body; // -1: never seen; 0: withdrawn
	bool has_version;
};

static void name_record(unsigned record, char subject[24], char key[24])
{
	snprintf(subject, 24, "p1%016u", record % 17);
	snprintf(key, 24, "%u", record / 17);
}

static enum ledger_outcome expect(
    const struct model_record *known, const struct ledger_change *change, int body)
{
	if (change->operation == OPERATION_PUT ? known->body == body : known->body <= 0)
		return LEDGER_UNCHANGED;
	return change->has_version && known->has_version && change->version < known->version
		   ? LEDGER_STALE
		   : LEDGER_ACCEPTED;
}

static void change_at_random(struct scene *scene, struct dice *dice, struct model_record *model)
{
	unsigned record = (unsigned)dice_below(dice, RECORDS);
	struct model_record *known = &model[record];
	char subject[24], key[24], text[16];
	int body = 1 + (int)dice_below(dice, 3);
	name_record(record, subject, key);
	snprintf(text, sizeof text, "%d", body);
	bool put_it = dice_chance(dice, 80);
	struct ledger_change change = { .operation = put_it ? OPERATION_PUT : OPERATION_RETRACT,
		.kind = 1,
		.subject = subject,
		.key = key,
		.has_version = dice_chance(dice, 60),
		.version = dice_below(dice, 1000),
		.body = bytes_of_text(put_it ? text : "") };
	enum ledger_outcome expected = expect(known, &change, body);
	uint64_t before = head(scene);
	assert_int_equal(apply(scene, change), expected);
	assert_int_equal(head(scene), before + (expected == LEDGER_ACCEPTED));
	if (expected == LEDGER_ACCEPTED) {
		assert_int_equal(
		    journal_read(scene->store.journal, before + 1, &scene->packed, &scene->entry),
		    STATUS_OK);
		assert_int_equal(scene->entry.previous, known->latest);
		known->latest = before + 1;
		known->body = put_it ? body : 0;
	}
	if (expected != LEDGER_STALE && change.has_version &&
	    (!known->has_version || change.version > known->version)) {
		known->has_version = true;
		known->version = change.version;
	}
}

static void check_records(struct scene *scene, const struct model_record *model)
{
	size_t seen = 0;
	for (unsigned record = 0; record < RECORDS; record++) {
		char subject[24], key[24];
		name_record(record, subject, key);
		enum status status = ledger_latest(scene->ledger, 1, subject, key, &scene->packed,
		    &scene->entry, &scene->sequence);
		assert_int_equal(status, model[record].body < 0 ? STATUS_NOT_FOUND : STATUS_OK);
		assert_int_equal(scene->sequence, model[record].latest);
		seen += model[record].body >= 0;
	}
	assert_int_equal(ledger_records(scene->ledger), seen);
}

static void ledger_agrees_with_a_plain_list(void **state)
{
	struct scene *scene = *state;
	struct dice dice = { 71 };
	struct model_record *model = allocate(RECORDS * sizeof *model);
	for (size_t i = 0; i < RECORDS; i++)
		model[i].body = -1;
	for (int turn = 0; turn < 6000; turn++) {
		change_at_random(scene, &dice, model);
		if (dice_chance(&dice, 5)) {
			store_commit(&scene->store);
			journal_release(scene->store.journal);
		}
		if (turn % 1000 == 999) {
			reopen(scene);
			check_records(scene, model);
		}
	}
	assert_int_equal(journal_verify(scene->store.journal), STATUS_OK);
	free(model);
}

static void ledger_finds_each_of_many_records_after_a_restart(void **state)
{
	struct scene *scene = *state;
	char key[24];
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(key, sizeof key, "%u", i);
		put_key(scene, key, "x");
	}
	reopen(scene);
	assert_int_equal(ledger_records(scene->ledger), 20000);
	for (unsigned i = 0; i < 20000; i += 7) {
		snprintf(key, sizeof key, "%u", i);
		assert_int_equal(ledger_latest(scene->ledger, KIND, person, key, &scene->packed,
				     &scene->entry, &scene->sequence),
		    STATUS_OK);
		assert_int_equal(scene->sequence, i + 1);
	}
}

// --- damage
// ----------------------------------------------------------------------------------------------------

static void ledger_with_a_missing_entry_takes_nothing_for_new(void **state)
{
	struct scene *scene = *state;
	enum ledger_outcome outcome;
	put_key(scene, "k", "1");
	put_key(scene, "other", "2");
	store_commit(&scene->store);
	journal_release(scene->store.journal);
	struct database_number key = database_number(1);
	database_batch_delete(scene->store.batch, JOURNAL_TABLE_ENTRIES, bytes_make(key.bytes, 8));
	assert_int_equal(database_commit(scene->store.database, scene->store.batch), STATUS_OK);
	database_batch_clear(scene->store.batch);
	struct ledger_change change = put_of("3");
	assert_int_equal(ledger_apply(scene->ledger, scene->store.batch, &change, NOW, &outcome),
	    STATUS_CORRUPT);
	assert_int_equal(head(scene), 2);
	assert_true(database_batch_is_empty(scene->store.batch));
}

static void ledger_refuses_a_journal_that_replaces_what_is_not_there(void **state)
{
	struct scene *scene = *state;
	uint64_t sequence;
	struct entry entry = { .operation = OPERATION_PUT,
		.kind = KIND,
		.subject = bytes_of_text(person),
		.key = bytes_of_text("k"),
		.previous = 7,
		.body = bytes_of_text("x") };
	journal_append(scene->store.journal, scene->store.batch, &entry, &sequence);
	store_commit(&scene->store);
	ledger_close(&scene->ledger);
	assert_int_equal(ledger_open(&scene->ledger, scene->store.journal, scene->store.database),
	    STATUS_CORRUPT);
	assert_null(scene->ledger);
	assert_non_null(strstr(status_reason(), "entry 1 replaces 7"));
}

static void ledger_refuses_versions_that_are_no_numbers(void **state)
{
	struct scene *scene = *state;
	static const uint8_t highest[8] = { 255, 255, 255, 255, 255, 255, 255, 255 };
	const struct bytes wrong[] = { bytes_make("1234567", 7), bytes_make(highest, 8),
		bytes_make("", 0) };
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		database_batch_put(
		    scene->store.batch, LEDGER_TABLE_VERSIONS, bytes_of_text("name"), wrong[i]);
		assert_int_equal(
		    database_commit(scene->store.database, scene->store.batch), STATUS_OK);
		database_batch_clear(scene->store.batch);
		ledger_close(&scene->ledger);
		assert_int_equal(
		    ledger_open(&scene->ledger, scene->store.journal, scene->store.database),
		    STATUS_CORRUPT);
	}
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(ledger_takes_a_change_and_leaves_what_is_so_already),
		SCENE(ledger_takes_another_date_for_a_change),
		SCENE(ledger_withdraws_and_takes_again_with_pointers_back),
		SCENE(ledger_tells_records_apart_by_kind_subject_and_key),
		SCENE(ledger_times_never_run_backwards),
		SCENE(ledger_notes_change_no_state),
		SCENE(ledger_refuses_an_older_version),
		SCENE(ledger_remembers_a_newer_version_of_the_same_content),
		SCENE(ledger_remembers_a_version_over_a_change_without_one),
		SCENE(ledger_remembers_the_version_of_unchanged_content_that_had_none),
		SCENE(ledger_remembers_a_withdrawal_that_came_before_its_record),
		SCENE(ledger_takes_versions_of_any_size),
		SCENE(ledger_compares_a_part_with_no_other_part),
		SCENE(ledger_keeps_the_version_of_the_whole_over_its_parts),
		SCENE(ledger_takes_no_part_that_is_older_than_the_whole),
		SCENE(ledger_takes_no_whole_that_is_older_than_one_of_its_parts),
		SCENE(ledger_visits_the_state_of_a_kind_durable_or_not),
		SCENE(ledger_knows_which_entry_is_the_latest),
		SCENE(ledger_agrees_with_a_plain_list),
		SCENE(ledger_finds_each_of_many_records_after_a_restart),
		SCENE(ledger_with_a_missing_entry_takes_nothing_for_new),
		SCENE(ledger_refuses_a_journal_that_replaces_what_is_not_there),
		SCENE(ledger_refuses_versions_that_are_no_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
