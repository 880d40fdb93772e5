// SPDX-License-Identifier: Apache-2.0
// points: scores: of everybody, kept up by the daemon, or at once from files, by a verb.
#include "engine.h"
#include "verbs.h"

#include <stdio.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{ "check", verb_check },
	{ "diff", verb_diff },
	{ "show", verb_show },
	{ "simulate", verb_simulate },
};

static int run(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < COUNT_OF(verbs); i++)
		if (strcmp(verbs[i].name, argv[1]) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	return engine_main(argc, argv);
}

// What did not reach standard output must not look like success: a full disk behind a redirection.
int main(int argc, char **argv)
{
	int exit_code = run(argc, argv);
	if (fflush(stdout) == 0 || exit_code != EXIT_SUCCESS)
		return exit_code;
	fputs("onecity-points: standard output cannot be written\n", stderr);
	return EXIT_FAILURE;
}
