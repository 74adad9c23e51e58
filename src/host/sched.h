/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How the kernel schedules a thread (<vcpusched>, <iothreadsched>, <emulatorsched>): sched(7).
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_HOST_SCHED_H
#define TERRACE_HOST_SCHED_H

#include <sys/types.h>

#include "base/err.h"

enum host_sched_policy {
	HOST_SCHED_OTHER, /* the default */
	HOST_SCHED_BATCH,
	HOST_SCHED_IDLE,
	HOST_SCHED_FIFO,
	HOST_SCHED_RR,
	HOST_SCHED_COUNT,
};

struct host_sched {
	enum host_sched_policy policy;
	unsigned int priority; /* 1 to 99 with FIFO and RR; else 0 */
};

/* "other", "batch", "idle", "fifo", "rr": as in domain XML. */
const char *host_sched_name(enum host_sched_policy policy);

/*
 * tid 0 is the calling thread. -EINVAL: the priority is not in the policy's range. -EPERM: real
 * time needs CAP_SYS_NICE or RLIMIT_RTPRIO; the text says which. -ESRCH: no such thread.
 */
int host_sched_set(pid_t tid, const struct host_sched *sched, struct err *err)
	__attribute__((warn_unused_result));

/* -EOPNOTSUPP: a policy that is none of the above (deadline, ext). */
int host_sched_get(pid_t tid, struct host_sched *ret_sched, struct err *err)
	__attribute__((warn_unused_result));

#endif
