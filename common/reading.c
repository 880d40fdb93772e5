// SPDX-License-Identifier: Apache-2.0
// reading: profiles on their way from Redis to those who read them.
//
// All that is needed is asked for at once, and Redis answers in that order. Then, one after the
// other, come the numbers the person had before.
#include "reading.h"

#include "log.h"
#include "profile.h"
#include "pseudonym.h"
#include "redis.h"

enum {
	RETRY_MS = 500
};

struct readings {
	struct loop *loop;
	const struct catalogue_set *catalogues;
	struct redis *redis;
	struct loop_timer *retry;
	unsigned partitions; // as Redis says; 0: it has not said yet
	bool told_lost;      // so that each loss is logged once
	// Those given up at their deadline are under way too: Redis may yet come back to them.
	size_t under_way, waiting;
};

struct reading {
	struct readings *readings;
	reading_done *done; // NULL: its reader has an answer
	void *context;
	struct loop_timer *deadline;
	char subject[SUBJECT_SIZE];
	struct view *view;
	unsigned partitions;
	size_t pending; // answers to come
	enum reading_outcome outcome;
	bool begun_anew;
};

// A question about one department.
struct step {
	struct reading *reading;
	size_t department;
};

static const struct {
	const char *code, *text[2];
} outcomes[READING_OUTCOMES] = {
#define READING_ROW(name, code, english, chinese) { code, { english, chinese } },
	READING_TABLE(READING_ROW)
#undef READING_ROW
};

const char *reading_outcome_code(enum reading_outcome outcome)
{
	ENSURE(outcome < READING_OUTCOMES);
	return outcomes[outcome].code;
}

const char *reading_outcome_text(enum reading_outcome outcome, bool chinese)
{
	ENSURE(outcome < READING_OUTCOMES);
	return outcomes[outcome].text[chinese];
}

static void release(struct reading *reading);

static void note(struct reading *reading, enum reading_outcome outcome)
{
	if (reading->outcome == READING_DONE) // what went wrong first is what the reader is told
		reading->outcome = outcome;
}

// --- Redis's answers -----------------------------------------------------------------------------

static bool read_partitions(const struct redis_reply *reply, unsigned *partitions)
{
	unsigned number = 0;
	struct bytes text = redis_reply_text(reply);
	bool sound = redis_reply_type(reply) == REDIS_TEXT && text.size > 0 &&
		     text.size <= sizeof "1024" - 1;
	for (size_t i = 0; sound && i < text.size; i++) {
		sound = text.data[i] >= '0' && text.data[i] <= '9';
		number = number * 10 + (unsigned)(text.data[i] - '0');
	}
	if (!sound || number == 0 || number > PROFILE_PARTITIONS_MAX)
		return false;
	*partitions = number;
	return true;
}

static bool is_good(struct reading *reading, const struct redis_reply *reply, enum redis_type type)
{
	if (reply != NULL && redis_reply_type(reply) == type)
		return true;
	bool is_error = reply != NULL && redis_reply_type(reply) == REDIS_ERROR;
	if (is_error && reading->outcome == READING_DONE)
		log_warn("a profile cannot be read: Redis says %.*s",
		    BYTES_ARGS(redis_reply_text(reply)));
	note(reading, reply == NULL ? READING_UNREACHABLE : READING_FAILED);
	return false;
}

// Borrows from reply; the caller frees *texts.
static struct view_hash hash_of(const struct redis_reply *reply, struct bytes **texts)
{
	size_t count = redis_reply_count(reply) / 2 * 2;
	*texts = allocate(count * sizeof **texts);
	for (size_t i = 0; i < count; i++)
		(*texts)[i] = redis_reply_text(redis_reply_at(reply, i));
	return (struct view_hash){ *texts, count };
}

static void check_added(struct reading *reading, enum status status)
{
	if (status == STATUS_OK || reading->outcome != READING_DONE)
		return;
	log_warn("a profile cannot be shown: %s", status_reason());
	note(reading, READING_TOO_LARGE);
}

static void got_partitions(const struct redis_reply *reply, void *context)
{
	struct reading *reading = context;
	// Somebody emptied Redis: what was known still holds, unless an aggregator says otherwise.
	bool is_gone = reply != NULL && redis_reply_type(reply) == REDIS_NIL;
	if (!is_gone && is_good(reading, reply, REDIS_TEXT) &&
	    !read_partitions(reply, &reading->readings->partitions))
		note(reading, READING_FAILED);
	release(reading);
}

static void got_source(const struct redis_reply *reply, void *context)
{
	struct step step = *(struct step *)context;
	free(context);
	bool is_there = reply == NULL || redis_reply_type(reply) != REDIS_NIL;
	if (is_there && is_good(step.reading, reply, REDIS_TEXT))
		view_add_source(step.reading->view, step.department, redis_reply_text(reply));
	release(step.reading);
}

