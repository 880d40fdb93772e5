// SPDX-License-Identifier: Apache-2.0
// list: how a list is meant, as options and as a request, and the answer about the whole of it.
#include "list.h"

#include "citizen_id.h"
#include "http_client.h"
#include "say.h"

enum {
	COLUMNS_TOLD_MAX = 20
};

// --- as options ---------------------------------------------------------------------------------

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, words[i]) == 0)
			return true;
	return false;
}

static bool is_full(const struct list *list)
{
	return list->mode != NULL && strcmp(list->mode, "full") == 0;
}

static bool rejects(const struct list *list)
{
	return list->on_error != NULL && strcmp(list->on_error, "reject") == 0;
}

static int check_scope(const char *scope, const struct usage *usage)
{
	const char *equals = strchr(scope, '=');
	if (equals == NULL || equals == scope || equals[1] == 0)
		return options_mistaken(
		    usage, say("--scope: expected FIELD=VALUE", "--scope：应为“字段=值”"));
	if (citizen_id_inside(bytes_of_text(equals + 1))) // it would stand in an address
		return options_mistaken(usage,
		    say("--scope must not hold an ID number", "--scope 中不得含有身份证号码"));
	return EXIT_SUCCESS;
}

int list_check(const struct list *list, const struct usage *usage)
{
	static const char *const modes[] = { "upsert", "changes", "full" };
	static const char *const errors[] = { "quarantine", "reject" };
	if (list->mode != NULL && !is_one_of(list->mode, modes, COUNT_OF(modes)))
		return options_mistaken(usage, say("--mode: expected upsert, changes or full",
						   "--mode：应为 upsert、changes 或 full"));
	if (list->on_error != NULL && !is_one_of(list->on_error, errors, COUNT_OF(errors)))
		return options_mistaken(usage, say("--on-error: expected quarantine or reject",
						   "--on-error：应为 quarantine 或 reject"));
	if ((list->scope != NULL || list->confirmed) && !is_full(list))
		return options_mistaken(usage, say("--scope and --confirm go with --mode full only",
						   "--scope 和 --confirm 只用于 --mode full"));
	return list->scope != NULL ? check_scope(list->scope, usage) : EXIT_SUCCESS;
}

bool list_goes_whole(const struct list *list, const struct rows_format *format)
{
	bool is_upsert = list->mode == NULL || strcmp(list->mode, "upsert") == 0;
	return !format->in_pieces || !is_upsert || rejects(list);
}

// --- as a request -------------------------------------------------------------------------------

static void write_parameter(
    struct buffer *path, char *separator, const char *name, const char *value)
{
	if (value == NULL)
		return;
	buffer_printf(path, "%c%s=", *separator, name);
	http_client_encode(path, value);
	*separator = '&';
}

void list_write_path(
    const struct list *list, const char *route, const char *kind, struct buffer *path)
{
	char separator = '?';
	buffer_append_text(path, route);
	http_client_encode(path, kind);
	write_parameter(path, &separator, "mode", list->mode);
	write_parameter(path, &separator, "scope", list->scope);
	write_parameter(path, &separator, "confirm", list->confirmed ? "yes" : NULL);
	write_parameter(path, &separator, "on_error", rejects(list) ? "reject" : NULL);
}

static void tell_way_out(void)
{
	tell(
	    say("a list that must go in one piece may be larger in the department's watched folder",
		"须整体提交的大文件请放入部门的监视文件夹"));
}

int list_read(const char *file_name, struct buffer *content)
{
	int file;
	enum status status = rows_file_open(&file, file_name);
	if (status == STATUS_OK) {
		status = rows_file_read_whole(file, content);
		rows_file_close(file);
	}
	int exit_code = status == STATUS_OK ? EXIT_SUCCESS : give_up_with(status);
	if (status == STATUS_TOO_LARGE)
		tell_way_out();
	return exit_code;
}

// --- the answer ---------------------------------------------------------------------------------

bool list_refused(const struct answer *answer, struct list_refusal *refusal)
{
	enum {
		UNPROCESSABLE = 422
	};
	const struct json_value *root = answer_root(answer);
	bool is_problem = answer->code == UNPROCESSABLE;
	const struct json_value *refused = is_problem ? root : json_member(root, "refused");
	refusal->code = member_text(refused, "code");
	refusal->english = member_text(refused, is_problem ? "detail" : "en");
	refusal->chinese = member_text(refused, is_problem ? "detail_zh" : "zh");
	return refusal->code[0] != 0 && (is_problem || answer_is_success(answer));
}

int list_give_up(const struct service_place *department, const struct answer *answer)
{
	enum {
		CONTENT_TOO_LARGE = 413
	};
	int exit_code = answer_give_up(department, answer);
	if (answer->code == CONTENT_TOO_LARGE)
		tell_way_out();
	return exit_code;
}

void list_tell_refusal(const struct list_refusal *refusal)
{
	tell(say("refused (%s): %s", "已拒绝（%s）：%s"), refusal->code,
	    say_in_chinese() ? refusal->chinese : refusal->english);
	if (strcmp(refusal->code, "too_many_missing") == 0)
		tell(say("if the list is right, send it again with --confirm",
		    "清单确认无误后，请加 --confirm 重新提交"));
}

static void append_header(struct buffer *names, const char *header)
{
	if (names->size > 0)
		buffer_append_text(names, say(", ", "、"));
	if (header[0] != 0)
		say_append(names, header);
	else
		buffer_append_text(names, say("(no header)", "（无表头）"));
}

void list_tell_unused_columns(const struct json_value *root)
{
	struct buffer names = { 0 };
	const struct json_value *column = json_first(json_member(root, "columns"));
	size_t told = 0;
	for (; column != NULL && told < COLUMNS_TOLD_MAX; column = json_next(column)) {
		if (json_string(json_member(column, "field")) != NULL)
			continue;
		append_header(&names, member_text(column, "header"));
		told++;
	}
	if (told == COLUMNS_TOLD_MAX && column != NULL)
		buffer_append_text(&names, ", ...");
	if (told > 0)
		tell(
		    say("these columns are not used: %s", "以下列未使用：%s"), buffer_text(&names));
	buffer_deinit(&names);
}
