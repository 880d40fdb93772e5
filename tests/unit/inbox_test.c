// SPDX-License-Identifier: Apache-2.0
// inbox_test: which files are complete, in which order, and which are none of ours.
#include "inbox.h"

#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	STABLE_MS = 5000
};

static const int64_t now_s = 1790000000;

struct scene {
	char folder[SCRATCH_PATH_SIZE];
	char paths[2][SCRATCH_PATH_SIZE + 8];
	struct inbox *inbox;
};

static int set_up(void **state)
{
	static const char *const endings[] = { ".csv", ".ndjson" };
	struct scene *scene = allocate(sizeof *scene);
	scratch_make(scene->folder);
	const char *paths[2];
	for (size_t i = 0; i < 2; i++) {
		snprintf(scene->paths[i], sizeof scene->paths[i], "%s/%zu", scene->folder, i);
		paths[i] = scene->paths[i];
	}
	scene->inbox = inbox_new(paths, 2, endings, COUNT_OF(endings), STABLE_MS);
	struct inbox_file file;
	assert_false(inbox_next(scene->inbox, now_s * 1000, &file)); // the folders come later
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(mkdir(paths[i], 0700), 0);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	inbox_free(&scene->inbox);
	assert_null(scene->inbox);
	scratch_remove(scene->folder);
	free(scene);
	return 0;
}

static char *path_of(const struct scene *scene, size_t folder, const char *name)
{
	static char path[SCRATCH_PATH_SIZE + 300];
	snprintf(path, sizeof path, "%s/%s", scene->paths[folder], name);
	return path;
}

static void put(const struct scene *scene, size_t folder, const char *name, const char *content,
    int64_t modified_s)
{
	const char *path = path_of(scene, folder, name);
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	struct timespec times[2] = { { modified_s, 0 }, { modified_s, 0 } };
	assert_true(file >= 0);
	assert_int_equal(write(file, content, strlen(content)), strlen(content));
	assert_int_equal(futimens(file, times), 0);
	close(file);
}

static const char *next_at(const struct scene *scene, int64_t now_ms)
{
	struct inbox_file file;
	return inbox_next(scene->inbox, now_ms, &file) ? file.name : "-";
}

#define expect_next(scene, now_ms, name) assert_string_equal(next_at(scene, now_ms), name)

static void a_file_is_complete_once_it_is_old_or_has_stood_still(void **state)
{
	struct scene *scene = *state;
	int64_t now_ms = now_s * 1000;
	put(scene, 0, "old.csv", "1", now_s - 5);
	expect_next(scene, now_ms, "old.csv"); // renamed into place
	unlink(path_of(scene, 0, "old.csv"));
	put(scene, 0, "new.csv", "1", now_s);
	expect_next(scene, now_ms, "-");
	expect_next(scene, now_ms + STABLE_MS - 1, "-");
	put(scene, 0, "new.csv", "12", now_s + 4); // somebody goes on writing
	expect_next(scene, now_ms + STABLE_MS, "-");
	expect_next(scene, now_ms + 4000 + STABLE_MS, "new.csv");
	unlink(path_of(scene, 0, "new.csv"));
	put(scene, 0, "ahead.csv", "1", now_s + 3600); // their clock is wrong
	expect_next(scene, now_ms, "-");
	expect_next(scene, now_ms + STABLE_MS, "ahead.csv");
}

static void a_clock_put_back_delays_and_no_more(void **state)
{
	struct scene *scene = *state;
	int64_t now_ms = now_s * 1000;
	put(scene, 0, "a.csv", "1", now_s);
	expect_next(scene, now_ms, "-");
	expect_next(scene, now_ms - 3600 * 1000, "-");
	expect_next(scene, now_ms - 3600 * 1000 + STABLE_MS, "a.csv");
}

