// SPDX-License-Identifier: Apache-2.0
// buffer_test: bytes that grow, beside a plain array that does the same.
#include "buffer.h"

#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void buffer_empty_is_usable_at_once(void **state)
{
	(void)state;
	struct buffer buffer = { 0 };
	assert_int_equal(buffer_bytes(&buffer).size, 0);
	assert_string_equal(buffer_text(&buffer), "");
	buffer_append(&buffer, NULL, 0);
	buffer_drop(&buffer, 0);
	assert_int_equal(buffer.size, 0);
	buffer_deinit(&buffer);
	buffer_deinit(&buffer);
	buffer_wipe(&buffer);
	assert_null(buffer.data);
}

static void buffer_keeps_what_was_appended_in_order(void **state)
{
	(void)state;
	struct buffer buffer = { 0 };
	buffer_append_text(&buffer, "ab");
	buffer_append_byte(&buffer, 0);
	buffer_append_bytes(&buffer, bytes_make("cd", 2));
	buffer_printf(&buffer, "%03d%s", 7, "");
	assert_true(bytes_equal(buffer_bytes(&buffer), bytes_make("ab\0cd007", 8)));
	memcpy(buffer_reserve(&buffer, 3), "xyz", 3);
	buffer.size += 2;
	buffer_drop(&buffer, 3);
	assert_string_equal(buffer_text(&buffer), "cd007xy");
	buffer_clear(&buffer);
	assert_int_equal(buffer.size, 0);
	assert_true(buffer.capacity > 0);
	buffer_deinit(&buffer);
}

static void buffer_printf_takes_texts_of_any_length(void **state)
{
	(void)state;
	struct buffer buffer = { 0 };
	char *text = allocate(100001);
	memset(text, 'q', 100000);
	buffer_printf(&buffer, "<%s>", text);
	assert_int_equal(buffer.size, 100002);
	assert_string_equal(buffer_text(&buffer) + 99999, "qq>");
	free(text);
	buffer_deinit(&buffer);
}

enum {
	MODEL_BYTES = 64 * 1024
};

static void buffer_agrees_with_a_plain_array(void **state)
{
	(void)state;
	struct dice dice = { 20261124 };
	uint8_t *model = allocate(MODEL_BYTES), piece[500];
	size_t size = 0;
	struct buffer buffer = { 0 };
	for (int i = 0; i < 20000; i++) {
		size_t count = dice_below(&dice, sizeof piece);
		if (dice_chance(&dice, 50) && size + count <= MODEL_BYTES) {
			dice_fill(&dice, piece, count);
			memcpy(model + size, piece, count);
			size += count;
			buffer_append(&buffer, piece, count);
		} else if (count <= size) {
			memmove(model, model + count, size - count);
			size -= count;
			buffer_drop(&buffer, count);
		}
		assert_int_equal(buffer.size, size);
		assert_true(buffer.size <= buffer.capacity);
	}
	assert_true(bytes_equal(buffer_bytes(&buffer), bytes_make(model, size)));
	buffer_wipe(&buffer);
	free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffer_empty_is_usable_at_once),
		cmocka_unit_test(buffer_keeps_what_was_appended_in_order),
		cmocka_unit_test(buffer_printf_takes_texts_of_any_length),
		cmocka_unit_test(buffer_agrees_with_a_plain_array),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
