/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process that is known by its pid and its start time, so that a pid that was given to another
 * process in the meantime is never taken for it; times of its threads.
 *
 * Threads: any; no shared state.
 */
#ifndef TERRACE_MANAGER_PROCESS_H
#define TERRACE_MANAGER_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct process {
	pid_t pid;	      /* 0: none */
	uint64_t start_ticks; /* proc(5), field 22 of stat */
};

/* What /proc/PID[/task/TID]/stat says; tid 0: the process. -ESRCH. */
struct process_stat {
	char state; /* 'R', 'S', 'Z', ... */
	uint64_t cpu_time_ns;
	uint64_t start_ticks;
	unsigned int cpu; /* last on */
};
int process_stat(pid_t pid, pid_t tid, struct process_stat *ret_stat);

/* -ESRCH when there is no such process (any more). */
int process_identify(pid_t pid, struct process *ret_process);

/* Is it there and no zombie? */
bool process_is_alive(const struct process *process);

/* SIGKILL, if it is still that process, and waits until it is gone; gone already: 0. -ETIMEDOUT. */
int process_kill(const struct process *process, int timeout_ms, struct err *err)
	__attribute__((warn_unused_result));

/* CLOCK_MONOTONIC in ms, for deadlines. */
int64_t process_now_ms(void);

#endif
