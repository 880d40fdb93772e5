// SPDX-License-Identifier: Apache-2.0
// reject_scan: the rows in a department's quarantine, read page by page up to a limit.
#include "reject_scan.h"

#include "monitor.h"

#include <inttypes.h>
#include <stdio.h>

enum {
	PAGE_ROWS = 1000,
	SETTLE_TIMEOUT_MS = 60 * 1000,
	PATH_SIZE = 4096
};

bool reject_call(struct feed *feed, const char *method, const char *path, struct bytes body,
    call_done *done, void *context)
{
	struct monitor *monitor = feed->monitor;
	char token_path[PATH_SIZE];
	snprintf(token_path, sizeof token_path, "%s/%s", monitor->settings->tokens,
	    feed->catalogue->name);
	const struct call_options options = { feed->ask, token_path, method, path, body,
		body.size > 0 ? SETTLE_TIMEOUT_MS : CALL_TIMEOUT_MS, feed->asked };
	return feed->ask[0] != 0 && calls_start(&monitor->calls, &options, done, context);
}

static void finish(struct reject_scan *scan, const char *state, const char *reason)
{
	scan->state = state;
	snprintf(scan->reason, sizeof scan->reason, "%s", reason);
	scan->done(scan, scan->context);
}

static void take_answer(const struct call_answer *answer, void *context);

static void ask(struct reject_scan *scan)
{
	struct buffer path = { 0 };
	buffer_printf(
	    &path, "/v1/rejects?limit=%d&after=%" PRIu64 "%s", PAGE_ROWS, scan->after, scan->query);
	bool asked = reject_call(
	    scan->feed, "GET", buffer_text(&path), (struct bytes){ 0 }, take_answer, scan);
	buffer_deinit(&path);
	if (!asked)
		finish(scan, "failed",
		    scan->feed->ask[0] != 0 ? "too many calls are under way"
					    : "no setting says where its HTTP is");
}

static void take_page(struct reject_scan *scan, const struct json_value *root)
{
	int64_t next;
	const struct json_value *member = json_member(root, "next");
	if (json_member(root, "total") == NULL ||
	    !json_integer(json_member(root, "total"), &scan->total)) {
		finish(scan, "failed", "its answer is not understood");
		return;
	}
	for (const struct json_value *row = json_first(json_member(root, "rejects")); row != NULL;
	     row = json_next(row)) {
		scan->rows++;
		scan->row(row, scan->context);
	}
	scan->complete = member == NULL || !json_integer(member, &next);
	if (scan->complete || scan->rows >= REJECTS_GROUPED_MAX) {
		finish(scan, "ok", "");
		return;
	}
	scan->after = (uint64_t)next;
	ask(scan);
}

static void take_answer(const struct call_answer *answer, void *context)
{
	struct reject_scan *scan = context;
	struct json *json = NULL;
	if (answer->no_token)
		finish(scan, "no_token", answer->reason);
	else if (answer->code == 0)
		finish(scan, "unreachable", answer->reason);
	else if (answer->code != 200)
		finish(scan, "failed", "it refuses to be asked");
	else if (json_parse(&json, answer->body) != STATUS_OK)
		finish(scan, "failed", "its answer is not understood");
	else
		take_page(scan, json_root(json));
	json_free(&json);
}

void reject_scan_start(struct reject_scan *scan)
{
	scan->state = NULL;
	scan->reason[0] = 0;
	scan->total = -1;
	scan->complete = false;
	scan->rows = scan->after = 0;
	ask(scan);
}
