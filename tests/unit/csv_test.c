// SPDX-License-Identifier: Apache-2.0
// csv_test: what csv.h promises, with sheets as offices save them.
#include "csv.h" // before cmocka.h, which makes a macro of fail
#include "charset.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[64];

static int make_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof directory, "/tmp/onecity-csv-XXXXXX");
	return mkdtemp(directory) == NULL;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory); // each test must have removed what it made
}

static const char *file_path(void)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/sheet.csv", directory);
	return path;
}

static void write_file(struct bytes content)
{
	FILE *file = fopen(file_path(), "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.size, file), content.size);
	assert_int_equal(fclose(file), 0);
}

static struct buffer read_file(void)
{
	struct buffer content = { 0 };
	FILE *file = fopen(file_path(), "rb");
	assert_non_null(file);
	for (int byte; (byte = fgetc(file)) != EOF;)
		buffer_append_byte(&content, (uint8_t)byte);
	fclose(file);
	return content;
}

static size_t count_files(void)
{
	size_t count = 0;
	DIR *entries = opendir(directory);
	assert_non_null(entries);
	for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(entries);
	return count;
}

static void append_cells(struct buffer *out, const struct bytes *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buffer_append_text(out, i > 0 ? "|" : "");
		buffer_append_bytes(out, cells[i]);
	}
}

// All of a sheet as one text: the header, then "line:cell|cell" or "line!STATUS".
static void dump_rows(struct csv *csv, struct buffer *out)
{
	const struct bytes *cells;
	size_t count = csv_header(csv, &cells);
	append_cells(out, cells, count);
	for (;;) {
		enum status status = csv_next(csv, &cells, &count);
		if (status == STATUS_OK && count == 0)
			return;
		buffer_printf(out, "\n%" PRId64, csv_line(csv));
		if (status == STATUS_OK) {
			buffer_append_text(out, ":");
			append_cells(out, cells, count);
			continue;
		}
		assert_null(cells);
		assert_int_equal(count, 0);
		buffer_printf(out, "!%s", status_name(status));
		if (status != STATUS_INVALID && status != STATUS_TOO_LARGE)
			return;
	}
}

static struct buffer dump(struct csv **csv)
{
	struct buffer out = { 0 };
	dump_rows(*csv, &out);
	csv_close(csv);
	assert_null(*csv);
	return out;
}

// From memory and from a file, which must agree.
static void assert_reads(struct bytes content, const char *wanted)
{
	struct csv *csv;
	assert_int_equal(csv_open_memory(&csv, content), STATUS_OK);
	struct buffer memory = dump(&csv);
	write_file(content);
	assert_int_equal(csv_open_file(&csv, file_path()), STATUS_OK);
	struct buffer file = dump(&csv);
	assert_string_equal(buffer_text(&memory), wanted);
	assert_string_equal(buffer_text(&file), wanted);
	buffer_deinit(&memory);
	buffer_deinit(&file);
	unlink(file_path());
}

static void assert_text_reads(const char *content, const char *wanted)
{
	assert_reads(bytes_of_text(content), wanted);
}

static void assert_refuses(struct bytes content, enum status wanted, const char *reason)
{
	struct csv *csv;
	assert_int_equal(csv_open_memory(&csv, content), wanted);
	assert_null(csv);
	assert_non_null(strstr(status_reason(), reason));
}

static const struct {
	enum csv_encoding encoding;
	enum charset charset;
	const char *mark;
} forms[] = {
	{ CSV_UTF8, CHARSET_UTF8, "" },
	{ CSV_UTF8_BOM, CHARSET_UTF8, "\uFEFF" },
	{ CSV_UTF16LE, CHARSET_UTF16LE, "\uFEFF" },
	{ CSV_UTF16BE, CHARSET_UTF16BE, "\uFEFF" },
	{ CSV_UTF16LE, CHARSET_UTF16LE, "" },
	{ CSV_UTF16BE, CHARSET_UTF16BE, "" },
	{ CSV_GB18030, CHARSET_GB18030, "" },
};

static struct buffer encode(size_t form, struct bytes text)
{
	struct charset_encoder *encoder;
	struct buffer out = { 0 };
	assert_int_equal(charset_encoder_open(&encoder, forms[form].charset), STATUS_OK);
	assert_int_equal(charset_encode(encoder, bytes_of_text(forms[form].mark), &out), STATUS_OK);
	assert_int_equal(charset_encode(encoder, text, &out), STATUS_OK);
	charset_encoder_close(&encoder);
	return out;
}

