// SPDX-License-Identifier: Apache-2.0
// profile_fuzz: what Redis may hold: a hash with any names and values, judged as a view.
#include "fuzz.h"

#include "position.h"
#include "profile.h"
#include "view_parts.h"

enum {
	TEXTS_MAX = 64
};

static const int64_t now_ms = 1795420800000;

// A byte of length, then so many bytes, again and again.
static size_t cut(struct bytes input, struct bytes texts[TEXTS_MAX])
{
	size_t count = 0;
	while (count < TEXTS_MAX && input.size > 0) {
		size_t size = input.data[0];
		size = size < input.size - 1 ? size : input.size - 1;
		texts[count++] = bytes_make(input.data + 1, size);
		input = bytes_make(input.data + 1 + size, input.size - 1 - size);
	}
	return count / 2 * 2;
}

static void read_pieces(const struct bytes *texts, size_t count)
{
	for (size_t i = 0; i < count; i += 2) {
		struct profile_field field;
		struct profile_value value;
		struct profile_source source;
		if (profile_read_field(&field, texts[i]) == STATUS_OK)
			(void)!profile_read_value(&value, field.mark, texts[i + 1]);
		if (profile_read_source(&source, texts[i + 1]) == STATUS_OK)
			ENSURE(source.input_count <= BATCH_INPUTS_MAX);
	}
}

static void judge(const struct bytes *texts, size_t count)
{
	const struct view_hash hash = { texts, count };
	struct view *view = view_new(fuzz_catalogues(), "p10000000000000000");
	enum status status = STATUS_OK;
	for (size_t i = 0; i < fuzz_catalogues()->count && i < count; i++)
		view_add_source(view, i, texts[i]);
	for (size_t i = 0; status == STATUS_OK && i < fuzz_catalogues()->count; i++)
		status = view_add_coverage(view, i, hash);
	while (status == STATUS_OK && view_next(view) != NULL)
		status = view_add_subject(view, hash, hash);
	if (status == STATUS_OK)
		view_judge(view, now_ms);
	view_free(&view);
}

void fuzz_once(struct bytes input)
{
	struct bytes texts[TEXTS_MAX];
	size_t count = cut(input, texts);
	read_pieces(texts, count);
	judge(texts, count);
}
