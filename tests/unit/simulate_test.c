// SPDX-License-Identifier: Apache-2.0
// simulate_test: the invented city is the same each time, its people could be real, and what its
// offices write is what departments read.
#include "catalogue.h"
#include "citizen_id.h"
#include "city.h"
#include "credit_code.h"
#include "digest.h"
#include "json.h"
#include "mistakes.h"
#include "plain.h"
#include "record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
	TODAY = 20261124,
	PEOPLE = 300,
	MANY_PEOPLE = 60000,
};

static struct catalogue_set *catalogues;
static struct pseudonym *pseudonym;

static int setup(void **state)
{
	static const uint8_t secret[32] = { 7 };
	(void)state;
	pseudonym = pseudonym_new(secret, '1');
	if (catalogue_set_read(&catalogues, PROJECT_DIR "/proto") == STATUS_OK)
		return 0;
	print_error("%s\n", status_reason());
	return -1;
}

static int teardown(void **state)
{
	(void)state;
	pseudonym_close(&pseudonym);
	catalogue_set_free(&catalogues);
	return 0;
}

static void report(uint64_t seed, int64_t people, city_take *take, void *context)
{
	const struct city city = { seed, people, TODAY, catalogues, take, context };
	assert_int_equal(city_report(&city), STATUS_OK);
}

// --- the same each time --------------------------------------------------------------------------

static enum status append_row(const struct row *row, void *context)
{
	struct json_writer writer = json_writer_make(context);
	plain_write_row(row, &writer);
	return STATUS_OK;
}

static void digest_city(uint64_t seed, uint8_t out[DIGEST_BYTES])
{
	struct buffer rows = { 0 };
	report(seed, PEOPLE, append_row, &rows);
	struct bytes all = buffer_bytes(&rows);
	digest(out, &all, 1);
	buffer_deinit(&rows);
}

static void the_same_seed_gives_the_same_city(void **state)
{
	uint8_t one[DIGEST_BYTES], two[DIGEST_BYTES];
	(void)state;
	digest_city(5, one);
	digest_city(5, two);
	assert_memory_equal(one, two, sizeof one);
}

static void another_seed_gives_another_city(void **state)
{
	uint8_t one[DIGEST_BYTES], two[DIGEST_BYTES];
	(void)state;
	digest_city(5, one);
	digest_city(6, two);
	assert_memory_not_equal(one, two, sizeof one);
}

// --- people --------------------------------------------------------------------------------------

struct crowd {
	char (*numbers)[ID_NUMBER_SIZE];
	size_t count, room;
};

static void add_number(struct crowd *crowd, const char *number)
{
	assert_true(crowd->count < crowd->room);
	memcpy(crowd->numbers[crowd->count++], number, ID_NUMBER_SIZE);
}

static void check_number(const char *number, const struct person *person, bool is_own)
{
	struct citizen_id id;
	enum problem_code code;
	assert_true(citizen_id_parse(&id, bytes_of_text(number), &code));
	assert_false(id.was_15_digits);
	assert_int_equal(id.sex, person->male ? '1' : '2');
	if (is_own)
		assert_int_equal(id.birth_date, person->born);
}

static void numbers_are_valid_agree_with_the_person_and_belong_to_one_only(void **state)
{
	(void)state;
	struct city city = { .seed = 3, .people = MANY_PEOPLE, .today = TODAY };
	struct household household;
	struct crowd crowd = { .room = 2 * MANY_PEOPLE };
	crowd.numbers = allocate(crowd.room * sizeof *crowd.numbers);
	uint64_t index = 0;
	for (int64_t left = city.people; left > 0; left -= (int64_t)household.count) {
		household_make(&household, &city, index++, left);
		for (size_t i = 0; i < household.count; i++) {
			const struct person *person = &household.people[i];
			check_number(person->number, person, true);
			add_number(&crowd, person->number);
			if (person->former[0] == 0)
				continue;
			check_number(person->former, person, false);
			add_number(&crowd, person->former);
		}
	}
	qsort(crowd.numbers, crowd.count, sizeof *crowd.numbers,
	    (int (*)(const void *, const void *))strcmp);
	for (size_t i = 1; i < crowd.count; i++)
		assert_string_not_equal(crowd.numbers[i - 1], crowd.numbers[i]);
	assert_true(crowd.count > MANY_PEOPLE);
	free(crowd.numbers);
}

