// SPDX-License-Identifier: Apache-2.0
// options: what a command takes, as a table that parses and explains itself.
#ifndef ONECITY_OPTIONS_H
#define ONECITY_OPTIONS_H

#include "base.h"

enum option_type {
	OPTION_FLAG,
	OPTION_TEXT,
	OPTION_INTEGER
};

struct option_row {
	const char *name;
	char letter; // 0: none
	enum option_type type;
	void *target; // bool *, const char **, int64_t *: left alone unless the option is given
	int64_t minimum, maximum;
	const char *value; // what stands for it in the help: "DIR"
	const char *english, *chinese;
};

struct usage {
	const char *command;
	const char *operands; // "DEPARTMENT KIND [FILE|-]"
	int operands_min, operands_max;
	const char *english, *chinese;
	const char *exits_english, *exits_chinese; // its exit codes, besides EXIT_USAGE
	const struct option_row *options;
	size_t option_count;
};

// The row that nearly every command has.
#define OPTION_DATA(target)                                                             \
	{                                                                               \
		"data", 'd', OPTION_TEXT, (target), 0, 0, "DIR",                        \
		    "the data directory (else $ONECITY_DATA, else ./onecity-data)",     \
		    "数据目录（默认 $ONECITY_DATA，再默认 ./onecity-data）" \
	}
#define OPTION_TYPE(target)                                                           \
	{                                                                             \
		"type", 't', OPTION_TEXT, (target), 0, 0, "TYPE",                     \
		    "ndjson, json or csv (else by the file's ending; - is ndjson)",   \
		    "ndjson、json 或 csv（默认按文件后缀；- 为 ndjson）" \
	}

#define OPTION_JSON(target)                                                                 \
	{                                                                                   \
		"json", 'j', OPTION_FLAG, (target), 0, 0, NULL, "print JSON", "输出 JSON" \
	}

// True: go on, with the arguments that are no options in operands, ending with NULL. False: the
// command ends with *exit_code, after --help or a mistake, which has been told.
MUST_CHECK bool options_parse(
    const struct usage *usage, int argc, char **argv, char ***operands, int *exit_code);

// For what is made of the tables: from now on --help hands what it would explain to visit instead
// of printing it. visit NULL: it prints again.
typedef void options_visit(const struct usage *usage, void *context);
void options_set_visit(options_visit *visit, void *context);
// The same for a part of a command that is nothing but its parts. False: nobody visits.
bool options_visits_part(const char *name, int (*run)(int argc, char **argv));

// A mistake in the operands that the table could not see: tells it, with the way to the help.
// Returns EXIT_USAGE.
int options_mistaken(const struct usage *usage, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
