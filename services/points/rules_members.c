// SPDX-License-Identifier: Apache-2.0
// rules_members: the small values of a table: ids, titles, dates, words.
#include "rules_parser.h"

#include "date.h"
#include "text.h"

static const char *const json_type_names[] = {
	[JSON_NULL] = "null",
	[JSON_BOOLEAN] = "boolean",
	[JSON_NUMBER] = "number",
	[JSON_STRING] = "text",
	[JSON_ARRAY] = "[ ]",
	[JSON_OBJECT] = "{ }",
};

bool read_is(struct parser *parser, const struct spot *spot, enum json_type type)
{
	if (spot->value == NULL)
		return false;
	if (json_type(spot->value) == type)
		return true;
	complain(parser, spot, CODE_MEMBER_TYPE, "应为 %s", "expected %s", json_type_names[type]);
	return false;
}

static const struct member *find_member(const struct member *members, const char *name)
{
	for (; members->name != NULL; members++)
		if (strcmp(members->name, name) == 0)
			return members;
	return NULL;
}

bool read_members(struct parser *parser, const struct spot *spot, const struct member *members)
{
	if (!read_is(parser, spot, JSON_OBJECT))
		return false;
	const struct json_value *value = json_first(spot->value);
	for (; value != NULL; value = json_next(value)) {
		struct spot member = { spot, json_name(value), 0, value };
		if (find_member(members, json_name(value)) == NULL)
			complain(parser, &member, CODE_MEMBER_UNKNOWN, "%s", "%s", member.name);
	}
	for (; members->name != NULL; members++)
		if (members->required && json_member(spot->value, members->name) == NULL)
			complain(parser, spot, CODE_MEMBER_MISSING, "%s", "%s", members->name);
	return true;
}

const char *read_text(struct parser *parser, const struct spot *spot)
{
	if (!read_is(parser, spot, JSON_STRING))
		return NULL;
	const char *text = json_string(spot->value);
	if (*text != 0 && !text_has_controls(bytes_of_text(text)))
		return text;
	complain(parser, spot, CODE_MEMBER_TYPE, "文字不能为空或含控制字符",
	    "a text that is not empty, without control characters");
	return NULL;
}

static bool is_id(const char *text)
{
	size_t size = strlen(text);
	if (size == 0 || size > ID_BYTES_MAX || text[0] < 'a' || text[0] > 'z')
		return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == size;
}

const char *read_id(struct parser *parser, const struct spot *spot)
{
	if (!read_is(parser, spot, JSON_STRING))
		return "";
	const char *id = json_string(spot->value);
	if (is_id(id))
		return id;
	complain(parser, spot, CODE_ID_FORM, "小写字母开头，小写字母、数字、_，至多 %d 字节",
	    "a-z first, then a-z, 0-9 and _, at most %d bytes", ID_BYTES_MAX);
	return "";
}

static const char *read_language(
    struct parser *parser, const struct spot *title, const char *language)
{
	struct spot spot = spot_member(title, language);
	const char *text = json_string(spot.value);
	if (text != NULL && *text != 0 && strlen(text) <= TITLE_BYTES_MAX &&
	    !text_has_controls(bytes_of_text(text)))
		return text;
	complain(parser, title, CODE_TITLE, "%s：1 至 %d 字节", "%s: 1 to %d bytes", language,
	    TITLE_BYTES_MAX);
	return "";
}

struct title read_title(struct parser *parser, const struct spot *spot)
{
	static const struct member members[] = { { "zh", false }, { "en", false },
		{ NULL, false } };
	if (spot->value == NULL || !read_members(parser, spot, members))
		return (struct title){ NULL, NULL };
	return (
	    struct title){ read_language(parser, spot, "zh"), read_language(parser, spot, "en") };
}

static bool digits_are(const char *text, size_t size)
{
	return strspn(text, "0123456789") >= size;
}

static int64_t date_of(const char *text)
{
	if (strlen(text) != 10 || !digits_are(text, 4) || text[4] != '-' ||
	    !digits_are(text + 5, 2) || text[7] != '-' || !digits_are(text + 8, 2))
		return 0;
	int64_t date = atoll(text) * 10000 + atoll(text + 5) * 100 + atoll(text + 8);
	return date_valid(date) ? date : 0;
}

int64_t read_date(struct parser *parser, const struct spot *spot)
{
	if (!read_is(parser, spot, JSON_STRING))
		return 0;
	int64_t date = date_of(json_string(spot->value));
	if (date == 0)
		complain(parser, spot, CODE_LITERAL, "日期写作 2017-01-01",
		    "a date is written 2017-01-01");
	return date;
}

size_t read_word(
    struct parser *parser, const struct spot *spot, const char *const *words, size_t count)
{
	struct buffer all = { 0 };
	const char *text = spot->value != NULL ? json_string(spot->value) : NULL;
	for (size_t i = 0; i < count; i++) {
		if (text != NULL && strcmp(text, words[i]) == 0) {
			buffer_deinit(&all);
			return i;
		}
		buffer_printf(&all, "%s%s", i > 0 ? ", " : "", words[i]);
	}
	if (spot->value != NULL)
		complain(parser, spot, CODE_MEMBER_TYPE, "应为其一：%s", "expected one of: %s",
		    buffer_text(&all));
	buffer_deinit(&all);
	return 0;
}

bool read_whole(struct parser *parser, const struct spot *spot, int64_t minimum, int64_t maximum,
    int64_t *whole)
{
	*whole = 0;
	if (!read_is(parser, spot, JSON_NUMBER))
		return false;
	if (json_integer(spot->value, whole) && *whole >= minimum && *whole <= maximum)
		return true;
	complain(parser, spot, CODE_LITERAL, "应为 %lld 至 %lld 的整数",
	    "expected a whole number from %lld to %lld", (long long)minimum, (long long)maximum);
	*whole = 0;
	return false;
}

struct rounding read_round(struct parser *parser, const struct spot *spot)
{
	static const struct member members[] = { { "to", true }, { "how", true }, { NULL, false } };
	struct rounding rounding = { true, exact_of(1), EXACT_DOWN };
	if (spot->value == NULL)
		return rounding;
	if (json_type(spot->value) == JSON_STRING) {
		static const char *const words[] = { "exact" };
		read_word(parser, spot, words, COUNT_OF(words));
		return rounding;
	}
	if (!read_members(parser, spot, members))
		return rounding;
	struct spot to = spot_member(spot, "to"), how = spot_member(spot, "how");
	const char *names[EXACT_ROUNDINGS];
	for (size_t i = 0; i < EXACT_ROUNDINGS; i++)
		names[i] = exact_rounding_name((enum exact_rounding)i);
	rounding.how = (enum exact_rounding)read_word(parser, &how, names, EXACT_ROUNDINGS);
	rounding.exact = to.value == NULL || !read_positive(parser, &to, UNIT_PLAIN, &rounding.to);
	return rounding;
}

size_t read_array(struct parser *parser, const struct spot *spot, size_t limit)
{
	if (spot->value == NULL || !read_is(parser, spot, JSON_ARRAY))
		return 0;
	size_t count = json_size(spot->value);
	if (count <= limit)
		return count;
	complain(parser, spot, CODE_LIMIT, "%zu 个，至多 %zu 个", "%zu, at most %zu", count, limit);
	return 0;
}
