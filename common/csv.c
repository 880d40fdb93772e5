// SPDX-License-Identifier: Apache-2.0
// csv: spreadsheets as offices save them, row by row, in constant memory.
//
// The window always holds the longest row allowed, or the rest of the input, before a row is read.
// So the row scanner sees plain memory and needs no state between chunks, and where a quote went
// wrong, going back to its line is moving an index.
#include "csv.h"
#include "csv_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	WINDOW_BYTES = CSV_ROW_BYTES_MAX + 2, // a row and its CRLF
};

static const struct {
	const char *name;
	enum charset charset;
	bool has_mark;
} encodings[] = {
	[CSV_UTF8] = { "UTF-8", CHARSET_UTF8, false },
	[CSV_UTF8_BOM] = { "UTF-8 with BOM", CHARSET_UTF8, true },
	[CSV_UTF16LE] = { "UTF-16LE", CHARSET_UTF16LE, true },
	[CSV_UTF16BE] = { "UTF-16BE", CHARSET_UTF16BE, true },
	[CSV_GB18030] = { "GB18030", CHARSET_GB18030, false },
};

enum charset csv_charset(enum csv_encoding encoding)
{
	ENSURE(encoding < COUNT_OF(encodings));
	return encodings[encoding].charset;
}

bool csv_has_mark(enum csv_encoding encoding)
{
	ENSURE(encoding < COUNT_OF(encodings));
	return encodings[encoding].has_mark;
}

const char *csv_encoding_name(enum csv_encoding encoding)
{
	ENSURE(encoding < COUNT_OF(encodings));
	return encodings[encoding].name;
}

// UTF-16 is written with a mark even where it came without: Excel needs it.
static enum csv_encoding encoding_of_charset(enum charset charset, bool has_mark)
{
	if (charset == CHARSET_UTF8)
		return has_mark ? CSV_UTF8_BOM : CSV_UTF8;
	enum csv_encoding encoding = CSV_UTF16LE;
	while (encodings[encoding].charset != charset)
		encoding++;
	return encoding;
}

// File names may hold a person's name, so the path is in no reason.
enum status csv_fail_system(const char *action)
{
	static const struct {
		int problem;
		enum status status;
	} known[] = {
		{ ENOENT, STATUS_NOT_FOUND },
		{ EACCES, STATUS_DENIED },
		{ EPERM, STATUS_DENIED },
		{ ENOSPC, STATUS_FULL },
		{ EDQUOT, STATUS_FULL },
	};
	int problem = errno;
	enum status status = STATUS_IO;
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (known[i].problem == problem)
			status = known[i].status;
	return fail(status, "cannot %s: %s", action, strerror(problem));
}

// --- source: a file or memory, read from any offset ---------------------------------------------

struct source {
	int file; // -1: memory
	struct bytes memory;
	struct stat opened; // the file, when it was opened
	uint64_t offset;
};

static enum status source_open_file(struct source *source, const char *path)
{
	*source = (struct source){ .file = -1 };
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW);
	if (file < 0)
		return csv_fail_system("open the file");
	enum status status = STATUS_OK;
	if (fstat(file, &source->opened) != 0)
		status = csv_fail_system("examine the file");
	else if (!S_ISREG(source->opened.st_mode))
		status = fail(STATUS_INVALID, "not a regular file");
	if (status == STATUS_OK)
		source->file = file;
	else
		close(file);
	return status;
}

static void source_close(struct source *source)
{
	if (source->file >= 0)
		close(source->file);
	source->file = -1;
}

