/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A delegated scope from systemd, through busctl(1): see cgroup_internal.h.
 *
 * On a host with systemd all groups are systemd's, but for what is below a unit with Delegate=yes
 * (https://systemd.io/CGROUP_DELEGATION). A scope cannot be made without a process: the caller goes
 * into it and at once on to a leaf below, so that the scope can give controllers to the domain's
 * group. When the last process in the scope has ended, systemd removes it.
 *
 * Failure: systemd's own words, as busctl prints them. Nothing is left then: a job that fails makes no
 * scope.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "host/cgroup_internal.h"

#define SCOPE_TIMEOUT_MS 5000
#define BUS_NAME	 "org.freedesktop.systemd1"
#define BUS_MANAGER	 "org.freedesktop.systemd1.Manager"
#define BUS_PATH	 "/org/freedesktop/systemd1"

void cgroup_systemd_unit(const char *name, char *buf, size_t buf_size)
{
	size_t used = (size_t)snprintf(buf, buf_size, "machine-terrace\\x2d");

	for (const char *p = name; *p && used + 16 < buf_size; p++) {
		bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
			     (*p >= '0' && *p <= '9') || strchr(":_.", *p);

		used += (size_t)snprintf(buf + used, buf_size - used, plain ? "%c" : "\\x%02x",
					 (unsigned char)*p);
	}
	snprintf(buf + used, buf_size - used, ".scope");
}

bool cgroup_systemd_has_busctl(void)
{
	const char *path = getenv("PATH");
	char file[CGROUP_PATH_MAX];

	while (path && *path) {
		size_t length = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/busctl", (int)length, path);
		if (length && access(file, X_OK) == 0)
			return true;
		path += length + (path[length] == ':');
	}
	return false;
}

/* Runs it; its standard error is the message when it fails. */
static int run(const char *const argv[], struct err *err)
{
	extern char **environ;
	posix_spawn_file_actions_t actions;
	char text[256] = "";
	int pipe_fds[2], status = 0, ret;
	size_t used = 0;
	ssize_t got;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot run %s", argv[0]);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], 2);
	ret = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipe_fds[1]);
	while (!ret && used < sizeof(text) - 1 &&
	       (got = read(pipe_fds[0], text + used, sizeof(text) - 1 - used)) > 0)
		used += (size_t)got;
	close(pipe_fds[0]);
	if (ret)
		return err_set_errno(err, ERR_HOST, -ret, NULL, "cannot run %s", argv[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	return err_set(err, ERR_HOST, -EIO, NULL, "systemd makes no scope for the domain: %s",
		       *text ? text : "busctl failed");
}

/* The scope has us when our own group says so: jobs of systemd are done in the background. */
static int wait_until_inside(const char *unit, char own[CGROUP_PATH_MAX], struct err *err)
{
	const struct timespec delay = { .tv_nsec = 10 * 1000000L };

	for (int waited_ms = 0; waited_ms < SCOPE_TIMEOUT_MS; waited_ms += 10) {
		const char *last;

		if (cgroup_own_dir("", own) == 0 && (last = strrchr(own, '/')) &&
		    !strcmp(last + 1, unit))
			return 0;
		nanosleep(&delay, NULL);
	}
	return err_set(err, ERR_HOST, -ETIMEDOUT, NULL,
		       "systemd did not start the scope %s within %d s (see 'systemctl status')",
		       unit, SCOPE_TIMEOUT_MS / 1000);
}

int cgroup_systemd_scope_start(const char *name, char ret_dir[CGROUP_PATH_MAX], struct err *err)
{
	char unit[512], description[256], pid[16], leaf[CGROUP_PATH_MAX], own[CGROUP_PATH_MAX];
	/* Signature and values of StartTransientUnit(): name, mode, properties, no further units. */
	const char *const argv[] = { "busctl",
				     geteuid() == 0 ? "--system" : "--user",
				     "--quiet",
				     "call",
				     BUS_NAME,
				     BUS_PATH,
				     BUS_MANAGER,
				     "StartTransientUnit",
				     "ssa(sv)a(sa(sv))",
				     unit,
				     "fail",
				     "5",
				     "Description",
				     "s",
				     description,
				     "Slice",
				     "s",
				     "machine.slice",
				     "Delegate",
				     "b",
				     "true",
				     "CollectMode",
				     "s",
				     "inactive-or-failed",
				     "PIDs",
				     "au",
				     "1",
				     pid,
				     "0",
				     NULL };
	int ret;

	cgroup_systemd_unit(name, unit, sizeof(unit));
	snprintf(description, sizeof(description), "Terrace domain %.200s", name);
	snprintf(pid, sizeof(pid), "%d", getpid());
	ret = run(argv, err);
	if (ret == 0)
		ret = wait_until_inside(unit, own, err);
	if (ret < 0)
		return ret;
	snprintf(leaf, sizeof(leaf), "%.1000s/" CGROUP_LEAF, own);
	ret = cgroup_dir_make(leaf, err);
	if (ret == 0)
		ret = cgroup_file_write(leaf, "cgroup.procs", "0", err);
	if (ret < 0)
		return ret;
	cgroup_v2_enable(own, true);
	snprintf(ret_dir, CGROUP_PATH_MAX, "%s", own);
	return 0;
}
