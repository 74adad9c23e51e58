/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the loader puts things in the first MiB of guest memory, and the fixed holes of the map.
 *
 *	0x000500	GDT
 *	0x006000	PVH start information, module list, memory map (PVH entry only)
 *	0x007000	zero page (struct boot_params; Linux entry only)
 *	0x009000	page tables of the identity map, 6 pages (64-bit entry only)
 *	0x020000	kernel command line
 *	0x040000	e820 entries beyond the zero page's 128 (SETUP_E820_EXT)
 *	0x09fc00	end of usable memory: the extended BIOS data area of a PC
 *	0x0f0000	firmware area: the RSDP is looked for here (ACPI 6.4 section 5.2.5.1)
 *	0x0f1000	the other ACPI tables, up to 60 KiB
 *	0x100000	everything larger: kernel, initrd at the top, larger ACPI tables above it
 *
 * All of the low area is plain RAM to the guest: Linux copies what it needs before it reuses it
 * (Documentation/arch/x86/boot.rst, "64-bit boot protocol").
 */
#ifndef TERRACE_VMM_BOOT_LAYOUT_H
#define TERRACE_VMM_BOOT_LAYOUT_H

#include <stdint.h>

#define BOOT_GDT_GPA	     UINT64_C(0x500)
#define BOOT_PVH_INFO_GPA    UINT64_C(0x6000)
#define BOOT_ZERO_PAGE_GPA   UINT64_C(0x7000)
#define BOOT_STACK_TOP_GPA   UINT64_C(0x8ff0)
#define BOOT_PAGE_TABLES_GPA UINT64_C(0x9000)

#define BOOT_CMDLINE_GPA       UINT64_C(0x20000)
#define BOOT_CMDLINE_MAX_BYTES UINT64_C(0x10000) /* with the terminator */

#define BOOT_E820_EXT_GPA	UINT64_C(0x40000)
#define BOOT_E820_EXT_MAX_BYTES UINT64_C(0x50000)

#define BOOT_LOW_USABLE_END_GPA UINT64_C(0x9fc00)
#define BOOT_VGA_HOLE_GPA	UINT64_C(0xa0000)
#define BOOT_RSDP_GPA		UINT64_C(0xf0000)
#define BOOT_ACPI_GPA		UINT64_C(0xf1000)
#define BOOT_ACPI_MAX_BYTES	(BOOT_HIGH_GPA - BOOT_ACPI_GPA)
#define BOOT_HIGH_GPA		UINT64_C(0x100000) /* kernels are loaded at or above it */

/* End of the identity map that the 64-bit entry starts with. */
#define BOOT_IDENTITY_END_GPA (UINT64_C(4) << 30)

#endif
