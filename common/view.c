// SPDX-License-Identifier: Apache-2.0
// view: what Redis holds about a subject, gathered piece by piece.
#include "view_parts.h"

#include "every_department_fields.h"
#include "position.h"

#include <stdio.h>

enum {
	FACTS_CAPACITY_MIN = 64
};

// --- making and freeing --------------------------------------------------------------------------

static void piece_init(struct piece *piece, const char *subject, unsigned depth)
{
	*piece = (struct piece){ .depth = depth };
	snprintf(piece->subject, sizeof piece->subject, "%s", subject);
}

static void piece_deinit(struct piece *piece)
{
	if (piece->memory != NULL)
		explicit_bzero(piece->memory, piece->memory_size);
	free(piece->memory);
	free(piece->standings);
}

static void department_deinit(struct department_view *department)
{
	buffer_wipe(&department->source_packed);
	piece_deinit(&department->coverage);
	free(department->statements_of_all.list);
	free(department->statements);
	free(department->kinds);
}

struct view *view_new(const struct catalogue_set *catalogues, const char *subject)
{
	struct view *view = allocate(sizeof *view);
	view->catalogues = catalogues;
	view->departments = allocate(catalogues->count * sizeof *view->departments);
	for (size_t i = 0; i < catalogues->count; i++) {
		struct department_view *department = &view->departments[i];
		char source[SUBJECT_SIZE];
		department->catalogue = catalogues->catalogues[i];
		pseudonym_source(department->catalogue->number, source);
		piece_init(&department->coverage, source, 0);
	}
	piece_init(&view->subjects[view->subject_count++], subject, 0);
	return view;
}

void view_free(struct view **view)
{
	struct view *old = *view;
	if (old == NULL)
		return;
	*view = NULL;
	for (size_t i = 0; i < old->subject_count; i++)
		piece_deinit(&old->subjects[i]);
	for (size_t i = 0; i < old->catalogues->count; i++)
		department_deinit(&old->departments[i]);
	free(old->departments);
	free(old->facts.list);
	explicit_bzero(old, sizeof *old);
	free(old);
}

size_t view_unreadable(const struct view *view)
{
	size_t count = 0;
	for (size_t i = 0; i < view->subject_count; i++)
		count += view->subjects[i].unreadable;
	return count;
}

// --- facts ---------------------------------------------------------------------------------------

static void append_fact(struct facts *facts, const struct fact *fact)
{
	if (facts->count == facts->capacity) {
		facts->capacity = facts->capacity ? facts->capacity * 2 : FACTS_CAPACITY_MIN;
		facts->list = reallocate(facts->list, facts->capacity * sizeof *facts->list);
	}
	facts->list[facts->count++] = *fact;
}

static bool body_is_sound(const struct kind *kind, struct bytes body)
{
	struct record record;
	if (body.size == 0) // erased
		return true;
	bool sound = record_unpack(&record, kind, body) == STATUS_OK;
	record_deinit(&record);
	return sound;
}

static const struct kind *find_kind(const struct view *view, const struct profile_field *field)
{
	const struct catalogue *catalogue = catalogue_set_find(view->catalogues, field->department);
	return catalogue != NULL ? catalogue_kind(catalogue, field->kind) : NULL;
}

// Fields of a later catalogue, or damaged ones, are counted: that they are there must not be lost.
static void add_fact(const struct view *view, struct facts *facts, struct piece *piece,
    struct bytes name, struct bytes value)
{
	struct fact fact = { .piece = piece };
	if (profile_read_field(&fact.field, name) == STATUS_OK)
		fact.kind = find_kind(view, &fact.field);
	if (fact.kind == NULL) {
		piece->unreadable++;
		return;
	}
	if (profile_read_value(&fact.value, fact.field.mark, value) != STATUS_OK ||
	    !body_is_sound(fact.kind, fact.value.body)) {
		fact.value = (struct profile_value){ 0 };
		fact.damaged = true;
		piece->unreadable++;
	}
	append_fact(facts, &fact);
}

static size_t bytes_in(struct view_hash hash)
{
	size_t size = 0;
	for (size_t i = 0; i < hash.count; i++)
		size += hash.texts[i].size;
	return size;
}

static struct bytes keep(uint8_t **at, struct bytes text)
{
	struct bytes kept = bytes_make(*at, text.size);
	if (text.size > 0)
		memcpy(*at, text.data, text.size);
	*at += text.size;
	return kept;
}

