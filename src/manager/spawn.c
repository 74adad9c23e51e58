/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting the VMM's process.
 *
 * Order: the child waits on a pipe before it execs, and the parent puts it into its cgroup and on
 * its CPUs meanwhile, so that not one page of the VMM comes from a wrong node. The kernel kills it
 * when we die (PR_SET_PDEATHSIG survives exec); whether we died before it asked for that, it looks
 * afterwards. Between fork and exec only calls that are safe there.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "manager/supervisor_parts.h"

struct pipes {
	int go[2];   /* one byte: exec now */
	int fail[2]; /* errno of exec; end of file: it worked */
};

static void close_pipes(struct pipes *pipes)
{
	for (int i = 0; i < 2; i++) {
		cleanup_close(&pipes->go[i]);
		cleanup_close(&pipes->fail[i]);
	}
}

static void set_memlock(uint64_t bytes)
{
	rlim_t wanted = bytes == UINT64_MAX ? RLIM_INFINITY : (rlim_t)bytes;
	struct rlimit limit = { wanted, wanted };

	/* Refused: then the VMM says how much it lacks, if it does. */
	if (bytes)
		setrlimit(RLIMIT_MEMLOCK, &limit);
}

static void __attribute__((noreturn))
run_child(const struct spawn_request *request, struct pipes *pipes, pid_t parent, int log_fd)
{
	sigset_t none;
	int code, null_fd;
	char go;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* A terminal's Ctrl-C is for us, who end it in order. */
	setsid();
	close(pipes->go[1]);
	if (read(pipes->go[0], &go, 1) != 1)
		_exit(1);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	set_memlock(request->memlock_bytes);
	null_fd = open("/dev/null", O_RDONLY);
	if (dup2(null_fd, 0) >= 0 && dup2(log_fd, 1) >= 0 && dup2(log_fd, 2) >= 0) {
		close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
		execv(request->argv[0], request->argv);
	}
	code = errno;
	(void)!write(pipes->fail[1], &code, sizeof(code));
	_exit(127);
}

static int let_go(struct pipes *pipes, const char *program, struct err *err)
{
	int code = 0;
	ssize_t n;

	cleanup_close(&pipes->fail[1]);
	pipes->fail[1] = -1;
	if (write(pipes->go[1], "", 1) != 1)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot start %s", program);
	while ((n = read(pipes->fail[0], &code, sizeof(code))) < 0 && errno == EINTR)
		;
	if (n == sizeof(code))
		return err_set_errno(err, ERR_HOST, -code, NULL, "cannot execute %s", program);
	return 0;
}

int spawn_vmm(const struct spawn_request *request, pid_t *ret_pid, int *ret_pidfd, struct err *err)
{
	struct pipes pipes = { { -1, -1 }, { -1, -1 } };
	autoclose int log_fd = open(request->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
				    0600),
		      pidfd = -1;
	pid_t parent = getpid(), pid;
	int ret;

	if (log_fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot write %s",
				     request->log_path);
	if (pipe2(pipes.go, O_CLOEXEC) < 0 || pipe2(pipes.fail, O_CLOEXEC) < 0) {
		ret = err_set_errno(err, ERR_HOST, -errno, NULL, "pipe");
		close_pipes(&pipes);
		return ret;
	}
	pid = fork();
	if (pid == 0)
		run_child(request, &pipes, parent, log_fd);
	ret = pid < 0 ? err_set_errno(err, ERR_HOST, -errno, NULL, "cannot start a process") : 0;
	if (ret == 0) {
		pidfd = pidfd_open(pid, 0);
		if (pidfd < 0)
			ret = err_set_errno(err, ERR_HOST, -errno, NULL, "pidfd_open");
	}
	if (ret == 0)
		ret = request->enter(request->context, pid, err);
	if (ret == 0)
		ret = let_go(&pipes, request->argv[0], err);
	close_pipes(&pipes);
	if (ret < 0 && pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	if (ret < 0)
		return ret;
	*ret_pid = pid;
	*ret_pidfd = TAKE_FD(pidfd);
	return 0;
}

const char *spawn_last_line(const char *log_path, off_t begin, char *buf, size_t buf_size)
{
	autoclose int fd = open(log_path, O_RDONLY | O_CLOEXEC);
	char text[4096], *line;
	struct stat st;
	ssize_t n;

	buf[0] = '\0';
	if (fd < 0 || fstat(fd, &st) < 0)
		return buf;
	if (st.st_size - begin > (off_t)sizeof(text) - 1)
		begin = st.st_size - ((off_t)sizeof(text) - 1);
	n = pread(fd, text, sizeof(text) - 1, begin);
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	if (n <= 0)
		return buf;
	text[n] = '\0';
	line = strrchr(text, '\n');
	snprintf(buf, buf_size, "%s", line ? line + 1 : text);
	return buf;
}
