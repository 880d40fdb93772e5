// SPDX-License-Identifier: Apache-2.0
// pseudonym: how a person, a dwelling or an enterprise is addressed without its number.
//
// A subject is a letter for its type, one character for the version of the key, and 80 bits of a
// keyed hash (BLAKE2b with the city's secret) of the normalised number in base32: "p1" + 16
// characters. It is de-identified (去标识化), not anonymous: whoever has the secret and a number
// can compute it.
#ifndef COMMON_PSEUDONYM_H
#define COMMON_PSEUDONYM_H

#include "status.h"

enum {
	SUBJECT_SIZE = 19
}; // 18 characters and a NUL

enum subject_type {
	SUBJECT_PERSON = 'p',
	SUBJECT_DWELLING = 'd',
	SUBJECT_ENTERPRISE = 'e',
	SUBJECT_REFERENCE = 'r', // a paper's number: only ever inside a record
	SUBJECT_SOURCE = 's',    // a department itself: not hashed
};

struct pseudonym; // holds the city's secret; wiped when freed

// Reads the secret from a 0600 file: the key version, a space, 64 hexadecimal digits, as `onecity
// keygen` writes it.
MUST_CHECK enum status pseudonym_open(struct pseudonym **pseudonym, const char *path);
// For tests: from a value.
struct pseudonym *pseudonym_new(const uint8_t secret[32], char version);
void pseudonym_close(struct pseudonym **pseudonym);

// normalised: what citizen_id or the like made of the number; the types keep apart.
void pseudonym_subject(const struct pseudonym *pseudonym, enum subject_type type,
    struct bytes normalised, char subject[SUBJECT_SIZE]);

// The subject that stands for a department: "s" + "1" + its number in 16 digits.
void pseudonym_source(unsigned department_number, char subject[SUBJECT_SIZE]);

// Has it the form of a subject, or of a hashed reference?
bool subject_valid(struct bytes subject);

// The partition a subject belongs to, of partitions (1..1024).
unsigned subject_partition(const char *subject, unsigned partitions);

#endif
