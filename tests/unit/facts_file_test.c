// SPDX-License-Identifier: Apache-2.0
// facts_file_test: what facts_file.h and docs/rules.md promise about facts files.
#include "facts_file.h"

#include "dossier_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

// --- a table to read facts for -------------------------------------------------------------------

static const char table_text[] =
    "{\"onecity_rules\":1,\"id\":\"t\",\"title\":{\"zh\":\"甲\",\"en\":\"t\"},\"city\":\"442000\","
    "\"status\":\"demonstration\",\"label\":{\"zh\":\"示范\",\"en\":\"demonstration\"},"
    "\"valid\":{\"from\":\"2014-01-01\",\"to\":null},\"basis\":[\"b\"],\"round\":\"exact\","
    "\"series\":{\"wage\":{\"title\":{\"zh\":\"工资\",\"en\":\"wage\"},\"years\":[2014,2015],"
    "\"values\":{\"2014\":\"unknown\",\"2015\":3000}}},"
    "\"lists\":{\"fields\":{\"title\":{\"zh\":\"专业\",\"en\":\"fields\"},\"values\":\"unknown\"}},"
    "\"registers\":{\"homes\":{\"title\":{\"zh\":\"房\",\"en\":\"homes\"},\"limit\":1}},"
    "\"groups\":[{\"id\":\"g\",\"title\":{\"zh\":\"组\",\"en\":\"g\"}}],"
    "\"items\":[{\"id\":\"home\",\"title\":{\"zh\":\"房产\",\"en\":\"home\"},\"group\":\"g\","
    "\"points\":{\"count\":{\"select\":\"service-centre.home\","
    "\"unused\":{\"register\":\"homes\",\"key\":\"dwelling\"}}}},"
    "{\"id\":\"wage\",\"title\":{\"zh\":\"工资\",\"en\":\"wage\"},\"group\":\"g\","
    "\"points\":{\"series\":\"wage\",\"at\":2015}},"
    "{\"id\":\"edu\",\"title\":{\"zh\":\"学历\",\"en\":\"edu\"},\"group\":\"g\","
    "\"points\":{\"count\":{\"select\":\"service-centre.education\","
    "\"where\":{\"major\":{\"listed\":\"fields\"}}}}}],"
    "\"programmes\":[{\"id\":\"hukou\",\"title\":{\"zh\":\"入户\",\"en\":\"hukou\"},"
    "\"total\":\"group.g\",\"round\":\"exact\",\"threshold\":1}]}";

static struct catalogue_set *catalogues;
static struct rules *rules;
static struct facts_reader *reader;

static int setup(void **state)
{
	(void)state;
	struct rules_errors errors;
	assert_int_equal(catalogue_set_read(&catalogues, PROJECT_DIR "/proto"), STATUS_OK);
	enum status status =
	    rules_parse(&rules, catalogues, bytes_of_text(table_text), "t.json", &errors);
	if (status != STATUS_OK)
		fail_msg("%s", status_reason());
	rules_errors_deinit(&errors);
	reader = facts_reader_new(rules);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	facts_reader_free(&reader);
	rules_free(&rules);
	catalogue_set_free(&catalogues);
	return 0;
}

// --- reading -------------------------------------------------------------------------------------

static const struct facts_given nothing_given = { 0 };

// members: of the facts file, behind as_of and programme; "" or with a comma in front.
static enum status read_facts(struct facts *facts, const char *members, struct facts_errors *errors)
{
	struct buffer text = { 0 };
	struct json *json;
	buffer_printf(&text, "{\"as_of\":\"2015-04-30\",\"programme\":\"hukou\"%s}", members);
	assert_int_equal(json_parse(&json, buffer_bytes(&text)), STATUS_OK);
	enum status status = facts_read(facts, reader, json, &nothing_given, errors);
	json_free(&json);
	buffer_deinit(&text);
	return status;
}

static struct dossier *dossier_of(const char *members)
{
	struct facts facts;
	struct facts_errors errors;
	enum status status = read_facts(&facts, members, &errors);
	if (status != STATUS_OK)
		fail_msg("%s: %s", errors.list[0].path, errors.list[0].en);
	facts_errors_deinit(&errors);
	return facts.dossier;
}

