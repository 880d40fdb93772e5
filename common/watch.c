// SPDX-License-Identifier: Apache-2.0
// watch: from the folder through intake to done/ or bad/, one file after the other.
#include "watch.h"

#include "arrival.h"
#include "aside.h"
#include "carrier.h"
#include "clock.h"
#include "delivery.h"
#include "inbox.h"
#include "log.h"
#include "result_file.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>
#include <unistd.h>

enum {
	LOOK_MS = 1000,
	RETRY_MS = 30 * 1000, // after a full disk
	FOLDER_MODE = 0700,   // of the directory, if it is made here
	PERMISSIONS = 07777,
	LEFTOVER_S = 24 * 3600,
	STALE_LINES_MAX = 20, // told by number
	// How often watch_options.stable_ms: a file without an end to its last line must stand
	// still; one that somebody has open may keep us waiting (or it is a file system that says
	// so of all files); one that was put aside is looked at.
	UNENDED_FACTOR = 12,
	OPEN_FACTOR = 120,
	RECHECK_FACTOR = 24,
};

struct folder {
	const struct kind *kind;
	enum delivery_mode mode;
	char *path;
};

struct watch {
	struct watch_options options;
	struct folder *folders;
	size_t folder_count;
	struct inbox *inbox;
	struct aside *aside;
	struct loop_timer *look;
	bool quiet;
	struct watch_totals totals;
	// The file under way.
	uint64_t number; // what it is called in the log
	struct inbox_file file;
	char *name, *path;
	char *put_aside; // where to, once there is a result
	bool is_bad;     // something of it was refused
	struct buffer stale_lines;
	struct delivery *delivery;
	struct carrier *carrier;
	struct result_file *result; // once anything is
	enum status result_status;
};

// has_lines: so that one can tell whether the last one is whole. Some workbooks are text inside; of
// others the reader says what to do.
static const struct {
	const char *ending;
	enum delivery_form form;
	bool has_lines;
} forms[] = {
	{ ".csv", DELIVERY_CSV, true },
	{ ".txt", DELIVERY_CSV, true },
	{ ".xlsx", DELIVERY_CSV, false },
	{ ".xls", DELIVERY_CSV, false },
	{ ".et", DELIVERY_CSV, false },
	{ ".json", DELIVERY_JSON, false },
	{ ".ndjson", DELIVERY_NDJSON, true },
	{ ".jsonl", DELIVERY_NDJSON, true },
};

static const char result_ending[] = ASIDE_RESULT_ENDING;

static char *join(const char *directory, const char *name)
{
	struct buffer path = { 0 };
	buffer_printf(&path, "%s/%s", directory, name);
	char *text = text_copy(buffer_text(&path));
	buffer_deinit(&path);
	return text;
}

static bool ends_with(const char *name, const char *ending)
{
	size_t size = strlen(name), ending_size = strlen(ending);
	return size > ending_size && strcasecmp(name + size - ending_size, ending) == 0;
}

static size_t form_of(const char *name)
{
	size_t form = 0;
	while (form < COUNT_OF(forms) && !ends_with(name, forms[form].ending))
		form++;
	ENSURE(form < COUNT_OF(forms)); // the inbox gives no others
	return form;
}

// --- putting aside -------------------------------------------------------------------------------

// What the file under way is to be called: as it is, or, a spreadsheet's result, as that was.
static char *plain_name(const struct watch *watch)
{
	char *name = text_copy(watch->name);
	if (ends_with(name, ".csv.result.csv"))
		name[strlen(name) - strlen(result_ending)] = 0;
	return name;
}

static char *free_path(const struct watch *watch, const char *folder)
{
	char *path = join(watch->options.directory, folder), *name = plain_name(watch);
	char *free_one = aside_free_path(path, name, clock_wall_ms());
	free(path);
	free(name);
	return free_one;
}

// After a power cut a file must not stand again where newer ones were taken since. Where it cannot
// be had, nothing is lost but that.
static void sync_folder_of(const char *path)
{
	char *folder = bytes_copy_text(bytes_make(path, (size_t)(strrchr(path, '/') - path)));
	int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (file < 0)
		return;
	if (fsync(file) != 0)
		log_debug("a folder cannot be synced: %s", strerror(errno));
	close(file);
}

static void forget_file(struct watch *watch)
{
	result_file_abandon(&watch->result);
	delivery_close(&watch->delivery);
	carrier_free(&watch->carrier);
	free(watch->name);
	free(watch->path);
	free(watch->put_aside);
	watch->name = watch->path = watch->put_aside = NULL;
	watch->is_bad = false;
	buffer_clear(&watch->stale_lines);
	watch->result_status = STATUS_OK;
}

