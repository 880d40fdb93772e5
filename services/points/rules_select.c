// SPDX-License-Identifier: Apache-2.0
// rules_select: which facts are taken.
#include "rules_parser.h"

static bool is_about_persons(const struct kind *kind)
{
	return kind->subject.type == FIELD_PERSON;
}

const struct node *read_facts(
    struct parser *parser, const struct spot *spot, const struct scope *scope)
{
	return read_expression(parser, spot, scope, WANT_FACTS);
}

// --- what is selected ----------------------------------------------------------------------------

static struct shape *shape_new(struct parser *parser, struct select *select)
{
	struct shape *shape = parser_allocate(parser, sizeof *shape);
	if (select->base != NULL) {
		*shape = *select->base->typing.shape;
		shape->narrowed = select->base->typing.shape;
	} else {
		shape->kind = select->kind;
	}
	shape->select = select;
	return shape;
}

static void check_off_by_default(
    struct parser *parser, const struct spot *spot, const struct kind *kind)
{
	const struct json_value *root = json_root(parser->rules->json);
	const struct json_value *value = json_first(json_member(root, "asks_for"));
	if (!kind->off_by_default)
		return;
	for (; value != NULL; value = json_next(value)) {
		const char *name = json_string(value);
		size_t size = strlen(kind->catalogue->name);
		if (name != NULL && strncmp(name, kind->catalogue->name, size) == 0 &&
		    name[size] == '.' && strcmp(name + size + 1, kind->name) == 0)
			return;
	}
	complain(
	    parser, spot, CODE_OFF_BY_DEFAULT, "%s.%s", "%s.%s", kind->catalogue->name, kind->name);
}

// A kind by its name, or facts that have a name.
static bool read_what(struct parser *parser, const struct spot *spot, const struct scope *scope,
    struct select *select)
{
	struct spot what = spot_member(spot, "select");
	if (!read_is(parser, &what, JSON_STRING))
		return false;
	const char *name = json_string(what.value);
	if (strchr(name, '.') != NULL && strncmp(name, "item.", 5) != 0) {
		select->kind = find_kind(parser, &what, name);
		if (select->kind == NULL)
			return false;
		check_off_by_default(parser, &what, select->kind);
	} else {
		select->base = read_facts(parser, &what, scope);
		if (is_broken(select->base))
			return false;
		select->kind = select->base->typing.shape->kind;
	}
	select->shape = shape_new(parser, select);
	select->first_computed = select->shape->computed_count;
	return true;
}

static void refuse_when_narrowing(struct parser *parser, const struct spot *spot)
{
	static const char *const names[] = { "of", "rows", "later" };
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct spot member = spot_member(spot, names[i]);
		if (member.value != NULL)
			complain(parser, &member, CODE_MEMBER_UNKNOWN, "缩小范围时不能用 %s",
			    "%s: facts that have a name are only narrowed", names[i]);
	}
}

static void read_role(struct parser *parser, const struct spot *spot, struct select *select)
{
	enum role role;
	const char *name = read_text(parser, spot);
	if (name == NULL)
		return;
	if (!role_named(name, &role)) {
		complain(parser, spot, CODE_NAME_UNKNOWN, "没有角色 %s", "no role %s", name);
		return;
	}
	for (size_t i = 0; i < select->role_count; i++)
		if (select->roles[i] == role)
			return;
	select->roles[select->role_count++] = role;
}

static void read_of(struct parser *parser, const struct spot *spot, struct select *select)
{
	struct spot of = spot_member(spot, "of");
	if (!is_about_persons(select->kind)) {
		if (of.value != NULL)
			complain(parser, &of, CODE_SUBJECT, "%s 不是关于人的记录，应用 via",
			    "%s is not about persons, use \"via\"", select->kind->name);
		return;
	}
	if (of.value == NULL) {
		select->roles[select->role_count++] = ROLE_SELF;
		return;
	}
	if (json_type(of.value) != JSON_ARRAY) {
		read_role(parser, &of, select);
		return;
	}
	size_t count = read_array(parser, &of, ROLES);
	const struct json_value *value = json_first(of.value);
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(&of, i, value);
		read_role(parser, &one, select);
	}
	if (select->role_count == 0)
		complain(parser, &of, CODE_MEMBER_MISSING, "至少一个角色", "at least one role");
}

