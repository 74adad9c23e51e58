/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preallocation: see prealloc.h.
 *
 * Theory of operation
 *
 * Model: each range is a job with a counter `next`. Its threads take the next chunk until none is
 * left or one has failed. All jobs' threads run at the same time; the caller waits for all.
 * One job with one thread and no wish where to run is done by the caller itself.
 *
 * Threads and locks: `next`, `done` and `code` are atomic; `err` and `is_setup` are written only by
 * the thread that changes `code` from 0, and read after all threads ended. The gate is held by the
 * caller while it creates threads: a new thread's stack needs the mmap lock for writing, which a
 * populating thread would hold up.
 *
 * Failure: a thread that cannot be created is an error only when the job has none. A thread that
 * may not run on the job's CPUs runs anywhere, unless they were asked for.
 */
#include "vmm/memory/prealloc.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "host/affinity.h"
#include "host/facts.h"
#include "host/populate.h"
#include "host/sysfs.h"

#define BASE_PAGE_BYTES UINT64_C(4096)

struct job {
	const struct prealloc_range *range;
	pthread_mutex_t *gate;
	uint64_t chunk_bytes;
	atomic_uint_fast64_t next; /* offset of the next chunk */
	atomic_uint_fast64_t done; /* bytes populated */
	atomic_int code;	   /* first failure, or 0 */
	struct err err;		   /* of the thread that set code */
	bool is_setup;		   /* err is about a thread, not about memory */
	pthread_t threads[PREALLOC_THREADS_MAX];
	unsigned int n_threads;
};

unsigned int prealloc_threads(const struct prealloc_range *range, unsigned int n_cpus)
{
	uint64_t n = MIN(n_cpus, PREALLOC_THREADS_MAX);

	if (!idset_is_empty(&range->cpus))
		n = MIN(n, idset_count(&range->cpus));
	n = MIN(n, range->threads_max);
	n = MIN(n, range->size_bytes / range->page_bytes);
	n = MIN(n, range->size_bytes / PREALLOC_THREAD_BYTES);
	return (unsigned int)MAX(n, 1);
}

/* ---- is there enough? ----------------------------------------------------------------------- */

/* " on node 1", " on nodes 0-1" or "". */
static const char *where_text(const struct idset *nodes, char *buf, size_t buf_size)
{
	char list[96];

	buf[0] = '\0';
	if (idset_is_empty(nodes))
		return buf;
	idset_format(nodes, list, sizeof(list));
	snprintf(buf, buf_size, " on node%s %s", idset_count(nodes) == 1 ? "" : "s", list);
	return buf;
}

/* Bytes that all ranges together must find on nodes: those of ranges that may go nowhere else. */
static uint64_t wanted_bytes(const struct prealloc_range *ranges, size_t n_ranges,
			     const struct idset *nodes, uint64_t page_bytes)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n_ranges; i++)
		if (ranges[i].page_bytes == page_bytes && !idset_is_empty(&ranges[i].nodes) &&
		    idset_is_subset(&ranges[i].nodes, nodes))
			sum += ranges[i].size_bytes;
	return sum;
}

/* Swap makes room on every node; a machine without swap has none. */
static uint64_t free_swap_bytes(int root_fd)
{
	char text[8192];
	uint64_t bytes = 0;

	if (host_sysfs_read(root_fd, "proc/meminfo", text, sizeof(text), NULL) >= 0)
		host_meminfo_find(text, "SwapFree", &bytes);
	return bytes;
}

/*
 * What comes with base pages: 8 bytes of page table for each, the host's and KVM's, and the pages
 * that the CPUs keep in their private lists (measured: some 16 MiB short ends in the OOM killer).
 */
static uint64_t overhead_bytes(uint64_t wanted)
{
	return wanted / 256 + 8 * MIB;
}

static int check_range(const struct prealloc_range *ranges, size_t n_ranges, size_t i, int root_fd,
		       struct err *err)
{
	const struct prealloc_range *range = &ranges[i];
	uint64_t huge_bytes = range->page_bytes == BASE_PAGE_BYTES ? 0 : range->page_bytes;
	uint64_t wanted, possible;
	char where[128];
	int ret;

	/* Without a binding the memory may come from anywhere, and no node is at fault. */
	if (idset_is_empty(&range->nodes))
		return 0;
	ret = host_nodes_available(root_fd, &range->nodes, huge_bytes, &possible, err);
	if (ret < 0)
		return ret;
	if (!huge_bytes)
		possible += free_swap_bytes(root_fd);
	wanted = wanted_bytes(ranges, n_ranges, &range->nodes, range->page_bytes);
	if (!huge_bytes)
		possible -= MIN(possible, overhead_bytes(wanted));
	if (wanted <= possible)
		return 0;
	return err_set(err, ERR_HOST, -ENOMEM, range->subject,
		       "preallocating %" PRIu64 " MiB%s failed: %" PRIu64
		       " MiB are wanted there in all, %" PRIu64 " MiB of %s are available",
		       range->size_bytes / MIB, where_text(&range->nodes, where, sizeof(where)),
		       wanted / MIB, possible / MIB, huge_bytes ? "huge pages" : "memory");
}

/* ---- doing it ------------------------------------------------------------------------------- */

static void fail_populate(struct job *job, const struct err *err)
{
	int none = 0;

	if (atomic_compare_exchange_strong(&job->code, &none, err->code))
		job->err = *err;
}

static void fail_setup(struct job *job, const struct err *err)
{
	int none = 0;

	if (!atomic_compare_exchange_strong(&job->code, &none, err->code))
		return;
	job->err = *err;
	job->is_setup = true;
}

