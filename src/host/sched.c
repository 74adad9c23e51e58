/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduling policies of threads: see sched.h. */
#include "host/sched.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>

#include "base/util.h"

#define PRIORITY_MAX 99u /* sched_get_priority_max() on Linux, for both real-time policies */

static const struct {
	const char *name;
	int number;
	bool real_time;
} policies[HOST_SCHED_COUNT] = {
	[HOST_SCHED_OTHER] = { "other", SCHED_OTHER, false },
	[HOST_SCHED_BATCH] = { "batch", SCHED_BATCH, false },
	[HOST_SCHED_IDLE] = { "idle", SCHED_IDLE, false },
	[HOST_SCHED_FIFO] = { "fifo", SCHED_FIFO, true },
	[HOST_SCHED_RR] = { "rr", SCHED_RR, true },
};

const char *host_sched_name(enum host_sched_policy policy)
{
	return policies[policy].name;
}

int host_sched_set(pid_t tid, const struct host_sched *sched, struct err *err)
{
	struct sched_param param = { .sched_priority = (int)sched->priority };
	bool real_time = policies[sched->policy].real_time;
	const char *name = policies[sched->policy].name;

	if (real_time && (sched->priority < 1 || sched->priority > PRIORITY_MAX))
		return err_set(err, ERR_USER, -EINVAL, NULL,
			       "scheduler '%s' wants a priority of 1 to %u, not %u", name,
			       PRIORITY_MAX, sched->priority);
	if (!real_time && sched->priority)
		return err_set(err, ERR_USER, -EINVAL, NULL, "scheduler '%s' has no priority",
			       name);
	if (sched_setscheduler(tid, policies[sched->policy].number, &param) == 0)
		return 0;
	if (errno == EPERM)
		return err_set(err, ERR_HOST, -EPERM, NULL,
			       "scheduler '%s' is not permitted: it needs CAP_SYS_NICE or a "
			       "RLIMIT_RTPRIO of at least %u ('ulimit -r', limits.conf: rtprio)",
			       name, sched->priority);
	return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot set scheduler '%s'", name);
}

int host_sched_get(pid_t tid, struct host_sched *ret_sched, struct err *err)
{
	int number = sched_getscheduler(tid);
	struct sched_param param;

	if (number < 0 || sched_getparam(tid, &param) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot read the scheduler");
	number &= ~SCHED_RESET_ON_FORK;
	for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
		if (policies[i].number != number)
			continue;
		*ret_sched = (struct host_sched){ (enum host_sched_policy)i,
						  (unsigned int)param.sched_priority };
		return 0;
	}
	return err_set(err, ERR_UNSUPPORTED, -EOPNOTSUPP, NULL, "unknown scheduler %d", number);
}
