// SPDX-License-Identifier: Apache-2.0
// pseudonym_test: the same number under the same secret is the same subject, on every machine.
#include "pseudonym.h"

#include "scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char number[] = "11010519491231002X"; // the standard's own example
static uint8_t secret[32];

static struct pseudonym *make_pseudonym(char version)
{
	for (size_t i = 0; i < sizeof secret; i++)
		secret[i] = (uint8_t)i;
	return pseudonym_new(secret, version);
}

static void pseudonym_is_as_another_implementation_makes_it(void **state)
{
	(void)state;
	struct pseudonym *pseudonym = make_pseudonym('1'), *later = make_pseudonym('z');
	char subject[SUBJECT_SIZE];
	pseudonym_subject(pseudonym, SUBJECT_PERSON, bytes_of_text(number), subject);
	assert_string_equal(subject, "p1swvrjesty7vtmb0g");
	pseudonym_subject(pseudonym, SUBJECT_DWELLING, bytes_of_text(number), subject);
	assert_string_equal(subject, "d187syv09hzk4jhrrm");
	pseudonym_subject(later, SUBJECT_PERSON, bytes_make(NULL, 0), subject);
	assert_string_equal(subject, "pzm7yc81hsa6m8gpr4");
	pseudonym_close(&pseudonym);
	pseudonym_close(&later);
	pseudonym_close(&later);
}

static void pseudonym_changes_with_type_number_and_secret(void **state)
{
	(void)state;
	struct pseudonym *pseudonym = make_pseudonym('1');
	char person[SUBJECT_SIZE], other[SUBJECT_SIZE];
	pseudonym_subject(pseudonym, SUBJECT_PERSON, bytes_of_text(number), person);
	pseudonym_subject(pseudonym, SUBJECT_ENTERPRISE, bytes_of_text(number), other);
	assert_string_not_equal(person + 2, other + 2);
	pseudonym_subject(pseudonym, SUBJECT_PERSON, bytes_make(number, 17), other);
	assert_string_not_equal(person + 2, other + 2);
	pseudonym_close(&pseudonym);
	secret[31] ^= 1;
	pseudonym = pseudonym_new(secret, '1');
	pseudonym_subject(pseudonym, SUBJECT_PERSON, bytes_of_text(number), other);
	assert_string_not_equal(person + 2, other + 2);
	pseudonym_close(&pseudonym);
}

static void subject_valid_knows_the_form(void **state)
{
	(void)state;
	char source[SUBJECT_SIZE];
	pseudonym_source(3, source);
	assert_string_equal(source, "s10000000000000003");
	assert_true(subject_valid(bytes_of_text(source)));
	pseudonym_source(UINT32_MAX, source);
	assert_int_equal(strlen(source), SUBJECT_SIZE - 1);
	assert_true(subject_valid(bytes_of_text("p1swvrjesty7vtmb0g")));
	assert_true(subject_valid(bytes_of_text("d187syv09hzk4jhrrm")));
	assert_true(subject_valid(bytes_of_text("r1swvrjesty7vtmb0g")));
	assert_false(subject_valid(bytes_of_text("q1swvrjesty7vtmb0g")));
	assert_false(subject_valid(bytes_of_text("p1swvrjesty7vtmb0")));
	assert_false(subject_valid(bytes_of_text("p1swvrjesty7vtmb0gg")));
	assert_false(subject_valid(bytes_of_text("")));
	assert_false(subject_valid(bytes_make("p1swvrjesty7vtmb0\0", 18)));
	for (const char *wrong = "ilouABZ-.:{}\n "; *wrong != 0; wrong++) {
		char subject[] = "p1swvrjesty7vtmb0g";
		subject[9] = *wrong;
		assert_false(subject_valid(bytes_of_text(subject)));
	}
}

static void subject_partition_never_changes_and_spreads(void **state)
{
	(void)state;
	struct pseudonym *pseudonym = make_pseudonym('1');
	unsigned counts[64] = { 0 };
	assert_int_equal(subject_partition("p100000000000000zz", 1024), 1023);
	assert_int_equal(subject_partition("p1swvrjesty7vtmb0g", 64), 16);
	assert_int_equal(subject_partition("p1swvrjesty7vtmb0g", 1), 0);
	for (int i = 0; i < 64000; i++) {
		char text[16], subject[SUBJECT_SIZE];
		snprintf(text, sizeof text, "%d", i);
		pseudonym_subject(pseudonym, SUBJECT_PERSON, bytes_of_text(text), subject);
		counts[subject_partition(subject, 64)]++;
	}
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		assert_in_range(counts[i], 800, 1200);
	pseudonym_close(&pseudonym);
}

static char folder[SCRATCH_PATH_SIZE];

static enum status open_with(const char *text, mode_t mode, struct pseudonym **pseudonym)
{
	char path[SCRATCH_PATH_SIZE + 16];
	snprintf(path, sizeof path, "%s/secret", folder);
	unlink(path);
	int file = open(path, O_WRONLY | O_CREAT, mode);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(file, mode), 0);
	close(file);
	return pseudonym_open(pseudonym, path);
}

#define DIGITS "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static void pseudonym_opens_one_line_that_only_its_owner_can_read(void **state)
{
	(void)state;
	struct pseudonym *pseudonym;
	char subject[SUBJECT_SIZE];
	scratch_make(folder);
	assert_int_equal(open_with("1 " DIGITS "\n", 0600, &pseudonym), STATUS_OK);
	pseudonym_subject(pseudonym, SUBJECT_PERSON, bytes_of_text(number), subject);
	assert_string_equal(subject, "p1swvrjesty7vtmb0g");
	pseudonym_close(&pseudonym);
	assert_int_equal(open_with("1 " DIGITS, 0400, &pseudonym), STATUS_OK);
	pseudonym_close(&pseudonym);
	assert_int_equal(open_with("1 " DIGITS "\n", 0640, &pseudonym), STATUS_DENIED);
	assert_int_equal(open_with("1 " DIGITS "\n", 0604, &pseudonym), STATUS_DENIED);
	assert_null(pseudonym);
	scratch_remove(folder);
}

static void pseudonym_refuses_any_other_file_and_never_shows_it(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "1\n", DIGITS "\n", "1 " DIGITS "0\n",
		"1  " DIGITS "\n", "I " DIGITS "\n", "1 " DIGITS "\r\n",
		"1 " DIGITS "\n2 " DIGITS "\n", "1 " DIGITS "\n\n",
		"1 00G102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n" };
	struct pseudonym *pseudonym;
	scratch_make(folder);
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		assert_int_equal(open_with(wrong[i], 0600, &pseudonym), STATUS_INVALID);
		assert_null(pseudonym);
		assert_null(strstr(status_reason(), "0405"));
	}
	char large[300];
	memset(large, '1', sizeof large - 1);
	large[sizeof large - 1] = 0;
	assert_int_equal(open_with(large, 0600, &pseudonym), STATUS_TOO_LARGE);
	assert_int_equal(pseudonym_open(&pseudonym, "/nonexistent/secret"), STATUS_NOT_FOUND);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pseudonym_is_as_another_implementation_makes_it),
		cmocka_unit_test(pseudonym_changes_with_type_number_and_secret),
		cmocka_unit_test(subject_valid_knows_the_form),
		cmocka_unit_test(subject_partition_never_changes_and_spreads),
		cmocka_unit_test(pseudonym_opens_one_line_that_only_its_owner_can_read),
		cmocka_unit_test(pseudonym_refuses_any_other_file_and_never_shows_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
