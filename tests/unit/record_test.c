// SPDX-License-Identifier: Apache-2.0
// record_test: what record.h promises: one record, whichever way it came in; bodies of any age and
// of any bytes.
#include "record.h"

#include "pack.h"
#include "words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

// --- two kinds -----------------------------------------------------------------------------------

static const struct code insurance_codes[] = {
	{ .code = "pension", .title = { "养老保险", "pension insurance" } },
	{ .code = "medical", .title = { "医疗保险", "medical insurance" } },
};
static struct code_list insurance = {
	.name = "insurance",
	.codes = insurance_codes,
	.code_count = COUNT_OF(insurance_codes),
};

static const struct field month_fields[] = {
	{ .number = 1,
	    .name = "month",
	    .type = FIELD_INTEGER,
	    .title = { "月", "month" },
	    .required = true,
	    .minimum = 1,
	    .maximum = 12 },
	{ .number = 2,
	    .name = "base",
	    .type = FIELD_MONEY,
	    .title = { "缴费基数", "contribution base" },
	    .required = true,
	    .sensitivity = SENSITIVITY_SENSITIVE },
	{ .number = 4, .name = "late", .type = FIELD_BOOLEAN, .title = { "补缴", "paid late" } },
};

enum {
	INSURANCE,
	YEAR,
	MONTHS,
	EMPLOYER,
	SINCE,
	NOTE,
	CONTRIBUTION_FIELDS
};

static struct field contribution_fields[] = {
	{ .number = 1,
	    .name = "insurance",
	    .type = FIELD_CODE,
	    .title = { "险种", "insurance" },
	    .required = true,
	    .codes = &insurance },
	{ .number = 2,
	    .name = "year",
	    .type = FIELD_YEAR,
	    .title = { "年度", "year" },
	    .required = true,
	    .minimum = 2000,
	    .maximum = 2100 },
	{ .number = 3,
	    .name = "months",
	    .type = FIELD_LIST,
	    .title = { "各月缴费", "months" },
	    .required = true,
	    .fields = month_fields,
	    .field_count = COUNT_OF(month_fields),
	    .list_max = 12 },
	{ .number = 5,
	    .name = "employer",
	    .type = FIELD_ENTERPRISE,
	    .title = { "参保单位", "employer" } },
	{ .number = 6,
	    .name = "since",
	    .type = FIELD_MONTH,
	    .title = { "参保起始", "insured since" },
	    .not_future = true },
	{ .number = 9,
	    .name = "note",
	    .type = FIELD_TEXT,
	    .title = { "备注", "note" },
	    .bytes_max = 60 },
};

static const struct fold months_fold = {
	.list = &contribution_fields[MONTHS],
	.list_index = MONTHS,
	.from = { .name = "paid_month",
	    .type = FIELD_MONTH,
	    .title = { "缴费月份", "month paid" } },
	.by = 0,
	.into = YEAR,
};

static const size_t contribution_key[] = { INSURANCE, YEAR };
static const struct catalogue catalogue = { .number = 4, .name = "social-insurance" };

static const char *const id_aliases[] = { "身份证号" };

static struct kind contribution = {
	.catalogue = &catalogue,
	.number = 1,
	.name = "contribution",
	.subject = { .name = "id_number",
	    .type = FIELD_PERSON,
	    .title = { "公民身份号码", "ID number" },
	    .aliases = id_aliases,
	    .alias_count = 1 },
	.fields = contribution_fields,
	.field_count = CONTRIBUTION_FIELDS,
	.key = contribution_key,
	.key_count = COUNT_OF(contribution_key),
	.valid_since = SINCE,
	.attested_by = -1,
	.fold = &months_fold,
};

enum {
	NUMBER,
	DAY,
	AREA,
	NOTICE_FIELDS
};

static const struct field notice_fields[] = {
	{ .number = 1,
	    .name = "number",
	    .type = FIELD_TEXT,
	    .title = { "文号", "number" },
	    .required = true,
	    .bytes_max = 200 },
	{ .number = 2,
	    .name = "day",
	    .type = FIELD_DATE,
	    .title = { "日期", "day" },
	    .required = true },
	{ .number = 3,
	    .name = "area",
	    .type = FIELD_DECIMAL,
	    .title = { "面积", "area" },
	    .scale = 1 },
};
static const size_t notice_key[] = { DAY, NUMBER };

static struct kind notice = {
	.catalogue = &catalogue,
	.number = 2,
	.name = "notice",
	.subject = { .name = "id_number",
	    .type = FIELD_PERSON,
	    .title = { "公民身份号码", "ID number" } },
	.subject_optional = true,
	.fields = notice_fields,
	.field_count = NOTICE_FIELDS,
	.key = notice_key,
	.key_count = COUNT_OF(notice_key),
	.valid_since = DAY,
	.attested_by = -1,
};

static const struct code division_codes[] = {
	{ .code = "320582", .title = { "张家港市", "Zhangjiagang" } },
};
static struct code_list divisions = {
	.name = "division",
	.codes = division_codes,
	.code_count = COUNT_OF(division_codes),
};

