// SPDX-License-Identifier: Apache-2.0
// rules_fields: kinds and fields of the catalogues, as a table may read them.
#include "rules_parser.h"

#include <stdio.h>

static const struct {
	enum value_type type;
	enum unit unit;
} field_types[FIELD_TYPE_COUNT] = {
	[FIELD_TEXT] = { TYPE_TEXT, UNIT_PLAIN },
	[FIELD_CODE] = { TYPE_TEXT, UNIT_PLAIN },
	[FIELD_BOOLEAN] = { TYPE_BOOLEAN, UNIT_PLAIN },
	[FIELD_INTEGER] = { TYPE_NUMBER, UNIT_PLAIN },
	[FIELD_DECIMAL] = { TYPE_NUMBER, UNIT_PLAIN },
	[FIELD_MONEY] = { TYPE_NUMBER, UNIT_YUAN },
	[FIELD_DATE] = { TYPE_DATE, UNIT_PLAIN },
	[FIELD_MONTH] = { TYPE_MONTH, UNIT_PLAIN },
	[FIELD_YEAR] = { TYPE_NUMBER, UNIT_PLAIN },
	[FIELD_ID_NUMBER] = { TYPE_TEXT, UNIT_PLAIN },
	[FIELD_CREDIT_CODE] = { TYPE_TEXT, UNIT_PLAIN },
	[FIELD_PERSON] = { TYPE_TEXT, UNIT_PLAIN },
	[FIELD_DWELLING] = { TYPE_TEXT, UNIT_PLAIN },
	[FIELD_ENTERPRISE] = { TYPE_TEXT, UNIT_PLAIN },
	[FIELD_REFERENCE] = { TYPE_TEXT, UNIT_PLAIN },
	[FIELD_LIST] = { TYPE_BROKEN, UNIT_PLAIN },
};

struct typing field_typing(const struct field *field)
{
	bool counted = field->type == FIELD_INTEGER || field->type == FIELD_DECIMAL ||
		       field->type == FIELD_MONEY;
	return (struct typing){
		.type = field_types[field->type].type,
		.unit = field_types[field->type].unit,
		.field = field,
		.never_negative = field->type == FIELD_YEAR || (counted && field->minimum >= 0),
		.never_zero = field->type == FIELD_YEAR || (counted && field->minimum > 0),
	};
}

// --- the nearest name ----------------------------------------------------------------------------

static size_t lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

// How many letters to change, add or leave out (Levenshtein).
static size_t distance(const char *a, const char *b)
{
	size_t row[72], size = strlen(b);
	if (strlen(a) > 70 || size > 70)
		return SIZE_MAX;
	for (size_t j = 0; j <= size; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != 0; i++) {
		size_t corner = row[0];
		row[0] = i;
		for (size_t j = 1; j <= size; j++) {
			size_t change = corner + (a[i - 1] != b[j - 1]);
			corner = row[j];
			row[j] = lesser(lesser(row[j], row[j - 1]) + 1, change);
		}
	}
	return row[size];
}

struct nearest {
	const char *wanted;
	char name[96];
	size_t distance;
};

static void nearest_try(struct nearest *nearest, const char *name)
{
	size_t found = distance(nearest->wanted, name);
	if (found >= nearest->distance)
		return;
	nearest->distance = found;
	snprintf(nearest->name, sizeof nearest->name, "%s", name);
}

static void tell_nearest(struct parser *parser, const struct spot *spot, enum rules_code code,
    const struct nearest *nearest)
{
	if (nearest->name[0] != 0)
		complain(parser, spot, code, "%s；是否 %s？", "%s; did you mean %s?",
		    nearest->wanted, nearest->name);
	else
		complain(parser, spot, code, "%s", "%s", nearest->wanted);
}

// --- kinds ---------------------------------------------------------------------------------------

static void tell_kind(struct parser *parser, const struct spot *spot, const char *name)
{
	const struct catalogue_set *set = parser->rules->catalogues;
	struct nearest nearest = { .wanted = name, .distance = strlen(name) / 2 + 1 };
	char full[96];
	for (size_t i = 0; i < set->count; i++)
		for (size_t k = 0; k < set->catalogues[i]->kind_count; k++) {
			snprintf(full, sizeof full, "%s.%s", set->catalogues[i]->name,
			    set->catalogues[i]->kinds[k].name);
			nearest_try(&nearest, full);
		}
	tell_nearest(parser, spot, CODE_KIND_UNKNOWN, &nearest);
}

