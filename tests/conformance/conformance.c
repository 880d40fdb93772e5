// SPDX-License-Identifier: Apache-2.0
// conformance: the one suite that every department runs.
#include "conformance.h"

#include "every_department_fields.h"

#include <stdio.h>

enum {
	TESTS_MAX = 32,
	ROW_SIZE = 512
};

static const struct conformance *department;

// --- a door for each test ------------------------------------------------------------------------

static int open_door(void **state)
{
	struct door *door = allocate(sizeof *door);
	door_open(door, DEPARTMENT, department->decide);
	*state = door;
	return 0;
}

static int close_door(void **state)
{
	struct door *door = *state;
	door_close(door);
	free(door);
	return 0;
}

struct door *door_of(void **state)
{
	return *state;
}

static void assert_counts(struct intake_counts counts, uint64_t accepted, uint64_t unchanged,
    uint64_t stale, uint64_t quarantined, const char *row)
{
	if (counts.accepted != accepted || counts.unchanged != unchanged || counts.stale != stale ||
	    counts.quarantined != quarantined)
		fail_msg("%s: accepted %d, unchanged %d, stale %d, quarantined %d: %s", row,
		    (int)counts.accepted, (int)counts.unchanged, (int)counts.stale,
		    (int)counts.quarantined,
		    counts.report_count ? problem_name(counts.reports[0].problem.code) : "");
}

static void assert_accepted(
    struct door *door, const char *kind, const char *subject, const char *row, const char *extra)
{
	assert_counts(door_push(door, kind, subject, row, extra), 1, 0, 0, 0, row);
}

static void assert_unchanged(
    struct door *door, const char *kind, const char *subject, const char *row, const char *extra)
{
	uint64_t head = door_head(door);
	assert_counts(door_push(door, kind, subject, row, extra), 0, 1, 0, 0, row);
	assert_int_equal(door_head(door), head);
}

static void push_all_good(struct door *door)
{
	for (size_t i = 0; i < department->good_count; i++)
		assert_accepted(door, department->good[i].kind, department->good[i].subject,
		    department->good[i].row, NULL);
}

// --- the rows themselves -------------------------------------------------------------------------

static bool is_coverage(const struct kind *kind)
{
	return kind->number == EVERY_DEPARTMENT_COVERAGE;
}

static bool has_good_row(const struct kind *kind)
{
	for (size_t i = 0; i < department->good_count; i++)
		if (strcmp(department->good[i].kind, kind->name) == 0)
			return true;
	return false;
}

static void every_kind_of_the_catalogue_has_a_good_row(void **state)
{
	const struct catalogue *catalogue = door_of(state)->catalogue;
	for (size_t i = 0; i < catalogue->kind_count; i++)
		if (!is_coverage(&catalogue->kinds[i]) && !has_good_row(&catalogue->kinds[i]))
			fail_msg("no good row for %s", catalogue->kinds[i].name);
	assert_true(department->bad_count > 0);
}

static struct door_row row_of_kind(const char *kind)
{
	for (size_t i = 0; i < department->good_count; i++) {
		const struct good_row *good = &department->good[i];
		if (strcmp(good->kind, kind) == 0)
			return (struct door_row){ good->kind, good->subject, good->row };
	}
	fail_msg("no good row for %s", kind);
	return (struct door_row){ 0 };
}

// --- what is taken -------------------------------------------------------------------------------

static void assert_entry_is(struct door *door, uint64_t sequence, enum operation operation,
    const char *kind_name, uint64_t previous)
{
	const struct kind *kind = door_kind(door, kind_name);
	struct entry entry = door_entry(door, sequence);
	struct record record;
	assert_int_equal(entry.operation, operation);
	assert_int_equal(entry.kind, kind->number);
	assert_int_equal(entry.previous, previous);
	assert_int_equal(entry.recorded_ms, DOOR_NOW_MS);
	assert_true(subject_valid(entry.subject));
	assert_int_equal(entry.body.size > 0, operation == OPERATION_PUT);
	if (operation != OPERATION_PUT)
		return;
	assert_int_equal(record_unpack(&record, kind, entry.body), STATUS_OK);
	record_deinit(&record);
}

