// SPDX-License-Identifier: Apache-2.0
// failing_calls_test: every n-th write, sync and allocation of a journal fails, until a run in
// which none does: nothing that was acknowledged is lost, and nothing is acknowledged that is not
// kept.
#include "reopened.h"
#include "system_calls.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cmocka.h>

enum {
	COMMITS = 4,
	ENTRIES = 5, // a commit
	CALLS_MAX = 20000,
};

// Shared with the child in which it fails.
struct seen {
	uint64_t acknowledged;
	bool failed;
};

// --- allocations: the linker leads ours here ---

static uint64_t allocations_left;
static bool allocation_failed;

void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static bool allocation_fails(void)
{
	bool fails = allocations_left > 0 && --allocations_left == 0;
	allocation_failed |= fails;
	return fails;
}

void *__wrap_calloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
	return allocation_fails() ? NULL : __real_realloc(memory, size);
}

// --- in the child ---

// What failed, and in which way.
struct plan {
	enum failure failure; // FAILURE_NONE: an allocation
	bool lasting;
	uint64_t n;
};

static struct seen *seen;

static void remember_failure(int signal_number)
{
	(void)signal_number;
	seen->failed |= allocation_failed; // running out of memory ends the process
	_exit(1);
}

static void must(enum status status)
{
	seen->failed |= system_calls_failed() || allocation_failed;
	if (status != STATUS_OK)
		_exit(seen->failed && status_reason()[0] != 0 ? 1 : 2); // 2: for no reason
}

static void commit_some(struct store *store)
{
	for (uint64_t number = 1; number <= COMMITS * ENTRIES; number++) {
		store_append(store, number, reopened_body_size(number));
		if (number % ENTRIES != 0)
			continue;
		must(database_commit(store->database, store->batch));
		database_batch_clear(store->batch);
		journal_committed(store->journal, number);
		seen->acknowledged = number;
	}
}

static _Noreturn void work(const char *folder, const struct plan *plan)
{
	struct store store = { 0 };
	signal(SIGABRT, remember_failure);
	if (freopen("/dev/null", "w", stderr) == NULL)
		_exit(2);
	if (plan->failure == FAILURE_NONE)
		allocations_left = plan->n;
	else
		system_calls_fail(plan->failure, plan->n, plan->lasting);
	must(store_open_database(&store.database, folder, 64 << 20));
	must(journal_open(&store.journal, store.database));
	store.batch = database_batch_new();
	commit_some(&store);
	must(STATUS_OK);
	_exit(0);
}

// --- what is left ---

static bool run_once(const struct plan *plan)
{
	char folder[SCRATCH_PATH_SIZE];
	uint64_t head;
	int code;
	scratch_make(folder);
	*seen = (struct seen){ 0, false };
	pid_t child = fork();
	if (child == 0)
		work(folder, plan);
	assert_int_equal(waitpid(child, &code, 0), child);
	assert_true(WIFEXITED(code));
	assert_int_not_equal(WEXITSTATUS(code), 2);
	enum reopened found = reopened_judge(folder, &head);
	if (found != REOPENED_WHOLE && (seen->acknowledged > 0 || found == REOPENED_WRONG))
		fail_msg("failure %d at call %llu: the journal is not whole: %s", plan->failure,
		    (unsigned long long)plan->n, status_reason());
	if (head < seen->acknowledged)
		fail_msg("failure %d at call %llu: %llu entries were acknowledged, %llu are there",
		    plan->failure, (unsigned long long)plan->n,
		    (unsigned long long)seen->acknowledged, (unsigned long long)head);
	assert_true(seen->failed || (WEXITSTATUS(code) == 0 && head == COMMITS * ENTRIES));
	scratch_remove(folder);
	return seen->failed;
}

static void run_until_clean(enum failure failure, bool lasting)
{
	struct plan plan = { failure, lasting, 1 };
	while (run_once(&plan)) {
		plan.n++;
		assert_true(plan.n < CALLS_MAX);
	}
	assert_true(plan.n > 10);
	print_message("failure %d%s: %llu calls\n", failure, lasting ? ", lasting" : "",
	    (unsigned long long)plan.n - 1);
}

static void a_journal_survives_every_failing_write_and_sync(void **state)
{
	(void)state;
	for (int failure = FAILURE_IO; failure < FAILURES; failure++) {
		run_until_clean((enum failure)failure, false);
		run_until_clean((enum failure)failure, true);
	}
}

static void a_journal_survives_every_failing_allocation(void **state)
{
	(void)state;
	run_until_clean(FAILURE_NONE, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_journal_survives_every_failing_write_and_sync),
		cmocka_unit_test(a_journal_survives_every_failing_allocation),
	};
	seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ENSURE(seen != MAP_FAILED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
