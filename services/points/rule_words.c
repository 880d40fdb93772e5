// SPDX-License-Identifier: Apache-2.0
// rule_words: one template for each operator, in both languages.
//
// In a template {x} stands for the words of the member x, {x|, } for those of its elements with the
// text behind the bar between them, and [...] is left out unless all members in it are there.
#include "rule_words.h"

#include <stdio.h>

enum {
	NAME_SIZE = 64,
	NARROWINGS_MAX = 512 // definitions a table may have
};

struct writer {
	const struct rules *rules;
	const struct kind *kind; // whose fields are read, or NULL
	struct buffer *out;
	bool chinese;
};

struct template
{
	const char *name, *zh, *en;
};

// The first whose name is a member of the object.
static const struct template operators[] = {
	{ "per_unit", "{per_unit}每满 {each} 计 {points} 分[，满 {wait} 起计]",
	    "{points} points for each {each} of {per_unit}[, from {wait} on]" },
	{ "step", "{step}满 {at} 计 {base} 分，之后每满 {each} 加 {points} 分",
	    "{base} points for {at} of {step}, {points} for each further {each}" },
	{ "tiers", "按{tiers}：{rows|；}[；其他：{otherwise} 分]",
	    "by {tiers}: {rows|; }[; else {otherwise}]" },
	{ "bands", "{bands}分段累进，每 {each}：{rows|；}",
	    "{bands} in bands, for each {each}: {rows|; }" },
	{ "matrix", "按{matrix|与}（列：{columns|；}）：{rows|；}",
	    "by {matrix| and } (columns: {columns|; }): {rows|; }" },
	{ "count", "{count}的条数[（不同的{per|、}）]",
	    "the number of {count}[ (different {per|, })]" },
	{ "exists", "有{exists}", "there is {exists}" },
	{ "sum", "{over}的{sum}之和[（按{per|、}归并）][（每组最多 {each_cap}）]",
	    "the sum of {sum} over {over}[ by {per|, }][ (each at most {each_cap})]" },
	{ "best", "{over}中取最高：{best}", "of {over} the best: {best}" },
	{ "least", "{over}中取最低：{least}", "of {over} the least: {least}" },
	{ "newest", "{over}中最近一条（{by}）的{newest}",
	    "{newest} of the newest {over} (by {by})" },
	{ "oldest", "{over}中最早一条（{by}）的{oldest}",
	    "{oldest} of the oldest {over} (by {by})" },
	{ "add", "{add| + }", "{add| + }" },
	{ "minus", "({minus| - })", "({minus| - })" },
	{ "multiply", "({multiply| × })", "({multiply| × })" },
	{ "divide", "({divide| ÷ })[（除数为 0 时：{if_zero}）]",
	    "({divide| ÷ })[ ({if_zero} if divided by 0)]" },
	{ "max", "最大值（{max|，}）", "the greatest of ({max|, })" },
	{ "min", "最小值（{min|，}）", "the least of ({min|, })" },
	{ "first", "第一个有值的（{first|，}）", "the first present of ({first|, })" },
	{ "cap", "{cap}（最高 {at}）", "{cap} (at most {at})" },
	{ "floor", "{floor}（最低 {at}）", "{floor} (at least {at})" },
	{ "round", "{round}（取整到 {to}，{how}）", "{round} (rounded to {to}, {how})" },
	{ "if", "若{if}则 {then}[，否则 {else}]", "{then} if {if}[, else {else}]" },
	{ "length", "{length}的月数", "the length of {length}" },
	{ "day_count", "{day_count}的天数", "the days of {day_count}" },
	{ "between", "从 {between| 到 }的月数", "the months from {between| to }" },
	{ "days_between", "从 {days_between| 到 }的天数", "the days from {days_between| to }" },
	{ "year", "{year}的年份", "the year of {year}" },
	{ "series", "{series}中 {at} 的数", "the value of {series} for {at}" },
	{ "as", "{as}的{value}", "{value} of the {as}" },
	{ "spans", "{spans}的时间[（{from|、}起）][（{to|、}止）][（按{months}）]",
	    "the time of {spans}[ from {from| or }][ to {to| or }][ by {months}]" },
	{ "union", "{union|，或}", "{union| or }" },
	{ "intersect", "{intersect|，同时}", "{intersect| while }" },
	{ "without", "{without|，扣除}", "{without| but not }" },
	{ "clip", "{clip}（[从 {from} ][到 {to}]）", "{clip} ([from {from} ][to {to}])" },
	{ "bridge", "{bridge}（中断不超过 {gap} 个月的补足）",
	    "{bridge} (gaps of at most {gap} months filled)" },
	{ "last_run", "{last_run}最近连续的一段[（中断不超过 {gap} 个月）][（截至 {at}）]",
	    "the last run of {last_run}[ (gaps of at most {gap} months)][ up to {at}]" },
	{ "longest_run", "{longest_run}最长连续的一段[（中断不超过 {gap} 个月）]",
	    "the longest run of {longest_run}[ (gaps of at most {gap} months)]" },
	{ "shift", "{shift}[ 加 {years} 年][ 加 {months} 个月][ 加 {days} 天]",
	    "{shift}[ plus {years} years][ plus {months} months][ plus {days} days]" },
	{ "start_of", "{of}所在{start_of}的第一天", "the first day of the {start_of} of {of}" },
	{ "end_of", "{of}所在{end_of}的最后一天", "the last day of the {end_of} of {of}" },
	{ "month", "{month}的月份", "the month of {month}" },
	{ "test", "{test}{is}", "{test} {is}" },
	{ "all", "（{all|，且}）", "({all| and })" },
	{ "any", "（{any|，或}）", "({any| or })" },
	{ "not", "不（{not}）", "not ({not})" },
};