// Persons of self only.
static struct dossier *dossier_of_self(const char *kinds)
{
	struct buffer members = { 0 };
	buffer_printf(&members, ",\"persons\":{\"self\":{%s}}", kinds);
	struct dossier *dossier = dossier_of(buffer_text(&members));
	buffer_deinit(&members);
	return dossier;
}

static const struct kind *kind_of(const char *department, const char *name)
{
	const struct catalogue *catalogue = catalogue_set_named(catalogues, department);
	assert_non_null(catalogue);
	const struct kind *kind = catalogue_kind_named(catalogue, name);
	assert_non_null(kind);
	return kind;
}

static size_t person_of(const struct dossier *dossier, enum role role, size_t index)
{
	const size_t *persons;
	size_t count = dossier_role(dossier, role, &persons);
	assert_true(index < count);
	return persons[index];
}

static size_t facts_of_self(const struct dossier *dossier, const char *department, const char *kind,
    const struct dossier_fact **facts)
{
	return dossier_facts(
	    dossier, person_of(dossier, ROLE_SELF, 0), kind_of(department, kind), facts);
}

static const struct value *value_of(const struct dossier_fact *fact, const char *field)
{
	int index = kind_field_index(fact->kind, field);
	assert_true(index >= 0);
	return &fact->values[index];
}

static unsigned known_of(
    const struct dossier *dossier, enum role role, const char *department, const char *kind)
{
	return dossier_known(dossier, person_of(dossier, role, 0), kind_of(department, kind));
}

// The file is refused, first of all at a path, for a reason in which a word stands.
static void assert_refused(const char *members, const char *path, const char *word)
{
	struct facts facts;
	struct facts_errors errors;
	if (read_facts(&facts, members, &errors) != STATUS_INVALID)
		fail_msg("%s is taken", members);
	assert_null(facts.dossier);
	assert_true(errors.count > 0);
	assert_string_equal(errors.list[0].path, path);
	if (strstr(errors.list[0].en, word) == NULL)
		fail_msg("%s: \"%s\" does not hold \"%s\"", path, errors.list[0].en, word);
	assert_true(errors.list[0].zh[0] != 0);
	facts_errors_deinit(&errors);
}

// --- values --------------------------------------------------------------------------------------

static void values_are_read_as_offices_write_them(void **state)
{
	(void)state;
	const struct dossier_fact *facts;
	struct dossier *dossier = dossier_of_self("\"service-centre.education\":[{\"level\":"
						  "\"专科毕业\",\"graduated_on\":\"2006年7月1日\","
						  "\"state\":\"verified\"}]");
	assert_int_equal(facts_of_self(dossier, "service-centre", "education", &facts), 1);
	assert_string_equal(value_of(facts, "level")->text, "31");
	assert_int_equal(value_of(facts, "graduated_on")->integer, 20060701);
	assert_int_equal(facts->valid_since, 20060701);
	assert_string_equal(facts->key, "31|20060701");
	dossier_free(&dossier);
}

static void one_row_may_stand_without_a_list(void **state)
{
	(void)state;
	const struct dossier_fact *facts;
	struct dossier *dossier = dossier_of_self(
	    "\"public-security.person\":{\"sex\":\"女\",\"birth_date\":\"1985-06-12\"}");
	assert_int_equal(facts_of_self(dossier, "public-security", "person", &facts), 1);
	assert_int_equal(value_of(facts, "birth_date")->integer, 19850612);
	assert_false(value_of(facts, "id_number")->present);
	dossier_free(&dossier);
}

static void facts_after_the_as_of_day_are_taken(void **state)
{
	(void)state;
	const struct dossier_fact *facts;
	struct dossier *dossier = dossier_of_self(
	    "\"service-centre.education\":{\"level\":\"21\",\"graduated_on\":\"2199-07-01\"}");
	assert_int_equal(facts_of_self(dossier, "service-centre", "education", &facts), 1);
	dossier_free(&dossier);
}

