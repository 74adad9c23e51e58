/* SPDX-License-Identifier: Apache-2.0 */
/* Pseudo-terminals of serial ports as sockets: see relay.h. */
#include "manager/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#define SEND_TIMEOUT_S 1

struct port {
	char pty[64];
	int listen_fd;
	int client_fd, pty_fd; /* -1: nobody is connected */
};

struct relay {
	struct port ports[RELAY_PORTS_MAX];
	size_t n;
};

bool relay_find_pty(const char *text, const char *id, char *buf, size_t buf_size)
{
	static const char words[] = "char device redirected to ";
	char label[48];

	snprintf(label, sizeof(label), " (label char%s)", id);
	while ((text = strstr(text, words))) {
		size_t length;

		text += strlen(words);
		length = strcspn(text, " \n");
		if (strncmp(text + length, label, strlen(label)) != 0 || length >= buf_size)
			continue;
		snprintf(buf, buf_size, "%.*s", (int)length, text);
		return true;
	}
	return false;
}

/* ---- opening ------------------------------------------------------------------------------------- */

static int listen_at(const char *dir, size_t number, struct err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/serial%zu.sock", dir, number);
	unlink(address.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    listen(fd, 4) < 0)
		return err_set_errno(err, ERR_HOST, -errno, NULL, "%s", address.sun_path);
	return TAKE_FD(fd);
}

static void set_source(struct domain_chardev *chardev, const char *pty)
{
	char *path = strdup(pty);

	if (!path)
		return;
	free(chardev->source.path);
	chardev->source.path = path;
	chardev->source.given = true;
}

static int add_port(struct supervisor *s, struct relay *relay, struct domain_chardev *chardev,
		    size_t number, const char *log, struct err *err)
{
	struct port *port = &relay->ports[relay->n];
	char id[24];

	snprintf(id, sizeof(id), "serial%zu", number);
	if (!chardev->type || strcmp(chardev->type, "pty") != 0 || relay->n == RELAY_PORTS_MAX ||
	    !relay_find_pty(log, id, port->pty, sizeof(port->pty)))
		return 0;
	port->client_fd = port->pty_fd = -1;
	port->listen_fd = listen_at(s->dir, number, err);
	if (port->listen_fd < 0)
		return port->listen_fd;
	relay->n++;
	set_source(chardev, port->pty);
	return 0;
}

/* The first <console> is the first <serial> where there is no <serial>. */
static int add_ports(struct supervisor *s, struct relay *relay, const char *log, struct err *err)
{
	struct domain_devices *devices = &s->domain->devices;
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < devices->n_serials; i++)
		ret = add_port(s, relay, &devices->serials[i], i, log, err);
	if (ret == 0 && !devices->n_serials && devices->n_consoles)
		ret = add_port(s, relay, &devices->consoles[0], 0, log, err);
	return ret;
}

int relay_open(struct supervisor *s, struct relay **ret_relay, struct err *err)
{
	struct relay *relay = calloc(1, sizeof(*relay));
	char log[8192] = "";
	int fd = open(s->log_path, O_RDONLY | O_CLOEXEC), ret;

	if (fd >= 0) {
		ssize_t n = pread(fd, log, sizeof(log) - 1, s->log_begin);

		log[n > 0 ? n : 0] = '\0';
		close(fd);
	}
	if (!relay)
		return err_set_errno(err, ERR_HOST, -ENOMEM, NULL, "consoles");
	ret = add_ports(s, relay, log, err);
	if (ret == 0 && relay->n)
		ret = supervisor_xml_write(s, err);
	if (ret < 0) {
		relay_close(relay);
		return ret;
	}
	*ret_relay = relay;
	return 0;
}

static void disconnect(struct port *port)
{
	cleanup_close(&port->client_fd);
	cleanup_close(&port->pty_fd);
	port->client_fd = port->pty_fd = -1;
}

void relay_close(struct relay *relay)
{
	if (!relay)
		return;
	for (size_t i = 0; i < relay->n; i++) {
		disconnect(&relay->ports[i]);
		close(relay->ports[i].listen_fd);
	}
	free(relay);
}

/* ---- for the loop -------------------------------------------------------------------------------- */

/* An echo of the guest's output would be its input. */
static void make_raw(int fd)
{
	struct termios termios;

	if (tcgetattr(fd, &termios) < 0)
		return;
	cfmakeraw(&termios);
	tcsetattr(fd, TCSANOW, &termios);
}

static void connect_client(struct port *port)
{
	struct timeval timeout = { .tv_sec = SEND_TIMEOUT_S };

	port->client_fd = accept4(port->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (port->client_fd < 0)
		return;
	port->pty_fd = open(port->pty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (port->pty_fd < 0 ||
	    setsockopt(port->client_fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0) {
		disconnect(port);
		return;
	}
	make_raw(port->pty_fd);
}

static void copy(struct port *port, int from, int to)
{
	char bytes[4096], *at = bytes;
	ssize_t n = read(from, bytes, sizeof(bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		disconnect(port);
		return;
	}
	while (n > 0) {
		ssize_t done = write(to, at, (size_t)n);

		/* A guest that does not read loses what its port cannot hold. */
		if (done < 0 && to == port->pty_fd)
			return;
		if (done < 0) {
			disconnect(port);
			return;
		}
		at += done;
		n -= done;
	}
}

size_t relay_poll_fds(const struct relay *relay, struct pollfd *fds)
{
	size_t n = 0;

	for (size_t i = 0; relay && i < relay->n; i++) {
		const struct port *port = &relay->ports[i];

		if (port->client_fd < 0) {
			fds[n++] = (struct pollfd){ port->listen_fd, POLLIN, 0 };
			continue;
		}
		fds[n++] = (struct pollfd){ port->client_fd, POLLIN, 0 };
		fds[n++] = (struct pollfd){ port->pty_fd, POLLIN, 0 };
	}
	return n;
}

static void process(struct port *port, int fd)
{
	if (fd == port->listen_fd)
		connect_client(port);
	else if (fd == port->client_fd)
		copy(port, port->client_fd, port->pty_fd);
	else if (fd == port->pty_fd)
		copy(port, port->pty_fd, port->client_fd);
}

void relay_process(struct relay *relay, const struct pollfd *fds, size_t n_fds)
{
	for (size_t i = 0; i < n_fds; i++)
		for (size_t p = 0; fds[i].revents && p < relay->n; p++)
			process(&relay->ports[p], fds[i].fd);
}
