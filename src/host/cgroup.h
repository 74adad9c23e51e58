/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control groups v2 and v1 behind one interface: the only place that writes them.
 *
 * A domain has one group with limits of memory, and below it one sub-group for each kind of thread:
 *
 *	BASE/terrace-NAME/		memory.max ..., processes are never directly in it (v2: threaded root)
 *	BASE/terrace-NAME/emulator	the VMM's leader and every thread without a group of its own
 *	BASE/terrace-NAME/vcpuN, iothreadN, cellN
 *
 * v2: the domain group is a threaded domain, sub-groups are "threaded", controllers cpuset and cpu
 * are enabled for them, memory.* exists on the domain group only (Documentation/admin-guide/
 * cgroup-v2.rst, "Threads"). v1: the same directories in the cpuset, cpu and memory hierarchies;
 * memory only for the domain group.
 *
 * Facts that the order of calls depends on (measured): writing cpuset.mems of a group whose threads
 * already run migrates pages of the whole process and rewrites its policies; moving a thread that is
 * not the leader into a fresh group with other mems does neither. So: write a group first, then move
 * threads in; to change a thread's nodes, make a new group and move it.
 *
 * Threads: a struct cgroup belongs to one thread at a time.
 */
#ifndef TERRACE_HOST_CGROUP_H
#define TERRACE_HOST_CGROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/idset.h"

#define CGROUP_UNLIMITED UINT64_MAX

/* Where groups can be made on this host, by this user. */
struct cgroup_host {
	int version;		  /* 2, 1; 0: none */
	bool cpuset, cpu, memory; /* controllers that can be used below base */
	bool systemd;		  /* systemd makes a delegated scope in base for each domain */
	/* v2: directory in which domain groups are made. v1: the same per controller. "" if none. */
	char base[512];
	char v1_cpuset[512], v1_cpu[512], v1_memory[512];
};

/*
 * Finds out, and makes the base ("terrace" below the root as root; the own delegated group as a
 * user) when create is true. In a user's delegated group, all its processes are moved into a leaf
 * "supervisor" then, because a group with processes cannot give memory to its children. Under
 * systemd (with busctl) base is machine.slice, of the system or of the user's own systemd. root_dir is "" or a prefix for tests in front of /proc and /sys.
 * Not being able to use any is not an error: version or the bools say so. -EIO when the kernel's
 * files cannot be read at all.
 */
int cgroup_host_find(const char *root_dir, bool create, struct cgroup_host *ret_host,
		     struct err *err) __attribute__((warn_unused_result));

struct cgroup; /* the group of one domain */

/*
 * Makes it; an old one of that name must be empty (-EBUSY) and is made anew, without its settings.
 * Under systemd the calling process moves into the domain's scope, which lives as long as it does.
 */
int cgroup_new(const struct cgroup_host *host, const char *name, struct cgroup **ret_cgroup,
	       struct err *err) __attribute__((warn_unused_result));
/* One that exists. -ENOENT. */
int cgroup_open(const struct cgroup_host *host, const char *name, struct cgroup **ret_cgroup,
		struct err *err) __attribute__((warn_unused_result));
/* The struct only. */
void cgroup_free(struct cgroup *cgroup);
CLEANUP_DEFINE(cgroup, cgroup_free)

/* Of the domain group, for people: "/sys/fs/cgroup/terrace/terrace-demo". */
const char *cgroup_path(const struct cgroup *cgroup);

/*
 * Limits of the domain group, in bytes or CGROUP_UNLIMITED. hard: memory.max or
 * memory.limit_in_bytes. soft: memory.high or soft_limit_in_bytes. memory_and_swap: v1 memsw; v2
 * memory.swap.max = memory_and_swap - hard (libvirt writes it as it is, which allows more).
 * min: memory.min (v2 only; v1: -EOPNOTSUPP); the base gets the sum of its domains' too, without
 * which it would protect from neighbours only. A user cannot give that to its delegated group.
 * hard above memory_and_swap: -EINVAL with libvirt's text; a new hard keeps the sum.
 */
