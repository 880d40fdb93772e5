// SPDX-License-Identifier: Apache-2.0
// seen: which records a list has named so far, and with what content.
//
// 16 bytes a record, by 64-bit hashes: two records are taken for one once in a hundred thousand
// lists of a million rows; what then happens is a row in quarantine, or one record that is
// withdrawn by the next list only.
#ifndef COMMON_SEEN_H
#define COMMON_SEEN_H

#include "index.h"

enum {
	SEEN_MONTHS = 12 * 400 // from January 1800 on
};

struct seen { // { 0 } to begin
	struct index records;
	uint8_t months[SEEN_MONTHS / 8];
	uint64_t count;
};

void seen_deinit(struct seen *seen);

// A record, or one part of it (a month; 0: the whole), whose content is not known: its row was
// refused.
void seen_name(struct seen *seen, const char *subject, const char *key, unsigned part);

// The same with its content. False: it was there already, with another content.
bool seen_add(
    struct seen *seen, const char *subject, const char *key, unsigned part, struct bytes content);

bool seen_has(const struct seen *seen, struct bytes subject, struct bytes key, unsigned part);

// The months a list is about.
void seen_cover(struct seen *seen, int64_t year, unsigned month);
bool seen_covers(const struct seen *seen, int64_t year, unsigned month);

#endif
