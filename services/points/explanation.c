// SPDX-License-Identifier: Apache-2.0
// explanation: a score as the JSON of docs/rules.md.
#include "explanation.h"

#include "date.h"

static void write_numbers(struct json_writer *writer, const char *name, struct exact number)
{
	char text[EXACT_TEXT_SIZE];
	exact_write(number, text);
	json_write_member_text(writer, name, text);
}

void write_number_member(
    struct json_writer *writer, const char *name, bool present, struct exact number)
{
	if (present) {
		write_numbers(writer, name, number);
		return;
	}
	json_write_name(writer, name);
	json_write_null(writer);
}

void write_text_member(struct json_writer *writer, const char *name, const char *text)
{
	json_write_name(writer, name);
	if (text != NULL)
		json_write_text(writer, text);
	else
		json_write_null(writer);
}

void write_date_member(struct json_writer *writer, const char *name, int64_t date)
{
	char text[16];
	if (date != 0)
		date_format(date, text, sizeof text);
	write_text_member(writer, name, date != 0 ? text : NULL);
}

void write_title_member(struct json_writer *writer, const char *name, struct title title)
{
	json_write_name(writer, name);
	if (title.zh == NULL) {
		json_write_null(writer);
		return;
	}
	json_write_begin_object(writer);
	json_write_member_text(writer, "zh", title.zh);
	json_write_member_text(writer, "en", title.en);
	json_write_end_object(writer);
}

// --- doubts --------------------------------------------------------------------------------------

static void write_doubt(struct json_writer *writer, const struct doubt *doubt)
{
	const struct kind *kind = doubt->kind;
	json_write_begin_object(writer);
	json_write_member_text(writer, "doubt", doubt_name(doubt->reason));
	write_text_member(writer, "department", kind != NULL ? kind->catalogue->name : NULL);
	write_text_member(writer, "kind", kind != NULL ? kind->name : NULL);
	write_text_member(
	    writer, "role", doubt->role >= 0 ? role_name((enum role)doubt->role) : NULL);
	write_text_member(writer, "path", doubt->path);
	json_write_end_object(writer);
}

static void write_doubt_list(struct json_writer *writer, const struct doubt *doubts, size_t count)
{
	json_write_name(writer, "doubts");
	json_write_begin_array(writer);
	for (size_t i = 0; i < count; i++)
		write_doubt(writer, &doubts[i]);
	json_write_end_array(writer);
}

static void write_doubts(struct explaining *explaining, struct doubts doubts)
{
	struct doubt *list = NULL;
	struct score *score = explaining->score;
	size_t count = doubts_in_order(&score->evaluation, doubts, &list);
	write_doubt_list(explaining->writer, list, count);
}

// --- head ----------------------------------------------------------------------------------------

static void write_head(struct explaining *explaining)
{
	struct json_writer *writer = explaining->writer;
	const struct score *score = explaining->score;
	const struct rules *rules = score->rules;
	json_write_member_integer(writer, "onecity_explanation", 1);
	json_write_name(writer, "table");
	json_write_begin_object(writer);
	json_write_member_text(writer, "id", rules->id);
	json_write_member_text(writer, "hash", rules->hash);
	json_write_member_text(writer, "status", rules_status_name(rules->status));
	write_title_member(writer, "title", rules->title);
	write_title_member(writer, "label", rules->label);
	json_write_end_object(writer);
	json_write_name(writer, "programme");
	json_write_begin_object(writer);
	json_write_member_text(writer, "id", score->programme->id);
	write_title_member(writer, "title", score->programme->title);
	json_write_end_object(writer);
	write_date_member(writer, "as_of", score->dossier->as_of);
	write_date_member(writer, "accepted_on", dossier_accepted_on(score->dossier));
	json_write_member_boolean(writer, "in_force", rules_in_force(rules, score->dossier->as_of));
	write_text_member(writer, "engine", explaining->view->engine);
}

static void write_assumed(struct json_writer *writer, const struct score *score)
{
	const struct rules *rules = score->rules;
	json_write_name(writer, "assumed");
	json_write_begin_array(writer);
	for (size_t i = 0; i < rules->series_count; i++)
		if (dossier_assumes_series(score->dossier, rules->series[i].id))
			json_write_text(writer, rules->series[i].id);
	for (size_t i = 0; i < rules->list_count; i++)
		if (dossier_assumes_list(score->dossier, rules->lists[i].id))
			json_write_text(writer, rules->lists[i].id);
	json_write_end_array(writer);
}

