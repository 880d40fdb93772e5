// SPDX-License-Identifier: Apache-2.0
// score_parts: what a score is made of, for those who explain it.
#ifndef POINTS_SCORE_PARTS_H
#define POINTS_SCORE_PARTS_H

#include "evaluation.h"

enum {
	NEXT_MAX = 16 // an item; further scales are left out
};

struct item_next {
	struct next_step step;
	struct exact gives; // to the item
};

struct item_result {
	enum item_state state;
	struct cell points; // with its doubts; what item.X stands for
	struct exact raw, cap_cut;
	bool applies, counted, nullified;
	const char *why_not; // "programme", "date", or NULL
	const struct dossier_override *override;
	struct step *step, *nullifier;
	struct item_next next[NEXT_MAX];
	size_t next_count;
};

struct group_result {
	struct cell points;
	struct exact sum, cap_cut;
};

// Scored as self, or as spouse.
struct assessed {
	struct perspective *perspective;
	struct item_result *items;
	struct group_result *groups;
	struct step *total_step;
	struct cell total;
	struct exact sum;
};

struct condition_result {
	const struct condition *condition;
	enum condition_state state;
	struct step *step, *until;
};

struct condition_results {
	struct condition_result *list;
	size_t count;
};

struct score {
	struct evaluation evaluation;
	const struct rules *rules;
	const struct programme *programme;
	const struct dossier *dossier;
	struct assessed *assessed; // what counts
	enum role scored;
	struct cell total, other_total;
	struct condition_results gates, vetoes, freezes, ends;
	struct cell *keys;
	struct cell until;
	bool complete, final;
	enum outcome outcome;
	struct doubt *doubts; // of everything, in order
	size_t doubt_count;
};

// In the order of reason, department, kind, role and path; a copy in the score's memory.
size_t doubts_in_order(struct evaluation *evaluation, struct doubts doubts, struct doubt **list);

// items.c: items and groups, and the total made of them.
struct assessed *assess(struct score *score, struct perspective *perspective);

#endif
