/* SPDX-License-Identifier: Apache-2.0 */
/* KVM's metadata of a slot: see cost.h. */
#include "plan/cost.h"

#include "base/util.h"

#define PAGE_BYTES	  UINT64_C(4096)
/* struct kvm_memory_slot and its share of the slot trees, from kmalloc (measured: 7 MiB / 8192). */
#define SLOT_STRUCT_BYTES 896u

/* Entries of a per-level array: large pages that the slot touches, partly covered ones included. */
static uint64_t level_entries(uint64_t gpa, uint64_t size_bytes, uint64_t page_bytes)
{
	return size_bytes ? (gpa + size_bytes - 1) / page_bytes - gpa / page_bytes + 1 : 0;
}

static uint64_t whole_pages(uint64_t bytes)
{
	return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
}

uint64_t plan_slot_cost_bytes(uint64_t gpa, uint64_t size_bytes, unsigned int flags)
{
	uint64_t n_4k = level_entries(gpa, size_bytes, 4 * KIB);
	uint64_t n_2m = level_entries(gpa, size_bytes, 2 * MIB);
	uint64_t n_1g = level_entries(gpa, size_bytes, GIB);
	uint64_t cost = SLOT_STRUCT_BYTES + whole_pages(n_2m * 4) + whole_pages(n_1g * 4);

	if (flags & PLAN_COST_RMAP)
		cost += whole_pages(n_4k * 8) + whole_pages(n_2m * 8) + whole_pages(n_1g * 8);
	if (flags & PLAN_COST_WRITE_TRACKING)
		cost += whole_pages(n_4k * 2);
	if (flags & PLAN_COST_DIRTY_LOG)
		cost += whole_pages(n_4k / 4);
	return cost;
}
