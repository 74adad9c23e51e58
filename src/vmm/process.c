/* SPDX-License-Identifier: Apache-2.0 */
/* -daemonize and -pidfile: see process.h. */
#include "vmm/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"

int process_hold_standard_fds(struct err *err)
{
	/* The wrong way round on purpose: a closed descriptor stays one that does not work. */
	static const int access[] = { O_WRONLY, O_RDONLY, O_RDONLY };

	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		if (open("/dev/null", access[fd]) != fd)
			return err_set_errno(err, ERR_HOST, -errno, NULL, "/dev/null");
	}
	return 0;
}

/* Waits for the byte that says "ready", or for the child's end. Does not return. */
static void wait_for_child(pid_t child, int fd)
{
	int status;
	ssize_t n;
	char byte;

	do {
		n = read(fd, &byte, 1);
	} while (n < 0 && errno == EINTR);
	if (n == 1)
		_exit(EXIT_SUCCESS);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	_exit(WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : EXIT_FAILURE);
}

int process_daemonize(int *ret_ready_fd, struct err *err)
{
	int fds[2];
	pid_t child;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return err_set_errno(err, ERR_HOST, -errno, "-daemonize", "pipe");
	child = fork();
	if (child < 0) {
		int ret = -errno;

		close(fds[0]);
		close(fds[1]);
		return err_set_errno(err, ERR_HOST, ret, "-daemonize", "fork");
	}
	if (child > 0) {
		close(fds[1]);
		wait_for_child(child, fds[0]);
	}
	close(fds[0]);
	setsid();
	umask(027);
	*ret_ready_fd = fds[1];
	return 0;
}

int process_ready(int ready_fd, struct err *err)
{
	autoclose int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	autoclose int fd = ready_fd;

	if (null_fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, "-daemonize", "/dev/null");
	if (chdir("/") < 0)
		return err_set_errno(err, ERR_HOST, -errno, "-daemonize", "/");
	for (int standard = 0; standard <= 2; standard++)
		if (dup2(null_fd, standard) < 0)
			return err_set_errno(err, ERR_HOST, -errno, "-daemonize", "dup2");
	if (write(fd, "", 1) != 1)
		return err_set_errno(err, ERR_HOST, -errno, "-daemonize",
				     "the waiting process is gone");
	return 0;
}

/* Is fd still the file that path names? Another process may have removed it before we locked it. */
static bool is_same_file(int fd, const char *path)
{
	struct stat by_fd, by_path;

	return !fstat(fd, &by_fd) && !stat(path, &by_path) && by_fd.st_dev == by_path.st_dev &&
	       by_fd.st_ino == by_path.st_ino;
}

static int open_locked(const char *path, int *ret_fd, struct err *err)
{
	for (;;) {
		struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
		autoclose int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

		if (fd < 0)
			return err_set_errno(err, ERR_HOST, -errno, "-pidfile",
					     "cannot create PID file: cannot open '%s'", path);
		if (fcntl(fd, F_SETLK, &lock) < 0)
			return err_set(err, ERR_HOST, -EBUSY, "-pidfile",
				       "cannot create PID file: cannot lock '%s': another process "
				       "uses it",
				       path);
		if (is_same_file(fd, path)) {
			*ret_fd = TAKE_FD(fd);
			return 0;
		}
	}
}

int pidfile_open(const char *path, struct pidfile *ret_file, struct err *err)
{
	autoclose int fd = -1;
	autofree char *absolute = NULL;
	char text[32];
	int len, ret = open_locked(path, &fd, err);

	if (ret < 0)
		return ret;
	/* -daemonize changes to /, so the name must not depend on where we are. */
	absolute = realpath(path, NULL);
	len = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (!absolute || ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) != len) {
		ret = errno ? -errno : -EIO;
		unlink(path);
		return err_set_errno(err, ERR_HOST, ret, "-pidfile",
				     "cannot create PID file: cannot write '%s'", path);
	}
	ret_file->path = TAKE_PTR(absolute);
	ret_file->fd = TAKE_FD(fd);
	return 0;
}

void pidfile_close(struct pidfile *file)
{
	if (!file->path)
		return;
	unlink(file->path);
	close(file->fd);
	free(file->path);
	*file = PIDFILE_INIT;
}
