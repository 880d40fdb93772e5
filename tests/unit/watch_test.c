// SPDX-License-Identifier: Apache-2.0
// watch_test: what becomes of files that people put into the folders, whatever they are.
#include "watch.h"

#include "office.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	PATH_SIZE = 700,
	PEOPLE = 20
};

static const char header[] = "身份证号,险种,所属期,缴费基数,缴费方式\r\n";

struct scene {
	struct office office;
	char directory[SCRATCH_PATH_SIZE];
	struct loop *loop;
	struct loop_timer *deadline, *poll;
	struct committer *committer;
	struct watch *watch;
	bool (*wanted)(struct scene *scene);
	const char *awaited; // a file
	int64_t stable_ms;
	bool late;
};

static void committed(void *context)
{
	(void)context;
}

static void too_late(void *context)
{
	struct scene *scene = context;
	scene->late = true;
	loop_stop(scene->loop);
}

static void look_at_it(void *context)
{
	struct scene *scene = context;
	if (scene->wanted(scene))
		loop_stop(scene->loop);
}

static enum status begin_to_watch(struct scene *scene)
{
	assert_int_equal(loop_open(&scene->loop), STATUS_OK);
	scene->deadline = loop_timer_open(scene->loop, 30000, 0, too_late, scene);
	scene->committer = committer_new(scene->loop, scene->office.store.database,
	    scene->office.store.journal, committed, scene);
	struct watch_options options = {
		.directory = scene->directory,
		.stable_ms = scene->stable_ms,
		.loop = scene->loop,
		.database = scene->office.store.database,
		.committer = scene->committer,
		.journal = scene->office.store.journal,
		.intake = scene->office.intake,
		.pseudonym = scene->office.pseudonym,
		.catalogue = scene->office.catalogue,
	};
	return watch_open(&scene->watch, &options);
}

static void begin(struct scene *scene)
{
	assert_int_equal(begin_to_watch(scene), STATUS_OK);
}

static void end(struct scene *scene)
{
	loop_timer_close(&scene->poll);
	committer_free(&scene->committer);
	watch_close(&scene->watch);
	loop_close(&scene->loop);
}

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	office_open(&scene->office, "social-insurance");
	scratch_make(scene->directory);
	begin(scene);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	bool late = scene->late;
	end(scene);
	office_close(&scene->office);
	scratch_remove(scene->directory);
	free(scene);
	return late;
}

// --- files ---------------------------------------------------------------------------------------

static char *path_to(const struct scene *scene, const char *name)
{
	static char path[PATH_SIZE];
	ENSURE(snprintf(path, sizeof path, "%s/%s", scene->directory, name) < PATH_SIZE);
	return path;
}

static bool exists(struct scene *scene, const char *name)
{
	struct stat status;
	return lstat(path_to(scene, name), &status) == 0;
}

static void put_bytes(struct scene *scene, const char *name, struct bytes content)
{
	FILE *file = fopen(path_to(scene, name), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.size, file), content.size);
	fclose(file);
}

static void put(struct scene *scene, const char *name, const char *content)
{
	put_bytes(scene, name, bytes_of_text(content));
}

static void add_people(struct buffer *list, unsigned first, unsigned count, const char *base)
{
	for (unsigned i = first; i < first + count; i++) {
		char id[OFFICE_ID_SIZE];
		office_id(i, id);
		buffer_printf(list, "%s,养老保险,2026-08,%s,正常\r\n", id, base);
	}
}

static void put_people(
    struct scene *scene, const char *name, unsigned first, unsigned count, const char *base)
{
	struct buffer list = { 0 };
	buffer_append_text(&list, header);
	add_people(&list, first, count, base);
	put_bytes(scene, name, buffer_bytes(&list));
	buffer_deinit(&list);
}

static const char *content_of(struct scene *scene, const char *name)
{
	static char content[8192];
	FILE *file = fopen(path_to(scene, name), "r");
	assert_non_null(file);
	content[fread(content, 1, sizeof content - 1, file)] = 0;
	fclose(file);
	return content;
}

// --- waiting -------------------------------------------------------------------------------------

static void run_until(struct scene *scene, bool (*wanted)(struct scene *scene))
{
	scene->wanted = wanted;
	loop_timer_close(&scene->poll);
	scene->poll = loop_timer_open(scene->loop, 0, 5, look_at_it, scene);
	loop_run(scene->loop);
	assert_false(scene->late);
}