const struct kind *find_kind(struct parser *parser, const struct spot *spot, const char *name)
{
	char department[64];
	const char *point = strchr(name, '.');
	if (point != NULL && (size_t)(point - name) < sizeof department) {
		snprintf(department, sizeof department, "%.*s", (int)(point - name), name);
		const struct catalogue *catalogue =
		    catalogue_set_named(parser->rules->catalogues, department);
		const struct kind *kind =
		    catalogue != NULL ? catalogue_kind_named(catalogue, point + 1) : NULL;
		if (kind != NULL)
			return kind;
	}
	tell_kind(parser, spot, name);
	return NULL;
}

// --- fields --------------------------------------------------------------------------------------

static void note_read(struct parser *parser, const struct kind *kind, const char *name)
{
	struct rules *rules = parser->rules;
	for (size_t i = 0; i < rules->read_field_count; i++)
		if (rules->read_fields[i].kind == kind &&
		    strcmp(rules->read_fields[i].name, name) == 0)
			return;
	rules->read_fields = reallocate(
	    rules->read_fields, (rules->read_field_count + 1) * sizeof *rules->read_fields);
	rules->read_fields[rules->read_field_count++] = (struct read_field){ kind, name };
}

static bool use_field(struct parser *parser, const struct shape *shape, enum field_place place,
    const struct field *field, size_t index, struct field_use *use)
{
	use->place = place;
	use->kind = shape->kind;
	use->field = field;
	use->index = index;
	use->typing = field_typing(field);
	note_read(parser, shape->kind, use->name);
	return true;
}

static bool tell_field(
    struct parser *parser, const struct spot *spot, const struct shape *shape, const char *name)
{
	struct nearest nearest = { .wanted = name, .distance = strlen(name) / 2 + 1 };
	char full[96];
	for (size_t i = 0; i < shape->kind->field_count; i++)
		nearest_try(&nearest, shape->kind->fields[i].name);
	for (size_t i = 0; shape->rows != NULL && i < shape->rows->field_count; i++) {
		snprintf(
		    full, sizeof full, "%s.%s", shape->rows->name, shape->rows->fields[i].name);
		nearest_try(&nearest, full);
	}
	for (size_t i = 0; i < shape->computed_count; i++)
		nearest_try(&nearest, shape->computed[i].name);
	if (shape->has_period)
		nearest_try(&nearest, "period");
	tell_nearest(parser, spot, CODE_FIELD_UNKNOWN, &nearest);
	return false;
}

static bool find_computed(const struct shape *shape, const char *name, struct field_use *use)
{
	for (size_t i = shape->computed_count; i-- > 0;) {
		if (strcmp(shape->computed[i].name, name) != 0)
			continue;
		use->place = IN_COMPUTED;
		use->index = i;
		use->typing = shape->computed[i].value->typing;
		return true;
	}
	return false;
}

static const char *behind(const char *name, const char *prefix)
{
	size_t size = strlen(prefix);
	return strncmp(name, prefix, size) == 0 && name[size] == '.' ? name + size + 1 : NULL;
}

// LIST.FIELD of the rows that are read, or of a list that is not.
static bool find_row_field(struct parser *parser, const struct spot *spot,
    const struct shape *shape, const char *name, struct field_use *use, bool *found)
{
	for (size_t i = 0; i < shape->kind->field_count; i++) {
		const struct field *list = &shape->kind->fields[i];
		const char *rest = behind(name, list->name);
		if (list->type != FIELD_LIST || (rest == NULL && strcmp(name, list->name) != 0))
			continue;
		*found = true;
		if (shape->rows != list || rest == NULL) {
			complain(parser, spot, CODE_FIELD_LIST, "%s", "%s", name);
			return false;
		}
		for (size_t k = 0; k < list->field_count; k++)
			if (strcmp(list->fields[k].name, rest) == 0)
				return use_field(parser, shape, IN_ROW, &list->fields[k], k, use);
		return tell_field(parser, spot, shape, name);
	}
	return false;
}

