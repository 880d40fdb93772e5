// SPDX-License-Identifier: Apache-2.0
// rules_test: what rules.h promises, and every error that docs/rules.md names.
#include "rules.h"

#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct catalogue_set *catalogues;

// Small, and good. Each change below spoils one thing in it.
static const char good[] =
    "{\"onecity_rules\":1,\"id\":\"t\",\"title\":{\"zh\":\"表\",\"en\":\"table\"},"
    "\"city\":\"320582\",\"status\":\"live\",\"valid\":{\"from\":\"2020-01-01\",\"to\":null},"
    "\"basis\":[\"notice\"],\"round\":\"exact\",\n"
    "\"series\":{\"wage\":{\"title\":{\"zh\":\"工资\",\"en\":\"wage\"},\"unit\":\"yuan\","
    "\"years\":[2019,2020],\"values\":{\"2019\":5000,\"2020\":6000}}},\n"
    "\"lists\":{\"majors\":{\"title\":{\"zh\":\"专业\",\"en\":\"majors\"},\"values\":[\"x\"]}},\n"
    "\"registers\":{\"homes\":{\"title\":{\"zh\":\"房产\",\"en\":\"homes\"},\"limit\":1}},\n"
    "\"define\":[\n"
    "{\"id\":\"paid\",\"value\":{\"select\":\"social-insurance.contribution\","
    "\"rows\":\"months\",\"with\":{\"multiple\":{\"divide\":[{\"field\":\"months.base\"},"
    "{\"series\":\"wage\",\"at\":{\"year\":{\"field\":\"period\"}}}]}},"
    "\"where\":{\"insurance\":[\"pension\",\"medical\"],\"months.place\":{\"within\":\"320582\"}}}}"
    ",\n"
    "{\"id\":\"time\",\"value\":{\"length\":{\"spans\":\"paid\",\"months\":\"period\"}}},\n"
    "{\"id\":\"diplomas\",\"value\":{\"select\":\"service-centre.education\","
    "\"where\":{\"major\":{\"listed\":\"majors\"},\"level\":{\"not\":\"70\"}}}},\n"
    "{\"id\":\"owned\",\"value\":{\"select\":\"service-centre.home\","
    "\"unused\":{\"register\":\"homes\",\"key\":\"dwelling\"}}}],\n"
    "\"groups\":[{\"id\":\"base\",\"title\":{\"zh\":\"基础\",\"en\":\"base\"}}],\n"
    "\"items\":[\n"
    "{\"id\":\"insured\",\"title\":{\"zh\":\"参保\",\"en\":\"insured\"},\"group\":\"base\","
    "\"points\":{\"per_unit\":\"time\",\"each\":\"6 months\",\"points\":2},\"cap\":20},\n"
    "{\"id\":\"school\",\"title\":{\"zh\":\"学历\",\"en\":\"school\"},\"group\":\"base\","
    "\"points\":{\"best\":{\"tiers\":{\"field\":\"level\"},\"rows\":[{\"is\":\"20\",\"points\":30},"
    "{\"is\":\"30\",\"points\":20}]},\"over\":\"diplomas\"}},\n"
    "{\"id\":\"home\",\"title\":{\"zh\":\"房产\",\"en\":\"home\"},\"group\":\"base\","
    "\"points\":{\"multiply\":[5,{\"count\":\"owned\"}]}}],\n"
    "\"programmes\":[{\"id\":\"school\",\"title\":{\"zh\":\"入学\",\"en\":\"school\"},"
    "\"code\":\"school\",\"total\":\"group.base\",\"round\":\"exact\","
    "\"gates\":[{\"id\":\"time\",\"title\":{\"zh\":\"一年\",\"en\":\"a year\"},"
    "\"holds\":{\"test\":\"time\",\"is\":{\"from\":\"1 year\"}}}],"
    "\"ranking\":{\"among\":[\"town\"],\"by\":[{\"id\":\"total\",\"title\":{\"zh\":\"总分\","
    "\"en\":\"total\"},\"key\":\"total\",\"first\":\"high\"}],\"ties\":\"admit_all\"},"
    "\"quotas\":{\"per\":[\"town\"],\"places\":\"unknown\"}}]}";

