// SPDX-License-Identifier: Apache-2.0
// entry_view: an entry of the stream as operators see it.
#include "entry_view.h"

#include "date.h"
#include "json.h"
#include "key_mask.h"
#include "problem.h"
#include "table.h"

#include <inttypes.h>
#include <time.h>

enum {
	DEPARTMENT_COLUMNS = 16,
	OPERATION_COLUMNS = 7,
	KIND_COLUMNS = 18,
	TIME_SIZE = 48,
	LOOK_BACK_UNITS_MAX = 100000,
};

static const struct {
	const char *name, *chinese;
	enum colour colour;
} operations[OPERATION_COUNT] = {
	[OPERATION_PUT] = { "put", "写入", COLOUR_PLAIN },
	[OPERATION_RETRACT] = { "retract", "撤回", COLOUR_WARNING },
	[OPERATION_REJECT] = { "reject", "隔离", COLOUR_BAD },
	[OPERATION_SETTLE] = { "settle", "了结", COLOUR_GOOD },
};

bool operation_named(const char *name, int *operation)
{
	for (int i = 0; i < OPERATION_COUNT; i++) {
		if (strcmp(operations[i].name, name) == 0) {
			*operation = i;
			return true;
		}
	}
	return false;
}

// --- making -------------------------------------------------------------------------------------

static void copy_cut(char *to, size_t size, struct bytes from)
{
	size_t fit = from.size < size ? from.size : size - 1;
	if (fit > 0)
		memcpy(to, from.data, fit);
	to[fit] = 0;
}

void entry_view_make(struct entry_view *view, const struct catalogue *catalogue, uint64_t sequence,
    const struct entry *entry)
{
	struct buffer key = { 0 };
	*view = (struct entry_view){
		.catalogue = catalogue,
		.kind = catalogue_kind(catalogue, entry->kind),
		.kind_number = entry->kind,
		.sequence = sequence,
		.operation = entry->operation,
		.recorded_ms = entry->recorded_ms,
	};
	key_mask_write(view->kind, entry->key, &key);
	copy_cut(view->key, sizeof view->key, buffer_bytes(&key));
	copy_cut(view->note, sizeof view->note, entry->note);
	buffer_deinit(&key);
}

bool entry_filter_passes(const struct entry_filter *filter, const struct entry_view *view)
{
	if (filter->operation >= 0 && filter->operation != (int)view->operation)
		return false;
	if (filter->kind != NULL &&
	    (view->kind == NULL || strcmp(view->kind->name, filter->kind) != 0))
		return false;
	return view->recorded_ms >= filter->since_ms;
}

// --- writing ------------------------------------------------------------------------------------

static void format_local(int64_t wall_ms, char *text, size_t size)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	char day[32] = "?";
	if (localtime_r(&seconds, &local) != NULL)
		strftime(day, sizeof day, "%F %T", &local);
	snprintf(text, size, "%s.%03d", day, (int)(wall_ms % 1000));
}

// What the code in a note says; "" where it is none.
static void write_note_text(const struct entry_view *view, bool chinese, struct buffer *out)
{
	struct problem problem = { 0 };
	if (problem_named(view->note, &problem.code))
		problem_write_text(&problem, chinese, out);
}

static void kind_word(const struct entry_view *view, bool chinese, char *text, size_t size)
{
	if (view->kind == NULL)
		snprintf(text, size, say("kind %u", "类别 %u"), view->kind_number);
	else
		snprintf(text, size, "%s", chinese ? view->kind->title.zh : view->kind->name);
}

static void print_padded(FILE *file, const char *text, size_t columns)
{
	size_t taken = text_columns(text);
	say_text(file, text);
	fprintf(file, "%*s", taken < columns ? (int)(columns - taken) : 0, "");
}

static void print_note(const struct entry_view *view, FILE *file)
{
	struct buffer text = { 0 };
	write_note_text(view, say_in_chinese(), &text);
	say_text(file, view->note);
	if (text.size > 0)
		fprintf(file, ": %s", buffer_text(&text));
	buffer_deinit(&text);
}

static void print_line(const struct entry_view *view, FILE *file)
{
	bool chinese = say_in_chinese();
	char recorded[TIME_SIZE], kind[128];
	format_local(view->recorded_ms, recorded, sizeof recorded);
	kind_word(view, chinese, kind, sizeof kind);
	fprintf(file, "%s%s%s  ", colour_code(file, COLOUR_FAINT), recorded,
	    colour_code(file, COLOUR_PLAIN));
	print_padded(file, view->catalogue->name, DEPARTMENT_COLUMNS);
	fprintf(file, " %8" PRIu64 "  %s", view->sequence,
	    colour_code(file, operations[view->operation].colour));
	print_padded(file,
	    chinese ? operations[view->operation].chinese : operations[view->operation].name,
	    OPERATION_COLUMNS);
	fprintf(file, "%s  ", colour_code(file, COLOUR_PLAIN));
	bool last = view->key[0] == 0 && view->note[0] == 0;
	print_padded(file, kind, last ? 0 : KIND_COLUMNS);
	fputs(view->key[0] != 0 ? " " : "", file);
	say_text(file, view->key);
	fputs(view->note[0] != 0 ? "  " : "", file);
	print_note(view, file);
	fputc('\n', file);
}

