// SPDX-License-Identifier: Apache-2.0
// facts_kinds: copies of the catalogues' kinds, with the demands of the door taken out.
#include "facts_kinds.h"

#include "dossier.h"
#include "words.h"

struct facts_kinds {
	struct facts_kind *list;
	size_t count;
};

// No member of a strict JSON text has this name.
static const char unnameable[] = "\xff";

static bool is_any_text(enum field_type type)
{
	return type == FIELD_PERSON || type == FIELD_DWELLING || type == FIELD_ENTERPRISE ||
	       type == FIELD_REFERENCE || type == FIELD_CREDIT_CODE;
}

// Frees what fields_copy() made.
static void fields_free(const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (fields[i].type != FIELD_LIST)
			continue;
		struct words *columns = (struct words *)fields[i].columns;
		words_free(&columns);
		fields_free(fields[i].fields, fields[i].field_count);
	}
	free((struct field *)fields);
}

static struct field *fields_copy(const struct field *fields, size_t count);

static void list_copy(struct field *list)
{
	struct words *columns = words_new(WORDS_OF_COLUMNS);
	list->fields = fields_copy(list->fields, list->field_count);
	for (size_t i = 0; i < list->field_count; i++)
		words_put(columns, list->fields[i].name, &list->fields[i]);
	list->columns = columns;
}

static struct field *fields_copy(const struct field *fields, size_t count)
{
	struct field *copy = allocate(count * sizeof *copy);
	memcpy(copy, fields, count * sizeof *copy);
	for (size_t i = 0; i < count; i++) {
		copy[i].required = false;
		if (is_any_text(copy[i].type)) {
			copy[i].type = FIELD_TEXT;
			copy[i].bytes_max = DOSSIER_SUBJECT_BYTES_MAX;
		} else if (copy[i].type == FIELD_ID_NUMBER) {
			copy[i].name = unnameable; // the subject's own number is not given
		} else if (copy[i].type == FIELD_LIST) {
			list_copy(&copy[i]);
		}
	}
	return copy;
}

// Key fields that may be left out are no key here: their row's number is put in afterwards.
static void copy_key(struct facts_kind *of)
{
	of->key = allocate((of->kind->key_count + 1) * sizeof *of->key);
	of->shape.key = of->key;
	of->shape.key_count = 0;
	for (size_t i = 0; i < of->kind->key_count; i++)
		if (of->kind->fields[of->kind->key[i]].type != FIELD_REFERENCE)
			of->key[of->shape.key_count++] = of->kind->key[i];
}

// The entry of a month says which month it is.
static void copy_fold(struct facts_kind *of)
{
	if (of->kind->fold == NULL)
		return;
	of->fold = *of->kind->fold;
	of->fold.list = &of->shape.fields[of->fold.list_index];
	((struct field *)of->fold.list->fields)[of->fold.by].required = true;
	of->shape.fold = &of->fold;
}

static void facts_kind_init(struct facts_kind *of, const struct kind *kind, size_t index)
{
	of->kind = kind;
	of->index = index;
	of->shape = *kind;
	of->shape.subject = (struct field){ .name = unnameable, .type = FIELD_TEXT };
	of->shape.subject_optional = true;
	of->shape.fields = fields_copy(kind->fields, kind->field_count);
	of->columns = words_new(WORDS_OF_COLUMNS); // names only
	of->shape.columns = of->columns;
	copy_key(of);
	copy_fold(of);
}

static size_t count_kinds(const struct catalogue_set *catalogues)
{
	size_t count = 0;
	for (size_t i = 0; i < catalogues->count; i++)
		count += catalogues->catalogues[i]->kind_count;
	return count;
}

struct facts_kinds *facts_kinds_new(const struct catalogue_set *catalogues)
{
	struct facts_kinds *kinds = allocate(sizeof *kinds);
	kinds->list = allocate(count_kinds(catalogues) * sizeof *kinds->list);
	for (size_t i = 0; i < catalogues->count; i++) {
		const struct catalogue *catalogue = catalogues->catalogues[i];
		for (size_t j = 0; j < catalogue->kind_count; j++, kinds->count++)
			facts_kind_init(
			    &kinds->list[kinds->count], &catalogue->kinds[j], kinds->count);
	}
	return kinds;
}

void facts_kinds_free(struct facts_kinds **kinds)
{
	if (*kinds == NULL)
		return;
	for (size_t i = 0; i < (*kinds)->count; i++) {
		struct facts_kind *of = &(*kinds)->list[i];
		fields_free(of->shape.fields, of->shape.field_count);
		words_free(&of->columns);
		free(of->key);
	}
	free((*kinds)->list);
	free(*kinds);
	*kinds = NULL;
}

size_t facts_kinds_count(const struct facts_kinds *kinds)
{
	return kinds->count;
}

const struct facts_kind *facts_kinds_at(const struct facts_kinds *kinds, size_t index)
{
	ENSURE(index < kinds->count);
	return &kinds->list[index];
}

static bool is_named(const struct kind *kind, const char *name)
{
	size_t department = strlen(kind->catalogue->name);
	return strncmp(name, kind->catalogue->name, department) == 0 && name[department] == '.' &&
	       strcmp(name + department + 1, kind->name) == 0;
}

const struct facts_kind *facts_kinds_named(const struct facts_kinds *kinds, const char *name)
{
	for (size_t i = 0; i < kinds->count; i++)
		if (is_named(kinds->list[i].kind, name))
			return &kinds->list[i];
	return NULL;
}