static void got_coverage(const struct redis_reply *reply, void *context)
{
	struct step step = *(struct step *)context;
	struct bytes *texts = NULL;
	free(context);
	if (is_good(step.reading, reply, REDIS_ARRAY))
		check_added(step.reading,
		    view_add_coverage(step.reading->view, step.department, hash_of(reply, &texts)));
	free(texts);
	release(step.reading);
}

// The answer to EXEC: the profile, and the positions of its partition.
static void got_subject(const struct redis_reply *reply, void *context)
{
	struct reading *reading = context;
	bool is_pair = is_good(reading, reply, REDIS_ARRAY) && redis_reply_count(reply) == 2;
	if (is_pair && is_good(reading, redis_reply_at(reply, 0), REDIS_ARRAY) &&
	    is_good(reading, redis_reply_at(reply, 1), REDIS_ARRAY)) {
		struct bytes *profile, *position;
		struct view_hash profile_hash = hash_of(redis_reply_at(reply, 0), &profile);
		struct view_hash position_hash = hash_of(redis_reply_at(reply, 1), &position);
		check_added(reading, view_add_subject(reading->view, profile_hash, position_hash));
		free(profile);
		free(position);
	} else {
		note(reading, READING_FAILED);
	}
	release(reading);
}

// --- asking --------------------------------------------------------------------------------------

static void send(
    struct reading *reading, struct redis_arguments *arguments, redis_answer *answer, void *context)
{
	reading->pending += answer != NULL;
	redis_command_arguments(reading->readings->redis, arguments, answer, context);
}

static void ask_hash(struct reading *reading, struct redis_arguments *arguments,
    const char *subject, redis_answer *answer, void *context)
{
	unsigned partition = subject_partition(subject, reading->partitions);
	redis_arguments_add_text(arguments, "HGETALL");
	profile_key(redis_arguments_begin(arguments), partition, subject);
	redis_arguments_end(arguments);
	send(reading, arguments, answer, context);
}

static struct step *step_new(struct reading *reading, size_t department)
{
	struct step *step = allocate(sizeof *step);
	*step = (struct step){ reading, department };
	return step;
}

static void ask_department(
    struct reading *reading, struct redis_arguments *arguments, size_t department)
{
	unsigned number = reading->readings->catalogues->catalogues[department]->number;
	char subject[SUBJECT_SIZE];
	redis_arguments_add_text(arguments, "GET");
	profile_source_key(redis_arguments_begin(arguments), number);
	redis_arguments_end(arguments);
	send(reading, arguments, got_source, step_new(reading, department));
	pseudonym_source(number, subject);
	ask_hash(reading, arguments, subject, got_coverage, step_new(reading, department));
}

// In one transaction, so that facts and positions agree.
static void ask_subject(
    struct reading *reading, struct redis_arguments *arguments, const char *subject)
{
	redis_arguments_add_text(arguments, "MULTI");
	send(reading, arguments, NULL, NULL);
	ask_hash(reading, arguments, subject, NULL, NULL);
	redis_arguments_add_text(arguments, "HGETALL");
	profile_position_key(
	    redis_arguments_begin(arguments), subject_partition(subject, reading->partitions));
	redis_arguments_end(arguments);
	send(reading, arguments, NULL, NULL);
	redis_arguments_add_text(arguments, "EXEC");
	send(reading, arguments, got_subject, reading);
}

// Held while asking: without a connection the answers come at once.
static void begin(struct reading *reading)
{
	struct redis_arguments arguments = { 0 };
	const struct readings *readings = reading->readings;
	reading->pending++;
	reading->partitions = readings->partitions;
	view_free(&reading->view);
	reading->view = view_new(readings->catalogues, reading->subject);
	redis_arguments_add_text(&arguments, "GET");
	redis_arguments_add_text(&arguments, PROFILE_PARTITIONS_KEY);
	send(reading, &arguments, got_partitions, reading);
	for (size_t i = 0; i < readings->catalogues->count; i++)
		ask_department(reading, &arguments, i);
	ask_subject(reading, &arguments, reading->subject);
	redis_arguments_deinit(&arguments);
	release(reading);
}

static void follow_link(struct reading *reading)
{
	struct redis_arguments arguments = { 0 };
	reading->pending++;
	ask_subject(reading, &arguments, view_next(reading->view));
	redis_arguments_deinit(&arguments);
	release(reading);
}

// --- its end -------------------------------------------------------------------------------------

static void answer(struct reading *reading)
{
	reading_done *done = reading->done;
	bool is_done = reading->outcome == READING_DONE;
	if (done == NULL)
		return;
	reading->done = NULL;
	reading->readings->waiting--;
	done(reading->outcome, is_done ? reading->view : NULL, reading->context);
}