static void what_would_be_hashed_at_the_door_is_any_text(void **state)
{
	(void)state;
	const struct dossier_fact *facts;
	struct dossier *dossier = dossier_of_self(
	    "\"service-centre.home\":[{\"dwelling\":\"D1\",\"owners\":[{\"owner\":\"mother\","
	    "\"share\":50}]}],\"social-insurance.employment\":[{\"employer\":\"the mill\","
	    "\"from\":\"2010-01-01\"}]");
	assert_int_equal(facts_of_self(dossier, "service-centre", "home", &facts), 1);
	assert_string_equal(value_of(facts, "dwelling")->text, "D1");
	assert_string_equal(value_of(facts, "owners")->rows[0].text, "mother");
	assert_int_equal(facts_of_self(dossier, "social-insurance", "employment", &facts), 1);
	assert_string_equal(facts->key, "the mill|20100101");
	dossier_free(&dossier);
}

static void a_reference_left_out_of_a_key_is_the_number_of_its_row(void **state)
{
	(void)state;
	const struct dossier_fact *facts;
	struct dossier *dossier =
	    dossier_of_self("\"service-centre.attested_fact\":[{\"fact\":\"commendation_general\"},"
			    "{\"fact\":\"commendation_general\",\"document\":\"A7\"},"
			    "{\"fact\":\"commendation_general\",\"_times\":2}]");
	assert_int_equal(facts_of_self(dossier, "service-centre", "attested_fact", &facts), 4);
	assert_string_equal(facts[0].key, "commendation_general|1");
	assert_string_equal(facts[1].key, "commendation_general|3");
	assert_string_equal(facts[2].key, "commendation_general|4");
	assert_string_equal(facts[3].key, "commendation_general|A7");
	assert_false(value_of(&facts[2], "document")->present); // no value that another could name
	dossier_free(&dossier);
}

// --- rows by months ------------------------------------------------------------------------------

static void months_are_put_together_by_year_and_key(void **state)
{
	(void)state;
	const struct dossier_fact *facts;
	struct dossier *dossier = dossier_of_self(
	    "\"social-insurance.contribution\":[{\"_each\":{\"insurance\":[\"pension\",\"medical\"]"
	    "},"
	    "\"_months\":\"2010-11..2012-02\",\"place\":442000},"
	    "{\"insurance\":\"pension\",\"period\":\"2012-04\",\"base\":3000},"
	    "{\"insurance\":\"pension\",\"year\":2013,\"months\":[{\"month\":2},{\"month\":1}]}]");
	assert_int_equal(facts_of_self(dossier, "social-insurance", "contribution", &facts), 7);
	static const struct {
		const char *key;
		int64_t months, first, last;
	} expected[] = {
		{ "medical|2010", 2, 11, 12 },
		{ "medical|2011", 12, 1, 12 },
		{ "medical|2012", 2, 1, 2 },
		{ "pension|2010", 2, 11, 12 },
		{ "pension|2011", 12, 1, 12 },
		{ "pension|2012", 3, 1, 4 },
		{ "pension|2013", 2, 1, 2 },
	};
	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		const struct value *list = value_of(&facts[i], "months");
		size_t width = facts[i].kind->fold->list->field_count;
		assert_string_equal(facts[i].key, expected[i].key);
		assert_int_equal(list->integer, expected[i].months);
		assert_int_equal(list->rows[0].integer, expected[i].first);
		assert_int_equal(
		    list->rows[(size_t)(list->integer - 1) * width].integer, expected[i].last);
	}
	const struct value *list = value_of(&facts[5], "months");
	const struct field *fields = facts[5].kind->fold->list->fields;
	size_t width = facts[5].kind->fold->list->field_count, base = 0;
	while (strcmp(fields[base].name, "base") != 0)
		base++;
	assert_false(list->rows[base].present);
	assert_int_equal(list->rows[2 * width + base].integer, 300000);
	dossier_free(&dossier);
}

static void a_later_row_of_a_year_says_what_holds_for_all_of_it(void **state)
{
	(void)state;
	const struct dossier_fact *facts;
	struct dossier *dossier = dossier_of_self(
	    "\"social-insurance.housing_fund\":[{\"_months\":\"2014-01..2014-06\","
	    "\"account_open\":true},{\"_months\":\"2014-07..2014-09\",\"account_open\":false}]");
	assert_int_equal(facts_of_self(dossier, "social-insurance", "housing_fund", &facts), 1);
	assert_int_equal(value_of(facts, "months")->integer, 9);
	assert_int_equal(value_of(facts, "account_open")->integer, 0);
	dossier_free(&dossier);
}

