/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's memory map: see e820.h; the fixed places are in layout.h. */
#include "vmm/boot/e820.h"

#include <errno.h>
#include <inttypes.h>

#include "vmm/boot/layout.h"

#define LOW_RAM_MIN_BYTES (2 * MIB)
#define FIXED_ENTRY_MAX	  8u /* what e820_build() adds besides high RAM */

static int check_input(const struct e820_input *in, struct err *err)
{
	uint64_t last_end = in->low_ram_bytes, end;
	struct range ram = { 0, in->low_ram_bytes };
	struct range above_1m = { BOOT_HIGH_GPA, in->low_ram_bytes - BOOT_HIGH_GPA };

	if (in->low_ram_bytes < LOW_RAM_MIN_BYTES)
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "%" PRIu64
			       " KiB of RAM are too little for a guest, at least 2 MiB are "
			       "needed",
			       in->low_ram_bytes / KIB);
	if (in->acpi_data.size_bytes &&
	    !range_contains(above_1m, in->acpi_data.start, in->acpi_data.size_bytes))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "ACPI tables (%" PRIu64 " bytes) do not fit in the guest's RAM",
			       in->acpi_data.size_bytes);
	if (range_overlaps(ram, in->ecam))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "low RAM reaches into PCI configuration space at 0x%" PRIx64,
			       in->ecam.start);
	for (size_t i = 0; i < in->n_high_ram; i++) {
		const struct range *r = &in->high_ram[i];

		if (r->start < last_end || !checked_add(r->start, r->size_bytes, &end) ||
		    range_overlaps(*r, in->ecam))
			return err_set(err, ERR_USER, -EINVAL, NULL,
				       "RAM at 0x%" PRIx64 " is out of order", r->start);
		last_end = end;
	}
	return 0;
}

/* Entries come in ascending order; an empty one is dropped, one that continues the last joins it. */
static void append(struct e820_table *table, uint64_t start, uint64_t end, enum e820_type type)
{
	struct e820_entry *last = table->n_entries ? &table->entries[table->n_entries - 1] : NULL;

	if (start >= end)
		return;
	if (last && last->type == type && last->start + last->size_bytes == start) {
		last->size_bytes += end - start;
		return;
	}
	table->entries[table->n_entries++] = (struct e820_entry){ start, end - start, type };
}

int e820_build(const struct e820_input *in, struct e820_table *ret_table, struct err *err)
{
	struct e820_table table = { 0 };
	uint64_t acpi_start = in->low_ram_bytes, acpi_end = in->low_ram_bytes;
	int r = check_input(in, err);

	if (r < 0)
		return r;
	table.entries = calloc(in->n_high_ram + FIXED_ENTRY_MAX, sizeof(*table.entries));
	if (!table.entries)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	if (in->acpi_data.size_bytes) {
		acpi_start = in->acpi_data.start;
		acpi_end = acpi_start + in->acpi_data.size_bytes;
	}
	append(&table, 0, BOOT_LOW_USABLE_END_GPA, E820_USABLE);
	append(&table, BOOT_LOW_USABLE_END_GPA, BOOT_VGA_HOLE_GPA, E820_RESERVED);
	append(&table, BOOT_RSDP_GPA, BOOT_HIGH_GPA, E820_RESERVED);
	append(&table, BOOT_HIGH_GPA, acpi_start, E820_USABLE);
	append(&table, acpi_start, acpi_end, E820_ACPI);
	append(&table, acpi_end, in->low_ram_bytes, E820_USABLE);
	append(&table, in->ecam.start, in->ecam.start + in->ecam.size_bytes, E820_RESERVED);
	for (size_t i = 0; i < in->n_high_ram; i++)
		append(&table, in->high_ram[i].start,
		       in->high_ram[i].start + in->high_ram[i].size_bytes, E820_USABLE);
	*ret_table = table;
	return 0;
}
