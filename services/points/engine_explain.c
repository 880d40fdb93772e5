// SPDX-License-Identifier: Apache-2.0
// engine_explain: a score with its reasons, made again from what the profiles say now.
#include "engine.h"

#include "date.h"
#include "rank_key.h"
#include "report.h"
#include "service_centre_fields.h"
#include "view_parts.h"
#include "whom.h"

enum {
	EXPLANATIONS_MAX = 64,
	QUESTION_BYTES_MAX = 4096
};

// --- whom they ask for ---------------------------------------------------------------------------

struct asked_for {
	char subject[SUBJECT_SIZE];
	const char *programme; // NULL: all
	bool report, chinese;  // a text to read instead of JSON, in that language
};

// Absent, or one of the two.
static bool read_language(const struct json_value *report, struct asked_for *asked)
{
	const char *text = json_string(report);
	asked->report = report != NULL;
	asked->chinese = text != NULL && strcmp(text, "zh") == 0;
	return report == NULL || asked->chinese || (text != NULL && strcmp(text, "en") == 0);
}

// False: it is no question; it is not looked whom it names.
static bool read_members(
    const struct json_value *root, const struct json_value **whom, struct asked_for *asked)
{
	const struct json_value *programme = json_member(root, "programme"),
				*report = json_member(root, "report");
	size_t known = 1 + (programme != NULL) + (report != NULL);
	*whom = whom_member(root);
	*asked = (struct asked_for){ .programme = json_string(programme) };
	return *whom != NULL && known == json_size(root) && read_language(report, asked) &&
	       (programme == NULL || asked->programme != NULL);
}

// False: the request was answered with what is wrong.
static bool read_question(struct engine *engine, struct http_request *request,
    const struct json_value *root, struct asked_for *asked)
{
	static const char letters[] = { SUBJECT_PERSON, 0 };
	const struct json_value *whom;
	struct whom_problem problem;
	if (!read_members(root, &whom, asked))
		http_answer_problem(request, 400, "question",
		    "Send an object with a text id_number or subject; a text programme, if only "
		    "one is asked for; and report: \"zh\" or \"en\" for a text to read",
		    "请提交对象：id_number 或 subject 之一（文本），可另加 programme（文本）及 "
		    "report: \"zh\" 或 \"en\"（文字报告）");
	else if (whom_find(whom, letters, engine->pseudonym, asked->subject, &problem))
		return true;
	else
		http_answer_problem(request, 422, problem.code, problem.english, problem.chinese);
	engine_count(engine, QUESTION_SCORE, REPLY_REFUSED);
	return false;
}

bool engine_read_json(struct http_request *request, size_t bytes_max, struct json **json)
{
	*json = NULL;
	if (!http_content_type_is(request, "application/json"))
		http_answer_problem(request, 415, "content_type", "Send application/json",
		    "请使用 application/json");
	else if (http_body(request).size > bytes_max)
		http_answer_problem(
		    request, 413, "too_large", "The question is too large", "请求正文过大");
	else if (json_parse(json, http_body(request)) != STATUS_OK)
		http_answer_problem(
		    request, 400, "not_json", status_reason(), "请求正文不是有效的 JSON");
	return *json != NULL;
}

// --- the answer ----------------------------------------------------------------------------------

// One score that is explained, and its place in the live list.
struct explained {
	struct buffer text; // the members before "rank", or the report
	struct buffer name; // of the score
	size_t key_size;
	bool rank_unknown; // Redis did not say, or the lists are being made
	int64_t rank, of;
};

struct inquiry {
	struct engine *engine;
	struct http_request *request;
	char subject[SUBJECT_SIZE];
	char *programme; // NULL: all
	bool report, chinese;
	int64_t as_of;
	struct explained list[EXPLANATIONS_MAX];
	struct buffer facts; // what all was made of, for the report
	size_t count, asked;
};