static void write_totals(struct explaining *explaining)
{
	struct json_writer *writer = explaining->writer;
	const struct score *score = explaining->score;
	const struct programme *programme = score->programme;
	json_write_member_text(writer, "scored", role_name(score->scored));
	write_number_member(
	    writer, "other_total", score->other_total.present, score->other_total.number);
	write_number_member(writer, "total", true, score->total.number);
	write_number_member(writer, "sum", true, score->assessed->sum);
	json_write_member_boolean(writer, "complete", score->complete);
	json_write_member_boolean(writer, "final", score->final);
	json_write_member_text(writer, "outcome", outcome_name(score->outcome));
	write_number_member(writer, "threshold",
	    programme->has_threshold && programme->threshold.known, programme->threshold.number);
	write_assumed(writer, score);
	write_doubt_list(writer, score->doubts, score->doubt_count);
}

// --- conditions ----------------------------------------------------------------------------------

struct condition_form {
	const char *name;
	const char *const *states;
	bool has_effect, has_until;
};

static void write_condition(struct explaining *explaining, const struct condition_form *form,
    const struct condition_result *result)
{
	struct json_writer *writer = explaining->writer;
	const struct condition *condition = result->condition;
	explaining_begin(explaining);
	json_write_begin_object(writer);
	json_write_member_text(writer, "id", condition->id);
	write_title_member(writer, "title", condition->title);
	json_write_member_text(writer, "state", form->states[result->state]);
	if (form->has_effect)
		json_write_member_text(
		    writer, "effect", condition->makes_zero ? "zero" : "refused");
	if (form->has_until)
		write_date_member(writer, "until",
		    result->until != NULL && result->until->cell.present ? result->until->cell.date
									 : 0);
	write_doubts(explaining, result->step->cell.doubts);
	explaining_write_step(explaining, "steps", result->step);
	explaining_write_facts(explaining);
	json_write_end_object(writer);
}

static void write_conditions(struct explaining *explaining, const struct condition_form *form,
    const struct condition_results *results)
{
	json_write_name(explaining->writer, form->name);
	json_write_begin_array(explaining->writer);
	for (size_t i = 0; i < results->count; i++)
		write_condition(explaining, form, &results->list[i]);
	json_write_end_array(explaining->writer);
}

static void write_all_conditions(struct explaining *explaining)
{
	static const char *const met[] = { "met", "not_met", "open" };
	static const char *const holds[] = { "holds", "holds_not", "open" };
	static const struct condition_form gates = { "gates", met, false, false };
	static const struct condition_form vetoes = { "vetoes", holds, true, true };
	static const struct condition_form freezes = { "freezes", holds, false, true };
	write_conditions(explaining, &gates, &explaining->score->gates);
	write_conditions(explaining, &vetoes, &explaining->score->vetoes);
	write_conditions(explaining, &freezes, &explaining->score->freezes);
}

// --- groups and items ----------------------------------------------------------------------------

static void write_groups(struct explaining *explaining)
{
	struct json_writer *writer = explaining->writer;
	const struct rules *rules = explaining->score->rules;
	json_write_name(writer, "groups");
	json_write_begin_array(writer);
	for (size_t i = 0; i < rules->group_count; i++) {
		const struct group *group = &rules->groups[i];
		const struct group_result *result = &explaining->score->assessed->groups[i];
		json_write_begin_object(writer);
		json_write_member_text(writer, "id", group->id);
		write_title_member(writer, "title", group->title);
		write_text_member(
		    writer, "in", group->in >= 0 ? rules->groups[group->in].id : NULL);
		write_number_member(writer, "sum", true, result->sum);
		write_number_member(writer, "points", true, result->points.number);
		write_number_member(writer, "cap_cut", true, result->cap_cut);
		json_write_end_object(writer);
	}
	json_write_end_array(writer);
}

