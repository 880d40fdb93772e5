// SPDX-License-Identifier: Apache-2.0
// json: a strict scan in front of cJSON.
//
// cJSON takes invalid UTF-8, cuts strings at \u0000, keeps duplicate keys and rounds long numbers
// (1.7.15, all tried). So a text is scanned first, and only what the scan accepts reaches cJSON,
// which then merely builds the tree.
#include "json.h"

#include "utf8.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>

enum {
	NUMBER_DIGITS_MAX = 15, // what binary floating point keeps of any decimal number
	NUMBER_FRACTION_MAX = 30,
	NUMBER_EXPONENT_MAX = 30,
	NUMBER_EXPONENT_DIGITS_MAX =
	    3,                   // with its leading zeros; cJSON takes at most 63 characters in all
	PAIRWISE_NAMES_MAX = 16, // up to here comparing all pairs is faster than sorting
	DECIMAL_SIZE_MAX = 96,
	READ_BLOCK_SIZE = 65536,
};

static const int64_t EXACT_INTEGER_MAX = 999999999999999; // NUMBER_DIGITS_MAX nines

struct json {
	cJSON *root;
	size_t size;
	char text[]; // for json_line(); a NUL follows
};

// --- UTF-8 ---------------------------------------------------------------------------

static size_t character_write(uint32_t character, uint8_t *out)
{
	if (character < 0x80) {
		out[0] = (uint8_t)character;
		return 1;
	}
	if (character < 0x800) {
		out[0] = (uint8_t)(0xc0 | character >> 6);
		out[1] = (uint8_t)(0x80 | (character & 0x3f));
		return 2;
	}
	if (character < 0x10000) {
		out[0] = (uint8_t)(0xe0 | character >> 12);
		out[1] = (uint8_t)(0x80 | (character >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (character & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | character >> 18);
	out[1] = (uint8_t)(0x80 | (character >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (character >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (character & 0x3f));
	return 4;
}

// --- the scan ------------------------------------------------------------------------

// A member's name, decoded, and where it stands in the text.
struct name {
	const uint8_t *data;
	size_t size;
	const uint8_t *at;
};

struct scan {
	const uint8_t *text, *at, *end; // *end is a NUL, so that no loop has to ask for the end
	const char *expected;           // what at should have been; set on failure
	enum json_fault fault;          // of which sort it is
	int depth;
	struct buffer names;   // struct name of all objects that are still open
	struct buffer decoded; // names that had escapes; reserved once, so that they stay in place
	size_t values, wanted; // counts values; where number `wanted` begins is kept in found
	const uint8_t *found;
};

static bool scan_value(struct scan *scan);

static bool refuse(struct scan *scan, const uint8_t *at, const char *expected)
{
	scan->at = at;
	scan->expected = expected;
	return false;
}

static bool refuse_as(
    struct scan *scan, enum json_fault fault, const uint8_t *at, const char *expected)
{
	scan->fault = fault;
	return refuse(scan, at, expected);
}

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

// Stands for itself inside a string and in ASCII.
static bool is_plain(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

static void skip_space(struct scan *scan)
{
	while (*scan->at == ' ' || *scan->at == '\n' || *scan->at == '\r' || *scan->at == '\t')
		scan->at++;
}

static bool scan_word(struct scan *scan)
{
	const char *word = *scan->at == 't' ? "true" : *scan->at == 'f' ? "false" : "null";
	if (strncmp((const char *)scan->at, word, strlen(word)) != 0)
		return refuse(scan, scan->at, "a value");
	scan->at += strlen(word);
	return true;
}

static const uint8_t *skip_digits(const uint8_t *at)
{
	while (is_digit(*at))
		at++;
	return at;
}

// Zeros at the end of a fraction are not counted (databases pad with them), those at the end of a
// whole number are: an ID number that a spreadsheet has rounded ends with them.
static ptrdiff_t significant_digits(
    struct bytes whole, const uint8_t *fraction, const uint8_t *fraction_end)
{
	while (fraction_end > fraction && fraction_end[-1] == '0')
		fraction_end--;
	if (whole.data[0] != '0')
		return (ptrdiff_t)whole.size + (fraction_end - fraction);
	while (fraction < fraction_end && *fraction == '0')
		fraction++;
	return fraction_end - fraction;
}

static bool scan_exponent(struct scan *scan, int *exponent_value)
{
	const uint8_t *at = scan->at + 1;
	if (*at == '+' || *at == '-')
		at++;
	const uint8_t *end = skip_digits(at);
	if (end == at)
		return refuse(scan, at, "a digit");
	int exponent = 0;
	for (const uint8_t *digit = at; digit < end && exponent <= NUMBER_EXPONENT_MAX; digit++)
		exponent = exponent * 10 + (*digit - '0');
	if (exponent > NUMBER_EXPONENT_MAX || end - at > NUMBER_EXPONENT_DIGITS_MAX)
		return refuse(scan, at, "an exponent from -30 to 30");
	*exponent_value = scan->at[1] == '-' ? -exponent : exponent;
	scan->at = end;
	return true;
}

// Without its exponent a number must be one that could stand here as well: it is written so.
static bool fits_plainly(
    struct bytes whole, const uint8_t *fraction, const uint8_t *fraction_end, int exponent)
{
	while (fraction_end > fraction && fraction_end[-1] == '0')
		fraction_end--;
	ptrdiff_t places = fraction_end - fraction - exponent;
	ptrdiff_t digits = whole.data[0] != '0' ? (ptrdiff_t)whole.size : 0;
	if (digits == 0)
		for (; fraction < fraction_end && *fraction == '0'; fraction++)
			digits--;
	bool is_zero = whole.data[0] == '0' && fraction == fraction_end;
	return is_zero || (digits + exponent <= NUMBER_DIGITS_MAX && places <= NUMBER_FRACTION_MAX);
}

static bool scan_number(struct scan *scan)
{
	const uint8_t *start = scan->at;
	const uint8_t *whole = start + (*start == '-');
	const uint8_t *whole_end = skip_digits(whole);
	const uint8_t *fraction = whole_end, *end = whole_end;
	if (whole_end == whole)
		return refuse(scan, whole, "a digit");
	if (*whole == '0' && whole_end - whole > 1)
		return refuse(scan, start, "a number without leading zeros");
	if (*whole_end == '.') {
		fraction = whole_end + 1;
		end = skip_digits(fraction);
		if (end == fraction)
			return refuse(scan, fraction, "a digit");
		if (end - fraction > NUMBER_FRACTION_MAX)
			return refuse(scan, start, "at most 30 digits after the point");
	}
	struct bytes whole_digits = bytes_make(whole, (size_t)(whole_end - whole));
	if (significant_digits(whole_digits, fraction, end) > NUMBER_DIGITS_MAX)
		return refuse_as(scan, JSON_FAULT_LONG_NUMBER, start,
		    "a number of at most 15 digits; longer ones are written as strings");
	scan->at = end;
	int exponent = 0;
	if ((*end == 'e' || *end == 'E') && !scan_exponent(scan, &exponent))
		return false;
	if (!fits_plainly(whole_digits, fraction, end, exponent))
		return refuse_as(scan, JSON_FAULT_LONG_NUMBER, start,
		    "a number below 10^15, of at most 30 decimal places");
	return true;
}

// The value of four hexadecimal digits, or -1.
static int hex_read(const uint8_t *at)
{
	int value = 0;
	for (int i = 0; i < 4; i++) {
		uint8_t letter = at[i] | 0x20;
		if (is_digit(at[i]))
			value = value * 16 + (at[i] - '0');
		else if (letter >= 'a' && letter <= 'f')
			value = value * 16 + (letter - 'a' + 10);
		else
			return -1;
	}
	return value;
}

static bool is_high_surrogate(int unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_surrogate(int unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

static bool scan_unicode_escape(struct scan *scan)
{
	const uint8_t *at = scan->at;
	int unit = hex_read(at + 2);
	if (unit < 0)
		return refuse(scan, at, "four hexadecimal digits after \\u");
	if (unit == 0)
		return refuse(scan, at, "no \\u0000 in a string");
	scan->at += 6;
	if (is_high_surrogate(unit)) {
		if (at[6] != '\\' || at[7] != 'u' || !is_low_surrogate(hex_read(at + 8)))
			return refuse(scan, at, "both halves of a surrogate pair");
		scan->at += 6;
	}
	return !is_low_surrogate(unit) || refuse(scan, at, "both halves of a surrogate pair");
}

static bool scan_escape(struct scan *scan)
{
	uint8_t letter = scan->at[1];
	if (letter == 'u')
		return scan_unicode_escape(scan);
	if (letter == 0 || strchr("\"\\/bfnrt", letter) == NULL)
		return refuse(
		    scan, scan->at, "one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
	scan->at += 2;
	return true;
}

static bool refuse_string_byte(struct scan *scan, const uint8_t *at)
{
	if (at == scan->end)
		return refuse(scan, at, "the end of a string");
	if (*at < 0x20)
		return refuse(scan, at, "no control character in a string, but its escape");
	return refuse_as(scan, JSON_FAULT_ENCODING, at, "valid UTF-8");
}

static bool scan_string_noting_escapes(struct scan *scan, bool *escaped)
{
	const uint8_t *at = scan->at + 1;
	for (;;) {
		while (is_plain(*at))
			at++;
		if (*at == '"')
			break;
		if (*at == '\\') {
			*escaped = true;
			scan->at = at;
			if (!scan_escape(scan))
				return false;
			at = scan->at;
			continue;
		}
		size_t size = *at < 0x20 ? 0 : utf8_size(at, (size_t)(scan->end - at));
		if (size == 0)
			return refuse_string_byte(scan, at);
		at += size;
	}
	scan->at = at + 1;
	return true;
}

static bool scan_string(struct scan *scan)
{
	bool escaped = false;
	return scan_string_noting_escapes(scan, &escaped);
}

static bool enter(struct scan *scan)
{
	if (scan->depth == JSON_DEPTH_MAX)
		return refuse(scan, scan->at, "no more than 16 levels of arrays and objects");
	scan->depth++;
	scan->at++;
	skip_space(scan);
	return true;
}

static bool leave(struct scan *scan)
{
	scan->depth--;
	scan->at++;
	return true;
}

static bool scan_array(struct scan *scan)
{
	if (!enter(scan))
		return false;
	if (*scan->at == ']')
		return leave(scan);
	while (scan_value(scan)) {
		if (*scan->at == ']')
			return leave(scan);
		if (*scan->at != ',')
			return refuse(scan, scan->at, "a comma or ]");
		scan->at++;
		skip_space(scan);
	}
	return false;
}

static uint32_t escape_read(const uint8_t **at)
{
	static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
	const uint8_t *escape = *at;
	if (escape[1] != 'u') {
		const char *letter = strchr(letters, escape[1]);
		*at += 2;
		return letter != NULL ? (uint32_t)meanings[letter - letters] : escape[1];
	}
	uint32_t unit = (uint32_t)hex_read(escape + 2);
	*at += 6;
	if (!is_high_surrogate((int)unit))
		return unit;
	*at += 6;
	return 0x10000 + ((unit - 0xd800) << 10) + ((uint32_t)hex_read(escape + 8) - 0xdc00);
}

// A name whose escapes have been checked, without them.
static struct bytes name_decode(struct scan *scan, const uint8_t *at, const uint8_t *end)
{
	if (scan->decoded.data == NULL)
		buffer_reserve(&scan->decoded, (size_t)(scan->end - scan->text));
	uint8_t *start = scan->decoded.data + scan->decoded.size, *out = start;
	while (at < end) {
		if (*at == '\\')
			out += character_write(escape_read(&at), out);
		else
			*out++ = *at++;
	}
	scan->decoded.size += (size_t)(out - start);
	return bytes_make(start, (size_t)(out - start));
}

static bool scan_name(struct scan *scan)
{
	const uint8_t *start = scan->at;
	bool escaped = false;
	if (*start != '"')
		return refuse(scan, start, "a name in quotes");
	if (!scan_string_noting_escapes(scan, &escaped))
		return false;
	struct bytes name = bytes_make(start + 1, (size_t)(scan->at - start - 2));
	if (escaped)
		name = name_decode(scan, start + 1, scan->at - 1);
	struct name entry = { name.data, name.size, start };
	buffer_append(&scan->names, &entry, sizeof entry);
	skip_space(scan);
	if (*scan->at != ':')
		return refuse(scan, scan->at, "a colon");
	scan->at++;
	skip_space(scan);
	return true;
}

static int name_compare(const void *left, const void *right)
{
	const struct name *a = left, *b = right;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return memcmp(a->data, b->data, a->size);
}

// Where a name stands for the second time, or NULL.
static const uint8_t *names_find_double_by_pairs(const struct name *names, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (name_compare(&names[i], &names[j]) == 0)
				return names[i].at;
	return NULL;
}

static const uint8_t *names_find_double_by_sorting(struct name *names, size_t count)
{
	qsort(names, count, sizeof *names, name_compare);
	for (size_t i = 1; i < count; i++)
		if (name_compare(&names[i], &names[i - 1]) == 0)
			return names[i].at > names[i - 1].at ? names[i].at : names[i - 1].at;
	return NULL;
}

// Drops the names of the object that ends here, which begin at byte `first` of scan->names.
static bool leave_object(struct scan *scan, size_t first)
{
	struct name *names = (struct name *)(void *)(scan->names.data + first);
	size_t count = (scan->names.size - first) / sizeof *names;
	const uint8_t *at = count <= PAIRWISE_NAMES_MAX
				? names_find_double_by_pairs(names, count)
				: names_find_double_by_sorting(names, count);
	if (at != NULL)
		return refuse_as(
		    scan, JSON_FAULT_DUPLICATE, at, "a name that this object does not have yet");
	scan->names.size = first;
	return leave(scan);
}

static bool scan_object(struct scan *scan)
{
	size_t first = scan->names.size;
	if (!enter(scan))
		return false;
	if (*scan->at == '}')
		return leave(scan);
	while (scan_name(scan) && scan_value(scan)) {
		if (*scan->at == '}')
			return leave_object(scan, first);
		if (*scan->at != ',')
			return refuse(scan, scan->at, "a comma or }");
		scan->at++;
		skip_space(scan);
	}
	return false;
}

// A value and the white space behind it.
static bool scan_value(struct scan *scan)
{
	static bool (*const by_first_byte[256])(struct scan * scan) = {
		['{'] = scan_object,
		['['] = scan_array,
		['"'] = scan_string,
		['t'] = scan_word,
		['f'] = scan_word,
		['n'] = scan_word,
		['-'] = scan_number,
		['0'] = scan_number,
		['1'] = scan_number,
		['2'] = scan_number,
		['3'] = scan_number,
		['4'] = scan_number,
		['5'] = scan_number,
		['6'] = scan_number,
		['7'] = scan_number,
		['8'] = scan_number,
		['9'] = scan_number,
	};
	bool (*scan_kind)(struct scan * scan) = by_first_byte[*scan->at];
	if (scan_kind == NULL)
		return refuse(scan, scan->at, "a value");
	if (scan->values++ == scan->wanted)
		scan->found = scan->at;
	if (!scan_kind(scan))
		return false;
	skip_space(scan);
	return true;
}

static bool scan_text(struct scan *scan)
{
	buffer_reserve(&scan->names, PAIRWISE_NAMES_MAX * sizeof(struct name));
	skip_space(scan);
	bool good = scan_value(scan);
	if (good && scan->at != scan->end)
		good = refuse(scan, scan->at, "the end of the text");
	buffer_deinit(&scan->names);
	buffer_wipe(&scan->decoded);
	return good;
}

static struct scan scan_make(const struct json *json, size_t wanted)
{
	const uint8_t *text = (const uint8_t *)json->text;
	const uint8_t *end = text + json->size;
	return (struct scan){ .text = text, .at = text, .end = end, .wanted = wanted };
}

// --- reading -------------------------------------------------------------------------

struct place {
	int line, column; // from 1; the column in characters
};

static struct place place_of(const uint8_t *text, const uint8_t *at)
{
	struct place place = { 1, 1 };
	for (; text < at; text++) {
		if (*text == '\n')
			place = (struct place){ place.line + 1, 1 };
		else if (!utf8_continues(*text))
			place.column++;
	}
	return place;
}

static bool begins_with_byte_order_mark(struct bytes text)
{
	return text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0;
}

static struct json *json_new(struct bytes text)
{
	if (begins_with_byte_order_mark(text))
		text = bytes_make(text.data + 3, text.size - 3);
	struct json *json = allocate(sizeof *json + text.size + 1);
	json->size = text.size;
	if (text.size > 0)
		memcpy(json->text, text.data, text.size);
	return json;
}

static enum status fail_at(const struct scan *scan, const char *path)
{
	struct place place = place_of(scan->text, scan->at);
	const char *ends = scan->at == scan->end ? "the text ends, " : "";
	if (path == NULL)
		return fail(STATUS_INVALID, "line %d, column %d: %sexpected %s", place.line,
		    place.column, ends, scan->expected);
	return fail(STATUS_INVALID, "%s:%d:%d: %sexpected %s", path, place.line, place.column, ends,
	    scan->expected);
}

static _Thread_local enum json_fault last_fault;

enum json_fault json_fault(void)
{
	return last_fault;
}

static enum status parse(struct json **json, struct bytes text, const char *path)
{
	enum status status = STATUS_OK;
	*json = json_new(text);
	struct scan scan = scan_make(*json, SIZE_MAX);
	bool good = scan_text(&scan);
	if (good) {
		(*json)->root =
		    cJSON_ParseWithLengthOpts((*json)->text, (*json)->size + 1, NULL, true);
		good = (*json)->root != NULL ||
		       refuse(&scan, scan.text, "a value that fits into memory");
	}
	if (!good) {
		status = fail_at(&scan, path);
		last_fault = scan.fault;
		json_free(json);
	}
	return status;
}

enum status json_parse(struct json **json, struct bytes text)
{
	return parse(json, text, NULL);
}

// Reads one byte more than allowed, so that a file that is too large is noticed.
static enum status file_read(const char *path, size_t bytes_max, struct buffer *content)
{
	enum status status = STATUS_OK;
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return fail(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO, "%s: %s", path,
		    strerror(errno));
	size_t got = 1;
	while (got > 0 && content->size <= bytes_max) {
		size_t room = bytes_max + 1 - content->size;
		room = room < READ_BLOCK_SIZE ? room : READ_BLOCK_SIZE;
		got = fread(buffer_reserve(content, room), 1, room, file);
		content->size += got;
	}
	if (ferror(file))
		status = fail(STATUS_IO, "%s: %s", path, strerror(errno));
	else if (content->size > bytes_max)
		status = fail(STATUS_TOO_LARGE, "%s: larger than %zu bytes", path, bytes_max);
	fclose(file);
	return status;
}

enum status json_read_file(struct json **json, const char *path, size_t bytes_max)
{
	*json = NULL;
	struct buffer content = { 0 };
	enum status status = file_read(path, bytes_max, &content);
	if (status == STATUS_OK)
		status = parse(json, buffer_bytes(&content), path);
	buffer_wipe(&content);
	return status;
}

static void text_wipe(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
}

// The scan has bounded the depth.
static void tree_wipe(cJSON *item)
{
	for (; item != NULL; item = item->next) {
		text_wipe(item->string);
		text_wipe(item->valuestring);
		if (cJSON_IsNumber(item)) {
			explicit_bzero(&item->valuedouble, sizeof item->valuedouble);
			explicit_bzero(&item->valueint, sizeof item->valueint);
		}
		tree_wipe(item->child);
	}
}

void json_free(struct json **json)
{
	if (*json == NULL)
		return;
	tree_wipe((*json)->root);
	cJSON_Delete((*json)->root);
	explicit_bzero((*json)->text, (*json)->size);
	free(*json);
	*json = NULL;
}

// --- the tree ------------------------------------------------------------------------

static const cJSON *item_of(const struct json_value *value)
{
	return (const cJSON *)(const void *)value;
}

static const struct json_value *value_of(const cJSON *item)
{
	return (const struct json_value *)(const void *)item;
}

const struct json_value *json_root(const struct json *json)
{
	return value_of(json->root);
}

// Counts items in the order of the text; true when it came to the wanted one.
static bool item_count_up_to(const cJSON *item, const cJSON *wanted, size_t *before)
{
	for (; item != NULL; item = item->next) {
		if (item == wanted)
			return true;
		(*before)++;
		if (item_count_up_to(item->child, wanted, before))
			return true;
	}
	return false;
}

// cJSON keeps no places. Only reasons for errors ask, so the text is scanned once more.
int json_line(const struct json *json, const struct json_value *value)
{
	size_t before = 0;
	ENSURE(item_count_up_to(json->root, item_of(value), &before));
	struct scan scan = scan_make(json, before);
	ENSURE(scan_text(&scan) && scan.found != NULL);
	return place_of(scan.text, scan.found).line;
}

enum json_type json_type(const struct json_value *value)
{
	static const struct {
		int bit;
		enum json_type type;
	} types[] = {
		{ cJSON_String, JSON_STRING },
		{ cJSON_Number, JSON_NUMBER },
		{ cJSON_Object, JSON_OBJECT },
		{ cJSON_Array, JSON_ARRAY },
		{ cJSON_True | cJSON_False, JSON_BOOLEAN },
	};
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (item_of(value)->type & types[i].bit)
			return types[i].type;
	return JSON_NULL;
}

const struct json_value *json_member(const struct json_value *object, const char *name)
{
	if (!cJSON_IsObject(item_of(object)))
		return NULL;
	const cJSON *member = item_of(object)->child;
	while (member != NULL && strcmp(member->string, name) != 0)
		member = member->next;
	return value_of(member);
}

const struct json_value *json_first(const struct json_value *value)
{
	return value != NULL ? value_of(item_of(value)->child) : NULL;
}

const struct json_value *json_next(const struct json_value *value)
{
	return value != NULL ? value_of(item_of(value)->next) : NULL;
}

size_t json_size(const struct json_value *value)
{
	size_t size = 0;
	for (value = json_first(value); value != NULL; value = json_next(value))
		size++;
	return size;
}

const char *json_name(const struct json_value *member)
{
	return item_of(member)->string;
}

const char *json_string(const struct json_value *value)
{
	return cJSON_IsString(item_of(value)) ? item_of(value)->valuestring : NULL;
}

bool json_boolean(const struct json_value *value)
{
	ENSURE(cJSON_IsBool(item_of(value)));
	return cJSON_IsTrue(item_of(value));
}

bool json_integer(const struct json_value *value, int64_t *integer)
{
	if (!cJSON_IsNumber(item_of(value)))
		return false;
	double number = item_of(value)->valuedouble;
	if (number > (double)EXACT_INTEGER_MAX || number < -(double)EXACT_INTEGER_MAX)
		return false;
	if (number != (double)(int64_t)number)
		return false;
	*integer = (int64_t)number;
	return true;
}

// The decimal digits of a number and where their point is, without zeros at the end.
struct digits {
	bool negative;
	char digits[NUMBER_DIGITS_MAX + 1];
	int count, point; // the point stands behind `point` digits; may be outside of them
};

static struct digits digits_of(double number)
{
	char text[DECIMAL_SIZE_MAX]; // "-d.dddde-xx"
	struct digits digits = { .negative = number < 0 };
	snprintf(text, sizeof text, "%.*e", NUMBER_DIGITS_MAX - 1, number);
	for (const char *at = text; *at != 'e'; at++)
		if (is_digit((uint8_t)*at))
			digits.digits[digits.count++] = *at;
	digits.point = atoi(strchr(text, 'e') + 1) + 1;
	while (digits.count > 0 && digits.digits[digits.count - 1] == '0')
		digits.count--;
	return digits;
}

static void decimal_append(char text[DECIMAL_SIZE_MAX], size_t *size, char byte)
{
	ENSURE(*size < DECIMAL_SIZE_MAX - 1);
	text[(*size)++] = byte;
}

bool json_decimal(const struct json_value *value, char *text, size_t size)
{
	if (!cJSON_IsNumber(item_of(value)))
		return false;
	struct digits digits = digits_of(item_of(value)->valuedouble);
	char decimal[DECIMAL_SIZE_MAX] = "";
	size_t used = 0;
	if (digits.count == 0)
		digits.point = 1;
	if (digits.negative)
		decimal_append(decimal, &used, '-');
	int first = digits.point < 1 ? digits.point - 1 : 0;
	int last = digits.count > digits.point ? digits.count : digits.point;
	for (int i = first; i < last; i++) {
		if (i == digits.point)
			decimal_append(decimal, &used, '.');
		decimal_append(decimal, &used, i >= 0 && i < digits.count ? digits.digits[i] : '0');
	}
	if (used >= size)
		return false;
	memcpy(text, decimal, used + 1);
	return true;
}
