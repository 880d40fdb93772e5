// SPDX-License-Identifier: Apache-2.0
// score_test: what score.h and dossier.h promise.
#include "score.h"

#include "json.h"
#include "value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
	AS_OF = 20260630
};

static struct catalogue_set *catalogues;
static struct rules *rules;

static const char table[] =
    "{\"onecity_rules\":1,\"id\":\"t\",\"title\":{\"zh\":\"表\",\"en\":\"table\"},"
    "\"city\":\"320582\",\"status\":\"demonstration\",\"label\":{\"zh\":\"演示\",\"en\":\"demo\"},"
    "\"valid\":{\"from\":\"2020-01-01\",\"to\":null},\"basis\":[\"none\"],\"round\":\"exact\","
    "\"define\":["
    "{\"id\":\"stay\",\"title\":{\"zh\":\"居住\",\"en\":\"residence\"},\"value\":{\"length\":"
    "{\"spans\":{\"select\":\"public-security.residence\"},\"from\":\"from\",\"to\":\"to\"}}},"
    "{\"id\":\"blood\",\"value\":{\"select\":\"health.blood_donation\"}},"
    "{\"id\":\"diplomas\",\"value\":{\"select\":\"service-centre.education\","
    "\"where\":{\"state\":\"verified\"}}}],"
    "\"groups\":[{\"id\":\"base\",\"title\":{\"zh\":\"基础\",\"en\":\"base\"},\"cap\":60},"
    "{\"id\":\"one\",\"title\":{\"zh\":\"择一\",\"en\":\"one\"},\"take\":\"highest\"}],"
    "\"items\":["
    "{\"id\":\"stay\",\"title\":{\"zh\":\"居住\",\"en\":\"stay\"},\"group\":\"base\","
    "\"points\":{\"per_unit\":\"stay\",\"each\":\"5 years\",\"points\":10},\"cap\":50},"
    "{\"id\":\"blood\",\"title\":{\"zh\":\"献血\",\"en\":\"blood\"},\"group\":\"base\","
    "\"points\":{\"sum\":{\"divide\":[{\"field\":\"volume\"},300]},\"over\":\"blood\"},"
    "\"round\":{\"to\":\"1/3\",\"how\":\"down\"},\"cap\":5},"
    "{\"id\":\"school\",\"title\":{\"zh\":\"学历\",\"en\":\"school\"},\"group\":\"one\","
    "\"points\":{\"best\":{\"tiers\":{\"field\":\"level\"},\"rows\":[{\"is\":\"20\",\"points\":30},"
    "{\"is\":\"30\",\"points\":20}]},\"over\":\"diplomas\"}},"
    "{\"id\":\"times\",\"title\":{\"zh\":\"次数\",\"en\":\"times\"},\"group\":\"one\","
    "\"points\":{\"count\":\"blood\"}},"
    "{\"id\":\"old\",\"title\":{\"zh\":\"旧项\",\"en\":\"old\"},\"group\":\"base\",\"points\":100,"
    "\"to\":\"2021-05-31\",\"ended_by\":{\"zh\":\"新法\",\"en\":\"a later law\"}},"
    "{\"id\":\"open\",\"title\":{\"zh\":\"未公布\",\"en\":\"open\"},\"group\":\"base\","
    "\"programmes\":[\"other\"],\"points\":{\"add\":[1,\"unknown\"]}}],"
    "\"programmes\":["
    "{\"id\":\"school\",\"title\":{\"zh\":\"入学\",\"en\":\"school\"},\"code\":\"school\","
    "\"total\":{\"add\":[\"group.base\",\"group.one\"]},\"round\":\"exact\","
    "\"family\":\"higher_spouse\",\"threshold\":10,"
    "\"gates\":[{\"id\":\"year\",\"title\":{\"zh\":\"一年\",\"en\":\"a year\"},"
    "\"holds\":{\"test\":\"stay\",\"is\":{\"from\":\"1 year\"}}}]},"
    "{\"id\":\"other\",\"title\":{\"zh\":\"其他\",\"en\":\"other\"},"
    "\"total\":{\"add\":[\"group.base\",\"group.one\"]},\"round\":\"exact\"}]}";

// --- dossiers ------------------------------------------------------------------------------------

static const struct kind *kind_of(const char *department, const char *name)
{
	const struct kind *kind =
	    catalogue_kind_named(catalogue_set_named(catalogues, department), name);
	assert_non_null(kind);
	return kind;
}

