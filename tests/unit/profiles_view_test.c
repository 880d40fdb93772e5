// SPDX-License-Identifier: Apache-2.0
// profiles_view_test: what a reader is told of a profile: what is there, what is not and why, and
// how far it can be relied upon.
#include "freshness.h"
#include "view_json.h"

#include "citizen_id.h"
#include "date.h"
#include "json.h"
#include "position.h"
#include "pseudonym.h"
#include "record.h"

#include "every_department_fields.h"
#include "public_security_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
	DEPARTMENTS_MAX = 16,
	PEOPLE_MAX = 24,
	HEAD = 1000, // of every department, unless a test says otherwise
	DAY_MS = 24 * 60 * 60 * 1000
};

static const int64_t now_ms = 1795420800000; // 2026-11-23T08:00:00Z

static struct catalogue_set *set;
static struct pseudonym *pseudonym;

// --- Redis, as a table ---------------------------------------------------------------------------

struct hash {
	struct buffer texts[400];
	size_t count;
};

struct person {
	char subject[SUBJECT_SIZE];
	struct hash profile, position;
};

// What there is to read, and what is read of it.
static struct scene {
	bool has_source[DEPARTMENTS_MAX];
	struct profile_source sources[DEPARTMENTS_MAX];
	struct buffer damaged_source; // of the first department, if not empty
	struct hash coverage[DEPARTMENTS_MAX];
	struct person people[PEOPLE_MAX];
	size_t people_count;
	struct buffer out;
	struct json *json;
	bool found;
} scene;

static void hash_add(struct hash *hash, struct bytes text)
{
	assert_true(hash->count < COUNT_OF(hash->texts));
	buffer_append_bytes(&hash->texts[hash->count++], text);
}

static void hash_set(struct hash *hash, const char *name, const char *value)
{
	for (size_t i = 0; i < hash->count; i += 2) {
		if (bytes_equal_text(buffer_bytes(&hash->texts[i]), name)) {
			buffer_clear(&hash->texts[i + 1]);
			buffer_append_text(&hash->texts[i + 1], value);
			return;
		}
	}
	hash_add(hash, bytes_of_text(name));
	hash_add(hash, bytes_of_text(value));
}

static void hash_clear(struct hash *hash)
{
	for (size_t i = 0; i < hash->count; i++)
		buffer_deinit(&hash->texts[i]);
	hash->count = 0;
}

static void set_position(struct hash *hash, unsigned department, uint64_t sequence)
{
	struct position position = { .epoch = { 1 }, .sequence = sequence, .chain = { 2 } };
	char name[12], text[POSITION_TEXT_SIZE];
	snprintf(name, sizeof name, "%u", department);
	position_format(&position, text);
	hash_set(hash, name, text);
}

static struct person *person(const char *subject)
{
	for (size_t i = 0; i < scene.people_count; i++)
		if (strcmp(scene.people[i].subject, subject) == 0)
			return &scene.people[i];
	assert_true(scene.people_count < PEOPLE_MAX);
	struct person *fresh = &scene.people[scene.people_count++];
	snprintf(fresh->subject, sizeof fresh->subject, "%s", subject);
	hash_set(&fresh->position, "run", "0123");
	hash_set(&fresh->position, "generation", "1795420000000");
	hash_set(&fresh->position, "counter", "7");
	for (size_t i = 0; i < set->count; i++)
		set_position(&fresh->position, set->catalogues[i]->number, HEAD);
	return fresh;
}

static int scene_begin(void **state)
{
	(void)state;
	assert_true(set->count <= DEPARTMENTS_MAX);
	for (size_t i = 0; i < set->count; i++) {
		scene.has_source[i] = true;
		scene.sources[i] = (struct profile_source){
			.written_ms = now_ms - 500,
			.state = bytes_of_text("live"),
			.position = HEAD,
			.head = HEAD,
			.heard_ms = now_ms - 800,
			.recorded_ms = now_ms - DAY_MS,
		};
	}
	return 0;
}

static void scene_forget_answer(void)
{
	json_free(&scene.json);
	buffer_deinit(&scene.out);
	scene.out = (struct buffer){ 0 };
}

static int scene_end(void **state)
{
	(void)state;
	scene_forget_answer();
	for (size_t i = 0; i < DEPARTMENTS_MAX; i++)
		hash_clear(&scene.coverage[i]);
	for (size_t i = 0; i < scene.people_count; i++) {
		hash_clear(&scene.people[i].profile);
		hash_clear(&scene.people[i].position);
	}
	buffer_deinit(&scene.damaged_source);
	memset(&scene, 0, sizeof scene);
	return 0;
}

// --- what departments say ------------------------------------------------------------------------

static const char *id_number(int person_number)
{
	static char number[32];
	snprintf(number, sizeof number, "11010119900307%03d", person_number);
	number[17] = citizen_id_check_digit(number);
	number[18] = 0;
	return number;
}

static const char *subject_of(int person_number)
{
	static char subjects[4][SUBJECT_SIZE];
	static unsigned turn;
	char *subject = subjects[turn++ % COUNT_OF(subjects)];
	pseudonym_subject(
	    pseudonym, SUBJECT_PERSON, bytes_of_text(id_number(person_number)), subject);
	return subject;
}

static const struct catalogue *department(const char *name)
{
	const struct catalogue *catalogue = catalogue_set_named(set, name);
	assert_non_null(catalogue);
	return catalogue;
}

static size_t place_of(const char *name)
{
	size_t place = 0;
	while (strcmp(set->catalogues[place]->name, name) != 0)
		place++;
	return place;
}

static struct profile_source *source_of(const char *name)
{
	return &scene.sources[place_of(name)];
}

static const struct kind *kind_of(const char *department_name, const char *name)
{
	const struct kind *kind = catalogue_kind_named(department(department_name), name);
	assert_non_null(kind);
	return kind;
}

static void make_record(struct record *record, const struct kind *kind, const char *row)
{
	struct record_context context = { pseudonym, date_in_china(now_ms) };
	struct problems problems;
	struct json *json;
	assert_int_equal(json_parse(&json, bytes_of_text(row)), STATUS_OK);
	bool sound = record_from_json(record, kind, json_root(json), &context, &problems);
	if (!sound)
		print_error(
		    "%s: %s\n", problem_name(problems.list[0].code), problems.list[0].field);
	assert_true(sound);
	json_free(&json);
}

static void write_entry(struct hash *hash, const struct kind *kind, struct bytes key, bool mark,
    uint64_t sequence, const struct entry *entry)
{
	struct buffer name = { 0 }, value = { 0 };
	profile_write_field(&name, mark, kind->catalogue->number, kind->number, key);
	(mark ? profile_write_mark : profile_write_fact)(&value, sequence, entry);
	hash_add(hash, buffer_bytes(&name));
	hash_add(hash, buffer_bytes(&value));
	buffer_deinit(&name);
	buffer_deinit(&value);
}

struct options {
	bool erased;
	int64_t recorded_ms;
};

