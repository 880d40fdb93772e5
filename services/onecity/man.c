// SPDX-License-Identifier: Apache-2.0
// man: onecity man: manual pages in mdoc, made of the tables of options.
#include "commands.h"

#include "options.h"
#include "say.h"
#include "service.h"

#include <ctype.h>

// The day of the last change to what the pages say besides the tables.
static const char date[] = "November 24, 2026";

// Lines that the formatter would take for its own are none to it behind \&. Each sentence has a
// line of its own, as mdoc wants it.
static void write_text(const char *text)
{
	char before = '\n';
	for (; *text != 0; before = *text++) {
		if (*text == ' ' && before == '.') {
			putchar('\n');
			continue;
		}
		if (before == '\n' && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		if (*text == '\\')
			fputs("\\e", stdout);
		else
			putchar(*text);
	}
	putchar('\n');
}

// An argument of a macro: quoted, since it may hold blanks and what macros are called.
static void write_argument(const char *text)
{
	fputs(" \"", stdout);
	for (; *text != 0; text++)
		fputs(*text == '"' ? "\"\"" : *text == '\\' ? "\\e" : (char[]){ *text, 0 }, stdout);
	fputs("\"", stdout);
}

static void write_head(const char *name, const char *what)
{
	printf(".Dd %s\n.Dt ", date);
	for (const char *letter = name; *letter != 0; letter++)
		putchar(toupper((unsigned char)*letter));
	printf(" 1\n.Os onecity %s\n.Sh NAME\n.Nm %s\n.Nd", ONECITY_VERSION, name);
	write_argument(what);
	putchar('\n');
}

static void write_option(const struct option_row *row)
{
	printf(".It");
	if (row->letter != 0)
		printf(" Fl %c ,", row->letter);
	printf(" Fl -%s", row->name);
	if (row->value != NULL) {
		printf(" Ar");
		write_argument(row->value);
	}
	putchar('\n');
	write_text(row->english);
}

static void write_usage(const struct usage *usage, void *context)
{
	const struct option_row help = {
		.name = "help", .letter = 'h', .english = "a short form of this"
	};
	(void)context;
	printf(".Ss onecity %s\n.Nm onecity\n.Cm %s\n.Op Ar option ...\n", usage->command,
	    usage->command);
	if (usage->operands[0] != 0) {
		printf(".Ar");
		write_argument(usage->operands);
		putchar('\n');
	}
	printf(".Pp\n");
	write_text(usage->english);
	printf(".Bl -tag -width Ds\n");
	for (size_t i = 0; i < usage->option_count; i++)
		write_option(&usage->options[i]);
	write_option(&help);
	printf(".El\n.Pp\nExit codes:\n");
	write_text(usage->exits_english);
}

static void write_page(const struct command *command)
{
	char name[64], help[] = "--help";
	char *argument = text_copy(command->name);
	snprintf(name, sizeof name, "onecity-%s", command->name);
	write_head(name, command->english);
	printf(".Sh DESCRIPTION\n");
	options_set_visit(write_usage, NULL);
	command->run(2, (char *[]){ argument, help, NULL });
	options_set_visit(NULL, NULL);
	printf(".Pp\n%d means wrong usage.\n.Sh SEE ALSO\n.Xr onecity 1\n", EXIT_USAGE);
	free(argument);
}

static void write_overview(const struct command *list, size_t count)
{
	write_head("onecity", "departments share what they know of new citizens");
	printf(".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar option ...\n.Sh DESCRIPTION\n"
	       "Data goes to standard output, messages to standard error, in Chinese where the "
	       "locale is.\nThe commands:\n.Bl -tag -width completion\n");
	for (size_t i = 0; i < count; i++) {
		if (list[i].english == NULL)
			continue;
		printf(".It Cm %s\n", list[i].name);
		write_text(list[i].english);
	}
	printf(".El\n.Sh ENVIRONMENT\n.Bl -tag -width ONECITY_DATA\n"
	       ".It Ev ONECITY_DATA\nthe data directory, where no\n.Fl -data\nis given\n"
	       ".It Ev NO_COLOR\nno colours\n.El\n.Sh SEE ALSO\n");
	printf("Each command has a page of its own:\n.Ql onecity man command\n");
}

static const struct command *find(const struct command *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0 && list[i].english != NULL &&
		    strcmp(name, "help") != 0)
			return &list[i];
	return NULL;
}

int command_man(int argc, char **argv)
{
	const struct usage usage = {
		.command = "man",
		.operands = "[COMMAND]",
		.operands_max = 1,
		.english =
		    "Prints the manual page of a command, or of all: onecity man tail | man -l -",
		.chinese = "输出某个命令或全部命令的手册页：onecity man tail | man -l -",
		.exits_english = "0 printed",
		.exits_chinese = "0 已输出",
	};
	const struct command *list;
	size_t count = commands_list(&list);
	char **operands;
	int exit_code;
	if (!options_parse(&usage, argc, argv, &operands, &exit_code))
		return exit_code;
	if (operands[0] == NULL) {
		write_overview(list, count);
		return EXIT_SUCCESS;
	}
	const struct command *command = find(list, count, operands[0]);
	if (command == NULL)
		return options_mistaken(
		    &usage, say("there is no command %s", "没有 %s 命令"), operands[0]);
	write_page(command);
	return EXIT_SUCCESS;
}
