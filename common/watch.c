// SPDX-License-Identifier: Apache-2.0
// watch: from the folder through intake to done/ or bad/, one file after the other.
#include "watch.h"

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
	NAMES_MAX = 10000,
	NAME_BYTES_MAX =
	    200, // of a file put aside: its result's name is longer, and has 255 at most
	LEFTOVER_S = 24 * 3600,
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
	struct loop_timer *look;
	bool quiet;
	// The file under way.
	uint64_t number; // what it is called in the log
	struct inbox_file file;
	char *name, *path;
	char *put_aside; // where to, if anything of it is bad
	struct delivery *delivery;
	struct carrier *carrier;
	struct result_file *result; // once anything is
	enum status result_status;
};

static const struct {
	const char *ending;
	enum delivery_form form;
} forms[] = {
	{ ".csv", DELIVERY_CSV },
	{ ".txt", DELIVERY_CSV },
	{ ".xlsx",
	    DELIVERY_CSV }, // some of these are text inside; of others the reader says what to do
	{ ".xls", DELIVERY_CSV },
	{ ".et", DELIVERY_CSV },
	{ ".json", DELIVERY_JSON },
	{ ".ndjson", DELIVERY_NDJSON },
	{ ".jsonl", DELIVERY_NDJSON },
};

static const char result_ending[] = ".result.csv";

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

static enum delivery_form form_of(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(forms); i++)
		if (ends_with(name, forms[i].ending))
			return forms[i].form;
	ENSURE(false); // the inbox gives no others
	return DELIVERY_CSV;
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

// "<folder>/october.csv", or with -2, -3, ... where that is there already, alone or with a result.
static char *free_path(const struct watch *watch, const char *folder)
{
	struct buffer path = { 0 };
	char *name = plain_name(watch);
	const char *ending = strrchr(name, '.'); // the inbox gives none without
	size_t stem = (size_t)(ending - name);
	if (stem + strlen(ending) > NAME_BYTES_MAX)
		stem = text_fit(name, NAME_BYTES_MAX - strlen(ending));
	for (int number = 1; number <= NAMES_MAX; number++) {
		buffer_clear(&path);
		buffer_printf(
		    &path, "%s/%s/%.*s", watch->options.directory, folder, (int)stem, name);
		if (number > 1)
			buffer_printf(&path, "-%d", number);
		buffer_append_text(&path, ending);
		size_t size = path.size;
		bool is_free = access(buffer_text(&path), F_OK) != 0;
		buffer_append_text(&path, result_ending);
		is_free = is_free && access(buffer_text(&path), F_OK) != 0;
		path.size = size;
		if (is_free)
			break;
	}
	char *text = text_copy(buffer_text(&path));
	buffer_deinit(&path);
	free(name);
	return text;
}

