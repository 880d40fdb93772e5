// SPDX-License-Identifier: Apache-2.0
// dossier_parts: what a dossier is made of, for those who score it.
#ifndef POINTS_DOSSIER_PARTS_H
#define POINTS_DOSSIER_PARTS_H

#include "dossier.h"

struct dossier_fact {
	const struct kind *kind;
	struct value *values; // by index in kind->fields
	char *key;
	uint64_t sequence;
	int64_t recorded_ms, valid_since;
	unsigned depth;
	size_t order; // of the calls; only for facts that nothing else tells apart
};

struct dossier_knowledge {
	const struct kind *kind;
	unsigned known;
};

struct dossier_subject {
	enum field_type type;
	char *name;
	struct dossier_fact *facts; // sealed: by kind, valid_since, key
	size_t fact_count;
	struct dossier_knowledge *knowledge;
	size_t knowledge_count;
};

struct dossier_persons {
	size_t list[DOSSIER_ROLE_PERSONS_MAX];
	size_t count;
	bool cut; // there were more
};

struct dossier_search {
	enum role role;
	const struct kind *kind;
	size_t person;
};

struct dossier_used {
	char *register_id, *value;
};

struct dossier_number {
	char *series;
	int64_t year;
	struct exact number;
};

struct dossier_entry {
	char *list, *entry; // entry NULL: the list alone
};

struct dossier {
	const struct catalogue_set *catalogues;
	int64_t as_of;
	struct dossier_subject *subjects;
	size_t subject_count;
	struct dossier_persons roles[ROLES];
	struct dossier_search *searches;
	size_t search_count;
	bool has_application;
	struct record application;
	struct dossier_fact application_fact; // values are the record's
	struct dossier_used *used;
	size_t used_count;
	struct dossier_override *overrides;
	size_t override_count;
	struct dossier_number *numbers; // assumed
	size_t number_count;
	struct dossier_entry *entries; // assumed
	size_t entry_count;
	char **disputes;
	size_t dispute_count;
	size_t order;
	bool sealed;
};

// The facts of a kind about a subject, in canonical order, those of other depths with the same key
// included where the kind folds.
size_t dossier_facts(const struct dossier *dossier, size_t subject, const struct kind *kind,
    const struct dossier_fact **facts);
unsigned dossier_known(const struct dossier *dossier, size_t subject, const struct kind *kind);
// SIZE_MAX: there is none.
size_t dossier_find(const struct dossier *dossier, enum field_type type, const char *name);
int64_t dossier_uses(const struct dossier *dossier, const char *register_id, const char *value);
const struct dossier_override *dossier_override(const struct dossier *dossier, const char *item);
const struct dossier_number *dossier_number(
    const struct dossier *dossier, const char *series, int64_t year); // or NULL
bool dossier_assumes_series(const struct dossier *dossier, const char *series);
bool dossier_assumes_list(const struct dossier *dossier, const char *list);
bool dossier_assumes_entry(const struct dossier *dossier, const char *list, const char *entry);
bool dossier_is_disputed(const struct dossier *dossier, const char *item);

#endif
