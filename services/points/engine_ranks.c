// SPDX-License-Identifier: Apache-2.0
// engine_ranks: the live lists, a page at a time. Receipt numbers are masked.
#include "engine.h"

#include "date.h"
#include "mask.h"
#include "rank_key.h"

#include <stdio.h>

enum {
	LIMIT_DEFAULT = 50,
	LIMIT_MAX = 500,
	AFTER_MAX = 100 * 1000 * 1000,
	PAGE_MEMBERS = 4 // before the rows
};

struct listing {
	struct engine *engine;
	struct http_request *request;
	struct loaded *loaded;
	const struct rules *rules; // NULL: the lists themselves
	const struct programme *programme;
	struct buffer name;
	int64_t after, limit;
};

static void listing_free(struct listing *listing)
{
	listing->engine->requests--;
	loaded_leave(&listing->loaded);
	buffer_deinit(&listing->name);
	free(listing);
}

static void refuse_redis(struct engine *engine, struct http_request *request, bool one)
{
	engine_count(engine, one ? QUESTION_RANKS : QUESTION_LISTS, REPLY_FAILED);
	http_answer_problem(request, 503, "redis",
	    "Redis cannot be asked, or the lists are being made; try again",
	    "Redis 暂不可用或名单正在生成，请稍后重试");
}

static void write_key(struct json_writer *json, const struct listing *listing)
{
	char *parts[OUTPUT_PARTS_MAX];
	const struct ranking *ranking = programme_ranking(listing->programme);
	size_t count = output_split(buffer_bytes(&listing->name), parts);
	json_write_member_text(json, "programme", programme_id(listing->programme));
	json_write_member_text(json, "year", count > 2 ? parts[2] : "");
	json_write_name(json, "among");
	json_write_begin_object(json);
	for (size_t i = 0; i < ranking->among.count && i + 3 < count; i++)
		json_write_member_text(json, ranking->among.names[i], parts[i + 3]);
	json_write_end_object(json);
	for (size_t i = 0; i < count; i++)
		free(parts[i]);
}

// --- a page --------------------------------------------------------------------------------------

static bool is_tied(struct bytes a, struct bytes b, size_t size)
{
	return a.size > size && b.size > size && memcmp(a.data, b.data, size) == 0;
}

struct row {
	struct bytes member, before, behind, packed;
	int64_t rank;
};

static void write_score(struct json_writer *json, struct bytes packed, bool behind)
{
	struct standing_score score;
	char as_of[16];
	bool sound = output_read_score(&score, packed) == STATUS_OK;
	date_format(score.as_of, as_of, sizeof as_of);
	json_write_member_text(json, "total", sound ? score.total : "");
	json_write_member_boolean(json, "final", sound && score.final && !behind);
	json_write_member_boolean(json, "complete", sound && score.complete);
	json_write_member_text(json, "outcome", outcome_name(score.outcome));
	json_write_member_text(json, "as_of", sound ? as_of : "");
}

static void write_row(struct json_writer *json, const struct row *row, size_t key_size, bool behind)
{
	struct buffer masked = { 0 };
	struct bytes subject = bytes_make(row->member.data + key_size, SUBJECT_SIZE - 1);
	struct bytes receipt =
	    bytes_make(subject.data + subject.size, row->member.size - key_size - subject.size);
	bool tied = is_tied(row->member, row->before, key_size) ||
		    is_tied(row->member, row->behind, key_size);
	mask_write(MASK_ID_NUMBER, receipt, &masked);
	json_write_begin_object(json);
	json_write_member_integer(json, "rank", row->rank);
	json_write_member_boolean(json, "tied", tied);
	json_write_name(json, "subject");
	json_write_bytes(json, subject);
	json_write_name(json, "receipt");
	json_write_bytes(json, buffer_bytes(&masked));
	write_score(json, row->packed, behind);
	json_write_end_object(json);
	buffer_deinit(&masked);
}

static struct bytes text_at(const struct redis_reply *reply, size_t index)
{
	return redis_reply_text(redis_reply_at(reply, index));
}

