// SPDX-License-Identifier: Apache-2.0
// fuzz: libFuzzer's entry, and what fuzzers share.
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_once(bytes_make(data, size));
	return 0;
}

const struct catalogue_set *fuzz_catalogues(void)
{
	static struct catalogue_set *set;
	if (set == NULL)
		ENSURE(catalogue_set_read(&set, PROJECT_DIR "/proto") == STATUS_OK);
	return set;
}

const struct pseudonym *fuzz_pseudonym(void)
{
	static const uint8_t secret[32] = "fuzz";
	static struct pseudonym *pseudonym;
	if (pseudonym == NULL)
		pseudonym = pseudonym_new(secret, '1');
	return pseudonym;
}

const struct kind *fuzz_kind(struct bytes *input)
{
	const struct catalogue_set *set = fuzz_catalogues();
	size_t count = 0, pick = 0;
	for (size_t i = 0; i < set->count; i++)
		count += set->catalogues[i]->kind_count;
	if (input->size > 0) {
		pick = input->data[0] % count;
		*input = bytes_make(input->data + 1, input->size - 1);
	}
	size_t place = 0;
	while (pick >= set->catalogues[place]->kind_count)
		pick -= set->catalogues[place++]->kind_count;
	return &set->catalogues[place]->kinds[pick];
}

const char *fuzz_file(struct bytes content)
{
	static char path[64];
	static int file = -1;
	if (file < 0)
		file = memfd_create("fuzz", MFD_CLOEXEC);
	ENSURE(file >= 0 && ftruncate(file, 0) == 0);
	ENSURE(pwrite(file, content.data, content.size, 0) == (ssize_t)content.size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	return path;
}
