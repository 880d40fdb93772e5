// SPDX-License-Identifier: Apache-2.0
// handlers: what the monitor answers, by file.
#ifndef MONITOR_HANDLERS_H
#define MONITOR_HANDLERS_H

#include "buffer.h"
#include "http.h"

http_handler sources_get, gaps_get, gaps_post_repair; // sources_http
http_handler events_get, events_get_one;              // events_http
http_handler counters_get;                            // counters_http
http_handler metrics_get;                             // monitor_metrics

// application/json; frees out.
void answer_json(struct http_request *request, int code, struct buffer *out);

#endif
