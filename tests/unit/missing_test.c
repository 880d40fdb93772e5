// SPDX-License-Identifier: Apache-2.0
// missing_test: what a full list leaves out, held against what was there when it began.
#include "missing.h"

#include "office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
	PEOPLE = 20
};

struct scene {
	struct office office;
	const struct kind *kind;
	struct seen seen;
	struct scope scope;
	struct missing *missing;
	struct intake_counts retractions;
};

// A kind without parts, of one record a person and certificate.
static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	office_open(&scene->office, "social-insurance");
	scene->kind = catalogue_kind_named(scene->office.catalogue, "qualification");
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	missing_free(&scene->missing);
	seen_deinit(&scene->seen);
	office_close(&scene->office);
	free(scene);
	return 0;
}

static void read_row(
    struct scene *scene, struct record *record, unsigned person, const char *issued_on)
{
	struct buffer row = { 0 };
	struct problems problems = { 0 };
	struct json *json;
	char id[OFFICE_ID_SIZE];
	office_id(person, id);
	buffer_printf(&row,
	    "{\"id_number\":\"%s\",\"certificate\":\"1\",\"class\":\"skill\",\"issued_on\":\"%s\"}",
	    id, issued_on);
	assert_int_equal(json_parse(&json, buffer_bytes(&row)), STATUS_OK);
	assert_true(intake_read(scene->office.intake, record, scene->kind, json_root(json),
	    (int64_t)OFFICE_NOW_S * 1000, &problems));
	json_free(&json);
	buffer_deinit(&row);
}

static void push(struct scene *scene, unsigned person, const char *issued_on)
{
	struct record record = { 0 };
	struct intake_origin origin = { "test", (int64_t)OFFICE_NOW_S * 1000, false };
	struct intake_counts counts = { 0 };
	read_row(scene, &record, person, issued_on);
	assert_int_equal(
	    intake_take(scene->office.intake, scene->office.store.batch, &record, &origin, &counts),
	    STATUS_OK);
	record_deinit(&record);
	store_commit(&scene->office.store);
}

static void push_people(struct scene *scene, unsigned first, unsigned count, const char *issued_on)
{
	for (unsigned i = first; i < first + count; i++)
		push(scene, i, issued_on);
}

static void begin(struct scene *scene)
{
	struct missing_options options = { scene->office.intake, scene->office.store.journal,
		scene->kind, &scene->seen, &scene->scope };
	scene->missing = missing_new(&options);
}

// The list has a row for this person.
static void name_row(struct scene *scene, unsigned person)
{
	struct record record = { 0 };
	read_row(scene, &record, person, "2020-01-02");
	seen_name(&scene->seen, record.subject, record.key, 0);
	record_deinit(&record);
}

static void name_rows(struct scene *scene, unsigned first, unsigned count)
{
	for (unsigned i = first; i < first + count; i++)
		name_row(scene, i);
}

// As a delivery does: a row, and the entry it made, if any, is the list's own.
static void take_row(struct scene *scene, unsigned person, const char *issued_on)
{
	uint64_t before = journal_head(scene->office.store.journal).sequence;
	push(scene, person, issued_on);
	missing_own(scene->missing, before + 1, journal_head(scene->office.store.journal).sequence);
}

static void look(struct scene *scene, uint64_t in_scope, uint64_t count)
{
	bool done = false;
	while (!done)
		assert_int_equal(missing_look(scene->missing, &done), STATUS_OK);
	assert_int_equal(missing_in_scope(scene->missing), in_scope);
	assert_int_equal(missing_count(scene->missing), count);
}

static uint64_t retract(struct scene *scene)
{
	struct intake_origin origin = { "test", (int64_t)OFFICE_NOW_S * 1000, false };
	struct intake_counts counts = { 0 };
	bool done = false;
	while (!done) {
		assert_int_equal(missing_retract(scene->missing, scene->office.store.batch, &origin,
				     &counts, &done),
		    STATUS_OK);
		store_commit(&scene->office.store);
	}
	return counts.accepted;
}

