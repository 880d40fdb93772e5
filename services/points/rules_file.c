// SPDX-License-Identifier: Apache-2.0
// rules_file: a table's file, from its bytes to the checked whole.
#include "rules_parser.h"

#include "digest.h"

#include <errno.h>
#include <stdio.h>

static void read_basis(struct parser *parser, const struct spot *spot)
{
	size_t count = read_array(parser, spot, MEMBERS_MAX);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		(void)read_text(parser, &one);
	}
	if (spot->value != NULL && json_type(spot->value) == JSON_ARRAY &&
	    json_size(spot->value) == 0)
		complain(
		    parser, spot, CODE_MEMBER_MISSING, "至少写一份文件", "at least one notice");
}

static void read_asks_for(struct parser *parser, const struct spot *spot)
{
	size_t count = read_array(parser, spot, MEMBERS_MAX);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		const char *name = read_text(parser, &one);
		const struct kind *kind = name != NULL ? find_kind(parser, &one, name) : NULL;
		if (kind != NULL && !kind->off_by_default)
			complain(parser, &one, CODE_OFF_BY_DEFAULT, "%s 不须写入",
			    "%s need not stand here", name);
	}
}

static void read_title_list(struct parser *parser, const struct spot *spot)
{
	size_t count = read_array(parser, spot, MEMBERS_MAX);
	const struct json_value *value = count > 0 ? json_first(spot->value) : NULL;
	for (size_t i = 0; i < count; i++, value = json_next(value)) {
		struct spot one = spot_index(spot, i, value);
		(void)read_title(parser, &one);
	}
}

static void read_validity_of_table(struct parser *parser, const struct spot *spot)
{
	static const struct member members[] = { { "from", true }, { "to", true },
		{ NULL, false } };
	struct rules *rules = parser->rules;
	if (spot->value == NULL || !read_members(parser, spot, members))
		return;
	struct spot from = spot_member(spot, "from"), to = spot_member(spot, "to");
	rules->valid_from = from.value != NULL ? read_date(parser, &from) : 0;
	if (to.value != NULL && json_type(to.value) != JSON_NULL)
		rules->valid_to = read_date(parser, &to);
	if (rules->valid_to != 0 && rules->valid_to < rules->valid_from)
		complain(parser, &to, CODE_PERIOD, "止于始之前", "it ends before it begins");
}

