// SPDX-License-Identifier: Apache-2.0
// service_centre_conformance: the rows of this department, good and bad.
#include "conformance.h"

#include "service_centre.h"

static const struct good_row good[] = {
	{ "application", MAN,
	    "'receipt':'ZJG-2026-0001','programme':'积分入学','year':2026,'town':'320582-01',"
	    "'state':'受理','applied_on':'2026-05-06','accepted_on':'2026-05-06',"
	    "'child':'" CHILD "','grade':'小学一年级','school':'实验小学'",
	    .changed =
		"'receipt':'ZJG-2026-0001','programme':'school','year':2026,'town':'320582-01',"
		"'state':'补正','applied_on':'2026-05-06','complete_by':'2026-06-30',"
		"'child':'" CHILD "'" },
	{ "education", MAN,
	    "'level':'大学本科','graduated_on':'2012-06-30','degree':'学士','full_time':'是',"
	    "'certificate':'" MAN "'",
	    .changed =
		"'level':'20','graduated_on':'2012-06-30','degree':'bachelor','full_time':false" },
	{ "home", MAN,
	    "'dwelling':'苏(2020)张家港市不动产权第0000001号','share':50,'area':'102.5',"
	    "'registered_on':'2020-06-01','owners':[{'owner':'" MAN "','share':50},"
	    "{'owner':'" WOMAN "','share':50}]",
	    .changed =
		"'dwelling':'苏(2020)张家港市不动产权第0000001号','share':'33.34','area':'102.5',"
		"'owners':[{'owner':'" WOMAN "','share':'33.34'},{'owner':'" CHILD "',"
		"'share':'33.34'}]" },
	{ "pupil", CHILD, "'stage':'小学','from':'2024-09-01','grade':'小学一年级'",
	    .changed =
		"'stage':'小学','from':'2024-09-01','to':'2030-06-30','grade':'小学二年级'" },
	{ "attested_fact", MAN,
	    "'fact':'志愿服务','document':'ZY-1','state':'已核实','from':'2024-01-01',"
	    "'to':'2024-12-31','quantity':120,'unit':'小时','attested_by':'共青团组织'",
	    .changed = "'fact':'志愿服务','document':'ZY-1','state':'不予认定','attested_by':'"
		       "共青团组织'" },
	{ "attested_fact", MAN,
	    "'fact':'发明专利','document':'ZL-2','state':'申报','date':'2023-05-09',"
	    "'position':2,'participants':2,'attested_by':'知识产权部门'",
	    .changed = "'fact':'发明专利','document':'ZL-2','state':'已核实','date':'2023-05-09',"
		       "'position':1,'participants':2,'attested_by':'知识产权部门'" },
};

