// SPDX-License-Identifier: Apache-2.0
// loop: one thread waiting for time, descriptors, signals, finished work and ended children
// (libuv).
#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <uv.h>

enum {
	OBJECT_HANDLES_MAX = 4,
	SIGNAL_EXIT_BASE = 128
};

// What everything handed out begins with. uv_close() is asynchronous: the memory goes back when the
// last of the object's handles is closed, and not before the owner gave the object back, unless the
// whole loop is closed.
struct object {
	struct loop *loop;
	uv_handle_t *handles[OBJECT_HANDLES_MAX];
	unsigned handle_count;
	unsigned handles_open;
	bool closing;        // nothing is called back any more
	bool given_back;     // its owner will not touch it again
	struct object *next; // in loop->left_over
};

struct loop {
	uv_loop_t uv;
	bool running;
	bool closing;             // nothing is called back any more but done() of work
	struct object *left_over; // closed by loop_close() while their owners may still hold them
};

struct loop_timer {
	struct object object;
	uv_timer_t handle;
	uint64_t every_ms;
	loop_callback *callback;
	void *context;
};

struct loop_watch {
	struct object object;
	uv_poll_t handle;
	int events;
	loop_watch_callback *callback;
	void *context;
};

struct loop_source {
	struct object object;
	uv_poll_t poll;
	uv_prepare_t prepare;
	uv_check_t check;
	uv_idle_t idle;
	loop_ready *ready;
	loop_callback *run;
	void *context;
};

struct loop_child {
	struct object object;
	uv_process_t process;
	loop_child_exited *exited;
	void *context;
};

static const int signals_told[] = { SIGTERM, SIGINT, SIGHUP };

struct signals {
	struct object object;
	uv_signal_t handles[COUNT_OF(signals_told)];
	loop_signal_callback *callback;
	void *context;
};

struct work {
	uv_work_t request;
	loop_callback *work;
	loop_callback *done;
	void *context;
};

_Static_assert(COUNT_OF(signals_told) <= OBJECT_HANDLES_MAX, "raise OBJECT_HANDLES_MAX");
_Static_assert(LOOP_READABLE == (int)UV_READABLE && LOOP_WRITABLE == (int)UV_WRITABLE,
    "events are handed through as they are");

// --- objects ------------------------------------------------------------------------------------

static void object_adopt(struct object *object, void *handle)
{
	ENSURE(object->handle_count < OBJECT_HANDLES_MAX);
	object->handles[object->handle_count++] = handle;
	object->handles_open++;
	((uv_handle_t *)handle)->data = object;
}

static void object_handle_closed(uv_handle_t *handle)
{
	struct object *object = handle->data;
	if (--object->handles_open > 0)
		return;
	if (object->given_back) {
		free(object);
		return;
	}
	object->next = object->loop->left_over;
	object->loop->left_over = object;
}

static void object_close(struct object *object)
{
	if (object->closing)
		return;
	object->closing = true;
	for (unsigned i = 0; i < object->handle_count; i++)
		uv_close(object->handles[i], object_handle_closed);
}

// Is its owner still to be told?
static bool object_tells(const struct object *object)
{
	return !object->closing && !object->loop->closing;
}

static void object_give_back(struct object *object)
{
	object->given_back = true;
	object_close(object);
}

// --- the loop -----------------------------------------------------------------------------------

enum status loop_open(struct loop **loop)
{
	*loop = NULL;
	struct loop *fresh = allocate(sizeof *fresh);
	int error = uv_loop_init(&fresh->uv);
	if (error < 0) {
		free(fresh);
		return fail(STATUS_IO, "the event loop cannot be made: %s", uv_strerror(error));
	}
	signal(SIGPIPE, SIG_IGN);
	*loop = fresh;
	return STATUS_OK;
}

static void handle_close(uv_handle_t *handle, void *context)
{
	(void)context;
	object_close(handle->data);
}

void loop_close(struct loop **loop)
{
	struct loop *closed = *loop;
	if (closed == NULL)
		return;
	ENSURE(!closed->running);
	closed->closing = true; // a turn may be long enough for what a done() opens in it
	// One turn at a time, because a done() of work that ends only now may open something new.
	while (uv_loop_close(&closed->uv) == UV_EBUSY) {
		uv_walk(&closed->uv, handle_close, NULL);
		uv_run(&closed->uv, UV_RUN_ONCE);
	}
	while (closed->left_over != NULL) {
		struct object *object = closed->left_over;
		closed->left_over = object->next;
		free(object);
	}
	free(closed);
	*loop = NULL;
}

void loop_run(struct loop *loop)
{
	ENSURE(!loop->running);
	loop->running = true;
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	loop->running = false;
}

void loop_stop(struct loop *loop)
{
	uv_stop(&loop->uv);
}

int64_t loop_now_ms(const struct loop *loop)
{
	return (int64_t)uv_now(&loop->uv);
}

// --- timers -------------------------------------------------------------------------------------

static void timer_expired(uv_timer_t *handle)
{
	struct loop_timer *timer = handle->data;
	if (object_tells(&timer->object))
		timer->callback(timer->context);
}