static void say_with(const char *department_name, const char *kind_name, int person_number,
    uint64_t sequence, struct options options, const char *members)
{
	const struct kind *kind = kind_of(department_name, kind_name);
	struct record record;
	struct buffer row = { 0 }, body = { 0 };
	buffer_printf(&row, "{\"id_number\":\"%s\"%s%s}", id_number(person_number),
	    members[0] ? "," : "", members);
	make_record(&record, kind, buffer_text(&row));
	record_pack(&record, &body);
	struct entry entry = {
		.operation = OPERATION_PUT,
		.recorded_ms = options.recorded_ms ? options.recorded_ms : now_ms - DAY_MS,
		.valid_since = record.valid_since,
		.erased = options.erased,
		.body = buffer_bytes(&body),
	};
	write_entry(&person(record.subject)->profile, kind, bytes_of_text(record.key), false,
	    sequence, &entry);
	record_deinit(&record);
	buffer_deinit(&row);
	buffer_deinit(&body);
}

static void say(const char *department_name, const char *kind_name, int person_number,
    uint64_t sequence, const char *members)
{
	say_with(
	    department_name, kind_name, person_number, sequence, (struct options){ 0 }, members);
}

// A department's word about all its data of a kind.
static void say_of_all(const char *department_name, uint64_t sequence, const char *row)
{
	const struct kind *kind = kind_of(department_name, "coverage");
	struct record record;
	struct buffer body = { 0 };
	make_record(&record, kind, row);
	assert_int_equal(record.subject[0], SUBJECT_SOURCE);
	record_pack(&record, &body);
	struct entry entry = { .recorded_ms = now_ms - DAY_MS,
		.valid_since = record.valid_since,
		.body = buffer_bytes(&body) };
	write_entry(&scene.coverage[place_of(department_name)], kind, bytes_of_text(record.key),
	    false, sequence, &entry);
	record_deinit(&record);
	buffer_deinit(&body);
}

static void reject(const char *department_name, const char *kind_name, int person_number,
    uint64_t sequence, const char *key, const char *code)
{
	struct entry entry = { .operation = OPERATION_REJECT,
		.recorded_ms = now_ms - DAY_MS,
		.note = bytes_of_text(code) };
	write_entry(&person(subject_of(person_number))->profile,
	    kind_of(department_name, kind_name), bytes_of_text(key), true, sequence, &entry);
}

static void say_predecessor(int person_number, int predecessor, uint64_t sequence)
{
	char members[64];
	snprintf(members, sizeof members, "\"predecessor\":\"%s\"", id_number(predecessor));
	say("public-security", "identity_link", person_number, sequence, members);
}

static const char income[] = "\"voucher\":\"V1\",\"item\":\"wages\",\"period\":\"2026-09\","
			     "\"paid_on\":\"2026-10-12\",\"amount\":\"120.50\"";

// --- reading -------------------------------------------------------------------------------------

static struct view_hash given(const struct hash *hash, struct bytes *texts)
{
	for (size_t i = 0; i < hash->count; i++)
		texts[i] = buffer_bytes(&hash->texts[i]);
	return (struct view_hash){ texts, hash->count };
}

static void add_departments(struct view *view)
{
	struct bytes texts[COUNT_OF(((struct hash *)0)->texts)];
	for (size_t i = 0; i < set->count; i++) {
		struct buffer packed = { 0 };
		profile_write_source(&packed, &scene.sources[i]);
		bool damaged = i == 0 && scene.damaged_source.size > 0;
		if (scene.has_source[i])
			view_add_source(
			    view, i, buffer_bytes(damaged ? &scene.damaged_source : &packed));
		buffer_wipe(&packed); // the view has its own
		assert_int_equal(
		    view_add_coverage(view, i, given(&scene.coverage[i], texts)), STATUS_OK);
	}
}

static void read_view(const char *asked)
{
	char subject[SUBJECT_SIZE];
	struct bytes texts[2][COUNT_OF(((struct hash *)0)->texts)];
	snprintf(subject, sizeof subject, "%s", asked);
	scene_forget_answer();
	struct view *view = view_new(set, subject);
	add_departments(view);
	for (const char *next; (next = view_next(view)) != NULL;) {
		const struct person *found = person(next);
		assert_int_equal(view_add_subject(view, given(&found->profile, texts[0]),
				     given(&found->position, texts[1])),
		    STATUS_OK);
	}
	scene.found = view_write(view, now_ms, &scene.out);
	view_free(&view);
	assert_null(view);
	enum status status = json_parse(&scene.json, buffer_bytes(&scene.out));
	if (status != STATUS_OK)
		print_error("%s\n%s\n", status_reason(), buffer_text(&scene.out));
	assert_int_equal(status, STATUS_OK);
}

static void read_person(int person_number)
{
	read_view(subject_of(person_number));
}

static const struct json_value *member(const struct json_value *value, const char *name)
{
	const struct json_value *found = json_member(value, name);
	if (found == NULL)
		print_error("no member %s\n", name);
	assert_non_null(found);
	return found;
}

static const struct json_value *at(const struct json_value *list, size_t index)
{
	const struct json_value *child = json_first(list);
	while (index-- > 0)
		child = json_next(child);
	assert_non_null(child);
	return child;
}

static const struct json_value *find(
    const struct json_value *list, const char *by, const char *name)
{
	const struct json_value *child = json_first(list);
	while (child != NULL && strcmp(json_string(member(child, by)), name) != 0)
		child = json_next(child);
	return child;
}

static const struct json_value *answer(void)
{
	return json_root(scene.json);
}

static const struct json_value *department_in(const char *name)
{
	const struct json_value *found = find(member(answer(), "departments"), "department", name);
	assert_non_null(found);
	return found;
}

static const struct json_value *find_kind(const char *department_name, const char *name)
{
	return find(member(department_in(department_name), "kinds"), "kind", name);
}

static const struct json_value *kind_in(const char *department_name, const char *name)
{
	const struct json_value *found = find_kind(department_name, name);
	assert_non_null(found);
	return found;
}

static const struct json_value *fact_in(
    const char *department_name, const char *kind_name, size_t index)
{
	return at(member(kind_in(department_name, kind_name), "facts"), index);
}

static int64_t integer(const struct json_value *value, const char *name)
{
	int64_t number;
	assert_true(json_integer(member(value, name), &number));
	return number;
}

static bool boolean(const struct json_value *value, const char *name)
{
	assert_int_equal(json_type(member(value, name)), JSON_BOOLEAN);
	return json_boolean(member(value, name));
}

static void assert_text(const struct json_value *value, const char *name, const char *text)
{
	const char *found = json_string(member(value, name));
	assert_non_null(found);
	assert_string_equal(found, text);
}

static void assert_null_in(const struct json_value *value, const char *name)
{
	assert_int_equal(json_type(member(value, name)), JSON_NULL);
}

static void assert_state(const char *department_name, const char *kind_name, const char *state)
{
	assert_text(kind_in(department_name, kind_name), "state", state);
}

