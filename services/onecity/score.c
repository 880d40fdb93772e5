// SPDX-License-Identifier: Apache-2.0
// score: onecity score: points, and the reason for every one of them.
#include "commands.h"

#include "explain.h"
#include "points.h"

static int simulate(int argc, char **argv)
{
	const char *text = NULL; // onecity-points reads the values
	bool flag = false;
	const struct option_row rows[] = {
		{ "facts", 'f', OPTION_TEXT, &text, 0, 0, "FILE",
		    "what is known of a person (docs/rules.md)",
		    "个人情况文件（见 docs/rules.md）" },
		{ "rules", 0, OPTION_TEXT, &text, 0, 0, "FILE", "the rule table", "规则表" },
		{ "programme", 0, OPTION_TEXT, &text, 0, 0, "ID",
		    "instead of the programme that the facts name", "代替情况文件中的积分方案" },
		{ "as-of", 0, OPTION_TEXT, &text, 0, 0, "DATE",
		    "instead of the day that the facts name", "代替情况文件中的计分日" },
		{ "batch", 0, OPTION_FLAG, &flag, 0, 0, NULL,
		    "facts files, one a line, from standard input; an explanation a line",
		    "从标准输入读取，每行一份情况文件；每行输出一份说明" },
		OPTION_JSON(&flag),
	};
	const struct usage usage = {
		.command = "score simulate",
		.operands = "",
		.english = "Scores a facts file by a rule table, and says why. Needs no key and no "
			   "service;\nnothing is sent or kept.",
		.chinese =
		    "按规则表为情况文件计分并说明理由。无需密钥和服务，不发送也不保存任何内容。",
		.exits_english = "0 scored; 1 the table or the facts cannot be taken",
		.exits_chinese = "0 已计分；1 规则表或情况文件有误",
		.options = rows,
		.option_count = COUNT_OF(rows),
	};
	return points_run(&usage, argc, argv);
}

int command_score(int argc, char **argv)
{
	static const struct points_part parts[] = {
		{ "explain", explain, "-", "explain somebody's live scores",
		    "说明申请人的当前积分" },
		{ "simulate", simulate, "-f FACTS --rules TABLE",
		    "score a facts file, without any service", "为情况文件试算，无需任何服务" },
	};
	return points_parts_run("score", parts, COUNT_OF(parts),
	    "Points of a person by a rule table, with the reason for every one of them.",
	    "按规则表计分，并说明每一分的理由。", argc, argv);
}
