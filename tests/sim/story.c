// SPDX-License-Identifier: Apache-2.0
// story: what happens in a run: people push rows, faults come by plan, an operator mends forks; in
// the end all is quiet, and everything must be as the journals say.
#include "history.h"

#include "citizen_id.h"
#include "clock.h"
#include "sim.h"

#include <stdio.h>

enum {
	STEP_MS_MAX = 120,
	ROWS_MAX = 4,
	QUIET_MS_MAX = 300 * 1000,
	QUIET_STEP_MS = 250,
	ID_SIZE = 19,
};

// --- the plan ---

static const char *const fault_texts[FAULT_CLASSES] = {
#define FAULT_TEXT(name, text) [FAULT_##name] = text,
	FAULT_TABLE(FAULT_TEXT)
#undef FAULT_TEXT
};

const char *sim_fault_text(enum fault_class class)
{
	return fault_texts[class];
}

// A run has only some classes, so that each has company of all sorts over the seeds.
void sim_plan(void)
{
	struct dice dice = { sim->seed * 3 + 1 };
	uint64_t classes = dice_roll(&dice) & dice_roll(&dice);
	size_t count = 2 + dice_below(&dice, 16);
	sim->fault_count = 0;
	for (size_t i = 0; i < count; i++) {
		enum fault_class class = (enum fault_class)dice_below(&dice, FAULT_CLASSES);
		struct fault fault = { class, (unsigned)dice_below(&dice, sim->steps),
			(unsigned)dice_below(&dice, 2), (unsigned)(1 + dice_below(&dice, 60)),
			(int64_t)(100 + dice_below(&dice, 4000)) };
		if (classes >> class & 1)
			sim->faults[sim->fault_count++] = fault;
	}
}

// --- people who push rows ---

// What a pusher waits for.
struct push {
	struct push *next;
	unsigned department;
	size_t count;
	unsigned records[ROWS_MAX];
	uint64_t versions[ROWS_MAX];
};

static struct push *pushes;

static const char *const keys[SIM_DEPARTMENTS][SIM_KEYS] = { { "wages", "labour", "royalties" },
	{ "20260110", "20260111", "20260112" } };

static void push_answered(bool durable, void *context)
{
	const struct push *push = context;
	struct sim_department *department = &sim->departments[push->department];
	if (!durable || !sim_effect())
		return;
	for (size_t i = 0; i < push->count; i++)
		if (push->versions[i] > department->acknowledged[push->records[i]])
			department->acknowledged[push->records[i]] = push->versions[i];
	sim_trace("department %u acknowledges %zu rows", push->department, push->count);
	promise_acknowledged_is_kept(push->department, "when it was acknowledged");
}

static void person_id(unsigned person, char id[ID_SIZE])
{
	snprintf(id, ID_SIZE, "3205821990030%02u001", person + 10);
	id[17] = citizen_id_check_digit(id);
	id[18] = 0;
}

static void write_row(struct buffer *out, unsigned department, unsigned record, uint64_t version)
{
	unsigned person = record / SIM_KEYS, key = record % SIM_KEYS;
	bool retracts = dice_chance(&sim->work, 12), bad = dice_chance(&sim->work, 8);
	char id[ID_SIZE];
	person_id(person, id);
	buffer_printf(
	    out, "{\"id_number\":\"%s\",\"_version\":%llu", id, (unsigned long long)version);
	if (department == 0)
		buffer_printf(out, ",\"voucher\":\"V\",\"item\":\"%s\"", keys[0][key]);
	else
		buffer_printf(
		    out, ",\"donated_on\":\"%s\",\"component\":\"whole_blood\"", keys[1][key]);
	if (retracts)
		buffer_append_text(out, ",\"_op\":\"retract\"");
	else if (department == 0)
		buffer_printf(out,
		    ",\"period\":\"2026-01\",\"paid_on\":\"2026-02-1%u\",\"amount\":%llu%s", key,
		    (unsigned long long)version, bad ? ".123" : "");
	else
		buffer_printf(out, ",\"certificate\":\"C%llu\",\"volume\":%u",
		    (unsigned long long)version, bad ? 99999 : 200);
	buffer_append_text(out, "}");
}

