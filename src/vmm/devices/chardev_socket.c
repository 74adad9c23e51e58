/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theory of operation
 *
 * Job: a unix stream socket with one peer at a time.
 * Model: a server watches its listening socket only while it has no peer; the next one waits in the
 * kernel's queue meanwhile. A client connects once, at start.
 * Limits: a path must fit struct sockaddr_un (108 bytes).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/util.h"
#include "vmm/devices/chardev_stream.h"

#define BACKLOG 16

struct chardev_socket {
	struct chardev_stream stream;
	int listen_fd; /* -1: client */
	uv_poll_t *listen_poll;
	char *path;
	char *file;	   /* path as absolute name: -daemonize changes the folder later; or NULL */
	dev_t file_device; /* of the socket file that we made, to remove only that one */
	ino_t file_inode;
};

static struct chardev_socket *socket_of(const struct chardev_stream *stream)
{
	return container_of((struct chardev_stream *)stream, struct chardev_socket, stream);
}

static void on_listen(uv_poll_t *handle, int status, int events)
{
	struct chardev_socket *s = handle->data;
	int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)status, (void)events;
	if (fd < 0)
		return;
	/* On failure the peer sees its connection close, and the next one is tried. */
	if (chardev_stream_open(&s->stream, fd, fd, NULL) == 0)
		uv_poll_stop(handle);
}

static void socket_hangup(struct chardev_stream *stream)
{
	struct chardev_socket *s = socket_of(stream);

	chardev_stream_close(stream);
	if (s->listen_poll)
		uv_poll_start(s->listen_poll, UV_READABLE, on_listen);
}

static void socket_fini(struct chardev_stream *stream)
{
	struct chardev_socket *s = socket_of(stream);
	struct stat st;

	chardev_poll_free(s->listen_poll);
	if (s->listen_fd >= 0 && s->file && lstat(s->file, &st) == 0 &&
	    st.st_dev == s->file_device && st.st_ino == s->file_inode)
		unlink(s->file);
	cleanup_close(&s->listen_fd);
	free(s->path);
	free(s->file);
}

static void socket_disconnect(struct chardev *chardev)
{
	struct chardev_stream *stream = container_of(chardev, struct chardev_stream, base);

	if (chardev_stream_is_open(chardev))
		socket_hangup(stream);
}

static const struct chardev_ops socket_ops = {
	.attached = chardev_stream_attached,
	.detached = chardev_stream_detached,
	.write = chardev_stream_write,
	.set_out_limit = chardev_stream_set_out_limit,
	.accept_input = chardev_stream_accept_input,
	.poke = chardev_stream_poke,
	.is_open = chardev_stream_is_open,
	.disconnect = socket_disconnect,
	.free = chardev_stream_free,
};

static const struct chardev_stream_kind socket_kind = {
	.input_ended = socket_hangup,
	.output_broke = socket_hangup,
	.fini = socket_fini,
};

static int make_address(const char *path, struct sockaddr_un *ret_address, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return err_set(err, ERR_USER, -ENAMETOOLONG, NULL,
			       "UNIX socket path '%s' is too long (must be less than %zu bytes)",
			       path, sizeof(address.sun_path));
	strcpy(address.sun_path, path);
	*ret_address = address;
	return 0;
}

static int connect_to(const struct sockaddr_un *address, int *ret_fd)
{
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof(*address)) < 0)
		return -errno;
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* Makes room for our socket file: only a socket that nobody listens on may go. */
static int remove_stale(const struct sockaddr_un *address, struct err *err)
{
	const char *path = address->sun_path;
	autoclose int fd = -1;
	struct stat st;
	int r;

	if (lstat(path, &st) < 0)
		return 0; /* bind() tells what is wrong, if anything is */
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, ERR_USER, -EEXIST, NULL,
			       "Failed to bind socket to %s: it exists and is not a socket", path);
	r = connect_to(address, &fd);
	if (r == -ECONNREFUSED) {
		unlink(path);
		return 0;
	}
	return err_set(err, ERR_USER, -EADDRINUSE, NULL, "Failed to bind socket to %s: %s", path,
		       strerror(EADDRINUSE));
}

static int start_listening(struct chardev_socket *s, struct err *err)
{
	struct sockaddr_un address;
	struct stat st;
	int r = make_address(s->path, &address, err);

	if (r == 0)
		r = remove_stale(&address, err);
	if (r < 0)
		return r;
	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listen_fd < 0 ||
	    bind(s->listen_fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return err_set_errno(err, ERR_USER, -errno, NULL, "Failed to bind socket to %s",
				     s->path);
	s->file = realpath(s->path, NULL);
	if (s->file && lstat(s->file, &st) == 0) {
		s->file_device = st.st_dev;
		s->file_inode = st.st_ino;
	}
	if (listen(s->listen_fd, BACKLOG) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "Failed to listen on socket");
	r = chardev_poll_new(s->stream.loop, s->listen_fd, s, &s->listen_poll);
	if (r < 0)
		return err_set_errno(err, ERR_HOST, r, NULL, "cannot watch a socket");
	return 0;
}

static int start_server(struct chardev_socket *s, struct err *err)
{
	int r = start_listening(s, err);

	if (r < 0)
		return r;
	uv_poll_start(s->listen_poll, UV_READABLE, on_listen);
	return 0;
}

static int start_client(struct chardev_socket *s, struct err *err)
{
	struct sockaddr_un address;
	int fd, r = make_address(s->path, &address, err);

	if (r < 0)
		return r;
	r = connect_to(&address, &fd);
	if (r < 0)
		return err_set_errno(err, ERR_HOST, r, NULL, "Failed to connect to '%s'", s->path);
	return chardev_stream_open(&s->stream, fd, fd, err);
}

int chardev_socket_new(uv_loop_t *loop, const char *path, unsigned int flags,
		       struct chardev **ret_chardev, struct err *err)
{
	struct chardev_socket *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	s->listen_fd = -1;
	r = chardev_stream_init(&s->stream, &socket_ops, &socket_kind, loop, err);
	if (r < 0) {
		free(s);
		return r;
	}
	s->path = strdup(path);
	if (!s->path)
		r = err_set(err, ERR_HOST, -ENOMEM, NULL, "out of memory");
	else if (flags & CHARDEV_SOCKET_SERVER)
		r = start_server(s, err);
	else
		r = start_client(s, err);
	if (r < 0) {
		chardev_stream_free(&s->stream.base);
		return r;
	}
	*ret_chardev = &s->stream.base;
	return 0;
}
