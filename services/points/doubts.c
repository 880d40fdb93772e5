// SPDX-License-Identifier: Apache-2.0
// doubts: small sets that are mostly empty or the same, so they are shared and never changed.
#include "evaluation.h"

static const char *const names[DOUBT_REASONS] = {
#define DOUBT_NAME(name, text) [DOUBT_##name] = text,
	DOUBT_TABLE(DOUBT_NAME)
#undef DOUBT_NAME
};

const char *doubt_name(enum doubt_reason reason)
{
	return names[reason];
}

static uint16_t doubt_number(struct evaluation *evaluation, struct doubt doubt)
{
	for (size_t i = 0; i < evaluation->doubt_count; i++) {
		const struct doubt *there = &evaluation->doubts[i];
		if (there->reason == doubt.reason && there->kind == doubt.kind &&
		    there->role == doubt.role && there->path == doubt.path)
			return (uint16_t)i;
	}
	if (evaluation->doubt_count == evaluation->doubt_capacity) {
		size_t capacity = evaluation->doubt_capacity;
		evaluation->doubt_capacity = capacity > 0 ? capacity * 2 : 16;
		evaluation->doubts = reallocate(
		    evaluation->doubts, evaluation->doubt_capacity * sizeof *evaluation->doubts);
	}
	ENSURE(evaluation->doubt_count < UINT16_MAX); // far more than nodes, kinds and roles make
	evaluation->doubts[evaluation->doubt_count] = doubt;
	return (uint16_t)evaluation->doubt_count++;
}

struct doubts doubts_of(struct evaluation *evaluation, enum doubt_reason reason,
    const struct kind *kind, int role, const char *path)
{
	uint16_t number = doubt_number(evaluation, (struct doubt){ reason, kind, role, path });
	return (struct doubts){ arena_copy(&evaluation->lasting, &number, sizeof number), 1 };
}

static bool holds_all(struct doubts set, struct doubts of)
{
	size_t at = 0;
	for (size_t i = 0; i < of.count; i++) {
		while (at < set.count && set.list[at] < of.list[i])
			at++;
		if (at == set.count || set.list[at] != of.list[i])
			return false;
	}
	return true;
}

struct doubts doubts_unite(struct evaluation *evaluation, struct doubts a, struct doubts b)
{
	if (b.count == 0 || a.list == b.list || holds_all(a, b))
		return a;
	if (a.count == 0 || holds_all(b, a))
		return b;
	uint16_t *list = arena_allocate(&evaluation->lasting, (a.count + b.count) * sizeof *list);
	size_t i = 0, k = 0, count = 0;
	while (i < a.count || k < b.count) {
		bool take_a = k == b.count || (i < a.count && a.list[i] <= b.list[k]);
		uint16_t number = take_a ? a.list[i] : b.list[k];
		i += i < a.count && a.list[i] == number;
		k += k < b.count && b.list[k] == number;
		list[count++] = number;
	}
	return (struct doubts){ list, count };
}

void cell_doubt(
    struct evaluation *evaluation, struct cell *cell, enum doubt_reason reason, const char *path)
{
	cell->doubts =
	    doubts_unite(evaluation, cell->doubts, doubts_of(evaluation, reason, NULL, -1, path));
}

void cell_take_doubts(struct evaluation *evaluation, struct cell *cell, const struct cell *from)
{
	cell->doubts = doubts_unite(evaluation, cell->doubts, from->doubts);
	cell->looked = cell->looked || from->looked;
	cell->found = cell->found || from->found;
}

void cell_consult(struct evaluation *evaluation, struct cell *cell, const struct kind *kind,
    const struct consulted *consulted, bool in_result)
{
	static const struct {
		unsigned known;
		enum doubt_reason reason;
	} reasons[] = {
		{ DOSSIER_BEHIND, DOUBT_BEHIND },
		{ DOSSIER_REJECTED, DOUBT_REJECTED },
		{ DOSSIER_ERASED, DOUBT_ERASED },
	};
	unsigned known = consulted->subject != SIZE_MAX
			     ? dossier_known(evaluation->dossier, consulted->subject, kind)
			     : DOSSIER_NOT_STATED;
	bool the_only_one = kind->key_count == 0 && consulted->any;
	cell->looked = true;
	cell->found = cell->found || consulted->any;
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (known & reasons[i].known)
			cell->doubts = doubts_unite(evaluation, cell->doubts,
			    doubts_of(evaluation, reasons[i].reason, kind, consulted->label, NULL));
	if (!in_result && !(known & DOSSIER_STATED) && !the_only_one)
		cell->doubts = doubts_unite(evaluation, cell->doubts,
		    doubts_of(evaluation, DOUBT_NOT_REPORTED, kind, consulted->label, NULL));
}