static const struct field person_fields[] = {
	{ .number = 1,
	    .name = "id_number",
	    .type = FIELD_ID_NUMBER,
	    .title = { "公民身份号码", "ID number" },
	    .required = true },
	{ .number = 2,
	    .name = "division",
	    .type = FIELD_INTEGER,
	    .title = { "户籍地", "division" },
	    .codes = &divisions,
	    .minimum = 110000,
	    .maximum = 820000999999 },
};

static struct kind person = {
	.catalogue = &catalogue,
	.number = 3,
	.name = "person",
	.subject = { .name = "id_number",
	    .type = FIELD_PERSON,
	    .title = { "公民身份号码", "ID number" } },
	.fields = person_fields,
	.field_count = COUNT_OF(person_fields),
	.valid_since = -1,
	.attested_by = -1,
};

static struct record_context context = { .today = 20261123 };

// --- the words that catalogue_read makes ---------------------------------------------------------

static struct words *words[6];

static void put_columns(struct words *columns, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (fields[i].type == FIELD_ID_NUMBER)
			continue;
		words_put(columns, fields[i].name, &fields[i]);
		words_put(columns, fields[i].title.zh, &fields[i]);
		words_put(columns, fields[i].title.en, &fields[i]);
		for (size_t alias = 0; alias < fields[i].alias_count; alias++)
			words_put(columns, fields[i].aliases[alias], &fields[i]);
	}
}

static void put_kind(struct words *columns, struct kind *kind)
{
	put_columns(columns, &kind->subject, 1);
	put_columns(columns, kind->fields, kind->field_count);
	kind->columns = columns;
}

static int open_context(void **state)
{
	static const uint8_t secret[32] = { 7 };
	(void)state;
	context.pseudonym = pseudonym_new(secret, '1');
	for (size_t i = 0; i < COUNT_OF(words); i++)
		words[i] = words_new(i < 2 ? WORDS_OF_CODES : WORDS_OF_COLUMNS);
	for (size_t i = 0; i < insurance.code_count; i++) {
		words_put(words[0], insurance_codes[i].code, &insurance_codes[i]);
		words_put(words[0], insurance_codes[i].title.zh, &insurance_codes[i]);
	}
	insurance.words = words[0];
	words_put(words[1], division_codes[0].title.zh, &division_codes[0]);
	divisions.words = words[1];
	put_columns(words[2], month_fields, COUNT_OF(month_fields));
	contribution_fields[MONTHS].columns = words[2];
	put_kind(words[3], &contribution);
	put_columns(words[3], &months_fold.from, 1);
	put_columns(words[3], month_fields, COUNT_OF(month_fields));
	put_kind(words[4], &notice);
	put_kind(words[5], &person);
	return 0;
}

static int close_context(void **state)
{
	struct pseudonym *pseudonym = (struct pseudonym *)context.pseudonym;
	(void)state;
	pseudonym_close(&pseudonym);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		words_free(&words[i]);
	return 0;
}

// --- helpers -------------------------------------------------------------------------------------

#define ID "320582199003071232"
#define YEAR_ROW                                                                                  \
	"{\"id_number\":\"" ID "\",\"insurance\":\"pension\",\"year\":2026,"                      \
	"\"months\":[{\"month\":1,\"base\":4494.00},{\"month\":2,\"base\":\"4,494.50\",\"late\":" \
	"true}],"                                                                                 \
	"\"since\":\"2015-03\",\"note\":\"甲\"}"

static struct problems problems;

static bool read_json(struct record *record, const struct kind *kind, const char *text)
{
	struct json *json = NULL;
	if (json_parse(&json, bytes_of_text(text)) != STATUS_OK)
		fail_msg("%s: %s", text, status_reason());
	bool good = record_from_json(record, kind, json_root(json), &context, &problems);
	json_free(&json);
	return good;
}

static void take_json(struct record *record, const struct kind *kind, const char *text)
{
	if (!read_json(record, kind, text))
		fail_msg(
		    "%s: %s %s", text, problem_name(problems.list[0].code), problems.list[0].field);
}

// The row is refused for this reason, told of this field, and for no other.
static void refuse_json(
    const struct kind *kind, const char *text, enum problem_code code, const char *field)
{
	struct record record;
	if (read_json(&record, kind, text))
		fail_msg("%s is taken", text);
	record_deinit(&record);
	if (problems.count != 1 || problems.list[0].code != code)
		fail_msg("%s: %zu problems, %s %s", text, problems.count,
		    problem_name(problems.list[0].code), problems.list[0].field);
	assert_string_equal(problems.list[0].field, field);
}

static const struct field *column(const struct kind *kind, const char *header)
{
	const struct field *field = kind_column(kind, bytes_of_text(header));
	assert_non_null(field);
	return field;
}

enum {
	COLUMNS_MAX = 12
};

