// SPDX-License-Identifier: Apache-2.0
// report: label first, then conditions, items by group, the total and what may still change.
//
// "No record", "on record, but nothing for it" and "not known" are three things and have three
// words.
#include "report.h"

#include "date.h"
#include "json.h"
#include "rule_words.h"

struct report {
	const struct score *score;
	const struct rules *rules;
	const struct json_value *programme; // in the table
	struct buffer *out;
	bool chinese;
};

// Chinese and English.
struct words {
	const char *name, *zh, *en;
};

static const struct words item_words[ITEM_STATES] = {
	[ITEM_NOT_APPLICABLE] = { "", "不适用", "does not apply" },
	[ITEM_OVERRIDDEN] = { "", "由授权人员核定", "set by an authorised person" },
	[ITEM_OVERFLOW] = { "", "数据超出上限，未全部计算", "beyond a limit, not all was counted" },
	[ITEM_TABLE_UNKNOWN] = { "", "规则中有未公布的数",
	    "a number of the rules is not published" },
	[ITEM_DISPUTED] = { "", "有争议", "disputed" },
	[ITEM_ERASED] = { "", "有数据已删除", "data were erased" },
	[ITEM_REJECTED] = { "", "有数据行待部门更正", "rows wait to be mended by the department" },
	[ITEM_BEHIND] = { "", "部门数据未及时更新", "the department is behind" },
	[ITEM_NOT_REPORTED] = { "", "部门未报送", "not reported by the department" },
	[ITEM_NONE] = { "", "没有记录", "no record" },
	[ITEM_COMPUTED] = { "", "已计算", "computed" },
};

static const enum item_state item_of_doubt[DOUBT_REASONS] = {
	[DOUBT_OVERFLOW] = ITEM_OVERFLOW,
	[DOUBT_TABLE_UNKNOWN] = ITEM_TABLE_UNKNOWN,
	[DOUBT_DISPUTED] = ITEM_DISPUTED,
	[DOUBT_ERASED] = ITEM_ERASED,
	[DOUBT_REJECTED] = ITEM_REJECTED,
	[DOUBT_BEHIND] = ITEM_BEHIND,
	[DOUBT_NOT_REPORTED] = ITEM_NOT_REPORTED,
};

static const struct words outcome_words[OUTCOMES] = {
	[OUTCOME_REFUSED] = { "", "不予通过：存在否决情形", "refused: a veto holds" },
	[OUTCOME_NOT_ELIGIBLE] = { "", "不符合申请条件", "not eligible: a condition is not met" },
	[OUTCOME_OPEN] = { "", "尚不能确定：有条件待核实", "open: a condition cannot be told yet" },
	[OUTCOME_FROZEN] = { "", "暂停计分", "frozen" },
	[OUTCOME_BELOW_THRESHOLD] = { "", "未达到标准分值", "below the threshold" },
	[OUTCOME_ENTITLED] = { "", "达到标准分值", "entitled" },
	[OUTCOME_CANDIDATE] = { "", "参加排名", "candidate: takes part in the ranking" },
};

static const struct words condition_words[] = {
	{ "met", "符合", "met" },
	{ "not_met", "不符合", "not met" },
	{ "holds", "存在", "holds" },
	{ "holds_not", "不存在", "does not hold" },
	{ "open", "待核实", "cannot be told yet" },
};

static const struct words unit_words[] = {
	{ "months", "个月", "months" },
	{ "days", "天", "days" },
	{ "yuan", "元", "yuan" },
	{ "plain", "", "" },
};

// Both are formats for the same arguments.
static const char *pick(const struct report *report, const char *english, const char *chinese)
    __attribute__((format_arg(2), format_arg(3)));

static const char *pick(const struct report *report, const char *english, const char *chinese)
{
	return report->chinese ? chinese : english;
}

static const char *word(const struct report *report, const struct words *words)
{
	return report->chinese ? words->zh : words->en;
}

static const char *word_named(
    const struct report *report, const struct words *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return word(report, &list[i]);
	return name;
}

static const char *title_word(const struct report *report, struct title title)
{
	const char *text = report->chinese ? title.zh : title.en;
	return text != NULL ? text : "";
}

static void write_number(struct report *report, struct exact number)
{
	char text[EXACT_MIXED_SIZE];
	exact_write_mixed(number, report->chinese, text);
	buffer_append_text(report->out, text);
}

// Right-aligned, so that points stand under points; titles, of any width, come behind.
static void write_column(struct report *report, struct exact number)
{
	char text[EXACT_TEXT_SIZE];
	exact_write(number, text);
	buffer_printf(report->out, "  %7s  ", text);
}

static void write_date(struct report *report, int64_t date)
{
	char text[16];
	date_format(date, text, sizeof text);
	buffer_append_text(report->out, text);
}