static const char sheet[] = "姓名,证件号码,\"住址\n(详细)\",金额\r\n"
			    "䶮一,'0012,\"第一村, \"\"东\"\"\",-12.50\r\n"
			    "𠀀二,=\"0034\",\"两\n行\",\r\n";
static const char sheet_rows[] = "姓名|证件号码|住址\n(详细)|金额\n"
				 "3:䶮一|0012|第一村, \"东\"|-12.50\n"
				 "4:𠀀二|0034|两\n行|";

static void csv_one_sheet_in_every_encoding_gives_the_same_cells(void **state)
{
	(void)state;
	for (size_t form = 0; form < COUNT_OF(forms); form++) {
		struct buffer content = encode(form, bytes_of_text(sheet));
		struct csv *csv;
		assert_int_equal(csv_open_memory(&csv, buffer_bytes(&content)), STATUS_OK);
		assert_int_equal(csv_encoding(csv), forms[form].encoding);
		assert_int_equal(csv_separator(csv), ',');
		csv_close(&csv);
		assert_reads(buffer_bytes(&content), sheet_rows);
		buffer_deinit(&content);
	}
}

// A few hundred KiB, shifted byte by byte against the chunks it is read in.
static void csv_characters_across_chunk_borders_stay_whole(void **state)
{
	(void)state;
	for (size_t form = 0; form < COUNT_OF(forms); form++) {
		for (size_t shift = 0; shift < 5; shift++) {
			struct buffer text = { 0 }, wanted = { 0 };
			buffer_append_text(&text, "甲,乙\n");
			buffer_append(&text, "xxxxx", shift);
			buffer_append_text(&text, "x,y\n");
			buffer_append_text(&wanted, "甲|乙\n2:");
			buffer_append(&wanted, "xxxxx", shift);
			buffer_append_text(&wanted, "x|y");
			for (int line = 3; line < 6000; line++) {
				buffer_append_text(&text, "张𠀀é䶮,\"李\"\r\n");
				buffer_printf(&wanted, "\n%d:张𠀀é䶮|李", line);
			}
			struct buffer content = encode(form, buffer_bytes(&text));
			assert_reads(buffer_bytes(&content), buffer_text(&wanted));
			buffer_deinit(&text);
			buffer_deinit(&wanted);
			buffer_deinit(&content);
		}
	}
}

static void csv_encodings_have_names(void **state)
{
	(void)state;
	assert_string_equal(csv_encoding_name(CSV_UTF8), "UTF-8");
	assert_string_equal(csv_encoding_name(CSV_GB18030), "GB18030");
}

static void csv_understands_quotes(void **state)
{
	(void)state;
	assert_text_reads("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n", "a|b\n2:x,y|say \"hi\"");
	assert_text_reads("a,b\n\"\",\"\"\"\"\n", "a|b\n2:|\"");
	assert_text_reads("a,b\n5\" pipe,x\"y\"\n", "a|b\n2:5\" pipe|x\"y\"");
	assert_text_reads("a,b\n\"x\" ,\"y\"\t\n\"z\" ", "a|b\n2:x|y\n3:z");
	assert_text_reads("a,b\n1,\"2\"", "a|b\n2:1|2");
}

static void csv_understands_every_line_end_and_counts_like_an_editor(void **state)
{
	(void)state;
	assert_text_reads("a,b\r\n1,2\r3,4\n\n\r\r\n5,6", "a|b\n2:1|2\n3:3|4\n7:5|6");
	assert_text_reads("a,b\n\"1\n1\r\n1\r1\",2\n3,4\n", "a|b\n2:1\n1\r\n1\r1|2\n6:3|4");
	assert_text_reads("\n \r\n\t\na,b\n1,2\n", "a|b\n5:1|2");
}