static const size_t kinds[SIM_DEPARTMENTS] = { 0, 1 }; // income tax, blood donations

static void push_row(
    struct department *department, struct push *push, struct database_batch *batch, uint64_t line)
{
	struct sim_department *of = &sim->departments[push->department];
	struct intake_origin origin = { "http", clock_wall_ms(), false };
	struct intake_counts counts = { 0 };
	struct buffer text = { 0 };
	struct json *json;
	unsigned record = (unsigned)dice_below(&sim->work, SIM_RECORDS);
	bool again = of->pushed > 0 && dice_chance(&sim->work, 10); // a late retry
	uint64_t version = again ? 1 + dice_below(&sim->work, of->pushed) : ++of->pushed;
	write_row(&text, push->department, record, version);
	ENSURE(json_parse(&json, buffer_bytes(&text)) == STATUS_OK);
	enum status status = intake_row(department->intake, batch,
	    &department->catalogue->kinds[kinds[push->department]], json_root(json), line, &origin,
	    &counts);
	if (status != STATUS_OK)
		sim_violation("a row is not taken: %s", status_reason());
	if (counts.accepted > 0) {
		push->records[push->count] = record;
		push->versions[push->count++] = version;
	}
	json_free(&json);
	buffer_deinit(&text);
}

static void push_rows(unsigned place)
{
	struct process *process = sim_department_process(place);
	if (!sim_process_runs(process) || process->stalled_until_ms > sim->now_ms)
		return;
	struct department *department = process->state;
	struct push *push = allocate(sizeof *push);
	*push = (struct push){ .next = pushes, .department = place };
	pushes = push;
	uint64_t rows = 1 + dice_below(&sim->work, ROWS_MAX);
	sim->current = process;
	struct database_batch *batch = committer_batch(department->committer);
	for (uint64_t i = 0; i < rows; i++)
		push_row(department, push, batch, i + 1);
	intake_finish(department->intake, batch);
	committer_wait(department->committer, push_answered, push);
	sim->current = NULL;
	sim_trace("department %u is pushed %llu rows", place, (unsigned long long)rows);
	if (process->muted)
		sim_process_kill(process);
}

// Which of a person's records: its key holds one of these.
static unsigned key_of(struct bytes key)
{
	for (unsigned department = 0; department < SIM_DEPARTMENTS; department++)
		for (unsigned i = 0; i < SIM_KEYS; i++)
			if (memmem(key.data, key.size, keys[department][i],
				strlen(keys[department][i])) != NULL)
				return i;
	sim_violation("an entry has a key that nobody pushed: %.*s", BYTES_ARGS(key));
}

unsigned sim_record_of(const struct entry *entry)
{
	for (unsigned i = 0; i < SIM_PEOPLE; i++)
		if (bytes_equal_text(entry->subject, sim->subjects[i]))
			return i * SIM_KEYS + key_of(entry->key);
	return SIM_RECORDS;
}

// --- faults ---

static void set_going(const struct fault *fault)
{
	sim->rates[fault->class] = fault->amount;
	sim->rate_ends_ms[fault->class] = sim->now_ms + fault->lasts_ms;
}

static void heal(void *context)
{
	*(bool *)context = false;
}

static void part(const struct fault *fault)
{
	bool *cut = &sim->cut[fault->target][fault->amount % SIM_AGGREGATORS];
	*cut = true;
	sim_event_add(sim->now_ms + fault->lasts_ms, NULL, heal, NULL, cut);
}

static struct process *target_of(const struct fault *fault, enum process_kind kind)
{
	struct process *second = sim_aggregator_process(1);
	if (kind == PROCESS_DEPARTMENT)
		return sim_department_process(fault->target);
	return fault->target == 1 && second->loop != NULL ? second : sim_aggregator_process(0);
}

