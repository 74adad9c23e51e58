/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory map that the guest is told (ACPI 6.4 section 15.1: "INT 15H, E820H").
 *
 * Pure. Threads: values, owned by the caller.
 */
#ifndef TERRACE_VMM_BOOT_E820_H
#define TERRACE_VMM_BOOT_E820_H

#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/util.h"

/* ACPI 6.4 table 15.1 */
enum e820_type {
	E820_USABLE = 1,
	E820_RESERVED = 2,
	E820_ACPI = 3,
};

struct e820_entry {
	uint64_t start, size_bytes;
	enum e820_type type;
};

struct e820_table {
	struct e820_entry *entries; /* sorted by start, no overlap */
	size_t n_entries;
};

/* A table in an automatic variable: auto_e820 struct e820_table t = { 0 }; */
static inline void e820_table_fini(struct e820_table *table)
{
	free(table->entries);
}
#define auto_e820 __attribute__((cleanup(e820_table_fini)))

struct e820_input {
	uint64_t low_ram_bytes;	      /* RAM from address 0, ends below the PCI hole */
	struct range acpi_data;	      /* tables inside low RAM; size 0: none */
	const struct range *high_ram; /* RAM above 4 GiB, sorted; adjacent ranges are joined */
	size_t n_high_ram;
	struct range ecam; /* PCI configuration space; size 0: none */
};

/*
 * -EINVAL when low RAM is smaller than 2 MiB, the ACPI area is not in it above 1 MiB, high RAM is not
 * sorted, wraps or begins below low RAM's end, or ECAM overlaps RAM. -ENOMEM.
 */
int e820_build(const struct e820_input *input, struct e820_table *ret_table, struct err *err);

#endif
