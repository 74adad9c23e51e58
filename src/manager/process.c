/* SPDX-License-Identifier: Apache-2.0 */
/* Processes by pid and start time: see process.h. */
#include "manager/process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

int process_stat(pid_t pid, pid_t tid, struct process_stat *ret_stat)
{
	unsigned long long user, system, start;
	char path[64], text[1024], state;
	unsigned int cpu = 0;
	const char *after;
	long tick = sysconf(_SC_CLK_TCK);
	ssize_t n;

	if (tid)
		snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", (int)pid, (int)tid);
	else
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -ESRCH;
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return -ESRCH;
	text[n] = '\0';
	/* The name may contain anything, ") " included: the last one ends it. */
	after = strrchr(text, ')');
	if (!after ||
	    sscanf(after,
		   ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu %*d %*d %*d %*d %*d %*d "
		   "%llu %*u %*d %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*d %u",
		   &state, &user, &system, &start, &cpu) < 4)
		return -ESRCH;
	*ret_stat = (struct process_stat){
		.state = state,
		.cpu_time_ns = (user + system) * (UINT64_C(1000000000) / (uint64_t)tick),
		.start_ticks = start,
		.cpu = cpu,
	};
	return 0;
}

int process_identify(pid_t pid, struct process *ret_process)
{
	struct process_stat stat;
	int ret = process_stat(pid, 0, &stat);

	if (ret < 0)
		return ret;
	*ret_process = (struct process){ .pid = pid, .start_ticks = stat.start_ticks };
	return 0;
}

bool process_is_alive(const struct process *process)
{
	struct process_stat stat;

	return process->pid > 0 && process_stat(process->pid, 0, &stat) == 0 &&
	       stat.start_ticks == process->start_ticks && stat.state != 'Z' && stat.state != 'X';
}

int process_kill(const struct process *process, int timeout_ms, struct err *err)
{
	struct pollfd wait = { .events = POLLIN };
	autoclose int fd = -1;

	if (process->pid <= 0)
		return 0;
	/* First the descriptor, then the check: what it refers to cannot change any more. */
	fd = pidfd_open(process->pid, 0);
	if (fd < 0 || !process_is_alive(process))
		return 0;
	if (pidfd_send_signal(fd, SIGKILL, NULL, 0) < 0 && errno != ESRCH)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot kill process %d",
				     (int)process->pid);
	wait.fd = fd;
	while (poll(&wait, 1, timeout_ms) < 0)
		if (errno != EINTR)
			return err_set_errno(err, ERR_HOST, -errno, NULL, "poll");
	if (!wait.revents)
		return err_set(err, ERR_HOST, -ETIMEDOUT, NULL,
			       "process %d does not end after SIGKILL", (int)process->pid);
	return 0;
}

int64_t process_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
