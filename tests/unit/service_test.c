// SPDX-License-Identifier: Apache-2.0
// service_test: how every daemon starts, stops, and says that it could not, as whoever starts it
// sees it.
#include "service.h"
#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

struct example_settings {
	struct service_settings common;
	int64_t number;
};

static const struct setting settings[] = {
	SERVICE_SETTINGS,
	{ "number", SETTING_INTEGER, offsetof(struct example_settings, number), "7", 0, 100,
	    "a number" },
};

// What the service does, chosen by the test before it starts in a child.
static struct {
	bool fails_to_open, dies_in_open, dies_later, drains_never, reloads;
} plan;

struct example {
	struct loop *loop;
	struct loop_timer *timer;
	const struct example_settings *settings;
};

static void tell(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		_exit(9);
}

static void die(void *context)
{
	struct example *example = context;
	service_die(example->loop, "the disk said %s", "no");
}

static void nothing(void *context)
{
	(void)context;
}

static enum status fail_to_open(void)
{
	return STATUS_UNAVAILABLE;
}

static enum status example_open(void **state, struct loop *loop, const void *given)
{
	struct example *example = allocate(sizeof *example);
	*state = example;
	example->loop = loop;
	example->settings = given;
	tell(example->settings->number == 7 ? "open " : "open with another number ");
	if (plan.fails_to_open)
		return fail_to_open();
	if (plan.dies_in_open)
		die(example);
	example->timer = loop_timer_open(loop, 50, 50, plan.dies_later ? die : nothing, example);
	return STATUS_OK;
}

static void example_drain(void *state)
{
	struct example *example = state;
	tell("drain ");
	if (!plan.drains_never)
		loop_stop(example->loop);
}

static void example_reload(void *state)
{
	(void)state;
	tell("reload ");
}

static void example_close(void **state)
{
	struct example *example = *state;
	tell("close ");
	loop_timer_close(&example->timer);
	free(example);
	*state = NULL;
}

static int run_service(int count, char **arguments)
{
	const struct service service = {
		.name = "example",
		.settings = settings,
		.setting_count = COUNT_OF(settings),
		.settings_size = sizeof(struct example_settings),
		.open = example_open,
		.drain = example_drain,
		.reload = plan.reloads ? example_reload : NULL,
		.close = example_close,
	};
	return service_main(count, arguments, &service);
}

struct scene {
	char folder[SCRATCH_PATH_SIZE], path[SCRATCH_PATH_SIZE + 16];
	pid_t child;
	int output, errors;
	char out[8192], err[8192];
};

static int set_up(void **state)
{
	struct scene *scene = allocate(sizeof *scene);
	scratch_make(scene->folder);
	snprintf(scene->path, sizeof scene->path, "%s/settings", scene->folder);
	memset(&plan, 0, sizeof plan);
	*state = scene;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *scene = *state;
	scratch_remove(scene->folder);
	free(scene);
	return 0;
}

