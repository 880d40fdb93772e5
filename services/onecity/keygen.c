// SPDX-License-Identifier: Apache-2.0
// keygen: onecity keygen DIR.
#include "commands.h"

#include "keys.h"
#include "options.h"
#include "say.h"

static void report(const char *directory, const struct keys_made *made)
{
	if (!made->secret && made->keys == 0 && made->tokens == 0) {
		printf(say("%s: nothing is missing\n", "%s：无需生成\n"), directory);
		return;
	}
	if (made->secret)
		printf(say("made %s/keys/pseudonym.secret: keep a copy in a safe place\n",
			   "已生成 %s/keys/pseudonym.secret：请另存备份\n"),
		    directory);
	if (made->keys > 0)
		printf(
		    say("key pairs made in %2$s/keys: %1$u\n", "已在 %2$s/keys 生成密钥 %1$u 对\n"),
		    made->keys, directory);
	if (made->tokens > 0)
		printf(say("tokens made in %2$s/tokens: %1$u\n",
			   "已在 %2$s/tokens 生成令牌 %1$u 个\n"),
		    made->tokens, directory);
}

int command_keygen(int argc, char **argv)
{
	const char *proto = NULL;
	const struct option_row rows[] = {
		{ "proto", 0, OPTION_TEXT, &proto, 0, 0, "DIR",
		    "where the catalogues are (else beside the program)",
		    "目录文件所在目录（默认程序旁）" },
	};
	const struct usage usage = {
		.command = "keygen",
		.operands = "DIR",
		.operands_min = 1,
		.operands_max = 1,
		.english = "Makes the keys, tokens and the pseudonym secret of a data directory: "
			   "for each department\n"
			   "of the catalogues, the aggregator, the profiles and the monitor. Never "
			   "changes one that\n"
			   "is there.",
		.chinese = "为数据目录生成密钥、令牌和假名密钥：各部门、聚合器、档案服务和监视器。"
			   "绝不改动已有的。",
		.exits_english = "0 all are there; 1 failed",
		.exits_chinese = "0 齐全；1 失败",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	struct roster roster;
	struct keys_made made;
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	enum status status = roster_read(&roster, proto, NULL);
	if (status != STATUS_OK)
		return give_up_with(status);
	status = keys_make(operands[0], &roster, &made);
	roster_deinit(&roster);
	if (status != STATUS_OK)
		return give_up_with(status);
	report(operands[0], &made);
	return EXIT_SUCCESS;
}