static void a_city_has_as_many_people_as_were_asked_for(void **state)
{
	(void)state;
	for (int64_t people = 1; people < 40; people++) {
		const struct city city = { .seed = 9, .people = people, .today = TODAY };
		struct household household;
		uint64_t index = 0;
		int64_t left = people;
		for (; left > 0; left -= (int64_t)household.count)
			household_make(&household, &city, index++, left);
		assert_int_equal(left, 0);
	}
}

static void nothing_happens_before_birth_or_after_today(void **state)
{
	(void)state;
	const struct city city = { .seed = 4, .people = MANY_PEOPLE, .today = TODAY };
	for (uint64_t index = 0; index < 5000; index++) {
		struct household household;
		household_make(&household, &city, index, MANY_PEOPLE);
		for (size_t i = 0; i < household.count; i++) {
			const struct person *person = &household.people[i];
			assert_true(person->born <= person->arrived && person->arrived <= TODAY);
			assert_true(person->stay_count > 0);
			assert_int_equal(person->stays[0].from, person->arrived);
			assert_int_equal(person->stays[person->stay_count - 1].to, 0);
			for (size_t job = 0; job < person->job_count; job++)
				assert_true(
				    years_later(person->born, 18) <= person->jobs[job].from);
		}
		assert_true(household.married <= TODAY && household.divorced <= TODAY);
	}
}

static void credit_codes_have_right_check_digits_and_differ(void **state)
{
	char code[ENTERPRISE_CODE_SIZE], before[ENTERPRISE_CODE_SIZE] = "";
	char normal[CREDIT_CODE_SIZE];
	bool checks;
	(void)state;
	for (uint64_t index = 0; index < ENTERPRISES_MAX; index += 997) {
		enterprise_code_make(11, index, code);
		assert_true(credit_code_parse(bytes_of_text(code), normal, &checks));
		assert_true(checks);
		assert_string_equal(normal, code);
		assert_string_not_equal(code, before);
		memcpy(before, code, sizeof before);
	}
}

// --- what departments read -----------------------------------------------------------------------

struct door {
	struct written cells[COLUMNS_MAX];
	uint64_t rows, kinds;
	struct random random;
	uint64_t mistakes_made;
};

static struct record_context context(void)
{
	return (struct record_context){ pseudonym, TODAY };
}

static void read_json(const struct row *row, struct record *record)
{
	struct buffer text = { 0 };
	struct json *json;
	struct problems problems;
	struct record_context today = context();
	assert_int_equal(append_row(row, &text), STATUS_OK);
	assert_int_equal(json_parse(&json, buffer_bytes(&text)), STATUS_OK);
	if (!record_from_json(record, row->kind, json_root(json), &today, &problems))
		fail_msg("%s %s: %s", row->kind->name, problems.list[0].field,
		    problem_name(problems.list[0].code));
	json_free(&json);
	buffer_deinit(&text);
}

// As a spreadsheet brings it: by the headers that this office uses.
static bool read_cells(struct door *door, const struct layout *layout, struct record *record,
    struct problems *problems)
{
	const struct field *header[COLUMNS_MAX];
	struct bytes cells[COLUMNS_MAX];
	struct record_context today = context();
	for (size_t i = 0; i < layout->count; i++) {
		header[i] = kind_column(layout->kind, bytes_of_text(layout->columns[i].header));
		assert_ptr_equal(header[i], layout->columns[i].field);
		cells[i] = buffer_bytes(&door->cells[i].text);
	}
	return record_from_cells(
	    record, layout->kind, header, cells, layout->count, &today, problems);
}

static void assert_same_record(const struct record *one, const struct record *other)
{
	struct buffer body = { 0 }, other_body = { 0 };
	record_pack(one, &body);
	record_pack(other, &other_body);
	assert_string_equal(one->subject, other->subject);
	assert_string_equal(one->key, other->key);
	assert_true(bytes_equal(buffer_bytes(&body), buffer_bytes(&other_body)));
	assert_int_equal(one->valid_since, other->valid_since);
	buffer_deinit(&body);
	buffer_deinit(&other_body);
}

