/* SPDX-License-Identifier: Apache-2.0 */
/* MADT (ACPI 6.4 section 5.2.12) and MCFG (PCI Firmware Specification 3.2, section 4.1.2). */
#include "acpi/tables.h"

enum {
	MADT_REVISION = 5,
	MADT_PCAT_COMPAT = 1 << 0, /* there are also two 8259s */

	MADT_LAPIC = 0,
	MADT_IOAPIC = 1,
	MADT_OVERRIDE = 2,
	MADT_LAPIC_NMI = 4,
	MADT_X2APIC = 9,
	MADT_X2APIC_NMI = 10,

	LAPIC_ENABLED = 1 << 0,
	/*
	 * Absent CPUs that may come: guests that see a FADT of 6.3 or newer ignore entries
	 * without it (Linux acpi_is_processor_usable), older ones ignore the bit.
	 */
	LAPIC_ONLINE_CAPABLE = 1 << 1,

	LINT1 = 1,
};

static void put_cpu(struct acpi_buf *buf, const struct acpi_cpu *cpu, uint32_t uid)
{
	uint32_t flags = cpu->present ? LAPIC_ENABLED : LAPIC_ONLINE_CAPABLE;

	if (cpu->apic_id < ACPI_X2APIC_FIRST) {
		acpi_buf_u8(buf, MADT_LAPIC);
		acpi_buf_u8(buf, 8);
		acpi_buf_u8(buf, (uint8_t)uid);
		acpi_buf_u8(buf, (uint8_t)cpu->apic_id);
		acpi_buf_u32(buf, flags);
		return;
	}
	acpi_buf_u8(buf, MADT_X2APIC);
	acpi_buf_u8(buf, 16);
	acpi_buf_u16(buf, 0);
	acpi_buf_u32(buf, cpu->apic_id);
	acpi_buf_u32(buf, flags);
	acpi_buf_u32(buf, uid);
}

static void put_ioapic(struct acpi_buf *buf, const struct acpi_config *config)
{
	acpi_buf_u8(buf, MADT_IOAPIC);
	acpi_buf_u8(buf, 12);
	acpi_buf_u8(buf, config->ioapic_id);
	acpi_buf_u8(buf, 0);
	acpi_buf_u32(buf, config->ioapic_base);
	acpi_buf_u32(buf, 0); /* first GSI */
}

static void put_override(struct acpi_buf *buf, const struct acpi_override *override)
{
	acpi_buf_u8(buf, MADT_OVERRIDE);
	acpi_buf_u8(buf, 10);
	acpi_buf_u8(buf, 0); /* ISA */
	acpi_buf_u8(buf, override->irq);
	acpi_buf_u32(buf, override->gsi);
	acpi_buf_u16(buf, override->flags);
}

static void put_nmi(struct acpi_buf *buf)
{
	acpi_buf_u8(buf, MADT_LAPIC_NMI);
	acpi_buf_u8(buf, 6);
	acpi_buf_u8(buf, 0xff); /* all processors */
	acpi_buf_u16(buf, 0);
	acpi_buf_u8(buf, LINT1);
}

static void put_x2apic_nmi(struct acpi_buf *buf)
{
	acpi_buf_u8(buf, MADT_X2APIC_NMI);
	acpi_buf_u8(buf, 12);
	acpi_buf_u16(buf, 0);
	acpi_buf_u32(buf, UINT32_MAX); /* all processors */
	acpi_buf_u8(buf, LINT1);
	acpi_buf_zeros(buf, 3);
}

void acpi_madt_add(struct acpi_builder *builder, const struct acpi_config *config)
{
	struct acpi_buf *buf = &builder->buf;
	bool has_x2apic = false;

	acpi_builder_begin(builder, "APIC", MADT_REVISION);
	acpi_buf_u32(buf, config->lapic_base);
	acpi_buf_u32(buf, MADT_PCAT_COMPAT);
	for (size_t i = 0; i < config->n_cpus; i++) {
		put_cpu(buf, &config->cpus[i], (uint32_t)i);
		has_x2apic |= config->cpus[i].apic_id >= ACPI_X2APIC_FIRST;
	}
	put_ioapic(buf, config);
	for (size_t i = 0; i < config->n_overrides; i++)
		put_override(buf, &config->overrides[i]);
	put_nmi(buf);
	if (has_x2apic)
		put_x2apic_nmi(buf);
	acpi_builder_end(builder);
}

void acpi_mcfg_add(struct acpi_builder *builder, const struct acpi_config *config)
{
	struct acpi_buf *buf = &builder->buf;

	acpi_builder_begin(builder, "MCFG", 1);
	acpi_buf_zeros(buf, 8);
	acpi_buf_u64(buf, config->ecam_base);
	acpi_buf_u16(buf, 0); /* segment */
	acpi_buf_u8(buf, 0);  /* first bus */
	acpi_buf_u8(buf, (uint8_t)(config->ecam_buses - 1));
	acpi_buf_zeros(buf, 4);
	acpi_builder_end(builder);
}