static const struct json_value *freshness_in(const char *department_name)
{
	return member(department_in(department_name), "freshness");
}

static void assert_freshness(const char *department_name, const char *state)
{
	assert_text(freshness_in(department_name), "state", state);
}

// --- freshness -----------------------------------------------------------------------------------

static void what_is_heard_and_applied_is_current_and_complete(void **state)
{
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	read_person(1);
	assert_true(scene.found);
	assert_true(boolean(answer(), "complete"));
	assert_text(answer(), "subject", subject_of(1));
	assert_text(answer(), "at", "2026-11-23T08:00:00.000Z");
	assert_int_equal(json_size(member(answer(), "departments")), set->count);
	const struct json_value *freshness = freshness_in("tax");
	assert_text(freshness, "state", "current");
	assert_int_equal(integer(freshness, "position"), HEAD);
	assert_int_equal(integer(freshness, "head"), HEAD);
	assert_int_equal(integer(freshness, "behind"), 0);
	assert_text(freshness, "last_heard", "2026-11-23T07:59:59.200Z");
	assert_text(freshness, "checked", "2026-11-23T07:59:59.500Z");
	assert_null_in(freshness, "last_input");
}

static void departments_are_named_as_they_are_today(void **state)
{
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	read_person(1);
	assert_int_equal(integer(department_in("tax"), "number"), 3);
	assert_text(member(department_in("tax"), "title"), "zh", "税务局");
	assert_text(member(department_in("tax"), "title"), "en", "Taxation Bureau");
}

static void a_position_below_the_head_is_behind(void **state)
{
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	source_of("tax")->position = HEAD - 10;
	set_position(&person(subject_of(1))->position, 3, HEAD - 30);
	read_person(1);
	assert_freshness("tax", "behind");
	assert_int_equal(integer(freshness_in("tax"), "behind"), 10);
	assert_int_equal(integer(freshness_in("tax"), "position"), HEAD - 10);
	assert_freshness("health", "current");
	assert_false(boolean(answer(), "complete"));
}

static void a_partition_that_nothing_came_for_is_not_behind(void **state)
{
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	set_position(&person(subject_of(1))->position, 3, 12);
	read_person(1);
	assert_freshness("tax", "current");
	assert_int_equal(integer(freshness_in("tax"), "position"), HEAD);
}

static void a_partition_that_is_ahead_of_the_others_is_not_behind(void **state)
{
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	source_of("tax")->position = HEAD - 10;
	read_person(1);
	assert_freshness("tax", "current");
	assert_int_equal(integer(freshness_in("tax"), "behind"), 0);
}

static void a_department_that_is_asked_for_what_is_missing_is_behind(void **state)
{
	(void)state;
	source_of("tax")->state = bytes_of_text("replaying");
	read_person(1);
	assert_freshness("tax", "behind");
}