// fields: name, text, name, text, ..., NULL.
static void add_fact(struct dossier *dossier, size_t subject, const struct kind *kind,
    const char *key, const char *const *fields)
{
	struct record record = { .kind = kind };
	struct record_context context = { .today = AS_OF };
	for (; *fields != NULL; fields += 2) {
		struct value_reading reading;
		int index = kind_field_index(kind, fields[0]);
		assert_true(index >= 0);
		assert_true(value_read(&record.values[index], &kind->fields[index],
		    bytes_of_text(fields[1]), &context, &reading));
	}
	struct dossier_source source = { .key = bytes_of_text(key), .sequence = 7 };
	dossier_add_fact(dossier, subject, &record, &source);
}

static const char *const read_kinds[][2] = {
	{ "public-security", "residence" },
	{ "health", "blood_donation" },
	{ "service-centre", "education" },
};

static size_t add_person(struct dossier *dossier, enum role role, const char *name, unsigned known)
{
	size_t person = dossier_subject(dossier, FIELD_PERSON, name);
	dossier_add_to_role(dossier, role, person);
	for (size_t i = 0; i < COUNT_OF(read_kinds); i++)
		dossier_know(dossier, person, kind_of(read_kinds[i][0], read_kinds[i][1]), known);
	return person;
}

static void add_stay(struct dossier *dossier, size_t person, const char *from, const char *to)
{
	const char *const fields[] = { "from", from, to != NULL ? "to" : NULL, to, NULL };
	add_fact(dossier, person, kind_of("public-security", "residence"), from, fields);
}

static void add_blood(struct dossier *dossier, size_t person, const char *day, const char *volume)
{
	const char *const fields[] = { "donated_on", day, "component", "whole_blood", "volume",
		volume, NULL };
	add_fact(dossier, person, kind_of("health", "blood_donation"), day, fields);
}

static void add_diploma(struct dossier *dossier, size_t person, const char *level)
{
	const char *const fields[] = { "level", level, "graduated_on", "2010-07-01", "state",
		"verified", NULL };
	add_fact(dossier, person, kind_of("service-centre", "education"), level, fields);
}

static struct score *score_of(struct dossier *dossier, const char *programme)
{
	struct score *score;
	dossier_seal(dossier);
	score_make(&score, rules, rules_programme_named(rules, programme), dossier);
	return score;
}

static size_t item_number(const char *id)
{
	for (size_t i = 0; i < rules_item_count(rules); i++)
		if (strcmp(rules_item_id(rules_item(rules, i)), id) == 0)
			return i;
	fail_msg("no item %s", id);
	return 0;
}

static struct score_item item_of(const struct score *score, const char *id)
{
	return score_item(score, item_number(id));
}

static void assert_points(struct exact points, int64_t numerator, int64_t denominator)
{
	assert_int_equal(points.numerator, numerator);
	assert_int_equal(points.denominator, denominator);
}

// --- tests ---------------------------------------------------------------------------------------

