// SPDX-License-Identifier: Apache-2.0
// catalogue_test: the catalogues of the tree load, their numbers are never used again, and a
// catalogue with a mistake is refused at its line.
#include "catalogue.h"
#include "json.h"

#include "every_department_fields.h"
#include "social_insurance_fields.h"
#include "tax_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct catalogue_set *set;

static int setup(void **state)
{
	(void)state;
	if (catalogue_set_read(&set, PROJECT_DIR "/proto") == STATUS_OK)
		return 0;
	print_error("%s\n", status_reason());
	return -1;
}

static int teardown(void **state)
{
	(void)state;
	catalogue_set_free(&set);
	return 0;
}

static const struct kind *kind_named(const char *department, const char *name)
{
	const struct catalogue *catalogue = catalogue_set_named(set, department);
	assert_non_null(catalogue);
	const struct kind *kind = catalogue_kind_named(catalogue, name);
	assert_non_null(kind);
	return kind;
}

static const struct code_list *codes_of(const struct kind *kind, const char *field)
{
	int index = kind_field_index(kind, field);
	assert_true(index >= 0 && kind->fields[index].codes != NULL);
	return kind->fields[index].codes;
}

static const char *column_name(const struct kind *kind, const char *header)
{
	const struct field *field = kind_column(kind, bytes_of_text(header));
	return field != NULL ? field->name : "(none)";
}

static const char *code_of(const struct code_list *list, const char *text)
{
	const struct code *code = code_list_find(list, bytes_of_text(text));
	return code != NULL ? code->code : "(none)";
}

// --- the tree's own ---

static void catalogues_of_all_departments_load_in_order_of_number(void **state)
{
	static const char *const names[] = { "public-security", "family-planning", "tax",
		"social-insurance", "health", "service-centre" };
	(void)state;
	assert_int_equal(set->count, COUNT_OF(names));
	for (size_t i = 0; i < set->count; i++) {
		assert_string_equal(set->catalogues[i]->name, names[i]);
		assert_int_equal(set->catalogues[i]->number, i + 1);
		assert_ptr_equal(catalogue_set_find(set, (unsigned)i + 1), set->catalogues[i]);
		const struct kind *coverage = kind_named(names[i], "coverage");
		assert_ptr_equal(coverage->catalogue, set->catalogues[i]);
		assert_int_equal(coverage->number, EVERY_DEPARTMENT_COVERAGE);
		assert_true(coverage->subject_optional);
	}
	assert_null(catalogue_set_find(set, 99));
	assert_null(catalogue_set_named(set, "education"));
}

static void titles_follow_the_history_of_a_department(void **state)
{
	(void)state;
	const struct catalogue *tax = catalogue_set_named(set, "tax");
	assert_string_equal(catalogue_title_on(tax, 20160101).zh, "国家税务局、地方税务局");
	assert_string_equal(catalogue_title_on(tax, 20180719).zh, "国家税务局、地方税务局");
	assert_string_equal(catalogue_title_on(tax, 20180720).zh, "税务局");
	const struct catalogue *health = catalogue_set_named(set, "health");
	assert_string_equal(catalogue_title_on(health, 20150101).zh, "卫生和计划生育委员会");
	assert_string_equal(catalogue_title_on(health, 20261123).en, "Health Commission");
}

static void the_fields_of_a_kind_are_found_by_number_and_name(void **state)
{
	(void)state;
	const struct kind *kind = kind_named("tax", "income_tax");
	assert_ptr_equal(catalogue_kind(kind->catalogue, TAX_INCOME_TAX), kind);
	assert_null(catalogue_kind(kind->catalogue, 199));
	assert_string_equal(kind_field(kind, TAX_INCOME_TAX_AMOUNT)->name, "amount");
	assert_null(kind_field(kind, 199));
	assert_int_equal(kind_field_index(kind, "nothing"), -1);
	assert_string_equal(kind->fields[kind->key[0]].name, "voucher");
	assert_string_equal(kind->fields[kind->valid_since].name, "paid_on");
	assert_int_equal(kind_field(kind, TAX_INCOME_TAX_AMOUNT)->scale, 2);
	assert_true(kind_field(kind, TAX_INCOME_TAX_AMOUNT)->minimum < 0); // for tax.c to refuse
	assert_true(kind_field(kind, TAX_INCOME_TAX_PAID_ON)->not_future);
}

