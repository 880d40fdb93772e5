// SPDX-License-Identifier: Apache-2.0
// loop: one thread waiting for time, descriptors, signals, finished work and ended children
// (libuv).
//
// All callbacks run on the thread of loop_run(). No callback may run the loop again.
// What the loop hands out is closed by x_close, allowed inside any callback, its own included; a
// pointer that is NULL is accepted, and set to NULL.
#ifndef COMMON_LOOP_H
#define COMMON_LOOP_H

#include "status.h"

struct loop;
struct loop_timer;
struct loop_watch;
struct loop_source;
struct loop_child;

typedef void loop_callback(void *context);

MUST_CHECK enum status loop_open(struct loop **loop);
// Closes what is still open on it, first. Accepts NULL; sets *loop to NULL.
void loop_close(struct loop **loop);

// Runs until loop_stop(), or until nothing is left that could call back.
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

// Monotonic milliseconds, as of the start of this turn of the loop.
int64_t loop_now_ms(const struct loop *loop);

// Calls back after first_ms and then every every_ms (0: once).
struct loop_timer *loop_timer_open(
    struct loop *loop, int64_t first_ms, int64_t every_ms, loop_callback *callback, void *context);
void loop_timer_again(struct loop_timer *timer, int64_t first_ms); // start over
void loop_timer_close(struct loop_timer **timer);

// Level-triggered watch of a descriptor, which becomes non-blocking; one watch a descriptor, closed
// before it. An error on it is told as readable and writable at once (never swallowed), so that the
// next read or write finds it.
enum {
	LOOP_READABLE = 1,
	LOOP_WRITABLE = 2
};
typedef void loop_watch_callback(int events, void *context);
MUST_CHECK enum status loop_watch_open(struct loop_watch **watch, struct loop *loop, int descriptor,
    int events, loop_watch_callback *callback, void *context);
void loop_watch_change(struct loop_watch *watch, int events); // 0: pause
void loop_watch_close(struct loop_watch **watch);

// A source whose descriptor is edge-triggered and does not tell all (ZeroMQ): before the loop
// sleeps, ready() is asked; while it says true the loop does not sleep, and run() is called once
// each turn, to do a bounded amount of work.
typedef bool loop_ready(void *context);
MUST_CHECK enum status loop_source_open(struct loop_source **source, struct loop *loop,
    int descriptor, loop_ready *ready, loop_callback *run, void *context);
void loop_source_close(struct loop_source **source);

// Runs work on a thread of the pool, then done on the loop's. loop_close() waits for it; done is
// then called too.
void loop_work(struct loop *loop, loop_callback *work, loop_callback *done, void *context);

// Called for TERM and INT (once each time one comes), and HUP. PIPE is ignored.
typedef void loop_signal_callback(int signal, void *context);
MUST_CHECK enum status loop_on_signal(
    struct loop *loop, loop_signal_callback *callback, void *context);

// A child process. arguments ends with NULL; arguments[0] is the program, found by PATH if it has
// no slash. Its standard error and output go to the file log_path (appended, 0640), or where ours
// go if NULL. exited: exit_code, or 128 + signal; the child is closed by itself before the call.
typedef void loop_child_exited(int64_t exit_code, void *context);
MUST_CHECK enum status loop_child_open(struct loop_child **child, struct loop *loop,
    const char *const *arguments, const char *log_path, loop_child_exited *exited, void *context);
int loop_child_id(const struct loop_child *child);
void loop_child_signal(struct loop_child *child, int signal);

#endif
