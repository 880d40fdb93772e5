// SPDX-License-Identifier: Apache-2.0
// rules: onecity rules: rule tables, as their authors need them.
#include "commands.h"

#include "points.h"

enum {
	TABLES_MAX = 64
};

static int check(int argc, char **argv)
{
	static const struct usage usage = {
		.command = "rules check",
		.operands = "TABLE...",
		.operands_min = 1,
		.operands_max = TABLES_MAX,
		.english = "Tells all that is wrong with rule tables, as file:line: /path: CODE: "
			   "reason\n(docs/rules.md lists the codes). Several live ones are held "
			   "against each other.",
		.chinese = "检查规则表并列出全部错误：文件:行: /路径: 代码: 原因（代码见 "
			   "docs/rules.md）。\n"
			   "多份现行规则表还会相互核对。",
		.exits_english = "0 all are right; 1 some are not",
		.exits_chinese = "0 全部无误；1 有错误",
	};
	return points_run(&usage, argc, argv);
}

static int show(int argc, char **argv)
{
	static const struct usage usage = {
		.command = "rules show",
		.operands = "TABLE",
		.operands_min = 1,
		.operands_max = 1,
		.english = "Tells a rule table in words: groups, items, limits, programmes, "
			   "conditions, ranking.\nWhat counts is the table.",
		.chinese = "用文字说明规则表：分组、项目、上下限、积分方案、条件、排名。以规则表本"
			   "身为准。",
		.exits_english = "0 shown; 1 the table cannot be taken",
		.exits_chinese = "0 已显示；1 规则表有误",
	};
	return points_run(&usage, argc, argv);
}

static int diff(int argc, char **argv)
{
	static const struct usage usage = {
		.command = "rules diff",
		.operands = "TABLE TABLE",
		.operands_min = 2,
		.operands_max = 2,
		.english = "Tells where two rule tables differ, by id: - only in the first, + only "
			   "in the second,\n~ changed, from -> to.",
		.chinese = "按 id 列出两份规则表的差异：- 仅第一份有，+ 仅第二份有，~ 有变化（旧 "
			   "-> 新）。",
		.exits_english = "0 the same; 1 they differ; 2 one cannot be taken",
		.exits_chinese = "0 相同；1 有差异；2 规则表有误",
	};
	return points_run(&usage, argc, argv);
}

int command_rules(int argc, char **argv)
{
	static const struct points_part parts[] = {
		{ "check", check, "TABLE...", "all that is wrong with rule tables", "检查规则表" },
		{ "show", show, "TABLE", "a rule table in words", "用文字说明规则表" },
		{ "diff", diff, "TABLE TABLE", "where two rule tables differ", "比较两份规则表" },
	};
	return points_parts_run("rules", parts, COUNT_OF(parts),
	    "Rule tables: which facts count, how many points they give, who comes first.",
	    "规则表：哪些事实计分、计多少分、谁排在前。", argc, argv);
}
