/* SPDX-License-Identifier: Apache-2.0 */
/* SRAT and SLIT: ACPI 6.4 sections 5.2.16 and 5.2.17. */
#include "acpi/tables.h"

enum {
	SRAT_REVISION = 3,
	SLIT_REVISION = 1,

	SRAT_LAPIC = 0,
	SRAT_MEMORY = 1,
	SRAT_X2APIC = 2,
	SRAT_CPU_ENABLED = 1 << 0,
};

/*
 * Every possible CPU has an enabled entry, present or not: a guest knows the cell of a CPU that
 * comes later only from here.
 */
static void put_cpu(struct acpi_buf *buf, const struct acpi_cpu *cpu)
{
	if (cpu->apic_id < ACPI_X2APIC_FIRST) {
		acpi_buf_u8(buf, SRAT_LAPIC);
		acpi_buf_u8(buf, 16);
		acpi_buf_u8(buf, (uint8_t)cpu->cell); /* domain, low byte; the rest below */
		acpi_buf_u8(buf, (uint8_t)cpu->apic_id);
		acpi_buf_u32(buf, SRAT_CPU_ENABLED);
		acpi_buf_u8(buf, 0); /* SAPIC EID */
		acpi_buf_le(buf, (uint32_t)cpu->cell >> 8, 3);
		acpi_buf_u32(buf, 0); /* clock domain */
		return;
	}
	acpi_buf_u8(buf, SRAT_X2APIC);
	acpi_buf_u8(buf, 24);
	acpi_buf_u16(buf, 0);
	acpi_buf_u32(buf, cpu->cell);
	acpi_buf_u32(buf, cpu->apic_id);
	acpi_buf_u32(buf, SRAT_CPU_ENABLED);
	acpi_buf_u32(buf, 0); /* clock domain */
	acpi_buf_u32(buf, 0);
}

static void put_memory(struct acpi_buf *buf, const struct acpi_memory *memory)
{
	acpi_buf_u8(buf, SRAT_MEMORY);
	acpi_buf_u8(buf, 40);
	acpi_buf_u32(buf, memory->cell);
	acpi_buf_u16(buf, 0);
	acpi_buf_u64(buf, memory->range.start);
	acpi_buf_u64(buf, memory->range.size_bytes);
	acpi_buf_u32(buf, 0);
	acpi_buf_u32(buf, memory->flags);
	acpi_buf_u64(buf, 0);
}

void acpi_srat_add(struct acpi_builder *builder, const struct acpi_config *config)
{
	struct acpi_buf *buf = &builder->buf;

	acpi_builder_begin(builder, "SRAT", SRAT_REVISION);
	acpi_buf_u32(buf, 1); /* fixed by the specification */
	acpi_buf_zeros(buf, 8);
	for (size_t i = 0; i < config->n_cpus; i++)
		put_cpu(buf, &config->cpus[i]);
	for (size_t i = 0; i < config->n_memory; i++)
		put_memory(buf, &config->memory[i]);
	acpi_builder_end(builder);
}

void acpi_slit_add(struct acpi_builder *builder, const struct acpi_config *config)
{
	struct acpi_buf *buf = &builder->buf;

	acpi_builder_begin(builder, "SLIT", SLIT_REVISION);
	acpi_buf_u64(buf, config->n_cells);
	acpi_buf_append(buf, config->distances, config->n_cells * config->n_cells);
	acpi_builder_end(builder);
}