// Tests, and the members of a where that are none of its own fields.
static const struct template tests[] = {
	{ "from", "≥ {from}", "≥ {from}" },
	{ "to", "≤ {to}", "≤ {to}" },
	{ "above", "> {above}", "> {above}" },
	{ "below", "< {below}", "< {below}" },
	{ "after", "晚于 {after}", "after {after}" },
	{ "before", "早于 {before}", "before {before}" },
	{ "within", "在 {within|、} 内", "within {within|, }" },
	{ "listed", "在{listed}中", "in {listed}" },
};

// Names that stand for themselves.
static const struct template names[] = {
	{ "as_of", "计分日", "the as-of day" },
	{ "accepted_on", "受理日", "the day of acceptance" },
	{ "applied_on", "申请日", "the day of application" },
	{ "application", "本次申请", "the application" },
	{ "total", "总分", "the total" },
	{ "other_total", "配偶的总分", "the other's total" },
	{ "unknown", "未公布", "not published" },
	{ "down", "向下", "down" },
	{ "up", "向上", "up" },
	{ "half_up", "四舍五入", "half up" },
	{ "half_even", "四舍六入五成双", "half to even" },
	{ "month", "月", "month" },
	{ "year", "年", "year" },
};

static const struct template units[] = {
	{ "month", " 个月", NULL },
	{ "months", " 个月", NULL },
	{ "year", " 年", NULL },
	{ "years", " 年", NULL },
	{ "day", " 天", NULL },
	{ "days", " 天", NULL },
	{ "yuan", " 元", NULL },
};

static void write_value(struct writer *writer, const struct json_value *value);
static void write_test(
    struct writer *writer, const struct json_value *test, const struct field *field);

static void put(struct writer *writer, const char *zh, const char *en)
{
	buffer_append_text(writer->out, writer->chinese ? zh : en);
}

static const char *text_of(const struct writer *writer, struct title title)
{
	const char *text = writer->chinese ? title.zh : title.en;
	return text != NULL ? text : "";
}

