/* SPDX-License-Identifier: Apache-2.0 */
/* struct boot_params for the 64-bit entry (Documentation/arch/x86/{boot,zero-page}.rst). */
#include <asm/bootparam.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/util.h"
#include "vmm/boot/boot_info.h"
#include "vmm/boot/layout.h"

#define LOADER_TYPE_UNDEFINED 0xffu
#define BOOT_FLAG	      0xaa55u
#define HEADER_MAGIC	      0x53726448u /* "HdrS" */
#define ELF_PROTOCOL	      0x020cu
#define ELF_KERNEL_ALIGNMENT  0x200000u

_Static_assert(sizeof(struct boot_params) == 4096, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, hdr) == LINUX_SETUP_HEADER_AT, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, e820_table) == 0x2d0, "zero-page.rst");

static struct boot_e820_entry kernel_entry(const struct e820_entry *entry)
{
	return (struct boot_e820_entry){ entry->start, entry->size_bytes, entry->type };
}

/* What a zero page's 128 entries do not hold follows as setup_data (boot.rst, SETUP_E820_EXT). */
static int write_extension(struct guest_memory *memory, const struct e820_entry *entries,
			   size_t n_entries, struct err *err)
{
	struct setup_data header = {
		.type = SETUP_E820_EXT,
		.len = (uint32_t)(n_entries * sizeof(struct boot_e820_entry)),
	};
	uint64_t at = BOOT_E820_EXT_GPA + sizeof(header);
	int r;

	if (n_entries > (BOOT_E820_EXT_MAX_BYTES - sizeof(header)) / sizeof(struct boot_e820_entry))
		return err_set(err, ERR_USER, -ENOSPC, "-m",
			       "the guest's memory map has too many entries");
	r = boot_write(memory, BOOT_E820_EXT_GPA, &header, sizeof(header), err);
	for (size_t i = 0; r == 0 && i < n_entries; i++) {
		struct boot_e820_entry entry = kernel_entry(&entries[i]);

		r = boot_write(memory, at + i * sizeof(entry), &entry, sizeof(entry), err);
	}
	return r;
}

static void fill_header(struct setup_header *header, const struct boot_config *config,
			const struct boot_placement *placement)
{
	const struct linux_load_plan *plan = config->plan;

	if (plan->entry == LINUX_ENTRY_BZIMAGE64) {
		memcpy(header, plan->setup_header,
		       MIN((size_t)plan->setup_header_bytes, sizeof(*header)));
	} else {
		header->boot_flag = BOOT_FLAG;
		header->header = HEADER_MAGIC;
		header->version = ELF_PROTOCOL;
		header->loadflags = LOADED_HIGH;
		header->kernel_alignment = ELF_KERNEL_ALIGNMENT;
		header->cmdline_size = plan->cmdline_max_bytes;
	}
	header->type_of_loader = LOADER_TYPE_UNDEFINED;
	header->cmd_line_ptr = BOOT_CMDLINE_GPA;
	header->ramdisk_image = (uint32_t)placement->initrd_gpa;
	header->ramdisk_size = (uint32_t)placement->initrd_bytes;
	header->setup_data = 0;
}

int zero_page_write(struct guest_memory *memory, const struct boot_config *config,
		    const struct boot_placement *placement, struct err *err)
{
	struct boot_params params = { 0 };
	size_t n = config->e820->n_entries;
	size_t n_inside = MIN(n, (size_t)E820_MAX_ENTRIES_ZEROPAGE);
	int r;

	fill_header(&params.hdr, config, placement);
	params.ext_ramdisk_image = (uint32_t)(placement->initrd_gpa >> 32);
	params.ext_ramdisk_size = (uint32_t)(placement->initrd_bytes >> 32);
	params.acpi_rsdp_addr = config->rsdp_gpa;
	params.e820_entries = (uint8_t)n_inside;
	for (size_t i = 0; i < n_inside; i++)
		params.e820_table[i] = kernel_entry(&config->e820->entries[i]);
	if (n > n_inside) {
		r = write_extension(memory, &config->e820->entries[n_inside], n - n_inside, err);
		if (r < 0)
			return r;
		params.hdr.setup_data = BOOT_E820_EXT_GPA;
	}
	return boot_write(memory, BOOT_ZERO_PAGE_GPA, &params, sizeof(params), err);
}
