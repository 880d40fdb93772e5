// SPDX-License-Identifier: Apache-2.0
// sim: runs seeds; of one that breaks a promise it tells the least that still breaks it.
#include "sim.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

enum {
	BROKEN = 3, // exit code of a child that found something
	RUN_SECONDS_MAX = 60,
};

// Shared with the child that runs, which may not come back.
struct outcome {
	uint64_t seed, trace, runs, effects;
	unsigned step;
	int64_t at_ms;
	char what[400];
};

struct options {
	uint64_t seed, steps, runs, keep, minutes;
	bool trace;
};

static struct outcome *outcome;

void sim_violation(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(outcome->what, sizeof outcome->what, format, arguments);
	va_end(arguments);
	outcome->step = sim->step;
	outcome->at_ms = sim->now_ms;
	fflush(stdout);
	_exit(BROKEN);
}

static void prepare(const struct options *options, uint64_t seed)
{
	sim = allocate(sizeof *sim);
	sim->seed = seed;
	sim->steps = (unsigned)options->steps;
	sim->print = options->trace;
	sim->trace = 0xcbf29ce484222325u;
	sim->work = (struct dice){ seed };
	sim->chance = (struct dice){ seed ^ 0x5bd1e995u };
	sim->bytes = (struct dice){ seed ^ 0xabcdef0123u };
	sim_plan();
}

static void tell_endless(int signal_number)
{
	(void)signal_number;
	sim_violation("something goes on without end");
}

static void run_seed(const struct options *options, uint64_t seed, uint64_t keep)
{
	prepare(options, seed);
	outcome->seed = seed;
	alarm(RUN_SECONDS_MAX);
	sim_story(keep);
	outcome->trace = outcome->trace * 0x100000001b3u ^ sim->trace;
	outcome->effects += sim->effects;
	outcome->runs++;
	free(sim);
	sim = NULL;
}

static bool time_is_up(const struct options *options, time_t begun)
{
	return options->minutes > 0 && time(NULL) - begun >= (time_t)options->minutes * 60;
}

static void run_seeds(const struct options *options)
{
	signal(SIGALRM, tell_endless);
	time_t begun = time(NULL);
	for (uint64_t i = 0; i < options->runs && !time_is_up(options, begun); i++)
		run_seed(options, options->seed + i, options->keep);
}

// In a child, which may break. Returns whether it did.
static bool breaks(const struct options *options, bool silent)
{
	*outcome = (struct outcome){ .what = "" };
	fflush(stdout);
	pid_t child = fork();
	ENSURE(child >= 0);
	if (child == 0) {
		free(sim);
		sim = NULL;
		if (silent && (freopen("/dev/null", "w", stderr) == NULL ||
				  freopen("/dev/null", "w", stdout) == NULL))
			_exit(2);
		run_seeds(options);
		exit(0); // leaks are looked for
	}
	int code;
	ENSURE(waitpid(child, &code, 0) == child);
	if (code != 0 && outcome->what[0] == 0)
		snprintf(outcome->what, sizeof outcome->what,
		    "the process broke down (wait status %d); see above", code);
	return code != 0;
}

// --- the least that still breaks it ---

static bool breaks_with(const struct options *options, uint64_t keep)
{
	struct options one = *options;
	one.keep = keep;
	return breaks(&one, true);
}

static uint64_t of_class(enum fault_class class)
{
	uint64_t mask = 0;
	for (size_t i = 0; i < sim->fault_count; i++)
		if (sim->faults[i].class == class)
			mask |= (uint64_t)1 << i;
	return mask;
}

// Whole classes first, then one by one.
static uint64_t shrink(const struct options *options)
{
	uint64_t keep = options->keep & (((uint64_t)1 << sim->fault_count) - 1);
	for (unsigned i = 0; i < FAULT_CLASSES; i++) {
		uint64_t without = keep & ~of_class((enum fault_class)i);
		if (without != keep && breaks_with(options, without))
			keep = without;
	}
	for (size_t i = 0; i < sim->fault_count; i++) {
		uint64_t without = keep & ~((uint64_t)1 << i);
		if (without != keep && breaks_with(options, without))
			keep = without;
	}
	return keep;
}