static void csv_finds_the_separator(void **state)
{
	(void)state;
	static const struct {
		const char *content;
		char separator;
		const char *rows;
	} cases[] = {
		{ "a,b\n1;2,3\n", ',', "a|b\n2:1;2|3" },
		{ "a;b;c,d\n1;2;3\n", ';', "a|b|c,d\n2:1|2|3" },
		{ "a\tb\n1\t2\n", '\t', "a|b\n2:1|2" },
		{ "\ta\n1\t2\n", '\t', "|a\n2:1|2" },
		{ "\"a,b,c\";d\n1;2\n", ';', "a,b,c|d\n2:1|2" },
		{ "a\n1\n", ',', "a\n2:1" },
		{ "sep=;\r\na;b,c,d\r\n1;2\r\n", ';', "a|b,c,d\n3:1|2" },
		{ "\xEF\xBB\xBFSEP=\t\na\tb,c,d\n1\t2\n", '\t', "a|b,c,d\n3:1|2" },
		{ "sep=|\na|b\n1|2\n", '|', "a|b\n3:1|2" },
		{ "sep=,x\n1,2\n", ',', "sep=|x\n2:1|2" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct csv *csv;
		struct bytes content = bytes_of_text(cases[i].content);
		assert_int_equal(csv_open_memory(&csv, content), STATUS_OK);
		assert_int_equal(csv_separator(csv), cases[i].separator);
		csv_close(&csv);
		assert_text_reads(cases[i].content, cases[i].rows);
	}
}

static void csv_cleans_cells_of_what_excel_adds(void **state)
{
	(void)state;
	static const struct {
		const char *raw, *clean;
	} cases[] = {
		{ "'320582", "320582" },
		{ "\"320582\t\"", "320582" },
		{ "\u3000张 三\u00A0", "张 三" },
		{ "\u2009x\u202F", "x" },
		{ "=\"0012\"", "0012" },
		{ "\"=\"\"0012\"\"\"", "0012" },
		{ "=\"a\"\"b\"", "a\"b" },
		{ " =\" '7 \"", "7" },
		{ "=\"\"", "" },
		{ "=1+1", "=1+1" },
		{ "=\"a", "=\"a" },
		{ "''x", "'x" },
		{ "'", "" },
		{ "x\uFEFFy", "x\uFEFFy" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buffer content = { 0 }, wanted = { 0 };
		buffer_printf(&content, "a,b\n%s,end\n", cases[i].raw);
		buffer_printf(&wanted, "a|b\n2:%s|end", cases[i].clean);
		assert_text_reads(buffer_text(&content), buffer_text(&wanted));
		buffer_deinit(&content);
		buffer_deinit(&wanted);
	}
	assert_text_reads("\uFEFF\uFEFF' 姓名 ,b\n1,2", "姓名|b\n2:1|2");
}

static void csv_short_rows_stay_short_and_only_empty_cells_may_be_too_many(void **state)
{
	(void)state;
	assert_text_reads(
	    "a,b,c\n1\n1,2,3,, ,\"\"\n1,2,3,4\n5,6,7\n", "a|b|c\n2:1\n3:1|2|3\n4!INVALID\n5:5|6|7");
	assert_text_reads("a,b\n,\n , \n\"\",'\n,2\n", "a|b\n5:|2");
}

static struct buffer repeat(const char *text, size_t times)
{
	struct buffer out = { 0 };
	for (size_t i = 0; i < times; i++)
		buffer_append_text(&out, text);
	return out;
}

static void csv_takes_256_columns_and_no_more(void **state)
{
	(void)state;
	struct csv *csv;
	const struct bytes *cells;
	struct buffer most = repeat("x,", CSV_COLUMNS_MAX);
	buffer_append_text(&most, ",,,,\n"); // Excel's empty columns do not count
	assert_int_equal(csv_open_memory(&csv, buffer_bytes(&most)), STATUS_OK);
	assert_int_equal(csv_header(csv, &cells), CSV_COLUMNS_MAX);
	csv_close(&csv);
	struct buffer many = repeat("x,", CSV_COLUMNS_MAX);
	buffer_append_text(&many, "x\n");
	assert_refuses(buffer_bytes(&many), STATUS_INVALID, "column 257 of 256");
	buffer_deinit(&most);
	buffer_deinit(&many);
}

static void csv_cells_have_a_limit(void **state)
{
	(void)state;
	struct buffer cell = repeat("x", CSV_CELL_BYTES_MAX), content = { 0 }, wanted = { 0 };
	buffer_printf(&content, "a,b\n%s,1\n%sx,2\n3,4\n", buffer_text(&cell), buffer_text(&cell));
	buffer_printf(&wanted, "a|b\n2:%s|1\n3!TOO_LARGE\n4:3|4", buffer_text(&cell));
	assert_reads(buffer_bytes(&content), buffer_text(&wanted));
	buffer_deinit(&cell);
	buffer_deinit(&content);
	buffer_deinit(&wanted);
}

// A row of 16 cells and, in the last of them, blanks: exactly bytes long, all cells allowed.
static void append_row_of(struct buffer *content, size_t bytes)
{
	struct buffer cell = repeat("x", CSV_CELL_BYTES_MAX - 1);
	size_t end = content->size + bytes;
	for (int i = 0; i < 15; i++)
		buffer_printf(content, "%s,", buffer_text(&cell));
	while (content->size < end)
		buffer_append_byte(content, ' ');
	buffer_deinit(&cell);
}

static void csv_rows_have_a_limit_exactly(void **state)
{
	(void)state;
	static const char *const ends[] = { "\n", "\r\n", "" };
	for (size_t end = 0; end < COUNT_OF(ends); end++) {
		for (size_t over = 0; over < 3; over++) {
			struct csv *csv;
			const struct bytes *cells;
			size_t count;
			struct buffer content = repeat("h,", 16);
			buffer_append_text(&content, "\n");
			append_row_of(&content, CSV_ROW_BYTES_MAX + over);
			buffer_append_text(&content, ends[end]);
			if (ends[end][0] != 0)
				buffer_append_text(&content, "next\n");
			enum status wanted = over > 0 ? STATUS_TOO_LARGE : STATUS_OK;
			assert_int_equal(csv_open_memory(&csv, buffer_bytes(&content)), STATUS_OK);
			assert_int_equal(csv_next(csv, &cells, &count), wanted);
			assert_int_equal(csv_next(csv, &cells, &count), STATUS_OK);
			assert_int_equal(count, ends[end][0] != 0);
			assert_int_equal(csv_line(csv), ends[end][0] != 0 ? 3 : 2);
			csv_close(&csv);
			buffer_deinit(&content);
		}
	}
}

static void csv_an_endless_line_costs_one_row(void **state)
{
	(void)state;
	struct buffer content = repeat("long,", 1), wanted = { 0 };
	struct buffer line = repeat("0123456789", 50000);
	buffer_clear(&content);
	buffer_printf(&content, "a,b\n1,%s\r\n2,3\n", buffer_text(&line));
	buffer_append_text(&wanted, "a|b\n2!TOO_LARGE\n3:2|3");
	assert_reads(buffer_bytes(&content), buffer_text(&wanted));
	buffer_deinit(&content);
	buffer_deinit(&wanted);
	buffer_deinit(&line);
}

// The line end falls on each place around a chunk's border, CR and LF apart included.
static void csv_finds_the_end_of_an_endless_line_at_a_chunk_border(void **state)
{
	(void)state;
	for (size_t bytes = 3 * 65536 - 8; bytes < 3 * 65536 + 4; bytes++) {
		struct buffer content = repeat("a\n", 1);
		while (content.size < bytes)
			buffer_append_byte(&content, 'x');
		buffer_append_text(&content, "\r\n1\n");
		assert_reads(buffer_bytes(&content), "a\n2!TOO_LARGE\n3:1");
		buffer_deinit(&content);
	}
}

static void csv_an_open_quote_swallows_nothing(void **state)
{
	(void)state;
	assert_text_reads("a,b\n1,\"2\n3,4\n5,6\n", "a|b\n2!INVALID\n3:3|4\n4:5|6");
	assert_text_reads("a,b\n1,\"2\n3,x\n5,\"6\"\n", "a|b\n2!INVALID\n3:3|x\n4:5|6");
	assert_text_reads("a,b\n1,\"2\"x\n3,4\n", "a|b\n2!INVALID\n3:3|4");
	// The quote opened on the row's second line.
	assert_text_reads("a,b,c\n\"1\n1\",\"2\n3,4\n", "a|b|c\n2!INVALID\n4:3|4");
	struct buffer content = { 0 }, wanted = { 0 };
	buffer_append_text(&content, "a,b\n1,\"2\n");
	buffer_append_text(&wanted, "a|b\n2!TOO_LARGE");
	for (int line = 3; line < 40000; line++) {
		buffer_printf(&content, "x,%d\n", line);
		buffer_printf(&wanted, "\n%d:x|%d", line, line);
	}
	assert_reads(buffer_bytes(&content), buffer_text(&wanted));
	buffer_deinit(&content);
	buffer_deinit(&wanted);
}

static void csv_bad_bytes_cost_their_row_only(void **state)
{
	(void)state;
	struct buffer content = { 0 }, wanted = { 0 };
	buffer_append_text(&content, "姓名,住址\n");
	buffer_append_text(&wanted, "姓名|住址");
	for (int line = 2; line < 10000; line++) {
		bool damaged = line % 3333 == 0;
		buffer_printf(&content, "张%d,%s\n", line, damaged ? "新\xE5\xBC" : "新村");
		buffer_printf(&wanted, "\n%d%s", line, damaged ? "!INVALID" : ":");
		if (!damaged)
			buffer_printf(&wanted, "张%d|新村", line);
	}
	assert_reads(buffer_bytes(&content), buffer_text(&wanted));
	buffer_deinit(&content);
	buffer_deinit(&wanted);
	assert_reads(bytes_make("a,b\n1,x\0y\n2,3\n", 14), "a|b\n2!INVALID\n3:2|3");
	static const uint8_t lone[] = "\xFF\xFE"
				      "a\0,\0b\0\n\0"
				      "1\0,\0\x00\xDC\n\0"
				      "2\0,\0003\0";
	assert_reads(bytes_make(lone, sizeof lone - 1), "a|b\n2!INVALID\n3:2|3");
}

static void csv_reasons_give_the_place_and_no_content(void **state)
{
	(void)state;
	struct csv *csv;
	const struct bytes *cells;
	size_t count;
	struct bytes content = bytes_of_text("a,b\nZhang,\"San\nQuan\"x\n");
	assert_int_equal(csv_open_memory(&csv, content), STATUS_OK);
	assert_int_equal(csv_next(csv, &cells, &count), STATUS_INVALID);
	assert_string_equal(status_reason(), "line 2, column 2 of 2: text behind a closing quote");
	csv_close(&csv);
}

static void csv_refuses_what_is_no_table(void **state)
{
	(void)state;
	assert_refuses(bytes_of_text(""), STATUS_INVALID, "no header row");
	assert_refuses(bytes_of_text("\xEF\xBB\xBF"), STATUS_INVALID, "no header row");
	assert_refuses(bytes_of_text("sep=,"), STATUS_INVALID, "no header row");
	assert_refuses(bytes_of_text("\n , ,\n"), STATUS_INVALID, "no header row");
	assert_refuses(bytes_of_text("PK\x03\x04zip"), STATUS_INVALID, "Excel workbook");
	assert_refuses(bytes_of_text("\xD0\xCF\x11\xE0"), STATUS_INVALID, "Excel workbook");
	assert_refuses(bytes_of_text("a,b\n\x80\xFF\n"), STATUS_INVALID, "byte 4, line 2");
	assert_refuses(bytes_of_text("a,\"b\n1,2\n"), STATUS_INVALID, "reading the header");
	struct csv *csv;
	assert_int_equal(csv_open_file(&csv, file_path()), STATUS_NOT_FOUND);
	assert_null(strstr(status_reason(), "sheet"));
	assert_int_equal(csv_open_file(&csv, directory), STATUS_INVALID);
	assert_null(csv);
	csv_close(&csv);
}

static void csv_says_when_the_file_changes_between_the_passes(void **state)
{
	(void)state;
	struct csv *csv;
	const struct bytes *cells;
	size_t count;
	struct buffer content = repeat("a,b,c,d\n", 50000);
	write_file(buffer_bytes(&content));
	assert_int_equal(csv_open_file(&csv, file_path()), STATUS_OK);
	assert_int_equal(csv_next(csv, &cells, &count), STATUS_OK);
	assert_int_equal(truncate(file_path(), 200000), 0);
	enum status status;
	do
		status = csv_next(csv, &cells, &count);
	while (status == STATUS_OK && count > 0);
	assert_int_equal(status, STATUS_BUSY);
	assert_int_equal(csv_next(csv, &cells, &count), STATUS_BUSY);
	csv_close(&csv);
	unlink(file_path());
	buffer_deinit(&content);
}

static long resident_kib(void)
{
	long total, resident;
	FILE *file = fopen("/proc/self/statm", "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%ld %ld", &total, &resident), 2);
	fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

// Returns how much more memory was in use than before, at the worst of the moments looked at: few,
// since under the sanitizer each look leaves its own freed memory behind.
static long measure_reading_kib(size_t *rows)
{
	struct csv *csv;
	const struct bytes *cells;
	size_t count = 1;
	long before = resident_kib(), most = before;
	assert_int_equal(csv_open_file(&csv, file_path()), STATUS_OK);
	for (*rows = 0; count > 0; (*rows)++) {
		if (csv_next(csv, &cells, &count) != STATUS_OK)
			count = 1;
		if (*rows % 20000 < 3 && resident_kib() > most)
			most = resident_kib();
	}
	csv_close(&csv);
	return most - before;
}

static void csv_reads_a_file_in_constant_memory(void **state)
{
	(void)state;
	static const struct {
		const char *head, *line;
		size_t rows;
	} cases[] = {
		{ "姓名,证件号码\n", "张三,\"0123456789\"\r\n", 300001 },
		{ "a,b\n", "endless line ", 2 },
		{ "a,b\n1,\"open quote\n", "x,y\n", 300002 },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct buffer content = repeat(cases[i].head, 1);
		struct buffer lines = repeat(cases[i].line, 300000);
		buffer_append_bytes(&content, buffer_bytes(&lines));
		while (i == 1 && content.size < 8 * 1024 * 1024)
			buffer_append_text(&content, cases[i].line);
		write_file(buffer_bytes(&content));
		buffer_deinit(&content);
		buffer_deinit(&lines);
		size_t rows;
		long kib = measure_reading_kib(&rows);
		assert_int_equal(rows, cases[i].rows);
		assert_true(kib < 4096); // where the first two inputs have 8 MiB
	}
	unlink(file_path());
}

// Every call either ends the input or takes at least a byte of it.
static void read_to_the_end(struct bytes content)
{
	struct csv *csv;
	const struct bytes *cells;
	size_t count = 1, calls = 0;
	if (csv_open_memory(&csv, content) != STATUS_OK)
		return;
	while (count > 0) {
		enum status status = csv_next(csv, &cells, &count);
		assert_true(calls++ <= content.size);
		if (status != STATUS_OK) {
			assert_true(status == STATUS_INVALID || status == STATUS_TOO_LARGE);
			count = 1;
			continue;
		}
		for (size_t i = 0; i < count; i++)
			for (size_t at = 0; at < cells[i].size; at++)
				assert_true(cells[i].data[at] != 0 && cells[i].data[at] != 0xFF);
	}
	csv_close(&csv);
}

static void csv_every_truncation_ends_well(void **state)
{
	(void)state;
	for (size_t form = 0; form < COUNT_OF(forms); form++) {
		struct buffer content = encode(form, bytes_of_text(sheet));
		for (size_t size = 0; size <= content.size; size++) {
			// Its own memory, so that a read past the end is seen.
			uint8_t *copy = allocate(size);
			memcpy(copy, content.data, size);
			read_to_the_end(bytes_make(copy, size));
			free(copy);
		}
		buffer_deinit(&content);
	}
}

static uint64_t random_state = 20261123;

static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % limit;
}

static const char *random_piece(void)
{
	static const char *const pieces[] = { ",", ",", "\n", "\r", "\r\n", "\"", "\"", "\"\"", "'",
		"=\"", " ", "\t", ";", "x", "12", "张", "\xE5", "\xBC", "\xFF", "\xFE\x9F",
		"\uFEFF", "\u3000", "\xD5\xC5", "-", "=", "sep=;" };
	return pieces[random_below(COUNT_OF(pieces))];
}

static void csv_random_bytes_never_crash_and_always_end(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct buffer content = { 0 };
		uint32_t pieces = random_below(80);
		if (round % 4 != 0)
			buffer_append_text(&content, "a,b\n");
		for (uint32_t i = 0; i < pieces; i++) {
			if (round % 2 == 0)
				buffer_append_byte(&content, (uint8_t)random_below(256));
			else
				buffer_append_text(&content, random_piece());
		}
		read_to_the_end(buffer_bytes(&content));
		buffer_deinit(&content);
	}
}

