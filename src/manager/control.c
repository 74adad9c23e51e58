/* SPDX-License-Identifier: Apache-2.0 */
/* The control socket of a supervisor: see control.h. */
#include "manager/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/json_stream.h"
#include "base/util.h"

#define SEND_TIMEOUT_S 2

struct client {
	int fd; /* -1: none */
	struct json_stream *stream;
	bool waits; /* for the end */
};

struct control {
	struct supervisor *s;
	int listen_fd;
	struct client clients[CONTROL_CLIENTS_MAX];
};

int control_open(struct supervisor *s, struct control **ret_control, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct control *control;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/control.sock", s->dir);
	unlink(address.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 64) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "%s", address.sun_path);
	control = calloc(1, sizeof(*control));
	if (!control)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "control socket");
	control->s = s;
	control->listen_fd = TAKE_FD(fd);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		control->clients[i].fd = -1;
	*ret_control = control;
	return 0;
}

static void drop(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	json_stream_free(client->stream);
	*client = (struct client){ .fd = -1 };
}

/* Takes value. */
static void answer(struct client *client, const char *member, struct json *value)
{
	AUTO(json) object = json_new_object();
	AUTO_STRBUF line = STRBUF_INIT;
	const char *at;
	size_t left;

	json_set(object, member, value);
	json_format(object, JSON_COMPACT, &line);
	strbuf_add_char(&line, '\n');
	at = strbuf_text(&line);
	for (left = line.length; left;) {
		/* Waits SO_SNDTIMEO at most. */
		ssize_t n = send(client->fd, at, left, MSG_NOSIGNAL);

		if (n < 0) {
			drop(client);
			return;
		}
		at += n;
		left -= (size_t)n;
	}
}

static void answer_error(struct client *client, const struct err *err)
{
	answer(client, "error", report_error_json(err));
}

void control_close(struct control *control, const struct err *failure)
{
	if (!control)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct client *client = &control->clients[i];

		if (client->waits && failure)
			answer_error(client, failure);
		else if (client->waits)
			answer(client, "return", json_new_object());
		drop(client);
	}
	close(control->listen_fd);
	free(control);
}

/* ---- requests ---------------------------------------------------------------------------------- */

static int run(struct control *control, const struct json *request, struct json **ret_value,
	       struct err *err)
{
	AUTO(json) nothing = json_new_object();
	const struct json *args = nothing;
	const char *name;
	int ret;

	if (json_kind(request) != JSON_OBJECT)
		return err_set(err, ERR_USER, -EINVAL, NULL, "a request is an object");
	ret = json_get_string(request, "execute", &name, err);
	if (ret == 0 && json_member(request, "arguments"))
		ret = json_get_object(request, "arguments", &args, err);
	if (ret < 0)
		return ret;
	for (const struct control_command *c = control_commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c->run(control->s, args, ret_value, err);
	return err_set(err, ERR_USER, -ENOSYS, NULL, "unknown command '%s'", name);
}

static void serve(struct control *control, struct client *client, const struct json *request)
{
	struct json *value = NULL;
	struct err err = ERR_INIT;
	int ret = run(control, request, &value, &err);

	if (ret == CONTROL_LATER)
		client->waits = true;
	else if (ret < 0)
		answer_error(client, &err);
	else
		answer(client, "return", value ? TAKE_PTR(value) : json_new_object());
	json_free(value);
}

static void receive(struct control *control, struct client *client)
{
	char bytes[4096];
	const char *at = bytes;
	ssize_t n = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(client);
		return;
	}
	while (client->fd >= 0) {
		struct json *request = NULL;
		struct err err = ERR_INIT;
		int ret = json_stream_read(client->stream, &at, bytes + n, &request, &err);

		if (!ret)
			return;
		if (ret > 0)
			serve(control, client, request);
		else
			answer_error(client, &err);
		json_free(request);
	}
}

static void take_client(struct control *control)
{
	struct timeval timeout = { .tv_sec = SEND_TIMEOUT_S };

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct client *client = &control->clients[i];

		if (client->fd >= 0)
			continue;
		client->fd = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (client->fd < 0)
			return;
		client->stream = json_stream_new(JSON_STRICT, NULL);
		if (!client->stream ||
		    setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)
			drop(client);
		return;
	}
}

/* ---- for the loop ------------------------------------------------------------------------------ */

size_t control_poll_fds(struct control *control, struct pollfd *fds)
{
	size_t n = 0;
	bool full = true;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (control->clients[i].fd < 0)
			full = false;
		else
			fds[n++] = (struct pollfd){ control->clients[i].fd, POLLIN, 0 };
	}
	if (!full)
		fds[n++] = (struct pollfd){ control->listen_fd, POLLIN, 0 };
	return n;
}

void control_process(struct control *control, const struct pollfd *fds, size_t n_fds)
{
	for (size_t i = 0; i < n_fds; i++) {
		if (!fds[i].revents)
			continue;
		if (fds[i].fd == control->listen_fd) {
			take_client(control);
			continue;
		}
		for (size_t c = 0; c < CONTROL_CLIENTS_MAX; c++)
			if (control->clients[c].fd == fds[i].fd)
				receive(control, &control->clients[c]);
	}
}
