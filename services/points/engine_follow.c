// SPDX-License-Identifier: Apache-2.0
// engine_follow: what has changed, and who is to be scored again for it.
//
// One batch at a time: what the streams hold (bounded), who depends on it, their scores, and only
// then the marks of how far the streams were read. Whatever breaks off in between is done again.
#include "engine.h"

#include "clock.h"
#include "log.h"
#include "points_lua.h" // made from points.lua
#include "profile.h"
#include "service_centre_fields.h"

enum {
	STREAM_COUNT = 50, // entries of a partition at a time
	BLOCK_MS = 300,
	CHECK_EVERY_MS = 1000,
	RETRY_MS = 1000,
	LAGGING_MAX = 3,
	SCORING_MAX = 16, // at a time
	SCAN_COUNT = 1000
};

static void ask_stream(struct engine *engine);

// --- questions -----------------------------------------------------------------------------------

struct question {
	struct engine *engine;
	unsigned life, partition;
	char subject[SUBJECT_SIZE];
};

static struct question *question_new(struct engine *engine)
{
	struct question *question = allocate(sizeof *question);
	question->engine = engine;
	question->life = engine->life;
	return question;
}

// Frees it. False: its answer is nobody's any more.
static bool question_take(void *context, struct question *question)
{
	*question = *(struct question *)context;
	free(context);
	return question->life == question->engine->life;
}

bool engine_is_error(struct engine *engine, const struct redis_reply *reply, const char *doing)
{
	if (reply != NULL && redis_reply_type(reply) != REDIS_ERROR)
		return false;
	if (reply != NULL && engine->phase != ENGINE_WAITING) {
		log_warn("Redis says %.*s, while %s", BYTES_ARGS(redis_reply_text(reply)), doing);
		engine->phase = ENGINE_WAITING;
		engine->retry_ms = loop_now_ms(engine->loop) + RETRY_MS;
		engine->life++;
	}
	return true;
}

static void send(struct engine *engine, struct redis_arguments *arguments, redis_answer *answer,
    struct question *question)
{
	redis_command_arguments(engine->output, arguments, answer, question);
	redis_arguments_deinit(arguments);
}

// --- the end of a batch --------------------------------------------------------------------------

static void batch_clear(struct work_list *batch)
{
	names_deinit(&batch->touched);
	names_deinit(&batch->applicants);
	*batch = (struct work_list){ 0 };
}

static void settled(const struct redis_reply *reply, void *context)
{
	struct question question;
	if (!question_take(context, &question) ||
	    engine_is_error(question.engine, reply, "writing how far it is"))
		return;
	struct engine *engine = question.engine;
	engine->as_of = engine->work.as_of;
	engine->sweeps += engine->work.sweeps;
	if (engine->phase == ENGINE_SWEEPING)
		log_info(
		    "everybody is scored: %zu applicants looked at", engine->work.applicants.count);
	engine->phase = ENGINE_FOLLOWING;
	batch_clear(&engine->work);
	engine_note_current(engine);
	ask_stream(engine);
}

static void begin_settling(
    struct redis_arguments *arguments, const struct engine *engine, const char *key)
{
	redis_arguments_add_text(arguments, "FCALL");
	redis_arguments_add_text(arguments, "onecity_points_settle");
	redis_arguments_add_text(arguments, "2");
	redis_arguments_add_text(arguments, OUTPUT_PREFIX "state");
	redis_arguments_add_text(arguments, key);
	redis_arguments_add_text(arguments, engine->writer);
}

// Where the streams are first: whoever finds only that reads on from there, and makes the rest
// anew.
static void batch_settle(struct engine *engine)
{
	struct redis_arguments arguments = { 0 };
	char text[STREAM_MARK_TEXT_SIZE];
	begin_settling(&arguments, engine, OUTPUT_PREFIX "positions");
	for (unsigned i = 0; i < engine->partitions; i++) {
		stream_mark_format(engine->marks[i], text);
		redis_arguments_add_number(&arguments, i);
		redis_arguments_add_text(&arguments, text);
	}
	redis_command_arguments(engine->output, &arguments, NULL, NULL);
	begin_settling(&arguments, engine, OUTPUT_PREFIX "state");
	redis_arguments_add_text(&arguments, "tables");
	redis_arguments_add(&arguments, buffer_bytes(&engine->loaded->tables.made_from));
	redis_arguments_add_text(&arguments, "as_of");
	redis_arguments_add_number(&arguments, (uint64_t)engine->work.as_of);
	send(engine, &arguments, settled, question_new(engine));
}