static const struct change {
	const char *from, *to, *code;
} changes[] = {
	{ "\"basis\":[\"notice\"],", "\"basis\":[\"notice\",],", "JSON" },
	{ "\"basis\":", "\"colour\":1,\"basis\":", "MEMBER_UNKNOWN" },
	{ "\"each\":\"6 months\",", "\"each\":\"6 months\",\"colour\":1,", "MEMBER_UNKNOWN" },
	{ "\"city\":\"320582\",", "", "MEMBER_MISSING" },
	{ "\"each\":\"6 months\",", "", "MEMBER_MISSING" },
	{ "\"city\":\"320582\"", "\"city\":320582", "MEMBER_TYPE" },
	{ "\"id\":\"insured\"", "\"id\":\"Insured\"", "ID_FORM" },
	{ "\"id\":\"insured\"", "\"id\":\"home\"", "ID_TWICE" },
	{ "\"id\":\"owned\"", "\"id\":\"time\"", "ID_TWICE" },
	{ "\"with\":{\"multiple\"", "\"with\":{\"insurance\"", "ID_TWICE" },
	{ "{\"zh\":\"参保\",\"en\":\"insured\"}", "{\"zh\":\"参保\"}", "TITLE" },
	{ "\"over\":\"diplomas\"", "\"over\":\"papers\"", "NAME_UNKNOWN" },
	{ "\"register\":\"homes\"", "\"register\":\"houses\"", "NAME_UNKNOWN" },
	{ "\"spans\":\"paid\"", "\"spans\":\"owned\"", "NAME_LATER" },
	{ "\"over\":\"diplomas\"", "\"over\":{\"select\":\"service-centre.education\"}",
	    "NAME_UNUSED" },
	{ "social-insurance.contribution", "social-insurance.contributions", "KIND_UNKNOWN" },
	{ "\"field\":\"level\"", "\"field\":\"levels\"", "FIELD_UNKNOWN" },
	{ "\"pension\",", "\"pensions\",", "CODE_UNKNOWN" },
	{ "\"rows\":\"months\",", "", "FIELD_LIST" },
	{ "\"per_unit\":\"time\"", "\"per_unit\":{\"field\":\"time\"}", "FIELD_CONTEXT" },
	{ "{\"select\":\"service-centre.home\",", "{\"select\":\"tax.enterprise\",", "SUBJECT" },
	{ "\"unused\":{",
	    "\"via\":{\"facts\":\"diplomas\",\"on\":{\"dwelling\":\"school\"}},\"unused\":{",
	    "JOIN_TYPE" },
	{ "{\"count\":\"owned\"}", "{\"tally\":\"owned\"}", "OPERATOR" },
	{ "{\"count\":\"owned\"}", "{\"count\":\"owned\",\"exists\":\"owned\"}", "OPERATOR" },
	{ "{\"count\":\"owned\"}", "{\"exists\":\"owned\"}", "TYPE" },
	{ "\"each\":\"6 months\"", "\"each\":6", "UNIT" },
	{ "{\"from\":\"1 year\"}", "{\"from\":12}", "UNIT" },
	{ "\"each\":\"6 months\"", "\"each\":\"6 moons\"", "LITERAL" },
	{ "[5,{\"count\"", "[5.1234567,{\"count\"", "LITERAL" },
	{ "{\"from\":\"1 year\"}", "{\"within\":\"320582\"}", "TEST" },
	{ "{\"from\":\"1 year\"}", "{\"from\":\"2 years\",\"to\":\"1 year\"}", "TEST" },
	{ "{\"is\":\"30\",", "{\"is\":[\"30\",\"20\"],", "TIER_OVERLAP" },
	{ "{\"is\":\"30\",", "{\"is\":\"70\",", "TIER_UNREACHABLE" },
	{ "{\"is\":\"30\",", "{\"is\":[\"30\",5],", "TEST" },
	{ "{\"per_unit\":\"time\",\"each\":\"6 months\",\"points\":2}",
	    "{\"bands\":\"time\",\"each\":\"6 months\",\"rows\":[{\"to\":\"9 months\","
	    "\"points\":1},{\"points\":2}]}",
	    "BANDS" },
	{ "{\"per_unit\":\"time\",\"each\":\"6 months\",\"points\":2}",
	    "{\"tiers\":\"time\",\"rows\":[{\"is\":{\"to\":\"6 months\"},\"points\":1},"
	    "{\"is\":{\"from\":\"6 months\"},\"points\":2}]}",
	    "TIER_OVERLAP" },
	{ "\"each\":\"6 months\"", "\"each\":\"0 months\"", "STEP" },
	{ "{\"multiply\":[5,{\"count\":\"owned\"}]}", "{\"divide\":[5,{\"count\":\"owned\"}]}",
	    "DIVIDE" },
	{ "\"to\":null", "\"to\":\"2019-01-01\"", "PERIOD" },
	{ "\"cap\":20}", "\"cap\":20,\"from\":\"2019-01-01\"}", "PERIOD" },
	{ "\"2019\":5000,", "", "SERIES_GAP" },
	{ "\"points\":{\"multiply\":[5,{\"count\":\"owned\"}]}",
	    "\"points\":{\"as\":\"spouse\",\"value\":{\"as\":\"child\",\"value\":"
	    "{\"count\":\"owned\"}}}",
	    "AS_NESTED" },
	{ "[5,{\"count\":\"owned\"}]", "[\"item.insured\",{\"count\":\"owned\"}]", "SCOPE" },
	{ "\"total\":\"group.base\"", "\"total\":\"total\"", "SCOPE" },
	{ "\"group\":\"base\",\"points\":{\"multiply\"",
	    "\"group\":\"bases\",\"points\":{\"multiply\"", "GROUP" },
	{ "\"total\":\"group.base\"", "\"total\":\"item.home\"", "TOTAL" },
	{ "\"cap\":20}", "\"cap\":20,\"to\":\"2021-01-01\"}", "ENDED" },
	{ "\"status\":\"live\"", "\"status\":\"historical\"", "STATUS" },
	{ "\"points\":30", "\"points\":\"unknown\"", "UNKNOWN_LIVE" },
	{ "\"among\":[\"town\"]", "\"among\":[\"street\"]", "QUOTA" },
	{ "service-centre.home\",\"unused\":{\"register\":\"homes\",\"key\":\"dwelling\"}",
	    "public-security.sanction\"", "OFF_BY_DEFAULT" },
};

