/* SPDX-License-Identifier: Apache-2.0 */
/* Asking a program a question: see emulator_run.h. */
#include "manager/emulator_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/strbuf.h"
#include "base/util.h"

#define TEXT_MAX  (1 * MIB)
#define ARGS_MAX  16
#define PAUSE_MS  2 /* between looks at a child that has closed its output */
#define MS_PER_S  1000
#define NS_PER_MS 1000000

int64_t emulator_run_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * MS_PER_S + now.tv_nsec / NS_PER_MS;
}

/* A group of its own, so that a wrapper's children can be ended too. Returns 0 or an errno. */
static int spawn(const char *path, char *const argv[], int output_fd, pid_t *ret_pid)
{
	static const char *const environment[] = { "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/",
						   "LC_ALL=C", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output_fd, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output_fd, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
						      POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setsigmask(&attributes, &none);
	error = posix_spawn(ret_pid, path, &actions, &attributes, argv, (char *const *)environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Until the end of its output. */
static int read_all(int fd, int64_t deadline_ms, struct strbuf *text)
{
	char block[16 * KIB];

	for (;;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		int64_t left_ms = deadline_ms - emulator_run_now_ms();
		ssize_t n;

		if (left_ms <= 0)
			return -ETIMEDOUT;
		if (poll(&ready, 1, (int)MIN(left_ms, (int64_t)INT32_MAX)) <= 0)
			continue;
		n = read(fd, block, sizeof(block));
		if (n == 0)
			return 0;
		if (n > 0)
			strbuf_add(text, block, (size_t)n);
		else if (errno != EINTR)
			return -errno;
		if (text->length > TEXT_MAX)
			return -EFBIG;
	}
}

/* Its wait status, or -ETIMEDOUT with the child still there. */
static int wait_until(pid_t pid, int64_t deadline_ms)
{
	static const struct timespec pause = { .tv_nsec = PAUSE_MS * NS_PER_MS };
	pid_t done;
	int status;

	while ((done = waitpid(pid, &status, WNOHANG)) == 0 || (done < 0 && errno == EINTR)) {
		if (emulator_run_now_ms() >= deadline_ms)
			return -ETIMEDOUT;
		nanosleep(&pause, NULL);
	}
	return done < 0 ? -errno : status;
}

static int fail(const char *path, int code, struct err *err)
{
	if (code == -ETIMEDOUT)
		return err_set(err, ERR_HOST, code, path,
			       "did not answer in time; is it an emulator? see <emulator>");
	if (code == -EFBIG)
		return err_set(err, ERR_HOST, code, path,
			       "answers more than 1 MiB; is it an emulator? see <emulator>");
	return err_set_errno(err, ERR_HOST, code, path, "cannot run the emulator");
}

int emulator_run_start(const char *path, const char *const args[], struct emulator_run *ret_run,
		       struct err *err)
{
	const char *argv[ARGS_MAX + 2] = { path };
	autoclose int read_fd = -1, write_fd = -1;
	int fds[2], error;
	pid_t pid;

	for (size_t i = 0; args[i] && i < ARGS_MAX; i++)
		argv[i + 1] = args[i];
	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail(path, -errno, err);
	read_fd = fds[0];
	write_fd = fds[1];
	error = spawn(path, (char *const *)argv, write_fd, &pid);
	if (error)
		return fail(path, -error, err);
	*ret_run = (struct emulator_run){ pid, TAKE_FD(read_fd) };
	return 0;
}

void emulator_run_cancel(struct emulator_run *run)
{
	close(run->fd);
	kill(-run->pid, SIGKILL);
	while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int emulator_run_finish(struct emulator_run *run, const char *path, int64_t deadline_ms,
			char **ret_text, struct err *err)
{
	AUTO_STRBUF text = STRBUF_INIT;
	int error = read_all(run->fd, deadline_ms, &text);
	int status = error ? error : wait_until(run->pid, deadline_ms);
	char *taken;

	if (status < 0) {
		emulator_run_cancel(run);
		return fail(path, status, err);
	}
	close(run->fd);
	if (WIFSIGNALED(status))
		return err_set(err, ERR_HOST, -EINVAL, path, "died of signal %d when it was asked",
			       WTERMSIG(status));
	taken = strbuf_take(&text);
	if (!taken)
		return err_set(err, ERR_HOST, -ENOMEM, path, "out of memory");
	*ret_text = taken;
	return 0;
}