static void good_rows_are_taken_each_as_one_entry(void **state)
{
	struct door *door = door_of(state);
	struct door_row *rows = allocate(department->good_count * sizeof *rows);
	for (size_t i = 0; i < department->good_count; i++)
		rows[i] = (struct door_row){ department->good[i].kind, department->good[i].subject,
			department->good[i].row };
	assert_counts(door_push_rows(door, rows, department->good_count), department->good_count, 0,
	    0, 0, "all rows");
	free(rows);
	assert_int_equal(door_head(door), department->good_count);
	assert_int_equal(ledger_records(intake_ledger(door->intake)), department->good_count);
	for (size_t i = 0; i < department->good_count; i++)
		assert_entry_is(door, i + 1, OPERATION_PUT, department->good[i].kind, 0);
}

static void the_same_rows_again_are_unchanged_and_get_no_sequence(void **state)
{
	struct door *door = door_of(state);
	push_all_good(door);
	for (size_t i = 0; i < department->good_count; i++)
		assert_unchanged(door, department->good[i].kind, department->good[i].subject,
		    department->good[i].row, NULL);
	door_reopen(door);
	for (size_t i = 0; i < department->good_count; i++)
		assert_unchanged(door, department->good[i].kind, department->good[i].subject,
		    department->good[i].row, NULL);
	assert_int_equal(door_head(door), department->good_count);
}

static void a_change_points_back_to_what_it_replaces(void **state)
{
	struct door *door = door_of(state);
	push_all_good(door);
	for (size_t i = 0; i < department->good_count; i++) {
		const struct good_row *good = &department->good[i];
		uint64_t head = door_head(door);
		assert_accepted(door, good->kind, good->subject, good->changed, NULL);
		assert_entry_is(door, head + 1, OPERATION_PUT, good->kind, i + 1);
		assert_unchanged(door, good->kind, good->subject, good->changed, NULL);
		assert_accepted(door, good->kind, good->subject, good->row, NULL);
		assert_entry_is(door, head + 2, OPERATION_PUT, good->kind, head + 1);
	}
	assert_int_equal(ledger_records(intake_ledger(door->intake)), department->good_count);
}

static void a_withdrawal_is_taken_once(void **state)
{
	struct door *door = door_of(state);
	const char *retract = "'_op':'retract'";
	for (size_t i = 0; i < department->good_count; i++) {
		const struct good_row *good = &department->good[i];
		uint64_t head = door_head(door);
		assert_unchanged(
		    door, good->kind, good->subject, good->row, retract); // there is nothing yet
		assert_accepted(door, good->kind, good->subject, good->row, NULL);
		assert_accepted(door, good->kind, good->subject, good->row, retract);
		assert_entry_is(door, head + 2, OPERATION_RETRACT, good->kind, head + 1);
		assert_unchanged(door, good->kind, good->subject, good->row, retract);
		assert_accepted(door, good->kind, good->subject, good->row, NULL);
		assert_entry_is(door, head + 3, OPERATION_PUT, good->kind, head + 2);
	}
}

static void assert_stale(
    struct door *door, const char *kind, const char *subject, const char *row, const char *extra)
{
	uint64_t head = door_head(door);
	assert_counts(door_push(door, kind, subject, row, extra), 0, 0, 1, 0, row);
	assert_int_equal(door_head(door), head);
}

static void an_older_version_is_stale(void **state)
{
	struct door *door = door_of(state);
	for (size_t i = 0; i < department->good_count; i++) {
		const struct good_row *good = &department->good[i];
		assert_accepted(door, good->kind, good->subject, good->row, "'_version':20");
		assert_stale(door, good->kind, good->subject, good->changed, "'_version':19");
		assert_unchanged(door, good->kind, good->subject, good->row, "'_version':30");
		assert_stale(door, good->kind, good->subject, good->changed, "'_version':29");
		door_reopen(door);
		assert_stale(door, good->kind, good->subject, good->changed, "'_version':29");
		assert_stale(
		    door, good->kind, good->subject, good->row, "'_version':29,'_op':'retract'");
		assert_accepted(door, good->kind, good->subject, good->changed, "'_version':31");
		assert_stale(door, good->kind, good->subject, good->row, "'_version':30");
		assert_accepted(
		    door, good->kind, good->subject, good->row, "'_version':32,'_op':'retract'");
		assert_stale(door, good->kind, good->subject, good->row, "'_version':31");
	}
}