static void kill_department(const struct fault *fault)
{
	sim_process_kill(target_of(fault, PROCESS_DEPARTMENT));
}

static void kill_aggregator(const struct fault *fault)
{
	sim_process_kill(target_of(fault, PROCESS_AGGREGATOR));
}

static void cut_department(const struct fault *fault)
{
	target_of(fault, PROCESS_DEPARTMENT)->fuse = fault->amount;
}

static void cut_aggregator(const struct fault *fault)
{
	target_of(fault, PROCESS_AGGREGATOR)->fuse = fault->amount;
}

static void stop_department(const struct fault *fault)
{
	sim_process_stop(target_of(fault, PROCESS_DEPARTMENT));
}

static void stop_aggregator(const struct fault *fault)
{
	sim_process_stop(target_of(fault, PROCESS_AGGREGATOR));
}

static void stall_aggregator(const struct fault *fault)
{
	target_of(fault, PROCESS_AGGREGATOR)->stalled_until_ms = sim->now_ms + fault->lasts_ms;
}

static void fail_commit(const struct fault *fault)
{
	sim->departments[fault->target].commit_fails = true;
}

// What was acknowledged and is gone with the old disk was lost by whoever lost the disk.
static void disk_changed(struct sim_department *department)
{
	department->head = disk_head(department->disk);
	department->rewritten = true;
	for (unsigned i = 0; i < SIM_RECORDS; i++)
		department->acknowledged[i] = 0;
	for (const struct node *node = department->head; node != NULL; node = node->before) {
		unsigned record = sim_record_of(&node->entry);
		if (record < SIM_RECORDS && department->acknowledged[record] == 0 &&
		    node->entry.has_version)
			department->acknowledged[record] = node->entry.version;
	}
}

static void lose_writes(const struct fault *fault)
{
	struct sim_department *department = &sim->departments[fault->target];
	sim_process_kill(sim_department_process(fault->target));
	size_t lost = disk_lose(department->disk, 1 + fault->amount % 5);
	sim_trace("%zu commits are lost", lost);
	disk_changed(department);
}

static void copy_journal(const struct fault *fault)
{
	struct sim_department *department = &sim->departments[fault->target];
	disk_free(&department->copy);
	department->copy = disk_copy(department->disk);
}

static void replace_disk(unsigned place, struct disk *disk)
{
	struct sim_department *department = &sim->departments[place];
	sim_process_kill(sim_department_process(place));
	disk_free(&department->disk);
	department->disk = disk;
	disk_changed(department);
}

static void restore_copy(const struct fault *fault)
{
	const struct sim_department *department = &sim->departments[fault->target];
	if (department->copy != NULL)
		replace_disk(fault->target, disk_copy(department->copy));
}

static void new_journal(const struct fault *fault)
{
	replace_disk(fault->target, disk_new());
}

static void break_redis(const struct fault *fault)
{
	(void)fault;
	redis_server_break(sim->redis);
}

static void restart_redis(const struct fault *fault)
{
	redis_server_restart(sim->redis, fault->amount * 1000 / 60, fault->lasts_ms);
}

static void empty_redis(const struct fault *fault)
{
	redis_server_restart(sim->redis, -1, fault->lasts_ms);
}

static void end_second(void *context)
{
	struct process *process = context;
	process->wanted = false;
	sim_process_kill(process);
}

static void second_aggregator(const struct fault *fault)
{
	struct process *process = sim_aggregator_process(1);
	if (process->wanted)
		return;
	process->start_ms = sim->now_ms;
	sim_process_start(process);
	sim_event_add(sim->now_ms + fault->lasts_ms, NULL, end_second, NULL, process);
}

