/* SPDX-License-Identifier: Apache-2.0 */
#include "acpi/builder.h"

#include <assert.h>
#include <string.h>

void acpi_builder_fini(struct acpi_builder *builder)
{
	acpi_buf_fini(&builder->buf);
}

size_t acpi_builder_begin_bare(struct acpi_builder *builder, const char *signature)
{
	struct acpi_table *table;

	assert(builder->n_tables < ACPI_TABLE_MAX && strlen(signature) == 4);
	acpi_buf_align(&builder->buf, ACPI_BLOB_ALIGN);
	table = &builder->tables[builder->n_tables];
	memcpy(table->signature, signature, sizeof(table->signature));
	table->offset = builder->buf.length;
	table->size_bytes = 0;
	acpi_buf_append(&builder->buf, signature, 4);
	return builder->n_tables++;
}

size_t acpi_builder_begin(struct acpi_builder *builder, const char *signature, uint8_t revision)
{
	size_t index = acpi_builder_begin_bare(builder, signature);
	struct acpi_buf *buf = &builder->buf;

	acpi_buf_u32(buf, 0); /* Length: acpi_builder_end */
	acpi_buf_u8(buf, revision);
	acpi_buf_u8(buf, 0); /* Checksum: acpi_builder_finish */
	acpi_buf_append(buf, ACPI_OEM_ID, 6);
	acpi_buf_append(buf, ACPI_OEM_TABLE_ID, 8);
	acpi_buf_u32(buf, 1); /* OEM Revision */
	acpi_buf_append(buf, ACPI_CREATOR_ID, 4);
	acpi_buf_u32(buf, 1); /* Creator Revision */
	return index;
}

void acpi_builder_end(struct acpi_builder *builder)
{
	struct acpi_table *table = &builder->tables[builder->n_tables - 1];

	if (acpi_buf_error(&builder->buf))
		return;
	table->size_bytes = builder->buf.length - table->offset;
	acpi_buf_patch(&builder->buf, table->offset + ACPI_HEADER_LENGTH, table->size_bytes, 4);
}

void acpi_builder_pointer(struct acpi_builder *builder, size_t table, size_t width)
{
	assert(builder->n_pointers < ACPI_POINTER_MAX && (width == 4 || width == 8));
	builder->pointers[builder->n_pointers++] = (struct acpi_pointer){
		.offset = builder->buf.length,
		.width = width,
		.table = table,
	};
	acpi_buf_zeros(&builder->buf, width);
}

uint8_t acpi_checksum(const uint8_t *bytes, size_t n)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + bytes[i]);
	return (uint8_t)-sum;
}

/* The FACS has none; its offset 9 is in the Hardware Signature (ACPI 6.4 section 5.2.10). */
static bool table_has_checksum(const struct acpi_table *table)
{
	return strcmp(table->signature, "FACS") != 0;
}

int acpi_builder_finish(struct acpi_builder *builder, uint64_t base_gpa)
{
	struct acpi_buf *buf = &builder->buf;

	if (acpi_buf_error(buf))
		return acpi_buf_error(buf);
	for (size_t i = 0; i < builder->n_pointers; i++) {
		const struct acpi_pointer *pointer = &builder->pointers[i];

		assert(pointer->table < builder->n_tables);
		acpi_buf_patch(buf, pointer->offset,
			       base_gpa + builder->tables[pointer->table].offset, pointer->width);
	}
	for (size_t i = 0; i < builder->n_tables; i++) {
		const struct acpi_table *table = &builder->tables[i];

		if (!table_has_checksum(table))
			continue;
		acpi_buf_patch(buf, table->offset + ACPI_HEADER_CHECK,
			       acpi_checksum(buf->bytes + table->offset, table->size_bytes), 1);
	}
	return 0;
}
