// SPDX-License-Identifier: Apache-2.0
// family_planning_conformance: the rows of this department, good and bad.
#include "conformance.h"

#include "family_planning.h"

static const struct good_row good[] = {
	{ "marriage", MAN,
	    "'status':'已婚','since':'2015-10-01','spouse':'" WOMAN "','place':320582",
	    .changed = "'status':'离婚','since':'2024-02-01','spouse':'" WOMAN "'" },
	{ "marriage", CHILD, "'status':'未婚','since':'2018-05-20'", .changed = "'status':'90'" },
	{ "child", MAN, "'birth_date':'2018-05-20','birth_order':1",
	    .changed = "'birth_date':'2018-05-20','birth_order':1,'child':'" CHILD "'" },
	{ "settlement", MAN, "'status':'no_violation','assessed_on':'2026-03-01'",
	    .changed = "'status':'not_settled','counted':1,'bars_until':'2031-03-01',"
		       "'assessed_on':'2026-05-01'" },
	{ "check", WOMAN,
	    "'item':'定期查验','satisfied':true,'grade':1,'years':3,'assessed_on':'2026-03-01',"
	    "'valid_to':'2027-02-28','certificate':'" WOMAN "'",
	    .changed = "'item':'定期查验','satisfied':false,'assessed_on':'2026-04-01'" },
};

static const struct bad_row bad[] = {
	{ "marriage", MAN, "'status':'已婚','since':'2015-10-01','spouse':'" MAN "'",
	    PROBLEM_same_person,
	    .mended = "'status':'已婚','since':'2015-10-01','spouse':'" WOMAN "'" },
	{ "marriage", MAN, "'status':'已婚','since':'2004-03-06'", PROBLEM_too_young,
	    .mended = "'status':'已婚','since':'2014-03-06'" },
	{ "marriage", MAN, "'status':'未婚','since':'1990-03-06'", PROBLEM_before_birth,
	    .mended = "'status':'未婚','since':'1990-03-07'" },
	{ "marriage", MAN, "'status':'未婚','spouse':'" WOMAN "'", PROBLEM_contradicts_row,
	    .mended = "'status':'20','spouse':'" WOMAN "'" },
	{ "child", MAN, "'birth_date':'2018-05-20','birth_order':1,'child':'" MAN "'",
	    PROBLEM_same_person,
	    .mended = "'birth_date':'2018-05-20','birth_order':1,'child':'" CHILD "'" },
	{ "child", MAN, "'birth_date':'2002-03-06','birth_order':1", PROBLEM_too_young,
	    .mended = NULL },
	{ "child", MAN, "'birth_date':'2026-06-16','birth_order':2", PROBLEM_future_date,
	    .mended = NULL },
	{ "settlement", MAN, "'status':'settled','assessed_on':'1989-03-01'", PROBLEM_before_birth,
	    .mended = "'status':'settled','assessed_on':'2019-03-01'" },
	{ "check", WOMAN, "'item':'measure','satisfied':true,'assessed_on':'1991-03-01'",
	    PROBLEM_before_birth,
	    .mended = "'item':'measure','satisfied':true,'assessed_on':'2021-03-01'" },
	{ "check", WOMAN, "'item':'measure','satisfied':true,'valid_to':'1991-03-01'",
	    PROBLEM_before_birth,
	    .mended = "'item':'measure','satisfied':true,'valid_to':'2021-03-01'" },
};

int main(void)
{
	const struct conformance conformance = {
		.decide = family_planning_decide,
		.good = good,
		.good_count = COUNT_OF(good),
		.bad = bad,
		.bad_count = COUNT_OF(bad),
	};
	return conformance_main(&conformance);
}
