// SPDX-License-Identifier: Apache-2.0
// points_gathering_test: who is looked at for an applicant, who they are to them, and what is known
// of them.
#include "../../services/points/dossier.c"
#include "../../services/points/gathering.c"
#include "../../services/points/role_finding.c"
#include "../../services/points/roles.c"

#include "citizen_id.h"
#include "date.h"
#include "json.h"
#include "position.h"

#include "every_department_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
	PEOPLE = 12,
	HEAD = 1000,
	AS_OF = 20261124
};

static const int64_t now_ms = 1795420800000; // 2026-11-23T08:00:00Z
static struct catalogue_set *set;
static struct pseudonym *pseudonym;

// --- a table, as far as it is asked --------------------------------------------------------------

struct rules {
	struct rules_reading readings[8];
	size_t count;
};
static struct rules rules;
static const char *code = "school";

size_t rules_reading_count(const struct rules *table)
{
	return table->count;
}

struct rules_reading rules_reading(const struct rules *table, size_t index)
{
	return table->readings[index];
}

bool rules_reads_field(const struct rules *table, const struct kind *kind, const char *name)
{
	(void)table;
	(void)kind;
	return strcmp(name, "birth_date") == 0;
}

const char *programme_code(const struct programme *programme)
{
	(void)programme;
	return code;
}

static const char *grades[] = { "primary_1", "junior_1" };
static size_t grade_count;

struct rules_fields programme_grades(const struct programme *programme)
{
	(void)programme;
	return (struct rules_fields){ grades, grade_count };
}

// --- Redis, as a table ---------------------------------------------------------------------------

struct hash {
	struct buffer texts[64];
	size_t count;
};
static struct hash profiles[PEOPLE], coverage;
static const char *coverage_of; // the department whose `coverage` is
static const char *behind;      // a department that is
static uint64_t sequence;

static const char *id_number(int person)
{
	static char number[32];
	snprintf(number, sizeof number, "11010119900307%03d", person);
	number[17] = citizen_id_check_digit(number);
	number[18] = 0;
	return number;
}

static const char *subject(int person)
{
	static char subjects[PEOPLE][SUBJECT_SIZE];
	pseudonym_subject(
	    pseudonym, SUBJECT_PERSON, bytes_of_text(id_number(person)), subjects[person]);
	return subjects[person];
}

static const struct kind *kind_of(const char *department, const char *name)
{
	const struct catalogue *catalogue = catalogue_set_named(set, department);
	assert_non_null(catalogue);
	const struct kind *kind = catalogue_kind_named(catalogue, name);
	assert_non_null(kind);
	return kind;
}

static void add_text(struct hash *hash, const struct buffer *text)
{
	assert_true(hash->count < COUNT_OF(hash->texts));
	buffer_append_bytes(&hash->texts[hash->count++], buffer_bytes(text));
}

static void add_entry(struct hash *hash, const struct kind *kind, bool mark, struct bytes key,
    const struct entry *entry)
{
	struct buffer name = { 0 }, value = { 0 };
	profile_write_field(&name, mark, kind->catalogue->number, kind->number, key);
	(mark ? profile_write_mark : profile_write_fact)(&value, ++sequence, entry);
	add_text(hash, &name);
	add_text(hash, &value);
	buffer_deinit(&name);
	buffer_deinit(&value);
}

// row: members of a JSON object; @ in it is the ID number of relative.
static void put_in(struct hash *hash, int person, const char *department, const char *kind_name,
    const char *row, int relative)
{
	const struct kind *kind = kind_of(department, kind_name);
	const struct record_context context = { pseudonym, AS_OF };
	struct buffer text = { 0 }, body = { 0 };
	struct problems problems;
	struct record record;
	struct json *json;
	buffer_append_text(&text, "{");
	if (person >= 0)
		buffer_printf(&text, "\"id_number\":\"%s\",", id_number(person));
	for (const char *at = row; *at != 0; at++)
		buffer_append_text(&text, *at == '@' ? id_number(relative) : (char[]){ *at, 0 });
	buffer_append_text(&text, "}");
	assert_int_equal(json_parse(&json, buffer_bytes(&text)), STATUS_OK);
	if (!record_from_json(&record, kind, json_root(json), &context, &problems))
		fail_msg("%s: %s", kind_name, problem_name(problems.list[0].code));
	record_pack(&record, &body);
	struct entry entry = { .recorded_ms = now_ms,
		.valid_since = record.valid_since,
		.body = buffer_bytes(&body) };
	add_entry(hash, kind, false, bytes_of_text(record.key), &entry);
	record_deinit(&record);
	json_free(&json);
	buffer_deinit(&text);
	buffer_deinit(&body);
}