enum cgroup_limit { CGROUP_HARD, CGROUP_SOFT, CGROUP_MEMORY_AND_SWAP, CGROUP_MIN };
int cgroup_limit_set(struct cgroup *cgroup, enum cgroup_limit limit, uint64_t bytes,
		     struct err *err) __attribute__((warn_unused_result));
int cgroup_limit_get(const struct cgroup *cgroup, enum cgroup_limit limit, uint64_t *ret_bytes,
		     struct err *err) __attribute__((warn_unused_result));
/* memory.current or usage_in_bytes. */
int cgroup_memory_used(const struct cgroup *cgroup, uint64_t *ret_bytes, struct err *err)
	__attribute__((warn_unused_result));

/* group NULL: the domain group itself, else "emulator", "vcpu0", ... Sub-groups are made as needed. */
int cgroup_group_add(struct cgroup *cgroup, const char *group, struct err *err)
	__attribute__((warn_unused_result));
/*
 * An empty set: everything that the group above has. Where threads are inside, new mems take the
 * pages of their processes along (v1 as v2). v1: sub-groups follow the domain's own set as on v2.
 */
int cgroup_cpus_set(struct cgroup *cgroup, const char *group, const struct idset *cpus,
		    struct err *err) __attribute__((warn_unused_result));
int cgroup_mems_set(struct cgroup *cgroup, const char *group, const struct idset *nodes,
		    struct err *err) __attribute__((warn_unused_result));
/* What threads in it can really use (v2: cpuset.mems.effective). */
int cgroup_mems_get(const struct cgroup *cgroup, const char *group, struct idset *ret_nodes,
		    struct err *err) __attribute__((warn_unused_result));
/*
 * cpu.weight (1..10000) or cpu.shares (2..262144), -ERANGE; cpu.max or cfs_quota/period (quota < 0:
 * none; period 0: 100 ms).
 */
int cgroup_shares_set(struct cgroup *cgroup, const char *group, uint64_t shares, struct err *err)
	__attribute__((warn_unused_result));
int cgroup_quota_set(struct cgroup *cgroup, const char *group, uint64_t period_us, int64_t quota_us,
		     struct err *err) __attribute__((warn_unused_result));

/* A whole process into the sub-group (normally "emulator"). */
int cgroup_process_add(struct cgroup *cgroup, const char *group, pid_t pid, struct err *err)
	__attribute__((warn_unused_result));
/* One thread of a process that is in this domain already. */
int cgroup_thread_add(struct cgroup *cgroup, const char *group, pid_t tid, struct err *err)
	__attribute__((warn_unused_result));

/*
 * Gives the sub-group new mems without migrating pages: a new group, its threads moved, the old one
 * removed (name "vcpu0" and its other settings stay). Not for the leader's group: -EINVAL. After
 * a failure the threads are in the old group, or in "NAME.next" with the new mems.
 */
int cgroup_mems_replace(struct cgroup *cgroup, const char *group, const struct idset *nodes,
			struct err *err) __attribute__((warn_unused_result));

/* SIGKILL to every process in it; waits at most timeout_ms until they are gone. -ETIMEDOUT. */
int cgroup_kill(struct cgroup *cgroup, int timeout_ms, struct err *err)
	__attribute__((warn_unused_result));
/* Removes sub-groups and group. Nothing there is fine. -EBUSY when processes are in it. */
int cgroup_remove(struct cgroup *cgroup, struct err *err) __attribute__((warn_unused_result));
/* Names of domain groups below the base, without "terrace-"; *ret_names and strings: free(). */
int cgroup_list(const struct cgroup_host *host, char ***ret_names, size_t *ret_n, struct err *err)
	__attribute__((warn_unused_result));

#endif
