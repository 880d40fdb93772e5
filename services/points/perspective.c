// SPDX-License-Identifier: Apache-2.0
// perspective: who stands in which role, seen from the one who is self.
#include "evaluation.h"

// By which role the dossier knows a person.
static enum role label_of(const struct dossier *dossier, size_t person)
{
	for (size_t role = 0; role < ROLES; role++)
		for (size_t i = 0; i < dossier->roles[role].count; i++)
			if (dossier->roles[role].list[i] == person)
				return (enum role)role;
	return ROLE_SELF;
}

static bool exists_already(const struct dossier *dossier, const struct dossier_fact *fact)
{
	return fact->valid_since <= dossier->as_of;
}

// Of an empty role: the doubts of the records that it was looked for in.
static void doubt_search(
    struct evaluation *evaluation, struct cell *cell, const struct dossier_search *search)
{
	const struct dossier *dossier = evaluation->dossier;
	const struct dossier_fact *facts;
	struct consulted consulted = { .subject = search->person,
		.label = (int)label_of(dossier, search->person) };
	size_t count = dossier_facts(dossier, search->person, search->kind, &facts);
	for (size_t i = 0; i < count; i++)
		consulted.any = consulted.any || exists_already(dossier, &facts[i]);
	cell_consult(evaluation, cell, search->kind, &consulted, false);
}

static struct doubts doubts_of_role(struct evaluation *evaluation, enum role role)
{
	const struct dossier *dossier = evaluation->dossier;
	const struct dossier_persons *persons = &dossier->roles[role];
	struct cell cell = { 0 };
	for (size_t i = 0; persons->count == 0 && i < dossier->search_count; i++)
		if (dossier->searches[i].role == role)
			doubt_search(evaluation, &cell, &dossier->searches[i]);
	if (role == ROLE_SPOUSE && persons->count > 1)
		cell.doubts = doubts_unite(evaluation, cell.doubts,
		    doubts_of(evaluation, DOUBT_DISPUTED, NULL, (int)role, NULL));
	if (persons->cut)
		cell.doubts = doubts_unite(evaluation, cell.doubts,
		    doubts_of(evaluation, DOUBT_OVERFLOW, NULL, (int)role, NULL));
	return cell.doubts;
}

static struct perspective *perspective_new(struct evaluation *evaluation)
{
	struct perspective *perspective = arena_allocate(&evaluation->lasting, sizeof *perspective);
	perspective->memo = arena_allocate(
	    &evaluation->lasting, evaluation->rules->definition_count * sizeof *perspective->memo);
	return perspective;
}

static struct perspective *perspective_of_dossier(struct evaluation *evaluation)
{
	struct perspective *perspective = perspective_new(evaluation);
	for (size_t role = 0; role < ROLES; role++) {
		const struct dossier_persons *from = &evaluation->dossier->roles[role];
		struct person *persons =
		    arena_allocate(&evaluation->lasting, from->count * sizeof *persons);
		for (size_t i = 0; i < from->count; i++)
			persons[i] = (struct person){ from->list[i], (enum role)role };
		perspective->roles[role] = (struct cast_role){ persons, from->count,
			doubts_of_role(evaluation, (enum role)role) };
	}
	return perspective;
}

// One person, or those of two roles.
static struct cast_role first_of(const struct cast_role *role)
{
	struct cast_role one = *role;
	one.count = one.count > 0;
	return one;
}

static struct cast_role both_of(
    struct evaluation *evaluation, const struct cast_role *a, const struct cast_role *b)
{
	size_t count = a->count + b->count;
	struct person *persons = arena_allocate(&evaluation->lasting, count * sizeof *persons);
	if (a->count > 0)
		memcpy(persons, a->persons, a->count * sizeof *persons);
	if (b->count > 0)
		memcpy(persons + a->count, b->persons, b->count * sizeof *persons);
	return (struct cast_role){ persons, count, doubts_unite(evaluation, a->doubts, b->doubts) };
}

struct perspective *perspective_as(struct evaluation *evaluation, enum role role)
{
	struct perspective *from = evaluation->perspective;
	if (from->as[role] != NULL)
		return from->as[role];
	struct perspective *as = from->as[role] = perspective_new(evaluation);
	if (role == ROLE_SPOUSE) {
		memcpy(as->roles, from->roles, sizeof as->roles);
		as->roles[ROLE_SELF] = first_of(&from->roles[ROLE_SPOUSE]);
		as->roles[ROLE_SPOUSE] = from->roles[ROLE_SELF];
		as->roles[ROLE_PARENTS] = from->roles[ROLE_SPOUSE_PARENTS];
		as->roles[ROLE_SPOUSE_PARENTS] = from->roles[ROLE_PARENTS];
		as->roles[ROLE_GRANDPARENTS] = (struct cast_role){ 0 };
		return as;
	}
	as->roles[ROLE_SELF] = first_of(&from->roles[role]);
	if (role == ROLE_CHILD)
		as->roles[ROLE_PARENTS] =
		    both_of(evaluation, &from->roles[ROLE_SELF], &from->roles[ROLE_SPOUSE]);
	return as;
}

void evaluation_init(
    struct evaluation *evaluation, const struct rules *rules, const struct dossier *dossier)
{
	*evaluation = (struct evaluation){ .rules = rules, .dossier = dossier };
	const struct catalogue *security =
	    catalogue_set_named(rules->catalogues, "public-security");
	if (security != NULL)
		evaluation->person_kind = catalogue_kind_named(security, "person");
	evaluation->perspective = perspective_of_dossier(evaluation);
}

void evaluation_deinit(struct evaluation *evaluation)
{
	arena_deinit(&evaluation->arena);
	arena_deinit(&evaluation->lasting);
	free(evaluation->doubts);
	*evaluation = (struct evaluation){ 0 };
}