static bool read_cells(struct record *record, const struct kind *kind, const char *const *headers,
    const char *const *texts, size_t count)
{
	const struct field *header[COLUMNS_MAX];
	struct bytes cells[COLUMNS_MAX];
	assert_true(count <= COLUMNS_MAX);
	for (size_t i = 0; i < count; i++) {
		header[i] = headers[i] != NULL ? column(kind, headers[i]) : NULL;
		cells[i] = bytes_of_text(texts[i]);
	}
	return record_from_cells(record, kind, header, cells, count, &context, &problems);
}

static void assert_same_record(struct record *a, struct record *b)
{
	struct buffer bodies[2] = { 0 };
	record_pack(a, &bodies[0]);
	record_pack(b, &bodies[1]);
	assert_true(bytes_equal(buffer_bytes(&bodies[0]), buffer_bytes(&bodies[1])));
	assert_string_equal(a->subject, b->subject);
	assert_string_equal(a->key, b->key);
	assert_int_equal(a->valid_since, b->valid_since);
	assert_int_equal(a->operation, b->operation);
	assert_int_equal(a->folds, b->folds);
	buffer_deinit(&bodies[0]);
	buffer_deinit(&bodies[1]);
	record_deinit(a);
	record_deinit(b);
}

static void assert_written(
    const struct kind *kind, struct bytes body, record_allow *allow, const char *expected)
{
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	if (record_write_json(kind, body, allow, NULL, &writer) != STATUS_OK)
		fail_msg("%s", status_reason());
	assert_string_equal(buffer_text(&out), expected);
	buffer_deinit(&out);
}

static void assert_values(const struct record *record, const char *expected)
{
	struct buffer body = { 0 };
	record_pack(record, &body);
	assert_written(record->kind, buffer_bytes(&body), NULL, expected);
	buffer_deinit(&body);
}

// --- rows ----------------------------------------------------------------------------------------

static void record_takes_a_row_apart_into_subject_key_and_body(void **state)
{
	struct record record;
	char subject[SUBJECT_SIZE];
	(void)state;
	take_json(&record, &contribution, YEAR_ROW);
	pseudonym_subject(context.pseudonym, SUBJECT_PERSON, bytes_of_text(ID), subject);
	assert_string_equal(record.subject, subject);
	assert_true(record.key_known);
	assert_string_equal(record.key, "pension|2026");
	assert_int_equal(record.operation, RECORD_PUT);
	assert_int_equal(record.valid_since, 20150301);
	assert_int_equal(record.birth_date, 19900307);
	assert_false(record.has_version);
	assert_false(record.folds);
	assert_values(&record,
	    "{\"insurance\":{\"code\":\"pension\",\"zh\":\"养老保险\",\"en\":\"pension "
	    "insurance\"},"
	    "\"year\":2026,\"months\":[{\"month\":1,\"base\":4494.00},"
	    "{\"month\":2,\"base\":4494.50,\"late\":true}],\"since\":\"2015-03\",\"note\":\"甲\"}");
	record_deinit(&record);
}

static void record_is_the_same_from_cells_and_from_json(void **state)
{
	static const char *const headers[] = { "备注", "身份证号", NULL, "年度", "险种", "参保起始",
		"各月缴费" };
	static const char *const cells[] = { " 甲\t", "'３２０５８２１９９００３０７１２３２",
		"dropped", "2026.0", "养老保险", "2015年3月",
		"[{\"late\":\"是\",\"base\":\"￥4494.5\",\"month\":\"2\"},{\"base\":4494,\"month\":"
		"1}]" };
	struct record from_json, from_cells;
	(void)state;
	take_json(&from_json, &contribution, YEAR_ROW);
	assert_true(read_cells(&from_cells, &contribution, headers, cells, COUNT_OF(cells)));
	assert_same_record(&from_json, &from_cells);
}

static void record_members_may_be_titles_aliases_and_strings(void **state)
{
	struct record a, b;
	(void)state;
	take_json(&a, &contribution, YEAR_ROW);
	take_json(&b, &contribution,
	    "{\"身份证号\":\"" ID "\",\"险种\":\"pension\",\"年度\":\"2026年\",\"employer\":null,"
	    "\"months\":\"[{\\\"月\\\":1,\\\"缴费基数\\\":4494},{\\\"month\\\":2,\\\"base\\\":4494."
	    "5,"
	    "\\\"late\\\":1}]\",\"insured since\":\"201503\",\"备注\":\"甲\"}");
	assert_same_record(&a, &b);
}

static void record_body_is_positional_and_minimal(void **state)
{
	static const uint8_t expected[] = { 0x96, 0xa7, 'p', 'e', 'n', 's', 'i', 'o', 'n', 0xcd,
		0x07, 0xea, 0x92, 0x92, 0x01, 0xce, 0x00, 0x06, 0xdb, 0x78, 0x94, 0x02, 0x00, 0xc0,
		0xc3, 0xc0, 0xc0, 0xce, 0x00, 0x03, 0x13, 0x1f };
	struct record record;
	struct buffer body = { 0 };
	(void)state;
	take_json(&record, &contribution,
	    "{\"id_number\":\"" ID
	    "\",\"insurance\":\"pension\",\"year\":2026,\"since\":\"201503\","
	    "\"months\":[{\"month\":2,\"base\":0,\"late\":true},{\"month\":1,\"base\":4494}]}");
	record_pack(&record, &body);
	assert_int_equal(body.size, sizeof expected);
	assert_memory_equal(body.data, expected, sizeof expected);
	buffer_deinit(&body);
	record_deinit(&record);
}