static char *changed(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	assert_non_null(at);
	struct buffer out = { 0 };
	buffer_append(&out, text, (size_t)(at - text));
	buffer_append_text(&out, to);
	buffer_append_text(&out, at + strlen(from));
	char *copy = text_copy(buffer_text(&out));
	buffer_deinit(&out);
	return copy;
}

static char *without_unknown_places(void)
{
	return changed(good, "\"places\":\"unknown\"", "\"places\":[]");
}

static bool has_code(const struct rules_errors *errors, const char *code)
{
	for (size_t i = 0; i < errors->count; i++)
		if (strcmp(errors->list[i].code, code) == 0)
			return true;
	return false;
}

static void print_errors(const struct rules_errors *errors)
{
	struct buffer text = { 0 };
	rules_errors_write(errors, false, &text);
	print_message("%s", buffer_text(&text));
	buffer_deinit(&text);
}

static void a_good_table_is_read_without_an_error(void **state)
{
	(void)state;
	struct rules *rules;
	struct rules_errors errors;
	char *text = without_unknown_places();
	enum status status = rules_parse(&rules, catalogues, bytes_of_text(text), "t", &errors);
	print_errors(&errors);
	assert_int_equal(status, STATUS_OK);
	assert_int_equal(errors.count, 0);
	assert_string_equal(rules_id(rules), "t");
	assert_int_equal(rules_status(rules), RULES_LIVE);
	assert_int_equal(rules_item_count(rules), 3);
	assert_string_equal(rules_item_group(rules_item(rules, 0)), "base");
	assert_true(rules_in_force(rules, 20260101));
	assert_false(rules_in_force(rules, 20191231));
	assert_int_equal(strlen(rules_hash(rules)), RULES_HASH_TEXT_SIZE - 1);
	rules_free(&rules);
	rules_errors_deinit(&errors);
	free(text);
}