// --- what is refused -----------------------------------------------------------------------------

static void assert_quarantined_alone(
    struct door *door, enum problem_code code, uint64_t times, const char *row)
{
	struct quarantined kept;
	assert_int_equal(door_quarantined(door, &kept), 1);
	for (size_t i = 0; i < kept.problems.count; i++)
		if (kept.problems.list[i].code != code)
			fail_msg("%s: %s", row, problem_name(kept.problems.list[i].code));
	assert_int_equal(kept.problems.count, 1);
	assert_int_equal(kept.times, times);
	assert_int_equal(kept.line, 2);
	assert_true(bytes_equal_text(kept.origin, "door"));
}

static void assert_notice(struct door *door, uint64_t sequence, enum operation operation,
    const char *kind, const char *note)
{
	struct entry entry = door_entry(door, sequence);
	assert_entry_is(door, sequence, operation, kind, 0);
	entry = door_entry(door, sequence);
	assert_true(bytes_equal_text(entry.note, note));
}

static void bad_rows_are_quarantined_beside_good_ones(void **state)
{
	struct door *door = door_of(state);
	for (size_t i = 0; i < department->bad_count; i++) {
		const struct bad_row *bad = &department->bad[i];
		const struct door_row rows[] = {
			row_of_kind(bad->kind),
			{ bad->kind, bad->subject, bad->row },
		};
		door_empty(door);
		assert_counts(door_push_rows(door, rows, 2), 1, 0, 0, 1, bad->row);
		assert_quarantined_alone(door, bad->code, 1, bad->row);
		assert_int_equal(door_head(door), 2);
		assert_entry_is(door, 1, OPERATION_PUT, bad->kind, 0);
		assert_notice(door, 2, OPERATION_REJECT, bad->kind, problem_name(bad->code));
	}
}

static void a_bad_row_that_comes_again_is_counted_and_not_told_again(void **state)
{
	struct door *door = door_of(state);
	const struct bad_row *bad = &department->bad[0];
	const struct door_row rows[] = {
		row_of_kind(bad->kind),
		{ bad->kind, bad->subject, bad->row },
	};
	assert_counts(door_push_rows(door, rows, 2), 1, 0, 0, 1, bad->row);
	const struct door_row again[] = { rows[1], rows[1] };
	assert_counts(door_push_rows(door, again, 2), 0, 0, 0, 2, bad->row);
	assert_quarantined_alone(door, bad->code, 3, bad->row);
	assert_int_equal(door_head(door), 2);
}

static void a_mended_row_settles_the_quarantine(void **state)
{
	struct door *door = door_of(state);
	size_t mended = 0;
	for (size_t i = 0; i < department->bad_count; i++) {
		const struct bad_row *bad = &department->bad[i];
		struct quarantined kept;
		if (bad->mended == NULL)
			continue;
		mended++;
		door_empty(door);
		assert_counts(
		    door_push(door, bad->kind, bad->subject, bad->row, NULL), 0, 0, 0, 1, bad->row);
		assert_accepted(door, bad->kind, bad->subject, bad->mended, NULL);
		assert_int_equal(door_quarantined(door, &kept), 0);
		assert_int_equal(door_head(door), 3);
		assert_entry_is(door, 2, OPERATION_PUT, bad->kind, 0);
		assert_notice(door, 3, OPERATION_SETTLE, bad->kind, "mended");
		assert_unchanged(door, bad->kind, bad->subject, bad->mended, NULL);
	}
	assert_true(mended > 0);
}

static void assert_refused(struct door *door, const char *kind, const char *subject,
    const char *row, const char *extra, enum problem_code code)
{
	struct intake_counts counts = door_push(door, kind, subject, row, extra);
	assert_counts(counts, 0, 0, 0, 1, row);
	assert_string_equal(problem_name(counts.reports[0].problem.code), problem_name(code));
}