static bool is_there(struct scene *scene)
{
	return exists(scene, scene->awaited);
}

static void await(struct scene *scene, const char *name)
{
	scene->awaited = name;
	run_until(scene, is_there);
}

static uint64_t head(struct scene *scene)
{
	return journal_durable(scene->office.store.journal).sequence;
}

// --- what is promised ----------------------------------------------------------------------------

static void a_file_of_good_rows_is_done(void **state)
{
	struct scene *scene = *state;
	put_people(scene, "contribution/a.csv", 0, PEOPLE, "5000");
	await(scene, "done/a.csv");
	assert_int_equal(head(scene), PEOPLE);
	assert_false(exists(scene, "contribution/a.csv"));
	put_people(scene, "contribution/a.csv", 0, PEOPLE, "5000"); // the next night's
	await(scene, "done/a-2.csv");
	assert_int_equal(head(scene), PEOPLE);
	assert_true(exists(scene, "done/a.csv"));
}

static void the_folders_have_the_directorys_permissions(void **state)
{
	static const char *const names[] = { "done", "bad", "contribution", "contribution-full",
		"contribution-changes" };
	struct scene *scene = *state;
	struct stat status;
	end(scene);
	scratch_remove(scene->directory);
	assert_int_equal(mkdir(scene->directory, 0700), 0);
	assert_int_equal(chmod(scene->directory, 02770), 0);
	begin(scene);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_int_equal(stat(path_to(scene, names[i]), &status), 0);
		assert_int_equal(status.st_mode & 07777, 02770);
	}
}

static void a_folder_that_cannot_be_one_is_told_at_the_start(void **state)
{
	struct scene *scene = *state;
	end(scene);
	assert_int_equal(rmdir(path_to(scene, "contribution")), 0);
	put(scene, "contribution", "");
	assert_int_equal(begin_to_watch(scene), STATUS_IO);
	assert_null(scene->watch);
	assert_non_null(strstr(status_reason(), "contribution: is no folder"));
}

// They mend it in Excel and drop it again, also where the whole list was dropped.
static void a_mended_result_is_taken_and_withdraws_nobody(void **state)
{
	static const char *const folders[] = { "contribution", "contribution-full" };
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		struct scene *scene = *state;
		struct buffer list = { 0 };
		char name[64];
		buffer_append_text(&list, header);
		add_people(&list, 0, 5, "5000");
		add_people(&list, 5, 1, "未定");
		snprintf(name, sizeof name, "%s/b.csv", folders[i]);
		put_bytes(scene, name, buffer_bytes(&list));
		const char *result = i == 0 ? "bad/b.csv.result.csv" : "bad/b-2.csv.result.csv";
		await(scene, i == 0 ? "bad/b.csv" : "bad/b-2.csv");
		assert_non_null(strstr(content_of(scene, result), ",错误,修改建议,隔离编号\r\n"));
		assert_int_equal(head(scene), i == 0 ? 6 : 10);
		char *mended = text_copy(content_of(scene, result));
		char *mistake = strstr(mended, "未定");
		memcpy(mistake, i == 0 ? "500000" : "600000", 6);
		snprintf(name, sizeof name, "%s/b.csv.result.csv", folders[i]);
		put(scene, name, mended);
		await(scene, i == 0 ? "done/b.csv" : "done/b-2.csv");
		assert_int_equal(quarantine_count(intake_quarantine(scene->office.intake)), 0);
		assert_int_equal(
		    head(scene), i == 0 ? 8 : 12); // the change, and that it is settled
		free(mended);
		buffer_deinit(&list);
		if (i == 0)
			put_people(scene, "contribution/c.csv", 5, 1, "7000");
		if (i == 0)
			await(scene, "done/c.csv");
	}
}

static void a_full_list_without_rows_withdraws_nothing(void **state)
{
	struct scene *scene = *state;
	put(scene, "qualification/a.ndjson", "");
	await(scene, "done/a.ndjson");
	struct buffer row = { 0 };
	char id[OFFICE_ID_SIZE];
	office_id(1, id);
	buffer_printf(&row,
	    "{\"id_number\":\"%s\",\"certificate\":\"1\",\"class\":\"skill\",\"issued_on\":\"2020-"
	    "01-02\"}",
	    id);
	put_bytes(scene, "qualification/b.json", buffer_bytes(&row));
	buffer_deinit(&row);
	await(scene, "done/b.json");
	put(scene, "qualification-full/c.csv", "身份证号,证书编号,证书类别,发证日期\n");
	put(scene, "qualification-full/d.ndjson", "\n");
	put(scene, "qualification-full/e.json", "[]");
	await(scene, "bad/c.csv");
	await(scene, "bad/d.ndjson");
	await(scene, "bad/e.json");
	assert_int_equal(head(scene), 1);
	assert_non_null(strstr(content_of(scene, "bad/c.csv.result.csv"), "--confirm"));
	assert_non_null(strstr(content_of(scene, "bad/d.ndjson.result.csv"), "too_many_missing"));
}

