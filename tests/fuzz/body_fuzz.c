// SPDX-License-Identifier: Apache-2.0
// body_fuzz: a record's body, as a journal or another department's message may hold it.
#include "fuzz.h"

#include "json.h"
#include "record.h"

static void check_json(const struct kind *kind, struct bytes body)
{
	struct buffer text = { 0 };
	struct json_writer writer = json_writer_make(&text);
	struct json *json = NULL;
	if (record_write_json(kind, body, NULL, NULL, &writer) == STATUS_OK) {
		ENSURE(json_parse(&json, buffer_bytes(&text)) == STATUS_OK);
		ENSURE(json_type(json_root(json)) == JSON_OBJECT);
	} else {
		ENSURE(text.size == 0);
	}
	json_free(&json);
	buffer_deinit(&text);
}

// The same values give the same bytes.
static void check_record(const struct record *record)
{
	struct buffer once = { 0 }, twice = { 0 };
	struct record again;
	record_pack(record, &once);
	ENSURE(record_unpack(&again, record->kind, buffer_bytes(&once)) == STATUS_OK);
	record_pack(&again, &twice);
	ENSURE(bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
	record_deinit(&again);
	buffer_deinit(&once);
	buffer_deinit(&twice);
}

void fuzz_once(struct bytes input)
{
	const struct kind *kind = fuzz_kind(&input);
	struct record record;
	if (record_unpack(&record, kind, input) == STATUS_OK)
		check_record(&record);
	record_deinit(&record);
	check_json(kind, input);
}
