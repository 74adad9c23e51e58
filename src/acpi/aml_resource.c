/* SPDX-License-Identifier: Apache-2.0 */
/* Resource templates: ACPI 6.4 section 6.4. */
#include "acpi/aml.h"

#include <assert.h>

enum {
	OP_BUFFER = 0x11,

	/* Small items: tag with its length in the low three bits. */
	ITEM_IRQ_NO_FLAGS = 0x22,
	ITEM_IO = 0x47,
	ITEM_END = 0x79,
	/* Large items. */
	ITEM_MEMORY32_FIXED = 0x86,
	ITEM_DWORD_WINDOW = 0x87,
	ITEM_WORD_WINDOW = 0x88,
	ITEM_INTERRUPT = 0x89,
	ITEM_QWORD_WINDOW = 0x8a,

	WINDOW_MEMORY = 0,
	WINDOW_IO = 1,
	WINDOW_BUS = 2,
	WINDOW_FIXED = 1 << 2 | 1 << 3, /* both ends fixed, produced, positive decode */

	MEMORY_READ_WRITE = 1 << 0,
	MEMORY_CACHEABLE = 1 << 1,
	IO_ENTIRE_RANGE = 3,
};

size_t aml_resources_begin(struct acpi_buf *aml)
{
	acpi_buf_u8(aml, OP_BUFFER);
	return aml->length;
}

void aml_resources_end(struct acpi_buf *aml, size_t mark)
{
	auto_acpi_buf size = ACPI_BUF_INIT;

	acpi_buf_u8(aml, ITEM_END);
	acpi_buf_u8(aml, 0); /* checksum: 0 counts as correct (section 6.4.2.9) */
	if (acpi_buf_error(aml))
		return;
	/* BufferSize stands before the bytes, but is known only now. */
	aml_integer(&size, aml->length - mark);
	if (acpi_buf_error(&size)) {
		aml->error = acpi_buf_error(&size);
		return;
	}
	acpi_buf_insert(aml, mark, size.bytes, size.length);
	aml_end(aml, mark);
}

void aml_resource_io(struct acpi_buf *aml, uint16_t first, uint8_t count)
{
	acpi_buf_u8(aml, ITEM_IO);
	acpi_buf_u8(aml, 1); /* sixteen bits decoded */
	acpi_buf_u16(aml, first);
	acpi_buf_u16(aml, first);
	acpi_buf_u8(aml, 1); /* alignment */
	acpi_buf_u8(aml, count);
}

void aml_resource_irq(struct acpi_buf *aml, unsigned int irq)
{
	assert(irq < 16);
	acpi_buf_u8(aml, ITEM_IRQ_NO_FLAGS);
	acpi_buf_u16(aml, (uint16_t)(1u << irq));
}

void aml_resource_interrupt(struct acpi_buf *aml, uint32_t gsi, unsigned int flags)
{
	acpi_buf_u8(aml, ITEM_INTERRUPT);
	acpi_buf_u16(aml, 6);
	acpi_buf_u8(aml, (uint8_t)flags);
	acpi_buf_u8(aml, 1); /* count */
	acpi_buf_u32(aml, gsi);
}

void aml_resource_memory32_fixed(struct acpi_buf *aml, uint32_t base, uint32_t size_bytes)
{
	acpi_buf_u8(aml, ITEM_MEMORY32_FIXED);
	acpi_buf_u16(aml, 9);
	acpi_buf_u8(aml, 1); /* writable */
	acpi_buf_u32(aml, base);
	acpi_buf_u32(aml, size_bytes);
}

/* The common form of the address space descriptors; width is that of each number in bytes. */
static void put_window(struct acpi_buf *aml, uint8_t item, size_t width, uint8_t type,
		       uint8_t type_flags, uint64_t first, uint64_t last)
{
	assert(first <= last && (width == 8 || last >> (8 * width) == 0));
	acpi_buf_u8(aml, item);
	acpi_buf_u16(aml, (uint16_t)(3 + 5 * width));
	acpi_buf_u8(aml, type);
	acpi_buf_u8(aml, WINDOW_FIXED);
	acpi_buf_u8(aml, type_flags);
	acpi_buf_le(aml, 0, width); /* granularity */
	acpi_buf_le(aml, first, width);
	acpi_buf_le(aml, last, width);
	acpi_buf_le(aml, 0, width); /* translation */
	acpi_buf_le(aml, last - first + 1, width);
}

void aml_resource_bus_window(struct acpi_buf *aml, uint16_t first, uint16_t last)
{
	put_window(aml, ITEM_WORD_WINDOW, 2, WINDOW_BUS, 0, first, last);
}

/*
 * All 64 Ki ports in a word descriptor would have length 0 (2^16 does not fit): callers leave the
 * configuration ports out, so it does not arise.
 */
void aml_resource_io_window(struct acpi_buf *aml, uint16_t base, uint32_t size)
{
	assert(size <= UINT16_MAX);
	put_window(aml, ITEM_WORD_WINDOW, 2, WINDOW_IO, IO_ENTIRE_RANGE, base,
		   (uint64_t)base + size - 1);
}

void aml_resource_memory32_window(struct acpi_buf *aml, uint32_t base, uint64_t size_bytes)
{
	put_window(aml, ITEM_DWORD_WINDOW, 4, WINDOW_MEMORY, MEMORY_READ_WRITE | MEMORY_CACHEABLE,
		   base, base + size_bytes - 1);
}

void aml_resource_memory64_window(struct acpi_buf *aml, uint64_t base, uint64_t size_bytes)
{
	put_window(aml, ITEM_QWORD_WINDOW, 8, WINDOW_MEMORY, MEMORY_READ_WRITE | MEMORY_CACHEABLE,
		   base, base + size_bytes - 1);
}
