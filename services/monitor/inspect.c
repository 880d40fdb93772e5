// SPDX-License-Identifier: Apache-2.0
// inspect: one entry looked at: read again from its department's journal, and the one before it.
#include "inspect.h"

#include "chain.h"
#include "clock.h"
#include "inspection.h"
#include "monitor.h"

enum step {
	STEP_WAITING, // another one is under way
	STEP_ENTRY,
	STEP_AFTER, // its hash, as the journal tells it
	STEP_BEFORE,
	STEP_DONE
};

struct inspection {
	struct inspection *next;
	struct feed *feed;
	struct http_request *request;
	uint64_t sequence;
	uint64_t number; // of its replay request
	enum step step;
	int64_t begun_ms;
	struct buffer entry, before; // packed; personal data
	uint8_t chain[CHAIN_BYTES];  // behind the entry, as reckoned
	enum check_result chain_holds;
	uint64_t previous;
};

// --- ending -------------------------------------------------------------------------------------

static void remove_inspection(struct inspection *inspection)
{
	struct inspection **place = &inspection->feed->monitor->inspections;
	while (*place != inspection)
		place = &(*place)->next;
	*place = inspection->next;
	buffer_wipe(&inspection->entry);
	buffer_wipe(&inspection->before);
	free(inspection);
}

static enum check_result is_applied(const struct inspection *inspection)
{
	const struct feed *feed = inspection->feed;
	const struct watched *watched = &feed->monitor->watch.departments[feed->place];
	if (!watched->known)
		return CHECK_UNKNOWN;
	return watched->position >= inspection->sequence ? CHECK_GOOD : CHECK_BAD;
}

static void answer_found(struct inspection *inspection)
{
	struct entry entry, before;
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	struct found found = {
		.catalogue = inspection->feed->catalogue,
		.sequence = inspection->sequence,
		.entry = &entry,
		.chain = inspection->chain_holds,
		.applied = is_applied(inspection),
		.now_ms = clock_wall_ms(),
	};
	ENSURE(envelope_read_entry(&entry, buffer_bytes(&inspection->entry)) == STATUS_OK);
	if (inspection->before.size > 0 &&
	    envelope_read_entry(&before, buffer_bytes(&inspection->before)) == STATUS_OK)
		found.before = &before;
	found.before_unavailable = inspection->previous > 0 && found.before == NULL;
	inspection_write(&found, &json);
	http_answer(inspection->request, 200, "application/json", buffer_bytes(&out), NULL);
	buffer_wipe(&out);
}

static void begin_next(struct feed *feed);

static void end(struct inspection *inspection, bool in_time)
{
	struct feed *feed = inspection->feed;
	if (inspection->entry.size > 0)
		answer_found(inspection);
	else if (in_time)
		http_answer_problem(inspection->request, 404, "no_such_entry",
		    "The department's journal has no such entry", "该部门日志中没有此记录");
	else
		http_answer_problem(inspection->request, 503, "no_answer",
		    "The department did not answer in time", "该部门未在时限内应答");
	remove_inspection(inspection);
	begin_next(feed);
}

// --- asking -------------------------------------------------------------------------------------

// A request of a reader takes the place of its last one: one at a time.
static void ask(struct inspection *inspection, enum step step, uint64_t from)
{
	static const struct bytes none;
	struct feed *feed = inspection->feed;
	struct buffer message = { 0 };
	inspection->step = step;
	inspection->number = ++feed->monitor->inspection_count;
	const struct replay_request request = {
		.from = from, .credit = 1, .request = inspection->number
	};
	envelope_write_replay(&message, &request);
	if (bus_send(feed->lookups, none, none, buffer_bytes(&message)) != STATUS_OK)
		inspection->begun_ms = 0; // the next tick ends it
	buffer_deinit(&message);
}

static struct inspection *active(const struct feed *feed)
{
	for (struct inspection *each = feed->monitor->inspections; each != NULL; each = each->next)
		if (each->feed == feed && each->step != STEP_WAITING)
			return each;
	return NULL;
}

// The oldest is the last in the list.
static void begin_next(struct feed *feed)
{
	struct inspection *oldest = NULL;
	if (active(feed) != NULL)
		return;
	for (struct inspection *each = feed->monitor->inspections; each != NULL; each = each->next)
		if (each->feed == feed)
			oldest = each;
	if (oldest != NULL)
		ask(oldest, STEP_ENTRY, oldest->sequence);
}