static void ask_for_rebuild(struct process *process, unsigned place)
{
	bool wanted[SIM_DEPARTMENTS] = { false };
	struct aggregator *aggregator = process->state;
	wanted[place] = true;
	sim_trace("aggregator %u is asked to rebuild department %u", process->place, place);
	sim->current = process;
	store_rebuild(aggregator->store, wanted);
	sim->current = NULL;
}

static void rebuild(const struct fault *fault)
{
	struct process *process = target_of(fault, PROCESS_AGGREGATOR);
	if (sim_process_runs(process))
		ask_for_rebuild(process, fault->target);
}

static void set_clock(const struct fault *fault)
{
	struct process *process = &sim->processes[fault->amount % SIM_PROCESSES];
	process->clock_ms += (fault->target == 0 ? -1 : 1) * fault->lasts_ms * fault->amount;
}

static void (*const faults[FAULT_CLASSES])(const struct fault *fault) = {
	[FAULT_LOSS] = set_going,
	[FAULT_DOUBLING] = set_going,
	[FAULT_DELAY] = set_going,
	[FAULT_FULL_QUEUE] = set_going,
	[FAULT_REDIS_LATE] = set_going,
	[FAULT_PARTITION] = part,
	[FAULT_KILL_DEPARTMENT] = kill_department,
	[FAULT_KILL_AGGREGATOR] = kill_aggregator,
	[FAULT_CUT_DEPARTMENT] = cut_department,
	[FAULT_CUT_AGGREGATOR] = cut_aggregator,
	[FAULT_STOP_DEPARTMENT] = stop_department,
	[FAULT_STOP_AGGREGATOR] = stop_aggregator,
	[FAULT_STALL_AGGREGATOR] = stall_aggregator,
	[FAULT_COMMIT_FAILS] = fail_commit,
	[FAULT_LOST_WRITES] = lose_writes,
	[FAULT_COPY_JOURNAL] = copy_journal,
	[FAULT_RESTORE_COPY] = restore_copy,
	[FAULT_NEW_JOURNAL] = new_journal,
	[FAULT_REDIS_CONNECTION] = break_redis,
	[FAULT_REDIS_RESTART] = restart_redis,
	[FAULT_REDIS_EMPTY] = empty_redis,
	[FAULT_SECOND_AGGREGATOR] = second_aggregator,
	[FAULT_REBUILD] = rebuild,
	[FAULT_CLOCK] = set_clock,
};

static void let_faults_come(uint64_t kept)
{
	for (size_t i = 0; i < sim->fault_count; i++) {
		if (sim->faults[i].step != sim->step || !(kept >> i & 1))
			continue;
		sim_trace("fault: %s", fault_texts[sim->faults[i].class]);
		faults[sim->faults[i].class](&sim->faults[i]);
	}
}

// --- the operator ---

// A fork is noticed, with cause, and mended; a daemon that stops following for any other reason is
// a broken promise.
static void look_at_feed(struct process *process, unsigned place)
{
	struct feed_report report;
	const struct aggregator *aggregator = process->state;
	const struct feed *feed = &aggregator->feeds[place];
	sim->current = process;
	aggregator_report(feed, &report);
	sim->current = NULL;
	if (strcmp(report.state, "stopped") == 0)
		sim_violation("an aggregator stops following: %s", report.reason);
	if (strcmp(report.state, "fork") != 0)
		return;
	if (!sim->departments[place].rewritten)
		sim_violation("a fork is told where there is none: %s", report.reason);
	if (sim->quiet || dice_chance(&sim->work, 10))
		ask_for_rebuild(process, place);
}

static void operate(void)
{
	for (unsigned i = 0; i < SIM_AGGREGATORS; i++) {
		struct process *process = sim_aggregator_process(i);
		for (unsigned j = 0; j < SIM_DEPARTMENTS && sim_process_runs(process); j++)
			look_at_feed(process, j);
	}
}

// --- a run ---

