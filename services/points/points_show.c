// SPDX-License-Identifier: Apache-2.0
// points_show: onecity-points show: a rule table in words.
#include "verbs.h"

#include "date.h"
#include "json.h"
#include "language.h"
#include "rule_words.h"
#include "terminal.h"

struct show {
	const struct rules *rules;
	struct buffer out;
	bool chinese;
};

static void write_words(struct show *show, const struct json_value *expression)
{
	rule_words_write(show->rules, expression, show->chinese, &show->out);
}

static const char *text_of(const struct json_value *object, const char *name)
{
	const char *text = json_string(json_member(object, name));
	return text != NULL ? text : "";
}

static const char *title_of(const struct show *show, const struct json_value *object)
{
	return text_of(json_member(object, "title"), show->chinese ? "zh" : "en");
}

static const struct json_value *section(const struct show *show, const char *name)
{
	return json_member(rules_json(show->rules), name);
}

// "name: words", where the member is there.
static void write_limit(
    struct show *show, const struct json_value *object, const char *name, const char *format)
{
	struct buffer words = { 0 };
	const struct json_value *value = json_member(object, name);
	if (value == NULL)
		return;
	rule_words_write(show->rules, value, show->chinese, &words);
	buffer_append_text(&show->out, format);
	buffer_append_bytes(&show->out, buffer_bytes(&words));
	buffer_deinit(&words);
}

static void write_limits(struct show *show, const struct json_value *object)
{
	write_limit(show, object, "cap", say("; at most ", "；最高 "));
	write_limit(show, object, "floor", say("; at least ", "；最低 "));
	write_limit(show, object, "from", say("; from ", "；自 "));
	write_limit(show, object, "to", say("; to ", "；至 "));
	write_limit(show, object, "nullified_by", say("; nullified if ", "；作废条件："));
	write_limit(show, object, "programmes", say("; only for ", "；仅用于 "));
}

static void write_notes(struct show *show, const struct json_value *object, const char *indent)
{
	for (const struct json_value *note = json_first(json_member(object, "notes")); note != NULL;
	     note = json_next(note))
		buffer_printf(&show->out, say("%snote: %s\n", "%s注：%s\n"), indent,
		    text_of(note, show->chinese ? "zh" : "en"));
}

// --- head ----------------------------------------------------------------------------------------

static void write_date(struct show *show, int64_t date)
{
	char text[16];
	date_format(date, text, sizeof text);
	buffer_append_text(&show->out, text);
}

static const char *status_word(const struct rules *rules)
{
	static const char *const chinese[] = {
		[RULES_LIVE] = "现行",
		[RULES_HISTORICAL] = "历史",
		[RULES_DEMONSTRATION] = "示范",
	};
	return say(rules_status_name(rules_status(rules)), chinese[rules_status(rules)]);
}

static void write_head(struct show *show)
{
	const struct rules *rules = show->rules;
	const char *label = say_title(rules_label(rules));
	if (*label != 0)
		buffer_printf(&show->out, "*** %s ***\n", label);
	buffer_printf(&show->out, "%s (%s)\n", say_title(rules_title(rules)), rules_id(rules));
	buffer_append_text(&show->out, say("valid from ", "有效期自 "));
	write_date(show, rules_valid_from(rules));
	if (rules_valid_to(rules) != 0) {
		buffer_append_text(&show->out, say(" to ", " 至 "));
		write_date(show, rules_valid_to(rules));
	}
	buffer_printf(&show->out, say("; %s\n", "；%s\n"), status_word(rules));
	for (const struct json_value *one = json_first(section(show, "basis")); one != NULL;
	     one = json_next(one))
		buffer_printf(&show->out, say("basis: %s\n", "依据：%s\n"), json_string(one));
	write_notes(show, rules_json(rules), "");
}

// --- items ---------------------------------------------------------------------------------------

static void write_item(struct show *show, const struct json_value *item)
{
	buffer_printf(&show->out, "  %s [%s]\n    ", title_of(show, item), text_of(item, "id"));
	write_words(show, json_member(item, "points"));
	write_limits(show, item);
	buffer_append_text(&show->out, "\n");
	write_notes(show, item, "    ");
}

static void write_group(struct show *show, const struct json_value *group)
{
	const char *id = text_of(group, "id");
	bool highest = strcmp(text_of(group, "take"), "highest") == 0;
	buffer_printf(&show->out, "\n%s [%s]", title_of(show, group), id);
	write_limit(show, group, "in", say(" in ", "，属于"));
	if (highest)
		buffer_append_text(&show->out, say("; only the highest counts", "；只计最高一项"));
	write_limits(show, group);
	buffer_append_text(&show->out, "\n");
	for (const struct json_value *item = json_first(section(show, "items")); item != NULL;
	     item = json_next(item))
		if (strcmp(text_of(item, "group"), id) == 0)
			write_item(show, item);
}

// --- programmes ----------------------------------------------------------------------------------

