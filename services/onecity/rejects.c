// SPDX-License-Identifier: Apache-2.0
// rejects: onecity rejects: what to do with a department's quarantine.
#include "rejects.h"

#include "commands.h"
#include "options.h"
#include "say.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *operands, *english, *chinese;
} parts[] = {
	{ "ls", rejects_list, "DEPARTMENT", "list the rows in quarantine", "列出隔离区中的数据行" },
	{ "show", rejects_show, "DEPARTMENT ID", "show one, masked, and how to mend it",
	    "查看一行（已脱敏）及更正办法" },
	{ "redrive", rejects_redrive, "DEPARTMENT ID...", "send rows through the checks again",
	    "重新校验" },
	{ "dismiss", rejects_dismiss, "DEPARTMENT ID...", "take rows out that nobody will mend",
	    "移出无需更正的数据行" },
};

static void print_parts(FILE *file)
{
	fputs(say("Usage: onecity rejects PART [OPTION]...\n\n"
		  "A row that a department refused waits in its quarantine until it comes again "
		  "without the\nmistake, or is dismissed.\n\n",
		  "用法：onecity rejects 子命令 [选项]...\n\n"
		  "部门服务拒绝的数据行保留在隔离区，直到更正后重新提交，或移出隔离区。\n\n"),
	    file);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		fprintf(file, "  %-8s%-18s%s\n", parts[i].name, parts[i].operands,
		    say_in_chinese() ? parts[i].chinese : parts[i].english);
	fputs(say("\nonecity rejects PART --help explains a part, its options and exit codes.\n",
		  "\nonecity rejects 子命令 --help 说明该子命令及其选项与退出码。\n"),
	    file);
}

int command_rejects(int argc, char **argv)
{
	if (argc < 2) {
		print_parts(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		bool visited = false;
		for (size_t i = 0; i < COUNT_OF(parts); i++)
			visited |= options_visits_part(parts[i].name, parts[i].run);
		if (!visited)
			print_parts(stdout);
		return EXIT_SUCCESS;
	}
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (strcmp(parts[i].name, argv[1]) == 0)
			return parts[i].run(argc - 1, argv + 1);
	tell(say("expected one of ls, show, redrive, dismiss (see onecity rejects --help)",
	    "应为 ls、show、redrive 或 dismiss（见 onecity rejects --help）"));
	return EXIT_USAGE;
}

bool reject_id_parse(const char *text, int64_t *id)
{
	enum {
		DIGITS_MAX = 15 // what JSON carries exactly
	};
	size_t size = strlen(text);
	*id = 0;
	if (size == 0 || size > DIGITS_MAX || strspn(text, "0123456789") != size)
		return false;
	*id = strtoll(text, NULL, 10);
	return *id > 0;
}
