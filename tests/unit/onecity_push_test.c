// SPDX-License-Identifier: Apache-2.0
// onecity_push_test: what a department is sent when rows come from files and pipes, and what the
// pusher is told.
#include "../../services/onecity/call.c"
#include "../../services/onecity/list.c"
#include "../../services/onecity/options.c"
#include "../../services/onecity/place.c"
#include "../../services/onecity/push.c"
#include "../../services/onecity/rows_file.c"
#include "../../services/onecity/say.c"

#include "http.h"
#include "loop.h"

#include <setjmp.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

// The department is another process, which writes down what it was sent: a line "<bytes> <lines>
// <type> <path>" for each request.
struct scene {
	char folder[64];
	pid_t department;
};

static const char *path_in(const struct scene *scene, const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", scene->folder, name);
	return path;
}

static void put(const struct scene *scene, const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(path_in(scene, name), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path_in(scene, name), mode), 0);
}

static char *content_of(const struct scene *scene, const char *name)
{
	static char text[16 * 1024];
	FILE *file = fopen(path_in(scene, name), "r");
	text[0] = 0;
	if (file == NULL)
		return text;
	text[fread(text, 1, sizeof text - 1, file)] = 0;
	fclose(file);
	return text;
}

// --- the department -----------------------------------------------------------------------------

static unsigned requests_refused;

static size_t count_of(struct bytes body, const char *word)
{
	size_t count = 0, size = strlen(word);
	for (size_t i = 0; i + size <= body.size; i++)
		count += memcmp(body.data + i, word, size) == 0;
	return count;
}

static void write_down(struct http_request *request, const struct scene *scene)
{
	struct bytes body = http_body(request);
	FILE *file = fopen(path_in(scene, "requests"), "a");
	ENSURE(file != NULL);
	fprintf(file, "%zu %zu %s %s\n", body.size, count_of(body, "\n"),
	    http_header(request, "Content-Type"), http_path_tail(request));
	fclose(file);
}

static void take_rows(struct http_request *request, void *context)
{
	struct bytes body = http_body(request);
	size_t bad = count_of(body, "BAD"), good = count_of(body, "GOOD");
	size_t stale = count_of(body, "OLD"), lost = count_of(body, "LOST");
	static size_t sequence;
	char text[512];
	if (requests_refused > 0) {
		requests_refused--;
		http_answer_problem(request, 503, "full", "the disk is full", "磁盘已满");
		return;
	}
	write_down(request, context);
	if (strcmp(http_path_tail(request), "unknown") == 0) {
		http_answer_problem(
		    request, 404, "unknown_kind", "there is no such kind", "没有这种记录");
		return;
	}
	int size = snprintf(text, sizeof text,
	    "{\"accepted\":%zu,\"unchanged\":0,\"quarantined\":%zu,\"stale\":%zu,"
	    "\"not_kept\":%zu,\"epoch\":\"e1\","
	    "\"first_sequence\":%zu,\"last_sequence\":%zu,"
	    "\"problems\":[{\"row\":1,\"code\":\"date\",\"en\":\"no "
	    "date\",\"zh\":\"日期有误\",\"hint_en\":\"mend\","
	    "\"hint_zh\":\"请修改\"}]}",
	    good, bad, stale, lost, sequence + 1, sequence + good);
	sequence += good;
	if (bad == 0)
		size = (int)(strstr(text, ",\"problems\"") - text), text[size++] = '}';
	http_answer(request, 202, "application/json", bytes_make(text, (size_t)size), NULL);
}

static void stop_department(int number, void *context)
{
	(void)number;
	loop_stop(context);
}

_Noreturn static void run_department(struct scene *scene, int ready)
{
	static const struct http_route routes[] = { { "POST", "/v1/rows/{}", take_rows, false } };
	struct loop *loop;
	struct http_server *server;
	char listen[128];
	snprintf(listen, sizeof listen, "unix:%s/socket", scene->folder);
	struct http_options options = { .listen = listen,
		.body_bytes_max = 16 << 20,
		.connections_max = 8,
		.routes = routes,
		.route_count = 1,
		.context = scene };
	bool opened = loop_open(&loop) == STATUS_OK &&
		      loop_on_signal(loop, stop_department, loop) == STATUS_OK &&
		      http_server_open(&server, loop, &options) == STATUS_OK;
	ENSURE(opened && write(ready, "r", 1) == 1);
	loop_run(loop);
	http_server_close(&server);
	loop_close(&loop);
	_exit(0);
}

