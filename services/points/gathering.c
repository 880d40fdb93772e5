// SPDX-License-Identifier: Apache-2.0
// gathering: what profiles say of an applicant and of those the rules look at, on its way to a
// dossier.
//
// Whom else to look at is found anew whenever nobody is left to be added: what is found does not
// depend on the order.
#include "gathering_parts.h"

#include "family_planning_fields.h"
#include "public_security_fields.h"
#include "service_centre_fields.h"
#include "value.h"
#include "view_parts.h"

// --- what tables read ----------------------------------------------------------------------------

static bool is_same_reading(const struct rules_reading *a, const struct rules_reading *b)
{
	return a->kind == b->kind && a->partner == b->partner &&
	       a->partner_field == b->partner_field;
}

void wants_add(struct wants *wants, const struct rules *rules)
{
	for (size_t i = 0; i < rules_reading_count(rules); i++) {
		struct rules_reading reading = rules_reading(rules, i);
		size_t at = 0;
		while (at < wants->count && !is_same_reading(&wants->readings[at], &reading))
			at++;
		if (at == wants->count) {
			wants->readings = reallocate(
			    wants->readings, (wants->count + 1) * sizeof *wants->readings);
			wants->readings[wants->count++] = reading;
		}
		wants->readings[at].roles |= reading.roles;
		wants->roles |= reading.roles;
	}
}

void wants_deinit(struct wants *wants)
{
	free(wants->readings);
	*wants = (struct wants){ 0 };
}

static bool is_wanted(const struct wants *wants, const struct kind *kind)
{
	for (size_t i = 0; i < wants->count; i++)
		if (wants->readings[i].kind == kind || wants->readings[i].partner == kind)
			return true;
	return false;
}

// --- making and freeing --------------------------------------------------------------------------

static const struct kind *find_kind(
    const struct catalogue_set *catalogues, const char *department, unsigned kind)
{
	const struct catalogue *catalogue = catalogue_set_named(catalogues, department);
	return catalogue != NULL ? catalogue_kind(catalogue, kind) : NULL;
}

static bool says_who(const struct gathering *gathering, const struct kind *kind)
{
	const struct gathering_kinds *kinds = &gathering->kinds;
	return kind == kinds->application || kind == kinds->kinship || kind == kinds->marriage ||
	       kind == kinds->child;
}

static void add_subject(struct gathering *gathering, const char *name)
{
	if (gathering_find(gathering, name) != NULL ||
	    gathering->subject_count == GATHERING_SUBJECTS_MAX)
		return;
	struct gathered *subject = allocate(sizeof *subject);
	memcpy(subject->subject, name, SUBJECT_SIZE);
	gathering->subjects[gathering->subject_count++] = subject;
}

struct gathering *gathering_new(const struct wants *wants, const struct catalogue_set *catalogues,
    const char *applicant, int64_t as_of)
{
	struct gathering *gathering = allocate(sizeof *gathering);
	gathering->wants = wants;
	gathering->catalogues = catalogues;
	gathering->as_of = as_of;
	gathering->kinds = (struct gathering_kinds){
		find_kind(catalogues, "service-centre", SERVICE_CENTRE_APPLICATION),
		find_kind(catalogues, "public-security", PUBLIC_SECURITY_KINSHIP),
		find_kind(catalogues, "family-planning", FAMILY_PLANNING_MARRIAGE),
		find_kind(catalogues, "family-planning", FAMILY_PLANNING_CHILD),
	};
	add_subject(gathering, applicant);
	return gathering;
}

static void wipe_bytes(struct bytes bytes)
{
	if (bytes.size > 0)
		explicit_bzero((void *)bytes.data, bytes.size);
	free((void *)bytes.data);
}

static void gathered_free(struct gathered *subject)
{
	for (size_t i = 0; i < subject->fact_count; i++) {
		struct gathered_fact *fact = &subject->facts[i];
		if (fact->record != NULL)
			record_deinit(fact->record);
		free(fact->record);
		wipe_bytes(fact->body);
		wipe_bytes(fact->source.key);
	}
	free(subject->facts);
	free(subject->kinds);
	explicit_bzero(subject, sizeof *subject);
	free(subject);
}