static void a_table_says_what_it_reads_and_nothing_else(void **state)
{
	(void)state;
	struct rules *rules;
	struct rules_errors errors;
	char *text = without_unknown_places();
	assert_int_equal(
	    rules_parse(&rules, catalogues, bytes_of_text(text), "t", &errors), STATUS_OK);
	assert_int_equal(rules_reading_count(rules), 3);
	struct rules_reading reading = rules_reading(rules, 0);
	assert_string_equal(reading.kind->name, "contribution");
	assert_int_equal(reading.roles, 1 << ROLE_SELF);
	assert_true(rules_reads_field(rules, reading.kind, "months.base"));
	assert_false(rules_reads_field(rules, reading.kind, "months.payer"));
	rules_free(&rules);
	rules_errors_deinit(&errors);
	free(text);
}

static void every_error_is_told_with_its_line_and_place(void **state)
{
	(void)state;
	char *sound = without_unknown_places();
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		struct rules *rules;
		struct rules_errors errors;
		char *text = changed(sound, changes[i].from, changes[i].to);
		enum status status =
		    rules_parse(&rules, catalogues, bytes_of_text(text), "t", &errors);
		if (status != STATUS_INVALID || !has_code(&errors, changes[i].code)) {
			print_message(
			    "%s -> %s: no %s\n", changes[i].from, changes[i].to, changes[i].code);
			print_errors(&errors);
		}
		assert_int_equal(status, STATUS_INVALID);
		assert_null(rules);
		assert_true(has_code(&errors, changes[i].code));
		for (size_t k = 0; k < errors.count; k++) {
			assert_true(errors.list[k].line >= 1);
			assert_true(strlen(errors.list[k].zh) > 0);
			assert_true(strlen(errors.list[k].en) > 0);
		}
		rules_errors_deinit(&errors);
		free(text);
	}
	free(sound);
}

static void an_error_names_the_place_and_offers_the_nearest_name(void **state)
{
	(void)state;
	struct rules *rules;
	struct rules_errors errors;
	char *sound = without_unknown_places();
	char *text = changed(sound, "\"field\":\"level\"", "\"field\":\"levle\"");
	assert_int_equal(
	    rules_parse(&rules, catalogues, bytes_of_text(text), "t", &errors), STATUS_INVALID);
	assert_string_equal(errors.list[0].path, "/items/1/points/best/tiers/field");
	assert_int_equal(errors.list[0].line, 13);
	assert_non_null(strstr(errors.list[0].en, "did you mean level?"));
	rules_errors_deinit(&errors);
	free(text);
	free(sound);
}

static void all_errors_are_told_at_once(void **state)
{
	(void)state;
	struct rules *rules;
	struct rules_errors errors;
	char *first = changed(good, "\"each\":\"6 months\"", "\"each\":6");
	char *text = changed(first, "{\"count\":\"owned\"}", "{\"tally\":\"owned\"}");
	assert_int_equal(
	    rules_parse(&rules, catalogues, bytes_of_text(text), "t", &errors), STATUS_INVALID);
	assert_true(has_code(&errors, "UNIT"));
	assert_true(has_code(&errors, "OPERATOR"));
	assert_true(has_code(&errors, "UNKNOWN_LIVE"));
	for (size_t i = 1; i < errors.count; i++)
		assert_true(errors.list[i].line >= errors.list[i - 1].line);
	rules_errors_deinit(&errors);
	free(text);
	free(first);
}

