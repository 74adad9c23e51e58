/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "acpi/tables.h"
#include "base/cleanup.h"

void acpi_config_init(struct acpi_config *config)
{
	/* ISA interrupts that PCI devices may share on a PC are level, active high here. */
	static const struct acpi_override overrides[] = {
		{ .irq = 0, .gsi = 2, .flags = 0 }, /* the PIT, wired to pin 2 */
		{ .irq = 5, .gsi = 5, .flags = 0xd },	{ .irq = 9, .gsi = 9, .flags = 0xd },
		{ .irq = 10, .gsi = 10, .flags = 0xd }, { .irq = 11, .gsi = 11, .flags = 0xd },
	};

	*config = (struct acpi_config){
		.ecam_base = 0xb0000000,
		.ecam_buses = 256,
		.pci_intx_gsi = 16,
		.lapic_base = 0xfee00000,
		.ioapic_base = 0xfec00000,
		.ioapic_id = 0,
		.overrides = overrides,
		.n_overrides = ARRAY_SIZE(overrides),
		.pm = {
			.pm1a_event = 0x600,
			.pm1a_control = 0x604,
			.timer = 0x608,
			.sci_irq = 9,
			.reset = 0xcf9,
			.reset_value = 0x06,
		},
		.rtc = true,
	};
}

void acpi_blob_fini(struct acpi_blob *blob)
{
	free(blob->bytes);
	*blob = ACPI_BLOB_INIT;
}

const struct acpi_table *acpi_blob_find(const struct acpi_blob *blob, const char *signature)
{
	for (size_t i = 0; i < blob->n_tables; i++)
		if (strcmp(blob->tables[i].signature, signature) == 0)
			return &blob->tables[i];
	return NULL;
}

/* The root of all tables but FACS and DSDT, which the FADT points to (ACPI 6.4 section 5.2.8). */
static size_t xsdt_add(struct acpi_builder *builder, size_t first, size_t end)
{
	size_t xsdt = acpi_builder_begin(builder, "XSDT", 1);

	for (size_t table = first; table < end; table++)
		acpi_builder_pointer(builder, table, 8);
	acpi_builder_end(builder);
	return xsdt;
}

/* Revision 2 (ACPI 6.4 section 5.2.5.3): no RSDT; checksums over the first 20 bytes and all. */
static void rsdp_write(uint64_t xsdt_gpa, uint8_t rsdp[ACPI_RSDP_SIZE_BYTES])
{
	memset(rsdp, 0, ACPI_RSDP_SIZE_BYTES);
	memcpy(rsdp, "RSD PTR ", 8);
	memcpy(rsdp + 9, ACPI_OEM_ID, 6);
	rsdp[15] = 2;
	rsdp[20] = ACPI_RSDP_SIZE_BYTES;
	for (size_t i = 0; i < 8; i++)
		rsdp[24 + i] = (uint8_t)(xsdt_gpa >> (8 * i));
	rsdp[8] = acpi_checksum(rsdp, 20);
	rsdp[32] = acpi_checksum(rsdp, ACPI_RSDP_SIZE_BYTES);
}

static int append_all(struct acpi_builder *builder, const struct acpi_config *config,
		      size_t *ret_xsdt, struct err *err)
{
	size_t facs = acpi_facs_add(builder);
	size_t dsdt = acpi_dsdt_add(builder, config);
	size_t first = builder->n_tables;
	int r;

	acpi_fadt_add(builder, config, facs, dsdt);
	acpi_madt_add(builder, config);
	acpi_mcfg_add(builder, config);
	if (config->n_cells) {
		acpi_srat_add(builder, config);
		if (config->distances)
			acpi_slit_add(builder, config);
	}
	if (config->hmat) {
		r = acpi_hmat_add(builder, config, err);
		if (r < 0)
			return r;
	}
	*ret_xsdt = xsdt_add(builder, first, builder->n_tables);
	return 0;
}

static int check_place(uint64_t base_gpa, size_t size_bytes, struct err *err)
{
	uint64_t end;

	if (!is_aligned(base_gpa, ACPI_BLOB_ALIGN))
		return err_set(err, ERR_USER, -EINVAL, "ACPI tables",
			       "address 0x%llx is not a multiple of %u",
			       (unsigned long long)base_gpa, ACPI_BLOB_ALIGN);
	if (!checked_add(base_gpa, size_bytes, &end) || end > 4 * GIB)
		return err_set(err, ERR_USER, -EINVAL, "ACPI tables",
			       "%zu bytes at 0x%llx do not end below 4 GiB", size_bytes,
			       (unsigned long long)base_gpa);
	return 0;
}

int acpi_tables_build(const struct acpi_config *config, uint64_t base_gpa,
		      struct acpi_blob *ret_blob, struct err *err)
{
	auto_acpi_builder builder = ACPI_BUILDER_INIT;
	struct acpi_blob blob = ACPI_BLOB_INIT;
	size_t xsdt = 0;
	int r;

	r = acpi_config_check(config, err);
	if (r < 0)
		return r;
	r = append_all(&builder, config, &xsdt, err);
	if (r < 0)
		return r;
	r = acpi_builder_finish(&builder, base_gpa);
	if (r < 0)
		return err_set(err, ERR_HOST, r, "ACPI tables", "out of memory");
	r = check_place(base_gpa, builder.buf.length, err);
	if (r < 0)
		return r;

	rsdp_write(base_gpa + builder.tables[xsdt].offset, blob.rsdp);
	memcpy(blob.tables, builder.tables, sizeof(blob.tables));
	blob.n_tables = builder.n_tables;
	blob.size_bytes = builder.buf.length;
	blob.bytes = TAKE_PTR(builder.buf.bytes);
	*ret_blob = blob;
	return 0;
}