struct loop_timer *loop_timer_open(
    struct loop *loop, int64_t first_ms, int64_t every_ms, loop_callback *callback, void *context)
{
	struct loop_timer *timer = allocate(sizeof *timer);
	timer->object.loop = loop;
	timer->every_ms = every_ms > 0 ? (uint64_t)every_ms : 0;
	timer->callback = callback;
	timer->context = context;
	uv_timer_init(&loop->uv, &timer->handle);
	object_adopt(&timer->object, &timer->handle);
	loop_timer_again(timer, first_ms);
	return timer;
}

void loop_timer_again(struct loop_timer *timer, int64_t first_ms)
{
	if (timer->object.closing)
		return;
	struct loop *loop = timer->object.loop;
	if (!loop->running)
		uv_update_time(&loop->uv); // else a slow start would count as waiting
	uint64_t first = first_ms > 0 ? (uint64_t)first_ms : 0;
	int error = uv_timer_start(&timer->handle, timer_expired, first, timer->every_ms);
	ENSURE(error == 0);
}

void loop_timer_close(struct loop_timer **timer)
{
	if (*timer != NULL)
		object_give_back(&(*timer)->object);
	*timer = NULL;
}

// --- watches ------------------------------------------------------------------------------------

static void watch_told(uv_poll_t *handle, int error, int events);

// A second poll of the same descriptor, the one thing that can fail here, is our own bug.
static void poll_start(uv_poll_t *handle, int events, uv_poll_cb callback)
{
	int error = uv_poll_start(handle, events, callback);
	ENSURE(error == 0);
}

static void watch_told(uv_poll_t *handle, int error, int events)
{
	struct loop_watch *watch = handle->data;
	if (error < 0) {
		poll_start(handle, watch->events, watch_told); // libuv has stopped it
		events = LOOP_READABLE | LOOP_WRITABLE;
	}
	if (object_tells(&watch->object))
		watch->callback(events, watch->context);
}

enum status loop_watch_open(struct loop_watch **watch, struct loop *loop, int descriptor,
    int events, loop_watch_callback *callback, void *context)
{
	*watch = NULL;
	struct loop_watch *fresh = allocate(sizeof *fresh);
	int error = uv_poll_init(&loop->uv, &fresh->handle, descriptor);
	if (error < 0) {
		free(fresh);
		return fail(STATUS_IO, "descriptor %d cannot be watched: %s", descriptor,
		    uv_strerror(error));
	}
	fresh->object.loop = loop;
	fresh->callback = callback;
	fresh->context = context;
	object_adopt(&fresh->object, &fresh->handle);
	loop_watch_change(fresh, events);
	*watch = fresh;
	return STATUS_OK;
}

void loop_watch_change(struct loop_watch *watch, int events)
{
	if (watch->object.closing)
		return;
	watch->events = events;
	poll_start(&watch->handle, events, watch_told);
}

void loop_watch_close(struct loop_watch **watch)
{
	if (*watch != NULL)
		object_give_back(&(*watch)->object);
	*watch = NULL;
}

// --- sources ------------------------------------------------------------------------------------
// The descriptor only wakes the loop up. What there is to do is asked for around the sleep:
// "prepare" comes right before it, "check" right after, and an "idle" handle that does nothing
// keeps the loop from sleeping.

static void source_woken(uv_poll_t *handle, int error, int events)
{
	(void)events;
	if (error < 0)
		poll_start(handle, UV_READABLE, source_woken);
}

static void source_idle(uv_idle_t *handle)
{
	(void)handle;
}

static void source_prepare(uv_prepare_t *handle)
{
	struct loop_source *source = handle->data;
	bool ready = object_tells(&source->object) && source->ready(source->context);
	if (ready && !source->object.closing)
		uv_idle_start(&source->idle, source_idle);
}

static void source_check(uv_check_t *handle)
{
	struct loop_source *source = handle->data;
	uv_idle_stop(&source->idle);
	bool ready = object_tells(&source->object) && source->ready(source->context);
	if (ready && !source->object.closing)
		source->run(source->context);
}

enum status loop_source_open(struct loop_source **source, struct loop *loop, int descriptor,
    loop_ready *ready, loop_callback *run, void *context)
{
	*source = NULL;
	struct loop_source *fresh = allocate(sizeof *fresh);
	int error = uv_poll_init(&loop->uv, &fresh->poll, descriptor);
	if (error < 0) {
		free(fresh);
		return fail(STATUS_IO, "descriptor %d cannot be watched: %s", descriptor,
		    uv_strerror(error));
	}
	fresh->object.loop = loop;
	fresh->ready = ready;
	fresh->run = run;
	fresh->context = context;
	uv_prepare_init(&loop->uv, &fresh->prepare);
	uv_check_init(&loop->uv, &fresh->check);
	uv_idle_init(&loop->uv, &fresh->idle);
	object_adopt(&fresh->object, &fresh->poll);
	object_adopt(&fresh->object, &fresh->prepare);
	object_adopt(&fresh->object, &fresh->check);
	object_adopt(&fresh->object, &fresh->idle);
	poll_start(&fresh->poll, UV_READABLE, source_woken);
	uv_prepare_start(&fresh->prepare, source_prepare);
	uv_check_start(&fresh->check, source_check);
	*source = fresh;
	return STATUS_OK;
}

