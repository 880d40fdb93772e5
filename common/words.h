// SPDX-License-Identifier: Apache-2.0
// words: what a word in a spreadsheet stands for, however it was typed.
//
// Words are compared folded: full-width forms, case and white space do not matter.
#ifndef COMMON_WORDS_H
#define COMMON_WORDS_H

#include "base.h"

enum {
	WORD_BYTES_MAX = 256
};

enum words_of {
	WORDS_OF_CODES,
	WORDS_OF_COLUMNS, // nor do the asterisk of a required column, a colon, a "(unit)" at the
			  // end
};

struct words;

struct words *words_new(enum words_of of);
void words_free(struct words **words);

// Lets word stand for meaning (not NULL, borrowed) and returns what it stood for before, or NULL. A
// word that is nothing but what does not matter, or longer than WORD_BYTES_MAX, is not kept.
const void *words_put(struct words *words, const char *word, const void *meaning);

// NULL: unknown.
const void *words_find(const struct words *words, struct bytes word);

#endif
