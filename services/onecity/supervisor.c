// SPDX-License-Identifier: Apache-2.0
// supervisor: keeps programs running.
#include "supervisor.h"

#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

enum {
	STAGE_MAX = 8,
	START_FAILED_CODE = 127, // as a shell says it
	LOG_BYTES_MAX = 16 * 1024 * 1024,
};

struct program {
	struct supervisor *supervisor;
	size_t index;
	char **arguments; // ends with NULL
	char *log_path;
	int stage;
	struct loop_child *child;   // NULL: does not run
	struct loop_timer *restart; // NULL: is not waited for
	int64_t started_ms, pause_ms;
};

struct supervisor {
	struct supervisor_options options;
	struct program **programs; // each by itself: children and timers hold its address
	size_t count;
	bool stopping;
	int stage; // that is being stopped
	struct loop_timer *grace;
};

int64_t supervisor_pause_ms(int64_t previous_ms, int64_t alive_ms)
{
	if (previous_ms == 0 || alive_ms >= RESTART_FORGIVEN_MS)
		return RESTART_PAUSE_MIN_MS;
	int64_t doubled = 2 * previous_ms;
	return doubled < RESTART_PAUSE_MAX_MS ? doubled : RESTART_PAUSE_MAX_MS;
}

// --- one program --------------------------------------------------------------------------------

static void program_start(struct program *program);
static void stop_stage(struct supervisor *supervisor);

static void restart_due(void *context)
{
	struct program *program = context;
	loop_timer_close(&program->restart);
	program_start(program);
}

static void program_ended(int64_t exit_code, void *context)
{
	struct program *program = context;
	struct supervisor *supervisor = program->supervisor;
	struct loop *loop = supervisor->options.loop;
	int64_t pause_ms = -1;
	program->child = NULL;
	if (!supervisor->stopping) {
		program->pause_ms =
		    supervisor_pause_ms(program->pause_ms, loop_now_ms(loop) - program->started_ms);
		program->restart =
		    loop_timer_open(loop, program->pause_ms, 0, restart_due, program);
		pause_ms = program->pause_ms;
	}
	supervisor->options.ended(program->index, exit_code, pause_ms, supervisor->options.context);
	if (supervisor->stopping)
		stop_stage(supervisor);
}

// One older log is kept, so that a program that dies over and over does not fill the disk.
static void limit_log(const char *path)
{
	struct stat facts;
	char older[4096];
	if (stat(path, &facts) != 0 || facts.st_size < LOG_BYTES_MAX)
		return;
	if (snprintf(older, sizeof older, "%s.1", path) < (int)sizeof older)
		(void)rename(path, older); // a log that grows on is no reason not to start
}

static void program_start(struct program *program)
{
	struct loop *loop = program->supervisor->options.loop;
	program->started_ms = loop_now_ms(loop);
	limit_log(program->log_path);
	enum status status = loop_child_open(&program->child, loop,
	    (const char *const *)program->arguments, program->log_path, program_ended, program);
	if (status != STATUS_OK)
		program_ended(START_FAILED_CODE, program);
}

static void program_free(struct program *program)
{
	loop_timer_close(&program->restart);
	for (size_t i = 0; program->arguments[i] != NULL; i++)
		free(program->arguments[i]);
	free(program->arguments);
	free(program->log_path);
	free(program);
}

// --- all of them --------------------------------------------------------------------------------

void supervisor_open(struct supervisor **supervisor, const struct supervisor_options *options)
{
	*supervisor = allocate(sizeof **supervisor);
	(*supervisor)->options = *options;
}

void supervisor_close(struct supervisor **supervisor)
{
	struct supervisor *closed = *supervisor;
	if (closed == NULL)
		return;
	loop_timer_close(&closed->grace);
	for (size_t i = 0; i < closed->count; i++)
		program_free(closed->programs[i]);
	free(closed->programs);
	free(closed);
	*supervisor = NULL;
}

static char **copy_arguments(const char *const *arguments)
{
	size_t count = 0;
	while (arguments[count] != NULL)
		count++;
	char **copy = allocate((count + 1) * sizeof *copy);
	for (size_t i = 0; i < count; i++)
		copy[i] = text_copy(arguments[i]);
	return copy;
}

void supervisor_add(struct supervisor *supervisor, const struct supervised *supervised)
{
	ENSURE(supervised->stage >= 0 && supervised->stage <= STAGE_MAX && !supervisor->stopping);
	struct program *program = allocate(sizeof *program);
	supervisor->programs = reallocate(
	    supervisor->programs, (supervisor->count + 1) * sizeof *supervisor->programs);
	program->supervisor = supervisor;
	program->index = supervisor->count;
	program->arguments = copy_arguments(supervised->arguments);
	program->log_path = text_copy(supervised->log_path);
	program->stage = supervised->stage;
	supervisor->programs[supervisor->count++] = program;
	program_start(program);
}

// --- stopping -----------------------------------------------------------------------------------

static size_t signal_stage(struct supervisor *supervisor, int stage_min, int number)
{
	size_t running = 0;
	for (size_t i = 0; i < supervisor->count; i++) {
		struct program *program = supervisor->programs[i];
		if (program->child == NULL || program->stage < stage_min)
			continue;
		running++;
		if (number != 0)
			loop_child_signal(program->child, number);
	}
	return running;
}

static void grace_over(void *context)
{
	struct supervisor *supervisor = context;
	signal_stage(supervisor, supervisor->stage, SIGKILL);
}

static void next_stage(struct supervisor *supervisor)
{
	supervisor->stage--;
	if (signal_stage(supervisor, supervisor->stage, SIGTERM) > 0)
		loop_timer_again(supervisor->grace, supervisor->options.stop_grace_ms);
}

// Goes down the stages as far as nothing runs in them any more.
static void stop_stage(struct supervisor *supervisor)
{
	while (supervisor->stage >= 0 && signal_stage(supervisor, supervisor->stage, 0) == 0) {
		if (supervisor->stage == 0) {
			supervisor->stage = -1;
			loop_timer_close(&supervisor->grace);
			supervisor->options.stopped(supervisor->options.context);
			return;
		}
		next_stage(supervisor);
	}
}

void supervisor_stop(struct supervisor *supervisor)
{
	if (supervisor->stopping)
		return;
	supervisor->stopping = true;
	supervisor->stage = STAGE_MAX + 1;
	for (size_t i = 0; i < supervisor->count; i++)
		loop_timer_close(&supervisor->programs[i]->restart);
	supervisor->grace = loop_timer_open(
	    supervisor->options.loop, supervisor->options.stop_grace_ms, 0, grace_over, supervisor);
	stop_stage(supervisor);
}

void supervisor_kill(struct supervisor *supervisor)
{
	signal_stage(supervisor, 0, SIGKILL);
}
