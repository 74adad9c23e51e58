/* SPDX-License-Identifier: Apache-2.0 */
/* CPU affinity of threads: see affinity.h. */
#include "host/affinity.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The raw calls: glibc's wrappers want a cpu_set_t, whose bits an idset has anyway. */

int host_affinity_set(pid_t tid, const struct idset *cpus, struct err *err)
{
	if (syscall(SYS_sched_setaffinity, tid, sizeof(cpus->words), cpus->words) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "Setting CPU affinity failed");
	return 0;
}

int host_affinity_get(pid_t tid, struct idset *ret_cpus, struct err *err)
{
	struct idset cpus = IDSET_EMPTY;

	if (syscall(SYS_sched_getaffinity, tid, sizeof(cpus.words), cpus.words) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot read the CPU affinity");
	*ret_cpus = cpus;
	return 0;
}
