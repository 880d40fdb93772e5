// SPDX-License-Identifier: Apache-2.0
// delivery_test: lists as offices send them: in any encoding, twice, in part, with mistakes.
#include "delivery.h"

#include "office.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
	PEOPLE = 100
};

static int set_up(void **state)
{
	struct office *office = allocate(sizeof *office);
	office_open(office, "social-insurance");
	*state = office;
	return 0;
}

static int tear_down(void **state)
{
	office_close(*state);
	free(*state);
	return 0;
}

// --- lists ---------------------------------------------------------------------------------------

static void add_header(struct buffer *list)
{
	buffer_append_text(list, "身份证号,险种,所属期,缴费基数,缴费方式\r\n");
}

static void add_row(struct buffer *list, unsigned person, const char *month, const char *base)
{
	char id[OFFICE_ID_SIZE];
	office_id(person, id);
	buffer_printf(list, "%s,养老保险,%s,%s,正常\r\n", id, month, base);
}

static void add_people(struct buffer *list, unsigned first, unsigned count, const char *month)
{
	for (unsigned i = first; i < first + count; i++)
		add_row(list, i, month, "4494.50");
}

static struct delivery_result deliver(
    struct office *office, struct buffer *list, enum delivery_mode mode)
{
	struct delivery_options options = office_delivery(office, "contribution", mode);
	struct delivery_result result =
	    office_deliver(office, &options, buffer_bytes(list), DELIVERY_CSV);
	buffer_deinit(list);
	return result;
}

static struct delivery_result deliver_people(struct office *office, unsigned first, unsigned count,
    const char *month, enum delivery_mode mode)
{
	struct buffer list = { 0 };
	add_header(&list);
	add_people(&list, first, count, month);
	return deliver(office, &list, mode);
}

static void expect_counts(const struct delivery_result *result, uint64_t accepted,
    uint64_t unchanged, uint64_t quarantined)
{
	assert_int_equal(result->counts.accepted, accepted);
	assert_int_equal(result->counts.unchanged, unchanged);
	assert_int_equal(result->counts.quarantined, quarantined);
}

// The entry of a person's month in the profile to be: -1: there is none.
static int64_t base_of(struct office *office, unsigned person, int64_t month)
{
	char id[OFFICE_ID_SIZE], subject[SUBJECT_SIZE], key[32];
	const struct kind *kind = catalogue_kind_named(office->catalogue, "contribution");
	struct buffer packed = { 0 };
	struct entry entry;
	struct record record = { 0 };
	uint64_t sequence;
	int64_t base = -1;
	office_id(person, id);
	pseudonym_subject(office->pseudonym, SUBJECT_PERSON, bytes_of_text(id), subject);
	snprintf(key, sizeof key, "pension|%d", (int)(month / 100));
	if (ledger_latest(intake_ledger(office->intake), kind->number, subject, key, &packed,
		&entry, &sequence) == STATUS_OK &&
	    entry.operation == OPERATION_PUT) {
		assert_int_equal(record_unpack(&record, kind, entry.body), STATUS_OK);
		const struct value *list = &record.values[kind->fold->list_index];
		for (int64_t i = 0; i < list->integer; i++) {
			const struct value *row =
			    list->rows + (size_t)i * kind->fold->list->field_count;
			if (row[kind->fold->by].integer == month % 100)
				base = row[1].integer;
		}
		record_deinit(&record);
	}
	buffer_deinit(&packed);
	return base;
}

// --- encodings -----------------------------------------------------------------------------------

// What an entry says, without what differs from journal to journal.
static bool append_entry(uint64_t sequence, const struct entry *entry, void *context)
{
	struct buffer *all = context;
	buffer_printf(
	    all, "%llu %d %u ", (unsigned long long)sequence, (int)entry->operation, entry->kind);
	buffer_append_bytes(all, entry->subject);
	buffer_append_bytes(all, entry->key);
	buffer_append_bytes(all, entry->body);
	return true;
}

static void take_encoded(const char *encoding, const char *mark, struct buffer *entries)
{
	struct office office;
	struct buffer list = { 0 }, encoded = { 0 };
	buffer_append_text(&list, mark);
	add_header(&list);
	add_people(&list, 0, 20, "2026-08");
	add_row(&list, 20, "2026年8月", "1，234.5元");
	add_row(&list, 21, "2026-08", "未定");
	office_encode(&list, encoding, &encoded);
	office_open(&office, "social-insurance");
	struct delivery_options options = office_delivery(&office, "contribution", DELIVERY_UPSERT);
	for (int time = 0; time < 2; time++) {
		struct delivery_result result =
		    office_deliver(&office, &options, buffer_bytes(&encoded), DELIVERY_CSV);
		assert_int_equal(result.counts.quarantined, 1);
		assert_int_equal(result.counts.accepted, time == 0 ? 21 : 0);
		assert_int_equal(result.counts.unchanged, time == 0 ? 0 : 21);
	}
	assert_int_equal(base_of(&office, 20, 202608), 123450);
	assert_int_equal(journal_head(office.store.journal).sequence, 22); // 21 and the one refused
	assert_int_equal(journal_scan(office.store.journal, 1, append_entry, entries), STATUS_OK);
	office_close(&office);
	buffer_deinit(&list);
	buffer_deinit(&encoded);
}

