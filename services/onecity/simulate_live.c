// SPDX-License-Identifier: Apache-2.0
// simulate_live: what happens in the invented city, sent to its departments as it happens.
//
// Rows wait in one batch for each kind and go out several times a second. A department that is
// away gets its batch when it is back: records are states, so nothing is lost by sending again.
#include "simulate.h"

#include "call.h"
#include "http_client.h"
#include "say.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	TICK_MS = 200,
	BATCHES_MAX = 64,
	BATCH_BYTES_MAX = 2 * 1024 * 1024, // then nothing more is read
	TRY_TIMEOUT_MS = 10 * 1000,
	PATIENCE_MS = 60 * 1000, // with nothing taken for so long, all is given up
	NAME_BYTES_MAX = 96,
};

enum {
	ACCEPTED,
	UNCHANGED,
	QUARANTINED,
	STALE,
	COUNTS
};
static const char *const count_names[COUNTS] = { "accepted", "unchanged", "quarantined", "stale" };

struct batch {
	char name[NAME_BYTES_MAX]; // "tax income_tax"
	const struct service_place *service;
	struct buffer path, rows;
};

struct stream {
	const struct simulate_live *live;
	struct place place;
	FILE *changes;
	pid_t program;
	struct batch batches[BATCHES_MAX];
	size_t batch_count;
	int64_t begun_ms, taken_ms; // taken: when a batch last was
	int64_t rows, counts[COUNTS];
	char *line;
	size_t line_room;
};

static volatile sig_atomic_t is_over;

