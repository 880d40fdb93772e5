// SPDX-License-Identifier: Apache-2.0
// numbers: GB 11643 and GB 32100 numbers that no two people or enterprises of one city share.
//
// Nothing is remembered. A household's index is written in mixed digits: low picks the sequence
// number, middle the birthday, high the county. Each place may be rotated by anything that depends
// on the lower ones only, so that they look drawn and stay different, for 62 * 365 * the number of
// counties = more than three million households.
#include "numbers.h"

#include "citizen_id.h"
#include "credit_code.h"
#include "date.h"
#include "random.h"

#include <stdio.h>

enum {
	SEQUENCE_GROUPS = 62,
	SEQUENCES = SEQUENCE_GROUPS * NUMBER_SLOTS, // 496 of each sex; 996 to 999 are centenarians'
	SEQUENCE_FACTOR = 185,                      // prime to 496
	DAYS = 365,
	NATIVE_COUNTY = 320582,
};

// Counties and county-level cities that people come to Zhangjiagang from, by the codes they have
// had for decades: the more of a province, the more people.
// clang-format off
static const int32_t divisions[] = {
	320281, 320282, 320321, 320322, 320324, 320381, 320382, 320621, 320623, 320681, 320682,
	320684, 320722, 320826, 320829, 320830, 320831, 320921, 320922, 320923, 320924, 320925,
	320981, 321281, 321282, 321283, 321322, 321323, 321324, 340122, 340123, 340321, 340322,
	340323, 340421, 340521, 340621, 341024, 341122, 341124, 341125, 341126, 341221, 341222,
	341225, 341226, 341302, 341321, 341322, 341323, 341324, 341502, 341503, 341522, 341523,
	341524, 341525, 410221, 410225, 410322, 410421, 410422, 410622, 410728, 410922, 411024,
	411122, 411322, 411324, 411328, 411381, 411421, 411422, 411426, 411481, 411521, 411522,
	411524, 411525, 411526, 411527, 411528, 411621, 411622, 411623, 411624, 411625, 411626,
	411627, 411628, 411721, 411722, 411725, 411729, 370321, 370829, 370830, 370832, 371321,
	371322, 371323, 371324, 371721, 371722, 371725, 420281, 420381, 420683, 421022, 421023,
	421024, 421081, 421083, 421087, 421122, 421123, 421125, 421126, 421127, 421181, 421182,
	430224, 430421, 430522, 430523, 430524, 431226, 360121, 360428, 360731, 360732, 361121,
	361127, 361128, 500233, 500234, 500235, 500236, 510922, 511025, 511321, 511322, 511323,
	511324, 511325, 511381, 511621, 511622, 511623, 511722, 511723, 511724, 511725, 520322,
	520324, 530326, 530381, 530627, 610921, 610922, 610924, 620521, 620522, 620523, 220183,
	230127, 350182, 450123,
};
// clang-format on

static unsigned low_of(const struct birth_place *place)
{
	return (unsigned)(place->household % SEQUENCE_GROUPS);
}

static unsigned middle_of(const struct birth_place *place)
{
	return (unsigned)(place->household / SEQUENCE_GROUPS % DAYS);
}

int64_t birthday_in(const struct birth_place *place, int64_t year)
{
	uint64_t turn =
	    random_mix(place->seed, random_mix(low_of(place), 1000 + place->slot)) % DAYS;
	int64_t day = (int64_t)((middle_of(place) + turn) % DAYS);
	int64_t date = date_from_days(date_to_days(20010101) + day);
	return year * 10000 + date % 10000;
}

int64_t home_division(const struct birth_place *place)
{
	uint64_t high = place->household / SEQUENCE_GROUPS / DAYS;
	uint64_t lower = (uint64_t)low_of(place) * DAYS + middle_of(place);
	uint64_t turn = random_mix(place->seed, random_mix(lower, 2000 + place->of_slot));
	return divisions[(high + turn % COUNT_OF(divisions)) % COUNT_OF(divisions)];
}

static unsigned sequence_of(const struct birth_place *place, bool male)
{
	uint64_t index = (uint64_t)low_of(place) * NUMBER_SLOTS + place->slot;
	uint64_t turned = (index * SEQUENCE_FACTOR + place->seed % SEQUENCES) % SEQUENCES;
	return (unsigned)(2 * turned + (male ? 1 : 2));
}

void id_number_make(
    const struct birth_place *place, int64_t birth_date, bool male, char number[ID_NUMBER_SIZE])
{
	char digits[40];
	snprintf(digits, sizeof digits, "%06d%08d%03u", (int)home_division(place), (int)birth_date,
	    sequence_of(place, male));
	snprintf(number, ID_NUMBER_SIZE, "%.17s%c", digits, citizen_id_check_digit(digits));
}

// The check character of an organisation code, GB 11714.
static char organisation_check(const char organisation[8])
{
	static const int weights[8] = { 3, 7, 9, 10, 5, 8, 4, 2 };
	int sum = 0;
	for (size_t i = 0; i < COUNT_OF(weights); i++) {
		char at = organisation[i];
		sum += weights[i] * (at <= '9' ? at - '0' : at - 'A' + 10);
	}
	int check = 11 - sum % 11;
	return (char)(check == 10 ? 'X' : check == 11 ? '0' : '0' + check);
}

void enterprise_code_make(uint64_t seed, uint64_t index, char code[ENTERPRISE_CODE_SIZE])
{
	static const char letters[] = "ABCDEFGHJKLMNPQRTUWXY"; // those that a code may hold
	ENSURE(index < ENTERPRISES_MAX);
	uint64_t turned = (index * 7 + seed % ENTERPRISES_MAX) % ENTERPRISES_MAX;
	char organisation[16], text[40];
	snprintf(organisation, sizeof organisation, "MA%c%05u", letters[turned / 100000],
	    (unsigned)(turned % 100000));
	snprintf(text, sizeof text, "91%06d%.8s%c", NATIVE_COUNTY, organisation,
	    organisation_check(organisation));
	snprintf(code, ENTERPRISE_CODE_SIZE, "%.17s%c", text, credit_code_check_digit(text));
}
