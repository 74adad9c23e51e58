/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts about a host's memory, as a value: this host's, or those of one that is only described.
 *
 * Three sources give the same struct: the running kernel (here; sysfs and procfs below a root
 * descriptor, so that tests bring their own tree), an hwloc XML file and an hwloc synthetic string
 * (topology.h, a library of its own so that the machine's start never loads hwloc).
 *
 * Threads: facts are built by one thread and read-only afterwards.
 */
#ifndef TERRACE_HOST_FACTS_H
#define TERRACE_HOST_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/idset.h"
#include "host/tiering.h"

#define HOST_NODE_MAX 1024u /* node ids are below it: the kernel's largest MAX_NUMNODES */
#define HOST_POOL_MAX 8u    /* huge page sizes of one host; x86-64 has two */

/* The huge pages of one size on one node. */
struct host_pool {
	uint64_t page_bytes;
	uint64_t total_pages;
	uint64_t free_pages; /* valid when the facts' has_free */
};

struct host_node {
	unsigned int id;
	struct idset cpus; /* empty for a node without CPUs */
	uint64_t memory_bytes;
	uint64_t free_bytes; /* unused memory; valid when the facts' has_free */
	/*
	 * What a new user of the node can get without swapping: free memory and clean page cache.
	 * Valid when has_free.
	 */
	uint64_t available_bytes;
	struct host_pool pools[HOST_POOL_MAX]; /* smallest page first */
	size_t n_pools;
};

struct host_facts {
	struct idset nodes;	   /* online nodes */
	struct idset memory_nodes; /* those that have memory */

	/* The rest is empty in facts of host_facts_read_nodes(). */
	struct host_node *node; /* n_nodes, by ascending id */
	size_t n_nodes;
	uint8_t *distances; /* n_nodes * n_nodes, row = from; NULL when unknown */
	bool has_free;	    /* a described host has sizes, but nothing that changes with time */
	struct idset online_cpus;
	struct idset isolated_cpus; /* isolcpus=: for those only who name them */
	uint64_t huge_page_bytes;   /* the default size of huge pages; 0: unknown */
	struct host_tiering tiering;
	/*
	 * Physical address bits of the host's CPUs, 0: unknown. No source fills it: the machine
	 * sets it to what its guest will see.
	 */
	unsigned int phys_bits;
};

void host_facts_free(struct host_facts *facts);
CLEANUP_DEFINE(host_facts, host_facts_free)

/*
 * Only the two sets: two small files. For the start of a machine, where every instruction counts.
 * A kernel without NUMA is one node, 0.
 */
int host_facts_read_nodes(int root_fd, struct host_facts **ret_facts, struct err *err)
	__attribute__((warn_unused_result));

/* All facts. A few files for each node. */
int host_facts_read(int root_fd, struct host_facts **ret_facts, struct err *err)
	__attribute__((warn_unused_result));

/* NULL when the facts have no such node. */
const struct host_node *host_facts_node(const struct host_facts *facts, unsigned int id);

/* Distance as in ACPI SLIT (10: local); 0 when it is not known. */
unsigned int host_facts_distance(const struct host_facts *facts, unsigned int from,
				 unsigned int to);

/*
 * As host_nodes_cpus(), from facts: CPUs that are online and, where such are left, not isolated.
 * Empty when none is near.
 */
void host_facts_near_cpus(const struct host_facts *facts, const struct idset *nodes,
			  struct idset *ret_cpus);

/* The pool of one page size; NULL when the node has none. */
const struct host_pool *host_node_pool(const struct host_node *node, uint64_t page_bytes);

/*
 * The CPUs on which a thread is near all of nodes' memory: the nodes' own, or, where none of them
 * has CPUs, those of the nearest node that has. Empty when even that is unknown. Reads only the
 * files that it needs.
 */
int host_nodes_cpus(int root_fd, const struct idset *nodes, struct idset *ret_cpus, struct err *err)
	__attribute__((warn_unused_result));

/*
 * Memory that can still be had on nodes: with huge_bytes == 0 base pages (struct host_node,
 * available_bytes, less what the kernel keeps for itself), else free huge pages of that size.
 * -ENOENT when a node or the size is absent.
 */
int host_nodes_available(int root_fd, const struct idset *nodes, uint64_t huge_bytes,
			 uint64_t *ret_bytes, struct err *err) __attribute__((warn_unused_result));

#endif
