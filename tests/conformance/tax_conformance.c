// SPDX-License-Identifier: Apache-2.0
// tax_conformance: the rows of this department, good and bad.
#include "conformance.h"

#include "tax.h"

static const struct good_row good[] = {
	{ "income_tax", MAN,
	    "'voucher':'3320 0001','item':'工资、薪金所得','period':'2026-04',"
	    "'paid_on':'2026-05-12','amount':'325.40','withholder':'" ENTERPRISE "'",
	    .changed =
		"'voucher':'33200001','item':'wages','period':'2026-04','paid_on':'2026-05-12',"
		"'amount':326" },
	{ "income_tax", MAN,
	    "'voucher':'33200002','item':'business','period':'2026-04','period_to':'2026-06',"
	    "'paid_on':'2026-04-01','amount':0",
	    .changed =
		"'voucher':'33200002','item':'business','period':'2026-06','period_to':'2026-06',"
		"'paid_on':'2026-06-15','amount':0" },
	{ "enterprise", ENTERPRISE,
	    "'name':'张家港某某科技有限公司','established_on':'2016-02-01',"
	    "'registered_capital':1000000",
	    .changed = "'name':'张家港某某科技有限公司','established_on':'2016-02-01',"
		       "'closed_on':'2026-02-01','registered_capital':1000000" },
	{ "enterprise_tax", ENTERPRISE,
	    "'voucher':'33200003','tax':'增值税','period':'2026-01','period_to':'2026-03',"
	    "'paid_on':'2026-04-14','amount':120000.05",
	    .changed = "'voucher':'33200003','tax':'vat','period':'2026-01','period_to':'2026-03',"
		       "'paid_on':'2026-04-14','amount':0" },
	{ "shareholding", MAN,
	    "'enterprise':'" ENTERPRISE "','share':'51.5','paid_in':500000,'from':'2016-02-01'",
	    .changed =
		"'enterprise':'" ENTERPRISE "','share':'51.5','paid_in':500000,'from':'2016-02-01',"
		"'to':'2025-02-01'" },
};

static const struct bad_row bad[] = {
	{ "income_tax", MAN,
	    "'voucher':'33200009','item':'wages','period':'2026-04','paid_on':'2026-05-12',"
	    "'amount':'-0.01'",
	    PROBLEM_negative_payment,
	    .mended =
		"'voucher':'33200009','item':'wages','period':'2026-04','paid_on':'2026-05-12',"
		"'amount':'0.01'" },
	{ "income_tax", MAN,
	    "'voucher':'33200009','item':'wages','period':'2026-04','paid_on':'2026-03-31',"
	    "'amount':1",
	    PROBLEM_before_period,
	    .mended =
		"'voucher':'33200009','item':'wages','period':'2026-04','paid_on':'2026-04-30',"
		"'amount':1" },
	{ "income_tax", MAN,
	    "'voucher':'33200009','item':'wages','period':'2026-04','period_to':'2026-03',"
	    "'paid_on':'2026-05-12','amount':1",
	    PROBLEM_interval_order,
	    .mended =
		"'voucher':'33200009','item':'wages','period':'2026-04','period_to':'2026-05',"
		"'paid_on':'2026-05-12','amount':1" },
	{ "income_tax", MAN,
	    "'voucher':'33200009','item':'wages','period':'2026-04','paid_on':'2026-06-16',"
	    "'amount':1",
	    PROBLEM_future_date,
	    .mended =
		"'voucher':'33200009','item':'wages','period':'2026-04','paid_on':'2026-06-15',"
		"'amount':1" },
	{ "income_tax", CHILD,
	    "'voucher':'33200009','item':'dividends','period':'2018-04','paid_on':'2018-05-19',"
	    "'amount':1",
	    PROBLEM_before_birth,
	    .mended =
		"'voucher':'33200009','item':'dividends','period':'2018-04','paid_on':'2018-05-20',"
		"'amount':1" },
	{ "enterprise", ENTERPRISE,
	    "'name':'张家港某某科技有限公司','established_on':'2016-02-01',"
	    "'closed_on':'2016-01-31'",
	    PROBLEM_interval_order,
	    .mended = "'name':'张家港某某科技有限公司','established_on':'2016-02-01'" },
	{ "enterprise_tax", ENTERPRISE,
	    "'voucher':'33200009','tax':'vat','period':'2026-04','paid_on':'2026-05-12',"
	    "'amount':-1",
	    PROBLEM_negative_payment,
	    .mended = "'voucher':'33200009','tax':'vat','period':'2026-04','paid_on':'2026-05-12',"
		      "'amount':1" },
	{ "enterprise_tax", ENTERPRISE,
	    "'voucher':'33200009','tax':'vat','period':'2026-07','paid_on':'2026-05-12',"
	    "'amount':1",
	    PROBLEM_before_period,
	    .mended = "'voucher':'33200009','tax':'vat','period':'2026-05','paid_on':'2026-05-12',"
		      "'amount':1" },
	{ "enterprise_tax", ENTERPRISE,
	    "'voucher':'33200009','tax':'vat','period':'2026-04','period_to':'2025-12',"
	    "'paid_on':'2026-05-12','amount':1",
	    PROBLEM_interval_order,
	    .mended = "'voucher':'33200009','tax':'vat','period':'2026-04','paid_on':'2026-05-12',"
		      "'amount':1" },
	{ "shareholding", CHILD, "'enterprise':'" ENTERPRISE "','from':'2018-05-19'",
	    PROBLEM_before_birth, .mended = "'enterprise':'" ENTERPRISE "','from':'2019-05-19'" },
	{ "shareholding", MAN,
	    "'enterprise':'" OTHER_ENTERPRISE "','from':'2019-05-19','to':'2019-05-18'",
	    PROBLEM_interval_order,
	    .mended = "'enterprise':'" OTHER_ENTERPRISE "','from':'2019-05-19'" },
	{ "income_tax", MAN,
	    "'voucher':'33200009','item':'business','period':'2026-04','paid_on':'2026-05-12',"
	    "'amount':1,'withholder':'" MAN "'",
	    PROBLEM_id_number_in_text,
	    .mended =
		"'voucher':'33200009','item':'business','period':'2026-04','paid_on':'2026-05-12',"
		"'amount':1" },
	{ "enterprise", OTHER_ENTERPRISE, "'name':'个体户" WOMAN "'", PROBLEM_id_number_in_text,
	    .mended = "'name':'个体户'" },
};

int main(void)
{
	const struct conformance conformance = {
		.decide = tax_decide,
		.good = good,
		.good_count = COUNT_OF(good),
		.bad = bad,
		.bad_count = COUNT_OF(bad),
	};
	return conformance_main(&conformance);
}