static void record_key_holds_canonical_values(void **state)
{
	struct record record;
	(void)state;
	take_json(&record, &notice,
	    "{\"number\":\"张政发|2026|50%\",\"day\":\"2026年1月5日\",\"area\":\"89.50\"}");
	assert_string_equal(record.key, "20260105|张政发%7C2026%7C50%25");
	assert_int_equal(record.valid_since, 20260105);
	record_deinit(&record);
}

static void record_without_a_subject_is_about_the_department(void **state)
{
	struct record record;
	char source[SUBJECT_SIZE];
	(void)state;
	take_json(&record, &notice, "{\"number\":\"1\",\"day\":20260105}");
	pseudonym_source(catalogue.number, source);
	assert_string_equal(record.subject, source);
	record_deinit(&record);
	refuse_json(&notice, "{\"id_number\":\"1\",\"number\":\"1\",\"day\":20260105}",
	    PROBLEM_id_number_form, "id_number");
}

static void record_flags_old_id_numbers(void **state)
{
	struct record old, new;
	(void)state;
	take_json(&new, &notice, "{\"id_number\":\"" ID "\",\"number\":\"1\",\"day\":20260105}");
	take_json(
	    &old, &notice, "{\"id_number\":\"320582900307123\",\"number\":\"1\",\"day\":20260105}");
	assert_true(old.old_id_number);
	assert_false(new.old_id_number);
	assert_same_record(&old, &new);
}

static void record_keeps_the_subjects_own_number_where_the_kind_says_so(void **state)
{
	struct record record;
	(void)state;
	take_json(
	    &record, &person, "{\"id_number\":\"320582900307123\",\"division\":\"张家港市\"}");
	assert_int_equal(record.subject[0], 'p');
	assert_values(&record,
	    "{\"id_number\":\"" ID "\","
	    "\"division\":{\"code\":320582,\"zh\":\"张家港市\",\"en\":\"Zhangjiagang\"}}");
	record_deinit(&record);
	take_json(&record, &person, "{\"id_number\":\"" ID "\",\"division\":341225}");
	assert_values(&record,
	    "{\"id_number\":\"" ID "\",\"division\":{\"code\":341225,\"zh\":null,\"en\":null}}");
	record_deinit(&record);
	refuse_json(&person, "{\"division\":341225}", PROBLEM_missing_value, "id_number");
	refuse_json(
	    &person, "{\"id_number\":\"320582199003071233\"}", PROBLEM_check_digit, "id_number");
}

static void record_reads_the_sources_own_version(void **state)
{
	static const struct {
		const char *written;
		uint64_t version;
	} good[] = {
		{ "7", 7 },
		{ "\"7\"", 7 },
		{ "\"18446744073709551615\"", UINT64_MAX },
		{ "\"2026-11-23T08:15:02.123Z\"", UINT64_C(1795421702123000) },
		{ "\"2026-11-23 16:15:02.123\"", UINT64_C(1795421702123000) },
	};
	static const char *const bad[] = { "-1", "1.5", "\"18446744073709551616\"", "\"yesterday\"",
		"true", "[]", "\"\"" };
	struct record record;
	char row[200];
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		snprintf(row, sizeof row, "{\"number\":\"1\",\"day\":20260105,\"_version\":%s}",
		    good[i].written);
		take_json(&record, &notice, row);
		assert_true(record.has_version);
		assert_true(record.version == good[i].version);
		record_deinit(&record);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		snprintf(
		    row, sizeof row, "{\"number\":\"1\",\"day\":20260105,\"_version\":%s}", bad[i]);
		refuse_json(&notice, row, PROBLEM_version_form, "_version");
	}
}

static void record_retract_needs_subject_and_key_only(void **state)
{
	struct record record;
	(void)state;
	take_json(&record, &contribution,
	    "{\"_op\":\"retract\",\"id_number\":\"" ID "\",\"insurance\":\"pension\",\"year\":2026,"
	    "\"since\":\"whenever\"}");
	assert_int_equal(record.operation, RECORD_RETRACT);
	assert_string_equal(record.key, "pension|2026");
	assert_false(record.folds);
	record_deinit(&record);
	refuse_json(&contribution, "{\"_op\":\"retract\",\"id_number\":\"" ID "\",\"year\":2026}",
	    PROBLEM_missing_value, "insurance");
	refuse_json(&notice, "{\"_op\":\"delete\",\"number\":\"1\",\"day\":20260105}",
	    PROBLEM_unknown_operation, "_op");
}