static void reading_free(struct reading *reading)
{
	reading->readings->under_way--;
	loop_timer_close(&reading->deadline);
	view_free(&reading->view);
	explicit_bzero(reading->subject, sizeof reading->subject);
	free(reading);
}

// All that was asked for is there.
static void settle(struct reading *reading)
{
	bool moved = reading->partitions != reading->readings->partitions;
	bool goes_on = reading->done != NULL && reading->outcome == READING_DONE;
	if (goes_on && moved && !reading->begun_anew) {
		reading->begun_anew = true; // it was looked for in partitions that are no more
		begin(reading);
		return;
	}
	if (goes_on && moved)
		note(reading, READING_FAILED);
	else if (goes_on && view_next(reading->view) != NULL) {
		follow_link(reading);
		return;
	}
	answer(reading);
	reading_free(reading);
}

static void release(struct reading *reading)
{
	if (--reading->pending == 0)
		settle(reading);
}

// Its answers may still come, or the connection end: until then it stays.
static void deadline_passed(void *context)
{
	struct reading *reading = context;
	log_warn("a profile could not be read within %d ms", READING_DEADLINE_MS);
	note(reading, READING_SLOW);
	answer(reading);
}

static enum reading_outcome outcome_at_once(const struct readings *readings)
{
	if (!redis_is_connected(readings->redis))
		return READING_UNREACHABLE;
	if (readings->partitions == 0)
		return READING_EMPTY;
	return readings->under_way == READINGS_MAX ? READING_BUSY : READING_DONE;
}

void readings_read(
    struct readings *readings, const char *subject, reading_done *done, void *context)
{
	enum reading_outcome outcome = outcome_at_once(readings);
	if (outcome != READING_DONE) {
		done(outcome, NULL, context);
		return;
	}
	struct reading *reading = allocate(sizeof *reading);
	*reading = (struct reading){ .readings = readings, .done = done, .context = context };
	memcpy(reading->subject, subject, SUBJECT_SIZE);
	reading->deadline =
	    loop_timer_open(readings->loop, READING_DEADLINE_MS, 0, deadline_passed, reading);
	readings->under_way++;
	readings->waiting++;
	begin(reading);
}

// --- all of them ---------------------------------------------------------------------------------

const char *readings_state(const struct readings *readings)
{
	if (!redis_is_connected(readings->redis))
		return "unreachable";
	return readings->partitions == 0 ? "empty" : "ready";
}

unsigned readings_partitions(const struct readings *readings)
{
	return readings->partitions;
}

size_t readings_waiting(const struct readings *readings)
{
	return readings->waiting;
}

const struct histogram *readings_redis_durations(const struct readings *readings)
{
	return redis_durations(readings->redis);
}

uint64_t readings_redis_failures(const struct readings *readings)
{
	return redis_failures(readings->redis);
}

static void got_first_partitions(const struct redis_reply *reply, void *context)
{
	struct readings *readings = context;
	if (reply == NULL) // the connection is lost: told by its own event
		return;
	if (read_partitions(reply, &readings->partitions))
		log_info("Redis is there, with %u partitions", readings->partitions);
	else
		loop_timer_again(readings->retry, RETRY_MS);
}

static void ask_first_partitions(void *context)
{
	struct readings *readings = context;
	if (redis_is_connected(readings->redis) && readings->partitions == 0)
		redis_command_texts(readings->redis, got_first_partitions, readings, "GET",
		    PROFILE_PARTITIONS_KEY, NULL);
}

// It may be another one than before.
static void connected(void *context)
{
	struct readings *readings = context;
	readings->partitions = 0;
	readings->told_lost = false;
	ask_first_partitions(readings);
}

static void lost(const char *reason, void *context)
{
	struct readings *readings = context;
	if (!readings->told_lost)
		log_warn("Redis cannot be reached: %s", reason);
	readings->told_lost = true;
}

enum status readings_open(struct readings **readings, struct loop *loop, const char *redis,
    const struct catalogue_set *catalogues)
{
	static const struct redis_events events = { connected, lost };
	struct readings *fresh = allocate(sizeof *fresh);
	*fresh = (struct readings){ .loop = loop, .catalogues = catalogues };
	fresh->retry = loop_timer_open(loop, INT32_MAX, 0, ask_first_partitions, fresh);
	enum status status = redis_open(&fresh->redis, loop, redis, &events, fresh);
	*readings = NULL;
	if (status == STATUS_OK)
		*readings = fresh;
	else
		readings_close(&fresh);
	return status;
}

void readings_close(struct readings **readings)
{
	struct readings *old = *readings;
	if (old == NULL)
		return;
	*readings = NULL;
	loop_timer_close(&old->retry);
	redis_close(&old->redis); // answers all that is under way
	ENSURE(old->under_way == 0);
	free(old);
}
