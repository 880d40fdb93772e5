// SPDX-License-Identifier: Apache-2.0
// view_json: the view as the document that its reader gets.
#include "view_json.h"

#include "date.h"
#include "problem.h"
#include "view_parts.h"

// --- members -------------------------------------------------------------------------------------

static void write_time(struct json_writer *json, const char *name, int64_t wall_ms)
{
	char text[32];
	json_write_name(json, name);
	if (wall_ms <= 0) {
		json_write_null(json);
		return;
	}
	time_format(wall_ms, text, sizeof text);
	json_write_text(json, text);
}

static void write_day(struct json_writer *json, const char *name, int64_t day)
{
	char text[16];
	json_write_name(json, name);
	if (!date_valid(day)) {
		json_write_null(json);
		return;
	}
	date_format(day, text, sizeof text);
	json_write_text(json, text);
}

static void write_title(struct json_writer *json, const char *name, struct title title)
{
	json_write_name(json, name);
	json_write_begin_object(json);
	json_write_member_text(json, "zh", title.zh);
	json_write_member_text(json, "en", title.en);
	json_write_end_object(json);
}

static void write_number(struct json_writer *json, const char *name, uint64_t number)
{
	json_write_member_integer(json, name, (int64_t)number);
}

// Where a fact comes from: which of the subject's numbers, which record, which entry.
static void write_origin(struct json_writer *json, const struct fact *fact)
{
	json_write_name(json, "key");
	json_write_bytes(json, fact->field.key);
	write_number(json, "sequence", fact->value.sequence);
	write_time(json, "recorded", fact->value.recorded_ms);
	if (fact->piece->depth > 0)
		json_write_member_text(json, "from_subject", fact->piece->subject);
}

// --- facts ---------------------------------------------------------------------------------------

// The title of the organisation that a record names; a later catalogue's code stands for itself.
static void write_named(
    struct json_writer *json, const struct field *field, const struct value *value)
{
	struct title title = { value->text, value->text };
	const struct code *code =
	    field->codes ? code_list_find(field->codes, bytes_of_text(value->text)) : NULL;
	write_title(json, "attested_by", code != NULL ? code->title : title);
}

static bool write_attested_by_record(struct json_writer *json, const struct fact *fact)
{
	struct record record;
	int index = fact->kind->attested_by;
	if (index < 0 || fact->value.body.size == 0 ||
	    record_unpack(&record, fact->kind, fact->value.body) != STATUS_OK)
		return false;
	bool is_named = record.values[index].present && record.values[index].text != NULL;
	if (is_named)
		write_named(json, &fact->kind->fields[index], &record.values[index]);
	record_deinit(&record);
	return is_named;
}

// By the name the department bore when it said so.
static void write_attested_by(struct json_writer *json, const struct fact *fact, int64_t now_ms)
{
	int64_t recorded_ms = fact->value.recorded_ms > 0 ? fact->value.recorded_ms : now_ms;
	if (write_attested_by_record(json, fact))
		return;
	struct title title = fact->kind->attested;
	if (title.zh == NULL)
		title = catalogue_title_on(fact->kind->catalogue, date_in_china(recorded_ms));
	write_title(json, "attested_by", title);
}

static void write_fields(struct json_writer *json, const struct fact *fact)
{
	json_write_name(json, "fields");
	if (fact->value.body.size == 0) {
		json_write_null(json);
		return;
	}
	bool written =
	    record_write_json(fact->kind, fact->value.body, NULL, NULL, json) == STATUS_OK;
	ENSURE(written); // it was looked into when it was added
}

static void write_fact(struct json_writer *json, const struct fact *fact, int64_t now_ms)
{
	json_write_begin_object(json);
	write_origin(json, fact);
	write_day(json, "valid_since", fact->value.valid_since);
	write_attested_by(json, fact, now_ms);
	json_write_member_boolean(json, "erased", !fact->damaged && fact->value.body.size == 0);
	if (fact->damaged)
		json_write_member_boolean(json, "unreadable", true);
	write_fields(json, fact);
	json_write_end_object(json);
}

static void write_problem_text(
    struct json_writer *json, const char *name, enum problem_code code, bool chinese)
{
	const struct problem problem = { .code = code };
	struct buffer text = { 0 };
	problem_write_text(&problem, chinese, &text);
	json_write_member_text(json, name, buffer_text(&text));
	buffer_deinit(&text);
}

static void write_nothing(struct json_writer *json, const char *name)
{
	json_write_name(json, name);
	json_write_null(json);
}

// A code that this program does not know stands without words.
static void write_code(struct json_writer *json, struct bytes code)
{
	char *name = bytes_copy_text(code);
	enum problem_code known;
	json_write_name(json, "code");
	json_write_bytes(json, code);
	if (problem_named(name, &known)) {
		write_problem_text(json, "zh", known, true);
		write_problem_text(json, "en", known, false);
	} else {
		write_nothing(json, "zh");
		write_nothing(json, "en");
	}
	free(name);
}

static void write_mark(struct json_writer *json, const struct fact *mark)
{
	json_write_begin_object(json);
	write_origin(json, mark);
	write_code(json, mark->value.code);
	json_write_end_object(json);
}

// --- kinds ---------------------------------------------------------------------------------------

static void write_statement(struct json_writer *json, const struct department_view *department,
    const struct statement *statement)
{
	const struct fact *fact = statement->fact;
	json_write_begin_object(json);
	write_day(json, "complete_through", statement->complete_through);
	json_write_member_boolean(json, "none", statement->says_none);
	json_write_member_boolean(json, "of_all", fact->piece == &department->coverage);
	write_origin(json, fact);
	json_write_end_object(json);
}

