// SPDX-License-Identifier: Apache-2.0
// rules_names: what a name stands for where it is written.
#include "rules_parser.h"

static const struct {
	const char *name;
	enum value_type type;
} givens[GIVENS] = {
	[GIVEN_AS_OF] = { "as_of", TYPE_DATE },
	[GIVEN_ACCEPTED_ON] = { "accepted_on", TYPE_DATE },
	[GIVEN_APPLIED_ON] = { "applied_on", TYPE_DATE },
	[GIVEN_APPLICATION] = { "application", TYPE_FACTS },
	[GIVEN_TOTAL] = { "total", TYPE_NUMBER },
	[GIVEN_OTHER_TOTAL] = { "other_total", TYPE_NUMBER },
};

size_t find_series(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->series_count; i++)
		if (strcmp(rules->series[i].id, id) == 0)
			return i;
	return SIZE_MAX;
}

size_t find_list(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->list_count; i++)
		if (strcmp(rules->lists[i].id, id) == 0)
			return i;
	return SIZE_MAX;
}

size_t find_register(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->register_count; i++)
		if (strcmp(rules->registers[i].what.id, id) == 0)
			return i;
	return SIZE_MAX;
}

size_t find_group(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->group_count; i++)
		if (strcmp(rules->groups[i].id, id) == 0)
			return i;
	return SIZE_MAX;
}

static size_t find_item(const struct rules *rules, const char *id)
{
	for (size_t i = 0; i < rules->item_count; i++)
		if (strcmp(rules->items[i].id, id) == 0)
			return i;
	return SIZE_MAX;
}

// The shape of the application, made once for each place that reads it.
static const struct shape *application_shape(struct parser *parser)
{
	const struct catalogue *centre =
	    catalogue_set_named(parser->rules->catalogues, "service-centre");
	const struct kind *kind =
	    centre != NULL ? catalogue_kind_named(centre, "application") : NULL;
	if (kind == NULL)
		return NULL;
	struct shape *shape = parser_allocate(parser, sizeof *shape);
	shape->kind = kind;
	shape->never_in_doubt = true;
	return shape;
}

static const struct node *read_given(
    struct parser *parser, const struct spot *spot, const struct scope *scope, enum given given)
{
	if ((given == GIVEN_TOTAL && !scope->total) ||
	    (given == GIVEN_OTHER_TOTAL && !scope->other_total)) {
		complain(parser, spot, CODE_SCOPE, "%s", "%s", givens[given].name);
		return node_broken(parser, spot);
	}
	struct node *node = node_new(parser, spot, OP_GIVEN);
	node->given = given;
	node->typing.type = givens[given].type;
	if (given != GIVEN_APPLICATION)
		return node;
	node->typing.shape = application_shape(parser);
	if (node->typing.shape != NULL)
		return node;
	complain(parser, spot, CODE_KIND_UNKNOWN, "service-centre.application",
	    "service-centre.application");
	return node_broken(parser, spot);
}

static const struct node *read_indexed(struct parser *parser, const struct spot *spot,
    const struct scope *scope, enum operation operation, size_t index)
{
	const char *name = json_string(spot->value);
	if (!scope->items) {
		complain(parser, spot, CODE_SCOPE, "%s", "%s", name);
		return node_broken(parser, spot);
	}
	if (index == SIZE_MAX) {
		complain(parser, spot, CODE_NAME_UNKNOWN, "%s", "%s", name);
		return node_broken(parser, spot);
	}
	struct node *node = node_new(parser, spot, operation);
	node->typing.type = TYPE_NUMBER;
	node->index = index;
	return node;
}

// Is there a definition of this id further down?
static bool stands_later(struct parser *parser, const char *name)
{
	const struct json_value *value =
	    json_first(json_member(json_root(parser->rules->json), "define"));
	for (; value != NULL; value = json_next(value)) {
		const struct json_value *id = json_member(value, "id");
		const char *text = id != NULL ? json_string(id) : NULL;
		if (text != NULL && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

static const struct node *read_definition_name(struct parser *parser, const struct spot *spot)
{
	struct rules *rules = parser->rules;
	const char *name = json_string(spot->value);
	for (size_t i = 0; i < rules->definition_count; i++) {
		struct definition *definition = &rules->definitions[i];
		if (strcmp(definition->id, name) != 0)
			continue;
		definition->used = true;
		parser->contains_as = parser->contains_as || definition->contains_as;
		struct node *node = node_new(parser, spot, OP_NAME);
		node->definition = definition;
		node->typing = definition->value->typing;
		return node;
	}
	complain(parser, spot, stands_later(parser, name) ? CODE_NAME_LATER : CODE_NAME_UNKNOWN,
	    "%s", "%s", name);
	return node_broken(parser, spot);
}

const struct node *read_name(
    struct parser *parser, const struct spot *spot, const struct scope *scope)
{
	const char *name = json_string(spot->value);
	for (size_t i = 0; i < GIVENS; i++)
		if (strcmp(givens[i].name, name) == 0)
			return read_given(parser, spot, scope, (enum given)i);
	if (strncmp(name, "item.", 5) == 0)
		return read_indexed(
		    parser, spot, scope, OP_ITEM, find_item(parser->rules, name + 5));
	if (strncmp(name, "group.", 6) == 0)
		return read_indexed(
		    parser, spot, scope, OP_GROUP, find_group(parser->rules, name + 6));
	return read_definition_name(parser, spot);
}