static void tell_failure(const struct options *options)
{
	struct options one = *options;
	one.seed = outcome->seed;
	one.runs = 1;
	printf("seed %" PRIu64 ": %s\n", one.seed, outcome->what);
	prepare(&one, one.seed);
	one.keep = shrink(&one);
	breaks_with(&one, one.keep);
	printf("  at the least (step %u, %" PRId64 " ms): %s\n", outcome->step, outcome->at_ms,
	    outcome->what);
	for (size_t i = 0; i < sim->fault_count; i++)
		if (one.keep >> i & 1)
			printf("  step %u: %s (target %u, amount %u, %" PRId64 " ms)\n",
			    sim->faults[i].step, sim_fault_text(sim->faults[i].class),
			    sim->faults[i].target, sim->faults[i].amount, sim->faults[i].lasts_ms);
	printf("  see again: sim --seed %" PRIu64 " --steps %" PRIu64 " --keep %" PRIx64
	       " --trace\n",
	    one.seed, one.steps, one.keep);
	free(sim);
}

// --- options ---

static const char usage[] =
    "Usage: sim [--seed N] [--steps N] [--runs N] [--minutes N] [--keep HEX] [--trace]\n"
    "\n"
    "Runs a simulated city, once for each seed from --seed on (1), --steps (120) steps each, "
    "--runs\n"
    "(1) times or for so many minutes. The same seed is the same run, byte for byte: the hash of "
    "its\n"
    "trace is printed. --keep: only these of the seed's faults, a bit each. --trace: tells all.\n"
    "\n"
    "Exit codes: 0 every promise was kept; 1 one was broken: seed, step and the least number of\n"
    "faults that still break it are printed; 2 wrong usage.\n";

static bool read_number(const char *text, int base, uint64_t *number)
{
	char *end;
	*number = text != NULL ? strtoull(text, &end, base) : 0;
	return text != NULL && *text != 0 && *end == 0;
}

static bool read_options(struct options *options, char **arguments)
{
	const struct {
		const char *name;
		uint64_t *number;
		int base;
	} table[] = { { "--seed", &options->seed, 10 }, { "--steps", &options->steps, 10 },
		{ "--runs", &options->runs, 10 }, { "--minutes", &options->minutes, 10 },
		{ "--keep", &options->keep, 16 } };
	for (arguments++; *arguments != NULL; arguments++) {
		size_t i = 0;
		while (i < COUNT_OF(table) && strcmp(*arguments, table[i].name) != 0)
			i++;
		options->trace |= strcmp(*arguments, "--trace") == 0;
		if (i == COUNT_OF(table) && strcmp(*arguments, "--trace") != 0)
			return false;
		if (i < COUNT_OF(table) &&
		    !read_number(*++arguments, table[i].base, table[i].number))
			return false;
	}
	return options->steps > 0 && options->steps <= 100000 && options->runs > 0;
}

int main(int argument_count, char **arguments)
{
	struct options options = { 1, 120, 1, UINT64_MAX, 0, false };
	(void)argument_count;
	if (!read_options(&options, arguments)) {
		fputs(usage, stderr);
		return 2;
	}
	if (options.minutes > 0 && options.runs == 1)
		options.runs = UINT64_MAX;
	outcome =
	    mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ENSURE(outcome != MAP_FAILED);
	bool broken = breaks(&options, false);
	if (broken)
		tell_failure(&options);
	else
		printf("%" PRIu64 " runs from seed %" PRIu64 ", %" PRIu64
		       " effects: every promise was kept; trace %016" PRIx64 "\n",
		    outcome->runs, options.seed, outcome->effects, outcome->trace);
	munmap(outcome, sizeof *outcome);
	return broken ? 1 : 0;
}
