// SPDX-License-Identifier: Apache-2.0
// office: a department's intake over a store, people with valid invented ID numbers, and
// spreadsheets as offices save them.
#ifndef TESTS_OFFICE_H
#define TESTS_OFFICE_H

#include "citizen_id.h"
#include "delivery.h"
#include "store.h"

#include <iconv.h>

enum {
	OFFICE_NOW_S = 1790000000, // September 2026
	OFFICE_ID_SIZE = 19
};

struct office {
	struct store store;
	struct catalogue_set *catalogues;
	const struct catalogue *catalogue;
	struct pseudonym *pseudonym;
	struct intake *intake;
};

static inline void office_open_intake(struct office *office)
{
	struct intake_options options = { office->catalogue, office->pseudonym, NULL,
		office->store.database, office->store.journal };
	ENSURE(intake_open(&office->intake, &options) == STATUS_OK);
}

static inline void office_open(struct office *office, const char *department)
{
	static const uint8_t secret[32] = "office";
	store_open(&office->store);
	ENSURE(catalogue_set_read(&office->catalogues, PROJECT_DIR "/proto") == STATUS_OK);
	office->catalogue = catalogue_set_named(office->catalogues, department);
	office->pseudonym = pseudonym_new(secret, '1');
	office_open_intake(office);
}

static inline void office_close(struct office *office)
{
	intake_close(&office->intake);
	pseudonym_close(&office->pseudonym);
	catalogue_set_free(&office->catalogues);
	store_close(&office->store);
}

// As after kill -9: what was not committed is gone.
static inline void office_reopen(struct office *office)
{
	intake_close(&office->intake);
	store_reopen(&office->store);
	office_open_intake(office);
}

// A person's ID number.
static inline void office_id(unsigned person, char id[OFFICE_ID_SIZE])
{
	ENSURE(person < 28 * 999);
	snprintf(id, OFFICE_ID_SIZE, "320582199003%02u%03u", person / 999 + 1, person % 999 + 1);
	id[17] = citizen_id_check_digit(id);
	id[18] = 0;
}

// A UTF-8 text in another encoding, by libc's own iconv.
static inline void office_encode(
    const struct buffer *text, const char *encoding, struct buffer *out)
{
	iconv_t converter = iconv_open(encoding, "UTF-8");
	char *from = (char *)(void *)text->data;
	size_t from_size = text->size, room = 4 * text->size + 16;
	char *to = (char *)(void *)buffer_reserve(out, room);
	ENSURE(converter != (iconv_t)-1);
	ENSURE(iconv(converter, &from, &from_size, &to, &room) != (size_t)-1);
	out->size = (size_t)(to - (char *)(void *)out->data);
	iconv_close(converter);
}

static inline struct delivery_options office_delivery(
    struct office *office, const char *kind, enum delivery_mode mode)
{
	struct delivery_options options = {
		.intake = office->intake,
		.journal = office->store.journal,
		.pseudonym = office->pseudonym,
		.kind = catalogue_kind_named(office->catalogue, kind),
		.mode = mode,
		.origin = { "test.csv", (int64_t)OFFICE_NOW_S * 1000, false },
	};
	ENSURE(options.kind != NULL);
	return options;
}

// All slices, each committed.
static inline struct delivery_result office_carry(struct office *office, struct delivery *delivery)
{
	bool done = false;
	while (!done) {
		ENSURE(delivery_work(delivery, office->store.batch, &done) == STATUS_OK);
		store_commit(&office->store);
	}
	return *delivery_result(delivery);
}

static inline struct delivery_result office_deliver(struct office *office,
    const struct delivery_options *options, struct bytes body, enum delivery_form form)
{
	struct delivery *delivery;
	ENSURE(delivery_open_memory(&delivery, options, body, form) == STATUS_OK);
	struct delivery_result result = office_carry(office, delivery);
	delivery_close(&delivery);
	return result;
}

#endif