static enum status add_facts(
    struct view *view, struct facts *facts, struct piece *piece, struct view_hash profile)
{
	ENSURE(profile.count % 2 == 0);
	view->field_count += profile.count / 2;
	if (view->field_count > VIEW_FIELDS_MAX)
		return fail(STATUS_TOO_LARGE, "a profile of more than %d fields", VIEW_FIELDS_MAX);
	piece->memory_size = bytes_in(profile) + 1;
	piece->memory = allocate(piece->memory_size);
	uint8_t *at = piece->memory;
	for (size_t i = 0; i < profile.count; i += 2) {
		struct bytes name = keep(&at, profile.texts[i]);
		struct bytes value = keep(&at, profile.texts[i + 1]);
		add_fact(view, facts, piece, name, value);
	}
	piece->added = true;
	return STATUS_OK;
}

// --- the departments' own ------------------------------------------------------------------------

void view_add_source(struct view *view, size_t place, struct bytes packed)
{
	struct department_view *department = &view->departments[place];
	ENSURE(!department->source_found && !department->source_damaged);
	buffer_append_bytes(&department->source_packed, packed);
	department->source_found = profile_read_source(&department->source,
				       buffer_bytes(&department->source_packed)) == STATUS_OK;
	department->source_damaged = !department->source_found;
}

enum status view_add_coverage(struct view *view, size_t place, struct view_hash profile)
{
	struct department_view *department = &view->departments[place];
	ENSURE(!department->coverage.added);
	return add_facts(view, &department->statements_of_all, &department->coverage, profile);
}

// --- subjects and their links --------------------------------------------------------------------

const struct value *view_value(const struct record *record, unsigned field)
{
	for (size_t i = 0; i < record->kind->field_count; i++)
		if (record->kind->fields[i].number == field)
			return record->values[i].present ? &record->values[i] : NULL;
	return NULL;
}

static size_t next_place(const struct view *view)
{
	size_t place = 0;
	while (place < view->subject_count && view->subjects[place].added)
		place++;
	return place;
}

const char *view_next(const struct view *view)
{
	size_t place = next_place(view);
	return place < view->subject_count ? view->subjects[place].subject : NULL;
}

static size_t department_place(const struct view *view, struct bytes number)
{
	char text[12];
	for (size_t i = 0; i < view->catalogues->count; i++) {
		snprintf(text, sizeof text, "%u", view->catalogues->catalogues[i]->number);
		if (bytes_equal_text(number, text))
			return i;
	}
	return SIZE_MAX;
}

// A position that cannot be read is one that the aggregator will rebuild from, like the mark.
static struct standing read_standing(struct bytes text)
{
	struct position position;
	bool sound = position_parse(&position, text);
	return (struct standing){
		.has_position = sound,
		.rebuild = !sound,
		.sequence = sound ? position.sequence : 0,
	};
}

static void read_positions(struct view *view, struct piece *piece, struct view_hash position)
{
	ENSURE(position.count % 2 == 0);
	piece->standings = allocate(view->catalogues->count * sizeof *piece->standings);
	for (size_t i = 0; i < position.count; i += 2) {
		struct bytes name = position.texts[i];
		size_t place = department_place(view, name);
		if (bytes_equal_text(name, "generation"))
			piece->opened = true;
		else if (place != SIZE_MAX)
			piece->standings[place] = read_standing(position.texts[i + 1]);
	}
}

// Neither a mark nor an erased fact: these have no body.
static bool is_link(const struct fact *fact)
{
	return fact->value.body.size > 0 && fact->kind->predecessor >= 0;
}

static bool is_there(const struct view *view, const char *subject)
{
	for (size_t i = 0; i < view->subject_count; i++)
		if (strcmp(view->subjects[i].subject, subject) == 0)
			return true;
	return false;
}

static void add_predecessor(struct view *view, const char *subject, unsigned depth)
{
	if (is_there(view, subject)) // two numbers that name each other, or one that is named twice
		return;
	if (depth > VIEW_LINKS_MAX || view->subject_count == VIEW_SUBJECTS_MAX)
		view->links_cut = true;
	else
		piece_init(&view->subjects[view->subject_count++], subject, depth);
}

static void follow_link(struct view *view, const struct fact *fact)
{
	struct record record;
	if (record_unpack(&record, fact->kind, fact->value.body) == STATUS_OK) {
		const struct value *predecessor = &record.values[fact->kind->predecessor];
		if (predecessor->present && predecessor->text != NULL &&
		    predecessor->text[0] == SUBJECT_PERSON)
			add_predecessor(view, predecessor->text, fact->piece->depth + 1);
	}
	record_deinit(&record);
}

enum status view_add_subject(struct view *view, struct view_hash profile, struct view_hash position)
{
	size_t place = next_place(view);
	ENSURE(place < view->subject_count);
	struct piece *piece = &view->subjects[place];
	size_t first = view->facts.count;
	enum status status = add_facts(view, &view->facts, piece, profile);
	if (status != STATUS_OK)
		return status;
	read_positions(view, piece, position);
	for (size_t i = first; i < view->facts.count; i++)
		if (is_link(&view->facts.list[i]))
			follow_link(view, &view->facts.list[i]);
	return STATUS_OK;
}
