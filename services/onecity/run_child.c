// SPDX-License-Identifier: Apache-2.0
// run_child: becomes a program that ends with its parent.
//
// `onecity up` starts everything through this: a service must not live on when `up` was killed and
// cannot stop it any more. It gets a session of its own, so that Ctrl-C in a terminal reaches only
// `up`, which stops all in order.
#include "commands.h"

#include "options.h"
#include "say.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

enum {
	NOT_STARTED = 127
}; // as a shell says it

static const struct usage usage = {
	.command = "run-child",
	.operands = "-- PARENT PROGRAM [ARGUMENT]...",
	.operands_min = 2,
	.operands_max = 64,
	.english =
	    "Runs a program that is told to end (TERM) when the process PARENT, which must be\n"
	    "its parent, ends. Used by onecity up.",
	.chinese = "运行一个程序，父进程 PARENT 结束时通知其结束（TERM）。供 onecity up 使用。",
	.exits_english = "those of the program; 127 it could not be started; 1 the parent is gone",
	.exits_chinese = "同该程序；127 无法启动；1 父进程已不在",
};

int command_run_child(int argc, char **argv)
{
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		return give_up("prctl: %s", strerror(errno));
	if (getppid() != strtol(operands[0], NULL, 10)) // it ended before we asked to be told
		return EXIT_FAILURE;
	setsid();
	execvp(operands[1], operands + 1);
	give_up(say("%s cannot be started: %s", "无法启动 %s：%s"), operands[1], strerror(errno));
	return NOT_STARTED;
}