static void a_file_that_is_none_of_its_kind_is_put_aside_with_the_reason(void **state)
{
	static const struct {
		const char *name, *content, *told;
	} files[] = {
		{ "empty.csv", "", "没有表头" },
		{ "book.xlsx", "PK\x03\x04 and so on", "这是 Excel 工作簿" },
		{ "book.xls", "\xD0\xCF\x11\xE0 and so on", "这是 Excel 工作簿" },
		{ "noise.csv", "\xff\xff\xff\xff\xff\xff", "字符编码无法识别" },
		{ "columns.csv", "甲,乙\n1,2\n", "缺少" },
		{ "broken.json", "{", "json_form" },
		{ "broken.ndjson", "{}\n{\n", "json_form" },
	};
	struct scene *scene = *state;
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		char name[64];
		snprintf(name, sizeof name, "contribution/%s", files[i].name);
		put(scene, name, files[i].content);
	}
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		char name[64];
		snprintf(name, sizeof name, "bad/%s", files[i].name);
		await(scene, name);
		snprintf(name, sizeof name, "bad/%s.result.csv", files[i].name);
		assert_non_null(strstr(content_of(scene, name), files[i].told));
	}
	assert_int_equal(head(scene), 0);
}

static void a_workbook_that_is_text_inside_is_taken(void **state)
{
	struct scene *scene = *state;
	struct buffer list = { 0 };
	char id[OFFICE_ID_SIZE];
	office_id(1, id);
	buffer_printf(&list, "身份证号\t险种\t所属期\t缴费基数\n%s\t养老保险\t202608\t5000\n", id);
	put_bytes(scene, "contribution/old.xls", buffer_bytes(&list));
	buffer_deinit(&list);
	await(scene, "done/old.xls");
	assert_int_equal(head(scene), 1);
}

static void the_longest_name_is_cut_and_its_result_has_a_place(void **state)
{
	struct scene *scene = *state;
	char name[300], path[320];
	memset(name, 0, sizeof name);
	for (size_t i = 0; i + 3 < 251; i += 3)
		memcpy(name + i, "字", 3);
	memcpy(name + 249, ".csv", 5);
	snprintf(path, sizeof path, "contribution/%s", name);
	put_people(scene, path, 0, 1, "未定");
	name[195] = 0; // 65 characters and the ending: 199 bytes
	snprintf(path, sizeof path, "bad/%s.csv", name);
	await(scene, path);
	snprintf(path, sizeof path, "bad/%s.csv.result.csv", name);
	assert_true(exists(scene, path));
}

static void what_is_no_file_is_left_alone_and_leads_nowhere(void **state)
{
	struct scene *scene = *state;
	put_people(scene, "secret", 0, 1, "5000");
	assert_int_equal(symlink("../secret", path_to(scene, "contribution/link.csv")), 0);
	assert_int_equal(mkdir(path_to(scene, "contribution/folder.csv"), 0700), 0);
	put_people(scene, "contribution/z.csv", 2, 1, "5000");
	await(scene, "done/z.csv");
	put_people(scene, "contribution/z.csv", 2, 1, "5000");
	await(scene, "done/z-2.csv");
	assert_int_equal(head(scene), 1);
	assert_true(exists(scene, "contribution/link.csv"));
	assert_true(exists(scene, "contribution/folder.csv"));
}

// Between the commit and the rename: as if the daemon had been killed there.
static void a_file_taken_before_a_crash_is_taken_again_and_changes_nothing(void **state)
{
	struct scene *scene = *state;
	put_people(scene, "contribution/a.csv", 0, PEOPLE, "5000");
	await(scene, "done/a.csv");
	assert_int_equal(
	    rename(strdupa(path_to(scene, "done/a.csv")), path_to(scene, "contribution/a.csv")), 0);
	end(scene);
	office_reopen(&scene->office);
	begin(scene);
	await(scene, "done/a.csv");
	assert_int_equal(head(scene), PEOPLE);
}