static void record_says_what_is_wrong_and_where(void **state)
{
#define HEAD "{\"id_number\":\"" ID "\",\"insurance\":\"pension\",\"year\":2026,"
	(void)state;
	refuse_json(&notice, "[]", PROBLEM_not_an_object, "");
	refuse_json(&contribution, "{\"insurance\":\"pension\",\"year\":2026,\"months\":[]}",
	    PROBLEM_missing_value, "id_number");
	refuse_json(&contribution, HEAD "\"months\":null}", PROBLEM_missing_value, "months");
	refuse_json(&contribution, HEAD "\"months\":{}}", PROBLEM_list_form, "months");
	refuse_json(&contribution, HEAD "\"months\":\"[{\"}", PROBLEM_list_form, "months");
	refuse_json(&contribution, HEAD "\"months\":[1]}", PROBLEM_list_form, "months");
	refuse_json(&contribution, HEAD "\"months\":[{\"month\":1,\"base\":1},{\"month\":2}]}",
	    PROBLEM_missing_value, "months[1].base");
	assert_string_equal(problems.list[0].column_zh, "第 2 条明细的缴费基数");
	refuse_json(&contribution, HEAD "\"months\":[{\"month\":13,\"base\":1}]}",
	    PROBLEM_number_range, "months[0].month");
	assert_string_equal(problems.list[0].expected, "1..12");
	refuse_json(&contribution, HEAD "\"months\":[{\"month\":1,\"base\":1,\"colour\":2}]}",
	    PROBLEM_unknown_member, "months[0].colour");
	refuse_json(&contribution,
	    HEAD "\"months\":[{\"month\":1,\"base\":1},{\"month\":1,\"base\":2}]}",
	    PROBLEM_list_duplicate, "months[1].month");
	refuse_json(&contribution, HEAD "\"months\":[{},{},{},{},{},{},{},{},{},{},{},{},{}]}",
	    PROBLEM_list_too_long, "months");
	refuse_json(&contribution, HEAD "\"months\":[],\"note\":[]}", PROBLEM_text_form, "note");
	refuse_json(&contribution, HEAD "\"months\":[],\"since\":{}}", PROBLEM_month_form, "since");
	refuse_json(
	    &contribution, HEAD "\"months\":[],\"年度\":2025}", PROBLEM_given_twice, "year");
	refuse_json(&contribution, HEAD "\"months\":[],\"note\":\"" ID "\"}",
	    PROBLEM_id_number_in_text, "note");
	refuse_json(
	    &contribution, HEAD "\"months\":[],\"colour\":1}", PROBLEM_unknown_member, "colour");
	refuse_json(&contribution,
	    "{\"id_number\":\"'\",\"insurance\":\"pension\",\"year\":2026,\"months\":[]}",
	    PROBLEM_missing_value, "id_number");
#undef HEAD
}

static void record_problems_never_show_a_number_of_a_person(void **state)
{
	(void)state;
	refuse_json(&notice, "{\"number\":\"1\",\"day\":20260105,\"" ID "\":1}",
	    PROBLEM_unknown_member, "");
}

static void record_knows_subject_and_key_of_a_row_with_other_problems(void **state)
{
	struct record record;
	(void)state;
	assert_false(read_json(&record, &notice,
	    "{\"id_number\":\"" ID "\",\"number\":\"1\",\"day\":20260105,\"area\":\"big\"}"));
	assert_int_equal(record.subject[0], 'p');
	assert_true(record.key_known);
	assert_string_equal(record.key, "20260105|1");
	record_deinit(&record);
	assert_false(read_json(&record, &notice, "{\"id_number\":\"" ID "\",\"number\":\"1\"}"));
	assert_int_equal(record.subject[0], 'p');
	assert_false(record.key_known);
	assert_string_equal(record.key, "");
	record_deinit(&record);
}

static void record_key_has_a_limit(void **state)
{
	struct record record;
	char row[300], number[121];
	(void)state;
	memset(number, '1', 120);
	number[119] = 0;
	snprintf(row, sizeof row, "{\"number\":\"a%s\",\"day\":20260105}", number);
	refuse_json(&notice, row, PROBLEM_key_too_long, "");
	number[118] = 0;
	snprintf(row, sizeof row, "{\"number\":\"a%s\",\"day\":20260105}", number);
	take_json(&record, &notice, row);
	assert_int_equal(strlen(record.key), CATALOGUE_KEY_BYTES_MAX);
	record_deinit(&record);
}

static void record_refuses_two_columns_that_contradict(void **state)
{
	static const char *const headers[] = { "number", "文号", "day" };
	static const char *const same[] = { "7", " 7", "2026-01-05" };
	static const char *const different[] = { "7", "8", "2026-01-05" };
	struct record record;
	(void)state;
	assert_true(read_cells(&record, &notice, headers, same, 3));
	record_deinit(&record);
	assert_false(read_cells(&record, &notice, headers, different, 3));
	assert_int_equal(problems.list[0].code, PROBLEM_given_twice);
	record_deinit(&record);
}

// --- folding -------------------------------------------------------------------------------------

static const char *const fold_headers[] = { "id_number", "险种", "缴费月份", "缴费基数", "补缴",
	"年度" };

static void take_month(struct record *record, const char *month, const char *base)
{
	const char *cells[] = { ID, "pension", month, base, "", "" };
	assert_true(read_cells(record, &contribution, fold_headers, cells, COUNT_OF(cells)));
	assert_true(record->folds);
}

