// SPDX-License-Identifier: Apache-2.0
// fuzz: what fuzzers share. Each is one file NAME_fuzz.c that defines fuzz_once(); its inputs, kept
// because they once reached something new or broke something, are in corpus/NAME/.
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include "catalogue.h"
#include "pseudonym.h"

// Takes any bytes. A broken promise ENSUREs; the sanitizers see the rest.
void fuzz_once(struct bytes input);

// The same for all inputs; never freed.
const struct catalogue_set *fuzz_catalogues(void);
const struct pseudonym *fuzz_pseudonym(void);

// Takes the first byte off: it picks one of all kinds of all departments.
const struct kind *fuzz_kind(struct bytes *input);

// The path of a file of this process with this content, until the next call.
const char *fuzz_file(struct bytes content);

enum {
	FUZZ_TODAY = 20261124
};

#endif
