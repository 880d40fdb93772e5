// SPDX-License-Identifier: Apache-2.0
// onecity_tail_test: what operators see of the stream, in which order, and from where on.
#include "../../services/onecity/endpoints.c"
#include "../../services/onecity/entry_view.c"
#include "../../services/onecity/history.c"
#include "../../services/onecity/merge.c"
#include "../../services/onecity/place.c"
#include "../../services/onecity/say.c"
#include "../../services/onecity/table.c"

#include "scratch.h"
#include "spoken.h"

#include <setjmp.h>

#include <cmocka.h>

static struct catalogue_set *catalogues;

static int read_catalogues(void **state)
{
	(void)state;
	setenv("LC_ALL", "C", 1);
	setenv("TZ", "Asia/Shanghai", 1);
	return catalogue_set_read(&catalogues, PROJECT_DIR "/proto") != STATUS_OK;
}

static int free_catalogues(void **state)
{
	(void)state;
	catalogue_set_free(&catalogues);
	return 0;
}

// --- one entry ----------------------------------------------------------------------------------

static const char subject[] = "p1abcdefghjkmnpqrs";

static struct entry_view view_of(const char *department, const char *kind, const char *key)
{
	const struct catalogue *catalogue = catalogue_set_named(catalogues, department);
	struct entry_view view;
	struct entry entry = {
		.operation = OPERATION_PUT,
		.recorded_ms = 1795421702123, // 2026-11-23T08:15:02.123Z
		.kind = kind != NULL ? catalogue_kind_named(catalogue, kind)->number : 99,
		.subject = bytes_of_text(subject),
		.key = bytes_of_text(key),
		.body = bytes_of_text("a secret"),
	};
	entry_view_make(&view, catalogue, 12, &entry);
	return view;
}

static char *text_of(const struct entry_view *view, enum entry_form form)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	entry_view_write(view, form, file);
	fclose(file);
	return text;
}

static void key_shows_only_what_leads_to_nobody(void **state)
{
	(void)state;
	const struct {
		const char *department, *kind, *key, *shown;
	} keys[] = {
		{ "social-insurance", "contribution", "pension|2024", "pension|2024" },
		{ "social-insurance", "employment", "91320582MA1MXXXX0X|20200101", "*|*" },
		{ "social-insurance", "qualification", "r1abcdefghjkmnpqrs", "*" },
		{ "public-security", "kinship", "spouse|p1abcdefghjkmnpqrs", "spouse|*" },
		{ "public-security", "sanction", "criminal|5", "*|*" },
		{ "public-security", "person", "", "" },
		{ "public-security", "coverage", "person", "person" },
		{ "public-security", "coverage", "320582199001011234", NULL },
		{ "service-centre", "application", "SQ2026-0001", "*" },
		{ "tax", "income_tax", "r1abcdefghjkmnpqrs|wages", "*|wages" },
		{ "tax", "income_tax", "of another form", "*" },
		{ "tax", "income_tax", "one|two|three", "*" },
		{ "tax", NULL, "of a later catalogue", "*" },
		{ "tax", NULL, "", "" },
	};
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		struct entry_view view = view_of(keys[i].department, keys[i].kind, keys[i].key);
		if (keys[i].shown != NULL)
			assert_string_equal(view.key, keys[i].shown);
		else
			assert_null(strstr(view.key, keys[i].key));
	}
}

static void no_form_shows_subject_or_body(void **state)
{
	(void)state;
	struct entry_view view = view_of("social-insurance", "contribution", "pension|2024");
	for (int form = ENTRY_FOR_PEOPLE; form <= ENTRY_CSV; form++) {
		char *text = text_of(&view, (enum entry_form)form);
		assert_null(strstr(text, subject));
		assert_null(strstr(text, "secret"));
		free(text);
	}
}

static void line_has_local_time_department_sequence_operation_kind_and_key(void **state)
{
	(void)state;
	struct entry_view view = view_of("social-insurance", "contribution", "pension|2024");
	char *text = text_of(&view, ENTRY_FOR_PEOPLE);
	assert_string_equal(text, "2026-11-23 16:15:02.123  social-insurance       12  put      "
				  "contribution       pension|2024\n");
	free(text);
}

