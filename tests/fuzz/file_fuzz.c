// SPDX-License-Identifier: Apache-2.0
// file_fuzz: settings, keys and lists of keys, as an operator's editor may leave them.
#include "fuzz.h"

#include "certificate.h"
#include "settings.h"

#include <stddef.h>

struct sample {
	char *text, *path;
	int64_t number;
	bool flag;
	struct setting_list list;
};

static const struct setting table[] = {
	{ "text", SETTING_TEXT, offsetof(struct sample, text), "", 0, 0, "a text" },
	{ "path", SETTING_PATH, offsetof(struct sample, path), "", 0, 0, "a path" },
	{ "number", SETTING_INTEGER, offsetof(struct sample, number), "1", 1, 1000, "a number" },
	{ "flag", SETTING_BOOLEAN, offsetof(struct sample, flag), "no", 0, 0, "a flag" },
	{ "list", SETTING_LIST, offsetof(struct sample, list), "", 0, 0, "a list" },
};

void fuzz_once(struct bytes input)
{
	const char *path = fuzz_file(input);
	struct sample sample = { 0 };
	struct allowed allowed;
	struct certificate certificate;
	char key[BUS_KEY_SIZE];
	if (settings_read(path, table, COUNT_OF(table), &sample) == STATUS_OK) {
		ENSURE(sample.number >= 1 && sample.number <= 1000);
		settings_deinit(table, COUNT_OF(table), &sample);
	}
	if (allowed_read(&allowed, path) == STATUS_OK) {
		ENSURE(allowed.count <= ALLOWED_MAX);
		allowed_deinit(&allowed);
	}
	if (certificate_read_public(key, path) == STATUS_OK)
		ENSURE(strlen(key) == BUS_KEY_SIZE - 1);
	if (certificate_read_secret(&certificate, path) == STATUS_OK)
		certificate_wipe(&certificate);
}