static void put(int person, const char *department, const char *kind, const char *row, int relative)
{
	put_in(&profiles[person], person, department, kind, row, relative);
}

static void apply(int person, const char *state, const char *year, int child)
{
	char row[256];
	snprintf(row, sizeof row,
	    "\"receipt\":\"R-1\",\"programme\":\"school\",\"year\":%s,\"town\":\"320582-01\","
	    "\"state\":\"%s\",\"grade\":\"primary_1\",\"child\":\"@\"",
	    year, state);
	put(person, "service-centre", "application", row, child);
}

static struct view_hash hash_of(const struct hash *hash, struct bytes *texts)
{
	for (size_t i = 0; i < hash->count; i++)
		texts[i] = buffer_bytes(&hash->texts[i]);
	return (struct view_hash){ texts, hash->count };
}

static struct view_hash positions(struct bytes *texts)
{
	static char names[16][12], values[16][POSITION_TEXT_SIZE];
	size_t count = 0;
	texts[count++] = bytes_of_text("generation");
	texts[count++] = bytes_of_text("7");
	for (size_t i = 0; i < set->count; i++) {
		struct position position = { .epoch = { 1 }, .sequence = HEAD, .chain = { 2 } };
		snprintf(names[i], sizeof names[i], "%u", set->catalogues[i]->number);
		position_format(&position, values[i]);
		texts[count++] = bytes_of_text(names[i]);
		texts[count++] = bytes_of_text(values[i]);
	}
	return (struct view_hash){ texts, count };
}

static void add_department(struct view *view, size_t place)
{
	const char *name = set->catalogues[place]->name;
	struct buffer packed = { 0 };
	struct bytes texts[64];
	bool is_behind = behind != NULL && strcmp(name, behind) == 0;
	struct profile_source source = {
		.written_ms = now_ms - 500,
		.state = bytes_of_text("live"),
		.position = HEAD,
		.head = HEAD + (is_behind ? 5 : 0),
		.heard_ms = now_ms - 800,
		.recorded_ms = now_ms - 5000,
	};
	profile_write_source(&packed, &source);
	view_add_source(view, place, buffer_bytes(&packed));
	buffer_deinit(&packed);
	bool has = coverage_of != NULL && strcmp(name, coverage_of) == 0;
	struct view_hash hash = has ? hash_of(&coverage, texts) : (struct view_hash){ NULL, 0 };
	assert_int_equal(view_add_coverage(view, place, hash), STATUS_OK);
}

static const struct hash *profile_of(const char *name)
{
	static const struct hash none;
	for (int i = 0; i < PEOPLE; i++)
		if (strcmp(subject(i), name) == 0)
			return &profiles[i];
	return &none;
}

static struct view *read_view(const char *name)
{
	struct view *view = view_new(set, name);
	struct bytes texts[64], position_texts[64];
	for (size_t i = 0; i < set->count; i++)
		add_department(view, i);
	for (const char *next; (next = view_next(view)) != NULL;)
		assert_int_equal(view_add_subject(view, hash_of(profile_of(next), texts),
				     positions(position_texts)),
		    STATUS_OK);
	view_judge(view, now_ms);
	return view;
}

// --- gathering -----------------------------------------------------------------------------------

static struct wants wants;
static char asked[64][SUBJECT_SIZE];
static size_t asked_count;

static struct gathering *gather(int person)
{
	wants_add(&wants, &rules);
	struct gathering *gathering = gathering_new(&wants, set, subject(person), AS_OF);
	asked_count = 0;
	for (const char *next; (next = gathering_next(gathering)) != NULL;) {
		snprintf(asked[asked_count++], SUBJECT_SIZE, "%s", next);
		struct view *view = read_view(asked[asked_count - 1]);
		gathering_add(gathering, view);
		view_free(&view);
	}
	return gathering;
}