static void line_says_why_a_row_was_rejected(void **state)
{
	(void)state;
	struct entry_view view = view_of("public-security", "person", "");
	view.operation = OPERATION_REJECT;
	strcpy(view.note, "date_form");
	char *text = text_of(&view, ENTRY_FOR_PEOPLE);
	assert_non_null(strstr(text, "  reject   person  "));
	assert_non_null(strstr(text, "  date_form: the content is not a date\n"));
	free(text);
	setenv("LC_ALL", "zh_CN.UTF-8", 1);
	text = text_of(&view, ENTRY_FOR_PEOPLE);
	setenv("LC_ALL", "C", 1);
	assert_non_null(strstr(text, "  隔离     "));
	assert_non_null(strstr(text, "date_form: “内容”不是有效日期\n"));
	free(text);
}

static void line_cannot_steer_the_terminal(void **state)
{
	(void)state;
	struct entry_view view = view_of("public-security", "coverage", "\033[2Jx");
	strcpy(view.note, "\033]0;x");
	for (int form = ENTRY_FOR_PEOPLE; form <= ENTRY_CSV; form++) {
		char *text = text_of(&view, (enum entry_form)form);
		assert_null(strchr(text, '\033'));
		free(text);
	}
}

static void json_is_one_object_a_line(void **state)
{
	(void)state;
	struct entry_view view = view_of("social-insurance", "contribution", "pension|2024");
	char *text = text_of(&view, ENTRY_JSON);
	assert_string_equal(text,
	    "{\"recorded\":\"2026-11-23T08:15:02.123Z\",\"department\":\"social-insurance\","
	    "\"sequence\":12,\"operation\":\"put\",\"kind_number\":1,\"kind\":\"contribution\","
	    "\"key\":\"pension|2024\"}\n");
	free(text);
}

static void csv_cells_stay_cells(void **state)
{
	(void)state;
	struct entry_view view = view_of("public-security", "coverage", "a,\"b\"\nc");
	char *text = text_of(&view, ENTRY_CSV);
	assert_string_equal(text, "2026-11-23T08:15:02.123Z,public-security,12,put,\"coverage\","
				  "\"a,\"\"b\"\"*c\",\"\"\n");
	free(text);
}

static void filter_holds_kind_operation_and_time(void **state)
{
	(void)state;
	struct entry_view view = view_of("social-insurance", "contribution", "pension|2024");
	const struct {
		struct entry_filter filter;
		bool passes;
	} filters[] = {
		{ { NULL, -1, 0 }, true },
		{ { "contribution", OPERATION_PUT, view.recorded_ms }, true },
		{ { "person", -1, 0 }, false },
		{ { NULL, OPERATION_REJECT, 0 }, false },
		{ { NULL, -1, view.recorded_ms + 1 }, false },
	};
	for (size_t i = 0; i < COUNT_OF(filters); i++)
		assert_int_equal(entry_filter_passes(&filters[i].filter, &view), filters[i].passes);
	view.kind = NULL;
	assert_false(entry_filter_passes(&filters[1].filter, &view));
}

static void operations_have_names(void **state)
{
	(void)state;
	int operation = -1;
	assert_true(operation_named("settle", &operation));
	assert_int_equal(operation, OPERATION_SETTLE);
	assert_false(operation_named("delete", &operation));
	assert_false(operation_named("", &operation));
}

static void since_is_an_age_or_a_time(void **state)
{
	(void)state;
	const int64_t now_ms = 1795421702123;
	const struct {
		const char *text;
		int64_t since_ms;
	} good[] = {
		{ "90s", now_ms - 90000 },
		{ "5m", now_ms - 300000 },
		{ "2h", now_ms - 7200000 },
		{ "3d", now_ms - 259200000 },
		{ "0s", now_ms },
		{ "2026-11-23T08:15:02Z", 1795421702000 },
		{ "2026-11-23T16:15:02+08:00", 1795421702000 },
		{ "2026-11-23T16:15:02", 1795421702000 },
	};
	static const char *const bad[] = { "", "5", "m", "-5m", "5 m", "5min", "100001d",
		"99999999999999999999d", "yesterday", "2026-11-23", "1900-01-01T00:00:00Z" };
	int64_t since_ms;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		assert_true(since_parse(good[i].text, now_ms, &since_ms));
		assert_int_equal(since_ms, good[i].since_ms);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(since_parse(bad[i], now_ms, &since_ms));
}

// --- merging ------------------------------------------------------------------------------------

static void add(struct merge *merge, size_t source, int64_t recorded_ms)
{
	struct entry_view view = { .recorded_ms = recorded_ms };
	merge_add(merge, source, &view);
}

// The times of what can be given now, as "1 2 3 ".
static const char *given(struct merge *merge)
{
	static char text[256];
	struct entry_view view;
	size_t used = 0;
	text[0] = 0;
	while (merge_next(merge, &view) && used < sizeof text - 24)
		used += (size_t)snprintf(
		    text + used, sizeof text - used, "%" PRId64 " ", view.recorded_ms);
	return text;
}

