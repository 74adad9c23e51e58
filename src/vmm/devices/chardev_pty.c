/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * A pty's master reports a hang-up, level triggered, as long as nobody has the other side open; so
 * while there is no peer a timer looks once per CHECK_MS instead of the loop polling it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

#include "base/util.h"
#include "vmm/devices/chardev_stream.h"

#define CHECK_MS 200u

struct chardev_pty {
	struct chardev_stream stream;
	int master_fd;
	char path[64];
	uv_timer_t *check; /* separately allocated: outlives us until it is closed */
};

static struct chardev_pty *pty_of(const struct chardev_stream *stream)
{
	return container_of((struct chardev_stream *)stream, struct chardev_pty, stream);
}

static void on_check(uv_timer_t *timer)
{
	struct chardev_pty *pty = timer->data;
	struct pollfd pollfd = { .fd = pty->master_fd, .events = POLLIN };
	int fd;

	if (poll(&pollfd, 1, 0) < 0 || (pollfd.revents & (POLLHUP | POLLERR)))
		return;
	fd = fcntl(pty->master_fd, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return;
	uv_timer_stop(timer);
	if (chardev_stream_open(&pty->stream, fd, fd, NULL) < 0)
		uv_timer_start(timer, on_check, CHECK_MS, CHECK_MS);
}

static void pty_hangup(struct chardev_stream *stream)
{
	chardev_stream_close(stream);
	uv_timer_start(pty_of(stream)->check, on_check, CHECK_MS, CHECK_MS);
}

static void on_check_closed(uv_handle_t *handle)
{
	free(handle);
}

static void pty_fini(struct chardev_stream *stream)
{
	struct chardev_pty *pty = pty_of(stream);

	if (pty->check)
		uv_close((uv_handle_t *)pty->check, on_check_closed);
	cleanup_close(&pty->master_fd);
}

static const char *pty_path(const struct chardev *chardev)
{
	return pty_of(container_of((struct chardev *)chardev, struct chardev_stream, base))->path;
}

static const struct chardev_ops pty_ops = {
	.attached = chardev_stream_attached,
	.detached = chardev_stream_detached,
	.write = chardev_stream_write,
	.set_out_limit = chardev_stream_set_out_limit,
	.accept_input = chardev_stream_accept_input,
	.poke = chardev_stream_poke,
	.is_open = chardev_stream_is_open,
	.pty_path = pty_path,
	.free = chardev_stream_free,
};

static const struct chardev_stream_kind pty_kind = {
	.input_ended = pty_hangup,
	.output_broke = pty_hangup,
	.fini = pty_fini,
};

/* Raw, and with the first hang-up behind it. */
static int prepare_slave(const char *path)
{
	autoclose int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios attributes;

	if (fd < 0 || tcgetattr(fd, &attributes) < 0)
		return -errno;
	cfmakeraw(&attributes);
	return tcsetattr(fd, TCSANOW, &attributes) < 0 ? -errno : 0;
}

static int open_master(struct chardev_pty *pty)
{
	pty->master_fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (pty->master_fd < 0)
		return -errno;
	if (grantpt(pty->master_fd) < 0 || unlockpt(pty->master_fd) < 0)
		return -errno;
	if (ptsname_r(pty->master_fd, pty->path, sizeof(pty->path)) != 0)
		return -ENOTTY;
	return prepare_slave(pty->path);
}

int chardev_pty_new(uv_loop_t *loop, struct chardev **ret_chardev, struct err *err)
{
	struct chardev_pty *pty = calloc(1, sizeof(*pty));
	int r;

	if (!pty)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	pty->master_fd = -1;
	r = chardev_stream_init(&pty->stream, &pty_ops, &pty_kind, loop, err);
	if (r < 0) {
		free(pty);
		return r;
	}
	pty->check = calloc(1, sizeof(*pty->check));
	if (pty->check) {
		uv_timer_init(loop, pty->check);
		pty->check->data = pty;
	}
	r = pty->check ? open_master(pty) : -ENOMEM;
	if (r < 0) {
		chardev_stream_free(&pty->stream.base);
		return err_set_errno(err, ERR_HOST, r, NULL, "cannot make a pseudo-terminal");
	}
	uv_timer_start(pty->check, on_check, CHECK_MS, CHECK_MS);
	*ret_chardev = &pty->stream.base;
	return 0;
}