static void sixty_months_are_enough_and_one_day_less_is_not(void **state)
{
	(void)state;
	static const struct {
		const char *from, *to;
		int64_t points;
	} rows[] = {
		{ "2020-01-01", "2024-12-31", 10 },
		{ "2020-01-01", "2024-12-30", 0 },
		{ "2020-01-02", "2024-12-31", 0 },
		{ "2020-01-01", "2025-01-31", 10 },
		{ "2021-07-01", NULL, 10 },
		{ "2021-07-02", NULL, 0 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct dossier *dossier = dossier_new(catalogues, AS_OF);
		size_t self = add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
		add_stay(dossier, self, rows[i].from, rows[i].to);
		struct score *score = score_of(dossier, "school");
		assert_points(item_of(score, "stay").points, rows[i].points, 1);
		assert_true(score_is_final(score));
		score_free(&score);
		dossier_free(&dossier);
	}
}

static void none_unknown_behind_rejected_and_erased_are_told_apart(void **state)
{
	(void)state;
	static const struct {
		unsigned known;
		enum item_state state;
	} rows[] = {
		{ DOSSIER_STATED, ITEM_NONE },
		{ DOSSIER_NOT_STATED, ITEM_NOT_REPORTED },
		{ DOSSIER_STATED | DOSSIER_BEHIND, ITEM_BEHIND },
		{ DOSSIER_REJECTED | DOSSIER_BEHIND, ITEM_REJECTED },
		{ DOSSIER_ERASED | DOSSIER_REJECTED, ITEM_ERASED },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct dossier *dossier = dossier_new(catalogues, AS_OF);
		add_person(dossier, ROLE_SELF, "self", rows[i].known);
		struct score *score = score_of(dossier, "school");
		assert_int_equal(item_of(score, "stay").state, rows[i].state);
		assert_int_equal(item_of(score, "old").state, ITEM_NOT_APPLICABLE);
		assert_int_equal(score_is_final(score), rows[i].known == DOSSIER_STATED);
		assert_int_equal(score_outcome(score),
		    rows[i].known == DOSSIER_STATED ? OUTCOME_NOT_ELIGIBLE : OUTCOME_OPEN);
		score_free(&score);
		dossier_free(&dossier);
	}
}

static void points_are_exact_then_rounded_then_cut(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_new(catalogues, AS_OF);
	size_t self = add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
	add_blood(dossier, self, "2024-01-01", "200");
	add_blood(dossier, self, "2025-01-01", "250");
	struct score *score = score_of(dossier, "school");
	assert_points(item_of(score, "blood").raw, 3, 2);
	assert_points(item_of(score, "blood").points, 4, 3);
	assert_points(score_group(score, 0), 4, 3);
	score_free(&score);
	dossier_free(&dossier);
}

static void of_a_choice_the_highest_counts_and_the_other_is_shown(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_new(catalogues, AS_OF);
	size_t self = add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
	add_diploma(dossier, self, "30");
	add_blood(dossier, self, "2024-01-01", "200");
	struct score *score = score_of(dossier, "school");
	assert_points(score_group(score, 1), 20, 1);
	assert_true(item_of(score, "school").counted);
	assert_false(item_of(score, "times").counted);
	assert_points(item_of(score, "times").points, 1, 1);
	score_free(&score);
	dossier_free(&dossier);
}

static void the_next_step_is_told_in_what_is_missing(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_new(catalogues, AS_OF);
	struct score_next next;
	size_t self = add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
	add_stay(dossier, self, "2020-01-01", "2024-10-31");
	add_diploma(dossier, self, "30");
	struct score *score = score_of(dossier, "school");
	assert_true(score_item_next(score, item_number("stay"), 0, &next));
	assert_points(next.needs, 2, 1);
	assert_points(next.gives, 10, 1);
	assert_string_equal(next.unit, "months");
	assert_string_equal(next.path, "/items/0/points");
	assert_false(score_item_next(score, item_number("stay"), 1, &next));
	assert_true(score_item_next(score, item_number("school"), 0, &next));
	assert_false(next.has_needs);
	assert_int_equal(next.row, 0);
	assert_points(next.gives, 10, 1);
	assert_string_equal(next.path, "/items/2/points/best");
	score_free(&score);
	dossier_free(&dossier);
}

static void the_spouse_with_more_points_is_scored(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_new(catalogues, AS_OF);
	struct exact other;
	size_t self = add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
	size_t spouse = add_person(dossier, ROLE_SPOUSE, "spouse", DOSSIER_STATED);
	add_stay(dossier, self, "2020-01-01", NULL);
	add_diploma(dossier, spouse, "20");
	struct score *score = score_of(dossier, "school");
	assert_int_equal(score_scored(score), ROLE_SPOUSE);
	assert_points(score_total(score), 30, 1);
	assert_true(score_other_total(score, &other));
	assert_points(other, 10, 1);
	assert_int_equal(score_outcome(score), OUTCOME_ENTITLED);
	score_free(&score);
	dossier_free(&dossier);
}

static bool has_doubt(
    const struct score *score, enum doubt_reason reason, const char *kind, enum role role)
{
	const struct doubt *doubts;
	size_t count = score_doubts(score, &doubts);
	for (size_t i = 0; i < count; i++)
		if (doubts[i].reason == reason && doubts[i].kind != NULL &&
		    strcmp(doubts[i].kind->name, kind) == 0 && doubts[i].role == (int)role)
			return true;
	return false;
}

static void what_is_missing_of_the_spouse_is_never_told_as_the_applicant_s(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_new(catalogues, AS_OF);
	size_t self = add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
	size_t spouse = add_person(dossier, ROLE_SPOUSE, "spouse", DOSSIER_STATED);
	add_stay(dossier, self, "2020-01-01", NULL);
	add_diploma(dossier, spouse, "20");
	dossier_know(dossier, spouse, kind_of("health", "blood_donation"), DOSSIER_BEHIND);
	struct score *score = score_of(dossier, "school");
	assert_int_equal(score_scored(score), ROLE_SPOUSE);
	assert_true(has_doubt(score, DOUBT_BEHIND, "blood_donation", ROLE_SPOUSE));
	assert_false(has_doubt(score, DOUBT_BEHIND, "blood_donation", ROLE_SELF));
	score_free(&score);
	dossier_free(&dossier);
}

static void what_is_absent_is_left_out_of_the_steps(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_new(catalogues, AS_OF);
	struct score_view view = { .engine = "test" };
	struct buffer text = { 0 };
	size_t self = add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
	add_stay(dossier, self, "2020-01-01", "2024-12-31");
	struct score *score = score_of(dossier, "school");
	score_write_json(score, &view, &text);
	assert_non_null(strstr(buffer_text(&text),
	    "{\"op\":\"length\",\"path\":\"/define/0/value\",\"value\":\"60\","
	    "\"unit\":\"months\",\"of\":[{\"op\":\"spans\",\"path\":\"/define/0/value/length\","
	    "\"params\":{\"from\":\"from\",\"to\":\"to\"},"
	    "\"spans\":[[\"2020-01-01\",\"2024-12-31\"]],"
	    "\"of\":[{\"op\":\"select\",\"path\":\"/define/0/value/length/spans\","
	    "\"params\":{\"select\":\"public-security.residence\"},\"facts\":[1]}]}]}"));
	buffer_deinit(&text);
	score_free(&score);
	dossier_free(&dossier);
}

static void a_person_s_word_stands_over_the_rule_and_an_objection_keeps_it_open(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_new(catalogues, AS_OF);
	struct dossier_override set = { "blood", { 7, 2 }, "officer", "paper seen", 20260601 };
	size_t self = add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
	add_stay(dossier, self, "2020-01-01", NULL);
	dossier_know(dossier, self, kind_of("health", "blood_donation"), DOSSIER_BEHIND);
	dossier_add_override(dossier, &set);
	dossier_add_dispute(dossier, "school");
	struct score *score = score_of(dossier, "school");
	assert_int_equal(item_of(score, "blood").state, ITEM_OVERRIDDEN);
	assert_points(item_of(score, "blood").points, 7, 2);
	assert_int_equal(item_of(score, "school").state, ITEM_DISPUTED);
	assert_int_equal(item_of(score, "times").state, ITEM_BEHIND);
	assert_false(score_is_final(score));
	score_free(&score);
	dossier_free(&dossier);
}

static void what_nobody_published_counts_what_is_known(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_new(catalogues, AS_OF);
	const struct doubt *doubts;
	add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
	struct score *score = score_of(dossier, "other");
	assert_int_equal(item_of(score, "open").state, ITEM_TABLE_UNKNOWN);
	assert_points(score_total(score), 1, 1);
	assert_false(score_is_complete(score));
	assert_int_equal(score_doubts(score, &doubts), 1);
	assert_string_equal(doubts[0].path, "/items/5/points/add/1");
	score_free(&score);
	dossier_free(&dossier);
}

static void more_facts_than_the_limit_are_cut_and_doubted(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_new(catalogues, AS_OF);
	size_t self = add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
	const struct kind *kind = kind_of("health", "blood_donation");
	for (size_t i = 0; i < 10001; i++) {
		char key[16];
		const char *const fields[] = { "volume", "1", NULL };
		snprintf(key, sizeof key, "%05zu", i);
		add_fact(dossier, self, kind, key, fields);
	}
	struct score *score = score_of(dossier, "school");
	assert_points(item_of(score, "times").points, 10000, 1);
	assert_int_equal(item_of(score, "times").state, ITEM_OVERFLOW);
	score_free(&score);
	dossier_free(&dossier);
}

static void explain(const struct score *score, struct buffer *out)
{
	struct score_view view = { .engine = "test" };
	score_write_json(score, &view, out);
}

static void the_same_facts_in_any_order_are_explained_byte_for_byte_the_same(void **state)
{
	(void)state;
	static const char *const days[] = { "2021-03-01", "2022-03-01", "2023-03-01", "2024-03-01",
		"2025-03-01" };
	struct buffer first = { 0 };
	for (size_t turn = 0; turn < COUNT_OF(days); turn++) {
		struct dossier *dossier = dossier_new(catalogues, AS_OF);
		struct buffer text = { 0 };
		struct json *json;
		size_t self = add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
		for (size_t i = 0; i < COUNT_OF(days); i++)
			add_blood(dossier, self, days[(i * 2 + turn) % COUNT_OF(days)], "300");
		struct score *score = score_of(dossier, "school");
		explain(score, turn == 0 ? &first : &text);
		assert_int_equal(json_parse(&json, buffer_bytes(&first)), STATUS_OK);
		if (turn > 0)
			assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&text)));
		json_free(&json);
		buffer_deinit(&text);
		score_free(&score);
		dossier_free(&dossier);
	}
	buffer_deinit(&first);
}