static void record_folds_the_same_from_cells_and_from_json(void **state)
{
	struct record from_json, from_cells;
	(void)state;
	take_month(&from_cells, "2026年2月", "4,494.50");
	take_json(&from_json, &contribution,
	    "{\"id_number\":\"" ID "\",\"insurance\":\"pension\",\"paid_month\":\"2026-02\","
	    "\"base\":4494.5,\"year\":2026}");
	assert_string_equal(from_cells.key, "pension|2026");
	assert_same_record(&from_cells, &from_json);
}

static void record_fold_says_what_is_wrong(void **state)
{
#define HEAD "{\"id_number\":\"" ID "\",\"insurance\":\"pension\","
	static const char *const cells[] = { ID, "pension", "", "4494", "", "2026" };
	struct record record;
	(void)state;
	refuse_json(&contribution, HEAD "\"paid_month\":\"2026-02\",\"base\":1,\"year\":2025}",
	    PROBLEM_given_twice, "year");
	refuse_json(&contribution, HEAD "\"paid_month\":\"2026-02\",\"base\":1,\"month\":3}",
	    PROBLEM_given_twice, "month");
	refuse_json(
	    &contribution, HEAD "\"paid_month\":\"2026-02\"}", PROBLEM_missing_value, "base");
	refuse_json(&contribution,
	    HEAD "\"paid_month\":\"2026-02\",\"base\":1,\"months\":[],\"year\":2026}",
	    PROBLEM_given_twice, "months");
	refuse_json(&contribution, HEAD "\"paid_month\":\"1999-02\",\"base\":1}",
	    PROBLEM_date_range, "year");
	assert_false(read_cells(&record, &contribution, fold_headers, cells, COUNT_OF(cells)));
	assert_int_equal(problems.count, 1);
	assert_int_equal(problems.list[0].code, PROBLEM_missing_value);
	assert_string_equal(problems.list[0].field, "paid_month");
	record_deinit(&record);
#undef HEAD
}

static void fold_into(struct record *record, struct buffer *year)
{
	if (record_fold(record, buffer_bytes(year)) != STATUS_OK)
		fail_msg("%s", status_reason());
	buffer_clear(year);
	record_pack(record, year);
	record_deinit(record);
}

static void record_fold_makes_the_year_from_its_months_in_any_order(void **state)
{
	struct record record, whole;
	struct buffer year = { 0 }, expected = { 0 };
	(void)state;
	take_month(&record, "202602", "9");
	fold_into(&record, &year);
	take_month(&record, "202601", "4494");
	fold_into(&record, &year);
	take_json(&record, &contribution,
	    "{\"id_number\":\"" ID
	    "\",\"insurance\":\"pension\",\"paid_month\":\"2026-02\",\"base\":4494.5,"
	    "\"late\":true,\"since\":\"201503\",\"note\":\"甲\"}");
	assert_int_equal(record.valid_since, 20150301);
	fold_into(&record, &year);
	take_json(&whole, &contribution, YEAR_ROW);
	record_pack(&whole, &expected);
	assert_true(bytes_equal(buffer_bytes(&year), buffer_bytes(&expected)));
	take_month(&record, "202602", "4494.5");
	assert_int_equal(record_fold(&record, buffer_bytes(&year)), STATUS_OK);
	assert_int_equal(record.valid_since, 20150301); // kept from before
	assert_false(record.folds);
	record_deinit(&record);
	record_deinit(&whole);
	buffer_deinit(&year);
	buffer_deinit(&expected);
}

static void retract_month(struct record *record, const char *month)
{
	char row[200];
	snprintf(row, sizeof row,
	    "{\"_op\":\"retract\",\"id_number\":\"" ID
	    "\",\"insurance\":\"pension\",\"paid_month\":\"%s\"}",
	    month);
	take_json(record, &contribution, row);
	assert_true(record->folds);
}

static void record_fold_takes_months_out_until_none_is_left(void **state)
{
	struct record record;
	struct buffer year = { 0 };
	(void)state;
	take_month(&record, "202601", "1");
	fold_into(&record, &year);
	take_month(&record, "202602", "2");
	fold_into(&record, &year);
	retract_month(&record, "202601");
	assert_int_equal(record_fold(&record, buffer_bytes(&year)), STATUS_OK);
	assert_int_equal(record.operation, RECORD_PUT);
	assert_values(&record, "{\"insurance\":{\"code\":\"pension\",\"zh\":\"养老保险\",\"en\":"
			       "\"pension insurance\"},"
			       "\"year\":2026,\"months\":[{\"month\":2,\"base\":2.00}]}");
	buffer_clear(&year);
	record_pack(&record, &year);
	record_deinit(&record);
	retract_month(&record, "202603"); // never was there
	assert_int_equal(record_fold(&record, buffer_bytes(&year)), STATUS_OK);
	assert_int_equal(record.operation, RECORD_PUT);
	record_deinit(&record);
	retract_month(&record, "202602");
	assert_int_equal(record_fold(&record, buffer_bytes(&year)), STATUS_OK);
	assert_int_equal(record.operation, RECORD_RETRACT);
	record_deinit(&record);
	retract_month(&record, "202602");
	assert_int_equal(record_fold(&record, (struct bytes){ 0 }), STATUS_OK);
	assert_int_equal(record.operation, RECORD_RETRACT);
	record_deinit(&record);
	buffer_deinit(&year);
}

