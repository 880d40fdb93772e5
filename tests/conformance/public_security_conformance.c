// SPDX-License-Identifier: Apache-2.0
// public_security_conformance: the rows of this department, good and bad.
#include "conformance.h"

#include "public_security.h"

static const struct good_row good[] = {
	{ "person", MAN,
	    "'name':'王小明','sex':'男','birth_date':'1990-03-07','ethnic':'汉族',"
	    "'hukou_division':340123",
	    .changed = "'name':'王小明','sex':'1','birth_date':'19900307','ethnic':'01',"
		       "'hukou_division':320582,'hukou_since':'2026-06-01'" },
	{ "person", CHILD, "'name':'王小小','sex':'未知','birth_date':'2018-05-20'",
	    .changed = "'name':'王小小','sex':'女','birth_date':'2018-05-20'" },
	{ "person", TRAVELLER, "'name':'CHAN TAI MAN','sex':'1','birth_date':'1985-11-02'",
	    .changed = "'name':'CHAN TAI MAN','sex':'2','birth_date':'1985-11-03'" },
	{ "residence", MAN,
	    "'from':'2019-09-01','town':'320582-01','registered_on':'2019-09-05',"
	    "'dwelling':'FW-0001'",
	    .changed = "'from':'2019-09-01','to':'2019-09-01','town':'320582-01',"
		       "'registered_on':'2019-09-05'" },
	{ "residence_permit", MAN,
	    "'certificate':'居住证','issued_on':'2020-01-10','valid_to':'2022-01-09',"
	    "'endorsements':[{'endorsed_on':'2021-12-20','from':'2022-01-10',"
	    "'to':'2023-01-09'}],'number':'" MAN "'",
	    .changed = "'certificate':'01','issued_on':'2020-01-10','valid_from':'2020-01-08',"
		       "'valid_to':'2022-01-09','cancelled_on':'2023-02-01',"
		       "'endorsements':[{'endorsed_on':'2020-01-08','from':'2020-01-08','to':'2022-"
		       "01-09'},"
		       "{'endorsed_on':'2021-12-20','from':'2022-01-10','to':'2023-03-09'}]" },
	{ "lease", MAN,
	    "'dwelling':'FW-0001','from':'2025-07-01','to':'2026-12-31','filed_on':'2025-06-20'",
	    .changed = "'dwelling':'FW-0001','from':'2025-07-01','to':'2026-12-31','ended_on':'"
		       "2026-05-31'" },
	{ "kinship", MAN, "'relation':'女儿','relative':'" CHILD "','from':'2018-05-20'",
	    .changed =
		"'relation':'child','relative':'" CHILD "','from':'2018-05-20','to':'2026-01-01'" },
	{ "sanction", MAN,
	    "'class':'administrative_detention','window_years':5,'window_to':'2026-05-31',"
	    "'count':0",
	    .changed =
		"'class':'administrative_detention','window_years':5,'window_to':'2026-06-15',"
		"'count':1" },
	{ "sanction", MAN,
	    "'class':'serious_crime','window_years':99,'window_to':'2026-05-31','count':0",
	    .changed =
		"'class':'serious_crime','window_years':99,'window_to':'2026-06-15','count':0" },
	{ "sanction", YOUTH,
	    "'class':'criminal_penalty','window_years':2,'window_to':'2026-01-10','count':0",
	    .changed =
		"'class':'criminal_penalty','window_years':2,'window_to':'2026-06-15','count':0" },
	{ "identity_link", MAN, "'predecessor':'" MAN_BEFORE "','reason':'更正'",
	    .changed =
		"'predecessor':'" MAN_BEFORE "','reason':'corrected','linked_on':'2021-04-01'" },
};