static void write_conditions(struct show *show, const struct json_value *programme,
    const char *list, const char *member, const char *head)
{
	for (const struct json_value *one = json_first(json_member(programme, list)); one != NULL;
	     one = json_next(one)) {
		buffer_printf(
		    &show->out, say("  %s: %s: ", "  %s：%s："), head, title_of(show, one));
		write_words(show, json_member(one, member));
		write_limit(show, one, "until", say("; until ", "；至 "));
		buffer_append_text(&show->out, "\n");
	}
}

static void write_ties(struct show *show, const struct json_value *ranking)
{
	static const struct {
		const char *name, *en, *zh;
	} ties[] = {
		{ "admit_all", "equal in all: all are admitted", "仍相同：全部录取" },
		{ "admit_none", "equal in all: none is admitted", "仍相同：均不录取" },
		{ "lottery", "equal in all: by lottery", "仍相同：抽签" },
	};
	const char *name = text_of(ranking, "ties");
	for (size_t i = 0; i < COUNT_OF(ties); i++)
		if (strcmp(ties[i].name, name) == 0)
			buffer_printf(
			    &show->out, "    %s\n", show->chinese ? ties[i].zh : ties[i].en);
}

static void write_ranking(struct show *show, const struct json_value *programme)
{
	const struct json_value *ranking = json_member(programme, "ranking");
	size_t place = 0;
	if (ranking == NULL)
		return;
	buffer_append_text(&show->out, say("  ranking:\n", "  排名：\n"));
	for (const struct json_value *key = json_first(json_member(ranking, "by")); key != NULL;
	     key = json_next(key)) {
		bool high = strcmp(text_of(key, "first"), "high") == 0;
		buffer_printf(&show->out, "    %zu. %s (%s): ", ++place, title_of(show, key),
		    high ? say("higher first", "高者在前") : say("lower first", "低者在前"));
		write_words(show, json_member(key, "key"));
		buffer_append_text(&show->out, "\n");
	}
	write_ties(show, ranking);
}

static void write_quotas(struct show *show, const struct json_value *programme)
{
	const struct json_value *quotas = json_member(programme, "quotas");
	const struct json_value *places = json_member(quotas, "places");
	if (quotas == NULL)
		return;
	if (json_string(places) != NULL)
		buffer_append_text(
		    &show->out, say("  quotas: not published\n", "  指标：未公布\n"));
	else
		buffer_printf(
		    &show->out, say("  quotas: %zu\n", "  指标：%zu 项\n"), json_size(places));
}

static void write_programme(struct show *show, const struct json_value *programme)
{
	buffer_printf(&show->out,
	    say("\nProgramme %s [%s]\n  total: ", "\n积分方案：%s [%s]\n  总分："),
	    title_of(show, programme), text_of(programme, "id"));
	write_words(show, json_member(programme, "total"));
	write_limit(show, programme, "cap", say("; at most ", "；最高 "));
	write_limit(show, programme, "floor", say("; at least ", "；最低 "));
	write_limit(show, programme, "threshold", say("; threshold ", "；标准分值 "));
	if (strcmp(text_of(programme, "family"), "higher_spouse") == 0)
		buffer_append_text(
		    &show->out, say("; the higher of the spouses", "；夫妻双方取高者"));
	buffer_append_text(&show->out, "\n");
	write_conditions(show, programme, "gates", "holds", say("gate", "条件"));
	write_conditions(show, programme, "vetoes", "when", say("veto", "否决"));
	write_conditions(show, programme, "freezes", "when", say("freeze", "暂停"));
	write_ranking(show, programme);
	write_quotas(show, programme);
}

static void write_definitions(struct show *show)
{
	const struct json_value *one = json_first(section(show, "define"));
	if (one != NULL)
		buffer_append_text(&show->out, say("\nWhere\n", "\n其中\n"));
	for (; one != NULL; one = json_next(one)) {
		const char *title = title_of(show, one);
		buffer_printf(&show->out, "  %s [%s] = ", title, text_of(one, "id"));
		write_words(show, json_member(one, "value"));
		buffer_append_text(&show->out, "\n");
	}
}

static void show_table(const struct rules *rules)
{
	struct show show = { .rules = rules, .chinese = language_is_chinese() };
	write_head(&show);
	for (const struct json_value *one = json_first(section(&show, "groups")); one != NULL;
	     one = json_next(one))
		write_group(&show, one);
	for (const struct json_value *one = json_first(section(&show, "programmes")); one != NULL;
	     one = json_next(one))
		write_programme(&show, one);
	write_definitions(&show);
	print_clean(stdout, buffer_bytes(&show.out));
	buffer_deinit(&show.out);
}

int verb_show(int argc, char **argv)
{
	struct terminal_table table;
	if (argc != 2) {
		give_up("%s", say("show TABLE is expected", "应为 show 规则表"));
		return EXIT_USAGE;
	}
	if (!terminal_table_open(&table, argv[1]))
		return EXIT_FAILURE;
	show_table(table.rules);
	terminal_table_close(&table);
	return EXIT_SUCCESS;
}
