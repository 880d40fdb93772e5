// SPDX-License-Identifier: Apache-2.0
// flipped_byte_test: bytes of a journal's file change: it is noticed, or harms nothing.
//
// ONECITY_FLIPS=all flips every byte of the file, ONECITY_FLIPS=<count> so many; else a sample.
#include "reopened.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

enum {
	ENTRIES = 120,
	FLIPS = 2000,
	ROOTS_END = 2 * 4096, // LMDB's two roots; the newest that can be read counts
	SHORTER = REOPENED_WRONG + 1,
	OUTCOMES,
	SECONDS_MAX = 20,
};

static void make_journal(char folder[SCRATCH_PATH_SIZE])
{
	struct store store;
	store_open(&store);
	for (uint64_t number = 1; number <= ENTRIES; number++) {
		store_append(&store, number, reopened_body_size(number));
		if (number % 10 == 0)
			store_commit(&store);
	}
	store_close_but_keep(&store);
	memcpy(folder, store.folder, SCRATCH_PATH_SIZE);
}

static void flip(int file, off_t offset, uint8_t bits)
{
	uint8_t byte;
	assert_int_equal(pread(file, &byte, 1, offset), 1);
	byte ^= bits;
	assert_int_equal(pwrite(file, &byte, 1, offset), 1);
}

// In a child: LMDB trusts its pages, and some damage stops the process, which is loud enough.
static int judge(const char *folder)
{
	int code;
	pid_t child = fork();
	if (child == 0) {
		uint64_t head;
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(REOPENED_WRONG);
		for (int number = 1; number < 32; number++)
			signal(number, SIG_DFL);
		alarm(SECONDS_MAX);
		enum reopened found = reopened_judge(folder, &head);
		_exit(found == REOPENED_WHOLE && head < ENTRIES ? SHORTER : (int)found);
	}
	assert_int_equal(waitpid(child, &code, 0), child);
	return WIFEXITED(code) && WEXITSTATUS(code) < OUTCOMES ? WEXITSTATUS(code)
							       : REOPENED_REFUSED;
}

// Opening writes: each time the file is put back as it was.
static int flip_and_judge(const char *folder, const char *kept, off_t offset, uint8_t bits)
{
	char path[SCRATCH_PATH_SIZE + 16];
	snprintf(path, sizeof path, "%s/data.mdb", folder);
	assert_true(scratch_copy(kept, path));
	int file = open(path, O_RDWR | O_CLOEXEC);
	assert_true(file >= 0);
	flip(file, offset, bits);
	close(file);
	return judge(folder);
}

static size_t flips_wanted(size_t size)
{
	const char *wanted = getenv("ONECITY_FLIPS");
	if (wanted == NULL)
		return FLIPS;
	return strcmp(wanted, "all") == 0 ? size : strtoull(wanted, NULL, 10);
}

static void a_flipped_byte_is_noticed_or_harmless(void **state)
{
	char folder[SCRATCH_PATH_SIZE], kept[SCRATCH_PATH_SIZE + 16], path[SCRATCH_PATH_SIZE + 16];
	struct stat facts;
	struct dice dice = { 11 };
	size_t counts[OUTCOMES] = { 0 };
	(void)state;
	make_journal(folder);
	snprintf(path, sizeof path, "%s/data.mdb", folder);
	snprintf(kept, sizeof kept, "%s/kept", folder);
	assert_true(scratch_copy(path, kept));
	assert_int_equal(stat(kept, &facts), 0);
	size_t size = (size_t)facts.st_size, flips = flips_wanted(size);
	for (size_t i = 0; i < flips; i++) {
		off_t offset = (off_t)(flips == size ? i : dice_below(&dice, size));
		uint8_t bits = (uint8_t)(1u << dice_below(&dice, 8));
		int judged = flip_and_judge(folder, kept, offset, bits);
		counts[judged]++;
		// A newest root that is damaged brings back the one before: readers find the head
		// too low, which is a fork.
		if (judged == REOPENED_WRONG || (judged == SHORTER && offset >= ROOTS_END))
			fail_msg(
			    "byte %lld, bits %02x: judged %d", (long long)offset, bits, judged);
	}
	assert_true(counts[REOPENED_WHOLE] > 0 && counts[REOPENED_REFUSED] > 0);
	print_message(
	    "%zu flips in %zu bytes: %zu harmless, %zu noticed, %zu took the last commit\n", flips,
	    size, counts[REOPENED_WHOLE], counts[REOPENED_REFUSED], counts[SHORTER]);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flipped_byte_is_noticed_or_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
