// SPDX-License-Identifier: Apache-2.0
// engine: keeps every applicant's scores and the live ranks in Redis as they follow from the
// profiles there (docs/decisions/0009-points-engine.md).
#ifndef POINTS_ENGINE_H
#define POINTS_ENGINE_H

#include "freshness.h"
#include "gathering.h"
#include "histogram.h"
#include "http.h"
#include "json.h"
#include "output.h"
#include "reading.h"
#include "redis.h"
#include "service.h"
#include "stream_mark.h"
#include "tables.h"

// The daemon: onecity-points SETTINGS_FILE | --help | --version.
int engine_main(int argument_count, char **arguments);

struct engine_settings {
	struct service_settings common;
	char *proto, *http, *token, *redis, *pseudonym;
	struct setting_list rules, demonstration;
};

// Pseudonyms, in order and each once when settled; { 0 } is none.
struct names {
	char (*list)[SUBJECT_SIZE];
	size_t count, capacity;
};
void names_add(struct names *names, struct bytes name); // one that is no subject is left out
void names_settle(struct names *names);
void names_deinit(struct names *names); // overwrites

// Tables that are in use by what is under way, though others may have come.
struct loaded {
	struct tables tables;
	unsigned users;
};

#define ENGINE_PHASE_TABLE(X)                                            \
	X(WAITING, "waiting")     /* for Redis, or for who sets it up */ \
	X(OPENING, "opening")     /* reading what was there */           \
	X(SWEEPING, "sweeping")   /* everybody is looked at */           \
	X(FOLLOWING, "following") /* who is touched by a change is scored again */

enum engine_phase {
#define ENGINE_PHASE_ENUM(name, text) ENGINE_##name,
	ENGINE_PHASE_TABLE(ENGINE_PHASE_ENUM)
#undef ENGINE_PHASE_ENUM
	ENGINE_PHASES
};

// Those to be scored again; when all are, the marks are written.
struct work_list {
	bool active, sweeps, collected;
	bool settling; // all are scored, the marks are being written
	bool paused;   // until the next tick
	int64_t as_of;
	struct names touched, applicants;
	size_t asked;         // questions without an answer yet
	size_t next, running; // among the applicants
};

// What the aggregator last said of a department, and a statement about all that waits to count.
struct watch {
	struct buffer packed;
	struct profile_source source;
	bool found, damaged;
	bool statement;       // somebody touched the department's own profile
	int64_t statement_ms; // then
	uint64_t statement_head;
};

#define SCORING_TABLE(X)                                       \
	X(WRITTEN, "written")                                  \
	X(TOO_LARGE, "too_large") /* a profile is: no score */ \
	X(PUT_OFF, "put_off")     /* no answer: again, later */

#define QUESTION_TABLE(X) \
	X(SCORE, "score") \
	X(RANKS, "ranks") \
	X(LISTS, "lists") \
	X(CALCULATOR, "calculator")

#define REPLY_TABLE(X)                                                   \
	X(ANSWERED, "answered")                                          \
	X(NOBODY, "nobody")   /* no application that is scored */        \
	X(REFUSED, "refused") /* something is wrong with the question */ \
	X(FAILED, "failed")   /* of no fault of the asker's */

enum scoring {
#define SCORING_ENUM(name, text) SCORING_##name,
	SCORING_TABLE(SCORING_ENUM)
#undef SCORING_ENUM
	SCORINGS
};

enum question_kind {
#define QUESTION_ENUM(name, text) QUESTION_##name,
	QUESTION_TABLE(QUESTION_ENUM)
#undef QUESTION_ENUM
	QUESTIONS
};

enum reply {
#define REPLY_ENUM(name, text) REPLY_##name,
	REPLY_TABLE(REPLY_ENUM)
#undef REPLY_ENUM
	REPLIES
};

