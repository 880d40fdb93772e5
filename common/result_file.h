// SPDX-License-Identifier: Apache-2.0
// result_file: the rows of a file that were refused, given back to those who sent it, to be mended
// and sent again.
//
// Of a spreadsheet: in its own encoding, separator and columns, with three more, 错误, 修改建议
// and 隔离编号 (those of an earlier result file are replaced): its number in quarantine ends with a
// mended row, whatever was wrong with it. Of other files: row number, code and these.
#ifndef COMMON_RESULT_FILE_H
#define COMMON_RESULT_FILE_H

#include "delivery.h"

struct result_file;

// csv: the spreadsheet, until the result is finished; NULL: the file is none. Fails as
// csv_writer_open().
MUST_CHECK enum status result_file_open(
    struct result_file **result, const char *path, const struct csv *csv);

void result_file_add(struct result_file *result, const struct delivery_row *row);

// What is wrong with the file as a whole. code is shown where there is a column for it.
void result_file_add_note(
    struct result_file *result, const char *code, const char *error, const char *hint);

// As csv_writer_finish(); STATUS_FULL and STATUS_IO of what was added too.
MUST_CHECK enum status result_file_finish(struct result_file **result);
void result_file_abandon(struct result_file **result);

#endif
