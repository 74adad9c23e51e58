/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threads of a process as the kernel shows them: /proc/PID/task (proc(5)).
 *
 * Threads: any; no shared state. Threads that end while they are looked at are left out.
 */
#ifndef TERRACE_HOST_THREADS_H
#define TERRACE_HOST_THREADS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct host_thread {
	pid_t tid;
	char name[64];		     /* "CPU 0/KVM" */
	char state;		     /* R, S, D, T, Z, ... */
	unsigned int cpu;	     /* on which it ran last */
	uint64_t user_ns, system_ns; /* time spent, in steps of the kernel's clock tick (10 ms) */
};

struct host_threads {
	struct host_thread *threads; /* by tid; the leader has the process's number */
	size_t n;
};
void host_threads_fini(struct host_threads *threads);
#define AUTO_HOST_THREADS(name) \
	__attribute__((cleanup(host_threads_fini))) struct host_threads name = { 0 }

/* root_fd: as in host/sysfs.h. -ESRCH: no such process. */
int host_threads_read(int root_fd, pid_t pid, struct host_threads *ret_threads, struct err *err)
	__attribute__((warn_unused_result));

/* One of them. -ESRCH: it is gone. */
int host_thread_read(int root_fd, pid_t pid, pid_t tid, struct host_thread *ret_thread,
		     struct err *err) __attribute__((warn_unused_result));

#endif
