// SPDX-License-Identifier: Apache-2.0
// inspection: what was found out about an entry, as a document without personal data.
#ifndef MONITOR_INSPECTION_H
#define MONITOR_INSPECTION_H

#include "catalogue.h"
#include "envelope.h"
#include "json.h"

enum check_result {
	CHECK_UNKNOWN,
	CHECK_GOOD,
	CHECK_BAD
};

struct found {
	const struct catalogue *catalogue;
	uint64_t sequence;
	const struct entry *entry;
	const struct entry *before; // what it replaced, or NULL
	bool before_unavailable;    // there is one, but it could not be read
	enum check_result chain;
	enum check_result applied; // by the aggregator
	int64_t now_ms;
};

void inspection_write(const struct found *found, struct json_writer *json);

#endif