static enum status source_read_file(struct source *source, uint8_t *data, size_t *size)
{
	size_t wanted = *size;
	*size = 0;
	while (*size < wanted) {
		off_t offset = (off_t)(source->offset + *size);
		ssize_t got = pread(source->file, data + *size, wanted - *size, offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return csv_fail_system("read the file");
		if (got == 0)
			break;
		*size += (size_t)got;
	}
	return STATUS_OK;
}

// Fewer than *size bytes only at the end.
static enum status source_read(struct source *source, uint8_t *data, size_t *size)
{
	enum status status = STATUS_OK;
	if (source->file >= 0) {
		status = source_read_file(source, data, size);
	} else {
		size_t left = source->memory.size - (size_t)source->offset;
		*size = left < *size ? left : *size;
		if (*size > 0)
			memcpy(data, source->memory.data + source->offset, *size);
	}
	source->offset += *size;
	return status;
}

// Two passes over a file that is being written see two files.
static enum status source_check_unchanged(const struct source *source)
{
	struct stat now;
	const struct stat *then = &source->opened;
	if (source->file < 0)
		return STATUS_OK;
	if (fstat(source->file, &now) != 0)
		return csv_fail_system("examine the file");
	if (now.st_size != then->st_size || now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
	    now.st_mtim.tv_nsec != then->st_mtim.tv_nsec)
		return fail(STATUS_BUSY,
		    "the file was changed while it was read: %jd bytes, then %jd",
		    (intmax_t)then->st_size, (intmax_t)now.st_size);
	return STATUS_OK;
}

// --- the window ---------------------------------------------------------------------------------

struct csv {
	struct source source;
	enum csv_encoding encoding;
	char separator;
	uint8_t *chunk;
	struct charset_decoder *decoder;
	struct buffer text; // the window: decoded, CHARSET_BAD where it could not be
	size_t at;          // where the next row begins in it
	bool ended;         // the window holds the rest of the input
	enum status broken; // what ended the reading, given again by each further call

	int64_t line;      // of the row last given
	int64_t next_line; // of text[at]

	uint8_t *row; // the cells of the row last given, never moved
	size_t row_size;
	struct bytes cells[CSV_COLUMNS_MAX];
	bool is_no_text;     // the row last refused
	size_t columns_used; // the last column that is not empty, may be past CSV_COLUMNS_MAX