static void go_on(struct watch *watch)
{
	forget_file(watch);
	if (!watch->quiet)
		loop_timer_again(watch->look, 0);
}

// It stays where it is; what comes after it may be taken.
static void leave_file(struct watch *watch, int64_t until_ms)
{
	inbox_hold(watch->inbox, &watch->file, until_ms);
	forget_file(watch);
}

// Of a file that is to be taken again nothing is told yet.
static void remove_result(const struct watch *watch)
{
	struct buffer path = { 0 };
	if (watch->put_aside == NULL)
		return;
	buffer_printf(&path, "%s%s", watch->put_aside, result_ending);
	(void)unlink(buffer_text(&path));
	buffer_deinit(&path);
}

static enum status move_aside(struct watch *watch)
{
	if (watch->put_aside == NULL)
		watch->put_aside = free_path(watch, "done");
	enum status status = aside_move(
	    watch->aside, watch->path, watch->put_aside, watch->file.size, clock_wall_ms());
	sync_folder_of(watch->put_aside);
	sync_folder_of(watch->path);
	return status;
}

static void put_file_aside(struct watch *watch)
{
	if (!inbox_is_unchanged(&watch->file, watch->path)) {
		log_info(
		    "file %" PRIu64 " was changed meanwhile; it is taken again", watch->number);
		remove_result(watch);
		go_on(watch);
		return;
	}
	if (move_aside(watch) == STATUS_OK) {
		++*(watch->is_bad ? &watch->totals.bad : &watch->totals.done);
		go_on(watch);
		return;
	}
	log_error("file %" PRIu64 ": %s", watch->number, status_reason());
	leave_file(watch, INT64_MAX); // taking it again and again would help nobody
}

// --- what is wrong with it -----------------------------------------------------------------------

// The result is begun with the first thing to tell. False: it cannot be written.
static bool has_result(struct watch *watch)
{
	if (watch->result != NULL || watch->result_status != STATUS_OK)
		return watch->result != NULL;
	watch->put_aside = free_path(watch, watch->is_bad ? "bad" : "done");
	struct buffer path = { 0 };
	buffer_printf(&path, "%s%s", watch->put_aside, result_ending);
	const struct csv *csv = watch->delivery != NULL ? delivery_csv(watch->delivery) : NULL;
	watch->result_status = result_file_open(&watch->result, buffer_text(&path), csv);
	buffer_deinit(&path);
	return watch->result_status == STATUS_OK;
}

// Nothing is to be mended in a row that is stale; it is counted.
static void note_stale_row(struct watch *watch, uint64_t line, uint64_t count)
{
	if (count <= STALE_LINES_MAX)
		buffer_printf(&watch->stale_lines, "%s%" PRIu64, count > 1 ? "、" : "", line);
}

static void row_told(const struct delivery_row *row, void *context)
{
	struct watch *watch = context;
	if (row->problems->count == 0) {
		note_stale_row(watch, row->line, delivery_result(watch->delivery)->counts.stale);
		return;
	}
	watch->is_bad = true;
	if (has_result(watch))
		result_file_add(watch->result, row);
}

static void note(struct watch *watch, const char *code, const char *error, const char *hint)
{
	if (has_result(watch))
		result_file_add_note(watch->result, code, error, hint);
}

static void note_stale(struct watch *watch, uint64_t count)
{
	struct buffer text = { 0 };
	if (count == 0)
		return;
	buffer_printf(&text, "有 %" PRIu64 " 行早于系统中已有的版本，未采用（第 %s%s 行）", count,
	    buffer_text(&watch->stale_lines), count > STALE_LINES_MAX ? "……" : "");
	note(watch, "stale_version", buffer_text(&text),
	    "这些行本身没有错误，无需更正；如需更新，请从原系统重新导出最新数据。");
	buffer_deinit(&text);
}

static void note_not_kept(struct watch *watch, const struct delivery_result *result)
{
	struct buffer text = { 0 };
	if (result->counts.not_kept == 0 || result->nothing_taken)
		return;
	buffer_printf(&text, "隔离区已满，有 %" PRIu64 " 行有误的数据未能保留在隔离区",
	    result->counts.not_kept);
	note(watch, "quarantine_full", buffer_text(&text),
	    "请先处理隔离区中的数据，再更正本文件中的各行并重新放入。");
	buffer_deinit(&text);
}

