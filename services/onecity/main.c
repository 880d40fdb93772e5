// SPDX-License-Identifier: Apache-2.0
// onecity: the command line.
#include "commands.h"

#include "say.h"
#include "service.h"

static int command_help(int argc, char **argv);

static const struct command commands[] = {
	{ "up", command_up, "run the whole suite on this machine, from nothing",
	    "在本机启动整套服务" },
	{ "push", command_push, "send rows to a department", "向部门服务推送数据行" },
	{ "try", command_try,
	    "rehearse a push: what would be taken, what is wrong, nothing sent on",
	    "试推送：查看哪些会被接收、哪些有误，不实际提交" },
	{ "rejects", command_rejects, "see, mend and dismiss the rows in quarantine",
	    "查看并处理隔离区中的数据行" },
	{ "profile", command_profile, "show what is known about a person", "查看一个人的汇总档案" },
	{ "status", command_status, "show how all services are", "查看各服务状态" },
	{ "sources", command_sources, "show each department as the aggregator sees it",
	    "查看聚合器所见的各部门" },
	{ "lag", command_lag, "show how far the profiles are behind", "查看档案落后多少" },
	{ "gaps", command_gaps, "show what was missing on the bus, and came again",
	    "查看总线消息缺口与补齐情况" },
	{ "tail", command_tail, "show the departments' stream", "显示各部门的事件流" },
	{ "event", command_event, "show one entry of a department's journal",
	    "查看部门日志中的一条记录" },
	{ "top", command_top, "watch all departments, full screen", "全屏查看各部门" },
	{ "monitor", command_monitor, "print a link to the monitor's page", "输出监控页面的链接" },
	{ "rebuild", command_rebuild, "make the profiles again from the departments' journals",
	    "由各部门日志重建档案" },
	{ "simulate", command_simulate, "invent a city: its departments' exports, or live changes",
	    "虚构一座城市：生成各部门导出文件或实时变更" },
	{ "score", command_score, "score a person's facts by a rule table, with the reasons",
	    "按规则表计分并说明理由" },
	{ "ranks", command_ranks, "show the live lists of who comes first", "查看当前名次名单" },
	{ "rules", command_rules, "check, show and compare rule tables", "检查、查看、比较规则表" },
	{ "keygen", command_keygen, "make the keys of a data directory", "为数据目录生成密钥" },
	{ "completion", command_completion, "print what completes commands in a shell",
	    "输出命令补全脚本" },
	{ "man", command_man, "print a manual page", "输出手册页" },
	{ "run-child", command_run_child, NULL, NULL },
	{ "help", command_help, "explain a command", "说明一个命令" },
};

size_t commands_list(const struct command **list)
{
	*list = commands;
	return COUNT_OF(commands);
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static void print_commands(FILE *file)
{
	fputs(say("Usage: onecity COMMAND [OPTION]...\n\n", "用法：onecity 命令 [选项]...\n\n"),
	    file);
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (commands[i].english != NULL)
			fprintf(file, "  %-10s %s\n", commands[i].name,
			    say_in_chinese() ? commands[i].chinese : commands[i].english);
	fputs(say("\nonecity COMMAND --help explains a command, its options and exit codes.\n"
		  "Data goes to standard output, messages to standard error.\n",
		  "\nonecity 命令 --help "
		  "说明该命令及其选项与退出码。\n数据写到标准输出，消息写到标准错误。\n"),
	    file);
}

static int mistaken(const char *name)
{
	tell(
	    say("there is no command %s; onecity help lists them", "没有 %s 命令；见 onecity help"),
	    name);
	return EXIT_USAGE;
}

static int command_help(int argc, char **argv)
{
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		print_commands(stdout);
		return EXIT_SUCCESS;
	}
	const struct command *command = find(argv[1]);
	char *arguments[] = { argv[1], "--help", NULL };
	return command != NULL ? command->run(2, arguments) : mistaken(argv[1]);
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		print_commands(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("onecity " ONECITY_VERSION);
		return EXIT_SUCCESS;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return command_help(1, argv);
	const struct command *command = find(argv[1]);
	return command != NULL ? command->run(argc - 1, argv + 1) : mistaken(argv[1]);
}

// What did not reach standard output must not look like success: a full disk behind a redirection.
int main(int argc, char **argv)
{
	int exit_code = run(argc, argv);
	if (fflush(stdout) != 0 && exit_code == EXIT_SUCCESS)
		return give_up(say("standard output cannot be written", "无法写到标准输出"));
	return exit_code;
}
