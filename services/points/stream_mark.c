// SPDX-License-Identifier: Apache-2.0
// stream_mark: how far the change stream of a partition was read.
#include "stream_mark.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	DIGITS_MAX = 19 // always fit
};

static bool is_digit(const struct bytes *text, size_t at)
{
	return at < text->size && text->data[at] >= '0' && text->data[at] <= '9';
}

bool stream_number(struct bytes *text, uint64_t *number)
{
	size_t at = 0;
	*number = 0;
	for (; at < DIGITS_MAX && is_digit(text, at); at++)
		*number = *number * 10 + (text->data[at] - '0');
	bool sound = at > 0 && !is_digit(text, at);
	*text = bytes_make(text->data + at, text->size - at);
	return sound;
}

bool stream_mark_read(struct stream_mark *mark, struct bytes text)
{
	struct stream_mark read;
	bool sound = stream_number(&text, &read.generation) && text.size > 1 && text.data[0] == '-';
	if (sound) {
		text = bytes_make(text.data + 1, text.size - 1);
		sound = stream_number(&text, &read.counter) && text.size == 0;
	}
	if (sound)
		*mark = read;
	return sound;
}

bool stream_mark_follows(struct stream_mark before, struct stream_mark next)
{
	if (before.generation == 0 && before.counter == 0)
		return next.counter == 1;
	return next.generation == before.generation && next.counter == before.counter + 1;
}

void stream_mark_format(struct stream_mark mark, char text[STREAM_MARK_TEXT_SIZE])
{
	snprintf(
	    text, STREAM_MARK_TEXT_SIZE, "%" PRIu64 "-%" PRIu64, mark.generation, mark.counter);
}
