// SPDX-License-Identifier: Apache-2.0
// row_columns: the columns that a spreadsheet of any kind may have: what is to be done with the
// row, the source's own version of it, and, in a result file, its number in quarantine.
#ifndef COMMON_ROW_COLUMNS_H
#define COMMON_ROW_COLUMNS_H

#include "record.h"

// They stand in the header for record_from_cells(). In JSON they are `_op`, `_version`
// and `_reject`.
extern const struct field operation_column, version_column, reject_column;

// One of them, by the header of a column; or NULL. The catalogue's own columns go before.
const struct field *row_column_named(struct bytes header);

// 新增, 修改, put, I, U, ...: put; 删除, 撤回, 注销, retract, D, ...: retract. False: neither.
bool row_column_operation(struct bytes cell, enum record_operation *operation);

// A number, or a time as databases and Excel write it (2026-11-23 08:15:02, 2026/11/23 8:15): its
// microseconds since 1970, in China's time where it names no other. False: neither.
bool row_column_version(struct bytes cell, uint64_t *version, bool *is_time);

#endif