static void words_of_the_aggregator_become_states(void **state)
{
	static const struct {
		const char *word;
		bool silent, rebuilding;
		const char *expected;
	} words[] = {
		{ "live", false, false, "current" },
		{ "fork", false, false, "fork" },
		{ "fork", true, false, "fork" },
		{ "stopped", true, false, "stopped" },
		{ "silent", true, false, "silent" },
		{ "rebuilding", false, true, "rebuilding" },
		{ "rebuilding", true, true, "rebuilding" },
		{ "waiting", false, false, "unknown" },
		{ "of a later version", false, false, "unknown" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		struct profile_source *source = source_of("health");
		source->state = bytes_of_text(words[i].word);
		source->silent = words[i].silent;
		source->rebuilding = words[i].rebuilding;
		read_person(1);
		if (strcmp(words[i].expected, "current") != 0)
			assert_freshness("health", words[i].expected);
		assert_int_equal(scene.found, i > 0);
	}
}

static void an_aggregator_that_stopped_writing_leaves_it_unknown(void **state)
{
	static const struct {
		int64_t age_ms;
		const char *expected;
	} ages[] = {
		{ FRESHNESS_CHECKED_MS, "current" },
		{ FRESHNESS_CHECKED_MS + 1, "unknown" },
		{ -FRESHNESS_CHECKED_MS, "current" },
		{ -FRESHNESS_CHECKED_MS - 1, "unknown" },
		{ now_ms, "unknown" },
	};
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	for (size_t i = 0; i < COUNT_OF(ages); i++) {
		source_of("tax")->written_ms = now_ms - ages[i].age_ms;
		read_person(1);
		assert_freshness("tax", ages[i].expected);
	}
}

static void the_mark_of_a_rebuild_counts_even_while_the_aggregator_is_dead(void **state)
{
	(void)state;
	hash_set(&person(subject_of(1))->position, "3", PROFILE_REBUILD);
	source_of("tax")->written_ms = now_ms - DAY_MS;
	read_person(1);
	assert_true(scene.found);
	assert_freshness("tax", "rebuilding");
	assert_int_equal(integer(freshness_in("tax"), "position"), 0);
	assert_int_equal(integer(freshness_in("tax"), "behind"), HEAD);
	assert_freshness("health", "current");
}

static void a_damaged_position_is_a_rebuild_to_come(void **state)
{
	(void)state;
	hash_set(&person(subject_of(1))->position, "3", "not a position");
	read_person(1);
	assert_freshness("tax", "rebuilding");
}

// The aggregator writes each second; that Redis was emptied it notices a moment later.
static void an_emptied_redis_is_rebuilding_whatever_the_sources_say(void **state)
{
	(void)state;
	hash_clear(&person(subject_of(1))->position);
	read_person(1);
	assert_true(scene.found);
	assert_false(boolean(answer(), "complete"));
	assert_freshness("tax", "rebuilding");
	assert_int_equal(integer(freshness_in("tax"), "position"), 0);
	hash_set(&person(subject_of(1))->position, "generation", "1");
	read_person(1);
	assert_freshness("tax", "rebuilding");
	source_of("tax")->position = 0;
	read_person(1);
	assert_freshness("tax", "rebuilding");
	hash_clear(&person(subject_of(1))->position);
	source_of("tax")->head = 0;
	read_person(1);
	assert_freshness("tax", "rebuilding"); // nobody has set the partition up
}

static void a_department_with_an_empty_journal_is_current(void **state)
{
	(void)state;
	say("health", "health_record", 1, 1, "\"assessed_on\":\"2026-01-05\"");
	hash_clear(&person(subject_of(1))->position);
	hash_set(&person(subject_of(1))->position, "generation", "1");
	source_of("tax")->position = source_of("tax")->head = 0;
	read_person(1);
	assert_freshness("tax", "current");
}

static void a_redis_that_holds_nothing_is_unknown(void **state)
{
	(void)state;
	hash_clear(&person(subject_of(1))->position);
	memset(scene.has_source, 0, sizeof scene.has_source);
	read_person(1);
	assert_true(scene.found);
	assert_freshness("tax", "unknown");
	assert_null_in(freshness_in("tax"), "last_heard");
	assert_null_in(freshness_in("tax"), "checked");
}

static void a_department_that_nobody_follows_was_never_heard(void **state)
{
	(void)state;
	scene.has_source[place_of("health")] = false;
	read_person(1);
	assert_false(scene.found); // it has no voice here: the others have all been heard
	assert_freshness("health", "never_heard");
}

static void a_followed_department_that_was_never_heard_may_yet_say_something(void **state)
{
	(void)state;
	struct profile_source *source = source_of("health");
	source->heard_ms = 0;
	source->silent = true;
	source->state = bytes_of_text("silent");
	source->position = source->head = 0;
	hash_clear(&person(subject_of(1))->position);
	hash_set(&person(subject_of(1))->position, "generation", "1");
	for (unsigned number = 1; number <= 6; number++)
		if (number != 5)
			set_position(&person(subject_of(1))->position, number, HEAD);
	read_person(1);
	assert_true(scene.found);
	assert_freshness("health", "never_heard");
	set_position(&person(subject_of(1))->position, 5, 40); // by an aggregator before this one
	read_person(1);
	assert_freshness("health", "silent");
	assert_int_equal(integer(freshness_in("health"), "position"), 40);
}

static void a_source_that_cannot_be_read_is_unknown(void **state)
{
	(void)state;
	buffer_append_text(&scene.damaged_source, "no source");
	read_person(1);
	assert_true(scene.found);
	assert_freshness(set->catalogues[0]->name, "unknown");
	assert_freshness("tax", "current");
}

static void set_input(const char *department_name, const char *kind_name, int64_t last_input_ms)
{
	struct profile_source *source = source_of(department_name);
	source->inputs[source->input_count++] = (struct input){
		.kind = kind_of(department_name, kind_name)->number,
		.last_input_ms = last_input_ms,
	};
}

static void a_kind_whose_cadence_has_passed_is_late(void **state)
{
	int64_t cadence_ms = (int64_t)kind_of("tax", "income_tax")->cadence_days * DAY_MS;
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	set_input("tax", "shareholding", now_ms - DAY_MS);
	set_input("tax", "income_tax", now_ms - cadence_ms);
	read_person(1);
	assert_freshness("tax", "current");
	assert_text(freshness_in("tax"), "last_input", "2026-11-22T08:00:00.000Z");
	source_of("tax")->inputs[1].last_input_ms--;
	read_person(1);
	assert_freshness("tax", "late");
	assert_true(boolean(kind_in("tax", "income_tax"), "late"));
	assert_false(boolean(kind_in("tax", "shareholding"), "late"));
	assert_false(boolean(answer(), "complete"));
}

static void a_kind_that_was_never_sent_is_not_late(void **state)
{
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	set_input("tax", "income_tax", 0);
	read_person(1);
	assert_freshness("tax", "current");
	assert_false(boolean(kind_in("tax", "income_tax"), "late"));
}

static void lateness_is_not_claimed_of_a_department_that_cannot_be_heard(void **state)
{
	(void)state;
	set_input("tax", "income_tax", 1);
	source_of("tax")->silent = true;
	read_person(1);
	assert_freshness("tax", "silent");
	assert_false(boolean(kind_in("tax", "income_tax"), "late"));
	source_of("tax")->silent = false;
	source_of("tax")->written_ms = now_ms - DAY_MS;
	read_person(1);
	assert_freshness("tax", "unknown");
	assert_false(boolean(kind_in("tax", "income_tax"), "late"));
}

static void a_persons_profile_is_not_late_for_what_is_said_of_enterprises(void **state)
{
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	set_input("tax", "enterprise_tax", 1);
	read_person(1);
	assert_freshness("tax", "current");
}

// --- kinds ---------------------------------------------------------------------------------------

static void a_fact_has_its_source(void **state)
{
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	read_person(1);
	assert_state("tax", "income_tax", "facts");
	assert_text(
	    member(kind_in("tax", "income_tax"), "title"), "en", "personal income tax paid");
	const struct json_value *fact = fact_in("tax", "income_tax", 0);
	assert_non_null(strstr(json_string(member(fact, "key")), "|wages"));
	assert_int_equal(integer(fact, "sequence"), 12);
	assert_text(fact, "recorded", "2026-11-22T08:00:00.000Z");
	assert_text(fact, "valid_since", "2026-10-12");
	assert_text(member(fact, "attested_by"), "zh", "税务局");
	assert_false(boolean(fact, "erased"));
	assert_null(json_member(fact, "from_subject"));
	char amount[16];
	assert_true(json_decimal(member(member(fact, "fields"), "amount"), amount, sizeof amount));
	assert_string_equal(amount, "120.5");
	assert_text(member(member(fact, "fields"), "item"), "code", "wages");
}

static void what_is_not_there_is_told_apart_by_why(void **state)
{
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	say_with("health", "health_record", 1, 13, (struct options){ .erased = true },
	    "\"assessed_on\":\"2026-01-05\"");
	reject("tax", "shareholding", 1, 14, "e1aaaaaaaaaaaaaaaa", "number_range");
	say("family-planning", "coverage", 1, 15,
	    "\"kind\":\"marriage\",\"complete_through\":\"2026-10-31\",\"none\":true");
	read_person(1);
	assert_state("tax", "income_tax", "facts");
	assert_state("health", "health_record", "erased");
	assert_state("tax", "shareholding", "rejected");
	assert_state("family-planning", "marriage", "none");
	assert_state("family-planning", "child", "not_reported");
	assert_null_in(kind_in("family-planning", "child"), "complete_through");
}

static void an_erased_fact_keeps_its_source(void **state)
{
	(void)state;
	say_with("health", "health_record", 1, 13, (struct options){ .erased = true },
	    "\"assessed_on\":\"2026-01-05\"");
	read_person(1);
	const struct json_value *fact = fact_in("health", "health_record", 0);
	assert_true(boolean(fact, "erased"));
	assert_int_equal(integer(fact, "sequence"), 13);
	assert_text(fact, "valid_since", "2026-01-05");
	assert_null_in(fact, "fields");
}

static void a_rejected_row_is_shown_with_its_reason(void **state)
{
	(void)state;
	reject("tax", "income_tax", 1, 14, "r1aaaaaaaaaaaaaaaa|wages", "numeric_damage");
	reject("tax", "income_tax", 1, 15, "", "of_a_later_version");
	read_person(1);
	assert_true(scene.found);
	const struct json_value *rejected = member(kind_in("tax", "income_tax"), "rejected");
	assert_int_equal(json_size(rejected), 2);
	assert_text(at(rejected, 0), "key", "r1aaaaaaaaaaaaaaaa|wages");
	assert_int_equal(integer(at(rejected, 0), "sequence"), 14);
	assert_text(at(rejected, 0), "recorded", "2026-11-22T08:00:00.000Z");
	assert_text(at(rejected, 0), "code", "numeric_damage");
	assert_true(json_string(member(at(rejected, 0), "zh"))[0] != 0);
	assert_null(strstr(json_string(member(at(rejected, 0), "en")), "%s"));
	assert_text(at(rejected, 1), "code", "of_a_later_version");
	assert_null_in(at(rejected, 1), "zh");
	assert_null_in(at(rejected, 1), "en");
}

static void a_rejected_row_does_not_hide_facts_nor_do_facts_hide_it(void **state)
{
	(void)state;
	reject("tax", "income_tax", 1, 14, "r1aaaaaaaaaaaaaaaa|wages", "numeric_damage");
	say("tax", "income_tax", 1, 12, income);
	read_person(1);
	assert_state("tax", "income_tax", "facts");
	assert_int_equal(json_size(member(kind_in("tax", "income_tax"), "facts")), 1);
	assert_int_equal(json_size(member(kind_in("tax", "income_tax"), "rejected")), 1);
}

static void a_rejected_row_outweighs_the_word_that_there_is_none(void **state)
{
	(void)state;
	reject("tax", "income_tax", 1, 14, "", "numeric_damage");
	say_of_all("tax", 15, "{\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\"}");
	read_person(1);
	assert_state("tax", "income_tax", "rejected");
	assert_text(kind_in("tax", "income_tax"), "complete_through", "2026-10-31");
}

static void facts_come_in_the_same_order_whatever_redis_does(void **state)
{
	static const char members[] = "\"voucher\":\"V%d\",\"item\":\"wages\","
				      "\"period\":\"2026-09\",\"paid_on\":\"%s\",\"amount\":1";
	static const struct {
		int voucher;
		const char *day;
	} rows[] = { { 3, "2026-10-12" }, { 1, "2026-10-13" }, { 2, "2025-01-01" },
		{ 4, "2026-10-12" } };
	static const int64_t expected[] = { 102, 100, 103, 101 };
	struct buffer first = { 0 };
	(void)state;
	for (int reverse = 0; reverse < 2; reverse++) {
		for (size_t i = 0; i < COUNT_OF(rows); i++) {
			size_t row = reverse ? COUNT_OF(rows) - 1 - i : i;
			char text[160];
			snprintf(text, sizeof text, members, rows[row].voucher, rows[row].day);
			say("tax", "income_tax", 1, 100 + row, text);
		}
		read_person(1);
		for (size_t i = 0; i < COUNT_OF(expected); i++)
			assert_int_equal(
			    integer(fact_in("tax", "income_tax", i), "sequence"), expected[i]);
		if (reverse)
			assert_true(bytes_equal(buffer_bytes(&first), buffer_bytes(&scene.out)));
		else
			buffer_append_bytes(&first, buffer_bytes(&scene.out));
		hash_clear(&person(subject_of(1))->profile);
	}
	buffer_deinit(&first);
}

static void attest(uint64_t sequence, bool erased, const char *document, const char *organisation)
{
	const struct kind *kind = kind_of("service-centre", "attested_fact");
	const struct code_list *facts = kind->fields[kind_field_index(kind, "fact")].codes;
	const struct code_list *states = kind->fields[kind_field_index(kind, "state")].codes;
	char members[256];
	snprintf(members, sizeof members,
	    "\"fact\":\"%s\",\"document\":\"%s\",\"state\":\"%s\",\"attested_by\":\"%s\"",
	    facts->codes[0].code, document, states->codes[0].code, organisation);
	say_with("service-centre", "attested_fact", 1, sequence,
	    (struct options){ .erased = erased }, members);
}

// As a department with a later catalogue would write it.
static void attest_by_a_later_code(uint64_t sequence)
{
	const struct kind *kind = kind_of("service-centre", "attested_fact");
	struct buffer body = { 0 };
	unsigned number = kind->fields[kind->attested_by].number;
	pack_array(&body, number);
	for (unsigned i = 1; i < number; i++)
		pack_nil(&body);
	pack_text(&body, bytes_of_text("later_office"));
	struct entry entry = { .recorded_ms = now_ms, .body = buffer_bytes(&body) };
	write_entry(
	    &person(subject_of(1))->profile, kind, bytes_of_text("x"), false, sequence, &entry);
	buffer_deinit(&body);
}

static void assert_attested(const struct json_value *fact, const char *chinese)
{
	assert_text(member(fact, "attested_by"), "zh", chinese);
}

static void a_fact_is_attested_by_whom_its_record_or_its_kind_names(void **state)
{
	(void)state;
	attest(1, false, "D1", "red_cross");
	attest(2, true, "D2", "red_cross"); // nobody can know any more
	attest_by_a_later_code(3);
	say("health", "tissue_donation", 1, 4, "\"tissue\":\"marrow\"");
	read_person(1);
	assert_attested(fact_in("service-centre", "attested_fact", 0), "红十字会");
	assert_attested(fact_in("service-centre", "attested_fact", 1),
	    catalogue_title_on(department("service-centre"), 20261122).zh);
	assert_attested(fact_in("service-centre", "attested_fact", 2), "later_office");
	assert_attested(fact_in("health", "tissue_donation", 0), "红十字会");
	assert_int_equal(integer(answer(), "unreadable"), 0);
}

static void a_department_attests_under_the_name_it_bore(void **state)
{
	(void)state;
	say_with("tax", "income_tax", 1, 12,
	    (struct options){ .recorded_ms = date_to_days(20170101) * DAY_MS }, income);
	read_person(1);
	assert_text(
	    member(fact_in("tax", "income_tax", 0), "attested_by"), "zh", "国家税务局、地方税务局");
	assert_text(member(department_in("tax"), "title"), "zh", "税务局");
}

static void only_kinds_that_can_be_said_of_the_subject_are_listed(void **state)
{
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	read_person(1);
	assert_null(find_kind("tax", "enterprise_tax"));
	assert_null(find_kind("tax", "coverage"));
	read_view("e1aaaaaaaaaaaaaaaa");
	assert_false(scene.found);
	source_of("tax")->position = 0;
	set_position(&person("e1aaaaaaaaaaaaaaaa")->position, 3, 1);
	read_view("e1aaaaaaaaaaaaaaaa");
	assert_true(scene.found);
	assert_null(find_kind("tax", "income_tax"));
	assert_state("tax", "enterprise_tax", "not_reported");
}

// Penalties are asked for by a rule table with a legal basis, or not at all.
static void kinds_that_are_off_by_default_are_not_even_named(void **state)
{
	const struct kind *kind = kind_of("public-security", "sanction");
	const struct code_list *classes = kind->fields[kind_field_index(kind, "class")].codes;
	char members[160];
	(void)state;
	assert_true(kind->off_by_default);
	say("tax", "income_tax", 1, 12, income);
	read_person(1);
	assert_null(find_kind("public-security", "sanction"));
	snprintf(members, sizeof members,
	    "\"class\":\"%s\",\"window_years\":5,\"window_to\":\"2026-10-31\",\"count\":0",
	    classes->codes[0].code);
	say("public-security", "sanction", 1, 13, members);
	read_person(1);
	assert_state("public-security", "sanction", "facts");
}

// --- coverage ------------------------------------------------------------------------------------

static void who_has_no_record_where_all_is_covered_has_none(void **state)
{
	(void)state;
	say("health", "health_record", 1, 1, "\"assessed_on\":\"2026-01-05\"");
	say_of_all("tax", 15, "{\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\"}");
	read_person(1);
	const struct json_value *kind = kind_in("tax", "income_tax");
	assert_text(kind, "state", "none");
	assert_text(kind, "complete_through", "2026-10-31");
	const struct json_value *statement = at(member(kind, "coverage"), 0);
	assert_true(boolean(statement, "of_all"));
	assert_false(boolean(statement, "none"));
	assert_int_equal(integer(statement, "sequence"), 15);
	assert_text(statement, "recorded", "2026-11-22T08:00:00.000Z");
	assert_state("tax", "shareholding", "not_reported");
	assert_state("social-insurance", "contribution", "not_reported");
}

static void coverage_tells_up_to_when_facts_are_complete(void **state)
{
	(void)state;
	say("tax", "income_tax", 1, 12, income);
	say_of_all("tax", 15, "{\"kind\":\"income_tax\",\"complete_through\":\"2026-09-30\"}");
	say("tax", "coverage", 1, 16,
	    "\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\"");
	read_person(1);
	const struct json_value *kind = kind_in("tax", "income_tax");
	assert_text(kind, "state", "facts");
	assert_text(kind, "complete_through", "2026-10-31");
	assert_int_equal(json_size(member(kind, "coverage")), 2);
}

static void a_persons_own_coverage_says_none(void **state)
{
	(void)state;
	say("tax", "coverage", 1, 16,
	    "\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\",\"none\":true");
	read_person(1);
	assert_true(scene.found); // somebody did report something
	assert_state("tax", "income_tax", "none");
	const struct json_value *statement =
	    at(member(kind_in("tax", "income_tax"), "coverage"), 0);
	assert_true(boolean(statement, "none"));
	assert_false(boolean(statement, "of_all"));
	assert_state("tax", "coverage", "facts"); // its own source can be looked up
}

static void who_is_said_to_have_something_has_not_none(void **state)
{
	(void)state;
	say("tax", "coverage", 1, 16,
	    "\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\",\"none\":false");
	say_of_all("tax", 15, "{\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\"}");
	read_person(1);
	assert_state("tax", "income_tax", "not_reported");
}

// "Searched, and there is none: no" is true of any department that has records at all.
static void a_department_that_has_some_records_may_have_none_of_a_person(void **state)
{
	(void)state;
	say("health", "health_record", 1, 1, "\"assessed_on\":\"2026-01-05\"");
	say_of_all("tax", 15,
	    "{\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\",\"none\":false}");
	read_person(1);
	assert_state("tax", "income_tax", "none");
}

static void coverage_of_all_counts_once_everything_before_it_is_in(void **state)
{
	(void)state;
	say("health", "health_record", 1, 1, "\"assessed_on\":\"2026-01-05\"");
	say_of_all(
	    "tax", HEAD + 5, "{\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\"}");
	read_person(1);
	assert_state("tax", "income_tax", "not_reported");
	assert_null_in(kind_in("tax", "income_tax"), "complete_through");
	set_position(&person(subject_of(1))->position, 3, HEAD + 5);
	read_person(1);
	assert_state("tax", "income_tax", "none");
	hash_set(&person(subject_of(1))->position, "3", PROFILE_REBUILD);
	read_person(1);
	assert_state("tax", "income_tax", "not_reported");
}

static void coverage_that_was_erased_or_rejected_says_nothing(void **state)
{
	(void)state;
	say_with("tax", "coverage", 1, 16, (struct options){ .erased = true },
	    "\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\",\"none\":true");
	reject("tax", "coverage", 1, 17, "shareholding", "date_form");
	read_person(1);
	assert_state("tax", "income_tax", "not_reported");
	assert_state("tax", "shareholding", "not_reported");
	assert_int_equal(json_size(member(kind_in("tax", "coverage"), "rejected")), 1);
}

static void none_must_be_said_of_each_number_of_a_person(void **state)
{
	(void)state;
	say_predecessor(1, 2, 5);
	say("tax", "coverage", 1, 16,
	    "\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\",\"none\":true");
	read_person(1);
	assert_state("tax", "income_tax", "not_reported");
	say("tax", "coverage", 2, 17,
	    "\"kind\":\"income_tax\",\"complete_through\":\"2026-08-31\",\"none\":true");
	read_person(1);
	assert_state("tax", "income_tax", "none");
	assert_text(kind_in("tax", "income_tax"), "complete_through", "2026-08-31");
}

static void facts_are_complete_up_to_the_day_that_holds_for_each_number(void **state)
{
	(void)state;
	say_predecessor(1, 2, 5);
	say("tax", "income_tax", 1, 12, income);
	say("tax", "coverage", 1, 16,
	    "\"kind\":\"income_tax\",\"complete_through\":\"2026-08-31\"");
	say("tax", "coverage", 2, 17,
	    "\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\"");
	read_person(1);
	assert_text(kind_in("tax", "income_tax"), "complete_through", "2026-08-31");
}

// --- identity links ------------------------------------------------------------------------------

static void facts_of_an_earlier_number_are_united(void **state)
{
	(void)state;
	say_predecessor(1, 2, 5);
	say("tax", "income_tax", 2, 12, income);
	reject("tax", "income_tax", 2, 13, "", "numeric_damage");
	read_person(1);
	assert_int_equal(json_size(member(answer(), "predecessors")), 1);
	assert_false(boolean(answer(), "predecessors_cut"));
	assert_true(boolean(answer(), "complete"));
	const struct json_value *kind = kind_in("tax", "income_tax");
	assert_text(kind, "state", "facts");
	assert_text(at(member(kind, "facts"), 0), "from_subject", subject_of(2));
	assert_text(at(member(kind, "rejected"), 0), "from_subject", subject_of(2));
	assert_null(json_member(fact_in("public-security", "identity_link", 0), "from_subject"));
}

static void the_worst_partition_decides_the_freshness(void **state)
{
	(void)state;
	say_predecessor(1, 2, 5);
	for (int worst = 1; worst <= 2; worst++) {
		struct hash *position = &person(subject_of(worst))->position;
		hash_set(position, "3", PROFILE_REBUILD);
		set_position(position, 4, 70);
		source_of("social-insurance")->position = 60;
		read_person(1);
		assert_freshness("tax", "rebuilding");
		assert_freshness("social-insurance", "behind");
		assert_int_equal(integer(freshness_in("social-insurance"), "position"), 70);
		hash_clear(position);
		hash_set(position, "generation", "1");
		read_person(1);
		assert_freshness("health", "rebuilding"); // one partition has no position of it
		hash_clear(position);
		for (unsigned number = 1; number <= 6; number++)
			set_position(position, number, HEAD);
		read_person(1);
		assert_freshness("health", "rebuilding"); // nobody has set one partition up
		hash_set(position, "generation", "1");
		read_person(1);
		assert_freshness("health", "current");
	}
}

static void links_are_followed_four_deep_and_the_cut_is_told(void **state)
{
	(void)state;
	for (int number = 1; number <= VIEW_LINKS_MAX; number++)
		say_predecessor(number, number + 1, (uint64_t)number);
	say("tax", "income_tax", VIEW_LINKS_MAX + 1, 12, income);
	read_person(1);
	assert_int_equal(json_size(member(answer(), "predecessors")), VIEW_LINKS_MAX);
	assert_false(boolean(answer(), "predecessors_cut"));
	assert_text(
	    fact_in("tax", "income_tax", 0), "from_subject", subject_of(VIEW_LINKS_MAX + 1));
	say_predecessor(VIEW_LINKS_MAX + 1, VIEW_LINKS_MAX + 2, 9);
	read_person(1);
	assert_int_equal(json_size(member(answer(), "predecessors")), VIEW_LINKS_MAX);
	assert_true(boolean(answer(), "predecessors_cut"));
	assert_false(boolean(answer(), "complete"));
}

static void more_numbers_than_are_read_are_told(void **state)
{
	(void)state;
	for (int number = 2; number <= VIEW_SUBJECTS_MAX; number++)
		say_predecessor(1, number, (uint64_t)number);
	read_person(1);
	assert_int_equal(json_size(member(answer(), "predecessors")), VIEW_SUBJECTS_MAX - 1);
	assert_true(boolean(answer(), "complete"));
	say_predecessor(1, VIEW_SUBJECTS_MAX + 1, 99);
	read_person(1);
	assert_int_equal(json_size(member(answer(), "predecessors")), VIEW_SUBJECTS_MAX - 1);
	assert_true(boolean(answer(), "predecessors_cut"));
}

static void numbers_that_name_each_other_are_read_once(void **state)
{
	(void)state;
	say_predecessor(1, 2, 5);
	say_predecessor(2, 1, 6);
	say_predecessor(2, 2, 7);
	say_predecessor(1, 3, 8);
	say_predecessor(3, 2, 9);
	read_person(1);
	assert_int_equal(json_size(member(answer(), "predecessors")), 2);
	assert_false(boolean(answer(), "predecessors_cut"));
	assert_int_equal(
	    json_size(member(kind_in("public-security", "identity_link"), "facts")), 5);
}

static void links_that_were_erased_or_rejected_are_not_followed(void **state)
{
	char members[64];
	(void)state;
	snprintf(members, sizeof members, "\"predecessor\":\"%s\"", id_number(2));
	say_with(
	    "public-security", "identity_link", 1, 5, (struct options){ .erased = true }, members);
	reject("public-security", "identity_link", 1, 6, subject_of(3), "date_form");
	read_person(1);
	assert_int_equal(json_size(member(answer(), "predecessors")), 0);
}

static void who_is_only_linked_is_not_nobody(void **state)
{
	(void)state;
	say_predecessor(1, 2, 5);
	read_person(1);
	assert_true(scene.found);
}

static void the_catalogues_hold_what_the_view_follows(void **state)
{
	const struct kind *link = kind_of("public-security", "identity_link");
	const struct kind *coverage = kind_of("tax", "coverage");
	(void)state;
	assert_int_equal(link->number, PUBLIC_SECURITY_IDENTITY_LINK);
	assert_int_equal(
	    kind_field(link, PUBLIC_SECURITY_IDENTITY_LINK_PREDECESSOR)->type, FIELD_PERSON);
	assert_int_equal(coverage->number, EVERY_DEPARTMENT_COVERAGE);
	assert_int_equal(
	    kind_field(coverage, EVERY_DEPARTMENT_COVERAGE_COMPLETE_THROUGH)->type, FIELD_DATE);
	assert_int_equal(kind_field(coverage, EVERY_DEPARTMENT_COVERAGE_NONE)->type, FIELD_BOOLEAN);
}

// --- what cannot be read -------------------------------------------------------------------------

static void what_cannot_be_read_is_counted_and_never_nobody(void **state)
{
	static const char *const names[] = { "garbage", "77.1:x", "3.77:x", "!3.77" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		hash_clear(&person(subject_of(1))->profile);
		hash_set(&person(subject_of(1))->profile, names[i], "\x90");
		read_person(1);
		assert_true(scene.found);
		assert_int_equal(integer(answer(), "unreadable"), 1);
		assert_false(boolean(answer(), "complete"));
	}
}

static void a_fact_that_is_damaged_is_there_without_its_content(void **state)
{
	struct hash *profile = &person(subject_of(1))->profile;
	struct entry entry = { .recorded_ms = now_ms, .body = bytes_of_text("\xc1 no body") };
	(void)state;
	hash_set(profile, "3.1:a", "\xc1 no value");
	write_entry(profile, kind_of("tax", "income_tax"), bytes_of_text("b"), false, 12, &entry);
	hash_set(profile, "!3.4:c", "\xc1 no mark");
	read_person(1);
	assert_int_equal(integer(answer(), "unreadable"), 3);
	assert_state("tax", "income_tax", "facts"); // there is something: never "none"
	for (size_t i = 0; i < 2; i++) {
		const struct json_value *fact = fact_in("tax", "income_tax", i);
		assert_true(boolean(fact, "unreadable"));
		assert_false(boolean(fact, "erased"));
		assert_null_in(fact, "fields");
		assert_null_in(fact, "recorded");
	}
	assert_state("tax", "shareholding", "rejected");
}

static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % limit;
}

