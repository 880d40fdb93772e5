// SPDX-License-Identifier: Apache-2.0
// sentence: an item's points in one sentence, for who is scored.
#include "score_parts.h"

#include "date.h"

enum {
	SCALES_SAID_MAX = 3
};

struct saying {
	struct buffer *out;
	bool chinese;
	const struct item_result *result;
	size_t scales;
};

static void say(struct saying *saying, const char *zh, const char *en)
{
	buffer_append_text(saying->out, saying->chinese ? zh : en);
}

static void say_number(struct saying *saying, struct exact number)
{
	char text[EXACT_MIXED_SIZE];
	exact_write_mixed(number, saying->chinese, text);
	buffer_append_text(saying->out, text);
}

static void say_date(struct saying *saying, int64_t date)
{
	char text[16];
	date_format(date, text, sizeof text);
	buffer_append_text(saying->out, text);
}

static bool is_one(struct exact number)
{
	return number.numerator == 1 && number.denominator == 1;
}

// With its unit; a fraction of a month is told as what it is.
static void say_quantity(struct saying *saying, struct exact number, enum unit unit)
{
	static const struct {
		const char *zh, *one, *many;
	} units[UNITS] = {
		[UNIT_PLAIN] = { "", "", "" },
		[UNIT_MONTHS] = { "个月", " month", " months" },
		[UNIT_DAYS] = { "天", " day", " days" },
		[UNIT_YUAN] = { "元", " yuan", " yuan" },
		[UNIT_ANY] = { "", "", "" },
	};
	say_number(saying, number);
	say(saying, units[unit].zh, is_one(number) ? units[unit].one : units[unit].many);
}

static void say_points(struct saying *saying, struct exact points)
{
	say_number(saying, points);
	say(saying, "分", is_one(points) ? " point" : " points");
}

// --- scales --------------------------------------------------------------------------------------

static void say_title(struct saying *saying, const struct step *step)
{
	if (step->node->operation != OP_NAME || step->node->definition->title.zh == NULL)
		return;
	const struct title *title = &step->node->definition->title;
	buffer_append_text(saying->out, saying->chinese ? title->zh : title->en);
	say(saying, "", " ");
}

static void say_value(struct saying *saying, const struct step *step)
{
	const struct cell *cell = &step->cell;
	enum value_type type = step->node->typing.type;
	if (!cell->present)
		say(saying, "无", "none");
	else if (type == TYPE_NUMBER)
		say_quantity(saying, cell->number, step->node->typing.unit);
	else if (type == TYPE_DATE)
		say_date(saying, cell->date);
	else if (type == TYPE_BOOLEAN)
		say(saying, cell->boolean ? "是" : "否", cell->boolean ? "yes" : "no");
	else if (type == TYPE_TEXT)
		buffer_append_text(saying->out, cell->text);
}

static void say_per_unit(struct saying *saying, const struct step *step)
{
	const struct scale *scale = step->node->scale;
	enum unit unit = step->of[0]->node->typing.unit;
	bool whole = scale->part == PART_COMPLETED;
	say(saying, "，", ", ");
	if (saying->chinese) {
		buffer_append_text(saying->out, whole ? "每满" : "每");
		say_quantity(saying, scale->each.number, unit);
		say_points(saying, scale->points.number);
		return;
	}
	say_points(saying, scale->points.number);
	buffer_append_text(saying->out, whole ? " for each completed " : " for each ");
	say_quantity(saying, scale->each.number, unit);
}

static void say_scale(const struct step *step, const struct node *node, void *context)
{
	struct saying *saying = context;
	if (node != step->node || saying->scales == SCALES_SAID_MAX || !step->cell.present)
		return;
	if (saying->scales++ > 0)
		say(saying, "；", "; ");
	say_title(saying, step->of[0]);
	say_value(saying, step->of[0]);
	if (node->operation == OP_PER_UNIT && node->scale->points.known)
		say_per_unit(saying, step);
	say(saying, "：", ": ");
	say_points(saying, step->cell.number);
}

// --- what became of it ---------------------------------------------------------------------------