static void merge_gives_all_in_the_order_of_time(void **state)
{
	(void)state;
	struct merge *merge = merge_new(2, MERGE_ALL);
	add(merge, 0, 1);
	add(merge, 0, 4);
	assert_string_equal(given(merge), ""); // the other may have something before
	add(merge, 1, 2);
	add(merge, 1, 3);
	assert_string_equal(given(merge), "1 2 3 ");
	merge_end(merge, 1);
	assert_string_equal(given(merge), "4 ");
	assert_false(merge_is_over(merge));
	merge_end(merge, 0);
	assert_true(merge_is_over(merge));
	add(merge, 0, 9);
	add(merge, 1, 8);
	assert_string_equal(given(merge), "8 9 ");
	merge_free(&merge);
}

static void merge_keeps_the_last_of_each(void **state)
{
	(void)state;
	struct merge *merge = merge_new(2, 2);
	for (int64_t i = 1; i <= 100; i++)
		add(merge, 0, i);
	add(merge, 1, 50);
	merge_end(merge, 0);
	assert_string_equal(given(merge), ""); // the other's may still go
	add(merge, 0, 101);                    // what is new is not among the last
	merge_end(merge, 1);
	assert_string_equal(given(merge), "50 99 100 101 ");
	merge_free(&merge);
}

static void merge_forgets_what_will_come_again(void **state)
{
	(void)state;
	struct merge *merge = merge_new(1, 3);
	add(merge, 0, 5);
	merge_clear(merge, 0);
	add(merge, 0, 4);
	add(merge, 0, 5);
	merge_end(merge, 0);
	assert_string_equal(given(merge), "4 5 ");
	merge_free(&merge);
}

static void merge_can_keep_nothing_of_the_past(void **state)
{
	(void)state;
	struct merge *merge = merge_new(1, 0);
	add(merge, 0, 5);
	merge_end(merge, 0);
	add(merge, 0, 6);
	assert_string_equal(given(merge), "6 ");
	merge_free(&merge);
}

static void merge_says_when_it_has_enough(void **state)
{
	(void)state;
	struct merge *merge = merge_new(2, MERGE_ALL);
	struct entry_view view;
	for (int64_t i = 0; i < MERGE_WAITING_MAX; i++) {
		assert_false(merge_is_full(merge, 0));
		add(merge, 0, i);
	}
	assert_true(merge_is_full(merge, 0));
	merge_end(merge, 1);
	for (int64_t i = 0; i < MERGE_WAITING_MAX; i++) {
		assert_true(merge_next(merge, &view));
		assert_int_equal(view.recorded_ms, i);
	}
	assert_false(merge_is_full(merge, 0));
	merge_free(&merge);
}

// --- looking back -------------------------------------------------------------------------------

struct reader {
	struct history *history;
	struct spoken spoken;
	struct buffer request;
	unsigned kind; // wanted; 0: all
	uint64_t first, last, wanted, requests;
};

static bool take(uint64_t sequence, const struct entry *entry, void *context)
{
	struct reader *reader = context;
	assert_true(reader->last == 0 || sequence == reader->last + 1);
	reader->first = reader->last == 0 ? sequence : reader->first;
	reader->last = sequence;
	bool wanted = reader->kind == 0 || entry->kind == reader->kind;
	reader->wanted += wanted;
	return wanted;
}

static void forget(void *context)
{
	struct reader *reader = context;
	reader->first = reader->last = reader->wanted = 0;
}

static void keep_request(struct bytes message, void *context)
{
	struct reader *reader = context;
	reader->requests++;
	buffer_clear(&reader->request);
	buffer_append_bytes(&reader->request, message);
}

static void hear_message(struct bytes message, void *context)
{
	struct reader *reader = context;
	history_message(reader->history, message, 0);
}

static void answer_all(struct reader *reader)
{
	while (reader->request.size > 0) {
		struct buffer request = reader->request;
		reader->request = (struct buffer){ 0 };
		spoken_answer(&reader->spoken, buffer_bytes(&request), hear_message, reader);
		buffer_deinit(&request);
	}
}

static struct reader *reader_new(uint64_t entries, uint64_t count, int64_t since_ms)
{
	static const struct history_calls calls = { take, forget, keep_request };
	const struct history_options options = { SPOKEN_DEPARTMENT, count, since_ms };
	struct reader *reader = allocate(sizeof *reader);
	memset(reader->spoken.epoch, 7, EPOCH_BYTES);
	reader->spoken.first_ms = reader->spoken.step_ms = 1000;
	spoken_append(&reader->spoken, entries);
	reader->history = history_new(&options, &calls, reader);
	return reader;
}

