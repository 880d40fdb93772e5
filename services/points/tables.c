// SPDX-License-Identifier: Apache-2.0
// tables: the rule tables that the engine scores by, read from their files.
#include "tables.h"

#include "log.h"
#include "service.h"

enum {
	OUTPUT_FORMAT = 1, // of what output.h writes: another one makes all scores anew
};

static void log_errors(const struct rules_errors *errors)
{
	struct buffer text = { 0 };
	rules_errors_write(errors, false, &text);
	const char *at = buffer_text(&text);
	while (*at != 0) {
		size_t size = strcspn(at, "\n");
		log_error("%.*s", (int)size, at);
		at += size + (at[size] == '\n');
	}
	buffer_deinit(&text);
}

static enum status check_status(
    const struct rules *rules, const char *path, enum rules_status expected)
{
	if (rules_status(rules) == expected)
		return STATUS_OK;
	log_error("%s: /status: this table is %s; `%s` takes tables that are %s", path,
	    rules_status_name(rules_status(rules)),
	    expected == RULES_LIVE ? "rules" : "demonstration", rules_status_name(expected));
	return fail(
	    STATUS_INVALID, "%s: a table that is not %s", path, rules_status_name(expected));
}

static enum status check_id(
    const struct tables *tables, const struct rules *rules, const char *path)
{
	if (tables_named(tables, rules_id(rules)) == NULL)
		return STATUS_OK;
	log_error("%s: /id: another table has this id", path);
	return fail(STATUS_INVALID, "%s: another table has the id %s", path, rules_id(rules));
}

static enum status read_table(struct tables *tables, const struct catalogue_set *catalogues,
    const char *path, enum rules_status expected)
{
	struct rules *rules;
	struct rules_errors errors;
	if (tables->count == TABLES_MAX)
		return fail(STATUS_TOO_LARGE, "more than %d rule tables", TABLES_MAX);
	enum status status = rules_read(&rules, catalogues, path, &errors);
	if (status != STATUS_OK)
		log_errors(&errors);
	rules_errors_deinit(&errors);
	if (status != STATUS_OK)
		return status;
	status = check_status(rules, path, expected);
	if (status == STATUS_OK)
		status = check_id(tables, rules, path);
	if (status == STATUS_OK)
		tables->list[tables->count++] = rules;
	else
		rules_free(&rules);
	return status;
}

static enum status check_together(const struct tables *tables)
{
	struct rules_errors errors = { 0 };
	bool agree = rules_agree((const struct rules *const *)tables->list, tables->count, &errors);
	if (!agree)
		log_errors(&errors);
	rules_errors_deinit(&errors);
	return agree ? STATUS_OK : fail(STATUS_INVALID, "two live tables are in force on one day");
}

static void note_content(struct tables *tables)
{
	buffer_printf(&tables->made_from, "%s/%d", ONECITY_VERSION, OUTPUT_FORMAT);
	for (size_t i = 0; i < tables->count; i++) {
		const struct rules *rules = tables->list[i];
		wants_add(&tables->wants, rules);
		buffer_printf(&tables->made_from, " %s:%s", rules_id(rules), rules_hash(rules));
	}
}

enum status tables_read(struct tables *tables, const struct catalogue_set *catalogues,
    const struct setting_list *live, const struct setting_list *demonstration)
{
	enum status status = STATUS_OK;
	*tables = (struct tables){ 0 };
	for (size_t i = 0; i < live->count && status == STATUS_OK; i++)
		status = read_table(tables, catalogues, live->values[i], RULES_LIVE);
	for (size_t i = 0; i < demonstration->count && status == STATUS_OK; i++)
		status =
		    read_table(tables, catalogues, demonstration->values[i], RULES_DEMONSTRATION);
	if (status == STATUS_OK)
		status = check_together(tables);
	if (status == STATUS_OK)
		note_content(tables);
	else
		tables_deinit(tables);
	return status;
}

void tables_deinit(struct tables *tables)
{
	wants_deinit(&tables->wants);
	buffer_deinit(&tables->made_from);
	for (size_t i = 0; i < tables->count; i++)
		rules_free(&tables->list[i]);
	*tables = (struct tables){ 0 };
}

const struct rules *tables_named(const struct tables *tables, const char *id)
{
	for (size_t i = 0; i < tables->count; i++)
		if (strcmp(rules_id(tables->list[i]), id) == 0)
			return tables->list[i];
	return NULL;
}