static bool was_asked(const char *name)
{
	for (size_t i = 0; i < asked_count; i++)
		if (strcmp(asked[i], name) == 0)
			return true;
	return false;
}

static void reads(const char *department, const char *kind, unsigned in_roles)
{
	rules.readings[rules.count++] =
	    (struct rules_reading){ .kind = kind_of(department, kind), .roles = in_roles };
}

static int begin(void **state)
{
	(void)state;
	reads("public-security", "person",
	    1u << ROLE_SELF | 1u << ROLE_SPOUSE | 1u << ROLE_CHILD | 1u << ROLE_CHILDREN);
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (int i = 0; i < PEOPLE; i++)
		for (size_t j = 0; j < profiles[i].count; j++)
			buffer_deinit(&profiles[i].texts[j]);
	for (size_t j = 0; j < coverage.count; j++)
		buffer_deinit(&coverage.texts[j]);
	memset(profiles, 0, sizeof profiles);
	memset(&coverage, 0, sizeof coverage);
	memset(&rules, 0, sizeof rules);
	coverage_of = behind = NULL;
	code = "school";
	sequence = 0;
	wants_deinit(&wants);
	return 0;
}

static void assert_role(const struct dossier *dossier, enum role role, int count, const int *people)
{
	const size_t *persons;
	assert_int_equal(dossier_role(dossier, role, &persons), count);
	for (int i = 0; i < count; i++)
		assert_string_equal(dossier_subject_name(dossier, persons[i]), subject(people[i]));
}

// --- who is looked at ----------------------------------------------------------------------------

static void who_has_not_applied_is_not_looked_into(void **state)
{
	(void)state;
	put(0, "public-security", "kinship", "\"relation\":\"spouse\",\"relative\":\"@\"", 1);
	struct gathering *gathering = gather(0);
	assert_int_equal(asked_count, 1);
	assert_int_equal(gathering_application_count(gathering), 0);
	gathering_free(&gathering);
}

static void spouse_and_children_are_found_in_all_kinds_that_name_them(void **state)
{
	(void)state;
	apply(0, "accepted", "2026", 2);
	put(0, "public-security", "kinship",
	    "\"relation\":\"child\",\"relative\":\"@\",\"from\":\"2015-03-04\"", 3);
	put(0, "family-planning", "marriage",
	    "\"status\":\"21\",\"since\":\"2010-05-06\",\"spouse\":\"@\"", 1);
	put(0, "family-planning", "child",
	    "\"birth_date\":\"2012-01-01\",\"birth_order\":1,\"child\":\"@\"", 4);
	struct gathering *gathering = gather(0);
	struct dossier *dossier = gathering_make(gathering, 0, &rules, true);
	assert_role(dossier, ROLE_SELF, 1, (int[]){ 0 });
	assert_role(dossier, ROLE_SPOUSE, 1, (int[]){ 1 });
	assert_role(dossier, ROLE_CHILD, 1, (int[]){ 2 });
	assert_role(dossier, ROLE_CHILDREN, 3, (int[]){ 2, 4, 3 });
	assert_true(was_asked(subject(1)) && was_asked(subject(3)) && was_asked(subject(4)));
	dossier_free(&dossier);
	gathering_free(&gathering);
}

static void a_marriage_that_ended_and_a_kinship_to_come_find_nobody(void **state)
{
	(void)state;
	apply(0, "accepted", "2026", 2);
	put(0, "family-planning", "marriage",
	    "\"status\":\"40\",\"since\":\"2010-05-06\",\"spouse\":\"@\"", 1);
	put(0, "public-security", "kinship",
	    "\"relation\":\"spouse\",\"relative\":\"@\",\"from\":\"2001-01-01\",\"to\":\"2009-01-"
	    "01\"",
	    3);
	put(0, "public-security", "kinship",
	    "\"relation\":\"ex_spouse\",\"relative\":\"@\",\"from\":\"2009-01-02\"", 3);
	struct gathering *gathering = gather(0);
	struct dossier *dossier = gathering_make(gathering, 0, &rules, true);
	assert_role(dossier, ROLE_SPOUSE, 0, NULL);
	assert_role(dossier, ROLE_FORMER_SPOUSES, 1, (int[]){ 3 });
	assert_false(was_asked(subject(1)) || was_asked(subject(3)));
	dossier_free(&dossier);
	gathering_free(&gathering);
}

