/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a KVM memory slot costs the host: memory that KVM allocates for its books when the slot is
 * made, whether or not the guest ever touches the memory. Pure arithmetic.
 *
 * The model (Linux 6.1 - 7.3, arch/x86/kvm/x86.c, kvm_arch_prepare_memory_region and
 * kvm_alloc_memslot_metadata; checked against VmallocUsed): arrays, each rounded up to pages,
 *
 *	large page info   4 bytes per 2 MiB, 4 per 1 GiB     always
 *	reverse map       8 bytes per 4 KiB, 2 MiB, 1 GiB    with PLAN_COST_RMAP
 *	write tracking    2 bytes per 4 KiB                  with PLAN_COST_WRITE_TRACKING
 *	dirty bitmaps     2 bits per 4 KiB                   with PLAN_COST_DIRTY_LOG
 *
 * and the slot's own structure. Per address space: a machine with SMM pays it twice, ours has none.
 *
 * Threads: any.
 */
#ifndef TERRACE_PLAN_COST_H
#define TERRACE_PLAN_COST_H

#include <stdint.h>

enum plan_cost_flags {
	/* Shadow paging, kvm.ko tdp_mmu=0, or a guest that runs nested guests. */
	PLAN_COST_RMAP = 1 << 0,
	/* Shadow paging; older kernels whenever there are reverse maps. */
	PLAN_COST_WRITE_TRACKING = 1 << 1,
	PLAN_COST_DIRTY_LOG = 1 << 2,

	PLAN_COST_TDP_MMU = 0,
	PLAN_COST_SHADOW = PLAN_COST_RMAP | PLAN_COST_WRITE_TRACKING,
};

/* Both multiples of 4 KiB. flags: enum plan_cost_flags. */
uint64_t plan_slot_cost_bytes(uint64_t gpa, uint64_t size_bytes, unsigned int flags);

#endif