static void the_same_export_in_any_encoding_gives_the_same_entries_once(void **state)
{
	static const struct {
		const char *encoding, *mark;
	} forms[] = {
		{ "UTF-8", "" },
		{ "UTF-8", "\xef\xbb\xbf" },
		{ "UTF-16LE", "\xef\xbb\xbf" },
		{ "UTF-16BE", "\xef\xbb\xbf" },
		{ "GB18030", "" },
	};
	struct buffer first = { 0 };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct buffer entries = { 0 };
		take_encoded(forms[i].encoding, forms[i].mark, i == 0 ? &first : &entries);
		if (i > 0)
			assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&entries)));
		buffer_deinit(&entries);
	}
	buffer_deinit(&first);
}

// --- rows ----------------------------------------------------------------------------------------

static void a_header_without_a_required_column_is_refused_whole(void **state)
{
	struct buffer list = { 0 };
	buffer_append_text(&list, "身份证号,所属期\n1,2\n");
	struct delivery_result result = deliver(*state, &list, DELIVERY_UPSERT);
	assert_int_equal(result.refused, DELIVERY_REFUSED_MISSING_COLUMN);
	assert_true(result.nothing_taken);
	assert_string_equal(result.problems.list[0].field, "insurance");
	expect_counts(&result, 0, 0, 0);
}

static void bad_rows_are_quarantined_and_the_good_ones_beside_them_taken(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	add_header(&list);
	add_row(&list, 1, "2026-08", "abc");
	add_row(&list, 2, "2026-08", "5000");
	buffer_append_text(&list, "one,cell,too,many,in,here\r\n");
	buffer_append_text(&list, "and,one,cell,too,many,here\r\n");
	add_row(&list, 3, "2026-08", "5000");
	struct delivery_result result = deliver(office, &list, DELIVERY_UPSERT);
	expect_counts(&result, 2, 0, 3);
	assert_int_equal(quarantine_count(intake_quarantine(office->intake)), 3);
	assert_int_equal(result.counts.reports[1].line, 4);
	assert_int_equal(base_of(office, 3, 202608), 500000);
}

static void the_same_record_twice_with_different_content_is_taken_once(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	add_header(&list);
	add_row(&list, 1, "2026-08", "5000");
	add_row(&list, 1, "2026-07", "5000"); // another part of it
	add_row(&list, 1, "2026-08", "5000"); // the same again
	add_row(&list, 1, "2026-08", "6000");
	struct delivery_result result = deliver(office, &list, DELIVERY_UPSERT);
	expect_counts(&result, 2, 1, 1);
	assert_int_equal(result.counts.reports[0].problem.code, PROBLEM_duplicate_in_file);
	assert_int_equal(base_of(office, 1, 202608), 500000);
}

static void add_change(struct buffer *list, const char *operation, unsigned person,
    const char *base, const char *version)
{
	char id[OFFICE_ID_SIZE];
	office_id(person, id);
	buffer_printf(list, "%s,%s,养老保险,2026-08,%s,%s\n", operation, id, base, version);
}

static void changes_are_taken_in_order(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	buffer_append_text(&list, "操作类型,身份证号,险种,所属期,缴费基数,更新时间\n");
	add_change(&list, "新增", 1, "5000", "2026/8/1 9:00");
	add_change(&list, "修改", 1, "6000", "2026/8/2 9:00");
	add_change(&list, "U", 1, "7000", "2026/8/1 10:00"); // came late
	add_change(&list, "I", 2, "5000", "2026/8/1 9:00");
	add_change(&list, "删除", 2, "", "2026/8/3 9:00");
	add_change(&list, "或许", 3, "5000", "");
	struct delivery_result result = deliver(office, &list, DELIVERY_CHANGES);
	expect_counts(&result, 4, 0, 1);
	assert_int_equal(result.counts.stale, 1);
	assert_int_equal(result.counts.reports[0].problem.code, PROBLEM_unknown_operation);
	assert_int_equal(base_of(office, 1, 202608), 600000);
	assert_int_equal(base_of(office, 2, 202608), -1);
}