static void record_fold_refuses_a_damaged_year(void **state)
{
	struct record record;
	(void)state;
	take_month(&record, "202601", "1");
	assert_int_equal(record_fold(&record, bytes_make("\xff", 1)), STATUS_CORRUPT);
	record_deinit(&record);
}

// --- bodies --------------------------------------------------------------------------------------

static void record_body_comes_back_as_it_was_packed(void **state)
{
	struct record record, again;
	struct buffer body = { 0 };
	(void)state;
	take_json(&record, &contribution, YEAR_ROW);
	record_pack(&record, &body);
	assert_int_equal(record_unpack(&again, &contribution, buffer_bytes(&body)), STATUS_OK);
	assert_ptr_equal(again.kind, &contribution);
	memcpy(again.subject, record.subject, sizeof again.subject);
	memcpy(again.key, record.key, sizeof again.key);
	again.valid_since = record.valid_since;
	assert_same_record(&record, &again);
	buffer_deinit(&body);
}

static void record_body_of_another_age_is_read_as_far_as_it_is_known(void **state)
{
	struct record record;
	struct buffer body = { 0 };
	(void)state;
	pack_array(&body, 12); // field 4, and 10 to 12, are of a later catalogue
	pack_text(&body, bytes_of_text("work_injury"));
	pack_integer(&body, 2026);
	pack_array(&body, 1);
	pack_array(&body, 6);
	pack_integer(&body, 3);
	pack_integer(&body, 100);
	pack_text(&body, bytes_of_text("later"));
	pack_nil(&body);
	pack_array(&body, 0);
	pack_boolean(&body, true);
	pack_array(&body, 1);
	pack_integer(&body, 1);
	for (int i = 5; i <= 9; i++)
		pack_nil(&body);
	pack_binary(&body, bytes_of_text("later"));
	pack_boolean(&body, false);
	pack_text(&body, bytes_of_text("later"));
	assert_written(&contribution, buffer_bytes(&body), NULL,
	    "{\"insurance\":{\"code\":\"work_injury\",\"zh\":null,\"en\":null},\"year\":2026,"
	    "\"months\":[{\"month\":3,\"base\":1.00}]}");
	buffer_clear(&body);
	pack_array(&body, 1);
	pack_text(&body, bytes_of_text("pension"));
	assert_int_equal(record_unpack(&record, &contribution, buffer_bytes(&body)), STATUS_OK);
	assert_false(record.values[YEAR].present);
	record_deinit(&record);
	buffer_deinit(&body);
}

static void expect_corrupt(const struct kind *kind, const char *bytes, size_t size)
{
	struct record record;
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	assert_int_equal(record_unpack(&record, kind, bytes_make(bytes, size)), STATUS_CORRUPT);
	assert_int_equal(
	    record_write_json(kind, bytes_make(bytes, size), NULL, NULL, &writer), STATUS_CORRUPT);
	assert_int_equal(out.size, 0);
	buffer_deinit(&out);
}

#define EXPECT_CORRUPT(kind, bytes) expect_corrupt(kind, bytes, sizeof(bytes) - 1)

static void record_refuses_bodies_that_are_none(void **state)
{
	(void)state;
	EXPECT_CORRUPT(&contribution, "");
	EXPECT_CORRUPT(&contribution, "\x80");                 // a map
	EXPECT_CORRUPT(&contribution, "\x91");                 // cut off
	EXPECT_CORRUPT(&contribution, "\x91\x01");             // a number for a code
	EXPECT_CORRUPT(&contribution, "\x91\xa1\x01");         // a control character
	EXPECT_CORRUPT(&contribution, "\x91\xa2\xc0\xaf");     // no UTF-8
	EXPECT_CORRUPT(&contribution, "\x91\xa2\x41\x00");     // a NUL
	EXPECT_CORRUPT(&contribution, "\x92\xc0\xcd\xff\xff"); // year 65535
	EXPECT_CORRUPT(&contribution, "\x93\xc0\xc0\xdd\xff\xff\xff\xff");
	EXPECT_CORRUPT(&contribution, "\x93\xc0\xc0\x91\x01"); // a row that is no array
	EXPECT_CORRUPT(
	    &contribution, "\x93\xc0\xc0\x9d\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90");
	EXPECT_CORRUPT(&contribution, "\x95\xc0\xc0\xc0\xc0\xa2p1"); // no subject
	EXPECT_CORRUPT(&contribution, "\x90\xc0");                   // more behind it
	EXPECT_CORRUPT(
	    &contribution, "\x94\xc0\xc0\xc0\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x91\x01");
	EXPECT_CORRUPT(&notice, "\x92\xc0\xce\x01\x35\x25\x28\x01"); // 1 behind it
	EXPECT_CORRUPT(&notice, "\x92\xc0\x05");                     // no date
	EXPECT_CORRUPT(&notice, "\x93\xc0\xc0\xcf\xff\xff\xff\xff\xff\xff\xff\xff");
}