static void a_row_with_an_unknown_field_is_quarantined(void **state)
{
	for (size_t i = 0; i < department->good_count; i++)
		assert_refused(door_of(state), department->good[i].kind,
		    department->good[i].subject, department->good[i].row,
		    "'favourite_colour':'red'", PROBLEM_unknown_member);
}

// --- coverage ------------------------------------------------------------------------------------

static const char *coverage_row(char row[ROW_SIZE], const char *kind, const char *through)
{
	snprintf(row, ROW_SIZE, "'kind':'%s','complete_through':'%s'", kind, through);
	return row;
}

static void coverage_is_taken_for_every_kind_of_the_department(void **state)
{
	struct door *door = door_of(state);
	const struct catalogue *catalogue = door->catalogue;
	const char *none = "'none':true";
	char row[ROW_SIZE];
	for (size_t i = 0; i < catalogue->kind_count; i++) {
		if (is_coverage(&catalogue->kinds[i]))
			continue;
		coverage_row(row, catalogue->kinds[i].name, "2026-06-15");
		assert_accepted(door, "coverage", NULL, row, NULL);
		assert_int_equal(door_entry(door, door_head(door)).subject.data[0], SUBJECT_SOURCE);
		assert_accepted(door, "coverage", MAN, row, none);
		assert_int_equal(door_entry(door, door_head(door)).subject.data[0], SUBJECT_PERSON);
		assert_unchanged(door, "coverage", MAN, row, none);
	}
}

static const char *foreign_kind(const struct door *door)
{
	for (size_t i = 0; i < door->catalogues->count; i++) {
		const struct catalogue *other = door->catalogues->catalogues[i];
		for (size_t k = 0; other != door->catalogue && k < other->kind_count; k++)
			if (catalogue_kind_named(door->catalogue, other->kinds[k].name) == NULL)
				return other->kinds[k].name;
	}
	fail_msg("no other department has a kind of its own");
	return NULL;
}

static void coverage_of_what_is_not_the_departments_is_refused(void **state)
{
	struct door *door = door_of(state);
	const char *own = department->good[0].kind;
	char row[ROW_SIZE];
	assert_refused(door, "coverage", NULL, coverage_row(row, foreign_kind(door), "2026-06-15"),
	    NULL, PROBLEM_coverage_kind);
	assert_refused(door, "coverage", NULL, coverage_row(row, "everything", "2026-06-15"), NULL,
	    PROBLEM_coverage_kind);
	assert_refused(door, "coverage", NULL, coverage_row(row, "coverage", "2026-06-15"), NULL,
	    PROBLEM_coverage_kind);
	assert_refused(door, "coverage", NULL, coverage_row(row, own, "2026-06-16"), NULL,
	    PROBLEM_future_date);
}

// Else a good row about the department as a whole would settle it.
static void coverage_of_a_person_unknown_is_nobodys(void **state)
{
	struct door *door = door_of(state);
	struct quarantined kept;
	char row[ROW_SIZE];
	coverage_row(row, department->good[0].kind, "2026-06-15");
	assert_refused(door, "coverage", "12345", row, NULL, PROBLEM_id_number_form);
	assert_accepted(door, "coverage", NULL, row, NULL);
	assert_int_equal(door_quarantined(door, &kept), 1);
	assert_int_equal(kept.subject.size, 0);
	assert_int_equal(door_head(door), 1);
}

// --- a restart -----------------------------------------------------------------------------------

static void push_everything(struct door *door)
{
	push_all_good(door);
	for (size_t i = 0; i < department->good_count; i += 2)
		assert_accepted(door, department->good[i].kind, department->good[i].subject,
		    department->good[i].changed, NULL);
	for (size_t i = 0; i < department->bad_count; i++)
		assert_refused(door, department->bad[i].kind, department->bad[i].subject,
		    department->bad[i].row, NULL, department->bad[i].code);
}

struct state_of_door {
	struct position head;
	uint64_t records;
	size_t quarantined, input_count;
	struct input inputs[BATCH_INPUTS_MAX];
};