	uint8_t *header_row;
	struct bytes header[CSV_COLUMNS_MAX];
	size_t header_count; // 0: the header is still to be read
};

static enum status csv_decode_chunk(struct csv *csv)
{
	size_t size = CSV_CHUNK_BYTES;
	enum status status = source_read(&csv->source, csv->chunk, &size);
	if (status != STATUS_OK)
		return status;
	csv->ended = size < CSV_CHUNK_BYTES;
	charset_decode(csv->decoder, bytes_make(csv->chunk, size), csv->ended, &csv->text);
	return csv->ended ? source_check_unchanged(&csv->source) : STATUS_OK;
}

// Afterwards the window holds `wanted` bytes from `at` on, or the rest of the input.
static enum status csv_fill(struct csv *csv, size_t wanted)
{
	while (!csv->ended && csv->text.size - csv->at < wanted) {
		buffer_drop(&csv->text, csv->at);
		csv->at = 0;
		csv->broken = csv_decode_chunk(csv);
		if (csv->broken != STATUS_OK)
			return csv->broken;
	}
	return STATUS_OK;
}

// The bytes of the line end at data: 0, 1 or 2.
static size_t line_end_size(const uint8_t *data, const uint8_t *end)
{
	if (data == end || !is_line_end(*data))
		return 0;
	return data[0] == '\r' && end - data > 1 && data[1] == '\n' ? 2 : 1;
}

// Moves `at` behind the end of its line, however far that is.
static enum status csv_skip_line(struct csv *csv)
{
	do {
		while (csv->at < csv->text.size && !is_line_end(csv->text.data[csv->at]))
			csv->at++;
		enum status status = csv_fill(csv, 2);
		if (status != STATUS_OK)
			return status;
	} while (csv->at < csv->text.size && !is_line_end(csv->text.data[csv->at]));
	const uint8_t *data = csv->text.data;
	if (csv->at < csv->text.size) {
		csv->at += line_end_size(data + csv->at, data + csv->text.size);
		csv->next_line++;
	}
	return STATUS_OK;
}

// --- cleaning a cell ----------------------------------------------------------------------------

static const char *const spaces[] = { " ", "\t", "\n", "\r", "\v", "\f", "\u00A0", "\u3000",
	"\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
	"\u2009", "\u200A", "\u202F", "\u205F" };

static bool bytes_end_with(struct bytes bytes, const char *text)
{
	size_t size = strlen(text);
	return bytes.size >= size && memcmp(bytes.data + bytes.size - size, text, size) == 0;
}

static struct bytes bytes_without(struct bytes bytes, size_t front, size_t back)
{
	return bytes_make(bytes.data + front, bytes.size - front - back);
}

// The edge byte settles nearly every cell without the table.
static size_t space_at(uint8_t edge, struct bytes cell, bool (*matches)(struct bytes, const char *))
{
	if (edge > ' ' && edge < 0x80)
		return 0;
	for (size_t i = 0; i < COUNT_OF(spaces); i++)
		if (matches(cell, spaces[i]))
			return strlen(spaces[i]);
	return 0;
}

static struct bytes cell_trim(struct bytes cell)
{
	size_t size = 1;
	while (cell.size > 0 && size > 0) {
		size = space_at(cell.data[0], cell, bytes_begin_with);
		cell = bytes_without(cell, size, 0);
	}
	size = 1;
	while (cell.size > 0 && size > 0) {
		size = space_at(cell.data[cell.size - 1], cell, bytes_end_with);
		cell = bytes_without(cell, 0, size);
	}
	return cell;
}

// ="..." is how exports keep Excel from turning an ID number into a float; quotes inside are
// doubled, as in any formula. Works in place: the cell lies in the row's own memory.
static struct bytes cell_unwrap(struct bytes cell)
{
	if (cell.size < 3 || !bytes_begin_with(cell, "=\"") || !bytes_end_with(cell, "\""))
		return cell;
	cell = bytes_without(cell, 2, 1);
	uint8_t *data = (uint8_t *)(uintptr_t)cell.data;
	size_t size = 0;
	for (size_t at = 0; at < cell.size; at++) {
		data[size++] = data[at];
		if (data[at] == '"' && at + 1 < cell.size && data[at + 1] == '"')
			at++;
	}
	return bytes_make(data, size);
}

static struct bytes cell_clean(struct bytes cell)
{
	cell = cell_trim(cell_unwrap(cell_trim(cell)));
	if (bytes_begin_with(cell, "'"))
		cell = cell_trim(bytes_without(cell, 1, 0));
	return cell;
}

// --- reading a row ------------------------------------------------------------------------------

enum trouble {
	TROUBLE_NONE,
	TROUBLE_BYTES,
	TROUBLE_CELLS_MANY,
	TROUBLE_CELL_LARGE,
	TROUBLE_ROW_LARGE, // from here on the row's end is unknown
	TROUBLE_QUOTE_OPEN,
	TROUBLE_QUOTE_TAIL,
};

static const struct {
	enum status status;
	const char *reason;
} troubles[] = {
	[TROUBLE_NONE] = { STATUS_OK, "" },
	[TROUBLE_BYTES] = { STATUS_INVALID, "bytes that are no text in the file's encoding" },
	[TROUBLE_CELLS_MANY] = { STATUS_INVALID, "a cell past the last column allowed" },
	[TROUBLE_CELL_LARGE] = { STATUS_TOO_LARGE, "a cell of more than 4096 bytes" },
	[TROUBLE_ROW_LARGE] = { STATUS_TOO_LARGE, "a row of more than 65536 bytes" },
	[TROUBLE_QUOTE_OPEN] = { STATUS_INVALID, "a quote that never closes" },
	[TROUBLE_QUOTE_TAIL] = { STATUS_INVALID, "text behind a closing quote" },
};
_Static_assert(CSV_CELL_BYTES_MAX == 4096 && CSV_ROW_BYTES_MAX == 65536, "mend the reasons above");

struct scan {
	char separator;
	const uint8_t *at;
	const uint8_t *end; // of what the row may have: one byte past the limit, or the input's end
	bool end_is_input;
	int64_t line; // of at
	size_t column;