struct engine {
	const struct engine_settings *settings;
	struct loop *loop;
	struct catalogue_set *catalogues;
	struct pseudonym *pseudonym;
	struct loaded *loaded;
	struct readings *readings;
	struct redis *output, *stream; // the second waits for changes
	struct http_server *http;
	struct loop_timer *tick, *leaving;
	char writer[33];
	enum engine_phase phase;
	unsigned life; // answers to questions of an earlier one are passed over
	bool opened, told_lost, reading_stream, leaving_now;
	int64_t checked_ms, retry_ms;
	unsigned partitions;
	struct stream_mark *marks; // by partition; UINT64_MAX: unknown
	unsigned lagging;          // how often in a row a stream was shorter than its counter
	int64_t as_of;             // of what lies in Redis; 0: unknown
	bool all_again;            // everybody known is to be scored again
	struct work_list work;
	struct watch *watches; // by place among the catalogues
	uint64_t *heads;       // by partition: its counter, as last asked for
	int64_t current_ms;    // all changes known of were in the scores then; steady
	int64_t list_count;    // live lists, as last asked for
	uint64_t sweeps;
	uint64_t scorings[SCORINGS];
	uint64_t questions[QUESTIONS][REPLIES];
	struct histogram durations; // from the beginning of a scoring until it is written
	uint64_t reloads_taken, reloads_refused;
	bool reload_refused; // the last one: the tables' files are not what is in use
	int64_t started_ms;
	size_t requests; // that have no answer yet
};

const char *engine_phase_name(enum engine_phase phase);
int64_t engine_today(void);

// --- engine_follow.c: what has changed ---

void engine_begin(struct engine *engine, const char *why); // reads anew what was there
void engine_tick(void *context);
void engine_pump(struct engine *engine); // goes on with the batch
bool engine_is_error(struct engine *engine, const struct redis_reply *reply, const char *doing);

// How many entries of the change streams are not in the scores yet, as far as is known.
uint64_t engine_lag(const struct engine *engine);
void engine_note_current(struct engine *engine); // it may be that everything is in the scores

// --- engine_score.c: one applicant ---

// gathering: NULL unless the outcome is READING_DONE; owned by the callee.
typedef void gather_done(enum reading_outcome outcome, struct gathering *gathering,
    struct loaded *loaded, void *context);
void engine_gather(
    struct engine *engine, const char *subject, int64_t as_of, gather_done *done, void *context);
// Scores one of the batch.
void engine_score(struct engine *engine, const char *applicant);

struct loaded *loaded_use(struct loaded *loaded);
void loaded_leave(struct loaded **loaded);

// --- engine_sources.c: the departments ---

void engine_ask_sources(struct engine *engine);
void engine_touch_source(struct engine *engine, const char *subject);
// A statement that waited when the engine ended is not in the streams any more.
void engine_touch_all_sources(struct engine *engine);
// The departments that the table reads and that are not current, as a JSON array of names. True:
// there are some. writer may be NULL.
bool engine_write_behind(
    const struct engine *engine, const struct rules *rules, struct json_writer *writer);

// --- engine_explain.c, engine_calculator.c, engine_ranks.c, engine_http.c ---

// Reads the body, or answers with what is wrong with it and returns false.
bool engine_read_json(struct http_request *request, size_t bytes_max, struct json **json);
void engine_post_score(struct http_request *request, void *context);
void engine_post_calculator(struct http_request *request, void *context);
void engine_get_ranks(struct http_request *request, void *context);
// Writes id, hash, status, title and label of a table as members.
void engine_write_table(struct json_writer *writer, const struct rules *rules);
void engine_write_title(struct json_writer *writer, const char *name, struct title title);
void engine_answer(struct http_request *request, int code, struct buffer *out); // frees out
void engine_count(struct engine *engine, enum question_kind question, enum reply reply);
size_t engine_waiting(const struct engine *engine); // applicants to be scored, those at work too
http_handler engine_get_metrics;
MUST_CHECK enum status engine_http_open(struct engine *engine);

#endif