static void read_rows(struct parser *parser, const struct spot *spot, struct select *select)
{
	struct spot rows = spot_member(spot, "rows");
	const char *name = rows.value != NULL ? read_text(parser, &rows) : NULL;
	if (name == NULL)
		return;
	int index = kind_field_index(select->kind, name);
	const struct field *list = index >= 0 ? &select->kind->fields[index] : NULL;
	if (list == NULL || list->type != FIELD_LIST) {
		complain(parser, &rows, CODE_FIELD_LIST, "%s 不是列表字段", "%s is no list", name);
		return;
	}
	select->shape->rows = list;
	select->shape->rows_index = (size_t)index;
	select->shape->has_period = select->kind->fold != NULL && select->kind->fold->list == list;
}

// --- joins ---------------------------------------------------------------------------------------

static bool is_addressed(const struct typing *typing)
{
	static const bool addressed[FIELD_TYPE_COUNT] = {
		[FIELD_ID_NUMBER] = true,
		[FIELD_CREDIT_CODE] = true,
		[FIELD_PERSON] = true,
		[FIELD_DWELLING] = true,
		[FIELD_ENTERPRISE] = true,
		[FIELD_REFERENCE] = true,
	};
	return typing->field != NULL && addressed[typing->field->type];
}

static bool types_join(const struct typing *a, const struct typing *b)
{
	if (a->type != b->type || (a->type == TYPE_NUMBER && !units_fit(a->unit, b->unit)))
		return false;
	if (!is_addressed(a) && !is_addressed(b))
		return true;
	return a->field != NULL && b->field != NULL && a->field->type == b->field->type;
}

static bool read_mine(struct parser *parser, const struct spot *spot, const struct shape *shape,
    struct field_use *use)
{
	if (strcmp(spot->name, "subject") != 0)
		return find_field(parser, spot, shape, spot->name, use);
	*use = (struct field_use){
		.place = IN_SUBJECT,
		.kind = shape->kind,
		.field = &shape->kind->subject,
		.name = "subject",
		.typing = field_typing(&shape->kind->subject),
	};
	if (!is_about_persons(shape->kind))
		return true;
	complain(parser, spot, CODE_SUBJECT, "subject 只用于企业、住房的记录",
	    "\"subject\" is for kinds about enterprises and dwellings");
	return false;
}

// The pairs of fields of `on`.
static size_t read_on(struct parser *parser, const struct spot *spot, const struct shape *mine,
    const struct shape *theirs, struct join **joins)
{
	struct spot on = spot_member(spot, "on");
	size_t count = 0;
	if (!read_is(parser, &on, JSON_OBJECT))
		return 0;
	*joins = parser_allocate(parser, json_size(on.value) * sizeof **joins);
	const struct json_value *value = json_first(on.value);
	if (value == NULL && json_member(spot->value, "during") == NULL)
		complain(parser, &on, CODE_MEMBER_MISSING, "on 为空", "nothing to join on");
	for (; value != NULL; value = json_next(value)) {
		struct spot pair = { &on, json_name(value), 0, value };
		struct join *join = &(*joins)[count];
		if (!read_mine(parser, &pair, mine, &join->mine) ||
		    !read_field_name(parser, &pair, theirs, &join->theirs))
			continue;
		if (!types_join(&join->mine.typing, &join->theirs.typing))
			complain(parser, &pair, CODE_JOIN_TYPE, "%s 与 %s", "%s and %s",
			    join->mine.name, join->theirs.name);
		count++;
	}
	return count;
}

static void want_times(
    struct parser *parser, const struct spot *spot, const struct field_use *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!(WANT_TIME & 1u << fields[i].typing.type))
			complain(parser, spot, CODE_JOIN_TYPE, "%s 不是日期或月份",
			    "%s is no date or month", fields[i].name);
}

static void read_during(struct parser *parser, const struct spot *via, const struct shape *mine,
    const struct shape *theirs, struct select *select)
{
	static const struct member members[] = { { "field", true }, { "from", true },
		{ "to", false }, { NULL, false } };
	struct spot during = spot_member(via, "during");
	if (during.value == NULL || !read_members(parser, &during, members))
		return;
	struct spot field = spot_member(&during, "field"), from = spot_member(&during, "from"),
		    to = spot_member(&during, "to");
	if (field.value == NULL || !read_field_name(parser, &field, mine, &select->during))
		return;
	select->has_during = true;
	select->during_from = read_field_names(parser, &from, theirs);
	select->during_to = read_field_names(parser, &to, theirs);
	want_times(parser, &field, &select->during, 1);
	want_times(parser, &from, select->during_from.list, select->during_from.count);
	want_times(parser, &to, select->during_to.list, select->during_to.count);
}