	enum trouble trouble; // the first, unless a later one hides the row's end
	size_t trouble_column;
	const uint8_t *resume; // behind whose line to go on, once the row's end is unknown
	int64_t resume_line;
};

static bool scan_lost(const struct scan *scan)
{
	return scan->trouble >= TROUBLE_ROW_LARGE;
}

static void scan_note(struct scan *scan, enum trouble trouble)
{
	if (scan->trouble != TROUBLE_NONE && trouble < TROUBLE_ROW_LARGE)
		return;
	scan->trouble = trouble;
	scan->trouble_column = scan->column;
}

static void scan_lose(
    struct scan *scan, enum trouble trouble, const uint8_t *resume, int64_t resume_line)
{
	scan_note(scan, trouble);
	scan->resume = resume;
	scan->resume_line = resume_line;
}

static struct scan csv_scan_begin(const struct csv *csv)
{
	const uint8_t *start = csv->text.data + csv->at;
	size_t left = csv->text.size - csv->at;
	bool whole = left <= CSV_ROW_BYTES_MAX;
	return (struct scan){
		.separator = csv->separator,
		.at = start,
		.end = start + (whole ? left : CSV_ROW_BYTES_MAX + 1),
		.end_is_input = whole,
		.line = csv->next_line,
	};
}

static bool scan_at_cell_end(const struct scan *scan)
{
	return scan->at == scan->end || *scan->at == (uint8_t)scan->separator ||
	       is_line_end(*scan->at);
}

static void scan_plain_cell(struct scan *scan, struct csv *csv)
{
	while (!scan_at_cell_end(scan))
		csv->row[csv->row_size++] = *scan->at++;
	if (scan->at == scan->end && !scan->end_is_input)
		scan_lose(scan, TROUBLE_ROW_LARGE, scan->at, scan->line);
}

// Copies up to the closing quote and moves behind it; false: there is none.
static bool scan_inside_quotes(struct scan *scan, struct csv *csv)
{
	for (scan->at++; scan->at < scan->end; scan->at++) {
		if (*scan->at == '"') {
			bool doubled = scan->end - scan->at > 1 && scan->at[1] == '"';
			scan->at++;
			if (!doubled)
				return true;
		}
		scan->line += line_end_size(scan->at, scan->end) == 1; // CRLF at its LF
		csv->row[csv->row_size++] = *scan->at;
	}
	return false;
}

static void scan_quoted_cell(struct scan *scan, struct csv *csv)
{
	const uint8_t *quote = scan->at;
	int64_t quote_line = scan->line;
	bool closed = scan_inside_quotes(scan, csv);
	while (!scan_at_cell_end(scan) && (*scan->at == ' ' || *scan->at == '\t'))
		scan->at++;
	if (scan->at == scan->end && !scan->end_is_input)
		scan_lose(scan, TROUBLE_ROW_LARGE, quote, quote_line);
	else if (!closed)
		scan_lose(scan, TROUBLE_QUOTE_OPEN, quote, quote_line);
	else if (!scan_at_cell_end(scan))
		scan_lose(scan, TROUBLE_QUOTE_TAIL, quote, quote_line);
}

static void scan_keep_cell(struct scan *scan, struct csv *csv, struct bytes raw)
{
	if (memchr(raw.data, CHARSET_BAD, raw.size) || memchr(raw.data, 0, raw.size))
		scan_note(scan, TROUBLE_BYTES);
	struct bytes cell = cell_clean(raw);
	if (cell.size > CSV_CELL_BYTES_MAX)
		scan_note(scan, TROUBLE_CELL_LARGE);
	if (cell.size > 0)
		csv->columns_used = scan->column;
	if (scan->column <= CSV_COLUMNS_MAX)
		csv->cells[scan->column - 1] = cell;
}

// False: it was the row's last.
static bool scan_cell(struct scan *scan, struct csv *csv)
{
	size_t start = csv->row_size;
	scan->column++;
	if (scan->at < scan->end && *scan->at == '"')
		scan_quoted_cell(scan, csv);
	else
		scan_plain_cell(scan, csv);
	if (scan_lost(scan))
		return false;
	scan_keep_cell(scan, csv, bytes_make(csv->row + start, csv->row_size - start));
	if (scan->at == scan->end || is_line_end(*scan->at))
		return false;
	scan->at++;
	return true;
}

static enum status csv_scan_end(struct csv *csv, const struct scan *scan)
{
	const uint8_t *text = csv->text.data;
	csv->at = (size_t)((scan_lost(scan) ? scan->resume : scan->at) - text);
	csv->next_line = scan_lost(scan) ? scan->resume_line : scan->line;
	return csv_skip_line(csv);
}

static enum status csv_judge_row(struct csv *csv, struct scan *scan, size_t *count)
{
	size_t allowed = csv->header_count > 0 ? csv->header_count : CSV_COLUMNS_MAX;
	*count = scan->column < allowed ? scan->column : allowed;
	if (scan->trouble == TROUBLE_NONE && csv->columns_used > allowed) {
		scan->column = csv->columns_used;
		scan_note(scan, TROUBLE_CELLS_MANY);
	}
	if (scan->trouble == TROUBLE_NONE)
		return STATUS_OK;
	*count = 0;
	csv->is_no_text = scan->trouble == TROUBLE_BYTES;
	return fail(troubles[scan->trouble].status, "line %" PRId64 ", column %zu of %zu: %s",
	    csv->line, scan->trouble_column, allowed, troubles[scan->trouble].reason);
}

// *count 0: the input has ended.
static enum status csv_read_row(struct csv *csv, size_t *count)
{
	*count = 0;
	enum status status = csv_fill(csv, WINDOW_BYTES);
	if (status != STATUS_OK || csv->at == csv->text.size)
		return status;
	struct scan scan = csv_scan_begin(csv);
	csv->line = csv->next_line;
	csv->row_size = csv->columns_used = 0;
	while (scan_cell(&scan, csv)) {
	}
	status = csv_scan_end(csv, &scan);
	csv->is_no_text = false;
	return status == STATUS_OK ? csv_judge_row(csv, &scan, count) : status;
}

enum status csv_next(struct csv *csv, const struct bytes **cells, size_t *count)
{
	*cells = NULL;
	*count = 0;
	if (csv->broken != STATUS_OK)
		return fail(csv->broken, "the reading had ended at line %" PRId64, csv->line);
	enum status status;
	do {
		status = csv_read_row(csv, count);
	} while (status == STATUS_OK && *count > 0 && csv->columns_used == 0);
	if (status == STATUS_OK)
		*cells = csv->cells;
	return status;
}

// --- opening ------------------------------------------------------------------------------------

static char refusal_chinese[160];

static enum status refuse(enum status status, const char *chinese)
{
	if (status != STATUS_OK)
		snprintf(refusal_chinese, sizeof refusal_chinese, "%s", chinese);
	return status;
}

static enum status refuse_encoding(enum status status, int64_t line)
{
	if (status != STATUS_OK)
		snprintf(refusal_chinese, sizeof refusal_chinese,
		    "字符编码无法识别，或文件中混有多种编码（第 %" PRId64 " 行）", line);
	return status;
}

const char *csv_refusal_chinese(void)
{
	return refusal_chinese;
}

// Office people rename these to .csv and wonder.
static enum status refuse_workbook(struct bytes head)
{
	static const char *const beginnings[] = { "PK\x03\x04", "\xD0\xCF\x11\xE0" };
	for (size_t i = 0; i < COUNT_OF(beginnings); i++)
		if (bytes_begin_with(head, beginnings[i]))
			return refuse(fail(STATUS_INVALID,
					  "this is an Excel workbook, not CSV: save it as CSV "
					  "UTF-8"),
			    "这是 Excel 工作簿，不是 CSV 文件");
	return STATUS_OK;
}

static enum status csv_feed_detector(struct csv *csv, struct charset_detector *detector)
{
	bool wanted = true;
	size_t size = CSV_CHUNK_BYTES;
	csv->source.offset = 0;
	while (wanted && size == CSV_CHUNK_BYTES) {
		bool first = csv->source.offset == 0;
		enum status status = source_read(&csv->source, csv->chunk, &size);
		struct bytes piece = bytes_make(csv->chunk, size);
		if (status == STATUS_OK && first)
			status = refuse_workbook(piece);
		if (status != STATUS_OK)
			return status;
		wanted = charset_detector_feed(detector, piece);
	}
	csv->source.offset = 0;
	return STATUS_OK;
}

static enum status csv_find_encoding(struct csv *csv)
{
	struct charset_detector *detector = NULL;
	enum charset charset;
	bool has_mark;
	int64_t line = 0;
	enum status status = charset_detector_open(&detector);
	if (status == STATUS_OK)
		status = csv_feed_detector(csv, detector);
	if (status == STATUS_OK)
		status = refuse_encoding(
		    charset_detector_finish(detector, &charset, &has_mark, &line), line);
	if (status == STATUS_OK)
		csv->encoding = encoding_of_charset(charset, has_mark);
	charset_detector_close(&detector);
	return status;
}

// Concatenated exports may begin with several.
static void csv_drop_marks(struct csv *csv)
{
	while (bytes_begin_with(bytes_without(buffer_bytes(&csv->text), csv->at, 0), "\uFEFF"))
		csv->at += strlen("\uFEFF");
}

bool csv_is_separator(char byte)
{
	return byte != 0 && strchr(",;\t|:^~", byte) != NULL;
}

static bool csv_take_separator_line(struct csv *csv)
{
	struct bytes text = bytes_without(buffer_bytes(&csv->text), csv->at, 0);
	if (text.size < 5 || strncasecmp((const char *)text.data, "sep=", 4) != 0)
		return false;
	char separator = (char)text.data[4];
	size_t end = line_end_size(text.data + 5, text.data + text.size);
	if (!csv_is_separator(separator) || (end == 0 && text.size > 5))
		return false;
	csv->separator = separator;
	csv->at += 5 + end;
	csv->next_line += end > 0;
	return true;
}

static void csv_skip_blank_lines(struct csv *csv)
{
	for (size_t at = csv->at; at < csv->text.size; at++) {
		const uint8_t *data = csv->text.data + at;
		size_t end = line_end_size(data, csv->text.data + csv->text.size);
		if (end == 0 && *data != ' ' && *data != '\t')
			return;
		if (end == 0)
			continue;
		at += end - 1;
		csv->at = at + 1;
		csv->next_line++;
	}
}

// What the header, up to its first line end outside quotes, has most of; a comma if in doubt.
static char csv_guess_separator(const struct csv *csv)
{
	static const char separators[] = { ',', ';', '\t' };
	size_t counts[COUNT_OF(separators)] = { 0 }, best = 0;
	bool quoted = false;
	for (size_t at = csv->at; at < csv->text.size; at++) {
		uint8_t byte = csv->text.data[at];
		quoted ^= byte == '"';
		if (!quoted && is_line_end(byte))
			break;
		for (size_t i = 0; !quoted && i < COUNT_OF(separators); i++)
			counts[i] += byte == (uint8_t)separators[i];
	}
	for (size_t i = 1; i < COUNT_OF(separators); i++)
		if (counts[i] > counts[best])
			best = i;
	return separators[best];
}

static enum status csv_read_header(struct csv *csv)
{
	const struct bytes *cells;
	size_t count;
	enum status status = csv_next(csv, &cells, &count);
	if (status != STATUS_OK)
		return refuse(fail_while(status, "reading the header"),
		    "表头无法读取：请检查列数、引号和字符");
	if (count == 0)
		return refuse(fail(STATUS_INVALID, "no header row: the table is empty"),
		    "没有表头：表格为空");
	csv->header_row = allocate(csv->row_size);
	memcpy(csv->header_row, csv->row, csv->row_size);
	for (size_t i = 0; i < count; i++) {
		size_t offset = (size_t)(cells[i].data - csv->row);
		csv->header[i] = bytes_make(csv->header_row + offset, cells[i].size);
	}
	csv->header_count = count;
	return STATUS_OK;
}

// From the first byte to the first row, once the encoding is known.
static enum status csv_begin_rows(struct csv *csv)
{
	csv->source.offset = 0;
	csv->next_line = 1;
	enum status status = charset_decoder_open(&csv->decoder, encodings[csv->encoding].charset);
	if (status == STATUS_OK)
		status = csv_fill(csv, WINDOW_BYTES);
	if (status != STATUS_OK)
		return status;
	csv_drop_marks(csv);
	if (!csv_take_separator_line(csv)) {
		csv_skip_blank_lines(csv);
		csv->separator = csv_guess_separator(csv);
	}
	return STATUS_OK;
}

static enum status csv_begin(struct csv *csv)
{
	csv->chunk = allocate(CSV_CHUNK_BYTES);
	csv->row = allocate(CSV_ROW_BYTES_MAX + 1);
	enum status status = csv_find_encoding(csv);
	if (status == STATUS_OK)
		status = csv_begin_rows(csv);
	return status == STATUS_OK ? csv_read_header(csv) : status;
}

// The header is read past; who borrowed its cells keeps them.
enum status csv_rewind(struct csv *csv)
{
	const struct bytes *cells;
	size_t count;
	charset_decoder_close(&csv->decoder);
	buffer_clear(&csv->text);
	csv->at = 0;
	csv->ended = false;
	csv->broken = STATUS_OK;
	enum status status = csv_begin_rows(csv);
	if (status == STATUS_OK)
		status = csv_next(csv, &cells, &count);
	if (status == STATUS_INVALID || status == STATUS_TOO_LARGE) // it was good before
		status = fail(STATUS_BUSY, "the file was changed while it was read");
	return status;
}

static enum status csv_open(struct csv **csv, struct source source)
{
	*csv = allocate(sizeof **csv);
	(*csv)->source = source;
	enum status status = csv_begin(*csv);
	if (status != STATUS_OK)
		csv_close(csv);
	return status;
}

enum status csv_open_file(struct csv **csv, const char *path)
{
	*csv = NULL;
	struct source source;
	enum status status = refuse(source_open_file(&source, path), "不是普通文件");
	return status == STATUS_OK ? csv_open(csv, source) : status;
}

enum status csv_open_memory(struct csv **csv, struct bytes content)
{
	return csv_open(csv, (struct source){ .file = -1, .memory = content });
}

static void wipe_and_free(uint8_t *data, size_t size)
{
	if (data != NULL)
		explicit_bzero(data, size);
	free(data);
}

void csv_close(struct csv **csv)
{
	if (*csv == NULL)
		return;
	source_close(&(*csv)->source);
	charset_decoder_close(&(*csv)->decoder);
	buffer_wipe(&(*csv)->text);
	wipe_and_free((*csv)->chunk, CSV_CHUNK_BYTES);
	wipe_and_free((*csv)->row, CSV_ROW_BYTES_MAX + 1);
	free((*csv)->header_row);
	free(*csv);
	*csv = NULL;
}

enum csv_encoding csv_encoding(const struct csv *csv)
{
	return csv->encoding;
}

char csv_separator(const struct csv *csv)
{
	return csv->separator;
}

size_t csv_header(const struct csv *csv, const struct bytes **cells)
{
	*cells = csv->header;
	return csv->header_count;
}

bool csv_row_is_no_text(const struct csv *csv)
{
	return csv->is_no_text;
}

int64_t csv_line(const struct csv *csv)
{
	return csv->line;
}
