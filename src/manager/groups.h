/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroup of a running domain and what goes into it: host/cgroup.h in the words of a domain.
 *
 * A host where no group can be made is one where all of this does nothing, but for what cannot be
 * had without: groups_check() refuses that before anything is made. $TERRACE_CGROUP=none makes every
 * host one of those.
 *
 * Threads: one thread at a time.
 */
#ifndef TERRACE_MANAGER_GROUPS_H
#define TERRACE_MANAGER_GROUPS_H

#include "base/err.h"
#include "host/cgroup.h"
#include "manager/report.h"
#include "plan/placement.h"
#include "spec/domain.h"

struct groups {
	struct cgroup_host host;
	struct cgroup *cgroup; /* NULL: none */
};

/*
 * Can the host enforce what the domain needs a cgroup for? What it cannot enforce but what is no
 * more than a wish is told once, as progress. -ENOTSUP with libvirt's texts: "cgroup cpuset
 * controller is not mounted", "Memory cgroup is not available on this host", "cgroup cpu is required
 * for scheduler tuning".
 */
int groups_check(const struct domain_spec *domain, const struct placement *placement,
		 struct groups *groups, struct report *report, struct err *err)
	__attribute__((warn_unused_result));

/* Makes the domain's group and "emulator", with their limits, nodes and CPUs. */
int groups_make(struct groups *groups, const struct domain_spec *domain,
		const struct placement *placement, struct err *err)
	__attribute__((warn_unused_result));

/* The nodes that the VMM's leader and all threads without a group of their own may use. */
struct idset groups_leader_mems(const struct placement *placement);

/*
 * Makes a sub-group, gives it nodes and CPUs (NULL or empty: as above it), and only then moves the
 * thread in.
 */
int groups_thread_place(struct groups *groups, const char *group, const struct idset *mems,
			const struct idset *cpus, pid_t tid, struct err *err)
	__attribute__((warn_unused_result));

/* cpu.shares and the like, after the sub-groups of all threads are there. */
int groups_tune(struct groups *groups, const struct domain_spec *domain, size_t n_vcpus,
		const uint32_t *iothread_ids, size_t n_iothreads, struct err *err)
	__attribute__((warn_unused_result));

/* Sets the limit that the domain has for it, or lifts it. bytes < 0: none. */
int groups_limit(struct groups *groups, enum cgroup_limit limit, int64_t bytes, struct err *err)
	__attribute__((warn_unused_result));

/* Kills whoever is in it, removes it and forgets it. */
int groups_remove(struct groups *groups, struct err *err) __attribute__((warn_unused_result));
/* The same for what a supervisor that is gone left. */
int groups_remove_leftover(const char *name, struct err *err) __attribute__((warn_unused_result));

#endif
