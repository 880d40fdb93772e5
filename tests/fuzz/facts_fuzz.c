// SPDX-License-Identifier: Apache-2.0
// facts_fuzz: any text as a facts file, scored by the demonstration table: the same facts, the same
// score.
#include "fuzz.h"

#include "facts_file.h"
#include "json.h"
#include "score.h"

static const struct rules *table(void)
{
	static struct rules *rules;
	struct rules_errors errors;
	if (rules == NULL) {
		ENSURE(rules_read(&rules, fuzz_catalogues(),
			   PROJECT_DIR "/rules/zhangjiagang-demo.json", &errors) == STATUS_OK);
		rules_errors_deinit(&errors);
	}
	return rules;
}

static void score(const struct facts *facts, struct buffer *out)
{
	static const struct score_view view = { .engine = "fuzz" };
	struct score *made;
	score_make(&made, table(), facts->programme, facts->dossier);
	score_write_json(made, &view, out);
	score_free(&made);
}

void fuzz_once(struct bytes input)
{
	static struct facts_reader *reader;
	static const struct facts_given given;
	struct json *json = NULL;
	struct facts facts;
	struct facts_errors errors;
	if (reader == NULL)
		reader = facts_reader_new(table());
	if (json_parse(&json, input) == STATUS_OK) {
		if (facts_read(&facts, reader, json, &given, &errors) == STATUS_OK) {
			struct buffer once = { 0 }, twice = { 0 };
			score(&facts, &once);
			score(&facts, &twice);
			ENSURE(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
			dossier_free(&facts.dossier);
			buffer_deinit(&once);
			buffer_deinit(&twice);
		} else {
			ENSURE(errors.count + errors.left_out > 0);
		}
		facts_errors_deinit(&errors);
	}
	json_free(&json);
}