static void a_contribution_folds_months_into_its_year(void **state)
{
	(void)state;
	const struct kind *kind = kind_named("social-insurance", "contribution");
	const struct fold *fold = kind->fold;
	assert_non_null(fold);
	assert_ptr_equal(fold->list, &kind->fields[fold->list_index]);
	assert_int_equal(fold->list->number, SOCIAL_INSURANCE_CONTRIBUTION_MONTHS);
	assert_int_equal(fold->list->list_max, 12);
	assert_int_equal(
	    fold->list->fields[fold->by].number, SOCIAL_INSURANCE_CONTRIBUTION_MONTHS_MONTH);
	assert_string_equal(kind->fields[fold->into].name, "year");
	assert_int_equal(fold->from.type, FIELD_MONTH);
	assert_int_equal(fold->from.number, 0);
}

static void decimals_have_scaled_bounds(void **state)
{
	(void)state;
	const struct kind *kind = kind_named("tax", "shareholding");
	const struct field *share = kind_field(kind, TAX_SHAREHOLDING_SHARE);
	assert_int_equal(share->scale, 4);
	assert_int_equal(share->minimum, 0);
	assert_int_equal(share->maximum, 1000000);
}

// --- numbers are never used again ---

static void list_fields(struct buffer *out, const char *department, const struct kind *kind,
    const char *prefix, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s%s=%u", prefix, fields[i].name, fields[i].number);
		buffer_printf(out, "%s %s=%u %s %s\n", department, kind->name, kind->number, path,
		    field_type_name(fields[i].type));
		strncat(path, ".", sizeof path - strlen(path) - 1);
		list_fields(out, department, kind, path, fields[i].fields, fields[i].field_count);
	}
}

// Every field of the tree, a line each.
static void list_tree(struct buffer *out)
{
	buffer_append_text(out, "\n");
	for (size_t i = 0; i < set->count; i++)
		for (size_t j = 0; j < set->catalogues[i]->kind_count; j++) {
			const struct kind *kind = &set->catalogues[i]->kinds[j];
			char department[64];
			snprintf(department, sizeof department, "%u=%s", set->catalogues[i]->number,
			    set->catalogues[i]->name);
			list_fields(out, department, kind, "", kind->fields, kind->field_count);
		}
}

static void read_whole(const char *path, struct buffer *out)
{
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	out->size += fread(buffer_reserve(out, 1 << 20), 1, 1 << 20, file);
	fclose(file);
}

static size_t lines_missing(struct buffer *text, struct buffer *among, const char *why)
{
	size_t missing = 0;
	buffer_text(text);
	for (char *line = (char *)text->data + 1, *end; (end = strchr(line, '\n')) != NULL;
	     line = end + 1) {
		char wanted[256];
		snprintf(wanted, sizeof wanted, "\n%.*s\n", (int)(end - line), line);
		if (line[0] != '#' && strstr(buffer_text(among), wanted) == NULL) {
			print_error("%s: %.*s\n", why, (int)(end - line), line);
			missing++;
		}
	}
	return missing;
}

static void numbers_of_fields_are_never_used_again(void **state)
{
	(void)state;
	struct buffer tree = { 0 }, golden = { 0 };
	list_tree(&tree);
	buffer_append_text(&golden, "\n");
	read_whole(PROJECT_DIR "/proto/golden/field-numbers.txt", &golden);
	size_t gone = lines_missing(&golden, &tree, "published once, and now gone or changed");
	size_t new = lines_missing(&tree, &golden, "to be appended to field-numbers.txt");
	buffer_deinit(&tree);
	buffer_deinit(&golden);
	assert_int_equal(gone, 0);
	assert_int_equal(new, 0);
}

// --- columns and codes ---