// Each has its own code, so that its hint helps.
static void what_cannot_be_read_says_what_it_is(void **state)
{
	static const char *const codes[] = { "json_form", "long_number", "duplicate_member",
		"row_encoding", "too_large", "future_version" };
	struct office *office = *state;
	struct buffer list = { 0 };
	char id[OFFICE_ID_SIZE];
	office_id(1, id);
	buffer_printf(&list, "{\n{\"id_number\":%s}\n", "320582199003010013");
	buffer_append_text(&list, "{\"period\":\"2026-08\",\"period\":\"2026-09\"}\n");
	buffer_append_text(&list, "{\"period\":\"\xb0\xa1\"}\n\"");
	while (list.size < 300 * 1024)
		buffer_append_byte(&list, 'x');
	buffer_printf(&list,
	    "\"\n{\"id_number\":\"%s\",\"insurance\":\"pension\",\"period\":\"2026-08\","
	    "\"base\":5000,\"_version\":\"2062-01-01T00:00:00Z\"}\n",
	    id);
	struct delivery_options options = office_delivery(office, "contribution", DELIVERY_UPSERT);
	struct delivery_result result =
	    office_deliver(office, &options, buffer_bytes(&list), DELIVERY_NDJSON);
	expect_counts(&result, 0, 0, COUNT_OF(codes));
	for (size_t i = 0; i < COUNT_OF(codes); i++)
		assert_string_equal(problem_name(result.counts.reports[i].problem.code), codes[i]);
	buffer_deinit(&list);
}

static void a_version_in_the_future_is_refused_and_stays_so_when_it_is_sent_again(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 }, packed = { 0 };
	struct quarantined row;
	char id[OFFICE_ID_SIZE];
	office_id(1, id);
	buffer_printf(&list,
	    "身份证号,险种,所属期,缴费基数,更新时间\n"
	    "%s,养老保险,2026-08,5000,2062-11-24 08:00\n"
	    "%s,养老保险,2026-09,5000,2026-09-22 08:00\n"
	    "%s,养老保险,2026-07,5000,99999999999\n", // a counter, however high
	    id, id, id);
	struct delivery_result result = deliver(office, &list, DELIVERY_CHANGES);
	assert_int_equal(result.refused, DELIVERY_REFUSED_MISSING_COLUMN); // of what is to be done
	buffer_printf(&list,
	    "身份证号,险种,所属期,缴费基数,更新时间\n"
	    "%s,养老保险,2026-08,5000,2062-11-24 08:00\n"
	    "%s,养老保险,2026-07,5000,99999999999\n",
	    id, id);
	result = deliver(office, &list, DELIVERY_UPSERT);
	expect_counts(&result, 1, 0, 1);
	assert_int_equal(result.counts.reports[0].problem.code, PROBLEM_future_version);
	assert_int_equal(
	    quarantine_read(intake_quarantine(office->intake), 1, &packed, &row), STATUS_OK);
	assert_non_null(
	    memmem(row.payload.data, row.payload.size, "2062-11-24T00:00:00.000000Z", 27));
	buffer_deinit(&packed);
}

// --- full lists ----------------------------------------------------------------------------------

static void a_full_list_for_a_month_leaves_the_other_months(void **state)
{
	struct office *office = *state;
	(void)deliver_people(office, 0, PEOPLE, "2026-07", DELIVERY_UPSERT);
	(void)deliver_people(office, 0, PEOPLE, "2026-08", DELIVERY_UPSERT);
	struct delivery_result result =
	    deliver_people(office, 0, PEOPLE - 2, "2026-08", DELIVERY_FULL);
	expect_counts(&result, 0, PEOPLE - 2, 0);
	assert_int_equal(result.refused, DELIVERY_REFUSED_NONE);
	assert_int_equal(result.in_scope, PEOPLE);
	assert_int_equal(result.retracted, 2);
	assert_int_equal(base_of(office, PEOPLE - 1, 202607), 449450);
	assert_int_equal(base_of(office, PEOPLE - 1, 202608), -1);
	assert_int_equal(base_of(office, PEOPLE - 3, 202608), 449450);
}

static void a_record_whose_last_month_is_missing_is_withdrawn_whole(void **state)
{
	struct office *office = *state;
	(void)deliver_people(office, 0, PEOPLE, "2026-08", DELIVERY_UPSERT);
	(void)deliver_people(office, 1, PEOPLE - 1, "2026-08", DELIVERY_FULL);
	struct entry entry;
	struct buffer packed = { 0 };
	assert_int_equal(journal_read(office->store.journal,
			     journal_head(office->store.journal).sequence, &packed, &entry),
	    STATUS_OK);
	assert_int_equal(entry.operation, OPERATION_RETRACT);
	buffer_deinit(&packed);
	struct delivery_result again =
	    deliver_people(office, 1, PEOPLE - 1, "2026-08", DELIVERY_FULL);
	expect_counts(&again, 0, PEOPLE - 1, 0);
	assert_int_equal(again.retracted, 0);
	assert_int_equal(again.first_sequence, 0);
}

