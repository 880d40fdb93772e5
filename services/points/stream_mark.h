// SPDX-License-Identifier: Apache-2.0
// stream_mark: how far the change stream of a partition was read.
#ifndef POINTS_STREAM_MARK_H
#define POINTS_STREAM_MARK_H

#include "base.h"

enum {
	STREAM_MARK_TEXT_SIZE = 48
};

// { 0, 0 }: nobody had set the partition up.
struct stream_mark {
	uint64_t generation, counter;
};

// Is next the entry right behind before? Else something was missed: the stream was cut, Redis was
// emptied or set back, or the partition was begun anew.
bool stream_mark_follows(struct stream_mark before, struct stream_mark next);

// "<generation>-<counter>". False: it is none, and *mark stays as it was.
bool stream_mark_read(struct stream_mark *mark, struct bytes text);
void stream_mark_format(struct stream_mark mark, char text[STREAM_MARK_TEXT_SIZE]);

// Takes the digits at the beginning of text off it. False: there are none, or more than 19.
bool stream_number(struct bytes *text, uint64_t *number);

#endif
