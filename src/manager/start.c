/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting a domain: a supervisor of its own, or in this process.
 *
 * The supervisor is forked twice, so that it is nobody's child: it outlives who started it and never
 * becomes a zombie of a program that goes on. Until the guest runs they talk over a socket pair; when
 * the starter ends before that, the supervisor takes everything back.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "domain/domain.h"
#include "manager/store.h"
#include "manager/supervisor_parts.h"

struct start {
	struct manager *manager;
	struct domain_spec *domain;
	unsigned int flags;
	int owner_pidfd;
};

/* Nothing of the starter's but its descriptors of the report and the owner. */
static void become_daemon(int report_fd, int owner_pidfd)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int keep = MAX(report_fd, owner_pidfd);

	setsid();
	prctl(PR_SET_NAME, "terrace-sup");
	for (int fd = 0; fd < 3; fd++)
		if (null_fd >= 0)
			dup2(null_fd, fd);
	for (int fd = 3; fd < keep; fd++)
		if (fd != report_fd && fd != owner_pidfd)
			close(fd);
	close_range((unsigned int)keep + 1, ~0u, 0);
	if (chdir("/") < 0)
		_exit(1);
}

static void __attribute__((noreturn)) run_supervisor(struct start *start, int report_fd)
{
	struct report report = { .fd = report_fd };
	int status = 1;

	become_daemon(report_fd, start->owner_pidfd);
	if (supervisor_run(start->manager, start->domain, start->flags, start->owner_pidfd, &report,
			   &status, NULL) < 0)
		status = 1;
	_exit(status);
}

static int fork_supervisor(struct start *start, manager_progress progress, void *context,
			   struct err *err)
{
	int pair[2], ret;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "socket");
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		pid = fork();
		if (pid == 0)
			run_supervisor(start, pair[1]);
		_exit(pid < 0);
	}
	close(pair[1]);
	if (pid < 0)
		ret = err_set_errno(err, ERR_HOST, -errno, NULL, "cannot start a process");
	else
		ret = report_receive(pair[0], progress, context, err);
	close(pair[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return ret;
}

/* Copies, checks the name, makes a UUID. */
static int prepare(struct manager *manager, const struct domain_spec *definition, bool persistent,
		   struct domain_spec **ret_domain, struct err *err)
{
	AUTO(domain_spec) domain = NULL;
	autofree char *xml = NULL;
	autoclose int lock = -1;
	int ret = domain_print(definition, &xml, err);

	if (ret == 0)
		ret = domain_read(xml, strlen(xml), definition->name, DOMAIN_READ_LAX, &domain,
				  err);
	if (ret < 0)
		return ret;
	lock = runtime_lock_all(manager, err);
	if (lock < 0)
		return lock;
	ret = manager_check_identity(manager, domain, err);
	if (ret < 0)
		return ret;
	if (persistent && !store_has(manager, domain->name))
		return err_set(err, ERR_NOT_FOUND, -ENOENT, NULL,
			       "Domain not found: no domain with matching name '%s'", domain->name);
	*ret_domain = TAKE_PTR(domain);
	return 0;
}

int manager_start(struct manager *manager, const struct domain_spec *definition, bool persistent,
		  unsigned int flags, manager_progress progress, void *context, int *ret_status,
		  struct err *err)
{
	struct start start = { .manager = manager, .flags = flags, .owner_pidfd = -1 };
	AUTO(domain_spec) domain = NULL;
	autoclose int owner_pidfd = -1;
	int ret = prepare(manager, definition, persistent, &domain, err), status = 0;

	if (ret < 0)
		return ret;
	start.domain = domain;
	if (flags & MANAGER_START_FOREGROUND) {
		struct report report = { .fd = -1, .progress = progress, .context = context };

		ret = supervisor_run(manager, domain, flags, -1, &report, &status, err);
	} else {
		if (flags & MANAGER_START_AUTODESTROY)
			owner_pidfd = pidfd_open(getpid(), 0);
		start.owner_pidfd = owner_pidfd;
		ret = fork_supervisor(&start, progress, context, err);
	}
	if (ret < 0)
		return ret;
	if (ret_status)
		*ret_status = status;
	return 0;
}
