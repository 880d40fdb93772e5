// SPDX-License-Identifier: Apache-2.0
// text_fuzz: one cell, as every reader of texts sees it; and as the mask shows it.
#include "fuzz.h"

#include "citizen_id.h"
#include "credit_code.h"
#include "date.h"
#include "mask.h"
#include "position.h"
#include "text.h"
#include "written.h"

static void read_numbers(const char *text)
{
	enum problem_code code;
	int64_t number;
	if (written_number(text, 2, &number, &code))
		ENSURE(number > -INT64_C(1000000000000000000) &&
		       number < INT64_C(1000000000000000000));
	(void)written_money(text, &number, &code);
	if (written_date(text, &number))
		ENSURE(date_valid(number));
	(void)written_month(text, &number);
	(void)written_year(text, &number);
	(void)written_is_damaged(text);
}

static void read_ids(struct bytes text)
{
	struct citizen_id id;
	struct citizen_id again;
	enum problem_code code;
	char credit_code[CREDIT_CODE_SIZE];
	bool checks;
	struct position position;
	if (citizen_id_parse(&id, text, &code)) { // the normal form is its own normal form
		ENSURE(citizen_id_parse(&again, bytes_of_text(id.number), &code));
		ENSURE(strcmp(id.number, again.number) == 0);
	}
	if (credit_code_parse(text, credit_code, &checks))
		ENSURE(credit_code_parse(bytes_of_text(credit_code), credit_code, &checks));
	(void)position_parse(&position, text);
}

static void check_masks(struct bytes text)
{
	static const enum mask masks[] = { MASK_TEXT, MASK_NAME, MASK_ID_NUMBER, MASK_ALL };
	for (size_t i = 0; i < COUNT_OF(masks); i++) {
		struct buffer out = { 0 };
		mask_write(masks[i], text, &out);
		ENSURE(!citizen_id_inside(buffer_bytes(&out)));
		buffer_deinit(&out);
	}
}

void fuzz_once(struct bytes input)
{
	char *text = bytes_copy_text(input);
	read_ids(input);
	check_masks(input);
	if (strlen(text) == input.size && text_valid(input))
		read_numbers(text);
	free(text);
}
