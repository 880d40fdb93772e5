// SPDX-License-Identifier: Apache-2.0
// carrier: slice, commit, slice.
#include "carrier.h"

#include "log.h"
#include "service.h"

struct carrier {
	struct carrier_options options;
	struct loop_timer *next; // slice; NULL: there was but one so far
	enum status status;
	bool done;
};

struct carrier *carrier_new(const struct carrier_options *options)
{
	struct carrier *carrier = allocate(sizeof *carrier);
	carrier->options = *options;
	return carrier;
}

void carrier_free(struct carrier **carrier)
{
	if (*carrier == NULL)
		return;
	loop_timer_close(&(*carrier)->next);
	free(*carrier);
	*carrier = NULL;
}

static void run_slice(void *context);

static void slice_is_decided(bool durable, void *context)
{
	struct carrier *carrier = context;
	if (!durable)
		carrier->status = STATUS_IO;
	if (carrier->done || carrier->status != STATUS_OK)
		carrier->options.ended(carrier->status, carrier->options.context);
	else if (carrier->next == NULL)
		carrier->next = loop_timer_open(carrier->options.loop, 0, 0, run_slice, carrier);
	else
		loop_timer_again(carrier->next, 0);
}

static void run_slice(void *context)
{
	struct carrier *carrier = context;
	const struct carrier_options *options = &carrier->options;
	carrier->status = database_room(options->database);
	if (carrier->status == STATUS_OK)
		carrier->status = options->work(
		    committer_batch(options->committer), &carrier->done, options->context);
	if (carrier->status == STATUS_FULL)
		log_error("rows are refused: %s", status_reason());
	if (carrier->status == STATUS_OK || carrier->status == STATUS_FULL) {
		committer_wait(options->committer, slice_is_decided, carrier);
		return;
	}
	service_die(options->loop, "%s", status_reason()); // the batch must not be committed
	options->ended(carrier->status, options->context);
}

void carrier_start(struct carrier *carrier)
{
	run_slice(carrier);
}