static void write_rows(struct json_writer *json, const struct listing *listing,
    const struct redis_reply *reply, bool behind)
{
	size_t key_size = rank_key_size(programme_ranking(listing->programme));
	size_t count = redis_reply_count(reply);
	int64_t rank = redis_reply_integer(redis_reply_at(reply, 1));
	struct bytes before = text_at(reply, 2);
	for (size_t i = PAGE_MEMBERS; i + 1 < count; i += 2) {
		struct row row = { .member = text_at(reply, i),
			.before = before,
			.behind = i + 2 < count ? text_at(reply, i + 2) : text_at(reply, 3),
			.packed = text_at(reply, i + 1) };
		if (row.member.size < key_size + SUBJECT_SIZE - 1)
			continue;
		if (i > PAGE_MEMBERS && !is_tied(row.member, before, key_size))
			rank = listing->after + 1 + (int64_t)(i - PAGE_MEMBERS) / 2;
		row.rank = rank;
		write_row(json, &row, key_size, behind);
		before = row.member;
	}
}

static void write_page(
    struct json_writer *json, const struct listing *listing, const struct redis_reply *reply)
{
	int64_t count = (int64_t)(redis_reply_count(reply) - PAGE_MEMBERS) / 2;
	int64_t total = redis_reply_integer(redis_reply_at(reply, 0));
	json_write_begin_object(json);
	json_write_name(json, "table");
	json_write_begin_object(json);
	engine_write_table(json, listing->rules);
	json_write_end_object(json);
	write_key(json, listing);
	json_write_name(json, "behind");
	bool behind = engine_write_behind(listing->engine, listing->rules, json);
	json_write_member_integer(json, "count", total);
	json_write_name(json, "next");
	if (listing->after + count < total)
		json_write_integer(json, listing->after + count);
	else
		json_write_null(json);
	json_write_name(json, "rows");
	json_write_begin_array(json);
	write_rows(json, listing, reply, behind);
	json_write_end_array(json);
	json_write_end_object(json);
}

static void got_page(const struct redis_reply *reply, void *context)
{
	struct listing *listing = context;
	if (reply == NULL || redis_reply_count(reply) < PAGE_MEMBERS) {
		refuse_redis(listing->engine, listing->request, true);
	} else {
		struct buffer out = { 0 };
		struct json_writer json = json_writer_make(&out);
		write_page(&json, listing, reply);
		engine_answer(listing->request, 200, &out);
		engine_count(listing->engine, QUESTION_RANKS, REPLY_ANSWERED);
	}
	listing_free(listing);
}

static void ask_page(struct listing *listing)
{
	struct redis_arguments arguments = { 0 };
	redis_arguments_add_text(&arguments, "FCALL_RO");
	redis_arguments_add_text(&arguments, "onecity_points_page");
	redis_arguments_add_text(&arguments, "1");
	buffer_printf(redis_arguments_begin(&arguments), OUTPUT_PREFIX "list:%.*s",
	    BYTES_ARGS(buffer_bytes(&listing->name)));
	redis_arguments_end(&arguments);
	redis_arguments_add_number(&arguments, (uint64_t)listing->after);
	redis_arguments_add_number(&arguments, (uint64_t)listing->limit);
	redis_arguments_add_number(
	    &arguments, rank_key_size(programme_ranking(listing->programme)));
	redis_arguments_add_number(&arguments, SUBJECT_SIZE - 1);
	buffer_printf(redis_arguments_begin(&arguments), "%s/%s/", rules_id(listing->rules),
	    programme_id(listing->programme));
	redis_arguments_end(&arguments);
	redis_command_arguments(listing->engine->output, &arguments, got_page, listing);
	redis_arguments_deinit(&arguments);
}

// --- all lists -----------------------------------------------------------------------------------

static void write_list(
    struct json_writer *json, struct listing *listing, struct bytes name, int64_t count)
{
	char *parts[OUTPUT_PARTS_MAX];
	size_t part_count = output_split(name, parts);
	const struct rules *rules =
	    part_count > 2 ? tables_named(&listing->loaded->tables, parts[0]) : NULL;
	listing->programme = rules != NULL ? rules_programme_named(rules, parts[1]) : NULL;
	for (size_t i = 0; i < part_count; i++)
		free(parts[i]);
	if (listing->programme == NULL || programme_ranking(listing->programme) == NULL)
		return;
	buffer_clear(&listing->name);
	buffer_append_bytes(&listing->name, name);
	json_write_begin_object(json);
	json_write_member_text(json, "table", rules_id(rules));
	json_write_member_text(json, "status", rules_status_name(rules_status(rules)));
	engine_write_title(json, "label", rules_label(rules));
	write_key(json, listing);
	json_write_member_integer(json, "count", count);
	json_write_end_object(json);
}