// --- roles and others ----------------------------------------------------------------------------

static void self_may_be_left_out_and_the_child_is_the_first_of_the_children(void **state)
{
	(void)state;
	const size_t *persons;
	struct dossier *dossier = dossier_of(
	    ",\"persons\":{\"children\":[{},{}],\"child\":{},\"spouse\":{},\"parents\":{}}");
	assert_int_equal(dossier_role(dossier, ROLE_SELF, &persons), 1);
	assert_int_equal(dossier_role(dossier, ROLE_PARENTS, &persons), 1);
	assert_int_equal(dossier_role(dossier, ROLE_GRANDPARENTS, &persons), 0);
	assert_int_equal(dossier_role(dossier, ROLE_CHILDREN, &persons), 3);
	assert_int_equal(persons[0], person_of(dossier, ROLE_CHILD, 0));
	dossier_free(&dossier);
}

static void enterprises_have_facts_of_their_own_and_exist_when_they_are_named(void **state)
{
	(void)state;
	const struct dossier_fact *facts;
	const struct kind *tax = kind_of("tax", "enterprise_tax");
	struct dossier *dossier = dossier_of(
	    ",\"enterprises\":{\"E1\":{\"tax.enterprise_tax\":[{\"tax\":\"corporate_income\","
	    "\"period\":\"2014-01\",\"paid_on\":\"2014-02-01\",\"amount\":100000}]}},"
	    "\"persons\":{\"self\":{\"tax.shareholding\":[{\"enterprise\":\"E1\",\"share\":25},"
	    "{\"enterprise\":\"E2\",\"share\":5}]}}");
	size_t first = dossier_find(dossier, FIELD_ENTERPRISE, "E1");
	size_t second = dossier_find(dossier, FIELD_ENTERPRISE, "E2");
	assert_true(first != SIZE_MAX && second != SIZE_MAX);
	assert_int_equal(dossier_facts(dossier, first, tax, &facts), 1);
	assert_string_equal(facts->key, "1|corporate_income");
	assert_int_equal(dossier_facts(dossier, second, tax, &facts), 0);
	assert_int_equal(dossier_known(dossier, second, tax), DOSSIER_STATED);
	dossier_free(&dossier);
}

// --- coverage ------------------------------------------------------------------------------------

static void coverage_is_complete_unless_the_most_specific_says_otherwise(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_of(",\"persons\":{\"spouse\":{}}");
	assert_int_equal(known_of(dossier, ROLE_SELF, "health", "vaccination"), DOSSIER_STATED);
	dossier_free(&dossier);
	dossier = dossier_of(
	    ",\"persons\":{\"spouse\":{}},\"coverage\":{"
	    "\"roles\":{\"spouse\":{\"health.vaccination\":\"erased\"}},"
	    "\"kinds\":{\"health.vaccination\":\"rejected\",\"tax.income_tax\":\"complete\"},"
	    "\"departments\":{\"health\":\"behind\"},\"default\":\"not_reported\"}");
	assert_int_equal(known_of(dossier, ROLE_SPOUSE, "health", "vaccination"), DOSSIER_ERASED);
	assert_int_equal(known_of(dossier, ROLE_SELF, "health", "vaccination"), DOSSIER_REJECTED);
	assert_int_equal(known_of(dossier, ROLE_SELF, "health", "penalty"), DOSSIER_BEHIND);
	assert_int_equal(known_of(dossier, ROLE_SELF, "tax", "income_tax"), DOSSIER_STATED);
	assert_int_equal(known_of(dossier, ROLE_SELF, "tax", "shareholding"), DOSSIER_NOT_STATED);
	dossier_free(&dossier);
}

// --- the rest ------------------------------------------------------------------------------------

