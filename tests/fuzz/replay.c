// SPDX-License-Identifier: Apache-2.0
// replay: runs a fuzzer over the files of the folders it is given, without libFuzzer.
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>

enum {
	INPUT_BYTES_MAX = 1024 * 1024
};

// From memory of its very size, so that AddressSanitizer sees the first byte read past it.
static void replay_file(const char *path)
{
	uint8_t *content = allocate(INPUT_BYTES_MAX);
	FILE *file = fopen(path, "rbe");
	ENSURE(file != NULL);
	size_t size = fread(content, 1, INPUT_BYTES_MAX, file);
	ENSURE(feof(file) && !ferror(file));
	fclose(file);
	uint8_t *exact = malloc(size);
	ENSURE(exact != NULL || size == 0);
	if (size > 0)
		memcpy(exact, content, size);
	fuzz_once(bytes_make(exact, size));
	free(exact);
	free(content);
}

static int replay_folder(const char *folder)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	int count = 0;
	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		char path[4096];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		replay_file(path);
		count++;
	}
	if (directory != NULL)
		closedir(directory);
	return count;
}

int main(int argument_count, char **arguments)
{
	int count = 0;
	for (int i = 1; i < argument_count; i++)
		count += replay_folder(arguments[i]);
	printf("%d inputs\n", count);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE; // a corpus that is not there proves nothing
}