static void say_not_applicable(struct saying *saying, const struct rules_item *item, int64_t as_of)
{
	if (strcmp(saying->result->why_not, "programme") == 0) {
		say(saying, "本项目不计此项", "this programme does not count it");
		return;
	}
	if (item->from != 0 && as_of < item->from) {
		say(saying, "自", "in force from ");
		say_date(saying, item->from);
		say(saying, "起计分", "");
		return;
	}
	say(saying, "已于", "it ended after ");
	say_date(saying, item->to);
	say(saying, "之后不再计分", "");
	if (item->ended_by.zh == NULL)
		return;
	say(saying, "（", " (");
	say(saying, item->ended_by.zh, item->ended_by.en);
	say(saying, "）", ")");
}

static void say_override(struct saying *saying)
{
	const struct dossier_override *override = saying->result->override;
	say_points(saying, override->points);
	say(saying, "，由", ", set by ");
	buffer_append_text(saying->out, override->by);
	say(saying, "于", " on ");
	say_date(saying, override->date);
	say(saying, "核定：", ": ");
	buffer_append_text(saying->out, override->reason);
}

static void say_cut(struct saying *saying, const struct rules_item *item)
{
	if (saying->result->nullified) {
		say(saying, "；因不良记录不计分",
		    "; it counts nothing, because of what is on record");
		return;
	}
	if (saying->result->cap_cut.numerator == 0)
		return;
	say(saying, "；最高", "; at most ");
	say_points(saying, item->cap.number);
}

static void say_state(struct saying *saying)
{
	static const struct {
		const char *zh, *en;
	} states[ITEM_STATES] = {
		[ITEM_OVERFLOW] = { "；数据超出上限", "; a limit was reached" },
		[ITEM_TABLE_UNKNOWN] = { "；规则中的数值未公布",
		    "; a number of the rules is not published" },
		[ITEM_DISPUTED] = { "；有争议", "; it is disputed" },
		[ITEM_ERASED] = { "；部分记录已删除", "; some records were erased" },
		[ITEM_REJECTED] = { "；部分记录被退回，待更正",
		    "; some records were refused and wait to be mended" },
		[ITEM_BEHIND] = { "；部门数据尚未到齐", "; a department's data are not all here" },
		[ITEM_NOT_REPORTED] = { "；部门尚未报告，可能变动",
		    "; not all was reported yet, it may change" },
	};
	enum item_state state = saying->result->state;
	if (states[state].zh != NULL)
		say(saying, states[state].zh, states[state].en);
}

static void say_next(struct saying *saying)
{
	if (saying->result->next_count == 0 || !saying->result->next[0].step.has_needs)
		return;
	const struct item_next *next = &saying->result->next[0];
	enum unit unit = next->step.scale->of[0]->typing.unit;
	say(saying, "；再有", "; ");
	say_quantity(saying, next->step.needs, unit);
	say(saying, "加", is_one(next->step.needs) ? " more gives " : " more give ");
	say_number(saying, next->gives);
	say(saying, "分", is_one(next->gives) ? " more point" : " more points");
}

static void say_computed(struct saying *saying, const struct rules_item *item)
{
	const struct item_result *result = saying->result;
	step_each_scale(result->step, say_scale, saying);
	bool plain = saying->scales == 1 && result->cap_cut.numerator == 0 && !result->nullified &&
		     exact_compare(result->raw, result->points.number) == 0;
	say_cut(saying, item);
	if (!plain) {
		say(saying, saying->scales > 0 ? "；计" : "计",
		    saying->scales > 0 ? "; it counts " : "it counts ");
		say_points(saying, result->points.number);
	}
	say_state(saying);
	say_next(saying);
}

void score_write_sentence(const struct score *score, size_t item, bool chinese, struct buffer *out)
{
	ENSURE(item < score->rules->item_count);
	const struct rules_item *of = &score->rules->items[item];
	struct saying saying = { out, chinese, &score->assessed->items[item], 0 };
	if (!saying.result->applies) {
		say_not_applicable(&saying, of, score->dossier->as_of);
	} else if (saying.result->override != NULL) {
		say_override(&saying);
	} else if (saying.result->state == ITEM_NONE) {
		say(&saying, "没有相关记录，计", "the departments have no such records: ");
		say_points(&saying, saying.result->points.number);
		say_next(&saying);
	} else {
		say_computed(&saying, of);
	}
	say(&saying, "。", ".");
}