static void reader_free(struct reader *reader)
{
	history_free(&reader->history);
	buffer_deinit(&reader->request);
	free(reader);
}

static void beat(struct reader *reader)
{
	struct buffer message = { 0 };
	spoken_batch(&reader->spoken, reader->spoken.head + 1, 0, 0, &message);
	hear_message(buffer_bytes(&message), reader);
	buffer_deinit(&message);
	answer_all(reader);
}

static void history_begins_with_the_last_entries(void **state)
{
	(void)state;
	struct reader *reader = reader_new(5000, 20, 0);
	assert_false(history_is_heard(reader->history));
	history_probe(reader->history);
	answer_all(reader);
	assert_true(history_is_complete(reader->history));
	assert_int_equal(reader->last, 5000);
	assert_int_equal(reader->first, 5000 - HISTORY_ENTRIES_MIN + 1);
	reader_free(reader);
}

static void history_goes_back_until_enough_are_wanted(void **state)
{
	(void)state;
	struct reader *reader = reader_new(10000, 2000, 0);
	reader->kind = 1; // every other one
	beat(reader);
	assert_true(history_is_complete(reader->history));
	assert_false(history_is_cut(reader->history));
	assert_true(reader->wanted >= 2000);
	assert_int_equal(reader->last, 10000);
	assert_true(reader->first > 1);
	reader_free(reader);
}

static void history_ends_at_the_first_entry(void **state)
{
	(void)state;
	struct reader *reader = reader_new(3000, 20, 0);
	reader->kind = 9;
	beat(reader);
	assert_true(history_is_complete(reader->history));
	assert_false(history_is_cut(reader->history));
	assert_int_equal(reader->first, 1);
	reader_free(reader);
}

static void history_goes_back_to_a_time(void **state)
{
	(void)state;
	struct reader *reader = reader_new(10000, UINT64_MAX, 7000 * 1000);
	beat(reader);
	assert_true(history_is_complete(reader->history));
	assert_true(reader->first <= 7000);
	assert_true(reader->first > 1);
	assert_int_equal(reader->last, 10000);
	reader_free(reader);
}

static void history_goes_back_to_a_time_before_all(void **state)
{
	(void)state;
	struct reader *reader = reader_new(2000, UINT64_MAX, 1);
	beat(reader);
	assert_true(history_is_complete(reader->history));
	assert_int_equal(reader->first, 1);
	assert_int_equal(reader->last, 2000);
	reader_free(reader);
}

static void history_of_nothing_is_complete(void **state)
{
	(void)state;
	struct reader *reader = reader_new(0, 20, 0);
	beat(reader);
	assert_true(history_is_complete(reader->history));
	assert_int_equal(reader->last, 0);
	spoken_append(&reader->spoken, 3);
	beat(reader);
	assert_int_equal(reader->first, 1);
	assert_int_equal(reader->last, 3);
	reader_free(reader);
}

static void history_can_begin_with_what_comes(void **state)
{
	(void)state;
	struct reader *reader = reader_new(1000, 0, 0);
	beat(reader);
	assert_true(history_is_complete(reader->history));
	spoken_append(&reader->spoken, 2);
	beat(reader);
	assert_int_equal(reader->first, 1001);
	assert_int_equal(reader->last, 1002);
	reader_free(reader);
}

static void history_skips_to_another_one_after_a_fork(void **state)
{
	(void)state;
	struct reader *reader = reader_new(1000, 20, 0);
	struct follower_report report;
	beat(reader);
	memset(reader->spoken.epoch, 8, EPOCH_BYTES);
	reader->spoken.head = 500;
	beat(reader);
	history_report(reader->history, 0, &report);
	assert_int_equal(report.state, FOLLOWER_FORK);
	history_skip(reader->history);
	forget(reader);
	beat(reader);
	assert_true(history_is_complete(reader->history));
	spoken_append(&reader->spoken, 1);
	beat(reader);
	assert_int_equal(reader->first, 501);
	assert_int_equal(reader->last, 501);
	reader_free(reader);
}

static void history_stops_at_a_format_it_does_not_know(void **state)
{
	(void)state;
	struct reader *reader = reader_new(10, 20, 0);
	struct follower_report report;
	struct buffer message = { 0 };
	spoken_batch(&reader->spoken, 11, 0, 0, &message);
	message.data[1] = ENVELOPE_FORMAT + 1;
	hear_message(buffer_bytes(&message), reader);
	history_report(reader->history, 0, &report);
	assert_int_equal(report.state, FOLLOWER_STOPPED);
	buffer_deinit(&message);
	reader_free(reader);
}