void engine_pump(struct engine *engine)
{
	struct work_list *batch = &engine->work;
	if (!batch->active || batch->settling || batch->asked > 0 || batch->paused ||
	    engine->leaving_now)
		return;
	if (!batch->collected) {
		names_settle(&batch->applicants);
		batch->collected = true;
	}
	unsigned life = engine->life;
	while (engine->life == life && !batch->paused && batch->running < SCORING_MAX &&
	       batch->next < batch->applicants.count) {
		char applicant[SUBJECT_SIZE];
		memcpy(applicant, batch->applicants.list[batch->next++], SUBJECT_SIZE);
		batch->running++;
		engine_score(engine, applicant);
	}
	if (engine->life == life && batch->active && batch->running == 0 &&
	    batch->next == batch->applicants.count) {
		batch->settling = true;
		batch_settle(engine);
	}
}

static void batch_begin(struct engine *engine)
{
	batch_clear(&engine->work);
	engine->work.active = true;
	engine->work.as_of = engine_today();
}

static void batch_answered(struct engine *engine)
{
	engine->work.asked--;
	engine_pump(engine);
}

// --- collecting applicants -----------------------------------------------------------------------

static void got_names(const struct redis_reply *reply, void *context)
{
	struct question question;
	if (!question_take(context, &question) ||
	    engine_is_error(question.engine, reply, "asking who depends on a change"))
		return;
	for (size_t i = 0; i < redis_reply_count(reply); i++)
		names_add(
		    &question.engine->work.applicants, redis_reply_text(redis_reply_at(reply, i)));
	batch_answered(question.engine);
}

static void got_has(const struct redis_reply *reply, void *context)
{
	struct question question;
	if (!question_take(context, &question) ||
	    engine_is_error(question.engine, reply, "asking who has applied"))
		return;
	if (redis_reply_integer(reply) == 1)
		names_add(&question.engine->work.applicants, bytes_of_text(question.subject));
	batch_answered(question.engine);
}

static void ask_all_known(struct engine *engine)
{
	struct redis_arguments arguments = { 0 };
	engine->work.asked++;
	redis_arguments_add_text(&arguments, "SMEMBERS");
	redis_arguments_add_text(&arguments, OUTPUT_PREFIX "applicants");
	send(engine, &arguments, got_names, question_new(engine));
}

static void ask_has_applied(struct engine *engine, const char *subject)
{
	struct redis_arguments arguments = { 0 };
	struct question *question = question_new(engine);
	const struct catalogue *catalogue =
	    catalogue_set_named(engine->catalogues, "service-centre");
	memcpy(question->subject, subject, SUBJECT_SIZE);
	engine->work.asked++;
	redis_arguments_add_text(&arguments, "FCALL_RO");
	redis_arguments_add_text(&arguments, "onecity_points_has");
	redis_arguments_add_text(&arguments, "1");
	profile_key(redis_arguments_begin(&arguments),
	    subject_partition(subject, engine->partitions), subject);
	redis_arguments_end(&arguments);
	struct buffer *name = redis_arguments_begin(&arguments);
	profile_write_field(name, false, catalogue != NULL ? catalogue->number : 0,
	    SERVICE_CENTRE_APPLICATION, bytes_of_text(""));
	buffer_append_byte(name, ':');
	redis_arguments_end(&arguments);
	send(engine, &arguments, got_has, question);
}

static void ask_who_needs(struct engine *engine, const char *subject)
{
	struct redis_arguments arguments = { 0 };
	engine->work.asked++;
	redis_arguments_add_text(&arguments, "SMEMBERS");
	buffer_printf(redis_arguments_begin(&arguments), OUTPUT_PREFIX "needed-by:%s", subject);
	redis_arguments_end(&arguments);
	send(engine, &arguments, got_names, question_new(engine));
}

// --- everybody -----------------------------------------------------------------------------------

