// SPDX-License-Identifier: Apache-2.0
// whom: the subject that a question names.
#include "whom.h"

#include "citizen_id.h"
#include "credit_code.h"
#include "problem.h"

#include <stdio.h>

struct search {
	const struct pseudonym *pseudonym;
	const char *letters;
	char *subject;
	struct whom_problem *problem;
};

static bool refuse(
    const struct search *search, const char *code, const char *english, const char *chinese)
{
	search->problem->code = code;
	snprintf(search->problem->english, sizeof search->problem->english, "%s", english);
	snprintf(search->problem->chinese, sizeof search->problem->chinese, "%s", chinese);
	return false;
}

static bool refuse_number(const struct search *search, enum problem_code code,
    const char *english_column, const char *chinese_column)
{
	struct problems problems = { 0 };
	struct buffer english = { 0 }, chinese = { 0 };
	problems_add(&problems, code, "", english_column, chinese_column, "");
	problem_write_text(&problems.list[0], false, &english);
	problem_write_text(&problems.list[0], true, &chinese);
	refuse(search, problem_name(code), buffer_text(&english), buffer_text(&chinese));
	buffer_deinit(&english);
	buffer_deinit(&chinese);
	return false;
}

static bool find_by_id_number(const struct search *search, struct bytes text)
{
	struct citizen_id id;
	enum problem_code code;
	bool sound = citizen_id_parse(&id, text, &code);
	if (sound)
		pseudonym_subject(
		    search->pseudonym, SUBJECT_PERSON, bytes_of_text(id.number), search->subject);
	else
		refuse_number(search, code, "The ID number", "身份证号");
	explicit_bzero(&id, sizeof id);
	return sound;
}

static bool find_by_credit_code(const struct search *search, struct bytes text)
{
	char code[CREDIT_CODE_SIZE];
	bool checks;
	if (strchr(search->letters, SUBJECT_ENTERPRISE) == NULL)
		return refuse(
		    search, "subject_kind", "Only a person can be asked for", "此处只能查询个人");
	if (!credit_code_parse(text, code, &checks))
		return refuse_number(
		    search, PROBLEM_credit_code_form, "The credit code", "统一社会信用代码");
	pseudonym_subject(
	    search->pseudonym, SUBJECT_ENTERPRISE, bytes_of_text(code), search->subject);
	return true;
}

// "p1, d1 or e1": what may stand before the sixteen characters.
static void write_beginnings(struct buffer *out, const char *letters, const char *last)
{
	for (size_t i = 0; letters[i] != 0; i++) {
		if (i > 0)
			buffer_append_text(out, letters[i + 1] == 0 ? last : ", ");
		buffer_printf(out, "%c1", letters[i]);
	}
}

static bool refuse_subject(const struct search *search)
{
	struct buffer english = { 0 }, chinese = { 0 };
	buffer_append_text(&english, "The subject is not of the form ");
	write_beginnings(&english, search->letters, " or ");
	buffer_append_text(&english, " and 16 characters");
	buffer_append_text(&chinese, "对象标识格式不符，应为 ");
	write_beginnings(&chinese, search->letters, " 或 ");
	buffer_append_text(&chinese, " 加 16 个字符");
	refuse(search, "subject_form", buffer_text(&english), buffer_text(&chinese));
	buffer_deinit(&english);
	buffer_deinit(&chinese);
	return false;
}

static bool find_by_subject(const struct search *search, struct bytes text)
{
	if (!subject_valid(text) || strchr(search->letters, text.data[0]) == NULL)
		return refuse_subject(search);
	memcpy(search->subject, text.data, text.size);
	search->subject[text.size] = 0;
	return true;
}

static const struct way {
	const char *member;
	bool (*find)(const struct search *search, struct bytes text);
} ways[] = {
	{ "id_number", find_by_id_number },
	{ "subject", find_by_subject },
	{ "credit_code", find_by_credit_code },
};

const struct json_value *whom_member(const struct json_value *question)
{
	const struct json_value *found = NULL;
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		const struct json_value *member = json_member(question, ways[i].member);
		if (member != NULL && (found != NULL || json_string(member) == NULL))
			return NULL;
		if (member != NULL)
			found = member;
	}
	return found;
}

bool whom_find(const struct json_value *member, const char *letters,
    const struct pseudonym *pseudonym, char subject[SUBJECT_SIZE], struct whom_problem *problem)
{
	const struct search search = { pseudonym, letters, subject, problem };
	*problem = (struct whom_problem){ 0 };
	memset(subject, 0, SUBJECT_SIZE);
	for (size_t i = 0; i < COUNT_OF(ways); i++)
		if (strcmp(json_name(member), ways[i].member) == 0)
			return ways[i].find(&search, bytes_of_text(json_string(member)));
	ENSURE(false); // it is not of whom_member()
	return false;
}
