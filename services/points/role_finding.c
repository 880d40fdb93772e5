// SPDX-License-Identifier: Apache-2.0
// role_finding: who is who to an applicant, by what departments have on record of them.
#include "gathering_parts.h"

#include "family_planning_fields.h"
#include "public_security_fields.h"
#include "service_centre_fields.h"
#include "view_parts.h"

// --- collecting ----------------------------------------------------------------------------------

static void add_person(struct roles_found *found, enum role role, const char *subject, int64_t from)
{
	size_t count = found->counts[role]++;
	found->persons[role] =
	    reallocate(found->persons[role], (count + 1) * sizeof *found->persons[role]);
	found->persons[role][count] = (struct found_person){ from, subject };
}

static const char *text_of(const struct record *record, unsigned field)
{
	const struct value *value = view_value(record, field);
	return value != NULL ? value->text : NULL;
}

static int64_t integer_of(const struct record *record, unsigned field)
{
	const struct value *value = view_value(record, field);
	return value != NULL ? value->integer : 0;
}

static bool is_code(const char *code, const char *const *codes, size_t count)
{
	for (size_t i = 0; i < count && code != NULL; i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	return false;
}

// Facts of a kind about a subject; those of a former number only where the present one has none of
// that key.
typedef void fact_visit(const struct record *record, void *context);
static void visit_facts(const struct gathering *gathering, const char *subject,
    const struct kind *kind, fact_visit *visit, void *context)
{
	const struct gathered *person = gathering_find(gathering, subject);
	for (size_t i = 0; person != NULL && i < person->fact_count; i++) {
		const struct gathered_fact *fact = &person->facts[i];
		bool stands = fact->kind == kind;
		for (size_t j = 0; stands && j < person->fact_count; j++) {
			const struct gathered_fact *other = &person->facts[j];
			stands = other->kind != kind ||
				 !bytes_equal(other->source.key, fact->source.key) ||
				 other->source.depth >= fact->source.depth;
		}
		if (stands)
			visit(fact->record, context);
	}
}

struct search {
	struct roles_found *found;
	const struct gathering *gathering;
	bool parents_only; // of the spouse
};

// --- the kinds -----------------------------------------------------------------------------------

static const struct {
	const char *relation;
	enum role role;
} relations[] = {
	{ "spouse", ROLE_SPOUSE },
	{ "ex_spouse", ROLE_FORMER_SPOUSES },
	{ "child", ROLE_CHILDREN },
	{ "parent", ROLE_PARENTS },
	{ "grandparent", ROLE_GRANDPARENTS },
	{ "grandchild", ROLE_GRANDCHILDREN },
};

static bool holds_on(int64_t day, int64_t from, int64_t to)
{
	return (from == 0 || from <= day) && (to == 0 || to >= day);
}

static void take_kinship(const struct record *record, void *context)
{
	struct search *search = context;
	const char *relation = text_of(record, PUBLIC_SECURITY_KINSHIP_RELATION);
	const char *relative = text_of(record, PUBLIC_SECURITY_KINSHIP_RELATIVE);
	int64_t from = integer_of(record, PUBLIC_SECURITY_KINSHIP_FROM);
	int64_t to = integer_of(record, PUBLIC_SECURITY_KINSHIP_TO);
	if (relative == NULL || !holds_on(search->gathering->as_of, from, to))
		return;
	for (size_t i = 0; i < COUNT_OF(relations); i++) {
		if (!is_code(relation, &relations[i].relation, 1))
			continue;
		if (!search->parents_only)
			add_person(search->found, relations[i].role, relative, from);
		else if (relations[i].role == ROLE_PARENTS)
			add_person(search->found, ROLE_SPOUSE_PARENTS, relative, from);
	}
}

static void take_marriage(const struct record *record, void *context)
{
	static const char *const married[] = { "20", "21", "22", "23" };
	struct search *search = context;
	const char *spouse = text_of(record, FAMILY_PLANNING_MARRIAGE_SPOUSE);
	int64_t since = integer_of(record, FAMILY_PLANNING_MARRIAGE_SINCE);
	if (spouse != NULL && holds_on(search->gathering->as_of, since, 0) &&
	    is_code(text_of(record, FAMILY_PLANNING_MARRIAGE_STATUS), married, COUNT_OF(married)))
		add_person(search->found, ROLE_SPOUSE, spouse, since);
}

static void take_child(const struct record *record, void *context)
{
	struct search *search = context;
	const char *child = text_of(record, FAMILY_PLANNING_CHILD_CHILD);
	int64_t born = integer_of(record, FAMILY_PLANNING_CHILD_BIRTH_DATE);
	if (child != NULL && holds_on(search->gathering->as_of, born, 0))
		add_person(search->found, ROLE_CHILDREN, child, born);
}

// --- all of them ---------------------------------------------------------------------------------

static int compare_persons(const void *left, const void *right)
{
	const struct found_person *a = left, *b = right;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return strcmp(a->subject, b->subject);
}

static void settle_role(struct roles_found *found, enum role role)
{
	struct found_person *persons = found->persons[role];
	size_t count = found->counts[role], kept = 0;
	if (count > 0)
		qsort(persons, count, sizeof *persons, compare_persons);
	for (size_t i = 0; i < count; i++) {
		bool is_new = true;
		for (size_t j = 0; j < kept; j++)
			is_new &= strcmp(persons[j].subject, persons[i].subject) != 0;
		if (is_new)
			persons[kept++] = persons[i];
	}
	found->counts[role] = kept;
}

void roles_find(
    struct roles_found *found, const struct gathering *gathering, const struct record *application)
{
	const char *self = gathering->subjects[0]->subject;
	const char *child = text_of(application, SERVICE_CENTRE_APPLICATION_CHILD);
	struct search search = { found, gathering, false };
	*found = (struct roles_found){ 0 };
	add_person(found, ROLE_SELF, self, 0);
	if (child != NULL) {
		add_person(found, ROLE_CHILD, child, 0);
		add_person(found, ROLE_CHILDREN, child, 0);
	}
	visit_facts(gathering, self, gathering->kinds.kinship, take_kinship, &search);
	visit_facts(gathering, self, gathering->kinds.marriage, take_marriage, &search);
	visit_facts(gathering, self, gathering->kinds.child, take_child, &search);
	settle_role(found, ROLE_SPOUSE);
	search.parents_only = true;
	for (size_t i = 0; i < found->counts[ROLE_SPOUSE]; i++)
		visit_facts(gathering, found->persons[ROLE_SPOUSE][i].subject,
		    gathering->kinds.kinship, take_kinship, &search);
	for (enum role role = 0; role < ROLES; role++)
		settle_role(found, role);
}

void roles_found_deinit(struct roles_found *found)
{
	for (enum role role = 0; role < ROLES; role++)
		free(found->persons[role]);
	*found = (struct roles_found){ 0 };
}

// --- where they were looked for ------------------------------------------------------------------

static void tell(
    struct dossier *dossier, enum role role, const char *person, const struct kind *kind)
{
	if (kind == NULL)
		return;
	size_t subject = dossier_subject(dossier, FIELD_PERSON, person);
	dossier_role_sought(dossier, role, kind, subject);
}

void roles_tell_sought(
    const struct roles_found *found, const struct gathering *gathering, struct dossier *dossier)
{
	static const enum role by_kinship[] = { ROLE_SPOUSE, ROLE_FORMER_SPOUSES, ROLE_CHILDREN,
		ROLE_PARENTS, ROLE_GRANDPARENTS, ROLE_GRANDCHILDREN };
	const struct gathering_kinds *kinds = &gathering->kinds;
	const char *self = gathering->subjects[0]->subject;
	for (size_t i = 0; i < COUNT_OF(by_kinship); i++)
		tell(dossier, by_kinship[i], self, kinds->kinship);
	tell(dossier, ROLE_SPOUSE, self, kinds->marriage);
	tell(dossier, ROLE_CHILDREN, self, kinds->child);
	if (found->counts[ROLE_SPOUSE] == 0) { // then nobody's parents could be looked for
		tell(dossier, ROLE_SPOUSE_PARENTS, self, kinds->kinship);
		tell(dossier, ROLE_SPOUSE_PARENTS, self, kinds->marriage);
	}
	for (size_t i = 0; i < found->counts[ROLE_SPOUSE]; i++)
		tell(dossier, ROLE_SPOUSE_PARENTS, found->persons[ROLE_SPOUSE][i].subject,
		    kinds->kinship);
}
