// SPDX-License-Identifier: Apache-2.0
// who: the person that a command is about.
#include "who.h"

#include "commands.h"
#include "say.h"

#include <unistd.h>

static void trim(char *text)
{
	size_t begin = strspn(text, " \t\r\n"), size = strlen(text);
	while (size > begin && strchr(" \t\r\n", text[size - 1]) != NULL)
		size--;
	memmove(text, text + begin, size - begin);
	memset(text + size - begin, 0, begin);
	text[size - begin] = 0;
}

// The others would be passed over without a word.
static bool more_is_there(void)
{
	int byte;
	while ((byte = getchar()) != EOF)
		if (strchr(" \t\r\n", byte) == NULL)
			return true;
	return false;
}

static bool read_id_number(struct who *who)
{
	if (isatty(STDIN_FILENO))
		fputs(say("ID number: ", "身份证号："), stderr);
	bool got = fgets(who->id_number, sizeof who->id_number, stdin) != NULL;
	bool has_more = got && !isatty(STDIN_FILENO) && more_is_there();
	trim(who->id_number);
	if (has_more)
		tell(say("more than one line was given: one person at a time",
		    "输入多于一行：每次只能查询一人"));
	return got && !has_more && who->id_number[0] != 0;
}

// Everybody on the machine can read the command lines of others, so it stands there no longer than
// need be.
static bool take_id_number(struct who *who, char *argument)
{
	size_t size = strlen(argument);
	if (size >= sizeof who->id_number)
		return false;
	memcpy(who->id_number, argument, size + 1);
	memset(argument, '*', size);
	trim(who->id_number);
	return who->id_number[0] != 0;
}

bool who_take(struct who *who, const struct usage *usage, char *operand, int *exit_code)
{
	if ((who->subject != NULL) == (operand != NULL)) {
		*exit_code =
		    options_mistaken(usage, say("expected %s", "应为 %s"), usage->operands);
		return false;
	}
	bool given =
	    who->subject != NULL ||
	    (strcmp(operand, "-") == 0 ? read_id_number(who) : take_id_number(who, operand));
	if (!given)
		*exit_code = options_mistaken(usage, say("expected an ID number", "应为身份证号"));
	return given;
}

void who_deinit(struct who *who)
{
	explicit_bzero(who, sizeof *who);
}

const char *who_member(const struct who *who)
{
	return who->subject != NULL ? "subject" : "id_number";
}

const char *who_value(const struct who *who)
{
	return who->subject != NULL ? who->subject : who->id_number;
}
