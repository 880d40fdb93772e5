// SPDX-License-Identifier: Apache-2.0
// row_columns: words for operations, and versions as they stand in cells.
#include "row_columns.h"

#include "date.h"
#include "text.h"

#include <stdio.h>
#include <strings.h>

enum {
	WORD_SIZE = 64
};

const struct field operation_column = {
	.name = "_op",
	.type = FIELD_TEXT,
	.title = { "操作", "operation" },
};
const struct field version_column = {
	.name = "_version",
	.type = FIELD_TEXT,
	.title = { "版本号", "version" },
};
const struct field reject_column = {
	.name = "_reject",
	.type = FIELD_TEXT,
	.title = { "隔离编号", "number in quarantine" },
};

static const struct {
	const char *header;
	const struct field *column;
} headers[] = {
	{ "_op", &operation_column },
	{ "操作", &operation_column },
	{ "操作类型", &operation_column },
	{ "操作标志", &operation_column },
	{ "变更类型", &operation_column },
	{ "operation", &operation_column },
	{ "_version", &version_column },
	{ "版本", &version_column },
	{ "版本号", &version_column },
	{ "更新时间", &version_column },
	{ "最后更新时间", &version_column },
	{ "version", &version_column },
	{ "updated_at", &version_column },
	{ "_reject", &reject_column },
	{ "隔离编号", &reject_column },
};

static const struct {
	const char *word;
	enum record_operation operation;
} operations[] = {
	{ "put", RECORD_PUT },
	{ "新增", RECORD_PUT },
	{ "增加", RECORD_PUT },
	{ "修改", RECORD_PUT },
	{ "变更", RECORD_PUT },
	{ "更新", RECORD_PUT },
	{ "I", RECORD_PUT },
	{ "U", RECORD_PUT },
	{ "insert", RECORD_PUT },
	{ "update", RECORD_PUT },
	{ "retract", RECORD_RETRACT },
	{ "删除", RECORD_RETRACT },
	{ "撤回", RECORD_RETRACT },
	{ "撤销", RECORD_RETRACT },
	{ "注销", RECORD_RETRACT },
	{ "D", RECORD_RETRACT },
	{ "delete", RECORD_RETRACT },
};

const struct field *row_column_named(struct bytes header)
{
	char word[WORD_SIZE];
	if (!text_fold(header, TEXT_DROP_SPACES, word, sizeof word))
		return NULL;
	for (size_t i = 0; i < COUNT_OF(headers); i++)
		if (strcasecmp(headers[i].header, word) == 0)
			return headers[i].column;
	return NULL;
}

bool row_column_operation(struct bytes cell, enum record_operation *operation)
{
	char word[WORD_SIZE];
	if (!text_fold(cell, TEXT_DROP_SPACES, word, sizeof word))
		return false;
	for (size_t i = 0; i < COUNT_OF(operations); i++) {
		if (strcasecmp(operations[i].word, word) != 0)
			continue;
		*operation = operations[i].operation;
		return true;
	}
	return false;
}

static bool read_number(const char *text, uint64_t *version)
{
	*version = 0;
	if (*text == 0)
		return false;
	for (; *text != 0; text++)
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(*version, (uint64_t)10, version) ||
		    __builtin_add_overflow(*version, (uint64_t)(*text - '0'), version))
			return false;
	return true;
}

// 2026/1/2 8:15, and a day alone, put into the form that time_parse() knows. What follows the
// seconds, as a fraction or an offset, stays as it is.
static bool write_plainly(const char *text, char *plain, size_t size)
{
	unsigned year, month, day, hour = 0, minute = 0, second = 0;
	int at = 0, more = 0;
	if (*text < '0' || *text > '9' ||
	    sscanf(text, "%4u%*1[-/.]%2u%*1[-/.]%2u%n", &year, &month, &day, &at) != 3 || at == 0)
		return false;
	text += at;
	if (*text != 0) {
		if (sscanf(text, "%*1[ Tt]%2u:%2u%n", &hour, &minute, &more) != 2 || more == 0)
			return false;
		text += more;
		if (sscanf(text, ":%2u%n", &second, &more) == 1)
			text += more;
	}
	int written = snprintf(plain, size, "%04u-%02u-%02uT%02u:%02u:%02u%s", year, month, day,
	    hour, minute, second, text);
	return written > 0 && (size_t)written < size;
}

bool row_column_version(struct bytes cell, uint64_t *version, bool *is_time)
{
	char text[WORD_SIZE], plain[WORD_SIZE];
	int64_t wall_us;
	*version = 0;
	*is_time = false;
	if (!text_fold(cell, TEXT_KEEP_SPACES, text, sizeof text))
		return false;
	if (read_number(text, version))
		return true;
	*version = 0;
	if (!write_plainly(text, plain, sizeof plain) ||
	    !time_parse(bytes_of_text(plain), &wall_us) || wall_us < 0)
		return false;
	*version = (uint64_t)wall_us;
	*is_time = true;
	return true;
}