static void start_department(struct scene *scene, unsigned refused)
{
	int ready[2];
	char byte;
	assert_int_equal(pipe(ready), 0);
	requests_refused = refused;
	scene->department = fork();
	assert_true(scene->department >= 0);
	if (scene->department == 0)
		run_department(scene, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
}

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	char text[128];
	strcpy(scene->folder, "/tmp/push_test.XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	assert_int_equal(mkdir(path_in(scene, "settings"), 0700), 0);
	snprintf(text, sizeof text, "http = unix:%s/socket\n", scene->folder);
	put(scene, "settings/tax.conf", text, 0600);
	put(scene, "settings/aggregator.conf", "http = 127.0.0.1:1\n", 0600);
	setenv("LC_ALL", "C", 1);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	char command[128];
	if (scene->department > 0) {
		kill(scene->department, SIGTERM);
		waitpid(scene->department, NULL, 0);
	}
	snprintf(command, sizeof command, "rm -rf '%s'", scene->folder);
	assert_int_equal(system(command), 0);
	free(scene);
	return 0;
}

// --- pushing ------------------------------------------------------------------------------------

static void redirect(int descriptor, const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	dup2(file, descriptor);
	close(file);
}

// Runs the command with its standard input from a descriptor and its outputs in the files "out" and
// "err".
static int push_from(const struct scene *scene, int input, const char *const *arguments)
{
	char *argv[16] = { (char *)"push", (char *)"--data", (char *)(uintptr_t)scene->folder };
	int argc = 3, kept[3];
	for (; arguments[argc - 3] != NULL; argc++)
		argv[argc] = (char *)(uintptr_t)arguments[argc - 3];
	fflush(stdout);
	for (int i = 0; i < 3; i++)
		kept[i] = dup(i);
	dup2(input, STDIN_FILENO);
	redirect(STDOUT_FILENO, path_in(scene, "out"));
	redirect(STDERR_FILENO, path_in(scene, "err"));
	int exit_code = command_push(argc, argv);
	fflush(stdout);
	for (int i = 0; i < 3; i++) {
		dup2(kept[i], i);
		close(kept[i]);
	}
	return exit_code;
}

static int push_text(const struct scene *scene, const char *text, const char *const *arguments)
{
	put(scene, "input", text, 0600);
	int input = open(path_in(scene, "input"), O_RDONLY | O_CLOEXEC);
	int exit_code = push_from(scene, input, arguments);
	close(input);
	return exit_code;
}
#define PUSH(scene, text, ...) push_text(scene, text, (const char *const[]){ __VA_ARGS__, NULL })

static void assert_said(const struct scene *scene, const char *name, const char *part)
{
	const char *text = content_of(scene, name);
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in %s: \"%s\"", part, name, text);
}

static void push_counts_what_was_taken(void **state)
{
	struct scene *scene = *state;
	start_department(scene, 0);
	assert_int_equal(PUSH(scene, "GOOD\nGOOD\n", "tax", "a b"), EXIT_SUCCESS);
	assert_string_equal(
	    content_of(scene, "out"), "2 accepted, 0 unchanged, 0 quarantined, 0 stale\n");
	assert_string_equal(content_of(scene, "err"), "");
	assert_string_equal(content_of(scene, "requests"), "10 2 application/x-ndjson a b\n");
}

static void push_tells_quarantined_rows_by_exit_code_and_line(void **state)
{
	struct scene *scene = *state;
	start_department(scene, 0);
	assert_int_equal(PUSH(scene, "BAD\nGOOD\n", "tax", "kind", "--json"), EXIT_QUARANTINED);
	assert_string_equal(content_of(scene, "out"),
	    "{\"accepted\":1,\"unchanged\":0,\"quarantined\":1,\"stale\":0,\"requests\":1,"
	    "\"first_sequence\":1,\"last_sequence\":1,\"epoch\":\"e1\"}\n");
	assert_said(scene, "err", "row 1: date: no date. mend\n");
	setenv("LC_ALL", "zh_CN.UTF-8", 1);
	assert_int_equal(PUSH(scene, "BAD\n", "tax", "kind"), EXIT_QUARANTINED);
	assert_said(scene, "err", "第 1 行：date：日期有误。请修改\n");
}

