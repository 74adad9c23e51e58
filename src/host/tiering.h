/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel does with memory of different speed: its tiers, whether it demotes and promotes,
 * and which kernel it is, because what is kept on its nodes depends on that.
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_HOST_TIERING_H
#define TERRACE_HOST_TIERING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/idset.h"

#define HOST_TIER_MAX 16u

struct host_tier {
	unsigned int id; /* N of memory_tierN; smaller is faster */
	struct idset nodes;
};

struct host_tiering {
	unsigned int kernel_major, kernel_minor; /* 0.0: unknown */
	bool demotion_enabled;
	unsigned int numa_balancing; /* kernel.numa_balancing: 1 places, 2 promotes, 3 both */
	struct host_tier tiers[HOST_TIER_MAX]; /* fastest first */
	size_t n_tiers;
};

/*
 * sys/devices/virtual/memory_tiering, sys/kernel/mm/numa/demotion_enabled, kernel.numa_balancing and
 * kernel.osrelease below root_fd. What is absent (an old kernel, a described host) is zero.
 */
void host_tiering_read(int root_fd, struct host_tiering *ret_tiering);

/* The kernel is known and at least that one. */
bool host_kernel_is(const struct host_tiering *tiering, unsigned int major, unsigned int minor);
/* The kernel is known and older. */
bool host_kernel_before(const struct host_tiering *tiering, unsigned int major, unsigned int minor);

/* Nodes of tiers slower than that of node; empty when its tier is not known. */
struct idset host_slower_nodes(const struct host_tiering *tiering, unsigned int node);

#endif
