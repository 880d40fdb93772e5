// SPDX-License-Identifier: Apache-2.0
// gathering_parts: what a gathering is made of.
#ifndef POINTS_GATHERING_PARTS_H
#define POINTS_GATHERING_PARTS_H

#include "gathering.h"
#include "pseudonym.h"

struct gathered_fact {
	const struct kind *kind;
	struct record *record; // of the kinds below only, which say who is who; else NULL
	struct dossier_source source;
	struct bytes body; // owned, as is the source's key
};

struct gathered_kind {
	const struct kind *kind;
	unsigned known; // enum dossier_known
};

struct gathered {
	char subject[SUBJECT_SIZE];
	bool added;
	struct gathered_fact *facts;
	size_t fact_count;
	struct gathered_kind *kinds;
	size_t kind_count;
};

// The kinds in which persons of a role are found, and that of applications.
struct gathering_kinds {
	const struct kind *application, *kinship, *marriage, *child;
};

struct gathering {
	const struct wants *wants;
	const struct catalogue_set *catalogues;
	struct gathering_kinds kinds;
	int64_t as_of;
	struct gathered *subjects[GATHERING_SUBJECTS_MAX]; // the applicant first
	size_t subject_count;
	char **needs;
	size_t need_count;
	const struct gathered_fact **applications; // the applicant's, by receipt number
	size_t application_count;
};

// Of one application, the persons of the roles that can be found so far.
struct roles_found {
	struct found_person {
		int64_t from; // 0: absent
		const char *subject;
	} * persons[ROLES];
	size_t counts[ROLES];
};
// borrows from gathering
void roles_find(
    struct roles_found *found, const struct gathering *gathering, const struct record *application);
void roles_found_deinit(struct roles_found *found);

// Tells the dossier in which kinds, of whom, the persons of the roles were looked for.
void roles_tell_sought(
    const struct roles_found *found, const struct gathering *gathering, struct dossier *dossier);

const struct gathered *gathering_find(const struct gathering *gathering, const char *subject);

#endif
