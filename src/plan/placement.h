/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct placement: where a domain's memory and threads go, as a value.
 *
 * A pure function of the domain, of facts about the host and of what the emulator can do: which
 * host nodes each cell has, who keeps it there (the policy of its memory, or the cgroup), and on
 * which CPUs and nodes each thread may run and allocate. src/manager/argv.c makes a command line of
 * it, the supervisor cgroups and affinities, "terrace plan" prints it.
 *
 * Modes are those of DESIGN ("Placement"; docs/domain-xml.md for users):
 *
 *	strict			policy bind; cpuset.mems around the whole VM is the union of all nodes
 *	strict, tiering		the same, policy with numa-balancing
 *	strict, migratable	no policy; as restrictive
 *	preferred, interleave,
 *	weighted-interleave	policy; no cpuset.mems
 *	restrictive		no policy; cpuset.mems: each thread that touches a cell's memory has that
 *				cell's nodes, everything else the nodes of <memory>
 *
 * A thread faults by its own cpuset.mems, and that beats the policy of the memory: so with a policy
 * no thread of the VM may have less than the union.
 *
 * Threads: a placement is built by one thread and read-only afterwards.
 */
#ifndef TERRACE_PLAN_PLACEMENT_H
#define TERRACE_PLAN_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/idset.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "host/facts.h"
#include "spec/domain.h"
#include "spec/spec.h"

enum placement_enforcer {
	PLACEMENT_ANYWHERE, /* no <numatune> */
	PLACEMENT_POLICY,   /* mbind by the VMM; with strict also the cpuset of the whole VM */
	PLACEMENT_CPUSET,   /* the cgroup alone */
};

/* What the emulator can do; filled from its own answers (manager/emulator.h). */
struct placement_emulator {
	const char *name; /* for texts: "QEMU 10.0.2", "terrace-vmm 0.1.0" */
	bool numa_balancing, weighted_interleave;
};

/* Memory of one cell, of one memory device, or all of a guest without cells. */
struct placement_memory {
	uint32_t cell;	     /* 0 for a guest without cells */
	uint64_t size_bytes; /* aligned for the machine: 1 MiB for cells, 2 MiB for devices */
	uint64_t
		start_bytes; /* of them at the start: all, but for a virtio-mem what is requested */
	enum domain_numa_mode mode; /* 0: none */
	bool migratable, tiering;
	struct idset nodes; /* host nodes; empty: anywhere */
	enum spec_policy policy;
	bool numa_balancing;
	enum placement_enforcer enforcer;
	uint64_t page_bytes; /* huge pages of this size; 0: base pages */
	bool populate;	     /* before the guest runs */
};

struct placement {
	struct placement_memory *cells; /* one for a guest without cells */
	size_t n_cells;
	bool has_cells;
	struct placement_memory *devices; /* one for each <devices><memory>, in their order */
	size_t n_devices;

	/* Host nodes of cpuset.mems. Empty: do not write it. */
	struct idset domain_mems;   /* around the whole VM: the union of all nodes */
	struct idset emulator_mems; /* also I/O threads */
	struct idset *vcpu_mems;    /* n_vcpus */

	/* Host CPUs, always given: sched_setaffinity(). */
	struct idset emulator_cpus;
	struct idset *vcpu_cpus;     /* n_vcpus */
	struct idset *iothread_cpus; /* n_iothreads, as placement_iothread_ids */
	uint32_t *iothread_ids;
	/* The same as cpuset.cpus only where the XML asks for CPUs. */
	bool emulator_pinned;
	bool *vcpu_pinned, *iothread_pinned;
	uint32_t *vcpu_cells;	     /* n_vcpus: the cell of each; 0 for a guest without cells */
	size_t n_vcpus, n_iothreads; /* vCPUs: the maximum */

	struct idset advice; /* nodes chosen for placement='auto'; else empty */
	char **notes; /* one line each: why; what does not fit; what the kernel will not keep */
	size_t n_notes;
};

void placement_free(struct placement *placement);
CLEANUP_DEFINE(placement, placement_free)

/*
 * facts may be NULL only where nothing of the host is named. emulator NULL: one that can everything.
 * ERR_USER/-EINVAL with libvirt's text: "unsupported configuration: NUMA node 999 is unavailable";
 * ERR_UNSUPPORTED/-ENOTSUP where the emulator or the kernel lacks tiering or weighted interleave,
 * with the reason; -EOVERFLOW when a size overflows as it is aligned; -ENOMEM. err's subject is the
 * path of the element, such as "/domain/numatune/memnode[2]". That memory does not fit now is a
 * note, not an error.
 */
int placement_build(const struct domain_spec *domain, const struct host_facts *facts,
		    const struct placement_emulator *emulator, struct placement **ret_placement,
		    struct err *err) __attribute__((warn_unused_result));

/* "strict", ...; "none" for 0. */
const char *placement_mode_name(enum domain_numa_mode mode);

/* For "terrace plan": text (tables, then the notes), and JSON. facts may be NULL. */
void placement_format(const struct placement *placement, const struct domain_spec *domain,
		      const struct host_facts *facts, struct strbuf *out);
struct json *placement_json(const struct placement *placement, const struct domain_spec *domain,
			    const struct host_facts *facts);

#endif