static void damage_text(struct buffer *text)
{
	if (text->size > 0 && random_below(4) > 0)
		text->data[random_below(text->size)] = (uint8_t)random_below(256);
	else if (text->size > 0)
		text->size = random_below(text->size);
}

static void damage(struct hash *hash)
{
	damage_text(&hash->texts[random_below(hash->count)]);
}

static void any_damage_leaves_an_answer_that_can_be_read(void **state)
{
	(void)state;
	for (int round = 0; round < 1500; round++) {
		scene_end(NULL);
		scene_begin(NULL);
		random_state = (uint64_t)round;
		say("tax", "income_tax", 1, 12, income);
		attest(20, false, "D1", "red_cross");
		reject("tax", "income_tax", 1, 14, "", "numeric_damage");
		say("tax", "coverage", 1, 16,
		    "\"kind\":\"shareholding\",\"complete_through\":\"2026-10-31\"");
		say_of_all(
		    "tax", 15, "{\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\"}");
		set_input("public-security", "person", now_ms - DAY_MS);
		profile_write_source(&scene.damaged_source, &scene.sources[0]);
		for (uint64_t times = 1 + random_below(6); times > 0; times--) {
			damage_text(&scene.damaged_source);
			damage(&person(subject_of(1))->profile);
			damage(&person(subject_of(1))->position);
			damage(&scene.coverage[place_of("tax")]);
		}
		read_person(1); // which parses it
	}
}

