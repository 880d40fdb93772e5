// SPDX-License-Identifier: Apache-2.0
// power_cut_test: the power fails at every write and every sync of a journal: what was acknowledged
// is there when it comes back.
//
// What LMDB writes is recorded at the system calls. Of the writes that no sync followed, any may
// have reached the disk, and the one under way may be torn at its sectors.
#include "reopened.h"
#include "system_calls.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
	COMMITS = 40,
	TRIALS = 6, // of each moment
	SECTOR_BYTES = 512,
};

struct disk {
	struct buffer durable; // what a sync has made sure of
	size_t pending;        // the first record since
};

static void put(struct buffer *image, off_t offset, const uint8_t *data, size_t size)
{
	size_t end = (size_t)offset + size;
	if (end > image->size) {
		memset(buffer_reserve(image, end - image->size), 0, end - image->size);
		image->size = end;
	}
	memcpy(image->data + offset, data, size);
}

static void put_whole(struct buffer *image, const struct recorded *record)
{
	put(image, record->offset, record->data.data, record->data.size);
}

static void put_torn(struct buffer *image, const struct recorded *record, struct dice *dice)
{
	for (size_t at = 0; at < record->data.size; at += SECTOR_BYTES) {
		size_t left = record->data.size - at;
		if (dice_chance(dice, 50))
			put(image, record->offset + (off_t)at, record->data.data + at,
			    left < SECTOR_BYTES ? left : SECTOR_BYTES);
	}
}

// The first trial has lost all that was not synced, the second nothing.
static void cut(struct buffer *image, const struct disk *disk, const struct recorded *list,
    size_t moment, int trial, struct dice *dice)
{
	buffer_clear(image);
	buffer_append_bytes(image, buffer_bytes(&disk->durable));
	for (size_t i = disk->pending; i < moment; i++) {
		bool arrived =
		    list[i].synced_itself || trial == 1 || (trial > 1 && dice_chance(dice, 50));
		if (list[i].kind == RECORDED_WRITE && arrived)
			put_whole(image, &list[i]);
	}
	if (list[moment].kind == RECORDED_WRITE && trial > 1)
		put_torn(image, &list[moment], dice);
}

static void make_durable(struct disk *disk, const struct recorded *list, size_t moment)
{
	if (list[moment].kind != RECORDED_SYNC)
		return;
	for (; disk->pending < moment; disk->pending++)
		if (list[disk->pending].kind == RECORDED_WRITE)
			put_whole(&disk->durable, &list[disk->pending]);
}

static void write_image(const char *folder, const struct buffer *image)
{
	char path[SCRATCH_PATH_SIZE + 16];
	snprintf(path, sizeof path, "%s/data.mdb", folder);
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	if (image->size > 0)
		assert_int_equal(fwrite(image->data, 1, image->size, file), image->size);
	assert_int_equal(fclose(file), 0);
}

// Returns how many entries it has.
static void record_commits(char folder[SCRATCH_PATH_SIZE])
{
	struct store store;
	uint64_t number = 0;
	system_calls_record(true);
	store_open(&store);
	for (int commit = 0; commit < COMMITS; commit++) {
		for (int i = 0; i <= commit % 7; i++) {
			number++;
			store_append(&store, number, reopened_body_size(number));
		}
		store_commit(&store);
		system_calls_acknowledge(number);
	}
	system_calls_record(false);
	store_close_but_keep(&store);
	memcpy(folder, store.folder, SCRATCH_PATH_SIZE);
}

static void acknowledged_entries_survive_a_power_cut_at_every_write(void **state)
{
	char folder[SCRATCH_PATH_SIZE], cut_folder[SCRATCH_PATH_SIZE];
	struct buffer image = { 0 };
	struct disk disk = { { 0 }, 0 };
	struct dice dice = { 7 };
	size_t count, cuts = 0, refused = 0;
	(void)state;
	record_commits(folder);
	scratch_make(cut_folder);
	const struct recorded *list = system_calls_recorded(&count);
	assert_true(count > 3 * COMMITS); // pages, a sync, the root
	for (size_t moment = 0; moment < count; moment++) {
		uint64_t acknowledged = moment > 0 ? list[moment - 1].acknowledged : 0, head;
		for (int trial = 0; trial < TRIALS; trial++, cuts++) {
			cut(&image, &disk, list, moment, trial, &dice);
			write_image(cut_folder, &image);
			enum reopened found = reopened_judge(cut_folder, &head);
			bool lost = found != REOPENED_WHOLE || head < acknowledged;
			if (lost && acknowledged > 0)
				fail_msg("cut at record %zu of %zu, trial %d: %d, %llu entries of "
					 "%llu acknowledged ones: %s",
				    moment, count, trial, found, (unsigned long long)head,
				    (unsigned long long)acknowledged, status_reason());
			refused += found != REOPENED_WHOLE;
		}
		make_durable(&disk, list, moment);
	}
	print_message(
	    "%zu cuts at %zu moments; %zu while nothing was acknowledged yet were refused\n", cuts,
	    count, refused);
	buffer_deinit(&image);
	buffer_deinit(&disk.durable);
	system_calls_forget();
	scratch_remove(folder);
	scratch_remove(cut_folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(acknowledged_entries_survive_a_power_cut_at_every_write),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