void gathering_free(struct gathering **gathering)
{
	struct gathering *old = *gathering;
	if (old == NULL)
		return;
	*gathering = NULL;
	for (size_t i = 0; i < old->subject_count; i++)
		gathered_free(old->subjects[i]);
	for (size_t i = 0; i < old->need_count; i++)
		free(old->needs[i]);
	free(old->needs);
	free(old->applications);
	free(old);
}

int64_t gathering_as_of(const struct gathering *gathering)
{
	return gathering->as_of;
}

const struct gathered *gathering_find(const struct gathering *gathering, const char *subject)
{
	for (size_t i = 0; i < gathering->subject_count; i++)
		if (strcmp(gathering->subjects[i]->subject, subject) == 0)
			return gathering->subjects[i];
	return NULL;
}

// --- taking a view in ----------------------------------------------------------------------------

static struct bytes bytes_copy(struct bytes bytes)
{
	uint8_t *copy = allocate(bytes.size + 1);
	if (bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	return bytes_make(copy, bytes.size);
}

// Each of a person's numbers has a depth of its own, so that none hides another's record by chance.
static void take_fact(const struct gathering *gathering, struct gathered *subject,
    const struct view *view, const struct fact *fact)
{
	struct gathered_fact *taken = &subject->facts[subject->fact_count++];
	*taken = (struct gathered_fact){
		.kind = fact->kind,
		.body = bytes_copy(fact->value.body),
		.source = { .key = bytes_copy(fact->field.key),
		    .sequence = fact->value.sequence,
		    .recorded_ms = fact->value.recorded_ms,
		    .valid_since = fact->value.valid_since,
		    .depth = (unsigned)(fact->piece - view->subjects) },
	};
	if (!says_who(gathering, fact->kind))
		return;
	taken->record = allocate(sizeof *taken->record);
	bool sound = record_unpack(taken->record, fact->kind, fact->value.body) == STATUS_OK;
	ENSURE(sound); // the view looked into it
}

// Nothing found is certain where the department said so, and did not take it back for this person.
static unsigned known_of(const struct department_view *department, const struct kind_view *kind)
{
	unsigned known = 0;
	if (kind->complete_through > 0 && kind->state != KIND_NOT_REPORTED)
		known |= DOSSIER_STATED;
	if (department->freshness.state != FRESHNESS_CURRENT || kind->late)
		known |= DOSSIER_BEHIND;
	if (kind->mark_count > 0)
		known |= DOSSIER_REJECTED;
	for (size_t i = 0; i < kind->fact_count; i++)
		if (kind->facts[i].damaged) // it says something, and nobody can read what
			known |= DOSSIER_REJECTED;
		else if (kind->facts[i].value.body.size == 0)
			known |= DOSSIER_ERASED;
	return known;
}

static void add_known(struct gathered *subject, const struct kind *kind, unsigned known)
{
	subject->kinds =
	    reallocate(subject->kinds, (subject->kind_count + 1) * sizeof *subject->kinds);
	subject->kinds[subject->kind_count++] = (struct gathered_kind){ kind, known };
}

static void take_kind(const struct gathering *gathering, struct gathered *subject,
    const struct view *view, const struct department_view *department, const struct kind_view *kind)
{
	if (!is_wanted(gathering->wants, kind->kind) && !says_who(gathering, kind->kind))
		return;
	add_known(subject, kind->kind, known_of(department, kind));
	subject->facts = reallocate(
	    subject->facts, (subject->fact_count + kind->fact_count + 1) * sizeof *subject->facts);
	for (size_t i = 0; i < kind->fact_count; i++)
		if (!kind->facts[i].damaged && kind->facts[i].value.body.size > 0)
			take_fact(gathering, subject, view, &kind->facts[i]);
}

// What is off by default is not in a view while nothing is there; that there is none may have been
// said all the same.
static bool says_complete(
    const struct view *view, const struct department_view *department, const struct kind *kind)
{
	bool of_all = true;
	for (size_t i = 0; i < view->subject_count; i++) {
		bool of_this = false;
		for (size_t j = 0; j < department->statement_count; j++) {
			const struct statement *statement = &department->statements[j];
			const struct piece *piece = statement->fact->piece;
			of_this |= statement->about == kind && !statement->denies_none &&
				   (piece == &view->subjects[i] || piece == &department->coverage);
		}
		of_all &= of_this;
	}
	return of_all;
}

static bool is_shown(const struct department_view *department, const struct kind *kind)
{
	for (size_t i = 0; i < department->kind_count; i++)
		if (department->kinds[i].kind == kind)
			return true;
	return false;
}

static void take_hidden_kinds(const struct gathering *gathering, struct gathered *subject,
    const struct view *view, const struct department_view *department)
{
	for (size_t i = 0; i < department->catalogue->kind_count; i++) {
		const struct kind *kind = &department->catalogue->kinds[i];
		unsigned known = 0;
		if (!is_wanted(gathering->wants, kind) || is_shown(department, kind))
			continue;
		if (says_complete(view, department, kind))
			known |= DOSSIER_STATED;
		if (department->freshness.state != FRESHNESS_CURRENT)
			known |= DOSSIER_BEHIND;
		add_known(subject, kind, known);
	}
}

static void add_need(struct gathering *gathering, const char *subject)
{
	gathering->needs =
	    reallocate(gathering->needs, (gathering->need_count + 1) * sizeof *gathering->needs);
	gathering->needs[gathering->need_count++] = text_copy(subject);
}

static int compare_keys(const void *left, const void *right)
{
	const struct gathered_fact *a = *(const struct gathered_fact *const *)left,
				   *b = *(const struct gathered_fact *const *)right;
	return strcmp((const char *)a->source.key.data, (const char *)b->source.key.data);
}

// Those of the present number come first: the same receipt under a former one is the same paper.
static void find_applications(struct gathering *gathering)
{
	const struct gathered *self = gathering->subjects[0];
	gathering->applications = allocate((self->fact_count + 1) * sizeof(void *));
	for (size_t i = 0; i < self->fact_count; i++) {
		bool is_new = self->facts[i].kind == gathering->kinds.application;
		for (size_t j = 0; is_new && j < gathering->application_count; j++)
			is_new = !bytes_equal(
			    gathering->applications[j]->source.key, self->facts[i].source.key);
		if (is_new)
			gathering->applications[gathering->application_count++] = &self->facts[i];
	}
	if (gathering->application_count > 0)
		qsort(gathering->applications, gathering->application_count,
		    sizeof *gathering->applications, compare_keys);
}

void gathering_add(struct gathering *gathering, const struct view *view)
{
	size_t place = 0;
	while (gathering->subjects[place]->added)
		place++;
	struct gathered *subject = gathering->subjects[place];
	for (size_t i = 0; i < gathering->catalogues->count; i++) {
		const struct department_view *department = &view->departments[i];
		for (size_t j = 0; j < department->kind_count; j++)
			take_kind(gathering, subject, view, department, &department->kinds[j]);
		take_hidden_kinds(gathering, subject, view, department);
	}
	for (size_t i = 0; i < view->subject_count; i++)
		add_need(gathering, view->subjects[i].subject);
	subject->added = true;
	if (place == 0)
		find_applications(gathering);
}

// --- who is next ---------------------------------------------------------------------------------

static void add_persons(struct gathering *gathering, const struct record *application)
{
	struct roles_found found;
	roles_find(&found, gathering, application);
	for (enum role role = 0; role < ROLES; role++) {
		bool leads_on = role == ROLE_SPOUSE &&
				(gathering->wants->roles & 1u << ROLE_SPOUSE_PARENTS) != 0;
		if ((gathering->wants->roles & 1u << role) == 0 && !leads_on)
			continue;
		for (size_t i = 0; i < found.counts[role] && i < DOSSIER_ROLE_PERSONS_MAX; i++)
			add_subject(gathering, found.persons[role][i].subject);
	}
	roles_found_deinit(&found);
}

static void add_partner(struct gathering *gathering, const struct value *value)
{
	if (value->present && value->text != NULL && subject_valid(bytes_of_text(value->text)) &&
	    value->text[0] != SUBJECT_REFERENCE)
		add_subject(gathering, value->text);
}

static void add_partners_of(struct gathering *gathering, const struct field *field,
    const struct value *value, const struct field *partner)
{
	if (field == partner)
		add_partner(gathering, value);
	if (field->type != FIELD_LIST || !value->present)
		return;
	for (int64_t row = 0; row < value->integer; row++)
		for (size_t i = 0; i < field->field_count; i++)
			if (&field->fields[i] == partner)
				add_partner(gathering,
				    &value->rows[row * (int64_t)field->field_count + (int64_t)i]);
}

static void add_partners(struct gathering *gathering, const struct gathered *subject,
    const struct rules_reading *reading)
{
	for (size_t i = 0; i < subject->fact_count; i++) {
		struct record record;
		if (subject->facts[i].kind != reading->partner)
			continue;
		if (record_unpack(&record, reading->partner, subject->facts[i].body) == STATUS_OK)
			for (size_t j = 0; j < reading->partner->field_count; j++)
				add_partners_of(gathering, &reading->partner->fields[j],
				    &record.values[j], reading->partner_field);
		record_deinit(&record);
	}
}

// Nobody but who has applied is looked at.
static void look_further(struct gathering *gathering)
{
	if (gathering->application_count == 0)
		return;
	for (size_t i = 0; i < gathering->application_count; i++)
		add_persons(gathering, gathering->applications[i]->record);
	for (size_t i = 0; i < gathering->wants->count; i++)
		for (size_t j = 0, count = gathering->subject_count; j < count; j++)
			if (gathering->wants->readings[i].partner != NULL)
				add_partners(gathering, gathering->subjects[j],
				    &gathering->wants->readings[i]);
}

static const char *find_next(const struct gathering *gathering)
{
	for (size_t i = 0; i < gathering->subject_count; i++)
		if (!gathering->subjects[i]->added)
			return gathering->subjects[i]->subject;
	return NULL;
}

const char *gathering_next(struct gathering *gathering)
{
	const char *next = find_next(gathering);
	if (next != NULL)
		return next;
	look_further(gathering);
	return find_next(gathering);
}

size_t gathering_needs(const struct gathering *gathering, const char *const **subjects)
{
	*subjects = (const char *const *)gathering->needs;
	return gathering->need_count;
}

// --- applications --------------------------------------------------------------------------------

size_t gathering_application_count(const struct gathering *gathering)
{
	return gathering->application_count;
}

const struct record *gathering_application(const struct gathering *gathering, size_t index)
{
	return gathering->applications[index]->record;
}

static bool has_code(const struct record *record, unsigned field, const char *code)
{
	const struct value *value = view_value(record, field);
	return value != NULL && value->text != NULL && strcmp(value->text, code) == 0;
}

static bool is_open_state(const struct record *application)
{
	return has_code(application, SERVICE_CENTRE_APPLICATION_STATE, "accepted") ||
	       has_code(application, SERVICE_CENTRE_APPLICATION_STATE, "completion");
}

// Without a list of grades every one is meant.
static bool is_grade_of(const struct programme *programme, const struct record *application)
{
	struct rules_fields grades = programme_grades(programme);
	for (size_t i = 0; i < grades.count; i++)
		if (has_code(application, SERVICE_CENTRE_APPLICATION_GRADE, grades.names[i]))
			return true;
	return grades.count == 0;
}

bool gathering_is_scored(
    const struct gathering *gathering, size_t index, const struct programme *programme)
{
	const struct record *application = gathering_application(gathering, index);
	const char *code = programme_code(programme);
	const struct value *year = view_value(application, SERVICE_CENTRE_APPLICATION_YEAR);
	return code != NULL && is_open_state(application) &&
	       has_code(application, SERVICE_CENTRE_APPLICATION_PROGRAMME, code) &&
	       is_grade_of(programme, application) && year != NULL &&
	       year->integer >= gathering->as_of / 10000;
}

static bool table_reads(const struct rules *rules, const struct kind *kind)
{
	for (size_t i = 0; i < rules_reading_count(rules); i++)
		if (rules_reading(rules, i).kind == kind)
			return true;
	return false;
}

// The facts of one kind, which lie in a row. Returns the place behind them.
static size_t write_facts_of_kind(struct buffer *out, const struct gathered *subject, size_t first,
    const char *whose, bool chinese)
{
	const struct kind *kind = subject->facts[first].kind;
	size_t at = first;
	buffer_printf(out, "  %s %s%s%s", kind->catalogue->name, whose, chinese ? "" : " ",
	    chinese ? kind->title.zh : kind->name);
	buffer_append_text(out, chinese ? "：" : ":");
	for (; at < subject->fact_count && subject->facts[at].kind == kind; at++)
		buffer_printf(out, " %llu", (unsigned long long)subject->facts[at].source.sequence);
	buffer_append_byte(out, '\n');
	return at;
}

static void write_facts_of(struct buffer *out, const struct gathered *subject,
    const struct rules *rules, bool applicant, bool chinese)
{
	const char *whose = applicant ? "own" : "family";
	if (chinese)
		whose = applicant ? "本人" : "家人";
	for (size_t i = 0; i < subject->fact_count;) {
		if (table_reads(rules, subject->facts[i].kind))
			i = write_facts_of_kind(out, subject, i, whose, chinese);
		else
			i++;
	}
}

void gathering_write_facts(
    const struct gathering *gathering, const struct rules *rules, bool chinese, struct buffer *out)
{
	for (size_t i = 0; i < gathering->subject_count; i++)
		write_facts_of(out, gathering->subjects[i], rules, i == 0, chinese);
}

// --- the dossier ---------------------------------------------------------------------------------

static enum field_type type_of(const char *subject)
{
	if (subject[0] == SUBJECT_DWELLING)
		return FIELD_DWELLING;
	return subject[0] == SUBJECT_ENTERPRISE ? FIELD_ENTERPRISE : FIELD_PERSON;
}

// What tells a record from others stays: its key, its date, its rows.
static bool is_needed(const struct rules *rules, const struct kind *kind, size_t field)
{
	bool needed = rules_reads_field(rules, kind, kind->fields[field].name) ||
		      (int)field == kind->valid_since || kind->fields[field].type == FIELD_LIST;
	for (size_t i = 0; i < kind->key_count; i++)
		needed |= kind->key[i] == field;
	return needed;
}

static void leave_out_unread(struct record *record, const struct rules *rules)
{
	for (size_t i = 0; i < record->kind->field_count; i++)
		if (!is_needed(rules, record->kind, i))
			value_deinit(&record->values[i], &record->kind->fields[i]);
}

static void put_facts(struct dossier *dossier, size_t number, const struct gathered *subject,
    const struct rules *rules)
{
	for (size_t i = 0; i < subject->fact_count; i++) {
		const struct gathered_fact *fact = &subject->facts[i];
		struct record record;
		bool sound = record_unpack(&record, fact->kind, fact->body) == STATUS_OK;
		ENSURE(sound); // the view looked into it
		leave_out_unread(&record, rules);
		dossier_add_fact(dossier, number, &record, &fact->source);
	}
}

static void put_subjects(const struct gathering *gathering, struct dossier *dossier,
    const struct rules *rules, bool freshness)
{
	for (size_t i = 0; i < gathering->subject_count; i++) {
		const struct gathered *subject = gathering->subjects[i];
		size_t number =
		    dossier_subject(dossier, type_of(subject->subject), subject->subject);
		unsigned mask = freshness ? ~0u : ~(unsigned)DOSSIER_BEHIND;
		put_facts(dossier, number, subject, rules);
		for (size_t j = 0; j < subject->kind_count; j++)
			dossier_know(dossier, number, subject->kinds[j].kind,
			    subject->kinds[j].known & mask);
	}
}

static void put_roles(
    const struct gathering *gathering, struct dossier *dossier, const struct record *application)
{
	struct roles_found found;
	roles_find(&found, gathering, application);
	for (enum role role = 0; role < ROLES; role++)
		for (size_t i = 0; i < found.counts[role]; i++)
			dossier_add_to_role(dossier, role,
			    dossier_subject(dossier, FIELD_PERSON, found.persons[role][i].subject));
	roles_tell_sought(&found, gathering, dossier);
	roles_found_deinit(&found);
}

struct dossier *gathering_make(const struct gathering *gathering, size_t application,
    const struct rules *rules, bool freshness)
{
	const struct gathered_fact *fact = gathering->applications[application];
	struct dossier *dossier = dossier_new(gathering->catalogues, gathering->as_of);
	struct record record;
	bool sound = record_unpack(&record, fact->kind, fact->body) == STATUS_OK;
	ENSURE(sound);
	put_subjects(gathering, dossier, rules, freshness);
	put_roles(gathering, dossier, fact->record);
	dossier_set_application(dossier, &record, &fact->source);
	dossier_seal(dossier);
	return dossier;
}
