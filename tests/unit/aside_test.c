// SPDX-License-Identifier: Apache-2.0
// aside_test: files that are done with have a name of their own, and come back if they grow.
#include "aside.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	RECHECK_MS = 1000,
	NOW_MS = 500
};

struct scene {
	char folder[SCRATCH_PATH_SIZE];
	char in[SCRATCH_PATH_SIZE + 16], done[SCRATCH_PATH_SIZE + 16];
	struct aside *aside;
};

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	scratch_make(scene->folder);
	snprintf(scene->in, sizeof scene->in, "%s/in", scene->folder);
	snprintf(scene->done, sizeof scene->done, "%s/done", scene->folder);
	assert_int_equal(mkdir(scene->in, 0700), 0);
	assert_int_equal(mkdir(scene->done, 0700), 0);
	scene->aside = aside_new(RECHECK_MS);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	aside_free(&scene->aside);
	scratch_remove(scene->folder);
	free(scene);
	return 0;
}

static char *path_in(const char *folder, const char *name)
{
	static char path[SCRATCH_PATH_SIZE + 300];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void append(const char *folder, const char *name, const char *text)
{
	FILE *file = fopen(path_in(folder, name), "a");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static bool is_there(const char *folder, const char *name)
{
	return access(path_in(folder, name), F_OK) == 0;
}

static void move(struct scene *scene, const char *name)
{
	struct stat status;
	char *from = text_copy(path_in(scene->in, name));
	char *to = text_copy(path_in(scene->done, name));
	assert_int_equal(stat(from, &status), 0);
	assert_int_equal(
	    aside_move(scene->aside, from, to, (int64_t)status.st_size, NOW_MS), STATUS_OK);
	free(from);
	free(to);
}

static void a_file_that_grows_where_it_was_put_comes_back_to_be_taken_whole(void **state)
{
	struct scene *scene = *state;
	append(scene->in, "a.csv", "half");
	FILE *writer = fopen(path_in(scene->in, "a.csv"), "a");
	move(scene, "a.csv");
	append(scene->done, "a.csv.result.csv", "of a half");
	assert_int_equal(aside_look(scene->aside, NOW_MS + 1), 0);
	fputs(" and half", writer); // he does not know that it was moved
	assert_int_equal(fclose(writer), 0);
	append(scene->in, "a.csv", "another");
	assert_int_equal(aside_look(scene->aside, NOW_MS + 2), 1);
	assert_true(is_there(scene->in, "a-2.csv"));
	assert_false(is_there(scene->done, "a.csv"));
	assert_false(is_there(scene->done, "a.csv.result.csv"));
	assert_int_equal(aside_look(scene->aside, NOW_MS + 3), 0);
}

static void what_stands_still_or_is_changed_much_later_stays(void **state)
{
	struct scene *scene = *state;
	append(scene->in, "a.csv", "a");
	append(scene->in, "b.csv", "b");
	move(scene, "a.csv");
	move(scene, "b.csv");
	assert_int_equal(remove(path_in(scene->done, "b.csv")), 0); // somebody cleared up
	assert_int_equal(aside_look(scene->aside, NOW_MS + RECHECK_MS), 0);
	append(scene->done, "a.csv", "more");
	assert_int_equal(aside_look(scene->aside, NOW_MS + RECHECK_MS + 1), 0);
	assert_true(is_there(scene->done, "a.csv"));
}

static void nothing_is_ever_overwritten(void **state)
{
	struct scene *scene = *state;
	append(scene->in, "a.csv", "new");
	append(scene->done, "a.csv", "old");
	char *from = text_copy(path_in(scene->in, "a.csv"));
	assert_int_equal(
	    aside_move(scene->aside, from, path_in(scene->done, "a.csv"), 3, NOW_MS), STATUS_IO);
	assert_true(is_there(scene->in, "a.csv"));
	free(from);
}

static void there_is_a_name_however_many_are_taken(void **state)
{
	struct scene *scene = *state;
	append(scene->done, "a.csv", "");
	for (int i = 2; i <= 100; i++) {
		char name[32];
		snprintf(name, sizeof name, i % 2 == 0 ? "a-%d.csv" : "a-%d.csv.result.csv", i);
		append(scene->done, name, "");
	}
	char *path = aside_free_path(scene->done, "a.csv", 1790000000123);
	assert_non_null(strstr(path, "/a-1790000000123.csv"));
	append(scene->done, "a-1790000000123.csv", "");
	free(path);
	path = aside_free_path(scene->done, "a.csv", 1790000000123);
	assert_non_null(strstr(path, "/a-1790000000124.csv"));
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_file_that_grows_where_it_was_put_comes_back_to_be_taken_whole),
		TEST(what_stands_still_or_is_changed_much_later_stays),
		TEST(nothing_is_ever_overwritten),
		TEST(there_is_a_name_however_many_are_taken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