static void the_application_may_be_given_in_part(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_of("");
	assert_null(dossier_application(dossier));
	assert_int_equal(dossier_accepted_on(dossier), 20150430);
	dossier_free(&dossier);
	dossier = dossier_of(",\"accepted_on\":\"2015-03-02\"");
	assert_int_equal(dossier_accepted_on(dossier), 20150302);
	dossier_free(&dossier);
	dossier =
	    dossier_of(",\"application\":{\"town\":\"小榄镇\",\"accepted_on\":\"2015-03-03\"}");
	assert_int_equal(dossier_accepted_on(dossier), 20150303);
	assert_non_null(dossier_application(dossier));
	dossier_free(&dossier);
}

static void registers_overrides_and_disputes_reach_the_dossier(void **state)
{
	(void)state;
	struct dossier *dossier =
	    dossier_of(",\"registers\":{\"homes\":[\"D1\",\"D1\",\"D2\"]},\"disputes\":[\"home\"],"
		       "\"overrides\":[{\"item\":\"home\",\"points\":2.5,\"by\":\"supervisor\","
		       "\"reason\":\"seen\",\"date\":\"2015-04-20\"}]");
	assert_int_equal(dossier_uses(dossier, "homes", "D1"), 2);
	assert_int_equal(dossier_uses(dossier, "homes", "D2"), 1);
	assert_true(dossier_is_disputed(dossier, "home"));
	const struct dossier_override *override = dossier_override(dossier, "home");
	assert_int_equal(override->points.numerator, 5);
	assert_int_equal(override->points.denominator, 2);
	assert_int_equal(override->date, 20150420);
	dossier_free(&dossier);
}

static void numbers_and_lists_may_be_assumed_in_the_place_of_the_table_s(void **state)
{
	(void)state;
	struct dossier *dossier = dossier_of(",\"series\":{\"wage\":{\"2014\":2500.5}},"
					     "\"lists\":{\"fields\":[\"nursing\",\"welding\"]}");
	const struct dossier_number *number = dossier_number(dossier, "wage", 2014);
	assert_non_null(number);
	assert_int_equal(number->number.numerator, 5001);
	assert_int_equal(number->number.denominator, 2);
	assert_null(dossier_number(dossier, "wage", 2015));
	assert_true(dossier_assumes_entry(dossier, "fields", "welding"));
	assert_false(dossier_assumes_entry(dossier, "fields", "baking"));
	dossier_free(&dossier);
	dossier = dossier_of(",\"lists\":{\"fields\":[]}");
	assert_true(dossier_assumes_list(dossier, "fields"));
	assert_false(dossier_assumes_entry(dossier, "fields", "welding"));
	dossier_free(&dossier);
	dossier = dossier_of("");
	assert_false(dossier_assumes_list(dossier, "fields"));
	assert_false(dossier_assumes_series(dossier, "wage"));
	dossier_free(&dossier);
}

static void what_is_given_outside_stands_instead_of_the_file(void **state)
{
	(void)state;
	const struct facts_given given = { .programme = "hukou", .as_of = 20200101 };
	struct facts facts;
	struct facts_errors errors;
	struct json *json;
	assert_int_equal(json_parse(&json, bytes_of_text("{}")), STATUS_OK);
	assert_int_equal(facts_read(&facts, reader, json, &given, &errors), STATUS_OK);
	assert_int_equal(dossier_as_of(facts.dossier), 20200101);
	assert_string_equal(programme_id(facts.programme), "hukou");
	facts_errors_deinit(&errors);
	dossier_free(&facts.dossier);
	json_free(&json);
}

// --- refusals ------------------------------------------------------------------------------------

