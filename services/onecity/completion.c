// SPDX-License-Identifier: Apache-2.0
// completion: onecity completion bash: what completes commands and options, made of their tables.
#include "commands.h"

#include "options.h"
#include "say.h"

static const char head[] =
    "# onecity: completion for bash. Load it with: source <(onecity completion bash)\n"
    "_onecity_departments() {\n"
    "\tlocal path\n"
    "\tfor path in \"${ONECITY_DATA:-./onecity-data}\"/keys/*.key; do\n"
    "\t\tpath=${path##*/}\n"
    "\t\tcase ${path%.key} in '*' | aggregator | monitor | points | profiles) ;; *) echo "
    "\"${path%.key}\" ;; esac\n"
    "\tdone\n"
    "}\n"
    "_onecity_value() { # KIND-OF-VALUE WORD\n"
    "\t[[ $1 == *DIR* ]] && compgen -d -- \"$2\"\n"
    "\t[[ $1 == *DEPARTMENT* ]] && compgen -W \"$(_onecity_departments)\" -- \"$2\"\n"
    "\t[[ $1 =~ FILE|TABLE ]] && compgen -f -- \"$2\"\n"
    "}\n"
    "_onecity() {\n"
    "\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} pair\n"
    "\tlocal options='' values='' operands='' words=''\n"
    "\tcase \"$((COMP_CWORD > 1)) ${COMP_WORDS[1]} $((COMP_CWORD > 2)) ${COMP_WORDS[2]-}\" "
    "in\n";

static const char tail[] =
    "\tesac\n"
    "\tif [ -n \"$words\" ]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
    "\t\treturn\n"
    "\tfi\n"
    "\tfor pair in $values; do\n"
    "\t\tif [ \"$before\" = \"${pair%%=*}\" ]; then\n"
    "\t\t\tmapfile -t COMPREPLY < <(_onecity_value \"${pair#*=}\" \"$word\")\n"
    "\t\t\treturn\n"
    "\t\tfi\n"
    "\tdone\n"
    "\tif [[ $word == -* ]]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$word\")\n"
    "\telse\n"
    "\t\tmapfile -t COMPREPLY < <(_onecity_value \"$operands\" \"$word\")\n"
    "\tfi\n"
    "}\n"
    "complete -o filenames -F _onecity onecity\n";

static void write_options(const struct usage *usage)
{
	for (size_t i = 0; i < usage->option_count; i++) {
		const struct option_row *row = &usage->options[i];
		if (row->letter != 0)
			printf("-%c ", row->letter);
		printf("--%s ", row->name);
	}
	printf("--help");
}

static void write_values(const struct usage *usage)
{
	for (size_t i = 0; i < usage->option_count; i++) {
		const struct option_row *row = &usage->options[i];
		if (row->value != NULL && row->letter != 0)
			printf("-%c=%s ", row->letter, row->value);
		if (row->value != NULL)
			printf("--%s=%s ", row->name, row->value);
	}
}

// "1 tail "* or "1 rejects 1 ls": of a part the word before it has been written already.
static void write_usage(const struct usage *usage, void *context)
{
	const char *blank = strchr(usage->command, ' ');
	(void)context;
	if (blank != NULL)
		printf(
		    "\t'1 %.*s 1 %s')", (int)(blank - usage->command), usage->command, blank + 1);
	else
		printf("\t'1 %s '*)", usage->command);
	printf(" options='");
	write_options(usage);
	printf("' values='");
	write_values(usage);
	printf("' operands='%s' ;;\n", usage->operands);
}

// The words of all commands, or the parts of one.
static void add_part(const struct usage *usage, void *context)
{
	const char *blank = strchr(usage->command, ' ');
	if (blank != NULL)
		buffer_append_text(context, blank);
}

static void visit(const struct command *command, options_visit *visitor, void *context)
{
	char *name = text_copy(command->name), help[] = "--help";
	options_set_visit(visitor, context);
	command->run(2, (char *[]){ name, help, NULL });
	options_set_visit(NULL, NULL);
	free(name);
}

static bool is_visited(const struct command *command)
{
	return command->english != NULL && strcmp(command->name, "help") != 0;
}

static void write_parts(const struct command *command)
{
	struct buffer parts = { 0 };
	visit(command, add_part, &parts);
	if (parts.size > 0)
		printf("\t'1 %s 0 '*) words='%s' ;;\n", command->name, buffer_text(&parts) + 1);
	buffer_deinit(&parts);
}

static void write_script(void)
{
	const struct command *list;
	size_t count = commands_list(&list);
	fputs(head, stdout);
	printf("\t'0 '*) words='");
	for (size_t i = 0; i < count; i++)
		if (list[i].english != NULL)
			printf("%s ", list[i].name);
	printf("--help --version' ;;\n");
	for (size_t i = 0; i < count; i++) {
		if (!is_visited(&list[i]))
			continue;
		write_parts(&list[i]);
		visit(&list[i], write_usage, NULL);
	}
	fputs(tail, stdout);
}

int command_completion(int argc, char **argv)
{
	const struct usage usage = {
		.command = "completion",
		.operands = "bash",
		.operands_min = 1,
		.operands_max = 1,
		.english =
		    "Prints a script that completes commands, options and departments in bash:\n"
		    "source <(onecity completion bash)",
		.chinese = "输出 bash 补全脚本，可补全命令、选项与部门名：\n"
			   "source <(onecity completion bash)",
		.exits_english = "0 printed",
		.exits_chinese = "0 已输出",
	};
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if (strcmp(operands[0], "bash") != 0)
		return options_mistaken(&usage, say("expected bash", "应为 bash"));
	write_script();
	return EXIT_SUCCESS;
}
