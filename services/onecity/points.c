// SPDX-License-Identifier: Apache-2.0
// points: hands a part of the command line to onecity-points.
#include "points.h"

#include "commands.h"
#include "roster.h"
#include "say.h"

#include <errno.h>
#include <unistd.h>

static int become(char **argv, int argc)
{
	char directory[ROSTER_PATH_SIZE], program[ROSTER_PATH_SIZE + 32];
	enum status status = roster_program_directory(directory);
	if (status != STATUS_OK)
		return give_up_with(status);
	snprintf(program, sizeof program, "%s/onecity-points", directory);
	char **arguments = allocate(((size_t)argc + 2) * sizeof *arguments);
	arguments[0] = program;
	memcpy(arguments + 1, argv, (size_t)argc * sizeof *arguments);
	execv(program, arguments);
	int error = errno;
	free(arguments);
	return give_up(
	    say("%s cannot be started: %s", "无法启动 %s：%s"), program, strerror(error));
}

int points_run(const struct usage *usage, int argc, char **argv)
{
	char **operands;
	int exit_code;
	if (!options_parse(usage, argc, argv, &operands, &exit_code))
		return exit_code;
	return become(argv, argc);
}

static void print_parts(FILE *file, const char *command, const struct points_part *parts,
    size_t count, const char *what)
{
	fprintf(file,
	    say("Usage: onecity %s PART [OPTION]...\n\n%s\n\n",
		"用法：onecity %s 子命令 [选项]...\n\n%s\n\n"),
	    command, what);
	for (size_t i = 0; i < count; i++)
		fprintf(file, "  %-9s%-26s%s\n", parts[i].name, parts[i].operands,
		    say_in_chinese() ? parts[i].chinese : parts[i].english);
	fprintf(file,
	    say("\nonecity %s PART --help explains a part, its options and exit codes.\n",
		"\nonecity %s 子命令 --help 说明该子命令及其选项与退出码。\n"),
	    command);
}

int points_parts_run(const char *command, const struct points_part *parts, size_t count,
    const char *english, const char *chinese, int argc, char **argv)
{
	const char *what = say_in_chinese() ? chinese : english;
	if (argc < 2) {
		print_parts(stderr, command, parts, count, what);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		bool visited = false;
		for (size_t i = 0; i < count; i++)
			visited |= options_visits_part(parts[i].name, parts[i].run);
		if (!visited)
			print_parts(stdout, command, parts, count, what);
		return EXIT_SUCCESS;
	}
	for (size_t i = 0; i < count; i++)
		if (strcmp(parts[i].name, argv[1]) == 0)
			return parts[i].run(argc - 1, argv + 1);
	tell(say("onecity %s has no such part (see onecity %s --help)",
		 "onecity %s 没有这个子命令（见 onecity %s --help）"),
	    command, command);
	return EXIT_USAGE;
}
