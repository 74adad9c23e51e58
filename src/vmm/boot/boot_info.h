/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel is told at its entry: the zero page (64-bit entry) or struct hvm_start_info
 * (PVH entry), the GDT and the page tables. Parts of boot_load(), each writes its own area of
 * layout.h and returns the errno of guest_memory_write().
 */
#ifndef TERRACE_VMM_BOOT_BOOT_INFO_H
#define TERRACE_VMM_BOOT_BOOT_INFO_H

#include "vmm/boot/boot.h"

/* Where boot_load() has put things. */
struct boot_placement {
	uint64_t initrd_gpa, initrd_bytes; /* 0 bytes: none */
	uint32_t cmdline_bytes;		   /* without terminator; at BOOT_CMDLINE_GPA */
};

/* -ENOSPC when the map has more entries than zero page and extension area hold. */
int zero_page_write(struct guest_memory *memory, const struct boot_config *config,
		    const struct boot_placement *placement, struct err *err);
int pvh_info_write(struct guest_memory *memory, const struct boot_config *config,
		   const struct boot_placement *placement, struct err *err);

/* GDT, and for the 64-bit entry the identity map. Fills everything but rip, rsi and rbx. */
int cpu_start_write(struct guest_memory *memory, enum boot_mode mode,
		    struct boot_cpu_state *ret_state, struct err *err);

/* The one text for "the guest's RAM is not where it should be". */
int boot_write(struct guest_memory *memory, uint64_t to_gpa, const void *from, size_t size_bytes,
	       struct err *err);

#endif