static void ask_scan(struct engine *engine, struct bytes cursor);

static bool is_person(struct bytes key, struct bytes *subject)
{
	const uint8_t *colon = key.size > 0 ? memrchr(key.data, ':', key.size) : NULL;
	if (colon == NULL)
		return false;
	*subject = bytes_make(colon + 1, (size_t)(key.data + key.size - colon - 1));
	return subject_valid(*subject) && subject->data[0] == SUBJECT_PERSON;
}

static void got_scan(const struct redis_reply *reply, void *context)
{
	struct question question;
	if (!question_take(context, &question) ||
	    engine_is_error(question.engine, reply, "looking for applicants"))
		return;
	struct engine *engine = question.engine;
	const struct redis_reply *keys = redis_reply_at(reply, 1);
	struct bytes cursor = redis_reply_text(redis_reply_at(reply, 0)), subject;
	unsigned life = engine->life;
	for (size_t i = 0; i < redis_reply_count(keys) && engine->life == life; i++)
		if (is_person(redis_reply_text(redis_reply_at(keys, i)), &subject)) {
			char text[SUBJECT_SIZE] = "";
			memcpy(text, subject.data, SUBJECT_SIZE - 1);
			ask_has_applied(engine, text);
		}
	if (engine->life == life && !bytes_equal_text(cursor, "0"))
		ask_scan(engine, cursor);
	if (engine->life == life)
		batch_answered(engine);
}

static void ask_scan(struct engine *engine, struct bytes cursor)
{
	struct redis_arguments arguments = { 0 };
	engine->work.asked++;
	redis_arguments_add_text(&arguments, "SCAN");
	redis_arguments_add(&arguments, cursor);
	redis_arguments_add_text(&arguments, "MATCH");
	redis_arguments_add_text(&arguments, "oc:{*}:p*");
	redis_arguments_add_text(&arguments, "COUNT");
	redis_arguments_add_number(&arguments, SCAN_COUNT);
	send(engine, &arguments, got_scan, question_new(engine));
}

static void got_mark(const struct redis_reply *reply, void *context)
{
	struct question question;
	if (!question_take(context, &question) ||
	    engine_is_error(question.engine, reply, "asking where the streams are"))
		return;
	struct engine *engine = question.engine;
	struct bytes generation = redis_reply_text(redis_reply_at(reply, 0)),
		     counter = redis_reply_text(redis_reply_at(reply, 1));
	struct stream_mark *mark = &engine->marks[question.partition];
	*mark = (struct stream_mark){ 0 };
	if (!stream_number(&generation, &mark->generation) ||
	    !stream_number(&counter, &mark->counter))
		*mark = (struct stream_mark){ 0 }; // nobody has set it up
	if (--engine->work.asked > 0)
		return;
	ask_all_known(engine); // those who are no applicants any more are found out, too
	ask_scan(engine, bytes_of_text("0"));
}

static void ask_mark(struct engine *engine, unsigned partition, redis_answer *answer)
{
	struct redis_arguments arguments = { 0 };
	struct question *question = question_new(engine);
	question->partition = partition;
	redis_arguments_add_text(&arguments, "HMGET");
	profile_position_key(redis_arguments_begin(&arguments), partition);
	redis_arguments_end(&arguments);
	redis_arguments_add_text(&arguments, "generation");
	redis_arguments_add_text(&arguments, "counter");
	send(engine, &arguments, answer, question);
}

// The marks first: what changes after them is read from the streams.
static void sweep(struct engine *engine, const char *why)
{
	log_info("everybody is scored again: %s", why);
	engine->phase = ENGINE_SWEEPING;
	engine->all_again = false;
	batch_begin(engine);
	engine->work.sweeps = true;
	engine->work.asked = engine->partitions;
	unsigned life = engine->life;
	for (unsigned i = 0; i < engine->partitions && engine->life == life; i++)
		ask_mark(engine, i, got_mark);
}

static void score_all_known(struct engine *engine)
{
	engine->all_again = false;
	batch_begin(engine);
	ask_all_known(engine);
}

// --- the change streams --------------------------------------------------------------------------

