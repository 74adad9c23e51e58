/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All memory backends of a machine: opened, placed, locked and populated in the right order, all or
 * nothing.
 *
 * Order: map and set the policy of each; check them against the cpuset and the huge page pools;
 * lock on fault; populate, all at the same time, each near its nodes; give the guest its addresses.
 *
 * Threads: the main thread.
 */
#ifndef TERRACE_VMM_MEMORY_BACKENDS_H
#define TERRACE_VMM_MEMORY_BACKENDS_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "plan/plan.h"
#include "spec/spec.h"
#include "vmm/memory/backend.h"
#include "vmm/memory/guest_memory.h"

struct memory_backends {
	struct memory_backend **backend; /* in the order of the spec's backends */
	size_t n_backends;
};

/*
 * spec and plan are borrowed; spec must outlive the backends. root_fd is a descriptor of "/"
 * (host_root_open()). Errors as memory_backend_open(), memory_backend_check_ram(),
 * memory_lock_on_fault() and memory_prealloc(); also -EINVAL "cannot bind memory to host NUMA
 * nodes: node 1 is not allowed ..." where this process's cpuset lacks a node, which mbind would
 * drop in silence.
 */
int memory_backends_open(const struct vm_spec *spec, const struct plan *plan, int root_fd,
			 struct memory_backends **ret_backends, struct err *err)
	__attribute__((warn_unused_result));

void memory_backends_close(struct memory_backends *backends);
CLEANUP_DEFINE(memory_backends, memory_backends_close)

/* Where a region of the plan is for the VMM; what KVM's memory slot needs. */
void *memory_backends_region_host(const struct memory_backends *backends,
				  const struct plan_region *region);

/* Adds every region of the plan to mem. */
int memory_backends_add_regions(const struct memory_backends *backends, const struct plan *plan,
				struct guest_memory *mem, struct err *err)
	__attribute__((warn_unused_result));

#endif