void loop_source_close(struct loop_source **source)
{
	if (*source != NULL)
		object_give_back(&(*source)->object);
	*source = NULL;
}

// --- work ---------------------------------------------------------------------------------------

static void work_do(uv_work_t *request)
{
	struct work *work = request->data;
	work->work(work->context);
}

static void work_done(uv_work_t *request, int error)
{
	ENSURE(error == 0); // we never cancel
	struct work *work = request->data;
	loop_callback *done = work->done;
	void *context = work->context;
	free(work);
	done(context);
}

void loop_work(struct loop *loop, loop_callback *work, loop_callback *done, void *context)
{
	struct work *fresh = allocate(sizeof *fresh);
	*fresh = (struct work){ .work = work, .done = done, .context = context };
	fresh->request.data = fresh;
	int error = uv_queue_work(&loop->uv, &fresh->request, work_do, work_done);
	ENSURE(error == 0);
}

// --- signals ------------------------------------------------------------------------------------

static void signal_came(uv_signal_t *handle, int number)
{
	struct signals *signals = handle->data;
	if (object_tells(&signals->object))
		signals->callback(number, signals->context);
}

static int signal_start(struct signals *signals, unsigned i)
{
	int error = uv_signal_init(&signals->object.loop->uv, &signals->handles[i]);
	if (error < 0)
		return error;
	object_adopt(&signals->object, &signals->handles[i]);
	return uv_signal_start(&signals->handles[i], signal_came, signals_told[i]);
}

enum status loop_on_signal(struct loop *loop, loop_signal_callback *callback, void *context)
{
	struct signals *signals = allocate(sizeof *signals);
	signals->object.loop = loop;
	signals->callback = callback;
	signals->context = context;
	int error = 0;
	for (unsigned i = 0; i < COUNT_OF(signals_told) && error == 0; i++)
		error = signal_start(signals, i);
	if (signals->object.handle_count == 0)
		free(signals);
	else if (error < 0)
		object_give_back(&signals->object);
	else
		signals->object.given_back = true; // nobody holds it: it lives as long as the loop
	if (error < 0)
		return fail(STATUS_IO, "signals cannot be received: %s", uv_strerror(error));
	return STATUS_OK;
}

// --- children -----------------------------------------------------------------------------------

static void child_exited(uv_process_t *process, int64_t exit_code, int signal_number)
{
	struct loop_child *child = process->data;
	if (!object_tells(&child->object))
		return;
	loop_child_exited *exited = child->exited;
	void *context = child->context;
	object_give_back(&child->object);
	exited(signal_number != 0 ? SIGNAL_EXIT_BASE + signal_number : exit_code, context);
}

static int child_spawn(
    struct loop_child *child, struct loop *loop, const char *const *arguments, int log)
{
	uv_stdio_container_t streams[] = {
		{ .flags = UV_IGNORE }, // the child's standard input is /dev/null
		{ .flags = UV_INHERIT_FD, .data.fd = log >= 0 ? log : STDOUT_FILENO },
		{ .flags = UV_INHERIT_FD, .data.fd = log >= 0 ? log : STDERR_FILENO },
	};
	uv_process_options_t options = {
		.exit_cb = child_exited,
		.file = arguments[0],
		.args = (char **)(uintptr_t)arguments, // libuv only reads them
		.stdio = streams,
		.stdio_count = COUNT_OF(streams),
	};
	int error = uv_spawn(&loop->uv, &child->process, &options);
	object_adopt(&child->object, &child->process); // after a failure too it must be closed
	return error;
}

enum status loop_child_open(struct loop_child **child, struct loop *loop,
    const char *const *arguments, const char *log_path, loop_child_exited *exited, void *context)
{
	*child = NULL;
	int log = -1;
	if (log_path != NULL) {
		log = open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
		if (log < 0)
			return fail(
			    STATUS_IO, "%s cannot be opened: %s", log_path, strerror(errno));
	}
	struct loop_child *fresh = allocate(sizeof *fresh);
	fresh->object.loop = loop;
	fresh->exited = exited;
	fresh->context = context;
	int error = child_spawn(fresh, loop, arguments, log);
	if (log >= 0)
		close(log);
	if (error < 0) {
		object_give_back(&fresh->object);
		return fail(
		    STATUS_IO, "%s cannot be started: %s", arguments[0], uv_strerror(error));
	}
	*child = fresh;
	return STATUS_OK;
}

int loop_child_id(const struct loop_child *child)
{
	return uv_process_get_pid(&child->process);
}

void loop_child_signal(struct loop_child *child, int signal)
{
	// One that has ended meanwhile has its exit told soon: nothing is lost.
	if (!child->object.closing)
		(void)uv_process_kill(&child->process, signal);
}