static bool is_there(struct scene *scene, unsigned person)
{
	struct record record = { 0 };
	struct buffer packed = { 0 };
	struct entry entry;
	uint64_t sequence;
	read_row(scene, &record, person, "2020-01-02");
	enum status status = ledger_latest(intake_ledger(scene->office.intake), scene->kind->number,
	    record.subject, record.key, &packed, &entry, &sequence);
	bool there = status == STATUS_OK && entry.operation == OPERATION_PUT;
	record_deinit(&record);
	buffer_deinit(&packed);
	return there;
}

static void what_is_not_listed_is_missing_and_withdrawn_once(void **state)
{
	struct scene *scene = *state;
	push_people(scene, 0, PEOPLE, "2020-01-02");
	begin(scene);
	name_rows(scene, 0, PEOPLE - 3);
	look(scene, PEOPLE, 3);
	assert_int_equal(retract(scene), 3);
	assert_true(is_there(scene, 0));
	assert_false(is_there(scene, PEOPLE - 1));
	missing_free(&scene->missing);
	begin(scene);
	look(scene, PEOPLE - 3, 0);
	assert_int_equal(retract(scene), 0);
}

// Else a list of new people would make the loss of all others look small.
static void new_records_are_none_that_the_list_should_have_had(void **state)
{
	struct scene *scene = *state;
	push_people(scene, 0, PEOPLE, "2020-01-02");
	begin(scene);
	name_rows(scene, PEOPLE, 9 * PEOPLE);
	look(scene, PEOPLE, PEOPLE);
}

static void what_the_list_has_is_not_withdrawn_after_it_was_taken(void **state)
{
	struct scene *scene = *state;
	push_people(scene, 0, PEOPLE, "2020-01-02");
	begin(scene);
	name_rows(scene, 0, PEOPLE - 1);
	look(scene, PEOPLE, 1);
	for (unsigned i = 0; i < PEOPLE - 1; i++) {
		take_row(scene, i, "2021-01-02");
		take_row(scene, i, "2022-01-02");
	}
	assert_int_equal(retract(scene), 1);
	assert_true(is_there(scene, 0));
	assert_false(is_there(scene, PEOPLE - 1));
}

static void what_somebody_else_did_meanwhile_stays(void **state)
{
	struct scene *scene = *state;
	push_people(scene, 0, PEOPLE, "2020-01-02");
	begin(scene);
	name_rows(scene, 0, PEOPLE - 4);
	push(scene, PEOPLE - 4, "2021-01-02"); // changed before the look
	push(scene, PEOPLE, "2021-01-02");     // new
	look(scene, PEOPLE - 1, 3);
	push(scene, PEOPLE - 3, "2021-01-02"); // changed after it
	assert_int_equal(retract(scene), 2);
	assert_true(is_there(scene, PEOPLE - 4));
	assert_true(is_there(scene, PEOPLE));
	assert_true(is_there(scene, PEOPLE - 3));
	assert_false(is_there(scene, PEOPLE - 2));
}

static void withdrawals_that_were_begun_before_a_crash_are_gone_on_with(void **state)
{
	enum {
		MANY = 500
	};
	struct scene *scene = *state;
	struct intake_origin origin = { "test", (int64_t)OFFICE_NOW_S * 1000, false };
	struct intake_counts counts = { 0 };
	bool done;
	push_people(scene, 0, MANY, "2020-01-02");
	begin(scene);
	name_rows(scene, 0, 1);
	look(scene, MANY, MANY - 1);
	assert_int_equal(
	    missing_retract(scene->missing, scene->office.store.batch, &origin, &counts, &done),
	    STATUS_OK);
	assert_false(done);
	store_commit(&scene->office.store);
	uint64_t first = counts.accepted;
	assert_true(first > 0 && first < MANY - 1);
	missing_free(&scene->missing);
	office_reopen(&scene->office);
	begin(scene);
	look(scene, MANY - first, MANY - 1 - first);
	assert_int_equal(retract(scene), MANY - 1 - first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(what_is_not_listed_is_missing_and_withdrawn_once),
		TEST(new_records_are_none_that_the_list_should_have_had),
		TEST(what_the_list_has_is_not_withdrawn_after_it_was_taken),
		TEST(what_somebody_else_did_meanwhile_stays),
		TEST(withdrawals_that_were_begun_before_a_crash_are_gone_on_with),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
