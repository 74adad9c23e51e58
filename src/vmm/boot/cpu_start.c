/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GDT and identity map of the first vCPU (Intel SDM volume 3, sections 3.4.5 and 4.5.4).
 *
 * Selectors are those that boot.rst asks for at the 64-bit entry: __BOOT_CS 0x10, __BOOT_DS 0x18.
 * The map uses 2 MiB pages, which every x86-64 CPU has: one PML4, one PDPT, four directories.
 */
#include <string.h>

#include "base/util.h"
#include "vmm/boot/boot_info.h"
#include "vmm/boot/layout.h"

#define SELECTOR_CODE 0x10u
#define SELECTOR_DATA 0x18u
#define SELECTOR_TASK 0x20u

/* Base 0, limit 4 GiB in pages, present, ring 0, accessed. */
#define DESCRIPTOR_CODE64 UINT64_C(0x00af9b000000ffff)
#define DESCRIPTOR_CODE32 UINT64_C(0x00cf9b000000ffff)
#define DESCRIPTOR_DATA	  UINT64_C(0x00cf93000000ffff)
/* 32-bit (or 64-bit) busy TSS, base 0, limit 0x67. */
#define DESCRIPTOR_TASK	  UINT64_C(0x00008b0000000067)

#define PTE_TABLE     UINT64_C(0x3)  /* present, writable */
#define PTE_PAGE_2M   UINT64_C(0x83) /* and PS */
#define TABLE_ENTRIES 512u
#define DIRECTORIES   4u

static int write_gdt(struct guest_memory *memory, enum boot_mode mode, struct boot_cpu_state *state,
		     struct err *err)
{
	uint64_t gdt[] = {
		0,
		0,
		mode == BOOT_MODE_LONG64 ? DESCRIPTOR_CODE64 : DESCRIPTOR_CODE32,
		DESCRIPTOR_DATA,
		DESCRIPTOR_TASK,
		0, /* upper half of a 64-bit TSS descriptor */
	};

	state->gdt_base = BOOT_GDT_GPA;
	state->gdt_limit = sizeof(gdt) - 1;
	state->code_selector = SELECTOR_CODE;
	state->data_selector = SELECTOR_DATA;
	state->task_selector = SELECTOR_TASK;
	return boot_write(memory, BOOT_GDT_GPA, gdt, sizeof(gdt), err);
}

static int write_identity_map(struct guest_memory *memory, struct err *err)
{
	uint64_t tables[2 + DIRECTORIES][TABLE_ENTRIES];
	uint64_t page_gpa = 0;

	memset(tables[0], 0, 2 * sizeof(tables[0]));
	tables[0][0] = (BOOT_PAGE_TABLES_GPA + sizeof(tables[0])) | PTE_TABLE;
	for (unsigned int d = 0; d < DIRECTORIES; d++) {
		tables[1][d] = (BOOT_PAGE_TABLES_GPA + (2 + d) * sizeof(tables[0])) | PTE_TABLE;
		for (unsigned int i = 0; i < TABLE_ENTRIES; i++, page_gpa += 2 * MIB)
			tables[2 + d][i] = page_gpa | PTE_PAGE_2M;
	}
	return boot_write(memory, BOOT_PAGE_TABLES_GPA, tables, sizeof(tables), err);
}

int cpu_start_write(struct guest_memory *memory, enum boot_mode mode,
		    struct boot_cpu_state *ret_state, struct err *err)
{
	struct boot_cpu_state state = { .mode = mode, .rsp = BOOT_STACK_TOP_GPA };
	int r = write_gdt(memory, mode, &state, err);

	if (r == 0 && mode == BOOT_MODE_LONG64) {
		state.cr3 = BOOT_PAGE_TABLES_GPA;
		r = write_identity_map(memory, err);
	}
	if (r == 0)
		*ret_state = state;
	return r;
}
