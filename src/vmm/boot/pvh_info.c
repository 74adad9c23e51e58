/* SPDX-License-Identifier: Apache-2.0 */
/* struct hvm_start_info for the PVH entry (xen/include/public/arch-x86/hvm/start_info.h). */
#include <errno.h>
#include <stddef.h>

#include "vmm/boot/boot_info.h"
#include "vmm/boot/layout.h"

#define PVH_MAGIC   0x336ec578u
#define PVH_VERSION 1u /* 1 added the memory map */

struct pvh_start_info {
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t n_modules;
	uint64_t modules_gpa;
	uint64_t cmdline_gpa;
	uint64_t rsdp_gpa;
	uint64_t memmap_gpa;
	uint32_t n_memmap;
	uint32_t reserved;
};
_Static_assert(sizeof(struct pvh_start_info) == 56, "start_info.h");

struct pvh_module {
	uint64_t start_gpa;
	uint64_t size_bytes;
	uint64_t cmdline_gpa;
	uint64_t reserved;
};
_Static_assert(sizeof(struct pvh_module) == 32, "start_info.h");

/* Types are e820's: XEN_HVM_MEMMAP_TYPE_RAM 1, RESERVED 2, ACPI 3. */
struct pvh_memmap_entry {
	uint64_t start_gpa;
	uint64_t size_bytes;
	uint32_t type;
	uint32_t reserved;
};
_Static_assert(sizeof(struct pvh_memmap_entry) == 24, "start_info.h");

#define MODULE_GPA (BOOT_PVH_INFO_GPA + 0x100)
#define MEMMAP_GPA BOOT_E820_EXT_GPA

static int write_memmap(struct guest_memory *memory, const struct e820_table *e820, struct err *err)
{
	int r = 0;

	if (e820->n_entries > BOOT_E820_EXT_MAX_BYTES / sizeof(struct pvh_memmap_entry))
		return err_set(err, ERR_USER, -ENOSPC, "-m",
			       "the guest's memory map has too many entries");
	for (size_t i = 0; r == 0 && i < e820->n_entries; i++) {
		struct pvh_memmap_entry entry = {
			.start_gpa = e820->entries[i].start,
			.size_bytes = e820->entries[i].size_bytes,
			.type = e820->entries[i].type,
		};

		r = boot_write(memory, MEMMAP_GPA + i * sizeof(entry), &entry, sizeof(entry), err);
	}
	return r;
}

int pvh_info_write(struct guest_memory *memory, const struct boot_config *config,
		   const struct boot_placement *placement, struct err *err)
{
	struct pvh_module module = { placement->initrd_gpa, placement->initrd_bytes };
	struct pvh_start_info info = {
		.magic = PVH_MAGIC,
		.version = PVH_VERSION,
		.n_modules = placement->initrd_bytes ? 1 : 0,
		.modules_gpa = placement->initrd_bytes ? MODULE_GPA : 0,
		.cmdline_gpa = BOOT_CMDLINE_GPA,
		.rsdp_gpa = config->rsdp_gpa,
		.memmap_gpa = MEMMAP_GPA,
		.n_memmap = (uint32_t)config->e820->n_entries,
	};
	int r = write_memmap(memory, config->e820, err);

	if (r == 0 && info.n_modules)
		r = boot_write(memory, MODULE_GPA, &module, sizeof(module), err);
	if (r == 0)
		r = boot_write(memory, BOOT_PVH_INFO_GPA, &info, sizeof(info), err);
	return r;
}