static void write_settings(const struct scene *scene, const char *text)
{
	FILE *file = fopen(scene->path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void start(struct scene *scene, const char *first, const char *second)
{
	int output[2], errors[2];
	assert_int_equal(pipe(output), 0);
	assert_int_equal(pipe(errors), 0);
	fflush(NULL);
	scene->child = fork();
	if (scene->child == 0) {
		char *arguments[] = { "onecity-example", (char *)(uintptr_t)first,
			(char *)(uintptr_t)second, NULL };
		dup2(output[1], STDOUT_FILENO);
		dup2(errors[1], STDERR_FILENO);
		alarm(15);
		int code = run_service(first == NULL ? 1 : second == NULL ? 2 : 3, arguments);
		fflush(NULL);
		_exit(code);
	}
	close(output[1]);
	close(errors[1]);
	scene->output = output[0];
	scene->errors = errors[0];
	memset(scene->out, 0, sizeof scene->out);
	memset(scene->err, 0, sizeof scene->err);
}

static void read_until(int descriptor, char *text, size_t size, const char *wanted)
{
	size_t used = strlen(text);
	while (wanted == NULL || strstr(text, wanted) == NULL) {
		ssize_t count = read(descriptor, text + used, size - 1 - used);
		if (count <= 0)
			return;
		used += (size_t)count;
	}
}

static void wait_until_running(struct scene *scene)
{
	read_until(scene->errors, scene->err, sizeof scene->err, "running");
	assert_non_null(strstr(scene->err, "running"));
}

static int finish(struct scene *scene)
{
	int status;
	read_until(scene->output, scene->out, sizeof scene->out, NULL);
	read_until(scene->errors, scene->err, sizeof scene->err, NULL);
	assert_int_equal(waitpid(scene->child, &status, 0), scene->child);
	close(scene->output);
	close(scene->errors);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int run(struct scene *scene, const char *first, const char *second)
{
	start(scene, first, second);
	return finish(scene);
}

static void service_tells_its_version_and_its_settings(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(run(scene, "--version", NULL), 0);
	assert_string_equal(scene->out, "onecity-example " ONECITY_VERSION "\n");
	assert_int_equal(run(scene, "--help", NULL), 0);
	assert_non_null(strstr(scene->out, "usage: onecity-example SETTINGS_FILE"));
	assert_non_null(strstr(scene->out, "log_level"));
	assert_non_null(strstr(scene->out, "number"));
}

static void service_called_wrongly_ends_with_2(void **state)
{
	struct scene *scene = *state;
	assert_int_equal(run(scene, NULL, NULL), 2);
	assert_non_null(strstr(scene->err, "usage:"));
	assert_int_equal(run(scene, "--nonsense", NULL), 2);
	assert_int_equal(run(scene, "a", "b"), 2);
	assert_string_equal(scene->out, "");
}

static void service_with_wrong_settings_ends_with_2_and_their_place(void **state)
{
	struct scene *scene = *state;
	char place[SCRATCH_PATH_SIZE + 32];
	assert_int_equal(run(scene, scene->path, NULL), 2);
	assert_non_null(strstr(scene->err, scene->path));
	write_settings(scene, "# comment\nnumber = 101\n");
	assert_int_equal(run(scene, scene->path, NULL), 2);
	snprintf(place, sizeof place, "%s:2:", scene->path);
	assert_non_null(strstr(scene->err, place));
	write_settings(scene, "log_level = loud\n");
	assert_int_equal(run(scene, scene->path, NULL), 2);
	assert_non_null(strstr(scene->err, "log_level"));
	assert_string_equal(scene->out, "");
}

static void service_that_cannot_open_is_closed_and_ends_with_2(void **state)
{
	struct scene *scene = *state;
	write_settings(scene, "");
	plan.fails_to_open = true;
	assert_int_equal(run(scene, scene->path, NULL), 2);
	assert_string_equal(scene->out, "open close ");
	assert_non_null(strstr(scene->err, "cannot start"));
}

static void check_signal(struct scene *scene, int signal)
{
	start(scene, scene->path, NULL);
	wait_until_running(scene);
	kill(scene->child, signal);
	assert_int_equal(finish(scene), 0);
	assert_string_equal(scene->out, "open drain close ");
}

static void service_drains_and_closes_on_term_and_int(void **state)
{
	struct scene *scene = *state;
	write_settings(scene, "");
	check_signal(scene, SIGTERM);
	check_signal(scene, SIGINT);
}

static void service_gets_its_settings_and_says_less_when_told(void **state)
{
	struct scene *scene = *state;
	write_settings(scene, "log_level = error\nnumber = 8\n");
	start(scene, scene->path, NULL);
	read_until(scene->output, scene->out, sizeof scene->out, "open");
	usleep(100 * 1000);
	kill(scene->child, SIGTERM);
	assert_int_equal(finish(scene), 0);
	assert_string_equal(scene->out, "open with another number drain close ");
	assert_string_equal(scene->err, "");
}

static void service_asked_twice_leaves_at_once(void **state)
{
	struct scene *scene = *state;
	write_settings(scene, "");
	plan.drains_never = true;
	start(scene, scene->path, NULL);
	wait_until_running(scene);
	kill(scene->child, SIGTERM);
	read_until(scene->output, scene->out, sizeof scene->out, "drain");
	kill(scene->child, SIGTERM);
	assert_int_equal(finish(scene), 1);
	assert_string_equal(scene->out, "open drain ");
	assert_non_null(strstr(scene->err, "leaving now"));
}

static void service_reloads_on_hup_or_goes_on(void **state)
{
	struct scene *scene = *state;
	write_settings(scene, "");
	for (int reloads = 0; reloads < 2; reloads++) {
		plan.reloads = reloads;
		start(scene, scene->path, NULL);
		wait_until_running(scene);
		kill(scene->child, SIGHUP);
		if (reloads)
			read_until(scene->output, scene->out, sizeof scene->out, "reload");
		usleep(50 * 1000);
		kill(scene->child, SIGTERM);
		assert_int_equal(finish(scene), 0);
		assert_string_equal(
		    scene->out, reloads ? "open reload drain close " : "open drain close ");
	}
}

static void service_that_dies_says_why_closes_and_ends_with_1(void **state)
{
	struct scene *scene = *state;
	write_settings(scene, "");
	plan.dies_later = true;
	assert_int_equal(run(scene, scene->path, NULL), 1);
	assert_string_equal(scene->out, "open close ");
	assert_non_null(strstr(scene->err, "the disk said no"));
	plan.dies_later = false;
	plan.dies_in_open = true;
	assert_int_equal(run(scene, scene->path, NULL), 1);
	assert_string_equal(scene->out, "open close ");
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(service_tells_its_version_and_its_settings),
		SCENE(service_called_wrongly_ends_with_2),
		SCENE(service_with_wrong_settings_ends_with_2_and_their_place),
		SCENE(service_that_cannot_open_is_closed_and_ends_with_2),
		SCENE(service_drains_and_closes_on_term_and_int),
		SCENE(service_gets_its_settings_and_says_less_when_told),
		SCENE(service_asked_twice_leaves_at_once),
		SCENE(service_reloads_on_hup_or_goes_on),
		SCENE(service_that_dies_says_why_closes_and_ends_with_1),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
