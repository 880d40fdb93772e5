// SPDX-License-Identifier: Apache-2.0
// health_conformance: the rows of this department, good and bad.
#include "conformance.h"

#include "health.h"

static const struct good_row good[] = {
	{ "vaccination", CHILD,
	    "'complete':true,'birth_date':'2018-05-20','given_on':'2018-05-20',"
	    "'assessed_on':'2024-08-01','card':'JZ-001'",
	    .changed = "'complete':false,'given_on':'2024-05-20'" },
	{ "vaccination", TRAVELLER,
	    "'complete':true,'birth_date':'2020-05-20','given_on':'2020-05-20'",
	    .changed = "'complete':true,'birth_date':'2020-05-20','given_on':'2024-05-20'" },
	{ "blood_donation", MAN,
	    "'donated_on':'2024-11-02','component':'全血','volume':400,'place':320582",
	    .changed = "'donated_on':'2024-11-02','component':'全血','volume':300,'place':320582" },
	{ "tissue_donation", MAN, "'tissue':'造血干细胞','registered_on':'2019-05-08'",
	    .changed =
		"'tissue':'造血干细胞','registered_on':'2019-05-08','donated_on':'2023-03-01'" },
	{ "mother_child_card", WOMAN, "'card_satisfied':true,'assessed_on':'2018-06-01'",
	    .changed = "'card_satisfied':true,'checks_satisfied':true,'assessed_on':'2018-06-01'" },
	{ "health_record", CHILD, "'stars':4,'child_checks':true,'assessed_on':'2025-12-01'",
	    .changed = "'stars':5,'child_checks':true,'assessed_on':'2026-01-01'" },
	{ "work_health_certificate", WOMAN,
	    "'issued_on':'2026-02-01','valid_to':'2027-01-31','certificate':'" WOMAN "'",
	    .changed =
		"'issued_on':'2026-02-01','valid_to':'2027-01-31','cancelled_on':'2026-06-01'" },
	{ "penalty", MAN, "'window_years':5,'window_to':'2026-05-31','count':0",
	    .changed = "'window_years':5,'window_to':'2026-05-31','count':1" },
};

static const struct bad_row bad[] = {
	{ "vaccination", CHILD, "'complete':true,'given_on':'2018-05-19'", PROBLEM_before_birth,
	    .mended = "'complete':true,'given_on':'2018-05-21'" },
	{ "vaccination", CHILD, "'complete':true,'assessed_on':'2018-05-19'", PROBLEM_before_birth,
	    .mended = "'complete':true,'assessed_on':'2018-05-21'" },
	{ "vaccination", CHILD, "'complete':true,'birth_date':'2018-05-21'",
	    PROBLEM_contradicts_id_number, .mended = "'complete':true,'birth_date':'2018-05-20'" },
	{ "vaccination", TRAVELLER,
	    "'complete':true,'birth_date':'2020-05-20','given_on':'2020-05-19'",
	    PROBLEM_before_birth, .mended = "'complete':true,'birth_date':'2020-05-20'" },
	{ "blood_donation", YOUTH, "'donated_on':'2022-01-09','component':'全血'",
	    PROBLEM_too_young, .mended = NULL },
	{ "tissue_donation", MAN, "'tissue':'organ','registered_on':'1990-03-06'",
	    PROBLEM_before_birth, .mended = "'tissue':'organ','registered_on':'2020-03-06'" },
	{ "tissue_donation", MAN, "'tissue':'organ','donated_on':'1990-03-06'",
	    PROBLEM_before_birth, .mended = "'tissue':'organ'" },
	{ "mother_child_card", WOMAN, "'card_satisfied':true,'assessed_on':'1992-08-20'",
	    PROBLEM_before_birth, .mended = "'card_satisfied':true" },
	{ "health_record", CHILD, "'stars':4,'assessed_on':'2018-05-19'", PROBLEM_before_birth,
	    .mended = "'stars':4" },
	{ "health_record", CHILD, "'stars':6", PROBLEM_number_range, .mended = "'stars':5" },
	{ "work_health_certificate", CHILD, "'issued_on':'2018-05-19'", PROBLEM_before_birth,
	    .mended = NULL },
	{ "work_health_certificate", WOMAN, "'issued_on':'2025-02-01','valid_to':'2025-01-31'",
	    PROBLEM_interval_order, .mended = "'issued_on':'2025-02-01','valid_to':'2026-01-31'" },
	{ "work_health_certificate", WOMAN, "'issued_on':'2025-02-01','cancelled_on':'2025-01-31'",
	    PROBLEM_interval_order,
	    .mended = "'issued_on':'2025-02-01','cancelled_on':'2025-02-01'" },
	{ "penalty", MAN, "'window_years':3,'window_to':'2026-05-31','count':-1",
	    PROBLEM_number_range, .mended = "'window_years':3,'window_to':'2026-05-31','count':1" },
	{ "penalty", YOUTH, "'window_years':5,'window_to':'2026-05-31','count':0",
	    PROBLEM_juvenile_window, .mended = NULL },
};

int main(void)
{
	const struct conformance conformance = {
		.decide = health_decide,
		.good = good,
		.good_count = COUNT_OF(good),
		.bad = bad,
		.bad_count = COUNT_OF(bad),
	};
	return conformance_main(&conformance);
}
