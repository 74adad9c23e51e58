/* SPDX-License-Identifier: Apache-2.0 */
#include "acpi/buf.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define BUF_CAPACITY_FIRST 4096u

void acpi_buf_fini(struct acpi_buf *buf)
{
	free(buf->bytes);
	*buf = ACPI_BUF_INIT;
}

/* Makes room for n bytes more, without counting them as written. */
static bool buf_reserve(struct acpi_buf *buf, size_t n)
{
	size_t capacity = MAX(buf->capacity, (size_t)BUF_CAPACITY_FIRST);
	uint64_t wanted;
	uint8_t *bytes;

	if (buf->error)
		return false;
	if (!checked_add(buf->length, n, &wanted) || wanted > SIZE_MAX / 2)
		goto fail;
	if (wanted <= buf->capacity)
		return true;
	while (capacity < wanted)
		capacity *= 2;
	bytes = realloc(buf->bytes, capacity);
	if (!bytes)
		goto fail;
	buf->bytes = bytes;
	buf->capacity = capacity;
	return true;
fail:
	buf->error = -ENOMEM;
	return false;
}

void acpi_buf_append(struct acpi_buf *buf, const void *bytes, size_t n)
{
	if (!n || !buf_reserve(buf, n))
		return;
	memcpy(buf->bytes + buf->length, bytes, n);
	buf->length += n;
}

void acpi_buf_zeros(struct acpi_buf *buf, size_t n)
{
	if (!n || !buf_reserve(buf, n))
		return;
	memset(buf->bytes + buf->length, 0, n);
	buf->length += n;
}

static void le_store(uint8_t *to, uint64_t value, size_t width)
{
	for (size_t i = 0; i < width; i++)
		to[i] = (uint8_t)(value >> (8 * i));
}

void acpi_buf_le(struct acpi_buf *buf, uint64_t value, size_t width)
{
	uint8_t bytes[8];

	assert(width >= 1 && width <= sizeof(bytes));
	le_store(bytes, value, width);
	acpi_buf_append(buf, bytes, width);
}

void acpi_buf_u8(struct acpi_buf *buf, uint8_t value)
{
	acpi_buf_append(buf, &value, 1);
}

void acpi_buf_u16(struct acpi_buf *buf, uint16_t value)
{
	acpi_buf_le(buf, value, sizeof(value));
}

void acpi_buf_u32(struct acpi_buf *buf, uint32_t value)
{
	acpi_buf_le(buf, value, sizeof(value));
}

void acpi_buf_u64(struct acpi_buf *buf, uint64_t value)
{
	acpi_buf_le(buf, value, sizeof(value));
}

void acpi_buf_align(struct acpi_buf *buf, size_t align)
{
	assert(is_power_of_two(align));
	acpi_buf_zeros(buf, -buf->length & (align - 1));
}

void acpi_buf_insert(struct acpi_buf *buf, size_t offset, const void *bytes, size_t n)
{
	if (!n || !buf_reserve(buf, n))
		return;
	assert(offset <= buf->length);
	memmove(buf->bytes + offset + n, buf->bytes + offset, buf->length - offset);
	memcpy(buf->bytes + offset, bytes, n);
	buf->length += n;
}

void acpi_buf_patch(struct acpi_buf *buf, size_t offset, uint64_t value, size_t width)
{
	if (buf->error)
		return;
	assert(offset <= buf->length && width <= buf->length - offset);
	le_store(buf->bytes + offset, value, width);
}

int acpi_buf_error(const struct acpi_buf *buf)
{
	return buf->error;
}