// --- the table's own JSON ------------------------------------------------------------------------

static const struct json_value *with_id(const struct json_value *list, const char *id)
{
	for (const struct json_value *one = json_first(list); one != NULL; one = json_next(one)) {
		const char *own = json_string(json_member(one, "id"));
		if (own != NULL && strcmp(own, id) == 0)
			return one;
	}
	return NULL;
}

static const char *title_of(const struct report *report, const struct json_value *object)
{
	const char *text =
	    json_string(json_member(json_member(object, "title"), report->chinese ? "zh" : "en"));
	return text != NULL ? text : "";
}

// --- head ----------------------------------------------------------------------------------------

static void write_head(struct report *report, const struct dossier *dossier)
{
	const struct rules *rules = report->rules;
	const char *label = title_word(report, rules_label(rules));
	const struct programme *programme = score_programme(report->score);
	if (*label != 0)
		buffer_printf(report->out, "*** %s ***\n", label);
	buffer_printf(
	    report->out, "%s (%s)\n", title_word(report, rules_title(rules)), rules_id(rules));
	buffer_append_text(report->out, title_word(report, programme_title(programme)));
	buffer_append_text(report->out, pick(report, ", as of ", "，计分日 "));
	write_date(report, dossier_as_of(dossier));
	buffer_append_text(report->out, "\n");
}

// --- gates, vetoes, freezes ----------------------------------------------------------------------

typedef const char *conditions(const struct score *score, size_t index, const char **state);

static void write_conditions(
    struct report *report, const char *head, const char *member, conditions *next)
{
	const struct json_value *list = json_member(report->programme, member);
	const char *id, *state;
	for (size_t i = 0; (id = next(report->score, i, &state)) != NULL; i++) {
		if (i == 0)
			buffer_printf(report->out, "\n%s\n", head);
		buffer_printf(report->out, pick(report, "  %s: %s\n", "  %s：%s\n"),
		    title_of(report, with_id(list, id)),
		    word_named(report, condition_words, COUNT_OF(condition_words), state));
	}
}

// --- items ---------------------------------------------------------------------------------------

static void write_cap(struct report *report, const struct json_value *item)
{
	char number[EXACT_TEXT_SIZE];
	const struct json_value *cap = json_member(item, "cap");
	const char *text = json_string(cap);
	if (text == NULL && json_decimal(cap, number, sizeof number))
		text = number;
	if (text != NULL)
		buffer_printf(report->out, pick(report, " (at most %s)", "（最高 %s）"), text);
}

// Points that were simply computed need no further word.
static const char *state_word(const struct report *report, const struct score_item *item)
{
	if (item->nullified)
		return pick(report, "nullified", "作废");
	if (item->state != ITEM_COMPUTED)
		return word(report, &item_words[item->state]);
	if (exact_compare(item->points, EXACT_ZERO) == 0)
		return pick(report, "on record, no points for it", "有记录，不得分");
	return NULL;
}

static void write_state(struct report *report, const struct score_item *item)
{
	const char *text = state_word(report, item);
	if (text != NULL)
		buffer_printf(report->out, pick(report, ": %s", "：%s"), text);
	if (item->state != ITEM_NOT_APPLICABLE && !item->counted)
		buffer_append_text(
		    report->out, pick(report, "; not counted, another of its group is",
				     "；不计入，同组另有一项计分"));
}

static void write_next_row(struct report *report, const struct score_next *next)
{
	buffer_append_text(report->out, pick(report, "if it ", "如"));
	rule_words_write_row(report->rules, next->path, next->row, report->chinese, report->out);
}

// The sentence tells of the first, unless that is a row of codes.
static void write_next(struct report *report, size_t item)
{
	struct score_next next;
	for (size_t i = 0; score_item_next(report->score, item, i, &next); i++) {
		if (i == 0 && next.has_needs)
			continue;
		buffer_append_text(
		    report->out, pick(report, "           next: ", "           下一步："));
		if (!next.has_needs) {
			write_next_row(report, &next);
		} else {
			buffer_append_text(report->out, pick(report, "", "再有 "));
			write_number(report, next.needs);
			buffer_printf(report->out, pick(report, " more %s", " %s"),
			    word_named(report, unit_words, COUNT_OF(unit_words), next.unit));
		}
		buffer_append_text(report->out, pick(report, ": ", "，多得 "));
		write_number(report, next.gives);
		buffer_append_text(report->out, pick(report, " more points\n", " 分\n"));
	}
}