static const struct {
	const char *members, *path, *word;
} mistakes[] = {
	{ ",\"person\":{}", "/person", "no such member" },
	{ ",\"persons\":[]", "/persons", "object" },
	{ ",\"persons\":{\"uncle\":{}}", "/persons/uncle", "no such role" },
	{ ",\"persons\":{\"spouse\":[{}]}", "/persons/spouse", "no list" },
	{ ",\"persons\":{\"self\":{\"tax.income\":[]}}", "/persons/self/tax.income",
	    "no such kind" },
	{ ",\"persons\":{\"self\":{\"tax.enterprise\":[]}}", "/persons/self/tax.enterprise",
	    "not about persons" },
	{ ",\"enterprises\":{\"E\":{\"tax.income_tax\":[]}}", "/enterprises/E/tax.income_tax",
	    "not about enterprises" },
	{ ",\"dwellings\":{\"\":{}}", "/dwellings/", "1 to 64 bytes" },
	{ ",\"persons\":{\"self\":{\"service-centre.education\":[{\"level\":\"21\","
	  "\"graduated_on\":\"2006-07-01\",\"colour\":\"red\"}]}}",
	    "/persons/self/service-centre.education/0/colour", "not a field" },
	{ ",\"persons\":{\"self\":{\"service-centre.education\":[{\"level\":\"best\","
	  "\"graduated_on\":\"2006-07-01\"}]}}",
	    "/persons/self/service-centre.education/0/level", "" },
	{ ",\"persons\":{\"self\":{\"service-centre.education\":{\"level\":\"21\"}}}",
	    "/persons/self/service-centre.education/graduated_on", "empty" },
	{ ",\"persons\":{\"self\":{\"service-centre.education\":[{\"level\":\"21\","
	  "\"graduated_on\":\"2006-07-01\"},{\"level\":\"本科毕业\",\"graduated_on\":"
	  "\"2006-07-"
	  "01\"}]}}",
	    "/persons/self/service-centre.education/1", "same record" },
	{ ",\"persons\":{\"self\":{\"public-security.person\":{\"id_number\":\"x\"}}}",
	    "/persons/self/public-security.person/id_number", "not a field" },
	{ ",\"persons\":{\"self\":{\"public-security.person\":{\"_op\":\"put\"}}}",
	    "/persons/self/public-security.person/_op", "_each" },
	{ ",\"persons\":{\"self\":{\"social-insurance.contribution\":[{\"insurance\":"
	  "\"pension\",\"_months\":\"2010-13..2011-01\"}]}}",
	    "/persons/self/social-insurance.contribution/0/_months", "2010-03..2015-02" },
	{ ",\"persons\":{\"self\":{\"social-insurance.contribution\":[{\"insurance\":"
	  "\"pension\",\"_months\":\"2011-02..2011-01\"}]}}",
	    "/persons/self/social-insurance.contribution/0/_months", "2010-03..2015-02" },
	{ ",\"persons\":{\"self\":{\"social-insurance.contribution\":[{\"insurance\":"
	  "\"pension\",\"_months\":\"2010-01..2010-03\"},{\"insurance\":\"pension\","
	  "\"period\":\"2010-03\"}]}}",
	    "/persons/self/social-insurance.contribution/1", "more than once" },
	{ ",\"persons\":{\"self\":{\"social-insurance.contribution\":[{\"insurance\":"
	  "\"pension\",\"year\":2010,\"months\":[{\"base\":1}]}]}}",
	    "/persons/self/social-insurance.contribution/0/months/0/month", "empty" },
	{ ",\"persons\":{\"self\":{\"service-centre.home\":[{\"dwelling\":\"D\",\"_"
	  "months\":"
	  "\"2010-01..2010-03\"}]}}",
	    "/persons/self/service-centre.home/0/_months", "not told by months" },
	{ ",\"persons\":{\"self\":{\"service-centre.home\":[{\"dwelling\":\"D\",\"_times\":"
	  "2}]}}",
	    "/persons/self/service-centre.home/0/_times", "one record" },
	{ ",\"persons\":{\"self\":{\"service-centre.attested_fact\":[{\"fact\":"
	  "\"commendation_general\",\"_times\":0}]}}",
	    "/persons/self/service-centre.attested_fact/0/_times", "from 1" },
	{ ",\"persons\":{\"self\":{\"service-centre.attested_fact\":[{\"fact\":"
	  "\"commendation_general\",\"_times\":50000},{\"fact\":\"commendation_general\"}]}"
	  "}",
	    "/persons/self/service-centre.attested_fact/1", "more than 50000 rows" },
	{ ",\"persons\":{\"self\":{\"social-insurance.contribution\":[{\"insurance\":"
	  "\"pension\",\"_each\":{\"insurance\":[\"medical\"]},\"period\":\"2010-03\"}]}}",
	    "/persons/self/social-insurance.contribution/0", "twice" },
	{ ",\"persons\":{\"self\":{\"social-insurance.contribution\":[{\"_each\":{"
	  "\"insurance\":"
	  "\"medical\"},\"period\":\"2010-03\"}]}}",
	    "/persons/self/social-insurance.contribution/0/_each/insurance", "list" },
	{ ",\"application\":{\"id_number\":\"x\"}", "/application/id_number", "not a field" },
	{ ",\"application\":{\"accepted_on\":\"2015-03-01\"},\"accepted_on\":\"2015-03-"
	  "02\"",
	    "/accepted_on", "otherwise" },
	{ ",\"accepted_on\":20150302", "/accepted_on", "date" },
	{ ",\"coverage\":{\"default\":\"all\"}", "/coverage/default", "not_reported" },
	{ ",\"coverage\":{\"departments\":{\"police\":\"behind\"}}", "/coverage/departments/police",
	    "no such department" },
	{ ",\"coverage\":{\"kinds\":{\"health\":\"behind\"}}", "/coverage/kinds/health",
	    "no such kind" },
	{ ",\"coverage\":{\"roles\":{\"aunt\":{}}}", "/coverage/roles/aunt", "no such role" },
	{ ",\"series\":{\"rent\":{}}", "/series/rent", "nothing of this id" },
	{ ",\"series\":{\"wage\":[1]}", "/series/wage", "object" },
	{ ",\"series\":{\"wage\":{\"next\":1}}", "/series/wage/next", "year of four digits" },
	{ ",\"series\":{\"wage\":{\"2015\":true}}", "/series/wage/2015", "number" },
	{ ",\"lists\":{\"wage\":[]}", "/lists/wage", "nothing of this id" },
	{ ",\"lists\":{\"fields\":[1]}", "/lists/fields/0", "text" },
	{ ",\"registers\":{\"cars\":[]}", "/registers/cars", "no such register" },
	{ ",\"registers\":{\"homes\":[\"\"]}", "/registers/homes/0", "not empty" },
	{ ",\"disputes\":[\"pension\"]", "/disputes/0", "item of the table" },
	{ ",\"overrides\":[{\"item\":\"home\",\"points\":2,\"by\":\"s\",\"date\":\"2015-04-"
	  "20\"}]",
	    "/overrides/0", "reason is missing" },
	{ ",\"overrides\":[{\"item\":\"home\",\"points\":\"two\",\"by\":\"s\",\"reason\":"
	  "\"r\","
	  "\"date\":\"2015-04-20\"}]",
	    "/overrides/0/points", "number" },
};

