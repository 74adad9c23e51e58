// SPDX-License-Identifier: Apache-2.0
#include "cli/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "cli/output.h"

static int console_connect(const struct target *target, const char *device, int *ret_fd,
			   struct err *err)
{
	const char *name = target->domain.name;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = -1;
	char file[64];

	snprintf(file, sizeof(file), "%s.sock", device);
	manager_runtime_path(target->manager, name, file, address.sun_path,
			     sizeof(address.sun_path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot make a socket");
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		*ret_fd = TAKE_FD(fd);
		return 0;
	}
	if (errno == ENOENT)
		return err_set(err, ERR_NOT_FOUND, -ENOENT, NULL,
			       "internal error: cannot find character device '%s' of domain '%s'; "
			       "give it a <console type='pty'/>",
			       device, name);
	return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot connect to '%s' of domain '%s'",
			     device, name);
}

/* A second one would be connected and see nothing. Held until the descriptor is closed. */
static int console_lock(const struct target *target, const char *device, int *ret_fd,
			struct err *err)
{
	autoclose int fd = -1;
	char file[64], path[4096];

	snprintf(file, sizeof(file), "%s.lock", device);
	manager_runtime_path(target->manager, target->domain.name, file, path, sizeof(path));
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "cannot open '%s'", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, ERR_BUSY, -EBUSY, NULL,
			       "operation failed: Active console session exists for domain '%s'",
			       target->domain.name);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

int console_run(const struct target *target, const char *device, enum terminal_end *ret_end,
		struct err *err)
{
	autoclose int fd = -1, lock_fd = -1;
	int ret = target_must_run(target, err);

	if (ret == 0 && strchr(device, '/'))
		ret = err_set(err, ERR_USER, -EINVAL, NULL, "'%s' is no name of a serial port",
			      device);
	if (ret == 0)
		ret = console_connect(target, device, &fd, err);
	if (ret == 0)
		ret = console_lock(target, device, &lock_fd, err);
	if (ret < 0)
		return ret;
	printf("Connected to domain '%s'\nEscape character is ^] (Ctrl + ])\n",
	       target->domain.name);
	fflush(stdout);
	return terminal_connect(fd, ret_end, err);
}

static int run(const struct verb_call *call, struct err *err)
{
	const char *device = verb_text(call, "devname");
	enum terminal_end end;
	AUTO_TARGET(target);
	int ret = target_open(call, &target, err);

	if (ret == 0)
		ret = console_run(&target, device ? device : "serial0", &end, err);
	if (ret < 0)
		return ret;
	putchar('\n');
	return target_silent(call, &target, err);
}

static const struct verb_arg args[] = {
	TARGET_ARG(VERB_DOMAIN_RUNNING),
	{ .kind = VERB_OPTION,
	  .name = "devname",
	  .placeholder = "DEVICE",
	  .help = "the serial port, such as serial1; without it serial0" },
	{ 0 },
};

extern const struct verb verb_console;
const struct verb verb_console = {
	.name = "console",
	.group = "Domain",
	.summary = "connect the terminal to the guest's serial console",
	.description =
		"Ctrl-] leaves it; the domain goes on. Standard input may also be a file or a "
		"pipe: then it ends\nwhen the guest's side is closed.",
	.args = args,
	.run = run,
};