static void inquiry_free(struct inquiry *inquiry)
{
	for (size_t i = 0; i < inquiry->count; i++) {
		buffer_wipe(&inquiry->list[i].text);
		buffer_wipe(&inquiry->list[i].name);
	}
	buffer_wipe(&inquiry->facts);
	inquiry->engine->requests--;
	free(inquiry->programme);
	explicit_bzero(inquiry, sizeof *inquiry);
	free(inquiry);
}

static void write_place(
    struct buffer *out, const struct inquiry *inquiry, const struct explained *explained)
{
	if (explained->rank > 0)
		buffer_printf(out,
		    inquiry->chinese
			? "当前名次：第 %lld 名，名单共 %lld 人；仅供参考，以评定结果为准\n"
			: "Place in the live list: %lld of %lld; only an assessment decides\n",
		    (long long)explained->rank, (long long)explained->of);
	else if (explained->rank_unknown)
		buffer_append_text(out, inquiry->chinese
					    ? "名次暂不可知：名单正在生成或 Redis 无应答\n"
					    : "The place cannot be told now: the lists are being "
					      "made, or Redis does not answer\n");
	else if (explained->key_size > 0)
		buffer_append_text(out,
		    inquiry->chinese ? "当前不在排名名单中\n" : "In no live list at present\n");
	buffer_append_byte(out, '\n');
}

static void answer_report(struct inquiry *inquiry)
{
	struct buffer out = { 0 };
	for (size_t i = 0; i < inquiry->count; i++) {
		buffer_append_bytes(&out, buffer_bytes(&inquiry->list[i].text));
		write_place(&out, inquiry, &inquiry->list[i]);
	}
	buffer_append_bytes(&out, buffer_bytes(&inquiry->facts));
	http_answer(inquiry->request, 200, "text/plain; charset=utf-8", buffer_bytes(&out), NULL);
	buffer_wipe(&out);
	inquiry_free(inquiry);
}

static void answer_json(struct inquiry *inquiry)
{
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	char as_of[16];
	date_format(inquiry->as_of, as_of, sizeof as_of);
	json_write_begin_object(&json);
	json_write_member_text(&json, "subject", inquiry->subject);
	json_write_member_text(&json, "as_of", as_of);
	json_write_name(&json, "scores");
	json_write_begin_array(&json);
	for (size_t i = 0; i < inquiry->count; i++) {
		struct explained *explained = &inquiry->list[i];
		buffer_printf(&explained->text,
		    ",\"rank_known\":%s,\"rank\":", explained->rank_unknown ? "false" : "true");
		if (explained->rank > 0)
			buffer_printf(&explained->text, "{\"rank\":%lld,\"of\":%lld}}",
			    (long long)explained->rank, (long long)explained->of);
		else
			buffer_append_text(&explained->text, "null}");
		json_write_raw(&json, buffer_bytes(&explained->text));
	}
	json_write_end_array(&json);
	json_write_end_object(&json);
	engine_answer(inquiry->request, 200, &out);
	inquiry_free(inquiry);
}

static void answer_inquiry(struct inquiry *inquiry)
{
	engine_count(inquiry->engine, QUESTION_SCORE, REPLY_ANSWERED);
	(inquiry->report ? answer_report : answer_json)(inquiry);
}

// --- the place in the live list ------------------------------------------------------------------

struct rank_question {
	struct inquiry *inquiry;
	size_t place;
};

static void got_rank(const struct redis_reply *reply, void *context)
{
	struct rank_question question = *(struct rank_question *)context;
	struct inquiry *inquiry = question.inquiry;
	free(context);
	bool known = reply != NULL && redis_reply_count(reply) == 3 &&
		     inquiry->engine->phase == ENGINE_FOLLOWING;
	inquiry->list[question.place].rank_unknown = !known;
	if (known) {
		inquiry->list[question.place].rank = redis_reply_integer(redis_reply_at(reply, 0));
		inquiry->list[question.place].of = redis_reply_integer(redis_reply_at(reply, 1));
	}
	if (--inquiry->asked == 0)
		answer_inquiry(inquiry);
}