// --- what comes ---------------------------------------------------------------------------------

// False: the answer holds no entry of that sequence.
static bool keep_entry(
    struct buffer *kept, const struct batch *batch, uint64_t sequence, struct entry *entry)
{
	struct bytes entries = batch->entries, packed;
	if (batch->count == 0 || batch->first != sequence ||
	    envelope_next_entry(entry, &entries, &packed) != STATUS_OK)
		return false;
	buffer_append_bytes(kept, packed);
	return true;
}

static void take_entry(struct inspection *inspection, const struct batch *batch)
{
	struct entry entry;
	if (!keep_entry(&inspection->entry, batch, inspection->sequence, &entry)) {
		end(inspection, true);
		return;
	}
	inspection->previous = entry.previous;
	memcpy(inspection->chain, batch->chain, CHAIN_BYTES);
	chain_add(inspection->chain, inspection->sequence, &entry);
	ask(inspection, STEP_AFTER, inspection->sequence + 1);
}

static void take_after(struct inspection *inspection, const struct batch *batch)
{
	bool fits = memcmp(inspection->chain, batch->chain, CHAIN_BYTES) == 0;
	if (batch->first == inspection->sequence + 1)
		inspection->chain_holds = fits ? CHECK_GOOD : CHECK_BAD;
	if (inspection->previous > 0)
		ask(inspection, STEP_BEFORE, inspection->previous);
	else
		end(inspection, true);
}

static void take_before(struct inspection *inspection, const struct batch *batch)
{
	struct entry entry;
	if (!keep_entry(&inspection->before, batch, inspection->previous, &entry))
		buffer_clear(&inspection->before);
	end(inspection, true);
}

static void hear(struct bytes peer, struct bytes topic, struct bytes message, void *context)
{
	static void (*const takers[])(struct inspection * inspection, const struct batch *batch) = {
		[STEP_ENTRY] = take_entry,
		[STEP_AFTER] = take_after,
		[STEP_BEFORE] = take_before,
	};
	struct feed *feed = context;
	struct inspection *inspection = active(feed);
	struct batch batch;
	(void)peer;
	(void)topic;
	if (inspection != NULL && envelope_read_batch(&batch, message) == STATUS_OK &&
	    batch.answer == inspection->number)
		takers[inspection->step](inspection, &batch);
}

// --- beginning ----------------------------------------------------------------------------------

static size_t count_inspections(const struct monitor *monitor)
{
	size_t count = 0;
	for (const struct inspection *each = monitor->inspections; each != NULL; each = each->next)
		count++;
	return count;
}

void inspect_begin(struct feed *feed, uint64_t sequence, struct http_request *request)
{
	struct monitor *monitor = feed->monitor;
	if (count_inspections(monitor) == INSPECTIONS_MAX) {
		http_answer_problem(request, 429, "busy", "Too many entries are being looked at",
		    "正在查看的记录过多，请稍后重试");
		return;
	}
	if (feed->lookups == NULL && bus_request_open(&feed->lookups, monitor->bus, feed->replay,
					 feed->server_key, hear, feed) != STATUS_OK) {
		http_answer_problem(
		    request, 503, "no_answer", status_reason(), "无法连接该部门的补读端口");
		return;
	}
	struct inspection *inspection = allocate(sizeof *inspection);
	*inspection = (struct inspection){
		.next = monitor->inspections,
		.feed = feed,
		.request = request,
		.sequence = sequence,
		.begun_ms = loop_now_ms(monitor->loop),
	};
	monitor->inspections = inspection;
	begin_next(feed);
}

void inspect_tick(struct monitor *monitor)
{
	int64_t now_ms = loop_now_ms(monitor->loop);
	struct inspection *each = monitor->inspections;
	while (each != NULL) {
		struct inspection *next = each->next;
		if (now_ms - each->begun_ms >= INSPECTION_MS)
			end(each, false);
		each = next;
	}
}

void inspect_drop(struct monitor *monitor)
{
	while (monitor->inspections != NULL)
		remove_inspection(monitor->inspections);
}
