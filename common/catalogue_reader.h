// SPDX-License-Identifier: Apache-2.0
// catalogue_reader: what the readers of the files in proto/ share: memory, places in errors,
// objects read by tables.
//
// Internal to the catalogue. Every function that reads says path and line of what it refuses.
#ifndef COMMON_CATALOGUE_READER_H
#define COMMON_CATALOGUE_READER_H

#include "catalogue.h"
#include "json.h"
#include "words.h"

enum {
	CATALOGUE_NAME_BYTES_MAX = 48
};

struct catalogue_block;
struct catalogue_words;

// A code list that was read, so that each is read once.
struct catalogue_list {
	struct catalogue_list *next;
	struct code_list list;
};

// A catalogue and all that it points to, freed together.
struct catalogue_store {
	struct catalogue catalogue; // first: it is what callers hold
	struct catalogue_block *blocks;
	struct catalogue_words *words;
	struct catalogue_list *lists;
};

// Memory, zeroed, that lives as long as the catalogue.
void *catalogue_keep(struct catalogue_store *store, size_t size);
struct words *catalogue_keep_words(struct catalogue_store *store, enum words_of of);

struct catalogue_reader {
	struct catalogue_store *store;
	const char *directory; // proto/
	const char *path;      // of the file being read
	struct json *json;
};

// Begins another file inside the reading of one; nested is valid until json_free(&nested->json), on
// failure too.
MUST_CHECK enum status catalogue_open_file(
    const struct catalogue_reader *reader, const char *path, struct catalogue_reader *nested);

// STATUS_INVALID with "path:line: " and why.
enum status catalogue_refuse(const struct catalogue_reader *reader, const struct json_value *value,
    const char *format, ...) PRINTF_LIKE(3, 4);

// Reads one value to where it belongs.
typedef enum status catalogue_read_value(
    struct catalogue_reader *reader, const struct json_value *value, void *place);

catalogue_read_value catalogue_read_text;    // const char *
catalogue_read_value catalogue_read_name;    // const char *: a-z, 0-9 and _
catalogue_read_value catalogue_read_flag;    // bool
catalogue_read_value catalogue_read_integer; // int64_t
catalogue_read_value catalogue_read_date;    // int64_t, from "2018-03-27"
catalogue_read_value catalogue_read_title;   // struct title
catalogue_read_value catalogue_read_aliases; // struct rows of const char *
catalogue_read_value
    catalogue_read_later; // const struct json_value *: understood when its neighbours are known

// What may stand in an object, and where it goes.
struct attribute {
	const char *name;
	catalogue_read_value *read;
	size_t offset; // in the target
	bool required;
};

// An attribute that is not in the table is refused.
MUST_CHECK enum status catalogue_read_members(struct catalogue_reader *reader,
    const struct json_value *object, const struct attribute *table, size_t count, void *target);

struct rows {
	void *data;
	size_t count;
};

// An array of at most count_max things of size bytes each.
MUST_CHECK enum status catalogue_read_rows(struct catalogue_reader *reader,
    const struct json_value *array, size_t count_max, size_t size, catalogue_read_value *read,
    struct rows *rows);

MUST_CHECK enum status catalogue_check_range(const struct catalogue_reader *reader,
    const struct json_value *value, const char *what, int64_t number, int64_t minimum,
    int64_t maximum);

#endif