static bool find_person_field(struct parser *parser, const struct spot *spot,
    const struct shape *shape, const char *name, struct field_use *use)
{
	static const char *const allowed[] = { "birth_date", "sex", "hukou_division", "died_on" };
	bool known = false;
	if (shape->kind->subject.type != FIELD_PERSON) {
		complain(parser, spot, CODE_SUBJECT, "%s 不是关于人的记录",
		    "%s is not about persons", shape->kind->name);
		return false;
	}
	for (size_t i = 0; i < COUNT_OF(allowed); i++)
		known = known || strcmp(allowed[i], name) == 0;
	const struct kind *person =
	    known ? find_kind(parser, spot, "public-security.person") : NULL;
	int index = person != NULL ? kind_field_index(person, name) : -1;
	if (index < 0) {
		complain(parser, spot, CODE_FIELD_UNKNOWN, "person.%s", "person.%s", name);
		return false;
	}
	if (shape->select != NULL)
		shape->select->reads_person = true;
	use->place = IN_PERSON;
	use->kind = person;
	use->field = &person->fields[index];
	use->index = (size_t)index;
	use->typing = field_typing(use->field);
	note_read(parser, person, use->field->name);
	return true;
}

static bool find_plain_field(struct parser *parser, const struct spot *spot,
    const struct shape *shape, const char *name, struct field_use *use)
{
	bool found = false;
	const char *of_person = behind(name, "person");
	if (of_person != NULL)
		return find_person_field(parser, spot, shape, of_person, use);
	if (find_computed(shape, name, use))
		return true;
	if (shape->has_period && strcmp(name, "period") == 0) {
		use->place = IN_PERIOD;
		use->typing = (struct typing){ .type = TYPE_MONTH };
		return true;
	}
	if (find_row_field(parser, spot, shape, name, use, &found) || found)
		return !found || use->field != NULL;
	int index = kind_field_index(shape->kind, name);
	if (index >= 0)
		return use_field(
		    parser, shape, IN_RECORD, &shape->kind->fields[index], (size_t)index, use);
	if (strcmp(name, "role") == 0 && shape->kind->subject.type == FIELD_PERSON) {
		use->place = IN_ROLE;
		use->typing = (struct typing){ .type = TYPE_TEXT };
		return true;
	}
	return tell_field(parser, spot, shape, name);
}

bool find_field(struct parser *parser, const struct spot *spot, const struct shape *shape,
    const char *name, struct field_use *use)
{
	const char *of_partner = behind(name, "via");
	*use = (struct field_use){ .name = name, .kind = shape->kind, .shape = shape };
	if (of_partner == NULL)
		return find_plain_field(parser, spot, shape, name, use);
	if (shape->partner == NULL || behind(of_partner, "via") != NULL) {
		complain(
		    parser, spot, CODE_FIELD_UNKNOWN, "%s：没有 via", "%s: there is no via", name);
		return false;
	}
	use->name = of_partner;
	use->kind = shape->partner->kind;
	use->of_partner = true;
	bool good = find_plain_field(parser, spot, shape->partner, of_partner, use);
	use->name = name;
	return good;
}

bool read_field_name(struct parser *parser, const struct spot *spot, const struct shape *shape,
    struct field_use *use)
{
	*use = (struct field_use){ .name = "" };
	const char *name = read_text(parser, spot);
	return name != NULL && find_field(parser, spot, shape, name, use);
}

struct field_list read_field_names(
    struct parser *parser, const struct spot *spot, const struct shape *shape)
{
	struct field_list list = { 0 };
	if (spot->value == NULL)
		return list;
	bool several = json_type(spot->value) == JSON_ARRAY;
	size_t count = several ? read_array(parser, spot, MEMBERS_MAX) : 1;
	list.list = parser_allocate(parser, count * sizeof *list.list);
	const struct json_value *value = several ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = several ? spot_index(spot, i, value) : *spot;
		list.count += read_field_name(parser, &one, shape, &list.list[list.count]);
	}
	return list;
}

// {"field": NAME}
void read_field(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct spot name = spot_member(spot, "field");
	if (scope->fact == NULL) {
		complain(parser, spot, CODE_FIELD_CONTEXT,
		    "field 只能写在 with、sum、best、least、per 里",
		    "\"field\" belongs into with, sum, best, least or per");
		return;
	}
	node->field = parser_allocate(parser, sizeof *node->field);
	if (read_field_name(parser, &name, scope->fact, node->field))
		node->typing = node->field->typing;
}