static void a_full_list_in_which_too_much_is_missing_withdraws_nothing_unless_confirmed(
    void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	(void)deliver_people(office, 0, PEOPLE, "2026-08", DELIVERY_UPSERT);
	struct delivery_result ten =
	    deliver_people(office, 0, PEOPLE - 10, "2026-08", DELIVERY_FULL);
	assert_int_equal(ten.retracted, 10); // so few may always be missing
	struct delivery_result result =
	    deliver_people(office, 0, PEOPLE - 21, "2026-08", DELIVERY_FULL);
	assert_int_equal(result.refused, DELIVERY_REFUSED_TOO_MANY_MISSING);
	assert_int_equal(result.missing, 11);
	assert_int_equal(result.retracted, 0);
	assert_int_equal(base_of(office, PEOPLE - 11, 202608), 449450);
	add_header(&list);
	add_people(&list, 0, PEOPLE - 21, "2026-08");
	struct delivery_options options = office_delivery(office, "contribution", DELIVERY_FULL);
	options.confirmed = true;
	result = office_deliver(office, &options, buffer_bytes(&list), DELIVERY_CSV);
	assert_int_equal(result.retracted, 11);
	assert_int_equal(base_of(office, PEOPLE - 11, 202608), -1);
	buffer_deinit(&list);
}

static struct delivery_result deliver_moved(struct office *office, enum delivery_mode mode)
{
	struct buffer list = { 0 };
	add_header(&list);
	add_people(&list, PEOPLE, 30 * PEOPLE, "2026-08"); // of nobody who is there
	return deliver(office, &list, mode);
}

// Its rows must not count as people who were there before, at its second coming.
static void a_refused_full_list_takes_nothing_and_is_refused_again(void **state)
{
	struct office *office = *state;
	(void)deliver_people(office, 0, PEOPLE, "2026-08", DELIVERY_UPSERT);
	uint64_t head = journal_head(office->store.journal).sequence;
	for (int time = 0; time < 3; time++) {
		struct delivery_result result = deliver_moved(office, DELIVERY_FULL);
		assert_int_equal(result.refused, DELIVERY_REFUSED_TOO_MANY_MISSING);
		assert_true(result.nothing_taken);
		expect_counts(&result, 0, 0, 0);
		assert_int_equal(result.in_scope, PEOPLE);
		assert_int_equal(result.missing, PEOPLE);
		assert_int_equal(journal_head(office->store.journal).sequence, head);
	}
}

static void open_full(struct office *office, struct delivery **delivery, struct buffer *list)
{
	struct delivery_options options = office_delivery(office, "contribution", DELIVERY_FULL);
	assert_int_equal(
	    delivery_open_memory(delivery, &options, buffer_bytes(list), DELIVERY_CSV), STATUS_OK);
}

// Whenever the daemon is killed, what it finds then is not taken for what was there before.
static void a_full_list_broken_off_anywhere_ends_as_if_it_had_not_been(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	uint64_t retracted = 0;
	bool done = false;
	add_header(&list);
	add_people(&list, 0, PEOPLE - 2, "2026-08");
	add_people(&list, PEOPLE, 3000, "2026-08");
	(void)deliver_people(office, 0, PEOPLE, "2026-08", DELIVERY_UPSERT);
	for (int slices = 1; !done; slices++) {
		struct delivery *delivery;
		office_reopen(office);
		open_full(office, &delivery, &list);
		for (int i = 0; i < slices && !done; i++) {
			assert_int_equal(
			    delivery_work(delivery, office->store.batch, &done), STATUS_OK);
			store_commit(&office->store);
		}
		assert_int_equal(delivery_result(delivery)->refused, DELIVERY_REFUSED_NONE);
		retracted += delivery_result(delivery)->retracted;
		delivery_close(&delivery);
	}
	assert_int_equal(retracted, 2);
	assert_int_equal(base_of(office, PEOPLE - 1, 202608), -1);
	assert_int_equal(base_of(office, PEOPLE - 3, 202608), 449450);
	assert_int_equal(base_of(office, PEOPLE + 2999, 202608), 449450);
	buffer_deinit(&list);
}

static void a_few_may_be_missing_if_they_are_no_large_part(void **state)
{
	static const struct {
		unsigned there, missing;
		bool is_refused;
	} cases[] = { { 15, 3, false }, { 15, 4, true }, { 50, 10, false }, { 40, 9, true },
		{ 5, 1, false }, { 4, 1, true }, { 600, 11, false }, { 500, 11, true } };
	struct office *office = *state;
	unsigned first = 0;
	char month[16];
	for (size_t i = 0; i < COUNT_OF(cases); i++, first += 1000) {
		snprintf(month, sizeof month, "2025-%02zu", i + 1);
		(void)deliver_people(office, first, cases[i].there, month, DELIVERY_UPSERT);
		struct delivery_result result = deliver_people(
		    office, first, cases[i].there - cases[i].missing, month, DELIVERY_FULL);
		assert_int_equal(result.in_scope, cases[i].there);
		assert_int_equal(result.refused, cases[i].is_refused
						     ? DELIVERY_REFUSED_TOO_MANY_MISSING
						     : DELIVERY_REFUSED_NONE);
		assert_int_equal(result.retracted, cases[i].is_refused ? 0 : cases[i].missing);
	}
}

