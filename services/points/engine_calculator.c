// SPDX-License-Identifier: Apache-2.0
// engine_calculator: scores facts that are sent along. Nothing is looked up, nothing is kept.
#include "engine.h"

#include "facts_file.h"

static void refuse_facts(struct http_request *request, const struct facts_errors *errors)
{
	struct buffer english = { 0 }, chinese = { 0 };
	facts_errors_write(errors, "facts", false, &english);
	facts_errors_write(errors, "facts", true, &chinese);
	http_answer_problem(request, 422, "facts", buffer_text(&english), buffer_text(&chinese));
	buffer_wipe(&english);
	buffer_wipe(&chinese);
}

static void calculate(struct engine *engine, struct http_request *request,
    const struct rules *rules, const struct json *json)
{
	static const struct score_view view = { .engine = ONECITY_VERSION };
	struct facts facts = { 0 };
	struct facts_errors errors;
	struct facts_given given = { 0 };
	struct facts_reader *reader = facts_reader_new(rules);
	enum status status = facts_read(&facts, reader, json, &given, &errors);
	if (status == STATUS_OK) {
		struct buffer out = { 0 };
		struct score *score;
		score_make(&score, rules, facts.programme, facts.dossier);
		score_write_json(score, &view, &out);
		score_free(&score);
		engine_answer(request, 200, &out);
		engine_count(engine, QUESTION_CALCULATOR, REPLY_ANSWERED);
	} else {
		refuse_facts(request, &errors);
		engine_count(engine, QUESTION_CALCULATOR, REPLY_REFUSED);
	}
	dossier_free(&facts.dossier);
	facts_errors_deinit(&errors);
	facts_reader_free(&reader);
}

// The table stands in the query, the facts file is the body: it is read as from a file.
void engine_post_calculator(struct http_request *request, void *context)
{
	struct engine *engine = context;
	const char *id = http_query(request, "table");
	const struct rules *rules = id != NULL ? tables_named(&engine->loaded->tables, id) : NULL;
	struct json *json;
	if (rules == NULL) {
		engine_count(engine, QUESTION_CALCULATOR, REPLY_REFUSED);
		http_answer_problem(request, 404, "table",
		    "Name a table in the query: ?table=ID; GET /v1/rules lists them",
		    "请在查询参数中写明规则表：?table=ID；GET /v1/rules 列出全部");
		return;
	}
	if (!engine_read_json(request, FACTS_BYTES_MAX, &json))
		return;
	calculate(engine, request, rules, json);
	json_free(&json);
}
