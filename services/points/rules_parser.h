// SPDX-License-Identifier: Apache-2.0
// rules_parser: what the files that read a table share.
//
// Every function goes on after an error, so that all of them are told; what could not be understood
// becomes a node of type BROKEN, which fits everywhere and is told only once.
#ifndef POINTS_RULES_PARSER_H
#define POINTS_RULES_PARSER_H

#include "rules_parts.h"

// code, Chinese, English: what stands in front of the particulars.
#define RULES_CODE_TABLE(X)                                                                       \
	X(JSON, "不是严格的 JSON", "not strict JSON")                                             \
	X(MEMBER_UNKNOWN, "没有这个成员", "no such member")                                       \
	X(MEMBER_MISSING, "缺少成员", "a member is missing")                                      \
	X(MEMBER_TYPE, "类型不对", "not of this type")                                            \
	X(LIMIT, "超出上限", "more than the limit")                                               \
	X(ID_FORM, "标识写法不对", "not the form of an id")                                       \
	X(ID_TWICE, "标识重复", "the id stands twice")                                            \
	X(TITLE, "标题不完整或过长", "a title is incomplete or too long")                         \
	X(NAME_UNKNOWN, "没有这个名称", "no such name")                                           \
	X(NAME_LATER, "名称在后面才定义", "it stands further down")                               \
	X(NAME_UNUSED, "没有被使用", "nothing uses it")                                           \
	X(KIND_UNKNOWN, "目录中没有这种记录", "no such kind in the catalogues")                   \
	X(FIELD_UNKNOWN, "目录中没有这个字段", "no such field in the catalogue")                  \
	X(CODE_UNKNOWN, "代码表中没有这个代码", "no such code in the code list")                  \
	X(FIELD_LIST, "列表字段须用 rows 展开", "a list is read through \"rows\" only")           \
	X(FIELD_CONTEXT, "这里没有可读的记录", "there is no fact here")                           \
	X(SUBJECT, "主体不符", "about another subject")                                           \
	X(JOIN_TYPE, "两边字段类型不同", "fields of different types")                             \
	X(OPERATOR, "运算不明", "not one known operator")                                         \
	X(TYPE, "表达式类型不对", "an expression of another type is needed")                      \
	X(UNIT, "单位不对或缺少", "wrong or missing unit")                                        \
	X(LITERAL, "数值、日期读不懂", "cannot be read as a number, quantity or date")            \
	X(TEST, "条件不适用", "the test does not fit")                                            \
	X(TIER_OVERLAP, "两档可同时成立", "two rows can both hold")                               \
	X(TIER_UNREACHABLE, "此档永远不会成立", "nothing can reach this row")                     \
	X(BANDS, "分段须递增并为 each 的整数倍", "bands must increase, in multiples of \"each\"") \
	X(STEP, "须大于 0", "must be above 0")                                                    \
	X(DIVIDE, "除数可能为 0", "the divisor may be 0")                                         \
	X(PERIOD, "期间不对", "the period does not fit")                                          \
	X(TABLES_OVERLAP, "同一城市同一项目两张现行规则期间重叠",                                 \
	    "two live tables of one city and programme on the same day")                          \
	X(SERIES_GAP, "年份不全", "years are missing")                                            \
	X(AS_NESTED, "as 里面不能再有 as", "\"as\" inside \"as\"")                                \
	X(SCOPE, "这里不能用", "not allowed here")                                                \
	X(GROUP, "分组不对", "the group does not fit")                                            \
	X(TOTAL, "总分没有算到此项", "the total does not reach this item")                        \
	X(ENDED, "有 to 须写 ended_by", "\"to\" needs \"ended_by\"")                              \
	X(STATUS, "非现行规则须有 label", "a table that is not live needs a \"label\"")           \
	X(UNKNOWN_LIVE, "现行规则不能有 unknown", "a live table holds \"unknown\"")               \
	X(QUOTA, "名额或轮次不对", "the quota or round does not fit")                             \
	X(OFF_BY_DEFAULT, "默认不采集的记录须写入 asks_for 并在 basis 写明依据",                  \
	    "a kind that is off by default must stand in \"asks_for\", its basis in \"basis\"")