static void write_override(struct json_writer *writer, const struct dossier_override *override)
{
	json_write_name(writer, "override");
	if (override == NULL) {
		json_write_null(writer);
		return;
	}
	json_write_begin_object(writer);
	write_number_member(writer, "points", true, override->points);
	json_write_member_text(writer, "by", override->by);
	json_write_member_text(writer, "reason", override->reason);
	write_date_member(writer, "date", override->date);
	json_write_end_object(writer);
}

static void write_next(struct json_writer *writer, const struct item_result *result)
{
	json_write_name(writer, "next");
	json_write_begin_array(writer);
	for (size_t i = 0; i < result->next_count; i++) {
		const struct item_next *next = &result->next[i];
		const struct node *node = next->step.scale;
		bool has_needs = next->step.has_needs;
		json_write_begin_object(writer);
		json_write_member_text(writer, "path", node->path);
		write_number_member(writer, "needs", has_needs, next->step.needs);
		write_text_member(
		    writer, "unit", has_needs ? unit_name(node->of[0]->typing.unit) : NULL);
		write_number_member(writer, "gives", true, next->gives);
		json_write_name(writer, "row");
		if (next->step.row >= 0)
			json_write_integer(writer, next->step.row);
		else
			json_write_null(writer);
		json_write_end_object(writer);
	}
	json_write_end_array(writer);
}

static void write_sentences(struct explaining *explaining, size_t index)
{
	struct json_writer *writer = explaining->writer;
	json_write_name(writer, "text");
	json_write_begin_object(writer);
	for (size_t chinese = 2; chinese-- > 0;) {
		struct buffer text = { 0 };
		score_write_sentence(explaining->score, index, chinese, &text);
		json_write_member_text(writer, chinese ? "zh" : "en", buffer_text(&text));
		buffer_wipe(&text);
	}
	json_write_end_object(writer);
}

static void write_item_points(
    struct json_writer *writer, const struct rules_item *item, const struct item_result *result)
{
	json_write_member_text(writer, "state", item_state_name(result->state));
	write_number_member(writer, "points", true, result->points.number);
	json_write_member_boolean(writer, "counted", result->counted);
	write_number_member(writer, "raw", true, result->raw);
	write_number_member(writer, "cap", item->has_cap && item->cap.known, item->cap.number);
	write_number_member(writer, "cap_cut", true, result->cap_cut);
	json_write_member_boolean(writer, "nullified", result->nullified);
	write_title_member(writer, "ended_by", item->ended_by);
	write_text_member(writer, "why_not", result->why_not);
	write_override(writer, result->override);
}

static void write_item(struct explaining *explaining, size_t index)
{
	struct json_writer *writer = explaining->writer;
	const struct rules_item *item = &explaining->score->rules->items[index];
	const struct item_result *result = &explaining->score->assessed->items[index];
	explaining_begin(explaining);
	json_write_begin_object(writer);
	json_write_member_text(writer, "id", item->id);
	json_write_member_text(writer, "path", item->path);
	write_title_member(writer, "title", item->title);
	json_write_member_text(writer, "group", item->group_id);
	write_item_points(writer, item, result);
	write_doubts(explaining, result->points.doubts);
	explaining_write_step(explaining, "steps", result->step);
	explaining_write_facts(explaining);
	write_next(writer, result);
	write_sentences(explaining, index);
	json_write_end_object(writer);
}

// What is written is remembered in the score's own memory, so the score is not const in here;
// nothing that others see of it changes.
void score_write_json(const struct score *score, const struct score_view *view, struct buffer *out)
{
	struct json_writer writer = json_writer_make(out);
	struct explaining explaining = {
		.score = (struct score *)score, .view = view, .writer = &writer
	};
	explaining_open(&explaining);
	json_write_begin_object(&writer);
	write_head(&explaining);
	write_totals(&explaining);
	explaining_begin(&explaining);
	explaining_write_step(&explaining, "total_steps", score->assessed->total_step);
	write_all_conditions(&explaining);
	write_groups(&explaining);
	json_write_name(&writer, "items");
	json_write_begin_array(&writer);
	for (size_t i = 0; i < score->rules->item_count; i++)
		write_item(&explaining, i);
	json_write_end_array(&writer);
	json_write_end_object(&writer);
	explaining_close(&explaining);
}
