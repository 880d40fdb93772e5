// SPDX-License-Identifier: Apache-2.0
// history: the last entries of a department, and then those that come.
#include "history.h"

enum {
	FURTHER = 4 // times as far back each time: few beginnings, and not much more than is needed
};

// More than any department will ever have.
static const uint64_t sequence_max = UINT64_C(1) << 52;

struct history {
	struct history_options options;
	struct history_calls calls;
	void *context;
	struct follower *follower;
	bool heard, skips;
	uint64_t target; // the head when it was first heard of
	uint64_t first;  // where the follower began
	uint64_t wanted; // entries since
	bool judges_age; // the next entry tells whether the beginning is old enough
	bool goes_back;  // it did not
	bool complete, cut;
};

// --- looking back -------------------------------------------------------------------------------

static uint64_t entries_behind(const struct history *history)
{
	return history->target + 1 - history->first;
}

static void start(struct history *history, uint64_t entries)
{
	history->first = entries < history->target ? history->target - entries + 1 : 1;
	history->wanted = 0;
	history->goes_back = false;
	history->judges_age = history->options.since_ms > 0 && history->first > 1;
	follower_start_at(history->follower, history->first);
}

static void go_further_back(struct history *history)
{
	history->calls.begin(history->context);
	start(history, entries_behind(history) * FURTHER);
}

static void begin(struct history *history, uint64_t head)
{
	uint64_t count = history->options.since_ms > 0 ? 0 : history->options.count;
	bool nothing_before = history->skips || (count == 0 && history->options.since_ms == 0);
	history->heard = true;
	history->target = head;
	if (nothing_before)
		start(history, 0);
	else
		start(history, count > HISTORY_ENTRIES_MIN ? count : HISTORY_ENTRIES_MIN);
}

static bool needs_more(const struct history *history)
{
	return history->options.since_ms == 0 && !history->skips && history->first > 1 &&
	       history->wanted < history->options.count;
}

static void settle(struct history *history)
{
	struct follower_report report;
	follower_report(history->follower, 0, &report);
	if (!history->goes_back &&
	    (history->complete || report.position.sequence < history->target))
		return;
	history->cut = needs_more(history) && entries_behind(history) >= HISTORY_ENTRIES_MAX;
	if (history->goes_back || (needs_more(history) && !history->cut))
		go_further_back(history);
	else
		history->complete = true;
}

// --- the follower's calls -----------------------------------------------------------------------

// The follower must not be moved inside its own call, so the rest of the batch is let pass.
static void take_entry(
    uint64_t sequence, const struct entry *entry, const uint8_t chain[CHAIN_BYTES], void *context)
{
	struct history *history = context;
	(void)chain;
	if (history->judges_age)
		history->goes_back = entry->recorded_ms >= history->options.since_ms;
	history->judges_age = false;
	if (!history->goes_back && history->calls.entry(sequence, entry, history->context))
		history->wanted++;
}

static void pass_batch_end(const struct position *position, void *context)
{
	(void)position;
	(void)context;
}

static void pass_request(struct bytes message, void *context)
{
	const struct history *history = context;
	history->calls.request(message, history->context);
}

// --- feeding it ---------------------------------------------------------------------------------

struct history *history_new(
    const struct history_options *options, const struct history_calls *calls, void *context)
{
	static const struct follower_calls follower_calls = { take_entry, pass_batch_end, NULL,
		pass_request };
	static const struct position beginning;
	struct history *history = allocate(sizeof *history);
	history->options = *options;
	history->calls = *calls;
	history->context = context;
	history->follower = follower_new(options->department, &beginning, &follower_calls, history);
	return history;
}

void history_free(struct history **history)
{
	if (*history == NULL)
		return;
	follower_free(&(*history)->follower);
	free(*history);
	*history = NULL;
}

void history_probe(struct history *history)
{
	const struct replay_request request = {
		.from = sequence_max, .credit = 1, .request = HISTORY_PROBE_REQUEST
	};
	struct buffer message = { 0 };
	envelope_write_replay(&message, &request);
	history->calls.request(buffer_bytes(&message), history->context);
	buffer_deinit(&message);
}

// Until the head is known the follower is not fed: it would begin at the beginning. False: nothing
// was learnt. A format that is newer than this program is for the follower to stop at.
static bool hear(struct history *history, struct bytes message)
{
	struct batch batch;
	enum status status = envelope_read_batch(&batch, message);
	bool fits = status == STATUS_OK && batch.department == history->options.department &&
		    batch.head <= sequence_max;
	if (fits)
		begin(history, batch.head);
	return fits || status == STATUS_INVALID;
}

void history_message(struct history *history, struct bytes message, int64_t now_ms)
{
	if (!history->heard && !hear(history, message))
		return;
	follower_message(history->follower, message, now_ms);
	if (history->heard)
		settle(history);
	if (history->heard && !history->complete)
		follower_tick(history->follower, now_ms);
}

void history_tick(struct history *history, int64_t now_ms)
{
	if (history->heard)
		follower_tick(history->follower, now_ms);
}

void history_skip(struct history *history)
{
	static const struct position beginning;
	history->skips = true;
	history->heard = history->complete = false;
	follower_restart(history->follower, &beginning);
}

bool history_is_heard(const struct history *history)
{
	return history->heard;
}

bool history_is_complete(const struct history *history)
{
	return history->complete;
}

bool history_is_cut(const struct history *history)
{
	return history->cut;
}

void history_report(const struct history *history, int64_t now_ms, struct follower_report *report)
{
	follower_report(history->follower, now_ms, report);
}