static void write_rows(
    enum csv_encoding encoding, char separator, const char *const (*rows)[3], size_t count)
{
	struct csv_writer *writer;
	assert_int_equal(csv_writer_open(&writer, file_path(), encoding, separator), STATUS_OK);
	for (size_t i = 0; i < count; i++) {
		struct bytes cells[3];
		for (size_t cell = 0; cell < 3; cell++)
			cells[cell] = bytes_of_text(rows[i][cell]);
		assert_int_equal(csv_writer_row(writer, cells, 3), STATUS_OK);
	}
	assert_int_not_equal(access(file_path(), F_OK), 0); // nothing there before it is whole
	assert_int_equal(csv_writer_finish(&writer), STATUS_OK);
	assert_null(writer);
	assert_int_equal(count_files(), 1);
}

static void csv_writer_defuses_formulas_and_quotes_only_where_needed(void **state)
{
	(void)state;
	static const char *const rows[][3] = {
		{ "a", "b c", "-12.50" },
		{ "=1+1", "+86", "@x" },
		{ "-1-1", "-", "-.5" },
		{ "-5", "-1.", "-1.2.3" },
		{ "＝1", "－x", "12-3" },
		{ "x,y", "say \"hi\"", "two\r\nlines" },
		{ "\tx", "'x", "=a,b" },
		{ "x;y", "", "张" },
	};
	write_rows(CSV_UTF8, ',', rows, COUNT_OF(rows));
	struct buffer content = read_file();
	assert_string_equal(buffer_text(&content), "a,b c,-12.50\r\n"
						   "'=1+1,'+86,'@x\r\n"
						   "'-1-1,'-,'-.5\r\n"
						   "-5,'-1.,'-1.2.3\r\n"
						   "'＝1,'－x,12-3\r\n"
						   "\"x,y\",\"say \"\"hi\"\"\",\"two\r\nlines\"\r\n"
						   "'\tx,''x,\"'=a,b\"\r\n"
						   "x;y,,张\r\n");
	buffer_deinit(&content);
	unlink(file_path());
}

