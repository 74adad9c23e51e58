/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A QMP connection with calls that wait: see vmm_link.h.
 *
 * One call is under way at a time; its answer is the one with its id. Answers to vmm_link_send() have
 * other ids and are dropped.
 */
#include "manager/vmm_link.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/util.h"
#include "manager/process.h"
#include "qmp/client.h"

#define CONNECT_INTERVAL_MS 4
#define WRITE_TIMEOUT_MS    5000

struct vmm_link {
	int fd;
	const struct vmm_watch *watch;
	struct qmp_client *client;
	vmm_link_event on_event;
	void *context;
	int write_error;

	bool waiting;
	uint64_t waiting_id;
	struct json *value;
	struct err failure; /* code 0: value is the answer */
};

/* ---- waiting ---------------------------------------------------------------------------------- */

/* 1: fd is readable; 0: the time is over. */
static int wait_for(const struct vmm_watch *watch, int fd, int64_t deadline_ms, struct err *err)
{
	struct pollfd fds[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = watch->stop_fd[0], .events = POLLIN },
		{ .fd = watch->stop_fd[1], .events = POLLIN },
		{ .fd = watch->vmm_pidfd, .events = POLLIN },
	};

	for (;;) {
		int64_t left = MAX(deadline_ms - process_now_ms(), 0);
		int n = poll(fds, ARRAY_SIZE(fds), (int)MIN(left, INT32_MAX));

		if (n < 0 && errno != EINTR)
			return err_set_errno(err, ERR_HOST, -errno, NULL, "poll");
		if (n < 0)
			continue;
		if (fds[1].revents || fds[2].revents)
			return err_set(err, ERR_USER, -ECANCELED, NULL, "the start was cancelled");
		/* What the VMM said before it ended is still heard. */
		if (fds[0].revents)
			return 1;
		if (fds[3].revents)
			return err_set(err, ERR_HOST, -ECHILD, NULL, "the VMM ended");
		if (!n)
			return 0;
	}
}

int vmm_watch_wait(const struct vmm_watch *watch, int ms, struct err *err)
{
	int ret = wait_for(watch, -1, process_now_ms() + ms, err);

	return ret < 0 ? ret : 0;
}

/* ---- the client's callbacks ------------------------------------------------------------------- */

static void on_write(void *context, const char *bytes, size_t count)
{
	struct vmm_link *link = context;

	while (count && !link->write_error) {
		ssize_t n = send(link->fd, bytes, count, MSG_NOSIGNAL);

		if (n < 0) {
			link->write_error = -errno;
			return;
		}
		bytes += n;
		count -= (size_t)n;
	}
}

static void on_reply(void *context, uint64_t id, const struct json *value,
		     const struct qmp_failure *failure)
{
	struct vmm_link *link = context;
	int code = -EIO;

	if (!link->waiting || id != link->waiting_id)
		return;
	link->waiting = false;
	if (value) {
		link->value = json_ref(value);
		return;
	}
	if (!strcmp(failure->class, "CommandNotFound"))
		code = -ENOSYS;
	else if (!strncmp(failure->class, "Device", 6))
		code = -ENODEV;
	err_set(&link->failure, ERR_USER, code, NULL, "%s", failure->desc);
}

static void on_client_event(void *context, const char *name, const struct json *data,
			    const struct timespec *when)
{
	struct vmm_link *link = context;

	(void)when;
	link->on_event(link->context, name, data);
}

static const struct qmp_client_ops client_ops = {
	.write = on_write,
	.reply = on_reply,
	.event = on_client_event,
};

/* ---- connecting -------------------------------------------------------------------------------- */