static void an_item_says_itself_in_one_sentence(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_new(catalogues, AS_OF);
	struct buffer text = { 0 };
	size_t self = add_person(dossier, ROLE_SELF, "self", DOSSIER_STATED);
	add_stay(dossier, self, "2020-01-01", "2025-10-31");
	struct score *score = score_of(dossier, "school");
	score_write_sentence(score, item_number("stay"), true, &text);
	assert_string_equal(
	    buffer_text(&text), "居住70个月，每满60个月10分：10分；再有50个月加10分。");
	buffer_clear(&text);
	score_write_sentence(score, item_number("stay"), false, &text);
	assert_string_equal(buffer_text(&text),
	    "residence 70 months, 10 points for each completed 60 months: 10 points; "
	    "50 months more give 10 more points.");
	buffer_clear(&text);
	score_write_sentence(score, item_number("old"), false, &text);
	assert_string_equal(buffer_text(&text), "it ended after 2021-05-31 (a later law).");
	buffer_deinit(&text);
	score_free(&score);
	dossier_free(&dossier);
}

static void every_city_s_table_scores_somebody_of_whom_nothing_is_known(void **state)
{
	(void)state;
	static const char *const names[] = { "zhongshan-2014", "shanghai-2015", "suzhou-2016",
		"zhangjiagang-demo" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[256];
		struct rules *city;
		struct rules_errors errors;
		snprintf(path, sizeof path, "%s/rules/%s.json", PROJECT_DIR, names[i]);
		assert_int_equal(rules_read(&city, catalogues, path, &errors), STATUS_OK);
		rules_errors_deinit(&errors);
		for (size_t k = 0; k < rules_programme_count(city); k++) {
			struct dossier *dossier = dossier_new(catalogues, AS_OF);
			struct buffer text = { 0 };
			struct score *score;
			dossier_add_to_role(
			    dossier, ROLE_SELF, dossier_subject(dossier, FIELD_PERSON, "self"));
			dossier_seal(dossier);
			score_make(&score, city, rules_programme(city, k), dossier);
			assert_false(score_is_final(score));
			explain(score, &text);
			assert_int_equal(
			    strncmp(buffer_text(&text), "{\"onecity_explanation\":1,", 25), 0);
			buffer_deinit(&text);
			score_free(&score);
			dossier_free(&dossier);
		}
		rules_free(&city);
	}
}