static void what_a_table_says_is_told_without_controls_and_cut_between_characters(void **state)
{
	(void)state;
	struct rules *rules;
	struct rules_errors errors;
	struct buffer name = { 0 };
	buffer_append_text(&name, "\"\\u001b[2J\\u000a");
	for (size_t i = 0; i < 500; i++)
		buffer_append_text(&name, "长");
	buffer_append_text(&name, "\":1,\"basis\":");
	char *text = changed(good, "\"basis\":", buffer_text(&name));
	assert_int_equal(
	    rules_parse(&rules, catalogues, bytes_of_text(text), "t", &errors), STATUS_INVALID);
	assert_string_equal(errors.list[0].code, "MEMBER_UNKNOWN");
	assert_null(strpbrk(errors.list[0].path, "\033\n"));
	assert_null(strpbrk(errors.list[0].zh, "\033\n"));
	assert_true(strlen(errors.list[0].zh) < 400);
	assert_true(text_valid(bytes_of_text(errors.list[0].zh)));
	rules_errors_deinit(&errors);
	buffer_deinit(&name);
	free(text);
}

static void live_tables_of_a_city_do_not_overlap(void **state)
{
	(void)state;
	char *sound = without_unknown_places();
	char *ended = changed(sound, "\"to\":null", "\"to\":\"2022-12-31\"");
	char *later = changed(sound, "\"from\":\"2020-01-01\"", "\"from\":\"2023-01-01\"");
	const char *const texts[] = { sound, ended, later };
	struct rules *rules[3];
	struct rules_errors errors;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(
		    rules_parse(&rules[i], catalogues, bytes_of_text(texts[i]), "t", &errors),
		    STATUS_OK);
		rules_errors_deinit(&errors);
	}
	const struct rules *apart[] = { rules[1], rules[2] }, *together[] = { rules[0], rules[2] };
	assert_true(rules_agree(apart, 2, &errors));
	assert_false(rules_agree(together, 2, &errors));
	assert_true(has_code(&errors, "TABLES_OVERLAP"));
	rules_errors_deinit(&errors);
	for (size_t i = 0; i < 3; i++)
		rules_free(&rules[i]);
	free(sound);
	free(ended);
	free(later);
}

static void the_cities_tables_are_good(void **state)
{
	(void)state;
	static const char *const names[] = { "zhongshan-2014", "shanghai-2015", "suzhou-2016",
		"zhangjiagang-demo" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[256];
		struct rules *rules;
		struct rules_errors errors;
		snprintf(path, sizeof path, "%s/rules/%s.json", PROJECT_DIR, names[i]);
		enum status status = rules_read(&rules, catalogues, path, &errors);
		print_errors(&errors);
		assert_int_equal(status, STATUS_OK);
		assert_int_not_equal(rules_status(rules), RULES_LIVE);
		rules_free(&rules);
		rules_errors_deinit(&errors);
	}
}

static void a_file_that_is_not_there_is_an_error_of_its_own(void **state)
{
	(void)state;
	struct rules *rules;
	struct rules_errors errors;
	assert_int_equal(
	    rules_read(&rules, catalogues, "/nowhere/t.json", &errors), STATUS_NOT_FOUND);
	assert_null(rules);
	assert_int_equal(errors.count, 1);
	rules_errors_deinit(&errors);
}

static int set_up(void **state)
{
	(void)state;
	return catalogue_set_read(&catalogues, PROJECT_DIR "/proto") == STATUS_OK ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	catalogue_set_free(&catalogues);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_table_is_read_without_an_error),
		cmocka_unit_test(a_table_says_what_it_reads_and_nothing_else),
		cmocka_unit_test(every_error_is_told_with_its_line_and_place),
		cmocka_unit_test(an_error_names_the_place_and_offers_the_nearest_name),
		cmocka_unit_test(all_errors_are_told_at_once),
		cmocka_unit_test(
		    what_a_table_says_is_told_without_controls_and_cut_between_characters),
		cmocka_unit_test(live_tables_of_a_city_do_not_overlap),
		cmocka_unit_test(the_cities_tables_are_good),
		cmocka_unit_test(a_file_that_is_not_there_is_an_error_of_its_own),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
