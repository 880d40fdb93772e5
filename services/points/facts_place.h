// SPDX-License-Identifier: Apache-2.0
// facts_place: where in a facts file the reader is, and what is wrong there.
//
// No error holds a value of the file. Names from the file stand in a path only where they cannot be
// a person's number.
#ifndef POINTS_FACTS_PLACE_H
#define POINTS_FACTS_PLACE_H

#include "buffer.h"
#include "json.h"

enum {
	FACTS_ERRORS_MAX = 20 // further ones are counted only
};

struct facts_error {
	int line;   // from 1; 0: of the file as a whole
	char *path; // JSON pointer; "" is the whole
	char *zh, *en;
};

// { 0 } is none.
struct facts_errors {
	struct facts_error *list;
	size_t count, left_out;
};

void facts_errors_deinit(struct facts_errors *errors);
// "file:line: /path: reason", one a line.
void facts_errors_write(
    const struct facts_errors *errors, const char *file, bool chinese, struct buffer *out);

struct facts_place {
	const struct json *json; // for lines
	struct buffer path;
	struct facts_errors *errors;
};

// Steps into a member or an element, and back out.
struct facts_step {
	size_t size;
};
struct facts_step facts_enter(struct facts_place *place, const char *name);
struct facts_step facts_enter_index(struct facts_place *place, size_t index);
void facts_leave(struct facts_place *place, struct facts_step step);

// Tells what is wrong with a value at the present place; value may be NULL. Both formats take the
// same arguments. Returns false.
bool facts_refuse(struct facts_place *place, const struct json_value *value, const char *zh,
    const char *en, ...) __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
// The same with ready texts; copies both.
bool facts_refuse_with(
    struct facts_place *place, const struct json_value *value, const char *zh, const char *en);

// Each tells what is wrong and returns false, else true.
bool facts_is_object(struct facts_place *place, const struct json_value *value);
bool facts_is_array(struct facts_place *place, const struct json_value *value);
// A text that is not empty, of at most bytes_max bytes without control characters.
bool facts_text(
    struct facts_place *place, const struct json_value *value, size_t bytes_max, const char **text);

#endif