static bool joins_subject(const struct select *select)
{
	for (size_t i = 0; i < select->on_count; i++)
		if (select->on[i].mine.place == IN_SUBJECT)
			return true;
	return false;
}

static void read_via(struct parser *parser, const struct spot *spot, const struct scope *scope,
    struct select *select)
{
	static const struct member members[] = { { "facts", true }, { "on", true },
		{ "during", false }, { NULL, false } };
	struct spot via = spot_member(spot, "via");
	bool needed = select->base == NULL && !is_about_persons(select->kind);
	if (via.value == NULL) {
		if (needed)
			complain(parser, spot, CODE_SUBJECT, "%s 须用 via 指明 subject",
			    "%s needs a \"via\" on \"subject\"", select->kind->name);
		return;
	}
	if (!read_members(parser, &via, members))
		return;
	struct spot facts = spot_member(&via, "facts");
	const struct node *partner = read_facts(parser, &facts, scope);
	if (is_broken(partner))
		return;
	const struct shape *theirs = partner->typing.shape;
	select->on_count = read_on(parser, &via, select->shape, theirs, &select->on);
	read_during(parser, &via, select->shape, theirs, select);
	if (needed && !joins_subject(select))
		complain(parser, &via, CODE_SUBJECT, "on 须有 subject", "\"on\" needs \"subject\"");
	select->partner = partner;
	select->shape->partner = theirs;
}

// --- computed fields and conditions --------------------------------------------------------------

static bool is_taken(const struct shape *shape, const char *name)
{
	if (kind_field_index(shape->kind, name) >= 0 || strcmp(name, "role") == 0 ||
	    strcmp(name, "person") == 0 || strcmp(name, "via") == 0 ||
	    strcmp(name, "subject") == 0 || (shape->has_period && strcmp(name, "period") == 0))
		return true;
	for (size_t i = 0; i < shape->computed_count; i++)
		if (strcmp(shape->computed[i].name, name) == 0)
			return true;
	return false;
}

static void read_with(struct parser *parser, const struct spot *spot, const struct scope *scope,
    struct select *select)
{
	struct spot with = spot_member(spot, "with");
	struct shape *shape = select->shape;
	if (!read_is(parser, &with, JSON_OBJECT))
		return;
	struct computed *all =
	    parser_allocate(parser, (shape->computed_count + json_size(with.value)) * sizeof *all);
	if (shape->computed_count > 0)
		memcpy(all, shape->computed, shape->computed_count * sizeof *all);
	shape->computed = all;
	const struct json_value *value = json_first(with.value);
	for (; value != NULL; value = json_next(value)) {
		struct spot member = { &with, json_name(value), 0, value };
		struct scope inside = *scope;
		inside.fact = shape;
		const struct node *node = read_expression(parser, &member, &inside, WANT_SCALAR);
		if (is_taken(shape, member.name))
			complain(parser, &member, CODE_ID_TWICE, "%s", "%s", member.name);
		else
			all[shape->computed_count++] = (struct computed){ member.name, node };
	}
}

static void read_where_members(struct parser *parser, const struct spot *spot,
    const struct scope *scope, const struct shape *shape, struct where *where);

static void read_where_any(struct parser *parser, const struct spot *spot,
    const struct scope *scope, const struct shape *shape, struct where *where)
{
	size_t count = read_array(parser, spot, MEMBERS_MAX);
	where->operation = WHERE_ANY;
	where->of = parser_allocate(parser, count * sizeof *where->of);
	const struct json_value *value = json_first(spot->value);
	for (; where->count < count; value = json_next(value)) {
		struct spot one = spot_index(spot, where->count, value);
		read_where_members(parser, &one, scope, shape, &where->of[where->count++]);
	}
}

static bool read_where_member(struct parser *parser, const struct spot *spot,
    const struct scope *scope, const struct shape *shape, struct where *where)
{
	if (strcmp(spot->name, "any") == 0) {
		read_where_any(parser, spot, scope, shape, where);
		return true;
	}
	if (strcmp(spot->name, "not") == 0) {
		where->operation = WHERE_NOT;
		where->of = parser_allocate(parser, sizeof *where->of);
		where->count = 1;
		read_where_members(parser, spot, scope, shape, where->of);
		return true;
	}
	where->operation = WHERE_FIELD;
	if (!find_field(parser, spot, shape, spot->name, &where->field))
		return false;
	where->test = read_test(parser, spot, scope, &where->field.typing);
	return true;
}

