// SPDX-License-Identifier: Apache-2.0
// rules_check: what only the whole table shows.
#include "rules_parser.h"

static void tell_unused(struct parser *parser, const struct spot *up, const char *id)
{
	complain(parser, up, CODE_NAME_UNUSED, "%s", "%s", id);
}

static void check_used(struct parser *parser, const struct spot *root)
{
	const struct rules *rules = parser->rules;
	struct spot define = spot_member(root, "define"), series = spot_member(root, "series"),
		    lists = spot_member(root, "lists"), registers = spot_member(root, "registers");
	const struct json_value *value = json_first(define.value);
	for (size_t i = 0; i < rules->definition_count; i++, value = json_next(value)) {
		struct spot one = spot_index(&define, i, value);
		if (!rules->definitions[i].used)
			tell_unused(parser, &one, rules->definitions[i].id);
	}
	for (size_t i = 0; i < rules->series_count; i++) {
		struct spot one = spot_member(&series, rules->series[i].id);
		if (!rules->series[i].used)
			tell_unused(parser, &one, rules->series[i].id);
	}
	for (size_t i = 0; i < rules->list_count; i++) {
		struct spot one = spot_member(&lists, rules->lists[i].id);
		if (!rules->lists[i].used)
			tell_unused(parser, &one, rules->lists[i].id);
	}
	for (size_t i = 0; i < rules->register_count; i++) {
		struct spot one = spot_member(&registers, rules->registers[i].what.id);
		if (!rules->registers[i].used)
			tell_unused(parser, &one, rules->registers[i].what.id);
	}
}

static void check_groups(struct parser *parser, const struct spot *root)
{
	const struct rules *rules = parser->rules;
	struct spot groups = spot_member(root, "groups");
	const struct json_value *value = json_first(groups.value);
	for (size_t i = 0; i < rules->group_count; i++, value = json_next(value)) {
		struct spot one = spot_index(&groups, i, value);
		bool filled = rules->groups[i].has_items;
		for (size_t k = i + 1; k < rules->group_count; k++)
			filled = filled || rules->groups[k].in == (int)i;
		if (!filled)
			complain(parser, &one, CODE_GROUP, "%s 没有项目", "%s has no items",
			    rules->groups[i].id);
	}
}

// --- what a total reaches ------------------------------------------------------------------------

struct reach {
	bool items[ITEMS_MAX], groups[GROUPS_MAX];
};

static void reach_visit(const struct node *node, void *context)
{
	struct reach *reach = context;
	if (node->operation == OP_ITEM)
		reach->items[node->index] = true;
	if (node->operation == OP_GROUP)
		reach->groups[node->index] = true;
	node_each(node, reach_visit, reach);
}

static void check_total(
    struct parser *parser, const struct spot *spot, const struct programme *programme)
{
	const struct rules *rules = parser->rules;
	struct reach reach = { 0 };
	struct spot total = spot_member(spot, "total");
	reach_visit(programme->total, &reach);
	for (size_t i = 0; i < rules->group_count; i++)
		if (rules->groups[i].in >= 0 && reach.groups[rules->groups[i].in])
			reach.groups[i] = true;
	for (size_t i = 0; i < rules->item_count; i++) {
		const struct rules_item *item = &rules->items[i];
		bool counts = item->programmes == NULL || item->programmes[programme->number];
		if (counts && !reach.items[i] &&
		    (item->group >= rules->group_count || !reach.groups[item->group]))
			complain(parser, &total, CODE_TOTAL, "%s 没有算入", "it leaves out %s",
			    item->id);
	}
}

static void check_totals(struct parser *parser, const struct spot *root)
{
	struct spot programmes = spot_member(root, "programmes");
	const struct json_value *value = json_first(programmes.value);
	for (size_t i = 0; i < parser->rules->programme_count; i++, value = json_next(value)) {
		struct spot one = spot_index(&programmes, i, value);
		check_total(parser, &one, &parser->rules->programmes[i]);
	}
}

// --- what the table reads ------------------------------------------------------------------------

enum {
	FAMILIES = 2 // scored as self, or as spouse
};

// Which persons, as bits of roles, stand in each role.
struct cast {
	unsigned roles[ROLES];
	unsigned number; // of this cast, for `seen`
};

struct census {
	struct rules *rules;
	const struct cast *cast;
	bool *seen; // definitions by cast
};

static struct cast cast_as(const struct cast *cast, enum role role)
{
	struct cast as = { .number = cast->number - cast->number % ROLES + role };
	if (role == ROLE_SPOUSE) {
		memcpy(as.roles, cast->roles, sizeof as.roles);
		as.roles[ROLE_SELF] = cast->roles[ROLE_SPOUSE];
		as.roles[ROLE_SPOUSE] = cast->roles[ROLE_SELF];
		as.roles[ROLE_PARENTS] = cast->roles[ROLE_SPOUSE_PARENTS];
		as.roles[ROLE_SPOUSE_PARENTS] = cast->roles[ROLE_PARENTS];
		as.roles[ROLE_GRANDPARENTS] = 0;
		return as;
	}
	as.roles[ROLE_SELF] = cast->roles[role];
	if (role == ROLE_CHILD)
		as.roles[ROLE_PARENTS] = cast->roles[ROLE_SELF] | cast->roles[ROLE_SPOUSE];
	return as;
}