static bool has_begun(struct scene *scene)
{
	return journal_head(scene->office.store.journal).sequence > 0;
}

static void a_file_half_taken_at_the_end_is_finished_at_the_next_start(void **state)
{
	enum {
		MANY = 6000
	};
	struct scene *scene = *state;
	put_people(scene, "contribution-full/a.csv", 0, MANY, "5000");
	run_until(scene, has_begun);
	assert_true(journal_head(scene->office.store.journal).sequence < MANY);
	watch_quiesce(scene->watch);
	end(scene);
	office_reopen(&scene->office);
	assert_true(exists(scene, "contribution-full/a.csv"));
	begin(scene);
	await(scene, "done/a.csv");
	assert_int_equal(head(scene), MANY);
}

static bool is_quarantined(struct scene *scene)
{
	return quarantine_count(intake_quarantine(scene->office.intake)) > 0;
}

static void a_result_that_cannot_be_written_keeps_its_file_and_no_other(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(rmdir(path_to(scene, "bad")), 0);
	put(scene, "bad", "not a folder");
	put_people(scene, "contribution/a.csv", 0, 1, "未定");
	run_until(scene, is_quarantined);
	put_people(scene, "contribution/b.csv", 1, 1, "5000");
	await(scene, "done/b.csv");
	assert_true(exists(scene, "contribution/a.csv"));
}

static bool is_refused(struct scene *scene)
{
	return database_room(scene->office.store.database) == STATUS_FULL;
}

static void files_stay_while_the_disk_is_full(void **state)
{
	struct scene *scene = *state;
	struct database_options options = { scene->office.store.folder, store_tables,
		COUNT_OF(store_tables), 64 << 20, UINT64_MAX / 2 };
	end(scene);
	intake_close(&scene->office.intake);
	store_close_but_keep(&scene->office.store);
	assert_int_equal(database_open(&scene->office.store.database, &options), STATUS_OK);
	assert_int_equal(
	    journal_open(&scene->office.store.journal, scene->office.store.database), STATUS_OK);
	scene->office.store.batch = database_batch_new();
	office_open_intake(&scene->office);
	put_people(scene, "contribution/a.csv", 0, 1, "5000");
	begin(scene);
	run_until(scene, is_refused);
	assert_true(exists(scene, "contribution/a.csv"));
	end(scene);
	office_reopen(&scene->office); // with room
	begin(scene);
	await(scene, "done/a.csv");
	assert_int_equal(head(scene), 1);
}

// --- files that are not whole, or no news --------------------------------------------------------

static void begin_slowly(struct scene *scene, int64_t stable_ms)
{
	end(scene);
	scene->stable_ms = stable_ms;
	begin(scene);
}

static void a_copy_that_stalls_is_waited_for(void **state)
{
	struct scene *scene = *state;
	struct buffer list = { 0 };
	begin_slowly(scene, 20);
	buffer_append_text(&list, header);
	add_people(&list, 0, PEOPLE, "5000");
	FILE *copy = fopen(path_to(scene, "contribution/a.csv"), "w");
	size_t half = strlen(header) + (list.size - strlen(header)) / PEOPLE * (PEOPLE / 2);
	assert_int_equal(fwrite(list.data, 1, half, copy), half);
	assert_int_equal(fflush(copy), 0);
	put_people(scene, "contribution/b.csv", PEOPLE, 1, "5000"); // nobody else waits
	await(scene, "done/b.csv");
	assert_true(exists(scene, "contribution/a.csv"));
	assert_int_equal(fwrite(list.data + half, 1, list.size - half, copy), list.size - half);
	assert_int_equal(fclose(copy), 0);
	await(scene, "done/a.csv");
	assert_int_equal(head(scene), PEOPLE + 1);
	buffer_deinit(&list);
}

static void a_last_line_without_an_end_is_taken_later_and_of_a_full_list_not_at_all(void **state)
{
	struct scene *scene = *state;
	struct buffer list = { 0 };
	begin_slowly(scene, 100);
	buffer_append_text(&list, header);
	add_people(&list, 0, 2, "5000");
	list.size -= 2;
	put_bytes(scene, "contribution/a.csv", buffer_bytes(&list));
	put_bytes(scene, "contribution-full/f.csv", buffer_bytes(&list));
	put_people(scene, "contribution/b.csv", 5, 1, "5000");
	await(scene, "done/b.csv");
	assert_int_equal(head(scene), 1);
	await(scene, "done/a.csv");
	assert_int_equal(head(scene), 3);
	await(scene, "bad/f.csv");
	assert_non_null(strstr(content_of(scene, "bad/f.csv.result.csv"), "没有换行符"));
	assert_int_equal(head(scene), 3);
	buffer_deinit(&list);
}

