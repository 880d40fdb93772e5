// SPDX-License-Identifier: Apache-2.0
// row_fuzz: a row of JSON as anybody may push it, masked too, as a quarantine shows it.
#include "fuzz.h"

#include "citizen_id.h"
#include "json.h"
#include "record.h"
#include "row_mask.h"

static const struct record_context *context(void)
{
	static struct record_context made;
	made = (struct record_context){ fuzz_pseudonym(), FUZZ_TODAY };
	return &made;
}

// What was taken is packed, and what is packed can be read.
static void check_record(const struct record *record)
{
	struct buffer body = { 0 };
	struct record again;
	ENSURE(record->subject[0] == 0 || subject_valid(bytes_of_text(record->subject)));
	ENSURE(!citizen_id_inside(bytes_of_text(record->key)));
	record_pack(record, &body);
	ENSURE(record_unpack(&again, record->kind, buffer_bytes(&body)) == STATUS_OK);
	record_deinit(&again);
	buffer_deinit(&body);
}

static void check_mask(const struct kind *kind, struct bytes input)
{
	struct buffer masked = { 0 };
	struct json_writer writer = json_writer_make(&masked);
	struct json *json = NULL;
	row_mask_write(kind, input, context(), &writer);
	ENSURE(json_parse(&json, buffer_bytes(&masked)) == STATUS_OK);
	ENSURE(!citizen_id_inside(buffer_bytes(&masked)));
	json_free(&json);
	buffer_deinit(&masked);
}

void fuzz_once(struct bytes input)
{
	const struct kind *kind = fuzz_kind(&input);
	struct json *json = NULL;
	if (json_parse(&json, input) == STATUS_OK && json_type(json_root(json)) == JSON_OBJECT) {
		struct record record = { 0 };
		struct problems problems;
		if (record_from_json(&record, kind, json_root(json), context(), &problems))
			check_record(&record);
		else
			ENSURE(problems.count > 0);
		record_deinit(&record);
		check_mask(kind, input);
	}
	json_free(&json);
}
