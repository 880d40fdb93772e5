// SPDX-License-Identifier: Apache-2.0
// world: virtual time, and the processes that live in it: started, stopped, killed at any step.
#include "sim.h"

#include "clock.h"
#include "log.h"

#include <stdarg.h>
#include <stdio.h>

enum {
	WALL_BEGIN_S = 1790000000, // September 2026
	RESTART_MS_MAX = 1500,
};

struct sim *sim;

// --- telling ---

void sim_trace(const char *format, ...)
{
	char line[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	sim->trace ^= (uint64_t)sim->now_ms;
	for (const char *at = line; *at != 0; at++)
		sim->trace = (sim->trace ^ (uint8_t)*at) * 0x100000001b3u;
	if (sim->print)
		printf("%7lld %3u %s\n", (long long)sim->now_ms, sim->step, line);
}

// --- events ---

void sim_event_add(int64_t at_ms, struct process *process, void (*call)(void *),
    void (*drop)(void *), void *context)
{
	if (sim->event_count == sim->event_room) {
		sim->event_room = 2 * sim->event_room + 64;
		sim->events = reallocate(sim->events, sim->event_room * sizeof *sim->events);
	}
	sim->events[sim->event_count++] = (struct event){ at_ms < sim->now_ms ? sim->now_ms : at_ms,
		++sim->order, process, call, drop, context };
}

static struct event take_event(size_t place)
{
	struct event event = sim->events[place];
	sim->events[place] = sim->events[--sim->event_count];
	return event;
}

void sim_event_cancel(const void *context)
{
	for (size_t i = 0; i < sim->event_count;)
		if (sim->events[i].context == context)
			take_event(i);
		else
			i++;
}

static void drop_events(const struct process *process)
{
	for (size_t i = 0; i < sim->event_count;) {
		if (sim->events[i].process != process) {
			i++;
			continue;
		}
		struct event event = take_event(i);
		if (event.drop != NULL)
			event.drop(event.context);
	}
}

// What a process that stands still was to do waits for it.
static int64_t due_ms(const struct event *event)
{
	int64_t until = event->process != NULL ? event->process->stalled_until_ms : 0;
	return event->at_ms < until ? until : event->at_ms;
}

static bool is_earlier(const struct event *a, const struct event *b)
{
	int64_t a_ms = due_ms(a), b_ms = due_ms(b);
	return a_ms != b_ms ? a_ms < b_ms : a->order < b->order;
}

static void run_event(const struct event *event)
{
	struct process *process = event->process;
	sim->current = process;
	event->call(event->context);
	sim->current = NULL;
	if (process != NULL && process->muted)
		sim_process_kill(process);
	else if (process != NULL && process->dying)
		sim_process_stop(process);
}

void sim_run_until(int64_t at_ms)
{
	for (;;) {
		size_t best = 0;
		for (size_t i = 1; i < sim->event_count; i++)
			if (is_earlier(&sim->events[i], &sim->events[best]))
				best = i;
		if (sim->event_count == 0 || due_ms(&sim->events[best]) > at_ms)
			break;
		struct event event = take_event(best);
		sim->now_ms = due_ms(&event) > sim->now_ms ? due_ms(&event) : sim->now_ms;
		run_event(&event);
	}
	sim->now_ms = at_ms;
}

// --- what a process does to the world ---

bool sim_effect(void)
{
	struct process *process = sim->current;
	sim->effects++;
	if (process == NULL)
		return true;
	if (process->fuse > 0 && --process->fuse == 0 && !process->muted) {
		sim_trace("process %u/%u is killed in the middle", process->kind, process->place);
		process->muted = true;
	}
	return !process->muted;
}

bool sim_chance(enum fault_class rate)
{
	bool on = !sim->quiet && sim->now_ms < sim->rate_ends_ms[rate];
	return on && dice_chance(&sim->chance, sim->rates[rate]);
}

// --- processes ---

static char *const no_text = (char *)(uintptr_t) "";

// The files that a daemon reads at its start are made up: see files.c.
static struct department_settings department_settings[SIM_DEPARTMENTS];
static struct aggregator_settings aggregator_settings;
static const char *const department_names[SIM_DEPARTMENTS] = { "tax", "health" };

struct process *sim_department_process(unsigned place)
{
	return &sim->processes[place];
}

struct process *sim_aggregator_process(unsigned place)
{
	return &sim->processes[SIM_DEPARTMENTS + place];
}

bool sim_process_runs(const struct process *process)
{
	return process->opened && !process->muted && !process->dying && !process->draining;
}

static const void *settings_of(const struct process *process)
{
	static char publish[SIM_DEPARTMENTS][16], replay[SIM_DEPARTMENTS][16];
	static char data[SIM_DEPARTMENTS][16];
	static char *follow[SIM_DEPARTMENTS] = { (char *)(uintptr_t) "tax publish0 replay0",
		(char *)(uintptr_t) "health publish1 replay1" };
	for (unsigned i = 0; i < SIM_DEPARTMENTS; i++) {
		snprintf(publish[i], sizeof publish[i], "publish%u", i);
		snprintf(replay[i], sizeof replay[i], "replay%u", i);
		snprintf(data[i], sizeof data[i], "%u", i);
		department_settings[i] = (struct department_settings){ .proto = no_text,
			.data = data[i],
			.publish = publish[i],
			.replay = replay[i],
			.key = no_text,
			.allowed = no_text,
			.pseudonym = no_text,
			.watch = no_text,
			.map_gib = 1 };
	}
	aggregator_settings = (struct aggregator_settings){ .proto = no_text,
		.keys = no_text,
		.key = no_text,
		.redis = no_text,
		.partitions = SIM_PARTITIONS,
		.follow = { follow, SIM_DEPARTMENTS } };
	return process->kind == PROCESS_DEPARTMENT
		   ? (const void *)&department_settings[process->place]
		   : &aggregator_settings;
}

int aggregator_main(int argument_count, char **arguments);

// The one reason for which a daemon may die: see disk_seam.c.
static bool is_disk_failure(const char *reason)
{
	return strstr(reason, "the disk refuses") != NULL;
}

// Called by the daemon's own main, which hands over what it is.
int service_main(int argument_count, char **arguments, const struct service *service)
{
	struct process *process = sim->current;
	(void)argument_count;
	(void)arguments;
	process->service = *service;
	enum status status = service->open(&process->state, process->loop, settings_of(process));
	process->opened = status == STATUS_OK;
	if (status != STATUS_OK && !process->muted && !is_disk_failure(status_reason()))
		sim_violation("a daemon does not start: %s", status_reason());
	return status == STATUS_OK ? 0 : 2;
}

void service_die(struct loop *loop, const char *format, ...)
{
	char reason[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(reason, sizeof reason, format, arguments);
	va_end(arguments);
	(void)loop;
	sim_trace("process %u/%u dies", sim->current->kind, sim->current->place);
	if (!sim->current->muted && !is_disk_failure(reason))
		sim_violation("a daemon dies: %s", reason);
	sim->current->dying = true;
}

static void start(void *context)
{
	struct process *process = context;
	if (process->loop != NULL || !process->wanted)
		return;
	sim_trace("process %u/%u starts", process->kind, process->place);
	process->muted = process->dying = process->draining = process->opened = false;
	process->fuse = 0;
	process->loop = sim_loop_new(process);
	sim->current = process;
	if (process->kind == PROCESS_DEPARTMENT)
		department_main(0, NULL, department_names[process->place], NULL);
	else
		aggregator_main(0, NULL);
	sim->current = NULL;
	if (process->muted || !process->opened)
		sim_process_kill(process);
}

void sim_process_start(struct process *process)
{
	process->wanted = true;
	sim_event_add(process->start_ms, NULL, start, NULL, process);
}

// Everything the process holds is given back; nothing of it reaches the world.
static void bury(struct process *process)
{
	sim->current = process;
	sim_loop_run_works(process->loop);
	if (process->state != NULL)
		process->service.close(&process->state);
	loop_close(&process->loop);
	sim->current = NULL;
	drop_events(process);
	process->opened = process->draining = process->dying = false;
	process->stalled_until_ms = 0;
	int64_t wait_ms = 1 + (int64_t)dice_below(&sim->chance, RESTART_MS_MAX);
	process->start_ms = sim->now_ms + wait_ms;
	if (process->wanted)
		sim_process_start(process);
}

void sim_process_kill(struct process *process)
{
	if (process->loop == NULL)
		return;
	sim_trace("process %u/%u is gone", process->kind, process->place);
	process->muted = true;
	bury(process);
	process->muted = false;
}

static void stop_now(void *context)
{
	struct process *process = context;
	if (process->loop == NULL)
		return;
	sim_trace("process %u/%u ends", process->kind, process->place);
	bury(process);
}

// The first time it is asked to, as by TERM; once its loop was stopped it ends.
void sim_process_stop(struct process *process)
{
	if (process->loop == NULL || !process->opened)
		return;
	if (process->dying || process->draining) {
		stop_now(process);
		return;
	}
	sim_trace("process %u/%u is asked to stop", process->kind, process->place);
	process->draining = true;
	sim->current = process;
	process->service.drain(process->state);
	sim->current = NULL;
	if (process->muted)
		sim_process_kill(process);
	else if (process->dying)
		stop_now(process);
	else // as service.c does: after ten seconds it is stopped anyway
		sim_event_add(sim->now_ms + 10 * 1000, process, stop_now, NULL, process);
}

// --- time (clock.h) ---

int64_t clock_wall_ms(void)
{
	int64_t off_ms = sim != NULL && sim->current != NULL ? sim->current->clock_ms : 0;
	return (int64_t)WALL_BEGIN_S * 1000 + (sim != NULL ? sim->now_ms : 0) + off_ms;
}

int64_t clock_steady_us(void)
{
	return sim->now_ms * 1000;
}

// --- what daemons say (log.h) ---

static void tell(const char *format, va_list arguments)
{
	char line[400];
	vsnprintf(line, sizeof line, format, arguments);
	sim_trace("  %u/%u: %s", sim->current != NULL ? sim->current->kind : 9,
	    sim->current != NULL ? sim->current->place : 9, line);
}

void log_error(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	tell(format, arguments);
	va_end(arguments);
}

void log_warn(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	tell(format, arguments);
	va_end(arguments);
}

void log_info(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	tell(format, arguments);
	va_end(arguments);
}

void log_debug(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	tell(format, arguments);
	va_end(arguments);
}