static void a_departments_own_damaged_coverage_says_nothing(void **state)
{
	(void)state;
	say("health", "health_record", 1, 1, "\"assessed_on\":\"2026-01-05\"");
	hash_set(&scene.coverage[place_of("tax")], "3.200:income_tax", "\xc1");
	hash_set(&scene.coverage[place_of("tax")], "garbage", "\xc1");
	read_person(1);
	assert_state("tax", "income_tax", "not_reported");
	assert_int_equal(integer(answer(), "unreadable"), 0);
}

static void more_fields_than_can_be_shown_are_refused(void **state)
{
	size_t count = 2 * (VIEW_FIELDS_MAX + 1);
	struct bytes *texts = allocate(count * sizeof *texts);
	(void)state;
	for (size_t i = 0; i < count; i++)
		texts[i] = bytes_of_text("x");
	struct view *view = view_new(set, subject_of(1));
	struct view_hash profile = { texts, count }, none = { NULL, 0 };
	assert_int_equal(view_add_subject(view, profile, none), STATUS_TOO_LARGE);
	view_free(&view);
	view_free(&view);
	free(texts);
}

// --- nobody --------------------------------------------------------------------------------------

static void who_was_never_reported_is_nobody_and_freshness_says_why_it_is_certain(void **state)
{
	(void)state;
	say_of_all("tax", 15, "{\"kind\":\"income_tax\",\"complete_through\":\"2026-10-31\"}");
	read_person(1);
	assert_false(scene.found);
	assert_int_equal(integer(answer(), "status"), 404);
	assert_text(answer(), "code", "nobody");
	assert_text(answer(), "subject", subject_of(1));
	assert_text(answer(), "title", "Not Found");
	assert_true(json_string(member(answer(), "detail_zh"))[0] != 0);
	assert_int_equal(json_size(member(answer(), "departments")), set->count);
	assert_freshness("tax", "current");
	assert_null(json_member(department_in("tax"), "kinds"));
}