static void write_note_member(
    struct json_writer *json, const char *name, const struct entry_view *view, bool chinese)
{
	struct buffer text = { 0 };
	write_note_text(view, chinese, &text);
	if (text.size > 0)
		json_write_member_text(json, name, buffer_text(&text));
	buffer_deinit(&text);
}

static void print_json(const struct entry_view *view, FILE *file)
{
	char recorded[TIME_SIZE];
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	time_format(view->recorded_ms, recorded, sizeof recorded);
	json_write_begin_object(&json);
	json_write_member_text(&json, "recorded", recorded);
	json_write_member_text(&json, "department", view->catalogue->name);
	json_write_member_integer(&json, "sequence", (int64_t)view->sequence);
	json_write_member_text(&json, "operation", operations[view->operation].name);
	json_write_member_integer(&json, "kind_number", view->kind_number);
	if (view->kind != NULL)
		json_write_member_text(&json, "kind", view->kind->name);
	json_write_name(&json, "key");
	json_write_bytes(&json, bytes_of_text(view->key));
	if (view->note[0] != 0) {
		json_write_name(&json, "note");
		json_write_bytes(&json, bytes_of_text(view->note));
		write_note_member(&json, "en", view, false);
		write_note_member(&json, "zh", view, true);
	}
	json_write_end_object(&json);
	fprintf(file, "%s\n", buffer_text(&out));
	buffer_deinit(&out);
}

// Quoted, so that nothing in it ends the cell; control characters as for a terminal.
static void print_csv_cell(FILE *file, const char *text)
{
	fputs(",\"", file);
	for (const char *quote; (quote = strchr(text, '"')) != NULL; text = quote + 1) {
		char *before = bytes_copy_text(bytes_make(text, (size_t)(quote - text)));
		say_text(file, before);
		fputs("\"\"", file);
		free(before);
	}
	say_text(file, text);
	fputc('"', file);
}

static void print_csv(const struct entry_view *view, FILE *file)
{
	char recorded[TIME_SIZE], kind[128];
	time_format(view->recorded_ms, recorded, sizeof recorded);
	kind_word(view, false, kind, sizeof kind);
	fprintf(file, "%s,%s,%" PRIu64 ",%s", recorded, view->catalogue->name, view->sequence,
	    operations[view->operation].name);
	print_csv_cell(file, kind);
	print_csv_cell(file, view->key);
	print_csv_cell(file, view->note);
	fputc('\n', file);
}

void entry_view_write(const struct entry_view *view, enum entry_form form, FILE *file)
{
	static void (*const writers[])(const struct entry_view *view, FILE *file) = {
		[ENTRY_FOR_PEOPLE] = print_line,
		[ENTRY_JSON] = print_json,
		[ENTRY_CSV] = print_csv,
	};
	ENSURE(form < COUNT_OF(writers));
	writers[form](view, file);
}

void entry_view_write_heading(enum entry_form form, FILE *file)
{
	if (form == ENTRY_CSV)
		fputs("recorded,department,sequence,operation,kind,key,note\n", file);
}

// --- since --------------------------------------------------------------------------------------

static bool parse_ago(const char *text, int64_t *ago_ms)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 's', 1000 }, { 'm', 60 * 1000 }, { 'h', 3600 * 1000 },
		{ 'd', 24 * 3600 * 1000 } };
	int64_t number = 0;
	const char *at = text;
	for (; *at >= '0' && *at <= '9' && number <= LOOK_BACK_UNITS_MAX; at++)
		number = number * 10 + (*at - '0');
	if (at == text || number > LOOK_BACK_UNITS_MAX)
		return false;
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (at[0] == units[i].unit && at[1] == 0) {
			*ago_ms = number * units[i].ms;
			return true;
		}
	}
	return false;
}

bool since_parse(const char *text, int64_t now_ms, int64_t *since_ms)
{
	int64_t ago_ms, wall_us;
	if (parse_ago(text, &ago_ms))
		*since_ms = now_ms - ago_ms;
	else if (time_parse(bytes_of_text(text), &wall_us))
		*since_ms = wall_us / 1000;
	else
		return false;
	return *since_ms > 0;
}