static void note_missing_columns(struct watch *watch, const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++) {
		struct buffer text = { 0 }, hint = { 0 };
		problem_write_text(&problems->list[i], true, &text);
		problem_write_hint(&problems->list[i], true, &hint);
		note(watch, problem_name(problems->list[i].code), buffer_text(&text),
		    buffer_text(&hint));
		buffer_deinit(&text);
		buffer_deinit(&hint);
	}
}

static void refuse(struct watch *watch, enum delivery_refusal refused)
{
	static const char *const hints[] = {
		[DELIVERY_REFUSED_TOO_MANY_BAD] = "此处只列出前一万行有误的数据。",
		[DELIVERY_REFUSED_TOO_MANY_MISSING] =
		    "核对后如确认无误，请用 onecity push --mode full --confirm 提交",
		[DELIVERY_REFUSED_CUT_OFF] =
		    "请核对最后一行是否完整：如完整，请在末尾补一个换行后重新放入；"
		    "如不完整，请重新导出。",
	};
	const char *hint = refused < COUNT_OF(hints) ? hints[refused] : NULL;
	watch->is_bad = true;
	note(watch, delivery_refusal_code(refused), delivery_refusal_text(refused, true),
	    hint != NULL ? hint : "");
}

static void note_result(struct watch *watch, const struct delivery_result *result)
{
	if (result->refused != DELIVERY_REFUSED_NONE)
		refuse(watch, result->refused);
	note_missing_columns(watch, &result->problems);
	note_not_kept(watch, result);
	note_stale(watch, result->counts.stale);
}

// --- one file ------------------------------------------------------------------------------------

static void log_result(const struct watch *watch, const struct delivery_result *result)
{
	const struct intake_counts *counts = &result->counts;
	log_info("file %" PRIu64 " of %s: %" PRIu64 " rows: %" PRIu64 " accepted, %" PRIu64
		 " unchanged, %" PRIu64 " stale, %" PRIu64 " quarantined, %" PRIu64
		 " refused and not kept, %" PRIu64 " withdrawn%s%s",
	    watch->number, watch->folders[watch->file.folder].kind->name, result->rows,
	    counts->accepted, counts->unchanged, counts->stale, counts->quarantined,
	    counts->not_kept, result->retracted,
	    result->refused != DELIVERY_REFUSED_NONE ? "; refused: " : "",
	    delivery_refusal_code(result->refused));
}

// All of it is durable.
static void finish_file(struct watch *watch)
{
	if (watch->result != NULL && watch->result_status == STATUS_OK)
		watch->result_status = result_file_finish(&watch->result);
	if (watch->result_status == STATUS_OK) {
		put_file_aside(watch);
		return;
	}
	log_error("the result of file %" PRIu64 " cannot be written, it stays: %s", watch->number,
	    status_reason());
	leave_file(watch, clock_wall_ms() + RETRY_MS);
}

// A share that is away for a while makes no file bad.
static void try_again_later(struct watch *watch, const char *reason)
{
	log_warn("file %" PRIu64 " of %s cannot be read now: %s", watch->number,
	    watch->folders[watch->file.folder].kind->name, reason);
	leave_file(watch, clock_wall_ms() + RETRY_MS);
}

static enum status work(struct database_batch *batch, bool *done, void *context)
{
	struct watch *watch = context;
	return delivery_work(watch->delivery, batch, done);
}

static void ended(enum status status, void *context)
{
	struct watch *watch = context;
	const struct delivery_result *result = delivery_result(watch->delivery);
	if (status == STATUS_FULL) {
		leave_file(watch, clock_wall_ms() + RETRY_MS);
	} else if (status != STATUS_OK) { // the service is ending
		leave_file(watch, INT64_MAX);
	} else if (result->reading == STATUS_BUSY) {
		log_info("file %" PRIu64 " was changed while it was read; it is taken again",
		    watch->number);
		forget_file(watch);
	} else if (result->reading == STATUS_IO) {
		try_again_later(watch, result->reason);
	} else {
		log_result(watch, result);
		note_result(watch, result);
		finish_file(watch);
	}
}

