/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory policies of address ranges, and which nodes a process may use: the only place that makes
 * these system calls (mbind(2), get_mempolicy(2); Documentation/admin-guide/mm/
 * numa_memory_policy.rst).
 *
 * A policy decides where pages go that are touched after it was set. It does not beat the cpuset
 * of the thread that touches: a thread whose cpuset lacks the node puts the page elsewhere. So
 * every thread that may touch must be allowed all nodes of the policies, and the policy must be set
 * before the first touch.
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_HOST_MEMPOLICY_H
#define TERRACE_HOST_MEMPOLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/idset.h"

enum host_policy_mode {
	HOST_POLICY_DEFAULT,
	HOST_POLICY_PREFERRED, /* one node, or several: then MPOL_PREFERRED_MANY, Linux 5.15 */
	HOST_POLICY_BIND,
	HOST_POLICY_INTERLEAVE,
	HOST_POLICY_WEIGHTED_INTERLEAVE, /* Linux 6.9 */
	HOST_POLICY_COUNT,
};

struct host_policy {
	enum host_policy_mode mode;
	bool numa_balancing; /* MPOL_F_NUMA_BALANCING; with BIND and PREFERRED only */
	struct idset nodes;  /* empty with DEFAULT only */
};

/*
 * Sets the policy of [addr, addr + size_bytes); addr is page aligned. Pages that are there already
 * are moved; one that cannot be is an error (MPOL_MF_STRICT | MPOL_MF_MOVE).
 * -EOPNOTSUPP (ERR_UNSUPPORTED) when this kernel lacks the mode or the flag, and which one has it;
 * else mbind's errno with the text "cannot bind memory to host NUMA nodes: ...": -EINVAL when no
 * node of the policy has memory and is allowed, -EIO when a page could not be moved.
 */
int host_policy_set(void *addr, size_t size_bytes, const struct host_policy *policy,
		    struct err *err) __attribute__((warn_unused_result));

/*
 * The policy that address addr has, as the kernel keeps it (after it dropped nodes that the cpuset
 * forbids). A mode that Terrace does not know is -EOPNOTSUPP.
 */
int host_policy_get(const void *addr, struct host_policy *ret_policy, struct err *err)
	__attribute__((warn_unused_result));

/*
 * The nodes on which the calling thread may get memory (its cpuset). -ENOSYS on a kernel without
 * NUMA.
 */
int host_nodes_allowed(struct idset *ret_nodes, struct err *err)
	__attribute__((warn_unused_result));

#endif
