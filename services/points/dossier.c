// SPDX-License-Identifier: Apache-2.0
// dossier: lists that grow while it is filled and are put in order once, when it is sealed.
#include "dossier_parts.h"

#include "date.h"
#include "value.h"

// The list with room for one more, whose memory is zeroed. Doubles at powers of two.
static void *grown(void *list, size_t count, size_t size)
{
	if (count == 0 || (count & (count - 1)) == 0)
		list = reallocate(list, (count > 0 ? count * 2 : 1) * size);
	memset((uint8_t *)list + count * size, 0, size);
	return list;
}

struct dossier *dossier_new(const struct catalogue_set *catalogues, int64_t as_of)
{
	ENSURE(date_valid(as_of));
	struct dossier *dossier = allocate(sizeof *dossier);
	dossier->catalogues = catalogues;
	dossier->as_of = as_of;
	return dossier;
}

static void wipe_text(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

static void fact_deinit(struct dossier_fact *fact)
{
	for (size_t i = 0; fact->values != NULL && i < fact->kind->field_count; i++)
		value_deinit(&fact->values[i], &fact->kind->fields[i]);
	free(fact->values);
	wipe_text(fact->key);
	*fact = (struct dossier_fact){ 0 };
}

static void subject_deinit(struct dossier_subject *subject)
{
	for (size_t i = 0; i < subject->fact_count; i++)
		fact_deinit(&subject->facts[i]);
	free(subject->facts);
	free(subject->knowledge);
	wipe_text(subject->name);
}

static void override_deinit(struct dossier_override *override)
{
	free((char *) override->item);
	wipe_text((char *) override->by);
	wipe_text((char *) override->reason);
}

void dossier_free(struct dossier **dossier)
{
	struct dossier *it = *dossier;
	if (it == NULL)
		return;
	for (size_t i = 0; i < it->subject_count; i++)
		subject_deinit(&it->subjects[i]);
	for (size_t i = 0; i < it->used_count; i++) {
		free(it->used[i].register_id);
		wipe_text(it->used[i].value);
	}
	for (size_t i = 0; i < it->override_count; i++)
		override_deinit(&it->overrides[i]);
	for (size_t i = 0; i < it->dispute_count; i++)
		free(it->disputes[i]);
	if (it->has_application)
		record_deinit(&it->application);
	wipe_text(it->application_fact.key);
	for (size_t i = 0; i < it->number_count; i++)
		free(it->numbers[i].series);
	for (size_t i = 0; i < it->entry_count; i++) {
		free(it->entries[i].list);
		free(it->entries[i].entry);
	}
	free(it->numbers);
	free(it->entries);
	free(it->subjects);
	free(it->searches);
	free(it->used);
	free(it->overrides);
	free(it->disputes);
	free(it);
	*dossier = NULL;
}

int64_t dossier_as_of(const struct dossier *dossier)
{
	return dossier->as_of;
}

static int64_t application_date(const struct dossier *dossier, const char *field)
{
	if (!dossier->has_application)
		return dossier->as_of;
	int index = kind_field_index(dossier->application.kind, field);
	if (index < 0 || !dossier->application.values[index].present)
		return dossier->as_of;
	return dossier->application.values[index].integer;
}

int64_t dossier_accepted_on(const struct dossier *dossier)
{
	return application_date(dossier, "accepted_on");
}

int64_t dossier_applied_on(const struct dossier *dossier)
{
	return application_date(dossier, "applied_on");
}

// --- subjects ------------------------------------------------------------------------------------

size_t dossier_find(const struct dossier *dossier, enum field_type type, const char *name)
{
	for (size_t i = 0; i < dossier->subject_count; i++)
		if (dossier->subjects[i].type == type &&
		    strcmp(dossier->subjects[i].name, name) == 0)
			return i;
	return SIZE_MAX;
}

size_t dossier_subject(struct dossier *dossier, enum field_type type, const char *name)
{
	ENSURE(!dossier->sealed && strlen(name) <= DOSSIER_SUBJECT_BYTES_MAX);
	size_t subject = dossier_find(dossier, type, name);
	if (subject != SIZE_MAX)
		return subject;
	dossier->subjects =
	    grown(dossier->subjects, dossier->subject_count, sizeof *dossier->subjects);
	dossier->subjects[dossier->subject_count].type = type;
	dossier->subjects[dossier->subject_count].name = text_copy(name);
	return dossier->subject_count++;
}

const char *dossier_subject_name(const struct dossier *dossier, size_t subject)
{
	ENSURE(subject < dossier->subject_count);
	return dossier->subjects[subject].name;
}

static int64_t valid_since_of(
    const struct kind *kind, const struct value *values, const struct dossier_source *source)
{
	if (kind->valid_since < 0)
		return source->valid_since;
	const struct value *value = &values[kind->valid_since];
	return value->present ? value->integer : 0;
}

static struct dossier_fact fact_make(struct dossier *dossier, const struct kind *kind,
    struct value *values, const struct dossier_source *source)
{
	ENSURE(source->key.size <= CATALOGUE_KEY_BYTES_MAX);
	return (struct dossier_fact){
		.kind = kind,
		.values = values,
		.key = bytes_copy_text(source->key),
		.sequence = source->sequence,
		.recorded_ms = source->recorded_ms,
		.valid_since = valid_since_of(kind, values, source),
		.depth = source->depth,
		.order = dossier->order++,
	};
}

void dossier_add_fact(struct dossier *dossier, size_t subject, struct record *record,
    const struct dossier_source *source)
{
	ENSURE(!dossier->sealed && subject < dossier->subject_count);
	struct dossier_subject *of = &dossier->subjects[subject];
	const struct kind *kind = record->kind;
	struct value *values = allocate(kind->field_count * sizeof *values);
	memcpy(values, record->values, kind->field_count * sizeof *values);
	explicit_bzero(record, sizeof *record);
	of->facts = grown(of->facts, of->fact_count, sizeof *of->facts);
	of->facts[of->fact_count++] = fact_make(dossier, kind, values, source);
}

void dossier_know(struct dossier *dossier, size_t subject, const struct kind *kind, unsigned known)
{
	ENSURE(!dossier->sealed && subject < dossier->subject_count);
	struct dossier_subject *of = &dossier->subjects[subject];
	for (size_t i = 0; i < of->knowledge_count; i++)
		if (of->knowledge[i].kind == kind) {
			of->knowledge[i].known |= known;
			return;
		}
	of->knowledge = grown(of->knowledge, of->knowledge_count, sizeof *of->knowledge);
	of->knowledge[of->knowledge_count++] = (struct dossier_knowledge){ kind, known };
}

unsigned dossier_known(const struct dossier *dossier, size_t subject, const struct kind *kind)
{
	const struct dossier_subject *of = &dossier->subjects[subject];
	for (size_t i = 0; i < of->knowledge_count; i++)
		if (of->knowledge[i].kind == kind)
			return of->knowledge[i].known;
	return DOSSIER_NOT_STATED;
}

size_t dossier_facts(const struct dossier *dossier, size_t subject, const struct kind *kind,
    const struct dossier_fact **facts)
{
	const struct dossier_subject *of = &dossier->subjects[subject];
	size_t first = 0, count = 0;
	while (first < of->fact_count && of->facts[first].kind != kind)
		first++;
	while (first + count < of->fact_count && of->facts[first + count].kind == kind)
		count++;
	*facts = of->facts + first;
	return count;
}

// --- roles ---------------------------------------------------------------------------------------

void dossier_add_to_role(struct dossier *dossier, enum role role, size_t person)
{
	ENSURE(!dossier->sealed && person < dossier->subject_count && role < ROLES);
	ENSURE(dossier->subjects[person].type == FIELD_PERSON);
	struct dossier_persons *persons = &dossier->roles[role];
	for (size_t i = 0; i < persons->count; i++)
		if (persons->list[i] == person)
			return;
	if (persons->count == DOSSIER_ROLE_PERSONS_MAX)
		persons->cut = true;
	else
		persons->list[persons->count++] = person;
}

void dossier_role_sought(
    struct dossier *dossier, enum role role, const struct kind *kind, size_t person)
{
	ENSURE(!dossier->sealed && person < dossier->subject_count && role < ROLES);
	dossier->searches =
	    grown(dossier->searches, dossier->search_count, sizeof *dossier->searches);
	dossier->searches[dossier->search_count++] = (struct dossier_search){ role, kind, person };
}

size_t dossier_role(const struct dossier *dossier, enum role role, const size_t **persons)
{
	*persons = dossier->roles[role].list;
	return dossier->roles[role].count;
}

// --- the rest ------------------------------------------------------------------------------------

void dossier_set_application(
    struct dossier *dossier, struct record *record, const struct dossier_source *source)
{
	ENSURE(!dossier->sealed && !dossier->has_application);
	dossier->has_application = true;
	dossier->application = *record;
	explicit_bzero(record, sizeof *record);
	dossier->application_fact =
	    fact_make(dossier, dossier->application.kind, dossier->application.values, source);
}

const struct record *dossier_application(const struct dossier *dossier)
{
	return dossier->has_application ? &dossier->application : NULL;
}

void dossier_add_used(struct dossier *dossier, const char *register_id, const char *value)
{
	ENSURE(!dossier->sealed);
	dossier->used = grown(dossier->used, dossier->used_count, sizeof *dossier->used);
	dossier->used[dossier->used_count++] =
	    (struct dossier_used){ text_copy(register_id), text_copy(value) };
}

int64_t dossier_uses(const struct dossier *dossier, const char *register_id, const char *value)
{
	int64_t uses = 0;
	for (size_t i = 0; i < dossier->used_count; i++)
		uses += strcmp(dossier->used[i].register_id, register_id) == 0 &&
			strcmp(dossier->used[i].value, value) == 0;
	return uses;
}

void dossier_add_override(struct dossier *dossier, const struct dossier_override *override)
{
	ENSURE(!dossier->sealed);
	dossier->overrides =
	    grown(dossier->overrides, dossier->override_count, sizeof *dossier->overrides);
	dossier->overrides[dossier->override_count++] = (struct dossier_override){
		.item = text_copy(override->item),
		.points = override->points,
		.by = text_copy(override->by),
		.reason = text_copy(override->reason),
		.date = override->date,
	};
}

const struct dossier_override *dossier_override(const struct dossier *dossier, const char *item)
{
	const struct dossier_override *last = NULL;
	for (size_t i = 0; i < dossier->override_count; i++) {
		const struct dossier_override *one = &dossier->overrides[i];
		if (strcmp(one->item, item) == 0 && (last == NULL || one->date >= last->date))
			last = one;
	}
	return last;
}

void dossier_add_dispute(struct dossier *dossier, const char *item)
{
	ENSURE(!dossier->sealed);
	dossier->disputes =
	    grown(dossier->disputes, dossier->dispute_count, sizeof *dossier->disputes);
	dossier->disputes[dossier->dispute_count++] = text_copy(item);
}

bool dossier_is_disputed(const struct dossier *dossier, const char *item)
{
	for (size_t i = 0; i < dossier->dispute_count; i++)
		if (strcmp(dossier->disputes[i], item) == 0)
			return true;
	return false;
}

// --- assumed -------------------------------------------------------------------------------------

void dossier_assume_number(
    struct dossier *dossier, const char *series, int64_t year, struct exact number)
{
	ENSURE(!dossier->sealed);
	dossier->numbers = grown(dossier->numbers, dossier->number_count, sizeof *dossier->numbers);
	dossier->numbers[dossier->number_count++] =
	    (struct dossier_number){ text_copy(series), year, number };
}

static void assume(struct dossier *dossier, const char *list, const char *entry)
{
	ENSURE(!dossier->sealed);
	dossier->entries = grown(dossier->entries, dossier->entry_count, sizeof *dossier->entries);
	dossier->entries[dossier->entry_count++] =
	    (struct dossier_entry){ text_copy(list), entry != NULL ? text_copy(entry) : NULL };
}

void dossier_assume_entry(struct dossier *dossier, const char *list, const char *entry)
{
	assume(dossier, list, entry);
}

void dossier_assume_list(struct dossier *dossier, const char *list)
{
	assume(dossier, list, NULL);
}

// Of several for a year the last call stands.
const struct dossier_number *dossier_number(
    const struct dossier *dossier, const char *series, int64_t year)
{
	for (size_t i = dossier->number_count; i-- > 0;)
		if (dossier->numbers[i].year == year &&
		    strcmp(dossier->numbers[i].series, series) == 0)
			return &dossier->numbers[i];
	return NULL;
}

bool dossier_assumes_series(const struct dossier *dossier, const char *series)
{
	for (size_t i = 0; i < dossier->number_count; i++)
		if (strcmp(dossier->numbers[i].series, series) == 0)
			return true;
	return false;
}

bool dossier_assumes_list(const struct dossier *dossier, const char *list)
{
	for (size_t i = 0; i < dossier->entry_count; i++)
		if (strcmp(dossier->entries[i].list, list) == 0)
			return true;
	return false;
}

bool dossier_assumes_entry(const struct dossier *dossier, const char *list, const char *entry)
{
	for (size_t i = 0; i < dossier->entry_count; i++)
		if (dossier->entries[i].entry != NULL &&
		    strcmp(dossier->entries[i].list, list) == 0 &&
		    strcmp(dossier->entries[i].entry, entry) == 0)
			return true;
	return false;
}

// --- canonical order -----------------------------------------------------------------------------

static int order_of(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_kinds(const struct dossier_fact *a, const struct dossier_fact *b)
{
	int order = order_of(a->kind->catalogue->number, b->kind->catalogue->number);
	return order != 0 ? order : order_of(a->kind->number, b->kind->number);
}

// Of one kind and key the one that stands comes first: under the present number, then the latest.
static int compare_standing(const void *left, const void *right)
{
	const struct dossier_fact *a = left, *b = right;
	int order = compare_kinds(a, b);
	order = order != 0 ? order : strcmp(a->key, b->key);
	order = order != 0 ? order : order_of(a->depth, b->depth);
	order = order != 0 ? order : order_of((uint64_t)b->recorded_ms, (uint64_t)a->recorded_ms);
	order = order != 0 ? order : order_of(b->sequence, a->sequence);
	return order != 0 ? order : order_of(b->order, a->order);
}

static int compare_canonical(const void *left, const void *right)
{
	const struct dossier_fact *a = left, *b = right;
	int order = compare_kinds(a, b);
	if (order == 0 && a->valid_since != b->valid_since)
		order = a->valid_since < b->valid_since ? -1 : 1;
	return order != 0 ? order : compare_standing(a, b);
}

static void seal_subject(struct dossier_subject *subject)
{
	size_t kept = 0;
	if (subject->fact_count == 0)
		return;
	qsort(subject->facts, subject->fact_count, sizeof *subject->facts, compare_standing);
	for (size_t i = 1; i < subject->fact_count; i++) {
		struct dossier_fact *standing = &subject->facts[kept], *next = &subject->facts[i];
		bool same = standing->kind == next->kind && next->kind->fold == NULL &&
			    strcmp(standing->key, next->key) == 0;
		if (same)
			fact_deinit(next);
		else
			subject->facts[++kept] = *next;
	}
	subject->fact_count = kept + 1;
	qsort(subject->facts, subject->fact_count, sizeof *subject->facts, compare_canonical);
}

void dossier_seal(struct dossier *dossier)
{
	ENSURE(!dossier->sealed && dossier->roles[ROLE_SELF].count == 1);
	for (size_t i = 0; i < dossier->subject_count; i++)
		seal_subject(&dossier->subjects[i]);
	dossier->sealed = true;
}