static void columns_are_found_by_name_title_and_alias(void **state)
{
	(void)state;
	const struct kind *kind = kind_named("social-insurance", "contribution");
	assert_string_equal(column_name(kind, "insurance"), "insurance");
	assert_string_equal(column_name(kind, "险种"), "insurance");
	assert_string_equal(column_name(kind, "险种类型"), "insurance");
	assert_string_equal(column_name(kind, "公民身份号码"), "id_number");
	assert_string_equal(column_name(kind, "ID number"), "id_number");
	assert_string_equal(column_name(kind, "姓名"), "(none)");
	assert_string_equal(column_name(kind, ""), "(none)");
}

static void columns_of_a_fold_and_its_list_are_columns(void **state)
{
	(void)state;
	const struct kind *kind = kind_named("social-insurance", "contribution");
	assert_ptr_equal(kind_column(kind, bytes_of_text("费款所属期")), &kind->fold->from);
	assert_string_equal(column_name(kind, "缴费基数"), "base");
	assert_string_equal(column_name(kind, "months"), "months");
	assert_ptr_equal(field_column(kind->fold->list, bytes_of_text("缴费基数（元）")),
	    kind_column(kind, bytes_of_text("base")));
}

static void decoration_of_a_header_does_not_matter(void **state)
{
	static const char *const headers[] = { "缴费基数（元）", "缴费基数(元)", " 缴费 基数 ",
		"\xEF\xBB\xBF缴费基数", "*缴费基数", "缴费基数*", "＊缴费基数（元/月）", "ＢＡＳＥ",
		"Base (yuan)", "缴费\n基数", "缴费基数：" };
	(void)state;
	const struct kind *kind = kind_named("social-insurance", "contribution");
	for (size_t i = 0; i < COUNT_OF(headers); i++)
		assert_string_equal(column_name(kind, headers[i]), "base");
	assert_string_equal(column_name(kind, "(元)"), "(none)");
	assert_string_equal(column_name(kind, "\xFF\xFE"), "(none)");
	char huge[1024];
	memset(huge, 'a', sizeof huge - 1);
	huge[sizeof huge - 1] = 0;
	assert_string_equal(column_name(kind, huge), "(none)");
}

static void the_kept_id_number_has_no_column_of_its_own(void **state)
{
	(void)state;
	const struct kind *kind = kind_named("public-security", "person");
	int index = kind_field_index(kind, "id_number");
	assert_int_equal(kind->fields[index].type, FIELD_ID_NUMBER);
	assert_ptr_equal(kind_column(kind, bytes_of_text("身份证号")), &kind->subject);
	assert_ptr_equal(kind_column(kind, bytes_of_text("id_number")), &kind->subject);
}

static void codes_are_found_by_code_title_and_alias(void **state)
{
	(void)state;
	const struct code_list *sex = codes_of(kind_named("public-security", "person"), "sex");
	assert_string_equal(sex->standard, "GB/T 2261.1-2003");
	assert_string_equal(code_of(sex, "1"), "1");
	assert_string_equal(code_of(sex, "１"), "1");
	assert_string_equal(code_of(sex, "男"), "1");
	assert_string_equal(code_of(sex, "男性"), "1");
	assert_string_equal(code_of(sex, " Male "), "1");
	assert_string_equal(code_of(sex, "3"), "(none)");
	assert_string_equal(code_of(sex, ""), "(none)");
	const struct code_list *insurance =
	    codes_of(kind_named("social-insurance", "contribution"), "insurance");
	assert_string_equal(code_of(insurance, "企业职工基本养老保险"), "pension");
	assert_string_equal(code_of(insurance, "１１０"), "pension");
	const struct code_list *town = codes_of(kind_named("public-security", "residence"), "town");
	assert_string_equal(code_of(town, "杨舍镇（经济技术开发区）"), "320582-01");
	assert_string_equal(code_of(town, "杨舍镇(经济技术开发区)"), "320582-01");
}

static void a_title_of_several_codes_means_the_one_last_in_force(void **state)
{
	(void)state;
	const struct code_list *division =
	    codes_of(kind_named("public-security", "person"), "hukou_division");
	assert_string_equal(code_of(division, "沙洲县"), "320521");
	assert_string_equal(code_of(division, "张家港市"), "320582");
	assert_string_equal(code_of(division, "329004"), "329004");
	assert_string_equal(code_of(division, "金港镇"), "320582102");
}

