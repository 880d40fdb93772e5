// SPDX-License-Identifier: Apache-2.0
// rejects: the quarantines of all departments as one work queue: the groups.
#include "rejects.h"

#include "monitor.h"
#include "reject_groups.h"
#include "reject_scan.h"

struct reject_groups {
	struct monitor *monitor;
	struct groups groups;
	struct reject_scan *scans; // one for each feed
	size_t under_way;
	bool known;
	int64_t asked_ms; // of the loop
	struct http_request *waiting[REJECTS_WAITING_MAX];
	size_t waiting_count;
};

void rejects_open(struct monitor *monitor)
{
	struct reject_groups *all = allocate(sizeof *all);
	all->monitor = monitor;
	all->scans = allocate((monitor->feed_count + 1) * sizeof *all->scans);
	monitor->reject_groups = all;
}

void rejects_close(struct monitor *monitor)
{
	struct reject_groups *all = monitor->reject_groups;
	if (all == NULL)
		return;
	groups_deinit(&all->groups);
	free(all->scans);
	free(all);
	monitor->reject_groups = NULL;
}

void rejects_forget(struct monitor *monitor)
{
	monitor->reject_groups->known = false;
}

// --- answering ----------------------------------------------------------------------------------

static bool is_asked_for(const struct http_request *request, const char *name, const char *value)
{
	const char *wanted = http_query(request, name);
	return wanted == NULL || strcmp(wanted, value) == 0;
}

static void write_department(const struct reject_scan *scan, struct json_writer *json)
{
	json_write_begin_object(json);
	json_write_member_text(json, "department", scan->feed->catalogue->name);
	json_write_member_text(json, "state", scan->state);
	json_write_member_text(json, "reason", scan->reason);
	json_write_name(json, "total");
	if (scan->total >= 0)
		json_write_integer(json, scan->total);
	else
		json_write_null(json);
	json_write_member_boolean(json, "complete", scan->complete);
	json_write_end_object(json);
}

static bool group_is_asked_for(const struct http_request *request, const struct reject_group *group)
{
	return is_asked_for(request, "department", group->department) &&
	       is_asked_for(request, "kind", group->kind) &&
	       is_asked_for(request, "code", group->code);
}

static void answer(const struct reject_groups *all, struct http_request *request)
{
	struct buffer out = { 0 };
	struct json_writer json = json_writer_make(&out);
	json_write_begin_object(&json);
	json_write_name(&json, "departments");
	json_write_begin_array(&json);
	for (size_t i = 0; i < all->monitor->feed_count; i++)
		if (is_asked_for(request, "department", all->scans[i].feed->catalogue->name))
			write_department(&all->scans[i], &json);
	json_write_end_array(&json);
	json_write_name(&json, "groups");
	json_write_begin_array(&json);
	for (size_t i = 0; i < all->groups.count; i++)
		if (group_is_asked_for(request, &all->groups.list[i]))
			groups_write_one(&all->groups.list[i], &json);
	json_write_end_array(&json);
	json_write_end_object(&json);
	http_answer(request, 200, "application/json", buffer_bytes(&out), NULL);
	buffer_deinit(&out);
}

// --- asking all departments ---------------------------------------------------------------------

static void take_row(const struct json_value *row, void *context)
{
	struct reject_scan *scan = context;
	struct reject_groups *all = scan->feed->monitor->reject_groups;
	groups_add(&all->groups, scan->feed->catalogue->name, row);
}

static void end_one(struct reject_groups *all)
{
	if (--all->under_way > 0)
		return;
	for (size_t i = 0; i < all->waiting_count; i++)
		answer(all, all->waiting[i]);
	all->waiting_count = 0;
}

static void take_end(struct reject_scan *scan, void *context)
{
	(void)context;
	end_one(scan->feed->monitor->reject_groups);
}

// One more than there are is under way until all have begun: a scan may end at once.
static void ask_all(struct reject_groups *all)
{
	const struct monitor *monitor = all->monitor;
	groups_deinit(&all->groups);
	all->known = true;
	all->asked_ms = loop_now_ms(monitor->loop);
	all->under_way = monitor->feed_count + 1;
	for (size_t i = 0; i < monitor->feed_count; i++) {
		struct reject_scan *scan = &all->scans[i];
		*scan = (struct reject_scan){ .feed = &monitor->feeds[i],
			.query = "",
			.row = take_row,
			.done = take_end,
			.context = scan };
		reject_scan_start(scan);
	}
	end_one(all);
}

void rejects_get_groups(struct http_request *request, void *context)
{
	struct monitor *monitor = context;
	struct reject_groups *all = monitor->reject_groups;
	int64_t age_ms = loop_now_ms(monitor->loop) - all->asked_ms;
	if (all->under_way == 0 && all->known && age_ms < REJECTS_KEPT_MS) {
		answer(all, request);
	} else if (all->waiting_count == REJECTS_WAITING_MAX) {
		http_answer_problem(request, 429, "busy", "Too many readers are waiting",
		    "等待查询的请求过多，请稍后重试");
	} else {
		all->waiting[all->waiting_count++] = request;
		if (all->under_way == 0)
			ask_all(all);
	}
}