static void ask_rank(struct inquiry *inquiry, size_t place)
{
	struct redis_arguments arguments = { 0 };
	struct rank_question *question = allocate(sizeof *question);
	*question = (struct rank_question){ inquiry, place };
	inquiry->asked++;
	redis_arguments_add_text(&arguments, "FCALL_RO");
	redis_arguments_add_text(&arguments, "onecity_points_rank");
	redis_arguments_add_text(&arguments, "1");
	buffer_printf(
	    redis_arguments_begin(&arguments), OUTPUT_PREFIX "applicant:%s", inquiry->subject);
	redis_arguments_end(&arguments);
	redis_arguments_add(&arguments, buffer_bytes(&inquiry->list[place].name));
	redis_arguments_add_number(&arguments, inquiry->list[place].key_size);
	redis_command_arguments(inquiry->engine->output, &arguments, got_rank, question);
	redis_arguments_deinit(&arguments);
}

static void ask_ranks(struct inquiry *inquiry)
{
	inquiry->asked++; // held while asking
	for (size_t i = 0; i < inquiry->count; i++)
		if (inquiry->list[i].key_size > 0)
			ask_rank(inquiry, i);
	if (--inquiry->asked == 0)
		answer_inquiry(inquiry);
}

// --- the explanation -----------------------------------------------------------------------------

static void write_application(struct json_writer *json, const struct record *application)
{
	static const char *const names[] = { "receipt", "year", "town", "grade", "state" };
	struct buffer text = { 0 };
	json_write_name(json, "application");
	json_write_begin_object(json);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		buffer_clear(&text);
		output_write_field(&text, application, names[i]);
		json_write_member_text(json, names[i], buffer_text(&text));
	}
	json_write_end_object(json);
	buffer_wipe(&text);
}

static void write_explanation(
    struct explained *explained, const struct record *application, const struct score *score)
{
	static const struct score_view view = { .engine = ONECITY_VERSION };
	struct json_writer json = json_writer_make(&explained->text);
	struct buffer explanation = { 0 };
	score_write_json(score, &view, &explanation);
	json_write_begin_object(&json);
	write_application(&json, application);
	json_write_name(&json, "explanation");
	json_write_raw(&json, buffer_bytes(&explanation));
	buffer_wipe(&explanation);
}

// Once, behind all scores by the table: they are made of the same.
static void write_facts(
    struct inquiry *inquiry, const struct gathering *gathering, const struct rules *rules)
{
	struct buffer *out = &inquiry->facts;
	buffer_printf(out,
	    inquiry->chinese
		? "%s 所用数据（数字为部门日志序号，onecity event show 部门 序号 可查看）：\n"
		: "What %s looks at; the numbers are those of the departments' journals\n"
		  "(onecity event show DEPARTMENT NUMBER shows one):\n",
	    rules_id(rules));
	gathering_write_facts(gathering, rules, inquiry->chinese, out);
}

// Which application, if there are several.
static void write_application_line(
    struct inquiry *inquiry, struct buffer *out, const struct record *application)
{
	buffer_append_text(out, inquiry->chinese ? "\n申请：" : "\nApplication: ");
	output_write_field(out, application, "receipt");
	buffer_append_text(out, inquiry->chinese ? "，年度 " : ", of ");
	output_write_field(out, application, "year");
	buffer_append_byte(out, '\n');
}

static void write_report(struct inquiry *inquiry, struct explained *explained,
    const struct record *application, const struct rules *rules, const struct dossier *dossier,
    const struct score *score)
{
	report_write(score, rules, dossier, inquiry->chinese, &explained->text);
	write_application_line(inquiry, &explained->text, application);
}