enum rules_code {
#define RULES_CODE_ENUM(name, zh, en) CODE_##name,
	RULES_CODE_TABLE(RULES_CODE_ENUM)
#undef RULES_CODE_ENUM
	RULES_CODES
};

// A value and the way to it from the root.
struct spot {
	const struct spot *up;
	const char *name; // in an object; NULL: by index
	size_t index;
	const struct json_value *value; // NULL: the member is not there
};

struct parser {
	struct rules *rules;
	struct rules_errors *errors;
	bool contains_as; // what is being read has an `as` in it
};

// What may be named where an expression stands.
struct scope {
	bool items, total, other_total;
	const struct shape *fact; // the fact that `field` reads, or NULL
};

struct spot spot_member(const struct spot *up, const char *name);
struct spot spot_index(const struct spot *up, size_t index, const struct json_value *value);
// The JSON pointer, in the table's arena.
const char *spot_path(struct parser *parser, const struct spot *spot);

// Both formats take the same arguments, and may be "".
void complain(struct parser *parser, const struct spot *spot, enum rules_code code, const char *zh,
    const char *en, ...) __attribute__((format(printf, 4, 6), format(printf, 5, 6)));

// For what is found without a place in a text: path and line as given.
void errors_add(struct rules_errors *errors, int line, const char *path, enum rules_code code,
    const char *zh, const char *en);

// A number of the table is "unknown": refused where the table is live.
void note_unknown(struct parser *parser, const struct spot *spot);

void *parser_allocate(struct parser *parser, size_t size);

// --- members (rules_members.c) -------------------------------------------------------------------

struct member {
	const char *name;
	bool required;
};

// Is it an object, with no other members than these, and all that are required? NULL ends the list
// by name. False: not even an object.
bool read_members(struct parser *parser, const struct spot *spot, const struct member *members);
bool read_is(struct parser *parser, const struct spot *spot, enum json_type type);

const char *read_text(struct parser *parser, const struct spot *spot); // NULL: told
const char *read_id(struct parser *parser, const struct spot *spot);   // "" if it is none: told
struct title read_title(struct parser *parser, const struct spot *spot);
int64_t read_date(struct parser *parser, const struct spot *spot); // 0: told
// An index into words (count of them); told and 0 if it is none of them.
size_t read_word(
    struct parser *parser, const struct spot *spot, const char *const *words, size_t count);
bool read_whole(struct parser *parser, const struct spot *spot, int64_t minimum, int64_t maximum,
    int64_t *whole);
struct rounding read_round(struct parser *parser, const struct spot *spot);
// At most `limit` children of an array; 0 where it is none, or absent.
size_t read_array(struct parser *parser, const struct spot *spot, size_t limit);

// --- literals (rules_literals.c) -----------------------------------------------------------------

enum literal_result {
	LITERAL_NONE,   // no literal
	LITERAL_BROKEN, // told
	LITERAL_READ
};
// A JSON number or boolean, or a text that begins with a digit or '-'.
enum literal_result read_literal(
    struct parser *parser, const struct spot *spot, struct typing *typing, struct literal *literal);
// A number literal. False: told.
bool read_number(
    struct parser *parser, const struct spot *spot, struct exact *number, enum unit *unit);
// The same, of this unit.
bool read_quantity(
    struct parser *parser, const struct spot *spot, enum unit unit, struct exact *number);
bool read_positive(
    struct parser *parser, const struct spot *spot, enum unit unit, struct exact *number);
// The same, or unknown; absent: known, and 0.
struct points read_amount(struct parser *parser, const struct spot *spot, enum unit unit);
struct points read_points(struct parser *parser, const struct spot *spot);

// --- expressions (rules_expression.c) ------------------------------------------------------------

enum {
	WANT_NUMBER = 1 << TYPE_NUMBER,
	WANT_BOOLEAN = 1 << TYPE_BOOLEAN,
	WANT_DATE = 1 << TYPE_DATE,
	WANT_MONTH = 1 << TYPE_MONTH,
	WANT_TEXT = 1 << TYPE_TEXT,
	WANT_SPANS = 1 << TYPE_SPANS,
	WANT_FACTS = 1 << TYPE_FACTS,
	WANT_TIME = WANT_DATE | WANT_MONTH,
	WANT_SCALAR = WANT_NUMBER | WANT_BOOLEAN | WANT_TIME | WANT_TEXT,
	WANT_ANY = WANT_SCALAR | WANT_SPANS | WANT_FACTS,
};

