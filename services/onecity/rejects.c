// SPDX-License-Identifier: Apache-2.0
// rejects: onecity rejects: the rows in the departments' quarantines, as a work queue.
//
// They stay in the department's house: this only asks its daemon, which masks what it shows.
#include "commands.h"

#include "call.h"
#include "http_client.h"
#include "options.h"
#include "outline.h"
#include "table.h"

#include <inttypes.h>

enum {
	TIMEOUT_MS = 120 * 1000,
	IDS_MAX = 10000,
	PAGES_MAX = 10000,
};

// --- the list -----------------------------------------------------------------------------------

// The rows of one kind of one department that are there for one reason.
struct group {
	const char *department;
	char *kind, *code, *english, *chinese;
	char *oldest; // when the first of them came
	int64_t count, first_id;
	int64_t redrives; // most often sent again in vain: what no redrive alone will mend
};

struct groups {
	struct group *list;
	size_t count;
};

static void groups_deinit(struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		struct group *group = &groups->list[i];
		free(group->kind);
		free(group->code);
		free(group->english);
		free(group->chinese);
		free(group->oldest);
	}
	free(groups->list);
}

static struct group *group_of(struct groups *groups, const char *department,
    const struct json_value *row, const struct json_value *problem)
{
	const char *kind = member_text(row, "kind"), *code = member_text(problem, "code");
	for (size_t i = 0; i < groups->count; i++) {
		struct group *group = &groups->list[i];
		if (strcmp(group->department, department) == 0 && strcmp(group->kind, kind) == 0 &&
		    strcmp(group->code, code) == 0)
			return group;
	}
	groups->list = reallocate(groups->list, (groups->count + 1) * sizeof *groups->list);
	struct group *group = &groups->list[groups->count++];
	*group = (struct group){
		.department = department,
		.kind = text_copy(kind),
		.code = text_copy(code),
		.english = text_copy(member_text(problem, "en")),
		.chinese = text_copy(member_text(problem, "zh")),
		.oldest = text_copy(member_text(row, "first")),
		.first_id = member_integer(row, "id", 0),
	};
	return group;
}

static void take_row(struct groups *groups, const char *department, const struct json_value *row)
{
	const struct json_value *problem = json_first(json_member(row, "problems"));
	struct group *group = group_of(groups, department, row, problem);
	const char *first = member_text(row, "first");
	int64_t redrives = member_integer(row, "redrives", 0);
	group->count++;
	if (redrives > group->redrives)
		group->redrives = redrives;
	if (strcmp(first, group->oldest) >= 0)
		return;
	free(group->oldest);
	group->oldest = text_copy(first);
}

struct wanted {
	const char *kind, *code; // or NULL
};

static void write_list_path(struct buffer *path, const struct wanted *wanted, int64_t after)
{
	buffer_printf(path, "/v1/rejects?after=%" PRId64, after);
	if (wanted->kind != NULL) {
		buffer_append_text(path, "&kind=");
		http_client_encode(path, wanted->kind);
	}
	if (wanted->code != NULL) {
		buffer_append_text(path, "&code=");
		http_client_encode(path, wanted->code);
	}
}

// One page. *after: where the next begins; 0: there is none.
static enum status read_page(struct groups *groups, const struct service_place *department,
    const struct wanted *wanted, int64_t *after)
{
	struct buffer path = { 0 };
	struct answer answer;
	write_list_path(&path, wanted, *after);
	enum status status = question_get(department, buffer_text(&path), &answer);
	if (status == STATUS_OK) {
		const struct json_value *root = json_root(answer.json);
		const struct json_value *row = json_first(json_member(root, "rejects"));
		for (; row != NULL; row = json_next(row))
			take_row(groups, department->name, row);
		int64_t next = member_integer(root, "next", 0);
		*after = next > *after ? next : 0;
	}
	answer_deinit(&answer);
	buffer_deinit(&path);
	return status;
}

