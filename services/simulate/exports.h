// SPDX-License-Identifier: Apache-2.0
// exports: the files that departments' offices produce, mistakes included.
//
//   DIR/<department>/<kind>/<name>.csv   as they can be put into a department's watched folder
//   DIR/truth.ndjson                     what the profiles must say in the end
//   DIR/mistakes.csv                     file, row, field, mistake, code: what was done on purpose
#ifndef SIMULATE_EXPORTS_H
#define SIMULATE_EXPORTS_H

#include "row.h"
#include "status.h"

struct export_format;

// "gb18030", "utf8", "utf8-bom", "utf16", "ndjson"; NULL: none of these.
const struct export_format *export_format_named(const char *name);

struct exports_options {
	const char *directory; // made here
	const struct export_format *format;
	uint64_t seed;
	int64_t today;
	unsigned mistakes_permille;
};

struct exports;

MUST_CHECK enum status exports_open(
    struct exports **exports, const struct exports_options *options);
void exports_close(struct exports **exports);

// A city_take.
MUST_CHECK enum status exports_take(const struct row *row, void *exports);

struct exports_counts {
	uint64_t rows, refused, harmless, files;
};
MUST_CHECK enum status exports_finish(struct exports *exports, struct exports_counts *counts);

#endif
