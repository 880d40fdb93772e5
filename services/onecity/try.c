// SPDX-License-Identifier: Apache-2.0
// try: onecity try: a rehearsal of a file of rows. Nothing is taken, nothing leaves the building.
#include "commands.h"

#include "call.h"
#include "catalogue.h"
#include "options.h"
#include "outline.h"
#include "rows_file.h"
#include "table.h"

#include <inttypes.h>

enum {
	TIMEOUT_MS = 120 * 1000
};

// What is shown in a form of its own; all else of the answer is printed as it is, the samples of
// what would leave the building first of all.
static const char *const counts[] = { "rows", "accepted", "unchanged", "stale", "quarantined",
	"in_scope", "missing", "retracted" };
static const char *const own_form[] = { "columns", "problems" };

// --- columns ------------------------------------------------------------------------------------

static const char *meaning_of(const struct kind *kind, const char *header)
{
	const struct field *field = kind != NULL ? kind_column(kind, bytes_of_text(header)) : NULL;
	if (field == NULL)
		return "";
	return say_in_chinese() ? field->title.zh : field->title.en;
}

static void print_columns(const struct json_value *list, const struct kind *kind)
{
	static const struct table_column columns[] = {
		{ "COLUMN", "列", false },
		{ "FIELD", "字段", false },
		{ "MEANS", "含义", false },
	};
	if (json_first(list) == NULL)
		return;
	struct table *table = table_new(columns, COUNT_OF(columns));
	for (const struct json_value *column = json_first(list); column != NULL;
	     column = json_next(column)) {
		const char *field = member_text(column, "field");
		const char *header = member_text(column, "header");
		table_add(table, header);
		if (field[0] == 0)
			table_add_coloured(table, COLOUR_WARNING, say("dropped", "不使用"));
		else
			table_add(table, field);
		table_add(table, field[0] != 0 ? meaning_of(kind, header) : "");
	}
	table_print(table, stdout);
	table_free(&table);
	putchar('\n');
}

// --- rows ---------------------------------------------------------------------------------------

static void print_counts(const struct json_value *root)
{
	for (size_t i = 0; i < COUNT_OF(counts); i++) {
		int64_t count = member_integer(root, counts[i], -1);
		if (count >= 0)
			printf("%-11s %8" PRId64 "\n", counts[i], count);
	}
}

static void print_problems(const struct json_value *list)
{
	bool chinese = say_in_chinese();
	if (json_first(list) != NULL)
		putchar('\n');
	for (const struct json_value *problem = json_first(list); problem != NULL;
	     problem = json_next(problem)) {
		const char *hint = member_text(problem, chinese ? "hint_zh" : "hint_en");
		printf(say("row %" PRId64 ": ", "第 %" PRId64 " 行："),
		    member_integer(problem, "row", 0));
		fputs(colour_code(stdout, COLOUR_BAD), stdout);
		say_text(stdout, member_text(problem, "code"));
		fputs(colour_code(stdout, COLOUR_PLAIN), stdout);
		fputs(say(": ", "："), stdout);
		say_text(stdout, member_text(problem, chinese ? "zh" : "en"));
		fputs(hint[0] != 0 ? "\n    " : "", stdout);
		say_text(stdout, hint);
		putchar('\n');
	}
}

