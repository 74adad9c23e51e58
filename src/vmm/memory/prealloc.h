/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preallocation: making guest memory present before the guest runs, by several threads that run
 * near the memory.
 *
 * Threads: called by the main thread; returns when all its threads have ended.
 */
#ifndef TERRACE_VMM_MEMORY_PREALLOC_H
#define TERRACE_VMM_MEMORY_PREALLOC_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/idset.h"

/* No range is populated by more threads: one memory controller is busy with fewer. */
#define PREALLOC_THREADS_MAX  16u
/* A thread pays when it has this much to do ... */
#define PREALLOC_THREAD_BYTES (UINT64_C(64) << 20)
/*
 * ... and takes this much at a time: progress for the error text, and short times under mmap's
 * lock.
 */
#define PREALLOC_CHUNK_BYTES  (UINT64_C(64) << 20)

struct prealloc_range {
	const char *subject; /* for errors: the -object */
	void *host;
	uint64_t size_bytes;
	uint64_t page_bytes;
	unsigned int threads_max; /* prealloc-threads; at least 1 */
	/*
	 * Where the memory must come from: the nodes of policy bind, else empty. Tells what is
	 * checked before anything is touched, and is named in errors.
	 */
	struct idset nodes;
	/* Where the threads run; empty: anywhere. */
	struct idset cpus;
	/* Is it an error when the threads may not run there (a thread context asked for it)? */
	bool cpus_required;
	/* Set by another thread: give up soon, with -ECANCELED. NULL: nobody does. */
	const atomic_bool *cancel;
	/* Counts bytes that are present, for others to read. NULL: nobody does. */
	atomic_uint_fast64_t *done_bytes;
};

/*
 * min(CPUs that may run them, 16, threads_max, pages, size / 64 MiB, at least 1): QEMU's rule.
 * n_cpus: CPUs on which this process may run.
 */
unsigned int prealloc_threads(const struct prealloc_range *range, unsigned int n_cpus);

/*
 * Populates all ranges at the same time. Before that, the free memory of the nodes (or free huge
 * pages) is compared with what is wanted, because a bound touch without memory makes the kernel's
 * OOM killer end some process instead of failing: -ENOMEM with both amounts. Free memory, clean
 * page cache and free swap count as available, less the kernel's watermarks and some for page
 * tables. root_fd: see host/sysfs.h.
 *
 * A failure further on is "preallocating 4096 MiB on node 1 failed after 1024 MiB: <errno text>";
 * what is populated by then stays. Never a SIGBUS. -EOPNOTSUPP before Linux 5.14 (no
 * MADV_POPULATE_WRITE). -EINTR when SIGINT, SIGTERM or SIGHUP is blocked and pending: populating a large
 * guest takes minutes, and who asks for its end should not wait for them.
 */
int memory_prealloc(const struct prealloc_range *ranges, size_t n_ranges, int root_fd,
		    struct err *err) __attribute__((warn_unused_result));

#endif