static void end(int number)
{
	(void)number;
	is_over = true;
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// --- the program that invents --------------------------------------------------------------------

// Ctrl-C is for us: we end the program when the last batch is out.
static _Noreturn void become(const struct simulate_arguments *arguments, int output)
{
	setpgid(0, 0);
	if (dup2(output, STDOUT_FILENO) >= 0)
		execv(arguments->list[0], arguments->list);
	give_up(say("%s cannot be started: %s", "无法启动 %s：%s"), arguments->list[0],
	    strerror(errno));
	_exit(EXIT_FAILURE);
}

static enum status start_program(struct stream *stream, const struct simulate_arguments *arguments)
{
	int ends[2];
	if (pipe(ends) != 0)
		return fail(STATUS_IO, "a pipe: %s", strerror(errno));
	stream->program = fork();
	if (stream->program == 0) {
		close(ends[0]);
		become(arguments, ends[1]);
	}
	close(ends[1]);
	stream->changes = stream->program > 0 ? fdopen(ends[0], "r") : NULL;
	if (stream->changes != NULL)
		return STATUS_OK;
	close(ends[0]);
	return fail(STATUS_IO, "starting the simulation: %s", strerror(errno));
}

static void stop_program(struct stream *stream)
{
	if (stream->changes != NULL)
		fclose(stream->changes);
	if (stream->program <= 0)
		return;
	kill(stream->program, SIGTERM);
	while (waitpid(stream->program, NULL, 0) < 0 && errno == EINTR)
		continue;
}

// --- batches -------------------------------------------------------------------------------------

static enum status open_batch(struct stream *stream, const char *name, struct batch **found)
{
	char department[NAME_BYTES_MAX];
	ENSURE(stream->batch_count < BATCHES_MAX);
	struct batch *batch = &stream->batches[stream->batch_count];
	snprintf(batch->name, sizeof batch->name, "%s", name);
	snprintf(department, sizeof department, "%.*s", (int)strcspn(name, " "), name);
	batch->service = place_find(&stream->place, department);
	if (batch->service == NULL)
		return fail(STATUS_NOT_FOUND, "there is no department %s here", department);
	buffer_append_text(&batch->path, "/v1/rows/");
	http_client_encode(&batch->path, strchr(name, ' ') + 1);
	stream->batch_count++;
	*found = batch;
	return STATUS_OK;
}

static enum status batch_for(struct stream *stream, const char *name, struct batch **batch)
{
	for (size_t i = 0; i < stream->batch_count; i++) {
		*batch = &stream->batches[i];
		if (strcmp((*batch)->name, name) == 0)
			return STATUS_OK;
	}
	return open_batch(stream, name, batch);
}

// "<department> <kind> {row}"
static enum status take_line(struct stream *stream, size_t size)
{
	struct batch *batch = NULL;
	char *row = memchr(stream->line, '{', size);
	if (row == NULL || row < stream->line + 4 || row > stream->line + NAME_BYTES_MAX)
		return fail(STATUS_INVALID, "the simulation wrote a line that is no change");
	row[-1] = 0;
	if (strchr(stream->line, ' ') == NULL)
		return fail(STATUS_INVALID, "the simulation wrote a line without a kind");
	enum status status = batch_for(stream, stream->line, &batch);
	if (status != STATUS_OK)
		return status;
	buffer_append(&batch->rows, row, size - (size_t)(row - stream->line));
	stream->rows++;
	return STATUS_OK;
}

static bool is_backed_up(const struct stream *stream)
{
	for (size_t i = 0; i < stream->batch_count; i++)
		if (stream->batches[i].rows.size >= BATCH_BYTES_MAX)
			return true;
	return false;
}

// As many rows as are due by now.
static enum status read_due(struct stream *stream)
{
	enum status status = STATUS_OK;
	int64_t due = (now_ms() - stream->begun_ms) * stream->live->rate / 1000;
	while (stream->rows < due && !is_backed_up(stream) && status == STATUS_OK) {
		ssize_t size = getline(&stream->line, &stream->line_room, stream->changes);
		if (size <= 0)
			return fail(STATUS_IO, "the simulation ended too early");
		status = take_line(stream, (size_t)size);
	}
	return status;
}

// --- sending -------------------------------------------------------------------------------------

static void take_counts(struct stream *stream, struct batch *batch, const struct answer *answer)
{
	const struct json_value *root = answer->json ? json_root(answer->json) : NULL;
	for (int i = 0; i < COUNTS; i++)
		stream->counts[i] += member_integer(root, count_names[i], 0);
	buffer_clear(&batch->rows);
	stream->taken_ms = now_ms();
}

// A department that is away, or full, keeps its batch waiting; any other refusal ends all.
static int send_batch(struct stream *stream, struct batch *batch)
{
	enum {
		TOO_MANY_REQUESTS = 429,
		SERVICE_UNAVAILABLE = 503
	};
	const struct question question = {
		.service = batch->service,
		.method = "POST",
		.path = buffer_text(&batch->path),
		.content_type = "application/x-ndjson",
		.body = buffer_bytes(&batch->rows),
		.timeout_ms = TRY_TIMEOUT_MS,
	};
	struct answer answer;
	int exit_code = EXIT_SUCCESS;
	enum status status = question_ask(&question, &answer);
	bool later = status == STATUS_UNAVAILABLE ||
		     (status == STATUS_OK &&
			 (answer.code == SERVICE_UNAVAILABLE || answer.code == TOO_MANY_REQUESTS));
	if (status == STATUS_OK && answer_is_success(&answer))
		take_counts(stream, batch, &answer);
	else if (!later || now_ms() - stream->taken_ms > PATIENCE_MS)
		exit_code = status != STATUS_OK ? give_up_with(status)
						: answer_give_up(batch->service, &answer);
	answer_deinit(&answer);
	return exit_code;
}

static int send_batches(struct stream *stream, bool *all_sent)
{
	int exit_code = EXIT_SUCCESS;
	*all_sent = true;
	for (size_t i = 0; i < stream->batch_count && exit_code == EXIT_SUCCESS; i++) {
		struct batch *batch = &stream->batches[i];
		if (batch->rows.size > 0)
			exit_code = send_batch(stream, batch);
		*all_sent = *all_sent && batch->rows.size == 0;
	}
	return exit_code;
}

static int run(struct stream *stream)
{
	int64_t seconds = stream->live->seconds;
	int exit_code = EXIT_SUCCESS;
	bool all_sent = true;
	stream->begun_ms = stream->taken_ms = now_ms();
	while (exit_code == EXIT_SUCCESS) {
		bool over =
		    is_over || (seconds > 0 && now_ms() - stream->begun_ms >= seconds * 1000);
		enum status status = over ? STATUS_OK : read_due(stream);
		if (status != STATUS_OK)
			return give_up_with(status);
		exit_code = send_batches(stream, &all_sent);
		if (over && all_sent)
			break;
		usleep(TICK_MS * 1000);
	}
	return exit_code;
}

// --- the result ----------------------------------------------------------------------------------

static void print_json(const struct stream *stream)
{
	struct buffer out = { 0 };
	struct json_writer writer = json_writer_make(&out);
	json_write_begin_object(&writer);
	json_write_member_integer(&writer, "rows", stream->rows);
	for (int i = 0; i < COUNTS; i++)
		json_write_member_integer(&writer, count_names[i], stream->counts[i]);
	json_write_member_integer(&writer, "ms", now_ms() - stream->begun_ms);
	json_write_end_object(&writer);
	puts(buffer_text(&out));
	buffer_deinit(&out);
}

// Printed after a failure too: what was taken before it is durable.
static void report(const struct stream *stream)
{
	const int64_t *counts = stream->counts;
	if (stream->live->json)
		print_json(stream);
	else
		printf(say("%" PRId64 " rows: %" PRId64 " accepted, %" PRId64 " unchanged, %" PRId64
			   " quarantined, %" PRId64 " stale\n",
			   "%" PRId64 " 行：接收 %" PRId64 "，未变 %" PRId64 "，隔离 %" PRId64
			   "，过旧 %" PRId64 "\n"),
		    stream->rows, counts[ACCEPTED], counts[UNCHANGED], counts[QUARANTINED],
		    counts[STALE]);
}

static void stream_deinit(struct stream *stream)
{
	stop_program(stream);
	for (size_t i = 0; i < stream->batch_count; i++) {
		buffer_deinit(&stream->batches[i].path);
		buffer_wipe(&stream->batches[i].rows);
	}
	free(stream->line);
	place_deinit(&stream->place);
}

int simulate_live(const struct simulate_live *live, const struct simulate_arguments *arguments)
{
	struct stream stream = { .live = live };
	enum status status = place_read(&stream.place, live->data);
	if (status != STATUS_OK)
		return give_up_with(status);
	signal(SIGINT, end);
	signal(SIGTERM, end);
	status = start_program(&stream, arguments);
	int exit_code = status == STATUS_OK ? run(&stream) : give_up_with(status);
	report(&stream);
	stream_deinit(&stream);
	return exit_code;
}