static void nobody_is_not_said_while_a_department_may_yet_bring_something(void **state)
{
	(void)state;
	source_of("tax")->head = HEAD + 1;
	read_person(1);
	assert_true(scene.found);
	assert_false(boolean(answer(), "complete"));
	assert_freshness("tax", "behind");
	assert_state("tax", "income_tax", "not_reported");
}

static void nobody_is_said_though_a_department_is_late(void **state)
{
	(void)state;
	set_input("tax", "income_tax", 1);
	read_person(1);
	assert_false(scene.found);
	assert_freshness("tax", "late");
}

static int setup(void **state)
{
	static const uint8_t secret[32] = { 7 };
	(void)state;
	pseudonym = pseudonym_new(secret, '1');
	if (catalogue_set_read(&set, PROJECT_DIR "/proto") == STATUS_OK)
		return 0;
	print_error("%s\n", status_reason());
	return -1;
}

static int teardown(void **state)
{
	(void)state;
	catalogue_set_free(&set);
	pseudonym_close(&pseudonym);
	return 0;
}

#define PROMISE(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROMISE(what_is_heard_and_applied_is_current_and_complete),
		PROMISE(departments_are_named_as_they_are_today),
		PROMISE(a_position_below_the_head_is_behind),
		PROMISE(a_partition_that_nothing_came_for_is_not_behind),
		PROMISE(a_partition_that_is_ahead_of_the_others_is_not_behind),
		PROMISE(a_department_that_is_asked_for_what_is_missing_is_behind),
		PROMISE(words_of_the_aggregator_become_states),
		PROMISE(an_aggregator_that_stopped_writing_leaves_it_unknown),
		PROMISE(the_mark_of_a_rebuild_counts_even_while_the_aggregator_is_dead),
		PROMISE(a_damaged_position_is_a_rebuild_to_come),
		PROMISE(an_emptied_redis_is_rebuilding_whatever_the_sources_say),
		PROMISE(a_department_with_an_empty_journal_is_current),
		PROMISE(a_redis_that_holds_nothing_is_unknown),
		PROMISE(a_department_that_nobody_follows_was_never_heard),
		PROMISE(a_followed_department_that_was_never_heard_may_yet_say_something),
		PROMISE(a_source_that_cannot_be_read_is_unknown),
		PROMISE(a_kind_whose_cadence_has_passed_is_late),
		PROMISE(a_kind_that_was_never_sent_is_not_late),
		PROMISE(lateness_is_not_claimed_of_a_department_that_cannot_be_heard),
		PROMISE(a_persons_profile_is_not_late_for_what_is_said_of_enterprises),
		PROMISE(a_fact_has_its_source),
		PROMISE(what_is_not_there_is_told_apart_by_why),
		PROMISE(an_erased_fact_keeps_its_source),
		PROMISE(a_rejected_row_is_shown_with_its_reason),
		PROMISE(a_rejected_row_does_not_hide_facts_nor_do_facts_hide_it),
		PROMISE(a_rejected_row_outweighs_the_word_that_there_is_none),
		PROMISE(facts_come_in_the_same_order_whatever_redis_does),
		PROMISE(a_fact_is_attested_by_whom_its_record_or_its_kind_names),
		PROMISE(a_department_attests_under_the_name_it_bore),
		PROMISE(only_kinds_that_can_be_said_of_the_subject_are_listed),
		PROMISE(kinds_that_are_off_by_default_are_not_even_named),
		PROMISE(who_has_no_record_where_all_is_covered_has_none),
		PROMISE(coverage_tells_up_to_when_facts_are_complete),
		PROMISE(a_persons_own_coverage_says_none),
		PROMISE(who_is_said_to_have_something_has_not_none),
		PROMISE(coverage_of_all_counts_once_everything_before_it_is_in),
		PROMISE(coverage_that_was_erased_or_rejected_says_nothing),
		PROMISE(none_must_be_said_of_each_number_of_a_person),
		PROMISE(facts_are_complete_up_to_the_day_that_holds_for_each_number),
		PROMISE(a_department_that_has_some_records_may_have_none_of_a_person),
		PROMISE(facts_of_an_earlier_number_are_united),
		PROMISE(the_worst_partition_decides_the_freshness),
		PROMISE(links_are_followed_four_deep_and_the_cut_is_told),
		PROMISE(more_numbers_than_are_read_are_told),
		PROMISE(numbers_that_name_each_other_are_read_once),
		PROMISE(links_that_were_erased_or_rejected_are_not_followed),
		PROMISE(who_is_only_linked_is_not_nobody),
		PROMISE(the_catalogues_hold_what_the_view_follows),
		PROMISE(what_cannot_be_read_is_counted_and_never_nobody),
		PROMISE(a_fact_that_is_damaged_is_there_without_its_content),
		PROMISE(any_damage_leaves_an_answer_that_can_be_read),
		PROMISE(a_departments_own_damaged_coverage_says_nothing),
		PROMISE(more_fields_than_can_be_shown_are_refused),
		PROMISE(who_was_never_reported_is_nobody_and_freshness_says_why_it_is_certain),
		PROMISE(nobody_is_not_said_while_a_department_may_yet_bring_something),
		PROMISE(nobody_is_said_though_a_department_is_late),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
