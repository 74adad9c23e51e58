/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On which CPUs a thread runs.
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_HOST_AFFINITY_H
#define TERRACE_HOST_AFFINITY_H

#include <sys/types.h>

#include "base/err.h"
#include "base/idset.h"

/*
 * tid 0 is the calling thread. -EINVAL when no CPU of the set is online and allowed by the
 * thread's cpuset ("Setting CPU affinity failed: Invalid argument").
 */
int host_affinity_set(pid_t tid, const struct idset *cpus, struct err *err)
	__attribute__((warn_unused_result));

int host_affinity_get(pid_t tid, struct idset *ret_cpus, struct err *err)
	__attribute__((warn_unused_result));

#endif