/* See prealloc.h: the caller blocks the signals that are to end this. */
static bool is_interrupted(void)
{
	sigset_t pending;

	return !sigpending(&pending) &&
	       (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
		sigismember(&pending, SIGHUP) == 1);
}

static void add_done(struct job *job, uint64_t bytes)
{
	atomic_fetch_add(&job->done, bytes);
	if (job->range->done_bytes)
		atomic_fetch_add(job->range->done_bytes, bytes);
}

static void populate_chunks(struct job *job)
{
	const struct prealloc_range *range = job->range;

	while (!atomic_load(&job->code)) {
		uint64_t at = atomic_fetch_add(&job->next, job->chunk_bytes);
		struct err err = ERR_INIT;
		uint64_t part;

		if (at >= range->size_bytes)
			return;
		part = MIN(job->chunk_bytes, range->size_bytes - at);
		if (range->cancel && atomic_load(range->cancel)) {
			err_set(&err, ERR_HOST, -ECANCELED, NULL, "cancelled");
			fail_populate(job, &err);
			return;
		}
		if (is_interrupted()) {
			err_set(&err, ERR_HOST, -EINTR, NULL, "a signal came");
			fail_populate(job, &err);
			return;
		}
		if (host_populate((char *)range->host + at, part, &err) < 0)
			fail_populate(job, &err);
		else
			add_done(job, part);
	}
}

static void *worker(void *opaque)
{
	struct job *job = opaque;
	struct err err = ERR_INIT;

	pthread_mutex_lock(job->gate);
	pthread_mutex_unlock(job->gate);
	if (!idset_is_empty(&job->range->cpus) &&
	    host_affinity_set(0, &job->range->cpus, &err) < 0 && job->range->cpus_required)
		fail_setup(job, &err);
	populate_chunks(job);
	return NULL;
}

static void start_job(struct job *job, unsigned int n_cpus)
{
	unsigned int n = prealloc_threads(job->range, n_cpus);
	struct err err = ERR_INIT;
	int ret = 0;

	while (job->n_threads < n && !ret) {
		ret = pthread_create(&job->threads[job->n_threads], NULL, worker, job);
		if (!ret)
			job->n_threads++;
	}
	if (job->n_threads)
		return;
	err_set_errno(&err, ERR_HOST, -ret, NULL, "cannot create a thread");
	fail_setup(job, &err);
}

/* What went wrong, with the amounts; -EFAULT is the kernel's word for "no page behind it". */
static int job_error(const struct job *job, struct err *err)
{
	const struct prealloc_range *range = job->range;
	uint64_t done = atomic_load(&job->done);
	int code = atomic_load(&job->code);
	char where[128];

	if (code == -EOPNOTSUPP || job->is_setup) {
		if (err) {
			*err = job->err;
			snprintf(err->subject, sizeof(err->subject), "%s", range->subject);
		}
		return code;
	}
	where_text(&range->nodes, where, sizeof(where));
	if (code == -EFAULT && range->page_bytes > BASE_PAGE_BYTES)
		return err_set(err, ERR_HOST, -ENOMEM, range->subject,
			       "preallocating %" PRIu64 " MiB%s failed after %" PRIu64
			       " MiB: no free huge page of %" PRIu64 " KiB",
			       range->size_bytes / MIB, where, done / MIB, range->page_bytes / KIB);
	return err_set_errno(err, ERR_HOST, code, range->subject,
			     "preallocating %" PRIu64 " MiB%s failed after %" PRIu64 " MiB",
			     range->size_bytes / MIB, where, done / MIB);
}

static unsigned int usable_cpus(void)
{
	struct idset cpus;

	return host_affinity_get(0, &cpus, NULL) < 0 ? 1 : idset_count(&cpus);
}

static void run_jobs(struct job *jobs, size_t n_jobs)
{
	pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	unsigned int n_cpus = usable_cpus();

	if (n_jobs == 1 && idset_is_empty(&jobs->range->cpus) &&
	    prealloc_threads(jobs->range, n_cpus) == 1) {
		populate_chunks(jobs);
		return;
	}
	pthread_mutex_lock(&gate);
	for (size_t i = 0; i < n_jobs; i++) {
		jobs[i].gate = &gate;
		start_job(&jobs[i], n_cpus);
	}
	pthread_mutex_unlock(&gate);
	for (size_t i = 0; i < n_jobs; i++)
		for (unsigned int t = 0; t < jobs[i].n_threads; t++)
			pthread_join(jobs[i].threads[t], NULL);
	pthread_mutex_destroy(&gate);
}

int memory_prealloc(const struct prealloc_range *ranges, size_t n_ranges, int root_fd,
		    struct err *err)
{
	autofree struct job *jobs = NULL;

	if (!n_ranges)
		return 0;
	for (size_t i = 0; i < n_ranges; i++) {
		int ret = check_range(ranges, n_ranges, i, root_fd, err);

		if (ret < 0)
			return ret;
	}
	jobs = calloc(n_ranges, sizeof(*jobs));
	if (!jobs)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "preallocation");
	for (size_t i = 0; i < n_ranges; i++) {
		jobs[i].range = &ranges[i];
		jobs[i].chunk_bytes = MAX(PREALLOC_CHUNK_BYTES, ranges[i].page_bytes);
	}
	run_jobs(jobs, n_ranges);
	for (size_t i = 0; i < n_ranges; i++)
		if (atomic_load(&jobs[i].code))
			return job_error(&jobs[i], err);
	return 0;
}
