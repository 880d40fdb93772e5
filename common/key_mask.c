// SPDX-License-Identifier: Apache-2.0
// key_mask: a record's key as operators may see it.
#include "key_mask.h"

#include "mask.h"

static const char hidden[] = "*";

bool key_mask_shows(const struct field *field)
{
	static const bool shared[FIELD_TYPE_COUNT] = {
		[FIELD_CODE] = true,
		[FIELD_YEAR] = true,
		[FIELD_MONTH] = true,
		[FIELD_BOOLEAN] = true,
	};
	return field->sensitivity == SENSITIVITY_PUBLIC ||
	       (field->sensitivity == SENSITIVITY_PERSONAL && shared[field->type]);
}

static struct bytes next_part(struct bytes *key)
{
	const uint8_t *bar = key->size > 0 ? memchr(key->data, '|', key->size) : NULL;
	size_t size = bar != NULL ? (size_t)(bar - key->data) : key->size;
	struct bytes part = bytes_make(key->data, size);
	size_t past = bar != NULL ? size + 1 : size;
	*key = bytes_make(key->data + past, key->size - past);
	return part;
}

static size_t count_parts(struct bytes key)
{
	size_t count = key.size > 0;
	for (size_t i = 0; i < key.size; i++)
		count += key.data[i] == '|';
	return count;
}

void key_mask_write(const struct kind *kind, struct bytes key, struct buffer *out)
{
	bool known = kind != NULL && count_parts(key) == kind->key_count;
	if (!known && key.size > 0)
		buffer_append_text(out, hidden);
	for (size_t i = 0; known && i < kind->key_count; i++) {
		struct bytes part = next_part(&key);
		buffer_append_text(out, i > 0 ? "|" : "");
		if (key_mask_shows(&kind->fields[kind->key[i]]))
			mask_write(MASK_TEXT, part,
			    out); // who is to be trusted not to write a number there?
		else
			buffer_append_text(out, hidden);
	}
}
