/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Puts a kernel, its initrd, command line and start information into guest memory, and says in
 * which state the first vCPU starts. Knows nothing of KVM.
 *
 *	boot_file_open(path, "kernel file", &kernel, err)
 *	boot_plan(kernel, &plan, err)
 *	e820_build(&input, &e820, err)
 *	boot_load(memory, &config, &state, err)		again after every guest reset
 *
 * Threads: the main thread, while no vCPU runs.
 */
#ifndef TERRACE_VMM_BOOT_BOOT_H
#define TERRACE_VMM_BOOT_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "vmm/boot/boot_file.h"
#include "vmm/boot/e820.h"
#include "vmm/boot/linux_image.h"
#include "vmm/memory/guest_memory.h"

enum boot_mode {
	BOOT_MODE_LONG64,      /* paging on, CR0.PE|PG, CR4.PAE, EFER.LME|LMA; CS is 64-bit */
	BOOT_MODE_PROTECTED32, /* CR0.PE only, CR4 0; flat 4 GiB segments */
};

/*
 * Registers of the boot vCPU; those not named are 0, RFLAGS is 2 (interrupts off). DS, ES, SS take
 * data_selector; segment caches are flat: base 0, limit 4 GiB. TR takes task_selector, base 0,
 * limit 0x67, a busy TSS (32-bit entry: PVH's rule).
 */
struct boot_cpu_state {
	enum boot_mode mode;
	uint64_t rip, rsp;
	uint64_t rsi; /* 64-bit entry: zero page */
	uint64_t rbx; /* PVH entry: struct hvm_start_info */
	uint64_t cr3; /* 64-bit entry: identity map of the low 4 GiB */
	uint64_t gdt_base;
	uint16_t gdt_limit;
	uint16_t code_selector, data_selector, task_selector;
};

/* Borrowed pointers, all valid during boot_load(). */
struct boot_config {
	const struct boot_file *kernel;
	const struct linux_load_plan *plan;
	const struct boot_file *initrd; /* or NULL */
	const char *cmdline;		/* NULL: empty */
	const struct e820_table *e820;
	uint64_t
		low_ram_end_gpa; /* kernel and initrd lie below: RAM's end, or the ACPI area's start */
	uint64_t rsdp_gpa;	 /* 0: no ACPI */
	bool memory_is_zero;	 /* fresh memory: areas that must be zero need no writing */
};

/* linux_image_plan() of an open file; the subject of an error is "-kernel". */
int boot_plan(const struct boot_file *kernel, struct linux_load_plan *ret_plan, struct err *err);

/*
 * Writes everything into guest memory. -ENOSPC: kernel, initrd or command line do not fit (the
 * message says what needs how much); -EIO: a file changed since it was opened; -EFAULT: low RAM is
 * not all there. The subject is the option that is to blame: "-kernel", "-initrd", "-append", "-m".
 */
int boot_load(struct guest_memory *memory, const struct boot_config *config,
	      struct boot_cpu_state *ret_state, struct err *err);

#endif