static void count_bad(const struct delivery_row *row, void *context)
{
	size_t *told = context;
	assert_int_equal(row->id, 0);
	++*told;
}

// The wrong file, dropped by mistake, must not fill the department's quarantine.
static void a_list_of_mostly_bad_rows_is_refused_whole(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	size_t told = 0;
	add_header(&list);
	add_people(&list, 0, 100, "2026-08");
	for (int i = 0; i < DELIVERY_BAD_MAX + 2; i++)
		buffer_printf(&list, "%d,养老保险,2026-08,1,正常\r\n", i);
	struct delivery_options options = office_delivery(office, "contribution", DELIVERY_UPSERT);
	options.told = count_bad;
	options.context = &told;
	struct delivery_result result =
	    office_deliver(office, &options, buffer_bytes(&list), DELIVERY_CSV);
	assert_int_equal(result.refused, DELIVERY_REFUSED_TOO_MANY_BAD);
	assert_true(result.nothing_taken);
	expect_counts(&result, 0, 0, 0);
	assert_int_equal(result.bad, DELIVERY_BAD_MAX + 2);
	assert_int_equal(result.counts.not_kept, DELIVERY_BAD_MAX);
	assert_int_equal(told, DELIVERY_BAD_MAX);
	assert_int_equal(quarantine_count(intake_quarantine(office->intake)), 0);
	add_people(&list, 100, DELIVERY_BAD_MAX, "2026-08"); // now it is less than half
	options.told = NULL;
	result = office_deliver(office, &options, buffer_bytes(&list), DELIVERY_CSV);
	expect_counts(&result, DELIVERY_BAD_MAX + 100, 0, DELIVERY_BAD_MAX + 2);
	buffer_deinit(&list);
}

static void fill_quarantine(struct office *office)
{
	struct delivery_options options = office_delivery(office, "contribution", DELIVERY_UPSERT);
	struct record nothing = { .kind = options.kind };
	struct problems problems = { 0 };
	struct intake_counts counts = { 0 };
	char payload[24];
	uint64_t id;
	problems_add(&problems, PROBLEM_row_form, NULL, NULL, NULL, NULL);
	for (unsigned i = 0; i < QUARANTINE_ROWS_MAX; i++) {
		snprintf(payload, sizeof payload, "%u", i);
		assert_int_equal(
		    intake_refuse(office->intake, office->store.batch, &nothing,
			bytes_of_text(payload), &problems, i, &options.origin, &counts, &id),
		    STATUS_OK);
		if (i % 1000 == 0)
			database_batch_clear(office->store.batch);
	}
	database_batch_clear(office->store.batch);
}

static void a_full_quarantine_keeps_no_good_row_out(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	fill_quarantine(office);
	add_header(&list);
	add_row(&list, 1, "2026-08", "abc");
	add_row(&list, 2, "2026-08", "5000");
	struct delivery_result result = deliver(office, &list, DELIVERY_UPSERT);
	expect_counts(&result, 1, 0, 0);
	assert_int_equal(result.counts.not_kept, 1);
	assert_int_equal(result.counts.reports[0].line, 2);
}

static void an_empty_full_list_withdraws_nothing(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	buffer_append_text(&list, "{\"id_number\":\"320582199003010013\",\"certificate\":\"1\","
				  "\"class\":\"skill\",\"issued_on\":\"2020-01-02\"}");
	struct delivery_options options = office_delivery(office, "qualification", DELIVERY_UPSERT);
	char id[OFFICE_ID_SIZE];
	office_id(0, id);
	memcpy(strstr((char *)(void *)list.data, "3205"), id, 18);
	struct delivery_result result =
	    office_deliver(office, &options, buffer_bytes(&list), DELIVERY_JSON);
	expect_counts(&result, 1, 0, 0);
	options.mode = DELIVERY_FULL;
	result = office_deliver(
	    office, &options, bytes_of_text("身份证号,证书编号,证书类别,发证日期\n"), DELIVERY_CSV);
	assert_int_equal(result.refused, DELIVERY_REFUSED_TOO_MANY_MISSING);
	assert_int_equal(result.retracted, 0);
	buffer_deinit(&list);
}

static void a_result_file_is_a_part_of_a_list_and_withdraws_nothing(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	char id[OFFICE_ID_SIZE];
	(void)deliver_people(office, 0, 5, "2026-08", DELIVERY_UPSERT);
	office_id(0, id);
	buffer_printf(&list,
	    "身份证号,险种,所属期,缴费基数,错误,修改建议\n%s,养老保险,2026-08,6000,a,b\n", id);
	struct delivery_result result = deliver(office, &list, DELIVERY_FULL);
	expect_counts(&result, 1, 0, 0);
	assert_int_equal(result.refused, DELIVERY_REFUSED_NONE);
	assert_int_equal(result.retracted, 0);
	assert_int_equal(base_of(office, 4, 202608), 449450);
}

