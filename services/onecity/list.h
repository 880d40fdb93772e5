// SPDX-License-Identifier: Apache-2.0
// list: how a list of rows is meant, and what a department says of it as a whole.
#ifndef ONECITY_LIST_H
#define ONECITY_LIST_H

#include "call.h"
#include "options.h"
#include "rows_file.h"

struct list {
	const char *mode;     // "upsert", "changes", "full"; NULL: upsert
	const char *scope;    // "FIELD=VALUE", or NULL
	const char *on_error; // "quarantine", "reject"; NULL: quarantine
	bool confirmed;
};

#define OPTION_MODE(target)                                                                             \
	{                                                                                               \
		"mode", 'm', OPTION_TEXT, (target), 0, 0, "MODE",                                       \
		    "upsert: add and change (the default); changes: each row says what is\n"            \
		    "                             to be done; full: what is not in the list "           \
		    "is withdrawn",                                                                     \
		    "upsert：新增和变更（默认）；changes：各行写明操作；\n"          \
		    "                             full：全量，清单中没有的记录将被撤回" \
	}
#define OPTION_SCOPE(target)                                                                      \
	{                                                                                         \
		"scope", 's', OPTION_TEXT, (target), 0, 0, "FIELD=VALUE",                         \
		    "the full list is about records with this value only, such as\n"              \
		    "                             a year or a town",                              \
		    "全量清单仅涉及该字段为此值的记录，如某一年度或某镇" \
	}
#define OPTION_CONFIRM(target)                                                         \
	{                                                                              \
		"confirm", 0, OPTION_FLAG, (target), 0, 0, NULL,                       \
		    "withdraw what is missing from the full list, however much it is", \
		    "确认全量清单无误：缺少再多也照此撤回"           \
	}

// Is it meant in a way that can be? EXIT_SUCCESS; or the mistake is told.
int list_check(const struct list *list, const struct usage *usage);

// A list that means something as a whole must not be cut: each piece would withdraw the others.
bool list_goes_whole(const struct list *list, const struct rows_format *format);

// "/v1/rows/" or "/v1/try/", the kind, and how the list is meant; appends.
void list_write_path(
    const struct list *list, const char *route, const char *kind, struct buffer *path);

// Appends the whole file, "-" for standard input. What fails is told: EXIT_FAILURE.
int list_read(const char *file_name, struct buffer *content);

// --- the answer ---

struct list_refusal {
	const char *code, *english, *chinese; // borrowed from the answer
};

// Was the list refused as a whole, in a good answer or a 422?
bool list_refused(const struct answer *answer, struct list_refusal *refusal);

// As answer_give_up(); of one that was too large it tells the way out too.
int list_give_up(const struct service_place *department, const struct answer *answer);

void list_tell_refusal(const struct list_refusal *refusal);
void list_tell_unused_columns(const struct json_value *root);

#endif