// As an id, and "-" too.
static void read_table_id(struct parser *parser, const struct spot *spot, const char *file)
{
	struct rules *rules = parser->rules;
	const char *id = spot->value != NULL ? read_text(parser, spot) : NULL;
	rules->id = id != NULL ? id : "";
	if (id == NULL)
		return;
	size_t size = strlen(id);
	if (size > ID_BYTES_MAX || id[0] < 'a' || id[0] > 'z' ||
	    strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_-") != size)
		complain(parser, spot, CODE_ID_FORM, "%s", "%s", id);
	else if (file != NULL &&
		 (strncmp(file, id, size) != 0 || strcmp(file + size, ".json") != 0))
		complain(parser, spot, CODE_ID_FORM, "文件应名为 %s.json",
		    "the file's name should be %s.json", id);
}

static void read_city(struct parser *parser, const struct spot *spot)
{
	const char *city = spot->value != NULL ? read_text(parser, spot) : NULL;
	parser->rules->city = city != NULL ? city : "";
	if (city != NULL && (strlen(city) != 6 || strspn(city, "0123456789") != 6))
		complain(parser, spot, CODE_LITERAL, "六位区划代码", "a division code of 6 digits");
}

static void read_head(struct parser *parser, const struct spot *root, const char *file)
{
	static const char *const words[] = { "live", "historical", "demonstration" };
	struct rules *rules = parser->rules;
	struct spot version = spot_member(root, "onecity_rules"), id = spot_member(root, "id"),
		    title = spot_member(root, "title"), city = spot_member(root, "city"),
		    status = spot_member(root, "status"), label = spot_member(root, "label"),
		    valid = spot_member(root, "valid"), basis = spot_member(root, "basis"),
		    asks = spot_member(root, "asks_for"), notes = spot_member(root, "notes"),
		    round = spot_member(root, "round");
	int64_t number;
	read_whole(parser, &version, 1, 1, &number);
	read_table_id(parser, &id, file);
	rules->title = read_title(parser, &title);
	read_city(parser, &city);
	rules->status = (enum rules_status)read_word(parser, &status, words, COUNT_OF(words));
	rules->label = read_title(parser, &label);
	if (rules->status != RULES_LIVE && label.value == NULL)
		complain(parser, root, CODE_STATUS, "写明“历史规则”或“演示数据”",
		    "say that it is historical, or made up");
	read_validity_of_table(parser, &valid);
	read_basis(parser, &basis);
	read_asks_for(parser, &asks);
	read_title_list(parser, &notes);
	rules->round = read_round(parser, &round);
}

static void read_table(struct parser *parser, const struct spot *root, const char *file)
{
	static const struct member members[] = { { "onecity_rules", true }, { "id", true },
		{ "title", true }, { "city", true }, { "status", true }, { "label", false },
		{ "valid", true }, { "basis", true }, { "asks_for", false }, { "notes", false },
		{ "round", true }, { "series", false }, { "lists", false }, { "registers", false },
		{ "define", false }, { "groups", true }, { "items", true }, { "programmes", true },
		{ NULL, false } };
	static const struct {
		const char *name;
		void (*read)(struct parser *parser, const struct spot *spot);
	} parts[] = {
		{ "series", read_series },
		{ "lists", read_lists },
		{ "registers", read_registers },
		{ "define", read_definitions },
		{ "groups", read_groups },
		{ "items", read_items },
		{ "programmes", read_programmes },
	};
	if (!read_members(parser, root, members))
		return;
	read_head(parser, root, file);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct spot spot = spot_member(root, parts[i].name);
		parts[i].read(parser, &spot);
	}
	check_table(parser, root);
}

// --- bytes ---------------------------------------------------------------------------------------

static void write_hash(struct rules *rules)
{
	uint8_t hash[DIGEST_BYTES];
	struct bytes text = buffer_bytes(&rules->text);
	digest(hash, &text, 1);
	for (size_t i = 0; i < DIGEST_BYTES; i++)
		snprintf(rules->hash + 2 * i, 3, "%02x", hash[i]);
}

static int compare_errors(const void *left, const void *right)
{
	const struct rules_error *a = left, *b = right;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	int order = strcmp(a->path, b->path);
	order = order != 0 ? order : strcmp(a->code, b->code);
	return order != 0 ? order : strcmp(a->en, b->en);
}

// The line that the strict reader names.
static int line_of_reason(const char *reason)
{
	int line = 0;
	return sscanf(reason, "line %d", &line) == 1 ? line : 0;
}

static enum status refuse(
    struct rules **rules, const struct rules_errors *errors, enum status status)
{
	const struct rules_error *first = &errors->list[0];
	rules_free(rules);
	return fail(status, "%s:%d: %s: %s: %s", errors->file, first->line, first->path,
	    first->code, first->en);
}

// Takes the text. file: the file's name without its folder, or NULL.
static enum status parse(struct rules **rules, const struct catalogue_set *catalogues,
    struct buffer *text, const char *file, struct rules_errors *errors)
{
	struct rules *it = *rules = allocate(sizeof *it);
	it->catalogues = catalogues;
	it->text = *text;
	*text = (struct buffer){ 0 };
	write_hash(it);
	if (json_parse(&it->json, buffer_bytes(&it->text)) != STATUS_OK) {
		errors_add(errors, line_of_reason(status_reason()), "", CODE_JSON, status_reason(),
		    status_reason());
		return refuse(rules, errors, STATUS_INVALID);
	}
	struct parser parser = { .rules = it, .errors = errors };
	struct spot root = { .value = json_root(it->json) };
	read_table(&parser, &root, file);
	if (errors->count == 0)
		return STATUS_OK;
	qsort(errors->list, errors->count, sizeof *errors->list, compare_errors);
	return refuse(rules, errors, STATUS_INVALID);
}

