/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Populating backends in the background: see populate_jobs.h.
 *
 * Theory of operation
 *
 * Model: a list of jobs, one thread each. A thread tells its id, waits for `go`, populates by
 * memory_prealloc() (which makes helpers and checks the free memory of the nodes that the thread may
 * use by then), and concludes.
 *
 * Locks: `lock` protects the members from `tid` to `err` of a job, and is held for moments; `done_bytes`
 * and `cancel` are atomic. The list itself is the main thread's.
 *
 * Failure: of populating stands in the job; what is present stays.
 */
#include "vmm/memory/populate_jobs.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "host/mempolicy.h"
#include "plan/plan.h"
#include "vmm/memory/prealloc.h"

struct job {
	struct job *next;
	const struct memory_backend *backend;
	unsigned int threads_max;
	int root_fd;
	pthread_t thread;
	atomic_bool cancel;
	atomic_uint_fast64_t done_bytes;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	pid_t tid; /* 0: not yet known */
	bool go;
	enum populate_status status;
	struct err err;
};

struct populate_jobs {
	int root_fd;
	struct job *first;
};

const char *populate_status_name(enum populate_status status)
{
	static const char *const names[] = {
		[POPULATE_CREATED] = "created",
		[POPULATE_RUNNING] = "running",
		[POPULATE_CONCLUDED] = "concluded",
	};

	return names[status];
}

struct populate_jobs *populate_jobs_new(int root_fd)
{
	struct populate_jobs *jobs = calloc(1, sizeof(*jobs));

	if (jobs)
		jobs->root_fd = root_fd;
	return jobs;
}

/* ---- the thread ---------------------------------------------------------------------------------- */

static int populate(struct job *job, struct err *err)
{
	char subject[ERR_SUBJECT_MAX];
	struct prealloc_range range = {
		.subject = plan_backend_subject(job->backend->spec, subject, sizeof(subject)),
		.host = job->backend->host,
		.size_bytes = job->backend->size_bytes,
		.page_bytes = job->backend->page_bytes,
		.threads_max = job->threads_max,
		.cancel = &job->cancel,
		.done_bytes = &job->done_bytes,
	};

	/* The nodes of the group that we are in by now. A kernel without NUMA: anywhere. */
	if (host_nodes_allowed(&range.nodes, NULL) < 0)
		range.nodes = IDSET_EMPTY;
	if (job->backend->spec->policy == SPEC_POLICY_BIND)
		range.nodes = job->backend->spec->host_nodes;
	return memory_prealloc(&range, 1, job->root_fd, err);
}

static void set_name(const struct job *job)
{
	char name[16]; /* prctl(2), PR_SET_NAME */

	snprintf(name, sizeof(name), "%s", job->backend->spec->id);
	pthread_setname_np(pthread_self(), name);
}

static void *run(void *opaque)
{
	struct job *job = opaque;
	struct err err = ERR_INIT;

	set_name(job);
	pthread_mutex_lock(&job->lock);
	job->tid = (pid_t)syscall(SYS_gettid);
	pthread_cond_signal(&job->changed);
	while (!job->go && !atomic_load(&job->cancel))
		pthread_cond_wait(&job->changed, &job->lock);
	pthread_mutex_unlock(&job->lock);

	if (!atomic_load(&job->cancel))
		populate(job, &err);

	pthread_mutex_lock(&job->lock);
	job->status = POPULATE_CONCLUDED;
	job->err = err;
	pthread_mutex_unlock(&job->lock);
	return NULL;
}

/* ---- the list ------------------------------------------------------------------------------------ */

static struct job **find(struct populate_jobs *jobs, const char *id)
{
	struct job **slot = &jobs->first;

	while (*slot && strcmp((*slot)->backend->spec->id, id) != 0)
		slot = &(*slot)->next;
	return slot;
}

static enum populate_status status_of(struct job *job)
{
	enum populate_status status;

