// SPDX-License-Identifier: Apache-2.0
// json_fuzz: any text as JSON; what is accepted is written, and read again as the same.
#include "fuzz.h"

#include "json.h"
#include "rows.h"

static void write_again(struct bytes text, struct buffer *out)
{
	struct json *json;
	struct json_writer writer = json_writer_make(out);
	ENSURE(json_parse(&json, text) == STATUS_OK);
	json_write_value(&writer, json_root(json));
	json_free(&json);
}

static void read_rows(struct bytes input, enum rows_form form)
{
	struct rows *rows = rows_open_memory(input, form);
	struct row row;
	bool ended = false;
	size_t count = 0;
	while (!ended && rows_next(rows, &row, &ended) == STATUS_OK)
		ENSURE(count++ <= input.size + 1);
	rows_close(&rows);
}

void fuzz_once(struct bytes input)
{
	struct json *json;
	struct buffer once = { 0 }, twice = { 0 };
	if (json_parse(&json, input) == STATUS_OK) {
		struct json_writer writer = json_writer_make(&once);
		json_write_value(&writer, json_root(json));
		write_again(buffer_bytes(&once), &twice);
		ENSURE(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
	}
	json_free(&json);
	read_rows(input, ROWS_JSON);
	read_rows(input, ROWS_NDJSON);
	buffer_deinit(&once);
	buffer_deinit(&twice);
}