static void csv_writer_gives_back_encoding_separator_and_cells(void **state)
{
	(void)state;
	static const char *const rows[][3] = {
		{ "姓名", "值", "错误" },
		{ "䶮", "=1", "'q\"\n," },
		{ "𠀀", "-12.50", "a;b\tc" },
	};
	static const char wanted[] = "姓名|值|错误\n2:䶮|=1|'q\"\n,\n4:𠀀|-12.50|a;b\tc";
	static const char separators[] = { ',', ';', '\t' };
	for (enum csv_encoding encoding = CSV_UTF8; encoding <= CSV_GB18030; encoding++) {
		for (size_t i = 0; i < COUNT_OF(separators); i++) {
			struct csv *csv;
			write_rows(encoding, separators[i], rows, COUNT_OF(rows));
			assert_int_equal(csv_open_file(&csv, file_path()), STATUS_OK);
			assert_int_equal(csv_encoding(csv), encoding);
			assert_int_equal(csv_separator(csv), separators[i]);
			struct buffer got = dump(&csv);
			assert_string_equal(buffer_text(&got), wanted);
			buffer_deinit(&got);
			unlink(file_path());
		}
	}
}

static void csv_writer_writes_marks_back(void **state)
{
	(void)state;
	static const char *const rows[][3] = { { "a", "", "" } };
	static const struct {
		enum csv_encoding encoding;
		const char *head;
	} cases[] = {
		{ CSV_UTF8, "a,,\r\n" },
		{ CSV_UTF8_BOM, "\xEF\xBB\xBF"
				"a,,\r\n" },
		{ CSV_UTF16LE, "\xFF\xFE"
			       "a" },
		{ CSV_UTF16BE, "\xFE\xFF" },
		{ CSV_GB18030, "a,,\r\n" },
	};
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		write_rows(cases[i].encoding, ',', rows, 1);
		struct buffer content = read_file();
		size_t size = strlen(cases[i].head);
		assert_true(content.size >= size);
		assert_memory_equal(content.data, cases[i].head, size);
		buffer_deinit(&content);
		unlink(file_path());
	}
}

