// SPDX-License-Identifier: Apache-2.0
// pseudonym: how a person, a dwelling or an enterprise is addressed without its number.
#include "pseudonym.h"

#include "digest.h"
#include "position.h"
#include "secret.h"

#include <stdio.h>

enum {
	SECRET_BYTES = 32,
	HASH_CHARACTERS = 16,
	HASH_BYTES = 10
};

struct pseudonym {
	uint8_t secret[SECRET_BYTES];
	char version;
};

// Crockford's base32 in lower case: no i, l, o, u, so that it can be read out on the telephone.
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

struct pseudonym *pseudonym_new(const uint8_t secret[32], char version)
{
	struct pseudonym *pseudonym = allocate(sizeof *pseudonym);
	memcpy(pseudonym->secret, secret, SECRET_BYTES);
	pseudonym->version = version;
	return pseudonym;
}

enum status pseudonym_open(struct pseudonym **pseudonym, const char *path)
{
	*pseudonym = NULL;
	char *text = NULL;
	uint8_t secret[SECRET_BYTES];
	enum status status = secret_read(&text, path, 256);
	if (status != STATUS_OK)
		return status;
	char *line_end = strchr(text, '\n');
	size_t size = line_end ? (size_t)(line_end - text) : strlen(text);
	bool one_line = line_end == NULL || line_end[1] == 0;
	// "<version> <64 hexadecimal digits>"
	if (one_line && size == 2 + 2 * SECRET_BYTES && text[1] == ' ' &&
	    strchr(alphabet, text[0]) != NULL &&
	    hex_parse(bytes_make(text + 2, size - 2), secret, SECRET_BYTES))
		*pseudonym = pseudonym_new(secret, text[0]);
	else
		status = fail(STATUS_INVALID,
		    "%s: expected one line: a key version, a space, 64 hexadecimal digits", path);
	explicit_bzero(secret, sizeof secret);
	secret_free(&text);
	return status;
}

void pseudonym_close(struct pseudonym **pseudonym)
{
	if (*pseudonym != NULL)
		explicit_bzero(*pseudonym, sizeof **pseudonym);
	free(*pseudonym);
	*pseudonym = NULL;
}

static void base32_format(const uint8_t hash[HASH_BYTES], char *text)
{
	uint32_t bits = 0;
	int held = 0;
	for (int byte = 0; byte < HASH_BYTES; byte++) {
		bits = bits << 8 | hash[byte];
		for (held += 8; held >= 5; held -= 5)
			*text++ = alphabet[bits >> (held - 5) & 31];
	}
	*text = 0;
}

void pseudonym_subject(const struct pseudonym *pseudonym, enum subject_type type,
    struct bytes normalised, char subject[SUBJECT_SIZE])
{
	uint8_t mark = (uint8_t)type, hash[DIGEST_BYTES];
	struct bytes parts[] = { bytes_make(&mark, 1), normalised };
	digest_keyed(hash, pseudonym->secret, parts, COUNT_OF(parts));
	subject[0] = (char)type;
	subject[1] = pseudonym->version;
	base32_format(hash, subject + 2);
}

void pseudonym_source(unsigned department_number, char subject[SUBJECT_SIZE])
{
	snprintf(subject, SUBJECT_SIZE, "%c1%016u", SUBJECT_SOURCE, department_number);
}

static int alphabet_index(char character)
{
	const char *at = character ? strchr(alphabet, character) : NULL;
	return at ? (int)(at - alphabet) : -1;
}

bool subject_valid(struct bytes subject)
{
	if (subject.size != SUBJECT_SIZE - 1 || memchr("pders", subject.data[0], 5) == NULL)
		return false;
	for (size_t i = 1; i < subject.size; i++)
		if (alphabet_index((char)subject.data[i]) < 0)
			return false;
	return true;
}

unsigned subject_partition(const char *subject, unsigned partitions)
{
	unsigned bits = 0;
	for (int i = SUBJECT_SIZE - 4; i < SUBJECT_SIZE - 1;
	     i++) // the last three: 15 bits of the hash
		bits = bits << 5 | ((unsigned)alphabet_index(subject[i]) & 31);
	return bits % partitions;
}
