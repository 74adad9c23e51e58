/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Populating backends while the machine stands: in the background, by a thread of each backend's own
 * that waits between being made and being told to run.
 *
 * Why the wait: memory without a policy comes from the nodes that the touching thread's cgroup allows.
 * Whoever manages the machine moves the thread into a group first. Threads that it makes to help
 * inherit that group.
 *
 * Threads: all functions by the main thread; none of them waits for memory, but populate_jobs_free(),
 * which waits until the chunks under way are done.
 */
#ifndef TERRACE_VMM_MEMORY_POPULATE_JOBS_H
#define TERRACE_VMM_MEMORY_POPULATE_JOBS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "vmm/memory/backend.h"

struct populate_jobs;

/* root_fd: see host/sysfs.h; borrowed. NULL: no memory. */
struct populate_jobs *populate_jobs_new(int root_fd);
/* Cancels what is under way. Before the backends are closed. */
void populate_jobs_free(struct populate_jobs *jobs);
CLEANUP_DEFINE(populate_jobs, populate_jobs_free)

/*
 * Makes the thread, named after the backend (borrowed). threads_max: with its helpers. -EBUSY when
 * there is one that has not concluded; one that has is forgotten.
 */
int populate_jobs_start(struct populate_jobs *jobs, const struct memory_backend *backend,
			unsigned int threads_max, pid_t *ret_tid, struct err *err)
	__attribute__((warn_unused_result));

/* -ENOENT when there is none for this id, -EBUSY when it runs already or has concluded. */
int populate_jobs_run(struct populate_jobs *jobs, const char *id, struct err *err)
	__attribute__((warn_unused_result));

enum populate_status { POPULATE_CREATED, POPULATE_RUNNING, POPULATE_CONCLUDED };
const char *populate_status_name(enum populate_status status);

struct populate_state {
	const char *id;
	pid_t tid;
	enum populate_status status;
	uint64_t done_bytes, size_bytes;
	struct err err; /* code 0: none */
};

/* In the order in which they were started. False: there are not so many. */
bool populate_jobs_query(struct populate_jobs *jobs, size_t index,
			 struct populate_state *ret_state);

#endif
