// SPDX-License-Identifier: Apache-2.0
// commands: what `onecity` can do: one function each, with its own part of the command line.
//
// argv[0] is the command's name. Each returns the exit code.
#ifndef ONECITY_COMMANDS_H
#define ONECITY_COMMANDS_H

#include "base.h"

enum {
	EXIT_QUARANTINED = 3, // push, try, rejects: some rows are bad
	EXIT_NOBODY = 3,      // profile: nobody reported anything about this person; the like
	EXIT_REFUSED = 4,     // push, try: the list as a whole was refused
	EXIT_STALE = 5,       // push, try: some rows are older than what is known
	EXIT_USAGE = 64,      // as in sysexits.h, apart from every command's own codes
};

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *english, *chinese; // NULL: not for people
};
// All of them, in the order of the help.
size_t commands_list(const struct command **list);

int command_completion(int argc, char **argv);
int command_event(int argc, char **argv);
int command_gaps(int argc, char **argv);
int command_keygen(int argc, char **argv);
int command_lag(int argc, char **argv);
int command_man(int argc, char **argv);
int command_monitor(int argc, char **argv);
int command_profile(int argc, char **argv);
int command_push(int argc, char **argv);
int command_ranks(int argc, char **argv);
int command_rebuild(int argc, char **argv);
int command_rejects(int argc, char **argv);
int command_rules(int argc, char **argv);
int command_run_child(int argc, char **argv);
int command_score(int argc, char **argv);
int command_simulate(int argc, char **argv);
int command_sources(int argc, char **argv);
int command_status(int argc, char **argv);
int command_tail(int argc, char **argv);
int command_top(int argc, char **argv);
int command_try(int argc, char **argv);
int command_up(int argc, char **argv);

#endif