static enum status read_department(
    struct groups *groups, const struct service_place *department, const struct wanted *wanted)
{
	int64_t after = 0;
	for (int page = 0; page < PAGES_MAX; page++) {
		enum status status = read_page(groups, department, wanted, &after);
		if (status != STATUS_OK || after == 0)
			return status;
	}
	return fail(STATUS_TOO_LARGE, "%s: more than %d pages", department->name, PAGES_MAX);
}

static void print_groups(const struct groups *groups)
{
	static const struct table_column columns[] = {
		{ "DEPARTMENT", "部门", false },
		{ "KIND", "类别", false },
		{ "CODE", "代码", false },
		{ "ROWS", "行数", true },
		{ "OLDEST", "最早", false },
		{ "REDRIVES", "重投", true },
		{ "FIRST ID", "首个编号", true },
		{ "REASON", "原因", false },
	};
	struct table *table = table_new(columns, COUNT_OF(columns));
	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = &groups->list[i];
		table_add(table, group->department);
		table_add(table, group->kind);
		table_add(table, group->code);
		table_add_number(table, group->count);
		table_add(table, group->oldest);
		table_add_number(table, group->redrives);
		table_add_number(table, group->first_id);
		table_add(table, say_in_chinese() ? group->chinese : group->english);
	}
	table_print(table, stdout);
	table_free(&table);
}

static void print_groups_json(const struct groups *groups)
{
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_array(&json);
	for (size_t i = 0; i < groups->count; i++) {
		const struct group *group = &groups->list[i];
		json_write_begin_object(&json);
		json_write_member_text(&json, "department", group->department);
		json_write_member_text(&json, "kind", group->kind);
		json_write_member_text(&json, "code", group->code);
		json_write_member_integer(&json, "rows", group->count);
		json_write_member_text(&json, "oldest", group->oldest);
		json_write_member_integer(&json, "redrives", group->redrives);
		json_write_member_integer(&json, "first_id", group->first_id);
		json_write_member_text(&json, "en", group->english);
		json_write_member_text(&json, "zh", group->chinese);
		json_write_end_object(&json);
	}
	json_write_end_array(&json);
	puts(buffer_text(&out));
	buffer_deinit(&out);
}

// One that does not answer does not keep the others' from being shown.
static int list(
    const struct place *place, const char *source, const struct wanted *wanted, bool json)
{
	struct groups groups = { 0 };
	int exit_code = EXIT_SUCCESS;
	if (source != NULL && department_find(place, source) == NULL)
		return EXIT_FAILURE;
	for (size_t i = 0; i < place->count; i++) {
		const struct service_place *service = &place->services[i];
		if (!place_is_department(service) ||
		    (source != NULL && strcmp(source, service->name) != 0))
			continue;
		enum status status = read_department(&groups, service, wanted);
		if (status != STATUS_OK)
			exit_code = give_up_with(status);
	}
	if (json)
		print_groups_json(&groups);
	else
		print_groups(&groups);
	groups_deinit(&groups);
	return exit_code;
}

static int command_ls(int argc, char **argv)
{
	const char *data = NULL, *source = NULL;
	struct wanted wanted = { 0 };
	bool json = false;
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		{ "source", 's', OPTION_TEXT, &source, 0, 0, "DEPARTMENT",
		    "of this department only", "只看该部门" },
		{ "kind", 'k', OPTION_TEXT, &wanted.kind, 0, 0, "KIND", "of this kind only",
		    "只看该类别" },
		{ "code", 'c', OPTION_TEXT, &wanted.code, 0, 0, "CODE", "for this reason only",
		    "只看该原因代码" },
		OPTION_JSON(&json),
	};
	const struct usage usage = {
		.command = "rejects ls",
		.operands = "",
		.english = "Shows the rows in quarantine, by department, kind and reason.",
		.chinese = "按部门、类别与原因显示隔离区中的数据行。",
		.exits_english = "0 shown; 1 a department does not answer",
		.exits_chinese = "0 已显示；1 有部门无应答",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	struct place place;
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	exit_code = list(&place, source, &wanted, json);
	place_deinit(&place);
	return exit_code;
}

// --- one question to one department -------------------------------------------------------------