// --- endpoints ----------------------------------------------------------------------------------

static void read_from(struct endpoints *endpoints, enum status *status, const char *directory)
{
	struct place place;
	assert_int_equal(place_read(&place, directory), STATUS_OK);
	*status = endpoints_read(endpoints, &place);
	place_deinit(&place);
}

static void write_settings(const char *directory, const char *name, const char *text)
{
	char path[PLACE_PATH_SIZE];
	place_path(path, directory, "settings/%s.conf", name);
	FILE *file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

#define TAX_SETTINGS                                                                    \
	"http = 127.0.0.1:7403\npublish = tcp://*:7503\nreplay = tcp://10.0.0.3:7603\n" \
	"proto = ../p\n"

static void endpoints_are_those_that_the_aggregator_follows(void **state)
{
	struct endpoints endpoints;
	enum status status;
	(void)state;
	char directory[SCRATCH_PATH_SIZE], path[PLACE_PATH_SIZE];
	scratch_make(directory);
	place_path(path, directory, "settings");
	assert_int_equal(mkdir(path, 0700), 0);
	write_settings(directory, "tax", TAX_SETTINGS);
	read_from(&endpoints, &status, directory);
	assert_int_equal(status, STATUS_OK);
	assert_int_equal(endpoints.count, 1);
	assert_string_equal(endpoints.list[0].department, "tax");
	assert_string_equal(endpoints.list[0].publish, "tcp://127.0.0.1:7503");
	assert_string_equal(endpoints.list[0].replay, "tcp://10.0.0.3:7603");
	endpoints_deinit(&endpoints);

	write_settings(directory, "aggregator",
	    "http = 127.0.0.1:7491\nfollow = health tcp://h:1 tcp://h:2\n"
	    "follow = tax tcp://t:1 tcp://t:2\n");
	read_from(&endpoints, &status, directory);
	assert_int_equal(status, STATUS_OK);
	assert_int_equal(endpoints.count, 2);
	assert_string_equal(endpoints.list[0].department, "health");
	assert_string_equal(endpoints.list[1].replay, "tcp://t:2");
	endpoints_deinit(&endpoints);

	write_settings(
	    directory, "aggregator", "http = 127.0.0.1:7491\nfollow = health tcp://h:1\n");
	read_from(&endpoints, &status, directory);
	assert_int_equal(status, STATUS_INVALID);
	write_settings(directory, "aggregator", "http = 127.0.0.1:7491\n");
	read_from(&endpoints, &status, directory);
	assert_int_equal(status, STATUS_NOT_FOUND);
	scratch_remove(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_shows_only_what_leads_to_nobody),
		cmocka_unit_test(no_form_shows_subject_or_body),
		cmocka_unit_test(line_has_local_time_department_sequence_operation_kind_and_key),
		cmocka_unit_test(line_says_why_a_row_was_rejected),
		cmocka_unit_test(line_cannot_steer_the_terminal),
		cmocka_unit_test(json_is_one_object_a_line),
		cmocka_unit_test(csv_cells_stay_cells),
		cmocka_unit_test(filter_holds_kind_operation_and_time),
		cmocka_unit_test(operations_have_names),
		cmocka_unit_test(since_is_an_age_or_a_time),
		cmocka_unit_test(merge_gives_all_in_the_order_of_time),
		cmocka_unit_test(merge_keeps_the_last_of_each),
		cmocka_unit_test(merge_forgets_what_will_come_again),
		cmocka_unit_test(merge_can_keep_nothing_of_the_past),
		cmocka_unit_test(merge_says_when_it_has_enough),
		cmocka_unit_test(history_begins_with_the_last_entries),
		cmocka_unit_test(history_goes_back_until_enough_are_wanted),
		cmocka_unit_test(history_ends_at_the_first_entry),
		cmocka_unit_test(history_goes_back_to_a_time),
		cmocka_unit_test(history_goes_back_to_a_time_before_all),
		cmocka_unit_test(history_of_nothing_is_complete),
		cmocka_unit_test(history_can_begin_with_what_comes),
		cmocka_unit_test(history_skips_to_another_one_after_a_fork),
		cmocka_unit_test(history_stops_at_a_format_it_does_not_know),
		cmocka_unit_test(endpoints_are_those_that_the_aggregator_follows),
	};
	return cmocka_run_group_tests(tests, read_catalogues, free_catalogues);
}