	pthread_mutex_lock(&job->lock);
	status = job->status;
	pthread_mutex_unlock(&job->lock);
	return status;
}

/* Cancelled or concluded. */
static void forget(struct job **slot)
{
	struct job *job = *slot;

	*slot = job->next;
	pthread_join(job->thread, NULL);
	pthread_mutex_destroy(&job->lock);
	pthread_cond_destroy(&job->changed);
	free(job);
}

void populate_jobs_free(struct populate_jobs *jobs)
{
	if (!jobs)
		return;
	for (struct job *job = jobs->first; job; job = job->next) {
		pthread_mutex_lock(&job->lock);
		atomic_store(&job->cancel, true);
		pthread_cond_signal(&job->changed);
		pthread_mutex_unlock(&job->lock);
	}
	while (jobs->first)
		forget(&jobs->first);
	free(jobs);
}

/* Signals are the main thread's. */
static int create_thread(struct job *job)
{
	sigset_t all, before;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ret = pthread_create(&job->thread, NULL, run, job);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -ret;
}

int populate_jobs_start(struct populate_jobs *jobs, const struct memory_backend *backend,
			unsigned int threads_max, pid_t *ret_tid, struct err *err)
{
	struct job **slot = find(jobs, backend->spec->id), *job;
	int ret;

	if (*slot && status_of(*slot) != POPULATE_CONCLUDED)
		return err_set(err, ERR_BUSY, -EBUSY, "id", "'%s' is being populated already",
			       backend->spec->id);
	if (backend->readonly)
		return err_set(err, ERR_USER, -EROFS, "id", "'%s' is read only", backend->spec->id);
	if (*slot)
		forget(slot);
	job = calloc(1, sizeof(*job));
	if (!job)
		return err_set_errno(err, ERR_HOST, -ENOMEM, "id", "'%s'", backend->spec->id);
	job->backend = backend;
	job->threads_max = MAX(threads_max, 1u);
	job->root_fd = jobs->root_fd;
	pthread_mutex_init(&job->lock, NULL);
	pthread_cond_init(&job->changed, NULL);
	ret = create_thread(job);
	if (ret < 0) {
		free(job);
		return err_set_errno(err, ERR_HOST, ret, NULL, "cannot create a thread");
	}
	*find(jobs, backend->spec->id) = job; /* the end of the list */
	pthread_mutex_lock(&job->lock);
	while (!job->tid)
		pthread_cond_wait(&job->changed, &job->lock);
	*ret_tid = job->tid;
	pthread_mutex_unlock(&job->lock);
	return 0;
}

int populate_jobs_run(struct populate_jobs *jobs, const char *id, struct err *err)
{
	struct job *job = *find(jobs, id);
	bool is_new;

	if (!job)
		return err_set(err, ERR_NOT_FOUND, -ENOENT, "id",
			       "'%s' has no thread that waits: memory-populate-start makes one",
			       id);
	pthread_mutex_lock(&job->lock);
	is_new = job->status == POPULATE_CREATED;
	if (is_new) {
		job->go = true;
		job->status = POPULATE_RUNNING;
		pthread_cond_signal(&job->changed);
	}
	pthread_mutex_unlock(&job->lock);
	if (is_new)
		return 0;
	return err_set(err, ERR_BUSY, -EBUSY, "id", "'%s' was told to run before", id);
}

bool populate_jobs_query(struct populate_jobs *jobs, size_t index, struct populate_state *ret_state)
{
	struct job *job = jobs->first;

	for (; job && index; index--)
		job = job->next;
	if (!job)
		return false;
	pthread_mutex_lock(&job->lock);
	*ret_state = (struct populate_state){
		.id = job->backend->spec->id,
		.tid = job->tid,
		.status = job->status,
		.done_bytes = atomic_load(&job->done_bytes),
		.size_bytes = job->backend->size_bytes,
		.err = job->err,
	};
	pthread_mutex_unlock(&job->lock);
	return true;
}