static int print_answer(
    const struct service_place *department, const struct answer *answer, bool json)
{
	if (!answer_is_success(answer))
		return answer_give_up(department, answer);
	if (answer->json == NULL)
		return give_up(say("the answer is no JSON", "应答不是 JSON"));
	if (json)
		printf("%.*s\n", BYTES_ARGS(buffer_bytes(&answer->content)));
	else
		outline_print(stdout, json_root(answer->json));
	bool some_bad = member_integer(json_root(answer->json), "quarantined", 0) > 0;
	return some_bad ? EXIT_QUARANTINED : EXIT_SUCCESS;
}

// body: NULL for GET.
static int ask(
    const char *data, const char *source, const char *path, const struct buffer *body, bool json)
{
	struct place place;
	struct answer answer;
	enum status status = place_read(&place, data);
	if (status != STATUS_OK)
		return give_up_with(status);
	int exit_code = EXIT_FAILURE;
	const struct service_place *department = department_find(&place, source);
	if (department != NULL) {
		struct question question = {
			.service = department,
			.method = body != NULL ? "POST" : "GET",
			.path = path,
			.content_type = body != NULL ? "application/json" : NULL,
			.body = body != NULL ? buffer_bytes(body) : bytes_make(NULL, 0),
			.timeout_ms = TIMEOUT_MS,
		};
		status = question_ask(&question, &answer);
		exit_code = status == STATUS_OK ? print_answer(department, &answer, json)
						: give_up_with(status);
		answer_deinit(&answer);
	}
	place_deinit(&place);
	return exit_code;
}

static bool read_id(const char *text, int64_t *id)
{
	char *end;
	if (text[0] < '1' || text[0] > '9' || strlen(text) > 15)
		return false;
	*id = strtoll(text, &end, 10);
	return *end == 0;
}

static int not_an_id(const struct usage *usage, const char *text)
{
	(void)text; // it may be anything that somebody pasted
	return options_mistaken(
	    usage, say("expected the number of a row in quarantine", "应为隔离区中数据行的编号"));
}