static void refuse_file(struct watch *watch, enum status status)
{
	if (status == STATUS_NOT_FOUND || status == STATUS_BUSY) { // somebody was faster
		forget_file(watch);
		return;
	}
	if (status == STATUS_IO) {
		try_again_later(watch, status_reason());
		return;
	}
	log_warn("file %" PRIu64 " of %s cannot be read: %s", watch->number,
	    watch->folders[watch->file.folder].kind->name, status_reason());
	struct buffer error = { 0 };
	bool is_sheet = forms[form_of(watch->name)].form == DELIVERY_CSV;
	const char *reason = is_sheet && status == STATUS_INVALID ? csv_refusal_chinese()
								  : status_text(status, true);
	buffer_printf(&error, "文件无法读取：%s", reason);
	watch->is_bad = true;
	note(watch, "unreadable", buffer_text(&error),
	    "请在 Excel 中另存为“CSV UTF-8（逗号分隔）”格式，第一行为表头，再重新放入。");
	buffer_deinit(&error);
	finish_file(watch);
}

// A mended part of a list, known by its name even where its columns were taken out.
static enum delivery_mode mode_of(const struct watch *watch)
{
	enum delivery_mode mode = watch->folders[watch->file.folder].mode;
	return mode == DELIVERY_FULL && ends_with(watch->name, result_ending) ? DELIVERY_UPSERT
									      : mode;
}

static bool ends_whole(const struct watch *watch)
{
	return !forms[form_of(watch->name)].has_lines || arrival_ends_a_line(watch->path);
}

// The file under way stands still; is somebody at it all the same?
static bool is_to_wait(const struct watch *watch)
{
	int64_t unchanged_ms = watch->file.unchanged_ms, stable_ms = watch->options.stable_ms;
	if (unchanged_ms < OPEN_FACTOR * stable_ms && arrival_is_open(watch->path))
		return true;
	return unchanged_ms < UNENDED_FACTOR * stable_ms && !ends_whole(watch);
}

static void take_file(struct watch *watch)
{
	const struct folder *folder = &watch->folders[watch->file.folder];
	watch->number++;
	struct delivery_options delivery = {
		.intake = watch->options.intake,
		.journal = watch->options.journal,
		.pseudonym = watch->options.pseudonym,
		.kind = folder->kind,
		.mode = mode_of(watch),
		.origin = { watch->name, clock_wall_ms(), false },
		.told = row_told,
		.context = watch,
	};
	if (delivery.mode == DELIVERY_FULL && !ends_whole(watch)) {
		refuse(watch, DELIVERY_REFUSED_CUT_OFF);
		finish_file(watch);
		return;
	}
	enum status status = delivery_open_file(
	    &watch->delivery, &delivery, watch->path, forms[form_of(watch->name)].form);
	if (status != STATUS_OK) {
		refuse_file(watch, status);
		return;
	}
	struct carrier_options carrier = { watch->options.loop, watch->options.database,
		watch->options.committer, work, ended, watch };
	watch->carrier = carrier_new(&carrier);
	carrier_start(watch->carrier);
}

static void begin_file(struct watch *watch)
{
	watch->name = text_copy(watch->file.name);
	watch->file.name = watch->name; // the inbox's may be gone when it is asked again
	watch->path = join(watch->folders[watch->file.folder].path, watch->name);
}

// Files that are to wait keep nobody else waiting.
static void look(void *context)
{
	struct watch *watch = context;
	size_t returned = aside_look(watch->aside, clock_wall_ms());
	if (returned > 0)
		log_warn("%zu files grew after they were taken; they are taken again", returned);
	if (watch->quiet || watch->name != NULL)
		return;
	for (size_t i = 0; i < INBOX_FILES_MAX; i++) {
		int64_t now_ms = clock_wall_ms();
		if (!inbox_next(watch->inbox, now_ms, &watch->file))
			return;
		begin_file(watch);
		if (!is_to_wait(watch)) {
			take_file(watch);
			return;
		}
		leave_file(watch, now_ms + LOOK_MS / 2);
	}
}

// --- opening and closing -------------------------------------------------------------------------

static enum status fail_folder(const char *path)
{
	return fail(errno == EACCES || errno == EPERM ? STATUS_DENIED : STATUS_IO, "%s: %s", path,
	    strerror(errno));
}

static enum status make_folder(const char *path, mode_t mode)
{
	struct stat status;
	if (mkdir(path, FOLDER_MODE) == 0) // the umask is for others
		return chmod(path, mode) == 0 ? STATUS_OK : fail_folder(path);
	if (errno != EEXIST || stat(path, &status) != 0)
		return fail_folder(path);
	return S_ISDIR(status.st_mode) ? STATUS_OK : fail(STATUS_IO, "%s: is no folder", path);
}