static void spouses_parents_are_looked_for_only_where_a_table_reads_them(void **state)
{
	(void)state;
	apply(0, "accepted", "2026", 2);
	put(0, "public-security", "kinship", "\"relation\":\"spouse\",\"relative\":\"@\"", 1);
	put(1, "public-security", "kinship", "\"relation\":\"parent\",\"relative\":\"@\"", 5);
	struct gathering *gathering = gather(0);
	assert_false(was_asked(subject(5)));
	gathering_free(&gathering);
	reads("health", "blood_donation", 1u << ROLE_SPOUSE_PARENTS);
	gathering = gather(0);
	struct dossier *dossier = gathering_make(gathering, 0, &rules, true);
	assert_true(was_asked(subject(5)));
	assert_role(dossier, ROLE_SPOUSE_PARENTS, 1, (int[]){ 5 });
	assert_role(dossier, ROLE_PARENTS, 0, NULL);
	dossier_free(&dossier);
	gathering_free(&gathering);
}

static void dwellings_are_looked_at_where_a_home_names_them(void **state)
{
	const struct kind *home = kind_of("service-centre", "home");
	(void)state;
	rules.readings[rules.count++] = (struct rules_reading){ .kind = home,
		.partner = home,
		.partner_field = &home->fields[kind_field_index(home, "dwelling")] };
	apply(0, "accepted", "2026", 2);
	put(0, "service-centre", "home",
	    "\"dwelling\":\"苏2020张家港市不动产权第1234567号\",\"area\":80", 0);
	struct gathering *gathering = gather(0);
	bool found = false;
	for (size_t i = 0; i < asked_count; i++)
		found |= asked[i][0] == SUBJECT_DWELLING;
	assert_true(found);
	gathering_free(&gathering);
}

static void former_numbers_are_among_those_a_score_depends_on(void **state)
{
	const char *const *needs;
	(void)state;
	apply(0, "accepted", "2026", 2);
	put(0, "public-security", "identity_link", "\"predecessor\":\"@\"", 6);
	struct gathering *gathering = gather(0);
	size_t count = gathering_needs(gathering, &needs);
	bool found = false;
	for (size_t i = 0; i < count; i++)
		found |= strcmp(needs[i], subject(6)) == 0;
	assert_true(found);
	gathering_free(&gathering);
}

// --- who is scored -------------------------------------------------------------------------------

static bool is_scored(const char *state, const char *year)
{
	apply(0, state, year, 2);
	struct gathering *gathering = gather(0);
	bool scored = gathering_is_scored(gathering, 0, NULL);
	gathering_free(&gathering);
	end(NULL);
	begin(NULL);
	return scored;
}

static void only_open_applications_of_this_year_or_later_are_scored(void **state)
{
	(void)state;
	assert_true(is_scored("accepted", "2026"));
	assert_true(is_scored("completion", "2027"));
	assert_false(is_scored("refused", "2026"));
	assert_false(is_scored("accepted", "2025"));
	grade_count = 1;
	assert_true(is_scored("accepted", "2026"));
	grades[0] = "kindergarten_1";
	assert_false(is_scored("accepted", "2026"));
	grade_count = 2;
	assert_false(is_scored("accepted", "2026"));
	grade_count = 0;
	code = "hukou";
	assert_false(is_scored("accepted", "2026"));
	code = NULL;
	assert_false(is_scored("accepted", "2026"));
}

// --- what is known -------------------------------------------------------------------------------

static unsigned known_in(const struct dossier *dossier, const char *department, const char *kind)
{
	size_t self = dossier_find(dossier, FIELD_PERSON, subject(0));
	return dossier_known(dossier, self, kind_of(department, kind));
}

static unsigned known(const char *department, const char *kind, bool freshness)
{
	struct gathering *gathering = gather(0);
	struct dossier *dossier = gathering_make(gathering, 0, &rules, freshness);
	unsigned bits = known_in(dossier, department, kind);
	dossier_free(&dossier);
	gathering_free(&gathering);
	return bits;
}

static void say_complete(const char *department, const char *kind)
{
	char row[128];
	coverage_of = department;
	snprintf(row, sizeof row, "\"kind\":\"%s\",\"complete_through\":\"2026-10-31\"", kind);
	put_in(&coverage, -1, department, "coverage", row, 0);
}