static void push_tells_rows_that_were_too_old_and_those_not_kept(void **state)
{
	struct scene *scene = *state;
	start_department(scene, 0);
	assert_int_equal(PUSH(scene, "OLD\nGOOD\n", "tax", "kind"), EXIT_STALE);
	assert_said(scene, "err", "1 rows were not taken because they are older");
	assert_int_equal(PUSH(scene, "OLD\nLOST\n", "tax", "kind", "--json"), EXIT_QUARANTINED);
	assert_said(scene, "out", "\"not_kept\":1");
	assert_int_equal(PUSH(scene, "LOST\n", "tax", "kind"), EXIT_QUARANTINED);
	assert_said(scene, "err", "the quarantine is full: 1 bad rows were not kept");
}

static void push_cuts_between_lines_and_loses_none(void **state)
{
	struct scene *scene = *state;
	enum {
		LINES = 100000,
		LINE_BYTES = 101
	};
	start_department(scene, 0);
	FILE *file = fopen(path_in(scene, "big.ndjson"), "w");
	assert_non_null(file);
	for (int i = 0; i < LINES; i++)
		fprintf(file, "GOOD%096d\n", i);
	fclose(file);
	char file_name[128];
	strcpy(file_name, path_in(scene, "big.ndjson"));
	assert_int_equal(PUSH(scene, "", "tax", "kind", file_name), EXIT_SUCCESS);
	assert_said(scene, "out", "100000 accepted");
	size_t bytes = 0;
	unsigned requests = 0;
	for (char *line = strtok(content_of(scene, "requests"), "\n"); line;
	     line = strtok(NULL, "\n")) {
		size_t size = strtoul(line, NULL, 10);
		assert_true(size <= PIECE_BYTES_MAX);
		assert_int_equal(size % LINE_BYTES, 0);
		bytes += size;
		requests++;
	}
	assert_int_equal(bytes, LINES * LINE_BYTES);
	assert_int_equal(requests, 3);
}

static void push_sends_a_last_line_without_its_newline(void **state)
{
	struct scene *scene = *state;
	start_department(scene, 0);
	assert_int_equal(PUSH(scene, "GOOD\nGOOD", "tax", "kind", "-"), EXIT_SUCCESS);
	assert_said(scene, "out", "2 accepted");
}

static void push_sends_nothing_for_nothing(void **state)
{
	struct scene *scene = *state;
	start_department(scene, 0);
	assert_int_equal(PUSH(scene, "", "tax", "kind"), EXIT_SUCCESS);
	assert_int_equal(PUSH(scene, "\n \r\n", "tax", "kind"), EXIT_SUCCESS);
	assert_string_equal(content_of(scene, "requests"), "");
}

static void push_does_not_hold_back_what_a_quiet_pipe_brought(void **state)
{
	struct scene *scene = *state;
	int ends[2];
	start_department(scene, 0);
	assert_int_equal(pipe(ends), 0);
	pid_t writer = fork();
	assert_true(writer >= 0);
	if (writer == 0) {
		bool written = write(ends[1], "GOOD\nGO", 7) == 7;
		usleep(600 * 1000);
		written = written && write(ends[1], "OD\n", 3) == 3;
		_exit(written ? 0 : 1);
	}
	close(ends[1]);
	assert_int_equal(
	    push_from(scene, ends[0], (const char *const[]){ "tax", "kind", NULL }), EXIT_SUCCESS);
	close(ends[0]);
	waitpid(writer, NULL, 0);
	assert_string_equal(content_of(scene, "requests"),
	    "5 1 application/x-ndjson kind\n5 1 application/x-ndjson kind\n");
}

