/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the host's CPUs are: packages, dies, clusters, cores, and how fast nodes see each other. For
 * people who ask (nodeinfo, capabilities); nothing is decided by it.
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_HOST_CPUS_H
#define TERRACE_HOST_CPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/idset.h"

struct host_cpu {
	unsigned int id;
	uint64_t socket, die, core; /* as the kernel numbers them; cores within a socket */
	bool has_cluster;
	uint64_t cluster;
	struct idset siblings; /* threads of its core, itself too */
};

struct host_cpus {
	struct host_cpu *cpus; /* by ascending id */
	size_t n;
};

void host_cpus_free(struct host_cpus *cpus);
CLEANUP_DEFINE(host_cpus, host_cpus_free)

/*
 * The CPUs of online, from sys/devices/system/cpu/cpuN/topology below root_fd. A CPU whose files
 * are absent (an odd virtual machine) is a core and a socket of its own. -ENOMEM.
 */
int host_cpus_read(int root_fd, const struct idset *online, struct host_cpus **ret_cpus,
		   struct err *err) __attribute__((warn_unused_result));

/* NULL when there is none. */
const struct host_cpu *host_cpus_find(const struct host_cpus *cpus, unsigned int id);

/* MHz of the first CPU in proc/cpuinfo; 0: unknown. */
unsigned int host_cpu_mhz(int root_fd);

/* What the firmware says (HMAT) about a node, seen from the nodes with CPUs that are nearest. */
struct host_node_access {
	struct idset initiators;
	uint64_t read_latency_ns, write_latency_ns; /* 0: not said */
	uint64_t read_bandwidth_mib, write_bandwidth_mib;
};

/*
 * From sys/devices/system/node/nodeN/access0/initiators, of which only those in nodes count; zero
 * where it is absent.
 */
void host_node_access_read(int root_fd, unsigned int node, const struct idset *nodes,
			   struct host_node_access *ret_access);

#endif