// What the words "none" and "complete through" rest on.
static void write_statements(
    struct json_writer *json, const struct department_view *department, const struct kind *kind)
{
	json_write_name(json, "coverage");
	json_write_begin_array(json);
	for (size_t i = 0; i < department->statement_count; i++)
		if (department->statements[i].about == kind)
			write_statement(json, department, &department->statements[i]);
	json_write_end_array(json);
}

static void write_kind(struct json_writer *json, const struct department_view *department,
    const struct kind_view *kind, int64_t now_ms)
{
	json_write_begin_object(json);
	json_write_member_text(json, "kind", kind->kind->name);
	write_title(json, "title", kind->kind->title);
	json_write_member_text(json, "state", kind_state_name(kind->state));
	write_day(json, "complete_through", kind->complete_through);
	json_write_member_boolean(json, "late", kind->late);
	json_write_name(json, "facts");
	json_write_begin_array(json);
	for (size_t i = 0; i < kind->fact_count; i++)
		write_fact(json, &kind->facts[i], now_ms);
	json_write_end_array(json);
	json_write_name(json, "rejected");
	json_write_begin_array(json);
	for (size_t i = 0; i < kind->mark_count; i++)
		write_mark(json, &kind->marks[i]);
	json_write_end_array(json);
	write_statements(json, department, kind->kind);
	json_write_end_object(json);
}

// --- departments ---------------------------------------------------------------------------------

static void write_freshness(struct json_writer *json, const struct freshness *freshness)
{
	json_write_name(json, "freshness");
	json_write_begin_object(json);
	json_write_member_text(json, "state", freshness_state_name(freshness->state));
	write_number(json, "position", freshness->position);
	write_number(json, "head", freshness->head);
	write_number(json, "behind", freshness->behind);
	write_time(json, "last_heard", freshness->heard_ms);
	write_time(json, "last_input", freshness->input_ms);
	write_time(json, "checked", freshness->checked_ms);
	json_write_end_object(json);
}

static void write_kinds(
    struct json_writer *json, const struct department_view *department, int64_t now_ms)
{
	json_write_name(json, "kinds");
	json_write_begin_array(json);
	for (size_t i = 0; i < department->kind_count; i++)
		write_kind(json, department, &department->kinds[i], now_ms);
	json_write_end_array(json);
}

static void write_departments(
    struct json_writer *json, const struct view *view, bool with_kinds, int64_t now_ms)
{
	json_write_name(json, "departments");
	json_write_begin_array(json);
	for (size_t i = 0; i < view->catalogues->count; i++) {
		const struct department_view *department = &view->departments[i];
		const struct catalogue *catalogue = department->catalogue;
		json_write_begin_object(json);
		json_write_member_text(json, "department", catalogue->name);
		json_write_member_integer(json, "number", catalogue->number);
		write_title(json, "title", catalogue_title_on(catalogue, date_in_china(now_ms)));
		write_freshness(json, &department->freshness);
		if (with_kinds)
			write_kinds(json, department, now_ms);
		json_write_end_object(json);
	}
	json_write_end_array(json);
}

// --- the whole -----------------------------------------------------------------------------------

static bool is_complete(const struct view *view)
{
	for (size_t i = 0; i < view->catalogues->count; i++)
		if (view->departments[i].freshness.state != FRESHNESS_CURRENT)
			return false;
	return view_unreadable(view) == 0 && !view->links_cut;
}

static void write_predecessors(struct json_writer *json, const struct view *view)
{
	json_write_name(json, "predecessors");
	json_write_begin_array(json);
	for (size_t i = 1; i < view->subject_count; i++)
		json_write_text(json, view->subjects[i].subject);
	json_write_end_array(json);
	json_write_member_boolean(json, "predecessors_cut", view->links_cut);
}

static void write_profile(struct json_writer *json, const struct view *view, int64_t now_ms)
{
	json_write_begin_object(json);
	json_write_member_text(json, "subject", view->subjects[0].subject);
	write_time(json, "at", now_ms);
	json_write_member_boolean(json, "complete", is_complete(view));
	write_predecessors(json, view);
	write_number(json, "unreadable", view_unreadable(view));
	write_departments(json, view, true, now_ms);
	json_write_end_object(json);
}

static bool is_nobody(const struct view *view)
{
	for (size_t i = 0; i < view->catalogues->count; i++)
		if (!view->departments[i].freshness.settled)
			return false;
	return view->facts.count == 0 && view_unreadable(view) == 0;
}

static void write_nobody(struct json_writer *json, const struct view *view, int64_t now_ms)
{
	json_write_begin_object(json);
	json_write_member_text(json, "type", "about:blank");
	json_write_member_integer(json, "status", 404);
	json_write_member_text(json, "code", "nobody");
	json_write_member_text(json, "title", "Not Found");
	json_write_member_text(json, "title_zh", "未找到");
	json_write_member_text(
	    json, "detail", "No department has reported anything about this subject");
	json_write_member_text(json, "detail_zh", "没有任何部门上报过该对象的信息");
	json_write_member_text(json, "subject", view->subjects[0].subject);
	write_time(json, "at", now_ms);
	write_departments(json, view, false, now_ms);
	json_write_end_object(json);
}

bool view_write(struct view *view, int64_t now_ms, struct buffer *out)
{
	struct json_writer json = json_writer_make(out);
	view_judge(view, now_ms);
	bool nobody = is_nobody(view);
	if (nobody)
		write_nobody(&json, view, now_ms);
	else
		write_profile(&json, view, now_ms);
	return !nobody;
}