static enum status compare_both_ways(const struct row *row, void *context_)
{
	struct door *door = context_;
	struct layout layout;
	struct record of_json, of_cells;
	struct problems problems;
	layout_make(&layout, row->kind, false);
	layout_write(&layout, row, ++door->rows, door->cells);
	read_json(row, &of_json);
	if (!read_cells(door, &layout, &of_cells, &problems))
		fail_msg("%s %s: %s", row->kind->name, problems.list[0].field,
		    problem_name(problems.list[0].code));
	assert_same_record(&of_json, &of_cells);
	record_deinit(&of_json);
	record_deinit(&of_cells);
	door->kinds |= UINT64_C(1) << (row->kind->number % 8 + 8 * row->kind->catalogue->number);
	return STATUS_OK;
}

static void door_deinit(struct door *door)
{
	for (size_t i = 0; i < COLUMNS_MAX; i++)
		buffer_deinit(&door->cells[i].text);
}

static void what_offices_write_is_read_as_what_the_departments_meant(void **state)
{
	struct door door = { 0 };
	(void)state;
	report(1, PEOPLE, compare_both_ways, &door);
	assert_true(door.rows > 20 * PEOPLE);
	door_deinit(&door);
}

static void every_kind_that_is_not_off_is_reported(void **state)
{
	struct door door = { 0 };
	(void)state;
	report(1, 4 * PEOPLE, compare_both_ways, &door);
	for (size_t i = 0; i < catalogues->count; i++) {
		const struct catalogue *catalogue = catalogues->catalogues[i];
		for (size_t kind = 0; kind < catalogue->kind_count; kind++) {
			unsigned place = catalogue->kinds[kind].number % 8 + 8 * catalogue->number;
			bool reported = door.kinds >> place & 1;
			if (reported == catalogue->kinds[kind].off_by_default)
				fail_msg("%s %s", catalogue->name, catalogue->kinds[kind].name);
		}
	}
	door_deinit(&door);
}

// --- mistakes ------------------------------------------------------------------------------------

// What only a department can decide, its catalogue cannot.
static bool is_for_the_department(const char *code)
{
	return strcmp(code, "month_in_future") == 0 || strcmp(code, "negative_payment") == 0;
}

static void assert_found(const struct mistake *mistake, bool taken, const struct problems *problems)
{
	if (mistake->code == NULL || is_for_the_department(mistake->code)) {
		assert_true(taken);
		return;
	}
	assert_false(taken);
	assert_string_equal(problem_name(problems->list[0].code), mistake->code);
}

static enum status make_mistake(const struct row *row, void *context_)
{
	struct door *door = context_;
	struct layout layout;
	struct record record;
	struct problems problems;
	size_t column;
	if (row->kind->subject_optional)
		return STATUS_OK;
	layout_make(&layout, row->kind, false);
	layout_write(&layout, row, ++door->rows, door->cells);
	const struct mistake *mistake =
	    mistake_make(&door->random, &layout, TODAY, door->cells, &column);
	if (mistake == NULL)
		return STATUS_OK;
	door->mistakes_made++;
	assert_found(mistake, read_cells(door, &layout, &record, &problems), &problems);
	record_deinit(&record);
	return STATUS_OK;
}

static void each_mistake_is_refused_with_its_code_and_harmless_ones_are_taken(void **state)
{
	struct door door = { .random = random_make(1, 2, 3) };
	(void)state;
	report(2, PEOPLE, make_mistake, &door);
	assert_true(door.mistakes_made > door.rows / 2);
	door_deinit(&door);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_city),
		cmocka_unit_test(another_seed_gives_another_city),
		cmocka_unit_test(numbers_are_valid_agree_with_the_person_and_belong_to_one_only),
		cmocka_unit_test(a_city_has_as_many_people_as_were_asked_for),
		cmocka_unit_test(nothing_happens_before_birth_or_after_today),
		cmocka_unit_test(credit_codes_have_right_check_digits_and_differ),
		cmocka_unit_test(what_offices_write_is_read_as_what_the_departments_meant),
		cmocka_unit_test(every_kind_that_is_not_off_is_reported),
		cmocka_unit_test(each_mistake_is_refused_with_its_code_and_harmless_ones_are_taken),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
