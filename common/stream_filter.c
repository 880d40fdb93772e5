// SPDX-License-Identifier: Apache-2.0
// stream_filter: which entries of the departments' stream an operator wants to see.
#include "stream_filter.h"

#define UNDERSTOOD                                                      \
	"source:DEPARTMENT kind:KIND status:accepted|rejected|settled " \
	"operation:put|retract|reject|settle reason:CODE -TERM -heartbeat; never a person"

// --- what each term means -----------------------------------------------------------------------

static const char *const operations[OPERATION_COUNT] = {
	[OPERATION_PUT] = "put",
	[OPERATION_RETRACT] = "retract",
	[OPERATION_REJECT] = "reject",
	[OPERATION_SETTLE] = "settle",
};

static const char *const statuses[OPERATION_COUNT] = {
	[OPERATION_PUT] = "accepted",
	[OPERATION_RETRACT] = "accepted",
	[OPERATION_REJECT] = "rejected",
	[OPERATION_SETTLE] = "settled",
};

static bool is_one_of(const char *const list[OPERATION_COUNT], const char *value)
{
	for (size_t i = 0; i < OPERATION_COUNT; i++)
		if (strcmp(list[i], value) == 0)
			return true;
	return false;
}

static bool is_source(const char *value, const struct catalogue_set *catalogues)
{
	return catalogue_set_named(catalogues, value) != NULL;
}

static bool is_kind(const char *value, const struct catalogue_set *catalogues)
{
	for (size_t i = 0; i < catalogues->count; i++)
		if (catalogue_kind_named(catalogues->catalogues[i], value) != NULL)
			return true;
	return false;
}

static bool is_status(const char *value, const struct catalogue_set *catalogues)
{
	(void)catalogues;
	return is_one_of(statuses, value);
}

static bool is_operation(const char *value, const struct catalogue_set *catalogues)
{
	(void)catalogues;
	return is_one_of(operations, value);
}

// A later program's codes too.
static bool is_reason(const char *value, const struct catalogue_set *catalogues)
{
	(void)catalogues;
	return strspn(value, "abcdefghijklmnopqrstuvwxyz_") == strlen(value);
}

static const char *source_of(const struct stream_subject *subject)
{
	return subject->catalogue->name;
}

static const char *kind_of(const struct stream_subject *subject)
{
	return subject->kind != NULL ? subject->kind->name : "";
}

static const char *status_of(const struct stream_subject *subject)
{
	return statuses[subject->operation];
}

static const char *operation_of(const struct stream_subject *subject)
{
	return operations[subject->operation];
}

static const char *reason_of(const struct stream_subject *subject)
{
	return subject->note;
}

enum {
	SOURCE_NAME = 0
};

static const struct {
	const char *name;
	bool (*valid)(const char *value, const struct catalogue_set *catalogues);
	const char *(*of)(const struct stream_subject *subject);
} names[] = {
	[SOURCE_NAME] = { "source", is_source, source_of },
	{ "kind", is_kind, kind_of },
	{ "status", is_status, status_of },
	{ "operation", is_operation, operation_of },
	{ "reason", is_reason, reason_of },
};

// --- reading ------------------------------------------------------------------------------------

static bool find_name(struct bytes text, unsigned *name)
{
	for (*name = 0; *name < COUNT_OF(names); ++*name)
		if (bytes_equal_text(text, names[*name].name))
			return true;
	return false;
}

// "source:tax" or "-source:tax"
static bool read_term(
    struct stream_term *term, struct bytes text, const struct catalogue_set *catalogues)
{
	size_t start = text.data[0] == '-';
	const uint8_t *colon = memchr(text.data, ':', text.size);
	size_t end = colon != NULL ? (size_t)(colon - text.data) : 0;
	size_t size = text.size - end - 1;
	if (end <= start || size == 0 || size >= sizeof term->value ||
	    !find_name(bytes_make(text.data + start, end - start), &term->name))
		return false;
	term->negated = start > 0;
	memcpy(term->value, colon + 1, size);
	term->value[size] = 0;
	return names[term->name].valid(term->value, catalogues);
}

static bool add_term(
    struct stream_filter *filter, struct bytes text, const struct catalogue_set *catalogues)
{
	if (bytes_equal_text(text, "-heartbeat")) {
		filter->no_heartbeat = true;
		return true;
	}
	if (filter->count == STREAM_FILTER_TERMS_MAX ||
	    !read_term(&filter->terms[filter->count], text, catalogues))
		return false;
	filter->count++;
	return true;
}

enum status stream_filter_parse(
    struct stream_filter *filter, const char *text, const struct catalogue_set *catalogues)
{
	*filter = (struct stream_filter){ 0 };
	if (text == NULL)
		return STATUS_OK;
	if (strlen(text) > STREAM_FILTER_BYTES_MAX)
		return fail(
		    STATUS_INVALID, "the filter is longer than %d bytes", STREAM_FILTER_BYTES_MAX);
	text += strspn(text, " ");
	for (unsigned number = 1; *text != 0; number++) {
		size_t size = strcspn(text, " ");
		if (!add_term(filter, bytes_make(text, size), catalogues))
			return fail(STATUS_INVALID,
			    "term %u of the filter is not understood; understood are at most %d: "
			    "%s",
			    number, STREAM_FILTER_TERMS_MAX, UNDERSTOOD);
		text += size;
		text += strspn(text, " ");
	}
	return STATUS_OK;
}

// --- asking -------------------------------------------------------------------------------------

static bool passes_name(
    const struct stream_filter *filter, unsigned name, const struct stream_subject *subject)
{
	bool asked = false, matched = false;
	for (size_t i = 0; i < filter->count; i++) {
		const struct stream_term *term = &filter->terms[i];
		if (term->name != name)
			continue;
		bool matches = strcmp(names[name].of(subject), term->value) == 0;
		if (term->negated && matches)
			return false;
		asked |= !term->negated;
		matched |= !term->negated && matches;
	}
	return !asked || matched;
}

bool stream_filter_passes(const struct stream_filter *filter, const struct stream_subject *subject)
{
	for (unsigned name = 0; name < COUNT_OF(names); name++)
		if (!passes_name(filter, name, subject))
			return false;
	return true;
}

bool stream_filter_passes_source(
    const struct stream_filter *filter, const struct catalogue *catalogue)
{
	const struct stream_subject subject = { .catalogue = catalogue };
	return passes_name(filter, SOURCE_NAME, &subject);
}