static void every_mistake_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(mistakes); i++)
		assert_refused(mistakes[i].members, mistakes[i].path, mistakes[i].word);
}

static void a_file_without_day_or_programme_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *path, *word;
	} files[] = {
		{ "[]", "", "object" },
		{ "{\"programme\":\"hukou\"}", "", "as_of is missing" },
		{ "{\"as_of\":\"2015-04-30\"}", "", "programme is missing" },
		{ "{\"as_of\":\"2015-04-31\",\"programme\":\"hukou\"}", "/as_of", "date" },
		{ "{\"as_of\":\"2015-04-30\",\"programme\":\"school\"}", "/programme", "hukou" },
	};
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		struct facts facts;
		struct facts_errors errors;
		struct json *json;
		assert_int_equal(json_parse(&json, bytes_of_text(files[i].text)), STATUS_OK);
		assert_int_equal(
		    facts_read(&facts, reader, json, &nothing_given, &errors), STATUS_INVALID);
		assert_string_equal(errors.list[0].path, files[i].path);
		assert_non_null(strstr(errors.list[0].en, files[i].word));
		facts_errors_deinit(&errors);
		json_free(&json);
	}
}

static void more_mistakes_than_are_listed_are_counted(void **state)
{
	(void)state;
	struct buffer members = { 0 };
	struct facts facts;
	struct facts_errors errors;
	for (int i = 0; i < FACTS_ERRORS_MAX + 5; i++)
		buffer_printf(&members, ",\"m%d\":1", i);
	assert_int_equal(read_facts(&facts, buffer_text(&members), &errors), STATUS_INVALID);
	assert_int_equal(errors.count, FACTS_ERRORS_MAX);
	assert_int_equal(errors.left_out, 5);
	facts_errors_deinit(&errors);
	buffer_deinit(&members);
}

