// SPDX-License-Identifier: Apache-2.0
// base: the few words that every file uses.
#ifndef PROTO_BASE_H
#define PROTO_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Ignoring the result is a compiler error.
#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

// For our own bugs, in release too; never for input, files, peers or settings.
#define ENSURE(condition) ((condition) ? (void)0 : ensure_failed(#condition, __FILE__, __LINE__))
_Noreturn void ensure_failed(const char *condition, const char *file, int line);

// Borrowed bytes: valid until the call or callback that hands them over returns, unless its header
// says longer. Not NUL-terminated.
struct bytes {
	const uint8_t *data;
	size_t size;
};

// For printf("%.*s"): the two arguments of a struct bytes.
#define BYTES_ARGS(bytes) (int)(bytes).size, (const char *)(bytes).data

static inline struct bytes bytes_make(const void *data, size_t size)
{
	return (struct bytes){ data, size };
}

static inline struct bytes bytes_of_text(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static inline bool bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool bytes_equal_text(struct bytes a, const char *text)
{
	return bytes_equal(a, bytes_of_text(text));
}

// Memory for small things whose size is already held against a limit: zeroed; running out of it
// ends the process. The caller frees with free().
void *allocate(size_t size);
void *reallocate(void *memory, size_t size);
char *text_copy(const char *text);
char *bytes_copy_text(struct bytes bytes);

#endif
