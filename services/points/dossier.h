// SPDX-License-Identifier: Apache-2.0
// dossier: all that a score is made from, as data. No I/O, no clock, no order of arrival.
//
// A producer (the facts file, or the engine from profiles) makes one, adds subjects and what is
// known of them in any order, seals it, and hands it to score_make(). The same content gives the
// same score, whatever the order of the calls, but for the order of persons in a role, which the
// producer chooses (docs/rules.md, Roles).
//
// Subjects are handed around by number, as dossier_subject() gives them.
#ifndef POINTS_DOSSIER_H
#define POINTS_DOSSIER_H

#include "catalogue.h"
#include "exact.h"
#include "record.h"
#include "roles.h"

enum {
	DOSSIER_SUBJECT_BYTES_MAX = 64,
	DOSSIER_ROLE_PERSONS_MAX = 64, // more: the rest is cut, with the doubt `overflow`
};

struct dossier;

// catalogues must outlive it. as_of: YYYYMMDD.
struct dossier *dossier_new(const struct catalogue_set *catalogues, int64_t as_of);
void dossier_free(struct dossier **dossier); // overwrites; accepts NULL, sets *dossier to NULL

int64_t dossier_as_of(const struct dossier *dossier);
int64_t dossier_accepted_on(const struct dossier *dossier); // of the application, else as_of
int64_t dossier_applied_on(const struct dossier *dossier);

// --- subjects ------------------------------------------------------------------------------------

// The number of a subject, added if it is new. type: FIELD_PERSON, FIELD_DWELLING or
// FIELD_ENTERPRISE. name is what fields of that type hold where they mean it (a pseudonym, or the
// facts file's own text); copied, at most DOSSIER_SUBJECT_BYTES_MAX bytes.
size_t dossier_subject(struct dossier *dossier, enum field_type type, const char *name);
const char *dossier_subject_name(const struct dossier *dossier, size_t subject);

// Where a fact comes from.
struct dossier_source {
	struct bytes key;    // the record's; copied; at most CATALOGUE_KEY_BYTES_MAX bytes
	uint64_t sequence;   // 0: none (simulate)
	int64_t recorded_ms; // 0: none
	int64_t valid_since; // YYYYMMDD, or 0. The record's own field counts where it has one
	unsigned depth;      // 0: under the subject's present number; else links followed to it
};

// Takes the record (*record is left empty): its values are the dossier's. At most one record of a
// kind, key and depth about a subject; facts of lower depth stand before those of higher
// (for kinds that fold: month by month).
void dossier_add_fact(struct dossier *dossier, size_t subject, struct record *record,
    const struct dossier_source *source);

// What is known of a subject and kind beside its facts. Nothing said is DOSSIER_NOT_STATED: the
// department has not said that its data are complete.
enum dossier_known {
	DOSSIER_NOT_STATED = 0,
	DOSSIER_STATED = 1,   // coverage of all, or of this subject: what is not here is not
	DOSSIER_BEHIND = 2,   // freshness is not current, or the kind is late
	DOSSIER_REJECTED = 4, // rows are in quarantine
	DOSSIER_ERASED = 8    // there were facts whose content was removed
};

// Adds bits of enum dossier_known to those that are there.
void dossier_know(struct dossier *dossier, size_t subject, const struct kind *kind, unsigned known);

// --- roles ---------------------------------------------------------------------------------------

// Puts a person behind those who are already in the role; one who is in it stays where they are.
// self has exactly one person, who must be there when the dossier is sealed.
void dossier_add_to_role(struct dossier *dossier, enum role role, size_t person);

// The role was looked for in the records of a kind about a person. If it stays empty, whoever reads
// it gets the doubts of that kind and person. Never called by facts files, whose roles are given.
void dossier_role_sought(
    struct dossier *dossier, enum role role, const struct kind *kind, size_t person);

size_t dossier_role(const struct dossier *dossier, enum role role, const size_t **persons);

// --- the rest ------------------------------------------------------------------------------------

// The application that is scored (service-centre.application); takes the record. At most once.
void dossier_set_application(
    struct dossier *dossier, struct record *record, const struct dossier_source *source);
// The same record, or NULL; for quotas and ranking fields.
const struct record *dossier_application(const struct dossier *dossier);

// Somebody else's application used a value; once for each use. Both are copied.
void dossier_add_used(struct dossier *dossier, const char *register_id, const char *value);

// A number or a list that is assumed in the place of the table's own (simulate only). Copied.
void dossier_assume_number(
    struct dossier *dossier, const char *series, int64_t year, struct exact number);
void dossier_assume_entry(struct dossier *dossier, const char *list, const char *entry);
// The list is assumed to be what was assumed of it, be it nothing.
void dossier_assume_list(struct dossier *dossier, const char *list);

// An authorised person set an item's points. All texts are copied. Of several for an item the last
// by date stands, of equals the later call.
struct dossier_override {
	const char *item;
	struct exact points;
	const char *by, *reason;
	int64_t date; // YYYYMMDD
};
void dossier_add_override(struct dossier *dossier, const struct dossier_override *override);

// An objection to an item is open.
void dossier_add_dispute(struct dossier *dossier, const char *item);

// Puts everything into canonical order; afterwards nothing may be added. ENSUREs that self is
// there.
void dossier_seal(struct dossier *dossier);

#endif