static bool is_among(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void print_rest(const struct json_value *root)
{
	for (const struct json_value *member = json_first(root); member != NULL;
	     member = json_next(member)) {
		const char *name = json_name(member);
		if (is_among(name, counts, COUNT_OF(counts)) ||
		    is_among(name, own_form, COUNT_OF(own_form)))
			continue;
		printf("\n%s%s%s:\n", colour_code(stdout, COLOUR_FAINT), name,
		    colour_code(stdout, COLOUR_PLAIN));
		outline_print(stdout, member);
	}
}

static void print_result(const struct json_value *root, const struct kind *kind)
{
	print_columns(json_member(root, "columns"), kind);
	print_counts(root);
	print_problems(json_member(root, "problems"));
	print_rest(root);
}

// --- asking -------------------------------------------------------------------------------------

struct rehearsal {
	const struct service_place *department;
	const struct rows_format *format;
	const char *path;        // of the URL
	const struct kind *kind; // NULL: not known here; the department says what it thinks of that
	bool json;
};

static bool is_given(const struct json_value *value)
{
	return value != NULL && json_type(value) != JSON_NULL;
}

static int print_answer(const struct rehearsal *rehearsal, const struct answer *answer)
{
	if (!answer_is_success(answer))
		return answer_give_up(rehearsal->department, answer);
	if (answer->json == NULL)
		return give_up(say("the answer is no JSON", "应答不是 JSON"));
	const struct json_value *root = json_root(answer->json);
	if (rehearsal->json)
		printf("%.*s\n", BYTES_ARGS(buffer_bytes(&answer->content)));
	else
		print_result(root, rehearsal->kind);
	bool all_good =
	    member_integer(root, "quarantined", 0) == 0 && !is_given(json_member(root, "refused"));
	return all_good ? EXIT_SUCCESS : EXIT_QUARANTINED;
}

static int rehearse(const struct rehearsal *rehearsal, const char *file_name)
{
	struct buffer content = { 0 };
	struct answer answer = { 0 };
	int file, exit_code;
	enum status status = rows_file_open(&file, file_name);
	if (status != STATUS_OK)
		return give_up_with(status);
	status = rows_file_read_whole(file, &content);
	rows_file_close(file);
	struct question question = {
		.service = rehearsal->department,
		.method = "POST",
		.path = rehearsal->path,
		.content_type = rehearsal->format->content_type,
		.body = buffer_bytes(&content),
		.timeout_ms = TIMEOUT_MS,
	};
	if (status == STATUS_OK)
		status = question_ask(&question, &answer);
	exit_code = status == STATUS_OK ? print_answer(rehearsal, &answer) : give_up_with(status);
	answer_deinit(&answer);
	buffer_wipe(&content);
	return exit_code;
}

static const struct kind *find_kind(
    const struct catalogue_set *catalogues, const char *department, const char *name)
{
	const struct catalogue *catalogue =
	    catalogues != NULL ? catalogue_set_named(catalogues, department) : NULL;
	return catalogue != NULL ? catalogue_kind_named(catalogue, name) : NULL;
}

static int rehearse_at(
    struct rehearsal *rehearsal, const char *data, char **operands, const char *file_name)
{
	struct place place;
	struct catalogue_set *catalogues = NULL;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	const char *proto = place_proto(&place);
	if (proto != NULL)
		status = catalogue_set_read(&catalogues, proto);
	int exit_code = status == STATUS_OK ? EXIT_FAILURE : give_up_with(status);
	if (status == STATUS_OK)
		rehearsal->department = department_find(&place, operands[0]);
	rehearsal->kind = find_kind(catalogues, operands[0], operands[1]);
	if (rehearsal->department != NULL)
		exit_code = rehearse(rehearsal, file_name);
	catalogue_set_free(&catalogues);
	place_deinit(&place);
	return exit_code;
}

int command_try(int argc, char **argv)
{
	const char *data = NULL, *type = NULL;
	struct rows_list rows_list = { 0 };
	struct rehearsal rehearsal = { 0 };
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		OPTION_TYPE(&type),
		OPTION_MODE(&rows_list.mode),
		OPTION_SCOPE(&rows_list.scope),
		OPTION_CONFIRM(&rows_list.confirmed),
		OPTION_JSON(&rehearsal.json),
	};
	const struct usage usage = {
		.command = "try",
		.operands = "DEPARTMENT KIND FILE|-",
		.operands_min = 3,
		.operands_max = 3,
		.english = "Rehearses a push: what the columns mean, which rows are bad and how to "
			   "mend them, and exactly\n"
			   "what would leave the building. Nothing is taken and nothing is sent.",
		.chinese =
		    "预演一次推送：各列的含义、有误的行与修改建议，以及究竟会发出哪些内容。\n"
		    "不接收，也不发送任何数据。",
		.exits_english = "0 all good; 3 some rows are bad, or the list would be refused; "
				 "1 failed",
		.exits_chinese = "0 全部有效；3 部分有误或清单会被拒绝；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	struct buffer path = { 0 };
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	const char *mistake = rows_list_mistake(&rows_list);
	rehearsal.format = rows_format_of(type, operands[2]);
	if (rehearsal.format == NULL)
		mistake = rows_format_missing();
	if (mistake != NULL)
		return options_mistaken(&usage, "%s", mistake);
	rows_path_write(&path, "try", operands[1], &rows_list);
	rehearsal.path = buffer_text(&path);
	exit_code = rehearse_at(&rehearsal, data, operands, operands[2]);
	buffer_deinit(&path);
	return exit_code;
}