static void csv_writer_leaves_out_a_row_it_cannot_write(void **state)
{
	(void)state;
	struct csv_writer *writer;
	struct bytes good = bytes_of_text("x"), bad = bytes_of_text("x\xFF");
	struct bytes private_use = bytes_of_text("\uE864");
	struct buffer large = repeat("\"", 2 * CSV_ROW_BYTES_MAX);
	struct bytes too_large = buffer_bytes(&large);
	assert_int_equal(csv_writer_open(&writer, file_path(), CSV_GB18030, ','), STATUS_OK);
	assert_int_equal(csv_writer_row(writer, &bad, 1), STATUS_INVALID);
	assert_int_equal(csv_writer_row(writer, &private_use, 1), STATUS_INVALID);
	assert_int_equal(csv_writer_row(writer, &too_large, 1), STATUS_TOO_LARGE);
	assert_int_equal(csv_writer_row(writer, &good, 1), STATUS_OK);
	assert_int_equal(csv_writer_finish(&writer), STATUS_OK);
	struct buffer content = read_file();
	assert_string_equal(buffer_text(&content), "x\r\n");
	buffer_deinit(&content);
	buffer_deinit(&large);
	unlink(file_path());
}

static void csv_writer_leaves_the_old_file_until_the_new_one_is_whole(void **state)
{
	(void)state;
	struct csv_writer *writer, *second;
	struct bytes cell = bytes_of_text("new");
	write_file(bytes_of_text("old"));
	assert_int_equal(csv_writer_open(&writer, file_path(), CSV_UTF8, ','), STATUS_OK);
	assert_int_equal(csv_writer_open(&second, file_path(), CSV_UTF8, ','), STATUS_OK);
	assert_int_equal(csv_writer_row(writer, &cell, 1), STATUS_OK);
	csv_writer_abandon(&writer);
	assert_null(writer);
	csv_writer_abandon(&writer);
	struct buffer content = read_file();
	assert_string_equal(buffer_text(&content), "old");
	assert_int_equal(csv_writer_row(second, &cell, 1), STATUS_OK);
	assert_int_equal(csv_writer_finish(&second), STATUS_OK);
	buffer_deinit(&content);
	content = read_file();
	assert_string_equal(buffer_text(&content), "new\r\n");
	assert_int_equal(count_files(), 1);
	buffer_deinit(&content);
	unlink(file_path());
}

