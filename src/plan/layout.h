/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest memory map of a plan: see plan.h for the picture. Internal to src/plan.
 *
 * Threads: any; pure.
 */
#ifndef TERRACE_PLAN_LAYOUT_H
#define TERRACE_PLAN_LAYOUT_H

#include "plan/plan.h"

/*
 * Fills ram_*, ecam, mmio32, devices, mmio64 and phys_bits. maxmem_bytes 0: no memory devices.
 * phys_bits 0: unknown. -ERANGE as plan_build().
 */
int plan_layout_fill(struct plan *plan, uint64_t ram_bytes, uint64_t maxmem_bytes,
		     uint32_t memory_slots, unsigned int phys_bits, struct err *err);

/*
 * The guest address of byte ram_offset of the RAM (cells laid end to end), and in ret_bytes how
 * much from there is contiguous. ram_offset must be below ram_bytes.
 */
uint64_t plan_layout_gpa(const struct plan *plan, uint64_t ram_offset, uint64_t *ret_bytes);

#endif