static void write_item(struct report *report, size_t index, const struct json_value *json)
{
	struct score_item item = score_item(report->score, index);
	const struct rules_item *of = rules_item(report->rules, index);
	write_column(report, item.points);
	buffer_append_text(report->out, title_word(report, rules_item_title(of)));
	write_cap(report, json);
	write_state(report, &item);
	buffer_append_text(report->out, "\n");
	if (item.state == ITEM_NOT_APPLICABLE)
		return;
	struct buffer sentence = { 0 };
	score_write_sentence(report->score, index, report->chinese, &sentence);
	if (sentence.size > 0)
		buffer_printf(report->out, "           %s\n", buffer_text(&sentence));
	buffer_deinit(&sentence);
	write_next(report, index);
}

static void write_group(struct report *report, size_t group)
{
	const char *id = rules_group_id(report->rules, group);
	const struct json_value *json = json_first(json_member(rules_json(report->rules), "items"));
	buffer_printf(
	    report->out, "\n%s", title_word(report, rules_group_title(report->rules, group)));
	buffer_append_text(report->out, pick(report, ": ", "："));
	write_number(report, score_group(report->score, group));
	buffer_append_text(report->out, pick(report, " points\n", " 分\n"));
	for (size_t i = 0; i < rules_item_count(report->rules); i++, json = json_next(json))
		if (strcmp(rules_item_group(rules_item(report->rules, i)), id) == 0)
			write_item(report, i, json);
}

// --- the total -----------------------------------------------------------------------------------

static void write_doubt(struct report *report, const struct doubt *doubt)
{
	const char *reason = word(report, &item_words[item_of_doubt[doubt->reason]]);
	buffer_append_text(report->out, "  - ");
	if (doubt->kind != NULL) {
		buffer_printf(report->out, "%s", title_word(report, doubt->kind->title));
		if (doubt->role >= 0)
			buffer_printf(report->out, pick(report, " (%s)", "（%s）"),
			    role_title((enum role)doubt->role, report->chinese));
		buffer_append_text(report->out, pick(report, ": ", "："));
	}
	buffer_append_text(report->out, reason);
	if (doubt->kind == NULL && doubt->path != NULL)
		buffer_printf(report->out, " (%s)", doubt->path);
	buffer_append_text(report->out, "\n");
}

static void write_doubts(struct report *report)
{
	const struct doubt *doubts;
	size_t count = score_doubts(report->score, &doubts);
	if (score_is_final(report->score)) {
		buffer_append_text(
		    report->out, pick(report, "This score is final.\n", "该分数是确定的。\n"));
		return;
	}
	buffer_append_text(
	    report->out, pick(report, "This score is not final; it may change because of:\n",
			     "该分数尚不确定，可能因下列原因变化：\n"));
	for (size_t i = 0; i < count; i++)
		write_doubt(report, &doubts[i]);
}

static void write_total(struct report *report)
{
	struct exact number;
	buffer_append_text(report->out, pick(report, "\nTotal: ", "\n总分："));
	write_number(report, score_total(report->score));
	if (exact_compare(score_sum(report->score), score_total(report->score)) != 0) {
		buffer_append_text(report->out,
		    pick(report, " (before round, cap and floor ", "（取整、封顶、保底前 "));
		write_number(report, score_sum(report->score));
		buffer_append_text(report->out, pick(report, ")", "）"));
	}
	if (programme_has_threshold(score_programme(report->score), &number)) {
		buffer_append_text(report->out, pick(report, "; threshold ", "；标准分值 "));
		write_number(report, number);
	}
	if (score_scored(report->score) == ROLE_SPOUSE)
		buffer_append_text(report->out,
		    pick(report, "; the spouse's, which is higher", "；按配偶计分，配偶较高"));
	buffer_printf(report->out, pick(report, "\nOutcome: %s\n", "\n结果：%s\n"),
	    word(report, &outcome_words[score_outcome(report->score)]));
	if (!score_is_complete(report->score))
		buffer_append_text(report->out, pick(report,
						    "Some numbers of the rules are not published: "
						    "the total holds what is known.\n",
						    "规则中有未公布的数，总分只计已知部分。\n"));
	write_doubts(report);
}

void report_write(const struct score *score, const struct rules *rules,
    const struct dossier *dossier, bool chinese, struct buffer *out)
{
	struct report report = {
		.score = score,
		.rules = rules,
		.programme = with_id(json_member(rules_json(rules), "programmes"),
		    programme_id(score_programme(score))),
		.out = out,
		.chinese = chinese,
	};
	write_head(&report, dossier);
	write_conditions(&report, pick(&report, "Conditions", "申请条件"), "gates", score_gate);
	write_conditions(&report, pick(&report, "Vetoes", "否决情形"), "vetoes", score_veto);
	write_conditions(&report, pick(&report, "Freezes", "暂停情形"), "freezes", score_freeze);
	for (size_t i = 0; i < rules_group_count(rules); i++)
		write_group(&report, i);
	write_total(&report);
}