static int command_show(int argc, char **argv)
{
	const char *data = NULL;
	bool json = false;
	const struct option_row rows[] = { OPTION_DATA(&data), OPTION_JSON(&json) };
	const struct usage usage = {
		.command = "rejects show",
		.operands = "DEPARTMENT ID",
		.operands_min = 2,
		.operands_max = 2,
		.english = "Shows one row in quarantine: where it came from, what is wrong with "
			   "it, and how to mend it.",
		.chinese = "显示隔离区中的一行：来源、问题及修改建议。",
		.exits_english = "0 shown; 1 failed",
		.exits_chinese = "0 已显示；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	char path[64];
	int64_t id;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if (!read_id(operands[1], &id))
		return not_an_id(&usage, operands[1]);
	snprintf(path, sizeof path, "/v1/rejects/%" PRId64, id);
	return ask(data, operands[0], path, NULL, json);
}

// --- redrive and dismiss ------------------------------------------------------------------------

struct selection {
	const char *code;   // or NULL
	char **ids;         // ending with NULL
	const char *reason; // of a dismissal
};

// False: one of them is no number.
static bool write_selection(struct buffer *body, const struct selection *selection)
{
	struct json_writer json = json_writer_make(body);
	int64_t id;
	json_write_begin_object(&json);
	if (selection->code != NULL) {
		json_write_member_text(&json, "code", selection->code);
	} else {
		json_write_name(&json, "ids");
		json_write_begin_array(&json);
		for (char **at = selection->ids; *at != NULL; at++) {
			if (!read_id(*at, &id))
				return false;
			json_write_integer(&json, id);
		}
		json_write_end_array(&json);
	}
	if (selection->reason != NULL)
		json_write_member_text(&json, "reason", selection->reason);
	json_write_end_object(&json);
	return true;
}

static int post(const struct usage *usage, const char *path, char **operands,
    struct selection *selection, const char *data, bool json)
{
	struct buffer body = { 0 };
	selection->ids = operands + 1;
	if ((selection->code != NULL) == (selection->ids[0] != NULL))
		return options_mistaken(usage, say("say which rows: their numbers, or --code",
						   "请给出编号，或用 --code 指定"));
	int exit_code = write_selection(&body, selection)
			    ? ask(data, operands[0], path, &body, json)
			    : not_an_id(usage, NULL);
	buffer_deinit(&body);
	return exit_code;
}

#define OPTION_CODE(target)                                                                           \
	{                                                                                             \
		"code", 'c', OPTION_TEXT, (target), 0, 0, "CODE",                                     \
		    "all rows that are there for this reason", "因该原因隔离的全部数据行" \
	}

static int command_redrive(int argc, char **argv)
{
	const char *data = NULL;
	bool json = false;
	struct selection selection = { 0 };
	const struct option_row rows[] = { OPTION_DATA(&data), OPTION_CODE(&selection.code),
		OPTION_JSON(&json) };
	const struct usage usage = {
		.command = "rejects redrive",
		.operands = "DEPARTMENT (ID... | --code CODE)",
		.operands_min = 1,
		.operands_max = IDS_MAX,
		.english = "Sends rows in quarantine through the department's checks again, as "
			   "they are: for when it was\n"
			   "the catalogue or a setting that was wrong. A row that was mended is "
			   "simply pushed.",
		.chinese = "将隔离区中的数据行原样重新校验：适用于问题出在目录或设置的情形。"
			   "已更正的数据直接重新推送即可。",
		.exits_english = "0 all taken; 3 some are still refused; 1 failed",
		.exits_chinese = "0 全部接收；3 部分仍被隔离；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	return post(&usage, "/v1/rejects/redrive", operands, &selection, data, json);
}

static int command_dismiss(int argc, char **argv)
{
	const char *data = NULL;
	bool json = false;
	struct selection selection = { 0 };
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		OPTION_CODE(&selection.code),
		{ "reason", 'r', OPTION_TEXT, &selection.reason, 0, 0, "TEXT",
		    "why: it is kept; name no person in it", "理由（将留存，请勿写入个人信息）" },
		OPTION_JSON(&json),
	};
	const struct usage usage = {
		.command = "rejects dismiss",
		.operands = "DEPARTMENT (ID... | --code CODE) --reason TEXT",
		.operands_min = 1,
		.operands_max = IDS_MAX,
		.english = "Takes rows out of quarantine that will never be mended.",
		.chinese = "将不会再更正的数据行移出隔离区。",
		.exits_english = "0 done; 1 failed",
		.exits_chinese = "0 完成；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if (selection.reason == NULL || selection.reason[0] == 0)
		return options_mistaken(
		    &usage, say("say why, with --reason", "请用 --reason 说明理由"));
	return post(&usage, "/v1/rejects/dismiss", operands, &selection, data, json);
}

// --- the command --------------------------------------------------------------------------------

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *english, *chinese;
} parts[] = {
	{ "ls", command_ls, "by department, kind and reason", "按部门、类别与原因列出" },
	{ "show", command_show, "one row", "查看一行" },
	{ "redrive", command_redrive, "send rows through the checks again", "重新校验" },
	{ "dismiss", command_dismiss, "take rows out that nobody will mend", "移出不再更正的行" },
};

static void print_parts(FILE *file)
{
	fputs(say("Usage: onecity rejects COMMAND [OPTION]...\n\n",
		  "用法：onecity rejects 命令 [选项]...\n\n"),
	    file);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		fprintf(file, "  %-8s %s\n", parts[i].name,
		    say_in_chinese() ? parts[i].chinese : parts[i].english);
}

int command_rejects(int argc, char **argv)
{
	bool help = argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);
	for (size_t i = 0; argc > 1 && i < COUNT_OF(parts); i++)
		if (strcmp(argv[1], parts[i].name) == 0)
			return parts[i].run(argc - 1, argv + 1);
	print_parts(help ? stdout : stderr);
	return help ? EXIT_SUCCESS : EXIT_USAGE;
}