static void deliver_row(
    struct office *office, const char *header, unsigned person, const char *rest, bool is_damaged)
{
	struct buffer list = { 0 };
	char id[OFFICE_ID_SIZE];
	office_id(person, id);
	if (is_damaged)
		id[17] = id[17] == '1' ? '2' : '1';
	buffer_printf(&list, "%s\r\n%s,%s\r\n", header, id, rest);
	(void)deliver(office, &list, DELIVERY_UPSERT);
}

static size_t count_operation(struct office *office, enum operation operation)
{
	size_t count = 0;
	struct buffer packed = { 0 };
	for (uint64_t i = 1; i <= journal_head(office->store.journal).sequence; i++) {
		struct entry entry;
		assert_int_equal(
		    journal_read(office->store.journal, i, &packed, &entry), STATUS_OK);
		count += entry.operation == operation;
	}
	buffer_deinit(&packed);
	return count;
}

// What was wrong may be what tells whose row it is: its number in quarantine is left.
static void a_mended_row_ends_the_one_whose_number_it_has(void **state)
{
	static const char plain[] = "身份证号,险种,所属期,缴费基数";
	static const char mended[] = "身份证号,险种,所属期,缴费基数,隔离编号";
	struct office *office = *state;
	struct quarantine *quarantine = intake_quarantine(office->intake);
	deliver_row(office, plain, 1, "养老保险,2026-08,5000", true); // nobody's
	deliver_row(office, plain, 2, "养老保险,2025-08,abc", false); // of the wrong year
	assert_int_equal(quarantine_count(quarantine), 2);
	assert_int_equal(count_operation(office, OPERATION_REJECT), 1);
	deliver_row(office, mended, 1, "养老保险,2026-08,def,1", false); // and still not right
	assert_int_equal(quarantine_count(quarantine), 2);
	deliver_row(office, mended, 1, "养老保险,2026-08,5000,3", false);
	deliver_row(office, mended, 2, "养老保险,2026-08,5000,2", false);
	assert_int_equal(quarantine_count(quarantine), 0);
	assert_int_equal(count_operation(office, OPERATION_REJECT), 2);
	assert_int_equal(count_operation(office, OPERATION_SETTLE), 2);
}

static void a_number_in_quarantine_that_is_anothers_ends_nothing(void **state)
{
	struct office *office = *state;
	deliver_row(office, "身份证号,险种,所属期,缴费基数", 1, "养老保险,2026-08,abc", false);
	struct buffer list = { 0 };
	char id[OFFICE_ID_SIZE];
	office_id(2, id);
	buffer_printf(&list,
	    "{\"id_number\":\"%s\",\"certificate\":\"1\",\"class\":\"skill\","
	    "\"issued_on\":\"2020-01-02\",\"_reject\":1}",
	    id);
	struct delivery_options options = office_delivery(office, "qualification", DELIVERY_UPSERT);
	struct delivery_result result =
	    office_deliver(office, &options, buffer_bytes(&list), DELIVERY_NDJSON);
	expect_counts(&result, 1, 0, 0);
	assert_int_equal(quarantine_count(intake_quarantine(office->intake)), 1); // of another kind
	deliver_row(
	    office, "身份证号,险种,所属期,缴费基数,隔离编号", 2, "养老保险,2026-08,5000,无", false);
	deliver_row(
	    office, "身份证号,险种,所属期,缴费基数,隔离编号", 2, "养老保险,2026-09,5000,77", false);
	assert_int_equal(quarantine_count(intake_quarantine(office->intake)), 1);
	buffer_deinit(&list);
}

static void a_record_whose_row_was_refused_is_not_missing(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	(void)deliver_people(office, 0, PEOPLE, "2026-08", DELIVERY_UPSERT);
	add_header(&list);
	add_people(&list, 0, PEOPLE - 2, "2026-08");
	add_row(&list, PEOPLE - 1, "2026-08", "abc");
	struct delivery_result result = deliver(office, &list, DELIVERY_FULL);
	expect_counts(&result, 0, PEOPLE - 2, 1);
	assert_int_equal(result.retracted, 1);
	assert_int_equal(base_of(office, PEOPLE - 1, 202608), 449450);
	assert_int_equal(base_of(office, PEOPLE - 2, 202608), -1);
}

