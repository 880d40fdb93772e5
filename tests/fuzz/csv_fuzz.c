// SPDX-License-Identifier: Apache-2.0
// csv_fuzz: a spreadsheet in whatever encoding, row by row into records.
#include "fuzz.h"

#include "csv.h"
#include "json.h"
#include "record.h"
#include "sheet.h"
#include "text.h"

static void check_row(const struct sheet *sheet, const struct bytes *cells, size_t count)
{
	const struct record_context context = { fuzz_pseudonym(), FUZZ_TODAY };
	struct record record = { 0 };
	struct problems problems;
	struct buffer kept = { 0 };
	struct json *json = NULL;
	ENSURE(count <= CSV_COLUMNS_MAX && count <= sheet->count);
	for (size_t i = 0; i < count; i++)
		ENSURE(cells[i].size <= CSV_CELL_BYTES_MAX && text_valid(cells[i]));
	if (!record_from_cells(
		&record, sheet->kind, sheet->columns, cells, count, &context, &problems))
		ENSURE(problems.count > 0);
	record_deinit(&record);
	sheet_write_row(sheet, cells, count, &kept);
	ENSURE(json_parse(&json, buffer_bytes(&kept)) == STATUS_OK);
	json_free(&json);
	buffer_deinit(&kept);
}

static void check_rows(struct csv *csv, const struct sheet *sheet, size_t bytes)
{
	const struct bytes *cells;
	size_t count = 1, rows = 0;
	while (count > 0) {
		enum status status = csv_next(csv, &cells, &count);
		ENSURE(rows++ <= bytes + 1); // every row has at least a byte
		if (status == STATUS_INVALID || status == STATUS_TOO_LARGE)
			count = 1;
		else if (status != STATUS_OK)
			return;
		else if (count > 0)
			check_row(sheet, cells, count);
	}
}

void fuzz_once(struct bytes input)
{
	const struct kind *kind = fuzz_kind(&input);
	struct csv *csv;
	struct sheet sheet;
	struct problems problems;
	if (csv_open_memory(&csv, input) != STATUS_OK)
		return;
	(void)sheet_make(&sheet, csv, kind, false, &problems);
	check_rows(csv, &sheet, input.size);
	csv_close(&csv);
}