static void read_where_members(struct parser *parser, const struct spot *spot,
    const struct scope *scope, const struct shape *shape, struct where *where)
{
	where->operation = WHERE_ALL;
	if (!read_is(parser, spot, JSON_OBJECT))
		return;
	where->of = parser_allocate(parser, json_size(spot->value) * sizeof *where->of);
	const struct json_value *value = json_first(spot->value);
	for (; value != NULL; value = json_next(value)) {
		struct spot member = { spot, json_name(value), 0, value };
		where->count +=
		    read_where_member(parser, &member, scope, shape, &where->of[where->count]);
	}
}

static void read_unless_entry(struct parser *parser, const struct spot *spot,
    const struct scope *scope, struct select *select, struct unless *unless)
{
	static const struct member members[] = { { "facts", true }, { "on", false },
		{ NULL, false } };
	struct spot facts = spot_member(spot, "facts");
	if (!read_members(parser, spot, members))
		return;
	const struct node *theirs = read_facts(parser, &facts, scope);
	if (is_broken(theirs))
		return;
	unless->facts = theirs;
	select->unless_count++;
	if (json_member(spot->value, "on") != NULL)
		unless->on_count =
		    read_on(parser, spot, select->shape, theirs->typing.shape, &unless->on);
	else if (theirs->typing.shape->kind != select->kind)
		complain(parser, spot, CODE_JOIN_TYPE, "没有 on 时须为同一种记录",
		    "without \"on\" it must be the same kind");
}

static void read_unless(struct parser *parser, const struct spot *spot, const struct scope *scope,
    struct select *select)
{
	struct spot unless = spot_member(spot, "unless");
	size_t count = read_array(parser, &unless, MEMBERS_MAX);
	select->unless = parser_allocate(parser, count * sizeof *select->unless);
	const struct json_value *value = count > 0 ? json_first(unless.value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(&unless, i, value);
		read_unless_entry(
		    parser, &one, scope, select, &select->unless[select->unless_count]);
	}
}

static void read_unused(struct parser *parser, const struct spot *spot, struct select *select)
{
	static const struct member members[] = { { "register", true }, { "key", true },
		{ NULL, false } };
	struct spot unused = spot_member(spot, "unused");
	if (unused.value == NULL || !read_members(parser, &unused, members))
		return;
	struct spot id = spot_member(&unused, "register"), key = spot_member(&unused, "key");
	const char *name = id.value != NULL ? read_text(parser, &id) : NULL;
	if (name == NULL || key.value == NULL ||
	    !read_field_name(parser, &key, select->shape, &select->unused_key))
		return;
	if (select->unused_key.typing.type != TYPE_TEXT)
		complain(parser, &key, CODE_TYPE, "%s 不是文字", "%s is no text",
		    select->unused_key.name);
	select->unused_register = find_register(parser->rules, name);
	select->has_unused = select->unused_register != SIZE_MAX;
	if (select->has_unused)
		parser->rules->registers[select->unused_register].used = true;
	else
		complain(parser, &id, CODE_NAME_UNKNOWN, "%s", "%s", name);
}

void read_select(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node)
{
	struct scope outside = *scope;
	outside.fact = NULL;
	struct select *select = node->select = parser_allocate(parser, sizeof *select);
	struct spot later = spot_member(spot, "later"), where = spot_member(spot, "where"),
		    needs = spot_member(spot, "needs");
	if (!read_what(parser, spot, &outside, select))
		return;
	if (select->base != NULL) {
		refuse_when_narrowing(parser, spot);
	} else {
		read_of(parser, spot, select);
		read_rows(parser, spot, select);
		select->later = read_is(parser, &later, JSON_BOOLEAN) && json_boolean(later.value);
	}
	read_via(parser, spot, &outside, select);
	read_with(parser, spot, &outside, select);
	if (where.value != NULL) {
		select->where = parser_allocate(parser, sizeof *select->where);
		read_where_members(parser, &where, &outside, select->shape, select->where);
	}
	read_unless(parser, spot, &outside, select);
	read_unused(parser, spot, select);
	select->needs = read_field_names(parser, &needs, select->shape);
	node->typing.type = TYPE_FACTS;
	node->typing.shape = select->shape;
}