static int connect_once(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval timeout = { .tv_sec = WRITE_TIMEOUT_MS / 1000 };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	/* A VMM that does not read must not hold us. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)
		return -errno;
	return TAKE_FD(fd);
}

static int connect_until(const char *path, const struct vmm_watch *watch, int64_t deadline_ms,
			 struct err *err)
{
	for (;;) {
		int fd = connect_once(path), ret;

		if (fd >= 0)
			return fd;
		if (fd != -ENOENT && fd != -ECONNREFUSED)
			return err_set_errno(err, ERR_HOST, fd, NULL, "%s", path);
		if (process_now_ms() >= deadline_ms)
			return err_set(err, ERR_HOST, -ETIMEDOUT, NULL,
				       "the VMM does not listen on %s", path);
		ret = vmm_watch_wait(watch, CONNECT_INTERVAL_MS, err);
		if (ret < 0)
			return ret;
	}
}

int vmm_link_read(struct vmm_link *link, struct err *err)
{
	char bytes[16384];
	ssize_t n = recv(link->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return err_set(err, ERR_HOST, -ECONNRESET, NULL,
			       "the VMM closed its monitor (QMP)");
	return qmp_client_feed(link->client, bytes, (size_t)n, err);
}

/* Reads until done() or the deadline. */
static int read_until(struct vmm_link *link, bool (*done)(const struct vmm_link *),
		      int64_t deadline_ms, const char *what, struct err *err)
{
	while (!done(link)) {
		int ret = wait_for(link->watch, link->fd, deadline_ms, err);

		if (ret == 0)
			return err_set(err, ERR_HOST, -ETIMEDOUT, NULL,
				       "the VMM does not answer (QMP, %s)", what);
		if (ret > 0)
			ret = vmm_link_read(link, err);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static bool is_ready(const struct vmm_link *link)
{
	return qmp_client_is_ready(link->client);
}

int vmm_link_open(const char *socket_path, const struct vmm_watch *watch, int timeout_ms,
		  vmm_link_event on_event, void *context, struct vmm_link **ret_link,
		  struct err *err)
{
	AUTO(vmm_link) link = calloc(1, sizeof(*link));
	int64_t deadline_ms = process_now_ms() + timeout_ms;
	int ret;

	if (!link)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "QMP");
	*link = (struct vmm_link){
		.fd = -1, .watch = watch, .on_event = on_event, .context = context
	};
	link->client = qmp_client_new(&client_ops, link);
	if (!link->client)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "QMP");
	link->fd = connect_until(socket_path, watch, deadline_ms, err);
	if (link->fd < 0)
		return link->fd;
	ret = read_until(link, is_ready, deadline_ms, "greeting", err);
	if (ret < 0)
		return ret;
	*ret_link = TAKE_PTR(link);
	return 0;
}

void vmm_link_close(struct vmm_link *link)
{
	if (!link)
		return;
	qmp_client_free(link->client);
	if (link->fd >= 0)
		close(link->fd);
	json_free(link->value);
	free(link);
}

int vmm_link_fd(const struct vmm_link *link)
{
	return link->fd;
}

/* ---- calls ------------------------------------------------------------------------------------ */

static bool is_answered(const struct vmm_link *link)
{
	return !link->waiting;
}

int vmm_link_call(struct vmm_link *link, const char *command, struct json *arguments,
		  int timeout_ms, struct json **ret_value, struct err *err)
{
	int ret;

	link->failure = ERR_INIT;
	ret = qmp_client_execute(link->client, command, arguments, &link->waiting_id, err);
	if (ret == 0 && link->write_error)
		ret = err_set_errno(err, ERR_HOST, link->write_error, NULL, "QMP");
	if (ret < 0)
		return ret;
	link->waiting = true;
	ret = read_until(link, is_answered, process_now_ms() + timeout_ms, command, err);
	link->waiting = false;
	if (ret < 0)
		return ret;
	if (link->failure.code) {
		if (err)
			*err = link->failure;
		return link->failure.code;
	}
	if (ret_value)
		*ret_value = TAKE_PTR(link->value);
	json_free(link->value);
	link->value = NULL;
	return 0;
}

void vmm_link_send(struct vmm_link *link, const char *command)
{
	(void)!qmp_client_execute(link->client, command, NULL, NULL, NULL);
}