static void no_error_tells_a_value_or_a_long_number(void **state)
{
	(void)state;
	static const char number[] = "11010519491231002X"; // the standard's own example
	static const char *const places[] = {
		",\"%s\":1",
		",\"persons\":{\"%s\":{}}",
		",\"persons\":{\"self\":{\"%s\":[]}}",
		",\"persons\":{\"self\":{\"public-security.person\":{\"%s\":1}}}",
		",\"persons\":{\"self\":{\"public-security.person\":{\"sex\":\"%s\"}}}",
		",\"persons\":{\"self\":{\"service-centre.home\":[{\"dwelling\":\"%s\"}]}}",
		",\"enterprises\":{\"%s\":{\"tax.income\":[]}}",
		",\"registers\":{\"%s\":[]}",
		",\"disputes\":[\"%s\"]",
		",\"accepted_on\":\"%s\"",
	};
	for (size_t i = 0; i < COUNT_OF(places); i++) {
		struct buffer members = { 0 }, told = { 0 };
		struct facts facts;
		struct facts_errors errors;
		const char *at = strstr(places[i], "%s");
		buffer_append(&members, places[i], (size_t)(at - places[i]));
		buffer_append_text(&members, number);
		buffer_append_text(&members, at + 2);
		assert_int_equal(
		    read_facts(&facts, buffer_text(&members), &errors), STATUS_INVALID);
		facts_errors_write(&errors, "f.json", false, &told);
		facts_errors_write(&errors, "f.json", true, &told);
		if (strstr(buffer_text(&told), "1949") != NULL)
			fail_msg("%s", buffer_text(&told));
		facts_errors_deinit(&errors);
		buffer_deinit(&members);
		buffer_deinit(&told);
	}
}

static void errors_say_file_line_path_and_reason(void **state)
{
	(void)state;
	struct facts facts;
	struct facts_errors errors;
	struct json *json;
	struct buffer out = { 0 };
	static const char text[] = "{\n\"as_of\": \"2015-04-30\",\n\"programme\": \"hukou\",\n"
				   "\"persons\": {\"uncle\":\n{}}}";
	assert_int_equal(json_parse(&json, bytes_of_text(text)), STATUS_OK);
	assert_int_equal(facts_read(&facts, reader, json, &nothing_given, &errors), STATUS_INVALID);
	facts_errors_write(&errors, "f.json", false, &out);
	assert_string_equal(buffer_text(&out),
	    "f.json:5: /persons/uncle: there is no such role: self, spouse, child or another is "
	    "expected\n");
	facts_errors_deinit(&errors);
	buffer_deinit(&out);
	json_free(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_as_offices_write_them),
		cmocka_unit_test(one_row_may_stand_without_a_list),
		cmocka_unit_test(facts_after_the_as_of_day_are_taken),
		cmocka_unit_test(what_would_be_hashed_at_the_door_is_any_text),
		cmocka_unit_test(a_reference_left_out_of_a_key_is_the_number_of_its_row),
		cmocka_unit_test(months_are_put_together_by_year_and_key),
		cmocka_unit_test(a_later_row_of_a_year_says_what_holds_for_all_of_it),
		cmocka_unit_test(self_may_be_left_out_and_the_child_is_the_first_of_the_children),
		cmocka_unit_test(enterprises_have_facts_of_their_own_and_exist_when_they_are_named),
		cmocka_unit_test(coverage_is_complete_unless_the_most_specific_says_otherwise),
		cmocka_unit_test(the_application_may_be_given_in_part),
		cmocka_unit_test(registers_overrides_and_disputes_reach_the_dossier),
		cmocka_unit_test(numbers_and_lists_may_be_assumed_in_the_place_of_the_table_s),
		cmocka_unit_test(what_is_given_outside_stands_instead_of_the_file),
		cmocka_unit_test(every_mistake_is_refused_with_its_place),
		cmocka_unit_test(a_file_without_day_or_programme_is_refused),
		cmocka_unit_test(more_mistakes_than_are_listed_are_counted),
		cmocka_unit_test(no_error_tells_a_value_or_a_long_number),
		cmocka_unit_test(errors_say_file_line_path_and_reason),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
