// SPDX-License-Identifier: Apache-2.0
// points_simulate: onecity-points simulate: the score that a table makes of facts files.
#include "verbs.h"

#include "facts_file.h"
#include "language.h"
#include "report.h"
#include "service.h"
#include "terminal.h"
#include "written.h"

#include <getopt.h>

struct request {
	const char *facts, *rules;
	struct facts_given given;
	bool json, batch;
};

enum {
	OPTION_RULES = 256,
	OPTION_JSON,
	OPTION_PROGRAMME,
	OPTION_AS_OF,
	OPTION_BATCH,
};

static const struct option options[] = {
	{ "facts", required_argument, NULL, 'f' },
	{ "rules", required_argument, NULL, OPTION_RULES },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "programme", required_argument, NULL, OPTION_PROGRAMME },
	{ "as-of", required_argument, NULL, OPTION_AS_OF },
	{ "batch", no_argument, NULL, OPTION_BATCH },
	{ 0 },
};

static bool take_option(struct request *request, int option)
{
	switch (option) {
	case 'f':
		request->facts = optarg;
		return true;
	case OPTION_RULES:
		request->rules = optarg;
		return true;
	case 'j':
	case OPTION_JSON:
		request->json = true;
		return true;
	case OPTION_PROGRAMME:
		request->given.programme = optarg;
		return true;
	case OPTION_AS_OF:
		return written_date(optarg, &request->given.as_of);
	case OPTION_BATCH:
		request->batch = true;
		return true;
	default:
		return false; // getopt has said what it did not understand
	}
}

static bool read_request(struct request *request, int argc, char **argv)
{
	int option;
	bool good = true;
	optind = 0; // glibc: begin anew
	while (good && (option = getopt_long(argc, argv, "f:j", options, NULL)) != -1)
		good = take_option(request, option);
	return good && optind == argc && request->rules != NULL &&
	       (request->facts != NULL) != request->batch;
}

// --- one facts file ------------------------------------------------------------------------------

static void write_score(const struct request *request, const struct rules *rules,
    const struct score *score, const struct dossier *dossier, struct buffer *out)
{
	static const struct score_view view = { .engine = ONECITY_VERSION };
	if (request->json || request->batch)
		score_write_json(score, &view, out);
	else
		report_write(score, rules, dossier, language_is_chinese(), out);
}

static void score_facts(const struct request *request, const struct rules *rules,
    struct facts *facts, struct buffer *out)
{
	struct score *score;
	score_make(&score, rules, facts->programme, facts->dossier);
	write_score(request, rules, score, facts->dossier, out);
	score_free(&score);
	dossier_free(&facts->dossier);
}