static void a_full_list_that_is_refused_leaves_nothing_behind_but_its_result(void **state)
{
	struct scene *scene = *state;
	put_people(scene, "contribution/a.csv", 0, PEOPLE, "5000");
	await(scene, "done/a.csv");
	put_people(scene, "contribution-full/b.csv", PEOPLE, 3000, "5000");
	await(scene, "bad/b.csv");
	put_people(scene, "contribution-full/b.csv", PEOPLE, 3000, "5000"); // once more
	await(scene, "bad/b-2.csv");
	assert_int_equal(head(scene), PEOPLE);
	assert_non_null(strstr(content_of(scene, "bad/b-2.csv.result.csv"), "--confirm"));
}

static void a_result_is_known_by_its_name_too(void **state)
{
	struct scene *scene = *state;
	put_people(scene, "contribution/a.csv", 0, PEOPLE, "5000");
	await(scene, "done/a.csv");
	put_people(scene, "contribution-full/b.csv.result.csv", 0, PEOPLE - 1, "5000");
	await(scene, "done/b.csv");
	assert_int_equal(head(scene), PEOPLE);
}

static void rows_older_than_what_is_known_are_told_and_make_no_file_bad(void **state)
{
	static const char versioned[] = "身份证号,险种,所属期,缴费基数,版本号\r\n";
	struct scene *scene = *state;
	struct buffer list = { 0 };
	char id[OFFICE_ID_SIZE];
	office_id(1, id);
	buffer_printf(&list, "%s%s,养老保险,2026-08,5000,7\r\n", versioned, id);
	put_bytes(scene, "contribution/a.csv", buffer_bytes(&list));
	await(scene, "done/a.csv");
	assert_false(exists(scene, "done/a.csv.result.csv"));
	buffer_clear(&list);
	buffer_printf(&list, "%s%s,养老保险,2026-08,6000,6\r\n", versioned, id);
	put_bytes(scene, "contribution/b.csv", buffer_bytes(&list));
	await(scene, "done/b.csv");
	const char *told = content_of(scene, "done/b.csv.result.csv");
	assert_non_null(strstr(told, "有 1 行早于系统中已有的版本，未采用（第 2 行）"));
	assert_int_equal(head(scene), 1);
	buffer_deinit(&list);
}

static bool is_unreadable(struct scene *scene)
{
	return watch_unreadable(scene->watch) == 1;
}

static bool is_readable(struct scene *scene)
{
	return watch_unreadable(scene->watch) == 0;
}

static void a_folder_that_is_away_is_noticed_and_so_is_its_return(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(rmdir(path_to(scene, "contribution")), 0);
	run_until(scene, is_unreadable);
	assert_int_equal(mkdir(path_to(scene, "contribution"), 0700), 0);
	run_until(scene, is_readable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_file_of_good_rows_is_done),
		TEST(the_folders_have_the_directorys_permissions),
		TEST(a_folder_that_cannot_be_one_is_told_at_the_start),
		TEST(a_mended_result_is_taken_and_withdraws_nobody),
		TEST(a_full_list_without_rows_withdraws_nothing),
		TEST(a_file_that_is_none_of_its_kind_is_put_aside_with_the_reason),
		TEST(a_workbook_that_is_text_inside_is_taken),
		TEST(the_longest_name_is_cut_and_its_result_has_a_place),
		TEST(what_is_no_file_is_left_alone_and_leads_nowhere),
		TEST(a_file_taken_before_a_crash_is_taken_again_and_changes_nothing),
		TEST(a_file_half_taken_at_the_end_is_finished_at_the_next_start),
		TEST(a_result_that_cannot_be_written_keeps_its_file_and_no_other),
		TEST(files_stay_while_the_disk_is_full),
		TEST(a_folder_that_is_away_is_noticed_and_so_is_its_return),
		TEST(rows_older_than_what_is_known_are_told_and_make_no_file_bad),
		TEST(a_result_is_known_by_its_name_too),
		TEST(a_full_list_that_is_refused_leaves_nothing_behind_but_its_result),
		TEST(a_last_line_without_an_end_is_taken_later_and_of_a_full_list_not_at_all),
		TEST(a_copy_that_stalls_is_waited_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