static void csv_writer_says_where_it_cannot_write(void **state)
{
	(void)state;
	struct csv_writer *writer;
	char path[128];
	snprintf(path, sizeof path, "%s/none/sheet.csv", directory);
	assert_int_equal(csv_writer_open(&writer, path, CSV_UTF8, ','), STATUS_NOT_FOUND);
	assert_null(writer);
	assert_null(strstr(status_reason(), "sheet"));
}

// A limit on file sizes stands for the full disk.
static void csv_writer_on_a_full_disk_fails_and_leaves_no_file(void **state)
{
	(void)state;
	struct rlimit before, small;
	struct csv_writer *writer;
	struct bytes cell = bytes_of_text("0123456789012345678901234567890123456789");
	enum status status = STATUS_OK;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(csv_writer_open(&writer, file_path(), CSV_UTF8, ','), STATUS_OK);
	small = (struct rlimit){ 100000, before.rlim_max };
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (int row = 0; row < 5000 && status == STATUS_OK; row++)
		status = csv_writer_row(writer, &cell, 1);
	enum status again = csv_writer_row(writer, &cell, 1);
	enum status finished = csv_writer_finish(&writer);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, handler);
	assert_int_equal(status, STATUS_IO);
	assert_int_equal(again, STATUS_IO);
	assert_int_equal(finished, STATUS_IO);
	assert_null(writer);
	assert_int_equal(count_files(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_one_sheet_in_every_encoding_gives_the_same_cells),
		cmocka_unit_test(csv_characters_across_chunk_borders_stay_whole),
		cmocka_unit_test(csv_encodings_have_names),
		cmocka_unit_test(csv_understands_quotes),
		cmocka_unit_test(csv_understands_every_line_end_and_counts_like_an_editor),
		cmocka_unit_test(csv_finds_the_separator),
		cmocka_unit_test(csv_cleans_cells_of_what_excel_adds),
		cmocka_unit_test(csv_short_rows_stay_short_and_only_empty_cells_may_be_too_many),
		cmocka_unit_test(csv_takes_256_columns_and_no_more),
		cmocka_unit_test(csv_cells_have_a_limit),
		cmocka_unit_test(csv_rows_have_a_limit_exactly),
		cmocka_unit_test(csv_an_endless_line_costs_one_row),
		cmocka_unit_test(csv_finds_the_end_of_an_endless_line_at_a_chunk_border),
		cmocka_unit_test(csv_an_open_quote_swallows_nothing),
		cmocka_unit_test(csv_bad_bytes_cost_their_row_only),
		cmocka_unit_test(csv_reasons_give_the_place_and_no_content),
		cmocka_unit_test(csv_refuses_what_is_no_table),
		cmocka_unit_test(csv_says_when_the_file_changes_between_the_passes),
		cmocka_unit_test(csv_reads_a_file_in_constant_memory),
		cmocka_unit_test(csv_every_truncation_ends_well),
		cmocka_unit_test(csv_random_bytes_never_crash_and_always_end),
		cmocka_unit_test(csv_writer_defuses_formulas_and_quotes_only_where_needed),
		cmocka_unit_test(csv_writer_gives_back_encoding_separator_and_cells),
		cmocka_unit_test(csv_writer_writes_marks_back),
		cmocka_unit_test(csv_writer_leaves_out_a_row_it_cannot_write),
		cmocka_unit_test(csv_writer_leaves_the_old_file_until_the_new_one_is_whole),
		cmocka_unit_test(csv_writer_says_where_it_cannot_write),
		cmocka_unit_test(csv_writer_on_a_full_disk_fails_and_leaves_no_file),
	};
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