static void a_row_of_which_nobody_knows_whose_it_is_keeps_all_from_being_withdrawn(void **state)
{
	static const char *const rows[] = { "320582199003010010,养老保险,2026-08,1,正常\r\n",
		"a,b,c,d,e,f,g\r\n" };
	struct office *office = *state;
	(void)deliver_people(office, 0, PEOPLE, "2026-08", DELIVERY_UPSERT);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct buffer list = { 0 };
		add_header(&list);
		add_people(&list, 0, PEOPLE - 2, "2026-08");
		buffer_append_text(&list, rows[i]);
		struct delivery_result result = deliver(office, &list, DELIVERY_FULL);
		expect_counts(&result, 0, 0, 0);
		assert_int_equal(result.counts.not_kept, 1); // it is told
		assert_int_equal(result.refused, DELIVERY_REFUSED_UNKNOWN_ROWS);
		assert_int_equal(result.retracted, 0);
	}
}

static void a_full_list_for_a_scope_leaves_what_is_outside(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	char id[OFFICE_ID_SIZE];
	(void)deliver_people(office, 0, PEOPLE, "2026-08", DELIVERY_UPSERT);
	add_header(&list);
	for (unsigned i = 0; i < 2; i++) {
		office_id(i, id);
		buffer_printf(&list, "%s,失业保险,2026-08,1,正常\r\n", id);
	}
	struct delivery_options options = office_delivery(office, "contribution", DELIVERY_FULL);
	options.scope = "险种=失业保险";
	struct delivery_result result =
	    office_deliver(office, &options, buffer_bytes(&list), DELIVERY_CSV);
	expect_counts(&result, 2, 0, 0);
	assert_int_equal(result.in_scope, 0); // they are new
	assert_int_equal(result.missing, 0);
	assert_int_equal(base_of(office, 5, 202608), 449450);
	struct delivery *delivery;
	options.scope = "险种=没有";
	assert_int_equal(
	    delivery_open_memory(&delivery, &options, buffer_bytes(&list), DELIVERY_CSV),
	    STATUS_INVALID);
	buffer_deinit(&list);
}

// Somebody changes a record while the list is on its way: that is newer than the list.
static void what_others_push_meanwhile_is_not_withdrawn(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	struct delivery *delivery;
	bool done = false;
	(void)deliver_people(office, 0, PEOPLE, "2026-08", DELIVERY_UPSERT);
	add_header(&list);
	add_people(&list, 0, PEOPLE - 2, "2026-08");
	struct delivery_options options = office_delivery(office, "contribution", DELIVERY_FULL);
	assert_int_equal(
	    delivery_open_memory(&delivery, &options, buffer_bytes(&list), DELIVERY_CSV),
	    STATUS_OK);
	assert_int_equal(delivery_work(delivery, office->store.batch, &done), STATUS_OK);
	assert_false(done);
	struct buffer others = { 0 };
	add_header(&others);
	add_row(&others, PEOPLE - 1, "2026-08", "9000");
	(void)deliver(office, &others, DELIVERY_UPSERT);
	struct delivery_result result = office_carry(office, delivery);
	assert_int_equal(result.retracted, 1);
	assert_int_equal(base_of(office, PEOPLE - 1, 202608), 900000);
	assert_int_equal(base_of(office, PEOPLE - 2, 202608), -1);
	delivery_close(&delivery);
	buffer_deinit(&list);
}

static void a_large_full_list_goes_in_slices(void **state)
{
	enum {
		MANY = 9000
	};
	struct office *office = *state;
	struct buffer list = { 0 };
	struct delivery *delivery;
	bool done = false;
	int slices = 0;
	(void)deliver_people(office, 0, MANY, "2026-08", DELIVERY_UPSERT);
	add_header(&list);
	add_people(&list, 0, MANY / 2, "2026-08");
	struct delivery_options options = office_delivery(office, "contribution", DELIVERY_FULL);
	options.confirmed = true;
	assert_int_equal(
	    delivery_open_memory(&delivery, &options, buffer_bytes(&list), DELIVERY_CSV),
	    STATUS_OK);
	for (; !done; slices++) {
		uint64_t before = journal_head(office->store.journal).sequence;
		assert_int_equal(delivery_work(delivery, office->store.batch, &done), STATUS_OK);
		assert_true(journal_head(office->store.journal).sequence - before <= 1000);
		store_commit(&office->store);
	}
	assert_true(slices > 20);
	assert_int_equal(delivery_result(delivery)->retracted, MANY / 2);
	delivery_close(&delivery);
	buffer_deinit(&list);
}

// --- rehearsals ----------------------------------------------------------------------------------

struct told {
	size_t good, bad;
	int64_t base;
};

static void count_row(const struct delivery_row *row, void *context)
{
	struct told *told = context;
	if (row->problems->count > 0) {
		told->bad++;
		return;
	}
	told->good++;
	assert_int_equal(row->outcome, LEDGER_ACCEPTED);
	assert_string_equal(row->change->key, "pension|2026");
}