static enum status move_file(const char *from, const char *to)
{
	int error = renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
	if (error != 0 && (errno == EINVAL || errno == ENOSYS)) // some network file systems
		error = rename(from, to);
	return error == 0 ? STATUS_OK
			  : fail(STATUS_IO, "a file cannot be put aside: %s", strerror(errno));
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

static void put_file_aside(struct watch *watch, bool is_bad)
{
	char *to = is_bad && watch->put_aside != NULL ? text_copy(watch->put_aside)
						      : free_path(watch, is_bad ? "bad" : "done");
	enum status status = STATUS_OK;
	if (!inbox_is_unchanged(&watch->file, watch->path)) {
		log_info(
		    "file %" PRIu64 " was changed meanwhile; it is taken again", watch->number);
	} else {
		status = move_file(watch->path, to);
		sync_folder_of(to);
		sync_folder_of(watch->path);
	}
	free(to);
	if (status == STATUS_OK) {
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
	watch->put_aside = free_path(watch, "bad");
	struct buffer path = { 0 };
	buffer_printf(&path, "%s%s", watch->put_aside, result_ending);
	const struct csv *csv = watch->delivery != NULL ? delivery_csv(watch->delivery) : NULL;
	watch->result_status = result_file_open(&watch->result, buffer_text(&path), csv);
	buffer_deinit(&path);
	return watch->result_status == STATUS_OK;
}

static void row_told(const struct delivery_row *row, void *context)
{
	struct watch *watch = context;
	if (has_result(watch))
		result_file_add(watch->result, row);
}

static void note(struct watch *watch, const char *code, const char *error, const char *hint)
{
	if (has_result(watch))
		result_file_add_note(watch->result, code, error, hint);
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

static void note_refusal(struct watch *watch, const struct delivery_result *result)
{
	static const char *const hints[] = {
		[DELIVERY_REFUSED_TOO_MANY_MISSING] =
		    "核对后如确认无误，请用 onecity push --mode full --confirm 提交",
	};
	enum delivery_refusal refused = result->refused;
	if (refused == DELIVERY_REFUSED_NONE)
		return;
	const char *hint = refused < COUNT_OF(hints) ? hints[refused] : NULL;
	note(watch, delivery_refusal_code(refused), delivery_refusal_text(refused, true),
	    hint != NULL ? hint : "");
	note_missing_columns(watch, &result->problems);
}

// --- one file ------------------------------------------------------------------------------------

static void log_result(const struct watch *watch, const struct delivery_result *result)
{
	const struct intake_counts *counts = &result->counts;
	log_info("file %" PRIu64 " of %s: %" PRIu64 " rows: %" PRIu64 " accepted, %" PRIu64
		 " unchanged, %" PRIu64 " stale, %" PRIu64 " quarantined, %" PRIu64
		 " withdrawn%s%s",
	    watch->number, watch->folders[watch->file.folder].kind->name, result->rows,
	    counts->accepted, counts->unchanged, counts->stale, counts->quarantined,
	    result->retracted, result->refused != DELIVERY_REFUSED_NONE ? "; refused: " : "",
	    delivery_refusal_code(result->refused));
}

// All of it is durable.
static void finish_file(struct watch *watch)
{
	bool is_bad = watch->result != NULL || watch->result_status != STATUS_OK;
	if (is_bad && watch->result_status == STATUS_OK)
		watch->result_status = result_file_finish(&watch->result);
	if (watch->result_status == STATUS_OK) {
		put_file_aside(watch, is_bad);
		return;
	}
	log_error("the result of file %" PRIu64 " cannot be written, it stays: %s", watch->number,
	    status_reason());
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
	} else {
		log_result(watch, result);
		note_refusal(watch, result);
		finish_file(watch);
	}
}

static void refuse_file(struct watch *watch, enum status status)
{
	if (status == STATUS_NOT_FOUND || status == STATUS_BUSY) { // somebody was faster
		forget_file(watch);
		return;
	}
	log_warn("file %" PRIu64 " of %s cannot be read: %s", watch->number,
	    watch->folders[watch->file.folder].kind->name, status_reason());
	struct buffer error = { 0 };
	buffer_printf(&error, "文件无法读取（%s）：%s", status_text(status, true), status_reason());
	note(watch, "unreadable", buffer_text(&error),
	    "请在 Excel 中另存为“CSV UTF-8（逗号分隔）”格式，第一行为表头，再重新放入。");
	buffer_deinit(&error);
	finish_file(watch);
}

static void take_file(struct watch *watch)
{
	const struct folder *folder = &watch->folders[watch->file.folder];
	watch->number++;
	watch->name = text_copy(watch->file.name);
	watch->file.name = watch->name; // the inbox's may be gone when it is asked again
	watch->path = join(folder->path, watch->name);
	struct delivery_options delivery = {
		.intake = watch->options.intake,
		.journal = watch->options.journal,
		.pseudonym = watch->options.pseudonym,
		.kind = folder->kind,
		.mode = folder->mode,
		.origin = { watch->name, clock_wall_ms(), false },
		.told = row_told,
		.context = watch,
	};
	enum status status =
	    delivery_open_file(&watch->delivery, &delivery, watch->path, form_of(watch->name));
	if (status != STATUS_OK) {
		refuse_file(watch, status);
		return;
	}
	struct carrier_options carrier = { watch->options.loop, watch->options.database,
		watch->options.committer, work, ended, watch };
	watch->carrier = carrier_new(&carrier);
	carrier_start(watch->carrier);
}

static void look(void *context)
{
	struct watch *watch = context;
	if (watch->quiet || watch->name != NULL)
		return;
	if (inbox_next(watch->inbox, clock_wall_ms(), &watch->file))
		take_file(watch);
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
	fresh->look = loop_timer_open(options->loop, 0, LOOK_MS, look, fresh);
	*watch = fresh;
	return STATUS_OK;
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
	inbox_free(&old->inbox);
	for (size_t i = 0; i < old->folder_count; i++)
		free(old->folders[i].path);
	free(old->folders);
	free(old);
}
