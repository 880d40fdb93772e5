// SPDX-License-Identifier: Apache-2.0
// reading: one profile on its way from Redis to its reader.
//
// All that is needed is asked for at once, and Redis answers in that order. Then, one after the
// other, come the numbers the person had before.
#include "profiles.h"

#include "clock.h"
#include "log.h"
#include "profile.h"
#include "view.h"

// Those given up at their deadline count too: Redis may yet come back to them.
enum {
	DEADLINE_MS = 5000,
	READINGS_MAX = 512
};

// Why there is no profile to give.
struct refusal {
	int status;
	const char *code, *english, *chinese;
};

static const struct refusal unreachable = { 503, "redis_unreachable",
	"Redis cannot be reached; nobody can tell what has been reported",
	"无法连接 Redis，暂时无法查询" };
static const struct refusal empty = { 503, "not_set_up",
	"No aggregator has set Redis up yet; nobody can tell what has been reported",
	"聚合服务尚未初始化 Redis，暂时无法查询" };
static const struct refusal failed = { 503, "redis_failed",
	"Redis did not answer as it should; try again", "Redis 应答异常，请稍后重试" };
static const struct refusal slow = { 503, "redis_slow", "Redis did not answer in time; try again",
	"Redis 应答超时，请稍后重试" };
static const struct refusal busy = { 503, "busy", "Too many profiles are being read; try again",
	"查询过多，请稍后重试" };
static const struct refusal too_large = { 500, "profile_too_large",
	"The profile is larger than can be shown", "档案超出可显示的大小" };

struct reading {
	struct profiles *profiles;
	struct http_request *request; // NULL: its reader was answered already
	struct loop_timer *deadline;
	char subject[SUBJECT_SIZE];
	struct view *view;
	unsigned partitions;
	size_t pending;                // answers to come
	const struct refusal *refusal; // NULL: nothing has gone wrong
	bool begun_anew;
};

// A question about one department.
struct step {
	struct reading *reading;
	size_t department;
};

static void release(struct reading *reading);

static void refuse(struct http_request *request, const struct refusal *refusal)
{
	http_answer_problem(
	    request, refusal->status, refusal->code, refusal->english, refusal->chinese);
}

// --- Redis's answers -----------------------------------------------------------------------------

bool profiles_read_partitions(const struct redis_reply *reply, unsigned *partitions)
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

// Is it of that type? What went wrong first is what the reader is told.
static bool is_good(struct reading *reading, const struct redis_reply *reply, enum redis_type type)
{
	if (reply != NULL && redis_reply_type(reply) == type)
		return true;
	bool is_error = reply != NULL && redis_reply_type(reply) == REDIS_ERROR;
	if (is_error && reading->refusal == NULL)
		log_warn("a profile cannot be read: Redis says %.*s",
		    BYTES_ARGS(redis_reply_text(reply)));
	if (reading->refusal == NULL)
		reading->refusal = reply == NULL ? &unreachable : &failed;
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
	if (status == STATUS_OK || reading->refusal != NULL)
		return;
	log_warn("a profile cannot be shown: %s", status_reason());
	reading->refusal = &too_large;
}

static void got_partitions(const struct redis_reply *reply, void *context)
{
	struct reading *reading = context;
	// Somebody emptied Redis: what was known still holds, unless an aggregator says otherwise.
	bool is_gone = reply != NULL && redis_reply_type(reply) == REDIS_NIL;
	if (!is_gone && is_good(reading, reply, REDIS_TEXT) &&
	    !profiles_read_partitions(reply, &reading->profiles->partitions))
		reading->refusal = &failed;
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
	} else if (reading->refusal == NULL) {
		reading->refusal = &failed;
	}
	release(reading);
}

// --- asking --------------------------------------------------------------------------------------

static void send(
    struct reading *reading, struct redis_arguments *arguments, redis_answer *answer, void *context)
{
	reading->pending += answer != NULL;
	redis_command_arguments(reading->profiles->redis, arguments, answer, context);
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
	unsigned number = reading->profiles->catalogues->catalogues[department]->number;
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
	const struct profiles *profiles = reading->profiles;
	reading->pending++;
	reading->partitions = profiles->partitions;
	view_free(&reading->view);
	reading->view = view_new(profiles->catalogues, reading->subject);
	redis_arguments_add_text(&arguments, "GET");
	redis_arguments_add_text(&arguments, PROFILE_PARTITIONS_KEY);
	send(reading, &arguments, got_partitions, reading);
	for (size_t i = 0; i < profiles->catalogues->count; i++)
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

// --- answering -----------------------------------------------------------------------------------

static void answer_profile(struct reading *reading)
{
	struct buffer out = { 0 };
	bool found = view_write(reading->view, clock_wall_ms(), &out);
	if (view_unreadable(reading->view) > 0)
		log_warn("a profile holds %zu fields that cannot be read",
		    view_unreadable(reading->view));
	reading->profiles->reads++;
	http_answer(reading->request, found ? 200 : 404,
	    found ? "application/json" : "application/problem+json", buffer_bytes(&out), NULL);
	buffer_wipe(&out);
}

static void end(struct reading *reading)
{
	if (reading->request != NULL)
		reading->profiles->unanswered--;
	reading->profiles->readings--;
	loop_timer_close(&reading->deadline);
	view_free(&reading->view);
	explicit_bzero(reading->subject, sizeof reading->subject);
	free(reading);
}

// All that was asked for is there.
static void settle(struct reading *reading)
{
	bool moved = reading->partitions != reading->profiles->partitions;
	if (reading->request == NULL) {
		end(reading);
	} else if (reading->refusal == NULL && moved && !reading->begun_anew) {
		reading->begun_anew = true; // it was looked for in partitions that are no more
		begin(reading);
	} else if (reading->refusal == NULL && moved) {
		reading->refusal = &failed;
		settle(reading);
	} else if (reading->refusal == NULL && view_next(reading->view) != NULL) {
		follow_link(reading);
	} else {
		if (reading->refusal != NULL)
			refuse(reading->request, reading->refusal);
		else
			answer_profile(reading);
		end(reading);
	}
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
	log_warn("a profile could not be read within %d ms", DEADLINE_MS);
	refuse(reading->request, &slow);
	reading->request = NULL;
	reading->profiles->unanswered--;
}

void profiles_read(struct profiles *profiles, struct http_request *request, const char *subject)
{
	const struct refusal *refusal = NULL;
	if (!redis_is_connected(profiles->redis))
		refusal = &unreachable;
	else if (profiles->partitions == 0)
		refusal = &empty;
	else if (profiles->readings == READINGS_MAX)
		refusal = &busy;
	if (refusal != NULL) {
		refuse(request, refusal);
		return;
	}
	struct reading *reading = allocate(sizeof *reading);
	reading->profiles = profiles;
	reading->request = request;
	memcpy(reading->subject, subject, SUBJECT_SIZE);
	reading->deadline =
	    loop_timer_open(profiles->loop, DEADLINE_MS, 0, deadline_passed, reading);
	profiles->readings++;
	profiles->unanswered++;
	begin(reading);
}