static int simulate_file(const struct request *request, const struct rules *rules)
{
	struct json *json = NULL;
	struct facts facts;
	struct facts_errors errors;
	struct buffer out = { 0 };
	if (json_read_file(&json, request->facts, FACTS_BYTES_MAX) != STATUS_OK)
		return give_up(
		    say("%s", "情况文件无法读取，或不是严格的 JSON：%s"), status_reason());
	struct facts_reader *reader = facts_reader_new(rules);
	enum status status = facts_read(&facts, reader, json, &request->given, &errors);
	if (status == STATUS_OK)
		score_facts(request, rules, &facts, &out);
	else
		facts_errors_write(&errors, request->facts, language_is_chinese(), &out);
	if (status == STATUS_OK && request->json)
		buffer_append_byte(&out, '\n');
	print_clean(status == STATUS_OK ? stdout : stderr, buffer_bytes(&out));
	facts_errors_deinit(&errors);
	facts_reader_free(&reader);
	json_free(&json);
	buffer_wipe(&out);
	return status == STATUS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

// --- many ----------------------------------------------------------------------------------------

// A line without its end. *too_long: the rest of it was passed over. False: the input ended.
static bool read_line(FILE *file, struct buffer *line, bool *too_long)
{
	int byte;
	buffer_clear(line);
	*too_long = false;
	while ((byte = getc_unlocked(file)) != EOF && byte != '\n') {
		*too_long |= line->size == FACTS_BYTES_MAX;
		if (!*too_long)
			buffer_append_byte(line, (uint8_t)byte);
	}
	return byte != EOF || line->size > 0;
}

static void write_error(
    struct buffer *out, const char *path, const char *zh, const char *en, size_t more)
{
	struct json_writer writer = json_writer_make(out);
	json_write_begin_object(&writer);
	json_write_name(&writer, "error");
	json_write_begin_object(&writer);
	json_write_member_text(&writer, "path", path);
	json_write_member_text(&writer, "zh", zh);
	json_write_member_text(&writer, "en", en);
	json_write_member_integer(&writer, "more", (int64_t)more);
	json_write_end_object(&writer);
	json_write_end_object(&writer);
}

static void write_facts_errors(struct buffer *out, const struct facts_errors *errors)
{
	const struct facts_error *first = &errors->list[0];
	write_error(out, first->path, first->zh, first->en, errors->count - 1 + errors->left_out);
}

static void write_json_error(struct buffer *out)
{
	struct buffer zh = { 0 };
	buffer_printf(&zh, "不是严格的 JSON：%s", status_reason());
	write_error(out, "", buffer_text(&zh), status_reason(), 0);
	buffer_deinit(&zh);
}

static void simulate_line(const struct request *request, const struct rules *rules,
    const struct facts_reader *reader, struct bytes line, struct buffer *out)
{
	struct json *json = NULL;
	struct facts facts;
	struct facts_errors errors;
	if (json_parse(&json, line) != STATUS_OK) {
		write_json_error(out);
		return;
	}
	if (facts_read(&facts, reader, json, &request->given, &errors) == STATUS_OK)
		score_facts(request, rules, &facts, out);
	else
		write_facts_errors(out, &errors);
	facts_errors_deinit(&errors);
	json_free(&json);
}

static int simulate_batch(const struct request *request, const struct rules *rules)
{
	struct facts_reader *reader = facts_reader_new(rules);
	struct buffer line = { 0 }, out = { 0 };
	bool too_long;
	while (!ferror(stdout) && read_line(stdin, &line, &too_long)) {
		buffer_clear(&out);
		if (too_long)
			write_error(
			    &out, "", "该行超出大小上限", "the line is larger than the limit", 0);
		else
			simulate_line(request, rules, reader, buffer_bytes(&line), &out);
		buffer_append_byte(&out, '\n');
		fwrite(out.data, 1, out.size, stdout);
		fflush(stdout); // whoever asks one at a time waits for it
	}
	facts_reader_free(&reader);
	buffer_wipe(&line);
	buffer_wipe(&out);
	if (ferror(stdin))
		return give_up(say("standard input cannot be read", "标准输入无法读取"));
	if (ferror(stdout))
		return give_up(say("standard output cannot be written", "无法写到标准输出"));
	return EXIT_SUCCESS;
}

int verb_simulate(int argc, char **argv)
{
	struct request request = { 0 };
	struct terminal_table table;
	if (!read_request(&request, argc, argv)) {
		give_up(say(
		    "simulate -f FACTS --rules TABLE [--json] [--programme ID] [--as-of DATE] is "
		    "expected, or simulate --batch --rules TABLE",
		    "应为 simulate -f 情况文件 --rules 规则表 [--json] [--programme 方案] "
		    "[--as-of 日期]，或 simulate --batch --rules 规则表"));
		return EXIT_USAGE;
	}
	if (!terminal_table_open(&table, request.rules))
		return EXIT_FAILURE;
	int exit_code = request.batch ? simulate_batch(&request, table.rules)
				      : simulate_file(&request, table.rules);
	terminal_table_close(&table);
	return exit_code;
}
