// SPDX-License-Identifier: Apache-2.0
// words: folded texts in a hash table.
#include "words.h"

#include "text.h"

enum {
	PLACES_MIN = 16
};

struct entry {
	char *folded; // NULL: free
	const void *meaning;
};

// Open addressing, at most three quarters full: catalogues hold many such tables, most of them
// small.
struct words {
	enum words_of of;
	struct entry *places;
	size_t place_count; // a power of two
	size_t used;
};

// FNV-1a; its high bits are mixed best.
static size_t hash_of(struct bytes text)
{
	uint64_t hash = 0xCBF29CE484222325U;
	for (size_t i = 0; i < text.size; i++)
		hash = (hash ^ text.data[i]) * 0x100000001B3U;
	return (size_t)(hash >> 32 ^ hash);
}

static void lower(char *text)
{
	for (; *text != 0; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

static bool drop_mark(char *text, size_t size)
{
	if (size < 2 || strchr("*:", text[size - 1]) == NULL)
		return false;
	text[size - 1] = 0;
	return true;
}

static bool drop_unit(char *text, size_t size)
{
	char *open = strrchr(text, '(');
	if (size == 0 || text[size - 1] != ')' || open == NULL || open == text)
		return false;
	*open = 0;
	return true;
}

// Until nothing more goes, so that a folded word folds to itself.
static void drop_decoration(char *text)
{
	while (*text == '*')
		memmove(text, text + 1, strlen(text));
	while (drop_mark(text, strlen(text)) || drop_unit(text, strlen(text)))
		continue;
}

static bool fold(const struct words *words, struct bytes word, char out[WORD_BYTES_MAX + 1])
{
	if (!text_fold(word, TEXT_DROP_SPACES, out, WORD_BYTES_MAX + 1))
		return false;
	lower(out);
	if (words->of == WORDS_OF_COLUMNS)
		drop_decoration(out);
	return *out != 0;
}

// Where a folded word is, or the free place where it would be.
static struct entry *place_of(const struct words *words, struct bytes folded)
{
	for (size_t at = hash_of(folded);; at++) {
		struct entry *entry = &words->places[at & (words->place_count - 1)];
		if (entry->folded == NULL || bytes_equal_text(folded, entry->folded))
			return entry;
	}
}

struct words *words_new(enum words_of of)
{
	struct words *words = allocate(sizeof *words);
	words->of = of;
	words->place_count = PLACES_MIN;
	words->places = allocate(PLACES_MIN * sizeof *words->places);
	return words;
}

void words_free(struct words **words)
{
	if (*words == NULL)
		return;
	for (size_t i = 0; i < (*words)->place_count; i++)
		free((*words)->places[i].folded);
	free((*words)->places);
	free(*words);
	*words = NULL;
}

static void make_room(struct words *words)
{
	if (4 * (words->used + 1) <= 3 * words->place_count)
		return;
	struct words old = *words;
	words->place_count *= 2;
	words->places = allocate(words->place_count * sizeof *words->places);
	for (size_t i = 0; i < old.place_count; i++)
		if (old.places[i].folded != NULL)
			*place_of(words, bytes_of_text(old.places[i].folded)) = old.places[i];
	free(old.places);
}

const void *words_put(struct words *words, const char *word, const void *meaning)
{
	char folded[WORD_BYTES_MAX + 1];
	ENSURE(meaning != NULL);
	if (!fold(words, bytes_of_text(word), folded))
		return NULL;
	make_room(words);
	struct entry *entry = place_of(words, bytes_of_text(folded));
	const void *before = entry->meaning;
	if (entry->folded == NULL) {
		entry->folded = text_copy(folded);
		words->used++;
	}
	entry->meaning = meaning;
	return before;
}

const void *words_find(const struct words *words, struct bytes word)
{
	char folded[WORD_BYTES_MAX + 1];
	if (word.size == 0)
		return NULL;
	const struct entry *entry = place_of(words, word); // most come as they are kept
	if (entry->folded == NULL && fold(words, word, folded))
		entry = place_of(words, bytes_of_text(folded));
	return entry->meaning;
}