// Never NULL.
const struct node *read_expression(
    struct parser *parser, const struct spot *spot, const struct scope *scope, unsigned want);
struct node *node_new(struct parser *parser, const struct spot *spot, enum operation operation);
const struct node *node_broken(struct parser *parser, const struct spot *spot);
// Copies the operands.
void node_set_operands(
    struct parser *parser, struct node *node, const struct node *const *operands, size_t count);
bool is_broken(const struct node *node);

bool units_fit(enum unit a, enum unit b);
// Tells if the unit is not that.
void want_unit(
    struct parser *parser, const struct spot *spot, struct typing typing, enum unit unit);

// What makes a node of an object whose operator is known: fills type and particulars.
typedef void operator_read(
    struct parser *parser, const struct spot *spot, const struct scope *scope, struct node *node);

operator_read read_add, read_minus, read_multiply, read_divide, read_extremes, read_first,
    read_limit, read_rounded, read_if, read_length, read_between, read_year, read_series_value,
    read_as, read_all, read_not, read_test_of, read_shift, read_edge, read_month, read_spans,
    read_spans_sets, read_clip, read_gap, read_last_run, read_count, read_sum, read_newest,
    read_per_unit, read_step, read_tiers, read_bands, read_matrix, read_select, read_field;

// --- names, fields, tests ------------------------------------------------------------------------

const struct node *read_name(
    struct parser *parser, const struct spot *spot, const struct scope *scope);
size_t find_series(const struct rules *rules, const char *id); // SIZE_MAX: none
size_t find_list(const struct rules *rules, const char *id);
size_t find_register(const struct rules *rules, const char *id);
size_t find_group(const struct rules *rules, const char *id);

struct typing field_typing(const struct field *field);
const struct kind *find_kind(struct parser *parser, const struct spot *spot, const char *name);
// Finds a field of a shape's facts. False: told.
bool find_field(struct parser *parser, const struct spot *spot, const struct shape *shape,
    const char *name, struct field_use *use);
// A field named by the text at spot.
bool read_field_name(struct parser *parser, const struct spot *spot, const struct shape *shape,
    struct field_use *use);
// One field, or an array of them.
struct field_list read_field_names(
    struct parser *parser, const struct spot *spot, const struct shape *shape);
// The member `over`, `spans` ...: a name or a select.
const struct node *read_facts(
    struct parser *parser, const struct spot *spot, const struct scope *scope);

const struct test *read_test(struct parser *parser, const struct spot *spot,
    const struct scope *scope, const struct typing *subject);

// The rows of a scale against each other, and against what the facts' own tests let through.
void check_rows(struct parser *parser, const struct spot *spot, const struct node *subject,
    const struct test *const *tests, size_t count);

// --- the table -----------------------------------------------------------------------------------

void read_series(struct parser *parser, const struct spot *spot);
void read_lists(struct parser *parser, const struct spot *spot);
void read_registers(struct parser *parser, const struct spot *spot);
void read_definitions(struct parser *parser, const struct spot *spot);
void read_groups(struct parser *parser, const struct spot *spot);
void read_items(struct parser *parser, const struct spot *spot);
void read_programmes(struct parser *parser, const struct spot *spot);
// `from`, `to` and `ended_by`, inside of the table's validity.
struct in_force {
	int64_t from, to; // 0: open
	struct title ended_by;
};
struct in_force read_in_force(struct parser *parser, const struct spot *spot);
void read_contest(struct parser *parser, const struct spot *spot, const struct scope *scope,
    struct programme *programme); // ranking, quotas, rounds
// What only the whole table shows; fills in what it reads.
void check_table(struct parser *parser, const struct spot *root);

// --- walking -------------------------------------------------------------------------------------

// Each operand of a node, those inside of its select, tests and rows too; not what a name stands
// for.
typedef void node_visit(const struct node *node, void *context);
void node_each(const struct node *node, node_visit *visit, void *context);

#endif