static void add_reading(struct rules *rules, struct rules_reading reading)
{
	for (size_t i = 0; i < rules->reading_count; i++) {
		struct rules_reading *there = &rules->readings[i];
		if (there->kind == reading.kind && there->partner == reading.partner &&
		    there->partner_field == reading.partner_field) {
			there->roles |= reading.roles;
			return;
		}
	}
	rules->readings =
	    reallocate(rules->readings, (rules->reading_count + 1) * sizeof *rules->readings);
	rules->readings[rules->reading_count++] = reading;
}

// The select at the bottom of narrowed ones; NULL: the application.
static const struct select *root_of(const struct select *select)
{
	while (select->base != NULL) {
		const struct node *base = select->base;
		while (base->operation == OP_NAME)
			base = base->definition->value;
		if (base->operation != OP_SELECT)
			return NULL;
		select = base->select;
	}
	return select;
}

static unsigned roles_read(const struct census *census, const struct select *select)
{
	const struct select *root = root_of(select);
	unsigned roles = 0;
	if (root == NULL)
		return census->cast->roles[ROLE_SELF];
	for (size_t i = 0; i < root->role_count; i++)
		roles |= census->cast->roles[root->roles[i]];
	return roles;
}

static void take_select(const struct census *census, const struct select *select)
{
	struct rules_reading reading = { .kind = select->kind };
	const struct catalogue *security =
	    catalogue_set_named(census->rules->catalogues, "public-security");
	if (select->reads_person && security != NULL) {
		struct rules_reading person = { .kind = catalogue_kind_named(security, "person"),
			.roles = roles_read(census, select) };
		add_reading(census->rules, person);
	}
	if (select->base != NULL)
		return;
	if (select->kind->subject.type == FIELD_PERSON) {
		reading.roles = roles_read(census, select);
		add_reading(census->rules, reading);
		return;
	}
	for (size_t i = 0; i < select->on_count; i++)
		if (select->on[i].mine.place == IN_SUBJECT) {
			reading.partner = select->on[i].theirs.kind;
			reading.partner_field = select->on[i].theirs.field;
			add_reading(census->rules, reading);
		}
}

static void census_visit(const struct node *node, void *context)
{
	struct census *census = context;
	if (node->operation == OP_SELECT)
		take_select(census, node->select);
	if (node->operation == OP_NAME) {
		bool *seen =
		    &census
			 ->seen[census->cast->number * DEFINITIONS_MAX + node->definition->number];
		if (!*seen) {
			*seen = true;
			census_visit(node->definition->value, census);
		}
	}
	if (node->operation != OP_AS) {
		node_each(node, census_visit, census);
		return;
	}
	const struct cast *outside = census->cast;
	struct cast inside = cast_as(outside, node->role);
	census->cast = &inside;
	node_each(node, census_visit, census);
	census->cast = outside;
}

static void visit_conditions(const struct conditions *conditions, struct census *census)
{
	for (size_t i = 0; i < conditions->count; i++) {
		census_visit(conditions->list[i].holds, census);
		if (conditions->list[i].until != NULL)
			census_visit(conditions->list[i].until, census);
	}
}

static void visit_points(struct census *census, const struct programme *programme)
{
	const struct rules *rules = census->rules;
	for (size_t i = 0; i < rules->item_count; i++) {
		census_visit(rules->items[i].points, census);
		if (rules->items[i].nullified_by != NULL)
			census_visit(rules->items[i].nullified_by, census);
	}
	census_visit(programme->total, census);
}

static void take_census(struct rules *rules)
{
	struct cast self = { .number = 0 };
	for (size_t role = 0; role < ROLES; role++)
		self.roles[role] = 1u << role;
	struct cast spouse = cast_as(&self, ROLE_SPOUSE);
	spouse.number = ROLES;
	struct census census = { rules, &self,
		allocate((size_t)FAMILIES * ROLES * DEFINITIONS_MAX * sizeof(bool)) };
	for (size_t i = 0; i < rules->programme_count; i++) {
		const struct programme *programme = &rules->programmes[i];
		visit_points(&census, programme);
		visit_conditions(&programme->gates, &census);
		visit_conditions(&programme->vetoes, &census);
		visit_conditions(&programme->freezes, &census);
		visit_conditions(&programme->ends_when, &census);
		for (size_t k = 0; k < programme->ranking.key_count; k++)
			census_visit(programme->keys[k], &census);
		if (programme->until != NULL)
			census_visit(programme->until, &census);
		census.cast = &spouse;
		if (programme->higher_spouse)
			visit_points(&census, programme);
		census.cast = &self;
	}
	free(census.seen);
}

void check_table(struct parser *parser, const struct spot *root)
{
	check_used(parser, root);
	check_groups(parser, root);
	if (parser->errors->count == 0)
		check_totals(parser, root);
	if (parser->errors->count == 0)
		take_census(parser->rules);
}
