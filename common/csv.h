// SPDX-License-Identifier: Apache-2.0
// csv: spreadsheets as offices save them, row by row, in constant memory.
//
// Encoding: decided on the whole input before the first row, by the rule in charset.h: a byte order
// mark, UTF-16 by its zero bytes, strict UTF-8, GB18030 (not GBK). With at least ten good
// characters for each bad place a text is only damaged: the rows with bad bytes are lost. What is
// partly UTF-8 and partly not is refused. A U+FEFF at the start is dropped, inside it stays.
//
// Separator: what a leading `sep=;` line of Excel says, else comma, semicolon or tab, whichever the
// header has most. RFC 4180 quoting, blanks allowed behind a closing quote; CR, LF or CRLF, mixed.
//
// A quote that never closes, or is closed in front of other text, costs one row: reading goes on at
// the line after the one where that quote opened, so that it swallows nothing. That is known at the
// end of the input (STATUS_INVALID) or when the row passes CSV_ROW_BYTES_MAX (STATUS_TOO_LARGE). A
// row too large without an open quote is passed over up to the end of its line.
#ifndef COMMON_CSV_H
#define COMMON_CSV_H

#include "buffer.h"
#include "status.h"

// Bytes are counted in UTF-8: a row as it stands in the file, without its line end; a cell cleaned.
enum {
	CSV_COLUMNS_MAX = 256,
	CSV_CELL_BYTES_MAX = 4096,
	CSV_ROW_BYTES_MAX = 65536
};

enum csv_encoding {
	CSV_UTF8,
	CSV_UTF8_BOM,
	CSV_UTF16LE,
	CSV_UTF16BE,
	CSV_GB18030
};
const char *csv_encoding_name(enum csv_encoding encoding);

struct csv;

// From a regular file (no symbolic link), which is read twice (to find the encoding, then the
// rows), or from memory (borrowed until csv_close). STATUS_INVALID: no encoding fits (the reason
// says the first place), an Excel workbook, or no header row; a header that cannot be read fails
// like a row.
MUST_CHECK enum status csv_open_file(struct csv **csv, const char *path);
MUST_CHECK enum status csv_open_memory(struct csv **csv, struct bytes content);

// In Chinese, why one of the two gave STATUS_INVALID last.
const char *csv_refusal_chinese(void);

void csv_close(struct csv **csv);

enum csv_encoding csv_encoding(const struct csv *csv);
char csv_separator(const struct csv *csv);

// The header's cells, UTF-8, cleaned like any cell. Borrowed until csv_close. Returns their count.
size_t csv_header(const struct csv *csv, const struct bytes **cells);

// The next row: STATUS_OK with its cells in UTF-8 (borrowed until the next call), *count 0 at the
// end of the input. Wholly empty rows are passed over. A row may have fewer cells than the header;
// more only if those are empty, then they are left out.
//
// Cells are cleaned of what Excel and exports add: surrounding white space (tab, ideographic and
// no-break space too), a `="..."` wrapper, a leading apostrophe.
//
// A row that cannot be read gives STATUS_INVALID (a cell too many, a quote as above, bytes that are
// no text, NUL among them) or STATUS_TOO_LARGE (a cell or the row) once; the next call goes on
// behind it. Any other status ends the reading and is given again: STATUS_IO, or STATUS_BUSY if the
// file was changed meanwhile, so that no row given so far may be taken for a whole list.
MUST_CHECK enum status csv_next(struct csv *csv, const struct bytes **cells, size_t *count);

// Did csv_next() refuse the row for bytes that are no text?
bool csv_row_is_no_text(const struct csv *csv);

// To the first row again: they will be the same, or the reading ends with STATUS_BUSY.
MUST_CHECK enum status csv_rewind(struct csv *csv);

// The line on which the row last given begins, from 1, as a text editor counts.
int64_t csv_line(const struct csv *csv);

// --- writing a result file back in the encoding and form it came in -----------------------------

struct csv_writer;

// Writes to "<path>.<process>-<number>.part" beside path, mode 0660 less the umask; a crash leaves
// that file behind and path as it was. separator: one that csv_separator() can give: , ; | : ^ ~ or
// a tab. UTF-16 and CSV_UTF8_BOM begin with a byte order mark.
MUST_CHECK enum status csv_writer_open(
    struct csv_writer **writer, const char *path, enum csv_encoding encoding, char separator);

// Lines end in CRLF; quotes only where needed. A cell in which Excel could see a formula gets a
// leading apostrophe: it begins with = + - @ (full-width ones too) or a control character. A plain
// negative number (-12.50) is left alone. So that csv_next() gives every cell back, one that begins
// with an apostrophe gets another.
// STATUS_INVALID: a cell is no UTF-8 or cannot be written in this encoding; STATUS_TOO_LARGE: more
// than four times CSV_ROW_BYTES_MAX. The row is then not written, others can be.
// STATUS_FULL and STATUS_IO: nothing more can be written, and csv_writer_finish() will fail too.
MUST_CHECK enum status csv_writer_row(
    struct csv_writer *writer, const struct bytes *cells, size_t count);

// Flushes, syncs, closes and renames over path; only then the file is whole. Frees the writer in
// any case. On failure path is as it was, unless only the last sync, of the directory, failed.
MUST_CHECK enum status csv_writer_finish(struct csv_writer **writer);

// Removes what was written. Accepts NULL.
void csv_writer_abandon(struct csv_writer **writer);

#endif