static void got_lists(const struct redis_reply *reply, void *context)
{
	struct listing *listing = context;
	if (reply == NULL || redis_reply_type(reply) != REDIS_ARRAY) {
		refuse_redis(listing->engine, listing->request, false);
	} else {
		struct buffer out = { 0 };
		struct json_writer json = json_writer_make(&out);
		json_write_begin_object(&json);
		json_write_name(&json, "lists");
		json_write_begin_array(&json);
		for (size_t i = 0; i + 1 < redis_reply_count(reply); i += 2)
			write_list(&json, listing, text_at(reply, i),
			    redis_reply_integer(redis_reply_at(reply, i + 1)));
		json_write_end_array(&json);
		json_write_end_object(&json);
		engine_answer(listing->request, 200, &out);
		engine_count(listing->engine, QUESTION_LISTS, REPLY_ANSWERED);
	}
	listing_free(listing);
}

// --- the question --------------------------------------------------------------------------------

static bool read_number(
    struct http_request *request, const char *name, int64_t maximum, int64_t *number)
{
	const char *text = http_query(request, name);
	if (text == NULL)
		return true;
	*number = 0;
	for (size_t i = 0; text[i] != 0; i++) {
		if (text[i] < '0' || text[i] > '9' || i > 8)
			return false;
		*number = *number * 10 + (text[i] - '0');
	}
	return text[0] != 0 && *number <= maximum;
}

static void refuse(struct http_request *request, const char *name)
{
	char english[200], chinese[200];
	snprintf(english, sizeof english,
	    "The query needs %s; GET /v1/ranks without a query lists what there is", name);
	snprintf(chinese, sizeof chinese,
	    "查询参数 %s 缺失或有误；不带参数的 GET /v1/ranks 列出全部名单", name);
	http_answer_problem(request, 400, "question", english, chinese);
}

static bool add_part(struct listing *listing, const char *name)
{
	const char *text = http_query(listing->request, name);
	if (text == NULL) {
		refuse(listing->request, name);
		return false;
	}
	output_add_part(&listing->name, bytes_of_text(text));
	return true;
}

// False: the request was answered.
static bool read_question(struct listing *listing)
{
	struct http_request *request = listing->request;
	const char *table = http_query(request, "table"),
		   *programme = http_query(request, "programme");
	listing->rules = table != NULL ? tables_named(&listing->loaded->tables, table) : NULL;
	if (listing->rules != NULL && programme != NULL)
		listing->programme = rules_programme_named(listing->rules, programme);
	if (listing->programme == NULL || programme_ranking(listing->programme) == NULL) {
		refuse(request, listing->rules == NULL ? "table" : "programme");
		return false;
	}
	const struct ranking *ranking = programme_ranking(listing->programme);
	bool good = add_part(listing, "table") && add_part(listing, "programme") &&
		    add_part(listing, "year");
	for (size_t i = 0; i < ranking->among.count && good; i++)
		good = add_part(listing, ranking->among.names[i]);
	if (!good)
		return false;
	good = read_number(request, "after", AFTER_MAX, &listing->after) &&
	       read_number(request, "limit", LIMIT_MAX, &listing->limit) && listing->limit > 0;
	if (!good)
		refuse(request, "after (0 and up), limit (1 to 500)");
	return good;
}

void engine_get_ranks(struct http_request *request, void *context)
{
	struct engine *engine = context;
	if (engine->phase != ENGINE_FOLLOWING) {
		refuse_redis(engine, request, http_query(request, "table") != NULL);
		return;
	}
	struct listing *listing = allocate(sizeof *listing);
	*listing = (struct listing){ .engine = engine,
		.request = request,
		.loaded = loaded_use(engine->loaded),
		.limit = LIMIT_DEFAULT };
	engine->requests++;
	if (http_query(request, "table") == NULL) {
		redis_command_texts(engine->output, got_lists, listing, "FCALL_RO",
		    "onecity_points_lists", "1", OUTPUT_PREFIX "lists", NULL);
		return;
	}
	if (read_question(listing)) {
		ask_page(listing);
	} else {
		engine_count(engine, QUESTION_RANKS, REPLY_REFUSED);
		listing_free(listing);
	}
}
