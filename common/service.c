// SPDX-License-Identifier: Apache-2.0
// service: every daemon starts, runs and stops by this one recipe.
#include "service.h"

#include "log.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

enum {
	DRAIN_MS_MAX = 10 * 1000,
	EXIT_USAGE = 2
};

struct running {
	const struct service *service;
	struct loop *loop;
	void *state;
	struct loop_timer *deadline;
};

static bool died; // one service a process

void service_die(struct loop *loop, const char *format, ...)
{
	char reason[1024];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	log_error("stopping: %s", reason);
	died = true;
	loop_stop(loop);
}

static void deadline_passed(void *context)
{
	struct running *running = context;
	log_warn("not done after %d s: leaving", DRAIN_MS_MAX / 1000);
	loop_stop(running->loop);
}

static void signalled(int signal, void *context)
{
	struct running *running = context;
	if (signal == SIGHUP) {
		if (running->service->reload != NULL)
			running->service->reload(running->state);
		return;
	}
	if (running->deadline != NULL) { // asked twice: at once, as after a kill
		log_warn("asked again: leaving now");
		_exit(1);
	}
	log_info("stopping");
	running->deadline =
	    loop_timer_open(running->loop, DRAIN_MS_MAX, 0, deadline_passed, running);
	running->service->drain(running->state);
}

static enum status run(const struct service *service, const void *settings)
{
	struct running running = { .service = service };
	enum status status = loop_open(&running.loop);
	if (status == STATUS_OK) // before anything is begun: TERM must never cut an opening short
		status = loop_on_signal(running.loop, signalled, &running);
	if (status == STATUS_OK)
		status = service->open(&running.state, running.loop, settings);
	if (status == STATUS_OK) {
		log_info("running");
		loop_run(running.loop);
		log_info("stopped");
	}
	loop_timer_close(&running.deadline);
	if (running.state != NULL)
		service->close(&running.state);
	loop_close(&running.loop);
	return status;
}

static int start(const struct service *service, const char *path, void *settings)
{
	enum log_level level;
	const struct service_settings *common = settings;
	log_open(service->name, LOG_INFO);
	enum status status =
	    settings_read(path, service->settings, service->setting_count, settings);
	if (status == STATUS_OK && !log_level_parse(common->log_level, &level))
		status = fail(STATUS_INVALID, "%s: log_level is error, warn, info or debug", path);
	if (status == STATUS_OK) {
		log_open(service->name, level);
		status = run(service, settings);
	}
	if (status != STATUS_OK)
		log_error("cannot start: %s", status_reason());
	settings_deinit(service->settings, service->setting_count, settings);
	return status == STATUS_OK ? died : EXIT_USAGE;
}

int service_main(int argument_count, char **arguments, const struct service *service)
{
	if (argument_count == 2 && strcmp(arguments[1], "--version") == 0) {
		printf("onecity-%s %s\n", service->name, ONECITY_VERSION);
		return 0;
	}
	if (argument_count == 2 && strcmp(arguments[1], "--help") == 0) {
		printf("usage: onecity-%s SETTINGS_FILE | --help | --version\n\nThe settings file "
		       "has lines `name = value`:\n\n",
		    service->name);
		settings_print_help(service->settings, service->setting_count);
		return 0;
	}
	if (argument_count != 2 || arguments[1][0] == '-') {
		fprintf(stderr, "usage: onecity-%s SETTINGS_FILE | --help | --version\n",
		    service->name);
		return EXIT_USAGE;
	}
	void *settings = allocate(service->settings_size);
	int code = start(service, arguments[1], settings);
	free(settings);
	return code;
}
