// SPDX-License-Identifier: Apache-2.0
// loop_seam: timers and work of loop.h on virtual time; there are no descriptors here.
#include "sim.h"

enum {
	WORK_MS_MAX = 30, // a commit: half of it until it is durable, on average
};

struct work {
	struct loop *loop;
	struct work *next;
	loop_callback *work, *done;
	void *context;
	bool worked;
};

struct loop_timer {
	struct loop *loop;
	struct loop_timer *next;
	int64_t due_ms, every_ms;
	loop_callback *callback;
	void *context;
};

struct loop {
	struct process *process;
	struct loop_timer *timers;
	struct work *works;
};

struct loop *sim_loop_new(struct process *process)
{
	struct loop *loop = allocate(sizeof *loop);
	loop->process = process;
	return loop;
}

int64_t loop_now_ms(const struct loop *loop)
{
	(void)loop;
	return sim->now_ms;
}

void loop_stop(struct loop *loop)
{
	loop->process->dying = true;
}

// --- timers ---

static void ring(void *context)
{
	struct loop_timer *timer = context;
	if (timer->every_ms > 0)
		loop_timer_again(timer, timer->every_ms);
	timer->callback(timer->context);
}

struct loop_timer *loop_timer_open(
    struct loop *loop, int64_t first_ms, int64_t every_ms, loop_callback *callback, void *context)
{
	struct loop_timer *timer = allocate(sizeof *timer);
	*timer = (struct loop_timer){ loop, loop->timers, 0, every_ms, callback, context };
	loop->timers = timer;
	loop_timer_again(timer, first_ms);
	return timer;
}

void loop_timer_again(struct loop_timer *timer, int64_t first_ms)
{
	sim_event_cancel(timer);
	sim_event_add(sim->now_ms + first_ms, timer->loop->process, ring, NULL, timer);
}

void loop_timer_close(struct loop_timer **timer)
{
	struct loop_timer *old = *timer;
	*timer = NULL;
	if (old == NULL)
		return;
	sim_event_cancel(old);
	for (struct loop_timer **at = &old->loop->timers; *at != NULL; at = &(*at)->next)
		if (*at == old) {
			*at = old->next;
			break;
		}
	free(old);
}

// --- work on a thread of the pool ---

static void end_work(void *context)
{
	struct work *work = context;
	for (struct work **at = &work->loop->works; *at != NULL; at = &(*at)->next)
		if (*at == work) {
			*at = work->next;
			break;
		}
	struct work ended = *work;
	free(work);
	ended.done(ended.context);
}

static void do_work(void *context)
{
	struct work *work = context;
	work->worked = true;
	work->work(work->context);
}

void loop_work(struct loop *loop, loop_callback *work, loop_callback *done, void *context)
{
	struct work *fresh = allocate(sizeof *fresh);
	*fresh = (struct work){ loop, loop->works, work, done, context, false };
	loop->works = fresh;
	int64_t worked_ms = sim->now_ms + (int64_t)dice_below(&sim->chance, WORK_MS_MAX);
	int64_t done_ms = worked_ms + (int64_t)dice_below(&sim->chance, WORK_MS_MAX);
	sim_event_add(worked_ms, loop->process, do_work, NULL, fresh);
	sim_event_add(done_ms, loop->process, end_work, NULL, fresh);
}

void sim_loop_run_works(struct loop *loop)
{
	for (struct work *work = loop->works; work != NULL; work = work->next)
		if (!work->worked)
			do_work(work);
}

void loop_close(struct loop **loop)
{
	struct loop *old = *loop;
	*loop = NULL;
	if (old == NULL)
		return;
	while (old->works != NULL) {
		struct work *work = old->works;
		sim_event_cancel(work);
		if (!work->worked)
			do_work(work);
		end_work(work);
	}
	while (old->timers != NULL) {
		struct loop_timer *timer = old->timers;
		loop_timer_close(&timer);
	}
	free(old);
}
