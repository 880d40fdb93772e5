// SPDX-License-Identifier: Apache-2.0
// points_output_test: names and scores as they lie in Redis, and how a change stream goes on.
#include "../../services/points/exact.c"
#include "../../services/points/output.c"
#include "../../services/points/stream_mark.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

// --- a score, as far as it is asked ---

static const char *const outcomes[] = {
#define OUTCOME_NAME(name, text) text,
	OUTCOME_TABLE(OUTCOME_NAME)
#undef OUTCOME_NAME
};

const char *outcome_name(enum outcome outcome)
{
	return outcomes[outcome];
}

struct exact score_total(const struct score *score)
{
	(void)score;
	return (struct exact){ 271, 3 };
}

bool score_is_final(const struct score *score)
{
	(void)score;
	return true;
}

bool score_is_complete(const struct score *score)
{
	(void)score;
	return false;
}

enum outcome score_outcome(const struct score *score)
{
	(void)score;
	return OUTCOME_CANDIDATE;
}

const char *rules_hash(const struct rules *rules)
{
	(void)rules;
	return "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
}

const char *programme_id(const struct programme *programme)
{
	(void)programme;
	return "school";
}

static const char *const among[] = { "town", "grade" };
static const struct ranking ranking = { .among = { among, COUNT_OF(among) } };

const struct ranking *programme_ranking(const struct programme *programme)
{
	(void)programme;
	return &ranking;
}

// --- names ---

static void names_come_apart_as_they_were_put_together(void **state)
{
	static const char *const parts[] = { "demo", "a/b", "100%", "", "%2F", "第一志愿" };
	char *read[OUTPUT_PARTS_MAX];
	struct buffer name = { 0 };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		output_add_part(&name, bytes_of_text(parts[i]));
	assert_int_equal(output_split(buffer_bytes(&name), read), COUNT_OF(parts));
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		assert_string_equal(read[i], parts[i]);
		free(read[i]);
	}
	buffer_deinit(&name);
}

static void a_list_is_named_by_year_and_what_competes(void **state)
{
	struct catalogue_set *set;
	struct record record = { 0 };
	struct buffer name = { 0 };
	(void)state;
	assert_int_equal(catalogue_set_read(&set, PROJECT_DIR "/proto"), STATUS_OK);
	record.kind =
	    catalogue_kind(catalogue_set_named(set, "service-centre"), SERVICE_CENTRE_APPLICATION);
	record.values[kind_field_index(record.kind, "year")] =
	    (struct value){ .present = true, .integer = 2026 };
	record.values[kind_field_index(record.kind, "town")] =
	    (struct value){ .present = true, .text = text_copy("320582-01") };
	output_write_list_name(&name, "demo", NULL, &record);
	assert_string_equal(buffer_text(&name), "demo/school/2026/320582-01/");
	buffer_deinit(&name);
	record_deinit(&record);
	catalogue_set_free(&set);
}

// --- scores ---

static void a_score_is_read_as_it_was_written(void **state)
{
	struct standing_score score, read;
	struct buffer packed = { 0 };
	(void)state;
	output_make_score(&score, NULL, NULL, 20261124);
	output_write_score(&packed, &score);
	assert_int_equal(output_read_score(&read, buffer_bytes(&packed)), STATUS_OK);
	assert_string_equal(read.total, "271/3");
	assert_true(read.final && !read.complete);
	assert_int_equal(read.outcome, OUTCOME_CANDIDATE);
	assert_int_equal(read.as_of, 20261124);
	assert_string_equal(read.hash, rules_hash(NULL));
	for (size_t size = 0; size < packed.size; size++)
		assert_int_equal(
		    output_read_score(&read, bytes_make(packed.data, size)), STATUS_CORRUPT);
	buffer_deinit(&packed);
}

static void only_candidates_and_open_ones_are_ranked(void **state)
{
	(void)state;
	for (enum outcome outcome = OUTCOME_REFUSED; outcome <= OUTCOME_CANDIDATE; outcome++)
		assert_int_equal(output_is_ranked(outcome),
		    outcome == OUTCOME_CANDIDATE || outcome == OUTCOME_OPEN);
}

// --- streams ---

static bool follows(const char *before, const char *next)
{
	struct stream_mark a, b;
	assert_true(stream_mark_read(&a, bytes_of_text(before)));
	assert_true(stream_mark_read(&b, bytes_of_text(next)));
	return stream_mark_follows(a, b);
}

static void a_stream_goes_on_only_with_the_very_next_entry(void **state)
{
	(void)state;
	assert_true(follows("1795420000000-7", "1795420000000-8"));
	assert_false(follows("1795420000000-7", "1795420000000-9")); // it was cut
	assert_false(follows("1795420000000-7", "1795420000000-7"));
	assert_false(follows("1795420000000-7", "1795420000001-1")); // begun anew
	assert_false(follows("1795420000000-7", "1795420000001-8"));
	assert_true(follows("0-0", "1795420000000-1")); // nobody had set it up
	assert_false(follows("0-0", "1795420000000-2"));
}

static void what_is_no_mark_is_refused(void **state)
{
	static const char *const texts[] = { "", "-", "1", "1-", "-1", "a-1", "1-1x",
		"12345678901234567890-1", "1-12345678901234567890" };
	struct stream_mark mark = { 4, 5 };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_false(stream_mark_read(&mark, bytes_of_text(texts[i])));
	assert_true(mark.generation == 4 && mark.counter == 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_come_apart_as_they_were_put_together),
		cmocka_unit_test(a_list_is_named_by_year_and_what_competes),
		cmocka_unit_test(a_score_is_read_as_it_was_written),
		cmocka_unit_test(only_candidates_and_open_ones_are_ranked),
		cmocka_unit_test(a_stream_goes_on_only_with_the_very_next_entry),
		cmocka_unit_test(what_is_no_mark_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
