// SPDX-License-Identifier: Apache-2.0
// options: what a command takes, as a table that parses and explains itself.
#include "options.h"

#include "commands.h"
#include "say.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>

enum {
	OPTIONS_MAX = 16,
	HELP_VALUE = 1,  // what getopt_long() returns for --help
	ROW_VALUE = 256, // and for the first row
	NAME_WIDTH = 26,
};

struct parser {
	const struct usage *usage;
	struct option options[OPTIONS_MAX + 2];
	char letters[2 * OPTIONS_MAX + 4];
};

static void parser_init(struct parser *parser, const struct usage *usage)
{
	ENSURE(usage->option_count <= OPTIONS_MAX);
	*parser = (struct parser){ .usage = usage };
	char *letter = parser->letters;
	*letter++ = ':'; // a missing value is told apart, and nothing is printed
	for (size_t i = 0; i < usage->option_count; i++) {
		const struct option_row *row = &usage->options[i];
		int has_value = row->type == OPTION_FLAG ? no_argument : required_argument;
		parser->options[i] =
		    (struct option){ row->name, has_value, NULL, ROW_VALUE + (int)i };
		if (row->letter != 0)
			*letter++ = row->letter;
		if (row->letter != 0 && has_value)
			*letter++ = ':';
	}
	*letter = 'h';
	parser->options[usage->option_count] =
	    (struct option){ "help", no_argument, NULL, HELP_VALUE };
}

static const struct option_row *row_of(const struct usage *usage, int value)
{
	if (value >= ROW_VALUE)
		return &usage->options[value - ROW_VALUE];
	for (size_t i = 0; i < usage->option_count; i++)
		if (usage->options[i].letter == value)
			return &usage->options[i];
	return NULL;
}

// --- help ---------------------------------------------------------------------------------------

static void print_option(const struct option_row *row)
{
	char name[64];
	char letter[8] = "    ";
	if (row->letter != 0)
		snprintf(letter, sizeof letter, "-%c, ", row->letter);
	snprintf(name, sizeof name, "%s--%s%s%s", letter, row->name, row->value ? " " : "",
	    row->value ? row->value : "");
	printf("  %-*s %s\n", NAME_WIDTH, name, say_in_chinese() ? row->chinese : row->english);
}

static options_visit *visitor; // one command line a process
static void *visitor_context;

void options_set_visit(options_visit *visit, void *context)
{
	visitor = visit;
	visitor_context = context;
}

bool options_visits_part(const char *name, int (*run)(int argc, char **argv))
{
	if (visitor == NULL)
		return false;
	char *part = text_copy(name), help[] = "--help";
	run(2, (char *[]){ part, help, NULL });
	free(part);
	return true;
}

static void print_help(const struct usage *usage)
{
	static const struct option_row help = {
		.name = "help", .letter = 'h', .english = "this text", .chinese = "显示本说明"
	};
	bool chinese = say_in_chinese();
	printf(say("Usage: onecity %s [OPTION]...%s%s\n\n", "用法：onecity %s [选项]...%s%s\n\n"),
	    usage->command, usage->operands[0] ? " " : "", usage->operands);
	printf("%s\n\n", chinese ? usage->chinese : usage->english);
	for (size_t i = 0; i < usage->option_count; i++)
		print_option(&usage->options[i]);
	print_option(&help);
	printf(say("\nExit codes: %s; %d wrong usage.\n", "\n退出码：%s；%d 用法错误。\n"),
	    chinese ? usage->exits_chinese : usage->exits_english, EXIT_USAGE);
}

// --- parsing ------------------------------------------------------------------------------------

int options_mistaken(const struct usage *usage, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	tell(say("%s (see onecity %s --help)", "%s（见 onecity %s --help）"), text, usage->command);
	return EXIT_USAGE;
}

static int take_integer(const struct usage *usage, const struct option_row *row, const char *text)
{
	char *end;
	errno = 0;
	long long value = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != 0 || value < row->minimum || value > row->maximum)
		return options_mistaken(usage,
		    say("--%s: expected a number from %lld to %lld",
			"--%s：应为 %lld 至 %lld 的数"),
		    row->name, (long long)row->minimum, (long long)row->maximum);
	*(int64_t *)row->target = value;
	return EXIT_SUCCESS;
}

static int take_row(const struct usage *usage, const struct option_row *row, const char *text)
{
	if (row->type == OPTION_INTEGER)
		return take_integer(usage, row, text);
	if (row->type == OPTION_TEXT)
		*(const char **)row->target = text;
	else
		*(bool *)row->target = true;
	return EXIT_SUCCESS;
}

// --help prints and ends with success; the caller sees it by *helped.
static int take_option(const struct usage *usage, int value, char **argv, bool *helped)
{
	if (value == HELP_VALUE || value == 'h') {
		if (visitor != NULL)
			visitor(usage, visitor_context);
		else
			print_help(usage);
		*helped = true;
		return EXIT_SUCCESS;
	}
	if (value == ':')
		return options_mistaken(
		    usage, say("%s needs a value", "%s 缺少值"), argv[optind - 1]);
	const struct option_row *row = value == '?' ? NULL : row_of(usage, value);
	if (row == NULL)
		return options_mistaken(
		    usage, say("%s is no option here", "没有 %s 这个选项"), argv[optind - 1]);
	return take_row(usage, row, optarg);
}

static int check_operands(const struct usage *usage, int count)
{
	if (count >= usage->operands_min && count <= usage->operands_max)
		return EXIT_SUCCESS;
	if (usage->operands_max == 0)
		return options_mistaken(
		    usage, say("nothing but options is expected", "只接受选项"));
	return options_mistaken(usage, say("expected %s", "应为 %s"), usage->operands);
}

bool options_parse(
    const struct usage *usage, int argc, char **argv, char ***operands, int *exit_code)
{
	struct parser parser;
	parser_init(&parser, usage);
	bool helped = false;
	int value;
	*exit_code = EXIT_SUCCESS;
	optind = 0; // glibc: begin anew
	while (*exit_code == EXIT_SUCCESS && !helped &&
	       (value = getopt_long(argc, argv, parser.letters, parser.options, NULL)) != -1)
		*exit_code = take_option(usage, value, argv, &helped);
	*operands = argv + optind;
	if (*exit_code == EXIT_SUCCESS && !helped)
		*exit_code = check_operands(usage, argc - optind);
	return *exit_code == EXIT_SUCCESS && !helped;
}
