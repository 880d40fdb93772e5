// SPDX-License-Identifier: Apache-2.0
// buffer: bytes that grow.
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>

void buffer_deinit(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}

void buffer_wipe(struct buffer *buffer)
{
	if (buffer->data != NULL)
		explicit_bzero(buffer->data, buffer->capacity);
	buffer_deinit(buffer);
}

void buffer_clear(struct buffer *buffer)
{
	buffer->size = 0;
}

uint8_t *buffer_reserve(struct buffer *buffer, size_t size)
{
	ENSURE(size <= SIZE_MAX / 4 && buffer->size <= SIZE_MAX / 4);
	size_t wanted = buffer->size + size;
	if (wanted > buffer->capacity) {
		size_t capacity = buffer->capacity ? buffer->capacity : 64;
		while (capacity < wanted)
			capacity *= 2;
		buffer->data = reallocate(buffer->data, capacity);
		buffer->capacity = capacity;
	}
	return buffer->data + buffer->size;
}

void buffer_append(struct buffer *buffer, const void *data, size_t size)
{
	if (size == 0)
		return;
	memcpy(buffer_reserve(buffer, size), data, size);
	buffer->size += size;
}

void buffer_append_bytes(struct buffer *buffer, struct bytes bytes)
{
	buffer_append(buffer, bytes.data, bytes.size);
}

void buffer_append_text(struct buffer *buffer, const char *text)
{
	buffer_append(buffer, text, strlen(text));
}

void buffer_append_byte(struct buffer *buffer, uint8_t byte)
{
	buffer_append(buffer, &byte, 1);
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	int size = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	ENSURE(size >= 0);
	vsnprintf(
	    (char *)buffer_reserve(buffer, (size_t)size + 1), (size_t)size + 1, format, again);
	va_end(again);
	buffer->size += (size_t)size;
}

void buffer_drop(struct buffer *buffer, size_t size)
{
	ENSURE(size <= buffer->size);
	buffer->size -= size;
	if (buffer->size > 0)
		memmove(buffer->data, buffer->data + size, buffer->size);
}

struct bytes buffer_bytes(const struct buffer *buffer)
{
	return (struct bytes){ buffer->data, buffer->size };
}

const char *buffer_text(struct buffer *buffer)
{
	*buffer_reserve(buffer, 1) = 0;
	return (const char *)buffer->data;
}