static void add_folders(struct watch *watch, const struct kind *kind)
{
	static const struct {
		const char *suffix;
		enum delivery_mode mode;
	} modes[] = {
		{ "", DELIVERY_UPSERT },
		{ "-full", DELIVERY_FULL },
		{ "-changes", DELIVERY_CHANGES },
	};
	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		struct buffer path = { 0 };
		buffer_printf(
		    &path, "%s/%s%s", watch->options.directory, kind->name, modes[i].suffix);
		watch->folders[watch->folder_count++] =
		    (struct folder){ kind, modes[i].mode, text_copy(buffer_text(&path)) };
		buffer_deinit(&path);
	}
}

static enum status make_folders(struct watch *watch)
{
	const struct catalogue *catalogue = watch->options.catalogue;
	watch->folders = allocate(3 * catalogue->kind_count * sizeof *watch->folders);
	for (size_t i = 0; i < catalogue->kind_count; i++)
		if (watch->options.takes == NULL ||
		    watch->options.takes(&catalogue->kinds[i], watch->options.context))
			add_folders(watch, &catalogue->kinds[i]);
	char *done = join(watch->options.directory, "done");
	char *bad = join(watch->options.directory, "bad");
	struct stat parent;
	enum status status = make_folder(watch->options.directory, FOLDER_MODE);
	if (status == STATUS_OK && stat(watch->options.directory, &parent) != 0)
		status = fail_folder(watch->options.directory);
	if (status == STATUS_OK)
		status = make_folder(done, parent.st_mode & PERMISSIONS);
	if (status == STATUS_OK)
		status = make_folder(bad, parent.st_mode & PERMISSIONS);
	for (size_t i = 0; i < watch->folder_count && status == STATUS_OK; i++)
		status = make_folder(watch->folders[i].path, parent.st_mode & PERMISSIONS);
	free(done);
	free(bad);
	return status;
}

// What a crash left of results that were being written. Nothing else writes into bad/.
static void remove_leftovers(const struct watch *watch)
{
	char *bad = join(watch->options.directory, "bad");
	DIR *directory = opendir(bad);
	const struct dirent *entry;
	struct stat status;
	int64_t oldest_s = clock_wall_ms() / 1000 - LEFTOVER_S;
	while (directory != NULL && (entry = readdir(directory)) != NULL) {
		size_t size = strlen(entry->d_name), ending = strlen(".part");
		if (size > ending && strcmp(entry->d_name + size - ending, ".part") == 0 &&
		    fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(status.st_mode) && status.st_mtim.tv_sec < oldest_s)
			(void)unlinkat(dirfd(directory), entry->d_name, 0);
	}
	if (directory != NULL)
		closedir(directory);
	free(bad);
}

static void open_inbox(struct watch *watch)
{
	const char *endings[COUNT_OF(forms)];
	const char **paths = allocate(watch->folder_count * sizeof *paths);
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		endings[i] = forms[i].ending;
	for (size_t i = 0; i < watch->folder_count; i++)
		paths[i] = watch->folders[i].path;
	watch->inbox = inbox_new(
	    paths, watch->folder_count, endings, COUNT_OF(endings), watch->options.stable_ms);
	free(paths);
}

enum status watch_open(struct watch **watch, const struct watch_options *options)
{
	struct watch *fresh = allocate(sizeof *fresh);
	fresh->options = *options;
	*watch = NULL;
	enum status status = make_folders(fresh);
	if (status != STATUS_OK) {
		watch_close(&fresh);
		return status;
	}
	remove_leftovers(fresh);
	open_inbox(fresh);
	fresh->aside = aside_new(RECHECK_FACTOR * options->stable_ms);
	fresh->look = loop_timer_open(options->loop, 0, LOOK_MS, look, fresh);
	*watch = fresh;
	return STATUS_OK;
}

const struct watch_totals *watch_totals(const struct watch *watch)
{
	return &watch->totals;
}

size_t watch_unreadable(const struct watch *watch)
{
	return inbox_unreadable(watch->inbox);
}

void watch_quiesce(struct watch *watch)
{
	watch->quiet = true;
}

void watch_close(struct watch **watch)
{
	struct watch *old = *watch;
	*watch = NULL;
	if (old == NULL)
		return;
	loop_timer_close(&old->look);
	forget_file(old);
	buffer_deinit(&old->stale_lines);
	aside_free(&old->aside);
	inbox_free(&old->inbox);
	for (size_t i = 0; i < old->folder_count; i++)
		free(old->folders[i].path);
	free(old->folders);
	free(old);
}