static void what_is_not_said_to_be_complete_is_not_stated(void **state)
{
	(void)state;
	apply(0, "accepted", "2026", 2);
	assert_int_equal(known("public-security", "person", true), DOSSIER_NOT_STATED);
	say_complete("public-security", "person");
	assert_int_equal(known("public-security", "person", true), DOSSIER_STATED);
}

static void penalties_that_are_off_by_default_may_be_stated_too(void **state)
{
	(void)state;
	reads("health", "penalty", 1u << ROLE_SELF);
	apply(0, "accepted", "2026", 2);
	assert_int_equal(known("health", "penalty", true), DOSSIER_NOT_STATED);
	say_complete("health", "penalty");
	assert_int_equal(known("health", "penalty", true), DOSSIER_STATED);
}

static void a_department_behind_is_known_unless_freshness_is_left_out(void **state)
{
	(void)state;
	apply(0, "accepted", "2026", 2);
	behind = "public-security";
	assert_int_equal(known("public-security", "person", true), DOSSIER_BEHIND);
	assert_int_equal(known("public-security", "person", false), 0);
}

static void rejected_rows_and_erased_facts_are_known(void **state)
{
	const struct kind *kind = kind_of("public-security", "person");
	struct entry erased = { .recorded_ms = now_ms, .erased = true };
	struct entry mark = { .recorded_ms = now_ms, .note = bytes_of_text("date_form") };
	(void)state;
	apply(0, "accepted", "2026", 2);
	add_entry(&profiles[0], kind, true, bytes_of_text(""), &mark);
	assert_int_equal(known("public-security", "person", true), DOSSIER_REJECTED);
	add_entry(&profiles[0], kind, false, bytes_of_text(""), &erased);
	assert_int_equal(
	    known("public-security", "person", true), DOSSIER_REJECTED | DOSSIER_ERASED);
}

static void what_no_table_reads_does_not_come_into_the_dossier(void **state)
{
	const struct dossier_fact *facts;
	const struct kind *kind = kind_of("public-security", "person");
	(void)state;
	apply(0, "accepted", "2026", 2);
	put(0, "public-security", "person",
	    "\"name\":\"张三丰\",\"sex\":\"1\",\"birth_date\":\"1990-03-07\"", 0);
	struct gathering *gathering = gather(0);
	struct dossier *dossier = gathering_make(gathering, 0, &rules, true);
	size_t self = dossier_find(dossier, FIELD_PERSON, subject(0));
	assert_int_equal(dossier_facts(dossier, self, kind, &facts), 1);
	for (size_t i = 0; i < kind->field_count; i++)
		assert_int_equal(
		    facts[0].values[i].present, strcmp(kind->fields[i].name, "birth_date") == 0);
	dossier_free(&dossier);
	gathering_free(&gathering);
}

static int read_catalogues(void **state)
{
	static const uint8_t secret[32] = { 1 };
	(void)state;
	pseudonym = pseudonym_new(secret, '1');
	return catalogue_set_read(&set, PROJECT_DIR "/proto") == STATUS_OK ? 0 : -1;
}

static int free_catalogues(void **state)
{
	(void)state;
	catalogue_set_free(&set);
	pseudonym_close(&pseudonym);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_has_not_applied_is_not_looked_into),
		TEST(spouse_and_children_are_found_in_all_kinds_that_name_them),
		TEST(a_marriage_that_ended_and_a_kinship_to_come_find_nobody),
		TEST(spouses_parents_are_looked_for_only_where_a_table_reads_them),
		TEST(dwellings_are_looked_at_where_a_home_names_them),
		TEST(former_numbers_are_among_those_a_score_depends_on),
		TEST(only_open_applications_of_this_year_or_later_are_scored),
		TEST(what_is_not_said_to_be_complete_is_not_stated),
		TEST(penalties_that_are_off_by_default_may_be_stated_too),
		TEST(a_department_behind_is_known_unless_freshness_is_left_out),
		TEST(rejected_rows_and_erased_facts_are_known),
		TEST(what_no_table_reads_does_not_come_into_the_dossier),
	};
	return cmocka_run_group_tests(tests, read_catalogues, free_catalogues);
}
