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

// What the rows of `push` and `try` are, in a struct rows_list.
#define OPTION_MODE(target)                                                                                                    \
	{                                                                                                                      \
		"mode", 'm', OPTION_TEXT, (target), 0, 0, "MODE",                                                              \
		    "upsert (what is not listed stays), changes (a column says what to "                                       \
		    "do), full (what is not listed is withdrawn)",                                                             \
		    "upsert（未列出的保留，默认）、changes（由一列说明操作）、full（未列出的撤回" \
		    "）"                                                                                                      \
	}
#define OPTION_SCOPE(target)                                                                          \
	{                                                                                             \
		"scope", 0, OPTION_TEXT, (target), 0, 0, "FIELD=VALUE",                               \
		    "full, but only for records with this value", "仅在该取值范围内为全量" \
	}
#define OPTION_CONFIRM(target)                                                                          \
	{                                                                                               \
		"confirm", 0, OPTION_FLAG, (target), 0, 0, NULL,                                        \
		    "withdraw what is missing, however much it is", "确认撤回全部缺少的记录" \
	}
#define OPTION_JSON(target)                                                                 \
	{                                                                                   \
		"json", 'j', OPTION_FLAG, (target), 0, 0, NULL, "print JSON", "输出 JSON" \
	}

// True: go on, with the arguments that are no options in operands, ending with NULL. False: the
// command ends with *exit_code, after --help or a mistake, which has been told.
MUST_CHECK bool options_parse(
    const struct usage *usage, int argc, char **argv, char ***operands, int *exit_code);

// A mistake in the operands that the table could not see: tells it, with the way to the help.
// Returns EXIT_USAGE.
int options_mistaken(const struct usage *usage, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
