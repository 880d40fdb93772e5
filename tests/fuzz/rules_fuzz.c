// SPDX-License-Identifier: Apache-2.0
// rules_fuzz: any text as a rule table; one that is accepted scores an applicant of whom nothing is
// known.
#include "fuzz.h"

#include "score.h"

static void score_nobody(const struct rules *rules, const struct programme *programme)
{
	static const struct score_view view = { .engine = "fuzz" };
	struct dossier *dossier = dossier_new(fuzz_catalogues(), FUZZ_TODAY);
	struct score *score;
	struct buffer out = { 0 };
	size_t self = dossier_subject(dossier, FIELD_PERSON, "self");
	dossier_add_to_role(dossier, ROLE_SELF, self);
	dossier_seal(dossier);
	score_make(&score, rules, programme, dossier);
	score_write_json(score, &view, &out);
	ENSURE(out.size > 0 && out.data[0] == '{');
	score_free(&score);
	dossier_free(&dossier);
	buffer_deinit(&out);
}

void fuzz_once(struct bytes input)
{
	struct rules *rules;
	struct rules_errors errors;
	if (rules_parse(&rules, fuzz_catalogues(), input, "fuzz", &errors) == STATUS_OK)
		for (size_t i = 0; i < rules_programme_count(rules); i++)
			score_nobody(rules, rules_programme(rules, i));
	else
		ENSURE(errors.count > 0);
	rules_errors_deinit(&errors);
	rules_free(&rules);
}