static enum status read_file(const char *path, struct buffer *text)
{
	enum status status = STATUS_OK;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return fail(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path,
		    strerror(errno));
	uint8_t *room = buffer_reserve(text, RULES_BYTES_MAX + 1);
	text->size = fread(room, 1, RULES_BYTES_MAX + 1, file);
	if (ferror(file))
		status = fail(STATUS_IO, "%s: %s", path, strerror(errno));
	else if (text->size > RULES_BYTES_MAX)
		status = fail(STATUS_TOO_LARGE, "%s: larger than %d bytes", path, RULES_BYTES_MAX);
	fclose(file);
	return status;
}

enum status rules_read(struct rules **rules, const struct catalogue_set *catalogues,
    const char *path, struct rules_errors *errors)
{
	const char *slash = strrchr(path, '/');
	struct buffer text = { 0 };
	*rules = NULL;
	*errors = (struct rules_errors){ .file = text_copy(path) };
	enum status status = read_file(path, &text);
	if (status == STATUS_OK)
		return parse(rules, catalogues, &text, slash != NULL ? slash + 1 : path, errors);
	errors_add(errors, 0, "", CODE_JSON, status_reason(), status_reason());
	buffer_deinit(&text);
	return status;
}

enum status rules_parse(struct rules **rules, const struct catalogue_set *catalogues,
    struct bytes text, const char *name, struct rules_errors *errors)
{
	struct buffer copy = { 0 };
	*rules = NULL;
	*errors = (struct rules_errors){ .file = text_copy(name) };
	if (text.size > RULES_BYTES_MAX) {
		errors_add(errors, 0, "", CODE_LIMIT, "至多 1 MiB", "at most 1 MiB");
		return fail(STATUS_TOO_LARGE, "%s: larger than %d bytes", name, RULES_BYTES_MAX);
	}
	buffer_append_bytes(&copy, text);
	return parse(rules, catalogues, &copy, NULL, errors);
}

void rules_free(struct rules **rules)
{
	struct rules *it = *rules;
	if (it == NULL)
		return;
	arena_deinit(&it->arena);
	buffer_deinit(&it->text);
	json_free(&it->json);
	free(it->readings);
	free(it->read_fields);
	free(it);
	*rules = NULL;
}

// --- tables beside each other --------------------------------------------------------------------

static bool on_the_same_day(const struct rules *a, const struct rules *b)
{
	return (a->valid_to == 0 || a->valid_to >= b->valid_from) &&
	       (b->valid_to == 0 || b->valid_to >= a->valid_from);
}

static const char *common_programme(const struct rules *a, const struct rules *b)
{
	for (size_t i = 0; i < a->programme_count; i++)
		if (rules_programme_named(b, a->programmes[i].id) != NULL)
			return a->programmes[i].id;
	return NULL;
}

bool rules_agree(const struct rules *const *tables, size_t count, struct rules_errors *errors)
{
	bool agree = true;
	char text[256];
	for (size_t i = 1; i < count; i++)
		for (size_t k = 0; k < i; k++) {
			const struct rules *a = tables[k], *b = tables[i];
			const char *programme = common_programme(a, b);
			if (a->status != RULES_LIVE || b->status != RULES_LIVE ||
			    programme == NULL || strcmp(a->city, b->city) != 0 ||
			    !on_the_same_day(a, b))
				continue;
			snprintf(
			    text, sizeof text, "%s, %s: %s %s", a->id, b->id, a->city, programme);
			errors_add(errors, 0, "/valid", CODE_TABLES_OVERLAP, text, text);
			agree = false;
		}
	return agree;
}
