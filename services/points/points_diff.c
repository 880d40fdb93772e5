// SPDX-License-Identifier: Apache-2.0
// points_diff: onecity-points diff: where two rule tables differ, member by member.
//
// Lists whose elements have ids are held against each other by id, others by place.
#include "verbs.h"

#include "json.h"
#include "terminal.h"

enum {
	EXIT_TROUBLE = 2 // as diff(1): 0 the same, 1 they differ
};

struct diff {
	struct buffer path, out;
	bool differs;
};

static const char *id_of(const struct json_value *value)
{
	return json_string(json_member(value, "id"));
}

static const struct json_value *with_id(const struct json_value *list, const char *id)
{
	for (const struct json_value *one = json_first(list); one != NULL; one = json_next(one))
		if (id_of(one) != NULL && strcmp(id_of(one), id) == 0)
			return one;
	return NULL;
}

static bool all_have_ids(const struct json_value *list)
{
	const struct json_value *one = json_first(list);
	while (one != NULL && id_of(one) != NULL)
		one = json_next(one);
	return one == NULL;
}

static size_t enter(struct diff *diff, const char *name)
{
	size_t before = diff->path.size;
	if (before > 0)
		buffer_append_byte(&diff->path, '.');
	buffer_append_text(&diff->path, name);
	return before;
}

static void append_json(struct buffer *out, const struct json_value *value)
{
	struct json_writer writer = json_writer_make(out);
	json_write_value(&writer, value);
}

// A whole value that only one of the tables has.
static void tell_one(struct diff *diff, char mark, const struct json_value *value)
{
	diff->differs = true;
	buffer_printf(&diff->out, "%c %s: ", mark, buffer_text(&diff->path));
	append_json(&diff->out, value);
	buffer_append_text(&diff->out, "\n");
}

static void tell_change(
    struct diff *diff, const struct json_value *old, const struct json_value *new)
{
	diff->differs = true;
	buffer_printf(&diff->out, "~ %s: ", buffer_text(&diff->path));
	append_json(&diff->out, old);
	buffer_append_text(&diff->out, " -> ");
	append_json(&diff->out, new);
	buffer_append_text(&diff->out, "\n");
}

static void compare(struct diff *diff, const struct json_value *old, const struct json_value *new);

// Either may be NULL.
static void compare_named(
    struct diff *diff, const char *name, const struct json_value *old, const struct json_value *new)
{
	size_t before = enter(diff, name);
	if (new == NULL)
		tell_one(diff, '-', old);
	else if (old == NULL)
		tell_one(diff, '+', new);
	else
		compare(diff, old, new);
	diff->path.size = before;
}

static void compare_objects(
    struct diff *diff, const struct json_value *old, const struct json_value *new)
{
	for (const struct json_value *one = json_first(old); one != NULL; one = json_next(one))
		compare_named(diff, json_name(one), one, json_member(new, json_name(one)));
	for (const struct json_value *one = json_first(new); one != NULL; one = json_next(one))
		if (json_member(old, json_name(one)) == NULL)
			compare_named(diff, json_name(one), NULL, one);
}

// The order of items and groups is that of the explanation, and of ties in a group.
static void compare_order(
    struct diff *diff, const struct json_value *old, const struct json_value *new)
{
	const struct json_value *b = json_first(new);
	for (const struct json_value *a = json_first(old); a != NULL; a = json_next(a)) {
		if (with_id(new, id_of(a)) == NULL)
			continue;
		while (b != NULL && with_id(old, id_of(b)) == NULL)
			b = json_next(b);
		if (b == NULL || strcmp(id_of(a), id_of(b)) != 0) {
			diff->differs = true;
			buffer_printf(&diff->out,
			    say("~ %s: the order differs\n", "~ %s：顺序不同\n"),
			    buffer_text(&diff->path));
			return;
		}
		b = json_next(b);
	}
}

static void compare_by_id(
    struct diff *diff, const struct json_value *old, const struct json_value *new)
{
	for (const struct json_value *one = json_first(old); one != NULL; one = json_next(one))
		compare_named(diff, id_of(one), one, with_id(new, id_of(one)));
	for (const struct json_value *one = json_first(new); one != NULL; one = json_next(one))
		if (with_id(old, id_of(one)) == NULL)
			compare_named(diff, id_of(one), NULL, one);
	compare_order(diff, old, new);
}

static void compare_by_place(
    struct diff *diff, const struct json_value *old, const struct json_value *new)
{
	const struct json_value *b = json_first(new);
	char place[24];
	size_t index = 0;
	for (const struct json_value *a = json_first(old); a != NULL; a = json_next(a), index++) {
		snprintf(place, sizeof place, "%zu", index);
		compare_named(diff, place, a, b);
		b = json_next(b);
	}
}

static void compare_plain(
    struct diff *diff, const struct json_value *old, const struct json_value *new)
{
	struct buffer a = { 0 }, b = { 0 };
	append_json(&a, old);
	append_json(&b, new);
	if (!bytes_equal(buffer_bytes(&a), buffer_bytes(&b)))
		tell_change(diff, old, new);
	buffer_deinit(&a);
	buffer_deinit(&b);
}

static void compare(struct diff *diff, const struct json_value *old, const struct json_value *new)
{
	enum json_type type = json_type(old);
	if (type == JSON_OBJECT && json_type(new) == JSON_OBJECT)
		compare_objects(diff, old, new);
	else if (type == JSON_ARRAY && json_type(new) == JSON_ARRAY && all_have_ids(old) &&
		 all_have_ids(new))
		compare_by_id(diff, old, new);
	else if (type == JSON_ARRAY && json_type(new) == JSON_ARRAY &&
		 json_size(old) == json_size(new))
		compare_by_place(diff, old, new);
	else
		compare_plain(diff, old, new);
}

static bool differ(const struct rules *old, const struct rules *new)
{
	struct diff diff = { 0 };
	compare(&diff, rules_json(old), rules_json(new));
	print_clean(stdout, buffer_bytes(&diff.out));
	buffer_deinit(&diff.path);
	buffer_deinit(&diff.out);
	return diff.differs;
}

int verb_diff(int argc, char **argv)
{
	struct terminal_table old, new;
	if (argc != 3) {
		give_up(say("diff TABLE TABLE is expected", "应为 diff 规则表 规则表"));
		return EXIT_USAGE;
	}
	if (!terminal_table_open(&old, argv[1]))
		return EXIT_TROUBLE;
	if (!terminal_table_open(&new, argv[2])) {
		terminal_table_close(&old);
		return EXIT_TROUBLE;
	}
	int exit_code = differ(old.rules, new.rules) ? EXIT_FAILURE : EXIT_SUCCESS;
	terminal_table_close(&old);
	terminal_table_close(&new);
	return exit_code;
}