static bool partition_of(struct bytes key, unsigned partitions, unsigned *partition)
{
	uint64_t number;
	if (key.size < 4)
		return false;
	struct bytes rest = bytes_make(key.data + 4, key.size - 4); // behind "oc:{"
	bool sound = stream_number(&rest, &number) && number < partitions;
	*partition = sound ? (unsigned)number : 0;
	return sound;
}

static void take_subjects(struct engine *engine, struct bytes subjects)
{
	for (size_t at = 0; at + SUBJECT_SIZE - 1 <= subjects.size; at += SUBJECT_SIZE - 1)
		names_add(&engine->work.touched, bytes_make(subjects.data + at, SUBJECT_SIZE - 1));
}

// False: something was missed, or is not as it should be.
static bool take_entries(
    struct engine *engine, unsigned partition, const struct redis_reply *entries)
{
	for (size_t i = 0; i < redis_reply_count(entries); i++) {
		const struct redis_reply *entry = redis_reply_at(entries, i);
		const struct redis_reply *fields = redis_reply_at(entry, 1);
		struct stream_mark mark;
		if (redis_reply_count(entry) != 2 || redis_reply_count(fields) != 2 ||
		    !stream_mark_read(&mark, redis_reply_text(redis_reply_at(entry, 0))) ||
		    !stream_mark_follows(engine->marks[partition], mark))
			return false;
		engine->marks[partition] = mark;
		take_subjects(engine, redis_reply_text(redis_reply_at(fields, 1)));
	}
	return true;
}

static bool take_streams(struct engine *engine, const struct redis_reply *reply)
{
	for (size_t i = 0; i < redis_reply_count(reply); i++) {
		const struct redis_reply *stream = redis_reply_at(reply, i);
		unsigned partition;
		if (redis_reply_count(stream) != 2 ||
		    !partition_of(redis_reply_text(redis_reply_at(stream, 0)), engine->partitions,
			&partition) ||
		    !take_entries(engine, partition, redis_reply_at(stream, 1)))
			return false;
	}
	return true;
}

static void find_who_is_concerned(struct engine *engine)
{
	struct work_list *batch = &engine->work;
	unsigned life = engine->life;
	names_settle(&batch->touched);
	batch->asked++; // held while asking
	if (engine->all_again || engine->as_of != batch->as_of) {
		engine->all_again = false;
		ask_all_known(engine);
	}
	for (size_t i = 0; i < batch->touched.count && engine->life == life; i++) {
		char subject[SUBJECT_SIZE];
		memcpy(subject, batch->touched.list[i], SUBJECT_SIZE);
		if (subject[0] == SUBJECT_SOURCE)
			engine_touch_source(engine, subject);
		else
			ask_who_needs(engine, subject);
		if (subject[0] == SUBJECT_PERSON && engine->life == life)
			ask_has_applied(engine, subject);
	}
	if (engine->life == life)
		batch_answered(engine);
}

static void go_on_idle(struct engine *engine)
{
	if (engine->leaving_now)
		return;
	if (engine->all_again || engine->as_of != engine_today())
		score_all_known(engine);
	else
		ask_stream(engine);
}

static void got_stream(const struct redis_reply *reply, void *context)
{
	struct question question;
	bool is_ours = question_take(context, &question);
	struct engine *engine = question.engine;
	engine->reading_stream = false;
	if (is_ours && engine_is_error(engine, reply, "reading the change streams"))
		return;
	if (engine->phase != ENGINE_FOLLOWING || engine->work.active)
		return; // asked before something began that asks again at its end
	if (!is_ours || redis_reply_type(reply) == REDIS_NIL) {
		go_on_idle(engine);
		return;
	}
	batch_begin(engine);
	if (take_streams(engine, reply)) {
		engine->lagging = 0;
		find_who_is_concerned(engine);
	} else {
		sweep(engine, "a change stream does not go on where it was read to");
	}
}

