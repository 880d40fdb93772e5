// SPDX-License-Identifier: Apache-2.0
// output: how scores and live ranks lie in Redis. No I/O.
//
// All keys bear one hash tag, so that everything about an applicant changes in one call
// (points.lua), wherever the applicant's profile lies:
//
//   oc:{points}:state            hash: writer, tables, as_of: whose output this is, made from what
//   oc:{points}:positions        hash: partition -> "<generation>-<counter>" of its change stream
//   oc:{points}:applicants       set: the pseudonyms of all who are scored
//   oc:{points}:applicant:p1...  hash: "needs" -> the subjects that the scores were made from,
//                                "s:<score>" -> a packed standing, "r:<score>" -> list, newline,
//                                member
//   oc:{points}:needed-by:p1...  set: the applicants whose scores were made from this subject, too
//   oc:{points}:lists            set: the names of all lists
//   oc:{points}:list:<list>      sorted set, every score 0: rank_key, pseudonym, receipt number
//
//   <score>  table/programme/receipt number
//   <list>   table/programme/year, and behind further slashes the values of the ranking's `among`
//
// Each part with "%25", "%2F" for '%', '/'. An ID number is in none of them.
#ifndef POINTS_OUTPUT_H
#define POINTS_OUTPUT_H

#include "pseudonym.h"
#include "score.h"

#define OUTPUT_PREFIX "oc:{points}:"

enum {
	OUTPUT_PARTS_MAX = 16
};

// Appends a part, and a slash before it unless it is the first.
void output_add_part(struct buffer *out, struct bytes part);
// Takes a name apart; the caller frees each part. Returns how many there are, OUTPUT_PARTS_MAX at
// most; 0: it is no such name.
size_t output_split(struct bytes name, char *parts[OUTPUT_PARTS_MAX]);

void output_write_score_name(
    struct buffer *out, const char *table, const char *programme, const char *receipt);

// The list that an application is ranked in.
void output_write_list_name(struct buffer *out, const char *table,
    const struct programme *programme, const struct record *application);
// Appends the canonical text of a field of the application; "" where it is absent.
void output_write_field(struct buffer *out, const struct record *application, const char *field);

// What is kept of a score. All that is in it follows from the facts, the table and the day: nothing
// says when it was made. A department that is behind right now is told to readers apart from it.
struct standing_score {
	char total[EXACT_TEXT_SIZE];
	bool final, complete; // but for departments that are behind
	enum outcome outcome;
	int64_t as_of;
	char hash[RULES_HASH_TEXT_SIZE]; // of the table
};
void output_make_score(struct standing_score *out, const struct rules *rules,
    const struct score *score, int64_t as_of);
void output_write_score(struct buffer *out, const struct standing_score *score);
MUST_CHECK enum status output_read_score(struct standing_score *score, struct bytes packed);

// Those who compete, or may yet: candidates, and those of whom it is open.
bool output_is_ranked(enum outcome outcome);

#endif