static void name_people(void)
{
	static const uint8_t secret[32] = "sim"; // as in files.c
	struct pseudonym *pseudonym = pseudonym_new(secret, '1');
	for (unsigned i = 0; i < SIM_PEOPLE; i++) {
		char id[ID_SIZE];
		person_id(i, id);
		pseudonym_subject(pseudonym, SUBJECT_PERSON, bytes_of_text(id), sim->subjects[i]);
	}
	pseudonym_close(&pseudonym);
}

static void begin(void)
{
	sim->redis = redis_server_new();
	history_begin();
	name_people();
	for (unsigned i = 0; i < SIM_DEPARTMENTS; i++)
		sim->departments[i].disk = disk_new();
	for (unsigned i = 0; i < SIM_PROCESSES; i++) {
		bool department = i < SIM_DEPARTMENTS;
		sim->processes[i].kind = department ? PROCESS_DEPARTMENT : PROCESS_AGGREGATOR;
		sim->processes[i].place = department ? i : i - SIM_DEPARTMENTS;
		if (i + 1 < SIM_PROCESSES) // the last is the second aggregator
			sim_process_start(&sim->processes[i]);
	}
	for (size_t i = 0; i < sim->fault_count; i++)
		sim->disks_lose |= sim->faults[i].class == FAULT_LOST_WRITES;
}

static void end(void)
{
	for (unsigned i = 0; i < SIM_PROCESSES; i++) {
		sim->processes[i].wanted = false;
		sim_process_kill(&sim->processes[i]);
	}
	for (size_t i = 0; i < sim->event_count; i++)
		if (sim->events[i].drop != NULL)
			sim->events[i].drop(sim->events[i].context);
	sim->event_count = 0;
	for (unsigned i = 0; i < SIM_DEPARTMENTS; i++) {
		disk_free(&sim->departments[i].disk);
		disk_free(&sim->departments[i].copy);
	}
	while (pushes != NULL) {
		struct push *push = pushes;
		pushes = push->next;
		free(push);
	}
	redis_server_free(&sim->redis);
	history_end();
	bus_forget_all();
	free(sim->events);
}

static void calm_down(void)
{
	sim->quiet = true;
	end_second(sim_aggregator_process(1));
	for (unsigned i = 0; i < SIM_PROCESSES; i++) {
		sim->processes[i].stalled_until_ms = 0;
		sim->processes[i].fuse = 0;
	}
	for (unsigned i = 0; i < SIM_DEPARTMENTS; i++)
		sim->departments[i].commit_fails = false;
	sim_trace("all faults are over");
}

static bool is_quiet(void)
{
	const struct process *process = sim_aggregator_process(0);
	if (!sim_process_runs(process))
		return false;
	const struct aggregator *aggregator = process->state;
	for (unsigned i = 0; i < SIM_DEPARTMENTS; i++) {
		const struct process *department = sim_department_process(i);
		if (!sim_process_runs(department) ||
		    !committer_is_idle(((struct department *)department->state)->committer))
			return false;
	}
	return store_state(aggregator->store) == STORE_READY && store_is_idle(aggregator->store) &&
	       history_is_caught_up(sim->redis);
}

void sim_story(uint64_t kept)
{
	begin();
	for (sim->step = 0; sim->step < sim->steps; sim->step++) {
		let_faults_come(kept);
		if (dice_chance(&sim->work, 60))
			push_rows((unsigned)dice_below(&sim->work, SIM_DEPARTMENTS));
		sim_run_until(sim->now_ms + 1 + (int64_t)dice_below(&sim->work, STEP_MS_MAX));
		operate();
	}
	calm_down();
	int64_t until_ms = sim->now_ms + QUIET_MS_MAX;
	while (!is_quiet()) {
		if (sim->now_ms >= until_ms)
			sim_violation(
			    "after %d s without faults it is not caught up", QUIET_MS_MAX / 1000);
		sim_run_until(sim->now_ms + QUIET_STEP_MS);
		operate();
	}
	promise_quiet_is_equal(sim->redis);
	end();
}