static struct state_of_door state_of(struct door *door)
{
	struct state_of_door state;
	memset(&state, 0, sizeof state);
	state.head = journal_head(door->journal);
	state.records = ledger_records(intake_ledger(door->intake));
	state.quarantined = quarantine_count(intake_quarantine(door->intake));
	state.input_count = intake_inputs(door->intake, state.inputs);
	return state;
}

static void assert_same_state(const struct state_of_door *a, const struct state_of_door *b)
{
	assert_true(position_equal(&a->head, &b->head));
	assert_int_equal(a->records, b->records);
	assert_int_equal(a->quarantined, b->quarantined);
	assert_int_equal(a->input_count, b->input_count);
	for (size_t i = 0; i < a->input_count; i++) {
		assert_int_equal(a->inputs[i].kind, b->inputs[i].kind);
		assert_int_equal(a->inputs[i].quarantined, b->inputs[i].quarantined);
		assert_int_equal(
		    a->inputs[i].oldest_quarantined_ms, b->inputs[i].oldest_quarantined_ms);
		assert_int_equal(a->inputs[i].last_input_ms, b->inputs[i].last_input_ms);
	}
}

static void a_restart_changes_nothing(void **state)
{
	struct door *door = door_of(state);
	push_everything(door);
	struct state_of_door before = state_of(door);
	assert_int_equal(before.quarantined, department->bad_count);
	assert_true(before.input_count > 0);
	door_reopen(door);
	struct state_of_door after = state_of(door);
	assert_same_state(&before, &after);
}

static void a_row_refused_before_a_restart_is_known_after_it(void **state)
{
	struct door *door = door_of(state);
	push_everything(door);
	door_reopen(door);
	uint64_t head = door_head(door);
	for (size_t i = 0; i < department->bad_count; i++)
		assert_refused(door, department->bad[i].kind, department->bad[i].subject,
		    department->bad[i].row, NULL, department->bad[i].code);
	assert_int_equal(door_head(door), head);
	assert_int_equal(quarantine_count(intake_quarantine(door->intake)), department->bad_count);
}

// --- running -------------------------------------------------------------------------------------

int conformance_main(const struct conformance *conformance)
{
	static const struct CMUnitTest suite[] = {
		cmocka_unit_test(every_kind_of_the_catalogue_has_a_good_row),
		cmocka_unit_test(good_rows_are_taken_each_as_one_entry),
		cmocka_unit_test(the_same_rows_again_are_unchanged_and_get_no_sequence),
		cmocka_unit_test(a_change_points_back_to_what_it_replaces),
		cmocka_unit_test(a_withdrawal_is_taken_once),
		cmocka_unit_test(an_older_version_is_stale),
		cmocka_unit_test(bad_rows_are_quarantined_beside_good_ones),
		cmocka_unit_test(a_bad_row_that_comes_again_is_counted_and_not_told_again),
		cmocka_unit_test(a_mended_row_settles_the_quarantine),
		cmocka_unit_test(a_row_with_an_unknown_field_is_quarantined),
		cmocka_unit_test(coverage_is_taken_for_every_kind_of_the_department),
		cmocka_unit_test(coverage_of_what_is_not_the_departments_is_refused),
		cmocka_unit_test(coverage_of_a_person_unknown_is_nobodys),
		cmocka_unit_test(a_restart_changes_nothing),
		cmocka_unit_test(a_row_refused_before_a_restart_is_known_after_it),
	};
	struct CMUnitTest conformance_tests[TESTS_MAX];
	size_t count = 0;
	department = conformance;
	for (size_t i = 0; i < COUNT_OF(suite); i++)
		conformance_tests[count++] = suite[i];
	ENSURE(count + conformance->more_count <= TESTS_MAX);
	for (size_t i = 0; i < conformance->more_count; i++)
		conformance_tests[count++] = conformance->more[i];
	for (size_t i = 0; i < count; i++) {
		conformance_tests[i].setup_func = open_door;
		conformance_tests[i].teardown_func = close_door;
	}
	return _cmocka_run_group_tests("conformance_tests", conformance_tests, count, NULL, NULL);
}