static int set_up(void **state)
{
	struct rules_errors errors;
	(void)state;
	if (catalogue_set_read(&catalogues, PROJECT_DIR "/proto") != STATUS_OK)
		return -1;
	enum status status = rules_parse(&rules, catalogues, bytes_of_text(table), "t", &errors);
	if (status != STATUS_OK)
		print_message("%s\n", status_reason());
	rules_errors_deinit(&errors);
	return status == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	rules_free(&rules);
	catalogue_set_free(&catalogues);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sixty_months_are_enough_and_one_day_less_is_not),
		cmocka_unit_test(none_unknown_behind_rejected_and_erased_are_told_apart),
		cmocka_unit_test(points_are_exact_then_rounded_then_cut),
		cmocka_unit_test(of_a_choice_the_highest_counts_and_the_other_is_shown),
		cmocka_unit_test(the_next_step_is_told_in_what_is_missing),
		cmocka_unit_test(the_spouse_with_more_points_is_scored),
		cmocka_unit_test(what_is_missing_of_the_spouse_is_never_told_as_the_applicant_s),
		cmocka_unit_test(what_is_absent_is_left_out_of_the_steps),
		cmocka_unit_test(
		    a_person_s_word_stands_over_the_rule_and_an_objection_keeps_it_open),
		cmocka_unit_test(what_nobody_published_counts_what_is_known),
		cmocka_unit_test(more_facts_than_the_limit_are_cut_and_doubted),
		cmocka_unit_test(the_same_facts_in_any_order_are_explained_byte_for_byte_the_same),
		cmocka_unit_test(an_item_says_itself_in_one_sentence),
		cmocka_unit_test(every_city_s_table_scores_somebody_of_whom_nothing_is_known),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
