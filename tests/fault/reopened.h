// SPDX-License-Identifier: Apache-2.0
// reopened: what a journal is found to be when it is opened again after something happened to it.
#ifndef FAULT_REOPENED_H
#define FAULT_REOPENED_H

#include "store.h"

// The entry number n of a test's journal has a body of so many bytes.
static inline size_t reopened_body_size(uint64_t number)
{
	return 1 + number * 37 % 700;
}

enum reopened {
	REOPENED_WHOLE,   // all entries up to its head are what was appended
	REOPENED_REFUSED, // with a status
	REOPENED_WRONG,   // an entry is another than was appended, without a word
};

static inline enum reopened reopened_judge(const char *folder, uint64_t *head)
{
	struct database *database = NULL;
	struct journal *journal = NULL;
	struct buffer packed = { 0 };
	enum reopened found = REOPENED_REFUSED;
	*head = 0;
	if (store_open_database(&database, folder, 64 << 20) != STATUS_OK ||
	    journal_open(&journal, database) != STATUS_OK)
		goto cleanup;
	*head = journal_head(journal).sequence;
	bool verified = journal_verify(journal) == STATUS_OK;
	found = verified ? REOPENED_WHOLE : REOPENED_REFUSED;
	for (uint64_t number = 1; number <= *head && found == REOPENED_WHOLE; number++) {
		struct entry entry;
		if (journal_read(journal, number, &packed, &entry) != STATUS_OK)
			found = REOPENED_REFUSED;
		else if (!store_entry_is(&entry, number, reopened_body_size(number)))
			found = REOPENED_WRONG;
	}
cleanup:
	buffer_deinit(&packed);
	journal_close(&journal);
	database_close(&database);
	return found;
}

#endif