static const struct template *template_named(
    const struct template *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

// --- names and literals --------------------------------------------------------------------------

static const struct json_value *with_id(const struct json_value *list, const char *id)
{
	for (const struct json_value *one = json_first(list); one != NULL; one = json_next(one)) {
		const char *own = json_string(json_member(one, "id"));
		if (own != NULL && strcmp(own, id) == 0)
			return one;
	}
	return NULL;
}

static const struct json_value *section(const struct writer *writer, const char *name)
{
	return json_member(rules_json(writer->rules), name);
}

static const char *title_of(const struct writer *writer, const struct json_value *object)
{
	return json_string(
	    json_member(json_member(object, "title"), writer->chinese ? "zh" : "en"));
}

// What a name stands for: of definitions first, as nothing else may stand in an expression.
static const struct json_value *named_value(const struct writer *writer, const char *name)
{
	static const struct {
		const char *prefix, *section;
	} lists[] = { { "item.", "items" }, { "group.", "groups" }, { "", "define" },
		{ "", "groups" }, { "", "programmes" } };
	static const char *const objects[] = { "series", "lists", "registers" };
	const struct json_value *found = NULL;
	for (size_t i = 0; i < COUNT_OF(lists) && found == NULL; i++) {
		size_t size = strlen(lists[i].prefix);
		if (strncmp(name, lists[i].prefix, size) == 0)
			found = with_id(section(writer, lists[i].section), name + size);
	}
	for (size_t i = 0; i < COUNT_OF(objects) && found == NULL; i++)
		found = json_member(section(writer, objects[i]), name);
	return found;
}

static void write_literal(struct writer *writer, const char *text)
{
	const char *unit = strchr(text, ' ');
	const struct template *found =
	    unit != NULL ? template_named(units, COUNT_OF(units), unit + 1) : NULL;
	if (found == NULL || !writer->chinese)
		buffer_append_text(writer->out, text);
	else
		buffer_printf(writer->out, "%.*s%s", (int)(unit - text), text, found->zh);
}

static const struct kind *kind_named(const struct writer *writer, const char *name)
{
	char department[NAME_SIZE];
	const char *dot = strchr(name, '.');
	if (dot == NULL || (size_t)(dot - name) >= sizeof department)
		return NULL;
	snprintf(department, sizeof department, "%.*s", (int)(dot - name), name);
	const struct catalogue *catalogue =
	    catalogue_set_named(rules_catalogues(writer->rules), department);
	return catalogue != NULL ? catalogue_kind_named(catalogue, dot + 1) : NULL;
}

static void write_name(struct writer *writer, const char *name)
{
	enum role role;
	const struct template *own = template_named(names, COUNT_OF(names), name);
	const struct kind *kind = kind_named(writer, name);
	const char *title = title_of(writer, named_value(writer, name));
	if ((*name >= '0' && *name <= '9') || *name == '-')
		write_literal(writer, name);
	else if (title != NULL)
		buffer_append_text(writer->out, title);
	else if (own != NULL)
		put(writer, own->zh, own->en);
	else if (kind != NULL)
		buffer_append_text(writer->out, text_of(writer, kind->title));
	else if (role_named(name, &role))
		buffer_append_text(writer->out, role_title(role, writer->chinese));
	else
		buffer_printf(writer->out, writer->chinese ? "“%s”" : "\"%s\"", name);
}

// --- facts ---------------------------------------------------------------------------------------

// Definitions narrow earlier ones, down to a kind.
static const struct kind *kind_of(const struct writer *writer, const struct json_value *facts)
{
	for (size_t i = 0; i < NARROWINGS_MAX && facts != NULL; i++) {
		const char *name = json_string(facts);
		if (name == NULL)
			name = json_string(json_member(facts, "select"));
		if (name == NULL)
			return NULL;
		if (kind_named(writer, name) != NULL)
			return kind_named(writer, name);
		facts = json_member(named_value(writer, name), "value");
	}
	return NULL;
}

// Of the kind, of one of its lists, or NULL: computed, or another kind's.
static const struct field *field_named(const struct writer *writer, const char *name)
{
	const char *dot = strchr(name, '.');
	if (writer->kind == NULL)
		return NULL;
	for (size_t i = 0; i < writer->kind->field_count; i++) {
		const struct field *field = &writer->kind->fields[i];
		size_t size = strlen(field->name);
		if (strcmp(field->name, name) == 0)
			return field;
		if (dot == NULL || field->type != FIELD_LIST || (size_t)(dot - name) != size ||
		    strncmp(field->name, name, size) != 0)
			continue;
		for (size_t j = 0; j < field->field_count; j++)
			if (strcmp(field->fields[j].name, dot + 1) == 0)
				return &field->fields[j];
	}
	return NULL;
}

static void write_field(struct writer *writer, const char *name)
{
	const struct field *field = field_named(writer, name);
	buffer_append_text(writer->out, field != NULL ? text_of(writer, field->title) : name);
}

static void write_where(struct writer *writer, const struct json_value *where);

static void write_wheres(
    struct writer *writer, const struct json_value *list, const char *zh, const char *en)
{
	for (const struct json_value *one = json_first(list); one != NULL; one = json_next(one)) {
		write_where(writer, one);
		if (json_next(one) != NULL)
			put(writer, zh, en);
	}
}

static void write_where(struct writer *writer, const struct json_value *where)
{
	for (const struct json_value *one = json_first(where); one != NULL; one = json_next(one)) {
		if (strcmp(json_name(one), "any") == 0) {
			put(writer, "（", "(");
			write_wheres(writer, one, "，或", " or ");
			put(writer, "）", ")");
		} else if (strcmp(json_name(one), "not") == 0) {
			put(writer, "非（", "not (");
			write_where(writer, one);
			put(writer, "）", ")");
		} else {
			write_field(writer, json_name(one));
			buffer_append_text(writer->out, " ");
			write_test(writer, one, field_named(writer, json_name(one)));
		}
		if (json_next(one) != NULL)
			put(writer, "，", ", ");
	}
}

static void write_joined(struct writer *writer, const struct json_value *list, const char *between)
{
	if (json_type(list) != JSON_ARRAY) {
		write_value(writer, list);
		return;
	}
	for (const struct json_value *one = json_first(list); one != NULL; one = json_next(one)) {
		write_value(writer, one);
		if (json_next(one) != NULL)
			buffer_append_text(writer->out, between);
	}
}

static void write_partners(struct writer *writer, const struct json_value *select)
{
	const struct json_value *via = json_member(select, "via");
	if (via != NULL) {
		put(writer, "，对应", ", matched with ");
		write_value(writer, json_member(via, "facts"));
	}
	for (const struct json_value *one = json_first(json_member(select, "unless")); one != NULL;
	     one = json_next(one)) {
		put(writer, "，但不在", ", but not in ");
		write_value(writer, json_member(one, "facts"));
	}
	const struct json_value *unused = json_member(select, "unused");
	if (unused == NULL)
		return;
	put(writer, "，且未登记于", ", not used up in ");
	write_value(writer, json_member(unused, "register"));
}

static void write_select(struct writer *writer, const struct json_value *select)
{
	const struct kind *outer = writer->kind;
	const struct json_value *of = json_member(select, "of");
	const struct json_value *where = json_member(select, "where");
	writer->kind = kind_of(writer, select);
	if (of != NULL && writer->chinese) {
		write_joined(writer, of, "、");
		buffer_append_text(writer->out, "的");
	}
	write_value(writer, json_member(select, "select"));
	if (of != NULL && !writer->chinese) {
		buffer_append_text(writer->out, " of ");
		write_joined(writer, of, ", ");
	}
	if (where != NULL) {
		put(writer, "（", " (");
		write_where(writer, where);
		put(writer, "）", ")");
	}
	write_partners(writer, select);
	writer->kind = outer;
}

// --- tests ---------------------------------------------------------------------------------------

static void write_code(struct writer *writer, const struct field *field, const char *text)
{
	const struct code *code = NULL;
	if (field != NULL && field->codes != NULL)
		code = code_list_find(field->codes, bytes_of_text(text));
	if (code != NULL && *text_of(writer, code->title) != 0)
		buffer_append_text(writer->out, text_of(writer, code->title));
	else if (field != NULL && field->codes != NULL)
		buffer_append_text(writer->out, text);
	else
		write_name(writer, text);
}

static void write_scalar(
    struct writer *writer, const struct json_value *value, const struct field *field)
{
	if (json_string(value) != NULL)
		write_code(writer, field, json_string(value));
	else
		write_value(writer, value);
}

static void write_template(
    struct writer *writer, const char *template, const struct json_value *object);

static void write_bounds(
    struct writer *writer, const struct json_value *test, const struct field *field)
{
	bool more = false;
	for (const struct json_value *one = json_first(test); one != NULL; one = json_next(one)) {
		const struct template *found =
		    template_named(tests, COUNT_OF(tests), json_name(one));
		if (more)
			put(writer, "，", ", ");
		more = true;
		if (found != NULL) {
			write_template(writer, writer->chinese ? found->zh : found->en, test);
		} else if (strcmp(json_name(one), "absent") == 0) {
			if (json_type(one) == JSON_BOOLEAN && json_boolean(one))
				put(writer, "没有", "absent");
			else
				put(writer, "有", "present");
		} else {
			put(writer, "不是：", "not: ");
			write_test(writer, one, field);
		}
	}
}

static bool is_expression(const struct json_value *object)
{
	for (size_t i = 0; i < COUNT_OF(operators); i++)
		if (strcmp(operators[i].name, "not") != 0 &&
		    json_member(object, operators[i].name) != NULL)
			return true;
	return json_member(object, "field") != NULL;
}

static void write_test(
    struct writer *writer, const struct json_value *test, const struct field *field)
{
	if (json_type(test) == JSON_OBJECT && !is_expression(test)) {
		write_bounds(writer, test, field);
		return;
	}
	put(writer, "为 ", "is ");
	if (json_type(test) != JSON_ARRAY) {
		write_scalar(writer, test, field);
		return;
	}
	for (const struct json_value *one = json_first(test); one != NULL; one = json_next(one)) {
		write_scalar(writer, one, field);
		if (json_next(one) != NULL)
			put(writer, "、", " or ");
	}
}

// --- scales --------------------------------------------------------------------------------------

// The field that a scale reads, so that its rows show codes by their titles.
static const struct field *field_read(const struct writer *writer, const struct json_value *value)
{
	const char *name = json_string(json_member(value, "field"));
	return name != NULL ? field_named(writer, name) : NULL;
}

// Of tiers, bands and matrices.
static void write_row(
    struct writer *writer, const struct json_value *row, const struct field *field)
{
	const struct json_value *is = json_member(row, "is"), *to = json_member(row, "to");
	if (is != NULL)
		write_test(writer, is, field);
	if (to != NULL) {
		put(writer, "至 ", "up to ");
		write_value(writer, to);
	}
	if (is == NULL && to == NULL)
		put(writer, "以上部分", "above");
	put(writer, "：", ": ");
	write_joined(writer, json_member(row, "points"), "、");
	put(writer, " 分", "");
}

static void write_rows(struct writer *writer, const struct json_value *scale, const char *between)
{
	const struct json_value *matrix = json_member(scale, "matrix");
	const struct json_value *read =
	    matrix != NULL ? json_first(matrix) : json_member(scale, "tiers");
	const struct field *field = field_read(writer, read);
	for (const struct json_value *row = json_first(json_member(scale, "rows")); row != NULL;
	     row = json_next(row)) {
		write_row(writer, row, field);
		if (json_next(row) != NULL)
			buffer_append_text(writer->out, between);
	}
}

static void write_columns(
    struct writer *writer, const struct json_value *scale, const char *between)
{
	const struct field *field =
	    field_read(writer, json_next(json_first(json_member(scale, "matrix"))));
	for (const struct json_value *one = json_first(json_member(scale, "columns")); one != NULL;
	     one = json_next(one)) {
		write_test(writer, one, field);
		if (json_next(one) != NULL)
			buffer_append_text(writer->out, between);
	}
}

// --- templates -----------------------------------------------------------------------------------

// Members that name fields, not expressions.
static bool names_fields(const struct json_value *object, const char *name)
{
	bool has_field_list = json_member(object, "spans") != NULL || strcmp(name, "per") == 0 ||
			      strcmp(name, "by") == 0;
	return (has_field_list && strcmp(name, "spans") != 0) || strcmp(name, "newest") == 0 ||
	       strcmp(name, "oldest") == 0;
}

static void write_fields(struct writer *writer, const struct json_value *value, const char *between)
{
	if (json_string(value) != NULL)
		write_field(writer, json_string(value));
	else if (json_type(value) != JSON_ARRAY)
		write_value(writer, value);
	for (const struct json_value *one = json_type(value) == JSON_ARRAY ? json_first(value)
									   : NULL;
	     one != NULL; one = json_next(one)) {
		write_fields(writer, one, between);
		if (json_next(one) != NULL)
			buffer_append_text(writer->out, between);
	}
}

static void write_member(
    struct writer *writer, const struct json_value *object, const char *name, const char *between)
{
	const struct json_value *value = json_member(object, name);
	if (strcmp(name, "rows") == 0)
		write_rows(writer, object, between);
	else if (strcmp(name, "columns") == 0)
		write_columns(writer, object, between);
	else if (strcmp(name, "is") == 0)
		write_test(writer, value, NULL);
	else if (names_fields(object, name))
		write_fields(writer, value, between);
	else
		write_joined(writer, value, between);
}

// Takes "{name|between}" apart; returns where it ends.
static const char *take_place(const char *at, char name[NAME_SIZE], char between[NAME_SIZE])
{
	const char *end = strchr(at, '}');
	const char *bar = memchr(at, '|', (size_t)(end - at));
	const char *name_end = bar != NULL ? bar : end;
	snprintf(name, NAME_SIZE, "%.*s", (int)(name_end - at - 1), at + 1);
	snprintf(between, NAME_SIZE, "%.*s", bar != NULL ? (int)(end - bar - 1) : 0,
	    bar != NULL ? bar + 1 : "");
	return end + 1;
}

static bool has_members(const char *at, const struct json_value *object)
{
	char name[NAME_SIZE], between[NAME_SIZE];
	const char *end = strchr(at, ']');
	while ((at = strchr(at, '{')) != NULL && at < end) {
		at = take_place(at, name, between);
		if (json_member(object, name) == NULL)
			return false;
	}
	return true;
}

static void write_template(
    struct writer *writer, const char *template, const struct json_value *object)
{
	char name[NAME_SIZE], between[NAME_SIZE];
	for (const char *at = template; *at != 0;) {
		if (*at == '{') {
			at = take_place(at, name, between);
			write_member(writer, object, name, between);
		} else if (*at == '[') {
			at = has_members(at, object) ? at + 1 : strchr(at, ']') + 1;
		} else if (*at == ']') {
			at++;
		} else {
			buffer_append_byte(writer->out, (uint8_t)*at++);
		}
	}
}

// The facts that fields in an operator are read of.
static const struct json_value *facts_of(const struct json_value *object)
{
	const struct json_value *over = json_member(object, "over");
	if (over == NULL)
		over = json_member(object, "spans");
	return over != NULL ? over : json_member(object, "count");
}

static void write_operator(struct writer *writer, const struct json_value *object)
{
	const struct kind *outer = writer->kind;
	const struct json_value *facts = facts_of(object);
	if (facts != NULL)
		writer->kind = kind_of(writer, facts);
	for (size_t i = 0; i < COUNT_OF(operators); i++) {
		if (json_member(object, operators[i].name) == NULL)
			continue;
		const char *template = writer->chinese ? operators[i].zh : operators[i].en;
		write_template(writer, template, object);
		break;
	}
	writer->kind = outer;
}

static void write_value(struct writer *writer, const struct json_value *value)
{
	char number[NAME_SIZE];
	if (value == NULL)
		return;
	if (json_string(value) != NULL)
		write_name(writer, json_string(value));
	else if (json_decimal(value, number, sizeof number))
		buffer_append_text(writer->out, number);
	else if (json_type(value) == JSON_BOOLEAN && json_boolean(value))
		put(writer, "是", "yes");
	else if (json_type(value) == JSON_BOOLEAN)
		put(writer, "否", "no");
	else if (json_type(value) == JSON_ARRAY)
		write_joined(writer, value, ", ");
	else if (json_member(value, "select") != NULL)
		write_select(writer, value);
	else if (json_string(json_member(value, "field")) != NULL)
		write_field(writer, json_string(json_member(value, "field")));
	else
		write_operator(writer, value);
}

// --- one row of a scale --------------------------------------------------------------------------

// One step down a JSON pointer; *at goes behind it.
static const struct json_value *step_down(const struct json_value *value, const char **at)
{
	char name[NAME_SIZE];
	size_t size = strcspn(++*at, "/");
	snprintf(name, sizeof name, "%.*s", (int)size, *at);
	*at += size;
	if (json_type(value) == JSON_OBJECT)
		return json_member(value, name);
	value = json_first(value);
	for (long index = strtol(name, NULL, 10); index > 0 && value != NULL; index--)
		value = json_next(value);
	return value;
}

static const struct json_value *row_of(const struct json_value *scale, int row)
{
	const struct json_value *one = json_first(json_member(scale, "rows"));
	for (; row > 0 && one != NULL; row--)
		one = json_next(one);
	return one;
}

void rule_words_write_row(
    const struct rules *rules, const char *path, int row, bool chinese, struct buffer *out)
{
	struct writer writer = { .rules = rules, .out = out, .chinese = chinese };
	const struct json_value *value = rules_json(rules);
	for (const char *at = path; *at != 0 && value != NULL;) {
		const struct json_value *facts = facts_of(value);
		if (facts != NULL)
			writer.kind = kind_of(&writer, facts);
		value = step_down(value, &at);
	}
	const struct json_value *is = json_member(row_of(value, row), "is");
	if (is != NULL)
		write_test(&writer, is, field_read(&writer, json_member(value, "tiers")));
}

void rule_words_write(const struct rules *rules, const struct json_value *expression, bool chinese,
    struct buffer *out)
{
	struct writer writer = { .rules = rules, .out = out, .chinese = chinese };
	write_value(&writer, expression);
}