// --- served ---

static struct json *parse_written(struct buffer *out)
{
	struct json *json;
	if (json_parse(&json, buffer_bytes(out)) != STATUS_OK)
		fail_msg("%s", status_reason());
	buffer_deinit(out);
	return json;
}

static void the_schema_of_every_kind_is_json_with_all_its_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < set->count; i++)
		for (size_t j = 0; j < set->catalogues[i]->kind_count; j++) {
			const struct kind *kind = &set->catalogues[i]->kinds[j];
			struct buffer out = { 0 };
			kind_write_schema(kind, &out);
			struct json *json = parse_written(&out);
			const struct json_value *properties =
			    json_member(json_root(json), "properties");
			assert_non_null(json_member(properties, "_op"));
			assert_non_null(json_member(properties, "_version"));
			assert_non_null(json_member(properties, kind->subject.name));
			for (size_t k = 0; k < kind->field_count; k++)
				assert_non_null(json_member(properties, kind->fields[k].name));
			json_free(&json);
		}
}

static void the_schema_says_what_a_column_takes(void **state)
{
	(void)state;
	struct buffer out = { 0 };
	kind_write_schema(kind_named("social-insurance", "contribution"), &out);
	struct json *json = parse_written(&out);
	const struct json_value *properties = json_member(json_root(json), "properties");
	const struct json_value *insurance = json_member(properties, "insurance");
	assert_string_equal(json_string(json_first(json_member(insurance, "enum"))), "pension");
	const struct json_value *months = json_member(properties, "months");
	const struct json_value *items = json_member(months, "items");
	assert_non_null(json_member(json_member(items, "properties"), "base"));
	assert_non_null(json_member(properties, "period"));
	assert_false(json_boolean(json_member(json_root(json), "additionalProperties")));
	json_free(&json);
}

static void the_served_catalogue_holds_its_kinds_and_code_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < set->count; i++) {
		struct buffer out = { 0 };
		catalogue_write_json(set->catalogues[i], &out);
		struct json *json = parse_written(&out);
		const struct json_value *root = json_root(json);
		assert_string_equal(
		    json_string(json_member(root, "department")), set->catalogues[i]->name);
		assert_int_equal(
		    json_size(json_member(root, "kinds")), set->catalogues[i]->kind_count);
		assert_true(json_size(json_member(root, "titles")) > 0);
		json_free(&json);
	}
	struct buffer out = { 0 };
	catalogue_write_json(catalogue_set_named(set, "public-security"), &out);
	struct json *json = parse_written(&out);
	const struct json_value *codes = json_member(json_root(json), "codes");
	assert_int_equal(json_size(json_member(json_member(codes, "ethnic"), "codes")), 58);
	assert_non_null(json_member(codes, "division"));
	json_free(&json);
}

// --- mistakes are refused at their line ---

// The fixtures in tests/support/catalogue are good; each mistake is one change of a copy.
static const char *const fixtures[] = { "records/test.json", "records/every-department.json",
	"codes/sex.json" };
static char folder[] = "/tmp/catalogue-test-XXXXXX";

static void write_file(const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static char *read_fixture(const char *name)
{
	char path[512];
	struct buffer text = { 0 };
	snprintf(path, sizeof path, "%s/tests/support/catalogue/%s", PROJECT_DIR, name);
	read_whole(path, &text);
	char *copy = text_copy(buffer_text(&text));
	buffer_deinit(&text);
	return copy;
}

static void write_fixtures(void)
{
	for (size_t i = 0; i < COUNT_OF(fixtures); i++) {
		char *text = read_fixture(fixtures[i]);
		write_file(fixtures[i], text);
		free(text);
	}
}

static int make_folder(void **state)
{
	char path[256];
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/records", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof path, "%s/codes", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	write_fixtures();
	return 0;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "records/test.json", "records/twin.json",
		"records/every-department.json", "records", "codes/sex.json", "codes", "" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[256];
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		remove(path);
	}
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	return 0;
}