static const struct bad_row bad[] = {
	{ "application", MAN,
	    "'receipt':'X-9','programme':'school','year':2026,'town':'320582-01',"
	    "'state':'accepted','applied_on':'2026-05-06','accepted_on':'2026-05-05'",
	    PROBLEM_interval_order,
	    .mended = "'receipt':'X-9','programme':'school','year':2026,'town':'320582-01',"
		      "'state':'accepted','applied_on':'2026-05-06','accepted_on':'2026-05-07'" },
	{ "application", MAN,
	    "'receipt':'X-9','programme':'school','year':2026,'town':'320582-01',"
	    "'state':'accepted','applied_on':'2026-05-06','complete_by':'2026-05-05'",
	    PROBLEM_interval_order,
	    .mended = "'receipt':'X-9','programme':'school','year':2026,'town':'320582-01',"
		      "'state':'accepted','applied_on':'2026-05-06'" },
	{ "application", MAN,
	    "'receipt':'X-9','programme':'school','year':2026,'town':'320582-01',"
	    "'state':'accepted','child':'" MAN "'",
	    PROBLEM_same_person,
	    .mended = "'receipt':'X-9','programme':'school','year':2026,'town':'320582-01',"
		      "'state':'accepted','child':'" CHILD "'" },
	{ "application", CHILD,
	    "'receipt':'X-9','programme':'medical','year':2018,'town':'320582-01',"
	    "'state':'accepted','applied_on':'2018-05-19'",
	    PROBLEM_before_birth,
	    .mended = "'receipt':'X-9','programme':'medical','year':2018,'town':'320582-01',"
		      "'state':'accepted'" },
	{ "education", CHILD, "'level':'小学毕业','graduated_on':'2024-05-19'", PROBLEM_too_young,
	    .mended = NULL },
	{ "home", MAN, "'dwelling':'D-9','area':90,'share':'100.01'", PROBLEM_number_range,
	    .mended = "'dwelling':'D-9','area':90,'share':'100'" },
	{ "home", MAN,
	    "'dwelling':'D-9','area':90,'share':60,'owners':[{'owner':'" WOMAN "','share':60}]",
	    PROBLEM_shares_exceed_whole,
	    .mended = "'dwelling':'D-9','area':90,'share':60,'owners':[{'owner':'" WOMAN
		      "','share':40}]" },
	{ "home", MAN,
	    "'dwelling':'D-9','area':90,'share':60,'owners':[{'owner':'" MAN "','share':60},"
	    "{'owner':'" WOMAN "','share':60}]",
	    PROBLEM_shares_exceed_whole,
	    .mended =
		"'dwelling':'D-9','area':90,'share':60,'owners':[{'owner':'" MAN "','share':60},"
		"{'owner':'" WOMAN "','share':40}]" },
	{ "home", CHILD, "'dwelling':'D-9','area':90,'registered_on':'2018-05-19'",
	    PROBLEM_before_birth,
	    .mended = "'dwelling':'D-9','area':90,'registered_on':'2018-05-20'" },
	{ "home", MAN,
	    "'dwelling':'D-9','area':90,'registered_on':'2020-06-01','disposed_on':'2020-05-31'",
	    PROBLEM_interval_order,
	    .mended = "'dwelling':'D-9','area':90,'registered_on':'2020-06-01'" },
	{ "pupil", CHILD, "'stage':'幼儿园','from':'2018-05-19'", PROBLEM_before_birth,
	    .mended = NULL },
	{ "pupil", CHILD, "'stage':'幼儿园','from':'2021-09-01','to':'2021-08-31'",
	    PROBLEM_interval_order,
	    .mended = "'stage':'幼儿园','from':'2021-09-01','to':'2024-08-31'" },
	{ "attested_fact", CHILD,
	    "'fact':'relief','document':'D-9','state':'verified','attested_by':'民政部门',"
	    "'date':'2018-05-19'",
	    PROBLEM_before_birth,
	    .mended =
		"'fact':'relief','document':'D-9','state':'verified','attested_by':'民政部门',"
		"'date':'2018-05-20'" },
	{ "attested_fact", CHILD,
	    "'fact':'relief','document':'D-9','state':'verified','attested_by':'民政部门',"
	    "'from':'2018-05-19'",
	    PROBLEM_before_birth,
	    .mended =
		"'fact':'relief','document':'D-9','state':'verified','attested_by':'民政部门',"
		"'from':'2018-05-20'" },
	{ "attested_fact", MAN,
	    "'fact':'relief','document':'D-9','state':'verified','attested_by':'民政部门',"
	    "'from':'2025-05-20','to':'2025-05-19'",
	    PROBLEM_interval_order,
	    .mended =
		"'fact':'relief','document':'D-9','state':'verified','attested_by':'民政部门',"
		"'from':'2025-05-20','to':'2027-05-19'" },
	{ "attested_fact", MAN,
	    "'fact':'发明专利','document':'ZL-9','state':'verified',"
	    "'attested_by':'知识产权部门','position':3,'participants':2",
	    PROBLEM_number_range,
	    .mended = "'fact':'发明专利','document':'ZL-9','state':'verified',"
		      "'attested_by':'知识产权部门','position':2,'participants':2" },
	{ "application", MAN,
	    "'receipt':'" MAN "','programme':'school','year':2026,'town':'320582-01',"
	    "'state':'accepted'",
	    PROBLEM_id_number_in_text, .mended = NULL },
};

int main(void)
{
	const struct conformance conformance = {
		.decide = service_centre_decide,
		.good = good,
		.good_count = COUNT_OF(good),
		.bad = bad,
		.bad_count = COUNT_OF(bad),
	};
	return conformance_main(&conformance);
}