static void files_come_by_time_and_then_by_folder_and_name(void **state)
{
	struct scene *scene = *state;
	put(scene, 1, "a.csv", "1", now_s - 20);
	put(scene, 0, "c.csv", "1", now_s - 10);
	put(scene, 0, "b.CSV", "1", now_s - 10);
	put(scene, 1, "d.ndjson", "1", now_s - 10);
	expect_next(scene, now_s * 1000, "a.csv");
	expect_next(scene, now_s * 1000, "b.CSV");
	expect_next(scene, now_s * 1000, "c.csv");
	expect_next(scene, now_s * 1000, "d.ndjson");
}

static void what_is_hidden_unfinished_or_no_file_is_passed_over(void **state)
{
	struct scene *scene = *state;
	put(scene, 0, ".hidden.csv", "1", now_s - 60);
	put(scene, 0, "a.csv.part", "1", now_s - 60);
	put(scene, 0, "a.doc", "1", now_s - 60);
	put(scene, 0, ".csv", "1", now_s - 60);
	put(scene, 1, "target", "1", now_s - 60);
	assert_int_equal(mkdir(path_of(scene, 0, "folder.csv"), 0700), 0);
	assert_int_equal(mkfifo(path_of(scene, 0, "pipe.csv"), 0600), 0);
	assert_int_equal(symlink("../1/target", path_of(scene, 0, "link.csv")), 0);
	expect_next(scene, now_s * 1000, "-");
	expect_next(scene, now_s * 1000 + 2 * STABLE_MS, "-");
}

static void a_held_file_waits_and_the_others_do_not(void **state)
{
	struct scene *scene = *state;
	struct inbox_file file;
	int64_t now_ms = now_s * 1000;
	put(scene, 0, "a.csv", "1", now_s - 60);
	put(scene, 0, "b.csv", "1", now_s - 50);
	assert_true(inbox_next(scene->inbox, now_ms, &file));
	inbox_hold(scene->inbox, &file, now_ms + 30000);
	expect_next(scene, now_ms, "b.csv");
	expect_next(scene, now_ms, "b.csv"); // it is still there, a.csv is held
	unlink(path_of(scene, 0, "b.csv"));
	expect_next(scene, now_ms + 29999, "-");
	expect_next(scene, now_ms + 30000, "a.csv");
	assert_true(inbox_next(scene->inbox, now_ms + 30000, &file));
	inbox_hold(scene->inbox, &file, INT64_MAX);
	expect_next(scene, now_ms + 60000, "-");
	put(scene, 0, "a.csv", "12", now_s + 40); // changed: another file
	expect_next(scene, now_ms + 60000, "a.csv");
}

static void a_file_is_unchanged_only_with_its_size_and_time(void **state)
{
	struct scene *scene = *state;
	struct inbox_file file;
	char path[SCRATCH_PATH_SIZE + 300];
	put(scene, 0, "a.csv", "1", now_s - 60);
	snprintf(path, sizeof path, "%s", path_of(scene, 0, "a.csv"));
	assert_true(inbox_next(scene->inbox, now_s * 1000, &file));
	assert_true(inbox_is_unchanged(&file, path));
	put(scene, 0, "a.csv", "12", now_s - 60);
	assert_false(inbox_is_unchanged(&file, path));
	put(scene, 0, "a.csv", "1", now_s - 59);
	assert_false(inbox_is_unchanged(&file, path));
	put(scene, 0, "a.csv", "1", now_s - 60);
	assert_true(inbox_is_unchanged(&file, path));
	unlink(path);
	assert_false(inbox_is_unchanged(&file, path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_file_is_complete_once_it_is_old_or_has_stood_still),
		TEST(a_clock_put_back_delays_and_no_more),
		TEST(files_come_by_time_and_then_by_folder_and_name),
		TEST(what_is_hidden_unfinished_or_no_file_is_passed_over),
		TEST(a_held_file_waits_and_the_others_do_not),
		TEST(a_file_is_unchanged_only_with_its_size_and_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
