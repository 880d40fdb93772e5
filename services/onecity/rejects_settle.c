// SPDX-License-Identifier: Apache-2.0
// rejects_settle: onecity rejects redrive and dismiss: how rows leave the quarantine by hand.
#include "rejects.h"

#include "call.h"
#include "commands.h"
#include "options.h"
#include "say.h"

#include <inttypes.h>

enum {
	TIMEOUT_MS = 15 * 60 * 1000,
	IDS_MAX = 1000,
};

struct settling {
	const char *path;
	char *const *ids; // as given, ending with NULL; none: all of the kind and code
	const char *kind, *code;
	const char *reason; // of a dismissal; else NULL
	bool json;
};

// Which rows? A mistake is told.
static int check(const struct settling *settling, const struct usage *usage)
{
	bool by_ids = settling->ids[0] != NULL;
	int64_t id;
	if (by_ids == (settling->kind != NULL || settling->code != NULL))
		return options_mistaken(
		    usage, say("say which rows: by their IDs, or by --kind and --code",
			       "请指明数据行：给出编号，或用 --kind、--code 筛选"));
	for (size_t i = 0; settling->ids[i] != NULL; i++)
		if (!reject_id_parse(settling->ids[i], &id))
			return options_mistaken(
			    usage, say("expected the number of a row", "应为数据行的编号"));
	return EXIT_SUCCESS;
}

static void write_ids(struct json_writer *writer, char *const *ids)
{
	json_write_name(writer, "ids");
	json_write_begin_array(writer);
	for (; *ids != NULL; ids++) {
		int64_t id;
		if (reject_id_parse(*ids, &id))
			json_write_integer(writer, id);
	}
	json_write_end_array(writer);
}

static void write_question(const struct settling *settling, struct buffer *body)
{
	struct json_writer writer = json_writer_make(body);
	json_write_begin_object(&writer);
	if (settling->ids[0] != NULL)
		write_ids(&writer, settling->ids);
	if (settling->kind != NULL)
		json_write_member_text(&writer, "kind", settling->kind);
	if (settling->code != NULL)
		json_write_member_text(&writer, "code", settling->code);
	if (settling->reason != NULL)
		json_write_member_text(&writer, "reason", settling->reason);
	json_write_end_object(&writer);
}

static void print_counts(const struct settling *settling, const struct json_value *root)
{
	if (settling->reason != NULL)
		printf(say("%" PRId64 " dismissed\n", "移出 %" PRId64 " 行\n"),
		    member_integer(root, "dismissed", 0));
	else
		printf(say("%" PRId64 " accepted, %" PRId64 " unchanged, %" PRId64
			   " stale, %" PRId64 " still refused\n",
			   "接收 %" PRId64 "，未变 %" PRId64 "，过旧 %" PRId64 "，仍被拒绝 %" PRId64
			   "\n"),
		    member_integer(root, "accepted", 0), member_integer(root, "unchanged", 0),
		    member_integer(root, "stale", 0), member_integer(root, "quarantined", 0));
}

static int report(const struct settling *settling, const struct answer *answer)
{
	const struct json_value *root = answer_root(answer);
	int64_t gone = member_integer(root, "gone", 0);
	if (settling->json)
		printf("%.*s\n", BYTES_ARGS(buffer_bytes(&answer->content)));
	else
		print_counts(settling, root);
	if (gone > 0)
		tell(
		    say("not in quarantine, or no more: %" PRId64, "其中 %" PRId64 " 行不在隔离区"),
		    gone);
	return member_integer(root, "quarantined", 0) > 0 ? EXIT_QUARANTINED : EXIT_SUCCESS;
}

static int settle_at(const struct service_place *department, void *context)
{
	const struct settling *settling = context;
	struct buffer body = { 0 };
	struct answer answer;
	int exit_code;
	write_question(settling, &body);
	struct question question = {
		.service = department,
		.method = "POST",
		.path = settling->path,
		.content_type = "application/json",
		.body = buffer_bytes(&body),
		.timeout_ms = TIMEOUT_MS,
	};
	enum status status = question_ask(&question, &answer);
	if (status != STATUS_OK)
		exit_code = give_up_with(status);
	else if (answer_is_success(&answer))
		exit_code = report(settling, &answer);
	else
		exit_code = answer_give_up(department, &answer);
	answer_deinit(&answer);
	buffer_deinit(&body);
	return exit_code;
}

int rejects_redrive(int argc, char **argv)
{
	const char *data = NULL;
	struct settling settling = { .path = "/v1/rejects/redrive" };
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		OPTION_KIND(&settling.kind),
		OPTION_CODE(&settling.code),
		OPTION_JSON(&settling.json),
	};
	const struct usage usage = {
		.command = "rejects redrive",
		.operands = "DEPARTMENT ID... | --kind KIND | --code CODE",
		.operands_min = 1,
		.operands_max = 1 + IDS_MAX,
		.english =
		    "Sends rows in quarantine through the checks again: after a code list, a "
		    "catalogue or a rule\n"
		    "changed. Those that are good now are taken in.",
		.chinese =
		    "将隔离区中的数据行重新校验（例如代码表、数据目录或规则变更之后）；现已无误"
		    "的予以接收。",
		.exits_english = "0 none is refused any more; 3 some are still refused; 1 failed",
		.exits_chinese = "0 全部通过；3 部分仍被拒绝；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	settling.ids = operands + 1;
	exit_code = check(&settling, &usage);
	return exit_code == EXIT_SUCCESS ? department_call(data, operands[0], settle_at, &settling)
					 : exit_code;
}

int rejects_dismiss(int argc, char **argv)
{
	const char *data = NULL;
	struct settling settling = { .path = "/v1/rejects/dismiss" };
	const struct option_row rows[] = {
		OPTION_DATA(&data),
		OPTION_KIND(&settling.kind),
		OPTION_CODE(&settling.code),
		{ "reason", 'r', OPTION_TEXT, &settling.reason, 0, 0, "TEXT",
		    "why, for the journal; name nobody (required)",
		    "理由，记入日志；不要写个人信息（必填）" },
		OPTION_JSON(&settling.json),
	};
	const struct usage usage = {
		.command = "rejects dismiss",
		.operands = "DEPARTMENT ID... | --kind KIND | --code CODE",
		.operands_min = 1,
		.operands_max = 1 + IDS_MAX,
		.english = "Takes rows out of the quarantine that nobody will mend. They are gone; "
			   "where it is known\n"
			   "which record they were about, the journal keeps the reason.",
		.chinese =
		    "将无需更正的数据行移出隔离区，数据行本身不再保留；能辨认属于哪条记录的，"
		    "理由记入日志。",
		.exits_english = "0 done; 1 failed",
		.exits_chinese = "0 完成；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if (settling.reason == NULL || settling.reason[0] == 0)
		return options_mistaken(&usage, say("--reason is required", "须给出 --reason"));
	settling.ids = operands + 1;
	exit_code = check(&settling, &usage);
	return exit_code == EXIT_SUCCESS ? department_call(data, operands[0], settle_at, &settling)
					 : exit_code;
}