static void a_rehearsal_says_what_would_be_and_changes_nothing(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	struct told told = { 0 };
	add_header(&list);
	add_people(&list, 0, 5, "2026-08");
	add_row(&list, 7, "2026-08", "abc");
	struct delivery_options options = office_delivery(office, "contribution", DELIVERY_UPSERT);
	options.rehearsal = true;
	options.told = count_row;
	options.context = &told;
	struct delivery_result result =
	    office_deliver(office, &options, buffer_bytes(&list), DELIVERY_CSV);
	expect_counts(&result, 5, 0, 1);
	assert_int_equal(told.good, 5);
	assert_int_equal(told.bad, 1);
	assert_int_equal(journal_head(office->store.journal).sequence, 0);
	assert_int_equal(quarantine_count(intake_quarantine(office->intake)), 0);
	buffer_deinit(&list);
}

static void a_rehearsed_full_list_says_how_much_is_missing(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 };
	(void)deliver_people(office, 0, PEOPLE, "2026-08", DELIVERY_UPSERT);
	add_header(&list);
	add_people(&list, 0, PEOPLE - 3, "2026-08");
	struct delivery_options options = office_delivery(office, "contribution", DELIVERY_FULL);
	options.rehearsal = true;
	struct delivery_result result =
	    office_deliver(office, &options, buffer_bytes(&list), DELIVERY_CSV);
	assert_int_equal(result.missing, 3);
	assert_int_equal(result.retracted, 0);
	assert_int_equal(base_of(office, PEOPLE - 1, 202608), 449450);
	buffer_deinit(&list);
}

// --- what is kept --------------------------------------------------------------------------------

static void a_row_kept_in_quarantine_is_the_same_row_when_it_is_sent_again(void **state)
{
	struct office *office = *state;
	struct buffer list = { 0 }, packed = { 0 };
	struct quarantined row;
	struct json *json;
	add_header(&list);
	add_row(&list, 1, "2026-08", "abc");
	(void)deliver(office, &list, DELIVERY_UPSERT);
	struct quarantine *quarantine = intake_quarantine(office->intake);
	assert_int_equal(quarantine_read(quarantine, 1, &packed, &row), STATUS_OK);
	assert_int_equal(json_parse(&json, row.payload), STATUS_OK);
	struct delivery_options options = office_delivery(office, "contribution", DELIVERY_UPSERT);
	struct intake_origin origin = { "test.csv", (int64_t)OFFICE_NOW_S * 1000, true };
	struct intake_counts counts = { 0 };
	assert_int_equal(intake_row(office->intake, office->store.batch, options.kind,
			     json_root(json), row.line, &origin, &counts),
	    STATUS_OK);
	store_commit(&office->store);
	json_free(&json);
	assert_int_equal(counts.quarantined, 1);
	assert_int_equal(quarantine_count(quarantine), 1);
	assert_int_equal(quarantine_read(quarantine, 1, &packed, &row), STATUS_OK);
	assert_int_equal(row.redrives, 1);
	assert_int_equal(row.problems.list[0].code, PROBLEM_number_form);
	buffer_deinit(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		cmocka_unit_test(the_same_export_in_any_encoding_gives_the_same_entries_once),
		TEST(a_header_without_a_required_column_is_refused_whole),
		TEST(bad_rows_are_quarantined_and_the_good_ones_beside_them_taken),
		TEST(the_same_record_twice_with_different_content_is_taken_once),
		TEST(changes_are_taken_in_order),
		TEST(what_cannot_be_read_says_what_it_is),
		TEST(a_version_in_the_future_is_refused_and_stays_so_when_it_is_sent_again),
		TEST(a_full_list_for_a_month_leaves_the_other_months),
		TEST(a_record_whose_last_month_is_missing_is_withdrawn_whole),
		TEST(a_full_list_in_which_too_much_is_missing_withdraws_nothing_unless_confirmed),
		TEST(a_refused_full_list_takes_nothing_and_is_refused_again),
		TEST(a_full_list_broken_off_anywhere_ends_as_if_it_had_not_been),
		TEST(a_few_may_be_missing_if_they_are_no_large_part),
		TEST(a_list_of_mostly_bad_rows_is_refused_whole),
		TEST(a_full_quarantine_keeps_no_good_row_out),
		TEST(a_mended_row_ends_the_one_whose_number_it_has),
		TEST(a_number_in_quarantine_that_is_anothers_ends_nothing),
		TEST(an_empty_full_list_withdraws_nothing),
		TEST(a_result_file_is_a_part_of_a_list_and_withdraws_nothing),
		TEST(a_record_whose_row_was_refused_is_not_missing),
		TEST(a_row_of_which_nobody_knows_whose_it_is_keeps_all_from_being_withdrawn),
		TEST(a_full_list_for_a_scope_leaves_what_is_outside),
		TEST(what_others_push_meanwhile_is_not_withdrawn),
		TEST(a_large_full_list_goes_in_slices),
		TEST(a_rehearsal_says_what_would_be_and_changes_nothing),
		TEST(a_rehearsed_full_list_says_how_much_is_missing),
		TEST(a_row_kept_in_quarantine_is_the_same_row_when_it_is_sent_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