static void explain(struct inquiry *inquiry, const struct gathering *gathering, size_t application,
    const struct rules *rules, const struct programme *programme)
{
	struct explained *explained = &inquiry->list[inquiry->count++];
	const struct record *record = gathering_application(gathering, application);
	const struct value *receipt = view_value(record, SERVICE_CENTRE_APPLICATION_RECEIPT);
	struct dossier *dossier = gathering_make(gathering, application, rules, true);
	struct score *score;
	score_make(&score, rules, programme, dossier);
	if (inquiry->report)
		write_report(inquiry, explained, record, rules, dossier, score);
	else
		write_explanation(explained, record, score);
	score_free(&score);
	dossier_free(&dossier);
	output_write_score_name(&explained->name, rules_id(rules), programme_id(programme),
	    receipt != NULL ? receipt->text : "");
	if (programme_ranking(programme) != NULL)
		explained->key_size = rank_key_size(programme_ranking(programme));
}

static void explain_by(
    struct inquiry *inquiry, const struct gathering *gathering, const struct rules *rules)
{
	size_t before = inquiry->count;
	for (size_t i = 0; i < rules_programme_count(rules); i++) {
		const struct programme *programme = rules_programme(rules, i);
		bool asked_for = inquiry->programme == NULL ||
				 strcmp(inquiry->programme, programme_id(programme)) == 0;
		for (size_t j = 0; asked_for && j < gathering_application_count(gathering) &&
				   inquiry->count < EXPLANATIONS_MAX;
		     j++)
			if (gathering_is_scored(gathering, j, programme))
				explain(inquiry, gathering, j, rules, programme);
	}
	if (inquiry->report && inquiry->count > before)
		write_facts(inquiry, gathering, rules);
}

static void refuse_inquiry(struct inquiry *inquiry, enum reading_outcome outcome)
{
	engine_count(inquiry->engine, QUESTION_SCORE, REPLY_FAILED);
	http_answer_problem(inquiry->request, outcome == READING_TOO_LARGE ? 500 : 503,
	    reading_outcome_code(outcome), reading_outcome_text(outcome, false),
	    reading_outcome_text(outcome, true));
	inquiry_free(inquiry);
}

static void gathered(
    enum reading_outcome outcome, struct gathering *gathering, struct loaded *loaded, void *context)
{
	struct inquiry *inquiry = context;
	if (outcome != READING_DONE) {
		refuse_inquiry(inquiry, outcome);
		return;
	}
	for (size_t i = 0; i < loaded->tables.count; i++)
		if (rules_in_force(loaded->tables.list[i], inquiry->as_of))
			explain_by(inquiry, gathering, loaded->tables.list[i]);
	gathering_free(&gathering);
	if (inquiry->count > 0) {
		ask_ranks(inquiry);
		return;
	}
	engine_count(inquiry->engine, QUESTION_SCORE, REPLY_NOBODY);
	http_answer_problem(inquiry->request, 404, "no_application",
	    "No application of this or a later year that is accepted or being completed is on "
	    "record for which a rule table is in force",
	    "没有本年度或以后年度、已受理或补正中且适用现行规则的申请");
	inquiry_free(inquiry);
}

void engine_post_score(struct http_request *request, void *context)
{
	struct engine *engine = context;
	struct asked_for asked;
	struct json *json;
	if (!engine_read_json(request, QUESTION_BYTES_MAX, &json))
		return;
	if (read_question(engine, request, json_root(json), &asked)) {
		struct inquiry *inquiry = allocate(sizeof *inquiry);
		inquiry->engine = engine;
		inquiry->request = request;
		inquiry->as_of = engine_today();
		inquiry->programme = asked.programme != NULL ? text_copy(asked.programme) : NULL;
		inquiry->report = asked.report;
		inquiry->chinese = asked.chinese;
		memcpy(inquiry->subject, asked.subject, SUBJECT_SIZE);
		engine->requests++;
		engine_gather(engine, asked.subject, inquiry->as_of, gathered, inquiry);
	}
	json_free(&json);
	explicit_bzero(&asked, sizeof asked);
}