static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void record_unpack_is_total_on_damaged_bodies(void **state)
{
	struct record record;
	struct buffer body = { 0 }, damaged = { 0 };
	uint32_t random = 20261123;
	(void)state;
	take_json(&record, &contribution, YEAR_ROW);
	record_pack(&record, &body);
	record_deinit(&record);
	for (size_t size = 0; size < body.size; size++)
		expect_corrupt(&contribution, (const char *)body.data, size);
	for (int round = 0; round < 200000; round++) {
		buffer_clear(&damaged);
		buffer_append_bytes(&damaged, buffer_bytes(&body));
		for (uint32_t i = next_random(&random) % 4 + 1; i > 0; i--)
			damaged.data[next_random(&random) % damaged.size] =
			    (uint8_t)next_random(&random);
		if (record_unpack(&record, &contribution, buffer_bytes(&damaged)) != STATUS_OK)
			continue;
		struct buffer again = { 0 }, out = { 0 };
		struct json_writer writer = json_writer_make(&out);
		record_pack(&record, &again);
		record_deinit(&record);
		assert_int_equal(
		    record_write_json(&contribution, buffer_bytes(&again), NULL, NULL, &writer),
		    STATUS_OK);
		buffer_deinit(&again);
		buffer_deinit(&out);
	}
	buffer_deinit(&body);
	buffer_deinit(&damaged);
}

static bool allow_what_is_not_sensitive(const struct field *field, void *unused)
{
	(void)unused;
	return field->sensitivity != SENSITIVITY_SENSITIVE && field->type != FIELD_TEXT;
}

static void record_json_withholds_fields_and_does_not_tell_whether_they_were_there(void **state)
{
	struct record record;
	struct buffer body = { 0 };
	(void)state;
	take_json(&record, &contribution,
	    "{\"id_number\":\"" ID "\",\"insurance\":\"medical\",\"year\":2026,"
	    "\"months\":[{\"month\":1,\"base\":4494.00}]}");
	record_pack(&record, &body);
	assert_written(&contribution, buffer_bytes(&body), allow_what_is_not_sensitive,
	    "{\"insurance\":{\"code\":\"medical\",\"zh\":\"医疗保险\",\"en\":\"medical "
	    "insurance\"},"
	    "\"year\":2026,\"months\":[{\"month\":1,\"base\":null}],\"note\":null,"
	    "\"withheld\":[\"months.base\",\"note\"]}");
	record_deinit(&record);
	buffer_deinit(&body);
}

static void record_json_writes_dates_and_decimals_for_people(void **state)
{
	struct record record;
	(void)state;
	take_json(&record, &notice, "{\"number\":\"1\",\"day\":20260105,\"area\":89.5}");
	assert_values(&record, "{\"number\":\"1\",\"day\":\"2026-01-05\",\"area\":89.5}");
	record_deinit(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_takes_a_row_apart_into_subject_key_and_body),
		cmocka_unit_test(record_is_the_same_from_cells_and_from_json),
		cmocka_unit_test(record_members_may_be_titles_aliases_and_strings),
		cmocka_unit_test(record_body_is_positional_and_minimal),
		cmocka_unit_test(record_key_holds_canonical_values),
		cmocka_unit_test(record_without_a_subject_is_about_the_department),
		cmocka_unit_test(record_flags_old_id_numbers),
		cmocka_unit_test(record_keeps_the_subjects_own_number_where_the_kind_says_so),
		cmocka_unit_test(record_reads_the_sources_own_version),
		cmocka_unit_test(record_retract_needs_subject_and_key_only),
		cmocka_unit_test(record_says_what_is_wrong_and_where),
		cmocka_unit_test(record_problems_never_show_a_number_of_a_person),
		cmocka_unit_test(record_knows_subject_and_key_of_a_row_with_other_problems),
		cmocka_unit_test(record_key_has_a_limit),
		cmocka_unit_test(record_refuses_two_columns_that_contradict),
		cmocka_unit_test(record_folds_the_same_from_cells_and_from_json),
		cmocka_unit_test(record_fold_says_what_is_wrong),
		cmocka_unit_test(record_fold_makes_the_year_from_its_months_in_any_order),
		cmocka_unit_test(record_fold_takes_months_out_until_none_is_left),
		cmocka_unit_test(record_fold_refuses_a_damaged_year),
		cmocka_unit_test(record_body_comes_back_as_it_was_packed),
		cmocka_unit_test(record_body_of_another_age_is_read_as_far_as_it_is_known),
		cmocka_unit_test(record_refuses_bodies_that_are_none),
		cmocka_unit_test(record_unpack_is_total_on_damaged_bodies),
		cmocka_unit_test(
		    record_json_withholds_fields_and_does_not_tell_whether_they_were_there),
		cmocka_unit_test(record_json_writes_dates_and_decimals_for_people),
	};
	return cmocka_run_group_tests(tests, open_context, close_context);
}