struct change {
	const char *find, *instead; // the first place only
};

// Owned by the caller.
static char *change_text(const char *text, const struct change *change)
{
	struct buffer out = { 0 };
	const char *at = strstr(text, change->find);
	if (at == NULL)
		fail_msg("the test is wrong: no %s", change->find);
	buffer_append(&out, text, (size_t)(at - text));
	buffer_append_text(&out, change->instead);
	buffer_append_text(&out, at + strlen(change->find));
	char *changed = text_copy(buffer_text(&out));
	buffer_deinit(&out);
	return changed;
}

static void write_changed(const char *fixture, const char *name, const struct change *change)
{
	char *good = read_fixture(fixture);
	char *changed = change_text(good, change);
	write_file(name, changed);
	free(good);
	free(changed);
}

static int line_of(const char *text, const char *part)
{
	int line = 1;
	const char *end = strstr(text, part);
	if (end == NULL)
		fail_msg("the test is wrong: no %s", part);
	for (; text < end; text++)
		line += *text == '\n';
	return line;
}

struct mistake {
	struct change change;
	const char *at;     // the error names the line of this, NULL: of the change
	const char *reason; // part of it
};

static void expect_refused(const char *name, const struct mistake *mistake)
{
	struct catalogue *catalogue = (struct catalogue *)1;
	char place[320];
	char *good = read_fixture(name);
	int line = line_of(good, mistake->at != NULL ? mistake->at : mistake->change.find);
	write_changed(name, name, &mistake->change);
	if (catalogue_read(&catalogue, folder, "test") != STATUS_INVALID)
		fail_msg("%s was not refused", mistake->change.instead);
	assert_null(catalogue);
	snprintf(place, sizeof place, "%s/%s:%d:", folder, name, line);
	if (strncmp(status_reason(), place, strlen(place)) != 0 ||
	    strstr(status_reason(), mistake->reason) == NULL)
		fail_msg("expected %s... %s, got: %s", place, mistake->reason, status_reason());
	free(good);
}

static void the_catalogue_without_a_mistake_loads(void **state)
{
	struct catalogue *catalogue;
	(void)state;
	if (catalogue_read(&catalogue, folder, "test") != STATUS_OK)
		fail_msg("%s", status_reason());
	assert_int_equal(catalogue->kind_count, 2);
	const struct kind *thing = catalogue_kind(catalogue, 1);
	const struct field *share = kind_field(thing, 5);
	assert_int_equal(share->minimum, 50);
	assert_int_equal(share->maximum, 10000);
	assert_int_equal(thing->attested_by, 3);
	assert_null(thing->attested.zh);
	assert_false(thing->off_by_default);
	assert_int_equal(thing->subject.sensitivity, SENSITIVITY_SENSITIVE);
	assert_ptr_equal(kind_column(thing, bytes_of_text("证件号")), &thing->subject);
	const struct kind *coverage = catalogue_kind(catalogue, 200);
	assert_int_equal(coverage->fields[0].bytes_max, 128); // unsaid
	assert_int_equal(coverage->valid_since, -1);
	assert_int_equal(coverage->predecessor, -1);
	catalogue_free(&catalogue);
	assert_null(catalogue);
	catalogue_free(&catalogue);
}

