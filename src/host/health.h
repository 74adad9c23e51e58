/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is this host fit for placed virtual machines, and how is each point mended ("terrace doctor")?
 *
 * A problem: domains do not start, or a placement is not kept. A warning: some kind of domain does
 * not work, or works worse than it could. Reads only; nothing is changed or made.
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_HOST_HEALTH_H
#define TERRACE_HOST_HEALTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum host_health_level { HOST_HEALTH_OK, HOST_HEALTH_WARNING, HOST_HEALTH_PROBLEM };

struct host_health_point {
	const char *name; /* "kvm", "demotion"; static */
	enum host_health_level level;
	char text[512];	  /* one line */
	char remedy[512]; /* the command, or ""; also where all is well, if there is a choice */
};

#define HOST_HEALTH_POINTS_MAX 24
struct host_health {
	struct host_health_point points[HOST_HEALTH_POINTS_MAX];
	size_t n;
	size_t n_warnings, n_problems;
};

/* What does not come from files. */
struct host_health_caller {
	uid_t uid;
	bool locks_any; /* CAP_IPC_LOCK: memory may be locked whatever the limit */
	uint64_t memlock_bytes, memlock_max_bytes; /* UINT64_MAX: no limit */
	uint64_t files, files_max;		   /* RLIMIT_NOFILE */
};
void host_health_caller_read(struct host_health_caller *ret_caller);

const char *host_health_level_name(enum host_health_level level); /* "ok", "warning", "problem" */

/* root_dir: "" or a made tree in front of /proc, /sys, /dev, /run. -EIO: without any of /proc. */
int host_health_read(const char *root_dir, const struct host_health_caller *caller,
		     struct host_health *ret_health, struct err *err)
	__attribute__((warn_unused_result));

#endif