// Waits on a connection of its own, which can do nothing else meanwhile.
static void ask_stream(struct engine *engine)
{
	struct redis_arguments arguments = { 0 };
	char text[STREAM_MARK_TEXT_SIZE];
	if (engine->leaving_now || engine->reading_stream)
		return;
	redis_arguments_add_text(&arguments, "XREAD");
	redis_arguments_add_text(&arguments, "COUNT");
	redis_arguments_add_number(&arguments, STREAM_COUNT);
	redis_arguments_add_text(&arguments, "BLOCK");
	redis_arguments_add_number(&arguments, BLOCK_MS);
	redis_arguments_add_text(&arguments, "STREAMS");
	for (unsigned i = 0; i < engine->partitions; i++) {
		profile_changes_key(redis_arguments_begin(&arguments), i);
		redis_arguments_end(&arguments);
	}
	for (unsigned i = 0; i < engine->partitions; i++) {
		stream_mark_format(engine->marks[i], text);
		redis_arguments_add_text(&arguments, text);
	}
	engine->reading_stream = true;
	redis_command_arguments(engine->stream, &arguments, got_stream, question_new(engine));
	redis_arguments_deinit(&arguments);
}

// --- coming to Redis -----------------------------------------------------------------------------

static struct bytes field_of(const struct redis_reply *hash, const char *name)
{
	for (size_t i = 0; i + 1 < redis_reply_count(hash); i += 2)
		if (bytes_equal_text(redis_reply_text(redis_reply_at(hash, i)), name))
			return redis_reply_text(redis_reply_at(hash, i + 1));
	return bytes_of_text("");
}

// Two engines would undo each other's work.
static bool was_replaced(struct engine *engine, struct bytes writer)
{
	return engine->opened && writer.size > 0 && !bytes_equal_text(writer, engine->writer);
}

static void got_state(const struct redis_reply *reply, void *context)
{
	struct question question;
	if (!question_take(context, &question) ||
	    engine_is_error(question.engine, reply, "opening"))
		return;
	struct engine *engine = question.engine;
	uint64_t as_of;
	struct bytes text = field_of(reply, "as_of");
	if (was_replaced(engine, field_of(reply, "writer"))) {
		engine->leaving_now = true;
		service_die(engine->loop, "another points engine writes to this Redis");
		return;
	}
	engine->opened = true;
	bool same =
	    bytes_equal(field_of(reply, "tables"), buffer_bytes(&engine->loaded->tables.made_from));
	engine->as_of = same && stream_number(&text, &as_of) ? (int64_t)as_of : 0;
}

static void got_positions(const struct redis_reply *reply, void *context)
{
	struct question question;
	if (!question_take(context, &question) ||
	    engine_is_error(question.engine, reply, "reading how far it was"))
		return;
	struct engine *engine = question.engine;
	bool sound = redis_reply_count(reply) == 2 * (size_t)engine->partitions;
	for (size_t i = 0; i + 1 < redis_reply_count(reply) && sound; i += 2) {
		struct bytes number = redis_reply_text(redis_reply_at(reply, i));
		uint64_t partition;
		sound = stream_number(&number, &partition) && partition < engine->partitions &&
			stream_mark_read(&engine->marks[partition],
			    redis_reply_text(redis_reply_at(reply, i + 1)));
	}
	if (!sound || engine->as_of == 0) {
		sweep(engine, sound ? "other rule tables" : "there are no scores yet");
		return;
	}
	engine->phase = ENGINE_FOLLOWING;
	log_info("going on with the scores that are there");
	go_on_idle(engine);
}

static void must_load(const struct redis_reply *reply, void *context)
{
	struct question question;
	if (question_take(context, &question))
		(void)engine_is_error(question.engine, reply, "loading its functions");
}

static void open_output(struct engine *engine)
{
	engine->life++;
	engine->phase = ENGINE_OPENING;
	engine->partitions = readings_partitions(engine->readings);
	engine->marks = reallocate(engine->marks, engine->partitions * sizeof *engine->marks);
	memset(engine->marks, 0, engine->partitions * sizeof *engine->marks);
	engine->heads = reallocate(engine->heads, engine->partitions * sizeof *engine->heads);
	memset(engine->heads, 0, engine->partitions * sizeof *engine->heads);
	batch_clear(&engine->work);
	engine_touch_all_sources(engine);
	engine_ask_sources(engine);
	redis_command_texts(engine->output, must_load, question_new(engine), "FUNCTION", "LOAD",
	    "REPLACE", points_lua, NULL);
	redis_command_texts(engine->output, got_state, question_new(engine), "FCALL",
	    "onecity_points_open", "1", OUTPUT_PREFIX "state", engine->writer, NULL);
	redis_command_texts(engine->output, got_positions, question_new(engine), "HGETALL",
	    OUTPUT_PREFIX "positions", NULL);
}