static void push_stops_at_a_line_past_the_limit(void **state)
{
	struct scene *scene = *state;
	start_department(scene, 0);
	char *text = allocate(PIECE_BYTES_MAX + 64);
	strcpy(text, "GOOD\n");
	memset(text + 5, 'x', PIECE_BYTES_MAX + 10);
	assert_int_equal(PUSH(scene, text, "tax", "kind"), EXIT_FAILURE);
	free(text);
	assert_said(scene, "out", "1 accepted");
	assert_said(scene, "err", "line 2 has more than 4194304 bytes");
}

static void push_waits_for_a_department_that_is_full(void **state)
{
	struct scene *scene = *state;
	start_department(scene, 2);
	assert_int_equal(PUSH(scene, "GOOD\n", "tax", "kind", "--wait", "20"), EXIT_SUCCESS);
	assert_said(scene, "out", "1 accepted");
	assert_said(scene, "err", "trying again");
}

static void push_gives_up_in_time_and_says_why(void **state)
{
	struct scene *scene = *state;
	start_department(scene, 1000);
	assert_int_equal(PUSH(scene, "GOOD\n", "tax", "kind", "--wait", "0"), EXIT_FAILURE);
	assert_said(scene, "err", "tax answered 503: the disk is full");
}

static void push_tells_a_department_that_is_not_there(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(PUSH(scene, "GOOD\n", "tax", "kind", "-w", "0"), EXIT_FAILURE);
	assert_said(scene, "err", "cannot be reached");
	assert_int_equal(PUSH(scene, "GOOD\n", "health", "kind"), EXIT_FAILURE);
	assert_said(scene, "err", "there is no department health here; there are: tax\n");
	assert_int_equal(PUSH(scene, "GOOD\n", "aggregator", "kind"), EXIT_FAILURE);
}

static void push_passes_on_what_a_department_refuses(void **state)
{
	struct scene *scene = *state;
	start_department(scene, 0);
	assert_int_equal(PUSH(scene, "GOOD\n", "tax", "unknown"), EXIT_FAILURE);
	assert_said(scene, "err", "tax answered 404: there is no such kind");
}

static void push_knows_a_file_by_its_ending(void **state)
{
	struct scene *scene = *state;
	static const char *const names[] = { "a.json", "b.CSV", "c.jsonl", "d.ndjson" };
	start_department(scene, 0);
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char file_name[128];
		put(scene, names[i], "GOOD\n", 0600);
		strcpy(file_name, path_in(scene, names[i]));
		assert_int_equal(PUSH(scene, "", "tax", names[i], file_name), EXIT_SUCCESS);
	}
	assert_int_equal(PUSH(scene, "GOOD", "tax", "e", "--type", "csv"), EXIT_SUCCESS);
	assert_string_equal(content_of(scene, "requests"),
	    "5 1 application/json a.json\n5 1 text/csv b.CSV\n5 1 application/x-ndjson c.jsonl\n"
	    "5 1 application/x-ndjson d.ndjson\n4 0 text/csv e\n");
	assert_int_equal(PUSH(scene, "", "tax", "kind", "rows.xlsx"), EXIT_USAGE);
	assert_int_equal(PUSH(scene, "", "tax", "kind", "--type", "xml"), EXIT_USAGE);
	assert_int_equal(PUSH(scene, "", "tax", "kind", "/nonexistent.csv"), EXIT_FAILURE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(push_counts_what_was_taken),
		TEST(push_tells_quarantined_rows_by_exit_code_and_line),
		TEST(push_tells_rows_that_were_too_old_and_those_not_kept),
		TEST(push_cuts_between_lines_and_loses_none),
		TEST(push_sends_a_last_line_without_its_newline),
		TEST(push_sends_nothing_for_nothing),
		TEST(push_does_not_hold_back_what_a_quiet_pipe_brought),
		TEST(push_stops_at_a_line_past_the_limit),
		TEST(push_waits_for_a_department_that_is_full),
		TEST(push_gives_up_in_time_and_says_why),
		TEST(push_tells_a_department_that_is_not_there),
		TEST(push_passes_on_what_a_department_refuses),
		TEST(push_knows_a_file_by_its_ending),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