static const struct bad_row bad[] = {
	{ "person", MAN, "'name':'王小明','sex':'男','birth_date':'1990-03-08'",
	    PROBLEM_contradicts_id_number,
	    .mended = "'name':'王小明','sex':'男','birth_date':'1990-03-07'" },
	{ "person", MAN, "'name':'王小明','sex':'女','birth_date':'1990-03-07'",
	    PROBLEM_contradicts_id_number,
	    .mended = "'name':'王小明','sex':'男','birth_date':'1990-03-07'" },
	{ "person", MAN,
	    "'name':'王小明','sex':'男','birth_date':'1990-03-07','hukou_since':'1989-12-31'",
	    PROBLEM_before_birth,
	    .mended =
		"'name':'王小明','sex':'男','birth_date':'1990-03-07','hukou_since':'1999-12-31'" },
	{ "person", MAN,
	    "'name':'王小明','sex':'男','birth_date':'1990-03-07','died_on':'1990-03-06'",
	    PROBLEM_before_birth,
	    .mended =
		"'name':'王小明','sex':'男','birth_date':'1990-03-07','died_on':'1990-03-07'" },
	{ "person", TRAVELLER,
	    "'name':'CHAN TAI MAN','sex':'1','birth_date':'1985-11-02','died_on':'1985-11-01'",
	    PROBLEM_before_birth,
	    .mended = "'name':'CHAN TAI MAN','sex':'1','birth_date':'1985-11-02'" },
	{ "residence", MAN, "'from':'2020-09-01','to':'2020-08-31','town':'320582-01'",
	    PROBLEM_interval_order,
	    .mended = "'from':'2020-09-01','to':'2020-09-30','town':'320582-01'" },
	{ "residence", CHILD, "'from':'2018-05-19','town':'320582-01'", PROBLEM_before_birth,
	    .mended = NULL },
	{ "residence", CHILD, "'from':'2019-05-19','registered_on':'2018-05-19','town':'320582-01'",
	    PROBLEM_before_birth,
	    .mended = "'from':'2019-05-19','registered_on':'2019-05-19','town':'320582-01'" },
	{ "residence_permit", CHILD, "'certificate':'居住证','issued_on':'2018-05-19'",
	    PROBLEM_before_birth, .mended = NULL },
	{ "residence_permit", WOMAN,
	    "'certificate':'居住证','issued_on':'2020-01-10','valid_to':'2019-01-09'",
	    PROBLEM_interval_order,
	    .mended = "'certificate':'居住证','issued_on':'2020-01-10','valid_to':'2021-01-09'" },
	{ "residence_permit", WOMAN,
	    "'certificate':'居住证','issued_on':'2020-01-10','valid_from':'2021-01-10',"
	    "'valid_to':'2020-06-09'",
	    PROBLEM_interval_order,
	    .mended = "'certificate':'居住证','issued_on':'2020-01-10','valid_from':'2020-01-10',"
		      "'valid_to':'2020-06-09'" },
	{ "residence_permit", WOMAN,
	    "'certificate':'居住证','issued_on':'2020-01-10','cancelled_on':'2020-01-09'",
	    PROBLEM_interval_order,
	    .mended =
		"'certificate':'居住证','issued_on':'2020-01-10','cancelled_on':'2020-01-10'" },
	{ "residence_permit", WOMAN,
	    "'certificate':'居住证','issued_on':'2020-01-10',"
	    "'endorsements':[{'endorsed_on':'2020-01-09','from':'2021-01-10','to':'2022-01-09'}]",
	    PROBLEM_outside_permit,
	    .mended = "'certificate':'居住证','issued_on':'2020-01-10',"
		      "'endorsements':[{'endorsed_on':'2021-01-09','from':'2021-01-10','to':'2022-"
		      "01-09'}]" },
	{ "residence_permit", WOMAN,
	    "'certificate':'居住证','issued_on':'2020-01-10','cancelled_on':'2021-01-09',"
	    "'endorsements':[{'endorsed_on':'2021-01-09','from':'2021-01-10','to':'2022-01-09'}]",
	    PROBLEM_outside_permit,
	    .mended = "'certificate':'居住证','issued_on':'2020-01-10','cancelled_on':'2021-01-10',"
		      "'endorsements':[{'endorsed_on':'2021-01-09','from':'2021-01-10','to':'2022-"
		      "01-09'}]" },
	{ "residence_permit", WOMAN,
	    "'certificate':'居住证','issued_on':'2020-01-10',"
	    "'endorsements':[{'endorsed_on':'2021-01-09','from':'2022-01-10','to':'2022-01-09'}]",
	    PROBLEM_interval_order, .mended = "'certificate':'居住证','issued_on':'2020-01-10'" },
	{ "lease", CHILD, "'dwelling':'FW-0002','from':'2018-05-19'", PROBLEM_before_birth,
	    .mended = NULL },
	{ "lease", WOMAN, "'dwelling':'FW-0002','from':'2025-07-01','to':'2025-06-30'",
	    PROBLEM_interval_order,
	    .mended = "'dwelling':'FW-0002','from':'2025-07-01','to':'2026-06-30'" },
	{ "lease", WOMAN, "'dwelling':'FW-0002','from':'2025-07-01','ended_on':'2025-06-30'",
	    PROBLEM_interval_order, .mended = "'dwelling':'FW-0002','from':'2025-07-01'" },
	{ "kinship", MAN, "'relation':'spouse','relative':'" MAN "'", PROBLEM_same_person,
	    .mended = NULL },
	{ "kinship", CHILD, "'relation':'母亲','relative':'" WOMAN "','from':'2018-05-19'",
	    PROBLEM_before_birth,
	    .mended = "'relation':'母亲','relative':'" WOMAN "','from':'2018-05-20'" },
	{ "kinship", MAN,
	    "'relation':'spouse','relative':'" WOMAN "','from':'2015-10-01','to':'2015-09-30'",
	    PROBLEM_interval_order,
	    .mended = "'relation':'spouse','relative':'" WOMAN "','from':'2015-10-01'" },
	{ "sanction", YOUTH,
	    "'class':'administrative_detention','window_years':3,'window_to':'2026-05-31',"
	    "'count':1",
	    PROBLEM_juvenile_window, .mended = NULL },
	{ "sanction", YOUTH,
	    "'class':'administrative_detention','window_years':2,'window_to':'2026-01-09',"
	    "'count':0",
	    PROBLEM_juvenile_window,
	    .mended =
		"'class':'administrative_detention','window_years':2,'window_to':'2026-01-10',"
		"'count':0" },
	{ "sanction", CHILD,
	    "'class':'serious_crime','window_years':99,'window_to':'2026-05-31','count':0",
	    PROBLEM_juvenile_window, .mended = NULL },
	{ "identity_link", MAN, "'predecessor':'" MAN "'", PROBLEM_same_person, .mended = NULL },
	{ "identity_link", CHILD, "'predecessor':'" TRAVELLER "','linked_on':'2018-05-19'",
	    PROBLEM_before_birth,
	    .mended = "'predecessor':'" TRAVELLER "','linked_on':'2018-06-19'" },
	{ "residence", MAN, "'from':'2020-09-01','town':'320582-01','grid':'网格员电话找" MAN "'",
	    PROBLEM_id_number_in_text,
	    .mended = "'from':'2020-09-01','town':'320582-01','grid':'01-03'" },
};

int main(void)
{
	const struct conformance conformance = {
		.decide = public_security_decide,
		.good = good,
		.good_count = COUNT_OF(good),
		.bad = bad,
		.bad_count = COUNT_OF(bad),
	};
	return conformance_main(&conformance);
}