// XREAD may be under way: its answer is passed over, and only then the streams are read again.
void engine_begin(struct engine *engine, const char *why)
{
	log_info("beginning anew: %s", why);
	engine->life++;
	engine->phase = ENGINE_WAITING;
}

// --- how far it is -------------------------------------------------------------------------------

uint64_t engine_lag(const struct engine *engine)
{
	uint64_t lag = 0;
	for (unsigned i = 0; engine->heads != NULL && i < engine->partitions; i++)
		if (engine->heads[i] > engine->marks[i].counter)
			lag += engine->heads[i] - engine->marks[i].counter;
	return lag;
}

void engine_note_current(struct engine *engine)
{
	if (engine->phase == ENGINE_FOLLOWING && !engine->work.active && engine_lag(engine) == 0)
		engine->current_ms = loop_now_ms(engine->loop);
}

// --- the tick ------------------------------------------------------------------------------------

static void got_check(const struct redis_reply *reply, void *context)
{
	struct question question;
	if (!question_take(context, &question) ||
	    engine_is_error(question.engine, reply, "checking the streams"))
		return;
	struct engine *engine = question.engine;
	struct bytes generation = redis_reply_text(redis_reply_at(reply, 0)),
		     counter = redis_reply_text(redis_reply_at(reply, 1));
	const struct stream_mark *mark = &engine->marks[question.partition];
	struct stream_mark now = { 0 };
	if (!stream_number(&generation, &now.generation) || !stream_number(&counter, &now.counter))
		now = (struct stream_mark){ 0 };
	engine->heads[question.partition] = now.counter;
	if (engine->work.active || engine->phase != ENGINE_FOLLOWING)
		return;
	if (question.partition + 1 == engine->partitions)
		engine_note_current(engine);
	if (mark->generation != 0 &&
	    (now.generation != mark->generation || now.counter < mark->counter))
		engine->lagging++; // a stream that reads on from here would never be seen
	if (engine->lagging > LAGGING_MAX) {
		engine->lagging = 0;
		engine->life++; // what is asked of the streams now is of no use
		sweep(engine, "Redis was emptied or set back");
	}
}

static void got_writer(const struct redis_reply *reply, void *context)
{
	struct question question;
	if (!question_take(context, &question) ||
	    engine_is_error(question.engine, reply, "checking its own state"))
		return;
	if (!bytes_equal_text(redis_reply_text(reply), question.engine->writer))
		engine_begin(question.engine, "its output is gone or another's");
}

static void got_list_count(const struct redis_reply *reply, void *context)
{
	struct question question;
	if (question_take(context, &question) &&
	    !engine_is_error(question.engine, reply, "counting the lists"))
		question.engine->list_count = redis_reply_integer(reply);
}

static void check(struct engine *engine)
{
	engine_ask_sources(engine);
	redis_command_texts(engine->output, got_list_count, question_new(engine), "SCARD",
	    OUTPUT_PREFIX "lists", NULL);
	redis_command_texts(engine->output, got_writer, question_new(engine), "HGET",
	    OUTPUT_PREFIX "state", "writer", NULL);
	for (unsigned i = 0; i < engine->partitions; i++)
		ask_mark(engine, i, got_check);
}

static bool is_connected(const struct engine *engine)
{
	return redis_is_connected(engine->output) && redis_is_connected(engine->stream) &&
	       strcmp(readings_state(engine->readings), "ready") == 0;
}

void engine_tick(void *context)
{
	struct engine *engine = context;
	if (engine->leaving_now || !is_connected(engine))
		return;
	if (engine->phase == ENGINE_WAITING) {
		if (!engine->reading_stream && loop_now_ms(engine->loop) >= engine->retry_ms)
			open_output(engine);
		return;
	}
	engine->work.paused = false;
	engine_pump(engine);
	int64_t now = loop_now_ms(engine->loop);
	if (now - engine->checked_ms < CHECK_EVERY_MS || engine->phase == ENGINE_OPENING)
		return;
	engine->checked_ms = now;
	check(engine);
}