static void a_mistake_in_a_department_is_refused_at_its_line(void **state)
{
	static const struct mistake mistakes[] = {
		{ { "\"format\": 1", "\"format\": 2" }, NULL, "format 2 is not known" },
		{ { "\"format\": 1, ", "" }, "{", "\"format\" is missing" },
		{ { "\"test\"", "\"toast\"" }, NULL, "the file's name says" },
		{ { "\"number\": 9", "\"number\": 100" }, "{", "must be 1..99" },
		{ { "\"number\": 9", "\"number\": 9, \"hue\": 1" }, NULL, "attribute \"hue\"" },
		{ { "2018-07-20", "2018-07-19" }, NULL, "begins after" },
		{ { "2018-07-20", "2018-02-30" }, NULL, "a date like" },
		{ { "2018-07-20", "2018-7-20" }, NULL, "a date like" },
		{ { "\"from\"", "\"since\"" }, NULL, "unknown attribute" },
		{ { "\"kinds\": [", "\"kinds\": [ 1," }, NULL, "an object is expected" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(mistakes); i++)
		expect_refused("records/test.json", &mistakes[i]);
}

static const char kind_line[] = "\"kind\": \"thing\"";

static void a_mistake_in_a_kind_is_refused_at_its_line(void **state)
{
	static const struct mistake mistakes[] = {
		{ { "\"thing\"", "\"Thing\"" }, NULL, "a name of" },
		{ { "\"number\": 1,", "\"number\": 200," }, kind_line, "1..199" },
		{ { "\"zh\": \"事项\", ", "" }, NULL, "\"zh\" is missing" },
		{ { "\"some law\"", "\"\"" }, NULL, "a text is expected" },
		{ { "_days\": 7", "_days\": \"7\"" }, NULL, "an integer" },
		{ { "_days\": 7", "_days\": -1" }, kind_line, "0..3660" },
		{ { "cadence_days", "lifetime" }, NULL, "unknown attribute" },
		{ { "\"type\": \"person\"", "\"type\": \"date\"" }, NULL, "a subject is" },
		{ { "\"证件号\"", "\"性别\"" }, kind_line, "would mean both" },
		{ { "\"证件号\"", "\"*基数（元）\"" }, kind_line, "would mean both" },
		{ { "\"证件号\"", "\"Ｓhare \"" }, kind_line, "would mean both" },
		{ { "\"sex\"]", "\"day\"]" }, NULL, "must be required" },
		{ { "\"sex\"]", "\"gender\"]" }, NULL, "the name of a field" },
		{ { "\"sex\"]", "\"year\"]" }, kind_line, "in the key twice" },
		{ { "\"sex\"]", "\"note\"]" }, kind_line, "may take 129 bytes" },
		{ { "[\"year\", \"sex\"]", "\"year\"" }, NULL, "an array of names" },
		{ { "[\"year\", \"sex\"]", "[\"sex\"]" }, kind_line, "a year of the key" },
		{ { "since\": \"day\"", "since\": \"sex\"" }, kind_line, "must name a date" },
		{ { "since\": \"day\"", "since\": \"eve\"" }, NULL, "the name of a field" },
		{ { "\"valid_since\": \"day\"", "\"predecessor\": \"eve\"" }, NULL,
		    "the name of a field" },
		{ { "\"valid_since\": \"day\"", "\"predecessor\": \"day\"" }, kind_line,
		    "must name a person" },
		{ { "_by\": \"note\"", "_by\": \"day\"" }, kind_line, "a text or a code" },
		{ { "_by\": \"note\"", "_by\": { \"zh\": \"局\" }" }, NULL, "is missing" },
		{ { "\"list\": \"months\"", "\"list\": \"day\"" }, "\"by\"", "the name of" },
		{ { "\"by\": \"month\"", "\"by\": \"base\"" }, kind_line, "\"by\" must name" },
		{ { "\"into\": \"year\"", "\"into\": \"sex\"" }, kind_line, "\"into\" must" },
		{ { "\"period\"", "\"base\"" }, kind_line, "would mean both" },
		{ { "\"list_max\": 12", "\"list_max\": 31" }, kind_line, "12 rows" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(mistakes); i++)
		expect_refused("records/test.json", &mistakes[i]);
}

static void a_mistake_in_a_field_is_refused_at_its_line(void **state)
{
	static const struct mistake mistakes[] = {
		{ { "{ \"number\": 2", "{ \"number\": 1" }, NULL, "none is used twice" },
		{ { "{ \"number\": 3", "{ \"number\": 300" }, NULL, "must be 1..200" },
		{ { "\"other\"", "\"sex\"" }, kind_line, "would mean both" },
		{ { "\"name\": \"day\"", "\"name\": \"the day\"" }, NULL, "a name of" },
		{ { "\"date\"", "\"night\"" }, NULL, "no type of a field" },
		{ { "\"date\"", "\"boolean\"" }, "\"not_future\"", "has no" },
		{ { "\"not_future\": true", "\"not_future\": 1" }, NULL, "true or false" },
		{ { "\"codes\": \"sex\",", "" }, "\"type\": \"code\"", "needs \"codes\"" },
		{ { "\"public\"", "\"secret\"" }, NULL, "none of public" },
		{ { ",\n\t\t\t\t\t\"sensitivity\": \"public\"", "" }, "\"name\": \"note\"",
		    "\"sensitivity\" is missing" },
		{ { "\"bytes_max\": 124", "\"bytes_max\": 0" }, NULL, "1..1024" },
		{ { "\"bytes_max\": 124", "\"scale\": 2" }, NULL, "has no \"scale\"" },
		{ { "\"minimum\": 0.5", "\"minimum\": 0.505" }, NULL, "at most 2 decimals" },
		{ { "\"minimum\": 0.5", "\"minimum\": \"0.5\"" }, NULL, "a number" },
		{ { "\"minimum\": 0.5", "\"minimum\": 100.01" }, "\"share\"", "above the" },
		{ { "\"scale\": 2,", "" }, "\"decimal\"", "needs \"scale\"" },
		{ { "\"list_max\": 12,", "" }, "\"type\": \"list\"", "needs \"list_max\"" },
		{ { "\"minimum\": 1,", "" }, "\"integer\"", "needs \"minimum\"" },
		{ { "\"money\"", "\"list\"" }, "\"minimum\": 0,", "has no \"minimum\"" },
		{ { "\"基数\"", "\"月份\"" }, "\"fields\": [\n\t\t\t\t\t\t{", "mean both" },
		{ { "\"name\": \"other\", \"type\": \"person\"",
		      "\"name\": \"other\", \"type\": \"id_number\"" },
		    kind_line, "keeps the subject's own number" },
		{ { "\"the other\" },\n\t\t\t\t\t\"sensitivity\": \"sensitive\"",
		      "\"the other\" }, \"sensitivity\": \"public\"" },
		    kind_line, "a person is never public" },
		{ { "\"name\": \"other\"", "\"name\": \"other\", \"name\": \"x\"" }, NULL, "" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(mistakes); i++)
		expect_refused("records/test.json", &mistakes[i]);
}

static void a_mistake_in_the_common_kinds_is_refused_at_its_line(void **state)
{
	static const struct mistake mistakes[] = {
		{ { "\"number\": 200", "\"number\": 199" }, NULL, "must be 200..299" },
		{ { "\"kind\": \"coverage\"", "\"kind\": \"thing\"" }, NULL, "used twice" },
		{ { "\"format\": 1", "\"format\": 1, \"number\": 7" }, NULL, "attribute" },
		{ { "\"required\": true,", "" }, "\"key\"", "must be required" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(mistakes); i++)
		expect_refused("records/every-department.json", &mistakes[i]);
}

static void a_mistake_in_a_code_list_is_refused_at_its_line(void **state)
{
	static const struct mistake mistakes[] = {
		{ { "\"name\": \"sex\"", "\"name\": \"gender\"" }, "{", "the file holds" },
		{ { "\"standard\": \"GB/T 2261.1-2003\",", "" }, "{", "is missing" },
		{ { "\"code\": \"2\"", "\"code\": \"1\"" }, NULL, "would mean both" },
		{ { "\"female\"", "\"female\", \"aliases\": [\"Ｍale\"]" }, NULL, "mean both" },
		{ { "\"female\"", "\"female\", \"order\": 2" }, NULL, "unknown attribute" },
		{ { "[\"男\"]", "\"男\"" }, NULL, "an array is expected" },
		{ { "\"female\"", "\"female\", \"from\": \"2018\"" }, NULL, "a date like" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(mistakes); i++)
		expect_refused("codes/sex.json", &mistakes[i]);
}

static void expect_not_read(const char *department, const char *reason)
{
	struct catalogue *catalogue = (struct catalogue *)1;
	assert_int_not_equal(catalogue_read(&catalogue, folder, department), STATUS_OK);
	assert_null(catalogue);
	if (strstr(status_reason(), reason) == NULL)
		fail_msg("expected %s, got %s", reason, status_reason());
}

static void an_absent_file_and_a_foreign_path_are_refused(void **state)
{
	static const struct change absent = { "\"codes\": \"sex\"", "\"codes\": \"size\"" };
	static const struct change foreign = { "\"codes\": \"sex\"", "\"codes\": \"../a\"" };
	(void)state;
	write_changed("records/test.json", "records/test.json", &absent);
	expect_not_read("test", "codes/size.json");
	write_changed("records/test.json", "records/test.json", &foreign);
	expect_not_read("test", "a name of");
	expect_not_read("absent", "records/absent.json");
	expect_not_read("../test", "a department's name");
	expect_not_read("every-department", "a department's name");
	expect_not_read("", "a department's name");
}

static void two_departments_of_one_number_are_refused(void **state)
{
	static const struct change twin = { "\"test\"", "\"twin\"" };
	struct catalogue_set *two = (struct catalogue_set *)1;
	(void)state;
	write_changed("records/test.json", "records/twin.json", &twin);
	assert_int_equal(catalogue_set_read(&two, folder), STATUS_INVALID);
	assert_null(two);
	assert_non_null(strstr(status_reason(), "both have number 9"));
	assert_int_equal(catalogue_set_read(&two, "/nonexistent"), STATUS_NOT_FOUND);
}

static void the_folder_of_the_catalogues_is_found_by_the_environment(void **state)
{
	char path[512], small[4];
	(void)state;
	assert_int_equal(setenv("ONECITY_PROTO", PROJECT_DIR "/proto", 1), 0);
	assert_int_equal(catalogue_directory(path, sizeof path), STATUS_OK);
	assert_string_equal(path, PROJECT_DIR "/proto");
	assert_int_equal(catalogue_directory(small, sizeof small), STATUS_TOO_LARGE);
	assert_int_equal(setenv("ONECITY_PROTO", "/nonexistent", 1), 0);
	assert_int_equal(catalogue_directory(path, sizeof path), STATUS_NOT_FOUND);
	assert_int_equal(unsetenv("ONECITY_PROTO"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(catalogues_of_all_departments_load_in_order_of_number),
		cmocka_unit_test(titles_follow_the_history_of_a_department),
		cmocka_unit_test(the_fields_of_a_kind_are_found_by_number_and_name),
		cmocka_unit_test(a_contribution_folds_months_into_its_year),
		cmocka_unit_test(decimals_have_scaled_bounds),
		cmocka_unit_test(numbers_of_fields_are_never_used_again),
		cmocka_unit_test(columns_are_found_by_name_title_and_alias),
		cmocka_unit_test(columns_of_a_fold_and_its_list_are_columns),
		cmocka_unit_test(decoration_of_a_header_does_not_matter),
		cmocka_unit_test(the_kept_id_number_has_no_column_of_its_own),
		cmocka_unit_test(codes_are_found_by_code_title_and_alias),
		cmocka_unit_test(a_title_of_several_codes_means_the_one_last_in_force),
		cmocka_unit_test(the_schema_of_every_kind_is_json_with_all_its_columns),
		cmocka_unit_test(the_schema_says_what_a_column_takes),
		cmocka_unit_test(the_served_catalogue_holds_its_kinds_and_code_lists),
		cmocka_unit_test_setup_teardown(
		    the_catalogue_without_a_mistake_loads, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
		    a_mistake_in_a_department_is_refused_at_its_line, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
		    a_mistake_in_a_kind_is_refused_at_its_line, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
		    a_mistake_in_a_field_is_refused_at_its_line, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
		    a_mistake_in_the_common_kinds_is_refused_at_its_line, make_folder,
		    remove_folder),
		cmocka_unit_test_setup_teardown(
		    a_mistake_in_a_code_list_is_refused_at_its_line, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
		    an_absent_file_and_a_foreign_path_are_refused, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
		    two_departments_of_one_number_are_refused, make_folder, remove_folder),
		cmocka_unit_test(the_folder_of_the_catalogues_is_found_by_the_environment),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
